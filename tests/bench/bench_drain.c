/*
 * bench_drain.c - watches another process write a number of messages into one partition of Kafka, and says what it
 * cost.
 *
 *   bench_drain BOOTSTRAP TOPIC MESSAGES PID [FROM-OFFSET]
 *
 * Prints: messages start-to-first-s first-to-last-s CPU-s-from-first-to-last CPU-s-in-all peak-KiB. The first
 * message is seen by a read_committed consumer; after that only the partition's end is asked for, so that nothing
 * is consumed while the clock runs. Start is the start of the process. An open transaction's messages count before
 * they are committed, which is 1/20 s at most of a run.
 */
#include <librdkafka/rdkafka.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "core/clock.h"

enum { POLL_MS = 20, PATIENCE_S = 400 };

static const char *topic;
static int64_t from;

static void die(const char *what, const char *why)
{
	fprintf(stderr, "bench_drain: %s: %s\n", what, why);
	exit(1);
}

/* Field n (from 1) of /proc/PID/stat; the name in field 2 may hold anything, so counting starts behind it. */
static double stat_field(int pid, int n)
{
	char path[64], text[2048], *p;
	size_t len;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	f = fopen(path, "r");
	if (f == NULL)
		die(path, "the process is gone");
	len = fread(text, 1, sizeof(text) - 1, f);
	fclose(f);
	text[len] = '\0';
	p = strrchr(text, ')');
	for (int i = 2; p && i < n; i++)
		p = strchr(p + 1, ' ');
	return p ? strtod(p, NULL) : 0;
}

static double cpu_s(int pid)
{
	return (stat_field(pid, 14) + stat_field(pid, 15)) / (double)sysconf(_SC_CLK_TCK);
}

static double age_s(int pid)
{
	struct timespec now;

	clock_gettime(CLOCK_BOOTTIME, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9 - stat_field(pid, 22) / (double)sysconf(_SC_CLK_TCK);
}

static long peak_kib(int pid)
{
	char path[64], line[256];
	long kib = 0;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/status", pid);
	f = fopen(path, "r");
	while (f && fgets(line, sizeof(line), f))
		if (strncmp(line, "VmHWM:", 6) == 0)
			kib = strtol(line + 6, NULL, 10);
	if (f)
		fclose(f);
	return kib;
}

static rd_kafka_t *consumer_new(const char *bootstrap)
{
	static const char *const settings[][2] = {
		{ "group.id", "bench-drain" },
		{ "isolation.level", "read_committed" },
		{ "enable.auto.commit", "false" },
		{ "auto.offset.reset", "earliest" },
		{ "topic.metadata.refresh.interval.ms", "50" },
		{ "fetch.error.backoff.ms", "20" },
		{ "fetch.wait.max.ms", "20" },
		{ "allow.auto.create.topics", "false" },
		{ "fetch.message.max.bytes", "4096" },
		{ "log_level", "0" },
	};
	rd_kafka_conf_t *conf = rd_kafka_conf_new();
	rd_kafka_t *rk;
	char why[256];

	if (rd_kafka_conf_set(conf, "bootstrap.servers", bootstrap, why, sizeof(why)))
		die("consumer", why);
	for (size_t i = 0; i < sizeof(settings) / sizeof(settings[0]); i++)
		if (rd_kafka_conf_set(conf, settings[i][0], settings[i][1], why, sizeof(why)))
			die("consumer", why);
	rk = rd_kafka_new(RD_KAFKA_CONSUMER, conf, why, sizeof(why));
	if (rk == NULL)
		die("consumer", why);
	rd_kafka_poll_set_consumer(rk);
	return rk;
}

static void assign(rd_kafka_t *rk, bool on)
{
	rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(1);

	if (on)
		rd_kafka_topic_partition_list_add(list, topic, 0)->offset = from;
	rd_kafka_assign(rk, list);
	rd_kafka_topic_partition_list_destroy(list);
}

static bool is_there(rd_kafka_t *rk)
{
	int64_t low, high;

	return rd_kafka_query_watermark_offsets(rk, topic, 0, &low, &high, 1000) == RD_KAFKA_RESP_ERR_NO_ERROR;
}

static void wait_first(rd_kafka_t *rk, int64_t until_us)
{
	bool got = false;

	while (!is_there(rk) && clock_mono_us() < until_us)
		clock_sleep_ms(POLL_MS);
	assign(rk, true);
	while (!got) {
		rd_kafka_message_t *m = rd_kafka_consumer_poll(rk, POLL_MS);

		got = m && m->err == RD_KAFKA_RESP_ERR_NO_ERROR;
		if (m)
			rd_kafka_message_destroy(m);
		if (clock_mono_us() > until_us)
			die(topic, "no message within the time");
	}
	assign(rk, false);
}

static void wait_messages(rd_kafka_t *rk, int64_t want, int64_t until_us)
{
	int64_t low, high = 0;

	while (rd_kafka_query_watermark_offsets(rk, topic, 0, &low, &high, 1000) || high < from + want) {
		if (clock_mono_us() > until_us)
			die(topic, "not all messages within the time");
		clock_sleep_ms(POLL_MS);
	}
}

int main(int argc, char **argv)
{
	int64_t until_us, want;
	double first_s, first_cpu, last_s, last_cpu;
	rd_kafka_t *rk;
	int pid;

	if (argc < 5)
		return 2;
	topic = argv[2];
	want = atoll(argv[3]);
	pid = atoi(argv[4]);
	from = argc > 5 ? atoll(argv[5]) : 0;
	until_us = clock_mono_us() + (int64_t)PATIENCE_S * 1000000;
	rk = consumer_new(argv[1]);
	wait_first(rk, until_us);
	first_s = age_s(pid);
	first_cpu = cpu_s(pid);
	wait_messages(rk, want, until_us);
	last_s = age_s(pid);
	last_cpu = cpu_s(pid);
	printf("%lld %.3f %.3f %.3f %.3f %ld\n", (long long)want, first_s, last_s - first_s, last_cpu - first_cpu,
			last_cpu, peak_kib(pid));
	rd_kafka_consumer_close(rk);
	rd_kafka_destroy(rk);
	return 0;
}
