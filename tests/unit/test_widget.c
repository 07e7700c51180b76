/* test_widget.c - pictures on a canvas: whatever the values are, nothing is drawn outside, and the picture says what they are; also without colours and in ASCII. */
#include <limits.h>
#include <math.h>

#include "console/canvas/canvas_width.h"
#include "console/settle.h"
#include "console/widget/chart.h"
#include "console/widget/grid.h"
#include "console/widget/heat.h"
#include "console/widget/sheet.h"
#include "console/widget/show.h"
#include "console/widget/spark.h"
#include "console/widget/stack.h"
#include "console/view/overview_parts.h"
#include "tests/tap.h"

static struct canvas cv;
static struct buf text;

static const char *drawn(void)
{
	buf_reset(&text);
	canvas_dump(&cv, &text);
	return text.data;
}

static void blank(int rows, int cols, bool ascii)
{
	canvas_resize(&cv, rows, cols);
	canvas_clear(&cv);
	cv.ascii = ascii;
}

static uint32_t code_at(int y, int x)
{
	return canvas_cell(&cv, y, x)->code;
}

/* ---- in one line ---- */

static void test_spark(void)
{
	const float none[1] = { 0 }, one[1] = { 7 }, same[4] = { 3, 3, 3, 3 }, gap[4] = { 1, NAN, INFINITY, 8 },
		    below[3] = { -4, 0, 4 }, huge[3] = { 1e30f, 3e38f, 0 }, ten[10] = { 1, 2, 9, 2, 1, 1, 1, 1, 1, 8 };

	blank(1, 10, false);
	spark_draw(&cv, 0, 0, 10, ROLE_TEXT, none, 0);
	is_str(drawn(), "\n", "nothing: nothing");
	spark_draw(&cv, 0, 0, 10, ROLE_TEXT, one, 1);
	is_int(code_at(0, 9), 0x2588, "one value stands at the end, full");
	blank(1, 4, true);
	spark_draw(&cv, 0, 0, 4, ROLE_TEXT, same, 4);
	is_str(drawn(), "||||\n", "equal values are equally high");
	blank(1, 4, true);
	spark_draw(&cv, 0, 0, 4, ROLE_TEXT, gap, 4);
	is_str(drawn(), ".??|\n", "what is not known is no 0");
	blank(1, 3, true);
	spark_draw(&cv, 0, 0, 3, ROLE_TEXT, below, 3);
	is_str(drawn(), " :|\n", "below 0 the scale begins there");
	blank(1, 3, true);
	spark_draw(&cv, 0, 0, 3, ROLE_TEXT, huge, 3);
	is_str(drawn(), ".|\n", "huge ones fit");
	blank(1, 1, true);
	spark_draw(&cv, 0, 0, 1, ROLE_TEXT, ten, 10);
	is_str(drawn(), "|\n", "one column has the last value");
	blank(1, 5, true);
	spark_squeeze(&cv, 0, 0, 5, ROLE_TEXT, ten, 10);
	is_str(drawn(), ".|..|\n", "squeezed, a column has the worst of its values");
	blank(1, 2, true);
	spark_squeeze(&cv, 0, 0, 0, ROLE_TEXT, ten, 10);
	is_str(drawn(), "\n", "no column: nothing");
}

/* ---- with axes ---- */

static struct chart chart_of(const float *values, size_t n)
{
	return (struct chart){ .values = values,
		.time = { .n = n, .step_s = 10, .end_us = INT64_C(1700000000000000) },
		.show = show_axis_count };
}

