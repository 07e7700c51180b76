/*
 * format_read.c - the readers, one per shape, exact inverses of the writers in format_cell.c. Input is hostile: a
 * number that does not fit, bad base64 or a day that does not exist is refused, never rounded.
 */
#include <math.h>
#include <string.h>

#include "core/num/num.h"
#include "format/cell/format_bigint.h"
#include "format/cell/format_date.h"
#include "format/cell/format_read.h"

/* The hot one: digits straight from the text. What follows is checked by the caller's next comparison. */
static bool read_i64(struct json *j, int64_t *out)
{
	const char *p = j->at, *end = j->end;
	bool negative = p < end && *p == '-';
	uint64_t u = 0, limit = (uint64_t)INT64_MAX + negative;
	const char *first = p += negative;

	for (; p < end && (unsigned char)(*p - '0') <= 9; p++) {
		unsigned digit = (unsigned char)(*p - '0');

		if (u > (limit - digit) / 10)
			return false;
		u = u * 10 + digit;
	}
	if (p == first || (*first == '0' && p - first > 1))
		return false;
	*out = negative ? (int64_t)(0 - u) : (int64_t)u;
	j->at = p;
	return true;
}

static bool read_number(struct json *j, struct json_slice *s)
{
	return json_value(j, s) == JSON_NUMBER;
}

/* A string without escapes: all that is not free text has none. */
static bool read_plain(struct json *j, struct json_slice *s)
{
	return json_value(j, s) == JSON_STRING && !s->escaped;
}

static bool read_int(struct json *j, struct arena *a, const struct read_cell *c, struct value *out)
{
	out->kind = VALUE_INT;
	return read_i64(j, &out->i);
}

static bool read_uint(struct json *j, struct arena *a, const struct read_cell *c, struct value *out)
{
	out->kind = VALUE_UINT; /* the wrap of bigint.unsigned.handling.mode=long, undone */
	return read_i64(j, &out->i);
}

static bool read_boolean(struct json *j, struct arena *a, const struct read_cell *c, struct value *out)
{
	struct json_slice s;
	enum json_kind kind = json_value(j, &s);

	out->kind = c->column && c->column->type == COL_BIT ? VALUE_UINT : VALUE_INT;
	out->i = kind == JSON_TRUE;
	return kind == JSON_TRUE || kind == JSON_FALSE;
}

static bool read_double(struct json *j, struct arena *a, const struct read_cell *c, struct value *out)
{
	struct json_slice s;

	out->kind = VALUE_DOUBLE;
	return read_number(j, &s) && num_parse_double(s.p, s.len, &out->d) && isfinite(out->d);
}

static bool read_float(struct json *j, struct arena *a, const struct read_cell *c, struct value *out)
{
	if (!read_double(j, a, c, out))
		return false;
	out->kind = VALUE_FLOAT;
	out->d = (float)out->d;
	return isfinite(out->d);
}

/* ---- decimals ---- */

static bool decimal_text(struct arena *a, const char *digits, size_t len, uint8_t scale, struct value *out)
{
	*out = (struct value){
		.kind = VALUE_BIGDECIMAL,
		.aux = scale,
		.len = (uint32_t)len,
		.p = arena_dup(a, digits, len),
	};
	return len > 0;
}

static bool decimal_from_bytes(struct arena *a, const uint8_t *p, size_t len, uint8_t scale, struct value *out)
{
	char text[BIGINT_DIGITS + 4];

	*out = (struct value){ .kind = VALUE_DECIMAL, .aux = scale };
	return bigint_to_i64(p, len, &out->i) || decimal_text(a, text, bigint_to_text(text, p, len, scale), scale, out);
}

static bool read_decimal_bytes(struct json *j, uint8_t bytes[BIGINT_BYTES + 8], size_t *len)
{
	struct json_slice s;

	return read_plain(j, &s) && s.len <= BIGINT_BYTES / 3 * 4 && num_unbase64(bytes, s.p, s.len, len) == 0 &&
			*len > 0;
}

static bool read_decimal(struct json *j, struct arena *a, const struct read_cell *c, struct value *out)
{
	uint8_t bytes[BIGINT_BYTES + 8];
	size_t len;

	return read_decimal_bytes(j, bytes, &len) && decimal_from_bytes(a, bytes, len, c->digits, out);
}

static bool read_unsigned_decimal(struct json *j, struct arena *a, const struct read_cell *c, struct value *out)
{
	uint8_t bytes[BIGINT_BYTES + 8];
	size_t len;

	out->kind = VALUE_UINT;
	out->u = 0;
	if (!read_decimal_bytes(j, bytes, &len) || bytes[0] & 0x80 || len > 9 || (len == 9 && bytes[0]))
		return false;
	for (size_t i = 0; i < len; i++)
		out->u = out->u << 8 | bytes[i];
	return true;
}

