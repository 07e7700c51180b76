/* Failures as one clean line, and the text rules below them. */
#include "core/err.h"
#include "core/text.h"
#include "tests/tap.h"

static const char *escaped(const char *text, size_t size)
{
	static char out[256];

	text_escape(out, size, text, strlen(text));
	return out;
}

static void test_text(void)
{
	uint32_t code;

	is_str(escaped("a\tb\033[31m\x7f", 256), "a\\x09b\\x1b[31m\\x7f", "controls are shown as bytes");
	is_str(escaped("caf\xc3\xa9 \xf0\x9f\x98\x80", 256), "caf\xc3\xa9 \xf0\x9f\x98\x80", "characters stay");
	is_str(escaped("\xc3(", 256), "\\xc3(", "half a character is a byte");
	is_str(escaped("\xc0\xaf", 256), "\\xc0\\xaf", "an overlong form is bytes");
	is_str(escaped("\xe2\x80\xae", 256), "\\xe2\\x80\\xae", "a bidi override is not obeyed");
	is_str(escaped("\xc2\x9b", 256), "\\xc2\\x9b", "a C1 control is not obeyed");
	is_str(escaped("abcdefgh", 9), "abcdefgh", "a text that fits exactly is whole");
	is_str(escaped("abcdefghi", 9), "abcde...", "a text that does not fit ends in dots");
	is_str(escaped("abcd\033xyz", 9), "abcd...", "an escape is not cut in two");
	is_str(escaped("ab", 1), "", "no room, no text");
	is_int(text_decode("\xed\xa0\x80", 3, &code), 0, "a surrogate is no character");
	is_int(text_decode("\xf4\x90\x80\x80", 4, &code), 0, "beyond U+10FFFF is no character");
	for (uint32_t c = 0; c < 0x110000; c += 37) {
		char out[4];
		size_t n = text_encode(out, c);

		if (text_decode(out, n, &code) != n || (code != c && code != 0xfffd)) {
			ok(0, "U+%04X does not come back", c);
			return;
		}
	}
	ok(1, "what is encoded is decoded");
}

int main(void)
{
	struct err err;
	char longer[2000];

	err_clear(&err);
	is_int(err_set(&err, ERR_RETRY, 2013, "mysql %s: lost\n", "db1"), -1, "err_set returns -1");
	is_str(err.msg, "mysql db1: lost\\x0a", "one line, cleaned");
	is_int(err.kind, ERR_RETRY, "kind");
	is_int(err.code, 2013, "code");
	is_int(err_wrap(&err, "table %s", "t"), -1, "err_wrap returns -1");
	is_str(err.msg, "table t: mysql db1: lost\\x0a", "wrapped, not cleaned twice");
	err_set(&err, ERR_DATA, 0, "again: %s", err.msg);
	is_str(err.msg, "again: table t: mysql db1: lost\\x0a", "may quote itself");
	memset(longer, 'x', sizeof(longer) - 1);
	longer[sizeof(longer) - 1] = '\0';
	err_set(&err, ERR_DATA, 0, "%s", longer);
	is_int(strlen(err.msg), sizeof(err.msg) - 1, "cut to the room there is");
	err_wrap(&err, "%s", longer);
	is_str(err.msg + sizeof(err.msg) - 4, "...", "and says so");
	is_str(err_kind_name(ERR_FENCED), "fenced", "kinds have names");
	err_clear(&err);
	is_int(err.kind, ERR_NONE, "cleared");
	test_text();
	return tap_done();
}
