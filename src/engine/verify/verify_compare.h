/*
 * verify_compare.h - rows of one table as they should be, by key, and what of a row at the target differs. Pure: no server, no
 * thread, no order. Keys are looked up by their bytes, so a collation that orders or compares text in its own way does not
 * matter; cells are the one text of their value (sink.h), so equal values are equal bytes.
 *
 * Owner: a set owns copies of all that is put into it, until the reset.
 */
#ifndef ENGINE_VERIFY_COMPARE_H
#define ENGINE_VERIFY_COMPARE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/arena.h"
#include "sink/sink.h"

enum verify_what {
	VERIFY_EQUAL,
	VERIFY_MISSING, /* at the target */
	VERIFY_EXTRA,	/* at the target: MySQL has no such row, or the script leaves it out */
	VERIFY_COLUMNS, /* some have other values */
	VERIFY_REFUSED	/* the row cannot be at the target: `refused` says why */
};
const char *verify_what_name(enum verify_what what); /* "missing" */

struct verify_row {
	size_t at;     /* its place in the set */
	uint64_t hash; /* of the key */
	const struct sink_cell *key;
	const struct sink_cell *cells; /* by column of the target; NULL: the row should not be there */
	const char *refused;	       /* NULL: it is not */
	const char *bound;	       /* the key as the source takes it; NULL: unknown */
	bool seen;		       /* the user's */
};

struct verify_set {
	unsigned nkey, ncells;
	struct arena arena;
	struct verify_row **rows, **slots; /* in the order in which they came; open addressing, twice `cap` */
	size_t count, cap;
};

void verify_set_init(struct verify_set *s);
void verify_set_done(struct verify_set *s);
void verify_set_reset(struct verify_set *s, unsigned nkey, unsigned ncells);		     /* empties */
struct verify_row *verify_set_find(const struct verify_set *s, const struct sink_cell *key); /* NULL: none */
/* The last row of a key replaces the one before it. */
struct verify_row *verify_set_put(struct verify_set *s, const struct sink_cell *key, const struct sink_cell *cells,
		const char *refused, const char *bound);

/* row NULL: there should be none. found NULL: there is none. */
enum verify_what verify_compare(const struct verify_row *row, const struct sink_cell *found, unsigned ncells);
bool verify_cell_differs(const struct sink_cell *expected, const struct sink_cell *found);
uint64_t verify_hash(const struct sink_cell *cells, unsigned n); /* never 0 */
struct sink_cell *verify_cells_copy(struct arena *a, const struct sink_cell *cells, unsigned n);

#endif
