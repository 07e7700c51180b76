/*
 * engine_status.c - from meters to a status: rates once a second by the housekeeper, the rest copied when somebody
 * asks.
 *
 * Why is it slow? A stage is the brake when it is busy most of the time while the stage before it waits for room; a
 * half that waits for rows is not slow at all, its source is quiet. One sentence says which.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "config.h"
#include "core/changes.h"
#include "core/clock.h"
#include "core/intern.h"
#include "core/xalloc.h"
#include "engine/base/sessions.h"
#include "engine/engine_parts.h"

enum { LOOK_US = 10 * 1000000, PARTITIONS_WATCHED_S = 2, PARTITIONS_ALONE_S = 10, EVENTS_SHOWN = 200, TREND_S = 60 };

/* ---- partitions, offsets, lags ---- */

static void partition_offset(struct status_partition *p, const struct log_groups *groups)
{
	p->committed = log_groups_offset(groups, p->topic, p->id);
	p->lag = p->committed < 0 ? -1 : p->high > p->committed ? p->high - p->committed : 0;
}

/* Of the broker's own: nobody looks into these beside a pipeline, and they have hundreds of partitions. `millrace topics` lists them. */
static bool is_of_the_broker(const char *topic)
{
	static const char *const own[] = { "__consumer_offsets", "__transaction_state", "__cluster_metadata",
		"__share_group_state" };

	for (size_t i = 0; i < sizeof(own) / sizeof(own[0]); i++)
		if (strcmp(own[i], topic) == 0)
			return true;
	return false;
}

static struct status_partition *partitions_read(struct engine *e, size_t *count)
{
	struct status_partition *out = NULL;
	struct log_topics topics;
	struct log_groups groups;
	struct err err;
	size_t n = 0;

	*count = 0;
	err_clear(&err);
	if (shared_log(&e->shared, &err) == NULL || log_topics(e->shared.log, &topics, &err))
		return NULL;
	if (log_groups(e->shared.log, e->settings->load.group, &groups, &err))
		memset(&groups, 0, sizeof(groups));
	for (size_t i = 0; i < topics.count; i++)
		n += topics.items[i].npartitions;
	out = xcalloc(n ? n : 1, sizeof(*out));
	for (size_t i = 0; i < topics.count; i++)
		for (unsigned k = 0; k < topics.items[i].npartitions && !is_of_the_broker(topics.items[i].name); k++) {
			const struct log_partition *from = &topics.items[i].partitions[k];
			struct status_partition *p = &out[(*count)++];

			snprintf(p->topic, sizeof(p->topic), "%s", topics.items[i].name);
			p->id = from->id;
			p->low = from->low;
			p->high = from->high;
			p->kept = p->high - p->low;
			p->lag_per_s = p->per_s = NAN;
			partition_offset(p, &groups);
		}
	log_topics_free(&topics);
	log_groups_free(&groups);
	return out;
}

static const struct status_partition *same_partition(const struct engine *e, const struct status_partition *p,
		size_t place)
{
	for (size_t i = 0; i < e->npartitions; i++) { /* nearly always at the same place */
		const struct status_partition *q = &e->partitions[(place + i) % e->npartitions];

		if (q->id == p->id && strcmp(q->topic, p->topic) == 0)
			return q;
	}
	return NULL;
}

/* A rate over the last minute, of which the newest seconds count most. */
static double smoothed(double before, int64_t change, double seconds)
{
	double rate = (double)change / seconds;

	return isnan(before) ? rate : before + (1 - exp(-seconds / TREND_S)) * (rate - before);
}

