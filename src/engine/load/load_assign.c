/*
 * load_assign.c - read thread: which partitions this process has, where each begins, and whether the log under each is
 * the one that it was.
 *
 * When partitions come or go, everything read so far is forgotten in every thread, before the offsets are asked for;
 * what was forgotten is read again under the same labels. Each partition's stored place (load_place.h) is then held
 * against the ends of its log; load_verify.c does the rest. What differs begins again in a place of its own, is told by
 * name, and stays told until the table is read again.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/clock.h"
#include "core/intern.h"
#include "core/logline.h"
#include "core/xalloc.h"
#include "engine/load/load_parts.h"
#include "script/script_state.h"

/* A broker that has just come back may show less than it has: what is missing is asked for again so often. */
enum { LOOK_AGAIN = 5, LOOK_AGAIN_MS = 1000 };

/* ---- topics and partitions ---- */

static void topic_free(void *value, void *arg)
{
	struct load_topic *t = value;
	struct load *l = arg;

	if (t->pace.slow_ms) { /* the next session begins as it is set, and is told again */
		atomic_store(&load_topic_meter(l, t)->interval_ms, 0);
		problem_clear(l->sh->problems, PROBLEM_TOO_MANY_VERSIONS, load_topic_meter(l, t)->name);
	}
	free(t->parts);
	free(t->due.heap);
	free(t);
}

static void shared_free(void *value, void *arg)
{
	(void)arg;
	free(value);
}

static struct load_shared *shared_of(struct load *l, const struct sink_names *names)
{
	char name[2 * TABLE_NAME_ROOM];
	void **at;

	if (names->source_column == NULL)
		return NULL;
	snprintf(name, sizeof(name), "%s.%s", names->db, names->table);
	at = name_map_at(&l->shared, intern(name));
	if (*at == NULL)
		*at = xcalloc(1, sizeof(struct load_shared));
	return *at;
}

static void topic_put(struct load_topic *t, struct load_part *p)
{
	size_t place = (size_t)p->partition;

	if (place >= t->nparts) {
		size_t n = place + 1 > t->nparts * 2 ? place + 1 : t->nparts * 2;

		t->parts = xrealloc(t->parts, n * sizeof(*t->parts));
		memset(t->parts + t->nparts, 0, (n - t->nparts) * sizeof(*t->parts));
		t->nparts = n;
	}
	t->parts[place] = p;
	t->owned++;
}

static void drop_owned(struct load *l)
{
	for (size_t i = 0; i < l->nowned; i++) {
		struct load_part *p = l->owned[i];

		p->of->parts[p->partition] = NULL;
		p->of->owned--;
		script_state_close(p->state);
		free(p->pieces);
		free(p->ahead);
		free(p);
	}
	l->nowned = l->unverified = 0;
}

void load_assign_done(struct load *l)
{
	drop_owned(l);
	free(l->owned);
	l->owned = NULL;
	l->cap_owned = 0;
	l->leaving = NULL;
	name_map_each(&l->topics, topic_free, l);
	name_map_done(&l->topics);
	name_map_done(&l->replaced);
	name_map_each(&l->shared, shared_free, NULL);
	name_map_done(&l->shared);
}

/* Every thread forgets what it holds; when all have, what is committed is final. 1: the session ends meanwhile. */
static int forget_all(struct load *l)
{
	struct load_item *item;

	atomic_fetch_add(&l->generation, 1);
	atomic_store(&l->unforgotten, 1); /* the script thread */
	item = load_item_new(l);
	item->forget_all = true;
	if (load_push(l, item))
		return 1;
	while (atomic_load(&l->unforgotten) > 0) {
		if (half_stopping(&l->half) || queue_closed(l->to_script))
			return 1;
		clock_sleep_ms(2);
	}
	return 0;
}

/* ---- a look at the log ---- */

struct assign_look { /* one look at everything that is assigned */
	struct load *l;
	struct log_topics topics;
	struct name_map by_topic; /* struct log_topic, lent */
	struct name_map known;	  /* topics of which a partition was loaded before; any value */
	struct name_map shorter;  /* topics that are shorter than what was loaded; any value */
	struct name_map elsewhere; /* topics of which the group has loaded a partition; any value. Asked for when needed */
	bool group_asked;
};

static int look_begin(struct assign_look *k, struct load *l, struct err *err)
{
	*k = (struct assign_look){ .l = l };
	if (log_topics(l->sh->log, &k->topics, err))
		return -1;
	for (size_t i = 0; i < k->topics.count; i++)
		*name_map_at(&k->by_topic, intern(k->topics.items[i].name)) = &k->topics.items[i];
	return 0;
}

static void look_end(struct assign_look *k)
{
	name_map_done(&k->by_topic);
	name_map_done(&k->known);
	name_map_done(&k->shorter);
	name_map_done(&k->elsewhere);
	log_topics_free(&k->topics);
}

static struct log_partition look_at(struct assign_look *k, const char *topic, int32_t partition)
{
	const struct log_topic *t = *name_map_at(&k->by_topic, topic);

