/*
 * metrics_chart.c - one series on the whole screen: a chart or, of a latency, a heat map; what happened below it, a
 * place that is read, and the same window of before below that, on the same scale.
 */
#include "console/view/metrics_page.h"

#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "console/view/marks.h"
#include "console/widget/heat.h"
#include "console/widget/rule.h"
#include "console/widget/show.h"
#include "console/widget/wrap.h"
#include "core/xalloc.h"

enum { BOTH_LEAST = 12 };

static const char *text_of(const json_t *row, const char *name)
{
	const char *text = json_string_value(json_object_get(row, name));

	return text ? text : "";
}

static int step_of(const json_t *row)
{
	json_int_t step = json_integer_value(json_object_get(row, "step_s"));

	return step > 0 && step < 86400 ? (int)step : 1;
}

static bool is_counts(const json_t *row)
{
	return json_object_get(row, "le_us") != NULL;
}

static int64_t end_us_of(const json_t *row)
{
	return json_integer_value(json_object_get(row, "until_s")) * 1000000;
}

/* The value at the cursor, of `n`. */
static size_t cursor_index(const struct metrics *p, const json_t *row, size_t n)
{
	int64_t back = p->cursor_us ? (end_us_of(row) - p->cursor_us) / (step_of(row) * INT64_C(1000000)) : 0;

	return n == 0 ? 0 : back < 0 ? n - 1 : (size_t)back >= n ? 0 : n - 1 - (size_t)back;
}

static struct timeline timeline_of(const struct metrics *p, const json_t *row, size_t n, bool cursor,
		struct timeline_mark marks[MARKS_MOST])
{
	struct timeline t = { .n = n, .step_s = step_of(row), .end_us = end_us_of(row), .marks = marks };

	if (p->status)
		t.nmarks = marks_find(p->status, marks);
	if (cursor && p->cursor_us)
		t.cursor = 1 + cursor_index(p, row, n);
	return t;
}

struct counts {
	float *of; /* a column a step; to be freed */
	double bound_us[HEAT_BUCKETS];
	size_t buckets;
};

static struct heat read_counts(const json_t *row, size_t n, struct counts *c)
{
	const json_t *values = json_object_get(row, "values"), *bounds = json_object_get(row, "le_us");

	c->buckets = json_array_size(bounds) < HEAT_BUCKETS ? json_array_size(bounds) : HEAT_BUCKETS;
	c->of = xmalloc((n * c->buckets + 1) * sizeof(*c->of));
	for (size_t b = 0; b < c->buckets; b++) {
		const json_t *bound = json_array_get(bounds, b);

		c->bound_us[b] = json_is_number(bound) ? json_number_value(bound) : INFINITY;
	}

	for (size_t i = 0; i < n; i++) {
		const json_t *column = json_array_get(values, json_array_size(values) - n + i);

		for (size_t b = 0; b < c->buckets; b++)
			c->of[i * c->buckets + b] = json_is_array(column)
					? (float)json_integer_value(json_array_get(column, b))
					: NAN;
	}
	return (struct heat){ .counts = c->of, .bound_us = c->bound_us, .buckets = c->buckets, .time = { .n = n } };
}

static void draw_heat(const json_t *row, const json_t *beside, const struct timeline *time, struct canvas *cv,
		struct area at)
{
	struct counts counts = { .of = NULL }, others = { .of = NULL };
	struct heat heat = read_counts(row, time->n, &counts), also;

	heat.time = *time;
	if (beside) {
		also = read_counts(beside, json_array_size(json_object_get(beside, "values")), &others);
		heat.also = &also;
	}
	heat_draw(cv, at.y, at.x, at.height, at.width, &heat);
	free(counts.of);
	free(others.of);
}

/* The end of the scale that it takes. */
static double top_of(const json_t *row)
{
	float values[METRICS_VALUES];
	struct chart c = { .values = values, .least_top = metrics_least_top(text_of(row, "unit")) };

	c.time.n = metrics_values(row, values, METRICS_VALUES);
	return chart_top(&c);
}

