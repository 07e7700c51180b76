/*
 * request_tables.c - requests about tables and their target: read again, load again, compare, hand over, loads.
 */
#include <stdlib.h>
#include <string.h>

#include "core/logline.h"
#include "core/xalloc.h"
#include "engine/base/loader.h"
#include "engine/control/engine_inspect.h"
#include "engine/engine_parts.h"
#include "engine/requests/request_ask.h"
#include "sink/routine/routine.h"

static int ask_snapshot(struct ask *a)
{
	const char *action = engine_request_arg(a->r, "action"), *tables = engine_request_arg(a->r, "tables");
	const char *truncate = engine_request_arg(a->r, "truncate");

	if (tables && truncate && strcmp(truncate, "yes") == 0 &&
			loader_refuse_lent(&a->e->shared, tables, "snapshot --truncate", a->err))
		return -1;
	if (capture_snapshot(a->e->capture, a->r, a->emit, a->arg, a->err))
		return -1;
	if (action == NULL || strcmp(action, "list") != 0)
		logline(LOG_NOTICE, "engine", "snapshot %s%s%.200s on request of %s", action ? action : "start",
				tables ? " of " : "", tables ? tables : "", ask_who(a));
	if (a->e->load)
		load_resumed(a->e->load);
	return 0;
}

static int ask_replay(struct ask *a)
{
	const char *table = engine_request_arg(a->r, "table"), *from = engine_request_arg(a->r, "from");
	unsigned partitions = 0;

	if (load_replay(a->e->load, table, from ? from : "begin", &partitions, a->err))
		return -1;
	logline(LOG_NOTICE, "engine", "replay of %s on request of %s", table, ask_who(a));
	return 0;
}

static int ask_replay_plan(struct ask *a)
{
	const char *from = engine_request_arg(a->r, "from");

	return asked_log(a) == NULL ? -1
				    : engine_replay_plan(a->e, asked_log(a), engine_request_arg(a->r, "table"),
						      from ? from : "begin", a->emit, a->arg, a->err);
}

static int ask_target_look(struct ask *a)
{
	load_look_again(a->e->load);
	logline(LOG_INFO, "engine", "tables of the target are looked at again on request of %s", ask_who(a));
	return 0;
}

static int ask_columns(struct ask *a)
{
	const char *form = engine_request_arg(a->r, "form");

	return engine_columns_print(a->e, engine_request_arg(a->r, "table"), form && strcmp(form, "text") == 0, a->emit,
			a->arg, a->err);
}

static int ask_verify(struct ask *a)
{
	return verifier_request(a->e->verifier, a->r, a->emit, a->arg, a->err);
}

static int ask_loads(struct ask *a)
{
	load_done_print(a->e->load, engine_request_arg(a->r, "table"), ask_count(a, "n", 100), a->emit, a->arg);
	return 0;
}

/* A job of StarRocks, which does it; db.job. */
static int ask_routine(struct ask *a)
{
	const char *what = engine_request_arg(a->r, "do"), *job = engine_request_arg(a->r, "job");
	const char *verb = strcmp(what, "pause") == 0 ? "PAUSE" : "RESUME";
	const char *dot = strchr(job, '.');
	char *db = dot ? xstrndup(job, (size_t)(dot - job)) : NULL;
	int rc;

	if (dot == NULL || a->e->settings->sink.fe_mysql == NULL)
		rc = err_set(a->err, ERR_CONFIG, 0, "routine: expected db.job of StarRocks, found '%.100s'", job);
	else
		rc = routine_command(&a->e->settings->sink, verb, db, dot + 1, a->err);
	if (rc == 0) {
		logline(LOG_NOTICE, "engine", "routine load %s: %s on request of %s", job, what, ask_who(a));
		routine_watch_again(a->e->routines);
	}
	free(db);
	return rc;
}

static int ask_handover(struct ask *a)
{
	const char *to = engine_request_arg(a->r, "to");

	if (engine_request_arg(a->r, "dry") == NULL)
		logline(LOG_NOTICE, "engine", "loading of %s goes to %s on request of %s",
				engine_request_arg(a->r, "table"), to ? to : "routine", ask_who(a));
	return handover_request(a->e->handover, a->r, a->emit, a->arg, a->err);
}

/* ---- the rows ---- */

