/*
 * script_time.c - dates and times as Lua sees them: a small userdata that prints as MySQL prints it, compares with its
 * like and with text, gives its parts, and goes back into a row unchanged. Zero dates keep their text.
 */
#include "script/script_part.h"

#include <string.h>

#include "core/num/num.h"

#define DAY_US 86400000000LL

void script_time_push(lua_State *L, const struct value *v)
{
	struct script_time *t = reuse_push(L, &script_of(L)->times);

	t->tag = SCRIPT_TIME;
	t->v = *v;
	if (v->kind == VALUE_ZERODATE) {
		t->v.len = v->len < sizeof(t->text) ? v->len : sizeof(t->text);
		memcpy(t->text, v->p, t->v.len);
		t->v.p = t->text;
	}
}

/* ---- reading ---- */

/* n digits at *p; -1: not there. */
static int digits_read(const char **p, const char *end, int n)
{
	int v = 0;

	if (end - *p < n)
		return -1;
	for (; n > 0; n--, (*p)++) {
		if (**p < '0' || **p > '9')
			return -1;
		v = v * 10 + (**p - '0');
	}
	return v;
}

static bool char_read(const char **p, const char *end, char c)
{
	if (*p == end || **p != c)
		return false;
	(*p)++;
	return true;
}

static bool date_read(const char **p, const char *end, int64_t *days)
{
	int year = digits_read(p, end, 4), month, day;

	if (year < 0 || !char_read(p, end, '-'))
		return false;
	month = digits_read(p, end, 2);
	if (month < 1 || month > 12 || !char_read(p, end, '-'))
		return false;
	day = digits_read(p, end, 2);
	if (day < 1 || day > num_month_days(year, month))
		return false;
	*days = num_days(year, month, day);
	return true;
}

/* hh:mm:ss and up to six digits behind a point; hours up to max_hours. */
static bool clock_read(const char **p, const char *end, int max_hours, int64_t *micros, uint8_t *digits)
{
	int hours = digits_read(p, end, 2), minutes, seconds, third;
	int64_t fraction = 0, unit = 1000000;

	if (hours < 0)
		return false;
	third = *p < end && **p != ':' ? digits_read(p, end, 1) : -1;
	if (third >= 0)
		hours = hours * 10 + third;
	if (hours > max_hours || !char_read(p, end, ':'))
		return false;
	minutes = digits_read(p, end, 2);
	if (minutes < 0 || minutes > 59 || !char_read(p, end, ':'))
		return false;
	seconds = digits_read(p, end, 2);
	if (seconds < 0 || seconds > 59)
		return false;
	*digits = 0;
	if (char_read(p, end, '.')) {
		for (; *p < end && **p >= '0' && **p <= '9' && unit > 1; (*p)++, ++*digits)
			fraction += (**p - '0') * (unit /= 10);
		if (*digits == 0)
			return false;
	}
	*micros = ((int64_t)hours * 3600 + minutes * 60 + seconds) * 1000000 + fraction;
	return true;
}

bool script_time_parse(const char *p, size_t len, enum value_kind kind, struct value *out)
{
	const char *end = p + len;
	bool negative = kind == VALUE_TIME && char_read(&p, end, '-');
	int64_t days = 0, micros = 0;
	uint8_t digits = 0;

	if (kind != VALUE_TIME && !date_read(&p, end, &days))
		return false;
	if (kind == VALUE_DATE) {
		*out = (struct value){ .kind = VALUE_DATE, .i = days };
		return p == end;
	}
	if (kind != VALUE_TIME && p != end && !char_read(&p, end, ' ') && !char_read(&p, end, 'T'))
		return false;
	if (p != end || kind == VALUE_TIME)
		if (!clock_read(&p, end, kind == VALUE_TIME ? 838 : 23, &micros, &digits))
			return false;
	if (kind == VALUE_TIMESTAMP)
		char_read(&p, end, 'Z');
	micros += days * DAY_US;
	*out = (struct value){ .kind = (uint8_t)kind, .aux = digits, .i = negative ? -micros : micros };
	return p == end;
}

/* ---- operators ---- */

