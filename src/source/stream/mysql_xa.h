/*
 * mysql_xa.h - XA transactions between PREPARE and their end. The binlog has the rows at PREPARE, in a transaction of
 * their own, and says COMMIT or ROLLBACK in a later one. Rows must not be given out before it is known that they
 * happened, and must not be lost by who stops in between.
 *
 * So their events are kept here, and the position is written without their GTID: a server that is asked anew sends
 * them once more. No socket, no decoding: events in, events out.
 */
#ifndef SOURCE_MYSQL_XA_H
#define SOURCE_MYSQL_XA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/buf.h"
#include "source/decode/mysql_event.h"
#include "source/decode/mysql_gtid.h"

enum { XA_KEPT_MAX = 64 << 20 }; /* bytes of all of them; what is larger is given out at PREPARE */

struct xa_event {
	struct event event; /* body: not set */
	const char *file;   /* interned */
	uint64_t pos, end;
	size_t at; /* where its body is in the transaction's bytes */
};

struct xa_txn {
	char *xid; /* as the statements spell it: X'61',X'',1 */
	struct gtid gtid;
	void *txn; /* what the stream knows of it; a copy */
	struct xa_event *events;
	size_t nevents, cap;
	struct buf bytes;
};

struct mysql_xa { /* all zero is an empty one */
	struct xa_txn **items;
	size_t count, bytes;
	struct xa_txn *open; /* that is being read; also the last of items */
};

void mysql_xa_done(struct mysql_xa *x);
/* The texts of statements: "XA START X'61',X'',1" and so on. txn is copied. */
void mysql_xa_start(struct mysql_xa *x, const char *sql, size_t len, const struct gtid *gtid, const void *txn,
		size_t size);
bool mysql_xa_keep(struct mysql_xa *x, const struct event *e, const char *file, uint64_t pos,
		uint64_t end);							     /* false: too large */
struct xa_txn *mysql_xa_find(const struct mysql_xa *x, const char *sql, size_t len); /* NULL: not kept */
void mysql_xa_forget(struct mysql_xa *x, struct xa_txn *t);
void mysql_xa_leave_out(const struct mysql_xa *x, struct gtid_set *set); /* takes their GTIDs out of it */

#endif
