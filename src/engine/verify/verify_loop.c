/*
 * verify_loop.c - all tables compared in turn, for ever, by one thread that sleeps most of the time: what it is busy with (its
 * own work, MySQL's, the target's) is at most verify.rate percent of the time, so it takes no more than that of a core anywhere.
 * It begins when the settings or a request say so, and ends with the process.
 */
#include <stdlib.h>
#include <string.h>

#include "core/clock.h"
#include "core/logline.h"
#include "core/must.h"
#include "engine/verify/verify_parts.h"

enum { PASS_GAP_MS = 10000, DIFFERENCES = 100 }; /* after a pass; of a table, then it is left */

/* Until then, or until something changes. */
static void rest(struct verifier *v)
{
	struct timespec until = clock_deadline(PASS_GAP_MS);

	pthread_mutex_lock(&v->lock);
	if (!atomic_load(&v->stopping))
		pthread_cond_timedwait(&v->changed, &v->lock, &until);
	while (!atomic_load(&v->on) && !atomic_load(&v->stopping))
		pthread_cond_wait(&v->changed, &v->lock);
	pthread_mutex_unlock(&v->lock);
}

/* A table that cannot be compared now may be the next time. */
static void pass(struct verifier *v)
{
	struct verify_job job = {
		.e = v->e,
		.slot = VERIFY_LOOP,
		.limit = DIFFERENCES,
		.rate = (int)v->e->settings->verify_rate,
	};
	char **names = NULL;
	size_t count = 0;
	struct err err;

	err_clear(&err);
	if (source_table_names(capture_mysql_conf(v->e->capture), &names, &count, &err))
		logline(LOG_WARNING, "verify", "the tables are not known: %s", err.msg);
	row_mask_init(&job.mask, atomic_load(&v->e->shared.live));
	for (size_t i = 0; i < count; i++) {
		if (!verify_gone(&job))
			verify_run(&job, names[i]);
		free(names[i]);
	}
	row_mask_done(&job.mask);
	free(names);
}

static void *loop(void *arg)
{
	struct verifier *v = arg;

	while (!atomic_load(&v->stopping)) {
		pass(v);
		rest(v);
	}
	pthread_mutex_lock(&v->lock);
	v->slots[VERIFY_LOOP].running = false;
	pthread_cond_broadcast(&v->changed);
	pthread_mutex_unlock(&v->lock);
	return NULL;
}

/* Under lock. The thread is nobody's to join: its slot says whether it runs. */
static int start(struct verifier *v, struct err *err)
{
	pthread_t thread;
	int rc = v->slots[VERIFY_LOOP].running ? 0 : pthread_create(&thread, NULL, loop, v);

	must_hold(&v->lock);
	if (rc)
		return err_set(err, ERR_RETRY, rc, "verify: no thread: %s", strerror(rc));
	if (!v->slots[VERIFY_LOOP].running)
		pthread_detach(thread);
	v->slots[VERIFY_LOOP].running = true;
	return 0;
}

int verify_loop_switch(struct verifier *v, bool on, const char *who, struct err *err)
{
	int rc = 0;

	pthread_mutex_lock(&v->lock);
	atomic_store(&v->on, on);
	if (on && !atomic_load(&v->stopping))
		rc = start(v, err);
	pthread_cond_broadcast(&v->changed);
	pthread_mutex_unlock(&v->lock);
	logline(LOG_NOTICE, "verify", "all tables are compared in turn: %s, on request of %s", on ? "on" : "off", who);
	return rc;
}

int verifier_start(struct verifier *v, struct err *err)
{
	if (!v->e->settings->verify_continuous || v->e->capture == NULL || v->e->load == NULL)
		return 0;
	return verify_loop_switch(v, true, "verify.continuous", err);
}
