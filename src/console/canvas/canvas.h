/*
 * canvas.h - a screen without a terminal: a grid of characters with roles. Views draw here and nowhere else, tests
 * read it as text, console_term.c shows it. All text passes one sanitiser on the way in: data is hostile, and a cell
 * can hold nothing but one printable character.
 */
#ifndef CONSOLE_CANVAS_H
#define CONSOLE_CANVAS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "console/canvas/theme.h"
#include "core/buf.h"

struct cell {
	uint32_t code; /* 0: the right half of a wide character */
	uint32_t mark; /* a combining mark on it, or 0 */
	uint8_t role;  /* enum role */
	uint8_t over;  /* enum overlay: what lies on the role and leaves its colour to be seen */
};

enum overlay { OVER_NONE, OVER_CURSOR, OVER_STALE, OVER_COUNT };

struct canvas {
	int rows, cols;
	bool ascii; /* the terminal shows ASCII only */
	bool plain; /* it has no braille patterns: the Linux console */
	struct cell *cells;
};

void canvas_init(struct canvas *cv);
void canvas_done(struct canvas *cv);
void canvas_resize(struct canvas *cv, int rows, int cols); /* and clears; at most CANVAS_MAX each */
void canvas_clear(struct canvas *cv);
struct cell *canvas_cell(const struct canvas *cv, int y, int x); /* NULL outside */

/* Writes text into at most width columns and returns how many it took; what does not fit ends in an ellipsis. */
int canvas_text(struct canvas *cv, int y, int x, int width, enum role role, const char *text);
int canvas_text_n(struct canvas *cv, int y, int x, int width, enum role role, const char *text, size_t len);
int canvas_right(struct canvas *cv, int y, int x, int width, enum role role, const char *text); /* right-aligned */
int canvas_printf(struct canvas *cv, int y, int x, int width, enum role role, const char *fmt, ...)
		__attribute__((format(printf, 6, 7)));
int canvas_width(const struct canvas *cv, const char *text, size_t len); /* columns that a text takes */
size_t canvas_fit(const struct canvas *cv, const char *text, size_t len,
		int width); /* bytes that fit; at least one character */

void canvas_glyph(struct canvas *cv, int y, int x, enum role role,
		uint32_t code); /* our own signs; ASCII has stand-ins */
void canvas_line(struct canvas *cv, int y, int x, int width, enum role role, uint32_t code);
void canvas_box(struct canvas *cv, int y, int x, int height, int width, enum role role);
void canvas_over(struct canvas *cv, int y, int x, int height, int width, enum overlay over); /* keeps text and roles */
void canvas_fill(struct canvas *cv, int y, int x, int height, int width, enum role role);

struct style canvas_style(const struct theme *theme, enum role role, enum overlay over);

void canvas_dump(const struct canvas *cv, struct buf *out); /* lines without trailing blanks */

#define CANVAS_MAX 500

#endif
