/*
 * digest.c - MD5 (RFC 1321), SHA-1 and SHA-2 (FIPS 180-4). All of them work on blocks with a padding that ends in the
 * length, so one frame serves a table of block functions. Plain C: names and short texts are hashed here, not files.
 */
#include "core/digest.h"

#include <string.h>
#include <strings.h>

struct digest_kind {
	const char *name, *alias;
	void (*add)(struct digest *d); /* the full block */
	uint8_t size, block, word;     /* bytes of the result, of a block, of a word of the state */
	bool little;		       /* words and length are little-endian */
	uint64_t start[8];
};

/* clang-format off: a table of numbers */
static const uint32_t md5_constant[64] = {
	0xd76aa478,
	0xe8c7b756,
	0x242070db,
	0xc1bdceee,
	0xf57c0faf,
	0x4787c62a,
	0xa8304613,
	0xfd469501,
	0x698098d8,
	0x8b44f7af,
	0xffff5bb1,
	0x895cd7be,
	0x6b901122,
	0xfd987193,
	0xa679438e,
	0x49b40821,
	0xf61e2562,
	0xc040b340,
	0x265e5a51,
	0xe9b6c7aa,
	0xd62f105d,
	0x02441453,
	0xd8a1e681,
	0xe7d3fbc8,
	0x21e1cde6,
	0xc33707d6,
	0xf4d50d87,
	0x455a14ed,
	0xa9e3e905,
	0xfcefa3f8,
	0x676f02d9,
	0x8d2a4c8a,
	0xfffa3942,
	0x8771f681,
	0x6d9d6122,
	0xfde5380c,
	0xa4beea44,
	0x4bdecfa9,
	0xf6bb4b60,
	0xbebfbc70,
	0x289b7ec6,
	0xeaa127fa,
	0xd4ef3085,
	0x04881d05,
	0xd9d4d039,
	0xe6db99e5,
	0x1fa27cf8,
	0xc4ac5665,
	0xf4292244,
	0x432aff97,
	0xab9423a7,
	0xfc93a039,
	0x655b59c3,
	0x8f0ccc92,
	0xffeff47d,
	0x85845dd1,
	0x6fa87e4f,
	0xfe2ce6e0,
	0xa3014314,
	0x4e0811a1,
	0xf7537e82,
	0xbd3af235,
	0x2ad7d2bb,
	0xeb86d391,
};
/* clang-format on */

/* clang-format off: a table of numbers */
static const uint32_t sha256_constant[64] = {
	0x428a2f98,
	0x71374491,
	0xb5c0fbcf,
	0xe9b5dba5,
	0x3956c25b,
	0x59f111f1,
	0x923f82a4,
	0xab1c5ed5,
	0xd807aa98,
	0x12835b01,
	0x243185be,
	0x550c7dc3,
	0x72be5d74,
	0x80deb1fe,
	0x9bdc06a7,
	0xc19bf174,
	0xe49b69c1,
	0xefbe4786,
	0x0fc19dc6,
	0x240ca1cc,
	0x2de92c6f,
	0x4a7484aa,
	0x5cb0a9dc,
	0x76f988da,
	0x983e5152,
	0xa831c66d,
	0xb00327c8,
	0xbf597fc7,
	0xc6e00bf3,
	0xd5a79147,
	0x06ca6351,
	0x14292967,
	0x27b70a85,
	0x2e1b2138,
	0x4d2c6dfc,
	0x53380d13,
	0x650a7354,
	0x766a0abb,
	0x81c2c92e,
	0x92722c85,
	0xa2bfe8a1,
	0xa81a664b,
	0xc24b8b70,
	0xc76c51a3,
	0xd192e819,
	0xd6990624,
	0xf40e3585,
	0x106aa070,
	0x19a4c116,
	0x1e376c08,
	0x2748774c,
	0x34b0bcb5,
	0x391c0cb3,
	0x4ed8aa4a,
	0x5b9cca4f,
	0x682e6ff3,
	0x748f82ee,
	0x78a5636f,
	0x84c87814,
	0x8cc70208,
	0x90befffa,
	0xa4506ceb,
	0xbef9a3f7,
	0xc67178f2,
};
/* clang-format on */

