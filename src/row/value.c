/*
 * value.c - compares, hashes and prints one cell. The hard part is a floating-point number: MySQL prints the shortest
 * digits that read back, like Java, but puts the point and the exponent elsewhere.
 */
#include "row/value.h"

#include <string.h>

#include "core/num/num.h"

#define SCALAR_BOUND 64
#define FIXED_DIGITS 15 /* MySQL's my_gcvt(): further from the point than this, it writes an exponent */

static const char *const kind_names[] = {
	[VALUE_ABSENT] = "absent",
	[VALUE_NULL] = "null",
	[VALUE_INT] = "int",
	[VALUE_UINT] = "uint",
	[VALUE_FLOAT] = "float",
	[VALUE_DOUBLE] = "double",
	[VALUE_DECIMAL] = "decimal",
	[VALUE_BIGDECIMAL] = "bigdecimal",
	[VALUE_TEXT] = "text",
	[VALUE_BYTES] = "bytes",
	[VALUE_DATE] = "date",
	[VALUE_TIME] = "time",
	[VALUE_DATETIME] = "datetime",
	[VALUE_TIMESTAMP] = "timestamp",
	[VALUE_ZERODATE] = "zerodate",
};

/* aux counts only where it changes the value: the fraction digits of a time do not. */
static bool value_has_scale(const struct value *v)
{
	return v->kind == VALUE_DECIMAL || v->kind == VALUE_BIGDECIMAL;
}

bool value_equal(const struct value *a, const struct value *b)
{
	if (a->kind != b->kind || (value_has_scale(a) && a->aux != b->aux))
		return false;
	if (a->kind == VALUE_ABSENT || a->kind == VALUE_NULL)
		return true;
	if (value_has_bytes(a))
		return a->len == b->len && (a->len == 0 || memcmp(a->p, b->p, a->len) == 0);
	return a->u == b->u; /* doubles by their bits: the content, not the arithmetic */
}

static uint64_t mix(uint64_t a, uint64_t b)
{
	unsigned __int128 product = (unsigned __int128)(a ^ 0x9e3779b97f4a7c15u) * (b ^ 0xd6e8feb86659fd93u);

	return (uint64_t)product ^ (uint64_t)(product >> 64);
}

static uint64_t hash_bytes(const char *p, size_t len, uint64_t seed)
{
	uint64_t word;

	seed = mix(seed, len);
	for (; len >= 8; p += 8, len -= 8) {
		memcpy(&word, p, 8);
		seed = mix(seed, word);
	}
	if (len) {
		word = 0;
		memcpy(&word, p, len);
		seed = mix(seed, word);
	}
	return seed;
}

uint64_t value_hash(const struct value *v, uint64_t seed)
{
	seed = mix(seed, (uint64_t)v->kind + (value_has_scale(v) ? (uint64_t)v->aux << 8 : 0));
	if (v->kind == VALUE_ABSENT || v->kind == VALUE_NULL)
		return seed;
	return value_has_bytes(v) ? hash_bytes(v->p, v->len, seed) : mix(seed, v->u);
}

/* Takes Java's form apart: the digits without point and outer zeros, and where the point is: 0.d1d2.. * 10^point. */
static size_t float_digits(const char *java, size_t len, char *digits, int *point)
{
	size_t n = 0, i = 0;
	int exponent = 0, whole = 0;
	bool fraction = false;

	for (; i < len && java[i] != 'E'; i++) {
		if (java[i] == '.') {
			fraction = true;
		} else if (n == 0 && java[i] == '0') {
			whole -= fraction; /* 0.001: zeros behind the point move it left */
		} else {
			digits[n++] = java[i];
			whole += !fraction;
		}
	}
	if (i < len) {
		bool minus = java[++i] == '-';

		for (i += minus; i < len; i++)
			exponent = exponent * 10 + (java[i] - '0');
		exponent = minus ? -exponent : exponent;
	}
	while (n > 0 && digits[n - 1] == '0')
		n--;
	*point = whole + exponent;
	return n;
}

static size_t put_zeros(char *out, int count)
{
	if (count > 0)
		memset(out, '0', (size_t)count);
	return count > 0 ? (size_t)count : 0;
}

static size_t print_exponent(char *out, const char *digits, size_t n, int point)
{
	size_t at = 0;

	out[at++] = digits[0];
	if (n > 1) {
		out[at++] = '.';
		memcpy(out + at, digits + 1, n - 1);
		at += n - 1;
	}
	out[at++] = 'e';
	return at + num_i64(out + at, point - 1);
}

static size_t print_fixed(char *out, const char *digits, size_t n, int point)
{
	size_t whole = point > 0 ? (size_t)point : 0, at = 0;

	if (whole == 0)
		out[at++] = '0';
	for (size_t i = 0; i < whole; i++)
		out[at++] = i < n ? digits[i] : '0';
	if (whole >= n)
		return at;
	out[at++] = '.';
	at += put_zeros(out + at, -point);
	memcpy(out + at, digits + whole, n - whole);
	return at + n - whole;
}

static size_t print_float(char *out, const char *java, size_t len)
{
	char digits[32];
	size_t n, minus = java[0] == '-';
	int point;

	if (len > minus && (java[minus] < '0' || java[minus] > '9')) { /* NaN, Infinity: MySQL has neither */
		memcpy(out, java, len);
		return len;
	}
	n = float_digits(java + minus, len - minus, digits, &point);
	if (minus)
		*out = '-';
	if (n == 0) {
		out[minus] = '0';
		return minus + 1;
	}
	if (point > FIXED_DIGITS || point < 1 - FIXED_DIGITS)
		return minus + print_exponent(out + minus, digits, n, point);
	return minus + print_fixed(out + minus, digits, n, point);
}

size_t value_print(const struct value *v, char *out)
{
	char java[32];

	switch ((enum value_kind)v->kind) {
	case VALUE_ABSENT: return 0;
	case VALUE_NULL: memcpy(out, "NULL", 4); return 4;
	case VALUE_INT: return num_i64(out, v->i);
	case VALUE_UINT: return num_u64(out, v->u);
	case VALUE_FLOAT: return print_float(out, java, num_float(java, (float)v->d));
	case VALUE_DOUBLE: return print_float(out, java, num_double(java, v->d));
	case VALUE_DECIMAL: return num_decimal64(out, v->i, v->aux);
	case VALUE_DATE: return num_iso_date(out, v->i);
	case VALUE_TIME: return num_time(out, v->i, v->aux);
	case VALUE_DATETIME:
	case VALUE_TIMESTAMP: return num_iso_datetime(out, v->i, v->aux, ' ');
	case VALUE_BIGDECIMAL:
	case VALUE_TEXT:
	case VALUE_BYTES:
	case VALUE_ZERODATE:
		if (v->len)
			memcpy(out, v->p, v->len);
		return v->len;
	}
	return 0;
}

size_t value_print_bound(const struct value *v)
{
	return value_has_bytes(v) ? v->len : SCALAR_BOUND;
}

const char *value_kind_name(enum value_kind kind)
{
	return (size_t)kind < sizeof(kind_names) / sizeof(kind_names[0]) ? kind_names[kind] : "unknown";
}
