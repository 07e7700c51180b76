/*
 * mysql_ddl_table.c - what stands in the brackets of CREATE TABLE, the actions of ALTER TABLE, and table options. What
 * is hard: ADD and DROP are followed by a dozen things, and a column may bear the name of each of them.
 */
#include <string.h>

#include "source/catalog/mysql_ddl_parser.h"

/* ---- indexes ---- */

static void index_column_add(struct ddl_parser *p, struct ddl_index *out, const char *name)
{
	if ((out->ncolumns & (out->ncolumns - 1)) == 0) { /* 0 or a power of two: full */
		const char **more = arena_alloc(p->arena, (out->ncolumns ? 2 * out->ncolumns : 1) * sizeof(*more));

		if (out->ncolumns)
			memcpy(more, out->columns, out->ncolumns * sizeof(*more));
		out->columns = more;
	}
	((const char **)out->columns)[out->ncolumns++] = name;
	if (out->ncolumns > DDL_KEY_COLUMNS_MAX)
		ddl_fail(p, "fewer columns in a key");
}

bool ddl_index_columns(struct ddl_parser *p, struct ddl_index *out)
{
	if (!ddl_expect_mark(p, '('))
		return false;
	do {
		if (token_is_mark(&p->token, '(')) {
			out->functional = true;
			ddl_skip_parens(p);
		} else {
			index_column_add(p, out, ddl_name(p));
			if (!p->failed && token_is_mark(&p->token, '('))
				ddl_skip_parens(p);
		}
		if (!ddl_accept(p, "ASC"))
			ddl_accept(p, "DESC");
	} while (ddl_accept_mark(p, ','));
	return ddl_expect_mark(p, ')');
}

/* [name] [USING x] (columns) options; behind KEY, INDEX. */
static bool index_rest(struct ddl_parser *p, struct ddl_index *out)
{
	if (!p->failed && !token_is_mark(&p->token, '(') && !ddl_is(p, "USING") && !ddl_is(p, "TYPE"))
		out->name = ddl_name(p);
	if (ddl_accept(p, "USING") || ddl_accept(p, "TYPE"))
		ddl_next(p);
	return ddl_index_columns(p, out) && ddl_skip_clause(p);
}

static bool index_add(struct ddl_parser *p, struct ddl_statement *s, bool primary, bool unique, const char *constraint)
{
	struct ddl_action *a = ddl_action_add(p, s, ACTION_ADD_INDEX);

	a->index = (struct ddl_index){ .primary = primary, .unique = unique, .name = constraint };
	return index_rest(p, &a->index);
}

/* A key or constraint, if the words say so. `taken`: it was one. */
static bool key_element(struct ddl_parser *p, struct ddl_statement *s, bool *taken)
{
	const char *name = NULL;

	*taken = true;
	if (ddl_accept(p, "CONSTRAINT")) {
		static const char *const after[] = { "PRIMARY", "UNIQUE", "FOREIGN", "CHECK", NULL };

		if (!ddl_is_one_of(p, after))
			name = ddl_name(p);
		if (!p->failed && !ddl_is_one_of(p, after))
			return ddl_fail(p, "PRIMARY, UNIQUE, FOREIGN or CHECK");
	}
	if (ddl_accept2(p, "PRIMARY", "KEY"))
		return index_add(p, s, true, true, NULL);
	if (ddl_accept(p, "UNIQUE")) {
		if (!ddl_accept(p, "KEY"))
			ddl_accept(p, "INDEX");
		return index_add(p, s, false, true, name);
	}
	if (ddl_accept2(p, "FOREIGN", "KEY") || ddl_accept(p, "CHECK") || ddl_accept(p, "FULLTEXT") ||
			ddl_accept(p, "SPATIAL"))
		return ddl_skip_clause(p);
	if (ddl_accept(p, "KEY") || ddl_accept(p, "INDEX"))
		return index_add(p, s, false, false, NULL);
	*taken = false;
	return !p->failed;
}

