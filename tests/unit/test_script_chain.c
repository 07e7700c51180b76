/* test_script_chain.c - scripts in a row: what one gives is what the next one gets, whatever becomes of a row. */
#include "script/script.h"

#include "tests/tap.h"
#include "tests/unit/script_rows.h"

static const struct script_limits limits = { .instructions = 100000, .memory_bytes = 8 << 20 };

static struct schema *orders;
static struct batch *in, *out;
static struct script *chain;

static void open_chain(const char *const *texts)
{
	struct err err = { 0 };

	for (char name[] = "a.lua"; *texts; texts++, name[0]++) {
		struct script *s = script_open_text(name, *texts, &limits, &err);

		if (s == NULL)
			ok(false, "compiles: %s", err.msg);
		else
			chain = script_chain(chain, s);
	}
}

static void run(void)
{
	struct err err = { 0 };

	batch_reset(out);
	is_int(script_run(chain, in, 0, in->nchanges, out, &err), 0, "runs");
}

static void end(void)
{
	script_close(chain);
	chain = NULL;
	batch_reset(in);
}

static void add(enum change_op op, int64_t id, const char *status)
{
	orders_add(in, orders, op, id, status);
}

static int64_t number(const struct change *c, const char *name)
{
	int column = schema_column(c->schema, name, strlen(name));

	return column < 0 || c->after == NULL ? -1 : c->after[column].i;
}

static void test_rows(void)
{
	static const char *const texts[] = {
		"fields = { a = 'bigint' } function transform(row) if row.status == 'test' then return nil end row.a = row.id * 10 return row end",
		"changes_key = true fields = { b = 'bigint' } function transform(row, event) if row.id == 3 then error('three') end row.b = row.a + 1 "
		"if row.id == 2 then local more = row:copy() more.id = 1000 return { row, more } end return row end",
		"function transform(row, event) row.small = row.b % 100 if event.offset ~= 99 + (row.id == 1000 and 2 or row.id) then reject('offset') end return row end",
		NULL
	};
	struct script_stats stats;

	open_chain(texts);
	for (int i = 1; i <= 4; i++)
		add(CHANGE_CREATE, i, i == 4 ? "test" : "paid");
	run();
	is_int(out->nchanges, 4, "one dropped, one doubled");
	is_int(number(&out->changes[0], "b"), 11, "the second sees what the first wrote");
	is_int(number(&out->changes[0], "small"), 11, "and the third what the second wrote");
	is_int(number(&out->changes[2], "id"), 1000, "a row that the second made goes through the third");
	is_str(out->changes[3].dead, "b.lua:1: three", "a row that fails in one is dead, with its name");
	ok(strncmp(out->changes[3].dead_at, "script b.lua ", 13) == 0, "and place");
	script_stats(chain, &stats);
	is_int(stats.dropped, 1, "dropped rows are counted once");
	is_int(stats.dead, 1, "and dead ones");
	run();
	is_int(out->nchanges, 4, "the next batch");
	end();
}

/* A row that leaves the filter of the first is a delete for the second, which may have put it elsewhere. */
static void test_dropped(void)
{
	static const char *const texts[] = {
		"function transform(row) if row.status == 'test' then return nil end return row end",
		"changes_key = true function transform(row) row.id = row.id + 100 return row end function delete(row) row.id = row.id + 100 return row end",
		NULL
	};

	open_chain(texts);
	add(CHANGE_UPDATE, 1, "test");
	add(CHANGE_UPDATE, 2, "paid");
	add(CHANGE_DELETE, 3, "paid");
	run();
	is_int(out->nchanges, 3, "three changes");
	is_int(out->changes[0].op, CHANGE_DELETE, "an update that leaves the filter is a delete");
	is_int(out->changes[0].before[C_ID].i, 101, "by the key that the second gave it");
	is_int(out->changes[1].after[C_ID].i, 102, "a row that stays");
	is_int(out->changes[2].before[C_ID].i, 103, "a delete goes through the second");
	end();
}

/* The whole batch as one text: op, id and small of each row. */
static const char *outcome(const struct batch *b)
{
	static char text[400];
	size_t n = 0;

	text[0] = '\0';
	for (size_t i = 0; i < b->nchanges && n < sizeof(text); i++) {
		const struct change *c = &b->changes[i];

		n += (size_t)snprintf(text + n, sizeof(text) - n, "%c%s%lld:%lld ", c->op, c->dead ? "!" : "",
				(long long)(c->after ? c->after[C_ID].i : -1), (long long)number(c, "small"));
	}
	return text;
}

static void add_count(void *arg, const char *name, uint64_t count)
{
	((uint64_t *)arg)[strcmp(name, "second") == 0] += count;
}

static void add_drop(void *arg, const struct script_drop *drop)
{
	((uint64_t *)arg)[2] += drop->rows;
}

static void counted_is(uint64_t first, uint64_t second, uint64_t drops, const char *name)
{
	uint64_t n[3] = { 0 };

	script_counts_fresh(chain, add_count, n);
	script_drops_fresh(chain, add_drop, n);
	ok(n[0] == first && n[1] == second && n[2] == drops, "%s: %d, %d, %d dropped", name, (int)n[0], (int)n[1],
			(int)n[2]);
}

