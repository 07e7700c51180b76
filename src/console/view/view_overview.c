/*
 * view_overview.c - the first screen: what is wrong, the way of a change from MySQL to the target with what each part
 * does, the lag of the last hour, where the time goes, the tables that need a look, and what happened. The most important
 * stands first and survives a small screen; a large one shows more of it, side by side.
 */
#include "console/view/view.h"

#include <stdio.h>
#include <string.h>

#include "console/view/overview_parts.h"
#include "console/widget/rule.h"
#include "console/widget/show.h"
#include "console/widget/spark.h"

enum {
	BOX_HEIGHT = 5,
	BOXES = 5,
	ARROW = 2,
	TITLE = 1,
	STAGES_HEIGHT = 7,
	WIDE = 100,
	TALL = 30,
	TABLES_LEAST = 4,
	CHART_LEAST = 8,
	CHART_HIGH = 12,
	EVENTS_LEAST = 6,
	EVENTS_MOST = 64
};

/* ---- a titled rule ---- */

static int draw_title(struct canvas *cv, struct area at, const char *title, const char *right)
{
	rule_draw(cv, at.y, at.x, at.width, title, right);
	return at.y + TITLE;
}

/* ---- what is wrong ---- */

static void draw_well(const struct status *s, struct canvas *cv, struct area at)
{
	char lag[SHOW_SIZE];
	int x = at.x + 1;

	x += canvas_text(cv, at.y, x, at.width - 2, ROLE_OK, "nothing is wrong") + 2;
	if (s->load.enabled && s->load.lag_ms >= 0)
		canvas_printf(cv, at.y, x, at.x + at.width - x, ROLE_TEXT, "the target is %s behind MySQL",
				show_ms(lag, s->load.lag_ms + (s->capture.lag_ms > 0 ? s->capture.lag_ms : 0)));
}

static void draw_problem(const struct status *s, size_t i, bool selected, struct canvas *cv, struct area at)
{
	const struct status_problem *p = &s->problems[i];
	enum role role = view_problem_role(p);
	char age[SHOW_SIZE];
	int x = at.x + 1;

	canvas_glyph(cv, at.y, at.x, role, selected ? '>' : ' ');
	x += canvas_printf(cv, at.y, x, at.width - 1, role, "%-7s",
			     p->by[0] ? "known" : problem_severity_name(p->severity)) +
			1;
	canvas_right(cv, at.y, x, 6, ROLE_TEXT, show_age(age, (s->wall_us - p->since_us) / 1000000));
	x += 8;
	x += canvas_text(cv, at.y, x, (at.x + at.width - x) / 2, role, p->subject) + 2;
	canvas_text(cv, at.y, x, at.x + at.width - x - 1, ROLE_TEXT, show_after(p->text, p->subject));
}

static int draw_problems(const struct grid *g, const struct status *s, struct canvas *cv, struct area at, int most)
{
	size_t row, selected = grid_selected(g, &row) ? row : SIZE_MAX, first;
	int lines = (int)s->nproblems < most ? (int)s->nproblems : most;

	if (s->nproblems == 0) {
		draw_well(s, cv, at);
		return at.y + 1;
	}
	first = selected != SIZE_MAX && selected >= (size_t)lines ? selected - (size_t)lines + 1 : 0;
	for (int i = 0; i < lines; i++, at.y++)
		draw_problem(s, first + (size_t)i, first + (size_t)i == selected, cv, at);
	return at.y;
}

/* ---- the way of a change ---- */

struct overview_part {
	const char *name;
	enum role role; /* of its frame */
	char line[3][64];
	enum role line_role[3];
	const struct status_trend *trend;
	double rate;	 /* < 0: none */
	double pressure; /* of the arrow before it */
};

static bool has_problem(const struct status *s, const char *prefix)
{
	for (size_t i = 0; i < s->nproblems; i++)
		if (strncmp(s->problems[i].code, prefix, strlen(prefix)) == 0 &&
				s->problems[i].severity == PROBLEM_ERROR)
			return true;
	return false;
}