/* How lags change, and how fast messages come. Under lock */
static void partition_trends(struct engine *e, struct status_partition *fresh, size_t count)
{
	int64_t now_us = clock_mono_us();
	double seconds = (double)(now_us - e->partitions_us) / 1e6;

	for (size_t i = 0; i < count && seconds > 0; i++) {
		struct status_partition *p = &fresh[i];
		const struct status_partition *before = same_partition(e, p, i);

		if (before && p->high >= before->high)
			p->per_s = smoothed(before->per_s, p->high - before->high, seconds);
		if (before && before->lag >= 0 && p->lag >= 0)
			p->lag_per_s = smoothed(before->lag_per_s, p->lag - before->lag, seconds);
	}
	e->partitions_us = now_us;
}

static bool is_row_topic(const struct engine *e, const char *topic)
{
	char name[TABLE_NAME_ROOM];

	return format_topic_table(&e->settings->format, topic, name, sizeof(name));
}

/* The table of each partition, interned; NULL: of none. */
static const char **partition_tables(const struct engine *e)
{
	const char **out = xcalloc(e->npartitions + 1, sizeof(*out));
	char name[TABLE_NAME_ROOM];

	for (size_t k = 0; k < e->npartitions; k++)
		if (format_topic_table(&e->settings->format, e->partitions[k].topic, name, sizeof(name)))
			out[k] = intern(name);
	return out;
}

/* What waits for each table; -1: the log has nothing of it. */
static void table_rows_behind(struct engine *e)
{
	const char **tables = partition_tables(e);

	for (size_t i = 0; i < table_meters_count(e->shared.tables); i++)
		table_meter_at(e->shared.tables, i)->behind = -1;
	for (size_t k = 0; k < e->npartitions; k++) {
		const struct status_partition *p = &e->partitions[k];
		struct table_meter *m = tables[k] ? table_meter_find(e->shared.tables, tables[k]) : NULL;

		if (m)
			m->behind = (m->behind < 0 ? 0 : m->behind) + (p->committed < 0 ? p->high - p->low : p->lag);
	}
	free(tables);
}

/*
 * A table's lag: rows behind its committed offsets, and how old the newest row at the target is. Of a table that capture has stopped nobody knows what
 * MySQL has; what is still in the log is known.
 */
static void table_lags(struct engine *e)
{
	int64_t now_ms = clock_wall_us() / 1000;

	table_rows_behind(e);
	for (size_t i = 0; i < table_meters_count(e->shared.tables); i++) {
		struct table_meter *m = table_meter_at(e->shared.tables, i);
		int64_t lag = m->behind, last = atomic_load(&m->last_loaded_ms);

		if (lag == 0 && atomic_load(&m->stopped))
			lag = -1;
		atomic_store(&m->lag_rows, lag);
		atomic_store(&m->lag_ms, lag == 0 ? 0 : lag > 0 && last ? now_ms - last : -1);
	}
}

/* ---- the brake ---- */

static const char *const work_words[STAGE_COUNT] = {
	[STAGE_SOURCE] = "reading and decoding the binlog",
	[STAGE_FORMAT] = "writing JSON",
	[STAGE_LOG] = "commits to the log",
	[STAGE_READ] = "reading from the log",
	[STAGE_SCRIPT] = "decoding and the scripts",
	[STAGE_SINK] = "loads into the target",
};

/* Half of the time is enough when rows queue up for it; nearly all of it in any case. */
static bool is_brake(struct stage_meter *m)
{
	return m->busy >= 0.9 || (m->busy >= 0.5 && m->fill >= 0.5);
}

static void find_brake(struct engine *e)
{
	struct status_bottleneck *b = &e->bottleneck;
	int worst = -1;

	memset(b, 0, sizeof(*b));
	for (int i = 0; i < STAGE_COUNT; i++) {
		struct stage_meter *m = &e->stages[i];

		if (!is_brake(m))
			continue;
		if (worst < 0 || m->busy + m->fill > e->stages[worst].busy + e->stages[worst].fill)
			worst = i;
	}
	if (worst < 0)
		return;
	snprintf(b->stage, sizeof(b->stage), "%s", stage_names[worst]);
	snprintf(b->why, sizeof(b->why), "busy %.0f %% of the time with %s, its queue %.0f %% full",
			e->stages[worst].busy * 100, work_words[worst], e->stages[worst].fill * 100);
}

