/*
 * fuzz_row.c - a table map and a rows event. Input: two bytes length of the map's body, the body, one byte event type,
 * the body of the rows event.
 */
#include <string.h>

#include "source/decode/mysql_row.h"
#include "source/decode/mysql_table_map.h"
#include "tests/fuzz/fuzz_target.h"

const char fuzz_name[] = "row";

enum { ROWS_MAX = 2000, BYTES_MAX = 8 << 20 };

static void check_row(const struct value *row, unsigned n)
{
	char text[64];

	for (unsigned i = 0; row && i < n; i++) {
		FUZZ_ASSERT(row[i].kind <= VALUE_ZERODATE);
		if (value_has_bytes(&row[i])) {
			for (uint32_t k = 0; k < row[i].len; k += 13) /* the bytes are there */
				FUZZ_ASSERT(row[i].p[k] == row[i].p[k]);
		} else {
			FUZZ_ASSERT(value_print_bound(&row[i]) <= sizeof(text));
			value_print(&row[i], text);
		}
	}
}

static void decode(struct row_decoder *d, const struct event *e, struct arena *arena)
{
	struct value *before, *after;
	struct rows rows;
	struct err err;

	if (rows_parse(e, &rows, &err) < 0)
		return;
	for (unsigned i = 0; i < ROWS_MAX && arena->used < BYTES_MAX; i++) {
		if (row_next(d, &rows, arena, &before, &after, &err) <= 0)
			break;
		check_row(before, row_decoder_schema(d)->ncolumns);
		check_row(after, row_decoder_schema(d)->ncolumns);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct event map_event = { .header.type = EVENT_TABLE_MAP }, rows_event = { 0 };
	struct arena arena;
	struct table_map map;
	struct err err;
	size_t len;

	if (size < 3)
		return 0;
	len = (size_t)(data[0] | data[1] << 8);
	if (len + 3 > size)
		return 0;
	map_event.body = data + 2;
	map_event.len = len;
	rows_event.header.type = data[2 + len];
	rows_event.body = data + 3 + len;
	rows_event.len = size - 3 - len;
	arena_init(&arena, 0);
	if (table_map_parse(&map_event, &arena, &map, &err) == 0) {
		struct schema *schema = schema_from_table_map(&map, NULL, &err);
		struct row_decoder *d = schema ? row_decoder_new(&map, schema, NULL, &err) : NULL;

		if (d)
			decode(d, &rows_event, &arena);
		row_decoder_free(d);
		schema_unref(schema);
	}
	arena_done(&arena);
	return 0;
}
