/*
 * group_reset.h - the offsets of a consumer group that nobody is in are set, of one topic or partition or of all that it has. Our own group
 * is refused: its offsets are part of the labels of loads, so only the load half sets them (`replay`). @thread any
 */
#ifndef ENGINE_GROUP_RESET_H
#define ENGINE_GROUP_RESET_H

#include "engine/engine.h"

struct log;

struct group_wish {
	const char *group, *topic; /* topic NULL: every one that the group has offsets of */
	int64_t partition;	   /* -1: every one */
	const char *to;		   /* begin, end, an offset, a time */
	const char *own;	   /* our own group */
	bool dry;		   /* says what it would do, and does nothing */
};
/* A line of text for each partition; ERR_CONFIG: members are in the group, it is ours, or there is no such thing. */
int group_reset(struct log *log, const struct group_wish *wish, engine_emit *emit, void *arg, struct err *err);

#endif
