/*
 * fnv.h - the hash FNV-1a with 64 bits, for tables and for what is to be recognised again. Labels, places and server ids are made
 * of it and are stored, so neither of the two beginnings may ever change. It spreads its low bits badly: who takes a slot of a
 * table by them mixes the high ones in (h ^ h >> 32). Nothing against somebody who wants two texts to be one.
 */
#ifndef CORE_FNV_H
#define CORE_FNV_H

#include <stddef.h>
#include <stdint.h>

#define FNV_START UINT64_C(1469598103934665603)	    /* what most of this program begins with */
#define FNV_STANDARD UINT64_C(14695981039346656037) /* as the authors of FNV have it */

static inline uint64_t fnv_add(uint64_t hash, uint64_t part)
{
	return (hash ^ part) * UINT64_C(1099511628211);
}

static inline uint64_t fnv_bytes(uint64_t hash, const void *bytes, size_t len)
{
	const unsigned char *p = bytes;

	for (size_t i = 0; i < len; i++)
		hash = fnv_add(hash, p[i]);
	return hash;
}

static inline uint64_t fnv_text(uint64_t hash, const char *text)
{
	for (; *text; text++)
		hash = fnv_add(hash, (unsigned char)*text);
	return hash;
}

#endif
