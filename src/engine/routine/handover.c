/*
 * handover.c - who loads each table: requests of people, and a thread that goes on with what was begun, hands over the tables whose
 * load is routine, and lets the offsets follow the jobs. One hand-over at a time.
 */
#include <stdlib.h>
#include <string.h>

#include "core/clock.h"
#include "core/intern.h"
#include "core/must.h"
#include "core/name_map.h"
#include "core/xalloc.h"
#include "engine/base/worker.h"
#include "engine/routine/handover.h"

enum { WATCH_MS = 10000, SOON_MS = 500, REFUSED_MS = 60000, STOP_MS = 300 };

struct refused { /* a table that could not be handed over: the thread tries it again then, or with other settings */
	const struct settings *s;
	int64_t until_us;
};

struct handover {
	struct engine *e;
	pthread_mutex_t one; /* held by whoever hands over a table */
	struct worker worker;
	/* the worker's */
	struct name_map refused; /* struct refused, by the table's name */
	char *jobs_of;		 /* the database that jobs are of; NULL: none were read in this round */
	struct routine_jobs jobs;
};

struct handover *handover_new(struct engine *e)
{
	struct handover *h = xcalloc(1, sizeof(*h));

	h->e = e;
	lock_init(&h->one);
	worker_init(&h->worker);
	return h;
}

/* ---- status ---- */

static void show(const struct handing *g)
{
	static const char *const names[LOADER_COUNT] = { "stream", "to routine", "routine", "to stream" };
	struct table_meters *tables = g->e->shared.tables;
	struct table_meter *m = g->lent.nparts ? table_meter_get(tables, g->table) : table_meter_find(tables, g->table);
	char job[HANDOVER_JOB_ROOM], name[TABLE_NAME_ROOM] = "";

	if (m == NULL)
		return;
	handing_job(g, job);
	if (job[0])
		snprintf(name, sizeof(name), "%.200s.%s", g->target.db, job);
	table_meter_loader(tables, m, names[handing_loader(&g->lent)], name);
}

/* ---- requests ---- */

int handover_request(struct handover *h, const struct engine_request *r, engine_emit *emit, void *arg, struct err *err)
{
	const char *table = engine_request_arg(r, "table"), *to = engine_request_arg(r, "to");
	bool dry = engine_request_arg(r, "dry") != NULL, back = to && strcmp(to, "stream") == 0;
	struct handing g;
	int rc;

	pthread_mutex_lock(&h->one);
	rc = handing_init(&g, h->e, table, err);
	g.emit = emit;
	g.arg = arg;
	if (rc == 0)
		rc = back ? handover_to_stream(&g, dry, err) : handover_to_routine(&g, dry, err);
	show(&g);
	handing_done(&g);
	pthread_mutex_unlock(&h->one);
	if (rc == 0 && !dry) {
		problem_clear(h->e->shared.problems, PROBLEM_HANDOVER_WAITS, table);
		problem_clear(h->e->shared.problems, PROBLEM_ROUTINE_ENDED, table);
	}
	return rc;
}

/* ---- the thread ---- */

static void forget_jobs(struct handover *h)
{
	routine_jobs_free(&h->jobs);
	free(h->jobs_of);
	h->jobs_of = NULL;
}

static int jobs_of(struct handover *h, const char *db, struct err *err)
{
	if (h->jobs_of && strcmp(h->jobs_of, db) == 0)
		return 0;
	forget_jobs(h);
	if (routine_jobs_read(&h->e->settings->sink, db, true, &h->jobs, err))
		return -1;
	h->jobs_of = xstrdup(db);
	return 0;
}

static void outcome(struct handover *h, const char *table, int rc, const struct err *err)
{
	if (rc)
		problem_raise(h->e->shared.problems, PROBLEM_HANDOVER_WAITS, table, "%s", err->msg);
	else
		problem_clear(h->e->shared.problems, PROBLEM_HANDOVER_WAITS, table);
}

static void follow(struct handover *h, struct handing *g)
{
	char ended[300];
	struct err err;

	err_clear(&err);
	if (jobs_of(h, g->target.db, &err)) /* a cluster that does not answer is told by the load */
		return;
	outcome(h, g->table, handover_follow(g, &h->jobs, ended, sizeof(ended), &err), &err);
	if (ended[0])
		problem_raise(h->e->shared.problems, PROBLEM_ROUTINE_ENDED, g->table, "%s", ended);
	else
		problem_clear(h->e->shared.problems, PROBLEM_ROUTINE_ENDED, g->table);
}

