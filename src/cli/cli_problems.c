/* cli_problems.c - what is wrong, as `status` begins with it; and the page of all problems there can be. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "engine/control/engine_inspect.h"
#include "engine/routine/engine_routine.h"
#include "engine/status/problems.h"
#include "log/log.h"
#include "sink/routine/routine.h"
#include "sink/sink.h"
#include "source/source.h"

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

/* A line of Markdown's tables ends at the next bar. */
static void put_cell(const char *text)
{
	for (; *text; text++) {
		if (*text == '|' || *text == '<' || *text == '*')
			putchar('\\');
		putchar(*text);
	}
}

static void print_remedies(const char *title, const char *about, struct report *r)
{
	printf("\n## %s\n\n%s\n\n| level | of | found | do |\n| --- | --- | --- | --- |\n", title, about);
	for (size_t i = 0; i < r->count; i++) {
		const struct report_item *item = &r->items[i];

		printf("| %s | ", report_level_name(item->level));
		put_cell(item->subject);
		fputs(" | ", stdout);
		put_cell(item->found);
		fputs(" | ", stdout);
		put_cell(item->remedy ? item->remedy : "-");
		puts(" |");
	}
	report_done(r);
}

/* What is no problem of a running process: `check`, and what MySQL and StarRocks answer. */
static void print_all_remedies(void)
{
	struct report configuration, server, log, target, tables, refusals, jobs;

	report_init(&configuration);
	report_init(&server);
	report_init(&log);
	report_init(&target);
	report_init(&tables);
	report_init(&refusals);
	report_init(&jobs);
	inspect_remedies(&configuration, &tables);
	source_remedies(&server, &refusals);
	log_remedies(&log);
	sink_remedies(&target);
	engine_routine_remedies(&jobs);
	routine_remedies(&jobs);
	print_remedies("`check`: the configuration and the systems",
			"The text of the line names the setting, what was expected and what was found.",
			&configuration);
	print_remedies("`check`: MySQL's settings and grants",
			"Capture does not start while one of level problem is there.", &server);
	print_remedies("`check`: Kafka and the embedded log",
			"What is asked of the brokers, and of `log.db` in `state.dir`.", &log);
	print_remedies("`check`: StarRocks and the embedded warehouse",
			"The target, and each of its tables against the table of MySQL.", &target);
	print_remedies("`check`: tables and columns",
			"After the colon: what is done with such values. [check.md](check.md) says more.", &tables);
	print_remedies("What MySQL refuses",
			"Error 1236 ends a binlog stream for many reasons; its text tells which. Capture tries again by itself\n"
			"where going on loses nothing. [damage.md](damage.md) says what to do about a binlog that is damaged.",
			&refusals);
	print_remedies("Routine Load",
			"Tables and columns that are not given to a job, and jobs that StarRocks has paused or cancelled.",
			&jobs);
}

static void print_kinds(void)
{
	for (enum problem_code i = 0; i < PROBLEM_COUNT; i++) {
		const struct problem_kind *k = problem_kind(i);

		printf("## %s\n\n%s, of %s %s%s. %s\n\nDo: %s\n", k->name, problem_severity_name(k->severity),
				strchr("aeiou", k->subject[0]) ? "an" : "a", k->subject, k->fails ? ", fails" : "",
				k->means, k->remedy);
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

void cli_print_problem_page(void)
{
	puts("# Problems\n\n<!-- Printed by `millrace manual --problems` from the program's own tables; tests/manual.sh compares. -->\n\n"
	     "`millrace status` begins with what is wrong now, the worst first; `status --json` has it in `problems[]`, by the code\n"
	     "below. The exit code of `status` is 1 while a problem marked *fails* is there. A problem ends by itself when its cause is\n"
	     "gone. `millrace problem CODE[/SUBJECT]` prints all about one: how long there is, what was before it, what is checked now.\n"
	     "`millrace acknowledge CODE [SUBJECT]` keeps it in the list, with the name of who knows about it.\n\n"
	     "After the problems come the findings of `millrace check`, the errors of MySQL, and those of Routine Load.\n");
	print_kinds();
	print_all_remedies();
}
