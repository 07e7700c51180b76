/*
 * settings_convert.c - see settings_convert.h. Every line is read back by the table of settings before it is written,
 * and where millrace's preset differs from Debezium's, Debezium's is written down.
 */
#include "engine/settings/settings_convert.h"

#include <jansson.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/xalloc.h"
#include "engine/settings/settings.h"
#include "engine/settings/settings_debezium.h"

enum { TEXT_MAX = 4 << 20, UNWRAPS_MAX = 8 };

enum part { PART_MILLRACE, PART_MYSQL, PART_KAFKA, PART_MOOT, PART_LOST, PARTS };

static const char
		*const part_names[] = { [PART_MILLRACE] = "millrace", [PART_MYSQL] = "mysql", [PART_KAFKA] = "kafka" };

struct convert {
	const json_t *config;
	struct buf parts[PARTS];
	unsigned lost;
	bool flat;
	char unwrap[64]; /* the transform that is ExtractNewRecordState; "": none */
};

/* ---- values ---- */

/* The text of a value; Connect takes numbers and booleans, too. The caller frees. */
static char *member_text(const json_t *v)
{
	if (json_is_string(v))
		return xstrdup(json_string_value(v));
	if (json_is_integer(v))
		return xasprintf("%lld", (long long)json_integer_value(v));
	return xstrdup(json_is_true(v) ? "true" : json_is_false(v) ? "false" : "");
}

static const char *config_text(const struct convert *c, const char *key)
{
	return json_string_value(json_object_get(c->config, key));
}

static bool config_is(const struct convert *c, const char *key, const char *value)
{
	char *text = member_text(json_object_get(c->config, key));
	bool same = strcasecmp(text, value) == 0;

	free(text);
	return same;
}

/* On one line, and without what would begin a comment. */
static void value_flatten(char *text)
{
	char *out = text;

	for (const char *p = text; *p; p++) {
		char byte = *p == '\n' || *p == '\r' || *p == '\t' ? ' ' : *p;

		while (byte == ';' && out > text && out[-1] == ' ')
			out--;
		*out++ = byte;
	}
	*out = '\0';
}

/* ---- lines ---- */

