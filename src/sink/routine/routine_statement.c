/*
 * routine_statement.c - CREATE ROUTINE LOAD for a table, from the form of its messages. A flat message has the row and
 * __deleted; an envelope has before, after and op: the key is taken from where the row is, everything else from after.
 *
 * Paths stand in the order of COLUMNS, one each. A column that is turned is read under a name that the table has not.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/xalloc.h"
#include "sink/routine/routine.h"
#include "sink/routine/routine_column.h"
#include "sink/base/sink_ops.h"

#define TEXT_MAX (4 << 20)
enum { NAME_MAX_LEN = 64 };

struct routine_statement {
	const struct routine_plan *p;
	struct report *problems;
	struct buf columns, paths, expressions;
	int64_t zone_us;
	size_t before; /* problems that there were */
};

char *routine_job_name(const char *table)
{
	char *name = xasprintf("load_%s", table);

	for (char *c = name; *c; c++)
		if (!isalnum((unsigned char)*c))
			*c = '_';
	if (strlen(name) > NAME_MAX_LEN)
		name[NAME_MAX_LEN] = '\0';
	return name;
}

bool routine_name_check(const char *name)
{
	size_t len = strlen(name);

	return len > 0 && len <= NAME_MAX_LEN &&
			strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-") == len;
}

/* ---- columns ---- */

enum { NAME_ODD, TYPE_NONE, KEY_NONE, ZONE_WRONG, JOB_NAME, FILE_LOCAL };
static const struct report_kind kinds[] = {
	[NAME_ODD] = { REPORT_PROBLEM, "column", "a path of StarRocks cannot name it",
			"leave the column out with [mysql] column.exclude.list" },
	[TYPE_NONE] = { REPORT_PROBLEM, "column", "StarRocks has no type for it",
			"leave the column out with [mysql] column.exclude.list" },
	[KEY_NONE] = { REPORT_PROBLEM, "table", "no primary key: StarRocks updates and deletes by key",
			"add a primary key at the source" },
	[ZONE_WRONG] = { REPORT_PROBLEM, "table", "a time zone that is none", "[starrocks] time.zone" },
	[JOB_NAME] = { REPORT_PROBLEM, "table", "StarRocks takes no job of this name",
			"--name of letters, digits, _ and -, at most 64" },
	[FILE_LOCAL] = { REPORT_PROBLEM, "ssl.*.location", "a file of this host, which the backends do not have",
			"make it a file of StarRocks (CREATE FILE) and set [starrocks] routine.property.ssl.*.location = FILE:name" },
};

void routine_statement_remedies(struct report *r)
{
	report_kinds(r, kinds, sizeof(kinds) / sizeof(*kinds));
}

static void problem(struct routine_statement *s, const char *column, const char *remedy, const char *found)
{
	char *subject = column ? xasprintf("column %s", column) : xasprintf("table %s", s->p->schema->table);

	report_add(s->problems, REPORT_PROBLEM, subject, remedy, "%s", found);
	free(subject);
}

static void problem_kind_of(struct routine_statement *s, const char *column, int kind)
{
	problem(s, column, kinds[kind].remedy, kinds[kind].found);
}

