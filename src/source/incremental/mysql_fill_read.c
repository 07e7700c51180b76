/*
 * mysql_fill_read.c - a chunk comes in: the table is taken up, the view is opened behind its fence, rows are read and
 * held until the stream has come to the place where they belong. See mysql_fill.h for why that place is the right one.
 */
#include "config.h"
#include "source/incremental/mysql_fill_parts.h"

#include <stdlib.h>
#include <string.h>

#include "core/clock.h"
#include "core/intern.h"
#include "core/xalloc.h"
#include "source/snapshot/mysql_snapshot.h"

enum {
	CHUNK_ROWS = 4096,
	GTIDS_MAX = 16 << 20,
	QUIET_TRIES = 10,     /* moments without an event, before a lock is taken */
	LOCK_AGAIN_MS = 5000, /* then twice that, and so on */
	LOCK_AGAIN_MOST_MS = 60000,
	SHOWS_SOON_MS = 20,
	SHOWS_AGAIN_MOST_MS = 200
};

/* ---- a table is taken up ---- */

/* A table that nobody has told the schema of yet: newly captured, or never met with MINIMAL metadata. */
static int read_schema(struct mysql_fill *f, const struct fill_table *t, struct err *err)
{
	struct snapshot_table s = { .db = f->db, .name = f->name };
	int r = snapshot_read_table(&s, &f->view.conn, f->setup.filter, f->setup.catalog, err);

	if (r == 0 && s.error)
		r = err_set(err, ERR_CONFIG, 0, "table %s.%s: %.300s", t->db, t->name, s.error);
	free(f->create);
	f->create = s.create;
	schema_unref(s.schema);
	free(s.error);
	return r;
}

static int open_table(struct mysql_fill *f, struct err *err)
{
	struct fill_table *t = fill_current(f);
	struct chunk_wish wish = snapshot_wish_of(f->setup.conf, t->db, t->name);
	struct schema *known, *wanted;
	int r;

	f->db = intern(t->db);
	f->name = intern(t->name);
	t->fresh |= catalog_find(f->setup.catalog, f->db, f->name) == NULL;
	if (t->fresh && f->create == NULL && read_schema(f, t, err) < 0)
		return -1;
	known = catalog_find(f->setup.catalog, f->db, f->name);
	if (known == NULL)
		return err_set(err, ERR_CONFIG, 0, "table %s.%s: its definition is not known", t->db, t->name);
	wish.where = t->where;
	wanted = mysql_filter_columns(f->setup.filter, known);
	r = chunk_table_open(&f->table, &f->view.conn, wanted ? wanted : known, &wish, err);
	schema_unref(wanted);
	f->table_open = r == 0;
	return r;
}

/* The schema of such a table is what the server says of it now: true where the stream is when the stream has come that
 * far. 1, 0: not yet, -1. */
static int stream_is_there(struct mysql_fill *f, const struct fill_place *at, struct err *err)
{
	const struct fill_table *t = fill_current(f);

	if (f->table_open || f->create || (!t->fresh && catalog_find(f->setup.catalog, intern(t->db), intern(t->name))))
		return 1;
	if (!f->end_asked && snapshot_read_position(&f->view.conn, false, &f->view.fence, err) < 0)
		return -1;
	f->end_asked = true;
	return fill_view_passed(&f->view, at->file, at->pos);
}

static void count_begin(struct mysql_fill *f, const struct fill_table *t)
{
	if (f->started_us)
		return;
	f->started_us = clock_mono_us();
	f->started_rows = t->rows;
	mysql_fill_tell(f, "snapshot of %s.%s %s%s%s%s", t->db, t->name, t->bound ? "resumes after row " : "begins",
			t->bound ? t->bound : "",
			f->table.keyed ? "" : ", by one scan: ", f->table.keyed ? "" : f->table.unkeyed_why);
}

static uint64_t chunk_rows(const struct mysql_fill *f)
{
	uint64_t rows = f->setup.conf->chunk_rows > 0 ? (uint64_t)f->setup.conf->chunk_rows : CHUNK_ROWS;

	return f->limit > 0 && f->limit < rows ? f->limit : rows;
}

static char *gtids_text(const struct gtid_set *set)
{
	struct buf b;

	buf_init(&b, GTIDS_MAX);
	gtid_set_print(set, &b);
	return b.data ? buf_take(&b) : xstrdup("");
}

enum fill_step fill_at_rest(struct mysql_fill *f, const struct fill_place *at)
{
	struct fill_table *t = fill_current(f);
	struct err err = { 0 };
	int there;

