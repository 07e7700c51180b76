/*
 * mysql_row.h - rows events to values. A decoder is prepared once per table map and schema: one decode function a
 * column, chosen then, so that a row costs no branch on types and no allocation per value. Values point into the
 * event's bytes (copy the packet into the batch's arena once, before), into the arena (what had to be converted), or
 * into the schema (labels).
 *
 * @thread the stage's own; a decoder keeps scratch memory.
 */
#ifndef SOURCE_MYSQL_ROW_H
#define SOURCE_MYSQL_ROW_H

#include "core/arena.h"
#include "core/err.h"
#include "row/schema.h"
#include "row/value.h"
#include "source/decode/mysql_event.h"
#include "source/decode/mysql_table_map.h"

enum rows_kind { ROWS_WRITE, ROWS_UPDATE, ROWS_DELETE };

struct rows { /* one rows event, and how far it has been read */
	enum rows_kind kind;
	bool partial; /* PARTIAL_UPDATE_ROWS */
	uint64_t table_id;
	uint16_t flags; /* bit 0: last rows event of the statement */
	unsigned ncolumns;
	const uint8_t *before_bits, *after_bits; /* which columns are in the images */
	unsigned before_count, after_count;	 /* how many of them */
	const uint8_t *at, *end;
	uint32_t row; /* index of the next row */
};

/* table_id 0xffffff in a rows event is the server's dummy: flags only, no rows. */
int rows_parse(const struct event *e, struct rows *out, struct err *err);

struct row_decoder;

/*
 * schema describes all columns of the table, in order (schema_from_table_map()). wanted: NULL, or a schema with a
 * subset of the columns by name (column.include.list): rows then have its columns, and the others are stepped over.
 * References are taken.
 */
struct row_decoder *row_decoder_new(const struct table_map *map, struct schema *schema, struct schema *wanted,
		struct err *err);
void row_decoder_free(struct row_decoder *d); /* NULL allowed */
/* of the rows that come out: wanted, else schema; borrowed */
struct schema *row_decoder_schema(const struct row_decoder *d);

/*
 * The next row: 1, 0 at the end, -1. WRITE: after. DELETE: before. UPDATE: both; columns that the images leave out (row
 * image MINIMAL, NOBLOB) are VALUE_ABSENT in before, and taken over from before in after. The images are in the arena.
 * After -1 the event's remaining rows cannot be read.
 */
int row_next(struct row_decoder *d, struct rows *rows, struct arena *arena, struct value **before, struct value **after,
		struct err *err);

#endif
