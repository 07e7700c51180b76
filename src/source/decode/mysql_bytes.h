/*
 * mysql_bytes.h - reading the server's little-endian bytes. One cursor, sticky failure: a read past the end gives zero,
 * sets `failed`, and every later read does the same, so a parser checks once, at its end. Nothing here may trust a
 * length that came off the wire.
 */
#ifndef SOURCE_MYSQL_BYTES_H
#define SOURCE_MYSQL_BYTES_H

#include <endian.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct bytes {
	const uint8_t *at, *end;
	bool failed;
};

static inline struct bytes bytes_of(const void *p, size_t len)
{
	return (struct bytes){ .at = p, .end = (const uint8_t *)p + len };
}

static inline size_t bytes_left(const struct bytes *b)
{
	return (size_t)(b->end - b->at);
}

/* The next len bytes where they lie, or NULL. */
static inline const uint8_t *bytes_take(struct bytes *b, size_t len)
{
	const uint8_t *p = b->at;

	if (b->failed || len > bytes_left(b)) {
		b->failed = true;
		b->at = b->end;
		return NULL;
	}
	b->at += len;
	return p;
}

/*
 * Little-endian and big-endian, 1 to 8 bytes, no bounds: for bytes that were taken before. The common widths are one
 * load each, which compilers do not find by themselves in a loop.
 */
static inline uint64_t bytes_le(const uint8_t *p, unsigned width)
{
	uint64_t v = 0;
	uint32_t v32;
	uint16_t v16;

	switch (width) {
	case 1: return *p;
	case 2: memcpy(&v16, p, sizeof(v16)); return le16toh(v16);
	case 4: memcpy(&v32, p, sizeof(v32)); return le32toh(v32);
	case 8: memcpy(&v, p, sizeof(v)); return le64toh(v);
	default:
		for (unsigned i = width; i-- > 0;)
			v = v << 8 | p[i];
		return v;
	}
}

static inline uint64_t bytes_be(const uint8_t *p, unsigned width)
{
	uint64_t v = 0;
	uint32_t v32;
	uint16_t v16;

	switch (width) {
	case 1: return *p;
	case 2: memcpy(&v16, p, sizeof(v16)); return be16toh(v16);
	case 4:
	case 5: memcpy(&v32, p + width - 4, sizeof(v32)); return (width == 5 ? (uint64_t)*p << 32 : 0) | be32toh(v32);
	default:
		for (unsigned i = 0; i < width; i++)
			v = v << 8 | p[i];
		return v;
	}
}

static inline uint64_t bytes_uint(struct bytes *b, unsigned width)
{
	const uint8_t *p = bytes_take(b, width);

	return p ? bytes_le(p, width) : 0;
}

static inline uint8_t bytes_u8(struct bytes *b)
{
	return (uint8_t)bytes_uint(b, 1);
}
static inline uint16_t bytes_u16(struct bytes *b)
{
	return (uint16_t)bytes_uint(b, 2);
}
static inline uint32_t bytes_u32(struct bytes *b)
{
	return (uint32_t)bytes_uint(b, 4);
}
static inline uint64_t bytes_u64(struct bytes *b)
{
	return bytes_uint(b, 8);
}

uint64_t bytes_lenenc(struct bytes *b); /* the protocol's length-encoded integer; 0xfb (NULL) and 0xff fail */
/* the serialization library's: trailing one bits of the first byte count the bytes that follow */
uint64_t bytes_varlen(struct bytes *b);
int64_t bytes_varlen_signed(struct bytes *b);

#endif
