/*
 * capture_stopped.c - tables that capture had to stop. A stop outlives the process: it is written to the offsets topic
 * in the same transaction as the position that passes over the table's rows, so that a restart cannot let the table
 * flow on with a gap that nobody sees.
 *
 * Key: {"millrace":"stopped","name":NAME,"table":"db.table"}; value: the reason; AGAIN when a person has resumed the table and
 * no position in the log says yet that it will be read again; null when one does.
 */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "core/clock.h"
#include "core/logline.h"
#include "core/xalloc.h"
#include "engine/capture/capture_parts.h"

#define AGAIN "{\"millrace\":\"read again\"}"

struct stopped_tables {
	struct {
		char *name, *why;
	} * items;
	size_t count;
	unsigned seen; /* source_stops() as of the last look */
};

struct stopped_tables *stopped_new(void)
{
	return xcalloc(1, sizeof(struct stopped_tables));
}

void stopped_free(struct stopped_tables *t)
{
	if (t == NULL)
		return;
	for (size_t i = 0; i < t->count; i++) {
		free(t->items[i].name);
		free(t->items[i].why);
	}
	free(t->items);
	free(t);
}

static size_t find(const struct stopped_tables *t, const char *name)
{
	size_t i = 0;

	while (i < t->count && strcmp(t->items[i].name, name) != 0)
		i++;
	return i;
}

static void add(struct stopped_tables *t, const char *name, const char *why)
{
	t->items = xrealloc(t->items, (t->count + 1) * sizeof(*t->items));
	t->items[t->count].name = xstrdup(name);
	t->items[t->count++].why = xstrdup(why);
}

static void drop(struct stopped_tables *t, size_t i)
{
	free(t->items[i].name);
	free(t->items[i].why);
	t->items[i] = t->items[--t->count];
}

void stopped_read(struct stopped_tables *t, const struct settings *s, const struct record *r)
{
	json_t *key = r->key ? json_loadb(r->key, r->key_len, 0, NULL) : NULL;
	const char *kind = json_string_value(json_object_get(key, "millrace")),
		   *name = json_string_value(json_object_get(key, "name"));
	const char *table = json_string_value(json_object_get(key, "table"));

	if (kind && name && table && strcmp(kind, "stopped") == 0 && strcmp(name, s->name) == 0) {
		size_t i = find(t, table);
		char *why = xstrndup(r->value ? r->value : "", r->value ? r->value_len : 0);

		if (i < t->count)
			drop(t, i);
		if (r->value)
			add(t, table, why);
		free(why);
	}
	json_decref(key);
}

static void tell(struct capture *c, const char *name, const char *why)
{
	struct table_meter *m = table_meter_get(c->sh->tables, name);

	table_meter_error(c->sh->tables, m, why);
	atomic_store(&m->stopped, 1);
}

void stopped_apply(struct stopped_tables *t, struct capture *c)
{
	for (size_t i = 0; i < t->count;) {
		if (strcmp(t->items[i].why, AGAIN) == 0) {
			pthread_mutex_lock(&c->half.lock);
			orders_again(c, t->items[i].name);
			pthread_mutex_unlock(&c->half.lock);
			drop(t, i);
			continue;
		}
		source_stop_table(c->source, t->items[i].name, t->items[i].why);
		withheld_stopped(c, t->items[i].name, t->items[i].why);
		tell(c, t->items[i].name, t->items[i].why);
		logline(LOG_WARNING, "capture",
				"table %s is stopped since an earlier run: %s; `millrace resume %s` reads it again and lets it go on",
				t->items[i].name, t->items[i].why, t->items[i].name);
		i++;
	}
	t->seen = source_stops(c->source);
	withheld_again(c);
}

