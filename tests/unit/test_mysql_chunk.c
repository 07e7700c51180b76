/* test_mysql_chunk.c - bounds from rows, statements from bounds, and bounds that are refused. */
#include "source/snapshot/mysql_chunk.h"
#include "tests/tap.h"

static struct schema *make(void)
{
	static const char *const key[] = { "tenant", "na`me", "at" };
	struct schema *s = schema_new("sh`op", "orders");

	schema_add_column(s, &(struct column){ .name = "tenant", .type = COL_BIGINT, .is_unsigned = true });
	schema_add_column(s,
			&(struct column){ .name = "note", .type = COL_TEXT, .charset = "utf8mb4", .nullable = true });
	schema_add_column(s, &(struct column){ .name = "na`me", .type = COL_VARCHAR, .charset = "sjis" });
	schema_add_column(s, &(struct column){ .name = "at", .type = COL_DATETIME });
	schema_set_key(s, key, 3);
	return s;
}

/* Length-encoded cells; NULL gives SQL NULL. */
static size_t put_cells(uint8_t *packet, const char *const *cells, size_t n)
{
	uint8_t *at = packet;

	for (size_t i = 0; i < n; i++) {
		size_t len = cells[i] ? strlen(cells[i]) : 0;

		*at++ = cells[i] ? (uint8_t)len : 0xfb;
		memcpy(at, cells[i] ? cells[i] : "", len);
		at += len;
	}
	return (size_t)(at - packet);
}

static void is_sql(const struct chunk_table *t, struct chunk_range range, const char *want, const char *name)
{
	struct err err = { 0 };
	struct buf sql;

	buf_init(&sql, CHUNK_SQL_MAX);
	is_int(chunk_select(t, &range, &sql, &err), 0, "%s: is made %s", name, err.msg);
	is_str(sql.data, want, "%s", name);
	buf_done(&sql);
}

static void is_refused(const struct chunk_table *t, const char *bound)
{
	struct chunk_range range = { .after = bound };
	struct err err = { 0 };
	struct buf sql;

	buf_init(&sql, CHUNK_SQL_MAX);
	is_int(chunk_select(t, &range, &sql, &err), -1, "the bound '%s' is refused", bound);
	is_int(err.kind, ERR_DATA, "%s", err.msg);
	buf_done(&sql);
}

static void gone_is(const struct chunk_table *t, const char *bounds, const char *want, const char *name)
{
	struct err err = { 0 };
	struct buf sql;

	buf_init(&sql, CHUNK_SQL_MAX);
	is_int(chunk_select_gone(t, bounds, &sql, &err), want ? 0 : -1, "%s: %s", name, err.msg);
	if (want)
		is_str(sql.data, want, "%s", name);
	buf_done(&sql);
}

