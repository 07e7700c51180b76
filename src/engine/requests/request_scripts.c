/*
 * request_scripts.c - requests about scripts: try, show, compare, apply, take back, measure.
 */
#include "engine/control/script_apply.h"
#include "engine/control/script_eval.h"
#include "engine/control/script_show.h"
#include "engine/control/script_trial.h"
#include "engine/engine_parts.h"
#include "engine/requests/request_ask.h"
#include "engine/scripts/script_told.h"

static int ask_script_trial(struct ask *a)
{
	struct trial_wish wish = {
		.table = engine_request_arg(a->r, "table"),
		.script = engine_request_arg(a->r, "script"),
		.against = engine_request_arg(a->r, "against"),
		.from = engine_request_arg(a->r, "from"),
		.count = ask_count(a, "n", 10000),
		.profile = engine_request_arg(a->r, "profile") != NULL,
		.unmasked = engine_request_arg(a->r, "unmasked") != NULL,
	};

	return asked_log(a) == NULL
			? -1
			: script_trial(asked_log(a), atomic_load(&a->e->shared.live), &wish, a->emit, a->arg, a->err);
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
		.count = ask_count(a, "n", EVAL_ROWS),
		.unmasked = engine_request_arg(a->r, "unmasked") != NULL,
	};

	return asked_log(a) == NULL
			? -1
			: script_eval(asked_log(a), atomic_load(&a->e->shared.live), &wish, a->emit, a->arg, a->err);
}

static int ask_script_profile(struct ask *a)
{
	const struct settings *live = atomic_load(&a->e->shared.live);
	const struct table_settings *section = script_section(live, engine_request_arg(a->r, "table"), a->err);
	int64_t seconds = ask_count(a, "seconds", 30);

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
		.who = ask_who(a),
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
		.who = ask_who(a),
		.before = version == NULL,
		.force = true,
		.dry = engine_request_arg(a->r, "dry") != NULL,
	};

	return script_apply(a->e, &wish, a->emit, a->arg, a->err);
}

/* ---- the rows ---- */

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

const struct request_row requests_of_scripts[] = {
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
	{ .run = NULL },
};
