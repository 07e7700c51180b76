/*
 * engine_requests.c - what can be asked of a running engine: one row in the table and one function each. The console,
 * the control socket and the commands all come through here.
 */
#include <stdlib.h>
#include <string.h>

#include "core/buf.h"
#include "core/conf/conf.h"
#include "core/json.h"
#include "core/logline.h"
#include "core/num.h"
#include "core/xalloc.h"
#include "engine/control/engine_inspect.h"
#include "engine/control/group_reset.h"
#include "engine/control/problem_page.h"
#include "engine/control/script_apply.h"
#include "engine/control/script_eval.h"
#include "engine/control/script_show.h"
#include "engine/control/script_trial.h"
#include "engine/control/trace_now.h"
#include "engine/base/loader.h"
#include "engine/base/sessions.h"
#include "engine/engine_parts.h"
#include "engine/scripts/script_told.h"
#include "sink/routine.h"

enum { RESUME_MS = 15000 }; /* an answer to `resume`: connections have time limits of about ten seconds */

struct ask { /* one request on its way */
	struct engine *e;
	const struct engine_request *r;
	engine_emit *emit;
	void *arg;
	struct err *err;
};

/* engine_request_check() has seen that it is a number. */
static int64_t count_arg(const struct ask *a, const char *name, int64_t otherwise)
{
	const char *text = engine_request_arg(a->r, name);

	if (text)
		num_parse_i64(text, strlen(text), &otherwise);
	return otherwise;
}

static const char *who(const struct ask *a)
{
	return a->r->session && a->r->session->who[0] ? a->r->session->who : "unknown";
}

static void text_arg(const struct ask *a, const char *name, char *out, size_t size)
{
	const char *text = engine_request_arg(a->r, name);

	snprintf(out, size, "%s", text ? text : "");
}

static int ask_status(struct ask *a)
{
	bool whole = engine_request_arg(a->r, "limit") == NULL && engine_request_arg(a->r, "others") == NULL;
	const char *order = engine_request_arg(a->r, "order");
	size_t others = (size_t)count_arg(a, "others", INT32_MAX);
	struct status_wish wish = {
		.inverted = order && strcmp(order, "up") == 0,
		.limit = (size_t)count_arg(a, "limit", INT32_MAX),
		.tables = others,
		.partitions = others,
		.scripts = others,
	};
	struct status s;
	struct buf b;

	text_arg(a, "list", wish.list, sizeof(wish.list));
	text_arg(a, "sort", wish.sort, sizeof(wish.sort));
	text_arg(a, "filter", wish.filter, sizeof(wish.filter));

	status_init(&s);
	engine_status_copy(a->e, whole ? NULL : &wish, &s);
	buf_init(&b, 64 << 20);
	status_to_json(&s, &b);
	status_done(&s);
	if (!b.failed)
		a->emit(a->arg, b.data, b.len);
	buf_done(&b);
	return 0;
}

static int hold_half(struct ask *a, struct half *h, bool paused)
{
	if (!paused)
		return half_resume(h, RESUME_MS, a->err);
	half_pause(h);
	return 0;
}

/* capture, load, or db.table */
static int hold(struct ask *a, bool paused)
{
	const char *what = engine_request_arg(a->r, "what");
	struct table_meter *m = NULL;

	if (strcmp(what, "capture") == 0 && a->e->capture) {
		if (hold_half(a, capture_half(a->e->capture), paused))
			return -1;
	} else if (strcmp(what, "load") == 0 && a->e->load) {
		if (hold_half(a, load_half(a->e->load), paused))
			return -1;
	} else if ((m = table_meter_find(a->e->shared.tables, what)) != NULL && !paused && a->e->capture &&
			atomic_load(&m->stopped)) {
		if (capture_resume_table(a->e->capture, what, RESUME_MS, a->err))
			return -1;
	} else if (m && a->e->load) {
		atomic_store(&m->paused, paused);
		if (!paused && engine_request_arg(a->r, "pass"))
			atomic_store(&m->pass, 1);
		if (!paused)
			atomic_store(&m->allowed, table_meter_letters(m));
		atomic_store(&m->follows, true);
	} else {
		return err_set(a->err, ERR_CONFIG, 0,
				"%s: expected capture, load or the name of a table that this process loads, found '%.100s'",
				a->r->command, what);
	}
	if (a->e->load)
		load_resumed(a->e->load);
	logline(LOG_NOTICE, "engine", "%s %s on request of %s", what, paused ? "paused" : "resumed", who(a));
	shared_wake(&a->e->shared);
	return 0;
}

static int ask_pause(struct ask *a)
{
	return hold(a, true);
}

