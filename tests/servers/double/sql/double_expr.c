/*
 * double_expr.c - parses and evaluates expressions. Numbers stay text as long as they can: a comparison of two
 * integers uses 128 bits, everything else that needs a number uses long double, which holds any BIGINT.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/num/num.h"
#include "sql/double_expr.h"
#include "sql/expr_function.h"

#define DEPTH_MAX 64

enum expr_op {
	OP_VALUE,
	OP_COLUMN,
	OP_CALL,
	OP_CAST,
	OP_CASE,
	OP_AND,
	OP_OR,
	OP_NOT,
	OP_IS_NULL,
	OP_EQ,
	OP_NE,
	OP_LT,
	OP_LE,
	OP_GT,
	OP_GE,
	OP_NULL_EQ,
	OP_ADD,
	OP_SUB,
	OP_MUL,
	OP_DIV,
	OP_MOD,
	OP_INT_DIV,
	OP_IN,
	OP_LIKE
};

struct expr {
	enum expr_op op;
	int column;
	struct cell value;
	struct type type; /* OP_CAST */
	const struct expr_function *function;
	unsigned nargs;
	struct expr *args[EXPR_ARGS_MAX];
};

struct parse {
	struct lex *l;
	const struct expr_names *names;
	struct err *err;
};

static struct expr *parse_or(struct parse *p);
static struct expr *parse_primary(struct parse *p);
static struct expr *compare(struct parse *p, enum expr_op op, struct expr *left, struct expr *right);

struct cell cell_text(const char *p, size_t len)
{
	return (struct cell){ .kind = CELL_TEXT, .p = p, .len = (uint32_t)len };
}

struct cell cell_str(const char *s)
{
	return s != NULL ? cell_text(s, strlen(s)) : (struct cell){ .kind = CELL_NULL };
}

struct cell cell_integer(struct arena *a, int64_t v)
{
	char *p = arena_reserve(a, 24);
	size_t len = num_i64(p, v);

	arena_commit(a, len);
	return (struct cell){ .kind = CELL_NUMBER, .p = p, .len = (uint32_t)len };
}

static struct expr *node(struct parse *p, enum expr_op op, struct expr *a, struct expr *b)
{
	struct expr *e = arena_alloc(p->l->arena, sizeof(*e));

	*e = (struct expr){ .op = op, .nargs = b != NULL ? 2 : a != NULL, .args = { a, b } };
	return e;
}

static struct expr *literal(struct parse *p, struct cell value)
{
	struct expr *e = node(p, OP_VALUE, NULL, NULL);

	e->value = value;
	return e;
}

static struct expr *fail(struct parse *p)
{
	if (p->err->kind == ERR_NONE)
		lex_unexpected(p->l, p->err);
	return NULL;
}

/* Up to the closing bracket; behind the arguments that e has already. */
static int parse_args(struct parse *p, struct expr *e)
{
	bool first = true;

	for (; !lex_accept(p->l, ")"); first = false) {
		if ((!first && !lex_accept(p->l, ",")) || e->nargs == EXPR_ARGS_MAX) {
			fail(p);
			return -1;
		}
		e->args[e->nargs] = parse_or(p);
		if (e->args[e->nargs++] == NULL)
			return -1;
	}
	return 0;
}

static struct expr *parse_call(struct parse *p, const char *name)
{
	struct expr *e = node(p, OP_CALL, NULL, NULL);
	const char *value;

	if (parse_args(p, e) != 0)
		return NULL;
	e->function = expr_function_find(name);
	if (e->function != NULL && e->nargs >= e->function->min_args && e->nargs <= e->function->max_args)
		return e;
	value = p->names->variable != NULL && e->nargs == 0
			? p->names->variable(p->names->ctx, arena_printf(p->l->arena, "%s()", name))
			: NULL;
	if (value != NULL)
		return literal(p, cell_str(value));
	err_set(p->err, ERR_DATA, 1064,
			"Getting analyzing error. Detail message: No matching function with signature: %s(..).", name);
	return NULL;
}

static struct expr *parse_cast(struct parse *p)
{
	struct expr *e = parse_or(p);
	int64_t args[2] = { 0, 0 };
	unsigned nargs = 0;
	const char *name, *problem;

