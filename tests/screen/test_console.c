/*
 * test_console.c - keys and statuses in, screens out, no terminal. Golden screens are in tests/golden/screen_*.txt; with
 * GOLDEN_UPDATE set in the environment they are written instead of compared. So are the pictures of docs/screens.
 */
#include <jansson.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "console/cast.h"
#include "console/keys/request_line.h"
#include "console/screen_parts.h"
#include "core/clock.h"
#include "core/text.h"
#include "tests/screen/fake_status.h"
#include "tests/screen/screen_svg.h"
#include "tests/screen/screen_text.h"
#include "tests/tap.h"

static struct status status;
static struct screen screen;
static struct canvas canvas;

static const struct engine_request_arg_doc held[] = {
	{ "what", ARG_HELD, true, NULL, EFFECT_READ, "" },
	{ NULL, ARG_TEXT, false, NULL, EFFECT_READ, NULL },
};
static const struct engine_request_arg_doc tap[] = {
	{ "stage", ARG_TEXT, true, NULL, EFFECT_READ, "" },
	{ "table", ARG_TABLE, false, NULL, EFFECT_READ, "" },
	{ "n", ARG_COUNT, false, NULL, EFFECT_READ, "" },
	{ NULL, ARG_TEXT, false, NULL, EFFECT_READ, NULL },
};
static const struct engine_request_arg_doc trace[] = {
	{ "table", ARG_TABLE, true, NULL, EFFECT_READ, "" },
	{ "key", ARG_TEXT, true, NULL, EFFECT_READ, "" },
	{ NULL, ARG_TEXT, false, NULL, EFFECT_READ, NULL },
};
static const struct engine_request_arg_doc snapshot[] = {
	{ "tables", ARG_TABLES, false, NULL, EFFECT_READ, "" },
	{ "truncate", ARG_YES, false, NULL, EFFECT_DESTRUCTIVE, "" },
	{ "action", ARG_TEXT, false, NULL, EFFECT_READ, "" },
	{ NULL, ARG_TEXT, false, NULL, EFFECT_READ, NULL },
};
static const struct engine_request_arg_doc acknowledge[] = {
	{ "problem", ARG_TEXT, true, NULL, EFFECT_READ, "" },
	{ "subject", ARG_TEXT, false, NULL, EFFECT_READ, "" },
	{ NULL, ARG_TEXT, false, NULL, EFFECT_READ, NULL },
};
static const struct engine_request_arg_doc past[] = {
	{ "at", ARG_TEXT, true, NULL, EFFECT_READ, "" },
	{ "step", ARG_TEXT, false, NULL, EFFECT_READ, "" },
	{ NULL, ARG_TEXT, false, NULL, EFFECT_READ, NULL },
};
static const struct engine_request_arg_doc dead[] = {
	{ "id", ARG_TEXT, false, NULL, EFFECT_READ, "" },
	{ "table", ARG_TABLE, false, NULL, EFFECT_READ, "" },
	{ "reason", ARG_TEXT, false, NULL, EFFECT_READ, "" },
	{ NULL, ARG_TEXT, false, NULL, EFFECT_READ, NULL },
};
static const struct engine_request_arg_doc dead_edit[] = {
	{ "id", ARG_TEXT, true, NULL, EFFECT_READ, "" },
	{ "row", ARG_TEXT, true, NULL, EFFECT_READ, "" },
	{ NULL, ARG_TEXT, false, NULL, EFFECT_READ, NULL },
};
static const struct engine_request_arg_doc replay[] = {
	{ "table", ARG_TABLE, true, NULL, EFFECT_READ, "" },
	{ "from", ARG_TEXT, false, NULL, EFFECT_READ, "an offset, how long ago (90m), or all (begin)" },
	{ NULL, ARG_TEXT, false, NULL, EFFECT_READ, NULL },
};
static const struct engine_request_arg_doc no_args[] = { { NULL, ARG_TEXT, false, NULL, EFFECT_READ, NULL } };
static const struct engine_request_arg_doc history[] = {
	{ "series", ARG_TEXT, true, NULL, EFFECT_READ, "" },
	{ "from", ARG_TEXT, false, NULL, EFFECT_READ, "" },
	{ "to", ARG_TEXT, false, NULL, EFFECT_READ, "" },
	{ "step", ARG_COUNT, false, NULL, EFFECT_READ, "" },
	{ NULL, ARG_TEXT, false, NULL, EFFECT_READ, NULL },
};
static const struct engine_request_doc docs[] = {
	{ "history", EFFECT_READ, "", history, DOER_ANY },
	{ "past", EFFECT_READ, "", past, DOER_ANY },
	{ "pause", EFFECT_REVERSIBLE, "", held, DOER_ANY },
	{ "resume", EFFECT_REVERSIBLE, "", held, DOER_ANY },
	{ "tap", EFFECT_READ, "", tap, DOER_ANY },
	{ "trace", EFFECT_READ, "", trace, DOER_ANY },
	{ "snapshot", EFFECT_COSTLY, "", snapshot, DOER_CAPTURE },
	{ "acknowledge", EFFECT_REVERSIBLE, "", acknowledge, DOER_ANY },
	{ "dead-retry", EFFECT_COSTLY, "", dead, DOER_CAPTURE },
	{ "dead-edit", EFFECT_COSTLY, "load the row with other values", dead_edit, DOER_CAPTURE },
	{ "replay", EFFECT_COSTLY, "load the messages of a table again", replay, DOER_LOAD },
	{ "dead-discard", EFFECT_DESTRUCTIVE, "", dead, DOER_ANY },
	{ "reload-check", EFFECT_READ, "", no_args, DOER_ANY },
	{ "reload", EFFECT_REVERSIBLE, "", no_args, DOER_ANY },
	{ NULL, EFFECT_READ, NULL, NULL, DOER_ANY },
};

static const char *dump(void)
{
	return screen_text(&screen, &canvas);
}

static void keys(const char *text)
{
	for (; *text; text++)
		screen_key(&screen, (unsigned char)*text, false);
}

static void start(int rows, int cols)
{
	screen_done(&screen);
	screen_init(&screen, true, "in this process", docs);
	canvas_resize(&canvas, rows, cols);
	screen_status(&screen, &status, NULL);
}

static const char *read_file(const char *path)
{
	static char text[1 << 18];
	FILE *f = fopen(path, "r");
	size_t n = f ? fread(text, 1, sizeof(text) - 1, f) : 0;

	if (f)
		fclose(f);
	text[n] = '\0';
	return text;
}

static void is_golden(const char *name)
{
	const char *top = getenv("top_srcdir");
	char path[1024];
	const char *got = dump();

	snprintf(path, sizeof(path), "%s/tests/golden/screen_%s_%dx%d.txt", top ? top : ".", name, canvas.cols,
			canvas.rows);
	if (getenv("GOLDEN_UPDATE")) {
		FILE *f = fopen(path, "w");

		if (f) {
			fputs(got, f);
			fclose(f);
		}
	}
	is_str(got, read_file(path), "%s at %dx%d", name, canvas.cols, canvas.rows);
}

static void is_picture(const char *name, const char *theme)
{
	const char *top = getenv("top_srcdir") ? getenv("top_srcdir") : ".";
	char dir[1024], path[1200];
	const char *dirs[] = { dir, NULL };
	struct theme t;
	struct buf svg;
	struct err err;

	snprintf(dir, sizeof(dir), "%s/themes", top);
	snprintf(path, sizeof(path), "%s/docs/screens/%s.svg", top, name);
	is_int(theme_load(&t, theme, dirs, &err), 0, "theme %s", theme);
	screen_draw(&screen, &canvas);
	buf_init(&svg, 4 << 20);
	screen_svg(&svg, &canvas, &t, strstr(theme, "light") != NULL);
	if (getenv("GOLDEN_UPDATE")) {
		FILE *f = fopen(path, "w");

		if (f) {
			fwrite(svg.data, 1, svg.len, f);
			fclose(f);
		}
	}
	ok(strcmp(svg.data, read_file(path)) == 0, "docs/screens/%s.svg is current", name);
	buf_done(&svg);
}

static void test_pictures(void)
{
	start(40, 120);
	is_picture("overview", "harbor");
	is_picture("overview-high-contrast", "high-contrast");
	keys("!");
	is_picture("problems", "harbor-light");
	keys("5");
	is_picture("tables", "harbor");
	start(24, 80);
	is_picture("overview-80x24", "tritanopia");
}

static void test_golden(int rows, int cols)
{
	start(rows, cols);
	is_golden("overview");
	keys("W");
	is_golden("stages");
	keys("5");
	is_golden("tables");
	keys("3");
	is_golden("topics");
	keys("6");
	is_golden("events");
	keys("!");
	is_golden("problems");
	keys("?");
	is_golden("help");
	keys("5jjjjj\r");
	is_golden("detail");
	keys("q:snapshot testdb.orders truncate=yes\r");
	is_golden("dialog");
	screen_key(&screen, KEYCODE_ESCAPE, false);
}

/* What the recorder would answer: the status of so many seconds before. */
static void answer_past(unsigned ago)
{
	struct status was;
	struct buf doc;

	status_init(&was);
	fake_status_fill(&was, 7);
	was.wall_us = status.wall_us - ago * INT64_C(1000000);
	was.complete_us = -1;
	strcpy(was.tables[0].name, "testdb.gone");
	buf_init(&doc, 1 << 20);
	status_to_json(&was, &doc);
	screen.request[0] = '\0';
	screen_lane_answer(&screen, LANE_PAST, doc.data, doc.len);
	screen_lane_end(&screen, LANE_PAST, "");
	buf_done(&doc);
	status_done(&was);
}

/* The last line of the lag chart of the overview, below the times: signs of what happened. */
static bool chart_has(char sign)
{
	const char *at = strstr(dump(), "0ms\u2502");

	at = at ? strchr(strchr(at, '\n') + 1, '\n') + 1 : "";
	return memchr(at, sign, strcspn(at, "\n") < 80 ? strcspn(at, "\n") : 80) != NULL;
}

static void test_retheme(void)
{
	start(24, 80);
	keys(":theme mon");
	is_str(screen.theme, "mon", "a theme is shown while its name is typed");
	screen_key(&screen, KEYCODE_ESCAPE, false);
	is_str(screen.theme, "", "Esc takes it back");
	keys(":theme mono\r:theme har\b");
	is_str(screen.theme_kept, "mono", "Enter keeps it");
	screen_key(&screen, KEYCODE_ESCAPE, false);
	is_str(screen.theme, "mono", "and Esc goes back to that one");
	ok(screen.request[0] == '\0', "nothing is asked of the engine");
	keys(":themes\r");
	is_str(screen.theme, "mono", "another word is no theme");
}

static void test_overview(void)
{
	start(50, 160);
	ok(strstr(dump(), "a load took 4.1 s") && strstr(dump(), "x2"),
			"events that are alike are one, with how often");
	ok(strstr(strstr(dump(), "a load took 4.1 s") + 1, "a load took 4.1 s") == NULL, "it stands there once");
	ok(chart_has('D'), "DDL is marked below the lag");
	ok(!chart_has('R'), "a start of days ago is not");
	status.changes[0] = (struct change_entry){ .wall_us = status.wall_us - INT64_C(1200000000),
		.kind = CHANGED_PROCESS };
	ok(chart_has('R'), "one of twenty minutes ago is");
	fake_status_fill(&status, 3);
}

/* A time of another day has its date, and the column its room. */
static void test_other_day(void)
{
	start(24, 80);
	keys("6");
	ok(strstr(dump(), " time     level") != NULL, "events of today have their time");
	status.events[0].wall_us -= INT64_C(86400000000);
	screen_status(&screen, &status, NULL);
	ok(strstr(dump(), " time        level") && strstr(dump(), " 11-13 21:46 notice"),
			"one of yesterday has its date");
	fake_status_fill(&status, 3);
}

static void test_past(int rows, int cols)
{
	clock_fake(status.wall_us);
	start(rows, cols);
	keys("5[");
	ok(strstr(screen.request, "past \"at=") == screen.request && !strstr(screen.request, "step"),
			"[ asks for what was");
	is_int(screen.request_lane, LANE_PAST, "for the screen itself");
	answer_past(7383);
	screen.toast_until_us = 0;
	ok(strstr(dump(), " REPLAY ") && strstr(dump(), "2h03m ago"), "it is told that it was, and how long ago");
	ok(strstr(dump(), "testdb.gone") != NULL, "the list is that of then");
	screen_status(&screen, &status, NULL);
	ok(strstr(dump(), "testdb.gone") != NULL, "also after news of now");
	keys("[");
	ok(strstr(screen.request, "\"step=before\"") != NULL, "[ again: one before");
	screen.request[0] = '\0';
	keys("]");
	ok(strstr(screen.request, "\"step=after\"") != NULL, "]: one after");
	screen.request[0] = '\0';
	keys("@90m\r");
	ok(strstr(screen.request, "past \"at=") == screen.request, "@ and a time: there");
	screen.request[0] = '\0';
	keys("@noon\r");
	ok(screen.request[0] == '\0' && strstr(dump(), "expected a time"), "what is no time is told");
	keys("p");
	ok(screen.request[0] == '\0' && strstr(dump(), "of the past"), "nothing is paused from there");
	keys(":pause what=load\r");
	ok(screen.request[0] == '\0', "nor by a command");
	keys("m");
	ok(screen.view == VIEW_TABLES && screen.request[0] == '\0', "nor are messages of now shown");
	screen.toast_until_us = 0;
	keys("1");
	is_golden("replay");
	screen_key(&screen, KEYCODE_ESCAPE, false);
	ok(!screen.past_shown && screen.status == &status && !strstr(dump(), "REPLAY"), "Esc: now");
	clock_fake(0);
}

static void test_keys(void)
{
	start(24, 80);
	keys("5fcusto");
	ok(strstr(dump(), "filter: custo") != NULL, "the filter is being typed");
	ok(strstr(dump(), "customers") && !strstr(dump(), "testdb.orders"), "and works while it is");
	keys("\r");
	ok(strstr(dump(), "</custo> 1/1") != NULL, "the filter stands in the status line");
	keys("f\x15!testdb\r");
	ok(strstr(dump(), "archive") && !strstr(dump(), "customers"), "! turns a filter round");
	keys("f\x15nothing\r");
	ok(strstr(dump(), "matches 'nothing' (Esc shows all)") != NULL, "an empty list says why");
	screen_key(&screen, KEYCODE_ESCAPE, false);
	ok(strstr(dump(), "testdb.orders") != NULL, "Esc shows all");
	keys("gfx");
	screen_key(&screen, KEYCODE_ESCAPE, false);
	is_str(screen.grids[VIEW_TABLES].filter, "", "Esc in the prompt takes the typing back");
	keys(">>");
	ok(strstr(dump(), "sorted by loaded") != NULL, "> goes through the columns");
	keys("<");
	ok(strstr(dump(), "sorted by captured") != NULL, "< goes back");
	keys(">");
	keys("G");
	is_int(screen.grids[VIEW_TABLES].cursor, 5, "G goes to the end");
	keys("kk");
	screen_key(&screen, KEYCODE_PAGE_UP, false);
	is_int(screen.grids[VIEW_TABLES].cursor, 0, "a page up ends at the top");
	screen_key(&screen, KEYCODE_TAB, false);
	is_int(screen.view, VIEW_EVENTS, "Tab goes on");
	screen_key(&screen, KEYCODE_BACKTAB, false);
	is_int(screen.view, VIEW_TABLES, "and back");
	keys("z");
	ok(strstr(dump(), "FROZEN") != NULL, "a frozen screen says so");
}

