/*
 * sink_local_read.c - rows of the embedded warehouse, to be compared. Each page is a statement of its own on the sink's
 * connection: a reader that stays open would keep the file's log from being emptied.
 */
#include <stdlib.h>
#include <string.h>

#include "core/num/num.h"
#include "core/xalloc.h"
#include "sink/base/sink_cell.h"
#include "sink/local/sink_local.h"
#include "sink/base/sink_reader.h"

enum { SQL_MAX = 64 << 20, TEXT_ROOM = 64 };

struct local_rows {
	struct sink_reader base;
	struct local_db *db;
	enum local_class *class; /* by column */
	struct sink_cell *cells; /* of the row that is read */
};

static void reader_close(struct sink_reader *reader)
{
	struct local_rows *r = (struct local_rows *)reader;

	free(r->class);
	free(r->cells);
}

static enum local_class class_named(const char *type)
{
	static const char *const names[] = {
		[LOCAL_INTEGER] = "INTEGER",
		[LOCAL_REAL] = "REAL",
		[LOCAL_TEXT] = "TEXT",
		[LOCAL_BLOB] = "BLOB",
	};

	for (unsigned i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(names[i], type) == 0)
			return (enum local_class)i;
	return LOCAL_ANY;
}

/* ---- statements ---- */

static void put_literal(const struct sink_reader *reader, unsigned column, const struct sink_cell *c, struct buf *sql)
{
	const struct local_rows *r = (const struct local_rows *)reader;
	int64_t number;

	if (c->kind != CELL_TEXT) {
		buf_puts(sql, "NULL");
	} else if (r->class[column] == LOCAL_BLOB) {
		buf_puts(sql, "X'");
		buf_put(sql, c->p, c->len);
		buf_putc(sql, '\'');
	} else if (r->class[column] != LOCAL_TEXT && num_parse_i64(c->p, c->len, &number)) {
		buf_printf(sql, "%lld", (long long)number);
	} else {
		local_text(sql, c->p, c->len);
	}
}

static void put_select(const struct local_rows *r, const struct sink_page *page, struct buf *sql)
{
	buf_puts(sql, "SELECT ");
	for (unsigned i = 0; i < r->base.ncolumns; i++) {
		buf_puts(sql, i ? ", " : "");
		local_name(sql, r->base.columns[i].name);
	}
	buf_puts(sql, " FROM ");
	local_name(sql, r->base.schema->table);
	sink_reader_put_where(&r->base, page, sql);
	sink_reader_put_order(&r->base, page, sql);
}

/* ---- cells ---- */

static bool is_json(const struct local_rows *r, unsigned column)
{
	return r->base.columns[column].column && r->base.columns[column].column->type == COL_JSON;
}

static struct sink_cell read_cell(struct local_rows *r, sqlite3_stmt *stmt, unsigned column)
{
	struct arena *a = &r->base.arena;
	char *number;
	const char *text;
	size_t len;

	switch (sqlite3_column_type(stmt, (int)column)) {
	case SQLITE_NULL: return cell_null();
	case SQLITE_INTEGER:
		number = arena_alloc(a, TEXT_ROOM);
		return cell_text(number, num_i64(number, sqlite3_column_int64(stmt, (int)column)));
	case SQLITE_FLOAT: return cell_double(a, sqlite3_column_double(stmt, (int)column));
	case SQLITE_BLOB:
		return cell_hex(a, sqlite3_column_blob(stmt, (int)column),
				(size_t)sqlite3_column_bytes(stmt, (int)column));
	default:
		text = (const char *)sqlite3_column_text(stmt, (int)column);
		len = (size_t)sqlite3_column_bytes(stmt, (int)column);
		return is_json(r, column) ? cell_json(a, text, len) : cell_text(text, len);
	}
}

static int each_row(struct local_rows *r, sqlite3_stmt *stmt, sink_reader_row *row, void *arg, struct err *err)
{
	int rc;

	while ((rc = sqlite3_step(stmt)) == SQLITE_ROW) {
		arena_reset(&r->base.arena);
		for (unsigned i = 0; i < r->base.ncolumns; i++)
			r->cells[i] = read_cell(r, stmt, i);
		if (row(arg, r->cells))
			return err->kind == ERR_NONE
					? err_set(err, ERR_RETRY, 0, "%s: its reader has ended", r->base.schema->table)
					: -1;
	}
	return rc == SQLITE_DONE ? 0 : local_error(r->db->db, r->base.schema, "read rows", err);
}

