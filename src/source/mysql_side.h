/*
 * mysql_side.h - where the server is: its newest position, asked for once a second on a second connection, so that lag
 * is seen also when nothing comes. What is hard: the stream must not wait for the answer, so the question is sent in
 * one step and the answer is read in a later one, when it is there.
 */
#ifndef SOURCE_MYSQL_SIDE_H
#define SOURCE_MYSQL_SIDE_H

#include <stdbool.h>
#include <stdint.h>

#include "row/position.h"
#include "source/mysql_conn.h"

struct mysql_side {
	struct mysql_conn conn;
	enum { SIDE_CLOSED, SIDE_READY, SIDE_ASKED_POSITION, SIDE_ASKED_FILES } state;
	int64_t next_us;		/* monotonic: when to ask, or to connect again */
	int64_t beat_us;		/* last heartbeat.action.query */
	struct position server;
	int64_t behind_bytes;		/* -1 unknown */
};

void mysql_side_init(struct mysql_side *side);	/* clears what was known, keeps nothing open */
void mysql_side_done(struct mysql_side *side);
/* One look: connects, asks, or reads what has come. Never fails: what is not known stays unknown. */
void mysql_side_step(struct mysql_side *side, const struct mysql_conf *conf, unsigned host, const char *file,
		     uint64_t pos);

#endif
