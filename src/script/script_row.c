/*
 * script_row.c - the row and the event that a script sees. A row is a view: reading a field converts one cell, the
 * first write copies the cells (not what they point to) into the outgoing batch. Both objects are made once and used
 * again for every call, so an untouched row allocates nothing.
 */
#include "script/script_part.h"

#include <string.h>

static const char row_metatable, event_metatable, old_row_key, event_to_key;

struct value *script_cells_extend(lua_State *L, const struct value *cells, unsigned from, unsigned to)
{
	struct value *copy = script_room(L, to * sizeof(*copy));

	memcpy(copy, cells, from * sizeof(*copy));
	memset(copy + from, 0, (to - from) * sizeof(*copy)); /* VALUE_ABSENT is 0 */
	return copy;
}

__attribute__((noreturn)) static void refuse_row(lua_State *L, int idx)
{
	if (script_tag(L, idx) != SCRIPT_ROW)
		luaL_error(L, "expected a row, found a %s", luaL_typename(L, idx));
	luaL_error(L, "expected a row of this call, found one that was kept from an earlier call");
	__builtin_unreachable();
}

static inline struct script_row *row_at(lua_State *L, int idx)
{
	struct script_row *r = lua_touserdata(L, idx);

	if (r == NULL || r->tag != SCRIPT_ROW || r->call != script_of(L)->call || r->cells == NULL)
		refuse_row(L, idx);
	return r;
}

struct script_row *script_row_to(lua_State *L, int idx)
{
	return row_at(L, idx);
}

/* How many of the schema's columns the cells have. */
static unsigned row_width(const struct script_row *r)
{
	return r->own ? r->cap : r->names->base->ncolumns;
}

struct script_row *script_row_push(lua_State *L)
{
	struct script_row *r = lua_newuserdatauv(L, sizeof(*r), 0);

	memset(r, 0, sizeof(*r));
	r->tag = SCRIPT_ROW;
	lua_rawgetp(L, LUA_REGISTRYINDEX, &row_metatable);
	lua_setmetatable(L, -2);
	return r;
}

static int column_of(lua_State *L, const struct script_row *r, int key)
{
	return script_names_column(L, r->names, key);
}

static int row_copy_lua(lua_State *L)
{
	struct script_row *from = script_row_to(L, 1), *to = script_row_push(L);
	unsigned width = row_width(from), ncolumns = from->names->ext->ncolumns;

	*to = *from;
	to->own = true;
	to->to = 0;
	to->cap = ncolumns > width ? ncolumns : width;
	to->cells = script_cells_extend(L, from->cells, width, to->cap);
	return 1;
}

/* row:has(name): whether the table has such a column, or the script has added it. */
static int row_has_lua(lua_State *L)
{
	const struct script_row *r = script_row_to(L, 1);

	luaL_checkstring(L, 2);
	lua_pushboolean(L, column_of(L, r, 2) >= 0);
	return 1;
}

static int row_set_lua(lua_State *L);

static lua_CFunction method_named(const char *name)
{
	static const luaL_Reg methods[] = { { "copy", row_copy_lua }, { "has", row_has_lua }, { "set", row_set_lua } };

	for (size_t i = 0; i < sizeof(methods) / sizeof(*methods); i++)
		if (strcmp(methods[i].name, name) == 0)
			return methods[i].func;
	return NULL;
}

static int row_index_lua(lua_State *L)
{
	const struct script_row *r = row_at(L, 1);
	int column = column_of(L, r, 2);
	lua_CFunction method;

	if (column >= 0 && (unsigned)column < row_width(r)) {
		script_cell_push(L, &r->cells[column]);
	} else if (column >= 0) {
		lua_pushnil(L);
	} else {
		method = lua_type(L, 2) == LUA_TSTRING ? method_named(lua_tostring(L, 2)) : NULL;
		if (method == NULL)
			script_names_unknown(L, r->names, 2, 0);
		lua_pushcfunction(L, method);
	}
	return 1;
}

/* The cell of the row at `row` in the column named at `key`. */
const struct value *script_row_cell(lua_State *L, int row, int key, const struct column **c)
{
	static const struct value absent = { .kind = VALUE_ABSENT };
	const struct script_row *r = script_row_to(L, row);
	int column = column_of(L, r, key);

	if (column < 0)
		script_names_unknown(L, r->names, key, 0);
	*c = &r->names->ext->columns[column];
	return (unsigned)column < row_width(r) ? &r->cells[column] : &absent;
}

