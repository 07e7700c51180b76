/*
 * ddl_random.c - see ddl_random.h. A template stands for itself, but <rule> for one of the rule's templates and [..]
 * for its inside or nothing. Rules with a function pick names. An alternative that shall come more often stands more
 * often.
 */
#include "tests/e2e/ddl_random.h"

#include <string.h>

enum { DEPTH_MAX = 40 };

typedef void rule_fn(struct ddl_random *r, struct buf *out);

struct rule {
	const char *name;
	const char *const *templates; /* NULL at the end; or */
	rule_fn *fn;
};

#define T (const char *const[])

static uint64_t next(struct ddl_random *r)
{
	uint64_t z = r->state += 0x9e3779b97f4a7c15ull;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ull;
	z = (z ^ z >> 27) * 0x94d049bb133111ebull;
	return z ^ z >> 31;
}

static unsigned below(struct ddl_random *r, size_t n)
{
	return (unsigned)(next(r) % n);
}

/* ---- names ---- */

static const char *const databases[] = { "dd_a", "dd_a", "dd_a", "dd_b", "dd c" };
static const char *const table_names[] = { "t1", "t2", "t3", "t4", "t5", "Table6", "or der", "se`lect", "naïve", "表",
	"t\"7", "a.b" };
static const char *const column_names[] = { "c1", "c2", "c3", "c4", "c5", "c6", "c7", "c8", "Id", "sp ace", "q`uote",
	"d\"q", "comment", "key", "naïve", "表", "1st", "a.b", "status", "date", "partition", "after", "C_9", "check",
	"it's" };
static const char *const index_names[] = { "k1", "k2", "k3", "c1", "c2", "c3", "key", "k`4" };

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* Words that may stand without quotes, even in the places where the grammar knows them. */
static bool is_plain(const char *name)
{
	static const char *const plain[] = { "c1", "c2", "c3", "c4", "c5", "c6", "c7", "c8", "Id", "comment", "status",
		"date", "after", "C_9", "t1", "t2", "t3", "t4", "t5", "Table6", "dd_a", "dd_b", "k1", "k2", "k3" };

	for (size_t i = 0; i < COUNT(plain); i++)
		if (strcmp(name, plain[i]) == 0)
			return true;
	return false;
}

static void put_name(struct ddl_random *r, struct buf *out, const char *name)
{
	char quote = r->ansi_quotes && below(r, 2) ? '"' : '`';

	if (is_plain(name) && below(r, 2)) {
		buf_puts(out, name);
		return;
	}
	buf_putc(out, quote);
	for (; *name; name++) {
		if (*name == quote)
			buf_putc(out, quote);
		buf_putc(out, *name);
	}
	buf_putc(out, quote);
}

static void put_table(struct ddl_random *r, struct buf *out, const char *db, const char *table)
{
	static const char *const dots[] = { ".", ".", ".", " . ", ". " };

	put_name(r, out, db);
	buf_puts(out, dots[below(r, COUNT(dots))]);
	put_name(r, out, table);
}

static void rule_database(struct ddl_random *r, struct buf *out)
{
	put_name(r, out, databases[below(r, COUNT(databases))]);
}

static void rule_newtable(struct ddl_random *r, struct buf *out)
{
	if (below(r, 3) == 0)
		put_name(r, out, table_names[below(r, COUNT(table_names))]);
	else
		put_table(r, out, databases[below(r, COUNT(databases))], table_names[below(r, COUNT(table_names))]);
}

static void rule_table(struct ddl_random *r, struct buf *out)
{
	if (r->ntables == 0 || below(r, 30) == 0) {
		rule_newtable(r, out);
		return;
	}
	r->table = r->tables[below(r, r->ntables)];
	put_table(r, out, r->table->db, r->table->table);
}

static bool is_used(const struct ddl_random *r, const char *name)
{
	for (unsigned i = 0; i < r->nused; i++)
		if (strcmp(r->used[i], name) == 0)
			return true;
	return r->table && schema_column(r->table, name, strlen(name)) >= 0;
}

static void use(struct ddl_random *r, const char *name)
{
	if (r->nused < DDL_USED_MAX)
		r->used[r->nused++] = name;
}

static void rule_newcolumn(struct ddl_random *r, struct buf *out)
{
	const char *name = column_names[below(r, COUNT(column_names))];

	for (unsigned i = 0; i < 20 && is_used(r, name); i++)
		name = column_names[below(r, COUNT(column_names))];
	use(r, name);
	put_name(r, out, name);
}

static const char *some_column(struct ddl_random *r)
{
	unsigned old = r->table ? r->table->ncolumns : 0, all = old + r->nused, i;

	if (all == 0)
		return column_names[below(r, COUNT(column_names))];
	i = below(r, all);
	return i < old ? r->table->columns[i].name : r->used[i - old];
}

static void rule_column(struct ddl_random *r, struct buf *out)
{
	put_name(r, out, some_column(r));
}

