/*
 * double_rows.c - the rows of a table: an index by key from hash to the row's offset in the log. A row is written
 * once; an upsert moves the index entry, a delete empties it. Old rows stay in the log as the history that nobody
 * asks for.
 */
#include <stdlib.h>
#include <string.h>

#include "core/xalloc.h"
#include "sql/double_expr.h"
#include "store/double_store.h"

#define SLOT_FREE 0
#define SLOT_DELETED 1

uint64_t row_hash(const char *key, size_t len)
{
	uint64_t h = len * UINT64_C(0x9e3779b97f4a7c15), word;

	for (; len >= 8; key += 8, len -= 8) {
		memcpy(&word, key, 8);
		h = (h ^ word) * UINT64_C(0xff51afd7ed558ccd);
		h ^= h >> 32;
	}
	word = 0;
	memcpy(&word, key, len);
	h = (h ^ word) * UINT64_C(0xc4ceb9fe1a85ec53);
	return h ^ h >> 29;
}

const char *store_row(const struct store *s, uint64_t offset)
{
	return s->pending != NULL && offset >= s->pending_offset ? s->pending + (offset - s->pending_offset)
								 : s->wal.map + offset;
}

static const char *row_key(const char *row, size_t *len)
{
	struct row_head head;

	memcpy(&head, row, sizeof(head));
	*len = head.key_len;
	return row + head.size - head.key_len;
}

static struct row_slot *find_slot(const struct store *s, const struct table *t, uint64_t hash, const char *key,
		size_t len)
{
	for (uint64_t i = hash & (t->nslots - 1);; i = (i + 1) & (t->nslots - 1)) {
		struct row_slot *slot = &t->slots[i];
		size_t other_len;
		const char *other;

		if (slot->offset == SLOT_FREE)
			return slot;
		if (slot->offset == SLOT_DELETED || slot->hash != hash)
			continue;
		other = row_key(store_row(s, slot->offset), &other_len);
		if (other_len == len && memcmp(other, key, len) == 0)
			return slot;
	}
}

static void grow(struct table *t)
{
	struct row_slot *old = t->slots;
	uint64_t nold = t->nslots;

	t->nslots = nold == 0 ? 1024 : t->nrows * 2 > nold ? nold * 2 : nold; /* or only sweeps the deleted out */
	t->slots = xcalloc(t->nslots, sizeof(*t->slots));
	t->nused = 0;
	for (uint64_t i = 0; i < nold; i++) {
		uint64_t at = old[i].hash & (t->nslots - 1);

		if (old[i].offset <= SLOT_DELETED)
			continue;
		while (t->slots[at].offset != SLOT_FREE)
			at = (at + 1) & (t->nslots - 1);
		t->slots[at] = old[i];
		t->nused++;
	}
	free(old);
}

uint64_t table_find(const struct store *s, const struct table *t, const char *key, size_t len)
{
	return t->nslots == 0 ? 0 : find_slot(s, t, row_hash(key, len), key, len)->offset;
}

void table_apply(struct store *s, struct table *t, const char *rows, uint64_t offset, uint64_t len)
{
	for (uint64_t at = 0; at < len;) {
		struct row_head head;
		struct row_slot *slot;
		const char *key;
		size_t key_len;
		uint64_t hash;

		memcpy(&head, rows + at, sizeof(head));
		if (t->nused * 4 >= t->nslots * 3)
			grow(t);
		key = row_key(rows + at, &key_len);
		hash = row_hash(key, key_len);
		slot = find_slot(s, t, hash, key, key_len);
		if (head.op == OP_DELETE && slot->offset != SLOT_FREE) {
			slot->offset = SLOT_DELETED;
			t->nrows--;
		} else if (head.op == OP_UPSERT) {
			t->nused += slot->offset == SLOT_FREE;
			t->nrows += slot->offset == SLOT_FREE;
			*slot = (struct row_slot){ .offset = offset + at, .hash = hash };
		}
		at += head.size;
	}
}

void table_truncate(struct table *t)
{
	free(t->slots);
	t->slots = NULL;
	t->nslots = t->nused = t->nrows = 0;
}

static int compare_keys(const void *a, const void *b, void *ctx)
{
	const struct store *s = ctx;
	size_t len_a, len_b;
	const char *key_a = row_key(store_row(s, *(const uint64_t *)a), &len_a);
	const char *key_b = row_key(store_row(s, *(const uint64_t *)b), &len_b);
	int order = memcmp(key_a, key_b, len_a < len_b ? len_a : len_b);

	return order != 0 ? order : (len_a > len_b) - (len_a < len_b);
}

uint64_t *table_offsets(const struct store *s, const struct table *t, uint64_t *count)
{
	uint64_t *offsets = xmalloc((t->nrows + 1) * sizeof(*offsets)), n = 0;

	for (uint64_t i = 0; i < t->nslots; i++)
		if (t->slots[i].offset > SLOT_DELETED)
			offsets[n++] = t->slots[i].offset;
	qsort_r(offsets, n, sizeof(*offsets), compare_keys, (void *)(uintptr_t)s);
	*count = n;
	return offsets;
}

static struct cell preset_cell(const struct column *c)
{
	return cell_str(c->preset);
}

/* The value as its column's type of today; MODIFY COLUMN converts on reading. */
static struct cell convert(const struct type *from, const struct type *to, struct cell cell, struct arena *scratch)
{
	char *out;
	size_t len;

	if (from->kind == to->kind && from->scale == to->scale)
		return cell;
	out = arena_reserve(scratch, type_bound(&cell));
	if (type_write(to, &cell, out, &len) != TYPE_OK)
		return cell_str(NULL);
	arena_commit(scratch, len);
	return cell_text(out, len);
}

static struct cell read_cell(const char **at)
{
	uint32_t len;
	struct cell cell;

	memcpy(&len, *at, sizeof(len));
	*at += sizeof(len);
	if (len >= CELL_LEN_ABSENT)
		return (struct cell){ .kind = len == CELL_LEN_NULL ? CELL_NULL : CELL_ABSENT };
	cell = cell_text(*at, len);
	*at += len;
	return cell;
}

static void old_row_cells(const struct schema *now, const struct schema *then, const char *at, struct cell *cells,
		struct arena *scratch)
{
	for (unsigned i = 0; i < now->ncolumns; i++)
		cells[i] = preset_cell(&now->columns[i]);
	for (unsigned i = 0; i < then->ncolumns; i++) {
		struct cell cell = read_cell(&at);

		for (unsigned k = 0; k < now->ncolumns; k++)
			if (now->columns[k].id == then->columns[i].id)
				cells[k] = cell.kind != CELL_TEXT
						? cell
						: convert(&then->columns[i].type, &now->columns[k].type, cell, scratch);
	}
}

void row_cells(const struct table *t, const struct schema *schema, const char *row, struct cell *cells,
		struct arena *scratch)
{
	struct row_head head;

	memcpy(&head, row, sizeof(head));
	row += sizeof(head);
	if (head.schema != schema->index) {
		old_row_cells(schema, t->schemas[head.schema], row, cells, scratch);
		return;
	}
	for (unsigned i = 0; i < schema->ncolumns; i++)
		cells[i] = read_cell(&row);
}
