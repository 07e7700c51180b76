/* test_problems.c - the list of what is wrong: what is raised lasts, what is only seen ends by itself, the worst come first. */
#include "tests/tap.h"

#include <string.h>

#include "core/clock.h"
#include "engine/status/problems.h"

static size_t count(struct problems *p)
{
	size_t n;

	free(problems_copy(p, &n));
	return n;
}

static void test_raise(void)
{
	struct problems *p = problems_new();
	struct status_problem *copy;
	size_t n;

	problem_raise(p, PROBLEM_TABLE_DIFFERENT, "db.t", "found %d", 1);
	problem_raise(p, PROBLEM_TABLE_DIFFERENT, "db.t", "found \x1b[31m %d", 2);
	problem_raise(p, PROBLEM_DEAD_LETTERS, "x.dead", "one");
	problem_raise(p, PROBLEM_TABLE_DIFFERENT, "db.u", "other");
	copy = problems_copy(p, &n);
	is_int(n, 3, "one for each code and subject");
	is_str(copy[0].subject, "db.t", "errors before warnings, older before newer");
	is_str(copy[2].code, "dead-letters", "warnings last");
	is_str(copy[0].command, "millrace snapshot db.t --truncate", "the command names the subject");
	ok(strchr(copy[0].text, 0x1b) == NULL && strstr(copy[0].text, " 2"), "the newest text, safe to print");
	ok(copy[0].fails && !copy[2].fails, "and whether status fails by it");
	free(copy);
	is_int(problem_acknowledge(p, "table-different", "db.t", "ann"), 0, "one that is there is acknowledged");
	is_int(problem_acknowledge(p, "table-different", "db.x", "ann"), -1, "one that is not there is not");
	copy = problems_copy(p, &n);
	is_str(copy[0].by, "ann", "by whom");
	free(copy);
	problems_sweep(p, clock_mono_us() + 60000000);
	is_int(count(p), 3, "what was raised does not end by itself");
	problem_clear(p, PROBLEM_TABLE_DIFFERENT, "db.t");
	problem_clear(p, PROBLEM_TABLE_DIFFERENT, "db.t");
	ok(!problem_is(p, PROBLEM_TABLE_DIFFERENT, "db.t") && problem_is(p, PROBLEM_TABLE_DIFFERENT, "db.u"),
			"it is cleared by name");
	problems_free(p);
}

static void test_see(void)
{
	struct problems *p = problems_new();
	int64_t now = clock_mono_us();

	problem_see(p, PROBLEM_TABLE_PAUSED, "db.t", "paused");
	problem_see(p, PROBLEM_TABLE_RETRYING, "db.t", "retrying");
	problems_sweep(p, now);
	is_int(count(p), 2, "what was seen since stays");
	problems_sweep(p, clock_mono_us() + 1000);
	ok(!problem_is(p, PROBLEM_TABLE_PAUSED, "db.t"), "a state ends when it is not seen");
	ok(problem_is(p, PROBLEM_TABLE_RETRYING, "db.t"), "what comes and goes stays a while");
	problems_sweep(p, clock_mono_us() + 4000000);
	is_int(count(p), 0, "and ends");
	problem_raise(p, PROBLEM_TABLE_PAUSED, "db.t", "raised");
	problem_see(p, PROBLEM_TABLE_PAUSED, "db.t", "seen");
	problems_sweep(p, clock_mono_us() + 4000000);
	is_int(count(p), 1, "a rule does not end what somebody raised");
	problems_free(p);
}

static void test_table(void)
{
	for (enum problem_code i = 0; i < PROBLEM_COUNT; i++) {
		const struct problem_kind *k = problem_kind(i);

		ok(k->name && k->subject && k->means && k->remedy, "row %d is whole: %s", (int)i,
				k->name ? k->name : "?");
		for (enum problem_code j = 0; j < i; j++)
			if (strcmp(k->name, problem_kind(j)->name) == 0)
				ok(false, "%s is there twice", k->name);
	}
}

int main(void)
{
	test_raise();
	test_see();
	test_table();
	return tap_done();
}
