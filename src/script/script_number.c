/*
 * script_number.c - decimals as Lua sees them: a userdata with operators. Lua's own integers are exact and mix freely.
 * A Lua float counts as the decimal that it prints as, so that amount * 1.19 is what a person means.
 */
#include "script/script_part.h"

#include <string.h>

#include "core/num/num.h"

struct decimal *script_decimal_push(lua_State *L)
{
	struct script_decimal *u = reuse_push(L, &script_of(L)->decimals);

	u->tag = SCRIPT_DECIMAL;
	return &u->d;
}

const struct decimal *script_decimal_to(lua_State *L, int idx, struct decimal *scratch)
{
	const struct script_decimal *is;
	char text[40];
	size_t len;
	const char *p;

	switch (lua_type(L, idx)) {
	case LUA_TUSERDATA: is = lua_touserdata(L, idx); return is->tag == SCRIPT_DECIMAL ? &is->d : NULL;
	case LUA_TSTRING: p = lua_tolstring(L, idx, &len); return decimal_parse(scratch, p, len) ? scratch : NULL;
	case LUA_TNUMBER:
		if (lua_isinteger(L, idx)) {
			int64_t v = lua_tointeger(L, idx);

			decimal_from_u64(scratch, v < 0 ? 0 - (uint64_t)v : (uint64_t)v, v < 0);
			return scratch;
		}
		if (!decimal_parse(scratch, text, num_double(text, lua_tonumber(L, idx))))
			return NULL;
		if (scratch->scale == 1 && decimal_rescale(scratch, 0, scratch) == DECIMAL_ROUNDED) /* "12.0" is 12 */
			decimal_parse(scratch, text, num_double(text, lua_tonumber(L, idx)));
		return scratch;
	default: return NULL;
	}
}

static const struct decimal *operand(lua_State *L, int idx, struct decimal *scratch)
{
	const struct decimal *d = script_decimal_to(L, idx, scratch);
	char found[80];

	if (d == NULL) {
		script_describe(L, idx, found, sizeof(found));
		luaL_error(L, "expected a number or decimal, found %s", found);
	}
	return d;
}

static int result(lua_State *L, bool good, const struct decimal *d)
{
	if (!good)
		return luaL_error(L, "expected a decimal of at most %d digits, found a longer result", DECIMAL_DIGITS);
	*script_decimal_push(L) = *d;
	return 1;
}

static int decimal_add_lua(lua_State *L)
{
	struct decimal a, b, out;

	return result(L, decimal_add(operand(L, 1, &a), operand(L, 2, &b), false, &out), &out);
}

static int decimal_sub_lua(lua_State *L)
{
	struct decimal a, b, out;

	return result(L, decimal_add(operand(L, 1, &a), operand(L, 2, &b), true, &out), &out);
}

static int decimal_mul_lua(lua_State *L)
{
	struct decimal a, b, out;

	return result(L, decimal_multiply(operand(L, 1, &a), operand(L, 2, &b), &out), &out);
}

/* As MySQL divides: four digits more than the dividend has, the last one rounded. */
static int decimal_div_lua(lua_State *L)
{
	struct decimal a, b, out;
	const struct decimal *x = operand(L, 1, &a), *y = operand(L, 2, &b);

	if (y->limbs == 0)
		return luaL_error(L, "expected a divisor other than 0");
	return result(L, decimal_divide(x, y, x->scale + 4u, &out), &out);
}

static int decimal_mod_lua(lua_State *L)
{
	struct decimal a, b, out;
	const struct decimal *x = operand(L, 1, &a), *y = operand(L, 2, &b);

	if (y->limbs == 0)
		return luaL_error(L, "expected a divisor other than 0");
	return result(L, decimal_modulo(x, y, &out), &out);
}

static int decimal_unm_lua(lua_State *L)
{
	struct decimal a, out = *operand(L, 1, &a);

	out.negative = out.limbs && !out.negative;
	return result(L, true, &out);
}

static int decimal_abs_lua(lua_State *L)
{
	struct decimal a, out = *operand(L, 1, &a);

	out.negative = false;
	return result(L, true, &out);
}

/* A decimal or an integer whose digits are a small integer; *scale: how many of them are behind the point. */
static bool is_small(lua_State *L, int idx, int64_t *digits, unsigned *scale)
{
	const struct script_decimal *u;
	uint64_t v;

	if (lua_type(L, idx) == LUA_TUSERDATA) {
		u = lua_touserdata(L, idx);
		if (u->tag != SCRIPT_DECIMAL || u->d.limbs > 2 || !decimal_unscaled(&u->d, &v))
			return false;
		*digits = u->d.negative ? -(int64_t)v : (int64_t)v;
		*scale = u->d.scale;
		return true;
	}
	if (!lua_isinteger(L, idx))
		return false;
	*digits = lua_tointeger(L, idx);
	*scale = 0;
	return true;
}