/* Makes the cells writable, and wide enough for every column known by now. */
static void row_own(lua_State *L, struct script_row *r)
{
	unsigned ncolumns = r->names->ext->ncolumns;

	if (r->own && r->cap >= ncolumns)
		return;
	r->cells = script_cells_extend(L, r->cells, row_width(r), ncolumns);
	r->cap = ncolumns;
	r->own = true;
}

/* What was read can be written back, also where the column's definition would not take it: the cell stays as it is. */
static const struct value *same_text(lua_State *L, const struct script_row *r, unsigned column,
		const struct script_given *g)
{
	const struct value *v = r->cells && column < row_width(r) ? &r->cells[column] : NULL;

	if (v == NULL || (v->kind != VALUE_TEXT && v->kind != VALUE_BYTES) || v->len != g->len)
		return NULL;
	script_charge(L, (int64_t)(g->len / 16));
	return g->len == 0 || (*v->p == *g->p && memcmp(v->p, g->p, g->len) == 0) ? v : NULL;
}

/* The cell that has the text already, of this row or of the one that came. */
static const struct value *cell_of_text(lua_State *L, const struct script_row *r, unsigned column,
		const struct script_given *g)
{
	const struct script_row *came = script_of(L)->row;
	const struct value *same = same_text(L, r, column, g);

	return same == NULL && r != came && came->names == r->names ? same_text(L, came, column, g) : same;
}

/* A cell of MySQL's key or of the target's. */
static void set_key(lua_State *L, struct script_row *r, unsigned column, int value, const struct value *v)
{
	const struct column *c = &r->names->ext->columns[column];

	if (v->kind == VALUE_ABSENT || v->kind == VALUE_NULL)
		luaL_error(L, "column %s: expected a value, because it is part of the key, found %s", c->name,
				v->kind == VALUE_NULL ? "null" : "nil");
	script_key_written(L, c, column, v, value);
	row_own(L, r);
	r->cells[column] = *v;
	r->key_written = true;
}

static void row_set(lua_State *L, struct script_row *r, int key, int value)
{
	int column = column_of(L, r, key);
	struct script_given g = script_given(L, value);
	const struct schema *ext = r->names->ext;
	const struct value *same;
	struct value v = { .kind = VALUE_ABSENT }, *to = &v;
	bool is_key;

	if (column < 0)
		script_names_unknown(L, r->names, key, value);
	is_key = ext->nkey == 1 ? ext->key[0] == (unsigned)column : schema_is_key(ext, (unsigned)column);
	same = g.p ? cell_of_text(L, r, (unsigned)column, &g) : NULL;
	if (!is_key) {
		row_own(L, r);
		to = &r->cells[column];
	}
	if (same)
		*to = *same;
	else if (g.type != LUA_TNIL)
		script_value_take(L, value, &g, &ext->columns[column],
				ext->exact || (unsigned)column >= r->names->base->ncolumns, to);
	else
		*to = (struct value){ .kind = VALUE_ABSENT };
	if (is_key)
		set_key(L, r, (unsigned)column, value, &v);
}

/* row:set(name, value [, type]): with a type, a field that the table lacks becomes a column of that type. */
static int row_set_lua(lua_State *L)
{
	struct script_row *r = script_row_to(L, 1);

	luaL_checkstring(L, 2);
	luaL_checkany(L, 3);
	if (!lua_isnoneornil(L, 4))
		script_names_declare(L, r->names, 2, luaL_checkstring(L, 4));
	row_set(L, r, 2, 3);
	return 0;
}

void script_row_from_table(lua_State *L, int idx, struct script_row *r)
{
	struct script *s = script_of(L);
	unsigned ncolumns = s->row->names->ext->ncolumns;

	*r = (struct script_row){
		.tag = SCRIPT_ROW,
		.own = true,
		.key_written = true,
		.cap = ncolumns,
		.call = s->call,
		.names = s->row->names,
	};
	r->cells = script_room(L, ncolumns * sizeof(*r->cells));
	memset(r->cells, 0, ncolumns * sizeof(*r->cells));
	for (lua_pushnil(L); lua_next(L, idx); lua_pop(L, 1))
		row_set(L, r, lua_gettop(L) - 1, lua_gettop(L));
}

static int row_newindex_lua(lua_State *L)
{
	row_set(L, row_at(L, 1), 2, 3);
	return 0;
}

