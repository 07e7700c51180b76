/*
 * double_type.h - StarRocks' column types, and how a loaded value becomes a stored one.
 *
 * A stored cell is its canonical text: what SELECT prints and what a dump compares. So a value is checked and converted
 * once, at load time, and never again. Keys have a second form, bytes that sort as the values do; StarRocks limits the
 * length of that form, not of the text.
 */
#ifndef DOUBLE_TYPE_H
#define DOUBLE_TYPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/buf.h"

enum type_kind {
	TYPE_BOOLEAN,
	TYPE_TINYINT,
	TYPE_SMALLINT,
	TYPE_INT,
	TYPE_BIGINT,
	TYPE_LARGEINT,
	TYPE_FLOAT,
	TYPE_DOUBLE,
	TYPE_DECIMAL,
	TYPE_DATE,
	TYPE_DATETIME,
	TYPE_CHAR,
	TYPE_VARCHAR,
	TYPE_VARBINARY,
	TYPE_JSON,
	TYPE_COUNT
};

struct type {
	enum type_kind kind;
	uint32_t len;		  /* CHAR, VARCHAR, VARBINARY: bytes */
	uint8_t precision, scale; /* DECIMAL */
};

enum cell_kind { CELL_ABSENT, CELL_NULL, CELL_TEXT, CELL_NUMBER, CELL_BOOL, CELL_JSON };

/* One value on its way in or out. Borrowed: points into a body, a scratch arena or the log. */
struct cell {
	enum cell_kind kind;
	uint32_t len, raw_len;
	/* text without quotes and escapes; booleans "1" or "0"; objects and arrays as they stand */
	const char *p;
	const char *raw; /* as it stands in the JSON body, or NULL */
};

enum type_result {
	TYPE_OK,
	TYPE_BAD,     /* no value of this type: NULL, or a filtered row in strict mode */
	TYPE_TOO_LONG /* a filtered row in either mode */
};

#define TYPE_VARCHAR_MAX 1048576
#define TYPE_KEY_MAX 128   /* bytes of an encoded key */
#define TYPE_SCALAR_MAX 64 /* canonical text of anything but strings and JSON */

/* name as in SQL, any case; args as written in brackets. NULL when fine, else what is wrong. */
const char *type_make(struct type *t, const char *name, unsigned nargs, const int64_t *args);
void type_print(const struct type *t, struct buf *out);	      /* "decimal(10, 2)", as SHOW CREATE TABLE does */
void type_mysql_print(const struct type *t, struct buf *out); /* COLUMN_TYPE of information_schema.columns */
const char *type_mysql_name(const struct type *t);	      /* DATA_TYPE of information_schema.columns */
bool type_can_sort(const struct type *t);		      /* of a Duplicate Key table */
bool type_can_be_key(const struct type *t);
bool type_is_text(const struct type *t);
bool type_is_number(const struct type *t);
bool type_can_become(const struct type *from, const struct type *to); /* ALTER TABLE .. MODIFY COLUMN */

size_t type_bound(const struct cell *in); /* room that type_write() may need */
enum type_result type_write(const struct type *t, const struct cell *in, char *out, size_t *len);
/* The sortable form of a canonical text; out holds 2 * len + 18. */
size_t type_key(const struct type *t, const char *text, size_t len, bool last, char *out);

/* type_number.c and type_time.c: one converter each, text in, canonical text out. */
enum type_result type_write_integer(enum type_kind kind, const char *p, size_t len, char *out, size_t *out_len);
enum type_result type_write_decimal(const struct type *t, const char *p, size_t len, char *out, size_t *out_len);
enum type_result type_write_real(enum type_kind kind, const char *p, size_t len, char *out, size_t *out_len);
enum type_result type_write_time(enum type_kind kind, const char *p, size_t len, char *out, size_t *out_len);
bool type_time_us(const char *p, size_t len, int64_t *us); /* since 1970; false: no such moment */
size_t type_key_integer(enum type_kind kind, const char *p, size_t len, char *out);
size_t type_key_time(enum type_kind kind, const char *p, size_t len, char *out);

#endif
