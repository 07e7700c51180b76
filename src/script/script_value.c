/*
 * script_value.c - cells to Lua and back. To Lua nothing is lost: what a Lua integer, float or string cannot hold
 * exactly becomes a decimal or a time. Back is strict: a value that the column cannot hold exactly is an error that
 * names both.
 */
#include "script/script_part.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/json.h"
#include "core/num/num.h"
#include "core/text.h"

enum { BYTES_PER_STEP = 8 }; /* to look at each byte of a text */

void script_value_push(lua_State *L, const struct value *v)
{
	switch ((enum value_kind)v->kind) {
	case VALUE_ABSENT: lua_pushnil(L); break;
	case VALUE_NULL: script_null_push(L); break;
	case VALUE_INT: lua_pushinteger(L, v->i); break;
	case VALUE_UINT:
		if (v->u <= INT64_MAX)
			lua_pushinteger(L, v->i);
		else
			decimal_from_u64(script_decimal_push(L), v->u, false);
		break;
	case VALUE_FLOAT:
	case VALUE_DOUBLE: lua_pushnumber(L, v->d); break;
	case VALUE_DECIMAL: {
		struct decimal *d = script_decimal_push(L);

		decimal_from_u64(d, v->i < 0 ? 0 - v->u : v->u, v->i < 0);
		d->scale = v->aux;
		break;
	}
	case VALUE_BIGDECIMAL: {
		struct decimal d;

		if (!decimal_parse(&d, v->p, v->len))
			luaL_error(L, "a decimal cell is not a number");
		*script_decimal_push(L) = d;
		break;
	}
	case VALUE_TEXT:
	case VALUE_BYTES: texts_push(L, &script_of(L)->texts, v->p, v->len); break;
	case VALUE_DATE:
	case VALUE_TIME:
	case VALUE_DATETIME:
	case VALUE_TIMESTAMP:
	case VALUE_ZERODATE: script_time_push(L, v); break;
	}
}

void script_describe(lua_State *L, int idx, char *out, size_t size)
{
	size_t len;
	const char *p;

	switch (lua_type(L, idx)) {
	case LUA_TNONE:
	case LUA_TNIL: snprintf(out, size, "nil"); return;
	case LUA_TSTRING:
		p = lua_tolstring(L, idx, &len);
		snprintf(out, size, "text '%.*s'%s", (int)(len < 40 ? len : 40), p, len > 40 ? "..." : "");
		return;
	case LUA_TNUMBER:
	case LUA_TUSERDATA:
		if (script_tag(L, idx) == SCRIPT_ROW || script_tag(L, idx) == SCRIPT_EVENT)
			break;
		p = luaL_tolstring(L, idx, NULL);
		snprintf(out, size, "%s%.60s",
				lua_isinteger(L, idx)				       ? "integer "
						: lua_type(L, idx) == LUA_TNUMBER      ? "float "
						: script_tag(L, idx) == SCRIPT_DECIMAL ? "decimal "
										       : "",
				p);
		lua_pop(L, 1);
		return;
	default: break;
	}
	snprintf(out, size, "a %s",
			script_tag(L, idx) == SCRIPT_ROW		     ? "row"
					: script_tag(L, idx) == SCRIPT_EVENT ? "event"
									     : luaL_typename(L, idx));
}

__attribute__((noreturn)) static void refuse(lua_State *L, int idx, const struct column *c, const char *expected)
{
	char found[120], type[80];

	script_describe(L, idx, found, sizeof(found));
	column_type_print(c, type, sizeof(type));
	luaL_error(L, "column %s: expected %s (%s), found %s", c->name, expected, type, found);
	__builtin_unreachable();
}

/* ---- numbers ---- */

static void integer_limits(const struct column *c, int64_t *min, uint64_t *max)
{
	int n = c->type == COL_BIT ? (int)(c->length ? c->length : 1) : (int)column_types[c->type].width;
	bool is_unsigned = c->is_unsigned || c->type == COL_BIT;

	*min = is_unsigned ? 0 : -(int64_t)((uint64_t)1 << (n - 2)) * 2;
	*max = UINT64_MAX >> (64 - n + !is_unsigned);
}