/* clang-format off: a table of numbers */
static const uint64_t sha512_constant[80] = {
	UINT64_C(0x428a2f98d728ae22),
	UINT64_C(0x7137449123ef65cd),
	UINT64_C(0xb5c0fbcfec4d3b2f),
	UINT64_C(0xe9b5dba58189dbbc),
	UINT64_C(0x3956c25bf348b538),
	UINT64_C(0x59f111f1b605d019),
	UINT64_C(0x923f82a4af194f9b),
	UINT64_C(0xab1c5ed5da6d8118),
	UINT64_C(0xd807aa98a3030242),
	UINT64_C(0x12835b0145706fbe),
	UINT64_C(0x243185be4ee4b28c),
	UINT64_C(0x550c7dc3d5ffb4e2),
	UINT64_C(0x72be5d74f27b896f),
	UINT64_C(0x80deb1fe3b1696b1),
	UINT64_C(0x9bdc06a725c71235),
	UINT64_C(0xc19bf174cf692694),
	UINT64_C(0xe49b69c19ef14ad2),
	UINT64_C(0xefbe4786384f25e3),
	UINT64_C(0x0fc19dc68b8cd5b5),
	UINT64_C(0x240ca1cc77ac9c65),
	UINT64_C(0x2de92c6f592b0275),
	UINT64_C(0x4a7484aa6ea6e483),
	UINT64_C(0x5cb0a9dcbd41fbd4),
	UINT64_C(0x76f988da831153b5),
	UINT64_C(0x983e5152ee66dfab),
	UINT64_C(0xa831c66d2db43210),
	UINT64_C(0xb00327c898fb213f),
	UINT64_C(0xbf597fc7beef0ee4),
	UINT64_C(0xc6e00bf33da88fc2),
	UINT64_C(0xd5a79147930aa725),
	UINT64_C(0x06ca6351e003826f),
	UINT64_C(0x142929670a0e6e70),
	UINT64_C(0x27b70a8546d22ffc),
	UINT64_C(0x2e1b21385c26c926),
	UINT64_C(0x4d2c6dfc5ac42aed),
	UINT64_C(0x53380d139d95b3df),
	UINT64_C(0x650a73548baf63de),
	UINT64_C(0x766a0abb3c77b2a8),
	UINT64_C(0x81c2c92e47edaee6),
	UINT64_C(0x92722c851482353b),
	UINT64_C(0xa2bfe8a14cf10364),
	UINT64_C(0xa81a664bbc423001),
	UINT64_C(0xc24b8b70d0f89791),
	UINT64_C(0xc76c51a30654be30),
	UINT64_C(0xd192e819d6ef5218),
	UINT64_C(0xd69906245565a910),
	UINT64_C(0xf40e35855771202a),
	UINT64_C(0x106aa07032bbd1b8),
	UINT64_C(0x19a4c116b8d2d0c8),
	UINT64_C(0x1e376c085141ab53),
	UINT64_C(0x2748774cdf8eeb99),
	UINT64_C(0x34b0bcb5e19b48a8),
	UINT64_C(0x391c0cb3c5c95a63),
	UINT64_C(0x4ed8aa4ae3418acb),
	UINT64_C(0x5b9cca4f7763e373),
	UINT64_C(0x682e6ff3d6b2b8a3),
	UINT64_C(0x748f82ee5defb2fc),
	UINT64_C(0x78a5636f43172f60),
	UINT64_C(0x84c87814a1f0ab72),
	UINT64_C(0x8cc702081a6439ec),
	UINT64_C(0x90befffa23631e28),
	UINT64_C(0xa4506cebde82bde9),
	UINT64_C(0xbef9a3f7b2c67915),
	UINT64_C(0xc67178f2e372532b),
	UINT64_C(0xca273eceea26619c),
	UINT64_C(0xd186b8c721c0c207),
	UINT64_C(0xeada7dd6cde0eb1e),
	UINT64_C(0xf57d4f7fee6ed178),
	UINT64_C(0x06f067aa72176fba),
	UINT64_C(0x0a637dc5a2c898a6),
	UINT64_C(0x113f9804bef90dae),
	UINT64_C(0x1b710b35131c471b),
	UINT64_C(0x28db77f523047d84),
	UINT64_C(0x32caab7b40c72493),
	UINT64_C(0x3c9ebe0a15c9bebc),
	UINT64_C(0x431d67c49c100d4c),
	UINT64_C(0x4cc5d4becb3e42b6),
	UINT64_C(0x597f299cfc657e2a),
	UINT64_C(0x5fcb6fab3ad6faec),
	UINT64_C(0x6c44198c4a475817),
};
/* clang-format on */

static uint32_t left32(uint32_t v, int n)
{
	return v << n | v >> (32 - n);
}

static uint32_t right32(uint32_t v, int n)
{
	return v >> n | v << (32 - n);
}

static uint64_t right64(uint64_t v, int n)
{
	return v >> n | v << (64 - n);
}

