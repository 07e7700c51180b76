/* test_messages.c - a message taken apart and printed, searched, and the place to begin with. */
#include "tests/tap.h"

#include <string.h>

#include "core/intern.h"
#include "engine/messages/latest.h"
#include "engine/messages/message_print.h"
#include "engine/messages/search.h"
#include "engine/messages/seek.h"
#include "engine/messages/trace_key.h"

#define SOURCE "\"source\":{\"db\":\"d\",\"table\":\"t\",\"gtid\":\"u:7\"}"
#define SCHEMA "{\"schema\":{\"type\":\"struct\",\"fields\":[{\"field\":\"note\"}]},\"payload\":"

#define TYPED \
	"[{\"type\":\"int32\",\"field\":\"id\"}," \
	"{\"type\":\"bytes\",\"name\":\"org.apache.kafka.connect.data.Decimal\",\"parameters\":{\"scale\":\"2\"},\"field\":\"amount\"}," \
	"{\"type\":\"int32\",\"name\":\"io.debezium.time.Date\",\"field\":\"day\"}," \
	"{\"type\":\"int64\",\"name\":\"io.debezium.time.Timestamp\",\"field\":\"ms\"}," \
	"{\"type\":\"int64\",\"name\":\"io.debezium.time.MicroTimestamp\",\"field\":\"us\"}," \
	"{\"type\":\"int64\",\"name\":\"io.debezium.time.MicroTime\",\"field\":\"t\"}]"
#define FLAT "{\"schema\":{\"type\":\"struct\",\"fields\":" TYPED "},\"payload\":"
#define ENVELOPE \
	"{\"schema\":{\"type\":\"struct\",\"fields\":[{\"type\":\"struct\",\"fields\":" TYPED \
	",\"field\":\"before\"},{\"type\":\"struct\",\"fields\":" TYPED ",\"field\":\"after\"}]},\"payload\":"

static struct format_conf format = { .topic_prefix = (char *)"mysql", .topic_delimiter = (char *)"." };

static const char *print(enum message_form form, const char *key, const char *value, const char *hidden)
{
	static struct buf out;
	struct message_printer p = { .form = form, .format = &format, .hidden = hidden };
	struct record r = {
		.topic = "mysql.d.t",
		.partition = 1,
		.offset = 5,
		.timestamp_ms = 1741010278123,
		.key = key,
		.value = value,
		.key_len = key ? (uint32_t)strlen(key) : 0,
		.value_len = value ? (uint32_t)strlen(value) : 0,
	};

	if (out.max == 0)
		buf_init(&out, 1 << 20);
	buf_reset(&out);
	message_print(&p, &out, &r);
	message_printer_done(&p);
	return out.data;
}

