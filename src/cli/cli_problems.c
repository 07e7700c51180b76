/* cli_problems.c - what is wrong, as `status` begins with it; and the page of all problems there can be. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "engine/status/problems.h"

/* ---- of a running process ---- */

static void print_line(const char *what, const char *text)
{
	printf("         %s", what);
	cli_put_safe(stdout, text, strlen(text));
	putchar('\n');
}

static void print_problem(const struct status_problem *p, int64_t now_us)
{
	char since[32], left[32];

	cli_duration(since, sizeof(since), (now_us - p->since_us) / 1000);
	printf("%-8s %s ", problem_severity_name(p->severity), p->kind);
	cli_put_safe(stdout, p->subject, strlen(p->subject));
	printf(" (%s, for %s)\n", p->code, since);
	print_line("", p->text);
	print_line("means: ", p->means);
	if (p->limit[0]) {
		cli_duration(left, sizeof(left), p->left_ms);
		printf("         left: %s %s\n", left, p->limit);
	}
	print_line("do: ", p->remedy);
	if (p->command[0])
		print_line("    ", p->command);
	if (p->by[0])
		print_line("acknowledged by ", p->by);
}

void cli_print_problems(const struct status *s)
{
	for (size_t i = 0; i < s->nproblems; i++)
		print_problem(&s->problems[i], s->wall_us);
	if (s->nproblems)
		putchar('\n');
}

/* ---- docs/problems.md ---- */

void cli_print_problem_page(void)
{
	puts("# Problems\n\n<!-- Printed by `millrace manual --problems` from the program's own table; tests/manual.sh compares. -->\n\n"
	     "`millrace status` begins with what is wrong now, the worst first; `status --json` has it in `problems[]`, by the code\n"
	     "below. The exit code of `status` is 1 while a problem marked *fails* is there. A problem ends by itself when its cause is\n"
	     "gone. `millrace problem CODE[/SUBJECT]` prints all about one: how long there is, what was before it, what is checked now.\n"
	     "`millrace acknowledge CODE [SUBJECT]` keeps it in the list, with the name of who knows about it.\n");
	for (enum problem_code i = 0; i < PROBLEM_COUNT; i++) {
		const struct problem_kind *k = problem_kind(i);

		printf("## %s\n\n%s, of a %s%s. %s\n\nDo: %s\n", k->name, problem_severity_name(k->severity),
				k->subject, k->fails ? ", fails" : "", k->means, k->remedy);
		if (k->command) {
			fputs("\n    ", stdout);
			printf(k->command,
					strcmp(k->subject, "half") == 0			  ? "HALF"
							: strcmp(k->subject, "file") == 0 ? "FILE"
											  : "TABLE");
			putchar('\n');
		}
		if (i + 1 < PROBLEM_COUNT)
			putchar('\n');
	}
}
