/*
 * num.c - integers, decimals, base64 and hex to text, and text back to numbers.
 *
 * Every row passes here several times, so digits are written two at a time from a table and straight to their place:
 * the length is known first, nothing is reversed or moved. Reading is strict: the whole text is the number, or it is
 * not one; an overflow is not a number either.
 */
#include "core/num/num.h"

#include <locale.h>
#include <pthread.h>
#include <stdlib.h>
#include <stdio.h>
#include <string.h>

static const char pairs[] =
		"0001020304050607080910111213141516171819202122232425262728293031323334353637383940414243444546474849"
		"5051525354555657585960616263646566676869707172737475767778798081828384858687888990919293949596979899";

static const uint64_t pow10_u64[20] = { 1u, 10u, 100u, 1000u, 10000u, 100000u, 1000000u, 10000000u, 100000000u,
	1000000000u, 10000000000u, 100000000000u, 1000000000000u, 10000000000000u, 100000000000000u, 1000000000000000u,
	10000000000000000u, 100000000000000000u, 1000000000000000000u, 10000000000000000000u };

static int digit_count(uint64_t v)
{
	int bits = 64 - __builtin_clzll(v | 1);
	int guess = bits * 1233 >> 12; /* log10(2) is about 1233 / 4096 */

	return guess + (v >= pow10_u64[guess]) + (v == 0);
}

/* Writes the last `width` digits of v so that they end before `end`. */
static void digits_before(char *end, uint64_t v, int width)
{
	for (; width >= 2; width -= 2) {
		end -= 2;
		memcpy(end, pairs + v % 100 * 2, 2);
		v /= 100;
	}
	if (width)
		end[-1] = (char)('0' + v % 10);
}

size_t num_u64(char *out, uint64_t v)
{
	int width = digit_count(v);

	digits_before(out + width, v, width);
	return (size_t)width;
}

size_t num_i64(char *out, int64_t v)
{
	if (v >= 0)
		return num_u64(out, (uint64_t)v);
	*out = '-';
	return 1 + num_u64(out + 1, 0 - (uint64_t)v);
}

size_t num_pad(char *out, uint64_t v, int width)
{
	digits_before(out + width, v, width);
	return (size_t)width;
}

size_t num_decimal64(char *out, int64_t unscaled, int scale)
{
	uint64_t v = unscaled < 0 ? 0 - (uint64_t)unscaled : (uint64_t)unscaled;
	char *p = out;
	int width = digit_count(v), whole;

	if (unscaled < 0)
		*p++ = '-';
	if (scale <= 0) {
		p += num_u64(p, v);
		return (size_t)(p - out);
	}
	whole = width > scale ? width - scale : 1;
	digits_before(p + whole, scale < 20 ? v / pow10_u64[scale] : 0, whole);
	p[whole] = '.';
	if (scale < 20) {
		digits_before(p + whole + 1 + scale, v % pow10_u64[scale], scale);
	} else {
		memset(p + whole + 1, '0', (size_t)(scale - 20));
		digits_before(p + whole + 1 + scale, v, 20);
	}
	return (size_t)(p - out) + (size_t)whole + 1 + (size_t)scale;
}

