/* scripts_draw.c - the page of one script: what it costs and loses, what its files are now, its text, its versions and the rows that failed in it. */
#include "console/view/scripts_page.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "console/widget/rule.h"
#include "console/widget/show.h"
#include "console/widget/wrap.h"
#include "core/num/num.h"

enum {
	WIDE = 110,
	VERSIONS_BESIDE = 8,
	VERSIONS_BELOW = 3,
	FAILURES_BELOW = 3,
	LINE_NUMBERS = 6,
	TAB = 4,
	LINES_EACH = 4,
	SHARE = 8
};

/* 03-31 14:03, UTC */
static const char *show_day(char *out, int64_t wall_us)
{
	char text[48];

	text[num_iso_datetime(text, wall_us, 0, ' ')] = '\0';
	snprintf(out, SHOW_SIZE, "%.11s", text + 5);
	return out;
}

/* ---- what stands above ---- */

static int draw_cost(const struct status_script *s, struct canvas *cv, struct area at)
{
	char a[SHOW_SIZE], b[SHOW_SIZE], c[SHOW_SIZE], d[SHOW_SIZE], e[SHOW_SIZE], f[SHOW_SIZE];
	int x = at.x + 1, end = at.x + at.width - 1;

	x += canvas_printf(cv, at.y, x, end - x, ROLE_TEXT, "%s  %s rows, dropped %s, ", show_rate(a, s->rows_per_s),
			show_exact(b, (int64_t)s->rows), show_exact(c, (int64_t)s->dropped));
	x += canvas_printf(cv, at.y, x, end - x, s->dead ? ROLE_CRIT : ROLE_TEXT, "failed %s",
			show_exact(a, (int64_t)s->dead));
	canvas_printf(cv, at.y + 1, at.x + 1, at.width - 2, ROLE_TEXT,
			"a row: p50 %s  p99 %s  mean %s  %s instr  %s; state %s", show_ns(a, s->p50_ns),
			show_ns(b, s->p99_ns), show_ns(c, s->rows ? (int64_t)(s->ns / s->rows) : -1),
			show_count(d, s->instructions), show_bytes(e, s->bytes), show_bytes(f, s->memory));
	return at.y + 2;
}

static int draw_drops(const struct status_script *s, struct canvas *cv, struct area at)
{
	int x = at.x + 1, end = at.x + at.width - 1;
	char n[SHOW_SIZE];

	if (s->ndrops == 0)
		return at.y;
	x += canvas_text(cv, at.y, x, end - x, ROLE_DIM, "dropped: ");
	for (size_t i = 0; i < s->ndrops && x < end; i++)
		x += canvas_printf(cv, at.y, x, end - x, ROLE_TEXT, "%s%s %s", i ? ", " : "",
				s->drops[i].reason[0] ? s->drops[i].reason : "return nil",
				show_exact(n, (int64_t)s->drops[i].rows));
	return at.y + 1;
}

static int draw_failure(const struct status_script *s, struct canvas *cv, struct area at)
{
	char when[SHOW_SIZE], text[600];
	int lines;

	if (s->failed_us == 0)
		return at.y;
	snprintf(text, sizeof(text), "failed last %s, key %s: %s", show_clock(when, s->failed_us),
			s->failed_key[0] ? s->failed_key : "(none)", s->failed);
	lines = wrap_draw(cv, text, strlen(text), at.y, at.x + 1, 2, at.width - 2, 0, ROLE_CRIT);
	return at.y + (lines < 2 ? lines : 2);
}

/* What the files are now, beside what runs. */
static int draw_files(const struct scripts_page *p, const struct status_script *s, struct canvas *cv, struct area at)
{
	int width = at.width - 2;

	if (p->files_why[0])
		canvas_printf(cv, at.y, at.x + 1, width, ROLE_CRIT, "the files cannot run: %s", p->files_why);
	else if (p->files[0] && s && strcmp(p->files, s->version) != 0)
		canvas_printf(cv, at.y, at.x + 1, width, ROLE_WARN,
				"the files are version %s, not applied: d difference, a what it would do", p->files);
	else if (p->files[0])
		canvas_printf(cv, at.y, at.x + 1, width, ROLE_DIM, "the files are as what runs%s%s",
				p->path[0] ? ": " : "", p->path);
	else
		return at.y;
	return at.y + 1;
}

static int draw_head(const struct scripts_page *p, struct canvas *cv, struct area at)
{
	const struct status_script *s = scripts_shown(p);
	char right[80] = "";
	int y = at.y + 1;

	if (s)
		snprintf(right, sizeof(right), "version %s%s", s->version, s->guarded ? ", guarded" : "");
	rule_draw(cv, at.y, at.x, at.width, "what it costs and loses", right);
	if (s == NULL) {
		canvas_text(cv, y, at.x + 1, at.width - 2, ROLE_WARN,
				"it does not run any more, or the load half is down");
		return draw_files(p, s, cv, (struct area){ y + 1, at.x, at.height, at.width });
	}
	y = draw_cost(s, cv, (struct area){ y, at.x, at.height, at.width });
	y = draw_drops(s, cv, (struct area){ y, at.x, at.height, at.width });
	y = draw_failure(s, cv, (struct area){ y, at.x, at.height, at.width });
	return draw_files(p, s, cv, (struct area){ y, at.x, at.height, at.width });
}