	if (e == NULL || lex_expect(p->l, "as", p->err) != 0 || (name = lex_name(p->l, p->err)) == NULL)
		return NULL;
	if (lex_accept(p->l, "(")) {
		do {
			if (nargs == 2 || lex_integer(p->l, &args[nargs++], p->err) != 0)
				return fail(p);
		} while (lex_accept(p->l, ","));
		if (lex_expect(p->l, ")", p->err) != 0)
			return NULL;
	}
	e = node(p, OP_CAST, e, NULL);
	problem = strcasecmp(name, "signed") == 0 ? type_make(&e->type, "bigint", 0, args)
						  : type_make(&e->type, name, nargs, args);
	if (problem != NULL) {
		err_set(p->err, ERR_DATA, 1064, "Getting analyzing error. Detail message: %s.", problem);
		return NULL;
	}
	return lex_expect(p->l, ")", p->err) == 0 ? e : NULL;
}

/* CASE WHEN a THEN b .. [ELSE z] END: pairs, then the else or NULL. CASE x WHEN v: each v becomes x = v. */
static struct expr *parse_case(struct parse *p)
{
	struct expr *e = node(p, OP_CASE, NULL, NULL), *subject = NULL, *when;

	if (!lex_is(p->l, "when") && (subject = parse_or(p)) == NULL)
		return NULL;
	while (lex_accept(p->l, "when")) {
		if (e->nargs + 3 > EXPR_ARGS_MAX || (when = parse_or(p)) == NULL ||
				lex_expect(p->l, "then", p->err) != 0)
			return fail(p);
		e->args[e->nargs++] = subject != NULL ? compare(p, OP_EQ, subject, when) : when;
		if ((e->args[e->nargs++] = parse_or(p)) == NULL)
			return NULL;
	}
	e->args[e->nargs] = lex_accept(p->l, "else") ? parse_or(p) : literal(p, cell_str(NULL));
	if (e->args[e->nargs++] == NULL || lex_expect(p->l, "end", p->err) != 0)
		return fail(p);
	return e;
}

static struct expr *parse_column(struct parse *p, const char *name)
{
	struct expr *e;
	int column;

	while (lex_accept(p->l, "."))
		if ((name = lex_name(p->l, p->err)) == NULL)
			return NULL;
	column = p->names->column != NULL ? p->names->column(p->names->ctx, name) : -1;
	if (column < 0) {
		err_set(p->err, ERR_DATA, 1064,
				"Getting analyzing error. Detail message: Column '%s' cannot be resolved.", name);
		return NULL;
	}
	e = node(p, OP_COLUMN, NULL, NULL);
	e->column = column;
	return e;
}

static struct expr *parse_word(struct parse *p)
{
	bool bare = p->l->token == TOKEN_NAME;
	const char *name = lex_name(p->l, p->err);

	if (bare && strcasecmp(name, "null") == 0)
		return literal(p, cell_str(NULL));
	if (bare && (strcasecmp(name, "true") == 0 || strcasecmp(name, "false") == 0))
		return literal(p, (struct cell){ .kind = CELL_BOOL, .p = (name[0] | 32) == 't' ? "1" : "0", .len = 1 });
	if (bare && strcasecmp(name, "case") == 0)
		return parse_case(p);
	if (bare && strcasecmp(name, "binary") == 0 && !lex_is(p->l, "("))
		return parse_or(p);
	if (!lex_accept(p->l, "("))
		return parse_column(p, name);
	return strcasecmp(name, "cast") == 0 ? parse_cast(p) : parse_call(p, name);
}

/* The smallest BIGINT is no difference of two that fit. */
static struct expr *parse_negative(struct parse *p)
{
	struct expr *e;

	if (p->l->token == TOKEN_NUMBER) {
		e = literal(p,
				(struct cell){
						.kind = CELL_NUMBER,
						.p = arena_printf(p->l->arena, "-%s", p->l->value),
						.len = (uint32_t)p->l->len + 1,
				});
		lex_next(p->l);
		return e;
	}
	e = parse_primary(p);
	return e != NULL ? node(p, OP_SUB, literal(p, (struct cell){ .kind = CELL_NUMBER, .p = "0", .len = 1 }), e)
			 : NULL;
}

static struct expr *parse_primary(struct parse *p)
{
	struct lex *l = p->l;
	struct expr *e;
	struct cell value = { .kind = CELL_TEXT, .p = l->value, .len = (uint32_t)l->len };

