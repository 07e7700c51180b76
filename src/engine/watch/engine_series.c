/*
 * engine_series.c - once a second the engine's figures go into the rings of status/series.h, every ten seconds those of tables and
 * latencies into table_series.h and latency_ring.h; a status takes with it the few that screens show beside a figure, the request
 * `history` reads any of them.
 */
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/clock.h"
#include "core/json.h"
#include "core/num/num.h"
#include "core/process.h"
#include "core/xalloc.h"
#include "engine/engine_parts.h"

struct load_lag engine_load_lag(struct engine *e)
{
	struct load_lag lag = { 0, 0 };

	for (size_t i = 0; i < table_meters_count(e->shared.tables); i++) {
		struct table_meter *m = table_meter_at(e->shared.tables, i);
		int64_t rows = atomic_load(&m->lag_rows), ms = atomic_load(&m->lag_ms);

		lag.rows += rows > 0 ? rows : 0;
		lag.worst_ms = ms > lag.worst_ms ? ms : lag.worst_ms;
	}
	return lag;
}

enum { HISTORY_MOST = 8640, HISTORY_USUAL = 360, LINE_MAX_BYTES = 4 << 20 };

struct figures { /* of status/series.h and its neighbours; under engine.lock */
	struct series *series;
	struct table_series *tables;
	struct latency_ring *latency;
	uint64_t dropped, dead;		   /* of all tables, a second ago */
	int64_t then_us;		   /* 0: this is the first second */
	int64_t began_us;		   /* nothing was captured then */
	uint64_t captured[CAPTURED_KINDS]; /* a second ago */
	uint64_t script_rows, script_ns;   /* the same: rows that went through a script, and what that took */
	int64_t cpu_us;			   /* a second ago */
	uint64_t read;			   /* rows, when the last one came */
	int64_t read_us;
};

struct figures *figures_new(void)
{
	struct figures *f = xcalloc(1, sizeof(*f));

	f->series = series_new();
	f->tables = table_series_new();
	f->latency = latency_ring_new();
	f->began_us = clock_mono_us();
	return f;
}

void figures_free(struct figures *f)
{
	if (f == NULL)
		return;
	series_free(f->series);
	table_series_free(f->tables);
	latency_ring_free(f->latency);
	free(f);
}

void figures_restore(struct figures *f, int64_t wall_s, const float values[SERIES_COUNT])
{
	series_restore(f->series, wall_s, values);
}

void figures_newest(const struct figures *f, float values[SERIES_COUNT])
{
	for (int i = 0; i < SERIES_COUNT; i++)
		series_read(f->series, (enum series_id)i, 0, SERIES_COARSE_S, &values[i], 1);
}

/* ---- taking ---- */

static float known(int64_t figure)
{
	return figure < 0 ? NAN : (float)figure;
}

static void stage_figures(struct engine *e, int i, float *v)
{
	const struct stage_meter *m = &e->stages[i];
	bool here = i < STAGE_READ ? e->capture != NULL : e->load != NULL;
	int64_t p50 = -1, p99 = -1;

	if (here)
		meter_percentiles(m, &p50, &p99);
	v[SERIES_STAGE_RATE + i] = here ? (float)m->rows_per_s : NAN;
	v[SERIES_STAGE_BUSY + i] = here ? (float)m->busy : NAN;
	v[SERIES_STAGE_BLOCKED + i] = here ? (float)m->wait_out : NAN;
	v[SERIES_STAGE_QUEUE + i] = here ? (float)m->fill : NAN;
	v[SERIES_STAGE_P50 + i] = known(p50);
	v[SERIES_STAGE_P99 + i] = known(p99);
}

/* seconds: since they were taken last. */
static void lost_figures(struct engine *e, float seconds, float *v)
{
	struct figures *f = e->figures;
	uint64_t dropped = 0, dead = 0, rows = 0, ns = 0;

	for (size_t i = 0; i < table_meters_count(e->shared.tables); i++) {
		struct table_meter *m = table_meter_at(e->shared.tables, i);

		dropped += counter_get(&m->dropped);
		dead += counter_get(&m->dead) + counter_get(&m->unwritten);
		rows += counter_get(&m->script_rows);
		ns += counter_get(&m->script_ns);
	}
	if (f->then_us && seconds > 0) {
		v[SERIES_DROPPED] = (float)(dropped - f->dropped) / seconds;
		v[SERIES_DEAD] = (float)(dead - f->dead) / seconds;
		if (rows > f->script_rows)
			v[SERIES_SCRIPT_ROW] = (float)(ns - f->script_ns) / (float)(rows - f->script_rows);
	}
	f->dropped = dropped;
	f->dead = dead;
	f->script_rows = rows;
	f->script_ns = ns;
}

