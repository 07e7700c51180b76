/*
 * bench_script.c - rows per second through a script, one core: a batch of 10,000 rows, run for about a second of processor
 * time each. Prints one line a script.
 */
#include "script/script.h"

#include <stdio.h>
#include <time.h>

#include "tests/unit/script_rows.h"

static double cpu_seconds(void)
{
	return (double)clock() / CLOCKS_PER_SEC;
}

static int measure(const char *name, const char *text, struct batch *in, struct batch *out)
{
	struct script_limits limits = { .instructions = 1000000, .memory_bytes = 64 << 20 };
	struct err err = { 0 };
	struct script *s = script_open_text("bench.lua", text, &limits, &err);
	double start = cpu_seconds(), used = 0;
	size_t rows = 0;

	if (s == NULL) {
		fprintf(stderr, "%s\n", err.msg);
		return 1;
	}
	while (used < 1) {
		batch_reset(out);
		if (script_run(s, in, 0, in->nchanges, out, &err) != 0 || (out->nchanges && out->changes[0].dead)) {
			fprintf(stderr, "%s: %s\n", name, out->nchanges ? out->changes[0].dead : err.msg);
			return 1;
		}
		rows += in->nchanges;
		used = cpu_seconds() - start;
	}
	printf("%-34s %8.0f rows/s %6.0f ns a row\n", name, (double)rows / used, used / (double)rows * 1e9);
	script_close(s);
	return 0;
}

int main(void)
{
	static const char *const scripts[][2] = {
		{ "pass", "function transform(row, event) return row end" },
		{ "filter by text", "function transform(row, event) if row.status == 'test' then return nil end return row end" },
		{ "filter by number and operation", "function transform(row, event) if event.op == 'd' or row.id < 0 then return nil end return row end" },
		{ "write one integer", "function transform(row, event) row.small = 7 return row end" },
		{ "filter, mask, exact cents", "fields = { amount_cents = 'bigint' } function transform(row, event) if row.status == 'test' then return nil end "
			"row.amount_cents = row.amount:scale(2) row.email = mask(row.email) return row end" }
	};
	struct schema *orders = orders_schema();
	struct batch *in = batch_new(), *out = batch_new();
	int failed = 0;

	for (int i = 0; i < 10000; i++)
		orders_change(in, orders, CHANGE_CREATE, NULL, orders_row(in, orders, i, i % 10 ? "paid" : "test"));
	for (size_t i = 0; i < sizeof(scripts) / sizeof(*scripts); i++)
		failed |= measure(scripts[i][0], scripts[i][1], in, out);
	batch_free(in);
	batch_free(out);
	schema_unref(orders);
	return failed;
}
