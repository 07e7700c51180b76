/*
 * screen_keys.c - what keys do, by what is open. Hard is that a key must never hit what it was not meant for: pasted text acts only in a
 * prompt, a dialog is deaf for a moment after it opened and never takes the key that opened it.
 */
#include "console/screen_parts.h"

#include <stdio.h>
#include <string.h>

#include "console/keys/request_line.h"
#include "console/widget/input.h"
#include "core/clock.h"

#define DEAF_US 300000

void screen_filter(struct screen *s, const char *filter)
{
	struct grid *g = &s->grids[s->view];

	snprintf(g->filter, sizeof(g->filter), "%.*s", (int)sizeof(g->filter) - 1, filter);
	screen_refresh(s);
}

static void key_in_filter(struct screen *s, uint32_t key)
{
	if (key == KEYCODE_ENTER || key == KEYCODE_ESCAPE || key == KEYCODE_CTRL('c')) {
		if (key != KEYCODE_ENTER)
			screen_filter(s, s->filter_before);
		s->mode = MODE_LIST;
	} else if (input_key(s->input, sizeof(s->grids[0].filter), key)) {
		screen_filter(s, s->input);
	}
}

static void save_typed(struct screen *s, const char *path)
{
	struct err err;

	err_clear(&err);
	if (screen_save(s, path, &err))
		screen_toast(s, ROLE_STATUS_ERROR, "%s", err.msg);
	else
		screen_toast(s, ROLE_OK, "%zu lines are in %.300s", s->grids[s->view].count, path);
}

/* A search, or what a page has asked for. */
static void key_in_prompt(struct screen *s, uint32_t key)
{
	bool search = s->mode == MODE_SEARCH;

	if (key == KEYCODE_ENTER) {
		s->mode = MODE_LIST;
		if (search && s->input[0])
			snprintf(s->search, sizeof(s->search), "%.*s", (int)sizeof(s->search) - 1, s->input);
		if (search)
			screen_search(s, 1);
		else if (s->prompt == PROMPT_PAST)
			screen_past_jump(s, s->input);
		else if (s->prompt == PROMPT_SAVE_LIST)
			save_typed(s, s->input);
		else if (s->prompt == PROMPT_TRACE)
			screen_trace(s, s->input);
		else
			screen_page_prompted(s, s->input);
	} else if (key == KEYCODE_ESCAPE || key == KEYCODE_CTRL('c')) {
		s->mode = MODE_LIST;
	} else {
		input_key(s->input, sizeof(s->input), key);
	}
}

static const char theme_command[] = "theme ";

/* While its name is typed the screen has that theme already. */
static void theme_look(struct screen *s, bool keep)
{
	bool asked = strncmp(s->input, theme_command, sizeof(theme_command) - 1) == 0;

	if (asked && keep)
		snprintf(s->theme_kept, sizeof(s->theme_kept), "%.63s", s->input + sizeof(theme_command) - 1);
	snprintf(s->theme, sizeof(s->theme), "%.63s",
			asked && s->mode == MODE_COMMAND ? s->input + sizeof(theme_command) - 1 : s->theme_kept);
}

enum { SAID = sizeof(((struct screen *)0)->said) / sizeof(((struct screen *)0)->said[0]) };

static void remember(struct screen *s)
{
	s->said_at = 0;
	if (s->nsaid && strcmp(s->said[0], s->input) == 0)
		return;
	s->nsaid += s->nsaid < SAID;
	memmove(s->said[1], s->said[0], (SAID - 1) * sizeof(s->said[0]));
	strcpy(s->said[0], s->input);
}

/* Up: the one before it; Down: the one after, and an empty prompt after the newest. */
static void recall(struct screen *s, bool older)
{
	if (older ? s->said_at == s->nsaid : s->said_at == 0)
		return;
	s->said_at += older ? 1 : (unsigned)-1;
	strcpy(s->input, s->said_at ? s->said[s->said_at - 1] : "");
	theme_look(s, false);
}

