/* test_num.c - integers, decimals, base64, hex, and reading them back. */
#include "core/num/num.h"

#include <ctype.h>
#include <inttypes.h>

#include "tests/tap.h"

static uint64_t seed = 88172645463325252u;

static uint64_t draw(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return seed;
}

#define IS_TEXT(call, want) \
	do { \
		char text_[64]; \
		char *out = text_; \
		size_t n_ = (call); \
		text_[n_] = '\0'; \
		is_str(text_, want, #call); \
	} while (0)

static void test_integers(void)
{
	IS_TEXT(num_u64(out, 0), "0");
	IS_TEXT(num_u64(out, UINT64_MAX), "18446744073709551615");
	IS_TEXT(num_i64(out, INT64_MIN), "-9223372036854775808");
	IS_TEXT(num_i64(out, INT64_MAX), "9223372036854775807");
	IS_TEXT(num_pad(out, 7, 3), "007");
	IS_TEXT(num_pad(out, 123456, 6), "123456");
}

static void test_integers_as_printf(void)
{
	char out[32], want[32];
	int bad = 0;

	for (int i = 0; i < 64 * 2000; i++) {
		int64_t v = (int64_t)(draw() >> (i % 64));

		out[num_u64(out, (uint64_t)v)] = '\0';
		snprintf(want, sizeof(want), "%" PRIu64, (uint64_t)v);
		bad += strcmp(out, want) != 0;
		out[num_i64(out, -v)] = '\0';
		snprintf(want, sizeof(want), "%" PRId64, -v);
		bad += strcmp(out, want) != 0;
	}
	for (uint64_t p = 1, i = 0; i < 20; i++, p *= 10) {
		out[num_u64(out, p)] = '\0';
		snprintf(want, sizeof(want), "%" PRIu64, p);
		bad += strcmp(out, want) != 0;
		out[num_u64(out, p - 1)] = '\0';
		snprintf(want, sizeof(want), "%" PRIu64, p - 1);
		bad += strcmp(out, want) != 0;
	}
	is_int(bad, 0, "integers of every length, as printf writes them");
}

static void test_decimals(void)
{
	IS_TEXT(num_decimal64(out, -12345, 2), "-123.45");
	IS_TEXT(num_decimal64(out, 5, 2), "0.05");
	IS_TEXT(num_decimal64(out, -5, 1), "-0.5");
	IS_TEXT(num_decimal64(out, 0, 2), "0.00");
	IS_TEXT(num_decimal64(out, 42, 0), "42");
	IS_TEXT(num_decimal64(out, INT64_MIN, 18), "-9.223372036854775808");
	IS_TEXT(num_decimal64(out, INT64_MAX, 19), "0.9223372036854775807");
	IS_TEXT(num_decimal64(out, -1, 30), "-0.000000000000000000000000000001");
	IS_TEXT(num_decimal64(out, INT64_MAX, 30), "0.000000000009223372036854775807");
}

static void test_base64(void)
{
	char in[80], text[128], back[128];
	size_t n, back_len;
	int bad = 0;

	IS_TEXT(num_base64(out, "", 0), "");
	IS_TEXT(num_base64(out, "f", 1), "Zg==");
	IS_TEXT(num_base64(out, "fo", 2), "Zm8=");
	IS_TEXT(num_base64(out, "foobar", 6), "Zm9vYmFy");
	IS_TEXT(num_base64(out, "\xff\xfe\xfb", 3), "//77");
	IS_TEXT(num_base64_url(out, "\xff\xfe\xfb", 3), "__77");
	IS_TEXT(num_hex(out, "\x00\x9f\xff", 3), "009fff");
	for (int c = -128; c < 128; c++)
		bad += num_hex_digit((char)c) !=
				(c > 0 && isxdigit(c) ? (int)strtol((char[]){ (char)c, '\0' }, NULL, 16) : -1);
	is_int(bad, 0, "the digits of hexadecimal numbers, and no other characters");
	IS_TEXT(num_bytes(out, 999), "999 B");
	IS_TEXT(num_bytes(out, 312u << 20), "312 MiB");
	IS_TEXT(num_bytes(out, (UINT64_C(1) << 30) - 1), "1.00 GiB");
	IS_TEXT(num_bytes(out, UINT64_MAX), "16384 PiB");
	for (size_t len = 0; len < sizeof(in); len++) {
		for (size_t i = 0; i < len; i++)
			in[i] = (char)draw();
		n = num_base64(text, in, len);
		bad += n != (len + 2) / 3 * 4 || num_unbase64(back, text, n, &back_len) || back_len != len ||
				memcmp(back, in, len);
		n = num_base64_url(text, in, len);
		bad += num_unbase64(back, text, n, &back_len) || back_len != len || memcmp(back, in, len);
	}
	is_int(bad, 0, "base64 of every length, and back");
	for (const char *const *p = (const char *const[]){ "Zg=", "Z===", "Zm8 ",
			     "Zh==", "Zm9=", "=Zg=", "Zm\x80=", "====", NULL };
			*p; p++)
		is_int(num_unbase64(back, *p, strlen(*p), &back_len), -1, "not base64: %s", *p);
}

static void test_parse(void)
{
	int64_t i = 0;
	uint64_t u = 0;

	ok(num_parse_i64("-9223372036854775808", 20, &i) && i == INT64_MIN, "the least int64");
	ok(num_parse_i64("9223372036854775807", 19, &i) && i == INT64_MAX, "the greatest int64");
	ok(num_parse_u64("18446744073709551615", 20, &u) && u == UINT64_MAX, "the greatest uint64");
	ok(num_parse_u64("00000000000000000000000007", 26, &u) && u == 7, "zeros in front");
	ok(!num_parse_u64("18446744073709551616", 20, &u), "uint64 and one");
	ok(!num_parse_u64("99999999999999999999999", 23, &u), "far too long");
	ok(!num_parse_i64("9223372036854775808", 19, &i), "int64 and one");
	ok(!num_parse_i64("-9223372036854775809", 20, &i), "int64 and minus one");
	for (const char *const *p = (const char *const[]){ "", "-", "+1", "1 ", " 1", "1.0", "0x1", "1e3", "--1",
			     NULL };
			*p; p++)
		ok(!num_parse_i64(*p, strlen(*p), &i), "not an integer: '%s'", *p);
}

static void test_units(void)
{
	static const struct {
		const char *text;
		int64_t bytes, ms;
	} cases[] = {
		{ "64", 64, 64 },
		{ "64k", 65536, -1 },
		{ "64M", 67108864, -1 },
		{ "1G", 1073741824, -1 },
		{ "1g", 1073741824, -1 },
		{ "500ms", -1, 500 },
		{ "5s", -1, 5000 },
		{ "5S", -1, -1 },
		{ "10m", 10485760, 600000 },
		{ "1h", -1, 3600000 },
		{ "7d", -1, 604800000 },
		{ "", -1, -1 },
		{ "s", -1, -1 },
		{ "-5s", -1, -1 },
		{ "5 s", -1, -1 },
		{ "1.5s", -1, -1 },
		{ "5x", -1, -1 },
		{ "18446744073709551615G", -1, -1 },
		{ "9223372036854775807d", -1, -1 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		uint64_t bytes = 0;
		int64_t ms = 0;
		size_t len = strlen(cases[i].text);

		is_int(num_parse_bytes(cases[i].text, len, &bytes) ? (int64_t)bytes : -1, cases[i].bytes, "bytes: '%s'",
				cases[i].text);
		is_int(num_parse_duration_ms(cases[i].text, len, &ms) ? ms : -1, cases[i].ms, "duration: '%s'",
				cases[i].text);
	}
}

int main(void)
{
	test_integers();
	test_integers_as_printf();
	test_decimals();
	test_base64();
	test_parse();
	test_units();
	return tap_done();
}
