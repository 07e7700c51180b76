/*
 * heat.c - see heat.h. The shade of a cell grows with the logarithm of its count, so that a few slow rows are seen
 * beside thousands of fast ones. Only buckets between the fastest and the slowest row are drawn, and some around them.
 */
#include "console/widget/heat.h"

#include <math.h>

#include "console/widget/chart.h"
#include "console/widget/show.h"

enum { LEAST_HEIGHT = 4, LEAST_COLUMNS = 12, SIGNS_HEIGHT = 7, BUCKETS_LEAST = 6, LINES_MOST = 3, SHADES = 5 };

struct plot {
	int y, x, height, columns;
	size_t first, last;  /* buckets that are drawn */
	int lines, together; /* of a bucket; buckets in one line */
	double most;	     /* of all cells */
};

static double percentile_of(const struct heat *h, const double *counts, double percent)
{
	double all = 0, sum = 0;

	for (size_t i = 0; i < h->buckets; i++)
		all += isnan(counts[i]) ? 0 : counts[i];
	for (size_t i = 0; i < h->buckets && all > 0; i++) {
		sum += isnan(counts[i]) ? 0 : counts[i];
		if (sum >= all * percent / 100)
			return (double)i;
	}
	return NAN;
}

/* All steps that share a column. */
static void column_counts(const struct heat *h, int i, int columns, double *out)
{
	size_t from, to;

	timeline_values(&h->time, i, columns, &from, &to);
	for (size_t b = 0; b < h->buckets; b++) {
		out[b] = NAN;
		for (size_t k = from; k < to; k++) {
			double n = (double)h->counts[k * h->buckets + b];

			if (isfinite(n))
				out[b] = isnan(out[b]) ? n : out[b] + n;
		}
	}
}

double heat_percentile(const struct heat *h, size_t column, double percent)
{
	double counts[HEAT_BUCKETS], bucket;

	for (size_t b = 0; b < h->buckets; b++)
		counts[b] = (double)h->counts[column * h->buckets + b];
	bucket = percentile_of(h, counts, percent);
	return isnan(bucket) ? NAN : h->bound_us[(size_t)bucket];
}

static void widen(const struct heat *h, struct plot *p, size_t least)
{
	while (p->last - p->first + 1 < least && p->last - p->first + 1 < h->buckets) {
		p->last += p->last + 1 < h->buckets;
		p->first -= p->first > 0 && p->last - p->first + 1 < least;
	}
}

static void find_used(const struct heat *h, struct plot *p)
{
	for (size_t i = 0; i < h->time.n * h->buckets; i++)
		if (h->counts[i] > 0) {
			p->first = i % h->buckets < p->first ? i % h->buckets : p->first;
			p->last = i % h->buckets > p->last ? i % h->buckets : p->last;
		}
}

/* Which buckets, and how high each is. */
static void lay_out(const struct heat *h, struct plot *p)
{
	size_t n;

	p->first = h->buckets;
	p->last = 0;
	find_used(h, p);
	if (h->also && h->also->buckets == h->buckets)
		find_used(h->also, p);
	if (p->first > p->last)
		p->first = p->last = h->buckets / 2;
	widen(h, p, BUCKETS_LEAST);
	n = p->last - p->first + 1;
	p->together = (int)((n + (size_t)p->height - 1) / (size_t)p->height);
	p->lines = p->together > 1 ? 1 : p->height / (int)n;
	p->lines = p->lines > LINES_MOST ? LINES_MOST : p->lines;
	if (p->together == 1)
		widen(h, p, (size_t)(p->height / p->lines));
}

static int line_of(const struct plot *p, double bucket) /* its lowest one */
{
	return p->y + p->height - 1 - ((int)bucket - (int)p->first) / p->together * p->lines;
}

