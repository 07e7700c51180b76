/*
 * test_ddl_told.c - how a statement is told in the schema change topic and the schema history: its text, the names of its
 * tables, the words of its types. All as a real Debezium 3.0.8 was seen to tell it.
 */
#include "source/catalog/mysql_catalog.h"
#include "source/catalog/mysql_ddl_names.h"
#include "tests/tap.h"

static struct catalog *catalog;
static struct arena arena;
static struct ddl_result result;
static struct err err;

static void apply(const char *sql)
{
	struct ddl_context ctx = { .db = "d", .server_version = 80400 };
	const char *db_table;

	ddl_result_release(&result);
	if (catalog_apply(catalog, &ctx, sql, strlen(sql), &arena, &result, &db_table, &err) < 0)
		ok(0, "%s: %s", sql, err.msg);
}

static unsigned changed(const struct ddl_change *d)
{
	return d->ntables > 0 && d->table[0].type == 'I' ? 0 : d->ntables;
}

/* The first change: its text and source.table (NULL: null), and how many tables it changes. */
static void told(const char *sql, const char *text, const char *tables, unsigned ntables)
{
	apply(sql);
	is_str(result.changes[0].ddl, text, "%s", sql);
	is_str(result.changes[0].tables, tables, "  its tables");
	is_int(changed(&result.changes[0]), ntables, "  changes");
}

static void test_text(void)
{
	told("CREATE TABLE t (a INT) /*!40101 ENGINE=InnoDB */ /* x */", "CREATE TABLE t (a INT)", "t", 1);
	told("/*!40101 ALTER TABLE t ADD b INT */", "ALTER TABLE t ADD b INT", "t", 1);
	told("CREATE TABLE `s` (\n  `id` int NOT NULL\n) START TRANSACTION",
			"CREATE TABLE `s` (\n  `id` int NOT NULL\n)", "s", 1);
	told("ANALYZE TABLE t /* by hand */", "ANALYZE TABLE t /* by hand */", "", 0);
	told("CREATE DEFINER=`r`@`h` TRIGGER x AFTER DELETE ON t FOR EACH ROW BEGIN SET @a = 1; SET @b = 2; END",
			"CREATE DEFINER=`r`@`h` TRIGGER x AFTER DELETE ON t FOR EACH ROW BEGIN SET @a = 1; SET @b = 2; END",
			"", 0);
	told("CREATE DEFINER=`r`@`h` SQL SECURITY DEFINER VIEW `v` AS SELECT 1 AS a",
			"CREATE DEFINER=`r`@`h` SQL SECURITY DEFINER VIEW `v` AS SELECT 1 AS a", "v", 0);
	told("DROP VIEW v", "DROP VIEW v", "", 0);
	told("rename /* c */ table t to u", "rename /* c */ table t to u", "u", 1);
	apply("FLUSH PRIVILEGES");
	is_int(result.kind, DDL_CONTROL, "FLUSH PRIVILEGES is not told");
}

static void test_indexes(void)
{
	apply("CREATE TABLE k (a INT NOT NULL, b INT)");
	told("CREATE INDEX i ON k (b)", "CREATE INDEX i ON k (b)", "", 0);
	ok(result.changes[0].ntables == 1 && result.changes[0].table[0].schema->nindexes == 1,
			"  but its index is known");
	told("CREATE UNIQUE INDEX u ON k (a)", "CREATE UNIQUE INDEX u ON k (a)", "k", 1);
	told("CREATE UNIQUE INDEX w ON k (a, b)", "CREATE UNIQUE INDEX w ON k (a, b)", "", 0);
	told("DROP INDEX i ON k", "DROP INDEX i ON k", "", 0);
	told("DROP INDEX u ON k", "DROP INDEX u ON k", "k", 1);
	apply("CREATE TABLE l (a INT)");
	told("CREATE TABLE IF NOT EXISTS l LIKE k", "CREATE TABLE IF NOT EXISTS l LIKE k", "l", 1);
	is_int(result.changes[0].table[0].schema->ncolumns, 1, "  the table that was there, as it was");
}

static void type_is(const char *definition, const char *want)
{
	char sql[128];

	snprintf(sql, sizeof(sql), "CREATE TABLE ty (x %s)", definition);
	apply(sql);
	is_str(result.changes[0].table[0].schema->columns[0].type_name, want, "%s", definition);
}

static void test_types(void)
{
	type_is("integer unsigned", "INTEGER");
	type_is("national  varchar(3)", "NATIONAL VARCHAR");
	type_is("Double Precision", "DOUBLE PRECISION");
	type_is("LONG VARBINARY", "LONG VARBINARY");
	type_is("varchar(5) charset latin1", "VARCHAR");
	type_is("SERIAL", NULL);
}

static void test_names(void)
{
	static const struct table_id three[] = {
		{ "ddl_rename_swap", "t" },
		{ "ddl_rename_swap", "a" },
		{ "ddl_rename_swap", "b" },
	};
	static const struct table_id drop[] = {
		{ "ddl_drop_table", "t2" },
		{ "ddl_drop_table", "t3" },
		{ "ddl_drop_table", "nothing" },
	};
	static const struct table_id astral[] = { { "d", "\xf0\x9f\x98\x80" }, { "d", "\xe8\xa1\xa8" } };
	struct table_id many[100];

	is_str(ddl_names_join(&arena, three, 3), "b,a,t", "the order that Debezium was seen to have");
	is_str(ddl_names_join(&arena, drop, 3), "nothing,t3,t2", "another one");
	is_int(strlen(ddl_names_join(&arena, astral, 2)), 8, "names beyond ASCII");
	is_str(ddl_names_join(&arena, three, 0), "", "none");
	for (unsigned i = 0; i < 100; i++)
		many[i] = (struct table_id){ "db", i % 2 ? "x" : "y" };
	is_int(strlen(ddl_names_join(&arena, many, 100)), 199, "a hundred");
}

int main(void)
{
	arena_init(&arena, 0);
	catalog = catalog_new(0, false);
	test_text();
	test_indexes();
	test_types();
	test_names();
	ddl_result_release(&result);
	catalog_free(catalog);
	arena_done(&arena);
	return tap_done();
}
