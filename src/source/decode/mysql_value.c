/*
 * mysql_value.c - MySQL's storage forms to values. Temporal types are big-endian with a flipped sign and fractions that
 * count downwards when negative; dates that do not exist must come out as text and never as a neighbour.
 */
#include "source/decode/mysql_value.h"

#include <stdlib.h>
#include <string.h>

#include "core/num/num.h"
#include "core/xalloc.h"
#include "source/decode/mysql_bytes.h"
#include "source/decode/mysql_decimal.h"
#include "source/decode/mysql_jsonb.h"

enum { DATETIME_INT_BYTES = 5, TIME_INT_BYTES = 3, TIMESTAMP_INT_BYTES = 4 };

static const int64_t second_us = 1000000;
static const int64_t day_us = 86400 * second_us;

/* ---- numbers ---- */

#define DECODE_INT(name, width, shift) \
	static int decode_##name(const struct decode_context *ctx, const struct column_decoder *c, const uint8_t *p, \
			size_t len, struct value *out) \
	{ \
		out->kind = VALUE_INT; \
		out->i = (int64_t)(bytes_le(p, width) << (shift)) >> (shift); \
		return 0; \
	} \
	static int decode_u##name(const struct decode_context *ctx, const struct column_decoder *c, const uint8_t *p, \
			size_t len, struct value *out) \
	{ \
		out->kind = width == 8 ? VALUE_UINT : VALUE_INT; \
		out->u = bytes_le(p, width); \
		return 0; \
	}

DECODE_INT(tiny, 1, 56)
DECODE_INT(short, 2, 48)
DECODE_INT(int24, 3, 40)
DECODE_INT(long, 4, 32)
DECODE_INT(longlong, 8, 0)

static int decode_float(const struct decode_context *ctx, const struct column_decoder *c, const uint8_t *p, size_t len,
		struct value *out)
{
	uint32_t bits = (uint32_t)bytes_le(p, 4);
	float f;

	memcpy(&f, &bits, sizeof(f));
	out->kind = VALUE_FLOAT;
	out->d = f;
	return 0;
}

static int decode_double(const struct decode_context *ctx, const struct column_decoder *c, const uint8_t *p, size_t len,
		struct value *out)
{
	out->kind = VALUE_DOUBLE;
	out->u = bytes_le(p, 8); /* the same eight bytes */
	return 0;
}

static int decode_bit(const struct decode_context *ctx, const struct column_decoder *c, const uint8_t *p, size_t len,
		struct value *out)
{
	out->kind = VALUE_UINT;
	out->u = bytes_be(p, (unsigned)len);
	return 0;
}

static int decode_decimal(const struct decode_context *ctx, const struct column_decoder *c, const uint8_t *p,
		size_t len, struct value *out)
{
	char *text;

	out->aux = c->scale;
	if (decimal_to_int64(p, c->precision, c->scale, &out->i)) {
		out->kind = VALUE_DECIMAL;
		return 0;
	}
	text = arena_reserve(ctx->arena, DECIMAL_TEXT_MAX);
	out->kind = VALUE_BIGDECIMAL;
	out->p = text;
	out->len = (uint32_t)decimal_print(p, c->precision, c->scale, text);
	arena_commit(ctx->arena, out->len);
	return 0;
}

/* ---- dates and times ---- */

static int decode_year(const struct decode_context *ctx, const struct column_decoder *c, const uint8_t *p, size_t len,
		struct value *out)
{
	out->kind = VALUE_INT;
	out->i = *p ? 1900 + *p : 0;
	return 0;
}

static bool date_exists(unsigned year, unsigned month, unsigned day)
{
	return year >= 1 && month >= 1 && month <= 12 && day >= 1 && (int)day <= num_month_days((int)year, (int)month);
}

/* num_days() for a date that exists, without its care for negative years: the year begins in March here. */
static inline int64_t date_days(unsigned year, unsigned month, unsigned day)
{
	unsigned y = year - (month <= 2), era = y / 400, year_of_era = y - era * 400;
	unsigned day_of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
	unsigned day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;

	return (int64_t)era * 146097 + day_of_era - 719468;
}

struct value_moment {
	unsigned year, month, day, hour, minute, second, micros;
};

