/*
 * test_script.c - scripts on rows made by hand: what they read and write, what becomes of each kind of change, and what a
 * hostile or broken script may do: nothing beyond its own row.
 */
#include "script/script.h"

#include "core/buf.h"

#include "tests/tap.h"
#include "tests/unit/script_rows.h"

static const struct script_limits limits = { .instructions = 100000, .memory_bytes = 8 << 20, .time_ms = 600000 };

static struct schema *orders;
static struct batch *in, *out;

static void fresh(void)
{
	batch_reset(in);
	batch_reset(out);
}

static struct change *add(enum change_op op, int64_t id, const char *status)
{
	return orders_add(in, orders, op, id, status);
}

static struct script *script_with(const char *text)
{
	struct err err = { 0 };
	struct script *s = script_open_text("dir/orders.lua", text, &limits, &err);

	if (s == NULL)
		printf("# %s\n", err.msg);
	return s;
}

/* Runs a script over the batch. */
static void run(const char *text)
{
	struct script *s = script_with(text);
	struct err err = { 0 };

	if (s == NULL || script_run(s, in, 0, in->nchanges, out, &err) != 0)
		ok(false, "runs: %s", err.msg);
	script_close(s);
}

/* The cell `name` of out's first change, as text: "text:paid". */
static const char *cell(const char *name)
{
	static char text[300];
	const struct change *c = &out->changes[0];
	int column = out->nchanges ? schema_column(c->schema, name, strlen(name)) : -1;
	const struct value *v;
	size_t n;

	if (column < 0)
		return "no column";
	if (c->dead)
		return c->dead;
	v = c->after ? &c->after[column] : &c->before[column];
	n = (size_t)sprintf(text, "%s:", value_kind_name(v->kind));
	if (v->kind > VALUE_NULL)
		n += value_print(v, text + n);
	text[n] = '\0';
	return text;
}

/* One insert through `function transform(row, event) BODY return row end`; then a cell of what comes out. */
static void is_cell(const char *body, const char *name, const char *want)
{
	char text[2000];

	fresh();
	add(CHANGE_CREATE, 1, "paid");
	snprintf(text, sizeof(text), "function transform(row, event) %s return row end", body);
	run(text);
	is_int(out->nchanges, 1, "one row of: %.60s", body);
	is_str(cell(name), want, "%.80s", body);
}

/* The same; the row must be dead, with exactly this reason. */
static void is_dead(const char *body, const char *want)
{
	char text[2000];

	fresh();
	add(CHANGE_CREATE, 1, "paid");
	snprintf(text, sizeof(text), "function transform(row, event)\n%s\nreturn row end", body);
	run(text);
	is_str(out->nchanges == 1 ? out->changes[0].dead : "(not one row)", want, "%.80s", body);
	ok(out->nchanges == 1 && strncmp(out->changes[0].dead_at, "script orders.lua ", 18) == 0 &&
					strlen(out->changes[0].dead_at) == 30,
			"the stage that said so, and the version");
}

/* ---- reading and writing ---- */

static void test_untouched(void)
{
	fresh();
	add(CHANGE_CREATE, 1, "paid");
	add(CHANGE_UPDATE, 2, "paid");
	run("function transform(row, event) local x = row.amount; return row end");
	is_int(out->nchanges, 2, "two rows");
	ok(out->changes[0].after == in->changes[0].after && out->changes[1].before == in->changes[1].before,
			"the same cells, not copies");
	ok(out->changes[1].op == CHANGE_UPDATE && out->changes[1].record == 1, "op and record stay");
	ok(out->nschemas == 1 && out->changes[0].schema == orders, "the schema is held");
}

static void test_write(void)
{
	is_cell("row.status = row.status .. '!'", "status", "text:paid!");
	is_cell("row.status = null", "status", "null:");
	is_cell("row.status = nil", "status", "absent:");
	is_cell("row.STATUS = 'x'", "status", "text:x");
	is_cell("row.small = -128", "small", "int:-128");
	is_cell("row.small = 3.0", "small", "int:3");
	is_cell("row.active = false", "active", "int:0");
	is_cell("row.ratio = row.ratio * 3", "ratio", "double:0.75");
	is_cell("row.ratio = 1", "ratio", "double:1");
	is_cell("row.kind = 'old'", "kind", "text:old");
	is_cell("row.raw = '\\0\\255'", "raw", "bytes:");
	is_cell("row.day = '2024-02-29'", "day", "date:2024-02-29");
	is_cell("row.created = '2024-02-29T10:00:00.5'", "created", "datetime:2024-02-29 10:00:00.500000");
	is_cell("row.created = row.created", "created", "datetime:2018-06-20 13:37:03.500000");
	is_cell("row.amount = 7", "amount", "decimal:7.00");
	is_cell("row.amount = 0.1 + 0.2", "amount",
			"orders.lua:1: column amount: expected no more digits after the point; round() it (decimal(10,2)), "
			"found float 0.3");
	is_cell("local n = 0 for k, v in pairs(row) do n = n + 1 end row.small = n", "small", "int:13");
}

