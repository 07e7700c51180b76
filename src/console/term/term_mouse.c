/*
 * term_mouse.c - what a terminal tells of the mouse: reports as xterm writes them (SGR, 1006), "ESC [ < button ; column ; row M". They are told only while the
 * console has the terminal; term_mouse_off[] is also among the bytes of every way out. @thread ui
 */
#include <stdio.h>
#include <string.h>

#include "console/term/console_term.h"
#include "console/term/term_parts.h"

const char term_mouse_on[] = "\033[?1000h\033[?1006h", term_mouse_off[] = "\033[?1006l\033[?1000l";

enum { WHEEL_UP = 64, WHEEL_DOWN = 65, REPORT_MOST = 24 };

static struct {
	bool inside; /* of a report */
	size_t len;
	char report[REPORT_MOST];
	int y, x;
} mouse;

void term_mouse_begin(void)
{
	mouse.inside = true;
	mouse.len = 0;
}

/* The whole of it; modifiers, other buttons and what is let go are nothing. */
static uint32_t meaning(bool pressed)
{
	int button, x, y, end = 0;

	mouse.report[mouse.len] = '\0';
	if (!pressed || sscanf(mouse.report, "%d;%d;%d%n", &button, &x, &y, &end) != 3 || mouse.report[end] || x < 1 ||
			y < 1)
		return KEYCODE_NONE;
	mouse.x = x - 1;
	mouse.y = y - 1;
	return button == 0		       ? KEYCODE_CLICK
			: button == WHEEL_UP   ? KEYCODE_WHEEL_UP
			: button == WHEEL_DOWN ? KEYCODE_WHEEL_DOWN
					       : KEYCODE_NONE;
}

bool term_mouse_take(uint32_t key, uint32_t *out)
{
	bool part = key < 128 && strchr("0123456789;", (int)key) && key != 0;

	*out = KEYCODE_NONE;
	if (!mouse.inside)
		return false;
	if (part && mouse.len + 1 < REPORT_MOST) {
		mouse.report[mouse.len++] = (char)key;
		return true;
	}
	mouse.inside = false;
	if (key != 'M' && key != 'm')
		return part; /* it is none: the key is a key again */
	*out = meaning(key == 'M');
	return true;
}

void term_mouse(int *y, int *x)
{
	*y = mouse.y;
	*x = mouse.x;
}
