/* test_script_exact.c - decimals in Lua's libraries, arithmetic of times, what was read written back, and helpers that hide a value. */
#include "script/script.h"

#include <stdlib.h>

#include "script/zone/zone.h"
#include "tests/tap.h"
#include "tests/unit/script_rows.h"

static const struct script_limits limits = { .instructions = 1000000, .memory_bytes = 8 << 20 };

static struct schema *orders;
static struct batch *in, *out;

/* One row through `function transform(row) BODY end`; why it is dead, or "". */
static const char *run(const char *body)
{
	char text[2000];
	struct err err = { 0 };
	struct script *s;

	batch_reset(in);
	batch_reset(out);
	orders_change(in, orders, CHANGE_CREATE, NULL, orders_row(in, orders, 1, "paid"));
	snprintf(text, sizeof(text), "function transform(row) %s end", body);
	s = script_open_text("s.lua", text, &limits, &err);
	if (s == NULL || script_run(s, in, 0, 1, out, &err))
		ok(false, "runs: %s", err.msg);
	script_close(s);
	return out->nchanges == 1 && out->changes[0].dead ? out->changes[0].dead : "";
}

/* An expression, as text. */
static void gives(const char *expression, const char *want)
{
	char body[600], found[200] = "";
	const struct value *v;
	const char *dead;

	snprintf(body, sizeof(body), "row.email = tostring(%s) return row", expression);
	dead = run(body);
	v = &out->changes[0].after[C_EMAIL];
	snprintf(found, sizeof(found), "%.*s", *dead ? 0 : (int)v->len, v->p);
	is_str(*dead ? dead : found, want, "%s", expression);
}

static void fails(const char *expression, const char *why)
{
	char body[600];
	const char *dead;

	snprintf(body, sizeof(body), "local x = %s return row", expression);
	dead = run(body);
	if (!tap_ok(strstr(dead, why) != NULL, __FILE__, __LINE__, "%s", expression))
		printf("#  got: %s\n", dead);
}

static void test_math(void)
{
	gives("math.floor(row.amount)", "123");
	gives("math.ceil(row.amount)", "124");
	gives("math.floor(-row.amount)", "-124");
	gives("math.ceil(-row.amount)", "-123");
	gives("math.floor(decimal('5.00'))", "5");
	gives("math.ceil(decimal('-0.5'))", "0");
	gives("math.type(math.floor(row.amount))", "integer");
	gives("math.floor(row.huge)", "12345678901234567890123456789012345");
	gives("math.abs(-row.amount)", "123.45");
	gives("math.max(1, row.amount, 99.5)", "123.45");
	gives("math.min(row.amount, 7)", "7");
	gives("math.tointeger(decimal('12.0'))", "12");
	gives("math.tointeger(row.amount)", "nil");
	gives("math.sqrt(decimal('2.25'))", "1.5");
	gives("math.floor(2.5)", "2");
	gives("math.max(3, 1)", "3");
	gives("tonumber(row.amount)", "123.45");
	gives("math.type(tonumber(decimal('12')))", "integer");
	gives("tonumber('10', 2)", "2");
	fails("math.max(row.amount, 'x')", "number or decimal expected, got string");
	gives("math.floor(2.5, row.amount)", "2");
	gives("math.abs(-1, row.amount)", "1");
	fails("math.tointeger()", "bad argument #1");
	fails("math.floor()", "bad argument #1");
}

static void test_format(void)
{
	gives("string.format('%.2f', row.amount)", "123.45");
	gives("string.format('%.1f', decimal('0.25'))", "0.3");
	gives("string.format('%.0f|%5d|%-6s|%%', row.amount, decimal('7.00'), 'x')", "123|    7|x     |%");
	gives("string.format('%10.2f|%-10.2f|%+.1f|%010.2f', row.amount, row.amount, row.amount, -row.amount)",
			"    123.45|123.45    |+123.5|-000123.45");
	gives("string.format('%.4f', row.huge)", "12345678901234567890123456789012345.1235");
	gives("string.format('%s %g', row.amount, row.amount)", "123.45 123.45");
	gives("('%d'):format(row.big)", "s.lua:1: bad argument #1 to 'format' (number has no integer representation)");
	gives("string.format('%5.1f', 2.25)", "  2.2");
	fails("string.format('%d', row.amount)", "number has no integer representation");
	fails("string.format('%f %f', row.amount)", "no value");
	fails("string.format('%200f', row.amount)", "invalid conversion");
	fails("string.format('%', row.amount)", "invalid conversion");
	fails("string.format('%y', row.amount)", "no integer representation");
}

