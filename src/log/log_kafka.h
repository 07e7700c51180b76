/*
 * log_kafka.h - what the files of the Kafka log share: one client object (a librdkafka handle with the last line that
 * it said), its configuration, and the way from librdkafka's errors to ours. Inside this room only.
 */
#ifndef LOG_LOG_KAFKA_H
#define LOG_LOG_KAFKA_H

#include <librdkafka/rdkafka.h>
#include <pthread.h>
#include <stdatomic.h>

#include "log/log_ops.h"

/* What librdkafka would have printed. Its threads write, ours read when something failed. */
struct kafka_said {
	pthread_mutex_t lock;
	char line[200];	   /* under lock */
	int64_t at_us;	   /* under lock; monotonic */
	bool brokers_down; /* under lock; set when the last connection went */
};

struct kafka_client {
	rd_kafka_t *rk;
	const char *servers;
	struct kafka_said said;
	void *owner; /* for callbacks: rd_kafka_opaque() is the client */
};

struct kafka_setting {
	const char *key, *value;
};

struct kafka_log {
	struct log base;
	struct kafka_client admin; /* any thread: librdkafka's calls are thread-safe */
	atomic_size_t request_bytes; /* of the next writer's requests, when a topic takes no larger ones; 0: as configured */
};

/* settings end with key NULL; they come before what the person configured, the forced ones after it. hook may be
 * NULL. */
struct kafka_client_conf {
	rd_kafka_type_t type;
	const struct kafka_setting *versioned, *presets,
			*forced; /* versioned: presets that follow from the library; NULL: none */
	void (*hook)(rd_kafka_conf_t *conf);
	void *owner;
};
int kafka_client_open(struct kafka_client *c, const struct log_conf *conf, const struct kafka_client_conf *how,
		struct err *err);
void kafka_client_close(struct kafka_client *c);
bool kafka_client_was_cut(struct kafka_client *c); /* true once after all connections were lost */

enum err_kind kafka_kind(rd_kafka_resp_err_t code);
int kafka_fail(struct kafka_client *c, struct err *err, rd_kafka_resp_err_t code, const char *text, const char *fmt,
		...) __attribute__((format(printf, 5, 6))); /* text: librdkafka's, NULL: the code's own */

static inline int kafka_limit_ms(const struct kafka_log *l)
{
	return (int)l->base.conf.timeout_ms;
}

/* log_kafka_admin.c. The answer of a request to the cluster, within the time limit; destroys the queue. The caller destroys *event, where
 * there is one: also with an error. */
rd_kafka_resp_err_t kafka_answer(struct kafka_log *l, rd_kafka_queue_t *queue, rd_kafka_event_t **event);
/* The settings of a topic or a broker. */
rd_kafka_resp_err_t kafka_settings(struct kafka_log *l, rd_kafka_ResourceType_t kind, const char *name,
		rd_kafka_event_t **event);

/* How many partitions; waits up to the time limit for a topic that was just created. -1 with err when there is none. */
int32_t kafka_partitions(struct kafka_client *c, const char *topic, int timeout_ms, struct err *err);
int kafka_low_high(struct kafka_client *c, const char *topic, int32_t partition, int64_t *low, int64_t *high,
		int timeout_ms, struct err *err);
/* points into the message */
void kafka_record(struct record *r, const rd_kafka_message_t *m, const char *topic, struct arena *a);

void kafka_remedies(struct report *r); /* what it may find */
int kafka_check(const struct log_conf *conf, struct report *report, struct err *err);
int kafka_topic_ensure(struct log *l, const char *topic, enum log_topic_kind kind, struct err *err);
int kafka_topics(struct log *l, struct log_topics *out, struct err *err);
int kafka_topic_compacts(struct log *l, const char *topic, bool *compacts, struct err *err);
int kafka_groups(struct log *l, const char *group, struct log_groups *out, struct err *err);
int kafka_group_members(struct log *l, const char *group, unsigned *count, struct err *err);
int kafka_group_store(struct log *l, const char *group, const char *topic, int32_t partition, int64_t offset,
		struct err *err);
int kafka_scan(struct log *l, const char *topic, int32_t partition, int64_t from, int64_t to, log_scan_cb *cb,
		void *arg, struct err *err);
int kafka_ends(struct log *l, const char *topic, int32_t partition, int64_t *low, int64_t *high, struct err *err);
int kafka_offset_at(struct log *l, const char *topic, int32_t partition, int64_t timestamp_ms, int64_t *offset,
		struct err *err);

size_t kafka_topic_limit(struct log *l, const char *topic, struct err *err);
int kafka_topic_settings(struct log *l, const char *topic, log_setting_cb *cb, void *arg, struct err *err);
int kafka_topic_retention(struct log *l, const char *topic, int64_t *ms, struct err *err);
struct log_writer *kafka_writer_open(struct log *l, const char *id, struct err *err);
void kafka_writer_close(struct log_writer *w);
int kafka_writer_append(struct log_writer *w, const struct record *records, size_t count, struct err *err);
int kafka_writer_commit(struct log_writer *w, struct err *err);
int64_t kafka_writer_gap_us(struct log_writer *w);

struct log_reader *kafka_reader_open(struct log *l, const char *group, const struct conf_list *topics, struct err *err);
void kafka_reader_close(struct log_reader *r);
enum log_read kafka_reader_poll(struct log_reader *r, struct batch *b, size_t max_bytes, int timeout_ms,
		struct err *err);
int kafka_reader_assigned(struct log_reader *r, struct log_assigned_list *out, struct err *err);
int kafka_reader_seek(struct log_reader *r, const char *topic, int32_t partition, int64_t offset, struct err *err);
int kafka_reader_commit(struct log_reader *r, const char *topic, int32_t partition, int64_t offset,
		const char *metadata, struct err *err);
int kafka_reader_pause(struct log_reader *r, const char *topic, int32_t partition, bool paused, struct err *err);

#endif
