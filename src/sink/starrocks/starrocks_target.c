/*
 * starrocks_target.c - how rows of one schema version are written: each column as the table has it, the bytes that stand before its
 * value in every row, and the `columns` header that goes with them.
 */
#include <stdlib.h>
#include <string.h>

#include "core/json.h"
#include "core/xalloc.h"
#include "sink/base/sink_ops.h"
#include "sink/starrocks/starrocks.h"

#define PREFIX_MAX (1u << 20)
#define HEX_SUFFIX "__hex" /* the JSON key of a VARBINARY column */

struct starrocks_target *starrocks_target_ref(struct starrocks_target *t)
{
	atomic_fetch_add(&t->refs, 1);
	return t;
}

void starrocks_target_free(struct starrocks_target *t)
{
	if (!t || atomic_fetch_sub(&t->refs, 1) > 1)
		return;
	for (unsigned i = 0; i < t->schema->ncolumns; i++) {
		free(t->cells[i].name);
		free(t->cells[i].prefix);
	}
	free(t->cells);
	free(t->source);
	schema_unref(t->schema);
	free(t);
}

static void cell_prefix(struct starrocks_cell *cell)
{
	struct buf b;
	char *key = cell->type.kind == SR_VARBINARY ? xasprintf("%s" HEX_SUFFIX, cell->name) : xstrdup(cell->name);

	buf_init(&b, PREFIX_MAX);
	buf_putc(&b, ',');
	buf_json_str(&b, key);
	buf_putc(&b, ':');
	cell->prefix_len = (uint32_t)b.len;
	cell->prefix = buf_take(&b);
	free(key);
}

/* The column of the source holds the same in all rows: it is written once. */
static int target_source(struct starrocks_target *t, struct err *err)
{
	const struct schema *s = t->schema;
	const struct starrocks_cell *cell = &t->cells[t->row_columns];
	struct value text = { .kind = VALUE_TEXT, .p = s->at_target.source };
	struct starrocks_body b;
	int result = 0;

	text.len = (uint32_t)strlen(text.p);
	starrocks_body_init(&b, SR_VARCHAR_MAX, 0);
	if (starrocks_body_value(&b, cell, &text))
		t->source = xasprintf("%s%.*s", cell->prefix, (int)b.buf.len, b.buf.data);
	else
		result = err_set(err, ERR_CONFIG, 0, "table %s.%s: source.column: %s", s->db, s->table, b.problem);
	starrocks_body_done(&b);
	if (result == 0) {
		t->source_len = strlen(t->source);
		t->source_key = s->at_target.source_in_key ? text.len : 0;
		t->row_room += t->source_len;
	}
	return result;
}

struct starrocks_target *starrocks_target_new(const struct schema *schema, const struct starrocks_columns *have,
		struct err *err)
{
	struct starrocks_target *t = xcalloc(1, sizeof(*t));

	t->refs = 1;
	t->version = schema->version;
	t->append = schema->at_target.append;
	t->replaces = starrocks_columns_replace(have);
	t->schema = schema_ref((struct schema *)schema);
	t->cells = xcalloc(schema->ncolumns + 1, sizeof(t->cells[0]));
	t->row_columns = sink_row_columns(schema);
	t->row_key = sink_row_key(schema);
	t->row_room = 32;
	for (unsigned i = 0; i < schema->ncolumns; i++) {
		const struct starrocks_column *c = starrocks_columns_find(have, schema->columns[i].name);
		struct starrocks_cell *cell = &t->cells[i];

		if (!c && sink_leaves_out(schema) && !schema_is_key(schema, i) && i < t->row_columns) {
			cell->left_out = true;
			continue;
		}
		if (!c) {
			err_set(err, ERR_RETRY, 0, "table %s.%s: StarRocks does not have column %s yet", schema->db,
					schema->table, schema->columns[i].name);
			starrocks_target_free(t);
			return NULL;
		}
		cell->type = c->type;
		cell->nullable = c->nullable;
		cell->key = schema_is_key(schema, i);
		cell->narrow_real = c->type.kind == SR_FLOAT && schema->columns[i].type == COL_DOUBLE;
		cell->name = xstrdup(c->name);
		cell_prefix(cell);
		t->row_room += cell->prefix_len + STARROCKS_VALUE_ROOM;
	}
	if (t->row_columns == schema->ncolumns || target_source(t, err) == 0)
		return t;
	starrocks_target_free(t);
	return NULL;
}

void starrocks_target_columns(const struct starrocks_target *t, const bool *present, struct buf *out)
{
	for (unsigned i = 0; i < t->schema->ncolumns; i++) {
		const struct starrocks_cell *cell = &t->cells[i];
		char *hex;

		if (cell->left_out || (present && i < t->row_columns && !present[i]))
			continue;
		if (cell->type.kind != SR_VARBINARY) {
			starrocks_name(out, cell->name);
			buf_puts(out, ", ");
			continue;
		}
		hex = xasprintf("%s" HEX_SUFFIX, cell->name);
		starrocks_name(out, hex);
		buf_puts(out, ", ");
		starrocks_name(out, cell->name);
		buf_puts(out, " = to_binary(");
		starrocks_name(out, hex);
		buf_puts(out, ", 'hex'), ");
		free(hex);
	}
	if (t->append)
		out->len -= out->len ? 2 : 0; /* the last comma */
	else
		buf_puts(out, "__op");
	buf_puts(out, "");
}
