/*
 * spark.h - a figure over time in one line. Unknown values (NAN) are drawn as unknown, not as 0. Pure: values in,
 * cells out.
 */
#ifndef CONSOLE_SPARK_H
#define CONSOLE_SPARK_H

#include <stddef.h>

#include "console/canvas/canvas.h"

/* The last `width` values; the scale goes from 0, or the smallest, to the largest of them. */
void spark_draw(struct canvas *cv, int y, int x, int width, enum role role, const float *values, size_t n);
/* All of them in `width` columns: of those that share a column the worst. */
void spark_squeeze(struct canvas *cv, int y, int x, int width, enum role role, const float *values, size_t n);
/* One value as a column of cells; the scale goes from 0 to top. */
void spark_column(struct canvas *cv, int y, int x, int height, enum role role, double value, double top);

#endif
