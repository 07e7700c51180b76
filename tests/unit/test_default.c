/*
 * test_default.c - DEFAULT literals against the values that a MySQL 9.7 server made of them (SHOW CREATE TABLE after the
 * statement, sql_mode empty, time_zone '+00:00'). A text may be kept as it was written where it reads as the same value.
 */
#include <math.h>
#include <stdlib.h>

#include "core/num/num.h"
#include "source/catalog/mysql_catalog.h"
#include "tests/tap.h"

static const struct row {
	const char *type, *literal, *value;
} rows[] = {
	{ "time", "'0000-00-00 01:00:00.000'", "01:00:00" },
	{ "time", "'10:20'", "10:20:00" },
	{ "time", "'1 10:20:30'", "34:20:30" },
	{ "time", "'102030'", "10:20:30" },
	{ "time", "'30'", "00:00:30" },
	{ "time", "102030", "10:20:30" },
	{ "time", "30", "00:00:30" },
	{ "time", "'-01:02:03'", "-01:02:03" },
	{ "time", "'1 10'", "34:00:00" },
	{ "time", "'2024-01-02 03:04:05'", "03:04:05" },
	{ "time", "'838:59:59'", "838:59:59" },
	{ "time", "'10:20:30.5'", "10:20:31" },
	{ "time", "0", "00:00:00" },
	{ "time", "'1:2:3'", "01:02:03" },
	{ "time", "'20240102030405'", "03:04:05" },
	{ "time", "20240102030405", "03:04:05" },
	{ "time", "1.5", "00:00:02" },
	{ "time", "'10:20:30.999'", "10:20:31" },
	{ "time", "'0:0'", "00:00:00" },
	{ "time", "-5", "-00:00:05" },
	{ "time", "'-1 2:3:4'", "-26:03:04" },
	{ "time", "' 10:20:30'", "10:20:30" },
	{ "time", "'10:20:30 '", "10:20:30" },
	{ "time", "'1 2:3'", "26:03:00" },
	{ "time", "'10.5'", "00:00:11" },
	{ "time(3)", "'10:20:30.5'", "10:20:30.500" },
	{ "time(3)", "'10:20:30.9999'", "10:20:31.000" },
	{ "time(3)", "102030.25", "10:20:30.250" },
	{ "time(3)", "'10:20:30.1234567'", "10:20:30.123" },
	{ "date", "'2018-1-2'", "2018-01-02" },
	{ "date", "'20180102'", "2018-01-02" },
	{ "date", "'180102'", "2018-01-02" },
	{ "date", "'18-1-2'", "2018-01-02" },
	{ "date", "'2018/01/02'", "2018-01-02" },
	{ "date", "20180102", "2018-01-02" },
	{ "date", "'2018-01-02 03:04:05'", "2018-01-02" },
	{ "date", "180102", "2018-01-02" },
	{ "date", "'2018.1.2'", "2018-01-02" },
	{ "date", "'2018-01-02T03:04:05'", "2018-01-02" },
	{ "date", "0", "0000-00-00" },
	{ "date", "'0000-00-00'", "0000-00-00" },
	{ "date", "70101", "2007-01-01" },
	{ "date", "'2018-01-02 23:59:59.9999999'", "2018-01-03" },
	{ "date", "'69-1-1'", "2069-01-01" },
	{ "date", "'70-1-1'", "1970-01-01" },
	{ "date", "'0018-04-01'", "0018-04-01" },
	{ "date", "'18:1:2'", "2018-01-02" },
	{ "date", "'2018-00-00'", "2018-00-00" },
	{ "date", "'20180102030405'", "2018-01-02" },
	{ "date", "101", "2000-01-01" },
	{ "date", "'2018-01-02'", "2018-01-02" },
	{ "datetime", "'2018-01-02'", "2018-01-02 00:00:00" },
	{ "datetime", "'20180102030405'", "2018-01-02 03:04:05" },
	{ "datetime", "'180102030405'", "2018-01-02 03:04:05" },
	{ "datetime", "20180102030405", "2018-01-02 03:04:05" },
	{ "datetime", "'2018-01-02T03:04:05'", "2018-01-02 03:04:05" },
	{ "datetime", "'2018-1-2 3:4:5'", "2018-01-02 03:04:05" },
	{ "datetime", "'2018/01/02 03.04.05'", "2018-01-02 03:04:05" },
	{ "datetime", "'2018-01-02 03:04'", "2018-01-02 03:04:00" },
	{ "datetime", "'2018-01-02 03'", "2018-01-02 03:00:00" },
	{ "datetime", "'2018-01-02 03:04:05.6'", "2018-01-02 03:04:06" },
	{ "datetime", "20180102", "2018-01-02 00:00:00" },
	{ "datetime", "'2018-01-02 03:04:05.999999'", "2018-01-02 03:04:06" },
	{ "datetime", "180102030405", "2018-01-02 03:04:05" },
	{ "datetime", "0", "0000-00-00 00:00:00" },
	{ "datetime", "'2018-12-31 23:59:59.5'", "2019-01-01 00:00:00" },
	{ "datetime", "' 2018-01-02 03:04:05'", "2018-01-02 03:04:05" },
	{ "datetime", "'2018-01-02  03:04:05'", "2018-01-02 03:04:05" },
	{ "datetime", "20180102030405.6", "2018-01-02 03:04:06" },
	{ "datetime(2)", "'2018-01-02 03:04:05.678'", "2018-01-02 03:04:05.68" },
	{ "datetime(2)", "'2018-01-02 03:04:05.6'", "2018-01-02 03:04:05.60" },
	{ "datetime(2)", "20180102030405.678", "2018-01-02 03:04:05.68" },
	{ "timestamp null", "'2018-01-02 03:04:05'", "2018-01-02 03:04:05" },
	{ "timestamp null", "'2018-1-2'", "2018-01-02 00:00:00" },
	{ "timestamp null", "20180102030405", "2018-01-02 03:04:05" },
	{ "timestamp null", "'2018-01-02 03:04:05.7'", "2018-01-02 03:04:06" },
	{ "timestamp null", "0", "0000-00-00 00:00:00" },
	{ "year", "2018", "2018" },
	{ "year", "'2018'", "2018" },
	{ "year", "18", "2018" },
	{ "year", "'18'", "2018" },
	{ "year", "70", "1970" },
	{ "year", "'0'", "2000" },
	{ "year", "0", "0000" },
	{ "year", "'00'", "2000" },
	{ "year", "'0000'", "0000" },
	{ "year", "99", "1999" },
	{ "year", "'69'", "2069" },
	{ "year", "2018.4", "2018" },
	{ "year", "'1'", "2001" },
	{ "year", "1", "2001" },
	{ "year", "1901", "1901" },
	{ "year", "'18.0'", "2018" },
	{ "int", "'5'", "5" },
	{ "int", "5.5", "6" },
	{ "int", "'5.5'", "6" },
	{ "int", "1e2", "100" },
	{ "int", "'1e2'", "100" },
	{ "int", "TRUE", "1" },
	{ "int", "0x10", "16" },
	{ "int", "x'10'", "16" },
	{ "int", "b'101'", "5" },
	{ "int", "-5", "-5" },
	{ "int", "+5", "5" },
	{ "int", "' 5'", "5" },
	{ "int", "0.5", "1" },
	{ "int", "1.5", "2" },
	{ "int", "2.5", "3" },
	{ "int", "-2.5", "-3" },
	{ "int", "'2.5'", "3" },
	{ "int", "'1.5'", "2" },
	{ "int", "'-2.5'", "-3" },
	{ "int", " 00012", "12" },
	{ "int", "FALSE", "0" },
	{ "int", "1e-1", "0" },
	{ "int", ".5", "1" },
	{ "int", "5.", "5" },
	{ "int", "0b11", "3" },
	{ "int", "24.9999999", "25" },
	{ "bigint", "9223372036854775807", "9223372036854775807" },
	{ "bigint", "9223372036854775806.5", "9223372036854775807" },
	{ "bigint", "'9223372036854775807'", "9223372036854775807" },
	{ "bigint", "9.2e18", "9200000000000000000" },
	{ "bigint", "123456789012345678.5", "123456789012345679" },
	{ "bigint", "'123456789012345678.5'", "123456789012345679" },
	{ "bigint unsigned", "18446744073709551615", "18446744073709551615" },
	{ "bigint unsigned", "'18446744073709551615'", "18446744073709551615" },
	{ "bigint unsigned", "1.8e19", "18000000000000000000" },
	{ "bigint unsigned", "0xffffffffffffffff", "18446744073709551615" },
	{ "bigint unsigned", "18446744073709551614.4", "18446744073709551614" },
	{ "tinyint(1)", "TRUE", "1" },
	{ "tinyint(1)", "'1'", "1" },
	{ "tinyint(1)", "0x01", "1" },
	{ "tinyint(1)", "b'1'", "1" },
	{ "decimal(8,3)", "1.5", "1.500" },
	{ "decimal(8,3)", "'1.5'", "1.500" },
	{ "decimal(8,3)", "1e2", "100.000" },
	{ "decimal(8,3)", "'1e2'", "100.000" },
	{ "decimal(8,3)", "1.23456", "1.235" },
	{ "decimal(8,3)", "'1.2345'", "1.235" },
	{ "decimal(8,3)", "-1.5", "-1.500" },
	{ "decimal(8,3)", "0x10", "16.000" },
	{ "decimal(8,3)", "+2", "2.000" },
	{ "decimal(8,3)", ".5", "0.500" },
	{ "decimal(8,3)", "'.5'", "0.500" },
	{ "decimal(8,3)", "b'11'", "3.000" },
	{ "decimal(8,3)", "1.0005", "1.001" },
	{ "decimal(8,3)", "-1.0005", "-1.001" },
	{ "decimal(8,3)", "TRUE", "1.000" },
	{ "decimal(8,3)", "5.", "5.000" },
	{ "decimal(8,3)", "1.5e-2", "0.015" },
	{ "decimal(5,2) unsigned", "1", "1.00" },
	{ "float", "1.5", "1.5" },
	{ "float", "'1.5'", "1.5" },
	{ "float", "1e10", "10000000000" },
	{ "float", "0x10", "16" },
	{ "float", ".1", "0.1" },
	{ "float", "16777217", "16777200" },
	{ "float", "0.1", "0.1" },
	{ "float", "1e-3", "0.001" },
	{ "float", "TRUE", "1" },
	{ "float", "b'11'", "3" },
	{ "double", "1.5", "1.5" },
	{ "double", "'1e300'", "1e300" },
	{ "double", "1e-5", "0.00001" },
	{ "double", "0.1", "0.1" },
	{ "double", "0x10", "16" },
	{ "double", "5.", "5" },
	{ "double", ".5", "0.5" },
	{ "double(8,2)", "1.555", "1.55" },
	{ "double(8,2)", "1.5", "1.50" },
	{ "float(8,2)", "1.555", "1.55" },
	{ "bit(1)", "1", "b'1'" },
	{ "bit(1)", "b'1'", "b'1'" },
	{ "bit(1)", "0", "b'0'" },
	{ "bit(1)", "TRUE", "b'1'" },
	{ "bit(1)", "0x01", "b'1'" },
	{ "bit(8)", "5", "b'101'" },
	{ "bit(8)", "b'101'", "b'101'" },
	{ "bit(8)", "'a'", "b'1100001'" },
	{ "bit(8)", "0x41", "b'1000001'" },
	{ "bit(8)", "x'41'", "b'1000001'" },
	{ "bit(8)", "5.0", "b'101'" },
	{ "bit(8)", "'5'", "b'110101'" },
	{ "bit(8)", "'\\\\'", "b'1011100'" },
	{ "bit(8)", "5.7", "b'110'" },
	{ "bit(8)", "0b101", "b'101'" },
	{ "bit(16)", "'ab'", "b'110000101100010'" },
	{ "bit(16)", "0x4142", "b'100000101000010'" },
	{ "bit(16)", "258", "b'100000010'" },
	{ "bit(16)", "b'100000001'", "b'100000001'" },
	{ "bit(16)", "'1'", "b'110001'" },
	{ "binary(4)", "'ab'", "ab" },
	{ "binary(4)", "0x6162", "ab" },
	{ "binary(4)", "b'01100001'", "a" },
	{ "binary(4)", "''", "" },
	{ "binary(4)", "5", "5" },
	{ "binary(4)", "TRUE", "1" },
	{ "binary(4)", "1.5", "1.5" },
	{ "varbinary(8)", "0x00ff", "0x00FF" },
	{ "varbinary(8)", "x''", "" },
	{ "varbinary(8)", "_binary'ab'", "ab" },
	{ "varbinary(8)", "5", "5" },
	{ "varbinary(8)", "0x8041", "0x8041" },
	{ "char(5)", "'ab  '", "ab" },
	{ "char(5)", "5", "5" },
	{ "char(5)", "0x6162", "ab" },
	{ "char(5)", "TRUE", "1" },
	{ "char(5)", "_latin1 0xe9", "é" },
	{ "char(5)", "_utf8mb4'é'", "é" },
	{ "char(5)", "n'x'", "x" },
	{ "char(5)", "1.50", "1.50" },
	{ "char(5)", "-1", "-1" },
	{ "char(5)", "'a' 'b'", "ab" },
	{ "char(5)", "x'c3a9'", "é" },
	{ "char(5)", "1e3", "1000" },
	{ "char(5)", "007", "7" },
	{ "char(5)", "1.0e0", "1" },
	{ "char(5)", "+7", "7" },
	{ "char(5)", "5.", "5" },
	{ "char(5)", "FALSE", "0" },
	{ "char(5)", "0b1100001", "a" },
	{ "char(5) charset latin1", "'é'", "é" },
	{ "char(5) charset latin1", "0xe9", "é" },
	{ "char(5) charset latin1", "x'c3a9'", "Ã©" },
	{ "enum('a','b','2')", "2", "2" },
	{ "enum('a','b','2')", "0x62", "b" },
	{ "enum('a','b','2')", "'B'", "b" },
	{ "enum('a','b','2')", "'b '", "b" },
	{ "set('x','y','z')", "'y,x'", "x,y" },
	{ "set('x','y','z')", "'X'", "x" },
	{ "set('x','y','z')", "''", "" },
	{ "set('x','y','z')", "0x78", "x" },
};

