/*
 * load_truncate.c - a TRUNCATE on its way to the target. It stands in every partition of its topic, and may happen only
 * when all of them have reached it, neither before the rows ahead of it in a slow one nor after the rows behind it in a
 * fast one.
 */
#include "core/changes.h"
#include "core/logline.h"
#include "engine/load/load_worker_parts.h"

/* The last one has come, or it has happened: those that wait have their turns. */
static void wake_topic(struct load_worker *w, const struct load_topic *t)
{
	for (size_t i = 0; i < t->nparts; i++) {
		struct load_part *p = t->parts[i];

		if (p == NULL || !atomic_load(&p->waits))
			continue;
		part_waits(w->l, p, false);
		part_schedule(w, p);
	}
}

static const struct change *truncate_change(const struct load_part *p)
{
	return &p->pieces[0].item->out->changes[p->pieces[0].first];
}

static bool empties(const struct change *c)
{
	return c->op == CHANGE_TRUNCATE || c->alter->drop;
}

/* The table is filled with rows that the log has. */
static void columns_filled(struct load_worker *w, struct load_part *p)
{
	p->place.column = false;
	for (size_t i = 0; i < p->of->nparts; i++)
		if (p->of->parts[i] && p->of->parts[i]->place.column)
			return;
	problem_clear(w->l->sh->problems, PROBLEM_COLUMN_EMPTY, p->meter->name);
}

/* The table is read again behind it, or is empty in MySQL: nothing is missing any more. */
static void gap_over(struct load_worker *w, struct load_part *p)
{
	bool others = false;

	part_found(w, p);
	if (p->place.gap == GAP_NONE)
		return;
	p->place.gap = GAP_NONE;
	for (size_t i = 0; i < p->of->nparts; i++)
		others |= p->of->parts[i] && p->of->parts[i]->place.gap;
	if (!others)
		gaps_clear(w->l, p->topic);
}

static void truncate_pass(struct load_worker *w, struct load_part *p, int64_t id)
{
	const struct record *r = truncate_record(p, 0);

	part_waits(w->l, p, false);
	p->place.truncated = id;
	p->place.mark = r->offset;
	p->place.print = place_fingerprint(r);
	if (empties(truncate_change(p))) {
		p->place.put = p->place.fresh = false;
		p->place.label[0] = '\0'; /* what was loaded before it is not looked for any more */
		if (!p->looked)
			p->place.target = p->place.cluster = 0; /* it may be another one, and has what comes now */
		p->looked = true;
		p->passing = false;
		atomic_store(&p->meter->pass, 0);
		columns_filled(w, p);
		gap_over(w, p);
	}
	p->next = p->pieces[0].to;
	part_drop_before(p, p->next);
	part_fine(w, p);
	part_store(w, p);
}

/* A column that could not follow has no values. It is stored before they go: who does this again finds nothing to do. */
static int alter_columns(struct load_worker *w, struct load_part *p, const struct change *c, struct err *err)
{
	enum sink_had had = topic_had(p, c->schema) ? SINK_HAD_TABLE : SINK_HAD_NOTHING;
	bool gap = p->place.column;
	int result = sink_alter(w->sink, c->schema, c->alter, had, &gap, err);

	if (!gap || p->place.column)
		return result;
	p->place.column = true;
	if (result) { /* else it is stored with the statement */
		err_clear(err);
		p->place.column = part_save(w, p, -1, err) == 0;
		if (!p->place.column)
			return -1;
		result = sink_alter(w->sink, c->schema, c->alter, had, &gap, err);
	}
	p->place.column = gap;
	p->unstored |= !gap;
	if (gap)
		load_tell_gap(w->l, p->meter->name);
	return result;
}

