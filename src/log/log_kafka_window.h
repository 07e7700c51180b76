/*
 * log_kafka_window.h - how much is on its way to the broker, by partition, and when librdkafka has to be told to send.
 * One thread: the writer's. Bytes are those of keys and values.
 */
#ifndef LOG_LOG_KAFKA_WINDOW_H
#define LOG_LOG_KAFKA_WINDOW_H

#include <librdkafka/rdkafka.h>
#include <stdbool.h>
#include <stddef.h>

struct kafka_window {
	rd_kafka_t *rk;
	size_t request_bytes; /* batch.size: so much goes out without being told to */
	size_t bytes;	      /* handed to librdkafka, not yet reported as delivered */
	size_t requests;      /* partitions that have a request on its way */
};

void kafka_window_init(struct kafka_window *w, rd_kafka_t *rk);
/* lane: the bytes of one partition, which start at 0 and live until the last report. */
void kafka_window_add(struct kafka_window *w, size_t *lane, size_t bytes);
void kafka_window_take(struct kafka_window *w, size_t *lane, size_t bytes);
bool kafka_window_is_full(const struct kafka_window *w, const size_t *lane);
/* Serves delivery reports until one came or the time is over; sends what no full request will take along. */
void kafka_window_turn(struct kafka_window *w, int timeout_ms);

#endif
