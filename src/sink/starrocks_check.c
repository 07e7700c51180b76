/* starrocks_check.c - the preflight of the target: frontends, version, backends, and each table against its source. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/xalloc.h"
#include "sink/sink_ops.h"
#include "sink/starrocks.h"

#define SQL_MAX (4 << 20)
#define OLDEST "3.2"

struct backends {
	unsigned alive, total;
};

static void keep_version(void *context, const struct starrocks_record *r)
{
	snprintf(context, 64, "%s", r->count && r->values[0] ? r->values[0] : "");
}

static void count_backend(void *context, const struct starrocks_record *r)
{
	struct backends *b = context;
	const char *alive = starrocks_record_get(r, "Alive");

	b->total++;
	b->alive += alive && strcasecmp(alive, "true") == 0;
}

static void check_version(struct starrocks_sql *sql, struct report *report)
{
	char version[64] = "";
	struct err err;
	unsigned major = 0, minor = 0;

	if (starrocks_sql_run(sql, "SELECT current_version()", keep_version, version, &err)) {
		report_add(report, REPORT_WARNING, "starrocks version", NULL, "%s", err.msg);
		return;
	}
	sscanf(version, "%u.%u", &major, &minor);
	if (major * 100 + minor < 302)
		report_add(report, REPORT_PROBLEM, "starrocks version", "use StarRocks " OLDEST " or newer", "%s",
				version);
	else
		report_add(report, REPORT_OK, "starrocks version", NULL, "%s", version);
}

static void check_backends(struct starrocks_sql *sql, struct report *report)
{
	struct backends b = { 0 };
	struct err err;

	if (starrocks_sql_run(sql, "SHOW BACKENDS", count_backend, &b, &err) ||
			(b.total == 0 && starrocks_sql_run(sql, "SHOW COMPUTE NODES", count_backend, &b, &err))) {
		report_add(report, REPORT_NOTE, "starrocks backends", "GRANT OPERATE, if this check is wanted", "%s",
				err.msg);
		return;
	}
	report_add(report, b.alive ? REPORT_OK : REPORT_PROBLEM, "starrocks backends",
			b.alive ? NULL : "start the backends", "%u of %u alive", b.alive, b.total);
}

static void check_http(const struct sink_conf *conf, struct report *report)
{
	struct err err;
	struct starrocks_http *http = starrocks_http_new(conf, &err);
	char state[32] = "";

	if (!http ||
			starrocks_http_state(http, conf->database ? conf->database : "information_schema",
					"millrace_check", state, &err)) {
		if (http && err.kind != ERR_UNREACHABLE && err.kind != ERR_CONFIG)
			report_add(report, REPORT_OK, "starrocks fe.http", NULL, "%s answers", conf->fe_http);
		else
			report_add(report, REPORT_PROBLEM, "starrocks fe.http", "check fe.http, user and password",
					"%s", err.msg);
	} else {
		report_add(report, REPORT_OK, "starrocks fe.http", NULL, "%s answers", conf->fe_http);
	}
	starrocks_http_free(http);
}

static void tell_narrow(const struct sink_conf *conf, const struct schema *schema, const struct starrocks_columns *have,
		const char *subject, struct report *report)
{
	struct buf narrow;

	buf_init(&narrow, SQL_MAX);
	starrocks_narrow(&narrow, conf, schema, have);
	if (narrow.len)
		report_add(report, REPORT_NOTE, subject, "widen the columns, if such values occur",
				"takes rows; a value that does not fit becomes a dead letter: %s", narrow.data);
	else
		report_add(report, REPORT_OK, subject, NULL, "takes the rows of the source");
	buf_done(&narrow);
}

static void check_table(struct starrocks_sql *sql, const struct sink_conf *conf, const struct schema *schema,
		struct report *report)
{
	char *subject = xasprintf("table %s.%s", schema->db, schema->table);
	struct starrocks_columns have = { 0 };
	struct buf statement;
	struct err err;

	buf_init(&statement, SQL_MAX);
	if (starrocks_table_read(sql, schema->db, schema->table, &have, &err))
		report_add(report, REPORT_PROBLEM, subject, NULL, "%s", err.msg);
	else if (have.count == 0 && starrocks_create(&statement, conf, schema, &err))
		report_add(report, REPORT_PROBLEM, subject, NULL, "%s", err.msg);
	else if (have.count == 0)
		report_add(report, conf->table_create ? REPORT_OK : REPORT_PROBLEM, subject,
				conf->table_create ? NULL
						   : "set table.create = true, or run what `millrace ddl` prints",
				"%s", conf->table_create ? "will be created" : "is not there");
	else if (starrocks_alter(&statement, conf, schema, &have, &err))
		report_add(report, REPORT_PROBLEM, subject, NULL, "%s", err.msg);
	else if (statement.len && schema->at_target.change == FOLLOW_IGNORE)
		report_add(report, REPORT_NOTE, subject, NULL, "schema.change = ignore; it does not follow: %s",
				statement.data);
	else if (statement.len)
		report_add(report, conf->table_create ? REPORT_NOTE : REPORT_PROBLEM, subject,
				conf->table_create ? NULL : statement.data, "will be altered: %s", statement.data);
	else
		tell_narrow(conf, schema, &have, subject, report);
	buf_done(&statement);
	starrocks_columns_done(&have);
	free(subject);
}

int starrocks_check(const struct sink_conf *conf, struct schema *const *schemas, size_t count, struct report *report,
		struct err *err)
{
	struct starrocks_sql *sql = starrocks_sql_new(conf);

	if (starrocks_sql_run(sql, "SELECT 1", NULL, NULL, err)) {
		starrocks_sql_free(sql);
		return -1;
	}
	check_version(sql, report);
	check_backends(sql, report);
	check_http(conf, report);
	for (size_t i = 0; i < count; i++)
		check_table(sql, conf, schemas[i], report);
	starrocks_sql_free(sql);
	return 0;
}

static int put_alters(const struct sink_conf *conf, const struct schema *schema, struct starrocks_columns *have,
		struct buf *out, struct buf *why, struct err *err)
{
	size_t before = out->len;
	struct buf one;
	int result;

	buf_init(&one, SQL_MAX);
	while ((result = starrocks_alter(&one, conf, schema, have, err)) == 0 && one.len) {
		buf_printf(out, "%s;\n", one.data);
		buf_reset(&one);
		starrocks_pretend(conf, schema, have);
	}
	buf_reset(&one);
	starrocks_narrow(&one, conf, schema, have);
	if (one.len)
		buf_printf(why, "a value that does not fit becomes a dead letter: %s\n", one.data);
	else if (result == 0 && out->len == before)
		buf_puts(why, "takes the rows of the source as it is\n");
	buf_done(&one);
	return result;
}

int starrocks_ddl_alter(const struct sink_conf *conf, const struct schema *schema, struct buf *out, struct buf *why,
		struct err *err)
{
	struct starrocks_sql *sql = starrocks_sql_new(conf);
	struct sink_conf allowed = *conf;
	struct starrocks_columns have = { 0 };
	int result = starrocks_table_read(sql, schema->db, schema->table, &have, err);

	allowed.table_create = true;
	buf_printf(why, "%s.%s\n", schema->db, schema->table);
	if (result == 0 && have.count > 0) {
		result = put_alters(&allowed, schema, &have, out, why, err);
	} else if (result == 0) {
		buf_puts(why, "not there\n");
		result = starrocks_create(out, conf, schema, err);
		buf_puts(out, ";\n");
	}
	starrocks_columns_done(&have);
	starrocks_sql_free(sql);
	return result;
}
