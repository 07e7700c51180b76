/*
 * load.c - the load half: opens a session, and is its read thread. See load_parts.h for the threads.
 *
 * What is hard: partitions that come and go. When they do, everything read so far is forgotten in every thread, one
 * after the other, before the new owner's offsets are asked for; what was forgotten is read again under the same
 * labels.
 */
#include <stdlib.h>
#include <string.h>

#include "core/clock.h"
#include "core/intern.h"
#include "core/logline.h"
#include "core/xalloc.h"
#include "engine/load/load_parts.h"

enum { READ_BYTES = 2 << 20, READ_MS = 100, QUEUE_DEPTH = 4, SPARE_BATCHES = 4 };

struct batch *load_batch_get(struct load *l)
{
	struct batch *b = queue_try_pop(l->spare);

	return b ? b : batch_new();
}

static void load_batch_put(struct load *l, struct batch *b)
{
	if (b == NULL)
		return;
	batch_reset(b);
	if (queue_push_wait(l->spare, b, 0) != 0)
		batch_free(b);
}

struct load_item *load_item_new(struct load *l)
{
	struct load_item *item = xcalloc(1, sizeof(*item));

	item->load = l;
	item->generation = atomic_load(&l->generation);
	return item;
}

void load_item_free(struct load_item *item)
{
	if (item == NULL)
		return;
	if (item->in)
		atomic_fetch_sub(&item->load->buffered, item->in->bytes);
	if (item->out != item->in)
		load_batch_put(item->load, item->out);
	load_batch_put(item->load, item->in);
	free(item->assign);
	free(item);
}

void load_fail(struct load *l, const struct err *err)
{
	pthread_mutex_lock(&l->half.lock);
	if (!l->failed) {
		l->failed = true;
		l->failure = *err;
	}
	pthread_mutex_unlock(&l->half.lock);
	queue_abort(l->to_script);
	for (size_t i = 0; i < l->nworkers; i++)
		queue_abort(load_worker_queue(l->workers[i]));
}

static bool load_failed(struct load *l)
{
	bool failed;

	pthread_mutex_lock(&l->half.lock);
	failed = l->failed;
	pthread_mutex_unlock(&l->half.lock);
	return failed;
}

/* Topics are interned: the pointer says which worker. */
struct load_worker *load_worker_for(struct load *l, const char *topic)
{
	uint64_t hash = 1469598103934665603u;

	for (const char *c = topic; *c; c++)
		hash = (hash ^ (unsigned char)*c) * 1099511628211u;
	return l->workers[(hash >> 20) % l->nworkers];
}

/* ---- read thread ---- */

static int push(struct load *l, struct load_item *item)
{
	if (queue_push(l->to_script, item) == 0)
		return 0;
	load_item_free(item);
	return 1;
}

/* Every thread forgets what it holds; when all have, what is committed is final. */
static void forget_all(struct load *l)
{
	struct load_item *item;

	atomic_fetch_add(&l->generation, 1);
	atomic_store(&l->unforgotten, (int)l->nworkers);
	item = load_item_new(l);
	item->forget_all = true;
	if (push(l, item))
		return;
	while (atomic_load(&l->unforgotten) > 0 && !load_failed(l))
		clock_sleep_ms(2);
}

static int assign_one(struct load *l, const struct log_assigned *a, struct err *err)
{
	struct load_item *item = load_item_new(l);
	struct load_part *p = xcalloc(1, sizeof(*p));

	p->topic = intern(a->topic);
	p->partition = a->partition;
	p->generation = item->generation;
	p->next = p->committed = p->arrived = a->committed;
	range_metadata_parse(a->metadata, &p->intent, &p->truncated);
	item->assign = p;
	/* The reader may hold it paused from before; nobody here remembers that. First, because going on has a place of its own. */
	if (log_reader_pause(l->reader, a->topic, a->partition, false, err) ||
	    log_reader_seek(l->reader, a->topic, a->partition, a->committed > 0 ? a->committed : 0, err)) {
		load_item_free(item);
		return -1;
	}
	push(l, item);
	return 0;
}

