/*
 * format_murmur2.c - MurmurHash2, 32 bits, with Kafka's seed, and the sign bit cleared as Kafka's toPositive() does.
 */
#include <string.h>

#include "format/cell/format_murmur2.h"

#define MURMUR2_M 0x5bd1e995u
#define MURMUR2_SEED 0x9747b28cu

static uint32_t murmur2_words(uint32_t h, const char *p, size_t len)
{
	for (; len >= 4; p += 4, len -= 4) {
		uint32_t k;

		memcpy(&k, p, 4);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
		k = __builtin_bswap32(k);
#endif
		k *= MURMUR2_M;
		k ^= k >> 24;
		h = h * MURMUR2_M ^ k * MURMUR2_M;
	}
	return h;
}

static uint32_t murmur2_finish(uint32_t h, const char *p, size_t len)
{
	const unsigned char *rest = (const unsigned char *)p + (len & ~(size_t)3);

	switch (len & 3) {
	case 3: h ^= (uint32_t)rest[2] << 16; /* fall through */
	case 2: h ^= (uint32_t)rest[1] << 8;  /* fall through */
	case 1: h = (h ^ rest[0]) * MURMUR2_M;
	}
	h = (h ^ h >> 13) * MURMUR2_M;
	return (h ^ h >> 15) & 0x7fffffffu;
}

uint32_t format_murmur2(const void *key, size_t len)
{
	return murmur2_finish(murmur2_words(MURMUR2_SEED ^ (uint32_t)len, key, len), key, len);
}

void murmur2_cache_init(struct murmur2_cache *c, size_t constant_len)
{
	memset(c, 0, sizeof(*c));
	c->head_len = (uint32_t)(constant_len & ~(size_t)3);
}

uint32_t murmur2_cached(struct murmur2_cache *c, const char *key, size_t len)
{
	uint32_t i = len % MURMUR2_CACHE;

	if (c->slot[i].len != len) {
		c->slot[i].len = (uint32_t)len;
		c->slot[i].state = murmur2_words(MURMUR2_SEED ^ (uint32_t)len, key, c->head_len);
	}
	key += c->head_len;
	len -= c->head_len;
	return murmur2_finish(murmur2_words(c->slot[i].state, key, len), key, len);
}
