/*
 * script_columns.c - columns that the target has under another name, or not at all: rename = { old = "new" },
 * skip = { "note" }. Scripts see MySQL's names; what they give is put into the target's form here, after a batch, so
 * that rows, deletes, schema changes and rows that no function was called for are all treated alike.
 *
 * A column of the key keeps its name and its place: it is what rows are found by. What the table lacks is no error: a column
 * may be dropped in MySQL before the script is told.
 */
#include "script/script_part.h"

#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#include "core/xalloc.h"

enum { FORMS_MAX = 256 }; /* schemas of a worker at one time; more: begin again */

struct script_form { /* of one schema that comes out of the script */
	struct schema *from, *to;
	unsigned *column; /* of from, for each of to */
	bool narrow;	  /* columns are left out: rows are copied */
	char why[200];	  /* not "": rows cannot have this form */
	struct script_form *next;
};

/* ---- what the script declares ---- */

static const struct script_pair *pair_of(const struct script *s, const char *name)
{
	for (unsigned i = 0; i < s->npairs; i++)
		if (strcasecmp(s->pairs[i].from, name) == 0)
			return &s->pairs[i];
	return NULL;
}

/* What the target calls the column; NULL: it does not have it. */
const char *script_columns_name(const struct script *s, const char *name)
{
	const struct script_pair *p = pair_of(s, name);

	return p ? p->to : name;
}

static void add_pair(lua_State *L, struct script *s, const char *from, const char *to)
{
	if (pair_of(s, from))
		luaL_error(L, "column %s: expected one line in `rename` or `skip`, found two", from);
	s->pairs = xrealloc(s->pairs, (s->npairs + 1) * sizeof(*s->pairs));
	s->pairs[s->npairs++] = (struct script_pair){ .from = xstrdup(from), .to = to ? xstrdup(to) : NULL };
}

static void read_skip(lua_State *L, struct script *s, int idx)
{
	if (!lua_istable(L, idx))
		luaL_error(L, "skip: expected a list of columns, found a %s", luaL_typename(L, idx));
	for (lua_Integer i = 1; i <= (lua_Integer)lua_rawlen(L, idx); i++) {
		if (lua_rawgeti(L, idx, i) != LUA_TSTRING)
			luaL_error(L, "skip: expected names of columns, found a %s", luaL_typename(L, -1));
		add_pair(L, s, lua_tostring(L, -1), NULL);
		lua_pop(L, 1);
	}
}

static void read_rename(lua_State *L, struct script *s, int idx)
{
	if (!lua_istable(L, idx))
		luaL_error(L, "rename: expected a table of names, such as { old = \"new\" }, found a %s",
				luaL_typename(L, idx));
	for (lua_pushnil(L); lua_next(L, idx); lua_pop(L, 1)) {
		if (lua_type(L, -2) != LUA_TSTRING || lua_type(L, -1) != LUA_TSTRING)
			luaL_error(L, "rename: expected old = \"new\", found a %s", luaL_typename(L, -1));
		script_field_name(L, lua_tostring(L, -1), lua_rawlen(L, -1));
		add_pair(L, s, lua_tostring(L, -2), lua_tostring(L, -1));
	}
}

void script_columns_read(lua_State *L, int env)
{
	static const struct {
		const char *name;
		void (*read)(lua_State *L, struct script *s, int idx);
	} parts[] = { { "skip", read_skip }, { "rename", read_rename } };
	struct script *s = script_of(L);

	script_columns_free(s);
	for (size_t i = 0; i < sizeof(parts) / sizeof(*parts); i++) {
		lua_pushstring(L, parts[i].name);
		if (lua_rawget(L, env) != LUA_TNIL)
			parts[i].read(L, s, lua_gettop(L));
		lua_pop(L, 1);
	}
}

static void forms_free(struct script *s)
{
	while (s->forms) {
		struct script_form *f = s->forms;

		s->forms = f->next;
		schema_unref(f->from);
		schema_unref(f->to);
		free(f->column);
		free(f);
	}
	s->nforms = 0;
	s->form = NULL;
}

void script_columns_free(struct script *s)
{
	forms_free(s);
	for (unsigned i = 0; i < s->npairs; i++) {
		free(s->pairs[i].from);
		free(s->pairs[i].to);
	}
	free(s->pairs);
	s->pairs = NULL;
	s->npairs = 0;
}

/* ---- a schema ---- */

static void copy_column(const struct script *s, struct script_form *f, unsigned i)
{
	struct column c = f->from->columns[i];
	const char *name = script_columns_name(s, c.name);
	bool is_key = schema_is_key(f->from, i);

	if (name && name != c.name && is_key)
		snprintf(f->why, sizeof(f->why),
				"rename: column %.64s: expected one outside of the key, by which rows are found",
				c.name);
	else if (name == NULL && is_key)
		snprintf(f->why, sizeof(f->why),
				"skip: column %.64s: expected one outside of the key, by which rows are found", c.name);
	else if (name && schema_column(f->to, name, strlen(name)) >= 0)
		snprintf(f->why, sizeof(f->why), "rename: expected a name that no other column has, found '%.64s'",
				name);
	if (name == NULL) {
		f->narrow = true;
		return;
	}
	c.name = name;
	f->column[f->to->ncolumns] = i;
	schema_add_column(f->to, &c);
}

