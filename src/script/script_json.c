/*
 * script_json.c - json.decode and json.encode for the text of JSON columns.
 *
 * Decoding keeps what Lua's tables lose: null is `null`, an array is marked as one by its metatable (so that an empty
 * one stays an array), integers beyond 64 bits become decimals. Encoding sorts the keys: Lua's own order changes from
 * run to run, and a replay must give the same bytes.
 */
#include "script/script_part.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/json.h"
#include "core/num/num.h"

enum { DEPTH_MAX = 100, BYTES_PER_STEP = 8, STEPS_PER_VALUE = 2 };

static const char array_metatable;

static void push_value(lua_State *L, struct json *j, int depth);

static void push_string(lua_State *L, const struct json_slice *s)
{
	struct arena *a = &script_of(L)->out->arena;
	struct arena_mark mark = arena_mark(a);
	const char *text;
	size_t len;

	script_charge(L, (int64_t)(s->len / BYTES_PER_STEP));
	script_budget_row_bytes(L, s->len);
	if (json_text(s, a, &text, &len) != 0)
		luaL_error(L, "json: expected whole \\u pairs, found half a surrogate pair");
	lua_pushlstring(L, text, len);
	arena_rewind(a, mark);
	script_of(L)->row_bytes -= s->len;
}

static void push_number(lua_State *L, const struct json_slice *s)
{
	struct decimal d;
	int64_t i;
	double v;

	if (num_parse_i64(s->p, s->len, &i)) {
		lua_pushinteger(L, i);
	} else if (memchr(s->p, '.', s->len) == NULL && memchr(s->p, 'e', s->len) == NULL &&
			memchr(s->p, 'E', s->len) == NULL) {
		if (!decimal_parse(&d, s->p, s->len))
			luaL_error(L, "json: expected a number of at most %d digits", DECIMAL_DIGITS);
		*script_decimal_push(L) = d;
	} else if (num_parse_double(s->p, s->len, &v)) {
		lua_pushnumber(L, v);
	} else {
		luaL_error(L, "json: expected a number in the range of doubles");
	}
}

static void push_object(lua_State *L, struct json *j, int depth)
{
	struct json_slice key;

	lua_newtable(L);
	json_enter(j, '{');
	while (json_member(j, &key)) {
		push_string(L, &key);
		push_value(L, j, depth + 1);
		lua_rawset(L, -3);
	}
}

static void push_array(lua_State *L, struct json *j, int depth)
{
	lua_newtable(L);
	lua_rawgetp(L, LUA_REGISTRYINDEX, &array_metatable);
	lua_setmetatable(L, -2);
	json_enter(j, '[');
	for (lua_Integer i = 1; json_element(j); i++) {
		push_value(L, j, depth + 1);
		lua_rawseti(L, -2, i);
	}
}

static void push_value(lua_State *L, struct json *j, int depth)
{
	struct json_slice s;

	if (depth > DEPTH_MAX)
		luaL_error(L, "json: expected at most %d levels, found more", DEPTH_MAX);
	luaL_checkstack(L, 8, "json");
	script_charge(L, STEPS_PER_VALUE);
	while (j->at < j->end && (*j->at == ' ' || *j->at == '\n' || *j->at == '\r' || *j->at == '\t'))
		j->at++;
	if (j->at < j->end && *j->at == '{') {
		push_object(L, j, depth);
		return;
	}
	if (j->at < j->end && *j->at == '[') {
		push_array(L, j, depth);
		return;
	}
	switch (json_value(j, &s)) {
	case JSON_NULL: script_null_push(L); break;
	case JSON_TRUE:
	case JSON_FALSE: lua_pushboolean(L, s.kind == JSON_TRUE); break;
	case JSON_NUMBER: push_number(L, &s); break;
	case JSON_STRING: push_string(L, &s); break;
	default: luaL_error(L, "json: expected one good value, found: %s", j->problem ? j->problem : "the end");
	}
}

