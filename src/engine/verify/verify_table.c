/*
 * verify_table.c - one table, chunk by chunk. MySQL is read in the order of its key; the target's rows of the same range are
 * held against it as they come. Where the target orders keys otherwise (text, by collation), it is asked for the keys of the
 * chunk, and then once more the other way round: its own keys, page by page, looked up in MySQL.
 */
#include <stdlib.h>
#include <string.h>

#include "core/clock.h"
#include "core/xalloc.h"
#include "engine/verify/verify_parts.h"

enum { FIRST_ROWS = 64, PAGE_ROWS = 8192, LOOKUP_ROWS = 1000, GAP_SUSPECTS = 8192 };

/* ---- open and close ---- */

static int comparable(struct verify_table *t, struct err *err)
{
	const char *why = source_reader_unkeyed(t->source), *partly = source_reader_partly(t->source);

	if (why)
		return err_set(err, ERR_DATA, 0,
				"table %s: %s, so its rows cannot be told apart; compare it by hand, or give it a primary key",
				t->name, why);
	if (settings_appends(t->job->e->settings, t->name))
		return err_set(err, ERR_DATA, 0,
				"table %s: target.mode = append, so the target has every version of a row; compare it by hand",
				t->name);
	if (partly)
		return err_set(err, ERR_DATA, 0,
				"table %s: %s says which rows its snapshot has, and the stream has others", t->name,
				partly);
	return 0;
}

/* The target's table is made when its first row comes. 1: there is none to come. */
static int no_target(struct verify_table *t, struct err *err)
{
	struct source_chunk chunk;
	struct err why = *err;

	err_clear(err);
	if (source_reader_chunk(t->source, NULL, 1, VERIFY_CHUNK_BYTES, t->in, &chunk, err))
		return -1;
	if (t->in->nchanges == 0)
		return 1;
	*err = why;
	return -1;
}

/* 1: there is nothing to compare, at both sides. */
static int open_table(struct verify_table *t, struct err *err)
{
	const struct engine *e = t->job->e;

	t->source = source_reader_open(capture_mysql_conf(e->capture), t->name, err);
	if (t->source == NULL || comparable(t, err))
		return -1;
	t->sink = sink_open(&e->settings->sink, err);
	t->reader = t->sink ? sink_reader_open(t->sink, source_reader_schema(t->source), err) : NULL;
	if (t->reader)
		verify_watch(t->job, t);
	if (t->reader == NULL && t->sink && err->kind == ERR_DATA)
		return no_target(t, err);
	t->pipe = t->reader ? verify_pipe_new(e, source_reader_schema(t->source), err) : NULL;
	if (t->pipe == NULL)
		return -1;
	t->key = xcalloc(source_reader_schema(t->source)->nkey + 1, sizeof(*t->key));
	t->masked = row_mask_table(&t->job->mask, source_reader_schema(t->source)->db,
			source_reader_schema(t->source)->table);
	verify_set_reset(&t->suspects, source_reader_schema(t->source)->nkey, 0);
	verify_set_reset(&t->differing, source_reader_schema(t->source)->nkey, 0);
	verify_set_reset(&t->gone, source_reader_schema(t->source)->nkey, 0);
	return 0;
}

static void close_table(struct verify_table *t)
{
	verify_pipe_free(t->pipe);
	sink_reader_close(t->reader);
	sink_close(t->sink);
	source_reader_close(t->source);
	batch_free(t->in);
	verify_set_done(&t->expected);
	verify_set_done(&t->suspects);
	verify_set_done(&t->differing);
	verify_set_done(&t->gone);
	free(t->key);
}

/* ---- rows of the target against a chunk ---- */

struct verify_page {
	struct verify_table *t;
	struct arena last; /* the key of the last row */
	const struct sink_cell *key;
	uint64_t rows;
};

