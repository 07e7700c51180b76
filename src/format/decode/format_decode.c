/*
 * format_decode.c - records to changes. The common message costs one comparison of its schema block with the last one
 * seen in its topic, and then its row; anything new is recognised once. What is not understood becomes a dead change,
 * so that nothing is dropped.
 */
#include <stdlib.h>
#include <string.h>

#include "core/xalloc.h"
#include "format/cell/format_topic.h"
#include "format/decode/format_decoder.h"
#include "format/format.h"
#include "format/history/format_alter.h"

static size_t topic_place(const struct format_decoder *d, const char *name)
{
	uint64_t h = ((uintptr_t)name >> 4) * UINT64_C(0x9e3779b97f4a7c15);
	size_t i = (h ^ h >> 32) & (d->cap_topics - 1);

	while (d->topics[i] && d->topics[i]->name != name)
		i = (i + 1) & (d->cap_topics - 1);
	return i;
}

static void topics_grow(struct format_decoder *d)
{
	struct topic **old = d->topics;
	size_t count = d->cap_topics;

	d->cap_topics = count ? count * 2 : 64;
	d->topics = xcalloc(d->cap_topics, sizeof(*d->topics));
	for (size_t i = 0; i < count; i++)
		if (old[i])
			d->topics[topic_place(d, old[i]->name)] = old[i];
	free(old);
}

static struct topic *topic_for(struct format_decoder *d, const char *name)
{
	size_t i;

	if (d->last && d->last->name == name)
		return d->last;
	if (d->ntopics * 2 >= d->cap_topics)
		topics_grow(d);
	i = topic_place(d, name);
	if (!d->topics[i]) {
		d->topics[i] = xcalloc(1, sizeof(*d->topics[i]));
		d->topics[i]->name = name;
		d->ntopics++;
	}
	return d->last = d->topics[i];
}

static void topic_forget_layouts(struct topic *t)
{
	for (unsigned i = 0; i < t->nlayouts; i++) {
		layout_free(t->layouts[i]);
		t->layouts[i] = NULL;
	}
	t->nlayouts = t->used = 0;
}

static void topic_free(struct topic *t)
{
	if (!t)
		return;
	topic_forget_layouts(t);
	for (size_t i = 0; i < t->nexact; i++)
		schema_unref(t->exact[i]);
	schema_unref(t->empty);
	free(t->exact);
	free(t);
}

/* The names of a key without a schema, in order. */
static bool key_names_fit(const struct layout *l, const struct record *r)
{
	struct json_slice v;
	struct json j;

	json_init(&j, r->key + l->key_head_len, r->key_len - l->key_head_len);
	for (unsigned i = 0; i < l->nkey; i++) {
		const struct read_cell *k = &l->key[i];

		if ((size_t)(j.end - j.at) <= k->prefix_len || memcmp(j.at, k->prefix, k->prefix_len) != 0)
			return false;
		j.at += k->prefix_len;
		if (json_value(&j, &v) <= JSON_END)
			return false;
	}
	return j.at < j.end && *j.at == '}';
}

bool layout_fits(const struct layout *l, const struct record *r)
{
	if (l->head_len ? r->value_len <= l->head_len || memcmp(r->value, l->head, l->head_len) != 0
			: record_has_schema(r->value, r->value_len))
		return false;
	if (!r->key)
		return !l->has_key;
	if (!l->has_key)
		return false;
	if (r->key_len <= l->key_head_len || memcmp(r->key, l->key_head, l->key_head_len) != 0)
		return false;
	return !l->key_bare || key_names_fit(l, r);
}

static struct schema *topic_schema(struct format_decoder *d, struct topic *t)
{
	if (t->nlayouts)
		return t->layouts[t->used]->schema;
	if (t->nexact)
		return t->exact[t->nexact - 1];
	if (!t->empty)
		t->empty = layout_empty_schema(t->name, d->conf);
	return t->empty;
}

static struct change *add_bare(struct format_decoder *d, struct batch *b, uint32_t record, struct topic *t,
		enum change_op op)
{
	struct change_txn *txn = arena_alloc(&b->arena, sizeof(*txn));
	struct change *c = batch_add_change(b);
	int64_t ms = b->records[record].timestamp_ms;

	*txn = (struct change_txn){ .commit_us = ms > 0 ? ms * 1000 : 0, .thread = -1, .file = "" };
	c->op = op;
	c->schema = topic_schema(d, t);
	batch_hold_schema(b, c->schema);
	c->txn = txn;
	c->record = record;
	return c;
}

