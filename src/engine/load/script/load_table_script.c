/*
 * load_table_script.c - each table's script: its section of the configuration is found when its first row comes, compiled again between
 * two batches when the files may have changed, and run over a batch. Tables of one section share its script, since nothing in it stays
 * from row to row. When a new version does not compile, the old one stays and the error is told. @thread script
 */
#include <stdlib.h>
#include <string.h>

#include "core/clock.h"
#include "core/changes.h"
#include "core/logline.h"
#include "core/must.h"
#include "core/text.h"
#include "core/xalloc.h"
#include "engine/load/script/load_guard.h"
#include "engine/load/script/load_profile.h"
#include "engine/load/script/load_script_parts.h"
#include "engine/scripts/script_store.h"

enum { TELL_US = 1000000 };

struct section_script { /* of a section [table NAME]: tables of a pattern share it */
	struct section_script *next;
	char *name; /* the section's */
	struct script *script;
	struct load_guard guard;
	unsigned tables; /* that use it */
	uint64_t number; /* of its script; another one has another */
};

struct table_script { /* one a topic, also when there is no script */
	struct table_script *next;
	struct section_script *section; /* NULL: no script */
	struct table_meter *meter;
	struct table_drops *drops; /* NULL: none */
	struct script_costs costs;
	uint64_t costs_of; /* the number of the script that they are of; 0: none */
	bool untold;	   /* the status has not all of it */
	bool slow;	   /* the last batch took so long that it was told */
};

static void told_version(const struct section_script *c, const char *what)
{
	char version[SCRIPT_VERSION_ROOM];

	script_version(c->script, version);
	changes_tell(CHANGED_SCRIPT, LOG_NOTICE, "script", "[table %s]: version %s, %s", c->name, version, what);
}

static const struct table_settings *section_named(const struct settings *s, const char *name)
{
	for (size_t i = 0; i < s->ntables; i++)
		if (strcmp(s->tables[i].name, name) == 0 && table_has_script(&s->tables[i]))
			return &s->tables[i];
	return NULL;
}

static bool files_are(const struct settings *live, const struct table_settings *conf, const char *version)
{
	struct err err = { 0 };
	struct script *files = table_script_open(live, conf, &err);
	char is[SCRIPT_VERSION_ROOM] = "";

	if (files)
		script_version(files, is);
	script_close(files);
	return strcmp(is, version) == 0;
}

/* What the store says of the version that the section gets now: a problem, or a guard over it. Its old script is still there. */
static void look_at_version(struct script_stage *st, struct section_script *c, const struct table_settings *conf)
{
	const struct settings *live = atomic_load(&st->l->sh->live);
	struct script_stats before = { .rows_in = 0 };
	struct script_version v;
	bool guarded;

	c->guard.armed = false;
	if (live->scripts == NULL || !script_store_at(live->scripts, conf->name, 0, &v))
		return;
	guarded = strcmp(v.how, "reload") == 0 || strcmp(v.how, "apply") == 0 || strcmp(v.how, "watch") == 0;
	if (c->script && guarded) {
		script_stats(c->script, &before);
		guard_arm(&c->guard, before.rows_in, before.dropped + before.dead, live->load.guard_percent,
				live->load.guard_rows);
	}
	if (strcmp(v.how, "guard") == 0 && !files_are(live, conf, v.version))
		problem_raise(st->l->sh->problems, PROBLEM_SCRIPT_TAKEN_BACK, conf->name,
				"version %s dropped or failed many more rows than version %s, which runs again",
				v.instead, v.version);
	else
		problem_clear(st->l->sh->problems, PROBLEM_SCRIPT_TAKEN_BACK, conf->name);
	free(v.section);
}

static int compile(struct script_stage *st, struct section_script *c, const struct table_settings *conf,
		struct err *err)
{
	const struct settings *live = atomic_load(&st->l->sh->live);
	struct script *fresh = script_store_script(live, conf, err);

	if (fresh == NULL)
		return -1;
	look_at_version(st, c, conf);
	script_close(c->script);
	c->script = fresh;
	c->number = ++st->compiled;
	return 0;
}

