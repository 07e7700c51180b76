/* test_script_query.c - lookup{ query = .. } with a server of our own: what it is asked, what is kept, and what becomes of a batch when it does not
 * answer. */
#include "script/script.h"

#include <stdio.h>
#include <stdlib.h>

#include "core/clock.h"
#include "script/query/query_cache.h"
#include "script/query/query_sql.h"
#include "script/query/query_wait.h"
#include "tests/tap.h"
#include "tests/unit/script_rows.h"

static struct {
	unsigned asked, opened, closed;
	char sql[20000];
	int rows; /* -1: it fails, as: */
	enum err_kind kind;
	int takes_ms;  /* for an answer, by the clock of the test */
	size_t filler; /* bytes of a column more; 0: none */
} server;

static char filler[1 << 20];

static void *server_open(void *arg)
{
	server.opened++;
	return arg;
}

static void server_close(void *handle)
{
	(void)handle;
	server.closed++;
}

static int server_ask(void *handle, const char *sql, script_asked *told, void *arg, struct err *err)
{
	(void)handle;
	server.asked++;
	snprintf(server.sql, sizeof(server.sql), "%s", sql);
	if (server.takes_ms)
		clock_sleep_ms(server.takes_ms);
	if (server.rows < 0)
		return err_set(err, server.kind, 0, "no answer");
	if (server.rows) {
		told(arg, "rate", "1.25", 4);
		told(arg, "note", NULL, 0);
		if (server.filler)
			told(arg, "filler", filler, server.filler);
	}
	return server.rows;
}

static const struct script_asker asker = { .arg = &server,
	.open = server_open,
	.ask = server_ask,
	.close = server_close };
static const struct script_limits limits = { .instructions = 1000000, .memory_bytes = 8 << 20, .asker = &asker };
static struct schema *orders;
static struct batch *in, *out;

static struct script *opened(const char *text)
{
	struct err err = { .kind = ERR_NONE };
	struct script *s = script_open_text("q.lua", text, &limits, &err);

	if (s == NULL)
		printf("# %s\n", err.msg);
	server.asked = server.opened = server.closed = 0;
	server.rows = 1;
	server.takes_ms = 0;
	server.filler = 0;
	return s;
}

static void rows(int count, const char *status)
{
	batch_reset(in);
	for (int i = 0; i < count; i++)
		orders_change(in, orders, CHANGE_CREATE, NULL, orders_row(in, orders, i, status));
}

static int run(struct script *s, struct err *err)
{
	err_clear(err);
	batch_reset(out);
	return script_run(s, in, 0, in->nchanges, out, err);
}

static const char *status_of(size_t i)
{
	static char text[200];
	const struct value *v = i < out->nchanges ? &out->changes[i].after[C_STATUS] : NULL;

	if (v == NULL)
		return "nothing";
	if (out->changes[i].dead)
		return out->changes[i].dead;
	snprintf(text, sizeof(text), "%.*s", (int)v->len, v->kind == VALUE_TEXT ? v->p : "");
	return text;
}

#define RATES "local rates = lookup{ query = \"SELECT rate, note FROM shop.rates WHERE currency = ? AND '?' = '?'\" }\n"

static void test_answers(void)
{
	struct script *s = opened(
			RATES "function transform(row) local r = rates[row.status] row.status = r and r.rate .. "
			      "tostring(r.note) or 'none' return row end");
	struct script_stats stats;
	struct err err;

	rows(3, "E'R");
	is_int(run(s, &err), 0, "rows pass");
	is_str(status_of(0), "1.25null", "values are text, NULL is null");
	is_int(server.asked, 1, "the same key is asked for once");
	is_str(server.sql, "SELECT rate, note FROM shop.rates WHERE currency = _utf8mb4 X'452752' AND '?' = '?'",
			"the key is no SQL");
	rows(1, "other");
	server.rows = 0;
	run(s, &err);
	is_str(status_of(0), "none", "a key without a row is nil");
	run(s, &err);
	is_int(server.asked, 2, "that is kept as well");
	script_stats(s, &stats);
	ok(stats.lookups == 5 && stats.lookups_known == 3 && stats.lookups_none == 2, "%d lookups, %d known, %d none",
			(int)stats.lookups, (int)stats.lookups_known, (int)stats.lookups_none);
	server.rows = 2;
	rows(1, "two");
	run(s, &err);
	ok(strstr(status_of(0), "at most one row for a key, found more") != NULL, "several rows for a key: %s",
			status_of(0));
	script_close(s);
	is_int(server.opened, 1, "one connection");
	is_int(server.closed, 1, "which is closed");
}

