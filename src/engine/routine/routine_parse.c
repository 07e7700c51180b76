/* routine_parse.c - see routine_parse.h. */
#include "engine/routine/routine_parse.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

/* ---- tokens ---- */

void routine_lex_init(struct routine_lex *l, struct arena *arena, const char *p, size_t len)
{
	*l = (struct routine_lex){ .start = p, .at = p, .end = p + len, .arena = arena, .line = 1 };
	routine_lex_next(l);
}

static void skip_line(struct routine_lex *l)
{
	while (l->at < l->end && *l->at != '\n')
		l->at++;
}

static void skip_blank(struct routine_lex *l)
{
	for (; l->at < l->end; l->at++) {
		if (*l->at == '\n')
			l->line++;
		if (isspace((unsigned char)*l->at))
			continue;
		if (*l->at != '#' && (l->end - l->at < 2 || memcmp(l->at, "--", 2) != 0))
			return;
		skip_line(l);
		if (l->at == l->end)
			return;
		l->line++;
	}
}

static void read_quoted(struct routine_lex *l, char quote)
{
	char *out = arena_alloc(l->arena, (size_t)(l->end - l->at) + 1);
	size_t n = 0;

	for (l->at++; l->at < l->end; l->at++) {
		if (*l->at == '\\' && quote != '`' && l->at + 1 < l->end)
			out[n++] = *++l->at == 'n' ? '\n' : *l->at == 't' ? '\t' : *l->at;
		else if (*l->at == quote && l->at + 1 < l->end && l->at[1] == quote)
			out[n++] = *l->at++;
		else if (*l->at == quote)
			break;
		else
			out[n++] = *l->at;
		l->line += *l->at == '\n';
	}
	out[n] = '\0';
	l->text = out;
	l->token = l->at == l->end ? RT_BAD : quote == '`' ? RT_QUOTED : RT_STRING;
	l->at += l->at < l->end;
}

static bool is_word(unsigned char c)
{
	return isalnum(c) || c == '_' || c == '$' || c >= 0x80;
}

void routine_lex_next(struct routine_lex *l)
{
	static const char *const pairs[] = { "<=", ">=", "<>", "!=", "&&", "||" };
	size_t len = 1;

	skip_blank(l);
	l->start = l->at;
	l->token = RT_END;
	l->text = "";
	if (l->at == l->end)
		return;
	if (strchr("'\"`", *l->at)) {
		read_quoted(l, *l->at);
		return;
	}
	l->token = RT_SYMBOL;
	if (is_word((unsigned char)*l->at)) {
		l->token = isdigit((unsigned char)*l->at) ? RT_NUMBER : RT_NAME;
		while (l->at + len < l->end &&
				(is_word((unsigned char)l->at[len]) || (l->token == RT_NUMBER && l->at[len] == '.')))
			len++;
	} else {
		for (size_t i = 0; i < sizeof(pairs) / sizeof(*pairs); i++)
			if (l->end - l->at >= 2 && memcmp(l->at, pairs[i], 2) == 0)
				len = 2;
	}
	l->text = arena_dup(l->arena, l->at, len);
	l->at += len;
}

bool routine_lex_is(const struct routine_lex *l, const char *word)
{
	return (l->token == RT_NAME || l->token == RT_SYMBOL) && strcasecmp(l->text, word) == 0;
}

bool routine_lex_accept(struct routine_lex *l, const char *word)
{
	if (!routine_lex_is(l, word))
		return false;
	routine_lex_next(l);
	return true;
}

/* ---- the statement ---- */

static int expected(const struct routine_lex *l, const char *what, struct err *err)
{
	return err_set(err, ERR_CONFIG, 0, "line %d: expected %s, found %s%.60s", l->line, what,
			l->token == RT_END ? "the end" : "", l->text);
}

static int expect(struct routine_lex *l, const char *word, struct err *err)
{
	return routine_lex_accept(l, word) ? 0 : expected(l, word, err);
}

static int take_name(struct routine_lex *l, const char **out, struct err *err)
{
	if (l->token != RT_NAME && l->token != RT_QUOTED)
		return expected(l, "a name", err);
	*out = l->text;
	routine_lex_next(l);
	return 0;
}

