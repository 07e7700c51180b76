/*
 * sessions.h - who has a console on this process: those that are here now, each with its user, its terminal and what it did last. A console
 * attends as long as it is open; when it goes, or its process dies, the session ends with it.
 *
 * @thread any: one lock inside. Nothing is stored.
 */
#ifndef ENGINE_SESSIONS_H
#define ENGINE_SESSIONS_H

#include "engine/engine.h"

enum { SESSIONS_MOST = 80 }; /* the control socket has fewer places */

struct sessions;

struct sessions *sessions_new(void);
void sessions_free(struct sessions *s); /* NULL allowed; nobody attends any more */
void sessions_stop(struct sessions *s); /* who attends is let go */
/* Stays until emit says that the asker is gone, or sessions_stop(). ERR_CONFIG: nobody in particular, or too many. */
int sessions_attend(struct sessions *s, const struct engine_session *session, engine_emit *emit, void *arg,
		struct err *err);
int sessions_come(struct sessions *s, const struct engine_session *session, struct err *err); /* its place; -1: err */
void sessions_go(struct sessions *s, int place);
void sessions_acted(struct sessions *s, const struct engine_session *session, const char *request);
void sessions_copy(struct sessions *s, struct status *out); /* in the order in which they came */

#endif
