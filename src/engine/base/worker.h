/*
 * worker.h - one thread that does something, waits, and does it again, until it is stopped. A stop waits a moment for what it is doing;
 * a call that does not come back, to a server or a disk, is left to the end of the process, and what the thread uses must not be freed then.
 * Owner: whoever embeds the struct. @thread any, but start, stop and done are one thread's.
 */
#ifndef ENGINE_WORKER_H
#define ENGINE_WORKER_H

#include <pthread.h>
#include <stdbool.h>

#include "core/err.h"

struct worker {
	pthread_t thread;
	void (*run)(void *arg);
	void *arg;
	bool started; /* and not joined */
	pthread_mutex_t lock;
	pthread_cond_t changed;
	/* under lock */
	bool woken, stopping, ended;
};

void worker_init(struct worker *w);
/* run: works until worker_stops() or worker_wait() says that it is to end. */
int worker_start(struct worker *w, void (*run)(void *arg), void *arg, struct err *err);
bool worker_stops(struct worker *w);
bool worker_wait(struct worker *w, int ms); /* its thread: until then, or until it is woken; false: it is to end */
void worker_wake(struct worker *w);
void worker_tell(struct worker *w);	    /* that it is to end; waits for nothing */
void worker_stop(struct worker *w, int ms); /* the same, and waits so long */
bool worker_done(struct worker *w);	    /* false: it still runs */

#endif