static int put(struct capture *c, const char *table, const char *why, struct err *err)
{
	const struct settings *s = c->sh->settings;
	json_t *key = json_pack("{ss,ss,ss}", "millrace", "stopped", "name", s->name, "table", table);
	char *text = key ? json_dumps(key, JSON_COMPACT) : NULL;
	struct record r = { .topic = s->format.offsets_topic, .key = text, .value = why };
	int rc = -1;

	if (text) {
		r.key_len = (uint32_t)strlen(text);
		r.value_len = why ? (uint32_t)strlen(why) : 0;
		rc = log_writer_append_record(c->writer, &r, err);
	} else {
		err_set(err, ERR_DATA, 0, "table %.100s: expected a name in UTF-8", table);
	}
	json_decref(key);
	free(text);
	return rc;
}

int stopped_publish(struct stopped_tables *t, struct capture *c, struct err *err)
{
	unsigned now = source_stops(c->source);
	struct source_table *tables;
	size_t n;
	int rc = 0;

	if (now == t->seen)
		return 0;
	tables = source_tables(c->source, &n);
	for (size_t i = 0; i < n && rc == 0; i++) {
		if (find(t, tables[i].name) < t->count)
			continue;
		logline(LOG_ERROR, "capture", "table %s is stopped: %s", tables[i].name, tables[i].error);
		tell(c, tables[i].name, tables[i].error);
		add(t, tables[i].name, tables[i].error);
		rc = put(c, t->items[t->count - 1].name, t->items[t->count - 1].why, err);
	}
	free(tables);
	t->seen = now;
	return rc;
}

int stopped_resume(struct capture *c, const char *table, struct err *err)
{
	struct table_meter *m = table_meter_get(c->sh->tables, table);

	table_meter_error(c->sh->tables, m, NULL);
	atomic_store(&m->stopped, 0);
	return put(c, table, AGAIN, err);
}

int stopped_read_again(struct capture *c, unsigned plans, struct err *err)
{
	int rc = 0;
	char *table;

	for (unsigned i = 0; rc == 0 && (table = orders_read_again(c, plans, i)) != NULL; i++) {
		rc = put(c, table, NULL, err);
		free(table);
	}
	return rc;
}

/* ---- a person resumes a table ---- */

void capture_resumed(struct capture *c)
{
	struct resume *r;

	pthread_mutex_lock(&c->half.lock);
	r = c->resumes;
	c->resumes = r->next;
	orders_again(c, r->table);
	pthread_cond_broadcast(&c->half.changed);
	pthread_mutex_unlock(&c->half.lock);
	free(r->table);
	free(r);
}

void resumes_free(struct capture *c)
{
	while (c->resumes) {
		struct resume *r = c->resumes;

		c->resumes = r->next;
		free(r->table);
		free(r);
	}
}

/* Under half.lock. */
static bool resume_waits(const struct capture *c, const char *table)
{
	const struct resume *r = c->resumes;

	while (r && strcmp(r->table, table) != 0)
		r = r->next;
	return r != NULL;
}

/* Under half.lock. */
static void resume_add(struct capture *c, const char *table)
{
	struct resume **at = &c->resumes;

	while (*at)
		at = &(*at)->next;
	*at = xcalloc(1, sizeof(**at));
	(*at)->table = xstrdup(table);
}

int capture_resume_table(struct capture *c, const char *table, int wait_ms, struct err *err)
{
	int64_t until_us = clock_mono_us() + wait_ms * 1000LL;
	struct half *h = &c->half;
	int r = 0;

	pthread_mutex_lock(&h->lock);
	if (!resume_waits(c, table))
		resume_add(c, table);
	while (resume_waits(c, table) && h->state != HALF_FAILED && !h->stop && !h->dismissed &&
			clock_mono_us() < until_us) {
		pthread_mutex_unlock(&h->lock);
		clock_sleep_ms(20);
		pthread_mutex_lock(&h->lock);
	}
	if (resume_waits(c, table))
		r = err_set(err, ERR_FATAL, 0,
				"table %.200s goes on as soon as capture does, which it does not%s%.250s", table,
				h->error.kind ? ": " : "; `millrace status` says why",
				h->error.kind ? h->error.msg : "");
	pthread_mutex_unlock(&h->lock);
	return r;
}