/* The version before runs again, and is what the section has from now on. */
static void take_back(struct script_stage *st, struct section_script *c)
{
	const struct settings *live = atomic_load(&st->l->sh->live);
	const struct table_settings *conf = section_named(live, c->name);
	struct script_version v = { .who = "script.guard", .how = "guard" };
	char before[SCRIPT_VERSION_ROOM];
	struct script *old = NULL;
	struct err err = { 0 };
	double share = c->guard.share, share_before = c->guard.before;

	script_version(c->script, v.instead);
	if (conf && script_store_before(live->scripts, c->name, before))
		old = script_store_version(live, conf, before, &err);
	if (old == NULL || script_store_take(live->scripts, c->name, old, &v, &err) || compile(st, c, conf, &err))
		logline(LOG_ERROR, "script",
				"[table %s]: version %s loses many rows, and the one before it cannot be used: %s",
				c->name, v.instead, err.kind ? err.msg : "none is kept");
	else
		logline(LOG_ERROR, "script",
				"[table %s]: version %s lost %.0f percent of its rows, the one before it %.0f: script.guard has taken it back, %s runs",
				c->name, v.instead, share, share_before, before);
	script_close(old);
}

/* The section's script, compiled when it is new. NULL: err says why. */
static struct section_script *section_get(struct script_stage *st, const struct table_settings *conf, struct err *err)
{
	struct section_script *c = st->sections;

	while (c && strcmp(c->name, conf->name) != 0)
		c = c->next;
	if (c)
		return c;
	c = xcalloc(1, sizeof(*c));
	if (compile(st, c, conf, err)) {
		free(c);
		return NULL;
	}
	c->name = xstrdup(conf->name);
	c->next = st->sections;
	told_version(c, "compiled");
	return st->sections = c;
}

static void table_uses(struct table_script *t, struct section_script *section)
{
	if (section)
		section->tables++;
	if (t->section)
		t->section->tables--;
	t->section = section;
}

static void is_news(struct script_stage *st, struct table_script *t)
{
	t->untold = st->untold = true;
}

static void follow_script(struct table_script *t)
{
	uint64_t number = t->section ? t->section->number : 0;

	if (number != t->costs_of)
		costs_begin(&t->costs, t->meter, t->section ? t->section->name : NULL,
				t->section ? t->section->script : NULL);
	t->costs_of = number;
}

void scripts_tell(struct script_stage *st)
{
	int64_t now_us = clock_mono_us();
	char version[SCRIPT_VERSION_ROOM] = "";

	if (!st->untold || now_us - st->told_us < TELL_US)
		return;
	st->untold = false;
	st->told_us = now_us;
	for (struct table_script *t = st->tables; t; t = t->next) {
		if (!t->untold)
			continue;
		t->untold = false;
		if (t->section)
			script_version(t->section->script, version);
		drops_tell(t->drops, st->l->sh->tables, t->meter, t->section ? version : "");
	}
}

/* Whose script it is; NULL: no script. */
static const struct table_settings *section_of(struct script_stage *st, const char *name)
{
	const struct table_settings *conf = settings_for_table(atomic_load(&st->l->sh->live), name);

	return conf && table_has_script(conf) ? conf : NULL;
}

/* A message that names no table yet does not decide for its topic: NULL, and no error. */
static struct table_script *table_script(struct script_stage *st, struct load_topic *topic, const struct batch *in,
		struct err *err)
{
	const struct schema *schema = in->nchanges ? in->changes[0].schema : NULL;
	const struct table_settings *conf;
	struct section_script *section = NULL;
	struct table_script *t = topic->script;
	char name[512];

	if (t || schema == NULL)
		return t;
	snprintf(name, sizeof(name), "%s.%s", schema->db, schema->table);
	conf = section_of(st, name);
	if (conf && (section = section_get(st, conf, err)) == NULL)
		return NULL;
	if (section)
		changes_tell(CHANGED_SCRIPT, LOG_NOTICE, "script", "%s through [table %s]", name, section->name);
	t = xcalloc(1, sizeof(*t));
	t->meter = table_meter_get(st->l->sh->tables, name);
	table_uses(t, section);
	follow_script(t);
	is_news(st, t);
	t->next = st->tables;
	st->tables = topic->script = t;
	atomic_store(&topic->meter, t->meter);
	return t;
}

/* ---- a configuration that was read anew ---- */