static void test_exact(void)
{
	is_cell("assert(row.id == 1) row.big = 9223372036854775807", "big", "uint:9223372036854775807");
	is_cell("assert(tostring(row.big) == '18446744073709551615') row.big = row.big - 1", "big",
			"uint:18446744073709551614");
	is_cell("row.big = decimal('9223372036854775808')", "big", "uint:9223372036854775808");
	is_cell("row.big = row.big", "big", "uint:18446744073709551615");
	is_cell("row.huge = row.huge + decimal('0.000000000000000000000000000001')", "huge",
			"bigdecimal:12345678901234567890123456789012345.123456789012345678901234567891");
	is_cell("row.huge = row.huge", "huge",
			"bigdecimal:12345678901234567890123456789012345.123456789012345678901234567890");
	is_cell("row.amount = (row.amount * 1.19):round(2)", "amount", "decimal:146.91");
	is_cell("row:set('amount_cents', row.amount:scale(2), 'bigint')", "amount_cents", "int:12345");
	is_cell("row.amount = row.amount / 3 - row.amount % 2 + -row.amount:abs()", "amount", "decimal:-83.75");
	is_cell("assert(row.amount > 100 and row.amount <= decimal('123.45') and not (row.amount < 123.45) and row.amount == decimal('123.450'))",
			"id", "int:1");
	is_cell("row.status = tostring(row.amount:round(1)) .. '/' .. row.amount:round():integer() .. '/' .. row.amount:number()",
			"status", "text:123.5/123/123.45");
	is_cell("assert(row.amount:eq(123.45) and not row.amount:eq('x') and row.created > '2018-01-01' and row.created < datetime('2019-01-01'))",
			"id", "int:1");
	is_cell("row.status = row.created.year .. '-' .. row.created.hour .. '-' .. row.created.micros .. tostring(row.created.nope)",
			"status", "text:2018-13-500000nil");
	is_cell("row.status = tostring(row.day == date('2018-06-20')) .. ' ' .. row.day", "status",
			"text:true 2018-06-20");
}

static void test_null_and_absent(void)
{
	is_cell("assert(row.raw == nil and row.raw ~= null)", "id", "int:1");
	is_cell("row.status = null assert(row.status == null and row.status ~= nil)", "status", "null:");
	is_cell("assert(tostring(null) == 'null' and null == null)", "id", "int:1");
	is_dead("row.status = null .. 'x'", "orders.lua:2: attempt to concatenate a null value (global 'null')");
	is_dead("row.nope = null",
			"orders.lua:2: row.nope: expected a column of testdb.orders, found none; to add it, write above the function: "
			"fields = { [\"nope\"] = \"text\" }");
	is_dead("row.cents = row.amount",
			"orders.lua:2: row.cents: expected a column of testdb.orders, found none; to add it, write above the function: "
			"fields = { [\"cents\"] = \"decimal(38,2)\" }");
	is_dead("row.staus = 'x'",
			"orders.lua:2: row.staus: expected a column of testdb.orders, found none; nearest is 'status'");
	is_dead("mask(row.emial)",
			"orders.lua:2: row.emial: expected a column of testdb.orders, found none; nearest is 'email'");
	is_dead("do return { id = 1, staus = 'x' } end",
			"orders.lua: row.staus: expected a column of testdb.orders, found none; nearest is 'status'");
	is_dead("row:set('status', 'x', 'text')",
			"orders.lua:2: column status: expected no type, because testdb.orders has it");
	is_dead("row:set('a', 1, 'int') row:set('a', 'x', 'text')",
			"orders.lua:2: column a: expected the type that it was added with, 'int', found 'text'");
	is_dead("row:set('a', 'x', 'int')", "orders.lua:2: column a: expected a whole number (int), found text 'x'");
	is_dead("row:set('__op', 1, 'int')",
			"orders.lua:2: field __op: expected a name that does not begin with __, which StarRocks keeps for itself");
	is_dead("row:set('copy', 1, 'int')",
			"orders.lua:2: field copy: expected a name that is none of a row's functions");
	is_cell("row:set('STATUS', row:has('Email') and not row:has('nope') and 'y' or 'n')", "status", "text:y");
}

