/*
 * test_format_message.c - whole records: envelope, flat, keys, tombstones, key changes, modes; against
 * tests/golden/format_messages.txt. With an argument, prints what is instead.
 */
#include "tests/unit/format_fixture.h"

static const struct column columns[] = {
	{ .name = "id", .type = COL_INT, .nullable = false },
	{ .name = "s",
			.type = COL_VARCHAR,
			.length = 20,
			.nullable = true,
			.default_kind = DEFAULT_LITERAL,
			.default_text = "dflt" },
};

static const struct value one[] = { { .kind = VALUE_INT, .i = 1 }, { .kind = VALUE_NULL } };
static const struct value one_x[] = { { .kind = VALUE_INT, .i = 1 }, { .kind = VALUE_TEXT, .len = 1, .p = "x" } };
static const struct value two[] = { { .kind = VALUE_INT, .i = 2 }, { .kind = VALUE_TEXT, .len = 3, .p = "y\"\\" } };

static bool printing;

static void put_text(struct buf *b, const char *p, size_t len)
{
	if (p)
		buf_put(b, p, len);
	else
		buf_puts(b, "(null)");
}

/* topic, partition, headers, key, value; records are separated by " && ". */
static void show(struct buf *b, const struct record *r)
{
	if (b->len)
		buf_puts(b, " && ");
	buf_printf(b, "%s%s ", r->topic,
			r->partition == PARTITION_BY_KEY		? ""
					: r->partition == PARTITION_ANY ? "/any"
									: "/fixed");
	for (uint32_t i = 0; i < r->nheaders; i++)
		buf_printf(b, "%s=%.*s ", r->headers[i].name, (int)r->headers[i].len, r->headers[i].value);
	put_text(b, r->key, r->key_len);
	buf_putc(b, ' ');
	put_text(b, r->value, r->value_len);
}

static void check(const struct format_conf *conf, const char *name, enum change_op op, const struct value *before,
		const struct value *after, const char *key)
{
	struct schema *s = fixture_schema("inventory", "t", columns, 2, key);
	struct batch *b = batch_new();
	struct buf got;

	buf_init(&got, 1 << 20);
	fixture_change(b, s, op, before, after);
	fixture_encode(conf, b);
	schema_unref(s);
	for (size_t i = 0; i < b->nrecords; i++)
		show(&got, &b->records[i]);
	if (b->changes[0].dead)
		buf_printf(&got, "dead: %s", b->changes[0].dead);
	if (printing)
		printf("%s\t%s\n", name, got.data ? got.data : "");
	else
		is_str(got.data ? got.data : "", fixture_golden("format_messages.txt", name), "%s", name);
	buf_done(&got);
	batch_free(b);
}

static void check_envelope(void)
{
	struct format_conf conf = fixture_conf(FORMAT_ENVELOPE, false);

	check(&conf, "envelope create", CHANGE_CREATE, NULL, one, "id");
	check(&conf, "envelope read", CHANGE_READ, NULL, one_x, "id");
	check(&conf, "envelope update", CHANGE_UPDATE, one, one_x, "id");
	check(&conf, "envelope delete", CHANGE_DELETE, one_x, NULL, "id");
	check(&conf, "envelope key update", CHANGE_UPDATE, one_x, two, "id");
	check(&conf, "envelope text key update", CHANGE_UPDATE, one_x, two, "s");
	check(&conf, "envelope truncate", CHANGE_TRUNCATE, NULL, NULL, "id");
	check(&conf, "envelope delete without key", CHANGE_DELETE, one_x, NULL, NULL);
	conf.tombstones_on_delete = false;
	check(&conf, "envelope delete without tombstone", CHANGE_DELETE, one_x, NULL, "id");
	conf.replace_null_with_default = false;
	check(&conf, "envelope nulls kept", CHANGE_CREATE, NULL, one, "id");
	conf = fixture_conf(FORMAT_ENVELOPE, true);
	check(&conf, "envelope with schema", CHANGE_CREATE, NULL, one, "id");
}

