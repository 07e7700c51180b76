/*
 * mysql_stream.c - see mysql_stream.h. The way of an event: a table of handlers by type; the ones that carry data end
 * in add_rows() or apply_ddl(). Nothing here is looked up twice for rows: table ids lead to a table with its decoder
 * ready.
 */
#include "config.h"
#include "source/mysql_stream.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/intern.h"
#include "core/xalloc.h"
#include "source/mysql_charset.h"
#include "source/mysql_resume.h"
#include "source/mysql_statement.h"
#include "source/mysql_order.h"
#include "source/mysql_stream_table.h"
#include "source/mysql_xa.h"

enum { GTIDS_MAX = 16 << 20, PAYLOAD_MAX = 1 << 30, STMT_END = 1, DUMMY_TABLE_ID = 0xffffff };

struct txn {
	bool begun;			/* BEGIN was seen (or what stands for it) */
	struct gtid gtid;		/* gno 0: none */
	int64_t commit_us;
	bool commit_exact;
	uint64_t event, row;		/* done; row: of a compressed transaction only */
	uint64_t changes;		/* given out, now or before */
	uint64_t begin_pos;
	int64_t thread;
	uint32_t server_id;
	bool left_out;			/* by gtid.source.includes or .excludes */
	const char *query;		/* include.query: owned */
};

struct mysql_stream {
	struct stream_setup setup;
	struct gtid_set gtids;
	char *gtids_text;		/* of gtids; NULL: to be printed again */
	struct stream_tables tables;
	struct mysql_order order;
	struct txn txn;
	struct mysql_xa xa;		/* prepared, neither committed nor rolled back */
	struct mysql_resume resume;	/* how much of the first transaction is in the log already */
	const char *file;		/* interned */
	uint64_t pos;			/* end of the last event outside a transaction */
	uint32_t ts_sec, server_id;	/* of the last event */
	const struct change_txn *shared;	/* of txn, in the current batch's arena; NULL: not yet made */
	uint64_t batch;			/* serial, so that a schema is held once per batch */
	struct payload *payload;
	struct buf payload_bytes;
	bool in_payload;
	struct stream_place payload_at;
	uint32_t payload_server_id;
	struct stream_counts counts;
	char said[400];			/* "" or what a person should know */
	int64_t newest_commit_us;
};

/* Every failure names its place; those that have more to say about it have done so. */
static int fail_at(const struct stream_place *at, struct err *err)
{
	if (strncmp(err->msg, "binlog ", strlen("binlog ")) == 0)
		return -1;
	return err_wrap(err, "binlog %s, position %llu", at->file, (unsigned long long)at->pos);
}

/* ---- transactions ---- */

static void txn_reset(struct mysql_stream *st)
{
	free((char *)st->txn.query);
	st->txn = (struct txn){ .thread = -1 };
	st->shared = NULL;
}

static void txn_end(struct mysql_stream *st, const struct stream_place *at)
{
	if (st->setup.gtids && st->txn.gtid.gno > 0 && !st->txn.left_out) {
		gtid_set_add(&st->gtids, &st->txn.gtid);
		free(st->gtids_text);
		st->gtids_text = NULL;
	}
	if (st->txn.commit_us)
		st->newest_commit_us = st->txn.commit_us;
	mysql_resume_end(&st->resume);
	st->pos = at->end;
	st->in_payload = false;
	txn_reset(st);
}

/* An event of a transaction is done. Those of a compressed one are not counted: it is one event. */
static int done(struct mysql_stream *st)
{
	if (!st->in_payload)
		st->txn.event++;
	return 0;
}

/* The first transaction may be one of which the log holds a part. */
static int txn_resume(struct mysql_stream *st, const struct stream_place *at, bool compressed, struct err *err)
{
	if (mysql_resume_begin(&st->resume, &st->txn.gtid, at->file, at->pos, compressed, &st->txn.changes, err) < 0)
		return -1;
	if (st->txn.gtid.gno == 0 && st->resume.state == RESUME_INSIDE)
		st->txn.gtid = st->resume.gtid;		/* by file and position it begins behind its GTID */
	return 0;
}

static void txn_open(struct mysql_stream *st, const struct event *e, const struct stream_place *at, int64_t thread)
{
	st->txn.begun = true;
	st->txn.begin_pos = at->pos;
	st->txn.thread = thread;
	st->txn.server_id = e->header.server_id;
	if (st->txn.commit_us == 0)
		st->txn.commit_us = (int64_t)e->header.timestamp_s * 1000000;
}

