/* test_starrocks_body.c - rows as the JSON of a Stream Load, and the rows that are found to be bad before it is sent. */
#include "tests/tap.h"

#include <math.h>

#include "sink/starrocks/starrocks.h"

enum { ID, NAME, FLAG, N, LARGE, F, D, AMOUNT, DAY, AT, DOC, DATA, TEXTUAL, MUST, COLUMNS };

static const struct {
	const char *name, *type;
} table[COLUMNS] = {
	{ "id", "bigint" },
	{ "Na\"me", "varchar(8)" },
	{ "flag", "boolean" },
	{ "n", "smallint" },
	{ "large", "largeint" },
	{ "f", "float" },
	{ "d", "double" },
	{ "amount", "decimal(6,2)" },
	{ "day", "date" },
	{ "at", "datetime" },
	{ "doc", "json" },
	{ "data", "varbinary" },
	{ "textual", "varchar(30)" },
	{ "must", "int" },
};

static struct schema *schema;
static struct starrocks_target *target;
static struct starrocks_body body;

static void setup(void)
{
	static const char *const key[] = { "id" };
	struct starrocks_columns have = { 0 };
	struct err err = { 0 };

	schema = schema_new("shop", "t");
	for (int i = 0; i < COLUMNS; i++) {
		struct column c = { .name = table[i].name, .type = COL_INT };

		schema_add_column(schema, &c);
		starrocks_columns_add(&have, table[i].name, table[i].type, i != ID && i != MUST, i == ID);
	}
	schema_set_key(schema, key, 1);
	target = starrocks_target_new(schema, &have, &err);
	starrocks_columns_done(&have);
	starrocks_body_init(&body, 1000, 3600 * (int64_t)1000000);
}

static struct value *blank_row(void)
{
	static struct value row[COLUMNS];

	for (int i = 0; i < COLUMNS; i++)
		row[i] = value_null();
	row[ID] = value_int(1);
	row[MUST] = value_int(2);
	return row;
}

static enum starrocks_row add(const struct value *row, bool is_delete, const bool *present)
{
	static struct change change;
	struct collapsed c = { &change, row, is_delete };

	change.schema = schema;
	return starrocks_body_add(&body, target, present, &c);
}

/* The JSON of one value in one column, or the reason. */
static const char *one(int column, struct value v)
{
	static char out[256];
	struct value *row = blank_row();
	char key[64];
	const char *at;

	row[column] = v;
	starrocks_body_begin(&body);
	if (add(row, false, NULL) != ROW_ADDED)
		return body.problem;
	starrocks_body_end(&body);
	snprintf(key, sizeof(key), "\"%s\":",
			column == NAME			 ? "Na\\\"me"
					: column == DATA ? "data__hex"
							 : table[column].name);
	at = strstr(body.buf.data, key);
	snprintf(out, sizeof(out), "%s", at ? at + strlen(key) : "(not there)");
	*(strstr(out, column == MUST ? "}]" : ",\"") ? strstr(out, column == MUST ? "}]" : ",\"") : out) = '\0';
	return out;
}

static struct value text(const char *s)
{
	return value_text(s, strlen(s));
}

#define V(k, member, x, a) \
	(struct value) \
	{ \
		.kind = VALUE_##k, .member = (x), .aux = (a) \
	}

