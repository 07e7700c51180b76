/* test_script_state.c - state.get() and state.set(): what a row finds of those before it, and what the file has after a crash. */
#include "script/script_state.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "script/script.h"
#include "tests/tap.h"
#include "tests/unit/script_rows.h"

static const struct script_limits limits = { .instructions = 100000, .memory_bytes = 8 << 20, .state_bytes = 2000 };

static struct schema *orders;
static struct batch *in, *out;
static char path[] = "/tmp/millrace-state.XXXXXX";

/* ---- what a script sees ---- */

/* Four rows through the function body; a letter each: its op, ! for a dead one. */
static const char *run(const char *body)
{
	static char ops[10];
	char text[600];
	struct err err = { 0 };
	struct script *s;
	size_t n = 0;

	batch_reset(in);
	batch_reset(out);
	for (int i = 1; i <= 4; i++)
		orders_add(in, orders, CHANGE_CREATE, i, "paid");
	snprintf(text, sizeof(text), "function transform(row, event)\n%s return row end", body);
	s = script_open_text("orders.lua", text, &limits, &err);
	if (s == NULL || script_run(s, in, 0, in->nchanges, out, &err) != 0)
		ok(false, "runs: %s", err.msg);
	script_close(s);
	for (size_t i = 0; i < out->nchanges && n < sizeof(ops) - 1; i++)
		ops[n++] = out->changes[i].dead ? '!' : (char)out->changes[i].op;
	ops[n] = '\0';
	return ops;
}

static int64_t small(size_t i)
{
	return out->nchanges > i && out->changes[i].after ? out->changes[i].after[C_SMALL].i : -1;
}

static void test_script(void)
{
	is_str(run("local n = (state.get('n') or 0) + 1 state.set('n', n) row.small = n"), "cccc", "a running value");
	is_int(small(3), 4, "goes on from row to row");
	is_str(run("local n = (state.get('n') or 0) + 1 state.set('n', n) row.small = state.get('n') if row.id == 2 then error('x') end"),
			"c!cc", "a row that fails");
	is_int(small(3), 3, "has kept nothing");
	is_str(run("local n = (state.get('n') or 0) + 1 state.set('n', n) row.small = n if row.id == 2 then drop('x') end"),
			"ccc", "a row that is dropped");
	is_int(small(2), 4, "has");
	is_str(run("state.set(row.id, true) state.set('1', false) assert(state.get(1) == true and state.get('1') == false) "
		   "state.set('f', 1.5) assert(state.get('f') == 1.5) state.set('f', nil) assert(state.get('f') == nil) "
		   "state.set('t', 'a') state.set('t', 'b') assert(state.get('t') == 'b') assert(math.type(state.get('i') or 1) == 'integer') "
		   "state.set('i', 7)"),
			"cccc", "keys and values of all kinds");
	is_str(run("state.set('a', row.amount)"), "!!!!", "a decimal is none");
	is_str(out->changes[0].dead,
			"orders.lua:2: state.set: expected a text, a number, true, false or nil, found a decimal, time or null; "
			"write tostring(..) of a decimal or a time",
			"told with what to do");
	is_str(run("state.set({}, 1)"), "!!!!", "a table is no key");
	is_str(run("state.set(row.id, ('x'):rep(800))"), "cc!!", "so much may be kept");
	is_str(out->changes[2].dead,
			"orders.lua:2: state.set: expected at most 2000 bytes in all for a partition (script.state.max), found more; "
			"remove keys with state.set(key, nil), or keep hash() of long ones",
			"told with what to do");
	is_str(run("if row.id > 1 then state.set(row.id - 1, nil) end state.set(row.id, ('x'):rep(800))"), "cccc",
			"what is removed makes room");
}

/* ---- the file ---- */

static struct script_state *state;
static enum script_state_found found;
static bool lost;

static void open_as(const struct script_state_wish *wish)
{
	struct err err = { 0 };

	script_state_close(state);
	state = script_state_open(path, wish, &found, &err);
	lost = found != STATE_FOUND;
	if (state == NULL)
		ok(false, "opens: %s", err.msg);
}

static void reopen(int64_t from)
{
	open_as(&(struct script_state_wish){ .from = from, .cut = from });
}

static void set(int64_t offset, const char *key, const char *value)
{
	script_state_set(state, offset, key, strlen(key), value, value ? strlen(value) : 0);
}

static void save(int64_t stored)
{
	struct err err = { 0 };

	if (script_state_save(state, stored, &err))
		ok(false, "saves: %s", err.msg);
}

static const char *get(const char *key)
{
	static char text[100];
	size_t len = 0;
	const char *p = script_state_get(state, key, strlen(key), &len);

	snprintf(text, sizeof(text), "%.*s", (int)len, p ? p : "");
	return p ? text : "(none)";
}

static long size(void)
{
	struct stat st;

	return stat(path, &st) ? -1 : (long)st.st_size;
}