static void rule_index(struct ddl_random *r, struct buf *out)
{
	put_name(r, out, index_names[below(r, COUNT(index_names))]);
}

static void put_pair(struct ddl_random *r, struct buf *out, unsigned which)
{
	if (r->pair[0] == NULL) {
		r->pair[0] = r->pair[1] = some_column(r);
		for (unsigned i = 0; i < 8 && strcmp(r->pair[0], r->pair[1]) == 0; i++)
			r->pair[1] = some_column(r);
	}
	put_name(r, out, r->pair[which]);
}

static void rule_one(struct ddl_random *r, struct buf *out)
{
	put_pair(r, out, 0);
}

static void rule_other(struct ddl_random *r, struct buf *out)
{
	put_pair(r, out, 1);
}

static void rule_n(struct ddl_random *r, struct buf *out)
{
	buf_printf(out, "%u", 1 + below(r, below(r, 12) ? 60 : 300));
}

static void rule_digit(struct ddl_random *r, struct buf *out)
{
	buf_printf(out, "%u", below(r, 7));
}

static void rule_dq(struct ddl_random *r, struct buf *out) /* a string, which ANSI_QUOTES allows one way only */
{
	buf_puts(out, r->ansi_quotes || below(r, 2) ? "'say ''hi'', (now)'" : "\"say 'hi', (now)\"");
}

/* Two tables change places, by way of a third name. */
static void rule_swap(struct ddl_random *r, struct buf *out)
{
	const struct schema *a, *b;

	if (r->ntables < 2)
		return;
	a = r->tables[below(r, r->ntables)];
	b = r->tables[below(r, r->ntables)];
	put_table(r, out, a->db, a->table);
	buf_puts(out, " TO `dd_a`.`swap`, ");
	put_table(r, out, b->db, b->table);
	buf_puts(out, " TO ");
	put_table(r, out, a->db, a->table);
	buf_puts(out, ", `dd_a`.swap TO ");
	put_table(r, out, b->db, b->table);
}

static void session_plain(struct ddl_random *r, struct buf *out)
{
	r->ansi_quotes = false;
	buf_puts(out, below(r, 2) ? "SET sql_mode = 'STRICT_TRANS_TABLES,NO_ZERO_DATE'" : "SET sql_mode = ''");
}

static void session_ansi(struct ddl_random *r, struct buf *out)
{
	r->ansi_quotes = true;
	buf_printf(out, "SET sql_mode = 'ANSI_QUOTES,%s'",
			below(r, 2) ? "REAL_AS_FLOAT,PIPES_AS_CONCAT" : "NO_BACKSLASH_ESCAPES");
}

static void session_names(struct ddl_random *r, struct buf *out)
{
	static const char *const names[] = { "utf8mb4", "latin1", "gbk", "sjis", "utf8mb4", "utf8mb3", "utf8mb4" };

	r->client = names[below(r, COUNT(names))];
	buf_printf(out, "SET NAMES %s", r->client);
}

/* ---- the grammar ---- */

