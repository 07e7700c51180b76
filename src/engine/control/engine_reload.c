/*
 * engine_reload.c - SIGHUP: a configuration that was read anew, while everything runs. All of it is looked at before
 * any of it is used, so that a broken file leaves the old one running. What cannot change without a restart is told by
 * name. Threads go on reading what they were given before, so old settings live as long as the engine.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/changes.h"
#include "core/logline.h"
#include "core/text.h"
#include "core/xalloc.h"
#include "engine/control/script_apply.h"
#include "engine/control/script_watch.h"
#include "engine/engine_parts.h"

static void tell_restart(void *arg, const struct conf_option *o, const char *key)
{
	(void)arg;
	logline(LOG_WARNING, "engine", "[%s] %s has another value in the file: it needs a restart", o->section, key);
}

static void reload_capture(struct engine *e, struct engine_reload *r)
{
	r->mysql = e->reloads ? e->reloads->mysql : e->settings->mysql;
	settings_reload_mysql(&r->mysql, r->settings);
	if (e->capture)
		capture_reload(e->capture, &r->mysql);
}

static int take_over(struct engine *e, struct settings *fresh, const char *who, struct err *err)
{
	struct engine_reload *r;
	struct script_plan *plan;

	fresh->scripts = e->settings->scripts;
	if (engine_check_settings(fresh, e->role, err) || (e->load && script_try_all(fresh, err)))
		return -1;
	r = xcalloc(1, sizeof(*r));
	r->settings = fresh;
	plan = script_plan_reload(e, fresh);
	reload_capture(e, r);
	r->before = e->reloads;
	e->reloads = r;
	settings_need_restart(e->settings, fresh, tell_restart);
	logline_level((enum log_level)fresh->log_level);
	atomic_store(&e->shared.live, fresh);
	script_plan_carry_out(e, plan, who);
	if (e->load)
		load_reload(e->load);
	script_watch_again(e->script_watch);
	return 0;
}

int engine_reload(struct engine *e, struct settings *fresh, const char *who, struct err *err)
{
	int rc;

	pthread_mutex_lock(&e->reload_lock);
	rc = take_over(e, fresh, who, err);
	pthread_mutex_unlock(&e->reload_lock);
	return rc;
}

int engine_reload_file(struct engine *e, const char *who, struct err *err)
{
	struct settings *fresh = settings_new();

	if (settings_load(fresh, e->settings->path, err) || engine_reload(e, fresh, who, err)) {
		settings_free(fresh);
		return -1;
	}
	changes_tell(CHANGED_SETTINGS, LOG_NOTICE, "engine", "reloaded %s on request of %s", e->settings->path, who);
	return 0;
}

/* ---- what a reload would do ---- */

struct reload_look {
	engine_emit *emit;
	void *arg;
	const char *section;
	const void *now, *fresh;
	size_t changes;
	int gone;
};

static void tell(struct reload_look *k, const struct buf *b)
{
	k->changes++;
	if (!k->gone && !b->failed)
		k->gone = k->emit(k->arg, b->data, b->len);
}

static void put_escaped(struct buf *b, const char *text, size_t len)
{
	char escaped[1024];

	text_escape(escaped, sizeof(escaped), text, len);
	buf_printf(b, "'%s'", escaped);
}

static void put_value(struct buf *b, const struct conf_option *o, const void *settings)
{
	struct buf value;

	buf_init(&value, 1 << 16);
	if (o->type == CONF_PAIRS || o->flags & CONF_SECRET) /* what is passed through may be secret */
		buf_puts(&value, "(not shown)");
	else
		conf_format(o, settings, &value);
	put_escaped(b, value.data ? value.data : "", value.len);
	buf_done(&value);
}

static void tell_change(void *arg, const struct conf_option *o, const char *key)
{
	struct reload_look *k = arg;
	struct buf b;

	buf_init(&b, 1 << 18);
	buf_printf(&b, "[%s] %s: now ", k->section, key);
	put_value(&b, o, k->now);
	buf_puts(&b, ", in the file ");
	put_value(&b, o, k->fresh);
	buf_puts(&b, o->flags & CONF_LIVE ? ": a reload applies it" : ": needs a restart of this process");
	tell(k, &b);
	buf_done(&b);
}

static void look_at(struct reload_look *k, const struct conf_option *o, const char *section, const void *now,
		const void *fresh)
{
	k->section = section;
	k->now = now;
	k->fresh = fresh;
	conf_changes(o, now, fresh, tell_change, k);
}

static const struct table_settings *section_of(const struct settings *s, const char *name)
{
	for (size_t i = 0; i < s->ntables; i++)
		if (strcmp(s->tables[i].name, name) == 0)
			return &s->tables[i];
	return NULL;
}

static void tell_section(struct reload_look *k, const char *name, const char *what)
{
	struct buf b;

	buf_init(&b, 1 << 12);
	buf_puts(&b, "[table ");
	put_escaped(&b, name, strlen(name));
	buf_printf(&b, "]: %s, a reload applies it", what);
	tell(k, &b);
	buf_done(&b);
}

static void look_at_tables(struct reload_look *k, const struct settings *now, const struct settings *fresh)
{
	for (size_t i = 0; i < now->ntables; i++)
		if (section_of(fresh, now->tables[i].name) == NULL)
			tell_section(k, now->tables[i].name, "is no longer in the file");
	for (size_t i = 0; i < fresh->ntables; i++) {
		const struct table_settings *before = section_of(now, fresh->tables[i].name);
		char section[TABLE_NAME_ROOM + 8];

		if (before == NULL) {
			tell_section(k, fresh->tables[i].name, "is new in the file");
			continue;
		}
		snprintf(section, sizeof(section), "table %s", before->name);
		for (const struct conf_option *o = settings_table.options; o->section; o++)
			if (strcmp(o->section, "table") == 0)
				look_at(k, o, section, before, &fresh->tables[i]);
	}
}

int engine_reload_look(struct engine *e, engine_emit *emit, void *arg, struct err *err)
{
	const struct settings *live = atomic_load(&e->shared.live);
	struct reload_look k = { .emit = emit, .arg = arg };
	struct settings *fresh = settings_new();
	static const char nothing[] = "the file says what is in force: a reload changes nothing but the scripts";
	int rc = -1;

	if (settings_load(fresh, e->settings->path, err) == 0 && engine_check_settings(fresh, e->role, err) == 0 &&
			(e->load == NULL || script_try_all(fresh, err) == 0)) {
		for (const struct conf_option *o = settings_table.options; o->section; o++)
			if (strcmp(o->section, "table") != 0 && !(o->flags & CONF_HIDDEN))
				look_at(&k, o, o->section, o->flags & CONF_LIVE ? live : e->settings, fresh);
		look_at_tables(&k, live, fresh);
		if (k.changes == 0)
			emit(arg, nothing, strlen(nothing));
		rc = 0;
	}
	settings_free(fresh);
	return rc;
}

void engine_reloads_free(struct engine *e)
{
	while (e->reloads) {
		struct engine_reload *r = e->reloads;

		e->reloads = r->before;
		settings_free(r->settings);
		free(r);
	}
}
