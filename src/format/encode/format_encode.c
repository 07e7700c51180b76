/*
 * format_encode.c - changes to records. One change makes no record (skipped), one, two (a delete and its tombstone) or
 * three (a changed key). Each message is written once: a bound is reserved in the batch's arena, key and value are
 * written behind each other, and what was used is kept. A change that cannot be written keeps its neighbours untouched.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/clock.h"
#include "core/intern.h"
#include "core/num/num.h"
#include "core/xalloc.h"
#include "format/cell/format_topic.h"
#include "format/encode/format_encoder.h"
#include "format/encode/format_service.h"
#include "format/format.h"
#include "format/history/format_alter.h"

#define HOUR_US INT64_C(3600000000)

static char *key_write(struct format_encoder *e, char *out, const struct format_plan *p, const struct value *row)
{
	memcpy(out, p->key_head.p, p->key_head.len);
	out = format_row_write(e, out + p->key_head.len, &p->key, row);
	return out ? cell_copy(out, p->tail.p, p->tail.len) : NULL;
}

static int refuse(struct format_encoder *e, const char *problem)
{
	e->env.problem = problem;
	return -1;
}

/* Kafka's clock governs retention: a commit time is only passed on when it is near. */
static int64_t record_timestamp(const struct format_encoder *e, int64_t commit_us)
{
	int64_t distance = e->now_us - commit_us;

	return distance <= HOUR_US && distance >= -HOUR_US ? commit_us / 1000 : 0;
}

static struct record *record_add(struct format_encoder *e, struct batch *b, uint32_t change,
		const struct format_plan *p)
{
	struct record *r = batch_add_record(b);

	r->topic = p->topic;
	r->change = change;
	r->commit_us = b->changes[change].txn->commit_us;
	r->timestamp_ms = record_timestamp(e, r->commit_us);
	r->hash = p->no_key_hash;
	return r;
}

static int message_emit(struct format_encoder *e, struct batch *b, uint32_t change, struct format_plan *p,
		struct format_message *m)
{
	const struct change *c = &b->changes[change];
	bool has_key = p->key.ncells && m->key, has_value = !m->null_value;
	size_t bound = (has_key ? p->key_head.len + format_row_bound(&p->key, m->key) : 0) + 64;

	if (has_value)
		bound += e->flat ? format_flat_bound(e, p, m) : format_envelope_bound(e, p, m);
	if (bound > UINT32_MAX)
		return refuse(e, "the message could be larger than 4 GiB");
	char *start = arena_reserve(&b->arena, bound), *value = start, *end;
	if (has_key && !(value = key_write(e, start, p, m->key)))
		return -1;
	end = value;
	if (has_value)
		end = e->flat ? format_flat_write(e, value, p, c, m) : format_envelope_write(e, value, p, c, m);
	if (!end)
		return -1;
	arena_commit(&b->arena, (size_t)(end - start));

	if (e->add_headers.count && m->op != 't')
		format_add_headers(e, &b->arena, p, c, m);
	struct record *r = record_add(e, b, change, p);
	if (has_key) {
		r->key = start;
		r->key_len = (uint32_t)(value - start);
		r->hash = murmur2_cached(&p->hash, start, r->key_len);
	}
	if (has_value) {
		r->value = value;
		r->value_len = (uint32_t)(end - value);
	}
	r->headers = m->headers;
	r->nheaders = m->nheaders;
	return 0;
}

static int emit_tombstone(struct format_encoder *e, struct batch *b, uint32_t i, struct format_plan *p,
		const struct format_message *m)
{
	struct format_message tombstone = {
		.null_value = true,
		.key = m->key,
		.headers = m->headers,
		.nheaders = m->nheaders,
	};

	if (!e->tombstones)
		return 0;
	return message_emit(e, b, i, p, &tombstone);
}

/* Rows of a snapshot belong to no transaction. A message that a flat format drops later is counted, too. */
static void count(struct format_encoder *e, const struct batch *b, uint32_t i, struct format_plan *p)
{
	e->transaction.order = 0;
	if (e->transaction.open && b->changes[i].snapshot == SNAPSHOT_NO)
		transaction_count(&e->transaction, p->schema->db, p->schema->table, &p->counted);
}

