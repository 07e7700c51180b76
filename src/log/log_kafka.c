/*
 * log_kafka.c - the log in Kafka: how a librdkafka client is configured, and what its failures mean to us. Writing is
 * in log_kafka_write.c, reading in log_kafka_read.c, topics, groups and ranges in log_kafka_admin.c and
 * log_kafka_scan.c.
 *
 * librdkafka tells the reason of a failure in a log line of one of its threads (a refused certificate, a wrong
 * password) and to the caller only that time has run out. Each client therefore keeps the last line that it said, and
 * every error carries it.
 */
#include "log/log_kafka.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "core/clock.h"
#include "core/intern.h"
#include "core/xalloc.h"

enum { SAID_FRESH_US = 30 * 1000 * 1000 };

/* Settings that the promises of the log rest on. */
static const char *const ours[] = {
	"transactional.id",
	"group.id",
	"enable.idempotence",
	"enable.auto.commit",
	"enable.auto.offset.store",
	"isolation.level",
	"enable.partition.eof",
	"auto.offset.reset",
	"bootstrap.servers",
	"metadata.broker.list",
	"delivery.report.only.error",
};

static const struct kafka_setting common[] = {
	{ "socket.nagle.disable", "true" },
	{ "reconnect.backoff.ms", "50" },
	{ "reconnect.backoff.max.ms", "1000" },
	{ "retry.backoff.ms", "50" },
	{ "socket.timeout.ms", "20000" }, /* what a silently dead connection holds up; librdkafka waits a minute */
	{ NULL, NULL },
};

static const struct {
	rd_kafka_resp_err_t code;
	enum err_kind kind;
} kinds[] = {
	{ RD_KAFKA_RESP_ERR__FENCED, ERR_FENCED },
	{ RD_KAFKA_RESP_ERR_PRODUCER_FENCED, ERR_FENCED },
	{ RD_KAFKA_RESP_ERR_INVALID_PRODUCER_EPOCH, ERR_FENCED },
	{ RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID, ERR_FENCED },
	{ RD_KAFKA_RESP_ERR__TRANSPORT, ERR_UNREACHABLE },
	{ RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN, ERR_UNREACHABLE },
	{ RD_KAFKA_RESP_ERR__TIMED_OUT, ERR_UNREACHABLE },
	{ RD_KAFKA_RESP_ERR__TIMED_OUT_QUEUE, ERR_UNREACHABLE },
	{ RD_KAFKA_RESP_ERR__MSG_TIMED_OUT, ERR_UNREACHABLE },
	{ RD_KAFKA_RESP_ERR__RESOLVE, ERR_UNREACHABLE },
	{ RD_KAFKA_RESP_ERR__WAIT_COORD, ERR_UNREACHABLE },
	{ RD_KAFKA_RESP_ERR_BROKER_NOT_AVAILABLE, ERR_UNREACHABLE },
	{ RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE, ERR_DATA },
	{ RD_KAFKA_RESP_ERR_INVALID_MSG_SIZE, ERR_DATA },
	{ RD_KAFKA_RESP_ERR_INVALID_RECORD, ERR_DATA },
	{ RD_KAFKA_RESP_ERR__AUTHENTICATION, ERR_DENIED },
	{ RD_KAFKA_RESP_ERR__SSL, ERR_CONFIG },
	{ RD_KAFKA_RESP_ERR__INVALID_ARG, ERR_CONFIG },
	{ RD_KAFKA_RESP_ERR__UNSUPPORTED_FEATURE, ERR_CONFIG },
	{ RD_KAFKA_RESP_ERR_SASL_AUTHENTICATION_FAILED, ERR_DENIED },
	{ RD_KAFKA_RESP_ERR_UNSUPPORTED_SASL_MECHANISM, ERR_CONFIG },
	{ RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED, ERR_DENIED },
	{ RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED, ERR_DENIED },
	{ RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED, ERR_DENIED },
	{ RD_KAFKA_RESP_ERR_TRANSACTIONAL_ID_AUTHORIZATION_FAILED, ERR_DENIED },
	{ RD_KAFKA_RESP_ERR_INVALID_TRANSACTION_TIMEOUT, ERR_CONFIG },
	{ RD_KAFKA_RESP_ERR_INVALID_PARTITIONS, ERR_CONFIG },
	{ RD_KAFKA_RESP_ERR_INVALID_CONFIG, ERR_CONFIG },
	{ RD_KAFKA_RESP_ERR_POLICY_VIOLATION, ERR_CONFIG },
	{ RD_KAFKA_RESP_ERR_TOPIC_EXCEPTION, ERR_CONFIG },
};

enum err_kind kafka_kind(rd_kafka_resp_err_t code)
{
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (kinds[i].code == code)
			return kinds[i].kind;
	return ERR_RETRY;
}

