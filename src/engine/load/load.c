/*
 * load.c - the load half: opens a session and closes it, what its threads share, and its status. See load_parts.h for
 * the threads; load_read.c is the supervisor's own.
 *
 * A session's queues and workers are seen by other threads too (a failure or a stop reaches all of them), so they come
 * and go under half.lock.
 */
#include <stdlib.h>
#include <string.h>

#include "core/clock.h"
#include "core/logline.h"
#include "core/xalloc.h"
#include "engine/load/load_parts.h"
#include "engine/load/script/load_profile.h"

enum { RELOADED_LOOK_MS = 5 };

enum {
	QUEUE_DEPTH = 4,
	SPARE_BATCHES = 4,
	ABORT_MS = 200 /* a stop waits so long for threads that were told to drop what they do */
};

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

static int worker_open(struct load *l, int index, struct err *err)
{
	struct load_worker *w = load_worker_start(l, index, err);

	if (w == NULL)
		return -1;
	pthread_mutex_lock(&l->half.lock);
	l->workers[l->nworkers++] = w;
	pthread_mutex_unlock(&l->half.lock);
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
	l->history = load_history_open(l, err);
	if (l->history == NULL)
		return -1;
	l->spare = queue_new(SPARE_BATCHES);
	atomic_store(&l->buffered, 0);
	atomic_store(&l->stuck, 0);
	atomic_store(&l->drained, false);
	l->paused_all = l->full = false;
	pthread_mutex_lock(&l->half.lock);
	l->failed = false;
	l->to_script = queue_new(QUEUE_DEPTH);
	l->sched = load_sched_new(l);
	l->workers = xcalloc((size_t)s->load.workers, sizeof(*l->workers));
	pthread_mutex_unlock(&l->half.lock);
	for (int i = 0; i < s->load.workers; i++)
		if (worker_open(l, i, err))
			return -1;
	return 0;
}

static void close_queue(struct queue **q, void (*free_item)(void *item))
{
	void *item;

	if (*q == NULL)
		return;
	queue_abort(*q);
	while ((item = queue_drain(*q)) != NULL)
		free_item(item);
	queue_free(*q);
	*q = NULL;
}

static void free_item(void *item)
{
	load_item_free(item);
}

static void free_batch(void *batch)
{
	batch_free(batch);
}

/* Threads first: a stop may still reach them. Then nobody sees them any more, then they go. */
static void workers_close(struct load *l)
{
	struct load_worker **workers = l->workers;
	struct load_sched *sched = l->sched;
	size_t n = l->nworkers;

	atomic_store(&l->drained, true);
	if (sched)
		load_sched_close(sched);
	for (size_t i = 0; i < n; i++)
		load_worker_join(workers[i]);
	pthread_mutex_lock(&l->half.lock);
	l->workers = NULL;
	l->nworkers = 0;
	l->sched = NULL;
	pthread_mutex_unlock(&l->half.lock);
	for (size_t i = 0; i < n; i++)
		load_worker_free(workers[i]);
	free(workers);
	load_sched_free(sched);
}

static void session_close(struct load *l)
{
	struct queue *to_script;

	meter_queue(&l->sh->stages[STAGE_SCRIPT], NULL);
	meter_pool(&l->sh->stages[STAGE_SINK], 0, NULL, 0);
	workers_close(l);
	pthread_mutex_lock(&l->half.lock);
	to_script = l->to_script;
	l->to_script = NULL;
	pthread_mutex_unlock(&l->half.lock);
	close_queue(&to_script, free_item);
	close_queue(&l->spare, free_batch);
	load_assign_done(l);
	if (l->reader)
		log_reader_close(l->reader);
	l->reader = NULL;
	load_history_close(l->history);
	l->history = NULL;
}

static int session_run(struct load *l, struct err *err)
{
	pthread_t script;
	int rc = pthread_create(&script, NULL, load_script_thread, l);

	if (rc)
		return err_set(err, ERR_FATAL, rc, "load: no thread: %s", strerror(rc));
	meter_queue(&l->sh->stages[STAGE_SCRIPT], l->to_script);
	meter_pool(&l->sh->stages[STAGE_SINK], (unsigned)l->nworkers, &l->buffered,
			(size_t)l->sh->settings->load.buffer_bytes);
	half_well(&l->half);
	rc = load_read_loop(l, err);
	if (rc)
		load_fail(l, err);
	atomic_store(&l->drained, true);
	load_sched_again(l->sched, false);
	queue_close(l->to_script); /* drains: the script thread closes the scheduler, whose threads load what is left */
	pthread_join(script, NULL);
	return rc;
}

static int load_session(struct half *h, struct err *err)
{
	struct load *l = (struct load *)h;
	int rc;

	if (h->error.kind == ERR_DENIED)
		load_password_again(l);
	rc = shared_log_open(l->sh, err) || session_open(l, err) ? -1 : 0;
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
	l->done = loads_done_new();
	l->profile = load_profile_new();
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
	for (size_t i = 0; i < l->nlent; i++)
		lent_table_done(&l->lent[i]);
	free(l->lent);
	free(l->assigned.items);
	loads_done_free(l->done);
	load_profile_free(l->profile);
	free(l);
}

void load_resumed(struct load *l)
{
	atomic_fetch_add(&l->resumed, 1);
	load_password_again(l);
	load_pauses_changed(l);
	pthread_mutex_lock(&l->half.lock);
	if (l->sched)
		load_sched_again(l->sched, true);
	pthread_mutex_unlock(&l->half.lock);
}

void load_look_again(struct load *l)
{
	atomic_fetch_add(&l->look_again, 1);
	load_resumed(l);
}

bool load_reloaded(struct load *l, int wait_ms)
{
	int64_t until_us = clock_mono_us() + wait_ms * 1000LL;

	while (atomic_load(&l->reload_done) < atomic_load(&l->reload)) {
		if (clock_mono_us() > until_us)
			return false;
		clock_sleep_ms(RELOADED_LOOK_MS);
	}
	return true;
}

int load_profile_scripts(struct load *l, const char *section, int seconds, engine_emit *emit, void *arg,
		struct err *err)
{
	return load_profile_run(l->profile, section, seconds, emit, arg, err);
}

void load_reload(struct load *l)
{
	atomic_fetch_add(&l->reload, 1);
	pthread_mutex_lock(&l->half.lock);
	if (l->sched)
		load_sched_again(l->sched, false);
	pthread_mutex_unlock(&l->half.lock);
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

static void load_abort(struct load *l)
{
	struct err err;

	err_clear(&err);
	err_set(&err, ERR_RETRY, 0,
			"stopped before everything was loaded; the next start goes on from the stored offsets");
	load_fail(l, &err);
}

static uint64_t load_moves(const void *arg)
{
	const struct load *l = arg;

	return atomic_load(&l->turns);
}

/* What is read is loaded as long as loads come to an end. A target that is down, hangs or refuses is not waited for: the
 * log has its rows, and the next start loads them under the same labels. */
bool load_stop(struct load *l, int64_t until_us, int still_ms)
{
	half_stop(&l->half);
	half_drain(&l->half, until_us, still_ms, load_moves, l);
	if (!l->half.started)
		return true;
	load_abort(l);
	half_join(&l->half, ABORT_MS);
	return false;
}

void load_done_print(struct load *l, const char *table, int64_t n, engine_emit *emit, void *arg)
{
	loads_done_print(l->done, table, n, emit, arg);
}
