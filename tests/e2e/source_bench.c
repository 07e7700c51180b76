/*
 * source_bench.c - how fast the source is, into nowhere: the raw binlog read and thrown away, the same decoded to
 * changes, and a snapshot. Usage: source_bench ENVFILE TABLE-REGEX [disabled|preferred]. source_bench.sh fills the
 * tables and runs mysqldump beside it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "core/clock.h"
#include "core/xalloc.h"
#include "source/mysql_binlog.h"
#include "source/source.h"

static struct mysql_conf conf;

static void read_env(const char *path)
{
	char line[400];
	FILE *f = fopen(path, "r");

	while (f && fgets(line, sizeof(line), f)) {
		line[strcspn(line, "\n")] = '\0';
		if (strncmp(line, "port=", 5) == 0)
			conf.port = atoi(line + 5);
		else if (strncmp(line, "user=", 5) == 0)
			conf.user = xstrdup(line + 5);
		else if (strncmp(line, "password=", 9) == 0)
			conf.password = xstrdup(line + 9);
	}
	if (f)
		fclose(f);
}

static double cpu_s(void)
{
	struct rusage r;

	getrusage(RUSAGE_SELF, &r);
	return (double)r.ru_utime.tv_sec + (double)r.ru_stime.tv_sec +
	       (double)(r.ru_utime.tv_usec + r.ru_stime.tv_usec) / 1e6;
}

static void print_rate(const char *what, uint64_t n, const char *unit, int64_t start_us, double start_cpu)
{
	double s = (double)(clock_mono_us() - start_us) / 1e6, cpu = cpu_s() - start_cpu;

	printf("%-28s %10llu %s  %6.2f s  %10.0f %s/s  %5.2f CPU s per million\n", what, (unsigned long long)n, unit, s,
	       (double)n / s, unit, n ? cpu * 1e6 / (double)n : 0.0);
	fflush(stdout);
}

static void stop(const struct err *err)
{
	fprintf(stderr, "%s\n", err->msg);
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
	while (binlog_next(&b, &arena, 500, &e, &err) > 0) {
		events++;
		if (arena.used > 8 << 20) {
			wire_save(&b.wire);
			arena_reset(&arena);
		}
	}
	print_rate("binlog, thrown away", events, "events", start_us + clock_mono_us() - b.wire.last_byte_us, cpu);
	binlog_stop(&b);
	arena_done(&arena);
}

/* Batches until nothing comes for a while, or the end. */
static void drain(int mode, const char *what)
{
	struct err err = { 0 };
	struct position from;
	struct batch *b = batch_new();
	struct source *s;
	enum source_step step;
	uint64_t changes = 0;
	int64_t start_us = clock_mono_us(), last_us = 0, quiet_us = start_us;
	double cpu = cpu_s();

	position_init(&from);
	conf.snapshot_mode = mode;
	s = source_open(&conf, "bench", &from, NULL, 0, &err);
	if (s == NULL)
		stop(&err);
	while ((step = source_step(s, b, 100, &err)) == SOURCE_BATCH || step == SOURCE_NOTHING) {
		if (step == SOURCE_BATCH && b->nchanges > 0) {
			changes += b->nchanges;
			last_us = clock_mono_us() - start_us;
			quiet_us = clock_mono_us();
		} else if (clock_mono_us() - quiet_us > 1000000) {
			break;
		}
		batch_reset(b);
	}
	if (step == SOURCE_FAILED)
		stop(&err);
	print_rate(what, changes, "rows", clock_mono_us() - last_us, cpu);
	source_close(s);
	batch_free(b);
}

int main(int argc, char **argv)
{
	static char *include[1];

	if (argc < 3)
		return 2;
	include[0] = argv[2];
	conf = (struct mysql_conf){ .host = "127.0.0.1",
				    .connect_timeout_ms = 5000,
				    .table_include = { .items = include, .count = 1 },
				    .ssl_mode = argc > 3 && strcmp(argv[3], "preferred") == 0 ? SSL_PREFERRED
											      : SSL_DISABLED,
				    .max_batch_rows = 8192,
				    .max_batch_bytes = 4 << 20 };
	read_env(argv[1]);
	bench_raw();
	drain(SNAPSHOT_NEVER, "binlog, decoded");
	drain(SNAPSHOT_INITIAL_ONLY, "snapshot");
	return 0;
}
