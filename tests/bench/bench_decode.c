/*
 * bench_decode.c - rows decoded per second and core, nothing else: an event with many rows of six columns (int, bigint,
 * varchar, decimal, datetime, tinyint), built here in the server's form, decoded over and over into an arena.
 * usage: bench_decode [BINLOG]  - with a file: all its rows events, in memory, again and again for two seconds.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "tests/unit/binlog_text.h"

enum { BUILT_ROWS = 60, RUN_US = 2000000 };

struct load {
	struct row_decoder *decoder;
	struct event event;
	struct load *next;
};

static size_t decode_once(const struct load *load, struct arena *arena, size_t *bytes)
{
	size_t rows_seen = 0;

	for (; load; load = load->next) {
		struct value *before, *after;
		struct rows rows;
		struct err err;
		int rc;

		*bytes += load->event.len;
		if (rows_parse(&load->event, &rows, &err) < 0)
			exit(1);
		while ((rc = row_next(load->decoder, &rows, arena, &before, &after, &err)) > 0)
			rows_seen++;
		if (rc < 0) {
			fprintf(stderr, "%s\n", err.msg);
			exit(1);
		}
		if (arena->used > 4 << 20)
			arena_reset(arena);
	}
	return rows_seen;
}

/* The machine may have other things to do: rows per second of this process's own time. */
static int64_t cpu_us(void)
{
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	return (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000000ll + usage.ru_utime.tv_usec +
			usage.ru_stime.tv_usec;
}

static void run(const struct load *load, const char *name)
{
	int64_t start = cpu_us(), us;
	size_t rows = 0, bytes = 0;
	struct arena arena;

	arena_init(&arena, 0);
	do
		rows += decode_once(load, &arena, &bytes);
	while ((us = cpu_us() - start) < RUN_US);
	arena_done(&arena);
	printf("%s: %.2f M rows/s, %.0f MB/s, %.0f ns a row\n", name, (double)rows / (double)us,
			(double)bytes / (double)us, 1000.0 * (double)us / (double)rows);
}

/* ---- the built event ---- */

static void put(struct buf *b, uint64_t v, unsigned width)
{
	for (unsigned i = 0; i < width; i++)
		buf_putc(b, (char)(v >> (8 * i)));
}

static void put_row(struct buf *b, unsigned i)
{
	static const uint8_t decimal[] = { 0x80, 0x00, 0x04, 0xd2, 0x38 };
	static const uint8_t datetime[] = { 0x99, 0xa0, 0x28, 0xd9, 0x43 };

	put(b, 0, 1);
	put(b, i, 4);
	put(b, i * 7919ull, 8);
	put(b, 12, 1);
	buf_puts(b, "customer-123");
	buf_put(b, decimal, sizeof(decimal));
	buf_put(b, datetime, sizeof(datetime));
	put(b, i & 1, 1);
}

static void build(struct load *load, struct buf *body)
{
	static const uint8_t types[] = { MT_LONG, MT_LONGLONG, MT_VARCHAR, MT_NEWDECIMAL, MT_DATETIME2, MT_TINY };
	static struct table_map_column columns[6];
	static const struct column like[6] = {
		{ .name = "id", .type = COL_INT },
		{ .name = "n", .type = COL_BIGINT },
		{ .name = "name", .type = COL_VARCHAR, .length = 40, .charset = "utf8mb4" },
		{ .name = "amount", .type = COL_DECIMAL, .precision = 10, .scale = 2 },
		{ .name = "at", .type = COL_DATETIME },
		{ .name = "flag", .type = COL_TINYINT },
	};
	static struct table_map map = { .ncolumns = 6, .columns = columns };
	struct schema *schema = schema_new("bench", "orders");
	struct err err;

	for (unsigned i = 0; i < 6; i++) {
		columns[i].type = types[i];
		schema_add_column(schema, &like[i]);
	}
	columns[2].meta = 160;
	columns[3].meta = 10 << 8 | 2;
	put(body, 1, 6);
	put(body, 1, 2);
	put(body, 2, 2);
	put(body, 6, 1);
	put(body, 0x3f, 1);
	for (unsigned i = 0; i < BUILT_ROWS; i++)
		put_row(body, i);
	load->decoder = row_decoder_new(&map, schema, NULL, &err);
	load->event = (struct event){
		.header.type = EVENT_WRITE_ROWS,
		.body = (const uint8_t *)body->data,
		.len = body->len,
	};
	schema_unref(schema);
}

/* ---- a file ---- */

static struct load *load_file(const char *data, size_t len)
{
	struct load *first = NULL, **tail = &first;
	struct row_decoder *decoder = NULL;
	struct event_format format;
	struct table_map map = { 0 };
	static struct arena arena;
	struct err err;

	event_format_init(&format);
	arena_init(&arena, 0);
	for (size_t at = 4; at + EVENT_HEADER_LEN <= len;) {
		uint32_t size;
		struct event e;

		memcpy(&size, data + at + 9, 4);
		if (size > len - at || event_open(&e, &format, data + at, size, &err) < 0)
			break;
		at += size;
		if (e.header.type == EVENT_TABLE_MAP && !(map.body && table_map_same(&map, &e))) {
			struct schema *schema = NULL;

			if (table_map_parse(&e, &arena, &map, &err) == 0)
				schema = schema_from_table_map(&map, NULL, &err);
			decoder = schema ? row_decoder_new(&map, schema, NULL, &err) : NULL;
		}
		if (!event_is_rows(e.header.type) || decoder == NULL)
			continue;
		*tail = xcalloc(1, sizeof(**tail));
		(*tail)->decoder = decoder;
		(*tail)->event = e;
		tail = &(*tail)->next;
	}
	return first;
}

int main(int argc, char **argv)
{
	struct load built = { 0 };
	struct buf body;
	size_t len;
	char *data;

	buf_init(&body, 1 << 20);
	build(&built, &body);
	run(&built, "six columns, 60 rows an event");
	if (argc > 1 && (data = file_read(argv[1], &len)))
		run(load_file(data, len), argv[1]);
	row_decoder_free(built.decoder);
	buf_done(&body);
	return 0;
}
