/*
 * feed.h - the console's ears and mouth: a thread that takes a status once a second and one that runs requests, so that
 * a slow engine or socket never holds up a key. @thread ui for all calls.
 */
#ifndef CONSOLE_FEED_H
#define CONSOLE_FEED_H

#include <stdbool.h>
#include <stddef.h>

#include "core/buf.h"
#include "engine/engine.h"

struct feed;

struct feed *feed_start(struct engine_link *link, const struct engine_session *session);	/* both lent until feed_stop() */
void feed_stop(struct feed *f);				/* NULL allowed */
int feed_fd(const struct feed *f);			/* readable when there is something to take */
void feed_clear(struct feed *f);			/* what is there was seen: feed_fd() sleeps again */
/* Swaps a fresh status into *mine; false when there is none. trouble (512) is why the last try failed, or "". */
bool feed_status(struct feed *f, struct status *mine, char *trouble);
int feed_ask(struct feed *f, const char *line, struct err *err);	/* -1: not understood, or one is running */
void feed_cancel(struct feed *f);			/* nobody reads the answer any more */
/* Moves what was answered so far to the end of out; true when that is all, then why is the failure or "". */
bool feed_answer(struct feed *f, struct buf *out, char *why);

#endif