static void test_cursor_stays(void)
{
	struct status_table first = status.tables[0];

	start(24, 80);
	keys("5");
	keys("ftestdb.orders\r");
	screen_key(&screen, KEYCODE_ESCAPE, false);
	is_str(screen.grids[VIEW_TABLES].key, "testdb.orders", "the cursor is on a table");
	strcpy(status.tables[0].name, "aaa.first");
	status.tables[2] = first;
	screen_status(&screen, &status, NULL);
	is_str(screen.grids[VIEW_TABLES].key, "testdb.orders", "and stays on it when rows move");
	fake_status_fill(&status, 3);
}

static void test_pause(void)
{
	start(24, 80);
	keys("5Gp");
	is_str(screen.request, "pause \"what=testdb.orders\"", "p pauses at once: it can be taken back");
	screen.request[0] = '\0';
	keys("fcusto\rp");
	is_str(screen.request, "resume \"what=testdb.customers\"", "and resumes what is paused");
	screen.request[0] = '\0';
	screen_key(&screen, KEYCODE_ESCAPE, false);
	keys("fitems\rp");
	is_str(screen.request, "resume \"what=testdb.items\"", "or has failed");
	screen.request[0] = '\0';
	keys("Wp");
	is_str(screen.request, "pause \"what=capture\"", "a stage stands for its half");
	screen.request[0] = '\0';
}

/* What a request does to the data says what is asked before it. */
static void test_danger(void)
{
	start(24, 80);
	clock_fake(1000000);
	keys(":snapshot testdb.orders\r");
	is_int(screen.mode, MODE_DIALOG, "what costs is asked about");
	keys("y");
	is_str(screen.request, "", "a key that comes too soon is ignored");
	clock_fake(2000000);
	keys("\r ");
	is_str(screen.request, "", "Enter and Space do not confirm");
	keys("y");
	is_str(screen.request, "snapshot testdb.orders", "y does");
	screen.request[0] = '\0';
	keys(":snapshot testdb.orders truncate=yes\r");
	clock_fake(3000000);
	keys("y\r");
	is_str(screen.request, "", "what removes data wants its name typed");
	ok(strstr(dump(), "'y' is not 'testdb.orders': nothing was done") != NULL, "and says so");
	keys(":snapshot testdb.orders truncate=yes\r");
	keys("testdb.orders\r");
	is_str(screen.request, "snapshot testdb.orders truncate=yes", "the name in full does it");
	screen.request[0] = '\0';
	keys(":snapshot testdb.orders truncate=maybe extra more words\r");
	is_str(screen.request, "", "what is not understood is not sent");
	keys(":replay testdb.orders\r");
	ok(strstr(dump(), "load the messages of a table again: replay") && strstr(dump(), "from=begin"),
			"a dialog says what is done, and what holds for what was not typed");
	keys("\033:tap sink\r");
	is_str(screen.request, "tap sink", "a read asks nothing");
	screen.request[0] = '\0';
}

static void test_problems(void)
{
	start(24, 80);
	ok(strstr(dump(), "2 PROBLEMS") != NULL, "the header counts what nobody knows of yet");
	ok(strstr(dump(), "testdb.items") && strstr(dump(), "2 PROBLEMS"), "the first screen names them");
	keys("r");
	is_str(screen.request, "resume what=testdb.items", "r does what ends the selected one");
	screen.request[0] = '\0';
	keys("ja");
	is_str(screen.request, "acknowledge problem=lag-grows \"subject=load\"", "a says that it is known");
	screen.request[0] = '\0';
	keys("r");
	is_str(screen.request, "", "where no request helps");
	ok(strstr(dump(), "Enter says what does") != NULL, "that is said");
	status.nproblems = 0;
	start(24, 80);
	ok(strstr(dump(), "PROBLEM") == NULL, "without problems the header is calm");
	ok(strstr(dump(), "nothing is wrong") != NULL && strstr(dump(), "streaming") != NULL, "and says so");
	keys("\r");
	is_int(screen.view, VIEW_STAGES, "Enter opens the stages");
	keys("q:lag\r");
	is_int(screen.view, VIEW_LAG, "a view goes by its name, too");
	keys(":stages\r1");
	screen_status(&screen, NULL, "control socket: refused");
	ok(strstr(dump(), "STALE for") != NULL, "old figures are called stale, with their age");
	is_int(canvas_cell(&canvas, 5, 20)->over, OVER_STALE, "and look like it");
	clock_fake(1000000);
	screen_status(&screen, &status, NULL);
	clock_fake(4000000);
	ok(!screen_look_at_age(&screen) && strstr(dump(), "STALE") == NULL,
			"three seconds without figures are no matter");
	clock_fake(4600000);
	ok(screen_look_at_age(&screen) && strstr(dump(), "STALE for 3s") &&
					strstr(dump(), "no answer from the process"),
			"after that they are old, also where the connection is still there");
	clock_fake(60000000);
	ok(!screen_look_at_age(&screen) && strstr(dump(), "STALE for 59s") != NULL, "their age goes on");
	screen_status(&screen, &status, NULL);
	ok(strstr(dump(), "STALE") == NULL, "until new ones come");
	keys("z");
	clock_fake(90000000);
	ok(!screen_look_at_age(&screen) && strstr(dump(), "FROZEN"), "what is held on purpose is not called old");
	keys("z");
	ok(!screen_look_at_age(&screen), "nor in the moment in which it goes on");
	clock_fake(0);
	fake_status_fill(&status, 3);
}

/* The server's number of rows was too low. */
static void test_estimate(void)
{
	fake_status_fill(&status, 3);
	status.capture.snapshot.running = true;
	status.capture.snapshot.rows_done = 147456;
	status.capture.snapshot.rows_total = 2341;
	status.capture.snapshot.left_ms = 0;
	start(24, 80);
	ok(strstr(dump(), "99%,") && strstr(dump(), "- left") && !strstr(dump(), "100%"),
			"what is beyond the estimate is not over, and nobody knows when it will be");
	fake_status_fill(&status, 3);
}

static void test_leaving(void)
{
	start(24, 80);
	keys("\x03");
	is_int(screen.wish, WISH_NONE, "Ctrl-C does not leave");
	ok(strstr(dump(), "q leaves") != NULL, "but says what does");
	keys("\x1a");
	is_int(screen.wish, WISH_NONE, "Ctrl-Z does not stop an engine");
	keys("q");
	is_int(screen.wish, WISH_NONE, "q asks when the engine is in this process");
	clock_fake(9000000);
	keys("s");
	is_int(screen.wish, WISH_LEAVE, "s leaves");
	start(24, 80);
	keys("q");
	clock_fake(19000000);
	keys("l");
	is_int(screen.wish, WISH_LEAVE_RUNNING, "l leaves the pipeline running");
	start(24, 80);
	keys("l");
	is_int(screen.wish, WISH_NONE, "but only where it is asked");
	screen.in_process = false;
	screen_key(&screen, 'q', true);
	is_int(screen.wish, WISH_NONE, "a pasted q does nothing");
	keys("q");
	is_int(screen.wish, WISH_LEAVE, "attached, q leaves at once");
}

static void test_command(void)
{
	start(24, 80);
	keys(":tap sink\r");
	is_str(screen.request, "tap sink", "a command becomes a request");
	screen_answer(&screen, "{\"id\":1}\033[2J", 12);
	screen_answer_end(&screen, NULL);
	ok(strstr(dump(), "{\"id\":1}\\x1b[2J") != NULL, "its answer is shown, cleaned");
	keys("q");
	is_int(screen.mode, MODE_LIST, "and closed");
	keys(":nonsense\r");
	screen_answer_end(&screen, "'nonsense': there is no such request");
	ok(strstr(dump(), "no such request") != NULL, "a refusal is told");
}

/* A tap of much: what does not fit is not asked for any more, and that is told where it was cut. */
static void test_long_answer(void)
{
	char line[1000];
	int n = 0;

	memset(line, 'x', sizeof(line));
	start(24, 80);
	keys(":tap sink\r");
	while (!screen.full && n < 1000) {
		screen_answer(&screen, line, sizeof(line));
		n++;
	}
	is_int(n, SCREEN_TEXT_MAX / 1001 + 1, "an answer is taken until it is long enough");
	screen_answer_end(&screen, NULL);
	ok(strstr(dump(), "cut at 256 KiB") != NULL, "what was not is told");
	ok(memmem(screen.text.data, screen.text.len, "-- cut here", 11) != NULL, "where it ends, too");
	keys("q:tap sink\r");
	screen_answer(&screen, "{\"id\":2}", 8);
	ok(!screen.full && strstr(dump(), "{\"id\":2}") != NULL, "the next one begins anew");
}

static const char *completed(const char *typed)
{
	static char line[200];

	snprintf(line, sizeof(line), "%s", typed);
	return request_line_complete(line, sizeof(line), docs) ? line : "-";
}

static void test_completion(void)
{
	is_str(completed("sn"), "snapshot ", "Tab makes a request of its beginning");
	is_str(completed("dead"), "dead-", "as far as those that begin so agree");
	is_str(completed("reload"), "reload", "one that is whole may be the beginning of another");
	is_str(completed("fly"), "-", "nothing of what is none");
	is_str(completed("tap st"), "tap stage=", "an argument of that request");
	is_str(completed("tap sink xyz"), "-", "but of no other");
	is_str(completed("fly st"), "-", "nor of what is no request");
	start(24, 80);
	keys(":res\ttestdb.items\r");
	is_str(screen.request, "resume testdb.items", "in the prompt");
	screen.request[0] = '\0';
	keys(":fly\r:fly\r:nonsense");
	screen_key(&screen, KEYCODE_UP, false);
	is_str(screen.input, "fly", "Up: what was said last");
	screen_key(&screen, KEYCODE_UP, false);
	screen_key(&screen, KEYCODE_UP, false);
	is_str(screen.input, "resume testdb.items", "what was said twice is there once, and the oldest is the last");
	screen_key(&screen, KEYCODE_DOWN, false);
	is_str(screen.input, "fly", "Down: the one after");
	screen_key(&screen, KEYCODE_DOWN, false);
	is_str(screen.input, "", "and a new one");
	keys("\033");
	for (int i = 0; i < 40; i++) {
		keys(i % 2 ? ":fly high\r" : ":fly low\r");
	}
	keys(":");
	for (int i = 0; i < 40; i++)
		screen_key(&screen, KEYCODE_UP, false);
	is_str(screen.input, "fly low", "only so many are kept");
	keys("\033");
}

static void test_request_line(void)
{
	struct request_line line;
	char shown[100];
	struct err err;

	is_int(request_line_parse(&line, "tap  sink n=5 \"db.a b=c\"", docs, &err), 0, "words with and without names");
	is_int(line.request.nargs, 3, "three arguments");
	is_str(line.request.args[0].name, "stage", "the first without a name takes the first name");
	is_str(line.request.args[1].name, "n", "a name is taken as it is");
	is_str(line.request.args[2].name, "table", "the next without takes the next");
	is_str(line.request.args[2].value, "db.a b=c", "quotes hold words together");
	is_str(request_line_show(shown, sizeof(shown), "dead \"table=a.b\" \"reason=two words\" \"key=\\\"\" n=\"5"),
			"dead table=a.b \"reason=two words\" \"key=\\\"\" n=\"5",
			"shown without the quotes that are not needed");
	is_str(request_line_show(shown, 8, "dead \"table=a.b\""), "dead ta", "as much of it as there is room for");
	is_int(request_line_parse(&line, "pause load more", docs, &err), -1, "too many words");
	is_str(err.msg, "'more' is one too many; expected: pause what=capture|load|TABLE", "says what it takes");
	is_int(request_line_parse(&line, "fly", docs, &err), -1, "no such request");
	is_str(err.msg, "there is no 'fly'; A lists what there is, Tab completes", "tells where they are");
	is_int(request_line_parse(&line, "pause \"load", docs, &err), -1, "an open quote");
	is_int(request_line_parse(&line, "  ", docs, &err), -1, "nothing");
}

/* Two connections read, ten thousand tables wait. */
static void test_snapshot(void)
{
	static struct status_reading readings[10003];
	struct status_reading *none = status.readings;

	readings[0] = (struct status_reading){ .name = "d.first", .state = "done", .rows = 7 };
	readings[1] = (struct status_reading){
		.name = "d.large",
		.state = "running",
		.rows = 1200,
		.total = 5000,
		.chunks = 3,
		.rows_per_s = 4000,
		.left_ms = 950,
	};
	readings[2] = (struct status_reading){ .name = "d.other", .state = "running", .left_ms = -1 };
	for (int i = 3; i < 10003; i++) {
		readings[i] = (struct status_reading){ .state = "waiting", .left_ms = -1 };
		snprintf(readings[i].name, sizeof(readings[i].name), "d.t%d", i);
	}
	status.capture.fill = (struct status_fill){ 0 };
	status.readings = readings;
	status.nreadings = 10003;
	status.capture.snapshot = (struct status_snapshot){
		.running = true,
		.tables_done = 1,
		.tables_total = 10003,
		.rows_done = 1207,
		.rows_total = 12070,
		.left_ms = 60000,
	};
	start(50, 200);
	ok(strstr(dump(), "10%, 1 of 10003 tables, 1m00s left") != NULL, "a snapshot is on the first screen");
	keys("W\r");
	ok(strstr(dump(), "d.large, 1,200 of about 5,000 rows, 3 chunks, 4.00k/s, 0.9s left") != NULL,
			"its tables are in the detail");
	ok(strstr(dump(), "d.t5,") != NULL && strstr(dump(), "d.t6,") == NULL &&
					strstr(dump(), "9,997 more tables") != NULL,
			"of those that wait only the next ones");
	status.capture.snapshot = (struct status_snapshot){ 0 };
	status.capture.fill = (struct status_fill){
		.tables = 2,
		.tables_done = 1,
		.all_rows = 50,
		.all_total = 100,
		.paused = true,
		.all_left_ms = -1,
	};
	start(24, 110);
	ok(strstr(dump(), "50%, 1 of 3 tables, - left, paused") != NULL, "one beside the stream");
	status.capture.fill = (struct status_fill){ 0 };
	status.readings = none;
	status.nreadings = 0;
}

static void answer(enum view_lane lane, const char *line)
{
	screen_lane_answer(&screen, lane, line, strlen(line));
}

