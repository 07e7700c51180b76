/*
 * load_worker.c - one sink thread: waits for rows of its partitions, and sends each range as one load per schema.
 *
 * What is hard: every outcome that is not a clear yes. A range whose load is refused for its data is sent again in
 * halves until the bad message stands alone and becomes a dead letter; one whose fate is unknown is sent again under
 * the same label; a table that cannot take rows waits, holds its partition back, and lets its neighbours pass.
 */
#include <stdlib.h>
#include <string.h>

#include "core/clock.h"
#include "core/logline.h"
#include "core/xalloc.h"
#include "engine/load_parts.h"

struct load_worker {
	struct load *l;
	int index;
	pthread_t thread;
	struct queue *queue;
	struct sink *sink;
	struct dead_writer *dead;
	struct collapse *collapse;
	struct load_part **parts;
	size_t nparts;

	/* the range being loaded */
	struct change *rows;		/* copies, in order: collapse wants them in one run */
	struct load_item **origin;	/* of each row */
	size_t nrows, cap_rows;
	struct collapsed *keep;
	size_t cap_keep;
};

struct range {			/* what gather() found */
	int64_t from, to;
	size_t messages;	/* records with rows that can be loaded */
	size_t dead;		/* changes that cannot */
	size_t npieces;
};

enum { RETRY_FIRST_MS = 100, RETRY_MAX_MS = 30000, POLL_MS = 200 };

/* ---- partitions ---- */

static struct load_part *part_find(struct load_worker *w, const char *topic, int32_t partition)
{
	for (size_t i = 0; i < w->nparts; i++)
		if (w->parts[i]->topic == topic && w->parts[i]->partition == partition)
			return w->parts[i];
	return NULL;
}

