/*
 * type_number.c - integers to 128 bits, decimals to 38 digits and floating point, from text to canonical text.
 * Decimals are rounded half up in the text itself: through a double, 0.285 would become 0.28.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/double_type.h"

#define DIGITS_MAX 80 /* of a decimal on its way in */
#define LARGEINT_MIN ((__int128)((unsigned __int128)1 << 127))

static const struct {
	uint8_t size; /* bytes in a key */
	__int128 min, max;
} ranges[] = {
	[TYPE_BOOLEAN] = { 1, 0, 1 },
	[TYPE_TINYINT] = { 1, INT8_MIN, INT8_MAX },
	[TYPE_SMALLINT] = { 2, INT16_MIN, INT16_MAX },
	[TYPE_INT] = { 4, INT32_MIN, INT32_MAX },
	[TYPE_BIGINT] = { 8, INT64_MIN, INT64_MAX },
	[TYPE_LARGEINT] = { 16, LARGEINT_MIN, -(LARGEINT_MIN + 1) },
};

/* Negative throughout, because the smallest LARGEINT has no positive twin. -1 when this is no number. */
static int parse_integer(const char *p, size_t len, __int128 *out)
{
	bool negative = len > 0 && *p == '-';
	size_t i = negative || (len > 0 && *p == '+'), first = i;
	__int128 v = 0;

	for (; i < len && p[i] >= '0' && p[i] <= '9'; i++)
		if (__builtin_mul_overflow(v, 10, &v) || __builtin_sub_overflow(v, p[i] - '0', &v))
			return -1;
	if (i == first)
		return -1;
	if (i < len && p[i] == '.') /* the fraction is cut, as a cast from double does */
		for (i++; i < len && p[i] >= '0' && p[i] <= '9'; i++)
			;
	if (i != len || (!negative && __builtin_sub_overflow((__int128)0, v, &v)))
		return -1;
	*out = v;
	return 0;
}

static size_t print_integer(__int128 v, char *out)
{
	char digits[48];
	size_t n = 0, len = 0;
	unsigned __int128 u = v < 0 ? -(unsigned __int128)v : (unsigned __int128)v;

	for (; u > UINT64_MAX; u /= 10)
		digits[n++] = (char)('0' + (int)(u % 10));
	for (uint64_t small = (uint64_t)u; small > 0 || n == 0; small /= 10)
		digits[n++] = (char)('0' + small % 10);
	if (v < 0)
		out[len++] = '-';
	while (n > 0)
		out[len++] = digits[--n];
	return len;
}

enum type_result type_write_integer(enum type_kind kind, const char *p, size_t len, char *out, size_t *out_len)
{
	__int128 v;

	if (parse_integer(p, len, &v) != 0 || v < ranges[kind].min || v > ranges[kind].max)
		return TYPE_BAD;
	*out_len = print_integer(v, out);
	return TYPE_OK;
}

size_t type_key_integer(enum type_kind kind, const char *p, size_t len, char *out)
{
	unsigned size = ranges[kind].size;
	unsigned __int128 u;
	__int128 v = 0;

	if (parse_integer(p, len, &v) != 0)
		return 0;
	u = (unsigned __int128)v;
	for (unsigned i = 0; i < size; i++)
		out[i] = (char)(u >> (8 * (size - 1 - i)));
	if (kind != TYPE_BOOLEAN)
		out[0] = (char)(out[0] ^ 0x80);
	return size;
}

/* A decimal taken apart: digits without sign and point; point is where the point stands, counted in digits. */
struct digits {
	char d[DIGITS_MAX];
	int count, point;
	bool negative;
};

static int exponent(const char *p, size_t len, int *out)
{
	bool negative = len > 0 && *p == '-';
	size_t i = negative || (len > 0 && *p == '+');
	int v = 0;

	if (i == len)
		return -1;
	for (; i < len; i++) {
		if (p[i] < '0' || p[i] > '9' || v > 1000)
			return -1;
		v = v * 10 + p[i] - '0';
	}
	*out = negative ? -v : v;
	return 0;
}