static int ask_resume(struct ask *a)
{
	return hold(a, false);
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
		logline(LOG_NOTICE, "engine", "routine load %s: %s on request of %s", job, what, who(a));
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
				engine_request_arg(a->r, "table"), to ? to : "routine", who(a));
	return handover_request(a->e->handover, a->r, a->emit, a->arg, a->err);
}

static int ask_acknowledge(struct ask *a)
{
	const char *problem = engine_request_arg(a->r, "problem"), *subject = engine_request_arg(a->r, "subject");

	if (problem_acknowledge(a->e->shared.problems, problem, subject, who(a)))
		return err_set(a->err, ERR_CONFIG, 0,
				"acknowledge: expected a problem that `status` lists, found '%.60s'%s%.100s", problem,
				subject ? " of " : "", subject ? subject : "");
	logline(LOG_NOTICE, "engine", "problem %s acknowledged by %s", problem, who(a));
	return 0;
}

static int ask_problem(struct ask *a)
{
	return problem_page(a->e, engine_request_arg(a->r, "problem"), engine_request_arg(a->r, "subject"), a->emit,
			a->arg, a->err);
}

static struct log *log_of(struct ask *a)
{
	return shared_log(&a->e->shared, a->err);
}

static int ask_attend(struct ask *a)
{
	return sessions_attend(a->e->sessions, a->r->session, a->emit, a->arg, a->err);
}

static int ask_topics(struct ask *a)
{
	return log_of(a) == NULL
			? -1
			: inspect_topics(log_of(a), engine_request_arg(a->r, "topic"), a->emit, a->arg, a->err);
}

static int ask_dead(struct ask *a)
{
	return dead_request(a->e, a->r, a->emit, a->arg, a->err);
}

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
				tables ? " of " : "", tables ? tables : "", who(a));
	if (a->e->load)
		load_resumed(a->e->load);
	return 0;
}

static int ask_history(struct ask *a)
{
	struct history_wish wish = {
		.series = engine_request_arg(a->r, "series"),
		.table = engine_request_arg(a->r, "table"),
		.from = engine_request_arg(a->r, "from"),
		.to = engine_request_arg(a->r, "to"),
		.step_s = count_arg(a, "step", 0),
	};

	return engine_series_print(a->e, &wish, a->emit, a->arg, a->err);
}

static int ask_past(struct ask *a)
{
	return recorder_print(a->e->recorder, engine_request_arg(a->r, "at"), engine_request_arg(a->r, "step"), a->emit,
			a->arg, a->err);
}

static int ask_latency(struct ask *a)
{
	return engine_latency_print(a->e, count_arg(a, "tables", INT64_MAX), a->emit, a->arg);
}

static int ask_settings(struct ask *a)
{
	return engine_settings_print(a->e->settings, atomic_load(&a->e->shared.live), a->emit, a->arg);
}

static int ask_replay(struct ask *a)
{
	const char *table = engine_request_arg(a->r, "table"), *from = engine_request_arg(a->r, "from");
	unsigned partitions = 0;

	if (load_replay(a->e->load, table, from ? from : "begin", &partitions, a->err))
		return -1;
	logline(LOG_NOTICE, "engine", "replay of %s on request of %s", table, who(a));
	return 0;
}

static int ask_target_look(struct ask *a)
{
	load_look_again(a->e->load);
	logline(LOG_INFO, "engine", "tables of the target are looked at again on request of %s", who(a));
	return 0;
}

static int ask_loads(struct ask *a)
{
	load_done_print(a->e->load, engine_request_arg(a->r, "table"), count_arg(a, "n", 100), a->emit, a->arg);
	return 0;
}

static int ask_groups(struct ask *a)
{
	return log_of(a) == NULL ? -1 : engine_groups_print(a->e, log_of(a), a->emit, a->arg, a->err);
}

static int reset_group(struct ask *a, bool dry)
{
	struct group_wish wish = {
		.group = engine_request_arg(a->r, "group"),
		.topic = engine_request_arg(a->r, "topic"),
		.partition = count_arg(a, "partition", -1),
		.to = engine_request_arg(a->r, "to"),
		.own = a->e->settings->load.group,
		.dry = dry,
	};

	if (log_of(a) == NULL || group_reset(log_of(a), &wish, a->emit, a->arg, a->err))
		return -1;
	if (!dry)
		logline(LOG_NOTICE, "engine", "offsets of group %s set to %s on request of %s", wish.group, wish.to,
				who(a));
	return 0;
}

static int ask_group_reset(struct ask *a)
{
	return reset_group(a, false);
}

static int ask_group_plan(struct ask *a)
{
	return reset_group(a, true);
}

