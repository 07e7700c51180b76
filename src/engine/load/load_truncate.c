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

	for (size_t i = 0; i < p->of->nparts; i++) {
		const struct load_part *q = p->of->parts[i];

		if (q == NULL)
			continue;
		done |= q->truncated == id;
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
			err_set(&why, ERR_CONFIG, 0, "TRUNCATE: expected all partitions of %s in this process, found %u; "
				"stop the other processes of the group until it has passed", p->topic, owned);
		part_trouble(w, p, HALF_FAILED, &why);
		return;
	}
	if (sink_prepare(w->sink, change->schema, &why) || sink_truncate(w->sink, change->schema, &why)) {
		part_trouble(w, p, HALF_RETRYING, &why);
		return;
	}
	logline(LOG_NOTICE, "sink", "%s: truncated", p->meter->name);
	wake_topic(w, p->of);
	truncate_pass(w, p, id);
}
