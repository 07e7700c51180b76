/*
 * load_lend.c - a table goes to Routine Load and comes back (loader.h): the steps, each stored beside the offsets of all its
 * partitions before the next thing happens.
 *
 * The first one is the hard one. Nothing more of the table is read, until everything that was is loaded and stored; then no
 * partition has a range of which nobody knows whether the target has it, and its offset is exactly what is visible. A
 * table that does not come so far goes on as before.
 */
#include <stdlib.h>
#include <string.h>

#include "core/clock.h"
#include "core/conf/pattern.h"
#include "core/logline.h"
#include "core/xalloc.h"
#include "engine/load/load_parts.h"

enum { AGAIN_US = 100000 };

struct lending {
	struct load_order order; /* first: it is one */
	const struct lend *wish;
	int64_t not_before_us; /* monotonic */
	unsigned partitions;
};

void lent_table_done(struct lent_table *t)
{
	free(t->parts);
	*t = (struct lent_table){ .parts = NULL };
}

/* ---- what is lent, for whoever asks ---- */

static bool topic_is_lent(const struct load_topic *t)
{
	for (size_t i = 0; i < t->nparts; i++)
		if (t->parts[i] && t->parts[i]->lent)
			return true;
	return false;
}

static struct lent_table *find(struct lent_table *tables, size_t n, const char *table)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(tables[i].table, table) == 0)
			return &tables[i];
	return NULL;
}

static void note_part(struct lent_table *t, const struct load_part *p)
{
	t->parts = xrealloc(t->parts, (t->nparts + 1) * sizeof(*t->parts));
	t->parts[t->nparts++] = (struct lent_partition){
		.partition = p->partition,
		.loader = p->place.loader,
		.fresh = p->place.fresh,
		.job = p->place.job,
		.offset = p->next,
	};
}

void load_lent_note(struct load *l)
{
	struct lent_table *tables = NULL, *before, *t;
	char name[TABLE_NAME_ROOM];
	size_t n = 0, nbefore;

	for (size_t i = 0; i < l->nowned; i++) {
		if (!topic_is_lent(l->owned[i]->of))
			continue;
		load_table_name(l, l->owned[i]->topic, name, sizeof(name));
		t = find(tables, n, name);
		if (t == NULL) {
			tables = xrealloc(tables, (n + 1) * sizeof(*tables));
			t = &tables[n++];
			*t = (struct lent_table){ .parts = NULL };
			snprintf(t->table, sizeof(t->table), "%s", name);
		}
		note_part(t, l->owned[i]);
	}
	pthread_mutex_lock(&l->half.lock);
	before = l->lent;
	nbefore = l->nlent;
	l->lent = tables;
	l->nlent = n;
	l->lent_known = true;
	pthread_mutex_unlock(&l->half.lock);
	for (size_t i = 0; i < nbefore; i++)
		lent_table_done(&before[i]);
	free(before);
}

static void copy(struct lent_table *to, const struct lent_table *from)
{
	*to = *from;
	to->parts = xmalloc((from->nparts + 1) * sizeof(*to->parts));
	memcpy(to->parts, from->parts, from->nparts * sizeof(*to->parts));
}

struct lent_table *load_lent(struct load *l, size_t *n)
{
	struct lent_table *out;

	pthread_mutex_lock(&l->half.lock);
	*n = l->nlent;
	out = l->lent_known ? xcalloc(l->nlent + 1, sizeof(*out)) : NULL;
	for (size_t i = 0; i < l->nlent; i++)
		copy(&out[i], &l->lent[i]);
	pthread_mutex_unlock(&l->half.lock);
	return out;
}

int loader_refuse_lent(struct shared *sh, const char *tables, const char *what, struct err *err)
{
	const struct settings *s = sh->settings;
	struct log *log = s->log.bootstrap_servers && s->sink.fe_mysql ? shared_log(sh, err) : NULL;
	struct pattern_list list = { .count = 0 };
	struct log_groups groups = { .count = 0 };
	char name[TABLE_NAME_ROOM];
	struct place place;
	int rc = 0;

	if (s->log.bootstrap_servers == NULL || s->sink.fe_mysql == NULL) /* what no job can load */
		return 0;
	if (log == NULL || pattern_list_parse(&list, "tables", tables, err) ||
			log_groups(log, s->load.group, &groups, err))
		rc = -1;
	for (size_t i = 0; i < groups.count && rc == 0; i++) {
		const struct log_group_offset *o = &groups.items[i];

		if (o->metadata && place_parse(o->metadata, &place) && place.loader != LOADER_OWN &&
				format_topic_table(&s->format, o->topic, name, sizeof(name)) &&
				pattern_list_match(&list, name))
			rc = err_set(err, ERR_CONFIG, 0,
					"%s: %s is loaded by Routine Load, which a TRUNCATE in its topic would pause: `millrace routine handover %s --to stream` first",
					what, name, name);
	}
	log_groups_free(&groups);
	pattern_list_done(&list);
	return rc;
}

