/*
 * collapse.h - the last change of each key wins inside one load. Hashes the key columns of every change; keeps order.
 *
 * Cells that the last change leaves open (VALUE_ABSENT) are taken from the change of the same key that it replaces.
 * Rows without a key, or with NULL or nothing in a key column, are nobody's successor: they all survive.
 */
#ifndef ROW_COLLAPSE_H
#define ROW_COLLAPSE_H

#include <stdbool.h>
#include <stddef.h>

#include "row/change.h"

struct collapse;

struct collapse *collapse_new(void);
void collapse_free(struct collapse *c);
/*
 * changes[0..count) are row changes of one table (one schema or several versions of it with the same key columns), in
 * order; dead ones are left out. An update whose key changed counts as a delete of the old key and an upsert of the
 * new. Fills out (room for 2 * count) with pointers to the survivors, each key once, in the order of the survivors;
 * the op is read from the pointed change with `is_delete` beside it. Returns how many. Rows stay valid until the next
 * run.
 */
struct collapsed {
	const struct change *change;
	const struct value *row; /* what to write (after), or the row whose key to delete (before) */
	bool is_delete;
};
size_t collapse_run(struct collapse *c, const struct change *changes, size_t count, struct collapsed *out);
/* The same for a target to which rows are only added: each as it is after its change, deletes left out. */
size_t collapse_none(const struct change *changes, size_t count, struct collapsed *out);

#endif
