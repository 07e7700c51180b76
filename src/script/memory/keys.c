/* keys.c - see keys.h. */
#include "script/memory/keys.h"

#include <lauxlib.h>

bool keys_put(lua_State *L, struct keys *k, int idx, unsigned number)
{
	const void *name = lua_topointer(L, idx);
	unsigned at = keys_slot(name, KEYS_SLOTS - 1);

	if (lua_type(L, idx) != LUA_TSTRING || lua_rawlen(L, idx) > KEYS_LONGEST || k->count == KEYS_MAX)
		return false;
	while (k->names[at])
		at = (at + 1) % KEYS_SLOTS;
	k->names[at] = name;
	k->numbers[at] = (uint8_t)number;
	k->count++;
	return true;
}

void keys_add(lua_State *L, struct keys *k, const char *name, unsigned number)
{
	lua_pushstring(L, name);
	keys_put(L, k, -1, number);
	luaL_ref(L, LUA_REGISTRYINDEX);
}
