/*
 * json.h - our own JSON for the hot path: a scanner that walks text in place without building a tree, and the one
 * string escaper. For configuration, REST and anything not per row use jansson.
 *
 * The scanner is strict (RFC 8259), never recurses deeper than JSON_DEPTH, never reads past `end`, and hands out
 * slices of the input; a string with escapes is unescaped by json_text() into an arena.
 */
#ifndef CORE_JSON_H
#define CORE_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "core/arena.h"
#include "core/buf.h"

#define JSON_DEPTH 128

enum json_kind {
	JSON_ERROR,
	JSON_END,
	JSON_NULL,
	JSON_TRUE,
	JSON_FALSE,
	JSON_NUMBER,
	JSON_STRING,
	JSON_OBJECT,
	JSON_ARRAY
};

struct json { /* where we are in the text */
	const char *at, *end;
	const char *problem; /* static text once something was wrong; sticky */
};

struct json_slice { /* one value as it stands in the text */
	enum json_kind kind;
	bool escaped;  /* strings: a backslash is inside */
	const char *p; /* strings: without the quotes; others: the whole value */
	size_t len;
};

/* The bytes between the quotes, as they stand: a name that is written with escapes is another one. */
static inline bool json_is(const struct json_slice *s, const char *text)
{
	return s->len == strlen(text) && memcmp(s->p, text, s->len) == 0;
}

void json_init(struct json *j, const char *p, size_t len);
enum json_kind json_value(struct json *j, struct json_slice *out); /* one whole value, skipped over (nested too) */
/* Walk an object: json_enter(), then json_member() until false (end or problem), each followed by json_value() or a
 * nested walk. */
bool json_enter(struct json *j, char open);		  /* '{' or '[' */
bool json_member(struct json *j, struct json_slice *key); /* false at '}' */
bool json_element(struct json *j);			  /* false at ']' */
bool json_done(struct json *j);				  /* only white space left, nothing wrong */
/* The text of a string slice; points into the input when nothing is escaped. Bad surrogates give -1. */
int json_text(const struct json_slice *s, struct arena *a, const char **out, size_t *len);

/* Writes text as the inside of a JSON string the way Jackson 2.16 does: \" \\ \b \t \n \f \r, \u00XX upper case for
 * other controls, characters beyond the BMP as two \uXXXX escapes, bad UTF-8 as U+FFFD, all else raw.
 * out needs 6 * len. Returns the bytes written. */
size_t json_escape(char *out, const char *p, size_t len);
void buf_json_string(struct buf *b, const char *p, size_t len);	      /* with quotes */
void buf_json_string_whole(struct buf *b, const char *p, size_t len); /* characters beyond the BMP raw, too */
void buf_json_str(struct buf *b, const char *s);		      /* NULL gives null */

#endif
