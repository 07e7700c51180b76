/* mysql_statement.c - see mysql_statement.h. Only names are looked at; strings and comments are none. */
#include "config.h"
#include "source/catalog/mysql_statement.h"

#include <stdio.h>
#include <string.h>

#include "core/arena.h"
#include "source/catalog/mysql_ddl_lexer.h"

enum { NAMES_CHUNK = 4096, NAME_BYTES = TABLE_NAME_ROOM };

static bool is_name(const struct token *t)
{
	return t->kind == TOKEN_WORD || t->kind == TOKEN_NAME;
}

static const char *captured_table(const struct mysql_filter *filter, const struct catalog *catalog, const char *db,
		const char *table, char out[NAME_BYTES])
{
	const struct schema *s = catalog_find(catalog, db, table);

	if (s == NULL || !mysql_filter_table(filter, s->db, s->table))
		return NULL;
	snprintf(out, NAME_BYTES, "%s.%s", s->db, s->table);
	return out;
}

unsigned mysql_statement_tables(const struct event_query *q, const struct mysql_filter *filter,
		const struct catalog *catalog, void (*fn)(const char *db_table, void *arg), void *arg)
{
	const char *db = NULL, *name;
	char full[NAME_BYTES];
	unsigned found = 0;
	struct lexer l;
	struct arena arena;
	struct token t;

	arena_init(&arena, NAMES_CHUNK);
	lexer_init(&l, q->sql, q->sql_len, q->has_sql_mode ? q->sql_mode : 0, 0);
	for (t = lexer_next(&l); t.kind != TOKEN_END && t.kind != TOKEN_BAD; t = lexer_next(&l)) {
		if (token_is_mark(&t, '.') && db)
			continue;
		if (!is_name(&t)) {
			db = NULL;
			continue;
		}
		name = token_name(&t, &arena);
		if (captured_table(filter, catalog, q->db, name, full) ||
				(db && captured_table(filter, catalog, db, name, full))) {
			fn(full, arg);
			found++;
		}
		db = name;
	}
	arena_done(&arena);
	return found;
}
