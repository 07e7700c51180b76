/* format_pretty.c - the layout is decided by what was written last: one flag and a depth are all there is to know. */
#include "format/format_pretty.h"

#include <string.h>

#include "core/json.h"

static void pretty_line(struct pretty *p)
{
	buf_printf(p->b, "\n%*s", 2 * p->depth, "");
}

void pretty_key(struct pretty *p, const char *name)
{
	if (p->filled)
		buf_putc(p->b, ',');
	pretty_line(p);
	buf_json_str(p->b, name);
	buf_puts(p->b, " : ");
	p->filled = true;
}

void pretty_open(struct pretty *p, char bracket)
{
	buf_putc(p->b, bracket);
	p->depth += bracket == '{';
	p->filled = false;
}

void pretty_close(struct pretty *p, char bracket)
{
	p->depth -= bracket == '}';
	if (bracket == '}' && p->filled)
		pretty_line(p);
	else
		buf_putc(p->b, ' ');
	buf_putc(p->b, bracket);
	p->filled = true;
}

void pretty_element(struct pretty *p)
{
	buf_puts(p->b, p->filled ? ", " : " ");
	p->filled = true;
}

/* The value of four hexadecimal digits behind "\\u"; 0: these are none. */
static unsigned escaped_unit(const char *at, const char *end)
{
	unsigned unit = 0;

	if (end - at < 6 || at[0] != '\\' || at[1] != 'u')
		return 0;
	for (unsigned i = 2; i < 6; i++)
		unit = unit << 4 | ((unsigned char)at[i] <= '9' ? (unsigned)at[i] - '0' : ((unsigned)at[i] | 32) - 'a' + 10);
	return unit;
}

/* The history's writer escapes no character beyond the BMP, while that of the messages does. */
static void put_back_pairs(struct buf *b, size_t from)
{
	const char *in = b->data + from, *end = b->data + b->len;
	char *out = b->data + from;

	while (in < end) {
		unsigned high = escaped_unit(in, end), low = high >> 10 == 0x36 ? escaped_unit(in + 6, end) : 0;

		if (low >> 10 == 0x37) {
			unsigned code = 0x10000 + ((high & 0x3ff) << 10) + (low & 0x3ff);

			for (int shift = 18; shift >= 0; shift -= 6)
				*out++ = (char)(shift == 18 ? 0xf0 | code >> shift : 0x80 | (code >> shift & 0x3f));
			in += 12;
		} else {
			unsigned n = *in == '\\' ? 2 : 1;

			memmove(out, in, n);
			out += n;
			in += n;
		}
	}
	b->len = (size_t)(out - b->data);
}

void pretty_str(struct pretty *p, const char *s)
{
	size_t from = p->b->len;

	buf_json_str(p->b, s);
	if (!p->b->failed && s && strpbrk(s, "\xf0\xf1\xf2\xf3\xf4"))
		put_back_pairs(p->b, from);
}

void pretty_int(struct pretty *p, int64_t v)
{
	buf_printf(p->b, "%lld", (long long)v);
}

void pretty_bool(struct pretty *p, bool v)
{
	buf_puts(p->b, v ? "true" : "false");
}

void pretty_key_str(struct pretty *p, const char *name, const char *s)
{
	pretty_key(p, name);
	pretty_str(p, s);
}

void pretty_key_int(struct pretty *p, const char *name, int64_t v)
{
	pretty_key(p, name);
	pretty_int(p, v);
}

void pretty_key_bool(struct pretty *p, const char *name, bool v)
{
	pretty_key(p, name);
	pretty_bool(p, v);
}
