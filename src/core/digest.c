/* digest.c - see digest.h. A thread has one context of libcrypto, so that no cell costs an allocation of ours. */
#include "core/digest.h"

#include <openssl/evp.h>
#include <pthread.h>
#include <strings.h>

#include "core/must.h"

struct digest_kind {
	const char *name, *alias, *library; /* Java's names; libcrypto's */
	const EVP_MD *md;		    /* NULL: this libcrypto does not give it, as MD5 under FIPS */
};

static struct digest_kind kinds[] = {
	{ "MD5", NULL, "MD5", NULL },
	{ "SHA-1", "SHA", "SHA1", NULL },
	{ "SHA-224", NULL, "SHA224", NULL },
	{ "SHA-256", NULL, "SHA256", NULL },
	{ "SHA-384", NULL, "SHA384", NULL },
	{ "SHA-512", NULL, "SHA512", NULL },
};

static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_key_t context;
static _Thread_local const struct digest *open; /* by this thread, with its context */

static void context_free(void *ctx)
{
	EVP_MD_CTX_free(ctx);
}

/* Looked up once: libcrypto 3 searches its providers at each use of EVP_sha256() and the like. */
static void begin(void)
{
	must(pthread_key_create(&context, context_free) == 0);
	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
#if OPENSSL_VERSION_NUMBER >= 0x30000000L
		kinds[i].md = EVP_MD_fetch(NULL, kinds[i].library, NULL);
#else
		kinds[i].md = EVP_get_digestbyname(kinds[i].library);
#endif
}

const struct digest_kind *digest_kind_named(const char *name)
{
	pthread_once(&once, begin);
	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
		if (strcasecmp(kinds[i].name, name) == 0 || (kinds[i].alias && strcasecmp(kinds[i].alias, name) == 0))
			return kinds[i].md ? &kinds[i] : NULL;
	return NULL;
}

void digest_init(struct digest *d, const struct digest_kind *kind)
{
	EVP_MD_CTX *ctx = pthread_getspecific(context);

	if (ctx == NULL) {
		ctx = EVP_MD_CTX_new();
		must(ctx && pthread_setspecific(context, ctx) == 0);
	}
	must_debug(open == NULL);
	d->ctx = ctx;
	open = d;
	must(EVP_DigestInit_ex(ctx, kind->md, NULL) == 1);
}

void digest_add(struct digest *d, const void *p, size_t len)
{
	must_debug(open == d);
	must(EVP_DigestUpdate(d->ctx, p, len) == 1);
}

size_t digest_end(struct digest *d, unsigned char out[DIGEST_MAX])
{
	unsigned len = 0;

	must(EVP_DigestFinal_ex(d->ctx, out, &len) == 1);
	d->ctx = NULL;
	open = NULL;
	return len;
}