/* A line of a list: op, key, what. */
static const struct {
	const char *key, *value, *line;
} lists[] = {
	{ "{\"id\":1}", "{\"before\":null,\"after\":{\"id\":1,\"s\":\"x\"}," SOURCE ",\"op\":\"c\"}",
			"\"op\":\"c\",\"table\":\"d.t\",\"key\":\"id=1\",\"what\":\"id=1 s=\\\"x\\\"\"}" },
	{ SCHEMA "{\"id\":1,\"k\":\"a\"}}",
			SCHEMA
			"{\"before\":{\"id\":1,\"n\":2,\"s\":null},\"after\":{\"id\":1,\"n\":3,\"s\":\"x\"}," SOURCE
			",\"op\":\"u\"}}",
			"\"op\":\"u\",\"table\":\"d.t\",\"key\":\"id=1 k=\\\"a\\\"\",\"what\":\"n 2>3, s null>\\\"x\\\"\"}" },
	{ "{\"id\":1}", "{\"before\":{\"id\":1},\"after\":{\"id\":1}," SOURCE ",\"op\":\"u\"}",
			"\"what\":\"(nothing changed)\"}" },
	{ "{\"id\":1}", "{\"before\":{\"id\":1,\"n\":2},\"after\":null," SOURCE ",\"op\":\"d\"}",
			"\"op\":\"d\",\"table\":\"d.t\",\"key\":\"id=1\",\"what\":\"id=1 n=2\"}" },
	{ "{\"id\":1}", NULL, "\"op\":\"-\",\"table\":\"d.t\",\"key\":\"id=1\",\"what\":\"(tombstone)\"}" },
	{ "{\"id\":1}", SCHEMA "null}", "\"op\":\"-\"" },
	{ "{\"id\":1}", "{\"id\":1,\"__deleted\":\"true\"}", "\"op\":\"d\"" },
	{ "{\"id\":1}", "{\"id\":1,\"__op\":\"c\"}", "\"op\":\"c\"" },
	{ "{\"id\":1}", "{\"id\":1,\"op\":\"x\"}",
			"\"op\":\"s\",\"table\":\"d.t\",\"key\":\"id=1\",\"what\":\"id=1 op=\\\"x\\\"\"}" },
	/* as a person reads it, by the schema block */
	{ FLAT "{\"id\":1,\"day\":20000}}",
			FLAT
			"{\"id\":1,\"amount\":\"BOI=\",\"day\":20000,\"ms\":1741010278123,\"us\":1741010278123456,\"t\":-3600000000}}",
			"\"key\":\"id=1 day=2024-10-04\",\"what\":\"id=1 amount=12.50 day=2024-10-04 ms=2025-03-03T13:57:58.123 us=2025-03-03T13:57:58.123456 "
			"t=-01:00:00.000000\"}" },
	{ "{\"id\":1}",
			ENVELOPE
			"{\"before\":{\"id\":1,\"amount\":\"BOI=\",\"day\":0},\"after\":{\"id\":1,\"amount\":\"/w==\",\"day\":null}," SOURCE
			",\"op\":\"u\"}}",
			"\"what\":\"amount 12.50>-0.01, day 1970-01-01>null\"}" },
	/* what does not fit its type stays as it is */
	{ NULL, FLAT "{\"id\":1,\"amount\":\"not base64\",\"day\":9223372036854775807,\"ms\":-9223372036854775808,\"us\":1.5,\"t\":\"x\"}}",
			"\"what\":\"id=1 amount=\\\"not base64\\\" day=9223372036854775807 ms=-9223372036854775808 us=1.5 t=\\\"x\\\"\"}" },
	{ NULL, "not JSON \"{", "\"op\":\"?\",\"table\":\"d.t\",\"key\":null,\"what\":\"not JSON \\\"{\"}" },
	{ "plain", "{\"a\":1} {", "\"op\":\"?\",\"table\":\"d.t\",\"key\":\"plain\"" },
	{ NULL, "{\"schema\":{},\"payload\":", "\"op\":\"?\"" },
	{ NULL, "", "\"op\":\"?\",\"table\":\"d.t\",\"key\":null,\"what\":\"\"}" },
};

static void test_list(void)
{
	char *longer = malloc(2000);

	for (size_t i = 0; i < sizeof(lists) / sizeof(*lists); i++)
		ok(strstr(print(MESSAGE_LIST, lists[i].key, lists[i].value, NULL), lists[i].line) != NULL,
				"list: %s (%s)", lists[i].line,
				print(MESSAGE_LIST, lists[i].key, lists[i].value, NULL));
	ok(strstr(print(MESSAGE_LIST, "{\"id\":1}", lists[0].value, "hidden"), "\"what\":\"(masked)\"") != NULL,
			"a masked row is not listed");
	memset(longer, 'x', 1999);
	longer[1999] = '\0';
	memcpy(longer, "{\"a\":\"", 6);
	memcpy(longer + 1997, "\"}", 2);
	ok(strlen(print(MESSAGE_LIST, NULL, longer, NULL)) < 400, "a long value is cut");
	free(longer);
}

static void test_whole(void)
{
	const char *value =
			"{\"before\":{\"id\":1,\"gone\":4,\"n\":\"a\"},\"after\":{\"id\":1,\"n\":\"b\",\"more\":null}," SOURCE
			",\"op\":\"u\"}";

	ok(strstr(print(MESSAGE_WHOLE, "k", value, NULL),
			   "\"fields\":[[\"id\",\"1\",\"1\",false],[\"n\",\"\\\"a\\\"\",\"\\\"b\\\"\",true],"
			   "[\"more\",null,\"null\",false]]") != NULL,
			"fields of both rows");
	ok(strstr(print(MESSAGE_WHOLE, "k", value, NULL), "\"source\":[[\"db\",\"\\\"d\\\"\"],") != NULL,
			"where it is from");
	ok(strstr(print(MESSAGE_WHOLE, "k", value, NULL), "\"hex\":\"7b22") != NULL, "bytes");
	ok(strstr(print(MESSAGE_WHOLE, "k", value, "hidden"), "\"value\":\"hidden\"") &&
					!strstr(print(MESSAGE_WHOLE, "k", value, "hidden"), "gone"),
			"not of a masked row");
	is_str(print(MESSAGE_CSV, "=1+2", "{\"a\":\"q\"}", NULL),
			"mysql.d.t,1,5,2025-03-03T13:57:58.123Z,s,\"d.t\",\"'=1+2\",\"{\"\"a\"\":\"\"q\"\"}\"",
			"CSV: quotes are doubled, no formula");
}

