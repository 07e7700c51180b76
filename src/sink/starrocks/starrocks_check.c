/* starrocks_check.c - the preflight of the target: frontends, version, backends, and each table against its source. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/xalloc.h"
#include "sink/base/sink_ops.h"
#include "sink/starrocks/starrocks.h"

#define SQL_MAX (4 << 20)
#define OLDEST "3.2"

#define BACKENDS_MAX 4096
#define REPLICAS_DEFAULT 3 /* of a cluster that nobody has told otherwise */

enum {
	VERSION_HIDDEN,
	VERSION_OLD,
	VERSION_PLAIN,
	BACKENDS_HIDDEN,
	BACKENDS_DOWN,
	BACKEND_SILENT,
	REPLICAS_MANY,
	REPLICAS_MANY_DEFAULT,
	HTTP_SILENT,
	TABLE_MISSING,
	TABLE_DIFFERS,
	TABLE_FOLLOWS,
	TABLE_IGNORES,
	TABLE_NARROW,
	TABLE_UNREADABLE,
	TABLE_DENIED,
	TABLE_KEEPS
};
static const struct report_kind kinds[] = {
	[VERSION_HIDDEN] = { REPORT_WARNING, "starrocks version", "not readable", NULL },
	[VERSION_OLD] = { REPORT_PROBLEM, "starrocks version", "older than " OLDEST,
			"use StarRocks " OLDEST " or newer" },
	[VERSION_PLAIN] = { REPORT_PROBLEM, "starrocks version", "load.compression is set, before 3.2.7",
			"set [starrocks] load.compression = none" },
	[BACKENDS_HIDDEN] = { REPORT_NOTE, "starrocks backends", "SHOW BACKENDS is refused",
			"GRANT OPERATE, if this check is wanted" },
	[BACKENDS_DOWN] = { REPORT_PROBLEM, "starrocks backends", "none is alive", "start the backends" },
	[BACKEND_SILENT] = { REPORT_PROBLEM, "starrocks backend", "loads go to it, and it does not answer",
			"let it register with an address that this machine reaches, or say where it is: [starrocks] be.map, be.http" },
	[REPLICAS_MANY] = { REPORT_PROBLEM, "starrocks replicas", "more than backends that are alive",
			"set [starrocks] table.create.replication.num" },
	[REPLICAS_MANY_DEFAULT] = { REPORT_WARNING, "starrocks replicas",
			"the default is more than backends that are alive",
			"set [starrocks] table.create.replication.num" },
	[HTTP_SILENT] = { REPORT_PROBLEM, "starrocks fe.http", "does not answer, or refuses the user",
			"check fe.http, user and password" },
	[TABLE_MISSING] = { REPORT_PROBLEM, "table", "is not there, and table.create = false",
			"set table.create = true, or run what `millrace ddl` prints" },
	[TABLE_DIFFERS] = { REPORT_PROBLEM, "table", "does not have the source's columns, and table.create = false",
			"set table.create = true, or run what `millrace ddl` prints" },
	[TABLE_FOLLOWS] = { REPORT_NOTE, "table", "will be altered", NULL },
	[TABLE_IGNORES] = { REPORT_NOTE, "table", "schema.change = ignore, and it differs from the source", NULL },
	[TABLE_NARROW] = { REPORT_NOTE, "table", "takes rows; a value that does not fit becomes a dead letter",
			"widen the columns, if such values occur" },
	[TABLE_UNREADABLE] = { REPORT_PROBLEM, "table", "it cannot be read", "GRANT SELECT on it" },
	[TABLE_DENIED] = { REPORT_PROBLEM, "table", "it cannot be loaded", "GRANT INSERT on it" },
	[TABLE_KEEPS] = { REPORT_PROBLEM, "table", "source.column: rows of one source may not be changed",
			"GRANT DELETE and UPDATE on it" },
};

void starrocks_remedies(struct report *r)
{
	report_kinds(r, kinds, sizeof(kinds) / sizeof(*kinds));
}

struct backends {
	unsigned alive, total;
	char **urls; /* of those that are alive */
};

struct named { /* backends that frontends have named for loads, each once */
	char **urls;
	unsigned count, reached;
};

static void keep_version(void *context, const struct starrocks_record *r)
{
	snprintf(context, 64, "%s", r->count && r->values[0] ? r->values[0] : "");
}

