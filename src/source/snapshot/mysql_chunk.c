/*
 * mysql_chunk.c - see mysql_chunk.h. A row comparison is written out, (a > 1) OR (a = 1 AND b > 2), because of that
 * form MySQL makes ranges of the index, of (a, b) > (1, 2) it does not. A text key of a character set other than UTF-8
 * is selected once more as bytes: the way to UTF-8 and back does not lead to the same bytes in all of them (sjis has
 * characters twice), and a bound that stands a little before its row would read rows again, for ever.
 */
#include "config.h"
#include "source/snapshot/mysql_chunk_parts.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "core/xalloc.h"

enum { NAME_MAX_QUOTED = 1024, SHOW_INDEX_COLUMNS = 14 };

/* ---- keys ---- */

static enum key_form form_of(const struct column *c)
{
	switch (column_class(c)) {
	case CLASS_INTEGER:
	case CLASS_DECIMAL:
	case CLASS_YEAR: return FORM_NUMBER;
	case CLASS_BIT: return FORM_BIT;
	case CLASS_DATE:
	case CLASS_TIME:
	case CLASS_DATETIME: return FORM_TIME;
	case CLASS_CHAR: return FORM_TEXT;
	case CLASS_BINARY: return FORM_BYTES;
	default: return FORM_NONE;
	}
}

/* The way to utf8mb4 and back is the way to the same bytes. */
static bool is_utf8(const char *charset)
{
	return strcmp(charset, "utf8mb4") == 0 || strcmp(charset, "utf8mb3") == 0 || strcmp(charset, "utf8") == 0;
}

static bool is_word(const char *s)
{
	while (isalnum((unsigned char)*s))
		s++;
	return *s == '\0';
}

static const char *take_keys(struct chunk_table *t)
{
	const struct schema *s = t->schema;

	t->key = xcalloc(s->nkey + 1, sizeof(*t->key));
	for (unsigned i = 0; i < s->nkey; i++) {
		const struct column *c = &s->columns[s->key[i]];
		enum key_form form = form_of(c);

		if (form == FORM_NONE)
			return "its key has a column whose order the server cannot be asked for by value";
		if (c->nullable)
			return "its key has a column that may be NULL";
		if (form == FORM_TEXT && (c->charset == NULL || !is_word(c->charset)))
			return "its key has a text of an unknown character set";
		t->key[i] = (struct chunk_key){
			.column = c,
			.index = s->key[i],
			.form = form,
			.carried = form == FORM_TEXT && !is_utf8(c->charset),
		};
	}
	return s->nkey > 0 ? NULL : "it has no key";
}

/* ---- tables ---- */

static char *make_from(const struct schema *s, const char *index, const char *statement)
{
	struct buf b;

	buf_init(&b, CHUNK_SQL_MAX);
	if (statement) {
		buf_puts(&b, "(");
		buf_puts(&b, statement);
		buf_puts(&b, "\n) AS `millrace`");
		return buf_take(&b);
	}
	buf_put_name(&b, s->db, s->table);
	if (index) {
		buf_puts(&b, " FORCE INDEX (");
		buf_put_quoted(&b, index, '`');
		buf_putc(&b, ')');
	}
	return buf_take(&b);
}

int chunk_table_init(struct chunk_table *t, struct schema *schema, const char *index, const char *why,
		const struct chunk_wish *wish, struct err *err)
{
	*t = (struct chunk_table){ .schema = schema_ref(schema) };
	if (text_reader_init(&t->reader, schema, err) < 0) {
		chunk_table_done(t);
		return -1;
	}
	t->unkeyed_why = take_keys(t);
	if (t->unkeyed_why == NULL && index == NULL)
		t->unkeyed_why = why ? why : "no index of the server has its key";
	t->keyed = t->unkeyed_why == NULL;
	t->from = make_from(schema, t->keyed ? index : NULL, wish ? wish->statement : NULL);
	t->where = xstrdup(wish ? wish->where : NULL);
	return 0;
}

