/*
 * script_eval.h - a Lua expression, or statements with a return, over the newest rows of a table that are in the log; `row` and `event` are as in a script.
 * Nothing is changed. The answer is lines of JSON:
 *
 *   {"kind":"value","partition":0,"offset":8413990,"key":{"id":"7"},"value":"\"paid\""}
 *   {"kind":"error","reason":"repl:1: ..","rows":3}
 */
#ifndef ENGINE_SCRIPT_EVAL_H
#define ENGINE_SCRIPT_EVAL_H

#include "engine/engine.h"
#include "engine/settings/settings.h"

enum { EVAL_ROWS = 3, EVAL_ROWS_MOST = 10 };

struct eval_wish {
	const char *table, *text;
	int64_t count; /* rows at the most, of all partitions together */
	bool unmasked; /* also where the table's script masks */
};
/* @thread any. The log is only read. */
int script_eval(struct log *log, const struct settings *s, const struct eval_wish *w, engine_emit *emit, void *arg,
		struct err *err);

#endif
