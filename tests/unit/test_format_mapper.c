/*
 * test_format_mapper.c - masks, hashes, truncation and propagated types. The digests of serialised strings were computed
 * with Java's ObjectOutputStream and MessageDigest.
 */
#include "tests/unit/format_fixture.h"

#define GRIN "\xf0\x9f\x98\x80"

static const char *const labels[] = { "a", "bc" };
static const struct column columns[] = {
	{ .name = "id", .type = COL_INT, .nullable = false },
	{ .name = "s", .type = COL_VARCHAR, .length = 80, .nullable = true },
	{ .name = "t", .type = COL_TEXT, .nullable = true },
	{ .name = "b", .type = COL_VARBINARY, .length = 20, .nullable = true },
	{ .name = "e", .type = COL_ENUM, .label = labels, .labels = 2, .nullable = true },
	{ .name = "d",
			.type = COL_DECIMAL,
			.precision = 8,
			.scale = 3,
			.has_scale = true,
			.nullable = true,
			.comment = "a price" },
};
enum { ID, S, T, B, E, D, COLUMNS };

static struct value row_values[COLUMNS];

static void set_row(const char *s, const char *t)
{
	row_values[ID] = value_int(7);
	row_values[S] = s ? value_text(s, strlen(s)) : value_null();
	row_values[T] = t ? value_text(t, strlen(t)) : value_null();
	row_values[B] = (struct value){ .kind = VALUE_BYTES, .p = "\1\2\3\4", .len = 4 };
	row_values[E] = value_text("bc", 2);
	row_values[D] = (struct value){ .kind = VALUE_DECIMAL, .i = 1500, .aux = 3 };
}

/* The message of the row; static, like the key's, which is asked for with `key`. */
static const char *message(struct format_conf *conf, bool key)
{
	static char text[300000];
	struct schema *s = fixture_schema("inventory", "t", columns, COLUMNS, key ? "s" : "id");
	struct batch *b = batch_new();
	const struct record *r;

	conf->delete_mode = DELETE_UNSET;
	fixture_change(b, s, CHANGE_CREATE, NULL, row_values);
	fixture_encode(conf, b);
	r = b->records;
	if (b->nrecords == 0)
		snprintf(text, sizeof(text), "dead: %s", b->changes[0].dead);
	else
		snprintf(text, sizeof(text), "%.*s", (int)(key ? r->key_len : r->value_len), key ? r->key : r->value);
	schema_unref(s);
	batch_free(b);
	return text;
}

static struct format_conf conf_with(bool schemas, struct conf_pair *pair, char *columns_text, struct conf_pairs *into)
{
	pair->value = columns_text;
	*into = (struct conf_pairs){ pair, 1 };
	return fixture_conf(FORMAT_FLAT, schemas);
}

static void is_mapped(char *key, char *value, const char *expected, const char *what)
{
	struct conf_pair pair = { .key = key };
	struct conf_pairs pairs;
	struct format_conf conf = conf_with(false, &pair, value, &pairs);

	if (strncmp(key, "column.truncate", 15) == 0)
		conf.column_truncate = pairs;
	else if (strncmp(key, "column.mask.with", 16) == 0)
		conf.column_mask = pairs;
	else
		conf.column_hash = pairs;
	is_str(message(&conf, false), expected, "%s", what);
}

#define ROW(s, t, b, e, d) "{\"id\":7,\"s\":" s ",\"t\":" t ",\"b\":\"" b "\",\"e\":\"" e "\",\"d\":\"" d "\"}"

static void test_mask(void)
{
	set_row("hello", "world");
	is_mapped("column.mask.with.3.chars", "inventory.t.s", ROW("\"***\"", "\"world\"", "AQIDBA==", "bc", "Bdw="),
			"asterisks");
	is_mapped("column.mask.with.0.chars", "inventory.t.(s|t)", ROW("\"\"", "\"\"", "AQIDBA==", "bc", "Bdw="),
			"none at all");
	is_mapped("column.mask.with.3.chars", "inventory\\.t\\..*",
			ROW("\"***\"", "\"***\"", "AQIDBA==", "***", "Bdw="), "numbers and bytes are left alone");
	is_mapped("column.mask.with.3.chars", "inventory.t.s2, INVENTORY.T.T",
			ROW("\"hello\"", "\"***\"", "AQIDBA==", "bc", "Bdw="), "a list, whatever the case");
	set_row(NULL, NULL);
	is_mapped("column.mask.with.2.chars", "inventory.t.s", ROW("\"**\"", "null", "AQIDBA==", "bc", "Bdw="),
			"NULL is masked, too");
}

