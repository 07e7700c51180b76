/*
 * view_problem.c - one problem, whole: what it is and means, how long there is, what to do and the key that does it, what is checked now,
 * what was before it. What it is comes from the status, so that it stands there at once; the rest is asked for, and again every quarter of a
 * minute, because the checks cost connections.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "console/view/asked.h"
#include "console/keys/request_line.h"
#include "console/view/marks.h"
#include "console/view/view.h"
#include "console/widget/sheet.h"
#include "console/widget/show.h"
#include "console/widget/spark.h"
#include "console/widget/wrap.h"

enum { PERIOD_S = 15, WIDE = 120, WHAT_LEAST = 12, TREND_LABEL = 12, RANK_OK = 3, RANKS = 5 };

struct problem_page {
	struct asked asked; /* first: its functions are handed the page */
	char code[64], subject[GRID_KEY];
	char request[REQUEST_LINE_MAX];
	struct status_problem now;
	bool known, there; /* it was in a status; it is in this one */
	int64_t over_us;   /* wall: when it was missed first */
	int top, lines;	   /* the first line shown; how many there are, as drawn last */
};

/* ---- rows: the answer, line by line; JSON has them like this ---- */

enum { COLUMN_PART, COLUMN_TIME, COLUMN_STATE, COLUMN_WHAT, COLUMN_TEXT, COLUMNS };

static const struct grid_column columns[COLUMNS] = {
	[COLUMN_PART] = { "part", -9, 0, 0 },
	[COLUMN_TIME] = { "time", -8, 0, 0 },
	[COLUMN_STATE] = { "state", -8, 0, 0 },
	[COLUMN_WHAT] = { "what", -20, 1, 0 },
	[COLUMN_TEXT] = { "text", -20, 3, 0 },
};

static int64_t now_of(const struct asked *a)
{
	return a->status ? a->status->wall_us : INT64_MAX;
}

static void cell(const void *of, size_t row, int column, struct grid_text *out)
{
	static const char *const names[COLUMNS] = { "part", "", "state", "what", "text" };
	const struct asked *a = of;
	int64_t at_us = asked_figure(a, row, "at_us");
	char time[SHOW_SIZE];

	out->role = ROLE_TEXT;
	if (column == COLUMN_TIME)
		snprintf(out->text, sizeof(out->text), "%s", at_us < 0 ? "" : show_when(time, at_us, now_of(a)));
	else
		snprintf(out->text, sizeof(out->text), "%.590s", asked_text(a, row, names[column]));
}

static void key(const void *of, size_t row, char out[GRID_KEY])
{
	(void)of;
	snprintf(out, GRID_KEY, "%zu", row);
}

const struct grid_source view_problem_source = {
	.columns = columns,
	.ncolumns = COLUMNS,
	.fitted = 1 + COLUMN_TIME,
	.count = asked_count,
	.cell = cell,
	.key = key,
	.empty = "",
};

/* ---- which one ---- */

static void ask(struct problem_page *p, struct view_order *out)
{
	snprintf(p->request, sizeof(p->request), "problem");
	request_line_add(p->request, sizeof(p->request), "problem", p->code);
	if (p->subject[0])
		request_line_add(p->request, sizeof(p->request), "subject", p->subject);
	asked_begin(&p->asked, p->request, PERIOD_S, out);
}

static void begin(struct problem_page *p, const char *code, const char *subject, struct view_order *out)
{
	char c[sizeof(p->code)], s[sizeof(p->subject)];

	snprintf(c, sizeof(c), "%s", code);
	snprintf(s, sizeof(s), "%s", subject);
	asked_done(p);
	memset(p, 0, sizeof(*p));
	memcpy(p->code, c, sizeof(c));
	memcpy(p->subject, s, sizeof(s));
	ask(p, out);
}

static void page_again(void *state, struct view_order *out)
{
	ask(state, out);
}

