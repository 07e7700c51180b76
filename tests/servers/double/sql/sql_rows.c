/*
 * sql_rows.c - DELETE FROM and UPDATE of a table by a condition: a transaction with a label of its own, whose rows are
 * made of those that the condition finds. Under the lock from the search to the commit. EXPLAIN asks for the same rights, as
 * StatementPlanner.plan() does, and changes nothing.
 */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "core/xalloc.h"
#include "sql/double_sql.h"

#define SETS_MAX 64

struct change {
	struct relation r; /* first: names are looked up in it */
	struct sql *q;
	struct expr *where;
	bool explain;
	unsigned nsets;
	struct {
		unsigned column;
		struct expr *value;
	} sets[SETS_MAX];
	struct txn_part *part;
};

static int open_relation(struct change *c, struct table *t)
{
	struct sql *q = c->q;
	struct type *types = arena_alloc(q->arena, t->schema->ncolumns * sizeof(*types));
	const char **names = arena_alloc(q->arena, t->schema->ncolumns * sizeof(*names));

	for (unsigned i = 0; i < t->schema->ncolumns; i++) {
		types[i] = t->schema->columns[i].type;
		names[i] = t->schema->columns[i].name;
	}
	c->r = (struct relation){ .table = t, .schema = t->schema, .types = types, .names = names };
	c->r.ncolumns = t->schema->ncolumns;
	c->r.offsets = table_offsets(q->store, t, &c->r.nrows);
	return 0;
}

static int parse_set(struct change *c)
{
	const struct expr_names names = { .column = relation_column, .ctx = c };
	const char *name = lex_name(&c->q->lex, c->q->err);
	int column = name ? relation_column(c, name) : -1;

	if (name == NULL)
		return -1;
	if (column < 0)
		return sql_fail(c->q, 1064, "Column '%.100s' cannot be resolved", name);
	if ((unsigned)column < c->r.schema->nkey)
		return sql_fail(c->q, 1064, "primary key column cannot be updated: %.100s", name);
	if (c->nsets == SETS_MAX)
		return sql_fail(c->q, 1064, "too many columns");
	if (lex_expect(&c->q->lex, "=", c->q->err) != 0)
		return -1;
	c->sets[c->nsets].column = (unsigned)column;
	c->sets[c->nsets].value = expr_parse(&c->q->lex, &names, c->q->err);
	return c->sets[c->nsets++].value ? 0 : -1;
}

static int parse_tail(struct change *c, bool update)
{
	const struct expr_names names = { .column = relation_column, .ctx = c };

	while (update) {
		if (parse_set(c) != 0)
			return -1;
		update = lex_accept(&c->q->lex, ",");
	}
	if (!lex_accept(&c->q->lex, "where"))
		return sql_fail(c->q, 1064, "%s must specify where clause to prevent full table change",
				c->nsets ? "Update" : "Delete");
	c->where = expr_parse(&c->q->lex, &names, c->q->err);
	return c->where ? sql_end(c->q) : -1;
}

/* The new value of a column; others are as they were, which the commit puts in. */
static int put_cell(struct change *c, unsigned column, const struct cell *old, struct arena *scratch, struct buf *out)
{
	uint32_t head = CELL_LEN_ABSENT;

	for (unsigned i = 0; i < c->nsets; i++) {
		const struct column *to = &c->r.schema->columns[column];
		struct cell value;
		size_t len = 0;
		char *text;

		if (c->sets[i].column != column)
			continue;
		value = expr_eval(c->sets[i].value, old, scratch);
		head = CELL_LEN_NULL;
		if (value.kind == CELL_NULL && !to->nullable)
			return sql_fail(c->q, 1064, "NULL value in non-nullable column '%.100s'", to->name);
		if (value.kind == CELL_NULL)
			break;
		text = arena_reserve(scratch, type_bound(&value));
		if (type_write(&to->type, &value, text, &len) != TYPE_OK)
			return sql_fail(c->q, 1064, "a value can not be converted to the type of column '%.100s'",
					to->name);
		head = (uint32_t)len;
		buf_put(out, &head, sizeof(head));
		buf_put(out, text, len);
		return 0;
	}
	buf_put(out, &head, sizeof(head));
	return 0;
}

