/* request_line.h - what is typed behind ':' as a request: `pause load` or `tap stage=sink n=10`. Words without a name
 * take the names of the request's arguments in their order; "quotes" hold words together, and \" and \\ stand for themselves there. */
#ifndef CONSOLE_REQUEST_LINE_H
#define CONSOLE_REQUEST_LINE_H

#include <stdbool.h>

#include "engine/engine.h"

enum { REQUEST_LINE_MAX = 2400 };
struct request_line {
	char text[REQUEST_LINE_MAX]; /* what request points into */
	char names[ENGINE_MAX_ARGS][32];
	struct engine_request request;
};

/* docs ends with name NULL. -1 with a line for the person who typed. */
int request_line_parse(struct request_line *out, const char *line, const struct engine_request_doc *docs,
		struct err *err);

/* Puts name=value at the end of a line, in quotes; what does not fit is cut. */
void request_line_add(char *line, size_t size, const char *name, const char *value);

/*
 * What Tab makes of the last word: the name of a request, or of an argument of the request before it, as far as all that begin with the word agree.
 * false: none does.
 */
bool request_line_complete(char *line, size_t size, const struct engine_request_doc *docs);

/* The line as a person would type it: no quotes where none are needed. */
const char *request_line_show(char *out, size_t size, const char *line);

#endif