void metrics_draw_row(const struct metrics *p, const json_t *row, const json_t *beside, bool cursor, struct canvas *cv,
		struct area at)
{
	struct timeline_mark marks[MARKS_MOST];
	float values[METRICS_VALUES];
	struct timeline time = timeline_of(p, row, metrics_values(row, values, METRICS_VALUES), cursor, marks);

	if (is_counts(row))
		draw_heat(row, beside, &time, cv, at);
	else
		chart_draw(cv, at.y, at.x, at.height, at.width,
				&(struct chart){ .values = values,
						.time = time,
						.show = metrics_axis(text_of(row, "unit")),
						.role = ROLE_EDGE_IDLE,
						.fine = true,
						.least_top = top_of(beside ? beside : row) });
	if (isnan(metrics_figures_of(values, time.n).most))
		canvas_text(cv, at.y + (at.height - 1) / 3, at.x + CHART_AXIS + 2, at.width - CHART_AXIS - 2, ROLE_DIM,
				"no value is known of this time");
}

/* ---- the figures above it ---- */

static void read_at(const struct metrics *p, const json_t *row, char *out, size_t size)
{
	float values[METRICS_VALUES];
	struct counts counts;
	struct heat h;
	size_t n = metrics_values(row, values, METRICS_VALUES), at = cursor_index(p, row, n);
	int64_t at_us = end_us_of(row) - (int64_t)(n - 1 - at) * step_of(row) * 1000000;
	char when[SHOW_SIZE], a[SHOW_SIZE], b[SHOW_SIZE];

	if (n == 0) {
		snprintf(out, size, "-");
		return;
	}
	show_clock(when, at_us);
	if (!is_counts(row)) {
		snprintf(out, size, "%s %s", when, metrics_show(a, text_of(row, "unit"), (double)values[at]));
		return;
	}
	h = read_counts(row, n, &counts);
	snprintf(out, size, "%s p50 at most %s, p99 at most %s", when,
			metrics_show(a, "us", heat_percentile(&h, at, 50)),
			metrics_show(b, "us", heat_percentile(&h, at, 99)));
	free(counts.of);
}

/* when: "now" or "at" */
static void draw_figures(const struct metrics *p, const json_t *row, const char *when, struct canvas *cv,
		struct area at)
{
	float values[METRICS_VALUES];
	struct metrics_figures f = metrics_figures_of(values, metrics_values(row, values, METRICS_VALUES));
	const char *unit = text_of(row, "unit");
	char a[SHOW_SIZE], b[SHOW_SIZE], c[SHOW_SIZE], reads[160];
	int x = at.x, end = at.x + at.width;

	read_at(p, row, reads, sizeof(reads));
	x += canvas_printf(cv, at.y, x, end - x, ROLE_STRONG, "%s %s", when, reads) + 3;
	if (is_counts(row) && end - x >= canvas_width(cv, heat_legend(cv), strlen(heat_legend(cv))))
		canvas_right(cv, at.y, x, end - x, ROLE_DIM, heat_legend(cv));
	else if (!is_counts(row))
		canvas_printf(cv, at.y, x, end - x, ROLE_TEXT, "min %s   avg %s   max %s",
				metrics_show(a, unit, f.least), metrics_show(b, unit, f.mean),
				metrics_show(c, unit, f.most));
}

static const json_t *first_row(const struct metrics *p, enum metrics_part part)
{
	return p->parts[part].shown.count ? p->parts[part].shown.items[0] : NULL;
}

static void draw_window(const struct metrics *p, enum metrics_part part, const char *title, struct canvas *cv,
		struct area at)
{
	const json_t *row = first_row(p, part);
	const json_t *other = p->chart_beside == BESIDE_NOTHING ? NULL
			: part == PART_CHART			? first_row(p, PART_CHART_BESIDE)
								: first_row(p, PART_CHART);
	int64_t shift_us = part == PART_CHART ? 0 : metrics_beside_s(p->chart_beside) * 1000000;
	struct metrics shifted = *p;
	char right[80];

