/*
 * timeline.h - what lies below a picture over time: the times, signs of what happened, and the place that is read.
 * Pure: values in, cells out.
 */
#ifndef CONSOLE_TIMELINE_H
#define CONSOLE_TIMELINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "console/canvas/canvas.h"

struct timeline_mark { /* something that happened: a sign under the plot */
	int64_t at_us;
	char sign;
};

struct timeline {
	size_t n; /* values, oldest first */
	int step_s;
	int64_t end_us; /* wall time of the last value */
	const struct timeline_mark *marks;
	size_t nmarks; /* the last one of a column is seen */
	size_t cursor; /* 1 + the value that is read; 0: none */
};

/* The values that share column i of `columns`: [from, to), at least one. */
void timeline_values(const struct timeline *t, int i, int columns, size_t *from, size_t *to);
bool timeline_has_signs(const struct timeline *t); /* a line for them is needed */
/* The times in line y, signs and cursor in the line below where there are any; and the cursor over the plot above. */
void timeline_draw(struct canvas *cv, int y, int x, int columns, int plot_height, const struct timeline *t);
void timeline_signs(struct canvas *cv, int y, int x, int columns, const struct timeline *t); /* these alone */

#endif
