/* mysql_temporary.c - see mysql_temporary.h. Few are open at a time, and only statements on tables ask: an array is enough. */
#include "source/catalog/mysql_temporary.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/xalloc.h"

enum {
	TEMPORARIES_MOST = 10000
}; /* a session that was killed drops its tables, a server that was killed does not: the oldest go */

struct temporary {
	uint32_t thread_id;
	char *db, *table;
};

static struct temporary *find(const struct temporaries *t, uint32_t thread_id, const char *db, const char *table)
{
	for (size_t i = 0; i < t->count; i++)
		if (t->items[i].thread_id == thread_id && strcasecmp(t->items[i].db, db) == 0 &&
				strcasecmp(t->items[i].table, table) == 0)
			return &t->items[i];
	return NULL;
}

static void forget(struct temporaries *t, struct temporary *item)
{
	free(item->db);
	free(item->table);
	t->count--;
	memmove(item, item + 1, (size_t)(t->items + t->count - item) * sizeof(*item));
}

void temporaries_add(struct temporaries *t, uint32_t thread_id, const char *db, const char *table)
{
	if (find(t, thread_id, db, table))
		return;
	if (t->count == TEMPORARIES_MOST)
		forget(t, t->items);
	xgrow(t->items, t->count, t->cap, 16);
	t->items[t->count++] = (struct temporary){ .thread_id = thread_id, .db = xstrdup(db), .table = xstrdup(table) };
}

void temporaries_drop(struct temporaries *t, uint32_t thread_id, const char *db, const char *table)
{
	struct temporary *item = find(t, thread_id, db, table);

	if (item)
		forget(t, item);
}

bool temporaries_has(const struct temporaries *t, uint32_t thread_id, const char *db, const char *table)
{
	return find(t, thread_id, db, table) != NULL;
}

void temporaries_done(struct temporaries *t)
{
	while (t->count)
		forget(t, &t->items[t->count - 1]);
	free(t->items);
	*t = (struct temporaries){ .items = NULL };
}
