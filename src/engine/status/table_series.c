/* table_series.c - see table_series.h. A value's place in its ring follows from its time; steps that were left out are made unknown. */
#include "engine/status/table_series.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/xalloc.h"

enum { STEPS = TABLE_SERIES_KEEP_S / TABLE_SERIES_STEP_S };

struct table_ring {
	size_t table;
	int64_t step, moved_s; /* the newest one; when a row came last */
	float values[STEPS][TABLE_SERIES_COUNT];
};

struct table_track { /* of each table, also of those without a ring */
	struct table_totals last;
	int64_t last_s; /* 0: never seen */
	struct table_ring *ring;
};

struct table_series {
	struct table_track *tracks;
	size_t ntracks;
	struct table_ring *rings[TABLE_SERIES_RINGS];
	size_t nrings;
	int64_t full_s; /* at this time no ring was free: there is no use in looking again before the next step */
};

struct table_series *table_series_new(void)
{
	return xcalloc(1, sizeof(struct table_series));
}

void table_series_free(struct table_series *t)
{
	if (t == NULL)
		return;
	for (size_t i = 0; i < t->nrings; i++)
		free(t->rings[i]);
	free(t->tracks);
	free(t);
}

size_t table_series_rings(const struct table_series *t)
{
	return t->nrings;
}

static struct table_track *track_of(struct table_series *t, size_t table)
{
	if (table >= t->ntracks) {
		size_t n = table + 64;

		t->tracks = xrealloc(t->tracks, n * sizeof(*t->tracks));
		memset(t->tracks + t->ntracks, 0, (n - t->ntracks) * sizeof(*t->tracks));
		t->ntracks = n;
	}
	return &t->tracks[table];
}

/* One that has rested; NULL: all move. */
static struct table_ring *rested(struct table_series *t, int64_t wall_s)
{
	for (size_t i = 0; i < t->nrings; i++)
		if (wall_s - t->rings[i]->moved_s >= TABLE_SERIES_RESTS_S) {
			t->tracks[t->rings[i]->table].ring = NULL;
			return t->rings[i];
		}
	t->full_s = wall_s;
	return NULL;
}

static struct table_ring *ring_take(struct table_series *t, size_t table, int64_t wall_s)
{
	struct table_ring *r = NULL;

	if (t->nrings < TABLE_SERIES_RINGS)
		r = t->rings[t->nrings++] = xmalloc(sizeof(*r));
	else if (t->full_s != wall_s)
		r = rested(t, wall_s);
	if (r == NULL)
		return NULL;
	r->table = table;
	r->step = -1;
	return r;
}

static void ring_put(struct table_ring *r, int64_t step, const float values[TABLE_SERIES_COUNT])
{
	int64_t from = r->step < 0 || step - r->step > STEPS ? step - STEPS : r->step;

	for (int64_t i = from + 1; i < step; i++)
		for (int k = 0; k < TABLE_SERIES_COUNT; k++)
			r->values[i % STEPS][k] = NAN;
	memcpy(r->values[step % STEPS], values, sizeof(r->values[0]));
	r->step = step;
}

static float per_s(uint64_t now, uint64_t before, int64_t seconds)
{
	return (float)(now - before) / (float)seconds;
}

void table_series_add(struct table_series *t, size_t table, int64_t wall_s, const struct table_totals *now)
{
	struct table_track *track = track_of(t, table);
	bool moves = now->captured != track->last.captured || now->loaded != track->last.loaded;
	int64_t seconds = track->last_s && wall_s > track->last_s ? wall_s - track->last_s : TABLE_SERIES_STEP_S;

	if (moves && track->ring == NULL)
		track->ring = ring_take(t, table, wall_s);
	if (track->ring) {
		float values[TABLE_SERIES_COUNT] = {
			[TABLE_SERIES_CAPTURED] = per_s(now->captured, track->last.captured, seconds),
			[TABLE_SERIES_LOADED] = per_s(now->loaded, track->last.loaded, seconds),
			[TABLE_SERIES_LAG] = now->lag_ms < 0 ? NAN : (float)now->lag_ms,
		};

		track->ring->moved_s = moves ? wall_s : track->ring->moved_s;
		ring_put(track->ring, wall_s / TABLE_SERIES_STEP_S, values);
	}
	track->last = *now;
	track->last_s = wall_s;
}

bool table_series_read(const struct table_series *t, size_t table, enum table_series_id id, int64_t until_s, float *out,
		size_t n)
{
	const struct table_ring *r = table < t->ntracks ? t->tracks[table].ring : NULL;
	int64_t end = until_s / TABLE_SERIES_STEP_S;

	for (size_t i = 0; i < n; i++) {
		int64_t step = end - (int64_t)(n - i);

		out[i] = r && step > r->step - STEPS && step <= r->step ? r->values[step % STEPS][id] : NAN;
	}
	return r != NULL;
}

static const struct {
	const char *name, *unit;
} kinds[TABLE_SERIES_COUNT] = {
	[TABLE_SERIES_CAPTURED] = { "captured", "rows/s" },
	[TABLE_SERIES_LOADED] = { "loaded", "rows/s" },
	[TABLE_SERIES_LAG] = { "lag", "ms" },
};

const char *table_series_name(enum table_series_id id)
{
	return kinds[id].name;
}

const char *table_series_unit(enum table_series_id id)
{
	return kinds[id].unit;
}

int table_series_find(const char *name)
{
	for (int i = 0; i < TABLE_SERIES_COUNT; i++)
		if (strcmp(kinds[i].name, name) == 0)
			return i;
	return -1;
}
