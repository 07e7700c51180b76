/*
 * source_fill.c - snapshots beside the stream as the source's steps drive them: orders of other threads, signals that
 * the stream meets, tables that a new configuration adds. Each order is taken once: what it asks for becomes part of
 * the plan, and the plan of the position, in the same log transaction as the signal's own row.
 */
#include "config.h"
#include "source/source_parts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/intern.h"
#include "core/must.h"
#include "core/xalloc.h"

enum { ORDERS_MAX = 1000, WORKING_MS = 1, WAITING_MS = 20 };

/* ---- orders, as other threads give them ---- */

static void put_asked(struct source *s, struct source_asked asked)
{
	s->orders = xrealloc(s->orders, (s->norders + 1) * sizeof(*s->orders));
	s->orders[s->norders++] = asked;
}

static int take_plan(struct source *s, struct source_plan *plan)
{
	atomic_fetch_add(&plan->users, 1);
	put_asked(s, (struct source_asked){ .plan = plan });
	return (int)++s->plans_taken;
}

int source_take_plan(struct source *s, struct source_plan *plan, struct err *err)
{
	int r = 0;

	pthread_mutex_lock(&s->lock);
	if (s->status.state == SOURCE_SNAPSHOT)
		r = err_set(err, ERR_CONFIG, 0,
				"the initial snapshot is running, and reads all tables: retry when it has finished");
	else if (s->status.state == SOURCE_STOPPED)
		r = err_set(err, ERR_CONFIG, 0, "the capture has ended (snapshot.mode = initial_only)");
	else if (s->norders >= ORDERS_MAX)
		r = err_set(err, ERR_RETRY, 0, "more than %d orders are waiting", ORDERS_MAX);
	else
		r = take_plan(s, plan);
	s->status.fill.orders = (unsigned)s->norders;
	pthread_mutex_unlock(&s->lock);
	return r;
}

unsigned source_plans_given(const struct source *s)
{
	return s->plans_given;
}

void source_signal(struct source *s, const char *text, size_t len, const char *mark)
{
	pthread_mutex_lock(&s->lock);
	put_asked(s, (struct source_asked){ .signal = text ? xstrndup(text, len) : NULL, .mark = xstrdup(mark) });
	pthread_mutex_unlock(&s->lock);
}

char *source_mark(struct source *s)
{
	return xstrdup(mysql_fill_plan(s->fill)->mark);
}

char *source_fills(struct source *s)
{
	char *text;

	pthread_mutex_lock(&s->lock);
	text = xstrdup(s->fills);
	pthread_mutex_unlock(&s->lock);
	return text;
}

char *source_news(struct source *s)
{
	return mysql_fill_news(s->fill);
}

/* ---- orders, as the source carries them out ---- */

static void tell_taken(struct source *s, const struct fill_order *o, size_t tables)
{
	const char *id = o->id ? o->id : "";
	const char *by = o->id ? "signal " : "request";

	if (o->action == ORDER_START)
		mysql_fill_tell(s->fill, "snapshot of %zu tables by %s%s%s%s", tables, by, id, o->message ? "; " : "",
				o->message ? o->message : "");
	else if (o->action == ORDER_STOP)
		mysql_fill_tell(s->fill, "snapshot of %zu tables stopped by %s%s", tables, by, id);
	else if (o->action == ORDER_LOG)
		mysql_fill_tell(s->fill, "%s%s: %.300s", by, id, o->message ? o->message : "");
	else if (o->action != ORDER_NOTHING)
		mysql_fill_tell(s->fill, "snapshots %s by %s%s", o->action == ORDER_PAUSE ? "paused" : "resumed", by,
				id);
}

/* tables: of a start, as the server has them. */
static int carry_out(struct source *s, const struct fill_order *o, const struct fill_plan *tables, struct err *err)
{
	struct fill_plan *plan = mysql_fill_plan(s->fill);
	size_t n = tables ? tables->count : 0;

	for (size_t i = 0; i < n; i++)
		fill_plan_add(plan, &tables->items[i]);
	if (o->action == ORDER_STOP)
		n = fill_order_stop(o, plan, err);
	if (o->action == ORDER_PAUSE || o->action == ORDER_RESUME)
		plan->paused = o->action == ORDER_PAUSE;
	tell_taken(s, o, n);
	mysql_fill_changed(s->fill);
	s->fill_due = true;
	return 0;
}

