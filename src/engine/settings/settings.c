/*
 * settings.c - the one table of settings. Parsing, --help, `check`, the manual and the settings screen all read it, so
 * a setting is a row here and a field in its room's struct, nothing else.
 *
 * Two kinds of values are not read but derived, because they follow from others: the texts that several rooms need
 * (the name, the state directory), and presets that contain the name. settings_derive() does that, after the file.
 */
#include "engine/settings/settings.h"

#include <limits.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "core/logline.h"
#include "core/xalloc.h"
#include "engine/settings/settings_debezium.h"

#define AT(field) offsetof(struct settings, field)

static const struct conf_option options[] = {
	/* section, key, type, offset, preset, choices, flags, help */
	{ "millrace", "name", CONF_STRING, AT(name), "millrace", NULL, 0,
			"Prefixes labels, consumer groups and transactional ids; unique among the processes that share a Kafka." },
	{ "millrace", "take.over", CONF_STRING, AT(take_over), NULL, NULL, 0,
			"Name of a pipeline that runs no more: this one goes on with its topics, its consumer group and its target tables." },
	{ "millrace", "state.dir", CONF_STRING, AT(state_dir), "./millrace-state", NULL, 0,
			"Folder of the control socket, the embedded log and the embedded warehouse." },
	{ "millrace", "log.level", CONF_CHOICE, AT(log_level), "info", "error|warning|notice|info|debug", CONF_LIVE,
			"The least important line that is printed." },
	{ "millrace", "log.format", CONF_CHOICE, AT(log_format), "text", "text|json", 0,
			"Form of the lines that run prints on stderr." },
	{ "millrace", "core.dumps", CONF_BOOL, AT(core_dumps), "false", NULL, 0,
			"Whether a crash may leave a core dump, and a debugger of the same user attach; both show passwords and rows." },
	{ "millrace", "verify.continuous", CONF_BOOL, AT(verify_continuous), "false", NULL, 0,
			"Whether all tables are compared with the target in turn, for ever, while the process runs (`millrace verify --continuous`)." },
	{ "millrace", "verify.rate", CONF_INT, AT(verify_rate), "5", "1..100", 0,
			"Percent of the time that this comparison may be busy; so much of a core at the most, here, in MySQL and at the target." },
	{ "millrace", "recorder.bytes", CONF_BYTES, AT(recorder_bytes), "50M", NULL, 0,
			"How much of state.dir the last 24 hours of the console's screens may take; 0: nothing is recorded. It costs at most one percent of a core." },
	{ "millrace", "drain.timeout", CONF_DURATION, AT(drain_timeout_ms), "10s", NULL, CONF_LIVE,
			"How long a stop may take to finish what is in flight; a system that does not answer is not waited for." },

	{ "mysql", "host", CONF_HOSTS, AT(mysql.host), "127.0.0.1", NULL, 0,
			"Server to capture from; a list (a, b:3307) is tried in turn and followed by GTID." },
	{ "mysql", "port", CONF_INT, AT(mysql.port), "3306", "1..65535", 0, "Port of the server." },
	{ "mysql", "socket", CONF_STRING, AT(mysql.socket), NULL, NULL, 0,
			"Unix socket of the server, instead of host and port." },
	{ "mysql", "user", CONF_STRING, AT(mysql.user), NULL, NULL, 0,
			"User with REPLICATION SLAVE, REPLICATION CLIENT, SELECT and, for the shortest lock, RELOAD." },
	{ "mysql", "password", CONF_STRING, AT(mysql.password), NULL, NULL, CONF_SECRET | CONF_LIVE, "Its password." },
	{ "mysql", "server.id", CONF_INT, AT(mysql.server_id), "0", "0..4294967295", 0,
			"Replica id, unique in the replication topology; 0 derives one from the name." },
	{ "mysql", "table.include.list", CONF_LIST, AT(mysql.table_include), NULL, NULL, CONF_LIVE,
			"Tables to capture: regular expressions on db.table, anchored, case-insensitive." },
	{ "mysql", "table.exclude.list", CONF_LIST, AT(mysql.table_exclude), NULL, NULL, CONF_LIVE,
			"Tables to leave out." },
	{ "mysql", "database.include.list", CONF_LIST, AT(mysql.database_include), NULL, NULL, CONF_LIVE,
			"Databases to capture." },
	{ "mysql", "database.exclude.list", CONF_LIST, AT(mysql.database_exclude), NULL, NULL, CONF_LIVE,
			"Databases to leave out." },
	{ "mysql", "column.include.list", CONF_LIST, AT(mysql.column_include), NULL, NULL, CONF_LIVE,
			"Columns to capture: regular expressions on db.table.column." },
	{ "mysql", "column.exclude.list", CONF_LIST, AT(mysql.column_exclude), NULL, NULL, CONF_LIVE,
			"Columns to leave out." },
	{ "mysql", "snapshot.mode", CONF_CHOICE, AT(mysql.snapshot_mode), "initial",
			"initial|initial_only|no_data|never|when_needed", 0,
			"Whether the tables are read before the binlog is followed." },
	{ "mysql", "snapshot.locking.mode", CONF_CHOICE, AT(mysql.snapshot_locking), "minimal", "minimal|extended|none",
			0,
			"How the snapshot is made consistent: a short global lock, one held throughout, or GTID fences." },
	{ "mysql", "snapshot.include.collection.list", CONF_LIST, AT(mysql.snapshot_include), NULL, NULL, 0,
			"Captured tables whose rows the initial snapshot reads; default: all. Regular expressions on db.table." },
	{ "mysql", "snapshot.select.statement.overrides", CONF_LIST, AT(mysql.snapshot_overrides), NULL, NULL, 0,
			"Tables, db.table, of which snapshots read what a SELECT of yours gives." },
	{ "mysql", "snapshot.select.statement.overrides.*", CONF_PAIRS, AT(mysql.snapshot_statements), NULL, NULL, 0,
			"overrides.db.table: that SELECT, with all columns of the table." },
	{ "mysql", "snapshot.max.threads", CONF_INT, AT(mysql.snapshot_threads), "1", "1..32", 0,
			"Connections that read the snapshot." },
	{ "mysql", "incremental.snapshot.chunk.size", CONF_INT, AT(mysql.chunk_rows), "4096", "16..1000000", CONF_LIVE,
			"Rows in one chunk of a snapshot that is taken while the stream goes on." },
	{ "mysql", "snapshot.max.rows.per.second", CONF_INT, AT(mysql.max_rows_s), "0", "0..1000000000", CONF_LIVE,
			"Rows that snapshots read at the most; 0 is no limit." },
	{ "mysql", "snapshot.max.load", CONF_LIST, AT(mysql.max_load), NULL, NULL, CONF_LIVE,
			"Snapshots wait while a status variable of the server is above its limit: Threads_running=50." },
	{ "mysql", "snapshot.throttle.replicas", CONF_LIST, AT(mysql.throttle_replicas), NULL, NULL, CONF_LIVE,
			"Replicas, host:port list; snapshots wait while one lags, or does not say." },
	{ "mysql", "snapshot.throttle.lag", CONF_DURATION, AT(mysql.throttle_lag_ms), "1500ms", NULL, CONF_LIVE,
			"The most that a replica may lag." },
	{ "mysql", "snapshot.throttle.query", CONF_STRING, AT(mysql.throttle_query), NULL, NULL, CONF_LIVE,
			"Statement that gives a replica's lag in seconds, instead of SHOW REPLICA STATUS; without replicas it is asked of the server." },
	{ "mysql", "signal.data.collection", CONF_STRING, AT(mysql.signal_table), NULL, NULL, CONF_LIVE,
			"Table of signals, db.table with the columns id, type, data; a row inserted there orders a snapshot." },
	{ "mysql", "signal.enabled.channels", CONF_LIST, AT(signal_channels), "source", NULL, 0,
			"Where signals come from: source (the table), kafka (the topic)." },
	{ "mysql", "signal.kafka.topic", CONF_STRING, AT(signal_topic), NULL, NULL, 0,
			"Topic of signals in the log; a message's key is the prefix; default PREFIX-signal." },
	{ "mysql", "snapshot.lock.timeout.ms", CONF_DURATION, AT(mysql.snapshot_lock_timeout_ms), "10s", NULL,
			CONF_LIVE, "How long the global read lock may take to get." },
	{ "mysql", "ssl.mode", CONF_CHOICE, AT(mysql.login.ssl_mode), "preferred",
			"disabled|preferred|required|verify_ca|verify_identity", 0, "TLS to the server." },
	{ "mysql", "ssl.ca", CONF_STRING, AT(mysql.login.ssl_ca), NULL, NULL, 0, "CA certificate file." },
	{ "mysql", "ssl.cert", CONF_STRING, AT(mysql.login.ssl_cert), NULL, NULL, 0, "Client certificate file." },
	{ "mysql", "ssl.key", CONF_STRING, AT(mysql.login.ssl_key), NULL, NULL, 0, "Client key file." },
	{ "mysql", "server.public.key", CONF_STRING, AT(mysql.login.public_key), NULL, NULL, 0,
			"File with the server's RSA public key, which encrypts the password where there is no TLS; without it the server is asked for its key." },
	{ "mysql", "auth.plugins", CONF_LIST, AT(mysql.login.plugins),
			"caching_sha2_password, sha256_password, mysql_native_password", NULL, 0,
			"Ways to authenticate that the server may ask for; mysql_clear_password and dialog need ssl.mode = verify_ca or verify_identity." },
	{ "mysql", "connect.timeout.ms", CONF_DURATION, AT(mysql.connect_timeout_ms), "10s", NULL, CONF_LIVE,
			"How long a connection may take." },
	{ "mysql", "connect.heartbeat.ms", CONF_DURATION, AT(mysql.heartbeat_ms), "2s", NULL, 0,
			"The server sends a sign of life this often; twice as long without one is a dead connection." },
	{ "mysql", "heartbeat.interval.ms", CONF_DURATION, AT(mysql.heartbeat_interval_ms), "0", NULL, 0,
			"How often a heartbeat is published to __debezium-heartbeat.PREFIX and heartbeat.action.query runs; 0 never." },
	{ "mysql", "provide.transaction.metadata", CONF_BOOL, AT(format.transaction_metadata), "false", NULL, 0,
			"BEGIN and END of each transaction are published to PREFIX.transaction, and each change says its place in it." },
	{ "mysql", "heartbeat.action.query", CONF_STRING, AT(mysql.heartbeat_query), NULL, NULL, CONF_LIVE,
			"Statement to run at each heartbeat." },
	{ "mysql", "max.batch.size", CONF_INT, AT(mysql.max_batch_rows), "1024", "1..1000000", 0,
			"Row changes in one batch at the most." },
	{ "mysql", "max.batch.bytes", CONF_BYTES, AT(mysql.max_batch_bytes), "1M", NULL, 0,
			"Bytes read from the server in one batch at the most." },
	{ "mysql", "gtid.source.includes", CONF_LIST, AT(mysql.gtid_includes), NULL, NULL, 0,
			"Sources of transactions to capture: regular expressions on their server_uuid. All, if neither list is given." },
	{ "mysql", "gtid.source.excludes", CONF_LIST, AT(mysql.gtid_excludes), NULL, NULL, 0,
			"Sources of transactions to leave out: regular expressions on their server_uuid; capture can resume on a server that lacks them." },
	{ "mysql", "gtid.source.filter.dml.events", CONF_BOOL, AT(mysql.gtid_filter_dml), "true", NULL, 0,
			"Rows of sources that are left out are dropped; false: they are captured, and only not asked for when the server changes." },
	{ "mysql", "include.query", CONF_BOOL, AT(mysql.include_query), "false", NULL, 0,
			"source.query carries the statement, when the server logs it." },
	{ "mysql", "enable.time.adjuster", CONF_BOOL, AT(mysql.enable_time_adjuster), "true", NULL, 0,
			"Two-digit years become 1970 to 2069." },
	{ "mysql", "schema.history.internal.skip.unparseable.ddl", CONF_BOOL, AT(mysql.skip_unparseable_ddl), "false",
			NULL, 0, "A statement that is not understood is skipped; its tables are not stopped." },
	{ "mysql", "ddl.repair", CONF_CHOICE, AT(mysql.ddl_repair), "auto", "auto|snapshot|warn", CONF_LIVE,
			"A table whose rows a statement changes without telling them: snapshot: it is read again beside the stream; warn: it is told as different; "
			"auto: snapshot where this process also loads, else warn." },
	{ "mysql", "foreign.key.cascade", CONF_CHOICE, AT(mysql.foreign_cascade), "auto", "auto|repair|warn", CONF_LIVE,
			"A table whose rows InnoDB changes by a foreign key, which no event tells: repair: it is read again beside the stream; warn: it is told as "
			"different; auto: repair where this process also loads, else warn." },
	{ "mysql", "decimal.handling.mode", CONF_CHOICE, AT(format.decimal_mode), "precise", "precise|double|string", 0,
			"How DECIMAL is written." },
	{ "mysql", "time.precision.mode", CONF_CHOICE, AT(format.time_mode), "adaptive_time_microseconds",
			"adaptive_time_microseconds|connect", 0, "How dates and times are written." },
	{ "mysql", "bigint.unsigned.handling.mode", CONF_CHOICE, AT(format.bigint_mode), "long", "long|precise", 0,
			"How BIGINT UNSIGNED is written." },
	{ "mysql", "binary.handling.mode", CONF_CHOICE, AT(format.binary_mode), "bytes",
			"bytes|base64|base64-url-safe|hex", 0, "How binary columns are written." },
	{ "mysql", "tombstones.on.delete", CONF_BOOL, AT(format.tombstones_on_delete), "true", NULL, 0,
			"A delete is followed by a tombstone (envelope)." },
	{ "mysql", "skipped.operations", CONF_LIST, AT(format.skipped_operations), "none", NULL, 0,
			"Operations that are not published: c, u, d, t, none. Debezium's default is t; here a TRUNCATE reaches the target." },
	{ "mysql", "skip.messages.without.change", CONF_BOOL, AT(format.skip_unchanged), "false", NULL, 0,
			"An update that changes no captured column is not published." },
	{ "mysql", "message.key.columns", CONF_STRING, AT(format.message_key_columns), NULL, NULL, 0,
			"Keys other than the table's: db.table:col1,col2;db.other:col. Both sides of the colon are regular expressions." },
	{ "mysql", "column.truncate.to.*", CONF_PAIRS, AT(format.column_truncate), NULL, NULL, 0,
			"column.truncate.to.N.chars = columns whose values keep their first N characters." },
	{ "mysql", "column.mask.with.*", CONF_PAIRS, AT(format.column_mask), NULL, NULL, 0,
			"column.mask.with.N.chars = text columns that become N asterisks." },
	{ "mysql", "column.mask.hash.*", CONF_PAIRS, AT(format.column_hash), NULL, NULL, 0,
			"column.mask.hash.v2.SHA-256.with.salt.SALT = text columns that become a digest; without v2, as Java serialises them." },
	{ "mysql", "column.propagate.source.type", CONF_LIST, AT(format.column_propagate), NULL, NULL, 0,
			"Columns whose schema says their MySQL type." },
	{ "mysql", "datatype.propagate.source.type", CONF_LIST, AT(format.datatype_propagate), NULL, NULL, 0,
			"The same by type: db.table.VARCHAR." },
	{ "mysql", "schema.name.adjustment.mode", CONF_CHOICE, AT(format.schema_name_mode), "none",
			"none|avro|avro_unicode", 0, "Whether names of schemas are put into Avro's alphabet." },
	{ "mysql", "field.name.adjustment.mode", CONF_CHOICE, AT(format.field_name_mode), "none",
			"none|avro|avro_unicode", 0, "Whether names of fields are." },
	{ "mysql", "include.schema.changes", CONF_BOOL, AT(format.include_schema_changes), "true", NULL, 0,
			"DDL is published to the topic named like the prefix." },
	{ "mysql", "include.schema.comments", CONF_BOOL, AT(format.include_schema_comments), "false", NULL, 0,
			"Comments of columns and tables are published." },
	{ "mysql", "schema.history.internal.store.only.captured.tables.ddl", CONF_BOOL,
			AT(format.store_only_captured_tables), "false", NULL, 0,
			"DDL of tables that are not captured is not recorded; they cannot be followed when they are renamed into view." },
	{ "mysql", "schema.history.internal.store.only.captured.databases.ddl", CONF_BOOL,
			AT(format.store_only_captured_databases), "false", NULL, 0,
			"DDL of databases that are not captured is not recorded." },
	{ "mysql", "schema.history.internal.kafka.topic", CONF_STRING, AT(format.history_topic), NULL, NULL, 0,
			"Topic of the schema history; default schemahistory.PREFIX." },
	{ "mysql", "source.version", CONF_STRING, AT(format.version), "3.0.8.Final", NULL, 0,
			"The version in the source block." },

	{ "kafka", "bootstrap.servers", CONF_STRING, AT(log.bootstrap_servers), NULL, NULL, 0,
			"Brokers; without it the log is embedded." },
	{ "kafka", "topic.prefix", CONF_STRING, AT(format.topic_prefix), "mysql", NULL, 0,
			"Topics are PREFIX.db.table." },
	{ "kafka", "topic.delimiter", CONF_STRING, AT(format.topic_delimiter), ".", NULL, 0,
			"What stands between the parts of a topic's name." },
	{ "kafka", "topic.transaction", CONF_STRING, AT(format.transaction_topic), "transaction", NULL, 0,
			"The last part of the topic of provide.transaction.metadata." },
	{ "kafka", "topic.heartbeat.prefix", CONF_STRING, AT(format.heartbeat_prefix), "__debezium-heartbeat", NULL, 0,
			"The first part of the topic of heartbeat.interval.ms." },
	{ "kafka", "message.format", CONF_CHOICE, AT(format.message_format), "flat", "envelope|flat", 0,
			"Debezium's envelope, or its rows as ExtractNewRecordState leaves them." },
	{ "kafka", "schemas.enable", CONF_BOOL, AT(format.schemas_enable), "true", NULL, 0,
			"Messages carry their schema." },
	{ "kafka", "delete.tombstone.handling.mode", CONF_CHOICE, AT(format.delete_mode), "auto",
			"unset|drop|tombstone|rewrite|rewrite-with-tombstone|auto", 0,
			"What a delete becomes in flat messages; auto is rewrite, unless one of its two older names is set." },
	{ "kafka", "delete.handling.mode", CONF_CHOICE, AT(format.old_delete_mode), "unset", "unset|none|drop|rewrite",
			0, "Older name: what becomes of the delete itself." },
	{ "kafka", "drop.tombstones", CONF_CHOICE, AT(format.drop_tombstones), "unset", "unset|true|false", 0,
			"Older name: whether the tombstone after it is left out." },
	{ "kafka", "replace.null.with.default", CONF_BOOL, AT(format.replace_null_with_default), "false", NULL, 0,
			"A NULL in a column with a default is written as the default. Debezium's default is true and loses the NULL." },
	{ "kafka", "add.fields", CONF_LIST, AT(format.add_fields), NULL, NULL, 0,
			"Fields of the envelope added to flat messages: op, table, source.ts_ms." },
	{ "kafka", "add.fields.prefix", CONF_STRING, AT(format.add_fields_prefix), "__", NULL, 0,
			"What the names of added fields begin with." },
	{ "kafka", "add.headers", CONF_LIST, AT(format.add_headers), NULL, NULL, 0,
			"Fields of the envelope added to the headers of flat messages." },
	{ "kafka", "add.headers.prefix", CONF_STRING, AT(format.add_headers_prefix), "__", NULL, 0,
			"What the names of added headers begin with." },
	{ "kafka", "offset.storage.topic", CONF_STRING, AT(format.offsets_topic), NULL, NULL, 0,
			"Topic of the source position; default NAME.offsets." },
	{ "kafka", "topic.creation.default.partitions", CONF_INT, AT(log.partitions), "1", "1..10000", 0,
			"Partitions of a topic that millrace creates." },
	{ "kafka", "topic.creation.default.replication.factor", CONF_INT, AT(log.replication), "-1", "-1..32767", 0,
			"Its replication; -1 is the broker's default." },
	{ "kafka", "topic.creation.default.cleanup.policy", CONF_STRING, AT(log.cleanup_policy), "delete", NULL, 0,
			"delete, compact, or both." },
	{ "kafka", "topic.creation.default.retention.ms", CONF_DURATION, AT(log.retention_ms), "7d", NULL, 0,
			"How long rows stay in the log." },
	{ "kafka", "topic.creation.default.retention.bytes", CONF_INT, AT(log.retention_bytes), "-1",
			"-1..9223372036854775807", 0, "How many bytes a partition keeps; -1 is no limit." },
	{ "kafka", "topic.creation.default.segment.bytes", CONF_BYTES, AT(log.segment_bytes), "64M", NULL, CONF_HIDDEN,
			"Embedded log: how much one retention step removes." },
	{ "kafka", "unloaded.max.bytes", CONF_INT, AT(log.unloaded_bytes), "10737418240", "-1..9223372036854775807", 0,
			"Embedded log: bytes that stay past their retention because the load has not read them; -1 is no limit." },
	{ "kafka", "admin.timeout.ms", CONF_DURATION, AT(log.timeout_ms), "10s", NULL, 0,
			"How long a question to the cluster may take." },
	{ "kafka", "commit.interval.ms", CONF_DURATION, AT(commit_interval_ms), "200", NULL, 0,
			"The longest that rows wait for their transaction while more keep coming." },
	{ "kafka", "commit.bytes", CONF_BYTES, AT(commit_bytes), "24M", NULL, 0, "The largest transaction." },
	{ "kafka", "*", CONF_PAIRS, AT(log.passthrough), NULL, NULL, 0,
			"Any other key is a librdkafka property: security.protocol, compression.type, linger.ms." },

	{ "load", "group.id", CONF_STRING, AT(load.group), NULL, NULL, 0,
			"Consumer group of the load half; default NAME-load." },
	{ "load", "topics", CONF_LIST, AT(load.topics), NULL, NULL, 0,
			"Topics to load; default: every topic below the prefix. ^ begins a regular expression." },
	{ "load", "workers", CONF_INT, AT(load.workers), "0", "0..64", 0,
			"Threads that load; each takes the table that is due next, a table in one thread at a time. 0 is 8 for StarRocks, 2 for the embedded warehouse." },
	{ "load", "buffer.bytes", CONF_BYTES, AT(load.buffer_bytes), "24M", NULL, 0,
			"Messages read and not yet loaded, at the most." },
	{ "load", "script.instructions", CONF_INT, AT(script.instructions), "1000000", "1000..1000000000000", 0,
			"Lua instructions that one row may take." },
	{ "load", "script.memory", CONF_BYTES, AT(script.memory_bytes), "64M", NULL, 0, "Memory of one Lua state." },
	{ "load", "script.state.max", CONF_BYTES, AT(script.state_bytes), "64M", NULL, 0,
			"What state.set() of a script may keep for one partition." },
	{ "load", "script.guard", CONF_INT, AT(load.guard_percent), "20", "0..100", CONF_LIVE,
			"A version of a section's scripts that drops or fails more of its rows than the version before, by so many percent, is taken back by itself; 0: never." },
	{ "load", "script.guard.rows", CONF_INT, AT(load.guard_rows), "1000", "2..1000000000", CONF_LIVE,
			"How many rows of both versions script.guard compares at least." },
	{ "load", "script.watch", CONF_BOOL, AT(load.script_watch), "false", NULL, CONF_LIVE,
			"Script files that were changed are tried, and taken as lua apply does, without being asked." },

	{ "starrocks", "fe.http", CONF_HOSTS, AT(sink.fe_http), NULL, "http|https", 0,
			"Frontends, host:port list; without it the warehouse is embedded." },
	{ "starrocks", "fe.mysql", CONF_HOSTS, AT(sink.fe_mysql), NULL, NULL, 0,
			"The frontends' MySQL protocol, host:port list." },
	{ "starrocks", "user", CONF_STRING, AT(sink.user), "root", NULL, 0,
			"User with INSERT, and CREATE TABLE and ALTER for table.create." },
	{ "starrocks", "password", CONF_STRING, AT(sink.password), NULL, NULL, CONF_SECRET, "Its password." },
	{ "starrocks", "ssl.mode", CONF_CHOICE, AT(sink.login.ssl_mode), "preferred",
			"disabled|preferred|required|verify_ca|verify_identity", 0,
			"TLS of fe.mysql; https in fe.http is TLS for the loads." },
	{ "starrocks", "ssl.ca", CONF_STRING, AT(sink.login.ssl_ca), NULL, NULL, 0,
			"CA certificate file, for fe.mysql and for https." },
	{ "starrocks", "ssl.cert", CONF_STRING, AT(sink.login.ssl_cert), NULL, NULL, 0,
			"Client certificate file, for fe.mysql." },
	{ "starrocks", "ssl.key", CONF_STRING, AT(sink.login.ssl_key), NULL, NULL, 0,
			"Client key file, for fe.mysql." },
	{ "starrocks", "server.public.key", CONF_STRING, AT(sink.login.public_key), NULL, NULL, 0,
			"File with the frontend's RSA public key, where a plugin asks for one and there is no TLS." },
	{ "starrocks", "auth.plugins", CONF_LIST, AT(sink.login.plugins), "mysql_native_password", NULL, 0,
			"Ways to authenticate that a frontend may ask for; mysql_clear_password (LDAP) needs ssl.mode = verify_ca or verify_identity." },
	{ "starrocks", "be.map", CONF_LIST, AT(sink.be_map), NULL, NULL, 0,
			"Hosts that a frontend may send loads to besides those that SHOW BACKENDS names: be1, be1:8040=10.0.0.5:8040 (reached there), * for any." },
	{ "starrocks", "be.http", CONF_HOSTS, AT(sink.be_http), NULL, "http|https", 0,
			"Backends or what stands before them, host:port list: loads go there in turn, and no frontend is asked where to." },
	{ "starrocks", "warehouse", CONF_STRING, AT(sink.warehouse), NULL, NULL, 0,
			"Warehouse of a shared-data cluster that carries out the loads; default: the user's." },
	{ "starrocks", "load.compression", CONF_CHOICE, AT(sink.compression), "none", "none|lz4_frame|zstd", 0,
			"How the body of a load is compressed on its way (StarRocks 3.2.7 and newer): for a network that is slower than the processor." },
	{ "starrocks", "database", CONF_STRING, AT(sink.database), NULL, NULL, 0,
			"Target database; default: named as at the source." },
	{ "starrocks", "load", CONF_CHOICE, AT(sink.load), "stream", "stream|routine", 0,
			"Who loads the tables: stream: millrace itself; routine: each table is handed over to a Routine Load job of StarRocks." },
	{ "starrocks", "table.create", CONF_BOOL, AT(sink.table_create), "true", NULL, 0,
			"Missing tables and columns are created." },
	{ "starrocks", "table.create.not.null", CONF_BOOL, AT(sink.not_null), "false", NULL, 0,
			"Columns that are NOT NULL in MySQL are NOT NULL in created tables, too; dates and times are not, whose zero values become NULL." },
	{ "starrocks", "table.create.buckets", CONF_INT, AT(sink.buckets), "0", "0..100000", 0,
			"Buckets of a created table; 0 lets StarRocks decide." },
	{ "starrocks", "table.create.replication.num", CONF_INT, AT(sink.replication_num), "0", "0..100", 0,
			"Replicas of a created table; 0 is the cluster's default." },
	{ "starrocks", "load.interval", CONF_DURATION, AT(sink.interval_ms), "0", NULL, 0,
			"No more than one load per table and partition within this; 0 is 800ms for StarRocks, 50ms for the embedded warehouse." },
	{ "starrocks", "load.max.bytes", CONF_BYTES, AT(sink.max_bytes), "16M", NULL, 0,
			"Message bytes in one load at the most." },
	{ "starrocks", "load.max.rows", CONF_INT, AT(sink.max_rows), "200000", "1..10000000", 0,
			"Rows in one load at the most." },
	{ "starrocks", "load.timeout", CONF_DURATION, AT(sink.load_timeout_ms), "60s", NULL, 0,
			"How long one load may take." },
	{ "starrocks", "connect.timeout", CONF_DURATION, AT(sink.connect_timeout_ms), "5s", NULL, 0,
			"How long a connection may take." },
	{ "starrocks", "time.zone", CONF_STRING, AT(sink.time_zone), "UTC", NULL, 0,
			"Zone in which TIMESTAMP columns are stored." },

	{ "starrocks", "watch.routine.load", CONF_DURATION, AT(sink.watch_ms), "10s", "0..3600000", 0,
			"How often the Routine Load jobs of the tables' databases are looked at, for `status` and its problems; 0 is never." },
	{ "starrocks", "routine.*", CONF_PAIRS, AT(sink.routine), NULL, NULL, 0,
			"routine.KEY: property of the Routine Load jobs that `millrace routine create` makes: routine.max_batch_interval, routine.property.client.id." },

	{ "table", "target", CONF_STRING, offsetof(struct table_settings, target), NULL, NULL, 0,
			"DATABASE.TABLE that it is loaded into; * stands for the name at the source: dw.*, *.ods_*. Two tables with one target are refused, unless source.column is set." },
	{ "table", "source.column", CONF_STRING, offsetof(struct table_settings, source_column), NULL, NULL, 0,
			"A column of the target that says which source a row is of, so that several tables may have one target." },
	{ "table", "source.value", CONF_CHOICE, offsetof(struct table_settings, source_value), "table",
			"table|database|database.table", 0,
			"What source.column holds: the table's name at the source, its database's, or both." },
	{ "table", "source.in.key", CONF_BOOL, offsetof(struct table_settings, source_in_key), "true", NULL, 0,
			"source.column is the last part of the target's key. false: keys are different in all sources." },
	{ "table", "target.mode", CONF_CHOICE, offsetof(struct table_settings, target_mode), "upsert", "upsert|append",
			0,
			"upsert: a change replaces its row, by key; append: rows that are inserted or updated are added, and a DELETE adds nothing. StarRocks' Duplicate "
			"Key and Aggregate tables and tables without a key need append." },
	{ "table", "load", CONF_CHOICE, offsetof(struct table_settings, loader), "default", "default|stream|routine",
			CONF_LIVE,
			"Who loads it: routine: it is handed over to a Routine Load job, at the offsets that are loaded; default: as load of [starrocks] says. `millrace routine handover` takes it back." },
	{ "table", "schema.change", CONF_CHOICE, offsetof(struct table_settings, schema_change), "evolve",
			"evolve|try_evolve|lenient|ignore|exception|ask", 0,
			"How a table in StarRocks follows ALTER TABLE of the source: evolve: as it; try_evolve: and what StarRocks refuses is left out; lenient: and dropped "
			"columns are kept under another name; ignore: not at all; exception: the table stops; ask: it stops until `millrace resume TABLE`." },
	{ "table", "table.create.suffix", CONF_STRING, offsetof(struct table_settings, create_suffix), NULL, NULL, 0,
			"What CREATE TABLE ends with instead of millrace's own: PARTITION BY .. DISTRIBUTED BY .. ORDER BY .. PROPERTIES (..)." },
	{ "table", "load.interval", CONF_DURATION, offsetof(struct table_settings, interval_ms), "0", NULL, CONF_LIVE,
			"No more than one load of this table and partition within this; 0 is load.interval of [starrocks]." },
	{ "table", "dead.policy", CONF_CHOICE, offsetof(struct table_settings, dead_policy), "dead", "dead|stop|skip",
			CONF_LIVE,
			"A row that cannot be loaded: dead: it becomes a dead letter; stop: and its table stops after it; skip: it is left out and counted as dropped." },
	{ "table", "dead.max", CONF_INT, offsetof(struct table_settings, dead_max), "-1", "-1..1000000000", CONF_LIVE,
			"The table stops when it has more open dead letters than this; -1: no limit. `millrace resume TABLE` allows as many again." },
	{ "table", "transform", CONF_LIST, offsetof(struct table_settings, transform), NULL, NULL, CONF_LIVE,
			"Lua scripts with function transform(row, event), relative to this file; what one gives is what the next one gets." },
	{ "table", "filter", CONF_CODE, offsetof(struct table_settings, filter), NULL, NULL, CONF_LIVE,
			"Lua expression over row and event that is true for the rows that are loaded: row.status ~= 'test'. It comes before transform." },
	{ "table", "script.*", CONF_PAIRS, offsetof(struct table_settings, script), NULL, NULL, CONF_LIVE,
			"script.KEY: what the scripts' function init(config) gets as config.KEY." },

	{ "http", "listen", CONF_STRING, AT(http.listen), NULL, NULL, 0,
			"Where HTTP is served: a port (on 127.0.0.1), or ADDRESS:PORT; without it nowhere. An address that is not loopback needs a token." },
	{ "http", "token", CONF_STRING, AT(http.token), NULL, NULL, CONF_SECRET,
			"What a request that changes something has to carry; 16 characters or more. Without it HTTP changes nothing." },
	{ "http", "reads.need.token", CONF_BOOL, AT(http.reads_need_token), "false", NULL, 0,
			"Whether requests that only read need it, too." },
	{ "http", "max.connections", CONF_INT, AT(http.connections), "32", "1..1024", 0,
			"Connections at once; one more closes the one that has been silent for longest." },
	{ "http", "request.timeout", CONF_DURATION, AT(http.timeout_ms), "10s", "100..600000", 0,
			"How long a request may take to arrive, and its answer to be taken." },
	{ "http", "metrics.tables", CONF_INT, AT(http.tables), "200", "0..100000", 0,
			"Tables that /metrics has figures of, by name; millrace_tables_without_metrics tells how many have none." },

	{ "console", "theme", CONF_STRING, AT(theme), "harbor", NULL, CONF_LIVE,
			"Name of a file in themes, without .theme." },
	{ "console", "mouse", CONF_BOOL, AT(mouse), "true", NULL, CONF_LIVE,
			"Wheel and clicks are the console's. Most terminals select text by themselves while Shift is held; false: always." },
	{ NULL, NULL, 0, 0, NULL, NULL, 0, NULL }
};

