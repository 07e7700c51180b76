/*
 * test_row.c - the row decoder beyond the golden binlog: a subset of the columns, events that end anywhere, rows that
 * do not fit their map, minimal metadata with a known schema and what is said when the two differ.
 */
#include "source/catalog/mysql_catalog.h"
#include "tests/tap.h"
#include "tests/unit/binlog_text.h"

struct sample { /* one map and the first rows event behind it, from the golden binlog */
	struct event map_event, rows_event;
	struct arena arena;
	struct table_map map;
	struct schema *schema;
	char *data;
};

static int sample_open(struct sample *s, const char *table, unsigned rows_type)
{
	const char *top = getenv("top_srcdir");
	char *path = xasprintf("%s/tests/golden/binlog/types.bin", top ? top : ".");
	struct event_format format;
	struct err err;
	size_t len;
	int found = 0;

	memset(s, 0, sizeof(*s));
	arena_init(&s->arena, 0);
	event_format_init(&format);
	s->data = file_read(path, &len);
	free(path);
	for (size_t at = 4; s->data && at + EVENT_HEADER_LEN <= len;) {
		uint32_t size;
		struct event e;

		memcpy(&size, s->data + at + 9, 4);
		if (event_open(&e, &format, s->data + at, size, &err) < 0)
			break;
		at += size;
		if (e.header.type == EVENT_TABLE_MAP) {
			s->map_event = e;
			if (table_map_parse(&e, &s->arena, &s->map, &err) < 0)
				break;
		}
		if (e.header.type == rows_type && strcmp(s->map.table, table) == 0) {
			s->rows_event = e;
			found = 1;
			break;
		}
	}
	s->schema = found ? schema_from_table_map(&s->map, NULL, &err) : NULL;
	return ok(s->schema != NULL, "%s: found", table);
}

static void sample_close(struct sample *s)
{
	schema_unref(s->schema);
	arena_done(&s->arena);
	free(s->data);
}

/* Of an image with some columns the others are not there, whatever the memory held before. */
static void test_absent(void)
{
	static const uint8_t first_only[] = { 1, 0, 0, 0 };
	struct value *before, *after = NULL;
	struct row_decoder *d;
	struct rows rows;
	struct sample s;
	struct err err;
	int absent = 0;

	if (!sample_open(&s, "ints", EVENT_WRITE_ROWS))
		return;
	d = row_decoder_new(&s.map, s.schema, NULL, &err);
	rows_parse(&s.rows_event, &rows, &err);
	memset(arena_alloc(&s.arena, 16384), 0x55, 16384);
	arena_reset(&s.arena);
	rows.before_bits = first_only;
	rows.before_count = 1;
	rows.after_bits = first_only;
	rows.after_count = 1;
	is_int(row_next(d, &rows, &s.arena, &before, &after, &err), 1, "an image of one column %s", err.msg);
	for (unsigned i = 1; after && i < s.schema->ncolumns; i++)
		absent += after[i].kind == VALUE_ABSENT;
	is_int(absent, (long long)s.schema->ncolumns - 1, "the others are absent");
	row_decoder_free(d);
	sample_close(&s);
}

static void test_wanted(void)
{
	struct schema *wanted = schema_new("dt", "ints");
	struct row_decoder *d;
	struct value *before, *after;
	struct rows rows;
	struct sample s;
	struct err err;

	if (!sample_open(&s, "ints", EVENT_WRITE_ROWS))
		return;
	schema_add_column(wanted, &s.schema->columns[9]); /* b */
	schema_add_column(wanted, &s.schema->columns[0]); /* id */
	d = row_decoder_new(&s.map, s.schema, wanted, &err);
	ok(d && row_decoder_schema(d) == wanted, "rows have the columns that are wanted");
	rows_parse(&s.rows_event, &rows, &err);
	is_int(row_next(d, &rows, &s.arena, &before, &after, &err), 1, "a row");
	ok(before == NULL && after[0].i == INT64_MIN && after[1].i == 1, "in their order");
	is_int(row_next(d, &rows, &s.arena, &before, &after, &err), 1, "another");
	ok(after[0].i == INT64_MAX && after[1].i == 2, "still in step");
	row_decoder_free(d);
	schema_unref(wanted);
	sample_close(&s);
}

static void test_cut(const char *table, unsigned type)
{
	struct row_decoder *d;
	struct sample s;
	struct err err;
	unsigned refused = 0, whole = 0;

	if (!sample_open(&s, table, type))
		return;
	d = row_decoder_new(&s.map, s.schema, NULL, &err);
	for (size_t len = 0; len < s.rows_event.len && len < 3000; len++) {
		struct event e = s.rows_event;
		struct value *before, *after;
		struct rows rows;
		char *copy = xmalloc(len + 1);
		int rc = 0;

		memcpy(copy, e.body, len); /* its own block, so that a sanitizer sees a read behind it */
		e.body = (const uint8_t *)copy;
		e.len = len;
		err_clear(&err);
		if (rows_parse(&e, &rows, &err) == 0)
			while ((rc = row_next(d, &rows, &s.arena, &before, &after, &err)) > 0)
				continue;
		else
			rc = -1;
		refused += rc < 0 && err.msg[0] != '\0';
		whole += rc == 0; /* cut between two rows */
		arena_reset(&s.arena);
		free(copy);
		if (table_map_parse(&s.map_event, &s.arena, &s.map, &err) < 0)
			break;
	}
	ok(refused > 0 && whole <= 6, "%s: cut anywhere is told (%u), except between rows (%u)", table, refused, whole);
	row_decoder_free(d);
	sample_close(&s);
}

