/*
 * view_metrics.c - every figure that the engine keeps over time: a line each, with the same window of before beside
 * it; one of them on the whole screen with Enter. The windows end at the status that is shown, so that a screen of the
 * past shows the figures of then.
 */
#include "console/view/metrics_page.h"
#include "console/view/view.h"

#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "console/widget/rule.h"
#include "console/widget/show.h"
#include "console/widget/spark.h"

enum {
	COLUMN_GROUP,
	COLUMN_SERIES,
	COLUMN_NOW,
	COLUMN_TREND,
	COLUMN_LEAST,
	COLUMN_MEAN,
	COLUMN_MOST,
	COLUMN_BEFORE,
	COLUMN_CHANGE,
	COLUMNS
};
enum { PAGE = 10, PANE_LEAST = 9, BELOW_LEAST = 26, BOTH_LEAST = 24, WIDE = 160 };
#define JUMP_US 8000000

static const struct grid_column columns[COLUMNS] = {
	[COLUMN_GROUP] = { "group", -7, 0, 1 },
	[COLUMN_SERIES] = { "series", -14, 0, 0 },
	[COLUMN_NOW] = { "now", 8, 0, 0 },
	[COLUMN_TREND] = { "trend", -10, 1, 0 },
	[COLUMN_LEAST] = { "min", 8, 0, 3 },
	[COLUMN_MEAN] = { "avg", 8, 0, 0 },
	[COLUMN_MOST] = { "max", 8, 0, 2 },
	[COLUMN_BEFORE] = { "before", 8, 0, 4 },
	[COLUMN_CHANGE] = { "change", 7, 0, 0 },
};

/* ---- the list ---- */

static const struct asked *rows_of(const struct metrics *p)
{
	return p->parts[PART_LIST].known ? &p->parts[PART_LIST] : &p->parts[PART_CHART];
}

static size_t count(const void *of)
{
	return rows_of(of)->shown.count;
}

static struct metrics_figures figures_of(const json_t *row)
{
	float values[METRICS_VALUES];

	return metrics_figures_of(values, metrics_values(row, values, METRICS_VALUES));
}

static struct metrics_figures figures_before(const struct metrics *p, const char *series)
{
	const json_t *row = metrics_row(&p->parts[PART_LIST_BESIDE], series);

	return row ? figures_of(row) : (struct metrics_figures){ NAN, NAN, NAN, NAN };
}

/* How many times as much; NAN: not known. From or to nothing is as much as can be. */
static double change_of(const struct metrics *p, size_t row)
{
	const struct asked *a = rows_of(p);
	double now = figures_of(a->shown.items[row]).mean, then = figures_before(p, asked_text(a, row, "series")).mean;

	if (now == 0 && then == 0)
		return 1;
	return now / then;
}

static void put_change(double change, struct grid_text *out)
{
	out->text[0] = '\0';
	if (isnan(change))
		snprintf(out->text, sizeof(out->text), "-");
	else if (isinf(change))
		snprintf(out->text, sizeof(out->text), "from 0");
	else if (fabs(change - 1) < 0.05)
		snprintf(out->text, sizeof(out->text), "=");
	else
		snprintf(out->text, sizeof(out->text), change < 9.95 ? "x%.1f" : "x%.0f", change);
	if (change >= 2 || change <= 0.5)
		out->role = ROLE_STRONG;
}

static void cell(const void *of, size_t row, int column, struct grid_text *out)
{
	const struct metrics *p = of;
	const struct asked *a = rows_of(p);
	const char *series = asked_text(a, row, "series"), *unit = asked_text(a, row, "unit");
	struct metrics_figures f = figures_of(a->shown.items[row]);

	if (json_object_get(a->shown.items[row], "le_us"))
		unit = "us";
	switch (column) {
	case COLUMN_GROUP:
		out->role = ROLE_DIM;
		snprintf(out->text, sizeof(out->text), "%s", metrics_group(series));
		break;
	case COLUMN_SERIES: snprintf(out->text, sizeof(out->text), "%.100s", series); break;
	case COLUMN_NOW:
		out->role = ROLE_STRONG;
		metrics_show(out->text, unit, f.now);
		break;
	case COLUMN_LEAST: metrics_show(out->text, unit, f.least); break;
	case COLUMN_MEAN: metrics_show(out->text, unit, f.mean); break;
	case COLUMN_MOST: metrics_show(out->text, unit, f.most); break;
	case COLUMN_BEFORE:
		out->role = ROLE_DIM;
		metrics_show(out->text, unit, figures_before(p, series).mean);
		break;
	case COLUMN_CHANGE: put_change(change_of(p, row), out); break;
	default: out->text[0] = '\0'; break; /* the trend is painted */
	}
}

static void paint(const void *of, size_t row, struct canvas *cv, int y, int x, int width)
{
	float values[METRICS_VALUES];
	size_t n = metrics_values(rows_of(of)->shown.items[row], values, METRICS_VALUES);

	spark_squeeze(cv, y, x, width, ROLE_EDGE_IDLE, values, n);
}

