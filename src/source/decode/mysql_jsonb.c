/*
 * mysql_jsonb.c - binary JSON to text. A double has to come out as Debezium writes it (no exponent, then exact), and
 * dates, decimals and bytes hide in "opaque" values with their column type in front.
 */
#include "source/decode/mysql_jsonb.h"

#include <stdio.h>
#include <string.h>

#include "core/num/num.h"
#include "source/decode/mysql_bytes.h"
#include "source/decode/mysql_decimal.h"
#include "source/decode/mysql_jsonb_read.h"
#include "source/decode/mysql_table_map.h"

enum { LITERAL_NULL = 0, LITERAL_TRUE = 1, LITERAL_FALSE = 2, EXACT_DIGITS = 1074 };

static int scalar_short(const char *what, struct err *err)
{
	return err_set(err, ERR_DATA, 0, "JSON document: ends within %s", what);
}

/* ---- strings ---- */

static const char *short_escape(unsigned char c)
{
	switch (c) {
	case '"': return "\\\"";
	case '\\': return "\\\\";
	case '\b': return "\\b";
	case '\t': return "\\t";
	case '\n': return "\\n";
	case '\f': return "\\f";
	case '\r': return "\\r";
	default: return NULL;
	}
}

void jsonb_put_string(struct buf *out, const char *p, size_t len)
{
	size_t start = 0;

	buf_putc(out, '"');
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)p[i];
		const char *escape;

		if (c >= 0x20 && c != '"' && c != '\\')
			continue;
		buf_put(out, p + start, i - start);
		start = i + 1;
		escape = short_escape(c);
		if (escape)
			buf_puts(out, escape);
		else
			buf_printf(out, "\\u%04X", c);
	}
	buf_put(out, p + start, len - start);
	buf_putc(out, '"');
}

/* Seven bits a byte, lowest first. */
static const uint8_t *string_open(const struct jsonb_value *v, size_t skip, size_t *len)
{
	uint64_t n = 0;
	size_t i = skip;

	for (unsigned shift = 0; shift < 35 && i < v->len; shift += 7, i++) {
		n |= (uint64_t)(v->p[i] & 0x7f) << shift;
		if (v->p[i] & 0x80)
			continue;
		i++;
		if (n > v->len - i)
			return NULL;
		*len = n;
		return v->p + i;
	}
	return NULL;
}

/* ---- numbers ---- */

static void put_i64(struct buf *out, int64_t v)
{
	char text[24];

	buf_put(out, text, num_i64(text, v));
}

static void put_u64(struct buf *out, uint64_t v)
{
	char text[24];

	buf_put(out, text, num_u64(text, v));
}

/* All digits of the binary value, the way of BigDecimal.toPlainString(). The locale may have given it a comma. */
static void put_exact_double(struct buf *out, double d)
{
	char text[EXACT_DIGITS + 330];
	size_t len = (size_t)snprintf(text, sizeof(text), "%.*f", EXACT_DIGITS, d);
	size_t point = len - EXACT_DIGITS - 1;

	text[point] = '.';
	while (text[len - 1] == '0')
		len--;
	if (text[len - 1] == '.')
		len--;
	buf_put(out, text, len);
}

static void put_double(struct buf *out, double d)
{
	char text[40];
	size_t len = num_double(text, d);

	if (memchr(text, 'E', len))
		put_exact_double(out, d);
	else
		buf_put(out, text, len);
}

/* ---- opaque values ---- */

static char *put_fraction(char *at, unsigned micros)
{
	if (micros == 0)
		return at;
	*at++ = '.';
	at += num_pad(at, micros, 6);
	while (at[-1] == '0')
		at--;
	return at;
}

static char *put_clock(char *at, unsigned hour, unsigned minute, unsigned second)
{
	at += hour < 100 ? num_pad(at, hour, 2) : num_u64(at, hour);
	*at++ = ':';
	at += num_pad(at, minute, 2);
	*at++ = ':';
	return at + num_pad(at, second, 2);
}

