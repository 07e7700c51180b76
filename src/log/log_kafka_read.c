/*
 * log_kafka_read.c - reading in a consumer group, read_committed.
 *
 * librdkafka hands out messages of all partitions mixed, far ahead of what the caller has taken, and the set of
 * partitions changes while they lie here. What was fetched waits in `waiting`; whatever takes a partition away or moves
 * its position (rebalance, seek, pause) drops that partition's messages from it in the same step.
 *
 * The second thing are transaction markers: they take an offset but are no message. When the end of a partition is
 * reached behind a marker, a commit of "the next after the last message" is moved behind the marker, so that a group
 * that has read everything has no lag.
 */
#include "log/log_kafka_reader.h"

#include <stdlib.h>
#include <string.h>

#include "core/clock.h"
#include "core/intern.h"
#include "core/logline.h"
#include "core/xalloc.h"
#include "log/log_index.h"
#include "log/log_kafka_fault.h"

static const struct kafka_setting presets[] = {
	{ "session.timeout.ms", "6000" },
	{ "heartbeat.interval.ms", "1000" },
	{ "topic.metadata.refresh.interval.ms", "3000" },
	{ "fetch.error.backoff.ms", "50" },
	{ "fetch.wait.max.ms", "100" }, /* also how long a seek may take */
	{ "queued.max.messages.kbytes", "32768" },
	{ "check.crcs", "true" },
	{ NULL, NULL },
};

/* ---- partitions ---- */

struct kafka_part *kafka_part_find(struct kafka_reader *r, const char *topic, int32_t partition)
{
	size_t place = log_index_get(&r->places, intern(topic), partition);

	return place ? &r->parts[place - 1] : NULL;
}

static bool is_of(const rd_kafka_message_t *m, const char *topic, int32_t partition)
{
	return m->partition == partition && m->rkt && strcmp(rd_kafka_topic_name(m->rkt), topic) == 0;
}

/* Returns the offset of the first message dropped, or -1. */
int64_t kafka_waiting_drop(struct kafka_reader *r, const char *topic, int32_t partition)
{
	int64_t first = -1;
	size_t kept = r->at;

	for (size_t i = r->at; i < r->count; i++) {
		rd_kafka_message_t *m = r->waiting[i];

		if (!is_of(m, topic, partition)) {
			r->waiting[kept++] = m;
			continue;
		}
		if (first < 0 && !m->err)
			first = m->offset;
		rd_kafka_message_destroy(m);
	}
	r->count = kept;
	return first;
}

static void parts_add(struct kafka_reader *r, const rd_kafka_topic_partition_list_t *list)
{
	r->parts = xrealloc(r->parts, (r->nparts + (size_t)list->cnt + 1) * sizeof *r->parts);
	for (int i = 0; i < list->cnt; i++) {
		struct kafka_part *p = &r->parts[r->nparts++];

		*p = (struct kafka_part){
			.topic = intern(list->elems[i].topic),
			.partition = list->elems[i].partition,
			.next = -1,
			.resume_at = -1,
			.fresh = true,
		};
		log_index_set(&r->places, p->topic, p->partition, r->nparts);
	}
}

/* The last one moves into the gap. */
static void part_drop(struct kafka_reader *r, struct kafka_part *p)
{
	log_index_set(&r->places, p->topic, p->partition, 0);
	if (p != &r->parts[--r->nparts]) {
		*p = r->parts[r->nparts];
		log_index_set(&r->places, p->topic, p->partition, (size_t)(p - r->parts) + 1);
	}
}

static void parts_remove(struct kafka_reader *r, const rd_kafka_topic_partition_list_t *list)
{
	for (int i = 0; i < list->cnt; i++) {
		struct kafka_part *p = kafka_part_find(r, list->elems[i].topic, list->elems[i].partition);

		kafka_waiting_drop(r, list->elems[i].topic, list->elems[i].partition);
		if (p)
			part_drop(r, p);
	}
}

