/*
 * cli_verify.c - `millrace verify`: MySQL compared with the target by the running process. Each difference is a line as it is
 * found, with both rows; how far it is goes to stderr when that is a terminal. Values may hold anything.
 */
#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"

struct answers {
	bool json;
	bool progress; /* a line of it stands on the screen */
	unsigned different, not_compared;
};

static const char *member(json_t *o, const char *name)
{
	const char *text = json_string_value(json_object_get(o, name));

	return text ? text : "";
}

static long long number(json_t *o, const char *name)
{
	return (long long)json_integer_value(json_object_get(o, name));
}

static void put(const char *text)
{
	cli_put_safe(stdout, text, strlen(text));
}

static void put_value(json_t *v)
{
	if (v == NULL) {
		fputs("-", stdout);
	} else if (json_is_string(v)) {
		putchar('\'');
		cli_put_safe(stdout, json_string_value(v), json_string_length(v));
		putchar('\'');
	} else {
		fputs("NULL", stdout);
	}
}

static void put_row(json_t *row)
{
	const char *name, *separator = "";
	json_t *v;

	json_object_foreach(row, name, v)
	{
		fputs(separator, stdout);
		put(name);
		putchar('=');
		put_value(v);
		separator = ", ";
	}
}

/* Of a row with other values only those; of a row that is on one side only, all of it. */
static void print_difference(json_t *o)
{
	json_t *mysql = json_object_get(o, "mysql"), *target = json_object_get(o, "target"),
	       *columns = json_object_get(o, "columns"), *c;
	size_t i;

	put(member(o, "table"));
	fputs("  ", stdout);
	put_row(json_object_get(o, "key"));
	printf("  %s\n", strcmp(member(o, "difference"), "columns") == 0 ? "differs" : member(o, "difference"));
	if (*member(o, "why")) {
		fputs("    why     ", stdout);
		put(member(o, "why"));
		putchar('\n');
	}
	json_array_foreach(columns, i, c)
	{
		fputs("    ", stdout);
		put(json_string_value(c));
		fputs("  MySQL ", stdout);
		put_value(json_object_get(mysql, json_string_value(c)));
		fputs("  target ", stdout);
		put_value(json_object_get(target, json_string_value(c)));
		putchar('\n');
	}
	for (int side = 0; side < 2 && json_array_size(columns) == 0; side++) {
		json_t *row = side ? target : mysql;

		if (!json_is_object(row))
			continue;
		fputs(side ? "    target  " : "    MySQL   ", stdout);
		put_row(row);
		putchar('\n');
	}
}

static void print_outcome(struct answers *a, json_t *o)
{
	const char *result = member(o, "result");

	a->different += strcmp(result, "different") == 0;
	a->not_compared += strcmp(result, "not compared") == 0;
	if (a->json)
		return;
	put(member(o, "table"));
	printf("  %s: %lld rows in %.1f s", result, number(o, "rows"), (double)number(o, "ms") / 1000);
	if (number(o, "looked_again") > 0)
		printf(", %lld looked at again", number(o, "looked_again"));
	if (number(o, "differences") > 0)
		printf(", %lld differences%s", number(o, "differences"),
				json_is_true(json_object_get(o, "more")) ? " or more" : "");
	if (number(o, "repaired") > 0)
		printf(", %lld repaired", number(o, "repaired"));
	if (*member(o, "why")) {
		fputs(": ", stdout);
		put(member(o, "why"));
	}
	putchar('\n');
}

static void print_progress(struct answers *a, json_t *o)
{
	if (a->json || !isatty(STDERR_FILENO))
		return;
	fputs("\r\033[K", stderr);
	cli_put_safe(stderr, member(o, "table"), strlen(member(o, "table")));
	fprintf(stderr, "  %s: %lld rows, %lld differences", member(o, "progress"), number(o, "rows"),
			number(o, "differences"));
	fflush(stderr);
	a->progress = true;
}

static int take_line(void *arg, const char *line, size_t len)
{
	struct answers *a = arg;
	json_t *o;

	if (len == 0)
		return ferror(stdout);
	o = json_loadb(line, len, 0, NULL);

	if (a->progress)
		fputs("\r\033[K", stderr);
	a->progress = false;
	if (a->json)
		cli_print_line(NULL, line, len);
	if (json_object_get(o, "progress"))
		print_progress(a, o);
	else if (json_object_get(o, "result"))
		print_outcome(a, o);
	else if (json_object_get(o, "difference") && !a->json)
		print_difference(o);
	json_decref(o);
	return fflush(stdout) ? -1 : 0;
}

int cli_verify(struct cli *cli)
{
	struct answers a = { .json = cli_option(cli, "--json") != NULL };
	struct engine_request r = { .command = "verify" };
	struct cli_call call;
	struct err err;
	int rc;

	err_clear(&err);
	engine_request_give(&r, "tables", cli->nwords ? cli->words[0] : NULL);
	engine_request_give(&r, "continuous",
			cli_option(cli, "--stop")			  ? "off"
					: cli_option(cli, "--continuous") ? "on"
									  : NULL);
	engine_request_give(&r, "repair", cli_given(cli, "--repair"));
	engine_request_give(&r, "truncate", cli_given(cli, "--truncate"));
	engine_request_give(&r, "limit", cli_option(cli, "--limit"));
	r.session = cli_session();
	if (cli_option(cli, "--truncate") && !cli_option(cli, "--repair")) {
		err_set(&err, ERR_CONFIG, 0,
				"verify: --truncate is for --repair; `millrace snapshot TABLE --truncate` reads a table again without comparing it");
		return cli_fail(&err);
	}
	if (cli_call(cli, &call, &err))
		return cli_fail(&err);
	rc = call.link.request(call.link.self, &r, take_line, &a, &err);
	cli_hang_up(&call);
	if (rc)
		return cli_fail(&err);
	return a.different ? EXIT_PROBLEMS : a.not_compared ? EXIT_USAGE : EXIT_DONE;
}
