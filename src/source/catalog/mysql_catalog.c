/*
 * mysql_catalog.c - tables and databases by name. Names are compared as the server compares them, which depends on its
 * lower_case_table_names.
 */
#include "source/catalog/mysql_catalog.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/fnv.h"
#include "core/xalloc.h"
#include "source/catalog/mysql_catalog_entry.h"
#include "source/decode/mysql_charset.h"

enum { BUCKETS_MIN = 64 };

/* ---- names ---- */

bool catalog_name_equal(const struct catalog *c, const char *a, const char *b)
{
	return c->fold_case ? strcasecmp(a, b) == 0 : strcmp(a, b) == 0;
}

static uint64_t name_hash(const struct catalog *c, uint64_t h, const char *name)
{
	for (; *name; name++)
		h = fnv_add(h, (uint64_t)(c->fold_case ? tolower((unsigned char)*name) : (unsigned char)*name));
	return h;
}

static struct entry **entry_slot(const struct catalog *c, const char *db, const char *table)
{
	uint64_t h = name_hash(c, name_hash(c, FNV_STANDARD, db) ^ '.', table);
	struct entry **slot = &c->buckets[(h ^ h >> 32) & (c->nbuckets - 1)];

	while (*slot &&
			!(catalog_name_equal(c, (*slot)->schema->db, db) &&
					catalog_name_equal(c, (*slot)->schema->table, table)))
		slot = &(*slot)->next;
	return slot;
}

/* ---- entries ---- */

struct entry *catalog_entry_find(const struct catalog *c, const char *db, const char *table)
{
	return *entry_slot(c, db, table);
}

void catalog_entry_free(struct entry *e)
{
	if (e == NULL)
		return;
	schema_unref(e->schema);
	free(e);
}

struct entry *catalog_entry_new(struct schema *schema)
{
	struct entry *e = xcalloc(1, sizeof(*e));

	e->schema = schema_ref(schema);
	return e;
}

static void catalog_grow(struct catalog *c)
{
	struct entry **old = c->buckets;
	size_t n = c->nbuckets;

	c->nbuckets = n ? 2 * n : BUCKETS_MIN;
	c->buckets = xcalloc(c->nbuckets, sizeof(*c->buckets));
	for (size_t i = 0; i < n; i++) {
		while (old[i]) {
			struct entry *e = old[i], **slot = entry_slot(c, e->schema->db, e->schema->table);

			old[i] = e->next;
			e->next = NULL;
			*slot = e;
		}
	}
	free(old);
}

static void tell(const struct catalog *c, const char *db, const char *table, struct schema *had, unsigned collation)
{
	if (c->watch)
		c->watch(c->watch_arg, db, table, had, collation);
}

struct entry *catalog_entry_take(struct catalog *c, const char *db, const char *table)
{
	struct entry **slot = entry_slot(c, db, table), *e = *slot;

	if (e) {
		tell(c, e->schema->db, e->schema->table, e->schema, 0);
		*slot = e->next;
		e->next = NULL;
		c->count--;
	}
	return e;
}

void catalog_entry_put(struct catalog *c, struct entry *e)
{
	struct entry **slot, *old = catalog_entry_take(c, e->schema->db, e->schema->table);

	if (old == NULL)
		tell(c, e->schema->db, e->schema->table, NULL, 0);
	catalog_entry_free(old);
	if (c->count >= c->nbuckets)
		catalog_grow(c);
	slot = entry_slot(c, e->schema->db, e->schema->table);
	*slot = e;
	c->count++;
}

/* ---- the catalog ---- */

struct catalog *catalog_new(unsigned server_collation, bool fold_case)
{
	struct catalog *c = xcalloc(1, sizeof(*c));

	c->server_collation = server_collation ? server_collation : COLLATION_UTF8MB4;
	c->fold_case = fold_case;
	catalog_grow(c);
	return c;
}

void catalog_free(struct catalog *c)
{
	if (c == NULL)
		return;
	for (size_t i = 0; i < c->nbuckets; i++) {
		while (c->buckets[i]) {
			struct entry *e = c->buckets[i];

			c->buckets[i] = e->next;
			catalog_entry_free(e);
		}
	}
	for (size_t i = 0; i < c->ndatabases; i++)
		free(c->databases[i].name);
	free(c->databases);
	temporaries_done(&c->temporaries);
	free(c->buckets);
	free(c);
}

void catalog_put(struct catalog *c, struct schema *schema)
{
	catalog_entry_put(c, catalog_entry_new(schema));
}

struct schema *catalog_find(const struct catalog *c, const char *db, const char *table)
{
	struct entry *e = catalog_entry_find(c, db, table);

	return e ? e->schema : NULL;
}

bool catalog_forget(struct catalog *c, const char *db, const char *table)
{
	struct entry *e = catalog_entry_take(c, db, table);

	catalog_entry_free(e);
	return e != NULL;
}

struct database *catalog_database_find(const struct catalog *c, const char *db)
{
	for (size_t i = 0; i < c->ndatabases; i++)
		if (catalog_name_equal(c, c->databases[i].name, db))
			return &c->databases[i];
	return NULL;
}

void catalog_set_database(struct catalog *c, const char *db, unsigned collation)
{
	struct database *d = catalog_database_find(c, db);

	tell(c, db, NULL, NULL, d ? d->collation : 0);
	if (d == NULL) {
		c->databases = xrealloc(c->databases, (c->ndatabases + 1) * sizeof(*c->databases));
		d = &c->databases[c->ndatabases++];
		d->name = xstrdup(db);
	}
	d->collation = collation ? collation : c->server_collation;
}

void catalog_watch(struct catalog *c, catalog_watch_fn *fn, void *arg)
{
	c->watch = fn;
	c->watch_arg = arg;
}

void catalog_drop_database(struct catalog *c, const char *db)
{
	struct database *d = catalog_database_find(c, db);

	if (d) {
		tell(c, db, NULL, NULL, d->collation);
		free(d->name);
		*d = c->databases[--c->ndatabases];
	}
	for (size_t i = 0; i < c->nbuckets; i++) {
		struct entry **slot = &c->buckets[i];

		while (*slot) {
			struct entry *e = *slot;

			if (!catalog_name_equal(c, e->schema->db, db)) {
				slot = &e->next;
				continue;
			}
			tell(c, e->schema->db, e->schema->table, e->schema, 0);
			*slot = e->next;
			c->count--;
			catalog_entry_free(e);
		}
	}
}

size_t catalog_count(const struct catalog *c)
{
	return c->count;
}

void catalog_each(const struct catalog *c, void (*fn)(struct schema *schema, void *arg), void *arg)
{
	for (size_t i = 0; i < c->nbuckets; i++)
		for (struct entry *e = c->buckets[i]; e; e = e->next)
			fn(e->schema, arg);
}
