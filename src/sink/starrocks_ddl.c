/*
 * starrocks_ddl.c - the table at the target: what is created, and how it follows the source.
 *
 * What is hard: a load that was planned before a new column is there ignores the column without a word, so no row of a
 * new schema may leave before ALTER TABLE is finished, and without fast schema evolution that is a job that runs on.
 * Waiting is cut into pieces of less than a second: then ERR_RETRY, and the next call goes on waiting. What cannot be
 * undone or could lose data (other types, another key) is never done, but written down as a statement for a person.
 *
 * Value columns are all created NULL: a delete carries no values, MySQL may drop NOT NULL at any time, and StarRocks
 * cannot add a NOT NULL column without inventing a value.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/clock.h"
#include "core/xalloc.h"
#include "sink/sink_ops.h"
#include "sink/starrocks.h"

#define SQL_MAX (4 << 20)
#define WAIT_MS 800
#define POLL_MS 50
#define STEPS_MAX 8 /* create, add, then one MODIFY a column and call */

void starrocks_columns_add(struct starrocks_columns *have, const char *name, const char *type, bool nullable, bool key)
{
	have->items = xrealloc(have->items, (have->count + 1) * sizeof(have->items[0]));
	have->items[have->count].name = xstrdup(name);
	starrocks_type_parse(type, &have->items[have->count].type);
	have->items[have->count].nullable = nullable;
	have->items[have->count].preset = NULL;
	have->items[have->count++].key = key;
}

void starrocks_columns_done(struct starrocks_columns *have)
{
	for (size_t i = 0; i < have->count; i++) {
		free(have->items[i].name);
		free(have->items[i].preset);
	}
	free(have->items);
	have->items = NULL;
	have->count = 0;
}

const struct starrocks_column *starrocks_columns_find(const struct starrocks_columns *have, const char *name)
{
	for (size_t i = 0; i < have->count; i++)
		if (strcasecmp(have->items[i].name, name) == 0)
			return &have->items[i];
	return NULL;
}

void starrocks_name(struct buf *b, const char *name)
{
	buf_putc(b, '`');
	for (; *name; name++) {
		if (*name == '`')
			buf_putc(b, '`');
		buf_putc(b, *name);
	}
	buf_putc(b, '`');
}

void starrocks_string(struct buf *b, const char *text)
{
	buf_putc(b, '"');
	for (; *text; text++) {
		if (*text == '"' || *text == '\\')
			buf_putc(b, '\\');
		if (*text == '\n')
			buf_puts(b, "\\n");
		else if (*text == '\r')
			buf_puts(b, "\\r");
		else if (*text == '\t')
			buf_puts(b, "\\t");
		else
			buf_putc(b, *text);
	}
	buf_putc(b, '"');
}

static void put_table(struct buf *b, const struct sink_conf *conf, const struct schema *schema)
{
	starrocks_name(b, schema->db);
	buf_putc(b, '.');
	starrocks_name(b, schema->table);
}

bool starrocks_name_is_plain(const char *name)
{
	for (; *name; name++)
		if ((unsigned char)*name < ' ' || *name == 0x7f)
			return false;
	return true;
}

/* What no statement can put right. */
static int schema_check(const struct schema *schema, struct err *err)
{
	struct starrocks_type type;
	unsigned key_bytes = 0;

	if (schema->nkey == 0)
		return err_set(err, ERR_CONFIG, 0,
				"table %s.%s: no primary key; StarRocks updates and deletes by key: add one at the source, "
				"or leave the table out",
				schema->db, schema->table);
	if (!starrocks_name_is_plain(schema->table) || !starrocks_name_is_plain(schema->db))
		return err_set(err, ERR_DATA, 0, "a table name holds control characters; leave the table out");
	for (unsigned i = 0; i < schema->ncolumns; i++) {
		const struct column *c = &schema->columns[i];

		if (!starrocks_name_is_plain(c->name) || strncasecmp(c->name, "__op", 4) == 0 ||
				strncasecmp(c->name, "__row", 5) == 0)
			return err_set(err, ERR_DATA, 0,
					"table %s.%s: column %u: control characters, __op and __row are not possible in StarRocks; "
					"rename it in a script",
					schema->db, schema->table, i + 1);
		if (starrocks_type_of(c, schema_is_key(schema, i), schema->exact, &type))
			return err_set(err, ERR_DATA, 0, "table %s.%s: column %s: no StarRocks type for %s%s",
					schema->db, schema->table, c->name,
					c->type_text ? c->type_text : column_type_name(c->type),
					schema_is_key(schema, i) ? " in a key" : "");
		key_bytes += schema_is_key(schema, i) ? starrocks_key_width(type.kind) : 0;
	}
	if (key_bytes > SR_KEY_BYTES)
		return err_set(err, ERR_CONFIG, 0,
				"table %s.%s: each value of its key takes %u bytes, and StarRocks takes %d: shorten the key, or leave the table out",
				schema->db, schema->table, key_bytes, SR_KEY_BYTES);
	return 0;
}

