/*
 * script_trial.h - a script over messages that are in the log, changing nothing: what would become of each row. The answer is lines of JSON:
 *
 *   {"kind":"changed","key":{..},"before":{..},"after":{..}}	the first ten rows that are changed: the columns that are
 *   {"kind":"different","key":{..},"was":"passed","is":"deleted"}	the first ten that the other script does otherwise with
 *   {"kind":"drop","reason":..,"rows":N}  {"kind":"dead","reason":..,"rows":N,"keys":[..]}
 *   {"kind":"count","reason":NAME,"rows":N}			of counter()
 *   {"kind":"finding","script":..,"line":N,"error":true,"text":..}	what `lua check` says, with the columns of the newest row
 *   {"kind":"summary",..}						the last
 */
#ifndef ENGINE_SCRIPT_TRIAL_H
#define ENGINE_SCRIPT_TRIAL_H

#include "engine/engine.h"
#include "engine/settings/settings.h"

enum trial_outcome { OUT_PASSED, OUT_CHANGED, OUT_DROPPED, OUT_DELETED, OUT_DEAD, OUT_COUNT };

struct trial_result {
	uint64_t rows, different;	 /* from the script of against */
	uint64_t outcomes[2][OUT_COUNT]; /* of the script; of the one of against */
	int64_t ns[2];			 /* that they took in all */
};

struct trial_wish {
	const char *table;	/* db.table */
	const char *script;	/* a file, "running": what runs for the table, or a version that has run */
	const char *against;	/* the same; NULL: none */
	struct script *with[2]; /* instead of these two: opened already, the trial closes them. NULL: as above */
	const char *from;	/* begin, an offset, a time; NULL: the newest messages */
	int64_t count;		/* messages at the most */
	bool profile; /* and a line for each line of the script: {"kind":"line","script":..,"line":..,"runs":..,"ns":..,"text":..} */
	bool unmasked;		     /* values also where a script masks */
	struct trial_result *result; /* NULL: not wanted */
};

/* @thread any. The log is only read. */
int script_trial(struct log *log, const struct settings *s, const struct trial_wish *wish, engine_emit *emit, void *arg,
		struct err *err);

#endif