void load_table_name(const struct load *l, const char *topic, char *out, size_t size)
{
	if (!format_topic_table(&l->sh->settings->format, topic, out, size))
		snprintf(out, size, "%s", topic);
}

static int partitions_changed(struct load *l, struct err *err)
{
	char table[512];
	size_t n;

	forget_all(l);
	n = log_reader_assigned(l->reader, l->assigned, MAX_ASSIGNED, err);
	if (err->kind != ERR_NONE)
		return -1;
	l->owned = xrealloc(l->owned, (n ? n : 1) * sizeof(*l->owned));
	l->nowned = n;
	for (size_t i = 0; i < n; i++) {
		load_table_name(l, l->assigned[i].topic, table, sizeof(table));
		l->owned[i].topic = intern(l->assigned[i].topic);
		l->owned[i].table = intern(table);
		l->owned[i].partition = l->assigned[i].partition;
		l->owned[i].paused = false;
		if (assign_one(l, &l->assigned[i], err))
			return -1;
	}
	logline(LOG_INFO, "load", "reading %zu partition%s", n, n == 1 ? "" : "s");
	return 0;
}

/* A full buffer, a person, or a table in trouble: its partitions are left alone, while the group is still answered. */
static int apply_pauses(struct load *l, struct err *err)
{
	bool all = half_paused(&l->half), full = atomic_load(&l->buffered) >= (size_t)l->sh->settings->load.buffer_bytes;

	for (size_t i = 0; i < l->nowned; i++) {
		struct table_meter *m = table_meter_find(l->sh->tables, l->owned[i].table);
		uint64_t waiting = m ? atomic_load(&m->at_truncate) : 0, bit = l->owned[i].partition < 64 ? UINT64_C(1) << l->owned[i].partition : 0;
		bool paused = all || (waiting & bit) || (full && !waiting) || (m && (atomic_load(&m->paused) || atomic_load(&m->held)));

		if (paused == l->owned[i].paused)
			continue;
		if (log_reader_pause(l->reader, l->owned[i].topic, l->owned[i].partition, paused, err))
			return -1;
		l->owned[i].paused = paused;
	}
	return 0;
}

static int read_batch(struct load *l, struct batch *b)
{
	struct stage_meter *m = &l->sh->stages[STAGE_READ];
	struct load_item *item = load_item_new(l);
	int64_t now = clock_wall_us();

	item->in = b;
	atomic_fetch_add(&l->buffered, b->bytes);
	meter_done(m, b->nrecords, b->nrecords, b->bytes);
	for (size_t i = 0, j; i < b->nrecords; i = j) {
		for (j = i + 1; j < b->nrecords && b->records[j].timestamp_ms == b->records[i].timestamp_ms; j++)
			;
		histogram_add_n(&m->latency, now - b->records[i].timestamp_ms * 1000, j - i);
	}
	taps_offer_records(l->sh->taps, STAGE_READ, b);
	meter_phase(m, PHASE_BUSY);
	return push(l, item);
}

/* 0: go on; 1: the session is over; -1: err */
static int read_turn(struct load *l, struct err *err)
{
	struct stage_meter *m = &l->sh->stages[STAGE_READ];
	struct batch *b = load_batch_get(l);
	enum log_read read;
	int over = 0;

	if (apply_pauses(l, err)) {
		load_batch_put(l, b);
		return -1;
	}
	read = log_reader_poll(l->reader, b, READ_BYTES, READ_MS, err);
	if (read != LOG_READ_BATCH)
		meter_phase(m, PHASE_WAIT_IN);
	if (read == LOG_READ_BATCH) {
		meter_waited(m, b->born_us);
		over = read_batch(l, b);
		meter_phase(m, PHASE_WAIT_OUT);
		half_state_set(&l->half, HALF_STREAMING);
		return over;
	}
	load_batch_put(l, b);
	if (read == LOG_READ_CHANGED)
		return partitions_changed(l, err);
	return read == LOG_READ_FAILED ? -1 : 0;
}

