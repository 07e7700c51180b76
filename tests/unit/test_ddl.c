/*
 * test_ddl.c - statements applied to a catalog: what the golden binlog cannot show (defaults, comments, keys by rule, what is
 * refused, what the results say). Each table is printed in one line.
 */
#include "source/catalog/mysql_catalog.h"
#include "tests/tap.h"

static struct catalog *catalog;
static struct arena arena;
static struct ddl_result result;
static struct err err;
static const char *db_table;
static uint64_t sql_mode;
static uint32_t thread_id = 7;

static int apply(const char *sql)
{
	struct ddl_context ctx = { .db = "d", .sql_mode = sql_mode, .thread_id = thread_id, .server_version = 80400 };

	return catalog_apply(catalog, &ctx, sql, strlen(sql), &arena, &result, &db_table, &err);
}

static void run(const char *sql)
{
	if (apply(sql) < 0)
		ok(0, "%s: %s", sql, err.msg);
	ddl_result_release(&result);
}

static void begin(void)
{
	catalog_free(catalog);
	catalog = catalog_new(0, false);
	sql_mode = 0;
}

/* "a int!k, b varchar(10)" : ! not null, k key, i invisible, g generated, + autoinc */
static const char *shape(const char *db, const char *table)
{
	static char out[4096];
	struct schema *s = catalog_find(catalog, db, table);
	size_t n = 0;

	if (s == NULL)
		return NULL;
	out[0] = '\0';
	for (unsigned i = 0; i < s->ncolumns; i++) {
		const struct column *c = &s->columns[i];
		char type[300];

		column_type_print(c, type, sizeof(type));
		n += (size_t)snprintf(out + n, sizeof(out) - n, "%s%s %s%s%s%s%s%s%s%s", i ? ", " : "", c->name, type,
				c->charset ? " " : "", c->charset ? c->charset : "", c->nullable ? "" : "!",
				schema_is_key(s, i) ? "k" : "", c->invisible ? "i" : "", c->generated ? "g" : "",
				c->autoinc ? "+" : "");
	}
	return out;
}

static void gives(const char *sql, const char *want)
{
	begin();
	run(sql);
	is_str(shape("d", "t"), want, "%s", sql);
}

static const struct column *column(const char *name)
{
	struct schema *s = catalog_find(catalog, "d", "t");
	int at = s ? schema_column(s, name, strlen(name)) : -1;

	return at >= 0 ? &s->columns[at] : NULL;
}

static void default_is(const char *definition, enum column_default kind, const char *text)
{
	char sql[512];

	begin();
	snprintf(sql, sizeof(sql), "CREATE TABLE t (c %s)", definition);
	run(sql);
	ok(column("c") && column("c")->default_kind == kind, "%s: kind", definition);
	is_str(column("c") ? column("c")->default_text : "?", text, "%s: text", definition);
}

static void refuses(const char *sql, const char *word)
{
	size_t count = catalog_count(catalog);

	ok(apply(sql) < 0 && err.kind == ERR_DATA && strstr(err.msg, word) && catalog_count(catalog) == count,
			"refused: %s (%s)", sql, err.msg);
}

static void is_kind(const char *sql, enum ddl_kind kind)
{
	if (apply(sql) < 0)
		ok(0, "%s: %s", sql, err.msg);
	else
		is_int(result.kind, kind, "%s", sql);
	ddl_result_release(&result);
}

