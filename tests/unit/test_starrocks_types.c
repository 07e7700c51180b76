/*
 * test_starrocks_types.c - what is created in StarRocks for which table, as text beside tests/golden/starrocks_ddl.txt, and
 * which ALTER follows a change of the source. `test_starrocks_types --write` rewrites the golden file.
 */
#include "tests/tap.h"
#include "tests/unit/golden.h"

#include "core/buf.h"
#include "sink/starrocks/starrocks.h"

static const char *const labels[] = { "new", "paid", "sent" };

static const struct column every_type[] = {
	{ .name = "id", .type = COL_BIGINT, .is_unsigned = true, .autoinc = true, .comment = "say \"hi\"\\\nthere" },
	{ .name = "code", .type = COL_DECIMAL, .precision = 12, .scale = 2 },
	{ .name = "token", .type = COL_BINARY, .length = 16 },
	{ .name = "lang", .type = COL_CHAR, .length = 2, .charset = "ascii" },
	{ .name = "flag", .type = COL_TINYINT, .length = 1, .nullable = true },
	{ .name = "tiny", .type = COL_TINYINT },
	{ .name = "utiny", .type = COL_TINYINT, .is_unsigned = true },
	{ .name = "small", .type = COL_SMALLINT },
	{ .name = "usmall", .type = COL_SMALLINT, .is_unsigned = true },
	{ .name = "medium", .type = COL_MEDIUMINT },
	{ .name = "umedium", .type = COL_MEDIUMINT, .is_unsigned = true },
	{ .name = "plain", .type = COL_INT },
	{ .name = "uplain", .type = COL_INT, .is_unsigned = true },
	{ .name = "big", .type = COL_BIGINT },
	{ .name = "ubig", .type = COL_BIGINT, .is_unsigned = true },
	{ .name = "f", .type = COL_FLOAT },
	{ .name = "d", .type = COL_DOUBLE },
	{ .name = "money", .type = COL_DECIMAL, .precision = 38, .scale = 10 },
	{ .name = "huge", .type = COL_DECIMAL, .precision = 65, .scale = 30 },
	{ .name = "bit1", .type = COL_BIT, .length = 1 },
	{ .name = "bit8", .type = COL_BIT, .length = 8 },
	{ .name = "bit64", .type = COL_BIT, .length = 64 },
	{ .name = "y", .type = COL_YEAR },
	{ .name = "day", .type = COL_DATE },
	{ .name = "t", .type = COL_TIME, .scale = 6 },
	{ .name = "at", .type = COL_DATETIME, .scale = 6 },
	{ .name = "ts", .type = COL_TIMESTAMP },
	{ .name = "c", .type = COL_CHAR, .length = 255, .charset = "utf8mb4" },
	{ .name = "v3", .type = COL_VARCHAR, .length = 100, .charset = "utf8mb3" },
	{ .name = "v1", .type = COL_VARCHAR, .length = 100, .charset = "latin1" },
	{ .name = "v`q", .type = COL_VARCHAR, .length = 16383, .charset = "utf8mb4" },
	{ .name = "tt", .type = COL_TINYTEXT },
	{ .name = "text", .type = COL_TEXT },
	{ .name = "lt", .type = COL_LONGTEXT },
	{ .name = "vb", .type = COL_VARBINARY, .length = 20 },
	{ .name = "bl", .type = COL_BLOB },
	{ .name = "state", .type = COL_ENUM, .labels = 3, .label = labels },
	{ .name = "states", .type = COL_SET, .labels = 3, .label = labels },
	{ .name = "doc", .type = COL_JSON },
	{ .name = "geo", .type = COL_POINT },
	{ .name = "vec", .type = COL_VECTOR, .length = 3 },
};

static struct schema *every_schema(bool exact)
{
	static const char *const key[] = { "lang", "id", "code", "token" };
	struct schema *s = schema_new("shop", "every`thing");

	for (size_t i = 0; i < sizeof(every_type) / sizeof(every_type[0]); i++) {
		struct column c = every_type[i];

		if (!exact)
			c.length = 0;
		schema_add_column(s, &c);
	}
	schema_set_key(s, key, 4);
	s->exact = exact;
	return s;
}

static void print_all(struct buf *out)
{
	struct sink_conf conf = { .fe_http = "fe:8030", .buckets = 4, .replication_num = 1 };
	struct err err = { 0 };

	for (int exact = 1; exact >= 0; exact--) {
		struct schema *s = every_schema(exact);
		char *why = NULL, *ddl = sink_ddl(&conf, s, &why, &err);

		buf_printf(out, "-- %s\n%s;\n\n%s\n", exact ? "from MySQL" : "from a message: lengths unknown",
				ddl ? ddl : err.msg, why ? why : "");
		free(ddl);
		free(why);
		schema_unref(s);
	}
}

