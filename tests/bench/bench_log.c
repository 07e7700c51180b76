/*
 * bench_log.c - how fast the log is: appending in transactions, reading back, and the latency of small transactions.
 *
 *   bench_log local DIR [RECORDS]
 *   bench_log kafka BOOTSTRAP [RECORDS]
 *   bench_log tables DIR [RECORDS [TABLES]]    the embedded log: the cost of a row among many tables, over that of a row of one
 *
 * Records are 1 KB of the kind of JSON that capture writes. Figures are wall time and this process's CPU time.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "core/clock.h"
#include "core/histogram.h"
#include "core/intern.h"
#include "core/xalloc.h"
#include "log/log.h"

enum { BATCH = 4000, RECORD_BYTES = 1024, SMALL = 5000 };

static struct log_conf conf = {
	.name = (char *)"bench",
	.partitions = 1,
	.replication = -1,
	.retention_ms = -1,
	.retention_bytes = -1,
	.timeout_ms = 10000,
};
static struct log *l;

static void must(int rc, const struct err *err)
{
	if (rc == 0)
		return;
	fprintf(stderr, "bench_log: %s\n", err->msg);
	exit(1);
}

static double cpu_s(void)
{
	struct rusage u;

	getrusage(RUSAGE_SELF, &u);
	return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) +
			(double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e6;
}

/* Column names that repeat, values that do not: about what a row looks like with its schema. */
static struct batch *make_batch(const char *topic)
{
	struct batch *b = batch_new();
	unsigned long long seed = 42;

	for (int i = 0; i < BATCH; i++) {
		struct record *r = batch_add_record(b);
		char *value = arena_alloc(&b->arena, RECORD_BYTES + 128);
		size_t len = 0;

		for (int column = 0; len < RECORD_BYTES; column++) {
			seed = seed * 6364136223846793005ull + 1442695040888963407ull;
			len += (size_t)sprintf(value + len,
					"{\"type\":\"string\",\"field\":\"column_%d\",\"value\":%llu},", column,
					seed >> 34);
		}
		r->topic = topic;
		r->partition = 0;
		r->value = value;
		r->value_len = RECORD_BYTES;
		r->key = arena_printf(&b->arena, "{\"id\":%d}", i);
		r->key_len = (uint32_t)strlen(r->key);
	}
	return b;
}

static void commit(struct log_writer *w)
{
	struct err err = { 0 };
	int rc;

	while ((rc = log_writer_commit(w, &err)) && err.kind == ERR_UNREACHABLE)
		err_clear(&err);
	must(rc, &err);
}

static void print_rate(const char *what, long records, int64_t us, double cpu)
{
	printf("%-28s %9.0f records/s  %7.1f MB/s  %6.2f CPU s per million\n", what, (double)records * 1e6 / (double)us,
			(double)records * RECORD_BYTES / (double)us, cpu * 1e6 / (double)records);
}

static void bench_append(struct log_writer *w, const char *topic, long records)
{
	struct batch *b[3] = { make_batch(topic), make_batch(topic), make_batch(topic) };
	struct err err = { 0 };
	int64_t start_us = clock_mono_us();
	double cpu = cpu_s();
	long done = 0;

	for (int i = 0; done < records; i++, done += BATCH) {
		must(log_writer_append(w, b[i % 3], &err), &err);
		if (i % 3 == 2)
			commit(w);
	}
	commit(w);
	print_rate("append, 12000 a transaction", done, clock_mono_us() - start_us, cpu_s() - cpu);
	for (int i = 0; i < 3; i++)
		batch_free(b[i]);
}

static void bench_read(const char *topic, long records)
{
	char *items[] = { (char *)(uintptr_t)topic };
	struct conf_list list = { items, 1 };
	struct err err = { 0 };
	struct batch *b = batch_new();
	struct log_reader *r = log_reader_open(l, topic, &list, &err);
	int64_t start_us = 0;
	double cpu = 0;
	long got = 0;

	must(r ? 0 : -1, &err);
	while (got < records) {
		batch_reset(b);
		if (log_reader_poll(r, b, 4 << 20, 1000, &err) != LOG_READ_BATCH)
			continue;
		if (got == 0) {
			start_us = clock_mono_us();
			cpu = cpu_s();
		}
		got += (long)b->nrecords;
	}
	print_rate("read in a group", got, clock_mono_us() - start_us, cpu_s() - cpu);
	log_reader_close(r);
	batch_free(b);
}