/* What the first second brings is counted too: a small snapshot is over by then. */
static void captured_figures(struct engine *e, int64_t now_us, float *v)
{
	struct figures *f = e->figures;
	float seconds = (float)(now_us - (f->then_us ? f->then_us : f->began_us)) / 1e6f;

	for (int i = 0; e->capture && i < CAPTURED_KINDS; i++) {
		uint64_t now = counter_get(&e->shared.captured.kinds[i]);

		if (seconds > 0)
			v[SERIES_CAPTURED + i] = (float)(now - f->captured[i]) / seconds;
		f->captured[i] = now;
	}
}

/* cpu: of the second before; quiet: since the last row that was read, or the start. */
static void process_figures(struct engine *e, int64_t then_us, float *v)
{
	struct figures *f = e->figures;
	int64_t now_us = clock_mono_us(), cpu_us = process_cpu_us();
	uint64_t read = counter_get(&e->stages[STAGE_SOURCE].out);

	if (then_us && cpu_us >= 0 && now_us > then_us)
		v[SERIES_CPU] = (float)(cpu_us - f->cpu_us) / (float)(now_us - then_us);
	v[SERIES_MEMORY] = known(process_memory_bytes());
	f->cpu_us = cpu_us;
	if (read != f->read || f->read_us == 0)
		f->read_us = now_us;
	f->read = read;
	v[SERIES_QUIET] = e->capture ? (float)((now_us - f->read_us) / 1000) : NAN;
}

static void sample_tables(struct engine *e, int64_t wall_s)
{
	for (size_t i = 0; i < table_meters_count(e->shared.tables); i++) {
		struct table_meter *m = table_meter_at(e->shared.tables, i);
		struct table_totals now = {
			.captured = counter_get(&m->captured),
			.loaded = counter_get(&m->loaded),
			.lag_ms = atomic_load(&m->lag_ms),
		};

		table_series_add(e->figures->tables, i, wall_s, &now);
	}
}

/* What was counted between the two newest copies of the window. */
static void sample_latency(struct engine *e, int64_t wall_s)
{
	struct histogram_copy *counted = xmalloc(sizeof(*counted));

	for (int i = 0; i < STAGE_COUNT; i++) {
		const struct window *w = &e->stages[i].window;

		*counted = w->slot[(w->next + WINDOW_SLOTS - 1) % WINDOW_SLOTS];
		histogram_subtract(counted, &w->slot[(w->next + WINDOW_SLOTS - 2) % WINDOW_SLOTS]);
		latency_ring_add(e->figures->latency, (unsigned)i, wall_s, counted);
	}
	free(counted);
}

void engine_series_sample(struct engine *e, const struct status *s, unsigned tick)
{
	struct load_lag lag = engine_load_lag(e);
	bool lag_known = e->load && e->npartitions > 0;
	int64_t wall_us = clock_wall_us(), now_us = clock_mono_us();
	float seconds = (float)(now_us - e->figures->then_us) / 1e6f;
	struct status complete = { .complete_us = -1 };
	float v[SERIES_COUNT];

	for (int i = 0; i < SERIES_COUNT; i++)
		v[i] = NAN;
	v[SERIES_CAPTURE_LAG] = e->capture ? known(s->capture.lag_ms) : NAN;
	v[SERIES_CAPTURE_UNREAD] = e->capture ? known(s->capture.behind_bytes) : NAN;
	v[SERIES_LOAD_LAG] = lag_known ? known(lag.worst_ms) : NAN;
	v[SERIES_LOAD_ROWS] = lag_known ? known(lag.rows) : NAN;
	engine_complete_copy(e, &complete);
	if (complete.complete_us >= 0)
		v[SERIES_COMPLETE_AGE] = complete.complete_us < wall_us
				? (float)((wall_us - complete.complete_us) / 1000)
				: 0;
	process_figures(e, e->figures->then_us, v);
	captured_figures(e, now_us, v);
	lost_figures(e, seconds, v);
	e->figures->then_us = now_us;
	for (int i = 0; i < STAGE_COUNT; i++)
		stage_figures(e, i, v);
	series_add(e->figures->series, wall_us / 1000000, v);
	if (tick % TABLE_SERIES_STEP_S != TABLE_SERIES_STEP_S - 1)
		return;
	sample_tables(e, wall_us / 1000000);
	sample_latency(e, wall_us / 1000000);
}

