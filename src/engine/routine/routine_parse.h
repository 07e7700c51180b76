/*
 * routine_parse.h - the text of CREATE ROUTINE LOAD taken apart, for `routine convert`. Texts of expressions stay as they are
 * written. Everything lives in the arena.
 */
#ifndef ENGINE_ROUTINE_PARSE_H
#define ENGINE_ROUTINE_PARSE_H

#include <stdbool.h>
#include <stddef.h>

#include "core/arena.h"
#include "core/err.h"

enum routine_token { RT_END, RT_NAME, RT_QUOTED, RT_STRING, RT_NUMBER, RT_SYMBOL, RT_BAD };
struct routine_lex {
	const char *start, *at, *end; /* start: of the token that is looked at */
	enum routine_token token;
	const char *text; /* name, string without quotes, number, symbol */
	struct arena *arena;
	int line;
};
void routine_lex_init(struct routine_lex *l, struct arena *arena, const char *p, size_t len);
void routine_lex_next(struct routine_lex *l);
bool routine_lex_is(const struct routine_lex *l, const char *word); /* a bare word in any case, or a symbol */
bool routine_lex_accept(struct routine_lex *l, const char *word);

enum { ROUTINE_ITEMS_MAX = 4096 };
struct routine_item {
	const char *name, *expression; /* expression NULL: a column of the message, as it stands */
};
struct routine_pair {
	const char *key, *value;
};
struct routine_text {
	const char *db, *job, *table; /* db NULL: not said */
	struct routine_item *columns;
	size_t ncolumns;
	const char *where; /* NULL: none */
	const char *other; /* another clause that a job may have: its first word; NULL: none */
	struct routine_pair *job_properties, *kafka;
	size_t njob, nkafka;
};
/* 1: a statement; 0: there are no more; -1: err */
int routine_text_parse(struct routine_lex *l, struct routine_text *out, struct err *err);

#endif
