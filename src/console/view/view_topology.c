/*
 * view_topology.c - both halves as boxes and edges. An edge says how much flows and how full the queue behind it is;
 * the stage that holds up the others is marked, and the engine's reason stands below. Hard is the room: two halves of
 * up to four boxes have to fit 80x24, and say more where there is more.
 */
#include "console/view/view.h"

#include <stdio.h>
#include <string.h>

#include "console/widget/show.h"

#define BOX_HEIGHT 6
#define BOX_MAX 34
#define EDGE_WIDTH 10
#define FIGURE_WIDTH 12	/* "p99 2.10ms" and a gap */
#define HALF_HEIGHT (BOX_HEIGHT + 1)
#define TARGET_LEAST 10

static bool is_slow(const struct status *s, const struct status_stage *stage)
{
	return s->bottleneck.stage[0] && strcmp(s->bottleneck.stage, stage->name) == 0;
}

static bool is_selected(const struct grid *g, size_t stage)
{
	size_t row;

	return grid_selected(g, &row) && row == stage;
}

static void draw_bar(struct canvas *cv, int y, int x, int width, double fill)
{
	int full = (int)(fill * width + 0.5);

	for (int i = 0; i < width; i++)
		canvas_glyph(cv, y, x + i, i < full ? show_fill_role(fill) : ROLE_DIM, i < full ? 0x2588 : 0x2591);
}

static void draw_box(const struct grid *g, const struct status *s, size_t index, struct canvas *cv, int y, int x,
		int width)
{
	const struct status_stage *stage = &s->stages[index];
	char a[SHOW_SIZE], b[SHOW_SIZE];
	int inside = width - 4, used;

	canvas_box(cv, y, x, BOX_HEIGHT, width, is_slow(s, stage) ? ROLE_CRIT : is_selected(g, index) ? ROLE_TITLE : ROLE_BORDER);
	used = canvas_printf(cv, y, x + 2, inside, is_selected(g, index) ? ROLE_CURSOR : ROLE_TITLE, " %s ",
			stage->name);
	if (is_slow(s, stage))
		canvas_text(cv, y, x + 2 + used, inside - used, ROLE_CRIT, " SLOW ");
	canvas_text(cv, y + 1, x + 2, inside, show_state_role(stage->state), half_state_name(stage->state));
	canvas_printf(cv, y + 2, x + 2, inside, ROLE_STRONG, "%s", show_rate(a, stage->rows_per_s));
	if (inside >= 2 * FIGURE_WIDTH)
		canvas_printf(cv, y + 3, x + 2, inside, ROLE_TEXT, "p50 %-8s  p99 %s", show_us(a, stage->p50_us),
				show_us(b, stage->p99_us));
	else
		canvas_printf(cv, y + 3, x + 2, inside, ROLE_TEXT, "p99 %s", show_us(b, stage->p99_us));
	used = canvas_text(cv, y + 4, x + 2, inside, ROLE_DIM, "busy ");
	draw_bar(cv, y + 4, x + 2 + used, inside - used - 5, stage->busy);
	canvas_right(cv, y + 4, x + 2 + inside - 4, 4, ROLE_TEXT, show_percent(a, stage->busy));
}

/* Between two boxes: the rate above, an arrow in the colour of the queue, its fill below. */
static void draw_edge(const struct status *s, size_t to, struct canvas *cv, int y, int x, int width)
{
	const struct status_stage *stage = &s->stages[to];
	enum role role = show_fill_role(stage->queue_fill);
	char a[SHOW_SIZE], text[SHOW_SIZE + 8];

	canvas_text(cv, y + 1, x + 1, width - 1, ROLE_TEXT, show_rate(a, s->stages[to - 1].rows_per_s));
	canvas_line(cv, y + 2, x, width - 1, role, stage->queue_fill > 0.5 ? 0x2550 : 0x2500);
	canvas_glyph(cv, y + 2, x + width - 1, role, 0x25b6);
	snprintf(text, sizeof(text), "q %s", show_percent(a, stage->queue_fill));
	canvas_text(cv, y + 3, x + 1, width - 1, role, text);
	if (stage->queue_fill > 0.5)
		canvas_text(cv, y + 4, x + 1, width - 1, role, "HIGH");
}

