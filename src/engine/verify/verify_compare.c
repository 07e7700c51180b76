/* verify_compare.c - see verify_compare.h. */
#include "engine/verify/verify_compare.h"

#include <stdlib.h>
#include <string.h>

#include "core/fnv.h"
#include "core/xalloc.h"

const char *verify_what_name(enum verify_what what)
{
	static const char *const names[] = {
		[VERIFY_EQUAL] = "equal",
		[VERIFY_MISSING] = "missing",
		[VERIFY_EXTRA] = "extra",
		[VERIFY_COLUMNS] = "columns",
		[VERIFY_REFUSED] = "refused",
	};

	return names[what];
}

/* A cell after its kind and length. */
uint64_t verify_hash(const struct sink_cell *cells, unsigned n)
{
	uint64_t h = FNV_START;

	for (unsigned i = 0; i < n; i++) {
		h = fnv_add(h, cells[i].kind);
		if (cells[i].kind != CELL_TEXT)
			continue;
		h = fnv_bytes(fnv_add(h, cells[i].len), cells[i].p, cells[i].len);
	}
	return h ? h : 1;
}

static bool cells_equal(const struct sink_cell *a, const struct sink_cell *b)
{
	return a->kind == b->kind && (a->kind != CELL_TEXT || (a->len == b->len && memcmp(a->p, b->p, a->len) == 0));
}

bool verify_cell_differs(const struct sink_cell *expected, const struct sink_cell *found)
{
	return expected->kind != CELL_ABSENT && !cells_equal(expected, found);
}

struct sink_cell *verify_cells_copy(struct arena *a, const struct sink_cell *cells, unsigned n)
{
	struct sink_cell *out = arena_alloc(a, (n + 1) * sizeof(*out));

	for (unsigned i = 0; i < n; i++) {
		out[i] = cells[i];
		if (cells[i].kind == CELL_TEXT)
			out[i].p = arena_dup(a, cells[i].p, cells[i].len);
	}
	return out;
}

/* ---- sets ---- */

void verify_set_init(struct verify_set *s)
{
	*s = (struct verify_set){ 0 };
	arena_init(&s->arena, 0);
}

void verify_set_done(struct verify_set *s)
{
	arena_done(&s->arena);
	free(s->rows);
	free(s->slots);
	*s = (struct verify_set){ 0 };
}

void verify_set_reset(struct verify_set *s, unsigned nkey, unsigned ncells)
{
	s->nkey = nkey;
	s->ncells = ncells;
	s->count = 0;
	arena_reset(&s->arena);
	if (s->slots)
		memset(s->slots, 0, 2 * s->cap * sizeof(*s->slots));
}

/* The slot of the key, or the free one where it belongs. */
static struct verify_row **slot_of(const struct verify_set *s, uint64_t hash, const struct sink_cell *key)
{
	size_t mask = 2 * s->cap - 1, at = hash & mask;

	for (;; at = (at + 1) & mask) {
		struct verify_row *row = s->slots[at];
		unsigned i = 0;

		while (row && row->hash == hash && i < s->nkey && cells_equal(&row->key[i], &key[i]))
			i++;
		if (row == NULL || (row->hash == hash && i == s->nkey))
			return &s->slots[at];
	}
}

static void grow(struct verify_set *s)
{
	s->cap = s->cap ? 2 * s->cap : 256;
	s->rows = xrealloc(s->rows, s->cap * sizeof(*s->rows));
	free(s->slots);
	s->slots = xcalloc(2 * s->cap, sizeof(*s->slots));
	for (size_t i = 0; i < s->count; i++)
		*slot_of(s, s->rows[i]->hash, s->rows[i]->key) = s->rows[i];
}

struct verify_row *verify_set_find(const struct verify_set *s, const struct sink_cell *key)
{
	return s->count ? *slot_of(s, verify_hash(key, s->nkey), key) : NULL;
}

static struct verify_row *add(struct verify_set *s, const struct sink_cell *key)
{
	struct verify_row *row = arena_alloc(&s->arena, sizeof(*row));

	*row = (struct verify_row){
		.at = s->count,
		.hash = verify_hash(key, s->nkey),
		.key = verify_cells_copy(&s->arena, key, s->nkey),
	};
	if (s->count == s->cap)
		grow(s);
	*slot_of(s, row->hash, row->key) = row;
	s->rows[s->count++] = row;
	return row;
}

struct verify_row *verify_set_put(struct verify_set *s, const struct sink_cell *key, const struct sink_cell *cells,
		const char *refused, const char *bound)
{
	struct verify_row *row = verify_set_find(s, key);

	if (row == NULL)
		row = add(s, key);
	row->cells = cells ? verify_cells_copy(&s->arena, cells, s->ncells) : NULL;
	row->refused = refused ? arena_dup(&s->arena, refused, strlen(refused)) : NULL;
	row->bound = bound ? arena_dup(&s->arena, bound, strlen(bound)) : NULL;
	row->seen = false;
	return row;
}

/* ---- rows ---- */

enum verify_what verify_compare(const struct verify_row *row, const struct sink_cell *found, unsigned ncells)
{
	if (row && row->refused)
		return VERIFY_REFUSED;
	if (row == NULL || row->cells == NULL)
		return found ? VERIFY_EXTRA : VERIFY_EQUAL;
	if (found == NULL)
		return VERIFY_MISSING;
	for (unsigned i = 0; i < ncells; i++)
		if (verify_cell_differs(&row->cells[i], &found[i]))
			return VERIFY_COLUMNS;
	return VERIFY_EQUAL;
}
