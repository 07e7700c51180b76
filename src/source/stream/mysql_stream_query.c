/*
 * mysql_stream_query.c - see mysql_stream.h. Statements: BEGIN and COMMIT, DDL, rows that were logged as a statement.
 * Some texts are a person's, in the session's character set and sql_mode, and some the server's own.
 */
#include "source/stream/mysql_stream_parts.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "core/changes.h"
#include "source/catalog/mysql_effect.h"
#include "source/catalog/mysql_statement.h"
#include "source/decode/mysql_charset.h"

bool query_is(const struct event_query *q, const char *word)
{
	size_t n = strlen(word);

	return q->sql_len >= n && strncasecmp(q->sql, word, n) == 0 &&
			(q->sql_len == n || !isalnum((unsigned char)q->sql[n]));
}

static bool has_text(const char *p, const char *end, const char *text)
{
	return memmem(p, (size_t)(end - p), text, strlen(text)) != NULL;
}

/* CREATE TABLE .. (..) START TRANSACTION [options]: the rows of a CREATE .. SELECT follow, in the same transaction. */
static bool is_create_select(const struct event_query *q)
{
	const char *p = memrchr(q->sql, ')', q->sql_len);

	return query_is(q, "CREATE") && p && has_text(p, q->sql + q->sql_len, "START TRANSACTION");
}

/*
 * Statements that the server has worded itself are in UTF-8 and have backslashes, whatever the session's settings were:
 * CREATE TABLE as SHOW CREATE TABLE has it (from a query, LIKE a temporary table, with a key of the server's own), and
 * DROP TABLE split by kinds of tables.
 */
static bool is_server_text(const struct event_query *q)
{
	const char *end = q->sql + q->sql_len, *bracket = memchr(q->sql, '(', q->sql_len);

	if (!query_is(q, "CREATE") || bracket == NULL || end - bracket < 4)
		return false;
	return memcmp(bracket, "(\n  ", 4) == 0 && charset_is_utf8(q->sql, q->sql_len);
}

static bool is_captured(struct mysql_stream *st, const struct ddl_change *d)
{
	if (d->ntables == 0 || d->table[0].type == 'I')
		return d->db[0] != '\0' && mysql_filter_database(st->setup.filter, d->db);
	for (unsigned i = 0; i < d->ntables; i++) {
		const struct ddl_table *t = &d->table[i];

		if (mysql_filter_table(st->setup.filter, t->db, t->table) ||
				(t->previous_table &&
						mysql_filter_table(st->setup.filter, t->previous_db,
								t->previous_table)))
			return true;
	}
	return false;
}

static void add_truncate(struct mysql_stream *st, struct batch *b, const struct ddl_result *res,
		const struct stream_place *at)
{
	const struct ddl_table *t = res->nchanges > 0 && res->changes[0].ntables > 0 ? &res->changes[0].table[0] : NULL;
	struct schema *filtered;
	struct change *c;

	if (t == NULL || t->schema == NULL || !res->changes[0].captured || st->setup.conf->skip_truncate)
		return;
	if (stream_is_given(st))
		return;
	filtered = mysql_filter_columns(st->setup.filter, t->schema);
	c = stream_add_change(st, b, CHANGE_TRUNCATE, at);
	c->schema = filtered ? filtered : t->schema;
	batch_hold_schema(b, c->schema);
	schema_unref(filtered);
}

/* As Debezium has it: the place to go on from when the statement itself is done. */
static void set_history_place(struct mysql_stream *st, struct batch *b, struct ddl_result *res,
		const struct stream_place *at)
{
	const char *gtids = st->setup.gtids && res->nchanges > 0 ? stream_gtids_text(st) : NULL;

	gtids = gtids ? arena_dup(&b->arena, gtids, strlen(gtids)) : NULL;
	for (unsigned i = 0; i < res->nchanges; i++) {
		struct ddl_change *d = &res->changes[i];

		d->history_gtids = gtids;
		d->history_pos = st->txn.event > 0 ? st->txn.begin_pos : at->end;
		d->history_event = st->txn.event;
	}
}

/* With ddl.repair = warn the rows of a name that holds another table now stay: a copy made by an online change has the
 * same ones. */
static bool is_carried_out(const struct mysql_stream *st, const struct ddl_touch *t)
{
	uint32_t other = UINT32_C(1) << EFFECT_TABLE_OTHER | UINT32_C(1) << EFFECT_KEY_CHANGED;

	return (ddl_remedies(t->effects) & REMEDY_TARGET) &&
			(mysql_repairs(st->setup.conf, st->setup.conf->ddl_repair) || !(t->effects & other));
}

