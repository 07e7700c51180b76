/*
 * chart.h - a figure over time, over several lines with axes. Unknown values (NAN) are drawn as unknown, not as 0.
 * Pure: values in, cells out.
 */
#ifndef CONSOLE_CHART_H
#define CONSOLE_CHART_H

#include "console/widget/timeline.h"

struct chart {
	const float *values; /* time.n of them */
	struct timeline time;
	/* How a value on the axis is written; out: SHOW_SIZE bytes. */
	const char *(*show)(char *out, double value);
	enum role role;
	bool fine;	  /* braille where the terminal shows it: twice as many values a column */
	double least_top; /* the scale is at least so high: noise is not drawn as a mountain */
};

/* Axis on the left, times below; at least 3 lines and 20 columns. */
void chart_draw(struct canvas *cv, int y, int x, int height, int width, const struct chart *c);
/* The end of the scale that chart_draw() takes: two charts with the same least_top of it can be compared. */
double chart_top(const struct chart *c);

/* For what draws its own plot: columns that the axis takes, and its lines. */
enum { CHART_AXIS = 8 };
void chart_axis_label(struct canvas *cv, int y, int x, const char *text);

#endif
