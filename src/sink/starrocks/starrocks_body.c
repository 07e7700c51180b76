/*
 * starrocks_body.c - rows to the JSON array of a Stream Load. Written once, into one buffer: constant parts of a row
 * (the names) are bytes prepared per schema version, numbers are formatted in place, nothing is allocated per value.
 *
 * StarRocks judges a load as a whole, so a single value that it cannot take would throw back all rows. Each value is
 * therefore checked against the column as the table has it: range, bytes of a VARCHAR, digits of a DECIMAL, NULL, bytes
 * of the key. A row that does not pass is taken back out of the buffer, with the reason. A delete is written with its
 * key only, and NOT NULL columns get something that parses: their values do not matter.
 */
#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/json.h"
#include "core/num/num.h"
#include "core/xalloc.h"
#include "sink/base/sink_ops.h"
#include "sink/starrocks/starrocks.h"

#define HARD_MAX (100u << 20) /* StarRocks refuses a JSON body above this */

/* Values. A writer adds the value's JSON at p and returns its end, or NULL with b->problem filled. */

static char *problem(struct starrocks_body *b, const struct starrocks_cell *cell, const char *what)
{
	char type[64];

	starrocks_type_print(&cell->type, type, sizeof(type));
	snprintf(b->problem, sizeof(b->problem), "column %s: %s, but it is %s in StarRocks", cell->name, what, type);
	return NULL;
}

/* Room for `more` bytes at p: the buffer may move. */
static char *room(struct starrocks_body *b, char *p, size_t more)
{
	b->buf.len = (size_t)(p - b->buf.data);
	return buf_reserve(&b->buf, more);
}

static char *quoted(char *p, const char *text, size_t len)
{
	*p++ = '"';
	memcpy(p, text, len);
	p += len;
	*p++ = '"';
	return p;
}

static char *too_long(struct starrocks_body *b, const struct starrocks_cell *cell, size_t len)
{
	char what[64];

	snprintf(what, sizeof(what), "a value of %zu bytes", len);
	return problem(b, cell, what);
}

/* Short ASCII that needs no escape, into whatever takes text. */
static char *put_plain(struct starrocks_body *b, const struct starrocks_cell *cell, char *p, const char *text,
		size_t len)
{
	if (cell->type.kind == SR_VARCHAR && len > cell->type.length)
		return too_long(b, cell, len);
	return quoted(p, text, len);
}

static bool int_fits(enum starrocks_kind kind, int64_t v)
{
	switch (kind) {
	case SR_TINYINT: return v >= INT8_MIN && v <= INT8_MAX;
	case SR_SMALLINT: return v >= INT16_MIN && v <= INT16_MAX;
	case SR_INT: return v >= INT32_MIN && v <= INT32_MAX;
	default: return true;
	}
}

static bool digits_fit(const struct starrocks_cell *cell, size_t digits)
{
	return digits <= (size_t)(cell->type.precision - cell->type.scale);
}

static char *put_number_text(struct starrocks_body *b, const struct starrocks_cell *cell, char *p, const char *text,
		size_t len);

static const char *skip_zeros(const char *digits)
{
	while (*digits == '0')
		digits++;
	return digits;
}

/* Whether a floating point column gives this decimal text back, however it spells it. */
static bool real_holds(enum starrocks_kind kind, const char *text, size_t len)
{
	const char *point = memchr(text, '.', len);
	int fraction = point ? (int)(text + len - point) - 1 : 0;
	char in[STARROCKS_VALUE_ROOM + 1], out[400];
	double d;

	if (len >= sizeof(in))
		return false;
	memcpy(in, text, len);
	in[len] = '\0';
	d = kind == SR_FLOAT ? (double)strtof(in, NULL) : strtod(in, NULL);
	if (!isfinite(d) || snprintf(out, sizeof(out), "%.*f", fraction, d) >= (int)sizeof(out))
		return false;
	return strcmp(skip_zeros(in + (*in == '-' || *in == '+')), skip_zeros(out + (*out == '-'))) == 0;
}

static bool real_holds_int(enum starrocks_kind kind, int64_t v)
{
	int64_t all = kind == SR_FLOAT ? 1 << 24 : INT64_C(1) << 53;
	char text[24];

	return (v <= all && v >= -all) || real_holds(kind, text, num_i64(text, v));
}

