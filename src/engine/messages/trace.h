/*
 * trace.h - one row's way: every message of its key that the log still has, what the script makes of it now, whether it is loaded, and a
 * verdict. Reads ranges of the log as messages.h does, in the asker's thread.
 */
#ifndef ENGINE_TRACE_H
#define ENGINE_TRACE_H

#include "engine/engine.h"
#include "engine/settings/settings.h"
#include "log/log.h"

struct trace_wish {
	const char *table;	    /* db.table, or its topic */
	const char *key;	    /* as trace_key.h */
	const char *from;	    /* as seek.h; NULL: all that the log has */
	bool text;		    /* for people; otherwise lines of JSON */
	bool progress;		    /* a line {"progress":{..}} now and then */
	const char *hidden;	    /* rows are not to be seen: stands in their place; NULL: they are */
	const char *stopped;	    /* why capture has stopped the table; NULL: it has not, or is not known here */
	bool paused;		    /* its load, by a person */
	const char *mysql, *target; /* has it the row now: "there", "not there", or why not known; NULL: not asked */
};

int trace_run(struct log *log, const struct settings *s, const struct trace_wish *wish, engine_emit *emit, void *arg,
		struct err *err);

#endif
