/*
 * test_mysql_fill.c - what snapshots beside the stream are made of, without a server: the plan as text and back, renames
 * that the stream tells of, keys of row images, signals, conditions that must stay one condition.
 */
#include "core/buf.h"
#include "source/incremental/mysql_fill.h"
#include "source/incremental/mysql_fill_keys.h"
#include "source/incremental/mysql_fill_order.h"
#include "source/incremental/mysql_fill_plan.h"
#include "tests/tap.h"

/* ---- the plan ---- */

static void print_is(const struct fill_plan *p, const char *want, const char *name)
{
	struct buf b;

	buf_init(&b, FILL_PLAN_MAX);
	fill_plan_print(p, &b);
	is_str(b.data, want, "%s", name);
	buf_done(&b);
}

static void test_plan(void)
{
	static const char text[] =
			"{\"paused\":true,\"mark\":\"17\",\"different\":[{\"db\":\"a\",\"table\":\"x\",\"why\":\"DROP\"},"
			"{\"db\":\"a\",\"table\":\"y\",\"why\":\"f\",\"again\":true}],\"tables\":[{\"db\":\"a\",\"table\":\"b\\\"c\",\"where\":\"x < 'ä'\","
			"\"bound\":\"12,x6162\",\"id\":\"s1\",\"rows\":18446744073709551615,\"total\":7,\"fresh\":true,\"first\":true},"
			"{\"db\":\"a\",\"table\":\"d\",\"gone\":\"1,x61;2,x\",\"rows\":0,\"total\":0,\"truncate\":true,\"emptied\":true,\"touched\":true}]}";
	static const char *const broken[] = {
		"",
		"{",
		"[]",
		"{\"tables\":[{\"db\":\"a\"}]}",
		"{\"tables\":[{\"db\":\"a\",\"table\":1}]}",
		"{\"tables\":[{\"db\":\"a\",\"table\":\"b\",\"later\":1}]}",
		"{\"paused\":1}",
		"{\"paused\":false,\"tables\":[]}x",
	};
	struct fill_plan p, copy;
	struct fill_table again = { .db = "a", .name = "d", .gone = "1,x61;2,x", .total = 9 };
	struct err err = { 0 };

	fill_plan_init(&p);
	fill_plan_init(&copy);
	is_int(fill_plan_parse(&p, text, &err), 0, "a plan is read");
	print_is(&p, text, "and printed as it was");
	ok(fill_plan_find(&p, "a", "d") == &p.items[1] && fill_plan_find(&p, "a", "e") == NULL, "tables are found");
	for (size_t i = 0; i < sizeof(broken) / sizeof(*broken); i++)
		is_int(fill_plan_parse(&p, broken[i], &err), -1, "refused: %s", broken[i]);
	print_is(&p, text, "what is refused changes nothing");
	is_int(fill_plan_parse(&copy, text, &err), 0, "another is read");
	fill_plan_add(&p, &again);
	is_int(p.count, 2, "a table that waits is not read twice");
	is_int(p.items[1].total, 9, "it begins anew");
	again.gone = NULL;
	again.where = "n = 1";
	fill_plan_add(&p, &again);
	is_int(p.count, 3, "with another condition it is another order");
	fill_plan_put_last(&p);
	ok(strcmp(p.items[0].name, "d") == 0 && strcmp(p.items[2].name, "b\"c") == 0,
			"the first one is put behind the others");
	fill_plan_remove(&p, 2);
	is_str(p.items[0].name, "d", "one goes");
	print_is(&copy, text, "the other stays as it is");
	ok(fill_plan_differs(&copy, "a", "y", "g")->again && copy.ndifferent == 2, "a table differs once");
	fill_plan_equals(&copy, "a", "x");
	fill_plan_equals(&copy, "a", "x");
	is_int(copy.ndifferent, 1, "and is equal again");
	fill_plan_done(&p);
	fill_plan_done(&copy);
}

/* ---- renames ---- */

#define WAITS(name) "{\"db\":\"d\",\"table\":\"" name "\",\"rows\":0,\"total\":9}"
#define HALF(name) "{\"db\":\"d\",\"table\":\"" name "\",\"bound\":\"12\",\"rows\":5,\"total\":9}"
#define PLAN(tables) "{\"paused\":false,\"tables\":[" tables "]}"
#define RENAME(from, to) \
	{ \
		.type = 'A', .previous_db = "d", .previous_table = from, .db = "d", .table = to \
	}