static const struct status_stage *stage_of(const struct status *s, const char *name)
{
	for (size_t i = 0; i < s->nstages; i++)
		if (strcmp(s->stages[i].name, name) == 0)
			return &s->stages[i];
	return NULL;
}

static double rate_of(const struct status *s, const char *stage)
{
	const struct status_stage *st = stage_of(s, stage);

	return st ? st->rows_per_s : -1;
}

static double fill_of(const struct status *s, const char *stage)
{
	const struct status_stage *st = stage_of(s, stage);

	return st ? st->queue_fill : 0;
}

/* "127.0.0.1:3306 MySQL 9.7.0": where, and what. */
static void fill_server(const struct status *s, struct overview_part *p)
{
	const char *blank = strchr(s->capture.server, ' ');
	int len = blank ? (int)(blank - s->capture.server) : (int)strlen(s->capture.server);
	char text[SHOW_SIZE];

	*p = (struct overview_part){
		.name = "MySQL",
		.role = has_problem(s, "capture-retrying") ? ROLE_CRIT : ROLE_BORDER,
		.rate = -1,
	};
	if (!s->capture.enabled) {
		snprintf(p->line[0], sizeof(p->line[0]), "not read here");
		return;
	}
	snprintf(p->line[0], sizeof(p->line[0]), "%.*s", len < 63 ? len : 63,
			s->capture.server[0] ? s->capture.server : "-");
	snprintf(p->line[1], sizeof(p->line[1]), "%.60s", blank ? blank + 1 : "");
	if (s->capture.keeps_ms > 0) /* its binlog */
		snprintf(p->line[2], sizeof(p->line[2]), "kept %s", show_ms(text, s->capture.keeps_ms));
}

static void fill_half(const struct status *s, bool load, struct overview_part *p)
{
	enum half_state state = load ? s->load.state : s->capture.state;
	int64_t lag = load ? s->load.lag_ms : s->capture.lag_ms;
	char text[SHOW_SIZE];

	*p = (struct overview_part){
		.name = load ? "load" : "capture",
		.role = has_problem(s, load ? "load-" : "capture-") ? ROLE_CRIT : ROLE_BORDER,
		.rate = rate_of(s, load ? "sink" : "log"),
		.trend = status_trend(s, load ? "sink.rate" : "source.rate"),
	};
	if (!(load ? s->load.enabled : s->capture.enabled)) {
		snprintf(p->line[0], sizeof(p->line[0]), "not here");
		return;
	}
	if (load && has_problem(s, "table-"))
		p->role = ROLE_WARN;
	snprintf(p->line[0], sizeof(p->line[0]), "%s", half_state_name(state));
	p->line_role[0] = show_state_role(state);
	snprintf(p->line[1], sizeof(p->line[1]), "lag %s", show_ms(text, lag));
	p->line_role[1] = show_lag_role(lag);
	p->pressure = load ? fill_of(s, "script") : 0;
}

static void fill_log(const struct status *s, struct overview_part *p)
{
	char text[SHOW_SIZE];
	bool some = s->npartitions < s->all_partitions;
	size_t topics = some ? s->load.topics : 0;

	for (size_t i = 0; !some && i < s->npartitions; i++)
		topics += i == 0 || strcmp(s->partitions[i].topic, s->partitions[i - 1].topic) != 0;
	*p = (struct overview_part){
		.name = "log",
		.role = ROLE_BORDER,
		.rate = rate_of(s, "read"),
		.trend = status_trend(s, "read.rate"),
		.pressure = fill_of(s, "log"),
	};
	snprintf(p->line[0], sizeof(p->line[0]), "%s", s->log_kind);
	if (s->load.lag_rows > 0)
		snprintf(p->line[1], sizeof(p->line[1]), "%s wait",
				s->load.lag_rows < 1000000 ? show_exact(text, s->load.lag_rows)
							   : show_count(text, s->load.lag_rows));
	else
		snprintf(p->line[1], sizeof(p->line[1]), "%zu topics", topics);
}