/* ---- the housekeeper's second ---- */

static void look(struct engine *e, bool fresh, bool watched, unsigned tick)
{
	struct status s;
	const char **tables;

	status_init(&s);
	if (e->capture)
		capture_status(e->capture, &s);
	engine_rules_look(e, &s);
	pthread_mutex_lock(&e->lock);
	if (fresh) {
		tables = partition_tables(e);
		engine_complete_sample(e, tables, &s);
		free(tables);
	}
	engine_complete_tick(e, watched, PARTITIONS_WATCHED_S * 1000, PARTITIONS_ALONE_S * 1000);
	engine_series_sample(e, &s, tick);
	pthread_mutex_unlock(&e->lock);
	status_done(&s);
}

void engine_house_tick(struct engine *e, double seconds, unsigned tick)
{
	bool watched = clock_mono_us() - e->asked_us < LOOK_US;
	struct status_partition *partitions = NULL;
	size_t npartitions = 0;

	if (tick % (watched ? PARTITIONS_WATCHED_S : PARTITIONS_ALONE_S) == 0) {
		engine_complete_before(e);
		partitions = partitions_read(e, &npartitions);
		engine_dead_look(e);
	}
	engine_limits_ask(e, tick);
	pthread_mutex_lock(&e->lock);
	for (int i = 0; i < STAGE_COUNT; i++)
		meter_tick(&e->stages[i], seconds, tick % 10 == 9);
	find_brake(e);
	if (partitions) {
		partition_trends(e, partitions, npartitions);
		free(e->partitions);
		e->partitions = partitions;
		e->npartitions = npartitions;
		table_lags(e);
		if (e->role == ROLE_LOAD)
			engine_sections_look(e);
	}
	engine_scripts_tick(e, seconds);
	engine_rules_sample(e, tick);
	pthread_mutex_unlock(&e->lock);
	look(e, partitions != NULL, watched, tick);
}

/* ---- copying ---- */

static void copy_stages(struct engine *e, struct status *out)
{
	out->stages = xcalloc(STAGE_COUNT, sizeof(*out->stages));
	for (int i = 0; i < STAGE_COUNT; i++) {
		struct stage_meter *m = &e->stages[i];
		struct status_stage *s = &out->stages[out->nstages];

		if (i < STAGE_READ ? e->capture == NULL : e->load == NULL)
			continue;
		*s = (struct status_stage){
			.name = stage_names[i],
			.load_half = i >= STAGE_READ,
			.in = counter_get(&m->in),
			.out = counter_get(&m->out),
			.bytes = counter_get(&m->bytes),
			.rows_per_s = m->rows_per_s,
			.bytes_per_s = m->bytes_per_s,
			.queue_fill = m->fill,
			.busy = m->busy,
			.wait_in = m->wait_in,
			.wait_out = m->wait_out,
			.state = i < STAGE_READ ? out->capture.state : out->load.state,
		};
		meter_percentiles(m, &s->p50_us, &s->p99_us);
		out->nstages++;
	}
}

static int64_t percentile99(_Atomic(struct histogram *) *slot)
{
	struct histogram *h = atomic_load_explicit(slot, memory_order_acquire);
	struct histogram_copy *copy;
	int64_t us;

	if (h == NULL)
		return -1;
	copy = xmalloc(sizeof(*copy));
	histogram_copy(h, copy);
	us = histogram_percentile(copy, 99);
	free(copy);
	return us;
}

