/*
 * script_sandbox.c - what a script may do, and for how long.
 *
 * Three limits. Memory: the allocator refuses, Lua raises. Instructions: a count hook raises, and once the budget is
 * gone it raises at every further instruction, so that no pcall gets anywhere. Time: C functions count no
 * instructions, so the hook also looks at the clock; and C functions that could run for ever are not given out, or are
 * given out behind a check (patterns, table functions over a made-up length, finalizers, which run with hooks off).
 */
#include "script/script_part.h"

#include <lualib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/clock.h"

#define HOOK_PERIOD 1000
#define TIME_LIMIT_US 5000000
#define MOVE_MAX 1000000

static void budget_hook(lua_State *L, lua_Debug *ar);

/* ---- limits ---- */

static void *limited_alloc(void *arg, void *p, size_t old_size, size_t size)
{
	struct script *s = arg;
	void *q;

	if (p == NULL)
		old_size = 0;		/* Lua passes a type there */
	if (size == 0) {
		free(p);
		s->memory -= old_size;
		return NULL;
	}
	if (size > old_size && s->memory + (size - old_size) > (size_t)s->limits.memory_bytes)
		return NULL;
	q = realloc(p, size);
	if (q)
		s->memory += size - old_size;
	return q;
}

/* Ends the call: for good, because from here on every instruction comes back to the hook. level: whose line is
 * named. */
static void budget_end(lua_State *L, struct script *s, int level)
{
	bool time = s->used < s->limits.instructions;

	luaL_where(L, level);
	snprintf(s->stop_text, sizeof(s->stop_text), "%sexpected an end within %lld %s for one row, found none", lua_tostring(L, -1),
		 (long long)(time ? TIME_LIMIT_US / 1000000 : s->limits.instructions), time ? "seconds" : "instructions");
	s->exceeded = true;
	s->period = 0;
	lua_sethook(L, budget_hook, LUA_MASKCOUNT, 1);
}

static bool time_is_over(struct script *s)
{
	int64_t now_us = clock_mono_us();

	if (s->started_us == 0)
		s->started_us = now_us;
	return now_us - s->started_us >= TIME_LIMIT_US;
}

static void budget_hook(lua_State *L, lua_Debug *ar)
{
	struct script *s = script_of(L);

	s->used += s->period;
	if (!s->exceeded && s->used < s->limits.instructions && !time_is_over(s))
		return;
	if (!s->exceeded)
		budget_end(L, s, 0);
	lua_pushstring(L, s->stop_text);
	lua_error(L);
}

void script_sandbox_watch(lua_State *L)
{
	struct script *s = script_of(L);

	if (!s->exceeded && !time_is_over(s))
		return;
	if (!s->exceeded)
		budget_end(L, s, 1);
	lua_pushstring(L, s->stop_text);
	lua_error(L);
}

void script_sandbox_arm(struct script *s)
{
	s->used = 0;
	s->started_us = 0;
	s->exceeded = false;
	s->period = s->limits.instructions < HOOK_PERIOD ? (int)s->limits.instructions : HOOK_PERIOD;
	lua_sethook(s->L, budget_hook, LUA_MASKCOUNT, s->period);
}

/* ---- functions that are replaced ---- */

static int rethrow_when_exceeded(lua_State *L)
{
	struct script *s = script_of(L);

	if (!s->exceeded)
		return 0;
	lua_pushstring(L, s->stop_text);
	return lua_error(L);
}

static int safe_pcall(lua_State *L)
{
	int status;

	luaL_checkany(L, 1);
	lua_pushboolean(L, 1);
	lua_insert(L, 1);
	status = lua_pcall(L, lua_gettop(L) - 2, LUA_MULTRET, 0);
	rethrow_when_exceeded(L);
	if (status == LUA_OK)
		return lua_gettop(L);
	lua_pushboolean(L, 0);
	lua_insert(L, -2);
	return 2;
}

/* The handler is called when all is unwound, not where the error was raised: there, inside our own hook, it would run
 * with hooks off and could not be stopped. */
static int safe_xpcall(lua_State *L)
{
	int status;

	luaL_checktype(L, 2, LUA_TFUNCTION);
	lua_pushvalue(L, 1);
	lua_insert(L, 3);
	lua_pushvalue(L, 2);
	lua_replace(L, 1);
	lua_pushboolean(L, 1);
	lua_replace(L, 2);		/* handler, true, f, arguments */
	status = lua_pcall(L, lua_gettop(L) - 3, LUA_MULTRET, 0);
	rethrow_when_exceeded(L);
	if (status == LUA_OK)
		return lua_gettop(L) - 1;
	lua_pushvalue(L, 1);
	lua_insert(L, -2);
	lua_call(L, 1, 1);
	lua_pushboolean(L, 0);
	lua_insert(L, -2);
	return 2;
}

/* Finalizers run with hooks off, so an endless one could not be stopped. */
static int safe_setmetatable(lua_State *L)
{
	luaL_checktype(L, 1, LUA_TTABLE);
	if (!lua_isnoneornil(L, 2)) {
		luaL_checktype(L, 2, LUA_TTABLE);
		lua_pushliteral(L, "__gc");
		if (lua_rawget(L, 2) != LUA_TNIL)
			return luaL_error(L, "expected a metatable without __gc");
	}
	if (luaL_getmetafield(L, 1, "__metatable") != LUA_TNIL)
		return luaL_error(L, "cannot change a protected metatable");
	lua_settop(L, 2);
	lua_setmetatable(L, 1);
	return 1;
}