/* "CODE", or "CODE/SUBJECT"; a subject may have slashes. */
static void page_open(void *state, const char *subject, struct view_order *out)
{
	size_t n = strcspn(subject, "/");
	char code[64];

	snprintf(code, sizeof(code), "%.*s", (int)(n < sizeof(code) ? n : sizeof(code) - 1), subject);
	begin(state, code, subject[n] ? subject + n + 1 : "", out);
}

static bool is_it(const struct problem_page *p, const struct status_problem *q)
{
	return strcmp(q->code, p->code) == 0 && (p->subject[0] == '\0' || strcmp(q->subject, p->subject) == 0);
}

static size_t place_of(const struct problem_page *p, const struct status *s)
{
	size_t i = 0;

	while (i < s->nproblems && !is_it(p, &s->problems[i]))
		i++;
	return i;
}

static void page_status(void *state, const struct status *s, struct view_order *out)
{
	struct problem_page *p = state;
	size_t i = place_of(p, s);

	if (p->there && i == s->nproblems)
		p->over_us = s->wall_us;
	p->there = i < s->nproblems;
	if (!p->there)
		return;
	p->now = s->problems[i];
	p->known = true;
	snprintf(p->subject, sizeof(p->subject), "%s", p->now.subject);
	asked_status(p, s, out);
}

/* Another problem of the list that this one stands in. */
static void go(struct problem_page *p, int step, struct view_order *out)
{
	const struct status *s = p->asked.status;
	size_t i, n = s ? s->nproblems : 0;
	const struct status_problem *q;

	if (n == 0)
		return;
	i = place_of(p, s);
	i = i == n ? 0 : (i + n + (size_t)(step + (int)n)) % n;
	q = &s->problems[i];
	begin(p, q->code, q->subject, out);
	page_status(p, s, &(struct view_order){ .prompt = PROMPT_NONE });
}

/* ---- keys ---- */

static void repair(const struct problem_page *p, struct view_order *out)
{
	if (p->there && p->now.request[0]) {
		snprintf(out->request, sizeof(out->request), "%s", p->now.request);
		out->asks = true;
		return;
	}
	snprintf(out->toast, sizeof(out->toast), "%s",
			!p->there			    ? "it is over: nothing is to be done"
					: p->now.command[0] ? "no request ends it; the command does"
							    : "no request ends it; the page says what does");
	out->role = ROLE_STATUS;
}

static void acknowledge(const struct problem_page *p, struct view_order *out)
{
	if (!p->there)
		return;
	snprintf(out->request, sizeof(out->request), "acknowledge");
	request_line_add(out->request, sizeof(out->request), "problem", p->code);
	request_line_add(out->request, sizeof(out->request), "subject", p->subject);
	out->asks = true;
}

static bool page_act(void *state, struct grid *g, enum action action, struct view_order *out)
{
	struct problem_page *p = state;

	(void)g;
	switch (action) {
	case ACTION_BACK:
	case ACTION_QUIT:
		out->cancel |= 1 << LANE_LIST;
		out->close = true;
		return true;
	case ACTION_REPAIR: repair(p, out); return true;
	case ACTION_ACKNOWLEDGE: acknowledge(p, out); return true;
	case ACTION_CHECK: ask(p, out); return true;
	case ACTION_NEXT_RECORD: go(p, 1, out); return true;
	case ACTION_PREVIOUS_RECORD: go(p, -1, out); return true;
	default: return view_page_scroll(&p->top, p->lines, action);
	}
}

static void page_under(const void *state, struct view_under *out)
{
	const struct problem_page *p = state;

	if (p->known)
		view_problem_under(&p->now, out);
}

static void page_title(const void *state, char *out, size_t size)
{
	const struct problem_page *p = state;

	snprintf(out, size, "%s %s", p->code, p->subject);
}

/* ---- drawing ---- */

static enum role state_role(const char *state)
{
	static const struct {
		const char *word;
		enum role role;
	} roles[] = { { "ok", ROLE_OK }, { "problem", ROLE_CRIT }, { "error", ROLE_CRIT }, { "warning", ROLE_WARN } };

