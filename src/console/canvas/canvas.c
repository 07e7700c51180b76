/*
 * canvas.c - the grid and the sanitiser. Hard is what a column is: text is cut by columns, not by bytes, a wide
 * character is never halved, and whatever is not printable takes the columns of its escape, so that no name can move
 * its neighbours.
 */
#include "console/canvas/canvas.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "console/canvas/canvas_width.h"
#include "core/text.h"
#include "core/xalloc.h"

#define MAX_SOURCE 4096 /* bytes of a text that are looked at: a row value may be a megabyte */

static const struct {
	uint32_t code;
	char ascii;
} stand_ins[] = {
	{ 0x2500, '-' },
	{ 0x2502, '|' },
	{ 0x250c, '+' },
	{ 0x2510, '+' },
	{ 0x2514, '+' },
	{ 0x2518, '+' },
	{ 0x2026, '~' },
	{ 0x25b6, '>' },
	{ 0x25c0, '<' },
	{ 0x25b2, '^' },
	{ 0x25bc, 'v' },
	{ 0x2588, '#' },
	{ 0x2591, '.' },
	{ 0x25cf, '*' },
	{ 0x2550, '=' },
	{ 0xb7, '?' },
};

/* One visible character, or the escape that stands for what is not: up to 10 columns of ASCII. */
struct canvas_piece {
	uint32_t code[10];
	int count, columns;
	bool escaped, is_mark;
};

void canvas_init(struct canvas *cv)
{
	*cv = (struct canvas){ 0 };
}

void canvas_done(struct canvas *cv)
{
	free(cv->cells);
	*cv = (struct canvas){ .ascii = cv->ascii, .plain = cv->plain };
}

void canvas_resize(struct canvas *cv, int rows, int cols)
{
	cv->rows = rows < 1 ? 1 : rows > CANVAS_MAX ? CANVAS_MAX : rows;
	cv->cols = cols < 1 ? 1 : cols > CANVAS_MAX ? CANVAS_MAX : cols;
	cv->cells = xrealloc(cv->cells, (size_t)cv->rows * (size_t)cv->cols * sizeof(cv->cells[0]));
	canvas_clear(cv);
}

void canvas_clear(struct canvas *cv)
{
	for (size_t i = 0; i < (size_t)cv->rows * (size_t)cv->cols; i++)
		cv->cells[i] = (struct cell){ .code = ' ', .role = ROLE_TEXT };
}

struct cell *canvas_cell(const struct canvas *cv, int y, int x)
{
	if (y < 0 || x < 0 || y >= cv->rows || x >= cv->cols)
		return NULL;
	return &cv->cells[(size_t)y * (size_t)cv->cols + (size_t)x];
}

static void cell_set(struct canvas *cv, int y, int x, enum role role, uint32_t code)
{
	struct cell *cell = canvas_cell(cv, y, x);

	if (cell == NULL)
		return;
	if (cell->code == 0 && x > 0) /* half of a wide character is overwritten: the other half goes too */
		cell[-1].code = ' ';
	if (x + 1 < cv->cols && cell[1].code == 0)
		cell[1].code = ' ';
	*cell = (struct cell){ .code = code, .role = (uint8_t)role };
}

static void piece_escape(struct canvas_piece *piece, const char *bytes, size_t n, uint32_t code, bool valid)
{
	char text[16];

	piece->escaped = true;
	if (valid && code == '\n')
		snprintf(text, sizeof(text), "\\n");
	else if (valid && code == '\t')
		snprintf(text, sizeof(text), "\\t");
	else if (valid && code >= 0x80)
		snprintf(text, sizeof(text), code > 0xffff ? "\\U%06x" : "\\u%04x", code);
	else
		snprintf(text, sizeof(text), "\\x%02x", (unsigned char)bytes[0]);
	for (piece->count = 0; text[piece->count]; piece->count++)
		piece->code[piece->count] = (unsigned char)text[piece->count];
	piece->columns = piece->count;
}

static size_t piece_next(const struct canvas *cv, struct canvas_piece *piece, const char *p, size_t len)
{
	uint32_t code = 0;
	size_t n = text_decode(p, len, &code);

	*piece = (struct canvas_piece){ .count = 1 };
	if (n && text_printable(code) && (code < 0x7f || !cv->ascii)) {
		piece->code[0] = code;
		piece->columns = canvas_code_width(code);
		piece->is_mark = piece->columns == 0;
		return n;
	}
	piece_escape(piece, p, n, code, n > 0);
	return n ? n : 1;
}

static void piece_draw(struct canvas *cv, int y, int x, enum role role, const struct canvas_piece *piece)
{
	struct cell *cell;

	if (piece->is_mark) {
		cell = canvas_cell(cv, y, x - 1);
		if (cell && cell->code == 0)
			cell = canvas_cell(cv, y, x - 2);
		if (cell && cell->mark == 0)
			cell->mark = piece->code[0]; /* one mark a cell; more are dropped */
		return;
	}
	if (!piece->escaped && piece->columns == 2)
		cell_set(cv, y, x + 1, role, ' ');
	for (int i = 0; i < piece->count; i++)
		cell_set(cv, y, x + i, piece->escaped ? ROLE_UNTRUSTED : role, piece->code[i]);
	cell = canvas_cell(cv, y, x + 1);
	if (!piece->escaped && piece->columns == 2 && cell)
		cell->code = canvas_cell(cv, y, x) ? 0 : ' ';
}

int canvas_width(const struct canvas *cv, const char *text, size_t len)
{
	struct canvas_piece piece;
	int columns = 0;

	for (size_t i = 0; i < len && i < MAX_SOURCE;) {
		i += piece_next(cv, &piece, text + i, len - i);
		columns += piece.columns;
	}
	return columns;
}