static int txn_begin(struct mysql_stream *st, const struct event *e, const struct stream_place *at, int64_t thread,
		     struct err *err)
{
	txn_open(st, e, at, thread);
	return st->in_payload ? 0 : txn_resume(st, at, false, err);
}

/* Is what this event says in the log already? */
static bool is_skipped(const struct mysql_stream *st)
{
	return mysql_resume_skips_event(&st->resume, st->txn.event);
}

/* The next change of the transaction: is it in the log already? */
static bool is_given(struct mysql_stream *st)
{
	return mysql_resume_skips_change(&st->resume, st->txn.changes++);
}

static const struct change_txn *shared_txn(struct mysql_stream *st, struct batch *b)
{
	struct change_txn *t;
	char gtid[GTID_TEXT_MAX];

	if (st->shared)
		return st->shared;
	t = arena_alloc(&b->arena, sizeof(*t));
	*t = (struct change_txn){ .commit_us = st->txn.commit_us,
				  .commit_exact = st->txn.commit_exact,
				  .server_id = st->txn.server_id,
				  .thread = st->txn.thread,
				  .file = st->file };
	if (st->txn.gtid.gno > 0)
		t->gtid = arena_dup(&b->arena, gtid, gtid_print(&st->txn.gtid, gtid));
	if (st->txn.query)
		t->query = arena_dup(&b->arena, st->txn.query, strlen(st->txn.query));
	st->shared = t;
	return t;
}

static struct change *add_change(struct mysql_stream *st, struct batch *b, enum change_op op,
				 const struct stream_place *at)
{
	struct change *c = batch_add_change(b);

	c->op = op;
	c->snapshot = SNAPSHOT_NO;
	c->txn = shared_txn(st, b);
	c->pos = at->pos;
	return c;
}

static void hold(struct mysql_stream *st, struct batch *b, struct stream_table *t, struct schema *schema)
{
	if (t->held == st->batch && t->held_schema == schema)
		return;
	batch_hold_schema(b, schema);
	t->held = st->batch;
	t->held_schema = schema;
}

/* ---- handlers: one a kind of event ---- */

static int on_gtid(struct mysql_stream *st, struct batch *b, const struct event *e, const struct stream_place *at,
		   struct err *err)
{
	struct event_gtid g;

	if (event_gtid_parse(e, &g, err) < 0)
		return -1;
	txn_reset(st);
	if (g.gtid.gno == 0)
		st->setup.gtids = false;	/* gtid_mode is no longer ON: a set would not tell of this one */
	st->txn.gtid = g.gtid;
	st->txn.left_out = st->setup.conf->gtid_filter_dml && g.gtid.gno > 0 &&
			   !mysql_filter_gtid_source(st->setup.filter, &g.gtid.source);
	st->txn.server_id = e->header.server_id;
	st->txn.commit_exact = g.original_commit_us != 0;
	st->txn.commit_us =
		g.original_commit_us ? (int64_t)g.original_commit_us : (int64_t)e->header.timestamp_s * 1000000;
	st->txn.begin_pos = at->end;
	return 0;
}

static int on_commit(struct mysql_stream *st, struct batch *b, const struct event *e, const struct stream_place *at,
		     struct err *err)
{
	if (st->setup.conf->transaction_marks) {
		if (!st->txn.commit_exact) {
			st->txn.commit_us = (int64_t)e->header.timestamp_s * 1000000;
			st->shared = NULL;
		}
		add_change(st, b, CHANGE_END, at);
	}
	txn_end(st, at);
	return 0;
}

static int on_rows_query(struct mysql_stream *st, struct batch *b, const struct event *e, const struct stream_place *at,
			 struct err *err)
{
	struct event_text text;

	if (!st->setup.conf->include_query)
		return done(st);
	if (event_rows_query_parse(e, &text, err) < 0)
		return -1;
	free((char *)st->txn.query);
	st->txn.query = xstrndup(text.p, text.len);
	st->shared = NULL;
	return done(st);
}

/* The server was asked for the schema: the history learns it, so that the next start need not ask. */
static void tell_schema(struct mysql_stream *st, struct batch *b, struct stream_table *t, const struct stream_place *at)
{
	struct schema *schema = catalog_find(st->setup.catalog, t->db, t->name);
	struct ddl_change *d;

	t->asked = false;
	if (schema == NULL || is_skipped(st))
		return;
	d = arena_alloc(&b->arena, sizeof(*d));
	*d = (struct ddl_change){ .db = t->db, .ddl = "", .tables = t->name, .ntables = 1 };
	d->table = arena_alloc(&b->arena, sizeof(*d->table));
	*d->table = (struct ddl_table){ .type = 'A', .db = t->db, .table = t->name, .schema = schema };
	batch_hold_schema(b, schema);
	add_change(st, b, CHANGE_DDL, at)->ddl = d;
}

