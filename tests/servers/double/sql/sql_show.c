/*
 * sql_show.c - SHOW and DESC. Every SHOW is a relation of texts, so WHERE, ORDER BY and LIMIT work behind each of
 * them, and every column is declared VARCHAR(30), however long the text.
 */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "sql/double_sql.h"
#include "sql/expr_function.h"

#define COUNT(a) (sizeof(a) / sizeof(*(a)))

/* LIKE behind SHOW TABLES and the like; NULL: all. */
static const char *like_pattern(struct sql *q)
{
	return lex_accept(&q->lex, "like") ? lex_string(&q->lex, q->err) : NULL;
}

static bool is_like(const char *text, const char *pattern)
{
	return pattern == NULL || expr_like(text, text + strlen(text), pattern, pattern + strlen(pattern));
}

/* FROM db, or the session's. */
static const char *from_db(struct sql *q)
{
	const char *name = lex_accept(&q->lex, "from") || lex_accept(&q->lex, "in") ? lex_name(&q->lex, q->err) : q->db;

	if (name != NULL && *name == '\0')
		sql_fail(q, 1046, "No database selected");
	return name != NULL && *name != '\0' ? name : NULL;
}

static int show_databases(struct sql *q)
{
	static const char *const names[] = { "Database" };
	const char *pattern = like_pattern(q), *system = "information_schema";
	struct rows rows;

	rows_init(&rows, q, names, 1);
	if (is_like(system, pattern))
		rows_add(&rows, &system);
	store_lock(q->store);
	for (const struct db *db = q->store->dbs; db != NULL; db = db->next)
		if (!db->dropped && is_like(db->name, pattern))
			rows_add(&rows, (const char *[]){ db->name });
	store_unlock(q->store);
	return rows_print(&rows);
}

static int show_tables(struct sql *q)
{
	const char *name = from_db(q), *pattern = like_pattern(q), *title;
	struct rows rows;
	struct db *db;

	if (name == NULL)
		return -1;
	title = arena_printf(q->arena, "Tables_in_%s", name);
	rows_init(&rows, q, &title, 1);
	store_lock(q->store);
	db = strcasecmp(name, "information_schema") == 0 ? NULL : sql_db(q, name);
	for (const struct table *t = db != NULL ? db->tables : NULL; t != NULL; t = t->next)
		if (!t->dropped && is_like(t->name, pattern))
			rows_add(&rows, (const char *[]){ t->name });
	store_unlock(q->store);
	return q->err->kind == ERR_NONE ? rows_print(&rows) : -1;
}

static const char *type_text(struct sql *q, const struct type *type)
{
	struct buf b;
	const char *text;

	buf_init(&b, 256);
	type_print(type, &b);
	text = arena_dup(q->arena, b.data, b.len);
	buf_done(&b);
	return text;
}

static int describe(struct sql *q, const struct name *name)
{
	static const char *const names[] = { "Field", "Type", "Null", "Key", "Default", "Extra" };
	struct rows rows;
	const struct table *t;

	rows_init(&rows, q, names, COUNT(names));
	store_lock(q->store);
	t = sql_table(q, name);
	for (unsigned i = 0; t != NULL && i < t->schema->ncolumns; i++) {
		const struct column *c = &t->schema->columns[i];
		const char *texts[COUNT(names)] = { c->name, type_text(q, &c->type), c->nullable ? "YES" : "NO",
			i < t->schema->nkey ? "true" : "false", c->default_now ? "CURRENT_TIMESTAMP" : c->preset, "" };

		rows_add(&rows, texts);
	}
	store_unlock(q->store);
	return t != NULL ? rows_print(&rows) : -1;
}

int sql_describe(struct sql *q)
{
	struct name name;

	return sql_table_name(q, &name) == 0 ? describe(q, &name) : -1;
}

static int show_columns(struct sql *q)
{
	struct name name;

	if (!lex_accept(&q->lex, "from") && !lex_accept(&q->lex, "in"))
		return lex_unexpected(&q->lex, q->err);
	if (sql_table_name(q, &name) != 0)
		return -1;
	if ((lex_accept(&q->lex, "from") || lex_accept(&q->lex, "in")) && (name.db = lex_name(&q->lex, q->err)) == NULL)
		return -1;
	return describe(q, &name);
}

static void put_quoted(struct buf *b, const char *text)
{
	buf_putc(b, '"');
	for (; text != NULL && *text != '\0'; text++) {
		if (*text == '"' || *text == '\\')
			buf_putc(b, '\\');
		buf_putc(b, *text);
	}
	buf_putc(b, '"');
}

static void put_column(struct buf *b, const struct column *c)
{
	buf_printf(b, "  `%s` ", c->name);
	type_print(&c->type, b);
	buf_puts(b, c->nullable ? " NULL" : " NOT NULL");
	if (c->default_now) {
		buf_puts(b, " DEFAULT CURRENT_TIMESTAMP");
	} else if (c->preset != NULL) {
		buf_puts(b, " DEFAULT ");
		put_quoted(b, c->preset);
	}
	buf_puts(b, " COMMENT ");
	put_quoted(b, c->comment);
}

