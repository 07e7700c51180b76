/*
 * query_wait.h - batches that were given back because their questions took long, until they have passed: how long each may ask the next time, and
 * since when its answers count, so that it comes further each time whatever age and max of the queries are.
 *
 * Owner: the script; several tables and partitions may wait. Times are monotonic.
 */
#ifndef SCRIPT_QUERY_QUERY_WAIT_H
#define SCRIPT_QUERY_QUERY_WAIT_H

#include <stdbool.h>
#include <stdint.h>

enum { QUERY_WAITS = 8 };

struct query_wait {
	const char *topic; /* interned; with the next two: which batch */
	int32_t partition;
	int64_t from;
	int64_t since_us;    /* when it came first; 0: the place is free */
	int64_t told_us;     /* when it was given back last: one that does not come again is forgotten */
	int64_t patience_us; /* that it may ask in one go */
};

struct query_waits {
	struct query_wait at[QUERY_WAITS];
};

struct query_wait *query_wait_find(struct query_waits *w, const char *topic, int32_t partition, int64_t from);
void query_wait_put(struct query_waits *w, const struct query_wait *fresh); /* one that was told first makes room */
void query_wait_over(struct query_waits *w, const char *topic, int32_t partition, int64_t from);
int64_t query_wait_oldest(struct query_waits *w,
		int64_t now_us); /* since when answers are kept for them; INT64_MAX: none waits */

#endif
