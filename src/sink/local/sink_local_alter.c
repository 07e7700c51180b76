/*
 * sink_local_alter.c - a table of the embedded warehouse follows a statement of the source: SQLite renames, drops and adds
 * columns itself. What was carried out before a crash is seen in the columns that the table has, so doing it again
 * changes nothing more.
 */
#include <stdlib.h>
#include <string.h>

#include "sink/local/sink_local.h"

#define SQL_MAX (1 << 20)

struct local_alter {
	sqlite3 *db;
	const struct schema *schema;
	struct buf sql;
	struct err *err;
};

static void begin_statement(struct local_alter *a, const char *table_name)
{
	buf_puts(&a->sql, "ALTER TABLE ");
	local_name(&a->sql, table_name);
}

/* 1: the table has it, 0, -1. column NULL: any */
static int has(struct local_alter *a, const char *column)
{
	struct local_columns have = { 0 };
	int found;

	if (local_columns_read(a->db, a->schema, &have, a->err))
		return -1;
	found = column ? local_columns_find(&have, column) != NULL : have.count > 0;
	local_columns_done(&have);
	return found;
}

/* In a table of several sources columns stay; what changes is this one's rows. */
static bool is_shared(const struct local_alter *a)
{
	return a->schema->at_target.source_column != NULL;
}

static int clear_values(struct local_alter *a, const char *column, const char *to)
{
	buf_puts(&a->sql, "UPDATE ");
	local_name(&a->sql, a->schema->table);
	buf_puts(&a->sql, " SET ");
	if (to) {
		local_name(&a->sql, to);
		buf_puts(&a->sql, " = ");
		local_name(&a->sql, column);
		buf_puts(&a->sql, ", ");
	}
	local_name(&a->sql, column);
	buf_puts(&a->sql, " = NULL");
	local_put_source(&a->sql, " WHERE ", a->schema->at_target.source_column, a->schema->at_target.source);
	buf_puts(&a->sql, " AND ");
	local_name(&a->sql, column);
	buf_puts(&a->sql, " IS NOT NULL"); /* a second time changes nothing */
	return local_run(a->db, a->schema, "change a column's rows", &a->sql, a->err);
}

static int drop_column(struct local_alter *a, const char *name)
{
	int found = has(a, name);

	if (found <= 0)
		return found;
	if (is_shared(a))
		return clear_values(a, name, NULL);
	begin_statement(a, a->schema->table);
	buf_puts(&a->sql, " DROP COLUMN ");
	local_name(&a->sql, name);
	return local_run(a->db, a->schema, "drop a column", &a->sql, a->err);
}

/* Others are added with what MySQL has put into them, as for rows of a new shape. */
static int add_blank(struct local_alter *a, const struct ddl_move *m)
{
	int at = schema_column(a->schema, m->to, strlen(m->to)), found = has(a, m->to);

	if (at < 0 || found != 0)
		return found < 0 ? -1 : 0;
	begin_statement(a, a->schema->table);
	buf_puts(&a->sql, " ADD COLUMN ");
	local_name(&a->sql, m->to);
	buf_printf(&a->sql, " %s", local_type(&a->schema->columns[at]));
	return local_run(a->db, a->schema, "add a column", &a->sql, a->err);
}

/* One of the new name that is there has been left over. */
static int rename_column(struct local_alter *a, const struct ddl_move *m)
{
	int found = has(a, m->from);

	if (found > 0 && is_shared(a))
		return add_blank(a, m) ? -1 : clear_values(a, m->from, m->to);
	if (found <= 0 || drop_column(a, m->to))
		return found <= 0 ? found : -1;
	begin_statement(a, a->schema->table);
	buf_puts(&a->sql, " RENAME COLUMN ");
	local_name(&a->sql, m->from);
	buf_puts(&a->sql, " TO ");
	local_name(&a->sql, m->to);
	return local_run(a->db, a->schema, "rename a column", &a->sql, a->err);
}

/* A table of several sources only loses this one's rows. */
static int drop_table(struct local_alter *a)
{
	int there = is_shared(a) ? has(a, NULL) : 1;

	if (there <= 0)
		return there;
	buf_puts(&a->sql, is_shared(a) ? "DELETE FROM " : "DROP TABLE IF EXISTS ");
	local_name(&a->sql, a->schema->table);
	local_put_source(&a->sql, " WHERE ", a->schema->at_target.source_column, a->schema->at_target.source);
	return local_run(a->db, a->schema, "drop the table", &a->sql, a->err);
}

/* Names become free before others take them. */
static int alter_inside(struct local_alter *a, const struct ddl_alter *alter)
{
	int there, r = 0;

	if (alter->drop)
		return drop_table(a);
	there = has(a, NULL);
	if (there <= 0)
		return there;
	for (unsigned i = 0; i < alter->nmoves && r == 0; i++)
		if (alter->moves[i].to == NULL)
			r = drop_column(a, alter->moves[i].from);
	for (unsigned i = 0; i < alter->nmoves && r == 0; i++)
		if (alter->moves[i].from && alter->moves[i].to)
			r = rename_column(a, &alter->moves[i]);
	for (unsigned i = 0; i < alter->nmoves && r == 0; i++)
		if (alter->moves[i].blank)
			r = add_blank(a, &alter->moves[i]);
	return r;
}

int local_table_alter(sqlite3 *db, const struct schema *schema, const struct ddl_alter *alter, struct err *err)
{
	struct local_alter a = { .db = db, .schema = schema, .err = err };
	int result;

	if (local_exec(db, "BEGIN IMMEDIATE"))
		return local_error(db, schema, "begin", err);
	buf_init(&a.sql, SQL_MAX);
	result = alter_inside(&a, alter);
	if (result == 0 && local_exec(db, "COMMIT"))
		result = local_error(db, schema, "commit the table", err);
	if (result)
		local_exec(db, "ROLLBACK");
	buf_done(&a.sql);
	return result;
}
