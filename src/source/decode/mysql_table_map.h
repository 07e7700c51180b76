/*
 * mysql_table_map.h - TABLE_MAP: what the columns of the rows events that follow are, and, when the server sends it
 * (binlog_row_metadata=FULL), their names, character sets, labels and primary key. The optional fields are lists that
 * skip columns (numeric ones only, character ones only), so each has to be dealt out by type.
 *
 * A table's map is sent again with every statement, byte for byte the same until the table changes: compare the body
 * with the one that a decoder was made from (table_map_same) and skip all of this.
 */
#ifndef SOURCE_MYSQL_TABLE_MAP_H
#define SOURCE_MYSQL_TABLE_MAP_H

#include "core/arena.h"
#include "core/err.h"
#include "row/schema.h"
#include "source/decode/mysql_event.h"

struct table_map_label {
	const char *p;
	size_t len;
}; /* in the column's own character set */

struct table_map_column {
	uint8_t type;	  /* enum mysql_type; STRING is resolved to ENUM and SET where it is one */
	uint8_t geometry; /* 0 geometry, 1 point, ... 7 collection */
	bool nullable, is_unsigned, invisible;
	uint16_t meta;	    /* length bytes, bytes of a string, precision << 8 | scale, fraction digits */
	uint16_t collation; /* 0 unknown */
	uint16_t labels;
	uint32_t dimensions;		     /* VECTOR; 0 unknown */
	const char *name;		     /* UTF-8; NULL: not sent */
	const struct table_map_label *label; /* NULL: not sent */
};

struct table_map {
	uint64_t table_id;
	uint16_t flags;
	const char *db, *table; /* UTF-8, NUL-terminated */
	unsigned ncolumns;
	struct table_map_column *columns;
	unsigned *key; /* primary key's columns, in key order */
	unsigned nkey;
	bool has_signedness, has_charsets, has_names, has_labels, has_geometry, has_key;
	const void *body; /* copy of the event's body, for table_map_same() */
	size_t body_len;
};

/* Everything in *out, the body included, is copied into the arena. */
int table_map_parse(const struct event *e, struct arena *arena, struct table_map *out, struct err *err);
/* Only the id, db and table, pointing into the event: to decide whether the table is wanted at all. */
struct table_map_name {
	uint64_t table_id;
	const char *db, *table;
	size_t db_len, table_len;
};
int table_map_name_parse(const struct event *e, struct table_map_name *out, struct err *err);
bool table_map_same(const struct table_map *map, const struct event *e);

/*
 * The schema of a map with full metadata. known (NULL allowed) is what DDL said about the table: where it agrees it
 * completes what the map does not carry (lengths in characters, defaults, comments, unique keys, generated, zerofill).
 * If it agrees in everything, a new reference to known itself is returned. With minimal metadata known is needed and is
 * checked: number of columns, types, lengths, nullability; a difference is ERR_DATA and names the column, what the
 * binlog has and what the schema has. @return a reference for the caller, or NULL.
 */
struct schema *schema_from_table_map(const struct table_map *map, struct schema *known, struct err *err);

#endif
