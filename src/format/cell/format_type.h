/*
 * format_type.h - which Kafka Connect type a MySQL column becomes, under the configured handling modes. Schemas, the
 * cell writers and the cell readers all ask here, so that they cannot disagree.
 */
#ifndef FORMAT_FORMAT_TYPE_H
#define FORMAT_FORMAT_TYPE_H

#include "format/format_conf.h"
#include "row/batch.h"

enum connect_type {
	CONNECT_BOOLEAN,
	CONNECT_INT8,
	CONNECT_INT16,
	CONNECT_INT32,
	CONNECT_INT64,
	CONNECT_FLOAT,
	CONNECT_DOUBLE,
	CONNECT_STRING,
	CONNECT_BYTES,
	CONNECT_ARRAY,
	CONNECT_MAP,
	CONNECT_STRUCT,
	CONNECT_TYPES
};

enum cell_shape { /* how a cell stands in the payload */
	CELL_BOOLEAN,
	CELL_INT,
	CELL_LONG_UNSIGNED,
	CELL_FLOAT,
	CELL_DOUBLE,
	CELL_DECIMAL,
	CELL_DECIMAL_DOUBLE,
	CELL_DECIMAL_STRING,
	CELL_UNSIGNED_DECIMAL,
	CELL_TEXT,
	CELL_BASE64,
	CELL_BASE64_URL,
	CELL_HEX,
	CELL_BITS,
	CELL_DATE,
	CELL_MICRO_TIME,
	CELL_MILLI_TIME,
	CELL_MILLIS,
	CELL_MICROS,
	CELL_ZONED,
	CELL_GEOMETRY,
	CELL_POINT,
	CELL_VECTOR,
	CELL_NANO_TIME,
	CELL_NANOS, /* read only: Debezium 3.1 and later */
	CELL_SHAPES
};

struct format_type {
	enum connect_type type;
	enum cell_shape shape;
	const char *name; /* semantic name, NULL: none */
};

struct format_modes {
	int decimal, time, bigint, binary;
};

struct format_modes format_modes_of(const struct format_conf *conf);
/* -1: no such type */
int format_type_of(const struct column *c, const struct format_modes *modes, struct format_type *out);
const char *connect_type_name(enum connect_type type);
int connect_type_parse(const char *name, size_t len); /* -1: unknown */

extern const char connect_decimal_name[], connect_bits_name[], connect_enum_name[], connect_set_name[],
		connect_json_name[];
extern const char connect_geometry_name[], connect_point_name[], connect_vector_name[];

#endif
