/*
 * script_time_math.c - later, earlier, how long between, and in which form: t + 90 (seconds; days for a date), t - other, t:format("%d.%m.%Y"),
 * t:add(1, "month"), t:at("+02:00"). A timestamp is UTC; what a zone's name means, zone.h knows.
 */
#include "script/script_part.h"

#include <stdio.h>

#include "core/num/num.h"
#include "script/zone/zone.h"

#define DAY_US 86400000000LL
#define TIME_MAX_US (839LL * 3600000000 - 1)
#define AMOUNT_MAX_US (4000000LL * DAY_US) /* more than there is between two dates */

static const struct script_time *time_at(lua_State *L, int idx)
{
	return script_tag(L, idx) == SCRIPT_TIME ? lua_touserdata(L, idx) : NULL;
}

static int64_t floor_days(int64_t us)
{
	return us / DAY_US - (us % DAY_US < 0);
}

bool script_time_convert(const struct value *v, enum value_kind kind, struct value *out)
{
	struct value from = *v;
	int64_t us = from.kind == VALUE_DATE ? from.i * DAY_US : from.i;

	if (from.kind == VALUE_ZERODATE || from.kind == VALUE_TIME || (kind == VALUE_TIME && from.kind == VALUE_DATE))
		return false;
	*out = (struct value){ .kind = (uint8_t)kind, .aux = from.kind == VALUE_DATE ? 0 : from.aux, .i = us };
	if (kind == VALUE_DATE)
		*out = (struct value){ .kind = VALUE_DATE, .i = floor_days(us) };
	else if (kind == VALUE_TIME)
		out->i = us - floor_days(us) * DAY_US;
	return true;
}

__attribute__((noreturn)) static void refuse(lua_State *L, int idx, const char *expected)
{
	char found[120];

	script_describe(L, idx, found, sizeof(found));
	luaL_error(L, "expected %s, found %s", expected, found);
	__builtin_unreachable();
}

/* What the value at idx adds to a time: seconds, or days for a date, or a TIME. */
static int64_t amount(lua_State *L, int idx, bool days)
{
	const struct script_time *t = time_at(L, idx);
	struct decimal scratch, d;
	uint64_t v;

	if (t && t->v.kind == VALUE_TIME && !days)
		return t->v.i;
	if (lua_type(L, idx) == LUA_TSTRING || script_decimal_to(L, idx, &scratch) == NULL)
		refuse(L, idx, days ? "a number of days" : "a number of seconds, or a time");
	if (!decimal_shift(script_decimal_to(L, idx, &scratch), days ? 0 : 6, &d) ||
			decimal_rescale(&d, 0, &d) != DECIMAL_FITS || !decimal_unscaled(&d, &v) ||
			v > (uint64_t)(days ? AMOUNT_MAX_US / DAY_US : AMOUNT_MAX_US))
		refuse(L, idx,
				days ? "a whole number of days, less than 10000 years"
				     : "seconds with at most six digits, less than 10000 years");
	return d.negative ? -(int64_t)v : (int64_t)v;
}

/* How many digits after the point the micros need. */
static uint8_t digits_of(int64_t us)
{
	uint8_t n = 6;

	for (; n && us % 10 == 0; n--)
		us /= 10;
	return n;
}

static int push_moved(lua_State *L, const struct value *from, int64_t by)
{
	struct value v = *from;
	int64_t low = num_days(0, 1, 1), high = num_days(9999, 12, 31), days;
	uint8_t need;

	v.i += by;
	days = v.kind == VALUE_DATE ? v.i : floor_days(v.i);
	if (v.kind == VALUE_TIME ? v.i < -TIME_MAX_US || v.i > TIME_MAX_US : days < low || days > high)
		return luaL_error(L, "expected a %s that MySQL has, found one beyond",
				value_kind_name((enum value_kind)v.kind));
	need = v.kind == VALUE_DATE ? 0 : digits_of(v.i % 1000000);
	if (v.aux < need)
		v.aux = need;
	script_time_push(L, &v);
	return 1;
}

static const struct value *moved(lua_State *L, int idx)
{
	const struct script_time *t = time_at(L, idx);

	if (t == NULL || t->v.kind == VALUE_ZERODATE)
		refuse(L, idx, "a date or time");
	return &t->v;
}

