/*
 * test_format_decode.c - rows of all types out and back under every setting, with and without an exact schema; messages
 * as Debezium writes them; and mutated messages, which must neither crash nor bring a schema that nobody sent.
 */
#include "tests/unit/format_random.h"

static struct schema *table_of_all(void)
{
	return fixture_schema("shop", "all_types", random_columns, RANDOM_COLUMNS, "id");
}

static struct batch *decode(const struct format_conf *conf, const struct batch *from, struct schema *exact)
{
	struct err err = { 0 };
	struct format_decoder *d = format_decoder_new(conf, &err);
	struct batch *b = batch_new();

	if (exact)
		format_decoder_know(d, exact, -1);
	for (size_t i = 0; i < from->nrecords; i++)
		*batch_add_record(b) = from->records[i];
	format_decode(d, b, &err);
	format_decoder_free(d);
	return b;
}

static struct batch *decode_one(const struct format_conf *conf, const char *topic, const char *key, const char *value,
		struct schema *exact)
{
	struct batch *from = batch_new(), *b;
	struct record *r = batch_add_record(from);

	r->topic = intern(topic);
	r->key = key;
	r->key_len = key ? (uint32_t)strlen(key) : 0;
	r->value = value;
	r->value_len = value ? (uint32_t)strlen(value) : 0;
	r->timestamp_ms = 1000;
	b = decode(conf, from, exact);
	batch_free(from);
	return b;
}

/* The first column that differs, or NULL. */
static const char *row_difference(const struct schema *s, const struct value *want, const struct value *got)
{
	for (unsigned i = 0; i < s->ncolumns; i++)
		if (!got || !value_equal(&want[i], &got[i]))
			return s->columns[i].name;
	return NULL;
}

static void round_trip(const struct format_conf *conf, const char *name)
{
	struct schema *s = table_of_all();
	struct batch *b = batch_new(), *back;
	const char *bad = NULL;

	for (int i = 0; i < 50; i++) {
		struct value *before = random_row(b, s), *after = random_row(b, s);

		after[0] = before[0];
		fixture_change(b, s,
				i % 3 == 0		     ? CHANGE_CREATE
						: i % 3 == 1 ? CHANGE_UPDATE
							     : CHANGE_DELETE,
				i % 3 ? before : NULL, i % 3 < 2 ? after : NULL);
	}
	fixture_encode(conf, b);
	back = decode(conf, b, s);
	is_int(back->nchanges, 50, "%s: as many changes as were sent (tombstones give none)", name);
	for (size_t i = 0; i < b->nchanges && i < back->nchanges && !bad; i++) {
		const struct change *want = &b->changes[i], *got = &back->changes[i];

		bad = got->dead;
		if (!bad && want->op == CHANGE_DELETE)
			bad = got->op == CHANGE_DELETE ? row_difference(s, want->before, got->before) : "op";
		else if (!bad)
			bad = row_difference(s, want->after, got->after);
		if (!bad &&
				(conf->message_format == FORMAT_ENVELOPE ? got->op != want->op
									 : want->op != CHANGE_DELETE &&
										got->op != CHANGE_UPSERT))
			bad = "op";
		if (!bad && got->schema != s)
			bad = "schema";
	}
	ok(!bad, "%s: equal rows%s%s", name, bad ? ": " : "", bad ? bad : "");
	schema_unref(s);
	batch_free(back);
	batch_free(b);
}

static void test_round_trips(void)
{
	char name[100];

	for (int m = 0; m < 16; m++) {
		struct format_conf conf = fixture_conf(m & 1 ? FORMAT_FLAT : FORMAT_ENVELOPE, !(m & 2));

		conf.decimal_mode = m & 4 ? DECIMAL_STRING : DECIMAL_PRECISE;
		conf.bigint_mode = m & 4 ? BIGINT_PRECISE : BIGINT_LONG;
		conf.binary_mode = m >> 2;
		conf.delete_mode = m & 8 ? DELETE_REWRITE_WITH_TOMBSTONE : DELETE_REWRITE;
		snprintf(name, sizeof(name), "%s, schemas %s, modes %d", m & 1 ? "flat" : "envelope",
				m & 2 ? "off" : "on", m >> 2);
		round_trip(&conf, name);
	}
}

