/*
 * mysql_charset.h - MySQL's collations and character sets, and text to UTF-8. UTF-8 and ASCII pass without a copy,
 * after a look at eight bytes at a time. MySQL has its own ideas: latin1 is windows-1252 with the five undefined bytes
 * kept as controls, utf8mb3 may be called utf8, some sets differ from iconv's of the same name. Malformed input becomes
 * U+FFFD, never an error and never an invalid text.
 */
#ifndef SOURCE_MYSQL_CHARSET_H
#define SOURCE_MYSQL_CHARSET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/arena.h"
#include "core/err.h"

enum { COLLATION_BINARY = 63, COLLATION_UTF8MB4 = 255 };

const char *collation_charset(unsigned id);	       /* "utf8mb4"; NULL: not known */
unsigned collation_find(const char *name, size_t len); /* id by name, case-insensitive; 0: not known */
/* the set's default collation (utf8 is utf8mb3); 0: not known */
unsigned charset_collation(const char *name, size_t len);
/* "utf8" gives "utf8mb3"; static text; NULL: not known */
const char *charset_canonical(const char *name, size_t len);
unsigned charset_max_bytes(const char *name); /* bytes of its longest character; 0: not known */

struct charset; /* a converter; one thread at a time */

struct charset *charset_open(const char *name, struct err *err); /* by canonical name; NULL name: as utf8mb4 */
void charset_close(struct charset *c);
/* Text as UTF-8: *out is p itself when nothing has to change, else a piece of the arena. */
void charset_to_utf8(struct charset *c, struct arena *arena, const char *p, size_t len, const char **out,
		size_t *out_len);

bool charset_is_utf8(const char *p, size_t len); /* could be: every sequence is whole */

#endif
