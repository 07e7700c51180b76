/*
 * log_kafka_admin.c - topics and offsets of a Kafka cluster.
 *
 * Offsets of many partitions are asked for in one request per broker: rd_kafka_offsets_for_times() passes the special
 * times -1 (end) and -2 (begin) through, and at read_committed the end is the last stable offset.
 */
#include "log/log_kafka.h"

#include <stdlib.h>
#include <string.h>

#include "core/clock.h"
#include "core/xalloc.h"

enum { OFFSETS_END = -1, OFFSETS_BEGIN = -2, ERROR_TEXT = 256, HISTORY_BYTES = 64 << 20 };

static int fail_topic(struct kafka_client *c, struct err *err, rd_kafka_resp_err_t code, const char *topic)
{
	if (code == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART || code == RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC ||
			code == RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION)
		return err_set(err, ERR_CONFIG, code, "kafka %s: topic %s or its partition does not exist; create it",
				c->servers, topic);
	return kafka_fail(c, err, code, NULL, "topic %s", topic);
}

int kafka_low_high(struct kafka_client *c, const char *topic, int32_t partition, int64_t *low, int64_t *high,
		int timeout_ms, struct err *err)
{
	rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(1);
	rd_kafka_resp_err_t code;
	int64_t found[2];

	for (int i = 0; i < 2; i++) {
		rd_kafka_topic_partition_list_del(list, topic, partition);
		rd_kafka_topic_partition_list_add(list, topic, partition)->offset = i ? OFFSETS_END : OFFSETS_BEGIN;
		code = rd_kafka_offsets_for_times(c->rk, list, timeout_ms);
		if (!code)
			code = list->elems[0].err;
		if (code)
			break;
		found[i] = list->elems[0].offset;
	}
	rd_kafka_topic_partition_list_destroy(list);
	if (code)
		return fail_topic(c, err, code, topic);
	*low = found[0];
	*high = found[1];
	return 0;
}

/* ---- topics ---- */

static rd_kafka_resp_err_t topic_state(struct kafka_client *c, const char *topic, int timeout_ms, int32_t *partitions)
{
	rd_kafka_topic_t *rkt = rd_kafka_topic_new(c->rk, topic, NULL);
	const struct rd_kafka_metadata *md;
	rd_kafka_resp_err_t code;

	if (!rkt)
		return rd_kafka_last_error();
	code = rd_kafka_metadata(c->rk, 0, rkt, &md, timeout_ms);
	if (!code) {
		code = md->topic_cnt == 1 ? md->topics[0].err : RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART;
		*partitions = md->topic_cnt == 1 ? md->topics[0].partition_cnt : 0;
		for (int i = 0; i < *partitions && !code; i++)
			code = md->topics[0].partitions[i].leader < 0 ? RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE : code;
		if (!code && *partitions == 0)
			code = RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART;
		rd_kafka_metadata_destroy(md);
	}
	rd_kafka_topic_destroy(rkt);
	return code;
}

/* A topic that was created a moment ago is not known to every broker yet: asks for as long as wait_ms. */
static rd_kafka_resp_err_t await_topic(struct kafka_client *c, const char *topic, int wait_ms, int timeout_ms,
		int32_t *partitions)
{
	int64_t until_us = clock_mono_us() + wait_ms * 1000LL;
	rd_kafka_resp_err_t code;

	while ((code = topic_state(c, topic, timeout_ms, partitions))) {
		if (clock_mono_us() >= until_us ||
				(code != RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART &&
						code != RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE))
			break;
		clock_sleep_ms(10);
	}
	return code;
}

int32_t kafka_partitions(struct kafka_client *c, const char *topic, int timeout_ms, struct err *err)
{
	int32_t partitions = 0;
	rd_kafka_resp_err_t code = await_topic(c, topic, timeout_ms < 1000 ? timeout_ms : 1000, timeout_ms,
			&partitions);

	return code ? fail_topic(c, err, code, topic) : partitions;
}

static void set_number(rd_kafka_NewTopic_t *t, const char *key, int64_t value)
{
	char text[24];

	snprintf(text, sizeof text, "%lld", (long long)value);
	rd_kafka_NewTopic_set_config(t, key, text);
}

