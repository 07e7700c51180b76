/* mysql_lanes.c - see mysql_lanes.h. A chunk with the number n is read by the lane n modulo lanes. */
#include "config.h"
#include "source/snapshot/mysql_lanes.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/clock.h"
#include "core/xalloc.h"
#include "source/server/mysql_scan.h"
#include "source/snapshot/mysql_lane_plan.h"

enum { AHEAD_BYTES = 8 << 20, LANES_MAX = 64 };

struct lane {
	struct mysql_conn *conn;
	struct scan scan;
	size_t table;  /* of its last chunk; SIZE_MAX: none yet */
	bool last;     /* the chunk is its table's last one */
	uint64_t rows; /* of the chunk, so far */
};

struct lanes {
	struct lanes_setup setup;
	struct lane *items;
	unsigned n;
	uint64_t reading, next; /* numbers of chunks: the one whose rows go out, the next to be asked for */
	struct lane_plan plan;
};

static struct lane *lane_of(struct lanes *l, uint64_t chunk)
{
	return &l->items[chunk % l->n];
}

struct lanes *lanes_new(const struct lanes_setup *setup)
{
	struct lanes *l = xcalloc(1, sizeof(*l));

	l->setup = *setup;
	l->n = setup->n > 0 ? setup->n : 1;
	l->items = xcalloc(l->n, sizeof(*l->items));
	for (unsigned i = 0; i < l->n; i++) {
		l->items[i].conn = setup->n > 0 ? &setup->conns[i] : setup->planner;
		l->items[i].table = SIZE_MAX;
		scan_open(&l->items[i].scan, l->items[i].conn);
	}
	lane_plan_init(&l->plan, &l->setup);
	return l;
}

void lanes_free(struct lanes *l)
{
	if (l == NULL)
		return;
	for (unsigned i = 0; i < l->n; i++)
		scan_close(&l->items[i].scan);
	lane_plan_done(&l->plan);
	free(l->items);
	free(l);
}

/* A failure that names the table. */
static int fail(struct lanes *l, size_t table, struct err *err)
{
	const struct snapshot_table *t = &l->setup.tables[table];

	return err_wrap(err, "snapshot: table %s.%s", t->db, t->name);
}

/* ---- asking ---- */

static int start_chunk(struct lanes *l, const struct lane_chunk *chunk, struct err *err)
{
	struct lane *lane = lane_of(l, l->next);
	const struct snapshot_table *t = &l->setup.tables[chunk->table];
	struct buf sql;
	int r = 0;

	if (lane->table != chunk->table && l->setup.n > 0)
		r = mysql_conn_run(lane->conn, err, "ROLLBACK TO SAVEPOINT " LANES_SAVEPOINT);
	buf_init(&sql, CHUNK_SQL_MAX);
	if (r == 0)
		r = chunk_select(&t->chunk, &chunk->range, &sql, err);
	if (r == 0)
		r = scan_start(&lane->scan, sql.data, sql.len, err);
	buf_done(&sql);
	if (r < 0)
		return fail(l, chunk->table, err);
	lane->table = chunk->table;
	lane->last = chunk->last;
	lane->rows = 0;
	l->next++;
	return 0;
}

/* Gives every free lane its next chunk, as far as the plan goes, and lets a planner of its own look one further. */
static int assign(struct lanes *l, struct err *err)
{
	struct lane_chunk chunk;
	int r = 1;

	while (r > 0 && l->next < l->reading + l->n) {
		r = lane_plan_next(&l->plan, &chunk, err);
		if (r > 0 && start_chunk(l, &chunk, err) < 0)
			return -1;
		if (r > 0)
			lane_plan_taken(&l->plan);
	}
	return r > 0 && l->setup.n > 0 ? lane_plan_next(&l->plan, &chunk, err) : r;
}

size_t lanes_asked(const struct lanes *l)
{
	return l->next > 0 ? l->items[(l->next - 1) % l->n].table + 1 : 0;
}

