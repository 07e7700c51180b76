/*
 * script_route.c - rows that go to other tables than their own: to = { "db.table" } says which there may be, event:to()
 * which of them a row goes to. What is deleted then, script.c knows.
 *
 * A table has the rows that the script sends to it, and no others: an update may have been elsewhere before, so it is
 * deleted from each table that it does not go to, and a delete from all of them. That needs no memory of where a row was.
 */
#include "script/script_part.h"

#include <stdio.h>
#include <stdlib.h>

#include "core/conf/conf.h"
#include "core/intern.h"
#include "core/xalloc.h"

void script_route_free(struct script *s)
{
	free(s->to);
	s->to = NULL;
	s->nto = 0;
}

static struct script_to name_of(lua_State *L, int idx)
{
	const char *name = lua_type(L, idx) == LUA_TSTRING ? lua_tostring(L, idx) : "", *dot = strchr(name, '.');
	char db[TABLE_NAME_ROOM];

	if (dot == NULL || dot == name || dot[1] == '\0' || strchr(dot + 1, '.') || strlen(name) >= sizeof(db))
		luaL_error(L, "to: expected names of tables, such as \"shop.orders_eu\", found %s",
				luaL_tolstring(L, idx, NULL));
	snprintf(db, sizeof(db), "%.*s", (int)(dot - name), name);
	return (struct script_to){ .db = intern(db), .table = intern(dot + 1) };
}

void script_route_read(lua_State *L, int env)
{
	struct script *s = script_of(L);
	size_t count;

	script_route_free(s);
	lua_pushliteral(L, "to");
	if (lua_rawget(L, env) == LUA_TNIL) {
		lua_pop(L, 1);
		return;
	}
	count = lua_istable(L, -1) ? lua_rawlen(L, -1) : 0;
	if (count == 0 || count > SCRIPT_TO_MAX)
		luaL_error(L, "to: expected a list of 1 to %d tables, such as { \"shop.orders_eu\" }, found %s",
				SCRIPT_TO_MAX, lua_istable(L, -1) ? count ? "more" : "none" : luaL_typename(L, -1));
	s->to = xcalloc(count, sizeof(*s->to));
	for (size_t i = 1; i <= count; i++) {
		lua_rawgeti(L, -1, (lua_Integer)i);
		s->to[s->nto] = name_of(L, lua_gettop(L));
		s->nto++;
		lua_pop(L, 1);
	}
	lua_pop(L, 1);
}

/* ---- event:to(table, row) ---- */

__attribute__((noreturn)) static void undeclared(lua_State *L, const struct script *s, const char *name)
{
	char words[SCRIPT_TO_MAX][TABLE_NAME_ROOM], hint[TABLE_NAME_ROOM + 20] = "";
	const char *names[SCRIPT_TO_MAX], *near;

	for (unsigned i = 0; i < s->nto; i++) {
		snprintf(words[i], sizeof(words[i]), "%s.%s", s->to[i].db, s->to[i].table);
		names[i] = words[i];
	}
	near = conf_nearest(name, names, s->nto);
	if (near)
		snprintf(hint, sizeof(hint), "; nearest is '%s'", near);
	luaL_error(L, "event:to: expected a table that is declared above the functions, to = { \"%s\" }, found '%s'%s",
			name, name, hint);
	__builtin_unreachable();
}

/* What is in `to` at i, for a row of the table `own`. */
static unsigned place_of(lua_State *L, const struct script *s, unsigned i, const struct schema *own)
{
	if (script_to_is(&s->to[i], own))
		return 0;
	if (s->to[i].taken)
		luaL_error(L, "event:to: expected a table that is not captured, found '%s.%s': the rows of both would overwrite each other; send them to a table of another name",
				s->to[i].db, s->to[i].table);
	return i + 1;
}

/* Its place in `to`, plus one; 0: the row's own table. */
static unsigned wanted(lua_State *L, const struct script *s, int idx)
{
	const struct schema *own = s->change->schema;
	const char *name = luaL_checkstring(L, idx), *dot = strchr(name, '.');
	size_t n = dot ? (size_t)(dot - name) : 0;

	for (unsigned i = 0; n && i < s->nto; i++)
		if (strncmp(s->to[i].db, name, n) == 0 && s->to[i].db[n] == '\0' &&
				strcmp(s->to[i].table, dot + 1) == 0)
			return place_of(L, s, i, own);
	if (n && strncmp(own->db, name, n) == 0 && own->db[n] == '\0' && strcmp(own->table, dot + 1) == 0)
		return 0;
	undeclared(L, s, name);
}

static int to_lua(lua_State *L)
{
	struct script *s = script_of(L);
	struct script_row *r;
	unsigned to;

	if (script_tag(L, 1) != SCRIPT_EVENT)
		return luaL_error(L, "event:to: expected a call as event:to(table, row)");
	to = wanted(L, s, 2);
	if (lua_istable(L, 3)) {
		r = script_row_push(L);
		script_row_from_table(L, 3, r);
		lua_replace(L, 3);
	}
	lua_settop(L, 3);
	r = script_row_to(L, 3);
	if (r->to)
		return luaL_error(L,
				"event:to: expected a row that goes nowhere yet, found one that goes to %s.%s; send row:copy()",
				s->to[r->to - 1].db, s->to[r->to - 1].table);
	r->to = (uint8_t)to;
	s->sent += to > 0;
	return 1;
}

/* keep(row), in delete(): the row is loaded instead of being deleted. */
static int keep_lua(lua_State *L)
{
	struct script_row *r = script_row_to(L, 1);

	if (script_of(L)->change->op != CHANGE_DELETE)
		return luaL_error(L,
				"keep: expected a call from delete(), found one from transform(), where every row that is returned is loaded");
	r->kept = true;
	lua_settop(L, 1);
	return 1;
}

void script_route_open(lua_State *L)
{
	lua_pushcfunction(L, keep_lua);
	lua_setfield(L, -2, "keep");
	script_event_method(L, to_lua);
}

void script_refuse_to(struct script *s, bool taken(void *arg, const char *db, const char *table), void *arg)
{
	for (; s; s = s->next)
		for (unsigned i = 0; i < s->nto; i++)
			s->to[i].taken = taken(arg, s->to[i].db, s->to[i].table);
}

bool script_to_at(const struct script *s, size_t i, const char **db, const char **table)
{
	for (; s; i -= s->nto, s = s->next)
		if (i < s->nto) {
			*db = s->to[i].db;
			*table = s->to[i].table;
			return true;
		}
	return false;
}
