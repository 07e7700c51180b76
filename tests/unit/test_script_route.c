/* test_script_route.c - rows that a script sends to other tables, and what is deleted where they are no more. */
#include "script/script.h"

#include "tests/tap.h"
#include "tests/unit/script_rows.h"

static const struct script_limits limits = { .instructions = 100000, .memory_bytes = 8 << 20 };

static struct schema *orders;
static struct batch *in, *out;

static void run(const char *text)
{
	struct err err = { 0 };
	struct script *s = script_open_text("dir/orders.lua", text, &limits, &err);

	batch_reset(out);
	if (s == NULL || script_run(s, in, 0, in->nchanges, out, &err) != 0)
		ok(false, "runs: %s", err.msg);
	script_close(s);
}

/* "s:a d:orders d:b": op and table of each change; of a dead one the reason. */
static const char *tables(void)
{
	static char text[400];
	size_t n = 0;

	text[0] = '\0';
	for (size_t i = 0; i < out->nchanges && n < sizeof(text); i++) {
		const struct change *c = &out->changes[i];

		n += (size_t)snprintf(text + n, sizeof(text) - n, "%s%c:%s", i ? " " : "", c->dead ? '!' : c->op,
				c->dead ? c->dead : c->schema->table);
		if (c->routed != (strcmp(c->schema->table, "orders") != 0))
			return "routed is wrong";
	}
	return text;
}

#define TO "to = { 'x.a', 'x.b' } "

static void is(enum change_op op, const char *text, const char *want)
{
	batch_reset(in);
	orders_add(in, orders, op, 1, "paid");
	run(text);
	is_str(tables(), want, "%c %s", op, strcspn(text, "\n") == strlen(text) ? text : want);
}

static void test_rows(void)
{
	static const char to_a[] = TO "function transform(row, event) return event:to('x.a', row) end";
	static const char both[] = TO "function transform(row, event) return { row, event:to('x.b', row:copy()) } end";

	is(CHANGE_CREATE, to_a, "c:a");
	ok(strcmp(out->changes[0].schema->db, "x") == 0, "in its database");
	ok(out->changes[0].after == in->changes[0].after, "an untouched row keeps its cells");
	is(CHANGE_READ, to_a, "r:a");
	is(CHANGE_UPDATE, to_a, "s:a d:orders d:b");
	is(CHANGE_UPSERT, to_a, "s:a d:orders d:b");
	is(CHANGE_DELETE, to_a, "d:orders d:a d:b");
	is(CHANGE_UPDATE, both, "s:orders s:b d:a");
	is(CHANGE_CREATE, both, "c:orders c:b");
	is(CHANGE_UPDATE, TO "function transform(row, event) return row end", "u:orders d:a d:b");
	is(CHANGE_UPDATE, TO "function transform(row, event) return nil end", "d:orders d:a d:b");
	is(CHANGE_UPDATE, TO "function transform(row, event) event:to('x.a', row) drop('no') end", "d:orders d:a d:b");
	is(CHANGE_CREATE, TO "function transform(row, event) return event:to('x.a', { id = row.id }) end", "c:a");
	is(CHANGE_UPDATE, TO "function transform(row, event) return event:to('testdb.orders', row) end",
			"u:orders d:a d:b");
	is(CHANGE_CREATE,
			TO
			"fields = { n = 'int' } function transform(row, event) row.n = 1 return { row, event:to('x.a', row:copy()) } end",
			"c:orders c:a");
	is_int(schema_column(out->changes[1].schema, "n", 1), (int)orders->ncolumns, "with the script's columns");
	is(CHANGE_UPDATE, TO "function transform(row, event) return row end to = { 'testdb.orders', 'x.b' }",
			"u:orders d:b");
}

static bool is_a(void *arg, const char *db, const char *table)
{
	(*(int *)arg)++;
	return strcmp(db, "x") == 0 && strcmp(table, "a") == 0;
}

/* x.a turns out to be captured: it gets nothing of this script, and loses nothing by it. */
static void test_captured(void)
{
	struct err err = { 0 };
	struct script *s = script_open_text("dir/orders.lua",
			TO
			"function transform(row, event) return event:to(row.status == 'paid' and 'x.a' or 'x.b', row) end",
			&limits, &err);
	int asked = 0;

	script_refuse_to(s, is_a, &asked);
	is_int(asked, 2, "asked for each table of `to`, and not for each row");
	batch_reset(in);
	batch_reset(out);
	orders_add(in, orders, CHANGE_UPDATE, 1, "paid");
	orders_add(in, orders, CHANGE_UPDATE, 2, "new");
	orders_add(in, orders, CHANGE_DELETE, 3, "paid");
	script_run(s, in, 0, in->nchanges, out, &err);
	ok(out->nchanges && out->changes[0].dead &&
					strstr(out->changes[0].dead,
							"event:to: expected a table that is not captured, found 'x.a': the rows of both would overwrite each other"),
			"a captured table: %s",
			out->nchanges && out->changes[0].dead ? out->changes[0].dead : "passed");
	out->changes[0].dead = "dead";
	is_str(tables(), "!:dead s:b d:orders d:orders d:b", "nothing is deleted there");
	script_close(s);
}

