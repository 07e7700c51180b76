/*
 * load_guard.h - script.guard: does a version that has taken the place of another one drop or fail much more rows? Looked at by windows of half of
 * script.guard.rows; two in a row that lose more than the version before, by more than script.guard percent of the rows, are too many. After
 * GUARD_WINDOWS the version has shown itself. @thread script
 */
#ifndef ENGINE_LOAD_GUARD_H
#define ENGINE_LOAD_GUARD_H

#include <stdbool.h>
#include <stdint.h>

enum { GUARD_WINDOWS = 20, GUARD_STRIKES = 2 };

struct load_guard {
	bool armed;
	int64_t percent, window; /* rows */
	double before;		 /* share of rows that the version before has lost, in percent */
	uint64_t rows, lost;	 /* of the window */
	unsigned windows, strikes;
	double share; /* of the last whole window, in percent */
};

/* rows, lost: of the version before, as long as it ran. percent 0: no guard. Too few rows to compare with: none either. */
void guard_arm(struct load_guard *g, uint64_t rows, uint64_t lost, int64_t percent, int64_t least_rows);
bool guard_count(struct load_guard *g, uint64_t rows,
		uint64_t lost); /* a batch; true: the version before has to run again */

#endif