static int emit_delete(struct format_encoder *e, struct batch *b, uint32_t i, struct format_plan *p,
		const struct value *before, struct record_header *header)
{
	struct format_message m = {
		.op = 'd',
		.deleted = true,
		.before = before,
		.row = before,
		.key = before,
		.null_payload = e->null_deletes,
		.headers = header,
		.nheaders = header != NULL,
	};

	count(e, b, i, p);
	if (!e->drop_deletes && message_emit(e, b, i, p, &m) < 0)
		return -1;
	return emit_tombstone(e, b, i, p, &m);
}

static int emit_row(struct format_encoder *e, struct batch *b, uint32_t i, struct format_plan *p, char op,
		const struct value *before, const struct value *after, struct record_header *header)
{
	struct format_message m = {
		.op = op,
		.before = before,
		.after = after,
		.row = after,
		.key = after,
		.headers = header,
		.nheaders = header != NULL,
	};

	count(e, b, i, p);
	return message_emit(e, b, i, p, &m);
}

static bool key_changed(const struct format_plan *p, const struct value *before, const struct value *after)
{
	for (unsigned i = 0; i < p->key.ncells; i++)
		if (!value_equal(&before[p->key.column[i]], &after[p->key.column[i]]))
			return true;
	return false;
}

static bool row_changed(const struct format_plan *p, const struct value *before, const struct value *after)
{
	for (unsigned i = 0; i < p->schema->ncolumns; i++)
		if (!value_equal(&before[i], &after[i]))
			return true;
	return false;
}

static int encode_update(struct format_encoder *e, struct batch *b, uint32_t i, struct format_plan *p)
{
	const struct value *before = b->changes[i].before, *after = b->changes[i].after;
	struct record_header *to, *from;

	if (!before || !after)
		return refuse(e, "an update needs both row images (binlog_row_image has to be FULL)");
	if (e->conf->skip_unchanged && !row_changed(p, before, after))
		return 0;
	if (e->flat && p->key.ncells == 0 && row_changed(p, before, after))
		e->lost_row = p->schema;
	if (!key_changed(p, before, after))
		return emit_row(e, b, i, p, 'u', before, after, NULL);
	to = format_key_header(e, &b->arena, p, "__debezium.newkey", after);
	from = to ? format_key_header(e, &b->arena, p, "__debezium.oldkey", before) : NULL;
	if (!from || emit_delete(e, b, i, p, before, to) < 0)
		return -1;
	return emit_row(e, b, i, p, 'c', NULL, after, from);
}

/* A truncate is for all partitions: one record without a key, which the log hands to each. */
static int encode_truncate(struct format_encoder *e, struct batch *b, uint32_t i, struct format_plan *p)
{
	struct format_message m = { .op = 't', .null_value = e->flat };

	count(e, b, i, p);
	if (e->flat) {
		m.headers = arena_alloc(&b->arena, sizeof(*m.headers));
		*m.headers = (struct record_header){ intern("__op"), "t", 1 };
		m.nheaders = 1;
	}
	if (message_emit(e, b, i, p, &m) < 0)
		return -1;
	b->records[b->nrecords - 1].partition = PARTITION_ANY;
	return 0;
}

/* Of no operation of the source's: a record that Debezium's consumers pass over, for all partitions too. */
static int encode_alter(struct format_encoder *e, struct batch *b, uint32_t i)
{
	const struct change *c = &b->changes[i];
	struct record_header *headers = format_alter_headers(e->conf, c, e->now_us, &b->arena);
	struct record *r;

	if (headers == NULL)
		return refuse(e, "the table's definition is larger than 16 MiB");
	r = batch_add_record(b);
	r->topic = format_topic(e, c->schema->db, c->schema->table);
	r->partition = PARTITION_ANY;
	r->change = i;
	r->commit_us = c->txn->commit_us;
	r->headers = headers;
	r->nheaders = ALTER_HEADERS;
	return 0;
}

static struct format_plan **plan_slot(struct format_encoder *e, const struct schema *s)
{
	uint64_t h = ((uintptr_t)s->table >> 4) * UINT64_C(0x9e3779b97f4a7c15) ^
			((uintptr_t)s->db >> 4) * UINT64_C(0xc2b2ae3d27d4eb4f);
	size_t i = (h ^ h >> 29) & (e->cap_plans - 1);

