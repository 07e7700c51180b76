/*
 * load_read.c - the read thread: records of one partition at a time, and which partitions are read at all.
 *
 * Partitions come and go. When they do, everything read so far is forgotten in every thread, one after the other, before
 * the new owner's offsets are asked for; what was forgotten is read again under the same labels.
 *
 * A pause is looked at when something has changed that decides it, never for every batch: with ten thousand partitions
 * that would cost more than reading.
 */
#include <stdlib.h>
#include <string.h>

#include "core/clock.h"
#include "core/intern.h"
#include "core/logline.h"
#include "core/xalloc.h"
#include "engine/load/load_parts.h"

enum { READ_BYTES = 2 << 20, READ_MS = 100 };

static int push(struct load *l, struct load_item *item)
{
	if (queue_push(l->to_script, item) == 0)
		return 0;
	load_item_free(item);
	return 1;
}

/* ---- topics and partitions ---- */

static struct load_topic *topic_get(struct load *l, const char *name)
{
	void **place = name_map_at(&l->topics, name);
	struct load_topic *t = *place;

	if (t)
		return t;
	*place = t = xcalloc(1, sizeof(*t));
	t->name = name;
	t->worker = load_worker_for(l, name);
	return t;
}

static void topic_free(void *value, void *arg)
{
	struct load_topic *t = value;

	(void)arg;
	free(t->parts);
	free(t);
}

static void topic_put(struct load_topic *t, struct load_part *p)
{
	size_t place = (size_t)p->partition;

	if (place >= t->nparts) {
		size_t n = place + 1 > t->nparts * 2 ? place + 1 : t->nparts * 2;

		t->parts = xrealloc(t->parts, n * sizeof(*t->parts));
		memset(t->parts + t->nparts, 0, (n - t->nparts) * sizeof(*t->parts));
		t->nparts = n;
	}
	t->parts[place] = p;
	t->owned++;
}

static void drop_owned(struct load *l)
{
	for (size_t i = 0; i < l->nowned; i++) {
		struct load_part *p = l->owned[i];

		p->of->parts[p->partition] = NULL;
		p->of->owned--;
		free(p->pieces);
		free(p);
	}
	l->nowned = 0;
}

void load_read_done(struct load *l)
{
	drop_owned(l);
	free(l->owned);
	l->owned = NULL;
	l->cap_owned = 0;
	name_map_each(&l->topics, topic_free, NULL);
	name_map_done(&l->topics);
}

/* ---- partitions that come and go ---- */

/* Every thread forgets what it holds; when all have, what is committed is final. 1: the session ends meanwhile. */
static int forget_all(struct load *l)
{
	struct load_item *item;

	atomic_fetch_add(&l->generation, 1);
	atomic_store(&l->unforgotten, (int)l->nworkers);
	item = load_item_new(l);
	item->forget_all = true;
	if (push(l, item))
		return 1;
	while (atomic_load(&l->unforgotten) > 0) {
		if (half_stopping(&l->half) || queue_closed(l->to_script))
			return 1;
		clock_sleep_ms(2);
	}
	return 0;
}

static void tell_gap(struct load *l, const struct load_part *p)
{
	char table[512];

	load_table_name(l, p->topic, table, sizeof(table));
	load_tell_gap(l, table);
}

static struct load_part *part_new(struct load *l, const struct log_assigned *a)
{
	struct load_part *p = xcalloc(1, sizeof(*p));

	p->of = topic_get(l, intern(a->topic));
	p->topic = p->of->name;
	p->partition = a->partition;
	p->next = p->committed = p->arrived = a->committed;
	range_metadata_parse(a->metadata, &p->intent, &p->truncated, &p->gap);
	if (p->gap)
		tell_gap(l, p);
	return p;
}

static int assign_one(struct load *l, const struct log_assigned *a, struct err *err)
{
	struct load_part *p = part_new(l, a);

	if (l->nowned == l->cap_owned) {
		l->cap_owned = l->cap_owned ? l->cap_owned * 2 : 64;
		l->owned = xrealloc(l->owned, l->cap_owned * sizeof(*l->owned));
	}
	l->owned[l->nowned++] = p;
	topic_put(p->of, p);
	/* The reader may hold it paused from before; nobody here remembers that. First, because going on has a place of its own. */
	if (log_reader_pause(l->reader, a->topic, a->partition, false, err) ||
	    log_reader_seek(l->reader, a->topic, a->partition, a->committed > 0 ? a->committed : 0, err))
		return -1;
	return 0;
}

/* 0: go on; 1: the session is over; -1: err */
static int partitions_changed(struct load *l, struct err *err)
{
	if (forget_all(l))
		return 1;
	drop_owned(l);
	if (log_reader_assigned(l->reader, &l->assigned, err))
		return -1;
	for (size_t i = 0; i < l->assigned.count; i++)
		if (assign_one(l, &l->assigned.items[i], err))
			return -1;
	load_pauses_changed(l);
	logline(LOG_INFO, "load", "reading %zu partition%s", l->nowned, l->nowned == 1 ? "" : "s");
	return 0;
}