static char *put_int(struct starrocks_body *b, const struct starrocks_cell *cell, char *p, int64_t v)
{
	char text[24];

	switch (cell->type.kind) {
	case SR_BOOLEAN:
		if (v != 0 && v != 1)
			return problem(b, cell, "a number other than 0 and 1");
		return stpcpy(p, v ? "true" : "false");
	case SR_TINYINT:
	case SR_SMALLINT:
	case SR_INT:
	case SR_BIGINT:
	case SR_LARGEINT:
		if (!int_fits(cell->type.kind, v))
			return problem(b, cell, "a number outside its range");
		return p + num_i64(p, v);
	case SR_FLOAT:
	case SR_DOUBLE:
		if (!real_holds_int(cell->type.kind, v))
			return problem(b, cell, "a number with more digits");
		return p + num_i64(p, v);
	case SR_DECIMAL:
	case SR_VARCHAR:
	case SR_JSON: return put_number_text(b, cell, p, text, num_i64(text, v));
	default: return problem(b, cell, "a whole number");
	}
}

static char *put_uint(struct starrocks_body *b, const struct starrocks_cell *cell, char *p, uint64_t v)
{
	char text[24];

	if (v <= INT64_MAX)
		return put_int(b, cell, p, (int64_t)v);
	switch (cell->type.kind) {
	case SR_LARGEINT: return quoted(p, text, num_u64(text, v)); /* JSON readers stop at 64 bits, signed */
	case SR_DECIMAL:
	case SR_VARCHAR:
	case SR_JSON:
	case SR_DOUBLE:
	case SR_FLOAT: return put_number_text(b, cell, p, text, num_u64(text, v));
	default: return problem(b, cell, "a number outside its range");
	}
}

static char *put_double(struct starrocks_body *b, const struct starrocks_cell *cell, char *p, const struct value *v)
{
	char text[400], narrow[400];
	size_t len;

	if (!isfinite(v->d))
		return problem(b, cell, "not a finite number");
	if (cell->type.kind == SR_DECIMAL) { /* made by a script: rounded to the column's scale */
		len = (size_t)snprintf(text, sizeof(text), "%.*f", cell->type.scale, v->d);
		return put_number_text(b, cell, p, text, len);
	}
	if (cell->type.kind <= SR_LARGEINT) {
		if (v->d != trunc(v->d) || fabs(v->d) >= 9.2e18)
			return problem(b, cell, "not a whole number");
		return put_int(b, cell, p, (int64_t)v->d);
	}
	len = v->kind == VALUE_FLOAT ? num_float(text, (float)v->d) : num_double(text, v->d);
	if (cell->narrow_real && (num_float(narrow, (float)v->d) != len || memcmp(narrow, text, len) != 0))
		return problem(b, cell, "a number with more digits");
	if (cell->type.kind == SR_FLOAT || cell->type.kind == SR_DOUBLE || cell->type.kind == SR_JSON) {
		memcpy(p, text, len);
		return p + len;
	}
	return cell->type.kind == SR_VARCHAR ? put_plain(b, cell, p, text, len) : problem(b, cell, "a number");
}

/* A decimal number as text: sign, digits, point, digits. Where it may go, and whether it fits without being rounded. */
static char *put_number_text(struct starrocks_body *b, const struct starrocks_cell *cell, char *p, const char *text,
		size_t len)
{
	size_t at = len && (text[0] == '-' || text[0] == '+'), start, whole, fraction = 0;

	while (at < len && text[at] == '0')
		at++;
	for (start = at; at < len && isdigit((unsigned char)text[at]);)
		at++;
	whole = at - start;
	if (at < len && text[at] == '.')
		for (start = ++at; at < len && isdigit((unsigned char)text[at]); at++)
			if (text[at] != '0')
				fraction = at - start + 1;
	if (at != len || len == 0 || !isdigit((unsigned char)text[len - 1]))
		return problem(b, cell, "text that is no decimal number");
	switch (cell->type.kind) {
	case SR_DECIMAL:
		if (!digits_fit(cell, whole) || fraction > cell->type.scale)
			return problem(b, cell, "a number with more digits");
		return len + 2 > STARROCKS_VALUE_ROOM ? problem(b, cell, "a number with more digits")
						      : quoted(p, text, len);
	case SR_FLOAT:
	case SR_DOUBLE:
		return len + 2 > STARROCKS_VALUE_ROOM || !real_holds(cell->type.kind, text, len)
				? problem(b, cell, "a number with more digits")
				: quoted(p, text, len);
	case SR_JSON: memcpy(p, text, len); return p + len;
	case SR_VARCHAR: return put_plain(b, cell, p, text, len);
	case SR_BOOLEAN:
	case SR_TINYINT:
	case SR_SMALLINT:
	case SR_INT:
	case SR_BIGINT:
	case SR_LARGEINT: {
		const char *point = memchr(text, '.', len);
		size_t digits = point ? (size_t)(point - text) : len;
		int64_t v;

		if (fraction)
			return problem(b, cell, "a number with a fraction");
		if (num_parse_i64(text, digits, &v))
			return put_int(b, cell, p, v);
		return cell->type.kind == SR_LARGEINT && whole <= 38 ? quoted(p, text, digits)
								     : problem(b, cell, "a number outside its range");
	}
	default: return problem(b, cell, "a number");
	}
}

