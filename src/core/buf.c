/* buf.c - grows by doubling, never past the ceiling. One byte more than asked is kept for the NUL. */
#include "core/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BUF_FIRST 256

static bool buf_fail(struct buf *b)
{
	b->failed = true;
	return false;
}

static bool buf_room(struct buf *b, size_t size)
{
	size_t cap = b->cap ? b->cap : BUF_FIRST;
	char *data;

	if (b->failed || size > b->max - b->len)
		return buf_fail(b);
	if (b->len + size < b->cap)
		return true;
	while (cap <= b->len + size)
		cap *= 2;
	if (cap > b->max)
		cap = b->max + 1;
	data = realloc(b->data, cap);
	if (data == NULL)
		return buf_fail(b);
	b->data = data;
	b->cap = cap;
	b->data[b->len] = '\0';
	return true;
}

void buf_init(struct buf *b, size_t max)
{
	*b = (struct buf){ .max = max < SIZE_MAX / 4 ? max : SIZE_MAX / 4 };
}

void buf_done(struct buf *b)
{
	free(b->data);
	buf_init(b, b->max);
}

void buf_reset(struct buf *b)
{
	b->len = 0;
	b->failed = false;
	if (b->data)
		b->data[0] = '\0';
}

char *buf_reserve(struct buf *b, size_t size)
{
	return buf_room(b, size) ? b->data + b->len : NULL;
}

void buf_put(struct buf *b, const void *p, size_t len)
{
	if (!buf_room(b, len))
		return;
	if (len)
		memcpy(b->data + b->len, p, len);
	b->len += len;
	b->data[b->len] = '\0';
}

void buf_putc(struct buf *b, char c)
{
	buf_put(b, &c, 1);
}

void buf_puts(struct buf *b, const char *s)
{
	buf_put(b, s, strlen(s));
}

void buf_put_quoted(struct buf *b, const char *s, char quote)
{
	buf_putc(b, quote);
	for (; *s; s++) {
		if (*s == quote)
			buf_putc(b, quote);
		buf_putc(b, *s);
	}
	buf_putc(b, quote);
}

void buf_put_name(struct buf *b, const char *db, const char *name)
{
	buf_put_quoted(b, db, '`');
	buf_putc(b, '.');
	buf_put_quoted(b, name, '`');
}

void buf_printf(struct buf *b, const char *fmt, ...)
{
	size_t room = b->failed ? 0 : b->cap - b->len; /* mostly enough */
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(room ? b->data + b->len : NULL, room, fmt, ap);
	va_end(ap);
	if (n < 0 || !buf_room(b, (size_t)n)) {
		if (room)
			b->data[b->len] = '\0';
		buf_fail(b);
		return;
	}
	if ((size_t)n >= room) {
		va_start(ap, fmt);
		vsnprintf(b->data + b->len, (size_t)n + 1, fmt, ap);
		va_end(ap);
	}
	b->len += (size_t)n;
}

char *buf_take(struct buf *b)
{
	char *data = b->data;

	b->data = NULL;
	b->len = b->cap = 0;
	b->failed = false;
	return data;
}
