/*
 * latency_ring.h - how many rows took how long, a column every ten seconds for an hour, a stage each: averages and percentiles hide that there
 * are two kinds of rows. A bucket is twice as long as the one before it. 207 KB.
 *
 * Owner and thread: the engine; added to by the housekeeper, under engine.lock.
 */
#ifndef ENGINE_LATENCY_RING_H
#define ENGINE_LATENCY_RING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/histogram.h"

enum { LATENCY_STEP_S = 10, LATENCY_KEEP_S = 3600, LATENCY_BUCKETS = 24, LATENCY_STAGES = 6 };

struct latency_ring;
struct latency_ring *latency_ring_new(void);
void latency_ring_free(struct latency_ring *l);
/* What one stage has counted within the step. */
void latency_ring_add(struct latency_ring *l, unsigned stage, int64_t wall_s, const struct histogram_copy *counted);
/* Of one step (wall_s / LATENCY_STEP_S). False: nothing is known of it, the counts are 0. */
bool latency_ring_read(const struct latency_ring *l, unsigned stage, int64_t step, uint32_t out[LATENCY_BUCKETS]);
int64_t latency_bucket_us(unsigned bucket); /* rows in it took at most so long; the last one: INT64_MAX */

#endif
