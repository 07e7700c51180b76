/*
 * mysql_definition.h - how the server defines a table, for rows whose schema is not known: a statement was not
 * understood, or the table is older than the schema history. The server tells how the table is now. That is how it was
 * at a place of the binlog only if no statement after that place may have changed it, so the binlog from there on is
 * looked through; when it is too long, or names the table, the definition is refused.
 */
#ifndef SOURCE_MYSQL_DEFINITION_H
#define SOURCE_MYSQL_DEFINITION_H

#include <stdint.h>

#include "core/buf.h"
#include "core/err.h"
#include "source/server/mysql_conf.h"

struct table_place { /* a table map */
	const char *db, *table;
	const char *file;
	uint64_t pos;
};

/* 0: create holds SHOW CREATE TABLE, NUL-terminated; -1: err says why it cannot be relied on. Takes a connection. */
int mysql_definition(const struct mysql_conf *conf, unsigned host, const struct table_place *at, struct buf *create,
		struct err *err);
/* May this statement, as SHOW BINLOG EVENTS shows it, have changed the table? In doubt, yes. */
bool mysql_definition_may_change(const struct table_place *at, const char *statement);

#endif