/* A library function over a table, upvalue 1; a made-up length would make it run for ever. */
static int safe_table_function(lua_State *L)
{
	if (lua_istable(L, 1) && luaL_getmetafield(L, 1, "__len") != LUA_TNIL)
		return luaL_error(L, "expected a table without __len");
	lua_pushvalue(L, lua_upvalueindex(1));
	lua_insert(L, 1);
	lua_call(L, lua_gettop(L) - 1, LUA_MULTRET);
	return lua_gettop(L);
}

static int safe_table_range(lua_State *L)
{
	lua_Integer from = luaL_checkinteger(L, 2), to = luaL_checkinteger(L, 3);

	if (to >= from && (lua_Unsigned)to - (lua_Unsigned)from >= MOVE_MAX)
		return luaL_error(L, "expected at most %d elements to move", MOVE_MAX);
	return safe_table_function(L);
}

/* Functions of the table on top, wrapped. */
static void wrap(lua_State *L, const char *name, lua_CFunction with)
{
	lua_getfield(L, -1, name);
	lua_pushcclosure(L, with, 1);
	lua_setfield(L, -2, name);
}

/* ---- the libraries ---- */

/* Copies what is named of the library on top of the stack into a new table and replaces it by that. */
static void pick(lua_State *L, const char *const *names)
{
	lua_newtable(L);
	for (; *names; names++) {
		lua_getfield(L, -2, *names);
		lua_setfield(L, -2, *names);
	}
	lua_remove(L, -2);
}

static const char *const base_names[] = {
	"assert", "error", "getmetatable", "ipairs", "next", "pairs", "rawequal", "rawget", "rawlen", "rawset", "select", "tonumber", "tostring", "type", NULL
};
static const char *const string_names[] = {
	"byte", "char", "find", "format", "gmatch", "gsub", "len", "lower", "match", "pack", "packsize", "rep", "reverse", "sub", "unpack", "upper", NULL
};
static const char *const table_names[] = { "concat", "insert", "move", "pack", "remove", "sort", "unpack", NULL };
static const char *const math_names[] = {	/* no random: the same row must give the same result */
	"abs", "acos", "asin", "atan", "ceil", "cos", "deg", "exp", "floor", "fmod", "huge", "log", "max", "maxinteger", "min", "mininteger",
	"modf", "pi", "rad", "sin", "sqrt", "tan", "tointeger", "type", "ult", NULL
};
static const char *const utf8_names[] = { "char", "charpattern", "codepoint", "codes", "len", "offset", NULL };

static void open_library(lua_State *L, lua_CFunction open, const char *const *names)
{
	lua_pushcfunction(L, open);
	lua_call(L, 0, 1);
	pick(L, names);
}

/* luaopen_base fills the real globals; the script never sees those. */
static void open_base(lua_State *L)
{
	static const luaL_Reg safe[] = {
		{ "pcall", safe_pcall }, { "xpcall", safe_xpcall }, { "setmetatable", safe_setmetatable }, { NULL, NULL }
	};

	open_library(L, luaopen_base, base_names);
	luaL_setfuncs(L, safe, 0);
}

/* ("x"):upper() finds the same few functions. */
static void set_string_metatable(lua_State *L)
{
	lua_pushliteral(L, "");
	lua_newtable(L);
	lua_pushvalue(L, -3);
	lua_setfield(L, -2, "__index");
	lua_pushboolean(L, 0);
	lua_setfield(L, -2, "__metatable");
	lua_setmetatable(L, -2);
	lua_pop(L, 1);
}

void script_sandbox_globals(lua_State *L)
{
	static const char *const tables[] = { "concat", "insert", "remove", "sort", "unpack", NULL };

	open_base(L);
	open_library(L, luaopen_table, table_names);
	for (const char *const *name = tables; *name; name++)
		wrap(L, *name, safe_table_function);
	wrap(L, "move", safe_table_range);
	lua_setfield(L, -2, "table");
	lua_pushcfunction(L, luaopen_string);
	lua_call(L, 0, 1);
	script_patterns_open(L);	/* takes find and its like from it */
	pick(L, string_names);
	set_string_metatable(L);
	lua_setfield(L, -2, "string");
	open_library(L, luaopen_math, math_names);
	lua_setfield(L, -2, "math");
	open_library(L, luaopen_utf8, utf8_names);
	lua_setfield(L, -2, "utf8");
}

static int refuse_global(lua_State *L)
{
	return luaL_error(L, "global %s: expected a local; globals are only set while the script is loaded", luaL_tolstring(L, 2, NULL));
}

/* Moves everything behind an empty table, where it can be read and not be added to. */
void script_sandbox_freeze(lua_State *L, int env)
{
	lua_newtable(L);
	for (lua_pushnil(L); lua_next(L, env); ) {
		lua_pushvalue(L, -2);
		lua_insert(L, -2);
		lua_rawset(L, -4);
	}
	for (lua_pushnil(L); lua_next(L, -2); lua_pop(L, 1)) {
		lua_pushvalue(L, -2);
		lua_pushnil(L);
		lua_rawset(L, env);
	}
	lua_newtable(L);
	lua_insert(L, -2);
	lua_setfield(L, -2, "__index");
	lua_pushcfunction(L, refuse_global);
	lua_setfield(L, -2, "__newindex");
	lua_pushboolean(L, 0);
	lua_setfield(L, -2, "__metatable");
	lua_setmetatable(L, env);
}

lua_State *script_sandbox_new(struct script *s)
{
	lua_State *L = lua_newstate(limited_alloc, s);

	if (L)
		*(struct script **)lua_getextraspace(L) = s;
	return L;
}
