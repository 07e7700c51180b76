/* capture_status.c - what is told of the capture half: where the log is, what the source does, what is read beside the stream. @thread any */
#include <stdlib.h>
#include <string.h>

#include "core/clock.h"
#include "core/must.h"
#include "core/xalloc.h"
#include "engine/capture/capture_parts.h"

static void copy_fill(struct status_fill *out, const struct source_fill_status *st)
{
	*out = (struct status_fill){
		.tables = st->tables,
		.orders = st->orders,
		.paused = st->paused,
		.rows = st->rows,
		.total = st->total,
		.rows_per_s = st->rows_per_s,
		.left_ms = st->left_ms,
	};
	snprintf(out->table, sizeof(out->table), "%s", st->table);
	snprintf(out->throttled, sizeof(out->throttled), "%s", st->throttled);
	snprintf(out->waits, sizeof(out->waits), "%s", st->waits);
	snprintf(out->error, sizeof(out->error), "%s", st->error);
}

static void copy_source(struct status_capture *out, const struct source_status *st)
{
	copy_fill(&out->fill, &st->fill);
	snprintf(out->server, sizeof(out->server), "%s", st->server);
	snprintf(out->server_gtid, sizeof(out->server_gtid), "%s", st->server_gtids);
	snprintf(out->server_file, sizeof(out->server_file), "%s", st->server_file);
	out->server_pos = st->server_pos;
	snprintf(out->why, sizeof(out->why), "%s", st->why);
	out->behind_bytes = st->behind_bytes;
	snprintf(out->read_file, sizeof(out->read_file), "%s", st->file);
	out->read_pos = st->pos;
	snprintf(out->oldest_file, sizeof(out->oldest_file), "%s", st->kept.oldest);
	out->kept_bytes = st->kept.bytes;
	out->keeps_ms = st->kept.keeps_ms;
	out->reconnects = st->reconnects;
	out->snapshot = (struct status_snapshot){
		.running = st->state == SOURCE_SNAPSHOT,
		.tables_done = st->snapshot_tables_done,
		.tables_total = st->snapshot_tables_total,
		.rows_done = st->snapshot_rows_done,
		.rows_total = st->snapshot_rows_total,
		.left_ms = st->snapshot_left_ms,
		.chunks = st->snapshot_chunks,
		.rows_per_s = st->snapshot_rows_per_s,
		.keeps_ms = st->snapshot_keeps_ms,
	};
	snprintf(out->snapshot.table, sizeof(out->snapshot.table), "%s", st->snapshot_table);
	out->lag_ms = st->last_commit_us && st->behind_bytes != 0 ? (clock_wall_us() - st->last_commit_us) / 1000 : 0;
	if (out->lag_ms < 0)
		out->lag_ms = 0;
	if (st->state == SOURCE_CONNECTING) /* what the server has by now, nobody knows */
		out->lag_ms = out->behind_bytes = -1;
}

/* How many tables stand in the plan of the position in the log: it is read when it is another one. Under half.lock */
static unsigned logged_tables(struct capture *c)
{
	const char *plan = c->logged.snapshot ? NULL : c->logged.progress;

	must_hold(&c->half.lock);
	if (plan == NULL)
		return 0;
	if (c->counted == NULL || strcmp(c->counted, plan) != 0) {
		free(c->counted);
		c->counted = xstrdup(plan);
		c->counted_tables = capture_plan_tables(plan);
	}
	return c->counted_tables;
}

void capture_status(struct capture *c, struct status *status)
{
	struct status_capture *out = &status->capture;
	struct source_status *st = xcalloc(1, sizeof(*st));
	unsigned logged = 0;
	size_t waiting;
	bool have;

	pthread_mutex_lock(&c->half.lock);
	have = c->source != NULL;
	if (have)
		source_status(c->source, st);
	snprintf(out->gtid, sizeof(out->gtid), "%s", c->logged.gtids ? c->logged.gtids : "");
	snprintf(out->file, sizeof(out->file), "%s", c->logged.file);
	out->pos = c->logged.pos;
	waiting = orders_waiting(c);
	if (st->fill.tables == 0)
		logged = logged_tables(c);
	pthread_mutex_unlock(&c->half.lock);
	out->enabled = true;
	out->lag_ms = out->behind_bytes = out->kept_bytes = out->keeps_ms = -1;
	out->snapshot.left_ms = out->snapshot.keeps_ms = out->fill.left_ms = -1;
	if (have)
		copy_source(out, st);
	if (out->fill.tables == 0) /* the source has read them; their last rows are on their way into the log */
		out->fill.tables = logged;
	if (out->fill.orders < waiting)
		out->fill.orders = (unsigned)waiting;
	half_view(&c->half, &out->state, &out->trouble);
	capture_readings(c, status);
	free(st);
}

void capture_logged(struct capture *c, struct position *out)
{
	pthread_mutex_lock(&c->half.lock);
	position_copy(out, &c->logged);
	pthread_mutex_unlock(&c->half.lock);
}