/* Called inside a poll, so on the polling thread. */
static void on_rebalance(rd_kafka_t *rk, rd_kafka_resp_err_t what, rd_kafka_topic_partition_list_t *list, void *opaque)
{
	struct kafka_reader *r = ((struct kafka_client *)opaque)->owner;
	bool step_by_step = strcmp(rd_kafka_rebalance_protocol(rk), "COOPERATIVE") == 0;
	bool assign = what == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS;
	rd_kafka_error_t *e = NULL;

	pthread_mutex_lock(&r->lock);
	if (assign)
		parts_add(r, list);
	else
		parts_remove(r, list);
	pthread_mutex_unlock(&r->lock);
	r->changed = true;
	if (step_by_step)
		e = assign ? rd_kafka_incremental_assign(rk, list) : rd_kafka_incremental_unassign(rk, list);
	else
		rd_kafka_assign(rk, assign ? list : NULL);
	if (e)
		rd_kafka_error_destroy(e); /* the group is rebalanced again, which calls us again */
}

static void consumer_hook(rd_kafka_conf_t *conf)
{
	rd_kafka_conf_set_rebalance_cb(conf, on_rebalance);
}

/* ---- open and close ---- */

static int subscribe(struct kafka_reader *r, const struct conf_list *topics, struct err *err)
{
	rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new((int)topics->count);
	rd_kafka_resp_err_t code;

	for (size_t i = 0; i < topics->count; i++)
		rd_kafka_topic_partition_list_add(list, topics->items[i], RD_KAFKA_PARTITION_UA);
	code = rd_kafka_subscribe(r->client.rk, list);
	rd_kafka_topic_partition_list_destroy(list);
	return code ? kafka_fail(&r->client, err, code, NULL, "group %s: subscribing", r->group) : 0;
}

struct log_reader *kafka_reader_open(struct log *l, const char *group, const struct conf_list *topics, struct err *err)
{
	struct kafka_reader *r = xcalloc(1, sizeof *r);
	const char *fault = kafka_strategy_fault(rd_kafka_version(), &l->conf.passthrough);
	const struct kafka_setting forced[] = {
		{ "group.id", group },
		{ "isolation.level", "read_committed" },
		{ "enable.auto.commit", "false" },
		{ "enable.auto.offset.store", "false" },
		{ "auto.offset.reset", "earliest" },
		{ "enable.partition.eof", "true" },
		{ NULL, NULL },
	};
	const struct kafka_setting strategy[] = {
		{ "partition.assignment.strategy", kafka_strategy(rd_kafka_version()) }, { NULL, NULL }
	};
	const struct kafka_client_conf how = {
		.type = RD_KAFKA_CONSUMER,
		.versioned = strategy,
		.presets = presets,
		.forced = forced,
		.hook = consumer_hook,
		.owner = r,
	};

	r->base.ops = &log_kafka_ops;
	r->log = (struct kafka_log *)l;
	r->group = xstrdup(group);
	pthread_mutex_init(&r->lock, NULL);
	if (fault)
		logline(LOG_WARNING, "kafka", "[kafka] partition.assignment.strategy: %s", fault);
	if (kafka_client_open(&r->client, &l->conf, &how, err)) {
		kafka_reader_close(&r->base);
		return NULL;
	}
	rd_kafka_poll_set_consumer(r->client.rk);
	r->queue = rd_kafka_queue_get_consumer(r->client.rk);
	if (subscribe(r, topics, err)) {
		kafka_reader_close(&r->base);
		return NULL;
	}
	return &r->base;
}

void kafka_reader_close(struct log_reader *base)
{
	struct kafka_reader *r = (struct kafka_reader *)base;

	for (size_t i = r->at; i < r->count; i++)
		rd_kafka_message_destroy(r->waiting[i]);
	r->at = r->count = 0;
	if (r->queue)
		rd_kafka_queue_destroy(r->queue);
	if (r->client.rk)
		rd_kafka_consumer_close(r->client.rk);
	kafka_client_close(&r->client);
	pthread_mutex_destroy(&r->lock);
	free(r->parts);
	log_index_done(&r->places);
	free(r->group);
	free(r);
}

/* ---- poll ---- */

