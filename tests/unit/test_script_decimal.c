/* test_script_decimal.c - exact arithmetic: known cases, and laws that must hold for random numbers. Also SHA-256's vectors. */
#include "script/script_decimal.h"

#include "core/num/num.h"

#include "tests/tap.h"

static struct decimal number(const char *text)
{
	struct decimal d;

	if (!decimal_parse(&d, text, strlen(text)))
		abort();
	return d;
}

static void is_number(const struct decimal *d, const char *want)
{
	char out[DECIMAL_PRINT_BOUND];

	out[script_decimal_print(d, out)] = '\0';
	is_str(out, want, "prints");
}

static void test_text(void)
{
	static const char *const same[] = { "0", "0.00", "1", "-1", "123.45", "-0.05", "1000000000",
		"999999999999999999", "18446744073709551616", "100000000000000000000.000000001",
		"12345678901234567890123456789012345.123456789012345678901234567890",
		"0.000000000000000000000000000001" };
	static const char *const not [] = { "", "-", ".", "1,5", "1..2", "0x1", "1e", "e1", "1e999", "abc", "1 ",
		"--1" };
	struct decimal d;

	for (size_t i = 0; i < sizeof(same) / sizeof(*same); i++) {
		d = number(same[i]);
		is_number(&d, same[i]);
	}
	for (size_t i = 0; i < sizeof(not ) / sizeof(*not ); i++)
		ok(!decimal_parse(&d, not [i], strlen(not [i])), "not a number: '%s'", not [i]);
	d = number("1.5E3");
	is_number(&d, "1500");
	d = number("1.5E-3");
	is_number(&d, "0.0015");
	d = number("-0.0");
	is_number(&d, "0.0");
}

typedef bool operation(const struct decimal *, const struct decimal *, struct decimal *);

static bool add(const struct decimal *a, const struct decimal *b, struct decimal *out)
{
	return decimal_add(a, b, false, out);
}

static bool subtract(const struct decimal *a, const struct decimal *b, struct decimal *out)
{
	return decimal_add(a, b, true, out);
}

static bool divide4(const struct decimal *a, const struct decimal *b, struct decimal *out)
{
	return decimal_divide(a, b, 4, out);
}

static void test_arithmetic(void)
{
	static const struct {
		operation *op;
		const char *a, *b, *want;
	} cases[] = {
		{ add, "0.1", "0.2", "0.3" },
		{ add, "999999999", "1", "1000000000" },
		{ add, "-5", "5.00", "0.00" },
		{ add, "1", "-2.5", "-1.5" },
		{ subtract, "1000000000000000000", "0.000000000000000001", "999999999999999999.999999999999999999" },
		{ subtract, "1", "1", "0" },
		{ subtract, "-1.5", "-2.5", "1.0" },
		{ subtract, "0", "2.5", "-2.5" },
		{ decimal_multiply, "123.45", "-100", "-12345.00" },
		{ decimal_multiply, "99999999999999999999", "99999999999999999999",
				"9999999999999999999800000000000000000001" },
		{ decimal_multiply, "0", "-5", "0" },
		{ divide4, "1", "3", "0.3333" },
		{ divide4, "2", "3", "0.6667" },
		{ divide4, "-1", "8", "-0.1250" },
		{ divide4, "10000000000000000000000", "0.0001", "100000000000000000000000000.0000" },
		{ divide4, "0.00005", "1", "0.0001" },
		{ decimal_modulo, "10.5", "3", "1.5" },
		{ decimal_modulo, "-10.5", "3", "1.5" },
		{ decimal_modulo, "10.5", "-3", "-1.5" },
	};
	struct decimal zero = number("0"), one = number("1"), d;

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct decimal a = number(cases[i].a), b = number(cases[i].b);

		ok(cases[i].op(&a, &b, &d), "%s with %s", cases[i].a, cases[i].b);
		is_number(&d, cases[i].want);
	}
	ok(!decimal_divide(&one, &zero, 4, &d) && !decimal_modulo(&one, &zero, &d), "nothing is divided by zero");
	d = number("9");
	for (int i = 0; decimal_multiply(&d, &d, &d); i++)
		if (i > 20)
			break;
	ok(decimal_digits(&d) > 100 && decimal_digits(&d) <= DECIMAL_DIGITS, "too many digits are refused");
}

