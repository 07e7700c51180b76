/*
 * ddl_compare.h - tracked schemas against information_schema: tables, columns in order, types, lengths, nullability,
 * character sets and collations, labels, defaults, generated, invisible, keys, comments.
 */
#ifndef TESTS_E2E_DDL_COMPARE_H
#define TESTS_E2E_DDL_COMPARE_H

#include <mysql.h>
#include <stddef.h>

#include "row/schema.h"

/* All tables of the databases that begin with "dd". Each difference is printed as a TAP comment; returns how many, and
 * in bad_table the first table that differs ("db.table"). */
unsigned ddl_compare(MYSQL *db, struct schema *const *tracked, size_t count, char *bad_table, size_t size);

#endif
