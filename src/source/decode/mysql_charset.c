/*
 * mysql_charset.c - collations, and text to UTF-8. Four ways by character set: UTF-8 is checked and passed; single-byte
 * sets go through tables taken from the server; double-byte sets through tables that are filled from iconv once per
 * process and corrected where the server differs; the rest (UTF-16 and -32, EUC with three bytes, gb18030) through
 * iconv itself.
 */
#include "source/decode/mysql_charset.h"

#include <iconv.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/xalloc.h"
#include "source/decode/mysql_charset_table.h"

enum { REPLACEMENT = 0xfffd };

enum charset_way { WAY_UTF8, WAY_BYTE, WAY_PAIR, WAY_ICONV };

struct pair_table {
	uint16_t single[256];	 /* 0: not a character by itself */
	uint16_t pair[128][256]; /* by lead - 0x80 and trail; 0: no character */
};

struct charset_kind {
	const char *name, *iconv;
	enum charset_way way;
	uint8_t max_bytes;
	uint8_t unit; /* bytes to step over when malformed */
	bool ascii;   /* bytes below 0x80 are ASCII, always */
};

struct charset {
	const struct charset_kind *kind;
	const struct charset_table *bytes;
	const struct pair_table *pairs;
	iconv_t cd;
};

static const struct charset_kind multi_byte[] = {
	{ "utf8mb4", NULL, WAY_UTF8, 4, 1, true },
	{ "utf8mb3", NULL, WAY_UTF8, 3, 1, true },
	{ "ascii", NULL, WAY_UTF8, 1, 1, true },
	{ "binary", NULL, WAY_UTF8, 1, 1, true },
	{ "big5", "BIG5", WAY_PAIR, 2, 1, true },
	{ "sjis", "SJIS", WAY_PAIR, 2, 1, true },
	{ "cp932", "CP932", WAY_PAIR, 2, 1, true },
	{ "gbk", "GBK", WAY_PAIR, 2, 1, true },
	{ "gb2312", "EUC-CN", WAY_PAIR, 2, 1, true },
	{ "euckr", "CP949", WAY_PAIR, 2, 1, true },
	{ "ujis", "EUC-JP", WAY_ICONV, 3, 1, true },
	{ "eucjpms", "EUC-JP-MS", WAY_ICONV, 3, 1, true },
	{ "gb18030", "GB18030", WAY_ICONV, 4, 1, true },
	{ "ucs2", "UTF-16BE", WAY_ICONV, 2, 2, false },
	{ "utf16", "UTF-16BE", WAY_ICONV, 4, 2, false },
	{ "utf16le", "UTF-16LE", WAY_ICONV, 4, 2, false },
	{ "utf32", "UTF-32BE", WAY_ICONV, 4, 4, false },
};

static const struct charset_kind single_byte = { "", NULL, WAY_BYTE, 1, 1, true };
static const struct charset_kind single_byte_national = { "", NULL, WAY_BYTE, 1, 1, false };

/* ---- names ---- */

const char *collation_charset(unsigned id)
{
	size_t low = 0, high = collation_count;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (collations[mid].id == id)
			return collations[mid].charset;
		if (collations[mid].id < id)
			low = mid + 1;
		else
			high = mid;
	}
	return NULL;
}

static bool name_is(const char *name, const char *p, size_t len)
{
	return strlen(name) == len && strncasecmp(name, p, len) == 0;
}

/* Before 8.0.30 the collations of utf8mb3 were called utf8_... */
unsigned collation_find(const char *name, size_t len)
{
	static const char old_prefix[] = "utf8_", new_prefix[] = "utf8mb3_";
	char renamed[64];

	if (len > 5 && len < 48 && strncasecmp(name, old_prefix, 5) == 0) {
		memcpy(renamed, new_prefix, 8);
		memcpy(renamed + 8, name + 5, len - 5);
		name = renamed;
		len += 3;
	}
	for (size_t i = 0; i < collation_count; i++)
		if (name_is(collations[i].name, name, len))
			return collations[i].id;
	return 0;
}

const char *charset_canonical(const char *name, size_t len)
{
	if (name_is("utf8", name, len))
		return "utf8mb3";
	for (size_t i = 0; i < collation_count; i++)
		if (collations[i].is_default && name_is(collations[i].charset, name, len))
			return collations[i].charset;
	return NULL;
}

unsigned charset_collation(const char *name, size_t len)
{
	const char *canonical = charset_canonical(name, len);

	for (size_t i = 0; canonical && i < collation_count; i++)
		if (collations[i].is_default && strcmp(collations[i].charset, canonical) == 0)
			return collations[i].id;
	return 0;
}

static const struct charset_kind *charset_kind_find(const char *name)
{
	for (size_t i = 0; i < sizeof(multi_byte) / sizeof(multi_byte[0]); i++)
		if (strcmp(multi_byte[i].name, name) == 0)
			return &multi_byte[i];
	return NULL;
}