	for (unsigned i = 0; t && i < t->npartitions; i++)
		if (t->partitions[i].id == partition)
			return t->partitions[i];
	return (struct log_partition){ partition, -1, -1, -1 };
}

static int64_t count_partitions(struct assign_look *k, const char *topic)
{
	const struct log_topic *t = *name_map_at(&k->by_topic, topic);

	return t ? t->npartitions : 0;
}

static int ask_group(struct assign_look *k, struct err *err)
{
	struct log_groups group;

	if (log_groups(k->l->sh->log, k->l->sh->settings->load.group, &group, err))
		return -1;
	for (size_t i = 0; i < group.count; i++)
		if (place_has_loaded(group.items[i].offset, group.items[i].metadata))
			*name_map_at(&k->elsewhere, intern(group.items[i].topic)) = k;
	log_groups_free(&group);
	k->group_asked = true;
	return 0;
}

/* Has another process of the group loaded a partition of this topic? */
static int known_elsewhere(struct assign_look *k, const char *topic, bool *known, struct err *err)
{
	if (!k->group_asked && ask_group(k, err))
		return -1;
	*known = name_map_get(&k->elsewhere, topic) != NULL;
	return 0;
}

/* Processes of one pipeline share a group; those of two would each load a part of the rows. */
static int check_owner(const struct load *l, const struct log_assigned *a, const struct place *place, struct err *err)
{
	const struct settings *s = l->sh->settings;
	char what[600];

	if (a->committed < 0)
		return 0;
	snprintf(what, sizeof(what), "consumer group %.200s (%.249s partition %d)", s->load.group, a->topic,
			(int)a->partition);
	return owner_check(s, place->by, what, "[load] group.id", err);
}

/* A first look: which topics were loaded before, and which are shorter than what was. */
static int survey(struct assign_look *k, const struct log_assigned *assigned, size_t n, struct err *err)
{
	struct place place;
	int64_t next;

	for (size_t i = 0; i < n; i++) {
		const char *topic = intern(assigned[i].topic);
		struct log_partition at = look_at(k, topic, assigned[i].partition);
		enum place_finding finding = place_find(&place, &next, assigned[i].committed, assigned[i].metadata,
				at.low, at.high);
		const struct log_topic *t = *name_map_at(&k->by_topic, topic);
		bool known = finding != PLACE_NEW && !place.fresh;

		if (check_owner(k->l, &assigned[i], &place, err))
			return -1;
		if (!known && t && t->npartitions > 1 && known_elsewhere(k, topic, &known, err))
			return -1;
		if (known)
			*name_map_at(&k->known, topic) = k;
		if (finding == PLACE_REPLACED)
			*name_map_at(&k->shorter, topic) = k;
	}
	return 0;
}

/* With a look that is sure: what is shorter has to be shorter for some seconds. */
static int look_surely(struct assign_look *k, struct load *l, const struct log_assigned *assigned, size_t n,
		struct err *err)
{
	for (int i = 1;; i++) {
		if (look_begin(k, l, err))
			return -1;
		if (survey(k, assigned, n, err)) {
			look_end(k);
			return -1;
		}
		if (k->shorter.count == 0 || i == LOOK_AGAIN || half_stopping(&l->half))
			return 0;
		look_end(k);
		clock_sleep_ms(LOOK_AGAIN_MS);
	}
}

/* ---- one partition ---- */

static void tell_finding(struct load *l, const struct log_assigned *a, const struct load_part *p,
		enum place_finding finding, struct log_partition at)
{
	char detail[160] = "", table[512];

	if (finding == PLACE_TRIMMED)
		snprintf(detail, sizeof(detail), "offsets %lld to %lld", (long long)a->committed, (long long)at.low);
	else if (finding == PLACE_REPLACED)
		snprintf(detail, sizeof(detail), "loaded up to %lld, it has %lld to %lld", (long long)a->committed,
				(long long)at.low, (long long)at.high);
	else if (finding == PLACE_MOVED && p->place.gap)
		snprintf(detail, sizeof(detail), "to %lld; the log begins at %lld", (long long)p->next,
				(long long)at.low);
	if (finding == PLACE_MOVED && !p->place.gap)
		logline(LOG_NOTICE, "load",
				"%s partition %d: another program has set the group's offset to the beginning: "
				"all of it is loaded again",
				a->topic, (int)a->partition);
	gap_tell(l, p->topic, p->partition, p->place.gap, detail);
	if (p->place.column) {
		load_table_name(l, p->topic, table, sizeof(table));
		load_tell_gap(l, table);
	}
}

static bool is_shorter(struct assign_look *k, const char *topic)
{
	return k->shorter.count && *name_map_at(&k->shorter, topic);
}

/* The part, and the offset that it begins with. */
static struct load_part *part_new(struct assign_look *k, const struct log_assigned *a)
{
	struct load *l = k->l;
	struct load_part *p = xcalloc(1, sizeof(*p));
	struct log_partition at;
	enum place_finding finding;