/* A word in its role, two blanks behind it. Half a figure would be a wrong one: what does not fit is left out. */
static int word(struct canvas *cv, struct area at, int x, enum role role, const char *label, const char *value)
{
	int start = x, need = canvas_width(cv, label, strlen(label)) + canvas_width(cv, value, strlen(value));

	if (x + need > at.x + at.width)
		return 0;
	x += canvas_text(cv, at.y, x, at.x + at.width - x, ROLE_DIM, label);
	x += canvas_text(cv, at.y, x, at.x + at.width - x, role, value);
	return x + 2 - start;
}

static void draw_capture_title(const struct status *s, struct canvas *cv, struct area at)
{
	char a[SHOW_SIZE], text[300];
	int x = at.x;

	x += word(cv, at, x, ROLE_TITLE, "", "capture");
	x += word(cv, at, x, show_state_role(s->capture.state), "", half_state_name(s->capture.state));
	x += word(cv, at, x, ROLE_TEXT, "", s->capture.server);
	x += word(cv, at, x, show_lag_role(s->capture.lag_ms), "lag ", show_ms(a, s->capture.lag_ms));
	x += word(cv, at, x, ROLE_TEXT, "behind ", show_bytes(a, s->capture.behind_bytes));
	if (view_reading_title(s, text, sizeof(text))) {
		x += word(cv, at, x, ROLE_WARN, "snapshot ", text);
		for (size_t i = 0; i < s->nreadings; i++)
			if (strcmp(s->readings[i].state, "running") == 0)
				x += word(cv, at, x, ROLE_WARN, "", s->readings[i].name);
	} else {
		snprintf(text, sizeof(text), "%s:%llu", s->capture.file, (unsigned long long)s->capture.pos);
		word(cv, at, x, ROLE_TEXT, "at ", text);
	}
}

static void draw_load_title(const struct status *s, struct canvas *cv, struct area at)
{
	char a[SHOW_SIZE], rows[SHOW_SIZE + 8];
	int x = at.x;

	snprintf(rows, sizeof(rows), s->load.lag_rows < 0 ? "%s" : "%s rows", show_exact(a, s->load.lag_rows));
	x += word(cv, at, x, ROLE_TITLE, "", "load");
	x += word(cv, at, x, show_state_role(s->load.state), "", half_state_name(s->load.state));
	x += word(cv, at, x, show_lag_role(s->load.lag_ms), "lag ", show_ms(a, s->load.lag_ms));
	x += word(cv, at, x, ROLE_TEXT, "behind ", rows);
	x += word(cv, at, x, ROLE_TEXT, "loads ", show_exact(a, (int64_t)s->load.loads));
	if (at.x + at.width - x >= TARGET_LEAST)
		canvas_text(cv, at.y, x, at.x + at.width - x, ROLE_TEXT, s->load.target);
}

static void draw_boxes(const struct grid *g, const struct status *s, bool load, struct canvas *cv, struct area at)
{
	size_t first = s->nstages, n = 0;
	int width, x = at.x;

	for (size_t i = 0; i < s->nstages; i++) {
		if (s->stages[i].load_half != load)
			continue;
		if (n++ == 0)
			first = i;
	}
	if (n == 0)
		return;
	width = (at.width - (int)(n - 1) * EDGE_WIDTH) / (int)n;
	width = width > BOX_MAX ? BOX_MAX : width;
	for (size_t i = first; i < first + n; i++) {
		if (i > first) {
			draw_edge(s, i, cv, at.y, x, EDGE_WIDTH);
			x += EDGE_WIDTH;
		}
		draw_box(g, s, i, cv, at.y, x, width);
		x += width;
	}
}

static void draw_half(const struct grid *g, const struct status *s, bool load, struct canvas *cv, struct area at)
{
	bool enabled = load ? s->load.enabled : s->capture.enabled;
	const struct status_trouble *trouble = load ? &s->load.trouble : &s->capture.trouble;
	char tries[SHOW_TROUBLE];
	struct area title = { at.y, at.x, 1, at.width }, boxes = { at.y + 1, at.x, BOX_HEIGHT, at.width };

	if (!enabled) {
		canvas_printf(cv, at.y, at.x, at.width, ROLE_DIM, "%s: not part of this process (role %s)",
				load ? "load" : "capture", s->role);
		return;
	}
	if (load)
		draw_load_title(s, cv, title);
	else
		draw_capture_title(s, cv, title);
	draw_boxes(g, s, load, cv, boxes);
	if (trouble->error[0])
		canvas_printf(cv, at.y + BOX_HEIGHT, at.x + 2, at.width - 4, ROLE_CRIT, "%s%s%s", show_trouble(tries, trouble),
			      trouble->tries ? ": " : "", trouble->error);
}