static int on_table_map(struct mysql_stream *st, struct batch *b, const struct event *e, const struct stream_place *at,
			struct err *err)
{
	struct stream_table *t;

	if (stream_tables_map(&st->tables, e, at->file, at->pos, &t, err) < 0)
		return -1;
	if (t->asked)
		tell_schema(st, b, t, at);
	return done(st);
}

static void add_row(struct mysql_stream *st, struct batch *b, struct stream_table *t, const struct stream_place *at,
		    struct value *before, struct value *after, uint32_t row)
{
	struct change *c = add_change(st, b,
				      before == NULL  ? CHANGE_CREATE
				      : after == NULL ? CHANGE_DELETE
						      : CHANGE_UPDATE,
				      at);

	c->schema = row_decoder_schema(t->decoder);
	c->before = before;
	c->after = after;
	c->row = row;
	st->counts.rows++;
}

/* Rows that are in the log already are decoded and dropped: `row` of the position counts them. */
static void add_rows(struct mysql_stream *st, struct batch *b, struct stream_table *t, struct rows *rows,
		     const struct stream_place *at)
{
	uint64_t skip = mysql_resume_skips_rows(&st->resume, st->txn.event);
	uint64_t row_before = st->txn.row, changes_before = st->txn.changes, rows_before = st->counts.rows;
	size_t first = b->nchanges;
	struct value *before = NULL, *after = NULL;
	struct err why = { 0 };
	int r;

	hold(st, b, t, row_decoder_schema(t->decoder));
	while ((r = row_next(t->decoder, rows, &b->arena, &before, &after, &why)) == 1) {
		uint64_t index = st->in_payload ? st->txn.row++ : rows->row - 1;

		if (index >= skip && !is_given(st))
			add_row(st, b, t, at, rows->kind == ROWS_WRITE ? NULL : before,
				rows->kind == ROWS_DELETE ? NULL : after, rows->row - 1);
	}
	if (r == 0)
		return;
	/* Rows in front of one that cannot be read may be as wrong as it is. */
	b->nchanges = first;
	st->txn.row = row_before;
	st->txn.changes = changes_before;
	st->counts.rows = rows_before;
	err_wrap(&why, "binlog %s, position %llu", at->file, (unsigned long long)at->pos);
	stream_table_stop(&st->tables, t, why.msg);
}

static int on_rows(struct mysql_stream *st, struct batch *b, const struct event *e, const struct stream_place *at,
		   struct err *err)
{
	struct stream_table *t;
	struct rows rows;

	if (rows_parse(e, &rows, err) < 0)
		return err_wrap(err, "binlog %s, position %llu", at->file, (unsigned long long)at->pos);
	if (rows.table_id == DUMMY_TABLE_ID)
		return done(st);
	t = stream_tables_by_id(&st->tables, rows.table_id);
	if (t == NULL)
		return err_set(err, ERR_FATAL, 0,
			       "binlog %s, position %llu: rows of table id %llu without its table map", at->file,
			       (unsigned long long)at->pos, (unsigned long long)rows.table_id);
	if (t->wanted && t->error == NULL && !st->txn.left_out && !is_skipped(st)) {
		add_rows(st, b, t, &rows, at);
		b->bytes += e->header.size;
	}
	return done(st);
}

static int on_incident(struct mysql_stream *st, struct batch *b, const struct event *e, const struct stream_place *at,
		       struct err *err)
{
	struct event_incident i;

	if (event_incident_parse(e, &i, err) < 0)
		return -1;
	return err_set(err, ERR_FATAL, i.code,
		       "binlog %s, position %llu: the server says that events were lost (%.*s): take a new snapshot",
		       at->file, (unsigned long long)at->pos, (int)(i.message_len < 200 ? i.message_len : 200),
		       i.message);
}

/* All that was committed before this file: streams by file and position go over to GTIDs here. */
static int on_previous_gtids(struct mysql_stream *st, struct batch *b, const struct event *e,
			     const struct stream_place *at, struct err *err)
{
	if (!st->setup.adopt || st->setup.gtids)
		return 0;
	gtid_set_clear(&st->gtids);
	if (event_previous_gtids_parse(e, &st->gtids, err) < 0)
		return err_wrap(err, "binlog %s, position %llu", at->file, (unsigned long long)at->pos);
	free(st->gtids_text);
	st->gtids_text = NULL;
	st->setup.gtids = true;
	return 0;
}