static int read_loop(struct load *l, struct err *err)
{
	int turn = 0;

	l->sh->stages[STAGE_READ].mark_us = clock_mono_us();
	half_state_set(&l->half, HALF_IDLE);
	while (turn == 0 && !half_stopping(&l->half) && !queue_closed(l->to_script))
		turn = read_turn(l, err);
	return turn < 0 ? -1 : 0;
}

/* ---- session ---- */

static void put_literal(struct buf *b, const char *text)
{
	for (const char *c = text; *c; c++) {
		if (strchr(".*+?()[]{}|\\^$", *c))
			buf_putc(b, '\\');
		buf_putc(b, *c);
	}
}

/* Every topic with a database and a table behind the prefix. */
static int default_topics(const struct settings *s, struct conf_list *out)
{
	struct buf b;

	buf_init(&b, 4096);
	buf_putc(&b, '^');
	put_literal(&b, s->format.topic_prefix);
	put_literal(&b, s->format.topic_delimiter);
	buf_puts(&b, ".+");
	put_literal(&b, s->format.topic_delimiter);
	buf_puts(&b, ".+");
	out->items = xmalloc(sizeof(*out->items));
	out->items[0] = buf_take(&b);
	out->count = 1;
	return 0;
}

static int session_open(struct load *l, struct err *err)
{
	const struct settings *s = l->sh->settings;
	struct conf_list topics = s->load.topics;

	if (topics.count == 0)
		default_topics(s, &topics);
	l->reader = log_reader_open(l->sh->log, s->load.group, &topics, err);
	if (s->load.topics.count == 0) {
		free(topics.items[0]);
		free(topics.items);
	}
	if (l->reader == NULL)
		return -1;
	l->history = history_new();
	l->to_script = queue_new(QUEUE_DEPTH);
	l->spare = queue_new(SPARE_BATCHES);
	l->workers = xcalloc((size_t)s->load.workers, sizeof(*l->workers));
	atomic_store(&l->buffered, 0);
	atomic_store(&l->drained, false);
	l->failed = false;
	while (l->nworkers < (size_t)s->load.workers) {
		l->workers[l->nworkers] = load_worker_start(l, (int)l->nworkers, err);
		if (l->workers[l->nworkers] == NULL)
			return -1;
		l->nworkers++;
	}
	return 0;
}

static void session_close(struct load *l)
{
	struct load_item *item;
	struct batch *b;

	meter_queue(&l->sh->stages[STAGE_SCRIPT], NULL);
	meter_queue(&l->sh->stages[STAGE_SINK], NULL);
	for (size_t i = 0; i < l->nworkers; i++)
		load_worker_join(l->workers[i]);
	free(l->workers);
	l->workers = NULL;
	l->nworkers = 0;
	if (l->to_script) {
		queue_abort(l->to_script);
		while ((item = queue_drain(l->to_script)) != NULL)
			load_item_free(item);
		queue_free(l->to_script);
		l->to_script = NULL;
	}
	if (l->spare) {
		queue_abort(l->spare);
		while ((b = queue_drain(l->spare)) != NULL)
			batch_free(b);
		queue_free(l->spare);
		l->spare = NULL;
	}
	if (l->reader)
		log_reader_close(l->reader);
	l->reader = NULL;
	history_free(l->history);
	l->history = NULL;
	free(l->owned);
	l->owned = NULL;
	l->nowned = 0;
}

