/*
 * format_add.c - add.fields and add.headers: "op", "table", "source.ts_ms", "source.ts_ms:when". A bare name is a field
 * of the envelope, else of the transaction, else of the source block. An unknown name is an error here: Debezium leaves
 * it out silently.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/intern.h"
#include "core/json.h"
#include "core/xalloc.h"
#include "format/encode/format_encoder.h"

struct add_name {
	char where[16]; /* "", "source", "transaction" */
	char field[64];
	char shown[256]; /* with the prefix */
};

static int add_name_parse(struct add_name *n, const char *text, const char *key, const char *prefix, struct err *err)
{
	const char *colon = strchr(text, ':'), *dot = strchr(text, '.');
	size_t len = colon ? (size_t)(colon - text) : strlen(text);
	size_t where = dot && dot < text + len ? (size_t)(dot - text) : 0;
	size_t skip = where ? where + 1 : 0;

	if (where >= sizeof(n->where) || len - skip >= sizeof(n->field) || len == skip ||
			strlen(text) + strlen(prefix) >= sizeof(n->shown) - 3)
		return err_set(err, ERR_CONFIG, 0,
				"[kafka] %s: expected field, source.field or source.field:name, found '%.100s'", key,
				text);
	snprintf(n->where, sizeof(n->where), "%.*s", (int)where, text);
	snprintf(n->field, sizeof(n->field), "%.*s", (int)(len - skip), text + skip);
	if (colon)
		snprintf(n->shown, sizeof(n->shown), "%s%s", prefix, colon + 1);
	else
		snprintf(n->shown, sizeof(n->shown), "%s%s%s%s", prefix, n->where, where ? "_" : "", n->field);
	return 0;
}

/* The first rows are the envelope's and the transaction's, which win over the source's fields of the same name. */
static const struct add_row {
	const char *where, *field;
	bool bare; /* also found without its struct */
	enum add_kind kind;
	const char *type;
} add_rows[] = {
	{ "", "op", true, ADD_OP, "string" },
	{ "", "ts_ms", true, ADD_TS_MS, "int64" },
	{ "", "ts_us", true, ADD_TS_US, "int64" },
	{ "", "ts_ns", true, ADD_TS_NS, "int64" },
	{ "transaction", "id", true, ADD_TRANSACTION_ID, "string" },
	{ "transaction", "total_order", true, ADD_TOTAL_ORDER, "int64" },
	{ "transaction", "data_collection_order", true, ADD_TABLE_ORDER, "int64" },
};

static const struct add_row *add_row_find(const struct add_name *n)
{
	for (size_t i = 0; i < sizeof(add_rows) / sizeof(*add_rows); i++) {
		const struct add_row *r = &add_rows[i];

		if (strcmp(r->field, n->field) == 0 && (strcmp(r->where, n->where) == 0 || (r->bare && !n->where[0])))
			return r;
	}
	return NULL;
}

static void piece_from(struct format_piece *piece, const struct buf *b)
{
	char *copy = xcalloc(1, b->len + 17);

	memcpy(copy, b->data, b->len);
	*piece = (struct format_piece){ copy, (uint32_t)b->len };
}

static int add_field_init(struct add_field *f, const char *text, const char *key, const char *prefix, struct err *err)
{
	const struct add_row *row;
	struct add_name n;
	struct buf b;
	int source;

	if (add_name_parse(&n, text, key, prefix, err) < 0)
		return -1;
	row = add_row_find(&n);
	source = n.where[0] == '\0' || strcmp(n.where, "source") == 0 ? format_source_field(n.field) : -1;
	if (!row && source < 0)
		return err_set(err, ERR_CONFIG, 0,
				"[kafka] %s: '%s' is not a field of the envelope, its source or its transaction", key,
				text);
	f->kind = row ? row->kind : ADD_SOURCE;
	f->name = intern(n.shown);
	f->source = row ? SOURCE_VERSION : (enum source_field)source;
	buf_init(&b, 4096);
	buf_putc(&b, ',');
	buf_json_str(&b, n.shown);
	buf_putc(&b, ':');
	piece_from(&f->prefix, &b);
	buf_reset(&b);
	if (row)
		buf_printf(&b, "{\"type\":\"%s\",\"optional\":true", row->type);
	else
		format_source_field_schema(&b, f->source);
	buf_puts(&b, ",\"field\":");
	buf_json_str(&b, n.shown);
	buf_putc(&b, '}');
	f->schema = buf_take(&b);
	return 0;
}

/* Names are interned. */
static bool is_repeated(const struct add_fields *add)
{
	for (unsigned i = 0; i + 1 < add->count; i++)
		if (add->items[i].name == add->items[add->count - 1].name)
			return true;
	return false;
}

int format_add_fields_init(struct add_fields *add, const struct conf_list *names, const char *key, const char *prefix,
		struct err *err)
{
	*add = (struct add_fields){ .items = xcalloc(names->count + 1, sizeof(*add->items)) };
	for (size_t i = 0; i < names->count; i++) {
		if (add_field_init(&add->items[add->count], names->items[i], key, prefix ? prefix : "", err) < 0)
			return -1;
		add->bound += add->items[add->count++].prefix.len + 64;
		if (is_repeated(add))
			return err_set(err, ERR_CONFIG, 0, "[kafka] %s: expected different names, found %s twice", key,
					add->items[add->count - 1].name);
	}
	return 0;
}

void format_add_fields_done(struct add_fields *add)
{
	for (unsigned i = 0; i < add->count; i++) {
		free((char *)add->items[i].prefix.p);
		free(add->items[i].schema);
	}
	free(add->items);
}