/* One message by the call that waits, the rest by the one that takes many but would wait until its array is full. */
static void fetch(struct kafka_reader *r, int timeout_ms)
{
	rd_kafka_message_t *first = rd_kafka_consumer_poll(r->client.rk, timeout_ms);
	ssize_t more;

	r->at = r->count = 0;
	if (!first)
		return;
	r->waiting[r->count++] = first;
	more = rd_kafka_consume_batch_queue(r->queue, 0, r->arriving, WAITING_MAX - 1);
	if (more <= 0)
		return;
	/* Only now: a rebalance inside the call may have taken the first message away. */
	memcpy(r->waiting + r->count, r->arriving, (size_t)more * sizeof *r->arriving);
	r->count += (size_t)more;
}

/* The end of a partition, behind the marker of its last transaction: a batch without records says how far that is, so
 * that a group which has read everything also stores the end. */
static enum log_read reached_end(struct kafka_reader *r, const rd_kafka_message_t *m, struct batch *b)
{
	enum log_read read = LOG_READ_NOTHING;
	struct kafka_part *p;

	pthread_mutex_lock(&r->lock);
	p = kafka_part_find(r, rd_kafka_topic_name(m->rkt), m->partition);
	if (p && p->next >= 0 && m->offset > p->next) {
		b->topic = p->topic;
		b->partition = p->partition;
		b->from = p->next;
		b->to = p->next = m->offset;
		b->born_us = clock_mono_us();
		read = LOG_READ_BATCH;
	}
	pthread_mutex_unlock(&r->lock);
	return read;
}

/* A topic that was there and is not: what comes next under its name may be another one. */
static void suspect(struct kafka_reader *r, const rd_kafka_message_t *m)
{
	struct kafka_part *p = m->rkt ? kafka_part_find(r, rd_kafka_topic_name(m->rkt), m->partition) : NULL;

	if (p)
		p->suspect = true;
}

/* An event that is no message. */
static int handle_event(struct kafka_reader *r, const rd_kafka_message_t *m, struct err *err)
{
	switch (m->err) {
	case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART: /* subscribed, does not exist yet, or not any more */
	case RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC: suspect(r, m); return 0;
	case RD_KAFKA_RESP_ERR__MAX_POLL_EXCEEDED: r->changed = true; return 0;
	default:
		return kafka_fail(&r->client, err, m->err, m->payload ? (const char *)m->payload : NULL,
				"group %s: reading", r->group);
	}
}

/*
 * Is the next message not the one that has to come? A first message after the position is right after markers and
 * compaction, and wrong when retention has been faster. One before the position is of a topic that was made again: the
 * broker had nothing at the position, and the client has begun at the oldest.
 */
static int look_for_gap(struct kafka_reader *r, struct kafka_part *p, int64_t offset, bool *gap, struct err *err)
{
	int64_t low, high;

	*gap = p->suspect || (p->next >= 0 && offset < p->next);
	p->suspect = false;
	if (*gap || p->next < 0 || offset <= p->next || !p->fresh)
		return 0;
	if (kafka_low_high(&r->client, p->topic, p->partition, &low, &high, (int)r->log->base.conf.timeout_ms, err))
		return -1;
	*gap = low > p->next;
	return 0;
}

/* How many of the waiting messages from `at` on belong together and fit; their payload bytes. */
static size_t run_length(const struct kafka_reader *r, size_t max_bytes, bool first, size_t *bytes)
{
	const rd_kafka_message_t *head = r->waiting[r->at];
	size_t n = 0;

	*bytes = 0;
	for (size_t i = r->at; i < r->count; i++, n++) {
		const rd_kafka_message_t *m = r->waiting[i];

		if (m->err || m->partition != head->partition || m->rkt != head->rkt)
			break;
		if (*bytes + m->len + m->key_len > max_bytes && !(first && n == 0))
			break;
		*bytes += m->len + m->key_len;
	}
	return n;
}

static char *take_bytes(char *to, const char **field, uint32_t len)
{
	if (!*field)
		return to;
	memcpy(to, *field, len);
	*field = to;
	return to + len;
}

