/*
 * format_default.c - a default is text from a DDL; a message shows it by the rules of a value of that column. So the
 * text is turned into a value and given to the cell's own writer. What does not convert has no default, as in Debezium.
 */
#include <limits.h>
#include <math.h>
#include <string.h>

#include "core/num/num.h"
#include "format/cell/format_bigint.h"
#include "format/cell/format_cell.h"
#include "format/cell/format_date.h"
#include "format/cell/format_default.h"

struct default_text {
	const char *p;
	size_t len;
	char digits[BIGINT_DIGITS + 8]; /* room for a decimal that had to be rescaled */
	char bytes[65535];		/* and for the bytes of the longest VARBINARY */
};

typedef bool default_fn(const struct column *c, struct default_text *t, struct value *v);

static bool is_bit_literal(const struct default_text *t)
{
	return t->len >= 3 && (t->p[0] == 'b' || t->p[0] == 'B') && t->p[1] == '\'' && t->p[t->len - 1] == '\'';
}

static bool is_hex_literal(const struct default_text *t)
{
	return t->len >= 2 && ((t->p[0] == '0' && (t->p[1] | 32) == 'x') || ((t->p[0] | 32) == 'x' && t->p[1] == '\''));
}

static bool parse_bits(const struct default_text *t, uint64_t *out)
{
	uint64_t u = 0;

	if (t->len - 3 > 64)
		return false;
	for (size_t i = 2; i < t->len - 1; i++) {
		if (t->p[i] != '0' && t->p[i] != '1')
			return false;
		u = u << 1 | (uint64_t)(t->p[i] - '0');
	}
	*out = u;
	return true;
}

static bool text_is(const struct default_text *t, const char *word)
{
	return strlen(word) == t->len && strncasecmp(t->p, word, t->len) == 0;
}

static bool default_int(const struct column *c, struct default_text *t, struct value *v)
{
	double d;

	v->kind = c->is_unsigned || c->type == COL_BIT ? VALUE_UINT : VALUE_INT;
	if (is_bit_literal(t))
		return parse_bits(t, &v->u);
	if (text_is(t, "true") || text_is(t, "false"))
		return v->u = text_is(t, "true"), true;
	if (v->kind == VALUE_UINT ? num_parse_u64(t->p, t->len, &v->u) : num_parse_i64(t->p, t->len, &v->i))
		return true;
	if (!num_parse_double(t->p, t->len, &d) || !(fabs(d) < 9e18))
		return false;
	v->i = llround(d);
	return true;
}

static bool default_double(const struct column *c, struct default_text *t, struct value *v)
{
	v->kind = (uint8_t)column_types[c->type].stored;
	if (!num_parse_double(t->p, t->len, &v->d) || !isfinite(v->d))
		return false;
	if (c->type == COL_FLOAT)
		v->d = (float)v->d;
	return isfinite(v->d);
}

/* The digits without their point: how many of them are whole; -1 when it is no such number. */
static int point_digits(const struct default_text *t, size_t sign, char *d, size_t *n)
{
	bool point = false;
	int whole = 0;

	for (size_t i = sign; i < t->len; i++) {
		if (t->p[i] == '.' && !point) {
			point = true;
			continue;
		}
		if ((unsigned char)(t->p[i] - '0') > 9 || *n == BIGINT_DIGITS)
			return -1;
		d[(*n)++] = t->p[i];
		whole += !point;
	}
	return *n ? whole : -1;
}

