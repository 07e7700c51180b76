/* sink_cell.c - see sink_cell.h. */
#include "sink/base/sink_cell.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/buf.h"
#include "core/json.h"
#include "core/num/num.h"
#include "core/text.h"
#include "core/xalloc.h"

enum { EXACT_DIGITS = 18, NUMBER_ROOM = 40 };

struct sink_cell cell_null(void)
{
	return (struct sink_cell){ .kind = CELL_NULL };
}

struct sink_cell cell_text(const char *p, size_t len)
{
	return (struct sink_cell){ .kind = CELL_TEXT, .p = p, .len = (uint32_t)len };
}

struct sink_cell cell_hex(struct arena *a, const void *p, size_t len)
{
	char *out = arena_alloc(a, 2 * len + 1);

	return cell_text(out, num_hex(out, p, len));
}

struct sink_cell cell_lower(struct arena *a, const char *p, size_t len)
{
	char *out = arena_alloc(a, len + 1);

	for (size_t i = 0; i < len; i++)
		out[i] = (char)tolower((unsigned char)p[i]);
	return cell_text(out, len);
}

/* ---- numbers ---- */

static bool is_decimal(const char *p, size_t len)
{
	size_t digits = 0, points = 0;

	for (size_t i = len > 0 && (*p == '-' || *p == '+'); i < len; i++) {
		digits += isdigit((unsigned char)p[i]) != 0;
		points += p[i] == '.';
		if (!isdigit((unsigned char)p[i]) && p[i] != '.')
			return false;
	}
	return digits > 0 && points <= 1;
}

struct sink_cell cell_decimal(struct arena *a, const char *p, size_t len)
{
	bool minus = len > 0 && *p == '-';
	char *out, *at;

	if (!is_decimal(p, len))
		return cell_text(p, len);
	p += *p == '-' || *p == '+' ? (len--, 1) : 0;
	if (memchr(p, '.', len)) {
		while (p[len - 1] == '0')
			len--;
		len -= p[len - 1] == '.';
	}
	while (len > 1 && *p == '0' && p[1] != '.')
		p++, len--;
	at = out = arena_alloc(a, len + 3);
	minus &= !(len == 0 || (len == 1 && *p == '0'));
	if (minus)
		*at++ = '-';
	if (len == 0 || *p == '.')
		*at++ = '0';
	memcpy(at, p, len);
	return cell_text(out, (size_t)(at - out) + len);
}

/* 0 and -0 are equal; a target may keep one for the other. */
struct sink_cell cell_double(struct arena *a, double d)
{
	char *out = arena_alloc(a, NUMBER_ROOM);

	return cell_text(out, num_double(out, d == 0 ? 0 : d));
}

struct sink_cell cell_float(struct arena *a, float f)
{
	char *out = arena_alloc(a, NUMBER_ROOM);

	return cell_text(out, num_float(out, f == 0 ? 0 : f));
}

struct sink_cell cell_double_text(struct arena *a, const char *p, size_t len, bool is_float)
{
	char text[400], *end;
	double d;

	if (len == 0 || len >= sizeof(text))
		return cell_text(p, len);
	memcpy(text, p, len);
	text[len] = '\0';
	d = is_float ? (double)strtof(text, &end) : strtod(text, &end);
	if (*end != '\0' || !isfinite(d))
		return cell_text(p, len);
	return is_float ? cell_float(a, (float)d) : cell_double(a, d);
}

/* ---- times ---- */

struct sink_cell cell_datetime(struct arena *a, const char *p, size_t len)
{
	static const char midnight[] = " 00:00:00";
	char *out;

	if (len < 10 || p[4] != '-' || p[7] != '-')
		return cell_text(p, len);
	out = arena_alloc(a, len + sizeof(midnight));
	memcpy(out, p, len);
	if (len == 10) {
		memcpy(out + len, midnight, sizeof(midnight) - 1);
		return cell_text(out, len + sizeof(midnight) - 1);
	}
	if (out[10] == 'T')
		out[10] = ' ';
	if (memchr(out, '.', len)) {
		while (out[len - 1] == '0')
			len--;
		len -= out[len - 1] == '.';
	}
	return cell_text(out, len);
}

