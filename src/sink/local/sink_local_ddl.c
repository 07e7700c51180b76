/*
 * sink_local_ddl.c - the tables of the embedded warehouse. SQLite stores what fits into 64 bits as an integer and
 * would turn longer numbers into floating point without a word, so the tables are STRICT and each MySQL type has a
 * column type that keeps every digit: decimals, dates and times are text, unsigned bigints are integers or, above 2^63
 * - 1, text.
 *
 * Value columns are all nullable: SQLite cannot take NOT NULL away again when MySQL does. When a type changes so that
 * the old column cannot hold the new values, the table is rebuilt in one transaction. In a table of several sources a
 * column then takes a type that holds the values of all of them as they are.
 */
#include <stdlib.h>
#include <string.h>

#include "core/num/num.h"
#include "core/xalloc.h"
#include "row/column_fill.h"
#include "sink/local/sink_local.h"
#include "sink/base/sink_ops.h"

#define SQL_MAX (4 << 20)

static const struct {
	const char *type, *why;
} class_text[] = {
	[LOCAL_INTEGER] = { "INTEGER", "fits 64 bits, signed" },
	[LOCAL_REAL] = { "REAL", "8-byte floating point holds it exactly" },
	[LOCAL_TEXT] = { "TEXT", "as MySQL prints it, every digit kept" },
	[LOCAL_BLOB] = { "BLOB", "the bytes as they are" },
	[LOCAL_ANY] = { "ANY", "an integer up to 2^63 - 1, above it text with all digits" },
};

enum local_class local_class(const struct column *c)
{
	switch (column_class(c)) {
	case CLASS_INTEGER: return c->type == COL_BIGINT && c->is_unsigned ? LOCAL_ANY : LOCAL_INTEGER;
	case CLASS_YEAR: return LOCAL_INTEGER;
	case CLASS_BIT: return c->length > 63 ? LOCAL_ANY : LOCAL_INTEGER;
	case CLASS_FLOAT: return LOCAL_REAL;
	case CLASS_DECIMAL:
	case CLASS_DATE:
	case CLASS_TIME:
	case CLASS_DATETIME:
	case CLASS_CHAR:
	case CLASS_TEXT:
	case CLASS_ENUM:
	case CLASS_SET:
	case CLASS_JSON: return LOCAL_TEXT;
	case CLASS_BINARY:
	case CLASS_BLOB:
	case CLASS_GEOMETRY:
	case CLASS_OPAQUE: return LOCAL_BLOB;
	case CLASS_UNKNOWN:
	case CLASS_COUNT: break;
	}
	return LOCAL_ANY;
}

const char *local_type(const struct column *c)
{
	return class_text[local_class(c)].type;
}

void local_name(struct buf *b, const char *name)
{
	buf_putc(b, '"');
	for (; *name; name++) {
		if (*name == '"')
			buf_putc(b, '"');
		buf_putc(b, *name);
	}
	buf_putc(b, '"');
}

void local_text(struct buf *b, const char *p, size_t len)
{
	char *hex = buf_reserve(b, 2 * len + 32);

	if (hex == NULL)
		return;
	memcpy(hex, "CAST(X'", 7);
	b->len += 7 + num_hex(hex + 7, p, len);
	buf_puts(b, "' AS TEXT)");
}

void local_put_source(struct buf *b, const char *word, const char *column, const char *source)
{
	if (column == NULL)
		return;
	buf_puts(b, word);
	local_name(b, column);
	buf_puts(b, " = ");
	local_text(b, source, strlen(source));
}