int kafka_fail(struct kafka_client *c, struct err *err, rd_kafka_resp_err_t code, const char *text, const char *fmt,
		...)
{
	char what[160], said[sizeof c->said.line] = "";
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(what, sizeof what, fmt, ap);
	va_end(ap);
	pthread_mutex_lock(&c->said.lock);
	if (c->said.line[0] && clock_mono_us() - c->said.at_us < SAID_FRESH_US)
		memcpy(said, c->said.line, sizeof said);
	pthread_mutex_unlock(&c->said.lock);
	return err_set(err, kafka_kind(code), code, "kafka %s: %s: %s%s%s", c->servers, what,
			text ? text : rd_kafka_err2str(code), said[0] ? "; the client said: " : "", said);
}

/* ---- callbacks, on librdkafka's threads ---- */

static void keep_line(const rd_kafka_t *rk, int level, const char *fac, const char *line)
{
	struct kafka_client *c = rd_kafka_opaque(rk);

	if (level > 4 || strcmp(fac, "CONFWARN") == 0) /* syslog's levels: warnings and worse */
		return;
	pthread_mutex_lock(&c->said.lock);
	snprintf(c->said.line, sizeof c->said.line, "%s", line);
	c->said.at_us = clock_mono_us();
	pthread_mutex_unlock(&c->said.lock);
}

static void keep_error(rd_kafka_t *rk, int code, const char *reason, void *opaque)
{
	struct kafka_client *c = opaque;

	pthread_mutex_lock(&c->said.lock);
	snprintf(c->said.line, sizeof c->said.line, "%s", reason);
	c->said.at_us = clock_mono_us();
	if (code == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN)
		c->said.brokers_down = true;
	pthread_mutex_unlock(&c->said.lock);
}

bool kafka_client_was_cut(struct kafka_client *c)
{
	bool cut;

	pthread_mutex_lock(&c->said.lock);
	cut = c->said.brokers_down;
	c->said.brokers_down = false;
	pthread_mutex_unlock(&c->said.lock);
	return cut;
}

/* ---- configuration ---- */

static int set_all(rd_kafka_conf_t *conf, const struct kafka_setting *settings, struct err *err)
{
	char text[256];

	for (; settings && settings->key; settings++)
		if (rd_kafka_conf_set(conf, settings->key, settings->value, text, sizeof text) != RD_KAFKA_CONF_OK)
			return err_set(err, ERR_CONFIG, 0, "[kafka] %s: %s", settings->key, text);
	return 0;
}

static int set_passthrough(rd_kafka_conf_t *conf, const struct conf_pairs *pairs, struct err *err)
{
	char text[256];

	for (size_t i = 0; i < pairs->count; i++) {
		const struct conf_pair *p = &pairs->items[i];

		for (size_t k = 0; k < sizeof ours / sizeof *ours; k++)
			if (strcmp(p->key, ours[k]) == 0)
				return err_set(err, ERR_CONFIG, 0,
						"[kafka] %s (line %d): millrace sets this itself; remove it", p->key,
						p->line);
		if (rd_kafka_conf_set(conf, p->key, p->value, text, sizeof text) != RD_KAFKA_CONF_OK)
			return err_set(err, ERR_CONFIG, 0, "[kafka] %s (line %d): %s", p->key, p->line, text);
	}
	return 0;
}

/* Names and values are librdkafka's: a configuration that it takes, and that nothing is made from. */
static int conf_check(const struct log_conf *log_conf, struct err *err)
{
	rd_kafka_conf_t *conf = rd_kafka_conf_new();
	int rc = set_passthrough(conf, &log_conf->passthrough, err);

	rd_kafka_conf_destroy(conf);
	return rc;
}

static int build_conf(rd_kafka_conf_t *conf, const struct log_conf *log_conf, const struct kafka_client_conf *how,
		struct err *err)
{
	char client_id[128];
	const struct kafka_setting first[] = {
		{ "client.id", client_id },
		{ "bootstrap.servers", log_conf->bootstrap_servers },
		{ NULL, NULL },
	};

	snprintf(client_id, sizeof client_id, "millrace%s%s", log_conf->name ? "-" : "",
			log_conf->name ? log_conf->name : "");
	if (set_all(conf, first, err) || set_all(conf, common, err) || set_all(conf, how->versioned, err) ||
			set_all(conf, how->presets, err))
		return -1;
	if (set_passthrough(conf, &log_conf->passthrough, err) || set_all(conf, how->forced, err))
		return -1;
	rd_kafka_conf_set_log_cb(conf, keep_line);
	rd_kafka_conf_set_error_cb(conf, keep_error);
	if (how->hook)
		how->hook(conf);
	return 0;
}

int kafka_client_open(struct kafka_client *c, const struct log_conf *conf, const struct kafka_client_conf *how,
		struct err *err)
{
	rd_kafka_conf_t *rk_conf = rd_kafka_conf_new();
	char text[256];

	c->servers = conf->bootstrap_servers;
	c->owner = how->owner;
	if (build_conf(rk_conf, conf, how, err)) {
		rd_kafka_conf_destroy(rk_conf);
		return -1;
	}
	pthread_mutex_init(&c->said.lock, NULL);
	rd_kafka_conf_set_opaque(rk_conf, c);
	c->rk = rd_kafka_new(how->type, rk_conf, text, sizeof text);
	if (c->rk)
		return 0;
	rd_kafka_conf_destroy(rk_conf);
	pthread_mutex_destroy(&c->said.lock);
	return err_set(err, ERR_CONFIG, 0, "[kafka]: %s", text);
}

