/*
 * load_table_script.c - each table's script: found in the configuration when its first row comes, compiled again between
 * two batches when the files may have changed, and run over a batch. When a new version does not compile, the old one
 * stays and the error is told. @thread script
 */
#include <stdlib.h>
#include <string.h>

#include "core/logline.h"
#include "core/text.h"
#include "core/xalloc.h"
#include "engine/load/load_script_parts.h"

struct table_script {		/* one a topic, also when there is no script */
	struct table_script *next;
	char *path;		/* NULL: no script */
	struct script *script;
	struct table_meter *meter;
	uint64_t dropped;	/* script's own count, as of the last batch */
	bool slow;		/* the last batch took so long that it was told */
};

static char *script_path(const struct settings *s, const char *transform)
{
	return transform[0] == '/' ? xstrdup(transform) : xasprintf("%s/%s", s->dir, transform);
}

static int compile(struct script_stage *st, struct table_script *t, struct err *err)
{
	struct script *fresh = script_open(t->path, &st->l->sh->settings->script, err);

	if (fresh == NULL)
		return -1;
	script_close(t->script);
	t->script = fresh;
	t->dropped = 0;
	return 0;
}

static void table_script_free(struct table_script *t)
{
	script_close(t->script);
	free(t->path);
	free(t);
}

/* A message that names no table yet does not decide for its topic: NULL, and no error. */
static struct table_script *table_script(struct script_stage *st, struct load_topic *topic, const struct batch *in, struct err *err)
{
	const struct schema *schema = in->nchanges ? in->changes[0].schema : NULL;
	const struct table_settings *conf;
	struct table_script *t = topic->script;
	char name[512];

	if (t || schema == NULL)
		return t;
	snprintf(name, sizeof(name), "%s.%s", schema->db, schema->table);
	t = xcalloc(1, sizeof(*t));
	t->meter = table_meter_get(st->l->sh->tables, name);
	conf = settings_for_table(atomic_load(&st->l->sh->live), name);
	if (conf && conf->transform) {
		t->path = script_path(atomic_load(&st->l->sh->live), conf->transform);
		if (compile(st, t, err)) {
			table_script_free(t);
			return NULL;
		}
		logline(LOG_NOTICE, "script", "%s through %s", name, t->path);
	}
	t->next = st->tables;
	st->tables = topic->script = t;
	atomic_store(&topic->meter, t->meter);
	return t;
}

/* The table's script as the configuration has it now, which may be another one or none. */
static void reload_table(struct script_stage *st, struct table_script *t)
{
	const struct settings *live = atomic_load(&st->l->sh->live);
	const struct table_settings *conf = settings_for_table(live, t->meter->name);
	char *path = conf && conf->transform ? script_path(live, conf->transform) : NULL, *before = t->path;
	struct err err;

	err_clear(&err);
	if (path == NULL && before == NULL)
		return;
	t->path = path;
	if (path == NULL) {
		script_close(t->script);
		t->script = NULL;
		logline(LOG_NOTICE, "script", "%s through no script any more", t->meter->name);
	} else if (compile(st, t, &err)) {
		logline(LOG_ERROR, "script", "%s; the version before it stays", err.msg);
		t->path = before;
		before = path;
	} else {
		logline(LOG_NOTICE, "script", "%s compiled again", path);
	}
	free(before);
}

void scripts_reload(struct script_stage *st)
{
	uint64_t wanted = atomic_load(&st->l->reload);

	if (wanted == st->reload)
		return;
	st->reload = wanted;
	for (struct table_script *t = st->tables; t; t = t->next)
		reload_table(st, t);
}

void scripts_free(struct script_stage *st)
{
	while (st->tables) {
		struct table_script *t = st->tables;

		st->tables = t->next;
		table_script_free(t);
	}
}

struct slow_batch {
	struct script_stage *st;
	const struct load_item *item;
	bool told;
};

/* Between two rows of a batch that takes long already: whoever waits for it may look. */
static void tell_slow(void *arg, const struct script_slow *slow)
{
	struct slow_batch *batch = arg;
	const struct record *r = slow->record < batch->item->in->nrecords ? &batch->item->in->records[slow->record] : NULL;
	char key[200] = "";

	if (r && r->key)
		key[text_escape(key, sizeof(key), r->key, r->key_len)] = '\0';
	batch->told = true;
	problem_raise(batch->st->l->sh->problems, PROBLEM_SCRIPT_SLOW, batch->item->meter->name,
		      "the script is busy for %lld s with one batch; the slowest row took %lld ms at line %d, key %s",
		      (long long)slow->batch_us / 1000000, (long long)slow->row_us / 1000, slow->line, *key ? key : "(none)");
}

static int run_script(struct script_stage *st, struct table_script *t, struct load_item *item, struct err *err)
{
	struct slow_batch batch = { .st = st, .item = item };
	int rc;

	script_on_slow(t->script, tell_slow, &batch);
	rc = script_run(t->script, item->in, 0, item->in->nchanges, item->out, err);
	script_on_slow(t->script, NULL, NULL);
	if (t->slow && !batch.told)
		problem_clear(st->l->sh->problems, PROBLEM_SCRIPT_SLOW, t->meter->name);
	t->slow = batch.told;
	return rc;
}

int script_transform(struct script_stage *st, struct load_item *item, struct err *err)
{
	struct table_script *t = table_script(st, item->part->of, item->in, err);
	struct script_stats stats;

	if (t == NULL && err->kind != ERR_NONE)
		return -1;
	item->meter = t ? t->meter : load_topic_meter(st->l, item->part->of);
	if (t == NULL || t->script == NULL) {
		item->out = item->in;
		return 0;
	}
	item->out = load_batch_get(st->l);
	if (run_script(st, t, item, err)) {
		load_batch_put(st->l, item->out);
		item->out = NULL;
		return -1;
	}
	script_stats(t->script, &stats);
	counter_add(&t->meter->dropped, stats.dropped - t->dropped);
	t->dropped = stats.dropped;
	return 0;
}