struct decimal_digits { /* digits * 10^exponent */
	char p[BIGINT_DIGITS];
	int n, exponent;
	bool negative;
};

static bool digits_take(struct decimal_digits *d, const char *p, size_t len)
{
	const char *end = p + len;
	int64_t exponent = 0;
	bool point = false;

	*d = (struct decimal_digits){ .negative = len && *p == '-' };
	for (p += d->negative; p < end && (*p | 32) != 'e'; p++) {
		if (*p == '.' && !point) {
			point = true;
			continue;
		}
		if ((unsigned char)(*p - '0') > 9 || d->n == BIGINT_DIGITS)
			return false;
		if (d->n || *p != '0')
			d->p[d->n++] = *p;
		d->exponent -= point;
	}
	if (p < end && (!num_parse_i64(p + 1, (size_t)(end - p - 1), &exponent) || exponent > 400 || exponent < -400))
		return false;
	d->exponent += (int)exponent;
	return true;
}

/* Brings the digits to the scale: zeros behind, or cut half up where the writer had a double. */
static bool digits_scale(struct decimal_digits *d, int scale, bool may_round)
{
	int up = 0;

	while (d->n && d->exponent > -scale && d->n < BIGINT_DIGITS)
		d->p[d->n++] = '0', d->exponent--;
	while (d->n && d->exponent < -scale) {
		if (d->p[d->n - 1] != '0' && !may_round)
			return false;
		up = d->p[--d->n] >= '5';
		d->exponent++;
	}
	for (int i = d->n; up && i-- > 0;) {
		up = d->p[i] == '9';
		d->p[i] = up ? '0' : (char)(d->p[i] + 1);
	}
	if (up) {
		if (d->n == BIGINT_DIGITS)
			return false;
		memmove(d->p + 1, d->p, (size_t)d->n++);
		d->p[0] = '1';
	}
	return d->n == 0 || d->exponent == -scale;
}

static bool digits_value(struct arena *a, const struct decimal_digits *d, uint8_t scale, struct value *out)
{
	uint8_t bytes[BIGINT_BYTES];
	char text[BIGINT_DIGITS + 1];
	size_t n = 0;

	text[n++] = '-';
	memcpy(text + n, d->p, (size_t)d->n);
	n += (size_t)d->n;
	if (d->n == 0) {
		*out = (struct value){ .kind = VALUE_DECIMAL, .aux = scale };
		return true;
	}
	n = d->negative ? bigint_from_text(bytes, text, n) : bigint_from_text(bytes, text + 1, n - 1);
	return n && decimal_from_bytes(a, bytes, n, scale, out);
}

static bool read_decimal_string(struct json *j, struct arena *a, const struct read_cell *c, struct value *out)
{
	struct decimal_digits d;
	struct json_slice s;

	return read_plain(j, &s) && s.len && digits_take(&d, s.p, s.len) && digits_scale(&d, c->digits, false) &&
			digits_value(a, &d, c->digits, out);
}

static bool read_decimal_double(struct json *j, struct arena *a, const struct read_cell *c, struct value *out)
{
	struct decimal_digits d;
	struct json_slice s;

	return read_number(j, &s) && digits_take(&d, s.p, s.len) && digits_scale(&d, c->digits, true) &&
			digits_value(a, &d, c->digits, out);
}

/* ---- text and bytes ---- */

static bool read_text(struct json *j, struct arena *a, const struct read_cell *c, struct value *out)
{
	struct json_slice s;
	const char *p;
	size_t len;

	if (json_value(j, &s) != JSON_STRING)
		return false;
	if (!s.escaped) {
		*out = value_text(s.p, s.len);
		return true;
	}
	if (json_text(&s, a, &p, &len) < 0)
		return false;
	*out = value_text(p, len);
	return true;
}

/* An empty text is index 0 of an ENUM, unless an option is empty. */
static bool read_enum(struct json *j, struct arena *a, const struct read_cell *c, struct value *out)
{
	if (!read_text(j, a, c, out))
		return false;
	for (unsigned i = 0; out->len == 0 && i < c->column->labels; i++)
		if (c->column->label[i][0] == '\0')
			return true;
	if (out->len == 0)
		out->flags = VALUE_F_INVALID_ENUM;
	return true;
}

static bool bytes_value(struct arena *a, const char *p, size_t len, struct value *out)
{
	char *bytes = arena_alloc(a, len / 4 * 3 + 4);
	size_t n;

	if (num_unbase64(bytes, p, len, &n) < 0)
		return false;
	*out = (struct value){ .kind = VALUE_BYTES, .len = (uint32_t)n, .p = bytes };
	return true;
}

