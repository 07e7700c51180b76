/*
 * log.h - the contract of what lies between the halves: topics with partitions and offsets, transactions, groups. Two
 * implementations, the same tests: log_kafka.c (librdkafka) and log_local.c (SQLite in the state directory).
 *
 * A log handle is opened once per process and may be used from any thread; a writer or reader belongs to one thread.
 * Every call returns within a second or its timeout. Names (transactional ids, groups, topics) are used as given:
 * whoever wants a prefix puts it there. Close writers and readers before the handle.
 */
#ifndef LOG_LOG_H
#define LOG_LOG_H

#include <stdbool.h>
#include <stdint.h>

#include "core/conf/conf.h"
#include "core/err.h"
#include "core/report.h"
#include "row/batch.h"

struct log_conf {
	char *name;			       /* [millrace] name: becomes client.id */
	char *state_dir;		       /* [millrace] state.dir */
	char *bootstrap_servers;	       /* [kafka] bootstrap.servers; NULL: the embedded log */
	struct conf_pairs passthrough;	       /* [kafka] any librdkafka property */
	int64_t partitions;		       /* topic.creation.default.partitions */
	int64_t replication;		       /* topic.creation.default.replication.factor; -1: the broker's */
	char *cleanup_policy;		       /* topic.creation.default.cleanup.policy */
	int64_t retention_ms, retention_bytes; /* topic.creation.default.retention.ms / .bytes; -1: forever */
	int64_t segment_bytes;		       /* embedded: how much a retention step removes at a time */
	char *keeps_for;	/* embedded: the group whose unread messages outlive their retention; NULL: none */
	int64_t unloaded_bytes; /* embedded: at most so many bytes of them; -1: no limit */
	int64_t timeout_ms;	/* request.timeout.ms for admin and metadata calls */
};

struct log;
struct log *log_open(const struct log_conf *conf, struct err *err);
void log_close(struct log *l);
const char *log_library(void);					  /* Kafka's client that is linked, with its version */
const char *log_kind(const struct log_conf *conf);		  /* "kafka" or "embedded" */
int log_conf_check(const struct log_conf *conf, struct err *err); /* what can be said of it without asking a broker */
int log_check(const struct log_conf *conf, struct report *report, struct err *err);
void log_remedies(struct report *r); /* what log_check() may find, of both logs; for docs/problems.md */

/* ---- topics ---- */
enum log_topic_kind { LOG_TOPIC_ROWS, LOG_TOPIC_HISTORY, LOG_TOPIC_OFFSETS, LOG_TOPIC_DEAD, LOG_TOPIC_OTHER };
/* Creates the topic when missing: rows as configured; history: 1 partition, kept forever; offsets: 1 partition of ours,
 * compacted. */
int log_topic_ensure(struct log *l, const char *topic, enum log_topic_kind kind, struct err *err);

struct log_partition {
	int32_t id;
	int64_t low, high; /* offsets [low, high) */
	int64_t bytes;	   /* of its messages as they are stored; -1: Kafka's client cannot ask for them */
};
struct log_topic {
	char *name;
	struct log_partition *partitions;
	unsigned npartitions;
	uint64_t bytes; /* embedded only; 0 unknown */
};
struct log_topics {
	struct log_topic *items;
	size_t count;
};
int log_topics(struct log *l, struct log_topics *out, struct err *err);
void log_topics_free(struct log_topics *t);
const struct log_topic *log_topics_find(const struct log_topics *t, const char *name); /* NULL: it is not there */

/* Bytes that the embedded log keeps past their retention because conf.keeps_for has not read them; Kafka: 0. @thread any */
uint64_t log_unloaded(struct log *l);

/* May messages in the middle of the topic be gone (compaction), and not only the oldest? */
int log_topic_compacts(struct log *l, const char *topic, bool *compacts, struct err *err);

struct log_group_offset {
	char *group, *topic;
	int32_t partition;
	int64_t offset;
	char *metadata;
};
struct log_groups {
	struct log_group_offset *items;
	size_t count;
};
/* group NULL: all that can be listed. In the order of topics, then partitions. */
int log_groups(struct log *l, const char *group, struct log_groups *out, struct err *err);
void log_groups_free(struct log_groups *g);
int64_t log_groups_offset(const struct log_groups *g, const char *topic,
		int32_t partition); /* of one group; -1: none stored */

int log_group_members(struct log *l, const char *group, unsigned *count, struct err *err);
/* Where the group goes on, with no text beside it. ERR_CONFIG: somebody is in it, and would not hear of it. */
int log_group_store(struct log *l, const char *group, const char *topic, int32_t partition, int64_t offset,
		struct err *err);

/* Read a range without a group: history, positions, tap, dead letters, replay. Calls back per record until the callback
 * returns nonzero or `to` (-1: the committed end as of the call) is reached. from: -1 low, else offset. */
typedef int log_scan_cb(void *arg, const struct record *r);
enum { LOG_EVERY_PARTITION = -1 }; /* all of them, one after the other, whole */
int log_scan(struct log *l, const char *topic, int32_t partition, int64_t from, int64_t to, log_scan_cb *cb, void *arg,
		struct err *err);
int log_offset_at(struct log *l, const char *topic, int32_t partition, int64_t timestamp_ms, int64_t *offset,
		struct err *err);