static int ask_replay_plan(struct ask *a)
{
	const char *from = engine_request_arg(a->r, "from");

	return log_of(a) == NULL ? -1
				 : engine_replay_plan(a->e, log_of(a), engine_request_arg(a->r, "table"),
						   from ? from : "begin", a->emit, a->arg, a->err);
}

static int ask_reload(struct ask *a)
{
	return engine_reload_file(a->e, who(a), a->err);
}

static int ask_reload_check(struct ask *a)
{
	return engine_reload_look(a->e, a->emit, a->arg, a->err);
}

static int ask_messages(struct ask *a)
{
	return log_of(a) == NULL
			? -1
			: inspect_messages(log_of(a), atomic_load(&a->e->shared.live), a->r, a->emit, a->arg, a->err);
}

static int ask_verify(struct ask *a)
{
	return verifier_request(a->e->verifier, a->r, a->emit, a->arg, a->err);
}

static int ask_trace(struct ask *a)
{
	struct table_meter *m = table_meter_find(a->e->shared.tables, engine_request_arg(a->r, "table"));
	struct trace_wish wish = { .paused = m && atomic_load(&m->paused) };
	struct trace_now now;
	char why[512];

	if (log_of(a) == NULL)
		return -1;
	if (m && atomic_load(&m->stopped)) {
		table_meter_error_get(a->e->shared.tables, m, why, sizeof(why));
		wish.stopped = why;
	}
	if (a->e->capture && a->e->load) {
		trace_now_ask(a->e, engine_request_arg(a->r, "table"), engine_request_arg(a->r, "key"), &now);
		wish.mysql = now.mysql;
		wish.target = now.target;
	}
	return inspect_trace(log_of(a), atomic_load(&a->e->shared.live), a->r, &wish, a->emit, a->arg, a->err);
}

static int ask_script_trial(struct ask *a)
{
	struct trial_wish wish = {
		.table = engine_request_arg(a->r, "table"),
		.script = engine_request_arg(a->r, "script"),
		.against = engine_request_arg(a->r, "against"),
		.from = engine_request_arg(a->r, "from"),
		.count = count_arg(a, "n", 10000),
		.profile = engine_request_arg(a->r, "profile") != NULL,
		.unmasked = engine_request_arg(a->r, "unmasked") != NULL,
	};

	return log_of(a) == NULL
			? -1
			: script_trial(log_of(a), atomic_load(&a->e->shared.live), &wish, a->emit, a->arg, a->err);
}

static int ask_script_versions(struct ask *a)
{
	const struct settings *live = atomic_load(&a->e->shared.live);

	return script_told_versions(live, engine_request_arg(a->r, "table"), a->emit, a->arg, a->err);
}

static int ask_script_diff(struct ask *a)
{
	const struct settings *live = atomic_load(&a->e->shared.live);

	return script_told_diff(live, engine_request_arg(a->r, "table"), engine_request_arg(a->r, "a"),
			engine_request_arg(a->r, "b"), a->emit, a->arg, a->err);
}

static int ask_script_show(struct ask *a)
{
	return script_show(a->e, engine_request_arg(a->r, "table"), a->emit, a->arg, a->err);
}

static int ask_script_eval(struct ask *a)
{
	struct eval_wish wish = {
		.table = engine_request_arg(a->r, "table"),
		.text = engine_request_arg(a->r, "text"),
		.count = count_arg(a, "n", EVAL_ROWS),
		.unmasked = engine_request_arg(a->r, "unmasked") != NULL,
	};

	return log_of(a) == NULL
			? -1
			: script_eval(log_of(a), atomic_load(&a->e->shared.live), &wish, a->emit, a->arg, a->err);
}

static int ask_script_profile(struct ask *a)
{
	const struct settings *live = atomic_load(&a->e->shared.live);
	const struct table_settings *section = script_section(live, engine_request_arg(a->r, "table"), a->err);
	int64_t seconds = count_arg(a, "seconds", 30);

	if (section == NULL)
		return -1;
	if (seconds < 1 || seconds > 600)
		return err_set(a->err, ERR_CONFIG, 0, "script-profile: seconds: expected 1 to 600, found %lld",
				(long long)seconds);
	return load_profile_scripts(a->e->load, section->name, (int)seconds, a->emit, a->arg, a->err);
}

static int ask_script_apply(struct ask *a)
{
	bool force = engine_request_arg(a->r, "force") != NULL;
	struct apply_wish wish = {
		.table = engine_request_arg(a->r, "table"),
		.how = force ? "forced" : "apply",
		.who = who(a),
		.force = force,
		.dry = engine_request_arg(a->r, "dry") != NULL,
	};

	return script_apply(a->e, &wish, a->emit, a->arg, a->err);
}

