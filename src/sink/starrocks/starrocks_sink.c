/*
 * starrocks_sink.c - a handle on StarRocks: opened, closed, and the calls of the contract that are not loads (starrocks_load.c).
 */
#include <stdlib.h>
#include <string.h>

#include "core/fnv.h"
#include "core/logline.h"
#include "core/xalloc.h"
#include "sink/starrocks/starrocks_load.h"

#define ERROR_LOG_MAX (256 << 10)
#define BODY_DEFAULT (32 << 20)
#define BODY_MAX (90 << 20)
#define PACKED_MAX (100u << 20)

static void log_narrow(const struct sink_conf *conf, const struct schema *schema, const struct starrocks_columns *have)
{
	struct buf narrow;

	buf_init(&narrow, STARROCKS_COLUMNS_MAX);
	starrocks_narrow(&narrow, conf, schema, have);
	if (narrow.len)
		logline(LOG_NOTICE, "sink", "table %s.%s: a value that does not fit becomes a dead letter: %s",
				schema->db, schema->table, narrow.data);
	buf_done(&narrow);
}

struct starrocks_target *starrocks_target_get(struct starrocks_sink *s, const struct schema *schema, struct err *err)
{
	struct starrocks_target *t = starrocks_tables_find(s->tables, schema->db, schema);
	struct starrocks_columns have = { 0 };

	if (t)
		return t;
	if (starrocks_table_prepare(s->sql, &s->base, schema, &have, err) == 0)
		t = starrocks_target_new(schema, &have, err);
	if (t) {
		log_narrow(s->base.conf, schema, &have);
		starrocks_tables_put(s->tables, schema->db, t, &have);
	}
	starrocks_columns_done(&have);
	return t;
}

static int starrocks_prepare(struct sink *sink, const struct schema *schema, struct err *err)
{
	struct starrocks_sink *s = (struct starrocks_sink *)sink;
	struct starrocks_target *t;

	if (starrocks_tables_refresh(s->tables, s->sql, schema->db, schema->table, err))
		return -1;
	t = starrocks_target_get(s, schema, err);
	starrocks_target_free(t);
	return t ? 0 : -1;
}

static void keep_cluster(void *context, const struct starrocks_record *r)
{
	const char *id = starrocks_record_get(r, "ClusterId");

	if (id)
		*(uint64_t *)context = fnv_text(FNV_START, id);
}

/* Which cluster it is, whatever its frontends are called today. A user who may not see the nodes does not know. */
static int look_cluster(struct starrocks_sink *s, struct err *err)
{
	if (!s->cluster_asked && starrocks_sql_run(s->sql, "SHOW FRONTENDS", keep_cluster, &s->cluster, err)) {
		if (err->kind == ERR_RETRY || err->kind == ERR_UNREACHABLE)
			return -1;
		err_clear(err);
	}
	s->cluster_asked = true;
	return 0;
}

/* A label tells nothing about the table: it outlives TRUNCATE and DROP, and is forgotten after label_keep_max_second. */
static int starrocks_look(struct sink *sink, const struct sink_names *names, const char *label, struct sink_state *out,
		struct err *err)
{
	struct starrocks_sink *s = (struct starrocks_sink *)sink;

	(void)label;
	out->label = SINK_UNKNOWN;
	if (look_cluster(s, err))
		return -1;
	out->cluster = s->cluster;
	return starrocks_table_look(s->sql, names, out, err);
}

static int owner(struct sink *sink, const char *db, const char *table, char name[SINK_OWNER], struct err *err)
{
	return starrocks_owner(((struct starrocks_sink *)sink)->sql, db, table, name, err);
}

static int own(struct sink *sink, const char *db, const char *table, struct err *err)
{
	return starrocks_own(((struct starrocks_sink *)sink)->sql, db, table, sink->conf->name, err);
}

/* The rest of the contract. */

static void starrocks_close(struct sink *sink)
{
	struct starrocks_sink *s = (struct starrocks_sink *)sink;

	starrocks_tables_unref(s->tables);
	starrocks_http_free(s->http);
	starrocks_sql_free(s->sql);
	starrocks_body_done(&s->body);
	buf_done(&s->columns);
	buf_done(&s->log);
	buf_done(&s->packed);
	free(s->todo);
	free(s->part);
	free(s->rest);
	free(s);
}

static void starrocks_rest(struct sink *sink)
{
	struct starrocks_sink *s = (struct starrocks_sink *)sink;
	size_t limit = s->body.limit;

	starrocks_body_done(&s->body);
	starrocks_body_init(&s->body, limit, s->base.zone_us);
	buf_done(&s->packed);
	buf_init(&s->packed, PACKED_MAX);
	free(s->todo);
	free(s->part);
	free(s->rest);
	s->todo = s->part = s->rest = NULL;
	s->cap = 0;
}

