/*
 * format_read.h - one cell back from the payload. The reader is chosen once per column; it is called per value.
 */
#ifndef FORMAT_FORMAT_READ_H
#define FORMAT_FORMAT_READ_H

#include "core/json.h"
#include "format/cell/format_type.h"

struct read_cell;
/* j stands at the value, which is not null. False: not such a value. Texts without escapes point into the message. */
typedef bool cell_read_fn(struct json *j, struct arena *a, const struct read_cell *c, struct value *out);

enum read_role { ROLE_COLUMN, ROLE_DELETED, ROLE_OP, ROLE_COMMIT_MS, ROLE_COMMIT_US, ROLE_SKIP };

struct read_cell {
	cell_read_fn *read;
	enum read_role role;
	const char *prefix; /* `{"name":` or `,"name":` as Jackson writes it */
	uint32_t prefix_len, name_len;
	const char *name;
	const struct column *column; /* NULL for other roles */
	uint8_t digits;		     /* fraction digits, or the scale */
	uint16_t index;		     /* in the row */
};

cell_read_fn *cell_reader(enum cell_shape shape, const struct column *c);
/* by the kind of the JSON value */
bool cell_read_dynamic(struct json *j, struct arena *a, const struct read_cell *c, struct value *out);

#endif
