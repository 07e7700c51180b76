/*
 * mysql_row.c - rows events, row by row. Which columns are in an image, which of those are NULL, and (in partial
 * updates) which are differences to the image before are three bitmaps that count different things.
 */
#include "source/decode/mysql_row.h"

#include <stdlib.h>
#include <string.h>

#include "core/xalloc.h"
#include "source/decode/mysql_bytes.h"
#include "source/decode/mysql_jsonb.h"
#include "source/decode/mysql_value.h"

enum { JSON_TEXT_MAX = 1 << 30, VALUE_OPTION_PARTIAL_JSON = 1, DUMMY_TABLE_ID = 0xffffff };

struct row_decoder {
	struct schema *schema, *wanted;
	struct column_decoder *columns;
	unsigned ncolumns, nout;
	unsigned njson;	 /* JSON columns of the table */
	bool all_wanted; /* targets are 0, 1, 2 ... */
	struct buf scratch;
	/* by column; the raw documents of the image before */
	struct json_cell {
		const uint8_t *p;
		size_t len;
	} * json_before;
};

/* ---- the event ---- */

static unsigned count_bits(const uint8_t *bits, unsigned n)
{
	unsigned count = 0;

	for (unsigned i = 0; i < n / 8; i++)
		count += (unsigned)__builtin_popcount(bits[i]);
	if (n % 8)
		count += (unsigned)__builtin_popcount(bits[n / 8] & ((1u << n % 8) - 1));
	return count;
}

static enum rows_kind rows_kind_of(unsigned type)
{
	if (type == EVENT_WRITE_ROWS || type == EVENT_WRITE_ROWS_V1)
		return ROWS_WRITE;
	if (type == EVENT_DELETE_ROWS || type == EVENT_DELETE_ROWS_V1)
		return ROWS_DELETE;
	return ROWS_UPDATE;
}

/* Version 2 has room for extra data (NDB, partitions); its length counts itself. */
static void rows_skip_extra(struct bytes *b, unsigned type)
{
	unsigned len;

	if (type >= EVENT_WRITE_ROWS_V1 && type <= EVENT_DELETE_ROWS_V1)
		return;
	len = bytes_u16(b);
	if (len < 2)
		b->failed = true;
	else
		bytes_take(b, len - 2);
}

int rows_parse(const struct event *e, struct rows *out, struct err *err)
{
	struct bytes b = bytes_of(e->body, e->len);
	uint64_t ncolumns;
	size_t bitmap;

	*out = (struct rows){
		.kind = rows_kind_of(e->header.type),
		.partial = e->header.type == EVENT_PARTIAL_UPDATE_ROWS,
	};
	out->table_id = bytes_uint(&b, 6);
	out->flags = bytes_u16(&b);
	rows_skip_extra(&b, e->header.type);
	ncolumns = bytes_lenenc(&b);
	if (!b.failed && out->table_id == DUMMY_TABLE_ID && ncolumns == 0)
		return 0;
	if (b.failed || ncolumns == 0 || ncolumns > 4096)
		return err_set(err, ERR_FATAL, 0, "%s event: %llu columns in %zu bytes",
				event_type_name(e->header.type), (unsigned long long)ncolumns, e->len);
	out->ncolumns = (unsigned)ncolumns;
	bitmap = (ncolumns + 7) / 8;
	if (out->kind != ROWS_WRITE)
		out->before_bits = bytes_take(&b, bitmap);
	if (out->kind != ROWS_DELETE)
		out->after_bits = bytes_take(&b, bitmap);
	if (b.failed)
		return err_set(err, ERR_FATAL, 0, "%s event: ends within the bitmap of %u columns",
				event_type_name(e->header.type), out->ncolumns);
	out->before_count = out->before_bits ? count_bits(out->before_bits, out->ncolumns) : 0;
	out->after_count = out->after_bits ? count_bits(out->after_bits, out->ncolumns) : 0;
	if ((out->kind == ROWS_WRITE ? out->after_count : out->before_count) == 0)
		return err_set(err, ERR_DATA, 0, "%s event: a row image without columns; set binlog_row_image=FULL",
				event_type_name(e->header.type));
	out->at = b.at;
	out->end = b.end;
	return 0;
}

/* ---- the decoder ---- */

static int row_decoder_target(struct row_decoder *d, unsigned i, struct err *err)
{
	const struct column *column = &d->schema->columns[i];
	int target = (int)i;

	if (d->wanted) {
		target = schema_column(d->wanted, column->name, strlen(column->name));
		if (target >= 0 && d->wanted->columns[target].type != column->type)
			return err_set(err, ERR_DATA, 0, "column '%s': two different types in two schemas of the table",
					column->name);
	}
	d->columns[i].target = target;
	d->all_wanted = d->all_wanted && target == (int)i;
	return 0;
}

