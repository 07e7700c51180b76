/*
 * mysql_shape.h - whether an answer has the form that its reader takes for granted. A server may be another one than it
 * says, a proxy, or hostile: a column that is not there or a NULL where a name belongs must be an error, not a crash.
 *
 * A shape has a character for each of the first columns: '!' is never NULL, '?' may be. An answer may have more columns.
 */
#ifndef MYSQL_SHAPE_H
#define MYSQL_SHAPE_H

#include <mysql.h>

#include "core/err.h"

/* res is a stored result; its first row is the next to be fetched afterwards. -1: it has another shape. */
int mysql_shape_check(MYSQL_RES *res, const char *shape, const char *who, const char *statement, struct err *err);

#endif
