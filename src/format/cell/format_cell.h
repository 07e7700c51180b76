/*
 * format_cell.h - one cell to its bytes in the payload. The writer is chosen once per column; it is called per value.
 */
#ifndef FORMAT_FORMAT_CELL_H
#define FORMAT_FORMAT_CELL_H

#include "format/cell/format_type.h"

struct cell_env {	     /* what a writer may know beside the value */
	bool snapshot;	     /* some types are rendered differently in the two phases */
	bool adjust_years;   /* enable.time.adjuster */
	const char *problem; /* set by a writer that returns NULL; static text */
};

struct format_cell;
struct cell_map;
/* Writes v at out and returns the end, or NULL with env->problem. Never called with NULL or ABSENT. */
typedef char *cell_write_fn(char *out, const struct format_cell *c, const struct value *v, struct cell_env *env);

struct format_cell {
	cell_write_fn *write;
	const char *prefix;    /* `,"name":`; readable 16 bytes past its end */
	const char *null_text; /* what SQL NULL becomes: null, the default, or the type's fallback */
	uint32_t prefix_len, null_len;
	const struct column *column;
	uint8_t digits;		    /* fraction digits, or bytes of a BIT */
	const struct cell_map *map; /* of a mapped column (format_mapper.h), else NULL */
};

#define CELL_FIXED_BOUND 192 /* the most that any cell writes beside 6 bytes for each byte of the value */

cell_write_fn *cell_writer(enum cell_shape shape);
/* with quotes; needs 6 * len + 2, less for long texts: see value_bound() */
/* Copies a short text whose source may be read, and whose target written, up to 16 bytes past the end. */
static inline char *cell_copy(char *out, const char *p, size_t len)
{
	if (len <= 16)
		__builtin_memcpy(out, p, 16);
	else
		__builtin_memcpy(out, p, len);
	return out + len;
}

static inline char *cell_put(char *out, const char *p, size_t len)
{
	__builtin_memcpy(out, p, len);
	return out + len;
}

#endif
