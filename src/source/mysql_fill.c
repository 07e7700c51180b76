/*
 * mysql_fill.c - see mysql_fill.h. A state a step of a chunk:
 *
 *   REST   nothing is held; takes up the next chunk
 *   TOLD   what comes before a table's rows is ready: its schema, a TRUNCATE
 *   FENCE  waits until the engine shows S, then opens the view
 *   ENDS   the key at which the chunk ends is asked for (with a condition, which may leave out most rows)
 *   READ   rows come in
 *   MEET   waits until the stream has passed B
 *   GIVE   held rows go out
 *   PASS   rows of a table without key go out as they come
 */
#include "config.h"
#include "source/mysql_fill.h"

#include <mysqld_error.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/clock.h"
#include "core/intern.h"
#include "core/xalloc.h"
#include "source/mysql_chunk.h"
#include "source/mysql_fill_keys.h"
#include "source/mysql_fill_view.h"
#include "source/mysql_snapshot.h"

enum {
	CHUNK_ROWS = 4096,
	CHUNK_BYTES = 8 << 20,		/* held rows; one more row may be above it */
	KEYS_BYTES = 32 << 20,
	GTIDS_MAX = 16 << 20,
	READ_WAIT_MS = 5,
	RETRY_FIRST_MS = 50,
	RETRY_MAX_MS = 5000,
	QUIET_TRIES = 10,		/* moments without an event, before a lock is taken */
	GIVE_UP_AFTER = 20,		/* failures in a row that the server explains */
	NEWS_MAX = 64
};

enum fill_state { REST, TOLD, FENCE, ENDS, READ, MEET, GIVE, PASS };

struct mysql_fill {
	struct fill_setup setup;
	struct fill_plan plan;
	char *progress;			/* of plan; NULL: to be printed anew */
	enum fill_state state;
	struct fill_view view;
	struct chunk_table table;	/* of plan.items[0] */
	bool table_open;
	const char *db, *name;		/* its interned names */
	char *create;			/* TOLD: SHOW CREATE TABLE */
	char *reading;			/* which table, condition and bound the chunk is of */
	char *since;			/* S; NULL: no GTIDs */
	bool touched;			/* an event behind S was of the table */
	bool stale;			/* the chunk is of no use any more */
	struct fill_keys keys;		/* that events behind S have touched */
	uint64_t limit, asked;		/* rows of a chunk: at the most (0: as configured); of this one */
	const struct change_txn *txn;	/* of the rows in the batch that is being filled */
	char *upto;			/* ENDS has found: where the chunk ends; NULL: the table's end */
	struct arena arena;		/* packets on their way into `held` */
	struct buf held, bound;		/* rows, each behind its length; the key of the last one */
	size_t held_at;
	uint64_t nheld;
	bool last;			/* no row is behind the chunk */
	uint64_t passed;		/* PASS: rows given out */
	unsigned tries, failures;
	int64_t next_us;
	int64_t started_us;		/* of this table, in this process */
	uint64_t started_rows;
	char error[256];
	char *news[NEWS_MAX];
	size_t nnews;
};

/* ---- make, free, tell ---- */

struct mysql_fill *mysql_fill_new(void)
{
	struct mysql_fill *f = xcalloc(1, sizeof(*f));

	fill_plan_init(&f->plan);
	fill_view_init(&f->view);
	fill_keys_init(&f->keys, KEYS_BYTES);
	arena_init(&f->arena, 0);
	buf_init(&f->held, SIZE_MAX / 2);
	buf_init(&f->bound, CHUNK_SQL_MAX);
	return f;
}

