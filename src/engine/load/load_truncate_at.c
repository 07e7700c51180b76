/* load_truncate_at.c - which TRUNCATE a partition stands at, and whether one of the others has it at all. */
#include <string.h>

#include "core/num/num.h"
#include "engine/load/load_worker_parts.h"

const struct record *truncate_record(const struct load_part *p, size_t piece)
{
	const struct load_item *item = p->pieces[piece].item;

	return &item->in->records[item->out->changes[p->pieces[piece].first].record];
}

/* The number that all copies share. What the version before wrote is told apart by the copies' timestamp. */
static int64_t truncate_record_id(const struct record *r)
{
	int64_t id;

	for (uint32_t i = 0; i < r->nheaders; i++)
		if (strcmp(r->headers[i].name, TRUNCATE_HEADER) == 0 && r->headers[i].value &&
				num_parse_i64(r->headers[i].value, r->headers[i].len, &id))
			return id;
	return r->timestamp_ms;
}

int64_t truncate_id(const struct load_part *p, size_t piece)
{
	return truncate_record_id(truncate_record(p, piece));
}

bool part_at_truncate(const struct load_part *p)
{
	return p->npieces && p->pieces[0].truncate;
}

struct truncate_search {
	int64_t id;
	bool found;
};

static int keep_truncate(void *arg, const struct record *r)
{
	struct truncate_search *s = arg;

	s->found = truncate_record_id(r) == s->id && r->key == NULL;
	return s->found;
}

/* All copies of a TRUNCATE are in the log at once: either this partition has one now, or it is younger. */
int part_has_truncate(struct load_worker *w, struct load_part *p, int64_t id, struct err *err)
{
	struct truncate_search s = { .id = id };

	if (!p->gate)
		return 1;
	if (p->asked_id != id) {
		if (log_scan(w->l->sh->log, p->topic, p->partition, -1, -1, keep_truncate, &s, err))
			return -1;
		p->asked_id = id;
		p->asked_has = s.found;
	}
	return p->asked_has;
}
