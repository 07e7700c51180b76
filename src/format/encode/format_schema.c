/*
 * format_schema.c - the order of members is Connect's: type, items or fields, optional, name, version, doc, parameters,
 * default, field. Members without a value are left out, optional never is.
 */
#include <stdio.h>
#include <string.h>

#include "core/json.h"
#include "format/cell/format_default.h"
#include "format/cell/format_name.h"
#include "format/cell/format_topic.h"
#include "format/cell/format_type.h"
#include "format/encode/format_schema.h"
#include "format/encode/format_source.h"

#define WKB(optional) "{\"type\":\"bytes\",\"optional\":" optional ",\"field\":\"wkb\"}"
#define SRID "{\"type\":\"int32\",\"optional\":true,\"field\":\"srid\"}"
#define COORDINATE(name) "{\"type\":\"double\",\"optional\":false,\"field\":\"" name "\"}"
#define TIME(name) "{\"type\":\"int64\",\"optional\":true,\"field\":\"" name "\"}"

static const char geometry_fields[] = WKB("false") "," SRID;
static const char point_fields[] = COORDINATE("x") "," COORDINATE("y") "," WKB("true") "," SRID;
static const char transaction_schema[] =
		"{\"type\":\"struct\",\"fields\":[{\"type\":\"string\",\"optional\":false,\"field\":\"id\"},"
		"{\"type\":\"int64\",\"optional\":false,\"field\":\"total_order\"},"
		"{\"type\":\"int64\",\"optional\":false,\"field\":\"data_collection_order\"}],"
		"\"optional\":true,\"name\":\"event.block\",\"version\":1,\"field\":\"transaction\"}";

static void put_type(struct buf *b, const struct format_type *t)
{
	buf_printf(b, "{\"type\":\"%s\"", connect_type_name(t->type));
	if (t->shape == CELL_VECTOR)
		buf_puts(b, ",\"items\":{\"type\":\"float\",\"optional\":false}");
	if (t->shape == CELL_GEOMETRY)
		buf_printf(b, ",\"fields\":[%s]", geometry_fields);
	if (t->shape == CELL_POINT)
		buf_printf(b, ",\"fields\":[%s]", point_fields);
}

/* The options joined by commas; a comma inside an option is escaped by a backslash. */
static void put_allowed(struct buf *b, const struct column *c)
{
	struct buf text;

	buf_init(&text, 64 << 20);
	for (unsigned i = 0; i < c->labels; i++) {
		if (i)
			buf_putc(&text, ',');
		for (const char *p = c->label[i]; *p; p++) {
			if (*p == ',')
				buf_putc(&text, '\\');
			buf_putc(&text, *p);
		}
	}
	buf_puts(b, "\"allowed\":");
	buf_json_string(b, text.data ? text.data : "", text.len);
	buf_done(&text);
}

/* What belongs to the type itself. */
static void put_own_parameters(struct buf *b, const struct column *c, const struct format_type *t)
{
	if (t->shape == CELL_DECIMAL)
		buf_printf(b, "\"scale\":\"%u\",\"connect.decimal.precision\":\"%u\"", c->scale,
				c->precision ? c->precision : 10);
	else if (t->shape == CELL_UNSIGNED_DECIMAL)
		buf_puts(b, "\"scale\":\"0\",\"connect.decimal.precision\":\"20\"");
	else if (t->shape == CELL_BITS)
		buf_printf(b, "\"length\":\"%u\"", c->length);
	else if (t->name == connect_enum_name || t->name == connect_set_name)
		put_allowed(b, c);
}

static void put_parameters(struct buf *b, const struct column *c, const struct format_type *t, const struct mapper *m,
		const struct format_conf *conf)
{
	size_t before = b->len, open;

	buf_puts(b, ",\"parameters\":{");
	open = b->len;
	put_own_parameters(b, c, t);
	if (m)
		mapper_parameters(b, m, c, conf->include_schema_comments, b->len == open);
	if (b->len == open)
		b->len = before;
	else
		buf_putc(b, '}');
}