static void answer_loads(void)
{
	char line[800];

	for (int i = 0; i < 30; i++) {
		snprintf(line, sizeof(line),
				"{\"number\":%d,\"at_us\":%lld,\"table\":\"testdb.%s\",\"partition\":%d,\"from\":%d,\"to\":%d,"
				"\"messages\":%d,\"rows\":%d,\"bad\":%d,\"bytes\":%d,\"prepare_us\":%d,\"load_us\":%d,\"begin_ms\":3,"
				"\"plan_ms\":%d,\"receive_ms\":%d,\"write_ms\":190,\"publish_ms\":%d,\"result\":\"%s\","
				"\"label\":\"shop_orders_1f2e_%d\",\"detail\":\"%s\"}",
				300 - i, 1699999990000000LL - i * 2100000LL, i % 3 ? "orders" : "a\\u202eb\\u001b[2J",
				i % 3, 8413988 - i * 20000, 8413988 - i * 20000 + 18000, 18000, 17112 - i,
				i == 4 ? 2 : 0, 3250586, 1500, 2012000 - i * 55000, 12 + i, 90 + i * 3, 1700 - i * 55,
				i == 7			  ? "later"
						: i == 9  ? "refused"
						: i == 11 ? "duplicate"
							  : "loaded",
				i, i == 7 ? "StarRocks: Fail: too many versions" : "Success");
		answer(LANE_LIST, line);
	}
	screen_lane_end(&screen, LANE_LIST, "");
}

static void answer_groups(void)
{
	char line[400];

	for (int i = 0; i < 6; i++) {
		snprintf(line, sizeof(line),
				"{\"group\":\"%s\",\"topic\":\"mysql.testdb.orders\",\"table\":\"testdb.orders\",\"partition\":%d,\"low\":0,"
				"\"high\":%d,\"offset\":%d,\"lag\":%d%s}",
				i < 4 ? "shop-load" : "reports", i % 4, 8413990, 8413990 - i * 3000, i * 3000,
				i < 2			? ",\"lag_per_s\":-42.5"
						: i < 4 ? ",\"lag_per_s\":12.0"
							: "");
		answer(LANE_LIST, line);
	}
	screen_lane_end(&screen, LANE_LIST, "");
}

static void answer_settings(void)
{
	static const char *const lines[] = {
		"{\"section\":\"millrace\",\"key\":\"name\",\"value\":\"shop\",\"default\":\"millrace\",\"from\":\"set\","
		"\"applies\":\"restart\",\"help\":\"Prefixes labels, consumer groups and topics.\",\"values\":null}",
		"{\"section\":\"mysql\",\"key\":\"password\",\"value\":\"(set)\",\"default\":null,\"from\":\"set\","
		"\"applies\":\"reload\",\"help\":\"Its password.\",\"values\":null}",
		"{\"section\":\"mysql\",\"key\":\"snapshot.mode\",\"value\":\"initial\",\"default\":\"initial\",\"from\":\"default\","
		"\"applies\":\"restart\",\"help\":\"What is read at the first start.\",\"values\":\"initial|no_data\"}",
	};

	for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++)
		answer(LANE_LIST, lines[i]);
	screen_lane_end(&screen, LANE_LIST, "");
}

/* Of very many tables the screen says which it looks at, and that there are more. */
static void test_look(void)
{
	struct status_wish wish;

	fake_status_fill(&status, 3);
	status.all_tables = 10000;
	start(24, 80);
	screen_look(&screen, &wish);
	is_str(wish.list, "", "the overview looks at no list");
	ok(wish.tables > 0 && wish.tables < 100, "but at the few that need a look");
	keys("5>");
	screen_look(&screen, &wish);
	is_str(wish.list, "tables", "5 looks at the tables");
	is_str(wish.sort, "captured", "in the order of the sorted column");
	is_int(wish.limit, 200, "as many as a screen and more");
	ok(strstr(dump(), "/6 of 10000") != NULL, "that there are more is told");
	keys("fitems\r");
	screen_look(&screen, &wish);
	is_str(wish.filter, "items", "and with its filter");
	screen.grids[VIEW_TABLES].cursor = 160;
	screen_look(&screen, &wish);
	is_int(wish.limit, 400, "more as the cursor goes down");
	fake_status_fill(&status, 3);
	status.all_tables = 0;
}

enum { MANY = 700 };

/* Tables that differ in little: most rows tie with others. */
static void fill_many(struct status *s)
{
	fake_status_fill(s, 3);
	s->tables = realloc(s->tables, MANY * sizeof(*s->tables));
	memset(s->tables, 0, MANY * sizeof(*s->tables));
	for (size_t i = 0; i < MANY; i++) {
		struct status_table *t = &s->tables[i];

		snprintf(t->name, sizeof(t->name), "shop.%s%03zu", i < MANY / 2 ? "T" : "t", i);
		t->state = i % 5 == 0 ? HALF_IDLE : HALF_STREAMING;
		t->lag_ms = (int64_t)(i * 7 % 3) - 1;
		t->lag_rows = (int64_t)(i % 2);
		t->captured = i % 4;
		t->dead_open = i % 11 == 0;
		t->loader = "";
	}
	s->ntables = s->all_tables = MANY;
}

/* What the engine sends are the rows that stand first, in the order in which they are shown. */
static void test_same_order(void)
{
	const struct view *view = view_get(VIEW_TABLES);
	struct grid all, sent;
	struct status cut;
	char a[GRID_KEY], b[GRID_KEY];

	fill_many(&status);
	status_init(&cut);
	for (int turn = 0; turn < 2 * view->source->ncolumns; turn++) {
		struct status_wish wish = { .list = "tables", .inverted = turn % 2, .limit = 200 };
		size_t same = 0;

		grid_init(&all, turn / 2);
		grid_init(&sent, turn / 2);
		all.inverted = sent.inverted = turn % 2;
		snprintf(wish.sort, sizeof(wish.sort), "%s", view->fields[turn / 2]);
		fill_many(&cut);
		status_cut(&cut, &wish);
		grid_update(&all, view->source, &status);
		grid_update(&sent, view->source, &cut);
		while (same < sent.count) {
			view->source->key(&status, all.order[same], a);
			view->source->key(&cut, sent.order[same], b);
			if (strcmp(a, b) != 0)
				break;
			same++;
		}
		if (same != 200)
			ok(false, "sorted by %s%s: of 200 rows %zu are those that stand first",
					view->source->columns[turn / 2].title, turn % 2 ? ", turned round" : "", same);
		grid_done(&all);
		grid_done(&sent);
		status_done(&cut);
	}
	fake_status_fill(&status, 3);
	status.all_tables = 0;
	ok(true, "whatever they are sorted by");
}

/* A row that was marked and is not among those that are sent any more. */
static void test_marks_stay(void)
{
	struct status moved;

	fill_many(&status);
	start(24, 80);
	status_init(&moved);
	keys("5 ");
	is_int(screen.grids[VIEW_TABLES].nmarks, 1, "a row is marked");
	fill_many(&moved);
	memmove(&moved.tables[0], &moved.tables[400], 200 * sizeof(*moved.tables));
	moved.ntables = 200;
	screen_status(&screen, &moved, NULL);
	ok(strstr(dump(), "1 marked") && strstr(dump(), "of 700"), "it is, while other rows are sent");
	fill_many(&moved);
	screen_status(&screen, &moved, NULL);
	is_int(screen.grids[VIEW_TABLES].nmarks, 1, "and when it comes again");
	moved.all_tables = moved.ntables = 2;
	screen_status(&screen, &moved, NULL);
	is_int(screen.grids[VIEW_TABLES].nmarks, 0,
			"where all rows came, one that did not is gone, and so is its mark");
	fake_status_fill(&status, 3);
	status.all_tables = 0;
	start(24, 80);
	status_done(&moved);
}

/* What a list is looked at for has room on the smallest screen. */
static void test_smallest(void)
{
	static const struct {
		const char *keys, *column;
		void (*answer)(void);
	} lists[] = {
		{ "3", " lag", NULL },
		{ "4", " lag", answer_groups },
		{ "5", " lag", NULL },
		{ "7", " failed", NULL },
		{ "8", " result", answer_loads },
		{ "9", " done", NULL },
		{ "0", " value", answer_settings },
		{ "w", " last request", NULL },
	};

	for (size_t i = 0; i < sizeof(lists) / sizeof(*lists); i++) {
		start(10, 40);
		keys(lists[i].keys);
		if (lists[i].answer)
			lists[i].answer();
		ok(strstr(dump(), lists[i].column) != NULL, "40x10, key %s:%s", lists[i].keys, lists[i].column);
	}
}

/* Screens whose list is the answer of a request. */
static void test_asked(int rows, int cols)
{
	clock_fake(rows * INT64_C(100000000));
	fake_status_fill(&status, 3);
	start(rows, cols);
	keys("8");
	is_str(screen.request, "loads n=200", "8 asks for the loads");
	ok(strstr(dump(), "asking...") != NULL, "until they come");
	answer_loads();
	is_golden("load");
	status.problems[1].code = "dead-letters";
	snprintf(status.problems[1].subject, sizeof(status.problems[1].subject), "testdb.orders");
	snprintf(status.problems[1].text, sizeof(status.problems[1].text), "2 dead letters are open");
	ok(strstr(dump(), "2 dead letters are open") == NULL, "a table with dead letters does not wait");
	status.problems[1].code = "table-retrying";
	status.problems[1].holds_up = true;
	ok(strstr(dump(), "2 dead letters are open") != NULL, "one that is tried again does");
	fake_status_fill(&status, 3);
	screen_status(&screen, &status, NULL);
	screen.request[0] = '\0';
	clock_fake(rows * INT64_C(100000000) + 2000000);
	screen_status(&screen, &status, NULL);
	is_str(screen.request, "loads n=200", "and again with the next status");
	keys("j");
	answer(LANE_LIST, "{\"number\":301,\"table\":\"testdb.new\"}");
	ok(strstr(dump(), "testdb.new") == NULL, "what is shown changes when all has come");
	screen_lane_end(&screen, LANE_LIST, "loads: this process does not load (role capture)");
	ok(strstr(dump(), "does not load") != NULL, "a refusal is told");
	keys("4");
	is_str(screen.request, "groups", "4 asks for the groups");
	answer_groups();
	is_golden("lag");
	keys("0");
	is_str(screen.request, "settings", "0 asks for the settings");
	answer_settings();
	is_golden("config");
	keys("c");
	is_str(screen.request, "reload-check", "c looks at the changed file");
	screen_answer(&screen, "[mysql] port: needs a restart", 29);
	screen_answer_end(&screen, NULL);
	ok(strstr(dump(), "needs a restart") != NULL, "and shows what it would do");
	keys("qr");
	is_str(screen.request, "reload", "r applies it");
	keys("w");
	is_golden("sessions");
	keys("9");
	is_golden("snapshots");
	keys("p");
	is_int(screen.mode, MODE_LIST, "p pauses the snapshot, and asks nothing: it can be taken back");
	is_str(screen.request, "snapshot action=pause", "by this request");
	ok(strstr(dump(), "pausing the snapshot") != NULL, "and says so");
}

/* A line of `history` as the engine gives it: n values, `shape` says how they go. */
static void answer_series(enum view_lane lane, const char *series, const char *unit, int step_s, int n, double base,
		int shape)
{
	bool beside = lane == LANE_LIST_BESIDE || lane == LANE_DETAIL_BESIDE;
	int64_t until_s = (status.wall_us / 1000000 - (beside ? 3600 : 0)) / step_s * step_s;
	struct buf b;

	buf_init(&b, 1 << 20);
	buf_printf(&b, "{\"series\":\"%s\",\"unit\":\"%s\",\"until_s\":%lld,\"step_s\":%d,\"values\":[", series, unit,
			(long long)until_s, step_s);
	for (int i = 0; i < n; i++) {
		buf_puts(&b, i ? "," : "");
		if (i < n / 12 || (shape == 2 && i > n / 3 && i < n / 2))
			buf_puts(&b, "null");
		else
			buf_printf(&b, "%.6g",
					base *
							(shape == 1 ? 0.2 + (double)(i * i) / (n * n)
								    : 0.7 + 0.05 * (i * 7 % 9)));
	}
	buf_puts(&b, "]}");
	screen_lane_answer(&screen, lane, b.data, b.len);
	buf_done(&b);
}

static void answer_list(enum view_lane lane, double factor)
{
	static const char *const stages[] = { "source", "format", "log", "read", "script", "sink" };
	static const struct {
		const char *name, *unit;
		double base;
	} kinds[] = { { "rate", "rows/s", 12300 }, { "busy", "share", 0.5 }, { "blocked", "share", 0.1 },
		{ "queue", "share", 0.2 }, { "p50", "us", 4200 }, { "p99", "us", 91000 } };
	char name[40];

	answer_series(lane, "capture.lag", "ms", 20, 180, 200 * factor, 0);
	answer_series(lane, "rows.inserted", "rows/s", 20, 180, 4100 * factor, 1);
	answer_series(lane, "rows.updated", "rows/s", 20, 180, 5200 * factor, 2);
	answer_series(lane, "rows.deleted", "rows/s", 20, 180, 12 * factor, 0);
	answer_series(lane, "transactions", "transactions/s", 20, 180, 830 * factor, 1);
	answer_series(lane, "capture.unread", "bytes", 20, 180, 48000 * factor, 0);
	answer_series(lane, "load.lag", "ms", 20, 180, 18400 * factor, 1);
	answer_series(lane, "load.rows", "rows", 20, 180, 182311 * factor, 1);
	answer_series(lane, "complete.age", "ms", 20, 180, 18900 * factor, 1);
	answer_series(lane, "dropped.rate", "rows/s", 20, 180, 41, 2);
	answer_series(lane, "dead.rate", "rows/s", 20, 180, 0, 0);
	answer_series(lane, "source.quiet", "ms", 20, 180, 150, 0);
	answer_series(lane, "process.cpu", "cores", 20, 180, 0.31, 2);
	answer_series(lane, "process.memory", "bytes", 20, 180, 61e6, 1);
	for (int kind = 0; kind < 6; kind++)
		for (int i = 0; i < 6; i++) {
			snprintf(name, sizeof(name), "%s.%s", stages[i], kinds[kind].name);
			answer_series(lane, name, kinds[kind].unit, 20, 180, kinds[kind].base * (kind > 3 ? i + 1 : 1),
					i % 3);
		}
	screen_lane_end(&screen, lane, "");
}

/* Two kinds of rows: most are fast, some take a second. */
static void answer_latency(enum view_lane lane)
{
	struct buf b;

	buf_init(&b, 1 << 20);
	buf_printf(&b, "{\"series\":\"sink.latency\",\"unit\":\"rows\",\"until_s\":%lld,\"step_s\":10,\"values\":[",
			(long long)(status.wall_us / 10000000 * 10));
	for (int i = 0; i < 360; i++) {
		buf_puts(&b, i ? "," : "");
		if (i < 20) {
			buf_puts(&b, "null");
			continue;
		}
		for (int k = 0; k < 24; k++)
			buf_printf(&b, "%s%d", k ? "," : "[",
					k == 5			  ? 9000
							: k == 6  ? 2500 + i * 7 % 500
							: k == 7  ? 90
							: k == 13 ? i / 3
								  : 0);
		buf_puts(&b, "]");
	}
	buf_puts(&b, "],\"le_us\":[");
	for (int k = 0; k < 23; k++)
		buf_printf(&b, "%d,", 64 << k);
	buf_puts(&b, "null]}");
	screen_lane_answer(&screen, lane, b.data, b.len);
	screen_lane_end(&screen, lane, "");
	buf_done(&b);
}

