/*
 * load_truncate.c - a TRUNCATE on its way to the target. What is hard: it stands in every partition of its topic, and may
 * happen only when all of them have reached it, neither before the rows ahead of it in a slow one nor after the rows
 * behind it in a fast one.
 */
#include <string.h>

#include "core/clock.h"
#include "core/logline.h"
#include "core/num.h"
#include "engine/load/load_worker_parts.h"

/* The reader leaves a partition alone that waits at a TRUNCATE, and never the others: they have to come there too. */
void part_waits(struct load_part *p, bool waits)
{
	uint64_t bit = p->partition < 64 ? UINT64_C(1) << p->partition : 0;

	if (waits)
		atomic_fetch_or(&p->meter->at_truncate, bit);
	else
		atomic_fetch_and(&p->meter->at_truncate, ~bit);
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

static int truncate_pass(struct load_worker *w, struct load_part *p, int64_t id, struct err *err)
{
	part_waits(p, false);
	p->truncated = id;
	p->next = p->pieces[0].to;
	part_drop_before(p, p->next);
	part_fine(w, p);
	return part_commit(w, p, -1, err);
}

/* Every partition carries the TRUNCATE; it happens when all have reached it. Its id is stored with the offsets, so that
 * after a crash a partition that lags behind knows that it has happened: nobody passes the next one before all have
 * passed this one, so the last id that a partition has passed is all that there is to know. */
int part_truncate(struct load_worker *w, struct load_part *p, struct err *err)
{
	const struct change *change = &p->pieces[0].item->out->changes[p->pieces[0].first];
	int64_t id = truncate_id(p);
	bool done = false;
	unsigned there = 0, owned = 0, partitions;
	struct err why;

	for (size_t i = 0; i < w->nparts; i++) {
		struct load_part *q = w->parts[i];

		if (q->topic != p->topic)
			continue;
		owned++;
		done |= q->truncated == id;
		there += part_at_truncate(q) && truncate_id(q) == id;
	}
	if (done)
		return truncate_pass(w, p, id, err);
	p->retry_at_us = clock_mono_us() + 20000;
	part_waits(p, there < owned);
	if (there < owned)
		return 0;
	err_clear(&why);
	partitions = shared_partitions(w->l->sh, p->topic, &why);
	if (partitions == 0 || owned != partitions) {
		if (partitions)
			err_set(&why, ERR_CONFIG, 0, "TRUNCATE: expected all partitions of %s in this process, found %u; "
				"stop the other processes of the group until it has passed", p->topic, owned);
		part_trouble(w, p, HALF_FAILED, &why);
		return 0;
	}
	if (sink_prepare(w->sink, change->schema, &why) || sink_truncate(w->sink, change->schema, &why)) {
		part_trouble(w, p, HALF_RETRYING, &why);
		return 0;
	}
	logline(LOG_NOTICE, "sink", "%s: truncated", p->meter->name);
	return truncate_pass(w, p, id, err);
}
