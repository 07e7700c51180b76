/*
 * routine_convert.c - see routine_convert.h. A topic is read as PREFIX.db.table; the paths of jsonpaths tell the form of its
 * messages. Columns that a job turns from one type into another need nothing: millrace knows the types itself.
 */
#include "engine/routine/routine_convert.h"

#include <string.h>
#include <strings.h>

#include "core/conf/conf.h"
#include "core/json.h"
#include "engine/routine/routine_lua.h"
#include "engine/routine/routine_parse.h"

#define TEXT_MAX (16 << 20)

struct convert_source { /* a column of the message: how the job calls it, and what it is there */
	const char *name, *field;
};

struct conversion {
	struct arena arena;
	struct routine_text text;
	struct convert_source *sources;
	size_t nsources;
	bool envelope, payload;
	const char *prefix, *db, *table; /* of the topic */
	struct buf notes, script;	 /* lines of comments; of function transform */
	unsigned *lost;
	struct buf *out;
};

static const char *property(const struct routine_pair *pairs, size_t n, const char *key)
{
	for (size_t i = 0; i < n; i++)
		if (strcasecmp(pairs[i].key, key) == 0)
			return pairs[i].value;
	return NULL;
}

/* A text of the statement in a comment: one line. */
static void put_line(struct buf *b, const char *text)
{
	for (; *text; text++)
		buf_putc(b, (unsigned char)*text < ' ' ? ' ' : *text);
}

static void set(struct conversion *c, const char *key, const char *value)
{
	put_line(c->out, key);
	buf_puts(c->out, " = ");
	put_line(c->out, value);
	buf_putc(c->out, '\n');
}

static void note(struct conversion *c, bool lost, const char *what, const char *value, const char *why)
{
	buf_puts(&c->notes, lost ? "; ! " : "; ");
	put_line(&c->notes, what);
	if (value) {
		buf_puts(&c->notes, " = ");
		put_line(&c->notes, value);
	}
	buf_printf(&c->notes, "\n;     %s\n", why);
	*c->lost += lost;
}

/* ---- the message ---- */

/* $.payload.after."a b" -> the last step, and what the steps before say. */
static const char *path_field(struct conversion *c, const char *path)
{
	const char *field = "", *p = path;

	if (*p == '$')
		p++;
	while (*p == '.') {
		char quote = p[1] == '"' || p[1] == '`' ? p[1] : '\0';
		const char *start = p + 1 + (quote != '\0');
		size_t len = quote ? strcspn(start, (char[]){ quote, '\0' }) : strcspn(start, ".");

		field = arena_dup(&c->arena, start, len);
		p = start + len + (quote && start[len]);
		c->payload |= strcmp(field, "payload") == 0 && *p != '\0';
		c->envelope |= (strcmp(field, "after") == 0 || strcmp(field, "before") == 0) && *p != '\0';
	}
	return field;
}

static void read_paths(struct conversion *c, const char *text)
{
	struct json j;
	struct json_slice slice;
	const char *path;
	size_t len, at = 0;

	json_init(&j, text, strlen(text));
	if (!json_enter(&j, '['))
		return;
	while (json_element(&j) && json_value(&j, &slice) == JSON_STRING && at < c->nsources)
		if (json_text(&slice, &c->arena, &path, &len) == 0)
			c->sources[at++].field = path_field(c, arena_dup(&c->arena, path, len));
	if (!json_done(&j))
		note(c, true, "jsonpaths", text, "expected a list of paths in JSON, as many as COLUMNS has names");
}

static void read_sources(struct conversion *c)
{
	const struct routine_text *t = &c->text;
	const char *paths = property(t->job_properties, t->njob, "jsonpaths");
	const char *root = property(t->job_properties, t->njob, "json_root");

	c->sources = arena_alloc(&c->arena, (t->ncolumns + 1) * sizeof(*c->sources));
	for (size_t i = 0; i < t->ncolumns; i++)
		if (t->columns[i].expression == NULL)
			c->sources[c->nsources++] = (struct convert_source){ t->columns[i].name, t->columns[i].name };
	if (paths && *paths)
		read_paths(c, paths);
	if (root && *root)
		path_field(c, arena_printf(&c->arena, "%s.x", root));
}