static void test_keys(void)
{
	struct script *s = opened(
			"local q = lookup{ query = 'SELECT a FROM t WHERE a = ? AND b = ?', age = 1, max = 2 }\n"
			"function transform(row) local r = q(row.id, row.amount) r = q(row.created, 1.5) "
			"if q(null, 1) then drop() end return row end");
	struct err err;

	rows(1, "x");
	run(s, &err);
	is_int(out->nchanges && out->changes[0].dead == NULL, 1, "numbers, times and NULL: %s", status_of(0));
	is_int(server.asked, 2, "nothing is equal to NULL, so that is not asked");
	script_close(s);
	s = opened("local q = lookup{ query = 'SELECT a FROM t WHERE a = ?' }\n"
		   "function transform(row) local r = q[row.status .. '\\xff\\xab'] return row end");
	run(s, &err);
	is_str(server.sql, "SELECT a FROM t WHERE a = X'78ffab'", "bytes that are no text have no character set");
	script_close(s);
	s = opened("local q = lookup{ query = 'SELECT a FROM t WHERE a = ?' }\n"
		   "function transform(row) local r = q(1, 2) return row end");
	run(s, &err);
	ok(strstr(status_of(0), "expected 1 values for the key, found 2") != NULL, "their number: %s", status_of(0));
	script_close(s);
	s = opened("local q = lookup{ query = 'SELECT a FROM t WHERE a = ?' }\n"
		   "function transform(row) local r = q[0/0] return row end");
	run(s, &err);
	ok(strstr(status_of(0), "expected a finite number") != NULL, "not a number: %s", status_of(0));
	script_close(s);
}

/* As many as there may be; and what is asked for again when they are too many. */
static void test_ceiling(void)
{
	struct script *s = opened("local q = lookup{ query = 'SELECT a FROM t WHERE a = ?', max = 10 }\n"
				  "function transform(row) local r = q[row.id] return row end");
	struct err err;

	rows(25, "x");
	run(s, &err);
	is_int(server.asked, 25, "each once");
	rows(15, "x");
	run(s, &err);
	is_int(server.asked, 40, "those that had to go are asked for again");
	batch_reset(in);
	for (int i = 5; i < 15; i++)
		orders_change(in, orders, CHANGE_CREATE, NULL, orders_row(in, orders, i, "x"));
	run(s, &err);
	is_int(server.asked, 40, "the last ten are known");
	script_close(s);
}

static void test_no_answer(void)
{
	struct script *s = opened(RATES
			"function transform(row) local good, r = pcall(function() return rates[row.id].rate end) row.status = r "
			"return row end");
	struct err err;

	rows(2, "x");
	server.rows = -1;
	server.kind = ERR_UNREACHABLE;
	is_int(run(s, &err), -1, "a server that does not answer: the batch comes again, pcall or not");
	is_str(err.msg, "q.lua: lookup: no answer", "and says why");
	is_int(err.kind, ERR_UNREACHABLE, "as a failure that passes");
	run(s, &err);
	is_int(server.asked, 1, "it is not asked again at once");
	script_close(s);
	s = opened(RATES "function transform(row) row.status = rates[row.id].rate return row end");
	server.rows = -1;
	server.kind = ERR_DATA;
	is_int(run(s, &err), 0, "a statement that is refused is not the batch's");
	ok(strstr(status_of(1), "q.lua:2: lookup: no answer") != NULL, "but the row's: %s", status_of(1));
	script_close(s);
}

