/*
 * spark.h - a figure over time in one line, and over several lines with axes. Unknown values (NAN) are drawn as unknown,
 * not as 0. Pure: values in, cells out.
 */
#ifndef CONSOLE_SPARK_H
#define CONSOLE_SPARK_H

#include <stddef.h>
#include <stdint.h>

#include "console/canvas/canvas.h"

/* The last `width` values; the scale ends at their largest. */
void spark_draw(struct canvas *cv, int y, int x, int width, enum role role, const float *values, size_t n);

struct chart_mark { /* something that happened: a sign under the plot */
	int64_t at_us;
	char sign;
};

struct chart {
	const float *values; /* oldest first */
	size_t n;
	int step_s;
	int64_t end_us; /* wall time of the last value */
	/* How a value on the axis is written; out: SHOW_SIZE bytes. */
	const char *(*show)(char *out, double value);
	enum role role;
	const struct chart_mark *marks; /* the last one of a column is seen */
	size_t nmarks;
	double least_top; /* the scale is at least so high: noise is not drawn as a mountain */
};
/* Axis on the left, times below; at least 3 lines and 20 columns. */
void chart_draw(struct canvas *cv, int y, int x, int height, int width, const struct chart *c);

#endif
