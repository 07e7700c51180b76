/*
 * mysql_fill_plan.h - which tables are still to be read beside the stream, and how far each has come. It is stored as
 * text with the source's position, in the same log transaction as the rows that it counts, so that a restart goes on at
 * the chunk. An initial snapshot that was interrupted leaves its rest in the same form.
 *
 * The text is JSON: {"paused":true,"different":[{"db":"a","table":"b","why":".."}],
 * "tables":[{"db":"a","table":"b", ...}]}; what this version does not know in it is
 * refused.
 */
#ifndef SOURCE_MYSQL_FILL_PLAN_H
#define SOURCE_MYSQL_FILL_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/buf.h"
#include "core/err.h"

enum { FILL_PLAN_MAX = 16 << 20 }; /* bytes of its text */

struct fill_table {
	char *db, *name;
	char *where; /* condition of the rows; NULL: all */
	char *gone; /* keys (mysql_chunk.h), ';' between: of rows that the target has, and MySQL may not; NULL: rows are read */
	char *bound;	/* key of the last row in the log (mysql_chunk.h); NULL: none yet */
	char *id;	/* of the request, for messages; NULL: none */
	uint64_t rows;	/* in the log */
	uint64_t total; /* the server's estimate; 0 unknown */
	bool truncate;	/* the target is still to be emptied first; without key: until all is read */
	bool fresh;	/* newly captured: its schema is still to be told */
	bool first;	/* its rows in the log are of this snapshot, and of the stream since */
	bool emptied;	/* the target was emptied in front of its first row */
	bool touched;	/* rows that were read since may have changed unseen */
};

/* A table whose rows at the target differ from MySQL until it is read again from an empty target. */
struct fill_different {
	char *db, *name;
	char *why;  /* for a person */
	bool again; /* it changes unseen time and again (foreign keys): whoever plans reads it after a pause */
};

struct fill_plan {
	struct fill_table *items; /* in the order in which they are read; the first one is being read */
	size_t count;
	struct fill_different *different;
	size_t ndifferent;
	bool paused;
	unsigned edits; /* rises when tables come, go or change their names */
	char *mark;	/* how far the orders of whoever gives them are taken; NULL: not told */
};

void fill_plan_init(struct fill_plan *p);
void fill_plan_done(struct fill_plan *p);
/* Texts are copied. A table that is waiting already with the same condition begins anew instead of being read twice. */
void fill_plan_add(struct fill_plan *p, const struct fill_table *table);
void fill_plan_remove(struct fill_plan *p, size_t i);
void fill_plan_put_last(struct fill_plan *p); /* the first one: all others are read before it */
struct fill_table *fill_plan_find(const struct fill_plan *p, const char *db, const char *name); /* NULL: not in it */
/* Once a table: the first reason stays. */
struct fill_different *fill_plan_differs(struct fill_plan *p, const char *db, const char *name, const char *why);
void fill_plan_equals(struct fill_plan *p, const char *db, const char *name);

void fill_plan_print(const struct fill_plan *p, struct buf *out);
/* Replaces the content; -1: as it was. */
int fill_plan_parse(struct fill_plan *p, const char *text, struct err *err);

#endif
