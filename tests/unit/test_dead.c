/* test_dead.c - dead letters: what stands in a record, reasons without values, and which are open. */
#include "tests/tap.h"

#include <stdlib.h>
#include <unistd.h>

#include "core/intern.h"
#include "engine/dead/dead_edit.h"
#include "engine/dead/dead_ledger.h"
#include "engine/base/dead_letter.h"

static const struct {
	const char *stage, *reason;
	bool hide;
	const char *shown;
} reasons[] = {
	{ "script a.lua 0123", "a.lua:12: column small: expected a number in its range (tinyint), found integer 128",
			false, "a.lua:12: column small: expected a number in its range (tinyint)" },
	{ "script a.lua 0123", "a.lua:12: column small: expected a number in its range (tinyint), found integer 128",
			true, "a.lua:12: column small: expected a number in its range (tinyint)" },
	{ "script a.lua 0123", "a.lua:3: no ana@secret.example", false, "a.lua:3: no ana@secret.example" },
	{ "script a.lua 0123", "a.lua:3: no ana@secret.example", true, "a.lua:3: (masked)" },
	{ "script a.lua 0123", "no ana@secret.example", true, "(masked)" },
	{ "sink", "column v: 'it is too long' has 2000000 bytes", true, "column v: '..' has 2000000 bytes" },
	{ "sink", "StarRocks: Error: NULL value. Row: {\"id\":1}", false, "StarRocks: Error: NULL value" },
	{ "sink", "it's odd", false, "it's odd" },
	{ "sink", "", false, "" },
};

static struct record_header headers[8];

static struct record record_of(int64_t id, const char *key, const char *value)
{
	return (struct record){
		.topic = "t.dead",
		.offset = id,
		.timestamp_ms = 5,
		.key = key,
		.key_len = key ? (uint32_t)strlen(key) : 0,
		.value = value,
		.value_len = value ? (uint32_t)strlen(value) : 0,
		.headers = headers,
	};
}

static void header(struct record *r, const char *name, const char *value)
{
	r->headers[r->nheaders++] = (struct record_header){ intern(name), value, (uint32_t)strlen(value) };
}

static void test_reasons(void)
{
	for (size_t i = 0; i < sizeof(reasons) / sizeof(*reasons); i++) {
		struct record r = record_of(1, NULL, NULL);
		char shown[DEAD_REASON_ROOM];
		struct dead_letter l;

		header(&r, "millrace.stage", reasons[i].stage);
		header(&r, "millrace.reason", reasons[i].reason);
		dead_letter_read(&r, &l);
		dead_reason(&l, reasons[i].hide, shown);
		is_str(shown, reasons[i].shown, "reason %zu", i);
	}
}

static void test_long_reason(void)
{
	char text[2000], shown[DEAD_REASON_ROOM];

	for (size_t i = 0; i + 2 < sizeof(text); i += 2)
		memcpy(text + i, "\xc3\xa9", 2);
	dead_reason_text(text, sizeof(text) - 2, shown);
	ok(strlen(shown) < DEAD_REASON_ROOM && strlen(shown) > 300 && strlen(shown) % 2 == 0,
			"a long one ends with a whole character: %zu", strlen(shown));
}

/* ---- the ledger, over an embedded log ---- */

static struct log *open_log(struct settings *s, char *dir)
{
	struct err err = { 0 };
	struct log *log;

	s->name = (char *)"t";
	s->format = (struct format_conf){ .topic_prefix = (char *)"mysql", .topic_delimiter = (char *)"." };
	s->log = (struct log_conf){
		.name = s->name,
		.state_dir = dir,
		.partitions = 1,
		.replication = 1,
		.retention_ms = -1,
		.retention_bytes = -1,
		.segment_bytes = 1 << 20,
		.unloaded_bytes = -1,
		.timeout_ms = 5000,
	};
	log = log_open(&s->log, &err);
	ok(log && log_topic_ensure(log, "t.dead", LOG_TOPIC_DEAD, &err) == 0, "a log: %s", err.msg);
	return log;
}

static void write_one(struct log *log, const char *table, const char *key, const char *reason, const char *origin)
{
	struct record r = record_of(0, origin, "{}");
	struct err err = { 0 };
	struct log_writer *w = log_writer_open(log, "test", &err);

	header(&r, "millrace.reason", reason);
	header(&r, "millrace.stage", "sink");
	header(&r, "millrace.table", table);
	header(&r, "millrace.key", key);
	if (w == NULL || log_writer_append_record(w, &r, &err) || log_writer_commit(w, &err))
		ok(false, "write: %s", err.msg);
	log_writer_close(w);
}

static void write_many(struct log *log, int n)
{
	struct err err = { 0 };
	struct log_writer *w = log_writer_open(log, "test", &err);

	for (int i = 0; i < n; i++) {
		char origin[40];
		struct record r;

		snprintf(origin, sizeof(origin), "{\"offset\":%d}", 100 + i);
		r = record_of(0, origin, "{}");
		header(&r, "millrace.reason", "column v: too long");
		header(&r, "millrace.table", "d.c");
		if (log_writer_append_record(w, &r, &err))
			ok(false, "write: %s", err.msg);
	}
	ok(log_writer_commit(w, &err) == 0, "many are written: %s", err.msg);
	log_writer_close(w);
}