static void *settings_named(void *settings, const char *section, const char *name)
{
	struct settings *s = settings;
	struct table_settings *table;

	for (size_t i = 0; i < s->ntables; i++)
		if (strcmp(s->tables[i].name, name) == 0)
			return &s->tables[i];
	s->tables = xrealloc(s->tables, (s->ntables + 1) * sizeof(*s->tables));
	table = &s->tables[s->ntables++];
	memset(table, 0, sizeof(*table));
	table->name = xstrdup(name);
	conf_preset_named(&settings_table, section, table);
	return table;
}

static void keeps_secret(void *settings, const char *path)
{
	struct settings *s = settings;

	for (size_t i = 0; i < s->nsecret_files; i++)
		if (strcmp(s->secret_files[i], path) == 0)
			return;
	s->secret_files = xrealloc(s->secret_files, (s->nsecret_files + 1) * sizeof(*s->secret_files));
	s->secret_files[s->nsecret_files++] = xstrdup(path);
}

const char *settings_exposed(const struct settings *s, size_t *index)
{
	struct stat st;

	for (; *index < s->nsecret_files; (*index)++)
		if (stat(s->secret_files[*index], &st) == 0 && S_ISREG(st.st_mode) && st.st_mode & S_IROTH)
			return s->secret_files[(*index)++];
	return NULL;
}

