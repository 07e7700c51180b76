/*
 * script_pattern.c - string.find, match, gmatch and gsub over the matcher that counts its steps. Results and errors are
 * those of Lua's own.
 */
#include "script/script_part.h"

#include <string.h>

#include "script/script_match.h"

#define BYTES_PER_INSTRUCTION 64 /* of a plain search, or a copy */

static const char specials[] = "^$*+?.([%-";

static bool is_plain(const char *pattern, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (pattern[i] && strchr(specials, pattern[i]))
			return false;
	return true;
}

/* Where `from` (1 is the first, -1 the last character) begins; more than len: after the text. */
static size_t start_of(lua_Integer from, size_t len)
{
	if (from > 0)
		return (size_t)from - 1;
	return from == 0 || from < -(lua_Integer)len ? 0 : len - (size_t)-from;
}

static void push_capture(struct match *m, int i, const char *s, const char *end)
{
	if (i >= m->captures) {
		if (i > 0)
			luaL_error(m->L, "invalid capture index %%%d", i + 1);
		texts_push(m->L, &script_of(m->L)->texts, s, (size_t)(end - s));
	} else if (m->capture[i].len == CAPTURE_POSITION) {
		lua_pushinteger(m->L, m->capture[i].at - m->text + 1);
	} else if (m->capture[i].len == CAPTURE_OPEN) {
		luaL_error(m->L, "unfinished capture");
	} else {
		texts_push(m->L, &script_of(m->L)->texts, m->capture[i].at, (size_t)m->capture[i].len);
	}
}

/* All captures; whole: the match itself when there are none. */
static int push_captures(struct match *m, const char *s, const char *end, bool whole)
{
	int count = m->captures == 0 && whole ? 1 : m->captures;

	luaL_checkstack(m->L, count + 1, "too many captures");
	for (int i = 0; i < count; i++)
		push_capture(m, i, s, end);
	return count;
}

/* The first match from s on, with its end; NULL: none. A pattern of which a match begins with one character is tried where that is. */
static const char *search(struct match *m, const char *s, const char *pattern, const char **end)
{
	bool anchored = pattern < m->pattern_end && *pattern == '^';
	int first = anchored ? -1 : match_first(m, pattern);
	const char *last = anchored ? s : first >= 0 ? m->text_end : match_last_start(m, pattern);

	for (; last && s <= last; s++) {
		if (first >= 0 && (s = match_skip(m, s, last, first)) == NULL)
			return NULL;
		*end = match_at(m, s, pattern + anchored);
		if (*end)
			return s;
		if (first >= 0 && last == m->text_end)
			last = match_last_start(m, pattern);
	}
	return NULL;
}

static int plain_find(lua_State *L, const char *text, size_t len, size_t from, const char *what, size_t what_len)
{
	const char *found;

	found = what_len ? memmem(text + from, len - from, what, what_len) : text + from;
	script_charge(L,
			((found ? found - text : (ptrdiff_t)len) - (ptrdiff_t)from + (ptrdiff_t)what_len) /
					BYTES_PER_INSTRUCTION);
	if (found == NULL) {
		lua_pushnil(L);
		return 1;
	}
	lua_pushinteger(L, found - text + 1);
	lua_pushinteger(L, found - text + (lua_Integer)what_len);
	return 2;
}

static int find_or_match(lua_State *L, bool find)
{
	size_t len, pattern_len, from = 0;
	const char *text = luaL_checklstring(L, 1, &len), *pattern = luaL_checklstring(L, 2, &pattern_len), *s, *end;
	struct match m;

	if (lua_gettop(L) > 2)
		from = start_of(luaL_optinteger(L, 3, 1), len);
	if (from > len) {
		lua_pushnil(L);
		return 1;
	}
	if (find && (lua_toboolean(L, 4) || is_plain(pattern, pattern_len)))
		return plain_find(L, text, len, from, pattern, pattern_len);
	match_init(&m, L, text, len, pattern, pattern_len);
	s = search(&m, text + from, pattern, &end);
	if (s == NULL) {
		lua_pushnil(L);
		return 1;
	}
	if (!find)
		return push_captures(&m, s, end, true);
	lua_pushinteger(L, s - text + 1);
	lua_pushinteger(L, end - text);
	return push_captures(&m, s, end, false) + 2;
}

static int find_lua(lua_State *L)
{
	return find_or_match(L, true);
}

static int match_lua(lua_State *L)
{
	return find_or_match(L, false);
}

/* ---- gmatch ---- */

/* Upvalues: text, pattern, where to go on, where the last match ended (-1: none), where the last one can begin. */
static int gmatch_next(lua_State *L)
{
	size_t len, pattern_len;
	const char *text = lua_tolstring(L, lua_upvalueindex(1), &len),
		   *pattern = lua_tolstring(L, lua_upvalueindex(2), &pattern_len);
	lua_Integer from = lua_tointeger(L, lua_upvalueindex(3)), last_end = lua_tointeger(L, lua_upvalueindex(4));
	lua_Integer last = lua_tointeger(L, lua_upvalueindex(5));
	const char *end;
	struct match m;

	match_init(&m, L, text, len, pattern, pattern_len);
	for (; from <= last; from++) {
		end = match_at(&m, text + from, pattern);
		if (end == NULL || end - text == last_end)
			continue;
		lua_pushinteger(L, end - text);
		lua_copy(L, -1, lua_upvalueindex(3));
		lua_replace(L, lua_upvalueindex(4));
		return push_captures(&m, text + from, end, true);
	}
	return 0;
}

