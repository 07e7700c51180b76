/* test_sink_local.c - the embedded warehouse: the contract, and what only a file can suffer. */
#include "tests/tap.h"

#include <dirent.h>
#include <pthread.h>
#include <signal.h>
#include <sqlite3.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/unit/sink_contract.h"

static char folder[] = "/tmp/millrace-sink-XXXXXX";
static struct sink_conf conf = { .state_dir = folder, .table_create = true, .load_timeout_ms = 10000 };

static void path_of(char *out, size_t size, const char *db)
{
	snprintf(out, size, "%s/warehouse/%s.db", folder, db);
}

static const char *query(const char *db, const char *sql)
{
	static char out[8192];
	char path[256];
	sqlite3 *handle;
	sqlite3_stmt *stmt = NULL;
	size_t len = 0;

	path_of(path, sizeof(path), db);
	if (sqlite3_open_v2(path, &handle, SQLITE_OPEN_READONLY, NULL) ||
			sqlite3_prepare_v2(handle, sql, -1, &stmt, NULL))
		snprintf(out, sizeof(out), "(%s)", sqlite3_errmsg(handle));
	out[0] = stmt ? '\0' : out[0];
	while (stmt && sqlite3_step(stmt) == SQLITE_ROW && len < sizeof(out) - 512) {
		int n = sqlite3_column_count(stmt);

		for (int i = 0; i < n; i++) {
			const unsigned char *p = sqlite3_column_text(stmt, i);

			len += (size_t)snprintf(out + len, 500, "%s%s", i ? "|" : "", p ? (const char *)p : "NULL");
		}
		len += (size_t)snprintf(out + len, 4, "\n");
	}
	sqlite3_finalize(stmt);
	sqlite3_close(handle);
	return out;
}

static const char *dump(const char *table, const char *columns)
{
	char sql[512];
	const char *data = strstr(columns, "data");

	snprintf(sql, sizeof(sql), "SELECT %.*s%s FROM \"%s\" ORDER BY id",
			(int)(data ? data - columns : (long)strlen(columns)), columns, data ? "lower(hex(data))" : "",
			table);
	return query("shop", sql);
}

static struct sink *open_or_fail(void)
{
	struct err err = { 0 };
	struct sink *s = sink_open(&conf, &err);

	if (!s)
		printf("Bail out! %s\n", err.msg);
	return s;
}

static void test_reopen(void)
{
	struct schema *s = contract_schema("reopened", false);
	struct contract_rows r = { .count = 0 };
	struct sink_result result;
	struct sink *sink = open_or_fail();
	struct err err = { 0 };

	is_int(sink_interval_ms(sink), 50, "the embedded interval");
	sink_prepare(sink, s, &err);
	contract_add(&r, s, false, 1, "one");
	contract_load(sink, s, &r, "re-1", &result);
	sink_close(sink);
	sink = open_or_fail();
	contract_look(sink, s->table, "re-1", (struct sink_state){ .table = true, .rows = true, .label = SINK_LOADED },
			"after the handle");
	contract_add(&r, s, false, 1, "changed");
	is_int(contract_load(sink, s, &r, "re-1", &result), SINK_DUPLICATE, "and refuses its rows");
	is_str(dump("reopened", "id, name"), "1|one\n", "nothing has changed");
	sink_close(sink);
	schema_unref(s);
}

