/*
 * dump.h - a view of the console as text, or its list as JSON, without a terminal: one status is asked for, and drawn. @thread any
 */
#ifndef CONSOLE_DUMP_H
#define CONSOLE_DUMP_H

#include <stdbool.h>

#include "core/buf.h"
#include "engine/engine.h"

struct dump_conf {
	const char *view; /* its name, in any case; one that shows something of its own: messages/TOPIC */
	int rows, cols;	  /* rows 0: as many as its list needs */
	bool ascii, json;
	const char *filter; /* only rows of its list that have it, as `f` in the console; NULL: all */
	const char *save;   /* a new file for the list; NULL: none */
	const char *at;	    /* as it was then, in local time; NULL: now */
};

const char *dump_view_name(int i); /* "overview", "messages/TOPIC"; NULL: there are not so many. @thread main */
int dump_view(struct engine_link *link, const struct dump_conf *conf, struct buf *out, struct err *err);

#endif
