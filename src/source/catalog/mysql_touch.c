/* mysql_touch.c - see mysql_touch.h. */
#include "source/catalog/mysql_touch.h"

#include <string.h>

enum { GONE = 1 << EFFECT_TABLE_GONE, OTHER = 1 << EFFECT_TABLE_OTHER, MADE = 1 << EFFECT_COUNT };

struct ddl_touch *touch_add(struct touches *t, const char *db, const char *table, struct schema *before,
		struct schema *after, uint32_t effects)
{
	if (t->count == t->cap) {
		unsigned cap = t->cap ? 2 * t->cap : 4;
		struct ddl_touch *more = arena_alloc(t->arena, cap * sizeof(*more));

		if (t->count > 0)
			memcpy(more, t->items, t->count * sizeof(*more));
		t->items = more;
		t->cap = cap;
	}
	t->items[t->count] = (struct ddl_touch){
		.db = arena_dup(t->arena, db, strlen(db)),
		.table = arena_dup(t->arena, table, strlen(table)),
		.effects = effects,
		.before = before ? schema_ref(before) : NULL,
		.after = after ? schema_ref(after) : NULL,
	};
	return &t->items[t->count++];
}

void touch_drop_last(struct touches *t)
{
	struct ddl_touch *last = &t->items[--t->count];

	schema_unref(last->before);
	schema_unref(last->after);
}

static struct ddl_touch *find(struct touches *t, const char *db, const char *table)
{
	for (unsigned i = 0; i < t->count; i++)
		if (strcmp(t->items[i].db, db) == 0 && strcmp(t->items[i].table, table) == 0)
			return &t->items[i];
	return NULL;
}

void touch_gone(struct touches *t, const char *db, const char *table, struct schema *before)
{
	struct ddl_touch *had = find(t, db, table);

	if (had == NULL)
		had = touch_add(t, db, table, before, NULL, 0);
	schema_unref(had->after);
	had->after = NULL;
	had->effects = had->effects & MADE ? MADE : GONE;
	had->alter = (struct ddl_alter){ .drop = true };
}

void touch_other(struct touches *t, const char *db, const char *table, struct schema *before, struct schema *after)
{
	struct ddl_touch *had = find(t, db, table);

	if (had == NULL)
		had = touch_add(t, db, table, before, NULL, MADE);
	schema_unref(had->after);
	had->after = after ? schema_ref(after) : NULL;
	had->effects = (had->effects & MADE) | OTHER;
	had->alter = (struct ddl_alter){ .drop = true };
}

void touches_release(struct touches *t)
{
	while (t->count > 0)
		touch_drop_last(t);
}
