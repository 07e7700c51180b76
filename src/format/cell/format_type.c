/*
 * format_type.c - the map from MySQL's types to Connect's. Most of it is a table; the types whose form depends on a
 * setting, on unsigned or on the precision have a function of a few lines.
 */
#include <string.h>

#include "format/cell/format_type.h"

const char connect_decimal_name[] = "org.apache.kafka.connect.data.Decimal";
const char connect_bits_name[] = "io.debezium.data.Bits";
const char connect_enum_name[] = "io.debezium.data.Enum";
const char connect_set_name[] = "io.debezium.data.EnumSet";
const char connect_json_name[] = "io.debezium.data.Json";
const char connect_geometry_name[] = "io.debezium.data.geometry.Geometry";
const char connect_point_name[] = "io.debezium.data.geometry.Point";
const char connect_vector_name[] = "io.debezium.data.FloatVector";

typedef struct format_type type_fn(const struct column *c, const struct format_modes *m);

static const char *const type_names[CONNECT_TYPES] = { "boolean", "int8", "int16", "int32", "int64", "float", "double",
	"string", "bytes", "array", "map", "struct" };

static struct format_type type_tinyint(const struct column *c, const struct format_modes *m)
{
	return c->is_boolean ? (struct format_type){ CONNECT_BOOLEAN, CELL_BOOLEAN, NULL }
			     : (struct format_type){ CONNECT_INT16, CELL_INT, NULL };
}

static struct format_type type_smallint(const struct column *c, const struct format_modes *m)
{
	return (struct format_type){ c->is_unsigned ? CONNECT_INT32 : CONNECT_INT16, CELL_INT, NULL };
}

static struct format_type type_int(const struct column *c, const struct format_modes *m)
{
	return (struct format_type){ c->is_unsigned ? CONNECT_INT64 : CONNECT_INT32, CELL_INT, NULL };
}

static struct format_type type_bigint(const struct column *c, const struct format_modes *m)
{
	if (!c->is_unsigned)
		return (struct format_type){ CONNECT_INT64, CELL_INT, NULL };
	if (m->bigint == BIGINT_PRECISE)
		return (struct format_type){ CONNECT_BYTES, CELL_UNSIGNED_DECIMAL, connect_decimal_name };
	return (struct format_type){ CONNECT_INT64, CELL_LONG_UNSIGNED, NULL };
}

static struct format_type type_float(const struct column *c, const struct format_modes *m)
{
	return c->has_scale ? (struct format_type){ CONNECT_DOUBLE, CELL_DOUBLE, NULL }
			    : (struct format_type){ CONNECT_FLOAT, CELL_FLOAT, NULL };
}

static struct format_type type_decimal(const struct column *c, const struct format_modes *m)
{
	static const struct format_type by_mode[] = {
		[DECIMAL_PRECISE] = { CONNECT_BYTES, CELL_DECIMAL, connect_decimal_name },
		[DECIMAL_DOUBLE] = { CONNECT_DOUBLE, CELL_DECIMAL_DOUBLE, NULL },
		[DECIMAL_STRING] = { CONNECT_STRING, CELL_DECIMAL_STRING, NULL },
	};

	return by_mode[m->decimal];
}

static struct format_type type_bit(const struct column *c, const struct format_modes *m)
{
	return c->length <= 1 ? (struct format_type){ CONNECT_BOOLEAN, CELL_BOOLEAN, NULL }
			      : (struct format_type){ CONNECT_BYTES, CELL_BITS, connect_bits_name };
}

static struct format_type type_binary(const struct column *c, const struct format_modes *m)
{
	static const struct format_type by_mode[] = {
		[BINARY_BYTES] = { CONNECT_BYTES, CELL_BASE64, NULL },
		[BINARY_BASE64] = { CONNECT_STRING, CELL_BASE64, NULL },
		[BINARY_BASE64_URL] = { CONNECT_STRING, CELL_BASE64_URL, NULL },
		[BINARY_HEX] = { CONNECT_STRING, CELL_HEX, NULL },
	};

	return by_mode[m->binary];
}

static struct format_type type_date(const struct column *c, const struct format_modes *m)
{
	const char *name = m->time == TIME_CONNECT ? "org.apache.kafka.connect.data.Date" : "io.debezium.time.Date";

	return (struct format_type){ CONNECT_INT32, CELL_DATE, name };
}

static struct format_type type_time(const struct column *c, const struct format_modes *m)
{
	if (m->time == TIME_CONNECT)
		return (struct format_type){ CONNECT_INT32, CELL_MILLI_TIME, "org.apache.kafka.connect.data.Time" };
	return (struct format_type){ CONNECT_INT64, CELL_MICRO_TIME, "io.debezium.time.MicroTime" };
}