	if (lex_is_name(l))
		return parse_word(p);
	if (l->token == TOKEN_STRING || l->token == TOKEN_NUMBER) {
		if (l->token == TOKEN_NUMBER)
			value.kind = CELL_NUMBER;
		lex_next(l);
		return literal(p, value);
	}
	if (l->token == TOKEN_VARIABLE) {
		lex_next(l);
		return literal(p,
				cell_str(p->names->variable != NULL ? p->names->variable(p->names->ctx, value.p)
								    : NULL));
	}
	if (lex_accept(l, "-"))
		return parse_negative(p);
	if (lex_accept(l, "(")) {
		e = parse_or(p);
		return e != NULL && lex_expect(l, ")", p->err) == 0 ? e : NULL;
	}
	return fail(p);
}

struct operator
{
	const char *symbol;
	enum expr_op op;
};

static bool is_time(const struct parse *p, const struct expr *e)
{
	const struct type *t = e->op == OP_COLUMN && p->names->type != NULL ? p->names->type(p->names->ctx, e->column)
									    : NULL;

	return t != NULL && (t->kind == TYPE_DATE || t->kind == TYPE_DATETIME);
}

static struct expr *as_datetime(struct parse *p, struct expr *e)
{
	e = node(p, OP_CAST, e, NULL);
	e->type = (struct type){ .kind = TYPE_DATETIME };
	return e;
}

/* A DATE or DATETIME is compared as a moment, however the other side is written: .5 is .500000. */
static struct expr *compare(struct parse *p, enum expr_op op, struct expr *left, struct expr *right)
{
	if (op >= OP_EQ && op <= OP_NULL_EQ && (is_time(p, left) || is_time(p, right))) {
		left = as_datetime(p, left);
		right = as_datetime(p, right);
	}
	return node(p, op, left, right);
}

static struct expr *parse_left(struct parse *p, const struct operator* operators,
		struct expr *(*operand)(struct parse *))
{
	struct expr *left = operand(p), *right;
	const struct operator* o;

	while (left != NULL) {
		for (o = operators; o->symbol != NULL && !lex_is(p->l, o->symbol); o++)
			;
		if (o->symbol == NULL)
			break;
		lex_next(p->l);
		right = operand(p);
		left = right != NULL ? compare(p, o->op, left, right) : NULL;
	}
	return left;
}

static struct expr *parse_product(struct parse *p)
{
	static const struct operator operators[] = {
		{ "*", OP_MUL },
		{ "/", OP_DIV },
		{ "%", OP_MOD },
		{ "div", OP_INT_DIV },
		{ NULL, OP_VALUE },
	};

	return parse_left(p, operators, parse_primary);
}

static struct expr *parse_sum(struct parse *p)
{
	static const struct operator operators[] = { { "+", OP_ADD }, { "-", OP_SUB }, { NULL, OP_VALUE } };

	return parse_left(p, operators, parse_product);
}

static struct expr *parse_between(struct parse *p, struct expr *e)
{
	struct expr *low = parse_sum(p), *high;

	if (low == NULL || lex_expect(p->l, "and", p->err) != 0 || (high = parse_sum(p)) == NULL)
		return NULL;
	return node(p, OP_AND, compare(p, OP_GE, e, low), compare(p, OP_LE, e, high));
}

/* A list of any length: nodes of as many as one takes, in a row. */
static struct expr *parse_in(struct parse *p, struct expr *e)
{
	struct expr *all = NULL, *part = NULL, *item;
	bool time = is_time(p, e);

	e = time ? as_datetime(p, e) : e;
	do {
		if (part == NULL || part->nargs == EXPR_ARGS_MAX) {
			part = node(p, OP_IN, e, NULL);
			all = all == NULL ? part : node(p, OP_OR, all, part);
		}
		if ((item = parse_or(p)) == NULL)
			return NULL;
		part->args[part->nargs++] = time ? as_datetime(p, item) : item;
	} while (lex_accept(p->l, ","));
	return lex_expect(p->l, ")", p->err) == 0 ? all : NULL;
}

static struct expr *parse_predicate(struct parse *p, struct expr *e)
{
	struct expr *pattern;

	if (lex_accept(p->l, "like"))
		return (pattern = parse_sum(p)) != NULL ? node(p, OP_LIKE, e, pattern) : NULL;
	if (lex_accept(p->l, "between"))
		return parse_between(p, e);
	if (!lex_accept(p->l, "in") || !lex_accept(p->l, "("))
		return fail(p);
	return parse_in(p, e);
}

static struct expr *parse_comparison(struct parse *p)
{
	static const struct operator operators[] = {
		{ "=", OP_EQ },
		{ "!=", OP_NE },
		{ "<>", OP_NE },
		{ "<=", OP_LE },
		{ "<", OP_LT },
		{ ">=", OP_GE },
		{ ">", OP_GT },
		{ "<=>", OP_NULL_EQ },
		{ NULL, OP_VALUE },
	};
	struct expr *e = parse_left(p, operators, parse_sum);
	bool negate;

