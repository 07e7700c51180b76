/*
 * test_oncall.c - docs/oncall.md as printed: each question's keys, on a status that has the situation, lead to its answer on the screen, at
 * 80x24 and 120x40, in at most five keys. Problems are made by the engine's own table; answers of requests are canned.
 */
#include "console/screen.h"
#include "core/clock.h"
#include "engine/status/problem_left.h"
#include "tests/screen/fake_status.h"
#include "tests/screen/screen_text.h"
#include "tests/tap.h"

#include <stdlib.h>

enum { CELLS = 7, CELL_MAX = 600, KEYS_MOST = 5, QUESTIONS = 30 };

static struct status status;
static struct screen screen;
static struct canvas canvas;

/* ---- what can be asked ---- */

#define ARG(name, kind, needed) \
	{ \
		name, kind, needed, NULL, EFFECT_READ, "" \
	}
#define END \
	{ \
		NULL, ARG_TEXT, false, NULL, EFFECT_READ, NULL \
	}
static const struct engine_request_arg_doc held[] = { ARG("what", ARG_HELD, true), END };
static const struct engine_request_arg_doc tables[] = { ARG("tables", ARG_TABLES, false),
	ARG("action", ARG_TEXT, false), END };
static const struct engine_request_arg_doc table[] = { ARG("table", ARG_TABLE, true), ARG("key", ARG_TEXT, false),
	END };
static const struct engine_request_arg_doc dead[] = { ARG("table", ARG_TABLE, false), ARG("reason", ARG_TEXT, false),
	END };
static const struct engine_request_arg_doc group[] = { ARG("group", ARG_GROUP, true), ARG("topic", ARG_TOPIC, false),
	ARG("to", ARG_TEXT, true), END };
static const struct engine_request_arg_doc past[] = { ARG("at", ARG_TEXT, true), END };
static const struct engine_request_doc docs[] = {
	{ "resume", EFFECT_REVERSIBLE, "", held, DOER_ANY },
	{ "snapshot", EFFECT_COSTLY, "", tables, DOER_CAPTURE },
	{ "replay", EFFECT_COSTLY, "", table, DOER_LOAD },
	{ "trace", EFFECT_READ, "", table, DOER_ANY },
	{ "dead-retry", EFFECT_COSTLY, "", dead, DOER_CAPTURE },
	{ "group-reset", EFFECT_COSTLY, "", group, DOER_ANY },
	{ "past", EFFECT_READ, "", past, DOER_ANY },
	{ NULL, EFFECT_READ, NULL, NULL, DOER_ANY },
};

static const struct canned {
	const char *request, *line;
} canned[] = {
	{ "problem", "{\"part\":\"check\",\"state\":\"problem\",\"what\":\"mysql tcp 10.0.0.1:3306\",\"text\":\"refused\"}" },
	{ "problem", "{\"part\":\"check\",\"state\":\"problem\",\"what\":\"kafka tcp 10.0.0.2:9092\",\"text\":\"refused\"}" },
	{ "problem", "{\"part\":\"check\",\"state\":\"problem\",\"what\":\"starrocks tcp 10.0.0.3:8030\",\"text\":\"refused\"}" },
	{ "trace", "script  dropped: orders.lua:5: a test (version 3f0a77c1d2b4)" },
	{ "trace", "verdict: the row is not at the target, because the script says so" },
	{ "groups", "{\"group\":\"billing\",\"topic\":\"mysql.testdb.orders\",\"partition\":0,\"low\":0,\"high\":9,\"offset\":4,\"lag\":5}" },
	{ "dead-groups", "{\"count\":1,\"table\":\"testdb.items\",\"reason\":\"price\",\"last_id\":7,\"last_ms\":1}" },
	{ "settings", "{\"section\":\"mysql\",\"key\":\"host\",\"value\":\"db1\",\"from\":\"set\",\"applies\":\"restart\"}" },
	{ "messages", "{\"partition\":0,\"offset\":7,\"ms\":1,\"size\":4,\"op\":\"u\",\"table\":\"testdb.orders\",\"key\":\"id=4711\"}" },
	{ "messages", "{\"progress\":{\"scanned\":1,\"done\":1,\"total\":1,\"bytes\":1,\"matched\":1,\"errors\":0,\"us\":1,\"ended\":false}}" },
};