void starrocks_put_column(struct buf *b, const struct schema *schema, unsigned at, const char *preset)
{
	const struct column *c = &schema->columns[at];
	bool in_key = schema_is_key(schema, at);
	struct starrocks_type type;
	char text[64];

	starrocks_type_of(c, in_key, schema->exact, &type);
	starrocks_type_print(&type, text, sizeof(text));
	starrocks_name(b, c->name);
	buf_printf(b, " %s %s", text, in_key ? "NOT NULL" : "NULL");
	if (preset) {
		buf_puts(b, " DEFAULT ");
		starrocks_string(b, preset);
	}
	if (c->comment && c->comment[0]) {
		buf_puts(b, " COMMENT ");
		starrocks_string(b, c->comment);
	}
}

static void put_key_names(struct buf *b, const struct schema *schema)
{
	for (unsigned i = 0; i < schema->nkey; i++) {
		buf_puts(b, i ? ", " : "");
		starrocks_name(b, schema->columns[schema->key[i]].name);
	}
}

int starrocks_create(struct buf *sql, const struct sink_conf *conf, const struct schema *schema, struct err *err)
{
	if (schema_check(schema, err))
		return -1;
	buf_puts(sql, "CREATE TABLE IF NOT EXISTS ");
	put_table(sql, conf, schema);
	buf_puts(sql, " (");
	for (unsigned i = 0; i < schema->nkey; i++) {
		buf_puts(sql, i ? ",\n  " : "\n  ");
		starrocks_put_column(sql, schema, schema->key[i], NULL);
	}
	for (unsigned i = 0; i < schema->ncolumns; i++) {
		if (schema_is_key(schema, i))
			continue;
		buf_puts(sql, ",\n  ");
		starrocks_put_column(sql, schema, i, NULL);
	}
	buf_puts(sql, "\n) ENGINE=OLAP\nPRIMARY KEY (");
	put_key_names(sql, schema);
	buf_putc(sql, ')');
	if (schema->comment && schema->comment[0]) {
		buf_puts(sql, "\nCOMMENT ");
		starrocks_string(sql, schema->comment);
	}
	buf_puts(sql, "\nDISTRIBUTED BY HASH (");
	put_key_names(sql, schema);
	buf_putc(sql, ')');
	if (conf->buckets > 0)
		buf_printf(sql, " BUCKETS %lld", (long long)conf->buckets);
	buf_puts(sql, "\nPROPERTIES (");
	if (conf->replication_num > 0)
		buf_printf(sql, "\"replication_num\" = \"%lld\", ", (long long)conf->replication_num);
	buf_puts(sql, "\"enable_persistent_index\" = \"true\", \"fast_schema_evolution\" = \"true\")");
	return 0;
}

void starrocks_why(struct buf *b, const struct schema *schema)
{
	for (unsigned i = 0; i < schema->ncolumns; i++) {
		const struct column *c = &schema->columns[i];
		struct starrocks_type type;
		char from[256], to[64];

		if (starrocks_type_of(c, schema_is_key(schema, i), schema->exact, &type))
			continue;
		column_type_print(c, from, sizeof(from));
		starrocks_type_print(&type, to, sizeof(to));
		buf_printf(b, "%s: %s -> %s: %s\n", c->name, from, to, type.why);
		if (schema_is_key(schema, i) && type.kind == SR_VARCHAR && type.length > SR_KEY_BYTES)
			buf_printf(b, "%s: in the key: a value that makes the key longer than %d bytes goes to the dead letters\n",
					c->name, SR_KEY_BYTES);
	}
}

