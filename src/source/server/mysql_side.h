/*
 * mysql_side.h - a second connection beside the stream: asks once a second how far the server is, so that lag is seen
 * also when nothing comes, and runs heartbeat.action.query. The stream must not wait for an answer. So a question is
 * sent in one step and its answer is read in a later one, when it is there; one that does not come within its time
 * limit costs the connection.
 */
#ifndef SOURCE_MYSQL_SIDE_H
#define SOURCE_MYSQL_SIDE_H

#include <stdbool.h>
#include <stdint.h>

#include "row/position.h"
#include "source/server/mysql_conn.h"
#include "source/server/mysql_kept.h"

struct mysql_side {
	struct mysql_conn conn;
	enum { SIDE_CLOSED, SIDE_READY, SIDE_ASKED_POSITION, SIDE_ASKED_FILES, SIDE_ASKED_KEEPS, SIDE_BEATING } state;
	int64_t next_us;      /* monotonic: when to ask, or to connect again */
	int64_t asked_us;     /* when the question that is out was sent */
	char asked_file[256]; /* how far the stream was then */
	uint64_t asked_pos;
	int64_t again_us; /* pause before the next connection: grows */
	int64_t beat_us;  /* last heartbeat.action.query */
	struct position server;
	int64_t behind_bytes; /* -1 unknown */
	struct binlog_kept kept;
	int64_t kept_us; /* monotonic: when to ask for it again */
	int64_t asked_wall_us,
			known_us; /* wall: when the question that is out was sent; the one that behind_bytes answers */
	bool went_back;		  /* the server stands before what it had sent: its binlog was reset */
	bool failing;		  /* the last heartbeat.action.query failed */
	char said[400];		  /* "" or what a person should know; whoever tells it clears it */
};

void mysql_side_init(struct mysql_side *side); /* clears what was known, keeps nothing open */
void mysql_side_done(struct mysql_side *side);
/*
 * One look: connects, asks, or reads what has come. Never fails: what is not known stays unknown. uuid: of the server
 * that the stream comes from; file and pos: how far it is.
 */
void mysql_side_step(struct mysql_side *side, const struct mysql_conf *conf, unsigned host, const char *uuid,
		const char *file, uint64_t pos);

#endif
