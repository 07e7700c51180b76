/* One text for each value: numbers, times and JSON documents that are equal read the same, others do not. */
#include <float.h>

#include "sink/base/sink_cell.h"
#include "tests/tap.h"

static struct arena arena;

static const char *of(struct sink_cell c)
{
	return arena_dup(&arena, c.p, c.len);
}

static void test_decimals(void)
{
	static const char *const cases[][2] = {
		{ "1.50", "1.5" },
		{ "1.5", "1.5" },
		{ "1.00", "1" },
		{ "-0.00", "0" },
		{ "0", "0" },
		{ "00012", "12" },
		{ "-7", "-7" },
		{ ".5", "0.5" },
		{ "-.50", "-0.5" },
		{ "0.10", "0.1" },
		{ "100", "100" },
		{ "+3", "3" },
		{ "1e5", "1e5" },
		{ "", "" },
		{ "12345678901234567890.120", "12345678901234567890.12" },
		{ "-", "-" },
		{ ".", "." },
		{ "1.2.3", "1.2.3" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		is_str(of(cell_decimal(&arena, cases[i][0], strlen(cases[i][0]))), cases[i][1], "decimal '%s'",
				cases[i][0]);
}

static void test_doubles(void)
{
	is_str(of(cell_double_text(&arena, "1.0", 3, false)), of(cell_double(&arena, 1)), "1.0 is 1");
	is_str(of(cell_double_text(&arena, "-0", 2, false)), of(cell_double(&arena, 0)), "-0 is 0");
	is_str(of(cell_double_text(&arena, "1E+2", 4, false)), of(cell_double(&arena, 100)), "1E+2 is 100");
	is_str(of(cell_double_text(&arena, "3.4028235e38", 12, true)), of(cell_float(&arena, FLT_MAX)),
			"the largest float");
	is_str(of(cell_double_text(&arena, "0.1", 3, true)), of(cell_float(&arena, 0.1f)),
			"a float has a float's digits");
	ok(strcmp(of(cell_double(&arena, 0.1)), of(cell_double(&arena, 0.1 + DBL_EPSILON / 8))) != 0,
			"one bit is a difference");
	is_str(of(cell_double_text(&arena, "abc", 3, false)), "abc", "what is no number stays");
}

static void test_times(void)
{
	is_str(of(cell_datetime(&arena, "2024-01-01", 10)), "2024-01-01 00:00:00", "a date is its midnight");
	is_str(of(cell_datetime(&arena, "2024-01-01T00:00:00.500000", 26)), "2024-01-01 00:00:00.5",
			"zeros at the end");
	is_str(of(cell_datetime(&arena, "2024-01-01 00:00:00.000", 23)), "2024-01-01 00:00:00", "no fraction");
	is_str(of(cell_datetime(&arena, "x", 1)), "x", "what is no time stays");
}

static const char *json(const char *text)
{
	return of(cell_json(&arena, text, strlen(text)));
}

static void test_json(void)
{
	is_str(json("{\"b\": 1, \"a\": [1.0, 2.50, true, null]}"), "{\"a\":[1,2.5,true,null],\"b\":1}",
			"order, spaces and numbers");
	is_str(json(" \"\\u00e9\" "), json("\"\xc3\xa9\""), "escapes");
	is_str(json("1e2"), "100", "a whole number is one");
	is_str(json("123456789012345678"), "123456789012345678", "eighteen digits are kept");
	is_str(json("{\"a\":{}, \"aa\":[]}"), "{\"a\":{},\"aa\":[]}", "empty ones");
	ok(strcmp(json("{\"a\":1}"), json("{\"a\":\"1\"}")) != 0, "a number is no text");
	is_str(json("{\"a\":}"), "{\"a\":}", "what is no JSON stays");
	is_str(json(""), "", "nothing");
}

static void test_hostile(void)
{
	static char deep[20000];

	memset(deep, '[', sizeof(deep));
	is_int(cell_json(&arena, deep, sizeof(deep)).len, sizeof(deep), "brackets without end stay as they are");
	memset(deep + sizeof(deep) / 2, ']', sizeof(deep) / 2);
	ok(cell_json(&arena, deep, sizeof(deep)).len > 0, "nor do closed ones overrun the stack");
	memset(deep, '9', sizeof(deep));
	is_int(cell_json(&arena, deep, sizeof(deep)).len, sizeof(deep), "a number of 20,000 digits");
	is_int(cell_decimal(&arena, deep, sizeof(deep)).len, sizeof(deep), "and as a decimal");
}

int main(void)
{
	arena_init(&arena, 0);
	test_decimals();
	test_doubles();
	test_times();
	test_json();
	test_hostile();
	arena_done(&arena);
	return tap_done();
}
