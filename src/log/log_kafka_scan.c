/*
 * log_kafka_scan.c - reads a range of one partition without a group. A client of its own for each scan: librdkafka lets
 * a client read a partition only once at a time, and a console may look at the same partition that the history is read
 * from. The end of the range may lie behind transaction markers, so the end-of-partition event counts as well.
 */
#include "log/log_kafka.h"

#include <stdlib.h>

#include "core/clock.h"
#include "core/intern.h"

enum { AT_ONCE = 1000, STEP_MS = 200, BRIEF_MS = 2, WAS_FULL = 16 << 20 };

struct kafka_scan {
	struct kafka_client client;
	rd_kafka_topic_t *rkt;
	const char *topic;
	int32_t partition;
	int64_t to;
	int limit_ms;
	size_t taken; /* bytes since the client's queue was empty */
	log_scan_cb *cb;
	void *arg;
};

static const struct kafka_setting presets[] = {
	{ "fetch.error.backoff.ms", "50" },
	{ "fetch.wait.max.ms", "5" }, /* the end of a partition is told by a fetch that finds nothing */
	/* A queue that is full is looked at once a second only (librdkafka before 2.2): bytes bound it, at 100,000 messages it would stand still. */
	{ "queued.min.messages", "10000000" },
	{ "queued.max.messages.kbytes", "65536" },
	{ "fetch.message.max.bytes", "1048576" },
	{ "check.crcs", "true" },
	{ NULL, NULL },
};

static const struct kafka_setting forced[] = {
	{ "isolation.level", "read_committed" },
	{ "enable.partition.eof", "true" },
	{ "auto.offset.reset", "earliest" },
	{ NULL, NULL },
};

/* 1: the end of the range or of the caller's interest, 0: go on, -1: a failure. */
static int take(struct kafka_scan *s, const rd_kafka_message_t *m, struct arena *a, struct err *err)
{
	struct record r;

	if (m->err == RD_KAFKA_RESP_ERR__PARTITION_EOF)
		return m->offset >= s->to;
	if (m->err)
		return kafka_fail(&s->client, err, m->err, NULL, "reading %s partition %d", s->topic, s->partition);
	if (m->offset >= s->to)
		return 1;
	arena_reset(a);
	s->taken += m->len + m->key_len;
	kafka_record(&r, m, s->topic, a);
	return s->cb(s->arg, &r) != 0 || m->offset + 1 >= s->to;
}

/*
 * The next message; NULL: none has come for a while. Before 2.2, librdkafka's thread for a broker looks at a queue that was full once a second only:
 * whoever has emptied a queue that may have been full asks the broker something, which wakes that thread, and the next fetch goes out with it.
 */
static rd_kafka_message_t *next(struct kafka_scan *s)
{
	rd_kafka_message_t *m = rd_kafka_consume(s->rkt, s->partition, s->taken > WAS_FULL ? BRIEF_MS : STEP_MS);
	int64_t low, high;

	if (m || s->taken <= WAS_FULL)
		return m;
	s->taken = 0;
	rd_kafka_query_watermark_offsets(s->client.rk, s->topic, s->partition, &low, &high, STEP_MS);
	return rd_kafka_consume(s->rkt, s->partition, STEP_MS);
}

static int take_all(struct kafka_scan *s, struct err *err)
{
	rd_kafka_message_t *messages[AT_ONCE];
	int64_t since_us = clock_mono_us();
	struct arena arena;
	int rc = 0;

	arena_init(&arena, 4096);
	while (rc == 0) {
		ssize_t n;

		/* One by the call that waits no longer than needed, the rest of what is there at once. */
		messages[0] = next(s);
		n = messages[0] ? 1 : 0;
		if (n)
			n += rd_kafka_consume_batch(s->rkt, s->partition, 0, messages + 1, AT_ONCE - 1);
		if (n > 0)
			since_us = clock_mono_us();
		for (ssize_t i = 0; i < n; i++) {
			if (rc == 0)
				rc = take(s, messages[i], &arena, err);
			rd_kafka_message_destroy(messages[i]);
		}
		rd_kafka_poll(s->client.rk, 0);
		if (rc == 0 && clock_mono_us() - since_us > s->limit_ms * 1000LL)
			rc = kafka_fail(&s->client, err, RD_KAFKA_RESP_ERR__TIMED_OUT, NULL, "reading %s partition %d",
					s->topic, s->partition);
	}
	arena_done(&arena);
	return rc < 0 ? -1 : 0;
}

static int scan_range(struct kafka_scan *s, int64_t from, struct err *err)
{
	int rc;

	s->rkt = rd_kafka_topic_new(s->client.rk, s->topic, NULL);
	if (!s->rkt || rd_kafka_consume_start(s->rkt, s->partition, from) != 0) {
		rc = kafka_fail(&s->client, err, rd_kafka_last_error(), NULL, "reading %s partition %d", s->topic,
				s->partition);
	} else {
		rc = take_all(s, err);
		rd_kafka_consume_stop(s->rkt, s->partition);
	}
	if (s->rkt)
		rd_kafka_topic_destroy(s->rkt);
	return rc;
}

static int scan_every(struct kafka_log *l, const char *topic, log_scan_cb *cb, void *arg, struct err *err)
{
	int32_t count = kafka_partitions(&l->admin, topic, (int)l->base.conf.timeout_ms, err);

	for (int32_t i = 0; i < count; i++)
		if (kafka_scan(&l->base, topic, i, -1, -1, cb, arg, err))
			return -1;
	return count < 0 ? -1 : 0;
}

int kafka_scan(struct log *base, const char *topic, int32_t partition, int64_t from, int64_t to, log_scan_cb *cb,
		void *arg, struct err *err)
{
	struct kafka_log *l = (struct kafka_log *)base;
	struct kafka_scan s = {
		.topic = intern(topic),
		.partition = partition,
		.limit_ms = (int)l->base.conf.timeout_ms,
		.cb = cb,
		.arg = arg,
	};
	const struct kafka_client_conf how = { .type = RD_KAFKA_CONSUMER, .presets = presets, .forced = forced };
	int64_t low, high;
	int rc;

	if (partition == LOG_EVERY_PARTITION)
		return scan_every(l, topic, cb, arg, err);
	if (kafka_low_high(&l->admin, topic, partition, &low, &high, s.limit_ms, err))
		return -1;
	s.to = to < 0 || to > high ? high : to;
	if (from < low)
		from = low;
	if (from >= s.to)
		return 0;
	if (kafka_client_open(&s.client, &l->base.conf, &how, err))
		return -1;
	rc = scan_range(&s, from, err);
	kafka_client_close(&s.client);
	return rc;
}
