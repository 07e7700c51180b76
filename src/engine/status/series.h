/*
 * series.h - what was measured, over time: a second's figures for an hour, ten seconds' for a day, in rings of fixed size
 * (2 MB). An unknown figure is NAN and stays unknown: it is never 0.
 *
 * Owner and thread: the engine; added to by the housekeeper once a second, read by whoever asks; under engine.lock.
 */
#ifndef ENGINE_SERIES_H
#define ENGINE_SERIES_H

#include <stddef.h>
#include <stdint.h>

#include "engine/status/meter.h"

enum series_id {
	SERIES_CAPTURE_LAG,
	SERIES_CAPTURE_UNREAD,
	SERIES_LOAD_LAG,
	SERIES_LOAD_ROWS,
	SERIES_COMPLETE_AGE,
	SERIES_DROPPED,
	SERIES_DEAD,
	SERIES_QUIET,
	SERIES_CPU,
	SERIES_MEMORY,
	SERIES_SCRIPT_ROW,
	SERIES_CAPTURED, /* of kind 0 of meter.h's captured_kind, then of the others */
	SERIES_CAPTURED_LAST = SERIES_CAPTURED + CAPTURED_KINDS - 1,
	SERIES_STAGE_RATE, /* of stage 0, then of the others */
	SERIES_STAGE_BUSY = SERIES_STAGE_RATE + STAGE_COUNT,
	SERIES_STAGE_BLOCKED = SERIES_STAGE_BUSY + STAGE_COUNT,
	SERIES_STAGE_QUEUE = SERIES_STAGE_BLOCKED + STAGE_COUNT,
	SERIES_STAGE_P50 = SERIES_STAGE_QUEUE + STAGE_COUNT,
	SERIES_STAGE_P99 = SERIES_STAGE_P50 + STAGE_COUNT,
	SERIES_COUNT = SERIES_STAGE_P99 + STAGE_COUNT
};

enum { SERIES_FINE_S = 1, SERIES_FINE_KEEP_S = 3600, SERIES_COARSE_S = 10, SERIES_COARSE_KEEP_S = 24 * 3600 };

struct series;
struct series *series_new(void);
void series_free(struct series *s);
void series_add(struct series *s, int64_t wall_s, const float values[SERIES_COUNT]);
/* The last n steps that are over before `until` (0: now), oldest first: of each step the mean of rates, the worst of all
 * else. step_s: a multiple of SERIES_FINE_S within the last hour, of SERIES_COARSE_S before. */
void series_read(const struct series *s, enum series_id id, int64_t until_s, int step_s, float *out, size_t n);

/* What was kept elsewhere from before the start: figures of ten seconds, where none are yet. */
void series_restore(struct series *s, int64_t wall_s, const float values[SERIES_COUNT]);

const char *series_name(enum series_id id); /* "capture.lag", "log.rate" */
const char *series_unit(
		enum series_id id); /* "ms", "rows", "rows/s", "transactions/s", "bytes", "us", "share", "cores" */
int series_find(const char *name);  /* -1: none */

#endif