static rd_kafka_NewTopic_t *new_topic(const struct log_conf *conf, const char *topic, enum log_topic_kind kind,
		char *text)
{
	bool single = kind == LOG_TOPIC_HISTORY || kind == LOG_TOPIC_OFFSETS || kind == LOG_TOPIC_DEAD;
	int partitions = single ? 1 : (int)(conf->partitions > 0 ? conf->partitions : -1);
	rd_kafka_NewTopic_t *t = rd_kafka_NewTopic_new(topic, partitions, (int)conf->replication, text, ERROR_TEXT);

	if (!t)
		return NULL;
	if (kind == LOG_TOPIC_OFFSETS) {
		rd_kafka_NewTopic_set_config(t, "cleanup.policy", "compact");
		return t;
	}
	rd_kafka_NewTopic_set_config(t, "cleanup.policy",
			kind == LOG_TOPIC_ROWS && conf->cleanup_policy ? conf->cleanup_policy : "delete");
	if (kind == LOG_TOPIC_HISTORY) /* a statement with its tables in full is one message, and cannot be split */
		set_number(t, "max.message.bytes", HISTORY_BYTES);
	set_number(t, "retention.ms", kind == LOG_TOPIC_HISTORY ? -1 : conf->retention_ms);
	set_number(t, "retention.bytes", kind == LOG_TOPIC_HISTORY ? -1 : conf->retention_bytes);
	return t;
}

static int creation_result(struct kafka_log *l, rd_kafka_event_t *event, const char *topic, struct err *err)
{
	const rd_kafka_topic_result_t **results;
	size_t count = 0;

	if (!event)
		return kafka_fail(&l->admin, err, RD_KAFKA_RESP_ERR__TIMED_OUT, NULL, "creating topic %s", topic);
	if (rd_kafka_event_error(event))
		return kafka_fail(&l->admin, err, rd_kafka_event_error(event), rd_kafka_event_error_string(event),
				"creating topic %s", topic);
	results = rd_kafka_CreateTopics_result_topics(rd_kafka_event_CreateTopics_result(event), &count);
	for (size_t i = 0; i < count; i++) {
		rd_kafka_resp_err_t code = rd_kafka_topic_result_error(results[i]);

		if (code && code != RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS)
			return kafka_fail(&l->admin, err, code, rd_kafka_topic_result_error_string(results[i]),
					"creating topic %s", topic);
	}
	return 0;
}

static int topic_create(struct kafka_log *l, const char *topic, enum log_topic_kind kind, struct err *err)
{
	char text[ERROR_TEXT];
	rd_kafka_NewTopic_t *t = new_topic(&l->base.conf, topic, kind, text);
	rd_kafka_AdminOptions_t *options;
	rd_kafka_queue_t *answer;
	rd_kafka_event_t *event;
	int rc;

	if (!t)
		return err_set(err, ERR_CONFIG, 0, "kafka: topic %s: %s", topic, text);
	options = rd_kafka_AdminOptions_new(l->admin.rk, RD_KAFKA_ADMIN_OP_CREATETOPICS);
	rd_kafka_AdminOptions_set_request_timeout(options, kafka_limit_ms(l), text, sizeof text);
	rd_kafka_AdminOptions_set_operation_timeout(options, kafka_limit_ms(l), text, sizeof text);
	answer = rd_kafka_queue_new(l->admin.rk);
	rd_kafka_CreateTopics(l->admin.rk, &t, 1, options, answer);
	event = rd_kafka_queue_poll(answer, kafka_limit_ms(l) + 100);
	rc = creation_result(l, event, topic, err);
	if (event)
		rd_kafka_event_destroy(event);
	rd_kafka_queue_destroy(answer);
	rd_kafka_AdminOptions_destroy(options);
	rd_kafka_NewTopic_destroy(t);
	return rc;
}

int kafka_topic_ensure(struct log *base, const char *topic, enum log_topic_kind kind, struct err *err)
{
	struct kafka_log *l = (struct kafka_log *)base;
	int32_t partitions;
	rd_kafka_resp_err_t code = topic_state(&l->admin, topic, kafka_limit_ms(l), &partitions);

	if (!code)
		return 0;
	if (code != RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART && code != RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE)
		return kafka_fail(&l->admin, err, code, NULL, "topic %s", topic);
	if (topic_create(l, topic, kind, err))
		return -1;
	code = await_topic(&l->admin, topic, kafka_limit_ms(l), kafka_limit_ms(l), &partitions);
	if (code)
		return err_set(err, ERR_RETRY, code, "kafka %s: topic %s was created, but no broker leads it yet",
				l->admin.servers, topic);
	return 0;
}

static rd_kafka_topic_partition_list_t *every_partition(const struct rd_kafka_metadata *md, int64_t offset)
{
	rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(64);

	for (int i = 0; i < md->topic_cnt; i++)
		for (int k = 0; k < md->topics[i].partition_cnt; k++)
			rd_kafka_topic_partition_list_add(list, md->topics[i].topic, md->topics[i].partitions[k].id)
					->offset = offset;
	return list;
}

