/* screen.c - what actions do; those that are about the line under the cursor are in screen_line.c. */
#include "console/screen_parts.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "core/clock.h"

#define TOAST_US 6000000
#define OLD_US 3500000
#define CLIP_MAX (256 << 10)
#define BATCH_MAX (GRID_MARKS * 2400)

void screen_init(struct screen *s, bool in_process, const char *where, const struct engine_request_doc *docs)
{
	memset(s, 0, sizeof(*s));
	s->in_process = in_process;
	s->docs = docs;
	status_init(&s->past);
	snprintf(s->where, sizeof(s->where), "%s", where);
	for (int i = 0; i < VIEW_COUNT; i++)
		grid_init(&s->grids[i], view_get((enum view_id)i)->sort);
	menu_init(&s->menu);
	buf_init(&s->text, SCREEN_TEXT_MAX + SCREEN_CUT_ROOM);
	buf_init(&s->clip, CLIP_MAX);
	buf_init(&s->edit_text, CLIP_MAX);
	buf_init(&s->batch, BATCH_MAX);
	s->list_rows = s->text_rows = 10;
}

void screen_done(struct screen *s)
{
	for (int i = 0; i < VIEW_COUNT; i++)
		grid_done(&s->grids[i]);
	screen_pages_done(s);
	menu_done(&s->menu);
	status_done(&s->past);
	buf_done(&s->text);
	buf_done(&s->clip);
	buf_done(&s->edit_text);
	buf_done(&s->batch);
}

void screen_refresh(struct screen *s)
{
	const struct view *view = view_get(s->view);

	if (view->page) {
		screen_page_refresh(s);
	} else if (s->status) {
		s->grids[s->view].partial = screen_all_rows(s) > view->source->count(s->status);
		grid_update(&s->grids[s->view], view->source, s->status);
	}
}

void screen_status(struct screen *s, const struct status *fresh, const char *trouble)
{
	s->stale = trouble != NULL;
	snprintf(s->trouble, sizeof(s->trouble), "%s", trouble ? trouble : "");
	if (fresh) {
		s->live = fresh;
		s->status = s->past_shown ? &s->past : fresh;
		s->stale_us = clock_mono_us();
		if (!s->past_shown)
			screen_page_status(s);
	}
	screen_refresh(s);
}

int64_t screen_old_in(const struct screen *s)
{
	int64_t left_us = s->stale_us + OLD_US - clock_mono_us();

	return s->live == NULL || s->stale || s->frozen ? -1 : left_us > 0 ? left_us : 0;
}

bool screen_look_at_age(struct screen *s)
{
	if (screen_old_in(s) != 0)
		return false;
	s->stale = true;
	snprintf(s->trouble, sizeof(s->trouble), "no answer from the process: it is stopped, or hangs");
	return true;
}

void screen_toast(struct screen *s, enum role role, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(s->toast, sizeof(s->toast), fmt, ap);
	va_end(ap);
	s->toast_role = role;
	s->toast_until_us = clock_mono_us() + TOAST_US;
}

/* ---- what actions do ---- */

void screen_go(struct screen *s, enum view_id view)
{
	const struct view_page *page = view_get(view)->page;

	if (page && screen_has_tab(view) && view != s->view)
		screen_page_open(s, view, "");
	else
		screen_show(s, view);
}

/* A view that is in the stack already is gone back to. */
static void push(struct screen *s, enum view_id to)
{
	for (int i = 0; i < s->depth; i++)
		if (s->stack[i] == to) {
			s->depth = i;
			return;
		}
	if (s->view == to)
		return;
	if (s->depth == SCREEN_DEEP) /* the tab stays */
		memmove(&s->stack[1], &s->stack[2], (size_t)(--s->depth - 1) * sizeof(s->stack[0]));
	s->stack[s->depth++] = s->view;
}

static void turn_to(struct screen *s, enum view_id view)
{
	if (view_get(s->view)->page && view != s->view) /* nobody looks any more */
		s->cancel |= 1 << LANE_LIST | 1 << LANE_DETAIL | 1 << LANE_LIST_BESIDE | 1 << LANE_DETAIL_BESIDE;
	s->view = view;
	if (view_get(view)->page)
		s->last_page = view;
	screen_refresh(s);
}

