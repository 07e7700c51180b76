/*
 * format_decode.c - records to changes. The common message costs one comparison of its schema block with the last one
 * seen in its topic, and then its row; anything new is recognised once. What is not understood becomes a dead change,
 * so that nothing is dropped.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/xalloc.h"
#include "format/cell/format_topic.h"
#include "format/decode/format_decoder.h"
#include "format/format.h"
#include "format/history/format_alter.h"

enum { LAYOUTS_KEPT = 64 };

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
		schema_unref(t->exact[i].schema);
	schema_unref(t->empty);
	free(t->exact);
	free(t->layouts);
	free(t->settled);
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

static bool layout_fits(const struct layout *l, const struct record *r)
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
		return t->exact[t->nexact - 1].schema;
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

/* ---- shapes that no exact schema explains ---- */

static void add_unsure(struct format_decoder *d, uint64_t shape, bool described)
{
	d->undescribed |= !described;
	for (size_t i = 0; i < d->nunsure; i++)
		if (d->unsure[i] == shape)
			return;
	xgrow(d->unsure, d->nunsure, d->cap_unsure, 8);
	d->unsure[d->nunsure++] = shape;
}

static void note_unsure(struct format_decoder *d, const struct layout *l)
{
	size_t at = 0;

	for (unsigned i = 0; d->nunsure == 0 && i < l->ncells && at < sizeof(d->shape); i++)
		at += (size_t)snprintf(d->shape + at, sizeof(d->shape) - at, "%s%.60s", i ? ", " : "",
				l->cells[i].name);
	add_unsure(d, l->shape, l->head_len || l->key_head_len);
}

static void note_layout(struct format_decoder *d, const struct layout *l)
{
	d->bare |= l->head_len == 0;
	if (!l->settled)
		note_unsure(d, l);
}

/* Something of which not even the layout is known. */
static void note_unclear(struct format_decoder *d, const char *why)
{
	if (d->nunsure == 0)
		snprintf(d->shape, sizeof(d->shape), "%s", why);
	add_unsure(d, 0, false);
}

bool format_decoder_unsure(const struct format_decoder *d, struct format_unsure *out)
{
	*out = (struct format_unsure){ .described = !d->undescribed, .shape = d->shape };
	return d->nunsure > 0;
}

bool format_decoder_bare(const struct format_decoder *d)
{
	return d->bare;
}

void format_decoder_settle(struct format_decoder *d)
{
	struct topic *t = d->topic;

	t->settled = xrealloc(t->settled, (t->nsettled + d->nunsure) * sizeof(*t->settled));
	for (size_t i = 0; i < d->nunsure; i++) {
		t->settled[t->nsettled++] = d->unsure[i];
		for (unsigned k = 0; k < t->nlayouts; k++)
			t->layouts[k]->settled |= t->layouts[k]->shape == d->unsure[i];
	}
	d->nunsure = 0;
}

/* ---- one record ---- */

/* A TRUNCATE brings no row: its table is that of the rows around it, or what the history knows. */
static void truncate_adopt(struct format_decoder *d, struct batch *b, struct topic *t)
{
	struct change *c = &b->changes[b->nchanges - 1];
	struct schema *s = NULL;

	for (unsigned i = 0; s == NULL && i < t->nlayouts; i++)
		if (t->layouts[i]->has_key)
			s = t->layouts[i]->schema;
	if (s == NULL && t->nexact)
		s = t->exact[t->nexact - 1].schema;
	if (s) {
		c->schema = s;
		batch_hold_schema(b, s);
	} else if (c->schema->ncolumns == 0) {
		note_unclear(d, "a TRUNCATE, of a table with no definition");
	}
}

/* A null value is a tombstone, except that a flat truncate says so in a header. */
static void decode_null(struct format_decoder *d, struct batch *b, uint32_t record, struct topic *t)
{
	const struct record *r = &b->records[record];

	if (r->nheaders > 0 && decode_alter(d, b, record, t))
		return;
	for (uint32_t i = 0; i < r->nheaders; i++) {
		const struct record_header *h = &r->headers[i];

		if (strcmp(h->name, "__op") != 0 || h->len != 1 || !h->value || *h->value != 't')
			continue;
		add_bare(d, b, record, t, CHANGE_TRUNCATE);
		truncate_adopt(d, b, t);
		return;
	}
}

/* Commit time of the change that was read last. Where the message's own timestamp stands for it, it has milliseconds: of
 * two that share one with a DDL the row is the later, for a DDL takes longer than that. */
static int64_t commit_time(const struct batch *b, const struct layout *l)
{
	const struct change *c = &b->changes[b->nchanges - 1];
	int64_t us = c->txn->commit_us, ms = b->records[c->record].timestamp_ms;

	return !l->envelope && us == ms * 1000 ? us + 999 : us;
}

