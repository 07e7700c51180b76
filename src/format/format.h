/*
 * format.h - changes to messages and back: Debezium's JSON, envelope or flat, byte for byte.
 *
 * Encoding writes every message once, into the batch's arena, from templates prepared per schema (all constant bytes
 * of a message, the schema block included, are copied; only cells are formatted). Decoding recognises the schema block
 * by its bytes and builds a struct schema from it once. No thread, no socket; one encoder or decoder per thread.
 */
#ifndef FORMAT_FORMAT_H
#define FORMAT_FORMAT_H

#include <stdbool.h>
#include <stddef.h>

#include "core/conf.h"
#include "core/err.h"
#include "row/batch.h"
#include "row/exam.h"

enum message_format { FORMAT_ENVELOPE, FORMAT_FLAT };			/* "envelope|flat" */
enum decimal_mode { DECIMAL_PRECISE, DECIMAL_DOUBLE, DECIMAL_STRING };	/* "precise|double|string" */
enum time_mode { TIME_ADAPTIVE_MICROS, TIME_CONNECT };			/* "adaptive_time_microseconds|connect" */
enum bigint_mode { BIGINT_LONG, BIGINT_PRECISE };			/* "long|precise" */
enum binary_mode { BINARY_BYTES, BINARY_BASE64, BINARY_BASE64_URL, BINARY_HEX };	/* "bytes|base64|base64-url-safe|hex" */
enum delete_mode { DELETE_UNSET, DELETE_DROP, DELETE_TOMBSTONE, DELETE_REWRITE, DELETE_REWRITE_WITH_TOMBSTONE, DELETE_AUTO };	/* "unset|drop|tombstone|rewrite|rewrite-with-tombstone|auto" */
enum name_mode { NAME_NONE, NAME_AVRO, NAME_AVRO_UNICODE };		/* "none|avro|avro_unicode" */

struct format_conf {
	char *topic_prefix;			/* [kafka] topic.prefix */
	char *topic_delimiter;			/* topic.delimiter */
	int message_format;			/* message.format */
	bool schemas_enable;			/* schemas.enable */
	int decimal_mode, time_mode, bigint_mode, binary_mode;	/* [mysql] decimal.handling.mode, ... */
	int delete_mode;			/* delete.tombstone.handling.mode; flat only */
	int old_delete_mode, drop_tombstones;	/* delete.handling.mode, drop.tombstones: its older names (format_delete.c) */
	bool enable_time_adjuster;		/* enable.time.adjuster */
	bool tombstones_on_delete;		/* tombstones.on.delete */
	bool replace_null_with_default;		/* replace.null.with.default */
	bool include_schema_changes;		/* include.schema.changes */
	bool include_schema_comments;		/* include.schema.comments */
	bool store_only_captured_tables;	/* schema.history.internal.store.only.captured.tables.ddl */
	bool store_only_captured_databases;	/* schema.history.internal.store.only.captured.databases.ddl */
	int schema_name_mode, field_name_mode;	/* [mysql] schema.name.adjustment.mode, field.name.adjustment.mode */
	struct conf_list add_fields, add_headers;	/* [kafka] add.fields, add.headers: op, table, source.ts_ms, ... */
	char *add_fields_prefix, *add_headers_prefix;	/* add.fields.prefix, add.headers.prefix; NULL: none */
	bool skip_unchanged;			/* [mysql] skip.messages.without.change */
	char *message_key_columns;		/* message.key.columns: db.table:column,column;... */
	bool transaction_metadata;		/* provide.transaction.metadata */
	char *transaction_topic;		/* [kafka] topic.transaction */
	int64_t heartbeat_interval_ms;		/* [mysql] heartbeat.interval.ms, 0: none */
	char *heartbeat_prefix;			/* [kafka] topic.heartbeat.prefix */
	struct conf_pairs column_truncate;	/* column.truncate.to.N.chars */
	struct conf_pairs column_mask;		/* column.mask.with.N.chars */
	struct conf_pairs column_hash;		/* column.mask.hash.ALGORITHM.with.salt.SALT, column.mask.hash.v2... */
	struct conf_list column_propagate, datatype_propagate;	/* column.propagate.source.type, datatype... */
	struct conf_list skipped_operations;	/* skipped.operations: of c u d t none */
	char *history_topic;			/* schema.history.internal.kafka.topic */
	char *offsets_topic;			/* offset.storage.topic */
	char *connector_name;			/* [millrace] name */
	char *version;				/* source.version; "3.0.8.Final" */
};

/* conf is kept, not copied: it has to outlive the encoder or decoder. */
struct format_encoder;
struct format_encoder *format_encoder_new(const struct format_conf *conf, struct err *err);
void format_encoder_free(struct format_encoder *e);
/* Fills b->records from b->changes, in order. A change that cannot be encoded gets `dead` and no record. */
int format_encode(struct format_encoder *e, struct batch *b, struct err *err);
/* The record that stores b->position (Connect's offset format); memory in b's arena. */
void format_position_record(struct format_encoder *e, struct batch *b, const struct position *p, struct record *out);
const char *format_topic(struct format_encoder *e, const char *db, const char *table);	/* interned, sanitised */

/* Do messages show another value than the column's (masked, hashed, cut short)? For whoever prints a row himself. */
bool format_masks(struct format_encoder *e, const struct schema *s, unsigned column);

/* Would an encoded batch, though it be empty, bring a heartbeat? */
bool format_heartbeat_due(const struct format_encoder *e);

/* "db.table" of the topic of a table's rows; false: another topic. The delimiter may stand in names, too: then it is
 * the first one that is taken. */
bool format_topic_table(const struct format_conf *conf, const char *topic, char *out, size_t size);

/* Takes up the counts of a transaction that a stored position lies in; a record of another connector is passed over. */
void format_encoder_resume(struct format_encoder *e, const struct record *r);

/* The last position stored, from the key and value of a record in the offsets topic. 1: is ours, 0: another
 * connector's, -1: err. */
int format_position_decode(const struct format_conf *conf, const struct record *r, struct position *out, struct err *err);

/* What one record of the schema history says. A function that is NULL is not called. */
struct format_history_reader {
	void *arg;
	/* Is the statement one that the reader wants? gtid: its own; NULL: not known (no GTIDs, or Debezium wrote it). */
	bool (*wants)(void *arg, const struct position *at, const char *gtid);
	/* schema NULL: dropped; it is lent, take a reference to keep it */
	void (*table)(void *arg, const struct position *at, const char *db, const char *table, struct schema *schema);
	void (*database)(void *arg, const char *db, unsigned collation);	/* 0: dropped, with its tables */
};
int format_history_decode(const struct record *r, const struct format_history_reader *to, struct err *err);

struct format_decoder;
struct format_decoder *format_decoder_new(const struct format_conf *conf, struct err *err);
void format_decoder_free(struct format_decoder *d);
/* Exact MySQL schemas (from the history topic) beside which messages are read; keeps a reference. */
void format_decoder_know(struct format_decoder *d, struct schema *exact);
/* Fills b->changes from b->records (change.record points back). Both message formats are recognised by themselves. A
 * message that is not understood becomes a change with `dead` set: nothing is dropped. Tombstones give no change. */
int format_decode(struct format_decoder *d, struct batch *b, struct err *err);

/* For `check`: the message's type of each column, the topic and the key's columns. */
int format_examine(const struct format_conf *conf, struct exam *const *exams, size_t count, struct err *err);

uint32_t format_murmur2(const void *key, size_t len);	/* Kafka's, made positive */

#endif
