/*
 * test_script_reuse.c - what is used again from row to row (decimals, times, short texts) is never seen to be: whatever a script keeps, stays
 * as it was. And the ways of functions for common arguments give what the long way gives.
 */
#include "script/script.h"

#include <stdio.h>

#include "tests/tap.h"
#include "tests/unit/script_rows.h"

static struct schema *orders;
static struct batch *in, *out;

static void fresh(void)
{
	batch_reset(in);
	batch_reset(out);
}

/* The row with that number; its amount is as many hundredths. */
static struct value *add(int64_t id)
{
	struct change *c = orders_add(in, orders, CHANGE_CREATE, id, "paid");

	c->after[C_AMOUNT].i = id;
	return c->after;
}

static void run(const char *text)
{
	static const struct script_limits limits = { .instructions = 1000000,
		.memory_bytes = 8 << 20,
		.time_ms = 600000 };
	struct err err = { 0 };
	struct script *s = script_open_text("orders.lua", text, &limits, &err);

	if (s == NULL || script_run(s, in, 0, in->nchanges, out, &err) != 0)
		ok(false, "runs: %s", err.msg);
	script_close(s);
}

static bool is_text(size_t row, int column, const char *want)
{
	const struct change *c = &out->changes[row];

	if (c->dead) {
		printf("# %s\n", c->dead);
		return false;
	}
	return c->after[column].len == strlen(want) && memcmp(c->after[column].p, want, strlen(want)) == 0;
}

/* Of each row, the amount of the row before is told by what the script has kept. */
static void test_kept(void)
{
	static const struct {
		const char *how, *text;
	} ways[] = {
		{ "in a variable of the file",
				"local last function transform(row, event) local now = row.amount row.status = tostring(last) last = now return row end" },
		{ "in a variable of a function that made transform()",
				"local function make() local last return function(row, event) local now = row.amount row.status = tostring(last) last = now return row end end\n"
				"transform = make()" },
		{ "by a function that a function made",
				"local function make() local last return function(v) local was = last last = v return was end end local swap = make()\n"
				"function transform(row, event) row.status = tostring(swap(row.amount)) return row end" },
		{ "in an object",
				"local kept = setmetatable({}, { __index = function() end })\n"
				"function transform(row, event) local now = row.amount row.status = tostring(rawget(kept, 'last')) kept.last = now return row end" },
		{ "by init(), called for a row",
				"local last function init(v) last = v end\n"
				"function transform(row, event) local now = row.amount if row.id > 1 then row.status = tostring(last) end init(now) return row end" },
	};

	for (size_t i = 0; i < sizeof(ways) / sizeof(*ways); i++) {
		bool good = true;

		fresh();
		for (int64_t id = 1; id <= 5; id++)
			add(id);
		run(ways[i].text);
		for (size_t row = 1; row < 5; row++) {
			char want[20];

			snprintf(want, sizeof(want), "0.0%zu", row);
			good &= is_text(row, C_STATUS, want);
		}
		ok(good && out->nchanges == 5, "a decimal kept %s stays as it was", ways[i].how);
	}
}

static void is_line(const char *expression, const char *want)
{
	char text[2000];

	fresh();
	add(12345);
	add(12345);
	snprintf(text, sizeof(text), "function transform(row, event) row.email = tostring(%s) return row end",
			expression);
	run(text);
	if (!ok(is_text(0, C_EMAIL, want) && is_text(1, C_EMAIL, want), "%s is %s", expression, want))
		printf("#   got %.*s\n", (int)out->changes[0].after[C_EMAIL].len, out->changes[0].after[C_EMAIL].p);
}

static void is_result(const char *body, const char *want, const char *what)
{
	char text[2000];

	fresh();
	add(12345);
	add(12345);
	snprintf(text, sizeof(text),
			"local function f(row) %s end function transform(row, event) row.email = tostring(f(row)) return row end",
			body);
	run(text);
	ok(is_text(0, C_EMAIL, want) && is_text(1, C_EMAIL, want), "%s", what);
}

static void test_of_one_call(void)
{
	is_result("local t = {} for i = 1, 60 do t[i] = row.amount * i end local sum = t[1] for i = 2, 60 do sum = sum + t[i] end return sum",
			"225913.50", "sixty decimals of one call are sixty");
	is_result("local t = {} for i = 1, 60 do t[i] = date('2024-01-01') + i end local n = 0 for i = 2, 60 do n = n + (t[i] - t[i - 1]) end return n",
			"59", "sixty dates of one call are sixty");
	is_line("row.amount + row.amount - row.amount:scale(1) / row.amount", "236.90000");
}

