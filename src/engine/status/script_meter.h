/*
 * script_meter.h - what the script of one table does and costs, each of a chain for itself. Counters and samples are written by the script thread and read by
 * anyone without a lock; what is said in words is under the meter's own lock, and is written for news only, never for a row that passes.
 *
 * A meter is made when the table's first row comes, 1.3 KB; room for dropped rows and for the last failure comes with the first of them.
 *
 * Owner: the table's meter, which frees them.
 */
#ifndef ENGINE_SCRIPT_METER_H
#define ENGINE_SCRIPT_METER_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "core/histogram.h"
#include "engine/status/status.h"

enum { SCRIPT_METER_SAMPLES = 256 }; /* the last ones, which percentiles are of */

struct script_told; /* under lock */

struct script_meter {
	_Atomic(struct script_meter *) next;  /* of the same table */
	const char *table, *section, *script; /* interned */
	unsigned place;			      /* in the chain */
	struct counter rows, out, dropped, dead, ns;
	struct counter lookups, lookups_known, lookups_none;
	struct counter instructions, counted; /* of the rows whose instructions were counted; how many they were */
	struct counter bytes, samples;	      /* of all samples */
	_Atomic uint32_t ring[SCRIPT_METER_SAMPLES]; /* ns + 1; 0: none */
	uint64_t ring_at;
	_Atomic size_t memory;
	_Atomic bool in_force, guarded;
	/* owned by the housekeeper, under the engine's status lock */
	uint64_t last_rows;
	double rows_per_s;
	pthread_mutex_t lock;
	struct script_told *told;
};

typedef _Atomic(struct script_meter *) script_meters; /* of one table */
/* Made when new. @thread script */
struct script_meter *script_meter_get(script_meters *list, const char *table, const char *section, const char *script,
		unsigned place);
void script_meters_free(script_meters *list);

/* @thread script */
void script_meter_version(struct script_meter *m,
		const char *version); /* in force from now on: another one's samples go */
void script_meter_sample(struct script_meter *m, int64_t ns, int64_t instructions, int64_t bytes); /* -1: not known */
void script_meter_drop(struct script_meter *m, const char *reason, uint64_t rows);
/* The last row that failed. Without what nobody may see */
void script_meter_fail(struct script_meter *m, const char *key, const char *text);

void script_meter_tick(struct script_meter *m, double seconds); /* housekeeper */
void script_meter_copy(struct script_meter *m,
		struct status_script *out); /* @thread any; status_done() frees what it holds */

#endif