static int row_decoder_prepare(struct row_decoder *d, const struct table_map *map, struct err *err)
{
	if (map->ncolumns != d->schema->ncolumns)
		return err_set(err, ERR_DATA, 0, "binlog has %u columns, the schema %u", map->ncolumns,
				d->schema->ncolumns);
	d->all_wanted = d->nout == map->ncolumns;
	for (unsigned i = 0; i < map->ncolumns; i++) {
		if (column_decoder_prepare(&d->columns[i], &map->columns[i], &d->schema->columns[i], err) < 0)
			return -1;
		d->ncolumns = i + 1;
		d->njson += d->columns[i].is_json;
		if (row_decoder_target(d, i, err) < 0)
			return -1;
	}
	return 0;
}

struct row_decoder *row_decoder_new(const struct table_map *map, struct schema *schema, struct schema *wanted,
		struct err *err)
{
	struct row_decoder *d = xcalloc(1, sizeof(*d));

	d->schema = schema_ref(schema);
	d->wanted = wanted ? schema_ref(wanted) : NULL;
	d->nout = wanted ? wanted->ncolumns : schema->ncolumns;
	d->columns = xcalloc(map->ncolumns + 1u, sizeof(*d->columns));
	d->json_before = xcalloc(map->ncolumns + 1u, sizeof(*d->json_before));
	buf_init(&d->scratch, JSON_TEXT_MAX);
	if (row_decoder_prepare(d, map, err) < 0) {
		err_wrap(err, "table %s.%s", schema->db, schema->table);
		row_decoder_free(d);
		return NULL;
	}
	return d;
}

void row_decoder_free(struct row_decoder *d)
{
	if (d == NULL)
		return;
	for (unsigned i = 0; i < d->ncolumns; i++)
		column_decoder_done(&d->columns[i]);
	free(d->columns);
	free(d->json_before);
	buf_done(&d->scratch);
	schema_unref(d->schema);
	schema_unref(d->wanted);
	free(d);
}

struct schema *row_decoder_schema(const struct row_decoder *d)
{
	return d->wanted ? d->wanted : d->schema;
}

/* ---- one image ---- */

static int image_short(const struct row_decoder *d, const struct rows *rows, unsigned column, struct err *err)
{
	return err_set(err, ERR_DATA, 0, "table %s.%s, row %u: the event ends within column '%s'", d->schema->db,
			d->schema->table, rows->row, d->schema->columns[column].name);
}

static int image_failed(const struct row_decoder *d, const struct rows *rows, unsigned column, struct err *err)
{
	return err_wrap(err, "table %s.%s, row %u, column '%s'", d->schema->db, d->schema->table, rows->row,
			d->schema->columns[column].name);
}

/* The map and the row are of the same server: they cannot disagree unless one of them is damaged. */
static int image_null(const struct row_decoder *d, const struct rows *rows, unsigned column, struct err *err)
{
	return err_set(err, ERR_DATA, 0, "table %s.%s, row %u: NULL in column '%s', which is NOT NULL", d->schema->db,
			d->schema->table, rows->row, d->schema->columns[column].name);
}

/* The bytes of one value: its width is fixed or in front. NULL: the event ends before. */
static inline const uint8_t *cell_frame(const struct column_decoder *c, const uint8_t *p, const uint8_t *end,
		size_t *len)
{
	size_t left = (size_t)(end - p), n = c->fixed;

	if (n == 0) {
		if (left < c->prefix)
			return NULL;
		n = (size_t)bytes_le(p, c->prefix);
		p += c->prefix;
		left -= c->prefix;
	}
	*len = n;
	return n <= left ? p : NULL;
}

/* The common case: every column is in the image and every column is wanted, in its place. */
static int image_full(struct row_decoder *d, struct rows *rows, const struct decode_context *ctx, struct value *out)
{
	const uint8_t *p = rows->at, *end = rows->end, *nulls = p;
	unsigned n = d->ncolumns;
	size_t bitmap = (n + 7) / 8;

	if ((size_t)(end - p) < bitmap)
		return image_short(d, rows, 0, ctx->err);
	p += bitmap;
	for (unsigned i = 0; i < n; i++) {
		const struct column_decoder *c = &d->columns[i];
		size_t len;

		out[i] = (struct value){ .kind = VALUE_NULL };
		if (nulls[i >> 3] >> (i & 7) & 1) {
			if (!c->nullable)
				return image_null(d, rows, i, ctx->err);
			continue;
		}
		p = cell_frame(c, p, end, &len);
		if (p == NULL)
			return image_short(d, rows, i, ctx->err);
		if (c->decode(ctx, c, p, len, &out[i]) < 0)
			return image_failed(d, rows, i, ctx->err);
		p += len;
	}
	rows->at = p;
	return 0;
}

static int cell_apply_diffs(struct row_decoder *d, const struct decode_context *ctx, unsigned column, const uint8_t *p,
		size_t len, struct value *out)
{
	const struct json_cell *before = &d->json_before[column];

	if (before->p == NULL)
		return err_set(ctx->err, ERR_DATA, 0,
				"a partial JSON update without the document before it; set binlog_row_image=FULL "
				"or binlog_row_value_options=''");
	buf_reset(&d->scratch);
	if (jsonb_print_updated(before->p, before->len, p, len, ctx->arena, &d->scratch, ctx->err) < 0)
		return -1;
	out->kind = VALUE_TEXT;
	out->len = (uint32_t)d->scratch.len;
	out->p = arena_dup(ctx->arena, d->scratch.data, d->scratch.len);
	return 0;
}

