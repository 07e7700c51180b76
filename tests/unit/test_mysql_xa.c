/*
 * test_mysql_xa.c - events kept by XA id: found again by COMMIT and ROLLBACK, forgotten, bounded, and their GTIDs left
 * out of the position.
 */
#include <string.h>

#include "source/stream/mysql_xa.h"
#include "tests/tap.h"

static struct gtid_set set;

static struct gtid gtid_of(int64_t gno)
{
	struct gtid g = { .gno = gno };

	memset(g.source.uuid, 7, sizeof(g.source.uuid));
	return g;
}

static void start(struct mysql_xa *x, const char *sql, int64_t gno)
{
	struct gtid g = gtid_of(gno);

	mysql_xa_start(x, sql, strlen(sql), &g, "txn", 4);
	gtid_set_add(&set, &g);
}

static struct xa_txn *find(const struct mysql_xa *x, const char *sql)
{
	return mysql_xa_find(x, sql, strlen(sql));
}

static void test_ids(void)
{
	struct gtid first = gtid_of(1), second = gtid_of(2);
	struct mysql_xa x = { 0 };

	start(&x, "XA START X'61',X'',1", 1);
	x.open = NULL;
	start(&x, "XA START X'61',X'62',1", 2);
	x.open = NULL;
	ok(find(&x, "XA COMMIT X'63',X'',1") == NULL, "another id is not found");
	ok(find(&x, "XA ROLLBACK X'61',X'62',1") == x.items[1], "a branch is its own");
	ok(find(&x, "XA COMMIT X'61',X'',1 ONE PHASE") == x.items[0], "what follows the id does not count");
	is_str(x.items[0]->txn, "txn", "what the caller knows is copied");
	mysql_xa_leave_out(&x, &set);
	ok(!gtid_set_contains(&set, &first) && !gtid_set_contains(&set, &second), "kept GTIDs are left out");
	gtid_set_add(&set, &first);
	mysql_xa_forget(&x, x.items[0]);
	mysql_xa_leave_out(&x, &set);
	ok(gtid_set_contains(&set, &first), "those of a forgotten one are not");
	ok(find(&x, "XA COMMIT X'61',X'',1") == NULL && x.count == 1, "it is gone, the other is not");
	mysql_xa_done(&x);
}

static void test_events(void)
{
	static uint8_t body[1 << 20];
	struct event e = { .header = { .type = EVENT_WRITE_ROWS }, .body = (const uint8_t *)"rows", .len = 4 };
	struct mysql_xa x = { 0 };
	int kept = 0;

	start(&x, "XA START X'64',X'',1", 3);
	ok(mysql_xa_keep(&x, &e, "binlog.000001", 100, 200), "an event is kept");
	e.body = (const uint8_t *)"more";
	ok(mysql_xa_keep(&x, &e, "binlog.000001", 200, 300), "and another");
	ok(memcmp(x.open->bytes.data + x.open->events[1].at, "more", 4) == 0 && x.open->events[1].pos == 200,
			"with its bytes and its place");
	e = (struct event){ .header = e.header, .body = body, .len = sizeof(body) };
	while (mysql_xa_keep(&x, &e, "binlog.000001", 300, 400))
		kept++;
	is_int(kept, XA_KEPT_MAX / (1 << 20) - 1, "there is a ceiling");
	mysql_xa_forget(&x, x.open);
	ok(x.open == NULL && x.bytes == 0 && x.count == 0, "nothing is left");
	mysql_xa_done(&x);
}

int main(void)
{
	gtid_set_init(&set);
	test_ids();
	test_events();
	gtid_set_done(&set);
	return tap_done();
}
