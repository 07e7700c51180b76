/*
 * err.h - one failure: what to do about it, whose code it is, and a line for a person.
 *
 * A function that can fail takes a `struct err *` as its last parameter, returns 0 or -1 (or NULL), and fills the
 * struct exactly once. The kind tells the engine what to do, the text tells the engineer on call: it names the thing,
 * what was expected, what was found and what to do. Whoever decides what happens next logs it; nobody else does.
 *
 * Owner: the caller. Thread: the caller's own; a struct err is never shared.
 */
#ifndef CORE_ERR_H
#define CORE_ERR_H

#include <stdbool.h>

enum err_kind {
	ERR_NONE,
	ERR_RETRY,  /* passing trouble: try again after a pause (connection lost, broker away) */
	ERR_DATA,   /* this row, message or table cannot be handled: isolate it, go on with its neighbours */
	ERR_CONFIG, /* a person has to change a setting, a grant or a script; exit code 2 at the start */
	ERR_DENIED, /* a server refuses our name, password or right: someone has to change that there; tried again, seldom */
	ERR_UNREACHABLE, /* a system did not answer; like ERR_RETRY while running, exit code 3 at the start */
	ERR_FENCED,	 /* another writer took our place: stop, do not retry */
	ERR_FATAL	 /* going on could lose or invent data: stop this half, keep the reason */
};

struct err {
	enum err_kind kind;
	int code;      /* errno, mysql_errno, rd_kafka_resp_err_t, CURLcode or HTTP status; 0 if none */
	char msg[512]; /* UTF-8, one line, control characters already replaced */
};

/* Both return -1, so that a failing path is one line. */
int err_set(struct err *err, enum err_kind kind, int code, const char *fmt, ...) __attribute__((format(printf, 4, 5)));
int err_wrap(struct err *err, const char *fmt, ...) __attribute__((format(printf, 2, 3))); /* puts "text: " in front */
void err_clear(struct err *err);
/* Nothing helps but a person, here or at the other side. */
static inline bool err_is_refusal(const struct err *err)
{
	return err->kind == ERR_CONFIG || err->kind == ERR_DENIED;
}

const char *err_kind_name(enum err_kind kind);

#endif
