/*
 * view_topic.c - one topic, whole: what it holds, its partitions and how large they are, who reads it, and the settings in force. It is asked for as
 * the request `topic` tells it, and again every few seconds.
 */
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "console/keys/request_line.h"
#include "console/view/asked.h"
#include "console/view/view.h"
#include "console/widget/sheet.h"
#include "console/widget/show.h"

enum { PERIOD_S = 5, WIDE = 120, SECTIONS = 4, NAME_LEAST = 24, VALUE_LEAST = 26 };

struct topic_page {
	struct asked asked; /* first: its functions are handed the page */
	char topic[GRID_KEY];
	char request[REQUEST_LINE_MAX];
	int top, lines;		/* the first line shown; how many there are, as drawn last */
	int sections[SECTIONS]; /* their first lines, as drawn last */
};

/* ---- rows: the answer, line by line; JSON has them like this ---- */

enum { COLUMN_PART, COLUMN_WHAT, COLUMN_VALUE, COLUMN_FROM, COLUMNS };

static const struct grid_column columns[COLUMNS] = {
	[COLUMN_PART] = { "part", -9, 0, 0 },
	[COLUMN_WHAT] = { "what", -24, 2, 0 },
	[COLUMN_VALUE] = { "value", -20, 3, 0 },
	[COLUMN_FROM] = { "from", -10, 0, 0 },
};

static void cell(const void *of, size_t row, int column, struct grid_text *out)
{
	static const char *const names[COLUMNS] = { "part", "what", "value", "from" };

	out->role = ROLE_TEXT;
	snprintf(out->text, sizeof(out->text), "%.590s", asked_text(of, row, names[column]));
}

static void key(const void *of, size_t row, char out[GRID_KEY])
{
	(void)of;
	snprintf(out, GRID_KEY, "%zu", row);
}

const struct grid_source view_topic_source = {
	.columns = columns,
	.ncolumns = COLUMNS,
	.count = asked_count,
	.cell = cell,
	.key = key,
	.empty = "",
};

/* ---- which one ---- */

static void page_again(void *state, struct view_order *out)
{
	struct topic_page *p = state;

	snprintf(p->request, sizeof(p->request), "topic");
	request_line_add(p->request, sizeof(p->request), "topic", p->topic);
	asked_begin(&p->asked, p->request, PERIOD_S, out);
}

static void page_open(void *state, const char *subject, struct view_order *out)
{
	struct topic_page *p = state;
	char topic[sizeof(p->topic)];

	snprintf(topic, sizeof(topic), "%s", subject);
	asked_done(p);
	memset(p, 0, sizeof(*p));
	memcpy(p->topic, topic, sizeof(topic));
	page_again(p, out);
}

/* ---- keys ---- */

/* To the next section, or the one before. */
static void jump(struct topic_page *p, int step)
{
	int to = step > 0 ? p->lines : 0;

	for (int i = 0; i < SECTIONS; i++) {
		if (step > 0 && p->sections[i] > p->top && p->sections[i] < to)
			to = p->sections[i];
		if (step < 0 && p->sections[i] < p->top && p->sections[i] > to)
			to = p->sections[i];
	}
	p->top = to;
}

static bool page_act(void *state, struct grid *g, enum action action, struct view_order *out)
{
	struct topic_page *p = state;

	(void)g;
	switch (action) {
	case ACTION_BACK:
	case ACTION_QUIT:
		out->cancel |= 1 << LANE_LIST;
		out->close = true;
		return true;
	case ACTION_CHECK: page_again(p, out); return true;
	case ACTION_NEXT_TAB: jump(p, 1); return true;
	case ACTION_PREVIOUS_TAB: jump(p, -1); return true;
	default: return view_page_scroll(&p->top, p->lines, action);
	}
}

static void page_under(const void *state, struct view_under *out)
{
	const struct topic_page *p = state;

	snprintf(out->topic, sizeof(out->topic), "%s", p->topic);
}

static void page_title(const void *state, char *out, size_t size)
{
	const struct topic_page *p = state;

	snprintf(out, size, "%s", p->topic);
}

/* ---- drawing ---- */

static const struct asked_rows *rows_of(const struct asked *a)
{
	return a->known ? &a->shown : &a->coming;
}

static const char *text_in(const json_t *row, const char *name)
{
	const char *text = json_string_value(json_object_get(row, name));

	return text ? text : "";
}

static int64_t figure_in(const json_t *row, const char *name)
{
	const json_t *j = json_object_get(row, name);

	return json_is_integer(j) ? json_integer_value(j) : -1;
}

static double rate_in(const json_t *row)
{
	const json_t *j = json_object_get(row, "per_s");

	return json_is_number(j) ? json_number_value(j) : NAN;
}