static void test_parse(void)
{
	static const struct {
		const char *text, *is;
	} cases[] = {
		{ "bigint(20)", "BIGINT" },
		{ "bigint(20) unsigned", "LARGEINT" },
		{ "largeint(40)", "LARGEINT" },
		{ "varchar(65533)", "VARCHAR(65533)" },
		{ "VARCHAR", "VARCHAR(1048576)" },
		{ "string", "VARCHAR(65533)" },
		{ "decimal(10, 2)", "DECIMAL(10,2)" },
		{ "DECIMAL64(18,4)", "DECIMAL(18,4)" },
		{ "tinyint(1)", "BOOLEAN" }, /* as information_schema shows them */
		{ "tinyint(4)", "TINYINT" },
		{ "char(6)", "CHAR(6)" },
		{ "boolean", "BOOLEAN" },
		{ "datetime", "DATETIME" },
		{ "json", "JSON" },
		{ "varbinary(12)", "VARBINARY" },
		{ "array<int>", "(other)" },
		{ "", "(other)" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct starrocks_type t;
		char text[64];

		starrocks_type_parse(cases[i].text, &t);
		starrocks_type_print(&t, text, sizeof(text));
		is_str(text, cases[i].is, "%s", cases[i].text);
	}
}

static void test_takes(void)
{
	static const struct {
		const char *have, *want;
		bool takes;
	} cases[] = {
		{ "bigint", "int", true },
		{ "int", "bigint", false },
		{ "largeint", "bigint", true },
		{ "varchar(20)", "bigint", true },
		{ "varchar(19)", "bigint", false },
		{ "decimal(20,0)", "bigint", true },
		{ "decimal(20,0)", "largeint", true }, /* BIGINT UNSIGNED */
		{ "varchar(21)", "largeint", true },
		{ "varchar(12)", "decimal(10,2)", true },
		{ "varchar(11)", "decimal(10,2)", false },
		{ "varchar(11)", "decimal(10,0)", true },
		{ "varchar(12)", "decimal(10,10)", false },
		{ "decimal(18,0)", "bigint", false },
		{ "decimal(12,2)", "decimal(10,2)", true },
		{ "decimal(12,4)", "decimal(10,2)", true },
		{ "decimal(11,4)", "decimal(10,2)", false },
		{ "double", "float", true },
		{ "float", "double", false },
		{ "datetime", "date", true },
		{ "date", "datetime", false },
		{ "varchar(40)", "varchar(80)", false },
		{ "varchar(80)", "varchar(40)", true },
		{ "varchar(100)", "json", true },
		{ "json", "varchar(10)", false },
		{ "boolean", "tinyint", false },
		{ "tinyint", "boolean", true },
		{ "array<int>", "int", false },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct starrocks_type have, want;

		starrocks_type_parse(cases[i].have, &have);
		starrocks_type_parse(cases[i].want, &want);
		is_int(starrocks_type_takes(&have, &want), cases[i].takes, "%s takes %s", cases[i].have, cases[i].want);
	}
}

/* Tables that others have made: a value that does not fit is found before it is sent. */
static void test_checks(void)
{
	static const struct {
		const char *have, *want;
		bool checks;
	} cases[] = {
		{ "tinyint(1)", "tinyint(4)", true }, /* Flink CDC's BOOLEAN for TINYINT(1) */
		{ "varchar(60)", "varchar(80)", true },
		{ "char(6)", "varchar(8)", true },
		{ "decimal(20,0)", "largeint", true },
		{ "decimal(8,2)", "decimal(10,2)", true },
		{ "smallint", "int", true },
		{ "int", "decimal(10,2)", true },
		{ "double", "decimal(10,2)", true },
		{ "float", "double", true },
		{ "varchar(10)", "datetime", true },
		{ "json", "varchar(100)", true },
		{ "varbinary", "varchar(100)", true },
		{ "int", "varchar(10)", false }, /* 007 would become 7 */
		{ "date", "datetime", false },
		{ "decimal(10,2)", "double", false }, /* rounded */
		{ "array<int>", "int", false },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct starrocks_type have, want;

		starrocks_type_parse(cases[i].have, &have);
		starrocks_type_parse(cases[i].want, &want);
		is_int(starrocks_type_checks(&have, &want), cases[i].checks, "%s for %s", cases[i].have, cases[i].want);
	}
}

static struct schema *small_schema(void)
{
	static const struct column columns[] = {
		{ .name = "id", .type = COL_BIGINT },
		{ .name = "name", .type = COL_VARCHAR, .length = 10, .charset = "utf8mb4" },
		{ .name = "n", .type = COL_INT },
		{ .name = "note", .type = COL_TEXT, .comment = "free" },
	};
	static const char *const key[] = { "id" };
	struct schema *s = schema_new("shop", "t");

	for (size_t i = 0; i < 4; i++)
		schema_add_column(s, &columns[i]);
	schema_set_key(s, key, 1);
	s->exact = true;
	return s;
}

/* have: "name type" pairs; the first is the key. */
static void is_alter(bool create, const char *const *have, const char *want, const char *name)
{
	struct sink_conf conf = { .fe_http = "fe:8030", .table_create = create };
	struct starrocks_columns columns = { 0 };
	struct schema *s = small_schema();
	struct err err = { 0 };
	struct buf sql;

	buf_init(&sql, 1 << 16);
	for (size_t i = 0; have[i]; i += 2)
		starrocks_columns_add(&columns, have[i], have[i + 1], i > 0, i == 0);
	if (starrocks_alter(&sql, &conf, s, &columns, &err))
		ok(strstr(err.msg, want), "%s: %s", name, err.msg);
	else
		is_str(sql.data ? sql.data : "", want, "%s", name);
	starrocks_columns_done(&columns);
	buf_done(&sql);
	schema_unref(s);
}

static void test_alter(void)
{
	is_alter(true,
			(const char *[]){ "id", "bigint", "name", "varchar(40)", "n", "int", "note", "varchar(1048576)",
					NULL },
			"", "nothing to do");
	is_alter(true,
			(const char *[]){ "ID", "largeint", "NAME", "varchar(80)", "n", "bigint", "note", "string",
					"own", "int", NULL },
			"ALTER TABLE `shop`.`t` MODIFY COLUMN `note` VARCHAR(1048576) NULL",
			"wider columns and columns of its own are fine, a short VARCHAR is widened");
	is_alter(false, (const char *[]){ "id", "bigint", "name", "char(8)", "n", "smallint", "note", "string", NULL },
			"", "a table that is not ours stays as it is: its values are checked");
	is_alter(true, (const char *[]){ "id", "bigint", "name", "varchar(20)", NULL },
			"ALTER TABLE `shop`.`t` ADD COLUMN `n` INT NULL, ADD COLUMN `note` VARCHAR(1048576) NULL COMMENT \"free\"",
			"columns are added first");
	is_alter(true,
			(const char *[]){ "id", "bigint", "name", "varchar(40)", "n", "smallint", "note", "string",
					NULL },
			"ALTER TABLE `shop`.`t` MODIFY COLUMN `n` INT NULL", "a narrower integer is widened");
	is_alter(true, (const char *[]){ "id", "bigint", "name", "int", "n", "int", "note", "string", NULL },
			"does not take varchar; run by hand: ALTER TABLE `shop`.`t` MODIFY COLUMN `name` VARCHAR(40) NULL",
			"another type is for a person");
	is_alter(true, (const char *[]){ "id", "bigint", "name", "varchar(40)", "n", "date", "note", "string", NULL },
			"make the table again with INT", "and what StarRocks cannot convert");
	is_alter(true, (const char *[]){ "id", "date", "name", "varchar(40)", "n", "int", "note", "string", NULL },
			"make the table again with BIGINT", "so is the key");
	is_alter(true,
			(const char *[]){ "id", "int", "name", "varchar(40)", "n", "int", "note", "varchar(1048576)",
					NULL },
			"", "a narrower key is checked");
	is_alter(true, (const char *[]){ "name", "varchar(40)", "id", "bigint", NULL }, "is not the key of the source",
			"another key");
}

/* MODIFY COLUMN says again what the column has. */
static void test_modify(void)
{
	struct sink_conf conf = { .fe_http = "fe:8030", .table_create = true };
	struct starrocks_columns columns = { 0 };
	struct schema *s = small_schema();
	struct err err = { 0 };
	struct buf sql;

	starrocks_columns_add(&columns, "id", "bigint", false, true);
	starrocks_columns_add(&columns, "name", "char(5)", false, false);
	columns.items[1].preset = strdup("it's \"new\"");
	columns.items[1].comment = strdup("by hand");
	starrocks_columns_add(&columns, "n", "int", true, false);
	starrocks_columns_add(&columns, "note", "varchar(1048576)", true, false);
	buf_init(&sql, 1 << 16);
	ok(starrocks_alter(&sql, &conf, s, &columns, &err) == 0, "a table with NOT NULL, DEFAULT and COMMENT");
	is_str(sql.data,
			"ALTER TABLE `shop`.`t` MODIFY COLUMN `name` VARCHAR(40) NOT NULL DEFAULT \"it's \\\"new\\\"\" COMMENT \"by hand\"",
			"keeps them");
	starrocks_columns_done(&columns);
	buf_done(&sql);
	schema_unref(s);
}

/* What the table's section says, and what of MySQL's definition is safe there. */
static void says(const void *arg, const char *db_table, struct sink_table *out)
{
	(void)db_table;
	out->suffix = arg;
}

static void test_create(void)
{
	static const char *const key[] = { "id" };
	struct sink_conf conf = { .fe_http = "fe:8030",
		.not_null = true,
		.table_of = says,
		.table_arg = "PARTITION BY date_trunc('day', `at`) ORDER BY (n)" };
	struct schema *s = schema_new("shop", "t");
	struct err err = { 0 };
	char *why = NULL, *ddl;

	schema_add_column(s, &(struct column){ .name = "id", .type = COL_INT });
	schema_add_column(s,
			&(struct column){ .name = "n",
					.type = COL_INT,
					.default_kind = DEFAULT_LITERAL,
					.default_text = "7" });
	schema_add_column(s,
			&(struct column){ .name = "v",
					.type = COL_VARCHAR,
					.length = 2,
					.nullable = true,
					.default_kind = DEFAULT_LITERAL,
					.default_text = "a\"b" });
	schema_add_column(s,
			&(struct column){ .name = "at",
					.type = COL_DATETIME,
					.default_kind = DEFAULT_LITERAL,
					.default_text = "2001-01-01 00:00:00" });
	schema_set_key(s, key, 1);
	s->exact = true;
	ddl = sink_ddl(&conf, s, &why, &err);
	is_str(ddl ? ddl : err.msg,
			"CREATE DATABASE IF NOT EXISTS `shop`;\nCREATE TABLE IF NOT EXISTS `shop`.`t` (\n  `id` INT NOT NULL,\n"
			"  `n` INT NOT NULL DEFAULT \"7\",\n  `v` VARCHAR(8) NULL DEFAULT \"a\\\"b\",\n  `at` DATETIME NULL\n"
			") ENGINE=OLAP\nPRIMARY KEY (`id`)\nPARTITION BY date_trunc('day', `at`) ORDER BY (n)",
			"suffix, NOT NULL and DEFAULT");
	free(ddl);
	free(why);
	schema_unref(s);
}

static void test_suffix(void)
{
	static const struct {
		const char *text;
		bool good;
	} cases[] = {
		{ "DISTRIBUTED BY HASH(id) BUCKETS 4 PROPERTIES (\"replication_num\" = \"1\")", true },
		{ "partition by list (a) order by (b)", true },
		{ "PROPERTIES(\"a;b\" = \"--\")", true },
		{ "", false },
		{ "COMMENT 'x'", false },
		{ "PROPERTIES (\"a\" = \"b\"); DROP TABLE x", false },
		{ "ORDER BY (a) -- rest", false },
		{ "ORDER BY (a) /* rest", false },
		{ "ORDER BY (a", false },
		{ "ORDER BY a) (", false },
		{ "PROPERTIES (\"a", false },
		{ "PARTITIONS", false },
	};
	struct err err = { 0 };

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		is_int(sink_suffix_check(cases[i].text, &err) == 0, cases[i].good, "suffix '%s'", cases[i].text);
}

static void is_refused(struct schema *s, const char *want)
{
	struct sink_conf conf = { .fe_http = "fe:8030" };
	struct err err = { 0 };
	char *why = NULL, *ddl = sink_ddl(&conf, s, &why, &err);

	ok(!ddl && strstr(err.msg, want), "refused: %s", err.msg);
	free(ddl);
	free(why);
	schema_unref(s);
}

/* Nine of 16 bytes: no value of it is ever short enough. */
static void test_long_key(void)
{
	static const char *const names[] = { "a", "b", "c", "d", "e", "f", "g", "h", "i" };
	struct schema *s = schema_new("shop", "long_key");

	for (unsigned i = 0; i < 9; i++)
		schema_add_column(s, &(struct column){ .name = names[i], .type = COL_BIGINT, .is_unsigned = true });
	schema_set_key(s, names, 9);
	is_refused(s, "each value of its key takes 144 bytes");
}

static void test_refused(void)
{
	struct schema *s = small_schema();

	s->nkey = 0;
	is_refused(s, "no primary key");
	s = small_schema();
	s->columns[1].name = "a\nlabel: x";
	is_refused(s, "control characters");
	s = small_schema();
	s->columns[1].name = "__op";
	is_refused(s, "not possible in StarRocks");
	s = small_schema();
	s->columns[2].type = COL_UNKNOWN;
	is_refused(s, "column n: no StarRocks type");
}

int main(int argc, char **argv)
{
	golden_is("starrocks_ddl.txt", argc > 1 && strcmp(argv[1], "--write") == 0, print_all,
			"every type, with its reason,");
	test_parse();
	test_takes();
	test_checks();
	test_alter();
	test_modify();
	test_create();
	test_suffix();
	test_refused();
	test_long_key();
	return tap_done();
}
