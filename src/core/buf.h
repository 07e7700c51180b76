/*
 * buf.h - a growing byte buffer with a ceiling. Writing past the ceiling keeps what was there, sets `failed`, and every
 * later write does nothing: check once, at the end. data is always NUL-terminated when not NULL.
 */
#ifndef CORE_BUF_H
#define CORE_BUF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buf {
	char *data;
	size_t len, cap, max; /* bytes; max is the ceiling given by the creator */
	bool failed;
};

void buf_init(struct buf *b, size_t max);
void buf_done(struct buf *b);
void buf_reset(struct buf *b); /* empties, keeps the memory */
char *buf_reserve(struct buf *b,
		size_t size); /* room for size more bytes and a NUL at data+len, or NULL; advance len yourself */
void buf_put(struct buf *b, const void *p, size_t len);
void buf_putc(struct buf *b, char c);
void buf_puts(struct buf *b, const char *s);
/* Between two quotes, each of which in the text is doubled: a name or a string of SQL. */
void buf_put_quoted(struct buf *b, const char *s, char quote);
void buf_put_name(struct buf *b, const char *db, const char *name); /* `db`.`name` */
void buf_printf(struct buf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
char *buf_take(struct buf *b); /* the caller frees; the buffer is empty again */

#endif
