/* texts.c - a place for each remainder of a hash. Who is there stays while it comes again more often than others pass. */
#include "script/memory/texts.h"

#include <lauxlib.h>

void texts_open(lua_State *L, struct texts *t)
{
	memset(t, 0, sizeof(*t));
	for (size_t i = 0; i < TEXTS; i++) {
		lua_pushboolean(L, 0);
		t->places[i].ref = luaL_ref(L, LUA_REGISTRYINDEX);
	}
}

/* A text that is not there: it is now, if it came before. It is on top. */
static void note(lua_State *L, struct text_place *place, const char *p, size_t len, uint64_t first, uint64_t last)
{
	if (place->there && place->lives > 0) {
		place->lives--;
		return;
	}
	place->there = !place->there && place->first == first && place->last == last && place->len == len;
	place->first = first;
	place->last = last;
	place->len = (uint8_t)len;
	if (!place->there)
		return;
	memcpy(place->text, p, len);
	lua_pushvalue(L, -1);
	lua_rawseti(L, LUA_REGISTRYINDEX, place->ref);
	place->lives = TEXTS_LIVES;
}

void texts_push_other(lua_State *L, struct text_place *place, const char *p, size_t len, uint64_t first, uint64_t last)
{
	lua_pushlstring(L, p, len);
	if (len > 0 && len <= TEXTS_LONGEST)
		note(L, place, p, len, first, last);
}
