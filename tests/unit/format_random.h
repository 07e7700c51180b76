/* format_random.h - a table of all types and random rows for it, from a seed. */
#ifndef TESTS_FORMAT_RANDOM_H
#define TESTS_FORMAT_RANDOM_H

#include "tests/unit/format_fixture.h"

static uint64_t random_state = 88172645463325252u;

__attribute__((unused)) static uint64_t random_u64(void)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return random_state;
}

__attribute__((unused)) static int64_t random_between(int64_t low, int64_t high)
{
	return low + (int64_t)(random_u64() % (uint64_t)(high - low + 1));
}

static const char *const random_labels[] = { "red", "green, dark", "b\"lue", "\xc3\xa9" };

static const struct column random_columns[] = {
	{ .name = "id", .type = COL_BIGINT },
	{ .name = "ti", .type = COL_TINYINT, .nullable = true },
	{ .name = "tiu", .type = COL_TINYINT, .nullable = true, .is_unsigned = true },
	{ .name = "bool", .type = COL_TINYINT, .nullable = true, .length = 1, .is_boolean = true },
	{ .name = "si", .type = COL_SMALLINT, .nullable = true },
	{ .name = "siu", .type = COL_SMALLINT, .nullable = true, .is_unsigned = true },
	{ .name = "mi", .type = COL_MEDIUMINT, .nullable = true },
	{ .name = "i", .type = COL_INT, .nullable = true },
	{ .name = "iu", .type = COL_INT, .nullable = true, .is_unsigned = true, .zerofill = true },
	{ .name = "biu", .type = COL_BIGINT, .nullable = true, .is_unsigned = true },
	{ .name = "f", .type = COL_FLOAT, .nullable = true },
	{ .name = "fmd", .type = COL_FLOAT, .nullable = true, .has_scale = true, .precision = 7, .scale = 2 },
	{ .name = "d", .type = COL_DOUBLE, .nullable = true },
	{ .name = "dec", .type = COL_DECIMAL, .nullable = true, .precision = 12, .scale = 4 },
	{ .name = "bigdec", .type = COL_DECIMAL, .nullable = true, .precision = 60, .scale = 10 },
	{ .name = "bit1", .type = COL_BIT, .nullable = true, .length = 1 },
	{ .name = "bit33", .type = COL_BIT, .nullable = true, .length = 33 },
	{ .name = "y", .type = COL_YEAR, .nullable = true },
	{ .name = "date", .type = COL_DATE, .nullable = true },
	{ .name = "time", .type = COL_TIME, .nullable = true, .scale = 6 },
	{ .name = "dt0", .type = COL_DATETIME, .nullable = true },
	{ .name = "dt3", .type = COL_DATETIME, .nullable = true, .scale = 3 },
	{ .name = "dt6", .type = COL_DATETIME, .nullable = true, .scale = 6 },
	{ .name = "ts", .type = COL_TIMESTAMP, .nullable = true, .scale = 6 },
	{ .name = "c", .type = COL_CHAR, .nullable = true, .length = 10 },
	{ .name = "na\"me \xf0\x9f\x98\x80", .type = COL_VARCHAR, .nullable = true, .length = 255 },
	{ .name = "t", .type = COL_LONGTEXT, .nullable = true },
	{ .name = "bin", .type = COL_BINARY, .nullable = true, .length = 8 },
	{ .name = "blob", .type = COL_BLOB, .nullable = true },
	{ .name = "e", .type = COL_ENUM, .nullable = true, .labels = 4, .label = random_labels },
	{ .name = "s", .type = COL_SET, .nullable = true, .labels = 4, .label = random_labels },
	{ .name = "j", .type = COL_JSON, .nullable = true },
	{ .name = "g", .type = COL_GEOMETRY, .nullable = true },
	{ .name = "p", .type = COL_POINT, .nullable = true },
	{ .name = "v", .type = COL_VECTOR, .nullable = true, .length = 3 },
};

enum { RANDOM_COLUMNS = sizeof(random_columns) / sizeof(random_columns[0]) };

__attribute__((unused)) static struct value random_text(struct arena *a)
{
	static const char *const pieces[] = { "a", "Z9", "\"", "\\", "\n", "\x01", "\x7f", "\xc3\xa9", "\xe2\x80\xa8",
		"\xf0\x9f\x98\x80", "plain text of some length" };
	char text[400];
	size_t n = 0;

	for (int64_t i = random_between(0, 12); i > 0; i--) {
		const char *piece = pieces[random_between(0, 10)];

		memcpy(text + n, piece, strlen(piece));
		n += strlen(piece);
	}
	return value_text(arena_dup(a, text, n), n);
}

__attribute__((unused)) static struct value random_bytes(struct arena *a, size_t len)
{
	char *p = arena_alloc(a, len + 1);

	for (size_t i = 0; i < len; i++)
		p[i] = (char)random_u64();
	return (struct value){ .kind = VALUE_BYTES, .len = (uint32_t)len, .p = p };
}

