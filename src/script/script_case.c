/*
 * script_case.c - a case of a script: one row, and what must become of it, as a line of JSON.
 *
 *   {"name": "masks", "op": "u", "row": {"id": 1, "email": "a@b"}, "before": {..}, "expect": {"email": "*@*"}}
 *
 * "lookup": {"EUR": {"rate": "1.1"}} is what lookup{ query = .. } finds; op is c when it is not given. Columns that row does not name are NULL. expect is a row (the columns that are named are
 * compared), a list of rows, "dropped", "deleted", or {"dead": "part of the reason"}. Values of row are taken as a script
 * would write them; "event:to" in expect is the table that the row goes to, and values of expect are compared with the text of what came out. event.ts is 2018-06-20 13:37:03 UTC.
 */
#include "script/script_part.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/buf.h"
#include "core/json.h"

static const int64_t COMMIT_US = 1529501823000000; /* event.ts of a case: 2018-06-20 13:37:03 */

struct case_parts {
	struct script *s;
	struct schema *schema;
	struct batch *in, *out;
	struct json_slice row, before, expect;
	enum change_op op;
	struct script_case *result;
};

static void problem(struct case_parts *p, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static void problem(struct case_parts *p, const char *fmt, ...)
{
	va_list ap;

	if (p->result->text[0])
		return;
	va_start(ap, fmt);
	vsnprintf(p->result->text, sizeof(p->result->text), fmt, ap);
	va_end(ap);
}

/* ---- the row that goes in ---- */

static void push_scalar(lua_State *L, struct arena *a, const struct json_slice *v)
{
	const char *text;
	size_t len;

	switch (v->kind) {
	case JSON_NULL: script_null_push(L); break;
	case JSON_TRUE:
	case JSON_FALSE: lua_pushboolean(L, v->kind == JSON_TRUE); break;
	case JSON_NUMBER:
		if (!decimal_parse(script_decimal_push(L), v->p, v->len))
			luaL_error(L, "expected a number, found %s", lua_pushlstring(L, v->p, v->len));
		break;
	case JSON_STRING:
		if (json_text(v, a, &text, &len))
			luaL_error(L, "expected whole \\u pairs in a text, found half a pair");
		lua_pushlstring(L, text, len);
		break;
	default: /* a JSON column's value, as it stands */ lua_pushlstring(L, v->p, v->len);
	}
}

/* 1: the parts, 2: the slice of an object, 3: where its cells go. */
static int take_row(lua_State *L)
{
	struct case_parts *p = lua_touserdata(L, 1);
	const struct json_slice *object = lua_touserdata(L, 2);
	struct value *cells = lua_touserdata(L, 3);
	struct json_slice key, v;
	struct json j;

	json_init(&j, object->p, object->len);
	for (bool more = json_enter(&j, '{') && json_member(&j, &key); more; more = json_member(&j, &key)) {
		int column = schema_column(p->schema, key.p, key.len);
		struct script_given given;

		json_value(&j, &v);
		if (column < 0)
			return luaL_error(L, "row: expected a column of the table, found '%s'",
					lua_pushlstring(L, key.p, key.len));
		push_scalar(L, &p->in->arena, &v);
		given = script_given(L, 4);
		script_value_take(L, 4, &given, &p->schema->columns[column], true, &cells[column]);
		lua_settop(L, 3);
	}
	return 0;
}

static struct value *cells_of(struct case_parts *p, const struct json_slice *object)
{
	struct value *cells = batch_row(p->in, p->schema);
	lua_State *L = p->s->L;

	for (unsigned i = 0; i < p->schema->ncolumns; i++)
		cells[i] = value_null();
	p->s->out = p->in;
	script_budget_arm(p->s);
	lua_pushcfunction(L, take_row);
	lua_pushlightuserdata(L, p);
	lua_pushlightuserdata(L, (void *)object);
	lua_pushlightuserdata(L, cells);
	if (lua_pcall(L, 3, 0, 0) != LUA_OK)
		problem(p, "%.300s",
				lua_isstring(L, -1) ? lua_tostring(L, -1)
						    : "expected a row, found one that is too large");
	lua_settop(L, 1);
	p->s->out = NULL;
	return cells;
}

static bool make_change(struct case_parts *p)
{
	struct change c = { .op = p->op, .schema = p->schema };

	c.after = p->op == CHANGE_DELETE ? NULL : cells_of(p, &p->row);
	if (p->op == CHANGE_DELETE)
		c.before = cells_of(p, &p->row);
	else if (p->before.kind == JSON_OBJECT)
		c.before = cells_of(p, &p->before);
	else if (p->op == CHANGE_UPDATE)
		c.before = c.after;
	batch_add_record(p->in)->commit_us = COMMIT_US;
	*batch_add_change(p->in) = c;
	batch_hold_schema(p->in, p->schema);
	return p->result->text[0] == '\0';
}

/* ---- what comes out ---- */

static bool cell_is(struct case_parts *p, const struct value *v, const struct json_slice *want, char *found,
		size_t size)
{
	const char *text = want->p;
	size_t len = want->len, n;
	char *print;
	bool same;

	if (v == NULL || v->kind == VALUE_ABSENT || v->kind == VALUE_NULL) {
		snprintf(found, size, "%s", v && v->kind == VALUE_NULL ? "null" : "nothing");
		return want->kind == JSON_NULL && v && v->kind == VALUE_NULL;
	}
	print = malloc(value_print_bound(v) + 1);
	n = print ? value_print(v, print) : 0;
	if (want->kind == JSON_STRING)
		json_text(want, &p->in->arena, &text, &len);
	else if (want->kind == JSON_TRUE || want->kind == JSON_FALSE)
		text = want->kind == JSON_TRUE ? "1" : "0", len = 1;
	same = print && want->kind != JSON_NULL && n == len && memcmp(print, text, n) == 0;
	snprintf(found, size, "'%.*s'", (int)(n < 80 ? n : 80), print ? print : "");
	free(print);
	return same;
}

/* Which table a row goes to: "event:to": "shop.orders_eu". */
static void compare_table(struct case_parts *p, const struct change *c, const struct json_slice *want)
{
	char found[TABLE_NAME_ROOM];

	snprintf(found, sizeof(found), "%s.%s", c->schema->db, c->schema->table);
	if (want->kind != JSON_STRING || want->len != strlen(found) || memcmp(want->p, found, want->len) != 0)
		problem(p, "event:to: expected %.*s, found '%s'", (int)(want->len < 80 ? want->len : 80), want->p,
				found);
}

/* Which of the changes are rows: deletes of what an update was elsewhere go with them. */
static void drop_deletes(struct case_parts *p)
{
	size_t rows = 0;

	for (size_t i = 0; i < p->out->nchanges; i++)
		if (p->op == CHANGE_DELETE || p->out->changes[i].op != CHANGE_DELETE)
			p->out->changes[rows++] = p->out->changes[i];
	if (rows)
		p->out->nchanges = rows;
}

/* The columns that the object names, against a row that came out. */
static void compare_row(struct case_parts *p, const struct change *c, const struct json_slice *object)
{
	struct json_slice key, v;
	struct json j;
	char found[100];

	if (c->op == CHANGE_DELETE && p->op != CHANGE_DELETE) {
		problem(p, "expected a row, found a delete");
		return;
	}
	json_init(&j, object->p, object->len);
	for (bool more = json_enter(&j, '{') && json_member(&j, &key); more; more = json_member(&j, &key)) {
		int column = schema_column(c->schema, key.p, key.len);
		const struct value *cells = c->after ? c->after : c->before;

		json_value(&j, &v);
		if (key.len == 8 && memcmp(key.p, "event:to", 8) == 0) {
			compare_table(p, c, &v);
			continue;
		}
		if (!cell_is(p, column < 0 ? NULL : &cells[column], &v, found, sizeof(found)))
			problem(p, "%.*s: expected %.*s, found %s", (int)key.len, key.p, (int)(v.len < 80 ? v.len : 80),
					v.p, found);
	}
}

static void compare_list(struct case_parts *p, const struct json_slice *list)
{
	struct json_slice v;
	struct json j;
	size_t count = 0;

	json_init(&j, list->p, list->len);
	for (bool more = json_enter(&j, '[') && json_element(&j); more; more = json_element(&j), count++) {
		json_value(&j, &v);
		if (count < p->out->nchanges)
			compare_row(p, &p->out->changes[count], &v);
	}
	if (count != p->out->nchanges)
		problem(p, "expected %zu rows, found %zu", count, p->out->nchanges);
}

/* {"dead": "part"}: the text; false: expect is a row. */
static bool expects_dead(struct case_parts *p, const char **text, size_t *len)
{
	struct json_slice key, v;
	struct json j;

	if (p->expect.kind != JSON_OBJECT)
		return false;
	json_init(&j, p->expect.p, p->expect.len);
	return json_enter(&j, '{') && json_member(&j, &key) && key.len == 4 && memcmp(key.p, "dead", 4) == 0 &&
			json_value(&j, &v) == JSON_STRING && json_text(&v, &p->in->arena, text, len) == 0;
}

static void compare_word(struct case_parts *p)
{
	bool dropped = p->expect.len == 7 && memcmp(p->expect.p, "dropped", 7) == 0;
	bool deleted = p->expect.len == 7 && memcmp(p->expect.p, "deleted", 7) == 0;
	size_t n = p->out->nchanges;

	if (!dropped && !deleted)
		problem(p, "expect: expected a row, a list of rows, \"dropped\", \"deleted\" or {\"dead\": ..}, found \"%.*s\"",
				(int)p->expect.len, p->expect.p);
	else if (dropped && n != 0)
		problem(p, "expected nothing, found %s", p->out->changes[0].op == CHANGE_DELETE ? "a delete" : "a row");
	else if (deleted && (n == 0 || p->out->changes[0].op != CHANGE_DELETE))
		problem(p, "expected a delete, found %s", n == 0 ? "nothing" : "a row");
}

static void compare(struct case_parts *p)
{
	const char *dead = p->out->nchanges ? p->out->changes[0].dead : NULL, *want;
	size_t len;

	if (expects_dead(p, &want, &len)) {
		if (dead == NULL || memmem(dead, strlen(dead), want, len) == NULL)
			problem(p, "expected a dead letter with '%.*s', found %s", (int)len, want,
					dead ? dead : "a row that passes");
	} else if (dead) {
		problem(p, "expected a row that passes, found a dead letter: %.300s", dead);
	} else if (p->expect.kind == JSON_OBJECT) {
		drop_deletes(p);
		if (p->out->nchanges != 1)
			problem(p, "expected one row, found %zu", p->out->nchanges);
		else
			compare_row(p, &p->out->changes[0], &p->expect);
	} else if (p->expect.kind == JSON_ARRAY) {
		drop_deletes(p);
		compare_list(p, &p->expect);
	} else {
		compare_word(p);
	}
}

/* ---- the line ---- */

static bool read_line(struct case_parts *p, const char *line, size_t len)
{
	struct json_slice key, v;
	struct json j;

	json_init(&j, line, len);
	for (bool more = json_enter(&j, '{') && json_member(&j, &key); more; more = json_member(&j, &key)) {
		json_value(&j, &v);
		if (key.len == 4 && memcmp(key.p, "name", 4) == 0)
			snprintf(p->result->name, sizeof(p->result->name), "%.*s", (int)v.len, v.p);
		else if (key.len == 2 && memcmp(key.p, "op", 2) == 0 && v.len == 1)
			p->op = (enum change_op)v.p[0];
		else if (key.len == 3 && memcmp(key.p, "row", 3) == 0)
			p->row = v;
		else if (key.len == 6 && memcmp(key.p, "before", 6) == 0)
			p->before = v;
		else if (key.len == 6 && memcmp(key.p, "expect", 6) == 0)
			p->expect = v;
		else if (key.len == 6 && memcmp(key.p, "lookup", 6) == 0)
			p->s->answers = v;
		else
			problem(p, "expected name, op, row, before, lookup or expect, found '%.*s'", (int)key.len,
					key.p);
	}
	if (!json_done(&j))
		problem(p, "expected one object of JSON, found: %s", j.problem ? j.problem : "more after it");
	if (p->row.kind != JSON_OBJECT || p->expect.len == 0)
		problem(p, "expected \"row\": {..} and \"expect\", found no such members");
	if (strchr("rcusd", (int)p->op) == NULL)
		problem(p, "op: expected r, c, u, s or d, found '%c'", (char)p->op);
	return p->result->text[0] == '\0';
}

void script_case_run(struct script *s, struct schema *schema, const char *line, size_t len, struct script_case *result)
{
	struct case_parts p = {
		.s = s,
		.schema = schema,
		.in = batch_new(),
		.out = batch_new(),
		.op = CHANGE_CREATE,
		.result = result,
	};
	struct err err = { 0 };

	*result = (struct script_case){ .passed = false };
	for (struct script *one = s; one; one = one->next)
		one->answers = (struct json_slice){ .p = "{}", .len = 2 };
	if (read_line(&p, line, len) && make_change(&p)) {
		for (struct script *one = s; one; one = one->next)
			one->answers = s->answers;
		if (script_run(s, p.in, 0, 1, p.out, &err))
			problem(&p, "%s", err.msg);
		else
			compare(&p);
	}
	for (struct script *one = s; one; one = one->next)
		one->answers = (struct json_slice){ 0 };
	result->passed = result->text[0] == '\0';
	batch_free(p.in);
	batch_free(p.out);
}

/* ---- what lookup() finds in a case ---- */

static void push_columns(lua_State *L, const struct json_slice *object)
{
	struct json_slice key, v;
	struct json j;

	lua_newtable(L);
	json_init(&j, object->p, object->len);
	for (bool more = json_enter(&j, '{') && json_member(&j, &key); more; more = json_member(&j, &key)) {
		json_value(&j, &v);
		lua_pushlstring(L, key.p, key.len);
		if (v.kind == JSON_NULL)
			script_null_push(L);
		else
			lua_pushlstring(L, v.p, v.len);
		lua_rawset(L, -3);
	}
}

int script_case_answer(lua_State *L, int first)
{
	const struct script *s = script_of(L);
	int last = lua_gettop(L);
	struct json_slice key, v;
	size_t len;
	const char *wanted;
	struct json j;

	for (int i = first; i <= last; i++) {
		if (i > first)
			lua_pushliteral(L, ",");
		luaL_tolstring(L, i, NULL);
	}
	lua_concat(L, 2 * (last - first) + 1);
	wanted = lua_tolstring(L, -1, &len);
	json_init(&j, s->answers.p, s->answers.len);
	for (bool more = json_enter(&j, '{') && json_member(&j, &key); more; more = json_member(&j, &key)) {
		json_value(&j, &v);
		if (key.len == len && memcmp(key.p, wanted, len) == 0 && v.kind == JSON_OBJECT) {
			push_columns(L, &v);
			return 1;
		}
	}
	lua_pushnil(L);
	return 1;
}

/* ---- the first line: the table ---- */

static int bad_table(struct schema *s, struct err *err, const char *what)
{
	schema_unref(s);
	return err_set(err, ERR_CONFIG, 0,
			"the table of the cases: expected {\"table\": \"db.table\", \"columns\": {\"name\": \"type\"}, \"key\": [\"name\"]}, found %s",
			what);
}

static bool add_columns(struct schema *s, const struct json_slice *object)
{
	struct json_slice name, type;
	struct json j;
	char names[80], types[80];

	json_init(&j, object->p, object->len);
	for (bool more = json_enter(&j, '{') && json_member(&j, &name); more; more = json_member(&j, &name)) {
		struct column c;

		if (json_value(&j, &type) != JSON_STRING)
			return false;
		snprintf(names, sizeof(names), "%.*s", (int)name.len, name.p);
		snprintf(types, sizeof(types), "%.*s", (int)type.len, type.p);
		if (!script_field_type(types, &c))
			return false;
		c.name = names;
		c.type_text = types;
		schema_add_column(s, &c);
	}
	return j.problem == NULL && s->ncolumns > 0;
}

static bool add_key(struct schema *s, const struct json_slice *list)
{
	char text[16][80];
	const char *names[16];
	unsigned count = 0;
	struct json_slice v;
	struct json j;

	json_init(&j, list->p, list->len);
	for (bool more = json_enter(&j, '[') && json_element(&j); more && count < 16;
			more = json_element(&j), count++) {
		json_value(&j, &v);
		snprintf(text[count], sizeof(text[count]), "%.*s", (int)v.len, v.p);
		names[count] = text[count];
	}
	return schema_set_key(s, names, count) == 0;
}

int script_case_table(const char *line, size_t len, struct schema **out, struct err *err)
{
	struct json_slice key, v, columns = { 0 }, keys = { 0 };
	char name[200] = "";
	struct json j;

	json_init(&j, line, len);
	for (bool more = json_enter(&j, '{') && json_member(&j, &key); more; more = json_member(&j, &key)) {
		json_value(&j, &v);
		if (key.len == 5 && memcmp(key.p, "table", 5) == 0)
			snprintf(name, sizeof(name), "%.*s", (int)v.len, v.p);
		else if (key.len == 7 && memcmp(key.p, "columns", 7) == 0)
			columns = v;
		else if (key.len == 3 && memcmp(key.p, "key", 3) == 0)
			keys = v;
	}
	if (!json_done(&j) || strchr(name, '.') == NULL || columns.kind != JSON_OBJECT || keys.kind != JSON_ARRAY)
		return bad_table(NULL, err, "another line");
	*strchr(name, '.') = '\0';
	*out = schema_new(name, name + strlen(name) + 1);
	if (!add_columns(*out, &columns))
		return bad_table(*out, err, "a type that `fields` of a script does not know");
	if (!add_key(*out, &keys))
		return bad_table(*out, err, "a key that is no column");
	(*out)->exact = true;
	return 0;
}
