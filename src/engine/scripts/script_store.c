/* script_store.c - see script_store.h: which versions there are, and which one runs. script_store_file.c reads and writes the files. */
#include "engine/scripts/script_store.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "core/clock.h"
#include "core/changes.h"
#include "core/logline.h"
#include "core/must.h"
#include "core/xalloc.h"
#include "engine/scripts/script_store_file.h"
#include "engine/scripts/script_text.h"

struct script_store *script_store_open(const char *state_dir, bool writes)
{
	struct script_store *st = xcalloc(1, sizeof(*st));

	lock_init(&st->lock);
	st->folder = xasprintf("%s/scripts", state_dir);
	st->writes = writes;
	store_read_index(st);
	return st;
}

void script_store_close(struct script_store *st)
{
	if (st == NULL)
		return;
	for (size_t i = 0; i < st->count; i++)
		free(st->entries[i].v.section);
	free(st->entries);
	free(st->folder);
	pthread_mutex_destroy(&st->lock);
	free(st);
}

/* ---- under the lock ---- */

static struct store_entry *last_of(struct script_store *st, const char *section, const struct store_entry *before)
{
	size_t i = before ? (size_t)(before - st->entries) : st->count;

	while (i-- > 0)
		if (section == NULL || strcmp(st->entries[i].v.section, section) == 0)
			return &st->entries[i];
	return NULL;
}

static struct store_entry *running_of(struct script_store *st, const char *section)
{
	struct store_entry *e = last_of(st, section, NULL);

	return e && e->runs ? e : NULL;
}

static void forget(struct script_store *st, struct store_entry *e)
{
	char version[SCRIPT_VERSION_ROOM];
	size_t i = (size_t)(e - st->entries);
	bool used = false;

	memcpy(version, e->v.version, sizeof(version));
	free(e->v.section);
	memmove(e, e + 1, (--st->count - i) * sizeof(*e));
	for (i = 0; i < st->count && !used; i++)
		used = strcmp(st->entries[i].v.version, version) == 0;
	if (!used)
		store_remove_text(st, version);
}

static void bound(struct script_store *st, const char *section)
{
	struct store_entry *e = NULL;
	size_t n = 0;

	for (e = last_of(st, section, NULL); e && ++n <= VERSIONS_KEPT;)
		e = last_of(st, section, e);
	if (e)
		forget(st, e);
	else if (st->count > VERSIONS_IN_ALL)
		forget(st, st->entries);
}

static void add(struct script_store *st, const char *section, const struct script_version *v)
{
	struct store_entry *e = store_add(st);

	e->v = *v;
	e->v.section = xstrdup(section);
	e->v.at_us = clock_wall_us();
	e->runs = true;
	store_append(st, e);
	bound(st, section);
}

static bool refused(struct script_store *st, const char *section, const char *version)
{
	const struct store_entry *e = last_of(st, section, NULL);

	return e && e->v.instead[0] && strcmp(e->v.instead, version) == 0;
}

/* ---- which one runs ---- */

static int keep_text(struct script_store *st, const struct script *script, const char *version, struct err *err)
{
	struct buf b;
	int rc;

	buf_init(&b, STORE_TEXT_MAX);
	script_text_put(&b, script);
	rc = b.failed ? err_set(err, ERR_CONFIG, 0, "expected scripts of at most %d MB with the files that they read",
					STORE_TEXT_MAX >> 20)
		      : store_write_text(st, version, &b, err);
	buf_done(&b);
	return rc;
}

int script_store_take(struct script_store *st, const char *section, const struct script *script,
		const struct script_version *as, struct err *err)
{
	struct script_version v = *as;
	int rc;

	script_version(script, v.version);
	pthread_mutex_lock(&st->lock);
	rc = keep_text(st, script, v.version, err);
	if (rc == 0)
		add(st, section, &v);
	pthread_mutex_unlock(&st->lock);
	return rc;
}

struct script *script_store_version(const struct settings *s, const struct table_settings *t, const char *version,
		struct err *err)
{
	struct script_store *st = s->scripts;
	struct script *script = NULL;
	char *text;

	text = script_store_text(st, version, err);
	if (text)
		script = script_text_open(text, strlen(text), s, t, err);
	if (script == NULL)
		err_wrap(err, "version %.12s of [table %s]", version, t->name);
	free(text);
	return script;
}

