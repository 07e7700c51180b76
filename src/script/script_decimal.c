/*
 * script_decimal.c - school arithmetic in base 10^9. Numbers are short (a MySQL decimal has 65 digits), so the plain
 * ways are fast enough; what matters is that every result is exact or refused.
 */
#include "script/script_decimal.h"

#include <string.h>

#include "core/num/num.h"

#define BASE 1000000000u

static const uint32_t pow10_u32[10] = { 1, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000, 1000000000 };

static void trim(struct decimal *d)
{
	while (d->limbs && d->limb[d->limbs - 1] == 0)
		d->limbs--;
	if (d->limbs == 0)
		d->negative = false;
}

/* d = d * factor + add; false: out of room. factor <= BASE. */
static bool small_multiply(struct decimal *d, uint32_t factor, uint32_t add)
{
	uint64_t carry = add;

	for (unsigned i = 0; i < d->limbs; i++) {
		carry += (uint64_t)d->limb[i] * factor;
		d->limb[i] = (uint32_t)(carry % BASE);
		carry /= BASE;
	}
	if (carry && d->limbs == DECIMAL_LIMBS)
		return false;
	if (carry)
		d->limb[d->limbs++] = (uint32_t)carry;
	return true;
}

/* d = d / divisor; returns the rest. */
static uint32_t small_divide(struct decimal *d, uint32_t divisor)
{
	uint64_t rest = 0;

	for (unsigned i = d->limbs; i-- > 0;) {
		rest = rest * BASE + d->limb[i];
		d->limb[i] = (uint32_t)(rest / divisor);
		rest %= divisor;
	}
	while (d->limbs && d->limb[d->limbs - 1] == 0)
		d->limbs--;
	return (uint32_t)rest;
}

static bool multiply_pow10(struct decimal *d, unsigned places)
{
	for (; places >= 9; places -= 9)
		if (!small_multiply(d, BASE, 0))
			return false;
	return small_multiply(d, pow10_u32[places], 0);
}

static int magnitude_compare(const struct decimal *a, const struct decimal *b)
{
	if (a->limbs != b->limbs)
		return a->limbs < b->limbs ? -1 : 1;
	for (unsigned i = a->limbs; i-- > 0;)
		if (a->limb[i] != b->limb[i])
			return a->limb[i] < b->limb[i] ? -1 : 1;
	return 0;
}

static bool magnitude_add(struct decimal *a, const struct decimal *b)
{
	unsigned n = a->limbs > b->limbs ? a->limbs : b->limbs;
	uint32_t carry = 0;

	for (unsigned i = 0; i < n || carry; i++) {
		if (i == DECIMAL_LIMBS)
			return false;
		carry += (i < a->limbs ? a->limb[i] : 0) + (i < b->limbs ? b->limb[i] : 0);
		a->limb[i] = carry % BASE;
		carry /= BASE;
		if (i >= a->limbs)
			a->limbs = (uint8_t)(i + 1);
	}
	return true;
}

/* a -= b; a is not the smaller one. */
static void magnitude_subtract(struct decimal *a, const struct decimal *b)
{
	int64_t borrow = 0;

	for (unsigned i = 0; i < a->limbs; i++) {
		int64_t v = (int64_t)a->limb[i] - (i < b->limbs ? b->limb[i] : 0) - borrow;

		borrow = v < 0;
		a->limb[i] = (uint32_t)(v + (borrow ? BASE : 0));
	}
	while (a->limbs && a->limb[a->limbs - 1] == 0)
		a->limbs--;
}

void decimal_from_u64(struct decimal *d, uint64_t v, bool negative)
{
	d->limbs = d->scale = 0;
	for (; v; v /= BASE)
		d->limb[d->limbs++] = (uint32_t)(v % BASE);
	d->negative = negative && d->limbs;
}

/* "E-7" and the like at p; moves the point of d. */
static bool parse_exponent(struct decimal *d, const char *p, size_t len)
{
	int64_t e;

	if (len && *p == '+') {
		p++;
		len--;
	}
	return num_parse_i64(p, len, &e) && e >= -DECIMAL_DIGITS && e <= DECIMAL_DIGITS && decimal_shift(d, (int)e, d);
}

