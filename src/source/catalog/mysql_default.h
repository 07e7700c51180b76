/*
 * mysql_default.h - the literal behind DEFAULT as the value that MySQL makes of it for the column's type: '1:2' of a TIME
 * is 01:02:00, 'B' of an ENUM is its label b, 0x6162 of a CHAR is ab. Pure functions; texts live in the arena.
 */
#ifndef SOURCE_MYSQL_DEFAULT_H
#define SOURCE_MYSQL_DEFAULT_H

#include "core/arena.h"
#include "row/schema.h"
#include "source/catalog/mysql_ddl.h"

/*
 * Settles c->default_text, whose type and character set are settled: the text is kept as it was written where it reads
 * as MySQL's own does, and is spelled as MySQL spells it elsewhere. A literal of which the value is not known becomes an
 * expression: no value is better than a guess.
 */
void default_settle(struct arena *arena, struct column *c, const struct ddl_default *d);

#endif