int local_error(sqlite3 *db, const struct schema *schema, const char *what, struct err *err)
{
	int code = sqlite3_errcode(db);
	const char *table = schema ? schema->table : "warehouse", *path = sqlite3_db_filename(db, "main");
	const char *text = sqlite3_errmsg(db);

	switch (code & 0xff) {
	case SQLITE_FULL:
		return err_set(err, ERR_RETRY, code, "%s: %s: no room on the disk of %s; free some", table, what, path);
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return err_set(err, ERR_RETRY, code, "%s: %s: %s is held by another writer for too long", table, what,
				path);
	case SQLITE_IOERR:
	case SQLITE_NOMEM:
	case SQLITE_INTERRUPT: return err_set(err, ERR_RETRY, code, "%s: %s: %s: %s", table, what, path, text);
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
		return err_set(err, ERR_FATAL, code,
				"%s: %s: %s is damaged (%s); stop millrace, rename the file, start it again "
				"and read the tables of this database again: `millrace snapshot TABLES`",
				table, what, path, text);
	case SQLITE_READONLY:
	case SQLITE_CANTOPEN:
	case SQLITE_PERM:
		return err_set(err, ERR_CONFIG, code, "%s: %s: %s: %s; check owner and rights", table, what, path,
				text);
	default: return err_set(err, ERR_CONFIG, code, "%s: %s: %s", table, what, text);
	}
}

int local_exec(sqlite3 *db, const char *sql)
{
	return sqlite3_exec(db, sql, NULL, NULL, NULL);
}

static bool has_rowid_key(const struct schema *schema)
{
	return schema->nkey == 1 && local_class(&schema->columns[schema->key[0]]) == LOCAL_INTEGER;
}

static void put_key(struct buf *b, const struct schema *schema)
{
	if (schema->nkey == 0) {
		buf_puts(b, "\n) STRICT");
		return;
	}
	buf_puts(b, ",\n\tPRIMARY KEY (");
	for (unsigned i = 0; i < schema->nkey; i++) {
		if (i)
			buf_puts(b, ", ");
		local_name(b, schema->columns[schema->key[i]].name);
	}
	buf_puts(b, has_rowid_key(schema) ? ")\n) STRICT" : ")\n) STRICT, WITHOUT ROWID");
}

void local_create(struct buf *b, const struct schema *schema)
{
	buf_puts(b, "CREATE TABLE IF NOT EXISTS ");
	local_name(b, schema->table);
	buf_puts(b, " (");
	for (unsigned i = 0; i < schema->ncolumns; i++) {
		const struct column *c = &schema->columns[i];

		buf_puts(b, i ? ",\n\t" : "\n\t");
		local_name(b, c->name);
		buf_printf(b, " %s", class_text[local_class(c)].type);
	}
	put_key(b, schema);
}

void local_why(struct buf *b, const struct schema *schema)
{
	for (unsigned i = 0; i < schema->ncolumns; i++) {
		const struct column *c = &schema->columns[i];
		char type[256];

		column_type_print(c, type, sizeof(type));
		buf_printf(b, "%s: %s -> %s: %s\n", c->name, type, class_text[local_class(c)].type,
				class_text[local_class(c)].why);
	}
	if (schema->at_target.append)
		buf_puts(b, "target.mode = append: rows are only added\n");
	else if (schema->nkey == 0)
		buf_puts(b, "no key: rows are appended; a delete takes away one row that is equal in every column\n");
}

void local_columns_done(struct local_columns *have)
{
	for (size_t i = 0; i < have->count; i++) {
		free(have->items[i].name);
		free(have->items[i].type);
	}
	free(have->items);
}

int local_columns_read(sqlite3 *db, const struct schema *schema, struct local_columns *have, struct err *err)
{
	sqlite3_stmt *stmt;
	int rc;

	have->items = NULL;
	have->count = 0;
	if (sqlite3_prepare_v2(db, "SELECT name, type, pk FROM pragma_table_info(?)", -1, &stmt, NULL))
		return local_error(db, schema, "read columns", err);
	sqlite3_bind_text(stmt, 1, schema->table, -1, SQLITE_STATIC);
	while ((rc = sqlite3_step(stmt)) == SQLITE_ROW) {
		have->items = xrealloc(have->items, (have->count + 1) * sizeof(have->items[0]));
		have->items[have->count++] = (struct local_column){
			.name = xstrdup((const char *)sqlite3_column_text(stmt, 0)),
			.type = xstrdup((const char *)sqlite3_column_text(stmt, 1)),
			.key = sqlite3_column_int(stmt, 2),
		};
	}
	sqlite3_finalize(stmt);
	return rc == SQLITE_DONE ? 0 : local_error(db, schema, "read columns", err);
}

