/*
 * script_exact.c - decimals where Lua's libraries expect numbers: math, string.format and tonumber. What has an exact result gives one
 * (floor, ceil, abs, max, min, %.2f, %d); the others (sqrt, log, %g) take the float that is nearest.
 *
 * Every function here has the library's own as upvalue 1, behind a charge: without a decimal among the arguments that is what runs.
 */
#include "script/script_part.h"

#include <stdio.h>
#include <string.h>

#include "core/num/num.h"

enum { PRECISION_UNSET = 6, PRECISION_MAX = 99, SPEC_MAX = 32 };

static const struct decimal *decimal_at(lua_State *L, int idx)
{
	return script_tag(L, idx) == SCRIPT_DECIMAL ? &((struct script_decimal *)lua_touserdata(L, idx))->d : NULL;
}

static bool any_decimal(lua_State *L)
{
	for (int i = lua_gettop(L); i > 0; i--)
		if (lua_type(L, i) == LUA_TUSERDATA && decimal_at(L, i))
			return true;
	return false;
}

static double decimal_double(const struct decimal *d)
{
	char text[DECIMAL_PRINT_BOUND];
	double v = 0;

	num_parse_double(text, script_decimal_print(d, text), &v);
	return v;
}

static bool decimal_integer(const struct decimal *d, int64_t *out)
{
	struct decimal whole;
	uint64_t v;

	if (decimal_rescale(d, 0, &whole) != DECIMAL_FITS || !decimal_unscaled(&whole, &v) ||
			v > (uint64_t)INT64_MAX + whole.negative)
		return false;
	*out = (int64_t)(whole.negative ? 0 - v : v);
	return true;
}

/* ---- math ---- */

/* As Lua's floor: an integer where that holds it, else a decimal without digits after the point. */
static int push_whole(lua_State *L, const struct decimal *d)
{
	int64_t v;

	if (decimal_integer(d, &v))
		lua_pushinteger(L, v);
	else
		decimal_rescale(d, 0, script_decimal_push(L));
	return 1;
}

static void floor_of(const struct decimal *d, bool up, struct decimal *out)
{
	struct decimal one, rest, a = *d;

	decimal_from_u64(&one, 1, false);
	a.negative = a.limbs && a.negative != up;
	decimal_modulo(&a, &one, &rest);
	decimal_add(&a, &rest, true, out);
	out->negative = out->limbs && out->negative != up;
}

static int floor_lua(lua_State *L)
{
	struct decimal out;

	if (!decimal_at(L, 1))
		return script_charged(L);
	floor_of(decimal_at(L, 1), false, &out);
	return push_whole(L, &out);
}

static int ceil_lua(lua_State *L)
{
	struct decimal out;

	if (!decimal_at(L, 1))
		return script_charged(L);
	floor_of(decimal_at(L, 1), true, &out);
	return push_whole(L, &out);
}

static int abs_lua(lua_State *L)
{
	struct decimal *out;

	if (!decimal_at(L, 1))
		return script_charged(L);
	out = script_decimal_push(L);
	*out = *decimal_at(L, 1);
	out->negative = false;
	return 1;
}

/* The largest, or the smallest, as it was given. */
static int extreme(lua_State *L, int sign)
{
	struct decimal a, b;
	int best = 1;

	if (!any_decimal(L))
		return script_charged(L);
	for (int i = 1; i <= lua_gettop(L); i++) {
		const struct decimal *x = script_decimal_to(L, i, &a), *y = script_decimal_to(L, best, &b);

		luaL_argexpected(L, lua_type(L, i) != LUA_TSTRING && x && y, i, "number or decimal");
		if (decimal_compare(x, y) * sign > 0)
			best = i;
	}
	lua_pushvalue(L, best);
	return 1;
}

static int max_lua(lua_State *L)
{
	return extreme(L, 1);
}

static int min_lua(lua_State *L)
{
	return extreme(L, -1);
}

static int tointeger_lua(lua_State *L)
{
	int64_t v;

	if (!decimal_at(L, 1))
		return script_charged(L);
	if (decimal_integer(decimal_at(L, 1), &v))
		lua_pushinteger(L, v);
	else
		lua_pushnil(L);
	return 1;
}

/* The others: with floats. */
static int float_lua(lua_State *L)
{
	for (int i = lua_gettop(L); i > 0; i--)
		if (decimal_at(L, i)) {
			lua_pushnumber(L, decimal_double(decimal_at(L, i)));
			lua_replace(L, i);
		}
	return script_charged(L);
}

/* tonumber(d): an integer for a decimal without digits after the point, as tonumber("12") is one; else a float. */
static int tonumber_lua(lua_State *L)
{
	const struct decimal *d = decimal_at(L, 1);
	int64_t v;

	if (d == NULL || !lua_isnoneornil(L, 2))
		return script_charged(L);
	if (d->scale == 0 && decimal_integer(d, &v))
		lua_pushinteger(L, v);
	else
		lua_pushnumber(L, decimal_double(d));
	return 1;
}

/* ---- string.format ---- */

struct spec {
	char text[SPEC_MAX]; /* "%-8.2f" */
	bool left, zeros;
	char sign; /* what a number that is not negative begins with: + or a blank; 0: nothing */
	int width, precision;
	char conversion;
};

static int digits(const char **p)
{
	int n = 0;

	for (; **p >= '0' && **p <= '9' && n < 1000; (*p)++)
		n = n * 10 + (**p - '0');
	return n;
}

