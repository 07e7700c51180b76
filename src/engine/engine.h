/*
 * engine.h - the engine as everyone above it sees it: start and stop it, read its status, send it requests. Consoles
 * and commands use a `struct engine_link` and cannot tell whether the engine is in the same process or behind a
 * socket.
 */
#ifndef ENGINE_ENGINE_H
#define ENGINE_ENGINE_H

#include <stdbool.h>
#include <stddef.h>

#include "core/buf.h"
#include "core/err.h"
#include "engine/status/status.h"

struct engine;
struct settings;
struct status_wish;

enum engine_role { ROLE_ALL, ROLE_CAPTURE, ROLE_LOAD };

/* Checks what can be checked without waiting and opens the log; returns within a few seconds. settings are lent. */
struct engine *engine_start(const struct settings *settings, enum engine_role role, struct err *err);
/* Asks both halves to finish what they hold, for at most drain_ms, then stops them. 0: everything was drained; 1: not
 * all. */
int engine_stop(struct engine *e, int drain_ms);
/* drain.timeout as it is in force: a reload may have changed it. @thread any */
int engine_drain_ms(struct engine *e);
/* Before the doors are closed: requests that wait for an outcome are answered, so that a stop does not wait for them. */
void engine_dismiss(struct engine *e);
bool engine_free(struct engine *e); /* false: a thread did not come back and still uses it and the settings */
/* An eventfd: readable when a half ended or the state changed. @thread the main one */
int engine_wake_fd(struct engine *e);
bool engine_has_come_up(struct engine *e); /* each half that it has worked at least once. @thread any */
/* Seconds that its housekeeper has counted: who hangs does not count. @thread any */
uint64_t engine_ticks(struct engine *e);
/* Nothing is left to do (initial_only: err.kind NONE), or nothing can be done with this configuration: why. */
bool engine_ended(struct engine *e, struct err *err);
/* SIGHUP: what may change while it runs. 0: fresh is taken over; -1: nothing has changed. @thread any */
int engine_reload(struct engine *e, struct settings *fresh, const char *who, struct err *err);

/* ---- requests: what commands and consoles ask ---- */
#define ENGINE_MAX_ARGS 12
/* Who asks. NULL in a request: nobody in particular. */
struct engine_session {
	char who[160]; /* engine_session_name(): "ana@pts/3", "release (ana@pts/3)"; in every event that it causes */
	char name[48], user[48], terminal[48]; /* name "": none was given; terminal "": none */
	bool read_only;			       /* only requests that change nothing are carried out */
	bool here;			       /* the console of this process */
};
void engine_session_name(struct engine_session *s); /* who, from the other three */
struct engine_request {
	const struct engine_session *session;
	const char *command; /* a name in the table of engine_requests.c: "pause", "tap", "topics", ... */
	struct {
		const char *name, *value;
	} args[ENGINE_MAX_ARGS];
	size_t nargs;
};
const char *engine_request_arg(const struct engine_request *r, const char *name); /* NULL: not given */
void engine_request_give(struct engine_request *r, const char *name,
		const char *value); /* value NULL: not given; lent */
/* One call per line of the answer (JSON, no newline); nonzero: the asker is gone, stop. A line of length 0 is no part of the
 * answer: it only finds out whether the asker is still there. */
typedef int engine_emit(void *arg, const char *line, size_t len);

/* The row of a dead letter's message as a person edits it: a column a line. And of the edited text the columns that have another value, as a JSON
 * object: what dead-edit takes. Pure. -1: err; also where no column has another one */
int engine_letter_text(struct buf *out, const char *message, size_t len, struct err *err);
int engine_letter_changed(struct buf *out, const char *message, size_t len, const char *text, size_t text_len,
		struct err *err);

struct engine_link {
	void *self;
	/* A copy of the status, into a struct that status_init() prepared. */
	int (*status)(void *self, struct status *out, struct err *err);
	/* The same with as much of its lists as the wish says (status_cut()); NULL: it cannot. */
	int (*status_of)(void *self, const struct status_wish *wish, struct status *out, struct err *err);
	/* Runs one request to its end; -1 with err when refused. @thread any */
	int (*request)(void *self, const struct engine_request *r, engine_emit *emit, void *arg, struct err *err);
	/* A console is open, and who sits at it is listed; called again now and then as long as that is so, at most a moment long.
	 * NULL: it is closed. The pointer itself is NULL where nobody is listed. */
	void (*attend)(void *self, const struct engine_session *session);
	const char *where; /* "in this process" or the socket's path */
};
void engine_link_local(struct engine *e, struct engine_link *out);

/* What a request does to the data or to the pipeline. Danger follows from it: nothing is asked before a read or what can be
 * taken back, a key before what costs, a typed name before what destroys. */
enum engine_effect { EFFECT_READ, EFFECT_REVERSIBLE, EFFECT_COSTLY, EFFECT_DESTRUCTIVE };
const char *engine_effect_name(enum engine_effect effect); /* "read" */
enum engine_arg_kind {
	ARG_TEXT,
	ARG_COUNT, /* any text; a whole number of 0 or more */
	ARG_CHOICE,
	ARG_YES,  /* one of choices; "yes" */
	ARG_HELD, /* capture, load or db.table */
	ARG_TABLE,
	ARG_TABLES, /* db.table; those or regular expressions, separated by commas */
	ARG_TOPIC,
	ARG_GROUP,
	ARG_SQL,
	ARG_TIME
};
struct engine_request_arg_doc {
	const char *name;
	enum engine_arg_kind kind;
	bool needed;
	const char *choices;	   /* "start|stop"; NULL: any */
	enum engine_effect effect; /* of the whole request when this is given, if that is more than the request's own */
	const char *help;
};
/* Of two processes each has one half: which of them carries a request out. */
enum engine_doer { DOER_ANY, DOER_CAPTURE, DOER_LOAD };
const char *engine_doer_lacks(enum engine_doer doer, bool captures,
		bool loads); /* why a process that has these halves cannot; NULL: it can */
/* Every request there is: arguments are checked, completed, explained and printed from it; ends with name NULL. */
struct engine_request_doc {
	const char *name;
	enum engine_effect effect;
	const char *help;
	const struct engine_request_arg_doc *args; /* ends with name NULL */
	enum engine_doer doer;
};
const struct engine_request_doc *engine_request_docs(void);
const struct engine_request_doc *engine_request_doc(const struct engine_request_doc *docs,
		const char *name); /* NULL: none */
enum engine_effect engine_request_effect(const struct engine_request_doc *doc, const struct engine_request *r);
/* Unknown, missing, doubled and malformed arguments, each with what is expected. */
int engine_request_check(const struct engine_request_doc *doc, const struct engine_request *r, struct err *err);
void engine_request_usage(const struct engine_request_doc *doc, char *out,
		size_t size); /* "pause what=capture|load|TABLE" */

#endif
