/*
 * source_reader.c - a table's rows as they are now, for whoever compares them with a target. Each SELECT is a view of its
 * own; the place of the binlog that is asked for afterwards is behind all that it has seen, because the binlog is written
 * before the engine shows a transaction.
 *
 * A chunk ends with a number of rows, or of bytes: what comes behind that is read off the socket and not kept, so that the
 * connection is whole again.
 */
#include "config.h"
#include "source/source.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "core/clock.h"
#include "core/intern.h"
#include "core/xalloc.h"
#include "source/catalog/mysql_catalog.h"
#include "source/catalog/mysql_filter.h"
#include "source/decode/mysql_gtid.h"
#include "source/incremental/mysql_fill_view.h"
#include "source/server/mysql_scan.h"
#include "source/snapshot/mysql_chunk.h"
#include "source/snapshot/mysql_snapshot.h"

enum { WAIT_MS = 200 };

struct source_reader {
	const struct mysql_conf *conf;
	struct mysql_conn conn;
	struct scan scan;
	struct chunk_table table;
	bool open; /* table is */
	bool gtids;
	const char *partly;
	struct arena spare; /* rows that are read and not kept */
	struct buf bound;
	atomic_bool cancelled;
};

/* ---- open and close ---- */

static int connect(struct source_reader *r, struct err *err)
{
	unsigned host = 0;
	char mode[32];

	if (mysql_conn_open_any(&r->conn, r->conf, &host, err) < 0 ||
			mysql_conn_variable(&r->conn, "gtid_mode", mode, sizeof(mode), err) < 0)
		return -1;
	r->gtids = strcmp(mode, "ON") == 0;
	return 0;
}

static struct catalog *new_catalog(struct mysql_conn *c, struct err *err)
{
	char value[16];

	if (mysql_conn_variable(c, "lower_case_table_names", value, sizeof(value), err) < 0)
		return NULL;
	return catalog_new(0, value[0] != '0');
}

/* Of a captured table: its definition, without the columns that are left out. */
static int read_schema(struct source_reader *r, struct snapshot_table *t, const struct mysql_filter *filter,
		struct err *err)
{
	struct catalog *catalog = new_catalog(&r->conn, err);
	int rc = catalog ? snapshot_read_databases(&r->conn, catalog, err) : -1;

	if (rc == 0)
		rc = snapshot_read_table(t, &r->conn, filter, catalog, err);
	if (rc == 0 && t->schema == NULL)
		rc = err_set(err, ERR_DATA, 0, "table %s.%s: %.300s", t->db, t->name,
				t->error ? t->error : "it has no definition");
	catalog_free(catalog);
	return rc;
}

static int open_table(struct source_reader *r, const char *db_table, struct err *err)
{
	const char *dot = strchr(db_table, '.');
	char *db = xstrndup(db_table, dot ? (size_t)(dot - db_table) : 0);
	struct mysql_filter *filter = mysql_filter_new(r->conf, err);
	struct snapshot_table t = { .db = intern(db), .name = intern(dot ? dot + 1 : "") };
	struct chunk_wish wish;
	int rc = filter ? 0 : -1;

	if (rc == 0 && (dot == NULL || !mysql_filter_table(filter, t.db, t.name)))
		rc = err_set(err, ERR_DATA, 0,
				"table %.200s: it is not captured (database.include.list, table.include.list)",
				db_table);
	if (rc == 0)
		rc = read_schema(r, &t, filter, err);
	wish = snapshot_wish_of(r->conf, db, t.name);
	r->partly = wish.where || wish.statement ? "snapshot.select.statement.overrides" : NULL;
	if (rc == 0)
		rc = chunk_table_open(&r->table, &r->conn, t.schema, NULL, err);
	r->open = rc == 0;
	schema_unref(t.schema);
	free(t.create);
	free(t.error);
	free(db);
	mysql_filter_free(filter);
	return rc;
}

struct source_reader *source_reader_open(const struct mysql_conf *conf, const char *db_table, struct err *err)
{
	struct source_reader *r = xcalloc(1, sizeof(*r));

	r->conf = conf;
	arena_init(&r->spare, 0);
	buf_init(&r->bound, CHUNK_SQL_MAX);
	if (connect(r, err) == 0 && open_table(r, db_table, err) == 0)
		return r;
	source_reader_close(r);
	return NULL;
}