static bool asks(const char *series)
{
	bool it_does = strncmp(screen.request, "history \"series=", 16) == 0 &&
			strncmp(screen.request + 16, series, strlen(series)) == 0 &&
			screen.request[16 + strlen(series)] == '"';

	if (it_does)
		screen.request[0] = '\0';
	return it_does;
}

/* Figures over time: the list beside what was before, a chart with a place that is read, a heat map. */
static void test_metrics(int rows, int cols)
{
	clock_fake(rows * INT64_C(100000000));
	fake_status_fill(&status, 3);
	start(rows, cols);
	keys("2");
	ok(strstr(screen.request, "\"from=2023-11-14 22:08:22\" \"to=2023-11-14 22:13:22\" \"step=2\"") != NULL,
			"the last five minutes: %s", screen.request);
	ok(asks("all"), "2 asks for every series");
	ok(strstr(dump(), "asking...") != NULL, "until they come");
	keys("+");
	ok(asks("all"), "+ asks again, for an hour");
	answer_list(LANE_LIST, 1);
	ok(strstr(screen.request, "\"to=2023-11-14 21:13:20\"") != NULL, "then for what was an hour before: %s",
			screen.request);
	ok(asks("all"), "of all of them");
	answer_list(LANE_LIST_BESIDE, 0.25);
	is_golden("metrics");
	if (rows == 40)
		is_picture("metrics", "harbor");
	ok(strstr(dump(), "x4.0") != NULL, "what is four times as much says so");
	keys("fload.rows\r\r");
	ok(asks("load.rows"), "Enter asks for the one");
	answer_series(LANE_DETAIL, "load.rows", "rows", 10, 360, 182311, 1);
	screen_lane_end(&screen, LANE_DETAIL, "");
	is_golden("metrics_chart");
	screen_key(&screen, KEYCODE_LEFT, false);
	screen_key(&screen, KEYCODE_LEFT, false);
	ok(strstr(dump(), "at 22:13:00 ") != NULL, "the arrows read a value");
	keys("c");
	ok(asks("load.rows"), "c asks for the hour before");
	answer_series(LANE_DETAIL_BESIDE, "load.rows", "rows", 10, 360, 90000, 0);
	screen_lane_end(&screen, LANE_DETAIL_BESIDE, "");
	is_golden("metrics_beside");
	screen_key(&screen, KEYCODE_ESCAPE, false);
	ok(strstr(dump(), "series") != NULL, "Esc goes back to the list");
	screen_key(&screen, KEYCODE_ESCAPE, false);
	keys("fsink.p99\r\r");
	ok(asks("sink.latency"), "of a latency all rows are asked for");
	answer_latency(LANE_DETAIL);
	keys("c");
	screen_key(&screen, KEYCODE_LEFT, false);
	is_golden("metrics_heat");
	if (rows == 40)
		is_picture("metrics-heat", "harbor");
	ok(strstr(dump(), "p50 at most 2.05ms, p99 at most 4.10ms") != NULL || strstr(dump(), "p99 at most") != NULL,
			"the cursor reads its percentiles");
	keys("q");
	screen_key(&screen, KEYCODE_ESCAPE, false);
	keys("\rK");
	ok(asks("sink.latency"), "K goes to the figure before");
	screen_lane_end(&screen, LANE_DETAIL, "history: expected a time");
	ok(strstr(dump(), "expected a time") != NULL, "a refusal is told");
	keys("q");
	is_int(screen.view, VIEW_METRICS, "q closes the chart only");
	clock_fake(0);
}

/* Enter goes deeper, Esc back to exactly where one was. */
static void test_stack(void)
{
	fake_status_fill(&status, 3);
	start(24, 120);
	keys("!j\r");
	ok(strstr(dump(), "! Problems > lag-grows load") != NULL, "the way that leads here stands above");
	keys("m");
	ok(screen.view == VIEW_PROBLEM && strstr(dump(), "it is of no table"), "the load has no messages of its own");
	keys("J");
	screen.request[0] = '\0';
	keys("m");
	ok(strstr(screen.request, "messages \"topic=testdb.customers\"") == screen.request,
			"m: the messages of its table");
	ok(strstr(dump(), "! Problems > table-paused testdb.customers > ") != NULL, "one deeper");
	keys("?");
	is_int(screen.view, VIEW_HELP, "? from anywhere");
	screen_key(&screen, KEYCODE_ESCAPE, false);
	is_int(screen.view, VIEW_MESSAGES, "and back");
	ok(strstr(dump(), "reading was stopped") != NULL, "with what was there");
	screen.request[0] = '\0';
	screen_key(&screen, KEYCODE_ESCAPE, false);
	is_int(screen.view, VIEW_PROBLEM, "Esc: the problem");
	ok(strstr(screen.request, "\"subject=testdb.customers\"") != NULL, "which asks again for what was given up");
	keys("D");
	is_int(screen.view, VIEW_DEAD, "D: its dead letters");
	screen_key(&screen, KEYCODE_ESCAPE, false);
	screen_key(&screen, KEYCODE_ESCAPE, false);
	is_int(screen.view, VIEW_PROBLEMS, "Esc, Esc: the list");
	is_int(screen.grids[VIEW_PROBLEMS].cursor, 1, "where one was");
	keys("5ftestdb\rGkD");
	screen_key(&screen, KEYCODE_ESCAPE, false);
	ok(screen.view == VIEW_TABLES && strcmp(screen.grids[VIEW_TABLES].filter, "testdb") == 0, "with its filter");
	is_int(screen.grids[VIEW_TABLES].cursor, screen.grids[VIEW_TABLES].count - 2, "and its cursor");
	for (int i = 0; i < 40; i++)
		keys("D!\rD");
	ok(screen.depth <= SCREEN_DEEP, "however deep one goes");
	screen.request[0] = '\0';
	screen.cancel = 0;
}

/* All that can be done here: from the tables of keys and requests, with the command that does the same. */
static void test_menu(int rows, int cols)
{
	clock_fake(0);
	fake_status_fill(&status, 3);
	start(rows, cols);
	keys("5fitems\rA");
	is_int(screen.mode, MODE_MENU, "A opens the menu");
	is_golden("menu");
	keys("retr");
	screen_key(&screen, KEYCODE_ESCAPE, false);
	is_int(screen.mode, MODE_LIST, "Esc closes it");
	keys("Apause");
	ok(strstr(dump(), "millrace resume testdb.items") != NULL, "a key is there with the command for this line");
	ok(strstr(dump(), "millrace do pause what=testdb.items") != NULL, "and so is a request");
	keys("\r");
	is_str(screen.request, "resume \"what=testdb.items\"", "Enter does what the key does");
	screen.request[0] = '\0';
	keys("Atap\r");
	is_int(screen.mode, MODE_COMMAND, "a request that lacks something goes to the prompt");
	ok(strncmp(screen.input, "tap \"table=testdb.items\"", 24) == 0, "with what is known: %s", screen.input);
	screen_key(&screen, KEYCODE_ESCAPE, false);
	keys("Asnapshot");
	screen_key(&screen, KEYCODE_DOWN, false);
	screen_key(&screen, KEYCODE_UP, false);
	keys("\r");
	ok(screen.request[0] == '\0' && screen.mode == MODE_DIALOG, "what costs asks first, from here as well");
	screen_key(&screen, KEYCODE_ESCAPE, false);
	keys("!jA");
	keys("repair");
	ok(strstr(dump(), "not now: no request ends this problem") != NULL, "what cannot be done says why");
	keys("\r");
	is_int(screen.mode, MODE_MENU, "and is not done");
	screen_key(&screen, KEYCODE_ESCAPE, false);
	keys("7");
	dump();
	keys("A");
	ok(strstr(dump(), "actions: testdb.customers") != NULL, "the table of a script under the cursor is known");
	screen_key(&screen, KEYCODE_ESCAPE, false);
	screen.read_only = true;
	keys("Ado pause");
	ok(strstr(dump(), "not now: this console is read-only") != NULL, "a read-only console neither");
	screen_key(&screen, KEYCODE_ESCAPE, false);
	keys("A:");
	ok(strstr(dump(), "dead-discard") != NULL, "every request is found by ':'");
	screen_key(&screen, 'x', true);
	is_str(screen.input, ":x", "pasted text searches");
	screen_key(&screen, KEYCODE_ESCAPE, false);
}

/* Each key of each view but moves, and each request, is in the menu: nothing has to be known by heart. */
static void test_menu_whole(void)
{
	size_t n;
	const struct key_binding *b = keymap_table(&n);

	start(24, 80);
	keys("5A");
	for (const struct engine_request_doc *doc = docs; doc->name; doc++) {
		bool there = false;

		for (size_t i = 0; i < screen.menu.count; i++)
			there |= screen.menu.items[i].action == ACTION_NONE &&
					strcmp(screen.menu.items[i].name, doc->name) == 0;
		ok(there, "the menu has the request %s", doc->name);
	}
	for (; n; n--, b++) {
		bool there = false,
		     move = (b->action >= ACTION_UP && b->action <= ACTION_LAST) || b->action == ACTION_NEXT_VIEW ||
				b->action == ACTION_PREVIOUS_VIEW || b->action == ACTION_BACK ||
				b->action == ACTION_INTERRUPT || b->action == ACTION_MENU;

		if (move || !(b->scope & SCOPE_TABLES))
			continue;
		for (size_t i = 0; i < screen.menu.count; i++)
			there |= screen.menu.items[i].action == b->action;
		ok(there, "the menu has the key %s", b->label);
	}
	screen_key(&screen, KEYCODE_ESCAPE, false);
}

static void answer_problem(void)
{
	static const char *const lines[] = {
		"{\"part\":\"what\",\"at_us\":1699999870000003,\"ms\":133000,\"state\":\"error\",\"what\":\"testdb.items\"}",
		"{\"part\":\"timeline\",\"at_us\":1699999950000000,\"state\":\"error\",\"what\":\"sink\",\"text\":\"testdb.items: 3 rows "
		"are dead letters\",\"times\":3}",
		"{\"part\":\"timeline\",\"at_us\":1699999870000003,\"state\":\"notice\",\"what\":\"found\",\"text\":\"for the first time\"}",
		"{\"part\":\"changed\",\"at_us\":1699999850000000,\"state\":\"notice\",\"what\":\"script\",\"text\":\"orders.lua: version 2 "
		"takes the place of version 1 on request of ana\"}",
		"{\"part\":\"changed\",\"at_us\":1699910000000000,\"state\":\"notice\",\"what\":\"action\",\"text\":\"pause "
		"what=testdb.audit on request of ana\"}",
		"{\"part\":\"before\",\"at_us\":1699999869000000,\"state\":\"notice\",\"what\":\"script\",\"text\":\"orders.lua: version 2 is "
		"used \\u202e\\u001b[2J\"}",
		"{\"part\":\"before\",\"at_us\":1699999400000000,\"state\":\"notice\",\"what\":\"sink\",\"text\":\"testdb.items: columns altered\"}",
		"{\"part\":\"check\",\"ms\":2,\"state\":\"ok\",\"what\":\"mysql dns db1.example\",\"text\":\"1 address\"}",
		"{\"part\":\"check\",\"ms\":1,\"state\":\"ok\",\"what\":\"mysql tcp 10.0.4.17:3306\",\"text\":\"connects\"}",
		"{\"part\":\"check\",\"state\":\"ok\",\"what\":\"mysql log_bin\",\"text\":\"ON\"}",
		"{\"part\":\"check\",\"state\":\"ok\",\"what\":\"mysql binlog_format\",\"text\":\"ROW\"}",
		"{\"part\":\"check\",\"state\":\"problem\",\"what\":\"table testdb.items\",\"text\":\"column price is varchar(10)\","
		"\"remedy\":\"set table.create = true, or run what `millrace ddl` prints\"}",
		"{\"part\":\"check\",\"ms\":31,\"state\":\"ok\",\"what\":\"starrocks version\",\"text\":\"3.5.1\"}",
	};

	for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++)
		answer(LANE_LIST, lines[i]);
	screen_lane_end(&screen, LANE_LIST, "");
}

static void answer_topic(void)
{
	static const char *const lines[] = {
		"{\"part\":\"topic\",\"what\":\"mysql.testdb.orders\",\"partitions\":2,\"kept\":1481000,\"bytes\":607210000,\"per_s\":9080.5}",
		"{\"part\":\"partition\",\"what\":\"0\",\"low\":0,\"high\":900000,\"kept\":900000,\"bytes\":369000000,\"committed\":890000,"
		"\"lag\":10000,\"per_s\":5000.5}",
		"{\"part\":\"partition\",\"what\":\"1\",\"low\":1200,\"high\":582200,\"kept\":581000,\"bytes\":-1,\"committed\":-1,\"lag\":-1,"
		"\"per_s\":null}",
		"{\"part\":\"group\",\"what\":\"shop-load\",\"partition\":0,\"offset\":890000,\"lag\":10000}",
		"{\"part\":\"group\",\"what\":\"an auditor \\u202e\\u001b[2J\",\"partition\":0,\"offset\":12,\"lag\":899988}",
		"{\"part\":\"setting\",\"what\":\"retention.ms\",\"value\":\"604800000\",\"from\":\"set\"}",
		"{\"part\":\"setting\",\"what\":\"cleanup.policy\",\"value\":\"delete\",\"from\":\"default\"}",
		"{\"part\":\"setting\",\"what\":\"follower.replication.throttled.replicas\",\"value\":\"\",\"from\":\"default\"}",
	};

	for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++)
		answer(LANE_LIST, lines[i]);
	screen_lane_end(&screen, LANE_LIST, "");
}

static void test_topic_page(int rows, int cols)
{
	clock_fake(rows * INT64_C(100000000));
	fake_status_fill(&status, 3);
	start(rows, cols);
	keys("3i");
	is_int(screen.view, VIEW_TOPIC, "i on a topic opens its page");
	ok(strncmp(screen.request, "topic \"topic=", 13) == 0, "which asks for it: %s", screen.request);
	answer_topic();
	is_golden("topic");
	if (cols == 120)
		is_picture("topic", "harbor");
	keys("]]]");
	ok(strstr(dump(), "settings in force") != NULL, "] goes to its next part");
	screen.request[0] = '\0';
	keys("m");
	is_int(screen.view, VIEW_MESSAGES, "m opens its messages");
	keys("qq");
	is_int(screen.view, VIEW_TOPIC, "and Esc goes back");
	keys("q5i");
	is_int(screen.view, VIEW_TOPIC, "i on a table opens that of it");
	screen_lane_end(&screen, LANE_LIST, "topic: expected a topic that exists");
	ok(strstr(dump(), "expected a topic that exists") != NULL, "a refusal is told");
}

