/* sink_local.h - the embedded warehouse's own parts: files (sink_local_file.c), tables (sink_local_ddl.c), loading
 * (sink_local.c). */
#ifndef SINK_SINK_LOCAL_H
#define SINK_SINK_LOCAL_H

#include <sqlite3.h>

#include "core/buf.h"
#include "core/err.h"
#include "row/change.h"
#include "row/table_check.h"
#include "row/schema.h"
#include "sink/sink.h"

/* Names that are ours end with a space, which no name of MySQL and no topic of Kafka does. Ready to stand in a
 * statement. */
#define LOCAL_LABELS "\"millrace labels \""
#define LOCAL_OLD "\"millrace rebuilds \""

enum local_class { LOCAL_INTEGER, LOCAL_REAL, LOCAL_TEXT, LOCAL_BLOB, LOCAL_ANY };

enum local_class local_class(const struct column *c);
void local_name(struct buf *b, const char *name); /* "name", quotes doubled */
void local_text(struct buf *b, const char *p,
		size_t len); /* a literal, by its bytes: it may hold anything, zeros too */
/* "column" = 'text' of the rows that are this source's; nothing where the table is its alone */
void local_put_source(struct buf *b, const char *word, const char *column, const char *source);
void local_create(struct buf *b, const struct schema *schema);
void local_why(struct buf *b, const struct schema *schema);
struct local_db *local_sink_db(struct sink *sink, const char *name, struct err *err); /* opened when first used */
struct sink_reader *local_reader(struct sink *sink, const struct schema *schema,
		struct err *err); /* sink_local_read.c */
void local_check_tables(const struct sink_conf *conf, struct table_check *const *checks, size_t count);
/* The table takes rows of this schema afterwards: created, columns added, or rebuilt with other types. */
int local_table_prepare(sqlite3 *db, struct sink *sink, const struct schema *schema, struct err *err);
int local_table_look(sqlite3 *db, const struct sink_names *names, struct sink_state *out, struct err *err);

/* What a table has now; none: there is no such table. */
struct local_columns {
	struct local_column {
		char *name, *type;
		int key; /* place in the key from 1, or 0 */
	} * items;
	size_t count;
};

int local_columns_read(sqlite3 *db, const struct schema *schema, struct local_columns *have, struct err *err);
const struct local_column *local_columns_find(const struct local_columns *have, const char *name);
void local_columns_done(struct local_columns *have);
int local_run(sqlite3 *db, const struct schema *schema, const char *what, struct buf *sql,
		struct err *err);		/* and empties sql */
const char *local_type(const struct column *c); /* as a table has it */
/* sink_local_alter.c: in one transaction */
int local_table_alter(sqlite3 *db, const struct schema *schema, const struct ddl_alter *alter, struct err *err);

struct local_db {
	struct local_db *next;
	char *name;
	int busy_ms; /* how long another writer is waited for */
	sqlite3 *db;
	sqlite3_stmt *label_put, *label_get;
	unsigned loads; /* since labels were pruned */
};

int local_directory(const char *path, struct err *err); /* made when missing */
struct local_db *local_db_open(const struct sink_conf *conf, const char *name, struct err *err);
void local_db_close(struct local_db *d);
bool local_db_exists(const struct sink_conf *conf, const char *name);

/* Fills err from the connection's last error. what: "load", "create table". Returns -1. */
int local_error(sqlite3 *db, const struct schema *schema, const char *what, struct err *err);
int local_exec(sqlite3 *db, const char *sql);

#endif
