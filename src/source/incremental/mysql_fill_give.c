/*
 * mysql_fill_give.c - a chunk goes out: its rows into batches, without those that the stream has told of meanwhile. What
 * the stream tells is noted here too.
 */
#include "config.h"
#include "source/incremental/mysql_fill_parts.h"

#include <stdlib.h>
#include <string.h>

#include "core/clock.h"
#include "core/intern.h"
#include "core/xalloc.h"

/* ---- rows into batches ---- */

static struct change *add_change(struct mysql_fill *f, struct batch *b, enum change_op op, const struct fill_place *at)
{
	struct change *c = batch_add_change(b);

	c->op = op;
	c->snapshot = SNAPSHOT_INCREMENTAL;
	c->txn = f->txn;
	c->pos = at->pos;
	c->schema = f->table.schema;
	return c;
}

static void tell_schema(struct mysql_fill *f, struct batch *b, const struct fill_place *at)
{
	struct ddl_change *d = arena_alloc(&b->arena, sizeof(*d));
	struct ddl_table *t = arena_alloc(&b->arena, sizeof(*t));
	struct change *c = add_change(f, b, CHANGE_DDL, at);

	*t = (struct ddl_table){
		.type = 'C',
		.db = f->db,
		.table = f->name,
		.schema = catalog_find(f->setup.catalog, f->db, f->name),
	};
	*d = (struct ddl_change){
		.db = f->db,
		.ddl = arena_dup(&b->arena, f->create, strlen(f->create)),
		.tables = f->name,
		.table = t,
		.ntables = 1,
		.captured = true,
	};
	batch_hold_schema(b, t->schema);
	c->snapshot = SNAPSHOT_TRUE;
	c->schema = NULL;
	c->ddl = d;
}

static void give_first(struct mysql_fill *f, struct batch *b, const struct fill_place *at)
{
	struct fill_table *t = fill_current(f);

	batch_hold_schema(b, f->table.schema);
	if (f->create)
		tell_schema(f, b, at);
	if (t->truncate && f->table.keyed)
		add_change(f, b, CHANGE_TRUNCATE, at);
	free(f->create);
	f->create = NULL;
	t->emptied |= t->truncate && f->table.keyed;
	t->truncate &= !f->table.keyed;
	t->first |= t->fresh;
	t->fresh = false;
	fill_plan_moved(f);
	f->state = REST;
}

static void count_done(struct mysql_fill *f, const struct fill_table *t)
{
	mysql_fill_tell(f, "snapshot of %s.%s done: %llu rows in %.1f s", t->db, t->name, (unsigned long long)t->rows,
			(double)(clock_mono_us() - f->started_us) / 1e6);
}

/* The batch that carries the last row of a chunk carries the new bound. */
static void advance(struct mysql_fill *f, uint64_t rows)
{
	struct fill_table *t = fill_current(f);

	t->rows += rows;
	f->chunks++;
	f->moved_us = clock_mono_us();
	f->failures = 0;
	f->end = END_UNKNOWN;
	f->error[0] = '\0';
	if (f->last) {
		count_done(f, t);
		fill_next_table(f, true);
		return;
	}
	free(t->bound);
	t->bound = xstrdup(f->bound.data);
	if (f->held.len < FILL_CHUNK_BYTES / 4)
		f->limit *= 2;
	fill_plan_moved(f);
	fill_drop_chunk(f);
}

static int add_row(struct mysql_fill *f, struct batch *b, const struct fill_place *at, const uint8_t *p, size_t len,
		struct err *err)
{
	struct schema *s = f->table.schema;
	struct value *row = batch_row(b, s);

	if (text_row(&f->table.reader, &b->arena, p, len, row, err) < 0)
		return -1;
	b->bytes += len;
	if (f->table.keyed && fill_keys_has(&f->keys, s, row))
		return 0;
	if (fill_current(f)->gone)
		add_change(f, b, CHANGE_DELETE, at)->before = row;
	else
		add_change(f, b, CHANGE_READ, at)->after = row;
	return 0;
}