static const struct rule rules[] = {
	{ "statement",
			T{ "<create>", "<create>", "<create>", "<create>", "<create>", "<alter>", "<alter>", "<alter>",
					"<alter>", "<alter>", "<alter>", "<alter>", "<alter>", "<alter>", "<alter>",
					"<alter>", "<alter>", "<alter>", "<alter>", "<alter>", "<like>", "<ctas>",
					"<rename>", "<rename>", "<drop>", "<createindex>", "<dropindex>", "<truncate>",
					"<db>", "<db>", "<noise>", "<session>", "<session>", "<comment> <alter>",
					"<alter> <comment>", "<prepare>", NULL },
			NULL },
	{ "comment", T{ "/* ALTER TABLE x ADD y INT */", "-- one, 'line\n", "# other `line\n", "/*+ hint? */", NULL },
			NULL },
	{ "prepare", T{ "<createshort>", NULL }, NULL },
	{ "createshort", T{ "create table <newtable>(<newcolumn> int primary key,<newcolumn> varchar(<n>))", NULL },
			NULL },

	/* tables */
	{ "create",
			T{ "CREATE TABLE [IF NOT EXISTS ]<newtable> (<elements>)<options><partition>",
					"CREATE TABLE <newtable> (<elements>)<options>",
					"CREATE TABLE <newtable>(<elements><key>)<options><partition>",
					"CREATE /*!50001 TABLE */ <newtable> (<elements> /*!80000 , <newcolumn> <definition> */ /*!99999 , "
					"nothing INT */)",
					"CREATE TEMPORARY TABLE tmp (<elements>)", NULL },
			NULL },
	{ "elements",
			T{ "<col>", "<col>, <col>", "<col>,<col>,<col>", "<col>, <col>, <col>, <col><key>",
					"<col>, <col>, <col><key><key>", "<col>, <col>, <col>, <col>, <col>",
					"<col>,\n\t<col>,\n\t<col><key>,\n\t<col>", "<col><key>",
					"<idcol>, <col>, <col><key>", NULL },
			NULL },
	{ "idcol",
			T{ "<newcolumn> INT NOT NULL AUTO_INCREMENT PRIMARY KEY",
					"<newcolumn> BIGINT UNSIGNED AUTO_INCREMENT KEY", "<newcolumn> SERIAL",
					"<newcolumn> INT SERIAL DEFAULT VALUE", NULL },
			NULL },
	{ "col", T{ "<newcolumn> <definition>", NULL }, NULL },
	{ "key",
			T{ "", ", PRIMARY KEY (<column>)", ", PRIMARY KEY USING BTREE (<column>, <column>)",
					", CONSTRAINT PRIMARY KEY (<column> DESC)", ", UNIQUE (<column>)",
					", UNIQUE KEY <index> (<column>)",
					", CONSTRAINT <index> UNIQUE INDEX (<column> ASC, <column>) COMMENT 'k,)'",
					", UNIQUE INDEX <index> USING HASH (<column>(3))", ", KEY (<column>)",
					", INDEX <index> (<column>(5), <column>)", ", UNIQUE ((<column> + 1))",
					", UNIQUE KEY <index> (<column>, (LOWER(<column>)))",
					", FULLTEXT KEY (<column>)", ", CHECK (<column> IS NOT NULL)",
					", CONSTRAINT <index> CHECK ((1 = 1) OR 'a)' = ')') NOT ENFORCED",
					", PRIMARY KEY <index> (<column>) KEY_BLOCK_SIZE = 4 INVISIBLE", NULL },
			NULL },
	{ "options",
			T{ "", "", "", " ENGINE=InnoDB", " DEFAULT CHARSET=<cs>",
					" CHARACTER SET <cs> COMMENT 'it''s; a \\'table\\''", " COLLATE <coll>",
					" ENGINE = InnoDB, DEFAULT CHARACTER SET = <pair>",
					" COMMENT=<dq> ROW_FORMAT=DYNAMIC", " AUTO_INCREMENT=5 STATS_PERSISTENT=1",
					" COLLATE=<coll> CHARSET <cs>", " CHARSET=DEFAULT", NULL },
			NULL },
	{ "partition",
			T{ "", "", "", "", " PARTITION BY HASH (<column>) PARTITIONS 3",
					" PARTITION BY KEY () PARTITIONS 2",
					" PARTITION BY RANGE (<column>) (PARTITION p0 VALUES LESS THAN (10) COMMENT = 'x (', PARTITION p1 "
					"VALUES LESS THAN MAXVALUE)",
					" /*!50100 PARTITION BY LINEAR KEY (<column>) PARTITIONS 2 */", NULL },
			NULL },
	{ "like",
			T{ "CREATE TABLE <newtable> LIKE <table>",
					"CREATE TABLE IF NOT EXISTS <newtable> (LIKE <table>)", NULL },
			NULL },
	{ "ctas",
			T{ "CREATE TABLE <newtable> SELECT * FROM <table>",
					"CREATE TABLE <newtable> (<col>) AS SELECT 1 AS a, 'x' AS b, NOW(3) AS c",
					"CREATE TABLE <newtable> (PRIMARY KEY (a)) IGNORE SELECT 1.5 AS a, _latin1'x' b",
					"CREATE TABLE <newtable> AS TABLE <table>",
					"CREATE TABLE <newtable> CHARSET latin1 SELECT CAST('a' AS CHAR(3)) z, CAST(1 AS UNSIGNED) y, "
					"CURRENT_DATE x",
					NULL },
			NULL },
	{ "rename",
			T{ "RENAME TABLE <table> TO <newtable>",
					"RENAME TABLES <table> TO <newtable>, <table> TO <newtable>",
					"RENAME TABLE <swap>", NULL },
			NULL },
	{ "drop",
			T{ "DROP TABLE [IF EXISTS ]<table>", "DROP TABLE IF EXISTS <table>, <newtable>[ CASCADE]",
					"DROP TABLES <table>,<table> RESTRICT",
					"DROP TEMPORARY TABLE IF EXISTS tmp, `nó`", "DROP TABLE tmp", NULL },
			NULL },
	{ "createindex",
			T{ "CREATE INDEX <index> ON <table> (<column>)",
					"CREATE UNIQUE INDEX <index> USING BTREE ON <table> (<column>, <column>) ALGORITHM = INPLACE",
					"CREATE UNIQUE INDEX <index> ON <table> (<column>(4))", NULL },
			NULL },
	{ "dropindex", T{ "DROP INDEX <index> ON <table>", "DROP INDEX `PRIMARY` ON <table>", NULL }, NULL },
	{ "truncate", T{ "TRUNCATE <table>", "TRUNCATE TABLE <table>", NULL }, NULL },
	{ "db",
			T{ "CREATE DATABASE IF NOT EXISTS <database>",
					"CREATE SCHEMA IF NOT EXISTS <database> CHARACTER SET <cs>",
					"ALTER DATABASE <database> COLLATE <coll>",
					"ALTER SCHEMA <database> DEFAULT CHARACTER SET = <cs>",
					"ALTER DATABASE CHARSET <cs>", "USE <database>", "USE <database>",
					"USE <database>", "DROP DATABASE `dd c`", NULL },
			NULL },
	{ "noise",
			T{ "CREATE OR REPLACE VIEW dd_a.v AS SELECT 'CREATE TABLE x (y INT)' AS c",
					"DROP VIEW IF EXISTS dd_a.v", "ANALYZE TABLE <table>",
					"CREATE PROCEDURE IF NOT EXISTS dd_a.p() BEGIN ALTER TABLE dd_a.t1 ADD zz INT; DROP TABLE dd_a.t2; "
					"END",
					"DROP PROCEDURE IF EXISTS dd_a.p",
					"CREATE TRIGGER IF NOT EXISTS <database>.tr BEFORE INSERT ON <table> FOR EACH ROW SET @a = 1",
					"CREATE EVENT IF NOT EXISTS dd_a.e ON SCHEDULE EVERY 1 YEAR STARTS '2037-01-01' DO DROP TABLE "
					"dd_a.t1",
					"DROP EVENT IF EXISTS dd_a.e", "CREATE USER IF NOT EXISTS 'x'@'y'",
					"DROP USER IF EXISTS 'x'@'y'", "OPTIMIZE TABLE <table>", "CALL dd_a.p()",
					NULL },
			NULL },
	{ "session",
			T{ "<sqlplain>", "<sqlansi>", "<names>", "<names>", "<sqlplain>",
					"SET default_collation_for_utf8mb4 = utf8mb4_general_ci",
					"SET default_collation_for_utf8mb4 = utf8mb4_0900_ai_ci",
					"SET collation_server = <coll>", "SET explicit_defaults_for_timestamp = OFF",
					"SET explicit_defaults_for_timestamp = ON",
					"SET sql_generate_invisible_primary_key = ON",
					"SET character_set_server = <cs>", "SET collation_database = <coll>",
					"SET sql_require_primary_key = OFF", "SET sql_quote_show_create = OFF",
					"SET sql_quote_show_create = ON", NULL },
			NULL },

	/* ALTER TABLE */
	{ "alter",
			T{ "ALTER TABLE <table> <action>", "ALTER TABLE <table> <action>",
					"ALTER TABLE <table> <action>, <action>",
					"ALTER TABLE <table> <action>,<action>,<action>",
					"ALTER TABLE <table> <action>, ALGORITHM = COPY",
					"alter table <table> <action>, LOCK=SHARED, <action>",
					"ALTER TABLE <table> <alone>", NULL },
			NULL },
	{ "action",
			T{ "ADD [COLUMN ]<newcolumn> <definition><place>",
					"ADD [COLUMN ]<newcolumn> <definition><place>",
					"ADD [COLUMN ]<newcolumn> <definition><place>", "ADD [COLUMN ](<col>, <col>)",
					"ADD (<col><key>)", "DROP [COLUMN ]<column>", "DROP [COLUMN ]<column>",
					"MODIFY [COLUMN ]<column> <definition><place>",
					"MODIFY [COLUMN ]<column> <definition><place>", "MODIFY <column> <definition>",
					"CHANGE [COLUMN ]<column> <newcolumn> <definition><place>",
					"CHANGE <one> <one> <definition>",
					"CHANGE <one> <other> <definition>, CHANGE <other> <one> <definition>",
					"RENAME COLUMN <column> TO <newcolumn>",
					"RENAME COLUMN <one> TO <other>, RENAME COLUMN <other> TO <one>",
					"ALTER [COLUMN ]<column> SET DEFAULT <literal>",
					"ALTER COLUMN <column> SET DEFAULT (<expression>)",
					"ALTER <column> DROP DEFAULT", "ALTER COLUMN <column> SET INVISIBLE",
					"ALTER <column> SET VISIBLE", "ADD PRIMARY KEY (<column>)",
					"ADD CONSTRAINT <index> PRIMARY KEY (<column>, <column>)", "DROP PRIMARY KEY",
					"DROP PRIMARY KEY, ADD PRIMARY KEY (<column>)", "ADD UNIQUE (<column>)",
					"ADD UNIQUE KEY <index> (<column>)",
					"ADD [CONSTRAINT <index> ]UNIQUE INDEX (<column>)",
					"ADD INDEX <index> (<column>)", "ADD FULLTEXT INDEX (<column>)",
					"DROP KEY <index>", "DROP INDEX <index>", "DROP CONSTRAINT <index>",
					"DROP CHECK <index>", "RENAME INDEX <index> TO <index>",
					"RENAME KEY <index> TO <index>", "ALTER INDEX <index> INVISIBLE",
					"ADD CONSTRAINT <index> CHECK (<column> IS NOT NULL)", "ADD CHECK (1 = 1)",
					"ALTER CHECK <index> NOT ENFORCED", "CONVERT TO CHARACTER SET <cs>",
					"CONVERT TO CHARSET <pair>", "CONVERT TO CHARACTER SET DEFAULT",
					"DEFAULT CHARACTER SET <cs>", "CHARSET = <cs> COLLATE = <coll>",
					"CHARSET DEFAULT", "COLLATE <coll>", "COMMENT 'ADD x INT, DROP y'",
					"COMMENT = <dq>", "ENGINE=InnoDB", "AUTO_INCREMENT = 77", "FORCE",
					"ROW_FORMAT = COMPACT", "RENAME TO <newtable>", "RENAME <newtable>",
					"RENAME AS <newtable>", "DISABLE KEYS", "WITHOUT VALIDATION",
					"STATS_SAMPLE_PAGES = 4",
					"DROP COLUMN <column>, ADD <newcolumn> <definition> FIRST", NULL },
			NULL },
	{ "alone",
			T{ "ORDER BY <column>, <column>", "PARTITION BY HASH (<column>) PARTITIONS 2",
					"REMOVE PARTITIONING", "ADD PARTITION PARTITIONS 2", "COALESCE PARTITION 1",
					"TRUNCATE PARTITION ALL", "ANALYZE PARTITION ALL", "REBUILD PARTITION ALL",
					"ADD <newcolumn> <definition> PARTITION BY KEY (<column>) PARTITIONS 2",
					"DROP <column>, REMOVE PARTITIONING", "", "DROP PARTITION p0",
					"REORGANIZE PARTITION p0 INTO (PARTITION p00 VALUES LESS THAN (5), PARTITION p01 VALUES LESS THAN "
					"(10))",
					NULL },
			NULL },
	{ "place", T{ "", "", "", " FIRST", " AFTER <column>", " AFTER <column>", NULL }, NULL },
	{ "literal", T{ "7", "'12'", "NULL", "-3.5", "'x y'", "TRUE", NULL }, NULL },
	{ "expression", T{ "1 + 1", "UUID()", "CONCAT('a,', 'b)')", "CURRENT_TIMESTAMP", "<column>", NULL }, NULL },

	/* columns */
	{ "definition",
			T{ "<int>", "<int>", "<int>", "<decimal>", "<float>", "<bit>", "<year>", "<date>", "<time>",
					"<datetime>", "<timestamp>", "<string>", "<string>", "<string>", "<string>",
					"<text>", "<text>", "<binary>", "<blob>", "<enum>", "<enum>", "<set>", "<json>",
					"<geometry>", "<vector>", "<generated>", "<bool>", NULL },
			NULL },
	{ "attributes",
			T{ "<null>", "<null><note>", "<note><null>", "<null><shown>", "<null> UNIQUE",
					"<null> UNIQUE KEY", " PRIMARY KEY", "<null>", "<null>",
					"<null> COLUMN_FORMAT DYNAMIC STORAGE DISK", "<null> CHECK (1 = 1)",
					"<null> CONSTRAINT <index> CHECK (2 = 2) ENFORCED",
					"<null> REFERENCES nowhere (id) ON DELETE SET NULL ON UPDATE CASCADE",
					"<note> ENGINE_ATTRIBUTE = '{}'", NULL },
			NULL },
	{ "null", T{ "", "", " NOT NULL", " NOT NULL", " NULL", NULL }, NULL },
	{ "note",
			T{ " COMMENT 'plain'", " COMMENT ''", " COMMENT 'it''s, ) NOT NULL -- /* x */'",
					" COMMENT <dq>", " COMMENT 'back\\\\slash'", NULL },
			NULL },
	{ "shown", T{ " VISIBLE", " INVISIBLE", "", NULL }, NULL },
	{ "int",
			T{ "<inttype><sign><intdefault><attributes>", "<inttype><sign><attributes><intdefault>",
					"<inttype><sign><attributes>", "<inttype> AUTO_INCREMENT PRIMARY KEY",
					"<inttype><null> UNIQUE AUTO_INCREMENT", NULL },
			NULL },
	{ "inttype",
			T{ "TINYINT", "TINYINT(1)", "TINYINT(4)", "SMALLINT", "SMALLINT(5)", "MEDIUMINT", "INT", "INT",
					"INTEGER", "BIGINT", "BIGINT(20)", "INT1", "INT2", "INT3", "INT4", "INT8",
					"MIDDLEINT", "INT(11)", "int(0)", NULL },
			NULL },
	{ "sign",
			T{ "", "", "", "", " UNSIGNED", " UNSIGNED", " ZEROFILL", " UNSIGNED ZEROFILL",
					" ZEROFILL UNSIGNED", " SIGNED", NULL },
			NULL },
	{ "intdefault",
			T{ "", " DEFAULT 7", " DEFAULT '12'", " DEFAULT -5", " DEFAULT +5", " DEFAULT NULL",
					" DEFAULT (1 + 1)", " DEFAULT 0x1F", " DEFAULT b'11'", " DEFAULT TRUE",
					" DEFAULT 3e0", " DEFAULT 1.4", NULL },
			NULL },
	{ "bool", T{ "BOOL", "BOOLEAN DEFAULT FALSE", "BOOL NOT NULL DEFAULT TRUE", "BOOLEAN DEFAULT 1", NULL }, NULL },
	{ "decimal", T{ "<dectype><decsign><decdefault><attributes>", "<dectype><decsign><attributes>", NULL }, NULL },
	{ "dectype",
			T{ "DECIMAL", "DECIMAL(10)", "DECIMAL(10,2)", "NUMERIC(5,5)", "DEC", "DEC(65,30)", "FIXED(8,3)",
					"NUMERIC ( 7 , 0 )", "DECIMAL(0)", NULL },
			NULL },
	{ "decsign", T{ "", "", "", " UNSIGNED", " ZEROFILL", " SIGNED", NULL }, NULL },
	{ "decdefault",
			T{ "", " DEFAULT 0.5", " DEFAULT '0.25'", " DEFAULT -.5", " DEFAULT 0", " DEFAULT NULL",
					" DEFAULT 1e-1", NULL },
			NULL },
	{ "float", T{ "<floattype><decsign><floatdefault><attributes>", NULL }, NULL },
	{ "floattype",
			T{ "FLOAT", "FLOAT(24)", "FLOAT(25)", "FLOAT(53)", "FLOAT(7,3)", "DOUBLE", "DOUBLE PRECISION",
					"DOUBLE(10,4)", "REAL", "REAL(8,3)", "FLOAT4", "FLOAT8", "FLOAT(0)", NULL },
			NULL },
	{ "floatdefault", T{ "", "", " DEFAULT 1.5", " DEFAULT '2.5'", " DEFAULT -2", " DEFAULT 1E2", NULL }, NULL },
	{ "bit",
			T{ "BIT<attributes>", "BIT(1) DEFAULT b'0'", "BIT(7) DEFAULT B'101'<attributes>", "BIT(64)",
					"BIT(9) NOT NULL DEFAULT 0x1FF", "BIT(8) DEFAULT 5", NULL },
			NULL },
	{ "year", T{ "YEAR<attributes>", "YEAR(4) DEFAULT 2020", "YEAR DEFAULT '2001' NOT NULL", NULL }, NULL },
	{ "date",
			T{ "DATE<attributes>", "DATE DEFAULT '2024-02-29'<attributes>", "DATE DEFAULT (CURRENT_DATE)",
					"DATE DEFAULT DATE'2020-01-01'", "DATE DEFAULT NULL",
					"DATE DEFAULT (CURDATE() + INTERVAL 1 DAY) COMMENT 'x'", NULL },
			NULL },
	{ "time",
			T{ "TIME<attributes>", "TIME(<digit>)<attributes>", "TIME DEFAULT '12:34:56'",
					"TIME(2) DEFAULT TIME'01:02:03.45'", "TIME(0)", NULL },
			NULL },
	{ "datetime",
			T{ "DATETIME<attributes>", "DATETIME(<digit>)<attributes>", "DATETIME(<digit>) DEFAULT NULL",
					"DATETIME DEFAULT CURRENT_TIMESTAMP<attributes>",
					"DATETIME(3) DEFAULT CURRENT_TIMESTAMP(3) ON UPDATE CURRENT_TIMESTAMP(3)",
					"DATETIME NOT NULL DEFAULT NOW() ON UPDATE NOW()",
					"DATETIME(6) DEFAULT LOCALTIMESTAMP(6)",
					"DATETIME DEFAULT '2001-02-03 04:05:06'",
					"DATETIME(3) DEFAULT TIMESTAMP'2001-02-03 04:05:06.789'",
					"DATETIME ON UPDATE CURRENT_TIMESTAMP", "DATETIME DEFAULT LOCALTIME", NULL },
			NULL },
	{ "timestamp",
			T{ "TIMESTAMP<attributes>", "TIMESTAMP<attributes>", "TIMESTAMP(<digit>) NULL",
					"TIMESTAMP NULL DEFAULT NULL",
					"TIMESTAMP DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP",
					"TIMESTAMP(6) DEFAULT NOW(6)", "TIMESTAMP DEFAULT '2001-02-03 04:05:06'",
					"TIMESTAMP NOT NULL DEFAULT '2020-01-01 00:00:00'",
					"TIMESTAMP NULL ON UPDATE NOW()", NULL },
			NULL },
	{ "string",
			T{ "<chartype><charset><strdefault><attributes>", "<chartype><charset><attributes>",
					"<nchartype><attributes>", "<nchartype> COLLATE utf8mb3_bin",
					"<chartype><attributes><strdefault>", "<chartype><null> COLLATE <coll>",
					"<chartype> CHARACTER SET <cs><attributes>", NULL },
			NULL },
	{ "chartype",
			T{ "CHAR", "CHAR(<n>)", "CHARACTER(<n>)", "VARCHAR(<n>)", "VARCHAR(<n>)", "VARCHAR(<n>)",
					"CHAR VARYING(<n>)", "CHARACTER VARYING (<n>)", "VARCHARACTER(<n>)",
					"VARCHAR(0)", "CHAR(0)", "VARCHAR(3000)", "VARCHAR(70000)", "varchar (20)",
					NULL },
			NULL },
	{ "nchartype",
			T{ "NCHAR(<n>)", "NCHAR", "NATIONAL CHAR(<n>)", "NATIONAL CHARACTER(<n>)",
					"NATIONAL VARCHAR(<n>)", "NVARCHAR(<n>)", "NCHAR VARCHAR(<n>)",
					"NATIONAL CHAR VARYING(<n>)", "NATIONAL CHARACTER VARYING(<n>)",
					"NCHAR VARYING(<n>)", NULL },
			NULL },
	{ "charset",
			T{ "", "", "", "", " CHARACTER SET <cs>", " CHARSET <cs>", " CHAR SET <cs>", " COLLATE <coll>",
					" CHARACTER SET <pair>", " BINARY", " CHARACTER SET <cs> BINARY",
					" BINARY CHARACTER SET <cs>", " ASCII", " UNICODE", " BYTE", " ASCII BINARY",
					" BINARY ASCII", " UNICODE BINARY", " CHARACTER SET <cs> COLLATE <coll>",
					NULL },
			NULL },
	{ "cs",
			T{ "latin1", "latin1", "utf8mb4", "utf8mb4", "utf8mb3", "utf8", "gbk", "sjis", "ucs2", "utf16",
					"binary", "ascii", "big5", "cp1251", "koi8r", "utf32", "gb18030", "eucjpms",
					"utf16le", "'utf8mb4'", "latin2", "hebrew", "swe7", "tis620", NULL },
			NULL },
	{ "coll",
			T{ "latin1_bin", "latin1_general_cs", "utf8mb4_bin", "utf8mb4_general_ci", "utf8mb4_0900_as_cs",
					"utf8mb4_unicode_ci", "utf8mb3_general_ci", "utf8_bin", "gbk_bin",
					"sjis_japanese_ci", "ucs2_bin", "utf16_unicode_ci", "binary", "ascii_bin",
					"utf8mb4_de_pb_0900_ai_ci", "utf8mb4_0900_bin", "cp1251_bulgarian_ci", NULL },
			NULL },
	{ "pair",
			T{ "latin1 COLLATE latin1_german1_ci", "utf8mb4 COLLATE utf8mb4_bin",
					"utf8mb4 COLLATE utf8mb4_0900_as_ci", "gbk COLLATE gbk_bin",
					"utf8mb3 COLLATE utf8mb3_unicode_ci", "ucs2 COLLATE ucs2_unicode_ci",
					"binary COLLATE binary", NULL },
			NULL },
	{ "strdefault",
			T{ "", "", " DEFAULT ''", " DEFAULT 'abc'", " DEFAULT 'it''s'", " DEFAULT NULL",
					" DEFAULT _utf8mb4'x'", " DEFAULT N'n'", " DEFAULT 5", " DEFAULT (UUID())",
					" DEFAULT 'a,b)'", " DEFAULT 'x' 'y'", " DEFAULT x'4142'", " DEFAULT 'é'",
					NULL },
			NULL },
	{ "text",
			T{ "<texttype><charset><attributes>", "<texttype><charset><attributes>",
					"TEXT DEFAULT ('x, y')", "<texttype> CHARACTER SET <cs> NOT NULL", NULL },
			NULL },
	{ "texttype",
			T{ "TINYTEXT", "TEXT", "TEXT", "TEXT(10)", "TEXT(100)", "TEXT(300)", "TEXT(30000)",
					"TEXT(70000)", "TEXT(6000000)", "TEXT(0)", "MEDIUMTEXT", "LONGTEXT", "LONG",
					"LONG VARCHAR", "LONG CHAR VARYING", "LONG VARCHARACTER", NULL },
			NULL },
	{ "binary",
			T{ "BINARY<attributes>", "BINARY(<n>)<attributes>", "VARBINARY(<n>)<attributes>",
					"VARBINARY(10) DEFAULT 'x\\0y'", "BINARY(3) DEFAULT 0x414243",
					"VARBINARY(70000)", "BINARY(0)", NULL },
			NULL },
	{ "blob", T{ "<blobtype><attributes>", NULL }, NULL },
	{ "blobtype",
			T{ "TINYBLOB", "BLOB", "BLOB(10)", "BLOB(300)", "BLOB(70000)", "BLOB(20000000)", "MEDIUMBLOB",
					"LONGBLOB", "LONG VARBINARY", "BLOB(0)", NULL },
			NULL },
	{ "enum",
			T{ "ENUM(<labels>)<charset><attributes>", "ENUM('a','b') DEFAULT 'b'<null>",
					"ENUM('a', 'b', 'c') NOT NULL<charset>", "ENUM(<labels>)",
					"ENUM('é','ß','表') CHARACTER SET utf8mb4<attributes>",
					"ENUM('é','ß') CHARSET latin1<attributes>", NULL },
			NULL },
	{ "set",
			T{ "SET(<setlabels>)<charset><attributes>", "SET('p','q') DEFAULT 'p,q'",
					"SET ('x') NOT NULL DEFAULT ''", NULL },
			NULL },
	{ "labels",
			T{ "'a'", "'new','paid','shipped'", "'it''s', 'a,b', 'par)'", "'x  ', ' y'",
					"0x41, x'42', b'01000011'", "'back\\\\slash', 'q\\'q', 'tab\\t'", "''",
					"'A','b'", "_latin1'm', 'n'", "N'nat'", NULL },
			NULL },
	{ "setlabels",
			T{ "'a'", "'new','paid','shipped'", "'it''s', 'par)'", "'x  ', ' y'",
					"'a','b','c','d','e','f','g','h','i'", NULL },
			NULL },
	{ "json", T{ "JSON<attributes>", "JSON DEFAULT (JSON_OBJECT('a', 1, 'b', (2)))", "JSON DEFAULT NULL", NULL },
			NULL },
	{ "geometry",
			T{ "POINT", "GEOMETRY", "LINESTRING NOT NULL", "POLYGON SRID 4326", "MULTIPOINT",
					"MULTILINESTRING", "MULTIPOLYGON", "GEOMETRYCOLLECTION",
					"GEOMCOLLECTION NOT NULL SRID 0", "POINT NOT NULL SRID 4326 COMMENT 'p'",
					NULL },
			NULL },
	{ "vector", T{ "VECTOR", "VECTOR(3)", "VECTOR(16000) COMMENT 'v'", NULL }, NULL },
	{ "generated",
			T{ "INT AS (1 + 1)", "INT GENERATED ALWAYS AS (2 * (3 + 1)) STORED NOT NULL",
					"VARCHAR(40) GENERATED ALWAYS AS (CONCAT('a,)', 'b')) VIRTUAL<note>",
					"INT AS (<column>) VIRTUAL<attributes>",
					"VARCHAR(20) COLLATE utf8mb4_bin AS (UPPER('x')) STORED UNIQUE",
					"JSON GENERATED ALWAYS AS (JSON_ARRAY(1, 2)) VIRTUAL INVISIBLE",
					"BIGINT UNSIGNED AS (LENGTH('a''b')) STORED COMMENT 'g' UNIQUE KEY", NULL },
			NULL },

	{ "database", NULL, rule_database },
	{ "newtable", NULL, rule_newtable },
	{ "table", NULL, rule_table },
	{ "newcolumn", NULL, rule_newcolumn },
	{ "column", NULL, rule_column },
	{ "index", NULL, rule_index },
	{ "one", NULL, rule_one },
	{ "other", NULL, rule_other },
	{ "n", NULL, rule_n },
	{ "digit", NULL, rule_digit },
	{ "dq", NULL, rule_dq },
	{ "swap", NULL, rule_swap },
	{ "sqlplain", NULL, session_plain },
	{ "sqlansi", NULL, session_ansi },
	{ "names", NULL, session_names },
	{ NULL, NULL, NULL },
};