/* ---- base64 and hex ---- */

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
static const char alphabet_url[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

static size_t base64_encode(char *out, const unsigned char *p, size_t len, const char *abc)
{
	char *o = out;

	for (; len >= 3; len -= 3, p += 3, o += 4) {
		unsigned v = (unsigned)p[0] << 16 | (unsigned)p[1] << 8 | p[2];

		o[0] = abc[v >> 18];
		o[1] = abc[v >> 12 & 63];
		o[2] = abc[v >> 6 & 63];
		o[3] = abc[v & 63];
	}
	if (len) {
		unsigned v = (unsigned)p[0] << 16 | (len == 2 ? (unsigned)p[1] << 8 : 0);

		o[0] = abc[v >> 18];
		o[1] = abc[v >> 12 & 63];
		o[2] = len == 2 ? abc[v >> 6 & 63] : '=';
		o[3] = '=';
		o += 4;
	}
	return (size_t)(o - out);
}

size_t num_base64(char *out, const void *p, size_t len)
{
	return base64_encode(out, p, len, alphabet);
}

size_t num_base64_url(char *out, const void *p, size_t len)
{
	return base64_encode(out, p, len, alphabet_url);
}

size_t num_hex(char *out, const void *p, size_t len)
{
	static const char hex[] = "0123456789abcdef";
	const unsigned char *in = p;

	for (size_t i = 0; i < len; i++) {
		out[2 * i] = hex[in[i] >> 4];
		out[2 * i + 1] = hex[in[i] & 15];
	}
	return 2 * len;
}

/* Both alphabets are read; one table, made from neither order nor branches. 0xff: not a digit. */
#define BAD8 255, 255, 255, 255, 255, 255, 255, 255
static const unsigned char base64_value[256] = { BAD8, BAD8, BAD8, BAD8, BAD8, 255, 255, 255, 62, 255, 62, 255, 63, 52,
	53, 54, 55, 56, 57, 58, 59, 60, 61, 255, 255, 255, 255, 255, 255, 255, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12,
	13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 255, 255, 255, 255, 63, 255, 26, 27, 28, 29, 30, 31, 32, 33,
	34, 35, 36, 37, 38, 39, 40, 41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51, 255, 255, 255, 255, 255, BAD8, BAD8,
	BAD8, BAD8, BAD8, BAD8, BAD8, BAD8, BAD8, BAD8, BAD8, BAD8, BAD8, BAD8, BAD8, BAD8 };

int num_unbase64(void *out, const char *p, size_t len, size_t *out_len)
{
	unsigned char *o = out;
	size_t padding = 0;

	*out_len = 0;
	if (len % 4)
		return -1;
	while (padding < 2 && len && p[len - 1] == '=') {
		len--;
		padding++;
	}
	while (len) {
		unsigned v = 0, n = len < 4 ? (unsigned)len : 4, bad = n < 2;

		for (unsigned i = 0; i < 4; i++) {
			unsigned d = i < n ? base64_value[(unsigned char)p[i]] : 0;

			bad |= d & 128;
			v = v << 6 | (d & 63);
		}
		if (bad || (n < 4 && (v & (n == 3 ? 0xff : 0xffff)))) /* bits behind the last byte must be zero */
			return -1;
		o[0] = (unsigned char)(v >> 16);
		if (n > 2)
			o[1] = (unsigned char)(v >> 8);
		if (n > 3)
			o[2] = (unsigned char)v;
		o += n - 1;
		p += n;
		len -= n;
	}
	*out_len = (size_t)(o - (unsigned char *)out);
	return 0;
}

/* ---- reading ---- */

bool num_parse_u64(const char *p, size_t len, uint64_t *out)
{
	uint64_t v = 0;

	if (len == 0)
		return false;
	for (size_t i = 0; i < len; i++) {
		unsigned d = (unsigned char)p[i] - '0';

		if (d > 9)
			return false;
		if (i >= 19 && (__builtin_mul_overflow(v, 10, &v) || __builtin_add_overflow(v, d, &v)))
			return false;
		if (i < 19)
			v = v * 10 + d;
	}
	*out = v;
	return true;
}

bool num_parse_i64(const char *p, size_t len, int64_t *out)
{
	bool negative = len && *p == '-';
	uint64_t v;

	if (!num_parse_u64(p + negative, len - negative, &v) || v > (uint64_t)INT64_MAX + negative)
		return false;
	*out = negative ? (int64_t)(0 - v) : (int64_t)v;
	return true;
}

static locale_t c_locale;

static void c_locale_make(void)
{
	c_locale = newlocale(LC_ALL_MASK, "C", (locale_t)0);
	if (c_locale == (locale_t)0)
		abort();
}

/* What the fast path cannot do exactly. The console sets a locale, so strtod() itself might expect a decimal comma. */
static bool parse_double_slowly(const char *p, size_t len, double *out)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	char small[128], *text = len < sizeof(small) ? small : malloc(len + 1);
	double v;

	if (text == NULL)
		return false;
	pthread_once(&once, c_locale_make);
	memcpy(text, p, len);
	text[len] = '\0';
	v = strtod_l(text, NULL, c_locale);
	if (text != small)
		free(text);
	*out = v;
	return v <= 1.7976931348623157e308 && v >= -1.7976931348623157e308;
}

struct number {		   /* the parts of a decimal number as they were read */
	uint64_t mantissa; /* all digits, without the point */
	int digits;	   /* of the mantissa, leading zeros not counted */
	int64_t exponent;  /* of ten */
	bool negative;
};

