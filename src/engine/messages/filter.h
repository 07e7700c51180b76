/*
 * filter.h - an expression in Lua over messages: op == "u" and after.customer_id == 1085. It runs as a script does (docs/lua.md), in a
 * sandbox of its own under the script's limits, over rows as the load would decode them. One thread.
 *
 * op, before, after, row (after, or before of a delete), key, db, table, event. before and after are empty where there is none.
 */
#ifndef ENGINE_FILTER_H
#define ENGINE_FILTER_H

#include "core/err.h"
#include "engine/settings/settings.h"
#include "log/log.h"

struct filter;
struct filter *filter_open(struct log *log, const struct settings *s, const char *expression,
		struct err *err); /* both lent */
void filter_close(struct filter *f);
void filter_add(struct filter *f, const struct record *r); /* copies it */
bool filter_is_full(const struct filter *f);
/* Evaluates what was added, in its order, and forgets it. error: why the expression could not be evaluated; NULL. Nonzero: no more. */
typedef int filter_verdict(void *arg, const struct record *r, bool matches, const char *error);
int filter_run(struct filter *f, filter_verdict *verdict, void *arg, struct err *err);

#endif
