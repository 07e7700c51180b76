/*
 * console.h - the console: shows an engine and takes keys until the person leaves. It cannot tell whether the engine
 * is in this process, except for what leaving means.
 *
 * Takes SIGTERM, SIGINT, SIGQUIT, SIGHUP, SIGWINCH and the crash signals while it runs and gives them back; needs
 * nothing blocked. File descriptor 2 is held meanwhile and what was written there is printed at the end: log to a
 * file. @thread the main one
 */
#ifndef CONSOLE_CONSOLE_H
#define CONSOLE_CONSOLE_H

#include <stdbool.h>

#include "core/err.h"
#include "engine/engine.h"

struct console_conf {
	const char *theme;		      /* a name or a path; NULL: harbor */
	bool in_process;		      /* leaving asks first, because it stops the engine; Ctrl-Z is refused */
	const char *record;		      /* a file to be made: the session as an asciicast. NULL: none */
	const struct engine_session *session; /* who sits here; lent. NULL: nobody in particular */
	bool ascii;			      /* ASCII even where the locale has UTF-8 */
	bool mouse;			      /* the terminal tells of it, and does not select text by itself then */
	bool *unanswered; /* set when a request still runs at the end: the engine is not to be freed. NULL: not wanted */
};

enum console_end {
	CONSOLE_LEFT,	      /* the person left: in-process, drain and stop; attached, that is all */
	CONSOLE_LEFT_RUNNING, /* the same, but the pipeline is to go on: only in-process */
	CONSOLE_TERMINATED,   /* SIGTERM, SIGINT or SIGQUIT: drain and stop */
	CONSOLE_HUNG_UP	      /* the terminal is gone: in-process, go on headless */
};

/* enum console_end, or -1: no terminal. */
int console_run(struct engine_link *link, const struct console_conf *conf, struct err *err);

#endif
