/* test_script_declared.c - what a script declares of the target's table: which key its rows have, and what becomes of changes then. */
#include "script/script.h"

#include "tests/tap.h"
#include "tests/unit/script_rows.h"

static const struct script_limits limits = { .instructions = 100000, .memory_bytes = 8 << 20 };

static struct schema *orders;
static struct batch *in, *out;

static void add(enum change_op op, int64_t id, const char *status)
{
	orders_add(in, orders, op, id, status);
}

/* A letter for each change that comes out: its op, or ! for a dead one. */
static const char *run(const char *text)
{
	static char ops[40];
	struct err err = { 0 };
	struct script *s = script_open_text("dir/orders.lua", text, &limits, &err);
	size_t n = 0;

	batch_reset(out);
	if (s == NULL || script_run(s, in, 0, in->nchanges, out, &err) != 0)
		return snprintf(ops, sizeof(ops), "%.39s", err.msg), script_close(s), ops;
	script_close(s);
	for (size_t i = 0; i < out->nchanges && n < sizeof(ops) - 1; i++)
		ops[n++] = out->changes[i].dead ? '!' : (char)out->changes[i].op;
	ops[n] = '\0';
	return ops;
}

static const char *refusal(const char *text)
{
	static struct err err;

	err_clear(&err);
	script_close(script_open_text("dir/orders.lua", text, &limits, &err));
	return err.msg;
}

static void all_changes(void)
{
	batch_reset(in);
	add(CHANGE_READ, 1, "a");
	add(CHANGE_CREATE, 2, "a");
	add(CHANGE_UPDATE, 3, "a");
	add(CHANGE_UPSERT, 4, "a");
	add(CHANGE_DELETE, 5, "a");
}

static void one(enum change_op op)
{
	batch_reset(in);
	add(op, 1, "a");
}

/* ---- a key that is another than MySQL's ---- */

static void test_changed(void)
{
	one(CHANGE_CREATE);
	is_str(run("function transform(row)\nrow.id = row.id + 1\nreturn row end"), "!",
			"a changed key is not declared");
	is_str(out->changes[0].dead,
			"orders.lua:2: column id: expected the key that the row has in MySQL, found integer 2; a script that loads "
			"rows under other keys says so above its functions: changes_key = true",
			"told with the line and what to do");
	is_str(run("function transform(row) row.id = row.id return row end"), "c", "the same key may be written");
	is_str(run("function transform(row) row.id = decimal('1') return row end"), "c", "also in another form");
	is_str(run("function transform(row) local c = row:copy() c.id = 7 return c end"), "!", "nor in a copy");
	is_str(run("function transform(row) return { id = 7 } end"), "!", "nor in a table");
	is_str(run("changes_key = true function transform(row) row.id = 7 return row end"), "c", "declared");
	is_int(out->changes[0].after[C_ID].i, 7, "its key is the script's");
	is_str(refusal("changes_key = 1 function transform(row) return row end"),
			"orders.lua: changes_key: expected true or false, found a number", "what changes_key is");
	one(CHANGE_DELETE);
	is_str(run("function transform(row) return row end function delete(row) row.id = 7 return row end"), "!",
			"a delete by another key is not declared either");
}

/* ---- a key of the script's own ---- */

#define HISTORY \
	"fields = { valid_from = 'datetime(6)' } key = { 'id', 'valid_from' }\n" \
	"function transform(row, event) if row.status == 'x' then drop('x') end row.valid_from = tostring(event.ts) return row end\n"

static void test_history(void)
{
	const struct schema *s;

	all_changes();
	is_str(run(HISTORY "function delete(row, event) return nil end"), "rcss",
			"each version is a row, and none is deleted");
	s = out->changes[2].schema;
	is_int(s->nkey, 2, "the key has two columns");
	is_str(s->columns[s->key[1]].name, "valid_from", "the second is the script's");
	ok(!s->columns[s->key[1]].nullable, "which is not null then");
	ok(out->changes[2].before == NULL, "the row before it stays");
	is_str(run(HISTORY "function delete(row, event) row.valid_from = tostring(event.ts) return keep(row) end"),
			"rcsss", "the end is a row, too");
	is_str(run(HISTORY "function delete(row, event) row.valid_from = '2018-01-01' return row end"), "rcssd",
			"delete() says which row goes");
	s = out->changes[4].schema;
	is_int(s->nkey, 2, "by the whole key");
	is_str(run(HISTORY "function delete(row, event) return row end"), "rcss!", "which has to be whole");
	is_str(out->changes[4].dead,
			"orders.lua: column valid_from: expected a value, because it is part of the key, found none",
			"and says what is missing");
	batch_reset(in);
	add(CHANGE_UPDATE, 1, "x");
	add(CHANGE_UPSERT, 1, "x");
	is_str(run(HISTORY "function delete(row, event) return nil end"), "", "what is dropped deletes nothing");
}