static int ask_script_rollback(struct ask *a)
{
	const char *version = engine_request_arg(a->r, "version");
	struct apply_wish wish = {
		.table = engine_request_arg(a->r, "table"),
		.version = version,
		.how = "rollback",
		.who = who(a),
		.before = version == NULL,
		.force = true,
		.dry = engine_request_arg(a->r, "dry") != NULL,
	};

	return script_apply(a->e, &wish, a->emit, a->arg, a->err);
}

struct tap_stage {
	const char *name;
	enum stage_id stage;
};
static const struct tap_stage tap_stages[] = {
	{ "source", STAGE_SOURCE },
	{ "format", STAGE_FORMAT },
	{ "log", STAGE_LOG },
	{ "read", STAGE_READ },
	{ "script", STAGE_SCRIPT },
	{ "sink", STAGE_SINK },
};

static int ask_tap(struct ask *a)
{
	const char *stage = engine_request_arg(a->r, "stage");

	for (size_t i = 0; i < sizeof(tap_stages) / sizeof(*tap_stages); i++)
		if (strcmp(tap_stages[i].name, stage) == 0)
			return taps_run(a->e->shared.taps,
					&(struct tap_wish){ tap_stages[i].stage, engine_request_arg(a->r, "table"),
							count_arg(a, "n", -1),
							engine_request_arg(a->r, "unmasked") != NULL },
					atomic_load(&a->e->shared.live), a->emit, a->arg, a->err);
	return err_set(a->err, ERR_CONFIG, 0, "tap: expected source, format, log, read, script or sink, found '%.40s'",
			stage);
}

/* ---- the table ---- */

#define NO_MORE \
	{ \
		NULL, ARG_TEXT, false, NULL, EFFECT_READ, NULL \
	}

