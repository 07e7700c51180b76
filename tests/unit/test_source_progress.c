/*
 * test_source_progress.c - the tables of a snapshot beside the stream, as somebody sees them while the plan moves: done
 * in their order, given up, stopped by a person, renamed, begun again; and ten thousand of them.
 */
#include "core/clock.h"
#include "source/incremental/mysql_fill_parts.h"
#include "source/source_progress.h"
#include "tests/tap.h"

#include <stdlib.h>

static struct mysql_fill *fill;
static struct source_progress progress;

static void plan(const char *name)
{
	struct fill_table t = { .db = "d", .name = (char *)name, .total = 100 };

	fill_plan_add(mysql_fill_plan(fill), &t);
}

static void look(void)
{
	struct source_fill_status now;

	mysql_fill_status(fill, &now);
	source_progress_fill(&progress, fill, &now);
}

/* "a:done b:running": what stands in the list. */
static void list_is(const char *want, const char *name)
{
	static const char *const states[] = {
		[READING_WAITS] = "waiting",
		[READING_RUNS] = "running",
		[READING_DONE] = "done",
		[READING_ENDED] = "ended",
	};
	char text[512] = "";
	size_t len = 0;

	look();
	for (size_t i = 0; i < progress.count; i++)
		len += (size_t)snprintf(text + len, sizeof(text) - len, "%s%s:%s", i ? " " : "",
				progress.items[i].table, states[progress.items[i].state]);
	is_str(text, want, "%s", name);
}

static void begin_reading(uint64_t rows)
{
	fill->started_us = clock_mono_us() - 1000000;
	fill_current(fill)->rows = rows;
}

static void test_tables(void)
{
	list_is("", "nothing is planned");
	plan("a");
	plan("b");
	plan("c");
	list_is("a:waiting b:waiting c:waiting", "what is planned waits");
	begin_reading(50);
	list_is("a:running b:waiting c:waiting", "the first one is read");
	is_int(progress.items[0].rows, 50, "with its rows");
	ok(progress.items[0].rows_per_s > 0 && progress.items[0].rows_per_s < 51, "and its speed");
	fill_current(fill)->rows = 99;
	fill_next_table(fill, true);
	list_is("a:done b:waiting c:waiting", "done");
	is_int(progress.items[0].rows, 99, "all its rows are counted");
	fill_next_table(fill, false);
	plan("e");
	list_is("a:done b:ended c:waiting e:waiting", "one is given up, and another is ordered in the same step");
	fill_plan_remove(mysql_fill_plan(fill), 0);
	list_is("a:done b:ended e:waiting", "one is stopped");
	begin_reading(1);
	fill_next_table(fill, true);
	list_is("a:done b:ended e:done", "the last one");
	plan("z");
	list_is("z:waiting", "the next snapshot begins with an empty list");
}

static void test_two_in_one_step(void)
{
	plan("y");
	plan("x");
	look();
	fill_next_table(fill, true);
	fill_next_table(fill, true);
	list_is("x:waiting", "more than one ended between two looks: what is planned is right");
	fill_next_table(fill, true);
	list_is("x:done", "and goes on");
}

static void test_many(void)
{
	char name[16];

	for (int i = 0; i < 10000; i++) {
		snprintf(name, sizeof(name), "t%d", i);
		plan(name);
	}
	look();
	is_int(progress.count, 10000, "ten thousand tables");
	is_int(progress.items[9999].total, 100, "with their estimates");
	ok(sizeof(*progress.items) < 100, "in less than 100 bytes each");
	for (int i = 0; i < 9000; i++) {
		fill_next_table(fill, true);
		look();
	}
	is_int(progress.at, 9000, "9,000 are done");
	is_int(progress.count, 10000, "and all are there");
	source_progress_clear(&progress);
	look();
	is_int(progress.count, 1000, "after a rewind the list is what is planned");
}

int main(void)
{
	fill = mysql_fill_new();
	test_tables();
	test_two_in_one_step();
	test_many();
	source_progress_done(&progress);
	mysql_fill_free(fill);
	return tap_done();
}
