/* test_complete.c - samples of where the log ended, and which of them a load has reached. */
#include "tests/tap.h"

#include <string.h>

#include "engine/status/complete.h"

static struct status_partition parts[4];
static const char *tables[4] = { "d.a", "d.a", "d.b", NULL };

static void set(size_t i, const char *topic, int32_t id, int64_t low, int64_t high, int64_t committed)
{
	snprintf(parts[i].topic, sizeof(parts[i].topic), "%s", topic);
	parts[i].id = id;
	parts[i].low = low;
	parts[i].high = high;
	parts[i].committed = committed;
}

static void ends(int64_t a0, int64_t a1, int64_t b)
{
	parts[0].high = a0;
	parts[1].high = a1;
	parts[2].high = b;
}

static const char *reached(const struct complete *c)
{
	static char text[100];
	uint64_t n[4];

	complete_reached(c, parts, tables, 4, n);
	snprintf(text, sizeof(text), "%d %d %d %d", (int)n[0], (int)n[1], (int)n[2], (int)n[3]);
	return text;
}

int main(void)
{
	struct complete *c = complete_new();
	const char *gtid;

	set(0, "p.d.a", 0, 0, 10, -1);
	set(1, "p.d.a", 1, 0, 0, -1);
	set(2, "p.d.b", 0, 5, 5, -1);
	set(3, "zz", 0, 0, 99, -1);
	is_str(reached(c), "0 0 0 0", "without a sample nothing is reached");
	is_int(complete_us(c, 9, &gtid), 0, "and nothing is known");
	is_int(complete_sample(c, 1000, "u:1-5", parts, tables, 4), 1, "the first sample");
	is_str(reached(c), "0 1 1 0", "empty partitions are reached, others are not; internal topics do not count");
	parts[0].committed = 9;
	is_str(reached(c), "0 1 1 0", "one message is missing");
	parts[0].committed = 10;
	is_str(reached(c), "1 1 1 0", "it is loaded");
	is_int(complete_us(c, 1, &gtid), 1000, "up to then");
	is_str(gtid, "u:1-5", "with its GTIDs");
	ends(20, 3, 5);
	complete_sample(c, 2000, NULL, parts, tables, 4);
	is_str(reached(c), "1 1 2 0", "the next one is not, where rows have come");
	parts[1].committed = 3;
	is_str(reached(c), "1 2 2 0", "each partition for itself");
	parts[0].low = 20;
	is_str(reached(c), "2 2 2 0", "what was removed will not be loaded");
	parts[0].low = 0;
	ends(4, 3, 5);
	is_str(reached(c), "2 2 2 0", "nor what was in a topic that was made again");
	ends(20, 3, 5);

	/* A load that is late for long: the oldest samples stay. */
	for (int i = 0; i < 1000; i++) {
		ends(100 + i, 3, 5);
		complete_sample(c, 3000 + i, NULL, parts, tables, 4);
	}
	parts[0].committed = 10;
	is_int(complete_us(c, 1, &gtid), 1000, "the oldest sample is still there");
	parts[0].committed = 1099;
	is_int(complete_us(c, complete_newest(c), &gtid), 3999, "and the newest");
	is_str(reached(c), "1002 1002 1002 0", "numbers rise");
	is_int(complete_next(c), 1003, "the next number");

	/* A partition that a sample does not know has nothing older than the sample. */
	tables[3] = "d.c";
	is_str(reached(c), "1002 1002 1002 1002", "a new topic");
	complete_free(c);

	/* It goes up and down by a look and a load: one limit to become late, a lower one to be so no more. */
	ok(!complete_is_late(false, 13900, 2000, 0), "as old as looks make it: calm");
	ok(complete_is_late(false, 14100, 2000, 0), "older than that: late");
	ok(complete_is_late(true, 7100, 2000, 0) && !complete_is_late(true, 6900, 2000, 0), "until it is well below");
	ok(!complete_is_late(false, 29000, 2000, 10000), "a long load.interval is no delay");
	ok(complete_is_late(false, 35000, 2000, 10000), "but a multiple of it is");
	return tap_done();
}