/* Without an exact schema the nearest types come back, and encode to the same payload. */
static void test_inexact(void)
{
	struct format_conf conf = fixture_conf(FORMAT_ENVELOPE, true);
	struct schema *s = table_of_all();
	struct batch *b = batch_new(), *back;
	const struct schema *got;

	fixture_change(b, s, CHANGE_CREATE, NULL, random_row(b, s));
	fixture_encode(&conf, b);
	back = decode(&conf, b, NULL);
	got = back->changes[0].schema;
	ok(!back->changes[0].dead && !got->exact, "read without an exact schema");
	is_str(got->db, "shop", "database from the schema's name");
	is_str(got->table, "all_types", "table from the schema's name");
	is_int(got->ncolumns, s->ncolumns, "all columns");
	is_int(got->nkey == 1 && got->key[0] == 0, 1, "the key's column");
	is_int(got->columns[13].type, COL_DECIMAL, "decimal");
	is_int(got->columns[13].precision * 100 + got->columns[13].scale, 1204, "its precision and scale");
	is_int(got->columns[16].length, 33, "bits");
	is_int(got->columns[22].type, COL_DATETIME, "datetime(6)");
	is_int(got->columns[29].type, COL_ENUM, "enum");
	is_str(got->columns[29].label[1], "green, dark", "with its options");
	is_int(got->columns[34].type, COL_VECTOR, "vector");
	ok(value_equal(&back->changes[0].after[14], &b->changes[0].after[14]), "a decimal of 60 digits");
	batch_free(back);
	batch_free(b);
	schema_unref(s);
}

static void test_debezium(void)
{
	struct format_conf conf = fixture_conf(FORMAT_FLAT, true);
	struct batch *b = decode_one(&conf, "dbserver1.inventory.t", "{\"id\":1}",
			"{\"before\":null,\"after\":{\"id\":1,\"s\":\"dflt\"},\"source\":{\"version\":\"3.0.8.Final\",\"connector\":\"mysql\",\"name\":\"dbserver1\","
			"\"ts_ms\":1741010278000,\"snapshot\":\"first\",\"db\":\"inventory\",\"sequence\":null,\"ts_us\":1741010278000001,\"ts_ns\":1741010278000001000,"
			"\"table\":\"t\",\"server_id\":223344,\"gtid\":\"a-b:7\",\"file\":\"mysql-bin.000003\",\"pos\":484,\"row\":3,\"thread\":7,\"query\":null},"
			"\"transaction\":{\"id\":\"a-b:7\\u0021\",\"total_order\":1},\"op\":\"r\",\"ts_ms\":1,\"ts_us\":1,\"ts_ns\":1}",
			NULL);
	const struct change *c = &b->changes[0];

	ok(b->nchanges == 1 && !c->dead, "an envelope without schemas");
	is_int(c->op, CHANGE_READ, "its operation");
	is_int(c->snapshot, SNAPSHOT_FIRST, "its snapshot mark");
	is_int(c->txn->commit_us, 1741010278000001, "its commit time");
	is_str(c->txn->gtid, "a-b:7", "its gtid");
	is_str(c->txn->id, "a-b:7!", "its transaction");
	is_int(c->pos * 10 + c->row, 4843, "its position");
	is_int(c->schema->columns[0].type, COL_BIGINT, "a guessed type");
	is_str(c->schema->columns[c->schema->key[0]].name, "id", "the key from the key's message");
	batch_free(b);

	b = decode_one(&conf, "other.prefix.inventory.t", "{\"id\":1}", "null", NULL);
	ok(b->nchanges == 1 && !b->changes[0].dead && b->changes[0].op == CHANGE_DELETE,
			"four bytes null are a delete by the key");
	is_str(b->changes[0].schema->db, "inventory", "the last two parts of a foreign topic");
	batch_free(b);

	struct schema *s = table_of_all();
	b = decode_one(&conf, "dbserver1.shop.all_types", "{\"id\":77}", "null", s);
	ok(b->nchanges == 1 && b->changes[0].schema == s && b->changes[0].before[0].i == 77,
			"with the exact schema when it is known");
	batch_free(b);
	schema_unref(s);
	b = decode_one(&conf, "dbserver1.inventory.t",
			"{\"schema\":{\"type\":\"struct\",\"fields\":[{\"type\":\"int32\",\"optional\":false,"
			"\"field\":\"id\"}],\"optional\":false},\"payload\":{\"id\":5}}",
			"null", NULL);
	ok(!b->changes[0].dead && b->changes[0].before[0].i == 5 && b->changes[0].schema->columns[0].type == COL_INT,
			"or a key with a schema");
	batch_free(b);

	b = decode_one(&conf, "dbserver1.inventory.t", "{\"id\":1}",
			"{\"id\":1,\"__x\":2,\"n\":1.5,\"b\":true,\"__deleted\":\"true\",\"__op\":\"d\",\"__source_ts_ms\":5}",
			NULL);
	is_int(b->changes[0].op, CHANGE_DELETE, "__deleted");
	is_int(b->changes[0].schema->ncolumns, 4, "what stands behind __deleted is not a column");
	is_int(b->changes[0].txn->commit_us, 5000, "the commit time from an added field");
	ok(b->changes[0].before && b->changes[0].before[2].d == 1.5, "its row is in before");
	batch_free(b);
}

