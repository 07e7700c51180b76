/*
 * endpoint_watch.c - MySQL, Kafka and StarRocks while something is wrong: is it the name, the host, the port or the login? Nobody is asked while all
 * is well. Once a half or a table is in trouble, a thread of its own looks up each host and connects to its port, and logs in where that
 * goes well; a system that no look reaches twice in a row is a problem, until two looks in a row reach it or the trouble is over.
 */
#include <stdlib.h>
#include <string.h>

#include "core/buf.h"
#include "core/clock.h"
#include "core/report.h"
#include "core/xalloc.h"
#include "engine/base/reach.h"
#include "engine/base/worker.h"
#include "engine/engine_parts.h"

enum {
	LOOK_MS = 2000,
	LOGIN_MS = 10000, /* after a look that came as far as the login: it costs the server more */
	LOOKS = 2,	  /* in a row, before what is told changes */
	STOP_MS = 300,
	REST_MS = 600000,
	TEXT_ROOM = 16384,
	TEXT_MOST = 460 /* of a problem's line; the login comes after it */
};

enum { MYSQL_PORT = 3306, KAFKA_PORT = 9092, FE_HTTP_PORT = 8030, FE_MYSQL_PORT = 9030 };

struct look { /* one look at one system */
	struct engine *e;
	const char *system;
	struct buf text; /* what was tried, and what came of it */
	bool answers;	 /* some host of the list that is looked at */
	bool logged_in;	 /* it came so far as to try */
};

struct lookout {		  /* one system; the worker's */
	unsigned failed, reached; /* looks in a row */
	int64_t next_us;	  /* monotonic */
};

enum { SYSTEMS = 3 };
struct endpoint_watch {
	struct engine *e;
	struct worker worker;
	struct lookout lookouts[SYSTEMS];
	_Atomic bool looking; /* something was wrong at the last look */
};

/* ---- steps ---- */

/* subject: "mysql tcp 10.0.0.1:3306" */
static void heard(void *arg, enum report_level level, const char *subject, int64_t ms, const char *found)
{
	struct look *l = arg;
	const char *step = strchr(subject, ' ');

	(void)ms;
	step = step ? step + 1 : subject;
	l->answers |= level == REPORT_OK && strncmp(step, "tcp ", 4) == 0;
	buf_printf(&l->text, "%s%s: %s", l->text.len ? "; " : "", step, found);
}

/* Does a host of the list take a connection? */
static bool answers(struct look *l, const char *list, unsigned port)
{
	l->answers = false;
	reach_look(l->system, list, port, heard, l);
	return l->answers;
}

/* ---- systems ---- */

static bool mysql_answers(struct look *l)
{
	const struct mysql_conf *conf = capture_mysql_conf(l->e->capture);

	return conf->socket || answers(l, conf->host, conf->port > 0 ? (unsigned)conf->port : MYSQL_PORT);
}

static int login_mysql(const struct engine *e, struct report *report, struct err *err)
{
	return source_check(capture_mysql_conf(e->capture), report, err);
}

static bool kafka_answers(struct look *l)
{
	return answers(l, l->e->settings->log.bootstrap_servers, KAFKA_PORT);
}

static int login_kafka(const struct engine *e, struct report *report, struct err *err)
{
	return log_check(&e->settings->log, report, err);
}

static bool starrocks_answers(struct look *l)
{
	const struct sink_conf *conf = &l->e->settings->sink;

	return answers(l, conf->fe_http, FE_HTTP_PORT) && answers(l, conf->fe_mysql, FE_MYSQL_PORT);
}

static int login_starrocks(const struct engine *e, struct report *report, struct err *err)
{
	return sink_check(&e->settings->sink, NULL, 0, report, err);
}

static bool has_mysql(const struct engine *e)
{
	return e->capture != NULL;
}

static bool has_kafka(const struct engine *e)
{
	return e->settings->log.bootstrap_servers != NULL;
}

static bool has_starrocks(const struct engine *e)
{
	return e->load && e->settings->sink.fe_http != NULL;
}

enum { OF_CAPTURE = 1, OF_LOAD = 2 };
static const struct system_row {
	const char *name, *word; /* as people write it; as reach.h has it */
	bool (*has)(const struct engine *e);
	bool (*answers)(struct look *l);
	int (*login)(const struct engine *e, struct report *report, struct err *err);
	unsigned halves; /* whose trouble it may be */
} systems[SYSTEMS] = {
	{ "MySQL", "mysql", has_mysql, mysql_answers, login_mysql, OF_CAPTURE },
	{ "Kafka", "kafka", has_kafka, kafka_answers, login_kafka, OF_CAPTURE | OF_LOAD },
	{ "StarRocks", "starrocks", has_starrocks, starrocks_answers, login_starrocks, OF_LOAD },
};

