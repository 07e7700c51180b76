/*
 * problems.h - what is wrong now: one list for the whole process, which the console, `status`, its exit code and alerts
 * read. A problem is a code (a row of problem_table.c: how bad it is, what it means for the data, what to do) and a
 * subject; raising the same pair again changes its text and nothing else.
 *
 * Two kinds of owners. Whoever notices something that lasts calls problem_raise(), and problem_clear() when it is over.
 * Rules over figures (problem_rules.c) call problem_see() each time they find it so; what no rule has seen for the time
 * in its row ends by itself in problems_sweep(), so that nothing flickers.
 *
 * @thread any: all functions take the list's lock. A call costs a search among the problems there are: for trouble, not
 * for every row.
 */
#ifndef ENGINE_PROBLEMS_H
#define ENGINE_PROBLEMS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/status/status.h"

enum problem_code {
	PROBLEM_LOG_REPLACED,
	PROBLEM_OFFSETS_MOVED,
	PROBLEM_TARGET_LOST,
	PROBLEM_TARGET_OLD,
	PROBLEM_ENDPOINT_UNREACHABLE,
	PROBLEM_CAPTURE_STOPPED,
	PROBLEM_CAPTURE_RETRYING,
	PROBLEM_CAPTURE_PAUSED,
	PROBLEM_CAPTURE_STUCK,
	PROBLEM_LOAD_STOPPED,
	PROBLEM_LOAD_RETRYING,
	PROBLEM_LOAD_PAUSED,
	PROBLEM_LOAD_STUCK,
	PROBLEM_LOAD_SLOW,
	PROBLEM_TOO_MANY_VERSIONS,
	PROBLEM_TABLE_STOPPED,
	PROBLEM_TABLE_RETRYING,
	PROBLEM_TABLE_DENIED,
	PROBLEM_TABLE_PAUSED,
	PROBLEM_TABLE_DIFFERENT,
	PROBLEM_TABLE_MENDING,
	PROBLEM_COLUMN_EMPTY,
	PROBLEM_SCHEMA_UNKNOWN,
	PROBLEM_SCHEMA_GUESSED,
	PROBLEM_SCRIPT_SLOW,
	PROBLEM_SCRIPT_TAKEN_BACK,
	PROBLEM_SCRIPT_NOT_TAKEN,
	PROBLEM_SCRIPT_STATE_EMPTY,
	PROBLEM_DEAD_LETTERS,
	PROBLEM_OFFSETS_LOST,
	PROBLEM_SNAPSHOT_LATE,
	PROBLEM_SNAPSHOT_WAITS,
	PROBLEM_LOG_UNLOADED,
	PROBLEM_DISK_LOW,
	PROBLEM_DISK_FULL,
	PROBLEM_SECRET_READABLE,
	PROBLEM_STATE_DIR_GONE,
	PROBLEM_LAG_GROWS,
	PROBLEM_NOTHING_CAPTURED,
	PROBLEM_SECTION_UNKNOWN,
	PROBLEM_NO_KEY,
	PROBLEM_TOPIC_REFUSED,
	PROBLEM_HISTORY_LACKS,
	PROBLEM_ROWS_DIFFERENT,
	PROBLEM_ROUTINE_PAUSED,
	PROBLEM_ROUTINE_CANCELLED,
	PROBLEM_HANDOVER_WAITS,
	PROBLEM_ROUTINE_ENDED,
	PROBLEM_COUNT
};

struct problem_kind {	     /* a row of problem_table.c */
	const char *name;    /* "table-stopped": in JSON, in docs; never changes */
	const char *subject; /* half, table, partition, topic, endpoint, script, disk, log, target, process */
	enum problem_severity severity;
	bool fails;	   /* `status` exits with 1 */
	int hold_ms;	   /* problem_see(): ends when it was not seen for so long */
	const char *means; /* for the data */
	const char *remedy;
	const char *command; /* %s: the subject; NULL: none does it */
	const char *request; /* the same as a line of engine.h's requests; NULL: none */
	bool holds_up;	     /* rows of the table that it is about wait because of it, or are lost on their way */
};
const struct problem_kind *problem_kind(enum problem_code code);

struct problems;
struct problems *problems_new(void);
void problems_free(struct problems *p);

void problem_raise(struct problems *p, enum problem_code code, const char *subject, const char *fmt, ...)
		__attribute__((format(printf, 4, 5)));
void problem_clear(struct problems *p, enum problem_code code, const char *subject);
bool problem_is(struct problems *p, enum problem_code code, const char *subject);
bool problem_any(struct problems *p, enum problem_code code); /* of any subject */
/* Stays until it is over; but the one who knows it is not counted as new by whoever is told of problems. by: who. -1: none
 * of that name and subject. */
int problem_acknowledge(struct problems *p, const char *code, const char *subject, const char *by);

void problem_see(struct problems *p, enum problem_code code, const char *subject, const char *fmt, ...)
		__attribute__((format(printf, 4, 5)));
/* Ends what was seen last before the rules began to look (monotonic), and the time of its row is over. */
void problems_sweep(struct problems *p, int64_t begun_us);

/* A copy, the worst and oldest first, without limits (problem_left.h); the caller frees. */
struct status_problem *problems_copy(struct problems *p, size_t *count);

/* Those that have ended, oldest first: the last of them are remembered. The caller frees. */
struct problem_past {
	enum problem_code code;
	char subject[640];
	int64_t since_us, ended_us; /* wall */
};
struct problem_past *problems_past(struct problems *p, size_t *count);

#endif
