/*
 * script_label.c - ENUM and SET as numbers and lists: enum_index(row, "kind"), set_members(row, "tags"), set_bits(row, "tags"). The cell has
 * the label or labels; MySQL's numbers are their places in the definition.
 */
#include "script/script_part.h"

/* The cell of the row at 1 in the column at 2, which has to be of that type; NULL: pushed what stands for no value. */
static const struct value *cell_of(lua_State *L, enum column_type type, const char *what, const struct column **c)
{
	const struct value *v = script_row_cell(L, 1, 2, c);

	if ((*c)->type != type)
		luaL_error(L, "%s: expected a column of type %s, found %s (%s)", what, column_type_name(type),
				(*c)->name, column_type_name((*c)->type));
	if (v->kind == VALUE_TEXT)
		return v;
	if (v->kind == VALUE_NULL)
		script_null_push(L);
	else
		lua_pushnil(L);
	return NULL;
}

/* The place of the label, from 1 on. */
static unsigned place_of(lua_State *L, const struct column *c, const char *label, size_t len)
{
	script_charge(L, c->labels);
	for (unsigned i = 0; i < c->labels; i++)
		if (strlen(c->label[i]) == len && memcmp(c->label[i], label, len) == 0)
			return i + 1;
	luaL_error(L, "column %s: expected one of its %d labels, found '%s'; where messages tell no labels, there are no numbers",
			c->name, (int)c->labels, lua_pushlstring(L, label, len < 100 ? len : 100));
	return 0;
}

static int enum_index_lua(lua_State *L)
{
	const struct column *c;
	const struct value *v = cell_of(L, COL_ENUM, "enum_index", &c);

	if (v)
		lua_pushinteger(L, v->flags & VALUE_F_INVALID_ENUM ? 0 : (lua_Integer)place_of(L, c, v->p, v->len));
	return 1;
}

/* Labels of a SET have no comma. */
static size_t member_at(const struct value *v, size_t at)
{
	const char *comma = memchr(v->p + at, ',', v->len - at);

	return comma ? (size_t)(comma - v->p) - at : v->len - at;
}

static int set_members_lua(lua_State *L)
{
	const struct column *c;
	const struct value *v = cell_of(L, COL_SET, "set_members", &c);
	lua_Integer n = 0;

	if (v == NULL)
		return 1;
	lua_newtable(L);
	for (size_t at = 0, len; at < v->len; at += len + 1) {
		len = member_at(v, at);
		script_charge(L, 2);
		lua_pushlstring(L, v->p + at, len);
		lua_rawseti(L, -2, ++n);
	}
	return 1;
}

static int set_bits_lua(lua_State *L)
{
	const struct column *c;
	const struct value *v = cell_of(L, COL_SET, "set_bits", &c);
	uint64_t bits = 0;

	if (v == NULL)
		return 1;
	for (size_t at = 0, len; at < v->len; at += len + 1) {
		len = member_at(v, at);
		bits |= (uint64_t)1 << ((place_of(L, c, v->p + at, len) - 1) & 63);
	}
	script_value_push(L, &(struct value){ .kind = VALUE_UINT, .u = bits });
	return 1;
}

void script_label_open(lua_State *L)
{
	static const luaL_Reg functions[] = {
		{ "enum_index", enum_index_lua },
		{ "set_members", set_members_lua },
		{ "set_bits", set_bits_lua },
		{ NULL, NULL },
	};

	luaL_setfuncs(L, functions, 0);
}
