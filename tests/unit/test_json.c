/*
 * test_json.c - the scanner on good, bad and hostile text, and the strings read and written. Ends with a loop that breaks
 * good text in a few thousand ways: nothing may be read outside it (the sanitizer build sees to that), and what the
 * scanner takes for good must be good when walked member by member.
 */
#include "core/json.h"

#include "tests/tap.h"

static bool valid(const char *text, size_t len)
{
	char *copy = malloc(len ? len : 1); /* exact size: reading past the end is seen by the sanitizer */
	struct json j;
	struct json_slice v;
	bool good;

	memcpy(copy, text, len);
	json_init(&j, copy, len);
	good = json_value(&j, &v) != JSON_ERROR && v.kind != JSON_END && json_done(&j);
	free(copy);
	return good;
}

static void test_grammar(void)
{
	static const char *const good[] = { "0", "-0", "-1.5e+10", "1E5", "0.1", "true", "false", "null", "\"\"", "[]",
		"{}", " [ ] ", "[1,2 , 3]", "[[],{}]", "{\"a\":[]}", "{\"a\":1,\"b\":{\"c\":[null,{}]}}",
		"\"\\u00e4\\n\\/\"", "\"\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80\"", "\t\r\n1", "[{},{\"\":0}]", "\"\x7f\"",
		"\"long enough for the loop over words, and \\\" an escape\"" };
	static const char *const bad[] = { "", " ", "01", "-", "1.", ".5", "1e", "1e+", "+1", "tru", "nul", "True",
		"\"", "\"a", "\"\\\"", "\"\\x\"", "\"\\u12\"", "\"\\u12G4\"", "\"\n\"", "\"\x01\"", "[", "]", "[1",
		"[1,", "[1,]", "[,1]", "[1 2]", "{", "}", "{\"a\"}", "{\"a\":}", "{\"a\":1,}", "{,\"a\":1}", "{a:1}",
		"{\"a\":1 \"b\":2}", "{\"a\" 1}", "{\"a\":1]", "[1}", "1 2", "[]]", "{}}", "\"a\"b", "\"\xff\"",
		"\"\xc0\x80\"", "\"\xed\xa0\x80\"", "\"\xf4\x90\x80\x80\"", "\"\xe2\x82\"", "\"\xf0\x9f\x98\"",
		"\"\xc3", "\"abcdefgh\x80\"", "NaN", "'a'", "{\"a\":1,,\"b\":2}", "[1,,2]", "{1:2}", "\xef\xbb\xbf{}",
		"//\n1", "\"\\u" };

	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++)
		ok(valid(good[i], strlen(good[i])), "good: case %zu", i);
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		ok(!valid(bad[i], strlen(bad[i])), "bad: case %zu", i);
	ok(!valid("\"a\0b\"", 5), "a NUL in a string");
	ok(!valid("1\0", 2), "a NUL behind a number");
}

static void test_depth(void)
{
	char text[4 * JSON_DEPTH + 8];

	memset(text, '[', JSON_DEPTH);
	memset(text + JSON_DEPTH, ']', JSON_DEPTH);
	ok(valid(text, 2 * JSON_DEPTH), "as deep as allowed");
	memset(text, '[', JSON_DEPTH + 1);
	memset(text + JSON_DEPTH + 1, ']', JSON_DEPTH + 1);
	ok(!valid(text, 2 * JSON_DEPTH + 2), "one deeper");
	memset(text, '[', sizeof(text));
	ok(!valid(text, sizeof(text)), "deep and open");
}

static void test_kinds(void)
{
	static const struct {
		const char *text;
		enum json_kind kind;
		const char *slice;
		bool escaped;
	} cases[] = {
		{ " null ", JSON_NULL, "null", false },
		{ "true", JSON_TRUE, "true", false },
		{ "false,", JSON_FALSE, "false", false },
		{ "-12.5e3 ", JSON_NUMBER, "-12.5e3", false },
		{ "\"a b\"", JSON_STRING, "a b", false },
		{ "\"a\\n\" ", JSON_STRING, "a\\n", true },
		{ " {\"a\": [1]} ", JSON_OBJECT, "{\"a\": [1]}", false },
		{ "[1, [2]] x", JSON_ARRAY, "[1, [2]]", false },
	};
	struct json j;
	struct json_slice v;

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		json_init(&j, cases[i].text, strlen(cases[i].text));
		is_int(json_value(&j, &v), cases[i].kind, "kind of %s", cases[i].text);
		is_mem(v.p, v.len, cases[i].slice, strlen(cases[i].slice), "slice of %s", cases[i].text);
		is_int(v.escaped, cases[i].escaped, "escapes in %s", cases[i].text);
	}
	json_init(&j, "  ", 2);
	is_int(json_value(&j, &v), JSON_END, "nothing but space is the end");
	ok(json_done(&j), "and nothing is wrong with it");
	json_init(&j, "[1,", 3);
	is_int(json_value(&j, &v), JSON_ERROR, "cut off");
	is_str(j.problem, "text ends too early", "the problem has a name");
	is_int(json_value(&j, &v), JSON_ERROR, "and stays");
}