static void fill_target(const struct status *s, struct overview_part *p)
{
	const char *blank = strchr(s->load.target, ' ');
	char text[SHOW_SIZE];

	*p = (struct overview_part){
		.name = "target",
		.role = has_problem(s, "load-stuck") || has_problem(s, "load-retrying") ? ROLE_CRIT : ROLE_BORDER,
		.rate = -1,
		.pressure = fill_of(s, "sink"),
	};
	if (!s->load.enabled) {
		snprintf(p->line[0], sizeof(p->line[0]), "not loaded here");
		return;
	}
	if (blank && strncmp(s->load.target, "embedded", 8) == 0)
		snprintf(p->line[0], sizeof(p->line[0]), "warehouse");
	else
		snprintf(p->line[0], sizeof(p->line[0]), "%.60s", blank ? blank + 1 : s->load.target);
	snprintf(p->line[1], sizeof(p->line[1]), "%s loads", show_count(text, (int64_t)s->load.loads));
	snprintf(p->line[2], sizeof(p->line[2]), "%s dead", show_count(text, s->dead_open));
	p->line_role[2] = s->dead_open > 0 ? ROLE_CRIT : ROLE_TEXT;
}

static void draw_part(struct canvas *cv, struct area at, const struct overview_part *p)
{
	char text[SHOW_SIZE];
	int inside = at.width - 2, used;

	canvas_box(cv, at.y, at.x, BOX_HEIGHT, at.width, p->role);
	canvas_printf(cv, at.y, at.x + 1, inside, p->role == ROLE_BORDER ? ROLE_TITLE : p->role, " %s ", p->name);
	for (int i = 0; i < 3; i++)
		canvas_text(cv, at.y + 1 + i, at.x + 1, inside, p->line_role[i], p->line[i]);
	if (p->rate < 0)
		return;
	used = canvas_text(cv, at.y + 3, at.x + 1, inside, ROLE_STRONG, show_rate(text, p->rate)) + 1;
	if (p->trend && inside - used > 3)
		spark_draw(cv, at.y + 3, at.x + 1 + used, inside - used, ROLE_EDGE_IDLE, p->trend->values,
				TREND_POINTS);
}

static int draw_flow(const struct status *s, struct canvas *cv, struct area at)
{
	struct overview_part parts[BOXES];
	char reading[300];
	int width, x;

	if (!view_reading_title(s, reading, sizeof(reading)))
		snprintf(reading, sizeof(reading), "%s", at.width >= WIDE ? "rows/s of the last minutes" : "");
	at.y = draw_title(cv, at, "flow", reading);
	at.x++;
	at.width -= 2;
	width = (at.width - (BOXES - 1) * ARROW) / BOXES;
	x = at.x;
	fill_server(s, &parts[0]);
	fill_half(s, false, &parts[1]);
	fill_log(s, &parts[2]);
	fill_half(s, true, &parts[3]);
	fill_target(s, &parts[4]);
	for (int i = 0; i < BOXES; i++) {
		if (i) {
			canvas_glyph(cv, at.y + 2, x, show_fill_role(parts[i].pressure),
					parts[i].pressure > 0.5 ? 0x2550 : 0x2500);
			canvas_glyph(cv, at.y + 2, x + 1, show_fill_role(parts[i].pressure), 0x25b6);
			x += ARROW;
		}
		draw_part(cv, (struct area){ at.y, x, BOX_HEIGHT, width }, &parts[i]);
		x += width;
	}
	return at.y + BOX_HEIGHT;
}

/* ---- tables, events ---- */

static int64_t weight(const struct status_table *t)
{
	return (t->state == HALF_FAILED					   ? INT64_C(1) << 60
					       : t->state == HALF_RETRYING ? INT64_C(1) << 59
					       : t->state == HALF_PAUSED   ? INT64_C(1) << 58
									   : 0) +
			(t->dead_open > 0 ? INT64_C(1) << 50 : 0) + (t->lag_ms > 0 ? t->lag_ms : 0);
}