/* One problem, whole: what the status knows at once, what is asked for, the key that ends it. */
static void test_problem_page(int rows, int cols)
{
	clock_fake(rows * INT64_C(100000000));
	fake_status_fill(&status, 3);
	start(rows, cols);
	keys("!\r");
	is_int(screen.view, VIEW_PROBLEM, "Enter on a problem opens its page");
	is_str(screen.request, "problem \"problem=table-stopped\" \"subject=testdb.items\"", "which asks for the rest");
	ok(strstr(dump(), "expected decimal(10,2)") && strstr(dump(), "r does it: resume what=testdb.items"),
			"what it is and what to do stand there at once");
	screen.request[0] = '\0';
	answer_problem();
	is_golden("problem");
	keys("r");
	is_str(screen.request, "resume what=testdb.items", "r does what ends it");
	screen.request[0] = '\0';
	keys("a");
	is_str(screen.request, "acknowledge \"problem=table-stopped\" \"subject=testdb.items\"",
			"a says that it is known");
	screen.request[0] = '\0';
	keys("c");
	is_str(screen.request, "problem \"problem=table-stopped\" \"subject=testdb.items\"", "c checks again");
	keys("J");
	is_str(screen.request, "problem \"problem=lag-grows\" \"subject=load\"", "J goes on to the next one");
	ok(strstr(dump(), "191,311 rows wait") && !strstr(dump(), "varchar(10)"), "with nothing of the one before");
	screen.request[0] = '\0';
	keys("r");
	ok(screen.request[0] == '\0' && strstr(dump(), "no request ends it"), "where no request ends it, that is said");
	ok(strstr(dump(), " r repair") == NULL, "and r is not in the bar");
	keys("K");
	ok(strstr(dump(), " r repair") != NULL, "as it is where one does");
	status.nproblems = 0;
	screen_status(&screen, &status, NULL);
	ok(strstr(dump(), "It is over since") != NULL, "a problem that ends while it is looked at is over");
	keys("rG");
	ok(strstr(dump(), "it is over: nothing is to be done") != NULL, "and nothing is sent for it");
	screen_key(&screen, KEYCODE_ESCAPE, false);
	is_int(screen.view, VIEW_PROBLEMS, "Esc goes back to the list");
	fake_status_fill(&status, 3);
	start(rows, cols);
	keys("j\r");
	is_str(screen.request, "problem \"problem=lag-grows\" \"subject=load\"", "the first screen opens it, too");
	screen_lane_end(&screen, LANE_LIST, "problem: expected one that `status` lists");
	ok(strstr(dump(), "expected one that") != NULL, "a refusal is told");
	clock_fake(0);
}

static bool is_ascii(const char *text)
{
	for (; *text; text++)
		if (*text != '\n' && (*text < ' ' || *text > '~'))
			return false;
	return true;
}

static void test_metrics_ascii(void)
{
	clock_fake(1);
	canvas.ascii = true;
	start(24, 80);
	keys("2+");
	answer_list(LANE_LIST, 1);
	answer_list(LANE_LIST_BESIDE, 1);
	ok(is_ascii(dump()), "metrics in ASCII");
	is_golden("metrics_ascii");
	keys("fsink.p99\r\r");
	answer_latency(LANE_DETAIL);
	ok(is_ascii(dump()), "a heat map in ASCII");
	is_golden("metrics_heat_ascii");
	canvas.ascii = false;
	clock_fake(0);
}

/* Screens that ask for what they show, of the past: what is recorded, else that it is not; never what is now. */
static void test_past_pages(void)
{
	clock_fake(status.wall_us);
	start(40, 120);
	keys("4");
	answer_groups();
	keys("[");
	answer_past(600);
	ok(screen.view == VIEW_LAG && strstr(dump(), "(of the load)"), "lag has the recorded partitions");
	ok(strstr(dump(), "reports") == NULL && strstr(dump(), "not recorded"), "and says that other groups are not");
	ok(screen.request[0] == '\0', "nothing of now is asked for");
	answer(LANE_LIST, "{\"group\":\"zzz\",\"topic\":\"t\"}");
	screen_lane_end(&screen, LANE_LIST, "");
	ok(strstr(dump(), "zzz") == NULL, "what comes late is not shown");
	keys("14");
	is_int(screen.grids[VIEW_LAG].count, 5, "also when it is opened then");
	keys("7");
	ok(strstr(dump(), "testdb.orders") && screen.request[0] == '\0', "scripts as they were");
	keys("\r");
	ok(strstr(dump(), "rows in and out:") && screen.request[0] == '\0',
			"Enter: what was kept of one, and no page of now");
	screen_key(&screen, KEYCODE_ESCAPE, false);
	ok(screen.past_shown && strstr(dump(), "testdb.orders"), "Esc closes that, and the past is still shown");
	keys("a");
	ok(screen.view == VIEW_SCRIPTS && screen.request[0] == '\0', "their keys are refused");
	keys("8");
	screen.toast_until_us = 0;
	ok(screen.request[0] == '\0' && strstr(dump(), "not recorded"), "loads are not recorded, and that is told");
	keys("0");
	ok(screen.request[0] == '\0' && strstr(dump(), "Config: not recorded"), "nor are the settings");
	keys("rc");
	ok(screen.request[0] == '\0', "and nothing is reloaded from there");
	keys("2");
	ok(strstr(screen.request, "\"to=2023-11-14 22:03:22\"") != NULL, "figures are of then: %s", screen.request);
	answer_list(LANE_LIST, 1);
	ok(strstr(screen.request, "\"to=2023-11-14 21:03:22\"") != NULL, "and of an hour before: %s", screen.request);
	answer_list(LANE_LIST_BESIDE, 1);
	screen.request[0] = '\0';
	screen_status(&screen, &status, NULL);
	ok(screen.request[0] == '\0', "news of now ask for nothing");
	keys("[");
	answer_past(700);
	ok(screen.view == VIEW_METRICS && strstr(screen.request, "\"to=2023-11-14 22:01:42\""),
			"a step: those of then: %s", screen.request);
	keys("D");
	ok(screen.view == VIEW_METRICS, "dead letters of now are not shown");
	screen_key(&screen, KEYCODE_ESCAPE, false);
	ok(strstr(screen.request, "\"to=2023-11-14 22:13:22\"") != NULL, "Esc: of now: %s", screen.request);
	keys("0[");
	answer_past(600);
	screen.request[0] = '\0';
	screen_key(&screen, KEYCODE_ESCAPE, false);
	is_str(screen.request, "settings", "back in now the settings are asked for");
	clock_fake(0);
}

static void answer_messages(void)
{
	char line[400];

	for (int i = 0; i < 40; i++) {
		snprintf(line, sizeof(line),
				"{\"partition\":%d,\"offset\":%d,\"ms\":%lld,\"size\":412,\"op\":\"%c\",\"table\":\"testdb.orders\",\"key\":\"id=%d\","
				"\"what\":\"status \\\"new\\\">\\\"paid\\\", note null>\\\"n%d\\u202e\\u001b[2J\\\"\"}",
				i % 2, 8412000 + i, 1741010278123LL + i * 1000, "uuucd-"[i % 6], 4700 + i, i);
		answer(LANE_LIST, line);
	}
	answer(LANE_LIST,
			"{\"progress\":{\"scanned\":412310,\"done\":412310,\"total\":412310,\"bytes\":222298112,\"matched\":40,\"errors\":2,"
			"\"us\":1900000,\"ended\":false,\"error\":\"filter:1: attempt to index a nil value\"}}");
	screen_refresh(&screen);
}

static const char whole[] =
		"{\"topic\":\"mysql.testdb.orders\",\"partition\":1,\"offset\":8412039,\"timestamp_ms\":1741010317123,\"op\":\"u\",\"table\":\"testdb.orders\","
		"\"key\":\"{\\\"id\\\":4739}\",\"value\":\"{\\\"before\\\":1}\",\"headers\":[[\"__op\",\"u\"]],\"source\":[[\"db\",\"\\\"testdb\\\"\"],[\"gtid\",\"\\\"3e11:7\\\"\"]],"
		"\"fields\":[[\"id\",\"4739\",\"4739\",false],[\"status\",\"\\\"new\\\"\",\"\\\"paid\\\"\",true],[\"note\",null,\"\\\"\\u001b[31m\\\"\",false]],\"hex\":\"7b22\"}";

/* The browser of messages: what it asks for, what it shows, how it is left. */
static void test_messages(int rows, int cols)
{
	start(rows, cols);
	keys("3\r");
	is_int(screen.view, VIEW_MESSAGES, "Enter on a topic opens its messages");
	ok(strstr(screen.request, "messages \"topic=") &&
					strstr(screen.request,
							"\"seek=-100\" \"progress=yes\" \"form=list\" \"follow=yes\""),
			"asks for the newest: %s", screen.request);
	is_int(screen.request_lane, LANE_LIST, "for the list");
	ok(strstr(dump(), "reading...") != NULL, "until the first one comes");
	answer_messages();
	is_golden("messages");
	is_int(screen.grids[VIEW_MESSAGES].cursor, 39, "the cursor is on the newest");
	ok(strstr(dump(), "FOLLOW") != NULL, "and follows");
	keys("kk");
	answer_messages();
	is_int(screen.grids[VIEW_MESSAGES].cursor, 37, "moved away it stays");
	ok(strstr(dump(), "+40 new") != NULL, "and what is new is counted");
	keys("G");
	is_int(screen.grids[VIEW_MESSAGES].cursor, 79, "at the end it follows again");
	keys("/id=4711\rn");
	is_int(screen.grids[VIEW_MESSAGES].cursor, 51, "/ searches, n goes on, round the end");
	keys("N");
	is_int(screen.grids[VIEW_MESSAGES].cursor, 11, "N goes back");
	keys("G\r");
	ok(strstr(screen.request, "\"partition=1\" \"seek=o:8412039\" \"limit=1\" \"form=whole\"") != NULL,
			"Enter asks for the message: %s", screen.request);
	is_int(screen.request_lane, LANE_DETAIL, "for its page");
	answer(LANE_DETAIL, whole);
	is_golden("message");
	keys("]]]");
	ok(strstr(dump(), "3e11:7") != NULL, "where it comes from");
	keys("]]");
	ok(strstr(dump(), "0000  7b 22") != NULL, "bytes");
	keys("y");
	is_str(screen.clip.data, "{\"before\":1}", "y copies the value");
	keys("KK");
	ok(strstr(screen.request, "\"seek=o:8412037\"") != NULL, "K: the message before");
	screen_key(&screen, KEYCODE_ESCAPE, false);
	keys("f\x15"
	     "after.note == \"a\\b\"\r");
	ok(strstr(screen.request, "\"filter=after.note == \\\"a\\\\b\\\"\" \"seek=begin\"") != NULL,
			"a filter in Lua begins at the begin: %s", screen.request);
	keys("f\x15'some text\r");
	ok(strstr(screen.request, "\"grep=some text\"") != NULL, "a text");
	keys("s\x15@90m\r");
	ok(strstr(screen.request, "\"seek=@90m\"") != NULL, "a time");
	screen_lane_end(&screen, LANE_LIST, "messages: seek: expected something");
	ok(strstr(dump(), "expected something") != NULL, "a refusal is shown in the list's place");
	keys("s\x15-5\r");
	screen.cancel = 0;
	screen_key(&screen, KEYCODE_ESCAPE, false);
	is_int(screen.cancel, 1 << LANE_LIST, "Esc stops a scan");
	is_int(screen.view, VIEW_MESSAGES, "and stays");
	keys("q");
	is_int(screen.view, VIEW_TOPICS, "then goes back");
	keys("5m");
	ok(screen.view == VIEW_MESSAGES && strstr(screen.request, "topic=testdb.") != NULL, "m opens those of a table");
}

static void answer_script(void)
{
	static const char *const lines[] = {
		"{\"kind\":\"script\",\"section\":\"testdb.*\",\"name\":\"orders.lua\",\"place\":0,\"path\":\"/etc/millrace/orders.lua\"}",
		"{\"kind\":\"files\",\"version\":\"77aa00bb11cc\",\"why\":\"\"}",
		"{\"kind\":\"version\",\"at\":1741010200000000,\"section\":\"testdb.*\",\"version\":\"3f0a77c1d2b4\",\"who\":\"ana@pts/3\",\"how\":\"apply\",\"instead\":\"\",\"runs\":true}",
		"{\"kind\":\"version\",\"at\":1741000200000000,\"section\":\"testdb.*\",\"version\":\"1b2c3d4e5f60\",\"who\":\"configuration\",\"how\":\"start\",\"instead\":\"\",\"runs\":false}",
		"{\"kind\":\"failure\",\"id\":12,\"at_ms\":1741010278123,\"open\":true,\"reason\":\"orders.lua:12: column small: expected a number in its range (tinyint), found integer 128\",\"stage\":\"script orders.lua 3f0a77c1d2b4\",\"table\":\"testdb.orders\",\"key\":{\"id\":\"9\"}}",
	};
	char line[200];

	for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++)
		answer(LANE_DETAIL, lines[i]);
	for (int i = 1; i <= 30; i++) {
		snprintf(line, sizeof(line),
				"{\"kind\":\"line\",\"name\":\"orders.lua\",\"place\":0,\"line\":%d,\"text\":\"%s%d\"}",
				i, i == 12 ? "\\trow.small = row.amount * " : "\\tlocal c\\u001b[2J = ", i);
		answer(LANE_DETAIL, line);
	}
	screen_lane_end(&screen, LANE_DETAIL, "");
}

static void answer_tried(const char *kind)
{
	char line[300];

	answer(LANE_DETAIL,
			"{\"kind\":\"changed\",\"partition\":0,\"offset\":8,\"key\":{\"id\":\"1\"},\"before\":{\"status\":\"one\"},\"after\":{\"status\":\"two\",\"cents\":\"125\"}}");
	answer(LANE_DETAIL,
			"{\"kind\":\"different\",\"partition\":0,\"offset\":9,\"key\":{\"id\":\"2\"},\"was\":\"passed\",\"is\":\"dead\"}");
	answer(LANE_DETAIL, "{\"kind\":\"drop\",\"script\":\"orders.lua\",\"reason\":\"test order\",\"rows\":7}");
	answer(LANE_DETAIL,
			"{\"kind\":\"dead\",\"reason\":\"orders.lua:9: null\",\"rows\":1,\"keys\":[\"{\\\"id\\\":\\\"2\\\"}\"]}");
	answer(LANE_DETAIL,
			"{\"kind\":\"summary\",\"messages\":1000,\"rows\":1000,\"passed\":0,\"changed\":992,\"dropped\":7,\"deleted\":0,\"dead\":1,\"different\":993}");
	snprintf(line, sizeof(line),
			"{\"kind\":\"%s\",\"section\":\"testdb.*\",\"was\":\"3f0a77c1d2b4\",\"version\":\"77aa00bb11cc\",\"effect\":\"in the last 1000 rows of 1 table: dropped 0 -> 7, dead 0 -> 1, 993 otherwise\"}",
			kind);
	answer(LANE_DETAIL, line);
	screen_lane_end(&screen, LANE_DETAIL, "");
}

