/*
 * mysql_binlog.h - the server's binlog as a stream of events: asks for it from a GTID set or from a file and position,
 * negotiates checksums and heartbeats, follows the server from file to file. A dead connection looks like a quiet
 * server, so the server is asked for a heartbeat, and its absence is an error.
 *
 * @thread the stage's own.
 */
#ifndef SOURCE_MYSQL_BINLOG_H
#define SOURCE_MYSQL_BINLOG_H

#include <stdbool.h>
#include <stdint.h>

#include "source/decode/mysql_event.h"
#include "source/decode/mysql_gtid.h"
#include "source/server/mysql_conn.h"
#include "source/server/mysql_refusal.h"
#include "source/server/mysql_wire.h"

struct binlog {
	struct mysql_conn conn;
	struct wire wire;
	struct event_format format;
	char file[256]; /* that the last event is from */
	uint64_t pos;	/* end of the last event in it */
	int64_t dead_after_ms;
	bool by_file; /* nothing is left out: a heartbeat stands at the end of the last event */
	bool open;
};

/*
 * Damaged bytes may be the network's: the connection is made anew, and the server reads its file again. When the same
 * place fails again and again it is the file, and no retry helps: ERR_FATAL, with what does.
 */
struct binlog_damage {
	char file[256];
	uint64_t pos;
	unsigned times;
};
void binlog_damaged(struct binlog_damage *d, const struct binlog *b, struct err *err); /* at a failed binlog_next() */

struct binlog_start {
	const struct gtid_set *gtids; /* not NULL: what we have; file and pos do not matter */
	const char *file;
	uint64_t pos;
};

/* conn: taken over, also on failure. name: tells readers of the same server apart (with server_id). */
int binlog_start(struct binlog *b, struct mysql_conn *conn, const struct mysql_conf *conf, uint32_t server_id,
		const char *name, const struct binlog_start *from, struct err *err);
void binlog_stop(struct binlog *b);

/* 1: an event, its bytes in the arena; 0: none within the time; -1. FORMAT_DESCRIPTION and ROTATE are dealt with before
 * they are given out; e->header says where the event was, binlog_event_pos() its start as 64 bits. */
int binlog_next(struct binlog *b, struct arena *arena, int timeout_ms, struct event *e, struct err *err);
/* The same of one packet that is here already: no socket. */
int binlog_packet(struct binlog *b, const uint8_t *p, size_t len, struct event *e, struct err *err);
static inline uint64_t binlog_event_pos(const struct binlog *b, const struct event *e)
{
	return b->pos - e->header.size;
}

#endif