/* The prefix of one message must never cut another one. */
static void test_payload(void)
{
	static const char *const texts[] = { SCHEMA "{\"a\":1}}", SCHEMA "{\"b\":2}}", "{\"schema\":{},\"payload\":7}",
		"{\"a\":1}", "x", "", SCHEMA "{}}" };
	static const char *const payloads[] = { "{\"a\":1}", "{\"b\":2}", "7", "{\"a\":1}", "x", "", "{}" };
	struct payload_at at = { 0 };

	for (size_t round = 0; round < 2; round++)
		for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
			const char *p;
			size_t len;
			char got[100];

			payload_find(&at, texts[i], strlen(texts[i]), &p, &len);
			snprintf(got, sizeof(got), "%.*s", (int)len, p);
			is_str(got, payloads[i], "payload of %s", texts[i]);
		}
	payload_at_done(&at);
}

static void test_search(void)
{
	static const struct {
		const char *text, *regex;
		bool found;
	} rows[] = {
		{ "note", NULL, false },
		{ "needle", NULL, true },
		{ "\"id\":7", NULL, true },
		{ NULL, "need.e", true },
		{ NULL, "^needle", false },
		{ "needle", "nothing", false },
		{ NULL, "\"id\":[78]\\}", true },
		{ NULL, NULL, true },
	};
	const char *key = SCHEMA "{\"id\":7}}", *value = SCHEMA "{\"a\":\"needle\"}}";
	struct record r = {
		.key = key,
		.value = value,
		.key_len = (uint32_t)strlen(key),
		.value_len = (uint32_t)strlen(value),
	};
	struct search s;
	struct err err;

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		is_int(search_init(&s, rows[i].text, rows[i].regex, &err), 0, "row %zu", i);
		is_int(search_matches(&s, &r), rows[i].found, "text %s, regex %s", rows[i].text ? rows[i].text : "-",
				rows[i].regex ? rows[i].regex : "-");
		search_done(&s);
	}
	is_int(search_init(&s, NULL, "(a)\\1", &err), -1, "no back references");
	search_done(&s);
	is_int(search_init(&s, NULL, "(a", &err), -1, "no expression");
	search_done(&s);
}

static void test_seek(void)
{
	static const struct {
		const char *text;
		int kind;
		int64_t value;
	} rows[] = {
		{ "begin", AT_BEGIN, 0 },
		{ "end", AT_END, 0 },
		{ "o:12", AT_OFFSET, 12 },
		{ "-7", AT_LAST, 7 },
		{ "@90m", AT_TIME, 1741010278000 - 5400000 },
		{ "@-90m", AT_TIME, 1741010278000 - 5400000 },
		{ "@2025-03-03 13:57:58", AT_TIME, 1741010278000 },
		{ "@2025-03-03", AT_TIME, 1740960000000 },
		{ "@2025-03-03T13:57Z", AT_TIME, 1741010220000 },
		{ "@2025-03-03T13:57:58Z", AT_TIME, 1741010278000 },
		{ "@13:57", AT_TIME, 1741010220000 },
		{ "@13:58", AT_TIME, 1741010280000 - 86400000 },
		{ "@", -1, 0 },
		{ "", -1, 0 },
		{ "-", -1, 0 },
		{ "o:-1", -1, 0 },
		{ "12", -1, 0 },
		{ "-1000001", -1, 0 },
		{ "yesterday", -1, 0 },
	};
	struct seek s;
	struct err err;

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		int rc = seek_parse(&s, rows[i].text, 1741010278000, &err);

		is_int(rc ? -1 : (int)s.kind, rows[i].kind, "seek '%s'", rows[i].text);
		if (rc == 0)
			is_int(s.value, rows[i].value, "its value");
	}
}

