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
	s = script_open_text("a.lua",
			"key = { 'nope' } function transform(row) return row end function delete(row) return nil end",
			&limits, &err);
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
	test_target();
	batch_free(in);
	batch_free(out);
	schema_unref(orders);
	return tap_done();
}
