/*
 * starrocks_alter.c - a table in StarRocks follows a statement of the source. Each step is a statement of its own that
 * may take a while, and is seen in the columns afterwards, so doing all again changes nothing more. RENAME COLUMN exists
 * from 3.3.2 on: before, the column is added without values, once the caller has stored the gap.
 */
#include <stdlib.h>
#include <string.h>

#include "core/xalloc.h"
#include "row/column_fill.h"
#include "sink/base/sink_ops.h"
#include "sink/starrocks/starrocks.h"

#define SQL_MAX (1 << 20)
#define KEPT_MAX 1000

struct starrocks_alter {
	struct starrocks_sql *sql;
	const struct sink_conf *conf;
	const struct schema *schema;
	struct starrocks_columns have;
	struct buf text;
	bool allowed, *gap;
	struct err *err;
};

static void put_name(struct starrocks_alter *a)
{
	starrocks_name(&a->text, a->schema->db);
	buf_putc(&a->text, '.');
	starrocks_name(&a->text, a->schema->table);
}

static void begin_statement(struct starrocks_alter *a)
{
	buf_reset(&a->text);
	buf_puts(&a->text, "ALTER TABLE ");
	put_name(a);
}

static int look(struct starrocks_alter *a)
{
	return starrocks_table_read(a->sql, a->schema->db, a->schema->table, &a->have, a->err);
}

/* One change of columns at a time. */
static int carry_out(struct starrocks_alter *a)
{
	if (starrocks_change_check(a->schema, a->allowed, a->text.data, a->err) ||
			starrocks_job_wait(a->sql, a->conf, a->schema, false, a->err) ||
			starrocks_sql_run(a->sql, a->text.data, NULL, NULL, a->err) ||
			starrocks_job_wait(a->sql, a->conf, a->schema, true, a->err))
		return -1;
	return look(a);
}

static int loosen_column(struct starrocks_alter *a, const struct starrocks_column *c)
{
	struct starrocks_column loose = *c;

	loose.nullable = true;
	begin_statement(a);
	buf_puts(&a->text, " MODIFY COLUMN ");
	starrocks_put_have(&a->text, &loose, &c->type);
	return carry_out(a);
}

static void put_rename(struct starrocks_alter *a, const char *from, const char *to)
{
	begin_statement(a);
	buf_puts(&a->text, " RENAME COLUMN ");
	starrocks_name(&a->text, from);
	buf_puts(&a->text, " TO ");
	starrocks_name(&a->text, to);
}

/* Its values stay, under a name of their own; rows that come later do not have it, so it has to be NULL there. */
static int keep_column(struct starrocks_alter *a, const struct starrocks_column *c)
{
	char *from = xstrdup(c->name), *to = xasprintf("%s__dropped_1", from);
	int r = !c->nullable && c->preset == NULL ? loosen_column(a, c) : 0;

	for (int i = 2; starrocks_columns_find(&a->have, to) && i < KEPT_MAX; i++) {
		free(to);
		to = xasprintf("%s__dropped_%d", from, i);
	}
	if (r == 0) {
		put_rename(a, from, to);
		r = carry_out(a);
	}
	free(from);
	free(to);
	return r;
}

/* ---- a table of several sources: its columns stay, what changes is this one's rows ---- */

static bool is_shared(const struct starrocks_alter *a)
{
	return a->schema->at_target.source_column != NULL;
}

static void put_assign(struct starrocks_alter *a, const char *column, const char *from)
{
	starrocks_name(&a->text, column);
	buf_puts(&a->text, " = ");
	if (from)
		starrocks_name(&a->text, from);
	else
		buf_puts(&a->text, "NULL");
}

