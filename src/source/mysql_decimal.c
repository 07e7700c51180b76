/*
 * mysql_decimal.c - packed decimals. What is hard: the outermost groups are shorter (dig_bytes), and a negative number has
 * every bit turned over. Most values fit an int64, so that way has no text.
 */
#include "source/mysql_decimal.h"

#include <string.h>

#include "core/num.h"
#include "source/mysql_bytes.h"

enum { GROUP_DIGITS = 9, GROUP_BYTES = 4, PRECISION_MAX = 65, SCALE_MAX = 30, GROUPS_MAX = 12 };

static const uint8_t dig_bytes[] = { 0, 1, 1, 2, 2, 3, 3, 4, 4, 4 };
static const uint32_t pow10_of[] = { 1, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000, 1000000000 };

struct group { uint32_t value; uint8_t digits; };

bool decimal_is_valid(unsigned precision, unsigned scale)
{
	return precision >= 1 && precision <= PRECISION_MAX && scale <= SCALE_MAX && scale <= precision;
}

unsigned decimal_bytes(unsigned precision, unsigned scale)
{
	unsigned whole = precision - scale;

	return whole / GROUP_DIGITS * GROUP_BYTES + dig_bytes[whole % GROUP_DIGITS] +
	       scale / GROUP_DIGITS * GROUP_BYTES + dig_bytes[scale % GROUP_DIGITS];
}

/* Takes the number apart, most significant group first. `whole` counts the groups before the point. */
static unsigned decimal_split(const uint8_t *p, unsigned precision, unsigned scale, struct group groups[GROUPS_MAX],
			      unsigned *whole, bool *negative)
{
	unsigned int_digits = precision - scale, n = 0, left;
	uint32_t turn;
	uint8_t first = *p ^ 0x80;	/* the sign bit is set in positive numbers */
	bool at_start = true;

	*negative = !(*p & 0x80);
	turn = *negative ? 0xffffffffu : 0;
	for (int part = 0; part < 2; part++) {
		unsigned digits = part == 0 ? int_digits : scale;

		for (left = digits; left > 0; ) {
			unsigned take = part == 0 && left % GROUP_DIGITS ? left % GROUP_DIGITS : left < GROUP_DIGITS ? left : GROUP_DIGITS;
			unsigned width = dig_bytes[take];
			uint32_t raw = (uint32_t)bytes_be(p, width);

			if (at_start) {
				raw = (raw & (uint32_t)((1ull << (8 * (width - 1))) - 1)) | (uint32_t)first << (8 * (width - 1));
				at_start = false;
			}
			groups[n].value = (raw ^ turn) & (uint32_t)((1ull << (8 * width)) - 1);
			groups[n++].digits = (uint8_t)take;
			p += width;
			left -= take;
		}
		if (part == 0)
			*whole = n;
	}
	return n;
}

bool decimal_to_int64(const uint8_t *p, unsigned precision, unsigned scale, int64_t *unscaled)
{
	struct group groups[GROUPS_MAX];
	unsigned whole, n;
	bool negative;
	int64_t v = 0;

	n = decimal_split(p, precision, scale, groups, &whole, &negative);
	for (unsigned i = 0; i < n; i++)
		if (__builtin_mul_overflow(v, (int64_t)pow10_of[groups[i].digits], &v) || __builtin_add_overflow(v, (int64_t)groups[i].value, &v))
			return false;
	*unscaled = negative ? -v : v;
	return true;
}

size_t decimal_print(const uint8_t *p, unsigned precision, unsigned scale, char out[DECIMAL_TEXT_MAX])
{
	struct group groups[GROUPS_MAX];
	char digits[PRECISION_MAX + GROUP_DIGITS * 2];
	unsigned whole, n = decimal_split(p, precision, scale, groups, &whole, &(bool){ false });
	bool negative = !(*p & 0x80);
	size_t len = 0, at = 0, zeros = 0, int_digits = precision - scale;

	for (unsigned i = 0; i < n; i++)
		len += num_pad(digits + len, groups[i].value % pow10_of[groups[i].digits], groups[i].digits);
	while (zeros < int_digits && digits[zeros] == '0')
		zeros++;
	if (negative)
		out[at++] = '-';
	if (zeros == int_digits)
		out[at++] = '0';
	memcpy(out + at, digits + zeros, int_digits - zeros);
	at += int_digits - zeros;
	if (scale > 0) {
		out[at++] = '.';
		memcpy(out + at, digits + int_digits, scale);
		at += scale;
	}
	return at;
}
