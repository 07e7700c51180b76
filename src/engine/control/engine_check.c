/* engine_check.c - the preflight: every room looks at its own system, here they are asked in the order of the data. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/buf.h"
#include "core/xalloc.h"
#include "engine/control/engine_check_names.h"
#include "engine/control/engine_check_topics.h"
#include "engine/control/engine_check_words.h"
#include "engine/control/engine_inspect.h"
#include "engine/engine_parts.h"

enum { LINE_WRONG, SCRIPT_WRONG, SECRET_READABLE, TARGET_CAPTURED, TARGET_NONE };
static const struct report_kind kinds[] = {
	[LINE_WRONG] = { REPORT_PROBLEM, "[table] script", "a line with an error",
			"Correct the line; `millrace lua check` tells the same." },
	[SCRIPT_WRONG] = { REPORT_PROBLEM, "[table] script", "does not compile",
			"Correct the script; `millrace check` compiles it again." },
	[SECRET_READABLE] = { REPORT_WARNING, "secrets", "every user of this machine can read a file with a password",
			"chmod o-rwx it, and consider a new password" },
	[TARGET_CAPTURED] = { REPORT_PROBLEM, "target", "a script sends rows to a table that is captured itself",
			"Name a table in `to` that is not captured, or give it a target of its own." },
	[TARGET_NONE] = { REPORT_PROBLEM, "target", "a script's table at the target cannot be one",
			"Correct `key` in the script, or give the table a section of its own." },
};

struct check_told {
	struct report *report;
	const char *subject;
	bool any;
};

static void tell_finding(void *arg, const struct script_finding *f)
{
	struct check_told *told = arg;

	told->any = true;
	report_add(told->report, f->error ? kinds[LINE_WRONG].level : REPORT_WARNING, told->subject,
			kinds[LINE_WRONG].remedy, "%s:%d: %s", f->script, f->line, f->text);
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

void inspect_script(const struct settings *s, const struct table_settings *t, const struct schema *schema,
		struct report *report)
{
	char *subject = xasprintf("[table %s]", t->name);
	struct check_told told = { .report = report, .subject = subject };
	struct script *script;
	struct err err;

	err_clear(&err);
	script = table_script_open(s, t, &err);
	if (script && script_lint(script, schema, tell_finding, &told, &err) == 0 && !told.any)
		report_ok(report, subject, "%s compile%s",
				t->filter.text == NULL		     ? "its scripts"
						: t->transform.count ? "filter and scripts"
								     : "its filter",
				t->filter.text && t->transform.count == 0 ? "s" : "");
	else if (!told.any)
		report_tell_of(report, &kinds[SCRIPT_WRONG], subject, "%s", err.msg);
	script_close(script);
	free(subject);
}

/* The section whose script the table has; NULL: none. */
static const struct table_settings *section_of(const struct settings *s, const struct schema *schema)
{
	const struct table_settings *conf;
	char name[TABLE_NAME_ROOM];

	snprintf(name, sizeof(name), "%s.%s", schema->db, schema->table);
	conf = settings_for_table(s, name);
	return conf && table_has_script(conf) ? conf : NULL;
}

struct script *inspect_script_of(const struct settings *s, const struct schema *schema, struct err *err)
{
	const struct table_settings *conf = section_of(s, schema);

	return conf ? table_script_open(s, conf, err) : NULL;
}

static void free_schemas(struct schema **schemas, size_t n)
{
	for (size_t i = 0; i < n; i++)
		schema_unref(schemas[i]);
	free(schemas);
}

static const char state_dir[] = "Make [millrace] state.dir a folder that this user may write to.";

static const struct system_words {
	const char *subject, *silent, *refuses; /* it does not answer; it refuses what we are, ask or set */
} system_words[] = {
	[INSPECT_MYSQL] = { "mysql", "Start the server, or correct [mysql] host, port, user and password.",
			"Correct [mysql] user, password and ssl.*, or the user's grants." },
	[INSPECT_LOG] = { "log", "Start the broker, or correct [kafka] bootstrap.servers.",
			"Correct [kafka] security.protocol, sasl.* and ssl.*, or the user's rights at the broker." },
	[INSPECT_TARGET] = { "target", "Start StarRocks, or correct [starrocks] fe.http and fe.mysql.",
			"Correct [starrocks] user and password, or the user's grants." },
};

enum { SYSTEMS = sizeof(system_words) / sizeof(*system_words) };

const char *inspect_remedy(const struct settings *s, enum inspect_system system, enum err_kind kind)
{
	const struct system_words *w = &system_words[system];

	if ((system == INSPECT_LOG && s->log.bootstrap_servers == NULL) ||
			(system == INSPECT_TARGET && s->sink.fe_http == NULL))
		return state_dir;
	return kind == ERR_CONFIG || kind == ERR_DENIED ? w->refuses : w->silent;
}

