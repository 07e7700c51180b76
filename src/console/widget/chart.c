/*
 * chart.c - see chart.h. A column is eighths of a cell high; in braille quarters, with two values a column; where
 * there is only ASCII, a cell has three heights.
 */
#include "console/widget/chart.h"

#include <math.h>

#include "console/widget/show.h"
#include "console/widget/spark.h"

enum { LEAST_COLUMNS = 12, LEAST_HEIGHT = 3, SIGNS_HEIGHT = 6, DOTS = 4 };

struct scale {
	double bottom, top;
};

/* A round number times a power of ten, at or above the value. */
static double round_up(double value)
{
	static const double rounds[] = { 1, 1.5, 2, 2.5, 3, 4, 5, 6, 8 };
	double power = value > 0 ? pow(10, floor(log10(value))) : 0;

	for (size_t i = 0; i < sizeof(rounds) / sizeof(*rounds); i++)
		if (value <= rounds[i] * power)
			return rounds[i] * power;
	return 10 * power;
}

static struct scale scale_of(const struct chart *c)
{
	double low = 0, high = c->least_top;

	for (size_t i = 0; i < c->time.n; i++) {
		double v = (double)c->values[i];

		if (!isfinite(v))
			continue;
		low = v < low ? v : low;
		high = v > high ? v : high;
	}
	if (low == 0 && high == 0)
		high = 1;
	return (struct scale){ low < 0 ? -round_up(-low) : 0, round_up(high) };
}

double chart_top(const struct chart *c)
{
	return scale_of(c).top;
}

/* The value of part i of `parts`: the worst of those that share it. */
static double value_of(const struct chart *c, int i, int parts)
{
	double worst = NAN;
	size_t from, to;

	timeline_values(&c->time, i, parts, &from, &to);
	for (size_t k = from; k < to; k++)
		if (isfinite(c->values[k]) && (isnan(worst) || (double)c->values[k] > worst))
			worst = (double)c->values[k];
	return worst;
}

void chart_axis_label(struct canvas *cv, int y, int x, const char *text)
{
	canvas_right(cv, y, x, CHART_AXIS - 1, ROLE_DIM, text);
}

static void axis(struct canvas *cv, int y, int x, int height, const struct chart *c, struct scale s)
{
	int parts = height > 16 ? 4 : height > 4 ? 2 : 1;
	char text[SHOW_SIZE];

	for (int i = 0; i <= parts; i++)
		chart_axis_label(cv, y + (height - 1) * i / parts, x,
				c->show(text, s.top - (s.top - s.bottom) * i / parts));
	for (int i = 0; i < height; i++)
		canvas_glyph(cv, y + i, x + CHART_AXIS - 1, ROLE_BORDER, 0x2502);
}

/* ---- in blocks ---- */

static void plot_blocks(struct canvas *cv, int y, int x, int height, int columns, const struct chart *c, struct scale s)
{
	for (int i = 0; i < columns; i++)
		spark_column(cv, y, x + i, height, c->role, value_of(c, i, columns) - s.bottom, s.top - s.bottom);
}

/* ---- in braille: a line through the values ---- */

/* Dots above the bottom; -1: not known. */
static int dot_of(double value, struct scale s, int height)
{
	int dots = height * DOTS, at;

	if (isnan(value))
		return -1;
	at = (int)lround((value - s.bottom) / (s.top - s.bottom) * (dots - 1));
	return at < 0 ? 0 : at >= dots ? dots - 1 : at;
}

/* The dots of one of the two columns of a cell, from `low` to `high` above the bottom of the plot. */
static unsigned cell_dots(int line, int low, int high, bool right)
{
	static const unsigned bits[2][DOTS] = { { 0x40, 0x04, 0x02, 0x01 }, { 0x80, 0x20, 0x10, 0x08 } };
	unsigned out = 0;

	for (int i = 0; low >= 0 && i < DOTS; i++)
		if (line * DOTS + i >= low && line * DOTS + i <= high)
			out |= bits[right][i];
	return out;
}

static void plot_braille(struct canvas *cv, int y, int x, int height, int columns, const struct chart *c,
		struct scale s)
{
	int before = -1;

	for (int i = 0; i < columns; i++) {
		int low[2], high[2];

		for (int k = 0; k < 2; k++) {
			int at = dot_of(value_of(c, 2 * i + k, 2 * columns), s, height);

			low[k] = before >= 0 && before < at ? before + 1 : at; /* joined with the one before */
			high[k] = before > at && at >= 0 ? before - 1 : at;
			before = at;
		}
		if (low[0] < 0 && low[1] < 0)
			canvas_glyph(cv, y + height - 1, x + i, ROLE_DIM, 0xb7);
		for (int line = 0; line < height; line++) {
			unsigned dots = cell_dots(line, low[0], high[0], false) |
					cell_dots(line, low[1], high[1], true);

			if (dots)
				canvas_glyph(cv, y + height - 1 - line, x + i, c->role, 0x2800 + dots);
		}
	}
}

void chart_draw(struct canvas *cv, int y, int x, int height, int width, const struct chart *c)
{
	int columns = width - CHART_AXIS, signs = timeline_has_signs(&c->time) && height >= SIGNS_HEIGHT;
	struct timeline time = c->time;
	struct scale s;

	if (height < LEAST_HEIGHT || columns < LEAST_COLUMNS || c->time.n == 0)
		return;
	s = scale_of(c);
	height -= 1 + signs;
	if (!signs)
		time.nmarks = time.cursor = 0;
	axis(cv, y, x, height, c, s);
	if (c->fine && !cv->ascii && !cv->plain)
		plot_braille(cv, y, x + CHART_AXIS, height, columns, c, s);
	else
		plot_blocks(cv, y, x + CHART_AXIS, height, columns, c, s);
	timeline_draw(cv, y + height, x + CHART_AXIS, columns, height, &time);
}
