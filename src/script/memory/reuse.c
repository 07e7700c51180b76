/* reuse.c - see reuse.h. */
#include "script/memory/reuse.h"

#include <lauxlib.h>

void *reuse_new(lua_State *L, struct reuse *r)
{
	void *object = lua_newuserdatauv(L, r->size, 0);

	lua_rawgeti(L, LUA_REGISTRYINDEX, r->metatable);
	lua_setmetatable(L, -2);
	if (r->on && r->made < REUSE_MAX) {
		luaL_checkstack(L, 4, "too many values");
		lua_pushvalue(L, -1);
		r->refs[r->made] = luaL_ref(L, LUA_REGISTRYINDEX);
		r->objects[r->made++] = object;
		r->next = r->made;
	}
	return object;
}

void reuse_open(lua_State *L, struct reuse *r, size_t size)
{
	*r = (struct reuse){ .size = size, .metatable = luaL_ref(L, LUA_REGISTRYINDEX) };
}
