/*
 * screen.c - what keys do. Hard is that a key must never hit what it was not meant for: pasted text acts only in a
 * prompt, a dialog is deaf for a moment after it opened and never takes the key that opened it, and only `p` and the
 * command line change the engine.
 */
#include "console/screen.h"

#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "console/widget/show.h"
#include "core/clock.h"
#include "core/text.h"

#define TOAST_US 6000000
#define DEAF_US 300000
#define TEXT_MAX (256 << 10)	/* of an answer; more is cut, and said */

void screen_init(struct screen *s, bool in_process, const char *where)
{
	memset(s, 0, sizeof(*s));
	s->in_process = in_process;
	snprintf(s->where, sizeof(s->where), "%s", where);
	for (int i = 0; i < VIEW_COUNT; i++)
		grid_init(&s->grids[i], view_get((enum view_id)i)->sort);
	buf_init(&s->text, TEXT_MAX);
	s->list_rows = s->text_rows = 10;
}

void screen_done(struct screen *s)
{
	for (int i = 0; i < VIEW_COUNT; i++)
		grid_done(&s->grids[i]);
	buf_done(&s->text);
}

static void screen_refresh(struct screen *s)
{
	if (s->status)
		grid_update(&s->grids[s->view], view_get(s->view)->source, s->status);
}

