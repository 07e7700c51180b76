/*
 * script_names.c - from a field's name to its column, and the columns that scripts add.
 *
 * The name in `row.status` is a short Lua string, and those are interned: the same name has the same address for as
 * long as something holds it. A table in the registry holds all column names of a schema, so that the address alone,
 * through a small hash table, gives the column. Other spellings (Status) and long names take the slow way through the
 * schema.
 */
#include "script/script_part.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/conf/conf.h"
#include "core/text.h"
#include "core/xalloc.h"

#define SCHEMAS_MAX 256 /* schemas of a worker at one time; more: begin again */
#define SCRIPT_FIELD_TYPES \
	"boolean, int, bigint, bigint unsigned, double, decimal(p,s), varchar(n), text, json, date, time, datetime, timestamp"
#define FIELDS_MAX 256 /* columns that a script may add to a schema */

static unsigned slot_of(const char *name, unsigned mask)
{
	return (unsigned)(((uintptr_t)name >> 3) * 0x9e3779b1u >> 8) & mask;
}

/* Fills the slots from ext, anew. */
static void names_index(lua_State *L, struct script_names *n)
{
	unsigned size = 16;

	while (size < 2 * n->ext->ncolumns)
		size *= 2;
	free(n->slots);
	n->slots = xcalloc(size, sizeof(*n->slots));
	n->mask = size - 1;
	lua_rawgeti(L, LUA_REGISTRYINDEX, n->anchor);
	for (unsigned i = 0; i < n->ext->ncolumns; i++) {
		const char *name;
		unsigned at;

		lua_pushstring(L, n->ext->columns[i].name);
		name = lua_tostring(L, -1);
		lua_rawseti(L, -2, (int)i + 1);
		for (at = slot_of(name, n->mask); n->slots[at].name; at = (at + 1) & n->mask)
			;
		n->slots[at] = (struct script_slot){ name, (int)i };
	}
	lua_pop(L, 1);
}

int script_names_column(const struct script_names *n, const char *name, size_t len)
{
	for (unsigned at = slot_of(name, n->mask); n->slots[at].name; at = (at + 1) & n->mask)
		if (n->slots[at].name == name)
			return n->slots[at].column;
	return schema_column(n->ext, name, len);
}

static void names_done(struct script *s, struct script_names *n)
{
	luaL_unref(s->L, LUA_REGISTRYINDEX, n->anchor);
	schema_unref(n->base);
	schema_unref(n->ext);
	free(n->slots);
	free(n);
}

void script_names_free(struct script *s)
{
	while (s->names) {
		struct script_names *n = s->names;

		s->names = n->next;
		names_done(s, n);
	}
	schema_unref(s->was);
	s->was = NULL;
	s->last_names = s->grown = NULL;
	s->nnames = 0;
}

static void names_add_column(struct script_names *n, const struct column *c)
{
	struct schema *wider = schema_clone(n->ext);

	schema_add_column(wider, c);
	schema_unref(n->ext);
	n->ext = wider;
}

static void names_add_declared(struct script *s, struct script_names *n)
{
	for (unsigned i = 0; i < s->nfields; i++)
		if (schema_column(n->ext, s->fields[i].name, strlen(s->fields[i].name)) < 0)
			names_add_column(n, &s->fields[i]);
}

struct script_names *script_names_get(lua_State *L, struct schema *schema)
{
	struct script *s = script_of(L);
	struct script_names *n = s->last_names;
	int anchor;

	if (n && n->base == schema)
		return n;
	for (n = s->names; n && n->base->version != schema->version; n = n->next)
		;
	if (n)
		return s->last_names = n;
	if (s->nnames == SCHEMAS_MAX)
		script_names_free(s);
	lua_newtable(L);
	anchor = luaL_ref(L, LUA_REGISTRYINDEX);
	n = xcalloc(1, sizeof(*n));
	*n = (struct script_names){
		.base = schema_ref(schema),
		.ext = schema_ref(schema),
		.anchor = anchor,
		.next = s->names,
	};
	s->names = n; /* owned from here on, should the next lines run out of memory */
	s->nnames++;
	names_add_declared(s, n);
	names_index(L, n);
	return s->last_names = n;
}

