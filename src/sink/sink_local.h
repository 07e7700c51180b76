/* sink_local.h - the embedded warehouse's own parts: tables (sink_local_ddl.c) and loading (sink_local.c). */
#ifndef SINK_SINK_LOCAL_H
#define SINK_SINK_LOCAL_H

#include <sqlite3.h>

#include "core/buf.h"
#include "core/err.h"
#include "row/schema.h"

#define LOCAL_LABELS "_millrace_labels"

enum local_class { LOCAL_INTEGER, LOCAL_REAL, LOCAL_TEXT, LOCAL_BLOB, LOCAL_ANY };

enum local_class local_class(const struct column *c);
void local_name(struct buf *b, const char *name);	/* "name", quotes doubled */
void local_create(struct buf *b, const struct schema *schema);
void local_why(struct buf *b, const struct schema *schema);
/* The table takes rows of this schema afterwards: created, columns added, or rebuilt with other types. */
int local_table_prepare(sqlite3 *db, const struct schema *schema, bool create, struct err *err);

/* Fills err from the connection's last error. what: "load", "create table". Returns -1. */
int local_error(sqlite3 *db, const struct schema *schema, const char *what, struct err *err);
int local_exec(sqlite3 *db, const char *sql);

#endif
