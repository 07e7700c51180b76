/*
 * engine_complete.c - complete to: the newest commit of the source of which everything up to it is visible at the target, for all and for each
 * table. The commit time is taken before the ends of the log are asked, so that the ends hold all of it. A table that is read again, or
 * that capture has stopped, has no samples until that is over and in the log. Under engine.lock.
 */
#include <stdlib.h>
#include <string.h>

#include "core/clock.h"
#include "core/xalloc.h"
#include "engine/engine_parts.h"
#include "engine/status/complete.h"

struct engine_complete {
	struct complete *samples;
	struct capture_reach reach; /* taken before the partitions */
	uint64_t settles;	    /* parcels that have to be in the log before tables that were read again count */
	bool settling;
	int64_t us;	  /* of all tables; 0 unknown */
	bool late;	  /* it is older than it should be */
	unsigned watched; /* seconds for which somebody has looked, and the log was asked more often */
	char gtid[4096];
};

struct engine_complete *engine_complete_new(void)
{
	struct engine_complete *c = xcalloc(1, sizeof(*c));

	c->samples = complete_new();
	return c;
}

void engine_complete_free(struct engine_complete *c)
{
	if (c)
		complete_free(c->samples);
	free(c);
}

void engine_complete_before(struct engine *e)
{
	if (e->capture && e->load)
		capture_reach(e->capture, &e->complete->reach);
}

/* Tables that are read now have no samples; those whose reading is in the log have them from the next one on. */
static void mark_readings(struct engine *e, const struct status *s)
{
	struct engine_complete *c = e->complete;
	bool reading = s->capture.snapshot.running || s->capture.fill.orders > 0, settled;
	uint64_t next = complete_next(c->samples);

	for (size_t i = 0; i < s->nreadings; i++) {
		const char *state = s->readings[i].state;

		if (strcmp(state, "waiting") != 0 && strcmp(state, "running") != 0)
			continue;
		table_meter_get(e->shared.tables, s->readings[i].name)->complete_from = UINT64_MAX;
		table_meter_get(e->shared.tables, s->readings[i].name)->being_read = next;
	}
	if (!reading && !c->settling) {
		c->settling = true;
		c->settles = c->reach.given;
	}
	c->settling &= !reading;
	settled = c->settling && c->reach.noted >= c->settles;
	for (size_t i = 0; i < table_meters_count(e->shared.tables); i++) {
		struct table_meter *m = table_meter_at(e->shared.tables, i);

		if (s->capture.snapshot.running || atomic_load(&m->stopped))
			m->complete_from = UINT64_MAX;
		else if (m->complete_from == UINT64_MAX && m->being_read != next && settled)
			m->complete_from = next;
		if (m->complete_from == UINT64_MAX && !atomic_load(&m->stopped))
			atomic_store(&m->complete_us, 0);
	}
}

/* The sample that all partitions of a table have reached, and all of those of no known table. */
static uint64_t lowest(struct engine *e, const char *const *tables, const uint64_t *numbers)
{
	uint64_t all = complete_newest(e->complete->samples);

	for (size_t i = 0; i < table_meters_count(e->shared.tables); i++)
		table_meter_at(e->shared.tables, i)->reached = all;
	for (size_t k = 0; k < e->npartitions; k++) {
		struct table_meter *m = tables[k] ? table_meter_find(e->shared.tables, tables[k]) : NULL;

		if (m && numbers[k] < m->reached)
			m->reached = numbers[k];
		if (tables[k] && numbers[k] < all)
			all = numbers[k];
	}
	return all;
}

static void settle(struct engine *e, uint64_t all)
{
	struct engine_complete *c = e->complete;
	int64_t us = 0, least;
	bool known = true;
	const char *gtid;

	least = INT64_MAX;
	for (size_t i = 0; i < table_meters_count(e->shared.tables); i++) {
		struct table_meter *m = table_meter_at(e->shared.tables, i);

		if (m->complete_from != UINT64_MAX && m->reached >= m->complete_from &&
				(us = complete_us(c->samples, m->reached, &gtid)) > 0)
			atomic_store(&m->complete_us, us);
		us = atomic_load(&m->complete_us);
		known &= us > 0;
		least = us < least ? us : least;
	}
	us = complete_us(c->samples, all, &gtid);
	if (!known || us == 0) {
		c->us = 0;
		c->gtid[0] = '\0';
		return;
	}
	c->us = us < least ? us : least;
	snprintf(c->gtid, sizeof(c->gtid), "%s", us <= least && gtid ? gtid : "");
}

void engine_complete_sample(struct engine *e, const char *const *tables, const struct status *s)
{
	struct engine_complete *c = e->complete;
	uint64_t *numbers;

	if (e->capture == NULL || e->load == NULL)
		return;
	mark_readings(e, s);
	if (c->reach.us && !s->capture.snapshot.running)
		complete_sample(c->samples, c->reach.us, c->reach.gtid, e->partitions, tables, e->npartitions);
	numbers = xcalloc(e->npartitions + 1, sizeof(*numbers));
	complete_reached(c->samples, e->partitions, tables, e->npartitions, numbers);
	settle(e, lowest(e, tables, numbers));
	free(numbers);
}

/* The longest that rows wait for their load while all is well. */
static int64_t load_ms(const struct engine *e)
{
	const struct settings *s = atomic_load(&e->shared.live);
	int64_t ms = s->sink.interval_ms;

	for (size_t i = 0; i < s->ntables; i++)
		ms = s->tables[i].interval_ms > ms ? s->tables[i].interval_ms : ms;
	for (size_t i = 0; i < table_meters_count(e->shared.tables); i++) {
		int64_t slowed = atomic_load(&table_meter_at(e->shared.tables, i)->interval_ms);

		ms = slowed > ms ? slowed : ms;
	}
	return ms;
}

void engine_complete_tick(struct engine *e, bool watched, int64_t look_ms, int64_t alone_ms)
{
	struct engine_complete *c = e->complete;
	int64_t age_ms = (clock_wall_us() - c->us) / 1000;

	c->watched = watched ? c->watched + 1 : 0;
	c->late = c->us > 0 &&
			complete_is_late(c->late, age_ms, c->watched * 1000 > 3 * look_ms ? look_ms : alone_ms,
					load_ms(e));
}

void engine_complete_copy(const struct engine *e, struct status *out)
{
	out->complete_us = e->complete->us ? e->complete->us : -1;
	out->complete_late = e->complete->late;
	snprintf(out->complete_gtid, sizeof(out->complete_gtid), "%s", e->complete->gtid);
}