	if (t == NULL || f->plan.paused || clock_mono_us() < f->next_us ||
			(f->end == END_AHEAD && !fill_view_passed(&f->view, at->file, at->pos)))
		return FILL_NOTHING;
	f->end = f->end == END_AHEAD ? END_MET : f->end;
	if (fill_view_connect(&f->view, f->setup.conf, f->setup.host, &err) < 0)
		return fill_trouble(f, &err);
	there = stream_is_there(f, at, &err);
	if (there == 0)
		return FILL_NOTHING;
	if (there < 0 || (!f->table_open && open_table(f, &err) < 0))
		return fill_trouble(f, &err);
	count_begin(f, t);
	if ((t->truncate && f->table.keyed) || f->create) {
		f->state = TOLD;
		return FILL_ROWS;
	}
	fill_drop_chunk(f);
	f->reading = fill_reading_of(t);
	f->since = at->gtids ? gtids_text(at->gtids) : NULL;
	f->state = FENCE;
	return FILL_WORKING;
}

/* ---- the view, and what is read from it ---- */

static int start_scan(struct mysql_fill *f, const char *after, const char *upto, uint64_t limit, struct err *err)
{
	const struct chunk_range range = { .after = after, .upto = upto, .limit = limit };
	struct buf sql;
	int r;

	buf_init(&sql, CHUNK_SQL_MAX);
	if (fill_current(f)->gone)
		r = chunk_select_gone(&f->table, fill_current(f)->gone, &sql, err);
	else
		r = chunk_select(&f->table, &range, &sql, err);
	scan_open(&f->view.scan, &f->view.conn);
	if (r == 0)
		r = scan_start(&f->view.scan, sql.data, sql.len, err);
	buf_done(&sql);
	return r;
}

/* A condition may leave out nearly all rows: a limit on what it lets through would read on without end. */
static int start_ends(struct mysql_fill *f, struct err *err)
{
	struct buf sql;
	int r;

	buf_init(&sql, CHUNK_SQL_MAX);
	r = chunk_select_end(&f->table, fill_current(f)->bound, chunk_rows(f), &sql, err);
	scan_open(&f->view.scan, &f->view.conn);
	if (r == 0)
		r = scan_start(&f->view.scan, sql.data, sql.len, err);
	buf_done(&sql);
	f->state = ENDS;
	return r;
}

static int start_read(struct mysql_fill *f, struct err *err)
{
	const struct fill_table *t = fill_current(f);

	f->state = READ;
	f->asked = t->where || t->gone ? 0 : chunk_rows(f);
	return start_scan(f, t->bound, f->upto, f->asked, err);
}

/* A commit that does not end (it waits for a replica, or a disk) is not asked for a thousand times a second. */
static int open_quiet(struct mysql_fill *f, struct err *err)
{
	int r = fill_view_shows(&f->view, f->since, err);

	if (r > 0)
		return fill_view_open(&f->view, err) < 0 ? -1 : 1;
	f->shows_ms = f->shows_ms == 0				? 1
			: f->shows_ms * 2 < SHOWS_AGAIN_MOST_MS ? f->shows_ms * 2
								: SHOWS_AGAIN_MOST_MS;
	fill_pause_ms(f, f->shows_ms);
	return r;
}

/* While a lock is waited for, at most a second, the stream waits and so do writers of the table: less and less often. */
static void lock_later(struct mysql_fill *f)
{
	int64_t ms = (int64_t)LOCK_AGAIN_MS << (f->locks < 8 ? f->locks : 8);

	f->locks++;
	fill_pause_ms(f, ms < LOCK_AGAIN_MOST_MS ? ms : LOCK_AGAIN_MOST_MS);
}

/* 1: the view is open, 0: not yet, -1. */
static int open_view(struct mysql_fill *f, struct err *err)
{
	const struct fill_table *t = fill_current(f);
	bool lock = f->since == NULL || f->tries >= QUIET_TRIES;
	int r;

	if (!lock)
		return open_quiet(f, err);
	r = fill_view_open_locked(&f->view, f->setup.conf, f->setup.host, t->db, t->name, err);
	if (r == 1)
		lock_later(f);
	if (r < 0 && err_is_refusal(err))
		err_wrap(err,
				f->since ? "rows that cannot be found by key, in a table that changes all the time, need a "
					   "short lock: grant LOCK TABLES"
					 : FILL_NEEDS_LOCK);
	return r < 0 ? -1 : r == 0;
}

/* A commit ends within a few looks, or takes its time. */
static enum fill_step fence_patience(const struct mysql_fill *f)
{
	return f->locks == 0 && f->shows_ms < SHOWS_SOON_MS ? FILL_WORKING : FILL_NOTHING;
}

enum fill_step fill_at_fence(struct mysql_fill *f, const struct fill_place *at)
{
	struct err err = { 0 };
	int r;

	if (f->stale) {
		fill_forget_table(f);
		return FILL_WORKING;
	}
	if (clock_mono_us() < f->next_us)
		return fence_patience(f);
	r = open_view(f, &err);
	if (r > 0)
		f->locks = f->shows_ms = 0;
	if (r > 0 && f->table.keyed)
		r = (fill_current(f)->where ? start_ends(f, &err) : start_read(f, &err)) < 0 ? -1 : 1;
	else if (r > 0)
		f->state = MEET;
	return r < 0 ? fill_trouble(f, &err) : r > 0 ? FILL_WORKING : fence_patience(f);
}

