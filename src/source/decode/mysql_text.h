/*
 * mysql_text.h - rows of a SELECT, as the text protocol carries them, to values. The same cell must come out as the
 * same struct value that the binlog's row gives, and a million rows a second must not cost an allocation each.
 *
 * Text and bytes are not copied: they point into the packet, which has to live as long as the values.
 */
#ifndef SOURCE_MYSQL_TEXT_H
#define SOURCE_MYSQL_TEXT_H

#include <stddef.h>
#include <stdint.h>

#include "core/arena.h"
#include "core/buf.h"
#include "core/err.h"
#include "row/schema.h"
#include "row/value.h"

struct text_cell { /* one column, with the function that reads it */
	int (*read)(const struct text_cell *cell, struct arena *arena, const char *p, size_t len, struct value *out);
	const struct column *column;
	bool empty_label; /* ENUM: '' is one of the labels */
};

struct text_reader {
	struct schema *schema; /* a reference */
	struct text_cell *cells;
};

int text_reader_init(struct text_reader *r, struct schema *schema, struct err *err);
void text_reader_done(struct text_reader *r);
/* What to select, so that every digit comes: `a`, (`f` + 0e0), ... */
void text_select_list(const struct schema *schema, struct buf *out);
/* One row packet into schema->ncolumns values. */
int text_row(const struct text_reader *r, struct arena *arena, const uint8_t *p, size_t len, struct value *out,
		struct err *err);

#endif
