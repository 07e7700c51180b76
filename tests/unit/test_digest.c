/* test_digest.c - the digests and FNV-1a against the vectors of their standards, and whatever the pieces. */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "core/digest.h"
#include "core/fnv.h"
#include "tests/tap.h"

static const char *hex_of(const char *kind, const char *text, size_t len, size_t piece)
{
	static char hex[2 * DIGEST_MAX + 1];
	unsigned char out[DIGEST_MAX];
	struct digest d;
	size_t n;

	digest_init(&d, digest_kind_named(kind));
	for (size_t at = 0; at < len; at += piece)
		digest_add(&d, text + at, len - at < piece ? len - at : piece);
	n = digest_end(&d, out);
	for (size_t i = 0; i < n; i++)
		sprintf(hex + 2 * i, "%02x", out[i]);
	return hex;
}

static const struct {
	const char *kind, *empty, *abc;
} vectors[] = {
	{ "MD5", "d41d8cd98f00b204e9800998ecf8427e", "900150983cd24fb0d6963f7d28e17f72" },
	{ "SHA-1", "da39a3ee5e6b4b0d3255bfef95601890afd80709", "a9993e364706816aba3e25717850c26c9cd0d89d" },
	{ "SHA-224", "d14a028c2a3a2bc9476102bb288234c415a2b01f828ea62ac5b3e42f",
			"23097d223405d8228642a477bda255b32aadbce4bda0b3f7e36c9da7" },
	{ "SHA-256", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
			"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" },
	{ "SHA-384",
			"38b060a751ac96384cd9327eb1b1e36a21fdb71114be07434c0cc7bf63f6e1da"
			"274edebfe76f65fbd51ad2f14898b95b",
			"cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed"
			"8086072ba1e7cc2358baeca134c825a7" },
	{ "SHA-512",
			"cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce"
			"47d0d13c5d85f2b0ff8318d2877eec2f63b931bd47417a81a538327af927da3e",
			"ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
			"2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f" },
};

int main(void)
{
	static const char *const kinds[] = { "MD5", "SHA-1", "SHA-224", "SHA-256", "SHA-384", "SHA-512" };
	char text[300], whole[2 * DIGEST_MAX + 1];

	for (size_t i = 0; i < sizeof(vectors) / sizeof(*vectors); i++) {
		is_str(hex_of(vectors[i].kind, "", 0, 1), vectors[i].empty, "%s of nothing", vectors[i].kind);
		is_str(hex_of(vectors[i].kind, "abc", 3, 1), vectors[i].abc, "%s of abc", vectors[i].kind);
	}
	memset(text, 'a', sizeof(text));
	for (size_t i = 0; i < 6; i++) {
		bool same = true;

		for (size_t len = 0; len <= sizeof(text); len++) {
			snprintf(whole, sizeof(whole), "%s", hex_of(kinds[i], text, len, len + 1));
			same = same && strcmp(whole, hex_of(kinds[i], text, len, 7)) == 0;
		}
		ok(same, "%s: pieces make no difference, at every length", kinds[i]);
	}
	is_str(hex_of("MD5", text, 300, 300), "4e5475d125a33c6190718e75adc1b704", "MD5 of 300 letters");
	is_str(hex_of("SHA-1", text, 300, 300), "003ef1ba9ea9f2f4dab3a2004e505ca8a4e7e5a3", "SHA-1 of 300 letters");
	is_str(hex_of("SHA-224", text, 300, 300), "0a7f16c10aafb0518d8f6e7d78f5089939821fd1015d3fbf6c1b2b40",
			"SHA-224 of 300 letters");
	is_str(hex_of("SHA-256", text, 300, 300), "9835fa6bf4e20a9b9ea812506302e98982721a6cf8d2cae67af57129bf21ae90",
			"SHA-256 of 300 letters");
	is_str(hex_of("SHA-384", text, 300, 300),
			"0541e349b6d06749a852ae0a68db73f98620879de6b5b3743d7fca7dda0f81d8"
			"3b0ca596f710542ed343f1b4214d508c",
			"SHA-384 of 300 letters");
	is_str(hex_of("SHA-512", text, 300, 300),
			"a6a77010dd9696c23831e6549de51724df332c2075039b75fcfe6c2e6de42fbd"
			"3c80ed4073267e00c8c320712c3cdd9d65a96f90a3fe4a58a6b70a103be08e83",
			"SHA-512 of 300 letters");
	ok(digest_kind_named("sha-256") == digest_kind_named("SHA-256"), "names whatever their case");
	ok(digest_kind_named("SHA") == digest_kind_named("SHA-1"), "SHA is SHA-1");
	ok(digest_kind_named("CRC") == NULL, "an unknown name");
	ok(fnv_text(FNV_STANDARD, "foobar") == 0x85944171f73967e8u, "FNV-1a of its authors");
	ok(fnv_text(FNV_START, "shop.orders") == 0x2b4d666363f5b532u, "FNV-1a as labels and places have stored it");
	ok(fnv_bytes(fnv_add(fnv_text(FNV_START, "shop"), '.'), "orders", 6) == fnv_text(FNV_START, "shop.orders"),
			"in pieces");
	return tap_done();
}
