/* meter.c - see meter.h. The table of tables is an array of pointers under a lock; a meter never moves or goes away. */
#include "engine/status/meter.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/clock.h"
#include "core/intern.h"
#include "core/name_map.h"
#include "core/xalloc.h"
#include "engine/status/status.h"

enum { QUIET_TICKS = 3 }; /* then nothing flows, and the figure does not fade but ends */

const char *const stage_names[STAGE_COUNT] = { "source", "format", "log", "read", "script", "sink" };

void meter_init(struct stage_meter *m)
{
	histogram_init(&m->latency);
	pthread_mutex_init(&m->queue_lock, NULL);
}

void meter_queue(struct stage_meter *m, struct queue *q)
{
	pthread_mutex_lock(&m->queue_lock);
	m->queue = q;
	pthread_mutex_unlock(&m->queue_lock);
}

/* A queue of a few batches is full for moments, which says nothing: what counts is how full it is all the time. */
static double mean_fill(struct stage_meter *m)
{
	double fill = 0;

	pthread_mutex_lock(&m->queue_lock);
	if (m->level)
		fill = (double)atomic_load(m->level) / (double)m->limit;
	else if (m->queue)
		fill = queue_mean(m->queue) / (double)queue_capacity(m->queue);
	pthread_mutex_unlock(&m->queue_lock);
	return fill;
}

/* Under queue_lock. */
static void pool_count(struct stage_meter *m)
{
	int64_t now = clock_mono_us(), spent = m->pool_us ? now - m->pool_us : 0;

	m->pool_us = now;
	if (m->threads == 0 || spent <= 0)
		return;
	counter_add(&m->busy_us, (uint64_t)spent * m->running / m->threads);
	counter_add(&m->wait_in_us, (uint64_t)spent * (m->threads - m->running) / m->threads);
}

void meter_pool(struct stage_meter *m, unsigned threads, const _Atomic size_t *level, size_t limit)
{
	pthread_mutex_lock(&m->queue_lock);
	pool_count(m);
	m->threads = threads;
	m->running = 0;
	m->level = level;
	m->limit = limit;
	pthread_mutex_unlock(&m->queue_lock);
}

void meter_pool_running(struct stage_meter *m, unsigned running)
{
	pthread_mutex_lock(&m->queue_lock);
	pool_count(m);
	m->running = running < m->threads ? running : m->threads;
	pthread_mutex_unlock(&m->queue_lock);
}

void meter_pool_done(struct stage_meter *m, uint64_t rows, uint64_t bytes)
{
	pthread_mutex_lock(&m->queue_lock);
	meter_done(m, rows, rows, bytes);
	pthread_mutex_unlock(&m->queue_lock);
}

void meter_phase(struct stage_meter *m, enum phase past)
{
	int64_t now = clock_mono_us(), mark = atomic_load_explicit(&m->mark_us, memory_order_relaxed);
	uint64_t spent = mark && now > mark ? (uint64_t)(now - mark) : 0;

	counter_add(past == PHASE_BUSY ? &m->busy_us : past == PHASE_WAIT_IN ? &m->wait_in_us : &m->wait_out_us, spent);
	atomic_store_explicit(&m->past, past, memory_order_relaxed);
	atomic_store_explicit(&m->mark_us, now, memory_order_relaxed);
}

void meter_waited(struct stage_meter *m, int64_t until_us)
{
	int64_t mark = atomic_load_explicit(&m->mark_us, memory_order_relaxed);

	if (until_us > mark && until_us <= clock_mono_us()) {
		counter_add(&m->wait_in_us, (uint64_t)(until_us - mark));
		atomic_store_explicit(&m->mark_us, until_us, memory_order_relaxed);
	}
	meter_phase(m, PHASE_BUSY);
}

void meter_done(struct stage_meter *m, uint64_t in, uint64_t out, uint64_t bytes)
{
	counter_add(&m->in, in);
	counter_add(&m->out, out);
	counter_add(&m->bytes, bytes);
}

/* What was added since the last tick, per second. */
static double rate(const struct counter *c, uint64_t *last, double seconds)
{
	uint64_t now = counter_get(c);
	double per_s = (double)(now - *last) / seconds;

	*last = now;
	return per_s;
}

/* A phase is counted when it ends: a second may end more than a second of it. */
static double share(const struct counter *c, uint64_t *last, double seconds)
{
	double part = rate(c, last, seconds) / 1e6;

	return part > 1 ? 1 : part;
}