static void go_on(struct handover *h, const char *table)
{
	struct handing g;
	struct err err;

	err_clear(&err);
	pthread_mutex_lock(&h->one);
	switch (handing_init(&g, h->e, table, &err) ? LOADER_OWN : handing_loader(&g.lent)) {
	case LOADER_LENDING: outcome(h, table, handover_to_routine(&g, false, &err), &err); break;
	case LOADER_TAKING: outcome(h, table, handover_to_stream(&g, false, &err), &err); break;
	case LOADER_ROUTINE: follow(h, &g); break;
	default: break;
	}
	show(&g);
	handing_done(&g);
	pthread_mutex_unlock(&h->one);
}

static struct refused *refused_of(struct handover *h, const char *table)
{
	void **place = name_map_at(&h->refused, table);

	if (*place == NULL)
		*place = xcalloc(1, sizeof(struct refused));
	return *place;
}

/* load = routine, and millrace still loads it. */
static void hand_over(struct handover *h, const char *table, const struct settings *live)
{
	struct refused *before = refused_of(h, table);
	struct handing g;
	struct err err;
	int rc;

	if (before->s == live && clock_mono_us() < before->until_us)
		return;
	err_clear(&err);
	pthread_mutex_lock(&h->one);
	rc = handing_init(&g, h->e, table, &err) == 0 && handing_loader(&g.lent) == LOADER_OWN
			? handover_to_routine(&g, false, &err)
			: 0;
	show(&g);
	handing_done(&g);
	pthread_mutex_unlock(&h->one);
	outcome(h, table, rc, &err);
	before->s = live;
	before->until_us = clock_mono_us() + (rc ? REFUSED_MS * 1000LL : 0);
}

/* false: it is too soon. */
static bool look(struct handover *h)
{
	const struct settings *live = atomic_load(&h->e->shared.live);
	size_t n, count = table_meters_count(h->e->shared.tables);
	struct lent_table *lent = load_lent(h->e->load, &n);
	struct name_map by_name = { .count = 0 }; /* of lent */

	if (lent == NULL)
		return false;
	for (size_t i = 0; i < n && !worker_stops(&h->worker); i++) {
		*name_map_at(&by_name, intern(lent[i].table)) = &lent[i];
		go_on(h, lent[i].table);
	}
	for (size_t i = 0; i < count && !worker_stops(&h->worker); i++) {
		const char *table = table_meter_at(h->e->shared.tables, i)->name;

		if (settings_by_routine(live, settings_for_table(live, table)) && name_map_get(&by_name, table) == NULL)
			hand_over(h, table, live);
	}
	name_map_done(&by_name);
	forget_jobs(h);
	for (size_t i = 0; i < n; i++)
		lent_table_done(&lent[i]);
	free(lent);
	atomic_store(&h->e->shared.loaders_known, true);
	return true;
}

static void handover_run(void *arg)
{
	struct handover *h = arg;
	int64_t watch_ms = h->e->settings->sink.watch_ms ? h->e->settings->sink.watch_ms : WATCH_MS;

	while (worker_wait(&h->worker, look(h) ? (int)watch_ms : SOON_MS))
		;
}

int handover_start(struct handover *h, struct err *err)
{
	if (h->e->load == NULL || h->e->settings->sink.fe_mysql == NULL) {
		atomic_store(&h->e->shared.loaders_known, true);
		return 0;
	}
	return worker_start(&h->worker, handover_run, h, err);
}

/* A step that is under way is left to the end of the process: the next start goes on with it. */
void handover_stop(struct handover *h)
{
	worker_stop(&h->worker, STOP_MS);
}

static void free_refused(void *value, void *arg)
{
	(void)arg;
	free(value);
}

bool handover_free(struct handover *h)
{
	if (h == NULL)
		return true;
	if (!worker_done(&h->worker))
		return false;
	forget_jobs(h);
	name_map_each(&h->refused, free_refused, NULL);
	name_map_done(&h->refused);
	pthread_mutex_destroy(&h->one);
	free(h);
	return true;
}