/* ---- telling: beside a figure ---- */

/* Rates over the last minutes, lags over the last hour. */
static const struct {
	enum series_id id;
	int step_s;
} shown[] = {
	{ SERIES_STAGE_RATE + STAGE_SOURCE, 5 },
	{ SERIES_STAGE_RATE + STAGE_LOG, 5 },
	{ SERIES_STAGE_RATE + STAGE_READ, 5 },
	{ SERIES_STAGE_RATE + STAGE_SINK, 5 },
	{ SERIES_CAPTURE_LAG, 30 },
	{ SERIES_LOAD_LAG, 30 },
	{ SERIES_LOAD_ROWS, 30 },
};

void engine_series_copy(struct engine *e, struct status *out)
{
	out->ntrends = sizeof(shown) / sizeof(*shown);
	out->trends = xcalloc(out->ntrends, sizeof(*out->trends));
	for (size_t i = 0; i < out->ntrends; i++) {
		out->trends[i].name = series_name(shown[i].id);
		out->trends[i].step_s = shown[i].step_s;
		series_read(e->figures->series, shown[i].id, 0, shown[i].step_s, out->trends[i].values, TREND_POINTS);
	}
}

/* ---- telling: the request ---- */

struct window_asked {
	int64_t until_s;
	int step_s;
	size_t n;
};

static int moment_s(const char *text, int64_t now_s, int64_t *out, struct err *err)
{
	int64_t ms;

	if (text == NULL)
		return 0;
	if (!num_parse_moment_ms(text, now_s * 1000, &ms))
		return err_set(err, ERR_CONFIG, 0,
				"history: expected a time (UTC: 2026-01-31 23:59, 23:59, or how long ago: 90m), found '%.40s'",
				text);
	*out = ms / 1000;
	return 0;
}

static int window_read(const struct history_wish *wish, struct window_asked *w, struct err *err)
{
	int64_t now_s = clock_wall_us() / 1000000, from_s, step_s = wish->step_s > 0 ? wish->step_s : 0;

	w->until_s = now_s;
	if (moment_s(wish->to, now_s, &w->until_s, err))
		return -1;
	from_s = w->until_s - SERIES_FINE_KEEP_S;
	if (moment_s(wish->from, now_s, &from_s, err))
		return -1;
	if (from_s >= w->until_s)
		return err_set(err, ERR_CONFIG, 0, "history: expected a `from` before `to`");
	if (step_s == 0)
		for (step_s = SERIES_COARSE_S; (w->until_s - from_s) / step_s > HISTORY_USUAL;)
			step_s *= 2;
	if ((w->until_s - from_s) / step_s > HISTORY_MOST)
		return err_set(err, ERR_CONFIG, 0, "history: expected at most %d values, found %" PRId64, HISTORY_MOST,
				(w->until_s - from_s) / step_s);
	w->step_s = (int)step_s;
	w->n = (size_t)((w->until_s - from_s) / step_s);
	w->n += w->n == 0;
	return 0;
}

static void put_head(struct buf *b, const char *name, const char *table, const char *unit, const struct window_asked *w)
{
	buf_printf(b, "{\"series\":\"%s\",", name);
	if (table) {
		buf_puts(b, "\"table\":");
		buf_json_str(b, table);
		buf_putc(b, ',');
	}
	buf_printf(b, "\"unit\":\"%s\",\"until_s\":%" PRId64 ",\"step_s\":%d,\"values\":[", unit,
			w->until_s / w->step_s * w->step_s, w->step_s);
}

static int put_values(struct buf *b, const float *values, size_t n, engine_emit *emit, void *arg)
{
	int gone;

	for (size_t i = 0; i < n; i++)
		buf_printf(b, isnan(values[i]) ? "%snull" : "%s%.6g", i ? "," : "", (double)values[i]);
	buf_puts(b, "]}");
	gone = emit(arg, b->data, b->len);
	buf_reset(b);
	return gone;
}

static int print_series(struct engine *e, int id, const struct window_asked *w, engine_emit *emit, void *arg)
{
	float *values = xmalloc(w->n * sizeof(*values));
	struct buf b;
	int gone = 0;

	buf_init(&b, LINE_MAX_BYTES);
	for (int i = id < 0 ? 0 : id; i < (id < 0 ? SERIES_COUNT : id + 1) && !gone; i++) {
		pthread_mutex_lock(&e->lock);
		series_read(e->figures->series, (enum series_id)i, w->until_s, w->step_s, values, w->n);
		pthread_mutex_unlock(&e->lock);
		put_head(&b, series_name((enum series_id)i), NULL, series_unit((enum series_id)i), w);
		gone = put_values(&b, values, w->n, emit, arg);
	}
	buf_done(&b);
	free(values);
	return 0;
}