static void test_chart(void)
{
	const struct timeline_mark marks[] = { { INT64_C(1699999960000000), 'D' }, { INT64_C(1600000000000000), 'S' } };
	float rise[12], same[12], gap[12], below[12], huge[12];
	struct chart c;

	for (int i = 0; i < 12; i++) {
		rise[i] = (float)i;
		same[i] = 5;
		gap[i] = i % 3 ? (float)i : NAN;
		below[i] = (float)(i - 6) * 10;
		huge[i] = 3e38f;
	}
	blank(6, 20, true);
	c = chart_of(rise, 12);
	chart_draw(&cv, 0, 0, 6, 20, &c);
	is_str(drawn(),
			"     15|\n"
			"       |          ::\n"
			"    7.5|       ::|||\n"
			"       |    ::||||||\n"
			"      0| ::|||||||||\n"
			"\n",
			"a rise in ASCII");
	blank(6, 20, false);
	chart_draw(&cv, 0, 0, 6, 20, &c);
	ok(strstr(drawn(), "\xe2\x96\x88") != NULL, "in blocks");
	c.fine = true;
	blank(6, 20, false);
	chart_draw(&cv, 0, 0, 6, 20, &c);
	ok(strstr(drawn(), "\xe2\x96\x88") == NULL && (code_at(1, 19) & 0xff00) == 0x2800, "in braille");
	cv.plain = true;
	blank(6, 20, false);
	chart_draw(&cv, 0, 0, 6, 20, &c);
	ok(strstr(drawn(), "\xe2\x96\x88") != NULL, "not on a console that has none");
	cv.plain = false;
	for (int fine = 0; fine < 2; fine++) {
		c = chart_of(gap, 12);
		c.fine = fine;
		blank(6, 20, false);
		chart_draw(&cv, 0, 0, 6, 20, &c);
		is_int(code_at(4, 8), 0xb7, "a gap is told as one");
		c = chart_of(below, 12);
		c.fine = fine;
		blank(6, 20, false);
		chart_draw(&cv, 0, 0, 6, 20, &c);
		ok(strstr(drawn(), "-60") && strstr(drawn(), "50"), "the scale goes below 0 where values do");
		c = chart_of(huge, 12);
		c.fine = fine;
		blank(6, 20, false);
		chart_draw(&cv, 0, 0, 6, 20, &c);
		ok(code_at(1, 19) != ' ' || code_at(0, 19) != ' ', "huge values stand at the top");
		c = chart_of(same, 12);
		c.fine = fine;
		blank(6, 20, false);
		chart_draw(&cv, 0, 0, 6, 20, &c);
		ok(code_at(0, 8) != ' ' && code_at(0, 19) != ' ', "equal ones too");
	}
	c = chart_of(rise, 1);
	blank(6, 20, true);
	chart_draw(&cv, 0, 0, 6, 20, &c);
	ok(strchr(drawn(), '0') != NULL, "one value that is 0 has a scale");
	c = chart_of(rise, 0);
	blank(6, 20, true);
	chart_draw(&cv, 0, 0, 6, 20, &c);
	is_str(drawn(), "\n\n\n\n\n\n", "none: nothing");
	c = chart_of(rise, 12);
	blank(6, 20, true);
	chart_draw(&cv, 0, 0, 6, 12, &c);
	chart_draw(&cv, 0, 0, 2, 20, &c);
	is_str(drawn(), "\n\n\n\n\n\n", "too small for axes: nothing");
	c.time.marks = marks;
	c.time.nmarks = 2;
	c.time.cursor = 3;
	blank(7, 20, true);
	chart_draw(&cv, 0, 0, 7, 20, &c);
	ok(strchr(drawn(), 'D') && !strchr(drawn(), 'S'), "a mark within the time is shown, another is not");
	is_int(code_at(6, 10), '^', "the cursor has a sign below the plot");
	is_int(canvas_cell(&cv, 2, 10)->over, OVER_CURSOR, "and lies over it");
	is_int((int)chart_top(&c), 15, "the end of the scale is a round number");
}

/* ---- how many rows took how long ---- */

enum { BUCKETS = 8, STEPS = 24 };

