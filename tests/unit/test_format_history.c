/*
 * test_format_history.c - schema history and schema change records of a DDL, byte for byte against tests/golden/, and
 * back into schemas that are equal in every respect. With an argument, prints the records instead.
 */
#include "tests/unit/format_random.h"

static const char *const sizes[] = { "small", "it's" };

static const struct column columns[] = {
	{ .name = "id", .type = COL_INT, .is_unsigned = true, .autoinc = true, .type_text = "int unsigned" },
	{ .name = "name",
			.type = COL_VARCHAR,
			.length = 50,
			.nullable = true,
			.charset = "utf8mb4",
			.collation = 255,
			.default_kind = DEFAULT_NULL },
	{ .name = "price",
			.type = COL_DECIMAL,
			.precision = 10,
			.scale = 2,
			.default_kind = DEFAULT_LITERAL,
			.default_text = "0.00" },
	{ .name = "size",
			.type = COL_ENUM,
			.nullable = true,
			.charset = "utf8mb4",
			.collation = 255,
			.labels = 2,
			.label = sizes },
	{ .name = "at",
			.type = COL_DATETIME,
			.scale = 3,
			.nullable = true,
			.default_kind = DEFAULT_NOW,
			.comment = "when \"it\" was" },
	{ .name = "twice", .type = COL_INT, .nullable = true, .generated = true, .invisible = true },
};

static struct schema *seen[8];
static const char *seen_table[8];
static unsigned nseen;

static int64_t seen_commit_us;

static void take(void *arg, const struct position *at, int64_t commit_us, const char *db, const char *table,
		struct schema *s)
{
	seen_commit_us = commit_us;
	if (nseen < 8) {
		seen_table[nseen] = intern(table);
		seen[nseen++] = s ? schema_ref(s) : NULL;
	}
	if (arg)
		position_copy(arg, at);
}

static void forget(void)
{
	while (nseen)
		schema_unref(seen[--nseen]);
}

static struct schema *make_schema(const char *table)
{
	struct schema *s = fixture_schema("inventory", table, columns, sizeof(columns) / sizeof(columns[0]), "id");

	s->charset = arena_dup(&s->arena, "utf8mb4", 7);
	s->comment = arena_dup(&s->arena, "all goods", 9);
	return s;
}

static void add_ddl(struct batch *b, struct ddl_table *tables, unsigned n, const char *text, const char *names,
		bool captured)
{
	struct ddl_change *ddl = arena_alloc(&b->arena, sizeof(*ddl));
	struct change *c = batch_add_change(b);
	struct change_txn *txn = fixture_txn(b);

	*ddl = (struct ddl_change){
		.db = "inventory",
		.ddl = text,
		.tables = names,
		.table = tables,
		.ntables = n,
		.captured = captured,
	};
	*c = (struct change){ .op = CHANGE_DDL, .txn = txn, .pos = 1200, .ddl = ddl };
}

static struct batch *encode_ddl(struct schema *s, bool schemas, bool only_captured)
{
	static struct ddl_table tables[3];
	struct format_conf conf = fixture_conf(FORMAT_FLAT, schemas);
	struct batch *b = batch_new();

	conf.store_only_captured_tables = only_captured;
	tables[0] = (struct ddl_table){ .type = 'C', .db = "inventory", .table = "goods", .schema = s };
	tables[1] = (struct ddl_table){
		.type = 'A',
		.db = "inventory",
		.table = "goods",
		.previous_db = "inventory",
		.previous_table = "things",
		.schema = s,
	};
	tables[2] = (struct ddl_table){ .type = 'D', .db = "inventory", .table = "old" };
	b->position.gtids = strdup("aaa:1-5");
	strcpy(b->position.file, "mysql-bin.000004");
	b->position.pos = 9999;
	add_ddl(b, tables, 3, "CREATE TABLE `goods` (\n  `id` int)", "goods,old", true);
	add_ddl(b, NULL, 0, "SET x = 1", NULL, false);
	fixture_encode(&conf, b);
	return b;
}

