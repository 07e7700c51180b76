/*
 * mysql_bytes.c - the integers of variable width. Two unlike forms: the client protocol's (a first byte that is the
 * value or says how many follow) and the serialization library's of 8.3 (the number of trailing one bits says it).
 */
#include "source/decode/mysql_bytes.h"

uint64_t bytes_lenenc(struct bytes *b)
{
	uint8_t first = bytes_u8(b);

	switch (first) {
	case 0xfc: return bytes_uint(b, 2);
	case 0xfd: return bytes_uint(b, 3);
	case 0xfe: return bytes_uint(b, 8);
	case 0xfb:
	case 0xff: b->failed = true; return 0;
	default: return first;
	}
}

uint64_t bytes_varlen(struct bytes *b)
{
	uint8_t first = bytes_u8(b);
	unsigned more = first == 0xff ? 8 : (unsigned)__builtin_ctz(~(unsigned)first);
	uint64_t high = bytes_uint(b, more);

	if (more >= 7)
		return high;
	return high << (7 - more) | first >> (more + 1);
}

/* The sign is the lowest bit; negative values are stored as their complement. */
int64_t bytes_varlen_signed(struct bytes *b)
{
	uint64_t v = bytes_varlen(b);

	return v & 1 ? (int64_t) ~(v >> 1) : (int64_t)(v >> 1);
}