static void copy_table(struct engine *e, struct table_meter *m, struct status_table *out)
{
	snprintf(out->name, sizeof(out->name), "%s", m->name);
	out->state = atomic_load(&m->stopped)	  ? HALF_FAILED
			: atomic_load(&m->paused) ? HALF_PAUSED
						  : (enum half_state)atomic_load(&m->state);
	out->captured = counter_get(&m->captured);
	out->loaded = counter_get(&m->loaded);
	out->duplicates = counter_get(&m->duplicates);
	out->slowed_ms = atomic_load(&m->interval_ms);
	out->dropped = counter_get(&m->dropped) + counter_get(&m->skipped);
	out->dead = counter_get(&m->dead) + counter_get(&m->unwritten);
	out->lag_rows = atomic_load(&m->lag_rows);
	out->lag_ms = atomic_load(&m->lag_ms);
	out->verified_us = atomic_load(&m->verified_us);
	out->differences = atomic_load(&m->differences);
	out->capture_p99_us = percentile99(&m->capture);
	out->load_p99_us = percentile99(&m->load);
	out->script_rows = counter_get(&m->script_rows);
	out->script_ns = counter_get(&m->script_ns);
	table_meter_script_get(e->shared.tables, m, out);
	table_meter_loader_get(e->shared.tables, m, out);
	if (e->load == NULL || !atomic_load(&e->shared.loaders_known))
		out->loader = "";
	out->complete_us = atomic_load(&m->complete_us) ? atomic_load(&m->complete_us) : -1;
	table_meter_error_get(e->shared.tables, m, out->error, sizeof(out->error));
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct status_table *)a)->name, ((const struct status_table *)b)->name);
}

static void copy_tables(struct engine *e, struct status *out)
{
	size_t n = table_meters_count(e->shared.tables);

	out->tables = xcalloc(n ? n : 1, sizeof(*out->tables));
	for (size_t i = 0; i < n; i++) {
		struct table_meter *m = table_meter_at(e->shared.tables, i);

		if (!table_meter_is_gone(e->shared.tables, m, e->load != NULL))
			copy_table(e, m, &out->tables[out->ntables++]);
	}
	qsort(out->tables, out->ntables, sizeof(*out->tables), by_name);
}

static void copy_partitions(struct engine *e, struct status *out)
{
	out->npartitions = e->npartitions;
	out->partitions = xcalloc(e->npartitions ? e->npartitions : 1, sizeof(*out->partitions));
	if (e->npartitions)
		memcpy(out->partitions, e->partitions, e->npartitions * sizeof(*out->partitions));
	out->load.lag_rows = e->npartitions ? 0 : -1;
	out->load.kept_rows = 0;
	out->load.lag_per_s = 0;
	out->load.topics = 0;
	for (size_t i = 0; i < e->npartitions; i++) {
		const struct status_partition *p = &e->partitions[i];

		out->load.topics += i == 0 || strcmp(p->topic, e->partitions[i - 1].topic) != 0;
		out->load.kept_rows += p->lag < 0 ? 0 : p->committed - p->low;
		out->load.lag_per_s += p->lag < 0 || isnan(p->lag_per_s) ? 0 : p->lag_per_s;
		if (is_row_topic(e, p->topic))
			out->load.lag_rows += p->committed < 0 ? p->high - p->low : p->lag;
	}
}

static void copy_load_lag(struct status *out)
{
	out->load.lag_ms = out->load.lag_rows < 0 ? -1 : 0;
	for (size_t i = 0; i < out->ntables; i++)
		if (out->tables[i].lag_rows > 0 && out->tables[i].lag_ms > out->load.lag_ms)
			out->load.lag_ms = out->tables[i].lag_ms;
}

/* A half through which rows flow streams, also in the moments in which it has caught up; without, it is idle. */
static void settle_states(struct engine *e, struct status *out)
{
	bool captured = e->stages[STAGE_LOG].rows_per_s > 0, loaded = e->stages[STAGE_SINK].rows_per_s > 0;

	if (out->capture.state == HALF_IDLE && captured)
		out->capture.state = HALF_STREAMING;
	if (out->load.state == HALF_STREAMING && out->load.lag_rows == 0 && !loaded)
		out->load.state = HALF_IDLE;
}

