/*
 * compare_topics_read.c - all committed messages of a broker. Ends are partition ends told by the client, because the
 * last offsets of a topic may be a transaction's markers, which no reader sees.
 */
#include <librdkafka/rdkafka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/buf.h"
#include "core/xalloc.h"
#include "tests/e2e/compare_topics.h"

enum { ANSWER_MS = 30000, QUIET_POLLS = 300 };

static void die(const char *what, const char *why)
{
	fprintf(stderr, "compare_topics: %s: %s\n", what, why);
	exit(2);
}

static rd_kafka_t *client_open(const char *broker)
{
	static const char *const properties[][2] = {
		{ "group.id", "compare_topics" },
		{ "enable.auto.commit", "false" },
		{ "enable.partition.eof", "true" },
		{ "isolation.level", "read_committed" },
		{ "check.crcs", "true" },
		{ "fetch.wait.max.ms", "20" },
	};
	rd_kafka_conf_t *conf = rd_kafka_conf_new();
	char why[300];
	rd_kafka_t *client;

	for (size_t i = 0; i < sizeof(properties) / sizeof(*properties); i++)
		rd_kafka_conf_set(conf, properties[i][0], properties[i][1], why, sizeof(why));
	rd_kafka_conf_set(conf, "bootstrap.servers", broker, why, sizeof(why));
	client = rd_kafka_new(RD_KAFKA_CONSUMER, conf, why, sizeof(why));
	if (!client)
		die(broker, why);
	rd_kafka_poll_set_consumer(client);
	return client;
}

static const struct rd_kafka_metadata *client_topics(rd_kafka_t *client, const char *broker)
{
	const struct rd_kafka_metadata *meta;
	rd_kafka_resp_err_t rc = rd_kafka_metadata(client, 1, NULL, &meta, ANSWER_MS);

	if (rc)
		die(broker, rd_kafka_err2str(rc));
	return meta;
}

static bool is_internal(const char *topic)
{
	return strcmp(topic, "__consumer_offsets") == 0 || strcmp(topic, "__transaction_state") == 0;
}

static struct bytes copied(const void *p, size_t len)
{
	return (struct bytes){ p ? xstrndup(p, len) : NULL, len };
}

static struct bytes headers_of(rd_kafka_message_t *m)
{
	struct bytes out = { NULL, 0 };
	rd_kafka_headers_t *headers;
	const char *name;
	const void *value;
	struct buf b;
	size_t len;

	if (rd_kafka_message_headers(m, &headers))
		return out;
	buf_init(&b, 1 << 20);
	for (size_t i = 0; rd_kafka_header_get_all(headers, i, &name, &value, &len) == 0; i++) {
		buf_printf(&b, "%s=", name);
		buf_put(&b, value ? value : "null", value ? len : 4);
		buf_putc(&b, '\n');
	}
	out.len = b.len;
	out.p = buf_take(&b);
	return out;
}

static const char *topic_name(const rd_kafka_message_t *m, struct messages *out)
{
	const char *name = rd_kafka_topic_name(m->rkt);

	for (size_t i = out->count; i-- > 0;)
		if (strcmp(out->at[i].topic, name) == 0)
			return out->at[i].topic;
	return xstrdup(name);
}

/* What stands for a statement that changes rows without an event: a tombstone for Debezium's consumers (docs/ddl.md). */
static bool is_marker(rd_kafka_message_t *m)
{
	rd_kafka_headers_t *headers;
	const void *value;
	size_t len;

	return m->payload == NULL && m->key == NULL &&
			rd_kafka_message_headers(m, &headers) == RD_KAFKA_RESP_ERR_NO_ERROR &&
			rd_kafka_header_get_last(headers, "__millrace.alter", &value, &len) ==
			RD_KAFKA_RESP_ERR_NO_ERROR;
}

