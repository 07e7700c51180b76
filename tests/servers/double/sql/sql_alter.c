/*
 * sql_alter.c - ALTER TABLE: the new schema is made at once and checked at once, but the table gets it only when the
 * job is done. One job a table.
 */
#include <string.h>

#include "core/xalloc.h"
#include "sql/double_sql.h"

#define ROOM 64		   /* columns that one statement may add */
#define REWRITTEN_A_MS 500 /* rows */

struct change {
	struct table *table;
	struct schema *schema;
	uint32_t next_column;
	unsigned added;
	bool any, metadata_only, rewrites; /* a type that changes is no fast schema evolution */
};

static int find(struct sql *q, const struct change *c, const char *name)
{
	int at = schema_find(c->schema, name, strlen(name));

	if (at < 0)
		sql_fail(q, 1064, "Column does not exists: %.100s", name);
	return at;
}

static void move_column(struct schema *s, unsigned from, unsigned to)
{
	struct column c = s->columns[from];

	if (from < to)
		memmove(&s->columns[from], &s->columns[from + 1], (to - from) * sizeof(c));
	else
		memmove(&s->columns[to + 1], &s->columns[to], (from - to) * sizeof(c));
	s->columns[to] = c;
}

/* Behind a definition: FIRST, AFTER x, or nothing. The column stands at `at` now. */
static int place(struct sql *q, struct change *c, unsigned at)
{
	const char *name;
	int after;

	if (lex_is(&q->lex, "first"))
		return sql_fail(q, 1064, "Can not place a column before the key columns of a Primary Key table");
	if (!lex_accept(&q->lex, "after"))
		return 0;
	if ((name = lex_name(&q->lex, q->err)) == NULL || (after = find(q, c, name)) < 0)
		return -1;
	if ((unsigned)after + 1 < c->schema->nkey)
		return sql_fail(q, 1064, "Can not place a column among the key columns of a Primary Key table");
	move_column(c->schema, at, (unsigned)after < at ? (unsigned)after + 1 : (unsigned)after);
	return 0;
}

static int add_one(struct sql *q, struct change *c)
{
	struct column *column = &c->schema->columns[c->schema->ncolumns];

	if (c->added++ == ROOM)
		return sql_fail(q, 1064, "too many columns at once");
	if (sql_column_def(q, column) != 0)
		return -1;
	if (schema_find(c->schema, column->name, strlen(column->name)) >= 0)
		return sql_fail(q, 1064, "Can not add column which already exists in base table: %.100s", column->name);
	if (!column->nullable && column->preset == NULL && !column->default_now)
		return sql_fail(q, 1064, "Column '%.100s' is NOT NULL and has no default value", column->name);
	if ((c->schema->model == MODEL_AGGREGATE) != (column->aggregate != AGG_NONE))
		return sql_fail(q, 1064, "Invalid aggregate type of column %.100s: '%s'", column->name,
				aggregate_name(column->aggregate));
	column->id = c->next_column++;
	c->schema->ncolumns++;
	return place(q, c, c->schema->ncolumns - 1);
}

static int add(struct sql *q, struct change *c)
{
	if (!lex_accept(&q->lex, "("))
		return add_one(q, c);
	do {
		if (add_one(q, c) != 0)
			return -1;
	} while (lex_accept(&q->lex, ","));
	return lex_expect(&q->lex, ")", q->err);
}

static int drop(struct sql *q, struct change *c)
{
	const char *name = lex_name(&q->lex, q->err);
	struct schema *s = c->schema;
	int at;

	if (name == NULL || (at = find(q, c, name)) < 0)
		return -1;
	if ((unsigned)at < s->nkey)
		return sql_fail(q, 1064, "Can not drop key column %.100s of a Primary Key table", name);
	memmove(&s->columns[at], &s->columns[at + 1], (s->ncolumns - (unsigned)at - 1) * sizeof(*s->columns));
	s->ncolumns--;
	return 0;
}

static int check_modify(struct sql *q, const struct column *old, const struct column *new, bool is_key)
{
	struct buf from, to;
	int result = 0;

	if (is_key)
		return sql_fail(q, 1064, "Can not modify key column %.100s of a Primary Key table", old->name);
	if (old->aggregate != new->aggregate)
		return sql_fail(q, 1064, "Can not change aggregation type of column %.100s", old->name);
	if (old->nullable && !new->nullable)
		return sql_fail(q, 1064, "Can not change from nullable to non-nullable");
	if ((old->preset == NULL) != (new->preset == NULL) ||
			(old->preset != NULL && strcmp(old->preset, new->preset) != 0))
		return sql_fail(q, 1064, "Can not change default value of column %.100s", old->name);
	if (type_can_become(&old->type, &new->type))
		return 0;
	buf_init(&from, 256);
	buf_init(&to, 256);
	type_print(&old->type, &from);
	type_print(&new->type, &to);
	result = sql_fail(q, 1064, "Can not change %s to %s", from.data, to.data);
	buf_done(&from);
	buf_done(&to);
	return result;
}