bool decimal_parse(struct decimal *d, const char *p, size_t len)
{
	const char *end = p + len;
	bool negative = len && *p == '-', point = false;
	size_t digits = 0;

	decimal_from_u64(d, 0, false);
	for (p += negative || (len && *p == '+'); p < end && (*p | 0x20) != 'e'; p++) {
		if (*p == '.' && !point) {
			point = true;
			continue;
		}
		if (*p < '0' || *p > '9' || d->scale == DECIMAL_DIGITS || !small_multiply(d, 10, (uint32_t)(*p - '0')))
			return false;
		if (d->limbs == 0 && *p != '0')
			return false;
		d->scale = (uint8_t)(d->scale + point);
		digits++;
	}
	d->negative = negative && d->limbs;
	if (digits == 0)
		return false;
	return p == end || parse_exponent(d, p + 1, (size_t)(end - p - 1));
}

unsigned decimal_digits(const struct decimal *d)
{
	unsigned n = 1;

	if (d->limbs == 0)
		return 1;
	while (n < 9 && d->limb[d->limbs - 1] >= pow10_u32[n])
		n++;
	return n + (d->limbs - 1u) * 9;
}

size_t script_decimal_print(const struct decimal *d, char *out)
{
	char digits[DECIMAL_DIGITS + 9], *p = out;
	unsigned n = decimal_digits(d), whole;
	size_t at = 0;

	for (unsigned i = d->limbs; i-- > 0;)
		at += num_pad(digits + at, d->limb[i], 9);
	if (at == 0)
		digits[at++] = '0';
	memmove(digits, digits + at - n, n); /* without the zeros of the first limb */
	if (d->negative)
		*p++ = '-';
	whole = n > d->scale ? n - d->scale : 0;
	if (whole == 0)
		*p++ = '0';
	memcpy(p, digits, whole);
	p += whole;
	if (d->scale == 0)
		return (size_t)(p - out);
	*p++ = '.';
	for (unsigned zeros = d->scale - (n - whole); zeros > 0; zeros--)
		*p++ = '0';
	memcpy(p, digits + whole, n - whole);
	return (size_t)(p - out) + n - whole;
}

/* Both with the same number of digits behind the point. */
static bool align(struct decimal *a, struct decimal *b)
{
	struct decimal *less = a->scale < b->scale ? a : b, *more = less == a ? b : a;

	if (!multiply_pow10(less, (unsigned)(more->scale - less->scale)))
		return false;
	less->scale = more->scale;
	return true;
}

/* Both in 64 bits, with as many digits behind the point; false: they are not as small. */
static bool small_pair(const struct decimal *a, const struct decimal *b, uint64_t *x, uint64_t *y)
{
	int more = a->scale - b->scale;

	return a->limbs <= 2 && b->limbs <= 2 && more >= -9 && more <= 9 && decimal_unscaled(a, x) &&
			decimal_unscaled(b, y) && !__builtin_mul_overflow(*x, pow10_u32[more < 0 ? -more : 0], x) &&
			!__builtin_mul_overflow(*y, pow10_u32[more > 0 ? more : 0], y);
}

int decimal_compare(const struct decimal *a, const struct decimal *b)
{
	struct decimal x, y;
	uint64_t small_x, small_y;
	int sign;

	if (a->negative != b->negative)
		return a->negative ? -1 : 1;
	sign = a->negative ? -1 : 1;
	if (small_pair(a, b, &small_x, &small_y))
		return small_x == small_y ? 0 : small_x < small_y ? -sign : sign;
	x = *a;
	y = *b;
	if (align(&x, &y))
		return sign * magnitude_compare(&x, &y);
	return a->scale < b->scale ? sign : -sign; /* only a larger number runs out of room */
}

bool decimal_add(const struct decimal *a, const struct decimal *b, bool subtract, struct decimal *out)
{
	struct decimal x = *a, y = *b, swap;

	y.negative = y.limbs && y.negative != subtract;
	if (!align(&x, &y))
		return false;
	if (x.negative == y.negative || y.limbs == 0) {
		if (!magnitude_add(&x, &y))
			return false;
	} else {
		if (magnitude_compare(&x, &y) < 0) {
			swap = x;
			x = y;
			y = swap;
		}
		magnitude_subtract(&x, &y);
	}
	trim(&x);
	*out = x;
	return true;
}

bool decimal_multiply(const struct decimal *a, const struct decimal *b, struct decimal *out)
{
	uint32_t wide[2 * DECIMAL_LIMBS] = { 0 };
	unsigned n = a->limbs + b->limbs;
	struct decimal d;

	for (unsigned i = 0; i < a->limbs; i++) {
		uint64_t carry = 0;

		for (unsigned k = 0; k < b->limbs || carry; k++) {
			carry += wide[i + k] + (k < b->limbs ? (uint64_t)a->limb[i] * b->limb[k] : 0);
			wide[i + k] = (uint32_t)(carry % BASE);
			carry /= BASE;
		}
	}
	while (n && wide[n - 1] == 0)
		n--;
	if (n > DECIMAL_LIMBS || a->scale + b->scale > DECIMAL_DIGITS)
		return false;
	memcpy(d.limb, wide, n * sizeof(*wide));
	d.limbs = (uint8_t)n;
	d.scale = (uint8_t)(a->scale + b->scale);
	d.negative = n && a->negative != b->negative;
	*out = d;
	return true;
}

