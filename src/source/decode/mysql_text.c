/*
 * mysql_text.c - see mysql_text.h. The session is set to UTC and utf8mb4, so that text comes as UTF-8 and a TIMESTAMP
 * as UTC. FLOAT is selected as (f + 0e0): by itself the server prints six digits only, as a double it prints all.
 */
#include "config.h"
#include "source/decode/mysql_text.h"

#include <stdlib.h>
#include <string.h>

#include "core/num/num.h"
#include "core/xalloc.h"
#include "source/decode/mysql_bytes.h"

enum { LENENC_NULL = 0xfb, DIGITS_OF_I64 = 18, US_PER_S = 1000000 };
#define US_PER_DAY (86400ll * US_PER_S)

/* ---- cells: 0, or -1 when the text is not what the column's type prints ---- */

static int read_int(const struct text_cell *cell, struct arena *arena, const char *p, size_t len, struct value *out)
{
	bool minus = len > 0 && *p == '-';
	uint64_t v = 0;

	if (len - minus > DIGITS_OF_I64) {
		*out = value_int(0);
		return num_parse_i64(p, len, &out->i) ? 0 : -1;
	}
	for (size_t i = minus; i < len; i++) {
		unsigned digit = (unsigned char)p[i] - '0';

		if (digit > 9)
			return -1;
		v = v * 10 + digit;
	}
	*out = value_int(minus ? -(int64_t)v : (int64_t)v);
	return len > minus ? 0 : -1;
}

static int read_uint(const struct text_cell *cell, struct arena *arena, const char *p, size_t len, struct value *out)
{
	*out = (struct value){ .kind = VALUE_UINT };
	return num_parse_u64(p, len, &out->u) ? 0 : -1;
}

static int read_bit(const struct text_cell *cell, struct arena *arena, const char *p, size_t len, struct value *out)
{
	if (len > 8)
		return -1;
	*out = (struct value){ .kind = VALUE_UINT, .u = bytes_be((const uint8_t *)p, (unsigned)len) };
	return 0;
}

static int read_float(const struct text_cell *cell, struct arena *arena, const char *p, size_t len, struct value *out)
{
	*out = (struct value){ .kind = cell->column->type == COL_FLOAT ? VALUE_FLOAT : VALUE_DOUBLE };
	if (!num_parse_double(p, len, &out->d))
		return -1;
	if (out->kind == VALUE_FLOAT)
		out->d = (float)out->d;
	return 0;
}

/* The digits without the point; more than 18 stay a text, without the zeros that ZEROFILL puts in front. */
static int read_decimal(const struct text_cell *cell, struct arena *arena, const char *p, size_t len, struct value *out)
{
	bool minus = len > 0 && *p == '-';
	size_t digits = 0;
	uint64_t v = 0;

	*out = (struct value){ .kind = VALUE_DECIMAL, .aux = cell->column->scale };
	for (size_t i = minus; i < len; i++) {
		unsigned digit = (unsigned char)p[i] - '0';

		if (p[i] == '.')
			continue;
		if (digit > 9)
			return -1;
		digits += digits > 0 || digit > 0;
		if (digits <= DIGITS_OF_I64)
			v = v * 10 + digit;
	}
	out->i = minus ? -(int64_t)v : (int64_t)v;
	if (digits <= DIGITS_OF_I64)
		return 0;
	while (!minus && len > 1 && p[0] == '0' && p[1] != '.')
		p++, len--;
	*out = (struct value){ .kind = VALUE_BIGDECIMAL, .aux = cell->column->scale, .p = p, .len = (uint32_t)len };
	return 0;
}

static int read_text(const struct text_cell *cell, struct arena *arena, const char *p, size_t len, struct value *out)
{
	*out = value_text(p, len);
	return 0;
}

static int read_enum(const struct text_cell *cell, struct arena *arena, const char *p, size_t len, struct value *out)
{
	*out = value_text(p, len);
	if (len == 0 && !cell->empty_label)
		out->flags = VALUE_F_INVALID_ENUM;
	return 0;
}

