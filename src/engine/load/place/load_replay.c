/*
 * load_replay.c - `millrace replay TABLE --from begin|OFFSET|TIME`: the messages of a table are loaded again. The places
 * of its partitions begin again there, under another epoch, so that no label of before counts; the new offsets are
 * stored before anything is loaded, so that a crash does not forget the order. Rows may show older values meanwhile; at
 * the end each is what its last message says.
 *
 * The order is given by the asker's thread and carried out by the read thread, between two batches.
 */
#include <stdlib.h>
#include <string.h>

#include "core/clock.h"
#include "core/logline.h"
#include "core/xalloc.h"
#include "engine/load/load_parts.h"

enum { ANSWER_MS = 30000 };

struct replay {
	struct load_order order; /* first: it is one */
	char table[512];
	struct log_from from;
	unsigned partitions;
};

/* What the log has from its first message on, it can mend; what it never had, it cannot. */
static enum place_gap gap_left(enum place_gap gap, int64_t offset)
{
	return offset == 0 && (gap == GAP_OFFSETS_MOVED || gap == GAP_TARGET_LOST) ? GAP_NONE : gap;
}

static int replay_one(struct load *l, const struct replay *r, struct log_assigned *a, struct log_partition at,
		struct err *err)
{
	struct place before, place;
	int64_t offset;

	if (log_from_offset(l->sh->log, &r->from, a->topic, at, &offset, err))
		return -1;
	place_parse(a->metadata, &before);
	if (before.loader != LOADER_OWN)
		return err_set(err, ERR_CONFIG, 0,
				"replay: %s is loaded by Routine Load, not by millrace: `millrace routine handover %s --to stream` first",
				r->table, r->table);
	place_begin(&place);
	place.again = true;
	snprintf(place.by, sizeof(place.by), "%s", l->sh->settings->name);
	place.gap = gap_left(before.gap, offset);
	place.column = before.column;
	place.fresh = before.fresh;
	place.partitions = before.partitions;
	place_print(a->metadata, sizeof(a->metadata), &place);
	a->committed = offset;
	gaps_clear(l, a->topic); /* what is left is told again */
	return log_reader_commit(l->reader, a->topic, a->partition, offset, a->metadata, err);
}

static int replay_apply(struct load *l, struct load_order *o, order_look *at, void *look, struct err *err)
{
	struct replay *r = (struct replay *)o;

	for (size_t i = 0; i < l->assigned.count; i++) {
		struct log_assigned *a = &l->assigned.items[i];

		if (!load_is_of(l, a->topic, r->table))
			continue;
		if (r->partitions++ == 0 && load_has_all(l, o->what, a->topic, err))
			return -1;
		if (replay_one(l, r, a, at(look, a->topic, a->partition), err))
			return -1;
	}
	if (r->partitions == 0)
		return err_set(err, ERR_CONFIG, 0, "replay: expected a table that this process loads, found '%.100s'",
				r->table);
	logline(LOG_NOTICE, "load", "%s: %u partition%s loaded again by request", r->table, r->partitions,
			r->partitions == 1 ? "" : "s");
	return 0;
}

int load_replay(struct load *l, const char *table, const char *from, unsigned *partitions, struct err *err)
{
	struct replay r = { .order = { .what = "replay", .wait_ms = ANSWER_MS, .apply = replay_apply } };
	int rc;

	snprintf(r.table, sizeof(r.table), "%s", table);
	rc = log_from_parse(from, &r.from, err) ? -1 : load_order_give(l, &r.order, err);
	*partitions = r.partitions;
	return rc;
}
