/*
 * script_sandbox.c - what a script may call. What is not safe is not given out (os, io, load, coroutines, random), or
 * given out in a form of ours: pcall() that lets the end of a budget through, setmetatable() without finalizers, which
 * run with hooks off, and every function that takes time behind a charge (script_string.c, script_table.c).
 */
#include "script/script_part.h"

#include <lualib.h>
#include <stdio.h>
#include <string.h>

#include "core/conf/conf.h"

enum { GARBAGE_PAUSE = 400 }; /* percent of what was left, until garbage is looked for again */

/* ---- functions that are replaced ---- */

static void rethrow_when_ended(lua_State *L)
{
	const struct script *s = script_of(L);

	if (s->exceeded)
		script_budget_end(L);
	if (s->verdict)
		script_raise_end(L);
}

static int safe_pcall(lua_State *L)
{
	int status;

	luaL_checkany(L, 1);
	lua_pushboolean(L, 1);
	lua_insert(L, 1);
	status = lua_pcall(L, lua_gettop(L) - 2, LUA_MULTRET, 0);
	rethrow_when_ended(L);
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
	lua_replace(L, 2); /* handler, true, f, arguments */
	status = lua_pcall(L, lua_gettop(L) - 3, LUA_MULTRET, 0);
	rethrow_when_ended(L);
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

static const char *const base_names[] = { "assert", "error", "getmetatable", "ipairs", "pairs", "rawequal", "select",
	"tonumber", "tostring", "type", NULL };
static const char *const charged_names[] = { "select", "tostring", NULL };
static const char *const math_names[] = { /* no random: the same row must give the same result */
	"abs", "acos", "asin", "atan", "ceil", "cos", "deg", "exp", "floor", "fmod", "huge", "log", "max", "maxinteger",
	"min", "mininteger", "modf", "pi", "rad", "sin", "sqrt", "tan", "tointeger", "type", "ult", NULL
};

/* luaopen_base fills the real globals; the script never sees those. */
static void open_base(lua_State *L)
{
	static const luaL_Reg safe[] = {
		{ "pcall", safe_pcall },
		{ "xpcall", safe_xpcall },
		{ "setmetatable", safe_setmetatable },
		{ NULL, NULL },
	};

	lua_pushcfunction(L, luaopen_base);
	lua_call(L, 0, 1);
	pick(L, base_names);
	luaL_setfuncs(L, safe, 0);
	script_raw_open(L);
	script_charge_functions(L, charged_names);
	script_exact_base(L);
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

static const char env_key;

void script_env_push(lua_State *L)
{
	lua_rawgetp(L, LUA_REGISTRYINDEX, &env_key);
}

void script_sandbox_globals(lua_State *L)
{
	open_base(L);
	lua_pushvalue(L, -1);
	lua_rawsetp(L, LUA_REGISTRYINDEX, &env_key);
	script_table_open(L);
	script_string_open(L);
	set_string_metatable(L);
	lua_setfield(L, -2, "string");
	lua_pushcfunction(L, luaopen_math);
	lua_call(L, 0, 1);
	pick(L, math_names);
	script_exact_math(L);
	lua_setfield(L, -2, "math");
	script_utf8_open(L);
	lua_setfield(L, -2, "utf8");
}

/* ---- strictness ---- */

static int refuse_global(lua_State *L)
{
	return luaL_error(L, "global %s: expected a local; globals are only set while the script is loaded",
			luaL_tolstring(L, 2, NULL));
}

/* The names in the table at idx, and those that every transform() has; how many. */
static size_t names_in(lua_State *L, int idx, const char **names, size_t max)
{
	size_t count = 0;

	names[count++] = "row";
	names[count++] = "event";
	for (lua_pushnil(L); lua_next(L, idx); lua_pop(L, 1))
		if (lua_type(L, -2) == LUA_TSTRING && count < max)
			names[count++] = lua_tostring(L, -2);
	return count;
}

static int undefined_global(lua_State *L)
{
	char word[64], hint[160] = "";
	const char *names[500], *near;

	lua_settop(L, 2);
	snprintf(word, sizeof(word), "%.60s", luaL_tolstring(L, 2, NULL));
	near = conf_nearest(word, names, names_in(L, 1, names, sizeof(names) / sizeof(*names)));
	if (near)
		snprintf(hint, sizeof(hint), "; nearest is '%.60s'", near);
	return luaL_error(L, "global %s: expected a name that is defined, found none%s", word, hint);
}

void script_strict(lua_State *L, int idx)
{
	lua_newtable(L);
	lua_pushcfunction(L, undefined_global);
	lua_setfield(L, -2, "__index");
	lua_pushboolean(L, 0);
	lua_setfield(L, -2, "__metatable");
	lua_setmetatable(L, idx);
}

void script_sandbox_freeze(lua_State *L, int env)
{
	script_freeze(L, env, refuse_global);
}

lua_State *script_sandbox_new(struct script *s)
{
	lua_State *L = lua_newstate(script_budget_alloc, s);

	if (L == NULL)
		return NULL;
	*(struct script **)lua_getextraspace(L) = s;
	lua_gc(L, LUA_GCSETPAUSE, GARBAGE_PAUSE);
	return L;
}