/* A server that refuses us is there. */
static bool login_answers(struct look *l, const struct system_row *system)
{
	struct report report;
	struct err err;
	bool there;

	report_init(&report);
	err_clear(&err);
	l->logged_in = true;
	there = system->login(l->e, &report, &err) == 0 || (err.kind != ERR_UNREACHABLE && err.kind != ERR_RETRY);
	report_done(&report);
	buf_printf(&l->text, "%slogin: %s", l->text.len ? "; " : "", there ? "answers" : err.msg);
	return there;
}

/* ---- when ---- */

static const struct sign { /* what a system that is away leads to */
	enum problem_code code;
	unsigned half;
} signs[] = {
	{ PROBLEM_CAPTURE_RETRYING, OF_CAPTURE },
	{ PROBLEM_CAPTURE_STUCK, OF_CAPTURE },
	{ PROBLEM_LOAD_RETRYING, OF_LOAD },
	{ PROBLEM_LOAD_STUCK, OF_LOAD },
	{ PROBLEM_TABLE_RETRYING, OF_LOAD },
};

static unsigned troubled(const struct engine *e)
{
	unsigned halves = 0;

	for (size_t i = 0; i < sizeof(signs) / sizeof(*signs); i++)
		halves |= problem_any(e->shared.problems, signs[i].code) ? signs[i].half : 0;
	return halves;
}

static void forget(struct endpoint_watch *w, unsigned i)
{
	w->lookouts[i] = (struct lookout){ 0 };
	problem_clear(w->e->shared.problems, PROBLEM_ENDPOINT_UNREACHABLE, systems[i].name);
}

static void look_at(struct endpoint_watch *w, unsigned i)
{
	struct look l = { .e = w->e, .system = systems[i].word };
	struct lookout *o = &w->lookouts[i];
	bool reached;

	buf_init(&l.text, TEXT_ROOM);
	reached = systems[i].answers(&l) && login_answers(&l, &systems[i]);
	o->reached = reached ? o->reached + 1 : 0;
	o->failed = reached ? 0 : o->failed + 1;
	o->next_us = clock_mono_us() + (l.logged_in ? LOGIN_MS : LOOK_MS) * INT64_C(1000);
	if (o->failed >= LOOKS)
		problem_raise(w->e->shared.problems, PROBLEM_ENDPOINT_UNREACHABLE, systems[i].name, "%.*s%s", TEXT_MOST,
				l.text.data ? l.text.data : "", l.logged_in ? "" : "; login: not tried");
	else if (o->reached >= LOOKS)
		problem_clear(w->e->shared.problems, PROBLEM_ENDPOINT_UNREACHABLE, systems[i].name);
	buf_done(&l.text);
}

static void look(struct endpoint_watch *w)
{
	unsigned halves = troubled(w->e);

	for (unsigned i = 0; i < SYSTEMS && !worker_stops(&w->worker); i++) {
		if (!systems[i].has(w->e) || !(systems[i].halves & halves))
			forget(w, i);
		else if (clock_mono_us() >= w->lookouts[i].next_us)
			look_at(w, i);
	}
	atomic_store(&w->looking, halves != 0);
}

/* ---- the thread ---- */

static void watch_run(void *arg)
{
	struct endpoint_watch *w = arg;

	while (worker_wait(&w->worker, REST_MS))
		look(w);
}

struct endpoint_watch *endpoint_watch_new(struct engine *e)
{
	struct endpoint_watch *w = xcalloc(1, sizeof(*w));

	w->e = e;
	worker_init(&w->worker);
	return w;
}

int endpoint_watch_start(struct endpoint_watch *w, struct err *err)
{
	return worker_start(&w->worker, watch_run, w, err);
}

void endpoint_watch_tick(struct endpoint_watch *w)
{
	if (atomic_load(&w->looking) || troubled(w->e))
		worker_wake(&w->worker);
}

void endpoint_watch_stop(struct endpoint_watch *w)
{
	worker_stop(&w->worker, STOP_MS);
}

bool endpoint_watch_free(struct endpoint_watch *w)
{
	if (!worker_done(&w->worker))
		return false;
	free(w);
	return true;
}