static void test_without_key(void)
{
	static const struct column columns[] = {
		{ .name = "id", .type = COL_INT, .nullable = true },
		{ .name = "name", .type = COL_VARCHAR, .length = 10, .nullable = true },
	};
	struct schema *s = schema_new("shop", "no_key");
	struct contract_rows r = { .count = 0 };
	struct sink_result result;
	struct sink *sink = open_or_fail();
	struct err err = { 0 };
	struct value *v, before[2] = { value_int(3), value_null() };

	schema_add_column(s, &columns[0]);
	schema_add_column(s, &columns[1]);
	is_int(sink_prepare(sink, s, &err), 0, "a table without a key");
	contract_add(&r, s, false, 1, "a");
	contract_add(&r, s, false, 1, "a");
	contract_add(&r, s, false, 2, NULL);
	contract_add(&r, s, false, 3, NULL);
	contract_load(sink, s, &r, "nk-1", &result);
	contract_add(&r, s, true, 1, "a");
	contract_add(&r, s, true, 2, NULL);
	contract_add(&r, s, false, 4, "was 3");
	r.changes[2].op = CHANGE_UPDATE;
	r.changes[2].before = before;
	v = contract_add(&r, s, true, 1, "a");
	v[1].kind = VALUE_ABSENT;
	is_int(contract_load(sink, s, &r, "nk-2", &result), SINK_LOADED, "deletes and an update by whole row");
	is_str(dump("no_key", "id, name"), "1|a\n4|was 3\n", "one row a change");
	is_int(result.nbad, 1, "a delete with an incomplete row is left out");
	sink_close(sink);
	schema_unref(s);
}

/* Columns with the names under which SQLite knows a row's number: a delete must not take them for it. */
static void test_without_key_rowid(void)
{
	static const char *const names[] = { "id", "RowId", "_rowid_", "oid" };
	struct err err = { 0 };

	for (unsigned n = 2; n <= 4; n++) {
		char table[16], label[16];
		struct contract_rows r = { .count = 0 };
		struct sink *sink = open_or_fail();
		struct sink_result result;
		struct schema *s;
		int prepared;

		snprintf(table, sizeof(table), "rowid%u", n);
		s = schema_new("shop", table);
		for (unsigned i = 0; i < n; i++)
			schema_add_column(s,
					&(struct column){ .name = names[i],
							.type = i == 1 ? COL_VARCHAR : COL_INT,
							.length = 10,
							.nullable = true });
		prepared = sink_prepare(sink, s, &err);
		for (int id = 1; id <= 2; id++) {
			struct value *v = contract_add(&r, s, false, id, "1");

			for (unsigned i = 2; i < n; i++)
				v[i] = value_int(1);
		}
		snprintf(label, sizeof(label), "rowid-%u", n);
		if (prepared == 0)
			prepared = contract_load(sink, s, &r, label, &result);
		if (n == 4) {
			is_int(prepared == SINK_LOADED, 0, "a table without key that has all three names is refused");
		} else {
			struct value *v = contract_add(&r, s, true, 1, "1");

			for (unsigned i = 2; i < n; i++)
				v[i] = value_int(1);
			snprintf(label, sizeof(label), "rowid-%u-d", n);
			is_int(contract_load(sink, s, &r, label, &result), SINK_LOADED,
					"a delete, with %u of the names", n - 1);
			is_str(dump(table, "id"), "2\n", "takes one row, and the one that is meant");
		}
		err_clear(&err);
		sink_close(sink);
		schema_unref(s);
	}
}

/* A trigger that a person has made in the warehouse would drop what is loaded. */
static void test_trigger(void)
{
	struct schema *s = contract_schema("triggered", false);
	struct contract_rows r = { .count = 0 };
	struct sink_result result;
	struct sink *sink = open_or_fail();
	struct err err = { 0 };
	sqlite3 *other;
	char path[256];

	is_int(sink_prepare(sink, s, &err), 0, "a table");
	path_of(path, sizeof(path), "shop");
	sqlite3_open(path, &other);
	is_int(sqlite3_exec(other, "CREATE TRIGGER no BEFORE INSERT ON triggered BEGIN SELECT RAISE(IGNORE); END", NULL,
			       NULL, NULL),
			0, "with a trigger that takes nothing");
	sqlite3_close(other);
	contract_add(&r, s, false, 1, "one");
	is_int(contract_load(sink, s, &r, "trig-1", &result), SINK_LOADED, "is loaded");
	is_str(dump("triggered", "id, name"), "1|one\n", "and has the row");
	sink_close(sink);
	schema_unref(s);
}

