/*
 * mysql_catalog_entry.h - the inside of the catalog, for the file that stores and the one that applies DDL.
 */
#ifndef SOURCE_MYSQL_CATALOG_ENTRY_H
#define SOURCE_MYSQL_CATALOG_ENTRY_H

#include "source/catalog/mysql_temporary.h"
#include "source/catalog/mysql_catalog.h"
#include "source/catalog/mysql_catalog_table.h"

struct entry {
	struct entry *next;
	struct schema *schema; /* one reference */
};

struct database {
	char *name;
	unsigned collation;
};

struct catalog {
	struct entry **buckets;
	size_t nbuckets, count;
	struct database *databases;
	size_t ndatabases;
	unsigned server_collation;
	bool fold_case;
	struct temporaries temporaries;
	catalog_watch_fn *watch;
	void *watch_arg;
};

bool catalog_name_equal(const struct catalog *c, const char *a, const char *b);
/* takes a reference of its own */
struct entry *catalog_entry_new(struct schema *schema);
void catalog_entry_free(struct entry *e);
struct entry *catalog_entry_find(const struct catalog *c, const char *db, const char *table); /* lent */
/* out of the catalog, to the caller */
struct entry *catalog_entry_take(struct catalog *c, const char *db, const char *table);
void catalog_entry_put(struct catalog *c, struct entry *e); /* takes it, replaces */
struct database *catalog_database_find(const struct catalog *c, const char *db);

#endif