bool ddl_table_element(struct ddl_parser *p, struct ddl_statement *s, bool in_alter)
{
	bool taken;
	const char *name;
	struct ddl_action *a;

	if (!key_element(p, s, &taken) || taken)
		return !p->failed;
	name = ddl_name(p);
	a = ddl_action_add(p, s, ACTION_ADD_COLUMN);
	if (!ddl_column_parse(p, name, &a->column))
		return false;
	if (!ddl_at_end(p) && !token_is_mark(&p->token, ',') && !token_is_mark(&p->token, ')'))
		return ddl_fail(p, "a column attribute");
	return in_alter || a->column.place == PLACE_NONE || ddl_fail(p, "',' or ')'");
}

/* ---- table options ---- */

static const char *const options_with_value[] = { "ENGINE", "TYPE", "AUTO_INCREMENT", "AVG_ROW_LENGTH", "CHECKSUM",
	"COMPRESSION", "CONNECTION", "DELAY_KEY_WRITE", "ENCRYPTION", "ENGINE_ATTRIBUTE", "INSERT_METHOD",
	"KEY_BLOCK_SIZE", "MAX_ROWS", "MIN_ROWS", "PACK_KEYS", "PASSWORD", "ROW_FORMAT", "SECONDARY_ENGINE",
	"SECONDARY_ENGINE_ATTRIBUTE", "STATS_AUTO_RECALC", "STATS_PERSISTENT", "STATS_SAMPLE_PAGES", "TABLE_CHECKSUM",
	"STORAGE", "AUTOEXTEND_SIZE", "UNION", NULL };

static bool option_directory(struct ddl_parser *p)
{
	if (!ddl_accept2(p, "DATA", "DIRECTORY") && !ddl_accept2(p, "INDEX", "DIRECTORY"))
		return false;
	ddl_accept_mark(p, '=');
	ddl_text(p);
	return true;
}

bool ddl_table_option(struct ddl_parser *p, struct ddl_statement *s)
{
	bool engine;

	if (ddl_charset_option(p, &s->charset) || option_directory(p))
		return true;
	if (ddl_accept(p, "COMMENT")) {
		ddl_accept_mark(p, '=');
		s->comment = ddl_comment(p);
		return true;
	}
	if (ddl_accept(p, "TABLESPACE")) {
		ddl_accept_mark(p, '=');
		ddl_name(p);
		return true;
	}
	if (ddl_is(p, "START"))
		s->text_end = p->last_end;
	if (ddl_accept2(p, "START", "TRANSACTION"))
		return s->opens_txn = true;
	if (!ddl_is_one_of(p, options_with_value))
		return false;
	engine = ddl_accept(p, "ENGINE");
	if (!engine)
		ddl_next(p);
	ddl_accept_mark(p, '=');
	if (engine && ddl_is(p, "BLACKHOLE"))
		ddl_action_add(p, s, ACTION_BLACKHOLE);
	if (!p->failed && token_is_mark(&p->token, '('))
		return ddl_skip_parens(p);
	if (ddl_at_end(p))
		return ddl_fail(p, "a value");
	ddl_next(p);
	return true;
}

/* ---- ALTER TABLE ---- */

/* ADD [COLUMN] (a INT, b INT, KEY (a)) */
static bool add_several(struct ddl_parser *p, struct ddl_statement *s)
{
	ddl_next(p);
	do {
		if (!ddl_table_element(p, s, true))
			return false;
	} while (ddl_accept_mark(p, ','));
	return ddl_expect_mark(p, ')');
}

static bool add_column(struct ddl_parser *p, struct ddl_statement *s)
{
	struct ddl_action *a;
	const char *name;

	if (!p->failed && token_is_mark(&p->token, '('))
		return add_several(p, s);
	name = ddl_name(p);
	a = ddl_action_add(p, s, ACTION_ADD_COLUMN);
	return ddl_column_parse(p, name, &a->column);
}