static int gmatch_lua(lua_State *L)
{
	size_t len, pattern_len, from;
	const char *text = luaL_checklstring(L, 1, &len), *pattern = luaL_checklstring(L, 2, &pattern_len), *last;
	struct match m;

	from = start_of(luaL_optinteger(L, 3, 1), len);
	lua_settop(L, 2);
	lua_pushinteger(L, (lua_Integer)(from > len ? len + 1 : from));
	lua_pushinteger(L, -1);
	match_init(&m, L, text, len, pattern, pattern_len);
	last = match_last_start(&m, pattern);
	lua_pushinteger(L, last ? last - text : -1);
	lua_pushcclosure(L, gmatch_next, 5);
	return 1;
}

/* ---- gsub ---- */

/* The text at index 3 with its %1 and %0 filled in. */
static void add_text(struct match *m, luaL_Buffer *b, const char *s, const char *end)
{
	size_t len;
	const char *p = lua_tolstring(m->L, 3, &len), *stop = p + len;

	script_charge(m->L, (int64_t)len / BYTES_PER_INSTRUCTION + 1);
	while (p < stop) {
		const char *percent = memchr(p, '%', (size_t)(stop - p));

		luaL_addlstring(b, p, (size_t)((percent ? percent : stop) - p));
		if (percent == NULL)
			return;
		p = percent + 1;
		if (p < stop && *p == '%') {
			luaL_addchar(b, '%');
		} else if (p < stop && *p == '0') {
			luaL_addlstring(b, s, (size_t)(end - s));
		} else if (p < stop && *p >= '1' && *p <= '9') {
			push_capture(m, *p - '1', s, end);
			luaL_tolstring(m->L, -1, NULL);
			lua_remove(m->L, -2);
			luaL_addvalue(b);
		} else {
			luaL_error(m->L, "invalid use of '%%' in replacement string");
		}
		p++;
	}
}

/* What takes the place of a match; false: nothing does. */
static bool add_value(struct match *m, luaL_Buffer *b, const char *s, const char *end, int kind)
{
	lua_State *L = m->L;

	if (kind == LUA_TFUNCTION) {
		lua_pushvalue(L, 3);
		lua_call(L, push_captures(m, s, end, true), 1);
	} else if (kind == LUA_TTABLE) {
		push_capture(m, 0, s, end);
		lua_gettable(L, 3);
	} else {
		add_text(m, b, s, end);
		return true;
	}
	if (!lua_toboolean(L, -1)) {
		lua_pop(L, 1);
		luaL_addlstring(b, s, (size_t)(end - s));
		return false;
	}
	if (!lua_isstring(L, -1))
		luaL_error(L, "invalid replacement value (a %s)", luaL_typename(L, -1));
	luaL_addvalue(b);
	return true;
}

/* Copies the text into b with its matches replaced; how many. */
static lua_Integer replace_all(struct match *m, luaL_Buffer *b, const char *pattern, lua_Integer max, int kind)
{
	bool anchored = pattern < m->pattern_end && *pattern == '^';
	const char *s = m->text, *last = match_last_start(m, pattern + anchored), *last_end = NULL, *copied = s;
	lua_Integer count = 0;

	while (count < max && last && s <= last) {
		const char *end = match_at(m, s, pattern + anchored);

		if (end && end != last_end) {
			count++;
			luaL_addlstring(b, copied, (size_t)(s - copied));
			add_value(m, b, s, end, kind);
			copied = s = last_end = end;
		} else {
			s++;
		}
		if (anchored)
			break;
	}
	luaL_addlstring(b, copied, (size_t)(m->text_end - copied));
	return count;
}

static int gsub_lua(lua_State *L)
{
	size_t len, pattern_len;
	const char *text = luaL_checklstring(L, 1, &len), *pattern = luaL_checklstring(L, 2, &pattern_len);
	int kind = lua_type(L, 3);
	lua_Integer max = luaL_optinteger(L, 4, (lua_Integer)len + 1), count;
	struct match m;
	luaL_Buffer b;

	luaL_argexpected(L, kind == LUA_TNUMBER || kind == LUA_TSTRING || kind == LUA_TFUNCTION || kind == LUA_TTABLE,
			3, "string/function/table");
	script_charge(L, (int64_t)len / BYTES_PER_INSTRUCTION + 1);
	match_init(&m, L, text, len, pattern, pattern_len);
	luaL_buffinit(L, &b);
	count = replace_all(&m, &b, pattern, max, kind);
	luaL_pushresult(&b);
	lua_pushinteger(L, count);
	return 2;
}

void script_patterns_open(lua_State *L)
{
	static const luaL_Reg functions[] = {
		{ "find", find_lua },
		{ "match", match_lua },
		{ "gmatch", gmatch_lua },
		{ "gsub", gsub_lua },
		{ NULL, NULL },
	};

	luaL_setfuncs(L, functions, 0);
}
