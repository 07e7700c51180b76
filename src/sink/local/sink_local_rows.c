/*
 * sink_local_rows.c - the statements of one table of the warehouse, and rows through them. A row that its column cannot take
 * fails alone: SQLite undoes that one statement, and the load goes on.
 */
#include <math.h>
#include <stdlib.h>
#include <strings.h>

#include "core/num/num.h"
#include "core/xalloc.h"
#include "sink/local/sink_local_rows.h"

#define SQL_MAX (4 << 20)
#define TEXT_ROOM 64 /* sink_value_text() */

/* Statements. */

void local_table_free(struct local_table *t)
{
	sqlite3_finalize(t->upsert);
	sqlite3_finalize(t->delete);
	for (unsigned i = 0; i < t->npartial; i++) {
		sqlite3_finalize(t->partial[i].stmt);
		free(t->partial[i].present);
	}
	schema_unref(t->schema);
	free(t->class);
	free(t->scratch);
	free(t);
}

/* The column of the source is in no row, and set in all. */
static bool is_absent(const struct schema *schema, const bool *present, unsigned i)
{
	return present && i < sink_row_columns(schema) && !present[i];
}

static void put_upsert(struct buf *sql, const struct schema *schema, const bool *present)
{
	const char *separator = "";

	buf_puts(sql, "INSERT INTO ");
	local_name(sql, schema->table);
	buf_puts(sql, " (");
	for (unsigned i = 0; i < schema->ncolumns; i++) {
		if (is_absent(schema, present, i))
			continue;
		buf_puts(sql, separator);
		local_name(sql, schema->columns[i].name);
		separator = ", ";
	}
	buf_puts(sql, ") VALUES (");
	separator = "";
	for (unsigned i = 0; i < schema->ncolumns; i++) {
		if (is_absent(schema, present, i))
			continue;
		buf_printf(sql, "%s?%u", separator, i + 1);
		separator = ", ";
	}
	buf_putc(sql, ')');
}

static void put_conflict(struct buf *sql, const struct schema *schema, const bool *present)
{
	const char *separator = " DO UPDATE SET ";

	buf_puts(sql, " ON CONFLICT (");
	for (unsigned i = 0; i < schema->nkey; i++) {
		buf_puts(sql, i ? ", " : "");
		local_name(sql, schema->columns[schema->key[i]].name);
	}
	buf_putc(sql, ')');
	for (unsigned i = 0; i < schema->ncolumns; i++) {
		if (schema_is_key(schema, i) || is_absent(schema, present, i))
			continue;
		buf_puts(sql, separator);
		local_name(sql, schema->columns[i].name);
		buf_puts(sql, " = excluded.");
		local_name(sql, schema->columns[i].name);
		separator = ", ";
	}
	if (separator[0] == ' ')
		buf_puts(sql, " DO NOTHING");
}

/* What SQLite calls a row's number in this table: a column of that name takes its place. NULL: columns have all three. */
static const char *rowid_name(const struct schema *schema)
{
	static const char *const name[] = { "rowid", "_rowid_", "oid" };

	for (size_t k = 0; k < sizeof(name) / sizeof(*name); k++) {
		bool taken = false;

		for (unsigned i = 0; i < schema->ncolumns; i++)
			taken |= strcasecmp(schema->columns[i].name, name[k]) == 0;
		if (!taken)
			return name[k];
	}
	return NULL;
}

static void put_delete(struct buf *sql, const struct schema *schema)
{
	buf_puts(sql, "DELETE FROM ");
	local_name(sql, schema->table);
	buf_puts(sql, " WHERE ");
	if (schema->nkey == 0) {
		const char *rowid = rowid_name(schema);

		buf_printf(sql, "%s = (SELECT %s FROM ", rowid, rowid);
		local_name(sql, schema->table);
		buf_puts(sql, " WHERE ");
	}
	for (unsigned i = 0; i < (schema->nkey ? schema->nkey : schema->ncolumns); i++) {
		unsigned at = schema->nkey ? schema->key[i] : i;

		buf_puts(sql, i ? " AND " : "");
		local_name(sql, schema->columns[at].name);
		buf_printf(sql, schema->nkey ? " = ?%u" : " IS ?%u", at + 1);
	}
	if (schema->nkey == 0)
		buf_puts(sql, " LIMIT 1)");
}