void kafka_client_close(struct kafka_client *c)
{
	if (!c->rk)
		return;
	rd_kafka_destroy(c->rk);
	c->rk = NULL;
	pthread_mutex_destroy(&c->said.lock);
}

/* ---- what reading and scanning share ---- */

static void headers_of(struct record *r, const rd_kafka_message_t *m, struct arena *a)
{
	rd_kafka_headers_t *headers;
	const char *name;
	const void *value;
	size_t len, count;

	if (rd_kafka_message_headers(m, &headers) != RD_KAFKA_RESP_ERR_NO_ERROR ||
			(count = rd_kafka_header_cnt(headers)) == 0)
		return;
	r->headers = arena_alloc(a, count * sizeof *r->headers);
	for (size_t i = 0; rd_kafka_header_get_all(headers, i, &name, &value, &len) == RD_KAFKA_RESP_ERR_NO_ERROR;
			i++) {
		r->headers[i].name = intern(name);
		r->headers[i].value = value ? arena_dup(a, value, len) : NULL;
		r->headers[i].len = (uint32_t)len;
		r->nheaders++;
	}
}

void kafka_record(struct record *r, const rd_kafka_message_t *m, const char *topic, struct arena *a)
{
	rd_kafka_timestamp_type_t type;

	*r = (struct record){
		.topic = topic,
		.partition = m->partition,
		.offset = m->offset,
		.key = m->key,
		.value = m->payload,
		.key_len = (uint32_t)m->key_len,
		.value_len = (uint32_t)m->len,
	};
	r->timestamp_ms = rd_kafka_message_timestamp(m, &type);
	headers_of(r, m, a);
}

/* ---- the handle ---- */

/* Nobody polls this handle: what goes wrong is kept as a line at once, not as an event that waits for a poll. */
static void admin_hook(rd_kafka_conf_t *conf)
{
	rd_kafka_conf_set_error_cb(conf, NULL);
}

/*
 * A consumer that never joins its group: librdkafka (seen with 2.0.2) follows a group's coordinator through the
 * handle's own group, and crashes in a handle that has none as soon as a coordinator has moved or a broker has just
 * come up.
 */
static struct log *kafka_open(const struct log_conf *conf, struct err *err)
{
	static const struct kafka_setting presets[] = {
		{ "topic.metadata.refresh.interval.ms", "60000" },
		{ NULL, NULL },
	};
	char group[128];
	const struct kafka_setting forced[] = { { "group.id", group }, { NULL, NULL } };
	const struct kafka_client_conf how = {
		.type = RD_KAFKA_CONSUMER,
		.presets = presets,
		.forced = forced,
		.hook = admin_hook,
	};
	struct kafka_log *l = xcalloc(1, sizeof *l);

	snprintf(group, sizeof group, "%s-admin", conf->name ? conf->name : "millrace");
	l->base.ops = &log_kafka_ops;
	log_conf_copy(&l->base.conf, conf);
	if (kafka_client_open(&l->admin, &l->base.conf, &how, err)) {
		log_conf_done(&l->base.conf);
		free(l);
		return NULL;
	}
	return &l->base;
}

static void kafka_close(struct log *base)
{
	struct kafka_log *l = (struct kafka_log *)base;

	kafka_client_close(&l->admin);
	log_conf_done(&l->base.conf);
	free(l);
}

const struct log_ops log_kafka_ops = {
	.kind = "kafka",
	.open = kafka_open,
	.close = kafka_close,
	.conf_check = conf_check,
	.check = kafka_check,
	.remedies = kafka_remedies,
	.topic_ensure = kafka_topic_ensure,
	.topics = kafka_topics,
	.topic_compacts = kafka_topic_compacts,
	.groups = kafka_groups,
	.group_members = kafka_group_members,
	.group_store = kafka_group_store,
	.scan = kafka_scan,
	.offset_at = kafka_offset_at,
	.ends = kafka_ends,
	.topic_retention = kafka_topic_retention,
	.topic_settings = kafka_topic_settings,
	.writer_open = kafka_writer_open,
	.writer_close = kafka_writer_close,
	.writer_append = kafka_writer_append,
	.writer_commit = kafka_writer_commit,
	.writer_gap_us = kafka_writer_gap_us,
	.reader_open = kafka_reader_open,
	.reader_close = kafka_reader_close,
	.reader_poll = kafka_reader_poll,
	.reader_assigned = kafka_reader_assigned,
	.reader_seek = kafka_reader_seek,
	.reader_commit = kafka_reader_commit,
	.reader_pause = kafka_reader_pause,
};

const char *log_library(void)
{
	static _Thread_local char text[80];

	snprintf(text, sizeof(text), "librdkafka %.60s", rd_kafka_version_str());
	return text;
}
