/*
 * mysql_wire.h - the server's packets as they come off the socket, for the two streams where speed matters: the binlog
 * and a table's rows. The client library copies every packet twice and cannot say whether more is waiting. So a plain
 * socket is read straight into the arena of the batch, and packets are handed out where they lie; only over TLS, where
 * the library alone can decrypt, a packet is copied once.
 *
 * Packets belong to the arena that was given with the call that returned them. Before an arena is handed on,
 * wire_save() moves what was received but not yet given out.
 */
#ifndef SOURCE_MYSQL_WIRE_H
#define SOURCE_MYSQL_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/arena.h"
#include "core/buf.h"
#include "core/err.h"
#include "source/server/mysql_conn.h"

struct wire {
	struct mysql_conn *conn; /* borrowed */
	int fd;
	bool through_library; /* TLS */
	bool maybe_more;      /* TLS: the library may hold bytes that neither it nor the socket shows */
	char *at, *end;	      /* received, not given out; in the arena of the last call, or in saved */
	char *limit;	      /* room behind end in the same block; NULL: none */
	struct buf saved;
	struct buf big;	      /* a packet of several parts is put together here */
	struct buf ahead;     /* received before anyone asked, by wire_ahead() */
	size_t ahead_at;      /* given out of it */
	int64_t last_byte_us; /* monotonic */
	uint64_t bytes;	      /* received since the start */
};

void wire_init(struct wire *w, struct mysql_conn *conn);
void wire_done(struct wire *w);
int wire_send(struct wire *w, unsigned char command, const void *p, size_t len, struct err *err);

/* 1: a packet; 0: none within timeout_ms (0: only what is here already); -1: the connection is lost.
 * Over TLS a wait may last until the next packet: keep heartbeats shorter than a second there. */
int wire_next(struct wire *w, struct arena *arena, int timeout_ms, const uint8_t **p, size_t *len, struct err *err);
void wire_save(struct wire *w); /* the arena is about to leave us */
/* Takes in what has come, up to the ceiling, so that the server need not wait while others are read. 1: more fits. Over
 * TLS: nothing, 0. */
int wire_ahead(struct wire *w, size_t max_bytes, struct err *err);

#endif