static void test_special(void)
{
	struct format_conf conf = fixture_conf(FORMAT_FLAT, true);
	struct schema *s = table_of_all();
	struct batch *b = batch_new(), *back;
	struct value *row;

	conf.delete_mode = DELETE_TOMBSTONE;
	row = random_row(b, s);
	fixture_change(b, s, CHANGE_CREATE, NULL, row);
	fixture_change(b, s, CHANGE_DELETE, row, NULL);
	fixture_change(b, s, CHANGE_TRUNCATE, NULL, NULL);
	fixture_encode(&conf, b);
	back = decode(&conf, b, s);
	is_int(back->nchanges, 3, "row, delete by a null payload, truncate");
	ok(!back->changes[1].dead && back->changes[1].op == CHANGE_DELETE &&
					value_equal(&back->changes[1].before[0], &row[0]),
			"the delete has its key");
	is_int(back->changes[1].before[1].kind, VALUE_ABSENT, "and nothing else");
	ok(back->changes[2].op == CHANGE_TRUNCATE && back->changes[2].schema == s, "the truncate of this table");
	batch_free(back);
	batch_reset(b);

	conf = fixture_conf(FORMAT_ENVELOPE, true);
	row = random_row(b, s);
	fixture_change(b, s, CHANGE_CREATE, NULL, row);
	fixture_change(b, s, CHANGE_TRUNCATE, NULL, NULL);
	fixture_encode(&conf, b);
	back = decode(&conf, b, NULL);
	ok(back->nchanges == 2 && back->changes[1].op == CHANGE_TRUNCATE && back->changes[1].schema->nkey == 1,
			"a truncate in an envelope");
	batch_free(back);
	batch_free(b);
	schema_unref(s);
}

/* An exact schema that disagrees with the message is not used. */
static void test_disagreement(void)
{
	static const struct column sent[] = {
		{ .name = "id", .type = COL_INT },
		{ .name = "v", .type = COL_VARCHAR, .length = 9, .nullable = true },
	};
	static const struct column other[] = {
		{ .name = "id", .type = COL_BIGINT },
		{ .name = "v", .type = COL_VARCHAR, .length = 9, .nullable = true },
	};
	static const struct value row[] = { { .kind = VALUE_INT, .i = 5 }, { .kind = VALUE_TEXT, .len = 1, .p = "x" } };
	struct format_conf conf = fixture_conf(FORMAT_FLAT, true);
	struct schema *s = fixture_schema("shop", "t", sent, 2, "id"),
		      *newer = fixture_schema("shop", "t", other, 2, "id");
	struct batch *b = batch_new(), *back;
	struct err err = { 0 };
	struct format_decoder *d;

	fixture_change(b, s, CHANGE_CREATE, NULL, row);
	fixture_encode(&conf, b);
	back = decode(&conf, b, newer);
	ok(back->changes[0].schema != newer && !back->changes[0].schema->exact,
			"an int32 is not a bigint: the message's schema wins");
	is_int(back->changes[0].schema->columns[0].type, COL_INT, "with the message's type");
	batch_free(back);
	d = format_decoder_new(&conf, &err);
	format_decoder_know(d, s, -1);
	format_decoder_know(d, newer, -1);
	back = batch_new();
	*batch_add_record(back) = b->records[0];
	format_decode(d, back, &err);
	ok(back->changes[0].schema == s, "an older exact schema that agrees is used");
	format_decoder_free(d);
	batch_free(back);
	batch_free(b);
	schema_unref(s);
	schema_unref(newer);
}

