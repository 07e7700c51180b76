/*
 * format_history.h - how a column stands in Debezium's table model (JDBC type, type name, length, scale), shared by the
 * schema history topic and the schema change topic, and the history's own member "millrace".
 *
 * Debezium's model does not hold all that a schema here holds, so each history record ends in one more member, which
 * Debezium's reader passes over: "millrace" : { "pipeline", "gtid", "database", "indexed", "tables" : [ .. ] }, the last parallel to
 * tableChanges. See docs/format.md.
 */
#ifndef FORMAT_FORMAT_HISTORY_H
#define FORMAT_FORMAT_HISTORY_H

#include "core/buf.h"
#include "format/format_conf.h"
#include "row/batch.h"

struct history_column {
	int jdbc_type;
	char type_name[64]; /* "INT UNSIGNED" */
	const char *charset;
	int64_t length, scale; /* -1: not set */
	bool has_default;
	const char *default_text; /* NULL: none or null */
	char bits[72];		  /* what default_text points to for BIT */
};

void history_column_of(const struct column *c, struct history_column *out);
/* the other way round: type, unsigned, zerofill, boolean */
bool history_column_type(const char *type_name, struct column *out);
void history_table_id(struct buf *b, const char *db, const char *table); /* "db"."table" with its quotes */
const char *history_change_name(char type);				 /* CREATE, ALTER, DROP */

void history_label_quote(struct buf *b, const char *label); /* 'it''s' */
/* "none", "null", "literal", "expression", "now" */
const char *history_default_name(enum column_default kind);

/* txn: of the statement */
void format_history_write(struct buf *b, const struct format_conf *conf, const struct position *at, int64_t now_us,
		const struct change_txn *txn, const struct ddl_change *ddl);
/* schema: what format_change_topic_schema() writes, the same for all */
void format_change_topic_schema(struct buf *b);
void format_change_topic_value(struct buf *b, const struct format_conf *conf, const struct buf *schema,
		const char *source, size_t source_len, int64_t now_us, const struct ddl_change *ddl);
void format_change_topic_key(struct buf *b, const struct format_conf *conf, const char *db);

#endif
