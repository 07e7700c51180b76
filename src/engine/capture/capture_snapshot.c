/*
 * capture_snapshot.c - what a person asks about snapshots of tables while the stream goes on. What an order means is
 * asked of the server in the asker's own thread, so that a wrong name or condition is an answer and not a log line, and
 * the pipeline waits for nobody.
 */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "core/changes.h"
#include "core/logline.h"
#include "core/num/num.h"
#include "core/xalloc.h"
#include "engine/capture/capture_parts.h"

static const struct {
	const char *name;
	enum order_action action;
} actions[] = {
	{ "start", ORDER_START },
	{ "stop", ORDER_STOP },
	{ "pause", ORDER_PAUSE },
	{ "resume", ORDER_RESUME },
};

static int read_order(const struct engine_request *r, const char *action, struct source_order *out, struct err *err)
{
	const char *truncate = engine_request_arg(r, "truncate");

	*out = (struct source_order){
		.tables = engine_request_arg(r, "tables"),
		.where = engine_request_arg(r, "where"),
		.truncate = truncate && strcmp(truncate, "yes") == 0,
	};
	for (size_t i = 0; i < sizeof(actions) / sizeof(*actions); i++)
		if (strcmp(actions[i].name, action) == 0)
			out->action = actions[i].action;
	if (out->action == ORDER_NOTHING)
		return err_set(err, ERR_CONFIG, 0,
				"snapshot: action: expected start, stop, pause, resume, list or limit, found '%.40s'",
				action);
	if (out->action == ORDER_START && out->tables == NULL)
		return err_set(err, ERR_CONFIG, 0, "snapshot: expected the tables to be read, found none");
	return 0;
}

/* Under half.lock. */
static int no_source(struct capture *c, struct err *err)
{
	return err_set(err, ERR_FATAL, 0, "snapshot: capture has stopped: %.400s", c->half.error.msg);
}

static int list(struct capture *c, engine_emit *emit, void *arg)
{
	char *text;

	pthread_mutex_lock(&c->half.lock);
	text = c->source ? source_fills(c->source) : xstrdup(c->fills);
	pthread_mutex_unlock(&c->half.lock);
	if (text)
		emit(arg, text, strlen(text));
	free(text);
	return 0;
}

static int give(struct capture *c, struct source_plan *plan, struct err *err)
{
	int r;

	pthread_mutex_lock(&c->half.lock);
	r = c->half.state == HALF_FAILED || c->half.ended ? no_source(c, err) : orders_take(c, plan, err);
	pthread_mutex_unlock(&c->half.lock);
	if (r < 0)
		source_plan_free(plan);
	return r;
}

/* A TRUNCATE comes for these tables: where their load is stopped, it need not stay so. */
static void pass_tables(struct capture *c, const char *text)
{
	json_t *plan = json_loads(text, 0, NULL), *t;
	char name[512];
	size_t i;

	json_array_foreach(json_object_get(plan, "tables"), i, t)
	{
		snprintf(name, sizeof(name), "%s.%s", json_string_value(json_object_get(t, "db")),
				json_string_value(json_object_get(t, "table")));
		atomic_store(&table_meter_get(c->sh->tables, name)->pass, 1);
	}
	json_decref(plan);
}

int capture_read_rows(struct capture *c, const char *db, const char *table, const char *where, struct err *err)
{
	struct source_plan *plan = source_plan_rows(capture_mysql_conf(c), db, table, where, err);

	return plan ? give(c, plan, err) : -1;
}

int capture_delete_rows(struct capture *c, const char *db, const char *table, const char *bounds, struct err *err)
{
	struct source_plan *plan = source_plan_gone(capture_mysql_conf(c), db, table, bounds, err);

	return plan ? give(c, plan, err) : -1;
}

static bool plan_names(const char *text, const char *db, const char *table)
{
	json_t *plan = json_loads(text, 0, NULL), *t;
	bool found = false;
	size_t i;

	json_array_foreach(json_object_get(plan, "tables"), i, t)
	{
		const char *a = json_string_value(json_object_get(t, "db")),
			   *b = json_string_value(json_object_get(t, "table"));

		found |= a && b && strcmp(a, db) == 0 && strcmp(b, table) == 0;
	}
	json_decref(plan);
	return found;
}

unsigned capture_plan_tables(const char *text)
{
	json_t *plan = text ? json_loads(text, 0, NULL) : NULL;
	size_t n = json_array_size(json_object_get(plan, "tables"));

	json_decref(plan);
	return (unsigned)n;
}

/* An order is in the list until a position in the log has it; then it is in the plan, and when the source has done with it, it is
 * still in that of the log until its last rows are there. */
bool capture_reads(struct capture *c, const char *db, const char *table)
{
	size_t waiting;
	char *text, *logged;
	bool reads;

	pthread_mutex_lock(&c->half.lock);
	waiting = orders_waiting(c);
	text = c->source ? source_fills(c->source) : xstrdup(c->fills);
	logged = xstrdup(c->logged.progress);
	pthread_mutex_unlock(&c->half.lock);
	reads = waiting > 0 || (text && plan_names(text, db, table)) || (logged && plan_names(logged, db, table));
	free(text);
	free(logged);
	return reads;
}

