/*
 * log_ops.h - what an implementation of the log provides. Inside this room only.
 *
 * Each implementation embeds struct log, struct log_writer and struct log_reader as the first member of its own, so
 * that log.c finds the table of operations and nothing else.
 */
#ifndef LOG_LOG_OPS_H
#define LOG_LOG_OPS_H

#include "core/must.h"
#include "log/log.h"

struct log {
	const struct log_ops *ops;
	struct log_conf conf; /* a copy of our own */
};

struct log_writer {
	const struct log_ops *ops;
	struct owner owner; /* the thread that it belongs to */
	struct log_refusal refusal;
};

struct log_reader {
	const struct log_ops *ops;
	struct owner owner; /* the thread that polls */
};

struct log_ops {
	const char *kind;
	struct log *(*open)(const struct log_conf *conf, struct err *err);
	void (*close)(struct log *l);
	int (*conf_check)(const struct log_conf *conf, struct err *err); /* NULL: there is nothing to say */
	int (*check)(const struct log_conf *conf, struct report *report, struct err *err);
	void (*remedies)(struct report *r); /* what it may find */

	int (*topic_ensure)(struct log *l, const char *topic, enum log_topic_kind kind, struct err *err);
	int (*topics)(struct log *l, struct log_topics *out, struct err *err);
	uint64_t (*unloaded)(struct log *l); /* NULL: it keeps none */
	int (*topic_compacts)(struct log *l, const char *topic, bool *compacts, struct err *err);
	int (*groups)(struct log *l, const char *group, struct log_groups *out, struct err *err);
	int (*group_members)(struct log *l, const char *group, unsigned *count, struct err *err);
	int (*group_store)(struct log *l, const char *group, const char *topic, int32_t partition, int64_t offset,
			struct err *err);
	int (*scan)(struct log *l, const char *topic, int32_t partition, int64_t from, int64_t to, log_scan_cb *cb,
			void *arg, struct err *err);
	int (*offset_at)(struct log *l, const char *topic, int32_t partition, int64_t timestamp_ms, int64_t *offset,
			struct err *err);

	int (*ends)(struct log *l, const char *topic, int32_t partition, int64_t *low, int64_t *high, struct err *err);

	int (*topic_retention)(struct log *l, const char *topic, int64_t *ms, struct err *err); /* NULL: for ever */

	int (*topic_settings)(struct log *l, const char *topic, log_setting_cb *cb, void *arg, struct err *err);

	struct log_writer *(*writer_open)(struct log *l, const char *id, struct err *err);
	void (*writer_close)(struct log_writer *w);
	int (*writer_append)(struct log_writer *w, const struct record *records, size_t count, struct err *err);
	int (*writer_commit)(struct log_writer *w, struct err *err);
	int64_t (*writer_gap_us)(struct log_writer *w); /* NULL: none */

	struct log_reader *(*reader_open)(struct log *l, const char *group, const struct conf_list *topics,
			struct err *err);
	void (*reader_close)(struct log_reader *r);
	enum log_read (*reader_poll)(struct log_reader *r, struct batch *b, size_t max_bytes, int timeout_ms,
			struct err *err);
	int (*reader_assigned)(struct log_reader *r, struct log_assigned_list *out, struct err *err); /* out is empty */
	int (*reader_seek)(struct log_reader *r, const char *topic, int32_t partition, int64_t offset, struct err *err);
	int (*reader_commit)(struct log_reader *r, const char *topic, int32_t partition, int64_t offset,
			const char *metadata, struct err *err);
	int (*reader_pause)(struct log_reader *r, const char *topic, int32_t partition, bool paused, struct err *err);
};

extern const struct log_ops log_kafka_ops, log_local_ops;

void log_conf_copy(struct log_conf *out, const struct log_conf *conf);
void log_conf_done(struct log_conf *conf);
/* which of so many a record to write belongs to */
int32_t log_partition_of(const struct record *r, int32_t partitions);
struct log_topic *log_topics_add(struct log_topics *t, const char *name, unsigned npartitions);
void log_groups_order(struct log_groups *g); /* of topics, then partitions: log_groups_offset() wants it */
struct log_group_offset *log_groups_add(struct log_groups *g, const char *group, const char *topic,
		const char *metadata);
int log_topics_compare(const void *a, const void *b);		       /* by name, for qsort */
struct log_assigned *log_assigned_add(struct log_assigned_list *list); /* one more, not filled */

#endif