/* Up to a comma or a closing bracket of our own level, or a word that ends a clause. */
static const char *take_expression(struct routine_lex *l, bool clause)
{
	const char *start = l->start, *end = l->start;
	int depth = 0;

	while (l->token != RT_END && l->token != RT_BAD) {
		if (depth == 0 &&
				(routine_lex_is(l, ",") || routine_lex_is(l, ")") ||
						(clause &&
								(routine_lex_is(l, "properties") ||
										routine_lex_is(l, "from")))))
			break;
		depth += routine_lex_is(l, "(");
		depth -= routine_lex_is(l, ")");
		end = l->at;
		routine_lex_next(l);
	}
	return arena_dup(l->arena, start, (size_t)(end - start));
}

static int take_columns(struct routine_lex *l, struct routine_text *out, struct err *err)
{
	out->columns = arena_alloc(l->arena, ROUTINE_ITEMS_MAX * sizeof(*out->columns));
	if (expect(l, "(", err))
		return -1;
	do {
		struct routine_item *item = &out->columns[out->ncolumns];

		if (out->ncolumns++ == ROUTINE_ITEMS_MAX)
			return err_set(err, ERR_CONFIG, 0, "line %d: more than %d columns", l->line, ROUTINE_ITEMS_MAX);
		item->expression = NULL;
		if (take_name(l, &item->name, err))
			return -1;
		if (routine_lex_accept(l, "="))
			item->expression = take_expression(l, false);
	} while (routine_lex_accept(l, ","));
	return expect(l, ")", err);
}

static int take_pairs(struct routine_lex *l, struct routine_pair **out, size_t *n, struct err *err)
{
	*out = arena_alloc(l->arena, ROUTINE_ITEMS_MAX * sizeof(**out));
	if (expect(l, "(", err))
		return -1;
	do {
		struct routine_pair *p = &(*out)[*n];

		if ((*n)++ == ROUTINE_ITEMS_MAX)
			return err_set(err, ERR_CONFIG, 0, "line %d: too many properties", l->line);
		if (l->token != RT_STRING)
			return expected(l, "\"key\" = \"value\"", err);
		p->key = l->text;
		routine_lex_next(l);
		if (expect(l, "=", err))
			return -1;
		if (l->token != RT_STRING)
			return expected(l, "a value in quotes", err);
		p->value = l->text;
		routine_lex_next(l);
	} while (routine_lex_accept(l, ","));
	return expect(l, ")", err);
}

static int take_clause(struct routine_lex *l, struct routine_text *out, struct err *err)
{
	const char *word = l->text;

	if (routine_lex_accept(l, "where")) {
		out->where = take_expression(l, true);
		return 0;
	}
	if (routine_lex_accept(l, "columns")) {
		if (routine_lex_is(l, "("))
			return take_columns(l, out, err);
	} else if (l->token != RT_NAME) {
		return expected(l, "COLUMNS, WHERE, PROPERTIES or FROM KAFKA", err);
	}
	out->other = word;
	take_expression(l, true);
	return 0;
}

int routine_text_parse(struct routine_lex *l, struct routine_text *out, struct err *err)
{
	*out = (struct routine_text){ 0 };
	while (routine_lex_accept(l, ";"))
		;
	if (l->token == RT_END)
		return 0;
	if (expect(l, "create", err) || expect(l, "routine", err) || expect(l, "load", err) ||
			take_name(l, &out->job, err))
		return -1;
	if (routine_lex_accept(l, ".")) {
		out->db = out->job;
		if (take_name(l, &out->job, err))
			return -1;
	}
	if (expect(l, "on", err) || take_name(l, &out->table, err))
		return -1;
	while (!routine_lex_is(l, "properties") && !routine_lex_is(l, "from") && l->token != RT_END)
		if (!routine_lex_accept(l, ",") && take_clause(l, out, err))
			return -1;
	if (routine_lex_accept(l, "properties") && take_pairs(l, &out->job_properties, &out->njob, err))
		return -1;
	if (expect(l, "from", err) || expect(l, "kafka", err) || take_pairs(l, &out->kafka, &out->nkafka, err))
		return -1;
	return l->token == RT_END || routine_lex_is(l, ";") ? 1 : expected(l, "; or the end", err);
}