/* A record that the capture half has put between rows: what the target's table has to become. */
static bool decode_alter(struct format_decoder *d, struct batch *b, uint32_t record, struct topic *t)
{
	struct ddl_alter *alter = arena_alloc(&b->arena, sizeof(*alter));
	struct schema *schema = NULL;
	struct err err = { 0 };
	int found = format_alter_read(&b->records[record], &b->arena, alter, &schema, &err);
	struct change *c = found ? add_bare(d, b, record, t, CHANGE_ALTER) : NULL;

	if (found > 0) {
		c->schema = schema;
		c->alter = alter;
		batch_hold_schema(b, schema);
	} else if (found < 0) {
		c->dead = arena_printf(&b->arena, "message not understood: %s", err.msg);
		c->dead_at = "format";
	}
	schema_unref(schema);
	return found != 0;
}

/* A null value is a tombstone, except that a flat truncate says so in a header. */
static void decode_null(struct format_decoder *d, struct batch *b, uint32_t record, struct topic *t)
{
	const struct record *r = &b->records[record];

	if (r->nheaders > 0 && decode_alter(d, b, record, t))
		return;
	for (uint32_t i = 0; i < r->nheaders; i++) {
		const struct record_header *h = &r->headers[i];

		if (strcmp(h->name, "__op") == 0 && h->len == 1 && h->value && *h->value == 't')
			add_bare(d, b, record, t, CHANGE_TRUNCATE);
	}
}

static enum payload_result decode_by_known(struct format_decoder *d, struct batch *b, uint32_t record, struct topic *t)
{
	enum payload_result result = PAYLOAD_MISMATCH;

	for (unsigned n = 0; n < t->nlayouts && result == PAYLOAD_MISMATCH; n++) {
		unsigned i = (t->used + n) % t->nlayouts;

		if (!layout_fits(t->layouts[i], &b->records[record]))
			continue;
		result = payload_read(d, b, record, t->layouts[i]);
		if (result == PAYLOAD_OK)
			t->used = i;
	}
	return result;
}

/* A truncate has no key and so a layout of its own; its table is that of the rows around it. */
static void truncate_adopt(struct batch *b, const struct topic *t)
{
	struct change *c = &b->changes[b->nchanges - 1];

	for (unsigned i = 0; c->op == CHANGE_TRUNCATE && i < t->nlayouts; i++) {
		if (t->layouts[i]->has_key) {
			c->schema = t->layouts[i]->schema;
			batch_hold_schema(b, c->schema);
			return;
		}
	}
}

static void decode_record(struct format_decoder *d, struct batch *b, uint32_t record)
{
	const struct record *r = &b->records[record];
	struct topic *t = topic_for(d, r->topic);
	enum payload_result result;
	struct layout *l;
	struct change *c;

	if (!r->value) {
		decode_null(d, b, record, t);
		return;
	}
	result = decode_by_known(d, b, record, t);
	if (result == PAYLOAD_MISMATCH) {
		l = layout_recognise(d, t, r);
		result = l ? payload_read(d, b, record, l) : PAYLOAD_BAD;
	}
	if (result == PAYLOAD_OK) {
		truncate_adopt(b, t);
		return;
	}
	c = add_bare(d, b, record, t, CHANGE_UPSERT);
	c->dead = arena_printf(&b->arena, "message not understood: %s", d->why ? d->why : "unknown");
	c->dead_at = "format";
}

int format_decode(struct format_decoder *d, struct batch *b, struct err *err)
{
	d->held = NULL;
	d->txn = NULL;
	for (size_t i = 0; i < b->nrecords; i++)
		decode_record(d, b, (uint32_t)i);
	return 0;
}

/* Layouts that were chosen without this schema are chosen anew. */
void format_decoder_know(struct format_decoder *d, struct schema *exact)
{
	struct topic *t = topic_for(d, format_topic_name(d->conf->topic_prefix, d->conf->topic_delimiter, exact->db,
			exact->table));

	if (t->nexact && schema_equal(t->exact[t->nexact - 1], exact))
		return;
	if (t->nexact == t->cap_exact) {
		t->cap_exact = t->cap_exact ? t->cap_exact * 2 : 4;
		t->exact = xrealloc(t->exact, t->cap_exact * sizeof(*t->exact));
	}
	t->exact[t->nexact++] = schema_ref(exact);
	topic_forget_layouts(t);
}

struct format_decoder *format_decoder_new(const struct format_conf *conf, struct err *err)
{
	struct format_decoder *d = xcalloc(1, sizeof(*d));

	d->conf = conf;
	arena_init(&d->scratch, 0);
	if (format_add_fields_init(&d->add, &conf->add_fields, "add.fields", conf->add_fields_prefix, err) < 0) {
		format_decoder_free(d);
		return NULL;
	}
	return d;
}

void format_decoder_free(struct format_decoder *d)
{
	if (!d)
		return;
	for (size_t i = 0; i < d->cap_topics; i++)
		topic_free(d->topics[i]);
	free(d->topics);
	arena_done(&d->scratch);
	format_add_fields_done(&d->add);
	free(d);
}