static void check_flat(void)
{
	static const enum delete_mode modes[] = { DELETE_UNSET, DELETE_DROP, DELETE_TOMBSTONE, DELETE_REWRITE,
		DELETE_REWRITE_WITH_TOMBSTONE };
	static const char *const names[] = { "unset", "drop", "tombstone", "rewrite", "rewrite-with-tombstone" };
	struct format_conf conf = fixture_conf(FORMAT_FLAT, false);
	char name[100];

	for (int schemas = 0; schemas <= 1; schemas++)
		for (int i = 0; i < 5; i++) {
			conf.schemas_enable = schemas;
			conf.delete_mode = modes[i];
			snprintf(name, sizeof(name), "flat update %s%s", names[i], schemas ? " schema" : "");
			check(&conf, name, CHANGE_UPDATE, one, one_x, "id");
			snprintf(name, sizeof(name), "flat delete %s%s", names[i], schemas ? " schema" : "");
			check(&conf, name, CHANGE_DELETE, one_x, NULL, "id");
		}
	conf = fixture_conf(FORMAT_FLAT, false);
	check(&conf, "flat key update", CHANGE_UPDATE, one_x, two, "id");
	check(&conf, "flat truncate", CHANGE_TRUNCATE, NULL, NULL, "id");
}

static void check_options(void)
{
	char *add[] = { "op", "table", "source.ts_ms", "snapshot", "id", "ts_us", "pos:at" }, *skip[] = { "d", "t" };
	char keys[] = "inventory.other:id; inventory\\..*:s,I.*", missing[] = "inventory.t:nope";
	struct format_conf conf = fixture_conf(FORMAT_FLAT, false);

	conf.add_fields = (struct conf_list){ add, 7 };
	check(&conf, "flat add.fields", CHANGE_CREATE, NULL, one_x, "id");
	conf.schemas_enable = true;
	check(&conf, "flat add.fields schema", CHANGE_READ, NULL, one_x, "id");
	conf = fixture_conf(FORMAT_FLAT, false);
	conf.skipped_operations = (struct conf_list){ skip, 2 };
	check(&conf, "skipped d", CHANGE_DELETE, one_x, NULL, "id");
	check(&conf, "skipped t", CHANGE_TRUNCATE, NULL, NULL, "id");
	conf.message_key_columns = keys;
	check(&conf, "message.key.columns", CHANGE_CREATE, NULL, one_x, "id");
	conf.message_key_columns = missing;
	check(&conf, "message.key.columns missing", CHANGE_CREATE, NULL, one_x, "id");
	conf = fixture_conf(FORMAT_FLAT, false);
	check(&conf, "update without before", CHANGE_UPDATE, NULL, one_x, "id");
}

static bool header_is(const struct record *r, const char *text)
{
	return r->nheaders == 1 && r->headers[0].len == strlen(text) &&
			memcmp(r->headers[0].value, text, strlen(text)) == 0;
}

static void check_dates_of_headers(void)
{
	static const struct column dated[] = {
		{ .name = "d", .type = COL_DATE },
		{ .name = "t", .type = COL_DATETIME },
		{ .name = "c", .type = COL_TIME },
	};
	static const char *const key[] = { "d", "t", "c" };
	static const struct value rows[][3] = {
		{ { .kind = VALUE_DATE, .i = 18263 }, { .kind = VALUE_DATETIME, .i = 1529501823500000 },
				{ .kind = VALUE_TIME, .i = 0 } },
		{ { .kind = VALUE_DATE, .i = -1 }, { .kind = VALUE_DATETIME, .i = 0 },
				{ .kind = VALUE_TIME, .i = 36672123456 } },
	};
	struct format_conf conf = fixture_conf(FORMAT_FLAT, false);
	struct schema *s = fixture_schema("inventory", "t", dated, 3, NULL);
	struct batch *b = batch_new();

	conf.time_mode = TIME_CONNECT;
	schema_set_key(s, key, 3);
	fixture_change(b, s, CHANGE_UPDATE, rows[0], rows[1]);
	fixture_encode(&conf, b);
	schema_unref(s);
	ok(header_is(&b->records[0], "{\"d\":00:00:00.000Z,\"t\":00:00:00.000Z,\"c\":10:11:12.123Z}"),
			"Connect's dates in a header: within the first day a time");
	ok(header_is(&b->records[b->nrecords - 1],
			   "{\"d\":2020-01-02,\"t\":2018-06-20T13:37:03.500Z,\"c\":00:00:00.000Z}"),
			"after it a date");
	batch_free(b);
}

static void test_wrong_conf(void)
{
	char *bad[] = { "nonsense" };
	struct format_conf conf = fixture_conf(FORMAT_FLAT, false);
	struct err err = { 0 };

	conf.add_fields = (struct conf_list){ bad, 1 };
	ok(!format_encoder_new(&conf, &err) && err.kind == ERR_CONFIG, "an unknown field of add.fields is refused: %s",
			err.msg);
	conf = fixture_conf(FORMAT_FLAT, false);
	conf.skipped_operations = (struct conf_list){ bad, 1 };
	ok(!format_encoder_new(&conf, &err) && err.kind == ERR_CONFIG, "an unknown operation is refused: %s", err.msg);
	conf = fixture_conf(FORMAT_FLAT, false);
	conf.message_key_columns = bad[0];
	ok(!format_encoder_new(&conf, &err) && err.kind == ERR_CONFIG, "key columns without a colon are refused: %s",
			err.msg);
}

