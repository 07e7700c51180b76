/*
 * script_declared.c - what a script declares of the target's table: columns that MySQL's lacks (`fields`), a key of its own
 * (`key`), and that it writes other keys than MySQL's (`changes_key`).
 *
 * A key of its own means that a row of MySQL may be many rows of the target. Rows under other keys stay as they are, so
 * nothing is deleted but what delete() returns.
 */
#include "script/script_part.h"

#include <stdio.h>
#include <stdlib.h>

#include "core/conf/conf.h"
#include "core/text.h"
#include "core/xalloc.h"

enum { KEY_MAX = 16 };

void script_field_name(lua_State *L, const char *name, size_t len)
{
	static const char *const taken[] = { "copy", "has", "set" };

	for (size_t i = 0, step; i < len; i += step) {
		uint32_t code;

		step = text_decode(name + i, len - i, &code);
		if (step == 0 || !text_printable(code))
			luaL_error(L, "field: expected a printable name, found bytes that are not");
	}
	if (len == 0 || len > 64)
		luaL_error(L, "field: expected a name of 1 to 64 bytes, found %d", (int)(len > 9999 ? 9999 : len));
	for (size_t i = 0; i < sizeof(taken) / sizeof(*taken); i++)
		if (strcmp(name, taken[i]) == 0)
			luaL_error(L, "field %s: expected a name that is none of a row's functions", name);
	if (strncmp(name, "__", 2) == 0)
		luaL_error(L, "field %s: expected a name that does not begin with __, which StarRocks keeps for itself",
				name);
}

/* ---- fields = { note = "varchar(200)" } ---- */

static const struct {
	const char *name;
	struct column column;
} field_types[] = {
	{ "boolean", { .type = COL_TINYINT, .length = 1, .is_boolean = true } },
	{ "int", { .type = COL_INT } },
	{ "bigint", { .type = COL_BIGINT } },
	{ "bigint unsigned", { .type = COL_BIGINT, .is_unsigned = true } },
	{ "double", { .type = COL_DOUBLE } },
	{ "decimal", { .type = COL_DECIMAL, .precision = 10 } },
	{ "varchar", { .type = COL_VARCHAR, .length = 255, .charset = "utf8mb4" } },
	{ "text", { .type = COL_LONGTEXT, .charset = "utf8mb4" } },
	{ "json", { .type = COL_JSON } },
	{ "date", { .type = COL_DATE } },
	{ "time", { .type = COL_TIME } },
	{ "datetime", { .type = COL_DATETIME } },
	{ "timestamp", { .type = COL_TIMESTAMP } },
};

/* The numbers in brackets: length, precision and scale, or digits of a second. */
static bool field_sizes(struct column *c, const char *brackets)
{
	unsigned a = 0, b = 0;
	int end = 0, n = sscanf(brackets, "(%5u)%n", &a, &end);

	if (n == 1 && end == 0)
		n = sscanf(brackets, "(%5u,%3u)%n", &a, &b, &end);
	if (n < 1 || end == 0 || brackets[end])
		return false;
	switch (c->type) {
	case COL_DECIMAL:
		c->precision = (uint8_t)a;
		c->scale = (uint8_t)b;
		return a >= 1 && a <= 65 && b <= 30 && b <= a;
	case COL_VARCHAR: c->length = a; return n == 1 && a >= 1;
	case COL_TIME:
	case COL_DATETIME:
	case COL_TIMESTAMP: c->scale = (uint8_t)a; return n == 1 && a <= 6;
	default: return false;
	}
}

bool script_field_type(const char *text, struct column *c)
{
	size_t n = strcspn(text, "(");

	for (size_t i = 0; i < sizeof(field_types) / sizeof(*field_types); i++) {
		if (strlen(field_types[i].name) != n || strncmp(field_types[i].name, text, n) != 0)
			continue;
		*c = field_types[i].column;
		c->nullable = true;
		return text[n] == '\0' || field_sizes(c, text + n);
	}
	return false;
}

static int field_order(const void *a, const void *b)
{
	return strcmp(((const struct column *)a)->name, ((const struct column *)b)->name);
}

void script_fields_free(struct script *s)
{
	for (unsigned i = 0; i < s->nfields; i++) {
		free((char *)s->fields[i].name);
		free((char *)s->fields[i].type_text);
	}
	free(s->fields);
	s->fields = NULL;
	s->nfields = 0;
}

static void script_fields_add(const struct script *s, struct schema *schema)
{
	for (unsigned i = 0; i < s->nfields; i++)
		if (schema_column(schema, s->fields[i].name, strlen(s->fields[i].name)) < 0)
			schema_add_column(schema, &s->fields[i]);
}

void script_fields_read(lua_State *L, int idx)
{
	struct script *s = script_of(L);

	script_fields_free(s);
	if (lua_isnil(L, idx))
		return;
	if (!lua_istable(L, idx))
		luaL_error(L, "fields: expected a table of names and types, found a %s", luaL_typename(L, idx));
	for (lua_pushnil(L); lua_next(L, idx); lua_pop(L, 1)) {
		struct column c;

		if (lua_type(L, -2) != LUA_TSTRING || lua_type(L, -1) != LUA_TSTRING ||
				!script_field_type(lua_tostring(L, -1), &c))
			luaL_error(L, "fields: expected name = \"type\" (" SCRIPT_FIELD_TYPES "), found %s",
					luaL_tolstring(L, -1, NULL));
		if (s->nfields == SCRIPT_FIELDS_MAX)
			luaL_error(L, "fields: expected at most %d, found more", SCRIPT_FIELDS_MAX);
		script_field_name(L, lua_tostring(L, -2), lua_rawlen(L, -2));
		c.name = xstrdup(lua_tostring(L, -2));
		c.type_text = xstrdup(lua_tostring(L, -1));
		s->fields = xrealloc(s->fields, (s->nfields + 1) * sizeof(*s->fields));
		s->fields[s->nfields++] = c;
	}
	if (s->nfields) /* Lua's order changes from run to run; columns must not */
		qsort(s->fields, s->nfields, sizeof(*s->fields), field_order);
}

