/*
 * theme.h - what the screen's parts look like. Views name roles, never colours; a theme file gives each role a style. A
 * style holds what the file says for rich and for poor terminals, and the terminal takes what it can show.
 */
#ifndef CONSOLE_THEME_H
#define CONSOLE_THEME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/buf.h"
#include "core/err.h"

#define THEME_ROLES(ROLE) \
	ROLE(TEXT, "text") \
	ROLE(DIM, "text.dim") \
	ROLE(STRONG, "text.strong") \
	ROLE(TITLE, "title") \
	ROLE(TAB, "tab") \
	ROLE(TAB_CURRENT, "tab.current") \
	ROLE(BORDER, "border") \
	ROLE(HEADER, "header") \
	ROLE(HEADER_SORT, "header.sort") \
	ROLE(CURSOR, "cursor") \
	ROLE(KEY, "key") \
	ROLE(HINT, "hint") \
	ROLE(STATUS, "status") \
	ROLE(STATUS_ERROR, "status.error") \
	ROLE(PROMPT, "prompt") \
	ROLE(DIALOG, "dialog") \
	ROLE(DIALOG_DANGER, "dialog.danger") \
	ROLE(OK, "state.ok") \
	ROLE(WARN, "state.warn") \
	ROLE(CRIT, "state.crit") \
	ROLE(PAUSED, "state.paused") \
	ROLE(EDGE_IDLE, "edge.idle") \
	ROLE(EDGE_LOW, "edge.low") \
	ROLE(EDGE_HIGH, "edge.high") \
	ROLE(UNTRUSTED, "untrusted")

#define THEME_ENUM(id, name) ROLE_##id,
enum role { THEME_ROLES(THEME_ENUM) ROLE_COUNT };
#undef THEME_ENUM

enum { COLOR_DEFAULT = -1 };

struct color {
	int16_t rich; /* COLOR_DEFAULT, or 0..255 */
	int16_t poor; /* COLOR_DEFAULT, or 0..7, plus 8 when bright */
};

enum { STYLE_BOLD = 1, STYLE_DIM = 2, STYLE_ITALIC = 4, STYLE_UNDERLINE = 8, STYLE_REVERSE = 16 };

struct style {
	struct color fore, back;
	unsigned flags;
};

enum theme_charset { CHARSET_AUTO, CHARSET_UTF8, CHARSET_ASCII };

struct theme {
	char name[64];
	enum theme_charset charset;
	struct style style[ROLE_COUNT];
};

void theme_default(struct theme *t); /* harbor, compiled in */
/* Reads text over what t holds. Wrong lines keep what was there and come back in err (the first one); -1 then. */
int theme_parse(struct theme *t, const char *file, const char *text, size_t len, struct err *err);
/* A name is looked for in dirs (ends with NULL), a word with a '/' is a path. On failure t is the default. */
int theme_load(struct theme *t, const char *name, const char *const *dirs, struct err *err);
const char *theme_default_text(void);
const char *theme_role_name(enum role role);
int theme_nearest_256(int red, int green, int blue); /* the index of xterm's palette that is nearest */

#endif