static int on_idle(struct mysql_stream *st, struct batch *b, const struct event *e, const struct stream_place *at,
		   struct err *err)
{
	return 0;
}

/* ---- statements ---- */

static bool is_word(const struct event_query *q, const char *word)
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

	return is_word(q, "CREATE") && p && has_text(p, q->sql + q->sql_len, "START TRANSACTION");
}

/*
 * Statements that the server has worded itself are in UTF-8 and have backslashes, whatever the session's settings were:
 * CREATE TABLE as SHOW CREATE TABLE has it (from a query, LIKE a temporary table, with a key of the server's own), and
 * DROP TABLE split by kinds of tables.
 */
static bool is_server_text(const struct event_query *q)
{
	const char *end = q->sql + q->sql_len, *bracket = memchr(q->sql, '(', q->sql_len);

	if (!is_word(q, "CREATE") || bracket == NULL || end - bracket < 4)
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
		    (t->previous_table && mysql_filter_table(st->setup.filter, t->previous_db, t->previous_table)))
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
	if (is_given(st))
		return;
	filtered = mysql_filter_columns(st->setup.filter, t->schema);
	c = add_change(st, b, CHANGE_TRUNCATE, at);
	c->schema = filtered ? filtered : t->schema;
	batch_hold_schema(b, c->schema);
	schema_unref(filtered);
}

static const char *gtids_text(struct mysql_stream *st)
{
	struct gtid_set given;
	struct buf b;

	if (st->gtids_text == NULL) {
		buf_init(&b, GTIDS_MAX);
		gtid_set_init(&given);
		gtid_set_copy(&given, &st->gtids);
		mysql_xa_leave_out(&st->xa, &given);
		gtid_set_print(&given, &b);
		gtid_set_done(&given);
		st->gtids_text = b.data ? buf_take(&b) : xstrdup("");
	}
	return st->gtids_text;
}

/* As Debezium has it: the place to go on from when the statement itself is done. */
static void set_history_place(struct mysql_stream *st, struct batch *b, struct ddl_result *res,
			      const struct stream_place *at)
{
	const char *gtids = st->setup.gtids && res->nchanges > 0 ? gtids_text(st) : NULL;

	gtids = gtids ? arena_dup(&b->arena, gtids, strlen(gtids)) : NULL;
	for (unsigned i = 0; i < res->nchanges; i++) {
		struct ddl_change *d = &res->changes[i];

		d->history_gtids = gtids;
		d->history_pos = st->txn.event > 0 ? st->txn.begin_pos : at->end;
		d->history_event = st->txn.event;
	}
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
		if (!is_skipped(st) && !res->temporary && !is_given(st))
			add_change(st, b, CHANGE_DDL, at)->ddl = d;
	}
	if (res->kind == DDL_TRUNCATE && !is_skipped(st))
		add_truncate(st, b, res, at);
}

/* What a statement that is not understood has made of the table that it names is asked when rows of it come; when it names
 * none, nothing after it can be trusted. */
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
			       "schema.history.internal.skip.unparseable.ddl = true", why.msg);
	}
	err_clear(err);
	return 0;
}

struct statement {
	struct mysql_stream *st;
	const char *why;
};

static void stop_named(const char *db_table, void *arg)
{
	struct statement *s = arg;

	mysql_stream_stop_table(s->st, db_table, s->why);
}

/* Rows that were changed by a statement are not in the binlog: they are lost to the stream, but never in silence. */
static void on_statement_rows(struct mysql_stream *st, const struct event_query *q, const struct stream_place *at)
{
	char why[400];
	struct statement s = { .st = st, .why = why };
	int cut = (int)(q->sql_len < 80 ? q->sql_len : 80);

	snprintf(why, sizeof(why), "binlog %s, position %llu: a change was logged as a statement, its rows are not in the "
		 "binlog (%.*s): set binlog_format = ROW for that session; then `millrace resume` the table and "
		 "`millrace snapshot` it", at->file, (unsigned long long)at->pos, cut, q->sql);
	if (mysql_statement_tables(q, st->setup.filter, st->setup.catalog, stop_named, &s) == 0)
		snprintf(st->said, sizeof(st->said), "binlog %s, position %llu: passed over a change that was logged as a "
			 "statement and names no captured table (%.*s): what triggers and foreign keys made of it is "
			 "not captured; set binlog_format = ROW for that session", at->file,
			 (unsigned long long)at->pos, cut, q->sql);
}

