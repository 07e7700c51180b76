/*
 * starrocks_read.c - rows of StarRocks, to be compared. What a load makes of a value is asked of the one who writes loads
 * (starrocks_body.c), so nothing about types is said twice; what StarRocks answers is text, and both become the one text
 * of the column's type.
 *
 * Bytes are asked for as hex: the text protocol knows no other way that is safe. The statement's result is stored, so a
 * page is as large as its limit says, and no larger than what the answers of one page may take.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/json.h"
#include "core/text.h"
#include "core/xalloc.h"
#include "sink/base/sink_cell.h"
#include "sink/base/sink_reader.h"
#include "sink/starrocks/starrocks.h"

enum { SQL_MAX = 64 << 20 };

struct starrocks_reader {
	struct sink_reader base;
	struct starrocks_sql *sql;
	struct starrocks_cell *write; /* by column: how a load writes it */
	struct starrocks_type
			*compared;  /* and as what it is compared: JSON in a VARCHAR is JSON, however it is spelled */
	struct starrocks_body body; /* one value at a time */
	struct sink_cell *cells;    /* of the row that is read */
};

static void reader_close(struct sink_reader *reader)
{
	struct starrocks_reader *r = (struct starrocks_reader *)reader;

	starrocks_body_done(&r->body);
	free(r->write);
	free(r->compared);
	free(r->cells);
}

/* ---- cells ---- */

static struct sink_cell canonical(const struct starrocks_type *type, const char *p, size_t len, struct arena *a)
{
	switch (type->kind) {
	case SR_BOOLEAN:
		return cell_text(len == 4 && memcmp(p, "true", 4) == 0			 ? "1"
						: len == 5 && memcmp(p, "false", 5) == 0 ? "0"
											 : p,
				len == 4 || len == 5 ? 1 : len);
	case SR_TINYINT:
	case SR_SMALLINT:
	case SR_INT:
	case SR_BIGINT:
	case SR_LARGEINT:
	case SR_DECIMAL: return cell_decimal(a, p, len);
	case SR_FLOAT:
	case SR_DOUBLE: return cell_double_text(a, p, len, type->kind == SR_FLOAT);
	case SR_DATE: return cell_text(p, len > 10 ? 10 : len);
	case SR_DATETIME: return cell_datetime(a, p, len);
	case SR_VARBINARY: return cell_lower(a, p, len);
	case SR_JSON: return cell_json(a, p, len);
	default: return cell_text(p, len);
	}
}

static struct sink_cell reader_expect(struct sink_reader *reader, unsigned column, const struct column *c,
		const struct value *v, struct arena *a, char *why, size_t size)
{
	struct starrocks_reader *r = (struct starrocks_reader *)reader;
	struct json_slice slice;
	struct json j;
	const char *text;
	size_t len;

	(void)c;
	r->body.zone_us = reader->sink->zone_us;
	if (!starrocks_body_value(&r->body, &r->write[column], v)) {
		snprintf(why, size, "%s", r->body.problem);
		return cell_null();
	}
	text = arena_dup(a, r->body.buf.data, r->body.buf.len);
	len = r->body.buf.len;
	if (len == 4 && memcmp(text, "null", 4) == 0)
		return cell_null();
	if (*text != '"' || r->write[column].type.kind == SR_JSON)
		return canonical(&r->compared[column], text, len, a);
	json_init(&j, text, len);
	if (json_value(&j, &slice) != JSON_STRING || json_text(&slice, a, &text, &len)) {
		snprintf(why, size, "column %s: text that is no UTF-8", r->write[column].name);
		return cell_null();
	}
	return canonical(&r->compared[column], text, len, a);
}

/* ---- statements ---- */

static void put_text(struct buf *sql, const char *p, size_t len)
{
	buf_putc(sql, '\'');
	for (size_t i = 0; i < len; i++)
		switch (p[i]) {
		case '\0': buf_puts(sql, "\\0"); break;
		case '\n': buf_puts(sql, "\\n"); break;
		case '\r': buf_puts(sql, "\\r"); break;
		case '\'':
		case '\\':
			buf_putc(sql, '\\');
			/* fall through */
		default: buf_putc(sql, p[i]);
		}
	buf_putc(sql, '\'');
}

static void put_literal(const struct sink_reader *reader, unsigned column, const struct sink_cell *c, struct buf *sql)
{
	const struct starrocks_reader *r = (const struct starrocks_reader *)reader;

	if (c->kind != CELL_TEXT)
		buf_puts(sql, "NULL");
	else if (r->write[column].type.kind <= SR_LARGEINT && c->len > 0 && text_consists(c->p, c->len, "-0123456789"))
		buf_put(sql, c->p, c->len);
	else
		put_text(sql, c->p, c->len);
}