/* ---- key = { "id", "valid_from" }, changes_key = true ---- */

void script_declared_free(struct script *s)
{
	for (unsigned i = 0; i < s->nkey; i++)
		free(s->key[i]);
	free(s->key);
	s->key = NULL;
	s->nkey = 0;
	s->changes_key = false;
}

static void read_key(lua_State *L, struct script *s, int idx)
{
	size_t count = lua_istable(L, idx) ? lua_rawlen(L, idx) : 0;

	if (count == 0 || count > KEY_MAX)
		luaL_error(L, "key: expected a list of 1 to %d columns, such as { \"id\", \"valid_from\" }, found %s",
				KEY_MAX, lua_istable(L, idx) ? count ? "more" : "none" : luaL_typename(L, idx));
	s->key = xcalloc(count, sizeof(*s->key));
	for (size_t i = 1; i <= count; i++) {
		if (lua_rawgeti(L, idx, (lua_Integer)i) != LUA_TSTRING)
			luaL_error(L, "key: expected names of columns, found a %s", luaL_typename(L, -1));
		s->key[s->nkey++] = xstrdup(lua_tostring(L, -1));
		lua_pop(L, 1);
	}
}

void script_declared_read(lua_State *L, int env)
{
	struct script *s = script_of(L);

	script_declared_free(s);
	lua_pushliteral(L, "key");
	if (lua_rawget(L, env) != LUA_TNIL)
		read_key(L, s, lua_gettop(L));
	lua_pushliteral(L, "changes_key");
	if (lua_rawget(L, env) != LUA_TNIL && !lua_isboolean(L, -1))
		luaL_error(L, "changes_key: expected true or false, found a %s", luaL_typename(L, -1));
	s->changes_key = lua_toboolean(L, -1);
	lua_pop(L, 2);
	if (s->nkey && !s->has_delete)
		luaL_error(L,
				"key: expected function delete(row, event) beside it, because MySQL's key does not tell which rows "
				"of the target to delete; function delete(row, event) return nil end keeps them all");
}

const char *script_declared_missing(const struct script *s, const struct schema *schema)
{
	for (unsigned i = 0; i < s->nkey; i++) {
		bool known = schema_column(schema, s->key[i], strlen(s->key[i])) >= 0;

		for (unsigned f = 0; f < s->nfields && !known; f++)
			known = strcasecmp(s->fields[f].name, s->key[i]) == 0;
		if (!known)
			return s->key[i];
	}
	return NULL;
}

void script_declared_words(const struct script *s, const struct schema *schema, const char *missing, char *out,
		size_t size)
{
	const char **names = xcalloc(schema->ncolumns + s->nfields + 1, sizeof(*names)), *near;
	size_t count = 0;

	for (unsigned i = 0; i < schema->ncolumns; i++)
		names[count++] = schema->columns[i].name;
	for (unsigned i = 0; i < s->nfields; i++)
		names[count++] = s->fields[i].name;
	near = conf_nearest(missing, names, count);
	snprintf(out, size, "key: expected columns of %s.%s or of `fields`, found '%.64s', which is none%s%.64s%s",
			schema->db, schema->table, missing, near ? "; nearest is '" : "", near ? near : "",
			near ? "'" : "");
	free(names);
}

void script_declared_apply(const struct script *s, struct schema *wide)
{
	script_fields_add(s, wide);
	if (s->nkey == 0 || schema_set_key(wide, (const char *const *)s->key, s->nkey))
		return;
	wide->key_is_unique_index = false;
	for (unsigned i = 0; i < wide->nkey; i++)
		wide->columns[wide->key[i]].nullable = false;
}

/* The cell as MySQL has it, of the same column. */
static const struct value *cell_of_mysql(const struct script *s, unsigned column)
{
	const struct value *cells = s->change->op == CHANGE_DELETE ? s->change->before : s->change->after;

	return cells && column < s->change->schema->ncolumns ? &cells[column] : NULL;
}

/* Equal, or spelled alike: a message may give a value in another form than its column's. */
static bool is_same(const struct value *a, const struct value *b)
{
	char one[128], other[sizeof(one)];
	size_t n;

	if (value_equal(a, b))
		return true;
	if (a->kind == VALUE_TEXT || a->kind == VALUE_BYTES || b->kind == VALUE_TEXT || b->kind == VALUE_BYTES ||
			a->kind <= VALUE_NULL || b->kind <= VALUE_NULL || value_print_bound(a) > sizeof(one) ||
			value_print_bound(b) > sizeof(one))
		return false;
	n = value_print(a, one);
	return n == value_print(b, other) && memcmp(one, other, n) == 0;
}

void script_key_written(lua_State *L, const struct column *c, unsigned column, const struct value *v, int idx)
{
	const struct script *s = script_of(L);
	const struct value *was = cell_of_mysql(s, column);
	char found[120];

	if (s->changes_key || s->nkey || (was && is_same(was, v)))
		return;
	script_describe(L, idx, found, sizeof(found));
	luaL_error(L,
			"column %s: expected the key that the row has in MySQL, found %s; a script that loads rows under other keys "
			"says so above its functions: changes_key = true",
			c->name, found);
}
