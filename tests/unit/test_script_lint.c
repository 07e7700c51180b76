/* test_script_lint.c - what is told of a script before a row comes, and that nothing is told of good ones. */
#include "script/script.h"

#include <stdio.h>
#include <stdlib.h>

#include "tests/tap.h"
#include "tests/unit/script_rows.h"

static struct schema *orders;

static void gather(void *arg, const struct script_finding *f)
{
	char *text = arg;

	snprintf(text + strlen(text), 2000 - strlen(text), "%s%s %d: %s", *text ? "; " : "",
			f->error ? "error" : "warning", f->line, f->text);
}

static const char *findings(const char *source, bool with_columns)
{
	static const struct script_limits limits = { .instructions = 1000000, .memory_bytes = 8 << 20 };
	static char text[2000];
	struct err err = { 0 };
	struct script *s = script_open_text("orders.lua", source, &limits, &err);

	text[0] = '\0';
	if (s == NULL || script_lint(s, with_columns ? orders : NULL, gather, text, &err) != 0)
		snprintf(text, sizeof(text), "%s", err.msg);
	script_close(s);
	return text;
}

static void is_told(const char *body, const char *want)
{
	char source[1000];

	snprintf(source, sizeof(source),
			"fields = { note = 'text' }\nlocal seen, count = {}, 0\nfunction transform(row, event)\n%s\nreturn row end",
			body);
	is_str(findings(source, true), want, "%.80s", body);
}

static void test_names(void)
{
	is_told("local x = rw", "error 4: global rw: expected a name that is defined, found none; nearest is 'row'");
	is_told("x = 1", "error 4: global x: expected a local; globals are only set while the script is loaded");
	is_told("row.email = masc(row.email)",
			"error 4: global masc: expected a name that is defined, found none; nearest is 'mask'");
	is_told("local x = row.staus",
			"error 4: row.staus: expected a column of testdb.orders, found none; nearest is 'status'");
	is_told("row.staus = 'x'",
			"error 4: row.staus: expected a column of testdb.orders, found none; nearest is 'status'");
	is_told("local function f(row) return row.emial end f(row)",
			"error 4: row.emial: expected a column of testdb.orders, found none; nearest is 'email'");
	is_told("local function f() return row.emial end f()",
			"error 4: row.emial: expected a column of testdb.orders, found none; nearest is 'email'");
	is_told("row.note = row.STATUS row:set('x', 1, 'int') local y = row:has('z')", "");
	is_told("local x = event.opp",
			"error 4: event.opp: expected op, table, db, ts, topic, partition, offset, key, before, gtid, file, pos, row, snapshot, query or "
			"tx, found 'opp'");
}

/* What init() sets is there for every row; what another function sets is not. */
static void test_init(void)
{
	is_str(findings("local a\nfunction init(config) a = 1 end\nfunction transform(row) row.email = a return row end",
			       true),
			"", "init() may set a variable");
	is_str(findings("local a\nfunction other() a = 1 end\nfunction transform(row) other() return row end", true),
			"warning 2: a: a variable outside the function is not kept: a restart, another worker or a failed row begins again",
			"other functions not");
}

static void test_traps(void)
{
	is_told("if row.active then drop() end",
			"warning 4: row.active as a condition: 0 is true in Lua; write row.active ~= 0");
	is_told("if not row.status then drop() end",
			"warning 4: row.status as a condition: null is true in Lua; write row.status ~= null, or coalesce(row.status, ..)");
	is_told("row.note = row.status or 'x'",
			"warning 4: row.status as a condition: null is true in Lua; write row.status ~= null, or coalesce(row.status, ..)");
	is_told("if row.active == false then drop() end",
			"warning 4: row.active == true or false is never so: no column is a boolean in Lua; compare with 1 or 0, "
			"NULL with null");
	is_told("if row.amount == 100 then drop() end",
			"warning 4: row.amount == a number is never so: it is a decimal; write row.amount:eq(..)");
	is_told("if row.created == '2024-01-01' then drop() end",
			"warning 4: row.created == a text is never so: it is a datetime; write tostring(row.created) == ..");
	is_told("if row.id == '1' then drop() end",
			"warning 4: row.id == a text is never so: it is a bigint; write tostring(row.id) == ..");
	is_told("if row.status == 1 then drop() end",
			"warning 4: row.status == a number is never so: it is text; put the number in quotes");
	is_told("if row.email == nil then drop() end",
			"warning 4: row.email == nil asks whether the row's image has the column; for SQL NULL write row.email == null");
	is_told("count = count + 1",
			"warning 4: count: a variable outside the function is not kept: a restart, another worker or a failed row begins again");
	is_told("if row.status == 'x' or row.id == 7 or row.amount:eq(100) or row.created < '2024' or row.email == null then drop() end",
			"");
	is_told("if row.email ~= nil and row.email ~= null then row.email = mask(row.email) end", "");
	is_told("local n = 0 string.gsub(row.status, 'x', function() n = n + 1 end)", "");
}

