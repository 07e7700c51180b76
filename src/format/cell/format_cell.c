/*
 * format_cell.c - the writers, one per shape. This is the innermost loop of the capture half: no allocation, no printf,
 * and a value of a kind that does not belong to the shape is refused rather than read as something else.
 */
#include <math.h>
#include <string.h>

#include "core/json.h"
#include "core/num/num.h"
#include "format/cell/format_bigint.h"
#include "format/cell/format_cell.h"
#include "format/cell/format_date.h"

#define MICROS_PER_DAY INT64_C(86400000000)

static char *cell_refuse(struct cell_env *env, const char *problem)
{
	env->problem = problem;
	return NULL;
}

static char *cell_wrong_kind(struct cell_env *env)
{
	return cell_refuse(env, "the value's kind does not belong to the column's type");
}

static char *write_null(char *out, const struct format_cell *c)
{
	return cell_copy(out, c->null_text, c->null_len);
}

static int64_t floor_div(int64_t a, int64_t b)
{
	return a / b - (a % b < 0);
}

static char *cell_write_text(char *out, const char *p, size_t len)
{
	*out++ = '"';
	out += json_escape(out, p, len);
	*out++ = '"';
	return out;
}

static char *write_boolean(char *out, const struct format_cell *c, const struct value *v, struct cell_env *env)
{
	if (v->kind != VALUE_INT && v->kind != VALUE_UINT)
		return cell_wrong_kind(env);
	return v->i ? cell_copy(out, "true\0\0\0\0\0\0\0\0\0\0\0\0", 4)
		    : cell_copy(out, "false\0\0\0\0\0\0\0\0\0\0\0", 5);
}

static char *write_int(char *out, const struct format_cell *c, const struct value *v, struct cell_env *env)
{
	if (v->kind != VALUE_INT && v->kind != VALUE_UINT)
		return cell_wrong_kind(env);
	/* bigint.unsigned.handling.mode=long wraps, and nothing else is that large */
	return out + num_i64(out, v->i);
}

static char *write_float(char *out, const struct format_cell *c, const struct value *v, struct cell_env *env)
{
	if ((v->kind != VALUE_FLOAT && v->kind != VALUE_DOUBLE) || !isfinite(v->d))
		return cell_wrong_kind(env);
	return out + num_float(out, (float)v->d);
}

static char *write_double(char *out, const struct format_cell *c, const struct value *v, struct cell_env *env)
{
	if ((v->kind != VALUE_FLOAT && v->kind != VALUE_DOUBLE) || !isfinite(v->d))
		return cell_wrong_kind(env);
	return out + num_double(out, v->d);
}

static char *write_base64_quoted(char *out, const void *p, size_t len)
{
	*out++ = '"';
	out += num_base64(out, p, len);
	*out++ = '"';
	return out;
}

static char *write_decimal(char *out, const struct format_cell *c, const struct value *v, struct cell_env *env)
{
	uint8_t bytes[BIGINT_BYTES];
	size_t len;

	if ((v->kind != VALUE_DECIMAL && v->kind != VALUE_BIGDECIMAL) || v->aux != c->digits)
		return cell_wrong_kind(env);
	len = v->kind == VALUE_DECIMAL ? bigint_from_i64(bytes, v->i) : bigint_from_text(bytes, v->p, v->len);
	return len ? write_base64_quoted(out, bytes, len)
		   : cell_refuse(env, "the decimal is not a number of at most 80 digits");
}

static char *write_unsigned_decimal(char *out, const struct format_cell *c, const struct value *v, struct cell_env *env)
{
	uint8_t bytes[BIGINT_BYTES];

	if (v->kind != VALUE_INT && v->kind != VALUE_UINT)
		return cell_wrong_kind(env);
	return write_base64_quoted(out, bytes, bigint_from_u64(bytes, v->u));
}

static char *write_decimal_string(char *out, const struct format_cell *c, const struct value *v, struct cell_env *env)
{
	if ((v->kind != VALUE_DECIMAL && v->kind != VALUE_BIGDECIMAL) || v->aux != c->digits)
		return cell_wrong_kind(env);
	if (v->kind == VALUE_BIGDECIMAL)
		return cell_write_text(out, v->p, v->len);
	*out++ = '"';
	out += num_decimal64(out, v->i, v->aux);
	*out++ = '"';
	return out;
}

static char *write_decimal_double(char *out, const struct format_cell *c, const struct value *v, struct cell_env *env)
{
	char text[BIGINT_DIGITS + 4];
	double d;

	if (v->kind == VALUE_DECIMAL) {
		if (!num_parse_double(text, num_decimal64(text, v->i, v->aux), &d))
			return cell_wrong_kind(env);
	} else if (v->kind != VALUE_BIGDECIMAL || !num_parse_double(v->p, v->len, &d)) {
		return cell_wrong_kind(env);
	}
	return out + num_double(out, d);
}