/* Behind its first words; which partitions is of no interest. */
static bool partition_action(struct ddl_parser *p, struct ddl_statement *s, enum ddl_action_kind kind)
{
	ddl_action_add(p, s, kind);
	while (!ddl_at_end(p)) {
		if (p->token.kind == TOKEN_BAD)
			return ddl_fail(p, "the end");
		ddl_next(p);
	}
	return !p->failed;
}

static bool action_add(struct ddl_parser *p, struct ddl_statement *s)
{
	bool taken;

	if (ddl_accept(p, "COLUMN"))
		return add_column(p, s);
	if (ddl_accept(p, "PARTITION"))
		return partition_action(p, s, ACTION_MOVE_PARTITION);
	if (!key_element(p, s, &taken) || taken)
		return !p->failed;
	return add_column(p, s);
}

static bool drop_index(struct ddl_parser *p, struct ddl_statement *s, enum ddl_action_kind kind)
{
	struct ddl_action *a = ddl_action_add(p, s, kind);

	if (kind != ACTION_DROP_PRIMARY)
		a->name = ddl_name(p);
	return !p->failed;
}

static bool action_drop(struct ddl_parser *p, struct ddl_statement *s)
{
	if (ddl_accept2(p, "PRIMARY", "KEY"))
		return drop_index(p, s, ACTION_DROP_PRIMARY);
	if (ddl_accept(p, "INDEX") || ddl_accept(p, "KEY") || ddl_accept(p, "CONSTRAINT"))
		return drop_index(p, s, ACTION_DROP_INDEX);
	if (ddl_accept2(p, "FOREIGN", "KEY") || ddl_accept(p, "CHECK"))
		return ddl_name(p) != NULL;
	if (ddl_accept(p, "PARTITION"))
		return partition_action(p, s, ACTION_DROP_PARTITION);
	ddl_accept(p, "COLUMN");
	drop_index(p, s, ACTION_DROP_COLUMN);
	if (!ddl_accept(p, "RESTRICT"))
		ddl_accept(p, "CASCADE");
	return !p->failed;
}

static bool action_change(struct ddl_parser *p, struct ddl_statement *s, bool rename)
{
	struct ddl_action *a = ddl_action_add(p, s, ACTION_CHANGE_COLUMN);

	ddl_accept(p, "COLUMN");
	a->name = ddl_name(p);
	a->to = rename ? ddl_name(p) : a->name;
	return ddl_column_parse(p, a->to, &a->column);
}

static bool alter_column(struct ddl_parser *p, struct ddl_statement *s)
{
	struct ddl_action *a = ddl_action_add(p, s, ACTION_SET_DEFAULT);

	ddl_accept(p, "COLUMN");
	a->name = ddl_name(p);
	if (ddl_accept2(p, "DROP", "DEFAULT"))
		return true;
	ddl_expect(p, "SET");
	if (ddl_accept(p, "DEFAULT"))
		return ddl_default_parse(p, &a->column);
	a->kind = ACTION_SET_VISIBLE;
	if (ddl_accept(p, "VISIBLE"))
		return true;
	a->column.column.invisible = true;
	return ddl_expect(p, "INVISIBLE");
}

static bool action_alter(struct ddl_parser *p, struct ddl_statement *s)
{
	if (ddl_accept(p, "INDEX") || ddl_accept(p, "CHECK") || ddl_accept(p, "CONSTRAINT"))
		return ddl_skip_clause(p);
	return alter_column(p, s);
}

static bool rename_pair(struct ddl_parser *p, struct ddl_statement *s, enum ddl_action_kind kind)
{
	struct ddl_action *a = ddl_action_add(p, s, kind);

	a->name = ddl_name(p);
	ddl_expect(p, "TO");
	a->to = ddl_name(p);
	return !p->failed;
}

static bool action_rename(struct ddl_parser *p, struct ddl_statement *s)
{
	struct ddl_action *a;

	if (ddl_accept(p, "COLUMN"))
		return rename_pair(p, s, ACTION_RENAME_COLUMN);
	if (ddl_accept(p, "INDEX") || ddl_accept(p, "KEY"))
		return rename_pair(p, s, ACTION_RENAME_INDEX);
	if (!ddl_accept(p, "TO") && !ddl_accept(p, "AS"))
		ddl_accept_mark(p, '=');
	a = ddl_action_add(p, s, ACTION_RENAME_TABLE);
	return ddl_table_name(p, &a->table);
}