static void answer_past(void)
{
	struct status was;
	struct buf doc;

	status_init(&was);
	fake_status_fill(&was, 7);
	buf_init(&doc, 1 << 20);
	status_to_json(&was, &doc);
	screen_lane_answer(&screen, LANE_PAST, doc.data, doc.len);
	screen_lane_end(&screen, LANE_PAST, "");
	buf_done(&doc);
	status_done(&was);
}

/* What the engine would say to the request that is on its way. */
static void answer(void)
{
	enum view_lane lane = screen.request_lane;
	bool follows = strstr(screen.request, "follow=yes") != NULL;
	char name[64];

	if (screen.request[0] == '\0')
		return;
	snprintf(name, sizeof(name), "%.*s", (int)strcspn(screen.request, " "), screen.request);
	screen.request[0] = '\0';
	if (lane == LANE_PAST) {
		answer_past();
		return;
	}
	for (size_t i = 0; i < sizeof(canned) / sizeof(*canned); i++) {
		if (strcmp(canned[i].request, name) != 0)
			continue;
		if (lane == LANE_NONE)
			screen_answer(&screen, canned[i].line, strlen(canned[i].line));
		else
			screen_lane_answer(&screen, lane, canned[i].line, strlen(canned[i].line));
	}
	if (lane == LANE_NONE && screen.asked) /* as the loop does */
		screen_answer_end(&screen, NULL);
	if (lane != LANE_NONE && !follows)
		screen_lane_end(&screen, lane, "");
	screen_refresh(&screen);
}

/* ---- situations ---- */

static const struct situation {
	int number;
	enum problem_code code;
	const char *subject, *text;
} situations[] = {
	{ 2, PROBLEM_CAPTURE_RETRYING, "capture", "MySQL 10.0.0.1:3306: cannot connect" },
	{ 4, PROBLEM_TABLE_STOPPED, "testdb.items", "ALTER TABLE was not in the binlog" },
	{ 5, PROBLEM_CAPTURE_RETRYING, "capture", "MySQL 10.0.0.1:3306: cannot connect" },
	{ 6, PROBLEM_LOAD_RETRYING, "load", "10.0.0.2:9092: timed out" },
	{ 7, PROBLEM_LOAD_RETRYING, "load", "10.0.0.3:8030: connection refused" },
	{ 8, PROBLEM_LOAD_SLOW, "testdb.orders", "one load has been under way for 31 s" },
	{ 9, PROBLEM_DISK_LOW, "/var/lib/millrace", "312 MiB are free" },
};

static void make_situation(int number)
{
	struct problem_facts facts = { .binlog_ms = 172800000, .log_ms = 604800000, .disk = { 300e6, 1e5, true } };
	struct problems *p = problems_new();

	status_done(&status);
	status_init(&status);
	fake_status_fill(&status, 3);
	for (size_t i = 0; i < sizeof(situations) / sizeof(*situations); i++)
		if (situations[i].number == number)
			problem_raise(p, situations[i].code, situations[i].subject, "%s", situations[i].text);
	free(status.problems);
	status.problems = problems_copy(p, &status.nproblems);
	for (size_t i = 0; i < status.nproblems; i++)
		problem_left(&facts, &status, &status.problems[i]);
	problems_free(p);
	snprintf(status.events[status.nevents - 2].msg, sizeof(status.events[0].msg),
			"testdb.customers paused on request of ana@pts/3");
}

/* ---- keys as they are printed ---- */

static uint32_t key_of(const char *name, size_t len)
{
	static const struct {
		const char *name;
		uint32_t key;
	} keys[] = {
		{ "Enter", KEYCODE_ENTER },
		{ "Esc", KEYCODE_ESCAPE },
		{ "PgDn", KEYCODE_PAGE_DOWN },
		{ "Ctrl-S", KEYCODE_CTRL('s') },
	};

	for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++)
		if (strlen(keys[i].name) == len && memcmp(keys[i].name, name, len) == 0)
			return keys[i].key;
	return len == 1 ? (unsigned char)name[0] : KEYCODE_NONE;
}

