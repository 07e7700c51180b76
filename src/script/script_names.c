/*
 * script_names.c - from a field's name to its column, and the columns that scripts add.
 *
 * The name in `row.status` is a short Lua string, and those are interned: the same name has the same address for as
 * long as something holds it. A table in the registry holds all column names of a schema, so that the address alone,
 * through a small hash table, gives the column. Other spellings (Status) and long names take the slow way through the
 * schema.
 */
#include "script/script_part.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/conf/conf.h"
#include "core/text.h"
#include "core/xalloc.h"

#define SCHEMAS_MAX 256 /* schemas of a worker at one time; more: begin again */

/* Puts the names into the slots by n->factor; how many are not in their own. */
static unsigned fill_slots(struct script_names *n, const void *const *names)
{
	unsigned others = 0, at;

	memset(n->slots, 0, (n->mask + 1) * sizeof(*n->slots));
	for (unsigned i = 0; i < n->ext->ncolumns; i++) {
		for (at = script_names_slot(n, names[i]); n->slots[at].name; at = (at + 1) & n->mask)
			others++;
		n->slots[at] = (struct script_slot){ names[i], (int)i };
	}
	return others;
}

/* Fills the slots from ext, anew, by the best of a few factors: a name in its own slot is found at the first look. */
static void names_index(lua_State *L, struct script_names *n)
{
	enum { FACTORS = 16 };
	const void **names = lua_newuserdatauv(L, (n->ext->ncolumns + 1) * sizeof(*names), 0);
	unsigned size = 16, least = UINT_MAX, best = 0;

	memset(names, 0, (n->ext->ncolumns + 1) * sizeof(*names)); /* its first word is no tag */
	while (size < 4 * n->ext->ncolumns)
		size *= 2;
	free(n->slots);
	n->slots = xcalloc(size, sizeof(*n->slots));
	n->mask = size - 1;
	lua_rawgeti(L, LUA_REGISTRYINDEX, n->anchor);
	for (unsigned i = 0; i < n->ext->ncolumns; i++) {
		lua_pushstring(L, n->ext->columns[i].name);
		names[i] = lua_topointer(L, -1);
		lua_rawseti(L, -2, (int)i + 1);
	}
	lua_pop(L, 1);
	for (unsigned i = 0; i < FACTORS && least > 0; i++) {
		unsigned others;

		n->factor = 0x9e3779b1u + 2 * i * 0x85ebca6bu;
		others = fill_slots(n, names);
		best = others < least ? n->factor : best;
		least = others < least ? others : least;
	}
	if (n->factor != best) {
		n->factor = best;
		fill_slots(n, names);
	}
	lua_pop(L, 1);
}

int script_names_search(lua_State *L, const struct script_names *n, int key)
{
	size_t len;
	const char *name;

	if (lua_type(L, key) != LUA_TSTRING)
		return -1;
	name = lua_tolstring(L, key, &len);
	return schema_column(n->ext, name, len);
}

/* The schemas of rows for other tables are made again when they are needed. */
static void forget_routed(struct script_names *n)
{
	for (unsigned i = 0; n->routed && i < 2 * SCRIPT_TO_MAX; i++)
		schema_unref(n->routed[i]);
	free(n->routed);
	n->routed = NULL;
}

struct schema *script_names_routed(const struct script *s, struct script_names *n, unsigned to, bool wide)
{
	struct schema **at;

	if (n->routed == NULL)
		n->routed = xcalloc(2 * SCRIPT_TO_MAX, sizeof(struct schema *));
	at = &n->routed[2 * to + wide];
	if (*at == NULL) {
		*at = schema_clone(wide ? n->ext : n->base);
		(*at)->db = s->to[to].db;
		(*at)->table = s->to[to].table;
	}
	return *at;
}

static void names_done(struct script *s, struct script_names *n)
{
	luaL_unref(s->L, LUA_REGISTRYINDEX, n->anchor);
	schema_unref(n->base);
	schema_unref(n->ext);
	forget_routed(n);
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
	forget_routed(n);
	n->ext = wider;
}

/* A reference to the schema with what the script declares. */
static struct schema *declared(struct script *s, struct schema *schema)
{
	struct schema *wide;

	if (s->nfields == 0 && s->nkey == 0)
		return schema_ref(schema);
	wide = schema_clone(schema);
	script_declared_apply(s, wide);
	return wide;
}

static void key_known(lua_State *L, const struct script *s, const struct schema *schema)
{
	const char *missing = script_declared_missing(s, schema);
	char words[400];

	if (missing == NULL)
		return;
	script_declared_words(s, schema, missing, words, sizeof(words));
	luaL_error(L, "%s", words);
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
	key_known(L, s, schema);
	if (s->nnames == SCHEMAS_MAX)
		script_names_free(s);
	lua_newtable(L);
	anchor = luaL_ref(L, LUA_REGISTRYINDEX);
	n = xcalloc(1, sizeof(*n));
	*n = (struct script_names){
		.base = schema_ref(schema),
		.ext = declared(s, schema),
		.anchor = anchor,
		.next = s->names,
	};
	s->names = n; /* owned from here on, should the next lines run out of memory */
	s->nnames++;
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
	int column = script_names_column(L, n, key);

	script_field_name(L, name, len);
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
	if (n->ext->ncolumns - n->base->ncolumns >= SCRIPT_FIELDS_MAX)
		luaL_error(L, "field %s: expected at most %d new fields, found one more", name, SCRIPT_FIELDS_MAX);
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
		forget_routed(s->grown);
		names_index(L, s->grown);
	}
	schema_unref(s->was);
	s->grown = NULL;
	s->was = NULL;
	return 0;
}