/* What is written to a file that no path shows is seen by nobody. */
static void test_file_gone(void)
{
	struct schema *s = contract_schema("gone", false);
	struct contract_rows r = { .count = 0 };
	struct sink_result result;
	struct sink *sink = open_or_fail();
	struct sink_state state;
	struct err err = { 0 };
	char path[256];

	is_int(sink_prepare(sink, s, &err), 0, "a table");
	contract_add(&r, s, false, 1, "one");
	is_int(contract_load(sink, s, &r, "gone-1", &result), SINK_LOADED, "is loaded");
	path_of(path, sizeof(path), "shop");
	unlink(path);
	contract_add(&r, s, false, 2, "two");
	is_int(sink_load(sink, s, r.rows, r.count, "gone-2", &result, &err), SINK_REFUSED,
			"its file is removed: refused");
	ok(err.kind == ERR_CONFIG && strstr(err.msg, "removed or replaced"), "and told (%s)", err.msg);
	err_clear(&err);
	is_int(sink_look(sink, "shop", "gone", "gone-1", &state, &err), 0, "a look");
	ok(!state.table && state.label == SINK_REFUSED, "finds that what was loaded is not there");
	sink_close(sink);
	schema_unref(s);
}

static void test_type_changes(void)
{
	struct schema *s = schema_new("shop", "types"), *wider, *other;
	static const struct column columns[] = {
		{ .name = "id", .type = COL_INT },
		{ .name = "n", .type = COL_INT },
		{ .name = "gone", .type = COL_INT },
	};
	static const char *const key[] = { "id" }, *const other_key[] = { "n" };
	struct contract_rows r = { .count = 0 };
	struct sink_result result;
	struct sink *sink = open_or_fail();
	struct err err = { 0 };

	for (int i = 0; i < 3; i++)
		schema_add_column(s, &columns[i]);
	schema_set_key(s, key, 1);
	sink_prepare(sink, s, &err);
	contract_add(&r, s, false, 1, NULL)[1] = value_int(42);
	r.values[0][2] = value_int(7);
	contract_load(sink, s, &r, "ty-1", &result);
	wider = schema_clone(s);
	wider->ncolumns = 2;
	wider->columns[1].type = COL_DECIMAL;
	is_int(sink_prepare(sink, wider, &err), 0, "a column takes another type (%s)", err.msg);
	contract_add(&r, wider, false, 2, "12345678901234567890.10");
	is_int(contract_load(sink, wider, &r, "ty-2", &result), SINK_LOADED, "rows of the new type");
	is_str(dump("types", "id, n, typeof(n), gone"), "1|42|text|7\n2|12345678901234567890.10|text|NULL\n",
			"old rows are kept, with a column that the source dropped");
	other = schema_clone(s);
	schema_set_key(other, other_key, 1);
	is_int(sink_prepare(sink, other, &err), -1, "another key is refused");
	is_int(err.kind, ERR_CONFIG, "for a person to decide");
	schema_unref(other);
	contract_add(&r, s, false, 3, "abc");
	is_int(contract_load(sink, s, &r, "ty-3", &result), SINK_LOADED,
			"text takes text, whatever the old schema says");
	schema_unref(wider);
	schema_unref(s);
	sink_close(sink);
}

static void shared_of(const void *arg, const char *name, struct sink_table *out)
{
	(void)arg;
	(void)name;
	*out = (struct sink_table){ .target = "shop.shared", .source_column = "shard", .source_in_key = true };
}

static void keyed_of(const void *arg, const char *name, struct sink_table *out)
{
	shared_of(arg, name, out);
	out->target = "shop.keyed";
}

