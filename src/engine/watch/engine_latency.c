/*
 * engine_latency.c - the latency histograms since the start, for who keeps figures elsewhere: how many rows took at most 1 ms,
 * 2.5 ms and so on. A row's latency is from its commit at the source to the end of the stage. The bounds do not change: what
 * was kept under them stays comparable.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "core/json.h"
#include "core/xalloc.h"
#include "engine/engine_parts.h"

static const int64_t bounds_us[] = {
	1000,
	2500,
	5000,
	10000,
	25000,
	50000,
	100000,
	250000,
	500000,
	1000000,
	2500000,
	5000000,
	10000000,
	30000000,
	60000000,
	300000000,
	1800000000,
};

enum { BOUNDS = sizeof(bounds_us) / sizeof(*bounds_us), LINE_MAX_BYTES = 1 << 16 };

static void put_counts(struct buf *b, const struct histogram *h)
{
	struct histogram_copy *copy = xmalloc(sizeof(*copy));

	histogram_copy(h, copy);
	buf_puts(b, ",\"le_us\":[");
	for (int i = 0; i < BOUNDS; i++)
		buf_printf(b, "%s%" PRId64, i ? "," : "", bounds_us[i]);
	buf_puts(b, "],\"at_most\":[");
	for (int i = 0; i < BOUNDS; i++)
		buf_printf(b, "%s%" PRIu64, i ? "," : "", histogram_at_most(copy, bounds_us[i]));
	buf_printf(b, "],\"count\":%" PRIu64 ",\"sum_us\":%.0f}", copy->total, histogram_sum_us(copy));
	free(copy);
}

/* of: "stage" or "table"; nonzero: the asker is gone */
static int print_one(const char *of, const char *name, const char *half, const struct histogram *h, engine_emit *emit,
		void *arg)
{
	struct buf b;
	int rc;

	buf_init(&b, LINE_MAX_BYTES);
	buf_printf(&b, "{\"%s\":", of);
	buf_json_str(&b, name);
	buf_printf(&b, ",\"half\":\"%s\"", half);
	put_counts(&b, h);
	rc = emit(arg, b.data, b.len);
	buf_done(&b);
	return rc;
}

static int print_table(const struct table_meter *m, engine_emit *emit, void *arg)
{
	const struct histogram *capture = atomic_load_explicit(&m->capture, memory_order_acquire);
	const struct histogram *load = atomic_load_explicit(&m->load, memory_order_acquire);

	return (capture && print_one("table", m->name, "capture", capture, emit, arg)) ||
			(load && print_one("table", m->name, "load", load, emit, arg));
}

static int by_name(const void *a, const void *b)
{
	return strcmp((*(struct table_meter *const *)a)->name, (*(struct table_meter *const *)b)->name);
}

static struct table_meter **tables_by_name(struct engine *e, size_t *count)
{
	struct table_meter **out;

	*count = table_meters_count(e->shared.tables);
	out = xcalloc(*count + 1, sizeof(*out));
	for (size_t i = 0; i < *count; i++)
		out[i] = table_meter_at(e->shared.tables, i);
	qsort(out, *count, sizeof(*out), by_name);
	return out;
}

int engine_latency_print(struct engine *e, int64_t tables, engine_emit *emit, void *arg)
{
	struct table_meter **meters;
	size_t count;
	int gone = 0;

	for (int i = 0; i < STAGE_COUNT && !gone; i++)
		if (i < STAGE_READ ? e->capture != NULL : e->load != NULL)
			gone = print_one("stage", stage_names[i], i < STAGE_READ ? "capture" : "load",
					&e->stages[i].latency, emit, arg);
	meters = tables_by_name(e, &count);
	for (size_t i = 0; i < count && (int64_t)i < tables && !gone; i++)
		gone = print_table(meters[i], emit, arg);
	free(meters);
	return 0;
}
