/*
 * mysql_tables.c - which tables the server has and how they are made: the list that the snapshot, the preflight and
 * `ddl` start from. Schemas come from SHOW CREATE TABLE through the same parser that reads DDL in the binlog, so that
 * both phases agree. Declared in mysql_snapshot.h.
 */
#include "config.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/intern.h"
#include "core/xalloc.h"
#include "source/decode/mysql_charset.h"
#include "source/snapshot/mysql_show.h"
#include "source/snapshot/mysql_snapshot.h"

enum { QUOTED_MAX = 1024, NAMED_MAX = 100, ESTIMATES_MAX = 1 << 20 };

#define ESTIMATES "table_rows, avg_row_length"

int snapshot_read_position(struct mysql_conn *conn, bool gtids, struct position *out, struct err *err)
{
	MYSQL_RES *res = mysql_conn_rows(conn, "!!???", err,
			conn->version >= 80200 ? "SHOW BINARY LOG STATUS" : "SHOW MASTER STATUS");
	MYSQL_ROW row;
	size_t len = 0;

	if (res == NULL)
		return -1;
	row = mysql_num_fields(res) >= 5 ? mysql_fetch_row(res) : NULL;
	if (row == NULL || row[0] == NULL || row[1] == NULL) {
		mysql_free_result(res);
		return err_set(err, ERR_CONFIG, 0, "MySQL %s: the server writes no binlog: set log_bin", conn->server);
	}
	snprintf(out->file, sizeof(out->file), "%s", row[0]);
	out->pos = strtoull(row[1], NULL, 10);
	memcpy(out->server_uuid, conn->uuid, sizeof(out->server_uuid));
	free(out->gtids);
	out->gtids = gtids ? xstrdup(row[4] ? row[4] : "") : NULL;
	for (char *p = out->gtids; p && *p; p++)
		if (*p != '\n')
			out->gtids[len++] = *p;
	if (out->gtids)
		out->gtids[len] = '\0';
	mysql_free_result(res);
	return 0;
}

int snapshot_table_order(const struct snapshot_table *a, const struct snapshot_table *b)
{
	int r = strcmp(a->db, b->db);

	return r ? r : strcmp(a->name, b->name);
}

/* Of those that are not captured. */
static bool is_other(const struct mysql_filter *filter, enum other_tables which, const char *db)
{
	return !mysql_filter_is_own(db) && (which == OTHERS_ALL || mysql_filter_database(filter, db));
}

static int compare_items(const void *a, const void *b)
{
	return snapshot_table_order(a, b);
}

static uint64_t number(const char *text)
{
	return text ? strtoull(text, NULL, 10) : 0;
}

static void names_add(struct snapshot_list *list, MYSQL_ROW row)
{
	if ((list->count & (list->count - 1)) == 0) /* 0 or a power of two: full */
		list->items = xrealloc(list->items, (list->count ? 2 * list->count : 1) * sizeof(*list->items));
	list->items[list->count++] = (struct snapshot_table){ .db = intern(row[0]), .name = intern(row[1]) };
}

/* Ordered here, not by the server's collation: who goes on with a list that was begun has to find the same order. */
static void names_order(struct snapshot_list *list)
{
	if (list->count > 0)
		qsort(list->items, list->count, sizeof(*list->items), compare_items);
}

int snapshot_list_split(struct snapshot_list *captured, struct snapshot_list *others, enum other_tables which,
		struct mysql_conn *conn, const struct mysql_filter *filter, struct err *err)
{
	MYSQL_RES *res = mysql_conn_rows(conn, "!!", err,
			"SELECT table_schema, table_name FROM information_schema.tables "
			"WHERE table_type = 'BASE TABLE'");
	MYSQL_ROW row;

	*captured = *others = (struct snapshot_list){ 0 };
	if (res == NULL)
		return -1;
	while ((row = mysql_fetch_row(res)) != NULL) {
		if (mysql_filter_table(filter, row[0], row[1]))
			names_add(captured, row);
		else if (which != OTHERS_NONE && is_other(filter, which, row[0]))
			names_add(others, row);
	}
	mysql_free_result(res);
	names_order(captured);
	names_order(others);
	return 0;
}

int snapshot_list_names(struct snapshot_list *list, struct mysql_conn *conn, const struct mysql_filter *filter,
		struct err *err)
{
	MYSQL_RES *res = mysql_conn_rows(conn, "!!??", err,
			"SELECT table_schema, table_name, " ESTIMATES " FROM "
			"information_schema.tables WHERE table_type = 'BASE TABLE'");
	MYSQL_ROW row;

	*list = (struct snapshot_list){ 0 };
	if (res == NULL)
		return -1;
	while ((row = mysql_fetch_row(res)) != NULL) {
		if (!mysql_filter_table(filter, row[0], row[1]))
			continue;
		names_add(list, row);
		list->items[list->count - 1].rows_total = number(row[2]);
		list->items[list->count - 1].row_bytes = number(row[3]);
	}
	mysql_free_result(res);
	names_order(list);
	return 0;
}

/* ---- estimates ---- */

static void put_text(struct buf *sql, struct mysql_conn *conn, const char *text)
{
	char quoted[2 * QUOTED_MAX + 1];
	size_t len = strlen(text);

	mysql_real_escape_string(conn->mysql, quoted, text, len < QUOTED_MAX ? len : QUOTED_MAX);
	buf_printf(sql, "'%s'", quoted);
}

static bool wants_estimate(const struct snapshot_table *t)
{
	return !t->gone && !t->error && !t->empty;
}