static char got[4096];

/* What the catalog holds of column c after the statements; NULL: no literal. */
static const char *settled(const char *create, const char *alter, uint64_t sql_mode)
{
	struct ddl_context ctx = { .db = "d", .sql_mode = sql_mode, .server_version = 80400 };
	struct catalog *catalog = catalog_new(0, false);
	const char *statements[] = { create, alter }, *db_table = NULL;
	const struct column *c = NULL;
	struct ddl_result result;
	struct arena arena;
	struct err err;

	err_clear(&err);
	arena_init(&arena, 4096);
	for (int i = 0; i < 2 && statements[i]; i++) {
		if (catalog_apply(catalog, &ctx, statements[i], strlen(statements[i]), &arena, &result, &db_table,
				    &err) < 0)
			ok(0, "%s: %s", statements[i], err.msg);
		else
			ddl_result_release(&result);
	}
	if (catalog_find(catalog, "d", "t"))
		c = &catalog_find(catalog, "d", "t")->columns[0];
	snprintf(got, sizeof(got), "%s", c && c->default_kind == DEFAULT_LITERAL ? c->default_text : "(no literal)");
	arena_done(&arena);
	catalog_free(catalog);
	return got;
}

static size_t without_zeros(const char *p)
{
	size_t n = strlen(p);

	if (strchr(p, '.') == NULL)
		return n;
	while (n > 0 && p[n - 1] == '0')
		n--;
	return n - (n > 0 && p[n - 1] == '.');
}

