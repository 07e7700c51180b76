/* format_pretty.c - the layout is decided by what was written last: one flag and a depth are all there is to know. */
#include "format/history/format_pretty.h"

#include <string.h>

#include "core/json.h"
#include "core/num/num.h"

static void pretty_line(struct pretty *p)
{
	size_t len = 2 * (size_t)p->depth;
	char *out = buf_reserve(p->b, len + 1);

	if (out == NULL)
		return;
	out[0] = '\n';
	memset(out + 1, ' ', len);
	out[len + 1] = '\0';
	p->b->len += len + 1;
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

/* The history's writer escapes no character beyond the BMP, while that of the messages does. */
void pretty_str(struct pretty *p, const char *s)
{
	if (s)
		buf_json_string_whole(p->b, s, strlen(s));
	else
		buf_puts(p->b, "null");
}

static void pretty_int(struct pretty *p, int64_t v)
{
	char text[20];

	buf_put(p->b, text, num_i64(text, v));
}

static void pretty_bool(struct pretty *p, bool v)
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