void screen_show(struct screen *s, enum view_id view)
{
	if (view == VIEW_HELP || !screen_has_tab(view))
		push(s, view);
	else
		s->depth = 0;
	turn_to(s, view);
}

void screen_back(struct screen *s)
{
	enum view_id to = s->depth ? s->stack[--s->depth] : VIEW_OVERVIEW;

	if (view_get(to)->page && screen_has_tab(to)) {
		screen_page_open(s, to, "");
		return;
	}
	turn_to(s, to);
	screen_page_again(s);
}

enum view_id screen_tab(const struct screen *s)
{
	return screen_has_tab(s->view) ? s->view : s->depth ? s->stack[0] : VIEW_OVERVIEW;
}

/* From help, and from a view that was opened from another one. */
static bool leave_view(struct screen *s)
{
	if (s->view != VIEW_HELP && screen_has_tab(s->view))
		return false;
	screen_back(s);
	return true;
}

void screen_quit(struct screen *s)
{
	if (screen_past_leave(s)) {
		screen_refresh(s);
		return;
	}
	if (leave_view(s))
		return;
	if (!s->in_process) {
		s->wish = WISH_LEAVE; /* detached: the engine goes on */
		return;
	}
	screen_dialog_open(s, 's', "Quit");
	s->dialog.leaves = true;
	snprintf(s->dialog.text, sizeof(s->dialog.text),
			"The engine runs in this process. s stops it after what it holds is written; l leaves it running without a screen, and "
			"`millrace attach` opens the console on it again.");
}

static void action_back(struct screen *s)
{
	struct grid *g = &s->grids[s->view];

	s->toast_until_us = 0;
	if (screen_past_leave(s))
		screen_toast(s, ROLE_STATUS, "this is now again");
	else if (g->nmarks)
		grid_unmark(g);
	else if (g->filter[0])
		g->filter[0] = '\0';
	else
		leave_view(s);
	screen_refresh(s);
}

static void action_search(struct screen *s)
{
	s->mode = MODE_SEARCH;
	s->input[0] = '\0';
}

void screen_search(struct screen *s, int step)
{
	if (s->search[0] == '\0')
		screen_toast(s, ROLE_STATUS, "/ searches; then n and N go on");
	else if (screen_of(s) == NULL ||
			!grid_find(&s->grids[s->view], view_get(s->view)->source, screen_of(s), s->search, step))
		screen_toast(s, ROLE_STATUS, "no line has '%s'", s->search);
}

static void action_filter(struct screen *s)
{
	struct grid *g = &s->grids[s->view];

	s->mode = MODE_FILTER;
	snprintf(s->filter_before, sizeof(s->filter_before), "%s", g->filter);
	snprintf(s->input, sizeof(s->input), "%s", g->filter);
}

static void action_sort(struct screen *s, int step)
{
	struct grid *g = &s->grids[s->view];
	const struct grid_source *source = view_get(s->view)->source;

	if (step == 0) {
		g->inverted = !g->inverted;
	} else {
		g->sort = (g->sort + step + source->ncolumns) % source->ncolumns;
		g->inverted = false;
	}
	screen_refresh(s);
	if (g->sort >= 0)
		screen_toast(s, ROLE_STATUS, "sorted by %s%s", source->columns[g->sort].title,
				g->inverted ? ", turned round" : "");
}

static void action_save(struct screen *s)
{
	const struct view *view = view_get(s->view);

	if (view->save == NULL || screen_of(s) == NULL)
		return;
	s->mode = MODE_PROMPT;
	s->prompt = PROMPT_SAVE_LIST;
	snprintf(s->prompt_label, sizeof(s->prompt_label), "save the lines that f leaves to (.jsonl, .txt): ");
	snprintf(s->input, sizeof(s->input), "%s.jsonl", view->name);
}