/* What stands still is not called well, whatever its threads say. */
static void stuck_states(struct status *out)
{
	for (size_t i = 0; i < out->nproblems; i++) {
		if (out->problems[i].code == problem_kind(PROBLEM_CAPTURE_STUCK)->name)
			out->capture.state = HALF_STUCK;
		else if (out->problems[i].code == problem_kind(PROBLEM_LOAD_STUCK)->name)
			out->load.state = HALF_STUCK;
	}
	for (size_t i = 0; i < out->nstages; i++)
		if ((out->stages[i].load_half ? out->load.state : out->capture.state) == HALF_STUCK)
			out->stages[i].state = HALF_STUCK;
}

static void copy_events(struct status *out)
{
	out->events = xcalloc(1024, sizeof(*out->events));
	out->nevents = logline_read(0, out->events, 1024);
	if (out->nevents > EVENTS_SHOWN) {
		memmove(out->events, out->events + out->nevents - EVENTS_SHOWN, EVENTS_SHOWN * sizeof(*out->events));
		out->nevents = EVENTS_SHOWN;
	}
	out->changes = xcalloc(CHANGES_MOST, sizeof(*out->changes));
	out->nchanges = changes_read(out->changes);
}

static const char *const role_names[] = { [ROLE_ALL] = "all", [ROLE_CAPTURE] = "capture", [ROLE_LOAD] = "load" };

/* The half that is worse off speaks for the process. */
static enum half_state overall(const struct status *s)
{
	static const enum half_state worst_first[] = { HALF_FAILED, HALF_RETRYING, HALF_STUCK, HALF_STARTING,
		HALF_PAUSED, HALF_SNAPSHOT, HALF_STREAMING, HALF_IDLE };

	for (size_t i = 0; i < sizeof(worst_first) / sizeof(*worst_first); i++)
		if ((s->capture.enabled && s->capture.state == worst_first[i]) ||
				(s->load.enabled && s->load.state == worst_first[i]))
			return worst_first[i];
	return HALF_STOPPED;
}

void engine_status_look(struct engine *e, struct status *out)
{
	status_done(out);
	snprintf(out->name, sizeof(out->name), "%s", e->settings->name);
	snprintf(out->version, sizeof(out->version), "%s", PACKAGE_VERSION);
	snprintf(out->role, sizeof(out->role), "%s", role_names[e->role]);
	snprintf(out->log_kind, sizeof(out->log_kind), "%s", log_kind(&e->settings->log));
	out->pid = (int)getpid();
	out->wall_us = clock_wall_us();
	out->uptime_s = (clock_mono_us() - e->started_us) / 1000000;
	out->draining = e->draining;
	out->capture.lag_ms = out->capture.behind_bytes = out->load.lag_ms = out->load.lag_rows = -1;
	if (e->capture)
		capture_status(e->capture, out);
	if (e->load)
		load_status(e->load, &out->load);
	pthread_mutex_lock(&e->lock);
	copy_partitions(e, out);
	copy_tables(e, out);
	engine_scripts_copy(e, out);
	engine_dead_copy(e, out);
	copy_load_lag(out);
	settle_states(e, out);
	copy_stages(e, out);
	engine_series_copy(e, out);
	engine_complete_copy(e, out);
	out->bottleneck = e->bottleneck;
	pthread_mutex_unlock(&e->lock);
	routine_watch_copy(e->routines, out);
	sessions_copy(e->sessions, out);
	engine_rules_look(e, out);
	out->problems = problems_copy(e->shared.problems, &out->nproblems);
	engine_limits_copy(e, out);
	stuck_states(out);
	out->all_tables = out->ntables;
	out->all_partitions = out->npartitions;
	out->all_scripts = out->nscripts;
	copy_events(out);
	out->state = overall(out);
}

int engine_status_copy(struct engine *e, const struct status_wish *wish, struct status *out)
{
	e->asked_us = clock_mono_us();
	engine_status_look(e, out);
	if (wish)
		status_cut(out, wish);
	return 0;
}