static bool is_part(const json_t *row, const char *part)
{
	return strcmp(text_in(row, "part"), part) == 0;
}

/* As many bytes a second as its messages come, if they are as large as those that are there. */
static int64_t bytes_a_second(const json_t *row)
{
	int64_t bytes = figure_in(row, "bytes"), kept = figure_in(row, "kept");
	double per_s = rate_in(row);

	return bytes < 0 || kept <= 0 || isnan(per_s) ? -1 : (int64_t)(per_s * (double)bytes / (double)kept);
}

enum { FIELDS = 7, FIELD = 11 };

/* Cells from the left, each at the right end of its own columns; those that do not fit are left out. */
static void put_cells(struct sheet *s, enum role role, int first, const char (*cells)[SHOW_SIZE], int n)
{
	int y = sheet_next(s), x = s->x + 2;

	for (int i = 0; y >= 0 && i < n && x + (i ? FIELD : first) <= s->x + s->width; i++) {
		if (i == 0)
			canvas_text(s->cv, y, x, first, role, cells[i]);
		else
			canvas_right(s->cv, y, x, FIELD - 1, role, cells[i]);
		x += i ? FIELD : first;
	}
}

static void draw_partitions(const struct topic_page *p, struct sheet *s)
{
	static const char heads[FIELDS][SHOW_SIZE] = { "part", "kept", "in", "waiting", "loaded", "low", "high" };
	const struct asked_rows *rows = rows_of(&p->asked);

	sheet_rule(s, "partitions", "");
	put_cells(s, ROLE_DIM, 6, heads, FIELDS);
	for (size_t i = 0; i < rows->count; i++) {
		const json_t *row = rows->items[i];
		char cells[FIELDS][SHOW_SIZE];

		if (!is_part(row, "partition"))
			continue;
		snprintf(cells[0], SHOW_SIZE, "%.20s", text_in(row, "what"));
		show_exact(cells[1], figure_in(row, "kept"));
		show_rate(cells[2], rate_in(row));
		show_exact(cells[3], figure_in(row, "lag"));
		show_exact(cells[4], figure_in(row, "committed"));
		show_exact(cells[5], figure_in(row, "low"));
		show_exact(cells[6], figure_in(row, "high"));
		put_cells(s, ROLE_TEXT, 6, cells, FIELDS);
	}
}

static void draw_sizes(const struct topic_page *p, struct sheet *s)
{
	static const char heads[][SHOW_SIZE] = { "part", "bytes", "a message", "about" };
	const struct asked_rows *rows = rows_of(&p->asked);
	bool unknown = false;

	sheet_rule(s, "sizes", "");
	put_cells(s, ROLE_DIM, 6, heads, 4);
	for (size_t i = 0; i < rows->count; i++) {
		const json_t *row = rows->items[i];
		int64_t bytes = figure_in(row, "bytes"), kept = figure_in(row, "kept"), a_second = bytes_a_second(row);
		char cells[4][SHOW_SIZE], rate[SHOW_SIZE];

		if (!is_part(row, "partition") && !is_part(row, "topic"))
			continue;
		unknown |= bytes < 0;
		snprintf(cells[0], SHOW_SIZE, "%.20s", is_part(row, "topic") ? "all" : text_in(row, "what"));
		show_bytes(cells[1], bytes);
		show_bytes(cells[2], bytes < 0 || kept <= 0 ? -1 : bytes / kept);
		snprintf(cells[3], SHOW_SIZE, a_second < 0 ? "-" : "%.20s/s", show_bytes(rate, a_second));
		put_cells(s, is_part(row, "topic") ? ROLE_STRONG : ROLE_TEXT, 6, cells, 4);
	}
	if (unknown)
		sheet_line(s, ROLE_DIM,
				"- : the brokers' folders cannot be asked by this client; kafka-log-dirs.sh of Kafka can");
}

static void draw_groups(const struct topic_page *p, struct sheet *s)
{
	static const char heads[][SHOW_SIZE] = { "group", "part", "offset", "lag" };
	const struct asked_rows *rows = rows_of(&p->asked);
	size_t n = 0;

	sheet_rule(s, "groups that have stored an offset", "4: lag of all");
	for (size_t i = 0; i < rows->count; i++) {
		const json_t *row = rows->items[i];
		char cells[4][SHOW_SIZE];

		if (!is_part(row, "group"))
			continue;
		if (n++ == 0)
			put_cells(s, ROLE_DIM, NAME_LEAST, heads, 4);
		snprintf(cells[0], SHOW_SIZE, "%.*s", NAME_LEAST - 1, text_in(row, "what"));
		show_exact(cells[1], figure_in(row, "partition"));
		show_exact(cells[2], figure_in(row, "offset"));
		show_exact(cells[3], figure_in(row, "lag"));
		put_cells(s, ROLE_TEXT, NAME_LEAST, cells, 4);
	}
	if (n == 0 && p->asked.known)
		sheet_line(s, ROLE_DIM, "nobody has");
}