static int reader_page(struct sink_reader *reader, const struct sink_page *page, sink_reader_row *row, void *arg,
		struct err *err)
{
	struct local_rows *r = (struct local_rows *)reader;
	sqlite3_stmt *stmt = NULL;
	struct buf sql;
	int result;

	buf_init(&sql, SQL_MAX);
	put_select(r, page, &sql);
	if (sql.failed)
		result = err_set(err, ERR_DATA, 0, "table %s: a SELECT of its rows is too long", reader->schema->table);
	else if (sqlite3_prepare_v2(r->db->db, sql.data, (int)sql.len, &stmt, NULL))
		result = local_error(r->db->db, reader->schema, "read rows", err);
	else
		result = each_row(r, stmt, row, arg, err);
	sqlite3_finalize(stmt);
	buf_done(&sql);
	return result;
}

/* What SQLite makes of a text in a column of numbers, and of a number in a column of texts. */
static struct sink_cell reader_expect(struct sink_reader *reader, unsigned column, const struct column *c,
		const struct value *v, struct arena *a, char *why, size_t size)
{
	struct local_rows *r = (struct local_rows *)reader;
	enum local_class class = r->class[column];
	char *text;

	(void)why;
	(void)size;
	switch (v->kind) {
	case VALUE_FLOAT:
	case VALUE_DOUBLE:
		if (class != LOCAL_TEXT)
			return cell_double(a, v->d);
		return v->kind == VALUE_FLOAT ? cell_float(a, (float)v->d) : cell_double(a, v->d);
	case VALUE_BYTES: return cell_hex(a, v->p, v->len);
	case VALUE_TEXT:
	case VALUE_BIGDECIMAL:
	case VALUE_ZERODATE:
		if (c->type == COL_JSON && is_json(r, column))
			return cell_json(a, v->p, v->len);
		if (class == LOCAL_REAL)
			return cell_double_text(a, v->p, v->len, false);
		return class == LOCAL_INTEGER ? cell_decimal(a, v->p, v->len) : cell_text(v->len ? v->p : "", v->len);
	default:
		text = arena_alloc(a, TEXT_ROOM);
		if (class == LOCAL_REAL && (v->kind == VALUE_INT || v->kind == VALUE_UINT))
			return cell_double(a, v->kind == VALUE_INT ? (double)v->i : (double)v->u);
		return cell_text(text,
				v->kind == VALUE_INT ? num_i64(text, v->i)
						: v->kind == VALUE_UINT
						? num_u64(text, v->u)
						: sink_value_text(v, r->base.sink->zone_us, text));
	}
}

static const struct sink_reader_ops ops = {
	.page = reader_page,
	.expect = reader_expect,
	.name = local_name,
	.text = local_text,
	.literal = put_literal,
	.close = reader_close,
};

struct sink_reader *local_reader(struct sink *sink, const struct schema *schema, struct err *err)
{
	const char *name = schema->db;
	struct local_columns have = { 0 };
	struct local_rows *r;
	struct local_db *db;

	if (!local_db_exists(sink->conf, name)) {
		err_set(err, ERR_DATA, 0, "table %s.%s: the warehouse has no database %s", schema->db, schema->table,
				name);
		return NULL;
	}
	db = local_sink_db(sink, name, err);
	if (!db || local_columns_read(db->db, schema, &have, err) || have.count == 0) {
		if (db && err->kind == ERR_NONE)
			err_set(err, ERR_DATA, 0, "table %s.%s: there is no such table in the warehouse", schema->db,
					schema->table);
		local_columns_done(&have);
		return NULL;
	}
	r = xcalloc(1, sizeof(*r));
	r->base.ops = &ops;
	r->db = db;
	r->base.columns = xcalloc(have.count + 1, sizeof(*r->base.columns));
	r->class = xcalloc(have.count + 1, sizeof(*r->class));
	r->cells = xcalloc(have.count + 1, sizeof(*r->cells));
	for (size_t i = 0; i < have.count; i++) {
		unsigned at = r->base.ncolumns;

		if (sink_is_source(schema, have.items[i].name))
			continue;
		r->base.ncolumns++;
		r->class[at] = class_named(have.items[i].type);
		r->base.columns[at] = (struct sink_reader_column){
			.name = xstrdup(have.items[i].name),
			.bytes = r->class[at] == LOCAL_BLOB,
		};
	}
	local_columns_done(&have);
	return &r->base;
}
