/*
 * conf_quote.c - the text behind the = of a line. Without quotes: up to a comment, without the blanks at its ends. In double
 * quotes every blank and ; counts; in single quotes $ does as well, nothing is replaced. A quote inside is written twice.
 */
#include <string.h>

#include "core/conf/conf_part.h"

static bool blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

/* A ; behind a blank begins a comment; one inside a word, as in a password, does not. */
static void cut_comment(char *text)
{
	for (char *p = text; (p = strchr(p, ';')); p++)
		if (p > text && blank(p[-1])) {
			*p = '\0';
			return;
		}
}

/* Up to the closing quote, in place; NULL: there is none. *rest is behind it. */
static char *take_quoted(char *text, char **rest)
{
	char quote = *text++, *to = text, *p = text;

	for (; *p && (*p != quote || p[1] == quote); p++) {
		if (*p == quote)
			p++;
		*to++ = *p;
	}
	if (*p == '\0')
		return NULL;
	*rest = p + 1;
	*to = '\0';
	return text;
}

char *conf_value_text(char *text, bool *literal, const char **expected)
{
	bool after_blank = blank(*text);
	char *value, *rest;
	size_t len;

	*literal = false;
	text += strspn(text, " \t");
	if (after_blank && *text == ';')
		*text = '\0';
	if (*text != '"' && *text != '\'') {
		cut_comment(text);
		len = strlen(text);
		while (len && blank(text[len - 1]))
			len--;
		text[len] = '\0';
		return text;
	}
	*literal = *text == '\'';
	value = take_quoted(text, &rest);
	if (value == NULL) {
		*expected = "a closing quote (a quote inside is written twice; a value that begins with one stands in quotes of the other kind)";
		return NULL;
	}
	rest += strspn(rest, " \t\r");
	if (*rest == '\0' || *rest == ';')
		return value;
	*expected = "nothing but a comment after the closing quote (a quote inside is written twice)";
	return NULL;
}
