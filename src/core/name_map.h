/* name_map.h - from an interned name to whatever its user keeps for it. A look is a few instructions: names are told
 * apart by their address. Owned by one thread; the values are the user's to free (name_map_each), before
 * name_map_done(). */
#ifndef CORE_NAME_MAP_H
#define CORE_NAME_MAP_H

#include <stddef.h>

struct name_map { /* all zero is empty */
	struct name_slot {
		const char *name;
		void *value;
	} * slots;
	size_t count, cap;
};

/* The place of the name's value; it holds NULL when nobody has put one there. Valid until the next call. */
void **name_map_at(struct name_map *m, const char *interned);
void *name_map_get(const struct name_map *m, const char *interned); /* the value; nothing is changed */
void name_map_each(const struct name_map *m, void (*each)(void *value, void *arg), void *arg); /* values that are set */
void name_map_done(struct name_map *m);

#endif
