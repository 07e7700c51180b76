/*
 * expr_function.c - the functions of expressions, one row each. Those that a loader needs to bring bytes, times and
 * deletes through JSON, and the few that a test asks in a WHERE.
 */
#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/num/num.h"
#include "sql/expr_function.h"

static const struct cell null_cell = { .kind = CELL_NULL };

bool expr_number(const struct cell *c, long double *out)
{
	char text[64], *end;

	if (c->len == 0 || c->len >= sizeof(text) || isspace((unsigned char)*c->p))
		return false;
	memcpy(text, c->p, c->len);
	text[c->len] = '\0';
	*out = strtold(text, &end);
	return *end == '\0';
}

struct cell expr_real(long double v, struct arena *scratch)
{
	char *p = arena_reserve(scratch, 64);
	/* 2^64 and below are exact in a long double */
	int len = snprintf(p, 64, v == rintl(v) && fabsl(v) < 18446744073709551616.0L ? "%.0Lf" : "%.15Lg", v);

	arena_commit(scratch, (size_t)len);
	return (struct cell){ .kind = CELL_NUMBER, .p = p, .len = (uint32_t)len };
}

bool expr_cell_true(const struct cell *c)
{
	long double v;

	return c->kind != CELL_NULL && expr_number(c, &v) && v != 0;
}

bool expr_like(const char *p, const char *end, const char *pattern, const char *pattern_end)
{
	const char *star = NULL, *mark = NULL;

	while (p < end) {
		if (pattern < pattern_end && *pattern == '%') {
			star = ++pattern;
			mark = p;
			continue;
		}
		if (pattern + 1 < pattern_end && *pattern == '\\')
			pattern++;
		else if (pattern < pattern_end && *pattern == '_') {
			p++, pattern++;
			continue;
		}
		if (pattern < pattern_end && *pattern == *p) {
			p++, pattern++;
		} else if (star != NULL) {
			pattern = star;
			p = ++mark;
		} else {
			return false;
		}
	}
	while (pattern < pattern_end && *pattern == '%')
		pattern++;
	return pattern == pattern_end;
}

static struct cell text_cell(const char *p, size_t len)
{
	return (struct cell){ .kind = CELL_TEXT, .p = p, .len = (uint32_t)len };
}

static struct cell call_if(const struct cell *args, unsigned nargs, struct arena *scratch)
{
	return expr_cell_true(&args[0]) ? args[1] : args[2];
}

static struct cell call_coalesce(const struct cell *args, unsigned nargs, struct arena *scratch)
{
	for (unsigned i = 0; i < nargs; i++)
		if (args[i].kind != CELL_NULL)
			return args[i];
	return null_cell;
}

static struct cell call_nullif(const struct cell *args, unsigned nargs, struct arena *scratch)
{
	bool same = args[0].kind != CELL_NULL && args[1].kind != CELL_NULL && args[0].len == args[1].len &&
			memcmp(args[0].p, args[1].p, args[0].len) == 0;

	return same ? null_cell : args[0];
}

static struct cell call_concat(const struct cell *args, unsigned nargs, struct arena *scratch)
{
	size_t len = 0;
	char *out;

	for (unsigned i = 0; i < nargs; i++) {
		if (args[i].kind == CELL_NULL)
			return null_cell;
		len += args[i].len;
	}
	out = arena_alloc(scratch, len + 1);
	len = 0;
	for (unsigned i = 0; i < nargs; i++) {
		memcpy(out + len, args[i].p, args[i].len);
		len += args[i].len;
	}
	return text_cell(out, len);
}

static struct cell change_case(const struct cell *in, struct arena *scratch, int (*change)(int))
{
	char *out;

	if (in->kind == CELL_NULL)
		return *in;
	out = arena_alloc(scratch, in->len + 1);
	for (size_t i = 0; i < in->len; i++)
		out[i] = (char)(in->p[i] & 0x80 ? in->p[i] : change((unsigned char)in->p[i]));
	return text_cell(out, in->len);
}

static struct cell call_upper(const struct cell *args, unsigned nargs, struct arena *scratch)
{
	return change_case(&args[0], scratch, toupper);
}

static struct cell call_lower(const struct cell *args, unsigned nargs, struct arena *scratch)
{
	return change_case(&args[0], scratch, tolower);
}

static struct cell call_trim(const struct cell *args, unsigned nargs, struct arena *scratch)
{
	struct cell c = args[0];

	while (c.kind != CELL_NULL && c.len > 0 && *c.p == ' ')
		c.p++, c.len--;
	while (c.kind != CELL_NULL && c.len > 0 && c.p[c.len - 1] == ' ')
		c.len--;
	return c;
}

static struct cell call_length(const struct cell *args, unsigned nargs, struct arena *scratch)
{
	char *out = arena_reserve(scratch, 24);
	size_t len;

	if (args[0].kind == CELL_NULL)
		return null_cell;
	len = num_u64(out, args[0].len);
	arena_commit(scratch, len);
	return (struct cell){ .kind = CELL_NUMBER, .p = out, .len = (uint32_t)len };
}

static struct cell call_hex(const struct cell *args, unsigned nargs, struct arena *scratch)
{
	static const char digits[] = "0123456789ABCDEF";
	char *out;

	if (args[0].kind == CELL_NULL)
		return null_cell;
	out = arena_alloc(scratch, args[0].len * 2 + 1);
	for (size_t i = 0; i < args[0].len; i++) {
		out[2 * i] = digits[(unsigned char)args[0].p[i] >> 4];
		out[2 * i + 1] = digits[args[0].p[i] & 15];
	}
	return text_cell(out, args[0].len * 2);
}