static void test_types(void)
{
	gives("CREATE TABLE t (a INT)", "a int");
	gives("create table if not exists `d`.`t` (a int(10) unsigned zerofill not null)",
			"a int(10) unsigned zerofill!");
	gives("CREATE TABLE t (a BOOL, b SERIAL)", "a tinyint(1), b bigint unsigned!k+");
	gives("CREATE TABLE t (a FLOAT(24), b FLOAT(25), c FLOAT(7,3), d DEC)",
			"a float, b double, c float(7,3), d decimal(10,0)");
	gives("CREATE TABLE t (a CHAR, b VARCHAR(5), c NCHAR(3), d CHARACTER VARYING(7), e NATIONAL VARCHAR(2))",
			"a char(1) utf8mb4, b varchar(5) utf8mb4, c char(3) utf8mb3, d varchar(7) utf8mb4, e varchar(2) utf8mb3");
	gives("CREATE TABLE t (a TEXT(63), b TEXT(64), c TEXT(20000), d BLOB(300), e LONG, f LONG VARBINARY, g TEXT CHARSET binary)",
			"a tinytext utf8mb4, b text utf8mb4, c mediumtext utf8mb4, d blob, e mediumtext utf8mb4, f mediumblob, g blob");
	gives("CREATE TABLE t (a VARCHAR(5) BYTE, b CHAR(5) CHARACTER SET binary, c CHAR(3) ASCII, d CHAR(3) UNICODE)",
			"a varbinary(5), b binary(5), c char(3) latin1, d char(3) ucs2");
	gives("CREATE TABLE t (a TIME(3), b DATETIME(6), c TIMESTAMP, d YEAR(4), e BIT, f VECTOR(3), g GEOMETRYCOLLECTION)",
			"a time(3), b datetime(6), c timestamp, d year, e bit(1), f vector(3), g geomcollection");
	gives("CREATE TABLE t (a INT) DEFAULT CHARSET=latin1", "a int");
	gives("CREATE TABLE t (a CHAR(2), b CHAR(2) COLLATE utf8mb4_bin) CHARSET latin1",
			"a char(2) latin1, b char(2) utf8mb4");
	gives("CREATE TABLE t (e ENUM('a''b','c\\'d',\"x,y\"), s SET ('p') CHARACTER SET latin1)",
			"e enum('a''b','c''d','x,y') utf8mb4, s set('p') latin1");
	gives("CREATE TABLE t (a INT /*!80000 UNSIGNED */, b INT /*!90100 UNSIGNED */ /* UNSIGNED */ -- UNSIGNED\n, c INT)",
			"a int unsigned, b int, c int");
}

static void test_keys(void)
{
	gives("CREATE TABLE t (a INT, b INT, PRIMARY KEY (b, a))", "a int!k, b int!k");
	is_int(catalog_find(catalog, "d", "t")->key[0], 1, "in key order");
	gives("CREATE TABLE t (a INT UNIQUE, b INT NOT NULL UNIQUE)", "a int, b int!k");
	ok(catalog_find(catalog, "d", "t")->key_is_unique_index, "by a unique index");
	run("ALTER TABLE t ADD PRIMARY KEY (a)");
	is_str(shape("d", "t"), "a int!k, b int!", "a primary key goes before");
	run("ALTER TABLE t DROP PRIMARY KEY");
	is_str(shape("d", "t"), "a int!k, b int!",
			"without it the first unique index counts, whose column is not nullable any more");
	gives("CREATE TABLE t (a INT NOT NULL, UNIQUE KEY ((a + 1)))", "a int!");
	gives("CREATE TABLE t (a INT KEY, b INT REFERENCES x (y) ON DELETE SET NULL, CONSTRAINT c CHECK (a > 0))",
			"a int!k, b int");
	run("ALTER TABLE t CHANGE a z BIGINT");
	is_str(shape("d", "t"), "z bigint!k, b int", "a renamed key column stays the key");
	run("ALTER TABLE t MODIFY b INT FIRST, ADD x INT AFTER z, ADD y INT AFTER x");
	is_str(shape("d", "t"), "b int, z bigint!k, x int, y int", "moved, and AFTER a new column");
	run("CREATE INDEX i ON t (x)");
	run("DROP INDEX i ON t");
	run("ALTER TABLE t DROP z");
	is_str(shape("d", "t"), "b int, x int, y int", "the key goes with its column");
}