/* What is declared above the functions, against the table's columns. */
static void test_declared(void)
{
#define PASS "\nfunction transform(row, event) return row end function delete(row, event) return nil end"
	is_told("row.id = row.id + 1",
			"warning 4: row.id is part of the key: a row that gets another one is a dead letter, unless the script says "
			"changes_key = true above its functions");
	is_told("row.status = 'x'", "");
	is_str(findings("changes_key = true\nfunction transform(row) row.id = 1 return row end", true), "", "declared");
	is_str(findings("\nkey = { 'id', 'statu' }" PASS, true),
			"error 2: key: expected columns of testdb.orders or of `fields`, found 'statu', which is none; nearest is 'status'",
			"a key of a column that is none");
	is_str(findings("fields = { a = 'date' } key = { 'id', 'a' }" PASS, true), "", "one of the script's columns");
	is_str(findings("rename = { emial = 'address' }" PASS, true),
			"warning 1: rename: emial is no column of testdb.orders", "a name that the table lacks");
	is_str(findings("skip = { 'id' }" PASS, true), "error 1: skip: id is part of the key, by which rows are found",
			"the key left out");
	is_str(findings("rename = { emial = 'address' } key = { 'x' }" PASS, false), "",
			"nothing is told where no columns are known");
	is_told("local x = event:too('a.b', row)",
			"error 4: event.too: expected op, table, db, ts, topic, partition, offset, key, before, gtid, file, pos, row, "
			"snapshot, query or tx, found 'too'");
}

/* What is said and nothing hears. */
static void test_idle(void)
{
#define UNREAD(name, near) \
	"warning 2: global " name \
	": nothing reads it; expected fields, key, changes_key, to, rename, skip, or a local" near
	is_str(findings("\ncolumns = { a = 'int' }" PASS, true), UNREAD("columns", ""), "a global that nothing reads");
	is_str(findings("\nfeilds = { a = 'int' }" PASS, true), UNREAD("feilds", "; nearest is 'fields'"),
			"a misspelled one");
	is_str(findings("\nfunction deleted(row) return nil end" PASS, true),
			UNREAD("deleted", "; nearest is 'delete'"), "a misspelled function");
	is_str(findings("limit = 7\nfunction over(x) return x > limit end\nfunction transform(row) if over(row.id) then "
			"drop('x') end return row end",
			       true),
			"", "what functions read");
	is_str(findings("a = 1 b = 2\nfunction transform(row) for k in pairs(_ENV) do drop(k) end return row end",
			       true),
			"", "nothing is told where the globals are read as a table");
	is_str(findings("to = { 'a.b' }\nfunction transform(row, event)\nevent:to('a.b', row)\nreturn row end", true),
			"error 3: event:to: expected its row to be returned, alone or in a list, found a call whose result is left; "
			"write return event:to(..)",
			"a row that goes nowhere");
	is_str(findings("to = { 'a.b' }\nfunction transform(row, event)\nlocal r = event:to('a.b', row:copy())\nif row.id == 1 then "
			"return { row, event:to('a.b', row:copy()) } end return { r, row } end",
			       true),
			"", "one that is returned");
#undef UNREAD
}

static void test_returns(void)
{
	is_str(findings("function transform(row)\n  row.x = 1\nend", false),
			"error 3: transform: expected a return on every way through the function, found an end "
			"without one; write return row, return nil or drop(reason)",
			"no return");
	is_str(findings("function transform(row)\n  if row.x == 1 then return row end\nend", false),
			"error 3: transform: expected a return on every way through the "
			"function, found an end without one; write return row, return nil or drop(reason)",
			"one way without");
	is_str(findings("function transform(row)\n  if row.x == 1 then return end\nreturn row end", false),
			"error 2: transform: expected a row, a list of rows, nil or "
			"drop(reason) after return, found nothing",
			"a return of nothing");
	is_str(findings("function transform(row) if row.x == 1 then return nil else return row end end", false), "",
			"all ways");
	is_str(findings("local function f(row) return row end function transform(row) return f(row) end", false), "",
			"a tail call");
	is_str(findings("function transform(row) while true do if row.x == 1 then return row end end end", false), "",
			"a loop that only a return leaves");
	is_str(findings("function transform(row) for i = 1, 3 do if row.x == i then return row end end end", false),
			"error 1: transform: expected a return on every way "
			"through the function, found an end without one; write return row, return nil or drop(reason)",
			"a loop that ends");
	is_str(findings("function transform(row) if row.x == 1 then return row end error('x' .. row.x) end", false), "",
			"nothing follows error()");
	is_str(findings("function transform(row) if row.x == 1 then return row else drop('test') end end", false), "",
			"nor drop()");
}

static void test_examples(void)
{
	static const struct script_limits limits = { .instructions = 1000000, .memory_bytes = 8 << 20 };
	static const char *const names[] = { "orders", "customers", "fanout" };
	const char *top = getenv("top_srcdir");
	struct err err = { 0 };

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		char path[500], text[2000] = "";
		struct script *s;

		snprintf(path, sizeof(path), "%s/lua/%s.lua", top ? top : "..", names[i]);
		s = script_open(path, &limits, &err);
		ok(s && script_lint(s, NULL, gather, text, &err) == 0, "%s is read", names[i]);
		is_str(text, "", "no false alarm on %s", names[i]);
		script_close(s);
	}
}

int main(void)
{
	orders = orders_schema();
	test_names();
	test_traps();
	test_init();
	test_declared();
	test_idle();
	test_returns();
	test_examples();
	schema_unref(orders);
	return tap_done();
}
