/*
 * mysql_fill_keys.h - the keys of rows that the stream has changed while a chunk of their table was read. A key that is
 * found by mistake loses a row, one that is not found lets an old row follow a newer one; so whole keys are kept and
 * compared, not hashes of them, and the set says when it is full instead of growing without end.
 */
#ifndef SOURCE_MYSQL_FILL_KEYS_H
#define SOURCE_MYSQL_FILL_KEYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/arena.h"
#include "row/schema.h"
#include "row/value.h"

struct fill_keys {
	struct arena arena;
	struct fill_key {
		uint64_t hash;
		const char *p;
		size_t len;
	} * slots; /* open addressing; p NULL: free */
	size_t cap, count, max_bytes;
	bool full; /* a key did not fit: nothing is known any more */
};

void fill_keys_init(struct fill_keys *k, size_t max_bytes);
void fill_keys_done(struct fill_keys *k);
void fill_keys_clear(struct fill_keys *k);
/* The key of a row image; a column that is absent in it is taken from `other` (an image that leaves out what did not
 * change), NULL: none. False: the image has not the whole key. */
bool fill_keys_add(struct fill_keys *k, const struct schema *s, const struct value *row, const struct value *other);
bool fill_keys_has(struct fill_keys *k, const struct schema *s, const struct value *row);

#endif
