/*
 * heat.h - how many rows took how long, over time: a column of counts a step, its buckets from below to above, each
 * twice as long as the one before; a line for half of the rows and one for 99 of 100. Averages hide that there are two
 * kinds of rows. Pure: counts in, cells out.
 */
#ifndef CONSOLE_HEAT_H
#define CONSOLE_HEAT_H

#include "console/widget/timeline.h"

enum { HEAT_BUCKETS = 32 }; /* at most */

struct heat {
	const float *counts;	/* time.n columns of `buckets`; NAN: nothing is known of the step */
	const double *bound_us; /* a bucket's rows took at most so long; the last one has no end */
	size_t buckets;
	struct timeline time;
	const struct heat *also; /* one beside it: both have the buckets that either needs. NULL: none */
};

/* Axis on the left, times below; at least 4 lines and 20 columns. */
void heat_draw(struct canvas *cv, int y, int x, int height, int width, const struct heat *h);
/* The end of the bucket that has the row which is slower than so many of 100; NAN: no row. */
double heat_percentile(const struct heat *h, size_t column, double percent);
const char *heat_legend(const struct canvas *cv); /* what its signs mean, in one line */

#endif
