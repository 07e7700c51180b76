/*
 * format_envelope.c - before, after, source, transaction, op, ts_ms, ts_us, ts_ns: Debezium's envelope. `transaction`
 * is null unless provide.transaction.metadata is on.
 */
#include <string.h>

#include "format/encode/format_encoder.h"

static char *put_row(struct format_encoder *e, char *out, const struct format_plan *p, const struct value *row)
{
	if (!row)
		return cell_put(out, "null", 4);
	out = format_row_write(e, out, &p->row, row);
	if (out)
		*out++ = '}';
	return out;
}

size_t format_envelope_bound(const struct format_encoder *e, const struct format_plan *p,
		const struct format_message *m)
{
	return p->value_head.len + format_row_bound(&p->row, m->before) + format_row_bound(&p->row, m->after) +
			format_source_bound(&e->source) + p->db.len + p->table.len + e->times_len +
			transaction_bound(&e->transaction) + 256;
}

char *format_envelope_write(struct format_encoder *e, char *out, const struct format_plan *p, const struct change *c,
		const struct format_message *m)
{
	out = cell_put(out, p->value_head.p, p->value_head.len);
	out = cell_put(out, "{\"before\":", 10);
	out = put_row(e, out, p, m->before);
	if (!out)
		return NULL;
	out = cell_put(out, ",\"after\":", 9);
	out = put_row(e, out, p, m->after);
	if (!out)
		return NULL;
	out = cell_put(out, ",\"source\":", 10);
	out = format_source_write(out, &e->source, c, p->db.p, p->db.len, p->table.p, p->table.len);
	if (e->transaction.order) {
		out = cell_put(out, ",\"transaction\":", 15);
		out = transaction_write(out, &e->transaction);
		out = cell_put(out, ",\"op\":\"", 7);
	} else {
		out = cell_put(out, ",\"transaction\":null,\"op\":\"", 26);
	}
	*out++ = m->op;
	*out++ = '"';
	out = cell_put(out, e->times, e->times_len);
	return cell_put(out, p->tail.p, p->tail.len);
}