/* Reads it by a layout; the change is taken back when the schema is not the one of its time, which *at_us says then. */
static enum payload_result read_by(struct format_decoder *d, struct batch *b, uint32_t record, const struct layout *l,
		int64_t *at_us)
{
	struct arena_mark mark = arena_mark(&b->arena);
	const struct change_txn *txn = d->txn;
	enum payload_result result = payload_read(d, b, record, l);

	if (result == PAYLOAD_MISMATCH || !l->timed)
		return result;
	/* A value of another type may not even be read: then the message's own timestamp has to do. */
	*at_us = result == PAYLOAD_OK ? commit_time(b, l) : b->records[record].timestamp_ms * 1000 + 999;
	if (layout_counts_at(l, *at_us))
		return result;
	if (result == PAYLOAD_OK) { /* else d->why may be in the arena */
		b->nchanges--;
		arena_rewind(&b->arena, mark);
		d->txn = txn;
	}
	return PAYLOAD_MISMATCH;
}

/* Without a schema block, that a value is not of its column's type may only mean that it is another shape's message: then
 * its own is looked for. */
static enum payload_result decode_by_known(struct format_decoder *d, struct batch *b, uint32_t record, struct topic *t,
		int64_t *at_us)
{
	enum payload_result result = PAYLOAD_MISMATCH;

	for (unsigned n = 0; n < t->nlayouts && result == PAYLOAD_MISMATCH; n++) {
		unsigned i = (t->used + n) % t->nlayouts;

		if (!layout_fits(t->layouts[i], &b->records[record]))
			continue;
		result = read_by(d, b, record, t->layouts[i], at_us);
		if (result == PAYLOAD_OK)
			t->used = i;
		else if (t->layouts[i]->head_len == 0)
			result = PAYLOAD_MISMATCH;
	}
	return result;
}

/* A new layout; and one more, when only its reading told the time that decides between schemas. */
static enum payload_result decode_by_new(struct format_decoder *d, struct batch *b, uint32_t record, struct topic *t,
		int64_t at_us)
{
	enum payload_result result = PAYLOAD_MISMATCH;

	for (int tries = 0; result == PAYLOAD_MISMATCH && tries < 2; tries++) {
		struct layout *l = layout_recognise(d, t, &b->records[record], at_us);

		if (l == NULL && at_us >= 0)
			note_unclear(d, d->why);
		if (l == NULL)
			return PAYLOAD_BAD;
		result = read_by(d, b, record, l, &at_us);
		if (!l->timed)
			break;
	}
	return result;
}

static void decode_record(struct format_decoder *d, struct batch *b, uint32_t record)
{
	const struct record *r = &b->records[record];
	struct topic *t = topic_for(d, r->topic);
	enum payload_result result;
	int64_t at_us = -1;
	struct change *c;

	if (!r->value) {
		decode_null(d, b, record, t);
		return;
	}
	result = decode_by_known(d, b, record, t, &at_us);
	if (result == PAYLOAD_MISMATCH)
		result = decode_by_new(d, b, record, t, at_us);
	if (t->nlayouts)
		note_layout(d, t->layouts[t->used]);
	if (result == PAYLOAD_OK) {
		if (b->changes[b->nchanges - 1].op == CHANGE_TRUNCATE)
			truncate_adopt(d, b, t);
		return;
	}
	c = add_bare(d, b, record, t, CHANGE_UPSERT);
	c->dead = arena_printf(&b->arena, "message not understood: %s", d->why ? d->why : "unknown");
	c->dead_at = "format";
}

/* A row may have hundreds of megabytes, and may have to be read again and again until its schema is known. */
static void undecode(struct batch *b)
{
	if (b->decoded)
		arena_rewind(&b->arena, b->undecoded);
	b->undecoded = arena_mark(&b->arena);
	b->decoded = true;
	b->nchanges = 0;
}

int format_decode(struct format_decoder *d, struct batch *b, struct err *err)
{
	undecode(b);
	d->held = NULL;
	d->txn = NULL;
	d->nunsure = 0;
	d->undescribed = d->bare = false;
	d->shape[0] = '\0';
	d->topic = b->nrecords ? topic_for(d, b->records[0].topic) : NULL;
	if (d->topic && d->topic->nlayouts > LAYOUTS_KEPT)
		topic_forget_layouts(d->topic); /* a cache; a batch makes what it needs */
	for (size_t i = 0; i < b->nrecords; i++)
		decode_record(d, b, (uint32_t)i);
	return 0;
}

/* Layouts that were chosen without this schema are chosen again. */
void format_decoder_know(struct format_decoder *d, struct schema *exact, int64_t since_us)
{
	struct topic *t = topic_for(d,
			format_topic_name(d->conf->topic_prefix, d->conf->topic_delimiter, exact->db, exact->table));

	if (t->nexact && schema_equal(t->exact[t->nexact - 1].schema, exact))
		return;
	xgrow(t->exact, t->nexact, t->cap_exact, 4);
	t->exact[t->nexact++] = (struct known_schema){ .schema = schema_ref(exact), .since_us = since_us };
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
	free(d->unsure);
	arena_done(&d->scratch);
	format_add_fields_done(&d->add);
	free(d);
}
