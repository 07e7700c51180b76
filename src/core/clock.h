/* clock.h - the time. Tests set it, so nothing else in millrace calls clock_gettime() or time(). @thread any */
#ifndef CORE_CLOCK_H
#define CORE_CLOCK_H

#include <pthread.h>
#include <stdint.h>
#include <time.h>

int64_t clock_wall_us(void);			/* microseconds since 1970-01-01 UTC */
int64_t clock_mono_us(void);			/* microseconds, never goes back; for intervals */
int64_t clock_thread_ns(void);			/* that this thread has run */
int64_t clock_mono_ns(void);			/* the same, for what takes less; not faked */
void clock_sleep_ms(int ms);			/* moves a fake clock instead of sleeping */
void clock_fake(int64_t wall_us);		/* both clocks stand at this value; negative: the real time again */
struct timespec clock_deadline(int timeout_ms); /* for the condition variables below; real even when faked */
void clock_cond_init(
		pthread_cond_t *cond); /* its timed waits are by CLOCK_MONOTONIC: a clock that is set does not wake or hold them */

/* Backoff for retries: first, then doubled up to max, with jitter (half of it to all of it); reset after a success. */
struct backoff {
	int first_ms, max_ms, next_ms;
};
void backoff_init(struct backoff *b, int first_ms, int max_ms);
int backoff_next(struct backoff *b); /* how long to wait now, in ms */
void backoff_reset(struct backoff *b);

#endif