static int read_bytes(const struct text_cell *cell, struct arena *arena, const char *p, size_t len, struct value *out)
{
	*out = (struct value){ .kind = VALUE_BYTES, .p = p, .len = (uint32_t)len };
	return 0;
}

/* width digits at p; -1 when one is not a digit. */
static int digits_at(const char *p, int width)
{
	int v = 0;

	for (int i = 0; i < width; i++) {
		if (p[i] < '0' || p[i] > '9')
			return -1;
		v = v * 10 + p[i] - '0';
	}
	return v;
}

/* 2018-06-20: 0 and the day number; 1 when a part is zero or the day does not exist; -1 when it is no date. */
static int parse_date(const char *p, size_t len, int64_t *days)
{
	int y, m, d;

	if (len < 10 || p[4] != '-' || p[7] != '-')
		return -1;
	y = digits_at(p, 4);
	m = digits_at(p + 5, 2);
	d = digits_at(p + 8, 2);
	if (y < 0 || m < 0 || d < 0 || m > 12)
		return -1;
	if (m == 0 || d == 0)
		return 1;
	*days = num_days(y, m, d);
	return d > num_month_days(y, m);
}

/* "[.fraction]" to microseconds. */
static int parse_fraction(const char *p, size_t len, int64_t *us)
{
	int v;

	*us = 0;
	if (len == 0)
		return 0;
	if (*p != '.' || len > 7 || (v = digits_at(p + 1, (int)len - 1)) < 0)
		return -1;
	for (size_t i = len - 1; i < 6; i++)
		v *= 10;
	*us = v;
	return 0;
}

/* "hh:mm:ss[.fraction]", hours of two or three digits. */
static int parse_clock(const char *p, size_t len, int64_t *us)
{
	int wide = len > 3 && p[2] != ':', h, m, s;
	int64_t fraction;

	if (len < 8u + (unsigned)wide || p[2 + wide] != ':' || p[5 + wide] != ':')
		return -1;
	h = digits_at(p, 2 + wide);
	m = digits_at(p + 3 + wide, 2);
	s = digits_at(p + 6 + wide, 2);
	if (h < 0 || m < 0 || s < 0 || parse_fraction(p + 8 + wide, len - 8 - (size_t)wide, &fraction) < 0)
		return -1;
	*us = ((int64_t)h * 3600 + m * 60 + s) * US_PER_S + fraction;
	return 0;
}

static void zero_date(const struct text_cell *cell, const char *p, size_t len, struct value *out)
{
	*out = (struct value){ .kind = VALUE_ZERODATE, .aux = cell->column->scale, .p = p, .len = (uint32_t)len };
}

static int read_date(const struct text_cell *cell, struct arena *arena, const char *p, size_t len, struct value *out)
{
	int64_t days = 0;
	int r = parse_date(p, len, &days);

	if (r < 0 || len != 10)
		return -1;
	if (r == 1)
		zero_date(cell, p, len, out);
	else
		*out = (struct value){ .kind = VALUE_DATE, .i = days };
	return 0;
}

static int read_datetime(const struct text_cell *cell, struct arena *arena, const char *p, size_t len,
		struct value *out)
{
	int64_t days = 0, us;
	int r = parse_date(p, len, &days);

	if (r < 0 || len < 19 || parse_clock(p + 11, len - 11, &us) < 0)
		return -1;
	if (r == 1)
		zero_date(cell, p, len, out);
	else
		*out = (struct value){
			.kind = cell->column->type == COL_TIMESTAMP ? VALUE_TIMESTAMP : VALUE_DATETIME,
			.aux = cell->column->scale,
			.i = days * US_PER_DAY + us,
		};
	return 0;
}