static void put_select(const struct starrocks_reader *r, const struct sink_page *page, struct buf *sql)
{
	const struct sink_reader *b = &r->base;

	buf_puts(sql, "SELECT ");
	for (unsigned i = 0; i < b->ncolumns; i++) {
		buf_puts(sql, i ? ", " : "");
		buf_puts(sql, r->write[i].type.kind == SR_VARBINARY ? "hex(" : "");
		starrocks_name(sql, b->columns[i].name);
		buf_puts(sql, r->write[i].type.kind == SR_VARBINARY ? ")" : "");
	}
	buf_puts(sql, " FROM ");
	starrocks_name(sql, b->schema->db);
	buf_putc(sql, '.');
	starrocks_name(sql, b->schema->table);
	sink_reader_put_where(b, page, sql);
	sink_reader_put_order(b, page, sql);
}

struct starrocks_reading {
	struct starrocks_reader *r;
	sink_reader_row *row;
	void *arg;
	bool ended;
};

static void take_row(void *context, const struct starrocks_record *record)
{
	struct starrocks_reading *g = context;
	struct starrocks_reader *r = g->r;

	if (g->ended || record->count != r->base.ncolumns)
		return;
	arena_reset(&r->base.arena);
	for (unsigned i = 0; i < record->count; i++)
		r->cells[i] = record->values[i] == NULL
				? cell_null()
				: canonical(&r->compared[i], record->values[i], record->lengths[i], &r->base.arena);
	g->ended = g->row(g->arg, r->cells) != 0;
}

static int reader_page(struct sink_reader *reader, const struct sink_page *page, sink_reader_row *row, void *arg,
		struct err *err)
{
	struct starrocks_reader *r = (struct starrocks_reader *)reader;
	struct starrocks_reading g = { .r = r, .row = row, .arg = arg };
	struct buf sql;
	int result;

	buf_init(&sql, SQL_MAX);
	put_select(r, page, &sql);
	result = starrocks_sql_run(r->sql, sql.failed ? NULL : sql.data, take_row, &g, err);
	buf_done(&sql);
	if (result == 0 && g.ended && err->kind == ERR_NONE)
		err_set(err, ERR_RETRY, 0, "%s: its reader has ended", reader->schema->table);
	return result || g.ended ? -1 : 0;
}

static const struct sink_reader_ops ops = {
	.page = reader_page,
	.expect = reader_expect,
	.name = starrocks_name,
	.text = put_text,
	.literal = put_literal,
	.close = reader_close,
};

static bool is_json(const struct schema *schema, const char *column)
{
	int at = schema_column(schema, column, strlen(column));

	return at >= 0 && schema->columns[at].type == COL_JSON;
}

struct sink_reader *starrocks_reader(struct starrocks_sql *sql, struct sink *sink, const struct schema *schema,
		struct err *err)
{
	struct starrocks_columns have = { 0 };
	struct starrocks_reader *r;

	if (starrocks_table_read(sql, schema->db, schema->table, &have, err) || have.count == 0) {
		if (err->kind == ERR_NONE)
			err_set(err, ERR_DATA, 0, "table %s.%s: there is no such table in StarRocks", schema->db,
					schema->table);
		starrocks_columns_done(&have);
		return NULL;
	}
	r = xcalloc(1, sizeof(*r));
	r->base.ops = &ops;
	r->sql = sql;
	r->base.columns = xcalloc(have.count + 1, sizeof(*r->base.columns));
	r->write = xcalloc(have.count + 1, sizeof(*r->write));
	r->compared = xcalloc(have.count + 1, sizeof(*r->compared));
	r->cells = xcalloc(have.count + 1, sizeof(*r->cells));
	starrocks_body_init(&r->body, SR_VARCHAR_MAX, 0);
	for (size_t i = 0; i < have.count; i++) {
		unsigned at = r->base.ncolumns;
		struct sink_reader_column *c = &r->base.columns[at];

		if (sink_is_source(schema, have.items[i].name))
			continue;
		r->base.ncolumns++;
		c->name = xstrdup(have.items[i].name);
		c->bytes = have.items[i].type.kind == SR_VARBINARY;
		r->write[at] = (struct starrocks_cell){
			.type = have.items[i].type,
			.nullable = have.items[i].nullable,
			.key = have.items[i].key,
			.name = c->name,
		};
		r->compared[at] = have.items[i].type;
		if (r->compared[at].kind == SR_VARCHAR && is_json(schema, c->name))
			r->compared[at].kind = SR_JSON;
	}
	starrocks_columns_done(&have);
	return &r->base;
}
