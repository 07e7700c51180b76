/*
 * wrong_clock.c - a shared object for LD_PRELOAD: the wall clock of the process is wrong by WRONG_CLOCK seconds, as on a host
 * whose clock was never set. Waits until a moment of that clock end when they would end on such a host.
 *
 * libfaketime does not know the waits of C11, which librdkafka uses: with it each of them ends at once, or not at all.
 */
#include <dlfcn.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/time.h>
#include <threads.h>
#include <time.h>

#define NEXT(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

static time_t wrong;

__attribute__((constructor)) static void start(void)
{
	const char *text = getenv("WRONG_CLOCK");

	wrong = text != NULL ? (time_t)strtoll(text, NULL, 10) : 0;
}

int clock_gettime(clockid_t clock, struct timespec *now)
{
	static __typeof__(&clock_gettime) next;
	int result;

	if (next == NULL)
		next = NEXT(clock_gettime);
	result = next(clock, now);
	if (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)
		now->tv_sec += wrong;
	return result;
}

int gettimeofday(struct timeval *restrict now, void *restrict zone)
{
	struct timespec at;

	(void)zone;
	clock_gettime(CLOCK_REALTIME, &at);
	*now = (struct timeval){ at.tv_sec, at.tv_nsec / 1000 };
	return 0;
}

time_t time(time_t *now)
{
	struct timespec at;

	clock_gettime(CLOCK_REALTIME, &at);
	if (now != NULL)
		*now = at.tv_sec;
	return at.tv_sec;
}

int timespec_get(struct timespec *now, int base)
{
	return clock_gettime(CLOCK_REALTIME, now) == 0 ? base : 0;
}

static struct timespec right(const struct timespec *until)
{
	return (struct timespec){ until->tv_sec - wrong, until->tv_nsec };
}

int cnd_timedwait(cnd_t *restrict c, mtx_t *restrict m, const struct timespec *restrict until)
{
	static __typeof__(&cnd_timedwait) next;
	struct timespec at = right(until);

	if (next == NULL)
		next = NEXT(cnd_timedwait);
	return next(c, m, &at);
}

/* A condition variable on the monotonic clock has deadlines far below those of the wall clock. */
int pthread_cond_timedwait(pthread_cond_t *restrict c, pthread_mutex_t *restrict m,
		const struct timespec *restrict until)
{
	static __typeof__(&pthread_cond_timedwait) next;
	struct timespec now, at = *until;

	if (next == NULL)
		next = NEXT(pthread_cond_timedwait);
	clock_gettime(CLOCK_REALTIME, &now);
	if (until->tv_sec > now.tv_sec / 2)
		at = right(until);
	return next(c, m, &at);
}