	for (size_t i = 0; i < sizeof(roles) / sizeof(*roles); i++)
		if (strcmp(roles[i].word, state) == 0)
			return roles[i].role;
	return ROLE_DIM;
}

static void draw_what(const struct problem_page *p, struct sheet *s)
{
	const struct status_problem *q = &p->now;
	char since[SHOW_SIZE], age[SHOW_SIZE], line[1400];
	int64_t now_us = p->asked.status ? p->asked.status->wall_us : q->since_us;

	snprintf(line, sizeof(line), "since %s, for %s", show_when(since, q->since_us, now_us),
			show_age(age, (now_us - q->since_us) / 1000000));
	sheet_rule(s, "what it is", p->there ? line : "over");
	if (!p->there) {
		snprintf(line, sizeof(line), "It is over since %s.", show_when(since, p->over_us, now_us));
		sheet_line(s, ROLE_OK, line);
	}
	snprintf(line, sizeof(line), "%s: %s %s", problem_severity_name(q->severity), q->kind, q->subject);
	sheet_line(s, p->there ? view_problem_role(q) : ROLE_DIM, line);
	sheet_line(s, ROLE_TEXT, q->text);
	if (q->by[0]) {
		snprintf(line, sizeof(line), "acknowledged by %s", q->by);
		sheet_line(s, ROLE_DIM, line);
	}
	sheet_rule(s, "what it means for the data", "");
	sheet_line(s, ROLE_TEXT, q->means);
}

static void draw_left(const struct problem_page *p, struct sheet *s)
{
	const struct status_problem *q = &p->now;
	char left[SHOW_SIZE], line[300];
	bool soon = q->left_ms >= 0 && q->left_ms < 3600 * 1000;

	sheet_rule(s, "how long there is", "");
	if (q->limit == NULL || q->limit[0] == '\0') {
		sheet_line(s, ROLE_TEXT, "-  nothing runs out while it lasts");
		return;
	}
	snprintf(line, sizeof(line), "%s %s%s", show_ms(left, q->left_ms), q->left_ms < 0 ? ": not known: " : "",
			q->limit);
	sheet_line(s, soon ? ROLE_CRIT : ROLE_STRONG, line);
}

static void draw_do(const struct problem_page *p, struct sheet *s)
{
	const struct status_problem *q = &p->now;
	char line[800];

	sheet_rule(s, "what to do", "");
	sheet_line(s, ROLE_TEXT, q->remedy);
	if (q->command[0]) {
		snprintf(line, sizeof(line), "$ %s", q->command);
		sheet_line(s, ROLE_STRONG, line);
	}
	if (q->request[0] && p->there) {
		snprintf(line, sizeof(line), "r does it: %s", q->request);
		sheet_line(s, ROLE_KEY, line);
	}
}

/* Rows that have come so far; once they have come whole those, until the next ones have. */
static const struct asked_rows *rows_of(const struct asked *a)
{
	return a->known ? &a->shown : &a->coming;
}

static const char *text_in(const json_t *row, const char *name)
{
	const char *text = json_string_value(json_object_get(row, name));

	return text ? text : "";
}

static bool is_part(const json_t *row, const char *part)
{
	return strcmp(text_in(row, "part"), part) == 0;
}

/* One of many settings that are as they must be: told by its name, in one line with the others. */
static bool is_folded(const json_t *row)
{
	return strcmp(text_in(row, "state"), "ok") == 0 && strncmp(text_in(row, "what"), "mysql ", 6) == 0 &&
			json_object_get(row, "ms") == NULL;
}

/* As wide as the widest name, at most half. */
static int column_of(const struct asked_rows *rows, const char *part, const struct sheet *s)
{
	int most = (s->width - 3 - SHEET_STATE) / 2, column = WHAT_LEAST;

	for (size_t i = 0; i < rows->count; i++) {
		const char *what = text_in(rows->items[i], "what");
		int width = canvas_width(s->cv, what, strlen(what));

		if (is_part(rows->items[i], part) && !is_folded(rows->items[i]) && width > column)
			column = width;
	}
	return column < most ? column : most;
}

