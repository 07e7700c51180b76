/*
 * stack.h - parts of a whole as one bar: each as long as its share, with its name where there is room. Neighbours have
 * different shades, so that a part ends where the eye sees it end, also without colours. Pure: values in, cells out.
 */
#ifndef CONSOLE_STACK_H
#define CONSOLE_STACK_H

#include <stddef.h>

#include "console/canvas/canvas.h"

struct stack_part {
	const char *name;
	double value; /* at most 0, or NAN: it has no length */
	enum role role;
};

enum { STACK_PARTS = 32 }; /* at most */

/* How many of `width` columns each part takes: what is not 0 takes one, as long as there are enough. */
void stack_columns(const struct stack_part *parts, size_t n, int width, int *out);
void stack_draw(struct canvas *cv, int y, int x, int width, const struct stack_part *parts, size_t n);
/* A part alone, at the place that it has in the whole bar; columns: of stack_columns(). */
void stack_draw_part(struct canvas *cv, int y, int x, const struct stack_part *parts, const int *columns, size_t i);

#endif
