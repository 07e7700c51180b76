/* test_script_meter.c - what the status says of a table's script. */
#include "engine/status/script_meter.h"

#include <stdlib.h>

#include "core/clock.h"

#include "tests/tap.h"

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

int main(void)
{
	test_list();
	test_cost();
	test_rate();
	test_words();
	script_meters_free(&list);
	ok(atomic_load(&list) == NULL, "freed");
	return tap_done();
}