/* ---- reading ---- */

int lanes_ahead(struct lanes *l, struct err *err)
{
	for (uint64_t k = l->reading + 1; k < l->next; k++) {
		struct lane *lane = lane_of(l, k);

		if (lane->scan.running && wire_ahead(&lane->scan.wire, AHEAD_BYTES, err) < 0)
			return fail(l, lane->table, err);
	}
	return 0;
}

/* Until the lane that is being read, another that has room, or the plan has news. */
static int wait_any(struct lanes *l, int timeout_ms, struct err *err)
{
	struct pollfd fds[LANES_MAX + 2];
	nfds_t n = 0;

	for (uint64_t k = l->reading; k < l->next; k++) {
		const struct scan *scan = &lane_of(l, k)->scan;
		const struct wire *w = &scan->wire;
		bool has_room = scan->running && !w->through_library && w->ahead.len < AHEAD_BYTES;

		if (k == l->reading || has_room)
			fds[n++] = (struct pollfd){ .fd = w->fd, .events = POLLIN };
	}
	if (lane_plan_waits(&l->plan))
		fds[n++] = (struct pollfd){ .fd = (int)mysql_get_socket(l->setup.planner->mysql), .events = POLLIN };
	if (l->reading < l->next && lane_of(l, l->reading)->scan.wire.through_library)
		timeout_ms = 0;
	if (poll(fds, n, timeout_ms) < 0 && errno != EINTR)
		return err_set(err, ERR_FATAL, errno, "snapshot: waiting for the server: %s", strerror(errno));
	return lanes_ahead(l, err);
}

static void end_chunk(struct lanes *l, struct lane *lane)
{
	lane_plan_density(&l->plan, lane->table, lane->rows);
	l->setup.tables[lane->table].chunks_read++;
	l->reading++;
}

/* Over TLS only the library knows what has come, so it does the waiting. */
static int read_lane(struct lanes *l, struct lane *lane, struct arena *arena, int timeout_ms, const uint8_t **p,
		size_t *len, struct err *err)
{
	int r = scan_next(&lane->scan, arena, lane->scan.wire.through_library ? timeout_ms : 0, p, len, err);

	if (r == SCAN_ROW)
		lane->rows++;
	return r < 0 ? fail(l, lane->table, err) : r;
}

static int ms_until(int64_t deadline_us)
{
	int64_t left_us = deadline_us - clock_mono_us();

	return left_us > 0 ? (int)((left_us + 999) / 1000) : 0;
}

int lanes_next(struct lanes *l, struct arena *arena, int timeout_ms, size_t *table, const uint8_t **p, size_t *len,
		struct err *err)
{
	int64_t deadline_us = 0;
	int wait_ms = 0;
	bool last;

	for (;;) {
		struct lane *lane = l->reading < l->next ? lane_of(l, l->reading) : NULL;
		int r = lane ? read_lane(l, lane, arena, wait_ms, p, len, err) : SCAN_NOTHING;

		*table = lane ? lane->table : 0;
		if (r == SCAN_ROW)
			return LANES_ROW;
		last = r == SCAN_END && lane->last;
		if (r == SCAN_END)
			end_chunk(l, lane);
		if (r < 0 || assign(l, err) < 0)
			return -1;
		if (last)
			return LANES_TABLE_END;
		if (r == SCAN_END)
			continue;
		if (l->reading == l->next && lane_plan_ended(&l->plan))
			return LANES_END;
		deadline_us = deadline_us ? deadline_us : clock_mono_us() + (int64_t)timeout_ms * 1000;
		wait_ms = ms_until(deadline_us);
		if (wait_ms == 0)
			return LANES_NOTHING;
		if (wait_any(l, wait_ms, err) < 0)
			return -1;
	}
}

void lanes_save(struct lanes *l)
{
	for (unsigned i = 0; i < l->n; i++)
		scan_save(&l->items[i].scan);
}
