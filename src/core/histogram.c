/* histogram.c - a value below 16 has its own bucket; above, the top five bits of the value choose one of 16 per power
 * of two. A percentile is told as the upper edge of its bucket: never better than it was. */
#include "core/histogram.h"

#include <math.h>
#include <string.h>

#define SUB 16

static unsigned bucket_of(int64_t us)
{
	unsigned exponent, bucket;

	if (us < SUB)
		return us < 0 ? 0 : (unsigned)us;
	exponent = 63 - (unsigned)__builtin_clzll((unsigned long long)us);
	bucket = (exponent - 3) * SUB + (unsigned)(us >> (exponent - 4) & (SUB - 1));
	return bucket < HISTOGRAM_BUCKETS ? bucket : HISTOGRAM_BUCKETS - 1;
}

static int64_t bucket_top(unsigned bucket)
{
	unsigned shift;

	if (bucket < SUB)
		return bucket;
	shift = bucket / SUB - 1;
	return (((int64_t)(SUB + bucket % SUB) + 1) << shift) - 1;
}

void histogram_init(struct histogram *h)
{
	for (unsigned i = 0; i < HISTOGRAM_BUCKETS; i++)
		atomic_init(&h->count[i], 0);
}

void histogram_add(struct histogram *h, int64_t us)
{
	histogram_add_n(h, us, 1);
}

void histogram_add_n(struct histogram *h, int64_t us, uint64_t n)
{
	_Atomic uint64_t *count = &h->count[bucket_of(us)];

	atomic_store_explicit(count, atomic_load_explicit(count, memory_order_relaxed) + n, memory_order_relaxed);
}

void histogram_add_shared(struct histogram *h, int64_t us, uint64_t n)
{
	atomic_fetch_add_explicit(&h->count[bucket_of(us)], n, memory_order_relaxed);
}

void histogram_copy(const struct histogram *h, struct histogram_copy *out)
{
	out->total = 0;
	for (unsigned i = 0; i < HISTOGRAM_BUCKETS; i++) {
		out->count[i] = atomic_load_explicit(&h->count[i], memory_order_relaxed);
		out->total += out->count[i];
	}
}

void histogram_subtract(struct histogram_copy *now, const struct histogram_copy *before)
{
	now->total = 0;
	for (unsigned i = 0; i < HISTOGRAM_BUCKETS; i++) {
		now->count[i] -= now->count[i] < before->count[i] ? now->count[i] : before->count[i];
		now->total += now->count[i];
	}
}

int64_t histogram_percentile(const struct histogram_copy *h, double percent)
{
	uint64_t rank, seen = 0;

	if (h->total == 0)
		return -1;
	rank = (uint64_t)ceil((double)h->total * percent / 100);
	if (rank < 1)
		rank = 1;
	for (unsigned i = 0; i < HISTOGRAM_BUCKETS; i++) {
		seen += h->count[i];
		if (seen >= rank)
			return bucket_top(i);
	}
	return bucket_top(HISTOGRAM_BUCKETS - 1);
}

uint64_t histogram_at_most(const struct histogram_copy *h, int64_t us)
{
	uint64_t n = 0;

	for (unsigned i = 0; i < HISTOGRAM_BUCKETS && bucket_top(i) <= us; i++)
		n += h->count[i];
	return n;
}

double histogram_sum_us(const struct histogram_copy *h)
{
	double sum = 0;

	for (unsigned i = 0; i < HISTOGRAM_BUCKETS; i++) {
		int64_t bottom = i ? bucket_top(i - 1) + 1 : 0;

		sum += (double)h->count[i] * ((double)bottom + (double)bucket_top(i)) / 2;
	}
	return sum;
}
