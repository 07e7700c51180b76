/* cli_ddl.c - millrace ddl: tables of the target as SQL, and, when asked for, carried out. */
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "engine/control/engine_inspect.h"

/* The indent is of the statement, all else may have come from a name. */
static void put_lines(const char *text)
{
	for (const char *line = text, *end; *line; line = end + (*end != '\0')) {
		for (; *line == '\t'; line++)
			putchar('\t');
		end = line + strcspn(line, "\n");
		cli_put_safe(stdout, line, (size_t)(end - line));
		putchar('\n');
	}
}

static void tell(void *arg, const char *db_table, const struct err *err)
{
	(void)arg;
	fputs("-- ", stdout);
	cli_put_safe(stdout, db_table, strlen(db_table));
	fputs(err ? ": " : ": done", stdout);
	if (err)
		cli_put_safe(stdout, err->msg, strlen(err->msg));
	putchar('\n');
}

static bool has_statement(const char *text)
{
	for (; *text; text += strcspn(text, "\n") + (text[strcspn(text, "\n")] != '\0'))
		if (*text != '\n' && strncmp(text, "--", 2) != 0)
			return true;
	return false;
}

/* The process that runs, if one does, would find out within a minute. */
static void tell_running(struct cli *cli)
{
	struct engine_request r = { .command = "target-look" };
	struct err ignored;

	err_clear(&ignored);
	cli_ask(cli, &r, cli_print_line, &ignored);
}

/* What was printed is to be done. */
static int apply(struct cli *cli, const struct settings *s, const char *text, struct err *err)
{
	int rc;

	if (!has_statement(text))
		return 0;
	if (!cli_option(cli, "--yes"))
		return err_set(err, ERR_CONFIG, 0,
				"ddl --apply: nothing was done; the statements above change tables at the target, and loads into a table wait "
				"until its change has ended, which for another type rewrites its data: --yes carries them out");
	rc = inspect_ddl_apply(s, cli->nwords ? cli->words[0] : NULL, tell, NULL, err);
	tell_running(cli);
	return rc;
}

int cli_ddl(struct cli *cli)
{
	bool refused = false, applies = cli_option(cli, "--apply") != NULL;
	const struct settings *s;
	struct err err;
	char *text;
	int rc = 0;

	err_clear(&err);
	s = cli_settings(cli, &err);
	text = s ? inspect_ddl(s, cli->nwords ? cli->words[0] : NULL, applies || cli_option(cli, "--alter"), &refused,
				   &err)
		 : NULL;
	if (text == NULL)
		return cli_fail(&err);
	put_lines(text);
	fflush(stdout);
	if (applies)
		rc = apply(cli, s, text, &err);
	free(text);
	return rc < 0 ? cli_fail(&err) : refused || rc ? EXIT_PROBLEMS : EXIT_DONE;
}