/* What each source has: the type of its column "name", a value, and the value as the table has it. */
static const struct {
	const char *table;
	enum column_type type;
	struct value value;
	const char *column; /* its type after that */
	const char *rows;
} shared[] = {
	{ "shared_1", COL_INT, { .kind = VALUE_INT, .i = 7 }, "INTEGER\n", "1|7|integer|shared_1\n" },
	{ "shared_2", COL_VARCHAR, { .kind = VALUE_TEXT, .p = "007", .len = 3 }, "TEXT\n",
			"1|7|text|shared_1\n1|007|text|shared_2\n" },
	{ "shared_3", COL_INT, { .kind = VALUE_INT, .i = -8 }, "TEXT\n",
			"1|7|text|shared_1\n1|007|text|shared_2\n1|-8|text|shared_3\n" },
	{ "shared_4", COL_DOUBLE, { .kind = VALUE_DOUBLE, .d = 0.1234567890123456 }, "ANY\n",
			"1|7|text|shared_1\n1|007|text|shared_2\n1|-8|text|shared_3\n1|0.1234567890123456|real|shared_4\n" },
};

/* The values of other sources stay what they are: the column becomes one that holds both. */
static void test_shared_types(void)
{
	struct contract_rows r = { .count = 0 };
	struct sink_result result;
	struct sink *sink;
	struct schema *s = NULL;
	struct err err = { 0 };
	char label[16];

	conf.table_of = shared_of;
	for (size_t i = 0; i < sizeof(shared) / sizeof(shared[0]); i++) {
		s = contract_schema(shared[i].table, false);
		s->columns[1].type = shared[i].type;
		sink = open_or_fail();
		is_int(sink_prepare(sink, s, &err), 0, "%s is prepared: %s", shared[i].table, err.msg);
		contract_add(&r, s, false, 1, NULL)[1] = shared[i].value;
		snprintf(label, sizeof(label), "sh-%zu", i);
		is_int(contract_load(sink, s, &r, label, &result), SINK_LOADED, "and its row is loaded");
		is_str(query("shop", "SELECT type FROM pragma_table_info('shared') WHERE name = 'name'"),
				shared[i].column, "the column's type");
		is_str(query("shop",
				       "SELECT id, CASE typeof(name) WHEN 'real' THEN printf('%.16g', name) ELSE name END, "
				       "typeof(name), shard FROM shared ORDER BY shard"),
				shared[i].rows, "each value is as its source has it");
		sink_close(sink);
		schema_unref(s);
	}
	conf.table_of = NULL;
}

/* How a key is ordered, and which row a delete without a key means, has one type. */
static void test_shared_key_types(void)
{
	struct schema *numbers = contract_schema("keyed_1", false), *texts = contract_schema("keyed_2", false);
	struct sink *sink;
	struct err err = { 0 };

	texts->columns[0].type = COL_VARCHAR;
	conf.table_of = keyed_of;
	sink = open_or_fail();
	is_int(sink_prepare(sink, numbers, &err), 0, "one source has a number as its key: %s", err.msg);
	is_int(sink_prepare(sink, texts, &err), -1, "another one has a text there: it is not prepared");
	is_int(err.kind, ERR_CONFIG, "it is not tried again");
	ok(strstr(err.msg, "key column id is INTEGER in the warehouse, as other sources have it, and this one has TEXT") !=
					NULL,
			"why: %s", err.msg);
	sink_close(sink);
	conf.table_of = NULL;
	schema_unref(numbers);
	schema_unref(texts);
}

static void test_bad_values(void)
{
	struct schema *s = contract_schema("bad_values", false);
	struct contract_rows r = { .count = 0 };
	struct sink_result result;
	struct sink *sink = open_or_fail();
	struct err err = { 0 };

	sink_prepare(sink, s, &err);
	contract_add(&r, s, false, 1, "fine");
	contract_add(&r, s, false, 2, "bytes")[1] = (struct value){ .kind = VALUE_BYTES, .p = "x", .len = 1 };
	contract_add(&r, s, false, 3, "nan")[3] = (struct value){ .kind = VALUE_DOUBLE, .d = 0.0 / 0.0 };
	contract_add(&r, s, false, 4, "text key")[0] = value_text("four", 4);
	contract_add(&r, s, false, 5, "fine");
	is_int(contract_load(sink, s, &r, "bv-1", &result), SINK_LOADED, "bad values do not stop the load");
	is_int(result.nbad, 3, "three rows are left out");
	is_str(dump("bad_values", "id, name"), "1|fine\n5|fine\n", "the others are there");
	sink_close(sink);
	schema_unref(s);
}