static void test_types(void)
{
	is_dead("row.small = 128",
			"orders.lua:2: column small: expected a number in its range (tinyint), found integer 128");
	is_dead("row.small = 'x'", "orders.lua:2: column small: expected a whole number (tinyint), found text 'x'");
	is_dead("row.small = 1.5", "orders.lua:2: column small: expected a whole number (tinyint), found float 1.5");
	is_dead("row.small = null",
			"orders.lua:2: column small: expected a value that is not null (tinyint), found null");
	is_dead("row.big = -1",
			"orders.lua:2: column big: expected a number in its range (bigint unsigned), found integer -1");
	is_dead("row.status = 5", "orders.lua:2: column status: expected text (varchar(20)), found integer 5");
	is_dead("row.status = ('x'):rep(21)",
			"orders.lua:2: column status: expected a shorter text (varchar(20)), found text 'xxxxxxxxxxxxxxxxxxxxx'");
	is_dead("row.status = '\\xff'",
			"orders.lua:2: column status: expected valid UTF-8 (varchar(20)), found text '\\xff'");
	is_dead("row.status = {}", "orders.lua:2: column status: expected text (varchar(20)), found a table");
	is_dead("row.amount = 'x'",
			"orders.lua:2: column amount: expected a number or decimal (decimal(10,2)), found text 'x'");
	is_dead("row.amount = 123456789",
			"orders.lua:2: column amount: expected no more digits than it holds (decimal(10,2)), found integer 123456789");
	is_dead("row.created = '2024-02-30 00:00:00'",
			"orders.lua:2: column created: expected datetime (datetime(6)), found text '2024-02-30 00:00:00'");
	is_dead("row.day = row.created",
			"orders.lua:2: column day: expected date (date), found 2018-06-20 13:37:03.500000");
	is_dead("row.doc = '{'", "orders.lua:2: column doc: expected JSON text (json), found text '{'");
	is_dead("row.id = null", "orders.lua:2: column id: expected a value that is not null (bigint), found null");
	is_dead("row.id = nil", "orders.lua:2: column id: expected a value, because it is part of the key, found nil");
	is_dead("row.ratio = 0/0", "orders.lua:2: column ratio: expected a finite number (double), found float -nan");
	is_dead("local x = event.nope",
			"orders.lua:2: event: expected op, table, db, ts, topic, partition, offset, key, before, gtid, file, pos, row, snapshot, query or tx, found 'nope'");
	is_dead("event.op = 'x'", "orders.lua:2: the event cannot be written");
	is_dead("error('bad\\nrow\\27[2J')", "orders.lua:2: bad\\x0arow\\x1b[2J");
	is_dead("error({})", "orders.lua: an error that is no text (a table)");
	is_dead("local x = row.amount / 0", "orders.lua:2: expected a divisor other than 0");
	is_dead("local x = row.amount + 'x'", "orders.lua:2: expected a number or decimal, found text 'x'");
	is_dead("do return 5 end", "orders.lua: result: expected nil, a row or a list of rows, found integer 5");
}

