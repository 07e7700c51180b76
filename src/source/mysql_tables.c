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
#include "source/mysql_charset.h"
#include "source/mysql_snapshot.h"

enum { QUOTED_MAX = 1024 };

int snapshot_read_position(struct mysql_conn *conn, bool gtids, struct position *out, struct err *err)
{
	MYSQL_RES *res =
		mysql_conn_rows(conn, err, conn->version >= 80200 ? "SHOW BINARY LOG STATUS" : "SHOW MASTER STATUS");
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

static int by_name(const void *a, const void *b)
{
	return snapshot_table_order(a, b);
}

static bool is_other(const struct mysql_filter *filter, enum other_tables which, const char *db, const char *table)
{
	return !mysql_filter_is_own(db) && !mysql_filter_table(filter, db, table) &&
	       (which == OTHERS_ALL || mysql_filter_database(filter, db));
}

/* Ordered here, not by the server's collation: who goes on with a list that was begun has to find the same order.
 * others: NULL for the captured tables. */
static int list_names(struct snapshot_list *list, struct mysql_conn *conn, const struct mysql_filter *filter,
		      const enum other_tables *others, struct err *err)
{
	MYSQL_RES *res = mysql_conn_rows(conn, err,
					 "SELECT table_schema, table_name, table_rows, avg_row_length FROM "
					 "information_schema.tables WHERE table_type = 'BASE TABLE'");
	MYSQL_ROW row;

	*list = (struct snapshot_list){ 0 };
	if (res == NULL)
		return -1;
	list->items = xcalloc((size_t)mysql_num_rows(res) + 1, sizeof(*list->items));
	while ((row = mysql_fetch_row(res)) != NULL) {
		if (others ? !is_other(filter, *others, row[0], row[1]) : !mysql_filter_table(filter, row[0], row[1]))
			continue;
		list->items[list->count++] =
			(struct snapshot_table){ .db = intern(row[0]),
						 .name = intern(row[1]),
						 .rows_total = row[2] ? strtoull(row[2], NULL, 10) : 0,
						 .row_bytes = row[3] ? strtoull(row[3], NULL, 10) : 0 };
	}
	mysql_free_result(res);
	qsort(list->items, list->count, sizeof(*list->items), by_name);
	return 0;
}

int snapshot_list_names(struct snapshot_list *list, struct mysql_conn *conn, const struct mysql_filter *filter,
			struct err *err)
{
	return list_names(list, conn, filter, NULL, err);
}

static int read_databases(struct mysql_conn *conn, struct catalog *catalog, struct err *err)
{
	MYSQL_RES *res = mysql_conn_rows(conn, err,
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

int snapshot_read_table(struct snapshot_table *t, struct mysql_conn *conn, const struct mysql_filter *filter,
			struct catalog *catalog, struct err *err)
{
	struct err why = { 0 };
	struct schema *schema = NULL;
	struct buf name;
	MYSQL_RES *res;
	MYSQL_ROW row;

	buf_init(&name, QUOTED_MAX);
	mysql_quote_name(&name, t->db);
	buf_putc(&name, '.');
	mysql_quote_name(&name, t->name);
	res = mysql_conn_rows(conn, err, "SHOW CREATE TABLE %s", name.data);
	buf_done(&name);
	if (res == NULL)
		return -1;
	row = mysql_num_fields(res) >= 2 ? mysql_fetch_row(res) : NULL;
	if (row && row[1]) {
		t->create = xstrdup(row[1]);
		schema = catalog_read_table(catalog, t->db, t->create, strlen(t->create), 0, &why);
	}
	mysql_free_result(res);
	if (schema == NULL) {
		t->error = xstrdup(why.msg[0] ? why.msg : "SHOW CREATE TABLE gave no definition");
		return 0;
	}
	t->schema = mysql_filter_columns(filter, schema);
	if (t->schema == NULL)
		t->schema = schema_ref(schema);
	return 0;
}

int snapshot_list_read(struct snapshot_list *list, struct mysql_conn *conn, const struct mysql_filter *filter,
		       struct catalog *catalog, struct err *err)
{
	*list = (struct snapshot_list){ 0 };
	if (read_databases(conn, catalog, err) < 0 || snapshot_list_names(list, conn, filter, err) < 0)
		return -1;
	for (size_t i = 0; i < list->count; i++)
		if (snapshot_read_table(&list->items[i], conn, filter, catalog, err) < 0)
			return -1;
	return 0;
}

int snapshot_list_others(struct snapshot_list *list, struct mysql_conn *conn, const struct mysql_filter *filter,
			 enum other_tables which, struct catalog *catalog, struct err *err)
{
	*list = (struct snapshot_list){ 0 };
	if (which == OTHERS_NONE)
		return 0;
	if (list_names(list, conn, filter, &which, err) < 0)
		return -1;
	for (size_t i = 0; i < list->count; i++) {
		if (snapshot_read_table(&list->items[i], conn, filter, catalog, err) == 0)
			continue;
		if (mysql_ping(conn->mysql) != 0)
			return -1;
		err_clear(err);		/* dropped by now, or not ours to see: nobody reads its rows */
		list->items[i].gone = true;
	}
	return 0;
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
