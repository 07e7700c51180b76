/* mysql_chunk_parts.h - between mysql_chunk.c and mysql_chunk_bound.c: how each column of a key stands in a bound. */
#ifndef SOURCE_MYSQL_CHUNK_PARTS_H
#define SOURCE_MYSQL_CHUNK_PARTS_H

#include "source/snapshot/mysql_chunk.h"

enum key_form { FORM_NONE, FORM_NUMBER, FORM_BIT, FORM_TIME, FORM_TEXT, FORM_BYTES };

struct chunk_key {
	const struct column *column;
	unsigned index; /* in the schema */
	enum key_form form;
	bool carried; /* selected once more, as bytes, behind the columns */
};

bool chunk_is_number(const char *p, size_t len); /* what may stand in SQL as it is */
bool chunk_is_time(const char *p, size_t len);	 /* the same between quotes */

#endif
