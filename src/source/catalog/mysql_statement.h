/*
 * mysql_statement.h - a change that the server logged as a statement instead of rows: which captured tables may it have
 * changed? To say that for sure would take the server's parser, its triggers and its foreign keys. So every captured
 * table that the text names counts, and when it names none, a person is told that it was passed over.
 */
#ifndef SOURCE_MYSQL_STATEMENT_H
#define SOURCE_MYSQL_STATEMENT_H

#include "source/catalog/mysql_catalog.h"
#include "source/catalog/mysql_filter.h"
#include "source/decode/mysql_event.h"

/* Calls fn once or more for each captured table that the statement names; returns how often. */
unsigned mysql_statement_tables(const struct event_query *q, const struct mysql_filter *filter,
		const struct catalog *catalog, void (*fn)(const char *db_table, void *arg), void *arg);

#endif
