/*
 * format_conf.h - the settings of messages, by Debezium's names. format.h includes it.
 */
#ifndef FORMAT_FORMAT_CONF_H
#define FORMAT_FORMAT_CONF_H

#include <stdbool.h>
#include <stdint.h>

#include "core/conf/conf.h"

enum message_format { FORMAT_ENVELOPE, FORMAT_FLAT };		       /* "envelope|flat" */
enum decimal_mode { DECIMAL_PRECISE, DECIMAL_DOUBLE, DECIMAL_STRING }; /* "precise|double|string" */
enum time_mode { TIME_ADAPTIVE_MICROS, TIME_CONNECT };		       /* "adaptive_time_microseconds|connect" */
enum bigint_mode { BIGINT_LONG, BIGINT_PRECISE };		       /* "long|precise" */
enum binary_mode {
	BINARY_BYTES,
	BINARY_BASE64,
	BINARY_BASE64_URL,
	BINARY_HEX
}; /* "bytes|base64|base64-url-safe|hex" */
enum delete_mode {
	DELETE_UNSET,
	DELETE_DROP,
	DELETE_TOMBSTONE,
	DELETE_REWRITE,
	DELETE_REWRITE_WITH_TOMBSTONE,
	DELETE_AUTO
}; /* "unset|drop|tombstone|rewrite|rewrite-with-tombstone|auto" */
enum name_mode { NAME_NONE, NAME_AVRO, NAME_AVRO_UNICODE }; /* "none|avro|avro_unicode" */

struct format_conf {
	char *topic_prefix;				       /* [kafka] topic.prefix */
	char *topic_delimiter;				       /* topic.delimiter */
	int message_format;				       /* message.format */
	bool schemas_enable;				       /* schemas.enable */
	int decimal_mode, time_mode, bigint_mode, binary_mode; /* [mysql] decimal.handling.mode, ... */
	int delete_mode;				       /* delete.tombstone.handling.mode; flat only */
	int old_delete_mode,
			drop_tombstones; /* delete.handling.mode, drop.tombstones: its older names (format_delete.c) */
	bool enable_time_adjuster;	 /* enable.time.adjuster */
	bool tombstones_on_delete;	 /* tombstones.on.delete */
	bool replace_null_with_default;	 /* replace.null.with.default */
	bool include_schema_changes;	 /* include.schema.changes */
	bool include_schema_comments;	 /* include.schema.comments */
	bool store_only_captured_tables; /* schema.history.internal.store.only.captured.tables.ddl */
	bool store_only_captured_databases;	  /* schema.history.internal.store.only.captured.databases.ddl */
	int schema_name_mode, field_name_mode;	  /* [mysql] schema.name.adjustment.mode, field.name.adjustment.mode */
	struct conf_list add_fields, add_headers; /* [kafka] add.fields, add.headers: op, table, source.ts_ms, ... */
	char *add_fields_prefix, *add_headers_prefix; /* add.fields.prefix, add.headers.prefix; NULL: none */
	bool skip_unchanged;			      /* [mysql] skip.messages.without.change */
	char *message_key_columns;		      /* message.key.columns: db.table:column,column;... */
	bool transaction_metadata;		      /* provide.transaction.metadata */
	char *transaction_topic;		      /* [kafka] topic.transaction */
	int64_t heartbeat_interval_ms;		      /* [mysql] heartbeat.interval.ms, 0: none */
	char *heartbeat_prefix;			      /* [kafka] topic.heartbeat.prefix */
	struct conf_pairs column_truncate;	      /* column.truncate.to.N.chars */
	struct conf_pairs column_mask;		      /* column.mask.with.N.chars */
	struct conf_pairs column_hash; /* column.mask.hash.ALGORITHM.with.salt.SALT, column.mask.hash.v2... */
	struct conf_list column_propagate, datatype_propagate; /* column.propagate.source.type, datatype... */
	struct conf_list skipped_operations;		       /* skipped.operations: of c u d t none */
	char *history_topic;				       /* schema.history.internal.kafka.topic */
	char *offsets_topic;				       /* offset.storage.topic */
	char *connector_name;				       /* [millrace] name */
	char *version;					       /* source.version; "3.0.8.Final" */
};

#endif