static bool read_base64(struct json *j, struct arena *a, const struct read_cell *c, struct value *out)
{
	struct json_slice s;

	return read_plain(j, &s) && bytes_value(a, s.p, s.len, out);
}

static bool read_base64_url(struct json *j, struct arena *a, const struct read_cell *c, struct value *out)
{
	struct json_slice s;
	char *standard;

	if (!read_plain(j, &s))
		return false;
	standard = arena_dup(a, s.p, s.len);
	for (size_t i = 0; i < s.len; i++)
		standard[i] = standard[i] == '-' ? '+' : standard[i] == '_' ? '/' : standard[i];
	return bytes_value(a, standard, s.len, out);
}

static bool read_hex(struct json *j, struct arena *a, const struct read_cell *c, struct value *out)
{
	struct json_slice s;
	char *bytes;

	if (!read_plain(j, &s) || s.len % 2)
		return false;
	bytes = arena_alloc(a, s.len / 2 + 1);
	for (size_t i = 0; i < s.len / 2; i++) {
		int high = num_hex_digit(s.p[2 * i]), low = num_hex_digit(s.p[2 * i + 1]);

		if (high < 0 || low < 0)
			return false;
		bytes[i] = (char)(high << 4 | low);
	}
	*out = (struct value){ .kind = VALUE_BYTES, .len = (uint32_t)(s.len / 2), .p = bytes };
	return true;
}

static bool read_bits(struct json *j, struct arena *a, const struct read_cell *c, struct value *out)
{
	struct json_slice s;
	uint8_t bytes[16];
	size_t n;

	if (!read_plain(j, &s) || s.len > 12 || num_unbase64(bytes, s.p, s.len, &n) < 0 || n > 8)
		return false;
	*out = (struct value){ .kind = VALUE_UINT };
	while (n-- > 0)
		out->u = out->u << 8 | bytes[n];
	return true;
}

/* ---- times ---- */

static bool read_scaled(struct json *j, const struct read_cell *c, struct value *out, enum value_kind kind,
		int64_t factor)
{
	*out = (struct value){ .kind = kind, .aux = c->digits };
	return read_i64(j, &out->i) && !__builtin_mul_overflow(out->i, factor, &out->i);
}

static bool read_divided(struct json *j, const struct read_cell *c, struct value *out, enum value_kind kind)
{
	*out = (struct value){ .kind = kind, .aux = c->digits };
	if (!read_i64(j, &out->i))
		return false;
	out->i = out->i / 1000 - (out->i % 1000 < 0);
	return true;
}

static bool read_date(struct json *j, struct arena *a, const struct read_cell *c, struct value *out)
{
	*out = (struct value){ .kind = VALUE_DATE };
	return read_i64(j, &out->i) && out->i >= -4000000 && out->i <= 4000000;
}

static bool read_micro_time(struct json *j, struct arena *a, const struct read_cell *c, struct value *out)
{
	return read_scaled(j, c, out, VALUE_TIME, 1);
}

static bool read_milli_time(struct json *j, struct arena *a, const struct read_cell *c, struct value *out)
{
	return read_scaled(j, c, out, VALUE_TIME, 1000);
}

static bool read_nano_time(struct json *j, struct arena *a, const struct read_cell *c, struct value *out)
{
	return read_divided(j, c, out, VALUE_TIME);
}

/* Years beyond 9999 are no DATETIME, and would overflow what comes later. */
static bool datetime_is_sane(const struct value *v)
{
	return v->i >= INT64_C(-70000000000000000) && v->i <= INT64_C(260000000000000000);
}

static bool read_millis(struct json *j, struct arena *a, const struct read_cell *c, struct value *out)
{
	return read_scaled(j, c, out, VALUE_DATETIME, 1000) && datetime_is_sane(out);
}

static bool read_micros(struct json *j, struct arena *a, const struct read_cell *c, struct value *out)
{
	return read_scaled(j, c, out, VALUE_DATETIME, 1) && datetime_is_sane(out);
}

static bool read_nanos(struct json *j, struct arena *a, const struct read_cell *c, struct value *out)
{
	return read_divided(j, c, out, VALUE_DATETIME);
}

static bool read_zoned(struct json *j, struct arena *a, const struct read_cell *c, struct value *out)
{
	struct json_slice s;

	*out = (struct value){ .kind = VALUE_TIMESTAMP, .aux = c->digits };
	return read_plain(j, &s) && date_parse(s.p, s.len, &out->i);
}

/* ---- structs and arrays ---- */

