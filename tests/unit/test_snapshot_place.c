/* test_snapshot_place.c - the place of a snapshot as text and back, and the settings that name statements. */
#include "source/snapshot/mysql_snapshot.h"
#include "tests/tap.h"

static void check_back(struct snapshot_place p, const char *want)
{
	struct snapshot_place back;
	struct buf text;

	buf_init(&text, 1 << 20);
	snapshot_place_print(&p, &text);
	is_str(text.data, want, "printed");
	ok(snapshot_place_parse(&back, text.data), "is read back");
	is_str(back.db, p.db, "db");
	is_str(back.table, p.table, "table");
	is_str(back.bound, p.bound, "bound");
	is_int(back.begun, p.begun, "begun");
	snapshot_place_done(&back);
	buf_done(&text);
}

static void test_place(void)
{
	static const char *const bad[] = { "", "{}", "[]", "{\"tables\":[]}", "{\"initial\":{}}",
		"{\"initial\":{\"db\":\"a\"}}", "{\"initial\":{\"db\":\"a\",\"table\":7}}",
		"{\"initial\":{\"db\":\"a\",\"db\":\"b\",\"table\":\"c\"}}",
		"{\"initial\":{\"db\":\"a\",\"table\":\"c\",\"more\":1}}",
		"{\"initial\":{\"db\":\"a\",\"table\":\"c\"}", "{\"initial\":{\"db\":\"a\",\"table\":\"c\"},\"x\":1}" };
	struct snapshot_place back;

	check_back((struct snapshot_place){ .db = (char *)"d\"b", .table = (char *)"t" },
			"{\"initial\":{\"db\":\"d\\\"b\",\"table\":\"t\"}}");
	check_back(
			(struct snapshot_place){
					.db = (char *)"d",
					.table = (char *)"t",
					.bound = (char *)"1,x61",
					.begun = true,
			},
			"{\"initial\":{\"db\":\"d\",\"table\":\"t\",\"bound\":\"1,x61\",\"begun\":true}}");
	check_back((struct snapshot_place){ .db = (char *)"d", .table = (char *)"t", .begun = true },
			"{\"initial\":{\"db\":\"d\",\"table\":\"t\",\"begun\":true}}");
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		ok(!snapshot_place_parse(&back, bad[i]), "no place: %s", bad[i]);
}

static void test_wishes(void)
{
	static char *tables[] = { (char *)"d.t" };
	static struct conf_pair statement = {
		.key = (char *)"snapshot.select.statement.overrides.d.t",
		.value = (char *)"SELECT * FROM d.t WHERE a = 1",
	};
	struct mysql_conf conf = { .snapshot_overrides = { tables, 1 } };
	struct err err = { 0 };

	is_int(snapshot_wish_check(&conf, &err), -1, "a table without its statement: %s", err.msg);
	is_int(err.kind, ERR_CONFIG, "is a mistake in the configuration");
	conf.snapshot_statements.items = &statement;
	conf.snapshot_statements.count = 1;
	is_int(snapshot_wish_check(&conf, &err), 0, "both agree");
	is_str(snapshot_wish_of(&conf, "d", "t").statement, "SELECT * FROM d.t WHERE a = 1",
			"the statement of the table");
	is_str(snapshot_wish_of(&conf, "d", "T").statement, NULL, "not of another");
	conf.snapshot_overrides.count = 0;
	is_int(snapshot_wish_check(&conf, &err), -1, "a statement whose table is not named: %s", err.msg);
}

int main(void)
{
	test_place();
	test_wishes();
	return tap_done();
}
