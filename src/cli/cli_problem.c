/* cli_problem.c - one problem, whole, as the console's page has it: a heading for each part, then its lines. */
#include <inttypes.h>
#include <jansson.h>
#include <string.h>

#include "cli/cli.h"
#include "core/num/num.h"

struct problem_printing {
	const char *part; /* whose heading stands last */
};

static const struct problem_part {
	const char *name, *title;
} parts[] = {
	{ "what", NULL },
	{ "means", "what it means for the data" },
	{ "left", "how long there is" },
	{ "do", "what to do" },
	{ "timeline", "since then, newest first" },
	{ "changed", "what changed before it, newest first" },
	{ "before", "the ten minutes before it, newest first" },
	{ "check", "what is checked now" },
};

static const char *text(const json_t *o, const char *name)
{
	const char *s = json_string_value(json_object_get(o, name));

	return s ? s : "";
}

static void put(const char *before, const char *s)
{
	fputs(before, stdout);
	cli_put_safe(stdout, s, strlen(s));
}

static void print_heading(struct problem_printing *p, const char *name)
{
	for (size_t i = 0; i < sizeof(parts) / sizeof(*parts); i++) {
		if (strcmp(parts[i].name, name) != 0 || p->part == parts[i].name)
			continue;
		p->part = parts[i].name;
		if (parts[i].title)
			printf("\n%s\n", parts[i].title);
	}
}

static void print_what(const json_t *o)
{
	int64_t ms = json_integer_value(json_object_get(o, "ms"));
	char age[40];

	cli_duration(age, sizeof(age), ms);
	put("", text(o, "state"));
	put(": ", text(o, "kind"));
	put(" ", text(o, "what"));
	put(" (", text(o, "code"));
	printf(", for %s)\n", age);
	put("  ", text(o, "text"));
	putchar('\n');
}

static void print_left(const json_t *o)
{
	char left[40];

	if (text(o, "text")[0] == '\0') {
		puts("  - : nothing runs out while it lasts");
		return;
	}
	cli_duration(left, sizeof(left), json_integer_value(json_object_get(o, "ms")));
	put("  ", left);
	put(" ", text(o, "text"));
	putchar('\n');
}

static void print_do(const json_t *o)
{
	put("  ", text(o, "text"));
	putchar('\n');
	if (text(o, "command")[0]) {
		put("    ", text(o, "command"));
		putchar('\n');
	}
}

/* "  14:02:51 notice  sink  text (x3)", "  ok  mysql dns db1  1 address (2 ms)" */
static void print_fact(const json_t *o)
{
	const json_t *at = json_object_get(o, "at_us"), *ms = json_object_get(o, "ms"),
		     *times = json_object_get(o, "times");
	char when[48];

	if (at) {
		when[num_iso_datetime(when, json_integer_value(at), 0, ' ')] = '\0';
		printf("  %.19s", when);
	}
	printf("  %-8s", text(o, "state"));
	put(" ", text(o, "what"));
	put(": ", text(o, "text"));
	if (times)
		printf(" (x%" PRId64 ")", (int64_t)json_integer_value(times));
	if (ms)
		printf(" (%" PRId64 " ms)", (int64_t)json_integer_value(ms));
	if (text(o, "remedy")[0])
		put("\n           -> ", text(o, "remedy"));
	putchar('\n');
}

static int print_line(void *arg, const char *line, size_t len)
{
	struct problem_printing *p = arg;
	json_t *o = len ? json_loadb(line, len, 0, NULL) : NULL;
	const char *part = text(o, "part");

	print_heading(p, part);
	if (strcmp(part, "what") == 0)
		print_what(o);
	else if (strcmp(part, "left") == 0)
		print_left(o);
	else if (strcmp(part, "means") == 0 || strcmp(part, "do") == 0)
		print_do(o);
	else if (o)
		print_fact(o);
	json_decref(o);
	return fflush(stdout) == EOF;
}

int cli_problem(struct cli *cli)
{
	struct engine_request r = { .command = "problem" };
	struct problem_printing printing = { NULL };
	const char *slash = strchr(cli->words[0], '/');
	char code[64];
	struct err err;

	err_clear(&err);
	snprintf(code, sizeof(code), "%.*s", (int)strcspn(cli->words[0], "/"), cli->words[0]);
	engine_request_give(&r, "problem", code);
	engine_request_give(&r, "subject", slash ? slash + 1 : NULL);
	return cli_ask_to(cli, &r, cli_option(cli, "--json") ? cli_print_line : print_line, &printing, &err)
			? cli_fail(&err)
			: EXIT_DONE;
}