enum fill_step fill_at_ends(struct mysql_fill *f, const struct fill_place *at)
{
	struct err err = { 0 };
	const uint8_t *p;
	size_t len;
	int r;

	while ((r = scan_next(&f->view.scan, &f->arena, FILL_READ_WAIT_MS, &p, &len, &err)) == SCAN_ROW) {
		buf_reset(&f->bound);
		if (chunk_key_bound(&f->table, p, len, &f->bound, &err) < 0)
			return fill_trouble(f, &err);
	}
	scan_save(&f->view.scan);
	arena_reset(&f->arena);
	if (r == SCAN_NOTHING)
		return FILL_WORKING;
	if (r == SCAN_END && f->bound.len > 0)
		f->upto = xstrdup(f->bound.data);
	scan_close(&f->view.scan);
	return r < 0 || start_read(f, &err) < 0 ? fill_trouble(f, &err) : FILL_WORKING;
}

static void hold_row(struct mysql_fill *f, const uint8_t *p, size_t len)
{
	uint32_t n = (uint32_t)len;

	buf_put(&f->held, &n, sizeof(n));
	buf_put(&f->held, p, len);
	f->nheld++;
}

/* The last row's key is where the next chunk begins; rows that a condition left out behind it are passed too. */
static int end_chunk(struct mysql_fill *f, bool cut, const uint8_t *last, size_t len, struct err *err)
{
	buf_reset(&f->bound);
	if (f->upto && !cut)
		buf_puts(&f->bound, f->upto);
	else if (f->nheld > 0 && fill_current(f)->gone == NULL && chunk_bound(&f->table, last, len, &f->bound, err) < 0)
		return -1;
	f->last = !cut && (f->asked == 0 ? f->upto == NULL : f->nheld < f->asked);
	f->state = MEET;
	if (!cut)
		return fill_view_release(&f->view, err);
	f->limit = f->nheld > 1 ? f->nheld : 1;
	fill_view_close(&f->view);
	return 0;
}

static const uint8_t *last_held(const struct mysql_fill *f, size_t *len)
{
	size_t at = 0, next;
	uint32_t n = 0;

	for (next = 0; next < f->held.len; next += sizeof(n) + n) {
		at = next;
		memcpy(&n, f->held.data + at, sizeof(n));
	}
	*len = n;
	return (const uint8_t *)f->held.data + at + sizeof(n);
}

enum fill_step fill_at_read(struct mysql_fill *f, const struct fill_place *at)
{
	struct err err = { 0 };
	const uint8_t *p, *last;
	size_t len, budget = f->held.len + FILL_CHUNK_BYTES / 8;
	int r = SCAN_ROW;

	while (f->held.len < budget && f->held.len < FILL_CHUNK_BYTES &&
			(r = scan_next(&f->view.scan, &f->arena, FILL_READ_WAIT_MS, &p, &len, &err)) == SCAN_ROW)
		hold_row(f, p, len);
	scan_save(&f->view.scan);
	arena_reset(&f->arena);
	if (r < 0)
		return fill_trouble(f, &err);
	if (r == SCAN_END || f->held.len >= FILL_CHUNK_BYTES) {
		last = f->nheld > 0 ? last_held(f, &len) : NULL;
		if (end_chunk(f, r != SCAN_END, last, len, &err) < 0)
			return fill_trouble(f, &err);
	}
	return FILL_WORKING;
}

/* ---- the stream is where the chunk belongs ---- */

static enum fill_step read_again(struct mysql_fill *f)
{
	struct err err = { 0 };

	if (f->stale) { /* its definition may be another one now */
		fill_forget_table(f);
		return FILL_WORKING;
	}
	if (!f->table.keyed) {
		f->tries++;
		if (fill_view_release(&f->view, &err) < 0)
			return fill_trouble(f, &err);
	} else {
		f->limit = chunk_rows(f) / 2 + 1;
	}
	fill_drop_chunk(f);
	return FILL_WORKING;
}

enum fill_step fill_at_meeting(struct mysql_fill *f, const struct fill_place *at)
{
	struct err err = { 0 };

	if (f->stale || f->keys.full)
		return read_again(f);
	if (!fill_view_passed(&f->view, at->file, at->pos))
		return FILL_NOTHING;
	if (f->table.keyed) {
		f->state = GIVE;
		return FILL_ROWS;
	}
	if (f->touched && !f->view.locked)
		return read_again(f);
	if (start_scan(f, NULL, NULL, 0, &err) < 0)
		return fill_trouble(f, &err);
	f->state = PASS;
	return FILL_ROWS;
}