int log_ends(struct log *l, const char *topic, int32_t partition, int64_t *low, int64_t *high,
		struct err *err); /* of what is committed */

/* ---- writing: exactly once ---- */
struct log_writer;
/* id: transactional id; opening fences every earlier writer of the same id (its next call gives ERR_FENCED). */
struct log_writer *log_writer_open(struct log *l, const char *id, struct err *err);
void log_writer_close(struct log_writer *w); /* an open transaction is aborted */
/* Adds the batch's records to the transaction (begun when none is open). The batch must stay alive until the commit or
 * abort: its bytes are not copied more often than the client needs. A failure aborts the whole transaction. */
int log_writer_append(struct log_writer *w, const struct batch *b, struct err *err);
int log_writer_append_record(struct log_writer *w, const struct record *r,
		struct err *err); /* its value stays as long, too */
/* All or nothing, durable on return; read_committed readers see it then or, with Kafka, some milliseconds later, when
 * the broker has written its markers. On failure:
 *   ERR_UNREACHABLE  the outcome is open (the broker is away): call commit again to go on waiting, or close;
 *                    after a close only the log itself tells whether it was committed
 *   ERR_RETRY        nothing was committed: append the same batches again
 *   ERR_FENCED       another writer has the id: stop
 *   ERR_FATAL        this writer is of no use any more, and it is not known what was committed (seen when a broker
 *                    comes back without its topics for a moment, or is away while a transaction is aborted): close it,
 *                    open the next one, start from the position in the log
 *   ERR_DATA, ERR_DENIED, ERR_CONFIG  nothing was committed and the same records would fail again */
int log_writer_commit(struct log_writer *w, struct err *err);
/*
 * Why the log does not take the records of one topic, though it takes those of others: after a failed append or commit
 * of kind ERR_DATA or ERR_DENIED. The transaction is aborted; without those records it would pass.
 */
enum log_refused { LOG_NOT_REFUSED, LOG_TOO_LARGE, LOG_TOPIC_DENIED, LOG_NEEDS_KEY };
struct log_refusal {
	enum log_refused why;
	char topic[256];
	const char *value;   /* of a record that was refused, as it was given to the append; NULL: none, or unknown */
	bool keyed;	     /* it has a key */
	size_t bytes;	     /* of that record */
	size_t limit;	     /* the topic's, in bytes; 0: unknown */
	const char *setting; /* that says so */
};
const struct log_refusal *log_writer_refusal(
		const struct log_writer *w); /* of the last failure. Valid until the next call */
/* The largest record that a topic takes, in bytes; 0 with err: it cannot be known. */
/* How long the topic keeps a message, read or not; -1: for ever, or (embedded) until it is read. */
int log_topic_retention(struct log *l, const char *topic, int64_t *ms, struct err *err);

/* Each setting that is in force for a topic, those that somebody has set first. value: "" of one that is kept secret. */
typedef void log_setting_cb(void *arg, const char *name, const char *value, bool preset);
int log_topic_settings(struct log *l, const char *topic, log_setting_cb *cb, void *arg, struct err *err);

/* How long the next transaction had better not begin: gather what comes until then. A begin before it waits. 0: now. */
int64_t log_writer_gap_us(struct log_writer *w);

/* ---- reading in a group: read_committed ---- */
struct log_reader;
enum log_read { LOG_READ_BATCH, LOG_READ_NOTHING, LOG_READ_CHANGED, LOG_READ_FAILED };
/* topics: exact names, or a regular expression that begins with '^'. New topics that match are found within seconds.
 * Poll on while a load takes long (with partitions paused): a Kafka reader that does not poll for max.poll.interval.ms
 * (5 minutes) is put out of its group. */
struct log_reader *log_reader_open(struct log *l, const char *group, const struct conf_list *topics, struct err *err);
void log_reader_close(struct log_reader *r);
/* Fills the batch with committed records of one partition, in offset order, b->from .. b->to, at most max_bytes; with
 * none when only transaction markers are left up to the end.
 * LOG_READ_CHANGED: the partitions that this reader owns are others now, or one of them is not what it was (messages
 * that come next have been removed, offsets have begun again): ask log_reader_assigned() and log_topics(), drop what was
 * read, and seek. */
enum log_read log_reader_poll(struct log_reader *r, struct batch *b, size_t max_bytes, int timeout_ms, struct err *err);
/* committed -1: none yet */
struct log_assigned {
	const char *topic;
	int32_t partition;
	int64_t committed;
	char metadata[704];
};
/* All that this reader owns now. out: all zero at first; grows, and is used again by the next call; its user frees items. */
struct log_assigned_list {
	struct log_assigned *items;
	size_t count, cap;
};
int log_reader_assigned(struct log_reader *r, struct log_assigned_list *out, struct err *err);
int log_reader_seek(struct log_reader *r, const char *topic, int32_t partition, int64_t offset, struct err *err);
/* Stores offset (the next to read) with a text beside it; durable on return. @thread any: the one that loads calls
 * it. */
int log_reader_commit(struct log_reader *r, const char *topic, int32_t partition, int64_t offset, const char *metadata,
		struct err *err);
int log_reader_pause(struct log_reader *r, const char *topic, int32_t partition, bool paused, struct err *err);

/* ---- what an implementation provides: log_kafka.c and log_local.c each export one of these; log.c dispatches ---- */
struct log_ops;

#endif