static void fill_topics(const struct rd_kafka_metadata *md, const rd_kafka_topic_partition_list_t *low,
		const rd_kafka_topic_partition_list_t *high, struct log_topics *out)
{
	int at = 0;

	for (int i = 0; i < md->topic_cnt; i++) {
		struct log_topic *t = log_topics_add(out, md->topics[i].topic, (unsigned)md->topics[i].partition_cnt);

		for (unsigned k = 0; k < t->npartitions; k++, at++)
			t->partitions[k] = (struct log_partition){ low->elems[at].partition, low->elems[at].offset,
				high->elems[at].offset, -1 };
	}
	if (out->count)
		qsort(out->items, out->count, sizeof *out->items, log_topics_compare);
}

int kafka_topics(struct log *base, struct log_topics *out, struct err *err)
{
	struct kafka_log *l = (struct kafka_log *)base;
	const struct rd_kafka_metadata *md;
	rd_kafka_topic_partition_list_t *low, *high;
	rd_kafka_resp_err_t code = rd_kafka_metadata(l->admin.rk, 1, NULL, &md, kafka_limit_ms(l));

	if (code)
		return kafka_fail(&l->admin, err, code, NULL, "listing topics");
	low = every_partition(md, OFFSETS_BEGIN);
	high = every_partition(md, OFFSETS_END);
	if (low->cnt > 0)
		code = rd_kafka_offsets_for_times(l->admin.rk, low, kafka_limit_ms(l));
	if (low->cnt > 0 && !code)
		code = rd_kafka_offsets_for_times(l->admin.rk, high, kafka_limit_ms(l));
	if (!code)
		fill_topics(md, low, high, out);
	rd_kafka_topic_partition_list_destroy(low);
	rd_kafka_topic_partition_list_destroy(high);
	rd_kafka_metadata_destroy(md);
	return code ? kafka_fail(&l->admin, err, code, NULL, "offsets of all topics") : 0;
}

int kafka_offset_at(struct log *base, const char *topic, int32_t partition, int64_t timestamp_ms, int64_t *offset,
		struct err *err)
{
	struct kafka_log *l = (struct kafka_log *)base;
	rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(1);
	rd_kafka_resp_err_t code;
	int64_t low;

	rd_kafka_topic_partition_list_add(list, topic, partition)->offset = timestamp_ms < 0 ? 0 : timestamp_ms;
	code = rd_kafka_offsets_for_times(l->admin.rk, list, kafka_limit_ms(l));
	if (!code)
		code = list->elems[0].err;
	*offset = list->elems[0].offset;
	rd_kafka_topic_partition_list_destroy(list);
	if (code)
		return fail_topic(&l->admin, err, code, topic);
	if (*offset >= 0)
		return 0;
	/* nothing that late: the end */
	return kafka_low_high(&l->admin, topic, partition, &low, offset, kafka_limit_ms(l), err);
}

int kafka_ends(struct log *base, const char *topic, int32_t partition, int64_t *low, int64_t *high, struct err *err)
{
	struct kafka_log *l = (struct kafka_log *)base;

	return kafka_low_high(&l->admin, topic, partition, low, high, kafka_limit_ms(l), err);
}

/* ---- settings of a topic ---- */

static const char *setting_of(rd_kafka_event_t *event, const char *name)
{
	const rd_kafka_ConfigResource_t **resources;
	const rd_kafka_ConfigEntry_t **entries;
	size_t count, n;

	resources = rd_kafka_DescribeConfigs_result_resources(rd_kafka_event_DescribeConfigs_result(event), &count);
	if (count != 1 || rd_kafka_ConfigResource_error(resources[0]))
		return NULL;
	entries = rd_kafka_ConfigResource_configs(resources[0], &n);
	for (size_t i = 0; i < n; i++)
		if (strcmp(rd_kafka_ConfigEntry_name(entries[i]), name) == 0)
			return rd_kafka_ConfigEntry_value(entries[i]);
	return NULL;
}

rd_kafka_resp_err_t kafka_answer(struct kafka_log *l, rd_kafka_queue_t *queue, rd_kafka_event_t **event)
{
	*event = rd_kafka_queue_poll(queue, kafka_limit_ms(l));
	rd_kafka_queue_destroy(queue);
	return *event ? rd_kafka_event_error(*event) : RD_KAFKA_RESP_ERR__TIMED_OUT;
}