static void test_trace_key(void)
{
	static const struct {
		const char *key, *object;
		int is_key, matches;
	} rows[] = {
		{ "4711", "{\"id\":4711}", 1, 1 },
		{ "4711", "{\"id\":47110}", 1, 0 },
		{ "4711", "{\"id\":4711,\"b\":1}", 1, 0 },
		{ "4711", "{\"id\":4711}", 0, 0 },
		{ "id=4711", "{\"id\":4711,\"b\":1}", 0, 1 },
		{ "id=4711", "{\"di\":4711}", 1, 0 },
		{ "a=1 b=x", "{\"a\":1,\"b\":\"x\"}", 1, 1 },
		{ "a=1,b=\"x y, z\"", "{\"a\":1,\"b\":\"x y, z\"}", 1, 1 },
		{ "a=1 b=y", "{\"a\":1,\"b\":\"x\"}", 1, 0 },
		{ "\"a=b\"", "{\"k\":\"a=b\"}", 1, 1 },
		{ "x", "[1]", 1, 0 },
		{ "x", "{", 1, 0 },
		{ "", NULL, 0, -1 },
		{ "1 2", NULL, 0, -1 },
		{ " , ", NULL, 0, -1 },
		{ "1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7", NULL, 0, -1 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct json_slice object;
		struct trace_key k;
		struct json j;
		struct err err;
		int got = trace_key_parse(&k, rows[i].key, &err);

		if (got == 0) {
			json_init(&j, rows[i].object, strlen(rows[i].object));
			json_value(&j, &object);
			got = trace_key_matches(&k, &object, rows[i].is_key);
			ok(!got || trace_key_may_match(&k, rows[i].object, strlen(rows[i].object)),
					"the quick look lets it through");
		}
		is_int(got, rows[i].matches, "key %s, message %s", rows[i].key, rows[i].object ? rows[i].object : "-");
	}
}

/* Messages with bytes by chance, cut anywhere: every form has an answer, and nothing is read beyond the end. */
static void test_damaged(void)
{
	static const enum message_form forms[] = { MESSAGE_JSON, MESSAGE_CSV, MESSAGE_LIST, MESSAGE_WHOLE };
	uint64_t state = 3;
	int bad = 0;

	for (int i = 0; i < 40000; i++) {
		const char *text = lists[(size_t)i % (sizeof(lists) / sizeof(*lists))].value;
		size_t len = text ? strlen(text) : 0;
		char *value = malloc(len + 1), key[8];

		memcpy(value, text ? text : "", len + 1);
		for (int k = 0; k < 3 && len; k++) {
			state = state * 6364136223846793005u + 1442695040888963407u;
			value[(state >> 20) % len] = (char)((state >> 56) | 1);
		}
		if (len && i % 3 == 0)
			value[(state >> 30) % len] = '\0';
		value = realloc(value, strlen(value) + 1);
		snprintf(key, sizeof(key), "%.6s", value);
		bad += print(forms[i % 4], key, value, i % 5 ? NULL : "hidden")[0] == '\0';
		free(value);
	}
	is_int(bad, 0, "40,000 damaged messages");
}

static struct record keyed(const char *key, const char *value, int64_t offset)
{
	return (struct record){
		.key = key,
		.key_len = key ? (uint32_t)strlen(key) : 0,
		.value = value,
		.value_len = value ? (uint32_t)strlen(value) : 0,
		.offset = offset,
	};
}

/* The newest of each key; what comes of more keys than fit is counted. */
static void test_latest(void)
{
	struct latest *l = latest_new(3000);
	struct record r;
	char key[64];
	int right = 0;

	latest_begin(l);
	for (int turn = 0; turn < 2; turn++)
		for (int i = 0; i < 3000; i++) {
			snprintf(key, sizeof(key), "{\"schema\":%d,\"payload\":{\"id\":%d}}", turn, i);
			r = keyed(key, "v", turn * 3000 + i);
			latest_note(l, &r);
		}
	for (int i = 0; i < 6000; i++) {
		snprintf(key, sizeof(key), "{\"schema\":9,\"payload\":{\"id\":%d}}", i % 3000);
		r = keyed(key, "v", i);
		right += latest_is(l, &r) == (i >= 3000);
	}
	is_int(right, 6000, "the second of each of 3,000 keys, whatever their schema blocks are");
	is_int(latest_left(l), 0, "all fit");
	r = keyed("{\"id\":3000}", "v", 6000);
	latest_note(l, &r);
	ok(!latest_is(l, &r), "a key more than fits has none");
	is_int(latest_left(l), 1, "and is counted");
	r = keyed("{\"schema\":9,\"payload\":{\"id\":7}}", NULL, 6001);
	latest_note(l, &r);
	ok(!latest_is(l, &r), "a tombstone is nobody's newest");
	r = keyed(NULL, "v", 6002);
	ok(latest_is(l, &r), "a message without a key always is");
	latest_begin(l);
	r = keyed("{\"id\":3000}", "v", 5);
	ok(!latest_is(l, &r), "another partition knows nothing yet");
	latest_free(l);
}

int main(void)
{
	test_latest();
	test_list();
	test_whole();
	test_payload();
	test_search();
	test_seek();
	test_trace_key();
	test_damaged();
	return tap_done();
}