static void test_dynamic(void)
{
	struct format_conf conf = fixture_conf(FORMAT_FLAT, false);
	static const char *const values[] = { "{\"id\":1,\"a\":null,\"b\":1}", "{\"id\":2,\"a\":\"x\",\"b\":1.5}",
		"{\"id\":3,\"a\":\"y\",\"b\":7}", "{\"id\":4,\"a\":[1],\"b\":\"t\"}",
		" { \"b\" : 1 , \"id\" : 5 , \"a\" : \"\\u00e9\" } " };
	struct batch *from = batch_new(), *b;

	for (int i = 0; i < 5; i++) {
		struct record *r = batch_add_record(from);

		r->topic = intern("dbserver1.shop.dyn");
		r->value = values[i];
		r->value_len = (uint32_t)strlen(values[i]);
	}
	b = decode(&conf, from, NULL);
	is_int(b->nchanges, 5, "messages without any schema");
	is_int(b->changes[0].schema->columns[2].type, COL_BIGINT, "an integer at first");
	is_int(b->changes[2].schema->columns[2].type, COL_DOUBLE, "a double once one was seen");
	is_int(b->changes[3].schema->columns[2].type, COL_LONGTEXT, "a text once one was seen");
	ok(!b->changes[4].dead && b->changes[4].after[1].len == 2,
			"members in another order, with blanks and escapes: %s",
			b->changes[4].dead ? b->changes[4].dead : "");
	for (int i = 0; i < 5; i++)
		is_int(b->changes[i].record, i, "a change points back at its record");
	batch_free(b);
	batch_free(from);
}

/* Texts of time as snapshots, other time zones and newer Debezium versions write them; and ones that are no time. */
static void test_times(void)
{
	static const struct {
		const char *type, *semantic, *text;
		int64_t want;
	} cases[] = {
		{ "string", "io.debezium.time.ZonedTimestamp", "\"2018-06-20T13:37:03.5Z\"", 1529501823500000 },
		{ "string", "io.debezium.time.ZonedTimestamp", "\"2018-06-20T15:37:03+02:00\"", 1529501823000000 },
		{ "string", "io.debezium.time.ZonedTimestamp", "\"2018-06-20T13:37:03.123456789Z\"", 1529501823123456 },
		{ "int64", "io.debezium.time.NanoTimestamp", "-1", -1 },
		{ "int64", "io.debezium.time.Timestamp", "-1", -1000 },
		{ "int32", "org.apache.kafka.connect.data.Time", "37230500", 37230500000 },
		{ "string", "io.debezium.time.ZonedTimestamp", "\"2018-06-31T13:37:03Z\"", 0 },
		{ "string", "io.debezium.time.ZonedTimestamp", "\"2018-06-20T25:37:03Z\"", 0 },
		{ "int64", "io.debezium.time.Timestamp", "9223372036854775807", 0 },
		{ "int64", "io.debezium.time.MicroTimestamp", "9223372036854775808", 0 },
		{ "int32", "io.debezium.time.Date", "1.5", 0 },
	};
	struct format_conf conf = fixture_conf(FORMAT_FLAT, true);

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		char text[500];
		struct batch *b;

		snprintf(text, sizeof(text),
				"{\"schema\":{\"type\":\"struct\",\"fields\":[{\"type\":\"%s\",\"optional\":true,\"name\":\"%s\","
				"\"version\":1,\"field\":\"a\"}]},\"payload\":{\"a\":%s}}",
				cases[i].type, cases[i].semantic, cases[i].text);
		b = decode_one(&conf, "dbserver1.shop.time", NULL, text, NULL);
		if (cases[i].want)
			is_int(b->changes[0].dead ? 0 : b->changes[0].after[0].i, cases[i].want, "%s %s",
					cases[i].semantic, cases[i].text);
		else
			ok(b->changes[0].dead, "refused: %s %s", cases[i].semantic, cases[i].text);
		batch_free(b);
	}
}

