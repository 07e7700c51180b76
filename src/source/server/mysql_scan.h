/*
 * mysql_scan.h - one SELECT whose rows are read as they come off the socket. The caller reads several at once from one
 * thread, so nothing here waits longer than it is told, the heading of the result included, and what one connection
 * sends while another is read has to be taken in, up to a ceiling, so that its server goes on working.
 *
 * A packet belongs to the arena of the call that returned it; before that arena is handed on: scan_save().
 */
#ifndef SOURCE_MYSQL_SCAN_H
#define SOURCE_MYSQL_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/arena.h"
#include "core/err.h"
#include "source/server/mysql_conn.h"
#include "source/server/mysql_wire.h"

enum scan_step { SCAN_NOTHING, SCAN_ROW, SCAN_END }; /* -1: failed, the connection is of no use any more */

struct scan {
	struct wire wire;
	bool open;	  /* wire is set up */
	bool running;	  /* sent, and its end was not seen */
	unsigned heading; /* packets still to come before the first row */
	bool counted;	  /* the first packet of the heading was seen */
	int64_t asked_us; /* monotonic */
};

void scan_open(struct scan *s, struct mysql_conn *conn); /* conn is lent until scan_close() */
void scan_close(struct scan *s); /* closed already: nothing. While running: close the connection too */
int scan_start(struct scan *s, const char *sql, size_t len, struct err *err);
int scan_next(struct scan *s, struct arena *arena, int timeout_ms, const uint8_t **p, size_t *len, struct err *err);
void scan_save(struct scan *s); /* the arena is about to leave us */

#endif
