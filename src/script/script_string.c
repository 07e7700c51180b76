/*
 * script_string.c - the library functions of Lua that take time with the length of their arguments or with the number
 * of their results, behind a charge for both; and rep(), which Lua's own repeats an empty text for ever.
 */
#include "script/script_part.h"

#include <lualib.h>
#include <string.h>

enum { BYTES_PER_STEP = 16 };

static int rep_lua(lua_State *L)
{
	size_t len, between_len;
	const char *text = luaL_checklstring(L, 1, &len), *between = luaL_optlstring(L, 3, "", &between_len);
	lua_Integer n = luaL_checkinteger(L, 2);
	luaL_Buffer b;
	char *out, *p;

	if (n <= 0 || len + between_len == 0) {
		lua_pushliteral(L, "");
		return 1;
	}
	if (len + between_len < len || len + between_len > (size_t)LUA_MAXINTEGER / (size_t)n)
		return luaL_error(L, "resulting string too large");
	p = out = luaL_buffinitsize(L, &b, (size_t)n * len + ((size_t)n - 1) * between_len);
	for (; n > 0; n--) {
		script_charge(L, n % 64 == 0);
		memcpy(p, text, len);
		p += len;
		if (n == 1)
			break;
		memcpy(p, between, between_len);
		p += between_len;
	}
	luaL_pushresultsize(&b, (size_t)(p - out));
	return 1;
}

/* Upvalue 1: the library's function, which uses no upvalues of its own. */
int script_charged(lua_State *L)
{
	lua_CFunction f = lua_tocfunction(L, lua_upvalueindex(1));
	int n = lua_gettop(L), results;
	int64_t steps = n;

	for (int i = 1; i <= n; i++)
		if (lua_type(L, i) == LUA_TSTRING)
			steps += (int64_t)(lua_rawlen(L, i) / BYTES_PER_STEP);
	script_charge(L, steps);
	results = f(L);
	script_charge(L, results);
	return results;
}

/* The same for functions that look at a part of the text, or nothing of it. */
static int charged_results(lua_State *L)
{
	lua_CFunction f = lua_tocfunction(L, lua_upvalueindex(1));
	int64_t steps = 1;
	int results;

	for (int i = lua_gettop(L); i > 1; i--) /* a text where a number is expected is read as one */
		steps += lua_type(L, i) == LUA_TSTRING ? (int64_t)(lua_rawlen(L, i) / BYTES_PER_STEP) : 1;
	script_charge(L, steps);
	results = f(L);
	script_charge(L, results);
	return results;
}

static void take(lua_State *L, int from, const char *const *names, lua_CFunction behind)
{
	for (; *names; names++) {
		lua_getfield(L, from, *names);
		if (behind)
			lua_pushcclosure(L, behind, 1);
		lua_setfield(L, -2, *names);
	}
}

/* Letters of ASCII from `first` on become those of the other case; bytes of other characters stay, whatever the locale. */
static int push_cased(lua_State *L, char first)
{
	enum { ROOM = 256 };
	size_t len;
	const char *p = luaL_checklstring(L, 1, &len);
	char room[ROOM], *out = room;
	luaL_Buffer b;

	script_charge(L, (int64_t)(len / BYTES_PER_STEP) + 2);
	if (len > sizeof(room))
		out = luaL_buffinitsize(L, &b, len);
	for (size_t i = 0; i < len; i++)
		out[i] = (char)(p[i] ^ ((unsigned char)(p[i] - first) < 26) << 5);
	if (len > sizeof(room))
		luaL_pushresultsize(&b, len);
	else
		texts_push(L, &script_of(L)->texts, out, len);
	return 1;
}

static int upper_lua(lua_State *L)
{
	return push_cased(L, 'a');
}

static int lower_lua(lua_State *L)
{
	return push_cased(L, 'A');
}

void script_string_open(lua_State *L)
{
	static const luaL_Reg functions[] = { { "rep", rep_lua }, { "upper", upper_lua }, { "lower", lower_lua },
		{ NULL, NULL } };
	static const char *const whole[] = { "pack", "packsize", "reverse", "unpack", "char", NULL };
	static const char *const part[] = { "byte", "sub", NULL }, *const plain[] = { "len", "format", NULL };

	lua_pushcfunction(L, luaopen_string);
	lua_call(L, 0, 1);
	lua_newtable(L);
	take(L, -2, whole, script_charged);
	take(L, -2, part, charged_results);
	take(L, -2, plain, NULL);
	script_exact_format(L);
	script_patterns_open(L);
	luaL_setfuncs(L, functions, 0);
	lua_remove(L, -2);
}

void script_utf8_open(lua_State *L)
{
	static const char *const whole[] = { "char", "len", "offset", "codepoint", NULL },
				 *const plain[] = { "charpattern", "codes", NULL };

	lua_pushcfunction(L, luaopen_utf8);
	lua_call(L, 0, 1);
	lua_newtable(L);
	take(L, -2, whole, script_charged);
	take(L, -2, plain, NULL);
	lua_remove(L, -2);
}

/* Puts each named function of the table on top behind a charge. */
void script_charge_functions(lua_State *L, const char *const *names)
{
	for (; *names; names++) {
		if (lua_getfield(L, -1, *names) != LUA_TFUNCTION) {
			lua_pop(L, 1);
			continue;
		}
		lua_pushcclosure(L, script_charged, 1);
		lua_setfield(L, -2, *names);
	}
}