static void test_names(void)
{
	struct schema *s = schema_new("we/ird", "a\"b"), *upper;
	static const struct column column = { .name = "i\"d", .type = COL_INT };
	static const char *const key[] = { "i\"d" };
	struct sink *sink = open_or_fail();
	struct contract_rows r = { .count = 0 };
	struct sink_result result;
	struct err err = { 0 };

	schema_add_column(s, &column);
	schema_set_key(s, key, 1);
	is_int(sink_prepare(sink, s, &err), 0, "names with quotes and slashes (%s)", err.msg);
	contract_add(&r, s, false, 1, NULL);
	contract_load(sink, s, &r, "na-1", &result);
	is_str(query("we%2fird", "SELECT * FROM \"a\"\"b\""), "1\n", "are kept in a file of a safe name");
	upper = schema_clone(s);
	upper->table = "A\"B";
	is_int(sink_prepare(sink, upper, &err), -1, "a table that differs by case only is refused");
	ok(strstr(err.msg, "does not tell them apart") != NULL, "and says why: %s", err.msg);
	sink_close(sink);
	schema_unref(upper);
	schema_unref(s);
}

static int64_t file_size(const char *path)
{
	struct stat st;

	return stat(path, &st) ? -1 : (int64_t)st.st_size;
}

static void test_foreign_files(void)
{
	struct schema *s = schema_new("foreign", "t");
	static const struct column column = { .name = "id", .type = COL_INT };
	struct sink *sink = open_or_fail();
	struct err err = { 0 };
	sqlite3 *db;
	char path[256];
	FILE *f;

	schema_add_column(s, &column);
	path_of(path, sizeof(path), "foreign");
	sqlite3_open(path, &db);
	sqlite3_exec(db, "CREATE TABLE mine (a); INSERT INTO mine VALUES (1)", NULL, NULL, NULL);
	sqlite3_close(db);
	is_int(sink_prepare(sink, s, &err), -1, "an SQLite file of somebody else is refused");
	ok(err.kind == ERR_CONFIG && strstr(err.msg, path), "with its name: %s", err.msg);
	is_str(query("foreign", "SELECT * FROM mine"), "1\n", "and is left as it was");
	f = fopen(path, "w");
	for (int i = 0; i < 1000; i++)
		fputs("this is no database ", f);
	fclose(f);
	is_int(sink_prepare(sink, s, &err), -1, "a file that is no database is refused");
	is_int(err.kind, ERR_FATAL, "as damaged: %s", err.msg);
	is_int(file_size(path), 20000, "and nothing is written to it");
	sink_close(sink);
	schema_unref(s);
}

static void test_no_room(void)
{
	struct schema *s = contract_schema("no_room", false);
	static char text[256 << 10];
	struct rlimit all, little;
	struct contract_rows r = { .count = 0 };
	struct sink_result result;
	struct sink *sink = open_or_fail();
	struct err err = { 0 };

	sink_prepare(sink, s, &err);
	memset(text, 'x', sizeof(text) - 1);
	signal(SIGXFSZ, SIG_IGN);
	getrlimit(RLIMIT_FSIZE, &all);
	little = all;
	little.rlim_cur = 100 << 10;
	setrlimit(RLIMIT_FSIZE, &little);
	contract_add(&r, s, false, 1, text);
	is_int(sink_load(sink, s, r.rows, r.count, "nr-1", &result, &err), SINK_REFUSED,
			"a disk without room refuses the load");
	is_int(err.kind, ERR_RETRY, "for now: %s", err.msg);
	setrlimit(RLIMIT_FSIZE, &all);
	is_int(contract_load(sink, s, &r, "nr-1", &result), SINK_LOADED, "with room the same label goes in");
	is_str(dump("no_room", "id, length(name)"), "1|262143\n", "whole");
	sink_close(sink);
	schema_unref(s);
}

enum { WRITERS = 2, LOADS = 40, KILLS = 20 };

