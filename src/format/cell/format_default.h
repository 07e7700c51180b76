/*
 * format_default.h - the DEFAULT of a column as JSON, and what a SQL NULL is written as.
 */
#ifndef FORMAT_FORMAT_DEFAULT_H
#define FORMAT_FORMAT_DEFAULT_H

#include "core/buf.h"
#include "format/cell/format_type.h"

/* Appends the default as the payload would show it; false and nothing appended when the schema has none. */
bool format_default_write(struct buf *b, const struct column *c, const struct format_type *t);
/* Appends what NULL becomes: null, the default (always when NOT NULL, else by `replace`), or the type's fallback. */
void format_null_write(struct buf *b, const struct column *c, const struct format_type *t, bool replace);

#endif
