/*
 * column_type.c - the table of MySQL's types (column_type.h), and the names that MySQL takes for them. TEXT and BLOB, CHAR
 * and BINARY stand in the same order in it: one is the other with a character set.
 */
#include "row/column_type.h"

#include <string.h>
#include <strings.h>

#define COLUMN_TYPE_FACTS(id, ...) [id] = { __VA_ARGS__ },
const struct column_type_facts column_types[COL_COUNT] = { COLUMN_TYPES(COLUMN_TYPE_FACTS) };
#undef COLUMN_TYPE_FACTS

enum { TEXT_TO_BYTES = COL_BINARY - COL_CHAR };

_Static_assert(COL_LONGBLOB - COL_LONGTEXT == TEXT_TO_BYTES, "types of text and of bytes have one order");

static const struct {
	const char *name;
	enum column_type type;
} names[] = {
	{ "BOOL", COL_TINYINT },
	{ "BOOLEAN", COL_TINYINT },
	{ "INT1", COL_TINYINT },
	{ "INT2", COL_SMALLINT },
	{ "INT3", COL_MEDIUMINT },
	{ "MIDDLEINT", COL_MEDIUMINT },
	{ "INTEGER", COL_INT },
	{ "INT4", COL_INT },
	{ "INT8", COL_BIGINT },
	{ "SERIAL", COL_BIGINT },
	{ "FLOAT4", COL_FLOAT },
	{ "FLOAT8", COL_DOUBLE },
	{ "REAL", COL_DOUBLE },
	{ "DOUBLE PRECISION", COL_DOUBLE },
	{ "NUMERIC", COL_DECIMAL },
	{ "DEC", COL_DECIMAL },
	{ "FIXED", COL_DECIMAL },
	{ "CHARACTER", COL_CHAR },
	{ "NCHAR", COL_CHAR },
	{ "NATIONAL CHAR", COL_CHAR },
	{ "NATIONAL CHARACTER", COL_CHAR },
	{ "VARCHARACTER", COL_VARCHAR },
	{ "NVARCHAR", COL_VARCHAR },
	{ "CHAR VARYING", COL_VARCHAR },
	{ "CHARACTER VARYING", COL_VARCHAR },
	{ "NCHAR VARCHAR", COL_VARCHAR },
	{ "NCHAR VARCHARACTER", COL_VARCHAR },
	{ "NCHAR VARYING", COL_VARCHAR },
	{ "NATIONAL VARCHAR", COL_VARCHAR },
	{ "NATIONAL VARCHARACTER", COL_VARCHAR },
	{ "NATIONAL CHAR VARYING", COL_VARCHAR },
	{ "NATIONAL CHARACTER VARYING", COL_VARCHAR },
	{ "LONG", COL_MEDIUMTEXT },
	{ "LONG CHAR VARYING", COL_MEDIUMTEXT },
	{ "LONG CHARACTER VARYING", COL_MEDIUMTEXT },
	{ "LONG VARCHAR", COL_MEDIUMTEXT },
	{ "LONG VARCHARACTER", COL_MEDIUMTEXT },
	{ "LONG VARBINARY", COL_MEDIUMBLOB },
	{ "GEOMETRYCOLLECTION", COL_GEOMCOLLECTION },
};

static bool same(const char *own, const char *name, size_t len)
{
	return strncasecmp(own, name, len) == 0 && own[len] == '\0';
}

bool column_type_find(const char *name, size_t len, enum column_type *out)
{
	for (int t = 0; t < COL_UNKNOWN; t++)
		if (same(column_types[t].name, name, len))
			return *out = (enum column_type)t, true;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (same(names[i].name, name, len))
			return *out = names[i].type, true;
	return false;
}

const char *column_type_name(enum column_type type)
{
	return (size_t)type < COL_COUNT ? column_types[type].name : column_types[COL_UNKNOWN].name;
}

enum column_type column_type_holding(enum type_class class, uint64_t bytes)
{
	enum column_type found = COL_UNKNOWN;

	for (int t = 0; t < COL_COUNT; t++) {
		if (column_types[t].class != class)
			continue;
		found = (enum column_type)t;
		if (bytes <= column_types[t].width)
			break;
	}
	return found;
}

enum column_type column_type_of_bytes(enum column_type type)
{
	enum type_class class = type_class(type);

	return class == CLASS_CHAR || class == CLASS_TEXT ? (enum column_type)(type + TEXT_TO_BYTES) : type;
}

enum column_type column_type_of_text(enum column_type type)
{
	enum type_class class = type_class(type);

	return class == CLASS_BINARY || class == CLASS_BLOB ? (enum column_type)(type - TEXT_TO_BYTES) : type;
}
