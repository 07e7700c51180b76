/*
 * binlog_text.h - a whole binlog file through the decoders, as text: one line an event, one a row. For golden tests and
 * for the eye. The bytes are a real server's.
 */
#ifndef TESTS_BINLOG_TEXT_H
#define TESTS_BINLOG_TEXT_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "core/buf.h"
#include "core/num/num.h"
#include "core/xalloc.h"
#include "source/decode/mysql_event.h"
#include "source/decode/mysql_row.h"
#include "source/decode/mysql_table_map.h"

struct binlog_text {
	struct buf *out;
	struct event_format format;
	struct payload *payload;
	struct arena arena; /* of the map */
	struct arena rows_arena;
	struct table_map map;
	struct schema *schema;
	struct row_decoder *decoder;
	int fake_minimal; /* leave out the optional metadata, use known */
	struct schema *(*known)(void *arg, const char *db, const char *table);
	void (*query)(void *arg, const struct event_query *q);
	void *arg;
	size_t rows;
};

__attribute__((unused)) static char *file_read(const char *path, size_t *len)
{
	FILE *f = fopen(path, "rb");
	char *data = NULL;
	size_t cap = 0;

	*len = 0;
	if (f == NULL)
		return NULL;
	do {
		cap += 1 << 20;
		data = xrealloc(data, cap + 1);
		*len += fread(data + *len, 1, cap - *len, f);
	} while (*len == cap);
	fclose(f);
	data[*len] = '\0';
	return data;
}

static void text_value(struct buf *out, const struct value *v)
{
	char *text;
	size_t len;

	if (v->kind == VALUE_ABSENT || v->kind == VALUE_NULL) {
		buf_puts(out, v->kind == VALUE_NULL ? "NULL" : "-");
		return;
	}
	if (v->kind == VALUE_BYTES && v->len < 200) {
		buf_puts(out, "0x");
		text = buf_reserve(out, 2 * (size_t)v->len);
		out->len += num_hex(text, v->p, v->len);
		return;
	}
	text = xmalloc(value_print_bound(v) + 1);
	len = value_print(v, text);
	if (len > 400)
		buf_printf(out, "%.60s... %zu bytes, crc32 %08lx", text, len,
				crc32_z(0, (const unsigned char *)text, len));
	else
		buf_put(out, text, len);
	free(text);
}

static void text_image(struct buf *out, const char *what, const struct value *row, unsigned n)
{
	buf_printf(out, "    %s", what);
	for (unsigned i = 0; row && i < n; i++) {
		buf_puts(out, i ? " | " : " ");
		text_value(out, &row[i]);
	}
	buf_putc(out, '\n');
}

static int text_rows(struct binlog_text *t, const struct event *e, struct err *err)
{
	struct value *before, *after;
	struct rows rows;
	int rc;

	if (rows_parse(e, &rows, err) < 0)
		return -1;
	if (t->decoder == NULL)
		return err_set(err, ERR_DATA, 0, "rows without a map");
	while ((rc = row_next(t->decoder, &rows, &t->rows_arena, &before, &after, err)) > 0) {
		unsigned n = row_decoder_schema(t->decoder)->ncolumns;

		t->rows++;
		if (before)
			text_image(t->out, "before", before, n);
		if (after)
			text_image(t->out, "after", after, n);
	}
	arena_reset(&t->rows_arena);
	return rc;
}

static void text_schema(struct buf *out, const struct schema *s)
{
	char type[256];

	for (unsigned i = 0; i < s->ncolumns; i++) {
		const struct column *c = &s->columns[i];

		column_type_print(c, type, sizeof(type));
		buf_printf(out, "    %s %s%s%s%s%s%s", c->name, type, c->charset ? " " : "",
				c->charset ? c->charset : "", c->nullable ? "" : " not null",
				c->invisible ? " invisible" : "", schema_is_key(s, i) ? " key" : "");
		for (unsigned k = 0; k < c->labels; k++)
			buf_printf(out, " '%s'", c->label[k]);
		buf_putc(out, '\n');
	}
}

static int text_table_map(struct binlog_text *t, const struct event *e, struct err *err)
{
	struct schema *known;

	row_decoder_free(t->decoder);
	schema_unref(t->schema);
	t->decoder = NULL;
	t->schema = NULL;
	arena_reset(&t->arena);
	if (table_map_parse(e, &t->arena, &t->map, err) < 0)
		return -1;
	if (t->fake_minimal)
		t->map.has_names = false;
	known = t->known ? t->known(t->arg, t->map.db, t->map.table) : NULL;
	t->schema = schema_from_table_map(&t->map, known, err);
	if (t->schema)
		t->decoder = row_decoder_new(&t->map, t->schema, NULL, err);
	if (t->decoder == NULL)
		return -1;
	buf_printf(t->out, "  %s.%s%s\n", t->map.db, t->map.table, known == t->schema ? " as known" : "");
	if (known != t->schema)
		text_schema(t->out, t->schema);
	return 0;
}

