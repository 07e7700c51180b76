/*
 * column_type.h - MySQL's column types, one row each: what it is called, which class it is of, how wide it is and how a cell
 * of it is stored. Who treats all types of a class alike asks for the class. tests/types.sh looks that a new type touches no
 * other files than docs/architecture.md names for one.
 * @thread any
 */
#ifndef ROW_COLUMN_TYPE_H
#define ROW_COLUMN_TYPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "row/value.h"

enum type_class {
	CLASS_UNKNOWN, /* stops the table, by name */
	CLASS_INTEGER,
	CLASS_FLOAT,
	CLASS_DECIMAL,
	CLASS_BIT,
	CLASS_YEAR,
	CLASS_DATE,
	CLASS_TIME,
	CLASS_DATETIME, /* DATETIME, TIMESTAMP: the stored kind tells them apart */
	CLASS_CHAR,	/* CHAR, VARCHAR: up to a number of characters */
	CLASS_TEXT,
	CLASS_BINARY, /* BINARY, VARBINARY: up to a number of bytes */
	CLASS_BLOB,
	CLASS_ENUM,
	CLASS_SET,
	CLASS_JSON,
	CLASS_GEOMETRY,
	CLASS_OPAQUE, /* bytes that nothing here looks into: VECTOR */
	CLASS_COUNT
};

/*
 * Enumerator; MySQL's own name, to which aliases are resolved; class; width: bits of an integer, the most bytes of a TEXT, BLOB
 * or JSON, else 0: the column says it; the kind of its cells; java.sql.Types' number, which Debezium's schema history has.
 */
#define COLUMN_TYPES(T) \
	T(COL_TINYINT, "tinyint", CLASS_INTEGER, 8, VALUE_INT, 5) \
	T(COL_SMALLINT, "smallint", CLASS_INTEGER, 16, VALUE_INT, 5) \
	T(COL_MEDIUMINT, "mediumint", CLASS_INTEGER, 24, VALUE_INT, 4) \
	T(COL_INT, "int", CLASS_INTEGER, 32, VALUE_INT, 4) \
	T(COL_BIGINT, "bigint", CLASS_INTEGER, 64, VALUE_INT, -5) \
	T(COL_FLOAT, "float", CLASS_FLOAT, 0, VALUE_FLOAT, 6) \
	T(COL_DOUBLE, "double", CLASS_FLOAT, 0, VALUE_DOUBLE, 8) \
	T(COL_DECIMAL, "decimal", CLASS_DECIMAL, 0, VALUE_DECIMAL, 3) \
	T(COL_BIT, "bit", CLASS_BIT, 0, VALUE_UINT, -7) \
	T(COL_YEAR, "year", CLASS_YEAR, 0, VALUE_INT, 4) \
	T(COL_DATE, "date", CLASS_DATE, 0, VALUE_DATE, 91) \
	T(COL_TIME, "time", CLASS_TIME, 0, VALUE_TIME, 92) \
	T(COL_DATETIME, "datetime", CLASS_DATETIME, 0, VALUE_DATETIME, 93) \
	T(COL_TIMESTAMP, "timestamp", CLASS_DATETIME, 0, VALUE_TIMESTAMP, 2014) \
	T(COL_CHAR, "char", CLASS_CHAR, 0, VALUE_TEXT, 1) \
	T(COL_VARCHAR, "varchar", CLASS_CHAR, 0, VALUE_TEXT, 12) \
	T(COL_TINYTEXT, "tinytext", CLASS_TEXT, 255, VALUE_TEXT, 12) \
	T(COL_TEXT, "text", CLASS_TEXT, 65535, VALUE_TEXT, 12) \
	T(COL_MEDIUMTEXT, "mediumtext", CLASS_TEXT, 16777215, VALUE_TEXT, 12) \
	T(COL_LONGTEXT, "longtext", CLASS_TEXT, UINT32_MAX, VALUE_TEXT, 12) \
	T(COL_BINARY, "binary", CLASS_BINARY, 0, VALUE_BYTES, -2) \
	T(COL_VARBINARY, "varbinary", CLASS_BINARY, 0, VALUE_BYTES, -3) \
	T(COL_TINYBLOB, "tinyblob", CLASS_BLOB, 255, VALUE_BYTES, 2004) \
	T(COL_BLOB, "blob", CLASS_BLOB, 65535, VALUE_BYTES, 2004) \
	T(COL_MEDIUMBLOB, "mediumblob", CLASS_BLOB, 16777215, VALUE_BYTES, 2004) \
	T(COL_LONGBLOB, "longblob", CLASS_BLOB, UINT32_MAX, VALUE_BYTES, 2004) \
	T(COL_ENUM, "enum", CLASS_ENUM, 0, VALUE_TEXT, 1) \
	T(COL_SET, "set", CLASS_SET, 0, VALUE_TEXT, 1) \
	T(COL_JSON, "json", CLASS_JSON, UINT32_MAX, VALUE_TEXT, 1111) \
	T(COL_GEOMETRY, "geometry", CLASS_GEOMETRY, 0, VALUE_BYTES, 1111) \
	T(COL_POINT, "point", CLASS_GEOMETRY, 0, VALUE_BYTES, 1111) \
	T(COL_LINESTRING, "linestring", CLASS_GEOMETRY, 0, VALUE_BYTES, 1111) \
	T(COL_POLYGON, "polygon", CLASS_GEOMETRY, 0, VALUE_BYTES, 1111) \
	T(COL_MULTIPOINT, "multipoint", CLASS_GEOMETRY, 0, VALUE_BYTES, 1111) \
	T(COL_MULTILINESTRING, "multilinestring", CLASS_GEOMETRY, 0, VALUE_BYTES, 1111) \
	T(COL_MULTIPOLYGON, "multipolygon", CLASS_GEOMETRY, 0, VALUE_BYTES, 1111) \
	T(COL_GEOMCOLLECTION, "geomcollection", CLASS_GEOMETRY, 0, VALUE_BYTES, 1111) \
	T(COL_VECTOR, "vector", CLASS_OPAQUE, 0, VALUE_BYTES, 1111) \
	T(COL_UNKNOWN, "unknown", CLASS_UNKNOWN, 0, VALUE_ABSENT, 1111)

