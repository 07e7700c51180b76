/*
 * text.c - decides what is a character and what may be shown. The hard part is to cut a text that is too long neither
 * in the middle of a character nor in the middle of an escape: every piece is made whole first and copied if it fits.
 */
#include "core/text.h"

#include <string.h>

static const struct {
	uint32_t from, to;
} hidden[] = {
	{ 0x00, 0x1f },
	{ 0x7f, 0x9f },
	{ 0xad, 0xad },
	{ 0x61c, 0x61c },
	{ 0x200b, 0x200f },
	{ 0x2028, 0x202e },
	{ 0x2060, 0x206f },
	{ 0xd800, 0xf8ff },
	{ 0xfeff, 0xfeff },
	{ 0xfff0, 0xfffc },
	{ 0xfffe, 0xffff },
	{ 0xe0000, 0x10ffff },
};

size_t text_decode(const char *p, size_t len, uint32_t *code)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	const unsigned char *u = (const unsigned char *)p;
	size_t need;
	uint32_t c;

	if (len == 0)
		return 0;
	if (u[0] < 0x80) {
		*code = u[0];
		return 1;
	}
	need = u[0] >= 0xf0 ? 4 : u[0] >= 0xe0 ? 3 : 2;
	if (u[0] < 0xc2 || u[0] > 0xf4 || len < need)
		return 0;
	c = u[0] & (0x7fu >> need);
	for (size_t i = 1; i < need; i++) {
		if ((u[i] & 0xc0) != 0x80)
			return 0;
		c = c << 6 | (u[i] & 0x3f);
	}
	if (c < least[need] || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
		return 0;
	*code = c;
	return need;
}

size_t text_encode(char *out, uint32_t code)
{
	if (code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff))
		code = 0xfffd;
	if (code < 0x80) {
		out[0] = (char)code;
		return 1;
	}
	if (code < 0x800) {
		out[0] = (char)(0xc0 | code >> 6);
		out[1] = (char)(0x80 | (code & 0x3f));
		return 2;
	}
	if (code < 0x10000) {
		out[0] = (char)(0xe0 | code >> 12);
		out[1] = (char)(0x80 | (code >> 6 & 0x3f));
		out[2] = (char)(0x80 | (code & 0x3f));
		return 3;
	}
	out[0] = (char)(0xf0 | code >> 18);
	out[1] = (char)(0x80 | (code >> 12 & 0x3f));
	out[2] = (char)(0x80 | (code >> 6 & 0x3f));
	out[3] = (char)(0x80 | (code & 0x3f));
	return 4;
}

bool text_printable(uint32_t code)
{
	if (code >= 0x20 && code < 0x7f)
		return true;
	for (size_t i = 0; i < sizeof(hidden) / sizeof(hidden[0]); i++)
		if (code >= hidden[i].from && code <= hidden[i].to)
			return false;
	return code <= 0x10ffff;
}

size_t text_piece(char piece[TEXT_PIECE], const char *p, size_t len, size_t *taken)
{
	static const char digits[] = "0123456789abcdef";
	uint32_t code;
	size_t n = text_decode(p, len, &code), out = 0;

	*taken = n ? n : 1;
	if (n && text_printable(code)) {
		memcpy(piece, p, n);
		return n;
	}
	for (size_t i = 0; i < *taken; i++) {
		unsigned char byte = (unsigned char)p[i];

		piece[out++] = '\\';
		piece[out++] = 'x';
		piece[out++] = digits[byte >> 4];
		piece[out++] = digits[byte & 15];
	}
	return out;
}

size_t text_escape(char *out, size_t size, const char *p, size_t len)
{
	size_t at = 0, safe = 0, taken; /* safe: the last place where "..." still fits */
	char piece[16];

	if (size == 0)
		return 0;
	for (size_t i = 0; i < len; i += taken) {
		size_t n = text_piece(piece, p + i, len - i, &taken);

		if (at + n >= size) {
			size_t dots = size - 1 - safe < 3 ? size - 1 - safe : 3;

			memcpy(out + safe, "...", dots);
			at = safe + dots;
			break;
		}
		memcpy(out + at, piece, n);
		at += n;
		if (at + 3 < size)
			safe = at;
	}
	out[at] = '\0';
	return at;
}

bool text_consists(const char *p, size_t len, const char *of)
{
	for (size_t i = 0; i < len; i++)
		if (p[i] == '\0' || strchr(of, p[i]) == NULL)
			return false;
	return true;
}
