/*
 * log_test.c - the contract of the log: the same cases against both implementations.
 *
 *   log_test                       the embedded log in a folder of its own
 *   log_test local DIR
 *   log_test kafka BOOTSTRAP [COMMAND]   COMMAND kill|restart kills and restarts the broker, for the case that needs it
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/clock.h"
#include "core/intern.h"
#include "core/xalloc.h"
#include "log/log.h"
#include "tests/tap.h"

enum { PATIENCE_US = 30 * 1000 * 1000 };

static struct log_conf conf = {
	.name = (char *)"logtest",
	.partitions = 4,
	.replication = -1,
	.retention_ms = -1,
	.retention_bytes = -1,
	.segment_bytes = 1 << 20,
	.timeout_ms = 10000,
};
static struct log *l;
static const char *server_command;
static char run_id[32];

static const char *name_of(const char *what)
{
	char name[96];

	snprintf(name, sizeof name, "lt%s.%s", run_id, what);
	return intern(name);
}

static const char *new_topic(const char *what, enum log_topic_kind kind)
{
	const char *name = name_of(what);
	struct err err = { 0 };

	if (!ok(log_topic_ensure(l, name, kind, &err) == 0, "topic %s", what))
		printf("# %s\n", err.msg);
	return name;
}

static struct record rec(const char *topic, int32_t partition, const char *key, const char *value)
{
	return (struct record){
		.topic = topic,
		.partition = partition,
		.key = key,
		.key_len = key ? (uint32_t)strlen(key) : 0,
		.value = value,
		.value_len = value ? (uint32_t)strlen(value) : 0,
	};
}

static int good(int rc, const struct err *err, const char *what)
{
	if (!ok(rc == 0, "%s", what))
		printf("# %s: %s\n", err_kind_name(err->kind), err->msg);
	return rc;
}

static struct log_writer *open_writer(const char *what)
{
	struct err err = { 0 };
	struct log_writer *w = log_writer_open(l, name_of(what), &err);

	good(w ? 0 : -1, &err, "a writer opens");
	return w;
}

/* As an engine does it: an open outcome is waited for. */
static int commit(struct log_writer *w, struct err *err)
{
	int64_t until_us = clock_mono_us() + PATIENCE_US;
	int rc;

	do {
		err_clear(err);
		rc = log_writer_commit(w, err);
	} while (rc && err->kind == ERR_UNREACHABLE && clock_mono_us() < until_us);
	return rc;
}

static void write_numbers(struct log_writer *w, const char *topic, int32_t partition, int from, int to)
{
	struct batch *b = batch_new();
	struct err err = { 0 };

	for (int i = from; i < to; i++) {
		struct record *r = batch_add_record(b);
		char *value = arena_printf(&b->arena, "%d", i);

		*r = rec(topic, partition, value, value);
		r->hash = (uint32_t)i;
	}
	good(log_writer_append(w, b, &err), &err, "append");
	good(commit(w, &err), &err, "commit");
	batch_free(b);
}

/* ---- collecting what is read ---- */

struct got {
	char text[4096]; /* "offset:key=value " per record */
	int count;
	int64_t first, last;
	int stop_after; /* 0: never */
	int64_t sum;
};

static int collect(void *arg, const struct record *r)
{
	struct got *g = arg;
	size_t at = strlen(g->text);

	if (at < sizeof g->text - 200)
		snprintf(g->text + at, sizeof g->text - at, "%.*s=%.*s ", r->key ? (int)r->key_len : 4,
				r->key ? r->key : "null", r->value ? (int)r->value_len : 4,
				r->value ? r->value : "null");
	if (g->count++ == 0)
		g->first = r->offset;
	g->last = r->offset;
	if (r->value && r->value_len < 20) {
		char digits[24] = "";

		memcpy(digits, r->value, r->value_len);
		g->sum += atoll(digits);
	}
	return g->stop_after && g->count >= g->stop_after;
}

static struct got scan(const char *topic, int32_t partition, int64_t from, int64_t to)
{
	struct got g = { .text = "" };
	struct err err = { 0 };

	if (log_scan(l, topic, partition, from, to, collect, &g, &err))
		printf("# scan: %s\n", err.msg);
	return g;
}

/* Kafka answers a commit before its markers are written, so what was committed may be seen a moment later. */
static struct got scan_for(int count, const char *topic)
{
	int64_t until_us = clock_mono_us() + PATIENCE_US;
	struct got g;