static void key_in_command(struct screen *s, uint32_t key)
{
	if (key == KEYCODE_ENTER) {
		s->mode = MODE_LIST;
		if (s->input[strspn(s->input, " ")] == '\0')
			return;
		remember(s);
		if (strcmp(s->input, "quit") == 0 || strcmp(s->input, "q") == 0) {
			screen_quit(s);
			return;
		}
		if (screen_go_named(s, s->input))
			return;
		if (strncmp(s->input, theme_command, sizeof(theme_command) - 1) == 0)
			theme_look(s, true);
		else
			screen_request(s, s->input, true);
	} else if (key == KEYCODE_ESCAPE || key == KEYCODE_CTRL('c') ||
			(key == KEYCODE_BACKSPACE && s->input[0] == '\0')) {
		s->mode = MODE_LIST;
		s->said_at = 0;
		theme_look(s, false);
	} else if (key == KEYCODE_UP || key == KEYCODE_DOWN) {
		recall(s, key == KEYCODE_UP);
	} else if (key == KEYCODE_TAB) {
		request_line_complete(s->input, sizeof(s->input), s->docs);
	} else {
		input_key(s->input, sizeof(s->input), key);
		theme_look(s, false);
	}
}

static void dialog_yes(struct screen *s)
{
	s->mode = MODE_LIST;
	if (s->dialog.leaves)
		s->wish = WISH_LEAVE;
	else if (s->dialog.batch)
		screen_batch_begin(s);
	else
		snprintf(s->request, sizeof(s->request), "%s", s->dialog.command);
}

/* The name of what loses data is typed in full; anything else goes back. */
static void key_in_word(struct screen *s, uint32_t key)
{
	if (key == KEYCODE_ENTER && strcmp(s->input, s->dialog.word) == 0) {
		dialog_yes(s);
	} else if (key == KEYCODE_ENTER) {
		screen_toast(s, ROLE_STATUS_ERROR, "'%s' is not '%s': nothing was done", s->input, s->dialog.word);
		s->mode = MODE_LIST;
	} else if (key == KEYCODE_ESCAPE || key == KEYCODE_CTRL('c')) {
		s->mode = MODE_LIST;
	} else {
		input_key(s->input, sizeof(s->input), key);
	}
}

static void key_in_dialog(struct screen *s, uint32_t key)
{
	if (s->dialog.word[0]) {
		key_in_word(s, key);
		return;
	}
	if (clock_mono_us() - s->dialog.opened_us < DEAF_US && key != KEYCODE_ESCAPE)
		return;
	if (key == s->dialog.yes) {
		dialog_yes(s);
	} else if (key == 'l' && s->dialog.leaves) {
		s->mode = MODE_LIST;
		s->wish = WISH_LEAVE_RUNNING;
	} else if (key == KEYCODE_ESCAPE || key == 'n' || key == 'q' || key == KEYCODE_CTRL('c')) {
		s->mode = MODE_LIST;
	}
}

static void key_in_text(struct screen *s, uint32_t key)
{
	enum action action = keymap_find(key, SCOPE_HELP);
	long by = screen_move_of(action, s->text_rows);

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
	if (pasted && s->mode != MODE_FILTER && s->mode != MODE_SEARCH && s->mode != MODE_COMMAND &&
			s->mode != MODE_PROMPT && s->mode != MODE_MENU) {
		screen_toast(s, ROLE_STATUS, "pasted text is only taken by a prompt: / f :");
		return;
	}
	if (pasted && (key < 32 || key == KEYCODE_BACKSPACE))
		return;
	switch (s->mode) {
	case MODE_FILTER: key_in_filter(s, key); break;
	case MODE_SEARCH:
	case MODE_PROMPT: key_in_prompt(s, key); break;
	case MODE_COMMAND: key_in_command(s, key); break;
	case MODE_DIALOG: key_in_dialog(s, key); break;
	case MODE_TEXT: key_in_text(s, key); break;
	case MODE_MENU: screen_menu_key(s, key); break;
	case MODE_LIST: screen_act(s, keymap_find(key, view_get(s->view)->scope)); break;
	}
}