static int key_check(const struct schema *schema, const struct starrocks_columns *have, struct err *err)
{
	unsigned nkey = 0;

	for (size_t i = 0; i < have->count; i++)
		nkey += have->items[i].key;
	for (unsigned i = 0; i < schema->nkey; i++) {
		const struct starrocks_column *c = starrocks_columns_find(have, schema->columns[schema->key[i]].name);

		if (!c || !c->key)
			nkey = UINT32_MAX;
	}
	if (nkey == schema->nkey)
		return 0;
	return err_set(err, ERR_CONFIG, 0,
			"table %s.%s: StarRocks' table is not a Primary Key table on the key of the source; "
			"`millrace ddl %s.%s` prints the one that fits",
			schema->db, schema->table, schema->db, schema->table);
}

/* The type is not taken and cannot be widened here: say what to run. */
static int mismatch(const struct sink_conf *conf, const struct schema *schema, unsigned at,
		const struct starrocks_column *have, struct err *err)
{
	struct buf sql;
	char is[64];

	starrocks_type_print(&have->type, is, sizeof(is));
	buf_init(&sql, SQL_MAX);
	if (have->key) {
		buf_puts(&sql, "a key column cannot be altered: create the table again and snapshot it");
	} else {
		buf_puts(&sql, "run by hand: ALTER TABLE ");
		put_table(&sql, conf, schema);
		buf_puts(&sql, " MODIFY COLUMN ");
		starrocks_put_column(&sql, schema, at, have->preset);
	}
	err_set(err, ERR_CONFIG, 0, "table %s.%s: column %s is %s in StarRocks, too narrow for %s; %s", schema->db,
			schema->table, have->name, is,
			schema->columns[at].type_text ? schema->columns[at].type_text
						      : column_type_name(schema->columns[at].type),
			sql.data);
	buf_done(&sql);
	return -1;
}

static void put_alter(struct buf *sql, const struct sink_conf *conf, const struct schema *schema, const char *what,
		unsigned at, const char *preset)
{
	if (sql->len == 0) {
		buf_puts(sql, "ALTER TABLE ");
		put_table(sql, conf, schema);
	} else {
		buf_putc(sql, ',');
	}
	buf_printf(sql, " %s COLUMN ", what);
	starrocks_put_column(sql, schema, at, preset);
}

/* StarRocks converts the rows that are there, and every value is kept. */
static bool can_widen(const struct starrocks_type *have, const struct starrocks_type *want)
{
	if (have->kind == SR_VARCHAR && want->kind == SR_VARCHAR)
		return true;
	return have->kind >= SR_TINYINT && have->kind < want->kind && want->kind <= SR_BIGINT;
}

int starrocks_alter(struct buf *sql, const struct sink_conf *conf, const struct schema *schema,
		const struct starrocks_columns *have, struct err *err)
{
	if (schema_check(schema, err) || key_check(schema, have, err))
		return -1;
	for (unsigned i = 0; i < schema->ncolumns; i++)
		if (!starrocks_columns_find(have, schema->columns[i].name))
			put_alter(sql, conf, schema, "ADD", i, NULL);
	for (unsigned i = 0; i < schema->ncolumns; i++) {
		const struct starrocks_column *c = starrocks_columns_find(have, schema->columns[i].name);
		struct starrocks_type want;

		starrocks_type_of(&schema->columns[i], schema_is_key(schema, i), schema->exact, &want);
		if (!c || starrocks_type_takes(&c->type, &want))
			continue;
		/* A table made by hand may know better than an unbounded guess from a message. */
		if (c->type.kind == SR_VARCHAR && want.kind == SR_VARCHAR && !schema->exact)
			continue;
		if (c->key || !can_widen(&c->type, &want))
			return mismatch(conf, schema, i, c, err);
		if (sql->len == 0)
			put_alter(sql, conf, schema, "MODIFY", i, c->preset);
	}
	return 0;
}

/* Talking to the server. */

