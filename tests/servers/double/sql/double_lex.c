/*
 * double_lex.c - SQL into tokens: MySQL's quotes, escapes and comments. Doubling a quote and a backslash both work
 * inside a string, as the clients that escape for MySQL expect.
 */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "core/num/num.h"
#include "sql/double_lex.h"

static void skip_blank(struct lex *l)
{
	for (;;) {
		const char *close;

		while (l->at < l->end && isspace((unsigned char)*l->at))
			l->at++;
		if (l->end - l->at >= 2 && l->at[0] == '/' && l->at[1] == '*') {
			close = memmem(l->at + 2, (size_t)(l->end - l->at - 2), "*/", 2);
			l->at = close != NULL ? close + 2 : l->end;
		} else if (l->at < l->end && (*l->at == '#' || (l->end - l->at >= 2 && memcmp(l->at, "--", 2) == 0))) {
			close = memchr(l->at, '\n', (size_t)(l->end - l->at));
			l->at = close != NULL ? close : l->end;
		} else {
			return;
		}
	}
}

static char unescape(char c)
{
	static const char from[] = "ntr0bZ", to[] = "\n\t\r\0\b\032";
	const char *found = c != '\0' ? strchr(from, c) : NULL;

	return found != NULL ? to[found - from] : c;
}

static void read_quoted(struct lex *l, char quote, enum token token)
{
	char *out = arena_reserve(l->arena, (size_t)(l->end - l->at) + 1);
	size_t n = 0;

	l->token = TOKEN_BAD;
	for (l->at++; l->at < l->end; l->at++) {
		if (*l->at == '\\' && quote != '`' && l->at + 1 < l->end) {
			out[n++] = unescape(*++l->at);
		} else if (*l->at == quote && l->at + 1 < l->end && l->at[1] == quote) {
			out[n++] = *l->at++;
		} else if (*l->at == quote) {
			l->at++;
			l->token = token;
			break;
		} else {
			out[n++] = *l->at;
		}
	}
	out[n] = '\0';
	arena_commit(l->arena, n + 1);
	l->value = out;
	l->len = n;
}

static bool is_word(char c)
{
	return isalnum((unsigned char)c) || c == '_' || c == '$' || (c & 0x80);
}

static void read_plain(struct lex *l, size_t len, enum token token)
{
	l->value = arena_dup(l->arena, l->at, len);
	l->len = len;
	l->at += len;
	l->token = token;
}

static size_t number_length(const char *p, const char *end)
{
	const char *q = p;

	while (q < end && (isdigit((unsigned char)*q) || *q == '.'))
		q++;
	if (q < end && (*q == 'e' || *q == 'E')) {
		const char *digit = q + 1 + (q + 1 < end && (q[1] == '-' || q[1] == '+'));

		if (digit < end && isdigit((unsigned char)*digit))
			for (q = digit; q < end && isdigit((unsigned char)*q); q++)
				;
	}
	return (size_t)(q - p);
}

static void read_symbol(struct lex *l)
{
	static const char *const pairs[] = { "<=", ">=", "<>", "!=", "&&", "||", ":=" };

	if (l->end - l->at >= 3 && memcmp(l->at, "<=>", 3) == 0) {
		read_plain(l, 3, TOKEN_SYMBOL);
		return;
	}
	for (size_t i = 0; l->end - l->at >= 2 && i < sizeof(pairs) / sizeof(*pairs); i++)
		if (memcmp(l->at, pairs[i], 2) == 0) {
			read_plain(l, 2, TOKEN_SYMBOL);
			return;
		}
	read_plain(l, 1, TOKEN_SYMBOL);
}

void lex_next(struct lex *l)
{
	size_t len = 0;

	skip_blank(l);
	l->start = l->at;
	l->value = NULL;
	l->len = 0;
	if (l->at == l->end) {
		l->token = TOKEN_END;
		return;
	}
	if (*l->at == '\'' || *l->at == '"' || *l->at == '`') {
		read_quoted(l, *l->at, *l->at == '`' ? TOKEN_QUOTED_NAME : TOKEN_STRING);
	} else if (*l->at == '@') {
		while (l->at < l->end && *l->at == '@')
			l->at++;
		while (l->at + len < l->end && (is_word(l->at[len]) || l->at[len] == '.'))
			len++;
		read_plain(l, len, TOKEN_VARIABLE);
	} else if (isdigit((unsigned char)*l->at)) {
		read_plain(l, number_length(l->at, l->end), TOKEN_NUMBER);
	} else if (is_word(*l->at)) {
		while (l->at + len < l->end && is_word(l->at[len]))
			len++;
		read_plain(l, len, TOKEN_NAME);
	} else {
		read_symbol(l);
	}
}

void lex_init(struct lex *l, struct arena *arena, const char *p, size_t len)
{
	*l = (struct lex){ .text = p, .at = p, .end = p + len, .arena = arena };
	lex_next(l);
}

bool lex_is(const struct lex *l, const char *word)
{
	return (l->token == TOKEN_NAME || l->token == TOKEN_SYMBOL) && strcasecmp(l->value, word) == 0;
}

bool lex_accept(struct lex *l, const char *word)
{
	if (!lex_is(l, word))
		return false;
	lex_next(l);
	return true;
}

bool lex_accept_words(struct lex *l, const char *words)
{
	struct lex before = *l;
	char word[32];

	while (*words != '\0') {
		size_t len = strcspn(words, " ");

		memcpy(word, words, len);
		word[len] = '\0';
		if (!lex_accept(l, word)) {
			*l = before;
			return false;
		}
		words += len + (words[len] == ' ');
	}
	return true;
}

int lex_unexpected(const struct lex *l, struct err *err)
{
	size_t line = 1, column = 0;

	for (const char *p = l->text; p < l->start; p++) {
		column = *p == '\n' ? 0 : column + 1;
		line += *p == '\n';
	}
	if (l->token == TOKEN_END)
		return err_set(err, ERR_DATA, 1064,
				"Getting syntax error at line %zu, column %zu. Detail message: Unexpected input "
				"'<EOF>', the most similar input is {a further token}.",
				line, column);
	return err_set(err, ERR_DATA, 1064,
			"Getting syntax error at line %zu, column %zu. Detail message: Unexpected input '%.60s'.", line,
			column, l->value);
}

int lex_expect(struct lex *l, const char *word, struct err *err)
{
	return lex_accept(l, word) ? 0 : lex_unexpected(l, err);
}

bool lex_is_name(const struct lex *l)
{
	return l->token == TOKEN_NAME || l->token == TOKEN_QUOTED_NAME;
}

char *lex_name(struct lex *l, struct err *err)
{
	char *name = l->value;

	if (!lex_is_name(l)) {
		lex_unexpected(l, err);
		return NULL;
	}
	lex_next(l);
	return name;
}

char *lex_string(struct lex *l, struct err *err)
{
	char *string = l->value;

	if (l->token != TOKEN_STRING) {
		lex_unexpected(l, err);
		return NULL;
	}
	lex_next(l);
	return string;
}

int lex_integer(struct lex *l, int64_t *out, struct err *err)
{
	if (l->token != TOKEN_NUMBER || !num_parse_i64(l->value, l->len, out))
		return lex_unexpected(l, err);
	lex_next(l);
	return 0;
}