	if (e == NULL)
		return NULL;
	if (lex_accept(p->l, "is")) {
		negate = lex_accept(p->l, "not");
		if (lex_expect(p->l, "null", p->err) != 0)
			return NULL;
		e = node(p, OP_IS_NULL, e, NULL);
		return negate ? node(p, OP_NOT, e, NULL) : e;
	}
	negate = lex_accept(p->l, "not");
	if (!negate && !lex_is(p->l, "in") && !lex_is(p->l, "like") && !lex_is(p->l, "between"))
		return e;
	e = parse_predicate(p, e);
	return e != NULL && negate ? node(p, OP_NOT, e, NULL) : e;
}

static struct expr *parse_not(struct parse *p)
{
	struct expr *e;

	if (!lex_accept(p->l, "not") && !lex_accept(p->l, "!"))
		return parse_comparison(p);
	if (p->l->depth++ > DEPTH_MAX)
		return fail(p);
	e = parse_not(p);
	p->l->depth--;
	return e != NULL ? node(p, OP_NOT, e, NULL) : NULL;
}

static struct expr *parse_and(struct parse *p)
{
	static const struct operator operators[] = { { "and", OP_AND }, { "&&", OP_AND }, { NULL, OP_VALUE } };

	return parse_left(p, operators, parse_not);
}

/* Every way down leads through here, so the depth is counted here. */
static struct expr *parse_or(struct parse *p)
{
	static const struct operator operators[] = { { "or", OP_OR }, { "||", OP_OR }, { NULL, OP_VALUE } };
	struct expr *e;

	if (p->l->depth++ > DEPTH_MAX)
		return fail(p);
	e = parse_left(p, operators, parse_and);
	p->l->depth--;
	return e;
}

struct expr *expr_parse(struct lex *l, const struct expr_names *names, struct err *err)
{
	struct parse p = { .l = l, .names = names, .err = err };

	err_clear(err);
	return parse_or(&p);
}

int cell_compare(const struct cell *a, const struct cell *b)
{
	size_t n = a->len < b->len ? a->len : b->len;
	long double x, y;
	int order;

	if (a->kind == CELL_NULL || b->kind == CELL_NULL)
		return (a->kind != CELL_NULL) - (b->kind != CELL_NULL);
	if ((a->kind != CELL_TEXT || b->kind != CELL_TEXT) && expr_number(a, &x) && expr_number(b, &y))
		return (x > y) - (x < y);
	order = memcmp(a->p, b->p, n);
	return order != 0 ? order : (a->len > b->len) - (a->len < b->len);
}

static struct cell truth(bool yes)
{
	return (struct cell){ .kind = CELL_BOOL, .p = yes ? "1" : "0", .len = 1 };
}

static struct cell eval_compare(enum expr_op op, const struct cell *a, const struct cell *b)
{
	int order = cell_compare(a, b);

	if (op == OP_NULL_EQ)
		return truth(order == 0);
	if (a->kind == CELL_NULL || b->kind == CELL_NULL)
		return cell_str(NULL);
	return truth(op == OP_EQ		      ? order == 0
					: op == OP_NE ? order != 0
					: op == OP_LT ? order < 0
					: op == OP_LE ? order <= 0
					: op == OP_GT ? order > 0
						      : order >= 0);
}

static struct cell eval_in(const struct expr *e, const struct cell *cells, struct arena *scratch)
{
	struct cell subject = expr_eval(e->args[0], cells, scratch), item;
	bool unknown = subject.kind == CELL_NULL;

	for (unsigned i = 1; i < e->nargs && !unknown; i++) {
		item = expr_eval(e->args[i], cells, scratch);
		if (item.kind != CELL_NULL && cell_compare(&subject, &item) == 0)
			return truth(true);
	}
	return unknown ? cell_str(NULL) : truth(false);
}

static struct cell eval_cast(const struct type *type, const struct cell *in, struct arena *scratch)
{
	char *out = arena_reserve(scratch, type_bound(in));
	size_t len;

	if (in->kind == CELL_NULL || type_write(type, in, out, &len) != TYPE_OK)
		return cell_str(NULL);
	arena_commit(scratch, len);
	return (struct cell){ .kind = type_is_number(type) ? CELL_NUMBER : CELL_TEXT, .p = out, .len = (uint32_t)len };
}

