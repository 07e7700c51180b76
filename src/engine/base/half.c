/*
 * half.c - the supervisor of one half, and its states. There is one way back from every failure: the session ends,
 * everything it opened is closed, and after a pause a new session reads from the log where it stands. What the log holds
 * is the truth, so no failure needs a recovery path of its own.
 */
#include "engine/base/half.h"

#include <stdio.h>
#include <string.h>

#include "core/clock.h"
#include "core/logline.h"
#include "core/must.h"
#include "engine/engine_parts.h"

/* ---- states ---- */

#define BIT(state) (1u << (state))

enum {
	RUNNING = BIT(HALF_SNAPSHOT) | BIT(HALF_STREAMING) | BIT(HALF_IDLE) | BIT(HALF_STUCK),
	OVER = BIT(HALF_RETRYING) | BIT(HALF_FAILED) | BIT(HALF_STOPPED)
};

/* A pause is none of these: it lies over them, so that a half that fails meanwhile shows as failed. */
static const unsigned followers[] = {
	[HALF_STOPPED] = BIT(HALF_STARTING),
	[HALF_STARTING] = RUNNING | OVER,
	[HALF_SNAPSHOT] = RUNNING | OVER | BIT(HALF_STARTING),
	[HALF_STREAMING] = RUNNING | OVER | BIT(HALF_STARTING),
	[HALF_IDLE] = RUNNING | OVER | BIT(HALF_STARTING),
	[HALF_STUCK] = RUNNING | OVER | BIT(HALF_STARTING),
	[HALF_PAUSED] = 0,
	[HALF_RETRYING] = RUNNING | OVER | BIT(HALF_STARTING),
	[HALF_FAILED] = BIT(HALF_STARTING) | BIT(HALF_RETRYING) | BIT(HALF_STOPPED),
};

bool half_may_follow(enum half_state from, enum half_state to)
{
	return from == to || (followers[from] & BIT(to)) != 0;
}

/* Under lock. */
static bool move(struct half *h, enum half_state to)
{
	bool changed = h->state != to;

	must_hold(&h->lock);
	must(pthread_equal(h->supervisor, pthread_self()));
	must(half_may_follow(h->state, to));
	h->state = to;
	return changed;
}

void half_state_set(struct half *h, enum half_state state)
{
	bool changed;

	pthread_mutex_lock(&h->lock);
	changed = move(h, state);
	pthread_mutex_unlock(&h->lock);
	if (changed)
		shared_wake(h->sh);
}

void half_connecting(struct half *h)
{
	bool changed;

	pthread_mutex_lock(&h->lock);
	changed = move(h, h->failures ? HALF_RETRYING : HALF_STARTING);
	pthread_mutex_unlock(&h->lock);
	if (changed)
		shared_wake(h->sh);
}

/* Under lock: what the try that runs was asked for is known now. */
static void answer(struct half *h)
{
	must_hold(&h->lock);
	h->answered = h->served;
	pthread_cond_broadcast(&h->changed);
}

void half_well(struct half *h)
{
	pthread_mutex_lock(&h->lock);
	h->failures = 0;
	h->worked = true;
	err_clear(&h->error);
	answer(h);
	pthread_mutex_unlock(&h->lock);
}

bool half_is_well(struct half *h)
{
	bool well;

	pthread_mutex_lock(&h->lock);
	well = h->worked && h->failures == 0 && h->answered == h->served;
	pthread_mutex_unlock(&h->lock);
	return well;
}

void half_trouble(struct half *h, const struct err *err, int retry_ms)
{
	pthread_mutex_lock(&h->lock);
	h->error = *err;
	h->failures++;
	h->retry_at_us = clock_mono_us() + retry_ms * 1000LL;
	move(h, retry_ms < 0 ? HALF_FAILED : HALF_RETRYING);
	answer(h);
	pthread_mutex_unlock(&h->lock);
	shared_wake(h->sh);
}

/* ---- the supervisor ---- */

/* How long until the next try, by the kind of the failure: from .. to, doubled each time. What is not here waits for a
 * person. */
static const struct {
	int from_ms, to_ms;
} retries[] = {
	[ERR_RETRY] = { 200, 5000 },
	[ERR_UNREACHABLE] = { 200, 5000 },
	[ERR_DENIED] = { 1000, 30000 },
};

static int retry_after(enum err_kind kind, struct backoff *backoff)
{
	if ((size_t)kind >= sizeof(retries) / sizeof(*retries) || retries[kind].to_ms == 0)
		return -1;
	if (backoff->max_ms != retries[kind].to_ms)
		backoff_init(backoff, retries[kind].from_ms, retries[kind].to_ms);
	return backoff_next(backoff);
}

static void begin(struct half *h, struct backoff *backoff)
{
	pthread_mutex_lock(&h->lock);
	h->supervisor = pthread_self();
	h->served = h->resumed;
	if (h->failures == 0)
		backoff_reset(backoff);
	pthread_mutex_unlock(&h->lock);
	half_connecting(h);
}

/* true: over. */
static bool after_failure(struct half *h, const struct err *err, struct backoff *backoff)
{
	int wait_ms = retry_after(err->kind, backoff);

	if (half_stopping(h))
		return true;
	half_trouble(h, err, wait_ms);
	if (wait_ms < 0)
		logline(LOG_ERROR, h->part, "stopped: %s; `millrace resume %s` starts it again", err->msg, h->part);
	else
		logline(LOG_WARNING, h->part, "%s; retry in %d.%d s", err->msg, wait_ms / 1000, wait_ms % 1000 / 100);
	return half_rest(h, wait_ms);
}