rd_kafka_resp_err_t kafka_settings(struct kafka_log *l, rd_kafka_ResourceType_t kind, const char *name,
		rd_kafka_event_t **event)
{
	rd_kafka_ConfigResource_t *resource = rd_kafka_ConfigResource_new(kind, name);
	rd_kafka_queue_t *queue = rd_kafka_queue_new(l->admin.rk);

	rd_kafka_DescribeConfigs(l->admin.rk, &resource, 1, NULL, queue);
	rd_kafka_ConfigResource_destroy(resource);
	return kafka_answer(l, queue, event);
}

/* NULL: err. The caller destroys it. */
static rd_kafka_event_t *settings_of(struct kafka_log *l, const char *topic, struct err *err)
{
	rd_kafka_event_t *event;
	rd_kafka_resp_err_t code = kafka_settings(l, RD_KAFKA_RESOURCE_TOPIC, topic, &event);

	if (code == RD_KAFKA_RESP_ERR_NO_ERROR && !setting_of(event, "max.message.bytes"))
		code = RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED;
	if (code == RD_KAFKA_RESP_ERR_NO_ERROR)
		return event;
	kafka_fail(&l->admin, err, code, "its settings are not readable: grant DescribeConfigs", "topic %s", topic);
	if (event)
		rd_kafka_event_destroy(event);
	return NULL;
}

int kafka_topic_compacts(struct log *base, const char *topic, bool *compacts, struct err *err)
{
	rd_kafka_event_t *event = settings_of((struct kafka_log *)base, topic, err);
	const char *policy = event ? setting_of(event, "cleanup.policy") : NULL;

	*compacts = policy && strstr(policy, "compact");
	if (event)
		rd_kafka_event_destroy(event);
	return event ? 0 : -1;
}

size_t kafka_topic_limit(struct log *base, const char *topic, struct err *err)
{
	rd_kafka_event_t *event = settings_of((struct kafka_log *)base, topic, err);
	size_t limit = event ? strtoull(setting_of(event, "max.message.bytes"), NULL, 10) : 0;

	if (event)
		rd_kafka_event_destroy(event);
	return limit;
}

int kafka_topic_retention(struct log *base, const char *topic, int64_t *ms, struct err *err)
{
	rd_kafka_event_t *event = settings_of((struct kafka_log *)base, topic, err);
	const char *policy = event ? setting_of(event, "cleanup.policy") : NULL;
	const char *keeps = event ? setting_of(event, "retention.ms") : NULL;

	if (event == NULL)
		return -1;
	*ms = policy && strstr(policy, "delete") && keeps ? strtoll(keeps, NULL, 10) : -1;
	rd_kafka_event_destroy(event);
	return 0;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(rd_kafka_ConfigEntry_name(*(rd_kafka_ConfigEntry_t *const *)a),
			rd_kafka_ConfigEntry_name(*(rd_kafka_ConfigEntry_t *const *)b));
}

static void tell_settings(rd_kafka_event_t *event, bool preset, log_setting_cb *cb, void *arg)
{
	const rd_kafka_ConfigResource_t **resources;
	const rd_kafka_ConfigEntry_t **all, **entries;
	size_t count, n;

	resources = rd_kafka_DescribeConfigs_result_resources(rd_kafka_event_DescribeConfigs_result(event), &count);
	all = rd_kafka_ConfigResource_configs(resources[0], &n);
	entries = xcalloc(n + 1, sizeof(*entries)); /* the client's own list stays as it is */
	for (size_t i = 0; i < n; i++)
		entries[i] = all[i];
	qsort(entries, n, sizeof(*entries), by_name);
	for (size_t i = 0; i < n; i++) {
		const char *value = rd_kafka_ConfigEntry_value(entries[i]);
		bool set = rd_kafka_ConfigEntry_source(entries[i]) == RD_KAFKA_CONFIG_SOURCE_DYNAMIC_TOPIC_CONFIG;

		if (set == !preset)
			cb(arg, rd_kafka_ConfigEntry_name(entries[i]),
					value && !rd_kafka_ConfigEntry_is_sensitive(entries[i]) ? value : "", preset);
	}
	free(entries);
}

int kafka_topic_settings(struct log *base, const char *topic, log_setting_cb *cb, void *arg, struct err *err)
{
	rd_kafka_event_t *event = settings_of((struct kafka_log *)base, topic, err);

	if (event == NULL)
		return -1;
	tell_settings(event, false, cb, arg);
	tell_settings(event, true, cb, arg);
	rd_kafka_event_destroy(event);
	return 0;
}