/* The list form for screens on which boxes do not fit. */
static void draw_small(struct grid *g, const struct status *s, struct canvas *cv, struct area at)
{
	grid_draw(g, &view_stages_source, s, cv, at.y + 1, at.x, at.height - 1, at.width);
	if (s->bottleneck.stage[0])
		canvas_printf(cv, at.y, at.x + 1, at.width - 2, ROLE_CRIT, "slow: %s: %s", s->bottleneck.stage,
				s->bottleneck.why);
}

static void draw_events(const struct status *s, struct canvas *cv, struct area at)
{
	char when[SHOW_SIZE];
	size_t shown = at.height > 0 ? (size_t)at.height : 0, first;

	first = s->nevents > shown ? s->nevents - shown : 0;
	for (size_t i = first; i < s->nevents; i++) {
		const struct log_entry *event = &s->events[i];
		int y = at.y + (int)(i - first);

		canvas_text(cv, y, at.x, at.width, ROLE_DIM, show_clock(when, event->wall_us));
		canvas_text(cv, y, at.x + 9, 7, show_level_role(event->level), log_level_name(event->level));
		canvas_text(cv, y, at.x + 17, 8, ROLE_DIM, event->part);
		canvas_text(cv, y, at.x + 26, at.width - 26, show_level_role(event->level), event->msg);
	}
}

/* What holds up the flow, in up to two lines; returns how many. */
static int draw_reason(const struct status *s, struct canvas *cv, struct area at)
{
	char text[320];
	size_t len, first;

	if (s->capture.state == HALF_PAUSED || s->load.state == HALF_PAUSED) {
		canvas_printf(cv, at.y, at.x, at.width, ROLE_PAUSED,
				"%s is paused on request; p on one of its stages resumes it",
			s->capture.state == HALF_PAUSED ? "capture" : "load");
		return 1;
	}
	if (s->bottleneck.stage[0] == '\0') {
		static const char times[] = "p50, p99: from the commit, last minute";
		int used = canvas_printf(cv, at.y, at.x, at.width, ROLE_DIM, "log: %s; nothing is slow", s->log_kind);

		if (used + 2 + (int)sizeof(times) <= at.width)
			canvas_right(cv, at.y, at.x, at.width, ROLE_DIM, times);
		return 1;
	}
	len = (size_t)snprintf(text, sizeof(text), "slow: %s: %s", s->bottleneck.stage, s->bottleneck.why);
	first = canvas_fit(cv, text, len, at.width);
	for (size_t i = first; first < len && i > 0; i--) {
		if (text[i] == ' ') {		/* break between words */
			first = i;
			break;
		}
	}
	canvas_text_n(cv, at.y, at.x, at.width, ROLE_CRIT, text, first);
	if (first == len)
		return 1;
	canvas_text_n(cv, at.y + 1, at.x + 5, at.width - 5, ROLE_CRIT, text + first, len - first);
	return 2;
}

void view_topology_draw(struct grid *g, const struct status *s, struct canvas *cv, struct area at)
{
	struct area inner = { at.y, at.x + 1, HALF_HEIGHT, at.width - 2 };
	int y;

	if (at.height < 2 * HALF_HEIGHT + 2 || at.width < 78) {
		draw_small(g, s, cv, at);
		return;
	}
	draw_half(g, s, false, cv, inner);
	inner.y += HALF_HEIGHT;
	draw_half(g, s, true, cv, inner);
	y = inner.y + HALF_HEIGHT;
	y += draw_reason(s, cv, (struct area){ y, inner.x, 2, inner.width });
	canvas_line(cv, y, at.x, at.width, ROLE_BORDER, 0x2500);
	canvas_text(cv, y, at.x + 2, 20, ROLE_TITLE, " events ");
	draw_events(s, cv, (struct area){ y + 1, inner.x, at.y + at.height - y - 1, inner.width });
}
