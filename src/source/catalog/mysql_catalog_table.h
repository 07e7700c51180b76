/*
 * mysql_catalog_table.h - a table while it is being changed: columns and all its indexes, from which the schema with
 * its key is made. Between the DDL parser and the catalog.
 */
#ifndef SOURCE_MYSQL_CATALOG_TABLE_H
#define SOURCE_MYSQL_CATALOG_TABLE_H

#include "core/arena.h"
#include "core/err.h"
#include "row/schema.h"
#include "source/catalog/mysql_ddl.h"

struct table_column {
	struct column column;
	const char *origin; /* its name before the statement; NULL: new */
	bool is_new;	    /* made or redefined by the statement */
	bool old_default; /* of a TIMESTAMP, because the statement names none (explicit_defaults_for_timestamp = OFF) */
};

struct table_model { /* all memory in the arena */
	struct arena *arena;
	const char *db, *table;
	struct table_column *columns;
	unsigned ncolumns, cap_columns;
	struct schema_index *indexes;
	unsigned nindexes, cap_indexes;
	unsigned collation;	    /* default of the table */
	unsigned utf8mb4_collation; /* what CHARACTER SET utf8mb4 means in this session */
	bool old_timestamps, generated_key;
	const char *comment;
};

void table_model_init(struct table_model *t, struct arena *arena, const char *db, const char *table,
		unsigned collation);
/* The columns and texts of the schema are lent, not copied. */
void table_model_load(struct table_model *t, const struct schema *schema);
struct ddl_defaults {	     /* what a statement means by what it leaves out; collations for CHARACTER SET DEFAULT */
	unsigned database;   /* of the table's database: for the table */
	unsigned session;    /* of the session's: for CONVERT TO */
	bool old_timestamps; /* explicit_defaults_for_timestamp = OFF */
};

int table_model_alter(struct table_model *t, const struct ddl_statement *s, const struct ddl_defaults *defaults,
		struct err *err);
struct schema *table_model_schema(const struct table_model *t, struct err *err); /* a new reference, or NULL */

#endif