char *script_store_text(struct script_store *st, const char *version, struct err *err)
{
	char *text;

	pthread_mutex_lock(&st->lock);
	text = store_read_text(st, version, err);
	pthread_mutex_unlock(&st->lock);
	return text;
}

/* The first time that this process asks: the files, unless they are what was taken back. */
static struct script *begin(const struct settings *s, const struct table_settings *t, struct err *err)
{
	struct script_store *st = s->scripts;
	struct script *script = table_script_open(s, t, err), *other = NULL;
	struct script_version v = { .how = "start", .who = "configuration" };
	const struct store_entry *last;
	char instead[SCRIPT_VERSION_ROOM] = "";
	struct err why = { 0 };

	if (script == NULL)
		return NULL;
	script_version(script, v.version);
	pthread_mutex_lock(&st->lock);
	last = last_of(st, t->name, NULL);
	if (refused(st, t->name, v.version))
		memcpy(instead, last->v.version, sizeof(instead));
	pthread_mutex_unlock(&st->lock);
	if (*instead && (other = script_store_version(s, t, instead, &why)) == NULL)
		logline(LOG_ERROR, "script", "%s; the files are used as they are, version %s", why.msg, v.version);
	if (other) {
		changes_tell(CHANGED_SCRIPT, LOG_WARNING, "script",
				"[table %s]: version %s of the files was taken back, %s runs", t->name, v.version,
				instead);
		script_close(script);
		script = other;
		memcpy(v.version, instead, sizeof(instead));
	}
	pthread_mutex_lock(&st->lock);
	last = last_of(st, t->name, NULL);
	if (st->writes && last && strcmp(last->v.version, v.version) == 0)
		((struct store_entry *)last)->runs = true;
	else if (st->writes && keep_text(st, script, v.version, &why) == 0)
		add(st, t->name, &v);
	pthread_mutex_unlock(&st->lock);
	return script;
}

struct script *script_store_script(const struct settings *s, const struct table_settings *t, struct err *err)
{
	char version[SCRIPT_VERSION_ROOM];
	struct err why = { 0 };
	struct script *script;

	if (s->scripts == NULL)
		return table_script_open(s, t, err);
	if (!script_store_runs(s->scripts, t->name, version))
		return begin(s, t, err);
	script = script_store_version(s, t, version, &why);
	if (script)
		return script;
	logline(LOG_ERROR, "script", "%s; the files are used as they are", why.msg);
	return table_script_open(s, t, err);
}

/* ---- questions ---- */

bool script_store_runs(struct script_store *st, const char *section, char out[static SCRIPT_VERSION_ROOM])
{
	const struct store_entry *e;

	pthread_mutex_lock(&st->lock);
	e = running_of(st, section);
	if (e)
		memcpy(out, e->v.version, SCRIPT_VERSION_ROOM);
	pthread_mutex_unlock(&st->lock);
	return e != NULL;
}

bool script_store_at(struct script_store *st, const char *section, size_t i, struct script_version *out)
{
	const struct store_entry *e;

	pthread_mutex_lock(&st->lock);
	e = last_of(st, section, NULL);
	for (; e && i > 0; i--)
		e = last_of(st, section, e);
	if (e) {
		*out = e->v;
		out->section = xstrdup(e->v.section);
	}
	pthread_mutex_unlock(&st->lock);
	return e != NULL;
}

bool script_store_before(struct script_store *st, const char *section, char out[static SCRIPT_VERSION_ROOM])
{
	const struct store_entry *last, *e;

	pthread_mutex_lock(&st->lock);
	last = e = last_of(st, section, NULL);
	while (e && (strcmp(e->v.version, last->v.version) == 0 || strcmp(e->v.version, last->v.instead) == 0))
		e = last_of(st, section, e);
	if (e)
		memcpy(out, e->v.version, SCRIPT_VERSION_ROOM);
	pthread_mutex_unlock(&st->lock);
	return e != NULL;
}

bool script_store_refuses(struct script_store *st, const char *section, const char *version)
{
	bool is;

	pthread_mutex_lock(&st->lock);
	is = refused(st, section, version);
	pthread_mutex_unlock(&st->lock);
	return is;
}