static const struct value *time_to(lua_State *L, int idx, enum value_kind kind, struct value *scratch)
{
	size_t len;
	const char *p;

	if (script_tag(L, idx) == SCRIPT_TIME)
		return &((struct script_time *)lua_touserdata(L, idx))->v;
	if (lua_type(L, idx) != LUA_TSTRING)
		return NULL;
	p = lua_tolstring(L, idx, &len);
	if (script_time_parse(p, len, kind, scratch))
		return scratch;
	return kind != VALUE_TIME && script_time_parse(p, len, VALUE_DATETIME, scratch) ? scratch : NULL;
}

static int compare_text(const struct value *a, const struct value *b)
{
	char x[64], y[64];
	size_t nx = value_print(a, x), ny = value_print(b, y);
	int c = memcmp(x, y, nx < ny ? nx : ny);

	return c ? c : (nx > ny) - (nx < ny);
}

static int64_t micros_of(const struct value *v)
{
	return v->kind == VALUE_DATE ? v->i * DAY_US : v->i;
}

/* A time of day compares with its like only; dates, datetimes and timestamps among each other, zero dates by their
 * text. */
static int time_compare(lua_State *L)
{
	enum value_kind kind = script_tag(L, 1) == SCRIPT_TIME ? ((struct script_time *)lua_touserdata(L, 1))->v.kind
			: script_tag(L, 2) == SCRIPT_TIME      ? ((struct script_time *)lua_touserdata(L, 2))->v.kind
							       : VALUE_DATETIME;
	struct value sa, sb;
	const struct value *a = time_to(L, 1, kind, &sa), *b = time_to(L, 2, kind, &sb);
	char found[80];

	if (a == NULL || b == NULL || (a->kind == VALUE_TIME) != (b->kind == VALUE_TIME)) {
		script_describe(L, a == NULL ? 1 : 2, found, sizeof(found));
		return luaL_error(L, "expected a %s to compare with, found %s", value_kind_name(kind), found);
	}
	if (a->kind == VALUE_ZERODATE || b->kind == VALUE_ZERODATE)
		return compare_text(a, b);
	return (micros_of(a) > micros_of(b)) - (micros_of(a) < micros_of(b));
}

static int time_eq_lua(lua_State *L)
{
	bool both = script_tag(L, 1) == SCRIPT_TIME && script_tag(L, 2) == SCRIPT_TIME;

	lua_pushboolean(L, both && time_compare(L) == 0);
	return 1;
}

static int time_lt_lua(lua_State *L)
{
	lua_pushboolean(L, time_compare(L) < 0);
	return 1;
}

static int time_le_lua(lua_State *L)
{
	lua_pushboolean(L, time_compare(L) <= 0);
	return 1;
}

static int time_tostring_lua(lua_State *L)
{
	char out[80];

	if (script_tag(L, 1) != SCRIPT_TIME)
		return luaL_error(L, "expected a date or time");
	lua_pushlstring(L, out, value_print(&((struct script_time *)lua_touserdata(L, 1))->v, out));
	return 1;
}

static int time_concat_lua(lua_State *L)
{
	luaL_tolstring(L, 1, NULL);
	luaL_tolstring(L, 2, NULL);
	lua_concat(L, 2);
	return 1;
}

int64_t script_time_part(const struct value *v, enum script_time_part part, bool *known)
{
	int64_t rest = v->kind == VALUE_DATE ? 0 : v->i % DAY_US, days = v->kind == VALUE_DATE ? v->i : v->i / DAY_US;
	int year, month, day;

	if (v->kind == VALUE_TIME) {
		rest = v->i < 0 ? -v->i : v->i;
	} else if (rest < 0) {
		rest += DAY_US;
		days--;
	}
	*known = part < TIME_HOUR ? v->kind != VALUE_TIME : v->kind != VALUE_DATE;
	switch (part) {
	case TIME_HOUR: return rest / 3600000000LL;
	case TIME_MINUTE: return rest / 60000000 % 60;
	case TIME_SECOND: return rest / 1000000 % 60;
	case TIME_MICROS: return rest % 1000000;
	default: break;
	}
	num_civil(days, &year, &month, &day);
	return part == TIME_YEAR ? year : part == TIME_MONTH ? month : day;
}