static void put_time(struct buf *out, int64_t packed)
{
	uint64_t v = packed < 0 ? -(uint64_t)packed : (uint64_t)packed, hms = v >> 24;
	char text[40], *at = text;

	*at++ = '"';
	if (packed < 0)
		*at++ = '-';
	at = put_clock(at, hms >> 12 & 0x3ff, hms >> 6 & 63, hms & 63);
	at = put_fraction(at, (unsigned)(v & 0xffffff) % 1000000);
	*at++ = '"';
	buf_put(out, text, (size_t)(at - text));
}

static void put_datetime(struct buf *out, uint64_t packed, bool date_only)
{
	uint64_t ymd = packed >> 41 & 0x7fffff, hms = packed >> 24 & 0x1ffff;
	char text[48], *at = text;

	*at++ = '"';
	at += num_pad(at, (ymd >> 5) / 13 % 10000, 4);
	*at++ = '-';
	at += num_pad(at, (ymd >> 5) % 13, 2);
	*at++ = '-';
	at += num_pad(at, ymd & 31, 2);
	if (!date_only) {
		*at++ = ' ';
		at = put_clock(at, (unsigned)(hms >> 12), hms >> 6 & 63, hms & 63);
		at = put_fraction(at, (unsigned)(packed & 0xffffff) % 1000000);
	}
	*at++ = '"';
	buf_put(out, text, (size_t)(at - text));
}

static int put_decimal(struct buf *out, const uint8_t *p, size_t len, struct err *err)
{
	char text[DECIMAL_TEXT_MAX];

	if (len < 2 || !decimal_is_valid(p[0], p[1]) || len - 2 < decimal_bytes(p[0], p[1]))
		return scalar_short("a decimal", err);
	buf_put(out, text, decimal_print(p + 2, p[0], p[1], text));
	return 0;
}

static int put_base64(struct buf *out, const uint8_t *p, size_t len, struct err *err)
{
	char *to;

	buf_putc(out, '"');
	to = buf_reserve(out, (len + 2) / 3 * 4);
	if (to == NULL)
		return err_set(err, ERR_DATA, 0, "JSON document: its text is above the limit of %zu bytes", out->max);
	out->len += num_base64(to, p, len);
	buf_putc(out, '"');
	return 0;
}

static int put_opaque(const struct jsonb_value *v, struct buf *out, struct err *err)
{
	size_t len;
	const uint8_t *p = v->len ? string_open(v, 1, &len) : NULL;

	if (p == NULL)
		return scalar_short("an opaque value", err);
	switch (v->p[0]) {
	case MT_NEWDECIMAL: return put_decimal(out, p, len, err);
	case MT_DATE:
	case MT_DATETIME:
	case MT_TIMESTAMP:
	case MT_TIME:
		if (len != 8)
			return err_set(err, ERR_DATA, 0, "JSON document: a date or time of %zu bytes, expected 8", len);
		if (v->p[0] == MT_TIME)
			put_time(out, (int64_t)bytes_le(p, 8));
		else
			put_datetime(out, bytes_le(p, 8), v->p[0] == MT_DATE);
		return 0;
	default: return put_base64(out, p, len, err);
	}
}

/* ---- values ---- */

static int put_literal(const struct jsonb_value *v, struct buf *out, struct err *err)
{
	static const char
			*const text[] = { [LITERAL_NULL] = "null", [LITERAL_TRUE] = "true", [LITERAL_FALSE] = "false" };

	if (v->p[0] > LITERAL_FALSE)
		return err_set(err, ERR_DATA, 0, "JSON document: literal %u is not known", v->p[0]);
	buf_puts(out, text[v->p[0]]);
	return 0;
}

static int put_string(const struct jsonb_value *v, struct buf *out, struct err *err)
{
	size_t len;
	const uint8_t *p = string_open(v, 0, &len);

	if (p == NULL)
		return scalar_short("a string", err);
	jsonb_put_string(out, (const char *)p, len);
	return 0;
}