static int apply_ddl(struct mysql_stream *st, struct batch *b, const struct event_query *q,
		     const struct stream_place *at, struct ddl_result *res, struct err *err)
{
	bool made = is_server_text(q);
	uint64_t sql_mode = q->has_sql_mode ? q->sql_mode : 0;
	struct ddl_context ctx = { .db = q->db,
				   .sql_mode = made ? sql_mode & ~(uint64_t)SQL_MODE_NO_BACKSLASH_ESCAPES : sql_mode,
				   .collation_server = q->collation_server,
				   .collation_database = q->collation_database,
				   .charset_client = q->has_charset && !made ? q->charset_client : 0,
				   .default_collation_utf8mb4 = q->default_collation_utf8mb4,
				   .old_timestamps = q->old_timestamps,
				   .server_version = st->setup.server_version };
	const char *db_table;

	mysql_undo_save(st->setup.undo, st->setup.catalog, st->txn.gtid.gno > 0 ? &st->txn.gtid : NULL, at->file,
			at->pos);
	if (catalog_apply(st->setup.catalog, &ctx, q->sql, q->sql_len, &b->arena, res, &db_table, err) < 0) {
		res->opens_txn = is_create_select(q);
		return not_understood(st, b, res, at, err);
	}
	if (res->kind == DDL_ROWS && !is_skipped(st))
		on_statement_rows(st, q, at);
	if (res->kind == DDL_CONTROL || res->kind == DDL_NOTHING || res->kind == DDL_ROWS)
		mysql_undo_drop_last(st->setup.undo);
	if (res->kind != DDL_CONTROL && res->kind != DDL_ROWS)
		add_ddl(st, b, res, at);
	ddl_result_release(res);
	return 0;
}

/* Marks and threads are for what begins with BEGIN: Debezium knows no others. */
static int on_begin(struct mysql_stream *st, struct batch *b, const struct event *e, const struct stream_place *at,
		    const struct event_query *q, struct err *err)
{
	bool plain = is_word(q, "BEGIN");

	if (txn_begin(st, e, at, plain ? (int64_t)q->thread_id : -1, err) < 0)
		return -1;
	if (st->setup.conf->transaction_marks && plain && !is_skipped(st))
		add_change(st, b, CHANGE_BEGIN, at);
	return done(st);
}

/* ---- XA transactions ---- */

static int handle(struct mysql_stream *st, struct batch *b, const struct event *e, const struct stream_place *at,
		  struct err *err);

static bool is_kept_event(unsigned type)
{
	return type == EVENT_TABLE_MAP || type == EVENT_ROWS_QUERY || event_is_rows(type);
}

static int on_xa_start(struct mysql_stream *st, struct batch *b, const struct event *e, const struct stream_place *at,
		       const struct event_query *q, struct err *err)
{
	if (!st->setup.gtids || st->txn.gtid.gno == 0 || st->in_payload || mysql_resume_awaits(&st->resume, &st->txn.gtid))
		return on_begin(st, b, e, at, q, err);
	txn_open(st, e, at, -1);
	mysql_xa_start(&st->xa, q->sql, q->sql_len, &st->txn.gtid, &st->txn, sizeof(st->txn));
	return done(st);
}

/* What was kept goes through the handlers now, as the transaction that it was, from the place where it stood. */
static int give_kept(struct mysql_stream *st, struct batch *b, const struct xa_txn *t, struct err *err)
{
	struct txn mine = st->txn;
	const char *file = st->file;
	int rc = 0;

	st->txn = *(const struct txn *)t->txn;
	st->txn.event = mine.event;
	st->txn.changes = mine.changes;
	st->shared = NULL;
	for (size_t i = 0; i < t->nevents && rc == 0; i++) {
		const struct xa_event *k = &t->events[i];
		struct event e = k->event;

		e.body = arena_dup(&b->arena, t->bytes.data + k->at, e.len);
		st->file = k->file;
		rc = handle(st, b, &e, &(struct stream_place){ k->file, k->pos, k->end }, err);
	}
	mine.changes = st->txn.changes;
	free((char *)st->txn.query);
	st->txn = mine;
	st->file = file;
	st->shared = NULL;
	return rc;
}

/* Too much to keep: it is given out at once, as a server without GTIDs has it. */
static int give_up_keeping(struct mysql_stream *st, struct batch *b, struct err *err)
{
	struct xa_txn *t = st->xa.open;
	int rc = give_kept(st, b, t, err);

	mysql_xa_forget(&st->xa, t);
	return rc;
}

static int keep(struct mysql_stream *st, struct batch *b, const struct event *e, const struct stream_place *at,
		struct err *err)
{
	if (mysql_xa_keep(&st->xa, e, st->file, at->pos, at->end))
		return done(st);
	return give_up_keeping(st, b, err) < 0 ? -1 : handle(st, b, e, at, err);
}

