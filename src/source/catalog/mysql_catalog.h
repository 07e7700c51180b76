/*
 * mysql_catalog.h - the tables of the server as of one position of the binlog: schemas by name, default character sets
 * by database. DDL statements are applied to it in order. A statement that is not understood must never leave a wrong
 * schema behind: it is an error that names the word, and the catalog is as it was before.
 *
 * @thread the stage's own. Names of databases and tables are compared as the server does: by bytes, or without case
 * when lower_case_table_names is not 0.
 */
#ifndef SOURCE_MYSQL_CATALOG_H
#define SOURCE_MYSQL_CATALOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/arena.h"
#include "core/err.h"
#include "row/change.h"
#include "row/schema.h"
#include "source/catalog/mysql_ddl_lexer.h"

struct catalog;

/* 0: utf8mb4_0900_ai_ci; fold_case: lower_case_table_names != 0 */
struct catalog *catalog_new(unsigned server_collation, bool fold_case);
void catalog_free(struct catalog *c);
void catalog_put(struct catalog *c, struct schema *schema); /* takes a reference of its own, replaces */
/* borrowed; NULL: not known */
struct schema *catalog_find(const struct catalog *c, const char *db, const char *table);
bool catalog_forget(struct catalog *c, const char *db, const char *table); /* false: was not known */
/* default of a database, 0: the server's */
void catalog_set_database(struct catalog *c, const char *db, unsigned collation);
size_t catalog_count(const struct catalog *c);
void catalog_each(const struct catalog *c, void (*fn)(struct schema *schema, void *arg), void *arg);

/*
 * Told before each change what was there: a table's schema, NULL if it was not known; or, table NULL, a database's
 * default collation, 0 if it was not known. Must not change the catalog.
 */
typedef void catalog_watch_fn(void *arg, const char *db, const char *table, struct schema *had, unsigned collation);
void catalog_watch(struct catalog *c, catalog_watch_fn *fn, void *arg); /* one at a time; NULL: nobody */
void catalog_drop_database(struct catalog *c, const char *db);		/* with its tables */

struct ddl_context {			    /* from the query event */
	const char *db;			    /* default database; "" none */
	uint64_t sql_mode;		    /* ANSI_QUOTES, NO_BACKSLASH_ESCAPES, PIPES_AS_CONCAT matter */
	uint16_t charset_client;	    /* collation id of the statement's own text; 0: utf8mb4 */
	uint16_t collation_server;	    /* session's collation_server: default of a new database; 0: the server's */
	uint16_t collation_database;	    /* the session's, when it is not db's default; 0: it is */
	uint16_t default_collation_utf8mb4; /* 0: utf8mb4_0900_ai_ci */
	bool old_timestamps;		    /* explicit_defaults_for_timestamp = OFF */
	uint32_t thread_id;		    /* of its session */
	unsigned server_version;	    /* 80300; decides which version comments are read; 0: all */
};

enum ddl_kind {
	DDL_NOTHING,  /* no effect on tables: CREATE INDEX, GRANT, a trigger, a view ... */
	DDL_CONTROL,  /* BEGIN, COMMIT, ROLLBACK, SAVEPOINT, XA ...: not DDL at all */
	DDL_ROWS,     /* INSERT, UPDATE, DELETE, REPLACE, LOAD as text: statement-based logging */
	DDL_TABLES,   /* created, altered, dropped, renamed */
	DDL_TRUNCATE, /* exactly one table, changes[0].table[0], its schema as known (or NULL) */
	DDL_DATABASE  /* CREATE, ALTER, DROP DATABASE */
};

struct ddl_result {
	enum ddl_kind kind;
	/* arena; one, or one a table for RENAME and DROP of several, as Debezium splits them */
	struct ddl_change *changes;
	unsigned nchanges;
	struct ddl_touch *
			touched; /* arena; tables whose rows or names it changes without telling them; no CREATE of a new one */
	unsigned ntouched;
	bool opens_txn; /* the rows of a CREATE .. SELECT follow, in the same transaction */
	bool temporary; /* about a temporary table: no effect on the catalog */
};

/*
 * A table that the catalog does not know (never captured, or created before) can be altered and renamed too: its
 * ddl_table then has type 'A' and no schema, and stays unknown.
 *
 * Applies one statement. Results live in the arena; a schema that they name is referenced by the result: give each to
 * batch_hold_schema() and then call ddl_result_release(). Words that may be followed by anything (GRANT, SET, CREATE
 * TRIGGER ...) are DDL_NOTHING. On -1 (ERR_DATA) the catalog is unchanged, and *db_table names the table where that is
 * known ("" if not); *out then tells the table as altered, without a schema.
 */
int catalog_apply(struct catalog *c, const struct ddl_context *ctx, const char *sql, size_t len, struct arena *arena,
		struct ddl_result *out, const char **db_table, struct err *err);
void ddl_result_release(struct ddl_result *r);

/* SHOW CREATE TABLE text: puts the table into the catalog; the returned schema is borrowed. */
struct schema *catalog_read_table(struct catalog *c, const char *db, const char *sql, size_t len, uint64_t sql_mode,
		struct err *err);
/* The same; *told is the statement as the stream would tell it, the caller's to free: without a comment at the end, which
 * is where SHOW CREATE TABLE has partitions. Untouched when NULL is returned. */
struct schema *catalog_read_told(struct catalog *c, const char *db, const char *sql, size_t len, uint64_t sql_mode,
		char **told, struct err *err);

#endif