/* As MySQL prints it: 0000-00-00 00:00:00.000. */
static void zero_date(const struct decode_context *ctx, const struct value_moment *m, int digits, struct value *out)
{
	static const uint32_t divisor[] = { 1000000, 100000, 10000, 1000, 100, 10, 1 };
	char *text = arena_reserve(ctx->arena, 40), *at = text;

	at += num_pad(at, m->year, 4);
	*at++ = '-';
	at += num_pad(at, m->month, 2);
	*at++ = '-';
	at += num_pad(at, m->day, 2);
	if (digits >= 0) {
		*at++ = ' ';
		at += num_pad(at, m->hour, 2);
		*at++ = ':';
		at += num_pad(at, m->minute, 2);
		*at++ = ':';
		at += num_pad(at, m->second, 2);
	}
	if (digits > 0) {
		*at++ = '.';
		at += num_pad(at, m->micros / divisor[digits], digits);
	}
	out->kind = VALUE_ZERODATE;
	out->aux = (uint8_t)(digits > 0 ? digits : 0);
	out->p = text;
	out->len = (uint32_t)(at - text);
	arena_commit(ctx->arena, out->len);
}

static int decode_date(const struct decode_context *ctx, const struct column_decoder *c, const uint8_t *p, size_t len,
		struct value *out)
{
	uint32_t v = (uint32_t)bytes_le(p, 3);
	struct value_moment m = { .year = v >> 9, .month = v >> 5 & 15, .day = v & 31 };

	if (!date_exists(m.year, m.month, m.day)) {
		zero_date(ctx, &m, -1, out);
		return 0;
	}
	out->kind = VALUE_DATE;
	out->i = date_days(m.year, m.month, m.day);
	return 0;
}

/* Fraction bytes behind the integer part: hundredths, ten-thousandths or millionths, to microseconds. */
static unsigned fraction_us(const uint8_t *p, unsigned digits)
{
	switch ((digits + 1) / 2) {
	case 1: return (unsigned)bytes_be(p, 1) * 10000;
	case 2: return (unsigned)bytes_be(p, 2) * 100;
	case 3: return (unsigned)bytes_be(p, 3);
	default: return 0;
	}
}

static int moment_value(const struct decode_context *ctx, const struct column_decoder *c, const struct value_moment *m,
		struct value *out)
{
	int64_t seconds;

	if (!date_exists(m->year, m->month, m->day)) {
		zero_date(ctx, m, c->scale, out);
		return 0;
	}
	seconds = (int64_t)m->hour * 3600 + m->minute * 60 + m->second;
	out->kind = VALUE_DATETIME;
	out->aux = c->scale;
	out->i = date_days(m->year, m->month, m->day) * day_us + seconds * second_us + m->micros;
	return 0;
}

static int decode_datetime2(const struct decode_context *ctx, const struct column_decoder *c, const uint8_t *p,
		size_t len, struct value *out)
{
	uint64_t v = bytes_be(p, DATETIME_INT_BYTES) - 0x8000000000ull;
	uint64_t date = v >> 17, time = v & 0x1ffff;
	struct value_moment m = {
		.year = (unsigned)(date >> 5) / 13,
		.month = (unsigned)(date >> 5) % 13,
		.day = date & 31,
		.hour = (unsigned)(time >> 12),
		.minute = time >> 6 & 63,
		.second = time & 63,
		.micros = fraction_us(p + DATETIME_INT_BYTES, c->scale),
	};

	if ((int64_t)v < 0 || m.year > 9999 || m.hour > 23 || m.minute > 59 || m.second > 59 || m.micros > 999999)
		return err_set(ctx->err, ERR_DATA, 0, "not a DATETIME: %010llx",
				(unsigned long long)bytes_be(p, DATETIME_INT_BYTES));
	return moment_value(ctx, c, &m, out);
}

/* Before 5.6.4: the decimal digits YYYYMMDDhhmmss. */
static int decode_datetime(const struct decode_context *ctx, const struct column_decoder *c, const uint8_t *p,
		size_t len, struct value *out)
{
	uint64_t v = bytes_le(p, 8);
	uint64_t date = v / 1000000, time = v % 1000000;
	struct value_moment m = {
		.year = (unsigned)(date / 10000 % 10000),
		.month = date / 100 % 100,
		.day = date % 100,
		.hour = (unsigned)(time / 10000),
		.minute = time / 100 % 100,
		.second = time % 100,
	};

	return moment_value(ctx, c, &m, out);
}

static int timestamp_value(const struct decode_context *ctx, const struct column_decoder *c, int64_t seconds,
		unsigned micros, struct value *out)
{
	if (seconds == 0 && micros == 0) {
		zero_date(ctx, &(struct value_moment){ 0 }, c->scale, out);
		return 0;
	}
	if (micros > 999999)
		return err_set(ctx->err, ERR_DATA, 0, "not a TIMESTAMP: %u microseconds", micros);
	out->kind = VALUE_TIMESTAMP;
	out->aux = c->scale;
	out->i = seconds * second_us + micros;
	return 0;
}

