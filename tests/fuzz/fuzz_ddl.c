/*
 * fuzz_ddl.c - statements, one a line, applied to one catalog. The first byte chooses the sql_mode. What is refused
 * must leave no trace.
 */
#include <string.h>

#include "source/catalog/mysql_catalog.h"
#include "tests/fuzz/fuzz_target.h"

const char fuzz_name[] = "ddl";

static void apply(struct catalog *c, const char *sql, size_t len, uint64_t sql_mode)
{
	struct ddl_context ctx = { .db = "d", .sql_mode = sql_mode, .server_version = 80400 };
	struct ddl_result result;
	const char *db_table;
	struct arena arena;
	struct err err;
	size_t count = catalog_count(c);

	arena_init(&arena, 4096);
	if (catalog_apply(c, &ctx, sql, len, &arena, &result, &db_table, &err) < 0)
		FUZZ_ASSERT(catalog_count(c) == count && err.msg[0]);
	else
		for (unsigned i = 0; i < result.nchanges; i++)
			FUZZ_ASSERT(result.changes[i].db &&
					(result.changes[i].ntables == 0 || result.changes[i].table[0].table));
	ddl_result_release(&result);
	arena_done(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint64_t modes[] = { 0, SQL_MODE_ANSI_QUOTES, SQL_MODE_NO_BACKSLASH_ESCAPES,
		SQL_MODE_ANSI_QUOTES | SQL_MODE_REAL_AS_FLOAT };
	struct catalog *c = catalog_new(0, false);
	const char *at = (const char *)data, *end = at + size;

	apply(c, "CREATE TABLE t (a INT PRIMARY KEY, b VARCHAR(10), KEY (b))", 57, 0);
	while (at < end) {
		const char *line = memchr(at, '\n', (size_t)(end - at));
		size_t len = line ? (size_t)(line - at) : (size_t)(end - at);

		apply(c, at, len, modes[data[0] % 4]);
		at += len + 1;
	}
	catalog_free(c);
	return 0;
}