static void *writer(void *context)
{
	int number = *(int *)context;
	struct sink *sink = open_or_fail();
	char table[32], label[32];
	struct schema *s;
	struct err err = { 0 };
	intptr_t loaded = 0;

	snprintf(table, sizeof(table), "writer%d", number);
	s = contract_schema(table, false);
	sink_prepare(sink, s, &err);
	for (int i = 0; i < LOADS; i++) {
		struct contract_rows r = { .count = 0 };
		struct sink_result result;

		contract_add(&r, s, false, i, "row");
		snprintf(label, sizeof(label), "w-%d-%d", number, i);
		loaded += contract_load(sink, s, &r, label, &result) == SINK_LOADED;
	}
	sink_close(sink);
	schema_unref(s);
	return (void *)loaded;
}

static void *opener(void *context)
{
	struct sink *sink = open_or_fail();
	struct schema *s = schema_new(context, "t");
	static const struct column column = { .name = "id", .type = COL_INT };
	struct err err = { 0 };
	intptr_t rc;

	schema_add_column(s, &column);
	rc = sink_prepare(sink, s, &err);
	if (rc)
		printf("# %s\n", err.msg);
	sink_close(sink);
	schema_unref(s);
	return (void *)rc;
}

/* Several workers find no file at the same moment. */
static void test_made_together(void)
{
	enum { OPENERS = 4, FILES = 30 };
	int refused = 0;

	for (int i = 0; i < FILES; i++) {
		pthread_t threads[OPENERS];
		char name[32];
		void *rc;

		snprintf(name, sizeof(name), "made%d", i);
		for (int k = 0; k < OPENERS; k++)
			pthread_create(&threads[k], NULL, opener, name);
		for (int k = 0; k < OPENERS; k++) {
			pthread_join(threads[k], &rc);
			refused += rc != NULL;
		}
	}
	is_int(refused, 0, "%d workers make one file at the same time: nobody takes it for a stranger's", OPENERS);
}

/* Tables of the source that are called as ours were, and one in a file of the version before. */
static void test_our_names(void)
{
	static const char *const names[] = { "_millrace_labels", "_millrace_old", "millrace labels" };
	struct sink *sink = open_or_fail();
	struct sink_result result;
	struct err err = { 0 };
	char path[256], label[32];
	sqlite3 *db;
	struct schema *old = contract_schema("reopened", false);

	path_of(path, sizeof(path), "shop");
	is_int(contract_load(sink, old, &(struct contract_rows){ 0 }, "old-1", &result), SINK_LOADED, "a label");
	for (size_t i = 0; i < 3; i++) {
		struct contract_rows r = { .count = 0 };
		struct schema *s = contract_schema(names[i], false);

		is_int(sink_prepare(sink, s, &err), 0, "a source table %s (%s)", names[i], err.msg);
		contract_add(&r, s, false, 1, "a");
		snprintf(label, sizeof(label), "n-%zu", i);
		is_int(contract_load(sink, s, &r, label, &result), SINK_LOADED, "takes rows");
		is_str(dump(names[i], "id, name"), "1|a\n", "and has them");
		schema_unref(s);
	}
	sink_close(sink);
	sqlite3_open(path, &db);
	sqlite3_exec(db,
			"DROP TABLE _millrace_labels; ALTER TABLE \"millrace labels \" RENAME TO _millrace_labels; PRAGMA user_version = 1",
			NULL, NULL, NULL);
	sqlite3_close(db);
	sink = open_or_fail();
	contract_look(sink, "t", "old-1", (struct sink_state){ .label = SINK_LOADED }, "a file of the version before");
	contract_look(sink, "t", "old-2", (struct sink_state){ .label = SINK_REFUSED }, "which has no others");
	is_str(query("shop", "PRAGMA user_version"), "2\n", "it has the new format");
	sink_close(sink);
	schema_unref(old);
}

