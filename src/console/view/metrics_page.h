/*
 * metrics_page.h - what the files of the view Metrics share: the page's state, the series and how their values are
 * written, the charts.
 */
#ifndef CONSOLE_METRICS_PAGE_H
#define CONSOLE_METRICS_PAGE_H

#include "console/view/asked.h"
#include "console/widget/chart.h"

enum metrics_beside { BESIDE_NOTHING, BESIDE_HOUR, BESIDE_DAY, BESIDE_COUNT };

/* A request and its answer: of all series, or of one. */
enum metrics_part { PART_LIST, PART_LIST_BESIDE, PART_CHART, PART_CHART_BESIDE, PART_COUNT };

struct metrics {
	struct asked parts[PART_COUNT];
	char requests[PART_COUNT][160];
	int64_t seen_us; /* wall: of the last status */
	int range;	 /* of metrics_ranges */
	enum metrics_beside list_beside, chart_beside;
	bool chart_shown;
	char series[40];   /* of the chart */
	int64_t cursor_us; /* what is read in the chart; 0: the newest */
	const struct status *status;
};

struct metrics_range {
	const char *name, *from; /* "1 hour", "1h" */
	int seconds, list_step_s, chart_step_s, period_s;
};
extern const struct metrics_range metrics_ranges[];
enum { METRICS_RANGES = 3 };
int64_t metrics_beside_s(enum metrics_beside beside);
const char *metrics_beside_name(enum metrics_beside beside); /* "1 hour before" */

/* ---- metrics_series.c ---- */

struct metrics_figures { /* of the known values */
	double now, least, mean, most;
};

const char *metrics_group(const char *series); /* "source" */
int metrics_group_order(const char *series);
void metrics_help(const char *series, char *out, size_t size);
bool metrics_is_latency(const char *series);			     /* a heat map tells more */
void metrics_latency_of(const char *series, char *out, size_t size); /* "sink.p99": "sink.latency" */
const char *metrics_show(char *out, const char *unit, double value); /* NAN: - */
const char *(*metrics_axis(const char *unit))(char *out, double value);
double metrics_least_top(const char *unit);
const json_t *metrics_row(const struct asked *a, const char *series); /* NULL: none */
/* Its values, at most `most`; NAN unknown. Of a latency's counts: 99 of 100 rows are faster. */
size_t metrics_values(const json_t *row, float *out, size_t most);
struct metrics_figures metrics_figures_of(const float *values, size_t n);

/* ---- metrics_ask.c ---- */

/* What is due next; the answer of one asks for the next. */
void metrics_ask(struct metrics *p, struct view_order *out);
/* A part that shows something else from now on. */
void metrics_forget(struct metrics *p, enum metrics_part part, struct view_order *out);
enum metrics_part metrics_part_of(enum view_lane lane);

/* ---- metrics_chart.c ---- */

enum { METRICS_VALUES = 400 };
/* The chart of a row of an answer; beside: the row of a chart on the same scale, or NULL. */
void metrics_draw_row(const struct metrics *p, const json_t *row, const json_t *beside, bool cursor, struct canvas *cv,
		struct area at);
void metrics_draw_chart(const struct metrics *p, struct canvas *cv, struct area at);
/* One value further; by < 0: back. */
void metrics_cursor_move(struct metrics *p, long by);

#endif
