/*
 * view_lag.c - how far everybody is: the positions from the oldest binlog that MySQL still has to what is loaded, when what waits will be
 * loaded at this rate, and a line for each group and partition.
 */
#include "console/view/asked.h"
#include "console/view/view.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "console/keys/request_line.h"
#include "console/widget/chart.h"
#include "console/widget/rule.h"
#include "console/widget/show.h"

enum {
	COLUMN_GROUP,
	COLUMN_TOPIC,
	COLUMN_PARTITION,
	COLUMN_OFFSET,
	COLUMN_END,
	COLUMN_LAG,
	COLUMN_TREND,
	COLUMN_LEFT,
	COLUMNS
};
enum { PERIOD_S = 3, LABEL = 11, CHART = 8, LATE_MS = 10000 };

static const struct grid_column columns[COLUMNS] = {
	[COLUMN_GROUP] = { "group", -12, 1, 2 },
	[COLUMN_TOPIC] = { "topic", -20, 3, 0 },
	[COLUMN_PARTITION] = { "part", 4, 0, 2 },
	[COLUMN_OFFSET] = { "offset", 11, 0, 4 },
	[COLUMN_END] = { "end", 11, 0, 3 },
	[COLUMN_LAG] = { "lag", 9, 0, 0 },
	[COLUMN_TREND] = { "change", 10, 0, 2 },
	[COLUMN_LEFT] = { "catch up", 8, 0, 1 },
};

static double trend(const struct asked *a, size_t row)
{
	const json_t *j = json_object_get(a->shown.items[row], "lag_per_s");

	return json_is_number(j) ? json_number_value(j) : NAN;
}

static const char *show_trend(char *out, double per_s)
{
	char rate[SHOW_SIZE];

	if (isnan(per_s))
		return strcpy(out, "-");
	if (fabs(per_s) < 0.5)
		return strcpy(out, "steady");
	snprintf(out, SHOW_SIZE, "%c%.20s", per_s > 0 ? '+' : '-', show_rate(rate, fabs(per_s)));
	return out;
}

/* What waits a few seconds is on its way, and may be more or less from minute to minute. */
static bool is_late(const struct asked *a, size_t row)
{
	const struct status *s = a->status;
	int64_t lag_ms = s ? s->load.lag_ms : -1;

	for (size_t i = 0; s && i < s->ntables; i++)
		if (strcmp(s->tables[i].name, asked_text(a, row, "table")) == 0)
			lag_ms = s->tables[i].lag_ms;
	return lag_ms < 0 || lag_ms >= LATE_MS;
}

/* How long until nothing waits, if it goes on like this. */
static const char *show_left(char *out, int64_t lag, double per_s, bool late)
{
	if (lag == 0)
		return strcpy(out, "now");
	if (lag < 0 || isnan(per_s))
		return strcpy(out, "-");
	if (per_s > -0.5 && !late)
		return strcpy(out, "keeps up");
	return per_s > -0.5 ? strcpy(out, "never") : show_age(out, (int64_t)((double)lag / -per_s));
}

static void cell(const void *of, size_t row, int column, struct grid_text *out)
{
	const struct asked *a = of;
	int64_t lag = asked_figure(a, row, "lag");

	switch (column) {
	case COLUMN_GROUP: snprintf(out->text, sizeof(out->text), "%.500s", asked_text(a, row, "group")); break;
	case COLUMN_TOPIC:
		out->role = ROLE_STRONG;
		snprintf(out->text, sizeof(out->text), "%.500s", asked_text(a, row, "topic"));
		break;
	case COLUMN_PARTITION: show_count(out->text, asked_figure(a, row, "partition")); break;
	case COLUMN_OFFSET: show_exact(out->text, asked_figure(a, row, "offset")); break;
	case COLUMN_END: show_exact(out->text, asked_figure(a, row, "high")); break;
	case COLUMN_LAG:
		out->role = lag > 0 ? ROLE_STRONG : ROLE_TEXT;
		show_exact(out->text, lag);
		break;
	case COLUMN_TREND:
		out->role = trend(a, row) >= 0.5 && is_late(a, row) ? ROLE_WARN : ROLE_TEXT;
		show_trend(out->text, trend(a, row));
		break;
	default:
		show_left(out->text, lag, trend(a, row), is_late(a, row));
		out->role = strcmp(out->text, "never") == 0 ? ROLE_CRIT : ROLE_TEXT;
		break;
	}
}