static int take_row(void *arg, const struct sink_cell *cells)
{
	struct verify_page *p = arg;
	struct verify_table *t = p->t;
	struct verify_row *row;

	sink_reader_key(t->reader, cells, t->key);
	p->rows++;
	arena_reset(&p->last);
	p->key = verify_cells_copy(&p->last, t->key, t->expected.nkey);
	row = verify_set_find(&t->expected, t->key);
	if (row)
		row->seen = true;
	if (verify_compare(row, cells, t->expected.ncells) != VERIFY_EQUAL)
		verify_suspect(t, t->key, row ? row->bound : NULL);
	return 0;
}

/* Between two neighbours in MySQL the target may have any number of rows. 1: there are more of them behind *at, a key in the
 * arena, but as many are suspected as may be. */
static int compare_range(struct verify_table *t, const struct sink_cell *after, const struct sink_cell *upto,
		struct arena *arena, const struct sink_cell **at, struct err *err)
{
	struct verify_page p = { .t = t };
	int rc = 0;

	arena_init(&p.last, 4096);
	do {
		p.rows = 0;
		rc = sink_reader_page(t->reader,
				&(struct sink_page){ .after = after, .upto = upto, .limit = PAGE_ROWS }, take_row, &p,
				err);
		t->counts.found += p.rows;
		if (rc || p.rows < PAGE_ROWS)
			break;
		arena_reset(arena);
		after = *at = verify_cells_copy(arena, p.key, t->expected.nkey);
		rc = t->suspects.count >= t->job->limit + GAP_SUSPECTS;
	} while (rc == 0);
	arena_done(&p.last);
	return rc;
}

static int compare_keys(struct verify_table *t, struct err *err)
{
	struct verify_page p = { .t = t };
	struct sink_cell *keys = xcalloc((size_t)VERIFY_KEYS * t->expected.nkey + 1, sizeof(*keys));
	size_t n = 0;
	int rc = 0;

	arena_init(&p.last, 4096);
	for (size_t i = 0; rc == 0 && i < t->expected.count; i++) {
		memcpy(keys + n++ * t->expected.nkey, t->expected.rows[i]->key, t->expected.nkey * sizeof(*keys));
		if (n == VERIFY_KEYS || i + 1 == t->expected.count) {
			rc = sink_reader_page(t->reader, &(struct sink_page){ .keys = keys, .nkeys = n }, take_row, &p,
					err);
			n = 0;
		}
	}
	t->counts.found += p.rows;
	arena_done(&p.last);
	free(keys);
	return rc;
}

static void suspect_unseen(struct verify_table *t)
{
	for (size_t i = 0; i < t->expected.count; i++) {
		const struct verify_row *row = t->expected.rows[i];

		if (!row->seen && verify_compare(row, NULL, t->expected.ncells) != VERIFY_EQUAL)
			verify_suspect(t, row->key, row->bound);
	}
}

static bool has_enough(const struct verify_table *t)
{
	return t->counts.different >= t->job->limit;
}

/* Suspects are looked at when they are many, and at the end. */
static int settle_some(struct verify_table *t, bool all, struct err *err)
{
	if (!all && t->suspects.count < VERIFY_SUSPECTS && t->suspects.arena.used < VERIFY_SUSPECT_BYTES)
		return 0;
	return verify_settle(t, err);
}

/* ---- MySQL's order ---- */

struct forward {
	char *after; /* the bound of the last row; NULL: none yet */
	struct arena edge
			[3]; /* keys of the last rows of this chunk and of the one before, in turn; and of `from` within one */
	const struct sink_cell *from; /* up to this key the target's rows were compared; NULL: none yet */
	unsigned turn;
	bool again;    /* the same chunk, from there on */
	uint64_t rows; /* of a chunk */
	bool last, ordered;
};

static bool is_whole(const struct sink_cell *key, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		if (key[i].kind != CELL_TEXT)
			return false;
	return true;
}