void chunk_table_done(struct chunk_table *t)
{
	if (t->reader.schema)
		text_reader_done(&t->reader);
	schema_unref(t->schema);
	free(t->key);
	free(t->from);
	free(t->where);
	*t = (struct chunk_table){ 0 };
}

/* ---- the index of the key ---- */

struct index_search {
	const struct schema *schema;
	char name[256];	  /* of the index that is being looked at; "" none */
	unsigned columns; /* of it, so far */
	bool fits, ascending;
	char found[256];
	const char *why; /* the best one that did not do */
};

/* Rows of SHOW INDEX: Key_name 2, Column_name 4, Collation 5, Sub_part 7, Index_type 10, Visible 13. */
static void look_at_part(struct index_search *x, MYSQL_ROW row)
{
	const struct schema *s = x->schema;
	const struct column *c = x->columns < s->nkey ? &s->columns[s->key[x->columns]] : NULL;
	bool ascending = row[5] == NULL || row[5][0] != 'D', same = c && row[4] && strcasecmp(row[4], c->name) == 0;

	if (!same) {
		x->fits = false;
	} else if (row[7]) {
		x->fits = false;
		x->why = "its key holds a part of a column only";
	} else if (x->columns > 0 && ascending != x->ascending) {
		x->fits = false;
		x->why = "its key goes up in one column and down in another";
	} else if ((row[10] && strcmp(row[10], "BTREE") != 0) || (row[13] && strcmp(row[13], "YES") != 0)) {
		x->fits = false;
		x->why = "its key's index has no order, or is invisible";
	}
	x->ascending = ascending;
	x->columns++;
}

static void end_index(struct index_search *x)
{
	if (x->name[0] && x->fits && x->columns == x->schema->nkey && x->found[0] == '\0')
		memcpy(x->found, x->name, sizeof(x->found));
	x->columns = 0;
	x->fits = true;
}

static int find_index(struct index_search *x, struct mysql_conn *conn, struct err *err)
{
	struct buf name;
	MYSQL_RES *res;
	MYSQL_ROW row;

	buf_init(&name, NAME_MAX_QUOTED);
	buf_put_name(&name, x->schema->db, x->schema->table);
	res = mysql_conn_rows(conn, "???", err, "SHOW INDEX FROM %s WHERE Non_unique = 0", name.data);
	buf_done(&name);
	if (res == NULL)
		return -1;
	while (mysql_num_fields(res) >= SHOW_INDEX_COLUMNS && (row = mysql_fetch_row(res)) != NULL) {
		if (row[2] == NULL)
			continue;
		if (strcmp(row[2], x->name) != 0)
			end_index(x);
		snprintf(x->name, sizeof(x->name), "%s", row[2]);
		look_at_part(x, row);
	}
	end_index(x);
	mysql_free_result(res);
	return 0;
}

int chunk_table_open(struct chunk_table *t, struct mysql_conn *conn, struct schema *schema,
		const struct chunk_wish *wish, struct err *err)
{
	struct index_search x = { .schema = schema, .fits = true };

	*t = (struct chunk_table){ 0 };
	if (schema->nkey > 0 && find_index(&x, conn, err) < 0)
		return -1;
	return chunk_table_init(t, schema, x.found[0] ? x.found : NULL, x.why, wish, err);
}

/* ---- bounds to SQL ---- */

bool chunk_is_number(const char *p, size_t len)
{
	size_t digits = 0, points = 0;

	if (len > 0 && *p == '-')
		p++, len--;
	for (size_t i = 0; i < len; i++) {
		digits += isdigit((unsigned char)p[i]) != 0;
		points += p[i] == '.';
	}
	return digits > 0 && points <= 1 && digits + points == len;
}

bool chunk_is_time(const char *p, size_t len)
{
	return len > 0 && len < 40 && text_consists(p, len, "0123456789:-. ");
}

