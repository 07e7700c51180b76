/*
 * load_worker.c - a sink thread: takes the topic whose turn it is (load_sched.c), and gives the range that is due first
 * to load_send.c or load_truncate.c. Partitions come and go while their rows are under way, and one that is in trouble
 * must hold up nobody else.
 */
#include <stdlib.h>
#include <string.h>

#include "core/clock.h"
#include "core/logline.h"
#include "core/xalloc.h"
#include "engine/load/load_worker_parts.h"

enum { RETRY_FIRST_MS = 100, RETRY_MAX_MS = 30000, GATE_MS = 100 };

/* ---- what comes ---- */

/* The first time that a row of it comes. */
static void rows_come(struct load_part *p)
{
	if (p->has_rows_come)
		return;
	p->has_rows_come = true;
	p->due.who = p;
	p->next_came = p->of->rows_came;
	p->of->rows_came = p;
	backoff_init(&p->backoff, RETRY_FIRST_MS, RETRY_MAX_MS);
}

/* Cuts the item where a TRUNCATE or ALTER stands: rows before and after it never share a load. */
static void add_pieces(struct load_part *p, struct load_item *item)
{
	const struct batch *out = item->out;
	struct piece piece = { .item = item, .from = item->in->from, .to = item->in->to };
	size_t bytes_per_row = item->in->bytes / (out->nchanges ? out->nchanges : 1);

	for (size_t i = 0; i < out->nchanges; i++) {
		int64_t offset = item->in->records[out->changes[i].record].offset;
		enum change_op op = out->changes[i].op;

		if ((op != CHANGE_TRUNCATE && op != CHANGE_ALTER) || out->changes[i].dead) {
			piece.count++;
			continue;
		}
		piece.to = offset;
		piece.bytes = piece.count * bytes_per_row;
		if (piece.to > piece.from)
			part_add(p, &piece);
		part_add(p,
				&(struct piece){
						.item = item,
						.first = i,
						.count = 1,
						.from = offset,
						.to = offset + 1,
						.truncate = true,
				});
		piece = (struct piece){ .item = item, .first = i + 1, .from = offset + 1, .to = item->in->to };
	}
	piece.bytes = out->nchanges ? piece.count * bytes_per_row : item->in->bytes;
	if (piece.to > piece.from)
		part_add(p, &piece);
}

static void accept_rows(struct load_worker *w, struct load_item *item)
{
	struct load_part *p = item->part;

	if (!p->of->rows_came)
		topic_interval_read(w->l, p->of);
	rows_come(p);
	if (p->next < 0)
		p->next = p->committed = item->in->from;
	p->meter = item->meter;
	item->refs = 1;
	add_pieces(p, item);
	if (--item->refs == 0) {
		p->arrived = p->next;
		load_item_free(item);
	}
	part_schedule(w, p);
}

static void look_later(struct load_part *p)
{
	rows_come(p);
	p->next_look = p->of->looks;
	p->of->looks = p;
}

static void accept_item(struct load_worker *w, struct load_item *item)
{
	if (item->generation != atomic_load(&w->l->generation)) {
		load_item_free(item); /* read before the partitions changed: it will come again, here or elsewhere */
	} else if (item->look) {
		look_later(item->part);
		load_item_free(item);
	} else {
		accept_rows(w, item);
	}
}

/* ---- the loop ---- */

/* A partition that is new waits for the older ones: true. */
static bool is_held_back(struct load_worker *w, struct load_part *p)
{
	struct err why;
	bool gated = false;

	if (!p->gate || p->npieces == 0)
		return false;
	err_clear(&why);
	if (part_gated(w, p, &gated, &why)) {
		part_trouble(w, p, HALF_RETRYING, &why);
		return true;
	}
	p->retry_at_us = gated ? clock_mono_us() + GATE_MS * 1000 : 0;
	return gated;
}

