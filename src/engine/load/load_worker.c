/*
 * load_worker.c - a sink thread: takes the topic whose turn it is (load_sched.c), and gives the range that is due first to
 * load_send.c or load_truncate.c. What is hard: partitions come and go while their rows are under way, and one that is in
 * trouble must hold up nobody else.
 */
#include <stdlib.h>
#include <string.h>

#include "core/clock.h"
#include "core/logline.h"
#include "core/xalloc.h"
#include "engine/load/load_worker_parts.h"

enum { RETRY_FIRST_MS = 100, RETRY_MAX_MS = 30000, GATE_MS = 100 };

/* ---- partitions ---- */

/* Its rows go; the partition itself is the read thread's to free, once all threads have forgotten it. */
static void part_forget(struct load *l, struct load_part *p)
{
	p->of->troubled -= p->troubled;
	if (p->troubled) { /* whoever has it next says whether it still is */
		table_meter_error(l->sh->tables, p->meter, NULL);
		atomic_store(&p->meter->tries, 0);
		atomic_store(&p->meter->state, HALF_IDLE);
	}
	part_drop_before(p, INT64_MAX);
	part_waits(l, p, false);
	due_set(&p->of->due, &p->due, -1);
	atomic_fetch_sub(&l->stuck, p->stuck);
	atomic_fetch_sub(&p->of->stuck, p->stuck);
	p->stuck = 0;
}

void topic_forget(struct load *l, struct load_topic *t)
{
	struct load_part *p;

	while ((p = t->rows_came) != NULL) {
		t->rows_came = p->next_came;
		part_forget(l, p);
	}
	t->looks = NULL;
}

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
				&(struct piece){ .item = item,
						.first = i,
						.count = 1,
						.from = offset,
						.to = offset + 1,
						.truncate = true });
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

/* ---- what happened, told once ---- */

void part_trouble(struct load_worker *w, struct load_part *p, enum half_state state, const struct err *err)
{
	int wait_ms = backoff_next(&p->backoff);
	char before[512];

	p->retry_at_us = clock_mono_us() + wait_ms * 1000LL;
	p->of->troubled += !p->troubled;
	p->troubled = true;
	p->failed = state == HALF_FAILED;
	table_meter_error_get(w->l->sh->tables, p->meter, before, sizeof(before));
	if (strcmp(before, err->msg) != 0) {
		logline(state == HALF_FAILED ? LOG_ERROR : LOG_WARNING, "sink", "%s: %s", p->meter->name, err->msg);
		table_meter_error(w->l->sh->tables, p->meter, err->msg);
	}
	atomic_fetch_add(&p->meter->tries, 1);
	atomic_store(&p->meter->retry_at_us, p->retry_at_us);
	atomic_store(&p->meter->trouble, err->kind);
	atomic_store(&p->meter->state, state);
	shared_wake(w->l->sh);
}

void part_fine(struct load_worker *w, struct load_part *p)
{
	part_pace(w, p);
	backoff_reset(&p->backoff);
	p->retry_at_us = 0;
	p->of->troubled -= p->troubled;
	p->troubled = p->failed = false;
	atomic_fetch_add(&w->l->turns, 1);
	if (p->of->troubled || atomic_load(&p->meter->waiting))
		return; /* of its table, something else is in trouble, and says so */
	atomic_store(&p->meter->tries, 0);
	if (atomic_exchange(&p->meter->state, HALF_STREAMING) == HALF_STREAMING || atomic_load(&p->meter->stopped))
		return;
	table_meter_error(w->l->sh->tables, p->meter, NULL);
}

/* Of a failure that says by its kind whether it may pass. */
enum half_state trouble_state(enum err_kind kind)
{
	return kind == ERR_RETRY || kind == ERR_UNREACHABLE || kind == ERR_DENIED ? HALF_RETRYING : HALF_FAILED;
}

int part_commit(struct load_worker *w, struct load_part *p, int64_t intent)
{
	struct err err;
	char text[PLACE_TEXT];

	err_clear(&err);
	p->place.intent = intent;
	place_print(text, sizeof(text), &p->place);
	if (log_reader_commit(w->l->reader, p->topic, p->partition, p->next, text, &err)) {
		err_wrap(&err, "offset of %s[%d]", p->topic, (int)p->partition);
		part_trouble(w, p, trouble_state(err.kind), &err);
		return -1;
	}
	p->committed = p->next;
	p->unstored = false;
	return 0;
}

/* Nothing more waits: all that is loaded is stored, or will be. */
void part_store(struct load_worker *w, struct load_part *p)
{
	p->unstored = true;
	part_commit(w, p, -1);
}

/* ---- the loop ---- */

/* When the partition wants its next turn (monotonic), -1: not before something arrives or happens. */
static int64_t part_due_us(struct load_worker *w, const struct load_part *p, int64_t now)
{
	const struct sink_conf *conf = &w->l->sh->settings->sink;
	const struct pace *pace = &p->of->pace;
	int64_t due = (pace->slow_ms ? p->of->last_load_us : p->last_load_us) + topic_interval_ms(w, p->of) * 1000;
	bool drained = atomic_load(&w->l->drained);

	if (p->npieces == 0 && !p->unstored)
		return -1;
	if (p->meter && atomic_load(&p->meter->paused))
		return -1;
	if (p->retry_at_us > now)
		return drained ? -1 : p->retry_at_us; /* a stop does not wait for what is in trouble */
	if (p->npieces == 0)
		return now; /* its offset could not be stored */
	if (atomic_load(&p->waits) || atomic_load(&p->wants_more))
		return -1;
	if (pace->slow_ms && !p->pieces[0].truncate && !drained)
		return due > now ? due : now; /* each load is one version more, however large it is */
	if (p->bytes >= (size_t)conf->max_bytes || p->rows >= (size_t)conf->max_rows || p->limit ||
			p->pieces[0].truncate || drained)
		return now;
	return due > now ? due : now;
}

/* A partition that cannot go on takes no room from the others: its bytes are counted apart, and when all such partitions
 * together have their share, no more of them is read. */
static void part_hold(struct load_worker *w, struct load_part *p)
{
	bool stands = p->troubled || p->gate || (p->meter && atomic_load(&p->meter->paused)), held;
	size_t stuck = stands ? p->bytes : 0;

	if (stuck != p->stuck) {
		atomic_fetch_add(&w->l->stuck, stuck - p->stuck);
		atomic_fetch_add(&p->of->stuck, stuck - p->stuck);
	}
	p->stuck = stuck;
	held = stuck && atomic_load(&w->l->stuck) > load_stuck_share(w->l);
	if (atomic_exchange(&p->held, held) != held)
		load_pauses_changed(w->l);
}

/* A range that was begun goes out as a whole: what is missing of it is read, whatever else waits. */
static void part_ask_more(struct load_worker *w, struct load_part *p)
{
	bool more = p->place.intent >= 0 && p->arrived < p->place.intent;

	if (atomic_exchange(&p->wants_more, more) != more)
		load_pauses_changed(w->l);
}

void part_schedule(struct load_worker *w, struct load_part *p)
{
	part_ask_more(w, p);
	due_set(&p->of->due, &p->due, part_due_us(w, p, clock_mono_us()));
	part_hold(w, p);
}

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

static void *worker_thread(void *arg)
{
	struct load_worker *w = arg;
	struct sched_turn turn;

	while (load_sched_take(w->l->sched, w, &turn)) {
		w->called = false;
		turn_topic(w, &turn);
		load_sched_give(w->l->sched, turn.topic, w->called);
	}
	return NULL;
}

void worker_rest(struct load_worker *w)
{
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
