/*
 * log_kafka_check.c - the preflight of the Kafka log: is there a broker, may we do what we need, and do its settings
 * fit. Whether transactions work is tried, not guessed: a transactional id is opened and closed.
 */
#include "log/log_kafka.h"
#include "log/log_kafka_fault.h"

#include <stdlib.h>
#include <string.h>

#include "core/xalloc.h"

struct broker_settings {
	char version[32], auto_create[8], replication[16], min_isr[16], offsets_minutes[16];
};

static void keep(struct broker_settings *s, const char *name, const char *value)
{
	const struct {
		const char *name;
		char *to;
		size_t size;
	} wanted[] = {
		{ "inter.broker.protocol.version", s->version, sizeof s->version },
		{ "auto.create.topics.enable", s->auto_create, sizeof s->auto_create },
		{ "default.replication.factor", s->replication, sizeof s->replication },
		{ "min.insync.replicas", s->min_isr, sizeof s->min_isr },
		{ "offsets.retention.minutes", s->offsets_minutes, sizeof s->offsets_minutes },
	};

	for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++)
		if (value && strcmp(name, wanted[i].name) == 0)
			snprintf(wanted[i].to, wanted[i].size, "%s", value);
}

static rd_kafka_resp_err_t keep_all(rd_kafka_event_t *event, struct broker_settings *s)
{
	const rd_kafka_DescribeConfigs_result_t *result = rd_kafka_event_DescribeConfigs_result(event);
	const rd_kafka_ConfigResource_t **resources;
	const rd_kafka_ConfigEntry_t **entries;
	size_t count, nentries;

	resources = rd_kafka_DescribeConfigs_result_resources(result, &count);
	for (size_t i = 0; i < count; i++) {
		if (rd_kafka_ConfigResource_error(resources[i]))
			return rd_kafka_ConfigResource_error(resources[i]);
		entries = rd_kafka_ConfigResource_configs(resources[i], &nentries);
		for (size_t k = 0; k < nentries; k++)
			keep(s, rd_kafka_ConfigEntry_name(entries[k]), rd_kafka_ConfigEntry_value(entries[k]));
	}
	return RD_KAFKA_RESP_ERR_NO_ERROR;
}

static rd_kafka_resp_err_t describe_broker(struct kafka_log *l, int32_t id, struct broker_settings *s)
{
	rd_kafka_event_t *event;
	rd_kafka_resp_err_t code;
	char name[16];

	snprintf(name, sizeof name, "%d", id);
	code = kafka_settings(l, RD_KAFKA_RESOURCE_BROKER, name, &event);
	if (!code)
		code = keep_all(event, s);
	if (event)
		rd_kafka_event_destroy(event);
	return code;
}

enum { SETTINGS_HIDDEN, REPLICAS_MANY, REPLICAS_FEW, REPLICA_ONE, TRANSACTIONS };
static const struct report_kind kinds[] = {
	[SETTINGS_HIDDEN] = { REPORT_NOTE, "kafka broker settings", "not readable",
			"grant DescribeConfigs on the cluster to see them here" },
	[REPLICAS_MANY] = { REPORT_PROBLEM, "kafka replication", "a replication factor above the number of brokers",
			"set topic.creation.default.replication.factor to the number of brokers at most, or add brokers" },
	[REPLICAS_FEW] = { REPORT_PROBLEM, "kafka replication", "a replication factor below min.insync.replicas",
			"raise topic.creation.default.replication.factor or lower min.insync.replicas" },
	[REPLICA_ONE] = { REPORT_WARNING, "kafka replication", "replication factor 1 with several brokers",
			"set topic.creation.default.replication.factor = 3" },
	[TRANSACTIONS] = { REPORT_PROBLEM, "kafka transactions", "a transactional id cannot be opened",
			"brokers from 2.5 on have them; see the broker's transaction.state.log.* settings and the grants on transactional ids" },
};

void kafka_remedies(struct report *r)
{
	kafka_fault_remedies(r);
	report_kinds(r, kinds, sizeof kinds / sizeof *kinds);
}

static void report_settings(struct kafka_log *l, int brokers, int32_t id, struct report *report)
{
	struct broker_settings s = { .version = "" };
	rd_kafka_resp_err_t code = describe_broker(l, id, &s);
	int64_t replication = l->base.conf.replication;

	if (code) {
		report_tell(report, &kinds[SETTINGS_HIDDEN], "not readable: %s", rd_kafka_err2str(code));
		return;
	}
	report_ok(report, "kafka version", "inter.broker.protocol.version %s", s.version[0] ? s.version : "unknown");
	report_ok(report, "kafka auto.create.topics.enable", "%s; millrace creates its topics itself",
			s.auto_create[0] ? s.auto_create : "unknown");
	if (replication < 0)
		replication = atoi(s.replication);
	if (replication > brokers)
		report_tell(report, &kinds[REPLICAS_MANY], "replication factor %lld, brokers %d",
				(long long)replication, brokers);
	else if (replication < atoi(s.min_isr))
		report_tell(report, &kinds[REPLICAS_FEW], "replication factor %lld is below min.insync.replicas %s",
				(long long)replication, s.min_isr);
	else if (replication == 1 && brokers > 1)
		report_tell(report, &kinds[REPLICA_ONE], "replication factor 1: a lost broker loses rows");
	else
		report_ok(report, "kafka replication", "replication factor %lld, brokers %d", (long long)replication,
				brokers);
}

static void report_transactions(struct kafka_log *l, struct report *report)
{
	char *id = xasprintf("%s-check", l->base.conf.name ? l->base.conf.name : "millrace");
	struct err err = { 0 };
	struct log_writer *w = kafka_writer_open(&l->base, id, &err);

	if (w)
		report_ok(report, "kafka transactions", "transactional id '%s' opened and closed", id);
	else
		report_tell(report, &kinds[TRANSACTIONS], "%s", err.msg);
	log_writer_close(w);
	free(id);
}

int kafka_check(const struct log_conf *conf, struct report *report, struct err *err)
{
	const struct rd_kafka_metadata *md;
	rd_kafka_resp_err_t code;
	struct kafka_log *l = (struct kafka_log *)log_kafka_ops.open(conf, err);

	if (!l)
		return -1;
	code = rd_kafka_metadata(l->admin.rk, 0, NULL, &md, (int)conf->timeout_ms);
	if (code) {
		kafka_fail(&l->admin, err, code, NULL, "asking for the brokers");
		log_close(&l->base);
		return -1;
	}
	report_ok(report, "kafka brokers", "%d at %s, first %s:%d", md->broker_cnt, conf->bootstrap_servers,
			md->broker_cnt ? md->brokers[0].host : "none", md->broker_cnt ? md->brokers[0].port : 0);
	kafka_report_version(rd_kafka_version(), &conf->passthrough, report);
	if (md->broker_cnt)
		report_settings(l, md->broker_cnt, md->brokers[0].id, report);
	report_transactions(l, report);
	rd_kafka_metadata_destroy(md);
	log_close(&l->base);
	return 0;
}