static void test_untouched(void)
{
	all_changes();
	is_str(run("key = { 'status', 'id' } function transform(row) return row end function delete(row) return row end"),
			"rcssd", "rows that are not written");
	is_int(out->changes[0].schema->nkey, 2, "have the key as well");
	ok(out->changes[0].after == in->changes[0].after, "and the cells that came");
}

static void test_refused(void)
{
	is_str(refusal("key = 'id' function transform(row) return row end"),
			"orders.lua: key: expected a list of 1 to 16 columns, such as { \"id\", \"valid_from\" }, found string",
			"no list");
	is_str(refusal("key = {} function transform(row) return row end"),
			"orders.lua: key: expected a list of 1 to 16 columns, such as { \"id\", \"valid_from\" }, found none",
			"an empty one");
	is_str(refusal("key = { 1 } function transform(row) return row end"),
			"orders.lua: key: expected names of columns, found a number", "no name");
	ok(strstr(refusal("key = { 'id' } function transform(row) return row end"),
			   "expected function delete(row, event)"),
			"without delete()");
	one(CHANGE_CREATE);
	is_str(run("key = { 'id', 'statu' } function transform(row) return row end function delete(row) return nil end"),
			"!", "a column that the table lacks");
	is_str(out->changes[0].dead,
			"orders.lua: key: expected columns of testdb.orders or of `fields`, found 'statu', which is none; nearest is 'status'",
			"told with the nearest");
}

/* ---- columns that are called otherwise at the target, or are not there ---- */

#define FORM "rename = { status = 'state', raw = 'bytes' } skip = { 'email', 'nothing' }\n"

static int64_t number(const struct change *c, const struct value *cells, const char *name)
{
	int at = schema_column(c->schema, name, strlen(name));

	return at < 0 || cells[at].kind != VALUE_INT ? -1 : cells[at].i;
}

static bool has(const struct schema *s, const char *name)
{
	return schema_column(s, name, strlen(name)) >= 0;
}

static void test_form(void)
{
	const struct change *c;

	all_changes();
	is_str(run(FORM "function transform(row) if row.email ~= 'jane.doe@example.com' then reject() end row.small = row.id return row end"),
			"rcusd", "the script sees MySQL's names");
	c = &out->changes[2];
	ok(has(c->schema, "state") && has(c->schema, "bytes") && !has(c->schema, "status"), "they get other names");
	ok(!has(c->schema, "email"), "a column is left out");
	is_int(c->schema->ncolumns, orders->ncolumns - 1, "and no other");
	is_int(number(c, c->after, "small"), 3, "cells stand where their columns stand");
	is_int(number(c, c->before, "id"), 3, "also those of the row before");
	is_str(c->schema->columns[c->schema->key[0]].name, "id", "the key is the same");
	is_int(number(&out->changes[4], out->changes[4].before, "id"), 5,
			"deletes, which no function sees, have the form, too");
	is_str(run("rename = { status = 'state' } function transform(row) return row end"), "rcusd", "only a name");
	ok(out->changes[0].after == in->changes[0].after, "needs no copy");
	is_str(run(FORM "function transform(row) return nil end"), "ddd", "and the deletes of dropped rows");
	ok(has(out->changes[0].schema, "state"), "have the form");
	is_str(run("fields = { n = 'int' } rename = { n = 'm' } function transform(row) row.n = 7 return row end"),
			"rcusd", "a column of the script may have another name");
	is_int(number(&out->changes[0], out->changes[0].after, "m"), 7, "too");
	one(CHANGE_CREATE);
	is_str(run("skip = { 'id' } function transform(row) return row end"), "!", "the key cannot be left out");
	is_str(out->changes[0].dead,
			"orders.lua: skip: column id: expected one outside of the key, by which rows are found",
			"which is told");
	is_str(run("rename = { id = 'no' } function transform(row) return row end"), "!", "nor renamed");
	is_str(run("rename = { email = 'status' } function transform(row) return row end"), "!",
			"a name that is taken");
	is_str(out->changes[0].dead, "orders.lua: rename: expected a name that no other column has, found 'status'",
			"is told");
	is_str(run("rename = { email = 'status' } skip = { 'status' } function transform(row) return row end"), "c",
			"unless that one is left out");
	is_str(refusal("skip = 'a' function transform(row) return row end"),
			"orders.lua: skip: expected a list of columns, found a string", "no list");
	is_str(refusal("rename = { a = 1 } function transform(row) return row end"),
			"orders.lua: rename: expected old = \"new\", found a number", "no name");
	is_str(refusal("rename = { a = 'b' } skip = { 'a' } function transform(row) return row end"),
			"orders.lua: column a: expected one line in `rename` or `skip`, found two", "both");
}

