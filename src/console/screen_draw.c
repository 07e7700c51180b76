/*
 * screen_draw.c - puts the parts of a screen in their places: header, tabs, the view, status line, hint bar, and on top
 * a dialog or an overlay. Below 80x24 parts go, the hint bar last; below 40x10 there is one line that says so.
 */
#include <stdio.h>
#include <string.h>

#include "console/screen_parts.h"
#include "console/widget/rule.h"
#include "console/widget/show.h"
#include "console/widget/wrap.h"
#include "core/clock.h"

#define LEAST_ROWS 10
#define LEAST_COLS 40
#define TABS_WIDE 120
#define DIALOG_LEAST 3
#define PANE_MAX (64 << 10)

enum { SPLIT_COLS = 160, SPLIT_BELOW_COLS = 120, SPLIT_BELOW_ROWS = 30 };

/* The verdict: nothing is loud when all is well. */
static int draw_verdict(const struct status *st, struct canvas *cv, int x)
{
	unsigned errors = 0, known = 0;

	for (size_t i = 0; i < st->nproblems; i++) {
		errors += st->problems[i].severity == PROBLEM_ERROR && st->problems[i].by[0] == '\0';
		known += st->problems[i].by[0] != '\0';
	}
	if (st->nproblems > known)
		return canvas_printf(cv, 0, x, cv->cols - x, errors ? ROLE_CRIT : ROLE_WARN, "%zu PROBLEM%s",
				st->nproblems - known, st->nproblems - known == 1 ? "" : "S");
	return canvas_text(cv, 0, x, cv->cols - x, show_state_role(st->state), half_state_name(st->state));
}

/* Up to when the target has everything. */
static int draw_complete(const struct status *st, struct canvas *cv, int x, int end)
{
	char at[SHOW_SIZE], age[SHOW_SIZE];
	int64_t ms = (st->wall_us - st->complete_us) / 1000;

	if (st->complete_us < 0)
		return canvas_text(cv, 0, x, end - x, ROLE_DIM, "complete to -");
	return canvas_printf(cv, 0, x, end - x, show_complete_role(st), "complete to %s (%s)",
			show_clock(at, st->complete_us), show_since(age, ms));
}

static void draw_header(const struct screen *s, struct canvas *cv)
{
	const struct status *st = s->status;
	char text[SHOW_SIZE];
	int x = 1, end = cv->cols - 18;

	if (st == NULL) {
		x += canvas_text(cv, 0, x, cv->cols - x, ROLE_TITLE, "millrace") + 2;
		canvas_printf(cv, 0, x, cv->cols - x, ROLE_DIM, "waiting for the engine (%s)", s->where);
		return;
	}
	x += canvas_text(cv, 0, x, end - x, ROLE_TITLE, st->name) + 2;
	if (s->read_only)
		x += canvas_text(cv, 0, x, end - x, ROLE_PAUSED, "READ-ONLY") + 2;
	if (s->past_shown)
		x += canvas_text(cv, 0, x, end - x, ROLE_TAB_CURRENT, " REPLAY ") + 2;
	if (s->stale && !s->past_shown)
		x += canvas_printf(cv, 0, x, end - x, ROLE_CRIT, "STALE for %s",
				     show_age(text, (clock_mono_us() - s->stale_us) / 1000000)) +
				2;
	else
		x += draw_verdict(st, cv, x) + 2;
	if (st->draining)
		x += canvas_text(cv, 0, x, end - x, ROLE_WARN, "DRAINING") + 2;
	if (s->frozen)
		x += canvas_printf(cv, 0, x, end - x, ROLE_PAUSED, "FROZEN for %s",
				     show_age(text, (clock_mono_us() - s->frozen_us) / 1000000)) +
				2;
	if (st->load.enabled && st->capture.enabled && end - x > 26)
		x += draw_complete(st, cv, x, end) + 2;
	if (end - x > 12)
		x += canvas_printf(cv, 0, x, end - x, ROLE_DIM, "up %s", show_age(text, st->uptime_s)) + 2;
	if (end - x > 20)
		canvas_printf(cv, 0, x, end - x, ROLE_DIM, "%s", s->where);
	canvas_text(cv, 0, cv->cols - 16, 8, ROLE_TEXT, show_clock(text, st->wall_us));
	canvas_text(cv, 0, cv->cols - 7, 7, ROLE_KEY, "? help");
}