static double order_of(const struct metrics *p, size_t row, int column)
{
	struct metrics_figures f = figures_of(rows_of(p)->shown.items[row]);
	double change = column == COLUMN_CHANGE ? change_of(p, row) : 0;
	const double of[COLUMNS] = {
		[COLUMN_NOW] = f.now,
		[COLUMN_LEAST] = f.least,
		[COLUMN_MEAN] = f.mean,
		[COLUMN_MOST] = f.most,
		[COLUMN_BEFORE] = f.mean,
		[COLUMN_CHANGE] = isinf(change) || change == 0 ? 1e30 : fabs(log(change)),
	};

	return isnan(of[column]) ? -1 : of[column];
}

static int compare(const void *of, int column, size_t x, size_t y)
{
	const struct asked *a = rows_of(of);
	const char *p = asked_text(a, x, "series"), *q = asked_text(a, y, "series");

	if (column == COLUMN_SERIES)
		return strcmp(p, q);
	if (column == COLUMN_GROUP || column == COLUMN_TREND)
		return metrics_group_order(p) - metrics_group_order(q);
	return (order_of(of, x, column) < order_of(of, y, column)) -
			(order_of(of, x, column) > order_of(of, y, column));
}

static void key(const void *of, size_t row, char out[GRID_KEY])
{
	snprintf(out, GRID_KEY, "%.600s", asked_text(rows_of(of), row, "series"));
}

const struct grid_source view_metrics_source = {
	.columns = columns,
	.ncolumns = COLUMNS,
	.count = count,
	.cell = cell,
	.paint = paint,
	.painted = COLUMN_TREND,
	.compare = compare,
	.key = key,
	.empty = "the engine keeps no figures",
};

/* ---- answers ---- */

static void page_answer(void *state, enum view_lane lane, const char *line, size_t len, struct view_order *out)
{
	struct metrics *p = state;

	asked_answer(&p->parts[metrics_part_of(lane)], lane, line, len, out);
}

static void page_answer_end(void *state, enum view_lane lane, const char *why, struct view_order *out)
{
	struct metrics *p = state;

	asked_answer_end(&p->parts[metrics_part_of(lane)], lane, why, out);
	if (why[0] == '\0')
		metrics_ask(p, out);
}

static void page_status(void *state, const struct status *s, struct view_order *out)
{
	struct metrics *p = state;

	/* A screen of another time than before: what was asked for is not its. */
	if (out->past || llabs(s->wall_us - p->seen_us) > JUMP_US)
		for (int i = 0; i < PART_COUNT; i++) {
			p->parts[i].asked_us = 0;
			p->parts[i].running = false;
		}
	p->status = s;
	p->seen_us = s->wall_us;
	metrics_ask(p, out);
}

/* ---- keys ---- */

static void show_chart(struct metrics *p, const char *series, struct view_order *out)
{
	p->chart_shown = true;
	if (strcmp(p->series, series) == 0)
		return;
	snprintf(p->series, sizeof(p->series), "%s", series);
	metrics_forget(p, PART_CHART, out);
	metrics_forget(p, PART_CHART_BESIDE, out);
}

static void set_range(struct metrics *p, int by, struct view_order *out)
{
	int range = p->range + by;

	if (range < 0 || range >= METRICS_RANGES)
		return;
	p->range = range;
	p->cursor_us = 0;
	for (int i = 0; i < PART_COUNT; i++)
		metrics_forget(p, (enum metrics_part)i, out);
}

static void set_beside(struct metrics *p, struct view_order *out)
{
	enum metrics_beside *beside = p->chart_shown ? &p->chart_beside : &p->list_beside;

	*beside = (*beside + 1) % BESIDE_COUNT;
	if (*beside == BESIDE_NOTHING && !p->chart_shown)
		*beside = BESIDE_HOUR;
	metrics_forget(p, p->chart_shown ? PART_CHART_BESIDE : PART_LIST_BESIDE, out);
}

/* Of the list, as it is sorted. */
static void show_neighbour(struct metrics *p, struct grid *g, long by, struct view_order *out)
{
	size_t row;

	grid_move(g, &view_metrics_source, p, by);
	if (grid_selected(g, &row))
		show_chart(p, asked_text(rows_of(p), row, "series"), out);
}

static bool act_in_chart(struct metrics *p, struct grid *g, enum action action, struct view_order *out)
{
	switch (action) {
	case ACTION_LEFT:
	case ACTION_UP: metrics_cursor_move(p, -1); return true;
	case ACTION_RIGHT:
	case ACTION_DOWN: metrics_cursor_move(p, 1); return true;
	case ACTION_PAGE_UP:
	case ACTION_HALF_UP: metrics_cursor_move(p, -PAGE); return true;
	case ACTION_PAGE_DOWN:
	case ACTION_HALF_DOWN: metrics_cursor_move(p, PAGE); return true;
	case ACTION_FIRST: metrics_cursor_move(p, LONG_MIN); return true;
	case ACTION_LAST: metrics_cursor_move(p, LONG_MAX); return true;
	case ACTION_NEXT_RECORD: show_neighbour(p, g, 1, out); return true;
	case ACTION_PREVIOUS_RECORD: show_neighbour(p, g, -1, out); return true;
	case ACTION_SEARCH: /* what the list does is not to be seen here */
	case ACTION_NEXT:
	case ACTION_PREVIOUS:
	case ACTION_FILTER:
	case ACTION_SORT:
	case ACTION_SORT_BACK:
	case ACTION_INVERT: return true;
	case ACTION_OPEN:
	case ACTION_BACK:
	case ACTION_QUIT:
		p->chart_shown = false;
		p->cursor_us = 0;
		return true;
	default: return false;
	}
}