static void renamed(const char *plan, struct ddl_table *tables, unsigned n, const char *want, const char *name)
{
	char pattern[] = "d.[a-z]*", *patterns[] = { pattern };
	struct mysql_conf conf = { .table_include = { .items = patterns, .count = 1 } };
	struct err err = { 0 };
	struct fill_setup setup = { .conf = &conf, .filter = mysql_filter_new(&conf, &err) };
	struct ddl_change ddl = { .db = "d", .table = tables, .ntables = n };
	struct mysql_fill *f = mysql_fill_new();
	struct batch *b = batch_new();
	struct change *c = batch_add_change(b);

	c->op = CHANGE_DDL;
	c->ddl = &ddl;
	mysql_fill_setup(f, &setup);
	mysql_fill_restore(f, plan, &err);
	mysql_fill_note(f, b);
	is_str(mysql_fill_progress(f), want, "%s", name);
	batch_free(b);
	mysql_fill_free(f);
	mysql_filter_free((struct mysql_filter *)setup.filter);
}

static void test_renames(void)
{
	static struct ddl_table plain[] = { RENAME("a", "b") }, out[] = { RENAME("a", "not captured 1") };
	static struct ddl_table chain[] = { RENAME("a", "b"), RENAME("b", "c") };
	static struct ddl_table swap[] = { RENAME("a", "old"), RENAME("copy", "a") };

	renamed(PLAN(WAITS("a")), plain, 1, PLAN(WAITS("b")), "a table that waits has its new name");
	renamed(PLAN(HALF("a")), plain, 1, PLAN(WAITS("b")), "one that was read in part begins anew under it");
	renamed(PLAN(HALF("x")), plain, 1, PLAN(HALF("x")), "others stay");
	renamed(PLAN(HALF("a")), out, 1, PLAN(HALF("a")), "a name that is not captured is not followed");
	renamed(PLAN(HALF("a")), chain, 2, PLAN(WAITS("c")), "two renames of one table");
	renamed(PLAN(HALF("a")), swap, 2, PLAN(WAITS("a")), "a swap: the name keeps its snapshot, of the other table");
	renamed(PLAN(HALF("a") "," WAITS("copy")), swap, 2, PLAN(WAITS("a")), "which is read once");
}

/* ---- keys ---- */

static void test_keys(void)
{
	static const struct column columns[] = {
		{ .name = "a", .type = COL_INT },
		{ .name = "b", .type = COL_VARCHAR },
		{ .name = "c", .type = COL_INT },
	};
	static const char *const key[] = { "a", "b" };
	struct schema *s = schema_new("db", "t");
	struct value row[3] = { value_int(1), value_text("x", 1), value_int(9) };
	struct value absent[3] = { value_int(2), { .kind = VALUE_ABSENT }, { .kind = VALUE_ABSENT } };
	struct value joined[3] = { value_int(2), value_text("x", 1), value_int(0) };
	struct value other[3] = { value_int(1), value_text("xx", 2), value_int(9) };
	struct fill_keys k;
	bool all = true;

	for (int i = 0; i < 3; i++)
		schema_add_column(s, &columns[i]);
	schema_set_key(s, key, 2);
	fill_keys_init(&k, 1 << 20);
	ok(!fill_keys_has(&k, s, row), "nothing is in an empty set");
	ok(fill_keys_add(&k, s, row, NULL) && fill_keys_has(&k, s, row), "a key is found again");
	ok(!fill_keys_has(&k, s, other), "another one is not");
	row[2] = value_int(10);
	ok(fill_keys_has(&k, s, row), "other columns do not count");
	ok(!fill_keys_add(&k, s, absent, NULL), "half a key is none");
	ok(fill_keys_add(&k, s, absent, row) && fill_keys_has(&k, s, joined),
			"what an image leaves out is in the other one");
	for (int i = 0; i < 5000; i++) {
		row[0] = value_int(i * 7);
		fill_keys_add(&k, s, row, NULL);
	}
	for (int i = 0; i < 5000; i++) {
		row[0] = value_int(i * 7);
		all &= fill_keys_has(&k, s, row);
		row[0] = value_int(i * 7 + 3);
		all &= !fill_keys_has(&k, s, row);
	}
	ok(all && !k.full, "five thousand keys, and none by mistake");
	for (int i = 0; i < 100000 && !k.full; i++) {
		row[0] = value_int(1000000 + i);
		fill_keys_add(&k, s, row, NULL);
	}
	ok(k.full, "it says when it is full");
	fill_keys_clear(&k);
	ok(!k.full && !fill_keys_has(&k, s, joined), "cleared");
	fill_keys_done(&k);
	schema_unref(s);
}