static int parse_digits(const char *p, size_t len, struct digits *n)
{
	size_t i = 0;
	bool seen = false, point = false;
	int exp = 0;

	n->negative = len > 0 && *p == '-';
	n->count = n->point = 0;
	if (len > 0 && (*p == '-' || *p == '+'))
		i++;
	for (; i < len; i++) {
		if (p[i] == '.' && !point) {
			point = true;
			continue;
		}
		if (p[i] < '0' || p[i] > '9')
			break;
		seen = true;
		n->point += !point && (n->count > 0 || p[i] != '0');
		if (n->count == 0 && p[i] == '0') {
			n->point -= point; /* a zero right behind the point */
			continue;
		}
		if (n->count == DIGITS_MAX)
			return -1;
		n->d[n->count++] = p[i];
	}
	if (i < len && (p[i] == 'e' || p[i] == 'E')) {
		if (exponent(p + i + 1, len - i - 1, &exp) != 0)
			return -1;
		i = len;
	}
	n->point += exp;
	return seen && i == len ? 0 : -1;
}

/* Cuts behind `keep` digits, half up, away from zero. A carry out of the front makes one digit more. */
static void round_digits(struct digits *n, int keep)
{
	bool up;

	if (keep >= n->count)
		return;
	if (keep < 0) {
		n->count = 0;
		return;
	}
	up = n->d[keep] >= '5';
	n->count = keep;
	for (int i = keep - 1; up && i >= 0; i--) {
		up = n->d[i] == '9';
		n->d[i] = (char)(up ? '0' : n->d[i] + 1);
	}
	if (up) {
		memmove(n->d + 1, n->d, (size_t)n->count);
		n->d[0] = '1';
		n->count++;
		n->point++;
	}
}

enum type_result type_write_decimal(const struct type *t, const char *p, size_t len, char *out, size_t *out_len)
{
	struct digits n;
	char *to = out;
	bool zero = true;

	if (parse_digits(p, len, &n) != 0)
		return TYPE_BAD;
	round_digits(&n, n.point + t->scale);
	if (n.count > 0 && n.point > t->precision - t->scale)
		return TYPE_BAD;
	for (int i = 0; i < n.count; i++)
		zero &= n.d[i] == '0';
	if (n.negative && !zero)
		*to++ = '-';
	if (n.count == 0 || n.point <= 0)
		*to++ = '0';
	for (int i = 0; n.count > 0 && i < n.point; i++)
		*to++ = i < n.count ? n.d[i] : '0';
	if (t->scale > 0)
		*to++ = '.';
	for (int i = n.point; i < n.point + t->scale; i++)
		*to++ = n.count > 0 && i >= 0 && i < n.count ? n.d[i] : '0';
	*out_len = (size_t)(to - out);
	return TYPE_OK;
}

/* Plain digits that a double holds exactly enough: up to 15 of them, no exponent. Copied, zeros behind the point cut. */
static bool short_real(const char *p, size_t len, int max_digits, char *out, size_t *out_len)
{
	bool point = false;
	size_t i = len > 0 && *p == '-', first = i;

	if (len - i > (size_t)max_digits || len == i || p[i] == '.' || (p[i] == '0' && i + 1 < len && p[i + 1] != '.'))
		return false;
	for (; i < len; i++) {
		if (p[i] == '.' && !point && i > first)
			point = true;
		else if (p[i] < '0' || p[i] > '9')
			return false;
	}
	while (point && p[len - 1] == '0')
		len--;
	len -= p[len - 1] == '.';
	if (len == first + 1 && p[first] == '0')
		return false; /* 0 and -0 take the long way */
	memcpy(out, p, len);
	*out_len = len;
	return true;
}

enum type_result type_write_real(enum type_kind kind, const char *p, size_t len, char *out, size_t *out_len)
{
	char text[128], *end;
	bool is_float = kind == TYPE_FLOAT;
	double v;

	if (short_real(p, len, is_float ? 6 : 15, out, out_len))
		return TYPE_OK;
	if (len == 0 || len >= sizeof(text))
		return TYPE_BAD;
	memcpy(text, p, len);
	text[len] = '\0';
	v = is_float ? (double)strtof(text, &end) : strtod(text, &end);
	if (*end != '\0' || !isfinite(v))
		return TYPE_BAD;
	for (int precision = is_float ? 6 : 15; precision <= 17; precision++) {
		*out_len = (size_t)snprintf(out, TYPE_SCALAR_MAX, "%.*g", precision, v);
		if (is_float ? strtof(out, NULL) == (float)v : strtod(out, NULL) == v)
			break;
	}
	return TYPE_OK;
}