static const struct charset_table *charset_table_find(const char *name)
{
	for (size_t i = 0; i < charset_table_count; i++)
		if (strcmp(charset_tables[i].name, name) == 0)
			return &charset_tables[i];
	return NULL;
}

unsigned charset_max_bytes(const char *name)
{
	const struct charset_kind *kind = charset_kind_find(name);

	if (kind)
		return kind->max_bytes;
	return charset_table_find(name) ? 1 : 0;
}

/* ---- UTF-8 ---- */

static size_t ascii_prefix(const char *p, size_t len)
{
	size_t i = 0;

	for (; i + 8 <= len; i += 8) {
		uint64_t word;

		memcpy(&word, p + i, 8);
		if (word & 0x8080808080808080ull)
			break;
	}
	while (i < len && !((unsigned char)p[i] & 0x80))
		i++;
	return i;
}

/* Length of the well-formed character at p, 0 if there is none (overlong, surrogate, above U+10FFFF, cut). */
static size_t utf8_char(const unsigned char *p, size_t len)
{
	if (p[0] < 0x80)
		return 1;
	if (p[0] >= 0xc2 && p[0] <= 0xdf)
		return len >= 2 && (p[1] & 0xc0) == 0x80 ? 2 : 0;
	if ((p[0] & 0xf0) == 0xe0) {
		if (len < 3 || (p[1] & 0xc0) != 0x80 || (p[2] & 0xc0) != 0x80)
			return 0;
		if ((p[0] == 0xe0 && p[1] < 0xa0) || (p[0] == 0xed && p[1] > 0x9f))
			return 0;
		return 3;
	}
	if (p[0] < 0xf0 || p[0] > 0xf4 || len < 4)
		return 0;
	if ((p[1] & 0xc0) != 0x80 || (p[2] & 0xc0) != 0x80 || (p[3] & 0xc0) != 0x80)
		return 0;
	if ((p[0] == 0xf0 && p[1] < 0x90) || (p[0] == 0xf4 && p[1] > 0x8f))
		return 0;
	return 4;
}

static size_t utf8_valid_prefix(const char *p, size_t len)
{
	size_t i = ascii_prefix(p, len);

	while (i < len) {
		size_t n = utf8_char((const unsigned char *)p + i, len - i);

		if (n == 0)
			break;
		i += n;
	}
	return i;
}

static char *utf8_put(char *out, unsigned c)
{
	if (c < 0x80) {
		*out++ = (char)c;
	} else if (c < 0x800) {
		*out++ = (char)(0xc0 | c >> 6);
		*out++ = (char)(0x80 | (c & 0x3f));
	} else {
		*out++ = (char)(0xe0 | c >> 12);
		*out++ = (char)(0x80 | (c >> 6 & 0x3f));
		*out++ = (char)(0x80 | (c & 0x3f));
	}
	return out;
}

static char *utf8_repair(char *out, const char *p, size_t len)
{
	while (len > 0) {
		size_t good = utf8_valid_prefix(p, len);

		memcpy(out, p, good);
		out += good;
		p += good;
		len -= good;
		if (len > 0) {
			out = utf8_put(out, REPLACEMENT);
			p++;
			len--;
		}
	}
	return out;
}

/* ---- tables ---- */

static char *bytes_convert(const struct charset_table *table, char *out, const char *p, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)p[i];

		if (table->low)
			out = utf8_put(out, c < 0x80 ? table->half[c] : REPLACEMENT);
		else
			out = utf8_put(out, c < 0x80 ? c : table->half[c - 0x80]);
	}
	return out;
}

static char *pairs_convert(const struct pair_table *table, char *out, const char *p, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)p[i];
		unsigned code = table->single[c];

		if (code == 0 && c >= 0x80 && i + 1 < len) {
			code = table->pair[c - 0x80][(unsigned char)p[i + 1]];
			i += code != 0;
		}
		out = utf8_put(out, code || c == 0 ? code : REPLACEMENT);
	}
	return out;
}

/* One character by iconv; 0: none. */
static uint16_t pair_ask(iconv_t cd, unsigned char *code, size_t len)
{
	char *in = (char *)code;
	unsigned char two[8];
	char *out = (char *)two;
	size_t left = sizeof(two);

	iconv(cd, NULL, NULL, NULL, NULL);
	if (iconv(cd, &in, &len, &out, &left) == (size_t)-1 || len > 0 || left != sizeof(two) - 2)
		return 0;
	return (uint16_t)(two[0] << 8 | two[1]);
}

static void pair_patch(struct pair_table *table, const uint16_t (*patch)[2], size_t count)
{
	for (size_t i = 0; i < count; i++)
		table->pair[(patch[i][0] >> 8) - 0x80][patch[i][0] & 0xff] = patch[i][1];
}

static struct pair_table *pair_table_fill(const struct charset_kind *kind, iconv_t cd)
{
	struct pair_table *table = xcalloc(1, sizeof(*table));

