/* log_kafka_group.c - consumer groups of a Kafka cluster: where they are, who is in them, and where one that nobody is in goes on. */
#include "log/log_kafka.h"

#include <stdlib.h>
#include <string.h>

#include "core/xalloc.h"

static void fill_groups(rd_kafka_event_t *event, struct log_groups *out)
{
	const rd_kafka_group_result_t **results;
	size_t count;
	const rd_kafka_ListConsumerGroupOffsets_result_t *result = rd_kafka_event_ListConsumerGroupOffsets_result(
			event);

	results = rd_kafka_ListConsumerGroupOffsets_result_groups(result, &count);
	for (size_t i = 0; i < count; i++) {
		const rd_kafka_topic_partition_list_t *list = rd_kafka_group_result_partitions(results[i]);

		for (int k = 0; list && k < list->cnt; k++) {
			const rd_kafka_topic_partition_t *e = &list->elems[k];
			char *metadata = e->metadata ? xstrndup(e->metadata, e->metadata_size) : NULL;
			struct log_group_offset *g = log_groups_add(out, rd_kafka_group_result_name(results[i]),
					e->topic, metadata);

			g->partition = e->partition;
			g->offset = e->offset;
			free(metadata);
		}
	}
}

static int group_offsets(struct kafka_log *l, const char *group, struct log_groups *out, struct err *err)
{
	rd_kafka_ListConsumerGroupOffsets_t *ask = rd_kafka_ListConsumerGroupOffsets_new(group, NULL);
	rd_kafka_queue_t *answer = rd_kafka_queue_new(l->admin.rk);
	rd_kafka_event_t *event;
	rd_kafka_resp_err_t code;

	rd_kafka_ListConsumerGroupOffsets(l->admin.rk, &ask, 1, NULL, answer);
	code = kafka_answer(l, answer, &event);
	if (code)
		kafka_fail(&l->admin, err, code, event ? rd_kafka_event_error_string(event) : NULL,
				"offsets of group %s", group);
	else
		fill_groups(event, out);
	if (event)
		rd_kafka_event_destroy(event);
	rd_kafka_ListConsumerGroupOffsets_destroy(ask);
	return code ? -1 : 0;
}

int kafka_groups(struct log *base, const char *group, struct log_groups *out, struct err *err)
{
	struct kafka_log *l = (struct kafka_log *)base;
	const struct rd_kafka_group_list *list;
	rd_kafka_resp_err_t code;
	int rc = 0;

	if (group)
		return group_offsets(l, group, out, err);
	code = rd_kafka_list_groups(l->admin.rk, NULL, &list, kafka_limit_ms(l));
	if (code && code != RD_KAFKA_RESP_ERR__PARTIAL)
		return kafka_fail(&l->admin, err, code, NULL, "listing groups");
	for (int i = 0; i < list->group_cnt && rc == 0; i++)
		rc = group_offsets(l, list->groups[i].group, out, err);
	rd_kafka_group_list_destroy(list);
	if (rc)
		log_groups_free(out);
	return rc;
}

int kafka_group_members(struct log *base, const char *group, unsigned *count, struct err *err)
{
	struct kafka_log *l = (struct kafka_log *)base;
	const struct rd_kafka_group_list *list;
	rd_kafka_resp_err_t code = rd_kafka_list_groups(l->admin.rk, group, &list, kafka_limit_ms(l));

	*count = 0;
	if (code)
		return kafka_fail(&l->admin, err, code, NULL, "members of group %s", group);
	for (int i = 0; i < list->group_cnt; i++)
		*count += (unsigned)list->groups[i].member_cnt;
	rd_kafka_group_list_destroy(list);
	return 0;
}

/* What the broker said of the group's one partition. */
static rd_kafka_resp_err_t stored(rd_kafka_event_t *event)
{
	const rd_kafka_group_result_t **results;
	const rd_kafka_topic_partition_list_t *list;
	size_t count;

	results = rd_kafka_AlterConsumerGroupOffsets_result_groups(rd_kafka_event_AlterConsumerGroupOffsets_result(
										   event),
			&count);
	if (count == 1 && rd_kafka_group_result_error(results[0]))
		return rd_kafka_error_code(rd_kafka_group_result_error(results[0]));
	list = count == 1 ? rd_kafka_group_result_partitions(results[0]) : NULL;
	return list && list->cnt == 1 ? list->elems[0].err : RD_KAFKA_RESP_ERR__FAIL;
}

int kafka_group_store(struct log *base, const char *group, const char *topic, int32_t partition, int64_t offset,
		struct err *err)
{
	struct kafka_log *l = (struct kafka_log *)base;
	rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(1);
	rd_kafka_queue_t *answer = rd_kafka_queue_new(l->admin.rk);
	rd_kafka_AlterConsumerGroupOffsets_t *ask;
	rd_kafka_event_t *event;
	rd_kafka_resp_err_t code;

	rd_kafka_topic_partition_list_add(list, topic, partition)->offset = offset;
	ask = rd_kafka_AlterConsumerGroupOffsets_new(group, list);
	rd_kafka_AlterConsumerGroupOffsets(l->admin.rk, &ask, 1, NULL, answer);
	code = kafka_answer(l, answer, &event);
	if (code == RD_KAFKA_RESP_ERR_NO_ERROR)
		code = stored(event);
	if (event)
		rd_kafka_event_destroy(event);
	rd_kafka_AlterConsumerGroupOffsets_destroy(ask);
	rd_kafka_topic_partition_list_destroy(list);
	if (code == RD_KAFKA_RESP_ERR_UNKNOWN_MEMBER_ID || code == RD_KAFKA_RESP_ERR_NON_EMPTY_GROUP)
		return err_set(err, ERR_CONFIG, code,
				"kafka %s: group %s: expected that nobody is in it, found members; stop them first",
				l->admin.servers, group);
	return code ? kafka_fail(&l->admin, err, code, NULL, "storing the offset of group %s, %s partition %d", group,
				      topic, (int)partition)
		    : 0;
}