static struct format_type type_datetime(const struct column *c, const struct format_modes *m)
{
	if (m->time == TIME_CONNECT)
		return (struct format_type){ CONNECT_INT64, CELL_MILLIS, "org.apache.kafka.connect.data.Timestamp" };
	if (c->scale <= 3)
		return (struct format_type){ CONNECT_INT64, CELL_MILLIS, "io.debezium.time.Timestamp" };
	return (struct format_type){ CONNECT_INT64, CELL_MICROS, "io.debezium.time.MicroTimestamp" };
}

static const struct type_row {
	type_fn *choose; /* when the form depends on more than the type */
	struct format_type fixed;
} type_table[COL_COUNT] = {
	[COL_TINYINT] = { type_tinyint, { 0 } },
	[COL_SMALLINT] = { type_smallint, { 0 } },
	[COL_MEDIUMINT] = { NULL, { CONNECT_INT32, CELL_INT, NULL } },
	[COL_INT] = { type_int, { 0 } },
	[COL_BIGINT] = { type_bigint, { 0 } },
	[COL_FLOAT] = { type_float, { 0 } },
	[COL_DOUBLE] = { NULL, { CONNECT_DOUBLE, CELL_DOUBLE, NULL } },
	[COL_DECIMAL] = { type_decimal, { 0 } },
	[COL_BIT] = { type_bit, { 0 } },
	[COL_YEAR] = { NULL, { CONNECT_INT32, CELL_INT, "io.debezium.time.Year" } },
	[COL_DATE] = { type_date, { 0 } },
	[COL_TIME] = { type_time, { 0 } },
	[COL_DATETIME] = { type_datetime, { 0 } },
	[COL_TIMESTAMP] = { NULL, { CONNECT_STRING, CELL_ZONED, "io.debezium.time.ZonedTimestamp" } },
	[COL_CHAR] = { NULL, { CONNECT_STRING, CELL_TEXT, NULL } },
	[COL_VARCHAR] = { NULL, { CONNECT_STRING, CELL_TEXT, NULL } },
	[COL_TINYTEXT] = { NULL, { CONNECT_STRING, CELL_TEXT, NULL } },
	[COL_TEXT] = { NULL, { CONNECT_STRING, CELL_TEXT, NULL } },
	[COL_MEDIUMTEXT] = { NULL, { CONNECT_STRING, CELL_TEXT, NULL } },
	[COL_LONGTEXT] = { NULL, { CONNECT_STRING, CELL_TEXT, NULL } },
	[COL_BINARY] = { type_binary, { 0 } },
	[COL_VARBINARY] = { type_binary, { 0 } },
	[COL_TINYBLOB] = { type_binary, { 0 } },
	[COL_BLOB] = { type_binary, { 0 } },
	[COL_MEDIUMBLOB] = { type_binary, { 0 } },
	[COL_LONGBLOB] = { type_binary, { 0 } },
	[COL_ENUM] = { NULL, { CONNECT_STRING, CELL_TEXT, connect_enum_name } },
	[COL_SET] = { NULL, { CONNECT_STRING, CELL_TEXT, connect_set_name } },
	[COL_JSON] = { NULL, { CONNECT_STRING, CELL_TEXT, connect_json_name } },
	[COL_GEOMETRY] = { NULL, { CONNECT_STRUCT, CELL_GEOMETRY, connect_geometry_name } },
	[COL_POINT] = { NULL, { CONNECT_STRUCT, CELL_POINT, connect_point_name } },
	[COL_LINESTRING] = { NULL, { CONNECT_STRUCT, CELL_GEOMETRY, connect_geometry_name } },
	[COL_POLYGON] = { NULL, { CONNECT_STRUCT, CELL_GEOMETRY, connect_geometry_name } },
	[COL_MULTIPOINT] = { NULL, { CONNECT_STRUCT, CELL_GEOMETRY, connect_geometry_name } },
	[COL_MULTILINESTRING] = { NULL, { CONNECT_STRUCT, CELL_GEOMETRY, connect_geometry_name } },
	[COL_MULTIPOLYGON] = { NULL, { CONNECT_STRUCT, CELL_GEOMETRY, connect_geometry_name } },
	[COL_GEOMCOLLECTION] = { NULL, { CONNECT_STRUCT, CELL_GEOMETRY, connect_geometry_name } },
	[COL_VECTOR] = { NULL, { CONNECT_ARRAY, CELL_VECTOR, connect_vector_name } },
};

struct format_modes format_modes_of(const struct format_conf *conf)
{
	return (struct format_modes){ conf->decimal_mode, conf->time_mode, conf->bigint_mode, conf->binary_mode };
}

int format_type_of(const struct column *c, const struct format_modes *modes, struct format_type *out)
{
	if (c->type == COL_UNKNOWN)
		return -1;
	*out = type_table[c->type].choose ? type_table[c->type].choose(c, modes) : type_table[c->type].fixed;
	return 0;
}

const char *connect_type_name(enum connect_type type)
{
	return type_names[type];
}

int connect_type_parse(const char *name, size_t len)
{
	for (int i = 0; i < CONNECT_TYPES; i++)
		if (strlen(type_names[i]) == len && memcmp(type_names[i], name, len) == 0)
			return i;
	return -1;
}
