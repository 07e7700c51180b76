/*
 * test_bombs.c - few bytes that ask for much: what unpacks to gigabytes, nests without end, announces billions or is a
 * hundred megabytes long. Each is refused or read, and neither memory nor time runs away; the test itself is the clock:
 * what is not linear here does not end before the harness loses patience.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zstd.h>

#include "core/xalloc.h"
#include "source/catalog/mysql_catalog.h"
#include "source/decode/mysql_event.h"
#include "source/decode/mysql_gtid.h"
#include "source/decode/mysql_jsonb.h"
#include "source/decode/mysql_row.h"
#include "source/decode/mysql_table_map.h"
#include "tests/tap.h"

enum { MB = 1 << 20, DEEP = 10000, INTERVALS = 1000000, DDL_MB = 10 };

/* ThreadSanitizer keeps four bytes of its own beside each of ours. */
#if defined(__SANITIZE_THREAD__)
enum { SHADOW = 5 };
#elif defined(__has_feature)
#	if __has_feature(thread_sanitizer)
enum { SHADOW = 5 };
#	else
enum { SHADOW = 1 };
#	endif
#else
enum { SHADOW = 1 };
#endif

/* The most memory that this process has ever held. */
static long peak_mb(void)
{
	FILE *f = fopen("/proc/self/status", "r");
	char line[200];
	long kb = 0;

	while (f && fgets(line, sizeof(line), f))
		if (sscanf(line, "VmHWM: %ld", &kb) == 1)
			break;
	if (f)
		fclose(f);
	return kb / 1024;
}

static void put_le(uint8_t *p, uint64_t v, unsigned width)
{
	for (unsigned i = 0; i < width; i++)
		p[i] = (uint8_t)(v >> 8 * i);
}

/* ---- compressed transactions ---- */

static struct event payload_event(uint8_t *body, const void *inner, size_t len)
{
	size_t room = ZSTD_compressBound(len), packed;
	uint8_t *data = xmalloc(room);
	struct event e = { .header.type = EVENT_TRANSACTION_PAYLOAD, .body = body };

	packed = ZSTD_compress(data, room, inner, len, 1);
	memcpy(body, (uint8_t[]){ 2, 1, 0, 1, 4, 0xfd, 0, 0, 0, 0 }, 10);
	put_le(body + 6, packed, 3);
	memcpy(body + 10, data, packed);
	e.len = 10 + packed;
	free(data);
	return e;
}

static void test_payload(void)
{
	static uint8_t body[MB];
	size_t len = 128u * MB, total = 0;
	uint8_t *inner = calloc(1, len);
	struct payload *p = payload_new(4 * MB);
	struct event e, out;
	const void *raw;
	size_t raw_len;
	struct err err = { 0 };
	long before;
	int rc;

	put_le(inner + 9, len, 4);
	e = payload_event(body, inner, len);
	free(inner);
	before = peak_mb();
	ok(e.len < 100000, "%zu bytes that unpack to 128 MB, as one event", e.len);
	is_int(payload_open(p, &e, &err), 0, "are opened");
	is_int(payload_next(p, &out, &raw, &raw_len, &err), -1, "and refused: %s", err.msg);
	inner = calloc(1, 32 * MB);
	for (size_t at = 0; at + 64 <= 32 * MB; at += 64)
		put_le(inner + at + 9, 64, 4);
	e = payload_event(body, inner, 32 * MB);
	free(inner);
	payload_open(p, &e, &err);
	while ((rc = payload_next(p, &out, &raw, &raw_len, &err)) > 0)
		total += raw_len;
	ok(rc == 0 && total == 32 * MB, "half a million small events from %zu bytes: one at a time", e.len);
	ok(peak_mb() - before < 100, "no more than 100 MB were needed: %ld", peak_mb() - before);
	payload_free(p);
}

/* ---- JSON ---- */

