/*
 * feed.h - the console's ears and mouth: a thread that takes a status once a second and one for each request that
 * runs, so that a slow engine or socket never holds up a key. @thread ui for all calls.
 */
#ifndef CONSOLE_FEED_H
#define CONSOLE_FEED_H

#include <stdbool.h>
#include <stddef.h>

#include "core/buf.h"
#include "engine/engine.h"

struct feed;

struct feed *feed_start(struct engine_link *link, const struct engine_session *session); /* lent until feed_stop() */
/* NULL allowed. false: a request waits for a system that does not answer, and goes on; what link stands for is not to be freed. */
bool feed_stop(struct feed *f);
/* How much of the next status is looked at: another one is taken at once when that changes. */
void feed_look(struct feed *f, const struct status_wish *wish);
int feed_fd(const struct feed *f); /* readable when there is something to take */
void feed_clear(struct feed *f);   /* what is there was seen: feed_fd() sleeps again */
/* Swaps a fresh status into *mine; false when there is none. trouble (512) is why the last try failed, or "". */
bool feed_status(struct feed *f, struct status *mine, char *trouble);
/* Requests run side by side, up to FEED_JOBS of them, so that a tap that waits for rows holds up nothing. */
enum { FEED_JOBS = 8, FEED_ANSWER_MAX = 80 << 20 }; /* bytes that one feed_answer() moves at the most */
int feed_ask(struct feed *f, const char *line,
		struct err *err);	   /* the job's number, 1 or more; -1: not understood, or too many run */
void feed_cancel(struct feed *f, int job); /* nobody reads its answer any more: it ends within a second */
/* Moves what the job has answered since the last call to the end of out; true when that is all, then why is the failure
 * or "", and the number is free again. */
bool feed_answer(struct feed *f, int job, struct buf *out, char *why);

#endif
