/*
 * mysql_ddl_parser.c - the small steps of the DDL parser. Keywords are names too in MySQL (a column may be called
 * `comment` without quotes), so a rule looks at the words it knows where they may stand and takes the rest as names.
 */
#include "source/catalog/mysql_ddl_parser.h"

#include <string.h>

#include "core/num/num.h"
#include "source/decode/mysql_charset.h"

bool ddl_fail(struct ddl_parser *p, const char *expected)
{
	const struct token *t = &p->token;

	if (p->failed)
		return false;
	p->failed = true;
	if (t->kind == TOKEN_END)
		err_set(p->err, ERR_DATA, 0, "DDL: expected %s, found the end of the statement", expected);
	else if (t->kind == TOKEN_BAD)
		err_set(p->err, ERR_DATA, 0, "DDL: a quote or comment has no end: '%.*s'",
				(int)(t->len > 60 ? 60 : t->len), t->p);
	else
		err_set(p->err, ERR_DATA, 0, "DDL: expected %s, found '%.*s'", expected,
				(int)(t->len > 60 ? 60 : t->len), t->p);
	return false;
}

void ddl_next(struct ddl_parser *p)
{
	if (p->lexer.open_comments <= p->outside)
		p->last_end = p->token.p + p->token.len;
	p->token = lexer_next(&p->lexer);
}

bool ddl_is(const struct ddl_parser *p, const char *word)
{
	return !p->failed && token_is(&p->token, word);
}

bool ddl_is_one_of(const struct ddl_parser *p, const char *const *words)
{
	for (; *words; words++)
		if (ddl_is(p, *words))
			return true;
	return false;
}

bool ddl_accept(struct ddl_parser *p, const char *word)
{
	if (!ddl_is(p, word))
		return false;
	ddl_next(p);
	return true;
}

bool ddl_accept2(struct ddl_parser *p, const char *first, const char *second)
{
	struct ddl_parser saved = *p;

	if (ddl_accept(p, first) && ddl_accept(p, second))
		return true;
	*p = saved;
	return false;
}

bool ddl_accept_mark(struct ddl_parser *p, char mark)
{
	if (p->failed || !token_is_mark(&p->token, mark))
		return false;
	ddl_next(p);
	return true;
}

bool ddl_expect(struct ddl_parser *p, const char *word)
{
	return ddl_accept(p, word) || ddl_fail(p, word);
}

bool ddl_expect_mark(struct ddl_parser *p, char mark)
{
	char text[4] = { '\'', mark, '\'', '\0' };

	return ddl_accept_mark(p, mark) || ddl_fail(p, text);
}

bool ddl_at_end(const struct ddl_parser *p)
{
	return p->failed || p->token.kind == TOKEN_END || token_is_mark(&p->token, ';');
}

const char *ddl_name(struct ddl_parser *p)
{
	const char *name;

	if (p->failed)
		return NULL;
	if (p->token.kind != TOKEN_WORD && p->token.kind != TOKEN_NAME) {
		ddl_fail(p, "a name");
		return NULL;
	}
	name = token_name(&p->token, p->arena);
	ddl_next(p);
	return name;
}

const char *ddl_text(struct ddl_parser *p)
{
	const char *text;

	if (p->failed)
		return NULL;
	if (p->token.kind != TOKEN_STRING) {
		ddl_fail(p, "a string");
		return NULL;
	}
	text = token_string(&p->token, p->lexer.sql_mode, p->arena, NULL);
	ddl_next(p);
	return text;
}

const char *ddl_comment(struct ddl_parser *p)
{
	const char *text = ddl_text(p);

	return text ? token_narrow(arena_dup(p->arena, text, strlen(text))) : NULL;
}

/* db.table, table, .table */
bool ddl_table_name(struct ddl_parser *p, struct ddl_name *out)
{
	*out = (struct ddl_name){ 0 };
	ddl_accept_mark(p, '.');
	out->table = ddl_name(p);
	if (ddl_accept_mark(p, '.')) {
		out->db = out->table;
		out->table = ddl_name(p);
	}
	return !p->failed;
}

bool ddl_number(struct ddl_parser *p, uint32_t *out)
{
	uint64_t v;

	if (p->failed || p->token.kind != TOKEN_NUMBER || !num_parse_u64(p->token.p, p->token.len, &v) ||
			v > UINT32_MAX)
		return ddl_fail(p, "a number");
	*out = (uint32_t)v;
	ddl_next(p);
	return true;
}

bool ddl_skip_parens(struct ddl_parser *p)
{
	unsigned depth = 0;

	if (p->failed || !token_is_mark(&p->token, '('))
		return ddl_fail(p, "'('");
	do {
		if (p->token.kind == TOKEN_END || p->token.kind == TOKEN_BAD)
			return ddl_fail(p, "')'");
		if (token_is_mark(&p->token, '('))
			depth++;
		else if (token_is_mark(&p->token, ')'))
			depth--;
		ddl_next(p);
	} while (depth > 0);
	return true;
}

bool ddl_skip_clause(struct ddl_parser *p)
{
	while (!ddl_at_end(p) && !token_is_mark(&p->token, ',') && !token_is_mark(&p->token, ')')) {
		if (p->token.kind == TOKEN_BAD)
			return ddl_fail(p, "the end of the clause");
		if (token_is_mark(&p->token, '('))
			ddl_skip_parens(p);
		else
			ddl_next(p);
	}
	return !p->failed;
}

static const char *charset_word(struct ddl_parser *p)
{
	const char *name, *canonical;

	if (!p->failed && p->token.kind == TOKEN_STRING)
		name = ddl_text(p);
	else
		name = ddl_name(p);
	if (name == NULL)
		return NULL;
	canonical = charset_canonical(name, strlen(name));
	if (canonical == NULL) {
		p->failed = true;
		err_set(p->err, ERR_DATA, 0, "DDL: character set '%.60s' is not known", name);
	}
	return canonical;
}

static const char *collation_word(struct ddl_parser *p)
{
	const char *name = !p->failed && p->token.kind == TOKEN_STRING ? ddl_text(p) : ddl_name(p);

	if (name && collation_find(name, strlen(name)) == 0) {
		p->failed = true;
		err_set(p->err, ERR_DATA, 0, "DDL: collation '%.60s' is not known", name);
	}
	return name;
}

bool ddl_charset_option(struct ddl_parser *p, struct ddl_charset *out)
{
	struct ddl_parser saved = *p;

	ddl_accept(p, "DEFAULT");
	if (ddl_accept2(p, "CHARACTER", "SET") || ddl_accept2(p, "CHAR", "SET") || ddl_accept(p, "CHARSET")) {
		ddl_accept_mark(p, '=');
		out->is_default = ddl_accept(p, "DEFAULT");
		if (out->is_default)
			return true;
		out->charset = charset_word(p);
		return true;
	}
	if (ddl_accept(p, "COLLATE")) {
		ddl_accept_mark(p, '=');
		if (ddl_accept(p, "DEFAULT"))
			return true;
		out->collation = collation_word(p);
		return true;
	}
	*p = saved;
	return false;
}

struct ddl_action *ddl_action_add(struct ddl_parser *p, struct ddl_statement *s, enum ddl_action_kind kind)
{
	struct ddl_action *a = arena_alloc(p->arena, sizeof(*a));

	*a = (struct ddl_action){ .kind = kind };
	*s->tail = a;
	s->tail = &a->next;
	if (++s->nactions > DDL_ACTIONS_MAX)
		ddl_fail(p, "fewer columns, keys and changes in one statement");
	return a;
}