/* ---- what is left alone ---- */

void load_pauses_changed(struct load *l)
{
	atomic_store(&l->pauses_changed, true);
}

/* Full to the brim it stops the readers, and three quarters full it lets them go on: else they would stop and go with
 * every batch. */
static bool buffer_is_full(const struct load *l)
{
	size_t limit = (size_t)l->sh->settings->load.buffer_bytes, stuck = atomic_load(&l->stuck), all = atomic_load(&l->buffered);

	return all > stuck && all - stuck >= (l->full ? limit / 4 * 3 : limit);
}

static struct table_meter *topic_meter(const struct load *l, struct load_topic *t)
{
	struct table_meter *m = atomic_load(&t->meter);
	char table[512];

	if (m)
		return m;
	load_table_name(l, t->name, table, sizeof(table));
	return table_meter_find(l->sh->tables, table);
}

static bool wants_pause(const struct load *l, const struct load_part *p)
{
	struct table_meter *m;

	if (l->paused_all || atomic_load(&p->waits) || atomic_load(&p->held) || atomic_load(&p->of->held))
		return true;
	if (l->full && atomic_load(&p->of->at_truncate) == 0)	/* else the others of its topic would wait for it for ever */
		return true;
	m = topic_meter(l, p->of);
	return m && atomic_load(&m->paused);
}

/* A full buffer, a person, or a table in trouble: its partitions are left alone, while the group is still answered. */
static int apply_pauses(struct load *l, struct err *err)
{
	bool all = half_paused(&l->half), full = buffer_is_full(l);

	if (!atomic_exchange(&l->pauses_changed, false) && all == l->paused_all && full == l->full)
		return 0;
	l->paused_all = all;
	l->full = full;
	for (size_t i = 0; i < l->nowned; i++) {
		struct load_part *p = l->owned[i];
		bool paused = wants_pause(l, p);

		if (paused == p->paused)
			continue;
		if (log_reader_pause(l->reader, p->topic, p->partition, paused, err)) {
			if (err->kind != ERR_RETRY)
				return -1;
			/* It was taken from us, and the next poll says so; or the log is in trouble, and it says that. */
			err_clear(err);
			load_pauses_changed(l);
			continue;
		}
		p->paused = paused;
	}
	return 0;
}

/* ---- the loop ---- */

/* 0: go on; 1: the session is over; -1: err. Takes b. */
static int read_batch(struct load *l, struct batch *b, struct err *err)
{
	struct stage_meter *m = &l->sh->stages[STAGE_READ];
	struct load_item *item = load_item_new(l);
	struct load_topic *t = topic_get(l, b->topic);

	item->in = b;
	item->polled_us = clock_mono_us();
	atomic_fetch_add(&l->buffered, b->bytes);
	item->part = (size_t)b->partition < t->nparts ? t->parts[b->partition] : NULL;
	if (item->part == NULL) {
		err_set(err, ERR_RETRY, 0, "%s[%d]: expected messages of partitions that this process owns, found offsets %lld to %lld",
			b->topic, (int)b->partition, (long long)b->from, (long long)b->to);
		load_item_free(item);
		return -1;
	}
	meter_done(m, b->nrecords, b->nrecords, b->bytes);
	item->read_us = clock_wall_us();
	taps_offer_records(l->sh->taps, STAGE_READ, b);
	meter_phase(m, PHASE_BUSY);
	return push(l, item);
}

static int read_turn(struct load *l, struct err *err)
{
	struct stage_meter *m = &l->sh->stages[STAGE_READ];
	struct batch *b = load_batch_get(l);
	enum log_read read = LOG_READ_FAILED;
	int over = 0;

	if (apply_pauses(l, err) == 0)
		read = log_reader_poll(l->reader, b, READ_BYTES, READ_MS, err);
	if (read != LOG_READ_BATCH)
		meter_phase(m, PHASE_WAIT_IN);
	if (read == LOG_READ_BATCH) {
		meter_waited(m, b->born_us);
		over = read_batch(l, b, err);
		meter_phase(m, PHASE_WAIT_OUT);
		half_state_set(&l->half, HALF_STREAMING);
		return over;
	}
	load_batch_put(l, b);
	if (read == LOG_READ_CHANGED)
		return partitions_changed(l, err);
	return read == LOG_READ_FAILED ? -1 : 0;
}

int load_read_loop(struct load *l, struct err *err)
{
	int turn = 0;

	l->sh->stages[STAGE_READ].mark_us = clock_mono_us();
	half_state_set(&l->half, HALF_IDLE);
	while (turn == 0 && !half_stopping(&l->half) && !queue_closed(l->to_script))
		turn = read_turn(l, err);
	return turn < 0 ? -1 : 0;
}