/* What the target's table has to become, in its place among the rows. */
static void add_alter(struct mysql_stream *st, struct batch *b, const struct ddl_touch *t,
		const struct stream_place *at)
{
	struct schema *schema = t->after ? t->after : t->before, *filtered;
	struct change *c;

	if (schema == NULL || !is_carried_out(st, t) || stream_is_given(st))
		return;
	filtered = mysql_filter_columns(st->setup.filter, schema);
	c = stream_add_change(st, b, CHANGE_ALTER, at);
	c->schema = filtered ? filtered : schema;
	c->alter = &t->alter;
	batch_hold_schema(b, c->schema);
	schema_unref(filtered);
}

/* Tables that are captured, of those that the statement touches: their remedies. Whoever keeps the plan of snapshots finds
 * them in the last part of the statement. */
static void add_touched(struct mysql_stream *st, struct batch *b, struct ddl_result *res, const struct stream_place *at)
{
	struct ddl_change *last = &res->changes[res->nchanges - 1];

	last->touched = arena_alloc(&b->arena, res->ntouched * sizeof(*last->touched));
	for (unsigned i = 0; i < res->ntouched; i++) {
		const struct ddl_touch *t = &res->touched[i];

		if (ddl_remedies(t->effects) && mysql_filter_table(st->setup.filter, t->db, t->table))
			last->touched[last->ntouched++] = *t;
	}
	for (unsigned i = 0; i < last->ntouched; i++)
		add_alter(st, b, &last->touched[i], at);
}

/* Its kind and its table: the statement itself may hold values. */
static void keep_change(const struct ddl_change *d)
{
	const struct ddl_table *t = d->table;

	if (d->captured && d->ntables > 0)
		changes_keep(CHANGED_TABLE, "source", "%s TABLE %s.%s",
				t->type == 'C'			 ? "CREATE"
						: t->type == 'D' ? "DROP"
								 : "ALTER",
				t->db, t->table);
}

static void add_ddl(struct mysql_stream *st, struct batch *b, struct ddl_result *res, const struct stream_place *at)
{
	set_history_place(st, b, res, at);
	for (unsigned i = 0; i < res->nchanges; i++) {
		struct ddl_change *d = &res->changes[i];

		d->captured = is_captured(st, d);
		d->captured_db = d->db[0] == '\0' || mysql_filter_database(st->setup.filter, d->db);
		for (unsigned k = 0; k < d->ntables; k++) {
			if (d->table[k].schema)
				batch_hold_schema(b, d->table[k].schema);
			stream_tables_forget(&st->tables, d->table[k].db, d->table[k].table);
		}
		if (!stream_skips(st) && !res->temporary && !stream_is_given(st)) {
			stream_add_change(st, b, CHANGE_DDL, at)->ddl = d;
			keep_change(d);
		}
	}
	if (res->ntouched > 0 && res->nchanges > 0 && !stream_skips(st))
		add_touched(st, b, res, at);
	if (res->kind == DDL_TRUNCATE && !stream_skips(st))
		add_truncate(st, b, res, at);
}

/* What a statement that is not understood has made of the table that it names is asked when rows of it come; when it
 * names none, nothing after it can be trusted. */
static int not_understood(struct mysql_stream *st, struct batch *b, struct ddl_result *res,
		const struct stream_place *at, struct err *err)
{
	const struct ddl_table *t = res->nchanges > 0 ? res->changes[0].table : NULL;

	err_wrap(err, "binlog %s, position %llu", at->file, (unsigned long long)at->pos);
	if (t) {
		stream_tables_lose(&st->tables, t->db, t->table, err->msg);
		add_ddl(st, b, res, at);
	} else if (!st->setup.conf->skip_unparseable_ddl) {
		struct err why = *err;

		return err_set(err, ERR_FATAL, 0,
				"%.380s; if it changes no captured table, set "
				"schema.history.internal.skip.unparseable.ddl = true",
				why.msg);
	}
	err_clear(err);
	return 0;
}

struct stream_statement {
	struct mysql_stream *st;
	const char *why;
};

static void stop_named(const char *db_table, void *arg)
{
	struct stream_statement *s = arg;

	mysql_stream_stop_table(s->st, db_table, s->why);
}