static int compare(const void *of, int column, size_t x, size_t y)
{
	static const char *const names[COLUMNS] = { "group", "topic", "partition", "offset", "high", "lag", "lag",
		"lag" };
	const struct asked *a = of;
	int64_t p, q;

	if (column == COLUMN_GROUP || column == COLUMN_TOPIC)
		return strcmp(asked_text(a, x, names[column]), asked_text(a, y, names[column]));
	p = asked_figure(a, x, names[column]);
	q = asked_figure(a, y, names[column]);
	return (p < q) - (p > q);
}

static void key(const void *of, size_t row, char out[GRID_KEY])
{
	snprintf(out, GRID_KEY, "%.200s/%.250s/%lld", asked_text(of, row, "group"), asked_text(of, row, "topic"),
			(long long)asked_figure(of, row, "partition"));
}

const struct grid_source view_lag_source = {
	.columns = columns,
	.ncolumns = COLUMNS,
	.count = asked_count,
	.cell = cell,
	.compare = compare,
	.key = key,
	.empty = "no group has stored an offset yet: nothing was loaded",
};

/* ---- the positions ---- */

/* A bar from the oldest to the newest; what lies behind the mark waits. */
static void draw_ruler(struct canvas *cv, int y, int x, int width, int64_t before, int64_t behind)
{
	double whole = (double)before + (double)behind;
	int mark = whole > 0 ? (int)((double)before / whole * (width - 1)) : width - 1;

	if (width < 4)
		return;
	if (before < 0 || behind < 0) { /* not known */
		canvas_line(cv, y, x, width, ROLE_DIM, 0xb7);
		return;
	}
	if (behind > 0 && mark > width - 2)
		mark = width - 2; /* what waits is seen, however little it is */
	canvas_line(cv, y, x, mark, ROLE_EDGE_IDLE, 0x2588);
	canvas_line(cv, y, x + mark + 1, width - mark - 1, behind ? ROLE_WARN : ROLE_DIM, 0x2591);
	canvas_glyph(cv, y, x + mark, ROLE_STRONG, '|');
}

static void draw_label(struct canvas *cv, struct area at, int y, const char *label)
{
	canvas_text(cv, y, at.x + 1, LABEL - 1, ROLE_DIM, label);
}

static int draw_binlog(const struct status_capture *c, struct canvas *cv, struct area at)
{
	int x = at.x + 1 + LABEL, width = at.x + at.width - 1 - x, y = at.y;
	char a[SHOW_SIZE], b[SHOW_SIZE];

	draw_label(cv, at, y, "MySQL");
	canvas_printf(cv, y++, x, width, ROLE_TEXT, "oldest %s  read %s:%llu  end %s:%llu",
			c->oldest_file[0] ? c->oldest_file : "-", c->read_file[0] ? c->read_file : "-",
			(unsigned long long)c->read_pos,
			strcmp(c->read_file, c->server_file) == 0 ? "" : c->server_file,
			(unsigned long long)(c->server_pos > c->read_pos || strcmp(c->read_file, c->server_file) != 0
							? c->server_pos
							: c->read_pos));
	draw_ruler(cv, y++, x, width < 70 ? width : 70, c->kept_bytes, c->behind_bytes);
	canvas_printf(cv, y++, x, width, ROLE_TEXT, "not read: %s, %s behind; in the log: %s:%llu",
			show_bytes(a, c->behind_bytes), show_ms(b, c->lag_ms), c->file[0] ? c->file : "-",
			(unsigned long long)c->pos);
	draw_label(cv, at, y, "purge");
	if (c->keeps_ms < 0)
		canvas_text(cv, y++, x, width, ROLE_TEXT, "-: how long MySQL keeps its binlog is not known yet");
	else if (c->keeps_ms == 0)
		canvas_text(cv, y++, x, width, ROLE_TEXT, "MySQL keeps its binlog until somebody purges it");
	else
		canvas_printf(cv, y++, x, width, c->lag_ms > c->keeps_ms / 2 ? ROLE_CRIT : ROLE_TEXT,
				"what is not read is purged in %s or later; files are kept %s",
				show_ms(b, c->lag_ms < c->keeps_ms ? c->keeps_ms - (c->lag_ms > 0 ? c->lag_ms : 0) : 0),
				show_ms(a, c->keeps_ms));
	return y;
}