/* As many short texts as come only once, and some that come again, with the same ends and different middles. */
static void test_texts(void)
{
	enum { ROWS = 20000 };
	static char texts[ROWS][48];
	unsigned seed = 7;
	bool good = true;

	fresh();
	for (int i = 0; i < ROWS; i++) {
		size_t len;

		seed = seed * 1103515245 + 12345;
		len = (seed >> 16) % 45;
		for (size_t k = 0; k < len; k++) {
			seed = seed * 1103515245 + 12345;
			texts[i][k] = k < 8 || k + 8 >= len ? 'a' : "abc"[(seed >> 16) % 3];
		}
		if (i % 5 == 0)
			snprintf(texts[i], sizeof(texts[i]), "%d", i);
		add(i + 1)[C_EMAIL] = value_text(texts[i], strlen(texts[i]));
	}
	run("function transform(row, event) row.email = row.email .. '.' return row end");
	for (size_t i = 0; i < ROWS && good; i++) {
		char want[sizeof(texts[0]) + 2];

		snprintf(want, sizeof(want), "%.47s.", texts[i]);
		good = is_text(i, C_EMAIL, want);
	}
	ok(good && out->nchanges == ROWS, "each row has its own text");
}

static void test_patterns(void)
{
	is_line("('jane@doe@example.com'):match('@(.+)$')", "doe@example.com");
	is_line("('jane'):match('@(.+)$')", "nil");
	is_line("('xaab'):find('a*b')", "2");
	is_line("('xaab'):find('b*')", "1");
	is_line("('xaab'):find('a-b')", "2");
	is_line("('xaab'):find('z?a')", "2");
	is_line("('xaab'):find('a+b')", "2");
	is_line("('xaab'):find('ab$')", "3");
	is_line("('xaab'):find('b', 2)", "4");
	is_line("('xab]ab'):find(']a')", "4");
	is_line("('xaab'):find('b.')", "nil");
	is_line("('xaab'):match('x.*')", "xaab");
	is_line("('a\\nb'):match('a.*b') == 'a\\nb'", "true");
	is_line("('xaab'):match('x(.-)b')", "aa");
	is_line("('x'):match('x(.*)') == ''", "true");
}

static void test_comparison(void)
{
	is_line("(row.amount > 123) == true and row.amount < 124 and row.amount >= decimal('123.450') and row.amount <= 123.45",
			"true");
	is_line("row.amount > decimal('123.449999999') and row.amount < decimal('123.4500000000000000000001')", "true");
	is_line("row.amount:eq(123.45) and not row.amount:eq(123) and not row.amount:eq('x') and not row.amount:eq(null)",
			"true");
	is_line("decimal('-0.01') < 0 and 0 > decimal('-0.01') and decimal('-2') < decimal('-1.5') and not (decimal('0') < 0)",
			"true");
	is_line("row.amount < math.maxinteger and row.amount > math.mininteger and decimal('9223372036854775807.5') > math.maxinteger",
			"true");
	is_line("decimal('92233720368547758.07') < math.maxinteger and decimal('1e18') < math.maxinteger and decimal('1e19') > math.maxinteger",
			"true");
	is_line("pcall(function() return row.amount < 'x' end)", "false");
}

static void test_members(void)
{
	is_line("row.created.year .. '-' .. row.created.month .. '-' .. row.created.day", "2018-6-20");
	is_line("row.created.hour .. ':' .. row.created.minute .. ':' .. row.created.second .. '.' .. row.created.micros",
			"13:37:3.500000");
	is_line("row.day.hour", "nil");
	is_line("row.created.zero", "false");
	is_line("row.created.century", "nil");
	is_line("row.created:format('%Y-%m-%d %H:%M:%S.%f')", "2018-06-20 13:37:03.500000");
	is_line("time('-12:34:56').minute .. tostring(time('12:34:56').year)", "34nil");
	is_line("event.op .. event.table .. event.partition", "corders3");
	is_line("select(2, pcall(function() return event.tabel end)):match('found .*')", "found 'tabel'");
}

static void test_case(void)
{
	is_line("('aZ[`{@09\xc3\xa9'):upper() .. ('aZ[`{@09\xc3\x89'):lower()",
			"AZ[`{@09\xc3\xa9"
			"az[`{@09\xc3\x89");
	is_line("#('x'):rep(1000):upper() .. ('x'):rep(1000):upper():sub(-2)", "1000XX");
	is_line("(''):upper()", "");
}

/* A global's value is read, never written, also by a function that does nothing else with them. */
static void test_globals(void)
{
	is_line("pcall(function() return mask end)", "true");
	fresh();
	add(1);
	add(2);
	run("function transform(row, event) mask = 7 return row end");
	ok(out->changes[0].dead && out->changes[1].dead && strstr(out->changes[1].dead, "global mask"),
			"a global is not written");
	fresh();
	add(1);
	run("limit = 5 function transform(row, event) row.status = limit .. tostring(pcall(mask, 'x')) row.email = nothing return row end");
	ok(out->changes[0].dead && strstr(out->changes[0].dead, "global nothing: expected a name that is defined"),
			"one that is not there is told");
}

