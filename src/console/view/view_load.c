/*
 * view_load.c - the loads of the last while, the newest first: what went to the target under which label, how long each part took, and how
 * it ended; above them how much is loaded, and which tables wait and why.
 */
#include "console/view/asked.h"
#include "console/view/view.h"

#include <stdio.h>
#include <string.h>

#include "console/widget/rule.h"
#include "console/widget/show.h"
#include "console/widget/spark.h"

enum {
	COLUMN_TIME,
	COLUMN_TABLE,
	COLUMN_PARTITION,
	COLUMN_ROWS,
	COLUMN_BYTES,
	COLUMN_TOOK,
	COLUMN_PHASES,
	COLUMN_RESULT,
	COLUMN_LABEL,
	COLUMNS
};
enum { BAR = 18, WAITING_MOST = 4 };

static const struct grid_column columns[COLUMNS] = {
	[COLUMN_TIME] = { "time", -8, 0, 0 },
	[COLUMN_TABLE] = { "table", -14, 2, 0 },
	[COLUMN_PARTITION] = { "part", 4, 0, 4 },
	[COLUMN_ROWS] = { "rows", 7, 0, 0 },
	[COLUMN_BYTES] = { "bytes", 8, 0, 3 },
	[COLUMN_TOOK] = { "took", 6, 0, 1 },
	[COLUMN_PHASES] = { "phases", -BAR, 0, 2 },
	[COLUMN_RESULT] = { "result", -9, 0, 0 },
	[COLUMN_LABEL] = { "label", -24, 3, 5 },
};

/* The parts of a load, in their order: a letter of a bar each. */
static const struct {
	const char *name; /* in the answer */
	char letter;
	int us; /* of a unit */
	const char *help;
} phases[] = {
	{ "prepare_us", 't', 1, "the table was looked at and made ready" },
	{ "begin_ms", 'b', 1000, "the transaction began" },
	{ "plan_ms", 'p', 1000, "StarRocks planned it" },
	{ "receive_ms", 'r', 1000, "it received the rows" },
	{ "write_ms", 'w', 1000, "it wrote them" },
	{ "publish_ms", 'c', 1000, "it committed them and made them visible" },
};
enum { PHASES = sizeof(phases) / sizeof(*phases) };

static int64_t took_us(const struct asked *a, size_t row)
{
	return asked_figure(a, row, "prepare_us") + asked_figure(a, row, "load_us");
}

/* Of each phase; what the target does not tell stays in the last one, 'w' for a target that tells nothing. */
static void phase_times(const struct asked *a, size_t row, int64_t us[PHASES + 1])
{
	int64_t told = 0;

	for (size_t i = 0; i < PHASES; i++) {
		int64_t n = asked_figure(a, row, phases[i].name);

		us[i] = n < 0 ? 0 : n * phases[i].us;
		told += us[i];
	}
	us[PHASES] = took_us(a, row) - told > 0 ? took_us(a, row) - told : 0;
}

/* All bars have one scale: the longest load that is known fills its own. */
static void put_bar(const struct asked *a, size_t row, char *out)
{
	int64_t us[PHASES + 1], most = 1, sum = 0;
	int at = 0;

	for (size_t i = 0; i < a->shown.count; i++)
		most = took_us(a, i) > most ? took_us(a, i) : most;
	phase_times(a, row, us);
	for (size_t i = 0; i <= PHASES; i++) {
		sum += us[i];
		while (at < BAR && (int64_t)at < (sum * BAR + most / 2) / most)
			out[at++] = i < PHASES ? phases[i].letter : '.';
	}
	out[at] = '\0';
}

static enum role result_role(const char *result)
{
	return strcmp(result, "loaded") == 0		   ? ROLE_OK
			: strcmp(result, "duplicate") == 0 ? ROLE_TEXT
			: strcmp(result, "later") == 0	   ? ROLE_WARN
							   : ROLE_CRIT;
}