/* A start is answered with the tables that it stands for. */
static int order(struct capture *c, const struct source_order *o, engine_emit *emit, void *arg, struct err *err)
{
	struct source_plan *plan = source_plan_new(capture_mysql_conf(c), o, err);
	char *text = plan && o->action == ORDER_START ? source_plan_text(plan) : NULL;
	int r = plan ? give(c, plan, err) : -1;

	if (r == 0 && text && o->truncate)
		pass_tables(c, text);
	if (r == 0 && text)
		emit(arg, text, strlen(text));
	free(text);
	return r;
}

/* ---- limits, until the next reload or restart ---- */

struct capture_limits {
	struct capture_limits *before;
	struct mysql_conf conf; /* borrows all texts but max_load and this */
	char *password;
};

static void free_list(struct conf_list *l)
{
	for (size_t i = 0; i < l->count; i++)
		free(l->items[i]);
	free(l->items);
}

void capture_limits_free(struct capture *c)
{
	while (c->limits) {
		struct capture_limits *l = c->limits;

		c->limits = l->before;
		free_list(&l->conf.max_load);
		free(l->password);
		free(l);
	}
}

static struct conf_list split_list(const char *text)
{
	struct conf_list l = { 0 };

	for (const char *p = text; *p; p += *p == ',') {
		size_t len = strcspn(p, ",");

		l.items = xrealloc(l.items, (l.count + 1) * sizeof(*l.items));
		if (len > 0)
			l.items[l.count++] = xstrndup(p, len);
		p += len;
	}
	return l;
}

static struct conf_list copy_list(const struct conf_list *from)
{
	struct conf_list l = { .items = xcalloc(from->count + 1, sizeof(*l.items)), .count = from->count };

	for (size_t i = 0; i < l.count; i++)
		l.items[i] = xstrdup(from->items[i]);
	return l;
}

static int read_limits(const struct engine_request *r, struct mysql_conf *conf, struct err *err)
{
	const char *rows = engine_request_arg(r, "max_rows"), *lag = engine_request_arg(r, "max_lag");
	const char *load = engine_request_arg(r, "max_load");

	conf->max_load = load ? split_list(load) : copy_list(&conf->max_load);
	if (rows && (!num_parse_i64(rows, strlen(rows), &conf->max_rows_s) || conf->max_rows_s < 0))
		return err_set(err, ERR_CONFIG, 0,
				"--max-rows: expected rows per second, 0 for no limit, found '%.40s'", rows);
	if (lag && (!num_parse_duration_ms(lag, strlen(lag), &conf->throttle_lag_ms) || conf->throttle_lag_ms < 0))
		return err_set(err, ERR_CONFIG, 0, "--max-lag: expected a time (1500ms, 2s), found '%.40s'", lag);
	return source_conf_check(conf, err);
}

static int limit(struct capture *c, const struct engine_request *r, struct err *err)
{
	struct capture_limits *l = xcalloc(1, sizeof(*l));

	l->conf = *capture_mysql_conf(c);
	if (read_limits(r, &l->conf, err)) {
		free_list(&l->conf.max_load);
		free(l);
		return -1;
	}
	capture_reload(c, &l->conf);
	pthread_mutex_lock(&c->half.lock);
	l->before = c->limits;
	c->limits = l;
	pthread_mutex_unlock(&c->half.lock);
	changes_tell(CHANGED_SETTINGS, LOG_NOTICE, "capture",
			"limits of snapshots changed on request, until the next reload");
	return 0;
}

static bool sets_limits(const struct engine_request *r)
{
	return engine_request_arg(r, "max_rows") || engine_request_arg(r, "max_lag") ||
			engine_request_arg(r, "max_load");
}

/* The file or the command that holds it may say another one by now. A file that cannot be read leaves the old one. */
void capture_password_again(struct capture *c)
{
	struct settings *fresh = settings_new();
	const struct mysql_conf *now = capture_mysql_conf(c);
	struct err err = { 0 };

	if (settings_load(fresh, c->sh->settings->path, &err) == 0 && fresh->mysql.password &&
			(now->password == NULL || strcmp(now->password, fresh->mysql.password) != 0)) {
		struct capture_limits *l = xcalloc(1, sizeof(*l));

		l->conf = *now;
		l->conf.max_load = copy_list(&now->max_load);
		l->conf.password = l->password = xstrdup(fresh->mysql.password);
		capture_reload(c, &l->conf);
		pthread_mutex_lock(&c->half.lock);
		l->before = c->limits;
		c->limits = l;
		pthread_mutex_unlock(&c->half.lock);
		logline(LOG_NOTICE, "capture", "[mysql] password: another one was read");
	}
	settings_free(fresh);
}

int capture_snapshot(struct capture *c, const struct engine_request *r, engine_emit *emit, void *arg, struct err *err)
{
	const char *action = engine_request_arg(r, "action");
	struct source_order o;

	if (action && strcmp(action, "list") == 0)
		return list(c, emit, arg);
	if (action && strcmp(action, "limit") == 0)
		return limit(c, r, err);
	if (sets_limits(r) && limit(c, r, err))
		return -1;
	return read_order(r, action ? action : "start", &o, err) || order(c, &o, emit, arg, err) ? -1 : 0;
}