/* Connect's form of a message that has no schema while schemas are enabled. */
static void test_null_schema(void)
{
	struct format_conf conf = fixture_conf(FORMAT_FLAT, true);
	struct batch *b = decode_one(&conf, "dbserver1.shop.t", "{\"schema\":null,\"payload\":{\"id\":1}}",
			"{\"schema\":null,\"payload\":{\"id\":1,\"s\":\"x\"}}", NULL);

	ok(b->nchanges == 1 && !b->changes[0].dead, "a null schema: %s", b->changes[0].dead ? b->changes[0].dead : "");
	is_int(b->changes[0].schema->ncolumns, 2, "its columns are those of the payload");
	is_str(b->changes[0].schema->columns[0].name, "id", "by name");
	is_int(b->changes[0].schema->nkey, 1, "with the key of the key's payload");
	batch_free(b);
}

/* More schemas in one topic than are remembered, in turns, and one that is refused among them. */
static void test_many_schemas(void)
{
	struct format_conf conf = fixture_conf(FORMAT_FLAT, true);
	struct batch *from = batch_new(), *b;
	int wrong = 0;

	for (int i = 0; i < 60; i++) {
		struct record *r = batch_add_record(from);

		r->topic = intern("dbserver1.shop.many");
		r->value = arena_printf(&from->arena,
				"{\"schema\":{\"type\":\"struct\",\"fields\":[{\"type\":\"%s\",\"optional\":false,"
				"\"field\":\"c%d\"}]},\"payload\":{\"c%d\":%d}}",
				i % 7 ? "int32" : "map", i % 20, i % 20, i);
		r->value_len = (uint32_t)strlen(r->value);
	}
	b = decode(&conf, from, NULL);
	for (int i = 0; i < 60; i++) {
		const struct change *c = &b->changes[i];
		char name[8];

		snprintf(name, sizeof(name), "c%d", i % 20);
		wrong += i % 7 == 0 ? !c->dead
				    : c->dead || strcmp(c->schema->columns[0].name, name) != 0 || c->after[0].i != i;
	}
	is_int(wrong, 0, "twenty schemas in turns");
	batch_free(b);
	batch_free(from);
}

static void test_not_understood(void)
{
	static const char *const bad[] = {
		"", "x", "[1]", "{", "{}x", "{\"a\":1", "{\"a\":01}", "{\"a\":1,\"a\":2}",
		"{\"schema\":{\"type\":\"struct\"},\"payload\":1}",
		"{\"schema\":{\"type\":\"nonsense\"},\"payload\":{}}", "{\"schema\":{},\"payload\":{}}",
		"{\"schema\":{\"type\":\"string\",\"optional\":false},\"payload\":\"x\"}",
		"{\"schema\":{\"type\":\"struct\",\"fields\":[{\"type\":\"int32\",\"optional\":false,\"field\":\"a\"},{\"type\":\"int32\",\"optional\":false,\"field\":\"a\"}]},\"payload\":{\"a\":1}}",
		"{\"schema\":{\"type\":\"struct\",\"fields\":[{\"type\":\"int32\",\"optional\":false,\"field\":\"a\"}]},\"payload\":{\"a\":\"x\"}}",
		"{\"schema\":{\"type\":\"struct\",\"fields\":[{\"type\":\"int32\",\"optional\":false,\"field\":\"a\"}]},\"payload\":{\"a\":1}",
		"{\"schema\":{\"type\":\"struct\",\"fields\":[{\"type\":\"int32\",\"optional\":false,\"field\":\"a\"}]},\"payload\":{\"b\":1}}",
		"{\"schema\":{\"type\":\"struct\",\"fields\":[{\"type\":\"map\",\"optional\":false,\"field\":\"a\"}]},\"payload\":{\"a\":{}}}"
	};
	struct format_conf conf = fixture_conf(FORMAT_FLAT, true);

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		struct batch *b = decode_one(&conf, "dbserver1.shop.bad", NULL, bad[i], NULL);

		ok(b->nchanges == 1 && b->changes[0].dead && b->changes[0].schema, "not understood: %.60s: %s", bad[i],
				b->nchanges ? b->changes[0].dead : "");
		batch_free(b);
	}
}

static bool is_one_of(const char *name)
{
	for (int i = 0; i < RANDOM_COLUMNS; i++)
		if (strcmp(random_columns[i].name, name) == 0)
			return true;
	return false;
}