/* The server looks at every table that it is asked for: a few are named, of many it is asked for all. */
static void put_estimates(struct buf *sql, struct mysql_conn *conn, const struct snapshot_list *list, bool named)
{
	const char *before = " AND (table_schema, table_name) IN (";

	buf_puts(sql,
			"SELECT table_schema, table_name, " ESTIMATES " FROM information_schema.tables "
			"WHERE table_type = 'BASE TABLE'");
	for (size_t i = 0; named && i < list->count; i++) {
		if (!wants_estimate(&list->items[i]))
			continue;
		buf_printf(sql, "%s(", before);
		put_text(sql, conn, list->items[i].db);
		buf_putc(sql, ',');
		put_text(sql, conn, list->items[i].name);
		buf_putc(sql, ')');
		before = ", ";
	}
	if (named)
		buf_putc(sql, ')');
}

int snapshot_list_estimate(struct snapshot_list *list, struct mysql_conn *conn, struct err *err)
{
	size_t wanted = 0;
	struct buf sql;
	MYSQL_RES *res;
	MYSQL_ROW row;

	for (size_t i = 0; i < list->count; i++)
		wanted += wants_estimate(&list->items[i]);
	if (wanted == 0)
		return 0;
	buf_init(&sql, ESTIMATES_MAX);
	put_estimates(&sql, conn, list, wanted <= NAMED_MAX);
	res = mysql_conn_rows(conn, "!!??", err, "%s", sql.data);
	buf_done(&sql);
	if (res == NULL)
		return -1;
	while ((row = mysql_fetch_row(res)) != NULL) {
		struct snapshot_table key = { .db = row[0], .name = row[1] };
		struct snapshot_table *t = bsearch(&key, list->items, list->count, sizeof(key), compare_items);

		if (t && wants_estimate(t)) {
			t->rows_total = number(row[2]);
			t->row_bytes = number(row[3]);
		}
	}
	mysql_free_result(res);
	return 0;
}

/* ---- definitions ---- */

int snapshot_read_databases(struct mysql_conn *conn, struct catalog *catalog, struct err *err)
{
	MYSQL_RES *res = mysql_conn_rows(conn, "??", err,
			"SELECT schema_name, default_collation_name FROM information_schema.schemata");
	MYSQL_ROW row;

	if (res == NULL)
		return -1;
	while ((row = mysql_fetch_row(res)) != NULL)
		if (row[0] && row[1])
			catalog_set_database(catalog, row[0], collation_find(row[1], strlen(row[1])));
	mysql_free_result(res);
	return 0;
}

/* A definition that is not understood is the table's error; NULL: there is none. */
static void read_definition(const struct snapshot_reader *r, struct snapshot_table *t, const char *create, size_t len)
{
	struct err why = { 0 };
	struct schema *schema = create ? catalog_read_told(r->catalog, t->db, create, len, 0, &t->create, &why) : NULL;

	if (schema == NULL) {
		t->error = xstrdup(why.msg[0] ? why.msg : "SHOW CREATE TABLE gave no definition");
		return;
	}
	t->schema = mysql_filter_columns(r->filter, schema);
	if (t->schema == NULL)
		t->schema = schema_ref(schema);
}

void snapshot_take_captured(void *arg, struct snapshot_table *t, const char *create, size_t len)
{
	read_definition(arg, t, create, len);
}

/* Of what is not captured, the statement and what the catalog knows are enough. */
void snapshot_take_other(void *arg, struct snapshot_table *t, const char *create, size_t len)
{
	read_definition(arg, t, create, len);
	schema_unref(t->schema);
	t->schema = NULL;
}

int snapshot_read_table(struct snapshot_table *t, struct mysql_conn *conn, const struct mysql_filter *filter,
		struct catalog *catalog, struct err *err)
{
	struct snapshot_reader reader = { .filter = filter, .catalog = catalog };
	struct buf name;
	MYSQL_RES *res;
	MYSQL_ROW row;

	buf_init(&name, QUOTED_MAX);
	buf_put_name(&name, t->db, t->name);
	res = mysql_conn_rows(conn, "??", err, "SHOW CREATE TABLE %s", name.data);
	buf_done(&name);
	if (res == NULL)
		return -1;
	row = mysql_num_fields(res) >= 2 ? mysql_fetch_row(res) : NULL;
	read_definition(&reader, t, row ? row[1] : NULL, row && row[1] ? strlen(row[1]) : 0);
	mysql_free_result(res);
	return 0;
}

int snapshot_list_read(struct snapshot_list *list, struct mysql_conn *conn, const struct mysql_filter *filter,
		struct catalog *catalog, struct err *err)
{
	struct snapshot_reader reader = { .filter = filter, .catalog = catalog };
	struct show_setup setup = { .conns = { conn }, .nconns = 1, .take = snapshot_take_captured, .arg = &reader };
	struct mysql_show *show;
	int r;

	*list = (struct snapshot_list){ 0 };
	if (snapshot_read_databases(conn, catalog, err) < 0 || snapshot_list_names(list, conn, filter, err) < 0)
		return -1;
	setup.tables = list->items;
	setup.count = list->count;
	show = show_new(&setup);
	r = show_step(show, INT64_MAX, err);
	show_free(show);
	return r;
}

void snapshot_list_free(struct snapshot_list *list)
{
	for (size_t i = 0; i < list->count; i++) {
		chunk_table_done(&list->items[i].chunk);
		schema_unref(list->items[i].schema);
		free(list->items[i].create);
		free(list->items[i].error);
	}
	free(list->items);
	*list = (struct snapshot_list){ 0 };
}
