/* test_charset.c - collations and conversions; what MySQL 9.7 itself makes of the bytes (CONVERT(x USING utf8mb4)). */
#include "source/decode/mysql_charset.h"
#include "tests/tap.h"

static void converts(const char *charset, const char *in, size_t len, const char *want)
{
	struct charset *c;
	struct arena arena;
	const char *out;
	size_t out_len;
	struct err err = { 0 };

	arena_init(&arena, 0);
	c = charset_open(charset, &err);
	if (c == NULL) {
		ok(0, "%s: %s", charset, err.msg);
	} else {
		charset_to_utf8(c, &arena, in, len, &out, &out_len);
		is_mem(out, out_len, want, strlen(want), "%s: %s", charset, want);
	}
	charset_close(c);
	arena_done(&arena);
}

static void passes_without_copy(const char *charset, const char *text)
{
	struct err err;
	struct charset *c = charset_open(charset, &err);
	struct arena arena;
	const char *out;
	size_t len;

	arena_init(&arena, 0);
	charset_to_utf8(c, &arena, text, strlen(text), &out, &len);
	ok(out == text && len == strlen(text) && arena.used == 0, "%s: '%s' is not copied", charset, text);
	charset_close(c);
	arena_done(&arena);
}

static void test_names(void)
{
	struct err err;

	is_str(collation_charset(8), "latin1", "8");
	is_str(collation_charset(33), "utf8mb3", "33");
	is_str(collation_charset(45), "utf8mb4", "45");
	is_str(collation_charset(63), "binary", "63");
	is_str(collation_charset(255), "utf8mb4", "255");
	is_str(collation_charset(323), "utf8mb4", "323");
	ok(collation_charset(0) == NULL && collation_charset(60000) == NULL, "not known");
	is_int(collation_find("UTF8MB4_BIN", 11), 46, "without case");
	is_int(collation_find("utf8_bin", 8), 83, "old name of utf8mb3_bin");
	is_int(collation_find("nonsense", 8), 0, "not known");
	is_int(charset_collation("utf8", 4), 33, "utf8 is utf8mb3");
	is_int(charset_collation("latin1", 6), 8, "latin1's default");
	is_str(charset_canonical("UTF8", 4), "utf8mb3", "canonical");
	ok(charset_canonical("utf9", 4) == NULL, "not known");
	is_int(charset_max_bytes("gb18030"), 4, "gb18030");
	is_int(charset_max_bytes("latin1"), 1, "latin1");
	ok(charset_open("utf9", &err) == NULL && err.kind == ERR_DATA, "no converter for it");
}

static void test_every_collation(void)
{
	unsigned known = 0, opened = 0;

	for (unsigned id = 1; id < 1000; id++) {
		const char *name = collation_charset(id);
		struct charset *c;
		struct err err;

		if (name == NULL)
			continue;
		known++;
		c = charset_open(name, &err);
		opened += c != NULL && charset_max_bytes(name) > 0;
		charset_close(c);
	}
	is_int(known, 286, "all collations of 9.7");
	is_int(opened, known, "each has a converter");
}

static void test_conversions(void)
{
	converts("latin1", "\xe9\x80\x81", 3, "é€\xc2\x81");
	converts("latin2", "\xb1\xe6", 2, "ąć");
	converts("cp1251", "\xc6", 1, "Ж");
	converts("koi8r", "\xf0\xd2\xc9", 3, "При");
	converts("greek", "\xe1\xff", 2, "α\xef\xbf\xbd");
	converts("tis620", "\xa1", 1, "ก");
	converts("swe7", "[\\]{|}", 6, "ÄÖÅäöå");
	converts("gbk", "\xd6\xd0\xce\xc4", 4, "中文");
	converts("gb2312", "\xd6\xd0", 2, "中");
	converts("gb18030", "\xd6\xd0\x81\x30\x81\x30", 6, "中\xc2\x80");
	converts("big5", "\xa4\xa4\xa1\x45\xc6\xa1", 6, "中•ヾ");
	converts("sjis", "\x93\xfa\xb1\x81\x5f", 5, "日ｱ\\");
	converts("cp932", "\x93\xfa\x87\x40", 4, "日①");
	converts("euckr", "\xc7\xd1\x81\x41", 4, "한갂");
	converts("ujis", "\xc6\xfc\x8e\xb1\x8f\xb0\xa1", 7, "日ｱ丂");
	converts("eucjpms", "\xad\xa1", 2, "①");
	converts("ucs2", "\x00\x41\x04\x16", 4, "AЖ");
	converts("utf16", "\xd8\x3d\xde\x00\x00\x41", 6, "😀A");
	converts("utf16le", "\x3d\xd8\x00\xde\x41\x00", 6, "😀A");
	converts("utf32", "\x00\x01\xf6\x00", 4, "😀");
	converts("ascii",
			"a\xff"
			"b",
			3,
			"a\xef\xbf\xbd"
			"b");
	converts(NULL, "é", 2, "é");
}

static void test_malformed(void)
{
	converts("utf8mb4", "a\xc3", 2, "a\xef\xbf\xbd");
	converts("utf8mb4", "\xed\xa0\x80", 3, "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd");
	converts("utf8mb4", "\xc0\x80x", 3, "\xef\xbf\xbd\xef\xbf\xbdx");
	converts("utf8mb4", "\xf4\x90\x80\x80", 4, "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd");
	converts("gbk", "\xd6", 1, "\xef\xbf\xbd");
	converts("gbk", "\xd6\x20", 2, "\xef\xbf\xbd ");
	converts("utf16", "\xd8\x3d\x00\x41\x00", 5,
			"\xef\xbf\xbd"
			"A\xef\xbf\xbd");
	converts("ujis", "\x8f\xb0", 2, "\xef\xbf\xbd\xef\xbf\xbd");
}

int main(void)
{
	test_names();
	test_every_collation();
	test_conversions();
	test_malformed();
	passes_without_copy("utf8mb4", "plain ascii text, longer than eight");
	passes_without_copy("utf8mb4", "日本語😀");
	passes_without_copy("latin1", "plain ascii");
	passes_without_copy("gbk", "plain ascii");
	return tap_done();
}
