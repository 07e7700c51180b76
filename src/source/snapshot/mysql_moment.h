/*
 * mysql_moment.h - several connections see the tables as of one position of the binlog. A transaction is in the binlog
 * before the engine shows it, so "the position did not change" does not say that a view between two looks is as of that
 * position. By the first of these that the grants and snapshot.locking.mode allow:
 *
 *  1. FLUSH TABLES WITH READ LOCK: no commit is on its way while it is held. extended: until the last row.
 *  2. LOCK TABLES .. READ on all captured tables: it waits for the transactions that have written to them, and the
 *     server gives their locks back behind the commit. What others write does not matter.
 *  3. Without a lock, with GTIDs only: nobody owns a GTID (so all that the binlog holds is committed), the views are
 *     opened, and the position is the same before and after; tried again and again.
 *
 * Without GTIDs and without a lock there is no such moment: refused, with the remedy.
 *
 * An XA transaction that is prepared at the moment has its rows in the binlog before it and in no view. So the moment is one
 * at which none is prepared: awaited for snapshot.lock.timeout.ms, without holding the lock, then told.
 */
#ifndef SOURCE_MYSQL_MOMENT_H
#define SOURCE_MYSQL_MOMENT_H

#include <stdbool.h>

#include "core/err.h"
#include "row/position.h"
#include "source/catalog/mysql_filter.h"
#include "source/server/mysql_conn.h"

struct moment {
	const struct mysql_conf *conf; /* lent */
	const struct mysql_filter *filter;
	unsigned host;
	bool rows;		/* false: only the tables' definitions are wanted */
	struct mysql_conn lock; /* open while a lock is held */
	char **locked;		/* db.table, by LOCK TABLES; NULL: another way */
	size_t nlocked;
	char xid[300]; /* an XA transaction that was prepared at the last try; "": none */
};

/* Opens a view on each connection and says of which position they are. The lock stays until moment_unlock(). */
int moment_take(struct moment *m, struct mysql_conn *const *conns, unsigned n, struct position *out, struct err *err);
/* The i-th table of the list that was read under the lock: one that came meanwhile is not locked. ERR_RETRY. */
int moment_check_table(const struct moment *m, size_t i, const char *db, const char *table, struct err *err);
void moment_unlock(struct moment *m); /* unlocked already: nothing */

#endif