void mysql_fill_tell(struct mysql_fill *f, const char *fmt, ...)
{
	char line[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	if (f->nnews < NEWS_MAX)
		f->news[f->nnews++] = xstrdup(line);
}

char *mysql_fill_news(struct mysql_fill *f)
{
	char *line = f->nnews > 0 ? f->news[0] : NULL;

	if (line)
		memmove(f->news, f->news + 1, --f->nnews * sizeof(*f->news));
	return line;
}

static struct fill_table *current(struct mysql_fill *f)
{
	return f->plan.count > 0 ? &f->plan.items[0] : NULL;
}

static void drop_chunk(struct mysql_fill *f)
{
	fill_keys_clear(&f->keys);
	buf_reset(&f->held);
	buf_reset(&f->bound);
	free(f->upto);
	free(f->since);
	free(f->reading);
	f->upto = f->since = f->reading = NULL;
	f->held_at = f->nheld = f->passed = 0;
	f->touched = f->stale = f->last = false;
	f->state = REST;
}

static void close_table(struct mysql_fill *f)
{
	chunk_table_done(&f->table);
	f->table_open = false;
	free(f->create);
	f->create = NULL;
}

void mysql_fill_hang_up(struct mysql_fill *f)
{
	fill_view_close(&f->view);
	close_table(f);
	drop_chunk(f);
	f->next_us = 0;
}

void mysql_fill_free(struct mysql_fill *f)
{
	char *line;

	if (f == NULL)
		return;
	mysql_fill_hang_up(f);
	fill_view_done(&f->view);
	fill_keys_done(&f->keys);
	fill_plan_done(&f->plan);
	arena_done(&f->arena);
	buf_done(&f->held);
	buf_done(&f->bound);
	free(f->progress);
	while ((line = mysql_fill_news(f)) != NULL)
		free(line);
	free(f);
}

void mysql_fill_setup(struct mysql_fill *f, const struct fill_setup *setup)
{
	f->setup = *setup;
}

/* ---- the plan ---- */

struct fill_plan *mysql_fill_plan(struct mysql_fill *f)
{
	return &f->plan;
}

static void plan_moved(struct mysql_fill *f)
{
	free(f->progress);
	f->progress = NULL;
}

static char *reading_of(const struct fill_table *t)
{
	return xasprintf("%s.%s\n%s\n%s", t->db, t->name, t->where ? t->where : "", t->bound ? t->bound : "");
}

static void table_begins(struct mysql_fill *f)
{
	f->limit = f->tries = f->failures = 0;
	f->started_us = 0;
	f->error[0] = '\0';
	f->next_us = 0;
}

/* The chunk that was begun is of no use any more, nor what is known of its table. */
static void forget_table(struct mysql_fill *f)
{
	if (f->state != REST)
		fill_view_close(&f->view);
	close_table(f);
	drop_chunk(f);
}

void mysql_fill_changed(struct mysql_fill *f)
{
	const struct fill_table *t = current(f);
	char *reading = t ? reading_of(t) : NULL;

	plan_moved(f);
	if (reading == NULL || f->reading == NULL || strcmp(reading, f->reading) != 0 || t->truncate) {
		forget_table(f);
		table_begins(f);
	}
	free(reading);
}

const char *mysql_fill_progress(struct mysql_fill *f)
{
	struct buf b;

	if (f->plan.count == 0 && !f->plan.paused && f->plan.mark == NULL)
		return NULL;
	if (f->progress == NULL) {
		buf_init(&b, FILL_PLAN_MAX);
		fill_plan_print(&f->plan, &b);
		f->progress = buf_take(&b);
	}
	return f->progress;
}

int mysql_fill_restore(struct mysql_fill *f, const char *progress, struct err *err)
{
	plan_moved(f);
	forget_table(f);
	table_begins(f);
	if (progress)
		return fill_plan_parse(&f->plan, progress, err);
	fill_plan_done(&f->plan);
	return 0;
}

static void next_table(struct mysql_fill *f)
{
	fill_plan_remove(&f->plan, 0);
	plan_moved(f);
	close_table(f);
	drop_chunk(f);
	table_begins(f);
}

/* ---- what goes wrong ---- */

static void pause_ms(struct mysql_fill *f, int64_t ms)
{
	f->next_us = clock_mono_us() + ms * 1000;
}

static enum fill_step give_up(struct mysql_fill *f, const char *why)
{
	const struct fill_table *t = current(f);

	mysql_fill_tell(f, "snapshot of %s.%s ended after %llu rows: %s", t->db, t->name, (unsigned long long)t->rows, why);
	fill_view_close(&f->view);
	next_table(f);
	return FILL_WORKING;
}

static bool is_final(const struct err *err)
{
	return err->kind == ERR_CONFIG || err->code == ER_NO_SUCH_TABLE || err->code == ER_BAD_DB_ERROR;
}

/* A key of another form than the bound that was stored: the table was made anew, and so is its snapshot. */
static enum fill_step begin_anew(struct mysql_fill *f, const struct err *why)
{
	struct fill_table *t = current(f);

	if (t->bound == NULL)
		return give_up(f, why->msg);
	mysql_fill_tell(f, "snapshot of %s.%s begins anew: %s", t->db, t->name, why->msg);
	free(t->bound);
	t->bound = NULL;
	t->rows = 0;
	plan_moved(f);
	forget_table(f);
	return FILL_WORKING;
}

static enum fill_step trouble(struct mysql_fill *f, const struct err *err)
{
	int64_t ms = (int64_t)RETRY_FIRST_MS << (f->failures < 10 ? f->failures : 10);

	if (is_final(err))
		return give_up(f, err->msg);
	if (err->kind == ERR_DATA)
		return begin_anew(f, err);
	if (++f->failures >= GIVE_UP_AFTER && err->kind == ERR_RETRY)
		return give_up(f, err->msg);
	snprintf(f->error, sizeof(f->error), "%.250s", err->msg);
	fill_view_close(&f->view);
	close_table(f);
	drop_chunk(f);
	pause_ms(f, ms < RETRY_MAX_MS ? ms : RETRY_MAX_MS);
	return FILL_NOTHING;
}

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
	struct fill_table *t = current(f);
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

static void count_begin(struct mysql_fill *f, const struct fill_table *t)
{
	if (f->started_us)
		return;
	f->started_us = clock_mono_us();
	f->started_rows = t->rows;
	mysql_fill_tell(f, "snapshot of %s.%s %s%s%s%s", t->db, t->name, t->bound ? "goes on behind row " : "begins",
			t->bound ? t->bound : "", f->table.keyed ? "" : ", by one scan: ",
			f->table.keyed ? "" : f->table.unkeyed_why);
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

static enum fill_step at_rest(struct mysql_fill *f, const struct fill_place *at)
{
	struct fill_table *t = current(f);
	struct err err = { 0 };

	if (t == NULL || f->plan.paused || clock_mono_us() < f->next_us)
		return FILL_NOTHING;
	if (fill_view_connect(&f->view, f->setup.conf, f->setup.host, &err) < 0 ||
	    (!f->table_open && open_table(f, &err) < 0))
		return trouble(f, &err);
	count_begin(f, t);
	if (t->truncate || f->create) {
		f->state = TOLD;
		return FILL_ROWS;
	}
	drop_chunk(f);
	f->reading = reading_of(t);
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
	r = chunk_select_end(&f->table, current(f)->bound, chunk_rows(f), &sql, err);
	scan_open(&f->view.scan, &f->view.conn);
	if (r == 0)
		r = scan_start(&f->view.scan, sql.data, sql.len, err);
	buf_done(&sql);
	f->state = ENDS;
	return r;
}

static int start_read(struct mysql_fill *f, struct err *err)
{
	const struct fill_table *t = current(f);

	f->state = READ;
	f->asked = t->where ? 0 : chunk_rows(f);
	return start_scan(f, t->bound, f->upto, f->asked, err);
}

/* 1: the view is open, 0: not yet, -1. */
static int open_view(struct mysql_fill *f, struct err *err)
{
	const struct fill_table *t = current(f);
	bool lock = f->since == NULL || f->tries >= QUIET_TRIES;
	int r;

	if (!lock) {
		r = fill_view_shows(&f->view, f->since, err);
		return r <= 0 ? r : fill_view_open(&f->view, err) < 0 ? -1 : 1;
	}
	r = fill_view_open_locked(&f->view, f->setup.conf, f->setup.host, t->db, t->name, err);
	if (r == 1)
		pause_ms(f, RETRY_MAX_MS);
	if (r < 0 && err->kind == ERR_CONFIG)
		err_wrap(err, f->since ? "rows that cannot be found by key, in a table that changes all the time, need a "
					 "short lock: grant LOCK TABLES"
				       : "without GTIDs a short lock is needed: set gtid_mode = ON, or grant LOCK TABLES");
	return r < 0 ? -1 : r == 0;
}

static enum fill_step at_fence(struct mysql_fill *f, const struct fill_place *at)
{
	struct err err = { 0 };
	int r;

	if (f->stale) {
		forget_table(f);
		return FILL_WORKING;
	}
	if (clock_mono_us() < f->next_us)
		return FILL_NOTHING;
	r = open_view(f, &err);
	if (r > 0 && f->table.keyed)
		r = (current(f)->where ? start_ends(f, &err) : start_read(f, &err)) < 0 ? -1 : 1;
	else if (r > 0)
		f->state = MEET;
	return r < 0 ? trouble(f, &err) : FILL_WORKING;
}

static enum fill_step at_ends(struct mysql_fill *f, const struct fill_place *at)
{
	struct err err = { 0 };
	const uint8_t *p;
	size_t len;
	int r;

	while ((r = scan_next(&f->view.scan, &f->arena, READ_WAIT_MS, &p, &len, &err)) == SCAN_ROW) {
		buf_reset(&f->bound);
		if (chunk_key_bound(&f->table, p, len, &f->bound, &err) < 0)
			return trouble(f, &err);
	}
	scan_save(&f->view.scan);
	arena_reset(&f->arena);
	if (r == SCAN_NOTHING)
		return FILL_WORKING;
	if (r == SCAN_END && f->bound.len > 0)
		f->upto = xstrdup(f->bound.data);
	scan_close(&f->view.scan);
	return r < 0 || start_read(f, &err) < 0 ? trouble(f, &err) : FILL_WORKING;
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
	else if (f->nheld > 0 && chunk_bound(&f->table, last, len, &f->bound, err) < 0)
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

static enum fill_step at_read(struct mysql_fill *f, const struct fill_place *at)
{
	struct err err = { 0 };
	const uint8_t *p, *last;
	size_t len, budget = f->held.len + CHUNK_BYTES / 8;
	int r = SCAN_ROW;

	while (f->held.len < budget && f->held.len < CHUNK_BYTES &&
	       (r = scan_next(&f->view.scan, &f->arena, READ_WAIT_MS, &p, &len, &err)) == SCAN_ROW)
		hold_row(f, p, len);
	scan_save(&f->view.scan);
	arena_reset(&f->arena);
	if (r < 0)
		return trouble(f, &err);
	if (r == SCAN_END || f->held.len >= CHUNK_BYTES) {
		last = f->nheld > 0 ? last_held(f, &len) : NULL;
		if (end_chunk(f, r != SCAN_END, last, len, &err) < 0)
			return trouble(f, &err);
	}
	return FILL_WORKING;
}

/* ---- the stream is where the chunk belongs ---- */

static enum fill_step read_again(struct mysql_fill *f)
{
	struct err err = { 0 };

	if (f->stale) {		/* its definition may be another one now */
		forget_table(f);
		return FILL_WORKING;
	}
	if (!f->table.keyed) {
		f->tries++;
		if (fill_view_release(&f->view, &err) < 0)
			return trouble(f, &err);
	} else {
		f->limit = chunk_rows(f) / 2 + 1;
	}
	drop_chunk(f);
	return FILL_WORKING;
}

static enum fill_step at_meeting(struct mysql_fill *f, const struct fill_place *at)
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
		return trouble(f, &err);
	f->state = PASS;
	return FILL_ROWS;
}

static enum fill_step rows_wait(struct mysql_fill *f, const struct fill_place *at)
{
	return FILL_ROWS;
}

static enum fill_step (*const steps[])(struct mysql_fill *, const struct fill_place *) = {
	[REST] = at_rest, [TOLD] = rows_wait, [FENCE] = at_fence, [ENDS] = at_ends,
	[READ] = at_read, [MEET] = at_meeting, [GIVE] = rows_wait, [PASS] = rows_wait,
};

enum fill_step mysql_fill_step(struct mysql_fill *f, const struct fill_place *at)
{
	return steps[f->state](f, at);
}

bool mysql_fill_rests(const struct mysql_fill *f)
{
	return f->state == REST && f->plan.count > 0 && !f->plan.paused;
}

bool mysql_fill_waits(const struct mysql_fill *f)
{
	return f->state == MEET;
}

bool mysql_fill_met(const struct mysql_fill *f, const char *file, uint64_t pos)
{
	return f->state == MEET && fill_view_passed(&f->view, file, pos);
}

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

	*t = (struct ddl_table){ .type = 'C', .db = f->db, .table = f->name,
				 .schema = catalog_find(f->setup.catalog, f->db, f->name) };
	*d = (struct ddl_change){ .db = f->db, .ddl = arena_dup(&b->arena, f->create, strlen(f->create)),
				  .tables = f->name, .table = t, .ntables = 1, .captured = true };
	batch_hold_schema(b, t->schema);
	c->snapshot = SNAPSHOT_TRUE;
	c->schema = NULL;
	c->ddl = d;
}

static void give_first(struct mysql_fill *f, struct batch *b, const struct fill_place *at)
{
	struct fill_table *t = current(f);

	batch_hold_schema(b, f->table.schema);
	if (f->create)
		tell_schema(f, b, at);
	if (t->truncate)
		add_change(f, b, CHANGE_TRUNCATE, at);
	free(f->create);
	f->create = NULL;
	t->truncate = t->fresh = false;
	plan_moved(f);
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
	struct fill_table *t = current(f);

	t->rows += rows;
	f->failures = 0;
	f->error[0] = '\0';
	if (f->last) {
		count_done(f, t);
		next_table(f);
		return;
	}
	free(t->bound);
	t->bound = xstrdup(f->bound.data);
	if (f->held.len < CHUNK_BYTES / 4)
		f->limit *= 2;
	plan_moved(f);
	drop_chunk(f);
}

static int add_row(struct mysql_fill *f, struct batch *b, const struct fill_place *at, const uint8_t *p, size_t len,
		   struct err *err)
{
	struct schema *s = f->table.schema;
	struct value *after = batch_row(b, s);

	if (text_row(&f->table.reader, &b->arena, p, len, after, err) < 0)
		return -1;
	if (!f->table.keyed || !fill_keys_has(&f->keys, s, after))
		add_change(f, b, CHANGE_READ, at)->after = after;
	b->bytes += len;
	return 0;
}

static void give_held(struct mysql_fill *f, struct batch *b, const struct fill_place *at, size_t max_rows, size_t max_bytes)
{
	struct err err = { 0 };

	batch_hold_schema(b, f->table.schema);
	while (f->held_at < f->held.len && b->nchanges < max_rows && b->bytes < max_bytes) {
		uint32_t len;
		const uint8_t *p;

		memcpy(&len, f->held.data + f->held_at, sizeof(len));
		p = arena_dup(&b->arena, f->held.data + f->held_at + sizeof(len), len);
		if (add_row(f, b, at, p, len, &err) < 0) {
			give_up(f, err.msg);
			return;
		}
		f->held_at += sizeof(len) + len;
	}
	if (f->held_at == f->held.len)
		advance(f, f->nheld);
}

static void give_passing(struct mysql_fill *f, struct batch *b, const struct fill_place *at, size_t max_rows, size_t max_bytes)
{
	struct err err = { 0 };
	const uint8_t *p;
	size_t len;
	int r = SCAN_ROW;

	batch_hold_schema(b, f->table.schema);
	while (b->nchanges < max_rows && b->bytes < max_bytes &&
	       (r = scan_next(&f->view.scan, &b->arena, READ_WAIT_MS, &p, &len, &err)) == SCAN_ROW) {
		if (add_row(f, b, at, p, len, &err) < 0) {
			give_up(f, err.msg);
			return;
		}
		f->passed++;
	}
	scan_save(&f->view.scan);
	if (r < 0) {
		trouble(f, &err);
	} else if (r == SCAN_END) {
		f->last = true;
		fill_view_release(&f->view, &err);
		advance(f, f->passed);
	}
}

void mysql_fill_rows(struct mysql_fill *f, struct batch *b, const struct fill_place *at, size_t max_rows, size_t max_bytes)
{
	struct change_txn *txn = arena_alloc(&b->arena, sizeof(*txn));

	*txn = (struct change_txn){ .commit_us = clock_wall_us() / 1000 * 1000, .thread = -1, .file = intern(at->file) };
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
	if (f->state == REST)
		return;
	for (size_t i = 0; i < b->nchanges; i++) {
		const struct change *c = &b->changes[i];

		if (c->op == CHANGE_DDL)
			note_ddl(f, c->ddl);
		else if (c->schema && c->schema->db == f->db && c->schema->table == f->name)
			note_row(f, c);
	}
}

/* ---- status ---- */

void mysql_fill_status(const struct mysql_fill *f, struct source_fill_status *out)
{
	const struct fill_table *t = f->plan.count > 0 ? &f->plan.items[0] : NULL;
	double seconds = (double)(clock_mono_us() - f->started_us) / 1e6;

	*out = (struct source_fill_status){ .tables = (unsigned)f->plan.count, .paused = f->plan.paused, .left_ms = -1 };
	if (t == NULL)
		return;
	snprintf(out->table, sizeof(out->table), "%s.%s", t->db, t->name);
	snprintf(out->error, sizeof(out->error), "%s", f->error);
	out->rows = t->rows + f->passed;
	out->total = t->total > out->rows ? t->total : out->rows;
	if (f->started_us == 0 || seconds <= 0)
		return;
	out->rows_per_s = (double)(out->rows - f->started_rows) / seconds;
	if (out->rows_per_s > 0 && t->where == NULL && t->total > 0)
		out->left_ms = (int64_t)((double)(out->total - out->rows) * 1000 / out->rows_per_s);
}
