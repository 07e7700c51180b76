/*
 * mysql_ddl_lexer.c - the tokenizer. Text is UTF-8 by now; bytes from 0x80 belong to names.
 */
#include "source/catalog/mysql_ddl_lexer.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

void lexer_init(struct lexer *l, const char *sql, size_t len, uint64_t sql_mode, unsigned server_version)
{
	*l = (struct lexer){ .at = sql, .end = sql + len, .sql_mode = sql_mode, .server_version = server_version };
}

static bool is_name_char(char c)
{
	return isalnum((unsigned char)c) || c == '_' || c == '$' || (unsigned char)c >= 0x80;
}

static bool starts(const struct lexer *l, const char *text)
{
	size_t len = strlen(text);

	return (size_t)(l->end - l->at) >= len && memcmp(l->at, text, len) == 0;
}

/* "-- " needs white space behind it, or the end. */
static bool starts_line_comment(const struct lexer *l)
{
	if (*l->at == '#')
		return true;
	return starts(l, "--") &&
			(l->end - l->at == 2 || isspace((unsigned char)l->at[2]) || iscntrl((unsigned char)l->at[2]));
}

static void skip_line(struct lexer *l)
{
	while (l->at < l->end && *l->at != '\n')
		l->at++;
}

static bool skip_comment(struct lexer *l)
{
	const char *p = l->at + 2;

	for (; l->end - p >= 2; p++) {
		if (p[0] == '*' && p[1] == '/') {
			l->at = p + 2;
			return true;
		}
	}
	return false;
}

/* The digits behind the "!": five or six of them are a version, anything else is text. */
static bool enter_version_comment(struct lexer *l)
{
	const char *p = l->at + 3;
	unsigned version = 0, digits = 0;

	while (p + digits < l->end && digits < 6 && isdigit((unsigned char)p[digits]))
		version = version * 10 + (unsigned)(p[digits++] - '0');
	if (digits < 5)
		digits = version = 0;
	if (l->server_version && version > l->server_version)
		return skip_comment(l);
	l->at = p + digits;
	l->open_comments++;
	return true;
}

/* White space and comments. false: a comment has no end. */
static bool skip_blank(struct lexer *l)
{
	while (l->at < l->end) {
		if (isspace((unsigned char)*l->at)) {
			l->at++;
		} else if (starts_line_comment(l)) {
			skip_line(l);
		} else if (l->open_comments && starts(l, "*/")) {
			l->open_comments--;
			l->at += 2;
		} else if (starts(l, "/*!")) {
			if (!enter_version_comment(l))
				return false;
		} else if (starts(l, "/*")) {
			if (!skip_comment(l))
				return false;
		} else {
			break;
		}
	}
	return true;
}

static struct token token_to(struct lexer *l, enum token_kind kind, const char *end)
{
	struct token t = { .kind = kind, .p = l->at, .len = (size_t)(end - l->at) };

	l->at = end;
	return t;
}

/* Quoted by the character at `from`; a doubled quote is a quote. skip: what stands in front of it (x, b). */
static struct token quoted(struct lexer *l, enum token_kind kind, size_t skip)
{
	const char *p = l->at + skip;
	char quote = *p++;
	bool escapes = kind == TOKEN_STRING && !(l->sql_mode & SQL_MODE_NO_BACKSLASH_ESCAPES);

	for (; p < l->end; p++) {
		if (*p == '\\' && escapes && p + 1 < l->end) {
			p++;
		} else if (*p == quote) {
			if (p + 1 < l->end && p[1] == quote)
				p++;
			else
				return token_to(l, kind, p + 1);
		}
	}
	return token_to(l, TOKEN_BAD, l->end);
}

static struct token word(struct lexer *l)
{
	const char *p = l->at;

	while (p < l->end && is_name_char(*p))
		p++;
	return token_to(l, TOKEN_WORD, p);
}

static const char *skip_digits(const char *p, const char *end)
{
	while (p < end && isdigit((unsigned char)*p))
		p++;
	return p;
}

/* Behind the mantissa: e5, e-5; p itself if there is no exponent. */
static const char *skip_exponent(const char *p, const char *end)
{
	const char *digits = p + 1;

	if (p == end || (*p != 'e' && *p != 'E'))
		return p;
	if (digits < end && (*digits == '+' || *digits == '-'))
		digits++;
	return digits < end && isdigit((unsigned char)*digits) ? skip_digits(digits, end) : p;
}

/* A name may begin with a digit: 1st, 2_b. */
static struct token number(struct lexer *l)
{
	const char *p = skip_digits(l->at, l->end);

	if (p < l->end && *p == '.')
		p = skip_digits(p + 1, l->end);
	p = skip_exponent(p, l->end);
	if (p < l->end && is_name_char(*p) && *l->at != '.')
		return word(l);
	return token_to(l, TOKEN_NUMBER, p);
}

static bool all_of(const char *p, const char *end, int (*test)(int))
{
	while (p < end && test((unsigned char)*p))
		p++;
	return p == end;
}

