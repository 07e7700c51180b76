/*
 * engine_series.c - once a second the engine's figures go into the rings of status/series.h; a status takes with it the
 * few that screens show beside a figure, the request `history` reads any of them.
 */
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

#include "core/clock.h"
#include "core/json.h"
#include "core/xalloc.h"
#include "engine/engine_parts.h"

enum { HISTORY_MOST = 8640 };

static float known(int64_t figure)
{
	return figure < 0 ? NAN : (float)figure;
}

void engine_series_sample(struct engine *e, const struct status *s)
{
	struct load_lag lag = engine_load_lag(e);
	bool lag_known = e->load && e->npartitions > 0;
	float v[SERIES_COUNT];

	v[SERIES_CAPTURE_LAG] = e->capture ? known(s->capture.lag_ms) : NAN;
	v[SERIES_LOAD_LAG] = lag_known ? known(lag.worst_ms) : NAN;
	v[SERIES_LOAD_ROWS] = lag_known ? known(lag.rows) : NAN;
	for (int i = 0; i < STAGE_COUNT; i++) {
		const struct stage_meter *m = &e->stages[i];
		bool here = i < STAGE_READ ? e->capture != NULL : e->load != NULL;
		int64_t p50, p99 = -1;

		if (here)
			meter_percentiles(m, &p50, &p99);
		v[SERIES_STAGE_RATE + i] = here ? (float)m->rows_per_s : NAN;
		v[SERIES_STAGE_BUSY + i] = here ? (float)m->busy : NAN;
		v[SERIES_STAGE_QUEUE + i] = here ? (float)m->fill : NAN;
		v[SERIES_STAGE_P99 + i] = known(p99);
	}
	series_add(e->series, clock_wall_us() / 1000000, v);
}

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
		series_read(e->series, shown[i].id, 0, shown[i].step_s, out->trends[i].values, TREND_POINTS);
	}
}

int engine_series_print(struct engine *e, const char *name, int64_t until_s, int64_t step_s, int64_t n,
		engine_emit *emit, void *arg, struct err *err)
{
	int id = series_find(name);
	float *values;
	struct buf b;

	if (id < 0)
		return err_set(err, ERR_CONFIG, 0,
				"history: series: expected capture.lag, load.lag, load.rows or STAGE.rate|busy|queue|p99, "
				"found '%.40s'",
				name);
	if (step_s < 1 || n < 1 || n > HISTORY_MOST)
		return err_set(err, ERR_CONFIG, 0, "history: expected step of 1 s or more and n of 1 to %d",
				HISTORY_MOST);
	values = xmalloc((size_t)n * sizeof(*values));
	pthread_mutex_lock(&e->lock);
	series_read(e->series, (enum series_id)id, until_s, (int)step_s, values, (size_t)n);
	pthread_mutex_unlock(&e->lock);
	buf_init(&b, 1 << 20);
	buf_printf(&b, "{\"series\":\"%s\",\"unit\":\"%s\",\"step_s\":%" PRId64 ",\"values\":[", name,
			series_unit((enum series_id)id), step_s);
	for (int64_t i = 0; i < n; i++)
		buf_printf(&b, isnan(values[i]) ? "%snull" : "%s%.6g", i ? "," : "", (double)values[i]);
	buf_puts(&b, "]}");
	emit(arg, b.data, b.len);
	buf_done(&b);
	free(values);
	return 0;
}