static char *put_decimal(struct starrocks_body *b, const struct starrocks_cell *cell, char *p, const struct value *v)
{
	static const int64_t power[] = {
		1,
		10,
		100,
		1000,
		10000,
		100000,
		1000000,
		10000000,
		100000000,
		1000000000,
		10000000000,
		100000000000,
		1000000000000,
		10000000000000,
		100000000000000,
		1000000000000000,
		10000000000000000,
		100000000000000000,
		1000000000000000000,
	};
	const struct starrocks_type *t = &cell->type;
	unsigned room_digits = t->precision - t->scale + v->aux;
	char text[32];

	/* The usual case: same scale, and no more digits than the column has. */
	if (t->kind == SR_DECIMAL && v->aux <= t->scale &&
			(room_digits >= 19 || (v->i < power[room_digits] && v->i > -power[room_digits]))) {
		size_t len = num_decimal64(p + 1, v->i, v->aux);

		p[0] = p[len + 1] = '"';
		return p + len + 2;
	}
	return put_number_text(b, cell, p, text, num_decimal64(text, v->i, v->aux));
}

static bool text_is_json(const char *text, size_t len)
{
	struct json_slice slice;
	struct json j;

	json_init(&j, text, len);
	return json_value(&j, &slice) > JSON_END && json_done(&j);
}

static char *put_hex(struct starrocks_body *b, const struct starrocks_cell *cell, char *p, const struct value *v)
{
	if (cell->type.kind == SR_VARCHAR && 2 * (size_t)v->len > cell->type.length)
		return too_long(b, cell, 2 * (size_t)v->len);
	if (cell->type.kind == SR_VARBINARY && v->len > SR_VARCHAR_MAX)
		return too_long(b, cell, v->len);
	if (!(p = room(b, p, 2 * (size_t)v->len + 2)))
		return problem(b, cell, "a row larger than a load may be");
	*p++ = '"';
	p += num_hex(p, v->p, v->len);
	*p++ = '"';
	return p;
}

static char *put_text(struct starrocks_body *b, const struct starrocks_cell *cell, char *p, const struct value *v)
{
	switch (cell->type.kind) {
	case SR_VARCHAR:
		if (v->len > cell->type.length)
			return too_long(b, cell, v->len);
		if (!(p = room(b, p, 6 * (size_t)v->len + 2)))
			return problem(b, cell, "a row larger than a load may be");
		*p++ = '"';
		p += json_escape(p, v->p, v->len);
		*p++ = '"';
		return p;
	case SR_JSON:
		if (!text_is_json(v->p, v->len))
			return problem(b, cell, "text that is no JSON");
		if (!(p = room(b, p, v->len)))
			return problem(b, cell, "a row larger than a load may be");
		memcpy(p, v->p, v->len);
		return p + v->len;
	case SR_VARBINARY: return put_hex(b, cell, p, v);
	case SR_DATE:
	case SR_DATETIME:
		for (uint32_t i = 0; i < v->len; i++)
			if (!isdigit((unsigned char)v->p[i]) && !strchr("-:. T", v->p[i]))
				return problem(b, cell, "text that is no date");
		return v->len >= 8 && v->len <= 32 ? quoted(p, v->p, v->len) : problem(b, cell, "text that is no date");
	case SR_OTHER: return problem(b, cell, "text");
	default:
		return v->len > STARROCKS_VALUE_ROOM - 4 ? problem(b, cell, "text that is no number")
							 : put_number_text(b, cell, p, v->p, v->len);
	}
}

static char *put_null(struct starrocks_body *b, const struct starrocks_cell *cell, char *p)
{
	if (!cell->nullable)
		return problem(b, cell, "NULL (NOT NULL there)");
	return stpcpy(p, "null");
}

