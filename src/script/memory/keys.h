/*
 * keys.h - a few names by their addresses: Lua has each short text once, so that a name that something holds is known without a look at its
 * bytes. One thread.
 */
#ifndef SCRIPT_MEMORY_KEYS_H
#define SCRIPT_MEMORY_KEYS_H

#include <lua.h>
#include <stdbool.h>
#include <stdint.h>

enum { KEYS_SLOTS = 64, KEYS_MAX = KEYS_SLOTS / 2, KEYS_LONGEST = 40 };

struct keys { /* zeroed: empty */
	const void *names[KEYS_SLOTS];
	uint8_t numbers[KEYS_SLOTS];
	unsigned count;
};

static inline unsigned keys_slot(const void *name, unsigned mask)
{
	return (unsigned)(((uintptr_t)name >> 3) * 0x9e3779b1u >> 8) & mask;
}

/* The name at idx, which something holds from here on. false: it is none, or long, or there are KEYS_MAX. */
bool keys_put(lua_State *L, struct keys *k, int idx, unsigned number);
void keys_add(lua_State *L, struct keys *k, const char *name, unsigned number); /* the registry holds it */

/* The number of the name at idx; -1: it is none of them. */
static inline int keys_number(lua_State *L, const struct keys *k, int idx)
{
	const void *name = lua_topointer(L, idx);

	for (unsigned at = keys_slot(name, KEYS_SLOTS - 1); k->names[at]; at = (at + 1) % KEYS_SLOTS)
		if (k->names[at] == name)
			return k->numbers[at];
	return -1;
}

#endif
