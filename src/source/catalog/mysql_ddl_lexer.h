/*
 * mysql_ddl_lexer.h - SQL text to tokens, one at a time, in place. A quote, a comment or a version comment in the wrong
 * place changes the meaning of all that follows, and what counts as a quote depends on the session's sql_mode.
 */
#ifndef SOURCE_MYSQL_DDL_LEXER_H
#define SOURCE_MYSQL_DDL_LEXER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/arena.h"

enum { SQL_MODE_REAL_AS_FLOAT = 1, SQL_MODE_ANSI_QUOTES = 4, SQL_MODE_NO_BACKSLASH_ESCAPES = 1048576 };
#define SQL_MODE_TIME_TRUNCATE_FRACTIONAL (UINT64_C(1) << 32)

enum token_kind {
	TOKEN_END,
	TOKEN_WORD,   /* a keyword or a name without quotes */
	TOKEN_NAME,   /* `quoted`, or "quoted" with ANSI_QUOTES */
	TOKEN_STRING, /* 'text' or "text" */
	TOKEN_NUMBER,
	TOKEN_BITS,	/* b'101', x'ff', 0xff, 0b1 */
	TOKEN_VARIABLE, /* @a, @@b */
	TOKEN_MARK,	/* one character */
	TOKEN_BAD	/* a quote or comment without its end */
};

struct token {
	enum token_kind kind;
	const char *p; /* as it stands in the text, quotes included */
	size_t len;
};

struct lexer {
	const char *at, *end;
	uint64_t sql_mode;
	unsigned server_version; /* 0: read all version comments */
	unsigned open_comments;	 /* version comments that we are in */
	const char *name_end;	 /* of the last name: a '.' right there is not the beginning of a number */
	bool after_dot;		 /* a name follows, even if it begins with a digit */
};

void lexer_init(struct lexer *l, const char *sql, size_t len, uint64_t sql_mode, unsigned server_version);
struct token lexer_next(struct lexer *l);

bool token_is(const struct token *t, const char *word); /* a word, without case */
bool token_is_mark(const struct token *t, char mark);
/* WORD, NAME, STRING: without quotes, quotes undoubled */
const char *token_name(const struct token *t, struct arena *arena);
char *token_narrow(char *text); /* in place: characters of four bytes become '?', as in names and comments */
/* STRING: what it stands for, escapes resolved; it may hold a zero byte, so len (NULL allowed) counts. */
const char *token_string(const struct token *t, uint64_t sql_mode, struct arena *arena, size_t *len);

#endif