/* Arrays in arrays, large format: type, count 1, size, one entry: type 3, the offset. */
static void test_json_deep(void)
{
	size_t level = 4 + 4 + 5, len = 1 + DEEP * level;
	uint8_t *doc = xcalloc(1, len);
	struct buf out;
	struct err err = { 0 };

	doc[0] = 3;
	for (unsigned i = 0; i < DEEP; i++) {
		uint8_t *p = doc + 1 + i * level;

		put_le(p, 1, 4);
		put_le(p + 4, (DEEP - i) * level, 4);
		p[8] = i + 1 < DEEP ? 3 : 4;
		put_le(p + 9, i + 1 < DEEP ? level : 0, 4);
	}
	buf_init(&out, MB);
	ok(jsonb_print(doc, len, &out, &err) < 0 && strstr(err.msg, "deeper"), "JSON %d levels deep is refused: %s",
			DEEP, err.msg);
	buf_done(&out);
	free(doc);
}

/* Each array has the next one twice: forty bytes a level, 2^90 values. */
static void test_json_shared(void)
{
	enum { LEVELS = 90, LEVEL = 4 + 4 + 10 };
	uint8_t doc[1 + LEVELS * LEVEL] = { 3 };
	struct buf out;
	struct err err = { 0 };

	for (unsigned i = 0; i < LEVELS; i++) {
		uint8_t *p = doc + 1 + i * LEVEL;

		put_le(p, 2, 4);
		put_le(p + 4, (LEVELS - i) * LEVEL, 4);
		for (unsigned k = 0; k < 2; k++) {
			p[8 + 5 * k] = i + 1 < LEVELS ? 3 : 4;
			put_le(p + 9 + 5 * k, i + 1 < LEVELS ? LEVEL : 0, 4);
		}
	}
	buf_init(&out, 16 * MB);
	ok(jsonb_print(doc, sizeof(doc), &out, &err) < 0, "JSON that shares its parts 2^90 times is refused: %s",
			err.msg);
	buf_done(&out);
}

/* ---- counts ---- */

static void test_columns(void)
{
	static const uint8_t rows[] = { 1, 0, 0, 0, 0, 0, 1, 0, 2, 0, 0xfe, 0, 0, 0, 0, 1, 0, 0, 0, 0xff, 0xff };
	static const uint8_t map[] = { 1, 0, 0, 0, 0, 0, 1, 0, 1, 'd', 0, 1, 't', 0, 0xfe, 0, 0, 0, 0, 1, 0, 0, 0, 3,
		3 };
	struct event e = { .header.type = EVENT_WRITE_ROWS, .body = rows, .len = sizeof(rows) };
	struct arena arena;
	struct table_map out;
	struct rows r;
	struct err err = { 0 };

	is_int(rows_parse(&e, &r, &err), -1, "rows of 2^32 columns are refused: %s", err.msg);
	arena_init(&arena, 4096);
	e = (struct event){ .header.type = EVENT_TABLE_MAP, .body = map, .len = sizeof(map) };
	is_int(table_map_parse(&e, &arena, &out, &err), -1, "a map of 2^32 columns is refused: %s", err.msg);
	ok(arena.used < MB, "before their memory is taken");
	arena_done(&arena);
}

/* ---- statements ---- */

static char *filled(size_t size, const char *head, const char *piece, const char *tail, size_t *len)
{
	char *sql = xmalloc(size + 1000);
	size_t at = strlen(head), n = strlen(piece);

	memcpy(sql, head, at);
	for (; at + n < size; at += n)
		memcpy(sql + at, piece, n);
	memcpy(sql + at, tail, strlen(tail));
	*len = at + strlen(tail);
	return sql;
}