/* The first byte says that it is committed in the same step. */
static int on_xa_prepare(struct mysql_stream *st, struct batch *b, const struct event *e, const struct stream_place *at,
			 struct err *err)
{
	if (st->xa.open && e->len > 0 && e->body[0] && give_up_keeping(st, b, err) < 0)
		return -1;
	st->xa.open = NULL;
	return on_commit(st, b, e, at, err);
}

static int on_xa_end(struct mysql_stream *st, struct batch *b, const struct event_query *q, struct xa_txn *t,
		     const struct stream_place *at, struct err *err)
{
	if (is_word(q, "XA COMMIT") && give_kept(st, b, t, err) < 0)
		return -1;
	mysql_xa_forget(&st->xa, t);
	txn_end(st, at);
	return 0;
}

static struct xa_txn *xa_ended(struct mysql_stream *st, const struct event_query *q)
{
	return is_word(q, "XA COMMIT") || is_word(q, "XA ROLLBACK") ? mysql_xa_find(&st->xa, q->sql, q->sql_len) : NULL;
}

/* Only prepared ones stand in the binlog, and this one was not kept. */
static void tell_xa_rollback(struct mysql_stream *st, const struct event_query *q, const struct stream_place *at)
{
	snprintf(st->said, sizeof(st->said), "binlog %s, position %llu: a prepared transaction was rolled back (%.*s) "
		 "after its rows had been published: `millrace snapshot` its tables", at->file,
		 (unsigned long long)at->pos, (int)(q->sql_len < 100 ? q->sql_len : 100), q->sql);
}

static int on_query(struct mysql_stream *st, struct batch *b, const struct event *e, const struct stream_place *at,
		    struct err *err)
{
	struct event_query q;
	struct ddl_result res = { 0 };
	struct xa_txn *ended;

	if (event_query_parse(e, &st->tables.format, &q, err) < 0)
		return -1;
	if (is_word(&q, "XA START"))
		return on_xa_start(st, b, e, at, &q, err);
	if (is_word(&q, "BEGIN"))
		return on_begin(st, b, e, at, &q, err);
	if (st->txn.begun && (is_word(&q, "COMMIT") || (is_word(&q, "ROLLBACK") && q.sql_len <= sizeof("ROLLBACK"))))
		return on_commit(st, b, e, at, err);
	if (!st->txn.begun && txn_begin(st, e, at, q.thread_id, err) < 0)
		return -1;
	if (st->txn.event > 0 && is_word(&q, "XA"))
		return done(st);
	if ((ended = xa_ended(st, &q)))
		return on_xa_end(st, b, &q, ended, at, err);
	if (is_word(&q, "XA ROLLBACK"))
		tell_xa_rollback(st, &q, at);
	if (apply_ddl(st, b, &q, at, &res, err) < 0)
		return -1;
	if (res.kind == DDL_CONTROL && st->txn.event > 0)
		return done(st);
	if (res.opens_txn || st->txn.event > 0)
		return done(st);
	txn_end(st, at);
	return 0;
}

/* ---- compressed transactions ---- */

/* The bytes are kept, because the batch that they came with may be gone before the last of their rows. */
static int on_payload(struct mysql_stream *st, struct batch *b, const struct event *e, const struct stream_place *at,
		      struct err *err)
{
	struct event mine = *e;

	if (txn_resume(st, at, true, err) < 0)
		return -1;
	if (is_skipped(st))
		return done(st);
	buf_reset(&st->payload_bytes);
	buf_put(&st->payload_bytes, e->body, e->len);
	if (st->payload_bytes.failed)
		return err_set(err, ERR_FATAL, 0, "binlog %s, position %llu: a compressed transaction of %zu bytes",
			       at->file, (unsigned long long)at->pos, e->len);
	mine.body = (const uint8_t *)st->payload_bytes.data;
	if (st->payload == NULL)
		st->payload = payload_new(PAYLOAD_MAX);
	if (payload_open(st->payload, &mine, err) < 0)
		return err_wrap(err, "binlog %s, position %llu", at->file, (unsigned long long)at->pos);
	st->in_payload = true;
	st->payload_at = *at;
	st->payload_at.file = st->file;
	st->payload_server_id = e->header.server_id;
	return 0;
}

static int dispatch(struct mysql_stream *st, struct batch *b, const struct event *e, const struct stream_place *at,
		    struct err *err);

