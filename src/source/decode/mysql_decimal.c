/*
 * mysql_decimal.c - packed decimals. The outermost groups are shorter (dig_bytes), and a negative number has every bit
 * turned over. Most values fit an int64, so that way has no text.
 */
#include "source/decode/mysql_decimal.h"

#include <string.h>

#include "core/num/num.h"
#include "source/decode/mysql_bytes.h"

enum { GROUP_DIGITS = 9, GROUP_BYTES = 4, PRECISION_MAX = 65, SCALE_MAX = 30 };

static const uint8_t dig_bytes[] = { 0, 1, 1, 2, 2, 3, 3, 4, 4, 4 };
static const uint32_t pow10_of[] = { 1, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000, 1000000000 };

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

struct packed_digits { /* where we are in the bytes */
	const uint8_t *p;
	uint32_t turn; /* all ones in a negative number */
	uint32_t sign; /* 0x80 before the first group, 0 behind it */
};

static struct packed_digits digits_of(const uint8_t *p)
{
	return (struct packed_digits){ .p = p, .turn = *p & 0x80 ? 0 : 0xffffffffu, .sign = 0x80 };
}

static inline uint32_t digits_take(struct packed_digits *d, unsigned count)
{
	unsigned width = dig_bytes[count], shift = 8 * (width - 1);
	uint32_t raw = ((uint32_t)bytes_be(d->p, width) ^ d->sign << shift ^ d->turn) & (0xffffffffu >> (24 - shift));

	d->p += width;
	d->sign = 0;
	return raw;
}

static inline bool digits_append(struct packed_digits *d, unsigned count, int64_t *v)
{
	return !__builtin_mul_overflow(*v, (int64_t)pow10_of[count], v) &&
			!__builtin_add_overflow(*v, (int64_t)digits_take(d, count), v);
}

bool decimal_to_int64(const uint8_t *p, unsigned precision, unsigned scale, int64_t *unscaled)
{
	struct packed_digits d = digits_of(p);
	unsigned whole = precision - scale;
	int64_t v = 0;

	if (whole % GROUP_DIGITS)
		v = digits_take(&d, whole % GROUP_DIGITS);
	for (unsigned left = whole / GROUP_DIGITS + scale / GROUP_DIGITS; left > 0; left--)
		if (!digits_append(&d, GROUP_DIGITS, &v))
			return false;
	if (scale % GROUP_DIGITS && !digits_append(&d, scale % GROUP_DIGITS, &v))
		return false;
	*unscaled = d.turn ? -v : v;
	return true;
}

/* All digits, zeros in front included. */
static size_t digits_print(const uint8_t *p, unsigned precision, unsigned scale, char *out)
{
	struct packed_digits d = digits_of(p);
	unsigned whole = precision - scale;
	const unsigned parts[][2] = {
		{ 1, whole % GROUP_DIGITS },
		{ whole / GROUP_DIGITS + scale / GROUP_DIGITS, GROUP_DIGITS },
		{ 1, scale % GROUP_DIGITS },
	};
	size_t len = 0;

	for (unsigned part = 0; part < 3; part++)
		for (unsigned i = 0, count = parts[part][1]; count > 0 && i < parts[part][0]; i++)
			len += num_pad(out + len, digits_take(&d, count) % pow10_of[count], (int)count);
	return len;
}

size_t decimal_print(const uint8_t *p, unsigned precision, unsigned scale, char out[DECIMAL_TEXT_MAX])
{
	char digits[PRECISION_MAX + GROUP_DIGITS];
	size_t at = 0, zeros = 0, int_digits = precision - scale;

	digits_print(p, precision, scale, digits);
	while (zeros < int_digits && digits[zeros] == '0')
		zeros++;
	if (!(*p & 0x80))
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