static int print_table(struct engine *e, const struct history_wish *wish, struct window_asked *w, engine_emit *emit,
		void *arg, struct err *err)
{
	int id = table_series_find(wish->series);
	size_t table = 0, count = table_meters_count(e->shared.tables);
	float *values;
	struct buf b;

	if (id < 0)
		return err_set(err, ERR_CONFIG, 0,
				"history: series of a table: expected captured, loaded or lag, found '%.40s'",
				wish->series);
	while (table < count && strcmp(table_meter_at(e->shared.tables, table)->name, wish->table) != 0)
		table++;
	if (table == count)
		return err_set(err, ERR_CONFIG, 0, "history: no row of '%.100s' has come since the start", wish->table);
	w->n = w->n * (size_t)w->step_s / TABLE_SERIES_STEP_S;
	w->n += w->n == 0;
	w->step_s = TABLE_SERIES_STEP_S;
	values = xmalloc(w->n * sizeof(*values));
	pthread_mutex_lock(&e->lock);
	table_series_read(e->figures->tables, table, (enum table_series_id)id, w->until_s, values, w->n);
	pthread_mutex_unlock(&e->lock);
	buf_init(&b, LINE_MAX_BYTES);
	put_head(&b, wish->series, wish->table, table_series_unit((enum table_series_id)id), w);
	put_values(&b, values, w->n, emit, arg);
	buf_done(&b);
	free(values);
	return 0;
}

/* "sink.latency": the stage; -1: it is no such name. */
static int latency_stage(const char *series)
{
	const char *dot = strchr(series, '.');

	for (int i = 0; dot && strcmp(dot, ".latency") == 0 && i < STAGE_COUNT; i++)
		if (strncmp(series, stage_names[i], (size_t)(dot - series)) == 0 &&
				stage_names[i][dot - series] == '\0')
			return i;
	return -1;
}

/* Always in the ring's own steps. */
static int print_latency(struct engine *e, int stage, const char *name, struct window_asked *w, engine_emit *emit,
		void *arg)
{
	uint32_t counts[LATENCY_BUCKETS];
	int64_t end = w->until_s / LATENCY_STEP_S, n = (int64_t)w->n * w->step_s / LATENCY_STEP_S;
	struct buf b;

	w->step_s = LATENCY_STEP_S;
	n = n > LATENCY_KEEP_S / LATENCY_STEP_S ? LATENCY_KEEP_S / LATENCY_STEP_S : n < 1 ? 1 : n;
	buf_init(&b, LINE_MAX_BYTES);
	put_head(&b, name, NULL, "rows", w);
	for (int64_t i = end - n; i < end; i++) {
		bool known_step;

		pthread_mutex_lock(&e->lock);
		known_step = latency_ring_read(e->figures->latency, (unsigned)stage, i, counts);
		pthread_mutex_unlock(&e->lock);
		buf_puts(&b, i > end - n ? "," : "");
		for (unsigned k = 0; k < LATENCY_BUCKETS && known_step; k++)
			buf_printf(&b, "%s%" PRIu32, k ? "," : "[", counts[k]);
		buf_puts(&b, known_step ? "]" : "null");
	}
	buf_puts(&b, "],\"le_us\":[");
	for (unsigned k = 0; k + 1 < LATENCY_BUCKETS; k++)
		buf_printf(&b, "%" PRId64 ",", latency_bucket_us(k));
	buf_puts(&b, "null]}");
	emit(arg, b.data, b.len);
	buf_done(&b);
	return 0;
}

int engine_series_print(struct engine *e, const struct history_wish *wish, engine_emit *emit, void *arg,
		struct err *err)
{
	int id = series_find(wish->series), stage = latency_stage(wish->series);
	struct window_asked w = { .n = 0 };

	if (window_read(wish, &w, err))
		return -1;
	if (wish->table)
		return print_table(e, wish, &w, emit, arg, err);
	if (stage >= 0)
		return print_latency(e, stage, wish->series, &w, emit, arg);
	if (id < 0 && strcmp(wish->series, "all") != 0)
		return err_set(err, ERR_CONFIG, 0,
				"history: series: expected one that `millrace history` lists, found '%.40s'",
				wish->series);
	return print_series(e, id, &w, emit, arg);
}
