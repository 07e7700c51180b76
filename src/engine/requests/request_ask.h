/*
 * request_ask.h - one request on its way, and a row of the table of requests: what it is called, what it takes, what it does, and the function
 * that answers. engine_requests.c has checked name, arguments, role and session before a function is called.
 *
 * @thread that of the session which asks; several may ask at once. Nothing here is kept after the answer.
 */
#ifndef ENGINE_REQUESTS_REQUEST_ASK_H
#define ENGINE_REQUESTS_REQUEST_ASK_H

#include <stddef.h>
#include <stdint.h>

#include "engine/engine.h"

struct log;

struct ask {
	struct engine *e;
	int (*run)(struct engine *e, const struct engine_request *r, engine_emit *emit, void *arg,
			struct err *err); /* of a request that consists of others: engine_request_run() */
	const struct engine_request *r;
	engine_emit *emit; /* a line of the answer */
	void *arg;	   /* of emit */
	struct err *err;
};

/* A count that was not given is `otherwise`; engine_request_check() has seen that it is a number. */
int64_t ask_count(const struct ask *a, const char *name, int64_t otherwise);
void ask_text(const struct ask *a, const char *name, char *out, size_t size); /* not given: empty */
const char *ask_who(const struct ask *a);				      /* for events */
struct log *asked_log(struct ask *a);					      /* NULL with err: it cannot be opened */

/* ends a list of arguments */
#define NO_MORE \
	{ \
		NULL, ARG_TEXT, false, NULL, EFFECT_READ, NULL \
	}
extern const struct engine_request_arg_doc no_args[];

struct request_row {
	struct engine_request_doc doc;
	int (*run)(struct ask *a); /* NULL ends a list of rows */
};
extern const struct request_row requests_of_process[], requests_of_tables[], requests_of_messages[],
		requests_of_scripts[], requests_of_bundle[];

#endif
