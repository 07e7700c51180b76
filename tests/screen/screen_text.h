/* screen_text.h - a screen as text, one line a row: valid until the next call. */
#ifndef TESTS_SCREEN_TEXT_H
#define TESTS_SCREEN_TEXT_H

#include "console/screen.h"

static const char *screen_text(struct screen *s, struct canvas *cv)
{
	static struct buf text;

	if (text.max == 0)
		buf_init(&text, 1 << 20);
	buf_reset(&text);
	screen_draw(s, cv);
	canvas_dump(cv, &text);
	return text.data;
}

#endif
