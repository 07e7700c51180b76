/*
 * json_text.c - the inside of JSON strings: reading escapes, and writing them as Jackson 2.16 does, byte for byte.
 *
 * Most strings have nothing to escape; they are copied eight bytes at a time. Jackson's one surprise is that characters
 * beyond the BMP become two \u escapes while all other letters stay as they are.
 */
#include "core/json.h"

#include <string.h>

#include "core/json_scan.h"

const char json_escape_value[256] = {
	['"'] = '"',
	['\\'] = '\\',
	['/'] = '/',
	['b'] = '\b',
	['f'] = '\f',
	['n'] = '\n',
	['r'] = '\r',
	['t'] = '\t',
};

#define NOT16 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255
const unsigned char json_hex[256] = { NOT16, NOT16, NOT16, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 255, 255, 255, 255, 255, 255,
	255, 10, 11, 12, 13, 14, 15, 255, 255, 255, 255, 255, 255, 255, 255, 255, NOT16, 255, 10, 11, 12, 13, 14, 15,
	255, 255, 255, 255, 255, 255, 255, 255, 255, NOT16, NOT16, NOT16, NOT16, NOT16, NOT16, NOT16, NOT16, NOT16 };

/* ---- reading ---- */

static unsigned hex4_value(const char *p)
{
	unsigned v = 0;

	for (int i = 0; i < 4; i++)
		v = v << 4 | (json_hex[(unsigned char)p[i]] & 15);
	return v;
}

static char *utf8_put(char *o, uint32_t c)
{
	if (c < 0x80) {
		*o++ = (char)c;
		return o;
	}
	if (c < 0x800) {
		*o++ = (char)(0xc0 | c >> 6);
	} else {
		if (c < 0x10000) {
			*o++ = (char)(0xe0 | c >> 12);
		} else {
			*o++ = (char)(0xf0 | c >> 18);
			*o++ = (char)(0x80 | (c >> 12 & 63));
		}
		*o++ = (char)(0x80 | (c >> 6 & 63));
	}
	*o++ = (char)(0x80 | (c & 63));
	return o;
}

/* The character of \uXXXX at p, with its second half where it needs one. NULL: half a surrogate pair. */
static const char *unescape_u(const char *p, const char *end, char **o)
{
	uint32_t c, low;

	if (end - p < 6)
		return NULL;
	c = hex4_value(p + 2);
	p += 6;
	if (c >= 0xd800 && c < 0xe000) {
		if (c >= 0xdc00 || end - p < 6 || p[0] != '\\' || p[1] != 'u')
			return NULL;
		low = hex4_value(p + 2);
		if (low < 0xdc00 || low >= 0xe000)
			return NULL;
		c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
		p += 6;
	}
	*o = utf8_put(*o, c);
	return p;
}

int json_text(const struct json_slice *s, struct arena *a, const char **out, size_t *len)
{
	const char *p = s->p, *end = s->p + s->len;
	char *text, *o;

	if (!s->escaped) {
		*out = s->p;
		*len = s->len;
		return 0;
	}
	text = o = arena_reserve(a, s->len + 1); /* an escape is always longer than what it stands for */
	while (p < end) {
		const char *slash = memchr(p, '\\', (size_t)(end - p));
		size_t run = (size_t)((slash ? slash : end) - p);

		memcpy(o, p, run);
		o += run;
		p += run;
		if (p == end)
			break;
		if (end - p >= 2 && p[1] != 'u') {
			*o++ = json_escape_value[(unsigned char)p[1]];
			p += 2;
			continue;
		}
		p = unescape_u(p, end, &o);
		if (p == NULL)
			return -1;
	}
	*o = '\0';
	*out = text;
	*len = (size_t)(o - text);
	arena_commit(a, *len + 1);
	return 0;
}

/* ---- writing ---- */

static const char hex_upper[] = "0123456789ABCDEF";