static void test_fields(void)
{
	struct script *s;
	struct err err = { 0 };

	is_cell("row:set('note', 'x', 'text')", "note", "text:x");
	is_cell("row:set('flag', true, 'boolean')", "flag", "int:1");
	is_cell("row:set('when_', row.created, 'datetime(6)')", "when_", "datetime:2018-06-20 13:37:03.500000");
	fresh();
	for (int i = 1; i <= 3; i++)
		add(CHANGE_UPDATE, i, i == 2 ? "b" : "a");
	s = script_with("fields = { total = 'decimal(20,4)', note = 'varchar(5)' }\n"
			"function transform(row) row.note = row.id == 1 and null or 'n' row.total = row.amount if row.status == 'b' then row:set('extra', 1, 'bigint') end return row end");
	is_int(script_run(s, in, 0, 3, out, &err), 0, "runs");
	is_int(out->changes[0].schema->ncolumns, 16, "declared fields are there from the first row");
	is_str(out->changes[0].schema->columns[14].name, "note", "in the order of their names");
	is_int(out->changes[0].after[14].kind, VALUE_NULL, "null in a declared field");
	is_int(out->changes[0].after[15].i, 1234500, "with its scale");
	is_int(out->changes[1].schema->ncolumns, 17, "a new field makes a new schema");
	ok(out->changes[2].schema == out->changes[1].schema && out->changes[2].after[16].kind == VALUE_ABSENT,
			"which the next row has, too");
	ok(out->changes[1].before[16].kind == VALUE_ABSENT && out->changes[1].before[C_ID].i == 2,
			"the old row fits the new schema");
	is_int(schema_is_key(out->changes[2].schema, C_ID), true, "with the same key");
	script_close(s);
	is_int(script_open_text("x.lua", "fields = { a = 'decimal(99)' } function transform() end", &limits, &err) ==
					NULL,
			1, "a bad type is refused");
}

/* ---- what becomes of a change ---- */

static const char *ops(void)
{
	static char text[64];
	size_t n = 0;

	for (size_t i = 0; i < out->nchanges && n < 60; i++)
		text[n++] = out->changes[i].dead ? '!' : (char)out->changes[i].op;
	text[n] = '\0';
	return text;
}

static void is_ops(const char *text, const char *want)
{
	fresh();
	add(CHANGE_READ, 1, "a");
	add(CHANGE_CREATE, 2, "a");
	add(CHANGE_UPDATE, 3, "a");
	add(CHANGE_UPSERT, 4, "a");
	add(CHANGE_DELETE, 5, "a");
	*batch_add_change(in) = (struct change){ .op = CHANGE_TRUNCATE, .schema = orders };
	run(text);
	is_str(ops(), want, "%.90s", text);
}

static void test_outcomes(void)
{
	is_ops("function transform(row) return row end", "rcusdt");
	is_ops("function transform(row) return nil end", "dddt");
	ok(out->changes[0].before == in->changes[2].before && out->changes[1].before == in->changes[3].after,
			"by the key of the old row, or the only one");
	fresh();
	add(CHANGE_READ, 1, "a");
	in->changes[0].snapshot = SNAPSHOT_INCREMENTAL;
	run("function transform(row) return nil end");
	is_str(ops(), "d", "a row that is read again leaves the target");
	ok(out->changes[0].before == in->changes[0].after, "by its key");
	is_ops("function transform(row) return nil end function delete(row, event) if event.op == 'd' then return nil end return row end",
			"ddt");
	is_ops("changes_key = true function transform(row) return row end function delete(row) row.id = row.id + 100 return row end",
			"rcusdt");
	is_int(out->changes[4].before[C_ID].i, 105, "a delete by another key");
	is_ops("function transform(row) return {} end", "dddt");
	is_ops("changes_key = true function transform(row) local c = row:copy() c.id = c.id + 10 return { row, c } end",
			"rrccssssdt");
	is_int(out->changes[3].after[C_ID].i, 12, "the copy has its own key");
	is_int(out->changes[2].after[C_ID].i, 2, "the row is as it was");
	is_ops("changes_key = true function transform(row) return { { id = row.id, status = 'x' }, { id = row.id + 1 } } end",
			"rrccssssdt");
	is_int(out->changes[1].after[C_STATUS].kind, VALUE_ABSENT, "what a table does not name is absent");
	is_ops("function transform(row) return { id = row.id } end", "rcssdt");
	is_ops("changes_key = true function transform(row) row.id = row.id + 100 return row end", "rcssdt");
	is_int(out->changes[2].after[C_ID].i, 103, "the key is the new row's");
	ok(out->changes[2].before == NULL, "and the old row does not count");
	is_ops("function transform(row) return { status = 'no key' } end", "!!!!dt");
	is_ops("function transform(row) return { row, { status = 'no key' } } end", "!!!!dt");
	is_ops("function transform(row) if row.id == 2 then error('x') end return row end", "r!usdt");
	ok(out->changes[1].after == in->changes[1].after && out->changes[1].record == 1, "the dead row is as it came");
}

