/* timeline.c - see timeline.h. */
#include "console/widget/timeline.h"

#include "console/widget/show.h"

enum { CLOCK = 5, TICK_LEAST = 14, TICKS_MOST = 8 };

void timeline_values(const struct timeline *t, int i, int columns, size_t *from, size_t *to)
{
	*from = (size_t)i * t->n / (size_t)columns;
	*to = (size_t)(i + 1) * t->n / (size_t)columns;
	if (*to <= *from)
		*to = *from + 1;
	if (*to > t->n)
		*to = t->n;
}

bool timeline_has_signs(const struct timeline *t)
{
	return t->nmarks > 0 || t->cursor > 0;
}

static void times(struct canvas *cv, int y, int x, int columns, const struct timeline *t)
{
	int parts = columns / TICK_LEAST > TICKS_MOST ? TICKS_MOST : columns / TICK_LEAST;
	int64_t all_us = (int64_t)t->n * t->step_s * 1000000;
	bool seconds = all_us <= INT64_C(900000000);
	int width = seconds ? CLOCK + 3 : CLOCK;
	char text[SHOW_SIZE];

	parts = parts < 1 ? 1 : parts;
	for (int part = 0; part <= parts && columns >= 2 * width; part++)
		canvas_printf(cv, y, x + (columns - width) * part / parts, width, ROLE_DIM, "%.*s", width,
				show_clock(text, t->end_us - all_us * (parts - part) / parts));
}

void timeline_signs(struct canvas *cv, int y, int x, int columns, const struct timeline *t)
{
	int64_t all_us = (int64_t)t->n * t->step_s * 1000000, from_us = t->end_us - all_us;

	for (size_t i = 0; i < t->nmarks; i++)
		if (t->marks[i].at_us >= from_us && t->marks[i].at_us <= t->end_us)
			canvas_glyph(cv, y, x + (int)((t->marks[i].at_us - from_us) * (columns - 1) / all_us), ROLE_KEY,
					(uint32_t)t->marks[i].sign);
}

void timeline_draw(struct canvas *cv, int y, int x, int columns, int plot_height, const struct timeline *t)
{
	int at;

	if (t->n == 0 || columns < 1)
		return;
	times(cv, y, x, columns, t);
	timeline_signs(cv, y + 1, x, columns, t);
	if (t->cursor == 0 || t->cursor > t->n)
		return;
	at = x + (int)(((t->cursor - 1) * 2 + 1) * (size_t)columns / (2 * t->n));
	canvas_over(cv, y - plot_height, at, plot_height, 1, OVER_CURSOR);
	canvas_glyph(cv, y + 1, at, ROLE_STRONG, 0x25b2);
}