static char *put_u(char *o, unsigned c)
{
	o[0] = '\\';
	o[1] = 'u';
	o[2] = hex_upper[c >> 12];
	o[3] = hex_upper[c >> 8 & 15];
	o[4] = hex_upper[c >> 4 & 15];
	o[5] = hex_upper[c & 15];
	return o + 6;
}

static char *put_ascii(char *o, unsigned char c)
{
	static const char names[128] = {
		['"'] = '"',
		['\\'] = '\\',
		['\b'] = 'b',
		['\t'] = 't',
		['\n'] = 'n',
		['\f'] = 'f',
		['\r'] = 'r',
	};

	if (names[c] == 0)
		return put_u(o, c);
	o[0] = '\\';
	o[1] = names[c];
	return o + 2;
}

/* How many bytes of a broken character belong together: its longest beginning that could have been one, as Java's
 * decoder and the Unicode standard count. At least 1. */
static size_t broken_length(const char *p, const char *end)
{
	static const char *const rest[2] = { "\x80\x80", "\x80" };
	char test[4];

	for (size_t keep = 3; keep >= 2; keep--) {
		if ((size_t)(end - p) < keep)
			continue;
		memcpy(test, p, keep);
		memcpy(test + keep, rest[keep - 2], 4 - keep);
		if (json_utf8_length(test, test + 4) > keep)
			return keep;
	}
	return 1;
}

/* One character beyond ASCII; pairs: as two escapes when it lies beyond the BMP. */
static char *put_wide(char *o, const char **at, const char *end, bool pairs)
{
	const unsigned char *p = (const unsigned char *)*at;
	size_t n = json_utf8_length(*at, end);

	if (n == 0) {
		*at += broken_length(*at, end);
		memcpy(o, "\xef\xbf\xbd", 3);
		return o + 3;
	}
	*at += n;
	if (n < 4 || !pairs) {
		memcpy(o, p, n);
		return o + n;
	}
	{
		uint32_t c = ((p[0] & 7u) << 18 | (p[1] & 63u) << 12 | (p[2] & 63u) << 6 | (p[3] & 63u)) - 0x10000;

		return put_u(put_u(o, 0xd800 + (c >> 10)), 0xdc00 + (c & 0x3ff));
	}
}

static inline size_t escape(char *out, const char *p, size_t len, bool pairs)
{
	const char *end = p + len;
	char *o = out;

	while (p < end) {
		while (end - p >= 8) {
			uint64_t w;

			memcpy(&w, p, 8);
			if (json_special(w))
				break;
			memcpy(o, &w, 8);
			p += 8;
			o += 8;
		}
		for (const char *stop = json_skip_plain(p, end); p < stop;)
			*o++ = *p++;
		if (p == end)
			break;
		if ((unsigned char)*p >= 0x80)
			o = put_wide(o, &p, end, pairs);
		else
			o = put_ascii(o, (unsigned char)*p++);
	}
	return (size_t)(o - out);
}

size_t json_escape(char *out, const char *p, size_t len)
{
	return escape(out, p, len, true);
}

static void put_string(struct buf *b, const char *p, size_t len, bool pairs)
{
	char piece[6 * 512];

	buf_putc(b, '"');
	while (len) {
		size_t n = len;

		if (n > 512) { /* not to cut inside a character */
			n = 512;
			while (n > 509 && ((unsigned char)p[n] & 0xc0) == 0x80)
				n--;
		}
		buf_put(b, piece, escape(piece, p, n, pairs));
		p += n;
		len -= n;
	}
	buf_putc(b, '"');
}

void buf_json_string(struct buf *b, const char *p, size_t len)
{
	put_string(b, p, len, true);
}

void buf_json_string_whole(struct buf *b, const char *p, size_t len)
{
	put_string(b, p, len, false);
}

void buf_json_str(struct buf *b, const char *s)
{
	if (s == NULL)
		buf_puts(b, "null");
	else
		buf_json_string(b, s, strlen(s));
}