/* "5 Tables > Dead letters > shop.orders": where it was opened from. */
static int draw_crumbs(const struct screen *s, struct canvas *cv, int y, int x)
{
	char title[300];

	for (int i = 0; i < s->depth; i++) {
		const struct view *view = view_get(s->stack[i]);

		title[0] = '\0';
		if (screen_has_tab(s->stack[i]))
			snprintf(title, sizeof(title), "%c %s", keymap_of_view(s->stack[i]), view->name);
		else if (view->page && view->page->title)
			view->page->title(s->pages[s->stack[i]], title, sizeof(title));
		x += canvas_printf(cv, y, x, cv->cols / 2 - x, ROLE_DIM, "%s", title[0] ? title : view->name);
		x += canvas_text(cv, y, x, 4, ROLE_DIM, " > ");
	}
	return x;
}

/* As much of its name as there is room for: all have a key. The one that is shown has its whole name. */
static int draw_tab(struct canvas *cv, int y, int x, enum view_id id, bool shown)
{
	const struct view *view = view_get(id);
	bool wide = cv->cols >= TABS_WIDE;
	const char *names[] = { wide || shown || view->brief == NULL ? view->name : view->brief, view->brief, "" };
	size_t n = 0;

	while (n < 2 && (names[n] == NULL || x + (int)strlen(names[n]) + (wide ? 4 : 2) > cv->cols))
		n++;
	if (n == 2 && x + 1 > cv->cols)
		return 0;
	return canvas_printf(cv, y, x, cv->cols - x, shown ? ROLE_TAB_CURRENT : ROLE_TAB,
			       n == 2		      ? "%c%s"
					       : wide ? " %c %s "
						      : "%c %s",
			       keymap_of_view(id), names[n]) +
			(wide && n < 2 ? 0 : 1);
}

static void draw_tabs(struct screen *s, struct canvas *cv, int y)
{
	const struct view_page *page = view_get(s->view)->page;
	char title[900];
	int x = 1;

	title[0] = '\0';
	memset(s->tab_end, 0, sizeof(s->tab_end));
	if (page && page->title)
		page->title(s->pages[s->view], title, sizeof(title));
	else if (!screen_has_tab(s->view))
		snprintf(title, sizeof(title), "%s", view_get(s->view)->name);
	if (title[0]) {
		x = screen_has_tab(s->view) ? x : draw_crumbs(s, cv, y, x);
		canvas_text(cv, y, x, cv->cols - x - 1, ROLE_TITLE, title);
		return;
	}
	for (int i = 0; i < VIEW_TABS; i++) {
		x += draw_tab(cv, y, x, (enum view_id)i, (enum view_id)i == s->view);
		s->tab_end[i] = x;
	}
}

static void draw_position(const struct screen *s, struct canvas *cv, int y)
{
	const struct view_page *page = view_get(s->view)->page;
	const struct grid *g = &s->grids[s->view];
	char text[300], marked[40] = "", of[32] = "";
	size_t all = screen_all_rows(s);

	if (s->mode == MODE_MENU)
		return; /* that of the list, which the menu hides */
	if ((page ? page->text : s->status == NULL) || !screen_is_recorded(s) || (g->total == 0 && !g->filter[0]))
		return;
	if (g->nmarks)
		snprintf(marked, sizeof(marked), "%zu marked  ", g->nmarks);
	if (page == NULL && g->total < all)
		snprintf(of, sizeof(of), " of %zu", all);
	snprintf(text, sizeof(text), "%s%s%s%s%zu/%zu%s", marked, g->filter[0] ? "</" : "", g->filter,
			g->filter[0] ? "> " : "", g->count ? g->cursor + 1 : 0, g->count, of);
	canvas_right(cv, y, cv->cols / 2, cv->cols - cv->cols / 2 - 1, ROLE_STATUS, text);
}

