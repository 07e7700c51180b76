/* fuzz_charset.c - text in any character set (first byte) must come out as well-formed UTF-8. */
#include <string.h>

#include "source/decode/mysql_charset.h"
#include "tests/fuzz/fuzz_target.h"

const char fuzz_name[] = "charset";

static const char *const names[] = {
	"utf8mb4",
	"utf8mb3",
	"ascii",
	"binary",
	"latin1",
	"latin2",
	"latin5",
	"latin7",
	"cp1250",
	"cp1251",
	"cp1256",
	"cp1257",
	"cp850",
	"cp852",
	"cp866",
	"koi8r",
	"koi8u",
	"greek",
	"hebrew",
	"tis620",
	"swe7",
	"dec8",
	"hp8",
	"armscii8",
	"geostd8",
	"keybcs2",
	"macce",
	"macroman",
	"big5",
	"sjis",
	"cp932",
	"gbk",
	"gb2312",
	"euckr",
	"ujis",
	"eucjpms",
	"gb18030",
	"ucs2",
	"utf16",
	"utf16le",
	"utf32",
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct charset *charset, *utf8;
	const char *out, *again;
	size_t len, again_len;
	struct arena arena;
	struct err err;

	if (size < 1)
		return 0;
	arena_init(&arena, 0);
	charset = charset_open(names[data[0] % (sizeof(names) / sizeof(names[0]))], &err);
	utf8 = charset_open("utf8mb4", &err);
	FUZZ_ASSERT(charset && utf8);
	charset_to_utf8(charset, &arena, (const char *)data + 1, size - 1, &out, &len);
	charset_to_utf8(utf8, &arena, out, len, &again, &again_len);
	FUZZ_ASSERT(again == out && again_len == len); /* nothing to repair */
	charset_close(charset);
	charset_close(utf8);
	arena_done(&arena);
	return 0;
}