/* The reader leaves a partition alone that waits at a TRUNCATE, and never the others: they have to come there too. */
static void part_waits(struct load_part *p, bool waits)
{
	uint64_t bit = p->partition < 64 ? UINT64_C(1) << p->partition : 0;

	if (waits)
		atomic_fetch_or(&p->meter->at_truncate, bit);
	else
		atomic_fetch_and(&p->meter->at_truncate, ~bit);
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

static void part_trouble(struct load_worker *w, struct load_part *p, enum half_state state, const struct err *err)
{
	int wait_ms = backoff_next(&p->backoff);
	char before[512];

	p->retry_at_us = clock_mono_us() + wait_ms * 1000LL;
	table_meter_error_get(w->l->sh->tables, p->meter, before, sizeof(before));
	if (strcmp(before, err->msg) != 0) {
		logline(state == HALF_FAILED ? LOG_ERROR : LOG_WARNING, "sink", "%s: %s", p->meter->name, err->msg);
		table_meter_error(w->l->sh->tables, p->meter, err->msg);
	}
	atomic_store(&p->meter->state, state);
	shared_wake(w->l->sh);
}

static void part_fine(struct load_worker *w, struct load_part *p)
{
	backoff_reset(&p->backoff);
	p->retry_at_us = 0;
	if (atomic_exchange(&p->meter->state, HALF_STREAMING) == HALF_STREAMING || atomic_load(&p->meter->stopped))
		return;
	table_meter_error(w->l->sh->tables, p->meter, NULL);
}

/* ---- gathering a range ---- */

static void gather_piece(struct load_worker *w, const struct piece *piece, struct range *range)
{
	uint32_t last = UINT32_MAX;

	for (size_t i = 0; i < piece->count; i++) {
		const struct change *c = &piece->item->out->changes[piece->first + i];

		if (c->dead) {
			range->dead++;
			continue;
		}
		if (w->nrows == w->cap_rows) {
			w->cap_rows = w->cap_rows ? w->cap_rows * 2 : 4096;
			w->rows = xrealloc(w->rows, w->cap_rows * sizeof(*w->rows));
			w->origin = xrealloc(w->origin, w->cap_rows * sizeof(*w->origin));
		}
		w->origin[w->nrows] = piece->item;
		w->rows[w->nrows++] = *c;
		range->messages += c->record != last;
		last = c->record;
	}
}

static struct piece range_piece(const struct load_part *p, size_t i, int64_t to)
{
	struct piece piece;

	piece_split(&p->pieces[i], to, &piece);
	return piece;
}

static void gather(struct load_worker *w, struct load_part *p, struct range *range)
{
	w->nrows = 0;
	range->from = p->next;
	range->messages = range->dead = 0;
	for (size_t i = 0; i < range->npieces; i++) {
		struct piece piece = range_piece(p, i, range->to);

		gather_piece(w, &piece, range);
	}
	if (w->cap_keep < w->nrows * 2) {
		w->cap_keep = w->nrows * 2;
		w->keep = xrealloc(w->keep, w->cap_keep * sizeof(*w->keep));
	}
}

/* ---- offsets ---- */

static int commit(struct load_worker *w, struct load_part *p, int64_t intent, struct err *err)
{
	char text[96];

	range_metadata(text, sizeof(text), intent, p->truncated_ms);
	if (log_reader_commit(w->l->reader, p->topic, p->partition, p->next, text, err))
		return err_wrap(err, "offset of %s[%d]", p->topic, (int)p->partition);
	p->committed = p->next;
	p->intent = intent;
	return 0;
}

/* ---- loading ---- */

/* Dead letters are durable before the offset moves past their rows. */
static int write_dead(struct load_worker *w, struct load_part *p, const struct range *range, const struct err *refused, struct err *err)
{
	size_t n = 0;

	for (size_t i = 0; i < range->npieces; i++) {
		struct piece piece = range_piece(p, i, range->to);

		for (size_t k = 0; k < piece.count; k++) {
			const struct change *c = &piece.item->out->changes[piece.first + k];

			if (c->dead == NULL && refused == NULL)
				continue;
			if (dead_write(w->dead, &piece.item->in->records[c->record], c, c->dead ? c->dead : refused->msg,
				       c->dead ? c->dead_at : "sink", err))
				return -1;
			n++;
		}
	}
	if (n && dead_flush(w->dead, err))
		return err_wrap(err, "dead letters of %s", p->meter->name);
	counter_add(&p->meter->dead, n);
	return 0;
}

static void range_done(struct load_worker *w, struct load_part *p, const struct range *range)
{
	struct stage_meter *m = &w->l->sh->stages[STAGE_SINK];
	int64_t now = clock_wall_us();

	for (size_t i = 0; i < range->npieces; i++) {
		struct piece piece = range_piece(p, i, range->to);
		const struct record *records = piece.item->in->records;
		const struct change *c = piece.item->out->changes + piece.first;

		for (size_t a = 0, b; a < piece.count; a = b) {
			int64_t ts = records[c[a].record].timestamp_ms;

			for (b = a + 1; b < piece.count && records[c[b].record].timestamp_ms == ts; b++)
				;
			histogram_add_n(&m->latency, now - ts * 1000, b - a);
			table_latency(&p->meter->load, now - ts * 1000, b - a);
			if (ts > atomic_load(&p->meter->last_loaded_ms))
				atomic_store(&p->meter->last_loaded_ms, ts);
		}
		meter_done(m, piece.count, piece.count, piece.bytes);
	}
	counter_add(&p->meter->loaded, w->nrows);
	p->next = range->to;
	p->intent = -1;
	part_drop_before(p, p->next);
	if (p->limit && (p->limit *= 2) > 65536)
		p->limit = 0;
	part_fine(w, p);
}

/* The target has the columns of every row before the row goes out. */
static int prepare(struct load_worker *w, size_t nkeep, struct err *err)
{
	const struct schema *last = NULL;

	for (size_t i = 0; i < nkeep; i++) {
		const struct schema *schema = w->keep[i].change->schema;

		if (schema != last && sink_prepare(w->sink, schema, err))
			return -1;
		last = schema;
	}
	return 0;
}

/* Rows that the target cannot take were left out of the load and named; they become dead letters before the offset
 * moves. */
static int put_bad_aside(struct load_worker *w, struct load_part *p, const struct sink_result *result, struct err *err)
{
	for (size_t i = 0; i < result->nbad; i++) {
		const struct change *c = w->keep[result->bad[i].row].change;
		const struct load_item *item = w->origin[c - w->rows];

		if (dead_write(w->dead, &item->in->records[c->record], c, result->bad[i].reason, "sink", err))
			return -1;
	}
	if (result->nbad == 0)
		return 0;
	logline(LOG_WARNING, "sink", "%s: %zu row%s put aside as dead letters, the first: %s", p->meter->name, result->nbad,
		result->nbad == 1 ? "" : "s", result->bad[0].reason);
	counter_add(&p->meter->dead, result->nbad);
	return dead_flush(w->dead, err);
}

enum verdict { RANGE_LOADED, RANGE_LATER, RANGE_REFUSED, RANGE_BROKEN };	/* broken: the session ends */

/* why: of RANGE_REFUSED; err: of RANGE_BROKEN. RANGE_LATER has been told. */
static enum verdict load_rows(struct load_worker *w, struct load_part *p, const struct range *range, struct err *why, struct err *err)
{
	size_t nkeep = collapse_run(w->collapse, w->rows, w->nrows, w->keep);
	const struct schema *schema = w->rows[w->nrows - 1].schema;
	struct sink_result result = { 0 };
	enum sink_outcome outcome;
	char label[160];

	if (prepare(w, nkeep, why)) {
		part_trouble(w, p, why->kind == ERR_RETRY || why->kind == ERR_UNREACHABLE ? HALF_RETRYING : HALF_FAILED, why);
		return RANGE_LATER;
	}
	range_label(label, sizeof(label), w->l->sh->settings->name, schema, p->partition, range->from, range->to);
	outcome = sink_load(w->sink, schema, w->keep, nkeep, label, &result, why);
	if (outcome == SINK_LOADED || outcome == SINK_DUPLICATE) {
		atomic_fetch_add(&w->l->loads, 1);
		return put_bad_aside(w, p, &result, err) ? RANGE_BROKEN : RANGE_LOADED;
	}
	if (outcome == SINK_REFUSED && why->kind == ERR_DATA)
		return RANGE_REFUSED;
	part_trouble(w, p, outcome == SINK_REFUSED && why->kind == ERR_CONFIG ? HALF_FAILED : HALF_RETRYING, why);
	return RANGE_LATER;
}

/* The load was refused for its data: halve the range, or, when one message is left, put it aside. */
static int refused(struct load_worker *w, struct load_part *p, const struct range *range, const struct err *why, struct err *err)
{
	p->intent = -1;
	if (range->messages > 1) {
		p->limit = range->messages / 2;
		return 0;
	}
	logline(LOG_WARNING, "sink", "%s: a row is put aside as a dead letter: %s", p->meter->name, why->msg);
	if (write_dead(w, p, range, why, err))
		return -1;
	w->nrows = 0;
	range_done(w, p, range);
	return 0;
}

static void tap_rows(struct load_worker *w)
{
	if (!taps_wanted(w->l->sh->taps, STAGE_SINK))
		return;
	for (size_t i = 0; i < w->nrows; i++)
		taps_offer_change(w->l->sh->taps, STAGE_SINK, &w->rows[i]);
}

static int part_load(struct load_worker *w, struct load_part *p, struct range *range, struct err *err)
{
	enum verdict verdict = RANGE_LOADED;
	struct err why;

	gather(w, p, range);
	p->last_load_us = clock_mono_us();
	if (w->nrows) {
		if ((p->intent != range->to || p->committed != p->next) && commit(w, p, range->to, err))
			return -1;
		err_clear(&why);
		verdict = load_rows(w, p, range, &why, err);
	}
	switch (verdict) {
	case RANGE_BROKEN: return -1;
	case RANGE_LATER: return 0;
	case RANGE_REFUSED: return refused(w, p, range, &why, err);
	case RANGE_LOADED: break;
	}
	if (range->dead && write_dead(w, p, range, NULL, err))
		return -1;
	tap_rows(w);
	range_done(w, p, range);
	return p->npieces == 0 ? commit(w, p, -1, err) : 0;
}

/* ---- TRUNCATE ---- */

static const struct record *truncate_record(const struct load_part *p)
{
	const struct load_item *item = p->pieces[0].item;

	return &item->in->records[item->out->changes[p->pieces[0].first].record];
}

static bool at_truncate(const struct load_part *p)
{
	return p->npieces && p->pieces[0].truncate;
}

static int truncate_pass(struct load_worker *w, struct load_part *p, int64_t id, struct err *err)
{
	part_waits(p, false);
	p->truncated_ms = id;
	p->next = p->pieces[0].to;
	part_drop_before(p, p->next);
	part_fine(w, p);
	return commit(w, p, -1, err);
}

/* Every partition carries the TRUNCATE; it happens when all have reached it. Its id rises, and is stored with the
 * offsets, so that after a crash a partition that lags behind knows that it has happened. */
static int part_truncate(struct load_worker *w, struct load_part *p, struct err *err)
{
	const struct change *change = &p->pieces[0].item->out->changes[p->pieces[0].first];
	int64_t id = truncate_record(p)->timestamp_ms, done = -1;
	unsigned there = 0, owned = 0, partitions;
	struct err why;

	for (size_t i = 0; i < w->nparts; i++) {
		struct load_part *q = w->parts[i];

		if (q->topic != p->topic)
			continue;
		owned++;
		done = q->truncated_ms > done ? q->truncated_ms : done;
		there += at_truncate(q) && truncate_record(q)->timestamp_ms == id;
	}
	if (id <= done)
		return truncate_pass(w, p, done, err);
	p->retry_at_us = clock_mono_us() + 20000;
	part_waits(p, there < owned);
	if (there < owned)
		return 0;
	err_clear(&why);
	partitions = shared_partitions(w->l->sh, p->topic, &why);
	if (partitions == 0 || owned != partitions) {
		if (partitions)
			err_set(&why, ERR_CONFIG, 0, "TRUNCATE: expected all partitions of %s in this process, found %u; "
				"stop the other processes of the group until it has passed", p->topic, owned);
		part_trouble(w, p, HALF_FAILED, &why);
		return 0;
	}
	if (sink_prepare(w->sink, change->schema, &why) || sink_truncate(w->sink, change->schema, &why)) {
		part_trouble(w, p, HALF_RETRYING, &why);
		return 0;
	}
	logline(LOG_NOTICE, "sink", "%s: truncated", p->meter->name);
	return truncate_pass(w, p, id, err);
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
			((p->retry_at_us && !at_truncate(p)) || atomic_load(&p->meter->paused)));
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
