/*
 * settings_debezium.c - the table of Debezium's options that are not settings of the same name: those of the MySQL
 * connector, of ExtractNewRecordState, of JsonConverter and of Kafka Connect, and the names that Debezium 1 had.
 */
#include "engine/settings/settings_debezium.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define RENAMED(key, section, name) \
	{ \
		key, DEBEZIUM_RENAMED, section, name, NULL, NULL \
	}
#define MOOT(key, why) \
	{ \
		key, DEBEZIUM_MOOT, NULL, NULL, NULL, why \
	}
#define LOST(key, preset, why) \
	{ \
		key, DEBEZIUM_LOST, NULL, NULL, preset, why \
	}

#define ALWAYS_RETRIED "what fails for a time is tried again with growing pauses, without end"
#define BOUNDED_BY_BYTES "queues are bounded by bytes, and nothing is polled"
#define STOPS_THE_TABLE "such a row becomes a dead letter with its reason, or stops its table; the others go on"
#define NO_CODE "code in Java cannot run here; a Lua script can change rows before they are loaded"
#define PEM_FILES "certificates are PEM files: ssl.ca, ssl.cert, ssl.key"

const struct debezium_option debezium_options[] = {
	/* the connection */
	RENAMED("database.hostname", "mysql", "host"), RENAMED("database.port", "mysql", "port"),
	RENAMED("database.user", "mysql", "user"), RENAMED("database.password", "mysql", "password"),
	RENAMED("database.server.id", "mysql", "server.id"), RENAMED("database.ssl.mode", "mysql", "ssl.mode"),
	LOST("database.ssl.keystore*", NULL, PEM_FILES), LOST("database.ssl.truststore*", NULL, PEM_FILES),
	LOST("database.server.id.offset", "10000", "a snapshot of a table needs no second replica here"),
	LOST("database.initial.statements", NULL,
			"sessions are set up by the program itself, and nothing else is run in them"),
	MOOT("database.query.timeout.ms", "each question to the server has its own time limit"),
	MOOT("database.connectionTimeZone", "sessions run in UTC, whatever the server's zone"),
	MOOT("database.serverTimezone", "sessions run in UTC, whatever the server's zone"),
	MOOT("database.allowPublicKeyRetrieval", "the client library does it by itself"),
	MOOT("database.jdbc.driver", "there is no JDBC driver"), MOOT("database.protocol", "there is no JDBC driver"),
	MOOT("driver.*", "there is no JDBC driver"),
	MOOT("connect.keep.alive.interval.ms",
			"connect.heartbeat.ms says how often the server has to send a sign of life"),
	MOOT("connect.keep.alive", "a dead connection is always noticed and opened again"),
	MOOT("use.nongraceful.disconnect", "a connection is closed within a second"),

	/* topics and messages */
	RENAMED("topic.prefix", "kafka", "topic.prefix"), RENAMED("topic.delimiter", "kafka", "topic.delimiter"),
	RENAMED("topic.transaction", "kafka", "topic.transaction"),
	RENAMED("topic.heartbeat.prefix", "kafka", "topic.heartbeat.prefix"),
	LOST("topic.naming.strategy", "io.debezium.schema.DefaultTopicNamingStrategy",
			"topics are named PREFIX.db.table"),
	MOOT("topic.cache.size", "topic names are kept for each table"),
	RENAMED("topic.creation.default.partitions", "kafka", "topic.creation.default.partitions"),
	RENAMED("topic.creation.default.replication.factor", "kafka", "topic.creation.default.replication.factor"),
	RENAMED("topic.creation.default.cleanup.policy", "kafka", "topic.creation.default.cleanup.policy"),
	RENAMED("topic.creation.default.retention.ms", "kafka", "topic.creation.default.retention.ms"),
	RENAMED("topic.creation.default.retention.bytes", "kafka", "topic.creation.default.retention.bytes"),
	MOOT("topic.creation.enable", "missing topics are created by the settings topic.creation.default.*"),
	LOST("topic.creation.*", NULL, "all topics that are created have the settings topic.creation.default.*"),
	LOST("converters", "", NO_CODE), LOST("post.processors", "", NO_CODE),
	LOST("sourceinfo.struct.maker", "io.debezium.connector.mysql.MySqlSourceInfoStructMaker", NO_CODE),
	LOST("transaction.metadata.factory", "io.debezium.pipeline.txmetadata.DefaultTransactionMetadataFactory",
			NO_CODE),
	MOOT("unavailable.value.placeholder",
			"MySQL's row images are whole; Debezium's MySQL connector does not use it either"),
	LOST("topic.regex", "", "topics are named PREFIX.db.table"),
	LOST("topic.replacement", "", "topics are named PREFIX.db.table"),
	MOOT("topic.key.*", "it belongs to another topic.naming.strategy"),
	MOOT("schema.include.list", "MySQL has no schemas in its databases"),
	MOOT("schema.exclude.list", "MySQL has no schemas in its databases"),
	LOST("table.ignore.builtin", "true", "the server's own databases are never captured"),

	/* what goes wrong */
	LOST("event.processing.failure.handling.mode", "fail", STOPS_THE_TABLE),
	LOST("event.deserialization.failure.handling.mode", "fail", STOPS_THE_TABLE),
	LOST("inconsistent.schema.handling.mode", "fail", STOPS_THE_TABLE),
	MOOT("event.converting.failure.handling.mode",
			"a value that cannot be written stops its table and is never made null"),
	MOOT("errors.max.retries", ALWAYS_RETRIED), MOOT("retriable.restart.connector.wait.ms", ALWAYS_RETRIED),
	MOOT("errors.retry.timeout", ALWAYS_RETRIED), MOOT("errors.retry.delay.max.ms", ALWAYS_RETRIED),
	MOOT("errors.log.enable", "what fails is always logged"),
	LOST("errors.log.include.messages", "false", "logs hold no rows; dead letters do"),
	LOST("errors.tolerance", "none", STOPS_THE_TABLE),

	/* reading */
	MOOT("max.queue.size", BOUNDED_BY_BYTES), MOOT("max.queue.size.in.bytes", BOUNDED_BY_BYTES),
	MOOT("poll.interval.ms", "changes are passed on as they come"),
	MOOT("query.fetch.size", "results are always streamed"),
	MOOT("snapshot.fetch.size", "results are always streamed"),
	MOOT("min.row.count.to.stream.results", "results are always streamed"),
	LOST("binlog.buffer.size", "0",
			"what a rolled back transaction did to tables without transactions stays, as it does on the server"),
	LOST("snapshot.mode.configuration.based.*", "false", "expected one of the other values of snapshot.mode"),
	LOST("snapshot.mode.custom.name", "", NO_CODE), LOST("snapshot.locking.mode.custom.name", "", NO_CODE),
	LOST("snapshot.query.mode", "select_all", NO_CODE), LOST("snapshot.query.mode.custom.name", "", NO_CODE),
	LOST("snapshot.tables.order.by.row.count", "disabled", "tables are read in the order of their names"),
	LOST("snapshot.delay.ms", "0", "start the process later instead"),
	LOST("streaming.delay.ms", "0",
			"the stream goes on where the snapshot was taken; there is nothing to wait for"),
	LOST("snapshot.new.tables", "off", "a table that is new in table.include.list is read at the next reload"),
	LOST("signal.kafka.bootstrap.servers", NULL, "the topic of signals is in the log: [kafka] bootstrap.servers"),
	MOOT("signal.poll.interval.ms", "signals are taken as they come"),
	MOOT("signal.kafka.poll.timeout.ms", "signals are taken as they come"),
	MOOT("signal.kafka.groupId", "how far the topic is read lies in the position"),
	LOST("signal.consumer.*", NULL,
			"the broker is reached as [kafka] says, in librdkafka's names: security.protocol, sasl.*"),
	LOST("signal.file", NULL, "expected the channels source and kafka; from a shell: millrace snapshot"),
	MOOT("incremental.snapshot.allow.schema.changes", "a table may change its form while it is read"),
	MOOT("incremental.snapshot.watermarking.strategy",
			"nothing is written to the source, and a chunk needs no watermark"),
	MOOT("read.only", "nothing is written to the source, ever"),

	/* the schema history, which is always in the log */
	RENAMED("schema.history.internal.kafka.bootstrap.servers", "kafka", "bootstrap.servers"),
	LOST("schema.history.internal", "io.debezium.storage.kafka.history.KafkaSchemaHistory",
			"the schema history is kept in the log"),
	LOST("schema.history.internal.producer.*", NULL,
			"the broker is reached as [kafka] says, in librdkafka's names: security.protocol, sasl.*"),
	LOST("schema.history.internal.consumer.*", NULL,
			"the broker is reached as [kafka] says, in librdkafka's names: security.protocol, sasl.*"),
	MOOT("schema.history.internal.kafka.*", "the history is read within the time limits of [kafka]"),
	MOOT("schema.history.internal.connector.*", "the history knows its writer by itself"),
	MOOT("schema.history.internal.name", "there is one schema history"),
	MOOT("schema.history.internal.prefer.ddl", "schemas are kept whole, and no DDL is read again"),

	/* watching */
	LOST("notification.enabled.channels", "",
			"progress of snapshots is in status --json, in the log lines and in the console"),
	MOOT("notification.sink.topic.name", "it belongs to notification.enabled.channels"),
	MOOT("internal.*", "a switch for Debezium's own tests"),
	MOOT("custom.metric.tags", "metrics carry the name of [millrace]"),
	MOOT("advanced.metrics.enable", "counts by table are always there"),

	/* ExtractNewRecordState */
	LOST("route.by.field", "", "the rows of a table go to one topic, which keeps their order"),
	LOST("drop.fields.header.name", "", "no message has such a header; leave columns out by column.exclude.list"),
	MOOT("drop.fields.from.key", "it belongs to drop.fields.header.name"),
	MOOT("drop.fields.keep.schema.compatible", "it belongs to drop.fields.header.name"),

	/* Kafka Connect */
	MOOT("tasks.max", "there is one reader of the binlog"),
	LOST("header.converter", "org.apache.kafka.connect.storage.SimpleHeaderConverter",
			"headers are written as SimpleHeaderConverter writes them"),
	MOOT("exactly.once.support", "rows and position are always written in one transaction"),
	MOOT("transaction.boundary", "transactions are bounded by commit.interval.ms and commit.bytes"),
	MOOT("transaction.boundary.interval.ms", "transactions are bounded by commit.interval.ms and commit.bytes"),
	MOOT("config.action.reload", "a secret is read at the start"),
	MOOT("offsets.storage.topic", "the position is kept in offset.storage.topic of [kafka]"),
	LOST("predicates*", "",
			"only ExtractNewRecordState is built in; a Lua script can change rows before they are loaded"),
	LOST("producer.override.*", NULL, "librdkafka's properties stand below [kafka] under their own names"),

	/* names of Debezium 1 */
	RENAMED("database.server.name", "kafka", "topic.prefix"),
	RENAMED("database.whitelist", "mysql", "database.include.list"),
	RENAMED("database.blacklist", "mysql", "database.exclude.list"),
	RENAMED("table.whitelist", "mysql", "table.include.list"),
	RENAMED("table.blacklist", "mysql", "table.exclude.list"),
	RENAMED("column.whitelist", "mysql", "column.include.list"),
	RENAMED("column.blacklist", "mysql", "column.exclude.list"),
	RENAMED("heartbeat.topics.prefix", "kafka", "topic.heartbeat.prefix"),
	RENAMED("database.history.kafka.bootstrap.servers", "kafka", "bootstrap.servers"),
	RENAMED("database.history.kafka.topic", "mysql", "schema.history.internal.kafka.topic"),
	RENAMED("database.history.skip.unparseable.ddl", "mysql", "schema.history.internal.skip.unparseable.ddl"),
	RENAMED("database.history.store.only.captured.tables.ddl", "mysql",
			"schema.history.internal.store.only.captured.tables.ddl"),
	MOOT("database.history*", "the schema history is kept in the log"),
	MOOT("database.*", "there is no JDBC driver"), { NULL, DEBEZIUM_MOOT, NULL, NULL, NULL, NULL }
};

static bool key_matches(const char *pattern, const char *key)
{
	size_t n = strlen(pattern);

	return pattern[n - 1] == '*' ? strncmp(pattern, key, n - 1) == 0 : strcmp(pattern, key) == 0;
}

const struct debezium_option *debezium_option_find(const char *key)
{
	for (const struct debezium_option *o = debezium_options; o->key; o++)
		if (key_matches(o->key, key))
			return o;
	return NULL;
}

/* Texts are made for one message at a time, when the configuration is read: by one thread. */
const char *debezium_explain(const char *section, const char *key)
{
	static char text[512];
	const struct debezium_option *o = debezium_option_find(key);

	if (o == NULL || strcmp(section, "table") == 0)
		return NULL;
	if (o->fate == DEBEZIUM_RENAMED)
		snprintf(text, sizeof(text), "Debezium's option is [%s] %s here", o->section, o->name);
	else
		snprintf(text, sizeof(text), "Debezium's option %s: %s",
				o->fate == DEBEZIUM_MOOT ? "decides nothing here" : "is not supported", o->why);
	return text;
}