const struct local_column *local_columns_find(const struct local_columns *have, const char *name)
{
	for (size_t i = 0; i < have->count; i++)
		if (sqlite3_stricmp(have->items[i].name, name) == 0)
			return &have->items[i];
	return NULL;
}

static int key_check(const struct schema *schema, const struct local_columns *have, struct err *err)
{
	unsigned nkey = 0;

	for (size_t i = 0; i < have->count; i++)
		nkey += have->items[i].key > 0;
	for (unsigned i = 0; i < schema->nkey; i++) {
		const struct local_column *c = local_columns_find(have, schema->columns[schema->key[i]].name);

		if (!c || c->key != (int)i + 1)
			nkey = UINT32_MAX;
	}
	if (nkey != schema->nkey)
		return err_set(err, ERR_CONFIG, 0,
				"table %s.%s: its key in the warehouse differs from the key at the source; "
				"drop it there (DROP TABLE) and snapshot it again",
				schema->db, schema->table);
	return 0;
}

/* Names differ by case only: one table for SQLite, two for MySQL. */
static int name_check(sqlite3 *db, const struct schema *schema, struct err *err)
{
	sqlite3_stmt *stmt;
	int result = 0;

	if (sqlite3_prepare_v2(db, "SELECT name FROM sqlite_master WHERE type = 'table' AND lower(name) = lower(?)", -1,
			    &stmt, NULL))
		return local_error(db, schema, "read tables", err);
	sqlite3_bind_text(stmt, 1, schema->table, -1, SQLITE_STATIC);
	if (sqlite3_step(stmt) == SQLITE_ROW && strcmp((const char *)sqlite3_column_text(stmt, 0), schema->table) != 0)
		result = err_set(err, ERR_CONFIG, 0,
				"table %s.%s: the warehouse already has '%s', and SQLite does not tell them apart; capture one of them",
				schema->db, schema->table, (const char *)sqlite3_column_text(stmt, 0));
	sqlite3_finalize(stmt);
	return result;
}

int local_run(sqlite3 *db, const struct schema *schema, const char *what, struct buf *sql, struct err *err)
{
	int result = 0;

	if (sql->failed)
		result = err_set(err, ERR_DATA, 0, "table %s.%s: %s: statement too long", schema->db, schema->table,
				what);
	else if (local_exec(db, sql->data))
		result = local_error(db, schema, what, err);
	buf_reset(sql);
	return result;
}

static void put_names(struct buf *b, const struct local_columns *have)
{
	for (size_t i = 0; i < have->count; i++) {
		if (i)
			buf_puts(b, ", ");
		local_name(b, have->items[i].name);
	}
}

/*
 * The type of a column that both have, NULL: none. Another type would change the values of other sources: '007' of theirs
 * would be 7. Whole numbers may become text, which holds each of them; ANY keeps whatever is put into it as it is.
 */
static const char *shared_type(const struct schema *schema, const struct local_column *had, unsigned at)
{
	const char *type = local_type(&schema->columns[at]), *text = class_text[LOCAL_TEXT].type;
	const char *whole = class_text[LOCAL_INTEGER].type, *any = class_text[LOCAL_ANY].type;

	if (schema->at_target.source_column == NULL || strcmp(had->type, type) == 0)
		return type;
	if (had->key)
		return NULL; /* its order is the key's */
	if ((strcmp(had->type, text) == 0 && strcmp(type, whole) == 0) ||
			(strcmp(had->type, whole) == 0 && strcmp(type, text) == 0))
		return text;
	/* A delete without a key looks for the values as this source has them now. */
	return schema->nkey > 0 || schema->at_target.append ? any : NULL;
}

