/*
 * load_script.c - the script thread: messages to changes, changes through the table's script, results to the sink
 * thread that owns the table. A script is compiled again between two batches, never inside one; when the new one does
 * not compile, the old one stays and the error is told.
 */
#include <stdlib.h>
#include <string.h>

#include "core/clock.h"
#include "core/logline.h"
#include "core/xalloc.h"
#include "engine/load/load_parts.h"

struct table_script {		/* one a topic, also when there is no script */
	struct table_script *next;
	char *path;		/* NULL: no script */
	struct script *script;
	struct table_meter *meter;
	uint64_t dropped;	/* script's own count, as of the last batch */
};

struct script_stage {
	struct load *l;
	struct format_decoder *decoder;
	struct table_script *tables;	/* all; a topic knows its own */
	uint64_t reload;
	uint64_t *asked;	/* versions of schemas that the history does not know */
	size_t nasked;
};

enum { HISTORY_TRIES = 20, HISTORY_WAIT_MS = 50 };

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

static void reload(struct script_stage *st)
{
	uint64_t wanted = atomic_load(&st->l->reload);

	if (wanted == st->reload)
		return;
	st->reload = wanted;
	for (struct table_script *t = st->tables; t; t = t->next)
		reload_table(st, t);
}

/* A message tells less than MySQL did; the schema history in the log has the rest. The first change whose schema it has not
 * been asked for yet, or NULL. */
static const struct schema *unasked(const struct script_stage *st, const struct batch *in)
{
	const struct schema *last = NULL;

	for (size_t i = 0; i < in->nchanges; i++) {
		const struct schema *schema = in->changes[i].schema;
		size_t k = 0;

		if (schema == NULL || schema == last || schema->exact)
			continue;
		last = schema;
		while (k < st->nasked && st->asked[k] != schema->version)
			k++;
		if (k == st->nasked)
			return schema;
	}
	return NULL;
}

static void remember_asked(struct script_stage *st, const struct schema *schema)
{
	st->asked = xrealloc(st->asked, (st->nasked + 1) * sizeof(*st->asked));
	st->asked[st->nasked++] = schema->version;
}

static int decode_with_history(struct script_stage *st, struct batch *in, size_t *known, struct err *err)
{
	struct load *l = st->l;
	struct schema *const *schemas;

	if (history_read(l->history, l->sh->log, l->sh->settings->format.history_topic, NULL, err))
		return -1;
	schemas = history_schemas(l->history, known);
	for (size_t i = 0; i < *known; i++)
		format_decoder_know(st->decoder, schemas[i]);
	in->nchanges = 0;
	return format_decode(st->decoder, in, err);
}

/* Rows and the history record that describes them are one transaction, but a broker may show one partition a moment before
 * the other: so a history that exists is asked again before its silence is believed. */
static int decode(struct script_stage *st, struct batch *in, struct err *err)
{
	const struct schema *schema;
	size_t known;

	if (format_decode(st->decoder, in, err))
		return -1;
	for (int tries = 0; (schema = unasked(st, in)) != NULL; tries++) {
		if (decode_with_history(st, in, &known, err))
			return -1;
		schema = unasked(st, in);
		if (schema && (known == 0 || tries >= HISTORY_TRIES)) {
			remember_asked(st, schema);
			tries = 0;
		} else if (schema) {
			clock_sleep_ms(HISTORY_WAIT_MS);
		}
	}
	return 0;
}

static struct table_meter *meter_by_topic(const struct load *l, const char *topic)
{
	char name[512];

	load_table_name(l, topic, name, sizeof(name));
	return table_meter_get(l->sh->tables, name);
}

static int transform(struct script_stage *st, struct load_item *item, struct err *err)
{
	struct table_script *t = table_script(st, item->part->of, item->in, err);
	struct script_stats stats;

	if (t == NULL && err->kind != ERR_NONE)
		return -1;
	item->meter = t ? t->meter : meter_by_topic(st->l, item->in->topic);
	if (t == NULL || t->script == NULL) {
		item->out = item->in;
		return 0;
	}
	item->out = load_batch_get(st->l);
	if (script_run(t->script, item->in, 0, item->in->nchanges, item->out, err))
		return -1;
	script_stats(t->script, &stats);
	counter_add(&t->meter->dropped, stats.dropped - t->dropped);
	t->dropped = stats.dropped;
	return 0;
}

static int script_turn(struct script_stage *st, struct load_item *item, struct err *err)
{
	struct stage_meter *m = &st->l->sh->stages[STAGE_SCRIPT];

	reload(st);
	if (item->forget_all)
		return 0;
	if (decode(st, item->in, err) || transform(st, item, err))
		return -1;
	meter_done(m, item->in->nrecords, item->out->nchanges, item->in->bytes);
	item->scripted_us = clock_wall_us();
	taps_offer_changes(st->l->sh->taps, STAGE_SCRIPT, item->out);
	return 0;
}

/* Hands the item over; one for all goes to every worker. -1: the session is over. */
static int pass_on(struct load *l, struct load_item *item)
{
	if (!item->forget_all)
		return queue_push(load_worker_queue(item->part->of->worker), item);
	for (size_t i = 0; i < l->nworkers; i++) {
		struct load_item *copy = load_item_new(l);

		copy->forget_all = true;
		copy->generation = item->generation;
		if (queue_push(load_worker_queue(l->workers[i]), copy)) {
			load_item_free(copy);
			return -1;
		}
	}
	load_item_free(item);
	return 0;
}

static void script_loop(struct script_stage *st)
{
	struct load *l = st->l;
	struct stage_meter *m = &l->sh->stages[STAGE_SCRIPT];
	struct load_item *item;
	struct err err;

	m->mark_us = clock_mono_us();
	while ((item = queue_pop(l->to_script)) != NULL) {
		meter_phase(m, PHASE_WAIT_IN);
		err_clear(&err);
		if (!item->forget_all && item->generation != atomic_load(&l->generation)) {
			load_item_free(item);	/* its partition may be gone; what is still ours is read again */
			continue;
		}
		if (script_turn(st, item, &err)) {
			load_item_free(item);
			err_wrap(&err, "script");
			load_fail(l, &err);
			return;
		}
		meter_phase(m, PHASE_BUSY);
		atomic_fetch_add(&l->turns, 1);
		if (pass_on(l, item)) {
			load_item_free(item);
			return;
		}
		meter_phase(m, PHASE_WAIT_OUT);
	}
}

void *load_script_thread(void *arg)
{
	struct script_stage st = { .l = arg };
	struct load *l = arg;
	struct err err;

	err_clear(&err);
	st.reload = atomic_load(&l->reload);
	st.decoder = format_decoder_new(&l->sh->settings->format, &err);
	if (st.decoder)
		script_loop(&st);
	else
		load_fail(l, &err);
	format_decoder_free(st.decoder);
	while (st.tables) {
		struct table_script *t = st.tables;

		st.tables = t->next;
		table_script_free(t);
	}
	free(st.asked);
	for (size_t i = 0; i < l->nworkers; i++)
		queue_close(load_worker_queue(l->workers[i]));
	return NULL;
}
