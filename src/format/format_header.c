/*
 * format_header.c - the headers of a key change. Connect's SimpleHeaderConverter does not write JSON: strings escape
 * only the backslash and the quote, decimals are plain numbers, everything else looks the same. Rare, so it is simple.
 */
#include <string.h>

#include "core/intern.h"
#include "core/num.h"
#include "format/format_bigint.h"
#include "format/format_encoder.h"

static char *put_quoted(char *out, const char *p, size_t len)
{
	*out++ = '"';
	for (size_t i = 0; i < len; i++) {
		if (p[i] == '"' || p[i] == '\\')
			*out++ = '\\';
		*out++ = p[i];
	}
	*out++ = '"';
	return out;
}

/*
 * Java's BigDecimal.toString(): plain digits, but E notation when the first digit is more than six places behind the
 * point.
 */
static char *put_decimal(char *out, const char *digits, size_t len, int scale)
{
	const char *first = digits;
	int64_t exponent;

	while (first < digits + len && (*first == '-' || *first == '0' || *first == '.'))
		first++;
	size_t significant = (size_t)(digits + len - first);
	exponent = significant ? (int64_t)significant - 1 - scale : -(int64_t)scale;
	if (memchr(first, '.', significant) || exponent >= -6) {
		memcpy(out, digits, len);
		return out + len;
	}
	if (*digits == '-')
		*out++ = '-';
	*out++ = significant ? *first : '0';
	if (significant > 1) {
		*out++ = '.';
		memcpy(out, first + 1, significant - 1);
		out += significant - 1;
	}
	*out++ = 'E';
	return out + num_i64(out, exponent);
}

static char *put_header_cell(struct format_encoder *e, char *out, const struct cell *cell, const struct value *v)
{
	char text[BIGINT_DIGITS + 4];

	if (v->kind == VALUE_TEXT)
		return put_quoted(out, v->p, v->len);
	if (cell->write == cell_writer(CELL_DECIMAL) && v->kind == VALUE_DECIMAL)
		return put_decimal(out, text, num_decimal64(text, v->i, v->aux), v->aux);
	if (cell->write == cell_writer(CELL_DECIMAL) && v->kind == VALUE_BIGDECIMAL)
		return put_decimal(out, v->p, v->len, v->aux);
	if (cell->write == cell_writer(CELL_UNSIGNED_DECIMAL))
		return out + num_u64(out, v->u);
	if (v->kind <= VALUE_NULL)
		return cell_copy(out, cell->null_text, cell->null_len);
	return cell->write(out, cell, v, &e->env);
}

struct record_header *format_key_header(struct format_encoder *e, struct arena *a, const struct format_plan *p,
		const char *name,
					const struct value *row)
{
	struct record_header *h = arena_alloc(a, sizeof(*h));
	size_t bound = format_row_bound(&p->key, row) + 2;

	for (unsigned i = 0; i < p->key.ncells; i++)
		bound += 2 * strlen(p->key.cells[i].column->name);
	char *start = arena_reserve(a, bound), *out = start;
	*out++ = '{';
	for (unsigned i = 0; i < p->key.ncells && out; i++) {
		const struct cell *cell = &p->key.cells[i];

		if (i)
			*out++ = ',';
		out = put_quoted(out, cell->column->name, strlen(cell->column->name));
		*out++ = ':';
		out = put_header_cell(e, out, cell, &row[p->key.column[i]]);
		e->bad = cell->column;
	}
	if (!out)
		return NULL;
	*out++ = '}';
	*h = (struct record_header){ intern(name), start, (uint32_t)(out - start) };
	arena_commit(a, h->len);
	return h;
}