static uint64_t word_read(const struct digest *d, int i)
{
	const unsigned char *p = d->block + i * d->kind->word;
	uint64_t v = 0;

	for (int k = 0; k < d->kind->word; k++)
		v = v << 8 | p[d->kind->little ? d->kind->word - 1 - k : k];
	return v;
}

static void md5_add(struct digest *d)
{
	static const uint8_t shift[4][4] = { { 7, 12, 17, 22 }, { 5, 9, 14, 20 }, { 4, 11, 16, 23 },
		{ 6, 10, 15, 21 } };
	static const uint8_t step[4] = { 1, 5, 3, 7 }, first[4] = { 0, 1, 5, 0 };
	uint32_t w[16], a = (uint32_t)d->state[0], b = (uint32_t)d->state[1], c = (uint32_t)d->state[2],
			e = (uint32_t)d->state[3];

	for (int i = 0; i < 16; i++)
		w[i] = (uint32_t)word_read(d, i);
	for (int i = 0; i < 64; i++) {
		int round = i / 16;
		uint32_t f = round == 0	     ? (b & c) | (~b & e)
				: round == 1 ? (e & b) | (~e & c)
				: round == 2 ? b ^ c ^ e
					     : c ^ (b | ~e);
		uint32_t sum = a + f + md5_constant[i] + w[(first[round] + step[round] * i) % 16];

		a = e;
		e = c;
		c = b;
		b += left32(sum, shift[round][i % 4]);
	}
	d->state[0] = (uint32_t)(d->state[0] + a);
	d->state[1] = (uint32_t)(d->state[1] + b);
	d->state[2] = (uint32_t)(d->state[2] + c);
	d->state[3] = (uint32_t)(d->state[3] + e);
}

static void sha1_add(struct digest *d)
{
	static const uint32_t constant[4] = { 0x5a827999, 0x6ed9eba1, 0x8f1bbcdc, 0xca62c1d6 };
	uint32_t w[80], s[5];

	for (int i = 0; i < 16; i++)
		w[i] = (uint32_t)word_read(d, i);
	for (int i = 16; i < 80; i++)
		w[i] = left32(w[i - 3] ^ w[i - 8] ^ w[i - 14] ^ w[i - 16], 1);
	for (int i = 0; i < 5; i++)
		s[i] = (uint32_t)d->state[i];
	for (int i = 0; i < 80; i++) {
		int round = i / 20;
		uint32_t f = round == 0	     ? (s[1] & s[2]) | (~s[1] & s[3])
				: round == 2 ? (s[1] & s[2]) | (s[1] & s[3]) | (s[2] & s[3])
					     : s[1] ^ s[2] ^ s[3];
		uint32_t sum = left32(s[0], 5) + f + s[4] + constant[round] + w[i];

		memmove(s + 1, s, 4 * sizeof(*s));
		s[2] = right32(s[2], 2);
		s[0] = sum;
	}
	for (int i = 0; i < 5; i++)
		d->state[i] = (uint32_t)(d->state[i] + s[i]);
}

static void sha256_add(struct digest *d)
{
	uint32_t w[64], s[8];

	for (int i = 0; i < 16; i++)
		w[i] = (uint32_t)word_read(d, i);
	for (int i = 16; i < 64; i++)
		w[i] = w[i - 16] + w[i - 7] + (right32(w[i - 15], 7) ^ right32(w[i - 15], 18) ^ w[i - 15] >> 3) +
				(right32(w[i - 2], 17) ^ right32(w[i - 2], 19) ^ w[i - 2] >> 10);
	for (int i = 0; i < 8; i++)
		s[i] = (uint32_t)d->state[i];
	for (int i = 0; i < 64; i++) {
		uint32_t t1 = s[7] + (right32(s[4], 6) ^ right32(s[4], 11) ^ right32(s[4], 25)) +
				((s[4] & s[5]) ^ (~s[4] & s[6])) + sha256_constant[i] + w[i];
		uint32_t t2 = (right32(s[0], 2) ^ right32(s[0], 13) ^ right32(s[0], 22)) +
				((s[0] & s[1]) ^ (s[0] & s[2]) ^ (s[1] & s[2]));

		memmove(s + 1, s, 7 * sizeof(*s));
		s[4] += t1;
		s[0] = t1 + t2;
	}
	for (int i = 0; i < 8; i++)
		d->state[i] = (uint32_t)(d->state[i] + s[i]);
}