static int modify(struct sql *q, struct change *c)
{
	struct column new, *old;
	int at;

	if (sql_column_def(q, &new) != 0 || (at = find(q, c, new.name)) < 0)
		return -1;
	old = &c->schema->columns[at];
	if (check_modify(q, old, &new, (unsigned)at < c->schema->nkey) != 0)
		return -1;
	c->rewrites |= old->type.kind != new.type.kind || old->type.len != new.type.len ||
			old->type.precision != new.type.precision || old->type.scale != new.type.scale;
	new.id = old->id;
	new.name = old->name;
	*old = new;
	return place(q, c, (unsigned)at);
}

static int rename_column(struct sql *q, struct change *c)
{
	const char *from = lex_name(&q->lex, q->err), *to;
	int at;

	if (from == NULL || lex_expect(&q->lex, "to", q->err) != 0 || (to = lex_name(&q->lex, q->err)) == NULL ||
			(at = find(q, c, from)) < 0)
		return -1;
	if (q->server != NULL && q->server->version->number < 30300)
		return sql_fail(q, 1064, "RENAME COLUMN is not supported before 3.3");
	if (schema_find(c->schema, to, strlen(to)) >= 0)
		return sql_fail(q, 1064, "Column name[%.100s] is already used", to);
	c->schema->columns[at].name = xstrdup(to);
	c->metadata_only = true;
	return 0;
}

static int take_property(struct sql *q, const char *key, const char *value, void *ctx)
{
	return strcmp(key, "timeout") == 0 ? 0 : sql_fail(q, 1064, "Unknown properties: {%.100s=%.100s}", key, value);
}

static int change(struct sql *q, struct change *c)
{
	struct lex *l = &q->lex;

	do {
		c->any = true;
		if (lex_accept_words(l, "add column")) {
			if (add(q, c) != 0)
				return -1;
		} else if (lex_accept_words(l, "drop column")) {
			if (drop(q, c) != 0)
				return -1;
		} else if (lex_accept_words(l, "modify column")) {
			if (modify(q, c) != 0)
				return -1;
		} else if (lex_accept_words(l, "rename column")) {
			if (rename_column(q, c) != 0)
				return -1;
		} else {
			return lex_unexpected(l, q->err);
		}
	} while (lex_accept(l, ","));
	return lex_accept(l, "properties") ? sql_properties(q, take_property, NULL) : 0;
}

static void start(struct sql *q, const struct change *c)
{
	bool at_once = (c->table->fast_evolution && !c->rewrites) || c->metadata_only;
	int64_t delay_ms = q->server == NULL || at_once
			? 0
			: q->server->alter_delay_ms + (int64_t)(c->table->nrows / REWRITTEN_A_MS),
		hung_ms;
	struct alter *a = store_alter_add(q->store, c->table, c->schema, delay_ms);

	c->table->next_column = c->next_column;
	if (q->server != NULL && fault_take(&q->server->faults, FAULT_ALTER_HANGS, &hung_ms))
		a->due_ms += hung_ms;
	if (q->server != NULL && fault_take(&q->server->faults, FAULT_ALTER_CANCELLED, NULL))
		a->message = xstrdup("schema change is cancelled on purpose");
}

/* RENAME name: of the table. Its rows and its running jobs stay with it. */
static int rename_table(struct sql *q, struct table *t)
{
	const char *to = lex_name(&q->lex, q->err);

	if (to == NULL || sql_end(q) != 0)
		return -1;
	if (store_table(t->db, to) != NULL)
		return sql_fail(q, 1050, "Table name[%.100s] is already used", to);
	t->name = xstrdup(to);
	return 0;
}

/* COMMENT = "..": of the table, at once. */
static int comment_table(struct sql *q, struct table *t)
{
	const char *text;

	if (lex_expect(&q->lex, "=", q->err) != 0 || (text = lex_string(&q->lex, q->err)) == NULL || sql_end(q) != 0)
		return -1;
	t->comment = xstrdup(text);
	return 0;
}

int sql_alter(struct sql *q)
{
	struct change c = { 0 };
	struct lex before;
	struct name name;

	if (lex_expect(&q->lex, "table", q->err) != 0 || sql_table_name(q, &name) != 0 ||
			(c.table = sql_table(q, &name)) == NULL)
		return -1;
	before = q->lex;
	if (lex_accept(&q->lex, "rename") && !lex_is(&q->lex, "column"))
		return rename_table(q, c.table);
	q->lex = before;
	if (lex_accept(&q->lex, "comment"))
		return comment_table(q, c.table);
	c.schema = schema_copy(c.table->schema, ROOM + 1);
	c.next_column = c.table->next_column;
	if (change(q, &c) != 0 || sql_end(q) != 0)
		return -1;
	if (!q->store->replaying && store_alter_running(q->store, c.table) != NULL)
		return sql_fail(q, 1064,
				"Table[%.100s]'s state is not NORMAL. A schema change operation is in progress on the table",
				name.table);
	if (c.table->nschemas + 1 >= SCHEMAS_MAX)
		return sql_fail(q, 1064, "the double holds %d versions of a table's schema and no more", SCHEMAS_MAX);
	start(q, &c);
	return 0;
}