static void test_heat(void)
{
	const double bounds[BUCKETS] = { 1000, 2000, 4000, 8000, 16000, 32000, 64000, INFINITY };
	float counts[STEPS * BUCKETS] = { 0 };
	struct heat h = { .counts = counts, .bound_us = bounds, .buckets = BUCKETS };

	h.time = (struct timeline){ .n = STEPS, .step_s = 10, .end_us = INT64_C(1700000000000000) };
	for (int i = 0; i < STEPS; i++)
		for (int b = 0; b < BUCKETS; b++)
			counts[i * BUCKETS + b] = i < 2	   ? NAN
					: b == 1	   ? 1000
					: b == 2	   ? 600
					: b == 6 && i > 11 ? 30
							   : 0;
	blank(10, 32, true);
	heat_draw(&cv, 0, 0, 9, 32, &h);
	is_str(drawn(),
			"       |\n"
			" 64.0ms|            ============\n"
			"       |\n"
			" 16.0ms|\n"
			"       |\n"
			" 4.00ms|  ==========############\n"
			"       |  ----------------------\n"
			" 1.00ms|??\n"
			"        22:09:20        22:13:20\n"
			"\n",
			"two kinds of rows in ASCII");
	ok(heat_percentile(&h, 20, 50) == 2000 && heat_percentile(&h, 20, 99) == 64000, "its percentiles");
	ok(isnan(heat_percentile(&h, 0, 50)), "of a step that is not known there are none");
	is_int(code_at(7, 8), '?', "and it is told as one");
	blank(10, 32, false);
	heat_draw(&cv, 0, 0, 9, 32, &h);
	ok(strstr(drawn(), "\xe2\x96\x93") || strstr(drawn(), "\xe2\x96\x88"), "in shades");
	for (size_t i = 0; i < STEPS * BUCKETS; i++)
		counts[i] = 0;
	blank(10, 32, true);
	heat_draw(&cv, 0, 0, 10, 32, &h);
	ok(strpbrk(drawn(), "#=+") == NULL && strchr(drawn(), '|') != NULL, "no rows: an empty plot");
	counts[5 * BUCKETS + 7] = 3e9f;
	blank(22, 32, true);
	heat_draw(&cv, 0, 0, 22, 32, &h);
	ok(strstr(drawn(), "more") != NULL, "the last bucket has no end");
	h.time.n = 0;
	blank(10, 32, true);
	heat_draw(&cv, 0, 0, 10, 32, &h);
	is_str(drawn(), "\n\n\n\n\n\n\n\n\n\n", "no step: nothing");
}

/* ---- parts of a whole ---- */

static int sum_of(const int *columns, size_t n)
{
	int sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += columns[i];
	return sum;
}

static void test_stack(void)
{
	struct stack_part parts[4] = { { "log", 10, ROLE_TEXT }, { "none", 0, ROLE_TEXT }, { "sink", 29, ROLE_TEXT },
		{ "tiny", 0.001, ROLE_TEXT } };
	uint64_t state = 88172645463325252u;
	int columns[STACK_PARTS];
	bool fits = true, seen = true;

	blank(1, 40, true);
	stack_draw(&cv, 0, 0, 40, parts, 4);
	is_str(drawn(), "## log ###+++++++++++ sink ++++++++++++.\n",
			"parts with their names; the least has a column too");
	stack_columns(parts, 4, 1, columns);
	is_int(columns[2], 1, "one column is the longest's");
	is_int(sum_of(columns, 4), 1, "alone");
	stack_columns(parts, 4, 0, columns);
	is_int(sum_of(columns, 4), 0, "no column");
	parts[0].value = NAN;
	parts[2].value = -1;
	parts[3].value = INFINITY;
	stack_columns(parts, 4, 20, columns);
	is_int(sum_of(columns, 4), 0, "what is no length has none");
	for (int round = 0; round < 2000; round++) {
		struct stack_part many[STACK_PARTS];
		size_t n = 1 + state % STACK_PARTS, some = 0;
		int width = (int)(state >> 40) % 100;

		for (size_t i = 0; i < n; i++) {
			state = state * 6364136223846793005u + 1442695040888963407u;
			many[i] = (struct stack_part){ "x",
				state >> 63 ? (double)(state >> 20) * (double)(state >> 20)
					    : (double)(state >> 50 & 15),
				ROLE_TEXT };
			some += many[i].value > 0;
		}
		stack_columns(many, n, width, columns);
		fits &= sum_of(columns, n) == (some ? width : 0);
		for (size_t i = 0; i < n; i++)
			seen &= columns[i] >= 0 && (columns[i] > 0 || many[i].value <= 0 || (size_t)width < some);
	}
	ok(fits, "the parts of any whole fill the width");
	ok(seen, "and each is seen where there is room");
}