static void test_key_update(void)
{
	struct value *before, *after;

	fresh();
	before = orders_row(in, orders, 1, "a");
	after = orders_row(in, orders, 2, "a");
	orders_change(in, orders, CHANGE_UPDATE, before, after);
	run("function transform(row) return row end");
	is_str(ops(), "u", "an update that moves the key passes");
	batch_reset(out);
	run("changes_key = true function transform(row) row.id = row.id + 100 return row end");
	is_str(ops(), "ds", "when the script writes the key as well, the old one is deleted");
	is_int(out->changes[0].before[C_ID].i, 1, "the old key");
	batch_reset(out);
	run("function transform(row) return nil end");
	is_int(out->changes[0].before[C_ID].i, 1, "leaving the filter: by the old key");
}

static void test_event(void)
{
	is_cell("row.email = event.db .. '.' .. event.table .. ' ' .. event.op .. ' ' .. event.topic .. ' ' .. event.partition .. ' ' .. event.offset .. ' ' .. event.key",
			"email", "text:testdb.orders c mysql.testdb.orders 3 100 {\"id\":1}");
	is_cell("row.email = tostring(event.tx)", "email", "text:nil");
	is_cell("row.email = tostring(event.ts)", "email", "text:2018-06-20 13:37:03.123456");
}

static void test_verdicts(void)
{
	is_ops("function transform(row) drop('test') end", "dddt");
	is_ops("function transform(row) pcall(function() xpcall(drop, tostring, 'test') end) return row end", "dddt");
	is_ops("function transform(row) return row end function delete(row) return drop() end", "rcust");
	is_ops("function transform(row) end", "!!!!dt");
	is_ops("function transform(row) return row, row end", "!!!!dt");
	is_ops("function transform(row) row.status = 'x' row:set('a', 1, 'int') if row.id == 1 then drop('x') end return row end",
			"cusdt");
	is_dead("do end end function x()",
			"orders.lua: transform: expected a row, a list of rows or nil, found no return; write return row, return nil or drop(reason)");
	is_dead("pcall(reject, 'no email')", "orders.lua:2: rejected: no email");
}

static void test_before(void)
{
	fresh();
	add(CHANGE_UPDATE, 1, "paid");
	add(CHANGE_CREATE, 2, "new");
	run("function transform(row, event)\n  row.status = event.before and event.before.status .. row.id or 'none'\n  return row end");
	is_str(ops(), "uc", "rows");
	is_str(cell("status"), "text:before1", "the old value of an update");
	is_int(out->changes[1].after[C_STATUS].len, 4, "an insert has none");
	is_cell("row.status = tostring(event.gtid) .. tostring(event.pos) .. tostring(event.snapshot)", "status",
			"text:nilnilfalse");
	is_dead("local x = event.before.staus", "orders.lua:2: attempt to index a nil value (field 'before')");
}

static void test_helpers(void)
{
	is_cell("row.status = coalesce(null, nil, 'x')", "status", "text:x");
	is_cell("row.status = coalesce(null, nil)", "status", "null:");
	is_cell("row.status = truncate('\xc3\x84rger', 2)", "status", "text:\xc3\x84r");
	is_cell("row.status = truncate(row.status, 99)", "status", "text:paid");
	is_cell("row.status = table.concat(split('a, b, ', ', '), '|') .. #split(null, ',') .. #split('', ',')",
			"status", "text:a|b|01");
	is_cell("row.status = tostring(contains(row.email, '@')) .. tostring(contains(null, 'x'))", "status",
			"text:truefalse");
	is_cell("row.status = mask('A') .. mask('7') .. mask('(1)') .. mask('ab')", "status", "text:**(*)a*");
	is_cell("row.email = mask(row.email)", "email", "text:j***.***@*******.***");
	is_cell("row.email = mask('\xc3\x84rger 5')", "email", "text:\xc3\x84**** *");
	is_cell("row.email = mask('x[A~z]^{09}@`\\1*\\127/:')", "email", "text:x[*~*]^{**}@`\1*\x7f/:");
	is_cell("row.email = mask(null)", "email", "null:");
	is_cell("row.email = hash('abc')", "email",
			"text:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	is_cell("row.email = hash('bc', 'a')", "email",
			"text:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	is_cell("local a, b = xpcall(function(x) return x + 1 end, tostring, 4) local c, d = xpcall(error, function(e) return e .. '!' end, 'no', 0) "
		"row.status = tostring(a) .. b .. tostring(c) .. d",
			"status", "text:true5falseno!");
	is_cell("row.email = row.email:upper():sub(1, 4)", "email", "text:JANE");
	is_cell("row.doc = json.encode(json.decode(row.doc))", "doc", "text:{\"a\":{\"n\":null,\"x\":1.5},\"b\":[]}");
	is_cell("local d = json.decode(row.doc) d.a.x = row.amount d.t = row.day d.b[1] = true d.s = 'q\"' row.doc = json.encode(d)",
			"doc",
			"text:{\"a\":{\"n\":null,\"x\":123.45},\"b\":[true],\"s\":\"q\\\"\",\"t\":\"2018-06-20\"}");
	is_cell("row.status = tostring(json.decode('18446744073709551615'))", "status", "text:18446744073709551615");
	is_dead("json.decode('[1,]')", "orders.lua:2: json: expected one good value, found: a value was expected");
	is_dead("json.decode(('['):rep(500))", "orders.lua:2: json: expected at most 100 levels, found more");
	is_dead("local t = {} t.t = t json.encode(t)", "orders.lua:2: json: expected at most 100 levels, found more");
	is_cell("row.status = ('a-b-c'):gsub('-', '+')", "status", "text:a+b+c");
	is_cell("row.status = row.email:match('@(.+)$')", "status", "text:example.com");
}

