/*
 * half.c - the supervisor of one half. There is one way back from every failure: the session ends, everything it
 * opened is closed, and after a pause a new session reads from the log where it stands. What the log holds is the
 * truth, so no failure needs a recovery path of its own.
 */
#include <string.h>

#include "core/clock.h"
#include "core/logline.h"
#include "engine/engine_parts.h"

void half_init(struct half *h, struct shared *sh, const char *part, int (*session)(struct half *, struct err *))
{
	pthread_condattr_t attr;

	memset(h, 0, sizeof(*h));
	h->sh = sh;
	h->part = part;
	h->session = session;
	h->state = HALF_STOPPED;
	pthread_mutex_init(&h->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&h->changed, &attr);
	pthread_condattr_destroy(&attr);
}

void half_done(struct half *h)
{
	pthread_mutex_destroy(&h->lock);
	pthread_cond_destroy(&h->changed);
}

void half_trouble(struct half *h, const struct err *err, int retry_ms)
{
	pthread_mutex_lock(&h->lock);
	h->error = *err;
	h->failures++;
	h->retry_at_us = clock_mono_us() + retry_ms * 1000LL;
	h->state = retry_ms < 0 ? HALF_FAILED : HALF_RETRYING;
	pthread_mutex_unlock(&h->lock);
	shared_wake(h->sh);
}

static bool may_pass(const struct err *err)
{
	return err->kind == ERR_RETRY || err->kind == ERR_UNREACHABLE;
}

static void *half_main(void *arg)
{
	struct half *h = arg;
	struct backoff backoff;
	struct err err;

	backoff_init(&backoff, 200, 5000);
	while (!half_stopping(h)) {
		int wait_ms;

		err_clear(&err);
		half_state_set(h, h->failures ? HALF_RETRYING : HALF_STARTING);
		if (h->session(h, &err) == 0) {
			half_state_set(h, HALF_STOPPED);
			break;
		}
		if (!may_pass(&err)) {
			half_trouble(h, &err, -1);
			logline(LOG_ERROR, h->part, "stopped: %s", err.msg);
			break;
		}
		if (h->failures == 0)
			backoff_reset(&backoff);
		wait_ms = backoff_next(&backoff);
		half_trouble(h, &err, wait_ms);
		logline(LOG_WARNING, h->part, "%s; trying again in %d.%d s", err.msg, wait_ms / 1000, wait_ms % 1000 / 100);
		if (half_wait(h, wait_ms))
			break;
	}
	pthread_mutex_lock(&h->lock);
	h->ended = true;
	pthread_cond_broadcast(&h->changed);
	pthread_mutex_unlock(&h->lock);
	shared_wake(h->sh);
	return NULL;
}

int half_start(struct half *h, struct err *err)
{
	int rc = pthread_create(&h->thread, NULL, half_main, h);

	if (rc)
		return err_set(err, ERR_FATAL, rc, "%s: no thread: %s", h->part, strerror(rc));
	h->started = true;
	return 0;
}

void half_stop(struct half *h)
{
	pthread_mutex_lock(&h->lock);
	h->stop = true;
	pthread_cond_broadcast(&h->changed);
	pthread_mutex_unlock(&h->lock);
}

static struct timespec deadline_in(int ms)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	ts.tv_sec += ms / 1000;
	ts.tv_nsec += ms % 1000 * 1000000L;
	if (ts.tv_nsec >= 1000000000L) {
		ts.tv_sec++;
		ts.tv_nsec -= 1000000000L;
	}
	return ts;
}

bool half_join(struct half *h, int timeout_ms)
{
	struct timespec until = deadline_in(timeout_ms);
	bool ended;

	if (!h->started)
		return true;
	pthread_mutex_lock(&h->lock);
	while (!h->ended && pthread_cond_timedwait(&h->changed, &h->lock, &until) == 0)
		;
	ended = h->ended;
	pthread_mutex_unlock(&h->lock);
	if (ended) {
		pthread_join(h->thread, NULL);
		h->started = false;
	}
	return ended;
}

bool half_stopping(struct half *h)
{
	bool stop;

	pthread_mutex_lock(&h->lock);
	stop = h->stop;
	pthread_mutex_unlock(&h->lock);
	return stop;
}

void half_pause(struct half *h, bool paused)
{
	pthread_mutex_lock(&h->lock);
	h->paused = paused;
	pthread_cond_broadcast(&h->changed);
	pthread_mutex_unlock(&h->lock);
	shared_wake(h->sh);
}

bool half_paused(struct half *h)
{
	bool paused;

	pthread_mutex_lock(&h->lock);
	paused = h->paused;
	pthread_mutex_unlock(&h->lock);
	return paused;
}

void half_state_set(struct half *h, enum half_state state)
{
	bool changed;

	pthread_mutex_lock(&h->lock);
	changed = h->state != state;
	h->state = state;
	pthread_mutex_unlock(&h->lock);
	if (changed)
		shared_wake(h->sh);
}

void half_well(struct half *h)
{
	pthread_mutex_lock(&h->lock);
	h->failures = 0;
	err_clear(&h->error);
	pthread_mutex_unlock(&h->lock);
}

static void trouble_view(const struct half *h, struct status_trouble *out)
{
	int64_t wait_us = h->retry_at_us - clock_mono_us();

	*out = (struct status_trouble){ .retry_ms = -1 };
	if (h->error.kind == ERR_NONE)
		return;
	snprintf(out->error, sizeof(out->error), "%s", h->error.msg);
	snprintf(out->kind, sizeof(out->kind), "%s", err_kind_name(h->error.kind));
	out->tries = h->failures;
	if (h->state != HALF_FAILED)
		out->retry_ms = wait_us > 0 ? wait_us / 1000 : 0;
}

void half_view(struct half *h, enum half_state *state, struct status_trouble *out)
{
	pthread_mutex_lock(&h->lock);
	*state = h->paused && h->state != HALF_FAILED && h->state != HALF_STOPPED ? HALF_PAUSED : h->state;
	trouble_view(h, out);
	pthread_mutex_unlock(&h->lock);
}

bool half_wait(struct half *h, int ms)
{
	struct timespec until = deadline_in(ms);
	bool stop;

	pthread_mutex_lock(&h->lock);
	while (!h->stop && pthread_cond_timedwait(&h->changed, &h->lock, &until) == 0)
		;
	stop = h->stop;
	pthread_mutex_unlock(&h->lock);
	return stop;
}