/*
 * One byte of a valid message is changed, and the mutant is read beside the original. The original must come out as
 * sent; the mutant may be dead or be read, but under the original's schema only when its block is the original's.
 */
static void test_mutants(void)
{
	struct schema *s = table_of_all();
	int wrong = 0, dead = 0;

	for (int round = 0; round < 3000; round++) {
		struct format_conf conf = fixture_conf(round & 1 ? FORMAT_FLAT : FORMAT_ENVELOPE, !(round & 2));
		struct batch *b = batch_new(), *back;
		struct value *row = random_row(b, s);
		struct record *r;
		char *p;

		fixture_change(b, s, CHANGE_CREATE, NULL, row);
		fixture_encode(&conf, b);
		*(r = batch_add_record(b)) = b->records[0];
		r->value = p = arena_dup(&b->arena, r->value, r->value_len);
		size_t at = random_u64() % r->value_len,
		       payload = (size_t)(strstr(p, "\"payload\"") ? strstr(p, "\"payload\"") - p : 0);
		p[at] = round % 5 ? (char)random_u64() : "\"\\{}[],:0"[random_u64() % 9];
		if (round % 7 == 0)
			r->value_len = (uint32_t)at;
		*batch_add_record(b) = b->records[0];
		back = decode(&conf, b, s);
		wrong += back->nchanges != 3 || back->changes[0].dead || back->changes[2].dead ||
				row_difference(s, row, back->changes[2].after) != NULL;
		if (back->nchanges == 3 && !back->changes[1].dead &&
				!is_one_of(back->changes[1].schema->columns[0].name) && at > payload && payload)
			wrong++;
		dead += back->nchanges == 3 && back->changes[1].dead;
		batch_free(back);
		batch_free(b);
	}
	is_int(wrong, 0, "3000 mutants: their neighbours are read as sent");
	ok(dead > 500, "%d of them are dead letters", dead);
	schema_unref(s);
}

/* Shapes that no exact schema explains: told, settled for good, and as many at once as there are. */
static void test_unsure(void)
{
	struct format_conf conf = fixture_conf(FORMAT_FLAT, false);
	static const struct column columns[] = {
		{ .name = "id", .type = COL_INT },
		{ .name = "v", .type = COL_DECIMAL, .precision = 9, .scale = 2 },
	};
	struct schema *s = fixture_schema("shop", "t", columns, 2, "id");
	struct err err = { 0 };
	struct format_decoder *d = format_decoder_new(&conf, &err);
	struct batch *b = batch_new();
	struct format_unsure unsure;
	uint64_t version;

	for (int i = 0; i < 20; i++) {
		struct record *r = batch_add_record(b);

		r->topic = intern("dbserver1.shop.t");
		r->key = "{\"id\":1}";
		r->key_len = (uint32_t)strlen(r->key);
		r->value = i < 19 ? arena_printf(&b->arena, "{\"id\":1,\"c%d\":\"AQ==\"}", i)
				  : "{\"id\":1,\"v\":\"AQ==\"}";
		r->value_len = (uint32_t)strlen(r->value);
		r->timestamp_ms = 1000;
	}
	format_decode(d, b, &err);
	ok(format_decoder_unsure(d, &unsure) && !unsure.described && format_decoder_bare(d),
			"nobody knows these messages, nor do they");
	is_str(unsure.shape, "id, c0", "the first of them");
	format_decoder_settle(d);
	b->nchanges = 0;
	format_decode(d, b, &err);
	ok(!format_decoder_unsure(d, &unsure), "settled: twenty shapes of one batch");
	version = b->changes[7].schema->version;
	format_decoder_know(d, s, -1);
	b->nchanges = 0;
	format_decode(d, b, &err);
	ok(!format_decoder_unsure(d, &unsure), "settled for good");
	ok(b->changes[19].schema == s && b->changes[19].after[1].kind == VALUE_DECIMAL,
			"and what becomes known is known");
	version = b->changes[7].schema->version;
	b->nchanges = 0;
	format_decode(d, b, &err);
	is_int(b->changes[7].schema->version, version, "a shape keeps its schema from batch to batch");
	format_decoder_free(d);
	batch_free(b);
	schema_unref(s);
}