/* ---- a server that is slow ---- */

static int tries(struct script *s, int most)
{
	struct err err;
	int n = 1;

	while (run(s, &err) != 0 && n < most)
		n++;
	return n;
}

static size_t dead(void)
{
	size_t n = 0;

	for (size_t i = 0; i < out->nchanges; i++)
		n += out->changes[i].dead != NULL;
	return n;
}

/* What the server takes is none of the five seconds of a row, nor of the ten of a batch. */
static void test_time(void)
{
	struct script *s = opened(
			"local a = lookup{ query = 'SELECT a FROM t WHERE a = ?' } function transform(row) "
			"for i = 1, 30000 do end local r = a[row.id] for i = 1, 30000 do end row.status = r.rate return row end");
	struct err err;

	clock_fake(1000000000);
	rows(1, "x");
	server.takes_ms = 6000;
	run(s, &err);
	is_str(status_of(0), "1.25", "six seconds for an answer are not the row's");
	script_close(s);
	s = opened("local a = lookup{ query = 'SELECT a FROM t WHERE a = ?' } function transform(row) "
		   "for i = 1, 30000 do end local r = a[row.id] for i = 1, 30000 do end row.status = r.rate return row end");
	rows(200, "x");
	server.takes_ms = 400;
	is_int(tries(s, 100), 40, "a batch is given back each time when two seconds have been waited for answers");
	ok(dead() == 0 && out->nchanges == 200, "80 seconds later all of it passes: %zu rows, %zu dead", out->nchanges,
			dead());
	is_int(server.asked, 200, "and each key was asked for once");
	script_close(s);
	clock_fake(-1);
}

/* Neither age nor max keep a batch from coming further. */
static void test_slow_and_small(void)
{
	struct script *s = opened("local a = lookup{ query = 'SELECT a FROM t WHERE a = ?', age = 1, max = 2 } "
				  "function transform(row) row.status = a[row.id].rate return row end");
	struct batch *slow = in;
	struct err err;
	int n = 0;

	clock_fake(1000000000);
	rows(100, "x");
	server.takes_ms = 900;
	in->partition = 1;
	while (run(s, &err) != 0 && n++ < 100) { /* another batch passes in between */
		in = batch_new();
		rows(1, "y");
		if (run(s, &err) != 0)
			ok(false, "the other batch passes: %s", err.msg);
		batch_free(in);
		in = slow;
	}
	ok(n < 40 && dead() == 0, "100 keys, 0.9 s for each, answers that are good for one: given back %d times", n);
	in->partition = 0;
	script_close(s);
	clock_fake(-1);
}

static void tell_slow(void *arg, const struct script_slow *slow)
{
	(void)slow;
	++*(int *)arg;
}

/* Answers that there is no room for: the batch gets more time, and passes. */
static void test_slow_and_large(void)
{
	struct script *s = opened(
			"local a = lookup{ query = 'SELECT a FROM t WHERE a = ?' } "
			"local b = lookup{ query = 'SELECT b FROM t WHERE a = ?' } "
			"function transform(row) for i = 1, 30000 do end local x = b[row.id] row.status = a[row.id].rate return row end");
	int n, told = 0;

	clock_fake(1000000000);
	rows(100, "x");
	server.takes_ms = 900;
	server.filler = 500000;
	script_on_slow(s, tell_slow, &told);
	n = tries(s, 100);
	ok(n < 20 && out->nchanges == 100 && dead() == 0, "100 MB of answers in 8 MB: passes in %d tries", n);
	is_int(told, 0, "the script is not called slow for it");
	script_close(s);
	clock_fake(-1);
}

