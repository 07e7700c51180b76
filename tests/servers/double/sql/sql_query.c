/*
 * sql_query.c - WHERE, ORDER BY and LIMIT over a relation, and the printing of its rows. SELECT and SHOW both end
 * here. Rows of a table are read from the log without the lock: what is there never changes.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/num/num.h"
#include "core/xalloc.h"
#include "sql/double_sql.h"
#include "sql/expr_function.h"

#define ORDER_MAX 8

struct order {
	struct expr *expr;
	bool down;
};

struct query {
	struct sql *q;
	const struct relation *r;
	struct item *items;
	unsigned nitems;
	struct expr *where;
	struct order order[ORDER_MAX];
	unsigned norder;
	int64_t limit, offset;
	uint64_t *rows, nrows; /* the numbers of the rows that WHERE leaves */
	struct cell *keys;     /* norder for each of them */
	struct cell *cells;    /* scratch */
	struct arena scratch, sorting;
};

int relation_column(void *ctx, const char *name)
{
	const struct relation *r = ctx;

	for (unsigned i = 0; i < r->ncolumns; i++)
		if (strcasecmp(r->names[i], name) == 0)
			return (int)i;
	return -1;
}

const struct type *relation_type(void *ctx, int column)
{
	const struct relation *r = ctx;

	return r->types != NULL ? &r->types[column] : NULL;
}

void relation_row(const struct sql *q, const struct relation *r, uint64_t i, struct cell *cells, struct arena *scratch)
{
	if (r->ncolumns == 0)
		return;
	if (r->table == NULL) {
		memcpy(cells, r->cells + i * r->ncolumns, r->ncolumns * sizeof(*cells));
		return;
	}
	row_cells(r->table, r->schema, q->store->wal.map + r->offsets[i], cells, scratch);
	for (unsigned k = 0; k < r->ncolumns; k++)
		if (cells[k].kind == CELL_TEXT && type_is_number(&r->types[k]))
			cells[k].kind = CELL_NUMBER;
}

void relation_done(struct relation *r)
{
	free(r->offsets);
	r->offsets = NULL;
}

static int parse_order(struct query *y)
{
	struct sql *q = y->q;
	const struct expr_names names = { .column = relation_column,
		.type = relation_type,
		.ctx = (void *)(uintptr_t)y->r };

	do {
		struct order *o = &y->order[y->norder];
		int64_t position;

		if (y->norder++ == ORDER_MAX)
			return sql_fail(q, 1064, "too many ORDER BY items");
		if (q->lex.token == TOKEN_NUMBER) {
			if (lex_integer(&q->lex, &position, q->err) != 0 || position < 1 || position > y->nitems)
				return sql_fail(q, 1064, "ORDER BY position is not in select list");
			o->expr = y->items[position - 1].expr;
		}
		for (unsigned i = 0; o->expr == NULL && i < y->nitems && lex_is_name(&q->lex); i++)
			if (strcasecmp(y->items[i].name, q->lex.value) == 0 &&
					relation_column((void *)(uintptr_t)y->r, q->lex.value) < 0) {
				o->expr = y->items[i].expr;
				lex_next(&q->lex);
			}
		if (o->expr == NULL && (o->expr = expr_parse(&q->lex, &names, q->err)) == NULL)
			return -1;
		o->down = lex_accept(&q->lex, "desc");
		lex_accept(&q->lex, "asc");
	} while (lex_accept(&q->lex, ","));
	return 0;
}

static int parse_limit(struct query *y)
{
	struct sql *q = y->q;

	if (lex_integer(&q->lex, &y->limit, q->err) != 0)
		return -1;
	if (lex_accept(&q->lex, ",")) {
		y->offset = y->limit;
		return lex_integer(&q->lex, &y->limit, q->err);
	}
	return lex_accept(&q->lex, "offset") ? lex_integer(&q->lex, &y->offset, q->err) : 0;
}

static int parse_tail(struct query *y)
{
	struct sql *q = y->q;
	const struct expr_names names = { .column = relation_column,
		.type = relation_type,
		.ctx = (void *)(uintptr_t)y->r };

	y->limit = INT64_MAX;
	if (lex_accept(&q->lex, "where") && (y->where = expr_parse(&q->lex, &names, q->err)) == NULL)
		return -1;
	if (lex_accept_words(&q->lex, "order by") && parse_order(y) != 0)
		return -1;
	if (lex_accept(&q->lex, "limit") && parse_limit(y) != 0)
		return -1;
	return sql_end(q);
}