/* However the stages are, their times are none below 0, and as long together as the slowest took. */
static void test_stage_times(void)
{
	struct status_stage stages[6] = { 0 };
	struct status s = { .stages = stages, .nstages = 6 };
	uint64_t state = 1;
	bool good = true;

	for (int round = 0; round < 2000; round++) {
		int64_t times[6], most = 0, sum = 0;

		for (int i = 0; i < 6; i++) {
			state = state * 6364136223846793005u + 1442695040888963407u;
			stages[i].p50_us = state >> 61 == 0 ? -1 : (int64_t)(state >> 33);
			most = stages[i].p50_us > most ? stages[i].p50_us : most;
		}
		overview_stage_times(&s, times, 6);
		for (int i = 0; i < 6; i++) {
			good &= times[i] >= 0 || stages[i].p50_us < 0;
			sum += times[i] > 0 ? times[i] : 0;
		}
		good &= sum == most;
	}
	ok(good, "the times in the stages are together the time since the commit");
}

/* Any size can be drawn, and nothing outside of it. */
static void test_sizes(void)
{
	const double bounds[BUCKETS] = { 1000, 2000, 4000, 8000, 16000, 32000, 64000, INFINITY };
	const struct timeline_mark mark = { INT64_C(1699999990000000), 'D' };
	float values[STEPS * BUCKETS];
	bool outside = false;

	for (int i = 0; i < STEPS * BUCKETS; i++)
		values[i] = i % 5 == 0 ? NAN : (float)(i * 37 % 101) * (i % 7 == 0 ? -1 : 1);
	for (int height = 0; height < 20; height++)
		for (int width = 0; width < 60; width++) {
			struct chart c = chart_of(values, STEPS);
			struct heat h = { .counts = values, .bound_us = bounds, .buckets = BUCKETS, .time = c.time };

			c.fine = width % 2;
			c.time.marks = &mark;
			c.time.nmarks = 1;
			c.time.cursor = STEPS;
			h.time = c.time;
			blank(22, 62, height % 2);
			chart_draw(&cv, 1, 1, height, width, &c);
			heat_draw(&cv, 1, 1, height, width, &h);
			spark_squeeze(&cv, 1, 1, height ? width : 0, ROLE_TEXT, values, STEPS);
			for (int y = 0; y < 22; y++)
				for (int x = 0; x < 62; x++)
					outside |= (y > height || x > width) && code_at(y, x) != ' ';
		}
	ok(!outside, "nothing is drawn outside");
}

/* The first and the last of a range belong to it, their neighbours do not. */
static void test_widths(void)
{
	static const struct {
		uint32_t code;
		int width;
	} codes[] = {
		{ 'a', 1 },
		{ 0x2ff, 1 },
		{ 0x300, 0 },
		{ 0x36f, 0 },
		{ 0x370, 1 },
		{ 0xfe20, 0 },
		{ 0xfe2f, 0 },
		{ 0x1ffff, 1 },
		{ 0x20000, 2 },
		{ 0x3fffd, 2 },
		{ 0x3fffe, 1 },
	};

	for (size_t i = 0; i < sizeof(codes) / sizeof(*codes); i++)
		is_int(canvas_code_width(codes[i].code), codes[i].width, "columns of U+%04X", (unsigned)codes[i].code);
}

/* A window that is dragged: changes of `every` ms for `ms`, looked at as often as the loop would; how many frames that makes. */
static int frames(int every, int ms)
{
	struct settle s = { 0 };
	int n = 0;

	for (int64_t now = 1; now < ms + 1000; now++) {
		if (now < ms && now % every == 0)
			settle_note(&s, now * 1000);
		if (settle_left(&s, now * 1000) != 0)
			continue;
		s = (struct settle){ 0 };
		n++;
	}
	return n;
}