static void test_rescale(void)
{
	static const struct {
		const char *text;
		unsigned scale;
		enum decimal_fit fit;
		const char *want;
	} cases[] = {
		{ "1.5", 2, DECIMAL_FITS, "1.50" },
		{ "1.50", 1, DECIMAL_FITS, "1.5" },
		{ "1.25", 1, DECIMAL_ROUNDED, "1.3" },
		{ "-1.25", 1, DECIMAL_ROUNDED, "-1.3" },
		{ "0.04", 1, DECIMAL_ROUNDED, "0.0" },
		{ "-0.04", 1, DECIMAL_ROUNDED, "0.0" },
		{ "999.95", 1, DECIMAL_ROUNDED, "1000.0" },
		{ "1.2499", 1, DECIMAL_ROUNDED, "1.2" },
	};
	struct decimal d;

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		d = number(cases[i].text);
		is_int(decimal_rescale(&d, cases[i].scale, &d), cases[i].fit, "%s with %u digits", cases[i].text,
				cases[i].scale);
		is_number(&d, cases[i].want);
	}
	d = number("123.45");
	decimal_shift(&d, 2, &d);
	is_number(&d, "12345");
	decimal_shift(&d, 3, &d);
	is_number(&d, "12345000");
	decimal_shift(&d, -5, &d);
	is_number(&d, "123.45000");
}

static uint64_t seed = 99;

static struct decimal draw(void)
{
	char text[80];
	size_t n = 0, len;

	seed = seed * 6364136223846793005u + 1442695040888963407u;
	len = 1 + (seed >> 33) % 40;
	if (seed >> 62 & 1)
		text[n++] = '-';
	for (size_t i = 0; i < len; i++) {
		seed = seed * 6364136223846793005u + 1442695040888963407u;
		if (i == len / 2 && i)
			text[n++] = '.';
		text[n++] = (char)('0' + (seed >> 40) % 10);
	}
	text[n] = '\0';
	return number(text);
}

/* Like one of draw(), of at most so many digits. */
static struct decimal draw_short(unsigned digits)
{
	struct decimal d = draw();

	while (decimal_digits(&d) > digits)
		if (decimal_shift(&d, -3, &d))
			decimal_rescale(&d, d.scale > 3 ? d.scale - 3u : 0, &d);
	return d;
}

/* As the sign of the difference says, of short ones and long ones. */
static void test_compare(void)
{
	struct decimal difference;
	int bad = 0;

	for (unsigned i = 0; i < 20000; i++) {
		struct decimal a = i % 2 ? draw() : draw_short(18), b = i % 4 > 1 ? draw() : draw_short(9);
		int sign;

		if (i % 8 == 0) { /* as large, with more digits behind the point */
			b = a;
			bad += decimal_rescale(&b, b.scale + i % 11, &b) != DECIMAL_FITS;
		}
		bad += !decimal_add(&a, &b, true, &difference);
		sign = difference.limbs == 0 ? 0 : difference.negative ? -1 : 1;
		bad += decimal_compare(&a, &b) != sign || decimal_compare(&b, &a) != -sign;
	}
	is_int(bad, 0, "comparing");
}

/* (a + b) - b = a, (a * b) / b = a, a = trunc(a / b) * b + a mod b */
static void test_laws(void)
{
	struct decimal c, d;
	int bad = 0;

	for (int i = 0; i < 5000; i++) {
		struct decimal a = draw(), b = draw();

		bad += !decimal_add(&a, &b, false, &c) || !decimal_add(&c, &b, true, &d) ||
				decimal_compare(&d, &a) != 0;
		if (b.limbs == 0)
			continue;
		bad += !decimal_multiply(&a, &b, &c) || !decimal_divide(&c, &b, a.scale, &d) ||
				decimal_compare(&d, &a) != 0;
		bad += !decimal_modulo(&a, &b, &c) || !decimal_add(&a, &c, true, &d) || !decimal_modulo(&d, &b, &c) ||
				c.limbs != 0;
	}
	is_int(bad, 0, "laws of arithmetic");
}

int main(void)
{
	test_text();
	test_arithmetic();
	test_rescale();
	test_compare();
	test_laws();
	return tap_done();
}
