/*
 * mysql_ddl_parser.h - what the files of the DDL parser share: the current token and the small steps over it. Failing
 * is sticky: after the first problem every step fails, so a rule may check once.
 */
#ifndef SOURCE_MYSQL_DDL_PARSER_H
#define SOURCE_MYSQL_DDL_PARSER_H

#include "source/catalog/mysql_ddl.h"

/* Of one statement; a table has 4,096 columns at most. What is longer is no statement of a server's. */
enum { DDL_ACTIONS_MAX = 20000, DDL_PAIRS_MAX = 100000, DDL_KEY_COLUMNS_MAX = 4096 };

struct ddl_parser {
	struct lexer lexer;
	struct token token;   /* not yet taken */
	const char *last_end; /* end of the last one taken that does not stand in a comment */
	unsigned outside;     /* comments that the statement as a whole stands in */
	struct arena *arena;
	struct err *err;
	bool failed;
};

void ddl_next(struct ddl_parser *p);
bool ddl_accept(struct ddl_parser *p, const char *word);		       /* takes it if it is that */
bool ddl_accept2(struct ddl_parser *p, const char *first, const char *second); /* both, or none */
bool ddl_accept_mark(struct ddl_parser *p, char mark);
bool ddl_expect(struct ddl_parser *p, const char *word);
bool ddl_expect_mark(struct ddl_parser *p, char mark);
bool ddl_is(const struct ddl_parser *p, const char *word);
bool ddl_is_one_of(const struct ddl_parser *p, const char *const *words); /* NULL at the end */
bool ddl_at_end(const struct ddl_parser *p);				  /* of the statement */
bool ddl_fail(struct ddl_parser *p, const char *expected);		  /* false, always */
const char *ddl_name(struct ddl_parser *p);    /* a name, quoted or not; NULL after a failure */
const char *ddl_text(struct ddl_parser *p);    /* a string's value */
const char *ddl_comment(struct ddl_parser *p); /* the same, in the character set of comments */
bool ddl_table_name(struct ddl_parser *p, struct ddl_name *out);
bool ddl_number(struct ddl_parser *p, uint32_t *out);
bool ddl_skip_parens(struct ddl_parser *p); /* from ( to its ) */
bool ddl_skip_clause(struct ddl_parser *p); /* to the next , or ) of this level, or the end */
/* [DEFAULT] CHARACTER SET [=] x, COLLATE [=] x: true if one was taken */
bool ddl_charset_option(struct ddl_parser *p, struct ddl_charset *out);
struct ddl_action *ddl_action_add(struct ddl_parser *p, struct ddl_statement *s, enum ddl_action_kind kind);

bool ddl_column_parse(struct ddl_parser *p, const char *name, struct ddl_column *out); /* type and attributes, place */
bool ddl_default_parse(struct ddl_parser *p, struct ddl_column *out);		       /* after DEFAULT */
bool ddl_index_columns(struct ddl_parser *p, struct ddl_index *out);		       /* ( a, b(10) DESC, (expr) ) */
/* a column or a key of CREATE TABLE */
bool ddl_table_element(struct ddl_parser *p, struct ddl_statement *s, bool in_alter);
bool ddl_alter_parse(struct ddl_parser *p, struct ddl_statement *s);  /* behind ALTER TABLE name */
bool ddl_table_option(struct ddl_parser *p, struct ddl_statement *s); /* one; true if one was taken */

#endif
