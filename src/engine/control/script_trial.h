/*
 * script_trial.h - a script over messages that are in the log, changing nothing: what would become of each row. The answer is lines of JSON:
 *
 *   {"kind":"changed","key":{..},"before":{..},"after":{..}}	the first ten rows that are changed: the columns that are
 *   {"kind":"different","key":{..},"was":"passed","is":"deleted"}	the first ten that the other script does otherwise with
 *   {"kind":"drop","reason":..,"rows":N}  {"kind":"dead","reason":..,"rows":N,"keys":[..]}
 *   {"kind":"count","reason":NAME,"rows":N}			of counter()
 *   {"kind":"summary",..}						the last
 */
#ifndef ENGINE_SCRIPT_TRIAL_H
#define ENGINE_SCRIPT_TRIAL_H

#include "engine/engine.h"
#include "engine/settings/settings.h"

struct trial_wish {
	const char *table;   /* db.table */
	const char *script;  /* a file, or "running": what the configuration has for the table */
	const char *against; /* the same; NULL: none */
	const char *from;    /* begin, an offset, a time; NULL: the newest messages */
	int64_t count;	     /* messages at the most */
	bool unmasked;	     /* values also where a script masks */
};

/* @thread any. The log is only read. */
int script_trial(struct log *log, const struct settings *s, const struct trial_wish *wish, engine_emit *emit, void *arg,
		struct err *err);

#endif