	do
		g = scan(topic, 0, -1, -1);
	while (g.count < count && clock_mono_us() < until_us);
	return g;
}

static struct log_reader *open_reader(const char *group, const char *topic)
{
	char *items[] = { (char *)(uintptr_t)topic };
	struct conf_list list = { items, 1 };
	struct err err = { 0 };
	struct log_reader *r = log_reader_open(l, name_of(group), &list, &err);

	good(r ? 0 : -1, &err, "a reader opens");
	return r;
}

struct reading {
	struct log_reader *r;
	struct got got;
	int64_t to[8]; /* of each partition */
	int batches, changes, gaps, mixed;
};

static enum log_read poll_once(struct reading *rd, struct batch *b)
{
	struct err err = { 0 };
	enum log_read what;

	batch_reset(b);
	what = log_reader_poll(rd->r, b, 1 << 20, 200, &err);
	if (what == LOG_READ_FAILED)
		printf("# poll: %s\n", err.msg);
	if (what == LOG_READ_CHANGED)
		rd->changes++;
	if (what != LOG_READ_BATCH)
		return what;
	rd->batches++;
	/* Without records a batch tells the end behind a transaction's marker. */
	rd->gaps += b->nrecords ? b->from > b->records[0].offset || b->to <= b->records[b->nrecords - 1].offset
				: b->to <= b->from;
	for (size_t i = 0; i < b->nrecords; i++) {
		rd->mixed += b->records[i].partition != b->partition || b->records[i].topic != b->topic;
		rd->mixed += i > 0 && b->records[i].offset <= b->records[i - 1].offset;
		collect(&rd->got, &b->records[i]);
	}
	if (b->partition < 8)
		rd->to[b->partition] = b->to;
	return what;
}

static void read_until(struct reading *rd, int count)
{
	struct batch *b = batch_new();
	int64_t until_us = clock_mono_us() + PATIENCE_US;

	while (rd->got.count < count && clock_mono_us() < until_us)
		poll_once(rd, b);
	batch_free(b);
}

static size_t assigned_of(struct log_reader *r, struct log_assigned *out, size_t max, struct err *err)
{
	struct log_assigned_list list = { 0 };
	size_t n;

	log_reader_assigned(r, &list, err);
	n = list.count < max ? list.count : max;
	if (n)
		memcpy(out, list.items, n * sizeof(*out));
	free(list.items);
	return n;
}

static size_t wait_assigned(struct reading *rd, size_t want, struct log_assigned *out, size_t max)
{
	struct batch *b = batch_new();
	int64_t until_us = clock_mono_us() + PATIENCE_US;
	struct err err = { 0 };
	size_t n = 0;

	while (n != want && clock_mono_us() < until_us) {
		poll_once(rd, b);
		n = assigned_of(rd->r, out, max, &err);
	}
	batch_free(b);
	return n;
}

/* ---- cases ---- */

static int check_whole(void *arg, const struct record *r)
{
	int *n = arg;

	switch ((*n)++) {
	case 0:
		is_mem(r->key, r->key_len, "k", 1, "key");
		is_mem(r->value, r->value_len, "v", 1, "value");
		is_int(r->timestamp_ms, 1700000000123, "timestamp");
		is_int(r->nheaders, 3, "headers");
		is_str(r->headers[0].name, "a", "header name");
		is_mem(r->headers[0].value, r->headers[0].len, "1", 1, "header value");
		ok(r->headers[1].value == NULL, "null header");
		ok(r->headers[2].value && r->headers[2].len == 0, "empty header");
		ok(r->headers[0].name == intern("a"), "header names are interned");
		ok(r->topic == intern(r->topic), "topic is interned");
		break;
	case 1:
		ok(r->key == NULL && r->value != NULL, "null key");
		ok(r->timestamp_ms > 1700000000123, "a time of its own");
		break;
	case 2: ok(r->value == NULL, "null value"); break;
	case 3: ok(r->key && r->key_len == 0 && r->value && r->value_len == 0, "empty is not null"); break;
	}
	return 0;
}