/* The pane of the selected line goes, or comes back. */
static void action_whole(struct screen *s)
{
	if (s->whole || s->panes)
		s->whole = !s->whole;
	else
		screen_toast(s, ROLE_STATUS, "there is one pane; a screen of 120x40 or 160 columns has two");
}

long screen_move_of(enum action action, int rows)
{
	switch (action) {
	case ACTION_UP: return -1;
	case ACTION_DOWN: return 1;
	case ACTION_PAGE_UP: return -rows;
	case ACTION_PAGE_DOWN: return rows;
	case ACTION_HALF_UP: return -(rows + 1) / 2;
	case ACTION_HALF_DOWN: return (rows + 1) / 2;
	case ACTION_FIRST: return LONG_MIN;
	case ACTION_LAST: return LONG_MAX;
	default: return 0;
	}
}

void screen_act(struct screen *s, enum action action)
{
	long by = screen_move_of(action, s->list_rows);

	if (screen_page_act(s, action) || screen_line_act(s, action))
		return;
	if (by) {
		if (screen_of(s))
			grid_move(&s->grids[s->view], view_get(s->view)->source, screen_of(s), by);
		return;
	}
	if (action >= ACTION_GO) {
		screen_go(s, (enum view_id)(action - ACTION_GO));
		return;
	}
	switch (action) {
	case ACTION_NEXT_VIEW: screen_go(s, (screen_tab(s) + 1) % VIEW_TABS); break;
	case ACTION_PREVIOUS_VIEW: screen_go(s, (screen_tab(s) + VIEW_TABS - 1) % VIEW_TABS); break;
	case ACTION_STAGES: screen_go(s, VIEW_STAGES); break;
	case ACTION_SEARCH: action_search(s); break;
	case ACTION_NEXT: screen_search(s, 1); break;
	case ACTION_PREVIOUS: screen_search(s, -1); break;
	case ACTION_PAST_BACK: screen_past_step(s, true); break;
	case ACTION_PAST_ON: screen_past_step(s, false); break;
	case ACTION_PAST: screen_past_prompt(s); break;
	case ACTION_BACK: action_back(s); break;
	case ACTION_FILTER: action_filter(s); break;
	case ACTION_SORT: action_sort(s, 1); break;
	case ACTION_SORT_BACK: action_sort(s, -1); break;
	case ACTION_INVERT: action_sort(s, 0); break;
	case ACTION_FREEZE:
		s->frozen = !s->frozen;
		s->frozen_us = s->stale_us = clock_mono_us();
		break;
	case ACTION_MARK:
		if (screen_of(s))
			grid_mark(&s->grids[s->view], view_get(s->view)->source, screen_of(s));
		break;
	case ACTION_MARK_RANGE:
		if (screen_of(s) && !grid_mark_range(&s->grids[s->view], view_get(s->view)->source, screen_of(s)))
			screen_toast(s, ROLE_WARN, "%d lines are marked; there are no more marks", GRID_MARKS);
		break;
	case ACTION_SAVE: action_save(s); break;
	case ACTION_WHOLE: action_whole(s); break;
	case ACTION_COLUMNS: screen_columns_open(s); break;
	case ACTION_UNMARK: grid_unmark(&s->grids[s->view]); break;
	case ACTION_LEFT:
	case ACTION_RIGHT:
		if (screen_of(s))
			grid_shift(&s->grids[s->view], view_get(s->view)->source, action == ACTION_LEFT ? -1 : 1);
		break;
	case ACTION_COMMAND:
		s->mode = MODE_COMMAND;
		s->input[0] = '\0';
		break;
	case ACTION_MENU: screen_menu_open(s); break;
	case ACTION_REPAINT: s->wish = WISH_REPAINT; break;
	case ACTION_QUIT: screen_quit(s); break;
	case ACTION_INTERRUPT: screen_toast(s, ROLE_STATUS, "q leaves the console"); break;
	case ACTION_SUSPEND:
		if (s->in_process)
			screen_toast(s, ROLE_WARN,
					"not here: stopping this process would stop the engine; run it headless and attach");
		else
			s->wish = WISH_SUSPEND;
		break;
	default: break;
	}
}