/* A signal that cannot be followed is told and done with; only a server that does not answer is a failure, and then the
 * signal is met again. */
static int follow_signal(struct source *s, struct fill_order *o, struct err *err)
{
	struct fill_plan tables;
	struct mysql_conn c = { 0 };
	int r = 0;

	fill_plan_init(&tables);
	if (o->action == ORDER_START) {
		if (mysql_conn_open(&c, s->conf, s->host, err) < 0)
			return -1;
		r = fill_order_resolve(o, &c, s->filter, &tables, err);
		mysql_conn_close(&c);
	}
	if (r == 0)
		r = carry_out(s, o, &tables, err);
	fill_plan_done(&tables);
	if (r < 0 && err->kind == ERR_UNREACHABLE)
		return -1;
	if (r < 0)
		mysql_fill_tell(s->fill, "%s%.60s is skipped: %s", o->id ? "signal " : "a snapshot", o->id ? o->id : "",
				err->msg);
	s->fill_due |= r < 0;
	err_clear(err);
	return 0;
}

static int take_signal(struct source *s, const char *text, struct err *err)
{
	struct fill_order o;
	int r;

	if (fill_order_from_message(&o, text, strlen(text), err) < 0) {
		mysql_fill_tell(s->fill, "a signal is skipped: %s", err->msg);
		err_clear(err);
		return 0;
	}
	r = follow_signal(s, &o, err);
	fill_order_done(&o);
	return r;
}

static int take_order(struct source *s, const struct source_asked *asked, struct err *err)
{
	struct fill_plan *plan = mysql_fill_plan(s->fill);

	if (asked->plan) {
		if (asked->plan->later ? follow_signal(s, &asked->plan->order, err)
				       : carry_out(s, &asked->plan->order, &asked->plan->tables, err))
			return -1;
		s->plans_done++;
		return 0;
	}
	if (asked->signal && take_signal(s, asked->signal, err) < 0)
		return -1;
	free(plan->mark);
	plan->mark = xstrdup(asked->mark);
	mysql_fill_changed(s->fill);
	s->fill_due = true;
	return 0;
}

static void source_asked_done(struct source_asked *a)
{
	source_plan_free(a->plan);
	free(a->signal);
	free(a->mark);
}

static bool same_list(const struct conf_list *a, const struct conf_list *b)
{
	for (size_t i = 0; i < a->count && i < b->count; i++)
		if (strcmp(a->items[i], b->items[i]) != 0)
			return false;
	return a->count == b->count;
}

static bool same_tables(const struct mysql_conf *a, const struct mysql_conf *b)
{
	return same_list(&a->table_include, &b->table_include) && same_list(&a->table_exclude, &b->table_exclude) &&
			same_list(&a->database_include, &b->database_include) &&
			same_list(&a->database_exclude, &b->database_exclude) &&
			same_list(&a->column_include, &b->column_include) &&
			same_list(&a->column_exclude, &b->column_exclude) &&
			strcmp(a->signal_table ? a->signal_table : "", b->signal_table ? b->signal_table : "") == 0;
}

/* Limits and passwords are there from the next use on; other tables need another connection of the stream. The filter
 * of before is kept until the server has been asked which tables are new. */
static int exchange_conf(struct source *s, const struct mysql_conf *fresh, struct err *err)
{
	struct mysql_filter *filter;

	if (same_tables(s->conf, fresh)) {
		struct fill_setup setup = {
			.conf = fresh,
			.filter = s->filter,
			.catalog = s->catalog,
			.host = s->host,
		};

		s->conf = fresh;
		mysql_fill_setup(s->fill, &setup);
		return 0;
	}
	filter = mysql_filter_new(fresh, err);
	if (filter == NULL)
		return -1;
	if (s->filter_before == NULL)
		s->filter_before = s->filter;
	else
		mysql_filter_free(s->filter);
	s->filter = filter;
	s->conf = fresh;
	source_hang_up(s);
	return 0;
}

/* Orders from `i` on wait again, before those that came meanwhile. */
static void put_back(struct source *s, struct source_asked *orders, size_t i, size_t n)
{
	struct source_asked *later;
	size_t nlater;

	pthread_mutex_lock(&s->lock);
	later = s->orders;
	nlater = s->norders;
	s->orders = NULL;
	s->norders = 0;
	for (; i < n; i++)
		put_asked(s, orders[i]);
	for (size_t k = 0; k < nlater; k++)
		put_asked(s, later[k]);
	pthread_mutex_unlock(&s->lock);
	free(later);
	free(orders);
}