static void test_names(void)
{
	struct format_conf conf = fixture_conf(FORMAT_FLAT, false);
	struct err err = { 0 };
	struct format_encoder *e = format_encoder_new(&conf, &err);

	is_str(format_topic(e, "db", "table"), "dbserver1.db.table", "a plain topic");
	is_str(format_topic(e, "d b", "t\xc3\xa9\xf0\x9f\x98\x80"), "dbserver1.d_b.t___",
			"one underscore for each UTF-16 unit");
	is_str(format_topic(e, "", "t"), "dbserver1.t", "blank parts are left out");
	is_int(strlen(format_topic(e, "db",
			       "ttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttt"
			       "tttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttt")),
			249, "cut to 249");
	is_int(format_murmur2("21", 2), (uint32_t)-973932308 & 0x7fffffff, "murmur2 of 21");
	is_int(format_murmur2("foobar", 6), (uint32_t)-790332482 & 0x7fffffff, "murmur2 of foobar");
	is_int(format_murmur2("a-little-bit-long-string", 24), (uint32_t)-985981536 & 0x7fffffff,
			"murmur2 of a longer text");
	is_int(format_murmur2("lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", 48), (uint32_t)-58897971 & 0x7fffffff,
			"murmur2 of whole words");
	format_encoder_free(e);
}

static void test_record(void)
{
	struct format_conf conf = fixture_conf(FORMAT_FLAT, true);
	struct schema *s = fixture_schema("inventory", "t", columns, 2, "id");
	struct batch *b = batch_new();

	fixture_change(b, s, CHANGE_CREATE, NULL, one);
	fixture_change(b, s, CHANGE_CREATE, NULL, two);
	((struct change_txn *)b->changes[1].txn)->commit_us = FIXTURE_NOW_US - INT64_C(7200000000);
	fixture_encode(&conf, b);
	is_int(b->records[0].timestamp_ms, FIXTURE_COMMIT_US / 1000, "a near commit time is the record's time");
	is_int(b->records[1].timestamp_ms, 0, "one two hours ago is not");
	is_int(b->records[1].commit_us, FIXTURE_NOW_US - INT64_C(7200000000), "but is passed on for latencies");
	is_int(b->records[1].change, 1, "the record knows its change");
	for (int i = 0; i < 2; i++)
		is_int(b->records[i].hash, format_murmur2(b->records[i].key, b->records[i].key_len),
				"hash of the key's bytes");
	schema_unref(s);
	batch_free(b);
}

/* The room reserved for a long text is counted, not guessed: each kind of byte at its worst. */
static void test_long_texts(void)
{
	static const char *const pieces[] = { "x", "\"", "\x01", "\xc3\xa9", "\xf0\x9f\x98\x80", "\x80", "\xf0\x9f" };
	static const size_t escaped[] = { 1, 2, 6, 2, 12, 3, 3 };
	enum { PIECES = 100000 };
	struct format_conf conf = fixture_conf(FORMAT_ENVELOPE, false);
	struct schema *s = fixture_schema("inventory", "t", columns, 2, "id");

	for (size_t i = 0; i < sizeof(pieces) / sizeof(*pieces); i++) {
		struct batch *b = batch_new();
		size_t len = strlen(pieces[i]);
		char *text = arena_alloc(&b->arena, PIECES * len);
		struct value row[2] = { one[0], { .kind = VALUE_TEXT, .len = (uint32_t)(PIECES * len), .p = text } };

		for (size_t k = 0; k < PIECES; k++)
			memcpy(text + k * len, pieces[i], len);
		fixture_change(b, s, CHANGE_UPDATE, row, row);
		fixture_encode(&conf, b);
		ok(b->nrecords == 1 && b->records[0].value_len >= 2 * PIECES * escaped[i], "a long text of kind %zu",
				i);
		batch_free(b);
	}
	schema_unref(s);
}

int main(int argc, char **argv)
{
	printing = argc > 1;
	check_envelope();
	check_flat();
	check_dates_of_headers();
	check_options();
	if (printing)
		return 0;
	test_wrong_conf();
	test_names();
	test_record();
	test_long_texts();
	return tap_done();
}
