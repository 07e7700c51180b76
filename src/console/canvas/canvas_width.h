/* canvas_width.h - how many columns a character takes: 0 (a combining mark), 1 or 2. A table of our own, because the
 * C library's answer depends on the locale and the screen tests must not. */
#ifndef CONSOLE_CANVAS_WIDTH_H
#define CONSOLE_CANVAS_WIDTH_H

#include <stdint.h>

int canvas_code_width(uint32_t code);

#endif