/* ---- hostile scripts ---- */

static void test_budget(void)
{
	static const char *const endless[] = { "while true do end",
		"while true do pcall(function() while true do end end) end",
		"pcall(function() pcall(function() while true do pcall(error) end end) while true do end end)",
		"xpcall(function() while true do end end, function() while true do end end)",
		"local function f() return f() end f()",
		"setmetatable({}, { __index = function(t, k) return t[k + 1] end })[1] = nil while true do end",
		"local t = setmetatable({}, { __close = function() while true do end end }) do local c <close> = t end",
		"for _ in pairs(row) do while true do pcall(row.copy, row) end end",
		"string.gsub('aaa', '.', function() while true do end end)",
		"table.sort({ 3, 2, 1 }, function() while true do end end)" };
	int dead = 0, neighbours = 0, named = 0;

	for (size_t i = 0; i < sizeof(endless) / sizeof(*endless); i++) {
		char text[600];

		fresh();
		for (int id = 1; id <= 3; id++)
			add(CHANGE_CREATE, id, "a");
		snprintf(text, sizeof(text), "function transform(row)\nif row.id == 2 then %s end\nreturn row end",
				endless[i]);
		run(text);
		dead += out->nchanges == 3 && out->changes[1].dead;
		neighbours += out->nchanges == 3 && !out->changes[0].dead && !out->changes[2].dead;
		named += out->nchanges == 3 && out->changes[1].dead &&
				strcmp(out->changes[1].dead,
						"orders.lua:2: expected an end within 100000 instructions for one row, found none") ==
						0;
		if (out->nchanges != 3 || !out->changes[1].dead)
			printf("# not stopped: %s\n", endless[i]);
	}
	is_int(dead, sizeof(endless) / sizeof(*endless), "no endless loop outlives its budget");
	is_int(neighbours, sizeof(endless) / sizeof(*endless), "and its neighbours pass");
	ok(named >= 8, "the reason names the line and the budget (%d)", named);
}

static void test_memory(void)
{
	is_dead("local s = ('x'):rep(1 << 28)",
			"orders.lua: expected to need at most 8388608 bytes of memory, found more");
	is_dead("local t = {} for i = 1, 1e9 do t[i] = ('x'):rep(3000000) .. i end",
			"orders.lua: expected to need at most 8388608 bytes of memory, found more");
	is_dead("local s = 'x' while true do s = s .. s end",
			"orders.lua: expected to need at most 8388608 bytes of memory, found more");
	is_cell("local good, why = pcall(string.rep, 'x', 1 << 30) assert(not good) row.status = 'caught'", "status",
			"text:caught");
}