/* How to add the field: its type, as far as the value at idx tells it. */
static void add_hint(lua_State *L, const char *name, int value, char *out, size_t size)
{
	struct column c = { .nullable = true };
	char type[80] = "text";

	if (script_value_infer(L, value, &c))
		column_type_print(&c, type, sizeof(type));
	snprintf(out, size, "; to add it, write above the function: fields = { [\"%s\"] = \"%s\" }", name,
			strcmp(type, "longtext") ? type : "text");
}

/* Raises: the name at `key` is none of the table's columns. value: where a value for it is, 0 when it was read. */
void script_names_unknown(lua_State *L, const struct script_names *n, int key, int value)
{
	const char **names = lua_newuserdatauv(L, (n->ext->ncolumns + 1) * sizeof(*names), 0), *near;
	char word[64], hint[300] = "";

	memset(names, 0, (n->ext->ncolumns + 1) * sizeof(*names)); /* its first word is no tag */
	if (lua_type(L, key) != LUA_TSTRING)
		luaL_error(L, "expected a field's name, found a %s", luaL_typename(L, key));
	snprintf(word, sizeof(word), "%.60s", lua_tostring(L, key));
	for (unsigned i = 0; i < n->ext->ncolumns; i++)
		names[i] = n->ext->columns[i].name;
	script_charge(L, n->ext->ncolumns);
	near = conf_nearest(word, names, n->ext->ncolumns);
	if (near)
		snprintf(hint, sizeof(hint), "; nearest is '%.64s'", near);
	else if (value && !lua_isnil(L, value))
		add_hint(L, word, value, hint, sizeof(hint));
	luaL_error(L, "row.%s: expected a column of %s.%s, found none%s", word, n->base->db, n->base->table, hint);
	__builtin_unreachable();
}

static void check_name(lua_State *L, const char *name, size_t len)
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

/* Widens the schema by one column. How it was is kept until the call has ended well. */
static void names_grow(lua_State *L, struct script_names *n, const struct column *c)
{
	struct script *s = script_of(L);

	if (s->grown == NULL) {
		s->grown = n;
		s->was = schema_ref(n->ext);
	}
	names_add_column(n, c);
	names_index(L, n);
}

/* The field at `key` gets that type: a new column, or one that a call before has added with the same type. */
void script_names_declare(lua_State *L, struct script_names *n, int key, const char *type)
{
	struct column c;
	size_t len;
	const char *name = lua_tolstring(L, key, &len);
	int column = script_names_column(n, name, len);

	check_name(L, name, len);
	if (strlen(type) > 40 || !script_field_type(type, &c))
		luaL_error(L, "column %s: expected a type (" SCRIPT_FIELD_TYPES "), found '%s'", name, type);
	if (column >= 0 && (unsigned)column < n->base->ncolumns)
		luaL_error(L, "column %s: expected no type, because %s.%s has it", name, n->base->db, n->base->table);
	if (column >= 0) {
		if (strcmp(n->ext->columns[column].type_text, type) != 0)
			luaL_error(L, "column %s: expected the type that it was added with, '%s', found '%s'", name,
					n->ext->columns[column].type_text, type);
		return;
	}
	if (n->ext->ncolumns - n->base->ncolumns >= FIELDS_MAX)
		luaL_error(L, "field %s: expected at most %d new fields, found one more", name, FIELDS_MAX);
	c.name = name;
	c.type_text = type;
	names_grow(L, n, &c);
}

/* The end of a call: what a failed one has added goes. */
int script_names_settle(lua_State *L)
{
	struct script *s = script_of(L);
	bool failed = lua_toboolean(L, 1);

	if (failed) {
		struct schema *grown = s->grown->ext;

		s->grown->ext = s->was;
		s->was = grown;
		names_index(L, s->grown);
	}
	schema_unref(s->was);
	s->grown = NULL;
	s->was = NULL;
	return 0;
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

void script_fields_add(const struct script *s, struct schema *schema)
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
		if (s->nfields == FIELDS_MAX)
			luaL_error(L, "fields: expected at most %d, found more", FIELDS_MAX);
		check_name(L, lua_tostring(L, -2), lua_rawlen(L, -2));
		c.name = xstrdup(lua_tostring(L, -2));
		c.type_text = xstrdup(lua_tostring(L, -1));
		s->fields = xrealloc(s->fields, (s->nfields + 1) * sizeof(*s->fields));
		s->fields[s->nfields++] = c;
	}
	if (s->nfields) /* Lua's order changes from run to run; columns must not */
		qsort(s->fields, s->nfields, sizeof(*s->fields), field_order);
}
