/*
 * mysql_default_time.h - literals of dates and times as MySQL reads them: with any punctuation, without any, as numbers,
 * with years of two digits, with fractions that are rounded to the column's digits. See mysql_default.h.
 */
#ifndef SOURCE_MYSQL_DEFAULT_TIME_H
#define SOURCE_MYSQL_DEFAULT_TIME_H

#include "core/arena.h"
#include "row/schema.h"
#include "source/catalog/mysql_ddl.h"

bool default_settle_year(struct arena *a, struct column *c, const struct ddl_default *d);
bool default_settle_date(struct arena *a, struct column *c, const struct ddl_default *d);
bool default_settle_time(struct arena *a, struct column *c, const struct ddl_default *d);
bool default_settle_datetime(struct arena *a, struct column *c, const struct ddl_default *d);

#endif