/* A part of the chunk is out: who comes back goes on behind it. Rows that are not there have no order: all of them again. */
static int advance_within(struct mysql_fill *f, const uint8_t *last, size_t len, struct err *err)
{
	struct fill_table *t = fill_current(f);
	struct buf bound;

	if (t->gone)
		return 0;
	buf_init(&bound, CHUNK_SQL_MAX);
	if (chunk_bound(&f->table, last, len, &bound, err) < 0) {
		buf_done(&bound);
		return -1;
	}
	free(t->bound);
	t->bound = buf_take(&bound);
	fill_plan_moved(f);
	return 0;
}

static void give_held(struct mysql_fill *f, struct batch *b, const struct fill_place *at, size_t max_rows,
		size_t max_bytes)
{
	struct err err = { 0 };
	const uint8_t *p = NULL;
	uint32_t len;

	batch_hold_schema(b, f->table.schema);
	while (f->held_at < f->held.len && b->nchanges < max_rows && b->bytes < max_bytes) {
		memcpy(&len, f->held.data + f->held_at, sizeof(len));
		p = arena_dup(&b->arena, f->held.data + f->held_at + sizeof(len), len);
		if (add_row(f, b, at, p, len, &err) < 0) {
			fill_give_up(f, err.msg);
			return;
		}
		f->held_at += sizeof(len) + len;
	}
	if (f->held_at == f->held.len)
		advance(f, f->nheld);
	else if (p && advance_within(f, p, len, &err) < 0)
		fill_give_up(f, err.msg);
}

/*
 * Rows without key come in addition to those that are in the log: of an attempt that was interrupted, and of the
 * stream. So what is in the log is cleared right in front of the first one, where nothing of the stream can come
 * between.
 */
static void clear_first(struct mysql_fill *f, struct batch *b, const struct fill_place *at)
{
	const struct fill_table *t = fill_current(f);

	if (!f->cleared && (t->truncate || t->first))
		add_change(f, b, CHANGE_TRUNCATE, at);
	f->cleared = true;
}

static void give_passing(struct mysql_fill *f, struct batch *b, const struct fill_place *at, size_t max_rows,
		size_t max_bytes)
{
	struct err err = { 0 };
	const uint8_t *p;
	size_t len;
	int r = SCAN_ROW;

	batch_hold_schema(b, f->table.schema);
	clear_first(f, b, at);
	while (b->nchanges < max_rows && b->bytes < max_bytes &&
			(r = scan_next(&f->view.scan, &b->arena, FILL_READ_WAIT_MS, &p, &len, &err)) == SCAN_ROW) {
		if (add_row(f, b, at, p, len, &err) < 0) {
			fill_give_up(f, err.msg);
			return;
		}
		f->passed++;
	}
	scan_save(&f->view.scan);
	if (r < 0) {
		fill_trouble(f, &err);
	} else if (r == SCAN_END) {
		f->last = true;
		fill_view_release(&f->view, &err);
		advance(f, f->passed);
	}
}

void mysql_fill_rows(struct mysql_fill *f, struct batch *b, const struct fill_place *at, size_t max_rows,
		size_t max_bytes)
{
	struct change_txn *txn = arena_alloc(&b->arena, sizeof(*txn));

	*txn = (struct change_txn){
		.commit_us = clock_wall_us() / 1000 * 1000,
		.thread = -1,
		.file = intern(at->file),
	};
	f->txn = txn;
	if (f->state == TOLD)
		give_first(f, b, at);
	else if (f->state == GIVE)
		give_held(f, b, at, max_rows, max_bytes);
	else if (f->state == PASS)
		give_passing(f, b, at, max_rows, max_bytes);
}

/* ---- what the stream does meanwhile ---- */