/* Scripts: from the list to one of them, what its files would do, its versions. */
static void test_scripts(int rows, int cols)
{
	struct status_wish wish;

	fake_status_fill(&status, 3);
	start(rows, cols);
	keys("7");
	is_int(screen.view, VIEW_SCRIPTS, "7 shows the scripts");
	is_golden("scripts");
	keys("jj\r");
	is_str(screen.request, "script-show \"table=testdb.orders\"", "Enter asks for one of them");
	answer_script();
	is_golden("script");
	is_int(screen.view, VIEW_SCRIPT, "its page is a page like all others");
	ok(strstr(dump(), "7 Scripts > testdb.orders > orders.lua") != NULL, "and says where it was opened from");
	ok(strstr(dump(), "Enter") == NULL, "Enter has no use on it, and no hint");
	screen_look(&screen, &wish);
	is_str(wish.filter, "testdb.orders", "of the scripts it looks at those of its table");
	is_int(wish.limit, 200, "not at all that there are");
	screen.request[0] = '\0';
	keys("a");
	is_str(screen.request, "script-apply \"table=testdb.orders\" \"dry=yes\"", "a asks what its files would do");
	answer_tried("tried");
	is_golden("script_apply");
	keys("a");
	is_str(screen.request, "script-apply \"table=testdb.orders\"", "a again lets them run");
	answer_tried("applied");
	ok(strstr(dump(), "77aa00bb11cc runs now instead of") != NULL, "what has become of it");
	keys("q");
	is_str(screen.request, "script-show \"table=testdb.orders\"", "back on the page all is asked again");
	answer_script();
	screen.request[0] = '\0';
	keys("e");
	ok(screen.wish == WISH_EDIT && strcmp(screen.edit, "/etc/millrace/orders.lua") == 0, "e edits its file");
	screen.wish = WISH_NONE;
	screen_edited(&screen, NULL);
	is_str(screen.request, "script-apply \"table=testdb.orders\" \"dry=yes\"", "then what it would do is asked");
	answer_tried("tried");
	keys("q");
	screen_edited(&screen, "no editor");
	ok(strstr(dump(), "no editor") != NULL, "why there is none is told");
	screen.request[0] = '\0';
	keys("t");
	is_str(screen.request, "script-profile \"table=testdb.orders\"", "t measures its lines");
	ok(strstr(dump(), "being measured") != NULL, "which is said");
	answer(LANE_DETAIL,
			"{\"kind\":\"line\",\"script\":\"orders.lua\",\"line\":2,\"runs\":5,\"ns\":750,\"text\":\"\"}");
	answer(LANE_DETAIL,
			"{\"kind\":\"line\",\"script\":\"orders.lua\",\"line\":3,\"runs\":5,\"ns\":250,\"text\":\"\"}");
	answer(LANE_DETAIL, "{\"kind\":\"profile\",\"section\":\"testdb.*\",\"seconds\":30}");
	screen_lane_end(&screen, LANE_DETAIL, "");
	ok(strstr(dump(), "   2   75.0%") && strstr(dump(), "   3   25.0%"), "each line has its share of the time");
	keys("t");
	screen_lane_end(&screen, LANE_DETAIL, "the load half was stopped");
	ok(strstr(dump(), "the load half was stopped") && strstr(dump(), "what runs"), "a refusal leaves the page");
	keys("vj");
	ok(strstr(dump(), "> versions") != NULL, "v lists versions");
	keys("\r");
	is_str(screen.request, "script-diff \"table=testdb.orders\" \"a=1b2c3d4e5f60\" \"b=running\"",
			"Enter compares one");
	answer(LANE_DETAIL, "{\"file\":\"orders.lua\",\"mark\":\"@\",\"text\":\"4\"}");
	answer(LANE_DETAIL, "{\"file\":\"orders.lua\",\"mark\":\"-\",\"text\":\"a = 1\"}");
	screen_lane_end(&screen, LANE_DETAIL, "");
	ok(strstr(dump(), "orders.lua:4") && strstr(dump(), "- a = 1"), "line by line");
	ok(strstr(dump(), "- only in 1b2c3d4e5f60   + only in what runs") != NULL, "and which line is whose");
	keys("jj");
	ok(strstr(dump(), "orders.lua:4") != NULL, "what has room stays where it is");
	keys("qd");
	ok(strstr(dump(), "1b2c3d4e5f60*") != NULL, "d marks a version");
	keys("kd");
	is_str(screen.request, "script-diff \"table=testdb.orders\" \"a=1b2c3d4e5f60\" \"b=3f0a77c1d2b4\"",
			"on another one it compares the two");
	screen_lane_end(&screen, LANE_DETAIL, "");
	keys("qju");
	is_str(screen.request, "script-rollback \"table=testdb.orders\" \"version=1b2c3d4e5f60\" \"dry=yes\"",
			"u asks what the old version would do");
	screen_lane_end(&screen, LANE_DETAIL, "that version is gone");
	ok(strstr(dump(), "that version is gone") != NULL, "a refusal is told");
	keys("u");
	ok(strstr(screen.request, "dry=yes") != NULL, "and nothing runs after it");
	answer_tried("tried");
	keys("u");
	is_str(screen.request, "script-rollback \"table=testdb.orders\" \"version=1b2c3d4e5f60\"",
			"u again lets it run");
	answer_tried("applied");
	keys("qq");
	is_int(screen.view, VIEW_SCRIPTS, "back to the list");
	ok(strstr(dump(), "a row, since the version runs") != NULL, "which is as it was");
	keys("d");
	is_str(screen.request, "script-diff \"table=testdb.orders\" \"a=running\" \"b=files\"", "d from the list");
	screen_lane_end(&screen, LANE_DETAIL, "");
	ok(strstr(dump(), "they are the same") != NULL, "no difference is said");
	ok(strstr(dump(), "- only in what runs   + only in the files") != NULL, "nor is one between other texts");
	keys("q");
	is_int(screen.view, VIEW_SCRIPTS, "q goes back one step, to where the key was pressed");
	keys("v");
	is_str(screen.request, "script-show \"table=testdb.orders\"", "v from the list");
	answer_script();
	ok(strstr(dump(), "orders.lua > versions") != NULL, "opens its versions");
	keys("\033");
	is_int(screen.view, VIEW_SCRIPTS, "Esc goes back to the list");
	keys("\r\033\033");
	is_int(screen.view, VIEW_SCRIPTS, "Esc on the list stays there");
	keys("\rD");
	is_int(screen.view, VIEW_DEAD, "D on the page shows the dead letters of its table");
	keys("q");
	is_int(screen.view, VIEW_SCRIPT, "and Esc comes back to the page");
	keys("7");
	is_int(screen.view, VIEW_SCRIPTS, "7 shows the list");
}

static const char letter[] =
		"{\"id\":12,\"at_ms\":1741010278123,\"open\":true,\"reason\":\"column v: expected at most 1,048,576 bytes, found 2,000,000\",\"stage\":\"sink\","
		"\"table\":\"testdb.orders\",\"key\":{\"id\":\"4712\"},\"topic\":\"mysql.testdb.orders\",\"partition\":0,\"offset\":8412007,\"label\":\"shop_1_8412000\","
		"\"message\":\"{\\\"payload\\\":{\\\"before\\\":null,\\\"after\\\":{\\\"id\\\":4712,\\\"v\\\":\\\"x\\\\u001b[2J\\\",\\\"note\\\":null}}}\","
		"\"row\":{\"id\":\"4712\",\"v\":\"xxxx\",\"cents\":\"1295\"}}";

/* Dead letters: from the groups to one of them, and what its keys ask for. */
static void test_dead(int rows, int cols)
{
	start(rows, cols);
	keys("D");
	is_str(screen.request, "dead-groups", "D asks for the groups");
	answer(LANE_LIST,
			"{\"table\":\"testdb.orders\",\"reason\":\"column v: expected at most 1,048,576 bytes\",\"count\":12031,\"first_ms\":1741010278123,\"last_ms\":1741010299123,\"last_id\":12100}");
	answer(LANE_LIST,
			"{\"table\":\"testdb.people\",\"reason\":\"people.lua:2: (masked)\",\"count\":1,\"first_ms\":1741010278123,\"last_ms\":1741010278123,\"last_id\":7}");
	screen_lane_end(&screen, LANE_LIST, "");
	is_golden("dead_groups");
	clock_fake(1000000);
	keys("jr");
	ok(strstr(dump(), "dead-retry") && strstr(dump(), "testdb.people"), "r asks first, because it costs");
	clock_fake(2000000);
	keys("y");
	is_str(screen.request, "dead-retry \"table=testdb.people\" \"reason=people.lua:2: (masked)\"",
			"a group is tried again");
	screen_answer(&screen, "{\"result\":\"retried\"}", 20);
	screen_answer_end(&screen, NULL);
	keys("qk\r");
	ok(strstr(screen.request, "dead \"table=testdb.orders\" \"reason=column v: expected") != NULL,
			"Enter lists a group: %s", screen.request);
	answer(LANE_LIST, letter);
	screen_lane_end(&screen, LANE_LIST, "");
	is_golden("dead_letters");
	keys("\r");
	is_str(screen.request, "dead-show \"id=12\"", "Enter asks for the letter");
	answer(LANE_DETAIL, letter);
	screen_lane_end(&screen, LANE_DETAIL, "");
	is_golden("dead_letter");
	keys("x");
	ok(strstr(dump(), "removes data") != NULL, "x asks for the name to be typed");
	keys("dead-discard\r");
	is_str(screen.request, "dead-discard \"id=12\"", "then the letter is discarded");
	keys("qq");
	is_str(screen.request, "dead-groups", "back to the groups, which may be fewer");
	keys("q");
	is_int(screen.view, VIEW_OVERVIEW, "and to where it was opened");
	keys("5ftestdb.orders\rD");
	ok(strstr(screen.request, "dead \"table=testdb.orders\"") != NULL, "on a table those of it");
	clock_fake(0);
}

/* From the line that was marked last to the cursor, downwards and upwards, and not more than there are marks. */
static void test_mark_range(void)
{
	start(24, 80);
	keys("5 Gv");
	ok(strstr(dump(), "6 marked  6/6") != NULL, "v marks from the line that was marked to the cursor");
	keys("Uv");
	ok(strstr(dump(), "1 marked  6/6") != NULL, "with none marked, the line under the cursor");
	keys("kkv");
	ok(strstr(dump(), "3 marked  4/6") != NULL, "upwards, too");
	keys("v");
	ok(strstr(dump(), "3 marked  4/6") != NULL, "none is marked twice");
	fill_many(&status);
	start(24, 80);
	keys("5 Gv");
	is_int(screen.grids[VIEW_TABLES].nmarks, GRID_MARKS, "no more than there are marks");
	ok(strstr(dump(), "there are no more marks") != NULL, "which is told");
	fake_status_fill(&status, 3);
	status.all_tables = 0;
}

static void test_chooser(void)
{
	start(24, 80);
	keys("5C");
	ok(strstr(dump(), " shown     column") && !strstr(dump(), "the command that does"), "with titles of its own");
	ok(strstr(dump(), "columns of Tables") && strstr(dump(), "[x]") && !strstr(dump(), "[ ]"),
			"C lists the columns");
	keys("captured\r");
	ok(strstr(dump(), "[ ]") != NULL, "Enter hides one");
	keys("\033");
	ok(!strstr(dump(), "captured") && strstr(dump(), "load p99"), "and there is room for one that did not fit");
	keys("4545C\r");
	keys("\033");
	ok(strstr(dump(), "state") == NULL && strstr(dump(), "captured") == NULL, "it stays hidden, with others");
	keys("Ccaptured\r\033Cstate\r\033");
	ok(strstr(dump(), "state") && strstr(dump(), "captured") && !strstr(dump(), "load p99"),
			"until it is shown again");
	keys("1C");
	ok(strstr(dump(), "columns of") == NULL, "a screen without columns has no chooser");
}

/* Marked lines: what is done is done to all of them, one after the other, and the first refusal ends it. */
static void test_marks(void)
{
	start(24, 80);
	clock_fake(1000000);
	keys("5  ");
	ok(strstr(dump(), "2 marked  3/") != NULL, "Space marks a line and goes to the next");
	ok(strstr(dump(), "*testdb.items") && strstr(dump(), "*testdb.customers"), "they have a sign");
	keys("P");
	is_str(screen.request, "pause \"what=testdb.items\"", "P pauses the first");
	is_int(screen.request_lane, LANE_BATCH, "of several");
	screen.request[0] = '\0';
	ok(strstr(dump(), "marked") == NULL, "the marks are used up");
	screen_lane_end(&screen, LANE_BATCH, "");
	is_str(screen.request, "pause \"what=testdb.customers\"", "then the next");
	screen_lane_end(&screen, LANE_BATCH, "");
	ok(strstr(dump(), "2 of 2 done") != NULL, "to the end");
	screen.request[0] = '\0';
	keys("g  R");
	screen.request[0] = '\0';
	screen_lane_end(&screen, LANE_BATCH, "it is not paused");
	ok(screen.request[0] == '\0' && strstr(dump(), "0 of 2 done, the rest was not tried: it is not paused"),
			"a refusal ends them, and is told");
	keys("g  A");
	ok(strstr(dump(), "is for all 2 that are marked") != NULL, "the menu says that it is for them");
	keys("replay\r");
	ok(strstr(dump(), "again, for 2: testdb.items,") != NULL, "what costs is asked once, with all names");
	clock_fake(2000000);
	keys("\033");
	ok(screen.request[0] == '\0' && strstr(dump(), "2 marked") != NULL, "no leaves all as it was");
	keys("Areplay\r");
	clock_fake(3000000);
	keys("y");
	is_str(screen.request, "replay \"table=testdb.items\"", "yes begins");
	screen.request[0] = '\0';
	keys("g  Asnapshot\r");
	clock_fake(4000000);
	keys("y");
	is_str(screen.request, "snapshot \"tables=testdb.items,testdb.customers\"", "a request for several takes all");
	keys("fitems\r");
	ok(strstr(dump(), "1 marked") != NULL, "what the filter hides is not marked any more");
	keys("U");
	ok(strstr(dump(), "marked") == NULL, "U takes marks away");
	keys(" \033");
	ok(strstr(dump(), "marked") == NULL && strstr(dump(), "</items>"), "Esc first those, then the filter");
	clock_fake(0);
}

static int load_keys(const char *text, struct err *err)
{
	char path[] = "/tmp/test_keys.XXXXXX";
	int fd = mkstemp(path), rc;

	err_clear(err);
	rc = write(fd, text, strlen(text)) == (ssize_t)strlen(text) ? keymap_load(path, err) : 1;
	close(fd);
	unlink(path);
	return rc;
}

