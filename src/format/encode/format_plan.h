/*
 * format_plan.h - everything about one table's messages that does not differ from row to row, as bytes ready to copy.
 * Built once per schema version and encoder.
 */
#ifndef FORMAT_FORMAT_PLAN_H
#define FORMAT_FORMAT_PLAN_H

#include "core/arena.h"
#include "format/cell/format_cell.h"
#include "format/cell/format_murmur2.h"
#include "format/encode/format_transaction.h"

struct format_piece {
	const char *p; /* readable 16 bytes past its end */
	uint32_t len;
};

struct row_plan {
	struct format_cell *cells;
	const unsigned *column; /* index in the row for each cell; NULL: 0, 1, 2, ... */
	unsigned ncells;
	size_t bound; /* bytes of a row without 6 for each byte of its texts */
};

struct format_plan {
	struct schema *schema;			  /* a reference */
	struct arena arena;			  /* owns all pieces */
	const char *topic;			  /* interned */
	const char *problem;			  /* NULL, or why no row of this table can be encoded */
	struct row_plan row, key;		  /* key.ncells 0: no key */
	struct format_piece key_head, value_head; /* up to the payload's own bytes */
	struct format_piece tail;	/* what closes the payload and the message: } or }} without the row's brace */
	struct format_piece null_value; /* flat: the row's schema with a null payload */
	struct format_piece db, table;	/* ,"db":".." and ,"table":".." of the source block */
	struct format_piece db_text, table_text; /* ".." */
	struct murmur2_cache hash;		 /* of the key's constant head */
	struct transaction_place counted;	 /* the table's count in the open transaction */
	uint32_t no_key_hash;			 /* keeps the rows of a table without key in one partition, in order */
};

struct format_encoder;

struct format_plan *format_plan_new(const struct format_encoder *e, struct schema *s, const char *topic);
void format_plan_free(struct format_plan *p);

#endif
