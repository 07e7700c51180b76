/*
 * test_source_past.c - which statements of a schema history lie before a position: by the statement's own GTID, by the
 * set that Debezium writes, by file and place.
 */
#include "source/source.h"
#include "tests/tap.h"

#define A "11111111-1111-1111-1111-111111111111"

static struct position at(const char *gtids, const char *file, uint64_t pos, bool snapshot)
{
	struct position p = { .gtids = (char *)gtids, .pos = pos, .snapshot = snapshot };

	snprintf(p.file, sizeof(p.file), "%s", file);
	return p;
}

static void has(const struct position *until, const struct position *statement, const char *gtid, bool want,
		const char *what)
{
	struct err err = { 0 };
	struct source_past *p = source_past_new(until, &err);

	ok(p && source_past_has(p, statement, gtid) == want, "%s: %s", what, want ? "before" : "after");
	source_past_free(p);
}

static void test_own_gtid(void)
{
	struct position until = at(A ":1-10", "b.000002", 500, false);
	struct position elsewhere = at(A ":1-99", "b.000009", 4, false);

	has(&until, &elsewhere, A ":10", true, "a GTID of the position, from another server's file");
	has(&until, &elsewhere, A ":11", false, "the next one");
	has(&until, &elsewhere, "x", false, "no GTID at all");
}

static void test_set_before(void)
{
	struct position until = at(A ":1-10", "b.000002", 500, false), statement = at(A ":1-9", "b.000002", 100, false);

	has(&until, &statement, NULL, true, "the set before it is smaller");
	statement.gtids = A ":1-10";
	has(&until, &statement, NULL, false, "the set before it is the position's");
	statement.snapshot = true;
	has(&until, &statement, NULL, true, "but of a snapshot at that position");
	statement.snapshot = false;
	statement.gtids = A ":1-11";
	has(&until, &statement, NULL, false, "the set before it is larger");
	statement.gtids = "22222222-2222-2222-2222-222222222222:1";
	has(&until, &statement, NULL, false, "the set before it is another");
}

static void test_places(void)
{
	struct position until = at(NULL, "b.000002", 500, false), statement = at(NULL, "b.000002", 499, false);

	has(&until, &statement, NULL, true, "an earlier place");
	statement.pos = 500;
	has(&until, &statement, NULL, false, "the same place, which is read again");
	statement.snapshot = true;
	has(&until, &statement, NULL, true, "the same place, of a snapshot");
	statement = at(NULL, "b.999999", 4, false);
	until = at(NULL, "b.1000000", 4, false);
	has(&until, &statement, NULL, true, "an earlier file, with a shorter name");
	has(&statement, &until, NULL, false, "a later file");
	until.snapshot = true;
	has(&until, &statement, NULL, true, "a snapshot that did not end has read all there is");
}

int main(void)
{
	test_own_gtid();
	test_set_before();
	test_places();
	return tap_done();
}