static void test_deletes(void)
{
	static const char pass[] = TO "function transform(row, event) return row end ";
	char text[300];

	snprintf(text, sizeof(text), "%sfunction delete(row, event) return row end", pass);
	is(CHANGE_DELETE, text, "d:orders d:a d:b");
	snprintf(text, sizeof(text), "%sfunction delete(row, event) return event:to('x.a', row) end", pass);
	is(CHANGE_DELETE, text, "d:a");
	snprintf(text, sizeof(text), "%sfunction delete(row, event) return nil end", pass);
	is(CHANGE_DELETE, text, "");
	snprintf(text, sizeof(text),
			"%sfunction delete(row, event) return { row, keep(event:to('x.a', row:copy())) } end", pass);
	is(CHANGE_DELETE, text, "d:orders d:a d:b s:a");
}

static void test_key_moves(void)
{
	struct value *old, *row;

	batch_reset(in);
	old = orders_row(in, orders, 1, "paid");
	row = orders_row(in, orders, 2, "paid");
	orders_change(in, orders, CHANGE_UPDATE, old, row);
	run(TO "function transform(row, event) return event:to('x.a', row) end");
	is_str(tables(), "s:a d:orders d:a d:b", "a key that moves");
	is_int(out->changes[0].after[C_ID].i, 2, "the new one");
	is_int(out->changes[2].before[C_ID].i, 1, "the old one goes, also there");
}

static void test_errors(void)
{
	is(CHANGE_CREATE, TO "function transform(row, event)\nreturn event:to('x.aa', row) end",
			"!:orders.lua:2: event:to: expected a table that is declared above the functions, to = { \"x.aa\" }, found 'x.aa'; "
			"nearest is 'x.a'");
	is(CHANGE_CREATE, "function transform(row, event)\nreturn event:to('x.a', row) end",
			"!:orders.lua:2: event:to: expected a table that is declared above the functions, to = { \"x.a\" }, found 'x.a'");
	is(CHANGE_CREATE, TO "function transform(row, event)\nevent:to('x.a', row) return nil end",
			"!:orders.lua: event:to: expected its row among the results, found a call whose row is not returned");
	is(CHANGE_CREATE,
			TO "function transform(row, event)\nreturn { event:to('x.a', row), event:to('x.b', row) } end",
			"!:orders.lua:2: event:to: expected a row that goes nowhere yet, found one that goes to x.a; send row:copy()");
	is(CHANGE_CREATE, TO "function transform(row, event)\nreturn event.to('x.a', row) end",
			"!:orders.lua:2: event:to: expected a call as event:to(table, row)");
}

static const char *refusal(const char *to)
{
	static struct err err;
	char text[200];

	err_clear(&err);
	snprintf(text, sizeof(text), "to = %s function transform(row) return row end", to);
	script_close(script_open_text("o.lua", text, &limits, &err));
	return err.msg;
}

static void test_refused(void)
{
	const char *db, *table;
	struct err err = { 0 };
	struct script *s;

	is_str(refusal("'x.a'"),
			"o.lua: to: expected a list of 1 to 16 tables, such as { \"shop.orders_eu\" }, found string",
			"no list");
	is_str(refusal("{}"),
			"o.lua: to: expected a list of 1 to 16 tables, such as { \"shop.orders_eu\" }, found none",
			"an empty one");
	is_str(refusal("{ 'a' }"), "o.lua: to: expected names of tables, such as \"shop.orders_eu\", found a",
			"no table");
	s = script_open_text("o.lua", TO "function transform(row) return row end", &limits, &err);
	ok(script_to_at(s, 1, &db, &table) && strcmp(db, "x") == 0 && strcmp(table, "b") == 0, "the tables are told");
	ok(!script_to_at(s, 2, &db, &table), "and no more");
	script_close(s);
}

int main(void)
{
	orders = orders_schema();
	in = batch_new();
	out = batch_new();
	test_rows();
	test_captured();
	test_deletes();
	test_key_moves();
	test_errors();
	test_refused();
	batch_free(in);
	batch_free(out);
	schema_unref(orders);
	return tap_done();
}
