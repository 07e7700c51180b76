/*
 * mysql_filter.h - which databases, tables and columns are captured: Debezium's include and exclude lists. Each entry
 * is a regular expression that must match the whole name ("db", "db.table", "db.table.column"), case-insensitive.
 *
 * The expressions are those of core/pattern.h. Only one of each include/exclude pair may be given. MySQL's own databases
 * are never captured. The table of signals always is.
 */
#ifndef SOURCE_MYSQL_FILTER_H
#define SOURCE_MYSQL_FILTER_H

#include <stdbool.h>

#include "core/err.h"
#include "row/schema.h"
#include "source/decode/mysql_gtid.h"
#include "source/server/mysql_conf.h"

struct mysql_filter;

struct mysql_filter *mysql_filter_new(const struct mysql_conf *conf, struct err *err);
void mysql_filter_free(struct mysql_filter *f); /* NULL allowed */
bool mysql_filter_is_own(const char *db);	/* one of the server's own databases */
bool mysql_filter_database(const struct mysql_filter *f, const char *db);
bool mysql_filter_table(const struct mysql_filter *f, const char *db, const char *table);
/* Does the initial snapshot read the rows of this captured table? */
bool mysql_filter_snapshot(const struct mysql_filter *f, const char *db, const char *table);
/* gtid.source.includes and .excludes, on the server_uuid that a transaction was first committed at. */
bool mysql_filter_gtid_source(const struct mysql_filter *f, const struct gtid_source *source);
/* The schema without the columns that the lists leave out; key columns always stay. NULL: all columns are wanted. */
struct schema *mysql_filter_columns(const struct mysql_filter *f, const struct schema *s);

#endif