static void cell(const void *of, size_t row, int column, struct grid_text *out)
{
	const struct asked *a = of;
	int64_t bytes = asked_figure(a, row, "bytes");

	switch (column) {
	case COLUMN_TIME:
		show_when(out->text, asked_figure(a, row, "at_us"), a->status ? a->status->wall_us : INT64_MAX);
		break;
	case COLUMN_TABLE:
		out->role = ROLE_STRONG;
		snprintf(out->text, sizeof(out->text), "%.500s", asked_text(a, row, "table"));
		break;
	case COLUMN_PARTITION: show_count(out->text, asked_figure(a, row, "partition")); break;
	case COLUMN_ROWS: show_count(out->text, asked_figure(a, row, "rows")); break;
	case COLUMN_BYTES: show_bytes(out->text, bytes ? bytes : -1); break;
	case COLUMN_TOOK: show_us(out->text, took_us(a, row)); break;
	case COLUMN_PHASES: put_bar(a, row, out->text); break;
	case COLUMN_RESULT:
		out->role = result_role(asked_text(a, row, "result"));
		snprintf(out->text, sizeof(out->text), "%.40s", asked_text(a, row, "result"));
		break;
	default: snprintf(out->text, sizeof(out->text), "%.500s", asked_text(a, row, "label")); break;
	}
}

static int64_t figure(const struct asked *a, size_t row, int column)
{
	switch (column) {
	case COLUMN_TIME: return asked_figure(a, row, "number");
	case COLUMN_PARTITION: return -asked_figure(a, row, "partition");
	case COLUMN_ROWS: return asked_figure(a, row, "rows");
	case COLUMN_BYTES: return asked_figure(a, row, "bytes");
	default: return took_us(a, row);
	}
}

static int compare(const void *of, int column, size_t x, size_t y)
{
	const struct asked *a = of;
	int64_t p = figure(a, x, column), q = figure(a, y, column);

	if (column == COLUMN_TABLE)
		return strcmp(asked_text(a, x, "table"), asked_text(a, y, "table"));
	if (column == COLUMN_RESULT)
		return (int)result_role(asked_text(a, y, "result")) - (int)result_role(asked_text(a, x, "result"));
	if (column == COLUMN_LABEL)
		return strcmp(asked_text(a, x, "label"), asked_text(a, y, "label"));
	return (p < q) - (p > q);
}

static void key(const void *of, size_t row, char out[GRID_KEY])
{
	snprintf(out, GRID_KEY, "%lld", (long long)asked_figure(of, row, "number"));
}

const struct grid_source view_load_source = {
	.columns = columns,
	.ncolumns = COLUMNS,
	.fitted = 1 + COLUMN_TIME,
	.lead = true,
	.count = asked_count,
	.cell = cell,
	.compare = compare,
	.key = key,
	.empty = "nothing was loaded since the start",
};

/* ---- what stands above the list ---- */

static int draw_throughput(const struct status *s, struct canvas *cv, struct area at)
{
	const struct status_trend *trend = status_trend(s, "sink.rate");
	char a[SHOW_SIZE], b[SHOW_SIZE], c[SHOW_SIZE], d[SHOW_SIZE];
	const struct status_stage *sink = NULL;
	int x = at.x + 1, end = at.x + at.width - 1;

	for (size_t i = 0; i < s->nstages; i++)
		if (strcmp(s->stages[i].name, "sink") == 0)
			sink = &s->stages[i];
	x += canvas_text(cv, at.y, x, end - x, show_state_role(s->load.state), half_state_name(s->load.state)) + 2;
	x += canvas_printf(cv, at.y, x, end - x, ROLE_TEXT, "%s loads, rows %s, %s/s, %s behind",
			     show_exact(a, (int64_t)s->load.loads), show_rate(b, sink ? sink->rows_per_s : -1),
			     show_bytes(c, sink ? (int64_t)sink->bytes_per_s : -1), show_ms(d, s->load.lag_ms)) +
			2;
	if (trend && end - x > 8)
		spark_draw(cv, at.y, x, end - x < 60 ? end - x : 60, ROLE_EDGE_IDLE, trend->values, TREND_POINTS);
	return at.y + 1;
}