/* ---- small transactions ---- */

struct reading {
	const char *topic;
	struct log_reader *r;
	struct histogram latency;
	_Atomic int count;
};

static void *read_small(void *arg)
{
	struct reading *rd = arg;
	struct batch *b = batch_new();
	struct err err = { 0 };

	while (rd->count < SMALL) {
		batch_reset(b);
		if (log_reader_poll(rd->r, b, 1 << 20, 1000, &err) != LOG_READ_BATCH)
			continue;
		for (size_t i = 0; i < b->nrecords; i++)
			histogram_add(&rd->latency, clock_mono_us() - atoll(b->records[i].key));
		rd->count += (int)b->nrecords;
	}
	batch_free(b);
	return NULL;
}

static void print_latency(const char *what, const struct histogram *h)
{
	struct histogram_copy copy;

	histogram_copy(h, &copy);
	printf("%-28s p50 %.2f ms  p90 %.2f ms  p99 %.2f ms  of %llu\n", what,
			(double)histogram_percentile(&copy, 50) / 1e3, (double)histogram_percentile(&copy, 90) / 1e3,
			(double)histogram_percentile(&copy, 99) / 1e3, (unsigned long long)copy.total);
}

/* Rows arrive one a millisecond; each transaction takes what has arrived while the last one was committed. */
static void bench_small(struct log_writer *w, const char *topic)
{
	char *items[] = { (char *)(uintptr_t)topic };
	struct conf_list list = { items, 1 };
	static struct histogram committed;
	static struct reading rd;
	struct err err = { 0 };
	struct batch *b = batch_new(), *warm = make_batch(topic);
	int64_t start_us;
	pthread_t thread;
	int sent = 0, commits = 0;

	rd.topic = topic;
	rd.r = log_reader_open(l, topic, &list, &err);
	must(rd.r ? 0 : -1, &err);
	for (int i = 0; i < 30; i++) /* until it is assigned */
		log_reader_poll(rd.r, b, 1 << 20, 100, &err);
	pthread_create(&thread, NULL, read_small, &rd);
	start_us = clock_mono_us();
	while (sent < SMALL) {
		int64_t now_us = clock_mono_us();
		int due = (int)((now_us - start_us) / 1000) + 1, first = sent;

		if (due > SMALL)
			due = SMALL;
		if (due <= sent) {
			usleep(100);
			continue;
		}
		batch_reset(b);
		for (; sent < due; sent++) {
			struct record *r = batch_add_record(b);

			*r = warm->records[0];
			r->key = arena_printf(&b->arena, "%lld", (long long)(start_us + sent * 1000LL));
			r->key_len = (uint32_t)strlen(r->key) + 1;
		}
		must(log_writer_append(w, b, &err), &err);
		commit(w);
		commits++;
		for (int i = first; i < sent; i++)
			histogram_add(&committed, clock_mono_us() - (start_us + i * 1000LL));
	}
	pthread_join(thread, NULL);
	printf("1000 rows/s: %d transactions\n", commits);
	print_latency("arrival to commit", &committed);
	print_latency("arrival to reader", &rd.latency);
	log_reader_close(rd.r);
	batch_free(b);
	batch_free(warm);
}

/* ---- many tables ---- */

enum { RUN = 500, RUNS = 24 }; /* records of one table, and such runs in a transaction */

static struct batch *make_run(const char *topic)
{
	struct batch *all = make_batch(topic);

	all->nrecords = RUN;
	return all;
}

struct many {
	const char **topics;
	int ntopics, used; /* rows come of the last `used` of them */
	struct log_writer *w;
	struct log_reader *r;
	struct batch *runs[RUNS];
};

static void many_open(struct many *m, const char *prefix, int ntopics, int used)
{
	char *pattern = xasprintf("^%s\\..*", prefix), name[64];
	struct conf_list list = { &pattern, 1 };
	struct batch *b = batch_new();
	struct err err = { 0 };

	*m = (struct many){ .topics = xcalloc((size_t)ntopics, sizeof(*m->topics)), .ntopics = ntopics, .used = used };
	for (int i = 0; i < ntopics; i++) {
		snprintf(name, sizeof(name), "%s.t%d", prefix, i);
		m->topics[i] = intern(name);
		must(log_topic_ensure(l, name, LOG_TOPIC_ROWS, &err), &err);
	}
	m->w = log_writer_open(l, prefix, &err);
	m->r = log_reader_open(l, prefix, &list, &err);
	must(m->w && m->r ? 0 : -1, &err);
	while (log_reader_poll(m->r, b, 4 << 20, 1000, &err) != LOG_READ_CHANGED) /* then it has its partitions */
		batch_reset(b);
	for (int i = 0; i < RUNS; i++)
		m->runs[i] = make_run(m->topics[0]);
	batch_free(b);
	free(pattern);
}

