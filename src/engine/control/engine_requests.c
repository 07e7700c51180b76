/*
 * engine_requests.c - what can be asked of a running engine: one row in the table and one function each. The console,
 * the control socket and the commands all come through here.
 */
#include <stdlib.h>
#include <string.h>

#include "core/buf.h"
#include "core/conf.h"
#include "core/json.h"
#include "core/logline.h"
#include "core/num.h"
#include "engine/control/engine_inspect.h"
#include "engine/engine_parts.h"

enum { RESUME_MS = 15000 };	/* an answer to `resume`: connections have time limits of about ten seconds */

struct ask {			/* one request on its way */
	struct engine *e;
	const struct engine_request *r;
	engine_emit *emit;
	void *arg;
	struct err *err;
};

const char *engine_request_arg(const struct engine_request *r, const char *name)
{
	for (size_t i = 0; i < r->nargs; i++)
		if (strcmp(r->args[i].name, name) == 0)
			return r->args[i].value;
	return NULL;
}

static int need(struct ask *a, const char *name, const char **out)
{
	*out = engine_request_arg(a->r, name);
	return *out ? 0 : err_set(a->err, ERR_CONFIG, 0, "%s: expected %s, found none", a->r->command, name);
}

static int count_arg(struct ask *a, const char *name, int64_t preset, int64_t *out)
{
	const char *text = engine_request_arg(a->r, name);

	*out = preset;
	if (text == NULL || num_parse_i64(text, strlen(text), out))
		return 0;
	return err_set(a->err, ERR_CONFIG, 0, "%s: %s: expected a number, found '%.40s'", a->r->command, name, text);
}

static int ask_status(struct ask *a)
{
	struct status s;
	struct buf b;

	status_init(&s);
	engine_status_copy(a->e, &s);
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
	const char *what;
	struct table_meter *m = NULL;

	if (need(a, "what", &what))
		return -1;
	if (strcmp(what, "capture") == 0 && a->e->capture) {
		if (hold_half(a, capture_half(a->e->capture), paused))
			return -1;
	} else if (strcmp(what, "load") == 0 && a->e->load) {
		if (hold_half(a, load_half(a->e->load), paused))
			return -1;
	} else if ((m = table_meter_find(a->e->shared.tables, what)) != NULL && !paused && a->e->capture && atomic_load(&m->stopped)) {
		capture_resume_table(a->e->capture, what);
	} else if (m && a->e->load) {
		atomic_store(&m->paused, paused);
	} else {
		return err_set(a->err, ERR_CONFIG, 0, "%s: expected capture, load or the name of a table that this process loads, found '%.100s'",
			       a->r->command, what);
	}
	logline(LOG_NOTICE, "engine", "%s %s by request", what, paused ? "paused" : "resumed");
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
	const char *problem, *subject = engine_request_arg(a->r, "subject"), *by = engine_request_arg(a->r, "by");

	if (need(a, "problem", &problem))
		return -1;
	if (problem_acknowledge(a->e->shared.problems, problem, subject, by ? by : "unknown"))
		return err_set(a->err, ERR_CONFIG, 0, "acknowledge: expected a problem that `status` lists, found '%.60s'%s%.100s",
			       problem, subject ? " of " : "", subject ? subject : "");
	logline(LOG_NOTICE, "engine", "problem %s acknowledged by %s", problem, by ? by : "unknown");
	return 0;
}

static int ask_topics(struct ask *a)
{
	return inspect_topics(a->e->shared.log, engine_request_arg(a->r, "topic"), a->emit, a->arg, a->err);
}

static int ask_dead(struct ask *a)
{
	int64_t count;

	if (count_arg(a, "n", 100, &count))
		return -1;
	return inspect_dead_list(a->e->shared.log, a->e->settings, count, a->emit, a->arg, a->err);
}

static int ask_dead_show(struct ask *a)
{
	int64_t id;

	if (count_arg(a, "id", -1, &id))
		return -1;
	return inspect_dead_show(a->e->shared.log, a->e->settings, id, a->emit, a->arg, a->err);
}

static int ask_snapshot(struct ask *a)
{
	if (a->e->capture == NULL)
		return err_set(a->err, ERR_CONFIG, 0, "snapshot: this process does not capture (role load)");
	return capture_snapshot(a->e->capture, a->r, a->emit, a->arg, a->err);
}

struct tap_stage { const char *name; enum stage_id stage; };
static const struct tap_stage tap_stages[] = {
	{ "source", STAGE_SOURCE }, { "format", STAGE_FORMAT }, { "log", STAGE_LOG }, { "read", STAGE_READ },
	{ "script", STAGE_SCRIPT }, { "sink", STAGE_SINK },
};

static int ask_tap(struct ask *a)
{
	const char *stage;
	int64_t count;

	if (need(a, "stage", &stage) || count_arg(a, "n", -1, &count))
		return -1;
	for (size_t i = 0; i < sizeof(tap_stages) / sizeof(*tap_stages); i++)
		if (strcmp(tap_stages[i].name, stage) == 0)
			return taps_run(a->e->shared.taps, tap_stages[i].stage, engine_request_arg(a->r, "table"), count, a->emit, a->arg, a->err);
	return err_set(a->err, ERR_CONFIG, 0, "tap: expected source, format, log, read, script or sink, found '%.40s'", stage);
}

struct request_row {
	struct engine_request_doc doc;
	int (*run)(struct ask *a);
};

static const struct request_row rows[] = {
	{ { "status", "", "what this process is doing: one JSON document" }, ask_status },
	{ { "pause", "what=capture|load|TABLE", "hold a half or the load of one table" }, ask_pause },
	{ { "resume", "what=capture|load|TABLE", "go on" }, ask_resume },
	{ { "snapshot", "[tables=TABLES] [where=SQL] [action=start|stop|pause|resume|list|limit] [truncate=yes] [max_rows=N] [max_load=LIST] [max_lag=TIME]",
	    "read tables again while the stream goes on" }, ask_snapshot },
	{ { "acknowledge", "problem=CODE [subject=SUBJECT] [by=NAME]", "a problem is known" }, ask_acknowledge },
	{ { "topics", "[topic=NAME]", "topics, partitions, offsets, groups, lag: a line each" }, ask_topics },
	{ { "dead", "[n=COUNT]", "dead letters: a line each" }, ask_dead },
	{ { "dead-show", "id=OFFSET", "one dead letter, whole" }, ask_dead_show },
	{ { "tap", "stage=STAGE [table=TABLE] [n=COUNT]", "rows as they pass a stage: a line each" }, ask_tap },
};

enum { NROWS = sizeof(rows) / sizeof(*rows) };

const struct engine_request_doc *engine_request_docs(void)
{
	static struct engine_request_doc docs[NROWS + 1];

	for (size_t i = 0; i < NROWS; i++)
		docs[i] = rows[i].doc;
	return docs;
}

int engine_request_run(struct engine *e, const struct engine_request *r, engine_emit *emit, void *arg, struct err *err)
{
	struct ask a = { .e = e, .r = r, .emit = emit, .arg = arg, .err = err };
	const char *names[NROWS], *near;

	for (size_t i = 0; i < NROWS; i++) {
		if (strcmp(rows[i].doc.name, r->command) == 0)
			return rows[i].run(&a);
		names[i] = rows[i].doc.name;
	}
	near = conf_nearest(r->command, names, NROWS);
	return err_set(err, ERR_CONFIG, 0, "request '%.40s' is unknown%s%s", r->command, near ? "; nearest: " : "", near ? near : "");
}
