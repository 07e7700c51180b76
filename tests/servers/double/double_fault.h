/*
 * double_fault.h - what the double can be told to do wrong. A fault is armed for so many times, with an argument;
 * whoever comes to the place where it bites takes one. The table in double_fault.c is also what --help prints.
 * @thread any
 */
#ifndef DOUBLE_FAULT_H
#define DOUBLE_FAULT_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "core/buf.h"

enum fault {
	FAULT_NO_BACKEND,
	FAULT_NOT_LEADER,
	FAULT_REDIRECT_UNREACHABLE,
	FAULT_FE_ERROR,
	FAULT_SLOW_CONTINUE,
	FAULT_CUT_BODY,
	FAULT_CUT_BEFORE_COMMIT,
	FAULT_CUT_AFTER_COMMIT,
	FAULT_SLOW_ANSWER,
	FAULT_PUBLISH_TIMEOUT,
	FAULT_FAIL_COMMITTED,
	FAULT_TXN_IN_PROCESSING,
	FAULT_TXN_NOT_EXISTS,
	FAULT_TOO_MANY_VERSIONS,
	FAULT_TOO_MANY_FILTERED,
	FAULT_JSON_TOO_BIG,
	FAULT_SHUTTING_DOWN,
	FAULT_BUSY,
	FAULT_READ_ONLY,
	FAULT_MEMORY,
	FAULT_STRANGE_STATUS,
	FAULT_NO_JSON,
	FAULT_ALTER_CANCELLED,
	FAULT_ALTER_HANGS,
	FAULT_MYSQL_CUT,
	FAULT_BARE_COLUMNS,
	FAULT_ROUTINE_ABORT,
	FAULT_ROUTINE_PAUSE,
	FAULT_ROUTINE_STALL,
	FAULT_ROUTINE_HELD,
	FAULT_ROUTINE_LATE,
	FAULT_ROUTINE_STOP_LATE,
	FAULT_COUNT
};

struct faults {
	pthread_mutex_t lock;
	struct {
		int64_t count, arg; /* count < 0: until cleared */
	} armed[FAULT_COUNT];
};

void faults_init(struct faults *f);
/* arg < 0: the fault's own; false: no such fault */
bool fault_arm(struct faults *f, const char *name, int64_t count, int64_t arg);
void faults_clear(struct faults *f);
bool fault_take(struct faults *f, enum fault fault, int64_t *arg); /* arg may be NULL */
void faults_print(struct faults *f, struct buf *out);		   /* those armed, as JSON */
void faults_help(struct buf *out);

#endif