static void test_sandbox(void)
{
	static const char *const missing[] = { "os", "io", "debug", "loadfile", "dofile", "package", "collectgarbage",
		"coroutine", "print", "warn", "_G" };
	char body[200], want[200];

	for (size_t i = 0; i < sizeof(missing) / sizeof(*missing); i++) {
		snprintf(body, sizeof(body), "local x = %s", missing[i]);
		snprintf(want, sizeof(want), "orders.lua:2: global %s: expected a name that is defined, found none",
				missing[i]);
		is_dead(body, want);
	}
	is_cell("assert(string.dump == nil and math.random == nil and math.randomseed == nil)", "id", "int:1");
	is_dead("local x = load",
			"orders.lua:2: global load: expected a name that is defined, found none; nearest is 'log'");
	is_dead("do return rw end",
			"orders.lua:2: global rw: expected a name that is defined, found none; nearest is 'row'");
	is_dead("counter = 1",
			"orders.lua:2: global counter: expected a local; globals are only set while the script is loaded");
	is_dead("setmetatable({}, { __gc = function() end })", "orders.lua:2: expected a metatable without __gc");
	is_dead("setmetatable(row, {})", "orders.lua:2: bad argument #1 to 'setmetatable' (table expected, got row)");
	is_cell("assert(getmetatable(row) == false and getmetatable('') == false and getmetatable(null) == false and getmetatable(row.amount) == false)",
			"id", "int:1");
	is_dead("setmetatable(_ENV, nil)", "orders.lua:2: cannot change a protected metatable");
	is_dead("table.insert(setmetatable({}, { __len = function() return 1 << 60 end }), 1, 1)",
			"orders.lua:2: expected an end within 100000 instructions for one row, found none");
	is_dead("table.move({}, 1, 1 << 60, 2)",
			"orders.lua:2: expected an end within 100000 instructions for one row, found none");
	is_dead("local s = ('a'):rep(20000) s:find('a*a*a*a*[b]')",
			"orders.lua:2: expected an end within 100000 instructions for one row, found none");
	is_cell("assert((('a'):rep(100000) .. 'b'):find('b', 1, true) == 100001)", "id", "int:1");
	is_cell("for i = 1, 300 do pcall(function() row:set('f' .. i, i, 'int') end) end", "id", "int:1");
	is_int(out->changes[0].schema->ncolumns, 14 + 256, "the number of new fields has an end");
	is_dead("row[1] = 2", "orders.lua:2: expected a field's name, found a number");
	is_dead("row:set('a\\n', 2, 'int')",
			"orders.lua:2: field: expected a printable name, found bytes that are not");
}

static void test_kept_objects(void)
{
	fresh();
	add(CHANGE_CREATE, 1, "a");
	add(CHANGE_CREATE, 2, "a");
	add(CHANGE_CREATE, 3, "a");
	run("local kept\n"
	    "function transform(row)\n"
	    "  if row.id == 1 then kept = row:copy() return row end\n"
	    "  if row.id == 2 then return kept end\n"
	    "  return kept.id end");
	is_str(ops(), "c!!", "a row that was kept is void");
	is_str(out->changes[1].dead,
			"orders.lua: expected a row of this call, found one that was kept from an earlier call",
			"when returned");
	is_str(out->changes[2].dead, "orders.lua:5: attempt to index a nil value (upvalue 'kept')",
			"and what a failed row has left is gone");
}

static void test_frozen(void)
{
	is_cell("local t = {} t.x = 1 row.status = tostring(t.x)", "status", "text:1");
	is_dead("string.upper = nil",
			"orders.lua:2: field upper: expected a table made in this call, found one from when the script was loaded, which is read-only; "
			"a row finds nothing that an earlier row left");
	fresh();
	add(CHANGE_CREATE, 1, "a");
	add(CHANGE_CREATE, 2, "a");
	run("local seen = {}\nfunction transform(row) seen[row.id] = true return row end");
	is_str(ops(), "!!", "a table that lasts cannot be written");
	is_str(out->changes[0].dead,
			"orders.lua:2: field 1: expected a table made in this call, found one from when the script was loaded, which is read-only; "
			"a row finds nothing that an earlier row left",
			"the reason");
	fresh();
	add(CHANGE_CREATE, 1, "a");
	add(CHANGE_CREATE, 2, "a");
	run("function transform(row) if row.id == 1 then row:set('junk', 'x', 'text') error('bad') end return row end");
	is_str(ops(), "!c", "a failed row");
	is_int(out->changes[1].schema->ncolumns, 14, "adds no column");
}

