/* rule.h - a line with a title on its left, and what belongs to it on its right. */
#ifndef CONSOLE_RULE_H
#define CONSOLE_RULE_H

#include "console/canvas/canvas.h"

void rule_draw(struct canvas *cv, int y, int x, int width, const char *title,
		const char *right); /* right "": nothing */

#endif