static void test_walk(void)
{
	static const char text[] =
			" { \"op\" : \"c\", \"list\":[1, {\"x\":[]} ,\"\"], \"empty\":{}, \"none\":[] , \"last\":true } ";
	struct json_slice key, v;
	char seen[200] = "";
	struct json j;

	json_init(&j, text, strlen(text));
	ok(json_enter(&j, '{'), "enters");
	while (json_member(&j, &key)) {
		sprintf(seen + strlen(seen), "%.*s=", (int)key.len, key.p);
		if (key.len == 4 && memcmp(key.p, "list", 4) == 0) {
			ok(json_enter(&j, '['), "enters the list");
			while (json_element(&j))
				if (json_value(&j, &v) != JSON_ERROR)
					sprintf(seen + strlen(seen), "<%.*s>", (int)v.len, v.p);
		} else if (json_value(&j, &v) != JSON_ERROR) {
			sprintf(seen + strlen(seen), "%.*s", (int)v.len, v.p);
		}
		strcat(seen, ";");
	}
	ok(json_done(&j), "done");
	is_str(seen, "op=c;list=<1><{\"x\":[]}><>;empty={};none=[];last=true;", "every member and element");
}

static bool walk_bad(const char *text)
{
	struct json_slice key, v;
	struct json j;

	json_init(&j, text, strlen(text));
	if (!json_enter(&j, *text))
		return true;
	if (*text == '{')
		while (json_member(&j, &key))
			json_value(&j, &v);
	else
		while (json_element(&j))
			json_value(&j, &v);
	return !json_done(&j);
}

static void test_walk_errors(void)
{
	static const char *const bad[] = { "{\"a\":1,}", "{,}", "{\"a\":1 \"b\":2}", "[1,]", "[,]", "[1 2]", "[1",
		"{\"a\"", "{\"a\":", "[\"[\"", "[[],]", "{\"a\":\"{\",}" };

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		ok(walk_bad(bad[i]), "walking finds %s", bad[i]);
	ok(!walk_bad("[\"[\",[],[[]]]") && !walk_bad("{\"a\":\"{\",\"b\":{}}"), "brackets as values");
}

static void test_text(void)
{
	static const struct {
		const char *json, *text;
	} cases[] = {
		{ "\"plain\"", "plain" },
		{ "\"\"", "" },
		{ "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", "\"\\/\b\f\n\r\t" },
		{ "\"a\\u00e4b\"",
				"a\xc3\xa4"
				"b" },
		{ "\"\\u20AC\"", "\xe2\x82\xac" },
		{ "\"\\uD83D\\uDE00!\"", "\xf0\x9f\x98\x80!" },
		{ "\"\\u0041\"", "A" },
		{ "\"\\uD83D\"", NULL },
		{ "\"\\uDE00\"", NULL },
		{ "\"\\uD83D\\u0041\"", NULL },
		{ "\"\\uD83Dx\"", NULL },
		{ "\"\\uD83D\\n\"", NULL },
	};
	struct arena a;

	arena_init(&a, 0);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct json j;
		struct json_slice v;
		const char *out = NULL;
		size_t len = 0;

		json_init(&j, cases[i].json, strlen(cases[i].json));
		is_int(json_value(&j, &v), JSON_STRING, "a string: %s", cases[i].json);
		is_int(json_text(&v, &a, &out, &len), cases[i].text ? 0 : -1, "reads %s", cases[i].json);
		if (cases[i].text)
			is_mem(out, len, cases[i].text, strlen(cases[i].text), "text of %s", cases[i].json);
	}
	arena_done(&a);
}