/* Typed literals, so that a UNION gives them the column's form; texts compared byte for byte. */
static void test_gone(void)
{
	static const char *const key[] = { "at", "bits" };
	struct schema *s = make(), *bits = schema_new("shop", "bits");
	struct chunk_table t;
	struct err err = { 0 };

	is_int(chunk_table_init(&t, s, "PRIMARY", NULL, NULL, &err), 0, "a table %s", err.msg);
	gone_is(&t, "1,u6162,2024-01-01 00:00:00;2,x61,2024-01-02 00:00:00",
			"SELECT `tenant`, `note`, `na``me`, `at` FROM `sh``op`.`orders` FORCE INDEX (`PRIMARY`) WHERE FALSE"
			"\nUNION ALL SELECT 1, NULL, _utf8mb4 X'6162', TIMESTAMP '2024-01-01 00:00:00' FROM DUAL WHERE NOT EXISTS "
			"(SELECT 1 FROM `sh``op`.`orders` FORCE INDEX (`PRIMARY`) WHERE (`tenant` = 1 AND `na``me` = _utf8mb4 X'6162' AND "
			"`at` = '2024-01-01 00:00:00') AND CAST(CONVERT(`na``me` USING utf8mb4) AS BINARY) = X'6162')"
			"\nUNION ALL SELECT 2, NULL, _sjis X'61', TIMESTAMP '2024-01-02 00:00:00' FROM DUAL WHERE NOT EXISTS "
			"(SELECT 1 FROM `sh``op`.`orders` FORCE INDEX (`PRIMARY`) WHERE (`tenant` = 2 AND `na``me` = _sjis X'61' AND "
			"`at` = '2024-01-02 00:00:00') AND CAST(`na``me` AS BINARY) = X'61')",
			"two keys");
	gone_is(&t, "1,u61", NULL, "a part is missing");
	gone_is(&t, "1,u61,2024-01-01,5", NULL, "a part too many");
	gone_is(&t, "1,u61',2024-01-01", NULL, "no value of the key");
	chunk_table_done(&t);
	schema_add_column(bits, &(struct column){ .name = "at", .type = COL_INT });
	schema_add_column(bits, &(struct column){ .name = "bits", .type = COL_BIT });
	schema_set_key(bits, key, 2);
	is_int(chunk_table_init(&t, bits, "PRIMARY", NULL, NULL, &err), 0, "a key with bits %s", err.msg);
	gone_is(&t, "1,1", NULL, "has no typed literal");
	chunk_table_done(&t);
	schema_unref(bits);
	schema_unref(s);
}

static void test_statements(void)
{
	struct schema *s = make();
	struct chunk_wish wish = { .where = "tenant < 9 -- mine" };
	struct chunk_table t;
	struct err err = { 0 };
	struct buf sql;

	is_int(chunk_table_init(&t, s, "PRIMARY", NULL, NULL, &err), 0, "a table %s", err.msg);
	ok(t.keyed, "is keyed");
	is_sql(&t, (struct chunk_range){ 0 },
			"SELECT `tenant`, `note`, `na``me`, `at`, CAST(`na``me` AS BINARY) FROM `sh``op`.`orders` FORCE INDEX "
			"(`PRIMARY`) ORDER BY `tenant`, `na``me`, `at`",
			"all of it");
	is_sql(&t,
			(struct chunk_range){
					.after = "1,x8142,2024-01-01 00:00:00",
					.upto = "2,x,0000-00-00 00:00:00",
					.limit = 5,
			},
			"SELECT `tenant`, `note`, `na``me`, `at`, CAST(`na``me` AS BINARY) FROM `sh``op`.`orders` FORCE INDEX "
			"(`PRIMARY`) WHERE ((`tenant` > 1) OR (`tenant` = 1 AND `na``me` > _sjis X'8142') OR (`tenant` = 1 AND "
			"`na``me` = _sjis X'8142' AND `at` > '2024-01-01 00:00:00')) AND ((`tenant` < 2) OR (`tenant` = 2 AND "
			"`na``me` < _sjis X'') OR (`tenant` = 2 AND `na``me` = _sjis X'' AND `at` <= '0000-00-00 00:00:00')) "
			"ORDER BY `tenant`, `na``me`, `at` LIMIT 5",
			"a range");
	is_sql(&t, (struct chunk_range){ .after = "1", .upto = "7", .leading = true },
			"SELECT `tenant`, `note`, `na``me`, `at`, CAST(`na``me` AS BINARY) FROM `sh``op`.`orders` FORCE INDEX "
			"(`PRIMARY`) WHERE ((`tenant` > 1)) AND ((`tenant` <= 7)) ORDER BY `tenant`, `na``me`, `at`",
			"by the first column");
	buf_init(&sql, CHUNK_SQL_MAX);
	is_int(chunk_select_end(&t, NULL, 1000, &sql, &err), 0, "the end of a chunk");
	is_str(sql.data,
			"SELECT `tenant`, CAST(`na``me` AS BINARY), `at` FROM `sh``op`.`orders` FORCE INDEX (`PRIMARY`)"
			" ORDER BY `tenant`, `na``me`, `at` LIMIT 1 OFFSET 999",
			"is found in the index");
	buf_done(&sql);
	is_refused(&t, "1,x8142");
	is_refused(&t, "1,x8142,2024-01-01 00:00:00,4");
	is_refused(&t, "1 OR 1,x8142,2024-01-01 00:00:00");
	is_refused(&t, "1,x814,2024-01-01 00:00:00");
	is_refused(&t, "1,8142,2024-01-01 00:00:00");
	is_refused(&t, "1,x8142,2024-01-01' OR '1");
	is_refused(&t, ",x8142,2024-01-01");
	is_refused(&t, "");
	chunk_table_done(&t);

	chunk_table_init(&t, s, NULL, "its key is odd", &wish, &err);
	ok(!t.keyed, "without an index it is not keyed");
	is_str(t.unkeyed_why, "its key is odd", "and says why");
	is_sql(&t, (struct chunk_range){ 0 },
			"SELECT `tenant`, `note`, `na``me`, `at` FROM `sh``op`.`orders` WHERE (tenant < 9 -- mine\n)",
			"one scan");
	is_refused(&t, "1,x8142,2024-01-01 00:00:00");
	chunk_table_done(&t);

	wish = (struct chunk_wish){ .statement = "SELECT * FROM orders WHERE note IS NULL" };
	chunk_table_init(&t, s, "PRIMARY", NULL, &wish, &err);
	is_sql(&t, (struct chunk_range){ .after = "1,x,2024-01-01" },
			"SELECT `tenant`, `note`, `na``me`, `at`, CAST(`na``me` AS BINARY) FROM (SELECT * FROM orders WHERE note IS "
			"NULL\n) AS `millrace` WHERE ((`tenant` > 1) OR (`tenant` = 1 AND `na``me` > _sjis X'') OR (`tenant` = 1 AND "
			"`na``me` = _sjis X'' AND `at` > '2024-01-01')) ORDER BY `tenant`, `na``me`, `at`",
			"a statement of the user");
	chunk_table_done(&t);
	schema_unref(s);
}