/* Keys of one's own. */
static void test_own_keys(void)
{
	struct err err;
	size_t n;

	for (const struct key_binding *b = keymap_table(&n); n; n--, b++)
		if (keymap_name(b->action)[0] == '\0' ||
				(b->action >= ACTION_GO &&
						strcasecmp(keymap_name(b->action),
								view_get((enum view_id)(b->action - ACTION_GO))->name)))
			ok(false, "%s has a name for the file", b->label);
	err_clear(&err);
	is_int(keymap_load("/nonexistent/keys", &err), 0, "no file, no matter");
	is_int(load_keys("# mine\n\nfreeze = Z Ctrl-T\nsearch = f\nfilter = /\n", &err), 0, "a file: %s", err.msg);
	start(40, 120);
	keys("5z");
	ok(!screen.frozen, "the key of the program is none any more");
	keys("Z");
	ok(screen.frozen, "the own one is");
	keys("\x14");
	ok(!screen.frozen, "and another one");
	keys("/");
	is_int(screen.mode, MODE_FILTER, "two that are exchanged");
	keys("\033");
	ok(strstr(dump(), "/ filter") && strstr(dump(), "f search"), "are so in the hints");
	keys("?/freeze\r");
	ok(strstr(dump(), "Z Ctrl-T") != NULL, "and in the help");
	is_int(load_keys("tables = o\nmetrics = 5\ntopics = Ctrl-T\n", &err), 0,
			"views have keys of one's own, too: %s", err.msg);
	start(40, 120);
	keys("o");
	is_int(screen.view, VIEW_TABLES, "their own key goes there");
	keys("5");
	is_int(screen.view, VIEW_METRICS, "and the one that was another's");
	ok(strstr(dump(), "o Tables") && strstr(dump(), "5 Metrics"), "tabs show them");
	keys("\x14");
	is_int(screen.view, VIEW_TOPICS, "one that is no character");
	is_int(load_keys("tables = 1\n", &err), -1, "not one that another view has");
	ok(strstr(err.msg, "overview") && strstr(err.msg, "tables"), "both are named: %s", err.msg);
	is_int(load_keys("freeze = Z\nserch = x\n", &err), -1, "a wrong name");
	ok(strstr(err.msg, ":2: 'serch' is unknown; nearest: search") != NULL, "is told with the nearest: %s", err.msg);
	is_int(load_keys("freeze = Hyper-Q\n", &err), -1, "so is a key that there is not");
	is_int(load_keys("freeze = n\n", &err), -1, "one that means two things");
	ok(strstr(err.msg, "next") && strstr(err.msg, "freeze"), "with both: %s", err.msg);
	is_int(load_keys("quit =\n", &err), -1, "and no way out");
	is_int(keymap_find('z', SCOPE_TABLES), ACTION_FREEZE, "then all keys are the program's");
	is_int(load_keys("freeze =\n", &err), 0, "a key may be taken away: %s", err.msg);
	is_int(keymap_find('z', SCOPE_TABLES), ACTION_NONE, "and does nothing then");
	keymap_use(NULL);
}

/* Where the first row of the list is, as drawn. */
static int first_row(void)
{
	dump();
	return screen.grids[screen.view].y;
}

static void click(int y, int x)
{
	screen_mouse(&screen, KEYCODE_CLICK, y, x);
}

static void test_mouse(void)
{
	const struct grid *g = &screen.grids[VIEW_TABLES];
	size_t row;

	start(24, 80);
	dump();
	click(1, screen.tab_end[VIEW_TABLES] - 2);
	is_int(screen.view, VIEW_TABLES, "a click on a tab opens it");
	click(first_row() + 2, 5);
	is_int(g->cursor, 2, "one on a line selects it");
	is_int(screen.mode, MODE_LIST, "and no more");
	click(first_row() + 40, 5);
	click(first_row() + (int)g->count, 5);
	click(first_row() - 1, 5);
	is_int(g->cursor, 2, "where no line is, nothing is selected");
	click(first_row() + 1, 5);
	click(first_row() + 2, 5);
	is_int(screen.mode, MODE_LIST, "two clicks on two lines are two clicks");
	click(first_row() + 2, 5);
	is_int(screen.mode, MODE_TEXT, "two on one are Enter");
	screen_mouse(&screen, KEYCODE_WHEEL_DOWN, 3, 5);
	is_int(screen.text_top, 3, "the wheel scrolls what is read");
	screen_mouse(&screen, KEYCODE_WHEEL_UP, 3, 5);
	is_int(screen.text_top, 0, "and back");
	click(first_row() + 1, 5);
	is_int(screen.mode, MODE_TEXT, "a click through it hits nothing");
	keys("\033g");
	screen_mouse(&screen, KEYCODE_WHEEL_DOWN, 3, 5);
	is_int(g->cursor, 3, "in a list it moves the cursor");
	screen.clicked_us = 0;
	click(first_row() + 3, 5);
	is_int(screen.mode, MODE_LIST, "a click long after another one is a first one");
	keys("A");
	dump();
	click(screen.menu.grid.y + 1, 5);
	ok(grid_selected(&screen.menu.grid, &row) && screen.menu.grid.cursor == 1, "a line of the menu");
	keys("\033q");
	click(1, screen.tab_end[VIEW_METRICS] - 2);
	is_int(screen.mode, MODE_DIALOG, "a question takes no click");
	keys("\033");
	is_int(screen.view, VIEW_TABLES, "and nothing is behind it");
}

static size_t size_of(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 ? (size_t)st.st_size : 0;
}

/* The session as a file that can be played. */
static void test_cast(void)
{
	char dir[] = "/tmp/test_cast.XXXXXX", path[64];
	struct theme theme;
	struct stat st;
	struct err err;
	struct cast *c;
	size_t all, more;
	json_t *event;
	FILE *f;
	char *line = NULL;
	size_t room = 0;
	int lines = 0, good = 0;

	err_clear(&err);
	theme_default(&theme);
	start(24, 80);
	dump();
	snprintf(path, sizeof(path), "%s/cast", mkdtemp(dir) ? dir : "/nonexistent");
	c = cast_open(path, &theme, &canvas, &err);
	ok(c && stat(path, &st) == 0 && (st.st_mode & 0777) == 0600, "a file for its owner: %s", err.msg);
	ok(cast_open(path, &theme, &canvas, &err) == NULL && strstr(err.msg, "not there yet"), "not one that is there");
	cast_show(c, &canvas, &err);
	all = size_of(path);
	cast_show(c, &canvas, &err);
	is_int((int64_t)size_of(path), (int64_t)all, "what has not changed is not written");
	keys("5j");
	dump();
	cast_show(c, &canvas, &err);
	more = size_of(path) - all;
	keys("j");
	dump();
	cast_show(c, &canvas, &err);
	ok(size_of(path) - all - more < more / 2 && more < all * 2, "only what has");
	canvas_resize(&canvas, 40, 120);
	dump();
	cast_show(c, &canvas, &err);
	cast_close(c);
	f = fopen(path, "re");
	while (f && getline(&line, &room, f) > 0) {
		event = json_loads(line, 0, NULL);
		good += event && json_is_array(event) && json_array_size(event) == 3;
		if (++lines == 2)
			ok(strstr(json_string_value(json_array_get(event, 2)), "Overview") != NULL,
					"the first screen, whole");
		json_decref(event);
	}
	if (f)
		fclose(f);
	free(line);
	is_int(good, lines - 1, "each line behind the head is an event");
	is_int(lines, 6, "the screens, and the terminal that became larger");
	ok(cast_refuses("messages \"topic=x\" \"unmasked=yes\"") && !cast_refuses("messages \"topic=x\""),
			"masked stays masked");
	unlink(path);
	rmdir(dir);
	start(24, 80);
}

/* What the process does not do is not offered. */
static void test_refused(void)
{
	start(24, 80);
	status.load.enabled = false;
	keys("5Areplay");
	ok(strstr(dump(), "not now: this process does not load") != NULL, "a process that captures replays nothing");
	status.load.enabled = true;
	start(24, 80);
	keys("5Areplay");
	ok(strstr(dump(), "not now") == NULL, "one that does both does");
	start(24, 80);
	screen.read_only = true;
	ok(strstr(dump(), "READ-ONLY") != NULL, "a console that changes nothing says so");
	keys("5Areplay");
	ok(strstr(dump(), "not now: this console is read-only") != NULL, "and offers no change");
}

/* Columns that do not fit. */
static void test_columns(void)
{
	start(24, 80);
	keys("5");
	ok(strstr(dump(), "load p99") == NULL, "at 80 columns some are left out");
	keys("lll");
	ok(strstr(dump(), "load p99") && strstr(dump(), "testdb.items") && strstr(dump(), "captured") == NULL,
			"l goes on to them, and names stay");
	keys("llllllll");
	ok(strstr(dump(), "error") != NULL, "as far as there are some");
	keys("hhhhhhhhhhh");
	ok(strstr(dump(), "captured") != NULL, "h goes back");
}

static void edited_to(const char *text)
{
	buf_reset(&screen.edit_text);
	buf_puts(&screen.edit_text, text);
	screen_edited(&screen, NULL);
}

/* The row of a letter in the editor, from the list and from the letter. */
static void test_dead_edit(void)
{
	start(24, 80);
	clock_fake(1000000);
	keys("D");
	answer(LANE_LIST, "{\"table\":\"testdb.orders\",\"reason\":\"too long\",\"count\":1,\"last_id\":12}");
	screen_lane_end(&screen, LANE_LIST, "");
	keys("e");
	ok(screen.wish == WISH_NONE, "a group has no row");
	keys("\r");
	answer(LANE_LIST, letter);
	screen_lane_end(&screen, LANE_LIST, "");
	keys("e");
	is_str(screen.request, "dead-show \"id=12\"", "e on a letter of the list asks for it");
	answer(LANE_DETAIL, letter);
	screen_lane_end(&screen, LANE_DETAIL, "");
	ok(screen.wish == WISH_EDIT_TEXT, "and then opens the editor");
	is_str(screen.edit_text.data, "{\n  \"id\": 4712,\n  \"v\": \"x\\u001b[2J\",\n  \"note\": null\n}\n",
			"on its row");
	screen.wish = WISH_NONE;
	screen.request[0] = '\0';
	edited_to("{ \"id\": 4712, \"v\": \"x\\u001b[2J\", \"note\": null }");
	ok(strstr(dump(), "no column has another value") && screen.request[0] == '\0', "the same row changes nothing");
	keys("e");
	ok(screen.wish == WISH_EDIT_TEXT, "e on the letter opens it again");
	screen.wish = WISH_NONE;
	edited_to("{ \"id\": 4712, \"v\": \"y\"");
	ok(strstr(dump(), "nothing was changed") != NULL, "what is no JSON is refused");
	edited_to("{ \"id\": 4712, \"v\": \"a \\\"b\", \"note\": null }");
	is_int(screen.mode, MODE_DIALOG, "another value is asked about");
	ok(strstr(dump(), "load the row with other values") != NULL, "with what will happen");
	clock_fake(2000000);
	keys("y");
	is_str(screen.request, "dead-edit \"id=12\" \"row={\\\"v\\\":\\\"a \\\\\\\"b\\\"}\"", "and sent alone");
	screen_answer_end(&screen, NULL);
	keys("q");
	ok(strncmp(screen.request, "dead \"table", 11) == 0, "back in the list it is asked for again: %s",
			screen.request);
	screen_edited(&screen, "no editor");
	ok(strstr(dump(), "no editor") != NULL, "why there was none is told");
	clock_fake(0);
}

static void test_trace(void)
{
	start(24, 80);
	keys("5ftestdb.orders\rT");
	ok(strstr(dump(), "trace the row with key") != NULL, "T asks for the key");
	keys("a=\"1 2\"\r");
	is_str(screen.request, "trace \"table=testdb.orders\" \"key=a=\\\"1 2\\\"\"", "and for the trace");
	screen_answer(&screen, "verdict: the target has the row", 31);
	ok(strstr(dump(), "verdict: the target has the row") != NULL, "which is shown");
	start(24, 80);
	keys("3\r");
	answer_messages();
	keys("T");
	is_str(screen.request, "trace \"table=testdb.orders\" \"key=id=4739\"", "on a message T traces its row");
	is_int(screen.request_lane, LANE_NONE, "into the overlay");
}

static void test_messages_saved(void)
{
	char path[] = "/tmp/test_console.XXXXXX", line[200];
	int fd = mkstemp(path);

	close(fd);
	start(24, 80);
	keys("3\r");
	snprintf(line, sizeof(line), "\x13\x15%s\r", path);
	keys(line);
	ok(strstr(dump(), "does not exist yet") != NULL, "a file that exists is not written over");
	unlink(path);
	keys(line);
	is_int(screen.request_lane, LANE_SAVE, "a request of its own");
	ok(strstr(screen.request, "form=json") != NULL && strstr(screen.request, "follow") == NULL, "for all of them");
	answer(LANE_SAVE, "{\"progress\":{}}");
	answer(LANE_SAVE, "{\"offset\":1}");
	screen_lane_end(&screen, LANE_SAVE, "");
	is_str(read_file(path), "{\"offset\":1}\n", "the file has the messages and nothing else");
	unlink(path);
}

/* What the filter leaves of the events, in a file that was not there. */
static void test_events_saved(void)
{
	char path[] = "/tmp/test_console.XXXXXX", line[200];
	int fd = mkstemp(path);
	const char *text;
	struct err err;

	close(fd);
	start(24, 80);
	keys("6fwarning\r");
	snprintf(line, sizeof(line), "\x13\x15%s\r", path);
	keys(line);
	ok(strstr(dump(), "does not exist yet") != NULL, "a file that exists is not written over");
	unlink(path);
	keys(line);
	text = read_file(path);
	ok(strstr(dump(), "lines are in") != NULL, "it is told");
	ok(strstr(text, " UTC  warning  ") != NULL && strstr(text, "  error  ") == NULL, "what the filter leaves: %s",
			text);
	unlink(path);
	snprintf(line, sizeof(line), "%s.jsonl", path);
	err_clear(&err);
	is_int(screen_save(&screen, line, &err), 0, "as JSON lines by its name");
	ok(strncmp(read_file(line), "{\"time\":\"20", 11) == 0 &&
					strstr(read_file(line), "\"level\":\"warning\"") != NULL,
			"a line each");
	unlink(line);
	keys("1");
	is_int(screen_save(&screen, line, &err), -1, "other lists are not saved");
}

/* Below what the status says of a table, what MySQL and the target know of its columns. */
static void test_table_columns(void)
{
	const char *answer = "id                 int unsigned                           BIGINT\n";

	start(40, 100);
	keys("5\r");
	ok(strncmp(screen.request, "columns \"table=", 15) == 0 && strstr(screen.request, "form=text"),
			"Enter on a table asks for its columns: %s", screen.request);
	screen_answer(&screen, answer, strlen(answer));
	screen_answer_end(&screen, NULL);
	ok(strstr(dump(), "state: ") && strstr(dump(), "column ") && strstr(dump(), "int unsigned"),
			"which stand below the rest");
}

