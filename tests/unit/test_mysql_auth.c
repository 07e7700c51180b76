/* test_mysql_auth.c - a password on its way to a server that has given its RSA key, and the proof that needs none. */
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <string.h>

#include "mysql/mysql_auth.h"
#include "tests/tap.h"

static const unsigned char challenge[20] = "0123456789abcdefghij";

static size_t pem_of(EVP_PKEY *key, char *out, size_t size)
{
	BIO *bio = BIO_new(BIO_s_mem());
	int n;

	PEM_write_bio_PUBKEY(bio, key);
	n = BIO_read(bio, out, (int)size);
	BIO_free(bio);
	return n > 0 ? (size_t)n : 0;
}

/* As the server does it: OAEP, then the challenge taken back. */
static void test_encrypt(void)
{
	EVP_PKEY *key = EVP_RSA_gen(2048);
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(key, NULL);
	unsigned char secret[1024], plain[1024];
	size_t len = sizeof(plain);
	char pem[2048];
	size_t pem_len = pem_of(key, pem, sizeof(pem));
	int n = mysql_auth_encrypt(pem, pem_len, "pa ss\xc3\xa4 longer than the challenge is", challenge, secret,
			sizeof(secret));

	is_int(n, 256, "the size of the key");
	EVP_PKEY_decrypt_init(ctx);
	EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_OAEP_PADDING);
	ok(n > 0 && EVP_PKEY_decrypt(ctx, plain, &len, secret, (size_t)n) > 0, "the server can read it");
	for (size_t i = 0; i < len; i++)
		plain[i] ^= challenge[i % sizeof(challenge)];
	is_str((char *)plain, "pa ss\xc3\xa4 longer than the challenge is", "and finds the password, with its end");
	is_int(mysql_auth_encrypt("no key", 6, "x", challenge, secret, sizeof(secret)), -1,
			"what is no key is refused");
	EVP_PKEY_CTX_free(ctx);
	EVP_PKEY_free(key);
}

static void hash(const void *p, size_t len, unsigned char out[32])
{
	EVP_Digest(p, len, out, NULL, EVP_sha256(), NULL);
}

/* The server keeps SHA256(SHA256(password)): from the proof it gets SHA256(password) back, and hashes that. */
static void test_proof(void)
{
	unsigned char once[32], twice[52], mask[32], proof[32], back[32];

	hash("secret", 6, once);
	hash(once, 32, twice);
	memcpy(twice + 32, challenge, 20);
	hash(twice, 52, mask);
	is_int(mysql_auth_proof("secret", challenge, proof), 0, "a proof");
	for (int i = 0; i < 32; i++)
		proof[i] ^= mask[i];
	hash(proof, 32, back);
	ok(memcmp(back, twice, 32) == 0, "shows the server that the password is known");
}

int main(void)
{
	test_encrypt();
	test_proof();
	return tap_done();
}