static char *read_golden(const char *file, size_t *len)
{
	static char text[1 << 16];
	char path[1024];
	FILE *f;

	snprintf(path, sizeof(path), "%s/tests/golden/%s", getenv("top_srcdir") ? getenv("top_srcdir") : ".", file);
	f = fopen(path, "r");
	*len = f ? fread(text, 1, sizeof(text), f) : 0;
	if (f)
		fclose(f);
	if (*len && text[*len - 1] == '\n')
		--*len;
	return text;
}

static void check_file(const struct record *r, const char *file, bool print)
{
	size_t len;
	char *want;

	if (print) {
		printf("==== %s\n%.*s\n", file, (int)r->value_len, r->value);
		return;
	}
	want = read_golden(file, &len);
	is_mem(r->value, r->value_len, want, len, "%s", file);
}

static int decode(const struct record *r, struct position *at, struct err *err)
{
	struct format_history_reader to = { .arg = at, .table = take };

	return format_history_decode(r, &to, err);
}

static void test_records(struct schema *s, bool print)
{
	struct batch *b = encode_ddl(s, true, false), *plain = encode_ddl(s, false, true);

	check_file(&b->records[0], "format_history.json", print);
	check_file(&b->records[1], "format_schema_change.json", print);
	check_file(&plain->records[1], "format_schema_change_plain.json", print);
	if (!print) {
		is_int(b->nrecords, 4, "each statement is in the history and in the schema change topic");
		is_int(plain->nrecords, 2, "unless only what touches a captured table is wanted");
		is_str(b->records[0].topic, "schemahistory.testdb", "history topic");
		ok(b->records[0].key == NULL && b->records[0].partition == 0, "without a key, partition 0");
		is_str(b->records[1].topic, "dbserver1", "schema change topic");
		is_mem(plain->records[1].key, plain->records[1].key_len, "{\"databaseName\":\"inventory\"}", 28,
				"its key");
	}
	batch_free(b);
	batch_free(plain);
}

static void test_back(struct schema *s)
{
	struct batch *b = encode_ddl(s, true, false);
	struct position at;
	struct err err = { 0 };

	position_init(&at);
	is_int(decode(&b->records[0], &at, &err), 0, "decode: %s", err.msg);
	is_int(nseen, 4, "created, renamed from, renamed to, dropped");
	ok(seen[0] && schema_equal(seen[0], s), "the created schema is equal in all");
	ok(!seen[1] && strcmp(seen_table[1], "things") == 0, "the old name is gone");
	ok(seen[2] && schema_equal(seen[2], s), "the renamed schema");
	ok(!seen[3] && strcmp(seen_table[3], "old") == 0, "the dropped table");
	is_str(at.file, "mysql-bin.000003", "position of the statement: file");
	is_int(at.pos, 1200, "and place");
	is_str(at.gtids, "aaa:1-5", "gtids of the batch");
	forget();
	position_done(&at);
	batch_free(b);
}

/* CREATE INDEX: Debezium's members say nothing of the table, and a restart knows its indexes all the same. */
static void test_indexed(struct schema *s)
{
	struct ddl_table table = { .type = 'I', .db = "inventory", .table = "goods", .schema = s };
	struct format_conf conf = fixture_conf(FORMAT_FLAT, false);
	struct batch *b = batch_new();
	struct position at;
	struct err err = { 0 };

	position_init(&at);
	add_ddl(b, &table, 1, "CREATE INDEX k ON goods (name) COMMENT '\xf0\x9f\x98\x80 \\\\uD83D'", "", true);
	fixture_encode(&conf, b);
	is_int(b->nrecords, 2, "an index: in the history and in the schema change topic");
	ok(memmem(b->records[0].value, b->records[0].value_len, "\"tableChanges\" : [ ]", 20) != NULL,
			"no table is changed for Debezium");
	ok(memmem(b->records[1].value, b->records[1].value_len, "\"tableChanges\":[]", 17) != NULL, "nor in the topic");
	ok(memmem(b->records[0].value, b->records[0].value_len, "'\xf0\x9f\x98\x80 \\\\\\\\uD83D'", 15) != NULL &&
					memmem(b->records[1].value, b->records[1].value_len, "'\\uD83D\\uDE00 ", 14) !=
							NULL,
			"beyond the BMP: as it is in the history, escaped in the topic");
	is_int(decode(&b->records[0], &at, &err), 0, "decode: %s", err.msg);
	ok(nseen == 1 && seen[0] && schema_equal(seen[0], s), "the table with its indexes");
	forget();
	position_done(&at);
	batch_free(b);
}

