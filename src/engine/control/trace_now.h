/* trace_now.h - has MySQL the row now, and has the target? Each is asked on a connection of its own, by the key. */
#ifndef ENGINE_TRACE_NOW_H
#define ENGINE_TRACE_NOW_H

#include "engine/engine_parts.h"

struct trace_now {
	char mysql[200], target[200]; /* "there", "not there", or why it is not known */
};
/* key: as trace_key.h. Never fails: what cannot be asked says why. */
void trace_now_ask(struct engine *e, const char *db_table, const char *key, struct trace_now *out);

#endif