void inspect_remedies(struct report *configuration, struct report *tables)
{
	engine_rules_remedies(configuration);
	for (size_t i = 0; i < SYSTEMS; i++) {
		report_add(configuration, REPORT_PROBLEM, system_words[i].subject, system_words[i].silent,
				"does not answer");
		report_add(configuration, REPORT_PROBLEM, system_words[i].subject, system_words[i].refuses,
				"refuses the user or what is asked");
	}
	report_add(configuration, REPORT_PROBLEM, "embedded log or warehouse", state_dir, "cannot be opened");
	check_names_remedies(configuration);
	check_topics_remedies(configuration);
	report_kinds(configuration, kinds, sizeof(kinds) / sizeof(*kinds));
	question_remedies(tables);
}

/* A system that cannot be used is a line of the report too; the first one decides the exit code. */
static void unusable(struct report *report, const struct settings *s, enum inspect_system system, struct err *now,
		struct err *first)
{
	report_add(report, REPORT_PROBLEM, system_words[system].subject, inspect_remedy(s, system, now->kind), "%s",
			now->msg);
	if (first->kind == ERR_NONE)
		*first = *now;
}

/* Properties that the client does not take are told with the configuration; nothing can be asked with them. */
static void check_log(const struct settings *s, struct schema *const *schemas, size_t nschemas, struct report *report,
		struct err *first)
{
	struct err now = { .kind = ERR_NONE };

	if (log_conf_check(&s->log, &now) == 0 &&
			(log_check(&s->log, report, &now) ||
					(s->log.bootstrap_servers && check_topics(s, schemas, nschemas, report, &now))))
		unusable(report, s, INSPECT_LOG, &now, first);
}

static void check_secrets(const struct settings *s, struct report *report)
{
	const char *path;

	for (size_t i = 0; (path = settings_exposed(s, &i)) != NULL;)
		report_tell(report, &kinds[SECRET_READABLE],
				"%s holds a password, and every user of this machine can read it", path);
}

/* A table that rows are sent to must be nobody's own. */
static void check_to(const struct script *script, const struct schema *of, struct schema *const *schemas,
		size_t nschemas, struct report *report)
{
	const char *db, *table;

	for (size_t i = 0; script_to_at(script, i, &db, &table); i++)
		for (size_t k = 0; k < nschemas; k++)
			if (schemas[k] != of && strcmp(schemas[k]->db, db) == 0 &&
					strcmp(schemas[k]->table, table) == 0)
				report_tell(report, &kinds[TARGET_CAPTURED],
						"the script of %s.%s sends rows to %s.%s, which is captured itself: their rows would overwrite each other",
						of->db, of->table, db, table);
}

/* Each table as it has to be at the target. What is wrong with the script of one table is told with its section. */
static int check_target(const struct settings *s, struct schema *const *schemas, size_t nschemas, struct report *report,
		struct err *err)
{
	struct schema **wide = xcalloc(nschemas + 1, sizeof(*wide));
	int rc;

	for (size_t i = 0; i < nschemas; i++) {
		struct err why = { .kind = ERR_NONE };
		struct script *script = inspect_script_of(s, schemas[i], &why);

		wide[i] = script_target(script, schemas[i], &why);
		check_to(script, schemas[i], schemas, nschemas, report);
		if (wide[i] == NULL && schema_of(section_of(s, schemas[i])->name, schemas, nschemas) == NULL)
			report_tell(report, &kinds[TARGET_NONE], "%s", why.msg);
		if (wide[i] == NULL)
			wide[i] = schema_ref(schemas[i]);
		script_close(script);
	}
	rc = sink_check(&s->sink, wide, nschemas, report, err);
	free_schemas(wide, nschemas);
	return rc;
}

int inspect_check(const struct settings *s, enum engine_role role, const struct source_limits *limits,
		struct report *report, struct tables_report *tables, struct err *err)
{
	struct schema **schemas = NULL;
	size_t nschemas = 0;
	struct err now;
	bool fold;

	err_clear(err);
	if (engine_report_settings(s, role, report))
		report_ok(report, "configuration", "%s", s->path);
	check_secrets(s, report);
	err_clear(&now);
	if (role != ROLE_LOAD) {
		if (source_check(&s->mysql, report, &now))
			unusable(report, s, INSPECT_MYSQL, &now, err);
		else if (source_schemas(&s->mysql, &schemas, &nschemas, &fold, &now) == 0) {
			check_names(s, role, schemas, nschemas, fold, report);
			if (tables_report_make(s, role, schemas, nschemas, limits, tables, &now))
				report_add(report, REPORT_PROBLEM, "mysql tables", NULL, "counting rows: %s", now.msg);
		}
	}
	check_log(s, schemas, nschemas, report, err);
	err_clear(&now);
	if (role != ROLE_CAPTURE) {
		if (check_target(s, schemas, nschemas, report, &now))
			unusable(report, s, INSPECT_TARGET, &now, err);
		for (size_t i = 0; i < s->ntables; i++)
			if (table_has_script(&s->tables[i]))
				inspect_script(s, &s->tables[i], schema_of(s->tables[i].name, schemas, nschemas),
						report);
	}
	free_schemas(schemas, nschemas);
	return err->kind == ERR_NONE ? 0 : -1;
}
