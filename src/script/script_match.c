/*
 * script_match.c - the matcher behind find, match, gmatch and gsub. Backtracking, as Lua's own: the items of a pattern
 * are tried from left to right, a repeated item takes as much (or as little, for -) as lets the rest match.
 *
 * Two things keep it within bounds. Steps are counted, a set's characters too, and charged in portions, which raises
 * when the budget or the time is gone. And a character that the pattern needs is looked for before anything is tried:
 * "(.-)@(.+)" on a text without @ costs one look, not the square of its length.
 */
#include "script/script_match.h"

#include <ctype.h>
#include <lauxlib.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "script/script_part.h"

#define DEPTH_MAX 200
#define STEPS_PORTION 4096
#define STEPS_PER_INSTRUCTION 64 /* a step takes a few nanoseconds */
#define BYTES_PER_STEP 64	 /* of memrchr() and memchr() */
#define NEEDED_MAX 8		 /* characters that are looked for in advance */

static const char *match_here(struct match *m, const char *s, const char *p);

static void step(struct match *m, unsigned steps)
{
	m->steps += steps;
	if (m->steps >= STEPS_PORTION) {
		script_charge(m->L, m->steps / STEPS_PER_INSTRUCTION);
		m->steps = 0;
	}
}

/* ---- one character ---- */

static bool class_has(int c, int class)
{
	static int (*const is[])(int) = {
		['a'] = isalpha,
		['c'] = iscntrl,
		['d'] = isdigit,
		['g'] = isgraph,
		['l'] = islower,
		['p'] = ispunct,
		['s'] = isspace,
		['u'] = isupper,
		['w'] = isalnum,
		['x'] = isxdigit,
	};
	int lower = tolower(class);

	if (class >= 0x80 || !isalpha(class) || lower > 'x' || is[lower] == NULL)
		return class == c;
	return (is[lower](c) != 0) == (class == lower);
}

/* After the item at p: a character, %x or a set. */
static const char *item_end(struct match *m, const char *p)
{
	const char *end = m->pattern_end;

	if (*p == '%') {
		if (p + 1 == end)
			luaL_error(m->L, "malformed pattern (ends with '%%')");
		return p + 2;
	}
	if (*p++ != '[')
		return p;
	p += p < end && *p == '^';
	do {
		if (p == end)
			luaL_error(m->L, "malformed pattern (missing ']')");
		p += *p == '%' && p + 1 < end ? 2 : 1;
	} while (p == end || *p != ']');
	return p + 1;
}

/* Whether c is in the set at p, whose ] is at end. */
static bool set_has(struct match *m, int c, const char *p, const char *end)
{
	bool negated = p[1] == '^';

	step(m, (unsigned)(end - p));
	for (p += negated ? 2 : 1; p < end; p++) {
		if (*p == '%') {
			p++;
			if (class_has(c, (unsigned char)*p))
				return !negated;
		} else if (p[1] == '-' && p + 2 < end) {
			p += 2;
			if ((unsigned char)p[-2] <= c && c <= (unsigned char)*p)
				return !negated;
		} else if ((unsigned char)*p == c) {
			return !negated;
		}
	}
	return negated;
}

/* Whether the item [p, end) takes the character at s. */
static bool item_takes(struct match *m, const char *s, const char *p, const char *end)
{
	int c;

	step(m, 1);
	if (s >= m->text_end)
		return false;
	c = (unsigned char)*s;
	switch (*p) {
	case '.': return true;
	case '%': return class_has(c, (unsigned char)p[1]);
	case '[': return set_has(m, c, p, end - 1);
	default: return (unsigned char)*p == c;
	}
}

/* ---- what is more than one character ---- */

static const char *match_balance(struct match *m, const char *s, const char *p)
{
	int depth = 1;

	if (p + 1 >= m->pattern_end)
		luaL_error(m->L, "malformed pattern (missing arguments to '%%b')");
	if (s >= m->text_end || *s != *p)
		return NULL;
	while (++s < m->text_end) {
		step(m, 1);
		if (*s == p[1]) {
			if (--depth == 0)
				return s + 1;
		} else if (*s == *p) {
			depth++;
		}
	}
	return NULL;
}

