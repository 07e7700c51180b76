/*
 * routine_watch.c - the Routine Load jobs of the cluster, read every watch.routine.load by a thread of its own: what status shows
 * of them, and which of those that read our topics do not go on. Only the databases that our tables are loaded into are
 * asked. A cluster that does not answer is the load half's matter; here the last answer stays.
 */
#include <stdlib.h>
#include <string.h>

#include "core/intern.h"
#include "core/logline.h"
#include "core/must.h"
#include "core/xalloc.h"
#include "engine/base/worker.h"
#include "engine/engine_parts.h"
#include "sink/routine/routine.h"

enum { JOBS_SHOWN = 500, STOP_MS = 300 };

struct routine_watch {
	struct shared *sh;
	const struct sink_conf *conf;
	struct routine_reader *reader; /* the worker's; cancelled by whoever stops it */
	struct worker worker;
	bool told; /* the worker's: that the cluster does not answer */
	pthread_mutex_t lock;
	/* under lock */
	struct status_routine *jobs;
	size_t njobs;
};

struct routine_watch *routine_watch_new(struct shared *sh)
{
	struct routine_watch *w = xcalloc(1, sizeof(*w));

	w->sh = sh;
	w->conf = &sh->settings->sink;
	lock_init(&w->lock);
	worker_init(&w->worker);
	return w;
}

/* ---- one round ---- */

struct database_names {
	const char **items; /* interned */
	size_t count;
};

static void names_add(struct database_names *n, const char *name)
{
	for (size_t i = 0; i < n->count; i++)
		if (n->items[i] == name)
			return;
	n->items = xrealloc(n->items, (n->count + 1) * sizeof(*n->items));
	n->items[n->count++] = name;
}

/* The databases at the target of the tables that there are. */
static struct database_names databases(struct routine_watch *w)
{
	struct database_names n = { 0 };
	size_t count = table_meters_count(w->sh->tables);

	if (w->conf->database) {
		names_add(&n, intern(w->conf->database));
		return n;
	}
	for (size_t i = 0; i < count; i++) {
		const char *name = table_meter_at(w->sh->tables, i)->name;
		char *db = xstrndup(name, strcspn(name, "."));

		names_add(&n, intern(db));
		free(db);
	}
	return n;
}

/* One that was made again has a successor: what became of the old one is of no interest. */
static bool has_successor(const struct routine_jobs *all, const struct routine_job *job)
{
	for (size_t i = 0; i < all->count; i++) {
		const struct routine_job *other = &all->items[i];

		if (other != job && !routine_is_final(other) && strcmp(other->db, job->db) == 0 &&
				strcmp(other->table, job->table) == 0 && strcmp(other->topic, job->topic) == 0)
			return true;
	}
	return false;
}

static void keep(struct routine_watch *w, struct status_routine *to, const struct routine_job *job)
{
	snprintf(to->name, sizeof(to->name), "%s.%s", job->db, job->name);
	snprintf(to->target, sizeof(to->target), "%s.%s", job->db, job->table);
	snprintf(to->topic, sizeof(to->topic), "%s", job->topic);
	snprintf(to->state, sizeof(to->state), "%s", job->state);
	snprintf(to->reason, sizeof(to->reason), "%s", job->text);
	if (!format_topic_table(&w->sh->settings->format, job->topic, to->table, sizeof(to->table)))
		to->table[0] = '\0';
	to->remedy = intern(routine_remedy(job));
	to->code = job->code;
	to->lag = job->lag;
	to->loaded = (uint64_t)job->loaded;
	to->errors = (uint64_t)job->errors;
}

static void publish(struct routine_watch *w, const struct routine_jobs *all)
{
	struct status_routine *jobs = xcalloc(all->count + 1, sizeof(*jobs));
	size_t n = 0;

	for (size_t i = 0; i < all->count && n < JOBS_SHOWN; i++) {
		const struct routine_job *job = &all->items[i];

		if (!routine_is_final(job) || (strcmp(job->state, "CANCELLED") == 0 && !has_successor(all, job)))
			keep(w, &jobs[n++], job);
	}
	pthread_mutex_lock(&w->lock);
	free(w->jobs);
	w->jobs = jobs;
	w->njobs = n;
	pthread_mutex_unlock(&w->lock);
	shared_wake(w->sh);
}

static void look(struct routine_watch *w)
{
	struct database_names dbs = databases(w);
	struct routine_jobs all = { 0 };
	struct err err;
	int rc = 0;

	err_clear(&err);
	for (size_t i = 0; i < dbs.count && rc == 0; i++) {
		rc = routine_reader_read(w->reader, dbs.items[i], true, &all, &err);
		if (rc && err_is_refusal(&err)) /* no such database yet, or no right to it */
			rc = 0;
	}
	if (rc == 0)
		publish(w, &all);
	else if (!w->told)
		logline(LOG_WARNING, "routine", "Routine Load jobs cannot be asked for: %s", err.msg);
	w->told = rc != 0;
	routine_jobs_free(&all);
	free(dbs.items);
}

/* ---- the thread ---- */

static void watch_run(void *arg)
{
	struct routine_watch *w = arg;

	do
		look(w);
	while (worker_wait(&w->worker, (int)w->conf->watch_ms));
}

int routine_watch_start(struct routine_watch *w, struct err *err)
{
	if (w->conf->fe_mysql == NULL || w->conf->watch_ms == 0)
		return 0;
	w->reader = routine_reader_new(w->conf);
	return worker_start(&w->worker, watch_run, w, err);
}

void routine_watch_stop(struct routine_watch *w)
{
	worker_tell(&w->worker);
	if (w->reader)
		routine_reader_cancel(w->reader);
	worker_stop(&w->worker, STOP_MS);
}

bool routine_watch_free(struct routine_watch *w)
{
	if (!worker_done(&w->worker))
		return false;
	routine_reader_free(w->reader);
	free(w->jobs);
	pthread_mutex_destroy(&w->lock);
	free(w);
	return true;
}

void routine_watch_again(struct routine_watch *w)
{
	worker_wake(&w->worker);
}

void routine_watch_copy(struct routine_watch *w, struct status *out)
{
	pthread_mutex_lock(&w->lock);
	out->routines = xcalloc(w->njobs + 1, sizeof(*out->routines));
	if (w->njobs)
		memcpy(out->routines, w->jobs, w->njobs * sizeof(*w->jobs));
	out->nroutines = w->njobs;
	pthread_mutex_unlock(&w->lock);
}