static void test_two_writers(void)
{
	pthread_t threads[WRITERS];
	int numbers[WRITERS];
	void *loaded;

	for (int i = 0; i < WRITERS; i++) {
		numbers[i] = i;
		pthread_create(&threads[i], NULL, writer, &numbers[i]);
	}
	for (int i = 0; i < WRITERS; i++) {
		pthread_join(threads[i], &loaded);
		is_int((intptr_t)loaded, LOADS, "writer %d loads everything while the other writes to the same file",
				i);
	}
	is_str(query("shop", "SELECT (SELECT count(*) FROM writer0), (SELECT count(*) FROM writer1)"), "40|40\n",
			"all is there");
}

/* A child that loads one row after another and tells of each by a byte; never returns. */
static void load_forever(int round, int out)
{
	struct sink *sink = open_or_fail();
	struct schema *s = contract_schema("killed", false);
	struct err err = { 0 };

	sink_prepare(sink, s, &err);
	for (int i = 0;; i++) {
		struct contract_rows r = { .count = 0 };
		struct sink_result result;
		char label[32];

		snprintf(label, sizeof(label), "k-%d-%d", round, i);
		contract_add(&r, s, false, round * 1000000 + i, label);
		if (contract_load(sink, s, &r, label, &result) != SINK_LOADED || write(out, "x", 1) != 1)
			_exit(1);
	}
}

static void test_killed(void)
{
	long told = 0;

	for (int round = 0; round < KILLS; round++) {
		int ends[2], status;
		char byte;
		pid_t pid;

		if (pipe(ends) || (pid = fork()) < 0)
			return;
		if (pid == 0)
			load_forever(round, ends[1]);
		close(ends[1]);
		for (int i = 0; i <= round && read(ends[0], &byte, 1) == 1; i++)
			told++;
		kill(pid, SIGKILL);
		waitpid(pid, &status, 0);
		while (read(ends[0], &byte, 1) == 1)
			told++;
		close(ends[0]);
	}
	is_str(query("shop",
			       "SELECT count(*) FROM killed LEFT JOIN \"millrace labels \" ON name = label "
			       "WHERE label IS NULL"),
			"0\n", "killed %d times: no row without its label", KILLS);
	is_str(query("shop",
			       "SELECT count(*) FROM \"millrace labels \" LEFT JOIN killed ON name = label "
			       "WHERE label LIKE 'k-%' AND name IS NULL"),
			"0\n", "and no label without its row");
	ok(atol(query("shop", "SELECT count(*) FROM killed")) >= told,
			"everything that was answered is there (%ld rows)", told);
}

static void test_ddl(void)
{
	struct schema *s = contract_schema("shown", true);
	struct err err = { 0 };
	char *why = NULL, *ddl = sink_ddl(&conf, s, &why, &err);

	ok(ddl && strstr(ddl, "\"id\" INTEGER") && strstr(ddl, "PRIMARY KEY (\"id\")"), "the statement is shown");
	ok(why && strstr(why, "big: bigint unsigned -> ANY: "), "with a reason a column");
	free(ddl);
	free(why);
	schema_unref(s);
}

static void remove_all(void)
{
	char path[600];
	DIR *d;

	snprintf(path, sizeof(path), "%s/warehouse", folder);
	d = opendir(path);
	for (struct dirent *e = d ? readdir(d) : NULL; e; e = readdir(d)) {
		snprintf(path, sizeof(path), "%s/warehouse/%s", folder, e->d_name);
		unlink(path);
	}
	if (d)
		closedir(d);
	snprintf(path, sizeof(path), "%s/warehouse", folder);
	rmdir(path);
	rmdir(folder);
}

int main(void)
{
	struct sink *sink;

	if (!mkdtemp(folder))
		return 1;
	sink = open_or_fail();
	contract_run(sink, "", dump);
	sink_close(sink);
	test_reopen();
	test_without_key();
	test_without_key_rowid();
	test_trigger();
	test_file_gone();
	test_type_changes();
	test_shared_types();
	test_shared_key_types();
	test_bad_values();
	test_names();
	test_foreign_files();
	test_no_room();
	test_two_writers();
	test_made_together();
	test_killed();
	test_our_names();
	test_ddl();
	remove_all();
	return tap_done();
}
