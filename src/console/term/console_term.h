/*
 * console_term.h - the terminal: there is one, so there is no struct. Shows canvases, reads keys, catches signals, and
 * gives the terminal back on every way out: return, exit(), a signal, a crash, out of memory.
 */
#ifndef CONSOLE_CONSOLE_TERM_H
#define CONSOLE_CONSOLE_TERM_H

#include <stdbool.h>
#include <stdint.h>

#include "console/canvas/canvas.h"
#include "console/canvas/keycode.h"
#include "console/canvas/theme.h"
#include "core/buf.h"
#include "core/err.h"

int term_open(const struct theme *theme, bool mouse, struct err *err);
void term_theme(const struct theme *theme); /* another one from now on */
void term_close(void);
bool term_is_utf8(void);
bool term_is_plain(void);			 /* no braille patterns in its font */
int term_fd(void);				 /* the keyboard */
int term_signal_fd(void);			 /* readable after a signal: term_signal() names it */
int term_signal(void);				 /* 0: none waiting */
int term_error_fd(void);			 /* what others wrote to file descriptor 2 */
size_t term_error_take(char *line, size_t size); /* the last line of it; 0: none */
uint32_t term_key(bool *pasted);		 /* KEYCODE_NONE: none waiting */
void term_mouse(int *y, int *x);		 /* where the last KEYCODE_CLICK or wheel was; 0, 0: the corner */
bool term_resize(int *rows, int *cols);		 /* asks for the size; false when it is the same */
void term_show(const struct canvas *cv);
void term_repaint(void);
void term_copy(const char *text, size_t len); /* to the clipboard, by OSC 52; terminals that do not know it ignore it */
int term_edit(const char *path, struct err *err);      /* by the user's editor; returns when that has ended */
int term_edit_text(struct buf *text, struct err *err); /* the same of a text, which then is as it was left */
void term_suspend(void);			       /* to the shell; returns when brought back */

#endif
