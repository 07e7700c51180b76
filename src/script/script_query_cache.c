/* script_query_cache.c - the answers of script_query.h. */
#include <stdlib.h>
#include <string.h>

#include "core/buf.h"
#include "core/xalloc.h"
#include "script/script_query.h"

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

const struct query_answer *query_cached(const struct query_cache *c, const char *key, size_t len, int64_t now_us,
		int64_t age_us)
{
	const struct query_answer *a = c->nslots ? *place_of(c, hash_of(key, len), key, len) : NULL;

	return a && now_us - a->asked_us < age_us ? a : NULL;
}

static void grow(struct query_cache *c)
{
	size_t n = c->nslots ? 2 * c->nslots : 64;

	free(c->slots);
	c->slots = xcalloc(n, sizeof(*c->slots));
	c->nslots = n;
	for (struct query_answer *a = c->first; a; a = a->older) {
		a->next = c->slots[a->hash & (n - 1)];
		c->slots[a->hash & (n - 1)] = a;
	}
}

static void forget_first(struct query_cache *c)
{
	struct query_answer *a = c->first;

	*place_of(c, a->hash, a->bytes, a->key_len) = a->next;
	c->first = a->older;
	if (c->first == NULL)
		c->last = NULL;
	c->count--;
	c->bytes -= sizeof(*a) + a->key_len + a->len;
	free(a);
}

/* One that is asked again: it is among the oldest, since all have the same age. */
static void forget_key(struct query_cache *c, const struct query_answer *a)
{
	while (c->first && c->first != a)
		forget_first(c);
	if (c->first)
		forget_first(c);
}

const struct query_answer *query_keep(struct query_cache *c, const char *key, size_t key_len, const char *bytes,
		size_t len, bool found, int64_t now_us, size_t max, size_t max_bytes)
{
	struct query_answer *a = xmalloc(sizeof(*a) + key_len + len), *old;

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
		forget_key(c, old);
	while (c->first && (c->count >= max || c->bytes + sizeof(*a) + key_len + len > max_bytes))
		forget_first(c);
	if (c->count >= c->nslots)
		grow(c);
	a->next = c->slots[a->hash & (c->nslots - 1)];
	c->slots[a->hash & (c->nslots - 1)] = a;
	if (c->last)
		c->last->older = a;
	else
		c->first = a;
	c->last = a;
	c->count++;
	c->bytes += sizeof(*a) + key_len + len;
	return a;
}

void query_forget(struct query_cache *c)
{
	while (c->first)
		forget_first(c);
	free(c->slots);
	*c = (struct query_cache){ 0 };
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
