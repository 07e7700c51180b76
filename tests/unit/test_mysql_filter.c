/* test_mysql_filter.c - include and exclude lists. */
#include <string.h>

#include "source/catalog/mysql_filter.h"
#include "tests/tap.h"

static bool matches(char *include, char *exclude, const char *db, const char *table)
{
	struct mysql_conf conf = {
		.table_include = { &include, include != NULL },
		.table_exclude = { &exclude, exclude != NULL },
	};
	struct err err = { 0 };
	struct mysql_filter *f = mysql_filter_new(&conf, &err);
	bool yes = f && mysql_filter_table(f, db, table);

	mysql_filter_free(f);
	return yes;
}

static bool is_refused(char *include, char *exclude, const char *part)
{
	struct mysql_conf conf = { .table_include = { &include, 1 }, .table_exclude = { &exclude, exclude != NULL } };
	struct err err = { 0 };
	struct mysql_filter *f = mysql_filter_new(&conf, &err);

	mysql_filter_free(f);
	return f == NULL && err.kind == ERR_CONFIG && strstr(err.msg, part) != NULL;
}

static void test_columns(void)
{
	char *columns[] = { "d.t.secret", "d.t.id" };
	struct mysql_conf conf = { .column_exclude = { columns, 2 } };
	struct err err = { 0 };
	struct mysql_filter *f = mysql_filter_new(&conf, &err);
	struct schema *s = schema_new("d", "t"), *out;
	const char *key[] = { "id" };

	schema_add_column(s, &(struct column){ .name = "secret", .type = COL_INT });
	schema_add_column(s, &(struct column){ .name = "id", .type = COL_INT });
	schema_add_column(s, &(struct column){ .name = "v", .type = COL_INT });
	schema_set_key(s, key, 1);
	out = mysql_filter_columns(f, s);
	ok(out && out->ncolumns == 2 && out->nkey == 1, "one column left out, the key stays");
	is_str(out ? out->columns[0].name : NULL, "id", "key columns stay even when excluded");
	schema_unref(out);
	schema_unref(s);
	s = schema_new("d", "other");
	schema_add_column(s, &(struct column){ .name = "secret", .type = COL_INT });
	ok(mysql_filter_columns(f, s) == NULL, "nothing to leave out: no new schema");
	schema_unref(s);
	mysql_filter_free(f);
}

int main(void)
{
	ok(matches(NULL, NULL, "shop", "orders"), "no list: everything");
	ok(!matches(NULL, NULL, "mysql", "user"), "but not the server's own databases");
	ok(matches("shop.orders", NULL, "Shop", "ORDERS"), "case does not matter");
	ok(!matches("shop.orders", NULL, "shop", "orders2"), "the whole name must match");
	ok(!matches("shop.orders", NULL, "myshop", "orders"), "from its beginning");
	ok(matches("shop\\.(?:a|b)\\d+", NULL, "shop", "b12"), "Java's forms");
	ok(!matches(NULL, "shop\\.log_.*", "shop", "log_1"), "exclude");
	ok(is_refused("a(?=b)", NULL, "a(?=b)"), "a form that POSIX lacks is refused by name");
	ok(is_refused("a(", NULL, "table.include.list"), "a broken expression names its key");
	ok(is_refused("a", "b", "exclude each other"), "only one of a pair");
	test_columns();
	return tap_done();
}