static void test_times(void)
{
	gives("row.created", "2018-06-20 13:37:03.500000");
	gives("row.created + 90", "2018-06-20 13:38:33.500000");
	gives("row.created - 0.25", "2018-06-20 13:37:03.250000");
	gives("datetime('2024-02-28 23:59:59') + 1", "2024-02-29 00:00:00");
	gives("datetime('2024-02-28 23:59:59') + decimal('0.001')", "2024-02-28 23:59:59.001");
	gives("time('01:00:00') + datetime('2024-01-01 00:00:00')", "2024-01-01 01:00:00");
	gives("row.day + 1", "2018-06-21");
	gives("1 + row.day", "2018-06-21");
	gives("row.day - 20", "2018-05-31");
	gives("date('2024-03-01') - date('2024-02-01')", "29");
	gives("datetime('2024-01-02 00:00:00') - date('2024-01-01')", "86400");
	gives("row.created - datetime('2018-06-20 13:37:03')", "0.500000");
	gives("time('10:00:00') - time('12:30:00')", "-9000");
	gives("time('10:00:00') + 3600", "11:00:00");
	gives("date(row.created)", "2018-06-20");
	gives("date('1969-12-31 23:00:00')", "1969-12-31");
	gives("time(row.created)", "13:37:03.500000");
	gives("datetime(row.day)", "2018-06-20 00:00:00");
	gives("datetime(timestamp('2024-01-01 00:00:00'))", "2024-01-01 00:00:00");
	gives("row.created:format('%d.%m.%Y %H:%M:%S,%f %%')", "20.06.2018 13:37:03,500000 %");
	gives("row.day.zero", "false");
	fails("row.day + 0.5", "expected a whole number of days");
	fails("row.day + '1'", "expected a number of days");
	fails("row.day + row.day", "expected a number of days");
	fails("row.created + row.created", "expected a number of seconds, or a time");
	fails("row.day + 9000000", "expected a whole number of days, less than 10000 years");
	fails("row.day + 3900000", "expected a date that MySQL has, found one beyond");
	fails("time('838:00:00') + 7200", "expected a time that MySQL has, found one beyond");
	fails("row.day:format('%H')", "expected a part of a date, found %H");
	fails("row.day:format('%')", "expected %Y %m %d %H %M %S %f or %%");
	fails("time(row.day)", "expected the text of a time");
	fails("date(time('10:00:00'))", "expected the text of a date");
}

static void test_units(void)
{
	gives("date('2024-01-31'):add(1, 'month')", "2024-02-29");
	gives("date('2024-02-29'):add(-1, 'year')", "2023-02-28");
	gives("date('2023-12-31'):add(2, 'months')", "2024-02-29");
	gives("date('1900-01-31'):add(1, 'month')", "1900-02-28");
	gives("row.created:add(-6, 'months')", "2017-12-20 13:37:03.500000");
	gives("row.created:add(90, 'minutes')", "2018-06-20 15:07:03.500000");
	gives("row.day:add(2, 'weeks')", "2018-07-04");
	gives("time('10:00:00'):add(-1, 'hour')", "09:00:00");
	fails("row.day:add(1, 'hour')", "expected days, weeks, months or years for a date, found 'hour'");
	fails("row.day:add(1, 'fortnight')",
			"expected second, minute, hour, day, week, month or year, found 'fortnight'");
	fails("row.day:add(8000, 'years')", "expected a date that MySQL has, found one beyond");
	fails("row.day:add(math.maxinteger, 'days')", "expected less than 10000 years, found more");
	fails("time('10:00:00'):add(1, 'month')", "expected a time that MySQL has, found one beyond");
	gives("timestamp('2024-06-30 23:30:00'):at('+02:00')", "2024-07-01 01:30:00");
	gives("timestamp('2024-06-30 23:30:00.5'):at('UTC')", "2024-06-30 23:30:00.5");
	gives("timestamp('2024-01-01 00:00:00'):at('-03:30')", "2023-12-31 20:30:00");
	gives("datetime('2024-01-01 00:00:00'):utc('+05:45')", "2023-12-31 18:15:00");
	fails("row.created:at('+02:00')", "expected a timestamp, found");
	gives("timestamp('2024-06-30 23:30:00.25'):at('Europe/Berlin')", "2024-07-01 01:30:00.25");
	gives("timestamp('1969-12-31 23:59:59.5'):at('America/New_York')", "1969-12-31 18:59:59.5");
	gives("datetime('2024-01-01 00:00:00.75'):utc('Asia/Kolkata')", "2023-12-31 18:30:00.75");
	gives("datetime('2024-10-27 02:30:00'):utc('Europe/Berlin')", "2024-10-27 00:30:00");
	fails("timestamp('2024-01-01 00:00:00'):at('Europe/Berlim')",
			"expected a zone as \"+02:00\", \"UTC\" or a name that /usr/share/zoneinfo has, found 'Europe/Berlim'");
	fails("timestamp('2024-01-01 00:00:00'):at('+2')", "expected a zone");
}

/* A script that uses a few zones in turn asks the process once for each. */
static void test_zones_known(void)
{
	struct zone_counts before = zone_counts();
	const char *dead = run(
			"local t, names = timestamp('2024-06-30 23:30:00'), { 'Europe/Berlin', 'Asia/Tokyo', 'America/New_York' } "
			"for i = 0, 2999 do local n = tostring(t:at(names[i % 3 + 1])) "
			"if n ~= ({ '2024-07-01 01:30:00', '2024-07-01 08:30:00', '2024-06-30 19:30:00' })[i % 3 + 1] then error(n) end end "
			"return row");

	is_str(dead, "", "three zones in turn");
	is_int(zone_counts().calls - before.calls, 3, "each is asked for once");
	gives("(function() local t = timestamp('2024-06-30 12:00:00') for i = 1, 12 do t:at('Etc/GMT+' .. i) end return t:at('Etc/GMT+1') end)()",
			"2024-06-30 11:00:00");
}

