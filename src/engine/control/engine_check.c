/* engine_check.c - the preflight: every room looks at its own system, here they are asked in the order of the data. */
#include <stdlib.h>
#include <string.h>

#include "core/buf.h"
#include "core/xalloc.h"
#include "engine/control/engine_check_names.h"
#include "engine/control/engine_check_topics.h"
#include "engine/control/engine_inspect.h"
#include "engine/engine_parts.h"

struct script_told {
	struct report *report;
	const char *subject;
	bool any;
};

static void tell_finding(void *arg, const struct script_finding *f)
{
	struct script_told *told = arg;

	told->any = true;
	report_add(told->report, f->error ? REPORT_PROBLEM : REPORT_WARNING, told->subject,
			"Correct the line; `millrace lua check` tells the same.", "%s:%d: %s", f->script, f->line,
			f->text);
}

/* As the server has it now; NULL: it was not asked, or the section is a pattern. */
static const struct schema *schema_of(const char *name, struct schema *const *schemas, size_t nschemas)
{
	for (size_t i = 0; i < nschemas; i++) {
		size_t n = strlen(schemas[i]->db);

		if (strncmp(name, schemas[i]->db, n) == 0 && name[n] == '.' &&
				strcmp(name + n + 1, schemas[i]->table) == 0)
			return schemas[i];
	}
	return NULL;
}

static void check_one_script(const struct settings *s, const struct table_settings *t, const struct schema *schema,
		struct report *report)
{
	char *subject = xasprintf("[table %s]", t->name);
	struct script_told told = { .report = report, .subject = subject };
	struct script *script;
	struct err err;

	err_clear(&err);
	script = table_script_open(s, t, &err);
	if (script && script_lint(script, schema, tell_finding, &told, &err) == 0 && !told.any)
		report_add(report, REPORT_OK, subject, NULL, "%s compile%s",
				t->filter.text == NULL		     ? "its scripts"
						: t->transform.count ? "filter and scripts"
								     : "its filter",
				t->filter.text && t->transform.count == 0 ? "s" : "");
	else if (!told.any)
		report_add(report, REPORT_PROBLEM, subject, "Correct the script; `millrace check` compiles it again.",
				"%s", err.msg);
	script_close(script);
	free(subject);
}

static void free_schemas(struct schema **schemas, size_t n)
{
	for (size_t i = 0; i < n; i++)
		schema_unref(schemas[i]);
	free(schemas);
}

/* A system that does not answer is a line of the report too; the first one decides the exit code. */
static void unreachable(struct report *report, const char *subject, const char *remedy, struct err *now,
		struct err *first)
{
	report_add(report, REPORT_PROBLEM, subject, remedy, "%s", now->msg);
	if (first->kind == ERR_NONE)
		*first = *now;
}

static void check_secrets(const struct settings *s, struct report *report)
{
	const char *path;

	for (size_t i = 0; (path = settings_exposed(s, &i)) != NULL;)
		report_add(report, REPORT_WARNING, "secrets", "chmod o-rwx it, and consider a new password",
				"%s holds a password, and every user of this machine can read it", path);
}

int inspect_check(const struct settings *s, enum engine_role role, const struct source_limits *limits,
		struct report *report, struct doctor_report *doctor, struct err *err)
{
	struct schema **schemas = NULL;
	size_t nschemas = 0;
	struct err now;
	bool fold;

	err_clear(err);
	if (engine_report_settings(s, role, report))
		report_add(report, REPORT_OK, "configuration", NULL, "%s", s->path);
	check_secrets(s, report);
	err_clear(&now);
	if (role != ROLE_LOAD) {
		if (source_check(&s->mysql, report, &now))
			unreachable(report, "mysql",
					"Start the server, or correct [mysql] host, port, user and password.", &now,
					err);
		else if (source_schemas(&s->mysql, &schemas, &nschemas, &fold, &now) == 0) {
			check_names(s, role, schemas, nschemas, fold, report);
			if (doctor_examine(s, role, schemas, nschemas, limits, doctor, &now))
				report_add(report, REPORT_PROBLEM, "mysql tables", NULL, "counting rows: %s", now.msg);
		}
	}
	err_clear(&now);
	if (log_check(&s->log, report, &now) ||
			(s->log.bootstrap_servers && check_topics(s, schemas, nschemas, report, &now)))
		unreachable(report, "log",
				s->log.bootstrap_servers
						? "Start the broker, or correct [kafka] bootstrap.servers."
						: "Make [millrace] state.dir a folder that this user may write to.",
				&now, err);
	err_clear(&now);
	if (role != ROLE_CAPTURE) {
		if (sink_check(&s->sink, schemas, nschemas, report, &now))
			unreachable(report, "target", "Start StarRocks, or correct [starrocks] fe.http and fe.mysql.",
					&now, err);
		for (size_t i = 0; i < s->ntables; i++)
			if (table_has_script(&s->tables[i]))
				check_one_script(s, &s->tables[i], schema_of(s->tables[i].name, schemas, nschemas),
						report);
	}
	free_schemas(schemas, nschemas);
	return err->kind == ERR_NONE ? 0 : -1;
}

char *inspect_ddl(const struct settings *s, const char *db_table, struct err *err)
{
	struct schema **schemas = NULL;
	size_t nschemas = 0;
	char *text = NULL, *why = NULL, *out = NULL;

	if (source_schemas(&s->mysql, &schemas, &nschemas, NULL, err))
		return NULL;
	for (size_t i = 0; i < nschemas && out == NULL; i++) {
		size_t n = strlen(schemas[i]->db);

		if (strncmp(db_table, schemas[i]->db, n) != 0 || db_table[n] != '.' ||
				strcmp(db_table + n + 1, schemas[i]->table) != 0)
			continue;
		text = sink_ddl(&s->sink, schemas[i], &why, err);
		if (text == NULL)
			break;
		out = xasprintf("%s\n\n%s", text, why ? why : "");
	}
	free(text);
	free(why);
	free_schemas(schemas, nschemas);
	if (out == NULL && err->kind == ERR_NONE)
		err_set(err, ERR_CONFIG, 0,
				"table '%.200s': expected db.table as [mysql] table.include.list captures it, found none of that name",
				db_table);
	return out;
}