static void print_table(const struct table *t, struct buf *b)
{
	buf_printf(b, "CREATE TABLE `%s` (\n", t->name);
	for (unsigned i = 0; i < t->schema->ncolumns; i++) {
		put_column(b, &t->schema->columns[i]);
		buf_puts(b, i + 1 < t->schema->ncolumns ? ",\n" : "\n");
	}
	buf_printf(b, ") ENGINE=OLAP \n%s KEY(", models[t->schema->model].keys);
	for (unsigned i = 0; i < t->schema->nkey; i++)
		buf_printf(b, "%s`%s`", i > 0 ? ", " : "", t->schema->columns[i].name);
	buf_puts(b, ")\n");
	if (*t->comment != '\0') {
		buf_puts(b, "COMMENT ");
		put_quoted(b, t->comment);
		buf_putc(b, '\n');
	}
	if (t->hash_columns == NULL)
		buf_puts(b, "DISTRIBUTED BY RANDOM");
	else
		buf_printf(b, "DISTRIBUTED BY HASH(%s)", t->hash_columns);
	buf_printf(b, "%s%s \nPROPERTIES (\n", t->buckets != NULL ? " BUCKETS " : "",
			t->buckets != NULL ? t->buckets : "");
	buf_puts(b, t->properties != NULL ? t->properties : "\"replication_num\" = \"1\"");
	buf_puts(b, "\n);");
}

static int show_create(struct sql *q)
{
	static const char *const names[] = { "Table", "Create Table" };
	struct name name;
	struct rows rows;
	struct table *t;
	struct buf b;

	if (lex_expect(&q->lex, "table", q->err) != 0 || sql_table_name(q, &name) != 0)
		return -1;
	rows_init(&rows, q, names, COUNT(names));
	buf_init(&b, 16 << 20);
	store_lock(q->store);
	t = sql_table(q, &name);
	if (t != NULL) {
		print_table(t, &b);
		rows_add(&rows, (const char *[]){ t->name, b.data });
	}
	store_unlock(q->store);
	buf_done(&b);
	return t != NULL ? rows_print(&rows) : -1;
}

static void add_alter(struct rows *rows, const struct alter *a, int64_t now_ms)
{
	struct sql *q = rows->q;
	int64_t span_ms = a->due_ms - a->created_ms, done_ms = now_ms - a->created_ms;
	const char *progress = a->state == ALTER_RUNNING && span_ms > 0
			? arena_printf(q->arena, "%d%%", (int)(done_ms * 100 / span_ms))
			: NULL;
	const char *texts[] = {
		sql_number(q, a->id),
		a->table->name,
		sql_time(q, a->created_ms),
		sql_time(q, a->finished_ms),
		a->table->name,
		sql_number(q, a->id + 1),
		sql_number(q, a->table->id),
		arena_printf(q->arena, "%u:0", a->schema->index),
		sql_number(q, a->txn),
		alter_state_name(a->state),
		a->message,
		progress,
		"86400",
	};

	rows_add(rows, texts);
}

static int show_alter(struct sql *q)
{
	static const char *const names[] = {
		"JobId",
		"TableName",
		"CreateTime",
		"FinishTime",
		"IndexName",
		"IndexId",
		"OriginIndexId",
		"SchemaVersion",
		"TransactionId",
		"State",
		"Msg",
		"Progress",
		"Timeout",
	};
	const char *name;
	struct rows rows;
	struct db *db;

	if (lex_expect(&q->lex, "table", q->err) != 0 || lex_expect(&q->lex, "column", q->err) != 0 ||
			(name = from_db(q)) == NULL)
		return -1;
	rows_init(&rows, q, names, COUNT(names));
	store_lock(q->store);
	db = sql_db(q, name);
	for (const struct alter *a = q->store->alters; db != NULL && a != NULL; a = a->next)
		if (a->table->db == db)
			add_alter(&rows, a, store_now_ms(q->store));
	store_unlock(q->store);
	return db != NULL ? rows_print(&rows) : -1;
}

/* A number that each cluster keeps: of its directory, as no other has that. */
static uint64_t cluster_id(const char *dir)
{
	uint32_t id = 5381;

	while (*dir)
		id = id * 33 + (unsigned char)*dir++;
	return id & INT32_MAX;
}