static void test_file(void)
{
	unlink(path);
	reopen(0);
	ok(!lost, "a new file at the beginning");
	set(1, "a", "one");
	set(2, "b", "two");
	save(0);
	set(5, "a", "five");
	set(6, "b", NULL);
	save(0);
	set(7, "a", "never saved");
	reopen(7);
	is_str(get("a"), "five", "as of the offset that comes next");
	is_str(get("b"), "(none)", "with what was removed");
	set(8, "a", "eight");
	set(9, "c", "nine");
	save(7);
	reopen(9);
	is_str(get("a"), "eight", "as of an offset before the end");
	is_str(get("c"), "(none)", "what comes behind it is not there");
	reopen(9);
	is_str(get("a"), "eight", "and stays so");
	set(9, "c", "again");
	save(9);
	reopen(10);
	is_str(get("c"), "again", "what was written again counts");
	reopen(4);
	ok(lost, "what it was before the cut is not known");
	is_str(get("a"), "(none)", "it begins empty");
	unlink(path);
	reopen(4);
	ok(lost, "no file at a later offset: so it is said");
}

static void test_torn(void)
{
	unlink(path);
	reopen(0);
	set(1, "a", "one");
	set(2, "b", "two");
	save(0);
	ok(truncate(path, size() - 1) == 0, "a record that a crash has cut");
	reopen(100);
	is_str(get("a"), "one", "those before it count");
	is_str(get("b"), "(none)", "it does not");
	set(3, "b", "three");
	save(0);
	reopen(100);
	is_str(get("b"), "three", "what is written behind it is found");
}

static void test_shrink(void)
{
	char value[2000];

	memset(value, 'v', sizeof(value) - 1);
	value[sizeof(value) - 1] = '\0';
	unlink(path);
	reopen(0);
	for (int i = 0; i < 10000; i++) {
		value[0] = (char)('a' + i % 26);
		set(i, "key", value);
		if (i % 100 == 99)
			save(i - 150);
	}
	ok(size() < 6 << 20, "a file of old values is written anew (%ld bytes)", size());
	reopen(9900);
	is_int(get("key")[0], 'a' + 9899 % 26, "as of an offset that was stored");
}

static void copy(const char *from, const char *to)
{
	char command[200];

	snprintf(command, sizeof(command), "cp %s %s", from, to);
	ok(system(command) == 0, "%s", command);
}

/* What is stored with the offsets: the sum at `at`, below the offset that reading begins at. */
static void test_sum(void)
{
	char old[60], other[60];
	uint64_t at_two, at_four;

	snprintf(old, sizeof(old), "%s.old", path);
	snprintf(other, sizeof(other), "%s.other", path);
	unlink(path);
	reopen(0);
	ok(script_state_sum(state) == 0, "nothing is kept: 0");
	set(1, "a", "one");
	save(0);
	at_two = script_state_sum(state);
	copy(path, old);
	set(2, "a", "two");
	set(3, "b", "three");
	save(0);
	at_four = script_state_sum(state);
	set(5, "b", NULL);
	set(5, "a", "one");
	save(0);
	ok(script_state_sum(state) == at_two && at_four != at_two,
			"the same values have the same sum, however they came");
	open_as(&(struct script_state_wish){ .from = 5, .cut = 4, .known = true, .sum = at_four });
	ok(!lost && strcmp(get("a"), "two") == 0, "the state of before, known by its sum");
	open_as(&(struct script_state_wish){ .from = 4, .cut = 2, .known = true, .sum = at_two });
	is_int(found, STATE_NONE, "what was cut off cannot be known by it");
	copy(old, path);
	open_as(&(struct script_state_wish){ .from = 3, .cut = 2, .known = true, .sum = at_two });
	ok(!lost && strcmp(get("a"), "one") == 0, "a file that has come so far");
	open_as(&(struct script_state_wish){ .from = 3, .cut = 2, .known = true, .sum = at_two });
	ok(!lost && strcmp(get("a"), "one") == 0, "it is found again, since it was cut where it is known");
	open_as(&(struct script_state_wish){ .from = 9, .cut = 4, .known = true, .sum = at_four });
	ok(found == STATE_OTHER && strcmp(get("a"), "(none)") == 0, "one that has not: it begins empty");
	ok(access(other, F_OK) == 0, "and the file is kept");
	open_as(&(struct script_state_wish){ .from = 9, .cut = 9, .known = true, .sum = script_state_sum(state) });
	ok(!lost, "empty, as it was");
	unlink(path);
	open_as(&(struct script_state_wish){ .from = 9, .cut = 9, .known = true });
	ok(!lost, "no file where nothing was kept: nothing is lost");
	unlink(old);
	unlink(other);
}

/* A batch whose script has to ask again begins again, behind what is stored: a crash begins before it. */
static void test_begun_again(void)
{
	unlink(path);
	reopen(0);
	set(1, "a", "one");
	set(2, "a", "two");
	save(0);
	open_as(&(struct script_state_wish){ .from = 3, .cut = 1 });
	is_str(get("a"), "two", "begun again");
	set(3, "a", "three");
	save(1);
	open_as(&(struct script_state_wish){ .from = 2, .cut = 1 });
	ok(!lost && strcmp(get("a"), "one") == 0, "what is stored is still there");
}

int main(void)
{
	int fd = mkstemp(path);

	if (fd >= 0)
		close(fd);
	orders = orders_schema();
	in = batch_new();
	out = batch_new();
	test_script();
	test_file();
	test_torn();
	test_shrink();
	test_sum();
	test_begun_again();
	script_state_close(state);
	unlink(path);
	batch_free(in);
	batch_free(out);
	schema_unref(orders);
	return tap_done();
}
