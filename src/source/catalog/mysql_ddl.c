/*
 * mysql_ddl.c - which statement it is, and the statements with little in them. Everything that a server may log comes
 * by here, so the words that are known to change no table are listed, and a word that is not listed is an error.
 */
#include "source/catalog/mysql_ddl.h"

#include <ctype.h>
#include <string.h>

#include "source/catalog/mysql_ddl_parser.h"

typedef bool statement_fn(struct ddl_parser *p, struct ddl_statement *s);

struct statement_word {
	const char *word;
	enum ddl_verb verb;
	statement_fn *parse; /* NULL: the rest is of no interest */
};

static bool if_exists(struct ddl_parser *p)
{
	return ddl_accept2(p, "IF", "EXISTS");
}

static bool if_not_exists(struct ddl_parser *p)
{
	if (!ddl_accept2(p, "IF", "NOT"))
		return false;
	return ddl_expect(p, "EXISTS");
}

static bool is_nothing(struct ddl_statement *s)
{
	s->verb = VERB_NOTHING;
	return true;
}

static bool at_clean_end(struct ddl_parser *p)
{
	return ddl_at_end(p) ? !p->failed : ddl_fail(p, "the end of the statement");
}

/* ---- CREATE ---- */

static bool create_like(struct ddl_parser *p, struct ddl_statement *s, bool brackets)
{
	s->verb = VERB_CREATE_LIKE;
	if (!ddl_table_name(p, &s->like))
		return false;
	return (!brackets || ddl_expect_mark(p, ')')) && at_clean_end(p);
}

/*
 * What follows the brackets and the options: nothing, partitions, or rows from a query, whose columns cannot be known
 * here.
 */
static bool create_table_end(struct ddl_parser *p, struct ddl_statement *s)
{
	static const char *const query[] = { "AS", "SELECT", "IGNORE", "REPLACE", "WITH", "VALUES", "TABLE", NULL };

	while (!ddl_at_end(p) && !ddl_is_one_of(p, query)) {
		if (ddl_is(p, "PARTITION"))
			return true;
		if (!ddl_table_option(p, s))
			return ddl_fail(p, "a table option");
		ddl_accept_mark(p, ',');
	}
	if (ddl_at_end(p))
		return !p->failed;
	return s->temporary || ddl_fail(p, "the end of the statement (columns from a query cannot be told)");
}

static bool create_table(struct ddl_parser *p, struct ddl_statement *s)
{
	s->verb = VERB_CREATE_TABLE;
	s->if_not_exists = if_not_exists(p);
	if (!ddl_table_name(p, &s->table))
		return false;
	if (ddl_accept(p, "LIKE"))
		return create_like(p, s, false);
	if (!ddl_accept_mark(p, '('))
		return create_table_end(p, s);
	if (ddl_accept(p, "LIKE"))
		return create_like(p, s, true);
	if (ddl_is(p, "SELECT"))
		return s->temporary || ddl_fail(p, "a column (columns from a query cannot be told)");
	do {
		if (!ddl_table_element(p, s, false))
			return false;
	} while (ddl_accept_mark(p, ','));
	return ddl_expect_mark(p, ')') && create_table_end(p, s);
}

/* As the ALTER TABLE that it is. */
static bool create_index(struct ddl_parser *p, struct ddl_statement *s, bool unique)
{
	struct ddl_action *a = ddl_action_add(p, s, ACTION_ADD_INDEX);

	s->verb = VERB_ALTER_TABLE;
	s->only_indexes = true;
	a->index.unique = unique;
	a->index.name = ddl_name(p);
	if (ddl_accept(p, "USING"))
		ddl_next(p);
	if (!ddl_expect(p, "ON") || !ddl_table_name(p, &s->table))
		return false;
	return ddl_index_columns(p, &a->index);
}

static bool database_options(struct ddl_parser *p, struct ddl_statement *s)
{
	static const char *const others[] = { "ENCRYPTION", "READ", NULL };

	while (!ddl_at_end(p)) {
		if (ddl_charset_option(p, &s->charset))
			continue;
		ddl_accept(p, "DEFAULT");
		if (!ddl_is_one_of(p, others))
			return ddl_fail(p, "a database option");
		if (ddl_accept(p, "READ"))
			ddl_expect(p, "ONLY");
		else
			ddl_next(p);
		ddl_accept_mark(p, '=');
		ddl_next(p);
	}
	return !p->failed;
}

