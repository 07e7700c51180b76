/*
 * collapse.c - one pass with a hash table from key to the survivor so far, one pass to close the gaps. Two things are
 * hard. An update that moves a row to another key is two entries, and the new one inherits from the old. And a later
 * change may say less than an earlier one (absent cells), so that dropping the earlier one would lose a write: then the
 * two rows are merged into one.
 */
#include "row/collapse.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/arena.h"
#include "core/clock.h"
#include "core/must.h"
#include "core/xalloc.h"

struct slot {
	uint32_t hash;
	uint32_t entry; /* index into out, plus 1; 0: free */
};

struct collapse {
	struct slot *slots;
	size_t nslots, cap_slots; /* powers of two; cap is what is allocated */
	uint64_t seed;
	struct arena arena; /* merged rows */
	/* during a run */
	struct collapsed *out;
	size_t count;
};

struct collapse *collapse_new(void)
{
	struct collapse *c = xcalloc(1, sizeof(*c));

	arena_init(&c->arena, 0);
	c->seed = (uint64_t)clock_mono_us() ^ (uint64_t)(uintptr_t)c; /* keys come from outside: not to be foreseen */
	return c;
}

void collapse_free(struct collapse *c)
{
	if (c == NULL)
		return;
	arena_done(&c->arena);
	free(c->slots);
	free(c);
}

static void slots_clear(struct collapse *c, size_t entries)
{
	size_t need = 16;

	while (need < 2 * entries)
		need *= 2;
	if (need > c->cap_slots) {
		free(c->slots);
		c->slots = xmalloc(need * sizeof(c->slots[0]));
		c->cap_slots = need;
	}
	c->nslots = need;
	memset(c->slots, 0, need * sizeof(c->slots[0]));
}

static bool row_has_key(const struct schema *s, const struct value *row)
{
	for (unsigned i = 0; i < s->nkey; i++)
		if (row[s->key[i]].kind == VALUE_NULL || row[s->key[i]].kind == VALUE_ABSENT)
			return false;
	return s->nkey > 0;
}

static bool keys_equal(const struct schema *sa, const struct value *a, const struct schema *sb, const struct value *b)
{
	for (unsigned i = 0; i < sa->nkey; i++)
		if (!value_equal(&a[sa->key[i]], &b[sb->key[i]]))
			return false;
	return true;
}

static uint32_t key_hash(const struct collapse *c, const struct schema *s, const struct value *row)
{
	uint64_t hash = c->seed;

	for (unsigned i = 0; i < s->nkey; i++)
		hash = value_hash(&row[s->key[i]], hash);
	return (uint32_t)(hash ^ hash >> 32);
}

static struct slot *slot_find(struct collapse *c, const struct schema *s, const struct value *row)
{
	uint32_t hash = key_hash(c, s, row);
	size_t i = hash & (c->nslots - 1);

	for (; c->slots[i].entry; i = (i + 1) & (c->nslots - 1)) {
		const struct collapsed *entry = &c->out[c->slots[i].entry - 1];

		if (c->slots[i].hash == hash && keys_equal(s, row, entry->change->schema, entry->row))
			break;
	}
	c->slots[i].hash = hash;
	return &c->slots[i];
}

/* Fills the open cells of row from an older row of the same record; a copy is made only when there is one to fill. */
static const struct value *row_merge(struct collapse *c, const struct schema *s, const struct value *row,
		const struct schema *older_schema, const struct value *older)
{
	struct value *merged = NULL;

	for (unsigned i = 0; i < s->ncolumns; i++) {
		int from = (int)i;

		if (row[i].kind != VALUE_ABSENT)
			continue;
		if (s != older_schema)
			from = schema_column(older_schema, s->columns[i].name, strlen(s->columns[i].name));
		if (from < 0 || older[from].kind == VALUE_ABSENT)
			continue;
		if (merged == NULL) {
			merged = arena_alloc(&c->arena, s->ncolumns * sizeof(row[0]));
			memcpy(merged, row, s->ncolumns * sizeof(row[0]));
		}
		merged[i] = older[from];
	}
	return merged ? merged : row;
}

/* Puts one entry at the end. An entry of the same key is superseded: its row is cleared, and the second pass skips it.
 * `from` is what an upsert inherits from; NULL: from the superseded entry. */
static void collapse_put(struct collapse *c, const struct change *change, const struct value *row, bool is_delete,
		const struct collapsed *from)
{
	const struct schema *s = change->schema;
	struct slot *slot;

	if (!row_has_key(s, row)) {
		c->out[c->count++] = (struct collapsed){ change, row, is_delete };
		return;
	}
	slot = slot_find(c, s, row);
	if (slot->entry) {
		struct collapsed *old = &c->out[slot->entry - 1];

		if (from == NULL && !is_delete && !old->is_delete)
			row = row_merge(c, s, row, old->change->schema, old->row);
		old->change = NULL;
	}
	if (from && !is_delete)
		row = row_merge(c, s, row, from->change->schema, from->row);
	c->out[c->count++] = (struct collapsed){ change, row, is_delete };
	slot->entry = (uint32_t)c->count;
}

static bool update_moves_key(const struct change *change)
{
	const struct schema *s = change->schema;

	return change->op == CHANGE_UPDATE && change->before && row_has_key(s, change->before) &&
			row_has_key(s, change->after) && !keys_equal(s, change->before, s, change->after);
}

static void collapse_move(struct collapse *c, const struct change *change)
{
	const struct slot *slot = slot_find(c, change->schema, change->before);
	struct collapsed before = { change, change->before, false };

	if (slot->entry && !c->out[slot->entry - 1].is_delete)
		before = c->out[slot->entry - 1];
	collapse_put(c, change, change->before, true, NULL);
	collapse_put(c, change, change->after, false, &before);
}

size_t collapse_run(struct collapse *c, const struct change *changes, size_t count, struct collapsed *out)
{
	size_t kept = 0;

	slots_clear(c, 2 * count);
	arena_reset(&c->arena);
	c->out = out;
	c->count = 0;
	for (size_t i = 0; i < count; i++) {
		const struct change *change = &changes[i];
		bool is_delete = change->op == CHANGE_DELETE;

		if (change->dead)
			continue;
		must(is_delete ? change->before != NULL : change->after != NULL);
		if (update_moves_key(change))
			collapse_move(c, change);
		else
			collapse_put(c, change, is_delete ? change->before : change->after, is_delete, NULL);
	}
	for (size_t i = 0; i < c->count; i++)
		if (out[i].change)
			out[kept++] = out[i];
	return kept;
}

size_t collapse_none(const struct change *changes, size_t count, struct collapsed *out)
{
	size_t kept = 0;

	for (size_t i = 0; i < count; i++)
		if (!changes[i].dead && changes[i].op != CHANGE_DELETE)
			out[kept++] = (struct collapsed){ &changes[i], changes[i].after, false };
	return kept;
}
