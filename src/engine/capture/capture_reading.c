/*
 * capture_reading.c - the tables of the snapshot that runs, for the status: each with how far it is, and what they come
 * to. Estimates of rows are the server's and may be wrong by half, so a table that has more rows than that counts as
 * having what was read.
 */
#include <stdlib.h>
#include <string.h>

#include "core/xalloc.h"
#include "engine/capture/capture_parts.h"

static const char *const state_names[] = {
	[READING_WAITS] = "waiting",
	[READING_RUNS] = "running",
	[READING_DONE] = "done",
	[READING_ENDED] = "ended",
};

static int64_t left_ms(uint64_t rows, uint64_t total, double rows_per_s)
{
	if (total == 0 || rows_per_s <= 0)
		return -1;
	return total > rows ? (int64_t)((double)(total - rows) * 1000 / rows_per_s) : 0;
}

static void copy_reading(struct status_reading *out, const struct source_reading *r)
{
	snprintf(out->name, sizeof(out->name), "%s.%s", r->db, r->table);
	out->state = state_names[r->state];
	out->rows = r->rows;
	out->total = r->total;
	out->chunks = r->chunks;
	out->rows_per_s = r->rows_per_s;
	out->left_ms = r->state == READING_RUNS ? left_ms(r->rows, r->total, r->rows_per_s) : -1;
}

/* Of the initial snapshot the source knows it; beside the stream one table at a time is read, at the speed of all. */
static void add_up(struct status_fill *f, const struct source_reading *readings, size_t n)
{
	double rows_per_s = 0;

	for (size_t i = 0; i < n; i++) {
		const struct source_reading *r = &readings[i];
		bool over = r->state == READING_DONE || r->state == READING_ENDED;

		f->tables_done += over;
		f->all_rows += r->rows;
		f->all_total += over || r->rows > r->total ? r->rows : r->total;
		if (r->state == READING_RUNS)
			rows_per_s = r->rows_per_s;
	}
	f->all_left_ms = left_ms(f->all_rows, f->all_total, rows_per_s);
}

void capture_readings(struct capture *c, struct status *out)
{
	struct source_reading *readings = NULL;
	size_t n = 0;

	out->capture.fill.all_left_ms = -1;
	if (!out->capture.snapshot.running && out->capture.fill.tables == 0)
		return;
	pthread_mutex_lock(&c->half.lock);
	if (c->source)
		readings = source_readings(c->source, &n);
	pthread_mutex_unlock(&c->half.lock);
	out->readings = xcalloc(n + 1, sizeof(*out->readings));
	out->nreadings = n;
	for (size_t i = 0; i < n; i++)
		copy_reading(&out->readings[i], &readings[i]);
	if (!out->capture.snapshot.running)
		add_up(&out->capture.fill, readings, n);
	free(readings);
}