static double double_of(uint64_t bits)
{
	double d;

	memcpy(&d, &bits, sizeof(d));
	return d;
}

static int jsonb_put_scalar(const struct jsonb_value *v, struct buf *out, struct err *err)
{
	static const uint8_t widths[] = {
		[JSONB_LITERAL] = 1,
		[JSONB_INT16] = 2,
		[JSONB_UINT16] = 2,
		[JSONB_INT32] = 4,
		[JSONB_UINT32] = 4,
		[JSONB_INT64] = 8,
		[JSONB_UINT64] = 8,
		[JSONB_DOUBLE] = 8,
		[JSONB_STRING] = 1,
		[JSONB_OPAQUE] = 2,
	};

	if (v->type >= sizeof(widths) || widths[v->type] == 0)
		return err_set(err, ERR_DATA, 0, "JSON document: value type %u is not known", v->type);
	if (v->len < widths[v->type])
		return scalar_short("a value", err);
	switch (v->type) {
	case JSONB_LITERAL: return put_literal(v, out, err);
	case JSONB_INT16: put_i64(out, (int16_t)bytes_le(v->p, 2)); return 0;
	case JSONB_UINT16: put_u64(out, bytes_le(v->p, 2)); return 0;
	case JSONB_INT32: put_i64(out, (int32_t)bytes_le(v->p, 4)); return 0;
	case JSONB_UINT32: put_u64(out, bytes_le(v->p, 4)); return 0;
	case JSONB_INT64: put_i64(out, (int64_t)bytes_le(v->p, 8)); return 0;
	case JSONB_UINT64: put_u64(out, bytes_le(v->p, 8)); return 0;
	case JSONB_DOUBLE: put_double(out, double_of(bytes_le(v->p, 8))); return 0;
	case JSONB_STRING: return put_string(v, out, err);
	default: return put_opaque(v, out, err);
	}
}

static int put_member(const struct jsonb_container *c, uint32_t i, int depth, size_t *budget, struct buf *out,
		struct err *err)
{
	struct jsonb_value v;

	if (i > 0)
		buf_putc(out, ',');
	if (c->object) {
		const char *key;
		size_t len;

		if (jsonb_key(c, i, &key, &len, err) < 0)
			return -1;
		jsonb_put_string(out, key, len);
		buf_putc(out, ':');
	}
	if (jsonb_element(c, i, &v, err) < 0)
		return -1;
	return jsonb_put_value(&v, depth + 1, budget, out, err);
}

int jsonb_put_value(const struct jsonb_value *v, int depth, size_t *budget, struct buf *out, struct err *err)
{
	struct jsonb_container c;

	if ((*budget)-- == 0)
		return err_set(err, ERR_DATA, 0, "JSON document: more values than bytes");
	if (!jsonb_is_container(v))
		return jsonb_put_scalar(v, out, err);
	if (depth >= JSONB_DEPTH_MAX)
		return err_set(err, ERR_DATA, 0, "JSON document: deeper than %d levels", JSONB_DEPTH_MAX);
	if (jsonb_container_open(v, &c, err) < 0)
		return -1;
	buf_putc(out, c.object ? '{' : '[');
	for (uint32_t i = 0; i < c.count; i++)
		if (put_member(&c, i, depth, budget, out, err) < 0)
			return -1;
	buf_putc(out, c.object ? '}' : ']');
	return 0;
}

int jsonb_print(const void *p, size_t len, struct buf *out, struct err *err)
{
	size_t budget = len + 1;
	struct jsonb_value v;

	if (jsonb_open(p, len, &v, err) < 0 || jsonb_put_value(&v, 0, &budget, out, err) < 0)
		return -1;
	if (out->failed)
		return err_set(err, ERR_DATA, 0, "JSON document: its text is above the limit of %zu bytes", out->max);
	return 0;
}