/* `$.payload.after.name`; a name of other characters in quotes. */
static void put_path(struct routine_statement *s, const char *row, const char *name)
{
	bool plain = name[strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_")] == '\0';

	buf_puts(&s->paths, s->paths.len ? ",\"$." : "\"$.");
	if (s->p->payload)
		buf_puts(&s->paths, "payload.");
	if (row)
		buf_printf(&s->paths, "%s.", row);
	buf_printf(&s->paths, plain ? "%s\"" : "\\\"%s\\\"\"", name);
}

static void put_source(struct routine_statement *s, const char *name)
{
	buf_puts(&s->columns, s->columns.len ? ", " : "");
	starrocks_name(&s->columns, name);
}

static void put_expression(struct routine_statement *s, const char *name, const char *expression)
{
	buf_puts(&s->expressions, ",\n  ");
	starrocks_name(&s->expressions, name);
	buf_printf(&s->expressions, " = %s", expression);
}

/* PREFIX_name, such that the table has no column of that name. */
static char *other_name(const struct schema *schema, const char *prefix, const char *name)
{
	char *other = xasprintf("%s_%s", prefix, name);

	while (schema_column(schema, other, strlen(other)) >= 0) {
		char *longer = xasprintf("%s_", other);

		free(other);
		other = longer;
	}
	return other;
}

static char *quoted(const char *name)
{
	struct buf b;

	buf_init(&b, TEXT_MAX);
	starrocks_name(&b, name);
	return buf_take(&b);
}

/* The value of a column from one or two sources, as an expression; the sources are put. */
static char *sources(struct routine_statement *s, const char *name, bool in_key, bool turned)
{
	const struct schema *schema = s->p->schema;
	char *source, *before, *q, *value;

	if (!s->p->envelope || !in_key) {
		source = turned ? other_name(schema, "src", name) : xstrdup(name);
		put_source(s, source);
		put_path(s, s->p->envelope ? "after" : NULL, name);
		value = quoted(source);
		free(source);
		return value;
	}
	source = other_name(schema, "after", name);
	before = other_name(schema, "before", name);
	put_source(s, source);
	put_path(s, "after", name);
	put_source(s, before);
	put_path(s, "before", name);
	value = quoted(source);
	q = quoted(before);
	free(source);
	source = xasprintf("ifnull(%s, %s)", value, q);
	free(value);
	free(before);
	free(q);
	return source;
}

static void add_column(struct routine_statement *s, unsigned at)
{
	const struct schema *schema = s->p->schema;
	const struct column *c = &schema->columns[at];
	bool in_key = schema_is_key(schema, at), turned;
	const char *refused = NULL, *remedy = NULL;
	struct starrocks_type type;
	struct buf out;
	char *value;

	if (!starrocks_name_is_plain(c->name) || strpbrk(c->name, "\"\\[]") || strncasecmp(c->name, "__op", 4) == 0) {
		problem_kind_of(s, c->name, NAME_ODD);
		return;
	}
	if (starrocks_type_of(c, in_key, schema->exact, &type)) {
		problem_kind_of(s, c->name, TYPE_NONE);
		return;
	}
	buf_init(&out, TEXT_MAX);
	turned = routine_column(c, s->p->forms[at], &type, in_key, s->zone_us / 1000000, "", &out, &refused, &remedy);
	buf_reset(&out);
	if (refused) {
		problem(s, c->name, remedy, refused);
		buf_done(&out);
		return;
	}
	value = sources(s, c->name, in_key, turned);
	if (turned)
		routine_column(c, s->p->forms[at], &type, in_key, s->zone_us / 1000000, value, &out, &refused, &remedy);
	if (turned || (s->p->envelope && in_key))
		put_expression(s, c->name, turned ? out.data : value);
	free(value);
	buf_done(&out);
}

static void add_deletes(struct routine_statement *s)
{
	const char *name = s->p->envelope ? "op" : "__deleted";
	char *source = s->p->envelope ? other_name(s->p->schema, "message", name) : xstrdup(name), *q;

	put_source(s, source);
	put_path(s, NULL, name);
	q = quoted(source);
	buf_printf(&s->expressions, ",\n  __op = if(%s = '%s', 1, 0)", q, s->p->envelope ? "d" : "true");
	free(q);
	free(source);
}

/* ---- properties ---- */

struct property {
	const char *key, *value;
};

static const char *wanted(const struct conf_pairs *pairs, const char *key)
{
	for (size_t i = 0; pairs && i < pairs->count; i++)
		if (strcmp(pairs->items[i].key, key) == 0)
			return pairs->items[i].value;
	return NULL;
}

static bool of_kafka(const char *key)
{
	return strncmp(key, "property.", 9) == 0 || strncmp(key, "kafka_", 6) == 0;
}

static void put_property(struct buf *b, bool *first, const char *key, const char *value, bool secrets)
{
	buf_puts(b, *first ? "\n  " : ",\n  ");
	starrocks_string(b, key);
	buf_puts(b, " = ");
	starrocks_string(b, conf_key_is_secret(key) && !secrets ? "******" : value);
	*first = false;
}

/* What is preset, unless another value is wanted; then what is wanted besides. */
static void put_properties(struct buf *b, const struct property *preset, size_t n, const struct conf_pairs *pairs,
		bool kafka, bool secrets)
{
	bool first = true;

	for (size_t i = 0; i < n; i++)
		if (preset[i].value && !wanted(pairs, preset[i].key))
			put_property(b, &first, preset[i].key, preset[i].value, true);
	for (size_t i = 0; pairs && i < pairs->count; i++)
		if (of_kafka(pairs->items[i].key) == kafka)
			put_property(b, &first, pairs->items[i].key, pairs->items[i].value, secrets);
}

static void put_job_properties(struct routine_statement *s, struct buf *sql)
{
	unsigned v = s->p->version;
	bool fatal = v >= 30402 || (v >= 30312 && v < 30400);
	struct buf paths;

	buf_init(&paths, TEXT_MAX);
	buf_printf(&paths, "[%s]", s->paths.data ? s->paths.data : "");
	{
		const struct property preset[] = {
			{ "format", "json" },
			{ "jsonpaths", paths.data },
			{ "max_error_number", "0" },
			{ "strict_mode", "true" }, /* else a value that cannot be turned is NULL, without a word */
			{ "timezone", "UTC" },
			{ "pause_on_fatal_parse_error", fatal ? "true" : NULL },
		};

		buf_puts(sql, "\nPROPERTIES (");
		put_properties(sql, preset, sizeof(preset) / sizeof(*preset), s->p->wanted, false, s->p->show_secrets);
		buf_puts(sql, "\n)");
	}
	buf_done(&paths);
}

static bool is_security(const char *key)
{
	return strcmp(key, "security.protocol") == 0 || strncmp(key, "sasl.", 5) == 0 || strncmp(key, "ssl.", 4) == 0;
}

static bool is_file(const char *key)
{
	size_t len = strlen(key);

	return strncmp(key, "ssl.", 4) == 0 && len > 9 && strcmp(key + len - 9, ".location") == 0;
}

/* StarRocks' backends talk to Kafka as this process does; but the files of this host are not theirs. */
static void put_security(struct routine_statement *s, struct buf *sql)
{
	bool first = false;

	for (size_t i = 0; s->p->client && i < s->p->client->count; i++) {
		const struct conf_pair *c = &s->p->client->items[i];
		char *key = xasprintf("property.%s", c->key);

		if (is_security(c->key) && !wanted(s->p->wanted, key)) {
			if (is_file(c->key))
				report_tell_of(s->problems, &kinds[FILE_LOCAL], c->key, "%s", kinds[FILE_LOCAL].found);
			else
				put_property(sql, &first, key, c->value, s->p->show_secrets);
		}
		free(key);
	}
}

static void put_offsets(const struct routine_plan *p, struct buf *sql)
{
	struct buf ids, offsets;
	bool first = false;

	if (p->noffsets == 0)
		return;
	buf_init(&ids, TEXT_MAX);
	buf_init(&offsets, TEXT_MAX);
	for (size_t i = 0; i < p->noffsets; i++) {
		buf_printf(&ids, "%s%d", i ? "," : "", p->offsets[i].partition);
		buf_printf(&offsets, "%s%lld", i ? "," : "", (long long)p->offsets[i].offset);
	}
	put_property(sql, &first, "kafka_partitions", ids.data, true);
	put_property(sql, &first, "kafka_offsets", offsets.data, true);
	buf_done(&ids);
	buf_done(&offsets);
}

static void put_kafka(struct routine_statement *s, struct buf *sql)
{
	const struct property preset[] = {
		{ "kafka_broker_list", s->p->brokers },
		{ "kafka_topic", s->p->topic },
		{ "property.kafka_default_offsets", "OFFSET_BEGINNING" }, /* of a new partition, too */
		{ "property.isolation.level", "read_committed" },
	};

	buf_puts(sql, "\nFROM KAFKA (");
	put_properties(sql, preset, sizeof(preset) / sizeof(*preset), s->p->wanted, true, s->p->show_secrets);
	put_security(s, sql);
	put_offsets(s->p, sql);
	buf_puts(sql, "\n)");
}

/* ---- the whole ---- */

static void put_statement(struct routine_statement *s, struct buf *sql)
{
	const struct routine_plan *p = s->p;
	const struct schema *to = sink_routed(p->conf, p->schema);
	char *name = p->job ? xstrdup(p->job) : routine_job_name(p->schema->table);

	buf_puts(sql, "CREATE ROUTINE LOAD ");
	starrocks_name(sql, to->db);
	buf_putc(sql, '.');
	starrocks_name(sql, name);
	buf_puts(sql, " ON ");
	starrocks_name(sql, to->table);
	buf_printf(sql, "\nCOLUMNS (\n  %s%s\n)", s->columns.data ? s->columns.data : "",
			s->expressions.data ? s->expressions.data : "");
	put_job_properties(s, sql);
	put_kafka(s, sql);
	free(name);
}

static void check_table(struct routine_statement *s)
{
	const struct schema *schema = s->p->schema;
	struct err err;

	if (schema->nkey == 0)
		problem_kind_of(s, NULL, KEY_NONE);
	if (sink_zone_parse(s->p->conf->time_zone, &s->zone_us, &err))
		problem(s, NULL, kinds[ZONE_WRONG].remedy, err.msg);
	if (s->p->job && !routine_name_check(s->p->job))
		problem_kind_of(s, NULL, JOB_NAME);
}

int routine_statement(const struct routine_plan *p, struct buf *sql, struct report *problems)
{
	struct routine_statement s = { .p = p, .problems = problems, .before = report_count(problems, REPORT_PROBLEM) };

	buf_init(&s.columns, TEXT_MAX);
	buf_init(&s.paths, TEXT_MAX);
	buf_init(&s.expressions, TEXT_MAX);
	check_table(&s);
	for (unsigned i = 0; i < p->schema->ncolumns; i++)
		add_column(&s, i);
	add_deletes(&s);
	put_statement(&s, sql);
	buf_done(&s.columns);
	buf_done(&s.paths);
	buf_done(&s.expressions);
	return report_count(problems, REPORT_PROBLEM) > s.before ? -1 : 0;
}

void routine_alter(struct buf *sql, const char *db, const char *job, const struct conf_pairs *properties, bool secrets)
{
	size_t kafka = 0;

	for (size_t i = 0; i < properties->count; i++)
		kafka += of_kafka(properties->items[i].key);
	buf_puts(sql, "ALTER ROUTINE LOAD FOR ");
	starrocks_name(sql, db);
	buf_putc(sql, '.');
	starrocks_name(sql, job);
	if (kafka < properties->count) {
		buf_puts(sql, "\nPROPERTIES (");
		put_properties(sql, NULL, 0, properties, false, secrets);
		buf_puts(sql, "\n)");
	}
	if (kafka > 0) {
		buf_puts(sql, "\nFROM KAFKA (");
		put_properties(sql, NULL, 0, properties, true, secrets);
		buf_puts(sql, "\n)");
	}
}
