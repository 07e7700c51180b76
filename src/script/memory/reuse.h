/*
 * reuse.h - objects of Lua that a call makes and the next call makes again: where nothing of a call is left when it has ended, its first few
 * take their places again, and Lua neither makes nor frees them. Those beyond are Lua's alone. Anchored in the registry. One thread.
 */
#ifndef SCRIPT_MEMORY_REUSE_H
#define SCRIPT_MEMORY_REUSE_H

#include <lua.h>
#include <stdbool.h>
#include <stddef.h>

enum { REUSE_MAX = 16 };

struct reuse {		     /* userdata of one kind */
	int metatable;	     /* in the registry */
	bool on;	     /* false: all are Lua's */
	unsigned made, next; /* next: the first that this call has not given out */
	size_t size;
	int refs[REUSE_MAX];
	void *objects[REUSE_MAX];
};

void reuse_open(lua_State *L, struct reuse *r, size_t size); /* takes the metatable on top */
void *reuse_new(lua_State *L, struct reuse *r);

/* Pushes an object, whose bytes are those of another one or not set. */
static inline void *reuse_push(lua_State *L, struct reuse *r)
{
	if (r->next == r->made)
		return reuse_new(L, r);
	lua_rawgeti(L, LUA_REGISTRYINDEX, r->refs[r->next]);
	return r->objects[r->next++];
}

#endif
