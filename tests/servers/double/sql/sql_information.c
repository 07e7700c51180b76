/* sql_information.c - information_schema: tables, columns, schemata, loads, load_tracking_logs, as rows of text; and _statistics_.loads_history. */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "sql/double_sql.h"

#define COUNT(a) (sizeof(a) / sizeof(*(a)))

static const char *const table_names[] = {
	"TABLE_CATALOG",
	"TABLE_SCHEMA",
	"TABLE_NAME",
	"TABLE_TYPE",
	"ENGINE",
	"VERSION",
	"ROW_FORMAT",
	"TABLE_ROWS",
	"AVG_ROW_LENGTH",
	"DATA_LENGTH",
	"MAX_DATA_LENGTH",
	"INDEX_LENGTH",
	"DATA_FREE",
	"AUTO_INCREMENT",
	"CREATE_TIME",
	"UPDATE_TIME",
	"CHECK_TIME",
	"TABLE_COLLATION",
	"CHECKSUM",
	"CREATE_OPTIONS",
	"TABLE_COMMENT",
};
static const char *const column_names[] = {
	"TABLE_CATALOG",
	"TABLE_SCHEMA",
	"TABLE_NAME",
	"COLUMN_NAME",
	"ORDINAL_POSITION",
	"COLUMN_DEFAULT",
	"IS_NULLABLE",
	"DATA_TYPE",
	"CHARACTER_MAXIMUM_LENGTH",
	"CHARACTER_OCTET_LENGTH",
	"NUMERIC_PRECISION",
	"NUMERIC_SCALE",
	"DATETIME_PRECISION",
	"CHARACTER_SET_NAME",
	"COLLATION_NAME",
	"COLUMN_TYPE",
	"COLUMN_KEY",
	"EXTRA",
	"PRIVILEGES",
	"COLUMN_COMMENT",
	"COLUMN_SIZE",
	"DECIMAL_DIGITS",
	"GENERATION_EXPRESSION",
	"SRS_ID",
};
static const char *const schemata_names[] = {
	"CATALOG_NAME",
	"SCHEMA_NAME",
	"DEFAULT_CHARACTER_SET_NAME",
	"DEFAULT_COLLATION_NAME",
	"SQL_PATH",
};
static const char *const load_names[] = {
	"ID",
	"LABEL",
	"PROFILE_ID",
	"DB_NAME",
	"TABLE_NAME",
	"USER",
	"WAREHOUSE",
	"STATE",
	"PROGRESS",
	"TYPE",
	"PRIORITY",
	"SCAN_ROWS",
	"SCAN_BYTES",
	"FILTERED_ROWS",
	"UNSELECTED_ROWS",
	"SINK_ROWS",
	"RUNTIME_DETAILS",
	"CREATE_TIME",
	"LOAD_START_TIME",
	"LOAD_COMMIT_TIME",
	"LOAD_FINISH_TIME",
	"PROPERTIES",
	"ERROR_MSG",
	"TRACKING_SQL",
	"REJECTED_RECORD_PATH",
};
static const char *const tracking_names[] = { "JOB_ID", "LABEL", "DATABASE_NAME", "TRACKING_LOG", "TYPE" };

static void add_table(struct rows *rows, const struct db *db, const struct table *t)
{
	const char *texts[COUNT(table_names)] = {
		"def",
		db->name,
		t->name,
		"BASE TABLE",
		"StarRocks",
		NULL,
		"NULL",
		sql_number(rows->q, t->nrows),
		"0",
		"0",
		NULL,
		NULL,
		NULL,
		NULL,
		sql_time(rows->q, t->created_ms),
		NULL,
		NULL,
		"utf8_general_ci",
		NULL,
		models[t->schema->model].model,
		t->comment,
	};

	rows_add(rows, texts);
}

static const char *type_text(struct rows *rows, const struct type *type)
{
	struct buf b;
	const char *text;

	buf_init(&b, 256);
	type_mysql_print(type, &b);
	text = arena_dup(rows->q->arena, b.data, b.len);
	buf_done(&b);
	return text;
}

static void add_columns(struct rows *rows, const struct db *db, const struct table *t)
{
	struct sql *q = rows->q;
	bool bare = q->server != NULL && fault_take(&q->server->faults, FAULT_BARE_COLUMNS, NULL);

	for (unsigned i = 0; i < t->schema->ncolumns; i++) {
		const struct column *c = &t->schema->columns[i];
		bool text = c->type.kind == TYPE_VARCHAR || c->type.kind == TYPE_CHAR,
		     decimal = c->type.kind == TYPE_DECIMAL;
		const char *precision = decimal ? sql_number(q, c->type.precision) : NULL,
			   *scale = decimal ? sql_number(q, c->type.scale) : NULL;
		const char *texts[COUNT(column_names)] = {
			NULL,
			db->name,
			t->name,
			c->name,
			sql_number(q, i + 1),
			bare				 ? NULL
					: c->default_now ? "CURRENT_TIMESTAMP"
							 : c->preset,
			c->nullable && !bare ? "YES" : "NO",
			bare && c->type.kind == TYPE_VARBINARY ? "unknown" : type_mysql_name(&c->type),
			text ? sql_number(q, c->type.len) : NULL,
			text ? sql_number(q, (uint64_t)c->type.len * 3) : NULL,
			precision,
			scale,
			NULL,
			NULL,
			NULL,
			bare && c->type.kind == TYPE_VARBINARY ? "unknown" : type_text(rows, &c->type),
			i < t->schema->nkey ? models[t->schema->model].key : "",
			"",
			"",
			c->comment != NULL ? c->comment : "",
			text ? sql_number(q, c->type.len) : precision,
			scale,
			NULL,
			NULL,
		};

		rows_add(rows, texts);
	}
}

