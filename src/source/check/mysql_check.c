/*
 * mysql_check.c - see mysql_check.h; and source_check(), source_schemas(). Grants are read from the words of SHOW
 * GRANTS: the server has no function that says whether a privilege is held.
 */
#include "config.h"
#include "source/check/mysql_check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/xalloc.h"
#include "source/catalog/mysql_filter.h"
#include "source/server/mysql_foreign.h"
#include "source/server/mysql_refusal.h"
#include "source/snapshot/mysql_retention.h"
#include "source/snapshot/mysql_snapshot.h"
#include "source/source.h"

enum { SHORT_RETENTION_S = 86400, GRANTS_MAX = 1 << 20 };

struct setting {
	const char *name, *wanted; /* wanted NULL: see judge */
	enum report_level otherwise;
	const char *remedy;
	void (*judge)(struct report *r, const struct setting *s, const char *value);
};

enum { VARIABLE_UNKNOWN, TABLE_REFUSED, TABLES_NONE, ROWS_SILENT };
static const struct report_kind kinds[] = {
	[VARIABLE_UNKNOWN] = { REPORT_NOTE, "variable", "the server does not know it", NULL },
	[TABLE_REFUSED] = { REPORT_PROBLEM, "table", "it cannot be captured: the reason is told",
			"take it out by [mysql] table.exclude.list, or change the table" },
	[TABLES_NONE] = { REPORT_PROBLEM, "mysql table.include.list", "no table matches",
			"name tables as db.table; see which the user may read by SHOW TABLES" },
	[ROWS_SILENT] = { REPORT_WARNING, "table", "a foreign key changes its rows without row events",
			"MySQL 9.6 with innodb_native_foreign_keys = OFF writes these rows to the binlog" },
};

static void judge_retention(struct report *r, const struct setting *s, const char *value)
{
	unsigned long long seconds = strtoull(value, NULL, 10);

	if (seconds == 0)
		report_ok(r, "mysql binlog_expire_logs_seconds", "0: the binlog is kept until it is purged by hand");
	else
		report_add(r, seconds < SHORT_RETENTION_S ? REPORT_WARNING : REPORT_OK,
				"mysql binlog_expire_logs_seconds", seconds < SHORT_RETENTION_S ? s->remedy : NULL,
				"%llu s (%.1f hours)", seconds, (double)seconds / 3600);
}

static const struct setting settings[] = {
	{ "log_bin", "ON", REPORT_PROBLEM, "start the server with log_bin", NULL },
	{ "binlog_format", "ROW", REPORT_PROBLEM, "SET PERSIST binlog_format = 'ROW', then reconnect the clients",
			NULL },
	{ "binlog_row_image", "FULL", REPORT_PROBLEM,
			"SET PERSIST binlog_row_image = 'FULL', then reconnect the clients", NULL },
	{ "gtid_mode", "ON", REPORT_WARNING,
			"SET PERSIST gtid_mode = ON (step by step, see the server's manual): without GTIDs "
			"there is no failover, and positions are of one server only",
			NULL },
	{ "binlog_row_metadata", "FULL", REPORT_NOTE,
			"SET PERSIST binlog_row_metadata = 'FULL' makes capture independent of the schema history",
			NULL },
	{ "binlog_row_value_options", "", REPORT_NOTE,
			"SET PERSIST binlog_row_value_options = '' unless partial JSON updates are needed", NULL },
	{ "binlog_checksum", "CRC32", REPORT_WARNING,
			"SET PERSIST binlog_checksum = 'CRC32': without it a damaged byte in the binlog that still reads as a value "
			"is seen by nobody",
			NULL },
	{ "binlog_expire_logs_seconds", NULL, REPORT_WARNING,
			"raise binlog_expire_logs_seconds: capture that stands still for longer needs a new "
			"snapshot",
			judge_retention },
};

static int mysql_check_settings(struct mysql_conn *c, struct report *report, struct err *err)
{
	for (size_t i = 0; i < sizeof(settings) / sizeof(*settings); i++) {
		const struct setting *s = &settings[i];
		char value[256], subject[80];
		int unknown = mysql_conn_variable(c, s->name, value, sizeof(value), err);
		bool good = s->wanted && strcasecmp(value, s->wanted) == 0;

		if (unknown < 0)
			return -1;
		snprintf(subject, sizeof(subject), "mysql %s", s->name);
		if (unknown)
			report_tell_of(report, &kinds[VARIABLE_UNKNOWN], subject, "%s", kinds[VARIABLE_UNKNOWN].found);
		else if (s->judge)
			s->judge(report, s, value);
		else
			report_add(report, good ? REPORT_OK : s->otherwise, subject, good ? NULL : s->remedy, "%s",
					value[0] ? value : "(empty)");
	}
	return 0;
}

