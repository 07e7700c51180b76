/* test_check_tables.c - the statements that count what a table's columns ask (mysql_check_question.c). */
#include <string.h>

#include "source/check/mysql_check_table.h"
#include "tests/tap.h"

enum { MAX = 32 };

static struct schema *table_of(const struct column *columns, unsigned n, const char *key)
{
	struct schema *s = schema_new("d", "t`x");

	for (unsigned i = 0; i < n; i++)
		schema_add_column(s, &columns[i]);
	if (key)
		schema_set_key(s, &key, 1);
	return s;
}

static unsigned statement(struct table_check *e, int64_t sample, struct buf *sql, struct question_count *counts)
{
	static const struct mysql_conf conf = { .enable_time_adjuster = false };

	buf_init(sql, 1 << 16);
	return question_statement(e, &conf, sample, sql, counts, MAX);
}

static void test_statement(void)
{
	const struct column columns[] = {
		{ .name = "id", .type = COL_INT },
		{ .name = "fl`ag", .type = COL_TINYINT, .length = 1 },
		{ .name = "big", .type = COL_BIGINT, .is_unsigned = true },
		{ .name = "j", .type = COL_LONGTEXT, .charset = "latin1" },
	};
	struct schema *s = table_of(columns, 4, "id");
	struct table_check *e = table_check_new(s);
	struct question_count counts[MAX];
	struct buf sql;

	e->columns[3].room_bytes = 100;
	is_int(statement(e, 0, &sql, counts), 6, "six numbers are asked for");
	is_str(sql.data,
			"SELECT COUNT(*), SUM(`fl``ag` NOT IN (0, 1)), SUM(`big` > 9223372036854775807), "
			"SUM(`big` BETWEEN 4611686018427387904 AND 9223372036854775807), SUM(LENGTH(CONVERT(`j` USING utf8mb4)) > 100), "
			"SUM(HEX(`j`) REGEXP '^(..)*(81|8D|8F|90|9D)'), SUM(HEX(`j`) REGEXP '^(..)*(C[2-9A-F]|D.|E.)[89AB].') "
			"FROM `d`.`t``x`",
			"of all rows");
	is_int(counts[0].question, CHECK_TINYINT1, "the first number's question");
	is_int(counts[0].column, 1, "and its column");
	buf_done(&sql);
	is_int(statement(e, 10, &sql, counts), 6, "the same of a sample");
	ok(strstr(sql.data, "SELECT COUNT(*), SUM(c0), SUM(c1)") == sql.data, "sums of the sample's columns");
	ok(strstr(sql.data, "AS c5 FROM `d`.`t``x` ORDER BY `id` LIMIT 5) UNION ALL (SELECT 1 AS one,") != NULL,
			"one end");
	ok(strstr(sql.data, "ORDER BY `id` DESC LIMIT 5) AS ends") == NULL, "brackets around each end");
	ok(strstr(sql.data, "ORDER BY `id` DESC LIMIT 5)) AS ends") != NULL, "the other end");
	buf_done(&sql);
	table_check_free(e);
	schema_unref(s);
}

static void test_nothing(void)
{
	const struct column columns[] = {
		{ .name = "v", .type = COL_INT },
		{ .name = "w", .type = COL_VARCHAR, .length = 9 },
	};
	struct schema *s = table_of(columns, 2, NULL);
	struct table_check *e = table_check_new(s);
	struct question_count counts[MAX];
	struct buf sql;

	e->columns[1].room_bytes = 36;
	is_int(statement(e, 0, &sql, counts), 0, "nothing is asked of columns that fit");
	is_str(sql.data, "SELECT COUNT(*) FROM `d`.`t``x`", "but the rows are counted");
	buf_done(&sql);
	is_int(statement(e, 8, &sql, counts), 0, "a sample without key");
	is_str(sql.data, "SELECT COUNT(*) FROM ((SELECT 1 AS one FROM `d`.`t``x` LIMIT 8)) AS ends", "is one piece");
	buf_done(&sql);
	table_check_free(e);
	schema_unref(s);
}

static void test_table_questions(void)
{
	const struct column columns[] = {
		{ .name = "k", .type = COL_VARCHAR, .length = 40 },
		{ .name = "b", .type = COL_LONGBLOB },
	};
	struct schema *s = table_of(columns, 2, "k");
	struct table_check *e = table_check_new(s);
	struct question_count counts[MAX];
	struct buf sql;

	e->key_room_bytes = 120;
	e->columns[0].key_weight = 1;
	e->row_room_bytes = 1000;
	is_int(statement(e, 0, &sql, counts), 2, "key and row may be too wide");
	is_int(counts[0].column, -1, "of the table");
	ok(strstr(sql.data, "SUM(0 + COALESCE(LENGTH(`k`), 0) > 120)") ||
					strstr(sql.data,
							"SUM(0 + COALESCE(LENGTH(CONVERT(`k` USING utf8mb4)), 0) > 120)"),
			"the key's length");
	ok(strstr(sql.data, "SUM(0 + COALESCE(LENGTH(`b`) * 4 / 3, 0) > 1000)") != NULL, "the row's, as base64");
	buf_done(&sql);
	e->key_room_bytes = 160;
	is_int(statement(e, 0, &sql, counts), 1, "a key that always fits is not asked about");
	buf_done(&sql);
	table_check_free(e);
	schema_unref(s);
}

int main(void)
{
	test_statement();
	test_nothing();
	test_table_questions();
	return tap_done();
}