static void test_records(void)
{
	const char *topic = new_topic("records", LOG_TOPIC_HISTORY);
	struct log_writer *w = open_writer("records");
	struct record_header headers[] = { { intern("a"), "1", 1 }, { intern("b"), NULL, 0 }, { intern("a"), "", 0 } };
	struct record r[4] = { rec(topic, PARTITION_ANY, "k", "v"), rec(topic, 0, NULL, "x"),
		rec(topic, PARTITION_BY_KEY, "k", NULL), rec(topic, 0, "", "") };
	struct err err = { 0 };
	int n = 0;

	r[0].timestamp_ms = 1700000000123;
	r[0].headers = headers;
	r[0].nheaders = 3;
	for (int i = 0; i < 4; i++)
		good(log_writer_append_record(w, &r[i], &err), &err, "append a record");
	good(commit(w, &err), &err, "commit");
	is_int(scan_for(4, topic).count, 4, "all four");
	good(log_scan(l, topic, 0, -1, -1, check_whole, &n, &err), &err, "scan");
	is_int(n, 4, "four records");
	log_writer_close(w);
}

static void test_transactions(void)
{
	const char *topic = new_topic("tx", LOG_TOPIC_HISTORY), *other = new_topic("tx2", LOG_TOPIC_HISTORY);
	struct log_writer *w = open_writer("tx");
	struct record a = rec(topic, 0, "a", "1"), b = rec(other, 0, "b", "2");
	struct err err = { 0 };

	good(commit(w, &err), &err, "an empty commit is none");
	good(log_writer_append_record(w, &a, &err), &err, "append");
	good(log_writer_append_record(w, &b, &err), &err, "append to a second topic");
	is_int(scan(topic, 0, -1, -1).count, 0, "nothing is seen before the commit");
	good(commit(w, &err), &err, "commit");
	is_str(scan_for(1, topic).text, "a=1 ", "seen after the commit");
	is_str(scan_for(1, other).text, "b=2 ", "in both topics");
	a.value = "9";
	good(log_writer_append_record(w, &a, &err), &err, "append");
	log_writer_close(w);
	is_str(scan(topic, 0, -1, -1).text, "a=1 ", "closing aborts");
	w = open_writer("tx");
	a.value = "3";
	good(log_writer_append_record(w, &a, &err), &err, "append after the abort");
	good(commit(w, &err), &err, "commit after the abort");
	is_str(scan_for(2, topic).text, "a=1 a=3 ", "only what was committed");
	log_writer_close(w);
}

/* More topics than one transaction may hold a little of each, and one that gets many times what goes at once. */
static void test_wide_transaction(void)
{
	enum { TOPICS = 24, RECORDS = 10, MORE = 60, BYTES = 90000 };
	struct log_writer *w = open_writer("wide");
	const char *topics[TOPICS];
	char *value = xcalloc(1, BYTES);
	struct err err = { 0 };
	struct record r;

	memset(value, 'x', BYTES - 1);
	for (int t = 0; t < TOPICS; t++) {
		char name[32];

		snprintf(name, sizeof name, "wide%d", t);
		topics[t] = new_topic(name, LOG_TOPIC_HISTORY);
	}
	for (int i = 0; i < RECORDS; i++)
		for (int t = 0; t < TOPICS; t++) {
			r = rec(topics[t], 0, "1", value);
			if (log_writer_append_record(w, &r, &err))
				good(-1, &err, "append");
		}
	for (int i = 0; i < MORE; i++) {
		r = rec(topics[0], 0, "1", value);
		if (log_writer_append_record(w, &r, &err))
			good(-1, &err, "append");
	}
	good(commit(w, &err), &err, "a wide transaction is committed");
	for (int t = 0; t < TOPICS; t++) {
		int want = RECORDS + (t == 0 ? MORE : 0);

		is_int(scan_for(want, topics[t]).count, want, "all records of topic %d", t);
	}
	log_writer_close(w);
	free(value);
}

static void test_fencing(void)
{
	const char *topic = new_topic("fence", LOG_TOPIC_HISTORY);
	struct log_writer *old = open_writer("fence"), *new;
	struct record a = rec(topic, 0, "old", "1"), b = rec(topic, 0, "new", "2");
	struct err err = { 0 };
	int rc;

	good(log_writer_append_record(old, &a, &err), &err, "the first writer appends");
	new = open_writer("fence");
	rc = log_writer_append_record(old, &a, &err);
	if (rc == 0)
		rc = commit(old, &err);
	is_int(rc, -1, "the first writer fails");
	is_int(err.kind, ERR_FENCED, "as fenced: %s", err.msg);
	ok(strstr(err.msg, name_of("fence")) != NULL, "the message names the id");
	err_clear(&err);
	good(log_writer_append_record(new, &b, &err), &err, "the second appends");
	good(commit(new, &err), &err, "the second commits");
	is_str(scan_for(1, topic).text, "new=2 ", "only the second one's record is there");
	log_writer_close(old);
	log_writer_close(new);
}