	p->of = load_topic_get(l, intern(a->topic));
	p->topic = p->of->name;
	p->partition = a->partition;
	at = look_at(k, p->topic, a->partition);
	finding = place_find(&p->place, &p->next, a->committed, a->metadata, at.low, at.high);
	p->lent = p->place.loader != LOADER_OWN;
	if (finding != PLACE_NEW && !p->lent && (*name_map_at(&l->replaced, p->topic) || is_shorter(k, p->topic))) {
		place_replaced(&p->place, &p->next, at.low);
		finding = PLACE_REPLACED;
	}
	if (finding != PLACE_GOES_ON)
		p->place.partitions = count_partitions(k, p->topic);
	p->committed = p->arrived = p->read_from = p->next;
	p->state_as = (struct script_state_as){ .at = p->place.state_at, .sum = p->place.state };
	if (finding == PLACE_REPLACED)
		p->state_as = (struct script_state_as){ .at = p->next }; /* nothing is kept of another log */
	atomic_store(&p->state_cut, p->place.state_at >= 0 ? p->place.state_at : p->next);
	p->place.fresh = (finding == PLACE_NEW || p->place.fresh) && !*name_map_at(&k->known, p->topic);
	p->gate = p->added = finding == PLACE_NEW && !p->place.fresh;
	p->begun = p->place.intent > p->next;
	p->wants_more = p->begun && !p->lent;
	p->verify = finding == PLACE_GOES_ON ? p->place.mark : -1;
	tell_finding(l, a, p, finding, at);
	return p;
}

/* Nothing may ever come for it: its target is looked at all the same. */
static int look_at_target(struct load *l, struct load_part *p)
{
	struct load_item *item;

	if (p->lent || !p->place.named || p->place.label[0] == '\0' || p->place.gap)
		return 0;
	item = load_item_new(l);
	item->part = p;
	item->look = true;
	return load_push(l, item);
}

static int assign_one(struct assign_look *k, const struct log_assigned *a, struct err *err)
{
	struct load *l = k->l;
	struct load_part *p = part_new(k, a);

	if (l->nowned == l->cap_owned) {
		l->cap_owned = l->cap_owned ? l->cap_owned * 2 : 64;
		l->owned = xrealloc(l->owned, l->cap_owned * sizeof(*l->owned));
	}
	l->owned[l->nowned++] = p;
	topic_put(p->of, p);
	l->unverified += p->verify >= 0;
	/* The reader may hold it paused from before; nobody here remembers that. First, because going on has a place of its own. */
	if (log_reader_pause(l->reader, a->topic, a->partition, false, err) ||
			log_reader_seek(l->reader, a->topic, a->partition,
					p->verify >= 0 && p->verify < p->next ? p->verify : p->next, err))
		return -1;
	return 0;
}

/* ---- all of them ---- */

static struct log_partition order_at(void *look, const char *topic, int32_t partition)
{
	return look_at(look, intern(topic), partition);
}

/* Two tables of one target would overwrite each other's rows, unless a column tells them apart: neither is loaded. Else they share it. */
static void find_clashes(struct load *l)
{
	struct sink_sources seen = { 0 };
	char name[512], *dot;

	for (size_t i = 0; i < l->nowned; i++)
		l->owned[i]->of->clash = NULL;
	for (size_t i = 0; i < l->nowned; i++) {
		struct load_topic *t = l->owned[i]->of, *other;
		struct sink_names names;

		load_table_name(l, t->name, name, sizeof(name));
		dot = strchr(name, '.');
		if (dot == NULL)
			continue;
		*dot = '\0';
		sink_route(&l->sh->settings->sink, name, dot + 1, &names);
		t->shared = shared_of(l, &names);
		other = (struct load_topic *)sink_sources_add(&seen, &names, t);
		if (other == NULL)
			continue;
		t->clash = other->name;
		other->clash = t->name;
	}
	sink_sources_done(&seen);
}

static int assign_all(struct assign_look *k, struct err *err)
{
	struct load *l = k->l;

	if (l->ordering && l->order->apply && l->order->apply(l, l->order, order_at, k, err))
		return -1;
	for (size_t i = 0; i < l->assigned.count; i++)
		if (assign_one(k, &l->assigned.items[i], err))
			return -1;
	find_clashes(l);
	load_lent_note(l);
	for (size_t i = 0; i < l->nowned; i++) /* when all are there: they look at each other */
		if (look_at_target(l, l->owned[i]))
			return 1;
	return 0;
}

int load_assign(struct load *l, struct err *err)
{
	struct assign_look look;
	int rc;

	if (forget_all(l))
		return 1;
	drop_owned(l);
	if (log_reader_assigned(l->reader, &l->assigned, err) ||
			look_surely(&look, l, l->assigned.items, l->assigned.count, err))
		return -1;
	rc = assign_all(&look, err);
	look_end(&look);
	if (rc)
		return rc;
	name_map_done(&l->replaced);
	load_pauses_changed(l);
	logline(LOG_INFO, "load", "reading %zu partition%s", l->nowned, l->nowned == 1 ? "" : "s");
	return 0;
}