static const struct engine_request_arg_doc snapshot_args[] = {
	{ "tables", ARG_TABLES, false, NULL, EFFECT_READ, "what to read" },
	{ "where", ARG_SQL, false, NULL, EFFECT_READ, "only the rows that fulfil this condition" },
	{ "action", ARG_CHOICE, false, "start|stop|pause|resume|list|limit", EFFECT_READ, "what to do (start)" },
	{ "truncate", ARG_YES, false, NULL, EFFECT_DESTRUCTIVE, "empty the target first" },
	{ "max_rows", ARG_COUNT, false, NULL, EFFECT_READ, "rows per second at the most; 0: no limit" },
	{ "max_load", ARG_TEXT, false, NULL, EFFECT_READ,
			"wait while a status variable of the server is above: VARIABLE=N,.." },
	{ "max_lag", ARG_TIME, false, NULL, EFFECT_READ, "wait while a replica lags more" },
	NO_MORE,
};
static const struct engine_request_arg_doc replay_args[] = {
	{ "table", ARG_TABLE, true, NULL, EFFECT_READ, "whose messages" },
	{ "from", ARG_TEXT, false, NULL, EFFECT_READ,
			"an offset, a time in UTC (2026-01-31 23:59:00), how long ago (90m), or all that the log has (begin)" },
	NO_MORE,
};
static const struct engine_request_arg_doc verify_args[] = {
	{ "tables", ARG_TABLES, false, NULL, EFFECT_READ, "what to compare (all)" },
	{ "continuous", ARG_CHOICE, false, "on|off", EFFECT_READ,
			"all tables in turn, for ever, at verify.rate; until then or a restart" },
	{ "repair", ARG_YES, false, NULL, EFFECT_READ,
			"read rows that are missing or have other values again, beside the stream, and delete those that MySQL does not have" },
	{ "truncate", ARG_YES, false, NULL, EFFECT_DESTRUCTIVE,
			"with repair: where only the target has rows, empty it and read the table again" },
	{ "limit", ARG_COUNT, false, NULL, EFFECT_READ, "differences after which a table is left (1000); 0: none" },
	NO_MORE,
};
static const struct engine_request_arg_doc routine_args[] = {
	{ "do", ARG_CHOICE, true, "pause|resume", EFFECT_READ, "what" },
	{ "job", ARG_TEXT, true, NULL, EFFECT_READ, "db.job" },
	NO_MORE,
};
static const struct engine_request_arg_doc handover_args[] = {
	{ "table", ARG_TABLE, true, NULL, EFFECT_READ, "whose loading" },
	{ "to", ARG_CHOICE, false, "routine|stream", EFFECT_READ, "who loads it then (routine)" },
	{ "dry", ARG_YES, false, NULL, EFFECT_READ, "say what would be done, and do nothing" },
	NO_MORE,
};
static const struct engine_request_arg_doc columns_args[] = {
	{ "table", ARG_TABLE, true, NULL, EFFECT_READ, "whose" },
	{ "form", ARG_CHOICE, false, "json|text", EFFECT_READ, "of the lines (json)" },
	NO_MORE,
};
static const struct engine_request_arg_doc loads_args[] = {
	{ "table", ARG_TABLE, false, NULL, EFFECT_READ, "only its loads" },
	{ "n", ARG_COUNT, false, NULL, EFFECT_READ, "how many (100); 512 are kept" },
	NO_MORE,
};

const struct request_row requests_of_tables[] = {
	{ { "snapshot", EFFECT_COSTLY, "read tables again while the stream goes on", snapshot_args, DOER_CAPTURE },
			ask_snapshot },
	{ { "replay", EFFECT_COSTLY, "load the messages of a table again", replay_args, DOER_LOAD }, ask_replay },
	{ { "target-look", EFFECT_READ, "tables of the target were changed: look at them before the next load", no_args,
			  DOER_LOAD },
			ask_target_look },
	{ { "replay-plan", EFFECT_READ, "what a replay would set each offset to, changing nothing: a line each",
			  replay_args, DOER_LOAD },
			ask_replay_plan },
	{ { "verify", EFFECT_COSTLY, "compare tables of MySQL with the target: a line for each difference", verify_args,
			  DOER_ANY },
			ask_verify },
	{ { "columns", EFFECT_READ, "columns of a table at MySQL, after its scripts, and at the target: a line each",
			  columns_args, DOER_CAPTURE },
			ask_columns },
	{ { "loads", EFFECT_READ, "the newest loads: label, rows, bytes, how long each part took: a line each",
			  loads_args, DOER_LOAD },
			ask_loads },
	{ { "routine", EFFECT_REVERSIBLE, "pause or resume a Routine Load job of StarRocks", routine_args, DOER_ANY },
			ask_routine },
	{ { "routine-handover", EFFECT_COSTLY,
			  "hand the loading of a table over to a Routine Load job of StarRocks, or take it back, at exact offsets",
			  handover_args, DOER_LOAD },
			ask_handover },
	{ .run = NULL },
};
