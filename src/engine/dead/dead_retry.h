/*
 * dead_retry.h - letters are tried again: their rows are read again by their keys beside the stream, and so come to the log in their
 * place among the changes, through the present script, to the target. A letter is closed when the load has passed its row; if that
 * was refused again, by then there is a new one.
 */
#ifndef ENGINE_DEAD_RETRY_H
#define ENGINE_DEAD_RETRY_H

#include "engine/dead/dead_mark.h"

struct dead_doing { /* of one request */
	struct engine *e;
	engine_emit *emit;
	void *arg;
	const char *who, *how; /* how: what the mark says */
	bool dry;
	size_t count;
};
void dead_tell_end(const struct dead_doing *d, size_t done, size_t failed); /* the last line of the answer */

int dead_retry(struct dead_doing *d, struct dead_picks *picks, struct err *err);

#endif