/* Its time is over after each row, whatever the clock says: it goes on where it was, and other batches go through meanwhile. */
static void test_paused(void)
{
#define LONG " for i = 1, 12000 do local x = i end "
	static const char *const texts[] = {
		"function transform(row) counter('first')" LONG
		"if row.id == 2 then drop('two') end row.small = row.id * 2 return row end",
		"function transform(row) counter('second')" LONG
		"if row.id == 4 then error('x') end row.small = row.small + 1 return row end",
		NULL
	};
	struct batch *other_in = batch_new(), *other_out = batch_new();
	struct script_pause *pause = NULL;
	char whole[400];
	struct script_stats stats;
	struct err err = { 0 };
	int pauses = 0;

	open_chain(texts);
	for (int i = 1; i <= 5; i++)
		add(CHANGE_CREATE, i, "paid");
	orders_add(other_in, orders, CHANGE_CREATE, 9, "paid");
	run();
	snprintf(whole, sizeof(whole), "%s", outcome(out));
	is_str(whole, "c1:3 c3:7 c!4:8 c5:11 ", "in one go");
	counted_is(5, 3, 1, "counted: rows that passed or were dropped, none that failed");
	batch_reset(out);
	while (script_run_until(chain, in, 0, in->nchanges, out, 1, &pause, &err) == 1) {
		pauses++;
		batch_reset(other_out);
		is_int(script_run(chain, other_in, 0, 1, other_out, &err), 0, "another batch goes through");
		is_int(number(&other_out->changes[0], "small"), 19, "as always");
		counted_is(1, 1, 0, "counted: the other batch, nothing of the one that is paused");
	}
	counted_is(5, 3, 1, "counted when it is over: all of it, once");
	is_int(pauses, 7, "paused after each row of both scripts but their last");
	ok(pause == NULL, "it is over");
	is_str(outcome(out), whole, "and has the same rows as in one go");
	script_stats(chain, &stats);
	ok(stats.rows_in == 10 + 7 && stats.dropped == 2 && stats.dead == 2, "each row was counted once a go");
	batch_reset(out);
	is_int(script_run_until(chain, in, 0, in->nchanges, out, 1, &pause, &err), 1, "one that is never finished");
	script_pause_free(pause);
	counted_is(0, 0, 0, "is not counted");
	batch_reset(out);
	is_int(script_run(chain, in, 0, in->nchanges, out, &err), 0, "one that comes again");
	script_counts_back(chain);
	counted_is(0, 0, 0, "is not counted");
	batch_free(other_in);
	batch_free(other_out);
	end();
}

struct told {
	int count;
	char script[20], text[300];
};

static void tell(void *arg, const struct script_finding *f)
{
	struct told *told = arg;

	told->count++;
	snprintf(told->script, sizeof(told->script), "%s", f->script);
	snprintf(told->text, sizeof(told->text), "%s", f->text);
}

static void test_lint(void)
{
	static const char *const texts[] = {
		"fields = { a = 'bigint' } function transform(row) row.a = 1 return row end",
		"function transform(row) row.small = row.a row.small = row.c return row end", NULL
	};
	struct told told = { 0 };
	struct err err = { 0 };

	open_chain(texts);
	is_int(script_lint(chain, orders, tell, &told, &err), 0, "is looked at");
	is_int(told.count, 1, "the second knows the columns of the first");
	is_str(told.script, "b.lua", "the script is told");
	ok(strstr(told.text, "row.c: expected a column") != NULL, "and the column that none has");
	end();
}

static struct script_sample seen[64];
static size_t nseen;

static void note_sample(void *arg, const struct script_sample *sample)
{
	(void)arg;
	if (nseen < 64)
		seen[nseen++] = *sample;
}

static void test_samples(void)
{
	static const char *const texts[] = { "function transform(row) return row end",
		"function transform(row) local n = 0 for i = 1, 500 do n = n + i end row.small = n % 7 return row end",
		NULL };
	struct script_one one;
	size_t times = 0, counts = 0, late = 0;

	open_chain(texts);
	for (int i = 0; i < 2 * SCRIPT_SAMPLE_ROWS; i++)
		add(CHANGE_CREATE, i, "paid");
	nseen = 0;
	run();
	is_int(nseen, 0, "nobody asks, nothing is looked at");
	script_on_sample(chain, note_sample, NULL);
	for (int i = 0; i < 16; i++)
		run();
	for (size_t i = 0; i < nseen; i++) {
		times += seen[i].ns > 0 && seen[i].instructions == -1;
		counts += seen[i].place == 1 && seen[i].ns == -1 && seen[i].instructions >= 1000 &&
				seen[i].instructions < 1200;
		late += seen[i].place == 1;
	}
	is_int(nseen, 64, "one row in SCRIPT_SAMPLE_ROWS, of each script");
	is_int(late, 32, "which says its place");
	is_int(times, 60, "most have a time");
	is_int(counts, 2, "the instructions of some are counted");
	ok(seen[1].bytes >= 0 && seen[nseen - 1].bytes > 0, "what a row puts out is memory");
	ok(script_one_at(chain, 1, &one) && strcmp(one.name, "b.lua") == 0 &&
					one.stats.rows_in == 17 * 2 * SCRIPT_SAMPLE_ROWS && one.memory > 0,
			"each of a chain has figures of its own");
	ok(!script_one_at(chain, 2, &one), "there are two");
	end();
}

int main(void)
{
	orders = orders_schema();
	in = batch_new();
	out = batch_new();
	test_samples();
	test_rows();
	test_dropped();
	test_paused();
	test_lint();
	batch_free(in);
	batch_free(out);
	schema_unref(orders);
	return tap_done();
}