/* ---- lists ---- */

static void draw_version(const json_t *v, bool chosen, bool marked, struct canvas *cv, int y, int x, int width)
{
	bool runs = json_is_true(json_object_get(v, "runs"));
	char when[SHOW_SIZE];

	if (chosen)
		canvas_fill(cv, y, x, 1, width, ROLE_CURSOR);
	canvas_printf(cv, y, x, width,
			chosen		       ? ROLE_CURSOR
					: runs ? ROLE_OK
					       : ROLE_TEXT,
			"%-12s%s%-4s %s %-8s %s%s%s", scripts_text(v, "version"), marked ? "*" : " ",
			runs ? "runs" : "", show_day(when, scripts_number(v, "at")), scripts_text(v, "how"),
			scripts_text(v, "who"), scripts_text(v, "instead")[0] ? ", instead of " : "",
			scripts_text(v, "instead"));
}

static int list_versions(const struct scripts_page *p, int most, struct canvas *cv, struct area at)
{
	char right[40];

	snprintf(right, sizeof(right), "%zu, v: all", p->versions.count);
	rule_draw(cv, at.y++, at.x, at.width, "versions", right);
	for (size_t i = 0; i < p->versions.count && (int)i < most; i++)
		draw_version(p->versions.items[i], false, false, cv, at.y++, at.x + 1, at.width - 2);
	return at.y;
}

static int list_failures(const struct scripts_page *p, int most, struct canvas *cv, struct area at)
{
	char *key, when[SHOW_SIZE];

	rule_draw(cv, at.y++, at.x, at.width, "open dead letters of the table",
			p->failures.count ? "D: dead letters" : "none");
	for (size_t i = 0; i < p->failures.count && (int)i < most; i++) {
		const json_t *f = p->failures.items[i];

		key = json_dumps(json_object_get(f, "key"), JSON_COMPACT | JSON_ENCODE_ANY);
		canvas_printf(cv, at.y++, at.x + 1, at.width - 2, ROLE_TEXT, "%s %s  %s",
				show_day(when, scripts_number(f, "at_ms") * 1000), key ? key : "",
				scripts_text(f, "reason"));
		free(key);
	}
	return at.y;
}

/* With blanks for tabs. */
static void put_tabs(char *out, size_t size, const char *text)
{
	size_t n = 0;

	for (; *text && n + 1 < size; text++) {
		size_t blanks = *text == '\t' ? TAB - n % TAB : 1;

		for (; blanks > 0 && n + 1 < size; blanks--)
			out[n++] = *text == '\t' ? ' ' : *text;
	}
	out[n] = '\0';
}

/* Of all lines; NULL: nothing was measured there. */
static const json_t *measured(const struct scripts_page *p, int number, int64_t *all_ns)
{
	const json_t *found = NULL;

	*all_ns = 0;
	for (size_t i = 0; i < p->profile.count; i++) {
		*all_ns += scripts_number(p->profile.items[i], "ns");
		if (scripts_number(p->profile.items[i], "line") == number)
			found = p->profile.items[i];
	}
	return found;
}

/* Its share of the time; returns how wide that is. */
static int draw_share(const struct scripts_page *p, int number, struct canvas *cv, int y, int x)
{
	int64_t all_ns;
	const json_t *l = measured(p, number, &all_ns);
	double share = l && all_ns ? (double)scripts_number(l, "ns") / (double)all_ns : 0;

	if (p->profile.count == 0)
		return 0;
	if (l && scripts_number(l, "runs"))
		canvas_printf(cv, y, x, SHARE, share >= 0.2 ? ROLE_WARN : ROLE_TEXT, "%5.1f%%", share * 100);
	return SHARE;
}

static void draw_line(const struct scripts_page *p, const json_t *l, int failed, struct canvas *cv, int y, int x,
		int width)
{
	int number = (int)scripts_number(l, "line"), at;
	bool here = number == failed;
	char text[500];

	canvas_printf(cv, y, x, LINE_NUMBERS, here ? ROLE_CRIT : ROLE_DIM, "%4d%c", number, here ? '!' : ' ');
	at = LINE_NUMBERS + draw_share(p, number, cv, y, x + LINE_NUMBERS);
	put_tabs(text, sizeof(text), scripts_text(l, "text"));
	canvas_text(cv, y, x + at, width - at, here ? ROLE_CRIT : ROLE_TEXT, text);
}

