/*
 * mysql_value.h - one column of a row image to one value. Every type on the wire is either of fixed width or a length
 * and that many bytes, so the row reader does the framing and the bounds, and a decode function gets exactly its bytes.
 */
#ifndef SOURCE_MYSQL_VALUE_H
#define SOURCE_MYSQL_VALUE_H

#include "core/arena.h"
#include "core/buf.h"
#include "core/err.h"
#include "row/schema.h"
#include "row/value.h"
#include "source/decode/mysql_charset.h"
#include "source/decode/mysql_table_map.h"

struct decode_context {
	struct arena *arena;
	struct buf *scratch; /* JSON is written here first */
	struct err *err;
};

struct column_decoder;

/* len is the fixed width, or what the length said. 0, or -1 with the context's err set. */
typedef int value_decode_fn(const struct decode_context *ctx, const struct column_decoder *c, const uint8_t *p,
		size_t len, struct value *out);

struct column_decoder {
	value_decode_fn *decode;
	uint32_t fixed;		  /* width in bytes; 0: a length is in front */
	uint8_t prefix;		  /* bytes of that length, 1 to 4 */
	uint8_t precision, scale; /* DECIMAL; scale: fraction digits of times */
	bool is_json;
	bool nullable;
	uint16_t labels;
	uint32_t length; /* BINARY(n): n */
	int target;	 /* column of the rows that come out; -1: stepped over */
	const char *const *label;
	uint32_t *label_len;	 /* own memory */
	struct charset *charset; /* own */
};

/* The schema's column must outlive the decoder. */
int column_decoder_prepare(struct column_decoder *c, const struct table_map_column *wire, const struct column *column,
		struct err *err);
void column_decoder_done(struct column_decoder *c);

#endif
