/*
 * test_num_double.c - doubles and floats as Java prints them. Known spellings; then for many numbers that the text reads
 * back as the same number, that no shorter text would, and that none of the same length is closer.
 */
#include "core/num/num.h"

#include <math.h>

#include "tests/tap.h"

static uint64_t seed = 88172645463325252u;

static uint64_t draw(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return seed;
}

static void test_spellings(void)
{
	static const struct {
		double v;
		const char *text;
	} cases[] = {
		{ 0.0, "0.0" },
		{ -0.0, "-0.0" },
		{ 1, "1.0" },
		{ 0.001, "0.001" },
		{ 9.99e-4, "9.99E-4" },
		{ 9999999, "9999999.0" },
		{ 1e7, "1.0E7" },
		{ 4.35, "4.35" },
		{ 12345678, "1.2345678E7" },
		{ 1e21, "1.0E21" },
		{ 2e23, "2.0E23" },
		{ 1e23, "1.0E23" },
		{ 5e-324, "4.9E-324" },
		{ 1.5e-323, "1.5E-323" },
		{ 9.9e-324, "9.9E-324" },
		{ 2.2250738585072014e-308, "2.2250738585072014E-308" },
		{ 1.7976931348623157e308, "1.7976931348623157E308" },
		{ 0.1, "0.1" },
		{ 0.1 + 0.2, "0.30000000000000004" },
		{ 100, "100.0" },
		{ 123456.789, "123456.789" },
		{ -0.05, "-0.05" },
		{ 0.0123, "0.0123" },
		{ 9007199254740993.0, "9.007199254740992E15" },
		{ 5.610000133514404, "5.610000133514404" },
		{ 9223372036854775808.0, "9.223372036854776E18" },
		{ 2e-3, "0.002" },
		{ 1234567.5, "1234567.5" },
		{ 4503599627370497.0, "4.503599627370497E15" },
		{ INFINITY, "Infinity" },
		{ -INFINITY, "-Infinity" },
		{ NAN, "NaN" },
	};
	static const struct {
		float v;
		const char *text;
	} floats[] = {
		{ 3.1415927f, "3.1415927" },
		{ 16777216.0f, "1.6777216E7" },
		{ 0.1f, "0.1" },
		{ 1e10f, "1.0E10" },
		{ 1.4e-45f, "1.4E-45" },
		{ 3.4028235e38f, "3.4028235E38" },
		{ 1.17549435e-38f, "1.1754944E-38" },
		{ 5.61f, "5.61" },
		{ -0.0f, "-0.0" },
		{ 8388609.0f, "8388609.0" },
		{ 3.3e-44f, "3.4E-44" },
		{ 2e-45f, "1.4E-45" },
		{ 33554432.0f, "3.3554432E7" },
	};
	char out[40];

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		out[num_double(out, cases[i].v)] = '\0';
		is_str(out, cases[i].text, "double, case %zu", i);
	}
	for (size_t i = 0; i < sizeof(floats) / sizeof(*floats); i++) {
		out[num_float(out, floats[i].v)] = '\0';
		is_str(out, floats[i].text, "float, case %zu", i);
	}
}

/* How many significant digits a text has. */
static int digits_of(const char *text)
{
	char digits[40];
	int n = 0;

	for (; *text && *text != 'E'; text++)
		if (*text >= '0' && *text <= '9' && (n || *text != '0'))
			digits[n++] = *text;
	while (n && digits[n - 1] == '0')
		n--;
	return n ? n : 1;
}

/* printf rounds correctly, so the shortest is the least precision at which its text reads back. Two digits are the least. */
static int double_bad(double v)
{
	char out[40], want[40];
	int digits = 1;

	out[num_double(out, v)] = '\0';
	for (; digits < 17; digits++) {
		snprintf(want, sizeof(want), "%.*e", digits - 1, v);
		if (strtod(want, NULL) == v)
			break;
	}
	snprintf(want, sizeof(want), "%.*e", digits - 1, v);
	if (strtod(out, NULL) != v || digits_of(out) > (digits < 2 ? 2 : digits))
		return 1;
	/* the same length: must be the same number, unless both are equally near or a neighbour is shorter */
	return digits >= 2 && digits_of(out) == digits && strtold(want, NULL) != strtold(out, NULL) &&
			fabsl(strtold(want, NULL) - (long double)v) < fabsl(strtold(out, NULL) - (long double)v);
}