static int read_time(const struct text_cell *cell, struct arena *arena, const char *p, size_t len, struct value *out)
{
	bool minus = len > 0 && *p == '-';
	int64_t us;

	if (parse_clock(p + minus, len - minus, &us) < 0)
		return -1;
	*out = (struct value){ .kind = VALUE_TIME, .aux = cell->column->scale, .i = minus ? -us : us };
	return 0;
}

/* ---- rows ---- */

static int (*reader_of(const struct column *c))(const struct text_cell *, struct arena *, const char *, size_t,
		struct value *)
{
	switch (column_class(c)) {
	case CLASS_INTEGER: return c->type == COL_BIGINT && c->is_unsigned ? read_uint : read_int;
	case CLASS_YEAR: return read_int;
	case CLASS_FLOAT: return read_float;
	case CLASS_DECIMAL: return read_decimal;
	case CLASS_BIT: return read_bit;
	case CLASS_DATE: return read_date;
	case CLASS_TIME: return read_time;
	case CLASS_DATETIME: return read_datetime;
	case CLASS_ENUM: return read_enum;
	case CLASS_CHAR:
	case CLASS_TEXT:
	case CLASS_SET:
	case CLASS_JSON: return read_text;
	case CLASS_BINARY:
	case CLASS_BLOB:
	case CLASS_GEOMETRY:
	case CLASS_OPAQUE: return read_bytes;
	default: return NULL;
	}
}

int text_reader_init(struct text_reader *r, struct schema *schema, struct err *err)
{
	r->schema = schema_ref(schema);
	r->cells = xcalloc(schema->ncolumns + 1, sizeof(*r->cells));
	for (unsigned i = 0; i < schema->ncolumns; i++) {
		const struct column *c = &schema->columns[i];
		struct text_cell *cell = &r->cells[i];

		*cell = (struct text_cell){ .read = reader_of(c), .column = c };
		for (unsigned k = 0; c->type == COL_ENUM && k < c->labels; k++)
			cell->empty_label |= c->label[k][0] == '\0';
		if (cell->read == NULL) {
			err_set(err, ERR_DATA, 0, "table %s.%s: column %s has the type '%s', which is not understood",
					schema->db, schema->table, c->name,
					c->type_text ? c->type_text : column_type_name(c->type));
			text_reader_done(r);
			return -1;
		}
	}
	return 0;
}

void text_reader_done(struct text_reader *r)
{
	free(r->cells);
	schema_unref(r->schema);
	*r = (struct text_reader){ 0 };
}

void text_select_list(const struct schema *schema, struct buf *out)
{
	for (unsigned i = 0; i < schema->ncolumns; i++) {
		const struct column *c = &schema->columns[i];

		buf_puts(out, i ? ", " : "");
		buf_puts(out, c->type == COL_FLOAT ? "(" : "");
		buf_put_quoted(out, c->name, '`');
		buf_puts(out, c->type == COL_FLOAT ? " + 0e0)" : "");
	}
}

int text_row(const struct text_reader *r, struct arena *arena, const uint8_t *p, size_t len, struct value *out,
		struct err *err)
{
	struct bytes in = bytes_of(p, len);

	for (unsigned i = 0; i < r->schema->ncolumns; i++) {
		const struct text_cell *cell = &r->cells[i];
		const uint8_t *text;
		size_t n;

		if (in.at < in.end && *in.at == LENENC_NULL) {
			in.at++;
			out[i] = value_null();
			continue;
		}
		n = in.at < in.end && *in.at < LENENC_NULL ? *in.at++ : bytes_lenenc(&in);
		text = bytes_take(&in, n);
		if (text == NULL || cell->read(cell, arena, (const char *)text, n, &out[i]) < 0)
			return err_set(err, ERR_DATA, 0,
					"table %s.%s: column %s (%s): the server sent a value of %zu bytes that is no "
					"such value",
					r->schema->db, r->schema->table, cell->column->name,
					column_type_name(cell->column->type), n);
	}
	return 0;
}