static bool action_convert(struct ddl_parser *p, struct ddl_statement *s)
{
	struct ddl_action *a = ddl_action_add(p, s, ACTION_CONVERT);

	if (!ddl_expect(p, "TO"))
		return false;
	if (!ddl_charset_option(p, &a->charset))
		return ddl_fail(p, "CHARACTER SET");
	ddl_charset_option(p, &a->charset);
	return !p->failed;
}

/* EXCHANGE PARTITION name WITH TABLE name [validation] */
static bool action_exchange(struct ddl_parser *p, struct ddl_statement *s)
{
	struct ddl_action *a = ddl_action_add(p, s, ACTION_EXCHANGE);

	if (!ddl_expect(p, "PARTITION"))
		return false;
	ddl_name(p);
	if (!ddl_expect(p, "WITH") || !ddl_expect(p, "TABLE") || !ddl_table_name(p, &a->table))
		return false;
	return ddl_at_end(p) || ddl_skip_clause(p);
}

/* No effect on columns or keys; to the comma, and to the end for what takes lists. */
static bool action_other(struct ddl_parser *p, struct ddl_statement *s)
{
	static const char *const clauses[] = { "ALGORITHM", "LOCK", "FORCE", "DISABLE", "ENABLE", "WITH", "WITHOUT",
		"SECONDARY_LOAD", "SECONDARY_UNLOAD", NULL };
	static const char *const to_the_end[] = { "ORDER", "PARTITION", "REMOVE", "COALESCE", "REORGANIZE", "ANALYZE",
		"CHECK", "OPTIMIZE", "REBUILD", "REPAIR", NULL };

	if (ddl_accept(p, "TRUNCATE"))
		return partition_action(p, s, ACTION_DROP_PARTITION);
	if (ddl_accept(p, "EXCHANGE"))
		return action_exchange(p, s);
	if (ddl_is(p, "DISCARD") || ddl_is(p, "IMPORT")) {
		ddl_action_add(p, s, ddl_is(p, "IMPORT") ? ACTION_IMPORT : ACTION_DISCARD);
		return ddl_skip_clause(p);
	}
	if (ddl_is_one_of(p, clauses))
		return ddl_skip_clause(p);
	if (!ddl_is_one_of(p, to_the_end))
		return ddl_fail(p, "an action of ALTER TABLE");
	return partition_action(p, s, ACTION_MOVE_PARTITION);
}

static bool action_parse(struct ddl_parser *p, struct ddl_statement *s)
{
	if (ddl_accept(p, "ADD"))
		return action_add(p, s);
	if (ddl_accept(p, "DROP"))
		return action_drop(p, s);
	if (ddl_accept(p, "MODIFY"))
		return action_change(p, s, false);
	if (ddl_accept(p, "CHANGE"))
		return action_change(p, s, true);
	if (ddl_accept(p, "ALTER"))
		return action_alter(p, s);
	if (ddl_accept(p, "RENAME"))
		return action_rename(p, s);
	if (ddl_accept(p, "CONVERT"))
		return action_convert(p, s);
	if (ddl_table_option(p, s)) {
		while (ddl_table_option(p, s)) /* options may follow each other without a comma */
			continue;
		return !p->failed;
	}
	return !p->failed && action_other(p, s);
}

bool ddl_alter_parse(struct ddl_parser *p, struct ddl_statement *s)
{
	while (!ddl_at_end(p)) {
		if (!action_parse(p, s))
			return false;
		if (ddl_accept_mark(p, ',') || ddl_at_end(p) || ddl_is(p, "PARTITION") || ddl_is(p, "REMOVE"))
			continue;
		return ddl_fail(p, "',' or the end");
	}
	return !p->failed;
}