	while (e->plans[i] && (e->plans[i]->schema->table != s->table || e->plans[i]->schema->db != s->db))
		i = (i + 1) & (e->cap_plans - 1);
	return &e->plans[i];
}

static void plans_grow(struct format_encoder *e)
{
	struct format_plan **old = e->plans;
	size_t count = e->cap_plans;

	e->cap_plans = count ? count * 2 : 64;
	e->plans = xcalloc(e->cap_plans, sizeof(*e->plans));
	for (size_t i = 0; i < count; i++)
		if (old[i])
			*plan_slot(e, old[i]->schema) = old[i];
	free(old);
}

static struct format_plan *plan_for(struct format_encoder *e, struct schema *s)
{
	struct format_plan **slot;

	if (e->last && e->last->schema == s)
		return e->last;
	if (e->nplans * 2 >= e->cap_plans)
		plans_grow(e);
	slot = plan_slot(e, s);
	if (*slot && (*slot)->schema->version != s->version) {
		format_plan_free(*slot);
		*slot = NULL;
		e->nplans--;
	}
	if (!*slot) {
		*slot = format_plan_new(e, s, format_topic(e, s->db, s->table));
		e->nplans++;
	}
	return e->last = *slot;
}

/* TRUNCATE is told as a statement is: the time in milliseconds, no thread. */
static int take_source(struct format_encoder *e, const struct change *c)
{
	struct change_txn txn;
	int rc;

	if (c->op != CHANGE_TRUNCATE)
		return format_source_take(&e->source, e->conf, c->txn);
	txn = *c->txn;
	txn.thread = -1;
	txn.commit_us -= txn.commit_us % 1000;
	rc = format_source_take(&e->source, e->conf, &txn);
	e->source.txn = NULL; /* it was a copy */
	return rc;
}

static int encode_row_change(struct format_encoder *e, struct batch *b, uint32_t i)
{
	const struct change *c = &b->changes[i];
	struct format_plan *p;

	if (!c->schema || !c->txn)
		return refuse(e, "the change has no schema or no transaction");
	p = plan_for(e, c->schema);
	if (p->problem)
		return refuse(e, p->problem);
	if (take_source(e, c) < 0)
		return refuse(e, "the statement's text is larger than 256 MiB");
	e->env.snapshot = c->op == CHANGE_READ;
	switch (c->op) {
	case CHANGE_READ:
	case CHANGE_CREATE:
		return c->after ? emit_row(e, b, i, p, (char)c->op, NULL, c->after, NULL)
				: refuse(e, "the change has no row");
	case CHANGE_UPDATE: return encode_update(e, b, i, p);
	case CHANGE_DELETE:
		return c->before ? emit_delete(e, b, i, p, c->before, NULL) : refuse(e, "the change has no row");
	case CHANGE_TRUNCATE: return encode_truncate(e, b, i, p);
	default: return refuse(e, "the change's operation is not one of the source");
	}
}

const char *format_refuses(struct format_encoder *e, struct schema *s)
{
	return plan_for(e, s)->problem;
}

const struct schema *format_lost_row(struct format_encoder *e)
{
	const struct schema *s = e->lost_row;

	e->lost_row = NULL;
	return s;
}

static void change_bury(struct format_encoder *e, struct batch *b, uint32_t i)
{
	struct change *c = &b->changes[i];

	c->dead = e->bad ? arena_printf(&b->arena, "column %s: %s", e->bad->name, e->env.problem)
			 : arena_printf(&b->arena, "%s", e->env.problem);
	c->dead_at = "format";
}

static int encode_by_kind(struct format_encoder *e, struct batch *b, uint32_t i)
{
	switch (b->changes[i].op) {
	case CHANGE_DDL: return format_ddl_records(e, b, i);
	case CHANGE_BEGIN:
	case CHANGE_END: return format_transaction_record(e, b, i);
	case CHANGE_ALTER: return encode_alter(e, b, i);
	default: return encode_row_change(e, b, i);
	}
}

static void encode_change(struct format_encoder *e, struct batch *b, uint32_t i)
{
	const struct change *c = &b->changes[i];
	size_t records = b->nrecords;

	/* The TRUNCATE of a snapshot that is taken again is no operation of the source: without it rows would stay for
	 * ever. */
	if (c->dead || (e->skip[(unsigned char)c->op] && !(c->op == CHANGE_TRUNCATE && c->snapshot != SNAPSHOT_NO)))
		return;
	e->bad = NULL;
	if (encode_by_kind(e, b, i) < 0) {
		b->nrecords = records;
		change_bury(e, b, i);
	}
}

