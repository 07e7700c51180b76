/*
 * format_ddl.c - the records of one DDL statement: one of the schema history always, one of the schema change topic
 * when that is wanted and the statement touches a captured table.
 */
#include <stdlib.h>
#include <string.h>

#include "core/intern.h"
#include "core/json.h"
#include "core/xalloc.h"
#include "format/encode/format_encoder.h"
#include "format/history/format_history.h"

#define DDL_TEXT_MAX ((size_t)256 << 20)

static void record_from(struct format_encoder *e, struct batch *b, uint32_t change, const char *topic,
		const struct buf *key, const struct buf *value)
{
	struct record *r = batch_add_record(b);

	r->topic = intern(topic);
	r->partition = 0;
	r->change = change;
	r->commit_us = b->changes[change].txn->commit_us;
	if (key->len) {
		r->key = arena_dup(&b->arena, key->data, key->len);
		r->key_len = (uint32_t)key->len;
		r->hash = format_murmur2(r->key, r->key_len);
	}
	r->value = arena_dup(&b->arena, value->data, value->len);
	r->value_len = (uint32_t)value->len;
}

/* Where this statement stands: the batch's position, with the statement's own place. */
static void position_of(const struct batch *b, const struct change *c, struct position *out)
{
	position_init(out);
	position_copy(out, &b->position);
	if (c->txn->file && c->pos) {
		size_t len = strnlen(c->txn->file, sizeof(out->file) - 1);

		memcpy(out->file, c->txn->file, len);
		out->file[len] = '\0';
		out->pos = c->ddl->history_pos ? c->ddl->history_pos : c->pos;
		out->event = c->ddl->history_event;
		out->row = 0;
	}
	if (c->ddl->history_gtids) {
		free(out->gtids);
		out->gtids = xstrdup(c->ddl->history_gtids);
	}
	if (c->snapshot != SNAPSHOT_NO)
		out->snapshot = true; /* also when the whole snapshot is one batch */
	if (c->txn->commit_us > 0)
		out->ts_sec = c->txn->commit_us / 1000000;
	if (c->txn->server_id)
		out->server_id = c->txn->server_id;
}

static int emit_history(struct format_encoder *e, struct batch *b, uint32_t i)
{
	struct buf key, value;
	struct position at;
	bool failed;

	buf_init(&key, 16);
	buf_init(&value, DDL_TEXT_MAX);
	position_of(b, &b->changes[i], &at);
	format_history_write(&value, e->conf, &at, e->now_us, b->changes[i].txn, b->changes[i].ddl);
	position_done(&at);
	failed = value.failed;
	if (!failed)
		record_from(e, b, i, e->conf->history_topic, &key, &value);
	buf_done(&key);
	buf_done(&value);
	return failed ? -1 : 0;
}

static char *source_text(struct format_encoder *e, const struct change *c, size_t *len)
{
	struct buf names;
	size_t db_len;
	char *out;

	buf_init(&names, 1 << 20);
	buf_puts(&names, ",\"db\":");
	buf_json_str(&names, c->ddl->db ? c->ddl->db : "");
	db_len = names.len;
	buf_puts(&names, ",\"table\":");
	buf_json_str(&names, c->ddl->tables);
	out = xmalloc(format_source_bound(&e->source) + names.len);
	*len = (size_t)(format_source_write(out, &e->source, c, names.data, db_len, names.data + db_len,
					names.len - db_len) -
			out);
	buf_done(&names);
	return out;
}

static int emit_change(struct format_encoder *e, struct batch *b, uint32_t i)
{
	const struct change *c = &b->changes[i];
	struct change_txn txn;
	struct buf key, value;
	size_t len;
	char *source;
	bool failed;

	txn = *c->txn;			/* as Debezium tells a statement: the time in milliseconds, mostly no thread */
	if (c->ddl->history_event == 0) /* the thread is that of a BEGIN */
		txn.thread = -1;
	txn.commit_us -= txn.commit_us % 1000;
	if (format_source_take(&e->source, e->conf, &txn) < 0)
		return -1;
	if (e->change_schema.len == 0)
		format_change_topic_schema(&e->change_schema);
	buf_init(&key, 4096);
	buf_init(&value, DDL_TEXT_MAX);
	source = source_text(e, c, &len);
	e->source.txn = NULL; /* it was a copy */
	format_change_topic_key(&key, e->conf, c->ddl->db ? c->ddl->db : "");
	format_change_topic_value(&value, e->conf, &e->change_schema, source, len, e->now_us, c->ddl);
	failed = key.failed || value.failed;
	if (!failed)
		record_from(e, b, i, e->conf->topic_prefix, &key, &value);
	free(source);
	buf_done(&key);
	buf_done(&value);
	return failed ? -1 : 0;
}

static bool is_recorded(const struct format_conf *conf, const struct ddl_change *d)
{
	return (d->captured || !conf->store_only_captured_tables) &&
			(d->captured_db || !conf->store_only_captured_databases);
}

int format_ddl_records(struct format_encoder *e, struct batch *b, uint32_t i)
{
	const struct change *c = &b->changes[i];

	e->env.problem = "the statement's text is larger than 256 MiB";
	if (!c->ddl || !c->txn) {
		e->env.problem = "the DDL change has no statement or no transaction";
		return -1;
	}
	if (!is_recorded(e->conf, c->ddl))
		return 0;
	if (e->conf->history_topic && emit_history(e, b, i) < 0)
		return -1;
	return e->conf->include_schema_changes ? emit_change(e, b, i) : 0;
}
