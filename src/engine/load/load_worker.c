/*
 * load_worker.c - one sink thread: waits for rows of its partitions, and gives each range that is due to load_send.c or
 * load_truncate.c. What is hard: partitions come and go while their rows are under way, and one that is in trouble
 * must hold up nobody else.
 */
#include <stdlib.h>
#include <string.h>

#include "core/clock.h"
#include "core/logline.h"
#include "core/xalloc.h"
#include "engine/load/load_worker_parts.h"

enum { RETRY_FIRST_MS = 100, RETRY_MAX_MS = 30000, POLL_MS = 200 };

/* ---- partitions ---- */

static struct load_part *part_find(struct load_worker *w, const char *topic, int32_t partition)
{
	for (size_t i = 0; i < w->nparts; i++)
		if (w->parts[i]->topic == topic && w->parts[i]->partition == partition)
			return w->parts[i];
	return NULL;
}

static void part_free(struct load_part *p)
{
	part_drop_before(p, INT64_MAX);
	if (p->meter) {
		atomic_store(&p->meter->held, 0);
		part_waits(p, false);
	}
	free(p->pieces);
	free(p);
}

static void forget(struct load_worker *w)
{
	for (size_t i = 0; i < w->nparts; i++)
		part_free(w->parts[i]);
	w->nparts = 0;
	atomic_fetch_sub(&w->l->unforgotten, 1);
}

static void assign(struct load_worker *w, struct load_part *p)
{
	w->parts = xrealloc(w->parts, (w->nparts + 1) * sizeof(*w->parts));
	w->parts[w->nparts++] = p;
	backoff_init(&p->backoff, RETRY_FIRST_MS, RETRY_MAX_MS);
}

/* Cuts the item where a TRUNCATE stands: rows before and after it never share a load. */
static void add_pieces(struct load_part *p, struct load_item *item)
{
	const struct batch *out = item->out;
	struct piece piece = { .item = item, .from = item->in->from, .to = item->in->to };
	size_t bytes_per_row = item->in->bytes / (out->nchanges ? out->nchanges : 1);

	for (size_t i = 0; i < out->nchanges; i++) {
		int64_t offset = item->in->records[out->changes[i].record].offset;

		if (out->changes[i].op != CHANGE_TRUNCATE || out->changes[i].dead) {
			piece.count++;
			continue;
		}
		piece.to = offset;
		piece.bytes = piece.count * bytes_per_row;
		if (piece.to > piece.from)
			part_add(p, &piece);
		part_add(p, &(struct piece){ .item = item, .first = i, .count = 1, .from = offset, .to = offset + 1, .truncate = true });
		piece = (struct piece){ .item = item, .first = i + 1, .from = offset + 1, .to = item->in->to };
	}
	piece.bytes = out->nchanges ? piece.count * bytes_per_row : item->in->bytes;
	if (piece.to > piece.from)
		part_add(p, &piece);
}

static void accept_item(struct load_worker *w, struct load_item *item)
{
	struct load_part *p;

	if (item->forget_all) {
		forget(w);
	} else if (item->generation != atomic_load(&w->l->generation)) {
		;	/* read before the partitions changed: it will come again, here or elsewhere */
	} else if (item->assign) {
		assign(w, item->assign);
		item->assign = NULL;
	} else if ((p = part_find(w, item->in->topic, item->in->partition)) != NULL) {
		if (p->next < 0)
			p->next = p->committed = item->in->from;
		p->meter = item->meter;
		item->refs = 1;
		add_pieces(p, item);
		if (--item->refs)
			item = NULL;
		else
			p->arrived = p->next;
	}
	load_item_free(item);
}

/* ---- what happened, told once ---- */

void part_trouble(struct load_worker *w, struct load_part *p, enum half_state state, const struct err *err)
{
	int wait_ms = backoff_next(&p->backoff);
	char before[512];

	p->retry_at_us = clock_mono_us() + wait_ms * 1000LL;
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
	backoff_reset(&p->backoff);
	p->retry_at_us = 0;
	atomic_store(&p->meter->tries, 0);
	if (atomic_exchange(&p->meter->state, HALF_STREAMING) == HALF_STREAMING || atomic_load(&p->meter->stopped))
		return;
	table_meter_error(w->l->sh->tables, p->meter, NULL);
}

int part_commit(struct load_worker *w, struct load_part *p, int64_t intent, struct err *err)
{
	char text[96];

	range_metadata(text, sizeof(text), intent, p->truncated);
	if (log_reader_commit(w->l->reader, p->topic, p->partition, p->next, text, err))
		return err_wrap(err, "offset of %s[%d]", p->topic, (int)p->partition);
	p->committed = p->next;
	p->intent = intent;
	return 0;
}

/* ---- the loop ---- */

