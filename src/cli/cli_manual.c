/* cli_manual.c - the manual pages, in mdoc's older brother man(7), from the tables that the program runs on. */
#include <ctype.h>
#include <string.h>

#include "cli/cli.h"
#include "config.h"
#include "http/http.h"

#define PAGE_DATE "2026-11-23" /* of the release; the pages are the same wherever they are built */
enum { LINE_WIDTH = 72 };

static int column; /* of the line being written */

/* A dot or quote at the beginning of a line, and every backslash and hyphen, mean something to the formatter. */
static void put(const char *s)
{
	for (; *s; s++) {
		if (column == 0 && (*s == '.' || *s == '\''))
			fputs("\\&", stdout);
		column = *s == ' ' && column > LINE_WIDTH ? 0 : column + 1;
		if (column == 0)
			putchar('\n'); /* the formatter fills its lines itself */
		else if (*s == '\\')
			fputs("\\e", stdout);
		else if (*s == '-')
			fputs("\\-", stdout);
		else
			putchar(*s);
	}
}

static void end_line(void)
{
	putchar('\n');
	column = 0;
}

static void put_line(const char *s)
{
	put(s);
	end_line();
}

static void requests_section(void)
{
	char usage[600];

	puts(".SH ACTIONS\nWhat\n.B millrace do\nand the console\'s command line take.");
	for (const struct engine_request_doc *doc = engine_request_docs(); doc->name; doc++) {
		engine_request_usage(doc, usage, sizeof(usage));
		fputs(".TP\n\\fB", stdout);
		put(usage);
		puts("\\fR");
		column = 0;
		put(doc->help);
		put(" (");
		put(engine_effect_name(doc->effect));
		put_line(").");
		for (const struct engine_request_arg_doc *a = doc->args; a->name; a++) {
			puts(".br");
			put(a->name);
			put(": ");
			put_line(a->help);
		}
	}
}

static void commands_page(void)
{
	printf(".TH MILLRACE 1 " PAGE_DATE " \"millrace " PACKAGE_VERSION
	       "\"\n.SH NAME\nmillrace \\- changes of MySQL through Kafka and Lua into StarRocks\n");
	printf(".SH SYNOPSIS\n.B millrace\n[\\fB\\-c\\fR \\fIFILE\\fR] [\\fICOMMAND\\fR] [options]\n.SH COMMANDS\n");
	for (const struct cli_command *c = cli_commands(); c->name; c++) {
		printf(c->words[0] ? ".TP\n\\fB%s\\fR " : ".TP\n\\fB%s\\fR", c->name);
		put_line(c->words);
		put_line(c->summary);
		if (c->about) {
			puts(".br");
			put_line(c->about);
		}
		for (const struct cli_option *o = c->options; o && o->name; o++) {
			puts(".br");
			put(o->name);
			if (o->value) {
				putchar(' ');
				put(o->value);
			}
			fputs(": ", stdout);
			put_line(o->help);
		}
	}
	requests_section();
	puts(".SH EXIT STATUS\n0 done, 1 problems found, 2 wrong usage or configuration,\n3 a system that cannot be reached.\n"
	     ".SH SEE ALSO\n.BR millrace.conf (5)");
}

static void settings_page(void)
{
	const char *section = "";

	printf(".TH MILLRACE.CONF 5 " PAGE_DATE " \"millrace " PACKAGE_VERSION
	       "\"\n.SH NAME\nmillrace.conf \\- configuration of millrace\n.SH DESCRIPTION\n"
	       "An ini file of UTF\\-8 text. A line is a [section], KEY = VALUE, a comment, or empty; a line of 256 KiB is the longest, and none is\n"
	       "continued in the next one. A comment begins with ; or # at the start of a line, or with ; after a blank.\n"
	       "Blanks around a value do not count.\n.PP\n"
	       "In \"double\" quotes blanks and ; count, in \\(aqsingle\\(aq quotes so does $;\n"
	       "a quote inside is written twice.\n"
	       "A password with blanks at its ends, a ; after a blank or a ${ stands in single quotes.\n.PP\n"
	       "${VAR} takes from the environment, except in single quotes; $${ is a plain ${.\n"
	       "A secret KEY may be given as KEY.file or KEY.command: the first line of the file, or of what the command prints.\n");
	for (const struct conf_option *o = settings_table.options; o->section; o++) {
		if (o->flags & CONF_HIDDEN)
			continue;
		if (strcmp(section, o->section) != 0)
			printf(".SH [%s]\n", section = o->section);
		fputs(".TP\n\\fB", stdout);
		put(o->key);
		fputs("\\fR", stdout);
		if (o->choices) {
			fputs(" = ", stdout);
			put(o->choices);
		}
		end_line();
		put(o->help);
		if (o->preset) {
			put(" Default: ");
			put(o->preset);
			put(".");
		}
		if (o->flags & CONF_LIVE)
			put(" Can be changed while running (SIGHUP).");
		end_line();
	}
	puts(".SH SEE ALSO\n.BR millrace (1)");
}

int cli_manual(struct cli *cli)
{
	const char *shell = cli_option(cli, "--completion");
	struct err err;

	err_clear(&err);
	if (shell)
		return cli_print_completion(shell, &err) ? cli_fail(&err) : EXIT_DONE;
	if (cli_option(cli, "--settings"))
		settings_page();
	else if (cli_option(cli, "--problems"))
		cli_print_problem_page();
	else if (cli_option(cli, "--status"))
		status_print_page(stdout);
	else if (cli_option(cli, "--metrics"))
		http_print_metrics_page(stdout);
	else
		commands_page();
	return EXIT_DONE;
}
