/* name_map.c - see name_map.h. Open addressing, at most half full, nothing is ever removed. */
#include "core/name_map.h"

#include <stdint.h>
#include <stdlib.h>

#include "core/xalloc.h"

enum { FIRST_CAP = 64 };

/* Names are allocated, so the lowest bits of their addresses say nothing; the multiplication spreads the others. */
static size_t slot_of(const struct name_map *m, const char *name)
{
	size_t at = (size_t)(((uint64_t)(uintptr_t)name >> 4) * 0x9E3779B97F4A7C15u >> 20) & (m->cap - 1);

	while (m->slots[at].name && m->slots[at].name != name)
		at = (at + 1) & (m->cap - 1);
	return at;
}

static void grow(struct name_map *m)
{
	struct name_map old = *m;

	m->cap = old.cap ? old.cap * 2 : FIRST_CAP;
	m->slots = xcalloc(m->cap, sizeof(*m->slots));
	for (size_t i = 0; i < old.cap; i++)
		if (old.slots[i].name)
			m->slots[slot_of(m, old.slots[i].name)] = old.slots[i];
	free(old.slots);
}

void **name_map_at(struct name_map *m, const char *interned)
{
	struct name_slot *s;

	if (2 * m->count >= m->cap)
		grow(m);
	s = &m->slots[slot_of(m, interned)];
	if (s->name == NULL) {
		s->name = interned;
		m->count++;
	}
	return &s->value;
}

void *name_map_get(const struct name_map *m, const char *interned)
{
	return m->cap ? m->slots[slot_of(m, interned)].value : NULL;
}

void name_map_each(const struct name_map *m, void (*each)(void *value, void *arg), void *arg)
{
	for (size_t i = 0; i < m->cap; i++)
		if (m->slots[i].value)
			each(m->slots[i].value, arg);
}

void name_map_done(struct name_map *m)
{
	free(m->slots);
	*m = (struct name_map){ 0 };
}