/* The integer that a Lua value is, as sign and magnitude. */
static bool integer_of(lua_State *L, int idx, int type, bool *negative, uint64_t *magnitude)
{
	struct decimal scratch;
	const struct decimal *d;
	lua_Integer v;
	int exact = 0;

	if (type == LUA_TNUMBER) {
		double f;

		v = lua_tointegerx(L, idx, &exact);
		if (!exact && (f = lua_tonumber(L, idx)) >= 9223372036854775808.0 && f < 18446744073709551616.0) {
			*negative = false;
			*magnitude = (uint64_t)f;
			return true;
		}
		*negative = v < 0;
		*magnitude = v < 0 ? 0 - (uint64_t)v : (uint64_t)v;
		return exact;
	}
	d = type == LUA_TUSERDATA ? script_decimal_to(L, idx, &scratch) : NULL;
	if (d && d->scale && decimal_rescale(d, 0, &scratch) == DECIMAL_FITS)
		d = &scratch;
	if (d == NULL || d->scale)
		return false;
	*negative = d->negative;
	return decimal_unscaled(d, magnitude);
}

static void take_integer(lua_State *L, int idx, int type, const struct column *c, struct value *out)
{
	bool negative = false, good;
	uint64_t magnitude = 0, max;
	int64_t min;

	if (type == LUA_TBOOLEAN && c->type == COL_TINYINT && (c->is_boolean || c->length == 1)) {
		*out = value_int(lua_toboolean(L, idx));
		return;
	}
	good = integer_of(L, idx, type, &negative, &magnitude);
	if (!good)
		refuse(L, idx, c, "a whole number");
	integer_limits(c, &min, &max);
	if (negative ? magnitude > 0 - (uint64_t)min : magnitude > max)
		refuse(L, idx, c, "a number in its range");
	*out = value_int((int64_t)(negative ? 0 - magnitude : magnitude));
	if (c->type == COL_BIT || (c->type == COL_BIGINT && c->is_unsigned))
		out->kind = VALUE_UINT;
}

static void take_year(lua_State *L, int idx, int type, const struct column *c, struct value *out)
{
	bool negative = false;
	uint64_t v = 0;

	if (!integer_of(L, idx, type, &negative, &v) || negative || (v != 0 && (v < 1901 || v > 2155)))
		refuse(L, idx, c, "0 or a year from 1901 to 2155");
	*out = value_int((int64_t)v);
}

/* Exact: both are whole doubles, so the quotient is rounded once. */
static bool small_double(const struct decimal *d, double *out)
{
	static const double pow10[] = { 1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14,
		1e15 };
	uint64_t magnitude;

	if (d->scale >= sizeof(pow10) / sizeof(*pow10) || !decimal_unscaled(d, &magnitude) ||
			magnitude > (uint64_t)1 << 53)
		return false;
	*out = (double)magnitude / pow10[d->scale];
	if (d->negative)
		*out = -*out;
	return true;
}

static double double_of(const struct decimal *d)
{
	char text[DECIMAL_PRINT_BOUND];
	double v = 0;

	if (!small_double(d, &v))
		num_parse_double(text, script_decimal_print(d, text), &v);
	return v;
}

static void take_float(lua_State *L, int idx, int type, const struct column *c, struct value *out)
{
	struct decimal scratch;
	double v = 0;

	if (type == LUA_TNUMBER)
		v = lua_tonumber(L, idx);
	else if (type == LUA_TUSERDATA && script_tag(L, idx) == SCRIPT_DECIMAL)
		v = double_of(script_decimal_to(L, idx, &scratch));
	else
		refuse(L, idx, c, "a number");
	if (!isfinite(v) || (c->type == COL_FLOAT && !isfinite((float)v)))
		refuse(L, idx, c, "a finite number");
	*out = (struct value){ .kind = (uint8_t)column_types[c->type].stored,
		.d = c->type == COL_FLOAT ? (double)(float)v : v };
}