static void list_lines(struct scripts_page *p, struct canvas *cv, struct area at)
{
	const struct status_script *s = scripts_shown(p);
	char right[60] = "";

	p->count = (int)p->lines.count;
	if (s && s->failed_us && strcmp(s->failed_version, s->version) == 0)
		snprintf(right, sizeof(right), "! where the last row failed");
	rule_draw(cv, at.y++, at.x, at.width,
			p->running && p->ask == ASK_PROFILE ? "what runs, being measured" : "what runs", right);
	for (int i = 0; i < at.height - 1 && (size_t)(p->top + i) < p->lines.count; i++)
		draw_line(p, p->lines.items[p->top + i], right[0] ? s->failed_line : 0, cv, at.y + i, at.x + 1,
				at.width - 2);
}

static int smaller(int a, int b)
{
	return a < b ? a : b;
}

void scripts_draw_one(struct scripts_page *p, struct canvas *cv, struct area at)
{
	int y = draw_head(p, cv, at), end = at.y + at.height, right = at.width >= WIDE ? at.width * 2 / 5 : 0;

	if ((p->why[0] && p->ask == ASK_SHOW) || (p->running && p->lines.count == 0)) {
		wrap_draw(cv, p->running ? "asking..." : p->why, strlen(p->running ? "asking..." : p->why), y + 1,
				at.x + 1, end - y - 1, at.width - 2, 0, p->running ? ROLE_DIM : ROLE_STATUS_ERROR);
		return;
	}
	if (right) {
		struct area beside = { y, at.x + at.width - right, end - y, right };

		beside.y = list_versions(p, smaller(VERSIONS_BESIDE, (end - y) / 2 - 2), cv, beside);
		list_failures(p, end - beside.y - 2, cv,
				(struct area){ beside.y + 1, beside.x, end - beside.y - 1, right });
		list_lines(p, cv, (struct area){ y, at.x, end - y, at.width - right - 1 });
		return;
	}
	if (end - y > 12) {
		y = list_versions(p, VERSIONS_BELOW, cv, (struct area){ y, at.x, end - y, at.width });
		if (p->failures.count)
			y = list_failures(p, FAILURES_BELOW, cv, (struct area){ y, at.x, end - y, at.width });
	}
	list_lines(p, cv, (struct area){ y, at.x, end - y, at.width });
}

void scripts_draw_versions(struct scripts_page *p, struct canvas *cv, struct area at)
{
	int rows = at.height - 1;
	size_t top = p->cursor >= (size_t)rows ? p->cursor - (size_t)rows + 1 : 0;

	rule_draw(cv, at.y, at.x, at.width, "versions",
			at.width > 90 ? "Enter: difference to what runs   d on two: between them   u: what it would do"
				      : "Enter, d on two: diff");
	for (size_t i = top; i < p->versions.count && i < top + (size_t)rows; i++) {
		const json_t *v = p->versions.items[i];

		draw_version(v, i == p->cursor, p->marked[0] && strcmp(p->marked, scripts_text(v, "version")) == 0, cv,
				at.y + 1 + (int)(i - top), at.x + 1, at.width - 2);
	}
}

/* Lines that one of the answer takes; at a height of 0 it is not drawn. */
static int draw_answer_line(const struct scripts_line *line, struct canvas *cv, int y, int x, int height, int width)
{
	char text[4000];
	int lines;

	put_tabs(text, sizeof(text), line->text);
	lines = wrap_draw(cv, text, strlen(text), y, x, smaller(LINES_EACH, height), width, 0, line->role);
	return lines < 1 ? 1 : smaller(lines, LINES_EACH);
}

/* The first one from which on all have room. */
static int last_top(const struct scripts_page *p, struct canvas *cv, int height, int width)
{
	int top = (int)p->nanswer, used = 0;

	while (top > 0 && (used += draw_answer_line(&p->answer[top - 1], cv, 0, 0, 0, width)) <= height)
		top--;
	return top;
}

void scripts_draw_answer(struct scripts_page *p, struct canvas *cv, struct area at)
{
	int y = at.y + 1, end = at.y + at.height, x = at.x + 1, width = at.width - 2;
	char about[160];

	scripts_answer_title(p, about, sizeof(about));
	rule_draw(cv, at.y, at.x, at.width, about, "");
	p->count = (int)p->nanswer;
	if (p->running && p->nanswer == 0)
		canvas_text(cv, y, x, width, ROLE_DIM, "asking...");
	else if (!p->running && p->why[0])
		y += 1 + wrap_draw(cv, p->why, strlen(p->why), y, x, smaller(4, end - y), width, 0, ROLE_STATUS_ERROR);
	else if (!p->running && p->nanswer == 0)
		canvas_text(cv, y, x, width, ROLE_DIM,
				p->ask == ASK_DIFFERENCE ? "they are the same" : "nothing is otherwise");
	p->top = smaller(p->top, last_top(p, cv, end - y, width));
	for (int i = p->top; i < (int)p->nanswer && y < end; i++)
		y += draw_answer_line(&p->answer[i], cv, y, x, end - y, width);
}
