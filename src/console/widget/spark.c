/* spark.c - see spark.h. A column is eighths of a cell high; where there is only ASCII, a cell has three heights. */
#include "console/widget/spark.h"

#include <math.h>

enum { EIGHTHS = 8 };

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

void spark_column(struct canvas *cv, int y, int x, int height, enum role role, double value, double top)
{
	int e;

	if (!isfinite(value)) {
		canvas_glyph(cv, y + height - 1, x, ROLE_DIM, 0xb7);
		return;
	}
	e = eighths_of(value, top, height);
	for (int i = 0; i < height; i++)
		column_cell(cv, y + height - 1 - i, x, role, e - i * EIGHTHS);
}

static void ends(const float *values, size_t n, double *low, double *high)
{
	*low = *high = 0;
	for (size_t i = 0; i < n; i++) {
		if (!isfinite(values[i]))
			continue;
		*low = (double)values[i] < *low ? (double)values[i] : *low;
		*high = (double)values[i] > *high ? (double)values[i] : *high;
	}
}

void spark_draw(struct canvas *cv, int y, int x, int width, enum role role, const float *values, size_t n)
{
	size_t shown = width > 0 && (size_t)width < n ? (size_t)width : n;
	double low, high;

	if (width < 1)
		return;
	values += n - shown;
	ends(values, shown, &low, &high);
	for (size_t i = 0; i < shown; i++)
		spark_column(cv, y, x + width - (int)(shown - i), 1, role, (double)values[i] - low, high - low);
}

void spark_squeeze(struct canvas *cv, int y, int x, int width, enum role role, const float *values, size_t n)
{
	double low, high;

	if (width < 1 || n <= (size_t)width) {
		spark_draw(cv, y, x, width, role, values, n);
		return;
	}
	ends(values, n, &low, &high);
	for (size_t i = 0; i < (size_t)width; i++) {
		double worst = NAN;

		for (size_t k = i * n / (size_t)width; k < (i + 1) * n / (size_t)width; k++)
			if (isfinite(values[k]) && (isnan(worst) || (double)values[k] > worst))
				worst = (double)values[k];
		spark_column(cv, y, x + (int)i, 1, role, worst - low, high - low);
	}
}