/* Quotient and rest of the magnitudes, one decimal digit at a time from the top; false: the rest ran out of room. */
static bool long_divide(const struct decimal *a, const struct decimal *b, struct decimal *quotient,
		struct decimal *rest)
{
	decimal_from_u64(quotient, 0, false);
	decimal_from_u64(rest, 0, false);
	for (unsigned i = a->limbs; i-- > 0;)
		for (int place = 8; place >= 0; place--) {
			uint32_t digit = 0;

			if (!small_multiply(rest, 10, a->limb[i] / pow10_u32[place] % 10))
				return false;
			for (; magnitude_compare(rest, b) >= 0; digit++)
				magnitude_subtract(rest, b);
			if (!small_multiply(quotient, 10, digit))
				return false;
		}
	return true;
}

bool decimal_divide(const struct decimal *a, const struct decimal *b, unsigned scale, struct decimal *out)
{
	struct decimal x = *a, y = *b, q, rest;
	unsigned have = scale + b->scale; /* the scale that a needs for a quotient of the scale asked for */

	if (b->limbs == 0 || scale > DECIMAL_DIGITS)
		return false;
	if (have >= a->scale ? !multiply_pow10(&x, have - a->scale) : !multiply_pow10(&y, a->scale - have))
		return false;
	if (!long_divide(&x, &y, &q, &rest) || !small_multiply(&rest, 2, 0))
		return false;
	if (magnitude_compare(&rest, &y) >= 0) {
		struct decimal one;

		decimal_from_u64(&one, 1, false);
		if (!magnitude_add(&q, &one))
			return false;
	}
	q.scale = (uint8_t)scale;
	q.negative = q.limbs && a->negative != b->negative;
	*out = q;
	return true;
}

bool decimal_modulo(const struct decimal *a, const struct decimal *b, struct decimal *out)
{
	struct decimal x = *a, y = *b, q, rest;

	if (b->limbs == 0 || !align(&x, &y) || !long_divide(&x, &y, &q, &rest))
		return false;
	rest.scale = x.scale;
	rest.negative = rest.limbs && a->negative;
	if (rest.limbs && rest.negative != b->negative)
		return decimal_add(&rest, b, false, out);
	*out = rest;
	return true;
}

bool decimal_shift(const struct decimal *a, int places, struct decimal *out)
{
	struct decimal d = *a;
	int scale = d.scale - places;

	if (scale > DECIMAL_DIGITS || (scale < 0 && !multiply_pow10(&d, (unsigned)-scale)))
		return false;
	d.scale = scale < 0 ? 0 : (uint8_t)scale;
	*out = d;
	return true;
}

enum decimal_fit decimal_rescale(const struct decimal *a, unsigned scale, struct decimal *out)
{
	struct decimal d = *a;
	uint32_t last = 0;
	bool lost = false;

	if (scale == a->scale) {
		*out = d;
		return DECIMAL_FITS;
	}
	if (scale > DECIMAL_DIGITS || (scale > d.scale && !multiply_pow10(&d, scale - d.scale)))
		return DECIMAL_TOO_LONG;
	for (unsigned drop = d.scale > scale ? d.scale - scale : 0; drop > 0; drop--) {
		lost |= last != 0;
		last = small_divide(&d, 10);
	}
	lost |= last != 0;
	d.scale = (uint8_t)scale;
	if (last >= 5) {
		struct decimal one;

		decimal_from_u64(&one, 1, false);
		if (!magnitude_add(&d, &one))
			return DECIMAL_TOO_LONG;
	}
	trim(&d);
	*out = d;
	return lost ? DECIMAL_ROUNDED : DECIMAL_FITS;
}

bool decimal_unscaled(const struct decimal *d, uint64_t *magnitude)
{
	uint64_t v = 0;

	for (unsigned i = d->limbs; i-- > 0;)
		if (__builtin_mul_overflow(v, BASE, &v) || __builtin_add_overflow(v, d->limb[i], &v))
			return false;
	*magnitude = v;
	return true;
}
