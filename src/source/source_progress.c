/* source_progress.c - see source_progress.h. */
#include "config.h"
#include "source/source_progress.h"

#include <stdlib.h>
#include <string.h>

#include "core/clock.h"
#include "core/intern.h"
#include "core/xalloc.h"

void source_progress_clear(struct source_progress *p)
{
	p->count = p->at = 0;
	p->of = NULL;
	p->known = false;
}

void source_progress_done(struct source_progress *p)
{
	free(p->items);
	*p = (struct source_progress){ 0 };
}

static void add(struct source_progress *p, const struct source_reading *r)
{
	xgrow(p->items, p->count, p->cap, 16);
	p->items[p->count++] = *r;
}

/* ---- the initial snapshot ---- */

static void runs(struct source_reading *r, const struct snapshot_table *t, int64_t now_us)
{
	if (r->state == READING_WAITS) {
		r->state = READING_RUNS;
		r->begun_us = now_us;
	}
	r->rows = t->rows_read;
	r->chunks = (uint32_t)t->chunks_read;
	if (now_us > r->begun_us)
		r->rows_per_s = (float)((double)r->rows * 1e6 / (double)(now_us - r->begun_us));
}

static void list_tables(struct source_progress *p, const struct mysql_snapshot *s, const struct snapshot_table *t,
		size_t n)
{
	source_progress_clear(p);
	p->of = s;
	for (size_t i = 0; i < n; i++)
		add(p, &(struct source_reading){ .db = t[i].db, .table = t[i].name, .total = t[i].rows_total });
}

void source_progress_snapshot(struct source_progress *p, struct mysql_snapshot *s)
{
	size_t n;
	const struct snapshot_table *t = mysql_snapshot_tables(s, &n);
	int64_t now_us = clock_mono_us();
	struct snapshot_progress now;

	mysql_snapshot_progress(s, &now);
	if (p->of != s || p->count != n)
		list_tables(p, s, t, n);
	for (; p->at < n && t[p->at].done; p->at++) {
		struct source_reading *r = &p->items[p->at];

		runs(r, &t[p->at], now_us);
		r->state = t[p->at].error ? READING_ENDED : READING_DONE;
	}
	for (size_t i = p->at; i < n && i < now.asked; i++)
		if (!t[i].empty && !t[i].gone && t[i].error == NULL)
			runs(&p->items[i], &t[i], now_us);
}

/* ---- beside the stream ---- */

/* The tables that are over stay; behind them stands what is planned now. */
static void list_plan(struct source_progress *p, const struct fill_plan *plan)
{
	p->count = p->at;
	for (size_t i = 0; i < plan->count; i++) {
		const struct fill_table *t = &plan->items[i];

		add(p,
				&(struct source_reading){
						.db = intern(t->db),
						.table = intern(t->name),
						.rows = t->rows,
						.total = t->where ? 0 : t->total,
				});
	}
}

static void follow_plan(struct source_progress *p, const struct fill_plan *plan, const struct fill_end *end)
{
	bool one_ended = p->known && end->count == p->ends + 1 && p->at < p->count;

	if (one_ended) {
		struct source_reading *r = &p->items[p->at++];

		r->rows = end->rows;
		r->state = end->whole ? READING_DONE : READING_ENDED;
	}
	if (!one_ended || plan->edits != p->edits + 1)
		list_plan(p, plan);
	p->known = true;
	p->edits = plan->edits;
	p->ends = end->count;
}

void source_progress_fill(struct source_progress *p, struct mysql_fill *f, const struct source_fill_status *now)
{
	const struct fill_plan *plan = mysql_fill_plan(f);
	struct source_reading *r;

	if (!p->known || plan->edits != p->edits) {
		if (p->known && plan->count > 0 && p->at == p->count) /* another one than that which is over */
			source_progress_clear(p);
		follow_plan(p, plan, mysql_fill_end(f));
	}
	if (plan->count == 0 || !now->begun)
		return;
	r = &p->items[p->at];
	r->state = READING_RUNS;
	r->rows = now->rows;
	r->chunks = now->chunks;
	r->rows_per_s = (float)now->rows_per_s;
}