static void draw_folded(const struct asked_rows *rows, struct sheet *s, int column)
{
	char names[2000] = "", what[40];
	size_t len = 0, n = 0;

	for (size_t i = 0; i < rows->count; i++) {
		if (!is_part(rows->items[i], "check") || !is_folded(rows->items[i]))
			continue;
		n++;
		len += len < sizeof(names) ? (size_t)snprintf(names + len, sizeof(names) - len, "%s%.100s",
							     len ? ", " : "", text_in(rows->items[i], "what") + 6)
					   : 0;
	}
	snprintf(what, sizeof(what), "mysql, %zu more", n);
	if (n)
		sheet_fact(s, column, ROLE_OK, "ok", what, names);
}

static void draw_row(const json_t *row, struct sheet *s, int column, int64_t now_us)
{
	const json_t *ms = json_object_get(row, "ms"), *at = json_object_get(row, "at_us");
	int64_t times = json_integer_value(json_object_get(row, "times"));
	char head[SHOW_SIZE], text[2400];
	const char *state = text_in(row, "state");

	snprintf(text, sizeof(text), "%.1900s", text_in(row, "text"));
	if (times > 1)
		snprintf(text + strlen(text), sizeof(text) - strlen(text), " (x%" PRId64 ")", times);
	if (json_integer_value(ms) > 0)
		snprintf(text + strlen(text), sizeof(text) - strlen(text), " (%" PRId64 " ms)",
				(int64_t)json_integer_value(ms));
	if (text_in(row, "remedy")[0])
		snprintf(text + strlen(text), sizeof(text) - strlen(text), " -> %.300s", text_in(row, "remedy"));
	snprintf(head, sizeof(head), "%.20s", state);
	if (at)
		show_when(head, json_integer_value(at), now_us);
	sheet_fact(s, column, state_role(state), head, text_in(row, "what"), text);
}

/* What is wrong stands first, what is well after it, notes last. */
static int rank_of(const json_t *row)
{
	static const char *const order[] = { "problem", "error", "warning", "ok" };
	const char *state = text_in(row, "state");
	int rank = 0;

	while (rank < RANKS - 1 && strcmp(order[rank], state) != 0)
		rank++;
	return rank;
}

/* rank: only those; -1: all, as they come */
static size_t draw_ranked(const struct problem_page *p, struct sheet *s, const char *part, int column, int rank)
{
	const struct asked_rows *rows = rows_of(&p->asked);
	size_t n = 0;

	for (size_t i = 0; i < rows->count; i++) {
		const json_t *row = rows->items[i];

		if (!is_part(row, part) || is_folded(row) || (rank >= 0 && rank_of(row) != rank))
			continue;
		draw_row(row, s, column, now_of(&p->asked));
		n++;
	}
	return n;
}

static void draw_part(const struct problem_page *p, struct sheet *s, const char *part, const char *title,
		const char *none)
{
	const struct asked_rows *rows = rows_of(&p->asked);
	int column = column_of(rows, part, s);
	bool checks = strcmp(part, "check") == 0;
	size_t n = 0;

	sheet_rule(s, title, "");
	if (!checks)
		n = draw_ranked(p, s, part, column, -1);
	for (int rank = 0; checks && rank < RANKS; rank++) {
		n += draw_ranked(p, s, part, column, rank);
		if (rank == RANK_OK)
			draw_folded(rows, s, column);
	}
	if (p->asked.why[0] && p->there)
		sheet_line(s, ROLE_STATUS_ERROR, p->asked.why);
	else if (!p->asked.known && p->asked.running)
		sheet_line(s, ROLE_DIM, "asking...");
	else if (n == 0)
		sheet_line(s, ROLE_DIM, none);
}

static void draw_itself(const struct problem_page *p, struct sheet *s)
{
	draw_what(p, s);
	draw_left(p, s);
	draw_do(p, s);
}