static bool same_value(const char *type, const char *ours, const char *server)
{
	size_t n = without_zeros(ours);
	double a, b;

	if (strcmp(ours, server) == 0)
		return true;
	if (strncmp(type, "bit", 3) == 0 && num_parse_double(ours, strlen(ours), &a))
		return a == (double)strtoull(server + 2, NULL, 2);
	if (strcmp(ours, "TRUE") == 0 || strcmp(ours, "FALSE") == 0)
		return strstr(server, *ours == 'T' ? "1" : "0") != NULL;
	if (n == without_zeros(server) && strncmp(ours, server, n) == 0)
		return strncmp(type, "char", 4) != 0 && strcmp(type, "year") != 0;
	return strncmp(type, "char", 4) != 0 && strcmp(type, "year") != 0 && num_parse_double(ours, strlen(ours), &a) &&
			num_parse_double(server, strlen(server), &b) &&
			(strcmp(type, "float") == 0 ? fabs(a - b) <= 1e-5 * fabs(b) : a == b);
}

static void test_rows(void)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		const struct row *r = &rows[i];
		char create[300], plain[300], alter[300];

		snprintf(create, sizeof(create), "CREATE TABLE t (c %s DEFAULT %s)", r->type, r->literal);
		ok(same_value(r->type, settled(create, NULL, 0), r->value), "%s DEFAULT %s: %s, MySQL %s", r->type,
				r->literal, got, r->value);
		snprintf(plain, sizeof(plain), "CREATE TABLE t (c %s)", r->type);
		snprintf(alter, sizeof(alter), "ALTER TABLE t ALTER c SET DEFAULT %s", r->literal);
		ok(same_value(r->type, settled(plain, alter, 0), r->value), "%s SET DEFAULT %s: %s", r->type,
				r->literal, got);
	}
}