/* The columns that the table had stay, those of the schema take their new type. */
static void put_rebuilt(struct buf *b, const struct schema *schema, const struct local_columns *have)
{
	buf_puts(b, "CREATE TABLE ");
	local_name(b, schema->table);
	buf_puts(b, " (");
	for (size_t i = 0; i < have->count; i++) {
		int at = schema_column(schema, have->items[i].name, strlen(have->items[i].name));

		buf_puts(b, i ? ", " : "");
		local_name(b, have->items[i].name);
		buf_printf(b, " %s",
				at >= 0 ? shared_type(schema, &have->items[i], (unsigned)at) : have->items[i].type);
	}
	put_key(b, schema);
}

static int rebuild(sqlite3 *db, const struct schema *schema, const struct local_columns *have, struct buf *sql,
		struct err *err)
{
	buf_puts(sql, "ALTER TABLE ");
	local_name(sql, schema->table);
	buf_puts(sql, " RENAME TO " LOCAL_OLD);
	if (local_run(db, schema, "set the old table aside", sql, err))
		return -1;
	put_rebuilt(sql, schema, have);
	if (local_run(db, schema, "create the table with new types", sql, err))
		return -1;
	buf_puts(sql, "INSERT INTO ");
	local_name(sql, schema->table);
	buf_puts(sql, " (");
	put_names(sql, have);
	buf_puts(sql, ") SELECT ");
	put_names(sql, have);
	buf_puts(sql, " FROM " LOCAL_OLD);
	if (local_run(db, schema, "copy the rows to a column of the new type", sql, err))
		return -1;
	buf_puts(sql, "DROP TABLE " LOCAL_OLD);
	return local_run(db, schema, "drop the old table", sql, err);
}

/* Rows that are there already get what MySQL gave them: the binlog does not tell them. */
static void put_fill(struct buf *sql, const struct column *c)
{
	char text[4096];
	bool quoted = local_class(c) == LOCAL_TEXT || local_class(c) == LOCAL_ANY;

	if (!column_fill(c, text, sizeof(text)))
		return;
	buf_puts(sql, " DEFAULT ");
	if (quoted && local_class(c) == LOCAL_ANY && strlen(text) < 19)
		quoted = false; /* fits in 63 bits: stored as an integer, as rows are */
	if (quoted)
		buf_putc(sql, '\'');
	for (const char *p = text; *p; p++) {
		if (quoted && *p == '\'')
			buf_putc(sql, '\'');
		buf_putc(sql, *p);
	}
	if (quoted)
		buf_putc(sql, '\'');
}

static int type_refused(const struct schema *schema, const struct local_column *had, const char *type, struct err *err)
{
	return err_set(err, ERR_CONFIG, 0,
			"table %s.%s: %scolumn %s is %s in the warehouse, as other sources have it, and this one has %s: "
			"change it at the source, give this source a target of its own, or, when all sources have the new type, drop the table there and snapshot them",
			schema->db, schema->table, had->key ? "key " : "", had->name, had->type, type);
}

static int bring_up(sqlite3 *db, const struct schema *schema, struct local_columns *have, struct buf *sql,
		struct err *err)
{
	bool other_type = false;

	if (sink_source_check(schema, err))
		return -1;
	for (unsigned i = 0; i < schema->ncolumns; i++) {
		const struct column *c = &schema->columns[i];
		const struct local_column *had = local_columns_find(have, c->name);
		const char *type = had ? shared_type(schema, had, i) : local_type(c);

		if (type == NULL)
			return type_refused(schema, had, local_type(c), err);
		if (had) {
			other_type |= strcmp(had->type, type) != 0;
			continue;
		}
		buf_puts(sql, "ALTER TABLE ");
		local_name(sql, schema->table);
		buf_puts(sql, " ADD COLUMN ");
		local_name(sql, c->name);
		buf_printf(sql, " %s", type);
		put_fill(sql, c);
		if (local_run(db, schema, "add a column", sql, err))
			return -1;
	}
	if (!other_type)
		return 0;
	local_columns_done(have);
	if (local_columns_read(db, schema, have, err))
		return -1;
	return rebuild(db, schema, have, sql, err);
}