/* The target's rows of the chunk's range. A key that the target cannot have is no edge of one there. */
static int compare_between(struct verify_table *t, struct forward *f, struct err *err)
{
	struct verify_row *row = t->expected.count ? t->expected.rows[t->expected.count - 1] : NULL;
	const struct sink_cell *upto = NULL, *at = NULL;
	int rc;

	if (!f->last && row) {
		if (!is_whole(row->key, t->expected.nkey))
			return err_set(err, ERR_DATA, 0,
					"table %s: the target cannot have the key %.100s, where a chunk ends", t->name,
					row->bound);
		arena_reset(&f->edge[f->turn]);
		upto = verify_cells_copy(&f->edge[f->turn], row->key, t->expected.nkey);
		f->turn ^= 1;
	}
	rc = compare_range(t, f->from, upto, &f->edge[2], &at, err);
	f->again = rc > 0;
	f->from = rc > 0 ? at : upto;
	return rc < 0 ? -1 : 0;
}

static int compare_chunk(struct verify_table *t, struct forward *f, struct err *err)
{
	int rc = f->ordered ? compare_between(t, f, err) : compare_keys(t, err);

	if (rc == 0 && !f->again)
		suspect_unseen(t);
	return rc;
}

static int forward_chunk(struct verify_table *t, struct forward *f, struct err *err)
{
	struct source_chunk chunk;
	size_t n;

	batch_reset(t->in);
	if (source_reader_chunk(t->source, f->after, f->rows, VERIFY_CHUNK_BYTES, t->in, &chunk, err))
		return -1;
	n = t->in->nchanges;
	f->last = chunk.last;
	verify_set_reset(&t->expected, t->suspects.nkey, sink_reader_columns(t->reader));
	if (verify_pipe_run(t->pipe, t->in, &chunk, t->reader, &t->expected, err) || compare_chunk(t, f, err))
		return -1;
	if (f->again) {
		f->last = false;
		return verify_settle(t, err);
	}
	t->counts.rows += n;
	if (n > 0) {
		free(f->after);
		f->after = xstrdup(chunk.bounds[n - 1]);
	}
	if (f->rows < VERIFY_CHUNK_ROWS && t->in->bytes < VERIFY_CHUNK_BYTES / 2)
		f->rows *= 2;
	return settle_some(t, false, err);
}

static int stopped(struct verify_table *t, struct err *err)
{
	return verify_gone(t->job) ? err_set(err, ERR_RETRY, 0, "table %s: stopped after %llu rows", t->name,
						     (unsigned long long)t->counts.rows)
				   : 0;
}

static int run_forward(struct verify_table *t, struct err *err)
{
	struct forward f = { .rows = FIRST_ROWS, .ordered = sink_reader_ordered(t->reader) };
	int rc = 0;

	for (size_t i = 0; i < sizeof(f.edge) / sizeof(f.edge[0]); i++)
		arena_init(&f.edge[i], 4096);
	while (rc == 0 && !f.last && !has_enough(t)) {
		rc = stopped(t, err) || forward_chunk(t, &f, err) ? -1 : 0;
		verify_tell_progress(t, "comparing");
		verify_pace(t->job);
	}
	free(f.after);
	for (size_t i = 0; i < sizeof(f.edge) / sizeof(f.edge[0]); i++)
		arena_done(&f.edge[i]);
	return rc;
}

/* ---- the target's order, to find what MySQL does not have ---- */

struct backward {
	struct verify_table *t;
	struct verify_set keys; /* of a page */
	const struct sink_cell *after;
	struct arena from;
};

static int take_key(void *arg, const struct sink_cell *cells)
{
	struct backward *w = arg;

	sink_reader_key(w->t->reader, cells, w->t->key);
	verify_set_put(&w->keys, w->t->key, NULL, NULL, NULL);
	return 0;
}

