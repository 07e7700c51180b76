/*
 * engine_settings.c - the settings in force, for who asks a running process: one line of JSON each, from the table that they
 * were read by. What is secret is told as set or not; a salt, which stands in a key, is left out of it.
 */
#include <string.h>

#include "core/buf.h"
#include "core/json.h"
#include "core/logline.h"
#include "engine/engine_parts.h"

enum { VALUE_MAX = 1 << 20 };

static const char *const hidden_text = "(set)";

/* What a person reads beside a value: whether it is the default, and what another one would need. o NULL: a key that is passed through */
static void put_about(struct buf *b, const struct conf_option *o, const char *value, const char *preset)
{
	bool unset = value[0] == '\0' || strcmp(value, "(not set)") == 0;
	const char *from = unset || (preset && strcmp(preset, value) == 0) ? "default" : "set";

	buf_printf(b, ",\"from\":\"%s\",\"applies\":\"%s\",\"help\":", from,
			o && o->flags & CONF_LIVE ? "reload" : "restart");
	buf_json_str(b, o && o->help ? o->help : "passed through as it is");
	buf_puts(b, ",\"values\":");
	buf_json_str(b, o ? o->choices : NULL);
}

static int put_line(const struct conf_option *o, const char *section, const char *key, const char *value,
		const char *preset, engine_emit *emit, void *arg)
{
	struct buf b;
	int gone;

	buf_init(&b, 2 * VALUE_MAX);
	buf_puts(&b, "{\"section\":");
	buf_json_str(&b, section);
	buf_puts(&b, ",\"key\":");
	buf_json_str(&b, key);
	buf_puts(&b, ",\"value\":");
	buf_json_str(&b, value);
	buf_puts(&b, ",\"default\":");
	buf_json_str(&b, preset);
	put_about(&b, o, value, preset);
	buf_putc(&b, '}');
	gone = b.failed ? 0 : emit(arg, b.data, b.len);
	buf_done(&b);
	return gone;
}

/* column.mask.hash.v2.SHA-256.with.salt.SALT: the salt makes the digests worth something. */
static const char *without_salt(const char *key, char *out, size_t size)
{
	static const char mark[] = ".with.salt.";
	const char *at = strstr(key, mark);

	if (at == NULL)
		return key;
	snprintf(out, size, "%.*s%s", (int)(at - key + (int)strlen(mark)), key, hidden_text);
	return out;
}

static int put_pairs(const char *section, const struct conf_pairs *pairs, engine_emit *emit, void *arg)
{
	char key[512];
	int gone = 0;

	for (size_t i = 0; i < pairs->count && !gone; i++) {
		const struct conf_pair *p = &pairs->items[i];

		gone = put_line(NULL, section, without_salt(p->key, key, sizeof(key)),
				conf_key_is_secret(p->key) ? hidden_text : p->value, NULL, emit, arg);
	}
	return gone;
}

static int put_option(const struct conf_option *o, const void *settings, const char *section, engine_emit *emit,
		void *arg)
{
	const void *field = (const char *)settings + o->offset;
	const char *text;
	struct buf value;
	int gone;

	if (o->type == CONF_PAIRS)
		return put_pairs(section, field, emit, arg);
	buf_init(&value, VALUE_MAX);
	conf_format(o, settings, &value);
	text = value.data ? value.data : "";
	if (strcmp(o->key, "log.level") == 0) /* a request may have set another one */
		text = log_level_name(logline_level_now());
	gone = put_line(o, section, o->key, text, o->preset, emit, arg);
	buf_done(&value);
	return gone;
}

/* [table NAME]: each with the rows of its section. */
static int put_tables(const struct conf_option *o, const struct settings *s, engine_emit *emit, void *arg)
{
	char section[TABLE_NAME_ROOM + 8];
	int gone = 0;

	for (size_t i = 0; i < s->ntables && !gone; i++) {
		snprintf(section, sizeof(section), "table %s", s->tables[i].name);
		gone = put_option(o, &s->tables[i], section, emit, arg);
	}
	return gone;
}

int engine_settings_print(const struct settings *start, const struct settings *live, engine_emit *emit, void *arg)
{
	int gone = 0;

	for (const struct conf_option *o = settings_table.options; o->section && !gone; o++) {
		const struct settings *s = o->flags & CONF_LIVE ? live : start;

		if (o->flags & CONF_HIDDEN)
			continue;
		gone = strcmp(o->section, "table") == 0 ? put_tables(o, s, emit, arg)
							: put_option(o, s, o->section, emit, arg);
	}
	return 0;
}
