/*
 * request_process.c - requests about the process: its status and figures, its halves, its problems, its configuration.
 */
#include <stdlib.h>
#include <string.h>

#include "core/buf.h"
#include "core/logline.h"
#include "engine/base/sessions.h"
#include "engine/control/engine_inspect.h"
#include "engine/control/problem_page.h"
#include "engine/engine_parts.h"
#include "engine/requests/request_ask.h"

enum { RESUME_MS = 15000 }; /* an answer to `resume`: connections have time limits of about ten seconds */

static int ask_status(struct ask *a)
{
	bool whole = engine_request_arg(a->r, "limit") == NULL && engine_request_arg(a->r, "others") == NULL;
	const char *order = engine_request_arg(a->r, "order");
	size_t others = (size_t)ask_count(a, "others", INT32_MAX);
	struct status_wish wish = {
		.inverted = order && strcmp(order, "up") == 0,
		.limit = (size_t)ask_count(a, "limit", INT32_MAX),
		.tables = others,
		.partitions = others,
		.scripts = others,
	};
	struct status s;
	struct buf b;

	ask_text(a, "list", wish.list, sizeof(wish.list));
	ask_text(a, "sort", wish.sort, sizeof(wish.sort));
	ask_text(a, "filter", wish.filter, sizeof(wish.filter));

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

static int ask_attend(struct ask *a)
{
	return sessions_attend(a->e->sessions, a->r->session, a->emit, a->arg, a->err);
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
	logline(LOG_NOTICE, "engine", "%s %s on request of %s", what, paused ? "paused" : "resumed", ask_who(a));
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

static int ask_acknowledge(struct ask *a)
{
	const char *problem = engine_request_arg(a->r, "problem"), *subject = engine_request_arg(a->r, "subject");

	if (problem_acknowledge(a->e->shared.problems, problem, subject, ask_who(a)))
		return err_set(a->err, ERR_CONFIG, 0,
				"acknowledge: expected a problem that `status` lists, found '%.60s'%s%.100s", problem,
				subject ? " of " : "", subject ? subject : "");
	logline(LOG_NOTICE, "engine", "problem %s acknowledged by %s", problem, ask_who(a));
	return 0;
}

static int ask_problem(struct ask *a)
{
	return problem_page(a->e, engine_request_arg(a->r, "problem"), engine_request_arg(a->r, "subject"), a->emit,
			a->arg, a->err);
}

static int ask_history(struct ask *a)
{
	struct history_wish wish = {
		.series = engine_request_arg(a->r, "series"),
		.table = engine_request_arg(a->r, "table"),
		.from = engine_request_arg(a->r, "from"),
		.to = engine_request_arg(a->r, "to"),
		.step_s = ask_count(a, "step", 0),
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
	return engine_latency_print(a->e, ask_count(a, "tables", INT64_MAX), a->emit, a->arg);
}

static int ask_settings(struct ask *a)
{
	return engine_settings_print(a->e->settings, atomic_load(&a->e->shared.live), a->emit, a->arg);
}

static int ask_reload_check(struct ask *a)
{
	return engine_reload_look(a->e, a->emit, a->arg, a->err);
}

static int ask_reload(struct ask *a)
{
	return engine_reload_file(a->e, ask_who(a), a->err);
}

/* Until a reload says otherwise; the file is as it was. */
static int ask_log_level(struct ask *a)
{
	const char *name = engine_request_arg(a->r, "level");
	enum log_level level;

	if (!log_level_parse(name, &level))
		return err_set(a->err, ERR_CONFIG, 0,
				"log-level: expected error, warning, notice, info or debug, found '%.40s'", name);
	logline_level(level);
	logline(level < LOG_NOTICE ? level : LOG_NOTICE, "engine",
			"log.level is %s on request of %s, until the next reload", log_level_name(level), ask_who(a));
	return 0;
}

/* ---- the rows ---- */

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
static const struct engine_request_arg_doc log_level_args[] = {
	{ "level", ARG_CHOICE, true, "error|warning|notice|info|debug", EFFECT_READ,
			"the least important line that is told" },
	NO_MORE,
};
static const struct engine_request_arg_doc problem_args[] = {
	{ "problem", ARG_TEXT, true, NULL, EFFECT_READ, "its code, as status prints it" },
	{ "subject", ARG_TEXT, false, NULL, EFFECT_READ, "which one, where several have the code" },
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

const struct request_row requests_of_process[] = {
	{ { "status", EFFECT_READ, "what this process is doing: one JSON document", status_args, DOER_ANY },
			ask_status },
	{ { "attend", EFFECT_READ, "be listed among the consoles of this process, for as long as one listens", no_args,
			  DOER_ANY },
			ask_attend },
	{ { "pause", EFFECT_REVERSIBLE, "hold a half or the load of one table", held_args, DOER_ANY }, ask_pause },
	{ { "resume", EFFECT_REVERSIBLE, "let a half or the load of one table go on", resume_args, DOER_ANY },
			ask_resume },
	{ { "acknowledge", EFFECT_REVERSIBLE, "say that a problem is known", acknowledge_args, DOER_ANY },
			ask_acknowledge },
	{ { "problem", EFFECT_READ,
			  "one problem, whole: how long there is, what was before it, what is checked now: a line each",
			  problem_args, DOER_ANY },
			ask_problem },
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
	{ { "log-level", EFFECT_REVERSIBLE, "another log.level at once, until the next reload", log_level_args,
			  DOER_ANY },
			ask_log_level },
	{ .run = NULL },
};