static void test_escape(void)
{
	static const struct {
		const char *text, *json;
	} cases[] = {
		{ "", "" },
		{ "plain text of some length", "plain text of some length" },
		{ "\"\\/", "\\\"\\\\/" },
		{ "\b\t\n\f\r", "\\b\\t\\n\\f\\r" },
		{ "\x01\x1f\x0b", "\\u0001\\u001F\\u000B" },
		{ "\x7f<>&'", "\x7f<>&'" },
		{ "\xc3\xa4\xe2\x80\xa8", "\xc3\xa4\xe2\x80\xa8" },
		{ "a\xf0\x9f\x98\x80z", "a\\uD83D\\uDE00z" },
		{ "\xf4\x8f\xbf\xbf", "\\uDBFF\\uDFFF" },
		{ "\xff", "\xef\xbf\xbd" },
		{ "\xe2\x82", "\xef\xbf\xbd" },
		{ "\xe2\x82x", "\xef\xbf\xbdx" },
		{ "\xf0\x9f\x98x", "\xef\xbf\xbdx" },
		{ "\xed\xa0\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd" },
		{ "\xc0\x80", "\xef\xbf\xbd\xef\xbf\xbd" },
		{ "1234567\"", "1234567\\\"" },
		{ "12345678\n12345678", "12345678\\n12345678" },
	};
	char out[256];
	struct buf b;
	size_t n;

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		n = json_escape(out, cases[i].text, strlen(cases[i].text));
		is_mem(out, n, cases[i].json, strlen(cases[i].json), "escapes case %zu", i);
	}
	n = json_escape(out, "a\0b", 3);
	is_mem(out, n, "a\\u0000b", 8, "a NUL");
	buf_init(&b, 1 << 20);
	for (size_t len = 500; len < 530; len++) {
		char text[600];

		memset(text, 'x', sizeof(text));
		memcpy(text + len, "\xf0\x9f\x98\x80", 4);
		buf_reset(&b);
		buf_json_string(&b, text, len + 4);
		if (b.len != len + 14 || memcmp(b.data + 1 + len, "\\uD83D\\uDE00\"", 13) != 0)
			break;
		if (len == 529)
			ok(true, "no character is cut between pieces");
	}
	buf_reset(&b);
	buf_json_str(&b, NULL);
	buf_json_str(&b, "q\"");
	is_str(b.data, "null\"q\\\"\"", "into a buffer");
	buf_done(&b);
}

/* Any bytes: what was escaped scans, and reads back as the bytes, or with U+FFFD for what was no UTF-8. */
static void test_escape_any(void)
{
	uint64_t seed = 42;
	char text[64], out[6 * 64 + 2];
	int bad = 0;

	for (int i = 0; i < 50000; i++) {
		size_t len = (size_t)(i % 64), n;

		for (size_t k = 0; k < len; k++) {
			seed = seed * 6364136223846793005u + 1442695040888963407u;
			text[k] = (char)(seed >> 33 & 3 ? 'a' + (seed >> 40) % 26 : seed >> 40);
		}
		out[0] = '"';
		n = json_escape(out + 1, text, len);
		out[n + 1] = '"';
		bad += n > 6 * len || !valid(out, n + 2);
	}
	is_int(bad, 0, "what is escaped is good JSON, whatever it was");
}

static bool walk_value(struct json *j, int depth)
{
	struct json_slice key, v;

	while (j->at < j->end && strchr(" \t\r\n", *j->at) && *j->at)
		j->at++;
	if (j->at == j->end || (*j->at != '{' && *j->at != '[') || depth == 200)
		return json_value(j, &v) != JSON_ERROR && v.kind != JSON_END;
	if (*j->at == '{') {
		json_enter(j, '{');
		while (json_member(j, &key))
			if (!walk_value(j, depth + 1))
				return false;
	} else {
		json_enter(j, '[');
		while (json_element(j))
			if (!walk_value(j, depth + 1))
				return false;
	}
	return j->problem == NULL;
}

static bool walks(const char *text, size_t len)
{
	char *copy = malloc(len ? len : 1);
	struct json j;
	bool good;

	memcpy(copy, text, len);
	json_init(&j, copy, len);
	good = walk_value(&j, 0) && json_done(&j);
	free(copy);
	return good;
}

static void test_mutations(void)
{
	static const char base[] =
			"{\"schema\":{\"type\":\"struct\",\"fields\":[{\"type\":\"int64\",\"optional\":false,\"field\":\"id\"}]},"
			"\"payload\":{\"id\":-12.5e+3,\"name\":\"J\\u00fcrgen \xc3\xa4 \\uD83D\\uDE00\",\"list\":[1,true,null,[],{}],\"e\":\"\"}}";
	static const char spice[] = "\"\\{}[]:,0-eE.u \n\x80\xf0\xff\x01tfn";
	uint64_t seed = 7;
	int differ = 0, good = 0;
	char text[sizeof(base) + 8];

	for (int i = 0; i < 30000; i++) {
		size_t len = sizeof(base) - 1;

		memcpy(text, base, len);
		for (int k = 0; k <= i % 3; k++) {
			size_t at;

			seed = seed * 6364136223846793005u + 1442695040888963407u;
			at = (seed >> 33) % len;
			switch (seed >> 30 & 3) {
			case 0: text[at] = spice[(seed >> 50) % (sizeof(spice) - 1)]; break;
			case 1:
				len = at + 1; /* cut off */
				break;
			case 2:
				memmove(text + at, text + at + 1, len - at - 1);
				len -= len > 1;
				break;
			default: text[at] ^= (char)(1 << (seed >> 50 & 7));
			}
		}
		good += valid(text, len);
		differ += valid(text, len) != walks(text, len);
	}
	ok(good > 100 && good < 25000, "some mutations stay good JSON (%d)", good);
	is_int(differ, 0, "skipping and walking judge alike");
}

int main(void)
{
	test_grammar();
	test_depth();
	test_kinds();
	test_walk();
	test_walk_errors();
	test_text();
	test_escape();
	test_escape_any();
	test_mutations();
	return tap_done();
}