static int nibble(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 32;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static struct cell call_unhex(const struct cell *args, unsigned nargs, struct arena *scratch)
{
	const struct cell *in = &args[0];
	char *out;

	if (in->kind == CELL_NULL || in->len % 2 != 0)
		return null_cell;
	out = arena_alloc(scratch, in->len / 2 + 1);
	for (size_t i = 0; i < in->len; i += 2) {
		int high = nibble(in->p[i]), low = nibble(in->p[i + 1]);

		if (high < 0 || low < 0)
			return null_cell;
		out[i / 2] = (char)(high << 4 | low);
	}
	return text_cell(out, in->len / 2);
}

static struct cell call_from_base64(const struct cell *args, unsigned nargs, struct arena *scratch)
{
	size_t len;
	char *out;

	if (args[0].kind == CELL_NULL)
		return null_cell;
	out = arena_alloc(scratch, args[0].len / 4 * 3 + 4);
	return num_unbase64(out, args[0].p, args[0].len, &len) == 0 ? text_cell(out, len) : null_cell;
}

static struct cell call_to_binary(const struct cell *args, unsigned nargs, struct arena *scratch)
{
	if (nargs == 1 || (args[1].len == 3 && strncasecmp(args[1].p, "hex", 3) == 0))
		return call_unhex(args, 1, scratch);
	if (args[1].len == 8 && strncasecmp(args[1].p, "encode64", 8) == 0)
		return call_from_base64(args, 1, scratch);
	return args[0];
}

static struct cell call_from_unixtime(const struct cell *args, unsigned nargs, struct arena *scratch)
{
	int64_t seconds;
	char *out = arena_reserve(scratch, 48);
	size_t len;

	if (args[0].kind == CELL_NULL || !num_parse_i64(args[0].p, args[0].len, &seconds) || seconds < 0 ||
			seconds > INT64_C(253402243199))
		return null_cell;
	len = num_iso_datetime(out, seconds * 1000000, 0, ' ');
	arena_commit(scratch, len);
	return text_cell(out, len);
}

/* days_add(), seconds_add(), microseconds_add(): a DATETIME, with a fraction where there is one; the count is an INT */
static struct cell add_time(const struct cell *args, int64_t unit_us, struct arena *scratch)
{
	int64_t count, us;
	char *out;
	size_t len;

	if (args[0].kind == CELL_NULL || args[1].kind == CELL_NULL || !type_time_us(args[0].p, args[0].len, &us) ||
			!num_parse_i64(args[1].p, args[1].len, &count) || count != (int32_t)count)
		return null_cell;
	us += count * unit_us;
	if (us < INT64_C(-62167219200) * 1000000 || us >= INT64_C(253402300800) * 1000000)
		return null_cell;
	out = arena_reserve(scratch, 64);
	len = num_iso_datetime(out, us, us % 1000000 != 0 ? 6 : 0, ' ');
	arena_commit(scratch, len);
	return text_cell(out, len);
}

static struct cell call_days_add(const struct cell *args, unsigned nargs, struct arena *scratch)
{
	return add_time(args, INT64_C(86400000000), scratch);
}

static struct cell call_seconds_add(const struct cell *args, unsigned nargs, struct arena *scratch)
{
	return add_time(args, 1000000, scratch);
}

static struct cell call_microseconds_add(const struct cell *args, unsigned nargs, struct arena *scratch)
{
	return add_time(args, 1, scratch);
}

static struct cell call_replace(const struct cell *args, unsigned nargs, struct arena *scratch)
{
	const struct cell *in = &args[0], *from = &args[1], *to = &args[2];
	char *out;
	size_t len = 0;

	if (in->kind == CELL_NULL || from->kind == CELL_NULL || to->kind == CELL_NULL || from->len == 0)
		return *in;
	out = arena_alloc(scratch, (size_t)in->len * (to->len + 1) + 1);
	for (uint32_t i = 0; i < in->len;) {
		if (in->len - i >= from->len && memcmp(in->p + i, from->p, from->len) == 0) {
			memcpy(out + len, to->p, to->len);
			len += to->len;
			i += from->len;
		} else {
			out[len++] = in->p[i++];
		}
	}
	return text_cell(out, len);
}

static struct cell call_parse_json(const struct cell *args, unsigned nargs, struct arena *scratch)
{
	struct cell c = args[0];

	if (c.kind == CELL_TEXT)
		c.kind = CELL_JSON, c.raw = NULL;
	return c;
}

static const struct expr_function functions[] = {
	{ "if", 3, 3, call_if },
	{ "ifnull", 2, 2, call_coalesce },
	{ "coalesce", 1, EXPR_ARGS_MAX, call_coalesce },
	{ "nullif", 2, 2, call_nullif },
	{ "concat", 1, EXPR_ARGS_MAX, call_concat },
	{ "upper", 1, 1, call_upper },
	{ "lower", 1, 1, call_lower },
	{ "trim", 1, 1, call_trim },
	{ "length", 1, 1, call_length },
	{ "hex", 1, 1, call_hex },
	{ "unhex", 1, 1, call_unhex },
	{ "to_binary", 1, 2, call_to_binary },
	{ "from_base64", 1, 1, call_from_base64 },
	{ "base64_decode_binary", 1, 1, call_from_base64 },
	{ "from_unixtime", 1, 1, call_from_unixtime },
	{ "days_add", 2, 2, call_days_add },
	{ "seconds_add", 2, 2, call_seconds_add },
	{ "microseconds_add", 2, 2, call_microseconds_add },
	{ "replace", 3, 3, call_replace },
	{ "parse_json", 1, 1, call_parse_json },
};

const struct expr_function *expr_function_find(const char *name)
{
	for (size_t i = 0; i < sizeof(functions) / sizeof(*functions); i++)
		if (strcasecmp(functions[i].name, name) == 0)
			return &functions[i];
	return NULL;
}