static void is_refused(struct sample *s, struct catalog *c, const char *sql, const char *word)
{
	struct err err = { 0 };
	struct schema *known = catalog_read_table(c, "dt", sql, strlen(sql), 0, &err), *got;

	if (known == NULL) {
		ok(0, "%s: %s", sql, err.msg);
		return;
	}
	s->map.has_names = false;
	got = schema_from_table_map(&s->map, known, &err);
	ok(got == NULL && err.kind == ERR_DATA && strstr(err.msg, word), "minimal: %s", err.msg);
	schema_unref(got);
}

static void test_minimal(void)
{
	static const char fits[] = "CREATE TABLE mini (id INT PRIMARY KEY, x INT, b VARCHAR(10), c BLOB)";
	static const char nearly[] =
			"CREATE TABLE mini (id INT PRIMARY KEY, x INT NOT NULL, b VARCHAR(10) CHARSET latin1, c BLOB)";
	struct catalog *c = catalog_new(0, false);
	struct schema *known, *got;
	struct sample s;
	struct err err;

	if (!sample_open(&s, "mini", EVENT_WRITE_ROWS))
		return;
	s.map.has_names = false;
	ok(schema_from_table_map(&s.map, NULL, &err) == NULL && strstr(err.msg, "binlog_row_metadata"),
			"no names, no schema: %s", err.msg);
	is_refused(&s, c, "CREATE TABLE mini (id INT PRIMARY KEY, a INT, b VARCHAR(10))", "4 columns");
	is_refused(&s, c, "CREATE TABLE mini (id INT PRIMARY KEY, a BIGINT, b VARCHAR(10), c BLOB)", "'a'");
	is_refused(&s, c, "CREATE TABLE mini (id INT PRIMARY KEY, a INT UNSIGNED, b VARCHAR(10), c BLOB)", "signed");
	is_refused(&s, c, "CREATE TABLE mini (id INT PRIMARY KEY, a INT, b VARCHAR(11), c BLOB)", "40 bytes");
	is_refused(&s, c, "CREATE TABLE mini (id INT PRIMARY KEY, a INT, b VARCHAR(10), c MEDIUMBLOB)", "mediumblob");
	known = catalog_read_table(c, "dt", fits, strlen(fits), 0, &err);
	got = schema_from_table_map(&s.map, known, &err);
	ok(got == known, "one that fits is the schema");
	schema_unref(got);
	known = catalog_read_table(c, "dt", nearly, strlen(nearly), 0, &err);
	got = schema_from_table_map(&s.map, known, &err);
	ok(got && got != known && got->columns[1].nullable && strcmp(got->columns[2].charset, "utf8mb4") == 0,
			"what the map knows better is adopted");
	schema_unref(got);
	s.map.has_names = true;
	got = schema_from_table_map(&s.map, known, &err);
	ok(got && got != known && schema_column(got, "x", 1) < 0 && schema_column(got, "a", 1) == 1,
			"full: the binlog's names are right");
	schema_unref(got);
	catalog_free(c);
	sample_close(&s);
}

static void test_mismatch(void)
{
	struct value *before, *after;
	struct row_decoder *d;
	struct rows rows;
	struct sample s;
	struct err err;

	if (!sample_open(&s, "mini", EVENT_WRITE_ROWS))
		return;
	d = row_decoder_new(&s.map, s.schema, NULL, &err);
	rows_parse(&s.rows_event, &rows, &err);
	rows.ncolumns = 3;
	ok(row_next(d, &rows, &s.arena, &before, &after, &err) < 0 && strstr(err.msg, "3 columns"),
			"rows of another width: %s", err.msg);
	row_decoder_free(d);
	s.map.ncolumns = 3;
	ok(row_decoder_new(&s.map, s.schema, NULL, &err) == NULL && strstr(err.msg, "dt.mini"),
			"a map of another width: %s", err.msg);
	sample_close(&s);
}

int main(void)
{
	test_wanted();
	test_absent();
	test_cut("ints", EVENT_WRITE_ROWS);
	test_cut("times", EVENT_WRITE_ROWS);
	test_cut("strs", EVENT_WRITE_ROWS);
	test_cut("jsons", EVENT_PARTIAL_UPDATE_ROWS);
	test_cut("geo", EVENT_WRITE_ROWS);
	test_minimal();
	test_mismatch();
	return tap_done();
}