#define COLUMN_TYPE_NAME(id, ...) id,
enum column_type { COLUMN_TYPES(COLUMN_TYPE_NAME) COL_COUNT };
#undef COLUMN_TYPE_NAME

/* How a column is stored in the binlog: its type in a TABLE_MAP. */
enum mysql_type {
	MT_DECIMAL = 0,
	MT_TINY = 1,
	MT_SHORT = 2,
	MT_LONG = 3,
	MT_FLOAT = 4,
	MT_DOUBLE = 5,
	MT_NULL = 6,
	MT_TIMESTAMP = 7,
	MT_LONGLONG = 8,
	MT_INT24 = 9,
	MT_DATE = 10,
	MT_TIME = 11,
	MT_DATETIME = 12,
	MT_YEAR = 13,
	MT_NEWDATE = 14,
	MT_VARCHAR = 15,
	MT_BIT = 16,
	MT_TIMESTAMP2 = 17,
	MT_DATETIME2 = 18,
	MT_TIME2 = 19,
	MT_TYPED_ARRAY = 20,
	MT_VECTOR = 242,
	MT_JSON = 245,
	MT_NEWDECIMAL = 246,
	MT_ENUM = 247,
	MT_SET = 248,
	MT_TINY_BLOB = 249,
	MT_MEDIUM_BLOB = 250,
	MT_LONG_BLOB = 251,
	MT_BLOB = 252,
	MT_VAR_STRING = 253,
	MT_STRING = 254,
	MT_GEOMETRY = 255
};

struct column_type_facts {
	const char *name;
	enum type_class class;
	uint32_t width;
	enum value_kind stored;
	int jdbc;
};

extern const struct column_type_facts column_types[COL_COUNT];

static inline enum type_class type_class(enum column_type type)
{
	return column_types[type].class;
}

const char *column_type_name(enum column_type type); /* "bigint" */

/* By any name that MySQL takes, in any case, also one of several words ("LONG VARBINARY"). false: there is none. */
bool column_type_find(const char *name, size_t len, enum column_type *out);

/* TEXT or BLOB: the smallest of the class that holds so many bytes; the largest if none does. */
enum column_type column_type_holding(enum type_class class, uint64_t bytes);

/* A column with the character set binary: VARCHAR is VARBINARY, TEXT is BLOB; others stay. And the way back. */
enum column_type column_type_of_bytes(enum column_type type);
enum column_type column_type_of_text(enum column_type type);

#endif