static void test_values(void)
{
	const struct {
		int column;
		struct value v;
		const char *want;
	} cases[] = {
		{ NAME, value_null(), "null" },
		{ NAME, text("a\"\n"), "\"a\\\"\\n\"" },
		{ NAME, text("12345678"), "\"12345678\"" },
		{ NAME, value_int(-5), "\"-5\"" },
		{ FLAG, V(UINT, u, 1, 0), "true" },
		{ FLAG, V(INT, i, 0, 0), "false" },
		{ N, value_int(-32768), "-32768" },
		{ N, text("17"), "17" },
		{ N, V(DECIMAL, i, 1700, 2), "17" },
		{ N, V(DOUBLE, d, 17.0, 0), "17" },
		{ LARGE, V(UINT, u, UINT64_MAX, 0), "\"18446744073709551615\"" },
		{ LARGE, value_int(-1), "-1" },
		{ F, V(FLOAT, d, (double)0.1f, 0), "0.1" },
		{ D, V(DOUBLE, d, 0.1, 0), "0.1" },
		{ D, text("007.5"), "\"007.5\"" },
		{ D, value_int(INT64_C(1) << 60), "1152921504606846976" },
		{ D, V(DECIMAL, i, 123456789012345, 2), "\"1234567890123.45\"" },
		{ F, value_int(16777216), "16777216" },
		{ F, V(DECIMAL, i, 150, 2), "\"1.50\"" },
		{ AMOUNT, V(DECIMAL, i, -999999, 2), "\"-9999.99\"" },
		{ AMOUNT, V(DECIMAL, i, 12, 0), "\"12\"" },
		{ AMOUNT, V(DECIMAL, i, 12000, 3), "\"12.000\"" },
		{ AMOUNT, V(DOUBLE, d, 1.5, 0), "\"1.50\"" },
		{ AMOUNT, (struct value){ .kind = VALUE_BIGDECIMAL, .p = "0000001234.50", .len = 13 },
				"\"0000001234.50\"" },
		{ DAY, V(DATE, i, 17702, 0), "\"2018-06-20\"" },
		{ DAY, (struct value){ .kind = VALUE_ZERODATE, .p = "0000-00-00", .len = 10 }, "null" },
		{ AT, V(DATETIME, i, 1529501823500000, 6), "\"2018-06-20 13:37:03.500000\"" },
		{ AT, V(TIMESTAMP, i, 1529501823000000, 0), "\"2018-06-20 14:37:03\"" },
		{ AT, V(DATE, i, 17702, 0), "\"2018-06-20\"" },
		{ TEXTUAL, V(TIME, i, -3020399999999, 6), "\"-838:59:59.999999\"" },
		{ TEXTUAL, (struct value){ .kind = VALUE_BYTES, .p = "\x00\xff", .len = 2 }, "\"00ff\"" },
		{ DOC, text("{\"a\": [1, null]}"), "{\"a\": [1, null]}" },
		{ DATA, (struct value){ .kind = VALUE_BYTES, .p = "\x00\xff", .len = 2 }, "\"00ff\"" },
		{ DATA, (struct value){ .kind = VALUE_BYTES, .p = NULL, .len = 0 }, "\"\"" },
		{ MUST, value_int(7), "7" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		is_str(one(cases[i].column, cases[i].v), cases[i].want, "%s takes %s", table[cases[i].column].type,
				value_kind_name(cases[i].v.kind));
}

static void test_bad(void)
{
	const struct {
		int column;
		struct value v;
	} cases[] = {
		{ NAME, text("123456789") },
		{ NAME, text("\xf0\x9f\x98\x80\xf0\x9f\x98\x80!") },
		{ FLAG, value_int(2) },
		{ N, value_int(32768) },
		{ N, text("12x") },
		{ N, text("") },
		{ N, text("-") },
		{ N, V(DECIMAL, i, 1750, 2) },
		{ N, V(DOUBLE, d, 1.5, 0) },
		{ ID, V(UINT, u, UINT64_MAX, 0) },
		{ D, V(DOUBLE, d, NAN, 0) },
		{ D, value_int((INT64_C(1) << 53) + 1) },
		{ D, V(DECIMAL, i, 123456789012345678, 1) },
		{ F, value_int(16777217) },
		{ F, V(DECIMAL, i, 1234567890, 2) },
		{ D, V(DOUBLE, d, INFINITY, 0) },
		{ AMOUNT, V(DECIMAL, i, 1000000, 2) },
		{ AMOUNT, V(DECIMAL, i, 12345, 3) },
		{ AMOUNT, V(DOUBLE, d, 1e300, 0) },
		{ DAY, value_int(5) },
		{ DAY, text("yesterday") },
		{ DAY, V(TIME, i, 5, 0) },
		{ DAY, V(DATETIME, i, 1529501823500000, 6) },
		{ DAY, V(DATE, i, 4000000, 0) },
		{ DOC, text("{broken") },
		{ DOC, text("1 2") },
		{ DATA, value_int(1) },
		{ AT, (struct value){ .kind = VALUE_BYTES, .p = "x", .len = 1 } },
		{ MUST, value_null() },
		{ ID, value_null() },
	};
	struct value *row = blank_row();
	size_t len;

	starrocks_body_begin(&body);
	add(row, false, NULL);
	len = body.buf.len;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		row = blank_row();
		row[cases[i].column] = cases[i].v;
		is_int(add(row, false, NULL), ROW_BAD, "%s does not take this %s", table[cases[i].column].type,
				value_kind_name(cases[i].v.kind));
		ok(strstr(body.problem, table[cases[i].column].name) != NULL, "the reason: %s", body.problem);
	}
	is_int(body.buf.len, len, "nothing of a bad row stays in the body");
	is_int(body.rows, 1, "nor is it counted");
}

static void test_rows(void)
{
	struct value *row = blank_row();
	bool present[COLUMNS] = { [ID] = true, [N] = true };
	struct buf columns;

	starrocks_body_begin(&body);
	row[NAME] = text("much longer than eight");
	is_int(add(row, true, NULL), ROW_ADDED, "a delete passes whatever its values are");
	starrocks_body_end(&body);
	is_str(body.buf.data, "[{\"__op\":1,\"id\":1,\"must\":0}]", "and carries the key and what must not be NULL");
	row = blank_row();
	for (int i = 0; i < COLUMNS; i++)
		if (!present[i])
			row[i].kind = VALUE_ABSENT;
	row[N] = value_int(3);
	starrocks_body_begin(&body);
	is_int(add(row, false, NULL), ROW_OTHER, "a row with absent cells is for another load");
	is_int(add(row, false, present), ROW_ADDED, "one that names its columns");
	is_int(add(row, true, present), ROW_OTHER, "deletes go with the full rows");
	row[MUST] = value_int(1);
	is_int(add(row, false, present), ROW_OTHER, "so do rows with more columns");
	starrocks_body_end(&body);
	is_str(body.buf.data, "[{\"__op\":0,\"id\":1,\"n\":3}]", "absent cells are not sent");
	buf_init(&columns, 4096);
	starrocks_target_columns(target, present, &columns);
	is_str(columns.data, "`id`, `n`, __op", "the columns of a partial load");
	buf_reset(&columns);
	present[DATA] = true;
	starrocks_target_columns(target, present, &columns);
	is_str(columns.data, "`id`, `n`, `data__hex`, `data` = to_binary(`data__hex`, 'hex'), __op",
			"bytes come as hex");
	buf_done(&columns);
	starrocks_body_begin(&body);
	starrocks_body_end(&body);
	is_str(body.buf.data, "[]", "no rows");
}

static void test_limit(void)
{
	static char big[101 << 20];
	struct value *row = blank_row();
	int added = 0;

	starrocks_body_begin(&body);
	while (add(row, false, NULL) == ROW_ADDED && added < 100)
		added++;
	ok(added > 3 && added < 15, "a body ends at its limit of bytes (%d rows)", added);
	is_int(add(row, false, NULL), ROW_FULL, "and says so");
	memset(big, '1', sizeof(big));
	row[DOC] = value_text(big, sizeof(big));
	starrocks_body_begin(&body);
	is_int(add(row, false, NULL), ROW_BAD, "a row larger than any load is bad");
	is_int(add(blank_row(), false, NULL), ROW_ADDED, "the next one is not");
}

static void test_key_length(void)
{
	static const char *const key[] = { "a", "b" };
	static const struct column columns[] = {
		{ .name = "a", .type = COL_VARCHAR },
		{ .name = "b", .type = COL_VARCHAR },
	};
	struct schema *s = schema_new("shop", "k");
	struct starrocks_columns have = { 0 };
	struct starrocks_target *t;
	struct change change = { .schema = s };
	struct value row[2];
	char text_a[200];
	struct err err = { 0 };

	for (int i = 0; i < 2; i++) {
		schema_add_column(s, &columns[i]);
		starrocks_columns_add(&have, columns[i].name, "varchar(400)", false, true);
	}
	schema_set_key(s, key, 2);
	t = starrocks_target_new(s, &have, &err);
	memset(text_a, 'x', sizeof(text_a));
	row[0] = value_text(text_a, 100);
	starrocks_body_begin(&body);
	for (int len = 25; len < 29; len++) {
		struct collapsed c = { &change, row, false };

		row[1] = value_text(text_a, (size_t)len);
		is_int(starrocks_body_add(&body, t, NULL, &c), len + 102 > SR_KEY_BYTES ? ROW_BAD : ROW_ADDED,
				"a key of %d bytes", len + 102);
	}
	starrocks_columns_done(&have);
	starrocks_target_free(t);
	schema_unref(s);
}

int main(void)
{
	setup();
	test_values();
	test_bad();
	test_rows();
	test_limit();
	test_key_length();
	starrocks_body_done(&body);
	starrocks_target_free(target);
	schema_unref(schema);
	return tap_done();
}
