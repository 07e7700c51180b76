/*
 * sink_reader.c - the rows of a target's table, page by page, as cells that can be compared. The kinds differ in how they
 * spell names and literals, and in what a column makes of a value; what a page is stands here.
 */
#include "sink/base/sink_reader.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/num/num.h"
#include "core/xalloc.h"
#include "sink/base/sink_cell.h"

/* ---- open, close, columns ---- */

static int find_column(const struct sink_reader *r, const char *name)
{
	for (unsigned i = 0; i < r->ncolumns; i++)
		if (strcasecmp(r->columns[i].name, name) == 0)
			return (int)i;
	return -1;
}

static int find_key(struct sink_reader *r, struct err *err)
{
	const struct schema *s = r->schema;

	r->nkey = sink_row_key(s);
	r->key = xcalloc(r->nkey + 1, sizeof(*r->key));
	for (unsigned i = 0; i < r->nkey; i++) {
		int at = find_column(r, s->columns[s->key[i]].name);

		if (at < 0)
			return err_set(err, ERR_DATA, 0,
					"table %s.%s: the target's table has no column %s, which is in the key", s->db,
					s->table, s->columns[s->key[i]].name);
		r->key[i] = (unsigned)at;
	}
	return 0;
}

struct sink_reader *sink_reader_open(struct sink *s, const struct schema *schema, struct err *err)
{
	const struct schema *routed = sink_routed(s->conf, schema);
	struct sink_reader *r = s->ops->reader(s, routed, err);

	if (r == NULL)
		return NULL;
	r->sink = s;
	r->of = schema_ref((struct schema *)schema);
	r->schema = routed;
	arena_init(&r->arena, 0);
	for (unsigned i = 0; i < r->ncolumns; i++) {
		int at = schema_column(schema, r->columns[i].name, strlen(r->columns[i].name));

		r->columns[i].column = at < 0 ? NULL : &schema->columns[at];
	}
	if (find_key(r, err) == 0)
		return r;
	sink_reader_close(r);
	return NULL;
}

void sink_reader_close(struct sink_reader *r)
{
	if (r == NULL)
		return;
	for (unsigned i = 0; i < r->ncolumns; i++)
		free(r->columns[i].name);
	r->ops->close(r);
	free(r->columns);
	free(r->key);
	free(r->map);
	arena_done(&r->arena);
	schema_unref(r->of);
	free(r);
}

unsigned sink_reader_columns(const struct sink_reader *r)
{
	return r->ncolumns;
}

const char *sink_reader_column(const struct sink_reader *r, unsigned column)
{
	return r->columns[column].name;
}

void sink_reader_key(const struct sink_reader *r, const struct sink_cell *cells, struct sink_cell *key)
{
	for (unsigned i = 0; i < r->nkey; i++)
		key[i] = cells[r->key[i]];
}

/* Numbers, times and bytes have one order everywhere. Text has the collation's in MySQL; a decimal may be text at the target,
 * and a TIME has its sign in front. */
bool sink_reader_ordered(const struct sink_reader *r)
{
	for (unsigned i = 0; i < r->nkey; i++) {
		const struct column *c = &r->schema->columns[r->schema->key[i]];

		switch (column_class(c)) {
		case CLASS_INTEGER:
			if (c->type == COL_BIGINT && c->is_unsigned) /* text above 2^63 - 1 in the warehouse */
				return false;
			break;
		case CLASS_YEAR:
		case CLASS_DATE:
		case CLASS_DATETIME:
		case CLASS_BINARY: break;
		default: return false;
		}
	}
	return true;
}

/* ---- cells ---- */

static void map_schema(struct sink_reader *r, const struct schema *s)
{
	if (r->version == s->version)
		return;
	r->map = xrealloc(r->map, (s->ncolumns + 1) * sizeof(*r->map));
	for (unsigned i = 0; i < s->ncolumns; i++)
		r->map[i] = find_column(r, s->columns[i].name);
	r->version = s->version;
}

int sink_reader_expect(struct sink_reader *r, const struct schema *s, const struct value *row, struct arena *a,
		struct sink_cell *cells, char *why, size_t size)
{
	map_schema(r, s);
	why[0] = '\0';
	for (unsigned i = 0; i < r->ncolumns; i++)
		cells[i] = (struct sink_cell){ .kind = CELL_ABSENT };
	for (unsigned i = 0; i < s->ncolumns && !why[0]; i++) {
		const struct value *v = &row[i];

		if (v->kind == VALUE_ABSENT)
			continue;
		if (r->map[i] < 0 && v->kind != VALUE_NULL && !sink_leaves_out(r->schema))
			snprintf(why, size, "column %s is not at the target", s->columns[i].name);
		else if (r->map[i] >= 0)
			cells[r->map[i]] = v->kind == VALUE_NULL
					? cell_null()
					: r->ops->expect(r, (unsigned)r->map[i], &s->columns[i], v, a, why, size);
	}
	return why[0] ? -1 : 0;
}

void sink_reader_expect_key(struct sink_reader *r, const struct schema *s, const struct value *row, struct arena *a,
		struct sink_cell *key)
{
	char why[240] = "";