static char *put_time(struct starrocks_body *b, const struct starrocks_cell *cell, char *p, const struct value *v)
{
	enum starrocks_kind kind = cell->type.kind;
	char text[64];
	size_t len = sink_value_text(v, b->zone_us, text);

	if (kind != SR_VARCHAR && (v->kind == VALUE_TIME || (kind != SR_DATETIME && kind != SR_DATE)))
		return problem(b, cell, value_kind_name(v->kind));
	if (kind == SR_DATE && v->kind != VALUE_DATE)
		return problem(b, cell, "a date with a time");
	if (v->kind != VALUE_TIME && (text[0] == '-' || text[4] != '-'))
		return problem(b, cell, "a year outside 0 to 9999");
	return put_plain(b, cell, p, text, len);
}

static char *put_value(struct starrocks_body *b, const struct starrocks_cell *cell, char *p, const struct value *v)
{
	switch (v->kind) {
	case VALUE_NULL: return put_null(b, cell, p);
	case VALUE_INT: return put_int(b, cell, p, v->i);
	case VALUE_UINT: return put_uint(b, cell, p, v->u);
	case VALUE_FLOAT:
	case VALUE_DOUBLE: return put_double(b, cell, p, v);
	case VALUE_DECIMAL: return put_decimal(b, cell, p, v);
	case VALUE_BIGDECIMAL:
		return v->len > STARROCKS_VALUE_ROOM - 4 ? problem(b, cell, "a number with more digits")
							 : put_number_text(b, cell, p, v->p, v->len);
	case VALUE_TEXT: return put_text(b, cell, p, v);
	case VALUE_BYTES:
		if (cell->type.kind != SR_VARBINARY && cell->type.kind != SR_VARCHAR)
			return problem(b, cell, "bytes");
		return put_hex(b, cell, p, v);
	case VALUE_ZERODATE:
		return cell->type.kind == SR_VARCHAR ? put_plain(b, cell, p, v->p, v->len) : put_null(b, cell, p);
	default: return put_time(b, cell, p, v);
	}
}

/* Something that parses, for a NOT NULL column of a row that is deleted. */
static const char *neutral(const struct starrocks_cell *cell)
{
	switch (cell->type.kind) {
	case SR_DATE:
	case SR_DATETIME: return "\"2000-01-01\"";
	case SR_VARCHAR:
	case SR_VARBINARY:
	case SR_OTHER: return "\"\"";
	case SR_JSON: return "{}";
	default: return "0";
	}
}

/* Rows. */

/* As the backends encode it: fixed widths, and strings that are not last are escaped and ended by two bytes. */
static size_t key_bytes(const struct starrocks_target *t, const struct value *row)
{
	const struct schema *s = t->schema;
	size_t bytes = t->source_key;

	for (unsigned i = 0; i < t->row_key; i++) {
		const struct value *v = &row[s->key[i]];

		if (t->cells[s->key[i]].type.kind != SR_VARCHAR)
			bytes += starrocks_key_width(t->cells[s->key[i]].type.kind);
		else if (v->kind == VALUE_TEXT || v->kind == VALUE_BYTES)
			bytes += v->kind == VALUE_BYTES ? 2 * (size_t)v->len : v->len;
		else
			bytes += value_print_bound(v);
		if (i + 1 < s->nkey && t->cells[s->key[i]].type.kind == SR_VARCHAR)
			bytes += 2;
	}
	return bytes;
}

static bool key_check(struct starrocks_body *b, const struct starrocks_target *t, const struct value *row)
{
	const struct schema *s = t->schema;
	bool text = t->source_key > 0;
	size_t bytes = 0;

	for (unsigned i = 0; i < t->row_key; i++) {
		const struct value *v = &row[s->key[i]];

		text |= t->cells[s->key[i]].type.kind == SR_VARCHAR;
		if (v->kind == VALUE_NULL || v->kind == VALUE_ABSENT) {
			snprintf(b->problem, sizeof(b->problem), "key column %s: NULL or missing",
					t->cells[s->key[i]].name);
			return false;
		}
	}
	if (text || s->nkey > 7)
		bytes = key_bytes(t, row);
	if (bytes > SR_KEY_BYTES)
		snprintf(b->problem, sizeof(b->problem),
				"the key takes %zu bytes, StarRocks takes %d (primary_key_limit_size)", bytes,
				SR_KEY_BYTES);
	return bytes <= SR_KEY_BYTES;
}

