/* sheet.c - see sheet.h. */
#include "console/widget/sheet.h"

#include <string.h>

#include "console/widget/rule.h"
#include "console/widget/wrap.h"

/* At the next line of the sheet, which may be above or below what is seen; how many lines it took. */
static int sheet_text(struct sheet *s, int x, int width, enum role role, const char *text)
{
	int above = s->y < s->top ? s->top - s->y : 0, y = s->y > s->top ? s->y - s->top : 0;
	int height = s->height - y;

	return wrap_draw(s->cv, text, strlen(text), s->screen_y + y, s->x + x, height > 0 ? height : 0, width, above,
			role);
}

void sheet_rule(struct sheet *s, const char *title, const char *right)
{
	s->y += s->y > 0;
	if (s->y >= s->top && s->y - s->top < s->height)
		rule_draw(s->cv, s->screen_y + s->y - s->top, s->x, s->width, title, right);
	s->y++;
}

void sheet_line(struct sheet *s, enum role role, const char *text)
{
	int lines = sheet_text(s, 2, s->width - 3, role, text);

	s->y += lines ? lines : 1;
}

static int lines_of(const struct sheet *s, const char *text, int width)
{
	return wrap_draw(s->cv, text, strlen(text), 0, 0, 0, width, 0, ROLE_TEXT);
}

/* Beside a wide column, what takes no more lines below it; and what it is of has its whole name. */
static bool goes_below(const struct sheet *s, const char *what, const char *text, int width, int column)
{
	return canvas_width(s->cv, what, strlen(what)) > column ||
			(column > width / 3 && lines_of(s, text, width - column - 2) > lines_of(s, text, width));
}

void sheet_fact(struct sheet *s, int column, enum role role, const char *state, const char *what, const char *text)
{
	int width = s->width - 3 - SHEET_STATE, x = 2 + SHEET_STATE, lines;
	bool below = goes_below(s, what, text, width, column);

	sheet_text(s, 2, SHEET_STATE - 1, role, state);
	if (s->y >= s->top && s->y - s->top < s->height)
		canvas_text(s->cv, s->screen_y + s->y - s->top, s->x + x, below ? width : column, ROLE_DIM, what);
	s->y += below;
	lines = sheet_text(s, below ? x : x + column + 2, below ? width : width - column - 2, ROLE_TEXT, text);
	s->y += lines ? lines : 1;
}

int sheet_next(struct sheet *s)
{
	int y = s->y++ - s->top;

	return y >= 0 && y < s->height ? s->screen_y + y : -1;
}

void sheet_time(struct sheet *s, int x, int columns, const struct timeline *t)
{
	struct timeline times = *t;
	int y = sheet_next(s), signs;

	times.nmarks = 0;
	if (y >= 0)
		timeline_draw(s->cv, y, s->x + x, columns, 0, &times);
	signs = sheet_next(s);
	if (signs >= 0)
		timeline_signs(s->cv, signs, s->x + x, columns, t);
}

void sheet_more(struct canvas *cv, int y, int x, int width, int below)
{
	if (below <= 0)
		return;
	canvas_fill(cv, y, x, 1, width, ROLE_TEXT);
	canvas_printf(cv, y, x + 2, width - 4, ROLE_DIM, "%d more lines: j, PgDn", below + 1);
}