void source_reader_close(struct source_reader *r)
{
	if (r == NULL)
		return;
	if (r->open)
		chunk_table_done(&r->table);
	scan_close(&r->scan);
	mysql_conn_close(&r->conn);
	arena_done(&r->spare);
	buf_done(&r->bound);
	free(r);
}

void source_reader_cancel(struct source_reader *r)
{
	atomic_store(&r->cancelled, true);
}

struct schema *source_reader_schema(struct source_reader *r)
{
	return r->table.schema;
}

const char *source_reader_unkeyed(const struct source_reader *r)
{
	return r->table.keyed ? NULL : r->table.unkeyed_why;
}

const char *source_reader_partly(const struct source_reader *r)
{
	return r->partly;
}

/* ---- rows ---- */

struct filling {
	struct batch *b;
	struct source_chunk *out;
	const struct change_txn *txn;
	uint64_t rows; /* that came */
	size_t cap;
	bool full;
};

static int add_row(struct source_reader *r, struct filling *g, const uint8_t *p, size_t len, struct err *err)
{
	struct batch *b = g->b;
	struct value *after = batch_row(b, r->table.schema);
	struct change *c;

	if (b->nchanges == g->cap) {
		size_t cap = g->cap ? 2 * g->cap : 256;
		const char **bounds = arena_alloc(&b->arena, cap * sizeof(*bounds));

		if (g->cap)
			memcpy(bounds, g->out->bounds, g->cap * sizeof(*bounds));
		g->out->bounds = bounds;
		g->cap = cap;
	}
	buf_reset(&r->bound);
	if (text_row(&r->table.reader, &b->arena, p, len, after, err) < 0 ||
			chunk_bound(&r->table, p, len, &r->bound, err) < 0)
		return -1;
	g->out->bounds[b->nchanges] = arena_dup(&b->arena, r->bound.data, r->bound.len);
	c = batch_add_change(b);
	c->op = CHANGE_READ;
	c->snapshot = SNAPSHOT_INCREMENTAL;
	c->schema = r->table.schema;
	c->txn = g->txn;
	c->after = after;
	b->bytes += len;
	return 0;
}

/* After a failure in the middle of a result nothing else can be asked on the connection. */
static int read_rows(struct source_reader *r, struct filling *g, size_t bytes, struct err *err)
{
	const uint8_t *p;
	size_t len;
	int rc;

	for (;;) {
		rc = scan_next(&r->scan, g->full ? &r->spare : &g->b->arena, WAIT_MS, &p, &len, err);
		if (atomic_load(&r->cancelled))
			return err_set(err, ERR_RETRY, 0, "MySQL %s: stopped", r->conn.server);
		if (rc == SCAN_NOTHING)
			continue;
		if (rc != SCAN_ROW)
			return rc == SCAN_END ? 0 : -1;
		g->rows++;
		if (!g->full && add_row(r, g, p, len, err) < 0)
			return -1;
		if (!g->full && g->b->bytes >= bytes) {
			scan_save(&r->scan);
			g->full = true;
		} else if (g->full && r->spare.used > bytes) {
			scan_save(&r->scan);
			arena_reset(&r->spare);
		}
	}
}

static int run(struct source_reader *r, const struct buf *sql, size_t bytes, struct filling *g, struct err *err)
{
	struct change_txn *txn = arena_alloc(&g->b->arena, sizeof(*txn));
	int rc;

	*txn = (struct change_txn){ .commit_us = clock_wall_us() / 1000 * 1000, .thread = -1, .file = intern("") };
	g->txn = txn;
	*g->out = (struct source_chunk){ 0 };
	batch_hold_schema(g->b, r->table.schema);
	if (r->conn.mysql == NULL && connect(r, err) < 0)
		return -1;
	scan_open(&r->scan, &r->conn);
	rc = scan_start(&r->scan, sql->data, sql->len, err);
	if (rc == 0)
		rc = read_rows(r, g, bytes, err);
	if (rc == 0)
		scan_save(&r->scan);
	scan_close(&r->scan);
	arena_reset(&r->spare);
	if (rc < 0)
		mysql_conn_close(&r->conn);
	return rc;
}

