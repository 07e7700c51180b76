/* query_cache.c - see query_cache.h. */
#include "script/query/query_cache.h"

#include <stdlib.h>
#include <string.h>

#include "core/buf.h"
#include "core/xalloc.h"

static uint64_t hash_of(const char *p, size_t len)
{
	uint64_t hash = 1469598103934665603u;

	for (size_t i = 0; i < len; i++)
		hash = (hash ^ (unsigned char)p[i]) * 1099511628211u;
	return hash ^ hash >> 29;
}

static struct query_answer **place_of(const struct query_cache *c, uint64_t hash, const char *key, size_t len)
{
	struct query_answer **at = &c->slots[hash & (c->nslots - 1)];

	while (*at && !((*at)->hash == hash && (*at)->key_len == len && memcmp((*at)->bytes, key, len) == 0))
		at = &(*at)->next;
	return at;
}

void query_cache_begin(struct query_cache *c, struct query_room *room)
{
	*c = (struct query_cache){ .room = room, .beside = room->caches };
	room->caches = c;
}

const struct query_answer *query_cached(const struct query_cache *c, const char *key, size_t len, int64_t good_us)
{
	const struct query_answer *a = c->nslots ? *place_of(c, hash_of(key, len), key, len) : NULL;

	return a && a->asked_us >= good_us ? a : NULL;
}

static size_t size_of(size_t key_len, size_t len)
{
	return sizeof(struct query_answer) + key_len + len;
}

static void grow(struct query_cache *c)
{
	size_t n = c->nslots ? 2 * c->nslots : 64;

	free(c->slots);
	c->slots = xcalloc(n, sizeof(*c->slots));
	c->bytes += (n - c->nslots) * sizeof(*c->slots);
	c->room->bytes += (n - c->nslots) * sizeof(*c->slots);
	c->nslots = n;
	for (struct query_answer *a = c->first; a; a = a->after) {
		a->next = c->slots[a->hash & (n - 1)];
		c->slots[a->hash & (n - 1)] = a;
	}
}

static void forget(struct query_cache *c, struct query_answer *a)
{
	*place_of(c, a->hash, a->bytes, a->key_len) = a->next;
	*(a->before ? &a->before->after : &c->first) = a->after;
	*(a->after ? &a->after->before : &c->last) = a->before;
	c->count--;
	c->bytes -= size_of(a->key_len, a->len);
	c->room->bytes -= size_of(a->key_len, a->len);
	free(a);
}

static struct query_cache *largest(const struct query_room *room)
{
	struct query_cache *found = NULL;

	for (struct query_cache *c = room->caches; c; c = c->beside)
		if (c->first && (found == NULL || c->bytes > found->bytes))
			found = c;
	return found;
}

static void make_room(struct query_cache *c, size_t size)
{
	struct query_room *room = c->room;
	struct query_cache *from;

	while (c->first && c->count >= c->max && c->first->asked_us < room->keep_us)
		forget(c, c->first);
	while (room->bytes + size > room->max_bytes && (from = largest(room)) != NULL) {
		room->lost |= from->first->asked_us >= room->keep_us;
		forget(from, from->first);
	}
}

const struct query_answer *query_keep(struct query_cache *c, const char *key, size_t key_len, const char *bytes,
		size_t len, bool found, int64_t now_us)
{
	struct query_answer *a = xmalloc(size_of(key_len, len)), *old;

	*a = (struct query_answer){ .hash = hash_of(key, key_len),
		.asked_us = now_us,
		.key_len = key_len,
		.len = len,
		.found = found };
	memcpy(a->bytes, key, key_len);
	if (len)
		memcpy(a->bytes + key_len, bytes, len);
	old = c->nslots ? *place_of(c, a->hash, key, key_len) : NULL;
	if (old)
		forget(c, old);
	make_room(c, size_of(key_len, len));
	if (c->count >= c->nslots)
		grow(c);
	a->next = c->slots[a->hash & (c->nslots - 1)];
	c->slots[a->hash & (c->nslots - 1)] = a;
	a->before = c->last;
	*(c->last ? &c->last->after : &c->first) = a;
	c->last = a;
	c->count++;
	c->bytes += size_of(key_len, len);
	c->room->bytes += size_of(key_len, len);
	return a;
}

void query_forget(struct query_cache *c)
{
	while (c->first)
		forget(c, c->first);
	c->room->bytes -= c->nslots * sizeof(*c->slots);
	free(c->slots);
	c->slots = NULL;
	c->bytes = c->nslots = 0;
}

/* ---- columns ---- */

struct cache_head {
	size_t name_len, len;
	bool null;
};

void query_put_column(struct buf *b, const char *name, const char *value, size_t len)
{
	struct cache_head h;

	memset(&h, 0, sizeof(h));
	h.name_len = strlen(name);
	h.len = value ? len : 0;
	h.null = value == NULL;
	buf_put(b, &h, sizeof(h));
	buf_put(b, name, h.name_len + 1);
	if (h.len)
		buf_put(b, value, h.len);
}

bool query_column(const struct query_answer *a, size_t *at, const char **name, const char **value, size_t *len)
{
	const char *p = a->bytes + a->key_len + *at;
	struct cache_head h;

	if (*at >= a->len)
		return false;
	memcpy(&h, p, sizeof(h));
	*name = p + sizeof(h);
	*len = h.len;
	*value = h.null ? NULL : *name + h.name_len + 1;
	*at += sizeof(h) + h.name_len + 1 + h.len;
	return true;
}