int source_take_orders(struct source *s, struct err *err)
{
	struct source_asked *orders = NULL;
	const struct mysql_conf *fresh = NULL;
	size_t n = 0, i = 0;
	int r = 0;

	pthread_mutex_lock(&s->lock);
	if (s->fresh && (s->phase != SNAPSHOT || same_tables(s->conf, s->fresh))) {
		fresh = s->fresh;
		s->fresh = NULL;
	}
	if (s->phase == STREAM) {
		orders = s->orders;
		n = s->norders;
		s->orders = NULL;
		s->norders = 0;
	}
	pthread_mutex_unlock(&s->lock);
	while (i < n && (r = take_order(s, &orders[i], err)) == 0)
		source_asked_done(&orders[i++]);
	put_back(s, orders, i, n);
	return r == 0 && fresh ? exchange_conf(s, fresh, err) : r;
}

/* ---- signals that the stream meets ---- */

static bool is_signal(const struct source *s, const struct change *c)
{
	const char *name = s->conf->signal_table, *dot;

	if (name == NULL || c->op != CHANGE_CREATE || c->after == NULL || c->schema->ncolumns != 3)
		return false;
	dot = strchr(name, '.');
	return dot && strncasecmp(c->schema->db, name, (size_t)(dot - name)) == 0 &&
			c->schema->db[dot - name] == '\0' && strcasecmp(c->schema->table, dot + 1) == 0;
}

static char *signal_text(const struct value *v)
{
	return v->kind == VALUE_TEXT ? xstrndup(v->p, v->len) : NULL;
}

static int meet_signal(struct source *s, const struct change *c, struct err *err)
{
	char *id = signal_text(&c->after[0]), *type = signal_text(&c->after[1]), *data = signal_text(&c->after[2]);
	struct fill_order o;
	int r = fill_order_from_signal(&o, id, type, data, err);

	free(id);
	free(type);
	free(data);
	if (r < 0) {
		mysql_fill_tell(s->fill, "a signal is skipped: %s", err->msg);
		err_clear(err);
		return 0;
	}
	r = follow_signal(s, &o, err);
	fill_order_done(&o);
	return r;
}

int source_fill_note(struct source *s, const struct batch *b, struct err *err)
{
	mysql_fill_note(s->fill, b);
	source_repair_note(s, b);
	source_foreign_note(s, b);
	if (s->conf->signal_table == NULL)
		return 0;
	for (size_t i = 0; i < b->nchanges; i++)
		if (is_signal(s, &b->changes[i]) && meet_signal(s, &b->changes[i], err) < 0)
			return -1;
	return 0;
}

/* ---- a new configuration ---- */

int source_login_check(const struct mysql_conf *conf, struct err *err)
{
	return login_conf_check(&conf->login, "mysql", err);
}

int source_conf_check(const struct mysql_conf *conf, struct err *err)
{
	struct mysql_filter *f = mysql_filter_new(conf, err);

	mysql_filter_free(f);
	return f && source_login_check(conf, err) == 0 && snapshot_wish_check(conf, err) == 0
			? throttle_check(conf, err)
			: -1;
}

void source_reload(struct source *s, const struct mysql_conf *conf)
{
	pthread_mutex_lock(&s->lock);
	s->fresh = conf;
	pthread_mutex_unlock(&s->lock);
}

const struct mysql_conf *source_settled(struct source *s)
{
	return s->settled;
}

int source_fill_begin(struct source *s, struct mysql_conn *c, struct err *err)
{
	struct fill_setup setup = { .conf = s->conf, .filter = s->filter, .catalog = s->catalog, .host = s->host };

	mysql_fill_setup(s->fill, &setup);
	return foreign_keys_read(&s->foreign, c, err) < 0 ? -1 : source_new_tables(s, c, err);
}

/* ---- a step ---- */

/* The position lags behind: it is given out with rows, or once a second. */
static struct fill_place place(const struct source *s)
{
	return (struct fill_place){
		.gtids = mysql_stream_gtids(s->stream),
		.file = s->binlog.file,
		.pos = s->binlog.pos,
	};
}