static void test_wrong_writes(void)
{
	const char *topic = new_topic("wrong", LOG_TOPIC_HISTORY);
	struct log_writer *w = open_writer("wrong");
	struct record a = rec(name_of("missing"), 0, "a", "1"), b = rec(topic, 7, "a", "1"),
		      c = rec(topic, 0, "c", "1");
	struct err err = { 0 };

	is_int(log_writer_append_record(w, &a, &err), -1, "a topic that does not exist");
	is_int(err.kind, ERR_CONFIG, "is said: %s", err.msg);
	err_clear(&err);
	is_int(log_writer_append_record(w, &b, &err), -1, "a partition that does not exist");
	is_int(err.kind, ERR_CONFIG, "is said: %s", err.msg);
	err_clear(&err);
	good(log_writer_append_record(w, &c, &err), &err, "the writer goes on");
	good(commit(w, &err), &err, "and commits");
	is_str(scan_for(1, topic).text, "c=1 ", "only what was right");
	log_writer_close(w);
}

static void test_ranges(void)
{
	const char *topic = new_topic("range", LOG_TOPIC_HISTORY);
	struct log_writer *w = open_writer("range");
	struct record late = rec(topic, 0, "late", "late");
	struct got g, stopped = { .stop_after = 5 };
	struct err err = { 0 };
	int64_t offset;

	write_numbers(w, topic, 0, 0, 1000);
	write_numbers(w, topic, 0, 1000, 3000);
	g = scan_for(3000, topic);
	is_int(g.count, 3000, "all");
	is_int(g.sum, 2999 * 3000 / 2, "each once");
	g = scan(topic, 0, 10, 20);
	is_str(g.text, "10=10 11=11 12=12 13=13 14=14 15=15 16=16 17=17 18=18 19=19 ", "a range");
	is_int(scan(topic, 0, 20, 20).count, 0, "an empty range");
	is_int(scan(topic, 0, 1 << 30, -1).count, 0, "a range behind the end");
	good(log_scan(l, topic, 0, -1, -1, collect, &stopped, &err), &err, "a scan that is stopped");
	is_int(stopped.count, 5, "stops");
	late.timestamp_ms = 4000000000000;
	good(log_writer_append_record(w, &late, &err), &err, "append");
	good(commit(w, &err), &err, "commit");
	is_int(scan_for(3001, topic).count, 3001, "one more");
	good(log_offset_at(l, topic, 0, 3999999999999, &offset, &err), &err, "offset at a time");
	is_str(scan(topic, 0, offset, -1).text, "late=late ", "is the first one not before");
	good(log_offset_at(l, topic, 0, 0, &offset, &err), &err, "offset at the beginning of time");
	is_int(offset, 0, "is the first");
	good(log_offset_at(l, topic, 0, 4000000000001, &offset, &err), &err, "offset after all");
	is_int(scan(topic, 0, offset, -1).count, 0, "is the end");
	is_int(log_scan(l, name_of("missing"), 0, -1, -1, collect, &stopped, &err), -1, "a topic that does not exist");
	is_int(err.kind, ERR_CONFIG, "is said: %s", err.msg);
	log_writer_close(w);
}

static const struct log_topic *topic_in(const struct log_topics *t, const char *name)
{
	for (size_t i = 0; i < t->count; i++)
		if (strcmp(t->items[i].name, name) == 0)
			return &t->items[i];
	return NULL;
}

static bool at_the_end(const struct reading *rd, const char *topic, int npartitions)
{
	struct err err = { 0 };
	int64_t low, high;

	for (int i = 0; i < npartitions; i++)
		if (log_ends(l, topic, i, &low, &high, &err) || high != rd->to[i])
			return false;
	return true;
}

