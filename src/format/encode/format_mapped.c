/*
 * format_mapped.c - the writers of mapped cells. Java's strings are counted in UTF-16 units, so a truncation may leave
 * half a character, which the JSON writer spells \uD83D; and the first version of the hash is of the string as Java
 * serialises it.
 */
#include "format/encode/format_mapped.h"

#include <stdio.h>
#include <string.h>

#include "core/digest.h"
#include "core/num/num.h"

#define TEXT_SLACK 16 /* short copies read past the end */

static struct cell_map *cell_map_new(struct format_cell *cell, struct arena *a)
{
	struct cell_map *map = arena_alloc(a, sizeof(*map));

	*map = (struct cell_map){ .inner = cell->write };
	cell->map = map;
	return map;
}

/* ---- asterisks ---- */

/* The mask stands where NULL would, too. */
static char *write_mask(char *out, const struct format_cell *c, const struct value *v, struct cell_env *env)
{
	return cell_put(out, c->null_text, c->null_len);
}

void mapped_mask(struct format_cell *cell, uint32_t chars, struct arena *a)
{
	char *text = arena_alloc(a, chars + 2 + TEXT_SLACK);

	memset(text, '*', chars + 2 + TEXT_SLACK);
	text[0] = text[chars + 1] = '"';
	cell->null_text = text;
	cell->null_len = chars + 2;
	cell->write = write_mask;
}

/* ---- the first characters ---- */

static size_t utf8_length(unsigned char first)
{
	return first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
}

/* The high surrogate of the character beyond the BMP at p. */
static unsigned high_surrogate(const unsigned char *p)
{
	unsigned code = (p[0] & 7u) << 18 | (p[1] & 0x3fu) << 12 | (p[2] & 0x3fu) << 6 | (p[3] & 0x3fu);

	return 0xd800 + ((code - 0x10000) >> 10);
}

static char *write_truncated_text(char *out, const struct format_cell *c, const struct value *v, struct cell_env *env)
{
	const unsigned char *p = (const unsigned char *)v->p;
	uint32_t units = 0, at = 0, limit = c->map->limit;
	struct value cut = *v;
	bool half = false;

	if (v->kind != VALUE_TEXT || v->len <= limit)
		return c->map->inner(out, c, v, env);
	while (at < v->len && units < limit && !half) {
		size_t n = utf8_length(p[at]);

		if (at + n > v->len)
			n = v->len - at;
		half = n == 4 && units + 1 == limit;
		units += n == 4 ? 2 : 1;
		at += half ? 0 : (uint32_t)n;
	}
	cut.len = at;
	out = c->map->inner(out, c, &cut, env);
	if (out && half)
		out += sprintf(out - 1, "\\u%04X\"", high_surrogate(p + at)) - 1;
	return out;
}

static char *write_truncated_bytes(char *out, const struct format_cell *c, const struct value *v, struct cell_env *env)
{
	struct value cut = *v;

	if (v->kind == VALUE_BYTES && v->len > c->map->limit)
		cut.len = c->map->limit;
	return c->map->inner(out, c, &cut, env);
}

/* Base64, decimals, times as text: a byte is a character, and nothing is escaped. */
static char *write_truncated_ascii(char *out, const struct format_cell *c, const struct value *v, struct cell_env *env)
{
	char *end = c->map->inner(out, c, v, env);

	if (end == NULL || *out != '"' || (size_t)(end - out) - 2 <= c->map->limit)
		return end;
	end = out + 1 + c->map->limit;
	*end++ = '"';
	return end;
}

void mapped_truncate(struct format_cell *cell, const struct format_type *type, uint32_t chars, struct arena *a)
{
	cell_write_fn *write = NULL;

	if (type->shape == CELL_TEXT)
		write = write_truncated_text;
	else if (type->type == CONNECT_STRING)
		write = write_truncated_ascii;
	else if (type->shape == CELL_BASE64)
		write = write_truncated_bytes;
	if (write == NULL)
		return;
	cell_map_new(cell, a)->limit = chars;
	cell->write = write;
}

/* ---- digests ---- */

/* Modified UTF-8: a NUL takes two bytes, a character beyond the BMP six. */
static size_t java_length(const char *p, size_t len)
{
	size_t n = len;

	for (size_t i = 0; i < len; i++)
		n += p[i] == '\0' ? 1 : (unsigned char)p[i] >= 0xf0 ? 2 : 0;
	return n;
}

static void java_surrogate(unsigned char out[3], unsigned unit)
{
	out[0] = (unsigned char)(0xe0 | unit >> 12);
	out[1] = (unsigned char)(0x80 | (unit >> 6 & 0x3f));
	out[2] = (unsigned char)(0x80 | (unit & 0x3f));
}

static void java_add_text(struct digest *d, const char *p, size_t len)
{
	size_t from = 0;

	for (size_t i = 0; i < len; i++) {
		const unsigned char *c = (const unsigned char *)p + i;
		unsigned char pair[6] = { 0xc0, 0x80 };

		if (*c != 0 && *c < 0xf0)
			continue;
		digest_add(d, p + from, i - from);
		if (*c != 0 && len - i >= 4) {
			java_surrogate(pair, high_surrogate(c));
			java_surrogate(pair + 3, 0xdc00 | (c[2] & 0xfu) << 6 | (c[3] & 0x3fu));
			i += 3;
		}
		digest_add(d, pair, *c ? 6 : 2);
		from = i + 1;
	}
	digest_add(d, p + from, len - from);
}

/* What ObjectOutputStream writes for a string: a stream header, a tag with the length, the text. */
static void java_add_string(struct digest *d, const char *p, size_t len)
{
	uint64_t length = java_length(p, len);
	bool is_long = length > UINT16_MAX;
	unsigned char head[13] = { 0xac, 0xed, 0, 5, is_long ? 0x7c : 0x74 };
	size_t size = is_long ? 8 : 2;

	for (size_t i = 0; i < size; i++)
		head[5 + i] = (unsigned char)(length >> 8 * (size - 1 - i));
	digest_add(d, head, 5 + size);
	java_add_text(d, p, len);
}

static char *write_hash(char *out, const struct format_cell *c, const struct value *v, struct cell_env *env)
{
	const struct cell_map *map = c->map;
	unsigned char sum[DIGEST_MAX];
	struct digest d;
	size_t n;

	if (v->kind != VALUE_TEXT) {
		env->problem = "the value is not a text, so it cannot be hashed";
		return NULL;
	}
	digest_init(&d, map->digest);
	digest_add(&d, map->salt, strlen(map->salt));
	if (map->serialised)
		java_add_string(&d, v->p, v->len);
	else
		digest_add(&d, v->p, v->len);
	n = digest_end(&d, sum);
	*out++ = '"';
	n = num_hex(out, sum, n);
	out += n < map->limit ? n : map->limit;
	*out++ = '"';
	return out;
}

void mapped_hash(struct format_cell *cell, const struct digest_kind *digest, const char *salt, bool serialised,
		uint32_t limit, struct arena *a)
{
	struct cell_map *map = cell_map_new(cell, a);

	map->digest = digest;
	map->salt = salt;
	map->serialised = serialised;
	map->limit = limit;
	cell->write = write_hash;
}