/* Below, at or above zero, as the value at 1 is to the one at 2. */
static int compare(lua_State *L)
{
	static const int64_t pow10[] = { 1, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000, 1000000000 };
	struct decimal a, b;
	int64_t x, y;
	unsigned x_scale, y_scale, more;

	if (is_small(L, 1, &x, &x_scale) && is_small(L, 2, &y, &y_scale)) {
		more = x_scale > y_scale ? x_scale - y_scale : y_scale - x_scale;
		if (more < sizeof(pow10) / sizeof(*pow10) &&
				!(x_scale > y_scale ? __builtin_mul_overflow(y, pow10[more], &y)
						    : __builtin_mul_overflow(x, pow10[more], &x)))
			return (x > y) - (x < y);
	}
	return decimal_compare(operand(L, 1, &a), operand(L, 2, &b));
}

static int decimal_eq_lua(lua_State *L)
{
	struct decimal a, b;

	lua_pushboolean(L, script_decimal_to(L, 1, &a) && script_decimal_to(L, 2, &b) && compare(L) == 0);
	return 1;
}

static int decimal_lt_lua(lua_State *L)
{
	lua_pushboolean(L, compare(L) < 0);
	return 1;
}

static int decimal_le_lua(lua_State *L)
{
	lua_pushboolean(L, compare(L) <= 0);
	return 1;
}

static int decimal_tostring_lua(lua_State *L)
{
	char out[DECIMAL_PRINT_BOUND];
	struct decimal a;
	size_t len = script_decimal_print(operand(L, 1, &a), out);

	lua_pushlstring(L, out, len);
	return 1;
}

static int decimal_concat_lua(lua_State *L)
{
	luaL_tolstring(L, 1, NULL);
	luaL_tolstring(L, 2, NULL);
	lua_concat(L, 2);
	return 1;
}

/* amount:scale(2): times 10^2, exactly. 123.45 -> 12345 */
static int decimal_scale_lua(lua_State *L)
{
	int is_whole;
	lua_Integer places = lua_tointegerx(L, 2, &is_whole);
	struct decimal a, out;

	if (!is_whole)
		places = luaL_checkinteger(L, 2);
	return result(L,
			places >= -DECIMAL_DIGITS && places <= DECIMAL_DIGITS &&
					decimal_shift(operand(L, 1, &a), (int)places, &out),
			&out);
}

static int decimal_round_lua(lua_State *L)
{
	lua_Integer places = luaL_optinteger(L, 2, 0);
	struct decimal a, out;

	return result(L,
			places >= 0 && places <= DECIMAL_DIGITS &&
					decimal_rescale(operand(L, 1, &a), (unsigned)places, &out) != DECIMAL_TOO_LONG,
			&out);
}

static int decimal_integer_lua(lua_State *L)
{
	struct decimal a, out = *operand(L, 1, &a);
	uint64_t v;

	if (decimal_rescale(&out, 0, &out) != DECIMAL_FITS || !decimal_unscaled(&out, &v) ||
			v > (uint64_t)INT64_MAX + out.negative)
		return luaL_error(L, "expected a whole number of 64 bits; round() first");
	lua_pushinteger(L, (lua_Integer)(out.negative ? 0 - v : v));
	return 1;
}

static int decimal_number_lua(lua_State *L)
{
	char out[DECIMAL_PRINT_BOUND];
	struct decimal a;
	double v = 0;

	num_parse_double(out, script_decimal_print(operand(L, 1, &a), out), &v);
	lua_pushnumber(L, v);
	return 1;
}

static int decimal_new_lua(lua_State *L)
{
	struct decimal a, copy = *operand(L, 1, &a);

	return result(L, true, &copy);
}

void script_decimal_open(lua_State *L)
{
	static const luaL_Reg meta[] = {
		{ "__add", decimal_add_lua },
		{ "__sub", decimal_sub_lua },
		{ "__mul", decimal_mul_lua },
		{ "__div", decimal_div_lua },
		{ "__mod", decimal_mod_lua },
		{ "__unm", decimal_unm_lua },
		{ "__eq", decimal_eq_lua },
		{ "__lt", decimal_lt_lua },
		{ "__le", decimal_le_lua },
		{ "__tostring", decimal_tostring_lua },
		{ "__concat", decimal_concat_lua },
		{ NULL, NULL },
	};
	static const luaL_Reg methods[] = {
		{ "scale", decimal_scale_lua },
		{ "round", decimal_round_lua },
		{ "abs", decimal_abs_lua },
		{ "eq", decimal_eq_lua },
		{ "integer", decimal_integer_lua },
		{ "number", decimal_number_lua },
		{ NULL, NULL },
	};

	lua_createtable(L, 0, SCRIPT_METATABLE);
	luaL_setfuncs(L, meta, 0);
	lua_createtable(L, 0, SCRIPT_METATABLE);
	luaL_setfuncs(L, methods, 0);
	lua_setfield(L, -2, "__index");
	lua_pushboolean(L, 0);
	lua_setfield(L, -2, "__metatable");
	lua_pushliteral(L, "decimal");
	lua_setfield(L, -2, "__name");
	reuse_open(L, &script_of(L)->decimals, sizeof(struct script_decimal));
	lua_pushcfunction(L, decimal_new_lua);
	lua_setfield(L, -2, "decimal");
}