/* Of all that are marked, and the newest of each key. */
static void test_messages_chosen(void)
{
	start(40, 120);
	keys("3 j \r");
	ok(strncmp(screen.request, "messages \"topic=", 16) == 0 && strchr(screen.request, ',') != NULL,
			"the messages of all topics that are marked: %s", screen.request);
	answer(LANE_LIST,
			"{\"partition\":0,\"offset\":7,\"ms\":1,\"size\":9,\"topic\":\"x.y\",\"op\":\"?\",\"table\":\"\",\"key\":null,\"what\":\"w\"}");
	screen_refresh(&screen);
	ok(strstr(dump(), "x.y") != NULL, "a line says of which one it is");
	keys("\r");
	ok(strncmp(screen.request, "messages \"topic=x.y\"", 20) == 0, "and is read from there: %s", screen.request);
	keys("\x1bL");
	ok(strstr(screen.request, "\"latest=yes\"") && strstr(screen.request, "\"seek=begin\"") &&
					!strstr(screen.request, "follow"),
			"L: the newest of each key: %s", screen.request);
	answer(LANE_LIST, "{\"progress\":{\"scanned\":4,\"done\":4,\"total\":4,\"left\":3,\"ended\":true}}");
	screen_lane_end(&screen, LANE_LIST, "");
	ok(strstr(dump(), "newest of each key") && strstr(dump(), "without 3 of more keys"), "and when not all fit: %s",
			dump());
	keys("L");
	ok(strstr(screen.request, "latest") == NULL && strstr(screen.request, "follow=yes"), "L again: all");
}

/* O: the list, or a message, alone, and both again. */
static void test_whole(void)
{
	start(24, 80);
	keys("5O");
	ok(strstr(dump(), "there is one pane") != NULL, "a small screen has one pane, and says so");
	start(40, 120);
	keys("5");
	ok(strstr(dump(), "the selected line") != NULL, "a large one has two");
	keys("O");
	ok(strstr(dump(), "the selected line") == NULL, "O leaves the list");
	keys("O");
	ok(strstr(dump(), "the selected line") != NULL, "and brings the other back");
	keys("3\r");
	answer_messages();
	keys("\r");
	ok(strstr(dump(), "4739") != NULL && strstr(dump(), "part ") != NULL, "a message stands below its list");
	keys("O");
	ok(strstr(dump(), "part ") == NULL, "or alone");
}

/* Two that are marked, column by column. */
static void test_messages_difference(void)
{
	char other[sizeof(whole)];

	start(24, 80);
	keys("3\r");
	answer_messages();
	keys("d");
	ok(strstr(dump(), "Space marks messages") != NULL, "without marks d says what it takes");
	keys("G ");
	ok(strstr(dump(), "FOLLOW") == NULL, "who marks does not follow");
	keys("Ug  d");
	ok(strstr(screen.request, "\"partition=0\" \"seek=o:8412000\"") != NULL, "d asks for the first: %s",
			screen.request);
	answer(LANE_DETAIL, whole);
	screen_lane_end(&screen, LANE_DETAIL, "");
	ok(strstr(screen.request, "\"partition=1\" \"seek=o:8412001\"") != NULL, "then for the second: %s",
			screen.request);
	snprintf(other, sizeof(other), "%s", whole);
	memcpy(strstr(other, "paid"), "late", 4);
	answer(LANE_DETAIL, other);
	screen_lane_end(&screen, LANE_DETAIL, "");
	ok(strstr(dump(), "difference of two messages") && strstr(dump(), "~ status") && strstr(dump(), "\"paid\"") &&
					strstr(dump(), "\"late\"") && strstr(dump(), "~ id") == NULL,
			"both stand side by side, and what differs is marked");
	keys("q");
	ok(strstr(dump(), "difference") == NULL, "Esc closes it");
	keys("d");
	screen_lane_end(&screen, LANE_DETAIL, "");
	ok(strstr(dump(), "no longer in the log") != NULL, "one that is gone is told");
	keys("q\r");
	answer(LANE_DETAIL, whole);
	screen_lane_end(&screen, LANE_DETAIL, "");
	ok(strstr(dump(), "difference") == NULL && strstr(dump(), "before"), "and Enter shows one message again");
}

static void test_messages_many(void)
{
	start(24, 80);
	keys("3\r");
	for (int i = 0; i < 301; i++)
		answer_messages();
	ok(screen.grids[VIEW_MESSAGES].count <= 11000 && screen.grids[VIEW_MESSAGES].count >= 10000,
			"the list keeps the last ten thousand");
	keys("s\x15"
	     "begin\r");
	screen.cancel = 0;
	for (int i = 0; i < 251; i++)
		answer_messages();
	is_int(screen.cancel, 1 << LANE_LIST, "from the begin it stops when it is full");
	is_int(screen.grids[VIEW_MESSAGES].cursor, 0, "and shows the begin");
}

/* Capture has lost its server. */
static void test_trouble(void)
{
	status.capture.state = HALF_RETRYING;
	status.capture.trouble = (struct status_trouble){
		.error = "MySQL db1:3306: connection refused",
		.kind = "unreachable",
		.tries = 4,
		.retry_ms = 2100,
	};
	start(24, 80);
	keys("W\r");
	ok(strstr(dump(), "4 tries failed, the next one in 2.1s") != NULL,
			"a stage tells why its half tries again, and when");
	status.capture.trouble = (struct status_trouble){ 0 };
	status.capture.state = HALF_STREAMING;
}

/* The selected row keeps its colours. */
static void test_cursor_colours(void)
{
	start(24, 80);
	keys("5fitems\r");
	dump();
	is_int(canvas_cell(&canvas, 3, 2)->role, ROLE_CRIT, "a failed table is red");
	is_int(canvas_cell(&canvas, 3, 2)->over, OVER_CURSOR, "under the cursor too");
}

static void test_hostile(void)
{
	static const char hostile[] = "\033]0;title\007\xc2\x9b"
				      "2J\r\n\t\b\x7f\xe2\x80\xae\xe2\x80\x8b\xff\xc0\xaf\xef\xbb\xbf\xee\x80\x80";
	uint64_t state = 1;
	int good = 1;

	canvas_resize(&canvas, 24, 80);
	for (int round = 0; round < 20000; round++) {
		char text[64];

		for (size_t i = 0; i < sizeof(text); i++) {
			state = state * 6364136223846793005u + 1442695040888963407u;
			text[i] = round % 2 ? (char)(state >> 33) : hostile[(state >> 33) % (sizeof(hostile) - 1)];
		}
		canvas_text_n(&canvas, round % 24, round % 90 - 5, round % 100, ROLE_TEXT, text, sizeof(text));
		canvas_text_n(&canvas, 0, 70, 10, ROLE_TEXT, "\xe9\xa1\xbe\xe5\xae\xa2", 6);
	}
	for (int y = 0; y < canvas.rows; y++)
		for (int x = 0; x < canvas.cols; x++)
			good &= canvas_cell(&canvas, y, x)->code == 0 ||
					text_printable(canvas_cell(&canvas, y, x)->code);
	ok(good, "no byte of hostile data becomes a control in a cell");
	canvas_clear(&canvas);
	is_int(canvas_text(&canvas, 0, 0, 5, ROLE_TEXT, "\xe9\xa1\xbe\xe5\xae\xa2\xe9\xa1\xbe"), 5,
			"wide characters are cut between, not in the middle");
	canvas_text(&canvas, 0, 1, 1, ROLE_TEXT, "x");
	is_int(canvas_cell(&canvas, 0, 0)->code, ' ', "half of a wide character goes with the other half");
}

static void test_small(void)
{
	start(10, 40);
	ok(strstr(dump(), "sink") != NULL, "at 40x10 there is a list");
	for (int rows = 1; rows < 60; rows += 3) {
		for (int cols = 1; cols < 210; cols += 7) {
			canvas_resize(&canvas, rows, cols);
			for (char view = '1'; view <= '9'; view++) {
				screen_key(&screen, (unsigned char)view, false);
				dump();
			}
		}
	}
	screen_key(&screen, '3', false);
	screen_key(&screen, '\r', false);
	answer_messages();
	for (int open = 0; open < 2; open++) {
		for (int size = 10; size < 60; size += 3) {
			canvas_resize(&canvas, size, size * 4);
			dump();
		}
		screen_key(&screen, '\r', false);
		answer(LANE_DETAIL, whole);
	}
	ok(1, "every size can be drawn");
	canvas_resize(&canvas, 5, 30);
	ok(strstr(dump(), "need 40x10") != NULL, "a screen that is too small says so");
	canvas.ascii = true;
	start(24, 80);
	ok(strspn(dump(), "\n !\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefghijklmnopqrstuvwxyz{|}~") ==
					strlen(dump()),
			"ASCII is ASCII");
	is_golden("ascii");
	canvas.ascii = false;
	screen_done(&screen);
	screen_init(&screen, true, "in this process", docs);
	ok(strstr(dump(), "connecting...") != NULL, "before the first status there is a screen");
	screen_status(&screen, NULL, "control socket: refused");
	ok(strstr(dump(), "control socket: refused") != NULL, "which says what is wrong");
}

/* Keys and sizes by chance, SCREEN_KEYS of them, with answers between them, whole and cut short: nothing crashes, and Esc leads out of everything. */
static void test_random(void)
{
	static const uint32_t keys_of[] = { '1', '2', '+', '-', 'c', '3', '5', 'm', '\r', '\r', '\r', KEYCODE_ESCAPE,
		'q', '/', 'n', 'N', 'f', 's', 'F', 'J', 'K', ']', '[', 'y', 'T', 'g', 'G', 'j', 'k', KEYCODE_UP,
		KEYCODE_DOWN, KEYCODE_PAGE_UP, KEYCODE_PAGE_DOWN, 'a', '\'', '"', '\\', 'z', ':', '?', '<', '>', 'I',
		'p', KEYCODE_CTRL('u'), KEYCODE_CTRL('w'), KEYCODE_BACKSPACE, 0x20ac, KEYCODE_TAB, 'A', '!', 'r', 'D',
		'4', '6', '7', '8', '9', '0', 'W', 'w', 'C', 'v', 'U', ' ', 'e', 'x', 'd', 'u', '@', 'h', 'l', 'P', 'R',
		't', KEYCODE_CTRL('s') };
	const char *wanted = getenv("SCREEN_KEYS");
	long presses = wanted ? atol(wanted) : 20000;
	uint64_t state = 7;

	start(24, 80);
	for (long i = 0; i < presses; i++) {
		static const char *const odd[] = {
			"{\"series\":7,\"values\":\"x\"}", "{\"series\":\"sink.p99\",\"unit\":\"us\"}",
			"{\"series\":\"sink.latency\",\"values\":[[1,2],null,3,[]],\"le_us\":[1,\"x\"],\"step_s\":0}",
			"{\"series\":\"a\\u001b[2J\",\"unit\":\"?\",\"values\":[null,1e300,-5],\"until_s\":-1,\"step_s\":-7}"
		};
		char cut[sizeof(whole)];

		state = state * 6364136223846793005u + 1442695040888963407u;
		screen_key(&screen, keys_of[(state >> 33) % (sizeof(keys_of) / sizeof(keys_of[0]))], false);
		screen.request[0] = '\0';
		screen.wish = WISH_NONE;
		if (i % 5 == 0 && screen.view == VIEW_MESSAGES) {
			snprintf(cut, sizeof(cut), "%.*s", (int)((state >> 20) % sizeof(whole)), whole);
			answer(LANE_DETAIL, state & 1 ? whole : cut);
			answer(LANE_LIST, "{\"partition\":\"x\",\"op\":7,\"what\":null}");
			screen_refresh(&screen);
		}
		if (i % 11 == 0 && screen.view == VIEW_METRICS) {
			answer(i % 2 ? LANE_LIST : LANE_DETAIL, odd[state >> 40 & 3]);
			screen_lane_end(&screen, i % 2 ? LANE_LIST : LANE_DETAIL, "");
			answer(i % 3 ? LANE_LIST_BESIDE : LANE_DETAIL_BESIDE, odd[state >> 45 & 3]);
			screen_lane_end(&screen, i % 3 ? LANE_LIST_BESIDE : LANE_DETAIL_BESIDE, "");
		}
		if (i % 23 == 0)
			canvas_resize(&canvas, 10 + (int)((state >> 40) % 50), 40 + (int)((state >> 50) % 160));
		if (i % 7 == 0)
			dump();
	}
	for (int i = 0; i < 10; i++)
		screen_key(&screen, KEYCODE_ESCAPE, false);
	is_int(screen.mode, MODE_LIST, "%ld keys by chance, and Esc leads out", presses);
	ok(screen.view < VIEW_TABS, "also of the messages");
}

int main(void)
{
	setenv("TZ", "UTC", 1);
	tzset();
	clock_fake(0);
	status_init(&status);
	fake_status_fill(&status, 3);
	screen_init(&screen, true, "", docs);
	canvas_init(&canvas);
	test_golden(24, 80);
	test_golden(40, 120);
	test_golden(50, 200);
	test_stack();
	test_menu(24, 80);
	test_menu(40, 120);
	test_menu(50, 200);
	test_menu_whole();
	test_other_day();
	test_topic_page(24, 80);
	test_topic_page(40, 120);
	test_topic_page(50, 200);
	test_problem_page(24, 80);
	test_problem_page(40, 120);
	test_problem_page(50, 200);
	test_pictures();
	test_overview();
	test_retheme();
	test_past(24, 80);
	test_past(40, 120);
	test_past_pages();
	test_keys();
	test_cursor_stays();
	test_pause();
	test_danger();
	test_problems();
	test_leaving();
	test_estimate();
	test_command();
	test_long_answer();
	test_request_line();
	test_completion();
	test_smallest();
	test_snapshot();
	test_look();
	test_cast();
	test_same_order();
	test_mouse();
	test_marks_stay();
	test_asked(24, 80);
	test_asked(40, 120);
	test_asked(50, 200);
	test_metrics(24, 80);
	test_metrics(40, 120);
	test_metrics(50, 200);
	test_metrics_ascii();
	clock_fake(0);
	test_messages(24, 80);
	test_messages(50, 200);
	test_scripts(24, 80);
	test_scripts(40, 120);
	test_scripts(50, 200);
	test_dead(24, 80);
	test_dead(40, 120);
	test_dead(50, 200);
	test_dead_edit();
	test_marks();
	test_mark_range();
	test_chooser();
	test_columns();
	test_refused();
	test_own_keys();
	test_trace();
	test_messages_saved();
	test_events_saved();
	test_whole();
	test_messages_chosen();
	test_table_columns();
	test_messages_difference();
	test_messages_many();
	test_trouble();
	test_cursor_colours();
	test_hostile();
	test_random();
	test_small();
	screen_done(&screen);
	canvas_done(&canvas);
	status_done(&status);
	return tap_done();
}
