/*
 * mysql_jsonb.h - MySQL's binary JSON to text, and the partial updates of PARTIAL_JSON. The form is full of offsets
 * that may point anywhere, so every one is checked against the value that holds it, and depth and size are limited.
 *
 * The text is Debezium's for the stream: no spaces, keys as stored, doubles without exponent, opaque values as strings.
 * Where Debezium prints something else than the document holds (unsigned 32 bits, negative times), ours is right.
 */
#ifndef SOURCE_MYSQL_JSONB_H
#define SOURCE_MYSQL_JSONB_H

#include <stddef.h>

#include "core/arena.h"
#include "core/buf.h"
#include "core/err.h"

enum { JSONB_DEPTH_MAX = 100 }; /* the server's own limit */

/* Appends the text. An empty input (a NULL in a NOT NULL column) is "null". */
int jsonb_print(const void *p, size_t len, struct buf *out, struct err *err);
/*
 * Applies the diffs of a partial update to a binary document and appends the resulting text. Scratch memory in the
 * arena.
 */
int jsonb_print_updated(const void *doc, size_t doc_len, const void *diffs, size_t diffs_len, struct arena *arena,
		struct buf *out, struct err *err);

#endif