static int decode_lua(lua_State *L)
{
	struct json j;
	size_t len;
	const char *p;

	if (script_tag(L, 1) == SCRIPT_NULL) {
		lua_settop(L, 1);
		return 1;
	}
	p = luaL_checklstring(L, 1, &len);
	json_init(&j, p, len);
	push_value(L, &j, 0);
	if (!json_done(&j))
		return luaL_error(L, "json: expected one good value, found: %s",
				j.problem ? j.problem : "more after it");
	return 1;
}

/* ---- encoding ----
 *
 * Each function pushes the text of the value at idx. A luaL_Buffer wants the stack for itself while it grows, so the
 * parts of a list or object are made first, kept in a table, and joined then.
 */

struct key {
	const char *p;
	size_t len;
};

static void encode_value(lua_State *L, int idx, int depth);

static void encode_string(luaL_Buffer *b, const char *p, size_t len)
{
	char piece[6 * 64];

	luaL_addchar(b, '"');
	while (len) {
		size_t n = len;

		if (n > 64) /* not to cut inside a character */
			for (n = 64; n > 61 && ((unsigned char)p[n] & 0xc0) == 0x80;)
				n--;
		luaL_addlstring(b, piece, json_escape(piece, p, n));
		p += n;
		len -= n;
	}
	luaL_addchar(b, '"');
}

static void encode_text(lua_State *L, int idx)
{
	luaL_Buffer b;
	size_t len;
	const char *p = lua_tolstring(L, idx, &len);

	script_charge(L, (int64_t)(len / BYTES_PER_STEP));
	luaL_buffinit(L, &b);
	encode_string(&b, p, len);
	luaL_pushresult(&b);
}

static int key_compare(const void *a, const void *b)
{
	const struct key *x = a, *y = b;
	int c = memcmp(x->p, y->p, x->len < y->len ? x->len : y->len);

	return c ? c : (x->len > y->len) - (x->len < y->len);
}

/* The member names of the table at idx, sorted, as a userdata on top of the stack. The table holds the strings. */
static struct key *sorted_keys(lua_State *L, int idx, size_t *count)
{
	struct key *keys;
	size_t n = 0;

	for (lua_pushnil(L); lua_next(L, idx); lua_pop(L, 1)) {
		if (lua_type(L, -2) != LUA_TSTRING)
			luaL_error(L, "json: expected names or a list, found both or a hole");
		n++;
		script_charge(L, STEPS_PER_VALUE);
	}
	keys = lua_newuserdatauv(L, (n + 1) * sizeof(*keys), 0);
	memset(keys, 0, (n + 1) * sizeof(*keys)); /* the first word is also its tag: none */
	*count = n;
	for (n = 0, lua_pushnil(L); lua_next(L, idx); lua_pop(L, 1), n++)
		keys[n].p = lua_tolstring(L, -2, &keys[n].len);
	if (n)
		qsort(keys, n, sizeof(*keys), key_compare);
	return keys;
}

/* Joins parts[1..count] of the table at `parts` with commas; names in front where there are keys. Pushes the text. */
static void join(lua_State *L, int parts, size_t count, const struct key *keys)
{
	luaL_Buffer b;

	script_charge(L, (int64_t)count * STEPS_PER_VALUE);
	luaL_buffinit(L, &b);
	luaL_addchar(&b, keys ? '{' : '[');
	for (size_t i = 0; i < count; i++) {
		if (i)
			luaL_addchar(&b, ',');
		if (keys) {
			encode_string(&b, keys[i].p, keys[i].len);
			luaL_addchar(&b, ':');
		}
		lua_rawgeti(L, parts, (lua_Integer)i + 1);
		luaL_addvalue(&b);
	}
	luaL_addchar(&b, keys ? '}' : ']');
	luaL_pushresult(&b);
}

