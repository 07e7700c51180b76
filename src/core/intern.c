/* intern.c - a hash table that only grows, under one lock. The texts are never freed, so a pointer may travel
 * anywhere. */
#include "core/fnv.h"
#include "core/intern.h"

#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/xalloc.h"

struct name {
	uint64_t hash;
	size_t len;
	char text[];
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct name **slots; /* under lock; open addressing, at most half full */
static size_t nslots, nnames;

static uint64_t name_hash(const char *p, size_t len)
{
	uint64_t hash = fnv_bytes(FNV_STANDARD, p, len);

	return hash ^ hash >> 32;
}

static struct name **name_slot(struct name **table, size_t size, uint64_t hash, const char *p, size_t len)
{
	for (size_t i = hash & (size - 1);; i = (i + 1) & (size - 1)) {
		struct name *name = table[i];

		if (name == NULL || (name->hash == hash && name->len == len && memcmp(name->text, p, len) == 0))
			return &table[i];
	}
}

static void names_grow(void)
{
	size_t size = nslots ? 2 * nslots : 256;
	struct name **table = xcalloc(size, sizeof(table[0]));

	for (size_t i = 0; i < nslots; i++)
		if (slots[i])
			*name_slot(table, size, slots[i]->hash, slots[i]->text, slots[i]->len) = slots[i];
	free(slots);
	slots = table;
	nslots = size;
}

const char *intern_n(const char *p, size_t len)
{
	uint64_t hash = name_hash(p, len);
	struct name **slot;
	const char *text;

	pthread_mutex_lock(&lock);
	if (2 * nnames >= nslots)
		names_grow();
	slot = name_slot(slots, nslots, hash, p, len);
	if (*slot == NULL) {
		*slot = xmalloc(sizeof(**slot) + len + 1);
		(*slot)->hash = hash;
		(*slot)->len = len;
		memcpy((*slot)->text, p, len);
		(*slot)->text[len] = '\0';
		nnames++;
	}
	text = (*slot)->text;
	pthread_mutex_unlock(&lock);
	return text;
}

const char *intern(const char *s)
{
	return intern_n(s, strlen(s));
}