/* On the list of tables the status line tells what is wrong with the selected one. */
static const char *selected_error(const struct screen *s)
{
	size_t row;

	if (s->status == NULL || s->view != VIEW_TABLES || !grid_selected(&s->grids[s->view], &row))
		return "";
	return show_after(s->status->tables[row].error, s->status->tables[row].name);
}

static void draw_status(const struct screen *s, struct canvas *cv, int y)
{
	if (s->mode == MODE_FILTER || s->mode == MODE_COMMAND || s->mode == MODE_SEARCH || s->mode == MODE_PROMPT) {
		const char *label = s->mode == MODE_FILTER ? "filter: "
				: s->mode == MODE_SEARCH   ? "/"
				: s->mode == MODE_PROMPT   ? s->prompt_label
							   : ":";
		int x = 1 + canvas_text(cv, y, 1, cv->cols - 2, ROLE_PROMPT, label);

		x += canvas_text(cv, y, x, cv->cols - x - 2, ROLE_TEXT, s->input);
		canvas_text(cv, y, x, 1, ROLE_CURSOR, " ");
		return;
	}
	if (s->past_shown && clock_mono_us() >= s->toast_until_us) {
		screen_past_bar(s, cv, y);
		return;
	}
	draw_position(s, cv, y);
	if (s->stale)
		canvas_text(cv, y, 1, cv->cols - 20, ROLE_STATUS_ERROR, s->trouble);
	else if (clock_mono_us() < s->toast_until_us)
		canvas_text(cv, y, 1, cv->cols - 14, s->toast_role, s->toast);
	else
		canvas_text(cv, y, 1, cv->cols - 14, ROLE_STATUS_ERROR, selected_error(s));
}

static int draw_hint(struct canvas *cv, int y, int x, const char *key, const char *what)
{
	int start = x;

	if (x + (int)strlen(key) + (int)strlen(what) + 1 > cv->cols)
		return 0;
	x += canvas_text(cv, y, x, cv->cols - x, ROLE_KEY, key) + 1;
	x += canvas_text(cv, y, x, cv->cols - x, ROLE_HINT, what) + 2;
	return x - start;
}

/* A key that does nothing here is not in the bar; help has it. */
static bool hint_applies(const struct screen *s, enum action action)
{
	const struct view *view = view_get(s->view);
	struct view_under u = { .table = "" };

	if (s->past_shown && keymap_kind(action) & KEY_OF_NOW)
		return false;
	if (view->page && view->page->does && !view->page->does(s->pages[s->view], action))
		return false;
	if (view->page && view->page->under)
		view->page->under(s->pages[s->view], &u);
	switch (action) {
	case ACTION_PAUSE_RESUME: return view->target != NULL;
	case ACTION_REPAIR:
		return view->page ? u.problem[0] == '\0' || u.request[0] : s->status && s->status->nproblems > 0;
	case ACTION_ACKNOWLEDGE: return view->page ? u.by[0] == '\0' : s->status && s->status->nproblems > 0;
	case ACTION_MESSAGES: return view->page == NULL || u.table[0] || u.topic[0];
	default: return true;
	}
}

static void draw_hints(const struct screen *s, struct canvas *cv, int y)
{
	const struct view *view = view_get(s->view);
	size_t count;
	const struct key_binding *binding = keymap_table(&count);
	int x = 1;

	if (s->mode == MODE_TEXT) {
		x += draw_hint(cv, y, x, "Esc", "close");
		draw_hint(cv, y, x, "j k", "scroll");
		return;
	}
	if (s->mode != MODE_LIST) {
		x += draw_hint(cv, y, x,
				s->mode == MODE_DIALOG && s->dialog.word[0] == '\0'
						? (char[2]){ (char)s->dialog.yes, 0 }
						: "Enter",
				"do it");
		draw_hint(cv, y, x, "Esc", "cancel");
		return;
	}
	for (; count; count--, binding++) {
		char first[16];

		if (binding->hint == NULL || !(binding->scope & view->scope) || !hint_applies(s, binding->action))
			continue;
		snprintf(first, sizeof(first), "%.*s", (int)strcspn(binding->label, " "), binding->label);
		x += draw_hint(cv, y, x, first, binding->hint);
	}
}