/* Of all partitions that our group has stored an offset of. */
struct waiting {
	int64_t kept, lag;
	double per_s;
};

static struct waiting sum_log(const struct status *s)
{
	struct waiting w = { s->load.kept_rows, s->load.lag_rows, s->load.lag_per_s };

	if (s->npartitions < s->all_partitions) /* only some of them are here */
		return w;
	w = (struct waiting){ 0 };

	for (size_t i = 0; i < s->npartitions; i++) {
		const struct status_partition *p = &s->partitions[i];

		if (p->lag < 0)
			continue;
		w.kept += p->committed - p->low;
		w.lag += p->lag;
		w.per_s += isnan(p->lag_per_s) ? 0 : p->lag_per_s;
	}
	return w;
}

static int draw_log(const struct status *s, struct canvas *cv, struct area at)
{
	int x = at.x + 1 + LABEL, width = at.x + at.width - 1 - x, y = at.y;
	struct waiting w = sum_log(s);
	char a[SHOW_SIZE], b[SHOW_SIZE], c[SHOW_SIZE], d[SHOW_SIZE];

	draw_label(cv, at, y, "log");
	draw_ruler(cv, y++, x, width < 70 ? width : 70, w.kept, w.lag);
	canvas_printf(cv, y++, x, width, ROLE_TEXT, "%s loaded and kept, %s wait (%s), %s behind",
			show_exact(a, w.kept), show_exact(b, w.lag), show_trend(c, w.per_s),
			show_ms(d, s->load.lag_ms));
	draw_label(cv, at, y, "catch up");
	show_left(a, w.lag, w.per_s, s->load.lag_ms < 0 || s->load.lag_ms >= LATE_MS);
	if (strcmp(a, "never") == 0)
		canvas_printf(cv, y++, x, width, ROLE_CRIT, "never at this rate: as much comes as is loaded");
	else
		canvas_printf(cv, y++, x, width, ROLE_TEXT, "%s%s",
				strcmp(a, "now") == 0			     ? "nothing waits"
						: strcmp(a, "keeps up") == 0 ? "what comes is loaded within seconds"
									     : "in ",
				strcmp(a, "now") == 0 || strcmp(a, "keeps up") == 0 ? "" : a);
	draw_label(cv, at, y, "target");
	if (s->complete_us < 0)
		canvas_text(cv, y++, x, width, ROLE_TEXT, "complete to -");
	else
		canvas_printf(cv, y++, x, width, show_complete_role(s), "complete to %s, %s; GTIDs %s",
				show_clock(a, s->complete_us), show_since(b, (s->wall_us - s->complete_us) / 1000),
				s->complete_gtid[0] ? s->complete_gtid : "-");
	return y;
}

static const char *show_rows(char *out, double rows)
{
	return show_count(out, (int64_t)rows);
}

static int draw_chart(const struct status *s, struct canvas *cv, struct area at)
{
	const struct status_trend *t = status_trend(s, "load.rows");

	if (t == NULL || at.height < 30)
		return at.y;
	rule_draw(cv, at.y, at.x, at.width, "messages that wait, the last hour", "");
	chart_draw(cv, at.y + 1, at.x, CHART, at.width,
			&(struct chart){
					.values = t->values,
					.time = { .n = TREND_POINTS, .step_s = t->step_s, .end_us = s->wall_us },
					.show = show_rows,
					.role = ROLE_EDGE_IDLE,
					.least_top = 100,
			});
	return at.y + 1 + CHART;
}