static void count_backend(void *context, const struct starrocks_record *r)
{
	struct backends *b = context;
	const char *alive = starrocks_record_get(r, "Alive"), *host = starrocks_record_get(r, "IP");
	const char *port = starrocks_record_get(r, "HttpPort");

	b->total++;
	if (alive == NULL || strcasecmp(alive, "true") != 0)
		return;
	b->urls = xrealloc(b->urls, (b->alive + 1) * sizeof(*b->urls));
	b->urls[b->alive++] = host && port
			? xasprintf(strchr(host, ':') ? "http://[%s]:%s" : "http://%s:%s", host, port)
			: NULL;
}

static void backends_done(struct backends *b)
{
	for (unsigned i = 0; i < b->alive; i++)
		free(b->urls[i]);
	free(b->urls);
}

static void check_reach(struct starrocks_http *http, const char *url, unsigned *reached, struct report *report)
{
	struct err err;

	if (starrocks_http_probe(http, url, &err) == 0)
		(*reached)++;
	else
		report_tell(report, &kinds[BACKEND_SILENT], "loads go to it, and it does not answer: %s", err.msg);
}

/* SHOW BACKENDS does not tell the ports that they have for https: those are asked that a frontend names for a load. */
static bool ports_not_told(const struct sink_conf *conf)
{
	return strncasecmp(conf->fe_http, "https://", 8) == 0 && !conf->be_http;
}

static void tell_reached(unsigned reached, struct report *report)
{
	if (reached)
		report_ok(report, "starrocks backend", "%u answer%s", reached, reached == 1 ? "s" : "");
}

static void check_named(struct starrocks_http *http, struct named *named, char *url, struct report *report)
{
	for (unsigned i = 0; i < named->count; i++)
		if (strcmp(named->urls[i], url) == 0) {
			free(url);
			return;
		}
	named->urls = xrealloc(named->urls, (named->count + 1) * sizeof(*named->urls));
	named->urls[named->count++] = url;
	check_reach(http, url, &named->reached, report);
}

static void named_done(struct named *named)
{
	for (unsigned i = 0; i < named->count; i++)
		free(named->urls[i]);
	free(named->urls);
}

/* Loads go to them, not to the frontends. */
static void check_reached(const struct sink_conf *conf, struct starrocks_http *http, const struct backends *b,
		struct report *report)
{
	unsigned reached = 0;
	const char *direct;

	if (b->alive > BACKENDS_MAX || ports_not_told(conf))
		return;
	for (unsigned i = 0; (direct = starrocks_http_direct(http, i)) != NULL; i++)
		check_reach(http, direct, &reached, report);
	for (unsigned i = 0; starrocks_http_direct(http, 0) == NULL && i < b->alive; i++) {
		char *url = b->urls[i] ? starrocks_http_mapped(http, b->urls[i]) : NULL;

		if (url)
			check_reach(http, url, &reached, report);
		free(url);
	}
	tell_reached(reached, report);
}

/* StarRocks refuses a table with more replicas than backends. */
static void check_replicas(const struct sink_conf *conf, const struct backends *b, bool shared_data,
		struct report *report)
{
	int64_t wanted = conf->replication_num ? conf->replication_num : REPLICAS_DEFAULT;

	if (!conf->table_create || shared_data || b->alive == 0 || wanted <= b->alive)
		return;
	report_tell(report, &kinds[conf->replication_num ? REPLICAS_MANY : REPLICAS_MANY_DEFAULT],
			"tables get %lld replica%s%s; %u backend%s alive", (long long)wanted, wanted == 1 ? "" : "s",
			conf->replication_num ? "" : " by default", b->alive, b->alive == 1 ? " is" : "s are");
}

static void check_version(const struct sink_conf *conf, struct starrocks_sql *sql, struct report *report)
{
	char version[64] = "";
	struct err err;
	unsigned major = 0, minor = 0, patch = 0;

	if (starrocks_sql_run(sql, "SELECT current_version()", keep_version, version, &err)) {
		report_tell(report, &kinds[VERSION_HIDDEN], "%s", err.msg);
		return;
	}
	sscanf(version, "%u.%u.%u", &major, &minor, &patch);
	if (major * 100 + minor < 302)
		report_tell(report, &kinds[VERSION_OLD], "%s", version);
	else if (conf->compression != COMPRESS_NONE && (major * 100 + minor) * 100 + patch < 30207)
		report_tell(report, &kinds[VERSION_PLAIN], "%s takes no compressed JSON; 3.2.7 does", version);
	else
		report_ok(report, "starrocks version", "%s", version);
}

