/* script_case_file.c - the cases of a script: JSON lines in a file beside it, the table first. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/xalloc.h"
#include "script/script.h"

char *script_case_path(const char *script)
{
	size_t n = strlen(script);

	return xasprintf("%.*s.cases", (int)(n > 4 && strcmp(script + n - 4, ".lua") == 0 ? n - 4 : n), script);
}

static bool is_blank(const char *line)
{
	return line[strspn(line, " \t\r\n")] == '\0';
}

int script_case_file(struct script *s, const char *path, script_case_told *told, void *arg, struct err *err)
{
	FILE *f = fopen(path, "re");
	struct schema *schema = NULL;
	struct script_case c;
	char *line = NULL;
	size_t size = 0, count = 0;
	ssize_t n;
	int rc = 0;

	if (f == NULL)
		return err_set(err, ERR_CONFIG, errno, "%s: expected a file of cases beside the script, found: %s",
				path, strerror(errno));
	for (int at = 1; rc == 0 && (n = getline(&line, &size, f)) > 0; at++) {
		if (is_blank(line))
			continue;
		if (schema == NULL) {
			if ((rc = script_case_table(line, (size_t)n, &schema, err)) != 0)
				err_wrap(err, "%s:%d", path, at);
			continue;
		}
		script_case_run(s, schema, line, strlen(line), &c);
		told(arg, at, &c);
		count++;
	}
	if (rc == 0 && count == 0)
		rc = err_set(err, ERR_CONFIG, 0, "%s: expected the table and at least one case, found none", path);
	schema_unref(schema);
	free(line);
	fclose(f);
	return rc;
}
