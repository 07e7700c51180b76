/*
 * cast.h - a session of the console as a file that can be played (asciicast v2: asciinema play FILE): what the canvas shows, never what is typed. What
 * screens mask is masked, and a request for unmasked values is refused while it is recorded. @thread ui
 */
#ifndef CONSOLE_CAST_H
#define CONSOLE_CAST_H

#include "console/canvas/canvas.h"
#include "core/err.h"

struct cast;
/* A new file that only its owner reads; NULL: err. theme: lent for the call. */
struct cast *cast_open(const char *path, const struct theme *theme, const struct canvas *cv, struct err *err);
void cast_theme(struct cast *c, const struct theme *theme);
/* What has changed since the last one. -1, once: err, and no more is recorded: the file is full (256 MiB), or cannot be written. */
int cast_show(struct cast *c, const struct canvas *cv, struct err *err);
void cast_close(struct cast *c);	/* NULL allowed */
bool cast_refuses(const char *request); /* it asks for what is masked */

#endif