static void check_backends(const struct sink_conf *conf, struct starrocks_sql *sql, struct starrocks_http *http,
		struct report *report)
{
	struct backends b = { 0 };
	bool shared_data = false;
	struct err err;

	if (starrocks_sql_run(sql, "SHOW BACKENDS", count_backend, &b, &err) ||
			((shared_data = b.total == 0) &&
					starrocks_sql_run(sql, "SHOW COMPUTE NODES", count_backend, &b, &err))) {
		report_tell(report, &kinds[BACKENDS_HIDDEN], "%s", err.msg);
		return;
	}
	if (b.alive)
		report_ok(report, "starrocks backends", "%u of %u alive", b.alive, b.total);
	else
		report_tell(report, &kinds[BACKENDS_DOWN], "0 of %u alive", b.total);
	check_reached(conf, http, &b, report);
	check_replicas(conf, &b, shared_data, report);
	backends_done(&b);
}

static void check_http(const struct sink_conf *conf, struct starrocks_http *http, struct report *report)
{
	char state[32] = "";
	struct err err;

	if (starrocks_http_state(http, conf->database ? conf->database : "information_schema", "millrace_check", state,
			    &err)) {
		if (err.kind != ERR_UNREACHABLE && err.kind != ERR_CONFIG)
			report_ok(report, "starrocks fe.http", "%s answers", conf->fe_http);
		else
			report_tell(report, &kinds[HTTP_SILENT], "%s", err.msg);
	} else {
		report_ok(report, "starrocks fe.http", "%s answers", conf->fe_http);
	}
}

/* A column that may be set; NULL: all are of the key. */
static const char *value_column(const struct schema *schema)
{
	for (unsigned i = 0; i < sink_row_columns(schema); i++)
		if (!schema_is_key(schema, i))
			return schema->columns[i].name;
	return NULL;
}

static bool is_denied(const struct err *err)
{
	return strcasestr(err->msg, "access denied") != NULL;
}

/* EXPLAIN asks for the rights of the statement, and changes nothing. What else it may say is no matter of rights. */
static bool may_explain(struct starrocks_sql *sql, const struct buf *statement, const char *right, const char *subject,
		struct report *report)
{
	struct err err;

	if (starrocks_sql_run(sql, statement->data, NULL, NULL, &err) == 0 || !is_denied(&err))
		return true;
	report_tell_of(report, &kinds[TABLE_KEEPS], subject,
			"source.column: rows of one source are changed by %s, which this user may not: %s", right,
			err.msg);
	return false;
}

/* TRUNCATE, DROP TABLE, renamed and dropped columns of one source of several: DELETE and UPDATE of its rows. */
static bool check_shared_rights(struct starrocks_sql *sql, const struct schema *schema, const char *subject,
		struct report *report)
{
	const char *source = schema->at_target.source_column, *column = value_column(schema);
	struct buf b;
	bool good;

	buf_init(&b, SQL_MAX);
	buf_puts(&b, "EXPLAIN DELETE FROM ");
	starrocks_put_table(&b, schema);
	starrocks_put_source(&b, " WHERE ", source, schema->at_target.source);
	good = may_explain(sql, &b, "DELETE", subject, report);
	if (column && !schema->at_target.append) {
		buf_reset(&b);
		buf_puts(&b, "EXPLAIN UPDATE ");
		starrocks_put_table(&b, schema);
		buf_puts(&b, " SET ");
		starrocks_name(&b, column);
		buf_puts(&b, " = ");
		starrocks_name(&b, column);
		starrocks_put_source(&b, " WHERE ", source, schema->at_target.source);
		good &= may_explain(sql, &b, "UPDATE", subject, report);
	}
	buf_done(&b);
	return good;
}