static void take_run(struct kafka_reader *r, struct batch *b, const char *topic, size_t n, size_t bytes)
{
	char *to = arena_alloc(&b->arena, bytes + 1);

	for (size_t i = 0; i < n; i++) {
		rd_kafka_message_t *m = r->waiting[r->at++];
		struct record *rec = batch_add_record(b);

		kafka_record(rec, m, topic, &b->arena);
		to = take_bytes(to, &rec->key, rec->key_len);
		to = take_bytes(to, &rec->value, rec->value_len);
		b->to = m->offset + 1;
		rd_kafka_message_destroy(m);
	}
	b->bytes += bytes;
}

/* Fills the batch from the waiting messages and, as long as the same partition goes on, from what has arrived behind
 * them. */
static enum log_read take_batch(struct kafka_reader *r, struct batch *b, size_t max_bytes, struct err *err)
{
	const rd_kafka_message_t *head = r->waiting[r->at];
	struct kafka_part *p = kafka_part_find(r, rd_kafka_topic_name(head->rkt), head->partition);
	size_t n, bytes;
	bool gap;

	if (!p) { /* of a partition that was taken from us */
		rd_kafka_message_destroy(r->waiting[r->at++]);
		return LOG_READ_NOTHING;
	}
	if (look_for_gap(r, p, head->offset, &gap, err))
		return LOG_READ_FAILED;
	if (gap)
		return LOG_READ_CHANGED; /* the messages go when the caller seeks */
	b->topic = p->topic;
	b->partition = p->partition;
	b->from = p->next >= 0 ? p->next : head->offset;
	b->born_us = clock_mono_us();
	while ((n = run_length(r, max_bytes - b->bytes, b->nrecords == 0, &bytes)) > 0) {
		take_run(r, b, p->topic, n, bytes);
		if (r->at < r->count)
			break;
		fetch(r, 0);
		if (r->changed || r->count == 0 || !is_of(r->waiting[0], b->topic, b->partition) ||
				b->bytes >= max_bytes)
			break;
	}
	pthread_mutex_lock(&r->lock);
	p = kafka_part_find(r, b->topic, b->partition); /* the fetch may have moved or lost it */
	if (p) {
		p->next = b->to;
		p->fresh = false;
	}
	pthread_mutex_unlock(&r->lock);
	return LOG_READ_BATCH;
}

/* What is waiting, up to the first thing to tell. */
static enum log_read take_waiting(struct kafka_reader *r, struct batch *b, size_t max_bytes, struct err *err)
{
	while (!r->changed && r->at < r->count) {
		rd_kafka_message_t *m = r->waiting[r->at];
		enum log_read got = LOG_READ_NOTHING;

		if (!m->err) {
			got = take_batch(r, b, max_bytes, err);
		} else {
			r->at++;
			if (m->err == RD_KAFKA_RESP_ERR__PARTITION_EOF)
				got = reached_end(r, m, b);
			else if (handle_event(r, m, err))
				got = LOG_READ_FAILED;
			rd_kafka_message_destroy(m);
		}
		if (got != LOG_READ_NOTHING)
			return got;
	}
	if (r->changed) {
		r->changed = false;
		return LOG_READ_CHANGED;
	}
	if (!kafka_client_was_cut(&r->client))
		return LOG_READ_NOTHING;
	kafka_fail(&r->client, err, RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN, NULL, "group %s", r->group);
	return LOG_READ_FAILED;
}

enum log_read kafka_reader_poll(struct log_reader *base, struct batch *b, size_t max_bytes, int timeout_ms,
		struct err *err)
{
	struct kafka_reader *r = (struct kafka_reader *)base;
	int64_t until_us = clock_mono_us() + timeout_ms * 1000LL;
	int left_ms = timeout_ms;
	enum log_read got;

	do {
		if (r->at == r->count)
			fetch(r, left_ms);
		got = take_waiting(r, b, max_bytes, err);
		left_ms = (int)((until_us - clock_mono_us()) / 1000);
	} while (got == LOG_READ_NOTHING && left_ms > 0);
	return got;
}