static void draw(void *state, struct grid *g, struct canvas *cv, struct area at)
{
	struct asked *a = state;
	int y = at.y;

	if (a->status && at.height > 12) {
		rule_draw(cv, y++, at.x, at.width, "positions", "");
		if (a->status->capture.enabled)
			y = draw_binlog(&a->status->capture, cv, (struct area){ y, at.x, at.height, at.width });
		if (a->status->load.enabled)
			y = draw_log(a->status, cv, (struct area){ y, at.x, at.height, at.width });
		y = draw_chart(a->status, cv, (struct area){ y, at.x, at.height, at.width });
	}
	rule_draw(cv, y++, at.x, at.width, "groups and partitions", a->past ? "other groups are not recorded" : "");
	asked_draw(a, g, &view_lag_source, cv, (struct area){ y, at.x, at.height - (y - at.y), at.width });
}

static void detail(const void *state, size_t row, struct buf *out)
{
	const struct asked *a = state;
	char one[SHOW_SIZE];

	buf_printf(out, "group: %s\ntopic: %s, partition %lld\n", asked_text(a, row, "group"),
			asked_text(a, row, "topic"), (long long)asked_figure(a, row, "partition"));
	buf_printf(out, "oldest message: %s\n", show_exact(one, asked_figure(a, row, "low")));
	buf_printf(out, "loaded up to: %s\n", show_exact(one, asked_figure(a, row, "offset")));
	buf_printf(out, "end: %s\n", show_exact(one, asked_figure(a, row, "high")));
	buf_printf(out, "lag: %s messages\n", show_exact(one, asked_figure(a, row, "lag")));
	buf_printf(out, "change: %s, over the last minute\n", show_trend(one, trend(a, row)));
	buf_printf(out, "catch up: %s\n", show_left(one, asked_figure(a, row, "lag"), trend(a, row), is_late(a, row)));
	if (asked_text(a, row, "table")[0])
		buf_printf(out, "\nset back: our own group: ':replay-plan %s 90m' says which offsets it would be, ':replay' does it\n",
				asked_text(a, row, "table"));
	buf_printf(out, "another group: ':group-plan %s %s begin' and ':group-reset', while nobody is in it\n",
			asked_text(a, row, "group"), asked_text(a, row, "topic"));
}

static void under(const void *state, struct view_under *out)
{
	const struct asked *a = state;

	if (a->past || a->cursor >= a->shown.count)
		return;
	snprintf(out->group, sizeof(out->group), "%s", asked_text(a, a->cursor, "group"));
	snprintf(out->topic, sizeof(out->topic), "%s", asked_text(a, a->cursor, "topic"));
	snprintf(out->table, sizeof(out->table), "%s", asked_text(a, a->cursor, "table"));
}

static void open(void *state, const char *subject, struct view_order *out)
{
	(void)subject;
	asked_begin(state, "groups", PERIOD_S, out);
}

/* Of then our own group is recorded, not the others. */
static void status(void *state, const struct status *s, struct view_order *out)
{
	struct asked *a = state;

	asked_status(a, s, out);
	if (!out->past)
		return;
	asked_forget(a);
	for (size_t i = 0; i < s->npartitions; i++) {
		const struct status_partition *p = &s->partitions[i];
		json_t *row = json_pack("{s:s, s:s, s:i, s:I, s:I, s:I, s:I}", "group", "(of the load)", "topic",
				p->topic, "partition", (int)p->id, "low", (json_int_t)p->low, "high",
				(json_int_t)p->high, "offset", (json_int_t)p->committed, "lag", (json_int_t)p->lag);

		if (row == NULL) /* a name that is no UTF-8 */
			continue;
		if (!isnan(p->lag_per_s))
			json_object_set_new(row, "lag_per_s", json_real(p->lag_per_s));
		asked_add(a, row);
	}
}

const struct view_page view_lag_page = {
	.size = sizeof(struct asked),
	.past = true,
	.done = asked_done,
	.open = open,
	.status = status,
	.answer = asked_answer,
	.answer_end = asked_answer_end,
	.detail = detail,
	.under = under,
	.draw = draw,
};