static bool is_hex(const char *p, size_t len)
{
	return len % 2 == 1 && (*p == 'x' || *p == 'u') && text_consists(p + 1, len - 1, "0123456789abcdef");
}

/* False when the part is no value of the key's column. */
static bool put_literal(const struct chunk_key *k, const char *p, size_t len, struct buf *out)
{
	switch (k->form) {
	case FORM_NUMBER:
	case FORM_BIT: buf_put(out, p, len); return chunk_is_number(p, len);
	case FORM_TIME:
		buf_putc(out, '\'');
		buf_put(out, p, len);
		buf_putc(out, '\'');
		return chunk_is_time(p, len);
	default:
		if (!is_hex(p, len))
			return false;
		if (k->form == FORM_TEXT) {
			buf_putc(out, '_');
			buf_puts(out, k->carried && *p == 'x' ? k->column->charset : "utf8mb4");
			buf_putc(out, ' ');
		}
		buf_puts(out, "X'");
		buf_put(out, p + 1, len - 1);
		buf_putc(out, '\'');
		return true;
	}
}

static size_t part_length(const char *p)
{
	return strcspn(p, ",");
}

static bool put_part(const struct chunk_table *t, unsigned i, const char *op, const char *bound, struct buf *out)
{
	for (unsigned k = 0; k < i; k++)
		bound += part_length(bound) + 1;
	buf_put_quoted(out, t->key[i].column->name, '`');
	buf_puts(out, op);
	return put_literal(&t->key[i], bound, part_length(bound), out);
}

/* a > 1 OR (a = 1 AND b > 2); the last part's comparison is `last`. */
static bool put_compare(const struct chunk_table *t, const char *op, const char *last, const char *bound, bool leading,
		struct buf *out)
{
	unsigned n = leading ? 1 : t->schema->nkey, parts = 1;
	bool good = true;

	for (const char *p = bound; *p; p++)
		parts += *p == ',';
	if (parts != n)
		return false;
	buf_putc(out, '(');
	for (unsigned i = 0; i < n && good; i++) {
		buf_puts(out, i ? " OR (" : "(");
		for (unsigned k = 0; k < i; k++) {
			good &= put_part(t, k, " = ", bound, out);
			buf_puts(out, " AND ");
		}
		good &= put_part(t, i, i == n - 1 ? last : op, bound, out);
		buf_putc(out, ')');
	}
	buf_putc(out, ')');
	return good;
}

static int bad_bound(const struct chunk_table *t, const char *bound, struct err *err)
{
	return err_set(err, ERR_DATA, 0, "table %s.%s: expected a place in its key, found '%.100s'", t->schema->db,
			t->schema->table, bound);
}

static int put_where(const struct chunk_table *t, const struct chunk_range *range, struct buf *sql, struct err *err)
{
	const char *word = " WHERE ";

	if (!t->keyed && (range->after || range->upto))
		return bad_bound(t, range->after ? range->after : range->upto, err);
	if (range->after) {
		buf_puts(sql, word);
		if (!put_compare(t, " > ", " > ", range->after, range->leading, sql))
			return bad_bound(t, range->after, err);
		word = " AND ";
	}
	if (range->upto) {
		buf_puts(sql, word);
		if (!put_compare(t, " < ", " <= ", range->upto, range->leading, sql))
			return bad_bound(t, range->upto, err);
		word = " AND ";
	}
	if (t->where) { /* a comment at its end must not reach the bracket */
		buf_puts(sql, word);
		buf_putc(sql, '(');
		buf_puts(sql, t->where);
		buf_puts(sql, "\n)");
	}
	return 0;
}

static void put_order(const struct chunk_table *t, struct buf *sql)
{
	for (unsigned i = 0; t->keyed && i < t->schema->nkey; i++) {
		buf_puts(sql, i ? ", " : " ORDER BY ");
		buf_put_quoted(sql, t->key[i].column->name, '`');
	}
}