static int is_bit(int c)
{
	return c == '0' || c == '1';
}

/* 0xff and 0b01, if they are that to the end of the word. */
static bool prefixed_number(struct lexer *l, struct token *t)
{
	const char *p = l->at + 2;

	if (l->end - l->at < 3 || l->at[0] != '0' || (l->at[1] != 'x' && l->at[1] != 'b'))
		return false;
	while (p < l->end && is_name_char(*p))
		p++;
	if (p == l->at + 2 || !all_of(l->at + 2, p, l->at[1] == 'x' ? isxdigit : is_bit))
		return false;
	*t = token_to(l, TOKEN_BITS, p);
	return true;
}

static struct token variable(struct lexer *l)
{
	const char *p = l->at;

	while (p < l->end && (*p == '@' || *p == '.' || is_name_char(*p)))
		p++;
	return token_to(l, TOKEN_VARIABLE, p);
}

static struct token token_read(struct lexer *l, bool after_dot)
{
	struct token t;
	char c, next;

	if (l->at == l->end || *l->at == '\0')
		return (struct token){ .kind = TOKEN_END, .p = l->at };
	c = *l->at;
	next = l->end - l->at > 1 ? l->at[1] : '\0';
	if (c == '`' || (c == '"' && l->sql_mode & SQL_MODE_ANSI_QUOTES))
		return quoted(l, TOKEN_NAME, 0);
	if (c == '\'' || c == '"')
		return quoted(l, TOKEN_STRING, 0);
	if (next == '\'' && strchr("xXbB", c))
		return quoted(l, TOKEN_BITS, 1);
	if (next == '\'' && strchr("nN", c)) {
		l->at++;
		return quoted(l, TOKEN_STRING, 0);
	}
	if (c == '.' && l->at == l->name_end)
		return token_to(l, TOKEN_MARK, l->at + 1);
	if (after_dot && is_name_char(c))
		return word(l);
	if (prefixed_number(l, &t))
		return t;
	if (isdigit((unsigned char)c) || (c == '.' && isdigit((unsigned char)next)))
		return number(l);
	if (c == '@')
		return variable(l);
	if (is_name_char(c))
		return word(l);
	return token_to(l, TOKEN_MARK, l->at + 1);
}

struct token lexer_next(struct lexer *l)
{
	bool after_dot = l->after_dot;
	struct token t;

	if (!skip_blank(l))
		return token_to(l, TOKEN_BAD, l->end);
	t = token_read(l, after_dot);
	l->after_dot = token_is_mark(&t, '.') && t.p == l->name_end;
	l->name_end = t.kind == TOKEN_WORD || t.kind == TOKEN_NAME ? l->at : NULL;
	return t;
}

bool token_is(const struct token *t, const char *word_text)
{
	return t->kind == TOKEN_WORD && strlen(word_text) == t->len && strncasecmp(t->p, word_text, t->len) == 0;
}

bool token_is_mark(const struct token *t, char mark)
{
	return t->kind == TOKEN_MARK && *t->p == mark;
}

/* Names and comments are of three bytes a character at most: the server puts a question mark for longer ones. */
char *token_narrow(char *text)
{
	char *out = text;

	for (const char *p = text; *p;) {
		bool wide = (unsigned char)*p >= 0xf0;

		*out++ = wide ? '?' : *p;
		for (p++; wide && ((unsigned char)*p & 0xc0) == 0x80; p++)
			continue;
	}
	*out = '\0';
	return text;
}

const char *token_name(const struct token *t, struct arena *arena)
{
	char *out, *at;

	if (t->kind == TOKEN_WORD || t->kind == TOKEN_NUMBER)
		return token_narrow(arena_dup(arena, t->p, t->len));
	out = at = arena_alloc(arena, t->len + 1);
	for (size_t i = 1; i + 1 < t->len; i++) {
		*at++ = t->p[i];
		if (t->p[i] == t->p[0])
			i++;
	}
	*at = '\0';
	return token_narrow(out);
}

static char escape_of(char c)
{
	switch (c) {
	case 'n': return '\n';
	case 't': return '\t';
	case 'r': return '\r';
	case 'b': return '\b';
	case '0': return '\0';
	case 'Z': return 26;
	default: return c;
	}
}

const char *token_string(const struct token *t, uint64_t sql_mode, struct arena *arena, size_t *len)
{
	char *out = arena_alloc(arena, t->len + 1), *at = out;
	bool escapes = !(sql_mode & SQL_MODE_NO_BACKSLASH_ESCAPES);

	for (size_t i = 1; i + 1 < t->len; i++) {
		if (t->p[i] == '\\' && escapes) {
			char c = t->p[++i];

			if (c == '%' || c == '_')
				*at++ = '\\';
			*at++ = escape_of(c);
			continue;
		}
		*at++ = t->p[i];
		if (t->p[i] == t->p[0])
			i++;
	}
	*at = '\0';
	if (len)
		*len = (size_t)(at - out);
	return out;
}