void starrocks_column_take(struct starrocks_columns *have, const struct starrocks_record *r)
{
	const char *name = starrocks_record_get(r, "COLUMN_NAME"), *type = starrocks_record_get(r, "COLUMN_TYPE");
	const char *plain = starrocks_record_get(r, "DATA_TYPE"), *nullable = starrocks_record_get(r, "IS_NULLABLE");
	const char *key = starrocks_record_get(r, "COLUMN_KEY"), *preset = starrocks_record_get(r, "COLUMN_DEFAULT");

	if (!type || !type[0] || (plain && strcasestr(plain, "unsigned")))
		type = plain;
	if (name == NULL || type == NULL)
		return;
	starrocks_columns_add(have, name, type, nullable && strcasecmp(nullable, "YES") == 0,
			key && strcasecmp(key, "PRI") == 0);
	have->items[have->count - 1].preset = xstrdup(preset);
}

static void add_column(void *context, const struct starrocks_record *r)
{
	starrocks_column_take(context, r);
}

uint64_t starrocks_columns_form(const struct starrocks_columns *have)
{
	uint64_t form = 0;

	for (size_t i = 0; i < have->count; i++) {
		const struct starrocks_column *c = &have->items[i];
		uint64_t hash = 0xcbf29ce484222325u;

		for (const char *p = c->name; *p; p++)
			hash = (hash ^ (unsigned char)*p) * 0x100000001b3u;
		hash = (hash ^ (uint64_t)c->type.kind << 56 ^ (uint64_t)c->type.precision << 48 ^
				       (uint64_t)c->type.scale << 40 ^ c->type.length) *
				0x100000001b3u;
		form += (hash ^ (c->nullable ? 1u : 0u) ^ (c->key ? 2u : 0u)) * 0x100000001b3u;
	}
	return form;
}

int starrocks_table_read(struct starrocks_sql *sql, const char *db, const char *table, struct starrocks_columns *have,
		struct err *err)
{
	struct buf b;
	int result;

	starrocks_columns_done(have);
	buf_init(&b, SQL_MAX);
	buf_puts(&b, "SELECT " STARROCKS_COLUMN_FIELDS " FROM information_schema.columns WHERE TABLE_SCHEMA = ");
	starrocks_string(&b, db);
	buf_puts(&b, " AND TABLE_NAME = ");
	starrocks_string(&b, table);
	buf_puts(&b, " ORDER BY ORDINAL_POSITION");
	result = starrocks_sql_run(sql, b.data, add_column, have, err);
	buf_done(&b);
	return result;
}

struct alter_job {
	char state[32], message[256];
};

static void keep_job(void *context, const struct starrocks_record *r)
{
	struct alter_job *job = context;
	const char *state = starrocks_record_get(r, "State"), *message = starrocks_record_get(r, "Msg");

	snprintf(job->state, sizeof(job->state), "%s", state ? state : "");
	snprintf(job->message, sizeof(job->message), "%s", message ? message : "");
}

int starrocks_job_wait(struct starrocks_sql *sql, const struct sink_conf *conf, const struct schema *schema, bool ours,
		struct err *err)
{
	int64_t until_us = clock_mono_us() + WAIT_MS * 1000;
	struct alter_job job;
	struct buf b;
	int result;

	buf_init(&b, SQL_MAX);
	buf_puts(&b, "SHOW ALTER TABLE COLUMN FROM ");
	starrocks_name(&b, schema->db);
	buf_puts(&b, " WHERE TableName = ");
	starrocks_string(&b, schema->table);
	buf_puts(&b, " ORDER BY JobId DESC LIMIT 1");
	for (;;) {
		memset(&job, 0, sizeof(job));
		result = starrocks_sql_run(sql, b.data, keep_job, &job, err);
		if (result || job.state[0] == '\0' || strncmp(job.state, "FINISHED", 8) == 0)
			break;
		if (strcmp(job.state, "CANCELLED") == 0) {
			result = ours ? err_set(err, ERR_RETRY, 0,
							"table %s.%s: StarRocks gave up the schema change: %s",
							schema->db, schema->table, job.message)
				      : 0;
			break;
		}
		if (clock_mono_us() >= until_us) {
			result = err_set(err, ERR_RETRY, 0, "table %s.%s: StarRocks is still changing the table (%s)",
					schema->db, schema->table, job.state);
			break;
		}
		clock_sleep_ms(POLL_MS);
	}
	buf_done(&b);
	return result;
}

