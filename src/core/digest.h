/* digest.h - digests by the names that Java's MessageDigest has for them: MD5, SHA-1, SHA-224, -256, -384, -512. */
#ifndef CORE_DIGEST_H
#define CORE_DIGEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DIGEST_MAX 64

struct digest_kind;

struct digest {
	const struct digest_kind *kind;
	uint64_t state[8];
	uint64_t length; /* bytes so far */
	unsigned char block[128];
};

const struct digest_kind *digest_kind_named(const char *name); /* whatever its case; NULL: not known */
void digest_init(struct digest *d, const struct digest_kind *kind);
void digest_add(struct digest *d, const void *p, size_t len);
size_t digest_end(struct digest *d, unsigned char out[DIGEST_MAX]); /* how many bytes */

#endif