/* Where rows are only added none can be changed: the caller is told of the gap. */
static int clear_values(struct starrocks_alter *a, const struct starrocks_column *c, const char *to)
{
	if (a->schema->at_target.append) {
		*a->gap = true;
		return 0;
	}
	if (!c->nullable) {
		char *name = xstrdup(c->name);
		int r = loosen_column(a, c);

		c = starrocks_columns_find(&a->have, name);
		free(name);
		if (r || c == NULL)
			return r;
	}
	buf_reset(&a->text);
	buf_puts(&a->text, "UPDATE ");
	put_name(a);
	buf_puts(&a->text, " SET ");
	if (to) {
		put_assign(a, to, c->name);
		buf_puts(&a->text, ", ");
	}
	put_assign(a, c->name, NULL);
	starrocks_put_source(&a->text, " WHERE ", a->schema->at_target.source_column, a->schema->at_target.source);
	buf_puts(&a->text, " AND ");
	starrocks_name(&a->text, c->name);
	buf_puts(&a->text, " IS NOT NULL"); /* a second time changes nothing */
	if (starrocks_change_check(a->schema, a->allowed, a->text.data, a->err))
		return -1;
	return starrocks_sql_run(a->sql, a->text.data, NULL, NULL, a->err);
}

static int rename_values(struct starrocks_alter *a, const struct starrocks_column *c, const char *to)
{
	char *from = xstrdup(c->name);
	int at = schema_column(a->schema, to, strlen(to)), r = 0;

	if (at >= 0 && starrocks_columns_find(&a->have, to) == NULL) {
		begin_statement(a);
		buf_puts(&a->text, " ADD COLUMN ");
		starrocks_put_column(&a->text, a->schema, (unsigned)at, NULL);
		r = carry_out(a);
	}
	c = starrocks_columns_find(&a->have, from);
	if (r == 0 && at >= 0 && c)
		r = clear_values(a, c, to);
	free(from);
	return r;
}

static int drop_column(struct starrocks_alter *a, const char *name)
{
	const struct starrocks_column *c = starrocks_columns_find(&a->have, name);

	if (c == NULL || c->key)
		return 0;
	if (is_shared(a))
		return clear_values(a, c, NULL);
	if (a->schema->at_target.change == FOLLOW_LENIENT)
		return keep_column(a, c);
	begin_statement(a);
	buf_puts(&a->text, " DROP COLUMN ");
	starrocks_name(&a->text, c->name);
	return carry_out(a);
}

/* Not interrupted: the version does not know it, or a right is missing. */
static bool is_refused(const struct err *err)
{
	return err->kind != ERR_RETRY && err->kind != ERR_UNREACHABLE;
}

/* The values go, and nothing at the target tells so afterwards: the caller has written it down before. */
static int leave_gap(struct starrocks_alter *a, const struct ddl_move *m)
{
	if (*a->gap)
		return 0;
	*a->gap = true;
	return err_set(a->err, ERR_RETRY, 0,
			"table %s.%s: column %s gets the name %s without its values, because the target cannot rename it",
			a->schema->db, a->schema->table, m->from, m->to);
}

/* Refused too, it has its values still. */
static int drop_old(struct starrocks_alter *a, const char *name)
{
	int result = drop_column(a, name);

	if (result && is_refused(a->err))
		*a->gap = false;
	return result;
}

static int rename_column(struct starrocks_alter *a, const struct ddl_move *m)
{
	const struct starrocks_column *c = starrocks_columns_find(&a->have, m->from);

	if (c == NULL)
		return 0;
	if (is_shared(a) && !c->key)
		return rename_values(a, c, m->to);
	if (drop_column(a, m->to))
		return -1;
	put_rename(a, m->from, m->to);
	if (carry_out(a) == 0)
		return 0;
	if (a->err->kind == ERR_CONFIG && starrocks_change_check(a->schema, a->allowed, a->text.data, a->err))
		return -1;
	c = starrocks_columns_find(&a->have, m->from);
	if (!is_refused(a->err) || (c && c->key))
		return -1;
	err_clear(a->err);
	return leave_gap(a, m) ? -1 : drop_old(a, m->from);
}

