/* view_snapshots.c - the tables of the snapshot that runs, or of the last one: a bar each, how fast, how long still; what it waits for. */
#include "console/view/view.h"

#include <stdio.h>
#include <string.h>

#include "console/widget/rule.h"
#include "console/widget/show.h"

enum {
	COLUMN_TABLE,
	COLUMN_STATE,
	COLUMN_ROWS,
	COLUMN_TOTAL,
	COLUMN_SHARE,
	COLUMN_CHUNKS,
	COLUMN_RATE,
	COLUMN_LEFT,
	COLUMNS
};
enum { BAR = 16 };

static const struct grid_column columns[COLUMNS] = {
	[COLUMN_TABLE] = { "table", -16, 3, 0 },
	[COLUMN_STATE] = { "state", -8, 0, 2 },
	[COLUMN_ROWS] = { "rows", 11, 0, 2 },
	[COLUMN_TOTAL] = { "of about", 11, 0, 3 },
	[COLUMN_SHARE] = { "done", -(BAR + 5), 0, 0 },
	[COLUMN_CHUNKS] = { "chunks", 6, 0, 4 },
	[COLUMN_RATE] = { "rows/s", 8, 0, 2 },
	[COLUMN_LEFT] = { "left", 6, 0, 1 },
};

static size_t count(const void *of)
{
	const struct status *s = of;
	return s->nreadings;
}

static bool is_over(const struct status_reading *r)
{
	return strcmp(r->state, "done") == 0 || strcmp(r->state, "ended") == 0;
}

/* The server's number of rows is an estimate: what runs is never whole before it is. */
static double share_of(const struct status_reading *r)
{
	if (strcmp(r->state, "done") == 0)
		return 1;
	if (r->total == 0)
		return -1;
	return r->rows < r->total ? (double)r->rows / (double)r->total : 0.99;
}

static void put_bar(char *out, size_t size, double share)
{
	char percent[SHOW_SIZE], bar[BAR + 1];
	int full = share < 0 ? 0 : (int)(share * BAR);

	for (int i = 0; i < BAR; i++)
		bar[i] = i < full ? '#' : '.';
	bar[BAR] = '\0';
	snprintf(out, size, "%s %4s", bar, show_percent(percent, share));
}

static enum role state_role(const struct status_reading *r)
{
	return strcmp(r->state, "running") == 0 ? ROLE_OK : strcmp(r->state, "ended") == 0 ? ROLE_WARN : ROLE_DIM;
}

static void cell(const void *of, size_t row, int column, struct grid_text *out)
{
	const struct status *s = of;
	const struct status_reading *r = &s->readings[row];
	bool running = strcmp(r->state, "running") == 0;

	switch (column) {
	case COLUMN_TABLE:
		out->role = ROLE_STRONG;
		snprintf(out->text, sizeof(out->text), "%s", r->name);
		break;
	case COLUMN_STATE:
		out->role = state_role(r);
		snprintf(out->text, sizeof(out->text), "%s", r->state);
		break;
	case COLUMN_ROWS: show_exact(out->text, (int64_t)r->rows); break;
	case COLUMN_TOTAL: show_exact(out->text, r->total ? (int64_t)r->total : -1); break;
	case COLUMN_SHARE:
		out->role = state_role(r);
		put_bar(out->text, sizeof(out->text), share_of(r));
		break;
	case COLUMN_CHUNKS: show_count(out->text, (int64_t)r->chunks); break;
	case COLUMN_RATE: show_rate(out->text, running ? r->rows_per_s : -1); break;
	default: show_ms(out->text, is_over(r) ? 0 : r->left_ms); break;
	}
}

static void key(const void *of, size_t row, char out[GRID_KEY])
{
	const struct status *s = of;
	snprintf(out, GRID_KEY, "%s", s->readings[row].name);
}

const struct grid_source view_snapshots_source = {
	.columns = columns,
	.ncolumns = COLUMNS,
	.count = count,
	.cell = cell,
	.key = key,
	.empty = "':snapshot TABLE' reads a table again beside the stream; 6: those that ended",
};

static int draw_total(const struct status *s, struct canvas *cv, struct area at)
{
	const struct status_snapshot *one = &s->capture.snapshot;
	const struct status_fill *fill = &s->capture.fill;
	uint64_t rows = one->running ? one->rows_done : fill->all_rows;
	uint64_t total = one->running ? one->rows_total : fill->all_total;
	char title[200], a[SHOW_SIZE], b[SHOW_SIZE], c[SHOW_SIZE];

	if (!view_reading_title(s, title, sizeof(title))) {
		canvas_text(cv, at.y, at.x + 1, at.width - 2, ROLE_DIM, "no snapshot runs");
		return at.y + 1;
	}
	canvas_printf(cv, at.y, at.x + 1, at.width - 2, fill->paused ? ROLE_PAUSED : ROLE_OK, "%s snapshot: %s",
			one->running ? "the initial" : "a", title);
	canvas_printf(cv, at.y + 1, at.x + 1, at.width - 2, ROLE_TEXT, "%s of about %s rows, %s",
			show_exact(a, (int64_t)rows), show_exact(b, total ? (int64_t)total : -1),
			show_rate(c, one->running ? one->rows_per_s : fill->rows_per_s));
	return at.y + 2;
}

/* What holds it up. */
static int draw_waits(const struct status *s, struct canvas *cv, struct area at)
{
	const struct status_fill *fill = &s->capture.fill;
	char keeps[SHOW_SIZE];

	if (fill->throttled[0])
		canvas_printf(cv, at.y++, at.x + 1, at.width - 2, ROLE_WARN, "throttled: %s", fill->throttled);
	if (fill->waits[0])
		canvas_printf(cv, at.y++, at.x + 1, at.width - 2, ROLE_WARN, "waits: %s", fill->waits);
	if (fill->error[0])
		canvas_printf(cv, at.y++, at.x + 1, at.width - 2, ROLE_CRIT, "%s", fill->error);
	if (fill->orders)
		canvas_printf(cv, at.y++, at.x + 1, at.width - 2, ROLE_TEXT, "%u more asked for", fill->orders);
	if (s->capture.snapshot.running && s->capture.snapshot.keeps_ms >= 0)
		canvas_printf(cv, at.y++, at.x + 1, at.width - 2,
				s->capture.snapshot.left_ms > s->capture.snapshot.keeps_ms ? ROLE_CRIT : ROLE_TEXT,
				"MySQL keeps the binlog that has to follow for another %s",
				show_ms(keeps, s->capture.snapshot.keeps_ms));
	return at.y;
}

void view_snapshots_draw(struct grid *g, const struct status *s, struct canvas *cv, struct area at)
{
	int y = draw_total(s, cv, at);

	y = draw_waits(s, cv, (struct area){ y, at.x, at.height, at.width });
	rule_draw(cv, y++, at.x, at.width, "tables", "");
	grid_draw(g, &view_snapshots_source, s, cv, y, at.x, at.height - (y - at.y), at.width);
}

const char *view_snapshots_target(const struct status *s, size_t row, bool *paused)
{
	(void)row;
	*paused = s->capture.fill.paused;
	return "snapshot";
}

void view_snapshots_topic(const struct status *s, size_t row, char *out, size_t size)
{
	snprintf(out, size, "%s", s->readings[row].name);
}
