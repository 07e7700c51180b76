/* cli_do.c - any request that a running process takes, by the words of the console's command line. */
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"

static void print_request(const struct engine_request_doc *doc)
{
	char usage[600];

	engine_request_usage(doc, usage, sizeof(usage));
	printf("%s\n    %s (%s)\n", usage, doc->help, engine_effect_name(doc->effect));
	for (const struct engine_request_arg_doc *a = doc->args; a->name; a++)
		printf("    %-9s %s%s\n", a->name, a->help, a->effect > doc->effect ? " (destructive)" : "");
}

static void print_all(void)
{
	for (const struct engine_request_doc *doc = engine_request_docs(); doc->name; doc++)
		print_request(doc);
}

static int add_argument(const struct engine_request_doc *doc, struct engine_request *r, char *word, struct err *err)
{
	char *equals = strchr(word, '=');
	char usage[600];

	if (equals == NULL || r->nargs == ENGINE_MAX_ARGS) {
		engine_request_usage(doc, usage, sizeof(usage));
		return err_set(err, ERR_CONFIG, 0, "do: '%.60s': expected NAME=VALUE as in: %.300s", word, usage);
	}
	*equals = '\0';
	engine_request_give(r, word, equals + 1);
	return 0;
}

/* What destroys is not begun by a slip of the finger. */
static int confirm(struct cli *cli, const struct engine_request_doc *doc, const struct engine_request *r,
		struct err *err)
{
	if (engine_request_effect(doc, r) < EFFECT_DESTRUCTIVE || cli_option(cli, "--yes"))
		return 0;
	return err_set(err, ERR_CONFIG, 0, "do: %s removes data at the target: add --yes", doc->name);
}

static int run_request(struct cli *cli, const struct engine_request_doc *doc, struct err *err)
{
	struct engine_request r = { .command = doc->name };
	char words[CLI_MAX_WORDS][1024];

	for (int i = 1; i < cli->nwords; i++) {
		if (strlen(cli->words[i]) >= sizeof(words[i]))
			return err_set(err, ERR_CONFIG, 0, "do: '%.60s..': expected at most %zu bytes", cli->words[i],
					sizeof(words[i]) - 1);
		strcpy(words[i], cli->words[i]);
		if (add_argument(doc, &r, words[i], err))
			return -1;
	}
	if (engine_request_check(doc, &r, err) || confirm(cli, doc, &r, err))
		return -1;
	return cli_ask(cli, &r, cli_print_line, err);
}

int cli_do(struct cli *cli)
{
	const struct engine_request_doc *doc;
	struct err err;

	err_clear(&err);
	if (cli->nwords == 0) {
		print_all();
		return EXIT_DONE;
	}
	doc = engine_request_doc(engine_request_docs(), cli->words[0]);
	if (doc == NULL)
		err_set(&err, ERR_CONFIG, 0, "do: expected an action that `millrace do` lists, found '%.60s'",
				cli->words[0]);
	return doc && run_request(cli, doc, &err) == 0 ? EXIT_DONE : cli_fail(&err);
}
