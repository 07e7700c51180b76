/*
 * batch.c - growing arrays and one arena, used again and again. The hard part is holding each schema once without
 * searching a list for every row: a small set of pointers, at most half full, answers it.
 */
#include "row/batch.h"

#include <stdlib.h>
#include <string.h>

#include "core/xalloc.h"

/* Makes room for one more item in an array that doubles. */
static void *array_grow(void *items, size_t count, size_t *cap, size_t first, size_t item_size)
{
	if (count < *cap)
		return items;
	*cap = *cap ? 2 * *cap : first;
	return xrealloc(items, *cap * item_size);
}

static struct schema **set_place(const struct batch *b, const struct schema *s)
{
	size_t mask = 2 * b->cap_schemas - 1;
	size_t i = (size_t)(((uintptr_t)s >> 4) * 0x9e3779b97f4a7c15u >> 32) & mask;

	while (b->schema_set[i] && b->schema_set[i] != s)
		i = (i + 1) & mask;
	return &b->schema_set[i];
}

static void set_grow(struct batch *b)
{
	size_t cap = b->cap_schemas;

	b->schemas = array_grow(b->schemas, b->nschemas, &b->cap_schemas, 8, sizeof(b->schemas[0]));
	if (cap == b->cap_schemas)
		return;
	free(b->schema_set);
	b->schema_set = xcalloc(2 * b->cap_schemas, sizeof(b->schema_set[0]));
	for (size_t i = 0; i < b->nschemas; i++)
		*set_place(b, b->schemas[i]) = b->schemas[i];
}

static void batch_drop_schemas(struct batch *b)
{
	for (size_t i = 0; i < b->nschemas; i++)
		schema_unref(b->schemas[i]);
	if (b->nschemas)
		memset(b->schema_set, 0, 2 * b->cap_schemas * sizeof(b->schema_set[0]));
	b->nschemas = 0;
}

struct batch *batch_new(void)
{
	struct batch *b = xcalloc(1, sizeof(*b));

	arena_init(&b->arena, 0);
	position_init(&b->position);
	return b;
}

void batch_free(struct batch *b)
{
	if (b == NULL)
		return;
	batch_drop_schemas(b);
	position_done(&b->position);
	arena_done(&b->arena);
	free(b->changes);
	free(b->records);
	free(b->schemas);
	free(b->schema_set);
	free(b);
}

void batch_reset(struct batch *b)
{
	batch_drop_schemas(b);
	position_done(&b->position);
	arena_reset(&b->arena);
	b->nchanges = b->nrecords = 0;
	b->txn_open = b->snapshot_end = b->position_due = b->decoded = false;
	b->topic = NULL;
	b->partition = 0;
	b->from = b->to = 0;
	b->born_us = b->newest_commit_us = b->complete_us = 0;
	b->bytes = 0;
}

struct change *batch_add_change(struct batch *b)
{
	struct change *change;

	b->changes = array_grow(b->changes, b->nchanges, &b->cap_changes, 64, sizeof(b->changes[0]));
	change = &b->changes[b->nchanges++];
	memset(change, 0, sizeof(*change));
	return change;
}

struct record *batch_add_record(struct batch *b)
{
	struct record *record;

	b->records = array_grow(b->records, b->nrecords, &b->cap_records, 64, sizeof(b->records[0]));
	record = &b->records[b->nrecords++];
	memset(record, 0, sizeof(*record));
	record->partition = PARTITION_BY_KEY;
	return record;
}

void batch_hold_schema(struct batch *b, struct schema *s)
{
	struct schema **place;

	if (b->nschemas && b->schemas[b->nschemas - 1] == s)
		return;
	set_grow(b);
	place = set_place(b, s);
	if (*place)
		return;
	*place = s;
	b->schemas[b->nschemas++] = schema_ref(s);
}

/* Records that were read: those to be written have no offsets yet. */
static bool offsets_rise(const struct batch *b)
{
	int64_t next = b->from;

	for (size_t i = 0; b->topic && i < b->nrecords; i++) {
		const struct record *r = &b->records[i];

		if (r->offset < next || r->offset >= b->to || r->partition != b->partition)
			return false;
		next = r->offset + 1;
	}
	return b->from <= b->to;
}

bool batch_is_sound(const struct batch *b)
{
	for (size_t i = 0; i < b->nchanges; i++)
		if (b->changes[i].schema && (b->nschemas == 0 || *set_place(b, b->changes[i].schema) == NULL))
			return false;
	return offsets_rise(b);
}

struct value *batch_row(struct batch *b, const struct schema *s)
{
	size_t size = s->ncolumns * sizeof(struct value);
	struct value *row = arena_alloc(&b->arena, size);

	_Static_assert(VALUE_ABSENT == 0, "a zeroed row is an absent one");
	memset(row, 0, size);
	return row;
}
