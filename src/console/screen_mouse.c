/*
 * screen_mouse.c - the mouse: the wheel moves as the arrows do, a click selects a line or opens a tab, and a second one on the same line is Enter. A dialog
 * and a prompt are answered by keys alone. @thread ui
 */
#include "console/screen_parts.h"

#include <string.h>

#include "core/clock.h"

enum { WHEEL_LINES = 3, DOUBLE_US = 500000, TABS_Y = 1 };

static void turn_wheel(struct screen *s, bool up)
{
	for (int i = 0; i < WHEEL_LINES; i++)
		if (s->mode == MODE_LIST)
			screen_act(s, up ? ACTION_UP : ACTION_DOWN);
		else if (s->mode == MODE_MENU)
			screen_menu_key(s, up ? KEYCODE_UP : KEYCODE_DOWN);
		else if (s->mode == MODE_TEXT)
			s->text_top = up ? (s->text_top ? s->text_top - 1 : 0) : s->text_top + 1;
}

static void click_tab(struct screen *s, int x)
{
	for (int i = 0; i < VIEW_TABS; i++)
		if (x < s->tab_end[i]) {
			screen_go(s, (enum view_id)i);
			return;
		}
}

/* true: the line was selected by a click just before. */
static bool click_line(struct screen *s, struct grid *g, const struct grid_source *source, const void *of, int y, int x)
{
	int64_t now_us = clock_mono_us();
	bool again = strcmp(s->clicked, g->key) == 0 && now_us - s->clicked_us < DOUBLE_US;

	if (of == NULL || !grid_click(g, source, of, y, x)) {
		s->clicked[0] = '\0';
		return false;
	}
	again &= strcmp(s->clicked, g->key) == 0;
	memcpy(s->clicked, g->key, sizeof(s->clicked));
	s->clicked_us = again ? 0 : now_us;
	return again;
}

static void click(struct screen *s, int y, int x)
{
	bool enter = false;

	if (s->mode == MODE_MENU)
		enter = click_line(s, &s->menu.grid, &menu_source, &s->menu, y, x);
	else if (s->mode == MODE_LIST && y == TABS_Y)
		click_tab(s, x);
	else if (s->mode == MODE_LIST)
		enter = click_line(s, &s->grids[s->view], view_get(s->view)->source, screen_of(s), y, x);
	if (enter)
		screen_key(s, KEYCODE_ENTER, false);
}

void screen_mouse(struct screen *s, uint32_t what, int y, int x)
{
	if (what == KEYCODE_CLICK)
		click(s, y, x);
	else
		turn_wheel(s, what == KEYCODE_WHEEL_UP);
}
