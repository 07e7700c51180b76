/* script_meter.c - see script_meter.h. */
#include "engine/status/script_meter.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/clock.h"
#include "core/intern.h"
#include "core/must.h"
#include "core/text.h"
#include "core/xalloc.h"

enum { REASONS = 16 }; /* the first of a table; rows with others are counted together */

struct failure {
	int64_t at_us;
	int line;
	char key[sizeof(((struct status_script *)0)->failed_key)];
	char text[sizeof(((struct status_script *)0)->failed)];
	char version[sizeof(((struct status_script *)0)->failed_version)];
};

struct script_told {
	char version[sizeof(((struct status_script *)0)->version)];
	struct status_script_drop *drops;
	unsigned ndrops;
	struct failure *failure; /* NULL: none yet */
};

/* ---- the list of a table ---- */

struct script_meter *script_meter_get(script_meters *list, const char *table, const char *section, const char *script,
		unsigned place)
{
	const char *of = intern(section), *name = intern(script);
	script_meters *at = list;
	struct script_meter *m;

	while ((m = atomic_load_explicit(at, memory_order_acquire)) != NULL) {
		if (m->section == of && m->script == name && m->place == place)
			return m;
		at = &m->next;
	}
	m = xcalloc(1, sizeof(*m));
	m->table = intern(table);
	m->section = of;
	m->script = name;
	m->place = place;
	m->told = xcalloc(1, sizeof(*m->told));
	lock_init(&m->lock);
	atomic_store_explicit(at, m, memory_order_release);
	return m;
}

void script_meters_free(script_meters *list)
{
	struct script_meter *m = atomic_load(list);

	while (m) {
		struct script_meter *next = atomic_load(&m->next);

		free(m->told->drops);
		free(m->told->failure);
		free(m->told);
		pthread_mutex_destroy(&m->lock);
		free(m);
		m = next;
	}
	atomic_store(list, NULL);
}

/* ---- writing ---- */

static void forget_samples(struct script_meter *m)
{
	for (size_t i = 0; i < SCRIPT_METER_SAMPLES; i++)
		atomic_store_explicit(&m->ring[i], 0, memory_order_relaxed);
	counter_set(&m->instructions, 0);
	counter_set(&m->counted, 0);
	counter_set(&m->bytes, 0);
	counter_set(&m->samples, 0);
}

void script_meter_version(struct script_meter *m, const char *version)
{
	pthread_mutex_lock(&m->lock);
	if (strcmp(m->told->version, version) != 0) {
		snprintf(m->told->version, sizeof(m->told->version), "%s", version);
		forget_samples(m);
	}
	pthread_mutex_unlock(&m->lock);
	atomic_store(&m->in_force, true);
}

void script_meter_sample(struct script_meter *m, int64_t ns, int64_t instructions, int64_t bytes)
{
	if (ns >= 0)
		atomic_store_explicit(&m->ring[m->ring_at++ % SCRIPT_METER_SAMPLES],
				ns < UINT32_MAX ? (uint32_t)ns + 1 : UINT32_MAX, memory_order_relaxed);
	if (instructions >= 0) {
		counter_add(&m->instructions, (uint64_t)instructions);
		counter_add(&m->counted, 1);
	}
	counter_add(&m->bytes, (uint64_t)bytes);
	counter_add(&m->samples, 1);
}

/* Under lock. */
static struct status_script_drop *drop_of(struct script_told *t, const char *reason)
{
	unsigned i = 0;

	if (t->drops == NULL)
		t->drops = xcalloc(REASONS + 1, sizeof(*t->drops));
	while (i < t->ndrops && strcmp(t->drops[i].reason, reason) != 0)
		i++;
	if (i < t->ndrops)
		return &t->drops[i];
	if (t->ndrops < REASONS)
		snprintf(t->drops[i].reason, sizeof(t->drops->reason), "%s", reason);
	else if (t->ndrops == REASONS)
		snprintf(t->drops[i].reason, sizeof(t->drops->reason), "(other reasons)");
	else
		return &t->drops[REASONS];
	t->ndrops++;
	return &t->drops[i];
}