static bool is_array(lua_State *L, int idx)
{
	bool marked = false;

	if (lua_getmetatable(L, idx)) {
		lua_rawgetp(L, LUA_REGISTRYINDEX, &array_metatable);
		marked = lua_rawequal(L, -1, -2);
		lua_pop(L, 2);
	}
	return marked || lua_rawlen(L, idx) > 0;
}

static void encode_table(lua_State *L, int idx, int depth)
{
	int base = lua_gettop(L), parts;
	struct key *keys;
	size_t count;

	script_thaw(L, idx);
	count = lua_rawlen(L, idx);
	keys = is_array(L, idx) ? NULL : sorted_keys(L, idx, &count);
	lua_newtable(L);
	parts = lua_gettop(L);
	for (size_t i = 0; i < count; i++) {
		if (keys) {
			lua_pushlstring(L, keys[i].p, keys[i].len);
			lua_rawget(L, idx);
		} else {
			lua_rawgeti(L, idx, (lua_Integer)i + 1);
		}
		encode_value(L, lua_gettop(L), depth + 1);
		lua_rawseti(L, parts, (lua_Integer)i + 1);
		lua_pop(L, 1);
	}
	join(L, parts, count, keys);
	lua_replace(L, base + 1);
	lua_settop(L, base + 1);
}

static void encode_number(lua_State *L, int idx)
{
	char text[40];
	double v = lua_tonumber(L, idx);

	if (lua_isinteger(L, idx)) {
		lua_pushlstring(L, text, num_i64(text, lua_tointeger(L, idx)));
		return;
	}
	if (v != v || v - v != 0)
		luaL_error(L, "json: expected a finite number, found %f", v);
	lua_pushlstring(L, text, num_double(text, v));
}

static void encode_object(lua_State *L, int idx)
{
	switch (script_tag(L, idx)) {
	case SCRIPT_NULL:
	case SCRIPT_DECIMAL: luaL_tolstring(L, idx, NULL); break;
	case SCRIPT_TIME:
		luaL_tolstring(L, idx, NULL);
		encode_text(L, lua_gettop(L));
		lua_remove(L, -2);
		break;
	default: luaL_error(L, "json: expected a value, found a %s", luaL_tolstring(L, idx, NULL));
	}
}

static void encode_value(lua_State *L, int idx, int depth)
{
	if (depth > DEPTH_MAX)
		luaL_error(L, "json: expected at most %d levels, found more", DEPTH_MAX);
	luaL_checkstack(L, 16, "json");
	script_charge(L, STEPS_PER_VALUE);
	switch (lua_type(L, idx)) {
	case LUA_TNIL: lua_pushliteral(L, "null"); break;
	case LUA_TBOOLEAN: lua_pushstring(L, lua_toboolean(L, idx) ? "true" : "false"); break;
	case LUA_TNUMBER: encode_number(L, idx); break;
	case LUA_TSTRING: encode_text(L, idx); break;
	case LUA_TTABLE: encode_table(L, idx, depth); break;
	case LUA_TUSERDATA: encode_object(L, idx); break;
	default: luaL_error(L, "json: expected a value, found a %s", luaL_typename(L, idx));
	}
}

static int encode_lua(lua_State *L)
{
	luaL_checkany(L, 1);
	lua_settop(L, 1);
	encode_value(L, 1, 0);
	return 1;
}

void script_json_open(lua_State *L)
{
	static const luaL_Reg functions[] = { { "decode", decode_lua }, { "encode", encode_lua }, { NULL, NULL } };

	lua_newtable(L);
	lua_pushliteral(L, "array");
	lua_setfield(L, -2, "__name");
	lua_pushboolean(L, 0);
	lua_setfield(L, -2, "__metatable");
	lua_rawsetp(L, LUA_REGISTRYINDEX, &array_metatable);
	luaL_newlib(L, functions);
	lua_setfield(L, -2, "json");
}