static const struct {
	const char *name;
	lua_CFunction method; /* NULL: the part of the same number, or `zero` behind them */
} members[] = {
	[TIME_YEAR] = { "year", NULL },
	[TIME_MONTH] = { "month", NULL },
	[TIME_DAY] = { "day", NULL },
	[TIME_HOUR] = { "hour", NULL },
	[TIME_MINUTE] = { "minute", NULL },
	[TIME_SECOND] = { "second", NULL },
	[TIME_MICROS] = { "micros", NULL },
	[TIME_PARTS] = { "zero", NULL },
	{ "format", script_time_format_lua },
	{ "add", script_time_later_lua },
	{ "at", script_time_at_lua },
	{ "utc", script_time_utc_lua },
};

/* t.year, t.hour, t.zero, t:format(); nil of what it does not have, and of every part of a zero date. */
static int time_index_lua(lua_State *L)
{
	const struct script_time *t = lua_touserdata(L, 1);
	int member = keys_number(L, &script_of(L)->time_parts, 2);
	bool known = false;
	int64_t v = 0;

	if (member >= 0 && members[member].method) {
		lua_pushcfunction(L, members[member].method);
		return 1;
	}
	if (t == NULL || t->tag != SCRIPT_TIME)
		member = -1;
	if (member == TIME_PARTS) {
		lua_pushboolean(L, t->v.kind == VALUE_ZERODATE);
		return 1;
	}
	if (member >= 0 && t->v.kind != VALUE_ZERODATE)
		v = script_time_part(&t->v, (enum script_time_part)member, &known);
	if (known)
		lua_pushinteger(L, v);
	else
		lua_pushnil(L);
	return 1;
}

/* date("2024-02-29"), datetime(..), timestamp(..), time(..), of a text or of another time; upvalue 1 is the kind. */
static int time_new_lua(lua_State *L)
{
	enum value_kind kind = (enum value_kind)lua_tointeger(L, lua_upvalueindex(1));
	struct value scratch;
	const struct value *v = lua_isnoneornil(L, 1) ? NULL : time_to(L, 1, kind, &scratch);
	char found[80];

	if (v && v->kind != kind && script_time_convert(v, kind, &scratch))
		v = &scratch;
	if (v == NULL || v->kind != kind) {
		script_describe(L, 1, found, sizeof(found));
		return luaL_error(L, "expected the text of a %s, found %s", value_kind_name(kind), found);
	}
	script_time_push(L, v);
	return 1;
}

void script_time_open(lua_State *L)
{
	static const luaL_Reg meta[] = {
		{ "__eq", time_eq_lua },
		{ "__lt", time_lt_lua },
		{ "__le", time_le_lua },
		{ "__tostring", time_tostring_lua },
		{ "__concat", time_concat_lua },
		{ "__index", time_index_lua },
		{ "__add", script_time_add_lua },
		{ "__sub", script_time_sub_lua },
		{ NULL, NULL },
	};
	static const struct {
		const char *name;
		enum value_kind kind;
	} kinds[] = {
		{ "date", VALUE_DATE },
		{ "time", VALUE_TIME },
		{ "datetime", VALUE_DATETIME },
		{ "timestamp", VALUE_TIMESTAMP },
	};

	for (unsigned i = 0; i < sizeof(members) / sizeof(*members); i++)
		keys_add(L, &script_of(L)->time_parts, members[i].name, i);
	lua_createtable(L, 0, SCRIPT_METATABLE);
	luaL_setfuncs(L, meta, 0);
	lua_pushboolean(L, 0);
	lua_setfield(L, -2, "__metatable");
	lua_pushliteral(L, "time");
	lua_setfield(L, -2, "__name");
	reuse_open(L, &script_of(L)->times, sizeof(struct script_time));
	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
		lua_pushinteger(L, kinds[i].kind);
		lua_pushcclosure(L, time_new_lua, 1);
		lua_setfield(L, -2, kinds[i].name);
	}
}
