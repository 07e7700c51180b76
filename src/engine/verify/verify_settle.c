/*
 * verify_settle.c - rows that differ are looked at again, by key: MySQL is read, the load passes the place at which it was,
 * the target is read. A row that is equal then was on its way. One whose two rows stay the same over several looks, and
 * differ, is a difference: whatever changes a row at MySQL within that time shows in one of the looks.
 */
#include <stdlib.h>
#include <string.h>

#include "core/xalloc.h"
#include "engine/verify/verify_parts.h"

struct settle_look {		  /* at one row, over the rounds */
	uint64_t expected, found; /* hashes of its two rows */
	unsigned same;		  /* looks in a row that found the same two */
	bool done;
	const struct sink_cell *cells; /* of the target, in this round; NULL: there is no row */
};

struct settling {
	struct verify_table *t;
	struct settle_look *looks; /* by place among the suspects */
	struct arena found;	   /* the target's rows of this round */
	size_t left;
};

/* ---- suspects ---- */

char *verify_bound(struct verify_table *t, const struct sink_cell *key)
{
	unsigned n = t->suspects.nkey;
	struct source_text *parts = xcalloc(n + 1, sizeof(*parts));
	struct err ignored = { 0 };
	bool whole = true;
	char *bound;

	for (unsigned i = 0; i < n; i++) {
		struct sink_cell c = sink_reader_source(t->reader, i, &key[i], &t->suspects.arena);

		whole &= c.kind == CELL_TEXT;
		parts[i] = (struct source_text){ c.p, c.kind == CELL_TEXT ? c.len : 0 };
	}
	bound = whole ? source_reader_bound(t->source, parts, &ignored) : NULL;
	free(parts);
	return bound;
}

void verify_suspect(struct verify_table *t, const struct sink_cell *key, const char *bound)
{
	char *made = bound ? NULL : verify_bound(t, key);

	if (verify_set_find(&t->suspects, key) == NULL)
		verify_set_put(&t->suspects, key, NULL, NULL, bound ? bound : made);
	free(made);
}

/* ---- MySQL's rows of a round ---- */

static int read_keys(struct verify_table *t, const char *const *bounds, size_t n, struct err *err)
{
	struct source_chunk chunk;

	batch_reset(t->in);
	if (n == 0)
		return 0;
	if (source_reader_keys(t->source, bounds, n, t->in, &chunk, err))
		return -1;
	return verify_pipe_run(t->pipe, t->in, &chunk, t->reader, &t->expected, err);
}

static int read_source(struct settling *g, struct err *err)
{
	struct verify_table *t = g->t;
	const char *bounds[VERIFY_KEYS];
	size_t n = 0;

	verify_set_reset(&t->expected, t->suspects.nkey, sink_reader_columns(t->reader));
	for (size_t i = 0; i < t->suspects.count; i++) {
		if (!g->looks[i].done && t->suspects.rows[i]->bound)
			bounds[n++] = t->suspects.rows[i]->bound;
		if (n == VERIFY_KEYS) {
			if (read_keys(t, bounds, n, err))
				return -1;
			n = 0;
		}
	}
	return read_keys(t, bounds, n, err);
}

static int pass_fence(struct verify_table *t, struct err *err)
{
	struct position now;
	int rc;

	position_init(&now);
	rc = source_reader_moment(t->source, &now, err);
	if (rc == 0)
		rc = verify_fence_wait(t, &now, err);
	position_done(&now);
	return rc;
}

/* ---- the target's rows of a round ---- */

static int take_found(void *arg, const struct sink_cell *cells)
{
	struct settling *g = arg;
	struct verify_row *suspect;

	sink_reader_key(g->t->reader, cells, g->t->key);
	suspect = verify_set_find(&g->t->suspects, g->t->key);
	if (suspect)
		g->looks[suspect->at].cells = verify_cells_copy(&g->found, cells, sink_reader_columns(g->t->reader));
	return 0;
}

