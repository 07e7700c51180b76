/* view_stages.c - one line a stage: what goes in and out, how fast, how late, how full the queue in front of it is. */
#include "console/view/view.h"

#include <stdio.h>
#include <string.h>

#include "console/widget/show.h"

enum {
	COLUMN_STAGE,
	COLUMN_STATE,
	COLUMN_IN,
	COLUMN_OUT,
	COLUMN_RATE,
	COLUMN_P50,
	COLUMN_P99,
	COLUMN_QUEUE,
	COLUMN_BUSY,
	COLUMN_BYTES,
	COLUMNS
};

static const struct grid_column columns[COLUMNS] = {
	[COLUMN_STAGE] = { "stage", -14, 2, 0 },
	[COLUMN_STATE] = { "state", -9, 1, 0 },
	[COLUMN_IN] = { "in", 7, 1, 0 },
	[COLUMN_OUT] = { "out", 7, 1, 0 },
	[COLUMN_RATE] = { "rows/s", 8, 1, 0 },
	[COLUMN_P50] = { "p50", 7, 1, 2 },
	[COLUMN_P99] = { "p99", 7, 1, 0 },
	[COLUMN_QUEUE] = { "queue", 6, 1, 0 },
	[COLUMN_BUSY] = { "busy", 5, 1, 1 },
	[COLUMN_BYTES] = { "bytes/s", 10, 1, 3 },
};

static size_t count(const void *of)
{
	const struct status *s = of;
	return s->nstages;
}

static void cell(const void *of, size_t row, int column, struct grid_text *out)
{
	const struct status *s = of;
	const struct status_stage *stage = &s->stages[row];
	bool slow = s->bottleneck.stage[0] && strcmp(s->bottleneck.stage, stage->name) == 0;

	switch (column) {
	case COLUMN_STAGE:
		out->role = slow ? ROLE_CRIT : ROLE_STRONG;
		snprintf(out->text, sizeof(out->text), "%s %s%s", stage->load_half ? "load" : "capture", stage->name,
				slow ? " SLOW" : "");
		break;
	case COLUMN_STATE:
		out->role = show_state_role(stage->state);
		snprintf(out->text, sizeof(out->text), "%s", half_state_name(stage->state));
		break;
	case COLUMN_IN: show_count(out->text, (int64_t)stage->in); break;
	case COLUMN_OUT: show_count(out->text, (int64_t)stage->out); break;
	case COLUMN_RATE: show_rate(out->text, stage->rows_per_s); break;
	case COLUMN_P50: show_us(out->text, stage->p50_us); break;
	case COLUMN_P99: show_us(out->text, stage->p99_us); break;
	case COLUMN_QUEUE:
		out->role = show_fill_role(stage->queue_fill);
		show_percent(out->text, stage->queue_fill);
		break;
	case COLUMN_BUSY: show_percent(out->text, stage->busy); break;
	default: show_bytes(out->text, (int64_t)stage->bytes_per_s); break;
	}
}

static double figure(const struct status_stage *stage, int column)
{
	const double figures[COLUMNS] = {
		[COLUMN_IN] = (double)stage->in,
		[COLUMN_OUT] = (double)stage->out,
		[COLUMN_RATE] = stage->rows_per_s,
		[COLUMN_P50] = (double)stage->p50_us,
		[COLUMN_P99] = (double)stage->p99_us,
		[COLUMN_QUEUE] = stage->queue_fill,
		[COLUMN_BUSY] = stage->busy,
		[COLUMN_BYTES] = stage->bytes_per_s,
	};

	return figures[column];
}

static int compare(const void *of, int column, size_t a, size_t b)
{
	const struct status *s = of;
	const struct status_stage *x = &s->stages[a], *y = &s->stages[b];

	if (column == COLUMN_STAGE)
		return 0; /* the order of the flow */
	if (column == COLUMN_STATE)
		return (int)y->state - (int)x->state;
	return (figure(x, column) < figure(y, column)) - (figure(x, column) > figure(y, column));
}

static void key(const void *of, size_t row, char out[GRID_KEY])
{
	const struct status *s = of;
	snprintf(out, GRID_KEY, "%d%s", s->stages[row].load_half, s->stages[row].name);
}

const struct grid_source view_stages_source = {
	.columns = columns,
	.ncolumns = COLUMNS,
	.count = count,
	.cell = cell,
	.compare = compare,
	.key = key,
	.empty = "no stages yet: the engine is starting",
};

void view_stages_detail(const struct status *s, size_t row, struct buf *out)
{
	const struct status_stage *stage = &s->stages[row];
	const struct status_trouble *trouble = stage->load_half ? &s->load.trouble : &s->capture.trouble;
	char tries[SHOW_TROUBLE];
	char a[SHOW_SIZE], b[SHOW_SIZE];

	buf_printf(out, "stage: %s %s\nstate: %s\n", stage->load_half ? "load" : "capture", stage->name,
			half_state_name(stage->state));
	if (strcmp(s->bottleneck.stage, stage->name) == 0)
		buf_printf(out, "slow: %s\n", s->bottleneck.why);
	if (trouble->error[0])
		buf_printf(out, "error: %s\n%s: %s\n", trouble->error, trouble->kind, show_trouble(tries, trouble));
	buf_printf(out, "rows in: %s\nrows out: %s\n", show_exact(a, (int64_t)stage->in),
			show_exact(b, (int64_t)stage->out));
	buf_printf(out, "now: %s, %s a second\n", show_rate(a, stage->rows_per_s),
			show_bytes(b, (int64_t)stage->bytes_per_s));
	buf_printf(out, "from the commit to here, last minute: p50 %s, p99 %s\n", show_us(a, stage->p50_us),
			show_us(b, stage->p99_us));
	buf_printf(out, "queue in front: %s full\n", show_percent(a, stage->queue_fill));
	buf_printf(out, "working: %s of the time\n", show_percent(a, stage->busy));
	buf_printf(out, "waiting: %s for rows, %s for the next stage\n", show_percent(a, stage->wait_in),
			show_percent(b, stage->wait_out));
	if (!stage->load_half) {
		buf_printf(out, "server: %s\nbinlog: %s:%llu\n", s->capture.server, s->capture.file,
				(unsigned long long)s->capture.pos);
		if (s->capture.why[0])
			buf_printf(out, "state: %s\n", s->capture.why);
		view_reading_detail(s, out);
		buf_printf(out, "gtid: %s\nserver gtid: %s\n", s->capture.gtid, s->capture.server_gtid);
		buf_printf(out, "behind: %s, %s\nreconnects: %llu\n", show_bytes(a, s->capture.behind_bytes),
				show_ms(b, s->capture.lag_ms), (unsigned long long)s->capture.reconnects);
	} else {
		buf_printf(out, "target: %s\nbehind: %s rows, %s\n", s->load.target, show_exact(a, s->load.lag_rows),
				show_ms(b, s->load.lag_ms));
	}
}

const char *view_stages_target(const struct status *s, size_t row, bool *paused)
{
	bool load = s->stages[row].load_half;

	*paused = (load ? s->load.state : s->capture.state) == HALF_PAUSED;
	return load ? "load" : "capture";
}
