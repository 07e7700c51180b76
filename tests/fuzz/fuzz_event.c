/*
 * fuzz_event.c - one binlog event, as it comes off the wire without its checksum, through every parser that takes its
 * type.
 */
#include "source/decode/mysql_event.h"
#include "source/decode/mysql_row.h"
#include "source/decode/mysql_table_map.h"
#include "tests/fuzz/fuzz_target.h"

const char fuzz_name[] = "event";

static void parse(const struct event *e, const struct event_format *format, int depth);

static void parse_payload(const struct event *e, const struct event_format *format, int depth)
{
	struct payload *p = payload_new(1 << 16);
	const void *raw;
	size_t raw_len, total = 0;
	struct event inner;
	struct err err;

	if (depth == 0 && payload_open(p, e, &err) == 0)
		while (total < 1 << 20 && payload_next(p, &inner, &raw, &raw_len, &err) > 0) {
			total += raw_len;
			parse(&inner, format, 1);
		}
	payload_free(p);
}

static void parse_table_map(const struct event *e)
{
	struct arena arena;
	struct table_map map;
	struct table_map_name name;
	struct err err;

	arena_init(&arena, 0);
	table_map_name_parse(e, &name, &err);
	if (table_map_parse(e, &arena, &map, &err) == 0) {
		struct schema *schema = schema_from_table_map(&map, NULL, &err);

		FUZZ_ASSERT(table_map_same(&map, e));
		if (schema)
			row_decoder_free(row_decoder_new(&map, schema, NULL, &err));
		schema_unref(schema);
	}
	arena_done(&arena);
}

static void parse(const struct event *e, const struct event_format *format, int depth)
{
	struct gtid_set set = { 0 };
	struct event_format other;
	struct event_rotate rotate;
	struct event_gtid gtid;
	struct event_query query;
	struct event_text text;
	struct event_incident incident;
	struct rows rows;
	struct err err;

	event_type_name(e->header.type);
	if (event_is_rows(e->header.type))
		rows_parse(e, &rows, &err);
	switch (e->header.type) {
	case EVENT_FORMAT_DESCRIPTION: event_format_parse(e, &other, &err); break;
	case EVENT_ROTATE: event_rotate_parse(e, &rotate, &err); break;
	case EVENT_GTID:
	case EVENT_ANONYMOUS_GTID:
	case EVENT_GTID_TAGGED: event_gtid_parse(e, &gtid, &err); break;
	case EVENT_PREVIOUS_GTIDS: event_previous_gtids_parse(e, &set, &err); break;
	case EVENT_QUERY: event_query_parse(e, format, &query, &err); break;
	case EVENT_ROWS_QUERY: event_rows_query_parse(e, &text, &err); break;
	case EVENT_INCIDENT: event_incident_parse(e, &incident, &err); break;
	case EVENT_TABLE_MAP: parse_table_map(e); break;
	case EVENT_TRANSACTION_PAYLOAD: parse_payload(e, format, depth); break;
	default: break;
	}
	gtid_set_done(&set);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct event_format format;
	struct event e = { .body = data + EVENT_HEADER_LEN };
	struct err err;

	event_format_init(&format);
	event_open(&e, &format, data, size, &err);
	format.checksum = false;
	if (event_open(&e, &format, data, size, &err) == 0)
		parse(&e, &format, 0);
	if (size < EVENT_HEADER_LEN)
		return 0;
	/* The same with a header that fits, so that the bodies are reached. */
	e = (struct event){
		.header = { .type = data[4], .size = (uint32_t)size },
		.body = data + EVENT_HEADER_LEN,
		.len = size - EVENT_HEADER_LEN,
	};
	parse(&e, &format, 0);
	return 0;
}
