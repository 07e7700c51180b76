/*
 * format_name.c - see format_name.h. Debezium looks at UTF-16 units, so a character beyond the BMP is replaced twice.
 */
#include "format/cell/format_name.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "core/json.h"

enum { NAME_BYTES_MAX = 1 << 20 };

static bool is_letter(unsigned c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_digit(unsigned c)
{
	return c >= '0' && c <= '9';
}

/* Every replacement of avro_unicode begins with an underscore, so there the underscore itself is replaced. */
static bool is_valid(unsigned c, enum name_mode mode, bool first, bool dots)
{
	return is_letter(c) || (c == '_' && mode == NAME_AVRO) || (!first && (is_digit(c) || (dots && c == '.')));
}

static void put_unit(struct buf *b, unsigned c, enum name_mode mode, bool first, bool dots)
{
	if (is_valid(c, mode, first, dots))
		buf_putc(b, (char)c);
	else if (mode == NAME_AVRO_UNICODE)
		buf_printf(b, c <= 0xff ? "_u00%x" : "_u%x", c);
	else if (first && is_digit(c))
		buf_printf(b, "_%c", (int)c);
	else
		buf_putc(b, '_');
}

/* One character of UTF-8; a stray byte stands for itself. */
static size_t next_code(const unsigned char *p, unsigned *code)
{
	size_t n = *p < 0xc0 ? 1 : *p < 0xe0 ? 2 : *p < 0xf0 ? 3 : 4;

	*code = n == 1 ? *p : *p & (0x7fu >> n);
	for (size_t i = 1; i < n; i++) {
		if ((p[i] & 0xc0) != 0x80) {
			*code = *p;
			return 1;
		}
		*code = *code << 6 | (p[i] & 0x3fu);
	}
	return n;
}

static void put_adjusted(struct buf *b, int mode, const char *name, bool dots)
{
	const unsigned char *p = (const unsigned char *)name;
	unsigned code;

	if (mode == NAME_NONE) {
		buf_puts(b, name);
		return;
	}
	for (bool first = true; *p; first = false) {
		p += next_code(p, &code);
		if (code > 0xffff) {
			put_unit(b, 0xd800 + ((code - 0x10000) >> 10), (enum name_mode)mode, first, dots);
			code = 0xdc00 + (code & 0x3ff);
			first = false;
		}
		put_unit(b, code, (enum name_mode)mode, first, dots);
	}
}

static void put_quoted(struct buf *b, int mode, const char *name, bool dots)
{
	struct buf text;

	buf_init(&text, NAME_BYTES_MAX);
	put_adjusted(&text, mode, name, dots);
	buf_json_string(b, text.data ? text.data : "", text.len);
	buf_done(&text);
}

void format_name_field(struct buf *b, const struct format_conf *conf, const char *name)
{
	put_adjusted(b, conf->field_name_mode, name, false);
}

void format_name_put_schema(struct buf *b, const struct format_conf *conf, const char *name)
{
	put_quoted(b, conf->schema_name_mode, name, true);
}

void format_name_put_field(struct buf *b, const struct format_conf *conf, const char *name)
{
	put_quoted(b, conf->field_name_mode, name, false);
}