static const struct engine_request_arg_doc no_args[] = { NO_MORE };
static const struct engine_request_arg_doc status_args[] = {
	{ "list", ARG_CHOICE, false, "tables|partitions|scripts", EFFECT_READ, "the list that is looked at" },
	{ "sort", ARG_TEXT, false, NULL, EFFECT_READ, "by this field of it (those that need a look first)" },
	{ "order", ARG_CHOICE, false, "down|up", EFFECT_READ, "figures: the largest first, or last (down)" },
	{ "filter", ARG_TEXT, false, NULL, EFFECT_READ, "only rows of it with this text; !text: without" },
	{ "limit", ARG_COUNT, false, NULL, EFFECT_READ, "at most so many rows of it (all)" },
	{ "others", ARG_COUNT, false, NULL, EFFECT_READ, "of each other list so many, those that need a look (all)" },
	NO_MORE,
};
static const struct engine_request_arg_doc held_args[] = {
	{ "what", ARG_HELD, true, NULL, EFFECT_READ, "a half, or the load of one table" }, NO_MORE
};
static const struct engine_request_arg_doc resume_args[] = {
	{ "what", ARG_HELD, true, NULL, EFFECT_READ, "a half, or the load of one table" },
	{ "pass", ARG_YES, false, NULL, EFFECT_READ,
			"a stopped table leaves out rows up to the TRUNCATE of a snapshot that was ordered elsewhere" },
	NO_MORE,
};
static const struct engine_request_arg_doc acknowledge_args[] = {
	{ "problem", ARG_TEXT, true, NULL, EFFECT_READ, "its code, as status prints it" },
	{ "subject", ARG_TEXT, false, NULL, EFFECT_READ, "only this one" },
	NO_MORE,
};
static const struct engine_request_arg_doc problem_args[] = {
	{ "problem", ARG_TEXT, true, NULL, EFFECT_READ, "its code, as status prints it" },
	{ "subject", ARG_TEXT, false, NULL, EFFECT_READ, "which one, where several have the code" },
	NO_MORE,
};
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
static const struct engine_request_arg_doc group_args[] = {
	{ "group", ARG_GROUP, true, NULL, EFFECT_READ, "a consumer group that nobody is in" },
	{ "topic", ARG_TOPIC, false, NULL, EFFECT_READ, "only of this one (all that it has offsets of)" },
	{ "to", ARG_TEXT, true, NULL, EFFECT_READ,
			"begin, end, an offset, a time in UTC (2026-01-31 23:59:00), or how long ago (90m)" },
	{ "partition", ARG_COUNT, false, NULL, EFFECT_READ, "only this one (all)" },
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
static const struct engine_request_arg_doc topics_args[] = {
	{ "topic", ARG_TOPIC, false, NULL, EFFECT_READ, "only this one" }, NO_MORE
};
static const struct engine_request_arg_doc messages_args[] = {
	{ "topic", ARG_TOPIC, true, NULL, EFFECT_READ, "or the table that it is of" },
	{ "seek", ARG_TEXT, false, NULL, EFFECT_READ,
			"where to begin: o:OFFSET, -N (the newest N of each partition), @TIME, begin, end (-10; begin when "
			"something is searched for)" },
	{ "partition", ARG_COUNT, false, NULL, EFFECT_READ, "only this one" },
	{ "filter", ARG_TEXT, false, NULL, EFFECT_READ,
			"only what this Lua expression is true for: op == \"u\" and after.id == 42" },
	{ "grep", ARG_TEXT, false, NULL, EFFECT_READ, "only with this text in key or payload" },
	{ "regex", ARG_TEXT, false, NULL, EFFECT_READ, "only what this extended regular expression matches" },
	{ "limit", ARG_COUNT, false, NULL, EFFECT_READ, "stop after so many" },
	{ "form", ARG_CHOICE, false, "json|csv|list|whole", EFFECT_READ, "of a line (json)" },
	{ "follow", ARG_YES, false, NULL, EFFECT_READ, "and what comes from now on" },
	{ "progress", ARG_YES, false, NULL, EFFECT_READ, "a line now and then that says how far it is" },
	{ "unmasked", ARG_YES, false, NULL, EFFECT_READ, "also where the table's script masks" },
	NO_MORE,
};
static const struct engine_request_arg_doc trace_args[] = {
	{ "table", ARG_TABLE, true, NULL, EFFECT_READ, "whose row" },
	{ "key", ARG_TEXT, true, NULL, EFFECT_READ, "4711, id=4711, or \"a=1 b=2\"" },
	{ "from", ARG_TEXT, false, NULL, EFFECT_READ, "how far back, as seek of messages (begin)" },
	{ "form", ARG_CHOICE, false, "text|json", EFFECT_READ, "of the lines (text)" },
	{ "progress", ARG_YES, false, NULL, EFFECT_READ, "a line now and then that says how far it is" },
	{ "unmasked", ARG_YES, false, NULL, EFFECT_READ, "also where the table's script masks" },
	NO_MORE,
};
static const struct engine_request_arg_doc loads_args[] = {
	{ "table", ARG_TABLE, false, NULL, EFFECT_READ, "only its loads" },
	{ "n", ARG_COUNT, false, NULL, EFFECT_READ, "how many (100); 512 are kept" },
	NO_MORE,
};
#define DEAD_WHICH \
	{ "id", ARG_TEXT, false, NULL, EFFECT_READ, "only this one, or several: 12,15" }, \
			{ "table", ARG_TABLE, false, NULL, EFFECT_READ, "only of this one" }, \
			{ "reason", ARG_TEXT, false, NULL, EFFECT_READ, "only with this text in the reason" }, \
			{ "since", ARG_TEXT, false, NULL, EFFECT_READ, \
				"only from then on: how long ago (90m), or a time in UTC: 2026-01-31 23:59:00" }, \
	{ \
		"before", ARG_TEXT, false, NULL, EFFECT_READ, "only until then" \
	}
static const struct engine_request_arg_doc dead_args[] = { DEAD_WHICH,
	{ "closed", ARG_YES, false, NULL, EFFECT_READ, "also those that were retried or discarded" },
	{ "unmasked", ARG_YES, false, NULL, EFFECT_READ, "reasons also where the table's script masks" },
	{ "n", ARG_COUNT, false, NULL, EFFECT_READ, "how many (100)" }, NO_MORE };
static const struct engine_request_arg_doc dead_change_args[] = { DEAD_WHICH,
	{ "all", ARG_YES, false, NULL, EFFECT_READ, "every open one" },
	{ "dry_run", ARG_YES, false, NULL, EFFECT_READ, "say which, and change nothing" }, NO_MORE };
static const struct engine_request_arg_doc dead_edit_args[] = {
	{ "id", ARG_COUNT, true, NULL, EFFECT_READ, "its offset, as dead prints it" },
	{ "row", ARG_TEXT, true, NULL, EFFECT_READ,
			"a JSON object of the columns that get other values, each in the form that it has in the message" },
	NO_MORE,
};
static const struct engine_request_arg_doc dead_show_args[] = {
	{ "id", ARG_COUNT, true, NULL, EFFECT_READ, "its offset, as dead prints it" },
	{ "unmasked", ARG_YES, false, NULL, EFFECT_READ, "the message also where the table's script masks" },
	NO_MORE,
};
static const struct engine_request_arg_doc history_args[] = {
	{ "series", ARG_TEXT, true, NULL, EFFECT_READ,
			"capture.lag, load.lag, load.rows, complete.age, STAGE.rate, STAGE.latency, .. or all; of a table captured, loaded, lag" },
	{ "table", ARG_TABLE, false, NULL, EFFECT_READ, "of this one" },
	{ "from", ARG_TEXT, false, NULL, EFFECT_READ, "UTC (2026-01-31 23:59, 23:59), or how long ago: 90m (1h)" },
	{ "to", ARG_TEXT, false, NULL, EFFECT_READ, "the same (now)" },
	{ "step", ARG_COUNT, false, NULL, EFFECT_READ, "seconds of a value (such that there are at most 360)" }, NO_MORE
};
static const struct engine_request_arg_doc past_args[] = {
	{ "at", ARG_TEXT, true, NULL, EFFECT_READ, "UTC (2026-01-31 23:59, 23:59), or how long ago: 90m" },
	{ "step", ARG_CHOICE, false, "before|after", EFFECT_READ, "the last one before it, or the next one after it" },
	NO_MORE
};
static const struct engine_request_arg_doc latency_args[] = {
	{ "tables", ARG_COUNT, false, NULL, EFFECT_READ, "of so many tables, by name (all)" }, NO_MORE
};
static const struct engine_request_arg_doc tap_args[] = {
	{ "stage", ARG_CHOICE, true, "source|format|log|read|script|sink", EFFECT_READ, "where" },
	{ "table", ARG_TABLE, false, NULL, EFFECT_READ, "only its rows" },
	{ "n", ARG_COUNT, false, NULL, EFFECT_READ, "stop after so many rows" },
	{ "unmasked", ARG_YES, false, NULL, EFFECT_READ,
			"rows as they are, also where messages or the table's script mask" },
	NO_MORE
};

static const struct engine_request_arg_doc script_trial_args[] = {
	{ "table", ARG_TABLE, true, NULL, EFFECT_READ, "whose messages" },
	{ "script", ARG_TEXT, true, NULL, EFFECT_READ, "a file, or running: what the configuration has for the table" },
	{ "against", ARG_TEXT, false, NULL, EFFECT_READ, "another one, to compare with" },
	{ "from", ARG_TEXT, false, NULL, EFFECT_READ,
			"begin, an offset, a time in UTC (2026-01-31 23:59:00), or how long ago (90m); the newest messages" },
	{ "n", ARG_COUNT, false, NULL, EFFECT_READ, "messages at the most (10000)" },
	{ "profile", ARG_YES, false, NULL, EFFECT_READ, "how often each line was run, and how long" },
	{ "unmasked", ARG_YES, false, NULL, EFFECT_READ, "values also where a script masks" },
	NO_MORE,
};

static const struct engine_request_arg_doc script_versions_args[] = {
	{ "table", ARG_TABLE, false, NULL, EFFECT_READ, "only those of its section (all)" }, NO_MORE
};
static const struct engine_request_arg_doc script_diff_args[] = {
	{ "a", ARG_TEXT, true, NULL, EFFECT_READ, "a version, running or files" },
	{ "b", ARG_TEXT, true, NULL, EFFECT_READ, "another one" },
	{ "table", ARG_TABLE, false, NULL, EFFECT_READ, "whose running version or files" },
	NO_MORE,
};
static const struct engine_request_arg_doc script_show_args[] = {
	{ "table", ARG_TABLE, true, NULL, EFFECT_READ, "whose section" },
	NO_MORE,
};
static const struct engine_request_arg_doc script_eval_args[] = {
	{ "table", ARG_TABLE, true, NULL, EFFECT_READ, "whose rows" },
	{ "text", ARG_TEXT, true, NULL, EFFECT_READ,
			"an expression, or statements with a return; row and event are as in a script" },
	{ "n", ARG_COUNT, false, NULL, EFFECT_READ, "so many of the newest rows, at most 10 (3)" },
	{ "unmasked", ARG_YES, false, NULL, EFFECT_READ, "also where the table's script masks" },
	NO_MORE,
};
static const struct engine_request_arg_doc script_profile_args[] = {
	{ "table", ARG_TABLE, true, NULL, EFFECT_READ, "whose section" },
	{ "seconds", ARG_COUNT, false, NULL, EFFECT_READ, "for so long, 1 to 600 (30)" },
	NO_MORE,
};
static const struct engine_request_arg_doc script_apply_args[] = {
	{ "table", ARG_TABLE, false, NULL, EFFECT_READ, "of this table's section (all)" },
	{ "force", ARG_YES, false, NULL, EFFECT_READ, "also when it drops or fails more than script.guard allows" },
	{ "dry", ARG_YES, false, NULL, EFFECT_READ, "only say what would change" },
	NO_MORE,
};
static const struct engine_request_arg_doc script_rollback_args[] = {
	{ "table", ARG_TABLE, true, NULL, EFFECT_READ, "whose section" },
	{ "version", ARG_TEXT, false, NULL, EFFECT_READ, "one that script-versions lists (the one before)" },
	{ "dry", ARG_YES, false, NULL, EFFECT_READ, "only say what would change" },
	NO_MORE,
};

struct request_row {
	struct engine_request_doc doc;
	int (*run)(struct ask *a);
};

static const struct request_row rows[] = {
	{ { "status", EFFECT_READ, "what this process is doing: one JSON document", status_args, DOER_ANY },
			ask_status },
	{ { "attend", EFFECT_READ, "be listed among the consoles of this process, for as long as one listens", no_args,
			  DOER_ANY },
			ask_attend },
	{ { "pause", EFFECT_REVERSIBLE, "hold a half or the load of one table", held_args, DOER_ANY }, ask_pause },
	{ { "resume", EFFECT_REVERSIBLE, "let a half or the load of one table go on", resume_args, DOER_ANY },
			ask_resume },
	{ { "routine", EFFECT_REVERSIBLE, "pause or resume a Routine Load job of StarRocks", routine_args, DOER_ANY },
			ask_routine },
	{ { "routine-handover", EFFECT_COSTLY,
			  "hand the loading of a table over to a Routine Load job of StarRocks, or take it back, at exact offsets",
			  handover_args, DOER_LOAD },
			ask_handover },
	{ { "acknowledge", EFFECT_REVERSIBLE, "say that a problem is known", acknowledge_args, DOER_ANY },
			ask_acknowledge },
	{ { "problem", EFFECT_READ,
			  "one problem, whole: how long there is, what was before it, what is checked now: a line each",
			  problem_args, DOER_ANY },
			ask_problem },
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
	{ { "topics", EFFECT_READ, "topics, partitions, offsets, groups, lag: a line each", topics_args, DOER_ANY },
			ask_topics },
	{ { "groups", EFFECT_READ, "consumer groups: offset, lag and how it changes in each partition: a line each",
			  no_args, DOER_ANY },
			ask_groups },
	{ { "group-reset", EFFECT_COSTLY,
			  "set the offsets of a consumer group that nobody is in; our own is set by replay", group_args,
			  DOER_ANY },
			ask_group_reset },
	{ { "group-plan", EFFECT_READ, "what group-reset would set each offset to, changing nothing: a line each",
			  group_args, DOER_ANY },
			ask_group_plan },
	{ { "messages", EFFECT_READ, "messages of a topic: a line each", messages_args, DOER_ANY }, ask_messages },
	{ { "trace", EFFECT_READ, "one row's way: each change of it in the log, what became of it, and a verdict",
			  trace_args, DOER_ANY },
			ask_trace },
	{ { "loads", EFFECT_READ, "the newest loads: label, rows, bytes, how long each part took: a line each",
			  loads_args, DOER_LOAD },
			ask_loads },
	{ { "dead", EFFECT_READ, "dead letters that are open: a line each", dead_args, DOER_ANY }, ask_dead },
	{ { "dead-show", EFFECT_READ, "one dead letter, whole", dead_show_args, DOER_ANY }, ask_dead },
	{ { "dead-groups", EFFECT_READ, "open dead letters by table and reason: a line each", no_args, DOER_ANY },
			ask_dead },
	{ { "dead-retry", EFFECT_COSTLY,
			  "read the rows of dead letters again, through the present script, and close them",
			  dead_change_args, DOER_CAPTURE },
			ask_dead },
	{ { "dead-edit", EFFECT_COSTLY, "load the row of a dead letter with other values, and close it", dead_edit_args,
			  DOER_CAPTURE },
			ask_dead },
	{ { "dead-discard", EFFECT_DESTRUCTIVE, "close dead letters whose rows are not wanted", dead_change_args,
			  DOER_ANY },
			ask_dead },
	{ { "script-trial", EFFECT_READ, "a script over messages of the log, changing nothing: a line each",
			  script_trial_args, DOER_ANY },
			ask_script_trial },
	{ { "script-versions", EFFECT_READ, "versions of scripts that have run, the newest first: a line each",
			  script_versions_args, DOER_LOAD },
			ask_script_versions },
	{ { "script-diff", EFFECT_READ, "two versions of scripts, line by line", script_diff_args, DOER_LOAD },
			ask_script_diff },
	{ { "script-show", EFFECT_READ,
			  "scripts of a table: files, versions, dead letters and the text that runs: a line each",
			  script_show_args, DOER_LOAD },
			ask_script_show },
	{ { "script-eval", EFFECT_READ, "Lua over the newest rows of a table, changing nothing: a line each",
			  script_eval_args, DOER_ANY },
			ask_script_eval },
	{ { "script-profile", EFFECT_READ,
			  "how often each line of a table's scripts is run at work, and how long: a line each, at the end",
			  script_profile_args, DOER_LOAD },
			ask_script_profile },
	{ { "script-apply", EFFECT_REVERSIBLE, "the scripts as their files are now run, once they are tried",
			  script_apply_args, DOER_LOAD },
			ask_script_apply },
	{ { "script-rollback", EFFECT_REVERSIBLE, "a version of scripts that has run before runs again",
			  script_rollback_args, DOER_LOAD },
			ask_script_rollback },
	{ { "history", EFFECT_READ, "a figure over time: one JSON document", history_args, DOER_ANY }, ask_history },
	{ { "past", EFFECT_READ, "the status as it was within the last day: one JSON document", past_args, DOER_ANY },
			ask_past },
	{ { "latency", EFFECT_READ, "histograms of stages and tables since the start: a line each", latency_args,
			  DOER_ANY },
			ask_latency },
	{ { "settings", EFFECT_READ, "the settings in force, without secrets: a line each", no_args, DOER_ANY },
			ask_settings },
	{ { "reload-check", EFFECT_READ, "what a reload of the configuration file would change: a line each", no_args,
			  DOER_ANY },
			ask_reload_check },
	{ { "reload", EFFECT_REVERSIBLE, "read the configuration file and the scripts again, as SIGHUP does", no_args,
			  DOER_ANY },
			ask_reload },
	{ { "tap", EFFECT_READ, "rows as they pass a stage: a line each", tap_args, DOER_ANY }, ask_tap },
};

enum { NROWS = sizeof(rows) / sizeof(*rows) };

const struct engine_request_doc *engine_request_docs(void)
{
	static struct engine_request_doc docs[NROWS + 1];

	for (size_t i = 0; i < NROWS; i++)
		docs[i] = rows[i].doc;
	return docs;
}

static int unknown_request(const char *name, struct err *err)
{
	const char *names[NROWS], *near;

	for (size_t i = 0; i < NROWS; i++)
		names[i] = rows[i].doc.name;
	near = conf_nearest(name, names, NROWS);
	return err_set(err, ERR_CONFIG, 0, "request '%.40s' is unknown%s%s", name, near ? "; nearest: " : "",
			near ? near : "");
}

/* The request with the arguments that name things: values of rows are not for the events. */
static const char *said(const struct engine_request *r, char *out, size_t size)
{
	static const char *const names[] = { "what", "table", "tables", "topic", "group", "job", "problem", "subject",
		"action", "to", "from", "version" };
	size_t len = (size_t)snprintf(out, size, "%s", r->command);

	for (size_t i = 0; i < sizeof(names) / sizeof(*names) && len < size; i++) {
		const char *value = engine_request_arg(r, names[i]);

		if (value)
			len += (size_t)snprintf(out + len, size - len, " %s=%.80s", names[i], value);
	}
	return out;
}

int engine_request_run(struct engine *e, const struct engine_request *r, engine_emit *emit, void *arg, struct err *err)
{
	struct ask a = { .e = e, .r = r, .emit = emit, .arg = arg, .err = err };
	const struct request_row *row = rows;
	enum engine_effect effect;
	const char *lacks;
	char text[200];

	while (row < rows + NROWS && strcmp(row->doc.name, r->command) != 0)
		row++;
	if (row == rows + NROWS)
		return unknown_request(r->command, err);
	if (engine_request_check(&row->doc, r, err))
		return -1;
	lacks = engine_doer_lacks(row->doc.doer, e->capture != NULL, e->load != NULL);
	if (lacks)
		return err_set(err, ERR_CONFIG, 0, "%s: %s", r->command, lacks);
	effect = engine_request_effect(&row->doc, r);
	if (effect == EFFECT_READ)
		return row->run(&a);
	if (r->session && r->session->read_only) {
		logline(LOG_NOTICE, "engine", "%s on request of %s: refused, the session is read-only", r->command,
				who(&a));
		return err_set(err, ERR_CONFIG, 0, "%s: refused: this session is read-only, and the request is %s",
				r->command, engine_effect_name(effect));
	}
	sessions_acted(e->sessions, r->session, said(r, text, sizeof(text)));
	if (row->run(&a) == 0)
		return 0;
	logline(LOG_NOTICE, "engine", "%s on request of %s: %s", text, who(&a), err->msg);
	return -1;
}
