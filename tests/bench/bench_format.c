/*
 * bench_format.c - rows per second on one core: encoding flat with schemas, flat without, the envelope, and decoding
 * each. Six columns, as in the figures of docs/benchmarks.md. Usage: bench_format [seconds per figure]
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/clock.h"
#include "format/format.h"

#define ROWS 1024 /* a batch, whose bytes stay within what an arena keeps */

static const struct column columns[] = {
	{ .name = "id", .type = COL_BIGINT },
	{ .name = "customer_id", .type = COL_INT, .nullable = true },
	{ .name = "status", .type = COL_VARCHAR, .length = 20, .nullable = true },
	{ .name = "amount", .type = COL_DECIMAL, .precision = 10, .scale = 2, .nullable = true },
	{ .name = "note", .type = COL_VARCHAR, .length = 120, .nullable = true },
	{ .name = "created_at", .type = COL_DATETIME, .scale = 3, .nullable = true },
};

static void fill(struct batch *b, struct schema *s)
{
	struct change_txn *txn = arena_alloc(&b->arena, sizeof(*txn));

	*txn = (struct change_txn){
		.gtid = "3e11fa47-71ca-11e1-9e33-c80aa9429562:23",
		.commit_us = clock_wall_us(),
		.server_id = 1,
		.thread = 9,
		.file = "binlog.000007",
	};
	batch_hold_schema(b, s);
	for (int i = 0; i < ROWS; i++) {
		struct value *row = batch_row(b, s);
		struct change *c = batch_add_change(b);

		row[0] = value_int(1000000 + i);
		row[1] = value_int(i % 5000);
		row[2] = value_text("shipped", 7);
		row[3] = (struct value){ .kind = VALUE_DECIMAL, .aux = 2, .i = 12345 + i };
		row[4] = value_text("left at the neighbour's door, second floor", 42);
		row[5] = (struct value){ .kind = VALUE_DATETIME, .aux = 3, .i = 1741010278000000 + i * 1000 };
		*c = (struct change){
			.op = CHANGE_CREATE,
			.schema = s,
			.after = row,
			.txn = txn,
			.pos = 4711,
			.row = (uint32_t)i,
		};
	}
}

/* The rows of `b` over and over: what encoding adds to the arena is given back by filling anew, outside the clock. */
static void bench_encode(const struct format_conf *conf, struct schema *s, const char *name, double seconds)
{
	struct err err = { 0 };
	struct format_encoder *e = format_encoder_new(conf, &err);
	struct batch *b = batch_new();
	int64_t spent = 0, rows = 0, bytes = 0;

	while (spent < (int64_t)(seconds * 1e6)) {
		batch_reset(b);
		fill(b, s);
		int64_t start = clock_mono_us();
		format_encode(e, b, &err);
		spent += clock_mono_us() - start;
		rows += (int64_t)b->nrecords;
	}
	for (size_t i = 0; i < b->nrecords; i++)
		bytes += b->records[i].key_len + b->records[i].value_len;
	printf("encode %-24s %8.2f M rows/s  %5lld bytes a message\n", name, (double)rows / (double)spent,
			(long long)(bytes / ROWS));
	format_encoder_free(e);
	batch_free(b);
}

static void bench_decode(const struct format_conf *conf, struct schema *s, struct schema *exact, const char *name,
		double seconds)
{
	struct err err = { 0 };
	struct format_encoder *e = format_encoder_new(conf, &err);
	struct format_decoder *d = format_decoder_new(conf, &err);
	struct batch *from = batch_new(), *b = batch_new();
	int64_t spent = 0, rows = 0;

	fill(from, s);
	format_encode(e, from, &err);
	if (exact)
		format_decoder_know(d, exact, -1);
	while (spent < (int64_t)(seconds * 1e6)) {
		batch_reset(b);
		for (size_t i = 0; i < from->nrecords; i++)
			*batch_add_record(b) = from->records[i];
		int64_t start = clock_mono_us();
		format_decode(d, b, &err);
		spent += clock_mono_us() - start;
		rows += (int64_t)b->nchanges;
		if (b->changes[0].dead) {
			fprintf(stderr, "%s\n", b->changes[0].dead);
			exit(1);
		}
	}
	printf("decode %-24s %8.2f M rows/s\n", name, (double)rows / (double)spent);
	format_encoder_free(e);
	format_decoder_free(d);
	batch_free(from);
	batch_free(b);
}

int main(int argc, char **argv)
{
	struct format_conf conf = {
		.topic_prefix = "mysql",
		.delete_mode = DELETE_REWRITE,
		.tombstones_on_delete = true,
		.replace_null_with_default = true,
		.history_topic = "schemahistory.testdb",
		.offsets_topic = "offsets",
		.connector_name = "shop",
		.version = "3.0.8.Final",
	};
	double seconds = argc > 1 ? atof(argv[1]) : 1;
	struct schema *s = schema_new("testdb", "orders");
	const char *key = "id";

	for (size_t i = 0; i < sizeof(columns) / sizeof(*columns); i++)
		schema_add_column(s, &columns[i]);
	schema_set_key(s, &key, 1);
	s->exact = true;
	for (int i = 0; i < 4; i++) {
		static const char *const names[] = { "flat, schemas", "envelope, schemas", "flat", "envelope" };

		conf.schemas_enable = i < 2;
		conf.message_format = i % 2 ? FORMAT_ENVELOPE : FORMAT_FLAT;
		bench_encode(&conf, s, names[i], seconds);
		bench_decode(&conf, s, s, names[i], seconds);
	}
	schema_unref(s);
	return 0;
}
