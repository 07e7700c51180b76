/*
 * mysql_fill.c - see mysql_fill.h; the states are in mysql_fill_parts.h. Here: the plan, the steps, and what goes wrong.
 */
#include "config.h"
#include "source/incremental/mysql_fill_parts.h"
#include "source/snapshot/mysql_snapshot.h"

#include <mysqld_error.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/clock.h"
#include "core/xalloc.h"

enum {
	KEYS_BYTES = 32 << 20,
	RETRY_FIRST_MS = 50,
	RETRY_MAX_MS = 5000,
	GIVE_UP_AFTER = 20 /* failures in a row that the server explains */
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
	if (f->nnews < FILL_NEWS)
		f->news[f->nnews++] = xstrdup(line);
}

char *mysql_fill_news(struct mysql_fill *f)
{
	char *line = f->nnews > 0 ? f->news[0] : NULL;

	if (line)
		memmove(f->news, f->news + 1, --f->nnews * sizeof(*f->news));
	return line;
}

void fill_drop_chunk(struct mysql_fill *f)
{
	fill_keys_clear(&f->keys);
	buf_reset(&f->held);
	buf_reset(&f->bound);
	free(f->upto);
	free(f->since);
	free(f->reading);
	f->upto = f->since = f->reading = NULL;
	f->held_at = f->nheld = f->passed = 0;
	f->touched = f->stale = f->last = f->cleared = false;
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
	fill_drop_chunk(f);
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

void fill_plan_moved(struct mysql_fill *f)
{
	free(f->progress);
	f->progress = NULL;
}

char *fill_reading_of(const struct fill_table *t)
{
	return xasprintf("%s.%s\n%s\n%s\n%s", t->db, t->name, t->where ? t->where : "", t->gone ? t->gone : "",
			t->bound ? t->bound : "");
}

static void table_begins(struct mysql_fill *f)
{
	f->limit = f->tries = f->failures = 0;
	f->chunks = 0;
	f->end_asked = false;
	f->locks = f->shows_ms = 0;
	f->moved_us = clock_mono_us();
	f->end = END_UNKNOWN;
	f->started_us = 0;
	f->error[0] = '\0';
	f->next_us = 0;
}

/* The chunk that was begun is of no use any more, nor what is known of its table. */
void fill_forget_table(struct mysql_fill *f)
{
	if (f->state != REST)
		fill_view_close(&f->view);
	close_table(f);
	fill_drop_chunk(f);
}

void mysql_fill_changed(struct mysql_fill *f)
{
	const struct fill_table *t = fill_current(f);
	char *reading = t ? fill_reading_of(t) : NULL;

	fill_plan_moved(f);
	if (reading == NULL || f->reading == NULL || strcmp(reading, f->reading) != 0 || t->truncate) {
		fill_forget_table(f);
		table_begins(f);
	}
	free(reading);
}

const char *mysql_fill_progress(struct mysql_fill *f)
{
	struct buf b;

	if (f->plan.count == 0 && !f->plan.paused && f->plan.mark == NULL && f->plan.ndifferent == 0)
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
	fill_plan_moved(f);
	fill_forget_table(f);
	table_begins(f);
	if (progress)
		return fill_plan_parse(&f->plan, progress, err);
	fill_plan_done(&f->plan);
	return 0;
}

void fill_next_table(struct mysql_fill *f, bool whole)
{
	const struct fill_table *t = fill_current(f);

	f->ended = (struct fill_end){ .count = f->ended.count + 1, .rows = t->rows, .whole = whole };
	if (whole && t->where == NULL && (t->emptied || t->truncate) && !t->touched)
		fill_plan_equals(&f->plan, t->db, t->name);
	fill_plan_remove(&f->plan, 0);
	fill_plan_moved(f);
	close_table(f);
	fill_drop_chunk(f);
	table_begins(f);
}

/* ---- what goes wrong ---- */

void fill_pause_ms(struct mysql_fill *f, int64_t ms)
{
	f->next_us = clock_mono_us() + ms * 1000;
}

enum fill_step fill_give_up(struct mysql_fill *f, const char *why)
{
	const struct fill_table *t = fill_current(f);

	mysql_fill_tell(f, "snapshot of %s.%s ended after %llu rows: %s", t->db, t->name, (unsigned long long)t->rows,
			why);
	fill_view_close(&f->view);
	fill_next_table(f, false);
	return FILL_WORKING;
}

static bool is_gone(const struct err *err)
{
	return err->code == ER_NO_SUCH_TABLE || err->code == ER_BAD_DB_ERROR;
}

/* A password that is refused is not of this table. */
static bool is_final(const struct err *err)
{
	return (err_is_refusal(err) && err->code != ER_ACCESS_DENIED_ERROR) || is_gone(err);
}

/* Of a table's first snapshot nobody gives up the rows, for they are nowhere yet: the others go first, and it is tried
 * again until it works, or until somebody stops it. */
static enum fill_step put_off(struct mysql_fill *f, const struct err *err)
{
	const struct fill_table *t = fill_current(f);

	if (is_gone(err) || !(t->first || t->fresh))
		return fill_give_up(f, err->msg);
	mysql_fill_tell(f, "snapshot of %s.%s waits after all others, and is retried: %s", t->db, t->name, err->msg);
	fill_view_close(&f->view);
	fill_plan_put_last(&f->plan);
	fill_plan_moved(f);
	close_table(f);
	fill_drop_chunk(f);
	table_begins(f);
	if (f->plan.count == 1)
		snprintf(f->error, sizeof(f->error), "%.250s", err->msg);
	fill_pause_ms(f, RETRY_MAX_MS);
	return FILL_NOTHING;
}

/* A key of another form than the bound that was stored: the table was made anew, and so is its snapshot. */
static enum fill_step begin_anew(struct mysql_fill *f, const struct err *why)
{
	struct fill_table *t = fill_current(f);

	if (t->bound == NULL)
		return fill_give_up(f, why->msg);
	mysql_fill_tell(f, "snapshot of %s.%s begins again: %s", t->db, t->name, why->msg);
	free(t->bound);
	t->bound = NULL;
	t->rows = 0;
	fill_plan_moved(f);
	fill_forget_table(f);
	return FILL_WORKING;
}

/* The server is ahead of the stream: a DDL that the stream has yet to meet may explain it. */
static bool too_early(struct mysql_fill *f, const struct err *err)
{
	struct err why = { 0 };

	if (f->end == END_MET || err->kind == ERR_UNREACHABLE || f->view.conn.mysql == NULL ||
			mysql_conn_run(&f->view.conn, &why, "ROLLBACK") < 0 ||
			snapshot_read_position(&f->view.conn, false, &f->view.fence, &why) < 0)
		return false;
	f->end = END_AHEAD;
	return true;
}

enum fill_step fill_trouble(struct mysql_fill *f, const struct err *err)
{
	int64_t ms = (int64_t)RETRY_FIRST_MS << (f->failures < 10 ? f->failures : 10);
	bool early = too_early(f, err);

	if (!early && is_final(err))
		return put_off(f, err);
	if (!early && err->kind == ERR_DATA)
		return begin_anew(f, err);
	if (!early && ++f->failures >= GIVE_UP_AFTER && err->kind == ERR_RETRY && err->code != ER_LOCK_WAIT_TIMEOUT)
		return put_off(f, err);
	snprintf(f->error, sizeof(f->error), "%.250s", err->msg);
	fill_view_close(&f->view);
	close_table(f);
	fill_drop_chunk(f);
	fill_pause_ms(f, ms < RETRY_MAX_MS ? ms : RETRY_MAX_MS);
	return FILL_NOTHING;
}

/* ---- steps ---- */

static enum fill_step rows_wait(struct mysql_fill *f, const struct fill_place *at)
{
	return FILL_ROWS;
}

static enum fill_step (*const steps[])(struct mysql_fill *, const struct fill_place *) = {
	[REST] = fill_at_rest,
	[TOLD] = rows_wait,
	[FENCE] = fill_at_fence,
	[ENDS] = fill_at_ends,
	[READ] = fill_at_read,
	[MEET] = fill_at_meeting,
	[GIVE] = rows_wait,
	[PASS] = rows_wait,
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
