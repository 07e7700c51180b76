/*
 * format_source.h - the `source` block, its schema, and the fields that add.fields can take from it. What the changes
 * of one transaction share is rendered once per transaction.
 */
#ifndef FORMAT_FORMAT_SOURCE_H
#define FORMAT_FORMAT_SOURCE_H

#include "core/buf.h"
#include "format/format_conf.h"
#include "row/batch.h"

enum source_field {
	SOURCE_VERSION,
	SOURCE_CONNECTOR,
	SOURCE_NAME,
	SOURCE_TS_MS,
	SOURCE_SNAPSHOT,
	SOURCE_DB,
	SOURCE_SEQUENCE,
	SOURCE_TS_US,
	SOURCE_TS_NS,
	SOURCE_TABLE,
	SOURCE_SERVER_ID,
	SOURCE_GTID,
	SOURCE_FILE,
	SOURCE_POS,
	SOURCE_ROW,
	SOURCE_THREAD,
	SOURCE_QUERY,
	SOURCE_FIELDS
};

struct source_slice {
	uint32_t at, len;
};

/* The block in the pieces between what differs from row to row. Offsets into text. */
struct source_block {
	const struct change_txn *txn; /* whose text this is; NULL: nobody's */
	struct buf text;
	struct source_slice head;		  /* {"version":..,"ts_ms":N,"snapshot": */
	struct source_slice times;		  /* ,"sequence":null,"ts_us":N,"ts_ns":N */
	struct source_slice server;		  /* ,"server_id":N,"gtid":..,"file":..,"pos": */
	struct source_slice tail;		  /* ,"thread":N,"query":null} */
	struct source_slice field[SOURCE_FIELDS]; /* single values, as JSON; len 0: not of the transaction */
};

void format_source_init(struct source_block *s);
void format_source_done(struct source_block *s);
/* Renders txn unless it is the one at hand. -1: its texts are beyond the ceiling. */
int format_source_take(struct source_block *s, const struct format_conf *conf, const struct change_txn *txn);
size_t format_source_bound(const struct source_block *s);
/* db and table: `,"db":".."` and `,"table":".."` with their lengths. */
char *format_source_write(char *out, const struct source_block *s, const struct change *c, const char *db,
		size_t db_len, const char *table, size_t table_len);

void format_source_schema(struct buf *b);  /* the field "source" of the envelope */
int format_source_field(const char *name); /* enum source_field or -1 */
/* type, always optional, no default; without the brace and field */
void format_source_field_schema(struct buf *b, enum source_field f);
const char *format_source_mark(enum snapshot_mark mark); /* with quotes; SNAPSHOT_NO: null, as add.fields shows it */

#endif
