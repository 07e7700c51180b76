/* clock.c - the only reader of the system's clocks, so that a test can stop time for everybody at once. */
#include "core/clock.h"

#include <errno.h>
#include <stdatomic.h>
#include <unistd.h>

static _Atomic int64_t fake_us = -1; /* negative: not faked */
static _Atomic uint64_t jitter_state;

static int64_t clock_read_us(clockid_t id)
{
	struct timespec ts;
	int64_t fake = atomic_load_explicit(&fake_us, memory_order_relaxed);

	if (fake >= 0)
		return fake;
	clock_gettime(id, &ts);
	return (int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

int64_t clock_wall_us(void)
{
	return clock_read_us(CLOCK_REALTIME);
}

int64_t clock_mono_us(void)
{
	return clock_read_us(CLOCK_MONOTONIC);
}

static int64_t clock_read_ns(clockid_t id)
{
	struct timespec ts;

	clock_gettime(id, &ts);
	return (int64_t)ts.tv_sec * 1000000000 + ts.tv_nsec;
}

int64_t clock_mono_ns(void)
{
	return clock_read_ns(CLOCK_MONOTONIC);
}

int64_t clock_thread_ns(void)
{
	return clock_read_ns(CLOCK_THREAD_CPUTIME_ID);
}

void clock_sleep_ms(int ms)
{
	struct timespec until = clock_deadline(ms);

	if (atomic_load(&fake_us) >= 0) {
		atomic_fetch_add(&fake_us, (int64_t)ms * 1000);
		return;
	}
	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL) == EINTR)
		;
}

void clock_fake(int64_t wall_us)
{
	atomic_store(&fake_us, wall_us);
}

struct timespec clock_deadline(int timeout_ms)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	if (timeout_ms < 0)
		timeout_ms = 0;
	ts.tv_sec += timeout_ms / 1000;
	ts.tv_nsec += (long)(timeout_ms % 1000) * 1000000;
	if (ts.tv_nsec >= 1000000000) {
		ts.tv_nsec -= 1000000000;
		ts.tv_sec++;
	}
	return ts;
}

void clock_cond_init(pthread_cond_t *cond)
{
	pthread_condattr_t attr;

	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(cond, &attr);
	pthread_condattr_destroy(&attr);
}

/* splitmix64: many processes that lost one server at one time must not come back at one time. */
static uint64_t jitter_random(void)
{
	uint64_t z = atomic_fetch_add(&jitter_state, 0x9e3779b97f4a7c15u);
	struct timespec ts;

	if (z == 0) {
		clock_gettime(CLOCK_MONOTONIC, &ts);
		atomic_fetch_add(&jitter_state, (uint64_t)ts.tv_nsec << 20 ^ (uint64_t)getpid());
		z = atomic_load(&jitter_state);
	}
	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	return z ^ z >> 31;
}

void backoff_init(struct backoff *b, int first_ms, int max_ms)
{
	b->first_ms = first_ms > 0 ? first_ms : 1;
	b->max_ms = max_ms > b->first_ms ? max_ms : b->first_ms;
	b->next_ms = b->first_ms;
}

int backoff_next(struct backoff *b)
{
	int top = b->next_ms;

	b->next_ms = top > b->max_ms / 2 ? b->max_ms : top * 2;
	return top - (int)(jitter_random() % ((uint64_t)top / 2 + 1));
}

void backoff_reset(struct backoff *b)
{
	b->next_ms = b->first_ms;
}
