/*
 * script_text.h - a section's scripts as one text, to keep and to make again:
 *
 *   script 120 orders.lua		(or: filter 80 millrace.conf)
 *   ..120 bytes..
 *   file 300 lib/masks.lua		that the script above has read by require() or lookup()
 *   ..300 bytes..
 */
#ifndef ENGINE_SCRIPT_TEXT_H
#define ENGINE_SCRIPT_TEXT_H

#include "core/buf.h"
#include "engine/settings/settings.h"

void script_text_put(struct buf *b, const struct script *script);
/* NULL: ERR_CONFIG. text is changed. */
struct script *script_text_open(char *text, size_t len, const struct settings *s, const struct table_settings *t,
		struct err *err);
/* The next part, from *at on, which is advanced; its text is ended by a NUL. false: no more, or damaged (*at is not the end). */
struct script_text_part {
	char *kind, *name, *text;
};
bool script_text_next(char *text, size_t len, size_t *at, struct script_text_part *out);

#endif