static struct cell keep(struct cell c, struct arena *arena)
{
	if (c.kind != CELL_NULL)
		c.p = arena_dup(arena, c.p, c.len);
	return c;
}

/* Which rows, and by what they are sorted. Without WHERE and ORDER BY no row is looked at. */
static void choose_rows(struct query *y)
{
	y->rows = xmalloc((y->r->nrows + 1) * sizeof(*y->rows));
	y->keys = y->norder > 0 ? xmalloc((y->r->nrows + 1) * y->norder * sizeof(*y->keys)) : NULL;
	for (uint64_t i = 0; i < y->r->nrows; i++) {
		if (y->where != NULL || y->norder > 0)
			relation_row(y->q, y->r, i, y->cells, &y->scratch);
		if (y->where == NULL || expr_true(y->where, y->cells, &y->scratch)) {
			for (unsigned k = 0; k < y->norder; k++)
				y->keys[i * y->norder + k] = keep(expr_eval(y->order[k].expr, y->cells, &y->scratch),
						&y->sorting);
			y->rows[y->nrows++] = i;
		}
		arena_reset(&y->scratch);
	}
}

static int compare_rows(const void *a, const void *b, void *ctx)
{
	const struct query *y = ctx;
	uint64_t i = *(const uint64_t *)a, k = *(const uint64_t *)b;

	for (unsigned n = 0; n < y->norder; n++) {
		int order = cell_compare(&y->keys[i * y->norder + n], &y->keys[k * y->norder + n]);

		if (order != 0)
			return y->order[n].down ? -order : order;
	}
	return (i > k) - (i < k);
}

static void print_columns(const struct query *y)
{
	struct session *s = y->q->session;
	const char **names = arena_alloc(y->q->arena, y->nitems * sizeof(*names));
	struct type *types = arena_alloc(y->q->arena, y->nitems * sizeof(*types));

	for (unsigned i = 0; i < y->nitems; i++) {
		names[i] = y->items[i].name;
		types[i] = y->items[i].type;
	}
	if (y->r->show)
		result_columns(s, names, y->nitems);
	else
		result_column_types(s, names, types, y->nitems);
}

static void print_rows(struct query *y)
{
	struct cell *out = xmalloc((y->nitems + 1) * sizeof(*out));
	uint64_t first = (uint64_t)y->offset < y->nrows ? (uint64_t)y->offset : y->nrows;
	uint64_t count = y->nrows - first < (uint64_t)y->limit ? y->nrows - first : (uint64_t)y->limit;

	for (uint64_t i = first; i < first + count; i++) {
		relation_row(y->q, y->r, y->rows[i], y->cells, &y->scratch);
		for (unsigned k = 0; k < y->nitems; k++)
			out[k] = expr_eval(y->items[k].expr, y->cells, &y->scratch);
		result_row(y->q->session, out);
		arena_reset(&y->scratch);
	}
	free(out);
}

struct total {
	int64_t count;
	long double sum;
	struct cell least, most;
};

static void add_to_total(struct query *y, const struct item *item, struct total *t)
{
	struct cell v = item->expr != NULL ? expr_eval(item->expr, y->cells, &y->scratch)
					   : (struct cell){ .kind = CELL_NUMBER, .p = "1", .len = 1 };
	long double number;

	if (v.kind == CELL_NULL)
		return;
	if (expr_number(&v, &number))
		t->sum += number;
	if (t->count == 0 || cell_compare(&v, &t->least) < 0)
		t->least = keep(v, &y->sorting);
	if (t->count == 0 || cell_compare(&v, &t->most) > 0)
		t->most = keep(v, &y->sorting);
	t->count++;
}

