/*
 * digest.h - digests by the names that Java's MessageDigest has for them: MD5, SHA-1, SHA-224, -256, -384, -512. libcrypto
 * computes them. A thread has one at a time: what digest_init() begins, digest_end() ends, on the same thread.
 */
#ifndef CORE_DIGEST_H
#define CORE_DIGEST_H

#include <stddef.h>

#define DIGEST_MAX 64

struct digest_kind;

struct digest {
	void *ctx; /* the thread's; lent from digest_init() to digest_end() */
};

const struct digest_kind *digest_kind_named(
		const char *name); /* whatever its case; NULL: not known, or refused by libcrypto */
void digest_init(struct digest *d, const struct digest_kind *kind);
void digest_add(struct digest *d, const void *p, size_t len);
size_t digest_end(struct digest *d, unsigned char out[DIGEST_MAX]); /* how many bytes */

#endif
