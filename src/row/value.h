/*
 * value.h - one cell of a row, 16 bytes, exact. A value never owns memory: text and bytes point into the arena of the
 * batch that holds the row (often straight into the packet that came off the wire) or into the schema (enum labels).
 *
 * What a kind means beside its column (row/schema.h) is fixed here, so that the decoder, the formats, the scripts and
 * the sinks agree. Text is always UTF-8: decoders convert.
 */
#ifndef ROW_VALUE_H
#define ROW_VALUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum value_kind {
	VALUE_ABSENT, /* not in the row image, or not set by a script: leave the target's cell alone */
	VALUE_NULL,
	VALUE_INT,	  /* i; integers up to BIGINT, YEAR (0 or 1901..2155), booleans 0 and 1 */
	VALUE_UINT,	  /* u; BIGINT UNSIGNED, BIT(1..64) */
	VALUE_FLOAT,	  /* d holds a float exactly */
	VALUE_DOUBLE,	  /* d */
	VALUE_DECIMAL,	  /* i is the unscaled integer, aux the scale: 123.45 is 12345, 2. Whenever it fits */
	VALUE_BIGDECIMAL, /* text with all digits of the scale, aux the scale: for what does not fit in 63 bits */
	VALUE_TEXT,	  /* UTF-8; also ENUM (the label), SET (labels joined by ','), JSON (its text) */
	VALUE_BYTES,	  /* BINARY, BLOB, GEOMETRY (4 bytes srid, then WKB), VECTOR (little-endian floats) */
	VALUE_DATE,	  /* i: days since 1970-01-01 */
	VALUE_TIME,	  /* i: microseconds, signed, beyond 24 h allowed; aux: fraction digits of the column */
	VALUE_DATETIME,	  /* i: microseconds since 1970-01-01 00:00:00 read as UTC; aux: fraction digits */
	VALUE_TIMESTAMP,  /* i: microseconds since the epoch, UTC; aux: fraction digits */
	VALUE_ZERODATE /* DATE, DATETIME or TIMESTAMP with a zero or impossible part: text as MySQL prints it; aux: fraction digits */
};

struct value {
	uint8_t kind; /* enum value_kind */
	uint8_t aux;
	uint16_t flags; /* VALUE_F_... */
	uint32_t len;	/* of p, bytes */
	union {
		int64_t i;
		uint64_t u;
		double d;
		const char *p;
	};
};

enum { VALUE_F_INVALID_ENUM = 1 }; /* index 0 of an ENUM: the text is "" */

_Static_assert(sizeof(struct value) == 16, "a cell is 16 bytes");

static inline struct value value_null(void)
{
	return (struct value){ .kind = VALUE_NULL };
}
static inline struct value value_int(int64_t i)
{
	return (struct value){ .kind = VALUE_INT, .i = i };
}
static inline struct value value_text(const char *p, size_t len)
{
	return (struct value){ .kind = VALUE_TEXT, .len = (uint32_t)len, .p = p };
}

static inline bool value_has_bytes(const struct value *v)
{
	return v->kind == VALUE_TEXT || v->kind == VALUE_BYTES || v->kind == VALUE_BIGDECIMAL ||
			v->kind == VALUE_ZERODATE;
}

bool value_equal(const struct value *a, const struct value *b); /* same kind, same content */
uint64_t value_hash(const struct value *v, uint64_t seed);

/*
 * The value as MySQL's client prints it, for people, comparison and SQL literals made from it: 123.45, 2018-06-20
 * 13:37:03.500000, -838:59:59. Bytes are written raw. Returns the length; at most value_print_bound().
 */
size_t value_print(const struct value *v, char *out);
size_t value_print_bound(const struct value *v);
const char *value_kind_name(enum value_kind kind);

#endif