/* What a load has left there may not be made again: its rows would be missing. */
static int lost_check(struct sink *sink, const struct schema *schema, const struct local_columns *have, struct err *err)
{
	if (sink->had >= SINK_HAD_TABLE && have->count == 0)
		return sink_gone(sink, schema, NULL, err);
	for (unsigned i = 0; sink->had == SINK_HAD_COLUMNS && i < schema->ncolumns; i++)
		if (!local_columns_find(have, schema->columns[i].name))
			return sink_gone(sink, schema, schema->columns[i].name, err);
	return 0;
}

static int prepare_inside(sqlite3 *db, struct sink *sink, const struct schema *schema, struct local_columns *have,
		struct buf *sql, struct err *err)
{
	for (unsigned i = 0; i < schema->ncolumns; i++)
		if (schema->columns[i].type == COL_UNKNOWN)
			return err_set(err, ERR_DATA, 0, "table %s.%s: column %s has a type that is not known (%s)",
					schema->db, schema->table, schema->columns[i].name,
					schema->columns[i].type_text ? schema->columns[i].type_text : "?");
	if (name_check(db, schema, err) || local_columns_read(db, schema, have, err) ||
			lost_check(sink, schema, have, err))
		return -1;
	if (have->count > 0)
		return key_check(schema, have, err) ? -1 : bring_up(db, schema, have, sql, err);
	if (!sink->conf->table_create)
		return err_set(err, ERR_CONFIG, 0, "table %s.%s: not in the warehouse; set table.create = true",
				schema->db, schema->table);
	local_create(sql, schema);
	return local_run(db, schema, "create the table", sql, err);
}

/* Is the table there, and has it rows? */
int local_table_look(sqlite3 *db, const struct sink_names *names, struct sink_state *out, struct err *err)
{
	sqlite3_stmt *stmt = NULL;
	struct buf sql;
	int rc;

	if (sqlite3_prepare_v2(db, "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?", -1, &stmt, NULL))
		return local_error(db, NULL, "read tables", err);
	sqlite3_bind_text(stmt, 1, names->table, -1, SQLITE_STATIC);
	rc = sqlite3_step(stmt);
	out->table = rc == SQLITE_ROW;
	sqlite3_finalize(stmt);
	if (!out->table)
		return rc == SQLITE_DONE ? 0 : local_error(db, NULL, "read tables", err);
	buf_init(&sql, SQL_MAX);
	buf_puts(&sql, "SELECT 1 FROM ");
	local_name(&sql, names->table);
	local_put_source(&sql, " WHERE ", names->source_column, names->source);
	buf_puts(&sql, " LIMIT 1");
	stmt = NULL;
	rc = sqlite3_prepare_v2(db, sql.data, -1, &stmt, NULL) ? SQLITE_ERROR : sqlite3_step(stmt);
	out->rows = rc == SQLITE_ROW;
	if (rc != SQLITE_ROW && rc != SQLITE_DONE)
		local_error(db, NULL, "look for rows", err);
	sqlite3_finalize(stmt);
	buf_done(&sql);
	return rc == SQLITE_ROW || rc == SQLITE_DONE ? 0 : -1;
}

int local_table_prepare(sqlite3 *db, struct sink *sink, const struct schema *schema, struct err *err)
{
	struct local_columns have = { 0 };
	struct buf sql;
	int result;

	if (local_exec(db, "BEGIN IMMEDIATE"))
		return local_error(db, schema, "begin", err);
	buf_init(&sql, SQL_MAX);
	result = prepare_inside(db, sink, schema, &have, &sql, err);
	if (result == 0 && local_exec(db, "COMMIT"))
		result = local_error(db, schema, "commit the table", err);
	if (result)
		local_exec(db, "ROLLBACK");
	local_columns_done(&have);
	buf_done(&sql);
	return result;
}
