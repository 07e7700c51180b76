/*
 * format_bigint.c - schoolbook arithmetic on at most 40 bytes. Rare enough that clarity wins.
 */
#include <string.h>

#include "format/cell/format_bigint.h"

/* Cuts the sign bytes that say nothing, as Java's BigInteger.toByteArray() does. */
static size_t bigint_trim(uint8_t *p, size_t len)
{
	size_t skip = 0;

	while (skip + 1 < len &&
			((p[skip] == 0x00 && !(p[skip + 1] & 0x80)) || (p[skip] == 0xff && (p[skip + 1] & 0x80))))
		skip++;
	memmove(p, p + skip, len - skip);
	return len - skip;
}

static void bigint_negate(uint8_t *p, size_t len)
{
	unsigned carry = 1;

	for (size_t i = len; i-- > 0;) {
		carry += (uint8_t)~p[i];
		p[i] = (uint8_t)carry;
		carry >>= 8;
	}
}

size_t bigint_from_text(uint8_t out[BIGINT_BYTES], const char *text, size_t len)
{
	bool negative = len > 0 && text[0] == '-';
	unsigned digits = 0, points = 0;

	memset(out, 0, BIGINT_BYTES);
	for (size_t i = negative ? 1 : 0; i < len; i++) {
		unsigned carry = (unsigned char)text[i] - '0';

		if (text[i] == '.' && points++ == 0)
			continue;
		if (carry > 9 || ++digits > BIGINT_DIGITS)
			return 0;
		for (size_t k = BIGINT_BYTES; k-- > 0;) {
			carry += out[k] * 10u;
			out[k] = (uint8_t)carry;
			carry >>= 8;
		}
	}
	if (digits == 0)
		return 0;
	if (negative)
		bigint_negate(out, BIGINT_BYTES);
	return bigint_trim(out, BIGINT_BYTES);
}

size_t bigint_from_i64(uint8_t out[BIGINT_BYTES], int64_t v)
{
	uint64_t u = __builtin_bswap64((uint64_t)v);
	uint64_t folded = (uint64_t)(v < 0 ? ~v : v);
	size_t bits = folded ? 64 - (size_t)__builtin_clzll(folded) : 0;
	size_t len = bits / 8 + 1; /* one bit more than the number for its sign */

	memcpy(out, (const char *)&u + 8 - len, len);
	return len;
}

size_t bigint_from_u64(uint8_t out[BIGINT_BYTES], uint64_t v)
{
	uint64_t u = __builtin_bswap64(v);

	out[0] = 0;
	memcpy(out + 1, &u, 8);
	return bigint_trim(out, 9);
}

bool bigint_to_i64(const uint8_t *p, size_t len, int64_t *out)
{
	uint64_t u = len && (p[0] & 0x80) ? ~UINT64_C(0) : 0;
	uint8_t sign = (uint8_t)u;

	while (len > 8 && p[0] == sign && ((p[1] ^ sign) & 0x80) == 0)
		p++, len--;
	if (len == 0 || len > 8)
		return false;
	for (size_t i = 0; i < len; i++)
		u = u << 8 | p[i];
	*out = (int64_t)u;
	return true;
}

/* Divides the big-endian number by ten in place; returns the remainder, says whether anything is left. */
static unsigned bigint_digit(uint8_t *p, size_t len, bool *left)
{
	unsigned rest = 0;

	*left = false;
	for (size_t i = 0; i < len; i++) {
		rest = rest << 8 | p[i];
		p[i] = (uint8_t)(rest / 10);
		rest %= 10;
		*left |= p[i] != 0;
	}
	return rest;
}

size_t bigint_to_text(char *out, const uint8_t *p, size_t len, int scale)
{
	uint8_t work[BIGINT_BYTES];
	char reversed[BIGINT_DIGITS + 1];
	bool negative = len && (p[0] & 0x80), left = true;
	int n = 0;
	char *at = out;

	if (len == 0 || len > sizeof(work) || scale < 0 || scale >= BIGINT_DIGITS)
		return 0;
	memcpy(work, p, len);
	if (negative)
		bigint_negate(work, len);
	while (left || n <= scale) {
		if (n == BIGINT_DIGITS)
			return 0;
		reversed[n++] = (char)('0' + bigint_digit(work, len, &left));
	}
	if (negative)
		*at++ = '-';
	while (n > 0) {
		*at++ = reversed[--n];
		if (n == scale && n > 0)
			*at++ = '.';
	}
	return (size_t)(at - out);
}