static void draw_text(struct screen *s, struct canvas *cv, struct area at)
{
	struct area inner = { at.y + 1, at.x + 2, at.height - 2, at.width - 4 };
	const char *text = s->text.data ? s->text.data : "";
	int lines;

	canvas_fill(cv, at.y, at.x, at.height, at.width, ROLE_TEXT);
	canvas_box(cv, at.y, at.x, at.height, at.width, ROLE_BORDER);
	canvas_printf(cv, at.y, at.x + 2, at.width - 4, ROLE_TITLE, " %s ", s->text_title);
	s->text_rows = inner.height;
	lines = wrap_draw(cv, text, s->text.len, inner.y, inner.x, inner.height, inner.width, INT32_MAX / 2, ROLE_TEXT);
	if (s->text_top > lines - inner.height)
		s->text_top = lines > inner.height ? lines - inner.height : 0;
	wrap_draw(cv, text, s->text.len, inner.y, inner.x, inner.height, inner.width, s->text_top, ROLE_TEXT);
	if (lines > inner.height)
		canvas_printf(cv, at.y + at.height - 1, at.x + 2, at.width - 4, ROLE_DIM, " %d of %d ",
				s->text_top + inner.height, lines);
}

/* Lines that its text takes, of those that there are. */
static int dialog_lines(const struct screen *s, struct canvas *cv, int width)
{
	int lines = wrap_draw(cv, s->dialog.text, strlen(s->dialog.text), 0, 0, 0, width, INT32_MAX / 2, ROLE_DIALOG);

	return lines < DIALOG_LEAST ? DIALOG_LEAST : lines > cv->rows - 6 ? cv->rows - 6 : lines;
}

static void draw_dialog(const struct screen *s, struct canvas *cv)
{
	int width = cv->cols < 64 ? cv->cols - 4 : 60, lines = dialog_lines(s, cv, width - 4), height = lines + 4;
	struct area at = { (cv->rows - height) / 2, (cv->cols - width) / 2, height, width };
	struct area inner = { at.y + 1, at.x + 2, lines, width - 4 };
	enum role frame = s->dialog.word[0] || s->dialog.leaves ? ROLE_DIALOG_DANGER : ROLE_TITLE;

	canvas_fill(cv, at.y, at.x, height, width, ROLE_DIALOG);
	canvas_box(cv, at.y, at.x, height, width, frame);
	canvas_printf(cv, at.y, at.x + 2, width - 4, frame, " %s ", s->dialog.title);
	wrap_draw(cv, s->dialog.text, strlen(s->dialog.text), inner.y, inner.x, inner.height, inner.width, 0,
			ROLE_DIALOG);
	if (s->dialog.word[0]) {
		canvas_printf(cv, at.y + height - 3, at.x + 2, width - 4, ROLE_KEY,
				"type %s and Enter   [Esc] no, go back", s->dialog.word);
		canvas_printf(cv, at.y + height - 2, at.x + 2, width - 4, ROLE_PROMPT, "> %s", s->input);
		return;
	}
	canvas_printf(cv, at.y + height - 2, at.x + 2, width - 4, ROLE_KEY, "[%c] %s   [Esc] no, go back",
			(char)s->dialog.yes, s->dialog.leaves ? "stop and leave   [l] leave it running" : "yes");
}

static void draw_list(struct screen *s, struct canvas *cv, struct area at)
{
	const struct view *view = view_get(s->view);
	static const struct status nothing;
	const struct status *st = s->status ? s->status : &nothing;

	s->list_rows = at.height > 2 ? at.height - 1 : 1;
	s->grids[s->view].drawn = 0;
	if (s->status == NULL && view->page == NULL && s->view == VIEW_HELP)
		grid_update(&s->grids[s->view], view->source, st);
	if (!screen_is_recorded(s))
		canvas_printf(cv, at.y + 1, at.x + 2, at.width - 4, ROLE_TEXT,
				"%s: not recorded, there is only what it is now. Esc goes back to now.", view->name);
	else if (view->page)
		view->page->draw(s->pages[s->view], &s->grids[s->view], cv, at);
	else if (view->draw)
		view->draw(&s->grids[s->view], st, cv, at);
	else
		grid_draw(&s->grids[s->view], view->source, st, cv, at.y, at.x, at.height, at.width);
}

