/*
 * column_fill.h - what MySQL puts into the rows that are already there when a column is added: the literal default, or the
 * type's own zero when the column takes no NULL. The binlog says nothing about those rows, so a target that adds the column
 * has to fill it the same way.
 */
#ifndef ROW_COLUMN_FILL_H
#define ROW_COLUMN_FILL_H

#include "row/schema.h"

/* The text as value_print() gives it, into out. False: NULL, or nothing that can be known here (an expression, the time
 * of the statement, a zone that the schema does not tell, bytes). */
bool column_fill(const struct column *c, char *out, size_t size);

#endif