/* ---- until nothing of it is under way ---- */

static bool begin_ready(struct load *l, struct load_order *o)
{
	struct lending *g = (struct lending *)o;

	for (size_t i = 0; i < l->nowned && l->leaving == NULL; i++) {
		struct load_topic *t = l->owned[i]->of;

		if (!load_is_of(l, t->name, g->wish->table))
			continue;
		t->leaving = true;
		l->leaving = t;
		load_pauses_changed(l);
		return false;
	}
	if (l->leaving == NULL)
		return true; /* apply says that there is no such table */
	return atomic_load(&l->leaving->bytes) == 0 && clock_mono_us() >= g->not_before_us;
}

/* ---- the steps that take up the partitions anew ---- */

static int store(struct load *l, struct log_assigned *a, struct place *place, int64_t offset, struct err *err)
{
	snprintf(place->by, sizeof(place->by), "%s", l->sh->settings->name);
	place_print(a->metadata, sizeof(a->metadata), place);
	a->committed = offset;
	return log_reader_commit(l->reader, a->topic, a->partition, offset, a->metadata, err);
}

/* Another partition may have gone before a crash: the job has one number. */
static int begin_look(struct load *l, struct lending *g, uint64_t *job, bool *wait, bool *known, struct err *err)
{
	struct place place;

	for (size_t i = 0; i < l->assigned.count; i++) {
		const struct log_assigned *a = &l->assigned.items[i];

		if (!load_is_of(l, a->topic, g->wish->table))
			continue;
		if (g->partitions++ == 0 && load_has_all(l, g->order.what, a->topic, err))
			return -1;
		place_parse(a->metadata, &place);
		*wait |= a->committed >= 0 && place.intent >= 0;
		*known |= place_has_loaded(a->committed, a->metadata);
		if (place.loader == LOADER_LENDING)
			*job = place.job;
		else if (place.loader != LOADER_OWN)
			return err_set(err, ERR_CONFIG, 0, "%s: %s is loaded by Routine Load", g->order.what,
					g->wish->table);
	}
	return g->partitions
			? 0
			: err_set(err, ERR_CONFIG, 0,
					  "%s: expected a table that this process loads and that has a topic, found '%.100s'",
					  g->order.what, g->wish->table);
}

static int begin_apply(struct load *l, struct load_order *o, order_look *at, void *look, struct err *err)
{
	struct lending *g = (struct lending *)o;
	uint64_t job = g->wish->job;
	bool wait = false, known = false;

	g->partitions = 0;
	if (begin_look(l, g, &job, &wait, &known, err))
		return -1;
	o->later = wait;
	g->not_before_us = clock_mono_us() + AGAIN_US;
	for (size_t i = 0; i < l->assigned.count && !wait; i++) {
		struct log_assigned *a = &l->assigned.items[i];
		struct log_partition ends = at(look, a->topic, a->partition);
		int64_t offset = a->committed >= 0 ? a->committed : ends.low > 0 ? ends.low : 0;
		struct place place;

		if (!load_is_of(l, a->topic, g->wish->table))
			continue;
		place_parse(a->metadata, &place);
		place.loader = LOADER_LENDING;
		place.job = job;
		place.put = false; /* the job may delete it */
		place.fresh = !known;
		if (store(l, a, &place, offset, err))
			return -1;
	}
	return 0;
}

static int64_t moved_to(const struct lend *wish, int32_t partition, int64_t offset)
{
	for (size_t i = 0; i < wish->nmoved; i++)
		if (wish->moved[i].partition == partition && wish->moved[i].offset > offset)
			return wish->moved[i].offset;
	return offset;
}