static const char *expand_most(struct match *m, const char *s, const char *p, const char *end)
{
	ptrdiff_t count = 0;

	if (*p == '.')
		count = m->text_end - s;
	else
		while (item_takes(m, s + count, p, end))
			count++;
	for (; count >= 0; count--) {
		const char *found = match_here(m, s + count, end + 1);

		if (found)
			return found;
	}
	return NULL;
}

static const char *expand_least(struct match *m, const char *s, const char *p, const char *end)
{
	for (;; s++) {
		const char *found = match_here(m, s, end + 1);

		if (found || !item_takes(m, s, p, end))
			return found;
	}
}

static const char *capture_begin(struct match *m, const char *s, const char *p, ptrdiff_t kind)
{
	const char *found;

	if (m->captures >= MATCH_CAPTURES)
		luaL_error(m->L, "too many captures");
	m->capture[m->captures].at = s;
	m->capture[m->captures++].len = kind;
	found = match_here(m, s, p);
	if (found == NULL)
		m->captures--;
	return found;
}

static const char *capture_end(struct match *m, const char *s, const char *p)
{
	int i = m->captures;
	const char *found;

	do {
		if (i-- == 0)
			luaL_error(m->L, "invalid pattern capture");
	} while (m->capture[i].len != CAPTURE_OPEN);
	m->capture[i].len = s - m->capture[i].at;
	found = match_here(m, s, p);
	if (found == NULL)
		m->capture[i].len = CAPTURE_OPEN;
	return found;
}

static const char *match_again(struct match *m, const char *s, int digit)
{
	int i = digit - '1';
	size_t len;

	if (i < 0 || i >= m->captures || m->capture[i].len == CAPTURE_OPEN)
		luaL_error(m->L, "invalid capture index %%%d", i + 1);
	len = m->capture[i].len < 0 ? 0 : (size_t)m->capture[i].len;
	step(m, (unsigned)(len / 16) + 1);
	return (size_t)(m->text_end - s) >= len && memcmp(m->capture[i].at, s, len) == 0 ? s + len : NULL;
}

/* %f[set]: between a character that is not in the set and one that is. p: at the [. */
static bool at_frontier(struct match *m, const char *s, const char *p, const char *end)
{
	int before = s == m->text ? 0 : (unsigned char)s[-1], after = s == m->text_end ? 0 : (unsigned char)*s;

	return !set_has(m, before, p, end - 1) && set_has(m, after, p, end - 1);
}

/* ---- the pattern ---- */

/* %b, %f and %1: true when p was one, with *s after it, or NULL. */
static bool match_special(struct match *m, const char **s, const char **p)
{
	char c = *p + 1 < m->pattern_end ? (*p)[1] : '\0';
	const char *end;

	if (c == 'b') {
		*s = match_balance(m, *s, *p + 2);
		*p += 4;
	} else if (c == 'f') {
		*p += 2;
		if (*p >= m->pattern_end || **p != '[')
			luaL_error(m->L, "missing '[' after '%%f' in pattern");
		end = item_end(m, *p);
		*s = at_frontier(m, *s, *p, end) ? *s : NULL;
		*p = end;
	} else if (c >= '0' && c <= '9') {
		*s = match_again(m, *s, c);
		*p += 2;
	} else {
		return false;
	}
	return true;
}

/* One item with what follows it. true: go on at *s and *p; false: *s is the result. */
static bool match_item(struct match *m, const char **s, const char **p)
{
	const char *end = item_end(m, *p), *found;
	char repeat = end < m->pattern_end ? *end : '\0';

	if (repeat == '*' || repeat == '-') {
		*s = repeat == '*' ? expand_most(m, *s, *p, end) : expand_least(m, *s, *p, end);
		return false;
	}
	if (!item_takes(m, *s, *p, end)) {
		*p = end + 1;
		*s = repeat == '?' ? *s : NULL;
		return repeat == '?';
	}
	if (repeat == '+') {
		*s = expand_most(m, *s + 1, *p, end);
		return false;
	}
	if (repeat == '?') {
		found = match_here(m, *s + 1, end + 1);
		*p = end + 1;
		*s = found ? found : *s;
		return found == NULL;
	}
	(*s)++;
	*p = end;
	return true;
}

