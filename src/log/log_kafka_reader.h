/* log_kafka_reader.h - between log_kafka_read.c and log_kafka_place.c: a reader, and the partitions that it has. */
#ifndef LOG_KAFKA_READER_H
#define LOG_KAFKA_READER_H

#include "log/log_index.h"
#include "log/log_kafka.h"

enum { WAITING_MAX = 4096 };

struct kafka_part {
	const char *topic; /* interned */
	int32_t partition;
	int64_t next;	   /* the next offset to hand out; -1 unknown */
	int64_t resume_at; /* paused with messages dropped: where to go on; -1 nothing dropped */
	bool fresh;	   /* nothing was handed out since it was assigned or sought */
	bool suspect;	   /* the topic was gone for a moment: may be another one */
};

struct kafka_reader {
	struct log_reader base;
	struct kafka_log *log;
	struct kafka_client client;
	char *group;
	rd_kafka_queue_t *queue;

	/* owned by the polling thread */
	rd_kafka_message_t *waiting[WAITING_MAX], *arriving[WAITING_MAX - 1];
	size_t at, count;
	bool changed;

	pthread_mutex_t lock;
	struct kafka_part *parts; /* under lock; what is assigned to us */
	size_t nparts;
	struct log_index places; /* the same: of parts */
};

struct kafka_part *kafka_part_find(struct kafka_reader *r, const char *topic, int32_t partition);
/* What was fetched of it and not taken yet. Returns the offset of the first message dropped, or -1. */
int64_t kafka_waiting_drop(struct kafka_reader *r, const char *topic, int32_t partition);

#endif
