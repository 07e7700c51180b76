/*
 * starrocks_prepare.c - makes sure that a table of StarRocks takes rows of a schema: asks what is there, creates it, and
 * carries out what it needs.
 *
 * A load that was planned before a new column is there ignores the column without a word, so no row of a new schema may
 * leave before ALTER TABLE is finished, and without fast schema evolution that is a job that runs on. Waiting is cut
 * into pieces of less than a second: then ERR_RETRY, and the next call goes on waiting.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/clock.h"
#include "core/xalloc.h"
#include "sink/base/sink_ops.h"
#include "sink/starrocks/starrocks.h"

#define SQL_MAX (4 << 20)
#define WAIT_MS 800
#define POLL_MS 50
#define STEPS_MAX 8 /* create, add, then one MODIFY a column and call */

void starrocks_column_take(struct starrocks_columns *have, const struct starrocks_record *r)
{
	const char *name = starrocks_record_get(r, "COLUMN_NAME"), *type = starrocks_record_get(r, "COLUMN_TYPE");
	const char *plain = starrocks_record_get(r, "DATA_TYPE"), *nullable = starrocks_record_get(r, "IS_NULLABLE");
	const char *key = starrocks_record_get(r, "COLUMN_KEY"), *preset = starrocks_record_get(r, "COLUMN_DEFAULT");

	if (!type || !type[0] || (plain && strcasestr(plain, "unsigned")))
		type = plain;
	if (name == NULL || type == NULL)
		return;
	starrocks_columns_add(have, name, type, nullable && strcasecmp(nullable, "YES") == 0, key && key[0]);
	if (key && key[0])
		snprintf(have->model, sizeof(have->model), "%s", key);
	have->items[have->count - 1].preset = xstrdup(preset);
	have->items[have->count - 1].comment = xstrdup(starrocks_record_get(r, "COLUMN_COMMENT"));
}

static void add_column(void *context, const struct starrocks_record *r)
{
	starrocks_column_take(context, r);
}

/*
 * Some backends fill information_schema.columns with IS_NULLABLE = NO and no default for every column, and call newer types
 * unknown. DESC comes from the frontend, and knows.
 */
static bool says_too_little(const struct starrocks_columns *have)
{
	bool values = false, nullable = false, unknown = false;

	for (size_t i = 0; i < have->count; i++) {
		values |= !have->items[i].key;
		nullable |= have->items[i].nullable;
		unknown |= have->items[i].type.kind == SR_OTHER;
	}
	return unknown || (values && !nullable);
}

static void describe_column(void *context, const struct starrocks_record *r)
{
	const char *name = starrocks_record_get(r, "Field"), *type = starrocks_record_get(r, "Type");
	const char *nullable = starrocks_record_get(r, "Null"), *preset = starrocks_record_get(r, "Default");
	struct starrocks_column *c = name ? (struct starrocks_column *)starrocks_columns_find(context, name) : NULL;

	if (c == NULL || type == NULL || nullable == NULL)
		return;
	c->nullable = strcasecmp(nullable, "YES") == 0;
	if (c->type.kind == SR_OTHER)
		starrocks_type_parse(type, &c->type);
	if (c->preset == NULL && preset)
		c->preset = xstrdup(preset);
}

static int describe(struct starrocks_sql *sql, const char *db, const char *table, struct starrocks_columns *have,
		struct buf *b, struct err *err)
{
	have->form = starrocks_columns_form(have);
	buf_reset(b);
	buf_puts(b, "DESC ");
	starrocks_name(b, db);
	buf_putc(b, '.');
	starrocks_name(b, table);
	return starrocks_sql_run(sql, b->data, describe_column, have, err);
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
	if (result == 0 && says_too_little(have))
		result = describe(sql, db, table, have, &b, err);
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
	for (unsigned i = 0; sink->had == SINK_HAD_COLUMNS && !sink_leaves_out(schema) && i < schema->ncolumns; i++)
		if (!starrocks_columns_find(have, schema->columns[i].name))
			return sink_gone(sink, schema, schema->columns[i].name, err);
	return 0;
}

static int statement_run(struct starrocks_sql *sql, const struct sink_conf *conf, const struct schema *schema,
		const struct buf *statement, struct err *err)
{
	if (!conf->table_create)
		return err_set(err, ERR_CONFIG, 0,
				"table %s.%s: its columns have to follow; set table.create = true or run: %s",
				schema->db, schema->table, statement->data);
	if (starrocks_job_wait(sql, conf, schema, false, err) ||
			starrocks_sql_run(sql, statement->data, NULL, NULL, err))
		return -1;
	return starrocks_job_wait(sql, conf, schema, true, err);
}

static int table_step(struct starrocks_sql *sql, struct sink *sink, const struct schema *schema,
		struct starrocks_columns *have, struct buf *statement, bool *done, struct err *err)
{
	const struct sink_conf *conf = sink->conf;

	if (starrocks_table_read(sql, schema->db, schema->table, have, err) || lost_check(sink, schema, have, err))
		return -1;
	if (have->count == 0)
		return table_create(sql, conf, schema, statement, err);
	if (starrocks_alter(statement, conf, schema, have, err))
		return -1;
	*done = statement->len == 0 || schema->at_target.change == FOLLOW_IGNORE;
	if (*done)
		return 0;
	if (starrocks_change_check(schema, sink->allowed, statement->data, err))
		return -1;
	if (statement_run(sql, conf, schema, statement, err) == 0)
		return 0;
	*done = starrocks_tolerates(schema, err);
	return *done ? 0 : -1;
}

static void keep_row(void *context, const struct starrocks_record *r)
{
	*(bool *)context = r->count > 0;
}

int starrocks_table_look(struct starrocks_sql *sql, const struct sink_names *names, struct sink_state *out,
		struct err *err)
{
	struct starrocks_columns have = { 0 };
	struct buf b;
	bool mine;
	int result = starrocks_table_read(sql, names->db, names->table, &have, err);

	out->table = have.count > 0;
	out->replaces = starrocks_columns_replace(&have);
	mine = names->source_column == NULL || starrocks_columns_find(&have, names->source_column);
	starrocks_columns_done(&have);
	if (result || !out->table || !mine)
		return result;
	buf_init(&b, SQL_MAX);
	buf_puts(&b, "SELECT 1 FROM ");
	starrocks_name(&b, names->db);
	buf_putc(&b, '.');
	starrocks_name(&b, names->table);
	starrocks_put_source(&b, " WHERE ", names->source_column, names->source);
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
	int result = starrocks_schema_check(schema, err);

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