static int change_row(struct change *c, const char *row, const struct cell *cells, struct arena *scratch)
{
	struct buf *out = &c->part->rows;
	struct row_head old, head;
	size_t start = out->len;

	memcpy(&old, row, sizeof(old));
	head = (struct row_head){ .schema = c->r.schema->index,
		.op = c->nsets ? OP_UPSERT : OP_DELETE,
		.key_len = old.key_len };
	buf_put(out, &head, sizeof(head));
	for (unsigned i = 0; i < c->r.ncolumns; i++)
		if (put_cell(c, i, cells, scratch, out) != 0)
			return -1;
	buf_put(out, row + old.size - old.key_len, old.key_len);
	head.size = (uint32_t)(out->len - start);
	memcpy(out->data + start, &head, sizeof(head));
	c->part->nrows++;
	return 0;
}

static int change_rows(struct change *c)
{
	struct cell *cells = arena_alloc(c->q->arena, c->r.ncolumns * sizeof(*cells));
	struct arena scratch;
	int result = 0;

	arena_init(&scratch, 0);
	for (uint64_t i = 0; result == 0 && i < c->r.nrows; i++) {
		arena_reset(&scratch);
		relation_row(c->q, &c->r, i, cells, &scratch);
		if (expr_true(c->where, cells, &scratch))
			result = change_row(c, c->q->store->wal.map + c->r.offsets[i], cells, &scratch);
	}
	arena_done(&scratch);
	return result;
}

static int explain(struct sql *q)
{
	static const char *const names[] = { "Explain String" }, *const texts[] = { "PLAN FRAGMENT 0" };
	struct rows rows;

	rows_init(&rows, q, names, 1);
	rows_add(&rows, texts);
	return rows_print(&rows);
}

static int run(struct change *c, struct table *t, bool update)
{
	struct store *s = c->q->store;
	struct txn *txn;
	char label[64];

	if (open_relation(c, t) != 0 || parse_tail(c, update) != 0)
		return -1;
	if (c->explain)
		return explain(c->q);
	snprintf(label, sizeof(label), "%s_%llu", update ? "update" : "delete", (unsigned long long)s->next_txn);
	txn = store_txn_begin(s, t->db, label, c->q->session->user);
	txn->table = xstrdup(t->name);
	c->part = txn_part(s, txn, t);
	c->part->partial = true;
	if (change_rows(c) != 0) {
		store_txn_abort(s, txn, "the statement failed");
		return -1;
	}
	return store_txn_commit(s, txn, c->q->err);
}

static int change(struct sql *q, bool update, bool explain)
{
	struct change *c = arena_alloc(q->arena, sizeof(*c));
	struct name name;
	struct table *t;
	int result = -1;

	memset(c, 0, sizeof(*c));
	c->q = q;
	c->explain = explain;
	if (sql_table_name(q, &name) != 0 || (update && lex_expect(&q->lex, "set", q->err) != 0))
		return -1;
	store_lock(q->store);
	t = sql_table(q, &name);
	if (t != NULL && update && t->schema->model != MODEL_PRIMARY)
		sql_fail(q, 1064, "only primary key table support update operation");
	else if (t != NULL)
		result = run(c, t, update);
	relation_done(&c->r);
	store_unlock(q->store);
	return result;
}

static int delete (struct sql *q, bool explain)
{
	return lex_expect(&q->lex, "from", q->err) != 0 ? -1 : change(q, false, explain);
}

int sql_delete(struct sql *q)
{
	return delete (q, false);
}

int sql_update(struct sql *q)
{
	return change(q, true, false);
}

int sql_explain(struct sql *q)
{
	if (lex_accept(&q->lex, "delete"))
		return sql_needs(q, RIGHT_DELETE) != 0 ? -1 : delete (q, true);
	if (lex_accept(&q->lex, "update"))
		return sql_needs(q, RIGHT_UPDATE) != 0 ? -1 : change(q, true, true);
	return lex_unexpected(&q->lex, q->err);
}
