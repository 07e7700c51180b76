/*
 * format_add_header.c - add.headers: fields of the envelope in the headers of flat messages, as Connect's
 * SimpleHeaderConverter prints them: texts as they are, numbers in decimal, null as no value.
 */
#include <string.h>

#include "core/num/num.h"
#include "format/encode/format_encoder.h"

static struct record_header header_text(const struct add_field *f, const char *text)
{
	return (struct record_header){ f->name, text, text ? (uint32_t)strlen(text) : 0 };
}

static struct record_header header_copy(const struct add_field *f, struct arena *a, const char *text, size_t len)
{
	return (struct record_header){ f->name, arena_dup(a, text, len), (uint32_t)len };
}

static struct record_header header_number(const struct add_field *f, struct arena *a, uint64_t v)
{
	char text[24];

	return header_copy(f, a, text, num_u64(text, v));
}

/* Marks stand in the block with their quotes. */
static struct record_header header_mark(const struct add_field *f, enum snapshot_mark mark)
{
	const char *text = format_source_mark(mark);

	return *text == '"' ? (struct record_header){ f->name, text + 1, (uint32_t)strlen(text) - 2 }
			    : header_text(f, NULL);
}

static struct record_header header_source(struct format_encoder *e, struct arena *a, const struct format_plan *p,
		const struct change *c, const struct add_field *f)
{
	const struct source_slice *slice = &e->source.field[f->source];

	switch (f->source) {
	case SOURCE_VERSION: return header_text(f, e->conf->version);
	case SOURCE_CONNECTOR: return header_text(f, "mysql");
	case SOURCE_NAME: return header_text(f, e->conf->topic_prefix);
	case SOURCE_SNAPSHOT: return header_mark(f, c->snapshot);
	case SOURCE_DB: return header_text(f, p->schema->db);
	case SOURCE_TABLE: return header_text(f, p->schema->table);
	case SOURCE_SEQUENCE: return header_text(f, NULL);
	case SOURCE_GTID: return header_text(f, c->txn->gtid);
	case SOURCE_FILE: return header_text(f, c->txn->file ? c->txn->file : "");
	case SOURCE_QUERY: return header_text(f, c->txn->query);
	case SOURCE_POS: return header_number(f, a, c->pos);
	case SOURCE_ROW: return header_number(f, a, c->row);
	case SOURCE_THREAD:
		return c->txn->thread < 0 ? header_text(f, NULL) : header_number(f, a, (uint64_t)c->txn->thread);
	default: return header_copy(f, a, e->source.text.data + slice->at, slice->len);
	}
}

static struct record_header header_make(struct format_encoder *e, struct arena *a, const struct format_plan *p,
		const struct change *c, const struct format_message *m, const struct add_field *f)
{
	const struct transaction *t = &e->transaction;

	switch (f->kind) {
	case ADD_OP: return header_copy(f, a, &m->op, 1);
	case ADD_TS_MS:
	case ADD_TS_US:
	case ADD_TS_NS: return header_copy(f, a, e->now_text[f->kind - ADD_TS_MS], e->now_len[f->kind - ADD_TS_MS]);
	case ADD_TRANSACTION_ID: /* without its quotes */
		return t->order ? header_copy(f, a, t->id.data + 1, t->id.len - 2) : header_text(f, NULL);
	case ADD_TOTAL_ORDER: return t->order ? header_number(f, a, t->total) : header_text(f, NULL);
	case ADD_TABLE_ORDER: return t->order ? header_number(f, a, t->order) : header_text(f, NULL);
	default: return header_source(e, a, p, c, f);
	}
}

void format_add_headers(struct format_encoder *e, struct arena *a, const struct format_plan *p, const struct change *c,
		struct format_message *m)
{
	struct record_header *all;

	all = arena_alloc(a, (m->nheaders + e->add_headers.count) * sizeof(*all));
	if (m->nheaders)
		memcpy(all, m->headers, m->nheaders * sizeof(*all));
	m->headers = all;
	for (unsigned i = 0; i < e->add_headers.count; i++) {
		const struct add_field *f = &e->add_headers.items[i];

		if (!m->null_value)
			all[m->nheaders++] = header_make(e, a, p, c, m, f);
		else if (f->kind == ADD_OP) /* of a tombstone that is all that is known */
			all[m->nheaders++] = header_text(f, "d");
	}
}
