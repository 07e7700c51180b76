/* script_apply.c - see script_apply.h. */
#include "engine/control/script_apply.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/json.h"
#include "core/changes.h"
#include "core/logline.h"
#include "core/xalloc.h"
#include "engine/control/script_shadow.h"
#include "engine/scripts/script_store.h"
#include "engine/scripts/script_told.h"

enum { TAKEN_MS = 10000 }; /* the script thread may be at a batch */

/* ---- what takes its place, and what is said of it ---- */

static void tell(const char *section, const char *was, const struct script_version *v, const struct script_shadow *sh)
{
	char words[SHADOW_WORDS];

	script_shadow_words(sh, words);
	changes_tell(CHANGED_SCRIPT, LOG_NOTICE, "script",
			"[table %s]: version %s takes the place of %s on request of %s (%s); %s", section, v->version,
			was, v->who, v->how, words);
}

static int take(struct engine *e, const struct table_settings *section, const struct script *script, const char *was,
		struct script_version *v, const struct script_shadow *sh, struct err *err)
{
	script_version(script, v->version);
	if (script_store_take(e->settings->scripts, section->name, script, v, err))
		return -1;
	tell(section->name, was, v, sh);
	return 0;
}

/* ---- a request ---- */

struct script_apply {
	struct engine *e;
	const struct settings *live;
	const struct apply_wish *wish;
	engine_emit *emit;
	void *arg;
	struct err *err;
	unsigned taken;
};

static void say(struct script_apply *a, const char *kind, const char *section, const char *was, const char *is,
		const char *effect)
{
	const struct {
		const char *name, *value;
	} texts[] = {
		{ "kind", kind },
		{ "section", section },
		{ "was", was },
		{ "version", is },
		{ "effect", effect },
	};
	struct buf b;

	buf_init(&b, 1 << 16);
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		buf_printf(&b, "%s\"%s\":", i ? "," : "{", texts[i].name);
		buf_json_str(&b, texts[i].value);
	}
	buf_putc(&b, '}');
	a->emit(a->arg, b.data, b.len);
	buf_done(&b);
}

static int refuse(struct script_apply *a, const struct table_settings *section, const char *effect)
{
	return err_set(a->err, ERR_CONFIG, 0,
			"[table %s]: expected a version that does not drop or fail more rows, by more than script.guard = %lld percent, found one: %s; with force it is taken",
			section->name, (long long)a->live->load.guard_percent, effect);
}

/* -1: err; else what was told is carried out, or not. */
static int apply_script(struct script_apply *a, const struct table_settings *section, struct script *script,
		const char *was, const char *version)
{
	struct script_version v = { .section = NULL };
	struct script_shadow sh;
	char effect[SHADOW_WORDS];

	script_version(script, v.version);
	if (strcmp(v.version, was) == 0) {
		problem_clear(a->e->shared.problems, PROBLEM_SCRIPT_NOT_TAKEN, section->name);
		say(a, "same", section->name, was, was, "it runs already");
		return 0;
	}
	if (script_shadow(a->e, a->live, section, version, a->emit, a->arg, &sh, a->err))
		return -1;
	script_shadow_words(&sh, effect);
	if (a->wish->dry) {
		say(a, "tried", section->name, was, v.version, effect);
		return 0;
	}
	if (!a->wish->force && script_shadow_loses(&sh, a->live->load.guard_percent))
		return refuse(a, section, effect);
	snprintf(v.who, sizeof(v.who), "%s", a->wish->who);
	snprintf(v.how, sizeof(v.how), "%s", a->wish->how);
	if (a->wish->before || version)
		snprintf(v.instead, sizeof(v.instead), "%s", was);
	if (take(a->e, section, script, was, &v, &sh, a->err))
		return -1;
	problem_clear(a->e->shared.problems, PROBLEM_SCRIPT_NOT_TAKEN, section->name);
	say(a, "applied", section->name, was, v.version, effect);
	a->taken++;
	return 0;
}

/* Which version: that of the wish, the one before, or the files, which have to pass what a reload asks of them. NULL: err */
static struct script *wished(struct script_apply *a, const struct table_settings *section, const char **version,
		char room[static SCRIPT_VERSION_ROOM])
{
	*version = a->wish->version;
	if (a->wish->before) {
		if (!script_store_before(a->live->scripts, section->name, room)) {
			err_set(a->err, ERR_CONFIG, 0, "[table %s]: expected a version that has run before, found none",
					section->name);
			return NULL;
		}
		*version = room;
	}
	if (*version)
		return script_store_version(a->live, section, *version, a->err);
	return script_try_section(a->live, section, a->err) ? NULL : table_script_open(a->live, section, a->err);
}