static void test_group(void)
{
	const char *topic = new_topic("group", LOG_TOPIC_ROWS);
	struct log_writer *w = open_writer("group");
	struct reading rd = { .r = NULL };
	struct log_assigned assigned[8];
	struct log_topics topics;
	struct log_groups groups;
	struct err err = { 0 };
	int64_t lag = 0;
	int64_t until_us;
	struct batch *b = batch_new();

	write_numbers(w, topic, PARTITION_BY_KEY, 0, 1000);
	ok(log_writer_gap_us(w) <= 8000, "a writer that has committed wants a short gap at the most (%d us)",
			(int)log_writer_gap_us(w));
	rd.r = open_reader("g", topic);
	read_until(&rd, 1000);
	is_int(rd.got.count, 1000, "all are read");
	is_int(rd.got.sum, 999 * 1000 / 2, "each once");
	ok(rd.batches >= 4 && rd.changes >= 1, "in batches, after a change (%d, %d)", rd.batches, rd.changes);
	is_int(rd.gaps, 0, "the ranges hold their records");
	is_int(rd.mixed, 0, "one batch, one partition, in order");
	is_int(wait_assigned(&rd, 4, assigned, 8), 4, "four partitions");
	is_int(assigned[0].committed, -1, "nothing is committed");
	/* Behind the records of each partition are transaction markers; once the end is seen the high offset is where
	 * we are. */
	until_us = clock_mono_us() + PATIENCE_US;
	while (!at_the_end(&rd, topic, 4) && clock_mono_us() < until_us)
		poll_once(&rd, b);
	ok(at_the_end(&rd, topic, 4), "no lag is left in any partition");
	for (int i = 0; i < 4; i++)
		good(log_reader_commit(rd.r, topic, i, rd.to[i], i == 1 ? "next 7 label_a" : NULL, &err), &err,
				"commit");
	good(log_groups(l, name_of("g"), &groups, &err), &err, "the group's offsets");
	is_int(groups.count, 4, "of four partitions");
	good(log_topics(l, &topics, &err), &err, "topics");
	for (size_t i = 0; i < groups.count && topic_in(&topics, topic); i++) {
		lag += topic_in(&topics, topic)->partitions[groups.items[i].partition].high - groups.items[i].offset;
		if (groups.items[i].partition == 1)
			is_str(groups.items[i].metadata, "next 7 label_a", "metadata is kept");
	}
	is_int(lag, 0, "the group has no lag");
	is_int(topic_in(&topics, topic)->npartitions, 4, "the topic has four partitions");
	log_topics_free(&topics);
	log_groups_free(&groups);
	log_reader_close(rd.r);

	write_numbers(w, topic, PARTITION_BY_KEY, 1000, 1100);
	rd = (struct reading){ .r = open_reader("g", topic) };
	is_int(wait_assigned(&rd, 4, assigned, 8), 4, "again four");
	for (int i = 0; i < 4; i++)
		if (assigned[i].partition == 1)
			is_str(assigned[i].metadata, "next 7 label_a", "the metadata comes back");
	read_until(&rd, 100);
	is_int(rd.got.count, 100, "a new reader goes on where the group was");
	is_int(rd.got.sum, (1000 + 1099) * 100 / 2, "with the new ones");
	log_reader_close(rd.r);
	log_writer_close(w);
	batch_free(b);
}

/* A group that somebody is in is left alone; one that nobody is in goes on where it is told. */
static void test_group_store(void)
{
	const char *topic = new_topic("store", LOG_TOPIC_ROWS), *group = name_of("store");
	struct log_writer *w = open_writer("store");
	struct reading rd = { .r = NULL };
	struct log_assigned assigned[8];
	struct log_groups groups;
	struct err err = { 0 };
	unsigned members = 99;

	write_numbers(w, topic, 1, 0, 10);
	good(log_group_members(l, group, &members, &err), &err, "members of a group that nobody knows");
	is_int(members, 0, "are none");
	good(log_group_store(l, group, topic, 1, 7, &err), &err, "an offset of it is stored");
	rd.r = open_reader("store", topic);
	is_int(wait_assigned(&rd, 4, assigned, 8), 4, "a reader joins it");
	good(log_group_members(l, group, &members, &err), &err, "its members");
	is_int(members, 1, "are one");
	is_int(log_group_store(l, group, topic, 1, 2, &err), -1, "now it is refused");
	ok(err.kind == ERR_CONFIG && strstr(err.msg, "stop them first"), "and told: %s", err.msg);
	read_until(&rd, 3);
	is_int(rd.got.count, 3, "the reader begins where it was stored");
	is_int(rd.got.sum, 7 + 8 + 9, "with these");
	good(log_reader_commit(rd.r, topic, 1, 9, "a text", &err), &err, "it stores its own");
	log_reader_close(rd.r);
	good(log_group_store(l, group, topic, 1, 2, &err), &err, "nobody is in it any more: set back");
	good(log_groups(l, group, &groups, &err), &err, "the group's offsets");
	is_int(log_groups_offset(&groups, topic, 1), 2, "are as they were set");
	is_str(groups.count == 1 ? groups.items[0].metadata : "?", "", "and the text beside them is gone");
	log_groups_free(&groups);
	log_writer_close(w);
}

