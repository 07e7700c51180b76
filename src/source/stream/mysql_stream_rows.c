/*
 * mysql_stream_rows.c - see mysql_stream.h. Rows to changes: the hot path. Nothing is looked up for a row: table ids
 * lead to a table with its decoder ready.
 */
#include "source/stream/mysql_stream_parts.h"

#include <stdlib.h>

#include "core/xalloc.h"

enum { DUMMY_TABLE_ID = 0xffffff };

static void hold(struct mysql_stream *st, struct batch *b, struct stream_table *t, struct schema *schema)
{
	if (t->held == st->batch && t->held_schema == schema)
		return;
	batch_hold_schema(b, schema);
	t->held = st->batch;
	t->held_schema = schema;
}

int stream_on_rows_query(struct mysql_stream *st, struct batch *b, const struct event *e, const struct stream_place *at,
		struct err *err)
{
	struct event_text text;

	if (!st->setup.conf->include_query)
		return stream_event_done(st);
	if (event_rows_query_parse(e, &text, err) < 0)
		return -1;
	free((char *)st->txn.query);
	st->txn.query = xstrndup(text.p, text.len);
	st->shared = NULL;
	return stream_event_done(st);
}

/* The server was asked for the schema: the history learns it, so that the next start need not ask. */
static void tell_schema(struct mysql_stream *st, struct batch *b, struct stream_table *t, const struct stream_place *at)
{
	struct schema *schema = catalog_find(st->setup.catalog, t->db, t->name);
	struct ddl_change *d;

	t->asked = false;
	if (schema == NULL || stream_skips(st))
		return;
	d = arena_alloc(&b->arena, sizeof(*d));
	*d = (struct ddl_change){ .db = t->db, .ddl = "", .tables = t->name, .ntables = 1 };
	d->table = arena_alloc(&b->arena, sizeof(*d->table));
	*d->table = (struct ddl_table){ .type = 'A', .db = t->db, .table = t->name, .schema = schema };
	batch_hold_schema(b, schema);
	stream_add_change(st, b, CHANGE_DDL, at)->ddl = d;
}

int stream_on_table_map(struct mysql_stream *st, struct batch *b, const struct event *e, const struct stream_place *at,
		struct err *err)
{
	struct stream_table *t;

	if (stream_tables_map(&st->tables, e, at->file, at->pos, &t, err) < 0)
		return -1;
	if (t->asked)
		tell_schema(st, b, t, at);
	return stream_event_done(st);
}

static void add_row(struct mysql_stream *st, struct batch *b, struct stream_table *t, const struct stream_place *at,
		struct value *before, struct value *after, uint32_t row)
{
	struct change *c = stream_add_change(st, b,
			before == NULL			? CHANGE_CREATE
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

		if (index >= skip && !stream_is_given(st))
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

/* Rows of child tables that no event tells. `first`: of this event's changes in the batch; those that were left out may
 * have changed anything. */
static void note_foreign(struct mysql_stream *st, struct batch *b, struct stream_table *t, const struct rows *rows,
		size_t first)
{
	struct foreign_keys *f = st->setup.foreign;

	if (f == NULL || f->count == 0 || rows->kind == ROWS_WRITE ||
			(rows->flags & (ROWS_NO_FOREIGN_CHECKS | ROWS_SQL_FOREIGN_KEYS)))
		return;
	if (t->foreign_edition != f->edition + 1) {
		t->is_parent = foreign_is_parent(f, t->db, t->name);
		t->foreign_edition = f->edition + 1;
	}
	if (!t->is_parent)
		return;
	if (rows->kind == ROWS_DELETE)
		foreign_deleted(f, t->db, t->name);
	else if (first == b->nchanges)
		foreign_updated(f, NULL, t->db, t->name, NULL, NULL);
	for (size_t i = first; i < b->nchanges && rows->kind == ROWS_UPDATE; i++)
		foreign_updated(f, b->changes[i].schema, t->db, t->name, b->changes[i].before, b->changes[i].after);
}

int stream_on_rows(struct mysql_stream *st, struct batch *b, const struct event *e, const struct stream_place *at,
		struct err *err)
{
	size_t first = b->nchanges;
	struct stream_table *t;
	struct rows rows;

	if (rows_parse(e, &rows, err) < 0)
		return err_wrap(err, "binlog %s, position %llu", at->file, (unsigned long long)at->pos);
	if (rows.table_id == DUMMY_TABLE_ID)
		return stream_event_done(st);
	t = stream_tables_by_id(&st->tables, rows.table_id);
	if (t == NULL)
		return err_set(err, ERR_FATAL, 0,
				"binlog %s, position %llu: rows of table id %llu without its table map", at->file,
				(unsigned long long)at->pos, (unsigned long long)rows.table_id);
	if (t->wanted && t->error == NULL && !st->txn.left_out && !stream_skips(st)) {
		add_rows(st, b, t, &rows, at);
		b->bytes += e->header.size;
	}
	if (!stream_skips(st))
		note_foreign(st, b, t, &rows, first);
	return stream_event_done(st);
}
