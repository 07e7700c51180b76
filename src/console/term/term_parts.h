/* term_parts.h - what the files of the terminal share; term_paint.c (colours, cells), term_errors.c (file descriptor 2) and console_term.c. @thread ui */
#ifndef CONSOLE_TERM_PARTS_H
#define CONSOLE_TERM_PARTS_H

#include <stddef.h>

#include "console/canvas/theme.h"

void term_paint_open(const struct theme *theme);
void term_paint_theme(const struct theme *theme);
void term_paint_close(void);

void term_errors_hold(void);
void term_errors_release(void);	  /* and writes what was held */
void term_errors_emergency(void); /* async-signal-safe; so is: */
void term_write(int fd, const char *p, size_t len);

#endif
