/* log_kafka_place.c - where a reader stands: what is assigned and committed, seek, pause, commit. log_kafka_read.c polls. */
#include "log/log_kafka_reader.h"

#include <stdlib.h>
#include <string.h>

#include "core/clock.h"
#include "core/intern.h"
#include "core/xalloc.h"

static rd_kafka_topic_partition_list_t *one_partition(const char *topic, int32_t partition, int64_t offset)
{
	rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(1);

	rd_kafka_topic_partition_list_add(list, topic, partition)->offset = offset;
	return list;
}

static rd_kafka_topic_partition_list_t *parts_list(struct kafka_reader *r)
{
	rd_kafka_topic_partition_list_t *list;

	pthread_mutex_lock(&r->lock);
	list = rd_kafka_topic_partition_list_new((int)r->nparts);
	for (size_t i = 0; i < r->nparts; i++)
		rd_kafka_topic_partition_list_add(list, r->parts[i].topic, r->parts[i].partition);
	pthread_mutex_unlock(&r->lock);
	return list;
}

static void fill_assigned(struct kafka_reader *r, const rd_kafka_topic_partition_t *e, struct log_assigned *out)
{
	struct kafka_part *p;

	*out = (struct log_assigned){
		.topic = intern(e->topic),
		.partition = e->partition,
		.committed = e->offset >= 0 ? e->offset : -1,
	};
	snprintf(out->metadata, sizeof out->metadata, "%.*s", (int)e->metadata_size,
			e->metadata ? (const char *)e->metadata : "");
	pthread_mutex_lock(&r->lock);
	p = kafka_part_find(r, e->topic, e->partition);
	if (p && p->fresh && p->next < 0 && e->offset >= 0)
		p->next = e->offset;
	pthread_mutex_unlock(&r->lock);
}

int kafka_reader_assigned(struct log_reader *base, struct log_assigned_list *out, struct err *err)
{
	struct kafka_reader *r = (struct kafka_reader *)base;
	rd_kafka_topic_partition_list_t *list = parts_list(r);
	rd_kafka_resp_err_t code = RD_KAFKA_RESP_ERR_NO_ERROR;

	if (list->cnt > 0)
		code = rd_kafka_committed(r->client.rk, list, (int)r->log->base.conf.timeout_ms);
	for (int i = 0; i < list->cnt && !code; i++)
		code = list->elems[i].err;
	if (code)
		kafka_fail(&r->client, err, code, NULL, "group %s: reading the committed offsets", r->group);
	for (int i = 0; i < list->cnt && !code; i++)
		fill_assigned(r, &list->elems[i], log_assigned_add(out));
	rd_kafka_topic_partition_list_destroy(list);
	return code ? -1 : 0;
}

static int fail_not_ours(struct kafka_reader *r, const char *topic, int32_t partition, struct err *err)
{
	return err_set(err, ERR_RETRY, RD_KAFKA_RESP_ERR_ILLEGAL_GENERATION,
			"kafka group %s: %s partition %d belongs to another reader now", r->group, topic, partition);
}

/* A partition that was assigned a moment ago does not take a seek yet. */
static int seek(struct kafka_reader *r, const char *topic, int32_t partition, int64_t offset, struct err *err)
{
	int64_t until_us = clock_mono_us() + r->log->base.conf.timeout_ms * 1000;
	rd_kafka_resp_err_t code;

	for (;;) {
		rd_kafka_topic_partition_list_t *list = one_partition(topic, partition, offset);
		rd_kafka_error_t *e = rd_kafka_seek_partitions(r->client.rk, list, (int)r->log->base.conf.timeout_ms);

		code = e ? rd_kafka_error_code(e) : list->elems[0].err;
		if (e)
			rd_kafka_error_destroy(e);
		rd_kafka_topic_partition_list_destroy(list);
		if (code != RD_KAFKA_RESP_ERR__STATE || clock_mono_us() >= until_us)
			break;
		clock_sleep_ms(5);
	}
	return code ? kafka_fail(&r->client, err, code, NULL, "group %s: moving %s partition %d to %lld", r->group,
				      topic, partition, (long long)offset)
		    : 0;
}