static void many_close(struct many *m)
{
	for (int i = 0; i < RUNS; i++)
		batch_free(m->runs[i]);
	log_reader_close(m->r);
	log_writer_close(m->w);
	free(m->topics);
}

static void write_run(struct many *m, long run)
{
	struct batch *b = m->runs[run % RUNS];
	struct err err = { 0 };

	for (size_t i = 0; i < b->nrecords; i++)
		b->records[i].topic = m->topics[m->ntopics - 1 - run % m->used];
	must(log_writer_append(m->w, b, &err), &err);
	if (run % RUNS == RUNS - 1)
		commit(m->w);
}

/* CPU time of writing records, each run to the next table, and of reading them back in a group; microseconds a record. */
static double many_cost(struct many *m, long records)
{
	long runs = records / RUN / RUNS * RUNS, got = 0;
	struct batch *b = batch_new();
	struct err err = { 0 };
	double cpu = cpu_s();

	for (long run = 0; run < runs; run++)
		write_run(m, run);
	while (got < runs * RUN) {
		batch_reset(b);
		if (log_reader_poll(m->r, b, 4 << 20, 1000, &err) == LOG_READ_BATCH)
			got += (long)b->nrecords;
	}
	batch_free(b);
	return (cpu_s() - cpu) * 1e6 / (double)(runs * RUN);
}

/* In turn, the best of some rounds each: other work on the machine only adds. */
static void bench_many(long records, int tables)
{
	struct many m[3];
	double best[3] = { 0 };

	many_open(&m[0], "one", 1, 1);
	many_open(&m[1], "few", RUNS, RUNS);
	many_open(&m[2], "many", tables, RUNS);
	for (int round = 0; round < 5; round++)
		for (int i = 0; i < 3; i++) {
			double cost = many_cost(&m[i], records);

			best[i] = round == 0 || cost < best[i] ? cost : best[i];
		}
	printf("write and read, CPU us a row: one table %.3f, %d tables %.3f, %d of %d tables %.3f; ratio to one %.2f, to %d %.2f\n",
			best[0], RUNS, best[1], RUNS, tables, best[2], best[2] / best[0], RUNS, best[2] / best[1]);
	for (int i = 0; i < 3; i++)
		many_close(&m[i]);
}

int main(int argc, char **argv)
{
	long records = argc > 3 ? atol(argv[3]) : 1000000;
	struct err err = { 0 };
	struct log_writer *w;
	char *topics[2];

	if (argc < 3) {
		fprintf(stderr, "usage: bench_log local DIR | kafka BOOTSTRAP [RECORDS] | tables DIR [RECORDS [TABLES]]\n");
		return 2;
	}
	if (strcmp(argv[1], "tables") == 0) {
		conf.state_dir = argv[2];
		must((l = log_open(&conf, &err)) ? 0 : -1, &err);
		bench_many(argc > 3 ? records : 120000, argc > 4 ? atoi(argv[4]) : 10000);
		log_close(l);
		return 0;
	}
	if (strcmp(argv[1], "kafka") == 0)
		conf.bootstrap_servers = argv[2];
	else
		conf.state_dir = argv[2];
	l = log_open(&conf, &err);
	must(l ? 0 : -1, &err);
	for (int i = 0; i < 2; i++) {
		topics[i] = xasprintf("bench.%ld.%d", (long)getpid(), i);
		must(log_topic_ensure(l, topics[i], LOG_TOPIC_HISTORY, &err), &err);
	}
	w = log_writer_open(l, "bench", &err);
	must(w ? 0 : -1, &err);
	bench_append(w, intern(topics[0]), records);
	bench_read(intern(topics[0]), records);
	bench_small(w, intern(topics[1]));
	log_writer_close(w);
	log_close(l);
	free(topics[0]);
	free(topics[1]);
	return 0;
}