static bool takes_source(const struct schema *schema, bool is_delete)
{
	return !is_delete || schema->nkey == 0 || schema->at_target.source_in_key;
}

static sqlite3_stmt *statement(struct local_table *t, bool is_delete, const bool *present, struct err *err)
{
	sqlite3_stmt *stmt = NULL;
	struct buf sql;

	if (is_delete && t->schema->nkey == 0 && rowid_name(t->schema) == NULL) {
		err_set(err, ERR_DATA, 0,
				"table %s.%s: it has no key, and columns named rowid, _rowid_ and oid, so the warehouse cannot tell one of equal rows: add a primary key in MySQL",
				t->schema->db, t->schema->table);
		return NULL;
	}
	buf_init(&sql, SQL_MAX);
	if (is_delete) {
		put_delete(&sql, t->schema);
	} else {
		put_upsert(&sql, t->schema, present);
		if (t->schema->nkey)
			put_conflict(&sql, t->schema, present);
	}
	if (sql.failed)
		err_set(err, ERR_DATA, 0, "table %s.%s: statement too long", t->schema->db, t->schema->table);
	else if (sqlite3_prepare_v3(t->db->db, sql.data, (int)sql.len, SQLITE_PREPARE_PERSISTENT, &stmt, NULL))
		local_error(t->db->db, t->schema, is_delete ? "prepare the delete" : "prepare the upsert", err);
	else if (t->schema->at_target.source_column && takes_source(t->schema, is_delete)) /* stays from row to row */
		sqlite3_bind_text(stmt, (int)t->schema->ncolumns, t->schema->at_target.source, -1, SQLITE_STATIC);
	buf_done(&sql);
	return stmt;
}

struct local_table *local_table_new(struct local_db *db, struct schema *schema, struct err *err)
{
	struct local_table *t = xcalloc(1, sizeof(*t));

	t->version = schema->version;
	t->schema = schema_ref(schema);
	t->class = xcalloc(schema->ncolumns + 1, sizeof(t->class[0]));
	t->scratch = xmalloc((size_t)(schema->ncolumns + 1) * TEXT_ROOM);
	for (unsigned i = 0; i < schema->ncolumns; i++)
		t->class[i] = local_class(&schema->columns[i]);
	t->db = db;
	if ((t->upsert = statement(t, false, NULL, err)) && (t->delete = statement(t, true, NULL, err)))
		return t;
	local_table_free(t);
	return NULL;
}

/* Rows. */

static sqlite3_stmt *partial_get(struct local_table *t, const struct value *row, struct err *err)
{
	unsigned n = sink_row_columns(t->schema), i, at;
	struct local_partial *p;

	for (at = 0; at < t->npartial; at++) {
		for (i = 0; i < n && t->partial[at].present[i] == (row[i].kind != VALUE_ABSENT); i++)
			;
		if (i == n)
			return t->partial[at].stmt;
	}
	if (t->npartial == PARTIALS_MAX) {
		p = &t->partial[--t->npartial];
		sqlite3_finalize(p->stmt);
		free(p->present);
	}
	p = &t->partial[t->npartial];
	p->present = xcalloc(n + 1, sizeof(p->present[0]));
	for (i = 0; i < n; i++)
		p->present[i] = row[i].kind != VALUE_ABSENT;
	p->stmt = statement(t, false, p->present, err);
	if (p->stmt)
		t->npartial++;
	else
		free(p->present);
	return p->stmt;
}

static int bind_double(sqlite3_stmt *stmt, int at, const struct value *v, enum local_class class, char *scratch)
{
	if (isnan(v->d)) /* SQLite would make it NULL */
		return SQLITE_MISMATCH;
	if (class != LOCAL_TEXT)
		return sqlite3_bind_double(stmt, at, v->d);
	return sqlite3_bind_text(stmt, at, scratch,
			(int)(v->kind == VALUE_FLOAT ? num_float(scratch, (float)v->d) : num_double(scratch, v->d)),
			SQLITE_STATIC);
}