static void test_two_readers(void)
{
	const char *topic = new_topic("share", LOG_TOPIC_ROWS);
	struct log_writer *w = open_writer("share");
	struct reading a = { .r = open_reader("s", topic) }, b = { .r = NULL };
	struct log_assigned assigned[8];
	struct batch *batch = batch_new();
	struct err err = { 0 };
	int64_t until_us = clock_mono_us() + 2 * PATIENCE_US;
	size_t na, nb = 0;

	is_int(wait_assigned(&a, 4, assigned, 8), 4, "one reader has all");
	b.r = open_reader("s", topic);
	do {
		poll_once(&a, batch);
		poll_once(&b, batch);
		na = assigned_of(a.r, assigned, 8, &err);
		nb = assigned_of(b.r, assigned, 8, &err);
	} while ((na != 2 || nb != 2) && clock_mono_us() < until_us);
	is_int(na, 2, "two readers share: the first");
	is_int(nb, 2, "two readers share: the second");
	write_numbers(w, topic, PARTITION_BY_KEY, 0, 400);
	while (a.got.count + b.got.count < 400 && clock_mono_us() < until_us) {
		poll_once(&a, batch);
		poll_once(&b, batch);
	}
	is_int(a.got.sum + b.got.sum, 399 * 400 / 2, "together they read each once");
	is_int(a.got.count, 200, "half each");
	is_int(log_reader_commit(a.r, topic, assigned[0].partition, 1, "x", &err), -1,
			"the other one's partition cannot be committed");
	is_int(err.kind, ERR_RETRY, "is said: %s", err.msg);
	log_reader_close(b.r);
	is_int(wait_assigned(&a, 4, assigned, 8), 4, "when one leaves the other has all");
	log_reader_close(a.r);
	log_writer_close(w);
	batch_free(batch);
}

static void test_regex(void)
{
	const char *first = new_topic("re.one", LOG_TOPIC_HISTORY), *second, *third;
	struct log_writer *w = open_writer("re");
	char pattern[80];
	struct reading rd;
	struct err err = { 0 };

	snprintf(pattern, sizeof pattern, "^lt%s[.]re[.].*", run_id);
	write_numbers(w, first, 0, 0, 10);
	rd = (struct reading){ .r = open_reader("re", pattern) };
	read_until(&rd, 10);
	is_int(rd.got.count, 10, "a topic that matches");
	good(log_reader_commit(rd.r, first, 0, 10, NULL, &err), &err,
			"what is read is committed: partitions that change are read from there");
	second = new_topic("re.two", LOG_TOPIC_HISTORY);
	third = new_topic("other", LOG_TOPIC_HISTORY);
	write_numbers(w, third, 0, 0, 10);
	write_numbers(w, second, 0, 10, 20);
	read_until(&rd, 20);
	is_int(rd.got.count, 20, "a topic that appears later");
	is_int(rd.got.sum, 19 * 20 / 2, "and no other");
	log_reader_close(rd.r);
	log_writer_close(w);
}

static void test_seek_and_pause(void)
{
	const char *topic = new_topic("seek", LOG_TOPIC_ROWS);
	struct log_writer *w = open_writer("seek");
	struct reading rd = { .r = open_reader("sk", topic) };
	struct batch *b = batch_new();
	struct log_assigned assigned[8];
	int64_t until_us;
	struct err err = { 0 };

	write_numbers(w, topic, 0, 0, 5000);
	is_int(wait_assigned(&rd, 4, assigned, 8), 4, "assigned");
	read_until(&rd, 5000);
	is_int(rd.got.count, 5000, "all");
	good(log_reader_seek(rd.r, topic, 0, 4990, &err), &err, "seek");
	memset(&rd.got, 0, sizeof rd.got);
	read_until(&rd, 10);
	is_int(rd.got.first, 4990, "reads from there");
	is_int(rd.got.count, 10, "to the end");
	for (int round = 0; round < 20; round++) { /* in the middle of what was fetched */
		int64_t to = round * 100;

		good(log_reader_seek(rd.r, topic, 0, to, &err), &err, "seek");
		memset(&rd.got, 0, sizeof rd.got);
		until_us = clock_mono_us() + PATIENCE_US;
		while (rd.got.count == 0 && clock_mono_us() < until_us) {
			batch_reset(b);
			if (log_reader_poll(rd.r, b, 500, 1000, &err) != LOG_READ_BATCH)
				continue;
			rd.got.count = (int)b->nrecords;
			is_int(b->records[0].offset, to, "the first is the wanted one");
			is_int(b->from, to, "and so is the range");
			ok(b->bytes <= 500, "not more than asked for");
		}
		ok(rd.got.count > 0, "and something is there");
	}
	good(log_reader_pause(rd.r, topic, 0, true, &err), &err, "pause");
	memset(&rd.got, 0, sizeof rd.got);
	write_numbers(w, topic, 1, 10000, 10010);
	read_until(&rd, 10);
	is_int(rd.got.sum, 10 * 10000 + 45, "only the other partition is read");
	good(log_reader_pause(rd.r, topic, 0, false, &err), &err, "resume");
	memset(&rd.got, 0, sizeof rd.got);
	read_until(&rd, (int)(5000 - b->to));
	is_int(rd.got.first, b->to, "goes on where it was");
	is_int(rd.got.count, 5000 - b->to, "nothing is missing");
	log_reader_close(rd.r);
	log_writer_close(w);
	batch_free(b);
}

