/*
 * bench_sink.c - how fast rows are written as the body of a Stream Load, and how fast the embedded warehouse takes upserts.
 * One core, six columns as in sysbench's and the usual orders table. Prints CPU seconds beside rows per second.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "core/clock.h"
#include "core/xalloc.h"
#include "sink/sink.h"
#include "sink/starrocks/starrocks.h"

enum { COLUMNS = 6, BATCH = 10000, ROUNDS = 100 };

static struct value values[BATCH][COLUMNS];
static struct change changes[BATCH];
static struct collapsed rows[BATCH];
static char texts[BATCH][64];

static struct schema *orders(void)
{
	static const struct column columns[COLUMNS] = {
		{ .name = "id", .type = COL_BIGINT },
		{ .name = "customer_id", .type = COL_INT },
		{ .name = "status", .type = COL_VARCHAR, .length = 20 },
		{ .name = "amount", .type = COL_DECIMAL, .precision = 10, .scale = 2 },
		{ .name = "created_at", .type = COL_DATETIME },
		{ .name = "note", .type = COL_VARCHAR, .length = 100 },
	};
	static const char *const key[] = { "id" };
	struct schema *s = schema_new("bench", "orders");

	for (int i = 0; i < COLUMNS; i++)
		schema_add_column(s, &columns[i]);
	schema_set_key(s, key, 1);
	s->exact = true;
	return s;
}

static void fill(struct schema *s, int round, bool shuffled)
{
	for (int i = 0; i < BATCH; i++) {
		int64_t id = (int64_t)round * BATCH + i;
		struct value *v = values[i];

		if (shuffled)
			id = (int64_t)((uint64_t)id * 2654435761u % ((uint64_t)BATCH * ROUNDS));
		v[0] = value_int(id);
		v[1] = value_int(id % 1000);
		v[2] = value_text("shipped", 7);
		v[3] = (struct value){ .kind = VALUE_DECIMAL, .i = id % 100000, .aux = 2 };
		v[4] = (struct value){ .kind = VALUE_DATETIME, .i = 1700000000000000 + id * 1000000 };
		v[5] = value_text(texts[i],
				(size_t)snprintf(texts[i], sizeof(texts[i]),
						"order number %d of the day, leave at door", i));
		changes[i] = (struct change){ .op = CHANGE_UPSERT, .schema = s, .after = v };
		rows[i] = (struct collapsed){ &changes[i], v, false };
	}
}

static double cpu_s(void)
{
	struct rusage u;

	getrusage(RUSAGE_SELF, &u);
	return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) +
			(double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e6;
}

static void report(const char *what, int64_t us, double cpu)
{
	double count = (double)BATCH * ROUNDS;

	printf("%-44s %10.0f rows/s  %6.2f CPU s per million rows\n", what, count * 1e6 / (double)us,
			cpu * 1e6 / count);
	fflush(stdout);
}

static void bench_body(struct schema *s)
{
	static const char *const types[COLUMNS] = { "bigint", "int", "varchar(80)", "decimal(10,2)", "datetime",
		"varchar(400)" };
	struct starrocks_columns have = { 0 };
	struct starrocks_target *t;
	struct starrocks_body body;
	struct err err = { 0 };
	double cpu = cpu_s();
	int64_t us = clock_mono_us();

	for (int i = 0; i < COLUMNS; i++)
		starrocks_columns_add(&have, s->columns[i].name, types[i], i > 0, i == 0);
	t = starrocks_target_new(s, &have, &err);
	starrocks_body_init(&body, 32 << 20, 0);
	fill(s, 0, false);
	for (int round = 0; round < ROUNDS; round++) {
		starrocks_body_begin(&body);
		for (int i = 0; i < BATCH; i++)
			if (starrocks_body_add(&body, t, NULL, &rows[i]) != ROW_ADDED)
				abort();
		starrocks_body_end(&body);
	}
	report("body of a Stream Load", clock_mono_us() - us, cpu_s() - cpu);
	starrocks_body_done(&body);
	starrocks_columns_done(&have);
	starrocks_target_free(t);
}

static void load_rounds(struct sink *sink, struct schema *s, const char *what, bool shuffled)
{
	double cpu = 0;
	int64_t us = 0;

	for (int round = 0; round < ROUNDS; round++) {
		struct sink_result result;
		struct err err = { 0 };
		char label[64];
		double cpu_start;
		int64_t us_start;

		fill(s, round, shuffled);
		snprintf(label, sizeof(label), "%c-%d-%d", what[0], shuffled, round);
		cpu_start = cpu_s();
		us_start = clock_mono_us();
		if (sink_load(sink, s, rows, BATCH, label, &result, &err) != SINK_LOADED) {
			fprintf(stderr, "%s\n", err.msg);
			exit(1);
		}
		us += clock_mono_us() - us_start;
		cpu += cpu_s() - cpu_start;
	}
	report(what, us, cpu);
}

static void bench_local(struct schema *s)
{
	char folder[] = "/tmp/millrace-bench-XXXXXX", *remove_it;
	struct sink_conf conf = { .state_dir = folder, .table_create = true };
	struct err err = { 0 };
	struct sink *sink;

	if (!mkdtemp(folder) || !(sink = sink_open(&conf, &err)) || sink_prepare(sink, s, &err)) {
		fprintf(stderr, "%s\n", err.msg);
		exit(1);
	}
	load_rounds(sink, s, "embedded: inserts in key order", false);
	load_rounds(sink, s, "upserts of rows that are there, in order", false);
	load_rounds(sink, s, "random upserts over a million rows", true);
	sink_close(sink);
	remove_it = xasprintf("rm -r '%s'", folder);
	if (system(remove_it))
		fprintf(stderr, "%s stays\n", folder);
	free(remove_it);
}

int main(void)
{
	struct schema *s = orders();

	bench_body(s);
	bench_local(s);
	schema_unref(s);
	return 0;
}