/* pairs(row): the fields that are there, in the order of the columns. Upvalue 1: the next column. */
static int row_next_lua(lua_State *L)
{
	const struct script_row *r = script_row_to(L, 1);
	unsigned width = row_width(r), at = (unsigned)lua_tointeger(L, lua_upvalueindex(1));

	while (at < width && (at >= r->names->ext->ncolumns || r->cells[at].kind == VALUE_ABSENT))
		at++;
	lua_pushinteger(L, at + 1);
	lua_replace(L, lua_upvalueindex(1));
	if (at >= width) {
		lua_pushnil(L);
		return 1;
	}
	lua_pushstring(L, r->names->ext->columns[at].name);
	script_value_push(L, &r->cells[at]);
	return 2;
}

static int row_pairs_lua(lua_State *L)
{
	script_row_to(L, 1);
	lua_pushinteger(L, 0);
	lua_pushcclosure(L, row_next_lua, 1);
	lua_pushvalue(L, 1);
	return 2;
}

static int row_tostring_lua(lua_State *L)
{
	const struct script_row *r = script_row_to(L, 1);

	lua_pushfstring(L, "row of %s.%s", r->names->base->db, r->names->base->table);
	return 1;
}

/* ---- the event ---- */

static const struct record *event_record(const struct script *s)
{
	return s->in && s->change && s->change->record < s->in->nrecords ? &s->in->records[s->change->record] : NULL;
}

static void event_ts(lua_State *L, const struct script *s)
{
	const struct record *record = event_record(s);
	int64_t us = s->change->txn ? s->change->txn->commit_us : record ? record->commit_us : 0;
	struct value v;

	if (us == 0 && record)
		us = record->timestamp_ms * 1000;
	v = (struct value){ .kind = us ? VALUE_TIMESTAMP : VALUE_ABSENT, .aux = 6, .i = us };
	script_value_push(L, &v);
}

static void event_table(lua_State *L, const struct script *s)
{
	lua_pushstring(L, s->change->schema->table);
}

static void event_db(lua_State *L, const struct script *s)
{
	lua_pushstring(L, s->change->schema->db);
}

static void event_op(lua_State *L, const struct script *s)
{
	char op = (char)s->change->op;

	texts_push(L, &script_of(L)->texts, &op, 1);
}

static void event_topic(lua_State *L, const struct script *s)
{
	const struct record *record = event_record(s);

	lua_pushstring(L, record ? record->topic : s->in->topic); /* NULL pushes nil */
}

static void event_partition(lua_State *L, const struct script *s)
{
	const struct record *record = event_record(s);

	if (record)
		lua_pushinteger(L, record->partition);
	else
		lua_pushnil(L);
}

static void event_offset(lua_State *L, const struct script *s)
{
	const struct record *record = event_record(s);

	if (record)
		lua_pushinteger(L, record->offset);
	else
		lua_pushnil(L);
}

static void event_key(lua_State *L, const struct script *s)
{
	const struct record *record = event_record(s);

	if (record && record->key)
		lua_pushlstring(L, record->key, record->key_len);
	else
		lua_pushnil(L);
}

static void push_text(lua_State *L, const char *text)
{
	lua_pushstring(L, text); /* NULL pushes nil */
}

static void event_gtid(lua_State *L, const struct script *s)
{
	push_text(L, s->change->txn ? s->change->txn->gtid : NULL);
}

/* Where the change was in MySQL; NULL: the message does not tell it. */
static const char *binlog_file(const struct script *s)
{
	const struct change_txn *txn = s->change->txn;

	return txn && txn->file && *txn->file ? txn->file : NULL;
}

static void event_file(lua_State *L, const struct script *s)
{
	push_text(L, binlog_file(s));
}

static void event_query(lua_State *L, const struct script *s)
{
	push_text(L, s->change->txn ? s->change->txn->query : NULL);
}

static void event_tx(lua_State *L, const struct script *s)
{
	push_text(L, s->change->txn ? s->change->txn->id : NULL);
}

static void event_pos(lua_State *L, const struct script *s)
{
	if (binlog_file(s))
		lua_pushinteger(L, (lua_Integer)s->change->pos);
	else
		lua_pushnil(L);
}

static void event_row(lua_State *L, const struct script *s)
{
	if (binlog_file(s))
		lua_pushinteger(L, s->change->row);
	else
		lua_pushnil(L);
}

