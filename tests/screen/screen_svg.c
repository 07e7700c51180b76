/* screen_svg.c - see screen_svg.h: a rectangle for each run of a background, a text for each run of a style. */
#include "tests/screen/screen_svg.h"

enum { CELL_W = 8, CELL_H = 17, SIZE = 13, MARGIN = 10 };

struct pen { /* colours of a run, 0xrrggbb */
	int fore, back;
	bool bold, underline, italic;
};

/* xterm's palette; the first 16 are the terminal's own, and no shipped theme names them. */
static int rgb_of(int index)
{
	static const int levels[] = { 0, 95, 135, 175, 215, 255 };
	int grey = 8 + 10 * (index - 232), cube = index - 16;

	return index >= 232 ? grey << 16 | grey << 8 | grey
			    : levels[cube / 36] << 16 | levels[cube / 6 % 6] << 8 | levels[cube % 6];
}

static struct pen pen_of(const struct theme *t, const struct cell *c, const struct pen *plain)
{
	struct style s = canvas_style(t, (enum role)c->role, (enum overlay)c->over);
	struct pen p = { s.fore.rich == COLOR_DEFAULT ? plain->fore : rgb_of(s.fore.rich),
		s.back.rich == COLOR_DEFAULT ? plain->back : rgb_of(s.back.rich), (s.flags & STYLE_BOLD) != 0,
		(s.flags & STYLE_UNDERLINE) != 0, (s.flags & STYLE_ITALIC) != 0 };
	int fore = p.fore;

	if (s.flags & STYLE_REVERSE) {
		p.fore = p.back;
		p.back = fore;
	}
	return p;
}

static void put_char(struct buf *out, uint32_t code)
{
	switch (code) {
	case '<': buf_puts(out, "&lt;"); break;
	case '&': buf_puts(out, "&amp;"); break;
	case ' ': buf_puts(out, "&#160;"); break;
	default:
		if (code < 0x80)
			buf_putc(out, (char)code);
		else
			buf_printf(out, "&#%u;", code);
	}
}

static void put_run(struct buf *out, const struct canvas *cv, int y, int from, int to, const struct pen *p, int back)
{
	int left = MARGIN + from * CELL_W, top = MARGIN + y * CELL_H, width = (to - from) * CELL_W;
	bool blank = !p->underline;

	if (p->back != back)
		buf_printf(out, "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" fill=\"#%06x\"/>\n", left, top,
				width, CELL_H, (unsigned)p->back);
	for (int x = from; x < to && blank; x++)
		blank = canvas_cell(cv, y, x)->code == ' ' || canvas_cell(cv, y, x)->code == 0;
	if (blank)
		return;
	buf_printf(out, "<text x=\"%d\" y=\"%d\" textLength=\"%d\" fill=\"#%06x\"%s%s%s>", left, top + SIZE, width,
			(unsigned)p->fore, p->bold ? " font-weight=\"bold\"" : "",
			p->italic ? " font-style=\"italic\"" : "",
			p->underline ? " text-decoration=\"underline\"" : "");
	for (int x = from; x < to; x++) {
		const struct cell *c = canvas_cell(cv, y, x);

		if (c->code)
			put_char(out, c->code);
		if (c->mark)
			put_char(out, c->mark);
	}
	buf_puts(out, "</text>\n");
}

static bool same(const struct pen *a, const struct pen *b)
{
	return a->fore == b->fore && a->back == b->back && a->bold == b->bold && a->underline == b->underline &&
			a->italic == b->italic;
}

static void put_line(struct buf *out, const struct canvas *cv, int y, const struct theme *t, const struct pen *plain)
{
	struct pen now = pen_of(t, canvas_cell(cv, y, 0), plain);
	int from = 0;

	for (int x = 1; x <= cv->cols; x++) {
		struct pen next = x < cv->cols ? pen_of(t, canvas_cell(cv, y, x), plain) : (struct pen){ .fore = -1 };

		if (same(&now, &next))
			continue;
		put_run(out, cv, y, from, x, &now, plain->back);
		from = x;
		now = next;
	}
}

void screen_svg(struct buf *out, const struct canvas *cv, const struct theme *t, bool light)
{
	const struct pen dark_pen = { .fore = 0xe4e4e4, .back = 0x121212 },
			 light_pen = { .fore = 0x000000, .back = 0xffffff };
	const struct pen *plain = light ? &light_pen : &dark_pen;
	int width = cv->cols * CELL_W + 2 * MARGIN, height = cv->rows * CELL_H + 2 * MARGIN;

	buf_printf(out,
			"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" font-family=\"DejaVu Sans Mono, Menlo, Consolas, "
			"monospace\" font-size=\"%d\">\n",
			width, height, SIZE);
	buf_printf(out, "<rect width=\"%d\" height=\"%d\" rx=\"6\" fill=\"#%06x\"/>\n", width, height,
			(unsigned)plain->back);
	for (int y = 0; y < cv->rows; y++)
		put_line(out, cv, y, t, plain);
	buf_puts(out, "</svg>\n");
}