static int read_target(struct settling *g, struct err *err)
{
	struct verify_table *t = g->t;
	struct sink_cell *keys = xcalloc((size_t)VERIFY_KEYS * t->suspects.nkey + 1, sizeof(*keys));
	size_t n = 0;
	int rc = 0;

	arena_reset(&g->found);
	for (size_t i = 0; i < t->suspects.count; i++)
		g->looks[i].cells = NULL;
	for (size_t i = 0; rc == 0 && i < t->suspects.count; i++) {
		if (!g->looks[i].done)
			memcpy(keys + n++ * t->suspects.nkey, t->suspects.rows[i]->key,
					t->suspects.nkey * sizeof(*keys));
		if (n == VERIFY_KEYS || (n > 0 && i + 1 == t->suspects.count)) {
			rc = sink_reader_page(t->reader, &(struct sink_page){ .keys = keys, .nkeys = n }, take_found, g,
					err);
			n = 0;
		}
	}
	free(keys);
	return rc;
}

/* ---- what comes of it ---- */

static void tell(struct verify_table *t, const struct verify_difference *d, const char *bound)
{
	t->counts.different++;
	t->counts.extra += d->what == VERIFY_EXTRA;
	if (t->repaired)
		return;
	if (t->job->repair && bound && d->what == VERIFY_EXTRA)
		verify_set_put(&t->gone, d->key, NULL, NULL, bound);
	if (t->job->repair && bound && (d->what == VERIFY_MISSING || d->what == VERIFY_COLUMNS))
		verify_set_put(&t->differing, d->key, NULL, NULL, bound);
	verify_tell_difference(t, d);
}

static uint64_t hash_of(const struct verify_table *t, const struct verify_row *row)
{
	struct sink_cell refused;

	if (row && row->refused) {
		refused = (struct sink_cell){
			.kind = CELL_TEXT,
			.p = row->refused,
			.len = (uint32_t)strlen(row->refused),
		};
		return verify_hash(&refused, 1);
	}
	return row && row->cells ? verify_hash(row->cells, sink_reader_columns(t->reader)) : 0;
}

static void judge(struct settling *g, const struct verify_row *suspect, struct settle_look *l)
{
	struct verify_table *t = g->t;
	unsigned n = sink_reader_columns(t->reader);
	const struct verify_row *row = verify_set_find(&t->expected, suspect->key);
	uint64_t expected = hash_of(t, row), found = l->cells ? verify_hash(l->cells, n) : 0;
	enum verify_what what = verify_compare(row, l->cells, n);

	l->same = what != VERIFY_EQUAL && l->expected == expected && l->found == found ? l->same + 1 : 1;
	l->expected = expected;
	l->found = found;
	l->done = what == VERIFY_EQUAL || l->same >= VERIFY_LOOKS;
	if (!l->done || what == VERIFY_EQUAL)
		return;
	tell(t, &(struct verify_difference){ .what = what, .key = suspect->key, .expected = row, .found = l->cells },
			suspect->bound);
}

static int round_of(struct settling *g, struct err *err)
{
	struct verify_table *t = g->t;

	if (read_source(g, err) || pass_fence(t, err) || read_target(g, err))
		return -1;
	g->left = 0;
	for (size_t i = 0; i < t->suspects.count; i++) {
		if (!g->looks[i].done)
			judge(g, t->suspects.rows[i], &g->looks[i]);
		g->left += !g->looks[i].done;
	}
	verify_tell_progress(t, "looking again");
	verify_pace(t->job);
	return verify_gone(t->job) ? err_set(err, ERR_RETRY, 0, "stopped") : 0;
}

/* Columns may have come since the table was opened: what is compared last is compared with those of now. */
static int reopen(struct verify_table *t, struct err *err)
{
	struct sink_reader *fresh = sink_reader_open(t->sink, source_reader_schema(t->source), err);

	if (fresh == NULL)
		return -1;
	sink_reader_close(t->reader);
	t->reader = fresh;
	return 0;
}

int verify_settle(struct verify_table *t, struct err *err)
{
	struct settling g = { .t = t, .left = t->suspects.count };
	int rc = 0;

	if (g.left == 0)
		return 0;
	t->counts.looked += g.left;
	g.looks = xcalloc(g.left, sizeof(*g.looks));
	arena_init(&g.found, 0);
	rc = reopen(t, err);
	for (unsigned i = 0; rc == 0 && g.left > 0 && i < VERIFY_LOOKS_MAX; i++)
		rc = round_of(&g, err);
	if (rc == 0)
		t->counts.unsettled += g.left;
	free(g.looks);
	arena_done(&g.found);
	verify_set_reset(&t->suspects, t->suspects.nkey, 0);
	return rc;
}
