/* test_mysql_resume.c - which part of its first transaction a stream passes over: same server, another one, Debezium's. */
#include <string.h>

#include "source/stream/mysql_resume.h"
#include "source/stream/mysql_same_binlog.h"
#include "tests/tap.h"

static const char here[] = "8a94f357-aab4-11df-86ab-c80aa9429562", there[] = "9a94f357-aab4-11df-86ab-c80aa9429562";
static const char txn[] = "3e11fa47-71ca-11e1-9e33-c80aa9429562:24";

static struct mysql_resume resume(const char *server, const char *gtid)
{
	struct position p = { .pos = 400, .event = 3, .row = 2, .changes = 9 };
	struct mysql_resume r;
	struct err err = { 0 };

	strcpy(p.file, "binlog.000007");
	strcpy(p.server_uuid, server);
	strcpy(p.gtid, gtid);
	is_int(mysql_resume_init(&r, &p, here, &err), 0, "begins");
	return r;
}

static int begin(struct mysql_resume *r, const char *gtid, uint64_t pos, bool compressed, uint64_t *changes)
{
	struct gtid g = { 0 };
	struct err err = { 0 };

	if (gtid)
		gtid_parse(&g, gtid, &err);
	return mysql_resume_begin(r, &g, "binlog.000007", pos, compressed, changes, &err);
}

static void test_same_server(void)
{
	struct mysql_resume r = resume(here, txn);
	uint64_t changes;

	ok(mysql_resume_holds(&r, 0, 0, 0), "before the transaction the position stays");
	is_int(begin(&r, txn, 400, false, &changes), 0, "the transaction comes");
	is_int(changes, 9, "its changes are counted on");
	ok(mysql_resume_skips_event(&r, 2) && !mysql_resume_skips_event(&r, 3), "three events are passed over");
	is_int(mysql_resume_skips_rows(&r, 3), 2, "and two rows of the fourth");
	is_int(mysql_resume_skips_rows(&r, 4), 0, "and none of the fifth");
	ok(!mysql_resume_skips_change(&r, 0), "by events, not by changes");
	ok(mysql_resume_holds(&r, 3, 1, 9) && !mysql_resume_holds(&r, 3, 2, 9), "then the position moves");
	mysql_resume_end(&r);
	is_int(begin(&r, "3e11fa47-71ca-11e1-9e33-c80aa9429562:25", 900, false, &changes), 0, "the next one");
	ok(!mysql_resume_skips_event(&r, 0) && changes == 0, "is taken whole");
	mysql_resume_done(&r);
	r = resume(here, txn);
	is_int(begin(&r, "3e11fa47-71ca-11e1-9e33-c80aa9429562:25", 400, false, &changes), -1,
			"another one first is refused");
	mysql_resume_done(&r);
	r = resume(here, txn);
	is_int(begin(&r, NULL, 400, false, &changes), 0, "by file and position it comes without its GTID");
	ok(mysql_resume_skips_event(&r, 0), "and is known all the same");
	mysql_resume_done(&r);
}

static void test_another_server(void)
{
	struct mysql_resume r = resume(there, txn);
	uint64_t changes;

	is_int(begin(&r, txn, 99999, true, &changes), 0, "the transaction comes, elsewhere and compressed");
	is_int(changes, 0, "its changes are counted from the first");
	ok(!mysql_resume_skips_event(&r, 0) && mysql_resume_skips_rows(&r, 3) == 0, "events mean nothing");
	ok(mysql_resume_skips_change(&r, 8) && !mysql_resume_skips_change(&r, 9), "nine changes are passed over");
	ok(mysql_resume_holds(&r, 50, 0, 8) && !mysql_resume_holds(&r, 0, 0, 9), "the position stays until then");
	mysql_resume_done(&r);
	r = resume(there, txn);
	is_int(begin(&r, NULL, 400, false, &changes), -1, "without a GTID nothing can be known");
	mysql_resume_done(&r);
}

static void test_debezium(void)
{
	struct mysql_resume r = resume("", "");
	uint64_t changes;

	is_int(begin(&r, txn, 400, false, &changes), 0, "Debezium's position, at its place");
	ok(mysql_resume_skips_event(&r, 2), "is understood");
	mysql_resume_done(&r);
	r = resume("", "");
	is_int(begin(&r, txn, 500, false, &changes), 0, "at another place");
	ok(!mysql_resume_skips_event(&r, 0) && mysql_resume_skips_rows(&r, 3) == 0, "the transaction is taken whole");
	mysql_resume_done(&r);
	r = resume("", "");
	is_int(begin(&r, txn, 400, true, &changes), 0, "in a compressed transaction");
	ok(!mysql_resume_skips_event(&r, 0), "whose rows Debezium counts otherwise: whole");
	mysql_resume_done(&r);
}

/* What stands at the position in the binlog of a server that may have been put back to a backup. */
static void test_same_binlog(void)
{
	struct gtid_set have;
	struct err err = { 0 };

	gtid_set_init(&have);
	gtid_set_parse(&have, "3e11fa47-71ca-11e1-9e33-c80aa9429562:1-24", &err);
	ok(mysql_fits_position(NULL, &have), "nothing yet");
	ok(mysql_fits_position("rotate to binlog.000008;pos=4", &have), "the end of the file");
	ok(mysql_fits_position("SET @@SESSION.GTID_NEXT= '3e11fa47-71ca-11e1-9e33-c80aa9429562:25'", &have),
			"the next one");
	ok(mysql_fits_position("SET @@SESSION.GTID_NEXT= 'ANONYMOUS'", &have), "one without GTID");
	ok(!mysql_fits_position("SET @@SESSION.GTID_NEXT= '3e11fa47-71ca-11e1-9e33-c80aa9429562:24'", &have),
			"one that was captured: another history");
	gtid_set_done(&have);
}

int main(void)
{
	test_same_binlog();
	test_same_server();
	test_another_server();
	test_debezium();
	return tap_done();
}