/* At a %. What it does not understand, Lua's own refuses in its words. */
static const char *read_spec(lua_State *L, const char *at, struct spec *s)
{
	const char *p = at + 1;

	*s = (struct spec){ .precision = PRECISION_UNSET };
	for (; *p && strchr("-+ #0", *p); p++) {
		s->left |= *p == '-';
		s->zeros |= *p == '0';
		s->sign = *p == '+' ? '+' : *p == ' ' && s->sign == 0 ? ' ' : s->sign;
	}
	s->width = digits(&p);
	if (*p == '.') {
		p++;
		s->precision = digits(&p);
	}
	s->conversion = *p;
	if (*p == '\0' || p - at + 2 > SPEC_MAX || s->width > PRECISION_MAX || s->precision > PRECISION_MAX)
		luaL_error(L, "invalid conversion '%s' to 'format'",
				lua_pushlstring(L, at, (size_t)(p - at) < 20 ? (size_t)(p - at) : 20));
	memcpy(s->text, at, (size_t)(p - at) + 1);
	return p + 1;
}

/* %8.2f of a decimal: exact, the last digit rounded half away from zero. */
static void push_fixed(lua_State *L, const struct decimal *d, const struct spec *s)
{
	char digits_text[DECIMAL_PRINT_BOUND], out[DECIMAL_PRINT_BOUND + PRECISION_MAX + 2];
	struct decimal v = *d;
	size_t len, n = 0, pad;
	char sign;

	if (decimal_rescale(&v, (unsigned)s->precision, &v) == DECIMAL_TOO_LONG)
		luaL_error(L, "expected a decimal of at most %d digits, found a longer result", DECIMAL_DIGITS);
	sign = v.negative ? '-' : s->sign;
	v.negative = false;
	len = script_decimal_print(&v, digits_text);
	pad = (size_t)s->width > len + (sign != 0) ? (size_t)s->width - len - (sign != 0) : 0;
	if (!s->left && !s->zeros)
		n += (size_t)snprintf(out, sizeof(out), "%*s", (int)pad, "");
	if (sign)
		out[n++] = sign;
	if (!s->left && s->zeros)
		for (size_t i = 0; i < pad; i++)
			out[n++] = '0';
	memcpy(out + n, digits_text, len);
	n += len;
	if (s->left)
		n += (size_t)snprintf(out + n, sizeof(out) - n, "%*s", (int)pad, "");
	lua_pushlstring(L, out, n);
}

/* One conversion of the argument at arg, onto the stack. */
static void push_conversion(lua_State *L, int arg, const struct spec *s)
{
	const struct decimal *d = decimal_at(L, arg);
	int64_t v;

	if (d && (s->conversion == 'f' || s->conversion == 'F')) {
		push_fixed(L, d, s);
		return;
	}
	script_charge(L, 4 + (lua_type(L, arg) == LUA_TSTRING ? (int64_t)(lua_rawlen(L, arg) / 16) : 0));
	lua_pushcfunction(L, lua_tocfunction(L, lua_upvalueindex(1)));
	lua_pushstring(L, s->text);
	if (d == NULL || s->conversion == 's' || s->conversion == 'q')
		lua_pushvalue(L, arg);
	else if (strchr("eEgGaA", s->conversion))
		lua_pushnumber(L, decimal_double(d));
	else if (decimal_integer(d, &v))
		lua_pushinteger(L, v);
	else
		luaL_argerror(L, arg, "number has no integer representation");
	lua_call(L, 2, 1);
}

static int format_lua(lua_State *L)
{
	size_t len;
	const char *p, *end;
	luaL_Buffer b;
	int arg = 1, nargs = lua_gettop(L);

	if (!any_decimal(L))
		return script_charged(L);
	p = luaL_checklstring(L, 1, &len);
	end = p + len;
	script_charge(L, (int64_t)len / 16 + 1);
	luaL_buffinit(L, &b);
	while (p < end) {
		const char *percent = memchr(p, '%', (size_t)(end - p));
		struct spec s;

		luaL_addlstring(&b, p, (size_t)((percent ? percent : end) - p));
		if (percent == NULL)
			break;
		if (percent[1] == '%') {
			luaL_addchar(&b, '%');
			p = percent + 2;
			continue;
		}
		p = read_spec(L, percent, &s);
		luaL_argcheck(L, arg < nargs, arg + 1, "no value");
		push_conversion(L, ++arg, &s);
		luaL_addvalue(&b);
	}
	luaL_pushresult(&b);
	return 1;
}

static void put_behind(lua_State *L, const luaL_Reg *functions)
{
	for (; functions->name; functions++) {
		lua_getfield(L, -1, functions->name);
		lua_pushcclosure(L, functions->func, 1);
		lua_setfield(L, -2, functions->name);
	}
}

void script_exact_math(lua_State *L)
{
	static const luaL_Reg functions[] = {
		{ "floor", floor_lua },
		{ "ceil", ceil_lua },
		{ "abs", abs_lua },
		{ "max", max_lua },
		{ "min", min_lua },
		{ "tointeger", tointeger_lua },
		{ "acos", float_lua },
		{ "asin", float_lua },
		{ "atan", float_lua },
		{ "cos", float_lua },
		{ "deg", float_lua },
		{ "exp", float_lua },
		{ "fmod", float_lua },
		{ "log", float_lua },
		{ "modf", float_lua },
		{ "rad", float_lua },
		{ "sin", float_lua },
		{ "sqrt", float_lua },
		{ "tan", float_lua },
		{ NULL, NULL },
	};

	put_behind(L, functions);
}

void script_exact_format(lua_State *L)
{
	static const luaL_Reg functions[] = { { "format", format_lua }, { NULL, NULL } };

	put_behind(L, functions);
}

void script_exact_base(lua_State *L)
{
	static const luaL_Reg functions[] = { { "tonumber", tonumber_lua }, { NULL, NULL } };

	put_behind(L, functions);
}