void screen_status(struct screen *s, const struct status *fresh, const char *trouble)
{
	s->stale = trouble != NULL;
	snprintf(s->trouble, sizeof(s->trouble), "%s", trouble ? trouble : "");
	if (fresh)
		s->status = fresh;
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

/* ---- answers ---- */

void screen_answer(struct screen *s, const char *line, size_t len)
{
	int before = s->text_top;

	if (!s->asked)
		return;
	if (s->mode != MODE_TEXT) {
		s->mode = MODE_TEXT;
		buf_reset(&s->text);
		s->text_top = before = 0;
	}
	buf_put(&s->text, line, len);
	buf_putc(&s->text, '\n');
	s->text_top = before;
}

void screen_answer_end(struct screen *s, const char *why)
{
	if (why)
		screen_toast(s, ROLE_STATUS_ERROR, "%s", why);
	else if (s->text.failed)
		screen_toast(s, ROLE_WARN, "the answer was cut at %d KiB", TEXT_MAX >> 10);
	else if (s->mode != MODE_TEXT || !s->asked)
		screen_toast(s, ROLE_OK, "done");
	s->asked = false;
}

/* ---- what actions do ---- */

static void screen_go(struct screen *s, enum view_id view)
{
	s->view = view;
	screen_refresh(s);
}

static void dialog_open(struct screen *s, uint32_t yes, const char *title)
{
	s->mode = MODE_DIALOG;
	s->dialog = (struct screen_dialog){ .yes = yes, .opened_us = clock_mono_us() };
	snprintf(s->dialog.title, sizeof(s->dialog.title), "%s", title);
}

static void action_pause(struct screen *s)
{
	const struct view *view = view_get(s->view);
	const char *target;
	bool paused;
	size_t row;

	if (s->status == NULL || view->target == NULL || !grid_selected(&s->grids[s->view], &row))
		return;
	target = view->target(s->status, row, &paused);
	if (paused) {		/* going on harms nobody */
		snprintf(s->request, sizeof(s->request), "resume what=%s", target);
		screen_toast(s, ROLE_OK, "resuming %s", target);
		return;
	}
	dialog_open(s, 'y', "Pause");
	snprintf(s->dialog.text, sizeof(s->dialog.text), "Pause %s? Nothing is lost; its lag grows until it is resumed with p.", target);
	snprintf(s->dialog.command, sizeof(s->dialog.command), "pause what=%s", target);
}

static void action_quit(struct screen *s)
{
	if (s->view == VIEW_HELP) {
		screen_go(s, VIEW_TOPOLOGY);
		return;
	}
	if (!s->in_process) {
		s->wish = WISH_LEAVE;		/* detached: the engine goes on */
		return;
	}
	dialog_open(s, 's', "Quit");
	s->dialog.leaves = true;
	snprintf(s->dialog.text, sizeof(s->dialog.text),
		"The engine runs in this process: leaving stops it after what it holds is written. 's' stops it.");
}

static void action_open(struct screen *s)
{
	const struct view *view = view_get(s->view);
	size_t row;

	if (s->status == NULL || view->detail == NULL || !grid_selected(&s->grids[s->view], &row))
		return;
	buf_reset(&s->text);
	view->detail(s->status, row, &s->text);
	snprintf(s->text_title, sizeof(s->text_title), "detail");
	s->text_top = 0;
	s->mode = MODE_TEXT;
}

static void action_back(struct screen *s)
{
	struct grid *g = &s->grids[s->view];

	if (g->filter[0])
		g->filter[0] = '\0';
	else if (s->view == VIEW_HELP)
		s->view = VIEW_TOPOLOGY;
	s->toast_until_us = 0;
	screen_refresh(s);
}

static void action_filter(struct screen *s)
{
	struct grid *g = &s->grids[s->view];

	s->mode = MODE_FILTER;
	snprintf(s->filter_before, sizeof(s->filter_before), "%s", g->filter);
	snprintf(s->input, sizeof(s->input), "%s", g->filter);
}

static void action_sort(struct screen *s, bool invert)
{
	struct grid *g = &s->grids[s->view];
	const struct grid_source *source = view_get(s->view)->source;

	if (invert) {
		g->inverted = !g->inverted;
	} else {
		g->sort = g->sort + 1 < source->ncolumns ? g->sort + 1 : 0;
		g->inverted = false;
	}
	screen_refresh(s);
	if (g->sort >= 0)
		screen_toast(s, ROLE_STATUS, "sorted by %s%s", source->columns[g->sort].title,
				g->inverted ? ", turned round" : "");
}

static long move_of(enum action action, int rows)
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

static void screen_act(struct screen *s, enum action action)
{
	long by = move_of(action, s->list_rows);

	if (by) {
		if (s->status)
			grid_move(&s->grids[s->view], view_get(s->view)->source, s->status, by);
		return;
	}
	if (action >= ACTION_VIEW_1 && action <= ACTION_VIEW_6) {
		screen_go(s, (enum view_id)(action - ACTION_VIEW_1));
		return;
	}
	switch (action) {
	case ACTION_NEXT_VIEW: screen_go(s, (s->view + 1) % VIEW_COUNT); break;
	case ACTION_PREVIOUS_VIEW: screen_go(s, (s->view + VIEW_COUNT - 1) % VIEW_COUNT); break;
	case ACTION_HELP: screen_go(s, VIEW_HELP); break;
	case ACTION_OPEN: action_open(s); break;
	case ACTION_BACK: action_back(s); break;
	case ACTION_FILTER: action_filter(s); break;
	case ACTION_SORT: action_sort(s, false); break;
	case ACTION_INVERT: action_sort(s, true); break;
	case ACTION_FREEZE: s->frozen = !s->frozen; break;
	case ACTION_PAUSE: action_pause(s); break;
	case ACTION_COMMAND: s->mode = MODE_COMMAND; s->input[0] = '\0'; break;
	case ACTION_REPAINT: s->wish = WISH_REPAINT; break;
	case ACTION_QUIT: action_quit(s); break;
	case ACTION_INTERRUPT: screen_toast(s, ROLE_STATUS, "q leaves the console"); break;
	case ACTION_SUSPEND:
		if (s->in_process)
			screen_toast(s, ROLE_WARN, "not here: stopping this process would stop the engine; run it headless and attach");
		else
			s->wish = WISH_SUSPEND;
		break;
	default: break;
	}
}

/* ---- keys by mode ---- */

static void input_backspace(char *input)
{
	size_t len = strlen(input);

	while (len > 0 && ((unsigned char)input[len - 1] & 0xc0) == 0x80)
		len--;
	input[len ? len - 1 : 0] = '\0';
}

/* Readline's keys; true when the key was used. */
static bool input_key(char *input, size_t size, uint32_t key)
{
	size_t len = strlen(input);

	if (key == KEYCODE_BACKSPACE) {
		input_backspace(input);
		return true;
	}
	if (key == KEYCODE_CTRL('u')) {
		input[0] = '\0';
		return true;
	}
	if (key == KEYCODE_CTRL('w')) {
		while (len > 0 && input[len - 1] == ' ')
			len--;
		while (len > 0 && input[len - 1] != ' ')
			len--;
		input[len] = '\0';
		return true;
	}
	if (key > 0x10ffff || !text_printable(key) || len + 5 > size)
		return false;
	len += text_encode(input + len, key);
	input[len] = '\0';
	return true;
}

static void filter_set(struct screen *s, const char *filter)
{
	struct grid *g = &s->grids[s->view];

	snprintf(g->filter, sizeof(g->filter), "%.*s", (int)sizeof(g->filter) - 1, filter);
	screen_refresh(s);
}

static void key_in_filter(struct screen *s, uint32_t key)
{
	if (key == KEYCODE_ENTER || key == KEYCODE_ESCAPE || key == KEYCODE_CTRL('c')) {
		if (key != KEYCODE_ENTER)
			filter_set(s, s->filter_before);
		s->mode = MODE_LIST;
	} else if (input_key(s->input, sizeof(s->grids[0].filter), key)) {
		filter_set(s, s->input);
	}
}

static void key_in_command(struct screen *s, uint32_t key)
{
	if (key == KEYCODE_ENTER) {
		s->mode = MODE_LIST;
		if (s->input[strspn(s->input, " ")] == '\0')
			return;
		if (strcmp(s->input, "quit") == 0 || strcmp(s->input, "q") == 0) {
			action_quit(s);
			return;
		}
		snprintf(s->request, sizeof(s->request), "%s", s->input);
		snprintf(s->text_title, sizeof(s->text_title), "%.190s", s->input);
		s->asked = true;
	} else if (key == KEYCODE_ESCAPE || key == KEYCODE_CTRL('c') ||
			(key == KEYCODE_BACKSPACE && s->input[0] == '\0')) {
		s->mode = MODE_LIST;
	} else {
		input_key(s->input, sizeof(s->input), key);
	}
}

static void key_in_dialog(struct screen *s, uint32_t key)
{
	if (clock_mono_us() - s->dialog.opened_us < DEAF_US && key != KEYCODE_ESCAPE)
		return;
	if (key == s->dialog.yes) {
		s->mode = MODE_LIST;
		if (s->dialog.leaves)
			s->wish = WISH_LEAVE;
		else
			snprintf(s->request, sizeof(s->request), "%s", s->dialog.command);
	} else if (key == KEYCODE_ESCAPE || key == 'n' || key == 'q' || key == KEYCODE_CTRL('c')) {
		s->mode = MODE_LIST;
	}
}

static void key_in_text(struct screen *s, uint32_t key)
{
	enum action action = keymap_find(key, SCOPE_HELP);
	long by = move_of(action, s->text_rows);

	if (by == LONG_MIN || (by < 0 && -by > s->text_top))
		s->text_top = 0;
	else if (by == LONG_MAX)
		s->text_top = INT_MAX / 2;
	else if (by)
		s->text_top += (int)by;
	else if (key == KEYCODE_ENTER || action == ACTION_QUIT || action == ACTION_BACK || action == ACTION_INTERRUPT) {
		s->mode = MODE_LIST;
		s->asked = false;
	} else if (action == ACTION_REPAINT) {
		s->wish = WISH_REPAINT;
	}
}

void screen_key(struct screen *s, uint32_t key, bool pasted)
{
	if (pasted && s->mode != MODE_FILTER && s->mode != MODE_COMMAND) {
		screen_toast(s, ROLE_STATUS, "pasted text is only taken by / and :");
		return;
	}
	if (pasted && (key < 32 || key == KEYCODE_BACKSPACE))
		return;
	switch (s->mode) {
	case MODE_FILTER: key_in_filter(s, key); break;
	case MODE_COMMAND: key_in_command(s, key); break;
	case MODE_DIALOG: key_in_dialog(s, key); break;
	case MODE_TEXT: key_in_text(s, key); break;
	case MODE_LIST: screen_act(s, keymap_find(key, view_get(s->view)->scope)); break;
	}
}