static void starrocks_cancel(struct sink *sink)
{
	struct starrocks_sink *s = (struct starrocks_sink *)sink;

	starrocks_http_cancel(s->http);
	starrocks_sql_cancel(s->sql);
}

static struct sink *starrocks_open(const struct sink_conf *conf, struct sink *beside, struct err *err)
{
	int64_t limit = conf->max_bytes > 0 ? conf->max_bytes : BODY_DEFAULT;
	struct starrocks_http *http;
	struct starrocks_sink *s;

	if (conf->load != 0) { /* "stream|routine" */
		err_set(err, ERR_CONFIG, 0,
				"load = routine: this version loads by Stream Load only; set load = stream");
		return NULL;
	}
	http = starrocks_http_new(conf, err);
	if (!http)
		return NULL;
	s = xcalloc(1, sizeof(*s));
	s->http = http;
	s->sql = starrocks_sql_new(conf);
	s->tables = beside ? starrocks_tables_ref(((struct starrocks_sink *)beside)->tables) : starrocks_tables_new();
	starrocks_body_init(&s->body, (size_t)(limit < BODY_MAX ? limit : BODY_MAX), 0);
	buf_init(&s->columns, STARROCKS_COLUMNS_MAX);
	buf_init(&s->log, ERROR_LOG_MAX);
	buf_init(&s->packed, PACKED_MAX);
	return &s->base;
}

static int starrocks_truncate(struct sink *sink, const struct schema *schema, struct err *err)
{
	struct starrocks_sink *s = (struct starrocks_sink *)sink;
	struct starrocks_columns have = { 0 };
	struct buf sql;
	int result = starrocks_table_read(s->sql, schema->db, schema->table, &have, err);

	buf_init(&sql, STARROCKS_COLUMNS_MAX);
	buf_puts(&sql, schema->at_target.source_column ? "DELETE FROM " : "TRUNCATE TABLE ");
	starrocks_put_table(&sql, schema);
	starrocks_put_source(&sql, " WHERE ", schema->at_target.source_column, schema->at_target.source);
	if (result == 0 && have.count > 0)
		result = starrocks_sql_run(s->sql, sql.data, NULL, NULL, err);
	starrocks_columns_done(&have);
	buf_done(&sql);
	starrocks_tables_drop(s->tables, schema->db, schema->table);
	return result;
}

static int starrocks_alter_table(struct sink *sink, const struct schema *schema, const struct ddl_alter *alter,
		bool *gap, struct err *err)
{
	struct starrocks_sink *s = (struct starrocks_sink *)sink;
	int result = starrocks_table_alter(s->sql, s->base.conf, schema, alter, sink->allowed, gap, err);

	starrocks_tables_drop(s->tables, schema->db, schema->table);
	return result;
}

static void starrocks_look_again(struct sink *sink)
{
	starrocks_tables_doubt_all(((struct starrocks_sink *)sink)->tables);
}

static struct sink_reader *starrocks_open_reader(struct sink *sink, const struct schema *schema, struct err *err)
{
	return starrocks_reader(((struct starrocks_sink *)sink)->sql, sink, schema, err);
}

static int starrocks_print_ddl(const struct sink_conf *conf, const struct schema *schema, struct buf *out,
		struct buf *why, struct err *err)
{
	buf_printf(why, "%s.%s\n", schema->db, schema->table);
	starrocks_why(why, schema);
	buf_puts(out, "CREATE DATABASE IF NOT EXISTS ");
	starrocks_name(out, schema->db);
	buf_puts(out, ";\n");
	return starrocks_create(out, conf, schema, err);
}

const struct sink_ops starrocks_ops = {
	.open = starrocks_open,
	.close = starrocks_close,
	.rest = starrocks_rest,
	.cancel = starrocks_cancel,
	.check = starrocks_check,
	.remedies = starrocks_remedies,
	.check_tables = starrocks_check_tables,
	.prepare = starrocks_prepare,
	.load = starrocks_load_rows,
	.look = starrocks_look,
	.owner = owner,
	.own = own,
	.truncate = starrocks_truncate,
	.alter = starrocks_alter_table,
	.look_again = starrocks_look_again,
	.reader = starrocks_open_reader,
	.ddl = starrocks_print_ddl,
	.ddl_alter = starrocks_ddl_alter,
	.interval_ms = 800, /* with the load itself, a row is there within a second */
	.recover = " (RECOVER TABLE)",
};
