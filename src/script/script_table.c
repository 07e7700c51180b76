/*
 * script_table.c - the library `table`, every element charged to the budget: Lua's own takes a made-up length, or a
 * __index that gives and gives, for as long as that goes. Results are Lua's, but that sort() is stable and takes its
 * comparison as it finds it ("invalid order function" is no error here).
 */
#include "script/script_part.h"

#include <limits.h>
#include <string.h>

#define ELEMENT 1 /* instructions for an element that is moved */

/* The length of the table at idx, which must be one. */
static lua_Integer length(lua_State *L, int idx)
{
	if (!lua_istable(L, idx))
		luaL_checktype(L, idx, LUA_TTABLE);
	return luaL_len(L, idx);
}

static int insert_lua(lua_State *L)
{
	lua_Integer end = length(L, 1), at = end + 1;

	if (lua_gettop(L) == 3) {
		at = luaL_checkinteger(L, 2);
		luaL_argcheck(L, (lua_Unsigned)at - 1u < (lua_Unsigned)end + 1u, 2, "position out of bounds");
		for (lua_Integer i = end + 1; i > at; i--) {
			script_charge(L, ELEMENT);
			lua_geti(L, 1, i - 1);
			lua_seti(L, 1, i);
		}
	} else if (lua_gettop(L) != 2) {
		return luaL_error(L, "wrong number of arguments to 'insert'");
	}
	lua_seti(L, 1, at);
	return 0;
}

static int remove_lua(lua_State *L)
{
	lua_Integer size = length(L, 1), at = luaL_optinteger(L, 2, size);

	if (lua_gettop(L) > 1)
		luaL_argcheck(L,
				(lua_Unsigned)size + 1u == (lua_Unsigned)at ||
						(lua_Unsigned)at - 1u < (lua_Unsigned)size || (size == 0 && at == 0),
				2, "position out of bounds");
	lua_geti(L, 1, at);
	for (; at < size; at++) {
		script_charge(L, ELEMENT);
		lua_geti(L, 1, at + 1);
		lua_seti(L, 1, at);
	}
	lua_pushnil(L);
	lua_seti(L, 1, at);
	return 1;
}

static int move_lua(lua_State *L)
{
	lua_Integer from = luaL_checkinteger(L, 2), end = luaL_checkinteger(L, 3), to = luaL_checkinteger(L, 4);
	int target = lua_isnoneornil(L, 5) ? 1 : 5;
	bool up = to > end || to <= from || target != 1;

	luaL_checktype(L, 1, LUA_TTABLE);
	luaL_checktype(L, target, LUA_TTABLE);
	luaL_argcheck(L, end < from || from > 0 || end < LUA_MAXINTEGER + from, 3, "too many elements to move");
	luaL_argcheck(L, end < from || to <= LUA_MAXINTEGER - (end - from), 4, "destination wrap around");
	for (lua_Integer i = 0; end >= from && i <= end - from; i++) {
		lua_Integer k = up ? i : end - from - i;

		script_charge(L, ELEMENT);
		lua_geti(L, 1, from + k);
		lua_seti(L, target, to + k);
	}
	lua_pushvalue(L, target);
	return 1;
}

static int concat_lua(lua_State *L)
{
	lua_Integer size = length(L, 1), from = luaL_optinteger(L, 3, 1), end = luaL_optinteger(L, 4, size);
	size_t len;
	const char *between = luaL_optlstring(L, 2, "", &len);
	luaL_Buffer b;

	luaL_buffinit(L, &b);
	for (lua_Integer i = from; i <= end; i++) {
		script_charge(L, ELEMENT);
		lua_geti(L, 1, i);
		if (!lua_isstring(L, -1))
			return luaL_error(L, "invalid value (at index %I) in table for 'concat'", (LUAI_UACINT)i);
		luaL_addvalue(&b);
		if (i == end)
			break;
		luaL_addlstring(&b, between, len);
	}
	luaL_pushresult(&b);
	return 1;
}

static int pack_lua(lua_State *L)
{
	int n = lua_gettop(L);

	script_charge(L, n);
	lua_createtable(L, n, 1);
	lua_insert(L, 1);
	for (int i = n; i >= 1; i--)
		lua_seti(L, 1, i);
	lua_pushinteger(L, n);
	lua_setfield(L, 1, "n");
	return 1;
}