static const char *source_field(void *arg, const char *name)
{
	const struct conversion *c = arg;

	for (size_t i = 0; i < c->nsources; i++)
		if (strcasecmp(c->sources[i].name, name) == 0)
			return c->sources[i].field;
	return NULL;
}

/* ---- columns ---- */

static bool is_service(const char *field)
{
	return strcmp(field, "__deleted") == 0 || strcmp(field, "op") == 0 || strncmp(field, "__op", 4) == 0;
}

/* A column that another expression reads is only a name within the job. */
static bool is_read(const struct conversion *c, const char *name)
{
	for (size_t i = 0; i < c->text.ncolumns; i++)
		if (c->text.columns[i].expression && strstr(c->text.columns[i].expression, name))
			return true;
	return false;
}

/* Functions that only make the table's type of what the message has. */
static bool only_types(const char *expression)
{
	static const char *const functions[] = { "from_unixtime", "days_add", "seconds_add", "microseconds_add",
		"date_add", "from_days", "to_binary", "base64_decode_binary", "from_base64", "unhex", "parse_json",
		"cast", "'T', ' '", "str_to_date", "str2date", "to_date", "convert_tz", "largeint" };

	for (size_t i = 0; i < sizeof(functions) / sizeof(*functions); i++)
		if (strcasestr(expression, functions[i]))
			return true;
	return false;
}

static void put_cell(struct conversion *c, const char *name, const char *value)
{
	buf_puts(&c->script, "\trow[");
	buf_json_str(&c->script, name);
	buf_printf(&c->script, "] = %s\n", value);
}

static void convert_expression(struct conversion *c, const struct routine_item *item)
{
	const char *what = NULL, *field;
	struct buf lua;

	if (strncasecmp(item->name, "__op", 4) == 0) {
		note(c, false, item->name, item->expression, "millrace reads deletes from the message itself");
		return;
	}
	field = source_field(c, item->expression);
	if (only_types(item->expression) || (field && strcmp(field, item->name) == 0) ||
			(c->envelope && strcasestr(item->expression, "ifnull(") && is_read(c, item->name))) {
		note(c, false, item->name, item->expression,
				"millrace knows the column's type, and where a message has the row");
		return;
	}
	buf_init(&lua, TEXT_MAX);
	if (routine_lua(item->expression, false, source_field, c, &c->arena, &lua, &what))
		put_cell(c, item->name, lua.data);
	else
		note(c, true, item->name, item->expression,
				arena_printf(&c->arena, "write it in the script: %s is not translated", what));
	buf_done(&lua);
}

static void convert_columns(struct conversion *c)
{
	for (size_t i = 0; i < c->text.ncolumns; i++) {
		const struct routine_item *item = &c->text.columns[i];
		const char *field = item->expression ? NULL : source_field(c, item->name);
		char *value;

		if (item->expression) {
			convert_expression(c, item);
			continue;
		}
		if (is_service(field) || strcmp(field, item->name) == 0 || is_read(c, item->name))
			continue;
		value = arena_printf(&c->arena, "row[\"%s\"]; row[\"%s\"] = nil", field, field);
		if (strpbrk(field, "\"\\\n"))
			note(c, true, item->name, NULL, "rename it in the script");
		else
			put_cell(c, item->name, value);
	}
}

static void convert_where(struct conversion *c)
{
	const char *what = NULL;
	struct buf lua;

	if (c->text.where == NULL)
		return;
	buf_init(&lua, TEXT_MAX);
	if (routine_lua(c->text.where, true, source_field, c, &c->arena, &lua, &what))
		set(c, "filter", lua.data);
	else
		note(c, true, "WHERE", c->text.where,
				arena_printf(&c->arena, "write it as filter: %s is not translated", what));
	buf_done(&lua);
}

