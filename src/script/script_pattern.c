/*
 * script_pattern.c - string.find, match, gmatch and gsub, guarded. Lua's matcher is C: no hook stops it, and a pattern
 * like "a*a*a*b" takes time with the third power of the text. So the worst case is reckoned from the pattern before it
 * is tried, and what could take seconds is refused.
 */
#include "script/script_part.h"

#include <string.h>

#define STEPS_MAX 1e9
#define STEPS_WATCHED 1e6		/* from here on a thousand calls between two looks at the clock are too many */

struct cost {
	unsigned repeats;		/* * + - %b and back references: each may look at the whole text */
	unsigned optional;		/* ?: each doubles the ways */
};

/* Behind the set that begins at p, or the end. */
static const char *set_skip(const char *p, const char *end)
{
	p += p < end && *p == '^';
	do {
		if (p < end && *p == '%')
			p++;
		if (p < end)
			p++;
	} while (p < end && *p != ']');
	return p < end ? p + 1 : end;
}

static struct cost pattern_cost(const char *p, const char *end)
{
	struct cost c = { 0, 0 };

	while (p < end) {
		if (*p == '%' && p + 1 < end) {
			c.repeats += p[1] == 'b' || (p[1] >= '0' && p[1] <= '9');
			p += 2;
		} else if (*p == '[') {
			p = set_skip(p + 1, end);
		} else {
			c.repeats += *p == '*' || *p == '+' || *p == '-';
			c.optional += *p == '?';
			p++;
		}
	}
	return c;
}

static void pattern_check(lua_State *L, size_t text_len, const char *pattern, size_t len)
{
	struct cost c = pattern_cost(pattern, pattern + len);
	double steps = len && *pattern == '^' ? 1 : (double)text_len + 1;

	if (c.repeats == 0 && c.optional == 0)
		return;
	for (unsigned i = 0; i < c.repeats && steps <= STEPS_MAX; i++)
		steps *= (double)text_len + 1;
	for (unsigned i = 0; i < c.optional && steps <= STEPS_MAX; i++)
		steps *= 2;
	if (steps > STEPS_MAX)
		luaL_error(L, "pattern '%s': expected a shorter text or fewer * + - ?, found a text of %d bytes; ^ at the beginning also helps",
			   pattern, (int)(text_len > 1u << 30 ? 1u << 30 : text_len));
	if (steps > STEPS_WATCHED)
		script_sandbox_watch(L);
}

/* find(text, pattern, ...): upvalue 1 is Lua's own. */
static int guarded(lua_State *L)
{
	size_t text_len, len;
	const char *pattern;

	luaL_checklstring(L, 1, &text_len);
	pattern = luaL_checklstring(L, 2, &len);
	pattern_check(L, text_len, pattern, len);
	lua_pushvalue(L, lua_upvalueindex(1));
	lua_insert(L, 1);
	lua_call(L, lua_gettop(L) - 1, LUA_MULTRET);
	return lua_gettop(L);
}

/* find(text, words, from, true) is plain search. */
static int guarded_find(lua_State *L)
{
	if (!lua_toboolean(L, 4))
		return guarded(L);
	lua_pushvalue(L, lua_upvalueindex(1));
	lua_insert(L, 1);
	lua_call(L, lua_gettop(L) - 1, LUA_MULTRET);
	return lua_gettop(L);
}

void script_patterns_open(lua_State *L)
{
	static const luaL_Reg functions[] = {
		{ "find", guarded_find }, { "match", guarded }, { "gmatch", guarded }, { "gsub", guarded }, { NULL, NULL }
	};

	for (const luaL_Reg *f = functions; f->name; f++) {
		lua_getfield(L, -1, f->name);
		lua_pushcclosure(L, f->func, 1);
		lua_setfield(L, -2, f->name);
	}
}