/* One of the two is the time that is moved: the first, unless only the second can be. */
int script_time_add_lua(lua_State *L)
{
	const struct script_time *a = time_at(L, 1), *b = time_at(L, 2);
	int at = a == NULL || (b && a->v.kind == VALUE_TIME && b->v.kind != VALUE_TIME) ? 2 : 1;
	const struct value *v = moved(L, at);

	return push_moved(L, v, amount(L, 3 - at, v->kind == VALUE_DATE));
}

/* Between two: days of dates, else seconds. */
static int push_between(lua_State *L, const struct value *a, const struct value *b)
{
	int64_t us = (a->kind == VALUE_DATE ? a->i * DAY_US : a->i) - (b->kind == VALUE_DATE ? b->i * DAY_US : b->i);
	struct decimal *d;

	if (a->kind == VALUE_DATE && b->kind == VALUE_DATE) {
		lua_pushinteger(L, us / DAY_US);
	} else if (us % 1000000 == 0) {
		lua_pushinteger(L, us / 1000000);
	} else {
		d = script_decimal_push(L);
		decimal_from_u64(d, us < 0 ? 0 - (uint64_t)us : (uint64_t)us, us < 0);
		d->scale = 6;
	}
	return 1;
}

int script_time_sub_lua(lua_State *L)
{
	const struct value *a = moved(L, 1), *b = time_at(L, 2) ? moved(L, 2) : NULL;

	if (b && (a->kind == VALUE_TIME) == (b->kind == VALUE_TIME))
		return push_between(L, a, b);
	return push_moved(L, a, -amount(L, 2, a->kind == VALUE_DATE));
}

/* ---- t:format("%d.%m.%Y %H:%M") ---- */

static const struct {
	char letter;
	enum script_time_part part;
	int width;
} format_parts[] = {
	{ 'Y', TIME_YEAR, 4 },
	{ 'm', TIME_MONTH, 2 },
	{ 'd', TIME_DAY, 2 },
	{ 'H', TIME_HOUR, 2 },
	{ 'M', TIME_MINUTE, 2 },
	{ 'S', TIME_SECOND, 2 },
	{ 'f', TIME_MICROS, 6 },
};

static void add_part(lua_State *L, luaL_Buffer *b, const struct value *v, char letter)
{
	char text[24];
	bool known;

	for (size_t i = 0; i < sizeof(format_parts) / sizeof(*format_parts); i++)
		if (format_parts[i].letter == letter) {
			int64_t n = script_time_part(v, format_parts[i].part, &known);

			if (!known)
				luaL_error(L, "format: expected a part of a %s, found %%%c",
						value_kind_name((enum value_kind)v->kind), letter);
			luaL_addlstring(b, text,
					(size_t)snprintf(text, sizeof(text), "%0*lld", format_parts[i].width,
							(long long)n));
			return;
		}
	luaL_error(L, "format: expected %%Y %%m %%d %%H %%M %%S %%f or %%%%, found %%%c", letter ? letter : ' ');
}

int script_time_format_lua(lua_State *L)
{
	const struct value *v = moved(L, 1);
	size_t len;
	const char *p = luaL_checklstring(L, 2, &len), *end = p + len;
	luaL_Buffer b;

	script_charge(L, (int64_t)len);
	luaL_buffinit(L, &b);
	if (v->kind == VALUE_TIME && v->i < 0)
		luaL_addchar(&b, '-');
	for (; p < end; p++)
		if (*p != '%')
			luaL_addchar(&b, *p);
		else if (*++p == '%')
			luaL_addchar(&b, '%');
		else
			add_part(L, &b, v, *p);
	luaL_pushresult(&b);
	return 1;
}

/* ---- t:add(1, "month") ---- */

static int add_months(lua_State *L, const struct value *v, int64_t months)
{
	int64_t days = v->kind == VALUE_DATE ? v->i : floor_days(v->i), at;
	int year, month, day, last;

	num_civil(days, &year, &month, &day);
	at = year * 12LL + month - 1 + months;
	if (v->kind == VALUE_TIME || at < 0 || at >= 10000 * 12LL)
		return luaL_error(L, "add: expected a %s that MySQL has, found one beyond",
				value_kind_name((enum value_kind)v->kind));
	year = (int)(at / 12);
	month = (int)(at % 12) + 1;
	last = num_month_days(year, month);
	return push_moved(L, v,
			(num_days(year, month, day < last ? day : last) - days) * (v->kind == VALUE_DATE ? 1 : DAY_US));
}