/* A batch that takes longer than a second has not been counted yet, and is just what somebody looks for. */
static bool busy_all_along(struct stage_meter *m, double seconds)
{
	bool up;
	int64_t mark = atomic_load_explicit(&m->mark_us, memory_order_relaxed);

	pthread_mutex_lock(&m->queue_lock);
	up = m->queue != NULL;
	pthread_mutex_unlock(&m->queue_lock);
	return up && atomic_load_explicit(&m->past, memory_order_relaxed) == PHASE_WAIT_IN &&
			(double)(clock_mono_us() - mark) > seconds * 1e6;
}

void meter_tick(struct stage_meter *m, double seconds, bool minute_slot)
{
	bool quiet = counter_get(&m->out) == m->last_out;

	pthread_mutex_lock(&m->queue_lock);
	pool_count(m);
	pthread_mutex_unlock(&m->queue_lock);
	/* Two fifths of the old figure stay, so that a screen can be read while it changes. */
	m->rows_per_s = rate(&m->out, &m->last_out, seconds) * 0.6 + m->rows_per_s * 0.4;
	m->bytes_per_s = rate(&m->bytes, &m->last_bytes, seconds) * 0.6 + m->bytes_per_s * 0.4;
	m->quiet_ticks = quiet ? m->quiet_ticks + 1 : 0;
	if (m->quiet_ticks >= QUIET_TICKS)
		m->rows_per_s = m->bytes_per_s = 0;
	m->fill = mean_fill(m);
	m->busy = share(&m->busy_us, &m->last_busy, seconds);
	m->wait_in = share(&m->wait_in_us, &m->last_wait_in, seconds);
	m->wait_out = share(&m->wait_out_us, &m->last_wait_out, seconds);
	if (busy_all_along(m, seconds))
		m->busy = 1;
	if (minute_slot) {
		histogram_copy(&m->latency, &m->window.slot[m->window.next]);
		m->window.next = (m->window.next + 1) % WINDOW_SLOTS;
	}
}

void meter_percentiles(const struct stage_meter *m, int64_t *p50_us, int64_t *p99_us)
{
	struct histogram_copy *now = xmalloc(sizeof(*now));

	histogram_copy(&m->latency, now);
	histogram_subtract(now, &m->window.slot[m->window.next]); /* the oldest copy */
	*p50_us = histogram_percentile(now, 50);
	*p99_us = histogram_percentile(now, 99);
	free(now);
}

struct table_meters {
	pthread_mutex_t lock;
	struct table_meter **items;
	size_t count, cap;
	struct name_map by_name;
	_Atomic unsigned looks; /* at the lists, that are over */
};

struct table_meters *table_meters_new(void)
{
	struct table_meters *t = xcalloc(1, sizeof(*t));

	pthread_mutex_init(&t->lock, NULL);
	return t;
}

void table_meters_free(struct table_meters *t)
{
	if (t == NULL)
		return;
	for (size_t i = 0; i < t->count; i++) {
		free(atomic_load(&t->items[i]->capture));
		free(atomic_load(&t->items[i]->load));
		script_meters_free(&t->items[i]->scripts);
		free(t->items[i]);
	}
	free(t->items);
	name_map_done(&t->by_name);
	pthread_mutex_destroy(&t->lock);
	free(t);
}

struct table_meter *table_meter_get(struct table_meters *t, const char *name)
{
	const char *interned = intern(name);
	struct table_meter *m;
	void **place;

	pthread_mutex_lock(&t->lock);
	place = name_map_at(&t->by_name, interned);
	m = *place;
	if (m == NULL) {
		*place = m = xcalloc(1, sizeof(*m));
		m->name = interned;
		atomic_store(&m->state, HALF_IDLE);
		atomic_store(&m->differences, -1);
		atomic_store(&m->lag_rows, -1);
		atomic_store(&m->lag_ms, -1);
		xgrow(t->items, t->count, t->cap, 64);
		t->items[t->count++] = m;
	}
	pthread_mutex_unlock(&t->lock);
	return m;
}

struct table_meter *table_meter_find(struct table_meters *t, const char *name)
{
	const char *interned = intern(name);
	struct table_meter *m;

	pthread_mutex_lock(&t->lock);
	m = name_map_get(&t->by_name, interned);
	pthread_mutex_unlock(&t->lock);
	return m;
}