static void reload_section(struct script_stage *st, struct section_script *c)
{
	const struct settings *live = atomic_load(&st->l->sh->live);
	const struct table_settings *conf = section_named(live, c->name);
	char is[SCRIPT_VERSION_ROOM], wanted[SCRIPT_VERSION_ROOM];
	struct err err;

	err_clear(&err);
	script_version(c->script, is);
	if (live->scripts && script_store_runs(live->scripts, c->name, wanted) && strcmp(is, wanted) == 0)
		return;
	if (conf && compile(st, c, conf, &err))
		logline(LOG_ERROR, "script", "%s; the version before it stays", err.msg);
	else if (conf)
		told_version(c, "compiled again");
}

/* The table's section as the configuration has it now, which may be another one or none. */
static void reload_table(struct script_stage *st, struct table_script *t)
{
	const struct table_settings *conf = section_of(st, t->meter->name);
	struct section_script *section = NULL;
	struct err err;

	err_clear(&err);
	if (conf && (section = section_get(st, conf, &err)) == NULL) {
		logline(LOG_ERROR, "script", "%s; the script before it stays", err.msg);
		return;
	}
	if (section != t->section)
		changes_tell(CHANGED_SCRIPT, LOG_NOTICE, "script",
				section ? "%s through [table %s]" : "%s through no script any more%s", t->meter->name,
				section ? section->name : "");
	table_uses(t, section);
	follow_script(t);
	is_news(st, t);
}

static void free_sections(struct script_stage *st, bool all)
{
	for (struct section_script **at = &st->sections; *at;) {
		struct section_script *c = *at;

		if (!all && c->tables) {
			at = &c->next;
			continue;
		}
		*at = c->next;
		script_close(c->script);
		free(c->name);
		free(c);
	}
}

void scripts_reload(struct script_stage *st)
{
	uint64_t wanted = atomic_load(&st->l->reload), before = st->compiled;
	int64_t start_us = clock_mono_us();

	if (wanted == st->reload)
		return;
	st->reload = wanted;
	for (struct section_script *c = st->sections; c; c = c->next)
		reload_section(st, c);
	for (struct table_script *t = st->tables; t; t = t->next)
		reload_table(st, t);
	free_sections(st, false);
	if (st->compiled != before)
		logline(LOG_INFO, "script", "rows waited %lld us while scripts were changed",
				(long long)(clock_mono_us() - start_us));
	atomic_store(&st->l->reload_done, wanted);
}

/* ---- a profile ---- */

static struct section_script *profiled_now(struct script_stage *st)
{
	struct section_script *c = st->sections;

	while (c && c->number != st->profiled)
		c = c->next;
	return c;
}

static void profile_end(struct script_stage *st)
{
	struct section_script *c = profiled_now(st);

	if (st->profiled && c)
		script_profile(c->script, false);
	st->profiled = 0;
}

/* A version that takes its place meanwhile is measured from its first row on. */
void scripts_profile(struct script_stage *st)
{
	struct load_profile *p = st->l->profile;
	struct section_script *c = st->sections;
	char name[TABLE_NAME_ROOM];

	if (!load_profile_wanted(p) && st->profiled == 0)
		return;
	if (!load_profile_section(p, name, sizeof(name))) {
		profile_end(st);
		return;
	}
	while (c && strcmp(c->name, name) != 0)
		c = c->next;
	if (c && c->number != st->profiled) {
		profile_end(st);
		st->profiled = c->number;
		script_profile(c->script, true);
		logline(LOG_NOTICE, "script", "[table %s]: a profile of its lines begins", c->name);
	}
	if (!load_profile_over(p))
		return;
	load_profile_give(p, c ? c->script : NULL);
	profile_end(st);
}

void scripts_free(struct script_stage *st)
{
	while (st->tables) {
		struct table_script *t = st->tables;

		st->tables = t->next;
		free(t->drops);
		costs_end(&t->costs);
		free(t);
	}
	free_sections(st, true);
}

/* ---- a batch ---- */

struct slow_batch {
	struct script_stage *st;
	struct load_item *item;
};

