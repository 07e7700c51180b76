/*
 * script_try.c - the scripts of a configuration that was read anew, before any of it is used: what `lua check` finds without the columns,
 * and the cases beside each. One that fails leaves the scripts of before at work.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "engine/engine_parts.h"

struct tried {
	const char *path; /* of the script, then of its cases */
	struct err *err;  /* the first finding */
};

static void tell_finding(void *arg, const struct script_finding *f)
{
	struct tried *t = arg;

	if (f->error && t->err->kind == ERR_NONE)
		err_set(t->err, ERR_CONFIG, 0, "%s:%d: %s", f->script, f->line, f->text);
}

static void tell_case(void *arg, int line, const struct script_case *c)
{
	struct tried *t = arg;

	if (!c->passed && t->err->kind == ERR_NONE)
		err_set(t->err, ERR_CONFIG, 0, "%s:%d: case '%s': %s", t->path, line, c->name, c->text);
}

static void try_file(const struct settings *s, const struct table_settings *section, const char *transform,
		struct err *err)
{
	char *path = table_script_path(s, transform), *cases = script_case_path(path);
	struct tried t = { .path = cases, .err = err };
	struct script *script = script_open_from(&(struct script_origin){ .path = path, .config = &section->script },
			&s->script, err);
	struct err other = { 0 };

	if (script && script_lint(script, NULL, tell_finding, &t, &other) && err->kind == ERR_NONE)
		*err = other;
	if (script && err->kind == ERR_NONE && access(cases, F_OK) == 0 &&
			script_case_file(script, cases, tell_case, &t, &other) && err->kind == ERR_NONE)
		*err = other;
	script_close(script);
	free(cases);
	free(path);
}

int script_try_section(const struct settings *s, const struct table_settings *section, struct err *err)
{
	for (size_t k = 0; k < section->transform.count && err->kind == ERR_NONE; k++)
		try_file(s, section, section->transform.items[k], err);
	return err->kind == ERR_NONE ? 0 : -1;
}

int script_try_all(const struct settings *s, struct err *err)
{
	for (size_t i = 0; i < s->ntables && err->kind == ERR_NONE; i++)
		script_try_section(s, &s->tables[i], err);
	return err->kind == ERR_NONE ? 0 : -1;
}