/* {"wkb":"..","srid":4326}, with x and y in front for a point: back to MySQL's four bytes of srid and the WKB. */
static bool read_geometry(struct json *j, struct arena *a, const struct read_cell *c, struct value *out)
{
	struct json_slice key, v, wkb = { 0 };
	int64_t srid = 0;
	size_t n;
	char *bytes;

	if (!json_enter(j, '{'))
		return false;
	while (json_member(j, &key)) {
		json_value(j, &v);
		if (json_is(&key, "wkb"))
			wkb = v;
		else if (json_is(&key, "srid") && v.kind != JSON_NULL && !num_parse_i64(v.p, v.len, &srid))
			return false;
	}
	if (j->problem || wkb.kind != JSON_STRING || wkb.escaped)
		return false;
	bytes = arena_alloc(a, 4 + wkb.len / 4 * 3 + 4);
	for (int i = 0; i < 4; i++)
		bytes[i] = (char)((uint64_t)srid >> 8 * i);
	if (num_unbase64(bytes + 4, wkb.p, wkb.len, &n) < 0 || n < 5)
		return false;
	*out = (struct value){ .kind = VALUE_BYTES, .len = (uint32_t)(n + 4), .p = bytes };
	return true;
}

static bool read_vector(struct json *j, struct arena *a, const struct read_cell *c, struct value *out)
{
	struct json_slice s;
	struct json items;
	unsigned char *bytes;
	uint32_t n = 0;

	if (json_value(j, &s) != JSON_ARRAY)
		return false;
	/* each element takes at least two bytes of text: a digit and a comma or bracket */
	bytes = arena_alloc(a, s.len * 2 + 4);
	json_init(&items, s.p, s.len);
	json_enter(&items, '[');
	while (json_element(&items)) {
		struct json_slice item;
		uint32_t u;
		double d;
		float f;

		if (!read_number(&items, &item) || !num_parse_double(item.p, item.len, &d) || !isfinite(f = (float)d))
			return false;
		memcpy(&u, &f, 4);
		for (int i = 0; i < 4; i++)
			bytes[n++] = (unsigned char)(u >> 8 * i);
	}
	*out = (struct value){ .kind = VALUE_BYTES, .len = n, .p = (char *)bytes };
	return !items.problem;
}

/* ---- without any schema ---- */

static bool dynamic_text(const struct json_slice *s, struct arena *a, struct value *out)
{
	const char *p = s->p;
	size_t len = s->len;

	if (s->kind == JSON_STRING && json_text(s, a, &p, &len) < 0)
		return false;
	*out = value_text(p, len);
	return true;
}

bool cell_read_dynamic(struct json *j, struct arena *a, const struct read_cell *c, struct value *out)
{
	struct json_slice s;
	enum json_kind kind = json_value(j, &s);

	if (kind == JSON_ERROR || kind == JSON_END)
		return false;
	switch (c->column->type) {
	case COL_TINYINT: *out = value_int(kind == JSON_TRUE); return kind == JSON_TRUE || kind == JSON_FALSE;
	case COL_BIGINT: out->kind = VALUE_INT; return kind == JSON_NUMBER && num_parse_i64(s.p, s.len, &out->i);
	case COL_DOUBLE:
		out->kind = VALUE_DOUBLE;
		return kind == JSON_NUMBER && num_parse_double(s.p, s.len, &out->d) && isfinite(out->d);
	default: return dynamic_text(&s, a, out);
	}
}

cell_read_fn *cell_reader(enum cell_shape shape, const struct column *c)
{
	static cell_read_fn *const readers[CELL_SHAPES] = {
		[CELL_BOOLEAN] = read_boolean,
		[CELL_INT] = read_int,
		[CELL_LONG_UNSIGNED] = read_uint,
		[CELL_FLOAT] = read_float,
		[CELL_DOUBLE] = read_double,
		[CELL_DECIMAL] = read_decimal,
		[CELL_DECIMAL_DOUBLE] = read_decimal_double,
		[CELL_DECIMAL_STRING] = read_decimal_string,
		[CELL_UNSIGNED_DECIMAL] = read_unsigned_decimal,
		[CELL_TEXT] = read_text,
		[CELL_BASE64] = read_base64,
		[CELL_BASE64_URL] = read_base64_url,
		[CELL_HEX] = read_hex,
		[CELL_BITS] = read_bits,
		[CELL_DATE] = read_date,
		[CELL_MICRO_TIME] = read_micro_time,
		[CELL_MILLI_TIME] = read_milli_time,
		[CELL_MILLIS] = read_millis,
		[CELL_MICROS] = read_micros,
		[CELL_ZONED] = read_zoned,
		[CELL_GEOMETRY] = read_geometry,
		[CELL_POINT] = read_geometry,
		[CELL_VECTOR] = read_vector,
		[CELL_NANO_TIME] = read_nano_time,
		[CELL_NANOS] = read_nanos,
	};

	if (c->type == COL_ENUM)
		return read_enum;
	if (c->type == COL_FLOAT && shape == CELL_DOUBLE)
		return read_float;
	return readers[shape];
}