static int setting_column(const struct asked_rows *rows, const struct sheet *s)
{
	int column = NAME_LEAST, most = s->width - SHEET_STATE - VALUE_LEAST;

	for (size_t i = 0; i < rows->count; i++) {
		const char *what = text_in(rows->items[i], "what");
		int width = is_part(rows->items[i], "setting") ? canvas_width(s->cv, what, strlen(what)) : 0;

		column = width > column ? width : column;
	}
	return column < most ? column : most;
}

/* "604800000 (7d00h)": a time or a size, as it stands and as a person reads it. Kafka's largest number means that there is no limit. */
static void put_value(const char *name, const char *value, char *out, size_t size)
{
	size_t len = strlen(name);
	char *end, text[SHOW_SIZE];
	long long n = strtoll(value, &end, 10);
	bool number = value[0] && *end == '\0' && n >= 1000 && n < LLONG_MAX;

	if (number && len > 3 && strcmp(name + len - 3, ".ms") == 0)
		snprintf(out, size, "%.100s (%s)", value, show_ms(text, n));
	else if (number && len > 6 && strcmp(name + len - 6, ".bytes") == 0)
		snprintf(out, size, "%.100s (%s)", value, show_bytes(text, n));
	else
		snprintf(out, size, "%.900s", value);
}

/* Those that somebody has set come first: the engine sends them so. */
static void draw_settings(const struct topic_page *p, struct sheet *s)
{
	const struct asked_rows *rows = rows_of(&p->asked);
	int column = setting_column(rows, s);
	size_t n = 0;

	sheet_rule(s, "settings in force", "");
	for (size_t i = 0; i < rows->count; i++) {
		const json_t *row = rows->items[i];
		const char *from = text_in(row, "from");
		char value[1000];

		if (!is_part(row, "setting"))
			continue;
		n++;
		put_value(text_in(row, "what"), text_in(row, "value"), value, sizeof(value));
		sheet_fact(s, column, strcmp(from, "default") == 0 ? ROLE_DIM : ROLE_KEY, from, text_in(row, "what"),
				value);
	}
	if (n == 0 && p->asked.known)
		sheet_line(s, ROLE_DIM, "none is known");
}

static void begin_section(struct topic_page *p, int i, const struct sheet *s)
{
	p->sections[i] = s->y + (s->y > 0);
}

/* Both columns move together. */
static int draw_sheets(struct topic_page *p, struct canvas *cv, struct area at)
{
	int half = at.width >= WIDE ? (at.width - 1) / 2 : at.width;
	struct sheet left = { cv, at.y, at.x, at.height, half, p->top, 0 };
	struct sheet right = { cv, at.y, at.x + half + 1, at.height, at.width - half - 1, p->top, 0 };
	struct sheet *second = at.width >= WIDE ? &right : &left;

	begin_section(p, 0, &left);
	draw_partitions(p, &left);
	begin_section(p, 1, &left);
	draw_sizes(p, &left);
	begin_section(p, 2, &left);
	draw_groups(p, &left);
	begin_section(p, 3, second);
	draw_settings(p, second);
	return left.y > right.y ? left.y : right.y;
}

static void page_draw(void *state, struct grid *g, struct canvas *cv, struct area at)
{
	struct topic_page *p = state;

	(void)g;
	if (p->asked.why[0]) {
		struct sheet s = { cv, at.y + 1, at.x, at.height - 1, at.width, 0, 0 };

		sheet_line(&s, ROLE_STATUS_ERROR, p->asked.why);
		return;
	}
	p->lines = draw_sheets(p, cv, at);
	if (p->top > 0 && p->top > p->lines - at.height) {
		p->top = p->lines > at.height ? p->lines - at.height : 0;
		canvas_fill(cv, at.y, at.x, at.height, at.width, ROLE_TEXT);
		draw_sheets(p, cv, at);
	}
	sheet_more(cv, at.y + at.height - 1, at.x, at.width, p->lines - p->top - at.height);
}

const struct view_page view_topic_page = {
	.size = sizeof(struct topic_page),
	.subject = "TOPIC",
	.text = true,
	.done = asked_done,
	.open = page_open,
	.again = page_again,
	.status = asked_status,
	.act = page_act,
	.answer = asked_answer,
	.answer_end = asked_answer_end,
	.under = page_under,
	.title = page_title,
	.draw = page_draw,
};