static void keep(struct messages *out, rd_kafka_message_t *m)
{
	struct message *k;

	if (is_marker(m))
		return;

	if (out->count == out->cap) {
		out->cap = out->cap ? out->cap * 2 : 1024;
		out->at = xrealloc(out->at, out->cap * sizeof(*out->at));
	}
	k = &out->at[out->count];
	*k = (struct message){ topic_name(m, out), m->key ? m->partition : -1, m->offset, copied(m->key, m->key_len),
		copied(m->payload, m->len), headers_of(m), { NULL, 0 } };
	k->masked = json_masked(&k->value);
	out->count++;
}

static int by_place(const void *a, const void *b)
{
	const struct message *x = a, *y = b;
	int c = strcmp(x->topic, y->topic);

	if (c)
		return c;
	if (x->partition != y->partition)
		return x->partition < y->partition ? -1 : 1;
	return (x->offset > y->offset) - (x->offset < y->offset);
}

static bool is_read(const char *topic, const char *mode)
{
	size_t n = mode ? strlen(mode) : 0;

	return !is_internal(topic) &&
			(mode == NULL || (strncmp(topic, mode, n) == 0 && (topic[n] == '.' || topic[n] == '\0')));
}

static int assign_all(rd_kafka_t *client, const struct rd_kafka_metadata *meta, const char *mode)
{
	rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(64);
	int count;

	for (int t = 0; t < meta->topic_cnt; t++)
		for (int p = 0; p < meta->topics[t].partition_cnt && is_read(meta->topics[t].topic, mode); p++)
			rd_kafka_topic_partition_list_add(list, meta->topics[t].topic, p)->offset =
					RD_KAFKA_OFFSET_BEGINNING;
	count = list->cnt;
	rd_kafka_assign(client, list);
	rd_kafka_topic_partition_list_destroy(list);
	return count;
}

void topics_read(const char *broker, const char *mode, struct messages *out)
{
	rd_kafka_t *client = client_open(broker);
	const struct rd_kafka_metadata *meta = client_topics(client, broker);
	int open = assign_all(client, meta, mode), quiet = 0;

	while (open > 0) {
		rd_kafka_message_t *m = rd_kafka_consumer_poll(client, 1000);

		quiet = m ? 0 : quiet + 1;
		if (quiet == QUIET_POLLS)
			die(broker, "no end of its topics within five minutes");
		if (m == NULL)
			continue;
		if (m->err == RD_KAFKA_RESP_ERR__PARTITION_EOF)
			open--;
		else if (m->err)
			die(broker, rd_kafka_message_errstr(m));
		else
			keep(out, m);
		rd_kafka_message_destroy(m);
	}
	rd_kafka_metadata_destroy(meta);
	rd_kafka_consumer_close(client);
	rd_kafka_destroy(client);
	if (out->count)
		qsort(out->at, out->count, sizeof(*out->at), by_place);
}

static void delete_topics(rd_kafka_t *client, rd_kafka_DeleteTopic_t **topics, size_t count)
{
	rd_kafka_queue_t *queue = rd_kafka_queue_new(client);
	rd_kafka_event_t *event;

	rd_kafka_DeleteTopics(client, topics, count, NULL, queue);
	event = rd_kafka_queue_poll(queue, ANSWER_MS);
	if (event == NULL || rd_kafka_event_error(event))
		die("deleting topics", event ? rd_kafka_event_error_string(event) : "no answer");
	rd_kafka_event_destroy(event);
	rd_kafka_queue_destroy(queue);
}

void topics_clear(const char *broker)
{
	rd_kafka_t *client = client_open(broker);
	const struct rd_kafka_metadata *meta = client_topics(client, broker);
	rd_kafka_DeleteTopic_t **topics = xcalloc((size_t)meta->topic_cnt + 1, sizeof(*topics));
	size_t count = 0;

	for (int t = 0; t < meta->topic_cnt; t++)
		if (!is_internal(meta->topics[t].topic))
			topics[count++] = rd_kafka_DeleteTopic_new(meta->topics[t].topic);
	if (count)
		delete_topics(client, topics, count);
	rd_kafka_DeleteTopic_destroy_array(topics, count);
	free(topics);
	rd_kafka_metadata_destroy(meta);
	rd_kafka_consumer_close(client);
	rd_kafka_destroy(client);
}