__attribute__((unused)) static struct value random_big(struct arena *a, const struct column *c)
{
	char text[80];
	size_t n = 0;

	if (random_u64() & 1)
		text[n++] = '-';
	for (int i = 0; i < c->precision; i++) {
		if (i == c->precision - c->scale)
			text[n++] = '.';
		text[n++] = (char)(i == 0 ? random_between('1', '9') : random_between('0', '9'));
	}
	return (struct value){
		.kind = VALUE_BIGDECIMAL,
		.aux = c->scale,
		.len = (uint32_t)n,
		.p = arena_dup(a, text, n),
	};
}

__attribute__((unused)) static struct value random_geometry(struct arena *a)
{
	struct value v = random_bytes(a, 25);
	double xy[2] = { (double)random_between(-1000000, 1000000) / 7, 0.1 };
	char *p = (char *)v.p;

	memcpy(p + 4, "\x01\x01\0\0\0", 5);
	memcpy(p + 9, xy, 16);
	if (random_u64() & 1)
		memset(p, 0, 4);
	return v;
}

__attribute__((unused)) static struct value random_vector(struct arena *a)
{
	float f[3] = { (float)random_between(-9999, 9999) / 3, 1e-20f, 3e30f };

	return (struct value){ .kind = VALUE_BYTES, .len = sizeof(f), .p = arena_dup(a, f, sizeof(f)) };
}

__attribute__((unused)) static int64_t random_micros(int digits)
{
	static const int64_t unit[] = { 1000000, 100000, 10000, 1000, 100, 10, 1 };
	int64_t v = random_between(-2208988800000000, 253402300799000000);

	return v - v % unit[digits];
}

__attribute__((unused)) static struct value random_value(struct arena *a, const struct column *c)
{
	struct value v = { 0 };
	double d;
	float f;

	if (c->nullable && random_u64() % 8 == 0)
		return value_null();
	switch (c->type) {
	case COL_TINYINT:
		return value_int(c->is_boolean			 ? random_between(0, 1)
						: c->is_unsigned ? random_between(0, 255)
								 : random_between(-128, 127));
	case COL_SMALLINT: return value_int(c->is_unsigned ? random_between(0, 65535) : random_between(-32768, 32767));
	case COL_MEDIUMINT: return value_int(random_between(-8388608, 8388607));
	case COL_INT:
		return value_int(c->is_unsigned ? random_between(0, UINT32_MAX) : random_between(INT32_MIN, INT32_MAX));
	case COL_BIGINT:
	case COL_BIT:
		v.kind = c->is_unsigned || c->type == COL_BIT ? VALUE_UINT : VALUE_INT;
		v.u = random_u64() >> (c->type == COL_BIT ? 64 - c->length : 0);
		return v;
	case COL_FLOAT:
		v.kind = VALUE_FLOAT;
		f = (float)random_between(-1000000, 1000000) / 97;
		v.d = f;
		return v;
	case COL_DOUBLE:
		v.kind = VALUE_DOUBLE;
		v.u = random_u64();
		memcpy(&d, &v.u, 8);
		if (!(d < 1e300 && d > -1e300))
			v.d = 0.1;
		return v;
	case COL_DECIMAL:
		if (c->precision > 18)
			return random_big(a, c);
		return (struct value){
			.kind = VALUE_DECIMAL,
			.aux = c->scale,
			.i = random_between(-999999999999, 999999999999),
		};
	case COL_YEAR: return value_int(random_between(1901, 2155));
	case COL_DATE: return (struct value){ .kind = VALUE_DATE, .i = random_between(-700000, 2900000) };
	case COL_TIME:
		return (struct value){
			.kind = VALUE_TIME,
			.aux = c->scale,
			.i = random_between(-3020399000000, 3020399000000),
		};
	case COL_DATETIME:
		return (struct value){ .kind = VALUE_DATETIME, .aux = c->scale, .i = random_micros(c->scale) };
	case COL_TIMESTAMP:
		return (struct value){ .kind = VALUE_TIMESTAMP, .aux = c->scale, .i = random_micros(c->scale) };
	case COL_BINARY: return random_bytes(a, 8);
	case COL_BLOB: return random_bytes(a, (size_t)random_between(0, 100));
	case COL_ENUM: return value_text(random_labels[1], strlen(random_labels[1]));
	case COL_SET: return value_text("red,b\"lue", 9);
	case COL_JSON: return value_text("{\"a\":[1,\"x\\ny\"]}", 16);
	case COL_GEOMETRY:
	case COL_POINT: return random_geometry(a);
	case COL_VECTOR: return random_vector(a);
	default: return random_text(a);
	}
}

__attribute__((unused)) static struct value *random_row(struct batch *b, const struct schema *s)
{
	struct value *row = batch_row(b, s);

	for (unsigned i = 0; i < s->ncolumns; i++)
		row[i] = random_value(&b->arena, &s->columns[i]);
	return row;
}

#endif