static int check_size(const struct chunk_table *t, const struct buf *sql, struct err *err)
{
	if (!sql->failed)
		return 0;
	return err_set(err, ERR_DATA, 0, "table %s.%s: a SELECT of its rows takes more than %d bytes", t->schema->db,
			t->schema->table, CHUNK_SQL_MAX);
}

static void put_as_bytes(const struct chunk_key *k, struct buf *sql)
{
	buf_puts(sql, "CAST(");
	buf_put_quoted(sql, k->column->name, '`');
	buf_puts(sql, " AS BINARY)");
}

static void put_columns(const struct chunk_table *t, struct buf *sql)
{
	buf_puts(sql, "SELECT ");
	text_select_list(t->schema, sql);
	for (unsigned i = 0; t->keyed && i < t->schema->nkey; i++)
		if (t->key[i].carried) {
			buf_puts(sql, ", ");
			put_as_bytes(&t->key[i], sql);
		}
	buf_puts(sql, " FROM ");
	buf_puts(sql, t->from);
}

int chunk_select(const struct chunk_table *t, const struct chunk_range *range, struct buf *sql, struct err *err)
{
	put_columns(t, sql);
	if (put_where(t, range, sql, err) < 0)
		return -1;
	put_order(t, sql);
	if (range->limit)
		buf_printf(sql, " LIMIT %llu", (unsigned long long)range->limit);
	return check_size(t, sql, err);
}

static bool has_all_parts(const struct chunk_table *t, const char *bound)
{
	unsigned parts = 1;

	for (const char *p = bound; *p; p++)
		parts += *p == ',';
	return parts == t->schema->nkey;
}

static bool put_key(const struct chunk_table *t, const char *bound, struct buf *sql)
{
	bool whole = has_all_parts(t, bound), good = whole;

	buf_putc(sql, '(');
	for (unsigned i = 0; i < t->schema->nkey && good; i++) {
		buf_puts(sql, i ? " AND " : "");
		good = put_part(t, i, " = ", bound, sql);
	}
	buf_putc(sql, ')');
	return good && whole;
}

int chunk_put_keys(const struct chunk_table *t, const char *const *bounds, size_t n, struct buf *sql, struct err *err)
{
	for (size_t i = 0; i < n; i++) {
		buf_puts(sql, i ? " OR " : "");
		if (!t->keyed || !put_key(t, bounds[i], sql))
			return bad_bound(t, bounds[i], err);
	}
	return check_size(t, sql, err);
}

int chunk_select_keys(const struct chunk_table *t, const char *const *bounds, size_t n, struct buf *sql,
		struct err *err)
{
	put_columns(t, sql);
	buf_puts(sql, " WHERE ");
	return chunk_put_keys(t, bounds, n, sql, err);
}

/* ---- keys that are not there ---- */

/* With its type, so that UNION gives it the form that the column's values have. */
static bool put_typed(const struct chunk_key *k, const char *part, struct buf *out)
{
	if (k->form == FORM_TIME)
		buf_puts(out,
				k->column->type == COL_DATE		      ? "DATE "
						: k->column->type == COL_TIME ? "TIME "
									      : "TIMESTAMP ");
	return k->form != FORM_BIT && put_literal(k, part, part_length(part), out);
}

/* A value of a column of which nothing is known: messages have NULL only where the column allows it. */
static const char *nothing_of(const struct column *c)
{
	if (c->nullable)
		return "NULL";
	switch (column_class(c)) {
	case CLASS_DATE: return "DATE '1970-01-01'";
	case CLASS_TIME: return "TIME '00:00:00'";
	case CLASS_DATETIME: return "TIMESTAMP '1970-01-01 00:00:01'";
	case CLASS_JSON: return "'null'";
	case CLASS_CHAR:
	case CLASS_TEXT:
	case CLASS_BINARY:
	case CLASS_BLOB:
	case CLASS_ENUM:
	case CLASS_SET: return "''";
	case CLASS_GEOMETRY: return "ST_GeomFromText('POINT(0 0)')";
	default: return "0";
	}
}