static void test_many_columns(void)
{
	enum { MANY = 300 };
	struct schema *wide = schema_new("testdb", "wide");
	char names[MANY][16];
	const char *key = names[0];
	struct value *row;
	bool good;

	for (int i = 0; i < MANY; i++) {
		snprintf(names[i], sizeof(names[i]), "c%d", i);
		schema_add_column(wide, &(struct column){ .name = names[i], .type = COL_INT, .nullable = i > 0 });
	}
	schema_set_key(wide, &key, 1);
	fresh();
	row = batch_row(in, wide);
	for (int i = 0; i < MANY; i++)
		row[i] = value_int(i);
	orders_change(in, wide, CHANGE_CREATE, NULL, row);
	run("function transform(row, event) for i = 1, 299 do row['c' .. i] = row['c' .. i] + 1000 end return row end");
	good = out->nchanges == 1 && out->changes[0].dead == NULL;
	for (int i = 1; i < MANY && good; i++)
		good = out->changes[0].after[i].i == i + 1000;
	ok(good, "each of 300 columns by its name");
	schema_unref(wide);
}

/* What a refused write would have written is not there. */
static void test_refused(void)
{
	is_result("local ok = pcall(function() row.created = date('2024-01-01') end) return tostring(ok) .. tostring(row.created)",
			"false2018-06-20 13:37:03.500000", "a refused write leaves the cell");
	is_result("pcall(function() row.status = ('x'):rep(21) end) pcall(function() row.small = 1000 end) return row.status .. row.small",
			"paid5", "a refused write leaves a text and a number");
}

static void test_numbers(void)
{
	is_line("json.get('{\"x\":-0}', 'x')", "0");
	is_line("json.get('{\"x\":-0.05}', 'x')", "-0.05");
	is_line("json.get('{\"x\":-0.0}', 'x')", "0.0");
	is_line("json.get('{\"x\":1.50}', 'x')", "1.50");
	is_line("json.get('{\"x\":-17}', 'x') + 1", "-16");
	is_line("json.get('{\"x\":123456789012345678}', 'x')", "123456789012345678");
	is_line("json.get('{\"x\":-9223372036854775808}', 'x')", "-9223372036854775808");
	is_line("json.get('{\"x\":0.0000000000000001}', 'x')", "0.0000000000000001");
	is_line("json.get('{\"x\":0.00000000000000001}', 'x')", "0.00000000000000001");
	is_line("json.get('{\"x\":1e2}', 'x')", "100.0");
}

static void test_mask(void)
{
	is_result("local seed, bad = 3, 0\n"
		  "for i = 1, 400 do\n"
		  "  local t = {}\n"
		  "  for k = 1, i % 40 do seed = (seed * 1103515245 + 12345) % 2147483648 t[k] = string.char(1 + (seed >> 12) % 127) end\n"
		  "  local s = 'a' .. table.concat(t) .. 'z'\n"
		  "  if mask(s) ~= 'a' .. s:sub(2):gsub('%w', '*') then bad = bad + 1 end\n"
		  "  s = '-' .. s\n"
		  "  if mask(s) ~= '-' .. s:sub(2):gsub('%w', '*') then bad = bad + 1 end\n"
		  "end\n"
		  "return bad",
			"0", "mask() by eights is mask() by characters");
	is_line("mask('jane.doe@ex\xc3\xa4mple.com')", "j***.***@*******.***");
	is_line("mask('\xc3\xa4ne.doe@example.com')", "\xc3\xa4**.***@*******.***");
	is_line("mask('-------a--') .. mask('12345678')", "-------*--1*******");
}

/* A script may have functions of its own among those of texts, and other names are members of JSON. */
static void test_text_names(void)
{
	fresh();
	add(1);
	add(2);
	run("function string.twice(s) return s .. s end\n"
	    "function transform(row, event) row.status = row.status:twice() .. tostring(row.doc.a.x) return row end");
	ok(is_text(0, C_STATUS, "paidpaid1.5") && is_text(1, C_STATUS, "paidpaid1.5"),
			"a function that the script adds, and a member");
}

int main(void)
{
	orders = orders_schema();
	in = batch_new();
	out = batch_new();
	test_kept();
	test_of_one_call();
	test_texts();
	test_patterns();
	test_comparison();
	test_members();
	test_case();
	test_globals();
	test_many_columns();
	test_refused();
	test_numbers();
	test_mask();
	test_text_names();
	batch_free(in);
	batch_free(out);
	schema_unref(orders);
	return tap_done();
}