/* As DATE_ADD of MySQL: a day that the month does not have becomes its last one. */
int script_time_later_lua(lua_State *L)
{
	static const struct {
		const char *name;
		int64_t us;
		int months;
	} units[] = {
		{ "second", 1000000, 0 },
		{ "minute", 60000000, 0 },
		{ "hour", 3600000000, 0 },
		{ "day", DAY_US, 0 },
		{ "week", 7 * DAY_US, 0 },
		{ "month", 0, 1 },
		{ "year", 0, 12 },
	};
	const struct value *v = moved(L, 1);
	lua_Integer n = luaL_checkinteger(L, 2);
	const char *unit = luaL_checkstring(L, 3);

	if (n < -4000000000 || n > 4000000000)
		return luaL_error(L, "add: expected less than 10000 years, found more");
	for (size_t i = 0; i < sizeof(units) / sizeof(*units); i++) {
		size_t len = strlen(units[i].name);

		if (strncmp(units[i].name, unit, len) != 0 || (unit[len] && strcmp(unit + len, "s") != 0))
			continue;
		if (units[i].months)
			return add_months(L, v, n * units[i].months);
		if (v->kind == VALUE_DATE && units[i].us % DAY_US)
			return luaL_error(L, "add: expected days, weeks, months or years for a date, found '%s'", unit);
		if (n > AMOUNT_MAX_US / units[i].us || n < -AMOUNT_MAX_US / units[i].us)
			return luaL_error(L, "add: expected less than 10000 years, found more");
		return push_moved(L, v, n * (v->kind == VALUE_DATE ? units[i].us / DAY_US : units[i].us));
	}
	return luaL_error(L, "add: expected second, minute, hour, day, week, month or year, found '%s'", unit);
}

/* ---- t:at("+02:00"), t:utc("Europe/Berlin") ---- */

/* "+02:00" or "UTC"; false: it may be a name. */
static bool is_distance(const char *text, int64_t *us)
{
	unsigned hours = 0, minutes = 0;
	int end = 0;

	*us = 0;
	if (strcmp(text, "UTC") == 0)
		return true;
	if ((*text != '+' && *text != '-') || sscanf(text + 1, "%2u:%2u%n", &hours, &minutes, &end) != 2 ||
			text[1 + end] || hours > 14 || minutes > 59)
		return false;
	*us = (*text == '-' ? -1 : 1) * (int64_t)(hours * 60 + minutes) * 60000000;
	return true;
}

static const struct zone *zone_at(lua_State *L, int idx)
{
	struct script *s = script_of(L);
	const char *name = luaL_checkstring(L, idx);
	const struct zone *z;

	script_charge(L, 10);
	for (unsigned i = 0; i < SCRIPT_ZONES && s->zones[i]; i++)
		if (strcmp(zone_name(s->zones[i]), name) == 0)
			return s->zones[i];
	script_charge(L, 1000); /* a file may have to be read */
	z = zone_find(name);
	if (z == NULL)
		luaL_error(L, "expected a zone as \"+02:00\", \"UTC\" or a name that /usr/share/zoneinfo has, found '%s'",
				name);
	s->zones[s->zone_next++ % SCRIPT_ZONES] = z;
	return z;
}

static struct value moved_from(lua_State *L, enum value_kind kind)
{
	struct value v = *moved(L, 1);

	if (v.kind != kind)
		refuse(L, 1, kind == VALUE_TIMESTAMP ? "a timestamp" : "a datetime");
	return v;
}

static int64_t floor_seconds(int64_t us)
{
	return us / 1000000 - (us % 1000000 < 0);
}

int script_time_at_lua(lua_State *L)
{
	struct value v = moved_from(L, VALUE_TIMESTAMP);
	int64_t us;

	v.kind = VALUE_DATETIME;
	if (!is_distance(luaL_checkstring(L, 2), &us))
		us = zone_offset(zone_at(L, 2), floor_seconds(v.i)) * 1000000LL;
	return push_moved(L, &v, us);
}

int script_time_utc_lua(lua_State *L)
{
	struct value v = moved_from(L, VALUE_DATETIME);
	int64_t us, second = floor_seconds(v.i);

	v.kind = VALUE_TIMESTAMP;
	if (is_distance(luaL_checkstring(L, 2), &us))
		us = -us;
	else
		us = (zone_utc(zone_at(L, 2), second) - second) * 1000000;
	return push_moved(L, &v, us);
}