/* The heaviest table that is lighter than `below` (or as heavy and later in the list): a screen's worth of a few is picked so. */
static size_t next_table(const struct status *s, size_t before)
{
	size_t best = SIZE_MAX;

	for (size_t i = 0; i < s->ntables; i++) {
		int64_t w = weight(&s->tables[i]), limit = before == SIZE_MAX ? INT64_MAX : weight(&s->tables[before]);

		if (w > limit || (w == limit && before != SIZE_MAX && i <= before))
			continue;
		if (best == SIZE_MAX || w > weight(&s->tables[best]))
			best = i;
	}
	return best;
}

enum { WIDE_LINE = 76 };

static void draw_table(const struct status_table *t, struct canvas *cv, struct area at)
{
	char a[SHOW_SIZE];
	int name = at.width < WIDE_LINE ? at.width - 34 : at.width * 2 / 5, why = name + 21;

	canvas_text(cv, at.y, at.x, name > 10 ? name : 10, ROLE_TEXT, t->name);
	canvas_text(cv, at.y, at.x + name + 1, 9, show_state_role(t->state), half_state_name(t->state));
	canvas_right(cv, at.y, at.x + name + 11, 8, show_lag_role(t->lag_ms), show_ms(a, t->lag_ms));
	if (t->dead_open > 0)
		why += canvas_printf(cv, at.y, at.x + why, at.width - why, ROLE_CRIT, "%s dead ",
				show_count(a, t->dead_open));
	canvas_text(cv, at.y, at.x + why, at.width - why, ROLE_DIM, show_after(t->error, t->name));
}

static void draw_tables(const struct status *s, struct canvas *cv, struct area at)
{
	char all[40];
	size_t at_table = SIZE_MAX;

	snprintf(all, sizeof(all), "5: all %zu", s->ntables < s->all_tables ? (size_t)s->all_tables : s->ntables);
	at.y = draw_title(cv, at, "tables, the worst first", all);
	for (int i = 0; i < at.height - TITLE; i++) {
		at_table = next_table(s, at_table);
		if (at_table == SIZE_MAX)
			return;
		draw_table(&s->tables[at_table], cv, (struct area){ at.y + i, at.x + 1, 1, at.width - 2 });
	}
}

struct folded { /* an event and those like it; the newest of them */
	const struct log_entry *newest;
	unsigned times;
};

static bool alike(const struct log_entry *a, const struct log_entry *b)
{
	return a->level == b->level && strcmp(a->part, b->part) == 0 && strcmp(a->msg, b->msg) == 0;
}

/* The newest `most`, newest first, with those that are alike as one. */
static size_t fold(const struct status *s, struct folded *out, size_t most)
{
	size_t n = 0;

	for (size_t i = s->nevents; i-- > 0;) {
		size_t k = 0;

		while (k < n && !alike(out[k].newest, &s->events[i]))
			k++;
		if (k == n && n == most)
			continue;
		if (k == n)
			out[n++] = (struct folded){ &s->events[i], 0 };
		out[k].times++;
	}
	return n;
}

/* Where there is no room for the whole word. */
static const char *level_word(enum log_level level, bool wide)
{
	static const char *const brief[] = { "err", "warn", "note", "info", "dbg" };

	return wide || level > LOG_DEBUG ? log_level_name(level) : brief[level];
}

/* clock: columns of the time */
static void draw_event(const struct folded *f, int64_t now_us, int clock, struct canvas *cv, struct area at)
{
	const struct log_entry *event = f->newest;
	char when[SHOW_SIZE], times[SHOW_SIZE] = "";
	int end = at.x + at.width, level = at.width < WIDE_LINE ? 4 : 7;

	if (f->times > 1) {
		snprintf(times, sizeof(times), "x%u", f->times);
		end -= (int)strlen(times) + 1;
		canvas_text(cv, at.y, end + 1, (int)strlen(times), ROLE_STRONG, times);
	}
	canvas_text(cv, at.y, at.x, clock, ROLE_DIM, show_when(when, event->wall_us, now_us));
	at.x += clock + 1;
	canvas_text(cv, at.y, at.x, level, show_level_role(event->level), level_word(event->level, level > 4));
	at.x += level + 1;
	canvas_text(cv, at.y, at.x, 8, ROLE_DIM, event->part);
	at.x += 9;
	canvas_text(cv, at.y, at.x, end - at.x, event->level == LOG_ERROR ? ROLE_STRONG : ROLE_TEXT, event->msg);
}

