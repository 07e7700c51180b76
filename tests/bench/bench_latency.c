/*
 * bench_latency.c - from commit to a reader of Kafka, seen from outside: one thread inserts rows at an even pace,
 * another reads the topic in read_committed and looks each row's id up in the list of commit times.
 *
 *   bench_latency MYSQL-SOCKET BOOTSTRAP TOPIC ROWS-PER-S SECONDS
 *
 * The table bench.beat (id int primary key, note varchar(40)) has to be captured and empty. Prints: rows p50-ms
 * p99-ms, measured from the server's answer to the INSERT, then p50-ms p99-ms of the INSERT itself. Rows of the
 * first WARM_S seconds are not counted: a broker's JVM is slow at what it has done only a few thousand times.
 */
#include <librdkafka/rdkafka.h>
#include <mysql.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/clock.h"
#include "core/histogram.h"
#include "core/xalloc.h"

enum { WARM_S = 15, PATIENCE_US = 10000000 };

static _Atomic int64_t *committed_us; /* by id; 0: not yet */
static struct histogram insert_us, arrival_us;
static int rows, per_s;
static MYSQL *mysql;

static void die(const char *what, const char *why)
{
	fprintf(stderr, "bench_latency: %s: %s\n", what, why);
	exit(1);
}

static void insert(int id)
{
	char sql[128];
	int64_t start_us = clock_mono_us(), end_us;

	snprintf(sql, sizeof(sql), "INSERT INTO bench.beat VALUES (%d, 'the beat of row number %d')", id, id);
	if (mysql_query(mysql, sql))
		die("insert", mysql_error(mysql));
	end_us = clock_mono_us();
	atomic_store(&committed_us[id], end_us);
	if (id > per_s * WARM_S)
		histogram_add(&insert_us, end_us - start_us);
}

static void *insert_all(void *arg)
{
	int64_t start_us = clock_mono_us();

	for (int id = 1; id <= rows; id++) {
		while ((clock_mono_us() - start_us) * per_s < (int64_t)id * 1000000)
			clock_sleep_ms(1);
		insert(id);
	}
	return arg;
}

/* The first id behind a key's {"payload":{"id": or {"id": ; 0: another message. */
static int id_of(const rd_kafka_message_t *m)
{
	char key[2048];
	size_t len = m->key_len < sizeof(key) - 1 ? m->key_len : sizeof(key) - 1;
	const char *p;

	if (m->key == NULL)
		return 0;
	memcpy(key, m->key, len);
	key[len] = '\0';
	p = strstr(key, "{\"id\":");
	return p ? atoi(p + 6) : 0;
}

/* A row may be read before its writer has the server's answer: then it took no time. */
static void arrived(int id)
{
	int64_t now_us = clock_mono_us(), since_us = atomic_load(&committed_us[id]);

	if (id > per_s * WARM_S)
		histogram_add(&arrival_us, since_us ? now_us - since_us : 0);
}

static int read_all(rd_kafka_t *rk)
{
	int64_t last_us = clock_mono_us();
	int seen = 0;

	while (seen < rows && clock_mono_us() - last_us < PATIENCE_US) {
		rd_kafka_message_t *m = rd_kafka_consumer_poll(rk, 100);
		int id = m && m->err == RD_KAFKA_RESP_ERR_NO_ERROR ? id_of(m) : 0;

		if (id > 0 && id <= rows) {
			arrived(id);
			last_us = clock_mono_us();
			seen++;
		}
		if (m)
			rd_kafka_message_destroy(m);
	}
	return seen;
}

static rd_kafka_t *reader_open(const char *bootstrap, const char *topic)
{
	static const char *const settings[][2] = {
		{ "group.id", "bench-latency" },
		{ "isolation.level", "read_committed" },
		{ "enable.auto.commit", "false" },
		{ "topic.metadata.refresh.interval.ms", "100" },
		{ "log_level", "0" },
	};
	rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(1);
	rd_kafka_conf_t *conf = rd_kafka_conf_new();
	rd_kafka_t *rk;
	char why[256];

	if (rd_kafka_conf_set(conf, "bootstrap.servers", bootstrap, why, sizeof(why)))
		die("reader", why);
	for (size_t i = 0; i < sizeof(settings) / sizeof(settings[0]); i++)
		if (rd_kafka_conf_set(conf, settings[i][0], settings[i][1], why, sizeof(why)))
			die("reader", why);
	rk = rd_kafka_new(RD_KAFKA_CONSUMER, conf, why, sizeof(why));
	if (rk == NULL)
		die("reader", why);
	rd_kafka_poll_set_consumer(rk);
	rd_kafka_topic_partition_list_add(list, topic, 0)->offset = RD_KAFKA_OFFSET_BEGINNING;
	rd_kafka_assign(rk, list);
	rd_kafka_topic_partition_list_destroy(list);
	return rk;
}

static double percentile_ms(const struct histogram *h, double percent)
{
	struct histogram_copy copy;

	histogram_copy(h, &copy);
	return (double)histogram_percentile(&copy, percent) / 1000;
}

int main(int argc, char **argv)
{
	pthread_t writer;
	rd_kafka_t *rk;
	int seen;

	if (argc != 6)
		return 2;
	per_s = atoi(argv[4]);
	rows = per_s * (atoi(argv[5]) + WARM_S);
	committed_us = xcalloc((size_t)rows + 1, sizeof(*committed_us));
	mysql = mysql_init(NULL);
	if (!mysql_real_connect(mysql, NULL, "root", "", NULL, 0, argv[1], 0))
		die("connecting", mysql_error(mysql));
	rk = reader_open(argv[2], argv[3]);
	if (pthread_create(&writer, NULL, insert_all, NULL))
		die("thread", "not created");
	seen = read_all(rk);
	pthread_join(writer, NULL);
	printf("%d %.2f %.2f %.2f %.2f\n", seen, percentile_ms(&arrival_us, 50), percentile_ms(&arrival_us, 99),
			percentile_ms(&insert_us, 50), percentile_ms(&insert_us, 99));
	rd_kafka_consumer_close(rk);
	rd_kafka_destroy(rk);
	mysql_close(mysql);
	return seen < rows;
}
