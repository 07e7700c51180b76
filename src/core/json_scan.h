/*
 * json_scan.h - what json.c and json_text.c share: eight bytes at a time over plain text, UTF-8, escapes. Private to
 * them.
 */
#ifndef CORE_JSON_SCAN_H
#define CORE_JSON_SCAN_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

extern const unsigned char json_hex[256]; /* 0..15; 255: not a hex digit */
extern const char json_escape_value[256]; /* 'n' -> '\n'; 0: no such escape */

#define JSON_ONES 0x0101010101010101ull
#define JSON_HIGHS 0x8080808080808080ull

/* The high bit of each byte that is a control character, a quote, a backslash or not ASCII. Bytes behind the first one
 * found may be marked wrongly (borrows run upwards), so only the first counts. */
static inline uint64_t json_special(uint64_t w)
{
	uint64_t quote = w ^ JSON_ONES * '"', slash = w ^ JSON_ONES * '\\';

	return (w | (w - JSON_ONES * 0x20) | (quote - JSON_ONES) | (slash - JSON_ONES)) & JSON_HIGHS;
}

static inline const char *json_skip_plain(const char *p, const char *end)
{
	for (; end - p >= 8; p += 8) {
		uint64_t w, hit;

		memcpy(&w, p, 8);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
		w = __builtin_bswap64(w);
#endif
		hit = json_special(w);
		if (hit)
			return p + __builtin_ctzll(hit) / 8;
	}
	while (p < end && (unsigned char)*p >= 0x20 && (unsigned char)*p < 0x80 && *p != '"' && *p != '\\')
		p++;
	return p;
}

/* Length of the well-formed character at p, 2 to 4 (its first byte is known to be >= 0x80); 0: none. */
static inline size_t json_utf8_length(const char *p, const char *end)
{
	const unsigned char *u = (const unsigned char *)p;
	size_t room = (size_t)(end - p);
	unsigned char low = 0x80, high = 0xbf;

	if (u[0] < 0xc2 || u[0] > 0xf4)
		return 0;
	if (u[0] < 0xe0)
		return room >= 2 && (u[1] & 0xc0) == 0x80 ? 2 : 0;
	if (u[0] == 0xe0 || u[0] == 0xf0)
		low = u[0] == 0xe0 ? 0xa0 : 0x90;
	if (u[0] == 0xed || u[0] == 0xf4)
		high = u[0] == 0xed ? 0x9f : 0x8f;
	if (room < 3 || u[1] < low || u[1] > high || (u[2] & 0xc0) != 0x80)
		return 0;
	if (u[0] < 0xf0)
		return 3;
	return room >= 4 && (u[3] & 0xc0) == 0x80 ? 4 : 0;
}

#endif
