/* latency_ring.c - see latency_ring.h. */
#include "engine/status/latency_ring.h"

#include <stdlib.h>
#include <string.h>

#include "core/xalloc.h"

enum { STEPS = LATENCY_KEEP_S / LATENCY_STEP_S, FIRST_BITS = 7 }; /* 128 us .. 18 min, then all that is longer */

struct latency_ring {
	int64_t step[LATENCY_STAGES][STEPS]; /* that a slot holds; 0: none */
	uint32_t counts[LATENCY_STAGES][STEPS][LATENCY_BUCKETS];
};

struct latency_ring *latency_ring_new(void)
{
	return xcalloc(1, sizeof(struct latency_ring));
}

void latency_ring_free(struct latency_ring *l)
{
	free(l);
}

int64_t latency_bucket_us(unsigned bucket)
{
	return bucket + 1 >= LATENCY_BUCKETS ? INT64_MAX : INT64_C(1) << (FIRST_BITS + bucket);
}

void latency_ring_add(struct latency_ring *l, unsigned stage, int64_t wall_s, const struct histogram_copy *counted)
{
	int64_t step = wall_s / LATENCY_STEP_S;
	size_t slot = (size_t)(step % STEPS);
	uint64_t below = 0;

	l->step[stage][slot] = step;
	for (unsigned i = 0; i < LATENCY_BUCKETS; i++) {
		uint64_t upto = i + 1 < LATENCY_BUCKETS ? histogram_at_most(counted, latency_bucket_us(i))
							: counted->total;

		l->counts[stage][slot][i] = upto - below > UINT32_MAX ? UINT32_MAX : (uint32_t)(upto - below);
		below = upto;
	}
}

bool latency_ring_read(const struct latency_ring *l, unsigned stage, int64_t step, uint32_t out[LATENCY_BUCKETS])
{
	size_t slot = (size_t)(step % STEPS);
	bool known = l->step[stage][slot] == step;

	memset(out, 0, LATENCY_BUCKETS * sizeof(*out));
	if (known)
		memcpy(out, l->counts[stage][slot], LATENCY_BUCKETS * sizeof(*out));
	return known;
}
