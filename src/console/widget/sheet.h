/*
 * sheet.h - a text of sections that is as long as it needs to be, seen through a window that moves: headings, lines that wrap, facts in
 * columns. Each call writes at the next line and moves on; s->y is then how long the sheet is.
 */
#ifndef CONSOLE_SHEET_H
#define CONSOLE_SHEET_H

#include "console/canvas/canvas.h"
#include "console/widget/timeline.h"

enum { SHEET_STATE = 12 }; /* columns of a fact's first word */

struct sheet {
	struct canvas *cv;
	int screen_y, x, height, width; /* the window */
	int top;			/* the line of the sheet that is seen first */
	int y;				/* the next line */
};

void sheet_rule(struct sheet *s, const char *title, const char *right);
void sheet_line(struct sheet *s, enum role role, const char *text);
/* A word in its colour, what it is of in a column of its own, and the text. */
void sheet_fact(struct sheet *s, int column, enum role role, const char *state, const char *what, const char *text);
/* In the last line: how many come below it; none where none do. */
void sheet_more(struct canvas *cv, int y, int x, int width, int below);
/* Takes a line for a picture: its y on the screen; -1: it is not seen. */
int sheet_next(struct sheet *s);
/* The times and signs below pictures that are as wide. */
void sheet_time(struct sheet *s, int x, int columns, const struct timeline *t);

#endif