static void test_statement(long mb, const char *name, const char *head, const char *piece, const char *tail)
{
	struct ddl_context ctx = { .db = "d", .server_version = 80400 };
	struct catalog *c = catalog_new(255, false);
	struct ddl_result result = { 0 };
	struct arena arena;
	const char *db_table = NULL;
	struct err err = { 0 };
	size_t len;
	char *sql = filled((size_t)mb * MB, head, piece, tail, &len);
	long before = peak_mb();
	int rc;

	arena_init(&arena, 4096);
	rc = catalog_apply(c, &ctx, sql, len, &arena, &result, &db_table, &err);
	ok(rc == 0 || err.msg[0], "%s, %ld MB: %s", name, mb, rc == 0 ? "read" : err.msg);
	ok(peak_mb() - before < SHADOW * (5 * mb + 50), "%s: memory is a few times its length: %ld MB", name,
			peak_mb() - before);
	ddl_result_release(&result);
	arena_done(&arena);
	catalog_free(c);
	free(sql);
}

static void test_statements(void)
{
	test_statement(100, "a comment", "CREATE TABLE t (a INT) COMMENT '", "x", "'");
	test_statement(DDL_MB, "brackets", "CREATE TABLE t (a INT DEFAULT ", "(", ")");
	test_statement(DDL_MB, "columns", "CREATE TABLE t (a INT", ", c INT", ")");
	test_statement(DDL_MB, "an alter", "ALTER TABLE t ", "ADD COLUMN c INT, ", "ADD d INT");
	test_statement(DDL_MB, "a drop", "DROP TABLE t", ", t", "");
	test_statement(DDL_MB, "a key", "CREATE TABLE t (a INT, KEY (a", ", a", "))");
	test_statement(DDL_MB, "labels", "CREATE TABLE t (a ENUM('a'", ",'b'", "))");
	test_statement(DDL_MB, "nested comments", "CREATE TABLE t /*", "/*", "*/ (a INT)");
	test_statement(DDL_MB, "an insert", "INSERT INTO t VALUES (1)", ",(2)", "");
}

/* ---- GTID sets ---- */

static char *intervals(const char *prefix, int64_t from, int64_t step)
{
	char *text = xmalloc((size_t)INTERVALS * 24 + 100);
	size_t at = (size_t)sprintf(text, "%s", prefix);

	for (int64_t i = 0; i < INTERVALS; i++)
		at += (size_t)sprintf(text + at, ":%lld", (long long)(from + i * step));
	return text;
}

static void test_gtids(void)
{
	static const char uuid[] = "3e11fa47-71ca-11e1-9e33-c80aa9429562";
	char *up = intervals(uuid, 1, 2), *down = intervals(uuid, 2 * INTERVALS, -2);
	struct gtid_set a = { 0 }, b = { 0 }, c = { 0 };
	struct buf bytes;
	struct err err = { 0 };

	is_int(gtid_set_parse(&a, up, &err), 0, "a million intervals %s", err.msg);
	is_int(gtid_set_parse(&b, down, &err), 0, "a million, the last one first %s", err.msg);
	is_int(gtid_set_count(&a) + gtid_set_count(&b), 2 * INTERVALS, "all are there");
	gtid_set_copy(&c, &a);
	gtid_set_add_set(&c, &b);
	is_int(gtid_set_count(&c), 2 * INTERVALS, "together they have no gap");
	ok(gtid_set_is_subset(&a, &c) && !gtid_set_is_subset(&c, &a), "compared");
	gtid_set_subtract(&c, &a);
	ok(gtid_set_is_subset(&c, &b) && gtid_set_is_subset(&b, &c), "subtracted");
	buf_init(&bytes, 64 * MB);
	gtid_set_encode(&a, &bytes);
	gtid_set_done(&c);
	c = (struct gtid_set){ 0 };
	is_int(gtid_set_decode(&c, bytes.data, bytes.len, &err), 0, "there and back in %zu bytes %s", bytes.len,
			err.msg);
	ok(gtid_set_is_subset(&a, &c) && gtid_set_is_subset(&c, &a), "the same");
	buf_done(&bytes);
	gtid_set_done(&a);
	gtid_set_done(&b);
	gtid_set_done(&c);
	free(up);
	free(down);
}

int main(void)
{
	test_json_deep();
	test_json_shared();
	test_columns();
	test_payload();
	test_statements();
	test_gtids();
	return tap_done();
}
