/*
 * mysql_fill_view.h - the connection on which chunks are read beside the stream, and the place of what it sees. What is
 * hard: the binlog's reader is told of a transaction before the engine shows it, and the engine shows one before it is
 * counted as executed. So a view is fenced from both sides: what the stream has given out is in it, and all that is in
 * it stands at or before a place in the binlog.
 *
 * Without GTIDs nobody can say whether the engine shows a transaction: there a view is opened under a short LOCK TABLES
 * .. READ, which waits for every writer of the table.
 */
#ifndef SOURCE_MYSQL_FILL_VIEW_H
#define SOURCE_MYSQL_FILL_VIEW_H

#include <stdbool.h>
#include <stdint.h>

#include "row/position.h"
#include "source/server/mysql_conf.h"
#include "source/server/mysql_conn.h"
#include "source/server/mysql_scan.h"

#define FILL_NEEDS_LOCK "without GTIDs a short lock is needed: set gtid_mode = ON, or grant LOCK TABLES"

struct fill_view {
	struct mysql_conn conn;
	struct scan scan;
	struct position fence; /* all that the view holds stands at or before it */
	bool locked;	       /* it was opened under a lock: of its table, exactly what stands before the fence */
};

void fill_view_init(struct fill_view *v);
void fill_view_done(struct fill_view *v);  /* also closes; to be initialised again before use */
void fill_view_close(struct fill_view *v); /* hangs up */
int fill_view_connect(struct fill_view *v, const struct mysql_conf *conf, unsigned host, struct err *err);

/* Does the engine show all of this set? 1, 0: not yet, -1. */
int fill_view_shows(struct fill_view *v, const char *gtids, struct err *err);
int fill_view_open(struct fill_view *v, struct err *err);
/* 1: the lock was not granted in time; ERR_CONFIG: no grant for it. */
int fill_view_open_locked(struct fill_view *v, const struct mysql_conf *conf, unsigned host, const char *db,
		const char *name, struct err *err);
/* Is the lock granted, so that a snapshot may be promised? Who has the table just now does not matter. -1: why not. */
int fill_view_can_lock(struct mysql_conn *conn, const char *db, const char *name, struct err *err);
int fill_view_release(struct fill_view *v, struct err *err); /* the view is let go, the connection stays */

int fill_file_compare(const char *a, const char *b); /* binlog files of one server, as strcmp() does */
/* Is the place at or behind the fence? */
bool fill_view_passed(const struct fill_view *v, const char *file, uint64_t pos);

#endif