static void test_truncate(void)
{
	set_row("hello", "a" GRIN "b");
	is_mapped("column.truncate.to.3.chars", "inventory.t.s",
			ROW("\"hel\"", "\"a\\uD83D\\uDE00b\"", "AQIDBA==", "bc", "Bdw="), "the first characters");
	is_mapped("column.truncate.to.3.chars", "inventory.t.t",
			ROW("\"hello\"", "\"a\\uD83D\\uDE00\"", "AQIDBA==", "bc", "Bdw="),
			"a character beyond the BMP counts twice");
	is_mapped("column.truncate.to.2.chars", "inventory.t.t",
			ROW("\"hello\"", "\"a\\uD83D\"", "AQIDBA==", "bc", "Bdw="), "half of it may stay");
	is_mapped("column.truncate.to.3.chars", "inventory.t.b",
			ROW("\"hello\"", "\"a\\uD83D\\uDE00b\"", "AQID", "bc", "Bdw="), "bytes");
	is_mapped("column.truncate.to.80.chars", "inventory.t.s",
			ROW("\"hello\"", "\"a\\uD83D\\uDE00b\"", "AQIDBA==", "bc", "Bdw="),
			"no more than the column holds: nothing to do");
}

static void test_hash(void)
{
	set_row("x", "x");
	is_mapped("column.mask.hash.MD5.with.salt.s4lt", "inventory.t.s",
			ROW("\"130bbc6ce32c1a0a7c91c21fb5b96ff2\"", "\"x\"", "AQIDBA==", "bc", "Bdw="),
			"of Java's string");
	is_mapped("column.mask.hash.v2.SHA-256.with.salt.s4lt", "inventory.t.t",
			ROW("\"x\"", "\"2fc72a2162bc274ab95852b7954f3ce324495e7e47f1d0258574dc63b5ceb918\"",
					"AQIDBA==", "bc", "Bdw="),
			"of the text");
	is_mapped("column.mask.hash.v2.MD5.with.salt.s4lt", "inventory.t.e",
			ROW("\"x\"", "\"x\"", "AQIDBA==", "1", "Bdw="),
			"cut to the column's length, which is 1 for an ENUM");
	set_row(NULL, "x");
	is_mapped("column.mask.hash.v2.MD5.with.salt.s4lt", "inventory.t.s",
			ROW("null", "\"x\"", "AQIDBA==", "bc", "Bdw="), "NULL stays NULL");
}

static void test_serialised(void)
{
	char key[] = "column.mask.hash.SHA-256.with.salt.s4lt", where[] = "inventory.t.t";
	struct conf_pair pair = { .key = key };
	struct conf_pairs pairs;
	struct format_conf conf = conf_with(false, &pair, where, &pairs);
	static char text[70000];

	conf.column_hash = pairs;
	set_row("x", NULL);
	row_values[T] = value_text("K\xc3\xa4the " GRIN "\0z", 13);
	ok(strstr(message(&conf, false), "1f17c6436bf23f49033d5117fb2654a879f54d19123691b50832453224b79500"),
			"NUL and emoji in Java's UTF-8");
	row_values[T] = value_text("", 0);
	ok(strstr(message(&conf, false), "9b4ad777b00a7195c0781a6472ea4c3dd38e9e4dc7aa724c9255b8899aa32285"),
			"an empty string");
	memset(text, 'a', sizeof(text));
	row_values[T] = value_text(text, sizeof(text));
	ok(strstr(message(&conf, false), "a21aefdf46097b6c2812705ab06c40a00823cf0a8c57dcfe6d2f69d62c4a5553"),
			"a long string");
}