static void draw_events(const struct status *s, struct canvas *cv, struct area at)
{
	struct folded folded[EVENTS_MOST];
	int lines = at.height - TITLE, clock = 0;
	char when[SHOW_SIZE];
	size_t shown;

	if (lines < 1)
		return;
	at.y = draw_title(cv, at, "events, repeats folded", "6: all");
	shown = fold(s, folded, lines < EVENTS_MOST ? (size_t)lines : EVENTS_MOST);
	for (size_t i = 0; i < shown; i++) {
		int width = (int)strlen(show_when(when, folded[i].newest->wall_us, s->wall_us));

		clock = width > clock ? width : clock;
	}
	for (size_t i = 0; i < shown; i++)
		draw_event(&folded[shown - 1 - i], s->wall_us, clock, cv,
				(struct area){ at.y + (int)i, at.x + 1, 1, at.width - 2 });
}

/* ---- all of it ---- */

/* Two columns; where the right one has lines left over, charts fill them. */
static void draw_wide(const struct status *s, struct canvas *cv, struct area at)
{
	int left = at.width / 2, right = at.width - left - 1, stages = STAGES_HEIGHT + 1, charts = at.height - stages;
	int lag = charts >= 2 * CHART_HIGH ? (charts + 1) / 2 : charts;
	int tables = s->ntables < (size_t)at.height / 2 ? (int)s->ntables + TITLE : at.height / 2;
	int events, rates;
	struct folded folded[EVENTS_MOST];

	tables = tables < TABLES_LEAST ? TABLES_LEAST : tables;
	events = (int)fold(s, folded, EVENTS_MOST) + TITLE + 1;
	rates = at.height - tables - (events < EVENTS_LEAST ? EVENTS_LEAST : events);
	rates = rates < CHART_LEAST ? 0 : rates;
	overview_draw_lag(s, cv, (struct area){ at.y, at.x, lag, left });
	if (lag < charts)
		overview_draw_waiting(s, cv, (struct area){ at.y + lag, at.x, charts - lag, left });
	overview_draw_stages(s, cv, (struct area){ at.y + charts, at.x, stages, left });
	at.x += left + 1;
	draw_tables(s, cv, (struct area){ at.y, at.x, tables, right });
	draw_events(s, cv, (struct area){ at.y + tables, at.x, at.height - tables - rates, right });
	if (rates)
		overview_draw_rates(s, cv, (struct area){ at.y + at.height - rates, at.x, rates, right });
}

static void draw_narrow(const struct status *s, struct canvas *cv, struct area at)
{
	int stages = at.height >= STAGES_HEIGHT + 3 ? STAGES_HEIGHT : 0;

	if (stages)
		overview_draw_stages(s, cv, (struct area){ at.y, at.x, stages, at.width });
	draw_events(s, cv, (struct area){ at.y + stages, at.x, at.height - stages, at.width });
}

void view_overview_draw(struct grid *g, const struct status *s, struct canvas *cv, struct area at)
{
	int y = draw_problems(g, s, cv, at, at.height >= TALL ? 5 : 3);

	if (at.height - (y - at.y) > BOX_HEIGHT + TITLE && at.width >= 78)
		y = draw_flow(s, cv, (struct area){ y, at.x, BOX_HEIGHT + TITLE, at.width });
	at.height -= y - at.y;
	at.y = y;
	if (at.width >= WIDE && at.height >= 2 * STAGES_HEIGHT)
		draw_wide(s, cv, at);
	else
		draw_narrow(s, cv, at);
}
