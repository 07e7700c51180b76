/* term_parts.h - what the files of the terminal share; term_paint.c (colours, cells), term_errors.c (file descriptor 2), term_mouse.c and console_term.c. @thread ui */
#ifndef CONSOLE_TERM_PARTS_H
#define CONSOLE_TERM_PARTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "console/canvas/theme.h"

void term_paint_open(const struct theme *theme);
void term_paint_theme(const struct theme *theme);
void term_paint_close(void);

extern const char term_mouse_on[], term_mouse_off[];
void term_mouse_begin(void); /* the head of a report came */
/* A key behind it: true, it is a part of the report, and out is what that means once it is whole. false: it is a key. */
bool term_mouse_take(uint32_t key, uint32_t *out);

void term_errors_hold(void);
void term_errors_release(void);	  /* and writes what was held */
void term_errors_emergency(void); /* async-signal-safe; so is: */
void term_write(int fd, const char *p, size_t len);

#endif
