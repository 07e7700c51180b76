/*
 * log_local_group.c - who of a group reads which partition. Readers of one process only: the state directory has one
 * owner. Each partition that somebody wants goes to the wanting members in turn.
 *
 * A partition changes hands only after its old reader has given it back at its own next poll, as in Kafka's cooperative
 * rebalancing. Until then the new one goes without, and nobody loads the same rows twice.
 */
#include "log/log_local.h"

#include <stdlib.h>
#include <string.h>

#include "core/intern.h"
#include "core/must.h"
#include "core/xalloc.h"

/* ---- claims ---- */

static struct local_claim *claim_of(const struct local_group *g, const char *topic, int32_t partition)
{
	size_t place = log_index_get(&g->places, topic, partition);

	return place ? &g->claims[place - 1] : NULL;
}

static void claim_add(struct local_group *g, struct local_topic *t, int32_t partition, struct local_reader *r)
{
	if ((g->nclaims & (g->nclaims - 1)) == 0)
		g->claims = xrealloc(g->claims, (g->nclaims ? g->nclaims * 2 : 1) * sizeof *g->claims);
	g->claims[g->nclaims++] = (struct local_claim){ t, partition, r };
	log_index_set(&g->places, t->name, partition, g->nclaims);
}

/* The last one moves into the gap. */
static void claim_drop(struct local_group *g, struct local_claim *c)
{
	log_index_set(&g->places, c->topic->name, c->partition, 0);
	if (c != &g->claims[--g->nclaims]) {
		*c = g->claims[g->nclaims];
		log_index_set(&g->places, c->topic->name, c->partition, (size_t)(c - g->claims) + 1);
	}
}

static void changed(struct local_log *l)
{
	l->generation++;
	pthread_cond_broadcast(&l->wake);
}

void local_group_join(struct local_log *l, const char *name, struct local_reader *r, struct local_group **out)
{
	struct local_group *g = NULL;

	must_hold(&l->lock);
	for (size_t i = 0; i < l->ngroups && !g; i++)
		if (strcmp(l->groups[i]->name, name) == 0)
			g = l->groups[i];
	if (!g) {
		g = xcalloc(1, sizeof *g);
		g->name = xstrdup(name);
		l->groups = xrealloc(l->groups, (l->ngroups + 1) * sizeof *l->groups);
		l->groups[l->ngroups++] = g;
	}
	g->members = xrealloc(g->members, (g->nmembers + 1) * sizeof *g->members);
	g->members[g->nmembers++] = r;
	*out = g;
	changed(l);
}

void local_group_leave(struct local_log *l, struct local_group *g, struct local_reader *r)
{
	must_hold(&l->lock);
	for (size_t i = 0; i < g->nmembers; i++)
		if (g->members[i] == r)
			g->members[i--] = g->members[--g->nmembers];
	for (size_t i = 0; i < g->nclaims; i++)
		if (g->claims[i].reader == r)
			claim_drop(g, &g->claims[i--]);
	changed(l);
}

/* The member that a partition belongs to: the wanting ones take turns. */
static const struct local_reader *owner_of(const struct local_group *g, const struct local_topic *t, int32_t partition,
		size_t turn)
{
	size_t wanting = 0, pick;

	for (size_t i = 0; i < g->nmembers; i++)
		wanting += local_reader_wants(g->members[i], t->name);
	if (wanting == 0)
		return NULL;
	pick = (turn + (size_t)partition) % wanting;
	for (size_t i = 0; i < g->nmembers; i++)
		if (local_reader_wants(g->members[i], t->name) && pick-- == 0)
			return g->members[i];
	return NULL;
}

bool local_group_share(struct local_log *l, struct local_group *g, struct local_reader *r)
{
	bool gave = false, took = false;

	must_hold(&l->lock);
	for (size_t i = 0; i < l->ntopics; i++) {
		struct local_topic *t = l->topics[i];

		for (int32_t k = 0; k < t->nparts; k++) {
			bool mine = owner_of(g, t, k, i) == r;
			struct local_claim *claim = claim_of(g, t->name, k);

			if (mine && !claim) {
				claim_add(g, t, k, r);
				took = true;
			} else if (!mine && claim && claim->reader == r) {
				claim_drop(g, claim);
				gave = true;
			}
		}
	}
	if (gave)
		changed(l); /* somebody waits for it */
	return gave || took;
}

bool local_group_holds(const struct local_group *g, const struct local_reader *r, const char *topic, int32_t partition)
{
	const struct local_claim *c = claim_of(g, intern(topic), partition);

	return c && c->reader == r;
}

void local_groups_done(struct local_log *l)
{
	for (size_t i = 0; i < l->ngroups; i++) {
		free(l->groups[i]->name);
		free(l->groups[i]->members);
		free(l->groups[i]->claims);
		log_index_done(&l->groups[i]->places);
		free(l->groups[i]);
	}
	free(l->groups);
}

/* ---- from outside ---- */

int local_group_members(struct log *base, const char *group, unsigned *count, struct err *err)
{
	struct local_log *l = (struct local_log *)base;

	(void)err;
	*count = 0;
	pthread_mutex_lock(&l->lock);
	for (size_t i = 0; i < l->ngroups; i++)
		if (strcmp(l->groups[i]->name, group) == 0)
			*count = (unsigned)l->groups[i]->nmembers;
	pthread_mutex_unlock(&l->lock);
	return 0;
}

int local_group_store(struct log *base, const char *group, const char *topic, int32_t partition, int64_t offset,
		struct err *err)
{
	struct local_log *l = (struct local_log *)base;
	unsigned members;
	int rc;

	if (local_part_get(l, topic, partition, err) == NULL || local_group_members(base, group, &members, err))
		return -1;
	if (members)
		return err_set(err, ERR_CONFIG, 0,
				"embedded log: group %s: expected that nobody is in it, found %u members; stop them first",
				group, members);
	pthread_mutex_lock(&l->write_lock);
	rc = local_begin(l, err);
	if (rc == 0)
		rc = local_end(l, local_store_offset(l, group, topic, partition, offset, NULL, err), err);
	pthread_mutex_unlock(&l->write_lock);
	return rc;
}