static void test_all_types(void)
{
	struct schema *s = fixture_schema("inventory", "goods", random_columns, RANDOM_COLUMNS, "id");
	struct batch *b = encode_ddl(s, true, false);
	struct err err = { 0 };

	is_int(decode(&b->records[0], NULL, &err), 0, "decode a table of all types: %s", err.msg);
	ok(nseen && seen[0] && schema_equal(seen[0], s), "equal in all");
	forget();
	batch_free(b);
	schema_unref(s);
}

static const char *seen_database;
static unsigned seen_collation;

static void take_database(void *arg, const char *db, unsigned collation)
{
	(void)arg;
	seen_database = intern(db);
	seen_collation = collation;
}

static const char *seen_pipeline, *seen_prefix;

static void take_pipeline(void *arg, const char *name, const char *prefix)
{
	(void)arg;
	seen_pipeline = intern(name);
	seen_prefix = intern(prefix);
}

static bool refuse(void *arg, const struct position *at, const char *gtid)
{
	(void)at;
	*(const char **)arg = intern(gtid ? gtid : "");
	return false;
}

/* What Debezium's model has no place for: indexes, default collations, databases, the statement's own GTID. */
static void test_more(void)
{
	static const char text[] =
			"{\"source\":{\"server\":\"p\"},\"position\":{\"file\":\"b.1\",\"pos\":4},\"tableChanges\":[{\"id\":\"\\\"d\\\".\\\"t\\\"\","
			"\"table\":{\"columns\":[{\"name\":\"a\",\"typeName\":\"INT\"},{\"name\":\"b\",\"typeName\":\"INT\"}]}}],"
			"\"millrace\":{\"pipeline\":\"shop\",\"gtid\":\"u:7\",\"ts_us\":1700000000123456,\"database\":\"d\",\"databaseCollation\":8,\"tables\":[{\"collation\":46,"
			"\"indexes\":[{\"name\":\"PRIMARY\",\"primary\":true,\"unique\":true,\"columns\":[\"b\",\"a\"]},"
			"{\"name\":\"gone\",\"columns\":[\"x\"]}]}]}}";
	struct record r = { .topic = "h", .value = text, .value_len = sizeof(text) - 1 };
	struct format_history_reader to = { .table = take, .database = take_database };
	const char *gtid = NULL;
	struct err err = { 0 };

	is_int(format_history_decode(&r, &to, &err), 0, "decode: %s", err.msg);
	ok(nseen == 1 && seen[0]->collation == 46, "the table's default collation");
	ok(nseen == 1 && seen[0]->nindexes == 1 && strcmp(seen[0]->indexes[0].columns[0], "b") == 0,
			"its indexes, but none over a column that it does not have");
	is_int(seen_commit_us, 1700000000123456, "when it was committed");
	is_str(seen_database, "d", "the database");
	is_int(seen_collation, 8, "its collation");
	forget();
	to = (struct format_history_reader){ .arg = &gtid, .pipeline = take_pipeline, .wants = refuse, .table = take };
	is_int(format_history_decode(&r, &to, &err), 0, "a statement that is not wanted");
	is_str(seen_pipeline, "shop", "says all the same whose it is");
	is_str(seen_prefix, "p", "and for which topic.prefix");
	ok(nseen == 0 && gtid && strcmp(gtid, "u:7") == 0, "is passed over by its GTID");
	forget();
}