	if (row && is_counts(row))
		snprintf(right, sizeof(right), "%d s a column", step_of(row));
	else
		snprintf(right, sizeof(right), "a value is the %s of %d s",
				row && strcmp(text_of(row, "unit"), "rows/s") == 0 ? "mean" : "worst",
				row ? step_of(row) : metrics_ranges[p->range].chart_step_s);
	rule_draw(cv, at.y, at.x, at.width, title, right);
	if (row == NULL) {
		const char *why = p->parts[part].why[0] ? p->parts[part].why : "asking...";

		wrap_draw(cv, why, strlen(why), at.y + 1, at.x + 1, at.height - 1, at.width - 2, 0,
				p->parts[part].why[0] ? ROLE_STATUS_ERROR : ROLE_DIM);
		return;
	}
	shifted.cursor_us = p->cursor_us ? p->cursor_us - shift_us : 0;
	draw_figures(&shifted, row, p->cursor_us || part != PART_CHART ? "at" : "now", cv,
			(struct area){ at.y + 1, at.x + 1, 1, at.width - 2 });
	metrics_draw_row(&shifted, row, other, true, cv, (struct area){ at.y + 2, at.x, at.height - 2, at.width - 1 });
}

/* What there is no room for above a narrow heat map goes first. */
static void chart_legend(const struct metrics *p, const struct canvas *cv, int width, char *out, size_t size)
{
	const json_t *row = first_row(p, PART_CHART);
	char marks[MARKS_LEGEND] = "";

	if (p->status)
		marks_legend(p->status, metrics_ranges[p->range].seconds, marks);
	if (width <= 100 && row && is_counts(row))
		snprintf(out, size, "%s", heat_legend(cv));
	else
		snprintf(out, size, "%s%sarrows read a value%s", marks, marks[0] ? "   " : "",
				width > 100 ? "   J K another series   + - the time that is shown" : "");
}

void metrics_draw_chart(const struct metrics *p, struct canvas *cv, struct area at)
{
	bool both = p->chart_beside != BESIDE_NOTHING && at.height >= BOTH_LEAST;
	int height = both ? (at.height - 1) / 2 : at.height - 1;
	char help[160], legend[200];

	metrics_help(p->series, help, sizeof(help));
	draw_window(p, PART_CHART, help[0] ? help : p->series, cv, (struct area){ at.y, at.x, height, at.width });
	if (both)
		draw_window(p, PART_CHART_BESIDE, metrics_beside_name(p->chart_beside), cv,
				(struct area){ at.y + height, at.x, at.height - 1 - height, at.width });
	chart_legend(p, cv, at.width, legend, sizeof(legend));
	canvas_text(cv, at.y + at.height - 1, at.x + 1, at.width - 2, ROLE_DIM, legend);
}

void metrics_cursor_move(struct metrics *p, long by)
{
	const struct asked *a = &p->parts[PART_CHART];
	int64_t step_us;
	float values[METRICS_VALUES];
	size_t n, at;

	if (a->shown.count == 0)
		return;
	n = metrics_values(a->shown.items[0], values, METRICS_VALUES);
	if (n == 0)
		return;
	step_us = step_of(a->shown.items[0]) * INT64_C(1000000);
	at = cursor_index(p, a->shown.items[0], n);
	if (by == LONG_MIN || (by < 0 && (size_t)-by > at))
		at = 0;
	else if (by == LONG_MAX || at + (size_t)(by > 0 ? by : 0) >= n)
		at = n - 1;
	else
		at = (size_t)((long)at + by);
	/* The newest is followed. */
	p->cursor_us = at == n - 1 ? 0 : end_us_of(a->shown.items[0]) - (int64_t)(n - 1 - at) * step_us;
}
