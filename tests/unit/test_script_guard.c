/* test_script_guard.c - when script.guard takes a version back; and two texts line by line. */
#include <stdio.h>
#include <string.h>

#include "engine/load/script/load_guard.h"
#include "engine/scripts/script_diff.h"
#include "tests/tap.h"

static unsigned batches_until(struct load_guard *g, uint64_t rows, uint64_t lost, unsigned most)
{
	for (unsigned i = 1; i <= most; i++)
		if (guard_count(g, rows, lost))
			return i;
	return 0;
}

static void test_guard(void)
{
	struct load_guard g;

	guard_arm(&g, 10000, 500, 20, 1000);
	ok(batches_until(&g, 100, 100, 100) == 10, "two windows of 500 rows that are lost");
	ok(!guard_count(&g, 10000, 10000), "once only");
	guard_arm(&g, 10000, 500, 20, 1000);
	ok(batches_until(&g, 100, 25, 1000) == 0 && !g.armed,
			"20 percent more is not more than 20, and it has shown itself");
	guard_arm(&g, 10000, 500, 20, 1000);
	ok(batches_until(&g, 100, 26, 1000) == 10, "a little more is");
	guard_arm(&g, 10000, 500, 20, 1000);
	ok(!guard_count(&g, 500, 500) && !guard_count(&g, 500, 0) && !guard_count(&g, 500, 500) &&
					guard_count(&g, 500, 500),
			"one window alone is no reason");
	guard_arm(&g, 10000, 500, 20, 1000);
	ok(guard_count(&g, 1000, 1000), "a batch of two windows is");
	guard_arm(&g, 10000, 9000, 20, 1000);
	ok(batches_until(&g, 1000, 1000, 100) == 0, "the version before has lost nearly as many");
	guard_arm(&g, 999, 0, 20, 1000);
	ok(!g.armed, "too few rows to compare with");
	guard_arm(&g, 10000, 0, 0, 1000);
	ok(batches_until(&g, 1000, 1000, 100) == 0, "switched off");
	guard_arm(&g, 10000, 0, 20, 1000);
	ok(!guard_count(&g, 0, 0) && !guard_count(&g, 499, 499), "batches without rows, and too few");
}

static char told[4096];

static int tell(void *arg, char mark, const char *line, unsigned len)
{
	size_t n = strlen(told);

	(void)arg;
	snprintf(told + n, sizeof(told) - n, "%c%.*s\n", mark, (int)len, line);
	return 0;
}

static const char *diff(const char *a, const char *b)
{
	*told = '\0';
	script_diff(a, b, tell, NULL);
	return told;
}

static void test_diff(void)
{
	static char many[2][60000];

	is_str(diff("a\nb\n", "a\nb\n"), "", "the same");
	is_str(diff("", ""), "", "nothing");
	is_str(diff("a\nb\nc\n", "a\nx\nc\n"), "@1\n a\n-b\n+x\n c\n", "a line replaced");
	is_str(diff("a", "a\nb"), "@1\n a\n+b\n", "a line added at the end");
	is_str(diff("", "a\n"), "@1\n+a\n", "from nothing");
	is_str(diff("1\n2\n3\n4\n5\n6\n7\n8\n9\n", "1\n2\n3\n4\n5\n6\n7\n8\n9\nz\n"), "@7\n 7\n 8\n 9\n+z\n",
			"only what is near");
	is_str(diff("a\nb\nc\nd\n", "b\nx\nd\n"), "@1\n-a\n b\n-c\n+x\n d\n", "the longest that is common");
	for (int i = 0; i < 20000; i++)
		memcpy(many[0] + 2 * i, "a\n", 2), memcpy(many[1] + 2 * i, "b\n", 2);
	script_diff(many[0], many[1], tell, NULL);
	ok(true, "texts that are too long to compare");
}

int main(void)
{
	test_guard();
	test_diff();
	return tap_done();
}