static void copy_key(struct script_form *f)
{
	const char *names[64];
	unsigned n = f->from->nkey < 64 ? f->from->nkey : 64;

	for (unsigned i = 0; i < n; i++)
		names[i] = f->from->columns[f->from->key[i]].name;
	schema_set_key(f->to, names, n);
	f->to->key_is_unique_index = f->from->key_is_unique_index;
}

static struct script_form *form_new(const struct script *s, struct schema *from)
{
	struct script_form *f = xcalloc(1, sizeof(*f));

	f->from = schema_ref(from);
	f->to = schema_new(from->db, from->table);
	f->to->charset = from->charset ? arena_dup(&f->to->arena, from->charset, strlen(from->charset)) : NULL;
	f->to->comment = from->comment ? arena_dup(&f->to->arena, from->comment, strlen(from->comment)) : NULL;
	f->to->collation = from->collation;
	f->to->exact = from->exact;
	f->column = xcalloc(from->ncolumns + 1, sizeof(*f->column));
	for (unsigned i = 0; i < from->ncolumns; i++)
		copy_column(s, f, i);
	if (f->why[0] == '\0')
		copy_key(f);
	return f;
}

static struct script_form *form_of(struct script *s, struct schema *from)
{
	struct script_form *f = s->form;

	if (f && f->from == from)
		return f;
	for (f = s->forms; f && f->from != from; f = f->next)
		;
	if (f == NULL) {
		if (s->nforms == FORMS_MAX)
			forms_free(s);
		f = form_new(s, from);
		f->next = s->forms;
		s->forms = f;
		s->nforms++;
	}
	return s->form = f;
}

struct schema *script_columns_target(const struct script *s, struct schema *wide, struct err *err)
{
	struct script_form *f;
	struct schema *to;

	if (s->npairs == 0)
		return wide;
	f = form_new(s, wide);
	to = schema_ref(f->to);
	schema_unref(wide);
	if (f->why[0]) {
		err_set(err, ERR_CONFIG, 0, "%s: %s", s->name, f->why);
		schema_unref(to);
		to = NULL;
	}
	schema_unref(f->from);
	schema_unref(f->to);
	free(f->column);
	free(f);
	return to;
}

const char *script_column_before(const struct script *s, const char *name)
{
	for (; s; s = s->next)
		for (unsigned i = 0; i < s->npairs; i++)
			if (s->pairs[i].to && strcasecmp(s->pairs[i].to, name) == 0)
				return s->pairs[i].from;
	return name;
}

/* ---- rows and schema changes ---- */

static struct value *narrow(struct batch *out, const struct script_form *f, const struct value *cells)
{
	struct value *row;

	if (cells == NULL || !f->narrow)
		return (struct value *)cells;
	row = arena_alloc(&out->arena, (f->to->ncolumns + 1u) * sizeof(*row));
	for (unsigned i = 0; i < f->to->ncolumns; i++)
		row[i] = cells[f->column[i]];
	return row;
}

/* It may outlive the script. */
static const char *name_in(struct batch *out, const struct script *s, const char *name)
{
	const char *to = name ? script_columns_name(s, name) : NULL;

	return to ? arena_dup(&out->arena, to, strlen(to)) : NULL;
}

/* Names change for each column by itself: one that MySQL renames out of `rename` is renamed back at the target. */
static const struct ddl_alter *alter_for(const struct script *s, struct batch *out, const struct ddl_alter *alter)
{
	struct ddl_alter *to = arena_dup(&out->arena, alter, sizeof(*alter));
	struct ddl_move *moves = arena_alloc(&out->arena, (alter->nmoves + 1u) * sizeof(*moves));

	to->moves = moves;
	to->nmoves = 0;
	for (unsigned i = 0; i < alter->nmoves; i++) {
		struct ddl_move m = alter->moves[i];

		m.from = name_in(out, s, m.from);
		m.to = name_in(out, s, m.to);
		if ((m.from || m.to) && !(m.from && m.to && strcmp(m.from, m.to) == 0))
			moves[to->nmoves++] = m;
	}
	return to;
}

void script_columns_apply(struct script *s, struct batch *out, size_t first)
{
	const struct schema *held = NULL;

	for (size_t i = first; i < out->nchanges; i++) {
		struct change *c = &out->changes[i];
		struct script_form *f;

		if (c->dead || c->schema == NULL)
			continue;
		f = form_of(s, c->schema);
		if (f->why[0]) {
			c->dead = arena_printf(&out->arena, "%s: %s", s->name, f->why);
			c->dead_at = arena_dup(&out->arena, s->dead_at, strlen(s->dead_at));
			s->stats.dead++;
			continue;
		}
		if (f->to != held)
			batch_hold_schema(out, f->to);
		held = c->schema = f->to;
		c->before = narrow(out, f, c->before);
		c->after = narrow(out, f, c->after);
		if (c->op == CHANGE_ALTER && c->alter)
			c->alter = alter_for(s, out, c->alter);
	}
}
