/* term_parts.h - what the files of the terminal share; term_paint.c (colours, cells), term_errors.c (file descriptor 2), term_mouse.c, term_sync.c and console_term.c. @thread ui */
#ifndef CONSOLE_TERM_PARTS_H
#define CONSOLE_TERM_PARTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "console/canvas/canvas.h"
#include "console/canvas/theme.h"

void term_paint_open(const struct theme *theme);
void term_paint_theme(const struct theme *theme);
void term_paint_close(void);
void term_paint(const struct canvas *cv); /* what has changed, to the terminal */

extern const char term_mouse_on[], term_mouse_off[];
void term_mouse_begin(void); /* the head of a report came */
/* A key behind it: true, it is a part of the report, and out is what that means once it is whole. false: it is a key. */
bool term_mouse_take(uint32_t key, uint32_t *out);

/* Keys that are none: what the terminal says of itself. */
enum { TERM_KEY_SYNC = 0x7000, TERM_KEY_NO_SYNC };
extern const char term_sync_off[];
void term_sync_ask(int tty);
bool term_sync_take(int key);  /* it was the answer */
void term_sync_begin(int tty); /* a frame; nothing where the terminal has not said that it knows it */
void term_sync_end(int tty);

void term_errors_hold(void);
void term_errors_release(void);	  /* and writes what was held */
void term_errors_emergency(void); /* async-signal-safe; so is: */
void term_write(int fd, const char *p, size_t len);

#endif
