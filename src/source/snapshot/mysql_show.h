/*
 * mysql_show.h - SHOW CREATE TABLE of many tables, and at once whether they have rows. The server opens a table for
 * each question, a third of a millisecond and more, and keeps few tables open: ten thousand take seconds, and as many
 * once more when each is asked about twice.
 *
 * So both questions about a table stand side by side, many tables are one statement, and each connection has its next
 * statement at work while the answers of the one before are looked at. A connection in a transaction costs less than
 * one that commits behind every question. The questions about rows have a short time limit, because a lock may be held for
 * them: a table that exceeds it keeps its mark (ask_rows), and is the caller's.
 */
#ifndef SOURCE_MYSQL_SHOW_H
#define SOURCE_MYSQL_SHOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/err.h"
#include "source/server/mysql_conn.h"
#include "source/snapshot/mysql_snapshot.h"

enum { SHOW_CONNS_MAX = 4 };

struct show_setup {				  /* lent until show_free() */
	struct mysql_conn *conns[SHOW_CONNS_MAX]; /* nobody else uses them */
	unsigned nconns;
	struct snapshot_table *tables; /* those that are gone are passed over */
	size_t count;
	bool pass_missing; /* a table that cannot be shown becomes gone; else it is a failure */
	void (*take)(void *arg, struct snapshot_table *t, const char *create, size_t len); /* NULL: no definition */
	void *arg;
};

struct mysql_show;

struct mysql_show *show_new(const struct show_setup *setup);
/* Before the last step: the connections are of no use any more. NULL allowed. */
void show_free(struct mysql_show *s);
/* 1: there is more to come, the deadline has passed; 0: all; -1. */
int show_step(struct mysql_show *s, int64_t deadline_us, struct err *err);
size_t show_taken(const struct mysql_show *s); /* tables, of the count */

#endif