/* ---- properties ---- */

static const struct known_property {
	const char *key;
	bool lost;
	const char *why; /* NULL: it is carried over elsewhere */
} known[] = {
	{ "format", false, NULL },
	{ "jsonpaths", false, NULL },
	{ "json_root", false, NULL },
	{ "max_error_number", false,
			"a row that the table does not take is a dead letter, and its neighbours are loaded" },
	{ "max_filter_ratio", false,
			"a row that the table does not take is a dead letter, and its neighbours are loaded" },
	{ "strict_mode", false, "each value is checked against its column before it is sent" },
	{ "log_rejected_record_num", false, "dead letters hold the whole message" },
	{ "max_batch_interval", false, "rows are loaded as they come; see load.interval in [starrocks]" },
	{ "max_batch_rows", false, "see load.max.rows in [starrocks]" },
	{ "max_batch_size", false, "see load.max.bytes in [starrocks]" },
	{ "desired_concurrent_number", false, "see workers in [load]" },
	{ "task_consume_second", false, "rows are loaded as they come" },
	{ "task_timeout_second", false, "see load.timeout in [starrocks]" },
	{ "pause_on_fatal_parse_error", false, "a message that is no JSON is a dead letter" },
	{ "timezone", false, "set [starrocks] time.zone if TIMESTAMP columns are stored in another zone than UTC" },
	{ "partial_update", true, "a script that leaves cells nil does it: row.x = nil" },
	{ "merge_condition", true, "rows are loaded in the order of their changes" },
	{ "kafka_broker_list", false, NULL },
	{ "kafka_topic", false, NULL },
	{ "kafka_partitions", true, "the load half takes all partitions of a topic" },
	{ "kafka_offsets", true, "`millrace replay TABLE --from OFFSET` begins at an offset" },
	{ "property.kafka_default_offsets", false, "a topic is loaded from its beginning, also in new partitions" },
	{ "property.group.id", false, "see group.id in [load]" },
	{ "property.isolation.level", false, "only committed messages are read" },
	{ "property.client.id", false, "it is the name of [millrace]" },
};

static bool tell_known(struct conversion *c, const struct routine_pair *p)
{
	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++) {
		if (strcasecmp(known[i].key, p->key) != 0)
			continue;
		if (known[i].why)
			note(c, known[i].lost, p->key, p->value, known[i].why);
		return true;
	}
	return false;
}

static void convert_properties(struct conversion *c)
{
	const struct routine_text *t = &c->text;

	for (size_t i = 0; i < t->njob; i++)
		if (!tell_known(c, &t->job_properties[i]))
			note(c, true, t->job_properties[i].key, t->job_properties[i].value, "no setting does it");
	for (size_t i = 0; i < t->nkafka; i++) {
		const struct routine_pair *p = &t->kafka[i];
		const char *key = p->key + (strncmp(p->key, "property.", 9) == 0 ? 9 : 0);

		if (tell_known(c, p))
			continue;
		if (key == p->key)
			note(c, true, p->key, p->value, "no setting does it");
		else if (conf_key_is_secret(key))
			note(c, true, key, NULL, "secrets are not copied: name a file in [kafka], KEY.file = PATH");
		else if (strncmp(p->value, "FILE:", 5) == 0)
			note(c, true, key, p->value,
					"a file of StarRocks: set [kafka] to the path of one of this host");
		else
			set(c, key, p->value);
	}
}

/* ---- the whole ---- */

/* PREFIX.db.table: the last two parts. */
static void read_topic(struct conversion *c, const char *topic)
{
	const char *last = strrchr(topic, '.'), *before = last;

	while (before && before > topic && *--before != '.')
		;
	c->prefix = c->db = NULL;
	c->table = c->text.table;
	if (last == NULL || before == topic || before == NULL || *before != '.')
		return;
	c->prefix = arena_dup(&c->arena, topic, (size_t)(before - topic));
	c->db = arena_dup(&c->arena, before + 1, (size_t)(last - before - 1));
	c->table = last + 1;
}