/* A table whose rows the stream refuses is not read either. */
static void drop_stopped(struct source *s)
{
	struct fill_plan *plan = mysql_fill_plan(s->fill);
	char name[sizeof(s->tables->name)];

	for (size_t i = 0; plan->count > 0 && i < s->nstopped; i++) {
		snprintf(name, sizeof(name), "%s.%s", plan->items[0].db, plan->items[0].name);
		if (strcmp(s->stopped[i].name, name) != 0)
			continue;
		mysql_fill_tell(s->fill, "snapshot of %s ended: the table is stopped: %s", name, s->stopped[i].why);
		fill_plan_remove(plan, 0);
		mysql_fill_changed(s->fill);
		return;
	}
}

/* Until the first event nobody knows where in the server's files the stream is. */
enum fill_step source_fill_step(struct source *s)
{
	struct fill_place at = place(s);
	size_t planned = mysql_fill_plan(s->fill)->count;
	enum fill_step step = FILL_NOTHING;

	if (planned == 0)
		throttle_hang_up(s->throttle);
	if (planned == 0 || mysql_stream_in_txn(s->stream) || mysql_stream_counts(s->stream).events == 0)
		return FILL_NOTHING;
	drop_stopped(s);
	if (!mysql_fill_rests(s->fill) || throttle_wait_ms(s->throttle, s->conf, s->host) <= 0)
		step = mysql_fill_step(s->fill, &at);
	if (mysql_fill_plan(s->fill)->count < planned) /* one that is not read: no rows bring the news */
		s->fill_due = true;
	return step;
}

int source_fill_patience(const struct source *s, enum fill_step work, int timeout_ms)
{
	int most = work == FILL_WORKING ? WORKING_MS : mysql_fill_plan(s->fill)->count > 0 ? WAITING_MS : timeout_ms;

	if (s->fill_due)
		return 0;
	return most < timeout_ms ? most : timeout_ms;
}

void source_fill_rows(struct source *s, struct batch *b, size_t max_rows, size_t max_bytes)
{
	struct fill_place at = place(s);

	mysql_fill_rows(s->fill, b, &at, max_rows, max_bytes);
	throttle_count(s->throttle, s->conf, b->nchanges);
}

bool source_fill_met(const struct source *s)
{
	return !mysql_stream_in_txn(s->stream) && mysql_fill_met(s->fill, s->binlog.file, s->binlog.pos);
}

void source_fill_mark(struct source *s, struct batch *b)
{
	free(b->position.progress);
	b->position.progress = xstrdup(mysql_fill_progress(s->fill));
	if (s->filter_before == NULL)
		s->settled = s->conf;
	b->position_due = s->fill_due;
	s->plans_given = s->plans_done;
	s->fill_due = false;
}

void source_fill_rewind(struct source *s)
{
	struct err err = { 0 };

	if (mysql_fill_restore(s->fill, s->position.snapshot ? NULL : s->position.progress, &err) < 0)
		mysql_fill_tell(s->fill, "%s", err.msg);
	pthread_mutex_lock(&s->lock);
	source_progress_clear(&s->progress);
	pthread_mutex_unlock(&s->lock);
}

/* ---- status and end ---- */

void source_fill_status(struct source *s)
{
	const char *text = mysql_fill_progress(s->fill);

	must_hold(&s->lock);
	mysql_fill_status(s->fill, &s->status.fill);
	if (s->phase != SNAPSHOT)
		source_progress_fill(&s->progress, s->fill, &s->status.fill);
	s->status.fill.orders = (unsigned)s->norders;
	if ((s->status.fill.tables > 0 && !s->status.fill.paused) || s->phase == SNAPSHOT)
		source_copy_cut(s->status.fill.throttled, sizeof(s->status.fill.throttled), throttle_why(s->throttle));
	if ((text == NULL) == (s->fills == NULL) && (text == NULL || strcmp(text, s->fills) == 0))
		return;
	free(s->fills);
	s->fills = xstrdup(text);
	source_repair_status(s);
}

void source_fill_done(struct source *s)
{
	for (size_t i = 0; i < s->norders; i++)
		source_asked_done(&s->orders[i]);
	free(s->orders);
	free(s->fills);
	source_repair_done(s);
	foreign_keys_done(&s->foreign);
	mysql_fill_free(s->fill);
	throttle_free(s->throttle);
	mysql_filter_free(s->filter_before);
}