static void has(const char *text, const char *part, const char *what)
{
	ok(strstr(text, part) != NULL, "%s", what);
	if (!strstr(text, part))
		printf("# %s\n", text);
}

static void test_schema(void)
{
	char mask[] = "column.mask.with.3.chars", truncate[] = "column.truncate.to.4.chars",
	     where[] = "inventory.t.(s|b|e)";
	char *propagated[] = { "inventory.t.[st]" }, *types[] = { "inventory.t.decimal" };
	struct conf_pair pair = { .key = mask };
	struct conf_pairs pairs;
	struct format_conf conf = conf_with(true, &pair, where, &pairs);

	set_row("hello", "world");
	conf.column_mask = pairs;
	has(message(&conf, false),
			"{\"type\":\"string\",\"optional\":true,\"parameters\":{\"masked\":\"true\"},\"field\":\"s\"}",
			"a masked column says so");
	has(message(&conf, false), "\"parameters\":{\"allowed\":\"a,bc\",\"masked\":\"true\"},\"field\":\"e\"}",
			"behind the parameters of its type");
	is_str(message(&conf, true),
			"{\"schema\":{\"type\":\"struct\",\"fields\":[{\"type\":\"string\",\"optional\":true,"
			"\"field\":\"s\"}],\"optional\":false,\"name\":\"dbserver1.inventory.t.Key\"},\"payload\":{\"s\":\"hello\"}}",
			"a key is not masked");
	conf.column_propagate = (struct conf_list){ propagated, 1 };
	conf.datatype_propagate = (struct conf_list){ types, 1 };
	has(message(&conf, false), "\"parameters\":{\"masked\":\"true\"},\"field\":\"s\"}", "the first mapper counts");
	has(message(&conf, false),
			"\"parameters\":{\"__debezium.source.column.type\":\"TEXT\","
			"\"__debezium.source.column.name\":\"t\"},\"field\":\"t\"}",
			"the type of a column by its name");
	conf.include_schema_comments = true;
	has(message(&conf, false),
			"\"connect.decimal.precision\":\"8\",\"__debezium.source.column.type\":\"DECIMAL\","
			"\"__debezium.source.column.length\":\"8\",\"__debezium.source.column.scale\":\"3\","
			"\"__debezium.source.column.comment\":\"a price\",\"__debezium.source.column.name\":\"d\"}",
			"and by its type");
	pair.key = truncate;
	conf.column_truncate = pairs;
	has(message(&conf, false), "\"parameters\":{\"truncateLength\":\"4\"},\"field\":\"s\"}",
			"truncation comes first");
	has(message(&conf, false), "\"parameters\":{\"allowed\":\"a,bc\"},\"field\":\"e\"}",
			"a column that is short enough has no mapper's parameter");
}

static void test_refused(void)
{
	static const struct {
		const char *key, *part;
	} bad[] = {
		{ "column.mask.with.x.chars", "with N from 0" },
		{ "column.mask.with.3.char", "with N from 0" },
		{ "column.mask.with.99999999.chars", "with N from 0" },
		{ "column.mask.hash.MD6.with.salt.pepper", "found 'MD6'" },
		{ "column.mask.hash.MD5.salt.pepper", "another form" },
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		struct conf_pair pair = { .key = (char *)bad[i].key, .value = (char *)"a.b.c" };
		struct format_conf conf = fixture_conf(FORMAT_FLAT, false);
		struct err err = { 0 };

		conf.column_mask = conf.column_hash = (struct conf_pairs){ &pair, 1 };
		if (strstr(bad[i].key, "hash"))
			conf.column_mask = (struct conf_pairs){ NULL, 0 };
		else
			conf.column_hash = (struct conf_pairs){ NULL, 0 };
		ok(!format_encoder_new(&conf, &err) && err.kind == ERR_CONFIG && strstr(err.msg, bad[i].part),
				"refused: %s", err.msg);
		ok(!strstr(err.msg, "pepper"), "the salt is not told");
	}
}

int main(void)
{
	test_mask();
	test_truncate();
	test_hash();
	test_serialised();
	test_schema();
	test_refused();
	return tap_done();
}