/* ---- waking ---- */

static void *write_later(void *arg)
{
	struct log_writer *w = arg;
	struct record r = rec(name_of("wake"), 0, "k", "7");
	struct err err = { 0 };

	clock_sleep_ms(20);
	if (log_writer_append_record(w, &r, &err) || commit(w, &err))
		printf("# %s\n", err.msg);
	return NULL;
}

static void test_wake(void)
{
	const char *topic = new_topic("wake", LOG_TOPIC_HISTORY);
	struct log_writer *w = open_writer("wake");
	struct reading rd = { .r = open_reader("wk", topic) };
	struct log_assigned assigned[2];
	struct batch *b = batch_new();
	struct err err = { 0 };
	pthread_t thread;
	enum log_read what;

	is_int(wait_assigned(&rd, 1, assigned, 2), 1, "assigned");
	pthread_create(&thread, NULL, write_later, w);
	do {
		batch_reset(b);
		what = log_reader_poll(rd.r, b, 1000, 20000, &err);
	} while (what == LOG_READ_CHANGED);
	is_int(what, LOG_READ_BATCH, "a commit wakes a waiting reader");
	is_int(b->nrecords, 1, "with its record");
	pthread_join(thread, NULL);
	log_reader_close(rd.r);
	log_writer_close(w);
	batch_free(b);
}

static void test_check(void)
{
	struct report report;
	struct err err = { 0 };

	report_init(&report);
	good(log_check(&conf, &report, &err), &err, "the preflight");
	is_int(report_count(&report, REPORT_PROBLEM), 0, "finds no problem");
	ok(report.count >= 2, "says something");
	for (size_t i = 0; i < report.count; i++)
		printf("# %s: %s: %s\n", report_level_name(report.items[i].level), report.items[i].subject,
				report.items[i].found);
	report_done(&report);
}

/* ---- Kafka only ---- */

static void test_passthrough(void)
{
	static const struct {
		const char *key, *value, *want;
	} cases[] = {
		{ "no.such.thing", "1", "no.such.thing" },
		{ "linger.ms", "many", "linger.ms" },
		{ "transactional.id", "x", "millrace sets this itself" },
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct conf_pair pair = { (char *)(uintptr_t)cases[i].key, (char *)(uintptr_t)cases[i].value, 12 };
		struct log_conf wrong = conf;
		struct err err = { 0 };

		wrong.passthrough = (struct conf_pairs){ &pair, 1 };
		ok(log_open(&wrong, &err) == NULL, "%s = %s is refused", cases[i].key, cases[i].value);
		is_int(err.kind, ERR_CONFIG, "as a setting: %s", err.msg);
		ok(strstr(err.msg, cases[i].want) && strstr(err.msg, cases[i].key) && strstr(err.msg, "12"),
				"with key and line");
	}
}

static void test_unreachable(void)
{
	struct log_conf nowhere = conf;
	struct err err = { 0 };
	struct log *n;
	struct log_topics topics;

	nowhere.bootstrap_servers = (char *)"127.0.0.1:1";
	nowhere.timeout_ms = 500;
	n = log_open(&nowhere, &err);
	ok(n != NULL, "opening needs no broker");
	is_int(log_topics(n, &topics, &err), -1, "asking does");
	is_int(err.kind, ERR_UNREACHABLE, "is said: %s", err.msg);
	err_clear(&err);
	ok(log_writer_open(n, "x", &err) == NULL, "writing does");
	is_int(err.kind, ERR_UNREACHABLE, "is said: %s", err.msg);
	log_close(n);
}