/* When the partition wants its next load: microseconds from now, 0 now, -1 not before something arrives. */
static int64_t part_wait_us(struct load_worker *w, const struct load_part *p, int64_t now)
{
	const struct sink_conf *conf = &w->l->sh->settings->sink;
	int64_t due = p->last_load_us + sink_interval_ms(w->sink) * 1000;

	if (p->npieces == 0 || atomic_load(&p->meter->paused))
		return -1;
	if (p->intent >= 0 && p->arrived < p->intent)
		return -1;
	if (p->retry_at_us > now)
		return p->retry_at_us - now;
	if (p->bytes >= (size_t)conf->max_bytes || p->rows >= (size_t)conf->max_rows || p->limit || p->pieces[0].truncate ||
	    atomic_load(&w->l->drained))
		return 0;
	return due > now ? due - now : 0;
}

/* A partition that cannot go on must not fill the buffer that its neighbours need. */
static void part_hold(struct load_worker *w, struct load_part *p)
{
	size_t share = (size_t)w->l->sh->settings->load.buffer_bytes / 4;

	if (p->meter)
		atomic_store(&p->meter->held, p->bytes > share && 
			((p->retry_at_us && !part_at_truncate(p)) || atomic_load(&p->meter->paused)));
}

static int turn_part(struct load_worker *w, struct load_part *p, struct err *err)
{
	struct range range;

	range.npieces = part_due_pieces(p, &w->l->sh->settings->sink, &range.to);
	if (range.npieces == 0)
		return 0;
	return p->pieces[0].truncate ? part_truncate(w, p, err) : part_load(w, p, &range, err);
}

/* Loads what is due. *wait_ms: until the next is. */
static int turn(struct load_worker *w, int *wait_ms, struct err *err)
{
	*wait_ms = POLL_MS;
	for (size_t i = 0; i < w->nparts; i++) {
		struct load_part *p = w->parts[i];
		int64_t wait_us = part_wait_us(w, p, clock_mono_us());

		if (wait_us == 0) {
			if (turn_part(w, p, err))
				return -1;
			wait_us = part_wait_us(w, p, clock_mono_us());
		}
		part_hold(w, p);
		if (wait_us >= 0 && wait_us / 1000 + 1 < *wait_ms)
			*wait_ms = (int)(wait_us / 1000) + (wait_us ? 1 : 0);
	}
	return 0;
}

static bool nothing_to_do(struct load_worker *w)
{
	for (size_t i = 0; i < w->nparts; i++)
		if (part_wait_us(w, w->parts[i], clock_mono_us()) >= 0)
			return false;
	return true;
}

static int worker_loop(struct load_worker *w, struct err *err)
{
	struct stage_meter *m = &w->l->sh->stages[STAGE_SINK];
	int wait_ms = 0;

	for (;;) {
		struct load_item *item = queue_pop_wait(w->queue, wait_ms);

		if (w->index == 0)
			meter_phase(m, PHASE_WAIT_IN);
		if (item)
			accept_item(w, item);
		else if (queue_closed(w->queue) && queue_length(w->queue) == 0 && nothing_to_do(w))
			return 0;
		if (turn(w, &wait_ms, err))
			return -1;
		if (w->index == 0)
			meter_phase(m, PHASE_BUSY);
		pthread_mutex_lock(&w->l->half.lock);
		if (w->l->failed) {
			pthread_mutex_unlock(&w->l->half.lock);
			return 0;
		}
		pthread_mutex_unlock(&w->l->half.lock);
	}
}

static void *worker_thread(void *arg)
{
	struct load_worker *w = arg;
	struct err err;

	err_clear(&err);
	if (worker_loop(w, &err)) {
		err_wrap(&err, "sink");
		load_fail(w->l, &err);
	}
	for (size_t i = 0; i < w->nparts; i++)
		part_free(w->parts[i]);
	w->nparts = 0;
	return NULL;
}

static void worker_free(struct load_worker *w)
{
	struct load_item *item;

	queue_abort(w->queue);
	while ((item = queue_drain(w->queue)) != NULL)
		load_item_free(item);
	queue_free(w->queue);
	if (w->sink)
		sink_close(w->sink);
	if (w->dead)
		dead_writer_close(w->dead);
	collapse_free(w->collapse);
	free(w->parts);
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
	w->queue = queue_new(8);
	w->collapse = collapse_new();
	w->sink = sink_open(&l->sh->settings->sink, err);
	if (w->sink)
		w->dead = dead_writer_open(l->sh, index, err);
	if (w->dead) {
		rc = pthread_create(&w->thread, NULL, worker_thread, w);
		if (rc == 0)
			return w;
		err_set(err, ERR_FATAL, rc, "sink: no thread: %s", strerror(rc));
	}
	worker_free(w);
	return NULL;
}

struct queue *load_worker_queue(struct load_worker *w)
{
	return w->queue;
}

void load_worker_join(struct load_worker *w)
{
	queue_close(w->queue);
	pthread_join(w->thread, NULL);
	worker_free(w);
}
