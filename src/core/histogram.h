/*
 * histogram.h - latencies in microseconds, in buckets with at most 6 % error (16 per power of two). One writer adds,
 * any thread reads a copy. Adding is one relaxed store; nothing is allocated after the start.
 */
#ifndef CORE_HISTOGRAM_H
#define CORE_HISTOGRAM_H

#include <stdatomic.h>
#include <stdint.h>

#define HISTOGRAM_BUCKETS 592 /* 16 * 37: up to 2^40 us = 12 days */

struct histogram {
	_Atomic uint64_t count[HISTOGRAM_BUCKETS];
};

struct histogram_copy {
	uint64_t count[HISTOGRAM_BUCKETS];
	uint64_t total;
};

void histogram_init(struct histogram *h);
void histogram_add(struct histogram *h, int64_t us); /* negative counts as 0. @thread the one writer */
void histogram_add_n(struct histogram *h, int64_t us, uint64_t n);
void histogram_add_shared(struct histogram *h, int64_t us, uint64_t n);	    /* the same. @thread any, several at once */
void histogram_copy(const struct histogram *h, struct histogram_copy *out); /* @thread any */
void histogram_subtract(struct histogram_copy *now,
		const struct histogram_copy *before);			      /* for "over the last minute" */
int64_t histogram_percentile(const struct histogram_copy *h, double percent); /* us; -1 when empty */
uint64_t histogram_at_most(const struct histogram_copy *h,
		int64_t us); /* how many were not longer, as far as the buckets tell for sure */
double histogram_sum_us(const struct histogram_copy *h); /* of the buckets' middles */

/* A counter with one writer and many readers: a plain add, no lock prefix. */
struct counter {
	_Atomic uint64_t value;
};
static inline void counter_add(struct counter *c, uint64_t n)
{
	atomic_store_explicit(&c->value, atomic_load_explicit(&c->value, memory_order_relaxed) + n,
			memory_order_relaxed);
}
static inline void counter_set(struct counter *c, uint64_t n)
{
	atomic_store_explicit(&c->value, n, memory_order_relaxed);
}
static inline uint64_t counter_get(const struct counter *c)
{
	return atomic_load_explicit(&c->value, memory_order_relaxed);
}

#endif