static int decode_timestamp2(const struct decode_context *ctx, const struct column_decoder *c, const uint8_t *p,
		size_t len, struct value *out)
{
	return timestamp_value(ctx, c, (int64_t)bytes_be(p, TIMESTAMP_INT_BYTES),
			fraction_us(p + TIMESTAMP_INT_BYTES, c->scale), out);
}

static int decode_timestamp(const struct decode_context *ctx, const struct column_decoder *c, const uint8_t *p,
		size_t len, struct value *out)
{
	return timestamp_value(ctx, c, (int64_t)bytes_le(p, 4), 0, out);
}

/*
 * The integer part and the fraction are one signed number of 24 bits each; the bytes cut off at the end are zero bits,
 * so reading what is there as the high end of a six-byte number gives the fraction its sign for free.
 */
static int decode_time2(const struct decode_context *ctx, const struct column_decoder *c, const uint8_t *p, size_t len,
		struct value *out)
{
	static const unsigned unit_us[] = { 0, 10000, 100, 1 };
	unsigned fraction_bytes = (unsigned)len - TIME_INT_BYTES;
	int64_t packed = (int64_t)bytes_be(p, (unsigned)len) - ((int64_t)0x800000 << (8 * fraction_bytes));
	bool negative = packed < 0;
	uint64_t v = (uint64_t)(negative ? -packed : packed), hms = v >> (8 * fraction_bytes);
	int64_t micros = (int64_t)(v & ((1ull << (8 * fraction_bytes)) - 1)) * unit_us[fraction_bytes];
	int64_t seconds = (int64_t)(hms >> 12 & 0x3ff) * 3600 + (int64_t)(hms >> 6 & 63) * 60 + (int64_t)(hms & 63);
	int64_t total = seconds * second_us + micros;

	out->kind = VALUE_TIME;
	out->aux = c->scale;
	out->i = negative ? -total : total;
	return 0;
}

static int decode_time(const struct decode_context *ctx, const struct column_decoder *c, const uint8_t *p, size_t len,
		struct value *out)
{
	int32_t v = (int32_t)((uint32_t)bytes_le(p, 3) << 8) >> 8;
	int64_t n = v < 0 ? -(int64_t)v : v, total = (n / 10000 * 3600 + n / 100 % 100 * 60 + n % 100) * second_us;

	out->kind = VALUE_TIME;
	out->i = v < 0 ? -total : total;
	return 0;
}

/* ---- text and bytes ---- */

static int decode_text(const struct decode_context *ctx, const struct column_decoder *c, const uint8_t *p, size_t len,
		struct value *out)
{
	size_t out_len;

	charset_to_utf8(c->charset, ctx->arena, (const char *)p, len, &out->p, &out_len);
	if (out_len > UINT32_MAX)
		return err_set(ctx->err, ERR_DATA, 0, "text of %zu bytes is above 4 GiB in UTF-8", out_len);
	out->kind = VALUE_TEXT;
	out->len = (uint32_t)out_len;
	return 0;
}

static int decode_bytes(const struct decode_context *ctx, const struct column_decoder *c, const uint8_t *p, size_t len,
		struct value *out)
{
	out->kind = VALUE_BYTES;
	out->len = (uint32_t)len;
	out->p = (const char *)p;
	return 0;
}

/* BINARY(n): the binlog has it without the zeros at its end. */
static int decode_binary(const struct decode_context *ctx, const struct column_decoder *c, const uint8_t *p, size_t len,
		struct value *out)
{
	char *padded;

	if (len >= c->length)
		return decode_bytes(ctx, c, p, len, out);
	padded = arena_reserve(ctx->arena, c->length);
	memcpy(padded, p, len);
	memset(padded + len, 0, c->length - len);
	arena_commit(ctx->arena, c->length);
	return decode_bytes(ctx, c, (const uint8_t *)padded, c->length, out);
}

static int decode_json(const struct decode_context *ctx, const struct column_decoder *c, const uint8_t *p, size_t len,
		struct value *out)
{
	buf_reset(ctx->scratch);
	if (jsonb_print(p, len, ctx->scratch, ctx->err) < 0)
		return -1;
	out->kind = VALUE_TEXT;
	out->len = (uint32_t)ctx->scratch->len;
	out->p = arena_dup(ctx->arena, ctx->scratch->data, ctx->scratch->len);
	return 0;
}