__attribute__((format(printf, 4, 5))) static void add_lost(struct convert *c, const char *key, const char *value,
		const char *fmt, ...)
{
	char why[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(why, sizeof(why), fmt, ap);
	va_end(ap);
	buf_printf(&c->parts[PART_LOST], "; ! %s = %s\n;     %s\n", key,
			conf_key_is_secret(key) ? "(not copied)" : value, why);
	c->lost++;
}

static void add_moot(struct convert *c, const char *key, const char *value, const char *why)
{
	buf_printf(&c->parts[PART_MOOT], "; %s = %s\n;     %s\n", key, conf_key_is_secret(key) ? "(not copied)" : value,
			why);
}

/* Does the table of settings take this line? */
static bool line_reads(const char *text, struct err *err)
{
	struct settings *s = settings_new();
	bool good = conf_load_text(&settings_table, s, "line", text, err) == 0 && settings_check(s, err) == 0;

	settings_free(s);
	return good;
}

static void add_line(struct convert *c, enum part part, const char *from, const char *key, const char *value)
{
	char *line = xasprintf("%s = %s\n", key, value), *text = xasprintf("[%s]\n%s", part_names[part], line);
	struct err err = { 0 };

	if (strstr(value, "${"))
		add_lost(c, from, value,
				"a value of Connect's configuration providers: take it from the environment, ${NAME}");
	else if (line_reads(text, &err))
		buf_puts(&c->parts[part], line);
	else
		add_lost(c, from, value, "%s", err.msg + (strncmp(err.msg, "line:2: ", 8) == 0 ? 8 : 0));
	free(line);
	free(text);
}

static enum part part_of(const char *section)
{
	return strcmp(section, "kafka") == 0 ? PART_KAFKA : PART_MYSQL;
}

/* A setting that has the option's own name: its section, or NULL. */
static const char *section_of(const char *key)
{
	for (const struct conf_option *o = settings_table.options; o->section; o++) {
		size_t star = strcspn(o->key, "*");
		bool family = o->key[star] == '*' && star > 0;

		if (strcmp(o->section, "mysql") != 0 && strcmp(o->section, "kafka") != 0)
			continue;
		if (family ? strncmp(o->key, key, star) == 0 : strcmp(o->key, key) == 0)
			return o->section;
	}
	return NULL;
}

/* ---- options ---- */

/* Values that Debezium renamed itself. */
static const struct {
	const char *key, *old, *now;
} old_values[] = {
	{ "snapshot.mode", "schema_only", "no_data" },
	{ "snapshot.mode", "schema_only_recovery", "recovery" },
	{ "event.deserialization.failure.handling.mode", "ignore", "skip" },
};

static const char *value_now(const char *key, const char *value)
{
	for (size_t i = 0; i < sizeof(old_values) / sizeof(*old_values); i++)
		if (strcmp(old_values[i].key, key) == 0 && strcasecmp(old_values[i].old, value) == 0)
			return old_values[i].now;
	return value;
}

static void convert_renamed(struct convert *c, const struct debezium_option *o, const char *key, const char *value)
{
	if (strcmp(o->name, "password") == 0)
		buf_puts(&c->parts[PART_MYSQL],
				"password = ${MYSQL_PASSWORD}\n; (it is not copied: set MYSQL_PASSWORD, or use "
				"password.file)\n");
	else
		add_line(c, part_of(o->section), key, o->name, value);
}

static void convert_option(struct convert *c, const char *key, const char *value)
{
	const struct debezium_option *o = debezium_option_find(key);
	const char *section = section_of(key);

	if (section)
		add_line(c, part_of(section), key, key, value_now(key, value));
	else if (o == NULL)
		add_lost(c, key, value, "this option is not known");
	else if (o->fate == DEBEZIUM_RENAMED)
		convert_renamed(c, o, key, value);
	else if (o->fate == DEBEZIUM_MOOT || (o->preset && strcasecmp(o->preset, value) == 0))
		add_moot(c, key, value, o->why);
	else
		add_lost(c, key, value, "%s", o->why);
}

/* ---- what Connect does around the connector ---- */

static bool has_prefix(const char *text, const char *prefix)
{
	return strncmp(text, prefix, strlen(prefix)) == 0;
}

static void convert_converter(struct convert *c, const char *key, const char *value)
{
	const char *dot = strchr(key, '.') + 1; /* behind key. or value. */
	bool of_key = has_prefix(key, "key.");

	if (strcmp(dot, "converter") == 0) {
		if (!strstr(value, "org.apache.kafka.connect.json.JsonConverter"))
			add_lost(c, key, value,
					"messages are JSON, as org.apache.kafka.connect.json.JsonConverter writes it");
	} else if (strcmp(dot, "converter.schemas.enable") == 0) {
		if (of_key && !config_is(c, "value.converter.schemas.enable", value))
			add_lost(c, key, value, "schemas.enable holds for keys and values alike");
		else if (!of_key)
			add_line(c, PART_KAFKA, key, "schemas.enable", value);
	} else if (strcmp(dot, "converter.replace.null.with.default") == 0) {
		if (!of_key)
			add_line(c, PART_KAFKA, key, "replace.null.with.default", value);
	} else if (strcmp(dot, "converter.decimal.format") == 0 && strcasecmp(value, "BASE64") != 0) {
		add_lost(c, key, value,
				"decimals are numbers only as decimal.handling.mode = double, or text as string");
	} else if (!strstr(dot, "schemas.cache.size") && !strstr(dot, "decimal.format")) {
		add_lost(c, key, value, "JsonConverter has no such option");
	}
}

static bool is_unwrap(const char *type)
{
	return strcmp(type, "io.debezium.transforms.ExtractNewRecordState") == 0;
}

/* One of the names in `transforms`. */
static void convert_transform(struct convert *c, const char *name)
{
	char key[160];
	const char *type;

	snprintf(key, sizeof(key), "transforms.%s.type", name);
	type = config_text(c, key);
	if (type && is_unwrap(type) && !c->flat) {
		c->flat = true;
		snprintf(c->unwrap, sizeof(c->unwrap), "%s", name);
	} else {
		add_lost(c, key, type ? type : "",
				"only ExtractNewRecordState is built in; a Lua script can change rows before they are loaded");
	}
}

static void convert_transforms(struct convert *c)
{
	struct conf_list names;

	conf_list_parse(&names, config_text(c, "transforms") ? config_text(c, "transforms") : "");
	for (size_t i = 0; i < names.count; i++)
		convert_transform(c, names.items[i]);
	conf_list_free(&names);
	buf_printf(&c->parts[PART_KAFKA], "message.format = %s\n", c->flat ? "flat" : "envelope");
}

/* An option of ExtractNewRecordState; those of other transforms were told with their type. */
static void convert_transform_option(struct convert *c, const char *key, const char *value)
{
	size_t n = strlen(c->unwrap);
	const char *own = key + strlen("transforms.") + n + 1;

	if (n == 0 || strncmp(key + strlen("transforms."), c->unwrap, n) != 0 || own[-1] != '.')
		return;
	if (strcmp(own, "replace.null.with.default") == 0)
		add_moot(c, key, value, "the converter's option of this name decides");
	else if (strcmp(own, "predicate") == 0 || strcmp(own, "negate") == 0)
		add_lost(c, key, value, "all rows are flat, or none");
	else if (strcmp(own, "type") != 0)
		convert_option(c, own, value);
}

static void convert_member(struct convert *c, const char *key, const char *value)
{
	if (strcmp(key, "name") == 0)
		add_line(c, PART_MILLRACE, key, "name", value);
	else if (strcmp(key, "connector.class") == 0 || strcmp(key, "transforms") == 0)
		return;
	else if (has_prefix(key, "transforms."))
		convert_transform_option(c, key, value);
	else if (has_prefix(key, "key.converter") || has_prefix(key, "value.converter"))
		convert_converter(c, key, value);
	else
		convert_option(c, key, value);
}

/* ---- presets that differ ---- */

static bool has(const struct convert *c, const char *key)
{
	return json_object_get(c->config, key) != NULL;
}

static bool unwrap_has(const struct convert *c, const char *option)
{
	char key[160];

	snprintf(key, sizeof(key), "transforms.%s.%s", c->unwrap, option);
	return has(c, key);
}

static void convert_presets(struct convert *c)
{
	if (!has(c, "skipped.operations"))
		add_line(c, PART_MYSQL, "skipped.operations", "skipped.operations", "t");
	if (!has(c, "value.converter.replace.null.with.default"))
		add_line(c, PART_KAFKA, "replace.null.with.default", "replace.null.with.default", "true");
	if (c->flat && !unwrap_has(c, "delete.tombstone.handling.mode") && !unwrap_has(c, "drop.tombstones") &&
			!unwrap_has(c, "delete.handling.mode"))
		add_line(c, PART_KAFKA, "delete.tombstone.handling.mode", "delete.tombstone.handling.mode", "unset");
}

/* ---- the whole ---- */

static void put_parts(const struct convert *c, struct buf *out)
{
	buf_puts(out, "; Made from a Debezium connector. To capture only: millrace -c FILE run --role capture\n");
	for (int part = 0; part <= PART_KAFKA; part++)
		if (c->parts[part].len)
			buf_printf(out, "\n[%s]\n%s", part_names[part], c->parts[part].data);
	if (c->parts[PART_MOOT].len)
		buf_printf(out, "\n; Options that decide nothing here:\n%s", c->parts[PART_MOOT].data);
	if (c->parts[PART_LOST].len)
		buf_printf(out, "\n; Options that could not be carried over:\n%s", c->parts[PART_LOST].data);
}

/* Settings that are good by themselves may not go together. The password is not there, and need not be. */
static void check_whole(struct convert *c)
{
	struct settings *s = settings_new();
	struct err err = { 0 };
	struct buf text;

	buf_init(&text, TEXT_MAX);
	buf_printf(&text, "[kafka]\n%s", c->parts[PART_KAFKA].data ? c->parts[PART_KAFKA].data : "");
	for (char *line = c->parts[PART_MYSQL].data, *end; line && *line; line = end + 1) {
		end = strchr(line, '\n');
		if (line == c->parts[PART_MYSQL].data)
			buf_puts(&text, "[mysql]\n");
		if (!has_prefix(line, "password"))
			buf_put(&text, line, (size_t)(end + 1 - line));
	}
	if (conf_load_text(&settings_table, s, "line", text.data, &err) != 0 || settings_check(s, &err) != 0)
		add_lost(c, "the settings together", "", "%s", err.msg);
	buf_done(&text);
	settings_free(s);
}

static void convert_config(struct convert *c, struct buf *out)
{
	const char *key;
	json_t *v;

	convert_transforms(c);
	json_object_foreach((json_t *)c->config, key, v)
	{
		char *value = member_text(v);

		value_flatten(value);
		convert_member(c, key, value);
		free(value);
	}
	convert_presets(c);
	check_whole(c);
	put_parts(c, out);
}

int settings_convert(const char *json, size_t len, struct buf *out, unsigned *lost, struct err *err)
{
	json_error_t why;
	json_t *root = json_loadb(json, len, JSON_REJECT_DUPLICATES, &why), *config;
	struct convert c = { .lost = 0 };
	const char *class;

	if (root == NULL)
		return err_set(err, ERR_DATA, 0, "line %d: expected JSON, found: %s", why.line, why.text);
	config = json_is_object(json_object_get(root, "config")) ? json_object_get(root, "config") : root;
	if (json_is_string(json_object_get(root, "name")) && !json_object_get(config, "name"))
		json_object_set(config, "name", json_object_get(root, "name"));
	class = json_string_value(json_object_get(config, "connector.class"));
	if (class == NULL || strstr(class, "MySqlConnector") == NULL) {
		err_set(err, ERR_DATA, 0,
				"connector.class: expected io.debezium.connector.mysql.MySqlConnector, found '%.100s'",
				class ? class : "nothing");
		json_decref(root);
		return -1;
	}
	c.config = config;
	for (int part = 0; part < PARTS; part++)
		buf_init(&c.parts[part], TEXT_MAX);
	convert_config(&c, out);
	for (int part = 0; part < PARTS; part++)
		buf_done(&c.parts[part]);
	*lost = c.lost;
	json_decref(root);
	return 0;
}