static int apply_section(struct script_apply *a, const struct table_settings *section)
{
	char was[SCRIPT_VERSION_ROOM], before[SCRIPT_VERSION_ROOM];
	const char *version;
	struct script *script;
	int rc;

	if (!script_store_runs(a->live->scripts, section->name, was))
		return a->wish->table
				? err_set(a->err, ERR_CONFIG, 0,
						  "[table %s]: expected a section whose script runs, found none yet; it is used from its first row on",
						  section->name)
				: 0;
	script = wished(a, section, &version, before);
	rc = script ? apply_script(a, section, script, was, version) : -1;
	script_close(script);
	return rc;
}

int script_apply(struct engine *e, const struct apply_wish *w, engine_emit *emit, void *arg, struct err *err)
{
	struct script_apply a = {
		.e = e,
		.live = atomic_load(&e->shared.live),
		.wish = w,
		.emit = emit,
		.arg = arg,
		.err = err,
	};
	const struct table_settings *section = w->table ? script_section(a.live, w->table, err) : NULL;
	int rc = 0;

	if (w->table && section == NULL)
		return -1;
	if (section)
		rc = apply_section(&a, section);
	for (size_t i = 0; section == NULL && i < a.live->ntables && rc == 0; i++)
		if (table_has_script(&a.live->tables[i]))
			rc = apply_section(&a, &a.live->tables[i]);
	if (a.taken == 0)
		return rc;
	load_reload(e->load);
	if (rc == 0 && !load_reloaded(e->load, TAKEN_MS))
		rc = err_set(err, ERR_RETRY, 0,
				"taken down, but the scripts are not at work yet: the load is busy with one batch, or stopped");
	return rc;
}

/* ---- a reload of the configuration ---- */

struct script_plan {
	struct script_plan *next;
	const struct table_settings *section;
	struct script *script;
	char was[SCRIPT_VERSION_ROOM];
	struct script_shadow shadow;
};

static void plan_section(struct engine *e, const struct settings *fresh, const struct table_settings *section,
		struct script_plan **plans)
{
	struct err err = { 0 };
	struct script_plan *p;
	struct script *script;
	char was[SCRIPT_VERSION_ROOM], is[SCRIPT_VERSION_ROOM];

	if (!script_store_runs(fresh->scripts, section->name, was) ||
			(script = table_script_open(fresh, section, &err)) == NULL)
		return; /* script_try_all() has just opened it */
	script_version(script, is);
	if (strcmp(is, was) == 0 || script_store_refuses(fresh->scripts, section->name, is)) {
		if (strcmp(is, was) != 0)
			logline(LOG_WARNING, "script",
					"[table %s]: version %s of the files was taken back and stays so, %s runs; `millrace lua apply` takes it",
					section->name, is, was);
		else
			problem_clear(e->shared.problems, PROBLEM_SCRIPT_TAKEN_BACK, section->name);
		script_close(script);
		return;
	}
	p = xcalloc(1, sizeof(*p));
	*p = (struct script_plan){ .next = *plans, .section = section, .script = script };
	memcpy(p->was, was, sizeof(was));
	script_shadow(e, fresh, section, NULL, script_shadow_log, (void *)section, &p->shadow, &err);
	*plans = p;
}

struct script_plan *script_plan_reload(struct engine *e, const struct settings *fresh)
{
	struct script_plan *plans = NULL;

	for (size_t i = 0; fresh->scripts && i < fresh->ntables; i++)
		if (table_has_script(&fresh->tables[i]))
			plan_section(e, fresh, &fresh->tables[i], &plans);
	return plans;
}

void script_plan_carry_out(struct engine *e, struct script_plan *p, const char *who)
{
	while (p) {
		struct script_plan *next = p->next;
		struct script_version v = { .how = "reload" };
		struct err err = { 0 };

		snprintf(v.who, sizeof(v.who), "%s", who);
		if (take(e, p->section, p->script, p->was, &v, &p->shadow, &err))
			logline(LOG_ERROR, "script", "%s; the version before it stays", err.msg);
		script_close(p->script);
		free(p);
		p = next;
	}
}