/* ---- JSON ---- */

struct json_member {
	const char *key;
	size_t len;
	struct json_slice value;
};

static int by_key(const void *a, const void *b)
{
	const struct json_member *x = a, *y = b;
	int order = memcmp(x->key, y->key, x->len < y->len ? x->len : y->len);

	return order ? order : (x->len > y->len) - (x->len < y->len);
}

static bool put_json(struct arena *a, const struct json_slice *v, struct buf *out);

static bool put_object(struct arena *a, const struct json_slice *v, struct buf *out)
{
	struct json_member *members = NULL;
	size_t n = 0, cap = 0;
	struct json_slice key;
	struct json j;
	bool good = true;

	json_init(&j, v->p, v->len);
	json_enter(&j, '{');
	while (good && json_member(&j, &key)) {
		if (n == cap)
			members = xrealloc(members, (cap = cap ? 2 * cap : 8) * sizeof(*members));
		good = json_text(&key, a, &members[n].key, &members[n].len) == 0 &&
				json_value(&j, &members[n].value) > JSON_END;
		n += good;
	}
	good &= json_done(&j);
	if (n > 1)
		qsort(members, n, sizeof(*members), by_key);
	buf_putc(out, '{');
	for (size_t i = 0; good && i < n; i++) {
		buf_puts(out, i ? "," : "");
		buf_json_string(out, members[i].key, members[i].len);
		buf_putc(out, ':');
		good = put_json(a, &members[i].value, out);
	}
	buf_putc(out, '}');
	free(members);
	return good;
}

static bool put_array(struct arena *a, const struct json_slice *v, struct buf *out)
{
	struct json_slice element;
	struct json j;
	bool good = true;

	json_init(&j, v->p, v->len);
	json_enter(&j, '[');
	buf_putc(out, '[');
	for (size_t i = 0; good && json_element(&j); i++) {
		buf_puts(out, i ? "," : "");
		good = json_value(&j, &element) > JSON_END && put_json(a, &element, out);
	}
	buf_putc(out, ']');
	return good && json_done(&j);
}

/* Whole numbers of up to 18 digits as they are, all others as the double that they are nearest to. */
static void put_number(struct arena *a, const struct json_slice *v, struct buf *out)
{
	struct sink_cell c = cell_double_text(a, v->p, v->len, false);
	double d;

	if (v->len <= EXACT_DIGITS && text_consists(v->p, v->len, "-0123456789"))
		c = cell_decimal(a, v->p, v->len);
	else if (num_parse_double(c.p, c.len, &d) && d == trunc(d) && fabs(d) < 1e15)
		c.len = (uint32_t)num_i64((char *)(c.p = arena_alloc(a, NUMBER_ROOM)), (int64_t)d);
	buf_put(out, c.p, c.len);
}

static bool put_json(struct arena *a, const struct json_slice *v, struct buf *out)
{
	const char *text;
	size_t len;

	switch (v->kind) {
	case JSON_OBJECT: return put_object(a, v, out);
	case JSON_ARRAY: return put_array(a, v, out);
	case JSON_NUMBER: put_number(a, v, out); return true;
	case JSON_STRING:
		if (json_text(v, a, &text, &len))
			return false;
		buf_json_string(out, text, len);
		return true;
	default: buf_put(out, v->p, v->len); return true;
	}
}

struct sink_cell cell_json(struct arena *a, const char *p, size_t len)
{
	struct sink_cell c = cell_text(p, len);
	struct json_slice v;
	struct json j;
	struct buf out;

	json_init(&j, p, len);
	if (json_value(&j, &v) <= JSON_END || !json_done(&j))
		return c;
	buf_init(&out, 1u << 30);
	if (put_json(a, &v, &out) && !out.failed)
		c = cell_text(arena_dup(a, out.data, out.len), out.len);
	buf_done(&out);
	return c;
}