/* A large screen shows the selected row's detail beside the list, or below it. at: what is left for the list */
static struct area split(const struct screen *s, struct area *at)
{
	struct area pane = *at;
	size_t row;

	if (s->whole || s->view == VIEW_OVERVIEW || !screen_has_detail(s) || !grid_selected(&s->grids[s->view], &row))
		return (struct area){ 0 };
	if (at->width >= SPLIT_COLS) {
		at->width = at->width * 3 / 5;
		pane.x += at->width + 1;
		pane.width -= at->width + 1;
	} else if (at->width >= SPLIT_BELOW_COLS && at->height >= SPLIT_BELOW_ROWS) {
		at->height = at->height * 2 / 3;
		pane.y += at->height;
		pane.height -= at->height;
	} else {
		return (struct area){ 0 };
	}
	return pane;
}

static void draw_pane(struct screen *s, struct canvas *cv, struct area at)
{
	struct buf text;
	size_t row;

	if (at.width == 0 || !grid_selected(&s->grids[s->view], &row))
		return;
	buf_init(&text, PANE_MAX);
	screen_detail(s, row, &text);
	rule_draw(cv, at.y, at.x, at.width, "the selected line",
			s->view == VIEW_TOPICS ? "Enter: messages" : "Enter: whole");
	wrap_draw(cv, text.data ? text.data : "", text.len, at.y + 1, at.x + 1, at.height - 1, at.width - 2, 0,
			ROLE_TEXT);
	buf_done(&text);
}

static void draw_view(struct screen *s, struct canvas *cv, struct area at)
{
	const struct view_page *page = view_get(s->view)->page;
	struct area whole = at, pane;

	if (s->status == NULL && s->view != VIEW_HELP && page == NULL) {
		canvas_text(cv, at.y + 1, at.x + 2, at.width - 4, ROLE_DIM,
				s->trouble[0] ? s->trouble : "connecting...");
		return;
	}
	pane = split(s, &at);
	s->panes = pane.width > 0;
	draw_list(s, cv, at);
	draw_pane(s, cv, pane);
	if (s->stale && !s->past_shown && s->view != VIEW_HELP && (screen_has_tab(s->view) || page == NULL))
		canvas_over(cv, whole.y, whole.x, whole.height, whole.width, OVER_STALE);
}

static void draw_too_small(const struct screen *s, struct canvas *cv)
{
	char lag[SHOW_SIZE];

	canvas_printf(cv, 0, 0, cv->cols, ROLE_WARN, "%s lag %s",
			s->status ? half_state_name(s->status->state) : "waiting",
			show_ms(lag, s->status ? s->status->load.lag_ms : -1));
	canvas_printf(cv, 1, 0, cv->cols, ROLE_TEXT, "%dx%d: need %dx%d", cv->cols, cv->rows, LEAST_COLS, LEAST_ROWS);
}

void screen_draw(struct screen *s, struct canvas *cv)
{
	struct area body = { 2, 0, cv->rows - 4, cv->cols };

	canvas_clear(cv);
	if (cv->rows < LEAST_ROWS || cv->cols < LEAST_COLS) {
		draw_too_small(s, cv);
		return;
	}
	draw_header(s, cv);
	draw_tabs(s, cv, 1);
	draw_view(s, cv, body);
	draw_status(s, cv, cv->rows - 2);
	draw_hints(s, cv, cv->rows - 1);
	if (s->mode == MODE_TEXT)
		draw_text(s, cv, (struct area){ body.y, 0, body.height, body.width });
	if (s->mode == MODE_MENU)
		screen_menu_draw(s, cv, (struct area){ body.y, 0, body.height, body.width });
	if (s->mode == MODE_DIALOG)
		draw_dialog(s, cv);
}