/* What the job has loaded has no label of ours; that something is there, the next load has to know. */
static int taken_apply(struct load *l, struct load_order *o, order_look *at, void *look, struct err *err)
{
	struct lending *g = (struct lending *)o;

	(void)at;
	(void)look;
	for (size_t i = 0; i < l->assigned.count; i++) {
		struct log_assigned *a = &l->assigned.items[i];
		struct place place;

		if (!load_is_of(l, a->topic, g->wish->table) || !place_parse(a->metadata, &place) ||
				place.loader != LOADER_TAKING)
			continue;
		place.loader = LOADER_OWN;
		place.mark = -1;
		if (place.label[0] == '\0')
			snprintf(place.label, sizeof(place.label), "routine_%08llx", (unsigned long long)place.job);
		place.job = 0;
		if (store(l, a, &place, moved_to(g->wish, a->partition, a->committed), err))
			return -1;
		g->partitions++;
	}
	logline(LOG_NOTICE, "load", "%s: %u partition%s taken back from Routine Load", g->wish->table, g->partitions,
			g->partitions == 1 ? "" : "s");
	return 0;
}

/* ---- the steps of partitions that nobody here loads ---- */

static const struct {
	bool from[LOADER_COUNT];
	enum loader to;
} steps[LEND_STEPS] = {
	[LEND_LOOKED] = { { [LOADER_LENDING] = true }, LOADER_LENDING },
	[LEND_MADE] = { { [LOADER_LENDING] = true }, LOADER_ROUTINE },
	[LEND_TAKE] = { { [LOADER_LENDING] = true, [LOADER_ROUTINE] = true }, LOADER_TAKING },
	[LEND_MOVED] = { { [LOADER_ROUTINE] = true }, LOADER_ROUTINE },
};

/* From now on rows that are there may be the job's. */
static void part_looked(struct load *l, const struct load_part *p, struct place *place, bool old_rows)
{
	place->fresh = false;
	if (!old_rows || place->gap != GAP_NONE)
		return;
	place->gap = GAP_TARGET_OLD;
	gap_tell(l, p->topic, p->partition, place->gap, "a Routine Load job loads it, which takes no row away");
}

static int step_part(struct load *l, const struct lend *wish, struct load_part *p, struct err *err)
{
	int64_t offset = wish->step == LEND_MOVED ? moved_to(wish, p->partition, p->next) : p->next;
	struct place place = p->place;
	char text[PLACE_TEXT];

	if (wish->step == LEND_MOVED && offset == p->next)
		return 0;
	place.loader = steps[wish->step].to;
	if (wish->step == LEND_LOOKED)
		part_looked(l, p, &place, wish->old_rows);
	snprintf(place.by, sizeof(place.by), "%s", l->sh->settings->name);
	place_print(text, sizeof(text), &place);
	if (log_reader_commit(l->reader, p->topic, p->partition, offset, text, err))
		return -1;
	p->place = place;
	p->next = offset;
	return 0;
}

static int step_run(struct load *l, struct load_order *o, struct err *err)
{
	struct lending *g = (struct lending *)o;
	int rc = 0;

	for (size_t i = 0; i < l->nowned && rc == 0; i++) {
		struct load_part *p = l->owned[i];

		if (p->lent && steps[g->wish->step].from[p->place.loader] && load_is_of(l, p->topic, g->wish->table)) {
			rc = step_part(l, g->wish, p, err);
			g->partitions++;
		}
	}
	load_lent_note(l);
	return rc;
}

/* ---- the asker ---- */

int load_lend(struct load *l, const struct lend *wish, struct lent_table *out, struct err *err)
{
	struct lending g = { .order = { .what = "routine handover", .wait_ms = wish->wait_ms }, .wish = wish };
	struct lent_table *now;
	int rc;

	if (wish->step == LEND_BEGIN) {
		g.order.ready = begin_ready;
		g.order.apply = begin_apply;
	} else if (wish->step == LEND_TAKEN) {
		g.order.apply = taken_apply;
	} else {
		g.order.run = step_run;
	}
	rc = load_order_give(l, &g.order, err);
	if (out == NULL)
		return rc;
	*out = (struct lent_table){ .parts = NULL };
	pthread_mutex_lock(&l->half.lock);
	now = find(l->lent, l->nlent, wish->table);
	if (now)
		copy(out, now);
	pthread_mutex_unlock(&l->half.lock);
	return rc;
}