bool table_meters_have(void *arg, const char *db, const char *table)
{
	char name[TABLE_NAME_ROOM];

	snprintf(name, sizeof(name), "%s.%s", db, table);
	return table_meter_find(arg, name) != NULL;
}

void table_meters_found(struct table_meters *t, const char *name)
{
	atomic_store(&table_meter_get(t, name)->listed, atomic_load(&t->looks) + 1);
}

void table_meters_looked(struct table_meters *t)
{
	atomic_fetch_add(&t->looks, 1);
}

bool table_meter_is_gone(struct table_meters *t, struct table_meter *m, bool loads)
{
	unsigned listed = atomic_load(&m->listed);

	return listed != 0 && listed < atomic_load(&t->looks) && counter_get(&m->captured) == 0 &&
			counter_get(&m->loaded) == 0 && (!loads || atomic_load(&m->lag_rows) <= 0) &&
			!atomic_load(&m->stopped) && !atomic_load(&m->paused) && atomic_load(&m->trouble) == 0;
}

size_t table_meters_count(struct table_meters *t)
{
	size_t n;

	pthread_mutex_lock(&t->lock);
	n = t->count;
	pthread_mutex_unlock(&t->lock);
	return n;
}

struct table_meter *table_meter_at(struct table_meters *t, size_t i)
{
	struct table_meter *m;

	pthread_mutex_lock(&t->lock);
	m = i < t->count ? t->items[i] : NULL;
	pthread_mutex_unlock(&t->lock);
	return m;
}

void table_meter_error(struct table_meters *t, struct table_meter *m, const char *text)
{
	pthread_mutex_lock(&t->lock);
	strncpy(m->error, text ? text : "", sizeof(m->error) - 1);
	pthread_mutex_unlock(&t->lock);
}

void table_meter_script(struct table_meters *t, struct table_meter *m, const char *version, const char *drops,
		const char *counts)
{
	pthread_mutex_lock(&t->lock);
	snprintf(m->script, sizeof(m->script), "%s", version);
	snprintf(m->drops, sizeof(m->drops), "%s", drops);
	snprintf(m->counts, sizeof(m->counts), "%s", counts);
	pthread_mutex_unlock(&t->lock);
}

void table_meter_script_get(struct table_meters *t, struct table_meter *m, struct status_table *out)
{
	pthread_mutex_lock(&t->lock);
	snprintf(out->script, sizeof(out->script), "%s", m->script);
	snprintf(out->drops, sizeof(out->drops), "%s", m->drops);
	snprintf(out->counts, sizeof(out->counts), "%s", m->counts);
	pthread_mutex_unlock(&t->lock);
}

void table_meter_loader(struct table_meters *t, struct table_meter *m, const char *loader, const char *job)
{
	pthread_mutex_lock(&t->lock);
	m->loader = loader;
	snprintf(m->job, sizeof(m->job), "%s", job);
	pthread_mutex_unlock(&t->lock);
}

bool table_meter_has_job(struct table_meters *t, struct table_meter *m)
{
	bool has;

	pthread_mutex_lock(&t->lock);
	has = m->job[0] != '\0';
	pthread_mutex_unlock(&t->lock);
	return has;
}

void table_meter_loader_get(struct table_meters *t, struct table_meter *m, struct status_table *out)
{
	pthread_mutex_lock(&t->lock);
	out->loader = m->loader ? m->loader : "stream";
	snprintf(out->job, sizeof(out->job), "%s", m->job);
	pthread_mutex_unlock(&t->lock);
}

void table_meter_error_get(struct table_meters *t, struct table_meter *m, char *out, size_t size)
{
	pthread_mutex_lock(&t->lock);
	strncpy(out, m->error, size - 1);
	out[size - 1] = '\0';
	pthread_mutex_unlock(&t->lock);
}

void table_latency(_Atomic(struct histogram *) *slot, int64_t us, uint64_t n)
{
	struct histogram *h = atomic_load_explicit(slot, memory_order_acquire);

	if (h == NULL) {
		h = xmalloc(sizeof(*h));
		histogram_init(h);
		atomic_store_explicit(slot, h, memory_order_release);
	}
	histogram_add_n(h, us, n);
}

int64_t table_meter_letters(struct table_meter *m)
{
	int64_t n = (int64_t)counter_get(&m->dead) - atomic_load(&m->closed);

	return n > 0 ? n : 0;
}
