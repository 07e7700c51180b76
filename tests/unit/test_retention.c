/* test_retention.c - when a snapshot and what the server keeps of its binlog do not fit together. */
#include "source/snapshot/mysql_retention.h"
#include "tests/tap.h"

int main(void)
{
	const int64_t hour_ms = 3600 * 1000;
	struct retention r = { .keeps_ms = 2 * hour_ms };
	char why[300] = "";

	ok(!retention_is_short(-1, UINT64_MAX / 2, why, sizeof(why)), "a binlog that is kept for ever is long enough");
	ok(!retention_is_short(24 * hour_ms, 1000000000, why, sizeof(why)), "a day, for three hours of reading");
	ok(retention_is_short(2 * hour_ms, 1000000000, why, sizeof(why)), "two hours are too short: %s", why);

	retention_weigh(&r, hour_ms / 10, -1);
	is_str(r.said, "", "nothing is known yet");
	retention_weigh(&r, hour_ms / 10, hour_ms);
	is_str(r.said, "", "it will be done in time");
	retention_weigh(&r, hour_ms, hour_ms);
	ok(r.said[0] != '\0', "it will not: %s", r.said);
	r.said[0] = '\0';
	retention_weigh(&r, hour_ms, hour_ms);
	is_str(r.said, "", "said once");
	r = (struct retention){ .keeps_ms = -1 };
	retention_weigh(&r, hour_ms, 1000 * hour_ms);
	is_str(r.said, "", "no limit, no warning");
	return tap_done();
}
