/*
 * term_child.h - another program has the terminal for a while: an editor. It is the foreground process group of the terminal, so that its keys are its own,
 * and this process goes on behind it. @thread ui
 */
#ifndef CONSOLE_TERM_CHILD_H
#define CONSOLE_TERM_CHILD_H

#include "core/err.h"

/*
 * $VISUAL, else $EDITOR, else vi, on a file; returns when it has ended. ended: asked five times a second whether it has to, then it gets SIGHUP. -1: err
 */
int term_child_edit(int tty, const char *path, bool ended(void), struct err *err);

#endif
