/*
 * script_json_pick.c - a member of JSON without a tree: row.doc.address.city looks into the text and stops there. An object or a list that
 * is found is its text, byte for byte as it stands, and can be looked into, or written to a JSON column. Numbers keep their digits:
 * whole ones are integers, with a point they are decimals. json.get(doc, "a", 1, "x") is the same for any names, and json.set(doc, "a", "x",
 * value) the text with that one value in the place of the other, and all other bytes as they are.
 */
#include <string.h>

#include "core/buf.h"
#include "core/num/num.h"
#include "script/script_part.h"

enum { BYTES_PER_STEP = 16 };

static bool is_json(const char *p, size_t len)
{
	return len > 1 && (*p == '{' || *p == '[');
}

/* Whether the name, which may be escaped, is the wanted one. */
static bool is_named(lua_State *L, const struct json_slice *name, const char *wanted, size_t len)
{
	struct arena *a = &script_of(L)->out->arena;
	struct arena_mark mark;
	const char *text;
	size_t n;
	bool same;

	if (!name->escaped)
		return name->len == len && (len == 0 || (*name->p == *wanted && memcmp(name->p, wanted, len) == 0));
	mark = arena_mark(a);
	same = json_text(name, a, &text, &n) == 0 && n == len && memcmp(text, wanted, len) == 0;
	arena_rewind(a, mark);
	return same;
}

static void check(lua_State *L, const struct json *j, const struct json_slice *found)
{
	if (j->problem || (found && (found->kind == JSON_END || found->kind == JSON_ERROR)))
		luaL_error(L, "json: expected a good value, found: %s", j->problem ? j->problem : "the end");
}

/* The value of the member or element that the key at idx names. false: there is none. */
static bool find(lua_State *L, const char *p, size_t len, int key, struct json_slice *out)
{
	bool by_name = lua_type(L, key) == LUA_TSTRING, found = false;
	size_t wanted_len = 0;
	const char *wanted = by_name ? lua_tolstring(L, key, &wanted_len) : NULL;
	lua_Integer wanted_at = by_name ? 0 : lua_tointeger(L, key);
	struct json_slice name;
	struct json j;

	if (!is_json(p, len) || (*p == '{') != by_name)
		return false;
	script_charge(L, 2);
	json_init(&j, p, len);
	j.at++; /* as json_enter() */
	for (lua_Integer i = 1; !found && (by_name ? json_member(&j, &name) : json_element(&j)); i++) {
		found = by_name ? is_named(L, &name, wanted, wanted_len) : i == wanted_at;
		json_value(&j, out);
	}
	script_charge(L, (j.at - p) / BYTES_PER_STEP);
	check(L, &j, found ? out : NULL);
	return found;
}

/* Without an exponent, and of so few digits that they are a small integer. */
static bool push_small_number(lua_State *L, const char *p, size_t len)
{
	enum { DIGITS = 18 };
	const char *end = p + len, *point = NULL;
	bool negative = *p == '-';
	struct decimal *d;
	uint64_t v = 0;

	if (len > DIGITS)
		return false;
	for (p += negative; p < end; p++) {
		if (*p == '.')
			point = p;
		else if (*p >= '0' && *p <= '9')
			v = v * 10 + (uint64_t)(*p - '0');
		else
			return false;
	}
	if (point) {
		d = script_decimal_push(L);
		decimal_from_u64(d, v, negative);
		d->scale = (uint8_t)(end - point - 1);
	} else {
		lua_pushinteger(L, negative ? -(lua_Integer)v : (lua_Integer)v);
	}
	return true;
}

static void push_number(lua_State *L, const struct json_slice *v)
{
	struct decimal d;
	int64_t i;
	double f;

	if (push_small_number(L, v->p, v->len))
		return;
	if (num_parse_i64(v->p, v->len, &i))
		lua_pushinteger(L, i);
	else if (memchr(v->p, 'e', v->len) == NULL && memchr(v->p, 'E', v->len) == NULL &&
			decimal_parse(&d, v->p, v->len))
		*script_decimal_push(L) = d;
	else if (num_parse_double(v->p, v->len, &f))
		lua_pushnumber(L, f);
	else
		luaL_error(L, "json: expected a number in the range of doubles");
}

static void push_escaped(lua_State *L, const struct json_slice *v)
{
	struct arena *a = &script_of(L)->out->arena;
	struct arena_mark mark = arena_mark(a);
	const char *text;
	size_t len;

	script_budget_row_bytes(L, v->len);
	if (json_text(v, a, &text, &len))
		luaL_error(L, "json: expected whole \\u pairs, found half a surrogate pair");
	lua_pushlstring(L, text, len);
	arena_rewind(a, mark);
	script_of(L)->row_bytes -= v->len;
}

static void push(lua_State *L, const struct json_slice *v)
{
	switch (v->kind) {
	case JSON_NULL: script_null_push(L); break;
	case JSON_TRUE:
	case JSON_FALSE: lua_pushboolean(L, v->kind == JSON_TRUE); break;
	case JSON_NUMBER: push_number(L, v); break;
	case JSON_STRING:
		if (v->escaped) {
			push_escaped(L, v);
			break;
		} /* fall through */
	default: texts_push(L, &script_of(L)->texts, v->p, v->len);
	}
}

/* ("text").name: a function of `string` (upvalue 1), else a member of the JSON that the text is. */
static int text_index(lua_State *L)
{
	const struct script *s = script_of(L);
	bool named = lua_type(L, 2) == LUA_TSTRING;
	struct json_slice v;
	size_t len;
	const char *p;

	if (named && (!s->text_functions_known || keys_number(L, &s->text_functions, 2) >= 0)) {
		lua_pushvalue(L, 2);
		if (lua_gettable(L, lua_upvalueindex(1)) != LUA_TNIL)
			return 1;
	}
	p = lua_tolstring(L, 1, &len);
	if (p && s->out && (named || lua_isinteger(L, 2)) && find(L, p, len, 2, &v))
		push(L, &v);
	else
		lua_pushnil(L);
	return 1;
}

