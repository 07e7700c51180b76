/*
 * format_block.c - walks a schema block. It comes from outside: nesting, names and numbers are bounded, members may
 * come in any order, unknown members are passed over, and a name that stands twice is refused.
 */
#include <string.h>

#include "core/num/num.h"
#include "format/decode/format_block.h"
#include "format/history/format_history.h"

#define BLOCK_DEPTH 6
#define BLOCK_FIELDS 8192

struct block_reader {
	struct json *j;
	struct arena *a;
	const char *why;
	int depth;
};

static int block_struct(struct block_reader *r, struct block_field *out);

static int refuse(struct block_reader *r, const char *why)
{
	r->why = why;
	return -1;
}

static int take_string(struct block_reader *r, const char **out)
{
	struct json_slice v;
	const char *p;
	size_t len;

	if (json_value(r->j, &v) != JSON_STRING || json_text(&v, r->a, &p, &len) < 0 || memchr(p, '\0', len))
		return refuse(r, "a string was expected in the schema");
	*out = arena_dup(r->a, p, len);
	return 0;
}

static int take_type(struct block_reader *r, enum connect_type *out)
{
	struct json_slice v;
	int type = json_value(r->j, &v) == JSON_STRING ? connect_type_parse(v.p, v.len) : -1;

	if (type < 0)
		return refuse(r, "the schema names an unknown type");
	*out = (enum connect_type)type;
	return 0;
}

static int take_parameter(struct block_reader *r, const struct json_slice *key, struct block_field *out)
{
	static const struct {
		const char *name;
		size_t offset;
	} numbers[] = {
		{ "scale", offsetof(struct block_field, scale) },
		{ "length", offsetof(struct block_field, length) },
		{ "connect.decimal.precision", offsetof(struct block_field, precision) },
		{ "__debezium.source.column.length", offsetof(struct block_field, source_length) },
		{ "__debezium.source.column.scale", offsetof(struct block_field, source_scale) },
	};
	const char *text;
	int64_t number;

	if (take_string(r, &text) < 0)
		return -1;
	if (json_is(key, "allowed"))
		out->allowed = text;
	if (json_is(key, "__debezium.source.column.type"))
		out->source_type = text;
	for (size_t i = 0; i < sizeof(numbers) / sizeof(*numbers); i++) {
		if (!json_is(key, numbers[i].name))
			continue;
		if (!num_parse_i64(text, strlen(text), &number) || number < 0 || number > INT32_MAX)
			return refuse(r, "a parameter of the schema is not a number");
		*(int64_t *)((char *)out + numbers[i].offset) = number;
	}
	return 0;
}

static int take_parameters(struct block_reader *r, struct block_field *out)
{
	struct json_slice key;

	if (!json_enter(r->j, '{'))
		return -1;
	while (json_member(r->j, &key))
		if (take_parameter(r, &key, out) < 0)
			return -1;
	return 0;
}

static int add_field(struct block_reader *r, struct block_field *out, const struct block_field *field)
{
	if (!field->name)
		return refuse(r, "a field of the schema has no name");
	if (block_member(out, field->name))
		return refuse(r, "a field stands twice in the schema");
	if (out->nfields == BLOCK_FIELDS)
		return refuse(r, "the schema has too many fields");
	if (out->nfields == out->cap_fields) {
		unsigned cap = out->cap_fields ? out->cap_fields * 2 : 8;
		struct block_field *grown = arena_alloc(r->a, cap * sizeof(*grown));

		if (out->nfields)
			memcpy(grown, out->fields, out->nfields * sizeof(*grown));
		out->fields = grown;
		out->cap_fields = cap;
	}
	out->fields[out->nfields++] = *field;
	return 0;
}

static int take_fields(struct block_reader *r, struct block_field *out)
{
	if (!json_enter(r->j, '['))
		return -1;
	while (json_element(r->j)) {
		struct block_field field;

		if (block_struct(r, &field) < 0 || add_field(r, out, &field) < 0)
			return -1;
	}
	return 0;
}

static int take_items(struct block_reader *r, struct block_field *out)
{
	struct block_field item;

	if (block_struct(r, &item) < 0)
		return -1;
	out->item = item.type;
	return 0;
}

static int take_member(struct block_reader *r, const struct json_slice *key, struct block_field *out, bool *typed)
{
	struct json_slice v;

	if (json_is(key, "type"))
		return *typed = true, take_type(r, &out->type);
	if (json_is(key, "name"))
		return take_string(r, &out->semantic);
	if (json_is(key, "field"))
		return take_string(r, &out->name);
	if (json_is(key, "parameters"))
		return take_parameters(r, out);
	if (json_is(key, "fields"))
		return take_fields(r, out);
	if (json_is(key, "items"))
		return take_items(r, out);
	json_value(r->j, &v);
	if (json_is(key, "optional"))
		out->optional = v.kind == JSON_TRUE;
	return 0;
}

