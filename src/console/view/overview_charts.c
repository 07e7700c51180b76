/*
 * overview_charts.c - the pictures of the overview: lag, what waits and the rows a second over time, and where the
 * time of a row goes, stage by stage.
 */
#include "console/view/overview_parts.h"

#include <stdio.h>
#include <string.h>

#include "console/view/marks.h"
#include "console/widget/chart.h"
#include "console/widget/rule.h"
#include "console/widget/show.h"
#include "console/widget/stack.h"

enum { NAME = 8, FIGURES = 52, BAR_LEAST = 8, WHOLE_LEAST = 8, LAG_TITLE = 26 };

static void draw_trend(const struct status *s, const char *name, struct chart chart, struct canvas *cv, struct area at)
{
	const struct status_trend *t = status_trend(s, name);
	struct timeline_mark marks[MARKS_MOST];

	if (t == NULL)
		return;
	chart.values = t->values;
	chart.time = (struct timeline){
		.n = TREND_POINTS,
		.step_s = t->step_s,
		.end_us = s->wall_us,
		.marks = marks,
		.nmarks = marks_find(s, marks),
	};
	chart_draw(cv, at.y, at.x + 1, at.height, at.width - 2, &chart);
}

void overview_draw_lag(const struct status *s, struct canvas *cv, struct area at)
{
	enum role role = s->load.lag_ms >= 10000 ? ROLE_EDGE_LOW : ROLE_EDGE_IDLE;
	char now[SHOW_SIZE], right[SHOW_SIZE + MARKS_LEGEND + 4], legend[MARKS_LEGEND];

	marks_legend(s, 3600, legend);
	snprintf(right, sizeof(right), "%s%s%s", legend, legend[0] ? "   " : "", show_ms(now, s->load.lag_ms));
	if (canvas_width(cv, right, strlen(right)) + LAG_TITLE >= at.width)
		snprintf(right, sizeof(right), "%s", now);
	rule_draw(cv, at.y, at.x, at.width, "lag, last hour", right);
	draw_trend(s, "load.lag", (struct chart){ .show = show_axis_ms, .role = role, .least_top = 1000 }, cv,
			(struct area){ at.y + 1, at.x, at.height - 1, at.width });
}

void overview_draw_waiting(const struct status *s, struct canvas *cv, struct area at)
{
	char now[SHOW_SIZE];

	rule_draw(cv, at.y, at.x, at.width, "messages that wait, last hour", show_exact(now, s->load.lag_rows));
	draw_trend(s, "load.rows", (struct chart){ .show = show_axis_count, .role = ROLE_EDGE_IDLE, .least_top = 100 },
			cv, (struct area){ at.y + 1, at.x, at.height - 1, at.width });
}

void overview_draw_rates(const struct status *s, struct canvas *cv, struct area at)
{
	const struct chart chart = { .show = show_axis_count, .role = ROLE_EDGE_IDLE, .fine = true, .least_top = 10 };
	bool both = at.height >= 18;
	int height = both ? at.height / 2 : at.height;

	rule_draw(cv, at.y, at.x, at.width,
			s->load.enabled ? "rows loaded a second, last 10 minutes"
					: "rows into the log a second, last 10 minutes",
			"2: all figures");
	draw_trend(s, s->load.enabled ? "sink.rate" : "log.rate", chart, cv,
			(struct area){ at.y + 1, at.x, height - 1, at.width });
	if (!both)
		return;
	rule_draw(cv, at.y + height, at.x, at.width,
			s->capture.enabled ? "rows captured a second, last 10 minutes"
					   : "rows read a second, last 10 minutes",
			"");
	draw_trend(s, s->capture.enabled ? "source.rate" : "read.rate", chart, cv,
			(struct area){ at.y + height + 1, at.x, at.height - height - 1, at.width });
}

/* ---- where the time goes ---- */

void overview_stage_times(const struct status *s, int64_t *out_us, size_t n)
{
	int64_t before = 0;

	for (size_t i = 0; i < n && i < s->nstages; i++) {
		int64_t p50 = s->stages[i].p50_us;

		/* A stage that has not seen the newest rows yet may seem faster than the one before it. */
		out_us[i] = p50 < 0 ? -1 : p50 > before ? p50 - before : 0;
		before = p50 > before ? p50 : before;
	}
}

static bool is_slow(const struct status *s, const struct status_stage *stage)
{
	return s->bottleneck.stage[0] && strcmp(s->bottleneck.stage, stage->name) == 0;
}

static void draw_stage(const struct status_stage *stage, int64_t in_us, enum role role, struct canvas *cv,
		struct area at)
{
	char text[SHOW_SIZE];
	int x = at.x;

	canvas_text(cv, at.y, x, NAME - 1, role, stage->name);
	canvas_right(cv, at.y, x += NAME, 7, role == ROLE_TEXT ? ROLE_STRONG : role, show_us(text, in_us));
	canvas_text(cv, at.y, x += 10, 3, ROLE_DIM, "p50");
	canvas_right(cv, at.y, x + 4, 6, ROLE_TEXT, show_us(text, stage->p50_us));
	canvas_text(cv, at.y, x += 12, 3, ROLE_DIM, "p99");
	canvas_right(cv, at.y, x + 4, 6, ROLE_TEXT, show_us(text, stage->p99_us));
	canvas_text(cv, at.y, x += 12, 4, ROLE_DIM, "busy");
	canvas_right(cv, at.y, x + 5, 4, show_fill_role(stage->busy), show_percent(text, stage->busy));
}

void overview_draw_stages(const struct status *s, struct canvas *cv, struct area at)
{
	size_t n = s->nstages < STACK_PARTS ? s->nstages : STACK_PARTS;
	int bar = at.width - 2 - FIGURES, y = at.y + 1, columns[STACK_PARTS];
	struct stack_part parts[STACK_PARTS];
	int64_t times[STACK_PARTS];

	rule_draw(cv, at.y, at.x, at.width, "where the time goes",
			at.width > 90 ? "of half of the rows, in each stage; p50 and p99 since the commit   W: stages"
					: at.width > 70 ? "in each stage; p50, p99 since the commit"
							: "W: stages");
	overview_stage_times(s, times, n);
	for (size_t i = 0; i < n; i++)
		parts[i] = (struct stack_part){
			.name = s->stages[i].name,
			.value = (double)times[i],
			.role = is_slow(s, &s->stages[i]) ? ROLE_EDGE_HIGH : ROLE_EDGE_IDLE,
		};
	if (at.height >= WHOLE_LEAST)
		stack_draw(cv, y++, at.x + 1, at.width - 2, parts, n);
	stack_columns(parts, n, bar, columns);
	for (size_t i = 0; i < n && y < at.y + at.height; i++, y++) {
		draw_stage(&s->stages[i], times[i], is_slow(s, &s->stages[i]) ? ROLE_CRIT : ROLE_TEXT, cv,
				(struct area){ y, at.x + 1, 1, at.width - 2 });
		if (bar >= BAR_LEAST)
			stack_draw_part(cv, y, at.x + 1 + FIGURES, parts, columns, i);
	}
}
