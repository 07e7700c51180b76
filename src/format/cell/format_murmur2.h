/*
 * format_murmur2.h - the hash by which Kafka's Java producer chooses a partition. The head of a key (its schema block)
 * is the same for all rows of a table, so its part of the work is remembered per key length.
 */
#ifndef FORMAT_FORMAT_MURMUR2_H
#define FORMAT_FORMAT_MURMUR2_H

#include <stddef.h>
#include <stdint.h>

#define MURMUR2_CACHE 32

uint32_t format_murmur2(const void *key, size_t len); /* Kafka's, made positive */

struct murmur2_cache {
	uint32_t head_len; /* constant bytes in front, rounded down to whole words */
	struct {
		uint32_t len, state;
	} slot[MURMUR2_CACHE]; /* by length of the whole key; len 0: empty */
};

void murmur2_cache_init(struct murmur2_cache *c, size_t constant_len);
uint32_t murmur2_cached(struct murmur2_cache *c, const char *key, size_t len); /* the same as format_murmur2() */

#endif
