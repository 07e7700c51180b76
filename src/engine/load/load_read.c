/*
 * load_read.c - the read thread: records of one partition at a time, and which partitions are read at all.
 *
 * A pause is looked at when something has changed that decides it, never for every batch: with ten thousand partitions
 * that would cost more than reading.
 */
#include <stdlib.h>
#include <string.h>

#include "core/clock.h"
#include "core/logline.h"
#include "core/xalloc.h"
#include "engine/load/load_parts.h"

enum { READ_BYTES = 2 << 20, READ_MS = 100 };

/* ---- what is left alone ---- */

/* Full to the brim it stops the readers, and three quarters full it lets them go on: else they would stop and go with
 * every batch. */
static bool buffer_is_full(const struct load *l)
{
	size_t limit = (size_t)l->sh->settings->load.buffer_bytes, stuck = atomic_load(&l->stuck),
	       all = atomic_load(&l->buffered);

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

	if (p->lent || l->paused_all || atomic_load(&p->waits) || atomic_load(&p->held) || atomic_load(&p->of->held))
		return true;
	/* Else the others of its topic would wait for it for ever, or the rows that it has. */
	if ((l->full || p->of->leaving || atomic_load(&p->of->over)) && atomic_load(&p->of->at_truncate) == 0 &&
			!atomic_load(&p->wants_more))
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

/* What is before the stored offset was loaded; it was read only to be looked at. */
static void drop_loaded(struct batch *b, int64_t next)
{
	size_t n = 0;

	if (b->from >= next)
		return;
	while (n < b->nrecords && b->records[n].offset < next) {
		b->bytes -= b->records[n].key_len + b->records[n].value_len;
		n++;
	}
	if (n > 0) /* without any, there may be no array either */
		memmove(b->records, b->records + n, (b->nrecords - n) * sizeof(*b->records));
	b->nrecords -= n;
	b->from = next;
	if (b->to < next)
		b->to = next;
}

/* 0: go on; 1: the session is over; -1: err. Takes b. */
static int read_batch(struct load *l, struct batch *b, struct err *err)
{
	struct stage_meter *m = &l->sh->stages[STAGE_READ];
	struct load_item *item = load_item_new(l);
	struct load_topic *t = load_topic_get(l, b->topic);
	struct load_part *p = (size_t)b->partition < t->nparts ? t->parts[b->partition] : NULL;

	if (p)
		drop_loaded(b, p->read_from);
	item->in = b;
	item->polled_us = clock_mono_us();
	item->of = t;
	atomic_fetch_add(&l->buffered, b->bytes);
	load_topic_more(l, t, b->bytes);
	item->part = p;
	if (item->part == NULL) {
		err_set(err, ERR_RETRY, 0,
				"%s[%d]: expected messages of partitions that this process owns, found offsets %lld to %lld",
				b->topic, (int)b->partition, (long long)b->from, (long long)b->to);
		load_item_free(item);
		return -1;
	}
	meter_done(m, b->nrecords, b->nrecords, b->bytes);
	item->read_us = clock_wall_us();
	taps_offer_records(l->sh->taps, STAGE_READ, b);
	meter_phase(m, PHASE_BUSY);
	return load_push(l, item);
}

/* What somebody wants of this thread. A wrong order is the asker's answer, and no failure. */
static int order_turn(struct load *l, struct load_order *o, struct err *err)
{
	bool anew = o->apply != NULL;
	int rc = anew ? load_assign(l, err) : o->run(l, o, err);
	bool wrong = rc < 0 && err->kind == ERR_CONFIG;

	load_order_done(l, rc < 0 ? err : NULL);
	if (!wrong)
		return rc;
	err_clear(err);
	return anew ? load_assign(l, err) : 0;
}

static int read_turn(struct load *l, struct err *err)
{
	struct stage_meter *m = &l->sh->stages[STAGE_READ];
	struct load_order *order = load_order_take(l);
	struct batch *b = load_batch_get(l);
	enum log_read read = LOG_READ_FAILED;
	bool again = false;
	int over = 0;

	if (order) {
		load_batch_put(l, b);
		return order_turn(l, order, err);
	}
	if (apply_pauses(l, err) == 0)
		read = log_reader_poll(l->reader, b, READ_BYTES, READ_MS, err);
	if (read != LOG_READ_BATCH)
		meter_phase(m, PHASE_WAIT_IN);
	if (read == LOG_READ_BATCH && l->unverified && (load_verify(l, b, &again, err) || again)) {
		load_batch_put(l, b);
		return again ? load_assign(l, err) : -1;
	}
	if (read == LOG_READ_BATCH) {
		meter_waited(m, b->born_us);
		over = read_batch(l, b, err);
		meter_phase(m, PHASE_WAIT_OUT);
		half_state_set(&l->half, HALF_STREAMING);
		return over;
	}
	load_batch_put(l, b);
	if (read == LOG_READ_CHANGED)
		return load_assign(l, err);
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