	map_schema(r, s);
	for (unsigned i = 0; i < r->nkey; i++)
		key[i] = cell_null();
	for (unsigned i = 0; i < s->ncolumns; i++)
		for (unsigned k = 0; k < r->nkey; k++)
			if (r->map[i] == (int)r->key[k] && row[i].kind > VALUE_NULL) {
				key[k] = r->ops->expect(r, r->key[k], &s->columns[i], &row[i], a, why, sizeof(why));
				why[0] = '\0';
			}
}

/* "2024-05-06 07:08:09.5" of the target's zone as UTC. */
static struct sink_cell in_utc(const struct sink_cell *c, int64_t zone_us, struct arena *a)
{
	int y, mo, d, h, mi, s, n = 0;
	char text[64], *out;
	int64_t us;

	snprintf(text, sizeof(text), "%.*s", (int)(c->len < 60 ? c->len : 60), c->p);
	if (zone_us == 0 || sscanf(text, "%5d-%2d-%2d %2d:%2d:%2d%n", &y, &mo, &d, &h, &mi, &s, &n) != 6)
		return *c;
	us = ((num_days(y, mo, d) * 24 + h) * 60 + mi) * 60000000 + s * INT64_C(1000000) - zone_us;
	out = arena_alloc(a, 96);
	n = (int)num_iso_datetime(out, us, 0, ' ') +
			snprintf(out + num_iso_datetime(out, us, 0, ' '), 40, "%s", text + n);
	return cell_text(out, (size_t)n);
}

struct sink_cell sink_reader_source(const struct sink_reader *r, unsigned part, const struct sink_cell *c,
		struct arena *a)
{
	const struct sink_reader_column *column = &r->columns[r->key[part]];

	if (column->column->type == COL_TIMESTAMP)
		return in_utc(c, r->sink->zone_us, a);
	return *c;
}

/* ---- pages ---- */

static void put_compare(const struct sink_reader *r, unsigned part, const char *op, const struct sink_cell *key,
		struct buf *sql)
{
	r->ops->name(sql, r->columns[r->key[part]].name);
	buf_puts(sql, op);
	r->ops->literal(r, r->key[part], &key[part], sql);
}

/* a > 1 OR (a = 1 AND b > 2); the last part's comparison is `last`. */
static void put_bound(const struct sink_reader *r, const char *op, const char *last, const struct sink_cell *key,
		struct buf *sql)
{
	unsigned n = r->nkey;

	buf_putc(sql, '(');
	for (unsigned i = 0; i < n; i++) {
		buf_puts(sql, i ? " OR (" : "(");
		for (unsigned k = 0; k < i; k++) {
			put_compare(r, k, " = ", key, sql);
			buf_puts(sql, " AND ");
		}
		put_compare(r, i, i == n - 1 ? last : op, key, sql);
		buf_putc(sql, ')');
	}
	/* implied by the above, and what an index is searched by */
	if (n > 1) {
		buf_puts(sql, ") AND (");
		put_compare(r, 0, *op == ' ' && op[1] == '>' ? " >= " : " <= ", key, sql);
	}
	buf_putc(sql, ')');
}

static void put_keys(const struct sink_reader *r, const struct sink_page *page, struct buf *sql)
{
	unsigned n = r->nkey;

	if (n == 1) {
		r->ops->name(sql, r->columns[r->key[0]].name);
		buf_puts(sql, " IN (");
	}
	for (size_t i = 0; i < page->nkeys; i++) {
		const struct sink_cell *key = page->keys + i * n;

		buf_puts(sql, i == 0 ? "" : n == 1 ? ", " : " OR ");
		if (n == 1) {
			r->ops->literal(r, r->key[0], key, sql);
			continue;
		}
		for (unsigned k = 0; k < n; k++) {
			buf_puts(sql, k ? " AND " : "(");
			put_compare(r, k, " = ", key, sql);
		}
		buf_putc(sql, ')');
	}
	if (n == 1)
		buf_putc(sql, ')');
}

void sink_reader_put_where(const struct sink_reader *r, const struct sink_page *page, struct buf *sql)
{
	const char *word = " WHERE ";

	if (r->schema->at_target.source_column) {
		buf_puts(sql, word);
		r->ops->name(sql, r->schema->at_target.source_column);
		buf_puts(sql, " = ");
		r->ops->text(sql, r->schema->at_target.source, strlen(r->schema->at_target.source));
		word = " AND ";
	}
	if (page->nkeys > 0) {
		buf_puts(sql, word);
		buf_putc(sql, '(');
		put_keys(r, page, sql);
		buf_putc(sql, ')');
		return;
	}
	if (page->after) {
		buf_puts(sql, word);
		put_bound(r, " > ", " > ", page->after, sql);
		word = " AND ";
	}
	if (page->upto) {
		buf_puts(sql, word);
		put_bound(r, " < ", " <= ", page->upto, sql);
	}
}

void sink_reader_put_order(const struct sink_reader *r, const struct sink_page *page, struct buf *sql)
{
	if (page->limit == 0)
		return;
	for (unsigned i = 0; i < r->nkey; i++) {
		buf_puts(sql, i ? ", " : " ORDER BY ");
		r->ops->name(sql, r->columns[r->key[i]].name);
	}
	buf_printf(sql, " LIMIT %llu", (unsigned long long)page->limit);
}

int sink_reader_page(struct sink_reader *r, const struct sink_page *page, sink_reader_row *row, void *arg,
		struct err *err)
{
	return r->ops->page(r, page, row, arg, err);
}