static void print_totals(struct query *y)
{
	struct total *totals = xcalloc(y->nitems, sizeof(*totals));
	struct cell *out = xcalloc(y->nitems, sizeof(*out));
	bool only_count = true;

	for (unsigned k = 0; k < y->nitems; k++)
		only_count &= strcasecmp(y->items[k].aggregate, "count") == 0 && y->items[k].expr == NULL;
	for (uint64_t i = 0; i < y->nrows && !only_count; i++) {
		relation_row(y->q, y->r, y->rows[i], y->cells, &y->scratch);
		for (unsigned k = 0; k < y->nitems; k++)
			add_to_total(y, &y->items[k], &totals[k]);
		arena_reset(&y->scratch);
	}
	for (unsigned k = 0; k < y->nitems; k++) {
		const char *name = y->items[k].aggregate;

		if (strcasecmp(name, "count") == 0)
			out[k] = cell_integer(&y->sorting, only_count ? (int64_t)y->nrows : totals[k].count);
		else if (totals[k].count == 0)
			out[k] = cell_str(NULL);
		else if (strcasecmp(name, "sum") == 0)
			out[k] = expr_real(totals[k].sum, &y->sorting);
		else
			out[k] = strcasecmp(name, "min") == 0 ? totals[k].least : totals[k].most;
	}
	result_row(y->q->session, out);
	free(totals);
	free(out);
}

static void all_columns(struct query *y)
{
	const struct relation *r = y->r;
	const struct expr_names names = { .column = relation_column,
		.type = relation_type,
		.ctx = (void *)(uintptr_t)r };
	struct err ignored = { 0 };

	y->items = arena_alloc(y->q->arena, (r->ncolumns + 1) * sizeof(*y->items));
	y->nitems = r->ncolumns;
	for (unsigned i = 0; i < r->ncolumns; i++) {
		const char *quoted = arena_printf(y->q->arena, "`%s`", r->names[i]);
		struct lex l;

		lex_init(&l, y->q->arena, quoted, strlen(quoted));
		y->items[i] = (struct item){ .expr = expr_parse(&l, &names, &ignored), .name = r->names[i] };
		y->items[i].type = r->types != NULL ? r->types[i]
						    : (struct type){ .kind = TYPE_VARCHAR, .len = TYPE_VARCHAR_MAX };
	}
}

int sql_query(struct sql *q, const struct relation *r, struct item *items, unsigned nitems)
{
	struct query y = { .q = q, .r = r, .items = items, .nitems = nitems };
	int result;

	if (items == NULL)
		all_columns(&y);
	result = parse_tail(&y);
	if (result != 0)
		return result;
	arena_init(&y.scratch, 0);
	arena_init(&y.sorting, 0);
	y.cells = xcalloc(r->ncolumns + 1, sizeof(*y.cells));
	choose_rows(&y);
	if (y.norder > 0)
		qsort_r(y.rows, y.nrows, sizeof(*y.rows), compare_rows, &y);
	print_columns(&y);
	if (y.nitems > 0 && y.items[0].aggregate != NULL)
		print_totals(&y);
	else
		print_rows(&y);
	result_end(q->session);
	free(y.cells);
	free(y.rows);
	free(y.keys);
	arena_done(&y.scratch);
	arena_done(&y.sorting);
	return 0;
}

void rows_init(struct rows *rows, struct sql *q, const char *const *names, unsigned ncolumns)
{
	*rows = (struct rows){ .q = q, .r = { .names = names, .ncolumns = ncolumns } };
}

void rows_add(struct rows *rows, const char *const *texts)
{
	unsigned n = rows->r.ncolumns;

	if (rows->r.nrows == rows->room) {
		struct cell *old = rows->cells;

		rows->room = rows->room == 0 ? 64 : rows->room * 2;
		rows->cells = arena_alloc(rows->q->arena, rows->room * n * sizeof(*old));
		if (old != NULL)
			memcpy(rows->cells, old, rows->r.nrows * n * sizeof(*old));
	}
	for (unsigned i = 0; i < n; i++)
		rows->cells[rows->r.nrows * n + i] = cell_str(
				texts[i] != NULL ? arena_dup(rows->q->arena, texts[i], strlen(texts[i])) : NULL);
	rows->r.nrows++;
	rows->r.cells = rows->cells;
}

int rows_print(struct rows *rows)
{
	rows->r.show = true;
	return sql_query(rows->q, &rows->r, NULL, 0);
}