static bool create_database(struct ddl_parser *p, struct ddl_statement *s)
{
	s->verb = VERB_CREATE_DATABASE;
	s->if_not_exists = if_not_exists(p);
	s->database = ddl_name(p);
	return database_options(p, s);
}

/* The words in front of VIEW may be those in front of TRIGGER, PROCEDURE and the like as well. */
static bool view_or_other(struct ddl_parser *p, struct ddl_statement *s)
{
	static const char *const stops[] = { "VIEW", "TRIGGER", "PROCEDURE", "FUNCTION", "EVENT", NULL };

	while (!ddl_at_end(p) && p->token.kind != TOKEN_BAD && !ddl_is_one_of(p, stops))
		ddl_next(p);
	if (ddl_accept(p, "VIEW")) {
		if_not_exists(p);
		ddl_table_name(p, &s->view);
	}
	return is_nothing(s);
}

static bool parse_create(struct ddl_parser *p, struct ddl_statement *s)
{
	static const char *const views[] = { "VIEW", "ALGORITHM", "DEFINER", "SQL", NULL };
	static const char *const others[] = { "TRIGGER", "PROCEDURE", "FUNCTION", "AGGREGATE", "EVENT", "USER", "ROLE",
		"SERVER", "TABLESPACE", "UNDO", "LOGFILE", "RESOURCE", "JSON", "LIBRARY", "EXTERNAL", NULL };

	if (ddl_accept2(p, "OR", "REPLACE"))
		if (ddl_is(p, "TABLE"))
			return ddl_fail(p, "a statement of MySQL");
	if (ddl_accept(p, "TEMPORARY"))
		s->temporary = true;
	if (ddl_accept(p, "TABLE"))
		return create_table(p, s);
	if (ddl_accept(p, "DATABASE") || ddl_accept(p, "SCHEMA"))
		return create_database(p, s);
	if (ddl_accept(p, "UNIQUE"))
		return ddl_expect(p, "INDEX") && create_index(p, s, true);
	if (ddl_accept(p, "INDEX"))
		return create_index(p, s, false);
	if (ddl_is_one_of(p, views))
		return view_or_other(p, s);
	if (ddl_is(p, "FULLTEXT") || ddl_is(p, "SPATIAL") || ddl_is_one_of(p, others))
		return is_nothing(s);
	return ddl_fail(p, "something to create");
}

/* ---- ALTER ---- */

static bool parse_alter(struct ddl_parser *p, struct ddl_statement *s)
{
	static const char *const views[] = { "VIEW", "ALGORITHM", "DEFINER", "SQL", NULL };
	static const char *const others[] = { "PROCEDURE", "FUNCTION", "EVENT", "USER", "SERVER", "TABLESPACE", "UNDO",
		"LOGFILE", "RESOURCE", "INSTANCE", "JSON", "LIBRARY", "EXTERNAL", NULL };

	if (ddl_accept(p, "TABLE")) {
		s->verb = VERB_ALTER_TABLE;
		return ddl_table_name(p, &s->table) && ddl_alter_parse(p, s);
	}
	if (ddl_accept(p, "DATABASE") || ddl_accept(p, "SCHEMA")) {
		static const char *const options[] = { "CHARACTER", "CHAR", "CHARSET", "COLLATE", "DEFAULT",
			"ENCRYPTION", "READ", NULL };

		s->verb = VERB_ALTER_DATABASE;
		if (!ddl_is_one_of(p, options))
			s->database = ddl_name(p);
		return database_options(p, s);
	}
	if (ddl_is_one_of(p, views))
		return view_or_other(p, s);
	return ddl_is_one_of(p, others) ? is_nothing(s) : ddl_fail(p, "something to alter");
}

/* ---- DROP, RENAME, TRUNCATE ---- */

