/*
 * double_expr.h - expressions over the cells of one row: the `columns` and `where` headers of a load, WHERE, ORDER BY
 * and the items of a SELECT. A small part of SQL: what loaders and tests write.
 *
 * Owner: the arena that an expression was parsed into; results live in the scratch arena of the evaluation.
 */
#ifndef DOUBLE_EXPR_H
#define DOUBLE_EXPR_H

#include "core/arena.h"
#include "core/err.h"
#include "sql/double_lex.h"
#include "store/double_type.h"

struct expr;

/* What a name means where the expression stands. */
struct expr_names {
	int (*column)(void *ctx, const char *name);	      /* index into the cells, or -1 */
	const char *(*variable)(void *ctx, const char *name); /* "version()" or "autocommit"; NULL: unknown */
	const struct type *(*type)(void *ctx, int column);    /* NULL: names have no types */
	void *ctx;
};

struct expr *expr_parse(struct lex *l, const struct expr_names *names, struct err *err); /* NULL: err says why */
struct cell expr_eval(const struct expr *e, const struct cell *cells, struct arena *scratch);
bool expr_true(const struct expr *e, const struct cell *cells, struct arena *scratch);
int expr_column(const struct expr *e);			/* the column that it is, and nothing more; else -1 */
const struct cell *expr_constant(const struct expr *e); /* NULL: not a literal */

int cell_compare(const struct cell *a, const struct cell *b); /* NULL first; two numbers by value, else bytes */
struct cell cell_text(const char *p, size_t len);
struct cell cell_str(const char *s); /* NULL gives NULL */
struct cell cell_integer(struct arena *a, int64_t v);

#endif
