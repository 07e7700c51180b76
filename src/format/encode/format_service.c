/*
 * format_service.c - see format_service.h. Names of topics are Debezium's: PREFIX.transaction and
 * __debezium-heartbeat.PREFIX, with the delimiter that all topics have.
 */
#include "format/encode/format_service.h"

#include <stdio.h>
#include <string.h>

#include "core/clock.h"
#include "core/json.h"
#include "format/cell/format_topic.h"
#include "format/format.h"

enum { SERVICE_TEXT_MAX = 16 << 20 };

#define STRUCT(fields, name) \
	"{\"schema\":{\"type\":\"struct\",\"fields\":[" fields "],\"optional\":false,\"name\":" \
	"\"io.debezium.connector.common." name "\",\"version\":1},\"payload\":"

static struct record *record_add(struct batch *b, const char *topic, const struct buf *key, const struct buf *value)
{
	struct record *r = batch_add_record(b);

	r->topic = topic;
	r->change = UINT32_MAX;
	r->key = arena_dup(&b->arena, key->data, key->len);
	r->key_len = (uint32_t)key->len;
	r->hash = format_murmur2(r->key, r->key_len);
	r->value = arena_dup(&b->arena, value->data, value->len);
	r->value_len = (uint32_t)value->len;
	return r;
}

static int64_t floor_ms(int64_t us)
{
	return us / 1000 - (us % 1000 < 0);
}

static int add_transaction(struct format_encoder *e, struct batch *b, uint32_t change)
{
	const struct change *c = &b->changes[change];
	const struct format_conf *conf = e->conf;
	struct buf key, value;
	bool failed;

	buf_init(&key, SERVICE_TEXT_MAX);
	buf_init(&value, SERVICE_TEXT_MAX);
	transaction_put_key(&key, &e->transaction, conf->schemas_enable);
	transaction_put_value(&value, &e->transaction, conf->schemas_enable, c->op == CHANGE_END,
			floor_ms(c->txn->commit_us));
	failed = key.failed || value.failed;
	if (!failed)
		record_add(b,
				format_topic_name(conf->topic_prefix, conf->topic_delimiter, conf->transaction_topic,
						NULL),
				&key, &value)
				->change = change;
	buf_done(&key);
	buf_done(&value);
	e->env.problem = "the transaction's record is larger than 16 MiB";
	return failed ? -1 : 0;
}

/* Without a GTID a transaction is named by the place of its BEGIN. */
static void begin(struct format_encoder *e, const struct change *c)
{
	char place[512];

	snprintf(place, sizeof(place), "file=%s,pos=%llu", c->txn->file ? c->txn->file : "",
			(unsigned long long)c->pos);
	transaction_begin(&e->transaction, c->txn->gtid ? c->txn->gtid : place);
}

/* After a restart the source may tell the beginning of the open transaction again. */
static bool is_open(const struct format_encoder *e, const struct change *c)
{
	struct buf id;
	bool same;

	if (!e->transaction.open || !c->txn->gtid)
		return false;
	buf_init(&id, SERVICE_TEXT_MAX);
	buf_json_str(&id, c->txn->gtid);
	same = id.len == e->transaction.id.len && memcmp(id.data, e->transaction.id.data, id.len) == 0;
	buf_done(&id);
	return same;
}

int format_transaction_record(struct format_encoder *e, struct batch *b, uint32_t change)
{
	const struct change *c = &b->changes[change];
	int rc = 0;

	if (!e->conf->transaction_metadata || !c->txn)
		return 0;
	if (c->op == CHANGE_END) {
		if (e->transaction.open)
			rc = add_transaction(e, b, change);
		transaction_end(&e->transaction);
		return rc;
	}
	if (is_open(e, c))
		return 0;
	begin(e, c);
	return add_transaction(e, b, change);
}

bool format_heartbeat_due(const struct format_encoder *e)
{
	return e->conf->heartbeat_interval_ms && e->heartbeat_due_us && clock_wall_us() >= e->heartbeat_due_us;
}

void format_heartbeat_record(struct format_encoder *e, struct batch *b)
{
	static const char key_schema[] = STRUCT("{\"type\":\"string\",\"optional\":false,\"field\":\"serverName\"}",
			"ServerNameKey");
	static const char value_schema[] = STRUCT("{\"type\":\"int64\",\"optional\":false,\"field\":\"ts_ms\"}",
			"Heartbeat");
	const struct format_conf *conf = e->conf;
	bool schemas = conf->schemas_enable;
	struct buf key, value;

	if (conf->heartbeat_interval_ms == 0 || (e->now_us < e->heartbeat_due_us && !b->snapshot_end))
		return;
	if (e->heartbeat_due_us || b->snapshot_end) {
		buf_init(&key, SERVICE_TEXT_MAX);
		buf_init(&value, SERVICE_TEXT_MAX);
		buf_printf(&key, "%s{\"serverName\":", schemas ? key_schema : "");
		buf_json_str(&key, conf->topic_prefix);
		buf_puts(&key, schemas ? "}}" : "}");
		buf_printf(&value, "%s{\"ts_ms\":%lld}%s", schemas ? value_schema : "", (long long)floor_ms(e->now_us),
				schemas ? "}" : "");
		record_add(b,
				format_topic_name(conf->heartbeat_prefix, conf->topic_delimiter, conf->topic_prefix,
						NULL),
				&key, &value)
				->partition = 0;
		buf_done(&key);
		buf_done(&value);
	}
	e->heartbeat_due_us = e->now_us + conf->heartbeat_interval_ms * 1000;
}
