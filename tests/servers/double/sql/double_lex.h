/*
 * double_lex.h - tokens of SQL, for statements, for the `columns` and `where` headers of a load, and for routine load.
 * One token is looked at, the next is read by lex_next(). Text of a token lives in the arena.
 */
#ifndef DOUBLE_LEX_H
#define DOUBLE_LEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/arena.h"
#include "core/err.h"

enum token {
	TOKEN_END,
	TOKEN_NAME,
	TOKEN_QUOTED_NAME,
	TOKEN_STRING,
	TOKEN_NUMBER,
	TOKEN_VARIABLE,
	TOKEN_SYMBOL,
	TOKEN_BAD
};

struct lex {
	const char *text, *at, *end;
	const char *start; /* of the token that is looked at */
	enum token token;
	char *value; /* name, string without quotes, number as written, variable without @, symbol */
	size_t len;
	struct arena *arena;
	unsigned depth; /* how deep the parser above has descended */
};

void lex_init(struct lex *l, struct arena *arena, const char *p, size_t len); /* looks at the first token */
void lex_next(struct lex *l);
bool lex_is(const struct lex *l, const char *word);	 /* a bare keyword or a symbol */
bool lex_accept(struct lex *l, const char *word);	 /* and goes past it */
bool lex_accept_words(struct lex *l, const char *words); /* all of "if not exists", or none */
int lex_expect(struct lex *l, const char *word, struct err *err);
bool lex_is_name(const struct lex *l);
/* a name, quoted or bare; NULL: something else stands there */
char *lex_name(struct lex *l, struct err *err);
char *lex_string(struct lex *l, struct err *err);
int lex_integer(struct lex *l, int64_t *out, struct err *err);
int lex_unexpected(const struct lex *l, struct err *err); /* fills err as StarRocks words it; -1 */

#endif
