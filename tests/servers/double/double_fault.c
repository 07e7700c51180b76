/* double_fault.c - the faults, one row each, and how many of each are still to come. */
#include <string.h>

#include "double_fault.h"

static const struct {
	const char *name;
	int64_t arg;
	const char *help;
} table[FAULT_COUNT] = {
	[FAULT_NO_BACKEND] = { "no_backend", 0, "FE: HTTP 200, Status FAILED, No backend alive." },
	[FAULT_NOT_LEADER] = { "not_leader", 0,
			"FE: the other FE is the leader from now on: get_load_state and /api/transaction answer 307" },
	[FAULT_REDIRECT_UNREACHABLE] = { "redirect_unreachable", 1, "FE: 307 to 127.0.0.1:arg, where nobody listens" },
	[FAULT_FE_ERROR] = { "fe_error", 500, "FE: HTTP status arg" },
	[FAULT_SLOW_CONTINUE] = { "slow_continue", 1500, "BE: 100 Continue comes after arg ms" },
	[FAULT_CUT_BODY] = { "cut_body", 65536,
			"BE: the connection is cut after arg bytes of the body; the label is ABORTED" },
	[FAULT_CUT_BEFORE_COMMIT] = { "cut_before_commit", 1000,
			"BE: cut with the body read; the label is PREPARE for arg ms, then ABORTED" },
	[FAULT_CUT_AFTER_COMMIT] = { "cut_after_commit", 0, "BE: the load is committed, then cut without an answer" },
	[FAULT_SLOW_ANSWER] = { "slow_answer", 2000, "BE: the load is committed, the answer comes after arg ms" },
	[FAULT_PUBLISH_TIMEOUT] = { "publish_timeout", 2000,
			"BE: committed, Status Publish Timeout; the label is COMMITTED for arg ms, then VISIBLE" },
	[FAULT_FAIL_COMMITTED] = { "fail_committed", 0, "BE: committed, but Status Fail, Transaction status unknown" },
	[FAULT_TXN_IN_PROCESSING] = { "txn_in_processing", 0,
			"BE: transaction load, prepare, commit answer TXN_IN_PROCESSING" },
	[FAULT_TXN_NOT_EXISTS] = { "txn_not_exists", 0,
			"BE: transaction load, prepare, commit answer TXN_NOT_EXISTS; the transaction is ABORTED" },
	[FAULT_TOO_MANY_VERSIONS] = { "too_many_versions", 0, "BE: Status Fail, Too many versions" },
	[FAULT_TOO_MANY_FILTERED] = { "too_many_filtered", 1,
			"BE: arg rows are filtered, Status Fail, too many filtered rows, ErrorURL" },
	[FAULT_JSON_TOO_BIG] = { "json_too_big", 1024, "BE: JSON bodies above arg bytes are refused before the body" },
	[FAULT_SHUTTING_DOWN] = { "shutting_down", 0,
			"BE: Status Fail, Service is shutting down, please retry later!" },
	[FAULT_BUSY] = { "busy", 0, "BE: Status Fail, Stream Load exceed http cuncurrent limit" },
	[FAULT_READ_ONLY] = { "read_only", 0,
			"BE: Status Fail, the frontend begins no transaction: the cluster is in safe mode; arg 1: disable_load_job" },
	[FAULT_MEMORY] = { "memory", 0, "BE: Status Fail, Memory of process exceed limit" },
	[FAULT_STRANGE_STATUS] = { "strange_status", 0,
			"BE: nothing is loaded, Status is a word that no client knows" },
	[FAULT_NO_JSON] = { "no_json", 0, "BE: committed, the answer is HTTP 200 with text that is no JSON" },
	[FAULT_ALTER_CANCELLED] = { "alter_cancelled", 0, "FE: the next schema change ends CANCELLED" },
	[FAULT_ALTER_HANGS] = { "alter_hangs", 60000, "FE: the next schema change takes arg ms more" },
	[FAULT_MYSQL_CUT] = { "mysql_cut", 0, "FE MySQL: a new connection, or the next statement, is cut" },
	[FAULT_BARE_COLUMNS] = { "bare_columns", 0,
			"FE MySQL: information_schema.columns says NOT NULL of all, no DEFAULT, and unknown for VARBINARY" },
	[FAULT_ROUTINE_ABORT] = { "routine_abort", 0,
			"Routine Load: a task's transaction is aborted; the next task begins at the same offsets" },
	[FAULT_ROUTINE_PAUSE] = { "routine_pause", 104, "Routine Load: a job is paused with the reason code arg" },
	[FAULT_ROUTINE_STALL] = { "routine_stall", 0, "Routine Load: a task of a RUNNING job reads nothing" },
	[FAULT_ROUTINE_HELD] = { "routine_held", 60000,
			"FE MySQL: a statement that makes or changes a job is not run: the connection is cut after arg ms" },
	[FAULT_ROUTINE_LATE] = { "routine_late", 60000,
			"FE MySQL: a statement that makes or changes a job is run, and its answer comes after arg ms" },
	[FAULT_ROUTINE_STOP_LATE] = { "routine_stop_late", 60000,
			"FE MySQL: the same of a statement that stops a job" },
};

void faults_init(struct faults *f)
{
	memset(f, 0, sizeof(*f));
	pthread_mutex_init(&f->lock, NULL);
}

bool fault_arm(struct faults *f, const char *name, int64_t count, int64_t arg)
{
	for (int i = 0; i < FAULT_COUNT; i++) {
		if (strcmp(table[i].name, name) != 0)
			continue;
		pthread_mutex_lock(&f->lock);
		f->armed[i].count = count;
		f->armed[i].arg = arg >= 0 ? arg : table[i].arg;
		pthread_mutex_unlock(&f->lock);
		return true;
	}
	return false;
}

void faults_clear(struct faults *f)
{
	pthread_mutex_lock(&f->lock);
	memset(f->armed, 0, sizeof(f->armed));
	pthread_mutex_unlock(&f->lock);
}

bool fault_take(struct faults *f, enum fault fault, int64_t *arg)
{
	bool taken;

	pthread_mutex_lock(&f->lock);
	taken = f->armed[fault].count != 0;
	if (f->armed[fault].count > 0)
		f->armed[fault].count--;
	if (taken && arg != NULL)
		*arg = f->armed[fault].arg;
	pthread_mutex_unlock(&f->lock);
	return taken;
}

void faults_print(struct faults *f, struct buf *out)
{
	const char *comma = "";

	pthread_mutex_lock(&f->lock);
	buf_putc(out, '{');
	for (int i = 0; i < FAULT_COUNT; i++) {
		if (f->armed[i].count == 0)
			continue;
		buf_printf(out, "%s\"%s\": {\"count\": %lld, \"arg\": %lld}", comma, table[i].name,
				(long long)f->armed[i].count, (long long)f->armed[i].arg);
		comma = ", ";
	}
	buf_puts(out, "}");
	pthread_mutex_unlock(&f->lock);
}

void faults_help(struct buf *out)
{
	for (int i = 0; i < FAULT_COUNT; i++)
		buf_printf(out, "  %-22s %s (arg %lld)\n", table[i].name, table[i].help, (long long)table[i].arg);
}