static void sha512_add(struct digest *d)
{
	uint64_t w[80], s[8];

	for (int i = 0; i < 16; i++)
		w[i] = word_read(d, i);
	for (int i = 16; i < 80; i++)
		w[i] = w[i - 16] + w[i - 7] + (right64(w[i - 15], 1) ^ right64(w[i - 15], 8) ^ w[i - 15] >> 7) +
				(right64(w[i - 2], 19) ^ right64(w[i - 2], 61) ^ w[i - 2] >> 6);
	memcpy(s, d->state, sizeof(s));
	for (int i = 0; i < 80; i++) {
		uint64_t t1 = s[7] + (right64(s[4], 14) ^ right64(s[4], 18) ^ right64(s[4], 41)) +
				((s[4] & s[5]) ^ (~s[4] & s[6])) + sha512_constant[i] + w[i];
		uint64_t t2 = (right64(s[0], 28) ^ right64(s[0], 34) ^ right64(s[0], 39)) +
				((s[0] & s[1]) ^ (s[0] & s[2]) ^ (s[1] & s[2]));

		memmove(s + 1, s, 7 * sizeof(*s));
		s[4] += t1;
		s[0] = t1 + t2;
	}
	for (int i = 0; i < 8; i++)
		d->state[i] += s[i];
}

static const struct digest_kind kinds[] = {
	{ "MD5", NULL, md5_add, 16, 64, 4, true, { 0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476 } },
	{ "SHA-1", "SHA", sha1_add, 20, 64, 4, false, { 0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0 } },
	{ "SHA-224", NULL, sha256_add, 28, 64, 4, false,
			{
					0xc1059ed8,
					0x367cd507,
					0x3070dd17,
					0xf70e5939,
					0xffc00b31,
					0x68581511,
					0x64f98fa7,
					0xbefa4fa4,
			} },
	{ "SHA-256", NULL, sha256_add, 32, 64, 4, false,
			{
					0x6a09e667,
					0xbb67ae85,
					0x3c6ef372,
					0xa54ff53a,
					0x510e527f,
					0x9b05688c,
					0x1f83d9ab,
					0x5be0cd19,
			} },
	{ "SHA-384", NULL, sha512_add, 48, 128, 8, false,
			{
					UINT64_C(0xcbbb9d5dc1059ed8),
					UINT64_C(0x629a292a367cd507),
					UINT64_C(0x9159015a3070dd17),
					UINT64_C(0x152fecd8f70e5939),
					UINT64_C(0x67332667ffc00b31),
					UINT64_C(0x8eb44a8768581511),
					UINT64_C(0xdb0c2e0d64f98fa7),
					UINT64_C(0x47b5481dbefa4fa4),
			} },
	{ "SHA-512", NULL, sha512_add, 64, 128, 8, false,
			{
					UINT64_C(0x6a09e667f3bcc908),
					UINT64_C(0xbb67ae8584caa73b),
					UINT64_C(0x3c6ef372fe94f82b),
					UINT64_C(0xa54ff53a5f1d36f1),
					UINT64_C(0x510e527fade682d1),
					UINT64_C(0x9b05688c2b3e6c1f),
					UINT64_C(0x1f83d9abfb41bd6b),
					UINT64_C(0x5be0cd19137e2179),
			} },
};

const struct digest_kind *digest_kind_named(const char *name)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
		if (strcasecmp(kinds[i].name, name) == 0 || (kinds[i].alias && strcasecmp(kinds[i].alias, name) == 0))
			return &kinds[i];
	return NULL;
}

void digest_init(struct digest *d, const struct digest_kind *kind)
{
	d->kind = kind;
	d->length = 0;
	memcpy(d->state, kind->start, sizeof(d->state));
}

void digest_add(struct digest *d, const void *p, size_t len)
{
	const unsigned char *in = p;

	while (len) {
		size_t block = d->kind->block, at = d->length % block, n = len < block - at ? len : block - at;

		memcpy(d->block + at, in, n);
		d->length += n;
		in += n;
		len -= n;
		if (at + n == block)
			d->kind->add(d);
	}
}

size_t digest_end(struct digest *d, unsigned char out[DIGEST_MAX])
{
	const struct digest_kind *kind = d->kind;
	size_t block = kind->block, room = kind->word * 2, at = d->length % block;
	size_t pad = (at < block - room ? block : 2 * block) - room - at;
	unsigned char tail[2 * 128] = { 0x80 };
	uint64_t bits = d->length * 8;

	for (size_t i = 0; i < 8; i++)
		tail[pad + (kind->little ? i : room - 1 - i)] = (unsigned char)(bits >> 8 * i);
	digest_add(d, tail, pad + room);
	for (int i = 0; i < kind->size; i++) {
		int in_word = i % kind->word, shift = kind->little ? in_word : kind->word - 1 - in_word;

		out[i] = (unsigned char)(d->state[i / kind->word] >> 8 * shift);
	}
	return kind->size;
}