static int show_frontends(struct sql *q)
{
	static const char *const names[] = {
		"Id",
		"Name",
		"IP",
		"EditLogPort",
		"HttpPort",
		"QueryPort",
		"RpcPort",
		"Role",
		"ClusterId",
		"Join",
		"Alive",
		"ReplayedJournalId",
		"LastHeartbeat",
		"IsHelper",
		"ErrMsg",
		"StartTime",
		"Version",
	};
	const char *now = sql_time(q, store_now_ms(q->store)), *start = sql_time(q, q->server->started_ms);
	struct rows rows;

	rows_init(&rows, q, names, COUNT(names));
	if (sql_needs(q, RIGHT_OPERATE) != 0)
		return -1;
	for (unsigned i = 0; i < FRONTENDS; i++) {
		const struct node *node = &q->server->nodes.fe[i];
		const char *texts[COUNT(names)] = {
			sql_number(q, i + 1),
			arena_printf(q->arena, "127.0.0.1_9010_%u", i),
			"127.0.0.1",
			"9010",
			sql_number(q, q->server->fe_port[i]),
			sql_number(q, q->server->mysql_port[i]),
			"9020",
			i == q->server->nodes.leader ? "LEADER" : "FOLLOWER",
			sql_number(q, cluster_id(q->server->dir)),
			"true",
			node_is_alive(node) ? "true" : "false",
			"1",
			now,
			"true",
			"",
			start,
			q->server->version->full,
		};

		rows_add(&rows, texts);
	}
	return rows_print(&rows);
}

static int show_backends(struct sql *q)
{
	static const char *const names[] = {
		"BackendId",
		"IP",
		"HeartbeatPort",
		"BePort",
		"HttpPort",
		"BrpcPort",
		"LastStartTime",
		"LastHeartbeat",
		"Alive",
		"SystemDecommissioned",
		"ClusterDecommissioned",
		"TabletNum",
		"DataUsedCapacity",
		"AvailCapacity",
		"TotalCapacity",
		"UsedPct",
		"MaxDiskUsedPct",
		"ErrMsg",
		"Version",
		"Status",
		"DataTotalCapacity",
		"DataUsedPct",
		"CpuCores",
	};
	const char *now = sql_time(q, store_now_ms(q->store)), *start = sql_time(q, q->server->started_ms);
	struct rows rows;

	rows_init(&rows, q, names, COUNT(names));
	if (sql_needs(q, RIGHT_OPERATE) != 0)
		return -1;
	for (unsigned i = 0; i < q->server->nbackends; i++) {
		const struct node *node = &q->server->nodes.be[i];
		const char *texts[COUNT(names)] = {
			sql_number(q, 10001 + i),
			"127.0.0.1",
			"9050",
			"9060",
			sql_number(q, server_be_port(q->server, i)),
			"8060",
			start,
			now,
			node_is_alive(node) ? "true" : "false",
			node->state == NODE_DRAINED ? "true" : "false",
			"false",
			"10",
			"0.000 B",
			node->state == NODE_FULL ? "0.000 B" : "100.000 GB",
			"200.000 GB",
			node->state == NODE_FULL ? "100.00 %" : "50.00 %",
			node->state == NODE_FULL ? "100.00 %" : "50.00 %",
			"",
			q->server->version->full,
			"{\"lastSuccessReportTabletsTime\":\"N/A\"}",
			"100.000 GB",
			"0.00 %",
			"8",
		};

		rows_add(&rows, texts);
	}
	return rows_print(&rows);
}

static int show_variables(struct sql *q)
{
	static const char *const names[] = { "Variable_name", "Value" };
	static const char *const values[][2] = {
		{ "autocommit", "true" },
		{ "character_set_client", "utf8" },
		{ "lower_case_table_names", "0" },
		{ "max_allowed_packet", "33554432" },
		{ "system_time_zone", "UTC" },
		{ "time_zone", "UTC" },
		{ "version_comment", "StarRocks" },
		{ "wait_timeout", "28800" },
	};
	const char *pattern = like_pattern(q), *version[2] = { "version", q->server->version->mysql };
	struct rows rows;

	rows_init(&rows, q, names, COUNT(names));
	for (size_t i = 0; i < COUNT(values); i++)
		if (is_like(values[i][0], pattern))
			rows_add(&rows, values[i]);
	if (is_like(version[0], pattern))
		rows_add(&rows, version);
	return rows_print(&rows);
}

static int show_warnings(struct sql *q)
{
	static const char *const names[] = { "Level", "Code", "Message" };
	struct rows rows;

	rows_init(&rows, q, names, COUNT(names));
	return rows_print(&rows);
}

static const struct {
	const char *words;
	int (*run)(struct sql *q);
} shows[] = {
	{ "databases", show_databases },
	{ "schemas", show_databases },
	{ "tables", show_tables },
	{ "create", show_create },
	{ "columns", show_columns },
	{ "fields", show_columns },
	{ "alter", show_alter },
	{ "frontends", show_frontends },
	{ "backends", show_backends },
	{ "variables", show_variables },
	{ "warnings", show_warnings },
	{ "routine load", sql_show_routine_load },
};

int sql_show(struct sql *q)
{
	q->all = lex_accept(&q->lex, "all");
	if (!q->all && !lex_accept(&q->lex, "full") && !lex_accept(&q->lex, "session"))
		lex_accept(&q->lex, "global");
	for (size_t i = 0; i < COUNT(shows); i++)
		if (lex_accept_words(&q->lex, shows[i].words))
			return shows[i].run(q);
	return lex_unexpected(&q->lex, q->err);
}
