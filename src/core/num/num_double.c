/*
 * num_double.c - doubles and floats as Java prints them (JDK 19 and later).
 *
 * Two things are hard: to find the shortest decimal that reads back as the same number, without printf and without
 * arithmetic of any length, and to break ties as Java does. This is Raffaello Giulietti's Schubfach ("The Schubfach
 * way to render doubles", 2020), which is also what the JDK runs: a number is scaled by a tabled power of ten in 126
 * bits, so that at most four candidates remain, and comparisons that are exact pick one. Floats take the same way with
 * other limits.
 */
#include "core/num/num.h"
#include "core/num/num_pow10.h"

#include <string.h>

/* floor(e * log10(2)), floor(e * log10(2) + log10(3/4)), floor(e * log2(10)): exact for every e that occurs here. */
static int floor_log10_pow2(int e)
{
	return (int)((int64_t)e * 661971961083 >> 41);
}

static int floor_log10_three_quarters_pow2(int e)
{
	return (int)(((int64_t)e * 661971961083 - 274743187321) >> 41);
}

static int floor_log2_pow10(int e)
{
	return (int)((int64_t)e * 913124641741 >> 38);
}

static uint64_t multiply_high(uint64_t a, uint64_t b)
{
	return (uint64_t)((unsigned __int128)a * b >> 64);
}

/* cp * g / 2^127, the last bit "sticky": set when anything was cut off ("round to odd"), which keeps comparisons
 * exact. */
static uint64_t round_to_odd(const uint64_t g[2], uint64_t cp)
{
	const uint64_t mask = UINT64_MAX >> 1;
	uint64_t x1 = multiply_high(g[1], cp), y0 = g[0] * cp, y1 = multiply_high(g[0], cp);
	uint64_t z = (y0 >> 1) + x1, w = y1 + (z >> 63);

	return w | (((z & mask) + mask) >> 63);
}

/*
 * The decimal f * 10^e for the binary c * 2^q. irregular: the neighbour below is half as far away as the one above,
 * which is so at powers of two.
 */
static uint64_t shortest(int q, uint64_t c, bool irregular, int *e)
{
	uint64_t out = c & 1, cb = c << 2, cbr = cb + 2, cbl = irregular ? cb - 1 : cb - 2;
	int k = irregular ? floor_log10_three_quarters_pow2(q) : floor_log10_pow2(q);
	int h = q + floor_log2_pow10(-k) + 2;
	const uint64_t *g = num_pow10[k - NUM_POW10_FIRST];
	uint64_t vb = round_to_odd(g, cb << h), vbl = round_to_odd(g, cbl << h), vbr = round_to_odd(g, cbr << h);
	uint64_t s = vb >> 2, t = s + 1;
	bool s_in, t_in;

	*e = k;
	if (s >= 100) { /* is one digit fewer enough? */
		uint64_t shorter = s / 10 * 10, next = shorter + 10;
		bool shorter_in = vbl + out <= shorter << 2, next_in = (next << 2) + out <= vbr;

		if (shorter_in != next_in)
			return shorter_in ? shorter : next;
	}
	s_in = vbl + out <= s << 2;
	t_in = (t << 2) + out <= vbr;
	if (s_in != t_in)
		return s_in ? s : t;
	if (vb == (s + t) << 1)
		return s & 1 ? t : s;
	return vb < (s + t) << 1 ? s : t;
}

/* Digits and the place of the point: 0.001 to 9999999.9 plainly, all else as 1.5E-7. */
static size_t java_print(char *out, uint64_t f, int e)
{
	char digits[20], *p = out;
	int n, point;

	n = (int)num_u64(digits, f);
	point = n + e; /* digits before the point */
	while (n > 1 && digits[n - 1] == '0')
		n--;
	if (point > 0 && point <= 7) {
		for (int i = 0; i < point; i++)
			*p++ = i < n ? digits[i] : '0';
		*p++ = '.';
		if (n <= point) {
			*p++ = '0';
			return (size_t)(p - out);
		}
		memcpy(p, digits + point, (size_t)(n - point));
		return (size_t)(p - out) + (size_t)(n - point);
	}
	if (point <= 0 && point > -3) {
		memcpy(p, "0.00", 4);
		p += 2 - point;
		memcpy(p, digits, (size_t)n);
		return (size_t)(p - out) + (size_t)n;
	}
	*p++ = digits[0];
	*p++ = '.';
	if (n == 1)
		*p++ = '0';
	memcpy(p, digits + 1, (size_t)n - 1);
	p += n - 1;
	*p++ = 'E';
	return (size_t)(p - out) + num_i64(p, point - 1);
}

struct double_layout { /* of an IEEE format */
	int bits;      /* of the significand, the hidden one counted */
	int q_min;     /* exponent of the last bit of a subnormal */
	int special;   /* biased exponent of infinities and NaN */
	uint64_t tiny; /* below: so few digits that Java looks at one more */
};

static size_t special_print(char *out, bool negative, bool nan)
{
	const char *text = nan ? "NaN" : negative ? "-Infinity" : "Infinity";
	size_t n = strlen(text);

	memcpy(out, text, n);
	return n;
}

static size_t binary_print(char *out, const struct double_layout *l, bool negative, int biased, uint64_t fraction)
{
	uint64_t hidden = (uint64_t)1 << (l->bits - 1), c = fraction | hidden, f;
	int q = l->q_min - 1 + biased, e, tens = 0;
	char *p = out;

	if (biased == l->special)
		return special_print(out, negative, fraction != 0);
	if (negative)
		*p++ = '-';
	if (biased == 0 && fraction == 0) {
		memcpy(p, "0.0", 3);
		return (size_t)(p - out) + 3;
	}
	if (q <= 0 && q > -l->bits && biased && (c >> -q) << -q == c) /* an integer that has all its digits */
		return (size_t)(p - out) + java_print(p, c >> -q, 0);
	if (biased == 0) {
		q = l->q_min;
		tens = fraction < l->tiny ? -1 : 0;
		c = tens ? fraction * 10 : fraction;
	}
	f = shortest(q, c, c == hidden && q != l->q_min, &e);
	return (size_t)(p - out) + java_print(p, f, e + tens);
}

size_t num_double(char *out, double v)
{
	static const struct double_layout layout = { 53, -1074, 2047, 3 };
	uint64_t bits;

	memcpy(&bits, &v, sizeof(bits));
	return binary_print(out, &layout, bits >> 63, bits >> 52 & 2047, bits & (((uint64_t)1 << 52) - 1));
}

size_t num_float(char *out, float v)
{
	static const struct double_layout layout = { 24, -149, 255, 8 };
	uint32_t bits;

	memcpy(&bits, &v, sizeof(bits));
	return binary_print(out, &layout, bits >> 31, bits >> 23 & 255, bits & ((1u << 23) - 1));
}