/* One row of literals. */
static bool put_values(const struct chunk_table *t, const char *bound, struct buf *sql)
{
	bool good = true;

	for (unsigned i = 0; i < t->schema->ncolumns; i++) {
		const char *part = bound;
		unsigned k = 0;

		buf_puts(sql, i ? ", " : "");
		for (; k < t->schema->nkey && t->key[k].index != i; k++)
			part += part_length(part) + 1;
		if (k == t->schema->nkey)
			buf_puts(sql, nothing_of(&t->schema->columns[i]));
		else
			good &= put_typed(&t->key[k], part, sql);
	}
	return good;
}

/* What a collation takes for equal is another key. */
static void put_same_bytes(const struct chunk_table *t, const char *bound, struct buf *sql)
{
	for (unsigned i = 0; i < t->schema->nkey; i++, bound += part_length(bound) + 1) {
		const struct chunk_key *k = &t->key[i];

		if (k->form != FORM_TEXT)
			continue;
		buf_puts(sql, " AND ");
		if (*bound == 'x') {
			put_as_bytes(k, sql);
		} else {
			buf_puts(sql, "CAST(CONVERT(");
			buf_put_quoted(sql, k->column->name, '`');
			buf_puts(sql, " USING utf8mb4) AS BINARY)");
		}
		buf_puts(sql, " = X'");
		buf_put(sql, bound + 1, part_length(bound) - 1);
		buf_putc(sql, '\'');
	}
}

static bool put_gone(const struct chunk_table *t, const char *bound, struct buf *sql)
{
	bool good;

	buf_puts(sql, "\nUNION ALL SELECT ");
	good = put_values(t, bound, sql);
	buf_puts(sql, " FROM DUAL WHERE NOT EXISTS (SELECT 1 FROM ");
	buf_puts(sql, t->from);
	buf_puts(sql, " WHERE ");
	good = put_key(t, bound, sql) && good;
	if (good)
		put_same_bytes(t, bound, sql);
	buf_putc(sql, ')');
	return good;
}

int chunk_select_gone(const struct chunk_table *t, const char *bounds, struct buf *sql, struct err *err)
{
	int r = t->keyed ? 0 : bad_bound(t, bounds, err);

	buf_puts(sql, "SELECT ");
	text_select_list(t->schema, sql);
	buf_puts(sql, " FROM ");
	buf_puts(sql, t->from);
	buf_puts(sql, " WHERE FALSE");
	while (r == 0 && *bounds) {
		size_t len = strcspn(bounds, ";");
		char *bound = xstrndup(bounds, len);

		if (!has_all_parts(t, bound) || !put_gone(t, bound, sql))
			r = bad_bound(t, bound, err);
		free(bound);
		bounds += len + (bounds[len] == ';');
	}
	return r ? r : check_size(t, sql, err);
}

int chunk_select_end(const struct chunk_table *t, const char *after, uint64_t n, struct buf *sql, struct err *err)
{
	struct chunk_range range = { .after = after };

	buf_puts(sql, "SELECT ");
	for (unsigned i = 0; i < t->schema->nkey; i++) {
		buf_puts(sql, i ? ", " : "");
		if (t->key[i].carried)
			put_as_bytes(&t->key[i], sql);
		else
			buf_put_quoted(sql, t->key[i].column->name, '`');
	}
	buf_puts(sql, " FROM ");
	buf_puts(sql, t->from);
	if (put_where(t, &range, sql, err) < 0)
		return -1;
	put_order(t, sql);
	buf_printf(sql, " LIMIT 1 OFFSET %llu", (unsigned long long)(n > 0 ? n - 1 : 0));
	return check_size(t, sql, err);
}
