/*
 * test_format_transaction.c - BEGIN, END and the block of each change; what is stored with the position, and how counts go
 * on after a restart; heartbeats.
 */
#include "tests/unit/format_fixture.h"

static const struct column columns[] = { { .name = "id", .type = COL_INT, .nullable = false } };
static const struct value one[] = { { .kind = VALUE_INT, .i = 1 } }, two[] = { { .kind = VALUE_INT, .i = 2 } };

static struct format_conf conf_new(int format)
{
	struct format_conf conf = fixture_conf(format, false);

	conf.transaction_metadata = true;
	conf.transaction_topic = "transaction";
	return conf;
}

static struct change *add(struct batch *b, struct schema *s, enum change_op op, const char *gtid)
{
	struct change *c = s
			? fixture_change(b, s, op, op == CHANGE_CREATE ? NULL : one, op == CHANGE_DELETE ? NULL : two)
			: batch_add_change(b);

	c->op = op;
	c->pos = 484;
	c->txn = fixture_txn(b);
	((struct change_txn *)c->txn)->gtid = gtid;
	return c;
}

static void encode(struct format_encoder *e, struct batch *b)
{
	struct err err = { 0 };

	clock_fake(FIXTURE_NOW_US);
	format_encode(e, b, &err);
}

static void is_record(const struct batch *b, size_t i, const char *topic, const char *value, const char *what)
{
	static char text[4096];
	const struct record *r = i < b->nrecords ? &b->records[i] : NULL;

	snprintf(text, sizeof(text), "%s %.*s", r ? r->topic : "none", r ? (int)r->value_len : 0,
			r && r->value ? r->value : "");
	if (strncmp(text, topic, strlen(topic)) != 0 || strstr(text, value) == NULL)
		printf("# %s\n", text);
	ok(r && strncmp(text, topic, strlen(topic)) == 0 && strstr(text, value), "%s", what);
}

#define BLOCK(total, order) \
	"\"transaction\":{\"id\":\"u:1\",\"total_order\":" total ",\"data_collection_order\":" order "}"

static void test_whole(void)
{
	struct format_conf conf = conf_new(FORMAT_ENVELOPE);
	struct err err = { 0 };
	struct format_encoder *e = format_encoder_new(&conf, &err);
	struct schema *t = fixture_schema("d", "t", columns, 1, "id"),
		      *other = fixture_schema("d", "other", columns, 1, "id");
	struct batch *b = batch_new();

	add(b, NULL, CHANGE_BEGIN, "u:1");
	add(b, t, CHANGE_CREATE, "u:1");
	add(b, other, CHANGE_CREATE, "u:1");
	add(b, t, CHANGE_UPDATE, "u:1"); /* the key changes: a delete and an insert */
	add(b, NULL, CHANGE_END, "u:1");
	add(b, t, CHANGE_CREATE, "u:2");
	encode(e, b);
	is_int(b->nrecords, 8, "BEGIN, two rows, three of a changed key, END, a row outside");
	is_record(b, 0, "dbserver1.transaction ",
			"{\"status\":\"BEGIN\",\"id\":\"u:1\",\"event_count\":null,"
			"\"data_collections\":null,\"ts_ms\":1741010278000}",
			"BEGIN");
	is_record(b, 1, "dbserver1.d.t ", BLOCK("1", "1"), "the first change");
	is_record(b, 2, "dbserver1.d.other ", BLOCK("2", "1"), "the first of another table");
	is_record(b, 3, "dbserver1.d.t ", BLOCK("3", "2"), "the delete of a changed key");
	is_record(b, 5, "dbserver1.d.t ", BLOCK("4", "3"), "its insert; the tombstone is not counted");
	is_record(b, 6, "dbserver1.transaction ",
			"{\"status\":\"END\",\"id\":\"u:1\",\"event_count\":4,\"data_collections\":"
			"[{\"data_collection\":\"d.other\",\"event_count\":1},{\"data_collection\":\"d.t\",\"event_count\":3}],"
			"\"ts_ms\":1741010278000}",
			"END");
	is_record(b, 7, "dbserver1.d.t ", "\"transaction\":null", "a change outside of any");
	is_int(b->records[0].hash, b->records[6].hash, "BEGIN and END go to one partition");
	ok(b->records[0].key_len == 12 && memcmp(b->records[0].key, "{\"id\":\"u:1\"}", 12) == 0, "their key");
	batch_free(b);
	schema_unref(t);
	schema_unref(other);
	format_encoder_free(e);
}