/* Brings the digits to the column's scale, half up: adds zeros, or cuts and carries. Then puts the point in. */
static bool default_decimal(const struct column *c, struct default_text *t, struct value *v)
{
	size_t sign = t->len && (t->p[0] == '-' || t->p[0] == '+'), n = 0, keep;
	char *d = t->digits + 3; /* room for a zero, a carry and a sign in front */
	int whole = point_digits(t, sign, d, &n);
	bool carry;

	if (whole < 0 || (size_t)whole + c->scale > BIGINT_DIGITS)
		return false;
	keep = (size_t)whole + c->scale;
	carry = n > keep && d[keep] >= '5';
	for (; n < keep; n++)
		d[n] = '0';
	for (size_t i = n = keep; carry && i-- > 0;) {
		carry = d[i] == '9';
		d[i] = carry ? '0' : (char)(d[i] + 1);
	}
	if (carry)
		*--d = '1', n++;
	for (; n > (size_t)c->scale + 1 && *d == '0'; n--)
		d++;
	if (n == c->scale)
		*--d = '0', n++;
	if (c->scale) {
		memmove(d + n - c->scale + 1, d + n - c->scale, c->scale);
		d[n++ - c->scale] = '.';
	}
	if (sign && t->p[0] == '-')
		*--d = '-', n++;
	*v = (struct value){ .kind = VALUE_BIGDECIMAL, .aux = c->scale, .len = (uint32_t)n, .p = d };
	return true;
}

static bool default_text(const struct column *c, struct default_text *t, struct value *v)
{
	*v = value_text(t->p, t->len);
	return true;
}

static bool unhex(char *out, const char *p, size_t digits)
{
	for (size_t i = 0; i + 1 < digits; i += 2) {
		int high = num_hex_digit(p[i]), low = num_hex_digit(p[i + 1]);

		if (high < 0 || low < 0)
			return false;
		*out++ = (char)(high << 4 | low);
	}
	return digits % 2 == 0;
}

/* Bytes as text or as 0x..; BINARY is filled with zeros, as every value of it is. */
static bool default_bytes(const struct column *c, struct default_text *t, struct value *v)
{
	bool hex = t->len >= 2 && memcmp(t->p, "0x", 2) == 0;
	size_t len = hex ? (t->len - 2) / 2 : t->len,
	       whole = c->type == COL_BINARY && c->length > len ? c->length : len;

	if (whole > sizeof(t->bytes))
		return false;
	memset(t->bytes, 0, whole);
	if (!hex)
		memcpy(t->bytes, t->p, len);
	else if (!unhex(t->bytes, t->p + 2, t->len - 2))
		return false;
	*v = (struct value){ .kind = VALUE_BYTES, .len = (uint32_t)whole, .p = t->bytes };
	return true;
}

static bool default_year(const struct column *c, struct default_text *t, struct value *v)
{
	v->kind = VALUE_INT;
	if (!num_parse_i64(t->p, t->len, &v->i))
		return false;
	if (t->len <= 2 && (v->i != 0 || t->len == 2))
		v->i += v->i < 70 ? 2000 : 1900;
	return true;
}

/* A zero date is the epoch where NULL is not allowed, else no default. */
static bool default_zero(const struct column *c, struct value *v)
{
	v->i = 0;
	return !c->nullable;
}

static bool default_date(const struct column *c, struct default_text *t, struct value *v)
{
	v->kind = VALUE_DATE;
	if (date_is_zero(t->p, t->len))
		return default_zero(c, v);
	if (!date_parse(t->p, t->len, &v->i))
		return false;
	v->i = v->i / 86400000000 - (v->i % 86400000000 < 0);
	return true;
}

static bool default_instant(const struct column *c, struct default_text *t, struct value *v)
{
	v->kind = (uint8_t)column_types[c->type].stored;
	if (date_is_zero(t->p, t->len))
		return default_zero(c, v);
	return date_parse(t->p, t->len, &v->i);
}

static bool default_time(const struct column *c, struct default_text *t, struct value *v)
{
	v->kind = VALUE_TIME;
	return date_parse_time(t->p, t->len, &v->i);
}

static default_fn *const parsers[CLASS_COUNT] = {
	[CLASS_INTEGER] = default_int,
	[CLASS_BIT] = default_int,
	[CLASS_YEAR] = default_year,
	[CLASS_FLOAT] = default_double,
	[CLASS_DECIMAL] = default_decimal,
	[CLASS_DATE] = default_date,
	[CLASS_TIME] = default_time,
	[CLASS_DATETIME] = default_instant,
	[CLASS_CHAR] = default_text,
	[CLASS_ENUM] = default_text,
	[CLASS_SET] = default_text,
	[CLASS_BINARY] = default_bytes,
};

