/*
 * bench_script.c - what a script costs a row, one core: batches of 10,000 rows of 14 columns, the best batch of about a second of processor
 * time each. Prints a line a script: name, nanoseconds a row, how many times cheaper than a table built for each row, what is to be reached.
 * With `profile`: name, and how many percent longer a row takes while the lines of some are counted; batches of both in turn.
 */
#include "script/script.h"

#include <stdio.h>
#include <time.h>

#include "tests/unit/script_rows.h"

static const struct {
	const char *name, *goal, *text;
} scripts[] = {
	{ "a table built for each row (reference)", "",
			"function transform(row, event) local t = {} for k, v in pairs(row) do t[k] = v end if t.status == 'test' then return nil end return t end" },
	{ "identity", "", "function transform(row, event) return row end" },
	{ "filter in a line of the configuration", "130",
			"function transform(row, event) local pass = (row.status ~= 'test'\n) if pass == true then return row elseif pass == false then return nil end error('x') end" },
	{ "one integer written", "150", "function transform(row, event) row.small = 7 return row end" },
	{ "one text written", "150", "function transform(row, event) row.status = 'new' return row end" },
	{ "mask", "250", "function transform(row, event) row.email = mask(row.email) return row end" },
	{ "cents into a new column", "250",
			"fields = { cents = 'bigint' } function transform(row, event) row.cents = row.amount:scale(2) return row end" },
	{ "a number picked from JSON", "400",
			"fields = { x = 'double' } function transform(row, event) row.x = row.doc.a.x return row end" },
	{ "a key of its own", "",
			"key = { 'id', 'created' } function transform(row, event) return row end function delete(row, event) return nil end" },
	{ "20 lines", "1500",
			"fields = { cents = 'bigint', year = 'int', size = 'varchar(10)', domain = 'varchar(100)', note = 'varchar(200)' }\n"
			"function transform(row, event)\n"
			"  if row.status == 'test' then return nil end\n"
			"  if event.op == 'd' or row.id < 0 then return nil end\n"
			"  row.cents = row.amount:scale(2)\n"
			"  if row.amount > 1000 then\n"
			"    row.size = 'large'\n"
			"  elseif row.amount > 100 then\n"
			"    row.size = 'medium'\n"
			"  else\n"
			"    row.size = 'small'\n"
			"  end\n"
			"  row.year = row.created.year\n"
			"  row.domain = row.email:match('@(.+)$')\n"
			"  row.email = mask(row.email)\n"
			"  if row.active == 1 then row.status = row.status:upper() end\n"
			"  row.ratio = row.ratio * 2\n"
			"  row.note = row.kind .. ':' .. row.status\n"
			"  return row\n"
			"end" },
};

static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

/* Nanoseconds a row in the best batch; negative: it has failed. */
static double measure(const char *name, const char *text, struct batch *in, struct batch *out)
{
	struct script_limits limits = { .instructions = 1000000, .memory_bytes = 64 << 20 };
	struct err err = { 0 };
	struct script *s = script_open_text("bench.lua", text, &limits, &err);
	double begin = now(), best = 1e9;

	while (s && now() - begin < 1) {
		double start, took;

		batch_reset(out);
		start = now();
		if (script_run(s, in, 0, in->nchanges, out, &err) != 0 || (out->nchanges && out->changes[0].dead)) {
			fprintf(stderr, "%s: %s\n", name, out->nchanges ? out->changes[0].dead : err.msg);
			return -1;
		}
		took = (now() - start) / (double)in->nchanges * 1e9;
		best = took < best ? took : best;
	}
	if (s == NULL)
		fprintf(stderr, "%s: %s\n", name, err.msg);
	script_close(s);
	return s ? best : -1;
}

static struct batch *orders_batch(struct schema *orders)
{
	struct batch *in = batch_new();

	for (int i = 0; i < 10000; i++)
		orders_change(in, orders, CHANGE_CREATE, NULL, orders_row(in, orders, i, i % 10 ? "paid" : "test"));
	return in;
}

static void no_sample(void *arg, const struct script_sample *sample)
{
	(void)arg;
	(void)sample;
}

/* Percent that a profile adds; both scripts are sampled, as at work. */
static double profile_percent(const char *text, struct batch *in, struct batch *out)
{
	struct script_limits limits = { .instructions = 1000000, .memory_bytes = 64 << 20 };
	struct err err = { 0 };
	struct script *s[2] = { script_open_text("off.lua", text, &limits, &err),
		script_open_text("on.lua", text, &limits, &err) };
	double begin = now(), best[2] = { 1e9, 1e9 };

	for (int i = 0; i < 2; i++)
		script_on_sample(s[i], no_sample, NULL);
	script_profile(s[1], true);
	for (int i = 0; now() - begin < 4; i = !i) {
		double start = now(), took;

		batch_reset(out);
		script_run(s[i], in, 0, in->nchanges, out, &err);
		took = now() - start;
		best[i] = took < best[i] ? took : best[i];
	}
	script_close(s[0]);
	script_close(s[1]);
	return (best[1] / best[0] - 1) * 100;
}

static int profiles(struct batch *in, struct batch *out)
{
	for (size_t i = 0; i < sizeof(scripts) / sizeof(*scripts); i++)
		if (strcmp(scripts[i].name, "identity") == 0 || strcmp(scripts[i].name, "20 lines") == 0)
			printf("%s|%.1f\n", scripts[i].name, profile_percent(scripts[i].text, in, out));
	return 0;
}

static int costs(struct batch *in, struct batch *out)
{
	double reference = 0;

	for (size_t i = 0; i < sizeof(scripts) / sizeof(*scripts); i++) {
		double ns = measure(scripts[i].name, scripts[i].text, in, out);

		if (ns < 0)
			return 1;
		reference = i ? reference : ns;
		printf("%s|%.0f|%.1f|%s\n", scripts[i].name, ns, reference / ns, scripts[i].goal);
		fflush(stdout);
	}
	return 0;
}

int main(int argc, char **argv)
{
	struct schema *orders = orders_schema();
	struct batch *in = orders_batch(orders), *out = batch_new();
	int rc = argc > 1 && strcmp(argv[1], "profile") == 0 ? profiles(in, out) : costs(in, out);

	batch_free(in);
	batch_free(out);
	schema_unref(orders);
	return rc;
}