static void press(uint32_t key)
{
	screen_key(&screen, key, false);
	for (int i = 0; i < 4; i++)
		answer();
}

/* "`5` `/` items `Enter`": keys in backticks, what is typed without. How many keys; -1: one that is not known. */
static int walk(const char *cell)
{
	int n = 0;

	while (*cell) {
		size_t len = strcspn(cell + (*cell == '`'), *cell == '`' ? "`" : " ");

		if (*cell == ' ') {
			cell++;
		} else if (*cell == '`') {
			uint32_t key = key_of(cell + 1, len);

			if (key == KEYCODE_NONE)
				return -1;
			press(key);
			n++;
			cell += len + 2;
		} else {
			for (size_t i = 0; i < len; i++)
				press((unsigned char)cell[i]);
			cell += len;
		}
	}
	return n;
}

/* Everything in backticks is on the screen, but keys and commands that are named besides. */
static void look_for(const char *answer_cell, const char *question)
{
	const char *shown = screen_text(&screen, &canvas);

	for (const char *at = strchr(answer_cell, '`'); at; at = strchr(at, '`')) {
		char word[CELL_MAX];
		size_t len = strcspn(at + 1, "`");

		snprintf(word, sizeof(word), "%.*s", (int)len, at + 1);
		at += len + 2;
		if (len == 1 || word[0] == ':' || strncmp(word, "millrace", 8) == 0 || strcmp(word, "attach") == 0)
			continue;
		ok(strstr(shown, word) != NULL, "%s: the screen has '%s'", question, word);
		if (strstr(shown, word) == NULL)
			printf("# %s\n", shown);
	}
}

static void try_question(char cells[CELLS][CELL_MAX], int rows, int cols)
{
	int n;

	clock_fake(INT64_C(1700000003000000));
	make_situation(atoi(cells[1]));
	screen_init(&screen, true, "in this process", docs);
	canvas_resize(&canvas, rows, cols);
	screen_status(&screen, &status, NULL);
	n = walk(cells[3]);
	ok(n > 0 && n <= KEYS_MOST, "%s: %d keys", cells[2], n);
	look_for(cells[5], cells[2]);
	screen_done(&screen);
	clock_fake(0);
}

/* "| a | b |": cells[0] is what stands before the first bar. false: no row of the table. */
static bool split(const char *line, char cells[CELLS][CELL_MAX])
{
	int n = 0;

	if (line[0] != '|' || atoi(line + 2) == 0)
		return false;
	for (const char *at = line; *at && n < CELLS; n++) {
		size_t len = strcspn(at, "|"), from = strspn(at, " ");

		from = from < len ? from : len;
		snprintf(cells[n], CELL_MAX, "%.*s", (int)(len - from), at + from);
		for (size_t end = strlen(cells[n]); end && strchr(" \n", cells[n][end - 1]); end--)
			cells[n][end - 1] = '\0';
		at += len + (at[len] == '|');
	}
	return n >= CELLS - 1;
}

int main(void)
{
	const char *top = getenv("top_srcdir");
	char path[1024], line[4096], cells[CELLS][CELL_MAX];
	int questions = 0;
	FILE *f;

	setenv("TZ", "UTC", 1);
	status_init(&status);
	canvas_init(&canvas);
	snprintf(path, sizeof(path), "%s/docs/oncall.md", top ? top : ".");
	f = fopen(path, "r");
	while (f && fgets(line, sizeof(line), f)) {
		if (!split(line, cells))
			continue;
		is_int(atoi(cells[1]), ++questions, "question %d: %s", questions, cells[2]);
		try_question(cells, 24, 80);
		try_question(cells, 40, 120);
	}
	if (f)
		fclose(f);
	is_int(questions, QUESTIONS, "there are thirty");
	canvas_done(&canvas);
	status_done(&status);
	return tap_done();
}