static int block_struct(struct block_reader *r, struct block_field *out)
{
	struct json_slice key;
	bool typed = false;

	*out = (struct block_field){
		.scale = -1,
		.precision = -1,
		.length = -1,
		.source_length = -1,
		.source_scale = -1,
	};
	if (++r->depth > BLOCK_DEPTH)
		return refuse(r, "the schema is nested too deeply");
	if (!json_enter(r->j, '{'))
		return -1;
	while (json_member(r->j, &key))
		if (take_member(r, &key, out, &typed) < 0)
			return -1;
	r->depth--;
	if (r->j->problem)
		return -1;
	return typed ? 0 : refuse(r, "a schema has no type");
}

int block_read(struct json *j, struct arena *a, struct block_field *out, const char **why)
{
	struct block_reader r = { .j = j, .a = a };

	if (block_struct(&r, out) == 0 && !j->problem)
		return 0;
	*why = r.why ? r.why : j->problem;
	return -1;
}

const struct block_field *block_member(const struct block_field *s, const char *name)
{
	for (unsigned i = 0; i < s->nfields; i++)
		if (strcmp(s->fields[i].name, name) == 0)
			return &s->fields[i];
	return NULL;
}

/* ---- from a field to a column ---- */

static bool same_name(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

static bool fits_under(const struct block_field *f, const struct column *column, const struct format_modes *modes,
		struct format_type *type)
{
	if (format_type_of(column, modes, type) < 0 || type->type != f->type || !same_name(type->name, f->semantic))
		return false;
	if (type->shape == CELL_DECIMAL)
		return f->scale == column->scale;
	return type->shape != CELL_BITS || f->length == column->length;
}

/* Our own modes first: base64 and hex are both strings, and the message does not say which. */
bool block_fits_column(const struct block_field *f, const struct column *column, const struct format_modes *own,
		struct format_type *type)
{
	if (fits_under(f, column, own, type))
		return true;
	for (int m = 0; m < 4; m++) {
		struct format_modes modes = { m % 3, m % 2, m % 2, m };

		if (fits_under(f, column, &modes, type))
			return true;
	}
	return false;
}

static const struct block_row {
	const char *semantic; /* NULL: by type alone */
	enum connect_type type;
	enum column_type column;
	enum cell_shape shape;
	uint8_t digits;
} block_rows[] = {
	{ "io.debezium.time.Date", CONNECT_INT32, COL_DATE, CELL_DATE, 0 },
	{ "org.apache.kafka.connect.data.Date", CONNECT_INT32, COL_DATE, CELL_DATE, 0 },
	{ "io.debezium.time.Time", CONNECT_INT32, COL_TIME, CELL_MILLI_TIME, 3 },
	{ "org.apache.kafka.connect.data.Time", CONNECT_INT32, COL_TIME, CELL_MILLI_TIME, 3 },
	{ "io.debezium.time.MicroTime", CONNECT_INT64, COL_TIME, CELL_MICRO_TIME, 6 },
	{ "io.debezium.time.NanoTime", CONNECT_INT64, COL_TIME, CELL_NANO_TIME, 6 },
	{ "io.debezium.time.Timestamp", CONNECT_INT64, COL_DATETIME, CELL_MILLIS, 3 },
	{ "org.apache.kafka.connect.data.Timestamp", CONNECT_INT64, COL_DATETIME, CELL_MILLIS, 3 },
	{ "io.debezium.time.MicroTimestamp", CONNECT_INT64, COL_DATETIME, CELL_MICROS, 6 },
	{ "io.debezium.time.NanoTimestamp", CONNECT_INT64, COL_DATETIME, CELL_NANOS, 6 },
	{ "io.debezium.time.ZonedTimestamp", CONNECT_STRING, COL_TIMESTAMP, CELL_ZONED, 6 },
	{ "io.debezium.time.Year", CONNECT_INT32, COL_YEAR, CELL_INT, 0 },
	{ connect_json_name, CONNECT_STRING, COL_JSON, CELL_TEXT, 0 },
	{ connect_bits_name, CONNECT_BYTES, COL_BIT, CELL_BITS, 0 },
	{ connect_decimal_name, CONNECT_BYTES, COL_DECIMAL, CELL_DECIMAL, 0 },
	{ connect_geometry_name, CONNECT_STRUCT, COL_GEOMETRY, CELL_GEOMETRY, 0 },
	{ connect_point_name, CONNECT_STRUCT, COL_POINT, CELL_POINT, 0 },
	{ connect_vector_name, CONNECT_ARRAY, COL_VECTOR, CELL_VECTOR, 0 },
	{ NULL, CONNECT_BOOLEAN, COL_TINYINT, CELL_BOOLEAN, 0 },
	{ NULL, CONNECT_INT8, COL_TINYINT, CELL_INT, 0 },
	{ NULL, CONNECT_INT16, COL_SMALLINT, CELL_INT, 0 },
	{ NULL, CONNECT_INT32, COL_INT, CELL_INT, 0 },
	{ NULL, CONNECT_INT64, COL_BIGINT, CELL_INT, 0 },
	{ NULL, CONNECT_FLOAT, COL_FLOAT, CELL_FLOAT, 0 },
	{ NULL, CONNECT_DOUBLE, COL_DOUBLE, CELL_DOUBLE, 0 },
	{ NULL, CONNECT_STRING, COL_LONGTEXT, CELL_TEXT, 0 },
	{ NULL, CONNECT_BYTES, COL_LONGBLOB, CELL_BASE64, 0 },
};

static const struct block_row *block_row_of(const struct block_field *f)
{
	for (size_t i = 0; i < sizeof(block_rows) / sizeof(*block_rows); i++) {
		const struct block_row *r = &block_rows[i];

		if (r->type == f->type && (!r->semantic || (f->semantic && strcmp(r->semantic, f->semantic) == 0)))
			return r;
	}
	return NULL;
}

/* "a,b\,c": the options; a backslash keeps a comma. */
static void take_labels(const struct block_field *f, struct arena *a, struct column *c)
{
	char *out = arena_alloc(a, strlen(f->allowed) + 1);
	size_t most = 1;
	const char **label;

	for (const char *p = f->allowed; *p; p++)
		most += *p == ',';
	if (most > UINT16_MAX)
		return;
	label = arena_alloc(a, most * sizeof(*label));
	label[0] = out;
	c->labels = 1;
	for (const char *p = f->allowed; *p; p++) {
		if (*p == ',') {
			*out++ = '\0';
			label[c->labels++] = out;
			continue;
		}
		if (*p == '\\' && p[1] == ',')
			p++;
		*out++ = *p;
	}
	*out = '\0';
	c->label = label;
}

/* What column.propagate.source.type left in the parameters is better than a guess, if the field agrees with it. */
static bool source_column(const struct block_field *f, struct arena *a, const struct format_modes *own,
		struct column *c, struct format_type *type)
{
	struct column exact = { .name = f->name, .nullable = f->optional };
	bool decimals;

	if (!f->source_type || !history_column_type(f->source_type, &exact))
		return false;
	decimals = column_class(&exact) == CLASS_DECIMAL || column_class(&exact) == CLASS_FLOAT;
	if (decimals && f->source_length >= 0 && f->source_length <= 255)
		exact.precision = (uint8_t)f->source_length;
	else if (column_class(&exact) == CLASS_TIME || column_class(&exact) == CLASS_DATETIME)
		exact.scale = f->source_length > 0 && f->source_length <= 6 ? (uint8_t)f->source_length : 0;
	else if (f->source_length >= 0)
		exact.length = (uint32_t)f->source_length;
	if (decimals && f->source_scale >= 0 && f->source_scale <= 30) {
		exact.scale = (uint8_t)f->source_scale;
		exact.has_scale = exact.type != COL_DECIMAL;
	}
	if (exact.type == COL_ENUM || exact.type == COL_SET) {
		exact.length = 0;
		if (f->allowed)
			take_labels(f, a, &exact);
	}
	if (!block_fits_column(f, &exact, own, type))
		return false;
	*c = exact;
	return true;
}

int block_column(const struct block_field *f, struct arena *a, const struct format_modes *own, struct column *c,
		struct format_type *type)
{
	const struct block_row *r = block_row_of(f);

	if (source_column(f, a, own, c, type))
		return 0;
	if (!r || (r->column == COL_VECTOR && f->item != CONNECT_FLOAT))
		return -1;
	*c = (struct column){
		.name = f->name,
		.type = r->column,
		.nullable = f->optional,
		.scale = r->digits,
		.is_boolean = f->type == CONNECT_BOOLEAN,
	};
	*type = (struct format_type){ r->type, r->shape, r->semantic };
	if (c->is_boolean)
		c->length = 1;
	if (r->type == CONNECT_STRING && !r->semantic && f->allowed && f->semantic) {
		c->type = strcmp(f->semantic, connect_set_name) == 0 ? COL_SET : COL_ENUM;
		take_labels(f, a, c);
	}
	if (r->shape == CELL_BITS)
		c->length = f->length > 0 && f->length <= 64 ? (uint32_t)f->length : 64;
	if (r->shape == CELL_DECIMAL) {
		if (f->scale < 0 || f->scale > 38 || f->precision > 80)
			return -1;
		c->scale = (uint8_t)f->scale;
		c->precision = f->precision > 0 ? (uint8_t)f->precision : 65;
	}
	return 0;
}
