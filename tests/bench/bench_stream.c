/*
 * bench_stream.c - how fast the capture half is into nowhere, on one core: the binlog read and thrown away, the
 * same decoded to changes, the same as JSON, and a snapshot as changes or JSON. One figure a process, so that none
 * warms up another.
 *
 *   bench_stream FOLDER TABLE-REGEX raw|decode|json|snapshot|snapshot-json [CONNECTIONS]
 *
 * Prints: count seconds CPU-seconds peak-KiB. The count is events for raw, else rows. The end is a second without
 * data.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "core/clock.h"
#include "core/xalloc.h"
#include "format/format.h"
#include "source/server/mysql_binlog.h"
#include "source/source.h"
#include "tests/login.h"

enum { QUIET_US = 1000000 };

static struct mysql_conf conf;
static struct format_conf form = {
	.topic_prefix = (char *)"mysql",
	.message_format = FORMAT_FLAT,
	.schemas_enable = true,
	.delete_mode = DELETE_REWRITE,
	.history_topic = (char *)"history",
	.offsets_topic = (char *)"offsets",
	.connector_name = (char *)"bench",
	.version = (char *)"3.0.8.Final",
};

static double cpu_s(void)
{
	struct rusage r;

	getrusage(RUSAGE_SELF, &r);
	return (double)r.ru_utime.tv_sec + (double)r.ru_stime.tv_sec +
			(double)(r.ru_utime.tv_usec + r.ru_stime.tv_usec) / 1e6;
}

static void print_figures(uint64_t count, int64_t us, double cpu)
{
	struct rusage r;

	getrusage(RUSAGE_SELF, &r);
	printf("%llu %.3f %.3f %ld\n", (unsigned long long)count, (double)us / 1e6, cpu, r.ru_maxrss);
}

static void stop(const struct err *err)
{
	fprintf(stderr, "bench_stream: %s\n", err->msg);
	exit(1);
}

/* From the oldest binlog to the position where the server stands now. */
static void bench_raw(void)
{
	struct mysql_conn conn;
	struct binlog b;
	struct gtid_set none;
	struct binlog_start from = { .gtids = &none };
	struct arena arena;
	struct event e;
	struct err err = { 0 };
	uint64_t events = 0;
	int64_t start_us = clock_mono_us();
	double cpu = cpu_s();

	gtid_set_init(&none);
	arena_init(&arena, 0);
	if (mysql_conn_open(&conn, &conf, 0, &err) < 0 || binlog_start(&b, &conn, &conf, 999, "bench", &from, &err) < 0)
		stop(&err);
	while (binlog_next(&b, &arena, QUIET_US / 1000, &e, &err) > 0) {
		events++;
		if (arena.used > 4 << 20) {
			wire_save(&b.wire);
			arena_reset(&arena);
		}
	}
	print_figures(events, b.wire.last_byte_us - start_us, cpu_s() - cpu);
	binlog_stop(&b);
	arena_done(&arena);
}

static uint64_t rows_of(const struct batch *b)
{
	uint64_t rows = 0;

	for (size_t i = 0; i < b->nchanges; i++)
		rows += b->changes[i].op != CHANGE_DDL;
	return rows;
}

/* Batches until nothing comes for a while, or the end. */
static void bench_batches(int mode, bool json)
{
	struct err err = { 0 };
	struct position from;
	struct batch *b = batch_new();
	struct format_encoder *encoder = format_encoder_new(&form, &err);
	struct source *s;
	enum source_step step;
	uint64_t rows = 0;
	int64_t start_us = clock_mono_us(), last_us = start_us;
	double cpu = cpu_s();

	position_init(&from);
	conf.snapshot_mode = mode;
	s = source_open(&conf, "bench", &from, NULL, 0, &err);
	if (s == NULL || encoder == NULL)
		stop(&err);
	while ((step = source_step(s, b, 100, &err)) == SOURCE_BATCH || step == SOURCE_NOTHING) {
		if (json && step == SOURCE_BATCH && format_encode(encoder, b, &err) < 0)
			break;
		rows += rows_of(b);
		if (b->nchanges > 0)
			last_us = clock_mono_us();
		else if (clock_mono_us() - last_us > QUIET_US)
			break;
		batch_reset(b);
	}
	if (err.kind != ERR_NONE)
		stop(&err);
	print_figures(rows, last_us - start_us, cpu_s() - cpu);
	source_close(s);
	format_encoder_free(encoder);
	batch_free(b);
}

int main(int argc, char **argv)
{
	static char *include[1];

	if (argc != 4 && argc != 5)
		return 2;
	include[0] = argv[2];
	conf = (struct mysql_conf){
		.host = "127.0.0.1",
		.connect_timeout_ms = 5000,
		.table_include = { .items = include, .count = 1 },
		.login = { .ssl_mode = SSL_DISABLED },
		.max_batch_rows = 1024,
		.max_batch_bytes = 1 << 20,
		.snapshot_threads = argc == 5 ? atoi(argv[4]) : 1,
	};
	test_server_conf(argv[1], &conf);
	if (strcmp(argv[3], "raw") == 0)
		bench_raw();
	else
		bench_batches(strncmp(argv[3], "snapshot", 8) == 0 ? SNAPSHOT_INITIAL_ONLY : SNAPSHOT_NEVER,
				strstr(argv[3], "json"));
	return 0;
}