static void draw_checks(const struct problem_page *p, struct sheet *s)
{
	draw_part(p, s, "check", "what is checked now (c: again)", "nothing can be asked about it");
	draw_part(p, s, "before", "the ten minutes before it, newest first", "nothing was told");
}

/* The last hour: what moved with it. An X stands at its beginning. */
static void draw_trends(const struct problem_page *p, struct sheet *s)
{
	static const struct {
		const char *series, *label;
	} rows[] = { { "capture.lag", "capture lag" }, { "load.lag", "load lag" }, { "load.rows", "waiting" } };
	const struct status *st = p->asked.status;
	struct timeline_mark marks[MARKS_MOST + 1];
	char legend[MARKS_LEGEND];
	int x = 2 + TREND_LABEL + 1, width = s->width - x - 1;
	struct timeline t = { .n = TREND_POINTS, .marks = marks };

	if (st == NULL || width < 20)
		return;
	sheet_rule(s, "the last hour", marks_legend(st, 3600, legend));
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		const struct status_trend *trend = status_trend(st, rows[i].series);
		int y = sheet_next(s);

		if (trend == NULL || y < 0)
			continue;
		canvas_text(s->cv, y, s->x + 2, TREND_LABEL, ROLE_DIM, rows[i].label);
		spark_squeeze(s->cv, y, s->x + x, width, ROLE_EDGE_IDLE, trend->values, TREND_POINTS);
		t.step_s = trend->step_s;
	}
	t.end_us = st->wall_us;
	t.nmarks = marks_find(st, marks);
	marks[t.nmarks++] = (struct timeline_mark){ p->now.since_us, 'X' };
	sheet_time(s, x, width, &t);
}

static void draw_timeline(const struct problem_page *p, struct sheet *s)
{
	draw_part(p, s, "changed", "what changed before it, newest first",
			"nothing that is known: no DDL, no script, no settings, no start, no action of a person");
	draw_trends(p, s);
	draw_part(p, s, "timeline", "since then, newest first", "nothing was told");
}

/* Both columns move together. */
static int draw_sheets(const struct problem_page *p, struct canvas *cv, struct area at)
{
	int half = (at.width - 1) / 2;
	struct sheet left = { cv, at.y, at.x, at.height, half, p->top, 0 };
	struct sheet right = { cv, at.y, at.x + half + 1, at.height, at.width - half - 1, p->top, 0 };

	if (at.width < WIDE) {
		left.width = at.width;
		draw_itself(p, &left);
		draw_checks(p, &left);
		draw_timeline(p, &left);
		return left.y;
	}
	draw_itself(p, &left);
	draw_timeline(p, &left);
	draw_checks(p, &right);
	return left.y > right.y ? left.y : right.y;
}

static void page_draw(void *state, struct grid *g, struct canvas *cv, struct area at)
{
	struct problem_page *p = state;
	int whole;

	(void)g;
	if (!p->known) {
		const char *why = p->asked.why[0] ? p->asked.why : "asking...";

		wrap_draw(cv, why, strlen(why), at.y + 1, at.x + 2, at.height - 1, at.width - 4, 0,
				p->asked.why[0] ? ROLE_STATUS_ERROR : ROLE_DIM);
		return;
	}
	whole = p->lines = draw_sheets(p, cv, at);
	if (p->top > 0 && p->top > whole - at.height) {
		p->top = whole > at.height ? whole - at.height : 0;
		canvas_fill(cv, at.y, at.x, at.height, at.width, ROLE_TEXT);
		draw_sheets(p, cv, at);
	}
	sheet_more(cv, at.y + at.height - 1, at.x, at.width, whole - p->top - at.height);
}

const struct view_page view_problem_page = {
	.size = sizeof(struct problem_page),
	.subject = "CODE[/SUBJECT]",
	.text = true,
	.done = asked_done,
	.open = page_open,
	.again = page_again,
	.status = page_status,
	.act = page_act,
	.answer = asked_answer,
	.answer_end = asked_answer_end,
	.under = page_under,
	.title = page_title,
	.draw = page_draw,
};