static void test_settle(void)
{
	struct settle s = { 0 };

	is_int(settle_left(&s, 5), -1, "nothing is waited for");
	settle_note(&s, 1000);
	is_int(settle_left(&s, 1000), SETTLE_QUIET_US, "a moment of quiet is waited for");
	is_int(settle_left(&s, 1000 + SETTLE_QUIET_US), 0, "and then it is time");
	is_int(frames(1000, 1500), 1, "one new size, one frame");
	ok(frames(10, 1000) <= 4, "a hundred in a second: %d frames", frames(10, 1000));
	is_int(frames(10, 200), 1, "a fifth of a second of them: one");
	ok(frames(10, 3000) >= 9, "what goes on and on is shown meanwhile: %d frames in 3 s", frames(10, 3000));
}

/* ---- a list whose newest rows come first ---- */

static int newest; /* rows newest, newest - 1, .. 1 */

static size_t numbers_count(const void *of)
{
	(void)of;
	return (size_t)newest;
}

static void numbers_cell(const void *of, size_t row, int column, struct grid_text *out)
{
	(void)of;
	(void)column;
	snprintf(out->text, sizeof(out->text), "%d", newest - (int)row);
}

static void numbers_key(const void *of, size_t row, char out[GRID_KEY])
{
	(void)of;
	snprintf(out, GRID_KEY, "%d", newest - (int)row);
}

static const struct grid_column number_column = { "number", 8, 0, 0 };
static const struct grid_source numbers = {
	.columns = &number_column,
	.ncolumns = 1,
	.lead = true,
	.count = numbers_count,
	.cell = numbers_cell,
	.key = numbers_key,
};

/* With so many more rows: the row under the cursor, and the line of the screen that it is on. */
static void grid_after(struct grid *g, int more, int number, int line)
{
	newest += more;
	grid_update(g, &numbers, NULL);
	canvas_clear(&cv);
	grid_draw(g, &numbers, NULL, &cv, 0, 0, 6, 20);
	is_int(newest - (int)g->cursor, number, "the cursor is on %d", number);
	is_int((long)(g->cursor - g->top), line, "which is line %d", line);
}

static void test_grid_lead(void)
{
	struct grid g;

	newest = 20;
	grid_init(&g, -1);
	grid_after(&g, 0, 20, 0);
	grid_after(&g, 7, 27, 0); /* nobody has moved it: it stays on the newest */
	grid_move(&g, &numbers, NULL, 2);
	grid_after(&g, 0, 25, 2);
	grid_after(&g, 3, 25, 2); /* what is read stays where it is */
	grid_after(&g, 40, 25, 2);
	grid_move(&g, &numbers, NULL, LONG_MIN);
	grid_after(&g, 1, newest + 1, 0);
	grid_done(&g);
}

/* A fact on a sheet of 60 columns, of which 20 are for what it is of. */
static const char *fact(const char *what, const char *told)
{
	struct sheet s = { .cv = &cv, .height = 6, .width = 60 };

	blank(6, 60, false);
	sheet_fact(&s, 20, ROLE_OK, "ok", what, told);
	return drawn();
}

static void test_sheet(void)
{
	ok(strstr(fact("mysql", "one line"), "mysql                 one line") != NULL,
			"what is short stands beside it");
	ok(strstr(fact("mysql", "some more words than there is room for"), "mysql\n") != NULL,
			"what would be two lines beside is one below");
	ok(strstr(fact("a name of more columns than twenty", "one line"), "a name of more columns than twenty\n") !=
					NULL,
			"a long name is there as a whole");
}

static void test_show_after(void)
{
	is_str(show_after("table shop.a: no such column", "shop.a"), "no such column", "a table's name is left out");
	is_str(show_after("load: it hangs", "load"), "it hangs", "that of anything else");
	is_str(show_after("table shop.ab: it hangs", "shop.a"), "table shop.ab: it hangs", "but not another one's");
	is_str(show_after("it hangs", ""), "it hangs", "nothing where there is none");
}

int main(void)
{
	test_show_after();
	test_settle();
	setenv("TZ", "UTC", 1);
	canvas_init(&cv);
	buf_init(&text, 1 << 20);
	test_widths();
	test_spark();
	test_chart();
	test_heat();
	test_stack();
	test_stage_times();
	test_sizes();
	test_grid_lead();
	test_sheet();
	canvas_done(&cv);
	buf_done(&text);
	return tap_done();
}