static char *write_text(char *out, const struct format_cell *c, const struct value *v, struct cell_env *env)
{
	return v->kind == VALUE_TEXT ? cell_write_text(out, v->p, v->len) : cell_wrong_kind(env);
}

static char *write_base64(char *out, const struct format_cell *c, const struct value *v, struct cell_env *env)
{
	return v->kind == VALUE_BYTES ? write_base64_quoted(out, v->p, v->len) : cell_wrong_kind(env);
}

static char *write_base64_url(char *out, const struct format_cell *c, const struct value *v, struct cell_env *env)
{
	if (v->kind != VALUE_BYTES)
		return cell_wrong_kind(env);
	*out++ = '"';
	out += num_base64_url(out, v->p, v->len);
	*out++ = '"';
	return out;
}

static char *write_hex(char *out, const struct format_cell *c, const struct value *v, struct cell_env *env)
{
	if (v->kind != VALUE_BYTES)
		return cell_wrong_kind(env);
	*out++ = '"';
	out += num_hex(out, v->p, v->len);
	*out++ = '"';
	return out;
}

/* Debezium's Bits are little-endian. */
static char *write_bits(char *out, const struct format_cell *c, const struct value *v, struct cell_env *env)
{
	uint8_t bytes[8];

	if (v->kind != VALUE_INT && v->kind != VALUE_UINT)
		return cell_wrong_kind(env);
	for (unsigned i = 0; i < 8; i++)
		bytes[i] = (uint8_t)(v->u >> 8 * i);
	return write_base64_quoted(out, bytes, c->digits);
}

static inline int64_t adjusted_days(int64_t days, const struct cell_env *env)
{
	return days < DATE_YEAR_100 && env->adjust_years ? date_adjusted(days) : days;
}

static inline int64_t adjusted_micros(int64_t micros, const struct cell_env *env)
{
	int64_t days;

	if (micros >= DATE_YEAR_100 * MICROS_PER_DAY || !env->adjust_years)
		return micros;
	days = floor_div(micros, MICROS_PER_DAY);
	return micros + (date_adjusted(days) - days) * MICROS_PER_DAY;
}

static enum date_year_zero year_zero(const struct cell_env *env)
{
	if (!env->adjust_years)
		return YEAR_ZERO_KEPT;
	return env->snapshot ? YEAR_ZERO_MOVED : YEAR_ZERO_NULL;
}

static char *write_date(char *out, const struct format_cell *c, const struct value *v, struct cell_env *env)
{
	int64_t days;

	if (v->kind == VALUE_DATE)
		return out + num_i64(out, adjusted_days(v->i, env));
	if (v->kind != VALUE_ZERODATE)
		return cell_wrong_kind(env);
	switch (date_zero_micros(v->p, v->len, year_zero(env), &days)) {
	case DATE_ZERO_NULL: return write_null(out, c);
	case DATE_ZERO_INSTANT: return out + num_i64(out, floor_div(days, MICROS_PER_DAY));
	default: return cell_refuse(env, "the date does not exist in the calendar");
	}
}

static char *write_micro_time(char *out, const struct format_cell *c, const struct value *v, struct cell_env *env)
{
	return v->kind == VALUE_TIME ? out + num_i64(out, v->i) : cell_wrong_kind(env);
}

/* Connect's Time holds one day: what lies outside fails to convert in Debezium and stays null. */
static char *write_milli_time(char *out, const struct format_cell *c, const struct value *v, struct cell_env *env)
{
	if (v->kind != VALUE_TIME)
		return cell_wrong_kind(env);
	return v->i < 0 || v->i > MICROS_PER_DAY ? write_null(out, c) : out + num_i64(out, v->i / 1000);
}

static char *write_datetime(char *out, const struct format_cell *c, const struct value *v, struct cell_env *env,
		int64_t unit_us)
{
	int64_t micros;

	if (v->kind == VALUE_DATETIME)
		return out + num_i64(out, floor_div(adjusted_micros(v->i, env), unit_us));
	if (v->kind != VALUE_ZERODATE)
		return cell_wrong_kind(env);
	switch (date_zero_micros(v->p, v->len, year_zero(env), &micros)) {
	case DATE_ZERO_NULL: return write_null(out, c);
	case DATE_ZERO_INSTANT: return out + num_i64(out, floor_div(micros, unit_us));
	default: return cell_refuse(env, "the date does not exist in the calendar");
	}
}

static char *write_millis(char *out, const struct format_cell *c, const struct value *v, struct cell_env *env)
{
	return write_datetime(out, c, v, env, 1000);
}

static char *write_micros(char *out, const struct format_cell *c, const struct value *v, struct cell_env *env)
{
	return write_datetime(out, c, v, env, 1);
}

