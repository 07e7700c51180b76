/*
 * format_block.h - the schema block of a message as a tree of fields, and from a field to the nearest column.
 */
#ifndef FORMAT_FORMAT_BLOCK_H
#define FORMAT_FORMAT_BLOCK_H

#include "core/json.h"
#include "format/cell/format_type.h"

struct block_field {
	enum connect_type type;
	enum connect_type item;		  /* of an array */
	const char *name;		  /* of the member that it describes; NULL at the top */
	const char *semantic;		  /* NULL: none */
	const char *allowed;		  /* parameters of Enum and EnumSet, Decimal, Bits; NULL: none */
	const char *source_type;	  /* __debezium.source.column.type; NULL: none */
	int64_t scale, precision, length; /* -1: none */
	int64_t source_length, source_scale;
	bool optional;
	struct block_field *fields; /* of a struct */
	unsigned nfields, cap_fields;
};

/*
 * Reads one schema object at j; everything is copied into the arena. -1: not a schema of Connect; j->problem or *why
 * says what.
 */
int block_read(struct json *j, struct arena *a, struct block_field *out, const char **why);
const struct block_field *block_member(const struct block_field *s, const char *name);

/* The nearest MySQL column, and how its cells stand in the payload. -1: a type that no row can hold. */
int block_column(const struct block_field *f, struct arena *a, const struct format_modes *own, struct column *column,
		struct format_type *type);
/* Would this column be written as such a field, under our own handling modes or any other? Then its shape. */
bool block_fits_column(const struct block_field *f, const struct column *column, const struct format_modes *own,
		struct format_type *type);

#endif
