/*
 * source_lists.h - the settings that say which tables and columns are captured, as text that is kept in the log beside the position.
 * A start compares what is kept with what is configured: a table that was added in between is new to the log, and its
 * rows are not in it; of a column, its values. The whole lists are kept and not a digest, because only they tell which tables are new.
 */
#ifndef SOURCE_SOURCE_LISTS_H
#define SOURCE_SOURCE_LISTS_H

#include "core/err.h"
#include "source/source.h"

enum { SOURCE_LISTS_MAX = 4 << 20 }; /* bytes of the text */

/* The text, by source_lists() of source.h, is JSON: {"table.include.list":["a\\.b"], ..}; lists that are empty are left out.
 * out: these lists and nothing else. What this version does not write is refused. */
int source_lists_parse(struct mysql_conf *out, const char *text, struct err *err);
void source_lists_done(struct mysql_conf *parsed);

#endif