void script_meter_drop(struct script_meter *m, const char *reason, uint64_t rows)
{
	char clean[sizeof(((struct status_script_drop *)0)->reason)];

	text_escape(clean, sizeof(clean), reason, strlen(reason));
	pthread_mutex_lock(&m->lock);
	drop_of(m->told, clean)->rows += rows;
	pthread_mutex_unlock(&m->lock);
}

/* "orders.lua:12: why" */
static int line_of(const char *text)
{
	const char *colon = strchr(text, ':');

	return colon ? (int)strtol(colon + 1, NULL, 10) : 0;
}

void script_meter_fail(struct script_meter *m, const char *key, const char *text)
{
	struct failure *f;

	pthread_mutex_lock(&m->lock);
	f = m->told->failure = m->told->failure ? m->told->failure : xcalloc(1, sizeof(*f));
	f->at_us = clock_wall_us();
	f->line = line_of(text);
	text_escape(f->key, sizeof(f->key), key, strlen(key));
	text_escape(f->text, sizeof(f->text), text, strlen(text));
	snprintf(f->version, sizeof(f->version), "%s", m->told->version);
	pthread_mutex_unlock(&m->lock);
}

/* ---- reading ---- */

void script_meter_tick(struct script_meter *m, double seconds)
{
	uint64_t now = counter_get(&m->rows), rows = now - m->last_rows;

	m->last_rows = now;
	/* Two fifths of the old figure stay, so that a screen can be read while it changes. */
	m->rows_per_s = (double)rows / seconds * 0.6 + (rows || m->rows_per_s >= 1 ? m->rows_per_s * 0.4 : 0);
}

static int by_time(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

static void copy_percentiles(const struct script_meter *m, struct status_script *out)
{
	uint32_t ns[SCRIPT_METER_SAMPLES];
	size_t n = 0;

	for (size_t i = 0; i < SCRIPT_METER_SAMPLES; i++) {
		ns[n] = atomic_load_explicit(&m->ring[i], memory_order_relaxed);
		n += ns[n] > 0;
	}
	qsort(ns, n, sizeof(*ns), by_time);
	out->p50_ns = n ? (int64_t)ns[n / 2] - 1 : -1;
	out->p99_ns = n ? (int64_t)ns[n * 99 / 100] - 1 : -1;
}

static int64_t mean(const struct counter *sum, const struct counter *count)
{
	uint64_t n = counter_get(count);

	return n ? (int64_t)(counter_get(sum) / n) : -1;
}

static void copy_told(struct script_meter *m, struct status_script *out)
{
	const struct script_told *t = m->told;

	pthread_mutex_lock(&m->lock);
	snprintf(out->version, sizeof(out->version), "%s", t->version);
	if (t->failure) {
		out->failed_us = t->failure->at_us;
		out->failed_line = t->failure->line;
		snprintf(out->failed_key, sizeof(out->failed_key), "%s", t->failure->key);
		snprintf(out->failed, sizeof(out->failed), "%s", t->failure->text);
		snprintf(out->failed_version, sizeof(out->failed_version), "%s", t->failure->version);
	}
	if (t->ndrops) {
		out->drops = xcalloc(t->ndrops, sizeof(*out->drops));
		memcpy(out->drops, t->drops, t->ndrops * sizeof(*out->drops));
		out->ndrops = t->ndrops;
	}
	pthread_mutex_unlock(&m->lock);
}

void script_meter_copy(struct script_meter *m, struct status_script *out)
{
	*out = (struct status_script){
		.table = m->table,
		.section = m->section,
		.script = m->script,
		.place = m->place,
		.guarded = atomic_load(&m->guarded),
		.rows = counter_get(&m->rows),
		.out = counter_get(&m->out),
		.dropped = counter_get(&m->dropped),
		.dead = counter_get(&m->dead),
		.ns = counter_get(&m->ns),
		.lookups = counter_get(&m->lookups),
		.lookups_known = counter_get(&m->lookups_known),
		.lookups_none = counter_get(&m->lookups_none),
		.rows_per_s = m->rows_per_s,
		.instructions = mean(&m->instructions, &m->counted),
		.bytes = mean(&m->bytes, &m->samples),
		.memory = (int64_t)atomic_load(&m->memory),
	};
	copy_percentiles(m, out);
	copy_told(m, out);
}
