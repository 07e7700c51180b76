/* cli_manual.c - the manual pages, in mdoc's older brother man(7), from the tables that the program runs on. */
#include <ctype.h>
#include <string.h>

#include "cli/cli.h"
#include "config.h"

/* A dot or quote at the beginning of a line, and every backslash and hyphen, mean something to the formatter. */
static void put(const char *s)
{
	if (*s == '.' || *s == '\'')
		fputs("\\&", stdout);
	for (; *s; s++) {
		if (*s == '\\')
			fputs("\\e", stdout);
		else if (*s == '-')
			fputs("\\-", stdout);
		else
			putchar(*s);
	}
}

static void put_line(const char *s)
{
	put(s);
	putchar('\n');
}

static void commands_page(void)
{
	printf(".TH MILLRACE 1 \"\" \"millrace " PACKAGE_VERSION "\"\n.SH NAME\nmillrace \\- changes of MySQL through Kafka and Lua into StarRocks\n");
	printf(".SH SYNOPSIS\n.B millrace\n[\\fB\\-c\\fR \\fIFILE\\fR] [\\fICOMMAND\\fR] [options]\n.SH COMMANDS\n");
	for (const struct cli_command *c = cli_commands(); c->name; c++) {
		printf(".TP\n\\fB%s\\fR ", c->name);
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
	puts(".SH EXIT STATUS\n0 done, 1 problems found, 2 wrong usage or configuration, 3 a system that cannot be reached.\n"
	     ".SH SEE ALSO\n.BR millrace.conf (5)");
}

static void settings_page(void)
{
	const char *section = "";

	printf(".TH MILLRACE.CONF 5 \"\" \"millrace " PACKAGE_VERSION "\"\n.SH NAME\nmillrace.conf \\- configuration of millrace\n.SH DESCRIPTION\n"
	       "An ini file. ${VAR} takes from the environment. A secret KEY may be given as KEY.file or KEY.command.\n");
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
		putchar('\n');
		put(o->help);
		if (o->preset) {
			fputs(" Preset: ", stdout);
			put(o->preset);
			putchar('.');
		}
		if (o->flags & CONF_LIVE)
			fputs(" Can be changed while running (SIGHUP).", stdout);
		putchar('\n');
	}
	puts(".SH SEE ALSO\n.BR millrace (1)");
}

int cli_manual(struct cli *cli)
{
	if (cli_option(cli, "--settings"))
		settings_page();
	else
		commands_page();
	return EXIT_DONE;
}
