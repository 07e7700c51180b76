/* series.c - see series.h. A value's place in its ring follows from its time, so that a gap (a machine that slept) is a gap. */
#include "engine/status/series.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/xalloc.h"

enum { FINE = SERIES_FINE_KEEP_S / SERIES_FINE_S, COARSE = SERIES_COARSE_KEEP_S / SERIES_COARSE_S };

struct ring {
	int step_s;
	size_t slots;
	int64_t *at;   /* the step that a slot holds: wall / step_s; -1 none */
	float *values; /* SERIES_COUNT a slot */
};

struct series {
	struct ring fine, coarse;
	int64_t last_s;
};

static void ring_init(struct ring *r, int step_s, size_t slots)
{
	r->step_s = step_s;
	r->slots = slots;
	r->at = xmalloc(slots * sizeof(*r->at));
	r->values = xmalloc(slots * SERIES_COUNT * sizeof(*r->values));
	for (size_t i = 0; i < slots; i++)
		r->at[i] = -1;
}

static void ring_done(struct ring *r)
{
	free(r->at);
	free(r->values);
}

struct series *series_new(void)
{
	struct series *s = xcalloc(1, sizeof(*s));

	ring_init(&s->fine, SERIES_FINE_S, FINE);
	ring_init(&s->coarse, SERIES_COARSE_S, COARSE);
	return s;
}

void series_free(struct series *s)
{
	if (s == NULL)
		return;
	ring_done(&s->fine);
	ring_done(&s->coarse);
	free(s);
}

/* A rate of ten seconds is their mean; a lag, a share or a latency their worst. */
static bool is_mean(int id)
{
	const char *unit = series_unit((enum series_id)id);
	size_t len = strlen(unit);

	return len > 2 && strcmp(unit + len - 2, "/s") == 0;
}

static float join(int id, float a, float b, unsigned n)
{
	if (isnan(a))
		return b;
	if (isnan(b))
		return a;
	return is_mean(id) ? a + (b - a) / (float)n : a > b ? a : b;
}

static void ring_add(struct ring *r, int64_t wall_s, const float *values)
{
	int64_t step = wall_s / r->step_s;
	size_t slot = (size_t)(step % (int64_t)r->slots);
	float *at = r->values + slot * SERIES_COUNT;
	unsigned n = (unsigned)(wall_s % r->step_s) + 1;

	if (r->at[slot] != step) {
		r->at[slot] = step;
		memcpy(at, values, SERIES_COUNT * sizeof(*at));
		return;
	}
	for (int i = 0; i < SERIES_COUNT; i++)
		at[i] = join(i, at[i], values[i], n);
}

void series_add(struct series *s, int64_t wall_s, const float values[SERIES_COUNT])
{
	ring_add(&s->fine, wall_s, values);
	ring_add(&s->coarse, wall_s, values);
	s->last_s = wall_s;
}

void series_restore(struct series *s, int64_t wall_s, const float values[SERIES_COUNT])
{
	int64_t step = wall_s / SERIES_COARSE_S;
	size_t slot = (size_t)(step % COARSE);

	if (s->coarse.at[slot] >= step)
		return;
	s->coarse.at[slot] = step;
	memcpy(s->coarse.values + slot * SERIES_COUNT, values, SERIES_COUNT * sizeof(*values));
	s->last_s = wall_s > s->last_s ? wall_s : s->last_s;
}

/* Older than the ring is long: nothing, though a gap may have left it there. */
static float ring_value(const struct ring *r, enum series_id id, int64_t step, int64_t last_s)
{
	bool kept = step >= 0 && step > last_s / r->step_s - (int64_t)r->slots;
	size_t slot = (size_t)(step % (int64_t)r->slots);

	return kept && r->at[slot] == step ? r->values[slot * SERIES_COUNT + id] : NAN;
}

static float ring_span(const struct series *s, const struct ring *r, enum series_id id, int64_t from, int step_s)
{
	float all = NAN;
	unsigned n = 0;

	for (int64_t at = from; at < from + step_s; at += r->step_s)
		all = join(id, all, ring_value(r, id, at / r->step_s, s->last_s), ++n);
	return all;
}

/* What [from, from + step_s) holds. The seconds of the last hour are not there when they were before the start. */
static float span(const struct series *s, enum series_id id, int64_t from, int step_s)
{
	float all = from > s->last_s - SERIES_FINE_KEEP_S ? ring_span(s, &s->fine, id, from, step_s) : NAN;

	return isnan(all) ? ring_span(s, &s->coarse, id, from, step_s) : all;
}

void series_read(const struct series *s, enum series_id id, int64_t until_s, int step_s, float *out, size_t n)
{
	int64_t end = ((until_s ? until_s : s->last_s + 1) / step_s) * step_s;

	for (size_t i = 0; i < n; i++)
		out[i] = s->last_s ? span(s, id, end - (int64_t)(n - i) * step_s, step_s) : NAN;
}

/* ---- names ---- */

static const struct {
	const char *name, *unit;
} of_all[SERIES_STAGE_RATE] = {
	[SERIES_CAPTURE_LAG] = { "capture.lag", "ms" },
	[SERIES_CAPTURE_UNREAD] = { "capture.unread", "bytes" },
	[SERIES_LOAD_LAG] = { "load.lag", "ms" },
	[SERIES_LOAD_ROWS] = { "load.rows", "rows" },
	[SERIES_COMPLETE_AGE] = { "complete.age", "ms" },
	[SERIES_DROPPED] = { "dropped.rate", "rows/s" },
	[SERIES_DEAD] = { "dead.rate", "rows/s" },
	[SERIES_QUIET] = { "source.quiet", "ms" },
	[SERIES_CPU] = { "process.cpu", "cores" },
	[SERIES_MEMORY] = { "process.memory", "bytes" },
	[SERIES_SCRIPT_ROW] = { "script.row", "ns" },
	[SERIES_CAPTURED + CAPTURED_INSERTS] = { "rows.inserted", "rows/s" },
	[SERIES_CAPTURED + CAPTURED_UPDATES] = { "rows.updated", "rows/s" },
	[SERIES_CAPTURED + CAPTURED_DELETES] = { "rows.deleted", "rows/s" },
	[SERIES_CAPTURED + CAPTURED_SNAPSHOT] = { "rows.snapshot", "rows/s" },
	[SERIES_CAPTURED + CAPTURED_TRANSACTIONS] = { "transactions", "transactions/s" },
}, of_stage[] = {
	{ "rate", "rows/s" },
	{ "busy", "share" },
	{ "blocked", "share" },
	{ "queue", "share" },
	{ "p50", "us" },
	{ "p99", "us" },
};

const char *series_name(enum series_id id)
{
	static _Thread_local char names[SERIES_COUNT][24];
	int stage = (id - SERIES_STAGE_RATE) % STAGE_COUNT, kind = (id - SERIES_STAGE_RATE) / STAGE_COUNT;

	if (id < SERIES_STAGE_RATE)
		return of_all[id].name;
	snprintf(names[id], sizeof(names[id]), "%s.%s", stage_names[stage], of_stage[kind].name);
	return names[id];
}

const char *series_unit(enum series_id id)
{
	return id < SERIES_STAGE_RATE ? of_all[id].unit : of_stage[(id - SERIES_STAGE_RATE) / STAGE_COUNT].unit;
}

int series_find(const char *name)
{
	for (int i = 0; i < SERIES_COUNT; i++)
		if (strcmp(series_name((enum series_id)i), name) == 0)
			return i;
	return -1;
}