static struct ddl_pair *pair_add(struct ddl_parser *p, struct ddl_statement *s)
{
	if (s->npairs == s->cap_pairs) {
		unsigned cap = s->cap_pairs ? 2 * s->cap_pairs : 4;
		struct ddl_pair *more = arena_alloc(p->arena, cap * sizeof(*more));

		if (s->npairs)
			memcpy(more, s->pairs, s->npairs * sizeof(*more));
		s->pairs = more;
		s->cap_pairs = cap;
	}
	s->pairs[s->npairs] = (struct ddl_pair){ .text = p->token.p };
	if (s->npairs == DDL_PAIRS_MAX)
		ddl_fail(p, "fewer tables in one statement");
	return &s->pairs[s->npairs++];
}

static bool drop_table(struct ddl_parser *p, struct ddl_statement *s)
{
	s->verb = VERB_DROP_TABLE;
	s->if_exists = if_exists(p);
	do {
		struct ddl_pair *pair = pair_add(p, s);

		if (!ddl_table_name(p, &pair->from))
			return false;
	} while (ddl_accept_mark(p, ','));
	if (ddl_is(p, "RESTRICT") || ddl_is(p, "CASCADE"))
		s->drop_type = ddl_name(p);
	return at_clean_end(p);
}

static bool drop_index(struct ddl_parser *p, struct ddl_statement *s)
{
	struct ddl_action *a = ddl_action_add(p, s, ACTION_DROP_INDEX);

	s->verb = VERB_ALTER_TABLE;
	s->only_indexes = true;
	a->name = ddl_name(p);
	return ddl_expect(p, "ON") && ddl_table_name(p, &s->table);
}

static bool parse_drop(struct ddl_parser *p, struct ddl_statement *s)
{
	static const char *const others[] = { "VIEW", "TRIGGER", "PROCEDURE", "FUNCTION", "EVENT", "USER", "ROLE",
		"SERVER", "TABLESPACE", "UNDO", "LOGFILE", "RESOURCE", "SPATIAL", "PREPARE", "LIBRARY", NULL };

	if (ddl_accept(p, "TEMPORARY"))
		s->temporary = true;
	if (ddl_accept(p, "TABLE") || ddl_accept(p, "TABLES"))
		return drop_table(p, s);
	if (ddl_accept(p, "DATABASE") || ddl_accept(p, "SCHEMA")) {
		s->verb = VERB_DROP_DATABASE;
		s->if_exists = if_exists(p);
		s->database = ddl_name(p);
		return at_clean_end(p);
	}
	if (ddl_accept(p, "INDEX"))
		return drop_index(p, s);
	return ddl_is_one_of(p, others) ? is_nothing(s) : ddl_fail(p, "something to drop");
}

static bool parse_rename(struct ddl_parser *p, struct ddl_statement *s)
{
	if (ddl_is(p, "USER"))
		return is_nothing(s);
	if (!ddl_accept(p, "TABLE") && !ddl_accept(p, "TABLES"))
		return ddl_fail(p, "TABLE");
	s->verb = VERB_RENAME_TABLE;
	do {
		struct ddl_pair *pair = pair_add(p, s);

		if (!ddl_table_name(p, &pair->from) || !ddl_expect(p, "TO") || !ddl_table_name(p, &pair->to))
			return false;
		pair->text_len = (size_t)(p->last_end - pair->text);
	} while (ddl_accept_mark(p, ','));
	return at_clean_end(p);
}

static bool parse_truncate(struct ddl_parser *p, struct ddl_statement *s)
{
	s->verb = VERB_TRUNCATE;
	ddl_accept(p, "TABLE");
	return ddl_table_name(p, &s->table) && at_clean_end(p);
}

/* Debezium's parser is not asked about this one, as it is in the log of every server. */
static bool parse_flush(struct ddl_parser *p, struct ddl_statement *s)
{
	s->verb = ddl_accept(p, "PRIVILEGES") && ddl_at_end(p) ? VERB_CONTROL : VERB_NOTHING;
	return true;
}

/* ---- all ---- */