static bool number_scan(const char *p, const char *end, struct number *n)
{
	int seen = 0, sign = 1;
	int64_t e = 0;
	bool point = false;

	*n = (struct number){ .negative = p < end && *p == '-' };
	for (p += p < end && (*p == '-' || *p == '+'); p < end; p++) {
		unsigned d = (unsigned char)*p - '0';

		if (*p == '.' && !point) {
			point = true;
			continue;
		}
		if (d > 9)
			break;
		seen = 1;
		n->digits += n->digits || d;
		if (n->digits < 20)
			n->mantissa = n->mantissa * 10 + d;
		n->exponent -= point;
	}
	if (!seen || p == end)
		return seen;
	if ((*p | 0x20) != 'e' || ++p == end)
		return false;
	if (*p == '-' || *p == '+')
		sign = *p++ == '-' ? -1 : 1;
	if (p == end)
		return false;
	for (; p < end; p++) {
		unsigned d = (unsigned char)*p - '0';

		if (d > 9)
			return false;
		if (e < 100000)
			e = e * 10 + d;
	}
	n->exponent += sign * e;
	return true;
}

bool num_parse_double(const char *p, size_t len, double *out)
{
	static const double pow10_exact[23] = { 1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12,
		1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22 };
	struct number n;
	double v;

	if (!number_scan(p, p + len, &n))
		return false;
	/* Both operands are exact doubles, so the one rounding of the division or product is the right one. */
	if (n.digits > 19 || n.mantissa > (uint64_t)1 << 53 || n.exponent < -22 || n.exponent > 22)
		return parse_double_slowly(p, len, out);
	v = (double)n.mantissa;
	v = n.exponent < 0 ? v / pow10_exact[-n.exponent] : v * pow10_exact[n.exponent];
	*out = n.negative ? -v : v;
	return true;
}

struct num_unit {
	const char *name;
	uint64_t factor;
};

/* A number with one of the units behind it; "" is a unit too. compare: whether case counts (5M is no duration). */
static bool parse_with_unit(const char *p, size_t len, const struct num_unit *units, uint64_t max,
		int (*compare)(const char *, const char *, size_t), uint64_t *out)
{
	size_t digits = 0;
	uint64_t v;

	while (digits < len && p[digits] >= '0' && p[digits] <= '9')
		digits++;
	if (!num_parse_u64(p, digits, &v))
		return false;
	for (; units->name; units++) {
		if (strlen(units->name) != len - digits || compare(units->name, p + digits, len - digits) != 0)
			continue;
		if (__builtin_mul_overflow(v, units->factor, &v) || v > max)
			return false;
		*out = v;
		return true;
	}
	return false;
}

bool num_parse_bytes(const char *p, size_t len, uint64_t *out)
{
	static const struct num_unit units[] = {
		{ "", 1 },
		{ "k", 1u << 10 },
		{ "M", 1u << 20 },
		{ "G", 1u << 30 },
		{ "T", (uint64_t)1 << 40 },
		{ NULL, 0 },
	};

	return parse_with_unit(p, len, units, UINT64_MAX, strncasecmp, out);
}

bool num_parse_duration_ms(const char *p, size_t len, int64_t *out)
{
	static const struct num_unit units[] = {
		{ "", 1 },
		{ "ms", 1 },
		{ "s", 1000 },
		{ "m", 60000 },
		{ "h", 3600000 },
		{ "d", 86400000 },
		{ NULL, 0 },
	};
	uint64_t v;

	if (!parse_with_unit(p, len, units, INT64_MAX, strncmp, &v))
		return false;
	*out = (int64_t)v;
	return true;
}

size_t num_bytes(char *out, uint64_t n)
{
	static const char *const units[] = { "KiB", "MiB", "GiB", "TiB", "PiB" };
	double scaled = (double)n / 1024;
	size_t unit = 0;

	if (n < 1000)
		return (size_t)sprintf(out, "%u B", (unsigned)n);
	for (; scaled >= 1023.5 && unit + 1 < sizeof(units) / sizeof(*units); unit++)
		scaled /= 1024;
	return (size_t)sprintf(out, "%.*f %s", scaled < 9.995 ? 2 : scaled < 99.95 ? 1 : 0, scaled, units[unit]);
}