static void test_alter(void)
{
	static const struct ddl_move moves[] = {
		{ .from = "status", .to = "statuses" },
		{ .from = "email" },
		{ .to = "raw", .blank = true },
		{ .from = "old_email", .to = "email" },
		{ .from = "state", .to = "status" },
	};
	const struct ddl_alter alter = { .moves = moves, .nmoves = sizeof(moves) / sizeof(*moves) };
	const struct ddl_alter *to;

	batch_reset(in);
	batch_hold_schema(in, orders);
	*batch_add_change(in) = (struct change){ .op = CHANGE_ALTER, .schema = orders, .alter = &alter };
	is_str(run(FORM "function transform(row) return row end"), "a", "a schema change passes");
	to = out->changes[0].alter;
	is_int(to->nmoves, 3, "without columns that are left out");
	ok(strcmp(to->moves[0].from, "state") == 0 && strcmp(to->moves[0].to, "statuses") == 0,
			"by the target's names");
	ok(to->moves[1].from == NULL && strcmp(to->moves[1].to, "bytes") == 0, "one that is added");
	ok(strcmp(to->moves[2].from, "old_email") == 0 && to->moves[2].to == NULL,
			"one that becomes one of those that are left out");
	ok(alter.moves == moves && moves[0].from[0] == 's' && strcmp(moves[0].from, "status") == 0,
			"the message's own is as it was");
}

static void test_target(void)
{
	struct err err = { 0 };
	struct script *s = script_open_text("a.lua", HISTORY "function delete(row) return nil end", &limits, &err);
	struct schema *wide = script_target(s, orders, &err);
	char key[100];

	is_int(wide->ncolumns, orders->ncolumns + 1, "the target's table has the script's columns");
	is_int(wide->nkey, 2, "and its key");
	ok(script_own_key(s, key, sizeof(key)), "which is told");
	is_str(key, "id, valid_from", "by name");
	schema_unref(wide);
	script_close(s);
	s = script_open_text("a.lua", FORM "function transform(row) return row end", &limits, &err);
	wide = script_target(s, orders, &err);
	ok(has(wide, "state") && !has(wide, "email"), "its names");
	is_str(script_column_before(s, "state"), "status", "which are MySQL's by another name");
	is_str(script_column_before(s, "amount"), "amount", "or not");
	schema_unref(wide);
	script_close(s);
	s = script_open_text("a.lua",
			"key = { 'nope' } function transform(row) return row end function delete(row) return nil end",
			&limits, &err);
	err_clear(&err);
	ok(script_target(s, orders, &err) == NULL, "a key that the table lacks");
	is_str(err.msg, "a.lua: key: expected columns of testdb.orders or of `fields`, found 'nope', which is none",
			"is told");
	script_close(s);
}

int main(void)
{
	orders = orders_schema();
	in = batch_new();
	out = batch_new();
	test_changed();
	test_history();
	test_untouched();
	test_refused();
	test_form();
	test_alter();
	test_target();
	batch_free(in);
	batch_free(out);
	schema_unref(orders);
	return tap_done();
}