static void test_open(void)
{
	static const struct {
		const char *text, *want;
	} cases[] = {
		{ "function transform(row", "orders.lua:1: ')' expected near <eof>" },
		{ "\nx = nil + 1", "orders.lua:2: attempt to perform arithmetic on a nil value" },
		{ "x = 1", "orders.lua: expected function transform(row, event), found none" },
		{ "transform = 5", "orders.lua: expected function transform(row, event), found number" },
		{ "while true do end",
				"orders.lua:1: expected an end within 100000 instructions for one row, found none" },
		{ "local t = {} for i = 1, 1e9 do t[i] = ('x'):rep(100000) .. i end",
				"orders.lua: expected to need at most 8388608 bytes of memory, found more" },
		{ "\x1bLua", "orders.lua: attempt to load a binary chunk (mode is 't')" },
		{ "fields = 5 function transform() end",
				"orders.lua: fields: expected a table of names and types, found a number" },
	};
	struct script_limits small = { .instructions = 1000, .memory_bytes = 1000 };
	struct err err = { 0 };

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		ok(script_open_text("orders.lua", cases[i].text, &limits, &err) == NULL && err.kind == ERR_CONFIG,
				"refused: case %zu", i);
		is_str(err.msg, cases[i].want, "says why");
	}
	ok(script_open("none.lua", &limits, &err) == NULL, "no file");
	is_str(err.msg, "none.lua: expected a readable script, found: No such file or directory", "says so");
	ok(script_open_text("x.lua", "function transform() end", &small, &err) == NULL && err.kind == ERR_CONFIG,
			"too little memory for Lua: %s", err.msg);
}

/* The scripts in lua/ run on rows that have their columns and on rows that do not. */
static void test_examples(void)
{
	static const char *const names[] = { "orders", "customers", "fanout" };
	const char *top = getenv("top_srcdir");
	struct err err = { 0 };

	for (size_t i = 0; i < 3; i++) {
		char path[500];
		struct script *s;

		snprintf(path, sizeof(path), "%s/lua/%s.lua", top ? top : "..", names[i]);
		s = script_open(path, &limits, &err);
		ok(s != NULL, "%s opens: %s", names[i], err.msg);
		if (s == NULL)
			continue;
		fresh();
		add(CHANGE_CREATE, 1, "paid");
		add(CHANGE_UPDATE, 2, "test");
		add(CHANGE_DELETE, 3, "paid");
		script_run(s, in, 0, in->nchanges, out, &err);
		is_str(ops(), ((const char *const[]){ "cdd", "cud", "ccssdd" })[i], "%s does what it says", names[i]);
		script_close(s);
	}
}

/* Memory that can be had at no point: every limit up to what is needed must end in an error, not in a crash. */
static void test_every_limit(void)
{
	int opened = 0, dead = 0;

	for (int64_t bytes = 2000; bytes < 60000; bytes += 371) {
		struct script_limits tight = { .instructions = 100000, .memory_bytes = bytes };
		struct err err = { 0 };
		struct script *s = script_open_text("x.lua",
				"fields = { note = 'text' } function transform(row) row.note = row.status .. 'x' row.doc = json.encode(json.decode(row.doc)) return row end",
				&tight, &err);

		if (s == NULL)
			continue;
		opened++;
		fresh();
		add(CHANGE_CREATE, 1, "a");
		script_run(s, in, 0, 1, out, &err);
		dead += out->changes[0].dead != NULL;
		script_close(s);
	}
	ok(opened > 0 && dead < opened, "limits from too little to enough: %d opened, %d of them too tight", opened,
			dead);
}

static void test_stats(void)
{
	struct script *s = script_with(
			"function transform(row) if row.id == 1 then return nil end if row.id == 2 then error('x') end return row end");
	struct script_stats stats;
	struct err err = { 0 };

	fresh();
	for (int i = 1; i <= 4; i++)
		add(CHANGE_CREATE, i, "a");
	is_int(script_run(s, in, 1, 3, out, &err), 0, "a part of the batch");
	is_int(script_run(s, in, 0, 1, out, &err), 0, "another");
	script_stats(s, &stats);
	ok(stats.rows_in == 4 && stats.rows_out == 3 && stats.dropped == 1 && stats.dead == 1, "counted");
	is_int(script_run(s, in, 3, 2, out, &err), -1, "beyond the batch");
	script_close(s);
}

int main(void)
{
	orders = orders_schema();
	in = batch_new();
	out = batch_new();
	test_untouched();
	test_write();
	test_exact();
	test_null_and_absent();
	test_types();
	test_fields();
	test_outcomes();
	test_key_update();
	test_event();
	test_verdicts();
	test_before();
	test_helpers();
	test_budget();
	test_memory();
	test_sandbox();
	test_kept_objects();
	test_frozen();
	test_open();
	test_examples();
	test_every_limit();
	test_stats();
	batch_free(in);
	batch_free(out);
	schema_unref(orders);
	return tap_done();
}
