/* screen.c - what actions do. */
#include "console/screen_parts.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "console/keys/request_line.h"
#include "console/widget/show.h"
#include "core/clock.h"
#include "core/text.h"

#define TOAST_US 6000000
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
	buf_init(&s->text, SCREEN_TEXT_MAX);
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

/* "pause", "resume", or NULL: the one that is of use. What is failed is resumed. */
static void action_hold(struct screen *s, const char *verb)
{
	const struct view *view = view_get(s->view);
	char line[sizeof(s->request)];
	const char *target;
	bool paused;
	size_t row;

	if (s->status == NULL || view->target == NULL || !grid_selected(&s->grids[s->view], &row))
		return;
	target = view->target(s->status, row, &paused);
	verb = verb ? verb : paused ? "resume" : "pause";
	paused = verb[0] == 'r';
	if (s->view != VIEW_SNAPSHOTS && screen_marked_ask(s, verb, "what"))
		return;
	if (s->view == VIEW_SNAPSHOTS)
		snprintf(line, sizeof(line), "snapshot action=%s", verb);
	else
		snprintf(line, sizeof(line), "%s \"what=%s\"", verb, target);
	screen_toast(s, ROLE_OK,
			paused ? "resuming %s"
					: s->view == VIEW_SNAPSHOTS
					? "pausing the %s: the stream goes on; p resumes it"
					: "pausing %s: nothing is lost, its lag grows until p resumes it",
			target);
	screen_request(s, line, false);
}

static void action_repair(struct screen *s)
{
	const struct view *view = view_get(s->view);
	const char *line;
	size_t row;

	if (s->status == NULL || view->repair == NULL || !grid_selected(&s->grids[s->view], &row))
		return;
	line = view->repair(s->status, row);
	if (line[0])
		screen_request(s, line, true);
	else
		screen_toast(s, ROLE_STATUS, "no request ends this problem; Enter says what does");
}

