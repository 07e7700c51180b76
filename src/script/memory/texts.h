/*
 * texts.h - short texts that come again row after row: a status, a currency, a domain. Lua has each text once, and has to look for it by
 * all its bytes; one that came at least twice is found here by its ends. A text that comes once costs two comparisons. One thread.
 */
#ifndef SCRIPT_MEMORY_TEXTS_H
#define SCRIPT_MEMORY_TEXTS_H

#include <lua.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

enum { TEXTS_LONGEST = 40, TEXTS = 128, TEXTS_LIVES = 4 }; /* longer ones Lua does not look for */

struct texts {
	struct text_place {
		uint64_t first, last; /* bytes, up to eight of each end */
		uint8_t len, lives;   /* lives: other texts that pass before it goes */
		bool there;	      /* it is in Lua; else it came once */
		int ref;	      /* in the registry, from texts_open() on */
		char text[TEXTS_LONGEST];
	} places[TEXTS];
};

void texts_open(lua_State *L, struct texts *t);
void texts_push_other(lua_State *L, struct text_place *place, const char *p, size_t len, uint64_t first, uint64_t last);

static inline void texts_ends(const char *p, size_t len, uint64_t *first, uint64_t *last)
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
static inline bool texts_same_middle(const char *a, const char *b, size_t len)
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

/* As lua_pushlstring(). */
static inline void texts_push(lua_State *L, struct texts *t, const char *p, size_t len)
{
	struct text_place *place = NULL;
	uint64_t first = 0, last = 0;

	if (len > 0 && len <= TEXTS_LONGEST) {
		texts_ends(p, len, &first, &last);
		place = &t->places[((first ^ (last << 1 | last >> 63) ^ len) * 0x9e3779b97f4a7c15u >> 57) % TEXTS];
		if (place->first == first && place->last == last && place->len == len && place->there &&
				texts_same_middle(place->text, p, len)) {
			place->lives = TEXTS_LIVES;
			lua_rawgeti(L, LUA_REGISTRYINDEX, place->ref);
			return;
		}
	}
	texts_push_other(L, place, p, len, first, last);
}

#endif