/* The wall clock is read once per batch: one instant in three units. */
static void encoder_set_clock(struct format_encoder *e)
{
	int64_t units[3];

	e->now_us = clock_wall_us();
	units[0] = e->now_us / 1000;
	units[1] = e->now_us;
	units[2] = e->now_us * 1000;
	for (int i = 0; i < 3; i++)
		e->now_len[i] = (uint8_t)num_i64(e->now_text[i], units[i]);
	e->times_len = (uint32_t)snprintf(e->times, sizeof(e->times), ",\"ts_ms\":%.*s,\"ts_us\":%.*s,\"ts_ns\":%.*s",
			e->now_len[0], e->now_text[0], e->now_len[1], e->now_text[1], e->now_len[2], e->now_text[2]);
}

int format_encode(struct format_encoder *e, struct batch *b, struct err *err)
{
	/* transactions live in a batch's arena: an equal address means nothing across batches */
	e->source.txn = NULL;
	encoder_set_clock(e);
	for (size_t i = 0; i < b->nchanges; i++)
		encode_change(e, b, (uint32_t)i);
	format_heartbeat_record(e, b);
	return 0;
}

const char *format_topic(struct format_encoder *e, const char *db, const char *table)
{
	return format_topic_name(e->conf->topic_prefix, e->conf->topic_delimiter, db, table);
}

static int skipped_init(struct format_encoder *e, struct err *err)
{
	const struct conf_list *list = &e->conf->skipped_operations;

	for (size_t i = 0; i < list->count; i++) {
		const char *op = list->items[i];

		if (strcmp(op, "none") == 0)
			continue;
		if (strlen(op) != 1 || !strchr("cudt", *op))
			return err_set(err, ERR_CONFIG, 0,
					"skipped.operations: expected c, u, d, t or none, found '%.40s'", op);
		e->skip[(unsigned char)*op] = true;
	}
	return 0;
}

static int added_init(struct format_encoder *e, struct err *err)
{
	const struct format_conf *conf = e->conf;

	if (!e->flat && (conf->add_fields.count || conf->add_headers.count))
		return err_set(err, ERR_CONFIG, 0,
				"[kafka] %s: expected message.format = flat, found envelope, which has all "
				"fields",
				conf->add_fields.count ? "add.fields" : "add.headers");
	if (format_add_fields_init(&e->add, &conf->add_fields, "add.fields", conf->add_fields_prefix, err) < 0)
		return -1;
	return format_add_fields_init(&e->add_headers, &conf->add_headers, "add.headers", conf->add_headers_prefix,
			err);
}

struct format_encoder *format_encoder_new(const struct format_conf *conf, struct err *err)
{
	struct format_encoder *e = xcalloc(1, sizeof(*e));

	e->conf = conf;
	e->flat = conf->message_format == FORMAT_FLAT;
	e->env.adjust_years = conf->enable_time_adjuster;
	buf_init(&e->change_schema, 1 << 20);
	format_source_init(&e->source);
	transaction_init(&e->transaction);
	if (skipped_init(e, err) < 0 || key_rules_init(&e->keys, conf->message_key_columns, err) < 0 ||
			mappers_init(&e->mappers, conf, err) < 0 || format_deletes_init(e, err) < 0 ||
			added_init(e, err) < 0) {
		format_encoder_free(e);
		return NULL;
	}
	return e;
}

void format_encoder_free(struct format_encoder *e)
{
	if (!e)
		return;
	for (size_t i = 0; i < e->cap_plans; i++)
		format_plan_free(e->plans[i]);
	free(e->plans);
	format_add_fields_done(&e->add);
	format_add_fields_done(&e->add_headers);
	mappers_done(&e->mappers);
	key_rules_done(&e->keys);
	transaction_done(&e->transaction);
	buf_done(&e->change_schema);
	format_source_done(&e->source);
	free(e);
}

bool format_masks(struct format_encoder *e, const struct schema *s, unsigned column)
{
	return mappers_find(&e->mappers, s, &s->columns[column]) != NULL;
}