/* Between two rows of a batch that takes long already: whoever waits for it may look. */
static void tell_slow(void *arg, const struct script_slow *slow)
{
	struct slow_batch *batch = arg;
	const struct record *r = slow->record < batch->item->in->nrecords ? &batch->item->in->records[slow->record]
									  : NULL;
	char key[200] = "", line[40] = "";

	if (slow->line)
		snprintf(line, sizeof(line), " at line %d", slow->line);
	if (r && r->key)
		key[text_escape(key, sizeof(key), r->key, r->key_len)] = '\0';
	batch->item->slow = true;
	problem_raise(batch->st->l->sh->problems, PROBLEM_SCRIPT_SLOW, batch->item->meter->name,
			"the script is busy for %lld s with one batch; the slowest row took %lld ms%s, key %s",
			(long long)slow->batch_us / 1000000, (long long)slow->row_us / 1000, line,
			*key ? key : "(none)");
}

/* The guard has taken the version back that these tables went through. */
static void all_follow(struct script_stage *st, const struct section_script *c)
{
	for (struct table_script *t = st->tables; t; t = t->next)
		if (t->section == c) {
			follow_script(t);
			is_news(st, t);
		}
}

/* turn: what the script has done now; of a batch with several turns there is more of it. */
static int run_script(struct script_stage *st, struct table_script *t, struct load_item *item,
		struct script_stats *turn, struct err *err)
{
	struct slow_batch batch = { .st = st, .item = item };
	struct script *script = t->section->script;
	struct script_stats before;
	int rc;

	script_stats(script, &before);
	script_refuse_to(script, table_meters_have, st->l->sh->tables);
	script_on_slow(script, tell_slow, &batch);
	costs_before(&t->costs, script);
	rc = script_run_until(script, item->in, 0, item->in->nchanges, item->out, st->until_us, &item->pause, err);
	script_on_slow(script, NULL, NULL);
	must_debug(batch_is_sound(item->out));
	script_stats(script, turn);
	costs_after(&t->costs, script, item, t->section->guard.armed);
	turn->rows_in -= before.rows_in;
	turn->dropped -= before.dropped;
	turn->dead -= before.dead;
	counter_add(&t->meter->script_rows, turn->rows_in);
	counter_add(&t->meter->script_ns, turn->ns - before.ns);
	item->dropped += turn->dropped;
	return rc;
}

/* The batch is through and goes on to the load: what it has dropped and counted is so. */
static void is_through(struct script_stage *st, struct table_script *t, struct load_item *item)
{
	counter_add(&t->meter->dropped, item->dropped);
	if (drops_note(&t->drops, t->section->script, &t->costs))
		is_news(st, t);
	if (t->slow && !item->slow)
		problem_clear(st->l->sh->problems, PROBLEM_SCRIPT_SLOW, t->meter->name);
	t->slow = item->slow;
}

static void begin_again(struct script_stage *st, struct load_item *item)
{
	script_pause_free(item->pause);
	item->pause = NULL;
	item->dropped = 0;
	if (item->out != item->in)
		load_batch_put(st->l, item->out);
	item->out = NULL;
}

static int through(struct script_stage *st, struct table_script *t, struct load_item *item, struct err *err)
{
	struct script *script = t->section->script;
	bool keeps = script_uses_state(script);
	struct script_stats turn = { .rows_in = 0 };
	int rc;

	item->pause_of = t->section->number;
	rc = keeps && state_lend(st, item, script, err) ? -1 : run_script(st, t, item, &turn, err);
	if (rc > 0 && keeps)
		script_lend_state(script, NULL);
	if (rc == 0 && keeps && (rc = state_take(item, script, err)) != 0)
		script_counts_back(script);
	if (rc == 0)
		is_through(st, t, item);
	else if (rc < 0)
		begin_again(st, item);
	if (guard_count(&t->section->guard, turn.rows_in, turn.dropped + turn.dead)) {
		take_back(st, t->section);
		all_follow(st, t->section);
	}
	return rc;
}

int script_transform(struct script_stage *st, struct load_item *item, struct err *err)
{
	struct table_script *t = table_script(st, item->part->of, item->in, err);

	if (t == NULL && err->kind != ERR_NONE)
		return -1;
	item->meter = t ? t->meter : load_topic_meter(st->l, item->part->of);
	if (item->pause && (t == NULL || t->section == NULL || t->section->number != item->pause_of))
		begin_again(st, item); /* another version takes the whole batch */
	if (t == NULL || t->section == NULL) {
		item->out = item->in;
		return 0;
	}
	if (item->out == NULL)
		item->out = load_batch_get(st->l);
	return through(st, t, item, err);
}
