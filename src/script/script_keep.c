/*
 * script_keep.c - state.get(key), state.set(key, value): what a script knows of the rows before. Writes of a call count when the
 * call has ended well or has dropped its row; until then they wait in the outgoing batch's arena. Scripts of a chain do not
 * see each other's.
 */
#include "script/script_part.h"

#include <stdlib.h>

#include "core/xalloc.h"
#include "script/script_state.h"

enum { KEY_ROOM = 1024, VALUE_MAX = 1 << 20 };
#define STATE_BYTES ((size_t)64 << 20) /* where the limits do not say */

struct script_write {
	const char *key, *value; /* value NULL: removed */
	size_t key_len, value_len;
	struct script_write *before;
};

static struct script_state *state_of(struct script *s)
{
	struct err ignored = { .kind = ERR_NONE };
	enum script_state_found found;

	if (s->state)
		return s->state;
	if (s->own_state == NULL)
		s->own_state = script_state_open(NULL, NULL, &found, &ignored);
	return s->own_state;
}

/* The script's name and the key at 1; a number is not its text. */
static const char *key_at(lua_State *L, char room[static KEY_ROOM], size_t *len)
{
	const struct script *s = script_of(L);
	bool number = lua_isinteger(L, 1);
	size_t n = strlen(s->name) + 1, key_len;
	const char *key;

	if (s->change == NULL)
		luaL_error(L, "state: expected a call from transform() or delete(), found one from while the script is loaded");
	if (!number && lua_type(L, 1) != LUA_TSTRING)
		luaL_error(L, "state: expected a text or a whole number as key, found a %s", luaL_typename(L, 1));
	key = luaL_tolstring(L, 1, &key_len);
	if (n + 1 + key_len > KEY_ROOM)
		luaL_error(L, "state: expected a key of at most %d bytes, found %d; hash() it", (int)(KEY_ROOM - n - 1),
				(int)key_len);
	memcpy(room, s->name, n);
	room[n] = number ? 'i' : 's';
	memcpy(room + n + 1, key, key_len);
	lua_pop(L, 1);
	*len = n + 1 + key_len;
	script_charge(L, (int64_t)(*len / 8));
	return room;
}

static const struct script_write *written(const struct script *s, const char *key, size_t len)
{
	const struct script_write *w = s->writes;

	while (w && (w->key_len != len || memcmp(w->key, key, len) != 0))
		w = w->before;
	return w;
}

static void push(lua_State *L, const char *value, size_t len)
{
	lua_Integer i;
	lua_Number n;

	switch (value ? *value : '\0') {
	case 's': lua_pushlstring(L, value + 1, len - 1); break;
	case 'i':
		memcpy(&i, value + 1, sizeof(i));
		lua_pushinteger(L, i);
		break;
	case 'n':
		memcpy(&n, value + 1, sizeof(n));
		lua_pushnumber(L, n);
		break;
	case 'b': lua_pushboolean(L, value[1]); break;
	default: lua_pushnil(L); break;
	}
}

static int get_lua(lua_State *L)
{
	struct script *s = script_of(L);
	char room[KEY_ROOM];
	size_t len, value_len = 0;
	const char *key = key_at(L, room, &len), *value;
	const struct script_write *w = written(s, key, len);

	value = w ? w->value : script_state_get(state_of(s), key, len, &value_len);
	value_len = w ? w->value_len : value_len;
	script_charge(L, (int64_t)(value_len / 8));
	push(L, value, value_len);
	return 1;
}

/* The value at 2, with a letter for its type in front. */
static const char *value_at(lua_State *L, size_t *len)
{
	lua_Integer i = lua_isinteger(L, 2) ? lua_tointeger(L, 2) : 0;
	lua_Number n = lua_type(L, 2) == LUA_TNUMBER ? lua_tonumber(L, 2) : 0;
	char flag = (char)lua_toboolean(L, 2), type = lua_isinteger(L, 2) ? 'i' : 'n', *value;
	const void *from = type == 'i' ? (const void *)&i : &n;
	size_t size = type == 'i' ? sizeof(i) : sizeof(n);

	switch (lua_type(L, 2)) {
	case LUA_TNUMBER: break;
	case LUA_TBOOLEAN:
		type = 'b';
		from = &flag;
		size = 1;
		break;
	case LUA_TSTRING:
		type = 's';
		from = lua_tolstring(L, 2, &size);
		break;
	default:
		luaL_error(L, "state.set: expected a text, a number, true, false or nil, found a %s; write tostring(..) of a decimal or a time",
				script_tag(L, 2) ? "decimal, time or null" : luaL_typename(L, 2));
	}
	if (size > VALUE_MAX)
		luaL_error(L, "state.set: expected a value of at most 1 MB, found %d bytes", (int)size);
	value = script_room(L, size + 1);
	*value = type;
	memcpy(value + 1, from, size);
	*len = size + 1;
	return value;
}

static int set_lua(lua_State *L)
{
	struct script *s = script_of(L);
	size_t limit = s->limits.state_bytes ? (size_t)s->limits.state_bytes : STATE_BYTES;
	struct script_write *w = script_room(L, sizeof(*w));
	char room[KEY_ROOM];
	const char *key;

	*w = (struct script_write){ .before = s->writes };
	key = key_at(L, room, &w->key_len);
	luaL_checkany(L, 2);
	if (!lua_isnil(L, 2))
		w->value = value_at(L, &w->value_len);
	w->key = script_dup(L, key, w->key_len);
	if (w->value) {
		s->write_bytes += script_state_cost(w->key_len, w->value_len);
		if (script_state_bytes(state_of(s)) + s->write_bytes > limit)
			luaL_error(L,
					"state.set: expected at most %d bytes in all for a partition (script.state.max), found more; "
					"remove keys with state.set(key, nil), or keep hash() of long ones",
					(int)limit);
	}
	s->writes = w;
	return 0;
}

void script_keep_begin(struct script *s)
{
	s->writes = NULL;
	s->write_bytes = 0;
}

/* The call has ended well, or has dropped its row. */
void script_keep_take(struct script *s)
{
	const struct change *c = s->change;
	int64_t offset = c->record < s->in->nrecords ? s->in->records[c->record].offset : 0;
	struct script_write *next = NULL, *before;

	for (struct script_write *w = s->writes; w; w = before) { /* the oldest first */
		before = w->before;
		w->before = next;
		next = w;
	}
	for (; next; next = next->before)
		script_state_set(state_of(s), offset, next->key, next->key_len, next->value, next->value_len);
	s->writes = NULL;
}

void script_keep_open(lua_State *L)
{
	static const luaL_Reg functions[] = { { "get", get_lua }, { "set", set_lua }, { NULL, NULL } };

	luaL_newlib(L, functions);
	lua_setfield(L, -2, "state");
}

void script_lend_state(struct script *s, struct script_state *state)
{
	for (; s; s = s->next)
		s->state = state;
}
