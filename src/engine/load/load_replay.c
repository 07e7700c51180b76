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

enum { ANSWER_MS = 30000, LOOK_MS = 20 };

struct load_replay { /* under half.lock, but for the read thread while it is at it */
	char table[512];
	struct log_from from;
	bool done;
	struct err err;
	unsigned partitions;
};

/* ---- the asker ---- */

static bool is_done(struct load *l, const struct load_replay *r)
{
	bool done;

	pthread_mutex_lock(&l->half.lock);
	done = r->done;
	pthread_mutex_unlock(&l->half.lock);
	return done;
}

static int give_order(struct load *l, struct load_replay *r, struct err *err)
{
	bool busy;

	pthread_mutex_lock(&l->half.lock);
	busy = l->replay != NULL;
	if (!busy)
		l->replay = r;
	pthread_mutex_unlock(&l->half.lock);
	atomic_store(&l->replay_asked, true);
	return busy ? err_set(err, ERR_CONFIG, 0, "replay: another one is being carried out") : 0;
}

/* Takes it back, if nobody is at it. */
static bool take_back(struct load *l, struct load_replay *r)
{
	bool back;

	pthread_mutex_lock(&l->half.lock);
	back = !r->done && !l->replaying;
	if (back)
		l->replay = NULL;
	pthread_mutex_unlock(&l->half.lock);
	return back;
}

int load_replay(struct load *l, const char *table, const char *from, unsigned *partitions, struct err *err)
{
	struct load_replay r = { .done = false };
	int64_t until_us = clock_mono_us() + ANSWER_MS * 1000LL;

	snprintf(r.table, sizeof(r.table), "%s", table);
	if (log_from_parse(from, &r.from, err) || give_order(l, &r, err))
		return -1;
	while (!is_done(l, &r)) {
		if ((half_stopping(&l->half) || clock_mono_us() >= until_us) && take_back(l, &r))
			return err_set(err, ERR_UNREACHABLE, 0,
					"replay: the load half does not take orders; see `millrace status`");
		clock_sleep_ms(LOOK_MS);
	}
	*partitions = r.partitions;
	if (r.err.kind == ERR_NONE)
		return 0;
	*err = r.err;
	return -1;
}

/* ---- the read thread ---- */

bool load_replay_wanted(struct load *l)
{
	bool wanted;

	if (!atomic_exchange(&l->replay_asked, false))
		return false;
	pthread_mutex_lock(&l->half.lock);
	wanted = l->replay != NULL;
	l->replaying = wanted;
	pthread_mutex_unlock(&l->half.lock);
	return wanted;
}

void load_replay_done(struct load *l, const struct err *err)
{
	pthread_mutex_lock(&l->half.lock);
	if (l->replay) {
		if (err && err->kind != ERR_NONE)
			l->replay->err = *err;
		l->replay->done = true;
	}
	l->replay = NULL;
	l->replaying = false;
	pthread_mutex_unlock(&l->half.lock);
}

/* What the log has from its first message on, it can mend; what it never had, it cannot. */
static enum place_gap gap_left(enum place_gap gap, int64_t offset)
{
	return offset == 0 && (gap == GAP_OFFSETS_MOVED || gap == GAP_TARGET_LOST) ? GAP_NONE : gap;
}

static int replay_one(struct load *l, const struct load_replay *r, struct log_assigned *a, struct log_partition at,
		struct err *err)
{
	struct place before, place;
	int64_t offset;

	if (log_from_offset(l->sh->log, &r->from, a->topic, at, &offset, err))
		return -1;
	place_parse(a->metadata, &before);
	place_begin(&place);
	place.again = true;
	snprintf(place.by, sizeof(place.by), "%s", l->sh->settings->name);
	place.gap = gap_left(before.gap, offset);
	place.column = before.column;
	place_print(a->metadata, sizeof(a->metadata), &place);
	a->committed = offset;
	gaps_clear(l, a->topic); /* what is left is told again */
	return log_reader_commit(l->reader, a->topic, a->partition, offset, a->metadata, err);
}

/* A TRUNCATE is carried out when all partitions have come to it: all of them go back, or none. */
static int has_all(struct load *l, const char *topic, struct err *err)
{
	unsigned n = shared_partitions(l->sh, topic, err), owned = 0;

	for (size_t i = 0; i < l->assigned.count; i++)
		owned += strcmp(l->assigned.items[i].topic, topic) == 0;
	if (n == 0 || n == owned)
		return n ? 0 : -1;
	return err_set(err, ERR_CONFIG, 0,
			"replay: expected all %u partitions of %s in this process, found %u; stop the other processes "
			"of the group first",
			n, topic, owned);
}

static bool is_of(const struct load *l, const struct log_assigned *a, const struct load_replay *r)
{
	char table[512];

	load_table_name(l, a->topic, table, sizeof(table));
	return strcmp(table, r->table) == 0;
}

int load_replay_apply(struct load *l, struct log_partition (*at)(void *look, const char *topic, int32_t partition),
		void *look, struct err *err)
{
	struct load_replay *r = l->replay;

	for (size_t i = 0; i < l->assigned.count; i++) {
		struct log_assigned *a = &l->assigned.items[i];

		if (!is_of(l, a, r))
			continue;
		if (r->partitions++ == 0 && has_all(l, a->topic, err))
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