/* What the user may do with a table that is there, as far as asking changes nothing. */
static bool check_rights(struct starrocks_sql *sql, struct starrocks_http *http, const struct sink_conf *conf,
		const struct schema *schema, const char *subject, struct named *named, struct report *report)
{
	char *backend = NULL;
	bool good = true;
	struct buf select;
	struct err err;

	buf_init(&select, SQL_MAX);
	buf_puts(&select, "SELECT 1 FROM ");
	starrocks_put_table(&select, schema);
	buf_puts(&select, " LIMIT 1");
	if (starrocks_sql_run(sql, select.data, NULL, NULL, &err)) {
		report_tell_of(report, &kinds[TABLE_UNREADABLE], subject, "it cannot be read: %s", err.msg);
		good = false;
	}
	buf_done(&select);
	err_clear(&err);
	if (starrocks_http_may_load(http, schema->db, schema->table, &backend, &err) && err.kind == ERR_DENIED) {
		report_tell_of(report, &kinds[TABLE_DENIED], subject, "it cannot be loaded: %s", err.msg);
		good = false;
	} else if (backend == NULL && err.kind == ERR_CONFIG && conf->be_http == NULL) {
		report_add(report, REPORT_PROBLEM, subject, NULL, "it cannot be loaded: %s", err.msg);
		good = false;
	}
	if (backend && ports_not_told(conf))
		check_named(http, named, backend, report);
	else
		free(backend);
	if (schema->at_target.source_column)
		good &= check_shared_rights(sql, schema, subject, report);
	return good;
}

static void tell_narrow(const struct sink_conf *conf, const struct schema *schema, const struct starrocks_columns *have,
		const char *subject, struct report *report)
{
	struct buf narrow;

	buf_init(&narrow, SQL_MAX);
	starrocks_narrow(&narrow, conf, schema, have);
	if (narrow.len)
		report_tell_of(report, &kinds[TABLE_NARROW], subject,
				"takes rows; a value that does not fit becomes a dead letter: %s", narrow.data);
	else
		report_ok(report, subject, "takes the rows of the source");
	buf_done(&narrow);
}

static void check_table(struct starrocks_sql *sql, struct starrocks_http *http, const struct sink_conf *conf,
		const struct schema *schema, struct named *named, struct report *report)
{
	char *subject = xasprintf("table %s.%s", schema->db, schema->table);
	struct starrocks_columns have = { 0 };
	struct buf statement;
	struct err err;

	buf_init(&statement, SQL_MAX);
	if (starrocks_table_read(sql, schema->db, schema->table, &have, &err))
		report_error(report, subject, &err);
	else if (have.count == 0 && starrocks_create(&statement, conf, schema, &err))
		report_error(report, subject, &err);
	else if (have.count == 0 && conf->table_create)
		report_ok(report, subject, "will be created");
	else if (have.count == 0)
		report_tell_of(report, &kinds[TABLE_MISSING], subject, "is not there");
	else if (starrocks_alter(&statement, conf, schema, &have, &err))
		report_error(report, subject, &err);
	else if (statement.len && schema->at_target.change == FOLLOW_IGNORE)
		report_tell_of(report, &kinds[TABLE_IGNORES], subject, "schema.change = ignore; it does not follow: %s",
				statement.data);
	else if (statement.len)
		report_tell_of(report, &kinds[conf->table_create ? TABLE_FOLLOWS : TABLE_DIFFERS], subject, "%s: %s",
				conf->table_create ? "will be altered" : "does not have the source's columns",
				statement.data);
	else if (check_rights(sql, http, conf, schema, subject, named, report))
		tell_narrow(conf, schema, &have, subject, report);
	buf_done(&statement);
	starrocks_columns_done(&have);
	free(subject);
}

int starrocks_check(const struct sink_conf *conf, struct schema *const *schemas, size_t count, struct report *report,
		struct err *err)
{
	struct starrocks_sql *sql = starrocks_sql_new(conf);
	struct starrocks_http *http = starrocks_http_new(conf, err);
	struct named named = { 0 };
	int result = http ? starrocks_sql_run(sql, "SELECT 1", NULL, NULL, err) : -1;

	if (result == 0) {
		check_version(conf, sql, report);
		check_backends(conf, sql, http, report);
		check_http(conf, http, report);
	}
	for (size_t i = 0; result == 0 && i < count; i++)
		check_table(sql, http, conf, schemas[i], &named, report);
	tell_reached(named.reached, report);
	named_done(&named);
	starrocks_http_free(http);
	starrocks_sql_free(sql);
	return result;
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