static void test_restart(void)
{
	struct format_conf conf = conf_new(FORMAT_ENVELOPE);
	struct err err = { 0 };
	struct format_encoder *e = format_encoder_new(&conf, &err);
	struct schema *t = fixture_schema("d", "t", columns, 1, "id");
	struct batch *b = batch_new(), *after = batch_new();
	struct position p;
	struct record at;
	char text[1024];

	position_init(&p);
	strcpy(p.file, "binlog.000001");
	add(b, NULL, CHANGE_BEGIN, "u:1");
	add(b, t, CHANGE_CREATE, "u:1");
	encode(e, b);
	format_position_record(e, b, &p, &at);
	format_encoder_free(e);
	snprintf(text, sizeof(text), "%.*s", (int)at.value_len, at.value);
	ok(strstr(text, "\"transaction_id\":\"u:1\",\"transaction_data_collection_order_d.t\":1"),
			"the open transaction is stored with the position");
	e = format_encoder_new(&conf, &err);
	format_encoder_resume(e, &at);
	add(after, NULL, CHANGE_BEGIN, "u:1");
	add(after, t, CHANGE_CREATE, "u:1");
	add(after, NULL, CHANGE_END, "u:1");
	encode(e, after);
	is_int(after->nrecords, 2, "a BEGIN that is in the log is not told again");
	is_record(after, 0, "dbserver1.d.t ", BLOCK("2", "2"), "the counts go on");
	format_position_record(e, after, &p, &at);
	snprintf(text, sizeof(text), "%.*s", (int)at.value_len, at.value);
	ok(!strstr(text, "transaction_id"), "nothing is stored outside");
	format_encoder_free(e);
	batch_free(b);
	batch_free(after);
	schema_unref(t);
	position_done(&p);
}

static void test_no_gtid(void)
{
	struct format_conf conf = conf_new(FORMAT_FLAT);
	struct err err = { 0 };
	struct format_encoder *e = format_encoder_new(&conf, &err);
	struct batch *b = batch_new();

	conf.schemas_enable = true;
	add(b, NULL, CHANGE_END, NULL);
	add(b, NULL, CHANGE_BEGIN, NULL);
	encode(e, b);
	is_int(b->nrecords, 1, "an END without BEGIN is nothing");
	is_record(b, 0, "dbserver1.transaction ",
			"\"payload\":{\"status\":\"BEGIN\",\"id\":\"file=mysql-bin.000003,pos=484\"",
			"named by the place of its BEGIN");
	is_record(b, 0, "dbserver1.transaction ",
			"{\"schema\":{\"type\":\"struct\",\"fields\":[{\"type\":\"string\",\"optional\":"
			"false,\"field\":\"status\"},{\"type\":\"string\",\"optional\":false,\"field\":\"id\"},{\"type\":\"int64\",\"optional\":true,"
			"\"field\":\"event_count\"},{\"type\":\"array\",\"items\":{\"type\":\"struct\",\"fields\":[{\"type\":\"string\",\"optional\":false,"
			"\"field\":\"data_collection\"},{\"type\":\"int64\",\"optional\":false,\"field\":\"event_count\"}],\"optional\":true,"
			"\"name\":\"event.collection\",\"version\":1},\"optional\":true,\"field\":\"data_collections\"},{\"type\":\"int64\","
			"\"optional\":false,\"field\":\"ts_ms\"}],\"optional\":false,\"name\":\"io.debezium.connector.common."
			"TransactionMetadataValue\",\"version\":1},\"payload\":",
			"its schema");
	batch_free(b);
	format_encoder_free(e);
}

static void test_heartbeat(void)
{
	struct format_conf conf = fixture_conf(FORMAT_ENVELOPE, false);
	struct err err = { 0 };
	struct format_encoder *e = format_encoder_new(&conf, &err);
	struct batch *b = batch_new();

	conf.heartbeat_interval_ms = 1000;
	conf.heartbeat_prefix = "__debezium-heartbeat";
	encode(e, b);
	is_int(b->nrecords, 0, "the interval begins with the first batch");
	clock_fake(FIXTURE_NOW_US + 999999);
	format_encode(e, b, &err);
	is_int(b->nrecords, 0, "and is not over");
	clock_fake(FIXTURE_NOW_US + 1000000);
	format_encode(e, b, &err);
	is_int(b->nrecords, 1, "now it is");
	is_record(b, 0, "__debezium-heartbeat.dbserver1 ", "{\"ts_ms\":1741010279123}", "the heartbeat");
	ok(b->records[0].partition == 0 && memcmp(b->records[0].key, "{\"serverName\":\"dbserver1\"}", 26) == 0,
			"in partition 0");
	format_encode(e, b, &err);
	is_int(b->nrecords, 1, "one an interval");
	b->snapshot_end = true;
	format_encode(e, b, &err);
	is_int(b->nrecords, 2, "and one at the end of a snapshot");
	batch_free(b);
	format_encoder_free(e);
}

int main(void)
{
	test_whole();
	test_restart();
	test_no_gtid();
	test_heartbeat();
	return tap_done();
}