/* As a Debezium connector leaves it: without our member. */
static void test_debezium(void)
{
	static const char text[] =
			"{\"source\":{\"server\":\"p\"},\"position\":{\"file\":\"b.1\",\"pos\":4,\"snapshot\":true},\"ts_ms\":1,\"databaseName\":\"inv\",\"ddl\":\"x\","
			"\"tableChanges\":[{\"type\":\"CREATE\",\"id\":\"\\\"inv\\\".\\\"t\\\"\",\"table\":{\"defaultCharsetName\":\"latin1\",\"primaryKeyColumnNames\":[\"id\"],\"columns\":["
			"{\"name\":\"id\",\"jdbcType\":4,\"typeName\":\"INT UNSIGNED ZEROFILL\",\"position\":1,\"optional\":false,\"autoIncremented\":true,\"enumValues\":[]},"
			"{\"name\":\"d\",\"typeName\":\"NUMERIC\",\"length\":8,\"scale\":3,\"optional\":true,\"hasDefaultValue\":true,\"defaultValueExpression\":\"1.5\"},"
			"{\"name\":\"e\",\"typeName\":\"ENUM\",\"charsetName\":\"latin1\",\"length\":1,\"optional\":true,\"enumValues\":[\"'a'\",\"'b,c'\"]},"
			"{\"name\":\"b\",\"typeName\":\"BOOL\",\"optional\":true,\"hasDefaultValue\":true},"
			"{\"name\":\"ts\",\"typeName\":\"TIMESTAMP\",\"length\":6,\"optional\":true},"
			"{\"name\":\"new\",\"typeName\":\"HYPERCUBE\",\"optional\":true}]}}]}";
	struct record r = { .topic = "h", .value = text, .value_len = sizeof(text) - 1 };
	struct position at;
	struct err err = { 0 };

	position_init(&at);
	is_int(decode(&r, &at, &err), 0, "a record of Debezium's: %s", err.msg);
	const struct column *c = nseen ? seen[0]->columns : NULL;
	ok(c && c[0].type == COL_INT && c[0].is_unsigned && c[0].zerofill && c[0].autoinc && !c[0].nullable,
			"int unsigned zerofill");
	ok(c && c[1].type == COL_DECIMAL && c[1].precision == 8 && c[1].scale == 3 &&
					c[1].default_kind == DEFAULT_LITERAL,
			"numeric(8,3) with a default");
	ok(c && c[2].type == COL_ENUM && c[2].labels == 2 && strcmp(c[2].label[1], "b,c") == 0 && c[2].length == 0,
			"enum without quotes");
	ok(c && c[3].is_boolean && c[3].type == COL_TINYINT && c[3].default_kind == DEFAULT_NULL, "bool");
	ok(c && c[4].type == COL_TIMESTAMP && c[4].scale == 6 && c[4].length == 0, "timestamp(6)");
	ok(c && c[5].type == COL_UNKNOWN, "an unknown type stays unknown");
	ok(at.snapshot && !at.snapshot_blocking, "a snapshot's position");
	forget();
	position_done(&at);
}

static void test_hostile(void)
{
	static const char *const bad[] = {
		"x", "{}", "{\"position\":{\"file\":1}}", "{\"position\":{\"file\":\"f\",\"pos\":-1}}",
		"{\"position\":{\"file\":\"f\"},\"tableChanges\":[{\"id\":\"t\"}]}",
		"{\"position\":{\"file\":\"f\"},\"tableChanges\":[{\"id\":\"\\\"a\\\".\\\"b\\\"\",\"table\":{\"columns\":[{}]}}]}",
		"{\"position\":{\"file\":\"f\"},\"tableChanges\":[{\"id\":\"\\\"a\\\".\\\"b\\\"\",\"table\":{\"primaryKeyColumnNames\":[\"x\"]}}]}"
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		struct record r = { .topic = "h", .value = bad[i], .value_len = (uint32_t)strlen(bad[i]) };
		struct err err = { 0 };

		ok(decode(&r, NULL, &err) < 0 && err.kind == ERR_DATA, "refused: %.60s: %s", bad[i], err.msg);
		forget();
	}
}

int main(int argc, char **argv)
{
	struct schema *s = make_schema("goods");

	test_records(s, argc > 1);
	if (argc == 1) {
		test_back(s);
		test_indexed(s);
		test_all_types();
		test_debezium();
		test_more();
		test_hostile();
	}
	schema_unref(s);
	return argc > 1 ? 0 : tap_done();
}
