/*
 * format_header.c - the headers of a key change. Connect's SimpleHeaderConverter does not write JSON: strings escape
 * only the backslash and the quote, decimals are plain numbers, Connect's dates are dates, everything else looks the same. Rare, so it is simple.
 */
#include <string.h>

#include "core/intern.h"
#include "core/num/num.h"
#include "format/cell/format_bigint.h"
#include "format/encode/format_encoder.h"

enum { CLOCK_CHARS = 12 }; /* 01:02:03.456 */

#define DAY_MS INT64_C(86400000)

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

/*
 * Connect's own dates, as its Values prints them: what lies in the first day of the epoch or before it as a time of day,
 * a whole day as a date, anything else as both. false: the cell is none of them.
 */
static bool date_ms(const struct format_cell *cell, const struct value *v, int64_t *ms)
{
	static const struct {
		enum cell_shape shape;
		enum value_kind kind;
		int64_t numerator, divisor;
	} dates[] = {
		{ CELL_DATE, VALUE_DATE, DAY_MS, 1 },
		{ CELL_MILLI_TIME, VALUE_TIME, 1, 1000 },
		{ CELL_MILLIS, VALUE_DATETIME, 1, 1000 },
	};

	for (size_t i = 0; i < sizeof(dates) / sizeof(*dates); i++)
		if (cell->write == cell_writer(dates[i].shape) && v->kind == dates[i].kind) {
			*ms = v->i * dates[i].numerator / dates[i].divisor;
			return true;
		}
	return false;
}

static char *put_date(char *out, int64_t ms)
{
	char text[40];
	size_t len = num_iso_datetime(text, ms * 1000, 3, 'T');

	if (ms < DAY_MS) {
		memcpy(out, text + len - CLOCK_CHARS, CLOCK_CHARS);
		out[CLOCK_CHARS] = 'Z';
		return out + CLOCK_CHARS + 1;
	}
	if (ms % DAY_MS == 0)
		len -= CLOCK_CHARS + 1;
	memcpy(out, text, len);
	if (ms % DAY_MS)
		out[len++] = 'Z';
	return out + len;
}

static char *put_header_cell(struct format_encoder *e, char *out, const struct format_cell *cell, const struct value *v)
{
	char text[BIGINT_DIGITS + 4];
	int64_t ms;

	if (e->conf->time_mode == TIME_CONNECT && date_ms(cell, v, &ms))
		return put_date(out, ms);
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
		const char *name, const struct value *row)
{
	struct record_header *h = arena_alloc(a, sizeof(*h));
	size_t bound = format_row_bound(&p->key, row) + 2;

	for (unsigned i = 0; i < p->key.ncells; i++)
		bound += 2 * strlen(p->key.cells[i].column->name);
	char *start = arena_reserve(a, bound), *out = start;
	*out++ = '{';
	for (unsigned i = 0; i < p->key.ncells && out; i++) {
		const struct format_cell *cell = &p->key.cells[i];

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