size_t canvas_fit(const struct canvas *cv, const char *text, size_t len, int width)
{
	struct canvas_piece piece;
	size_t at = 0;
	int columns = 0;

	while (at < len) {
		size_t n = piece_next(cv, &piece, text + at, len - at);

		columns += piece.columns;
		if (at > 0 && columns > width)
			break;
		at += n;
	}
	return at;
}

int canvas_text_n(struct canvas *cv, int y, int x, int width, enum role role, const char *text, size_t len)
{
	struct canvas_piece piece;
	int at = 0;
	bool fits;

	if (width > cv->cols - x)
		width = cv->cols - x;
	if (width <= 0 || len == 0 || y < 0 || y >= cv->rows || x < 0)
		return 0;
	fits = len <= MAX_SOURCE && canvas_width(cv, text, len) <= width;
	for (size_t i = 0; i < len && i < MAX_SOURCE;) {
		i += piece_next(cv, &piece, text + i, len - i);
		if (piece.is_mark && at == 0)
			continue; /* nothing to stand on */
		if (at + piece.columns > width - (fits ? 0 : 1))
			break;
		piece_draw(cv, y, x + at, role, &piece);
		at += piece.columns;
	}
	if (!fits)
		canvas_glyph(cv, y, x + at++, role, 0x2026);
	return at;
}

int canvas_text(struct canvas *cv, int y, int x, int width, enum role role, const char *text)
{
	return canvas_text_n(cv, y, x, width, role, text, strlen(text));
}

int canvas_right(struct canvas *cv, int y, int x, int width, enum role role, const char *text)
{
	int columns = canvas_width(cv, text, strlen(text));

	if (columns >= width)
		return canvas_text(cv, y, x, width, role, text);
	canvas_text(cv, y, x + width - columns, columns, role, text);
	return width;
}

int canvas_printf(struct canvas *cv, int y, int x, int width, enum role role, const char *fmt, ...)
{
	char text[1024];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	return canvas_text(cv, y, x, width, role, text);
}

void canvas_glyph(struct canvas *cv, int y, int x, enum role role, uint32_t code)
{
	if (cv->ascii && code > 0x7e) {
		uint32_t wanted = code;

		code = '?';
		for (size_t i = 0; i < sizeof(stand_ins) / sizeof(stand_ins[0]); i++)
			if (stand_ins[i].code == wanted)
				code = (unsigned char)stand_ins[i].ascii;
	}
	cell_set(cv, y, x, role, code);
}

void canvas_line(struct canvas *cv, int y, int x, int width, enum role role, uint32_t code)
{
	for (int i = 0; i < width; i++)
		canvas_glyph(cv, y, x + i, role, code);
}

void canvas_box(struct canvas *cv, int y, int x, int height, int width, enum role role)
{
	canvas_line(cv, y, x, width, role, 0x2500);
	canvas_line(cv, y + height - 1, x, width, role, 0x2500);
	for (int i = 1; i < height - 1; i++) {
		canvas_glyph(cv, y + i, x, role, 0x2502);
		canvas_glyph(cv, y + i, x + width - 1, role, 0x2502);
	}
	canvas_glyph(cv, y, x, role, 0x250c);
	canvas_glyph(cv, y, x + width - 1, role, 0x2510);
	canvas_glyph(cv, y + height - 1, x, role, 0x2514);
	canvas_glyph(cv, y + height - 1, x + width - 1, role, 0x2518);
}

void canvas_over(struct canvas *cv, int y, int x, int height, int width, enum overlay over)
{
	for (int i = 0; i < height; i++)
		for (int k = 0; k < width; k++) {
			struct cell *cell = canvas_cell(cv, y + i, x + k);

			if (cell)
				cell->over = (uint8_t)over;
		}
}

void canvas_fill(struct canvas *cv, int y, int x, int height, int width, enum role role)
{
	for (int i = 0; i < height; i++)
		for (int k = 0; k < width; k++)
			cell_set(cv, y + i, x + k, role, ' ');
}

/* A role under the cursor keeps its colour and takes the cursor's background; one that is stale is faint. */
struct style canvas_style(const struct theme *theme, enum role role, enum overlay over)
{
	struct style style = theme->style[role];
	const struct style *cursor = &theme->style[ROLE_CURSOR];

	if (over == OVER_CURSOR) {
		style.back = cursor->back;
		style.flags = (style.flags & ~(unsigned)STYLE_DIM) | cursor->flags;
		if (style.fore.rich == COLOR_DEFAULT || role == ROLE_DIM || role == ROLE_BORDER)
			style.fore = cursor->fore;
	}
	if (over == OVER_STALE)
		style.flags = (style.flags & ~(unsigned)(STYLE_BOLD | STYLE_REVERSE)) | STYLE_DIM;
	return style;
}

void canvas_dump(const struct canvas *cv, struct buf *out)
{
	for (int y = 0; y < cv->rows; y++) {
		size_t end = out->len;

		for (int x = 0; x < cv->cols; x++) {
			const struct cell *cell = canvas_cell(cv, y, x);
			char bytes[4];

			if (cell->code)
				buf_put(out, bytes, text_encode(bytes, cell->code));
			if (cell->mark)
				buf_put(out, bytes, text_encode(bytes, cell->mark));
			if (cell->code != ' ' && cell->code != 0)
				end = out->len;
		}
		if (out->data && end < out->len) {
			out->len = end;
			out->data[end] = '\0';
		}
		buf_putc(out, '\n');
	}
}