static void test_bounds(void)
{
	static const char *const row[] = { "18446744073709551615", NULL, "A", "2024-01-01 00:00:00", "\x81\x42" };
	static const char *const key[] = { "7", "\x41", "2024-01-02 00:00:00" };
	static const char *const bad[] = { "7", "note", "A", NULL, "A" };
	struct schema *s = make();
	struct chunk_table t;
	struct err err = { 0 };
	uint8_t packet[300];
	struct buf out;

	chunk_table_init(&t, s, "PRIMARY", NULL, NULL, &err);
	buf_init(&out, 1000);
	is_int(chunk_bound(&t, packet, put_cells(packet, row, 5), &out, &err), 0, "the bound of a row %s", err.msg);
	is_str(out.data, "18446744073709551615,x8142,2024-01-01 00:00:00", "has the text's own bytes");
	is_sql(&t, (struct chunk_range){ .upto = out.data, .limit = 1 },
			"SELECT `tenant`, `note`, `na``me`, `at`, CAST(`na``me` AS BINARY) FROM `sh``op`.`orders` FORCE INDEX "
			"(`PRIMARY`) WHERE ((`tenant` < 18446744073709551615) OR (`tenant` = 18446744073709551615 AND `na``me` < "
			"_sjis X'8142') OR (`tenant` = 18446744073709551615 AND `na``me` = _sjis X'8142' AND `at` <= '2024-01-01 "
			"00:00:00')) ORDER BY `tenant`, `na``me`, `at` LIMIT 1",
			"and is taken up");
	buf_reset(&out);
	is_int(chunk_key_bound(&t, packet, put_cells(packet, key, 3), &out, &err), 0, "the bound of a key alone");
	is_str(out.data, "7,x41,2024-01-02 00:00:00", "is the same");
	buf_reset(&out);
	is_int(chunk_bound(&t, packet, put_cells(packet, bad, 5), &out, &err), -1, "a key that is NULL: %s", err.msg);
	buf_reset(&out);
	is_int(chunk_bound(&t, packet, put_cells(packet, row, 3), &out, &err), -1, "a row that is cut off");
	buf_done(&out);
	chunk_table_done(&t);
	schema_unref(s);
}