static int unpack_lua(lua_State *L)
{
	lua_Integer from = luaL_optinteger(L, 2, 1), end = luaL_opt(L, luaL_checkinteger, 3, luaL_len(L, 1));
	lua_Unsigned count = (lua_Unsigned)end - (lua_Unsigned)from;

	if (from > end)
		return 0;
	if (count >= INT_MAX || !lua_checkstack(L, (int)count + 1))
		return luaL_error(L, "too many results to unpack");
	for (lua_Integer i = from;; i++) {
		script_charge(L, ELEMENT);
		lua_geti(L, 1, i);
		if (i == end)
			return (int)count + 1;
	}
}

/* ---- sort: merges runs of one table into another and back; 1: the table, 2: the comparison or nil ---- */

static int64_t text_cost(lua_State *L, int idx)
{
	return lua_type(L, idx) == LUA_TSTRING ? (int64_t)(lua_rawlen(L, idx) / 64) : 0;
}

/* Whether the value on top belongs in front of the one below it. */
static bool belongs_before(lua_State *L)
{
	bool before;

	if (lua_isnil(L, 2)) {
		int64_t a = text_cost(L, -1), b = text_cost(L, -2);

		script_charge(L, 4 + (a < b ? a : b));
		return lua_compare(L, -1, -2, LUA_OPLT);
	}
	script_charge(L, 4);
	lua_pushvalue(L, 2);
	lua_pushvalue(L, -2);
	lua_pushvalue(L, -4);
	lua_call(L, 2, 1);
	before = lua_toboolean(L, -1);
	lua_pop(L, 1);
	return before;
}

/* Merges [low, middle) and [middle, high) of the table at index `from` into the one at index `to`. */
static void merge(lua_State *L, int from, int to, lua_Integer low, lua_Integer middle, lua_Integer high)
{
	lua_Integer left = low, right = middle;

	for (lua_Integer at = low; at < high; at++) {
		bool take_right = left == middle;

		script_charge(L, ELEMENT);
		if (left < middle && right < high) {
			lua_rawgeti(L, from, left);
			lua_rawgeti(L, from, right);
			take_right = belongs_before(L);
			lua_pop(L, 2);
		}
		lua_rawgeti(L, from, take_right ? right++ : left++);
		lua_rawseti(L, to, at);
	}
}

/* Sorts [1, size] of the table at index 3 with the one at 4 as room; the index of the one that has the result. */
static int sort_runs(lua_State *L, lua_Integer size)
{
	int from = 3, to = 4;

	for (lua_Integer run = 1; run < size; run *= 2) {
		for (lua_Integer low = 1; low <= size; low += 2 * run) {
			lua_Integer middle = low + run, high = low + 2 * run;

			merge(L, from, to, low, middle > size + 1 ? size + 1 : middle,
					high > size + 1 ? size + 1 : high);
		}
		from = to;
		to = 7 - from;
	}
	return from;
}

static int sort_lua(lua_State *L)
{
	lua_Integer size = length(L, 1);
	int sorted;

	if (size < 2)
		return 0;
	luaL_argcheck(L, size < INT_MAX, 1, "array too big");
	if (!lua_isnoneornil(L, 2))
		luaL_checktype(L, 2, LUA_TFUNCTION);
	lua_settop(L, 2);
	lua_newtable(L);
	lua_newtable(L);
	for (lua_Integer i = 1; i <= size; i++) {
		script_charge(L, ELEMENT);
		lua_geti(L, 1, i);
		lua_rawseti(L, 3, i);
	}
	sorted = sort_runs(L, size);
	for (lua_Integer i = 1; i <= size; i++) {
		lua_rawgeti(L, sorted, i);
		lua_seti(L, 1, i);
	}
	return 0;
}

void script_table_open(lua_State *L)
{
	static const luaL_Reg functions[] = {
		{ "concat", concat_lua },
		{ "insert", insert_lua },
		{ "move", move_lua },
		{ "pack", pack_lua },
		{ "remove", remove_lua },
		{ "sort", sort_lua },
		{ "unpack", unpack_lua },
		{ NULL, NULL },
	};

	luaL_newlib(L, functions);
	lua_setfield(L, -2, "table");
}