static void test_defaults(void)
{
	default_is("INT", DEFAULT_NONE, NULL);
	default_is("INT DEFAULT NULL", DEFAULT_NULL, NULL);
	default_is("INT DEFAULT -5", DEFAULT_LITERAL, "-5");
	default_is("VARCHAR(9) DEFAULT 'it''s'", DEFAULT_LITERAL, "it's");
	default_is("VARCHAR(9) DEFAULT 'a\\'b\\n'", DEFAULT_LITERAL, "a'b\n");
	default_is("VARCHAR(9) DEFAULT _utf8mb4'x'", DEFAULT_LITERAL, "x");
	default_is("BIT(3) DEFAULT b'101'", DEFAULT_LITERAL, "b'101'");
	default_is("BOOL DEFAULT TRUE", DEFAULT_LITERAL, "TRUE");
	default_is("DATETIME(3) DEFAULT CURRENT_TIMESTAMP(3) ON UPDATE NOW(3)", DEFAULT_NOW, "CURRENT_TIMESTAMP(3)");
	default_is("CHAR(36) DEFAULT (uuid())", DEFAULT_EXPRESSION, "(uuid())");
	begin();
	run("CREATE TABLE t (a INT COMMENT 'c''\\n') COMMENT 'table'");
	is_str(column("a")->comment, "c'\n", "comment of a column");
	is_str(catalog_find(catalog, "d", "t")->comment, "table", "of a table");
	run("ALTER TABLE t ALTER a SET DEFAULT 7, COMMENT='b'");
	is_str(column("a")->default_text, "7", "SET DEFAULT");
	is_str(catalog_find(catalog, "d", "t")->comment, "b", "new comment");
}

static void test_charsets(void)
{
	begin();
	run("CREATE DATABASE d CHARACTER SET latin1");
	run("CREATE TABLE t (a CHAR(1))");
	is_str(shape("d", "t"), "a char(1) latin1", "the database's default");
	run("ALTER DATABASE d COLLATE utf8mb4_bin");
	run("ALTER TABLE t ADD b CHAR(1)");
	is_str(shape("d", "t"), "a char(1) latin1, b char(1) latin1", "a table keeps its own");
	run("ALTER TABLE t CONVERT TO CHARACTER SET utf8mb4, ADD c TEXT");
	is_str(shape("d", "t"), "a char(1) utf8mb4, b char(1) utf8mb4, c text utf8mb4", "CONVERT TO");
	begin();
	sql_mode = SQL_MODE_ANSI_QUOTES;
	run("CREATE TABLE \"t\" (\"a\"\"b\" INT, c REAL)");
	is_str(shape("d", "t"), "a\"b int, c double", "ANSI_QUOTES");
	begin();
	sql_mode = SQL_MODE_REAL_AS_FLOAT | SQL_MODE_NO_BACKSLASH_ESCAPES;
	run("CREATE TABLE t (a REAL, b CHAR(3) DEFAULT '\\', c INT)");
	is_str(shape("d", "t"), "a float, b char(3) utf8mb4, c int", "REAL_AS_FLOAT, NO_BACKSLASH_ESCAPES");
}