/* Why its rows are not at the target yet; false: they get on. */
static bool why_waits(const struct status *s, const struct status_table *t, char *out, size_t size)
{
	char pause[SHOW_SIZE];

	for (size_t i = 0; i < s->nproblems; i++)
		if (strcmp(s->problems[i].subject, t->name) == 0 && s->problems[i].holds_up) {
			snprintf(out, size, "%s", s->problems[i].text);
			return true;
		}
	if (t->error[0])
		snprintf(out, size, "%s", t->error);
	else if (t->state == HALF_PAUSED)
		snprintf(out, size, "paused");
	else if (t->slowed_ms)
		snprintf(out, size, "the target has too many versions of it: a load each %s",
				show_ms(pause, t->slowed_ms));
	else
		return false;
	return true;
}

static int draw_waiting(const struct status *s, struct canvas *cv, struct area at, int most)
{
	char why[600];
	int lines = 0;

	for (size_t i = 0; i < s->ntables && lines < most; i++) {
		const struct status_table *t = &s->tables[i];
		int x = at.x + 1, end = at.x + at.width - 1;

		if (!why_waits(s, t, why, sizeof(why)))
			continue;
		if (lines++ == 0)
			rule_draw(cv, at.y++, at.x, at.width, "tables that wait", "");
		x += canvas_text(cv, at.y, x, at.width / 3, show_state_role(t->state), t->name) + 2;
		canvas_text(cv, at.y++, x, end - x, ROLE_TEXT, why);
	}
	return at.y;
}

static void draw(void *state, struct grid *g, struct canvas *cv, struct area at)
{
	struct asked *a = state;
	int y = at.y;

	if (a->status) {
		y = draw_throughput(a->status, cv, at);
		if (at.height > 12)
			y = draw_waiting(a->status, cv, (struct area){ y, at.x, at.height, at.width },
					at.height > 30 ? 2 * WAITING_MOST : WAITING_MOST);
	}
	rule_draw(cv, y, at.x, at.width, "loads",
			at.width > 90 ? "t table  b begin  p plan  r receive  w write  c commit  . other"
				      : "t table b begin p plan r receive w write c commit");
	asked_draw(a, g, &view_load_source, cv, (struct area){ y + 1, at.x, at.height - (y + 1 - at.y), at.width });
}

static void detail(const void *state, size_t row, struct buf *out)
{
	const struct asked *a = state;
	char one[SHOW_SIZE], two[SHOW_SIZE];
	int64_t us[PHASES + 1];

	buf_printf(out, "table: %s, partition %lld, offsets %s", asked_text(a, row, "table"),
			(long long)asked_figure(a, row, "partition"), show_exact(one, asked_figure(a, row, "from")));
	buf_printf(out, " to %s\nresult: %s\n", show_exact(one, asked_figure(a, row, "to") - 1),
			asked_text(a, row, "result"));
	if (asked_text(a, row, "detail")[0])
		buf_printf(out, "the target said: %s\n", asked_text(a, row, "detail"));
	buf_printf(out, "label: %s\nended: %s\n", asked_text(a, row, "label"),
			show_when(one, asked_figure(a, row, "at_us"), a->status ? a->status->wall_us : INT64_MAX));
	buf_printf(out, "messages: %s, rows sent: %s (the last change of each key)\n",
			show_exact(one, asked_figure(a, row, "messages")),
			show_exact(two, asked_figure(a, row, "rows")));
	if (asked_figure(a, row, "bad") > 0)
		buf_printf(out, "dead letters: %s rows that the target cannot take\n",
				show_exact(one, asked_figure(a, row, "bad")));
	buf_printf(out, "took: %s\n", show_us(one, took_us(a, row)));
	phase_times(a, row, us);
	for (size_t i = 0; i < PHASES; i++)
		if (us[i])
			buf_printf(out, "  %c %s: %s\n", phases[i].letter, show_us(one, us[i]), phases[i].help);
	buf_printf(out, "  . %s: what the target does not tell\n", show_us(one, us[PHASES]));
}

static void open(void *state, const char *subject, struct view_order *out)
{
	(void)subject;
	asked_begin(state, "loads n=200", 1, out);
}

const struct view_page view_load_page = {
	.size = sizeof(struct asked),
	.past = true,
	.done = asked_done,
	.open = open,
	.status = asked_status,
	.answer = asked_answer,
	.answer_end = asked_answer_end,
	.detail = detail,
	.draw = draw,
};