/* Rows that were changed by a statement are not in the binlog: they are lost to the stream, but never in silence. */
static void on_statement_rows(struct mysql_stream *st, const struct event_query *q, const struct stream_place *at)
{
	char why[400];
	struct stream_statement s = { .st = st, .why = why };
	int cut = (int)(q->sql_len < 80 ? q->sql_len : 80);

	snprintf(why, sizeof(why),
			"binlog %s, position %llu: a change was logged as a statement, its rows are not in "
			"the binlog (%.*s): set binlog_format = ROW for that session; then `millrace resume` the table, which "
			"reads it again",
			at->file, (unsigned long long)at->pos, cut, q->sql);
	if (mysql_statement_tables(q, st->setup.filter, st->setup.catalog, stop_named, &s) == 0)
		snprintf(st->said, sizeof(st->said),
				"binlog %s, position %llu: skipped a change that was logged "
				"as a statement and names no captured table (%.*s): what triggers and foreign keys made of it is "
				"not captured; set binlog_format = ROW for that session",
				at->file, (unsigned long long)at->pos, cut, q->sql);
}

static int apply_ddl(struct mysql_stream *st, struct batch *b, const struct event_query *q,
		const struct stream_place *at, struct ddl_result *res, struct err *err)
{
	bool made = is_server_text(q);
	uint64_t sql_mode = q->has_sql_mode ? q->sql_mode : 0;
	struct ddl_context ctx = {
		.db = q->db,
		.sql_mode = made ? sql_mode & ~(uint64_t)SQL_MODE_NO_BACKSLASH_ESCAPES : sql_mode,
		.collation_server = q->collation_server,
		.collation_database = q->collation_database,
		.charset_client = q->has_charset && !made ? q->charset_client : 0,
		.default_collation_utf8mb4 = q->default_collation_utf8mb4,
		.old_timestamps = q->old_timestamps,
		.thread_id = q->thread_id,
		.server_version = st->setup.server_version,
	};
	const char *db_table;

	mysql_undo_save(st->setup.undo, st->setup.catalog, st->txn.gtid.gno > 0 ? &st->txn.gtid : NULL, at->file,
			at->pos);
	if (catalog_apply(st->setup.catalog, &ctx, q->sql, q->sql_len, &b->arena, res, &db_table, err) < 0) {
		res->opens_txn = is_create_select(q);
		return not_understood(st, b, res, at, err);
	}
	if (res->kind == DDL_ROWS && !stream_skips(st))
		on_statement_rows(st, q, at);
	if (res->kind == DDL_CONTROL || res->kind == DDL_NOTHING || res->kind == DDL_ROWS)
		mysql_undo_drop_last(st->setup.undo);
	if (res->kind != DDL_CONTROL && res->kind != DDL_ROWS)
		add_ddl(st, b, res, at);
	ddl_result_release(res);
	return 0;
}

/* Marks and threads are for what begins with BEGIN: Debezium knows no others. */
int stream_on_begin(struct mysql_stream *st, struct batch *b, const struct event *e, const struct stream_place *at,
		const struct event_query *q, struct err *err)
{
	bool plain = query_is(q, "BEGIN");

	if (stream_txn_begin(st, e, at, plain ? (int64_t)q->thread_id : -1, err) < 0)
		return -1;
	if (st->setup.conf->transaction_marks && plain && !stream_skips(st))
		stream_add_change(st, b, CHANGE_BEGIN, at);
	return stream_event_done(st);
}

int stream_on_query(struct mysql_stream *st, struct batch *b, const struct event *e, const struct stream_place *at,
		struct err *err)
{
	struct event_query q;
	struct ddl_result res = { 0 };
	struct xa_txn *ended;

	if (event_query_parse(e, &st->tables.format, &q, err) < 0)
		return -1;
	if (query_is(&q, "XA START"))
		return stream_on_xa_start(st, b, e, at, &q, err);
	if (query_is(&q, "BEGIN"))
		return stream_on_begin(st, b, e, at, &q, err);
	if (st->txn.begun && (query_is(&q, "COMMIT") || (query_is(&q, "ROLLBACK") && q.sql_len <= sizeof("ROLLBACK"))))
		return stream_on_commit(st, b, e, at, err);
	if (!st->txn.begun && stream_txn_begin(st, e, at, q.thread_id, err) < 0)
		return -1;
	if (st->txn.event > 0 && query_is(&q, "XA"))
		return stream_event_done(st);
	if ((ended = stream_xa_ended(st, &q)))
		return stream_on_xa_end(st, b, &q, ended, at, err);
	if (query_is(&q, "XA ROLLBACK"))
		stream_tell_xa_rollback(st, &q, at);
	if (apply_ddl(st, b, &q, at, &res, err) < 0)
		return -1;
	if (res.kind == DDL_CONTROL && st->txn.event > 0)
		return stream_event_done(st);
	if (res.opens_txn || st->txn.event > 0)
		return stream_event_done(st);
	stream_txn_end(st, at);
	return 0;
}
