/*
 * script_freeze.c - once a script is loaded, all that it can reach and that is not of one call is read-only: its
 * globals, the libraries, and the tables that its functions hold, through and through. So a row finds what the row
 * before it found, whatever that did.
 *
 * A table is frozen in place: its contents move into a hidden table, and it gets a metatable that reads from there and
 * refuses to write. Everything of ours that looks into tables sees through that (script_thaw()).
 */
#include "script/script_part.h"

#include <string.h>

#include "script/script_code.h"

static const char frozen_key, counted_key;
static const char *const called[] = { "transform", "delete", "init" };

/* ---- frozen tables ---- */

bool script_thaw(lua_State *L, int idx)
{
	bool frozen;

	idx = lua_absindex(L, idx);
	if (!lua_istable(L, idx) || !lua_getmetatable(L, idx))
		return false;
	frozen = lua_rawgetp(L, -1, &frozen_key) != LUA_TNIL;
	if (frozen)
		lua_replace(L, idx);
	else
		lua_pop(L, 1);
	lua_pop(L, 1);
	return frozen;
}

static int refuse_write(lua_State *L)
{
	return luaL_error(L,
			"field %s: expected a table made in this call, found one from when the script was loaded, which is read-only; "
			"a row finds nothing that an earlier row left",
			luaL_tolstring(L, 2, NULL));
}

static int frozen_next(lua_State *L)
{
	lua_settop(L, 2);
	if (lua_next(L, lua_upvalueindex(1)))
		return 2;
	lua_pushnil(L);
	return 1;
}

static int frozen_pairs(lua_State *L)
{
	lua_settop(L, 1);
	lua_pushvalue(L, 1);
	script_thaw(L, -1);
	lua_pushcclosure(L, frozen_next, 1);
	lua_pushvalue(L, 1);
	return 2;
}

static int frozen_length(lua_State *L)
{
	script_thaw(L, 1);
	lua_pushinteger(L, (lua_Integer)lua_rawlen(L, 1));
	return 1;
}

/* Moves what the table at idx has into a new one, which is left on top. A small one has places to spare: it is looked into often. */
static void move_contents(lua_State *L, int idx)
{
	enum { SMALL = 128, TIMES = 4 };
	int count = 0;

	for (lua_pushnil(L); lua_next(L, idx); lua_pop(L, 1))
		count++;
	lua_createtable(L, 0, count <= SMALL ? TIMES * count : 0);
	for (lua_pushnil(L); lua_next(L, idx);) {
		lua_pushvalue(L, -2);
		lua_insert(L, -2);
		lua_rawset(L, -4);
	}
	for (lua_pushnil(L); lua_next(L, -2); lua_pop(L, 1)) {
		lua_pushvalue(L, -2);
		lua_pushnil(L);
		lua_rawset(L, idx);
	}
}

/* Upvalue 1: the hidden table of lookup(). */
static int counted_index(lua_State *L)
{
	struct script_stats *stats = &script_of(L)->stats;

	lua_settop(L, 2);
	stats->lookups++;
	stats->lookups_known++;
	if (lua_rawget(L, lua_upvalueindex(1)) == LUA_TNIL)
		stats->lookups_none++;
	return 1;
}

/* Registry: the tables of lookup(), as long as they live. */
static void push_counted(lua_State *L)
{
	if (lua_rawgetp(L, LUA_REGISTRYINDEX, &counted_key) != LUA_TNIL)
		return;
	lua_pop(L, 1);
	lua_newtable(L);
	lua_pushvalue(L, -1);
	lua_rawsetp(L, LUA_REGISTRYINDEX, &counted_key);
}

void script_freeze_counted(lua_State *L)
{
	push_counted(L);
	lua_pushvalue(L, -2);
	lua_pushboolean(L, 1);
	lua_rawset(L, -3);
	lua_pop(L, 1);
}

static bool is_counted(lua_State *L, int idx)
{
	bool counted;

	push_counted(L);
	lua_pushvalue(L, idx);
	counted = lua_rawget(L, -2) != LUA_TNIL;
	lua_pop(L, 2);
	return counted;
}