static void mark(struct log *log, const char *ids)
{
	struct record r = record_of(0, NULL, ids);
	struct err err = { 0 };
	struct log_writer *w = log_writer_open(log, "test", &err);

	header(&r, "millrace.mark", "discarded");
	header(&r, "millrace.by", "me");
	if (w == NULL || log_writer_append_record(w, &r, &err) || log_writer_commit(w, &err))
		ok(false, "mark: %s", err.msg);
	log_writer_close(w);
}

static void test_ledger(void)
{
	char dir[] = "/tmp/millrace-dead.XXXXXX", remove[80];
	struct settings *s = calloc(1, sizeof(*s));
	struct log *log = open_log(s, mkdtemp(dir));
	struct dead_ledger *l = dead_ledger_new();
	struct dead_group *g;
	struct err err = { 0 };
	size_t n;

	is_int(dead_ledger_open(l, NULL), -1, "unknown before the log was read");
	write_one(log, "d.a", "{\"id\":\"1\"}", "column v: too long", "{\"offset\":1}");
	write_one(log, "d.a", "{\"id\":\"2\"}", "column v: too long", "{\"offset\":2}");
	write_one(log, "d.a", "{\"id\":\"2\"}", "column v: too long", "{\"offset\":2}");
	write_one(log, "d.b", "{\"id\":\"1\"}", "column v: NULL", "{\"offset\":1}");
	is_int(dead_ledger_read(l, log, s, -1, &err), 0, "read: %s", err.msg);
	is_int(dead_ledger_open(l, NULL), 3, "what was written twice is one");
	is_int(dead_ledger_open(l, "d.a"), 2, "of a table");
	g = dead_ledger_groups(l, &n);
	ok(n == 2 && g[0].count == 2 && strcmp(g[0].reason, "column v: too long") == 0, "groups, the largest first");
	dead_groups_free(g, n);
	ok(dead_ledger_has_key(l, "d.a", "{\"id\":\"2\"}", 10, 0) &&
					!dead_ledger_has_key(l, "d.a", "{\"id\":\"1\"}", 10, 0),
			"a newer letter of a key");
	mark(log, "[0,1,99]");
	is_int(dead_ledger_read(l, log, s, -1, &err), 0, "read on");
	is_int(dead_ledger_open(l, NULL), 1, "two are closed");
	ok(!dead_ledger_is_open(l, 0) && dead_ledger_is_open(l, 3), "which");
	write_one(log, "d.a", "{\"id\":\"2\"}", "column v: too long", "{\"offset\":2}");
	dead_ledger_read(l, log, s, -1, &err);
	is_int(dead_ledger_open(l, "d.a"), 1, "the same again behind its mark is a new one");
	dead_ledger_free(l);
	l = dead_ledger_new();
	dead_ledger_read(l, log, s, -1, &err);
	is_int(dead_ledger_open(l, NULL), 2, "read from the start it is the same");
	write_many(log, 1500);
	mark(log, "[6,7,8,9]");
	dead_ledger_read(l, log, s, -1, &err);
	is_int(dead_ledger_open(l, NULL), 1498, "many");
	dead_ledger_free(l);
	log_close(log);
	snprintf(remove, sizeof(remove), "rm -rf %s", dir);
	ok(system(remove) == 0, "cleaned up");
	free(s);
}

/* What is not named stays as it stands, to the digit. */
static void test_edit(void)
{
	static const struct {
		const char *message, *row, *made; /* NULL: refused */
	} cases[] = {
		{ "{\"id\":1,\"v\":\"x\",\"__deleted\":\"false\"}", "{\"v\":\"a \\\"b\"}",
				"{\"id\":1,\"v\":\"a \\\"b\",\"__deleted\":\"false\"}" },
		{ "{\"schema\":{\"v\":1},\"payload\":{\"id\":18446744073709551615,\"v\":1.10}}", "{\"v\": null}",
				"{\"schema\":{\"v\":1},\"payload\":{\"id\":18446744073709551615,\"v\":null}}" },
		{ "{\"payload\":{\"before\":{\"v\":1},\"after\":{\"id\":1,\"v\":2},\"op\":\"u\"}}", "{\"v\":3}",
				"{\"payload\":{\"before\":{\"v\":1},\"after\":{\"id\":1,\"v\":3},\"op\":\"u\"}}" },
		{ "{\"before\":null,\"after\":{\"a\":[1,{}],\"v\":2},\"op\":\"c\"}", "{\"v\":true}",
				"{\"before\":null,\"after\":{\"a\":[1,{}],\"v\":true},\"op\":\"c\"}" },
		{ "{\"id\":1}", "{\"w\":1}", NULL },
		{ "{\"id\":1,\"__deleted\":\"false\"}", "{\"__deleted\":\"true\"}", NULL },
		{ "{\"id\":1}", "{}", NULL },
		{ "{\"id\":1}", "[1]", NULL },
		{ "{\"id\":1}", "{\"id\":1", NULL },
		{ "not JSON", "{\"id\":1}", NULL },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct buf out;
		struct err err;
		int rc;

		err_clear(&err);
		buf_init(&out, 1 << 16);
		rc = dead_edit_message(cases[i].message, strlen(cases[i].message), cases[i].row, &out, &err);
		ok((rc == 0) == (cases[i].made != NULL), "%s into %s", cases[i].row, cases[i].message);
		if (rc == 0)
			is_str(out.data, cases[i].made, "the message");
		buf_done(&out);
	}
}

int main(void)
{
	test_edit();
	test_reasons();
	test_long_reason();
	test_ledger();
	return tap_done();
}