/* The names in the table on top, which stays as it is. */
void script_text_functions_known(lua_State *L)
{
	struct script *s = script_of(L);

	s->text_functions = (struct keys){ .count = 0 };
	for (lua_pushnil(L); lua_next(L, -2); lua_pop(L, 1))
		if (lua_type(L, -2) == LUA_TSTRING && !keys_put(L, &s->text_functions, -2, 0)) {
			lua_pop(L, 2);
			return;
		}
	s->text_functions_known = true;
}

/* A path of names and numbers from index 2 to last. The text at 1; NULL: it is `null`. */
static const char *path_of(lua_State *L, int last, size_t *len)
{
	for (int i = 2; i <= last; i++)
		if (lua_type(L, i) != LUA_TSTRING && !lua_isinteger(L, i))
			luaL_error(L, "json: expected names and places from 1 on, found a %s", luaL_typename(L, i));
	return script_tag(L, 1) == SCRIPT_NULL ? NULL : luaL_checklstring(L, 1, len);
}

static int get_lua(lua_State *L)
{
	int last = lua_gettop(L);
	struct json_slice v = { .kind = JSON_NULL };
	const char *p = path_of(L, last, &v.len);

	v.p = p;
	for (int i = 2; i <= last && p; i++)
		if (!find(L, v.p, v.len, i, &v)) {
			lua_pushnil(L);
			return 1;
		}
	if (last < 2 || p == NULL)
		lua_settop(L, 1);
	else
		push(L, &v);
	return 1;
}

/* Between the last member and the bracket: a place for another one. */
static void add_member(lua_State *L, luaL_Buffer *b, const struct json_slice *v, int key)
{
	const char *inside = v->p + 1;
	char piece[6 * 256];
	size_t len;
	const char *name = lua_tolstring(L, key, &len);

	luaL_addlstring(b, v->p, v->len - 1);
	inside += strspn(inside, " \t\r\n");
	if (inside < v->p + v->len - 1)
		luaL_addlstring(b, ", ", 2);
	luaL_addchar(b, '"');
	luaL_addlstring(b, piece, json_escape(piece, name, len));
	luaL_addlstring(b, "\": ", 3);
}

/* The text of the value is at `value`; what it replaces, or the object that it is added to, is v. */
static void push_replaced(lua_State *L, const char *p, size_t len, const struct json_slice *v, int added_key, int value)
{
	const char *from = v->kind == JSON_STRING ? v->p - 1 : v->p,
		   *to = v->kind == JSON_STRING ? v->p + v->len + 1 : v->p + v->len;
	size_t value_len;
	const char *text = lua_tolstring(L, value, &value_len);
	luaL_Buffer b;

	script_charge(L, (int64_t)(len / BYTES_PER_STEP));
	luaL_buffinit(L, &b);
	luaL_addlstring(&b, p, (size_t)(from - p));
	if (added_key)
		add_member(L, &b, v, added_key);
	luaL_addlstring(&b, text, value_len);
	if (added_key)
		luaL_addchar(&b, '}');
	luaL_addlstring(&b, to, (size_t)(p + len - to));
	luaL_pushresult(&b);
}

/* json.set(doc, path.., value): of a path whose last name is new, the object gets it at its end. Upvalue 1: json.encode. */
static int set_lua(lua_State *L)
{
	int value = lua_gettop(L), last = value - 1;
	struct json_slice v = { .kind = JSON_OBJECT }, parent;
	const char *p;
	size_t len;
	bool found = true;

	luaL_argcheck(L, last >= 2, value, "expected json.set(document, name, .., value)");
	p = path_of(L, last, &len);
	luaL_argcheck(L, p != NULL, 1, "expected a document, found null");
	lua_pushvalue(L, lua_upvalueindex(1));
	lua_pushvalue(L, value);
	if (lua_type(L, value) == LUA_TSTRING && is_json(lua_tostring(L, value), lua_rawlen(L, value)))
		lua_remove(L, -2); /* it is JSON already */
	else
		lua_call(L, 1, 1);
	value = lua_gettop(L);
	v.p = p;
	v.len = len;
	for (int i = 2; i <= last && found; i++) {
		parent = v;
		found = find(L, parent.p, parent.len, i, &v);
		if (!found &&
				(i < last || parent.len == 0 || *parent.p != '{' || lua_type(L, i) != LUA_TSTRING ||
						lua_rawlen(L, i) > 256))
			return luaL_error(L, "json.set: expected an object with '%s' in it, found none",
					lua_tostring(L, i));
	}
	push_replaced(L, p, len, found ? &v : &parent, found ? 0 : last, value);
	return 1;
}

/* `json` and `string` are in the table on top. */
void script_json_pick_open(lua_State *L)
{
	lua_getfield(L, -1, "json");
	lua_pushcfunction(L, get_lua);
	lua_setfield(L, -2, "get");
	lua_getfield(L, -1, "encode");
	lua_pushcclosure(L, set_lua, 1);
	lua_setfield(L, -2, "set");
	lua_pop(L, 1);
	lua_pushliteral(L, "");
	lua_getmetatable(L, -1);
	lua_getfield(L, -3, "string");
	lua_pushcclosure(L, text_index, 1);
	lua_setfield(L, -2, "__index");
	lua_pop(L, 2);
}