/* Leaves the hidden table on top. */
static void freeze_table(lua_State *L, int idx, lua_CFunction refuse)
{
	static const luaL_Reg functions[] = { { "__pairs", frozen_pairs }, { "__len", frozen_length }, { NULL, NULL } };

	move_contents(L, idx);
	lua_newtable(L);
	luaL_setfuncs(L, functions, 0);
	lua_pushvalue(L, -2);
	if (is_counted(L, idx))
		lua_pushcclosure(L, counted_index, 1);
	lua_setfield(L, -2, "__index");
	lua_pushvalue(L, -2);
	lua_rawsetp(L, -2, &frozen_key);
	lua_pushcfunction(L, refuse);
	lua_setfield(L, -2, "__newindex");
	lua_pushboolean(L, 0);
	lua_setfield(L, -2, "__metatable");
	lua_setmetatable(L, idx);
}

/* ---- all that can be reached ---- */

/* The value on top goes onto the list at index `list`, unless it was there: then it is in the table `seen`. Pops it. */
static void reach(lua_State *L, int list, int seen)
{
	int type = lua_type(L, -1);

	if (type == LUA_TTABLE || type == LUA_TFUNCTION) {
		lua_pushvalue(L, -1);
		if (lua_rawget(L, seen) == LUA_TNIL) {
			lua_pushvalue(L, -2);
			lua_pushboolean(L, 1);
			lua_rawset(L, seen);
			lua_pushvalue(L, -2);
			lua_rawseti(L, list, (lua_Integer)lua_rawlen(L, list) + 1);
		}
		lua_pop(L, 1);
	}
	lua_pop(L, 1);
}

/* What the table or function at idx leads to. Metatables are noted as classes. */
static void reach_from(lua_State *L, int idx, int list, int seen, int classes)
{
	if (lua_isfunction(L, idx)) {
		for (int i = 1; lua_getupvalue(L, idx, i); i++)
			reach(L, list, seen);
		return;
	}
	for (lua_pushnil(L); lua_next(L, idx);) {
		lua_pushvalue(L, -2);
		reach(L, list, seen);
		reach(L, list, seen);
	}
	if (lua_getmetatable(L, idx)) {
		lua_pushvalue(L, -1);
		lua_pushboolean(L, 1);
		lua_rawset(L, classes);
		reach(L, list, seen);
	}
}

/* Whether the table at idx has a field __index or the like: it will be a metatable. */
static bool has_metamethod(lua_State *L, int idx)
{
	for (lua_pushnil(L); lua_next(L, idx); lua_pop(L, 1))
		if (lua_type(L, -2) == LUA_TSTRING && strncmp(lua_tostring(L, -2), "__", 2) == 0) {
			lua_pop(L, 2);
			return true;
		}
	return false;
}

/* An object and its class stay as they are: Lua looks into a metatable without asking ours. What they are told to
 * keep, they keep until a row fails (script.c). */
static bool stays(lua_State *L, int idx, int classes)
{
	bool stays = lua_getmetatable(L, idx);

	lua_pop(L, stays);
	stays |= has_metamethod(L, idx);
	lua_pushvalue(L, idx);
	stays |= lua_rawget(L, classes) != LUA_TNIL;
	lua_pop(L, 1);
	return stays;
}

static void freeze_reached(lua_State *L, int list, int classes, int env)
{
	int idx = lua_gettop(L) + 1;

	for (lua_Integer i = 1; i <= (lua_Integer)lua_rawlen(L, list); i++) {
		script_charge(L, 1);
		lua_rawgeti(L, list, i);
		if (lua_istable(L, idx) && !lua_rawequal(L, idx, env)) {
			if (stays(L, idx, classes))
				script_of(L)->keeps = true;
			else
				freeze_table(L, idx, refuse_write);
		}
		lua_settop(L, idx - 1);
	}
}

/* ("text").name: its function looks into the hidden table at once (script_json_pick.c), which nothing writes to. */
static void thaw_text_functions(lua_State *L)
{
	int top = lua_gettop(L);

	lua_pushliteral(L, "");
	if (lua_getmetatable(L, -1) && lua_getfield(L, -1, "__index") == LUA_TFUNCTION && lua_getupvalue(L, -1, 1) &&
			script_thaw(L, -1)) {
		script_text_functions_known(L);
		lua_setupvalue(L, -2, 1);
	}
	lua_settop(L, top);
}

