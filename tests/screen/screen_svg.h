/* screen_svg.h - a canvas as a picture, in the colours of a theme on a terminal of 256 colours: for the pages of docs/. */
#ifndef TESTS_SCREEN_SVG_H
#define TESTS_SCREEN_SVG_H

#include "console/canvas/canvas.h"

void screen_svg(struct buf *out, const struct canvas *cv, const struct theme *t, bool light);

#endif