static bool is_ours(const struct mysql_fill *f, const char *db, const char *table)
{
	return db && table && strcmp(db, f->db) == 0 && strcmp(table, f->name) == 0;
}

static void note_ddl(struct mysql_fill *f, const struct ddl_change *d)
{
	if (d->ntables == 0 && d->db && strcmp(d->db, f->db) == 0)
		f->stale = true;
	for (unsigned i = 0; i < d->ntables; i++)
		if (is_ours(f, d->table[i].db, d->table[i].table) ||
				is_ours(f, d->table[i].previous_db, d->table[i].previous_table))
			f->stale = true;
}

/* Renames of one statement are carried out one after the other. */
static bool is_given_later(const struct ddl_change *d, unsigned i, const struct fill_table *t)
{
	while (++i < d->ntables)
		if (d->table[i].previous_table && d->table[i].db && strcmp(d->table[i].db, t->db) == 0 &&
				strcmp(d->table[i].table, t->name) == 0)
			return true;
	return false;
}

static void begin_under(struct mysql_fill *f, struct fill_table *t, const struct ddl_table *new)
{
	mysql_fill_tell(f, "snapshot of %s.%s: the table is called %s.%s now%s", t->db, t->name, new->db, new->table,
			t->bound ? ", and is read from its beginning" : "");
	free(t->db);
	free(t->name);
	free(t->bound);
	t->db = xstrdup(new->db);
	t->name = xstrdup(new->table);
	t->bound = NULL;
	t->rows = 0;
	f->plan.edits++;
}

/*
 * A table is read under its new name, and from its beginning: what was read is in the topic of the old one. A name that
 * the same statement gives to another table keeps its snapshot, which was ordered by that name: so end online changes,
 * that swap a table for its copy.
 */
static bool follow_rename(struct mysql_fill *f, const struct ddl_change *d, unsigned i, size_t at)
{
	struct fill_table *t = &f->plan.items[at];
	const struct ddl_table *new = &d->table[i];

	if (strcmp(t->db, new->previous_db) != 0 || strcmp(t->name, new->previous_table) != 0)
		return false;
	if (is_given_later(d, i, t)) {
		free(t->bound);
		t->bound = NULL;
		t->rows = 0;
	} else if (!mysql_filter_table(f->setup.filter, new->db, new->table)) {
		return false;
	} else if (fill_plan_find(&f->plan, new->db, new->table)) {
		fill_plan_remove(&f->plan, at);
	} else {
		begin_under(f, t, new);
	}
	return true;
}

static void follow_renames(struct mysql_fill *f, const struct ddl_change *d)
{
	bool moved = false;

	for (unsigned i = 0; i < d->ntables; i++)
		for (size_t k = f->plan.count; d->table[i].previous_table && d->table[i].previous_db && k-- > 0;)
			moved |= follow_rename(f, d, i, k);
	if (moved)
		mysql_fill_changed(f);
}

static void note_row(struct mysql_fill *f, const struct change *c)
{
	f->touched = true;
	if (!f->table.keyed || c->op == CHANGE_READ)
		return;
	if (c->op == CHANGE_TRUNCATE || (c->before && !fill_keys_add(&f->keys, c->schema, c->before, c->after)) ||
			(c->after && !fill_keys_add(&f->keys, c->schema, c->after, c->before)))
		f->stale = true;
}

void mysql_fill_note(struct mysql_fill *f, const struct batch *b)
{
	bool resting = f->state == REST;

	if (f->plan.count == 0)
		return;
	for (size_t i = 0; i < b->nchanges; i++) {
		const struct change *c = &b->changes[i];

		if (c->op == CHANGE_DDL && !resting)
			note_ddl(f, c->ddl);
		if (c->op == CHANGE_DDL)
			follow_renames(f, c->ddl);
		else if (!resting && c->schema && c->schema->db == f->db && c->schema->table == f->name)
			note_row(f, c);
	}
}
