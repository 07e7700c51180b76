/* test_series.c - figures over time: what was measured comes back by its time, coarser when asked, and a gap is unknown. */
#include "tests/tap.h"

#include <math.h>

#include "engine/status/latency_ring.h"
#include "engine/status/series.h"
#include "engine/status/table_series.h"

#define START 1700000000 /* a multiple of ten */

static void add(struct series *s, int64_t at, float lag, float rate)
{
	float v[SERIES_COUNT];

	for (int i = 0; i < SERIES_COUNT; i++)
		v[i] = NAN;
	v[SERIES_LOAD_LAG] = lag;
	v[SERIES_STAGE_RATE] = v[SERIES_CAPTURED + CAPTURED_TRANSACTIONS] = rate;
	series_add(s, at, v);
}

/* What was kept before the start is there in its steps, and what comes after it does not lose it. */
static void test_restore(void)
{
	struct series *s = series_new();
	float out[4], v[SERIES_COUNT];

	for (int i = 0; i < SERIES_COUNT; i++)
		v[i] = 5;
	series_restore(s, START, v);
	add(s, START + 31, 8, 8);
	series_restore(s, START + 20, v);
	series_restore(s, START + 33, v);
	series_read(s, SERIES_LOAD_LAG, START + 40, 10, out, 4);
	ok(out[0] == 5 && isnan(out[1]) && out[2] == 5 && out[3] == 8, "figures of before the start, a gap, a new one");
	series_read(s, SERIES_LOAD_LAG, START + 22, 1, out, 2);
	ok(out[0] == 5 && out[1] == 5, "by seconds the ten seconds' figure stands for each");
	series_free(s);
}

static void table(struct table_series *t, size_t i, int64_t at, uint64_t rows, int64_t lag)
{
	table_series_add(t, i, at, &(struct table_totals){ .captured = rows, .loaded = rows / 2, .lag_ms = lag });
}

static void test_tables(void)
{
	struct table_series *t = table_series_new();
	float out[4];

	table(t, 7, START, 0, -1);
	ok(!table_series_read(t, 7, TABLE_SERIES_LAG, START + 10, out, 1), "a table that rests has no ring");
	table(t, 7, START + 10, 100, -1);
	table(t, 7, START + 30, 300, 1500);
	ok(table_series_read(t, 7, TABLE_SERIES_CAPTURED, START + 40, out, 4), "one that moves has");
	ok(isnan(out[0]) && out[1] == 10 && isnan(out[2]) && out[3] == 10,
			"its rate; a step that was left out is unknown");
	table_series_read(t, 7, TABLE_SERIES_LOADED, START + 40, out, 1);
	ok(out[0] == 5, "what was loaded");
	table_series_read(t, 7, TABLE_SERIES_LAG, START + 40, out, 4);
	ok(isnan(out[1]) && out[3] == 1500, "its lag, where it was known");
	for (size_t i = 0; i < 10000; i++)
		table(t, 100 + i, START + 40, i + 1, 0);
	is_int(table_series_rings(t), TABLE_SERIES_RINGS, "10,000 tables move: no more rings than there may be");
	ok(!table_series_read(t, 9000, TABLE_SERIES_LAG, START + 50, out, 1), "the last of them have none");
	table(t, 9000, START + 50, 1, 0);
	table(t, 9000, START + 40 + TABLE_SERIES_RESTS_S, 2, 0);
	ok(table_series_read(t, 9000, TABLE_SERIES_LAG, START + 50 + TABLE_SERIES_RESTS_S, out, 1) && out[0] == 0,
			"when others have rested, it takes a ring of theirs");
	is_int(table_series_rings(t), TABLE_SERIES_RINGS, "and there are not more");
	table_series_free(t);
	for (int i = 0; i < TABLE_SERIES_COUNT; i++)
		is_int(table_series_find(table_series_name((enum table_series_id)i)), i, "%s",
				table_series_name((enum table_series_id)i));
}

static void test_latency(void)
{
	struct latency_ring *l = latency_ring_new();
	static struct histogram h;
	static struct histogram_copy copy;
	uint32_t counts[LATENCY_BUCKETS], all = 0;

	histogram_init(&h);
	histogram_add_n(&h, 50, 3);
	histogram_add_n(&h, 1000000, 7);
	histogram_add_n(&h, INT64_C(1) << 39, 2);
	histogram_copy(&h, &copy);
	latency_ring_add(l, 5, START, &copy);
	ok(latency_ring_read(l, 5, START / LATENCY_STEP_S, counts), "a column of latencies");
	for (unsigned i = 0; i < LATENCY_BUCKETS; i++)
		all += counts[i];
	is_int(all, 12, "every row is in one bucket");
	is_int(counts[0], 3, "the fast ones");
	is_int(counts[LATENCY_BUCKETS - 1], 2, "the slowest");
	for (unsigned i = 1; i + 1 < LATENCY_BUCKETS; i++)
		if (counts[i])
			ok(latency_bucket_us(i) >= 1000000 && latency_bucket_us(i - 1) < 1000000,
					"a second in its bucket");
	ok(!latency_ring_read(l, 5, START / LATENCY_STEP_S + 360, counts), "an hour later it is gone");
	ok(!latency_ring_read(l, 4, START / LATENCY_STEP_S, counts), "another stage has none");
	latency_ring_free(l);
}

int main(void)
{
	struct series *s = series_new();
	float out[12];

	series_read(s, SERIES_LOAD_LAG, 0, 1, out, 3);
	ok(isnan(out[0]) && isnan(out[2]), "nothing was measured: unknown");
	for (int i = 0; i < 30; i++)
		if (i < 10 || i >= 20)
			add(s, START + i, (float)i, (float)(i % 10));
	series_read(s, SERIES_LOAD_LAG, 0, 1, out, 12);
	ok(isnan(out[0]) && isnan(out[1]) && out[2] == 20 && out[11] == 29,
			"by seconds, oldest first, a gap is unknown");
	series_read(s, SERIES_LOAD_LAG, 0, 10, out, 3);
	ok(out[0] == 9 && isnan(out[1]) && out[2] == 29, "of ten seconds the worst lag");
	series_read(s, SERIES_STAGE_RATE, 0, 10, out, 3);
	ok(out[0] == 4.5f && out[2] == 4.5f, "and the mean rate");
	series_read(s, SERIES_CAPTURED + CAPTURED_TRANSACTIONS, 0, 10, out, 3);
	ok(out[0] == 4.5f && out[2] == 4.5f, "of transactions as of rows");
	ok(isnan((series_read(s, SERIES_CAPTURE_LAG, 0, 10, out, 1), out[0])), "what was unknown stays unknown");
	add(s, START + 4000, 7, 1);
	series_read(s, SERIES_LOAD_LAG, START + 30, 10, out, 3);
	ok(out[0] == 9 && out[2] == 29, "after an hour in steps of ten seconds");
	add(s, START + 90000, 7, 1);
	series_read(s, SERIES_LOAD_LAG, START + 30, 10, out, 3);
	ok(isnan(out[0]) && isnan(out[2]), "after a day no more");
	for (int i = 0; i < SERIES_COUNT; i++)
		ok(series_find(series_name((enum series_id)i)) == i && series_unit((enum series_id)i), "%s",
				series_name((enum series_id)i));
	series_free(s);
	test_restore();
	test_tables();
	test_latency();
	return tap_done();
}
