/* worker.c - see worker.h. */
#include "engine/base/worker.h"

#include <string.h>

#include "core/clock.h"
#include "core/must.h"

void worker_init(struct worker *w)
{
	*w = (struct worker){ .started = false };
	lock_init(&w->lock);
	clock_cond_init(&w->changed);
}

static void *worker_thread(void *arg)
{
	struct worker *w = arg;

	w->run(w->arg);
	pthread_mutex_lock(&w->lock);
	w->ended = true;
	pthread_cond_broadcast(&w->changed);
	pthread_mutex_unlock(&w->lock);
	return NULL;
}

int worker_start(struct worker *w, void (*run)(void *arg), void *arg, struct err *err)
{
	int rc;

	must(!w->started);
	w->run = run;
	w->arg = arg;
	rc = pthread_create(&w->thread, NULL, worker_thread, w);
	w->started = rc == 0;
	return rc ? err_set(err, ERR_FATAL, rc, "engine: no thread: %s", strerror(rc)) : 0;
}

bool worker_stops(struct worker *w)
{
	bool stopping;

	pthread_mutex_lock(&w->lock);
	stopping = w->stopping;
	pthread_mutex_unlock(&w->lock);
	return stopping;
}

bool worker_wait(struct worker *w, int ms)
{
	struct timespec until = clock_deadline(ms);
	bool stopping;

	pthread_mutex_lock(&w->lock);
	while (!w->stopping && !w->woken && pthread_cond_timedwait(&w->changed, &w->lock, &until) == 0)
		;
	w->woken = false;
	stopping = w->stopping;
	pthread_mutex_unlock(&w->lock);
	return !stopping;
}

void worker_wake(struct worker *w)
{
	pthread_mutex_lock(&w->lock);
	w->woken = true;
	pthread_cond_broadcast(&w->changed);
	pthread_mutex_unlock(&w->lock);
}

void worker_tell(struct worker *w)
{
	pthread_mutex_lock(&w->lock);
	w->stopping = true;
	pthread_cond_broadcast(&w->changed);
	pthread_mutex_unlock(&w->lock);
}

void worker_stop(struct worker *w, int ms)
{
	struct timespec until = clock_deadline(ms);
	bool ended;

	worker_tell(w);
	pthread_mutex_lock(&w->lock);
	while (w->started && !w->ended && pthread_cond_timedwait(&w->changed, &w->lock, &until) == 0)
		;
	ended = w->ended;
	pthread_mutex_unlock(&w->lock);
	if (!w->started || !ended)
		return;
	pthread_join(w->thread, NULL);
	w->started = false;
}

bool worker_done(struct worker *w)
{
	if (w->started)
		return false;
	pthread_mutex_destroy(&w->lock);
	pthread_cond_destroy(&w->changed);
	return true;
}