/* Quotes and escapes, by sql_mode: 4 ANSI_QUOTES, 1048576 NO_BACKSLASH_ESCAPES. */
static void test_modes(void)
{
	static const struct {
		uint64_t mode;
		const char *literal, *value;
	} cases[] = {
		{ 0, "'a\\\\b''c'", "a\\b'c" },
		{ 0, "'c\\'d'", "c'd" },
		{ 0, "'one\\ntwo\\tx\\Zq'", "one\ntwo\tx\x1aq" },
		{ 0, "'p\\%q\\_r\\x'", "p\\%q\\_rx" },
		{ 0, "\"dq\"\"'x\"", "dq\"'x" },
		{ 0, "'x\\0z'", "(no literal)" },
		{ 0, "_latin1'\xc3\xa9'", "(no literal)" },
		{ 0, "_utf8mb4'\xc3\xa9'", "\xc3\xa9" },
		{ 0, "'a' 'b\\n'", "ab\n" },
		{ 1048576, "'a\\\\b''c'", "a\\\\b'c" },
		{ 1048576, "'one\\ntwo'", "one\\ntwo" },
		{ 1048576, "'c:\\dir\\'", "c:\\dir\\" },
		{ 4, "'say \"x\" ''y'' \\\\z'", "say \"x\" 'y' \\z" },
		{ 1048580, "'\\\"'", "\\\"" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		char create[200], alter[200];

		snprintf(create, sizeof(create), "CREATE TABLE t (c VARCHAR(40) DEFAULT %s)", cases[i].literal);
		is_str(settled(create, NULL, cases[i].mode), cases[i].value, "mode %u: %s", (unsigned)cases[i].mode,
				create);
		snprintf(alter, sizeof(alter), "ALTER TABLE t ALTER c SET DEFAULT %s", cases[i].literal);
		is_str(settled("CREATE TABLE t (c VARCHAR(40))", alter, cases[i].mode), cases[i].value, "mode %u: %s",
				(unsigned)cases[i].mode, alter);
	}
	is_str(settled("CREATE TABLE t (c BINARY(4) DEFAULT x'616200')", NULL, 0), "0x616200", "a zero byte");
	is_str(settled("CREATE TABLE t (c VARBINARY(9) DEFAULT 'a\\0b')", NULL, 0), "0x610062",
			"a zero byte of a string");
	is_str(settled("CREATE TABLE t (c VARBINARY(9) DEFAULT '0x41')", NULL, 0), "0x30783431",
			"a text that looks like hex");
	is_str(settled("CREATE TABLE t (c DATETIME DEFAULT '2018-01-02 03:04:05+02:00')", NULL, 0), "(no literal)",
			"a time zone: the session's is not known");
	is_str(settled("CREATE TABLE t (c TIME DEFAULT '10:20:30.9')", NULL, UINT64_C(1) << 32), "10:20:30",
			"TIME_TRUNCATE_FRACTIONAL");
}

int main(void)
{
	test_rows();
	test_modes();
	return tap_done();
}
