/* test_script_json.c - members of JSON read and set in its text: digits and bytes stay. */
#include "script/script.h"

#include <stdio.h>
#include <stdlib.h>

#include "tests/tap.h"
#include "tests/unit/script_rows.h"

static struct schema *orders;
static struct batch *in, *out;

/* What `expression` gives, as text; or why the row failed. */
static const char *value_of(const char *doc, const char *expression)
{
	static const struct script_limits limits = { .instructions = 1000000, .memory_bytes = 8 << 20 };
	static char text[2000];
	static struct err err;
	char source[2000];
	struct script *s;
	struct value *row;

	snprintf(source, sizeof(source),
			"fields = { x = 'text' } function transform(row) local v = %s row.x = math.type(v) or type(v) row.x = row.x .. ' ' .. tostring(v) return row end",
			expression);
	err_clear(&err);
	s = script_open_text("j.lua", source, &limits, &err);
	if (s == NULL)
		return err.msg;
	batch_reset(in);
	batch_reset(out);
	row = orders_row(in, orders, 1, "x");
	row[C_DOC] = doc ? (struct value){ .kind = VALUE_TEXT, .p = doc, .len = (uint32_t)strlen(doc) }
			 : (struct value){ .kind = VALUE_NULL };
	orders_change(in, orders, CHANGE_CREATE, NULL, row);
	script_run(s, in, 0, 1, out, &err);
	if (out->changes[0].dead) {
		snprintf(text, sizeof(text), "%s", out->changes[0].dead);
	} else {
		const struct value *v = &out->changes[0].after[orders->ncolumns];

		snprintf(text, sizeof(text), "%.*s", (int)v->len, v->p);
	}
	script_close(s);
	return text;
}

static const char *doc =
		"{\"a\": {\"x\": 12345678901234567890.123456789, \"n\": 7, \"e\": 1e3, \"f\": false, \"z\": null}, \"t\": [10, "
		"\"zwei\", {\"k\": \"v\\\"\\u00e4\"}], \"\\u0061b\": 1.0E-7, \"len\": 3}";

static void test_get(void)
{
	is_str(value_of(doc, "row.doc.a.x"), "userdata 12345678901234567890.123456789", "a decimal keeps its digits");
	is_str(value_of(doc, "row.doc.a.x + 1"), "userdata 12345678901234567891.123456789", "and is one");
	is_str(value_of(doc, "row.doc.a.n"), "integer 7", "a whole number");
	is_str(value_of(doc, "row.doc.a.e"), "float 1000.0", "with an exponent");
	is_str(value_of(doc, "row.doc.a.f"), "boolean false", "false");
	is_str(value_of(doc, "row.doc.a.z"), "userdata null", "null is there");
	is_str(value_of(doc, "row.doc.a.none"), "nil nil", "what is not there is nil");
	is_str(value_of(doc, "row.doc.t[2]"), "string zwei", "of a list");
	is_str(value_of(doc, "row.doc.t[4]"), "nil nil", "beyond its end");
	is_str(value_of(doc, "row.doc.t[3].k"), "string v\"ä", "escapes");
	is_str(value_of(doc, "row.doc.ab"), "float 1e-07", "an escaped name");
	is_str(value_of(doc, "row.doc.a"),
			"string {\"x\": 12345678901234567890.123456789, \"n\": 7, \"e\": 1e3, \"f\": false, \"z\": null}",
			"an object is its bytes");
	is_str(value_of(doc, "json.get(row.doc, 'len')"), "integer 3",
			"a member that is called as a function of texts");
	is_str(value_of(doc, "row.doc:len()"), "integer 153", "which stays one");
	is_str(value_of(doc, "json.get(row.doc, 't', 3, 'k')"), "string v\"ä", "a path");
	is_str(value_of(doc, "json.get(row.doc, 't', 9, 'k')"), "nil nil", "that leads nowhere");
	is_str(value_of(NULL, "json.get(row.doc, 'a')"), "userdata null", "of NULL it is null");
	is_str(value_of("{\"a\": ", "row.doc.a"), "j.lua:1: json: expected a good value, found: the end",
			"what is no JSON");
	is_str(value_of("\"abc\"", "row.doc.x"), "nil nil", "a text has no members");
	is_str(value_of(doc, "row.status.foo"), "nil nil", "nor has one that is no JSON");
}

static void test_set(void)
{
	static const char *const small = "{\"a\": {\"x\": 1.50,  \"s\": \"q\\u00e4\"}, \"t\": [1,2]}";

	is_str(value_of(small, "json.set(row.doc, 'a', 'x', 2)"),
			"string {\"a\": {\"x\": 2,  \"s\": \"q\\u00e4\"}, \"t\": [1,2]}",
			"one number, all other bytes as they are");
	is_str(value_of(small, "json.set(row.doc, 'a', 's', mask('abc'))"),
			"string {\"a\": {\"x\": 1.50,  \"s\": \"a**\"}, \"t\": [1,2]}", "a text");
	is_str(value_of(small, "json.set(row.doc, 't', 2, null)"),
			"string {\"a\": {\"x\": 1.50,  \"s\": \"q\\u00e4\"}, \"t\": [1,null]}", "of a list");
	is_str(value_of(small, "json.set(row.doc, 'a', 'new\"', true)"),
			"string {\"a\": {\"x\": 1.50,  \"s\": \"q\\u00e4\", \"new\\\"\": true}, \"t\": [1,2]}",
			"a new name");
	is_str(value_of("{}", "json.set(row.doc, 'a', {1, 2})"), "string {\"a\": [1,2]}", "of an empty object");
	is_str(value_of(small, "json.set(row.doc, 'b', row.doc.a)"),
			"string {\"a\": {\"x\": 1.50,  \"s\": \"q\\u00e4\"}, \"t\": [1,2], \"b\": {\"x\": 1.50,  \"s\": \"q\\u00e4\"}}",
			"a part of it");
	is_str(value_of(small, "json.set(row.doc, 'b', 'c', 1)"),
			"j.lua:1: json.set: expected an object with 'b' in it, found none",
			"a path that leads nowhere");
	is_str(value_of(small, "json.set(row.doc, 't', 3, 1)"),
			"j.lua:1: json.set: expected an object with '3' in it, found none",
			"a place that a list lacks");
}

int main(void)
{
	orders = orders_schema();
	in = batch_new();
	out = batch_new();
	test_get();
	test_set();
	batch_free(in);
	batch_free(out);
	schema_unref(orders);
	return tap_done();
}
