/* script_sha256.h - SHA-256 (FIPS 180-4) of a text in memory, for hash() in scripts. */
#ifndef SCRIPT_SHA256_H
#define SCRIPT_SHA256_H

#include <stddef.h>
#include <stdint.h>

struct sha256 {
	uint32_t state[8];
	uint64_t length;		/* bytes so far */
	unsigned char block[64];
};

void sha256_init(struct sha256 *h);
void sha256_add(struct sha256 *h, const void *p, size_t len);
void sha256_end(struct sha256 *h, unsigned char out[32]);

#endif