static int decode_enum(const struct decode_context *ctx, const struct column_decoder *c, const uint8_t *p, size_t len,
		struct value *out)
{
	unsigned index = (unsigned)bytes_le(p, (unsigned)len);

	if (index > c->labels)
		return err_set(ctx->err, ERR_DATA, 0, "ENUM index %u, the schema has %u values", index, c->labels);
	out->kind = VALUE_TEXT;
	if (index == 0) {
		out->flags = VALUE_F_INVALID_ENUM;
		out->p = "";
		return 0;
	}
	out->p = c->label[index - 1];
	out->len = c->label_len[index - 1];
	return 0;
}

static void set_join(const struct decode_context *ctx, const struct column_decoder *c, uint64_t bits, struct value *out)
{
	size_t size = 0;
	char *text, *at;

	for (unsigned i = 0; i < c->labels; i++)
		size += bits >> i & 1 ? c->label_len[i] + 1 : 0;
	text = at = arena_reserve(ctx->arena, size);
	for (unsigned i = 0; i < c->labels; i++) {
		if (!(bits >> i & 1))
			continue;
		if (at > text)
			*at++ = ',';
		memcpy(at, c->label[i], c->label_len[i]);
		at += c->label_len[i];
	}
	out->p = text;
	out->len = (uint32_t)(at - text);
	arena_commit(ctx->arena, out->len);
}

static int decode_set(const struct decode_context *ctx, const struct column_decoder *c, const uint8_t *p, size_t len,
		struct value *out)
{
	uint64_t bits = bytes_le(p, (unsigned)len);

	if (c->labels < 64 && bits >> c->labels != 0)
		return err_set(ctx->err, ERR_DATA, 0, "SET bits %llx, the schema has %u values",
				(unsigned long long)bits, c->labels);
	out->kind = VALUE_TEXT;
	if (bits == 0) {
		out->p = "";
	} else if ((bits & (bits - 1)) == 0) {
		out->p = c->label[__builtin_ctzll(bits)];
		out->len = c->label_len[__builtin_ctzll(bits)];
	} else {
		set_join(ctx, c, bits, out);
	}
	return 0;
}

/* ---- preparation ---- */

static int prepare_text(struct column_decoder *c, const struct column *column, struct err *err)
{
	c->charset = charset_open(column->charset, err);
	c->decode = decode_text;
	return c->charset ? 0 : -1;
}

static void prepare_fixed(struct column_decoder *c, unsigned width, value_decode_fn *decode)
{
	c->fixed = width;
	c->decode = decode;
}

static void prepare_int(struct column_decoder *c, const struct column *column, unsigned width)
{
	static value_decode_fn *const fns[][2] = {
		[1] = { decode_tiny, decode_utiny },
		[2] = { decode_short, decode_ushort },
		[3] = { decode_int24, decode_uint24 },
		[4] = { decode_long, decode_ulong },
		[8] = { decode_longlong, decode_ulonglong },
	};

	prepare_fixed(c, width, fns[width][column->is_unsigned]);
}

static void prepare_labels(struct column_decoder *c, const struct column *column, unsigned width,
		value_decode_fn *decode)
{
	prepare_fixed(c, width, decode);
	c->labels = column->labels;
	c->label = column->label;
	c->label_len = xcalloc(column->labels + 1u, sizeof(*c->label_len));
	for (unsigned i = 0; i < column->labels; i++)
		c->label_len[i] = (uint32_t)strlen(column->label[i]);
}

static int prepare_string(struct column_decoder *c, const struct table_map_column *wire, const struct column *column,
		struct err *err)
{
	c->prefix = wire->meta > 255 ? 2 : 1;
	c->length = column->length;
	if (column_is_text(column))
		return prepare_text(c, column, err);
	c->decode = column->type == COL_BINARY ? decode_binary : decode_bytes;
	return 0;
}

static int prepare_blob(struct column_decoder *c, const struct table_map_column *wire, const struct column *column,
		struct err *err)
{
	if (wire->meta < 1 || wire->meta > 4)
		return err_set(err, ERR_DATA, 0, "column '%s': length of %u bytes, expected 1 to 4", column->name,
				wire->meta);
	c->prefix = (uint8_t)wire->meta;
	if (wire->type == MT_JSON) {
		c->is_json = true;
		c->decode = decode_json;
		return 0;
	}
	if (column_is_text(column))
		return prepare_text(c, column, err);
	c->decode = decode_bytes;
	return 0;
}

