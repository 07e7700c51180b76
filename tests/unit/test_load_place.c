/* test_load_place.c - what a stored place says, and what is made of it against the log that is found. */
#include "tests/tap.h"

#include <string.h>

#include "engine/load/place/load_place.h"

static void test_text(void)
{
	struct place p = { .intent = 90,
		.truncated = 4611686018427387903,
		.epoch = 4611686018427387902,
		.mark = 89,
		.print = UINT64_MAX,
		.put = true,
		.fresh = true,
		.columns = UINT64_MAX - 1,
		.target = UINT64_MAX - 2,
		.cluster = UINT64_MAX - 3,
		.gap = GAP_TARGET_LOST,
		.partitions = INT32_MAX,
		.state_at = INT64_MAX,
		.state = UINT64_MAX - 2, },
		     q;
	char text[PLACE_TEXT];

	memset(p.label, 'x', 128);
	memset(p.by, 'n', 48);
	ok(place_print(text, sizeof(text), &p) < sizeof(text), "the longest place has room");
	ok(place_parse(text, &q), "it is ours");
	is_int(q.intent, p.intent, "intent");
	is_int(q.truncated, p.truncated, "truncated");
	is_int(q.epoch, p.epoch, "epoch");
	is_int(q.mark, p.mark, "mark");
	ok(q.print == p.print && q.put && q.gap == p.gap && q.columns == p.columns, "print, put, columns and gap");
	ok(q.target == p.target && q.cluster == p.cluster, "which target");
	ok(q.fresh && place_has_loaded(0, "{\"to\":7}") && !place_has_loaded(0, text) && !place_has_loaded(-1, NULL),
			"whether something was loaded");
	is_str(q.label, p.label, "label");
	is_str(q.by, p.by, "whose");
	is_int(q.partitions, p.partitions, "how many partitions there were");
	ok(q.state_at == p.state_at && q.state == p.state, "what scripts keep");
	p.loader = LOADER_ROUTINE;
	p.job = UINT32_MAX;
	ok(place_print(text, sizeof(text), &p) < sizeof(text) && place_parse(text, &q), "so has one that is lent");
	ok(q.loader == LOADER_ROUTINE && q.job == UINT32_MAX && q.intent == p.intent, "loader and job");
	p.loader = LOADER_OWN;
	place_print(text, sizeof(text), &p);
	ok(strstr(text, "loader") == NULL, "one of our own has neither, as before");
	ok(place_parse("{\"to\":7,\"truncated\":1700000000000}", &q), "the text of the version before is ours, too");
	is_int(q.intent, 7, "with its intent");
	is_int(q.truncated, 1700000000000, "and its TRUNCATE");
	is_int(q.epoch, 0, "but no epoch");
	is_int(q.state_at, -1, "and nothing of what scripts keep");
	ok(!place_parse("", &q) && q.epoch > 9 && q.intent == -1, "no text is not: a place begins");
	ok(!place_parse("{\"to\":7", &q), "half a text is not");
	ok(!place_parse("hello", &q), "nor is another's");
}

static void test_moves(void)
{
	struct place p = { .intent = -1 };

	ok(!place_moves(&p, 7, 0), "a version before did not say which target it was");
	ok(!place_moves(&p, 7, 9), "a cluster that says its name for the first time is no other one");
	ok(!place_moves(&p, 7, 0), "nor is one that does not say it any more");
	ok(place_moves(&p, 7, 8), "another cluster is");
	ok(!place_moves(&p, 7, 8), "once");
	ok(place_moves(&p, 6, 8), "and so is another table");
	ok(p.target == 6 && p.cluster == 8, "the place is of the new one");
}