static struct cell eval_arithmetic(enum expr_op op, const struct cell *a, const struct cell *b, struct arena *scratch)
{
	int64_t x, y, r = 0;
	long double u, v;
	bool overflow;

	if (a->kind == CELL_NULL || b->kind == CELL_NULL || !expr_number(a, &u) || !expr_number(b, &v))
		return cell_str(NULL);
	if (op != OP_DIV && num_parse_i64(a->p, a->len, &x) && num_parse_i64(b->p, b->len, &y)) {
		if (op == OP_INT_DIV)
			return y == 0 ? cell_str(NULL) : cell_integer(scratch, y == -1 ? -x : x / y);
		if (op == OP_MOD)
			return y == 0 || y == -1 ? cell_integer(scratch, 0) : cell_integer(scratch, x % y);
		overflow = op == OP_ADD	       ? __builtin_add_overflow(x, y, &r)
				: op == OP_SUB ? __builtin_sub_overflow(x, y, &r)
					       : __builtin_mul_overflow(x, y, &r);
		if (!overflow)
			return cell_integer(scratch, r);
	}
	if (op == OP_INT_DIV || ((op == OP_DIV || op == OP_MOD) && v == 0))
		return cell_str(NULL);
	u = op == OP_ADD ? u + v : op == OP_SUB ? u - v : op == OP_MUL ? u * v : u / v;
	return expr_real(u, scratch);
}

static struct cell eval_case(const struct expr *e, const struct cell *cells, struct arena *scratch)
{
	unsigned i = 0;

	while (i + 1 < e->nargs && !expr_true(e->args[i], cells, scratch))
		i += 2;
	return expr_eval(e->args[i + 1 < e->nargs ? i + 1 : e->nargs - 1], cells, scratch);
}

/* SQL's three truths: a certain answer wins over NULL. */
static struct cell eval_logic(const struct expr *e, const struct cell *cells, struct arena *scratch)
{
	struct cell a = expr_eval(e->args[0], cells, scratch), b;
	bool stop = e->op == OP_OR; /* the value that decides */

	if (a.kind != CELL_NULL && expr_cell_true(&a) == stop)
		return truth(stop);
	b = expr_eval(e->args[1], cells, scratch);
	if (b.kind != CELL_NULL && expr_cell_true(&b) == stop)
		return truth(stop);
	return a.kind == CELL_NULL || b.kind == CELL_NULL ? cell_str(NULL) : truth(!stop);
}

static struct cell eval_call(const struct expr *e, const struct cell *cells, struct arena *scratch)
{
	struct cell args[EXPR_ARGS_MAX];

	for (unsigned i = 0; i < e->nargs; i++)
		args[i] = expr_eval(e->args[i], cells, scratch);
	return e->function->call(args, e->nargs, scratch);
}

struct cell expr_eval(const struct expr *e, const struct cell *cells, struct arena *scratch)
{
	struct cell a, b;

	switch (e->op) {
	case OP_VALUE: return e->value;
	case OP_COLUMN: return cells[e->column].kind == CELL_ABSENT ? cell_str(NULL) : cells[e->column];
	case OP_CALL: return eval_call(e, cells, scratch);
	case OP_CASE: return eval_case(e, cells, scratch);
	case OP_AND:
	case OP_OR: return eval_logic(e, cells, scratch);
	case OP_IN: return eval_in(e, cells, scratch);
	default: break;
	}
	a = expr_eval(e->args[0], cells, scratch);
	if (e->op == OP_CAST)
		return eval_cast(&e->type, &a, scratch);
	if (e->op == OP_IS_NULL)
		return truth(a.kind == CELL_NULL);
	if (e->op == OP_NOT)
		return a.kind == CELL_NULL ? a : truth(!expr_cell_true(&a));
	b = expr_eval(e->args[1], cells, scratch);
	if (e->op == OP_LIKE)
		return a.kind == CELL_NULL || b.kind == CELL_NULL
				? cell_str(NULL)
				: truth(expr_like(a.p, a.p + a.len, b.p, b.p + b.len));
	return e->op >= OP_ADD ? eval_arithmetic(e->op, &a, &b, scratch) : eval_compare(e->op, &a, &b);
}

bool expr_true(const struct expr *e, const struct cell *cells, struct arena *scratch)
{
	struct cell v = expr_eval(e, cells, scratch);

	return expr_cell_true(&v);
}

int expr_column(const struct expr *e)
{
	return e->op == OP_COLUMN ? e->column : -1;
}

const struct cell *expr_constant(const struct expr *e)
{
	return e->op == OP_VALUE ? &e->value : NULL;
}