static const char *why(enum column_type type, bool nullable, const char *charset)
{
	static const char *const key[] = { "k" };
	struct schema *s = schema_new("d", "t");
	struct chunk_table t;
	struct err err = { 0 };
	const char *text;

	schema_add_column(s, &(struct column){ .name = "k", .type = type, .nullable = nullable, .charset = charset });
	schema_set_key(s, key, 1);
	chunk_table_init(&t, s, "PRIMARY", NULL, NULL, &err);
	text = t.unkeyed_why;
	chunk_table_done(&t);
	schema_unref(s);
	return text;
}

static void test_keys(void)
{
	is_str(why(COL_DECIMAL, false, NULL), NULL, "a DECIMAL is a key to read by");
	is_str(why(COL_BIT, false, NULL), NULL, "so is a BIT");
	is_str(why(COL_VARBINARY, false, NULL), NULL, "and bytes");
	ok(why(COL_DOUBLE, false, NULL), "a DOUBLE is not");
	ok(why(COL_ENUM, false, "utf8mb4"), "an ENUM is not: its order is not that of its labels");
	ok(why(COL_INT, true, NULL), "nor what may be NULL");
	ok(why(COL_CHAR, false, "no set"), "nor text of an unknown character set");
}

/* A key as a target has it: any bytes may stand in its texts, and what is no number or time is refused. */
static const char *text_key(const struct chunk_table *t, const char *tenant, const char *name, size_t len,
		const char *at)
{
	const struct chunk_text parts[] = { { tenant, strlen(tenant) }, { name, len }, { at, strlen(at) } };
	static char out[400];
	struct err err = { 0 };
	struct buf b;

	buf_init(&b, 300);
	snprintf(out, sizeof(out), "%s", chunk_text_bound(t, parts, &b, &err) == 0 ? b.data : "refused");
	buf_done(&b);
	return out;
}

static void test_texts(void)
{
	const char *const bounds[] = { "7,x8142,2024-01-01 00:00:00", "8,u27203b,2024-01-01 00:00:00.5" },
			  *const bad = "7 OR 1,x41,2024-01-01";
	struct schema *s = make();
	struct chunk_table t;
	struct err err = { 0 };
	struct buf sql;

	chunk_table_init(&t, s, "PRIMARY", NULL, NULL, &err);
	buf_init(&sql, CHUNK_SQL_MAX);
	is_int(chunk_put_keys(&t, bounds, 2, &sql, &err), 0, "two keys %s", err.msg);
	is_str(sql.data,
			"(`tenant` = 7 AND `na``me` = _sjis X'8142' AND `at` = '2024-01-01 00:00:00') OR "
			"(`tenant` = 8 AND `na``me` = _utf8mb4 X'27203b' AND `at` = '2024-01-01 00:00:00.5')",
			"of a row, and of a text");
	buf_reset(&sql);
	is_int(chunk_put_keys(&t, &bad, 1, &sql, &err), -1, "what is no number is refused (%s)", err.msg);
	is_str(text_key(&t, "18446744073709551615", "a,\0'", 4, "2024-01-01"),
			"18446744073709551615,u612c0027,2024-01-01", "any bytes in a text");
	is_str(text_key(&t, "1 OR 1", "a", 1, "2024-01-01"), "refused", "a number that is more than one");
	is_str(text_key(&t, "1", "a", 1, "2024-01-01' OR '"), "refused", "a time that ends its quotes");
	is_str(text_key(&t, "", "a", 1, "2024-01-01"), "refused", "no number");
	is_str(text_key(&t, "1", "", 0, ""), "refused", "no time");
	buf_done(&sql);
	chunk_table_done(&t);
	schema_unref(s);
}

int main(void)
{
	test_statements();
	test_gone();
	test_bounds();
	test_keys();
	test_texts();
	return tap_done();
}
