/*
 * test_definition.c - which statements may have changed a table: in doubt, all.
 */
#include "source/server/mysql_definition.h"
#include "tests/tap.h"

static void changes(const char *table, const char *statement, bool want)
{
	struct table_place at = { .db = "shop", .table = table };

	ok(mysql_definition_may_change(&at, statement) == want, "%s, %s: %s", table, statement, want ? "may" : "no");
}

int main(void)
{
	changes("orders", "BEGIN", false);
	changes("orders", "XA START X'61',X'',1", false);
	changes("orders", "use `shop`; ALTER TABLE customers ADD a INT", false);
	changes("orders", "use `shop`; ALTER TABLE ORDERS ADD a INT", true);
	changes("orders", "use `x`; RENAME TABLE a TO shop.orders", true);
	changes("orders", "DROP DATABASE shop", true);
	changes("orders", "use `x`; CREATE TABLE orders_old (a INT)", true);
	changes("or der", "use `x`; CREATE TABLE t (a INT)", true);
	changes("\xc3\xa9t\xc3\xa9", "use `x`; CREATE TABLE t (a INT)", true);
	return tap_done();
}
