/* pool.c - the region of a pool is got when the first place is asked for; the system backs only the pages that were given out. */
#include "script/memory/pool.h"

#include <stdlib.h>

void *pool_fresh(struct pool *p, size_t size)
{
	size_t whole = (size + POOL_STEP - 1) / POOL_STEP * POOL_STEP;
	char *place = p->at;

	if (p->from == NULL)
		place = p->from = p->at = malloc(POOL_BYTES);
	if (p->from == NULL || whole > POOL_BYTES - (size_t)(p->at - p->from))
		return NULL;
	p->at += whole;
	return place;
}

void pool_done(struct pool *p)
{
	free(p->from);
	*p = (struct pool){ .from = NULL };
}
