/* Cells: equality, hashes, and how MySQL prints them. */
#include <math.h>

#include "row/value.h"
#include "tests/tap.h"

static const char *printed(struct value v)
{
	static char out[128];
	size_t n = value_print(&v, out);

	ok(n <= value_print_bound(&v), "within the bound");
	out[n] = '\0';
	return out;
}

static const char *real(double d)
{
	return printed((struct value){ .kind = VALUE_DOUBLE, .d = d });
}

static void test_print(void)
{
	is_str(printed(value_int(INT64_MIN)), "-9223372036854775808", "smallest integer");
	is_str(printed((struct value){ .kind = VALUE_UINT, .u = UINT64_MAX }), "18446744073709551615",
			"largest integer");
	is_str(printed((struct value){ .kind = VALUE_DECIMAL, .aux = 2, .i = -12345 }), "-123.45", "decimal");
	is_str(printed((struct value){ .kind = VALUE_DATE, .i = 17702 }), "2018-06-20", "date");
	is_str(printed((struct value){ .kind = VALUE_DATETIME, .aux = 6, .i = 1529501823500000 }),
			"2018-06-20 13:37:03.500000", "datetime(6)");
	is_str(printed((struct value){ .kind = VALUE_TIME, .i = -3020399000000 }), "-838:59:59", "time");
	is_str(printed((struct value){ .kind = VALUE_ZERODATE, .p = "0000-00-00", .len = 10 }), "0000-00-00",
			"zero date");
	is_str(printed(value_text("a\nb", 3)), "a\nb", "text is raw");
	is_str(printed(value_null()), "NULL", "null");
	is_str(real(0), "0", "0");
	is_str(real(-0.0), "-0", "-0");
	is_str(real(1), "1", "1");
	is_str(real(-100), "-100", "-100");
	is_str(real(1.1), "1.1", "1.1");
	is_str(real(0.001), "0.001", "0.001");
	is_str(real(1e7), "10000000", "1e7 has no exponent");
	is_str(real(123456789.25), "123456789.25", "123456789.25");
	is_str(real(1e14), "100000000000000", "1e14 has none either");
	is_str(real(1e15), "1e15", "1e15 has one");
	is_str(real(1.25e-20), "1.25e-20", "1.25e-20");
	is_str(real(1.7976931348623157e308), "1.7976931348623157e308", "largest double");
	is_str(printed((struct value){ .kind = VALUE_FLOAT, .d = (double)0.1f }), "0.1",
			"a float has a float's digits");
}

int main(void)
{
	struct value a = value_text("abcdefghijk", 11), b = value_text("abcdefghijK", 11);
	struct value d2 = { .kind = VALUE_DECIMAL, .aux = 2, .i = 100 },
		     d3 = { .kind = VALUE_DECIMAL, .aux = 3, .i = 100 };
	struct value t0 = { .kind = VALUE_DATETIME, .i = 5 }, t6 = { .kind = VALUE_DATETIME, .aux = 6, .i = 5 };

	test_print();
	ok(value_equal(&a, &a) && !value_equal(&a, &b), "texts");
	ok(value_hash(&a, 1) != value_hash(&b, 1), "a late byte changes the hash");
	ok(value_hash(&a, 1) != value_hash(&a, 2), "so does the seed");
	ok(!value_equal(&d2, &d3), "a scale changes a decimal");
	ok(value_equal(&t0, &t6) && value_hash(&t0, 7) == value_hash(&t6, 7), "fraction digits do not change a time");
	a = value_int(1);
	b = (struct value){ .kind = VALUE_UINT, .u = 1 };
	ok(!value_equal(&a, &b), "kinds differ");
	a = b = value_null();
	a.i = 3;
	ok(value_equal(&a, &b) && value_hash(&a, 0) == value_hash(&b, 0), "NULL is NULL");
	is_str(value_kind_name(VALUE_TIMESTAMP), "timestamp", "kinds have names");
	return tap_done();
}