/* transform() and delete(), which only read globals, look into the hidden table on top. */
static void read_at_once(lua_State *L, int env)
{
	int hidden = lua_gettop(L);

	for (int i = 0; i < 2; i++) {
		lua_pushstring(L, called[i]);
		lua_rawget(L, hidden);
		for (int k = 1; lua_isfunction(L, hidden + 1) && lua_getupvalue(L, hidden + 1, k); k++) {
			bool globals = lua_rawequal(L, -1, env);

			lua_pop(L, 1);
			lua_pushvalue(L, hidden);
			if (!globals || !lua_setupvalue(L, hidden + 1, k))
				lua_pop(L, 1);
		}
		lua_settop(L, hidden);
	}
}

void script_freeze(lua_State *L, int env, lua_CFunction refuse_global)
{
	int top = lua_gettop(L), list = top + 1, seen = top + 2, classes = top + 3;

	for (int i = 0; i < 3; i++)
		lua_newtable(L);
	lua_pushnil(L);
	lua_setmetatable(L, env);
	lua_pushvalue(L, env);
	reach(L, list, seen);
	for (lua_Integer i = 1; i <= (lua_Integer)lua_rawlen(L, list); i++) {
		script_charge(L, 1);
		lua_rawgeti(L, list, i);
		reach_from(L, classes + 1, list, seen, classes);
		lua_settop(L, classes);
	}
	freeze_reached(L, list, classes, env);
	freeze_table(L, env, refuse_global);
	script_strict(L, lua_gettop(L));
	if (script_of(L)->reads_globals)
		read_at_once(L, env);
	thaw_text_functions(L);
	lua_settop(L, top);
}

/* ---- calls that are short ---- */

static bool is_called(const char *name)
{
	for (size_t i = 0; i < sizeof(called) / sizeof(*called); i++)
		if (strcmp(called[i], name) == 0)
			return true;
	return false;
}

/* The upvalue of the function at idx that the globals are. -1: none; false: two, or another function leads somewhere. */
static bool push_upvalues(lua_State *L, int idx, int env, int list, int seen, int *globals)
{
	*globals = -1;
	for (int i = 1; lua_getupvalue(L, idx, i); i++) {
		if (!lua_rawequal(L, -1, env)) {
			reach(L, list, seen);
			continue;
		}
		lua_pop(L, 1);
		if (*globals >= 0)
			return false;
		*globals = i - 1;
	}
	return true;
}

/* Whether the instructions take the globals only by names that are none of a function of the script. */
static bool takes_names(const struct code *c, int globals)
{
	for (unsigned i = 0; i < c->nops; i++) {
		enum code_op op = code_op(c->ops[i]);
		const char *name = op == OP_GETTABUP ? code_text(c, code_c(c->ops[i])) : "";

		if ((op == OP_GETUPVAL || op == OP_GETTABUP) && (int)code_b(c->ops[i]) == globals &&
				(op == OP_GETUPVAL || name == NULL || is_called(name)))
			return false;
	}
	return true;
}

static bool writes_names(const struct code *c, int globals)
{
	for (unsigned i = 0; i < c->nops; i++)
		if (code_op(c->ops[i]) == OP_SETTABUP && (int)code_a(c->ops[i]) == globals)
			return true;
	return false;
}

static bool function_is_short(lua_State *L, int idx, int env, int list, int seen)
{
	struct script *s = script_of(L);
	struct arena_mark mark = arena_mark(&s->out->arena);
	struct code *code;
	bool is_short;
	int globals;

	if (lua_isnil(L, idx))
		return true;
	if (!push_upvalues(L, idx, env, list, seen, &globals))
		return false;
	lua_pushvalue(L, idx);
	code = lua_iscfunction(L, -1) ? NULL : script_code(L, &s->out->arena);
	is_short = code && code->nops < SCRIPT_HOOK_PERIOD && code->nops < s->limits.instructions &&
			code_is_straight(code) && takes_names(code, globals);
	s->reads_globals &= is_short && !writes_names(code, globals);
	arena_rewind(&s->out->arena, mark);
	lua_pop(L, 1);
	return is_short;
}