static void event_snapshot(lua_State *L, const struct script *s)
{
	lua_pushboolean(L, s->change->snapshot != SNAPSHOT_NO || s->change->op == CHANGE_READ);
}

/* The row as it was; nil where the message does not tell it. */
static void event_before(lua_State *L, const struct script *s)
{
	struct script_row *r = s->old_row;

	if (s->change->before == NULL) {
		lua_pushnil(L);
		return;
	}
	if (r->call != s->call) {
		r->call = s->call;
		r->names = s->row->names;
		r->cells = s->change->before;
		r->own = r->key_written = false;
	}
	lua_rawgetp(L, LUA_REGISTRYINDEX, &old_row_key);
}

static const struct event_part {
	const char *name;
	void (*push)(lua_State *, const struct script *);
} event_parts[] = {
	{ "op", event_op },
	{ "table", event_table },
	{ "db", event_db },
	{ "ts", event_ts },
	{ "topic", event_topic },
	{ "partition", event_partition },
	{ "offset", event_offset },
	{ "key", event_key },
	{ "before", event_before },
	{ "gtid", event_gtid },
	{ "file", event_file },
	{ "pos", event_pos },
	{ "row", event_row },
	{ "snapshot", event_snapshot },
	{ "query", event_query },
	{ "tx", event_tx },
};

enum { EVENT_PARTS = sizeof(event_parts) / sizeof(*event_parts) };

bool script_event_has(const char *name)
{
	for (size_t i = 0; i < EVENT_PARTS; i++)
		if (strcmp(name, event_parts[i].name) == 0)
			return true;
	return false;
}

static int event_index_lua(lua_State *L)
{
	const struct script *s = script_of(L);
	int part = keys_number(L, &s->event_parts, 2);

	if (s->change == NULL)
		return luaL_error(L, "expected the event of this call, found one that was kept");
	if (part == EVENT_PARTS)
		lua_rawgetp(L, LUA_REGISTRYINDEX, &event_to_key);
	else if (part >= 0)
		event_parts[part].push(L, s);
	else
		return luaL_error(L, "event: expected " SCRIPT_EVENT_PARTS ", found '%s'",
				lua_type(L, 2) == LUA_TSTRING ? lua_tostring(L, 2) : "");
	return 1;
}

static int event_newindex_lua(lua_State *L)
{
	return luaL_error(L, "the event cannot be written");
}

void script_event_method(lua_State *L, lua_CFunction to)
{
	lua_pushcfunction(L, to);
	lua_rawsetp(L, LUA_REGISTRYINDEX, &event_to_key);
}

void script_event_push(lua_State *L)
{
	uint32_t *tag;

	script_of(L)->old_row = script_row_push(L);
	lua_rawsetp(L, LUA_REGISTRYINDEX, &old_row_key);
	tag = lua_newuserdatauv(L, sizeof(*tag), 0);
	*tag = SCRIPT_EVENT;
	lua_rawgetp(L, LUA_REGISTRYINDEX, &event_metatable);
	lua_setmetatable(L, -2);
}

static void metatable_new(lua_State *L, const luaL_Reg *functions, const char *name, const void *key)
{
	lua_createtable(L, 0, SCRIPT_METATABLE);
	luaL_setfuncs(L, functions, 0);
	lua_pushboolean(L, 0);
	lua_setfield(L, -2, "__metatable");
	lua_pushstring(L, name);
	lua_setfield(L, -2, "__name");
	lua_rawsetp(L, LUA_REGISTRYINDEX, key);
}

void script_row_open(lua_State *L)
{
	static const luaL_Reg row[] = {
		{ "__index", row_index_lua },
		{ "__newindex", row_newindex_lua },
		{ "__pairs", row_pairs_lua },
		{ "__tostring", row_tostring_lua },
		{ NULL, NULL },
	};
	static const luaL_Reg event[] = {
		{ "__index", event_index_lua },
		{ "__newindex", event_newindex_lua },
		{ NULL, NULL },
	};

	metatable_new(L, row, "row", &row_metatable);
	metatable_new(L, event, "event", &event_metatable);
	for (unsigned i = 0; i < EVENT_PARTS; i++)
		keys_add(L, &script_of(L)->event_parts, event_parts[i].name, i);
	keys_add(L, &script_of(L)->event_parts, "to", EVENT_PARTS);
}
