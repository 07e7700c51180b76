/*
 * mysql_lane_plan.c - see mysql_lane_plan.h. What a chunk weighs is a guess from the server's statistics, and the guess
 * is made better by what the chunks had: a chunk that is too large only keeps the other lanes waiting, one that is too
 * small costs a question.
 */
#include "config.h"
#include "source/snapshot/mysql_lane_plan.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/xalloc.h"
#include "source/snapshot/mysql_lanes.h"

enum { CHUNK_BYTES = 2 << 20, MIN_ROWS = 200, MAX_ROWS = 50000, ROW_BYTES_GUESS = 100, WALK_ROW_BYTES = 256 };

void lane_plan_init(struct lane_plan *p, const struct lanes_setup *setup)
{
	*p = (struct lane_plan){ .setup = setup };
	buf_init(&p->after, CHUNK_SQL_MAX);
	buf_init(&p->walk.end, CHUNK_SQL_MAX);
	arena_init(&p->walk.arena, 0);
	scan_open(&p->walk.scan, setup->planner);
}

void lane_plan_done(struct lane_plan *p)
{
	buf_done(&p->after);
	buf_done(&p->walk.end);
	arena_done(&p->walk.arena);
	scan_close(&p->walk.scan);
}

/* ---- opening a table ---- */

static bool is_integer(const struct column *c)
{
	return column_class(c) == CLASS_INTEGER;
}

static uint64_t chunk_rows(const struct snapshot_table *t)
{
	uint64_t rows = CHUNK_BYTES / (t->row_bytes ? t->row_bytes : ROW_BYTES_GUESS);

	return rows < MIN_ROWS ? MIN_ROWS : rows > MAX_ROWS ? MAX_ROWS : rows;
}

static uint64_t key_value(const char *text, bool is_unsigned)
{
	return is_unsigned ? strtoull(text, NULL, 10) : (uint64_t)strtoll(text, NULL, 10);
}

/* Smallest and largest value are at both ends of the index. */
static int begin_split(struct lane_plan *p, const struct snapshot_table *t, struct err *err)
{
	const struct column *c = &t->schema->columns[t->schema->key[0]];
	struct lane_split *x = &p->split;
	struct buf name;
	MYSQL_RES *res;
	MYSQL_ROW row;

	buf_init(&name, 1024);
	buf_put_quoted(&name, c->name, '`');
	res = mysql_conn_rows(p->setup->planner, "??", err, "SELECT MIN(%s), MAX(%s) FROM %s", name.data, name.data,
			t->chunk.from);
	buf_done(&name);
	if (res == NULL)
		return -1;
	row = mysql_fetch_row(res);
	p->way = LANE_WHOLE;
	if (row && row[0] && row[1]) {
		p->way = LANE_SPLIT;
		*x = (struct lane_split){ .is_unsigned = c->is_unsigned };
		x->min = key_value(row[0], c->is_unsigned);
		x->range = key_value(row[1], c->is_unsigned) - x->min;
		x->span = (uint64_t)((double)x->range / (double)t->rows_total * (double)p->rows) + 1;
	}
	mysql_free_result(res);
	return 0;
}

/* The server passes each row in the walk, and compares it with the bound there and when it is read: where rows are
 * short, that costs more than a second connection gains. */
static bool walk_pays(const struct snapshot_table *t)
{
	return t->row_bytes >= WALK_ROW_BYTES;
}

static int choose_way(struct lane_plan *p, struct snapshot_table *t, struct err *err)
{
	const struct schema *s = t->schema;

	p->rows = chunk_rows(t);
	p->way = LANE_WHOLE;
	if (p->setup->n < 2 || !t->chunk.keyed || t->wish.statement || t->rows_total < 2 * p->rows)
		return 0;
	if (is_integer(&s->columns[s->key[0]]))
		return begin_split(p, t, err);
	p->way = walk_pays(t) ? LANE_WALK : LANE_WHOLE;
	return 0;
}

static int read_time(struct lane_plan *p, struct snapshot_table *t, struct err *err)
{
	char seconds[32];

	if (mysql_conn_text(p->setup->planner, 0, seconds, sizeof(seconds), err,
			    "SELECT UNIX_TIMESTAMP(CURRENT_TIMESTAMP)") < 0)
		return -1;
	t->time_us = strtoll(seconds, NULL, 10) * 1000000;
	return 0;
}

/* A table that was read stays locked against DDL until the savepoint, and a waiting DDL would hold up every writer. */
static int open_table(struct lane_plan *p, struct snapshot_table *t, struct err *err)
{
	if (mysql_conn_run(p->setup->planner, err, "ROLLBACK TO SAVEPOINT " LANES_SAVEPOINT) < 0 ||
			read_time(p, t, err) < 0 ||
			chunk_table_open(&t->chunk, p->setup->planner, t->schema, &t->wish, err) < 0)
		return -1;
	buf_reset(&p->after);
	p->walk.asked = false;
	p->open = true;
	return choose_way(p, t, err);
}