static void take_decimal(lua_State *L, int idx, int type, const struct column *c, struct value *out)
{
	struct decimal scratch, d;
	const struct decimal *given = type == LUA_TSTRING ? NULL : script_decimal_to(L, idx, &scratch);
	uint64_t magnitude;
	char text[DECIMAL_PRINT_BOUND];
	const char *p;
	size_t len;

	if (given == NULL)
		refuse(L, idx, c, "a number or decimal");
	if (decimal_rescale(given, c->scale, &d) != DECIMAL_FITS)
		refuse(L, idx, c, "no more digits after the point; round() it");
	if (c->precision && d.limbs && decimal_digits(&d) > c->precision)
		refuse(L, idx, c, "no more digits than it holds");
	if (decimal_unscaled(&d, &magnitude) && magnitude <= INT64_MAX) {
		*out = (struct value){
			.kind = VALUE_DECIMAL,
			.aux = c->scale,
			.i = d.negative ? -(int64_t)magnitude : (int64_t)magnitude,
		};
		return;
	}
	len = script_decimal_print(&d, text);
	p = script_dup(L, text, len);
	*out = (struct value){ .kind = VALUE_BIGDECIMAL, .aux = c->scale, .len = (uint32_t)len, .p = p };
}

/* ---- text and bytes ---- */

static size_t text_limit(const struct column *c, enum type_class class)
{
	switch (class) {
	case CLASS_CHAR:
	case CLASS_BINARY: return c->length ? c->length : SIZE_MAX;
	case CLASS_TEXT:
	case CLASS_BLOB: return column_types[c->type].width;
	default: return UINT32_MAX;
	}
}

/* How many bytes at the beginning are ASCII, by eights; the last eight may be read twice. */
static size_t ascii_length(const char *p, size_t len)
{
	size_t n = 0;
	uint64_t eight;
	uint32_t four[2];

	for (; n + sizeof(eight) <= len; n += sizeof(eight)) {
		memcpy(&eight, p + n, sizeof(eight));
		if (eight & 0x8080808080808080u)
			return n;
	}
	if (len < sizeof(*four))
		return 0;
	if (len < sizeof(eight)) {
		memcpy(&four[0], p, sizeof(*four));
		memcpy(&four[1], p + len - sizeof(*four), sizeof(*four));
		return (four[0] | four[1]) & 0x80808080u ? 0 : len;
	}
	memcpy(&eight, p + len - sizeof(eight), sizeof(eight));
	return eight & 0x8080808080808080u ? n : len;
}

/* Characters in valid UTF-8; SIZE_MAX: it is not valid. */
static size_t text_length(const char *p, size_t len)
{
	size_t count = ascii_length(p, len);
	uint32_t code;

	p += count;
	for (len -= count; len; count++) {
		size_t n = (unsigned char)*p < 0x80 ? 1 : text_decode(p, len, &code);

		if (n == 0)
			return SIZE_MAX;
		p += n;
		len -= n;
	}
	return count;
}

static bool label_known(const struct column *c, const char *p, size_t len)
{
	for (unsigned i = 0; i < c->labels; i++)
		if (strlen(c->label[i]) == len && memcmp(c->label[i], p, len) == 0)
			return true;
	return c->labels == 0;
}

static bool labels_known(const struct column *c, const char *p, size_t len)
{
	const char *end = p + len;

	if (len == 0)
		return true; /* no member; of an ENUM its index 0, which MySQL stores where a label was none of its */
	if (c->type == COL_ENUM)
		return label_known(c, p, len);
	for (;;) {
		const char *comma = memchr(p, ',', (size_t)(end - p));

		if (!label_known(c, p, (size_t)((comma ? comma : end) - p)))
			return false;
		if (comma == NULL)
			return true;
		p = comma + 1;
	}
}

static bool json_good(const char *p, size_t len)
{
	struct json_slice v;
	struct json j;

	json_init(&j, p, len);
	return json_value(&j, &v) != JSON_ERROR && v.kind != JSON_END && json_done(&j);
}

static void take_text(lua_State *L, int idx, const struct script_given *g, const struct column *c, bool exact,
		struct value *out)
{
	bool bytes = column_types[c->type].stored == VALUE_BYTES;
	enum type_class class = column_class(c);
	size_t len = g->len, count;
	const char *p = g->p;

