/* wrap.h - text in lines of a width: by words where it has some, else by columns. */
#ifndef CONSOLE_WRAP_H
#define CONSOLE_WRAP_H

#include "console/canvas/canvas.h"

/* Draws from line `top` on, at most height lines; returns how many lines there are in all. */
int wrap_draw(struct canvas *cv, const char *text, size_t len, int y, int x, int height, int width, int top,
		enum role role);

#endif
