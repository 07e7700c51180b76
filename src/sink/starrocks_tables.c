/*
 * starrocks_tables.c - what is known of the tables of one StarRocks: how rows of each schema version are written. Shared by
 * all handles that were opened beside each other, because any of them loads any table, and each table is to be asked for
 * once. Under one lock, which is taken for a load or a statement, never for a row.
 */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "core/intern.h"
#include "core/must.h"
#include "core/name_map.h"
#include "core/xalloc.h"
#include "sink/starrocks.h"

/* Rows of so many versions of one table may be under way at one time; of more, the oldest is asked for again. */
enum { VERSIONS_MAX = 8 };

struct known {
	struct starrocks_target *targets[VERSIONS_MAX]; /* most recently used first */
	unsigned ntargets;
};

struct starrocks_tables {
	pthread_mutex_t lock;
	/* under lock */
	unsigned refs;
	struct name_map by_name; /* struct known by "database\ntable" */
};

struct starrocks_tables *starrocks_tables_new(void)
{
	struct starrocks_tables *t = xcalloc(1, sizeof(*t));

	lock_init(&t->lock);
	t->refs = 1;
	return t;
}

struct starrocks_tables *starrocks_tables_ref(struct starrocks_tables *t)
{
	pthread_mutex_lock(&t->lock);
	t->refs++;
	pthread_mutex_unlock(&t->lock);
	return t;
}

static void known_clear(struct known *k)
{
	for (unsigned i = 0; i < k->ntargets; i++)
		starrocks_target_free(k->targets[i]);
	k->ntargets = 0;
}

static void known_free(void *value, void *arg)
{
	(void)arg;
	known_clear(value);
	free(value);
}

void starrocks_tables_unref(struct starrocks_tables *t)
{
	bool last;

	pthread_mutex_lock(&t->lock);
	last = --t->refs == 0;
	pthread_mutex_unlock(&t->lock);
	if (!last)
		return;
	name_map_each(&t->by_name, known_free, NULL);
	name_map_done(&t->by_name);
	pthread_mutex_destroy(&t->lock);
	free(t);
}

/* Under lock; made when new. */
static struct known *known_get(struct starrocks_tables *t, const char *db, const char *table)
{
	char *name = xasprintf("%s\n%s", db, table);
	void **place = name_map_at(&t->by_name, intern(name));

	must_hold(&t->lock);
	free(name);
	if (*place == NULL)
		*place = xcalloc(1, sizeof(struct known));
	return *place;
}

struct starrocks_target *starrocks_tables_find(struct starrocks_tables *t, const char *db, const struct schema *schema)
{
	struct starrocks_target *found = NULL;
	struct known *k;
	unsigned at = 0;

	pthread_mutex_lock(&t->lock);
	k = known_get(t, db, schema->table);
	while (at < k->ntargets && k->targets[at]->version != schema->version)
		at++;
	if (at < k->ntargets) {
		found = starrocks_target_ref(k->targets[at]);
		memmove(k->targets + 1, k->targets, at * sizeof(k->targets[0]));
		k->targets[0] = found;
	}
	pthread_mutex_unlock(&t->lock);
	return found;
}

void starrocks_tables_put(struct starrocks_tables *t, const char *db, struct starrocks_target *target)
{
	struct known *k;

	pthread_mutex_lock(&t->lock);
	k = known_get(t, db, target->schema->table);
	if (k->ntargets == VERSIONS_MAX)
		starrocks_target_free(k->targets[--k->ntargets]);
	memmove(k->targets + 1, k->targets, k->ntargets++ * sizeof(k->targets[0]));
	k->targets[0] = starrocks_target_ref(target);
	pthread_mutex_unlock(&t->lock);
}

void starrocks_tables_drop(struct starrocks_tables *t, const char *db, const char *table)
{
	pthread_mutex_lock(&t->lock);
	known_clear(known_get(t, db, table));
	pthread_mutex_unlock(&t->lock);
}