	if (p == NULL)
		refuse(L, idx, c, "text");
	script_charge(L, (int64_t)(len / BYTES_PER_STEP) + c->labels / 4);
	count = bytes ? len : text_length(p, len);
	if (count == SIZE_MAX)
		refuse(L, idx, c, "valid UTF-8");
	if (len > UINT32_MAX || (exact && (class == CLASS_CHAR ? count : len) > text_limit(c, class)))
		refuse(L, idx, c, "a shorter text");
	if ((c->type == COL_ENUM || c->type == COL_SET) && !labels_known(c, p, len))
		refuse(L, idx, c, "one of its labels");
	if (c->type == COL_JSON && !json_good(p, len))
		refuse(L, idx, c, "JSON text");
	*out = value_text(script_dup(L, p, len), len);
	if (bytes)
		out->kind = VALUE_BYTES;
}

static void take_time(lua_State *L, int idx, const struct script_given *g, const struct column *c, struct value *out)
{
	static const int64_t unit[] = { 1000000, 100000, 10000, 1000, 100, 10, 1 };
	enum value_kind kind = column_types[c->type].stored;
	struct value v = value_null();

	if (g->type == LUA_TUSERDATA && script_tag(L, idx) == SCRIPT_TIME) {
		v = ((struct script_time *)lua_touserdata(L, idx))->v;
		if (v.kind == VALUE_ZERODATE && kind != VALUE_TIME) {
			v.p = script_dup(L, v.p, v.len);
			*out = v;
			return;
		}
	} else if (g->p == NULL || !script_time_parse(g->p, g->len, kind, &v)) {
		v.kind = VALUE_NULL;
	}
	if (v.kind != kind)
		refuse(L, idx, c, value_kind_name(kind));
	if (kind != VALUE_DATE && c->scale <= 6 && v.i % unit[c->scale] != 0)
		refuse(L, idx, c, "no more digits of a second");
	v.aux = kind == VALUE_DATE ? 0 : c->scale;
	*out = v;
}

/* Raises before it writes to out, or not at all. */
void script_value_take(lua_State *L, int idx, const struct script_given *g, const struct column *c, bool exact,
		struct value *out)
{
	if (g->type == LUA_TUSERDATA && script_tag(L, idx) == SCRIPT_NULL) {
		if (!c->nullable && exact)
			refuse(L, idx, c, "a value that is not null");
		*out = value_null();
		return;
	}
	switch (column_class(c)) {
	case CLASS_INTEGER:
	case CLASS_BIT: take_integer(L, idx, g->type, c, out); break;
	case CLASS_YEAR: take_year(L, idx, g->type, c, out); break;
	case CLASS_FLOAT: take_float(L, idx, g->type, c, out); break;
	case CLASS_DECIMAL: take_decimal(L, idx, g->type, c, out); break;
	case CLASS_DATE:
	case CLASS_TIME:
	case CLASS_DATETIME: take_time(L, idx, g, c, out); break;
	default: take_text(L, idx, g, c, exact, out);
	}
}

/* The column that a new field becomes. Wide enough for every later value of its kind. */
bool script_value_infer(lua_State *L, int idx, struct column *c)
{
	static const enum column_type of_kind[] = {
		[VALUE_DATE] = COL_DATE,
		[VALUE_TIME] = COL_TIME,
		[VALUE_DATETIME] = COL_DATETIME,
		[VALUE_TIMESTAMP] = COL_TIMESTAMP,
		[VALUE_ZERODATE] = COL_DATETIME,
	};

	switch (lua_type(L, idx)) {
	case LUA_TBOOLEAN:
		c->type = COL_TINYINT;
		c->length = 1;
		c->is_boolean = true;
		return true;
	case LUA_TNUMBER: c->type = lua_isinteger(L, idx) ? COL_BIGINT : COL_DOUBLE; return true;
	case LUA_TSTRING:
		c->type = COL_LONGTEXT;
		c->charset = "utf8mb4";
		return true;
	case LUA_TUSERDATA:
		if (script_tag(L, idx) == SCRIPT_DECIMAL) {
			c->type = COL_DECIMAL;
			c->precision = 38;
			c->scale = ((struct script_decimal *)lua_touserdata(L, idx))->d.scale;
			return c->scale <= 38;
		}
		if (script_tag(L, idx) == SCRIPT_TIME) {
			c->type = of_kind[((struct script_time *)lua_touserdata(L, idx))->v.kind];
			c->scale = c->type == COL_DATE ? 0 : 6;
			return true;
		}
		return false;
	default: return false;
	}
}