static int bind_value(sqlite3_stmt *stmt, int at, const struct value *v, enum local_class class, int64_t zone_us,
		char *scratch)
{
	switch (v->kind) {
	case VALUE_ABSENT:
	case VALUE_NULL: return sqlite3_bind_null(stmt, at);
	case VALUE_INT: return sqlite3_bind_int64(stmt, at, v->i);
	case VALUE_UINT:
		if (v->u <= INT64_MAX)
			return sqlite3_bind_int64(stmt, at, v->i);
		return sqlite3_bind_text(stmt, at, scratch, (int)num_u64(scratch, v->u), SQLITE_STATIC);
	case VALUE_FLOAT:
	case VALUE_DOUBLE: return bind_double(stmt, at, v, class, scratch);
	case VALUE_TEXT:
	case VALUE_BIGDECIMAL:
	case VALUE_ZERODATE: return sqlite3_bind_text(stmt, at, v->len ? v->p : "", (int)v->len, SQLITE_STATIC);
	case VALUE_BYTES:
		return v->len ? sqlite3_bind_blob(stmt, at, v->p, (int)v->len, SQLITE_STATIC)
			      : sqlite3_bind_zeroblob(stmt, at, 0);
	default: return sqlite3_bind_text(stmt, at, scratch, (int)sink_value_text(v, zone_us, scratch), SQLITE_STATIC);
	}
}

static int bind_row(struct local_table *t, int64_t zone_us, sqlite3_stmt *stmt, const struct value *row, bool key_only)
{
	unsigned n = key_only ? sink_row_key(t->schema) : sink_row_columns(t->schema);

	for (unsigned i = 0; i < n; i++) {
		unsigned at = key_only ? t->schema->key[i] : i;
		int rc;

		if (row[at].kind == VALUE_ABSENT)
			continue;
		rc = bind_value(stmt, (int)at + 1, &row[at], t->class[at], zone_us, t -> scratch + at * TEXT_ROOM);
		if (rc)
			return rc;
	}
	return SQLITE_OK;
}

bool local_is_row_fault(int code)
{
	return (code & 0xff) == SQLITE_CONSTRAINT || (code & 0xff) == SQLITE_MISMATCH ||
			(code & 0xff) == SQLITE_TOOBIG || (code & 0xff) == SQLITE_RANGE;
}

/* Without a key every column counts when a row is searched for. */
const char *local_key_problem(const struct schema *schema, const struct value *row, bool is_delete)
{
	for (unsigned i = 0; i < sink_row_columns(schema) && schema->nkey == 0 && is_delete; i++)
		if (row[i].kind == VALUE_ABSENT)
			return schema->columns[i].name;
	for (unsigned i = 0; i < sink_row_key(schema); i++)
		if (row[schema->key[i]].kind == VALUE_NULL || row[schema->key[i]].kind == VALUE_ABSENT)
			return schema->columns[schema->key[i]].name;
	return NULL;
}

static bool row_is_partial(const struct schema *schema, const struct value *row)
{
	for (unsigned i = 0; i < sink_row_columns(schema); i++)
		if (row[i].kind == VALUE_ABSENT)
			return true;
	return false;
}

/* One statement on one row. SQLITE_OK, or why not. */
static int row_run(struct local_table *t, int64_t zone_us, const struct value *row, bool is_delete, struct err *err)
{
	bool partial = !is_delete && row_is_partial(t->schema, row);
	sqlite3_stmt *stmt = is_delete ? t->delete : partial ? partial_get(t, row, err) : t->upsert;
	int rc;

	if (!stmt)
		return SQLITE_ERROR;
	rc = bind_row(t, zone_us, stmt, row, is_delete && t->schema->nkey > 0);
	if (rc == SQLITE_OK)
		rc = sqlite3_step(stmt);
	sqlite3_reset(stmt);
	return rc == SQLITE_DONE ? SQLITE_OK : rc;
}

/* The insert first: when it is refused the old row stays. */
int local_row_write(struct local_table *t, int64_t zone_us, const struct collapsed *c, struct err *err)
{
	bool replaces = t->schema->nkey == 0 && !t->schema->at_target.append && !c->is_delete &&
			c->change->op == CHANGE_UPDATE && c->change->before;
	int rc = row_run(t, zone_us, c->row, c->is_delete, err);

	return rc == SQLITE_OK && replaces ? row_run(t, zone_us, c->change->before, true, err) : rc;
}