int mysql_check_start(struct mysql_conn *c, struct err *err)
{
	struct report report;
	int r;

	report_init(&report);
	r = mysql_check_settings(c, &report, err);
	for (size_t i = 0; r == 0 && i < report.count; i++)
		if (report.items[i].level == REPORT_PROBLEM)
			r = err_set(err, ERR_CONFIG, 0, "MySQL %s: %s is %s: %s", c->server,
					report.items[i].subject + strlen("mysql "), report.items[i].found,
					report.items[i].remedy);
	report_done(&report);
	return r;
}

/* ---- grants ---- */

struct grant {
	const char *name, *also; /* also: another privilege that does it */
	bool everywhere;	 /* must be ON *.* */
	enum report_level otherwise;
	const char *remedy;
};

static const struct grant grants[] = {
	{ "REPLICATION SLAVE", NULL, true, REPORT_PROBLEM,
			"GRANT REPLICATION SLAVE ON *.* TO the user: it is what reading the binlog takes" },
	{ "REPLICATION CLIENT", NULL, true, REPORT_PROBLEM,
			"GRANT REPLICATION CLIENT ON *.* TO the user: it is what asking for the position takes" },
	{ "SELECT", NULL, false, REPORT_PROBLEM,
			"GRANT SELECT on the captured tables TO the user: it is what the snapshot reads with" },
	{ "RELOAD", "FLUSH_TABLES", true, REPORT_NOTE,
			"GRANT RELOAD ON *.* TO the user, or LOCK TABLES on the captured tables: the snapshot then takes a short lock "
			"instead of waiting for a moment without a commit" },
	{ "XA_RECOVER_ADMIN", NULL, true, REPORT_NOTE,
			"GRANT XA_RECOVER_ADMIN ON *.* TO the user, if the server has XA transactions: rows of one that is prepared before a "
			"snapshot and committed after it are lost otherwise" },
};

static bool line_has(const char *line, const char *word)
{
	const char *on = strstr(line, " ON "), *p;
	size_t n = word ? strlen(word) : 0;

	for (p = word && on ? strstr(line, word) : NULL; p && p < on; p = strstr(p + 1, word))
		if ((p[n] == ',' || p[n] == ' ' || p[n] == '(') && (p[-1] == ' ' || p[-1] == ','))
			return true;
	return false;
}

static bool line_gives(const char *line, const struct grant *g)
{
	if (g->everywhere && strstr(line, " ON *.* ") == NULL)
		return false;
	return line_has(line, "ALL PRIVILEGES") || line_has(line, g->name) || line_has(line, g->also);
}

static int check_grants(struct mysql_conn *c, struct report *report, struct err *err)
{
	bool held[sizeof(grants) / sizeof(*grants)] = { 0 };
	MYSQL_RES *res = mysql_conn_rows(c, "!", err, "SHOW GRANTS");
	MYSQL_ROW row;

	if (res == NULL)
		return -1;
	while ((row = mysql_fetch_row(res)) != NULL)
		for (size_t i = 0; i < sizeof(grants) / sizeof(*grants); i++)
			held[i] |= line_gives(row[0], &grants[i]);
	mysql_free_result(res);
	for (size_t i = 0; i < sizeof(grants) / sizeof(*grants); i++) {
		char subject[80];

		snprintf(subject, sizeof(subject), "mysql grant %s", grants[i].name);
		report_add(report, held[i] ? REPORT_OK : grants[i].otherwise, subject,
				held[i] ? NULL : grants[i].remedy, "%s", held[i] ? "held" : "missing");
	}
	return 0;
}

void source_remedies(struct report *checks, struct report *refusals)
{
	for (size_t i = 0; i < sizeof(settings) / sizeof(*settings); i++) {
		const struct setting *s = &settings[i];

		report_add(checks, s->otherwise, s->name, s->remedy, s->wanted ? "is not %s" : "less than a day%s",
				s->wanted == NULL	       ? ""
						: s->wanted[0] ? s->wanted
							       : "empty");
	}
	for (size_t i = 0; i < sizeof(grants) / sizeof(*grants); i++)
		report_add(checks, grants[i].otherwise, grants[i].name, grants[i].remedy, "the grant is missing");
	report_kinds(checks, kinds, sizeof(kinds) / sizeof(*kinds));
	retention_remedies(checks);
	mysql_conn_remedies(refusals);
	mysql_refusal_remedies(refusals);
}

/* ---- tables ---- */

static void check_table(struct report *report, const struct snapshot_table *t)
{
	char subject[TABLE_NAME_ROOM + 8];

	snprintf(subject, sizeof(subject), "table %s.%s", t->db, t->name);
	if (t->error)
		report_tell_of(report, &kinds[TABLE_REFUSED], subject, "%s", t->error);
	else
		report_ok(report, subject, "%u columns, about %llu rows", t->schema->ncolumns,
				(unsigned long long)t->rows_total);
}

static int names_fold(struct mysql_conn *c, bool *fold, struct err *err)
{
	char value[16];

	if (mysql_conn_variable(c, "lower_case_table_names", value, sizeof(value), err) < 0)
		return -1;
	*fold = value[0] != '0';
	return 0;
}