static int carry_out(struct load_worker *w, struct load_part *p, const struct change *c, struct err *err)
{
	if (topic_owner(w, p->of, c->schema, err))
		return -1;
	if (c->op == CHANGE_TRUNCATE) {
		if (sink_truncate(w->sink, c->schema, err))
			return -1;
		changes_tell(CHANGED_TABLE, LOG_NOTICE, "sink", "%s: truncated", p->meter->name);
		return 0;
	}
	sink_allow(w->sink, atomic_load(&p->meter->follows));
	if (alter_columns(w, p, c, err) && !(p->passing && sink_lost(w->sink))) {
		if (sink_lost(w->sink))
			part_lost(w, p, err);
		return -1;
	}
	atomic_store(&p->meter->follows, false);
	changes_tell(CHANGED_TABLE, LOG_NOTICE, "sink", "%s: %s", p->meter->name,
			c->alter->drop ? "dropped" : "columns altered");
	return 0;
}

/* Columns that are only added may come before rows of an older form: nobody has to wait. */
static bool only_adds(const struct change *c)
{
	if (c->op != CHANGE_ALTER || c->alter->drop)
		return false;
	for (unsigned i = 0; i < c->alter->nmoves; i++)
		if (c->alter->moves[i].from)
			return false;
	return true;
}

/* It stands in all partitions, and is done in each: it is done already but in the first. */
static void add_columns(struct load_worker *w, struct load_part *p, const struct change *c)
{
	struct err why;

	err_clear(&why);
	if (carry_out(w, p, c, &why))
		part_trouble(w, p, trouble_state(why.kind), &why);
	else
		truncate_pass(w, p, p->place.truncated);
}

/* Else rows from before it are loaded again after a crash; and a label that the target has forgotten keeps none of them out. */
static bool is_stored(const struct load_part *p)
{
	return !p->unstored && p->committed == p->next;
}

/* Where the partitions of the topic stand. */
struct stand {
	unsigned wanted, there; /* those that have to reach it, those that have */
	bool done;		/* one has passed it: it was carried out */
	bool column;		/* one has stored that a column could not follow */
};

static int take_stand(struct load_worker *w, struct load_part *p, int64_t id, struct stand *s, struct err *err)
{
	*s = (struct stand){ 0 };
	for (size_t i = 0; i < p->of->nparts; i++) {
		struct load_part *q = p->of->parts[i];
		int has = q ? part_has_truncate(w, q, id, err) : 0;

		if (has < 0)
			return -1;
		if (q == NULL)
			continue;
		s->wanted += (unsigned)has;
		s->done |= q->place.truncated == id;
		s->column |= q->place.column;
		s->there += part_at_truncate(q) && is_stored(q) && truncate_id(q, 0) == id;
	}
	return 0;
}

/* Every partition carries the TRUNCATE; it happens when all have reached it. Its id is stored with the offsets, so that
 * after a crash a partition that lags behind knows that it has happened: nobody reaches the next one before this one is
 * stored as passed, so the last id that a partition has passed is all that there is to know. */
void part_truncate(struct load_worker *w, struct load_part *p)
{
	const struct change *change = truncate_change(p);
	int64_t id = truncate_id(p, 0);
	struct stand s;
	struct err why;

	if (only_adds(change)) {
		add_columns(w, p, change);
		return;
	}
	if (!is_stored(p) && part_commit(w, p, -1))
		return;
	err_clear(&why);
	if (take_stand(w, p, id, &s, &why)) {
		part_trouble(w, p, HALF_RETRYING, &why);
		return;
	}
	part_waits(w->l, p, !s.done && s.there < s.wanted);
	if (!s.done && s.there < s.wanted)
		return;
	p->place.column |= s.column; /* all have the statements before behind them */
	if (s.done) {
		truncate_pass(w, p, id);
		return;
	}
	if (load_all_here(w->l->sh, change->op == CHANGE_TRUNCATE ? "TRUNCATE" : "ALTER TABLE", p->topic, p->of->owned,
			    &why)) {
		part_trouble(w, p, trouble_state(why.kind), &why);
		return;
	}
	/* Whom the group has put out may not change the table any more: the broker tells it so. */
	if (part_commit(w, p, -1))
		return;
	if (carry_out(w, p, change, &why)) {
		part_trouble(w, p, trouble_state(why.kind), &why);
		return;
	}
	wake_topic(w, p->of);
	truncate_pass(w, p, id);
}