static void *half_main(void *arg)
{
	struct half *h = arg;
	struct backoff backoff;
	struct err err;

	backoff_init(&backoff, retries[ERR_RETRY].from_ms, retries[ERR_RETRY].to_ms);
	do {
		err_clear(&err);
		begin(h, &backoff);
	} while (h->session(h, &err) != 0 && !after_failure(h, &err, &backoff));
	pthread_mutex_lock(&h->lock);
	move(h, HALF_STOPPED);
	h->ended = true;
	pthread_cond_broadcast(&h->changed);
	pthread_mutex_unlock(&h->lock);
	shared_wake(h->sh);
	return NULL;
}

/* ---- start and stop ---- */

void half_init(struct half *h, struct shared *sh, const char *part, int (*session)(struct half *, struct err *))
{
	memset(h, 0, sizeof(*h));
	h->sh = sh;
	h->part = part;
	h->session = session;
	h->state = HALF_STOPPED;
	lock_init(&h->lock);
	clock_cond_init(&h->changed);
}

void half_done(struct half *h)
{
	pthread_mutex_destroy(&h->lock);
	pthread_cond_destroy(&h->changed);
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

void half_dismiss(struct half *h)
{
	pthread_mutex_lock(&h->lock);
	h->dismissed = true;
	pthread_cond_broadcast(&h->changed);
	pthread_mutex_unlock(&h->lock);
}

enum { JOIN_POLL_MS = 20 };

bool half_join(struct half *h, int timeout_ms)
{
	struct timespec until = clock_deadline(timeout_ms);
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

bool half_drain(struct half *h, int64_t until_us, int still_ms, half_moves *moves, const void *arg)
{
	int64_t now = clock_mono_us(), moved_us = now;
	uint64_t before = moves(arg), turns;

	while (!half_join(h, JOIN_POLL_MS)) {
		now = clock_mono_us();
		turns = moves(arg);
		if (turns != before)
			moved_us = now;
		before = turns;
		if (now >= until_us || now - moved_us >= still_ms * 1000LL)
			return false;
	}
	return true;
}

bool half_stopping(struct half *h)
{
	bool stop;

	pthread_mutex_lock(&h->lock);
	stop = h->stop;
	pthread_mutex_unlock(&h->lock);
	return stop;
}

bool half_wait(struct half *h, int ms)
{
	struct timespec until = clock_deadline(ms);
	bool stop;

	pthread_mutex_lock(&h->lock);
	while (!h->stop && pthread_cond_timedwait(&h->changed, &h->lock, &until) == 0)
		;
	stop = h->stop;
	pthread_mutex_unlock(&h->lock);
	return stop;
}

bool half_rest(struct half *h, int ms)
{
	struct timespec until = clock_deadline(ms < 0 ? 0 : ms);
	bool stop;

	pthread_mutex_lock(&h->lock);
	while (!h->stop && h->resumed == h->served)
		if ((ms < 0 ? pthread_cond_wait(&h->changed, &h->lock)
			    : pthread_cond_timedwait(&h->changed, &h->lock, &until)) != 0)
			break;
	h->served = h->resumed;
	stop = h->stop;
	pthread_mutex_unlock(&h->lock);
	return stop;
}

/* ---- pause and resume ---- */

void half_pause(struct half *h)
{
	pthread_mutex_lock(&h->lock);
	h->paused = true;
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

/* Under lock: the outcome of the try that was asked for. */
static int outcome(const struct half *h, unsigned ticket, int wait_ms, struct err *err)
{
	if (h->ended || h->stop)
		return err_set(err, ERR_FATAL, 0,
				"%s does not go on: it has ended and does nothing more in this process; start millrace again",
				h->part);
	if ((int)(h->answered - ticket) < 0 && h->dismissed)
		return err_set(err, ERR_FATAL, 0,
				"%s was started again, and now millrace stops; the next start goes on", h->part);
	if ((int)(h->answered - ticket) < 0)
		return err_set(err, ERR_FATAL, 0,
				"%s was started again and after %d s neither works nor has failed; `millrace status` says how far it is%s%.300s",
				h->part, wait_ms / 1000, h->error.kind ? "; before that: " : "",
				h->error.kind ? h->error.msg : "");
	if (h->failures)
		return err_set(err, ERR_FATAL, h->error.code, "%s does not go on: %.480s", h->part, h->error.msg);
	return 0;
}

int half_resume(struct half *h, int wait_ms, struct err *err)
{
	struct timespec until = clock_deadline(wait_ms);
	unsigned ticket;
	int r = 0;

	pthread_mutex_lock(&h->lock);
	h->paused = false;
	if (h->failures || h->ended) {
		ticket = ++h->resumed;
		pthread_cond_broadcast(&h->changed);
		while (!h->ended && !h->stop && !h->dismissed && (int)(h->answered - ticket) < 0)
			if (pthread_cond_timedwait(&h->changed, &h->lock, &until) != 0)
				break;
		r = outcome(h, ticket, wait_ms, err);
	}
	pthread_cond_broadcast(&h->changed);
	pthread_mutex_unlock(&h->lock);
	shared_wake(h->sh);
	return r;
}

/* ---- seen from outside ---- */

bool half_has_worked(struct half *h)
{
	bool worked;

	pthread_mutex_lock(&h->lock);
	worked = h->worked;
	pthread_mutex_unlock(&h->lock);
	return worked;
}

bool half_is_over(struct half *h, struct err *err)
{
	bool over;

	pthread_mutex_lock(&h->lock);
	over = h->ended || (h->state == HALF_FAILED && !h->worked && h->error.kind == ERR_CONFIG);
	if (over && err->kind == ERR_NONE)
		*err = h->error;
	pthread_mutex_unlock(&h->lock);
	return over;
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
