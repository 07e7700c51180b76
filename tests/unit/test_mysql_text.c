/* test_mysql_text.c - cells of the text protocol to values: the edges of each type, and what is refused. */
#include <string.h>

#include "source/decode/mysql_text.h"
#include "tests/tap.h"

static struct value read_cell(const struct column *c, const char *text, struct err *err)
{
	struct schema *s = schema_new("d", "t");
	struct text_reader r;
	struct arena arena;
	struct value v = { 0 };
	uint8_t packet[300];
	size_t len = text ? strlen(text) : 0;

	*err = (struct err){ 0 };
	arena_init(&arena, 0);
	schema_add_column(s, c);
	packet[0] = text ? (uint8_t)len : 0xfb;
	memcpy(packet + 1, text ? text : "", len);
	if (text_reader_init(&r, s, err) == 0) {
		text_row(&r, &arena, packet, len + 1, &v, err);
		text_reader_done(&r);
	}
	schema_unref(s);
	arena_done(&arena);
	return v;
}

static void test_numbers(void)
{
	struct column c = { .name = "c", .type = COL_BIGINT };
	struct err err;

	is_int(read_cell(&c, "-9223372036854775808", &err).i, INT64_MIN, "the smallest BIGINT");
	is_int(read_cell(&c, "123456789012345678", &err).i, 123456789012345678, "18 digits");
	is_int(read_cell(&c, NULL, &err).kind, VALUE_NULL, "NULL");
	read_cell(&c, "12x", &err);
	is_int(err.kind, ERR_DATA, "12x: %s", err.msg);
	read_cell(&c, "", &err);
	is_int(err.kind, ERR_DATA, "no digits");
	c.is_unsigned = true;
	ok(read_cell(&c, "18446744073709551615", &err).u == UINT64_MAX, "the largest BIGINT UNSIGNED");
	c = (struct column){ .name = "c", .type = COL_DECIMAL, .precision = 10, .scale = 2 };
	is_int(read_cell(&c, "-0.05", &err).i, -5, "DECIMAL -0.05");
	is_int(read_cell(&c, "123.45", &err).aux, 2, "its scale");
	is_int(read_cell(&c, "1234567890123456.78", &err).kind, VALUE_DECIMAL, "18 digits fit");
	is_int(read_cell(&c, "12345678901234567.89", &err).kind, VALUE_BIGDECIMAL, "19 digits stay a text");
	c = (struct column){ .name = "c", .type = COL_FLOAT };
	ok(read_cell(&c, "1.100000023841858", &err).d == (double)1.1f, "a FLOAT is exactly a float");
	c = (struct column){ .name = "c", .type = COL_BIT, .length = 16 };
	is_int(read_cell(&c, "\x01\x02", &err).u, 0x0102, "BIT is big-endian");
}

static void test_times(void)
{
	struct column c = { .name = "c", .type = COL_DATE };
	struct err err;

	is_int(read_cell(&c, "1970-01-02", &err).i, 1, "DATE");
	is_int(read_cell(&c, "2024-02-29", &err).kind, VALUE_DATE, "29 February");
	is_int(read_cell(&c, "2023-02-29", &err).kind, VALUE_ZERODATE, "29 February that is not");
	is_int(read_cell(&c, "0000-00-00", &err).kind, VALUE_ZERODATE, "the zero date");
	read_cell(&c, "2024-2-29", &err);
	is_int(err.kind, ERR_DATA, "no date");
	c = (struct column){ .name = "c", .type = COL_TIME, .scale = 6 };
	is_int(read_cell(&c, "-838:59:59.000001", &err).i, -3020399000001, "TIME");
	is_int(read_cell(&c, "00:00:00.5", &err).i, 500000, "a fraction of one digit");
	c = (struct column){ .name = "c", .type = COL_DATETIME, .scale = 3 };
	is_int(read_cell(&c, "1970-01-01 00:00:01.250", &err).i, 1250000, "DATETIME(3)");
	c.type = COL_TIMESTAMP;
	is_int(read_cell(&c, "1969-12-31 23:59:59", &err).kind, VALUE_TIMESTAMP, "TIMESTAMP has a kind of its own");
}

static void test_others(void)
{
	static const char *const labels[] = { "a", "b" };
	struct column c = { .name = "c", .type = COL_ENUM, .label = labels, .labels = 2, .charset = "utf8mb4" };
	struct buf list;
	struct err err;
	struct schema *s = schema_new("d", "t");

	is_int(read_cell(&c, "", &err).flags, VALUE_F_INVALID_ENUM, "an empty ENUM that is no label");
	is_int(read_cell(&c, "b", &err).flags, 0, "a label");
	c = (struct column){ .name = "c", .type = COL_UNKNOWN, .type_text = "strange" };
	read_cell(&c, "x", &err);
	ok(err.kind == ERR_DATA && strstr(err.msg, "strange"), "an unknown type is refused by name: %s", err.msg);
	c = (struct column){ .name = "a`b", .type = COL_INT };
	schema_add_column(s, &c);
	c = (struct column){ .name = "f", .type = COL_FLOAT };
	schema_add_column(s, &c);
	buf_init(&list, 1000);
	text_select_list(s, &list);
	is_str(list.data, "`a``b`, (`f` + 0e0)", "what is selected");
	buf_done(&list);
	schema_unref(s);
}

int main(void)
{
	test_numbers();
	test_times();
	test_others();
	return tap_done();
}