static const char *match_loop(struct match *m, const char *s, const char *p)
{
	while (s && p < m->pattern_end) {
		if (*p == '(')
			return p + 1 < m->pattern_end && p[1] == ')' ? capture_begin(m, s, p + 2, CAPTURE_POSITION)
								     : capture_begin(m, s, p + 1, CAPTURE_OPEN);
		if (*p == ')')
			return capture_end(m, s, p + 1);
		if (*p == '$' && p + 1 == m->pattern_end)
			return s == m->text_end ? s : NULL;
		if (*p == '%' && match_special(m, &s, &p))
			continue;
		if (!match_item(m, &s, &p))
			return s;
	}
	return s;
}

static const char *match_here(struct match *m, const char *s, const char *p)
{
	if (++m->depth > DEPTH_MAX)
		luaL_error(m->L, "pattern too complex");
	step(m, 1);
	s = match_loop(m, s, p);
	m->depth--;
	return s;
}

const char *match_at(struct match *m, const char *at, const char *pattern)
{
	m->depth = 0;
	m->captures = 0;
	return match_here(m, at, pattern);
}

void match_init(struct match *m, lua_State *L, const char *text, size_t len, const char *pattern, size_t pattern_len)
{
	m->L = L;
	m->text = text;
	m->text_end = text + len;
	m->pattern_end = pattern + pattern_len;
	m->steps = 0;
	m->captures = 0;
}

/* ---- what the pattern needs ---- */

/* After the set whose [ is in front of p; NULL: it has no end. */
static const char *set_skip(const char *p, const char *end)
{
	p += p < end && *p == '^';
	do {
		p += p < end && *p == '%' && p + 1 < end ? 2 : 1;
	} while (p < end && *p != ']');
	return p < end ? p + 1 : NULL;
}

/* Goes past what says how often the item before p is there. true: it may be missing. */
static bool skip_repeat(const char **p, const char *end)
{
	char c = *p && *p < end ? **p : '\0';

	*p += c == '*' || c == '?' || c == '-' || c == '+';
	return c == '*' || c == '?' || c == '-';
}

/* The next plain character that must be there, or -1; *p goes on after it. Malformed patterns are told by the match. */
static int needed_next(const struct match *m, const char **p)
{
	const char *end = m->pattern_end;

	while (*p && *p < end) {
		int c = (unsigned char)*(*p)++;
		bool plain = c != '.' && c != '[' && c != '$';

		if (c == '(' || c == ')')
			continue;
		if (c == '%' && (*p == end || strchr("bf0123456789", **p)))
			return -1;
		if (c == '[') {
			*p = set_skip(*p, end);
		} else if (c == '%') {
			plain = !isalpha((unsigned char)**p);
			c = (unsigned char)*(*p)++;
		}
		if (!skip_repeat(p, end) && plain)
			return c;
	}
	return -1;
}

static bool is_special(char c)
{
	switch (c) {
	case '^':
	case '$':
	case '*':
	case '+':
	case '?':
	case '.':
	case '(':
	case ')':
	case '[':
	case '%':
	case '-': return true;
	default: return false;
	}
}

int match_first(const struct match *m, const char *pattern)
{
	const char *next = pattern + 1;

	if (pattern >= m->pattern_end || is_special(*pattern))
		return -1;
	return skip_repeat(&next, m->pattern_end) ? -1 : (unsigned char)*pattern;
}

const char *match_skip(struct match *m, const char *at, const char *last, int first)
{
	const char *found = memchr(at, first, (size_t)(last - at) + (last < m->text_end));

	step(m, (unsigned)(((found ? found : last) - at) / BYTES_PER_STEP));
	return found;
}

const char *match_last_start(struct match *m, const char *pattern)
{
	const char *last = m->text_end;
	int c;

	for (int i = 0; i < NEEDED_MAX && (c = needed_next(m, &pattern)) >= 0; i++) {
		const char *found = memrchr(m->text, c, (size_t)(m->text_end - m->text));

		step(m, (unsigned)((m->text_end - (found ? found : m->text)) / BYTES_PER_STEP) + 1);
		if (found == NULL)
			return NULL;
		last = found < last ? found : last;
	}
	return last;
}
