/*
 * cli_lua_repl.c - `lua repl --table T`: each line of standard input is an expression over the newest rows of the table that are in the log, evaluated
 * by the running process, or where none runs by this one.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli_lua.h"
#include "core/xalloc.h"
#include "engine/control/script_eval.h"

struct repl {
	struct cli *cli;
	struct eval_wish wish;
	const char *count;
	bool json, failed;
	struct log *log; /* NULL: the running process evaluates */
};

static void put(const char *text)
{
	cli_put_safe(stdout, text, strlen(text));
}

/* 0:8413990 {"id":"7"}  "paid" */
static void print_value(const json_t *o)
{
	char *key = json_dumps(json_object_get(o, "key"), JSON_COMPACT | JSON_ENCODE_ANY);

	printf("%lld:%lld ", (long long)json_integer_value(json_object_get(o, "partition")),
			(long long)json_integer_value(json_object_get(o, "offset")));
	put(key ? key : "");
	fputs("  ", stdout);
	put(cli_lua_text(o, "value"));
	putchar('\n');
	free(key);
}

static int print_answer(void *arg, const char *line, size_t len)
{
	struct repl *r = arg;
	json_t *o = len ? json_loadb(line, len, 0, NULL) : NULL;
	bool error = strcmp(cli_lua_text(o, "kind"), "error") == 0;

	r->failed |= error;
	if (o && r->json) {
		cli_print_line(NULL, line, len);
	} else if (error) {
		put(cli_lua_text(o, "reason"));
		printf("  (%lld rows)\n", (long long)json_integer_value(json_object_get(o, "rows")));
	} else if (o) {
		print_value(o);
	}
	json_decref(o);
	return ferror(stdout);
}

static int ask(struct repl *r, struct err *err)
{
	struct engine_request request = {
		.command = "script-eval",
		.args = { { "table", r->wish.table }, { "text", r->wish.text } },
		.nargs = 2,
	};

	if (r->count) {
		request.args[request.nargs].name = "n";
		request.args[request.nargs++].value = r->count;
	}
	if (r->wish.unmasked) {
		request.args[request.nargs].name = "unmasked";
		request.args[request.nargs++].value = "yes";
	}
	return cli_ask_to(r->cli, &request, print_answer, r, err);
}

/* -1: no line can be evaluated. */
static int evaluate(struct repl *r, struct err *err)
{
	int rc = r->log ? -1 : ask(r, err);

	if (r->log == NULL && rc && err->kind == ERR_UNREACHABLE) {
		r->log = cli_own_log(r->cli, err);
		if (r->log == NULL)
			return -1;
		err_clear(err);
	}
	if (r->log)
		rc = script_eval(r->log, r->cli->settings, &r->wish, print_answer, r, err);
	if (rc) {
		r->failed = true;
		fflush(stdout);
		cli_put_safe(stderr, err->msg, strlen(err->msg));
		fputc('\n', stderr);
	}
	err_clear(err);
	return 0;
}

static int each_line(struct repl *r, struct err *err)
{
	bool person = isatty(STDIN_FILENO);
	char *line = NULL;
	size_t size = 0;
	ssize_t n;
	int rc = 0;

	for (;;) {
		if (person)
			fputs("> ", stdout);
		fflush(stdout);
		if ((n = getline(&line, &size, stdin)) < 0)
			break;
		while (n > 0 && (line[n - 1] == '\n' || line[n - 1] == '\r'))
			line[--n] = '\0';
		r->wish.text = line;
		if (line[strspn(line, " \t")] && (rc = evaluate(r, err)) != 0)
			break;
	}
	if (person)
		putchar('\n');
	free(line);
	return rc;
}

int cli_lua_repl(struct cli *cli, const char *word, struct err *err)
{
	const char *count = cli_option(cli, "-n");
	struct repl r = {
		.cli = cli,
		.wish = { .table = cli_option(cli, "--table"),
				.count = count ? strtoll(count, NULL, 10) : EVAL_ROWS,
				.unmasked = cli_option(cli, "--unmasked") != NULL },
		.count = count,
		.json = cli_option(cli, "--json") != NULL,
	};
	int rc = -1;

	(void)word;
	if (r.wish.table == NULL)
		err_set(err, ERR_CONFIG, 0, "lua repl: expected --table DB.TABLE, found none");
	else
		rc = each_line(&r, err);
	if (r.log)
		log_close(r.log);
	return rc ? cli_fail(err) : r.failed ? EXIT_PROBLEMS : EXIT_DONE;
}