/* ---- signals ---- */

static void refused(const char *type, const char *data, const char *part)
{
	struct err err = { 0 };
	struct fill_order o;

	is_int(fill_order_from_signal(&o, "s", type, data, &err), -1, "refused: %s %s", type ? type : "(null)",
			data ? data : "");
	ok(strstr(err.msg, part) != NULL, "and says why: %s", err.msg);
}

static void test_signals(void)
{
	static const char message[] =
			"{\"id\":\"k1\",\"type\":\"stop-snapshot\",\"data\":{\"data-collections\":[\"a.b\"],\"type\":\"INCREMENTAL\"}}";
	struct err err = { 0 };
	struct fill_order o;

	is_int(fill_order_from_signal(&o, "s1", "execute-snapshot",
			       "{\"type\":\"blocking\",\"data-collections\":[\"a.b\",\"a\\\\.c.*\"],\"surrogate-key\":\"x\","
			       "\"additional-conditions\":[{\"data-collection\":\"a.b\",\"filter\":\"id > 5\"}]}",
			       &err),
			0, "execute-snapshot");
	is_int(o.action, ORDER_START, "is a start");
	is_int(o.tables.count, 2, "of two names");
	is_str(o.tables.items[1], "a\\.c.*", "as they were written");
	is_str(o.conditions[0].where, "id > 5", "with a condition");
	is_str(o.conditions[0].table, "a.b", "of one table");
	ok(o.message != NULL, "what is passed over is told");
	fill_order_done(&o);
	is_int(fill_order_from_message(&o, message, strlen(message), &err), 0, "a message of the topic");
	is_int(o.action, ORDER_STOP, "is a stop");
	is_str(o.id, "k1", "with its id");
	fill_order_done(&o);
	is_int(fill_order_from_signal(&o, "s2", "log", "{\"message\":\"at offset {}\"}", &err), 0, "log");
	is_str(o.message, "at offset {}", "its text");
	fill_order_done(&o);
	is_int(fill_order_from_signal(&o, "s3", "pause-snapshot", NULL, &err), 0, "pause-snapshot without data");
	fill_order_done(&o);
	refused("execute-snapshop", "{}", "not known");
	refused(NULL, "{}", "not known");
	refused("execute-snapshot", "{\"data-collections\":\"a.b\"}", "data-collections");
	refused("execute-snapshot", "{\"type\":\"other\"}", "incremental or blocking");
	refused("execute-snapshot", "{\"data-collections\":[\"a.b\"]", "JSON");
	refused("execute-snapshot", "{\"data-collectionz\":[]}", "not known");
	is_int(fill_order_from_message(&o, "nonsense", 8, &err), -1, "a message that is no JSON");
	is_int(fill_order_from_message(&o, "{\"id\":\"a\"}", 10, &err), -1, "a message without a type");
}

static void test_conditions(void)
{
	static const char *const good[] = { "id < 5", "a = 'it''s' AND (b = 1 OR c IN (2, 3))",
		"t = '-- no; comment #'", "`we-ird;` = \"x\\\"y\"" };
	static const char *const bad[] = { "", "  ", "id = 1) OR (1 = 1", "a = 'x", "a = 1; DROP TABLE t", "a = 1 -- b",
		"a /* b */ = 1", "a = 1 # b", "(a = 1" };
	struct err err = { 0 };

	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++)
		is_int(fill_where_check(good[i], &err), 0, "a condition: %s", good[i]);
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		is_int(fill_where_check(bad[i], &err), -1, "none: '%s'", bad[i]);
}

int main(void)
{
	test_plan();
	test_renames();
	test_keys();
	test_signals();
	test_conditions();
	return tap_done();
}