	for (unsigned lead = 0; lead < 256; lead++) {
		unsigned char code[2] = { (unsigned char)lead, 0 };

		table->single[lead] = lead < 0x80 ? (uint16_t)lead : pair_ask(cd, code, 1);
		for (unsigned trail = 0x30; lead >= 0x80 && table->single[lead] == 0 && trail < 0xff; trail++) {
			code[1] = (unsigned char)trail;
			table->pair[lead - 0x80][trail] = pair_ask(cd, code, 2);
		}
	}
	if (strcmp(kind->name, "big5") == 0)
		pair_patch(table, charset_big5_patch, charset_big5_patch_count);
	if (strcmp(kind->name, "sjis") == 0)
		pair_patch(table, charset_sjis_patch, charset_sjis_patch_count);
	return table;
}

/* Filled once, kept for the life of the process, read without a lock afterwards. */
static const struct pair_table *pair_table_get(const struct charset_kind *kind)
{
	static struct pair_table *tables[sizeof(multi_byte) / sizeof(multi_byte[0])];
	static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
	size_t at = (size_t)(kind - multi_byte);
	iconv_t cd;

	pthread_mutex_lock(&lock);
	if (tables[at] == NULL) {
		cd = iconv_open("UTF-16BE", kind->iconv);
		if (cd != (iconv_t)-1) {
			tables[at] = pair_table_fill(kind, cd);
			iconv_close(cd);
		}
	}
	pthread_mutex_unlock(&lock);
	return tables[at];
}

/* ---- iconv ---- */

static char *iconv_convert(struct charset *c, char *out, size_t bound, const char *p, size_t len)
{
	char *in = (char *)p; /* iconv's prototype; it does not write */

	iconv(c->cd, NULL, NULL, NULL, NULL);
	while (len > 0) {
		size_t step;

		if (iconv(c->cd, &in, &len, &out, &bound) != (size_t)-1)
			break;
		step = len < c->kind->unit ? len : c->kind->unit;
		if (bound < 3)
			break;
		out = utf8_put(out, REPLACEMENT);
		bound -= 3;
		in += step;
		len -= step;
	}
	return out;
}

/* ---- the converter ---- */

static int charset_prepare(struct charset *c, const char *name, struct err *err)
{
	if (c->kind == NULL) {
		c->bytes = charset_table_find(name);
		if (c->bytes == NULL)
			return err_set(err, ERR_DATA, 0, "character set '%s' is not known", name);
		c->kind = c->bytes->low ? &single_byte_national : &single_byte;
		return 0;
	}
	if (c->kind->way == WAY_PAIR) {
		c->pairs = pair_table_get(c->kind);
		if (c->pairs == NULL)
			return err_set(err, ERR_DATA, 0,
					"character set '%s': iconv has no %s; install the C library's conversion modules",
					name, c->kind->iconv);
	}
	if (c->kind->way == WAY_ICONV) {
		c->cd = iconv_open("UTF-8", c->kind->iconv);
		if (c->cd == (iconv_t)-1)
			return err_set(err, ERR_DATA, 0,
					"character set '%s': iconv has no %s; install the C library's conversion modules",
					name, c->kind->iconv);
	}
	return 0;
}

struct charset *charset_open(const char *name, struct err *err)
{
	struct charset *c = xcalloc(1, sizeof(*c));

	c->cd = (iconv_t)-1;
	c->kind = charset_kind_find(name ? name : "utf8mb4");
	if (charset_prepare(c, name, err) < 0) {
		free(c);
		return NULL;
	}
	return c;
}

void charset_close(struct charset *c)
{
	if (c == NULL)
		return;
	if (c->cd != (iconv_t)-1)
		iconv_close(c->cd);
	free(c);
}

void charset_to_utf8(struct charset *c, struct arena *arena, const char *p, size_t len, const char **out,
		size_t *out_len)
{
	size_t bound = 3 * len + 4;
	char *to, *end;

	*out = p;
	*out_len = len;
	if (c->kind->way == WAY_UTF8 ? utf8_valid_prefix(p, len) == len : c->kind->ascii && ascii_prefix(p, len) == len)
		return;
	to = arena_reserve(arena, bound);
	switch (c->kind->way) {
	case WAY_UTF8: end = utf8_repair(to, p, len); break;
	case WAY_BYTE: end = bytes_convert(c->bytes, to, p, len); break;
	case WAY_PAIR: end = pairs_convert(c->pairs, to, p, len); break;
	default: end = iconv_convert(c, to, bound, p, len); break;
	}
	*out = to;
	*out_len = (size_t)(end - to);
	arena_commit(arena, *out_len);
}

bool charset_is_utf8(const char *p, size_t len)
{
	const unsigned char *at = (const unsigned char *)p, *end = at + len;

	while (at < end) {
		unsigned more = *at < 0x80 ? 0 : *at >= 0xf0 && *at < 0xf5 ? 3 : *at >= 0xe0 ? 2 : 1;

		if ((*at >= 0x80 && *at < 0xc2) || *at >= 0xf5 || (size_t)(end - at) <= more)
			return false;
		for (at++; more > 0; more--, at++)
			if ((*at & 0xc0) != 0x80)
				return false;
	}
	return true;
}
