/*
 * verify_repair.c - rows that differ are read again beside the stream, as `snapshot --where` does it with their keys: they come
 * to the log in their place among the changes, so no older row follows a newer one, and from there to the target. Then they are
 * looked at again. For a row that only the target has a delete comes to the log in the same way, where MySQL does not have its key; or,
 * when that is wished, the target's table is emptied and read again, as `snapshot --truncate` does it.
 */
#include <stdlib.h>

#include "engine/verify/verify_parts.h"

enum { LOOK_US = 100000, BOUNDS_MAX = 4 << 20 };

static int order_read(struct verify_table *t, const char *const *bounds, size_t n, struct err *err)
{
	const struct schema *s = source_reader_schema(t->source);
	char *where = source_reader_where(t->source, bounds, n, err);
	int rc = where ? capture_read_rows(t->job->e->capture, s->db, s->table, where, err) : -1;

	free(where);
	return rc;
}

static int order_gone(struct verify_table *t, const char *const *bounds, size_t n, struct err *err)
{
	const struct schema *s = source_reader_schema(t->source);
	struct buf b;
	int rc;

	buf_init(&b, BOUNDS_MAX);
	for (size_t i = 0; i < n; i++) {
		buf_puts(&b, i ? ";" : "");
		buf_puts(&b, bounds[i]);
	}
	rc = b.failed ? err_set(err, ERR_DATA, 0, "keys of %zu rows take more than %d bytes", n, BOUNDS_MAX)
		      : capture_delete_rows(t->job->e->capture, s->db, s->table, b.data, err);
	buf_done(&b);
	return rc;
}

static int wait_read(struct verify_table *t, struct err *err)
{
	const struct schema *s = source_reader_schema(t->source);

	while (capture_reads(t->job->e->capture, s->db, s->table)) {
		if (verify_fence_ready(t->job, t->name, err))
			return -1;
		if (verify_gone(t->job))
			return err_set(err, ERR_RETRY, 0, "stopped; the rows that differ are read again");
		verify_sleep(t->job, LOOK_US);
	}
	return 0;
}

typedef int order_rows(struct verify_table *t, const char *const *bounds, size_t n, struct err *err);

static int order_all(struct verify_table *t, const struct verify_set *rows, order_rows *order, struct err *err)
{
	const char *bounds[VERIFY_KEYS];
	size_t n = 0;

	for (size_t i = 0; i < rows->count; i++) {
		bounds[n++] = rows->rows[i]->bound;
		if (n < VERIFY_KEYS && i + 1 < rows->count)
			continue;
		if (order(t, bounds, n, err) || wait_read(t, err))
			return -1;
		n = 0;
		verify_tell_progress(t, "repairing");
	}
	return 0;
}

static void suspect_all(struct verify_table *t, const struct verify_set *rows)
{
	for (size_t i = 0; i < rows->count; i++)
		verify_suspect(t, rows->rows[i]->key, rows->rows[i]->bound);
}

int verify_repair_whole(struct verify_table *t, struct err *err)
{
	const struct schema *s = source_reader_schema(t->source);

	verify_tell_progress(t, "reading the table again");
	return capture_read_rows(t->job->e->capture, s->db, s->table, NULL, err) || wait_read(t, err) ? -1 : 0;
}

int verify_repair(struct verify_table *t, struct err *err)
{
	uint64_t before = t->counts.different;

	if (order_all(t, &t->differing, order_read, err) || order_all(t, &t->gone, order_gone, err))
		return -1;
	suspect_all(t, &t->differing);
	suspect_all(t, &t->gone);
	t->repaired = true;
	t->counts.different -= t->differing.count + t->gone.count;
	t->counts.extra -= t->gone.count;
	if (verify_settle(t, err))
		return -1;
	t->counts.repaired = before - t->counts.different;
	return 0;
}
