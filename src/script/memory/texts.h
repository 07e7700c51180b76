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

enum { TEXTS_LONGEST = 40, TEXTS = 128 }; /* longer ones Lua does not look for */

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
void texts_push(lua_State *L, struct texts *t, const char *p, size_t len); /* as lua_pushlstring() */

#endif