static void test_results(void)
{
	begin();
	run("CREATE TABLE a (x INT)");
	run("CREATE TABLE b (y INT)");
	is_int(apply(" /* c */ RENAME TABLE a TO tmp, b TO a,tmp TO `e`.b ; "), 0, "swap");
	is_int(result.nchanges, 3, "one change a pair");
	is_str(result.changes[1].ddl, "RENAME TABLE b TO a", "its clause");
	is_str(result.changes[1].tables, "a,b,tmp", "all names, as Java's hash set orders them");
	is_str(result.changes[2].table[0].previous_table, "tmp", "old name");
	is_str(result.changes[2].db, "e", "new database");
	ok(result.changes[0].table[0].schema != NULL, "with its schema");
	ddl_result_release(&result);
	is_str(shape("d", "a"), "y int", "a was b");
	is_str(shape("e", "b"), "x int", "b was a");
	is_str(catalog_find(catalog, "e", "b")->db, "e", "the schema knows its name");
	is_int(apply("DROP TABLE IF EXISTS a, e.b, nosuch CASCADE"), 0, "drop");
	is_str(result.changes[0].ddl, "DROP TABLE IF EXISTS `d`.`a` CASCADE", "split");
	is_str(result.changes[1].ddl, "DROP TABLE IF EXISTS `e`.`b` CASCADE", "split");
	ddl_result_release(&result);
	is_int(catalog_count(catalog), 0, "all gone");
	is_int(apply("ALTER TABLE nosuch RENAME TO other"), 0, "a table that is not known");
	ok(result.kind == DDL_TABLES && result.changes[0].table[0].schema == NULL &&
					result.changes[0].table[0].previous_table,
			"told, without a schema");
	ddl_result_release(&result);
	run("CREATE TABLE t (a INT)");
	is_int(apply("TRUNCATE `t`"), 0, "truncate");
	ok(result.kind == DDL_TRUNCATE && result.changes[0].table[0].schema == catalog_find(catalog, "d", "t"),
			"its table");
	ddl_result_release(&result);
	run("CREATE TEMPORARY TABLE t (a INT)");
	is_int(apply("TRUNCATE t"), 0, "truncate of a temporary table that hides it");
	ok(result.kind == DDL_NOTHING && result.temporary && result.ntouched == 0, "is not about it");
	ddl_result_release(&result);
	run("ALTER TABLE t ADD z INT");
	is_str(shape("d", "t"), "a int", "nor is such an ALTER");
	thread_id = 8;
	is_int(apply("TRUNCATE t"), 0, "truncate by another session");
	ok(result.kind == DDL_TRUNCATE, "is about it");
	ddl_result_release(&result);
	thread_id = 7;
	run("DROP TEMPORARY TABLE IF EXISTS u, t");
	is_int(apply("TRUNCATE t"), 0, "and so is one after the temporary table has gone");
	ok(result.kind == DDL_TRUNCATE && !result.temporary, "about it");
	ddl_result_release(&result);
	is_int(apply("ALTER TABLE t ADD b INT PARTITION BY HASH (a) PARTITIONS 4 /* x */;"), 0, "trailing words");
	is_str(result.changes[0].ddl, "ALTER TABLE t ADD b INT PARTITION BY HASH (a) PARTITIONS 4",
			"the text without what is around it");
	ddl_result_release(&result);
	run("DROP DATABASE d");
	is_int(catalog_count(catalog), 0, "DROP DATABASE takes its tables");
}

static void test_kinds(void)
{
	begin();
	run("CREATE TABLE t (a INT)");
	is_kind("BEGIN", DDL_CONTROL);
	is_kind("XA START X'01',X'',1", DDL_CONTROL);
	is_kind("INSERT INTO t VALUES (1)", DDL_ROWS);
	is_kind("/* only a comment */", DDL_NOTHING);
	is_kind("CREATE OR REPLACE VIEW v AS SELECT 1", DDL_NOTHING);
	is_kind("CREATE DEFINER=`a`@`b` TRIGGER x BEFORE INSERT ON t FOR EACH ROW SET @a = 'unended", DDL_NOTHING);
	is_kind("GRANT ALL ON *.* TO x", DDL_NOTHING);
	is_kind("CREATE TEMPORARY TABLE t AS SELECT 1", DDL_NOTHING);
	is_kind("DROP TEMPORARY TABLE IF EXISTS `t` /* generated by server */", DDL_NOTHING);
	is_kind("ALTER TABLE t ENGINE=InnoDB, ALGORITHM=COPY, LOCK=SHARED", DDL_TABLES);
	is_kind("ALTER TABLE t ADD INDEX i (a), ADD FULLTEXT (a), ADD FOREIGN KEY f (a) REFERENCES x (a), DROP CHECK c",
			DDL_TABLES);
	is_kind("CREATE DATABASE x", DDL_DATABASE);
	ok(catalog_find(catalog, "d", "t") != NULL, "t is still there");
}

static void test_refusals(void)
{
	begin();
	run("CREATE TABLE t (a INT)");
	refuses("CREATE TABLE u (a WIBBLE)", "WIBBLE");
	refuses("CREATE TABLE u (a INT WOBBLE)", "WOBBLE");
	refuses("CREATE TABLE u SELECT 1", "SELECT");
	refuses("CREATE TABLE u (a INT", "end of the statement");
	refuses("CREATE TABLE u (a CHAR(3) CHARSET klingon)", "klingon");
	refuses("CREATE TABLE u (a INT, a INT)", "'a'");
	refuses("CREATE TABLE u (a INT, PRIMARY KEY (b))", "'b'");
	refuses("ALTER TABLE t DROP nosuch", "nosuch");
	refuses("ALTER TABLE t ADD a INT", "'a'");
	refuses("ALTER TABLE t ADD b INT AFTER c", "'c'");
	refuses("ALTER TABLE t DROP a", "no columns");
	refuses("ALTER TABLE t WIBBLE", "WIBBLE");
	is_str(db_table, "d.t", "the table is named");
	refuses("ALTER TABLE t LOCK=N.6\xc3\xa9, WIBBLE",
			"WIBBLE"); /* a number that runs into a name: went on for ever */
	refuses("FROBNICATE t", "FROBNICATE");
	refuses("DROP TABLE t WIBBLE", "WIBBLE");
	refuses("ALTER TABLE t ADD b VARCHAR(3) DEFAULT 'x", "no end");
	is_str(shape("d", "t"), "a int", "t is as before");
}