static void add_all(struct rows *rows, void (*add)(struct rows *, const struct db *, const struct table *))
{
	for (const struct db *db = rows->q->store->dbs; db != NULL; db = db->next)
		for (const struct table *t = db->tables; t != NULL; t = t->next)
			if (!t->dropped && !db->dropped)
				add(rows, db, t);
}

static void fill_tables(struct rows *rows)
{
	add_all(rows, add_table);
}

static void fill_columns(struct rows *rows)
{
	add_all(rows, add_columns);
}

static void fill_schemata(struct rows *rows)
{
	for (const struct db *db = rows->q->store->dbs; db != NULL; db = db->next) {
		const char *texts[COUNT(schemata_names)] = { "def", db->name, "utf8", "utf8_general_ci", NULL };

		if (!db->dropped)
			rows_add(rows, texts);
	}
}

static const char *load_state(enum txn_state state)
{
	static const char *const names[] = { "PENDING", "LOADING", "PREPARED", "COMMITED", "FINISHED", "CANCELLED" };

	return names[state];
}

static void fill_loads(struct rows *rows)
{
	struct sql *q = rows->q;

	for (const struct txn *t = q->store->txns; t != NULL; t = t->next) {
		const char *tracking = t->error_url != NULL
				? arena_printf(q->arena,
						  "select tracking_log from information_schema.load_tracking_logs where job_id=%llu",
						  (unsigned long long)t->id)
				: NULL;
		const char *texts[COUNT(load_names)] = {
			sql_number(q, t->id),
			t->label,
			NULL,
			t->db->name,
			t->table,
			t->user,
			"default_warehouse",
			load_state(t->state),
			t->state >= TXN_COMMITTED && t->state != TXN_ABORTED ? "100%" : "0%",
			"STREAM LOAD",
			"NORMAL",
			sql_number(q, t->counts.total),
			sql_number(q, t->counts.bytes),
			sql_number(q, t->counts.filtered),
			sql_number(q, t->counts.unselected),
			sql_number(q, t->counts.loaded),
			"{}",
			sql_time(q, t->begun_ms),
			sql_time(q, t->load_ms),
			sql_time(q, t->committed_ms),
			sql_time(q, t->finished_ms),
			"{}",
			t->reason,
			tracking,
			NULL,
		};

		if (!t->forgotten)
			rows_add(rows, texts);
	}
}

static const char *tracking_log(struct sql *q, const struct txn *t)
{
	const char *name = strrchr(t->error_url, '=');
	char path[512], text[16384];
	size_t len = 0;
	FILE *f;

	snprintf(path, sizeof(path), "%s/error_log/%s", q->store->dir, name != NULL ? name + 1 : "");
	f = fopen(path, "re");
	if (f == NULL)
		return "";
	len = fread(text, 1, sizeof(text), f);
	fclose(f);
	return arena_dup(q->arena, text, len);
}

static void fill_tracking(struct rows *rows)
{
	for (const struct txn *t = rows->q->store->txns; t != NULL; t = t->next) {
		const char *texts[COUNT(tracking_names)] = { sql_number(rows->q, t->id), t->label, t->db->name, NULL,
			"STREAM LOAD" };

		if (t->error_url == NULL)
			continue;
		texts[3] = tracking_log(rows->q, t);
		rows_add(rows, texts);
	}
}

/* Loads whose labels are forgotten: StarRocks copies what has ended a minute ago. */
static void fill_history(struct rows *rows)
{
	struct sql *q = rows->q;

	for (unsigned i = 0; i < LOADS_PAST; i++) {
		const struct load_past *p = &q->store->past[i];
		const char *texts[COUNT(load_names)] = { "0", p->label, NULL, p->db, p->table };

		texts[7] = "FINISHED";
		texts[9] = "STREAM LOAD";
		texts[20] = sql_time(q, p->finished_ms);
		if (p->label != NULL)
			rows_add(rows, texts);
	}
}

static const struct {
	const char *name, *const *columns;
	unsigned ncolumns;
	void (*fill)(struct rows *rows);
} tables[] = {
	{ "tables", table_names, COUNT(table_names), fill_tables },
	{ "columns", column_names, COUNT(column_names), fill_columns },
	{ "schemata", schemata_names, COUNT(schemata_names), fill_schemata },
	{ "loads", load_names, COUNT(load_names), fill_loads },
	{ "load_tracking_logs", tracking_names, COUNT(tracking_names), fill_tracking },
};

int sql_loads_history(struct sql *q, const char *table, struct rows *rows)
{
	if (strcmp(table, "loads_history") != 0 || (q->server != NULL && q->server->version->number < 30300))
		return sql_fail(q, 5502,
				"Getting analyzing error. Detail message: Unknown table '_statistics_.%.100s'.", table);
	rows_init(rows, q, load_names, COUNT(load_names));
	store_lock(q->store);
	fill_history(rows);
	store_unlock(q->store);
	return 0;
}

int sql_information(struct sql *q, const char *table, struct rows *rows)
{
	for (size_t i = 0; i < COUNT(tables); i++) {
		if (strcasecmp(tables[i].name, table) != 0)
			continue;
		rows_init(rows, q, tables[i].columns, tables[i].ncolumns);
		store_lock(q->store);
		tables[i].fill(rows);
		store_unlock(q->store);
		return 0;
	}
	return sql_fail(q, 5502, "Getting analyzing error. Detail message: Unknown table 'information_schema.%.100s'.",
			table);
}
