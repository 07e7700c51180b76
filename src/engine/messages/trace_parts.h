/* trace_parts.h - what trace.c finds and trace_tell.c tells. */
#ifndef ENGINE_TRACE_PARTS_H
#define ENGINE_TRACE_PARTS_H

#include "engine/messages/outcome.h"
#include "engine/messages/readable.h"
#include "engine/messages/trace.h"
#include "engine/messages/trace_key.h"

enum { TRACE_KEPT = 50 };

struct trace_hop { /* one message of the row */
	int32_t partition;
	int64_t offset, ms;
	char op;
	char gtid[120], file[80], pos[24], snapshot[24], what[300];
	int64_t committed; /* of its partition, by the load's group; -1 none */
	char dead[300];	   /* it is a dead letter, why; "" */
	struct outcome outcome;
};

struct trace {
	const struct trace_wish *wish;
	engine_emit *emit;
	void *arg;
	char topic[250];
	struct trace_key key;
	struct payload_at of_key, of_value;
	struct readable names; /* of the fields of the value */
	struct outcomes outcomes;
	struct trace_hop hops[TRACE_KEPT]; /* a ring */
	uint64_t scanned, found;
	int64_t total, done, next, now_us, tell_us;
	bool over;
	struct err err;
	struct buf line;
};

static inline size_t trace_hops(const struct trace *t)
{
	return t->found < TRACE_KEPT ? (size_t)t->found : TRACE_KEPT;
}

void trace_tell(struct trace *t, const char *table);

#endif
