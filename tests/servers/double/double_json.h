/*
 * double_json.h - the double's own JSON scanner. It shares no code with what it tests: a loader that escapes wrongly
 * must not be read by a scanner that is wrong in the same way. One pass, in place; only strings with escapes are
 * copied.
 */
#ifndef DOUBLE_JSON_H
#define DOUBLE_JSON_H

#include <stdbool.h>
#include <stddef.h>

#include "core/arena.h"
#include "store/double_type.h"

struct jscan {
	const char *at, *end;
	const char *problem;   /* static text, sticky */
	struct arena *scratch; /* for strings that hold escapes */
};

/* One step of a JSONPath: a member, or an element. */
struct jpath_step {
	char *name; /* NULL: an element */
	size_t len;
	unsigned index;
};
struct jpath {
	struct jpath_step *steps;
	unsigned nsteps;
};

void jscan_init(struct jscan *j, const char *p, size_t len, struct arena *scratch);
char jscan_peek(struct jscan *j); /* the next byte that is not blank; 0 at the end */
bool jscan_value(struct jscan *j, struct cell *out);
bool jscan_open(struct jscan *j, char bracket);
/* goes past the colon; false at '}' or when wrong */
bool jscan_member(struct jscan *j, bool *first, struct cell *key);
bool jscan_element(struct jscan *j, bool *first); /* false at ']' or when wrong */
/* "$.a.b[0].`c d`"; false: this is no path. */
bool jpath_parse(struct jpath *path, const char *text, size_t len, struct arena *arena);
bool jpath_find(const struct jpath *path, struct cell value, struct arena *scratch, struct cell *out);

#endif