int kafka_reader_seek(struct log_reader *base, const char *topic, int32_t partition, int64_t offset, struct err *err)
{
	struct kafka_reader *r = (struct kafka_reader *)base;
	struct kafka_part *p;

	kafka_waiting_drop(r, topic, partition);
	if (!kafka_part_find(r, topic, partition))
		return fail_not_ours(r, topic, partition, err);
	if (seek(r, topic, partition, offset, err))
		return -1;
	pthread_mutex_lock(&r->lock);
	p = kafka_part_find(r, topic, partition);
	if (p) {
		p->next = offset;
		p->resume_at = -1;
		p->fresh = true;
	}
	pthread_mutex_unlock(&r->lock);
	return 0;
}

int kafka_reader_pause(struct log_reader *base, const char *topic, int32_t partition, bool paused, struct err *err)
{
	struct kafka_reader *r = (struct kafka_reader *)base;
	struct kafka_part *p = kafka_part_find(r, topic, partition);
	rd_kafka_topic_partition_list_t *list;
	rd_kafka_resp_err_t code;
	int64_t dropped;

	if (!p)
		return fail_not_ours(r, topic, partition, err);
	list = one_partition(topic, partition, RD_KAFKA_OFFSET_INVALID);
	code = paused ? rd_kafka_pause_partitions(r->client.rk, list) : rd_kafka_resume_partitions(r->client.rk, list);
	if (!code)
		code = list->elems[0].err;
	rd_kafka_topic_partition_list_destroy(list);
	if (code)
		return kafka_fail(&r->client, err, code, NULL, "group %s: %s of %s partition %d", r->group,
				paused ? "pause" : "resume", topic, partition);
	dropped = kafka_waiting_drop(r, topic, partition);
	if (paused && p->resume_at < 0)
		p->resume_at = dropped;
	if (paused || p->resume_at < 0)
		return 0;
	if (seek(r, topic, partition, p->resume_at, err))
		return -1;
	p->resume_at = -1;
	return 0;
}

/* ---- commit ---- */

static bool is_ours(struct kafka_reader *r, const char *topic, int32_t partition)
{
	bool ours;

	pthread_mutex_lock(&r->lock);
	ours = kafka_part_find(r, topic, partition) != NULL;
	pthread_mutex_unlock(&r->lock);
	return ours;
}

static rd_kafka_resp_err_t wait_commit(struct kafka_reader *r, rd_kafka_topic_partition_list_t *list)
{
	rd_kafka_queue_t *answer = rd_kafka_queue_new(r->client.rk);
	rd_kafka_resp_err_t code = rd_kafka_commit_queue(r->client.rk, list, answer, NULL, NULL);
	rd_kafka_event_t *event = code ? NULL : rd_kafka_queue_poll(answer, (int)r->log->base.conf.timeout_ms);

	if (event) {
		rd_kafka_topic_partition_list_t *done = rd_kafka_event_topic_partition_list(event);

		code = rd_kafka_event_error(event);
		if (!code && done && done->cnt > 0)
			code = done->elems[0].err;
		rd_kafka_event_destroy(event);
	} else if (!code) {
		code = RD_KAFKA_RESP_ERR__TIMED_OUT;
	}
	rd_kafka_queue_destroy(answer);
	return code;
}

int kafka_reader_commit(struct log_reader *base, const char *topic, int32_t partition, int64_t offset,
		const char *metadata, struct err *err)
{
	struct kafka_reader *r = (struct kafka_reader *)base;
	rd_kafka_topic_partition_list_t *list;
	rd_kafka_resp_err_t code;
	bool ours;

	ours = is_ours(r, topic, partition);
	if (!ours)
		return fail_not_ours(r, topic, partition, err);
	list = one_partition(topic, partition, offset);
	if (metadata && metadata[0]) { /* librdkafka frees it with the list, by free() */
		list->elems[0].metadata = xstrdup(metadata);
		list->elems[0].metadata_size = strlen(metadata);
	}
	code = wait_commit(r, list);
	rd_kafka_topic_partition_list_destroy(list);
	return code ? kafka_fail(&r->client, err, code, NULL, "group %s: committing %s partition %d offset %lld",
				      r->group, topic, partition, (long long)offset)
		    : 0;
}