int mysql_stream_more(struct mysql_stream *st, struct batch *b, struct err *err)
{
	struct event inner;
	const void *raw;
	size_t len;
	int r = payload_next(st->payload, &inner, &raw, &len, err);

	if (r < 0)
		return err_wrap(err, "binlog %s, position %llu", st->payload_at.file,
				(unsigned long long)st->payload_at.pos);
	if (r == 0) {
		st->in_payload = false;
		return 0;
	}
	inner.body = (const uint8_t *)arena_dup(&b->arena, raw, len) + (inner.body - (const uint8_t *)raw);
	inner.header.server_id = st->payload_server_id;
	return dispatch(st, b, &inner, &st->payload_at, err) < 0 ? fail_at(&st->payload_at, err) : 0;
}

bool mysql_stream_has_more(const struct mysql_stream *st)
{
	return st->in_payload;
}

/* ---- the table of handlers ---- */

typedef int event_handler(struct mysql_stream *, struct batch *, const struct event *, const struct stream_place *,
			  struct err *);

static event_handler *const handlers[] = {
	[EVENT_QUERY] = on_query,
	[EVENT_STOP] = on_idle,
	[EVENT_ROTATE] = on_idle,
	[EVENT_INTVAR] = on_idle,
	[EVENT_RAND] = on_idle,
	[EVENT_USER_VAR] = on_idle,
	[EVENT_FORMAT_DESCRIPTION] = on_idle,
	[EVENT_XID] = on_commit,
	[EVENT_TABLE_MAP] = on_table_map,
	[EVENT_WRITE_ROWS_V1] = on_rows,
	[EVENT_UPDATE_ROWS_V1] = on_rows,
	[EVENT_DELETE_ROWS_V1] = on_rows,
	[EVENT_INCIDENT] = on_incident,
	[EVENT_HEARTBEAT] = on_idle,
	[EVENT_IGNORABLE] = on_idle,
	[EVENT_ROWS_QUERY] = on_rows_query,
	[EVENT_WRITE_ROWS] = on_rows,
	[EVENT_UPDATE_ROWS] = on_rows,
	[EVENT_DELETE_ROWS] = on_rows,
	[EVENT_GTID] = on_gtid,
	[EVENT_ANONYMOUS_GTID] = on_gtid,
	[EVENT_PREVIOUS_GTIDS] = on_previous_gtids,
	[EVENT_TRANSACTION_CONTEXT] = on_idle,
	[EVENT_VIEW_CHANGE] = on_idle,
	[EVENT_XA_PREPARE] = on_xa_prepare,
	[EVENT_PARTIAL_UPDATE_ROWS] = on_rows,
	[EVENT_TRANSACTION_PAYLOAD] = on_payload,
	[EVENT_HEARTBEAT_V2] = on_idle,
	[EVENT_GTID_TAGGED] = on_gtid,
};

static int handle(struct mysql_stream *st, struct batch *b, const struct event *e, const struct stream_place *at,
		  struct err *err)
{
	return handlers[e->header.type](st, b, e, at, err);
}

static int dispatch(struct mysql_stream *st, struct batch *b, const struct event *e, const struct stream_place *at,
		    struct err *err)
{
	unsigned type = e->header.type;

	if (!st->tables.format.checksum && mysql_order_next(&st->order, e, &st->tables.format, err) < 0)
		return -1;
	if (st->xa.open && is_kept_event(type))
		return keep(st, b, e, at, err);
	if (type < sizeof(handlers) / sizeof(*handlers) && handlers[type])
		return handle(st, b, e, at, err);
	if (e->header.flags & EVENT_F_IGNORABLE)
		return 0;
	return err_set(
		err, ERR_FATAL, (int)type,
		"binlog %s, position %llu: event type %u is not known to this version: going on could lose changes",
		at->file, (unsigned long long)at->pos, type);
}

static bool in_txn(const struct mysql_stream *st)
{
	return st->txn.begun || st->in_payload || st->txn.gtid.gno > 0;
}

int mysql_stream_event(struct mysql_stream *st, struct batch *b, const struct event *e, const struct stream_place *at,
		       struct err *err)
{
	st->counts.events++;
	if (st->file == NULL || strcmp(st->file, at->file) != 0)
		st->file = intern(at->file);
	if (e->header.type == EVENT_FORMAT_DESCRIPTION) {
		stream_tables_clear_ids(&st->tables);
		if (event_format_parse(e, &st->tables.format, err) < 0)
			return fail_at(at, err);
	}
	if (e->header.timestamp_s) {
		st->ts_sec = e->header.timestamp_s;
		st->server_id = e->header.server_id;
	}
	if (dispatch(st, b, e, at, err) < 0)
		return fail_at(at, err);
	if (!in_txn(st))
		st->pos = at->end;
	return 0;
}