const struct conf_table settings_table = {
	.options = options,
	.named = settings_named,
	.named_section = "table",
	.explain = debezium_explain,
	.keeps_secret = keeps_secret,
};

struct settings *settings_new(void)
{
	return xcalloc(1, sizeof(struct settings));
}

void settings_free(struct settings *s)
{
	if (s == NULL)
		return;
	for (size_t i = 0; i < s->ntables; i++) {
		conf_free_named(&settings_table, "table", &s->tables[i]);
		free(s->tables[i].name);
	}
	free(s->tables);
	for (size_t i = 0; i < s->nsecret_files; i++)
		free(s->secret_files[i]);
	free(s->secret_files);
	free(s->path);
	free(s->dir);
	/* derived copies; the originals go with conf_free() */
	free(s->log.name);
	free(s->log.state_dir);
	free(s->sink.name);
	free(s->sink.state_dir);
	sink_password_free(s->sink.changed);
	free(s->format.connector_name);
	conf_free(&settings_table, s);
	free(s);
}

/* "conf/a.conf" -> "conf"; scripts are found beside the file that names them. */
static char *dir_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? xstrndup(path, slash == path ? 1 : (size_t)(slash - path)) : xstrdup(".");
}

static void preset_text(char **field, const char *fmt_prefix, const char *fmt_suffix, const char *middle)
{
	if (*field == NULL)
		*field = xasprintf("%s%s%s", fmt_prefix, middle, fmt_suffix);
}