/* One name, three types: the commit time says which. */
static void test_timed(void)
{
	static const enum column_type types[] = { COL_DATE, COL_DATETIME, COL_BIGINT };
	static const struct {
		int64_t ms;
		const char *value;
		enum value_kind kind;
	} rows[] = {
		{ 5000, "7", VALUE_INT },
		{ 1000, "7", VALUE_DATE },
		{ 2999, "1000", VALUE_DATETIME },
		{ 1999, "8", VALUE_DATE },
		{ 2000, "1000", VALUE_DATETIME },
		{ 3000, "7", VALUE_INT },
	};
	struct format_conf conf = fixture_conf(FORMAT_FLAT, false);
	struct err err = { 0 };
	struct format_decoder *d = format_decoder_new(&conf, &err);
	struct batch *b = batch_new();
	struct format_unsure unsure;

	for (int i = 0; i < 3; i++) {
		struct column columns[] = { { .name = "id", .type = COL_INT }, { .name = "v", .type = types[i] } };
		struct schema *s = fixture_schema("shop", "t", columns, 2, "id");

		format_decoder_know(d, s, i ? (i + 1) * 1000000 + 400 : 1000000);
		schema_unref(s);
	}
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct record *r = batch_add_record(b);

		r->topic = intern("dbserver1.shop.t");
		r->value = arena_printf(&b->arena, "{\"id\":1,\"v\":%s}", rows[i].value);
		r->value_len = (uint32_t)strlen(r->value);
		r->timestamp_ms = rows[i].ms;
	}
	format_decode(d, b, &err);
	ok(!format_decoder_unsure(d, &unsure), "all definitions are known");
	for (size_t i = 0; i < b->nchanges; i++)
		is_int(b->changes[i].dead ? -1 : (int)b->changes[i].after[1].kind, rows[i].kind,
				"row %zu is read with the definition of its time", i);
	format_decoder_free(d);
	batch_free(b);
}

/* A large row that is read with the wrong definition first, or again until all are known, is in memory once. */
static void test_large_again(void)
{
	enum { SIZE = 8 << 20, BLOB = SIZE / 4 * 3 };
	struct format_conf conf = fixture_conf(FORMAT_FLAT, false);
	struct err err = { 0 };
	struct format_decoder *d = format_decoder_new(&conf, &err);
	struct batch *b = batch_new();
	struct record *r = batch_add_record(b);
	size_t before;
	char *value;

	for (int i = 0; i < 2; i++) {
		struct column columns[] = { { .name = "id", .type = COL_INT },
			{ .name = "v", .type = i ? COL_LONGBLOB : COL_LONGTEXT } };
		struct schema *s = fixture_schema("shop", "t", columns, 2, "id");

		format_decoder_know(d, s, (i + 1) * 1000000);
		schema_unref(s);
	}
	value = arena_alloc(&b->arena, SIZE + 32);
	memset(value, 'A', SIZE + 32);
	memcpy(value, "{\"id\":1,\"v\":\"", 13);
	memcpy(value + 13 + SIZE, "\"}", 2);
	*r = (struct record){ .topic = intern("dbserver1.shop.t"), .timestamp_ms = 1500 };
	r->value = value;
	r->value_len = 13 + SIZE + 2;
	before = b->arena.used;
	format_decode(d, b, &err);
	is_int(b->changes[0].dead ? -1 : (int)b->changes[0].after[1].len, SIZE, "a text, as it was at its time");
	ok(b->arena.used - before < SIZE / 2, "%zu bytes more: it was read as BLOB first", b->arena.used - before);
	r->timestamp_ms = 2500;
	for (int i = 0; i < 3; i++)
		format_decode(d, b, &err);
	is_int(b->nchanges != 1 || b->changes[0].dead ? -1 : (int)b->changes[0].after[1].len, BLOB,
			"three times, later");
	ok(b->arena.used - before < BLOB + SIZE / 2, "%zu bytes more", b->arena.used - before);
	format_decoder_free(d);
	batch_free(b);
}

int main(void)
{
	test_round_trips();
	test_inexact();
	test_debezium();
	test_special();
	test_disagreement();
	test_dynamic();
	test_times();
	test_null_schema();
	test_many_schemas();
	test_not_understood();
	test_mutants();
	test_unsure();
	test_timed();
	test_large_again();
	return tap_done();
}
