/*
 * request_messages.c - requests about what is in the log: topics, groups, messages, a row's way, dead letters, taps.
 */
#include <string.h>

#include "core/logline.h"
#include "engine/control/engine_inspect.h"
#include "engine/control/group_reset.h"
#include "engine/control/trace_now.h"
#include "engine/engine_parts.h"
#include "engine/requests/request_ask.h"

static int ask_topics(struct ask *a)
{
	return asked_log(a) == NULL
			? -1
			: inspect_topics(asked_log(a), engine_request_arg(a->r, "topic"), a->emit, a->arg, a->err);
}

static int ask_topic(struct ask *a)
{
	return asked_log(a) == NULL ? -1
				    : engine_topic_print(a->e, asked_log(a), engine_request_arg(a->r, "topic"), a->emit,
						      a->arg, a->err);
}

static int ask_groups(struct ask *a)
{
	return asked_log(a) == NULL ? -1 : engine_groups_print(a->e, asked_log(a), a->emit, a->arg, a->err);
}

static int reset_group(struct ask *a, bool dry)
{
	struct group_wish wish = {
		.group = engine_request_arg(a->r, "group"),
		.topic = engine_request_arg(a->r, "topic"),
		.partition = ask_count(a, "partition", -1),
		.to = engine_request_arg(a->r, "to"),
		.own = a->e->settings->load.group,
		.dry = dry,
	};

	if (asked_log(a) == NULL || group_reset(asked_log(a), &wish, a->emit, a->arg, a->err))
		return -1;
	if (!dry)
		logline(LOG_NOTICE, "engine", "offsets of group %s set to %s on request of %s", wish.group, wish.to,
				ask_who(a));
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

static int ask_messages(struct ask *a)
{
	return asked_log(a) == NULL ? -1
				    : inspect_messages(asked_log(a), atomic_load(&a->e->shared.live), a->r, a->emit,
						      a->arg, a->err);
}

static int ask_trace(struct ask *a)
{
	struct table_meter *m = table_meter_find(a->e->shared.tables, engine_request_arg(a->r, "table"));
	struct trace_wish wish = { .paused = m && atomic_load(&m->paused) };
	struct trace_now now;
	char why[512];

	if (asked_log(a) == NULL)
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
	return inspect_trace(asked_log(a), atomic_load(&a->e->shared.live), a->r, &wish, a->emit, a->arg, a->err);
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
							ask_count(a, "n", -1),
							engine_request_arg(a->r, "unmasked") != NULL },
					atomic_load(&a->e->shared.live), a->emit, a->arg, a->err);
	return err_set(a->err, ERR_CONFIG, 0, "tap: expected source, format, log, read, script or sink, found '%.40s'",
			stage);
}

static int ask_dead(struct ask *a)
{
	return dead_request(a->e, a->r, a->emit, a->arg, a->err);
}

/* ---- the rows ---- */

static const struct engine_request_arg_doc group_args[] = {
	{ "group", ARG_GROUP, true, NULL, EFFECT_READ, "a consumer group that nobody is in" },
	{ "topic", ARG_TOPIC, false, NULL, EFFECT_READ, "only of this one (all that it has offsets of)" },
	{ "to", ARG_TEXT, true, NULL, EFFECT_READ,
			"begin, end, an offset, a time in UTC (2026-01-31 23:59:00), or how long ago (90m)" },
	{ "partition", ARG_COUNT, false, NULL, EFFECT_READ, "only this one (all)" },
	NO_MORE,
};
static const struct engine_request_arg_doc topics_args[] = {
	{ "topic", ARG_TOPIC, false, NULL, EFFECT_READ, "only this one" }, NO_MORE
};
static const struct engine_request_arg_doc topic_args[] = {
	{ "topic", ARG_TOPIC, true, NULL, EFFECT_READ, "which, or the table that it is of" }, NO_MORE
};
static const struct engine_request_arg_doc messages_args[] = {
	{ "topic", ARG_TOPIC, true, NULL, EFFECT_READ,
			"or the table that it is of; several: a,b, or a pattern with * and ?" },
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
	{ "latest", ARG_YES, false, NULL, EFFECT_READ, "only the newest of each key, which the others choose from" },
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
static const struct engine_request_arg_doc tap_args[] = {
	{ "stage", ARG_CHOICE, true, "source|format|log|read|script|sink", EFFECT_READ, "where" },
	{ "table", ARG_TABLE, false, NULL, EFFECT_READ, "only its rows" },
	{ "n", ARG_COUNT, false, NULL, EFFECT_READ, "stop after so many rows" },
	{ "unmasked", ARG_YES, false, NULL, EFFECT_READ,
			"rows as they are, also where messages or the table's script mask" },
	NO_MORE
};

const struct request_row requests_of_messages[] = {
	{ { "topics", EFFECT_READ, "topics, partitions, offsets, groups, lag: a line each", topics_args, DOER_ANY },
			ask_topics },
	{ { "topic", EFFECT_READ, "one topic: partitions, sizes, groups, settings in force: a line each", topic_args,
			  DOER_ANY },
			ask_topic },
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
	{ { "tap", EFFECT_READ, "rows as they pass a stage: a line each", tap_args, DOER_ANY }, ask_tap },
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
	{ .run = NULL },
};
