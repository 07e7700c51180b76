/*
 * load_truncate.c - a TRUNCATE on its way to the target. What is hard: it stands in every partition of its topic, and may
 * happen only when all of them have reached it, neither before the rows ahead of it in a slow one nor after the rows
 * behind it in a fast one.
 */
#include <string.h>

#include "core/logline.h"
#include "core/num.h"
#include "engine/load/load_worker_parts.h"

/* The reader leaves a partition alone that waits at a TRUNCATE, and never the others: they have to come there too. */
void part_waits(struct load_worker *w, struct load_part *p, bool waits)
{
	if (atomic_exchange(&p->waits, waits) == waits)
		return;
	if (waits)
		atomic_fetch_add(&p->of->at_truncate, 1);
	else
		atomic_fetch_sub(&p->of->at_truncate, 1);
	load_pauses_changed(w->l);
}

/* The last one has come, or it has happened: those that wait have their turns. */
static void wake_topic(struct load_worker *w, const struct load_topic *t)
{
	for (size_t i = 0; i < t->nparts; i++) {
		struct load_part *p = t->parts[i];

		if (p == NULL || !atomic_load(&p->waits))
			continue;
		part_waits(w, p, false);
		part_schedule(w, p);
	}
}

/* The number that all copies share. What the version before wrote is told apart by the copies' timestamp. */
static int64_t truncate_id(const struct load_part *p)
{
	const struct load_item *item = p->pieces[0].item;
	const struct record *r = &item->in->records[item->out->changes[p->pieces[0].first].record];
	int64_t id;

	for (uint32_t i = 0; i < r->nheaders; i++)
		if (strcmp(r->headers[i].name, TRUNCATE_HEADER) == 0 && r->headers[i].value &&
		    num_parse_i64(r->headers[i].value, r->headers[i].len, &id))
			return id;
	return r->timestamp_ms;
}

bool part_at_truncate(const struct load_part *p)
{
	return p->npieces && p->pieces[0].truncate;
}

static void truncate_pass(struct load_worker *w, struct load_part *p, int64_t id)
{
	part_waits(w, p, false);
	p->truncated = id;
	p->next = p->pieces[0].to;
	part_drop_before(p, p->next);
	part_fine(w, p);
	part_store(w, p);
}

/* A table that was emptied is filled with rows that the log has; a column that could not follow has no values. */
static int carry_out(struct load_worker *w, struct load_part *p, const struct change *c, struct err *err)
{
	bool gap;

	if (c->op == CHANGE_TRUNCATE) {
		if (sink_truncate(w->sink, c->schema, err))
			return -1;
		p->gap = false;
		problem_clear(w->l->sh->problems, PROBLEM_COLUMN_EMPTY, p->meter->name);
		logline(LOG_NOTICE, "sink", "%s: truncated", p->meter->name);
		return 0;
	}
	if (sink_alter(w->sink, c->schema, c->alter, &gap, err))
		return -1;
	p->gap = (p->gap && !c->alter->drop) || gap;
	if (p->gap)
		load_tell_gap(w->l, p->meter->name);
	logline(LOG_NOTICE, "sink", "%s: %s", p->meter->name, c->alter->drop ? "dropped" : "columns altered");
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
		part_trouble(w, p, HALF_RETRYING, &why);
	else
		truncate_pass(w, p, p->truncated);
}

/* Every partition carries the TRUNCATE; it happens when all have reached it. Its id is stored with the offsets, so that
 * after a crash a partition that lags behind knows that it has happened: nobody passes the next one before all have
 * passed this one, so the last id that a partition has passed is all that there is to know. */
void part_truncate(struct load_worker *w, struct load_part *p)
{
	const struct change *change = &p->pieces[0].item->out->changes[p->pieces[0].first];
	int64_t id = truncate_id(p);
	bool done = false;
	unsigned there = 0, owned = (unsigned)p->of->owned, partitions;
	struct err why;

	if (only_adds(change)) {
		add_columns(w, p, change);
		return;
	}
	for (size_t i = 0; i < p->of->nparts; i++) {
		const struct load_part *q = p->of->parts[i];

		if (q == NULL)
			continue;
		done |= q->truncated == id;
		if (q->truncated == id)
			p->gap = q->gap;
		there += part_at_truncate(q) && truncate_id(q) == id;
	}
	if (done) {
		truncate_pass(w, p, id);
		return;
	}
	part_waits(w, p, there < owned);
	if (there < owned)
		return;
	err_clear(&why);
	partitions = shared_partitions(w->l->sh, p->topic, &why);
	if (partitions == 0 || owned != partitions) {
		if (partitions)
			err_set(&why, ERR_CONFIG, 0, "%s: expected all partitions of %s in this process, found %u; "
				"stop the other processes of the group until it has passed",
				change->op == CHANGE_TRUNCATE ? "TRUNCATE" : "ALTER TABLE", p->topic, owned);
		part_trouble(w, p, HALF_FAILED, &why);
		return;
	}
	if (carry_out(w, p, change, &why)) {
		part_trouble(w, p, HALF_RETRYING, &why);
		return;
	}
	wake_topic(w, p->of);
	truncate_pass(w, p, id);
}