static int text_event(struct binlog_text *t, const struct event *e, struct err *err);

static int text_payload(struct binlog_text *t, const struct event *e, struct err *err)
{
	const void *raw;
	size_t raw_len;
	struct event inner;
	int rc;

	if (payload_open(t->payload, e, err) < 0)
		return -1;
	while ((rc = payload_next(t->payload, &inner, &raw, &raw_len, err)) > 0)
		if (text_event(t, &inner, err) < 0)
			return -1;
	return rc;
}

static int text_gtid(struct binlog_text *t, const struct event *e, struct err *err)
{
	struct event_gtid g;
	char text[GTID_TEXT_MAX];

	if (event_gtid_parse(e, &g, err) < 0)
		return -1;
	gtid_print(&g.gtid, text);
	buf_printf(t->out, "  %s committed %s length %s server %u/%u seq %lld %lld\n", strchr(text, ':'),
			g.immediate_commit_us == g.original_commit_us ? "here" : "elsewhere",
			g.txn_length > 60 ? "fits" : "0", g.immediate_server_version, g.original_server_version,
			(long long)g.last_committed, (long long)g.sequence_number);
	return 0;
}

static int text_query(struct binlog_text *t, const struct event *e, struct err *err)
{
	struct event_query q;

	if (event_query_parse(e, &t->format, &q, err) < 0)
		return -1;
	buf_printf(t->out, "  db '%s' mode %llx charset %u/%u/%u: %.*s\n", q.db, (unsigned long long)q.sql_mode,
			q.charset_client, q.collation_connection, q.collation_server,
			(int)(q.sql_len > 300 ? 300 : q.sql_len), q.sql);
	if (t->query)
		t->query(t->arg, &q);
	return 0;
}

static int text_other(struct binlog_text *t, const struct event *e, struct err *err)
{
	struct event_rotate rotate;
	struct event_text text;
	struct gtid_set set = { 0 };

	switch (e->header.type) {
	case EVENT_FORMAT_DESCRIPTION: return event_format_parse(e, &t->format, err);
	case EVENT_PREVIOUS_GTIDS:
		if (event_previous_gtids_parse(e, &set, err) < 0)
			return -1;
		buf_printf(t->out, "  %llu transactions%s\n", (unsigned long long)gtid_set_count(&set),
				gtid_set_has_tags(&set) ? ", tags" : "");
		gtid_set_done(&set);
		return 0;
	case EVENT_ROTATE:
		if (event_rotate_parse(e, &rotate, err) < 0)
			return -1;
		buf_printf(t->out, "  to %.*s %llu\n", (int)rotate.file_len, rotate.file,
				(unsigned long long)rotate.pos);
		return 0;
	case EVENT_ROWS_QUERY:
		if (event_rows_query_parse(e, &text, err) < 0)
			return -1;
		buf_printf(t->out, "  %.*s\n", (int)text.len, text.p);
		return 0;
	default: return 0;
	}
}

static int text_event(struct binlog_text *t, const struct event *e, struct err *err)
{
	buf_printf(t->out, "%s\n", event_type_name(e->header.type));
	if (event_is_rows(e->header.type))
		return text_rows(t, e, err);
	switch (e->header.type) {
	case EVENT_TABLE_MAP: return text_table_map(t, e, err);
	case EVENT_QUERY: return text_query(t, e, err);
	case EVENT_TRANSACTION_PAYLOAD: return text_payload(t, e, err);
	case EVENT_GTID:
	case EVENT_ANONYMOUS_GTID:
	case EVENT_GTID_TAGGED: return text_gtid(t, e, err);
	default: return text_other(t, e, err);
	}
}

__attribute__((unused)) static void binlog_text_init(struct binlog_text *t, struct buf *out)
{
	*t = (struct binlog_text){ .out = out };
	event_format_init(&t->format);
	t->payload = payload_new(64 << 20);
	arena_init(&t->arena, 0);
	arena_init(&t->rows_arena, 0);
}

__attribute__((unused)) static void binlog_text_done(struct binlog_text *t)
{
	row_decoder_free(t->decoder);
	schema_unref(t->schema);
	payload_free(t->payload);
	arena_done(&t->arena);
	arena_done(&t->rows_arena);
}

/* A file: four bytes of magic, then events. Errors of one event are a line of the text; the file goes on. */
__attribute__((unused)) static int binlog_text_file(struct binlog_text *t, const char *data, size_t len)
{
	int errors = 0;

	for (size_t at = 4; at + EVENT_HEADER_LEN <= len;) {
		uint32_t size;
		struct event e;
		struct err err;

		memcpy(&size, data + at + 9, 4);
		if (size < EVENT_HEADER_LEN || size > len - at)
			return -1;
		if (event_open(&e, &t->format, data + at, size, &err) < 0 || text_event(t, &e, &err) < 0) {
			buf_printf(t->out, "  ERROR %s\n", err.msg);
			errors++;
		}
		at += size;
	}
	return errors;
}

#endif
