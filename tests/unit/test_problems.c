/* test_problems.c - the list of what is wrong: what is raised lasts, what is only seen ends by itself, the worst come first. */
#include "tests/tap.h"

#include <string.h>

#include "core/clock.h"
#include "engine/status/problem_left.h"

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
	ok(problem_any(p, PROBLEM_TABLE_DIFFERENT) && !problem_any(p, PROBLEM_TABLE_PAUSED),
			"is there one of any subject");
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

/* What ended is remembered, so that what comes again is told as such. */
static void test_again(void)
{
	struct problems *p = problems_new();
	struct status_problem *copy;
	struct problem_past *past;
	size_t n;

	for (int i = 0; i < 200; i++) {
		problem_raise(p, PROBLEM_TABLE_STOPPED, i < 198 ? "db.other" : "db.t", "%d", i);
		problem_clear(p, PROBLEM_TABLE_STOPPED, i < 198 ? "db.other" : "db.t");
	}
	problem_raise(p, PROBLEM_TABLE_STOPPED, "db.t", "again");
	copy = problems_copy(p, &n);
	is_int(copy[0].times, 2, "how often it was there before");
	is_int(copy[0].acknowledged_us, 0, "nobody knows of it yet");
	free(copy);
	problem_acknowledge(p, "table-stopped", "db.t", "ann");
	copy = problems_copy(p, &n);
	ok(copy[0].acknowledged_us >= copy[0].since_us, "now somebody does, and since when");
	free(copy);
	past = problems_past(p, &n);
	ok(n < 200 && n > 100, "the last ones are remembered: %zu", n);
	is_str(past[n - 1].subject, "db.t", "the newest last");
	ok(past[n - 1].ended_us >= past[n - 1].since_us, "with when it ended");
	free(past);
	problems_free(p);
}

static int64_t left(const struct problem_facts *f, const struct status *s, enum problem_code code, const char *subject,
		const char **limit)
{
	const struct problem_kind *k = problem_kind(code);
	struct status_problem p = { .code = k->name, .kind = k->subject, .since_us = s->wall_us - 60000000 };

	snprintf(p.subject, sizeof(p.subject), "%s", subject);
	problem_left(f, s, &p);
	*limit = p.limit;
	return p.left_ms;
}

static void test_left(void)
{
	struct status_table tables[2] = { { .name = "db.t", .lag_rows = 5, .lag_ms = 90000 },
		{ .name = "db.quiet", .lag_rows = 0, .lag_ms = 0 } };
	struct status s = { .wall_us = 1000000000000, .tables = tables, .ntables = 2 };
	struct problem_facts f = { .binlog_ms = 3600000, .log_ms = 600000, .disk.left = -1, .unloaded.left = -1 };
	const char *limit;

	s.capture.lag_ms = s.load.lag_ms = -1;
	is_int(left(&f, &s, PROBLEM_CAPTURE_PAUSED, "capture", &limit), 3540000,
			"the binlog, less how long nothing is read");
	ok(strstr(limit, "MySQL") != NULL, "said as what it is: %s", limit);
	is_int(left(&f, &s, PROBLEM_TABLE_PAUSED, "db.t", &limit), 510000,
			"Kafka's retention, less the age of what waits");
	is_int(left(&f, &s, PROBLEM_TABLE_PAUSED, "db.quiet", &limit), -1, "nothing waits");
	is_str(limit, "", "so nothing runs out");
	is_int(left(&f, &s, PROBLEM_SECRET_READABLE, "x.conf", &limit), -1, "no clock runs against a file");
	f.log_ms = 0;
	is_int(left(&f, &s, PROBLEM_TABLE_PAUSED, "db.t", &limit), -1, "a topic that was not asked yet");
	ok(limit[0] != '\0', "though its messages do not stay for ever");
	f.log_ms = -1;
	left(&f, &s, PROBLEM_TABLE_PAUSED, "db.t", &limit);
	is_str(limit, "", "one whose do");
	f.binlog_ms = -1;
	is_int(left(&f, &s, PROBLEM_CAPTURE_PAUSED, "capture", &limit), -1, "what MySQL has not said is unknown");
	ok(limit[0] != '\0', "though it runs out");
	f.binlog_ms = 0;
	left(&f, &s, PROBLEM_CAPTURE_PAUSED, "capture", &limit);
	is_str(limit, "", "binlog that is kept until somebody purges it");
	f.binlog_ms = 1000;
	is_int(left(&f, &s, PROBLEM_CAPTURE_STOPPED, "capture", &limit), 0, "over is 0, not less");
	is_int(left(&f, &s, PROBLEM_DISK_LOW, "/d", &limit), -1, "a disk of which one figure is known");
	problem_room_note(&f.disk, 10e6, 10);
	problem_room_note(&f.disk, 9e6, 10);
	is_int(left(&f, &s, PROBLEM_DISK_LOW, "/d", &limit), 90000, "a disk, at the rate at which it fills");
	for (int i = 0; i < 100; i++)
		problem_room_note(&f.disk, 9e6 + i * 1e6, 10);
	is_int(left(&f, &s, PROBLEM_DISK_LOW, "/d", &limit), -1, "one that empties is never full");
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
	test_again();
	test_left();
	test_table();
	return tap_done();
}