static void action_acknowledge(struct screen *s)
{
	const struct view *view = view_get(s->view);
	char line[sizeof(s->request)];
	size_t row;

	if (s->status == NULL || view->acknowledge == NULL || !grid_selected(&s->grids[s->view], &row))
		return;
	view->acknowledge(s->status, row, line, sizeof(line));
	screen_request(s, line, false);
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

bool screen_has_detail(const struct screen *s)
{
	const struct view *view = view_get(s->view);

	if (!screen_is_recorded(s))
		return false;
	return view->page ? view->page->detail != NULL : view->detail != NULL && s->status != NULL;
}

void screen_detail(const struct screen *s, size_t row, struct buf *out)
{
	const struct view *view = view_get(s->view);

	if (view->page)
		view->page->detail(s->pages[s->view], row, out);
	else
		view->detail(s->status, row, out);
}

/* The page that Enter opens on the row, if the view has one. */
static bool open_deeper(struct screen *s)
{
	const struct view *view = view_get(s->view);
	char subject[GRID_KEY + 100];
	size_t row;

	if (view->subject == NULL || s->status == NULL || s->past_shown || !grid_selected(&s->grids[s->view], &row))
		return false;
	view->subject(s->status, row, subject, sizeof(subject));
	if (subject[0])
		screen_page_open(s, view->opens, subject);
	return true;
}

/* A key of a list that the page of the line carries out. */
static void action_deeper(struct screen *s, enum action action)
{
	if (!screen_past_refuses(s) && open_deeper(s))
		screen_page_opened_by(s, action);
}

static void action_open(struct screen *s)
{
	size_t row;

	if (open_deeper(s))
		return;
	if (s->view == VIEW_OVERVIEW && s->status && s->status->nproblems == 0)
		screen_go(s, VIEW_STAGES); /* what is looked at when nothing is wrong */
	if (!grid_selected(&s->grids[s->view], &row))
		return;
	if (!screen_has_detail(s)) {
		screen_past_refuses(s);
		return;
	}
	buf_reset(&s->text);
	screen_detail(s, row, &s->text);
	snprintf(s->text_title, sizeof(s->text_title), "detail");
	s->text_top = 0;
	s->mode = MODE_TEXT;
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

void screen_copy(struct screen *s, const char *text, size_t len)
{
	buf_reset(&s->clip);
	buf_put(&s->clip, text, len);
	screen_toast(s, ROLE_OK, "%zu bytes are in the clipboard, if the terminal takes OSC 52", s->clip.len);
}

/* The row under the cursor, its cells with a tab between them; nothing in it acts in a terminal. */
static void action_copy(struct screen *s)
{
	const struct grid_source *source = view_get(s->view)->source;
	struct grid_text text;
	char line[4096];
	size_t row, len = 0;

	if (screen_of(s) == NULL || !grid_selected(&s->grids[s->view], &row))
		return;
	for (int i = 0; i < source->ncolumns && len < sizeof(line); i++) {
		source->cell(screen_of(s), row, i, &text);
		len += (size_t)snprintf(line + len, sizeof(line) - len, i ? "\t" : "%s", "");
		len += len < sizeof(line) ? text_escape(line + len, sizeof(line) - len, text.text, strlen(text.text))
					  : 0;
	}
	screen_copy(s, line, len < sizeof(line) ? len : sizeof(line) - 1);
}

/* What a page is about, as a subject of another one: its topic, else its table. "": neither */
static void page_subject(const struct screen *s, char *out, size_t size)
{
	const struct view_page *page = view_get(s->view)->page;
	struct view_under u = { .table = "" };

	if (page && page->under)
		page->under(s->pages[s->view], &u);
	snprintf(out, size, "%s", u.topic[0] ? u.topic : u.table);
}

static void action_messages(struct screen *s)
{
	const struct view *view = view_get(s->view);
	char topic[GRID_KEY];
	size_t row;

	if (view->page) {
		page_subject(s, topic, sizeof(topic));
		if (topic[0])
			screen_page_open(s, VIEW_MESSAGES, topic);
		else
			screen_toast(s, ROLE_STATUS, "it is of no table and no topic");
		return;
	}
	if (s->status == NULL || view->topic == NULL || !grid_selected(&s->grids[s->view], &row))
		return;
	if (screen_past_refuses(s))
		return;
	view->topic(s->status, row, topic, sizeof(topic));
	screen_page_open(s, VIEW_MESSAGES, topic);
}

/* Of the table under the cursor, else of all. */
static void action_dead(struct screen *s)
{
	char table[GRID_KEY] = "";
	size_t row;

	if (s->status && s->view == VIEW_TABLES && grid_selected(&s->grids[s->view], &row))
		snprintf(table, sizeof(table), "%s", s->status->tables[row].name);
	else if (view_get(s->view)->page)
		page_subject(s, table, sizeof(table));
	screen_page_open(s, VIEW_DEAD, table);
}

/* The key is asked for; on a message it is that message's. */
static void action_trace(struct screen *s)
{
	const struct view *view = view_get(s->view);
	size_t row;

	if (s->status == NULL || view->topic == NULL || !grid_selected(&s->grids[s->view], &row))
		return;
	if (screen_past_refuses(s))
		return;
	view->topic(s->status, row, s->traced, sizeof(s->traced));
	s->mode = MODE_PROMPT;
	s->prompt = PROMPT_TRACE;
	snprintf(s->prompt_label, sizeof(s->prompt_label), "trace the row with key (4711, id=4711, \"a=1 b=2\"): ");
	s->input[0] = '\0';
}

void screen_trace(struct screen *s, const char *key)
{
	char line[sizeof(s->request)] = "trace";

	request_line_add(line, sizeof(line), "table", s->traced);
	request_line_add(line, sizeof(line), "key", key);
	screen_request(s, line, true);
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

	if (screen_page_act(s, action))
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
	case ACTION_OPEN: action_open(s); break;
	case ACTION_MESSAGES: action_messages(s); break;
	case ACTION_DEAD: action_dead(s); break;
	case ACTION_STAGES: screen_go(s, VIEW_STAGES); break;
	case ACTION_SEARCH: action_search(s); break;
	case ACTION_NEXT: screen_search(s, 1); break;
	case ACTION_PREVIOUS: screen_search(s, -1); break;
	case ACTION_TRACE: action_trace(s); break;
	case ACTION_PAST_BACK: screen_past_step(s, true); break;
	case ACTION_PAST_ON: screen_past_step(s, false); break;
	case ACTION_PAST: screen_past_prompt(s); break;
	case ACTION_COPY: action_copy(s); break;
	case ACTION_BACK: action_back(s); break;
	case ACTION_FILTER: action_filter(s); break;
	case ACTION_SORT: action_sort(s, 1); break;
	case ACTION_SORT_BACK: action_sort(s, -1); break;
	case ACTION_INVERT: action_sort(s, 0); break;
	case ACTION_FREEZE:
		s->frozen = !s->frozen;
		s->frozen_us = clock_mono_us();
		break;
	case ACTION_PAUSE_RESUME: action_hold(s, NULL); break;
	case ACTION_PAUSE: action_hold(s, "pause"); break;
	case ACTION_RESUME: action_hold(s, "resume"); break;
	case ACTION_MARK:
		if (screen_of(s))
			grid_mark(&s->grids[s->view], view_get(s->view)->source, screen_of(s));
		break;
	case ACTION_UNMARK: grid_unmark(&s->grids[s->view]); break;
	case ACTION_LEFT:
	case ACTION_RIGHT:
		if (screen_of(s))
			grid_shift(&s->grids[s->view], view_get(s->view)->source, action == ACTION_LEFT ? -1 : 1);
		break;
	case ACTION_REPAIR: action_repair(s); break;
	case ACTION_ACKNOWLEDGE: action_acknowledge(s); break;
	case ACTION_COMMAND:
		s->mode = MODE_COMMAND;
		s->input[0] = '\0';
		break;
	case ACTION_APPLY:
	case ACTION_ROLL_BACK:
	case ACTION_VERSIONS:
	case ACTION_DIFFERENCE: action_deeper(s, action); break;
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
