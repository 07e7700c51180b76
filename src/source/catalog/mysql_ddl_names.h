/*
 * mysql_ddl_names.h - the tables of one statement, joined by commas, in the order that Debezium tells them in
 * source.table: that of a hash set of Java.
 */
#ifndef SOURCE_MYSQL_DDL_NAMES_H
#define SOURCE_MYSQL_DDL_NAMES_H

#include "core/arena.h"

struct table_id {
	const char *db, *table;
};

/* Only the tables' names are joined. */
const char *ddl_names_join(struct arena *arena, const struct table_id *ids, unsigned count);

#endif
