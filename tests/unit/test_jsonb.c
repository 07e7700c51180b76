/*
 * test_jsonb.c - binary JSON: damage, depth, doubles, partial updates. Whole documents of a real server are in the
 * golden binlog.
 */
#include "source/decode/mysql_jsonb.h"
#include "tests/tap.h"

static struct buf out;

static void prints(const void *doc, size_t len, const char *want)
{
	struct err err = { 0 };

	buf_reset(&out);
	if (jsonb_print(doc, len, &out, &err) < 0)
		printf("# %s\n", err.msg);
	is_str(out.data, want, "%s", want);
}

static void refuses(const void *doc, size_t len, const char *why)
{
	struct err err = { 0 };

	buf_reset(&out);
	ok(jsonb_print(doc, len, &out, &err) < 0 && err.kind == ERR_DATA, "refused: %s (%s)", why, err.msg);
}

static void prints_double(double d, const char *want)
{
	char doc[9] = { 0x0b };

	memcpy(doc + 1, &d, 8);
	prints(doc, 9, want);
}

static void test_scalars(void)
{
	prints("", 0, "null");
	prints("\x04\x00", 2, "null");
	prints("\x04\x01", 2, "true");
	prints("\x04\x02", 2, "false");
	prints("\x05\xff\xff", 3, "-1");
	prints("\x06\xff\xff", 3, "65535");
	prints("\x07\x00\x00\x00\x80", 5, "-2147483648");
	prints("\x08\x00\x5e\xd0\xb2", 5, "3000000000");
	prints("\x0a\xff\xff\xff\xff\xff\xff\xff\xff", 9, "18446744073709551615");
	prints("\x0c\x03"
	       "a\"\x1f",
			5, "\"a\\\"\\u001F\"");
	prints_double(1.0, "1.0");
	prints_double(-0.0, "-0.0");
	prints_double(0.1, "0.1");
	prints_double(123456789.125, "123456789.125");
	prints_double(1e7, "10000000");
	prints_double(1e20, "100000000000000000000");
	prints_double(1.5e-5, "0.000015000000000000000380012861456169304119612206704914569854736328125");
	refuses("\x04\x03", 2, "a literal that is none");
	refuses("\x04", 1, "no literal");
	refuses("\x0e\x00", 2, "a type that is none");
	refuses("\x0c\x05"
		"ab",
			4, "a string that ends early");
	refuses("\x0c\xff\xff\xff\xff\xff\x01", 7, "a length of a length");
}

static void test_opaque(void)
{
	/* -00:30:00 as the server packs it */
	prints("\x0f\x0b\x08\x00\x00\x00\x80\xf8\xff\xff\xff", 11, "\"-00:30:00\"");
	prints("\x0f\xf6\x08\x0a\x03\x80\x00\x00\x7b\x01\xc2", 11, "123.450");
	prints("\x0f\xfc\x03\xfb\xff\x00", 6, "\"+/8A\"");
	refuses("\x0f\xf6\x02\x42\x03", 5, "a decimal that is too wide");
	refuses("\x0f\x0b\x07\x00\x00\x00\x00\x00\x00\x00", 10, "a time of seven bytes");
}

static void test_containers(void)
{
	static const char object[] = "\x00\x01\x00\x0c\x00\x0b\x00\x01\x00\x05\x02\x00"
				     "a";
	char deep[1024];
	size_t n = 0;

	prints(object, 13, "{\"a\":2}");
	for (size_t len = 1; len < 13; len++)
		refuses(object, len, "an object that is cut");
	refuses("\x02\xff\xff\x04\x00", 5, "more elements than bytes");
	refuses("\x02\x01\x00\x07\x00\x02\x00\x00", 8, "a value before its container's entries");
	/* Arrays of one element, each the next array: count, size, type, offset. */
	deep[n++] = 0x02;
	for (unsigned size = 101 * 7 + 4; size >= 11; size -= 7) {
		const char head[] = { 1, 0, (char)size, (char)(size >> 8), 0x02, 7, 0 };

		memcpy(deep + n, head, sizeof(head));
		n += sizeof(head);
	}
	memcpy(deep + n, "\0\0\x04\0", 4);
	refuses(deep, n + 4, "101 levels");
}

static void updates(const char *doc, size_t doc_len, const char *diffs, size_t len, const char *want)
{
	struct err err = { 0 };
	struct arena arena;

	arena_init(&arena, 0);
	buf_reset(&out);
	if (jsonb_print_updated(doc, doc_len, diffs, len, &arena, &out, &err) < 0) {
		printf("# %s\n", err.msg);
		ok(want == NULL, "refused: %s", err.msg);
	} else {
		is_str(out.data, want, "%s", want ? want : "refused");
	}
	arena_done(&arena);
}

static void test_updates(void)
{
	static const char doc[] = "\x00\x01\x00\x0c\x00\x0b\x00\x01\x00\x05\x02\x00"
				  "a";

	updates(doc, 13, "", 0, "{\"a\":2}");
	updates(doc, 13, "\x00\x03$.a\x03\x05\x07\x00", 9, "{\"a\":7}");
	updates(doc, 13, "\x01\x03$.b\x02\x04\x01\x01\x04$.zz\x02\x04\x00", 17, "{\"a\":2,\"b\":true,\"zz\":null}");
	updates(doc, 13, "\x01\x03$.B\x02\x04\x01", 8, "{\"B\":true,\"a\":2}");
	updates(doc, 13, "\x02\x03$.a", 5, "{}");
	updates(doc, 13, "\x00\x01$\x02\x04\x00", 6, "null");
	updates(doc, 13, "\x02\x03$.b", 5, NULL);
	updates(doc, 13, "\x01\x03$.a\x02\x04\x00", 8, NULL);
	updates(doc, 13, "\x02\x04$[0]", 6, NULL);
	updates(doc, 13, "\x02\x05$.a.b", 7, NULL);
	updates(doc, 13, "\x00\x03$.a\x05\x05", 7, NULL);
	updates(doc, 13, "\x03\x03$.a", 5, NULL);
	updates("\x02\x00\x00\x04\x00", 5, "\x01\x04$[0]\x02\x04\x01\x01\x04$[0]\x02\x04\x02\x02\x04$[1]", 24,
			"[false]");
}

int main(void)
{
	buf_init(&out, 1 << 20);
	test_scalars();
	test_opaque();
	test_containers();
	test_updates();
	buf_done(&out);
	return tap_done();
}