int source_reader_chunk(struct source_reader *r, const char *after, uint64_t rows, size_t bytes, struct batch *b,
		struct source_chunk *out, struct err *err)
{
	const struct chunk_range range = { .after = after, .limit = rows };
	struct filling g = { .b = b, .out = out };
	struct buf sql;
	int rc;

	buf_init(&sql, CHUNK_SQL_MAX);
	rc = chunk_select(&r->table, &range, &sql, err);
	if (rc == 0)
		rc = run(r, &sql, bytes, &g, err);
	out->last = g.rows < rows && !g.full;
	buf_done(&sql);
	return rc;
}

int source_reader_keys(struct source_reader *r, const char *const *bounds, size_t n, struct batch *b,
		struct source_chunk *out, struct err *err)
{
	struct filling g = { .b = b, .out = out };
	struct buf sql;
	int rc;

	buf_init(&sql, CHUNK_SQL_MAX);
	rc = chunk_select_keys(&r->table, bounds, n, &sql, err);
	if (rc == 0)
		rc = run(r, &sql, SIZE_MAX, &g, err);
	buf_done(&sql);
	return rc;
}

/* ---- keys ---- */

char *source_reader_bound(struct source_reader *r, const struct source_text *key, struct err *err)
{
	struct chunk_text *parts = xcalloc(r->table.schema->nkey + 1, sizeof(*parts));
	struct buf b;
	int rc;

	for (unsigned i = 0; i < r->table.schema->nkey; i++)
		parts[i] = (struct chunk_text){ key[i].p, key[i].len };
	buf_init(&b, CHUNK_SQL_MAX);
	rc = chunk_text_bound(&r->table, parts, &b, err);
	free(parts);
	if (rc == 0)
		return buf_take(&b);
	buf_done(&b);
	return NULL;
}

char *source_reader_where(struct source_reader *r, const char *const *bounds, size_t n, struct err *err)
{
	struct buf b;

	buf_init(&b, CHUNK_SQL_MAX);
	if (chunk_put_keys(&r->table, bounds, n, &b, err) == 0)
		return buf_take(&b);
	buf_done(&b);
	return NULL;
}

/* ---- positions ---- */

int source_reader_moment(struct source_reader *r, struct position *out, struct err *err)
{
	if (r->conn.mysql == NULL && connect(r, err) < 0)
		return -1;
	return snapshot_read_position(&r->conn, r->gtids, out, err);
}

static bool gtids_cover(const char *have, const char *want)
{
	struct gtid_set whole, part;
	struct err ignored = { 0 };
	bool covers;

	gtid_set_init(&whole);
	gtid_set_init(&part);
	covers = gtid_set_parse(&whole, have, &ignored) == 0 && gtid_set_parse(&part, want, &ignored) == 0 &&
			gtid_set_is_subset(&part, &whole);
	gtid_set_done(&whole);
	gtid_set_done(&part);
	return covers;
}

bool source_position_covers(const struct position *have, const struct position *want)
{
	int order;

	if (!position_is_set(have) || have->snapshot)
		return false;
	if (strcmp(have->server_uuid, want->server_uuid) == 0 && want->server_uuid[0]) {
		order = fill_file_compare(have->file, want->file);
		return order > 0 || (order == 0 && have->pos >= want->pos);
	}
	return have->gtids && want->gtids && gtids_cover(have->gtids, want->gtids);
}

/* ---- names ---- */

int source_table_names(const struct mysql_conf *conf, char ***out, size_t *count, struct err *err)
{
	struct mysql_filter *filter = mysql_filter_new(conf, err);
	struct snapshot_list list = { 0 };
	struct mysql_conn c = { 0 };
	unsigned host = 0;
	int rc = filter && mysql_conn_open_any(&c, conf, &host, err) == 0 ? snapshot_list_names(&list, &c, filter, err)
									  : -1;

	*out = xcalloc(list.count + 1, sizeof(**out));
	*count = list.count;
	for (size_t i = 0; i < list.count; i++)
		(*out)[i] = xasprintf("%s.%s", list.items[i].db, list.items[i].name);
	snapshot_list_free(&list);
	mysql_conn_close(&c);
	mysql_filter_free(filter);
	return rc;
}