static bool present_matches(const struct starrocks_target *t, const bool *present, const struct value *row)
{
	for (unsigned i = 0; i < t->row_columns; i++)
		if ((row[i].kind != VALUE_ABSENT) != (present ? present[i] : true))
			return false;
	return true;
}

static char *put_source(const struct starrocks_target *t, char *p)
{
	if (t->source_len == 0)
		return p;
	memcpy(p, t->source, t->source_len);
	return p + t->source_len;
}

static char *put_deleted(struct starrocks_body *b, const struct starrocks_target *t, char *p, const struct value *row)
{
	p = put_source(t, stpcpy(p, "{\"__op\":1"));
	for (unsigned i = 0; i < t->row_columns && p; i++) {
		const struct starrocks_cell *cell = &t->cells[i];

		if (cell->left_out || (!cell->key && cell->nullable))
			continue;
		memcpy(p, cell->prefix, cell->prefix_len);
		p += cell->prefix_len;
		p = cell->key ? put_value(b, cell, p, &row[i]) : stpcpy(p, neutral(cell));
		if (p && cell->key && !(p = room(b, p, t->row_room)))
			return problem(b, cell, "a row larger than a load may be");
	}
	return p;
}

static char *put_upserted(struct starrocks_body *b, const struct starrocks_target *t, char *p, const struct value *row)
{
	/* Where rows are only added __op is a name that the columns do not have. */
	p = put_source(t, stpcpy(p, "{\"__op\":0"));
	for (unsigned i = 0; i < t->row_columns; i++) {
		const struct starrocks_cell *cell = &t->cells[i];

		if (row[i].kind == VALUE_ABSENT || cell->left_out)
			continue;
		memcpy(p, cell->prefix, cell->prefix_len);
		p = put_value(b, cell, p + cell->prefix_len, &row[i]);
		if (!p)
			return NULL;
		/* A text used room of its own: make sure of the rest of the row again. */
		if (value_has_bytes(&row[i]) && !(p = room(b, p, t->row_room)))
			return problem(b, cell, "a row larger than a load may be");
	}
	return p;
}

void starrocks_body_init(struct starrocks_body *b, size_t limit, int64_t zone_us)
{
	buf_init(&b->buf, HARD_MAX - 1);
	b->limit = limit;
	b->zone_us = zone_us;
	b->rows = 0;
}

void starrocks_body_done(struct starrocks_body *b)
{
	buf_done(&b->buf);
}

void starrocks_body_begin(struct starrocks_body *b)
{
	buf_reset(&b->buf);
	b->rows = 0;
}

enum starrocks_row starrocks_body_add(struct starrocks_body *b, const struct starrocks_target *t, const bool *present,
		const struct collapsed *row)
{
	size_t start = b->buf.len;
	char *p;

	if (row->is_delete ? present != NULL : !present_matches(t, present, row->row))
		return ROW_OTHER;
	if (b->rows > 0 && start >= b->limit)
		return ROW_FULL;
	if (!key_check(b, t, row->row))
		return ROW_BAD;
	p = buf_reserve(&b->buf, t->row_room);
	if (p) {
		*p++ = b->rows ? ',' : '[';
		p = row->is_delete ? put_deleted(b, t, p, row->row) : put_upserted(b, t, p, row->row);
	} else {
		snprintf(b->problem, sizeof(b->problem), "a row larger than a load may be");
	}
	if (p) {
		*p++ = '}';
		b->buf.len = (size_t)(p - b->buf.data);
		b->rows++;
		return ROW_ADDED;
	}
	b->buf.len = start;
	if (!b->buf.failed)
		return ROW_BAD;
	b->buf.failed = false; /* no room: in an empty body neither */
	return b->rows ? ROW_FULL : ROW_BAD;
}

void starrocks_body_end(struct starrocks_body *b)
{
	buf_putc(&b->buf, b->rows ? ']' : '[');
	if (b->rows == 0)
		buf_putc(&b->buf, ']');
}

bool starrocks_body_value(struct starrocks_body *b, const struct starrocks_cell *cell, const struct value *v)
{
	char *p;

	buf_reset(&b->buf);
	p = buf_reserve(&b->buf, STARROCKS_VALUE_ROOM);
	p = p ? put_value(b, cell, p, v) : NULL;
	if (p)
		b->buf.len = (size_t)(p - b->buf.data);
	return p != NULL;
}
