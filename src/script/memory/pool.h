/*
 * pool.h - places for the small objects of one owner: texts, decimals and the like, thousands a second, most of them soon gone. One region
 * of fixed size with a list of free places for each size; what does not fit is the caller's to get elsewhere. Knows no Lua. One thread.
 */
#ifndef SCRIPT_MEMORY_POOL_H
#define SCRIPT_MEMORY_POOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { POOL_STEP = 16, POOL_LARGEST = 256, POOL_BYTES = 128 << 10 };

struct pool {		 /* zeroed: empty */
	char *from, *at; /* the region; nothing beyond `at` was given out */
	struct pool_place {
		struct pool_place *next;
	} * places[POOL_LARGEST / POOL_STEP];
};

static inline bool pool_has(const struct pool *p, const void *place)
{
	return (uintptr_t)place - (uintptr_t)p->from < POOL_BYTES && p->from;
}

void *pool_fresh(struct pool *p, size_t size); /* never given out before; NULL: there is none */
void pool_done(struct pool *p);

/* size: from 1 to POOL_LARGEST. NULL: the pool is full. */
static inline void *pool_take(struct pool *p, size_t size)
{
	struct pool_place *place = p->places[(size - 1) / POOL_STEP];

	if (place == NULL)
		return pool_fresh(p, size);
	p->places[(size - 1) / POOL_STEP] = place->next;
	return place;
}

/* size: what it was taken with, or less. */
static inline void pool_give(struct pool *p, void *place, size_t size)
{
	struct pool_place *free_place = place;

	free_place->next = p->places[(size - 1) / POOL_STEP];
	p->places[(size - 1) / POOL_STEP] = free_place;
}

#endif
