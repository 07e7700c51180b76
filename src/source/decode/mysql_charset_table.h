/* mysql_charset_table.h - the data behind mysql_charset.c. */
#ifndef SOURCE_MYSQL_CHARSET_TABLE_H
#define SOURCE_MYSQL_CHARSET_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct charset_table {
	const char *name;
	const uint16_t *half; /* 128 code points: of the bytes from 0x80, or of those below when `low` */
	bool low;
};

struct collation {
	uint16_t id;
	const char *name, *charset;
	bool is_default; /* of its character set */
};

extern const struct charset_table charset_tables[];
extern const size_t charset_table_count;
extern const uint16_t charset_big5_patch[][2], charset_sjis_patch[][2];
extern const size_t charset_big5_patch_count, charset_sjis_patch_count;
extern const struct collation collations[];
extern const size_t collation_count;

#endif