/* With what MySQL has put into the rows that are there, where that is known here. */
static int add_column(struct starrocks_alter *a, const struct ddl_move *m)
{
	char fill[4096];
	int at = schema_column(a->schema, m->to, strlen(m->to));

	if (at < 0 || starrocks_columns_find(&a->have, m->to))
		return 0;
	if (starrocks_add_check(a->schema, (unsigned)at, &a->have, a->err))
		return -1;
	begin_statement(a);
	buf_puts(&a->text, " ADD COLUMN ");
	starrocks_put_column(&a->text, a->schema, (unsigned)at,
			m->from == NULL && !m->blank && column_fill(&a->schema->columns[at], fill, sizeof(fill))
					? fill
					: NULL);
	if (carry_out(a) == 0)
		return 0;
	if (!starrocks_tolerates(a->schema, a->err))
		return -1;
	*a->gap = true;
	return 0;
}

/* A table that is ours is made again for the next row; one that a person has made keeps its form. */
static int drop_table(struct starrocks_alter *a)
{
	if (a->have.count == 0)
		return 0;
	buf_puts(&a->text,
			is_shared(a)							       ? "DELETE FROM "
					: a->conf->table_create && !sink_leaves_out(a->schema) ? "DROP TABLE IF EXISTS "
											       : "TRUNCATE TABLE ");
	put_name(a);
	starrocks_put_source(&a->text, " WHERE ", a->schema->at_target.source_column, a->schema->at_target.source);
	if (starrocks_change_check(a->schema, a->allowed, a->text.data, a->err))
		return -1;
	return starrocks_sql_run(a->sql, a->text.data, NULL, NULL, a->err);
}

/* Names become free before others take them. */
static int alter_columns(struct starrocks_alter *a, const struct ddl_alter *alter)
{
	int r = 0;

	for (unsigned i = 0; i < alter->nmoves && r == 0; i++)
		if (alter->moves[i].to == NULL)
			r = drop_column(a, alter->moves[i].from);
	for (unsigned i = 0; i < alter->nmoves && r == 0; i++)
		if (alter->moves[i].from && alter->moves[i].to)
			r = rename_column(a, &alter->moves[i]);
	for (unsigned i = 0; i < alter->nmoves && r == 0; i++)
		if (alter->moves[i].to)
			r = add_column(a, &alter->moves[i]);
	return r;
}

/* A column of the name is there already, with values of before: whether they are those of the new one, only a person knows. */
static int left_check(struct starrocks_alter *a, const struct ddl_alter *alter)
{
	for (unsigned i = 0; i < alter->nmoves && !a->allowed; i++)
		if (alter->moves[i].to && starrocks_columns_find(&a->have, alter->moves[i].to))
			return err_set(a->err, ERR_CONFIG, 0,
					"table %s.%s: schema.change = ignore, and column %s of the source is a new one, while the target has one of "
					"that name with values of before: rename or drop it there, then `millrace resume` the table",
					a->schema->db, a->schema->table, alter->moves[i].to);
	return 0;
}

static int ignore(struct starrocks_alter *a, const struct ddl_alter *alter)
{
	return alter->drop ? drop_table(a) : left_check(a, alter);
}

int starrocks_table_alter(struct starrocks_sql *sql, const struct sink_conf *conf, const struct schema *schema,
		const struct ddl_alter *alter, bool allowed, bool *gap, struct err *err)
{
	struct starrocks_alter a = { .sql = sql,
		.conf = conf,
		.schema = schema,
		.allowed = allowed,
		.gap = gap,
		.err = err };
	int result;

	buf_init(&a.text, SQL_MAX);
	result = look(&a);
	if (result == 0 && schema->at_target.change == FOLLOW_IGNORE)
		result = ignore(&a, alter);
	else if (result == 0)
		result = alter->drop ? drop_table(&a) : a.have.count > 0 ? alter_columns(&a, alter) : 0;
	starrocks_columns_done(&a.have);
	buf_done(&a.text);
	return result;
}
