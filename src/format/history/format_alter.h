/*
 * format_alter.h - what the target's table has to become, on its way through a topic of rows (docs/format.md): a record
 * without key and value, which Debezium's consumers pass over as a tombstone, and two headers. "__millrace.alter" says what
 * becomes of names, {"drop":true} or {"moves":[{"from":"a","to":"b"},{"from":"c"},{"to":"d","blank":true}]};
 * "__millrace.table" is the table after it, as the schema history writes it.
 */
#ifndef FORMAT_FORMAT_ALTER_H
#define FORMAT_FORMAT_ALTER_H

#include "core/err.h"
#include "format/format_conf.h"
#include "row/batch.h"

enum { ALTER_HEADERS = 2 };

/* ALTER_HEADERS of them, in the arena; NULL: the table's definition is larger than a header may be. */
struct record_header *format_alter_headers(const struct format_conf *conf, const struct change *c, int64_t now_us,
		struct arena *a);
/* 1: the record is one, and *schema is a new reference; 0: it is not; -1: it is, but is not understood. */
int format_alter_read(const struct record *r, struct arena *a, struct ddl_alter *out, struct schema **schema,
		struct err *err);

#endif