static struct catalog *new_catalog(struct mysql_conn *c, struct err *err)
{
	bool fold;

	return names_fold(c, &fold, err) < 0 ? NULL : catalog_new(0, fold);
}

static int list_tables(struct mysql_conn *c, const struct mysql_conf *conf, struct snapshot_list *list, struct err *err)
{
	struct mysql_filter *filter = mysql_filter_new(conf, err);
	struct catalog *catalog = filter ? new_catalog(c, err) : NULL;
	int r = catalog ? snapshot_list_read(list, c, filter, catalog, err) : -1;

	catalog_free(catalog);
	mysql_filter_free(filter);
	return r;
}

static int check_tables(struct mysql_conn *c, const struct mysql_conf *conf, struct report *report, struct err *err)
{
	struct snapshot_list list = { 0 };
	uint64_t rows = 0;
	int r;

	if (list_tables(c, conf, &list, err) < 0) {
		snapshot_list_free(&list);
		return -1;
	}
	for (size_t i = 0; i < list.count; i++) {
		check_table(report, &list.items[i]);
		rows += list.items[i].rows_total;
	}
	if (list.count == 0)
		report_tell(report, &kinds[TABLES_NONE], "no table matches");
	r = retention_check(c, rows, report, err);
	snapshot_list_free(&list);
	return r;
}

/* Child tables whose rows the engine changes, which no event tells. */
static void tell_children(struct report *report, const struct mysql_conf *conf, const struct mysql_filter *filter,
		const struct foreign_keys *keys)
{
	for (size_t i = 0; i < keys->count; i++) {
		const struct foreign_key *k = &keys->items[i];
		char subject[200];

		if (!mysql_filter_table(filter, k->child_db, k->child))
			continue;
		snprintf(subject, sizeof(subject), "table %s.%s", k->child_db, k->child);
		report_tell_of(report, &kinds[ROWS_SILENT], subject,
				"its foreign key %s to %s.%s changes rows without row events; the table is %s", k->name,
				k->parent_db, k->parent,
				conf->foreign_cascade != REPAIR_WARN
						? "read again each time (foreign.key.cascade = repair)"
						: "told as different (foreign.key.cascade = warn)");
	}
}

static int check_foreign(struct mysql_conn *c, const struct mysql_conf *conf, struct report *report, struct err *err)
{
	int native = foreign_is_native(c, err), r = native < 0 ? -1 : 0;
	struct mysql_filter *filter = native > 0 ? mysql_filter_new(conf, err) : NULL;
	struct foreign_keys keys = { 0 };

	if (native > 0)
		r = filter ? foreign_keys_read(&keys, c, err) : -1;
	if (native > 0 && r == 0)
		tell_children(report, conf, filter, &keys);
	foreign_keys_done(&keys);
	mysql_filter_free(filter);
	return r;
}

/* What a connected server answers is a finding, not a failure of the check. */
static int check_part(int r, struct report *report, const char *subject, struct err *err)
{
	if (r == 0)
		return 0;
	if (err->kind == ERR_UNREACHABLE)
		return -1;
	report_error(report, subject, err);
	err_clear(err);
	return 0;
}

int source_check(const struct mysql_conf *conf, struct report *report, struct err *err)
{
	struct mysql_conn c = { 0 };
	unsigned host = 0;
	int r;

	if (mysql_conn_open_any(&c, conf, &host, err) < 0)
		return check_part(-1, report, "mysql connection", err);
	report_ok(report, "mysql connection", "%s, MySQL %s, %s", c.server, c.version_text, c.tls ? "TLS" : "no TLS");
	r = check_part(mysql_check_settings(&c, report, err), report, "mysql settings", err);
	if (r == 0)
		r = check_part(check_grants(&c, report, err), report, "mysql grants", err);
	if (r == 0)
		r = check_part(check_tables(&c, conf, report, err), report, "mysql tables", err);
	if (r == 0)
		r = check_part(check_foreign(&c, conf, report, err), report, "mysql foreign keys", err);
	mysql_conn_close(&c);
	return r;
}

int source_schemas(const struct mysql_conf *conf, struct schema ***out, size_t *count, bool *fold, struct err *err)
{
	struct snapshot_list list = { 0 };
	struct mysql_conn c = { 0 };
	unsigned host = 0;
	int r;

	*out = NULL;
	*count = 0;
	if (mysql_conn_open_any(&c, conf, &host, err) < 0)
		return -1;
	r = list_tables(&c, conf, &list, err);
	if (r == 0 && fold)
		r = names_fold(&c, fold, err);
	if (r == 0) {
		*out = xcalloc(list.count + 1, sizeof(**out));
		for (size_t i = 0; i < list.count; i++)
			if (list.items[i].schema)
				(*out)[(*count)++] = schema_ref(list.items[i].schema);
	}
	snapshot_list_free(&list);
	mysql_conn_close(&c);
	return r;
}
