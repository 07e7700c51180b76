/* spark.c - see spark.h. A column is eighths of a cell high; where there is only ASCII, a cell has three heights. */
#include "console/widget/spark.h"

#include <math.h>
#include <string.h>

#include "console/widget/show.h"

enum { EIGHTHS = 8, AXIS = 7 };

static double largest(const float *values, size_t n)
{
	double top = 0;

	for (size_t i = 0; i < n; i++)
		if (!isnan(values[i]) && values[i] > top)
			top = values[i];
	return top;
}

/* One cell of a column: how much of it is filled, in eighths. */
static void column_cell(struct canvas *cv, int y, int x, enum role role, int eighths)
{
	if (eighths <= 0)
		return;
	if (cv->ascii)
		canvas_glyph(cv, y, x, role, eighths <= 2 ? '.' : eighths <= 5 ? ':' : '|');
	else
		canvas_glyph(cv, y, x, role, 0x2580 + (uint32_t)(eighths > EIGHTHS ? EIGHTHS : eighths));
}

static int eighths_of(double value, double top, int cells)
{
	int e = top > 0 ? (int)lround(value / top * cells * EIGHTHS) : 0;

	return e == 0 && value > 0 ? 1 : e;
}

static void column_draw(struct canvas *cv, int y, int x, int height, enum role role, double value, double top)
{
	int e;

	if (isnan(value)) {
		canvas_glyph(cv, y + height - 1, x, ROLE_DIM, 0xb7);
		return;
	}
	e = eighths_of(value, top, height);
	for (int i = 0; i < height; i++)
		column_cell(cv, y + height - 1 - i, x, role, e - i * EIGHTHS);
}

void spark_draw(struct canvas *cv, int y, int x, int width, enum role role, const float *values, size_t n)
{
	size_t shown = width > 0 && (size_t)width < n ? (size_t)width : n;
	double top = largest(values + n - shown, shown);

	for (size_t i = 0; i < shown; i++)
		column_draw(cv, y, x + width - (int)(shown - i), 1, role, (double)values[n - shown + i], top);
}

/* 1, 2 or 5 times a power of ten, at or above the value. */
static double round_up(double value)
{
	double power = pow(10, floor(log10(value)));

	return value <= power ? power : value <= 2 * power ? 2 * power : value <= 5 * power ? 5 * power : 10 * power;
}

/* The value of column i of `columns`: the worst of those that share it. */
static double column_value(const struct chart *c, int i, int columns)
{
	size_t from = (size_t)i * c->n / (size_t)columns, to = (size_t)(i + 1) * c->n / (size_t)columns;
	double worst = NAN;

	for (size_t k = from; k < (to > from ? to : from + 1) && k < c->n; k++)
		if (!isnan(c->values[k]) && (isnan(worst) || (double)c->values[k] > worst))
			worst = (double)c->values[k];
	return worst;
}

static void axes(struct canvas *cv, int y, int x, int height, int width, const struct chart *c, double top)
{
	char text[SHOW_SIZE];
	int bottom = y + height - 2;

	canvas_right(cv, y, x, AXIS - 1, ROLE_DIM, c->show(text, top));
	if (height > 5)
		canvas_right(cv, y + (height - 2) / 2, x, AXIS - 1, ROLE_DIM, c->show(text, top / 2));
	canvas_right(cv, bottom, x, AXIS - 1, ROLE_DIM, c->show(text, 0));
	for (int i = y; i <= bottom; i++)
		canvas_glyph(cv, i, x + AXIS - 1, ROLE_BORDER, 0x2502);
	for (int part = 0; part <= 4; part++) {
		int at = x + AXIS + (width - AXIS - 5) * part / 4;
		int64_t back_us = (int64_t)c->n * c->step_s * 1000000 * (4 - part) / 4;

		if (part % 2 == 0 || width >= 60)
			canvas_printf(cv, y + height - 1, at, 5, ROLE_DIM, "%.5s",
					show_clock(text, c->end_us - back_us));
	}
}

/* On a line of their own, below the times. */
static void marks(struct canvas *cv, int y, int x, int columns, const struct chart *c)
{
	int64_t all_us = (int64_t)c->n * c->step_s * 1000000, from_us = c->end_us - all_us;

	for (size_t i = 0; i < c->nmarks; i++)
		if (c->marks[i].at_us >= from_us && c->marks[i].at_us <= c->end_us)
			canvas_glyph(cv, y, x + (int)((c->marks[i].at_us - from_us) * (columns - 1) / all_us), ROLE_KEY,
					(uint32_t)c->marks[i].sign);
}

void chart_draw(struct canvas *cv, int y, int x, int height, int width, const struct chart *c)
{
	double top = largest(c->values, c->n);
	int columns = width - AXIS, marked = c->nmarks > 0 && height > 5;

	if (height < 3 || columns < 13 || c->n == 0)
		return;
	top = round_up(top > c->least_top ? top : c->least_top);
	height -= marked;
	axes(cv, y, x, height, width, c, top);
	for (int i = 0; i < columns; i++)
		column_draw(cv, y, x + AXIS + i, height - 1, c->role, column_value(c, i, columns), top);
	if (marked)
		marks(cv, y + height, x + AXIS, columns, c);
}