static void turn_part(struct load_worker *w, struct load_part *p)
{
	struct range range;

	if (is_held_back(w, p) || part_passes(w, p))
		return;
	p->stops = part_stops(w, p);
	range.npieces = part_due_pieces(p, &w->l->sh->settings->sink, &range.to);
	if (p->npieces == 0)
		part_store(w, p);
	else if (range.npieces == 0)
		;
	else if (p->pieces[0].truncate)
		part_truncate(w, p);
	else
		part_load(w, p, &range);
}

/* Each partition is looked at again. */
static void schedule_all(struct load_worker *w, struct load_topic *t, bool retry)
{
	topic_interval_read(w->l, t);
	for (struct load_part *p = t->rows_came; p; p = p->next_came) {
		if (retry && p->troubled) {
			p->retry_at_us = 0;
			backoff_reset(&p->backoff);
		}
		if (retry && p->lost && p->npieces == 0)
			look_later(p);
		part_schedule(w, p);
	}
}

/* Everything that has been handed over, so that one load takes as much as there is. */
static void accept_all(struct load_worker *w, struct load_item *inbox)
{
	while (inbox) {
		struct load_item *item = inbox;

		inbox = item->next;
		accept_item(w, item);
	}
}

/* The partition that is due first has its turn, if it is due. */
static void turn_topic(struct load_worker *w, const struct sched_turn *turn)
{
	struct load_topic *t = turn->topic;
	struct load_part *p;

	accept_all(w, turn->inbox);
	if (turn->again)
		schedule_all(w, t, turn->retry);
	p = due_first(&t->due);
	if (p && p->due.us <= clock_mono_us()) {
		part_schedule(w, p); /* another partition's turn may have put it off */
		if (p->due.place && p->due.us <= clock_mono_us())
			turn_part(w, p);
		part_schedule(w, p);
	} else if (t->looks) {
		topic_look(w, t);
	}
}

/* It has nothing to do: its buffers are given back. */
static void worker_rest(void *worker)
{
	struct load_worker *w = worker;

	free(w->rows);
	free(w->keep);
	free(w->origin);
	w->rows = NULL;
	w->keep = NULL;
	w->origin = NULL;
	w->nrows = w->cap_rows = w->cap_keep = 0;
	collapse_free(w->collapse);
	w->collapse = collapse_new();
	sink_rest(w->sink);
}

static void *worker_thread(void *arg)
{
	struct load_worker *w = arg;
	struct sched_turn turn;

	while (load_sched_take(w->l->sched, worker_rest, w, &turn)) {
		w->called = false;
		turn_topic(w, &turn);
		load_sched_give(w->l->sched, turn.topic, w->called);
		if (w->denied)
			load_password_again(w->l);
		w->denied = false;
	}
	return NULL;
}

void load_worker_free(struct load_worker *w)
{
	if (w->sink)
		sink_close(w->sink);
	if (w->dead)
		dead_writer_close(w->dead);
	collapse_free(w->collapse);
	free(w->rows);
	free(w->keep);
	free(w->origin);
	free(w->tables);
	free(w);
}

struct load_worker *load_worker_start(struct load *l, int index, struct err *err)
{
	struct load_worker *w = xcalloc(1, sizeof(*w));
	int rc = 0;

	w->l = l;
	w->index = index;
	w->collapse = collapse_new();
	w->sink = index == 0 ? sink_open(&l->sh->settings->sink, err) : sink_open_beside(l->workers[0]->sink, err);
	if (w->sink)
		w->dead = dead_writer_open(l->sh, index, err);
	if (w->dead) {
		rc = pthread_create(&w->thread, NULL, worker_thread, w);
		if (rc == 0)
			return w;
		err_set(err, ERR_FATAL, rc, "sink: no thread: %s", strerror(rc));
	}
	load_worker_free(w);
	return NULL;
}

void load_worker_join(struct load_worker *w)
{
	pthread_join(w->thread, NULL);
}

void load_worker_cancel(struct load_worker *w)
{
	sink_cancel(w->sink);
}
