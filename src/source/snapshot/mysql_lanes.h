/*
 * mysql_lanes.h - the rows of a list of tables, in the order of the list and of their keys, read by several connections
 * at once. Rows go out in one order whoever read them, because a place in that order is where a snapshot goes on after
 * a crash; and one thread reads all connections.
 *
 * So a table is cut into chunks (mysql_chunk.h) that lanes take in turn. While the rows of one lane go out, the others
 * have their next chunks already asked for, and what they send is taken in up to a ceiling. Where a chunk ends is
 * planned before it is read: a key that begins with an integer by its smallest and largest value and how dense the rows
 * of the last chunks were; any other key by a walk along its index on a connection of its own, one chunk ahead. Tables
 * that are small, have no usable key, or are read by a single connection are one chunk, and so are those whose rows are
 * too short for a walk to pay.
 */
#ifndef SOURCE_MYSQL_LANES_H
#define SOURCE_MYSQL_LANES_H

#include <stddef.h>
#include <stdint.h>

#include "core/arena.h"
#include "core/err.h"
#include "source/server/mysql_conn.h"
#include "source/snapshot/mysql_snapshot.h"

enum lanes_step { LANES_NOTHING, LANES_ROW, LANES_TABLE_END, LANES_END }; /* -1: failed */

struct lanes_setup { /* lent; every connection has its view, and LANES_SAVEPOINT in it */
	const struct mysql_conf *conf;
	struct snapshot_table *tables;
	size_t count;
	struct mysql_conn *planner; /* reads too when it is alone */
	struct mysql_conn *conns;   /* the lanes'; n 0: the planner's is the only one */
	unsigned n;
};

#define LANES_SAVEPOINT "millrace"

struct lanes;

struct lanes *lanes_new(const struct lanes_setup *setup);
void lanes_free(struct lanes *l); /* NULL allowed */
/* A row's packet in the arena, and which table it is of; or the end of a table whose rows were asked for. */
int lanes_next(struct lanes *l, struct arena *arena, int timeout_ms, size_t *table, const uint8_t **p, size_t *len,
		struct err *err);
size_t lanes_asked(const struct lanes *l);	   /* of which tables rows were asked for: those before this one */
int lanes_ahead(struct lanes *l, struct err *err); /* takes in what has come; at every turn of the caller */
void lanes_save(struct lanes *l);		   /* the arena is about to leave us */

#endif