/* All queries of a script keep no more than script.memory. */
static void test_room(void)
{
	struct query_room room = { .max_bytes = 100000, .keep_us = INT64_MAX };
	struct query_cache a, b;
	size_t kept = 0;

	query_cache_begin(&a, &room);
	query_cache_begin(&b, &room);
	a.max = b.max = 1000;
	for (int i = 0; i < 200; i++) {
		char key[16];
		size_t len = (size_t)snprintf(key, sizeof(key), "%d", i);

		query_keep(i % 4 ? &a : &b, key, len, filler, 1000, true, i + 1);
		kept = room.bytes > kept ? room.bytes : kept;
	}
	ok(kept <= 100000 && room.bytes > 80000, "two queries hold %zu bytes of 100000 at most", kept);
	ok(a.bytes + b.bytes == room.bytes && a.count > 30 && b.count > 30, "each has a part: %zu and %zu answers",
			a.count, b.count);
	query_forget(&a);
	query_forget(&b);
	is_int(room.bytes, 0, "all is given back");
}

static void test_waits(void)
{
	struct query_waits w = { .at = { { .since_us = 0 } } };

	for (int i = 1; i <= QUERY_WAITS + 1; i++)
		query_wait_put(&w,
				&(struct query_wait){ .partition = i, .since_us = 100 + i, .told_us = i == 3 ? 0 : i });
	ok(query_wait_find(&w, NULL, 3, 0) == NULL && query_wait_find(&w, NULL, 9, 0),
			"one that was told first makes room");
	is_int(query_wait_oldest(&w, 1000), 101, "since when");
	query_wait_over(&w, NULL, 1, 0);
	is_int(query_wait_oldest(&w, 1000), 102, "one is over");
	is_int(query_wait_oldest(&w, 1000000000), INT64_MAX, "those that do not come again are forgotten");
}

static void test_params(void)
{
	static const struct {
		const char *sql;
		int count, first;
	} texts[] = {
		{ "a = ?", 1, 4 },
		{ "'it''s ?' ?", 1, 10 },
		{ "'it\\'s ?' ?", 1, 10 },
		{ "\"a\\\" ?\" ?", 1, 8 },
		{ "'\\\\' ?", 1, 5 },
		{ "`a\\` ?", 1, 5 },
		{ "'?\\", -1, 0 },
		{ "'?\\'", -1, 0 },
		{ "/* ? ' */ ?", 1, 10 },
		{ "/* ?", -1, 0 },
		{ "/*! ? */", 1, 4 },
		{ "/*!80000 ? */ ?", 2, 9 },
		{ "/*+ ? */ ?", 1, 9 },
		{ "a -- ? '\n ?", 1, 10 },
		{ "a --\n?", 1, 5 },
		{ "a --?", 1, 4 },
		{ "a # ? \"\n?", 1, 8 },
		{ "a # ?", 0, 0 },
		{ "5 / ? * ?", 2, 4 },
		{ "?????????", -1, 0 },
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		int at[QUERY_PARAMS_MAX] = { 0 }, n = query_params(texts[i].sql, at);

		ok(n == texts[i].count && at[0] == texts[i].first, "%s: %d, the first at %d", texts[i].sql, n, at[0]);
	}
}

static void add_count(void *arg, const char *name, uint64_t count)
{
	(void)name;
	*(uint64_t *)arg += count;
}

static void add_drop(void *arg, const struct script_drop *drop)
{
	*(uint64_t *)arg += drop->rows;
}

/* What a batch that comes again has counted is not counted twice; it would make the guard take a good version back. */
static void test_counts(void)
{
	struct script *s = opened(
			RATES "function transform(row) counter('seen') if row.id == 0 then drop('first') end "
			      "if row.id == 1 then error('bad') end row.status = rates[row.id].rate return row end");
	struct script_stats stats;
	struct err err;
	uint64_t seen = 0, drops = 0;

	rows(3, "x");
	server.rows = -1;
	server.kind = ERR_UNREACHABLE;
	is_int(run(s, &err), -1, "the third row waits");
	is_int(run(s, &err), -1, "and again");
	script_stats(s, &stats);
	ok(stats.rows_in == 0 && stats.dropped == 0 && stats.dead == 0 && stats.rows_out == 0,
			"rows that come again are not counted: %d in, %d out, %d dropped, %d dead", (int)stats.rows_in,
			(int)stats.rows_out, (int)stats.dropped, (int)stats.dead);
	script_counts_fresh(s, add_count, &seen);
	script_drops_fresh(s, add_drop, &drops);
	ok(seen == 0 && drops == 0, "neither by counter() nor by reason: %d, %d", (int)seen, (int)drops);
	ok(stats.lookups > 0, "lookups are");
	script_close(s);
}