static void cell_for(struct format_cell *cell, const struct column *c, const struct format_type *t)
{
	*cell = (struct format_cell){
		.write = cell_writer(t->shape),
		.column = c,
		.null_text = "null\0\0\0\0\0\0\0\0\0\0\0\0",
		.null_len = 4,
		.digits = t->shape == CELL_BITS ? (uint8_t)((c->length + 7) / 8) : c->scale,
	};
}

/*
 * Appends a value by the column's own writer. The epoch of a zoned timestamp never shows fraction digits: Debezium's
 * does not.
 */
static bool default_append(struct buf *b, const struct column *c, const struct format_type *t, const struct value *v)
{
	struct cell_env env = { .snapshot = t->shape == CELL_ZONED && v->i == 0 };
	struct format_cell cell;
	char *out, *end;

	cell_for(&cell, c, t);
	out = buf_reserve(b, CELL_FIXED_BOUND + (value_has_bytes(v) ? 6 * (size_t)v->len : 0));
	end = out ? cell.write(out, &cell, v, &env) : NULL;
	if (end == NULL || (end - out == 4 && memcmp(out, "null", 4) == 0))
		return false;
	b->len += (size_t)(end - out);
	return true;
}

static bool now_value(const struct column *c, struct value *v)
{
	*v = (struct value){ .kind = c->type == COL_DATETIME ? VALUE_DATETIME : VALUE_TIMESTAMP };
	return c->type == COL_DATETIME || (c->type == COL_TIMESTAMP && !c->nullable);
}

bool format_default_write(struct buf *b, const struct column *c, const struct format_type *t)
{
	struct default_text text;
	default_fn *parse = parsers[column_class(c)];
	struct value v = { 0 };

	text.p = c->default_text;
	text.len = c->default_text ? strlen(c->default_text) : 0;
	if (c->generated)
		return false;
	if (c->default_kind == DEFAULT_NOW)
		return now_value(c, &v) && default_append(b, c, t, &v);
	if (c->default_kind != DEFAULT_LITERAL || !c->default_text || !parse ||
			(parse != default_text && parse != default_bytes && is_hex_literal(&text)))
		return false;
	return parse(c, &text, &v) && default_append(b, c, t, &v);
}

static const char *const fallback_text[CELL_SHAPES] = {
	[CELL_BOOLEAN] = "false",
	[CELL_INT] = "0",
	[CELL_LONG_UNSIGNED] = "0",
	[CELL_FLOAT] = "0.0",
	[CELL_DOUBLE] = "0.0",
	[CELL_DECIMAL] = "\"AA==\"",
	[CELL_DECIMAL_DOUBLE] = "0.0",
	[CELL_DECIMAL_STRING] = "\"0\"",
	[CELL_UNSIGNED_DECIMAL] = "\"AA==\"",
	[CELL_TEXT] = "\"\"",
	[CELL_BASE64] = "\"\"",
	[CELL_BASE64_URL] = "\"\"",
	[CELL_HEX] = "\"\"",
	[CELL_BITS] = "\"\"",
	[CELL_DATE] = "0",
	[CELL_MICRO_TIME] = "0",
	[CELL_MILLI_TIME] = "0",
	[CELL_MILLIS] = "0",
	[CELL_MICROS] = "0",
	[CELL_ZONED] = "\"1970-01-01T00:00:00Z\"",
	[CELL_GEOMETRY] = "{\"wkb\":\"AQcAAAAAAAAA\",\"srid\":null}",
	[CELL_POINT] = "null",
	[CELL_VECTOR] = "[]",
};

void format_null_write(struct buf *b, const struct column *c, const struct format_type *t, bool replace)
{
	if ((replace || !c->nullable) && format_default_write(b, c, t))
		return;
	if (c->nullable)
		buf_puts(b, "null");
	else
		buf_puts(b, c->type == COL_JSON ? "\"{}\"" : fallback_text[t->shape]);
}