/* Any image. present: which columns are in it. partial: one bit a JSON column of the table, or NULL. */
static int image_some(struct row_decoder *d, struct rows *rows, const struct decode_context *ctx,
		const uint8_t *present, unsigned count, const uint8_t *partial, struct value *out)
{
	const uint8_t *p = rows->at, *end = rows->end, *nulls = p;
	unsigned seen = 0, json = 0;

	if ((size_t)(end - p) < (count + 7) / 8)
		return image_short(d, rows, 0, ctx->err);
	p += (count + 7) / 8;
	for (unsigned i = 0; i < d->ncolumns; i++) {
		const struct column_decoder *c = &d->columns[i];
		bool is_diff = c->is_json && partial && partial[json >> 3] >> (json & 7) & 1;
		struct value none, *to = c->target >= 0 ? &out[c->target] : &none;
		size_t len;
		int rc = 0;

		json += c->is_json;
		if (!(present[i >> 3] >> (i & 7) & 1))
			continue;
		*to = (struct value){ .kind = VALUE_NULL };
		if (nulls[seen >> 3] >> (seen & 7) & 1) {
			if (!c->nullable)
				return image_null(d, rows, i, ctx->err);
			seen++;
			continue;
		}
		seen++;
		p = cell_frame(c, p, end, &len);
		if (p == NULL)
			return image_short(d, rows, i, ctx->err);
		if (rows->partial && present == rows->before_bits && c->is_json)
			d->json_before[i] = (struct json_cell){ p, len };
		if (is_diff && c->target >= 0)
			rc = cell_apply_diffs(d, ctx, i, p, len, to);
		else if (c->target >= 0)
			rc = c->decode(ctx, c, p, len, to);
		if (rc < 0)
			return image_failed(d, rows, i, ctx->err);
		p += len;
	}
	rows->at = p;
	return 0;
}

static int image_before(struct row_decoder *d, struct rows *rows, const struct decode_context *ctx, struct value *out)
{
	if (rows->before_count == d->ncolumns && d->all_wanted && !rows->partial)
		return image_full(d, rows, ctx, out);
	memset(out, 0, d->nout * sizeof(*out)); /* VALUE_ABSENT */
	if (rows->partial)
		memset(d->json_before, 0, d->ncolumns * sizeof(*d->json_before));
	return image_some(d, rows, ctx, rows->before_bits, rows->before_count, NULL, out);
}

/* In front of the image after, in partial updates: options, then one bit for each JSON column of the table. */
static int image_value_options(const struct row_decoder *d, struct rows *rows, const uint8_t **partial, struct err *err)
{
	struct bytes b = bytes_of(rows->at, (size_t)(rows->end - rows->at));
	uint64_t options = bytes_lenenc(&b);

	*partial = NULL;
	if (options & VALUE_OPTION_PARTIAL_JSON)
		*partial = bytes_take(&b, (d->njson + 7) / 8);
	if (b.failed || options & ~(uint64_t)VALUE_OPTION_PARTIAL_JSON)
		return err_set(err, ERR_DATA, 0,
				"table %s.%s, row %u: value options %llu of the partial update are not understood",
				d->schema->db, d->schema->table, rows->row, (unsigned long long)options);
	rows->at = b.at;
	return 0;
}

static int image_after(struct row_decoder *d, struct rows *rows, const struct decode_context *ctx,
		const struct value *before, struct value *out)
{
	const uint8_t *partial = NULL;

	if (rows->after_count == d->ncolumns && d->all_wanted && !rows->partial)
		return image_full(d, rows, ctx, out);
	if (before)
		memcpy(out, before, d->nout * sizeof(*out));
	else
		memset(out, 0, d->nout * sizeof(*out));
	if (rows->partial && image_value_options(d, rows, &partial, ctx->err) < 0)
		return -1;
	return image_some(d, rows, ctx, rows->after_bits, rows->after_count, partial, out);
}

int row_next(struct row_decoder *d, struct rows *rows, struct arena *arena, struct value **before, struct value **after,
		struct err *err)
{
	struct decode_context ctx = { .arena = arena, .scratch = &d->scratch, .err = err };
	unsigned images = rows->kind == ROWS_UPDATE ? 2 : 1;
	struct value *values;

	*before = *after = NULL;
	if (rows->at == rows->end)
		return 0;
	if (rows->ncolumns != d->ncolumns)
		return err_set(err, ERR_DATA, 0, "table %s.%s: rows of %u columns, the table map has %u", d->schema->db,
				d->schema->table, rows->ncolumns, d->ncolumns);
	values = arena_alloc(arena, images * d->nout * sizeof(*values));
	if (rows->kind != ROWS_WRITE) {
		if (image_before(d, rows, &ctx, values) < 0)
			return -1;
		*before = values;
		values += d->nout;
	}
	if (rows->kind != ROWS_DELETE) {
		if (image_after(d, rows, &ctx, *before, values) < 0)
			return -1;
		*after = values;
	}
	rows->row++;
	return 1;
}
