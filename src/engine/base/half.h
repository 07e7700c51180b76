/*
 * half.h - one half of the pipeline: a thread, its supervisor, that runs one session after the other. A session opens
 * everything, runs until it fails or is asked to stop, and closes everything; the next one goes on from what the log
 * holds. half.c has the table of states and who may follow whom.
 *
 * What a failure leads to is a matter of its kind (err.h): trouble that passes is retried soon, a refusal by a server
 * (password, grant, ACL) seldom, and for the rest the supervisor waits until a person resumes the half. It ends only
 * when it is asked to stop or its session has done all that there is to do.
 *
 * Thread: "supervisor" functions belong to the thread that runs the session; the others may be called from any thread.
 */
#ifndef ENGINE_HALF_H
#define ENGINE_HALF_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "core/err.h"
#include "engine/status/status.h"

struct shared;

struct half {
	struct shared *sh;
	const char *part; /* "capture" or "load", for log lines */
	/* One session: from opening to the end or a failure. 0: ended by itself or asked to stop; -1: err says why. */
	int (*session)(struct half *h, struct err *err);
	pthread_t thread;
	bool started;

	pthread_mutex_t lock;
	pthread_cond_t changed;
	/* under lock */
	pthread_t supervisor; /* set by itself */
	bool stop;	      /* asked to finish what is in flight and end */
	bool dismissed;	      /* the process is about to stop: nobody waits for the outcome of a resume any more */
	bool paused;
	bool ended;  /* the supervisor has returned */
	bool worked; /* some session of this process has worked */
	enum half_state state;
	struct err error;    /* the last failure; NONE while well */
	unsigned failures;   /* in a row */
	int64_t retry_at_us; /* monotonic: the next try */
	/* Resumes are tickets: each try serves those that were given out before it began, and its outcome answers them. */
	unsigned resumed, served, answered;
};

void half_init(struct half *h, struct shared *sh, const char *part, int (*session)(struct half *, struct err *));
int half_start(struct half *h, struct err *err);
void half_stop(struct half *h);			/* asks; does not wait */
void half_dismiss(struct half *h);		/* those that wait for the outcome of a resume are answered now */
bool half_join(struct half *h, int timeout_ms); /* false: still running */
/* After a stop: waits as long as `moves`, a number that rises with what gets done, does not stand still for still_ms, at most
 * until until_us. false: still running */
typedef uint64_t half_moves(const void *arg);
bool half_drain(struct half *h, int64_t until_us, int still_ms, half_moves *moves, const void *arg);
void half_done(struct half *h);

bool half_stopping(struct half *h);
bool half_wait(struct half *h, int ms); /* true: asked to stop meanwhile */
void half_pause(struct half *h);
bool half_paused(struct half *h);
/* Ends a pause. A half that has failed or waits for its next try tries at once, and the outcome of that try is the
 * answer: 0, or -1 with what it failed with, or with what it still waits for after wait_ms. */
int half_resume(struct half *h, int wait_ms, struct err *err);
void half_view(struct half *h, enum half_state *state, struct status_trouble *out);
/* It has ended, or nothing has ever worked and only another configuration can help; err: why, NONE by itself. */
bool half_is_over(struct half *h, struct err *err);
bool half_has_worked(struct half *h); /* some session of this process has */

/* ---- supervisor ---- */
void half_state_set(struct half *h, enum half_state state);
void half_connecting(struct half *h); /* neither well nor failed: starting, or retrying after a failure */
void half_well(struct half *h);	      /* it works: earlier failures are forgotten, resumes answered */
bool half_is_well(struct half *h);
void half_trouble(struct half *h, const struct err *err,
		int retry_ms); /* a try failed; negative: none follows by itself */
bool half_rest(struct half *h,
		int ms); /* until the next try: a resume cuts it short; negative: until one. true: stop */

bool half_may_follow(enum half_state from, enum half_state to);

#endif
