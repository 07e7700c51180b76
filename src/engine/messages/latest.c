/* latest.c - see latest.h. An open table; it doubles while it is half full, up to what the most keys need. */
#include "engine/messages/latest.h"

#include <stdlib.h>
#include <string.h>

#include "core/fnv.h"
#include "core/xalloc.h"
#include "engine/messages/message.h"

enum { SLOTS_FIRST = 1024 };

struct latest_slot {
	uint64_t hash; /* 0: free */
	int64_t offset;
};

struct latest {
	struct latest_slot *slots;
	size_t nslots, count, most; /* nslots: a power of two */
	uint64_t left;
	struct payload_at key;
};

struct latest *latest_new(size_t keys_most)
{
	struct latest *l = xcalloc(1, sizeof(*l));

	l->most = keys_most;
	return l;
}

void latest_free(struct latest *l)
{
	if (l == NULL)
		return;
	payload_at_done(&l->key);
	free(l->slots);
	free(l);
}

void latest_begin(struct latest *l)
{
	free(l->slots);
	l->slots = xcalloc(SLOTS_FIRST, sizeof(*l->slots));
	l->nslots = SLOTS_FIRST;
	l->count = 0;
}

/* Where the hash is, or would go. */
static struct latest_slot *slot_of(struct latest_slot *slots, size_t nslots, uint64_t hash)
{
	size_t at = (size_t)(hash ^ hash >> 32) & (nslots - 1);

	while (slots[at].hash && slots[at].hash != hash)
		at = (at + 1) & (nslots - 1);
	return &slots[at];
}

static void grow(struct latest *l)
{
	size_t nslots = l->nslots * 2;
	struct latest_slot *slots = xcalloc(nslots, sizeof(*slots));

	for (size_t i = 0; i < l->nslots; i++)
		if (l->slots[i].hash)
			*slot_of(slots, nslots, l->slots[i].hash) = l->slots[i];
	free(l->slots);
	l->slots = slots;
	l->nslots = nslots;
}

/* Without the schema block, which another version of the table has otherwise. */
static uint64_t hash_of(struct latest *l, const struct record *r)
{
	const char *key;
	size_t len;
	uint64_t hash;

	payload_find(&l->key, r->key, r->key_len, &key, &len);
	hash = fnv_bytes(FNV_START, key, len);
	return hash ? hash : 1;
}

void latest_note(struct latest *l, const struct record *r)
{
	struct latest_slot *slot;
	uint64_t hash;

	if (r->key == NULL || r->value == NULL)
		return;
	hash = hash_of(l, r);
	slot = slot_of(l->slots, l->nslots, hash);
	if (slot->hash == 0 && l->count == l->most) {
		l->left++;
		return;
	}
	l->count += slot->hash == 0;
	*slot = (struct latest_slot){ hash, r->offset };
	if (l->count * 2 >= l->nslots)
		grow(l);
}

bool latest_is(struct latest *l, const struct record *r)
{
	const struct latest_slot *slot;

	if (r->key == NULL || r->value == NULL)
		return r->key == NULL;
	slot = slot_of(l->slots, l->nslots, hash_of(l, r));
	return slot->hash && slot->offset == r->offset;
}

uint64_t latest_left(const struct latest *l)
{
	return l ? l->left : 0;
}