static int prepare_time(struct column_decoder *c, const struct table_map_column *wire, unsigned int_bytes,
		value_decode_fn *decode, struct err *err)
{
	if (wire->meta > 6)
		return err_set(err, ERR_DATA, 0, "%u fraction digits, expected at most 6", wire->meta);
	c->scale = (uint8_t)wire->meta;
	prepare_fixed(c, int_bytes + (wire->meta + 1u) / 2, decode);
	return 0;
}

static int prepare_decimal(struct column_decoder *c, const struct table_map_column *wire, struct err *err)
{
	c->precision = (uint8_t)(wire->meta >> 8);
	c->scale = (uint8_t)wire->meta;
	if (!decimal_is_valid(c->precision, c->scale))
		return err_set(err, ERR_DATA, 0, "DECIMAL(%u,%u) is not possible", c->precision, c->scale);
	prepare_fixed(c, decimal_bytes(c->precision, c->scale), decode_decimal);
	return 0;
}

static int prepare_bits(struct column_decoder *c, const struct table_map_column *wire, struct err *err)
{
	unsigned width = (wire->meta >> 8) + ((wire->meta & 0xff) != 0);

	if (width < 1 || width > 8)
		return err_set(err, ERR_DATA, 0, "BIT of %u bytes is not possible", width);
	prepare_fixed(c, width, decode_bit);
	return 0;
}

static int prepare_enum(struct column_decoder *c, const struct table_map_column *wire, const struct column *column,
		struct err *err)
{
	unsigned most = wire->type == MT_ENUM ? 2 : 8;

	if (wire->meta < 1 || wire->meta > most)
		return err_set(err, ERR_DATA, 0, "ENUM or SET of %u bytes is not possible", wire->meta);
	prepare_labels(c, column, wire->meta, wire->type == MT_ENUM ? decode_enum : decode_set);
	return 0;
}

static int prepare_wire(struct column_decoder *c, const struct table_map_column *wire, const struct column *column,
		struct err *err)
{
	switch (wire->type) {
	case MT_TINY: prepare_int(c, column, 1); return 0;
	case MT_SHORT: prepare_int(c, column, 2); return 0;
	case MT_INT24: prepare_int(c, column, 3); return 0;
	case MT_LONG: prepare_int(c, column, 4); return 0;
	case MT_LONGLONG: prepare_int(c, column, 8); return 0;
	case MT_FLOAT: prepare_fixed(c, 4, decode_float); return 0;
	case MT_DOUBLE: prepare_fixed(c, 8, decode_double); return 0;
	case MT_YEAR: prepare_fixed(c, 1, decode_year); return 0;
	case MT_DATE:
	case MT_NEWDATE: prepare_fixed(c, 3, decode_date); return 0;
	case MT_TIME: prepare_fixed(c, 3, decode_time); return 0;
	case MT_DATETIME: prepare_fixed(c, 8, decode_datetime); return 0;
	case MT_TIMESTAMP: prepare_fixed(c, 4, decode_timestamp); return 0;
	case MT_TIME2: return prepare_time(c, wire, TIME_INT_BYTES, decode_time2, err);
	case MT_DATETIME2: return prepare_time(c, wire, DATETIME_INT_BYTES, decode_datetime2, err);
	case MT_TIMESTAMP2: return prepare_time(c, wire, TIMESTAMP_INT_BYTES, decode_timestamp2, err);
	case MT_NEWDECIMAL: return prepare_decimal(c, wire, err);
	case MT_BIT: return prepare_bits(c, wire, err);
	case MT_ENUM:
	case MT_SET: return prepare_enum(c, wire, column, err);
	case MT_VARCHAR:
	case MT_VAR_STRING:
	case MT_STRING: return prepare_string(c, wire, column, err);
	case MT_TINY_BLOB:
	case MT_MEDIUM_BLOB:
	case MT_LONG_BLOB:
	case MT_BLOB:
	case MT_JSON:
	case MT_GEOMETRY:
	case MT_VECTOR: return prepare_blob(c, wire, column, err);
	default: return err_set(err, ERR_DATA, 0, "type %u of the binlog is not understood", wire->type);
	}
}

int column_decoder_prepare(struct column_decoder *c, const struct table_map_column *wire, const struct column *column,
		struct err *err)
{
	*c = (struct column_decoder){ .target = -1, .nullable = wire->nullable };
	if (prepare_wire(c, wire, column, err) < 0)
		return err_wrap(err, "column '%s'", column->name);
	return 0;
}

void column_decoder_done(struct column_decoder *c)
{
	free(c->label_len);
	charset_close(c->charset);
}
