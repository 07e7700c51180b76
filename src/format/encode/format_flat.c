/*
 * format_flat.c - the row alone, as Debezium's ExtractNewRecordState gives it out: the columns, then __deleted in the
 * rewrite modes, then add.fields in the order given.
 */
#include <string.h>

#include "core/num/num.h"
#include "format/encode/format_encoder.h"

static char *put_piece(char *out, struct format_piece piece)
{
	return cell_put(out, piece.p, piece.len);
}

static char *put_source_field(struct format_encoder *e, char *out, const struct format_plan *p, const struct change *c,
		enum source_field f)
{
	const char *mark = format_source_mark(c->snapshot);

	switch (f) {
	case SOURCE_SNAPSHOT: /* an added field has lost its default: null in the stream */
		return cell_put(out, mark, strlen(mark));
	case SOURCE_DB: return put_piece(out, p->db_text);
	case SOURCE_TABLE: return put_piece(out, p->table_text);
	case SOURCE_POS: return out + num_u64(out, c->pos);
	case SOURCE_ROW: return out + num_u64(out, c->row);
	default: return cell_put(out, e->source.text.data + e->source.field[f].at, e->source.field[f].len);
	}
}

static char *put_transaction(char *out, const struct transaction *t, enum add_kind kind)
{
	if (t->order == 0)
		return cell_put(out, "null", 4);
	if (kind == ADD_TRANSACTION_ID)
		return cell_put(out, t->id.data, t->id.len);
	return out + num_u64(out, kind == ADD_TOTAL_ORDER ? t->total : t->order);
}

static char *put_added(struct format_encoder *e, char *out, const struct format_plan *p, const struct change *c,
		const struct format_message *m, const struct add_field *f)
{
	out = put_piece(out, f->prefix);
	switch (f->kind) {
	case ADD_OP:
		*out++ = '"';
		*out++ = m->op;
		*out++ = '"';
		return out;
	case ADD_TS_MS:
	case ADD_TS_US:
	case ADD_TS_NS: return cell_put(out, e->now_text[f->kind - ADD_TS_MS], e->now_len[f->kind - ADD_TS_MS]);
	case ADD_SOURCE: return put_source_field(e, out, p, c, f->source);
	default: return put_transaction(out, &e->transaction, f->kind);
	}
}

size_t format_flat_bound(const struct format_encoder *e, const struct format_plan *p, const struct format_message *m)
{
	size_t added = e->add.count ? e->add.bound + e->transaction.id.len * e->add.count +
					e->add.count * (format_source_bound(&e->source) + p->db.len + p->table.len)
				    : 0;

	if (m->null_payload)
		return p->null_value.len + 16;
	return p->value_head.len + format_row_bound(&p->row, m->row) + added + 64;
}

char *format_flat_write(struct format_encoder *e, char *out, const struct format_plan *p, const struct change *c,
		const struct format_message *m)
{
	if (m->null_payload)
		return put_piece(out, p->null_value);
	out = put_piece(out, p->value_head);
	out = format_row_write(e, out, &p->row, m->row);
	if (!out)
		return NULL;
	if (e->rewrite)
		out = m->deleted ? cell_put(out, ",\"__deleted\":\"true\"", 19)
				 : cell_put(out, ",\"__deleted\":\"false\"", 20);
	for (unsigned i = 0; i < e->add.count; i++)
		out = put_added(e, out, p, c, m, &e->add.items[i]);
	return put_piece(out, p->tail);
}
