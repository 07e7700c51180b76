/*
 * load_gate.c - a partition that was added to a topic while messages of the others wait. Keys have moved to it: what the
 * others still have of them is older. So it waits until each of the others has loaded what it had when the first message
 * of the new one was there, and stored that; whatever its producer wrote to them before that is among it. (What is not stored is loaded again
 * after a crash, when StarRocks may have forgotten its label.) The others are those with lower numbers:
 * a partition that is added has the next one. So none waits for one that waits for it, in whichever processes they are.
 *
 * A TRUNCATE that the others carry is older than the new partition, and does not wait for it, or is carried by it, too:
 * then what the new one has before it may go.
 *
 * Where several partitions were there before, keys may also have moved between those, which nobody waits for: that is told.
 */
#include <stdlib.h>
#include <string.h>

#include "core/xalloc.h"
#include "engine/load/load_worker_parts.h"

/* The ends of all partitions of the topic, as of now; 0: it has no message. */
static int ask_ends(struct load_worker *w, struct load_part *p, struct err *err)
{
	struct log_topics topics;

	if (log_topics(w->l->sh->log, &topics, err))
		return -1;
	for (size_t i = 0; i < topics.count; i++) {
		const struct log_topic *t = &topics.items[i];

		if (strcmp(t->name, p->topic) != 0)
			continue;
		p->ahead = xrealloc(p->ahead, (t->npartitions + 1) * sizeof(*p->ahead));
		p->nahead = t->npartitions;
		for (unsigned k = 0; k < t->npartitions; k++) {
			const struct log_partition *part = &t->partitions[k];

			p->ahead[part->id] = part->high > part->low ? part->high : 0;
		}
	}
	log_topics_free(&topics);
	return 0;
}

/* ---- how far the others are ---- */

/* What a partition has come to that another process has, or Routine Load. */
static int committed_elsewhere(struct load_worker *w, const struct load_part *p, int32_t partition, int64_t *next,
		struct err *err)
{
	struct log_groups groups;

	*next = -1;
	if (log_groups(w->l->sh->log, w->l->sh->settings->load.group, &groups, err))
		return -1;
	for (size_t i = 0; i < groups.count; i++)
		if (groups.items[i].partition == partition && strcmp(groups.items[i].topic, p->topic) == 0)
			*next = groups.items[i].offset;
	log_groups_free(&groups);
	return 0;
}

/* 1: it has come far enough; 0: not yet; -1: err. */
static int is_past(struct load_worker *w, struct load_part *p, int32_t partition, struct err *err)
{
	struct load_part *q = (size_t)partition < p->of->nparts ? p->of->parts[partition] : NULL;
	int64_t next;

	if (q == NULL || q->lent)
		return committed_elsewhere(w, p, partition, &next, err)
				? -1
				: p->ahead[partition] == 0 || next >= p->ahead[partition];
	if (q->gate || q->committed >= p->ahead[partition])
		return 1;
	return part_at_truncate(q) ? part_has_truncate(w, p, truncate_id(q, 0), err) : 0;
}

/* Of a partition that another process has; NULL: nothing of it was stored. */
static const struct place *place_elsewhere(const struct log_groups *groups, const char *topic, unsigned partition,
		struct place *out)
{
	for (size_t i = 0; i < groups->count; i++) {
		const struct log_group_offset *g = &groups->items[i];

		if (g->partition == (int32_t)partition && g->offset >= 0 && strcmp(g->topic, topic) == 0)
			return place_parse(g->metadata ? g->metadata : "", out) ? out : NULL;
	}
	return NULL;
}

/*
 * Where keys also move between older partitions, these do not wait for each other. A range of this session may have been loaded in
 * the wrong order where the older ones had any message for it. What has no place that says so is as new as this one.
 */
static int tell_moved(struct load_worker *w, struct load_part *p, struct err *err)
{
	const struct load_topic *t = p->of;
	struct log_groups groups;
	struct place stored;
	unsigned before = 0;
	bool had = false;

	if (p->place.gap)
		return 0;
	if (log_groups(w->l->sh->log, w->l->sh->settings->load.group, &groups, err))
		return -1;
	for (unsigned i = 0; i < p->nahead; i++) {
		const struct load_part *q = i < t->nparts ? t->parts[i] : NULL;
		const struct place *place = q ? &q->place : place_elsewhere(&groups, p->topic, i, &stored);

		if (place == NULL || (q && q->added) || !place_was_before(place, (int32_t)i, p->nahead, &before))
			continue;
		had |= p->ahead[i] > 0 && (q == NULL || q->read_from < p->ahead[i]);
	}
	log_groups_free(&groups);
	if (!had || !place_keys_moved(before, p->nahead))
		return 0;
	p->place.gap = GAP_KEYS_MOVED;
	gap_tell(w->l, p->topic, p->partition, p->place.gap, "");
	return 0;
}

int part_gated(struct load_worker *w, struct load_part *p, bool *gated, struct err *err)
{
	*gated = p->gate;
	if (p->npieces == 0)
		return 0;
	if (p->ahead == NULL) {
		if (ask_ends(w, p, err))
			return -1;
		if (tell_moved(w, p, err)) {
			free(p->ahead);
			p->ahead = NULL; /* asked again */
			return -1;
		}
	}
	for (unsigned i = 0; i < p->nahead && (int32_t)i < p->partition; i++) {
		int past = is_past(w, p, (int32_t)i, err);

		if (past <= 0)
			return past;
	}
	p->gate = *gated = false;
	free(p->ahead);
	p->ahead = NULL;
	return 0;
}