static void test_find(void)
{
	static const char ours[] =
			"{\"to\":-1,\"truncated\":5,\"epoch\":77,\"mark\":9,\"print\":\"00000000000000aa\",\"put\":1,\"label\":\"_l\",\"gap\":\"\"}";
	static const char begun[] =
			"{\"to\":20,\"truncated\":-1,\"epoch\":77,\"mark\":19,\"print\":\"00000000000000aa\",\"put\":1,\"label\":\"\",\"gap\":\"\"}";
	static const char lent[] =
			"{\"to\":-1,\"truncated\":5,\"epoch\":77,\"mark\":9,\"print\":\"00000000000000aa\",\"put\":0,\"label\":\"_l\",\"gap\":\"\",\"loader\":\"routine\",\"job\":\"0000002a\"}";
	static const char old[] = "{\"to\":-1,\"truncated\":5}", old_begun[] = "{\"to\":20,\"truncated\":5}";
	static const struct {
		const char *what, *metadata;
		int64_t committed, low, high;
		enum place_finding finding;
		int64_t next;
		enum place_gap gap;
		int64_t mark;
	} cases[] = {
		{ "nothing stored", "", -1, 0, 10, PLACE_NEW, 0, GAP_NONE, -1 },
		{ "nothing stored, the log has lost its beginning", "", -1, 5, 10, PLACE_NEW, 5, GAP_NONE, -1 },
		{ "all is well", ours, 10, 0, 10, PLACE_GOES_ON, 10, GAP_NONE, 9 },
		{ "messages wait", ours, 10, 0, 30, PLACE_GOES_ON, 10, GAP_NONE, 9 },
		{ "the log is not known", ours, 10, -1, -1, PLACE_GOES_ON, 10, GAP_NONE, 9 },
		{ "all that was loaded is removed", ours, 10, 10, 30, PLACE_GOES_ON, 10, GAP_NONE, -1 },
		{ "more is removed", ours, 10, 11, 30, PLACE_TRIMMED, 11, GAP_OFFSETS_LOST, -1 },
		{ "the log is shorter", ours, 10, 0, 9, PLACE_REPLACED, 0, GAP_LOG_REPLACED, -1 },
		{ "the log is empty", ours, 10, 0, 0, PLACE_REPLACED, 0, GAP_LOG_REPLACED, -1 },
		{ "a range was begun", begun, 10, 0, 20, PLACE_GOES_ON, 10, GAP_NONE, 19 },
		{ "a range was begun that the log does not have", begun, 10, 0, 19, PLACE_REPLACED, 0, GAP_LOG_REPLACED,
				-1 },
		{ "moved to the beginning", "", 0, 0, 30, PLACE_MOVED, 0, GAP_NONE, -1 },
		{ "moved to later", "", 12, 0, 30, PLACE_MOVED, 12, GAP_OFFSETS_MOVED, -1 },
		{ "moved beyond the end", "", 40, 0, 30, PLACE_REPLACED, 0, GAP_LOG_REPLACED, -1 },
		{ "a job has it, and the log has removed messages", lent, 10, 11, 30, PLACE_GOES_ON, 10, GAP_NONE, -1 },
		{ "a job has it, and the log is shorter", lent, 10, 0, 9, PLACE_GOES_ON, 10, GAP_NONE, -1 },
		{ "of the version before", old, 10, 0, 30, PLACE_GOES_ON, 10, GAP_NONE, -1 },
		{ "of the version before, begun", old_begun, 10, 0, 30, PLACE_GOES_ON, 10, GAP_NONE, -1 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct place p;
		int64_t next;
		enum place_finding f = place_find(&p, &next, cases[i].committed, cases[i].metadata, cases[i].low,
				cases[i].high);

		is_int(f, cases[i].finding, "%s: what is found", cases[i].what);
		is_int(next, cases[i].next, "%s: where it begins", cases[i].what);
		is_int(p.gap, cases[i].gap, "%s: what is missing", cases[i].what);
		is_int(p.mark, cases[i].mark, "%s: the mark", cases[i].what);
		ok(p.epoch != 0 || p.intent >= 0, "%s: an epoch, or a range of the old form", cases[i].what);
		ok(f == PLACE_GOES_ON || p.epoch != 77, "%s: another epoch, if it does not go on", cases[i].what);
	}
}

/* Places of the partitions of one topic, which may be in several processes: how many partitions there were when each began; -1:
 * nothing is stored of it. */
static void test_partitions(void)
{
	static const struct {
		const char *what;
		int places[8];
		unsigned now, before;
		bool moved;
	} cases[] = {
		{ "from two to four", { 2, 2, -1, -1 }, 4, 2, false },
		{ "and another process has begun with a new one", { 2, 2, 4, -1 }, 4, 2, false },
		{ "from two to three", { 2, 2, -1 }, 3, 2, true },
		{ "from four to six, which four times two are not", { 2, 2, 4, 4, -1, 6 }, 6, 4, true },
		{ "from one to three to six", { 1, 3, 3, -1, -1, -1 }, 6, 3, false },
		{ "one that had no message until now is not new", { 3, 3, -1 }, 3, 0, false },
		{ "from one", { 1, -1, -1 }, 3, 1, false },
		{ "stored by a version before", { 0, 0, 0, -1, -1 }, 5, 3, true },
		{ "the same, twice as many", { 0, 0, -1, -1 }, 4, 2, false },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		unsigned before = 0;

		for (unsigned k = cases[i].now; k-- > 0;) {
			const struct place p = { .partitions = cases[i].places[k] };

			if (cases[i].places[k] >= 0)
				place_was_before(&p, (int32_t)k, cases[i].now, &before);
		}
		is_int(before, cases[i].before, "%s: so many were there", cases[i].what);
		is_int(place_keys_moved(before, cases[i].now), cases[i].moved, "%s: keys moved between them",
				cases[i].what);
	}
}

static void test_fingerprint(void)
{
	struct record a = { .offset = 1, .timestamp_ms = 5, .key = "ab", .key_len = 2, .value = "c", .value_len = 1 },
		      b = a;
	uint64_t print = place_fingerprint(&a);

	ok(place_fingerprint(&b) == print, "the same message");
	b.value = "d";
	ok(place_fingerprint(&b) != print, "another value");
	b = a;
	b.key_len = 1, b.value = "bc", b.value_len = 2;
	ok(place_fingerprint(&b) != print, "the same bytes, cut elsewhere");
	b = a;
	b.timestamp_ms++;
	ok(place_fingerprint(&b) != print, "another time");
	b = a;
	b.value = NULL, b.value_len = 0;
	a.value = "", a.value_len = 0;
	ok(place_fingerprint(&b) != place_fingerprint(&a), "null is not empty");
}

int main(void)
{
	test_text();
	test_moves();
	test_find();
	test_partitions();
	test_fingerprint();
	return tap_done();
}
