/*
 * mysql_chunk.h - one table read in the order of its key, in pieces. Any key has to work (composite, text of any
 * character set and collation, binary, unsigned, decimal, temporal), the piece must begin exactly behind the row where
 * the last one ended, and the server must walk the index and sort nothing.
 *
 * A bound is the key of a row as text: numbers and times as they are, text and bytes as x and hex digits, joined by
 * commas: "12", "x6162,2024-01-01". It can be stored and taken up by another process: what stands in it is checked
 * against the key before it becomes SQL. Order and comparison are the server's; nothing here compares keys.
 *
 * A table is not keyed, and can be read by one scan only, when it has no key or when the server would not find its
 * rows by it in order: a key of floating point, ENUM or SET, of a prefix of a column, or of mixed directions.
 */
#ifndef SOURCE_MYSQL_CHUNK_H
#define SOURCE_MYSQL_CHUNK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/buf.h"
#include "core/err.h"
#include "row/schema.h"
#include "source/decode/mysql_text.h"
#include "source/server/mysql_conn.h"

enum { CHUNK_SQL_MAX = 4 << 20 }; /* a statement's ceiling */

struct chunk_key;

struct chunk_table {
	struct schema *schema;	   /* a reference; of the rows */
	struct text_reader reader; /* text_row(&t->reader, ..) makes values of a row's packet */
	bool keyed;
	const char *unkeyed_why; /* static, for people; NULL when keyed */
	struct chunk_key *key;	 /* of schema->nkey parts */
	char *from;		 /* what stands behind FROM */
	char *where;		 /* extra condition; NULL: none */
};

struct chunk_wish {	       /* what the user wants of the rows; all may be NULL */
	const char *where;     /* SQL condition */
	const char *statement; /* a SELECT that stands for the table: its columns, fewer rows */
};

struct chunk_range {		  /* bounds: NULL is open. Not keyed: all must be open */
	const char *after, *upto; /* exclusive, inclusive */
	bool leading;		  /* they are values of the key's first column only */
	uint64_t limit;		  /* rows; 0: all */
};

/* Asks the server for the index of the key: conn is idle. The table stays referenced until chunk_table_done(). */
int chunk_table_open(struct chunk_table *t, struct mysql_conn *conn, struct schema *schema,
		const struct chunk_wish *wish, struct err *err);
/* The same without asking: index is the key's name, NULL: not keyed, for the reason that why gives. */
int chunk_table_init(struct chunk_table *t, struct schema *schema, const char *index, const char *why,
		const struct chunk_wish *wish, struct err *err);
void chunk_table_done(struct chunk_table *t); /* all zero: nothing */

/* The rows of a range in key order (see mysql_scan.h for reading them). Bounds that are not of this key: ERR_DATA. */
int chunk_select(const struct chunk_table *t, const struct chunk_range *range, struct buf *sql, struct err *err);
/* The key alone of the row that is n rows behind `after`: where the next n rows end. chunk_key_bound() reads it. */
int chunk_select_end(const struct chunk_table *t, const char *after, uint64_t n, struct buf *sql, struct err *err);
/* The rows of n keys, each a bound, in any order. */
int chunk_select_keys(const struct chunk_table *t, const char *const *bounds, size_t n, struct buf *sql,
		struct err *err);
/* The condition of chunk_select_keys() alone. */
int chunk_put_keys(const struct chunk_table *t, const char *const *bounds, size_t n, struct buf *sql, struct err *err);
/* Of these keys (bounds, ';' between) those that the table does not have, byte for byte: rows with NULL, zero or nothing in all other columns. The
 * values of the key are as the table would have them. ERR_DATA: also a key with a BIT column. */
int chunk_select_gone(const struct chunk_table *t, const char *bounds, struct buf *sql, struct err *err);
/* A bound for chunk_select_keys() of a key as text, one a part: numbers and times (UTC) as MySQL prints them, bytes as hex
 * digits, texts in UTF-8 whatever the column's character set ("u" and hex digits). */
struct chunk_text {
	const char *p;
	size_t len;
};
int chunk_text_bound(const struct chunk_table *t, const struct chunk_text *parts, struct buf *out, struct err *err);
/* The bound of a row's packet, appended. Keyed tables only. */
int chunk_bound(const struct chunk_table *t, const uint8_t *row, size_t len, struct buf *out, struct err *err);
int chunk_key_bound(const struct chunk_table *t, const uint8_t *row, size_t len, struct buf *out, struct err *err);

#endif
