/*
 * format_pretty.h - JSON laid out as Jackson's default pretty printer does: two blanks a level, `"k" : v`, arrays on
 * one line with objects opened inside: `[ {`, `}, {`, `} ]`. For the schema history; not for rows.
 */
#ifndef FORMAT_FORMAT_PRETTY_H
#define FORMAT_FORMAT_PRETTY_H

#include "core/buf.h"

struct pretty {
	struct buf *b;
	int depth;   /* of objects: arrays do not indent */
	bool filled; /* the open object or array has a member */
};

void pretty_key(struct pretty *p, const char *name); /* then one of the values below */
/* as a value, or as an element after pretty_element() */
void pretty_open(struct pretty *p, char bracket);
void pretty_close(struct pretty *p, char bracket);
void pretty_element(struct pretty *p);		  /* before each element of an array */
void pretty_str(struct pretty *p, const char *s); /* NULL: null */
/* A member in one call. */
void pretty_key_str(struct pretty *p, const char *name, const char *s);
void pretty_key_int(struct pretty *p, const char *name, int64_t v);
void pretty_key_bool(struct pretty *p, const char *name, bool v);

#endif