static void put_doc(struct buf *b, const struct column *c, const struct format_type *t, const struct format_conf *conf)
{
	const char *doc = t->shape == CELL_GEOMETRY ? "Geometry" : t->shape == CELL_POINT ? "Geometry (POINT)" : NULL;

	if (conf->include_schema_comments && c->comment && c->comment[0])
		doc = c->comment;
	if (doc) {
		buf_puts(b, ",\"doc\":");
		buf_json_str(b, doc);
	}
}

static void put_default(struct buf *b, const struct column *c, const struct format_type *t)
{
	size_t before = b->len;

	buf_puts(b, ",\"default\":");
	if (!format_default_write(b, c, t))
		b->len = before;
}

static void format_schema_column(struct buf *b, const struct column *c, const struct mapper *m,
		const struct format_conf *conf)
{
	struct format_modes modes = format_modes_of(conf);
	struct format_type t;

	if (format_type_of(c, &modes, &t) < 0)
		return;
	put_type(b, &t);
	buf_printf(b, ",\"optional\":%s", c->nullable || t.shape == CELL_GEOMETRY ? "true" : "false");
	if (t.name)
		buf_printf(b, ",\"name\":\"%s\",\"version\":1", t.name);
	put_doc(b, c, &t, conf);
	put_parameters(b, c, &t, m, conf);
	put_default(b, c, &t);
	buf_puts(b, ",\"field\":");
	format_name_put_field(b, conf, c->name);
	buf_putc(b, '}');
}

static void put_name(struct buf *b, const struct schema_text *t, const char *suffix)
{
	char name[TOPIC_NAME_MAX + 16];

	snprintf(name, sizeof(name), "%s.%s", t->topic, suffix);
	buf_puts(b, ",\"name\":");
	format_name_put_schema(b, t->conf, name);
}

void format_schema_key(struct buf *b, const struct schema_text *t, const unsigned *key, unsigned nkey)
{
	buf_puts(b, "{\"type\":\"struct\",\"fields\":[");
	for (unsigned i = 0; i < nkey; i++) {
		if (i)
			buf_putc(b, ',');
		format_schema_column(b, &t->schema->columns[key[i]], NULL, t->conf);
	}
	buf_puts(b, "],\"optional\":false");
	put_name(b, t, "Key");
	buf_putc(b, '}');
}

void format_schema_row_open(struct buf *b, const struct schema_text *t)
{
	buf_puts(b, "{\"type\":\"struct\",\"fields\":[");
	for (unsigned i = 0; i < t->schema->ncolumns; i++) {
		if (i)
			buf_putc(b, ',');
		format_schema_column(b, &t->schema->columns[i], t->mappers[i], t->conf);
	}
}

void format_schema_row_close(struct buf *b, const struct schema_text *t, bool optional, const char *field)
{
	buf_printf(b, "],\"optional\":%s", optional ? "true" : "false");
	put_name(b, t, "Value");
	if (field)
		buf_printf(b, ",\"field\":\"%s\"", field);
	buf_putc(b, '}');
}

void format_schema_envelope(struct buf *b, const struct schema_text *t)
{
	buf_puts(b, "{\"type\":\"struct\",\"fields\":[");
	format_schema_row_open(b, t);
	format_schema_row_close(b, t, true, "before");
	buf_putc(b, ',');
	format_schema_row_open(b, t);
	format_schema_row_close(b, t, true, "after");
	buf_putc(b, ',');
	format_source_schema(b);
	buf_putc(b, ',');
	buf_puts(b, transaction_schema);
	buf_puts(b,
			",{\"type\":\"string\",\"optional\":false,\"field\":\"op\"}," TIME("ts_ms") "," TIME(
					"ts_us") "," TIME("ts_ns") "],\"optional\":false");
	put_name(b, t, "Envelope");
	buf_puts(b, ",\"version\":2}");
}
