/*
 * script_match.h - Lua's patterns, matched in counted steps: every step is charged to the budget of the row, so that
 * no pattern and no text keeps a script busy beyond its limits. Semantics are those of the manual of Lua 5.4, 6.4.1.
 */
#ifndef SCRIPT_MATCH_H
#define SCRIPT_MATCH_H

#include <lua.h>
#include <stddef.h>

enum { MATCH_CAPTURES = 32, CAPTURE_OPEN = -1, CAPTURE_POSITION = -2 };

struct match {
	lua_State *L; /* for errors and charges */
	const char *text, *text_end;
	const char *pattern_end;
	int depth;	/* of the recursion */
	unsigned steps; /* not charged yet */
	int captures;
	struct {
		const char *at;
		ptrdiff_t len;
	} capture[MATCH_CAPTURES]; /* len, or CAPTURE_... */
};

void match_init(struct match *m, lua_State *L, const char *text, size_t len, const char *pattern, size_t pattern_len);
/* The end of the match that begins at `at`, or NULL. pattern: as given to match_init(), without a leading ^. */
const char *match_at(struct match *m, const char *at, const char *pattern);
/* The last place where a match can begin: beyond it a character is missing that the pattern needs. NULL: nowhere. */
const char *match_last_start(struct match *m, const char *pattern);
/* The character that every match begins with; -1: not one alone. Where it is from `at` to `last`; NULL: nowhere. */
int match_first(const struct match *m, const char *pattern);
const char *match_skip(struct match *m, const char *at, const char *last, int first);

#endif