static int float_bad(float v)
{
	char out[40], want[40];
	int digits = 1;

	out[num_float(out, v)] = '\0';
	for (; digits < 9; digits++) {
		snprintf(want, sizeof(want), "%.*e", digits - 1, (double)v);
		if (strtof(want, NULL) == v)
			break;
	}
	return strtof(out, NULL) != v || digits_of(out) > (digits < 2 ? 2 : digits);
}

static void test_round_trips(void)
{
	int bad = 0;

	for (int i = 0; i < 100000; i++) {
		uint64_t bits = draw();
		double v;

		memcpy(&v, &bits, sizeof(v));
		bad += isfinite(v) && double_bad(v);
	}
	is_int(bad, 0, "doubles of any bits");
	for (int i = 0; i < 100000; i++) {
		double v = (double)(int64_t)(draw() >> (i % 50 + 10)) / pow(10, i % 12);

		bad += double_bad(v) + double_bad(-v);
	}
	is_int(bad, 0, "decimals with few digits");
	for (int e = -1074; e < 1024; e++) {
		double v = ldexp(1, e);

		bad += double_bad(v) + double_bad(nextafter(v, INFINITY)) +
				double_bad(nextafter(v, 0) > 0 ? nextafter(v, 0) : 1);
	}
	is_int(bad, 0, "powers of two and their neighbours");
	for (int e = -323; e < 309; e++) {
		char text[16];
		double v;

		snprintf(text, sizeof(text), "1e%d", e);
		v = strtod(text, NULL);
		bad += double_bad(v) + double_bad(nextafter(v, INFINITY)) + double_bad(nextafter(v, 0));
	}
	is_int(bad, 0, "powers of ten and their neighbours");
	for (uint32_t i = 0; i < 100000; i++) {
		uint32_t bits = (uint32_t)draw();
		float v;

		memcpy(&v, &bits, sizeof(v));
		bad += isfinite(v) && float_bad(v);
	}
	is_int(bad, 0, "floats of any bits");
}

static void test_parse(void)
{
	static const char *const good[] = { "0", "-0", "1", "1.5", ".5", "5.", "1e3", "1E-3", "+1", "0.1",
		"123456789012345678901234567890", "1e308", "4.9e-324", "1e-400", "9007199254740993",
		"0.000000000000000000000000000000000000001", "1.7976931348623157E308", "8.41e21",
		"3.1415926535897932384626" };
	static const char *const not [] = { "", "-", ".", "e5", "1e", "1e+", "1,5", "0x10", "inf", "nan", "1 ", " 1",
		"1..2", "1e5.5", "1e999", "-1e999", "1f" };
	double v = 0, copy;
	int bad = 0;

	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++)
		ok(num_parse_double(good[i], strlen(good[i]), &v) && v == strtod(good[i], NULL), "reads %s", good[i]);
	for (size_t i = 0; i < sizeof(not ) / sizeof(*not ); i++)
		ok(!num_parse_double(not [i], strlen(not [i]), &v), "refuses '%s'", not [i]);
	for (int i = 0; i < 50000; i++) {
		char out[40];
		uint64_t bits = draw();

		if (i & 1)
			copy = (double)(int64_t)(bits >> 20) / 1000;
		else
			memcpy(&copy, &bits, sizeof(copy));
		if (isfinite(copy))
			bad += !num_parse_double(out, num_double(out, copy), &v) || v != copy;
	}
	is_int(bad, 0, "what num_double wrote, num_parse_double reads back");
}

int main(void)
{
	test_spellings();
	test_round_trips();
	test_parse();
	return tap_done();
}