static void refused(const char *text, const char *why)
{
	struct err err = { .kind = ERR_NONE };
	struct script *s = script_open_text("q.lua", text, &limits, &err);

	ok(s == NULL && strstr(err.msg, why) != NULL, "%s: %s", text, err.msg);
	script_close(s);
}

static void test_refused(void)
{
#define END " function transform(row) return row end"
	refused("lookup{ query = 'DELETE FROM t WHERE a = ?' }" END, "expected SELECT ..");
	refused("lookup{ query = 'SELECT 1' }" END, "1 to 8 times ?");
	refused("lookup{ query = \"SELECT '?\" }" END, "1 to 8 times ?");
	refused("lookup{ query = 'SELECT ?', agee = 1 }" END, "expected query, age and max, found 'agee'");
	refused("lookup{ query = 'SELECT ?', age = 0 }" END, "age: expected a number from 1 to 86400");
	refused("lookup{ age = 1 }" END, "query: expected a text, found nil");
	refused("local q = lookup{ query = 'SELECT ?' } local x = q[1]" END,
			"found one from while the script is loaded");
#undef END
}

/* lookup() of a file is counted, too; here one that is given. */
static void test_file(void)
{
	static const struct script_file file = { .path = "r.csv", .text = "c,rate\nEUR,1.1\n" };
	const struct script_origin from = {
		.path = "q.lua",
		.text = "local r = lookup('r.csv') function transform(row) local a = r.EUR.rate .. tostring(r.USD) local n = 0 for k, v in pairs(r) do n = n + 1 end row.status = a .. n return row end",
		.files = &file,
		.nfiles = 1,
	};
	struct err err = { .kind = ERR_NONE };
	struct script *s = script_open_from(&from, &limits, &err);
	struct script_stats stats;

	rows(2, "x");
	if (!ok(s != NULL, "a script with a file: %s", err.msg))
		return;
	run(s, &err);
	is_str(status_of(0), "1.1nil1", "its rows");
	script_stats(s, &stats);
	ok(stats.lookups == 4 && stats.lookups_known == 4 && stats.lookups_none == 2, "%d lookups, %d known, %d none",
			(int)stats.lookups, (int)stats.lookups_known, (int)stats.lookups_none);
	script_close(s);
}

/* A case says what is found. */
static void test_case(void)
{
	struct script *s = opened(RATES
			"function transform(row) local r = rates[row.status] row.email = r and r.rate or 'none' return row end");
	static const char *const lines[] = {
		"{\"row\":{\"id\":1,\"status\":\"EUR\",\"small\":1},\"lookup\":{\"EUR\":{\"rate\":\"2\"}},\"expect\":{\"email\":\"2\"}}",
		"{\"row\":{\"id\":1,\"status\":\"EUR\",\"small\":1},\"expect\":{\"email\":\"none\"}}",
	};

	for (size_t i = 0; i < 2; i++) {
		struct script_case result;

		script_case_run(s, orders, lines[i], strlen(lines[i]), &result);
		ok(result.passed, "case %zu: %s", i, result.text);
	}
	is_int(server.asked, 0, "no server is asked");
	script_close(s);
}

int main(void)
{
	orders = orders_schema();
	in = batch_new();
	out = batch_new();
	test_answers();
	test_keys();
	test_ceiling();
	test_no_answer();
	test_time();
	test_slow_and_small();
	test_slow_and_large();
	test_room();
	test_waits();
	test_params();
	test_counts();
	test_refused();
	test_file();
	test_case();
	batch_free(in);
	batch_free(out);
	schema_unref(orders);
	return tap_done();
}