static bool skips(const struct conf_list *operations, const char *operation)
{
	for (size_t i = 0; i < operations->count; i++)
		if (strcmp(operations->items[i], operation) == 0)
			return true;
	return false;
}

/* A channel that is left out must not order anything. */
static int check_channels(struct settings *s, struct err *err)
{
	bool source = false;

	for (size_t i = 0; i < s->signal_channels.count; i++) {
		const char *name = s->signal_channels.items[i];

		if (strcmp(name, "source") != 0 && strcmp(name, "kafka") != 0)
			return err_set(err, ERR_CONFIG, 0,
					"%s: [mysql] signal.enabled.channels: expected source or kafka, found '%.40s'",
					s->path, name);
		source |= strcmp(name, "source") == 0;
	}
	if (source)
		return 0;
	free(s->mysql.signal_table);
	s->mysql.signal_table = NULL;
	return 0;
}

static int settings_derive(struct settings *s, struct err *err)
{
	if (settings_check(s, err))
		return err_wrap(err, "%s", s->path);
	if (settings_http(&s->http, err))
		return err_wrap(err, "%s", s->path);
	if (check_channels(s, err))
		return -1;
	s->log.name = xstrdup(s->name);
	s->sink.name = xstrdup(s->name);
	s->sink.changed = sink_password_new();
	s->sink.table_of = settings_target;
	s->sink.table_arg = s;
	s->format.connector_name = xstrdup(s->name);
	s->log.state_dir = xstrdup(s->state_dir);
	s->sink.state_dir = xstrdup(s->state_dir);
	s->format.enable_time_adjuster = s->mysql.enable_time_adjuster;
	s->mysql.skip_truncate = skips(&s->format.skipped_operations, "t");
	s->mysql.others = s->format.store_only_captured_tables	  ? OTHERS_NONE
			: s->format.store_only_captured_databases ? OTHERS_OF_CAPTURED_DATABASES
								  : OTHERS_ALL;
	s->mysql.transaction_marks = s->format.transaction_metadata;
	s->format.heartbeat_interval_ms = s->mysql.heartbeat_interval_ms;
	preset_text(&s->format.history_topic, "schemahistory.", "", s->format.topic_prefix);
	preset_text(&s->format.offsets_topic, "", ".offsets", s->name);
	preset_text(&s->load.group, "", "-load", s->name);
	if (s->load.workers ==
			0) /* loads into StarRocks wait for its commits; the warehouse's files take one writer each */
		s->load.workers = s->sink.fe_http && s->sink.fe_http[0] ? 8 : 2;
	preset_text(&s->signal_topic, "", "-signal", s->format.topic_prefix);
	return 0;
}

int settings_load(struct settings *s, const char *path, struct err *err)
{
	s->path = xstrdup(path);
	s->dir = dir_of(path);
	if (conf_load(&settings_table, s, path, err))
		return -1;
	settings_let_ask(s);
	return settings_derive(s, err);
}

void settings_reload_mysql(struct mysql_conf *mysql, const struct settings *fresh)
{
	size_t from = offsetof(struct settings, mysql), to = from + sizeof(*mysql);

	for (const struct conf_option *o = options; o->section; o++) {
		if (o->offset < from || o->offset >= to || !(o->flags & CONF_LIVE) || strcmp(o->section, "table") == 0)
			continue;
		memcpy((char *)mysql + (o->offset - from), (const char *)fresh + o->offset, conf_field_size(o));
	}
}

void settings_need_restart(const struct settings *now, const struct settings *fresh, conf_change_fn *tell)
{
	for (const struct conf_option *o = options; o->section; o++)
		if (!(o->flags & CONF_LIVE) && strcmp(o->section, "table") != 0)
			conf_changes(o, now, fresh, tell, NULL);
}