/* Puts the globals on the list, but for the functions that are called for a row, and what each text leads to. */
static void reach_globals(lua_State *L, int env, int list, int seen)
{
	lua_pushliteral(L, "");
	if (lua_getmetatable(L, -1))
		reach(L, list, seen);
	lua_pop(L, 1);
	for (lua_pushnil(L); lua_next(L, env);) {
		bool skip = lua_type(L, -2) == LUA_TSTRING && is_called(lua_tostring(L, -2)) && lua_isfunction(L, -1);

		if (skip)
			lua_pop(L, 1);
		else
			reach(L, list, seen);
	}
}

/* Whether what is on the list leads to C functions and data only. */
static bool leads_to_no_code(lua_State *L, int env, int list, int seen, int classes)
{
	int idx = lua_gettop(L) + 1;
	bool good = true;

	for (lua_Integer i = 1; good && i <= (lua_Integer)lua_rawlen(L, list); i++) {
		script_charge(L, 1);
		lua_rawgeti(L, list, i);
		good = !lua_rawequal(L, idx, env) && (lua_istable(L, idx) || lua_iscfunction(L, idx));
		if (good)
			reach_from(L, idx, list, seen, classes);
		lua_settop(L, idx - 1);
	}
	return good;
}

/*
 * A call executes each instruction of transform() at most once, and there are fewer than the hook waits for: no loop, no
 * function made, and no way to another function of Lua or back to itself, by its variables, by a global's name, or by anything
 * that these lead to. What require() knows could be such a function.
 */
bool script_is_short(lua_State *L, int env)
{
	int top = lua_gettop(L), list = top + 1, seen = top + 2, classes = top + 3;
	bool is_short = script_of(L)->modules == NULL;

	script_of(L)->reads_globals = true;
	for (int i = 0; i < 3; i++)
		lua_newtable(L);
	for (int i = 0; is_short && i < 2; i++) {
		lua_pushstring(L, called[i]);
		lua_rawget(L, env);
		is_short = function_is_short(L, classes + 1, env, list, seen);
		lua_settop(L, classes);
	}
	if (is_short) {
		reach_globals(L, env, list, seen);
		is_short = leads_to_no_code(L, env, list, seen, classes);
	}
	script_of(L)->reads_globals &= is_short;
	lua_settop(L, top);
	return is_short;
}

/* ---- functions that look past a metatable ---- */

static int next_lua(lua_State *L)
{
	luaL_checktype(L, 1, LUA_TTABLE);
	script_thaw(L, 1);
	lua_settop(L, 2);
	if (lua_next(L, 1))
		return 2;
	lua_pushnil(L);
	return 1;
}

static int rawget_lua(lua_State *L)
{
	luaL_checktype(L, 1, LUA_TTABLE);
	luaL_checkany(L, 2);
	script_thaw(L, 1);
	lua_settop(L, 2);
	lua_rawget(L, 1);
	return 1;
}

static int rawlen_lua(lua_State *L)
{
	luaL_argexpected(L, lua_istable(L, 1) || lua_type(L, 1) == LUA_TSTRING, 1, "table or string");
	script_thaw(L, 1);
	lua_pushinteger(L, (lua_Integer)lua_rawlen(L, 1));
	return 1;
}

static int rawset_lua(lua_State *L)
{
	luaL_checktype(L, 1, LUA_TTABLE);
	luaL_checkany(L, 2);
	luaL_checkany(L, 3);
	if (script_thaw(L, 1))
		return refuse_write(L);
	lua_settop(L, 3);
	lua_rawset(L, 1);
	return 1;
}

void script_raw_open(lua_State *L)
{
	static const luaL_Reg functions[] = {
		{ "next", next_lua },
		{ "rawget", rawget_lua },
		{ "rawlen", rawlen_lua },
		{ "rawset", rawset_lua },
		{ NULL, NULL },
	};

	luaL_setfuncs(L, functions, 0);
}