static const struct statement_word statement_words[] = {
	{ "CREATE", VERB_CREATE_TABLE, parse_create },
	{ "ALTER", VERB_ALTER_TABLE, parse_alter },
	{ "DROP", VERB_DROP_TABLE, parse_drop },
	{ "RENAME", VERB_RENAME_TABLE, parse_rename },
	{ "TRUNCATE", VERB_TRUNCATE, parse_truncate },
	{ "BEGIN", VERB_CONTROL, NULL },
	{ "COMMIT", VERB_CONTROL, NULL },
	{ "ROLLBACK", VERB_CONTROL, NULL },
	{ "START", VERB_CONTROL, NULL },
	{ "SAVEPOINT", VERB_CONTROL, NULL },
	{ "RELEASE", VERB_CONTROL, NULL },
	{ "XA", VERB_CONTROL, NULL },
	{ "END", VERB_CONTROL, NULL },
	{ "INSERT", VERB_ROWS, NULL },
	{ "UPDATE", VERB_ROWS, NULL },
	{ "DELETE", VERB_ROWS, NULL },
	{ "REPLACE", VERB_ROWS, NULL },
	{ "LOAD", VERB_ROWS, NULL },
	{ "WITH", VERB_ROWS, NULL },
	{ "ANALYZE", VERB_NOTHING, NULL },
	{ "OPTIMIZE", VERB_NOTHING, NULL },
	{ "REPAIR", VERB_NOTHING, NULL },
	{ "CHECK", VERB_NOTHING, NULL },
	{ "SET", VERB_NOTHING, NULL },
	{ "USE", VERB_NOTHING, NULL },
	{ "GRANT", VERB_NOTHING, NULL },
	{ "REVOKE", VERB_NOTHING, NULL },
	{ "FLUSH", VERB_NOTHING, parse_flush },
	{ "LOCK", VERB_NOTHING, NULL },
	{ "UNLOCK", VERB_NOTHING, NULL },
	{ "INSTALL", VERB_NOTHING, NULL },
	{ "UNINSTALL", VERB_NOTHING, NULL },
	{ "RESET", VERB_NOTHING, NULL },
	{ "PURGE", VERB_NOTHING, NULL },
	{ "CHANGE", VERB_NOTHING, NULL },
	{ "IMPORT", VERB_NOTHING, NULL },
	{ "CALL", VERB_NOTHING, NULL },
	{ "DO", VERB_NOTHING, NULL },
	{ "CACHE", VERB_NOTHING, NULL },
	{ "SELECT", VERB_NOTHING, NULL },
	{ "KILL", VERB_NOTHING, NULL },
	{ "SHUTDOWN", VERB_NOTHING, NULL },
	{ "RESTART", VERB_NOTHING, NULL },
	{ "CLONE", VERB_NOTHING, NULL },
};

/*
 * The statement as Debezium tells it. What changes tables: from its first word to its last that is not in a comment. A
 * rule may stop before the end (partitions): the text goes on. All else, also what stands in the body of a trigger: as
 * it was logged.
 */
static void statement_text(struct ddl_parser *p, const char *from, const char *end, struct ddl_statement *s)
{
	if (s->verb == VERB_NOTHING && s->view.table == NULL) {
		while (end > s->text && isspace((unsigned char)end[-1]))
			end--;
		s->text_len = (size_t)(end - s->text);
		return;
	}
	while (!p->failed && !ddl_at_end(p) && p->token.kind != TOKEN_BAD)
		ddl_next(p);
	s->text = from;
	s->text_len = (size_t)((s->text_end ? s->text_end : p->last_end) - from);
}

int ddl_parse(const char *sql, size_t len, uint64_t sql_mode, unsigned server_version, struct arena *arena,
		struct ddl_statement *out, struct err *err)
{
	struct ddl_parser p = { .arena = arena, .err = err, .token = { .p = sql } };
	const char *from;

	*out = (struct ddl_statement){ .verb = VERB_NOTHING, .text = sql };
	out->tail = &out->actions;
	lexer_init(&p.lexer, sql, len, sql_mode, server_version);
	ddl_next(&p);
	if (ddl_at_end(&p))
		return 0; /* nothing but comments */
	from = p.token.p;
	p.outside = p.lexer.open_comments;
	for (size_t i = 0; i < sizeof(statement_words) / sizeof(statement_words[0]); i++) {
		const struct statement_word *w = &statement_words[i];

		if (!ddl_accept(&p, w->word))
			continue;
		out->verb = w->verb;
		if (w->parse && !w->parse(&p, out))
			return -1;
		statement_text(&p, from, sql + len, out);
		return p.failed ? -1 : 0;
	}
	ddl_fail(&p, "a statement");
	return -1;
}