static void put_table(struct conversion *c, const char *topic)
{
	const struct routine_text *t = &c->text;

	buf_puts(c->out, "\n[starrocks]\n; fe.http and fe.mysql: the cluster's frontends\n");
	if (t->db && (c->db == NULL || strcmp(t->db, c->db) != 0))
		set(c, "database", t->db);
	buf_puts(c->out, "\n[load]\n");
	set(c, "topics", topic);
	buf_puts(c->out, "\n[table ");
	put_line(c->out, c->db ? c->db : t->db ? t->db : "?");
	buf_putc(c->out, '.');
	put_line(c->out, c->table);
	buf_puts(c->out, "]\n");
	convert_columns(c);
	convert_where(c);
	if (c->script.len)
		set(c, "transform", arena_printf(&c->arena, "%s.lua", t->job));
	if (strcmp(t->table, c->table) != 0)
		note(c, true, "ON", t->table, "the table has another name than the topic");
	if (t->other)
		note(c, true, t->other, NULL, "millrace reads JSON, and takes no such clause");
}

static void convert_one(struct conversion *c)
{
	const struct routine_text *t = &c->text;
	const char *topic = property(t->kafka, t->nkafka, "kafka_topic"),
		   *brokers = property(t->kafka, t->nkafka, "kafka_broker_list");

	read_sources(c);
	read_topic(c, topic ? topic : "");
	buf_puts(c->out, "; Routine Load job ");
	put_line(c->out, t->job);
	buf_puts(c->out, "\n[kafka]\n");
	if (brokers)
		set(c, "bootstrap.servers", brokers);
	if (c->prefix)
		set(c, "topic.prefix", c->prefix);
	else
		note(c, true, "kafka_topic", topic ? topic : "(none)",
				"expected PREFIX.db.table: set [kafka] topic.prefix");
	buf_printf(c->out, "message.format = %s\nschemas.enable = %s\n", c->envelope ? "envelope" : "flat",
			c->payload ? "true" : "false");
	convert_properties(c);
	put_table(c, topic ? topic : "");
	buf_putc(c->out, '\n');
	if (c->notes.len)
		buf_put(c->out, c->notes.data, c->notes.len);
	if (c->script.len) {
		buf_puts(c->out, "\n; ");
		put_line(c->out, t->job);
		buf_puts(c->out, ".lua, without the signs before each line:\n;; function transform(row, event)\n");
		for (const char *line = c->script.data, *end; *line; line = end + 1) {
			end = line + strcspn(line, "\n");
			buf_printf(c->out, ";; %.*s\n", (int)(end - line), line);
		}
		buf_puts(c->out, ";; \treturn row\n;; end\n");
	}
	buf_putc(c->out, '\n');
}

bool routine_convert_takes(const char *text, size_t len)
{
	struct routine_lex lex;
	struct arena arena;
	bool takes;

	arena_init(&arena, 0);
	routine_lex_init(&lex, &arena, text, len);
	takes = routine_lex_is(&lex, "create");
	arena_done(&arena);
	return takes;
}

int routine_convert(const char *text, size_t len, struct buf *out, unsigned *lost, struct err *err)
{
	struct conversion c = { .lost = lost, .out = out };
	struct routine_lex lex;
	unsigned count = 0;
	int rc;

	*lost = 0;
	arena_init(&c.arena, 0);
	routine_lex_init(&lex, &c.arena, text, len);
	while ((rc = routine_text_parse(&lex, &c.text, err)) == 1) {
		buf_init(&c.notes, TEXT_MAX);
		buf_init(&c.script, TEXT_MAX);
		c.nsources = 0;
		c.envelope = c.payload = false;
		convert_one(&c);
		buf_done(&c.notes);
		buf_done(&c.script);
		count++;
	}
	if (rc == 0 && count == 0)
		rc = err_set(err, ERR_CONFIG, 0, "expected CREATE ROUTINE LOAD, found nothing");
	arena_done(&c.arena);
	return rc;
}