static bool page_act(void *state, struct grid *g, enum action action, struct view_order *out)
{
	struct metrics *p = state;
	size_t row;
	bool taken = true;

	if (action == ACTION_WIDER || action == ACTION_NARROWER)
		set_range(p, action == ACTION_WIDER ? 1 : -1, out);
	else if (action == ACTION_BESIDE)
		set_beside(p, out);
	else if (p->chart_shown)
		taken = act_in_chart(p, g, action, out);
	else if (action == ACTION_OPEN && grid_selected(g, &row))
		show_chart(p, asked_text(rows_of(p), row, "series"), out);
	else
		taken = false;
	if (taken)
		metrics_ask(p, out);
	return taken;
}

/* The window ends at the status, which comes next. */
static void page_open(void *state, const char *subject, struct view_order *out)
{
	struct metrics *p = state;

	p->list_beside = p->list_beside ? p->list_beside : BESIDE_HOUR;
	p->status = NULL;
	for (int i = 0; i < PART_COUNT; i++) {
		p->parts[i].running = false;
		p->parts[i].asked_us = 0;
	}
	if (subject[0])
		show_chart(p, subject, out);
}

static void page_done(void *state)
{
	struct metrics *p = state;

	for (int i = 0; i < PART_COUNT; i++)
		asked_done(&p->parts[i]);
}

/* ---- drawing ---- */

static void page_title(const void *state, char *out, size_t size)
{
	const struct metrics *p = state;

	out[0] = '\0';
	if (p->chart_shown)
		snprintf(out, size, "2 Metrics > %s > %s, the last %s", metrics_group(p->series), p->series,
				metrics_ranges[p->range].name);
}

/* The selected series, larger; and as it was before where there is room. at.height 0: there is none */
static void draw_pane(const struct metrics *p, const struct grid *g, struct canvas *cv, struct area at)
{
	const struct asked *a = rows_of(p);
	const json_t *then;
	char help[160];
	size_t row;
	int height;

	if (at.height == 0 || !grid_selected(g, &row))
		return;
	then = at.height >= BOTH_LEAST ? metrics_row(&p->parts[PART_LIST_BESIDE], asked_text(a, row, "series")) : NULL;
	height = then ? at.height / 2 : at.height;
	metrics_help(asked_text(a, row, "series"), help, sizeof(help));
	rule_draw(cv, at.y, at.x, at.width, asked_text(a, row, "series"), "Enter: whole");
	canvas_text(cv, at.y + 1, at.x + 1, at.width - 2, ROLE_TEXT, help);
	metrics_draw_row(p, a->shown.items[row], then, false, cv,
			(struct area){ at.y + 2, at.x, height - 2, at.width - 1 });
	if (then == NULL)
		return;
	rule_draw(cv, at.y + height, at.x, at.width, metrics_beside_name(p->list_beside), "");
	metrics_draw_row(p, then, a->shown.items[row], false, cv,
			(struct area){ at.y + height + 1, at.x, at.height - height - 1, at.width - 1 });
}

static struct area split(struct area *at)
{
	struct area pane = *at;

	if (at->width >= WIDE) {
		at->width = at->width / 2;
		pane.x += at->width + 1;
		pane.width -= at->width + 1;
	} else if (at->height >= BELOW_LEAST) {
		pane.height = at->height / 3 < PANE_LEAST ? PANE_LEAST : at->height / 3;
		at->height -= pane.height;
		pane.y += at->height;
	} else {
		pane.height = 0;
	}
	return pane;
}

static void page_draw(void *state, struct grid *g, struct canvas *cv, struct area at)
{
	struct metrics *p = state;
	char title[80], right[80];
	struct area pane;

	if (p->chart_shown) {
		metrics_draw_chart(p, cv, at);
		return;
	}
	pane = split(&at);
	snprintf(title, sizeof(title), "the last %s", metrics_ranges[p->range].name);
	snprintf(right, sizeof(right), "before: %s   c + -", metrics_beside_name(p->list_beside));
	rule_draw(cv, at.y, at.x, at.width, title, right);
	asked_draw_of(&p->parts[PART_LIST], p, g, &view_metrics_source, cv,
			(struct area){ at.y + 1, at.x, at.height - 1, at.width });
	draw_pane(p, g, cv, pane);
}

const struct view_page view_metrics_page = {
	.size = sizeof(struct metrics),
	.subject = "SERIES",
	.alone = true,
	.past = true,
	.done = page_done,
	.open = page_open,
	.status = page_status,
	.act = page_act,
	.answer = page_answer,
	.answer_end = page_answer_end,
	.title = page_title,
	.draw = page_draw,
};
