/*
 * engine_reload.c - SIGHUP: a configuration that was read anew, while everything runs. All of it is looked at before
 * any of it is used, so that a broken file leaves the old one running. What cannot change without a restart is told by
 * name. Threads go on reading what they were given before, so old settings live as long as the engine.
 */
#include <stdlib.h>
#include <string.h>

#include "core/logline.h"
#include "core/xalloc.h"
#include "engine/control/script_apply.h"
#include "engine/engine_parts.h"

static void tell_restart(const struct conf_option *o)
{
	logline(LOG_WARNING, "engine", "[%s] %s has another value in the file: it needs a restart", o->section, o->key);
}

static void reload_capture(struct engine *e, struct engine_reload *r)
{
	r->mysql = e->reloads ? e->reloads->mysql : e->settings->mysql;
	settings_reload_mysql(&r->mysql, r->settings);
	if (e->capture)
		capture_reload(e->capture, &r->mysql);
}

int engine_reload(struct engine *e, struct settings *fresh, struct err *err)
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
	e->settings->drain_timeout_ms = fresh->drain_timeout_ms;
	atomic_store(&e->shared.live, fresh);
	script_plan_carry_out(e, plan);
	if (e->load)
		load_reload(e->load);
	return 0;
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