/* ---- around a batch ---- */

void mysql_stream_begin(struct mysql_stream *st, struct batch *b)
{
	st->batch++;
	st->shared = NULL;
}

void mysql_stream_end(struct mysql_stream *st, struct batch *b)
{
	bool inside = (st->txn.begun || st->in_payload) && st->xa.open == NULL;
	struct position *p = &b->position;

	b->txn_open = inside;
	if (b->nchanges > 0)
		b->newest_commit_us = b->changes[b->nchanges - 1].txn->commit_us;
	if (mysql_resume_holds(&st->resume, st->txn.event, st->txn.row, st->txn.changes)) {
		position_copy(p, &st->resume.from);
		return;
	}
	free(p->gtids);
	p->gtids = st->setup.gtids ? xstrdup(gtids_text(st)) : NULL;
	snprintf(p->file, sizeof(p->file), "%s", st->file ? st->file : "");
	p->pos = !inside ? st->pos : st->in_payload ? st->payload_at.pos : st->txn.begin_pos;
	p->event = inside ? st->txn.event : 0;
	p->row = inside ? st->txn.row : 0;
	p->changes = inside ? st->txn.changes : 0;
	p->gtid[0] = '\0';
	if (inside && st->txn.gtid.gno > 0)
		gtid_print(&st->txn.gtid, p->gtid);
	snprintf(p->server_uuid, sizeof(p->server_uuid), "%s", st->setup.server_uuid);
	p->ts_sec = st->ts_sec;
	p->server_id = st->server_id;
	p->snapshot = false;
}

/* ---- make, free, ask ---- */

struct mysql_stream *mysql_stream_new(const struct stream_setup *setup, const struct position *from, struct err *err)
{
	struct mysql_stream *st = xcalloc(1, sizeof(*st));

	st->setup = *setup;
	gtid_set_init(&st->gtids);
	stream_tables_init(&st->tables, setup->filter, setup->catalog);
	st->tables.ask = setup->ask;
	st->tables.ask_arg = setup->ask_arg;
	buf_init(&st->payload_bytes, PAYLOAD_MAX);
	txn_reset(st);
	st->file = intern(from->file);
	st->pos = from->pos;
	st->ts_sec = (uint32_t)from->ts_sec;
	if (mysql_resume_init(&st->resume, from, setup->server_uuid, err) < 0 ||
	    (setup->gtids && from->gtids && gtid_set_parse(&st->gtids, from->gtids, err) < 0)) {
		mysql_stream_free(st);
		err->kind = ERR_FATAL;
		err_wrap(err, "the stored position");
		return NULL;
	}
	return st;
}

void mysql_stream_free(struct mysql_stream *st)
{
	if (st == NULL)
		return;
	free((char *)st->txn.query);
	free(st->gtids_text);
	gtid_set_done(&st->gtids);
	mysql_xa_done(&st->xa);
	mysql_resume_done(&st->resume);
	stream_tables_done(&st->tables);
	payload_free(st->payload);
	buf_done(&st->payload_bytes);
	free(st);
}

bool mysql_stream_is_over(const struct mysql_stream *st)
{
	return st->resume.by_changes && st->resume.state == RESUME_OVER;
}

const struct gtid_set *mysql_stream_gtids(const struct mysql_stream *st)
{
	return st->setup.gtids ? &st->gtids : NULL;
}

bool mysql_stream_in_txn(const struct mysql_stream *st)
{
	return in_txn(st);
}

bool mysql_stream_said(struct mysql_stream *st, char *out, size_t size)
{
	if (st->said[0] == '\0')
		return false;
	snprintf(out, size, "%s", st->said);
	st->said[0] = '\0';
	return true;
}

struct stream_counts mysql_stream_counts(const struct mysql_stream *st)
{
	return st->counts;
}

int64_t mysql_stream_commit_us(const struct mysql_stream *st)
{
	return st->newest_commit_us;
}

void mysql_stream_stop_table(struct mysql_stream *st, const char *db_table, const char *why)
{
	const char *dot = strchr(db_table, '.');

	if (dot)
		stream_table_stop(&st->tables,
				  stream_tables_by_name(&st->tables, db_table, (size_t)(dot - db_table), dot + 1,
							strlen(dot + 1)), why);
}

void mysql_stream_news(struct mysql_stream *st,
		       void (*fn)(const char *db, const char *table, const char *error, void *arg), void *arg)
{
	for (size_t i = 0; i < st->tables.nnews; i++)
		fn(st->tables.news[i]->db, st->tables.news[i]->name, st->tables.news[i]->error, arg);
	st->tables.nnews = 0;
}
