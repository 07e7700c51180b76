/*
 * double_mysql.h - MySQL's protocol as the frontend speaks it: handshake, text results. A session answers one
 * statement with one result: rows, OK, or an error.
 */
#ifndef DOUBLE_MYSQL_H
#define DOUBLE_MYSQL_H

#include "core/arena.h"
#include "core/buf.h"
#include "core/err.h"
#include "double_server.h"

enum {
	MYSQL_TYPE_TINY = 1,
	MYSQL_TYPE_LONG = 3,
	MYSQL_TYPE_LONGLONG = 8,
	MYSQL_TYPE_DOUBLE = 5,
	MYSQL_TYPE_DATE = 10,
	MYSQL_TYPE_DATETIME = 12,
	MYSQL_TYPE_DECIMAL = 246,
	MYSQL_TYPE_VAR_STRING = 253,
	MYSQL_TYPE_STRING = 254
};

struct session {
	struct server *server;
	int fd;
	uint8_t sequence;
	uint32_t id;
	char user[128], db[512];
	struct arena arena; /* of the statement at hand */
	struct buf out;	    /* packets on their way */
	unsigned ncolumns;  /* of the result that is being written */
};

/* A result: columns, then rows cell by cell, then the end. SHOW declares everything VARCHAR(30), as StarRocks does. */
void result_columns(struct session *s, const char *const *names, unsigned count);
void result_column_types(struct session *s, const char *const *names, const struct type *types, unsigned count);
void result_row(struct session *s, const struct cell *cells);
void result_texts(struct session *s, const char *const *texts); /* a row of strings; NULL is NULL */
void result_end(struct session *s);

/* Runs one statement; what it has to say goes to s->out, except an error. */
int sql_run(struct session *s, const char *text, size_t len, struct err *err);
int sql_replay(struct store *store, const char *db, const char *sql, struct err *err);

#endif
