/*
 * load_pass.c - a stopped table passes over rows that a snapshot reads again. `millrace snapshot TABLE --truncate` writes a
 * TRUNCATE behind the rows that the target refuses, and it would never be reached. But what is before a TRUNCATE leaves
 * nothing at the target: the rows are left out, up to the next one, on request of the one who has ordered it.
 *
 * Until then the place says that rows are missing: when the TRUNCATE does not come after all (the snapshot was taken back),
 * that stays told, also after a restart. ALTER TABLE is carried out all the same, so the table has the form that the rows of the
 * snapshot need. @thread sink
 */
#include "core/logline.h"
#include "engine/load/load_worker_parts.h"

static void begin(struct load_worker *w, struct load_part *p)
{
	p->passing = true;
	p->place.intent = -1;
	if (p->place.gap == GAP_NONE)
		p->place.gap = GAP_TARGET_LOST;
	gap_tell(w->l, p->topic, p->partition, p->place.gap, "until the snapshot that was ordered has read it again");
	logline(LOG_NOTICE, "sink", "%s: rows up to the TRUNCATE of the snapshot are left out", p->meter->name);
	part_fine(w, p);
}

bool part_passes(struct load_worker *w, struct load_part *p)
{
	if (!p->passing && (!p->failed || !atomic_load(&p->meter->pass)))
		return false;
	if (!p->passing)
		begin(w, p);
	while (p->npieces && !p->pieces[0].truncate) {
		p->next = p->pieces[0].to;
		part_drop_before(p, p->next);
	}
	return p->npieces == 0;
}