static uint32_t shade_of(const struct canvas *cv, double count, double most)
{
	static const uint32_t shades[2][SHADES] = { { ' ', 0x2591, 0x2592, 0x2593, 0x2588 },
		{ ' ', '.', ':', '+', '#' } };
	int shade = count <= 0 ? 0 : most <= 1 ? SHADES - 1 : 1 + (int)(log(count) / log(most) * (SHADES - 1.001));

	return shades[cv->ascii][shade < 0 ? 0 : shade >= SHADES ? SHADES - 1 : shade];
}

static void draw_column(struct canvas *cv, const struct heat *h, const struct plot *p, int i)
{
	double counts[HEAT_BUCKETS], cell = 0, line;

	column_counts(h, i, p->columns, counts);
	if (isnan(counts[0])) {
		canvas_glyph(cv, p->y + p->height - 1, p->x + i, ROLE_DIM, 0xb7);
		return;
	}
	for (size_t b = p->first; b <= p->last; b++) {
		cell = (b - p->first) % (size_t)p->together ? cell + counts[b] : counts[b];
		for (int k = 0; k < p->lines && cell > 0; k++)
			canvas_glyph(cv, line_of(p, (double)b) - k, p->x + i, ROLE_EDGE_IDLE,
					shade_of(cv, cell, p->most));
	}
	if (!isnan(line = percentile_of(h, counts, 50)))
		canvas_glyph(cv, line_of(p, line), p->x + i, ROLE_STRONG, cv->ascii ? '-' : 0x2500);
	if (!isnan(line = percentile_of(h, counts, 99)))
		canvas_glyph(cv, line_of(p, line), p->x + i, ROLE_WARN, cv->ascii ? '=' : 0x2550);
}

static double most_of(const struct heat *h, int columns)
{
	double counts[HEAT_BUCKETS], most = 0;

	for (int i = 0; i < columns; i++) {
		column_counts(h, i, columns, counts);
		for (size_t b = 0; b < h->buckets; b++)
			most = counts[b] > most ? counts[b] : most;
	}
	return most;
}

static void axis(struct canvas *cv, const struct heat *h, const struct plot *p)
{
	char text[SHOW_SIZE];
	int last = p->y + p->height + 1;

	for (size_t b = p->first; b <= p->last; b += (size_t)p->together) {
		int y = line_of(p, (double)b);

		if (last - y < 2)
			continue;
		last = y;
		chart_axis_label(cv, y, p->x - CHART_AXIS,
				isfinite(h->bound_us[b]) ? show_us(text, (int64_t)h->bound_us[b]) : "more");
	}
	for (int i = 0; i < p->height; i++)
		canvas_glyph(cv, p->y + i, p->x - 1, ROLE_BORDER, 0x2502);
}

void heat_draw(struct canvas *cv, int y, int x, int height, int width, const struct heat *h)
{
	int signs = timeline_has_signs(&h->time) && height >= SIGNS_HEIGHT;
	struct plot p = { .y = y, .x = x + CHART_AXIS, .height = height - 1 - signs, .columns = width - CHART_AXIS };
	struct timeline time = h->time;

	if (height < LEAST_HEIGHT || p.columns < LEAST_COLUMNS || h->time.n == 0 || h->buckets == 0 ||
			h->buckets > HEAT_BUCKETS)
		return;
	if (!signs)
		time.nmarks = time.cursor = 0;
	lay_out(h, &p);
	p.most = most_of(h, p.columns);
	axis(cv, h, &p);
	for (int i = 0; i < p.columns; i++)
		draw_column(cv, h, &p, i);
	timeline_draw(cv, y + p.height, p.x, p.columns, p.height, &time);
}

const char *heat_legend(const struct canvas *cv)
{
	return cv->ascii
			? "rows: . few  # many   - half are faster  = 99 of 100 are"
			: "rows: \xe2\x96\x91 few  \xe2\x96\x88 many   \xe2\x94\x80 half are faster  \xe2\x95\x90 99 of 100 are";
}