static int table_create(struct starrocks_sql *sql, const struct sink_conf *conf, const struct schema *schema,
		struct buf *statement, struct err *err)
{
	if (!conf->table_create)
		return err_set(err, ERR_CONFIG, 0,
				"table %s.%s: not in StarRocks; set table.create = true, or run what `millrace ddl` prints",
				schema->db, schema->table);
	buf_puts(statement, "CREATE DATABASE IF NOT EXISTS ");
	starrocks_name(statement, schema->db);
	if (starrocks_sql_run(sql, statement->data, NULL, NULL, err))
		err_clear(err); /* perhaps no right to: then the next statement says whether it is there */
	buf_reset(statement);
	if (starrocks_create(statement, conf, schema, err))
		return -1;
	return starrocks_sql_run(sql, statement->data, NULL, NULL, err);
}

/* What a load has left there may not be made again: its rows would be missing. */
static int lost_check(struct sink *sink, const struct schema *schema, const struct starrocks_columns *have,
		struct err *err)
{
	if (sink->had >= SINK_HAD_TABLE && have->count == 0)
		return sink_gone(sink, schema, NULL, err);
	for (unsigned i = 0; sink->had == SINK_HAD_COLUMNS && i < schema->ncolumns; i++)
		if (!starrocks_columns_find(have, schema->columns[i].name))
			return sink_gone(sink, schema, schema->columns[i].name, err);
	return 0;
}

static int table_step(struct starrocks_sql *sql, struct sink *sink, const struct schema *schema,
		struct starrocks_columns *have, struct buf *statement, bool *done, struct err *err)
{
	const struct sink_conf *conf = sink->conf;

	if (starrocks_table_read(sql, schema->db, schema->table, have, err) || lost_check(sink, schema, have, err))
		return -1;
	sink->created |= have->count == 0;
	if (have->count == 0)
		return table_create(sql, conf, schema, statement, err);
	if (starrocks_alter(statement, conf, schema, have, err))
		return -1;
	*done = statement->len == 0;
	if (*done)
		return 0;
	if (!conf->table_create)
		return err_set(err, ERR_CONFIG, 0,
				"table %s.%s: its columns have to follow; set table.create = true or run: %s",
				schema->db, schema->table, statement->data);
	if (starrocks_job_wait(sql, conf, schema, false, err) ||
			starrocks_sql_run(sql, statement->data, NULL, NULL, err))
		return -1;
	return starrocks_job_wait(sql, conf, schema, true, err);
}

static void keep_row(void *context, const struct starrocks_record *r)
{
	*(bool *)context = r->count > 0;
}

int starrocks_table_look(struct starrocks_sql *sql, const char *db, const char *table, struct sink_state *out,
		struct err *err)
{
	struct starrocks_columns have = { 0 };
	struct buf b;
	int result = starrocks_table_read(sql, db, table, &have, err);

	out->table = have.count > 0;
	starrocks_columns_done(&have);
	if (result || !out->table)
		return result;
	buf_init(&b, SQL_MAX);
	buf_puts(&b, "SELECT 1 FROM ");
	starrocks_name(&b, db);
	buf_putc(&b, '.');
	starrocks_name(&b, table);
	buf_puts(&b, " LIMIT 1");
	result = starrocks_sql_run(sql, b.data, keep_row, &out->rows, err);
	buf_done(&b);
	return result;
}

int starrocks_table_prepare(struct starrocks_sql *sql, struct sink *sink, const struct schema *schema,
		struct starrocks_columns *have, struct err *err)
{
	struct buf statement;
	bool done = false;
	int result = schema_check(schema, err);

	buf_init(&statement, SQL_MAX);
	for (unsigned step = 0; result == 0 && !done && step < STEPS_MAX + schema->ncolumns; step++) {
		buf_reset(&statement);
		result = table_step(sql, sink, schema, have, &statement, &done, err);
	}
	if (result == 0 && !done)
		result = err_set(err, ERR_RETRY, 0, "table %s.%s: StarRocks does not show the columns that were added",
				schema->db, schema->table);
	buf_done(&statement);
	return result;
}