/* An ENUM of the table, and a SET that is added to it. */
static void test_labels(void)
{
	static const char *const labels[] = { "red", "green", "blue" };
	struct schema *plain = orders;

	gives("enum_index(row, 'kind')", "1");
	orders = schema_clone(plain);
	schema_add_column(orders,
			&(struct column){ .name = "tags",
					.type = COL_SET,
					.labels = 3,
					.label = labels,
					.charset = "utf8mb4" });
	gives("enum_index(row, 'kind')", "1");
	gives("set_members(row, 'tags')", "nil");
	fails("(function() row.tags = 'blue,red' error(table.concat(set_members(row, 'tags'), '+') .. set_bits(row, 'tags')) end)()",
			"blue+red5");
	fails("(function() row.tags = '' error(#set_members(row, 'tags') .. ' ' .. set_bits(row, 'tags')) end)()",
			"0 0");
	fails("(function() row.kind = null error(tostring(enum_index(row, 'kind') == null)) end)()", "true");
	fails("enum_index(row, 'tags')", "enum_index: expected a column of type enum, found tags (set)");
	fails("set_bits(row, 'kinds')", "row.kinds: expected a column of testdb.orders, found none; nearest is 'kind'");
	fails("enum_index({}, 'kind')", "expected a row, found a table");
	schema_unref(orders);
	orders = plain;
}

static void test_back(void)
{
	is_str(run("row.kind = '' return row"), "", "an ENUM takes '', its index 0");
	ok(strstr(run("row.kind = 'newer' return row"), "expected one of its labels") != NULL,
			"and no text that is no label");
	is_str(run("row.big = 2^63 return row"), "", "BIGINT UNSIGNED takes a float that is whole and in its range");
	ok(out->changes[0].after[C_BIG].u == UINT64_C(1) << 63, "exactly");
	ok(strstr(run("row.big = 2^64 return row"), "expected") != NULL, "and none beyond");
	is_str(run("for name, value in pairs(row) do row[name] = value end return row"), "",
			"every value is written back");
	is_str(run("local t = {} for name, value in pairs(row) do t[name] = value end return t"), "",
			"also through a table");
}

/* A label that the table's definition, as it was read, spells otherwise. */
static void test_strange_label(void)
{
	struct value *row;
	struct err err = { 0 };
	struct script *s = script_open_text("s.lua",
			"function transform(row) row.kind = row.kind return { id = row.id, kind = row.kind } end",
			&limits, &err);

	batch_reset(in);
	batch_reset(out);
	row = orders_row(in, orders, 1, "paid");
	row[C_KIND] = value_text("\xf0\x9f\x98\x80", 4);
	orders_change(in, orders, CHANGE_CREATE, NULL, row);
	is_int(script_run(s, in, 0, 1, out, &err), 0, "runs");
	ok(out->changes[0].dead == NULL && out->changes[0].after[C_KIND].len == 4,
			"a label that was read is written back");
	script_close(s);
}

static void test_hiding(void)
{
	gives("hmac('what do ya want for nothing?', 'Jefe')",
			"5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
	gives("hmac('Test Using Larger Than Block-Size Key - Hash Key First', ('\\xaa'):rep(131))",
			"60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
	gives("hmac(null, 'k')", "null");
	fails("hmac('x')", "bad argument #2");
	gives("redact('secret')", "[redacted]");
	gives("redact('card 4111111111111111 of jane@example.com', '%d%d%d%d%d%d+', '[%w.]+@[%w.]+')",
			"card [redacted] of [redacted]");
	gives("redact(null, 'x')", "null");
	fails("redact(7 == 7)", "string expected");
}

/* A double gets the decimal as strtod() reads it. */
static void test_doubles(void)
{
	static const char *const texts[] = { "0", "0.1", "4.35", "-123.456", "9007199254740992", "9007199254740993",
		"900719925474.0993", "0.000000000000001", "-0.0000000000000012345", "2.2250738585072011",
		"1234567890123456789.987654321", "0.3", "8.41", "1.005", "99999999999999.5" };
	char body[200];

	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		snprintf(body, sizeof(body), "row.ratio = decimal('%s') return row", texts[i]);
		is_str(run(body), "", "passes");
		ok(out->changes[0].after[C_RATIO].d == strtod(texts[i], NULL), "%s is the nearest double: %.17g",
				texts[i], out->changes[0].after[C_RATIO].d);
	}
}

int main(void)
{
	orders = orders_schema();
	in = batch_new();
	out = batch_new();
	test_math();
	test_doubles();
	test_format();
	test_times();
	test_units();
	test_zones_known();
	test_labels();
	test_back();
	test_strange_label();
	test_hiding();
	batch_free(in);
	batch_free(out);
	schema_unref(orders);
	return tap_done();
}