static void test_show_create(void)
{
	static const char sql[] =
			"CREATE TABLE `orders` (\n  `id` bigint NOT NULL AUTO_INCREMENT,\n  `s` varchar(20) CHARACTER SET latin1 COLLATE latin1_bin DEFAULT 'x',\n"
			"  `e` enum('a','b''c') COLLATE utf8mb4_general_ci DEFAULT NULL,\n  `g` int GENERATED ALWAYS AS ((`id` + 1)) VIRTUAL,\n  `inv` int DEFAULT '1' /*!80023 INVISIBLE */,\n"
			"  `p` point NOT NULL /*!80003 SRID 4326 */,\n  PRIMARY KEY (`id`),\n  UNIQUE KEY `u` (`s`),\n  SPATIAL KEY `p` (`p`),\n"
			"  CONSTRAINT `fk` FOREIGN KEY (`id`) REFERENCES `x` (`id`) ON DELETE CASCADE\n"
			") ENGINE=InnoDB AUTO_INCREMENT=5 DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci COMMENT='it''s'\n/*!50100 PARTITION BY KEY (id)\nPARTITIONS 2 */";
	struct schema *s;

	begin();
	s = catalog_read_table(catalog, "d", sql, sizeof(sql) - 1, 0, &err);
	ok(s != NULL, "SHOW CREATE TABLE (%s)", s ? "" : err.msg);
	is_str(shape("d", "orders"),
			"id bigint!k+, s varchar(20) latin1, e enum('a','b''c') utf8mb4, g intg, inv inti, p point!",
			"its columns");
	is_str(s ? s->comment : "", "it's", "its comment");
	ok(catalog_read_table(catalog, "d", "DROP TABLE x", 12, 0, &err) == NULL, "only CREATE TABLE");
	catalog_put(catalog, s);
	run("ALTER TABLE orders DROP PRIMARY KEY");
	is_int(catalog_find(catalog, "d", "orders")->nkey, 0, "a schema that was put knows its key by name");
	run("CREATE TABLE p (a INT PRIMARY KEY, b INT NOT NULL, UNIQUE KEY ub (b))");
	s = schema_clone(catalog_find(catalog, "d", "p"));
	catalog_put(catalog, s);
	schema_unref(s);
	run("ALTER TABLE p DROP PRIMARY KEY, DROP a");
	is_str(shape("d", "p"), "b int!k", "a better schema with the same key leaves the other indexes known");
	ok(catalog_forget(catalog, "d", "orders") && !catalog_forget(catalog, "d", "orders"), "forgotten once");
}

static void test_many(void)
{
	char sql[64];

	begin();
	for (int i = 0; i < 1000; i++) {
		snprintf(sql, sizeof(sql), "CREATE TABLE t%d (a INT)", i);
		run(sql);
	}
	is_int(catalog_count(catalog), 1000, "a thousand tables");
	ok(catalog_find(catalog, "d", "t999") && !catalog_find(catalog, "d", "T999"), "by bytes");
	catalog_free(catalog);
	catalog = catalog_new(0, true);
	run("CREATE TABLE Tab (a INT)");
	ok(catalog_find(catalog, "D", "tAB") != NULL, "or without case");
}

int main(void)
{
	arena_init(&arena, 0);
	test_types();
	test_keys();
	test_defaults();
	test_charsets();
	test_results();
	test_kinds();
	test_refusals();
	test_show_create();
	test_many();
	catalog_free(catalog);
	arena_done(&arena);
	return tap_done();
}
