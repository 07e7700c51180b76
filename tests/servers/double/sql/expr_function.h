/* expr_function.h - the functions that an expression may call: a table, and what expressions share with it. */
#ifndef EXPR_FUNCTION_H
#define EXPR_FUNCTION_H

#include "core/arena.h"
#include "store/double_type.h"

#define EXPR_ARGS_MAX 32

struct expr_function {
	const char *name;
	unsigned min_args, max_args;
	struct cell (*call)(const struct cell *args, unsigned nargs, struct arena *scratch);
};

const struct expr_function *expr_function_find(const char *name); /* NULL: none */
bool expr_number(const struct cell *c, long double *out);
struct cell expr_real(long double v, struct arena *scratch);
bool expr_cell_true(const struct cell *c);
bool expr_like(const char *p, const char *end, const char *pattern, const char *pattern_end);

#endif
