/*
 * cli_lua.c - `lua check`: a script before it meets rows of production. It needs no running process; `lua test` is in cli_lua_test.c, `lua new` in
 * cli_lua_new.c, `lua run` in cli_lua_run.c, `lua versions` and what follows from it in cli_lua_versions.c.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli_lua.h"
#include "core/xalloc.h"
#include "script/script.h"
#include "source/source.h"

struct lua_told {
	unsigned errors, warnings;
};

static void tell(void *arg, const struct script_finding *f)
{
	struct lua_told *told = arg;

	printf("%s:%d: %s: ", f->script, f->line, f->error ? "error" : "warning");
	cli_put_safe(stdout, f->text, strlen(f->text));
	putchar('\n');
	*(f->error ? &told->errors : &told->warnings) += 1;
}

struct script *cli_lua_open(struct cli *cli, const char *path, struct err *err)
{
	struct script_limits limits = { .instructions = 1000000, .memory_bytes = 64 << 20 };
	struct err none = { 0 };
	const struct table_settings *section;
	const struct settings *s = cli->conf_path ? cli_settings(cli, err) : cli_settings(cli, &none);

	if (s == NULL && cli->conf_path)
		return NULL;
	section = s ? settings_for_script(s, path) : NULL;
	return script_open_from(&(struct script_origin){ .path = path, .config = section ? &section->script : NULL },
			s ? &s->script : &limits, err);
}

/* ---- check ---- */

int cli_lua_table(struct cli *cli, const char *name, struct schema **out, struct err *err)
{
	const struct settings *s = cli_settings(cli, err);
	struct schema **schemas;
	size_t count;

	if (s == NULL || source_schemas(&s->mysql, &schemas, &count, NULL, err))
		return -1;
	for (size_t i = 0; i < count; i++) {
		size_t n = strlen(schemas[i]->db);

		if (*out == NULL && strncmp(name, schemas[i]->db, n) == 0 && name[n] == '.' &&
				strcmp(name + n + 1, schemas[i]->table) == 0)
			*out = schema_ref(schemas[i]);
		schema_unref(schemas[i]);
	}
	free(schemas);
	return *out ? 0
		    : err_set(err, ERR_CONFIG, 0,
				      "--table %.200s: expected db.table as [mysql] table.include.list captures it, found none of that name",
				      name);
}

static int table_from_cases(const char *script, struct schema **out, struct err *err)
{
	char *path = script_case_path(script), *line = NULL;
	FILE *f = fopen(path, "re");
	size_t size = 0;
	ssize_t n = f ? getline(&line, &size, f) : -1;
	int rc = n > 0 ? script_case_table(line, (size_t)n, out, err) : 0;

	if (rc)
		err_wrap(err, "%s:1", path);
	if (f)
		fclose(f);
	free(line);
	free(path);
	return rc;
}

static int check(struct cli *cli, const char *path, struct err *err)
{
	const char *table = cli_option(cli, "--table");
	struct lua_told told = { 0 };
	struct script *s = cli_lua_open(cli, path, err);
	struct schema *schema = NULL;
	int rc = s == NULL || (table ? cli_lua_table(cli, table, &schema, err) : table_from_cases(path, &schema, err))
			? -1
			: 0;

	if (rc == 0)
		rc = script_lint(s, schema, tell, &told, err);
	if (rc == 0)
		printf("%s: %u error%s, %u warning%s%s\n", path, told.errors, told.errors == 1 ? "" : "s",
				told.warnings, told.warnings == 1 ? "" : "s",
				schema ? ""
				       : "; columns are not checked: name the table with --table DB.TABLE, or in a file of cases");
	schema_unref(schema);
	script_close(s);
	return rc ? cli_fail(err) : told.errors ? EXIT_PROBLEMS : EXIT_DONE;
}

int cli_lua(struct cli *cli)
{
	static const struct {
		const char *name;
		int (*run)(struct cli *, const char *, struct err *);
		int least, most; /* words behind its name */
	} actions[] = {
		{ "check", check, 1, 1 },
		{ "test", cli_lua_test, 0, 1 },
		{ "new", cli_lua_new, 1, 1 },
		{ "run", cli_lua_run, 1, 1 },
		{ "profile", cli_lua_profile, 0, 1 },
		{ "repl", cli_lua_repl, 0, 0 },
		{ "versions", cli_lua_versions, 0, 0 },
		{ "diff", cli_lua_diff, 2, 2 },
		{ "apply", cli_lua_apply, 0, 0 },
		{ "rollback", cli_lua_rollback, 0, 1 },
	};
	struct err err = { 0 };

	for (size_t i = 0; i < sizeof(actions) / sizeof(*actions); i++) {
		if (strcmp(cli->words[0], actions[i].name) != 0)
			continue;
		if (cli->nwords - 1 >= actions[i].least && cli->nwords - 1 <= actions[i].most)
			return actions[i].run(cli, cli->words[1], &err);
		err_set(&err, ERR_CONFIG, 0, "lua %s: expected %d to %d words more, found %d", actions[i].name,
				actions[i].least, actions[i].most, cli->nwords - 1);
		return cli_fail(&err);
	}
	err_set(&err, ERR_CONFIG, 0,
			"lua %.40s: expected check, test, new, run, profile, repl, versions, diff, apply or rollback",
			cli->words[0]);
	return cli_fail(&err);
}