static void run_server(const char *verb)
{
	char line[512];

	snprintf(line, sizeof line, "%s %s >/dev/null", server_command, verb);
	is_int(system(line), 0, "broker: %s", verb);
}

static void *restart_later(void *arg)
{
	char line[512];

	clock_sleep_ms(500);
	snprintf(line, sizeof line, "%s restart >/dev/null", server_command);
	*(int *)arg = system(line);
	return NULL;
}

static int append_hundred(struct log_writer *w, struct batch *b, const char *topic, int round, struct err *err)
{
	for (int i = 0; i < 100; i++) {
		struct record *r = batch_add_record(b);
		char *value = arena_printf(&b->arena, "%d", round * 100 + i);

		*r = rec(topic, 0, value, value);
	}
	return log_writer_append(w, b, err);
}

/* One transaction of 100, the way an engine does it: a writer that failed otherwise than by an abort is closed, and the
 * next one starts from what the log holds. Returns whether the log holds it. */
static bool hundred(struct log_writer **w, const char *topic, int round, bool kill)
{
	int64_t until_us = clock_mono_us() + 2 * PATIENCE_US;
	int restarted = -1, rc;
	pthread_t thread;

	do {
		struct err err = { 0 };
		struct batch *b = batch_new();

		rc = append_hundred(*w, b, topic, round, &err);
		if (kill && restarted == -1) {
			run_server("kill");
			restarted = -2;
			pthread_create(&thread, NULL, restart_later, &restarted);
		}
		if (rc == 0)
			rc = commit(*w, &err);
		if (rc)
			printf("# round %d: %s: %s\n", round, err_kind_name(err.kind), err.msg);
		if (rc && err.kind != ERR_RETRY) {
			log_writer_close(*w);
			*w = open_writer("killed");
			if (scan(topic, 0, -1, -1).count == (round + 1) * 100)
				rc = 0;
		}
		batch_free(b);
	} while (rc && *w && clock_mono_us() < until_us);
	if (kill) {
		pthread_join(thread, NULL);
		is_int(restarted, 0, "broker: restart");
	}
	return rc == 0;
}

/* Five transactions; the broker is killed in the middle of each second one. */
static void test_broker_killed(void)
{
	const char *topic = new_topic("killed", LOG_TOPIC_HISTORY);
	struct log_writer *w = open_writer("killed");
	struct got g;

	for (int round = 0; round < 5 && w; round++)
		ok(hundred(&w, topic, round, round % 2 == 1), "committed%s",
				round % 2 == 1 ? " though the broker was killed" : "");
	log_writer_close(w);
	g = scan_for(500, topic);
	is_int(g.count, 500, "each record once");
	is_int(g.sum, 499 * 500 / 2, "and no other");
}

int main(int argc, char **argv)
{
	char folder[] = "log-test-XXXXXX";
	bool kafka = argc > 2 && strcmp(argv[1], "kafka") == 0;
	struct err err = { 0 };

	snprintf(run_id, sizeof run_id, "%ld-%lld", (long)getpid(), (long long)(clock_wall_us() / 1000 % 1000000));
	if (kafka)
		conf.bootstrap_servers = argv[2];
	else
		conf.state_dir = argc > 2 ? argv[2] : mkdtemp(folder);
	server_command = kafka && argc > 3 ? argv[3] : NULL;
	test_check();
	if (kafka)
		test_passthrough();
	if (kafka)
		test_unreachable();
	l = log_open(&conf, &err);
	if (good(l ? 0 : -1, &err, "the log opens") != 0)
		return tap_done();
	is_str(log_kind(&conf), kafka ? "kafka" : "embedded", "kind");
	test_records();
	test_transactions();
	test_wide_transaction();
	test_fencing();
	test_wrong_writes();
	test_ranges();
	test_group();
	test_group_store();
	test_two_readers();
	test_regex();
	test_seek_and_pause();
	test_wake();
	if (server_command)
		test_broker_killed();
	log_close(l);
	if (!kafka && argc <= 2) {
		char line[128];

		snprintf(line, sizeof line, "rm -rf '%s'", folder);
		is_int(system(line), 0, "cleaned up");
	}
	return tap_done();
}
