/*
 * test_format_position.c - the record of the offsets topic, byte for byte, and back; whose it is; what is not a
 * position.
 */
#include "tests/unit/format_fixture.h"

static void encode(const struct position *p, struct batch *b, struct record *out)
{
	struct format_conf conf = fixture_conf(FORMAT_FLAT, true);
	struct err err = { 0 };
	struct format_encoder *e = format_encoder_new(&conf, &err);

	format_position_record(e, b, p, out);
	format_encoder_free(e);
}

static void check(const struct position *p, const char *want, const char *name)
{
	struct format_conf conf = fixture_conf(FORMAT_FLAT, true);
	struct batch *b = batch_new();
	struct err err = { 0 };
	struct position back;
	struct record r;

	encode(p, b, &r);
	is_mem(r.key, r.key_len, "[\"shop\",{\"server\":\"dbserver1\"}]", 31, "%s: key", name);
	is_mem(r.value, r.value_len, want, strlen(want), "%s: value", name);
	is_str(r.topic, "offsets", "%s: topic", name);
	is_int(r.hash, format_murmur2(r.key, r.key_len), "%s: hash", name);
	position_init(&back);
	is_int(format_position_decode(&conf, &r, &back, &err), 1, "%s: is ours", name);
	is_str(back.file, p->file, "%s: file", name);
	is_str(back.gtids, p->gtids, "%s: gtids", name);
	is_str(back.server_uuid, p->server_uuid, "%s: server", name);
	is_str(back.gtid, p->gtid, "%s: transaction", name);
	is_int(back.changes, p->changes, "%s: changes", name);
	is_str(back.progress, p->progress, "%s: progress", name);
	ok(back.pos == p->pos && back.event == p->event && back.row == p->row && back.ts_sec == p->ts_sec &&
					back.server_id == p->server_id && back.snapshot == p->snapshot &&
					back.snapshot_blocking == p->snapshot_blocking,
			"%s: all else", name);
	position_done(&back);
	batch_free(b);
}

static int decode_text(const char *key, const char *value, struct position *out)
{
	struct format_conf conf = fixture_conf(FORMAT_FLAT, true);
	struct record r = {
		.topic = "offsets",
		.key = key,
		.key_len = key ? (uint32_t)strlen(key) : 0,
		.value = value,
		.value_len = value ? (uint32_t)strlen(value) : 0,
	};
	struct err err = { 0 };

	return format_position_decode(&conf, &r, out, &err);
}

static void test_foreign(void)
{
	static const char ours[] = "[\"shop\",{\"server\":\"dbserver1\"}]";
	struct position p;

	position_init(&p);
	is_int(decode_text("[\"other\",{\"server\":\"dbserver1\"}]", "{}", &p), 0, "another connector's");
	is_int(decode_text("[\"shop\",{\"server\":\"x\"}]", "{}", &p), 0, "another prefix");
	is_int(decode_text(NULL, "{}", &p), 0, "no key");
	is_int(decode_text("nonsense", "{}", &p), 0, "no JSON");
	is_int(decode_text(ours, "nonsense", &p), -1, "ours, but no JSON");
	is_int(decode_text(ours, "{\"pos\":1}", &p), -1, "ours, but no file");
	is_int(decode_text(ours, "{\"file\":\"f\",\"pos\":\"1\"}", &p), -1, "ours, but pos is a text");
	is_int(decode_text(ours, "{\"file\":\"f\",\"pos\":7,\"snapshot\":true}", &p), 1, "Debezium 3.0.1's snapshot");
	ok(p.snapshot && p.pos == 7, "is read");
	is_int(decode_text(ours, NULL, &p), 1, "a reset");
	ok(!position_is_set(&p), "leaves no position");
	position_done(&p);
}

int main(void)
{
	struct position p;

	position_init(&p);
	strcpy(p.file, "mysql-bin.000003");
	p.pos = 484;
	check(&p, "{\"file\":\"mysql-bin.000003\",\"pos\":484}", "least");
	p.ts_sec = 1741010278;
	p.gtids = strdup("3e11fa47-71ca-11e1-9e33-c80aa9429562:1-23");
	p.row = 1;
	p.server_id = 223344;
	p.event = 2;
	p.snapshot = true;
	strcpy(p.server_uuid, "8a94f357-aab4-11df-86ab-c80aa9429562");
	strcpy(p.gtid, "3e11fa47-71ca-11e1-9e33-c80aa9429562:24");
	p.changes = 17;
	p.progress = strdup("{\"at\":1}");
	check(&p,
			"{\"ts_sec\":1741010278,\"file\":\"mysql-bin.000003\",\"pos\":484,\"gtids\":\"3e11fa47-71ca-11e1-9e33-c80aa9429562:1-23\",\"row\":1,"
			"\"server_id\":223344,\"event\":2,\"snapshot\":\"INITIAL\",\"millrace_server\":\"8a94f357-aab4-11df-86ab-c80aa9429562\","
			"\"millrace_gtid\":\"3e11fa47-71ca-11e1-9e33-c80aa9429562:24\",\"millrace_changes\":17,\"millrace_snapshot\":\"{\\\"at\\\":1}\"}",
			"most");
	position_done(&p);
	test_foreign();
	return tap_done();
}