static void put_template(struct ddl_random *r, struct buf *out, const char *p, const char *end);

static const struct rule *rule_find(const char *name, size_t len)
{
	for (const struct rule *rule = rules; rule->name; rule++)
		if (strlen(rule->name) == len && memcmp(rule->name, name, len) == 0)
			return rule;
	return NULL;
}

static void put_rule(struct ddl_random *r, struct buf *out, const char *name, size_t len)
{
	const struct rule *rule = rule_find(name, len);
	size_t n = 0;
	const char *t;

	if (rule == NULL || r->depth >= DEPTH_MAX)
		return;
	if (rule->fn) {
		rule->fn(r, out);
		return;
	}
	while (rule->templates[n])
		n++;
	t = rule->templates[below(r, n)];
	r->depth++;
	put_template(r, out, t, t + strlen(t));
	r->depth--;
}

static void put_template(struct ddl_random *r, struct buf *out, const char *p, const char *end)
{
	while (p < end) {
		const char *close = *p == '<' ? memchr(p, '>', (size_t)(end - p))
				: *p == '['   ? memchr(p, ']', (size_t)(end - p))
					      : NULL;

		if (close == NULL) {
			buf_putc(out, *p++);
			continue;
		}
		if (*p == '<')
			put_rule(r, out, p + 1, (size_t)(close - p - 1));
		else if (below(r, 2))
			put_template(r, out, p + 1, close);
		p = close + 1;
	}
}

void ddl_random_init(struct ddl_random *r, uint64_t seed)
{
	*r = (struct ddl_random){ .state = seed, .client = "utf8mb4" };
}

void ddl_random_statement(struct ddl_random *r, struct buf *out)
{
	r->table = NULL;
	r->nused = 0;
	r->pair[0] = r->pair[1] = NULL;
	r->depth = 0;
	buf_reset(out);
	put_rule(r, out, "statement", strlen("statement"));
	buf_putc(out, '\0');
}
