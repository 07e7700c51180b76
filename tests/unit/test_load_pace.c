/* test_load_pace.c - the interval of a table that the target calls too fast. */
#include "tests/tap.h"

#include "engine/load/load_parts.h"

enum { SET_MS = 800, MINUTE_US = 60000000 };

static void test_doubles(void)
{
	struct pace p = { 0 };

	is_int(pace_ms(&p, SET_MS), 800, "as it is set");
	ok(!pace_loaded(&p, SET_MS, 10 * (int64_t)MINUTE_US),
			"a table that is not slowed has nothing to come back from");
	pace_refused(&p, SET_MS, 0);
	is_int(pace_ms(&p, SET_MS), 1600, "twice");
	pace_refused(&p, SET_MS, 0);
	is_int(pace_ms(&p, SET_MS), 3200, "and again");
	for (int i = 0; i < 20; i++)
		pace_refused(&p, SET_MS, 0);
	is_int(pace_ms(&p, SET_MS), 60000, "a minute at the most");
	is_int(pace_ms(&p, 90000), 90000, "never faster than it is set");
}

static void test_comes_back(void)
{
	struct pace p = { 0 };
	int64_t now = 0, before;
	int minutes = 0, wrong = 0;

	for (int i = 0; i < 4; i++)
		pace_refused(&p, SET_MS, now);
	ok(!pace_loaded(&p, SET_MS, now + MINUTE_US - 1), "not within a minute");
	is_int(pace_ms(&p, SET_MS), 12800, "nothing has changed");
	for (; p.slow_ms && minutes < 1000; minutes++) {
		before = pace_ms(&p, SET_MS);
		now += MINUTE_US;
		wrong += !pace_loaded(&p, SET_MS, now) || pace_ms(&p, SET_MS) < before * 9 / 10 - 1 ||
				pace_ms(&p, SET_MS) >= before;
		wrong += pace_loaded(&p, SET_MS, now + 1);
	}
	is_int(wrong, 0, "a tenth a minute");
	ok(minutes > 20 && minutes < 40, "from 12.8 s to 0.8 s in %d minutes", minutes);
	is_int(pace_ms(&p, SET_MS), 800, "then as it is set");
}

/* Sixteen sources of one table that have rows all the time: one load an interval, each has its turn, in the order in which they came. */
static void test_shared(void)
{
	enum { SOURCES = 16, ROUNDS = 5 };
	struct load_shared t = { 0 };
	int64_t own[SOURCES] = { 0 }, before = -SET_MS * 1000;
	int wrong = 0;

	for (int round = 0; round < ROUNDS; round++)
		for (int i = 0; i < SOURCES; i++) {
			int64_t at = shared_slot(&t, own[i], SET_MS);

			wrong += at != before + SET_MS * 1000;
			wrong += round > 0 && at - (own[i] - SET_MS * 1000) != SOURCES * SET_MS * 1000;
			own[i] = at + SET_MS * 1000;
			before = at;
		}
	is_int(wrong, 0, "one load an interval, each source has its turn");
	before += 10 * (int64_t)MINUTE_US;
	is_int(shared_slot(&t, before, SET_MS), before, "after a pause the first one need not wait");
	is_int(shared_slot(&t, before + 1, SET_MS), before + SET_MS * 1000, "the second one, one interval");
	is_int(shared_slot(&t, before, 4 * SET_MS), before + 2 * SET_MS * 1000, "one that is slowed has its turn, too");
	is_int(shared_slot(&t, before, SET_MS), before + 6 * SET_MS * 1000, "and the others wait for as long");
}

int main(void)
{
	test_shared();
	test_doubles();
	test_comes_back();
	return tap_done();
}