/* One that MySQL's collation takes for another key comes back as that other one, and is not found among them by its bytes. */
static int look_up(struct backward *w, size_t from, size_t n, struct err *err)
{
	struct verify_table *t = w->t;
	unsigned nkey = t->suspects.nkey;
	char *bounds[VERIFY_KEYS];
	struct source_chunk chunk;
	size_t nbounds = 0;
	int rc = 0;

	for (size_t i = from; i < from + n; i++)
		if ((bounds[nbounds] = verify_bound(t, w->keys.rows[i]->key)) != NULL)
			nbounds++;
	batch_reset(t->in);
	verify_set_reset(&t->expected, nkey, sink_reader_columns(t->reader));
	if (nbounds > 0)
		rc = source_reader_keys(t->source, (const char *const *)bounds, nbounds, t->in, &chunk, err) ||
						verify_pipe_run(t->pipe, t->in, &chunk, t->reader, &t->expected, err)
				? -1
				: 0;
	for (size_t i = from; rc == 0 && i < from + n; i++)
		if (verify_set_find(&t->expected, w->keys.rows[i]->key) == NULL)
			verify_suspect(t, w->keys.rows[i]->key, NULL);
	while (nbounds > 0)
		free(bounds[--nbounds]);
	return rc;
}

static int backward_page(struct backward *w, struct err *err)
{
	struct verify_table *t = w->t;

	verify_set_reset(&w->keys, t->suspects.nkey, 0);
	if (sink_reader_page(t->reader, &(struct sink_page){ .after = w->after, .limit = LOOKUP_ROWS }, take_key, w,
			    err))
		return -1;
	for (size_t i = 0; i < w->keys.count; i += VERIFY_KEYS)
		if (look_up(w, i, w->keys.count - i < VERIFY_KEYS ? w->keys.count - i : VERIFY_KEYS, err))
			return -1;
	if (w->keys.count > 0) {
		arena_reset(&w->from);
		w->after = verify_cells_copy(&w->from, w->keys.rows[w->keys.count - 1]->key, t->suspects.nkey);
	}
	return settle_some(t, false, err);
}

static int run_backward(struct verify_table *t, struct err *err)
{
	struct backward w = { .t = t };
	int rc = 0;

	verify_set_init(&w.keys);
	arena_init(&w.from, 4096);
	do {
		rc = stopped(t, err) || backward_page(&w, err) ? -1 : 0;
		verify_tell_progress(t, "looking for rows that MySQL does not have");
		verify_pace(t->job);
	} while (rc == 0 && w.keys.count == LOOKUP_ROWS && !has_enough(t));
	verify_set_done(&w.keys);
	arena_done(&w.from);
	return rc;
}

/* ---- the whole table ---- */

static int compare(struct verify_table *t, struct err *err)
{
	if (run_forward(t, err))
		return -1;
	if (!sink_reader_ordered(t->reader) && !has_enough(t) && run_backward(t, err))
		return -1;
	if (settle_some(t, true, err))
		return -1;
	t->counts.more = has_enough(t);
	return 0;
}

/* After the table was read again all of it is compared again. */
static int repair(struct verify_table *t, struct err *err)
{
	uint64_t before = t->counts.different;

	if (!t->job->truncate || t->counts.extra == 0)
		return verify_repair(t, err);
	if (verify_repair_whole(t, err))
		return -1;
	t->counts = (struct verify_counts){ .looked = t->counts.looked };
	if (compare(t, err))
		return -1;
	t->counts.repaired = before > t->counts.different ? before - t->counts.different : 0;
	return 0;
}

static int run(struct verify_table *t, struct err *err)
{
	int rc = verify_fence_ready(t->job, t->name, err) ? -1 : open_table(t, err);

	if (rc)
		return rc < 0 ? -1 : 0;
	if (compare(t, err))
		return -1;
	return t->job->repair && t->counts.different > 0 ? repair(t, err) : 0;
}

int verify_table_run(struct verify_job *job, const char *name, struct verify_counts *counts, struct err *err)
{
	struct verify_table t = { .job = job, .name = name };
	int rc;

	verify_set_init(&t.expected);
	verify_set_init(&t.suspects);
	verify_set_init(&t.differing);
	verify_set_init(&t.gone);
	t.in = batch_new();
	job->mark_us = clock_mono_us();
	rc = run(&t, err);
	*counts = t.counts;
	verify_watch(job, NULL);
	close_table(&t);
	return rc;
}
