/*
 * engine_limits.c - what runs out while a problem lasts: the facts that status/problem_left.h reckons with. What MySQL said last about its
 * binlog counts on while it does not answer.
 */
#include <string.h>

#include "core/clock.h"
#include "engine/engine_parts.h"

enum { ROOM_LOOK_S = 10, TOPIC_LOOK_S = 10, TOPIC_KNOWN_S = 600, WAITS_MS = 60000 };

void engine_limits_begin(struct engine *e)
{
	e->rules.facts = (struct problem_facts){
		.binlog_ms = -1,
		.disk = { .left = -1 },
		.unloaded = { .left = -1 },
	};
}

/* ---- how long Kafka keeps what waits ---- */

/* The table whose rows wait for long, and whose topic was not asked for the longest; NULL: none. */
static struct table_meter *to_be_asked(struct engine *e)
{
	int64_t latest_us = clock_mono_us() - TOPIC_KNOWN_S * INT64_C(1000000);
	struct table_meter *out = NULL;

	for (size_t i = 0; i < table_meters_count(e->shared.tables); i++) {
		struct table_meter *m = table_meter_at(e->shared.tables, i);
		int64_t asked_us = atomic_load(&m->retention_us), lag_ms = atomic_load(&m->lag_ms);
		bool waits = atomic_load(&m->lag_rows) > 0 && (lag_ms < 0 || lag_ms > WAITS_MS);

		if ((waits || atomic_load(&m->paused)) && (asked_us == 0 || asked_us < latest_us) &&
				(out == NULL || asked_us < atomic_load(&out->retention_us)))
			out = m;
	}
	return out;
}

static bool topic_of(struct engine *e, const char *table, char *out, size_t size)
{
	char name[TABLE_NAME_ROOM];
	bool found = false;

	pthread_mutex_lock(&e->lock);
	for (size_t i = 0; i < e->npartitions && !found; i++) {
		found = format_topic_table(&e->settings->format, e->partitions[i].topic, name, sizeof(name)) &&
				strcmp(name, table) == 0;
		if (found)
			snprintf(out, size, "%s", e->partitions[i].topic);
	}
	pthread_mutex_unlock(&e->lock);
	return found;
}

void engine_limits_ask(struct engine *e, unsigned tick)
{
	struct table_meter *m;
	char topic[250];
	struct err err;
	int64_t ms;

	if (tick % TOPIC_LOOK_S != 0 || e->settings->log.bootstrap_servers == NULL ||
			atomic_load(&e->shared.log) == NULL)
		return;
	m = to_be_asked(e);
	if (m == NULL || !topic_of(e, m->name, topic, sizeof(topic)))
		return;
	err_clear(&err);
	if (log_topic_retention(e->shared.log, topic, &ms, &err) == 0)
		atomic_store(&m->retention_ms, ms);
	atomic_store(&m->retention_us, clock_mono_us());
}

/* Of the table that the problem is about; of a half the shortest that is known. */
static int64_t retention_for(struct engine *e, const struct status_problem *p)
{
	int64_t least = 0;

	if (strcmp(p->kind, "half") != 0) {
		const struct table_meter *m = table_meter_find(e->shared.tables, p->subject);

		return m ? atomic_load(&m->retention_ms) : 0;
	}
	for (size_t i = 0; i < table_meters_count(e->shared.tables); i++) {
		struct table_meter *m = table_meter_at(e->shared.tables, i);
		int64_t ms = atomic_load(&m->retention_ms);

		if (atomic_load(&m->lag_rows) > 0)
			least = least == 0 || (ms > 0 && (ms < least || least < 0)) ? ms : least;
	}
	return least;
}

/* ---- what fills up ---- */

void engine_limits_sample(struct engine *e, unsigned tick)
{
	struct problem_facts *f = &e->rules.facts;
	int64_t most = e->settings->log.unloaded_bytes;
	struct log *log = atomic_load(&e->shared.log);

	if (tick % ROOM_LOOK_S != 0)
		return;
	problem_room_note(&f->disk, e->rules.disk_free == UINT64_MAX ? -1 : (double)e->rules.disk_free, ROOM_LOOK_S);
	problem_room_note(&f->unloaded, log && most >= 0 ? (double)most - (double)log_unloaded(log) : -1, ROOM_LOOK_S);
}

void engine_limits_copy(struct engine *e, struct status *out)
{
	struct problem_facts f;

	pthread_mutex_lock(&e->lock);
	if (out->capture.keeps_ms >= 0)
		e->rules.facts.binlog_ms = out->capture.keeps_ms;
	f = e->rules.facts;
	pthread_mutex_unlock(&e->lock);
	for (size_t i = 0; i < out->nproblems; i++) {
		f.log_ms = e->settings->log.bootstrap_servers ? retention_for(e, &out->problems[i]) : -1;
		problem_left(&f, out, &out->problems[i]);
	}
}
