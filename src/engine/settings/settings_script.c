/*
 * settings_script.c - the script of a section [table NAME]: its filter, which is compiled as a script of its own whose lines are those of
 * the configuration file, and behind it the scripts that transform names.
 */
#include <stdlib.h>
#include <string.h>

#include "core/xalloc.h"
#include "engine/settings/settings.h"

char *table_script_path(const struct settings *s, const char *transform)
{
	return transform[0] == '/' ? xstrdup(transform) : xasprintf("%s/%s", s->dir, transform);
}

const struct table_settings *settings_for_script(const struct settings *s, const char *path)
{
	const struct table_settings *found = NULL;
	char *wanted = realpath(path, NULL);

	for (size_t i = 0; i < s->ntables; i++)
		for (size_t k = 0; k < s->tables[i].transform.count && wanted && found == NULL; k++) {
			char *named = table_script_path(s, s->tables[i].transform.items[k]),
			     *real = realpath(named, NULL);

			if (real && strcmp(real, wanted) == 0)
				found = &s->tables[i];
			free(real);
			free(named);
		}
	free(wanted);
	return found;
}

/* The expression as a script. Empty lines before it make its line that of the file; what it gives has to be true or false, because 0 and
 * null are true in Lua. */
static struct script *open_filter(const struct settings *s, const struct table_settings *t, struct err *err)
{
	const char *slash = strrchr(s->path, '/'), *file = slash ? slash + 1 : s->path;
	size_t lines = t->filter.line > 0 ? (size_t)t->filter.line - 1 : 0;
	char *empty = xcalloc(1, lines + 1), *text;
	struct script *script;

	memset(empty, '\n', lines);
	text = xasprintf(
			"%sfunction transform(row, event) local pass = (%s\n) if pass == true then return row elseif pass == false then return nil end "
			"error('%.100s:%d: filter: expected true or false, found ' .. tostring(pass), 0) end",
			empty, t->filter.text, file, t->filter.line);
	script = script_open_text(file, text, &s->script, err);
	free(empty);
	free(text);
	return script;
}

struct script *table_script_open(const struct settings *s, const struct table_settings *t, struct err *err)
{
	struct script *all = t->filter.text ? open_filter(s, t, err) : NULL;

	if (t->filter.text && all == NULL)
		return NULL;
	for (size_t i = 0; i < t->transform.count; i++) {
		char *path = table_script_path(s, t->transform.items[i]);
		struct script *next = script_open_from(&(struct script_origin){ .path = path, .config = &t->script },
				&s->script, err);

		free(path);
		if (next == NULL) {
			script_close(all);
			return NULL;
		}
		all = script_chain(all, next);
	}
	if (t->script.count == 0 || script_has_init(all))
		return all;
	script_close(all);
	err_set(err, ERR_CONFIG, 0, "%s:%d: [table %s] %s: expected a script with function init(config), found none",
			s->path, t->script.items[0].line, t->name, t->script.items[0].key);
	return NULL;
}
