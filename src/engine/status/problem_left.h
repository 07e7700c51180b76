/*
 * problem_left.h - how long there is until a problem costs data or stops everything: MySQL purges what is not read, Kafka removes what is not
 * loaded, a disk is full. Pure: facts in, milliseconds out; what is not known stays unknown.
 */
#ifndef ENGINE_PROBLEM_LEFT_H
#define ENGINE_PROBLEM_LEFT_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/status/problems.h"

struct problem_room { /* something that fills up */
	double left;  /* bytes; < 0 unknown */
	double per_s; /* by which it shrinks, over the last minutes */
	bool known;   /* it was noted twice */
};
void problem_room_note(struct problem_room *r, double left, double seconds); /* since the call before */

struct problem_facts {
	int64_t binlog_ms; /* how long MySQL keeps a binlog file; 0: until somebody purges it, -1 unknown */
	int64_t log_ms; /* how long the topic keeps a message; -1: for ever, or (embedded) until it is read; 0 unknown */
	struct problem_room disk, unloaded;
};

/* left_ms and limit of p; s: the status that it is of, with lags. */
void problem_left(const struct problem_facts *f, const struct status *s, struct status_problem *p);

#endif
