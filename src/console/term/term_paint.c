/* term_paint.c - the cells of a canvas, as curses writes them: roles become colours and attributes, and only what has changed is told. */
#include <curses.h>
#include <stdlib.h>

#include "console/term/console_term.h"
#include "console/term/term_parts.h"

static struct {
	struct canvas shown;
	attr_t attributes[OVER_COUNT][ROLE_COUNT];
	short pairs[OVER_COUNT][ROLE_COUNT];
} paint;

static short color_number(const struct color *color, attr_t *attributes)
{
	int number = COLORS >= 256 ? color->rich : color->poor;

	if (number >= 8 && COLORS < 16) {
		*attributes |= A_BOLD;
		number -= 8;
	}
	return (short)number;
}

static void style_use(enum overlay over, enum role role, const struct style *style, bool colors)
{
	static const struct {
		unsigned flag;
		attr_t attribute;
	} flags[] = {
		{ STYLE_BOLD, A_BOLD },
		{ STYLE_DIM, A_DIM },
		{ STYLE_UNDERLINE, A_UNDERLINE },
		{ STYLE_REVERSE, A_REVERSE },
		{ STYLE_ITALIC, A_ITALIC },
	};
	attr_t attributes = 0;

	for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++)
		if (style->flags & flags[i].flag)
			attributes |= flags[i].attribute;
	paint.pairs[over][role] = 0;
	if (colors) {
		short fore = color_number(&style->fore, &attributes), back = color_number(&style->back, &attributes);

		paint.pairs[over][role] = (short)(over * ROLE_COUNT + role + 1);
		init_pair(paint.pairs[over][role], fore, back);
	} else if (style->back.rich != COLOR_DEFAULT) {
		attributes |= A_REVERSE; /* a background is there to be seen */
	}
	paint.attributes[over][role] = attributes;
}

void term_paint_theme(const struct theme *theme)
{
	const char *no_color = getenv("NO_COLOR");
	bool colors = (no_color == NULL || *no_color == '\0') && has_colors();

	if (colors) {
		start_color();
		use_default_colors();
	}
	for (int over = 0; over < OVER_COUNT; over++)
		for (int role = 0; role < ROLE_COUNT; role++) {
			struct style style = canvas_style(theme, (enum role)role, (enum overlay)over);

			style_use((enum overlay)over, (enum role)role, &style, colors);
		}
}

void term_paint_open(const struct theme *theme)
{
	term_paint_theme(theme);
	canvas_init(&paint.shown);
}

void term_paint_close(void)
{
	canvas_done(&paint.shown);
}

static void cell_show(const struct cell *cell, int y, int x)
{
	wchar_t text[3] = { (wchar_t)cell->code, (wchar_t)cell->mark, 0 };
	cchar_t complex;

	setcchar(&complex, text, paint.attributes[cell->over][cell->role], paint.pairs[cell->over][cell->role], NULL);
	mvadd_wch(y, x, &complex);
}

void term_paint(const struct canvas *cv)
{
	bool all = paint.shown.rows != cv->rows || paint.shown.cols != cv->cols;

	if (all) {
		canvas_resize(&paint.shown, cv->rows, cv->cols);
		erase();
	}
	for (int y = 0; y < cv->rows; y++) {
		for (int x = 0; x < cv->cols; x++) {
			const struct cell *cell = canvas_cell(cv, y, x);
			struct cell *old = canvas_cell(&paint.shown, y, x);

			if (!all && old->code == cell->code && old->mark == cell->mark && old->role == cell->role &&
					old->over == cell->over)
				continue;
			*old = *cell;
			if (cell->code)
				cell_show(cell, y, x);
		}
	}
	refresh();
}

void term_repaint(void)
{
	canvas_done(&paint.shown); /* everything is new */
	clearok(curscr, TRUE);
}
