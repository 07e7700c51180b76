/* mysql_auth_crypt.c - the arithmetic of a login; see mysql_auth.h. */
#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <string.h>
#include <unistd.h>

#include "mysql/mysql_auth.h"

enum { CHALLENGE = 20, PASSWORD_MAX = 1024, KEY_BYTES_MAX = 1024 };

int mysql_auth_read_key(const char *path, char *out, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), code;
	ssize_t n = fd < 0 ? -1 : read(fd, out, size);

	code = errno;
	if (fd >= 0)
		close(fd);
	errno = code;
	return (int)n;
}

static EVP_PKEY *read_key(const char *pem, size_t len)
{
	BIO *bio = BIO_new_mem_buf(pem, (int)len);
	EVP_PKEY *key = bio ? PEM_read_bio_PUBKEY(bio, NULL, NULL, NULL) : NULL;

	BIO_free(bio);
	if (key && (EVP_PKEY_base_id(key) != EVP_PKEY_RSA || EVP_PKEY_size(key) > KEY_BYTES_MAX)) {
		EVP_PKEY_free(key);
		return NULL;
	}
	return key;
}

static int encrypt(EVP_PKEY *key, const unsigned char *text, size_t len, unsigned char *out, size_t *size)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(key, NULL);
	int good = ctx && EVP_PKEY_encrypt_init(ctx) > 0 &&
			EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_OAEP_PADDING) > 0 &&
			EVP_PKEY_encrypt(ctx, out, size, text, len) > 0;

	EVP_PKEY_CTX_free(ctx);
	return good ? 0 : -1;
}

int mysql_auth_encrypt(const char *pem, size_t pem_len, const char *password, const unsigned char *challenge,
		unsigned char *out, size_t size)
{
	unsigned char text[PASSWORD_MAX];
	size_t len = strlen(password) + 1;
	EVP_PKEY *key = len <= sizeof(text) ? read_key(pem, pem_len) : NULL;
	int r = -1;

	if (key == NULL)
		return -1;
	for (size_t i = 0; i < len; i++)
		text[i] = (unsigned char)password[i] ^ challenge[i % CHALLENGE];
	r = encrypt(key, text, len, out, &size);
	explicit_bzero(text, sizeof(text));
	EVP_PKEY_free(key);
	return r < 0 ? -1 : (int)size;
}

/* SHA256(password) XOR SHA256(SHA256(SHA256(password)), challenge) */
int mysql_auth_proof(const char *password, const unsigned char *challenge, unsigned char out[32])
{
	unsigned char once[32], mix[32 + CHALLENGE];
	int good = EVP_Digest(password, strlen(password), once, NULL, EVP_sha256(), NULL) &&
			EVP_Digest(once, sizeof(once), mix, NULL, EVP_sha256(), NULL);

	memcpy(mix + 32, challenge, CHALLENGE);
	good = good && EVP_Digest(mix, sizeof(mix), out, NULL, EVP_sha256(), NULL);
	for (int i = 0; i < 32; i++)
		out[i] ^= once[i];
	explicit_bzero(once, sizeof(once));
	return good ? 0 : -1;
}
