/* mysql_fill_keys.c - see mysql_fill_keys.h. A key's bytes: for each column its kind, its length, its content. */
#include "config.h"
#include "source/incremental/mysql_fill_keys.h"

#include <stdlib.h>
#include <string.h>

#include "core/fnv.h"
#include "core/xalloc.h"

enum { FIRST_CAP = 1024, CELL_BYTES = 16 };

void fill_keys_init(struct fill_keys *k, size_t max_bytes)
{
	*k = (struct fill_keys){ .max_bytes = max_bytes };
	arena_init(&k->arena, 0);
}

void fill_keys_done(struct fill_keys *k)
{
	arena_done(&k->arena);
	free(k->slots);
	*k = (struct fill_keys){ 0 };
}

void fill_keys_clear(struct fill_keys *k)
{
	arena_reset(&k->arena);
	if (k->count > 0)
		memset(k->slots, 0, k->cap * sizeof(*k->slots));
	k->count = 0;
	k->full = false;
}

static const struct value *key_cell(const struct schema *s, unsigned i, const struct value *row,
		const struct value *other)
{
	const struct value *v = &row[s->key[i]];

	return v->kind == VALUE_ABSENT && other ? &other[s->key[i]] : v;
}

/* Numbers as they lie in the value, texts behind their length: no two keys have the same bytes. NULL: not whole. */
static char *key_bytes(struct fill_keys *k, const struct schema *s, const struct value *row, const struct value *other,
		size_t *len)
{
	size_t bound = 1;
	char *out, *at;

	for (unsigned i = 0; i < s->nkey; i++) {
		const struct value *v = key_cell(s, i, row, other);

		if (v->kind == VALUE_ABSENT)
			return NULL;
		bound += CELL_BYTES + (value_has_bytes(v) ? v->len : 0);
	}
	out = at = arena_reserve(&k->arena, bound);
	for (unsigned i = 0; i < s->nkey; i++) {
		const struct value *v = key_cell(s, i, row, other);

		*at++ = (char)v->kind;
		if (value_has_bytes(v)) {
			memcpy(at, &v->len, sizeof(v->len));
			memcpy(at + sizeof(v->len), v->p, v->len);
			at += sizeof(v->len) + v->len;
		} else if (v->kind != VALUE_NULL) {
			memcpy(at, &v->i, sizeof(v->i));
			at += sizeof(v->i);
		}
	}
	*len = (size_t)(at - out);
	return out;
}

static uint64_t key_bytes_hash(const char *p, size_t len)
{
	uint64_t h = fnv_bytes(FNV_START, p, len);

	return h ^ h >> 29;
}

static struct fill_key *slot_of(const struct fill_keys *k, uint64_t hash, const char *p, size_t len)
{
	size_t i = hash & (k->cap - 1);

	while (k->slots[i].p &&
			(k->slots[i].hash != hash || k->slots[i].len != len || memcmp(k->slots[i].p, p, len) != 0))
		i = (i + 1) & (k->cap - 1);
	return &k->slots[i];
}

static void grow(struct fill_keys *k)
{
	struct fill_key *old = k->slots;
	size_t n = k->cap;

	k->cap = n ? n * 2 : FIRST_CAP;
	k->slots = xcalloc(k->cap, sizeof(*k->slots));
	for (size_t i = 0; i < n; i++)
		if (old[i].p)
			*slot_of(k, old[i].hash, old[i].p, old[i].len) = old[i];
	free(old);
}

bool fill_keys_add(struct fill_keys *k, const struct schema *s, const struct value *row, const struct value *other)
{
	struct fill_key *slot;
	uint64_t hash;
	size_t len;
	char *p = key_bytes(k, s, row, other, &len);

	if (p == NULL)
		return false;
	if ((k->count + 1) * 2 > k->cap)
		grow(k);
	hash = key_bytes_hash(p, len);
	slot = slot_of(k, hash, p, len);
	if (slot->p)
		return true;
	if (k->arena.used + len + (k->count + 1) * 2 * sizeof(*slot) > k->max_bytes) {
		k->full = true;
		return true;
	}
	arena_commit(&k->arena, len);
	*slot = (struct fill_key){ .hash = hash, .p = p, .len = len };
	k->count++;
	return true;
}

bool fill_keys_has(struct fill_keys *k, const struct schema *s, const struct value *row)
{
	size_t len;
	const char *p;

	if (k->count == 0)
		return false;
	p = key_bytes(k, s, row, NULL, &len);
	return p && slot_of(k, key_bytes_hash(p, len), p, len)->p != NULL;
}
