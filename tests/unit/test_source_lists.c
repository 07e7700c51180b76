/* test_source_lists.c - which tables are captured, as text and back. */
#include "source/source_lists.h"
#include "tests/tap.h"

#include <stdlib.h>

static void test_text(void)
{
	static char *include[] = { "a\\.b", "a\\.\"c\"", "ä\\..*" }, *exclude[] = { "x" };
	static const char want[] =
			"{\"database.exclude.list\":[\"x\"],\"table.include.list\":[\"a\\\\.b\",\"a\\\\.\\\"c\\\"\",\"ä\\\\..*\"],"
			"\"column.include.list\":[\"a\\\\.b\"],\"signal.data.collection\":\"a.signals\"}";
	struct mysql_conf conf = {
		.table_include = { include, 3 },
		.database_exclude = { exclude, 1 },
		.column_include = { include, 1 },
		.signal_table = "a.signals",
	};
	struct mysql_conf back, none = { 0 };
	struct err err = { 0 };
	char *text = source_lists(&conf), *again;

	is_str(text, want, "the lists that have something in them");
	is_int(source_lists_parse(&back, text, &err), 0, "are read");
	again = source_lists(&back);
	is_str(again, text, "and are the same");
	is_int(back.table_include.count, 3, "with all their items");
	source_lists_done(&back);
	free(again);
	free(text);
	text = source_lists(&none);
	is_str(text, "{}", "no lists");
	is_int(source_lists_parse(&back, text, &err), 0, "are read");
	source_lists_done(&back);
	free(text);
}

static void test_broken(void)
{
	static const char *const broken[] = {
		"",
		"{",
		"[]",
		"{}x",
		"{\"table.include.list\":\"a\"}",
		"{\"table.include.list\":[1]}",
		"{\"table.include.list\":[\"a\"",
		"{\"later\":[]}",
		"{\"signal.data.collection\":1}",
		"{\"signal.data.collection\":\"a\",\"signal.data.collection\":\"b\"}",
		"{\"table.include.list\":[\"a\"],\"table.include.list\":[\"b\"]}",
	};
	struct mysql_conf back;
	struct err err;

	for (size_t i = 0; i < sizeof(broken) / sizeof(*broken); i++) {
		err_clear(&err);
		is_int(source_lists_parse(&back, broken[i], &err), -1, "refused: %s", broken[i]);
		is_int(err.kind, ERR_FATAL, "as what it is");
	}
}

int main(void)
{
	test_text();
	test_broken();
	return tap_done();
}
