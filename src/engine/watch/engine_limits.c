/*
 * engine_limits.c - what runs out while a problem lasts: the facts that status/problem_left.h reckons with. What MySQL said last about its
 * binlog counts on while it does not answer.
 */
#include <string.h>

#include "engine/engine_parts.h"

enum { ROOM_LOOK_S = 10 };

void engine_limits_begin(struct engine *e)
{
	const struct log_conf *log = &e->settings->log;
	bool deletes = log->cleanup_policy == NULL || strstr(log->cleanup_policy, "delete") != NULL;

	e->rules.facts = (struct problem_facts){
		.binlog_ms = -1,
		.log_ms = log->bootstrap_servers && deletes ? log->retention_ms : -1,
		.disk = { .left = -1 },
		.unloaded = { .left = -1 },
	};
}

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
	for (size_t i = 0; i < out->nproblems; i++)
		problem_left(&f, out, &out->problems[i]);
}
