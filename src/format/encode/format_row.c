/*
 * format_row.c - one row as JSON, of the cells that a plan has prepared: what both formats, their headers and the key are
 * written with. No length is checked on the way: the bound was reserved before.
 */
#include "format/encode/format_encoder.h"

#define SHORT_TEXT 65536
#define OF_VALUE_WITH_BYTES (1u << VALUE_TEXT | 1u << VALUE_BYTES | 1u << VALUE_BIGDECIMAL)

/*
 * The most that a text or bytes can become. Six for one is right for short texts and far too much for a long one, which
 * is looked at: an escape needs six, a character beyond the BMP twelve for four, a stray byte three. Bytes at most
 * double, except that a vector's four become sixteen.
 */
static size_t value_bound(const struct value *v)
{
	size_t n = 0;

	if (v->kind == VALUE_BYTES)
		return 4 * (size_t)v->len;
	if (v->len < SHORT_TEXT)
		return 6 * (size_t)v->len;
	for (uint32_t i = 0; i < v->len; i++) {
		unsigned char c = (unsigned char)v->p[i];

		n += c < 0x20 || c == '"' || c == '\\' ? 6 : c < 0x80 ? 1 : 3;
	}
	return n;
}

size_t format_row_bound(const struct row_plan *r, const struct value *row)
{
	size_t texts = 0;

	if (!row)
		return 8;
	for (unsigned i = 0; i < r->ncells; i++) {
		const struct value *v = &row[r->column ? r->column[i] : i];

		if (OF_VALUE_WITH_BYTES >> v->kind & 1)
			texts += value_bound(v);
	}
	return r->bound + texts;
}

char *format_row_write(struct format_encoder *e, char *out, const struct row_plan *r, const struct value *row)
{
	const struct format_cell *cell = r->cells, *end = cell + r->ncells;

	if (cell == end)
		*out++ = '{';
	for (unsigned i = 0; cell < end; cell++, i++) {
		const struct value *v = &row[r->column ? r->column[i] : i];

		out = cell_copy(out, cell->prefix, cell->prefix_len);
		if (v->kind > VALUE_NULL) {
			out = cell->write(out, cell, v, &e->env);
			if (out)
				continue;
		} else if (v->kind == VALUE_NULL) {
			out = cell_copy(out, cell->null_text, cell->null_len);
			continue;
		} else {
			e->env.problem = "the value is not in the row image (binlog_row_image has to be FULL)";
		}
		e->bad = cell->column;
		return NULL;
	}
	return out;
}