/* The next table that can be read; one whose columns are not understood is left out by name. */
static int next_table(struct lane_plan *p, struct err *err)
{
	for (; p->table < p->setup->count; p->table++) {
		struct snapshot_table *t = &p->setup->tables[p->table];

		if (t->gone || t->error || t->empty)
			continue;
		if (open_table(p, t, err) == 0)
			return 1;
		if (err->kind != ERR_DATA)
			return err_wrap(err, "snapshot: table %s.%s", t->db, t->name);
		t->error = xstrdup(err->msg);
		err_clear(err);
	}
	return 0;
}

/* ---- the next end ---- */

static void split_next(struct lane_plan *p, struct lane_chunk *out)
{
	struct lane_split *x = &p->split;
	uint64_t left = x->range - x->done, end;

	x->step = x->span < left ? x->span : left;
	end = x->min + x->done + x->step;
	out->last = x->step == left;
	if (out->last)
		return;
	if (x->is_unsigned)
		snprintf(x->text, sizeof(x->text), "%" PRIu64, end);
	else
		snprintf(x->text, sizeof(x->text), "%" PRId64, (int64_t)end);
	out->range.upto = x->text;
}

static int ask_end(struct lane_plan *p, const struct snapshot_table *t, struct err *err)
{
	struct buf sql;
	int r;

	buf_init(&sql, CHUNK_SQL_MAX);
	r = chunk_select_end(&t->chunk, p->after.len > 0 ? p->after.data : NULL, p->rows, &sql, err);
	if (r == 0)
		r = scan_start(&p->walk.scan, sql.data, sql.len, err);
	buf_done(&sql);
	buf_reset(&p->walk.end);
	p->walk.asked = true;
	return r;
}

/* 1: known; 0: the server still walks. The chunk is read by its number of rows, which are the same in every view: a
 * bound would be compared with every row once more, which costs as much as reading it where the key is a text. */
static int walk_next(struct lane_plan *p, struct lane_chunk *out, struct err *err)
{
	const struct snapshot_table *t = &p->setup->tables[p->table];
	struct lane_walk *w = &p->walk;
	int r = 0;

	if (!w->asked && ask_end(p, t, err) < 0)
		return -1;
	while (w->asked) {
		const uint8_t *row;
		size_t len;

		r = scan_next(&w->scan, &w->arena, 0, &row, &len, err);
		if (r == SCAN_ROW)
			r = chunk_key_bound(&t->chunk, row, len, &w->end, err);
		else if (r == SCAN_NOTHING)
			return 0;
		else if (r == SCAN_END)
			w->asked = false;
		if (r < 0)
			return -1;
	}
	scan_save(&w->scan);
	arena_reset(&w->arena);
	out->last = w->end.len == 0;
	out->range.limit = out->last ? 0 : p->rows;
	return 1;
}

static int find_next(struct lane_plan *p, struct err *err)
{
	struct lane_chunk *out = &p->ready;
	int r = 1;

	*out = (struct lane_chunk){ .table = p->table, .last = true };
	out->range.after = p->after.len > 0 ? p->after.data : NULL;
	out->range.leading = p->way == LANE_SPLIT;
	if (p->way == LANE_SPLIT)
		split_next(p, out);
	else if (p->way == LANE_WALK)
		r = walk_next(p, out, err);
	return r;
}

int lane_plan_next(struct lane_plan *p, struct lane_chunk *out, struct err *err)
{
	int r = p->open ? 1 : next_table(p, err);

	if (r > 0 && !p->has_ready) {
		r = find_next(p, err);
		p->has_ready = r > 0;
	}
	if (r > 0)
		*out = p->ready;
	return r;
}

void lane_plan_taken(struct lane_plan *p)
{
	p->has_ready = false;
	if (p->ready.last) {
		p->open = false;
		p->table++;
		return;
	}
	buf_reset(&p->after);
	buf_puts(&p->after, p->way == LANE_SPLIT ? p->split.text : p->walk.end.data);
	p->split.done += p->way == LANE_SPLIT ? p->split.step : 0;
}

bool lane_plan_ended(const struct lane_plan *p)
{
	return p->table >= p->setup->count;
}

bool lane_plan_waits(const struct lane_plan *p)
{
	return p->walk.asked;
}

/* Half as long or eight times as long at the most, for one chunk may lie in a hole. */
void lane_plan_density(struct lane_plan *p, size_t table, uint64_t rows)
{
	struct lane_split *x = &p->split;

	if (!p->open || p->table != table || p->way != LANE_SPLIT)
		return;
	if (rows > 2 * p->rows)
		x->span = x->span / 2 + 1;
	else if (rows < p->rows / 2)
		x->span = x->span > UINT64_MAX / 8 ? UINT64_MAX : rows < p->rows / 16 ? x->span * 8 : x->span * 2;
}
