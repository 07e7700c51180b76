/* texts.c - a place for each remainder of a hash. Who is there stays while it comes again more often than others pass. */
#include "script/memory/texts.h"

#include <lauxlib.h>

enum { LIVES = 4 };

void texts_open(lua_State *L, struct texts *t)
{
	memset(t, 0, sizeof(*t));
	for (size_t i = 0; i < TEXTS; i++) {
		lua_pushboolean(L, 0);
		t->places[i].ref = luaL_ref(L, LUA_REGISTRYINDEX);
	}
}

static inline void ends_of(const char *p, size_t len, uint64_t *first, uint64_t *last)
{
	uint32_t four[2];

	if (len >= 8) {
		memcpy(first, p, 8);
		memcpy(last, p + len - 8, 8);
	} else if (len >= 4) {
		memcpy(&four[0], p, 4);
		memcpy(&four[1], p + len - 4, 4);
		*first = four[0];
		*last = four[1];
	} else {
		*first = (unsigned char)p[0] | (unsigned)(unsigned char)p[len / 2] << 8;
		*last = (unsigned char)p[len - 1];
	}
}

/* Whether what is between the ends is the same. */
static inline bool same_middle(const char *a, const char *b, size_t len)
{
	for (size_t i = 8; i + 8 < len; i += 8) {
		uint64_t x, y;

		memcpy(&x, a + i, 8);
		memcpy(&y, b + i, 8);
		if (x != y)
			return false;
	}
	return true;
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
	place->lives = LIVES;
}

void texts_push(lua_State *L, struct texts *t, const char *p, size_t len)
{
	struct text_place *place;
	uint64_t first, last;

	if (len == 0 || len > TEXTS_LONGEST) {
		lua_pushlstring(L, p, len);
		return;
	}
	ends_of(p, len, &first, &last);
	place = &t->places[((first ^ (last << 1 | last >> 63) ^ len) * 0x9e3779b97f4a7c15u >> 57) % TEXTS];
	if (place->first == first && place->last == last && place->len == len && place->there &&
			same_middle(place->text, p, len)) {
		place->lives = LIVES;
		lua_rawgeti(L, LUA_REGISTRYINDEX, place->ref);
		return;
	}
	lua_pushlstring(L, p, len);
	note(L, place, p, len, first, last);
}
