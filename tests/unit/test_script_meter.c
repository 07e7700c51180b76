/* test_script_meter.c - what the status says of a table's script. */
#include "engine/status/script_meter.h"

#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/clock.h"
#include "script/script.h"
#include "tests/tap.h"
#include "tests/unit/script_rows.h"

static script_meters list;

static struct status_script copy(struct script_meter *m)
{
	struct status_script s;

	script_meter_copy(m, &s);
	return s;
}

static void test_list(void)
{
	struct script_meter *a = script_meter_get(&list, "testdb.t", "testdb.*", "a.lua", 0);

	ok(script_meter_get(&list, "testdb.t", "testdb.*", "a.lua", 0) == a, "the same script has the same meter");
	ok(script_meter_get(&list, "testdb.t", "testdb.*", "a.lua", 1) != a, "at another place it is another one");
	ok(script_meter_get(&list, "testdb.t", "testdb.t", "a.lua", 0) != a, "in another section, too");
	ok(!atomic_load(&a->in_force), "none is in force before it has a version");
}

static void test_cost(void)
{
	struct script_meter *m = script_meter_get(&list, "testdb.t", "testdb.*", "a.lua", 0);
	struct status_script s = copy(m);

	is_int(s.p50_ns, -1, "without samples nothing is known");
	is_int(s.instructions, -1, "of instructions neither");
	script_meter_version(m, "000000000001");
	for (int i = 1; i <= 100; i++)
		script_meter_sample(m, i * 10, -1, 64);
	script_meter_sample(m, -1, 200, 64);
	script_meter_sample(m, -1, 300, 64);
	s = copy(m);
	is_int(s.p50_ns, 510, "the middle of the samples");
	is_int(s.p99_ns, 1000, "and the end");
	is_int(s.instructions, 250, "instructions of those that were counted");
	is_int(s.bytes, 64, "bytes of all");
	for (int i = 0; i < SCRIPT_METER_SAMPLES; i++)
		script_meter_sample(m, 0, -1, 0);
	s = copy(m);
	is_int(s.p99_ns, 0, "only the last ones count");
	script_meter_sample(m, INT64_C(1) << 40, -1, 0);
	script_meter_version(m, "000000000001");
	ok(copy(m).p50_ns == 0, "the same version keeps its samples");
	script_meter_version(m, "000000000002");
	s = copy(m);
	is_int(s.p99_ns, -1, "another version begins without samples");
	is_str(s.version, "000000000002", "and is told");
}

static void test_rate(void)
{
	struct script_meter *m = script_meter_get(&list, "testdb.t", "testdb.*", "a.lua", 0);

	counter_add(&m->rows, 1000);
	script_meter_tick(m, 1);
	ok(copy(m).rows_per_s == 600, "rows a second, which come up");
	for (int i = 0; i < 10; i++)
		script_meter_tick(m, 1);
	ok(copy(m).rows_per_s == 0, "and end");
}

static void test_words(void)
{
	struct script_meter *m = script_meter_get(&list, "testdb.t", "testdb.*", "a.lua", 0);
	struct status_script s;
	char reason[] = "reason A";

	clock_fake(5000000);
	script_meter_fail(m, "{\"id\":9}", "a.lua:12: column small: expected a number");
	script_meter_drop(m, "", 2);
	script_meter_drop(m, "test order", 3);
	script_meter_drop(m, "", 1);
	s = copy(m);
	is_int(s.failed_line, 12, "the line that failed");
	is_str(s.failed_key, "{\"id\":9}", "the row");
	is_str(s.failed, "a.lua:12: column small: expected a number", "why");
	is_str(s.failed_version, "000000000002", "in which version");
	is_int(s.ndrops, 2, "dropped rows by reason");
	is_int(s.drops[0].rows, 3, "added up");
	free(s.drops);
	for (; reason[7] < 'A' + 20; reason[7]++)
		script_meter_drop(m, reason, 1);
	s = copy(m);
	is_int(s.ndrops, 17, "no more than so many reasons");
	is_str(s.drops[16].reason, "(other reasons)", "the others together");
	is_int(s.drops[16].rows, 6, "and counted");
	free(s.drops);
}

/* ---- what many tables with one script need ---- */

#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__)
static size_t held(void)
{
	return 0;
} /* a sanitizer's memory is not counted there */
enum { COUNTED = 0 };
#else
static size_t held(void)
{
	struct mallinfo2 m = mallinfo2();

	return m.uordblks + m.hblkhd;
}
enum { COUNTED = 1 };
#endif

enum { TABLES = COUNTED ? 10000 : 200 }; /* a sanitizer needs many times the memory, and counts nothing here */

/* A row of it, as its meter and its script see one: it passes, one is dropped and one fails. */
static void one_table(struct script *s, script_meters *meters, int i)
{
	struct batch *in = batch_new(), *out = batch_new();
	struct schema *schema = orders_schema();
	struct err err = { 0 };
	struct script_meter *m;
	char name[40];

	snprintf(name, sizeof(name), "t%d", i);
	schema->table = intern(name);
	m = script_meter_get(meters, schema->table, "testdb.*", "mask.lua", 0);
	script_meter_version(m, "000000000001");
	for (int row = 0; row < 3; row++)
		orders_change(in, schema, CHANGE_CREATE, NULL, orders_row(in, schema, row, "paid"));
	script_run(s, in, 0, in->nchanges, out, &err);
	script_meter_sample(m, 300, 200, 100);
	script_meter_drop(m, "the first", 1);
	script_meter_fail(m, "{\"id\":1}", "mask.lua:3: bad");
	batch_free(in);
	batch_free(out);
	schema_unref(schema);
}

static void test_many_tables(void)
{
	static const char text[] =
			"fields = { cents = 'bigint' }\nfunction transform(row) if row.id == 0 then drop('the first') end\n"
			"if row.id == 1 then error('bad') end row.cents = row.amount:scale(2) row.email = mask(row.email) return row end";
	script_meters *meters = calloc(TABLES, sizeof(*meters));
	struct script_limits limits = { .instructions = 1000000, .memory_bytes = 64 << 20 };
	struct err err = { 0 };
	struct script_stats stats;
	struct script *s;
	size_t before, after;

	s = script_open_text("mask.lua", text, &limits, &err); /* what the process keeps for good */
	one_table(s, &meters[0], 0);
	script_close(s);
	before = held();
	s = script_open_text("mask.lua", text, &limits, &err);
	for (int i = 0; i < TABLES; i++)
		one_table(s, &meters[i], i);
	after = held();
	script_stats(s, &stats);
	ok(stats.rows_in == 3 * TABLES && stats.dropped == TABLES && stats.dead == TABLES, "rows of %d tables", TABLES);
	ok(after - before < 64 << 20 && (after > before + TABLES * sizeof(struct script_meter) || !COUNTED),
			"one script for them needs less than 64 MB more: %zu kB", (after - before) >> 10);
	script_close(s);
	for (int i = 0; i < TABLES; i++)
		script_meters_free(&meters[i]);
	free(meters);
}

int main(void)
{
	test_many_tables();
	test_list();
	test_cost();
	test_rate();
	test_words();
	script_meters_free(&list);
	ok(atomic_load(&list) == NULL, "freed");
	return tap_done();
}