static int session_run(struct load *l, struct err *err)
{
	pthread_t script;
	int rc = pthread_create(&script, NULL, load_script_thread, l);

	if (rc)
		return err_set(err, ERR_FATAL, rc, "load: no thread: %s", strerror(rc));
	meter_queue(&l->sh->stages[STAGE_SCRIPT], l->to_script);
	meter_queue(&l->sh->stages[STAGE_SINK], load_worker_queue(l->workers[0]));
	half_well(&l->half);
	rc = read_loop(l, err);
	if (rc)
		load_fail(l, err);
	atomic_store(&l->drained, true);
	queue_close(l->to_script);	/* drains: the script thread closes the workers' queues, they load what is left */
	pthread_join(script, NULL);
	for (size_t i = 0; i < l->nworkers; i++)
		queue_close(load_worker_queue(l->workers[i]));
	return rc;
}

static int load_session(struct half *h, struct err *err)
{
	struct load *l = (struct load *)h;
	int rc = shared_log_open(l->sh, err) || session_open(l, err) ? -1 : 0;

	if (rc == 0)
		rc = session_run(l, err);
	session_close(l);
	if (rc == 0 && l->failed) {
		*err = l->failure;
		rc = -1;
	}
	return rc ? -1 : 0;
}

struct load *load_new(struct shared *sh)
{
	const struct sink_conf *conf = &sh->settings->sink;
	struct load *l = xcalloc(1, sizeof(*l));

	l->sh = sh;
	l->assigned = xmalloc(MAX_ASSIGNED * sizeof(*l->assigned));
	half_init(&l->half, sh, "load", load_session);
	if (conf->fe_http)
		snprintf(l->target, sizeof(l->target), "starrocks %s", conf->fe_http);
	else
		snprintf(l->target, sizeof(l->target), "embedded %s/warehouse", conf->state_dir);
	return l;
}

struct half *load_half(struct load *l)
{
	return &l->half;
}

void load_free(struct load *l)
{
	if (l == NULL)
		return;
	half_done(&l->half);
	free(l->assigned);
	free(l);
}

void load_reload(struct load *l)
{
	atomic_fetch_add(&l->reload, 1);
}

/* While the half itself is well, tables that are tried again speak for it: the first one by name, and how many. */
static void tables_trouble(struct load *l, struct status_load *out)
{
	struct status_trouble *t = &out->trouble;
	struct table_meter *first = NULL;
	char error[sizeof(t->error)];
	unsigned more = 0;
	int64_t wait_us;

	if (t->error[0])
		return;
	for (size_t i = 0; i < table_meters_count(l->sh->tables); i++) {
		struct table_meter *m = table_meter_at(l->sh->tables, i);

		if (atomic_load(&m->state) != HALF_RETRYING || atomic_load(&m->stopped) || atomic_load(&m->tries) == 0)
			continue;
		more += first != NULL;
		if (first == NULL || strcmp(m->name, first->name) < 0)
			first = m;
	}
	if (first == NULL)
		return;
	table_meter_error_get(l->sh->tables, first, error, sizeof(error));
	if (more)
		snprintf(t->error, sizeof(t->error), "%.100s and %u more: %.380s", first->name, more, error);
	else
		snprintf(t->error, sizeof(t->error), "%.100s: %.400s", first->name, error);
	snprintf(t->kind, sizeof(t->kind), "%s", err_kind_name(atomic_load(&first->trouble)));
	wait_us = atomic_load(&first->retry_at_us) - clock_mono_us();
	t->tries = atomic_load(&first->tries);
	t->retry_ms = wait_us > 0 ? wait_us / 1000 : 0;
	if (out->state == HALF_STREAMING || out->state == HALF_IDLE)
		out->state = HALF_RETRYING;
}

void load_status(struct load *l, struct status_load *out)
{
	out->enabled = true;
	out->loads = atomic_load(&l->loads);
	memcpy(out->target, l->target, sizeof(out->target));
	half_view(&l->half, &out->state, &out->trouble);
	tables_trouble(l, out);
}

void load_abort(struct load *l)
{
	struct err err;

	err_clear(&err);
	err_set(&err, ERR_RETRY, 0, "stopped before everything was loaded; the next start goes on from the stored offsets");
	if (l->to_script)
		load_fail(l, &err);
}