/*
 * The stream prints the column's digits, the snapshot as many as are needed; a zero timestamp is the epoch in the
 * stream only.
 */
static char *write_zoned(char *out, const struct format_cell *c, const struct value *v, struct cell_env *env)
{
	int64_t micros = 0;

	if (v->kind == VALUE_TIMESTAMP)
		micros = v->i;
	else if (v->kind != VALUE_ZERODATE)
		return cell_wrong_kind(env);
	else if (env->snapshot)
		return write_null(out, c);
	*out++ = '"';
	out += num_iso_datetime(out, micros, env->snapshot ? -1 : c->digits, 'T');
	*out++ = 'Z';
	*out++ = '"';
	return out;
}

static uint32_t read_le32(const char *p)
{
	uint32_t u;

	memcpy(&u, p, 4);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	u = __builtin_bswap32(u);
#endif
	return u;
}

static char *write_wkb_members(char *out, const struct value *v)
{
	uint32_t srid = read_le32(v->p);

	out = cell_copy(out, "\"wkb\":\0\0\0\0\0\0\0\0\0\0", 6);
	out = write_base64_quoted(out, v->p + 4, v->len - 4);
	out = cell_copy(out, ",\"srid\":\0\0\0\0\0\0\0\0", 8);
	out = srid ? out + num_u64(out, srid) : cell_copy(out, "null\0\0\0\0\0\0\0\0\0\0\0\0", 4);
	*out++ = '}';
	return out;
}

static char *write_geometry(char *out, const struct format_cell *c, const struct value *v, struct cell_env *env)
{
	if (v->kind != VALUE_BYTES || v->len < 9)
		return cell_wrong_kind(env);
	*out++ = '{';
	return write_wkb_members(out, v);
}

static double read_double(const char *p, bool little)
{
	uint64_t u;
	double d;

	memcpy(&u, p, 8);
	if (little != (__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__))
		u = __builtin_bswap64(u);
	memcpy(&d, &u, 8);
	return d;
}

static char *write_point(char *out, const struct format_cell *c, const struct value *v, struct cell_env *env)
{
	double x, y;

	if (v->kind != VALUE_BYTES || v->len != 25) /* srid, byte order, type, x, y */
		return cell_wrong_kind(env);
	x = read_double(v->p + 9, v->p[4] == 1);
	y = read_double(v->p + 17, v->p[4] == 1);
	if (!isfinite(x) || !isfinite(y))
		return cell_refuse(env, "the point's coordinates are not finite");
	out = cell_copy(out, "{\"x\":\0\0\0\0\0\0\0\0\0\0\0", 5);
	out += num_double(out, x);
	out = cell_copy(out, ",\"y\":\0\0\0\0\0\0\0\0\0\0\0", 5);
	out += num_double(out, y);
	*out++ = ',';
	return write_wkb_members(out, v);
}

static char *write_vector(char *out, const struct format_cell *c, const struct value *v, struct cell_env *env)
{
	if (v->kind != VALUE_BYTES || v->len % 4)
		return cell_wrong_kind(env);
	*out++ = '[';
	for (uint32_t i = 0; i < v->len; i += 4) {
		uint32_t u = read_le32(v->p + i);
		float f;

		memcpy(&f, &u, 4);
		if (!isfinite(f))
			return cell_refuse(env, "the vector holds a value that is not finite");
		if (i)
			*out++ = ',';
		out += num_float(out, f);
	}
	*out++ = ']';
	return out;
}

cell_write_fn *cell_writer(enum cell_shape shape)
{
	static cell_write_fn *const writers[CELL_SHAPES] = {
		[CELL_BOOLEAN] = write_boolean,
		[CELL_INT] = write_int,
		[CELL_LONG_UNSIGNED] = write_int,
		[CELL_FLOAT] = write_float,
		[CELL_DOUBLE] = write_double,
		[CELL_DECIMAL] = write_decimal,
		[CELL_DECIMAL_DOUBLE] = write_decimal_double,
		[CELL_DECIMAL_STRING] = write_decimal_string,
		[CELL_UNSIGNED_DECIMAL] = write_unsigned_decimal,
		[CELL_TEXT] = write_text,
		[CELL_BASE64] = write_base64,
		[CELL_BASE64_URL] = write_base64_url,
		[CELL_HEX] = write_hex,
		[CELL_BITS] = write_bits,
		[CELL_DATE] = write_date,
		[CELL_MICRO_TIME] = write_micro_time,
		[CELL_MILLI_TIME] = write_milli_time,
		[CELL_MILLIS] = write_millis,
		[CELL_MICROS] = write_micros,
		[CELL_ZONED] = write_zoned,
		[CELL_GEOMETRY] = write_geometry,
		[CELL_POINT] = write_point,
		[CELL_VECTOR] = write_vector,
	};

	return writers[shape];
}
