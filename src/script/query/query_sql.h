/* query_sql.h - the text of lookup{ query = ".." }: where its parameters stand. */
#ifndef SCRIPT_QUERY_QUERY_SQL_H
#define SCRIPT_QUERY_QUERY_SQL_H

#include <stdbool.h>

enum { QUERY_PARAMS_MAX = 8 };

/*
 * Where the ? are that stand for values: outside of texts, names in backticks and comments; what stands in a comment that MySQL executes is SQL. A backslash
 * takes the meaning of the next byte of a text away: who asks sees to it that the server reads it so (NO_BACKSLASH_ESCAPES off). How many;
 * -1: more than there may be, or a text or a comment without end.
 */
int query_params(const char *sql, int at[static QUERY_PARAMS_MAX]);
bool query_is_select(const char *sql);

#endif
