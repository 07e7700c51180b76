/*
 * cli_completion.c - completion for bash, zsh and fish, printed from the tables that the program runs on: commands with their options and
 * fixed words, requests of `do` with their arguments, views of `dump`.
 *
 * What is completed is the same in each: a word of the table that is in small letters ("capture|load|TABLE" gives capture and load), a
 * choice of an option or an argument, a file where the table names one.
 */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "console/dump.h"

/* ---- what there is to complete ---- */

/* The fixed words of a text like "list | show ID" or "all|capture|load", each with a blank in front. */
static void put_words(const char *text)
{
	for (const char *p = text; *p;) {
		size_t len = strcspn(p, " |[].,=>");
		bool fixed = len > 0 && islower((unsigned char)*p) && (p == text || p[-1] != '.');

		for (size_t i = 0; i < len; i++)
			fixed &= islower((unsigned char)p[i]) || p[i] == '-';
		if (fixed && p[len] != '.' && p[len] != '=')
			printf(" %.*s", (int)len, p);
		p += len + (p[len] != '\0');
	}
}

static bool has_words(const char *text)
{
	return strcspn(text, "abcdefghijklmnopqrstuvwxyz") < strlen(text);
}

static bool takes_file(const char *text)
{
	return strstr(text, "FILE") || strstr(text, ".json") || strstr(text, "SOCKET");
}

static void put_views(void)
{
	const char *name;

	for (int i = 0; (name = dump_view_name(i)) != NULL; i++)
		printf(" %s", name);
}

static void put_commands(void)
{
	for (const struct cli_command *c = cli_commands(); c->name; c++)
		printf(" %s", c->name);
}

static void put_requests(void)
{
	for (const struct engine_request_doc *doc = engine_request_docs(); doc->name; doc++)
		printf(" %s", doc->name);
}

static const char *arg_words(const struct engine_request_arg_doc *a)
{
	return a->choices ? a->choices : a->kind == ARG_HELD ? "capture|load" : a->kind == ARG_YES ? "yes" : "";
}

/* STAGE of `tap`: an argument with choices of the request that has the command's name. */
static void put_request_words(const struct cli_command *c)
{
	const struct engine_request_doc *doc = engine_request_doc(engine_request_docs(), c->name);

	for (const struct engine_request_arg_doc *a = doc ? doc->args : NULL; a && a->name; a++)
		if (a->choices && a->needed && strcasestr(c->words, a->name))
			put_words(a->choices);
}

/* All words that may follow a command. */
static void put_command_words(const struct cli_command *c)
{
	put_words(c->words);
	put_request_words(c);
	if (strcmp(c->name, "do") == 0)
		put_requests();
	else if (strcmp(c->name, "dump") == 0)
		put_views();
	else if (strcmp(c->name, "help") == 0)
		put_commands();
}

/* ---- bash ---- */

static void bash_command(const struct cli_command *c)
{
	printf("\t%s)\n\t\twords=\"", c->name);
	for (const struct cli_option *o = c->options; o && o->name; o++)
		printf(" %s", o->name);
	fputs(" --help", stdout);
	put_command_words(c);
	printf("\"\n");
	if (takes_file(c->words))
		puts("\t\tfiles=1");
	for (const struct cli_option *o = c->options; o && o->name; o++) {
		if (o->value == NULL)
			continue;
		printf("\t\t[ \"$previous\" != %s ] || { words=\"", o->name);
		put_words(o->value);
		puts("\"; files=; }");
	}
	puts("\t\t;;");
}

static void bash_request(const struct engine_request_doc *doc)
{
	for (const struct engine_request_arg_doc *a = doc->args; a->name; a++)
		if (has_words(arg_words(a))) {
			printf("\t%s:%s) words=\"", doc->name, a->name);
			put_words(arg_words(a));
			puts("\" ;;");
		}
	printf("\t%s:) words=\"", doc->name);
	for (const struct engine_request_arg_doc *a = doc->args; a->name; a++)
		printf(" %s=", a->name);
	puts("\" ;;");
}

static void print_bash(void)
{
	puts("# Completion of millrace for bash; printed by `millrace manual --completion bash`.\n"
	     "# bash makes three words of NAME=VALUE.\n"
	     "_millrace_do()\n{\n"
	     "\tlocal argument=\n"
	     "\t[ \"$current\" != = ] || { argument=$previous; current=; }\n"
	     "\t[ \"$previous\" != = ] || argument=${COMP_WORDS[COMP_CWORD-2]}\n"
	     "\twords=\n"
	     "\tcase $1:$argument in");
	for (const struct engine_request_doc *doc = engine_request_docs(); doc->name; doc++)
		bash_request(doc);
	puts("\tesac\n}\n\n"
	     "_millrace()\n{\n"
	     "\tlocal current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]} command= request= words= files= i\n"
	     "\tCOMPREPLY=()\n"
	     "\tfor ((i = 1; i < COMP_CWORD; i++)); do\n"
	     "\t\tcase ${COMP_WORDS[i]} in\n"
	     "\t\t-c) ((i++)) ;;\n"
	     "\t\t-*) ;;\n"
	     "\t\t*) if [ -z \"$command\" ]; then command=${COMP_WORDS[i]}; else request=${COMP_WORDS[i]}; break; fi ;;\n"
	     "\t\tesac\n"
	     "\tdone\n"
	     "\tcase $command in");
	fputs("\t'')\n\t\twords=\"-c --help --version", stdout);
	put_commands();
	puts("\"\n\t\t[ \"$previous\" != -c ] || { words=; files=1; }\n\t\t;;");
	for (const struct cli_command *c = cli_commands(); c->name; c++)
		bash_command(c);
	puts("\tesac\n"
	     "\t[ \"$command\" != do ] || [ -z \"$request\" ] || _millrace_do \"$request\"\n"
	     "\tmapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$current\"; [ -z \"$files\" ] || compgen -f -- \"$current\")\n"
	     "\t[[ ${COMPREPLY[0]} != *= ]] || compopt -o nospace 2> /dev/null\n"
	     "\t[ -z \"$files\" ] || compopt -o filenames 2> /dev/null\n"
	     "}\ncomplete -F _millrace millrace");
}

/* ---- zsh ---- */

/* Inside single quotes; what means something to _arguments and _describe gets a backslash. */
static void zsh_text(const char *text)
{
	for (; *text; text++) {
		if (*text == '\'')
			fputs("'\\''", stdout);
		else if (strchr(":[]\\", *text))
			printf("\\%c", *text);
		else
			putchar(*text);
	}
}

static void zsh_option(const struct cli_option *o)
{
	printf(" \\\n\t\t\t'%s[", o->name);
	zsh_text(o->help);
	putchar(']');
	if (o->value && has_words(o->value)) {
		fputs(":value:(", stdout);
		put_words(o->value);
		putchar(')');
	} else if (o->value) {
		fputs(":", stdout);
		zsh_text(o->value);
		fputs(": ", stdout);
	}
	putchar('\'');
}

static void zsh_command(const struct cli_command *c)
{
	printf("\t\t%s)\n\t\t\t_arguments '--help[print help]'", c->name);
	for (const struct cli_option *o = c->options; o && o->name; o++)
		zsh_option(o);
	if (takes_file(c->words)) {
		fputs(" '*:file:_files'", stdout);
	} else if (strcmp(c->name, "do") == 0) {
		fputs(" '*:: :_millrace_do'", stdout);
	} else if (c->max_words > 0) {
		fputs(" '*:word:(", stdout);
		put_command_words(c);
		fputs(")'", stdout);
	}
	puts("\n\t\t\t;;");
}

static void zsh_requests(void)
{
	puts("_millrace_do()\n{\n\tif (( CURRENT == 1 )); then\n\t\tlocal -a requests=(");
	for (const struct engine_request_doc *doc = engine_request_docs(); doc->name; doc++) {
		printf("\t\t\t'%s:", doc->name);
		zsh_text(doc->help);
		puts("'");
	}
	puts("\t\t)\n\t\t_describe request requests\n\t\treturn\n\tfi\n\tcase $words[1] in");
	for (const struct engine_request_doc *doc = engine_request_docs(); doc->name; doc++) {
		printf("\t%s) compadd -S '' --", doc->name);
		for (const struct engine_request_arg_doc *a = doc->args; a->name; a++)
			printf(" %s=", a->name);
		puts(" ;;");
	}
	puts("\tesac\n}\n");
}

static void print_zsh(void)
{
	puts("#compdef millrace\n# Completion of millrace for zsh; printed by `millrace manual --completion zsh`.\n");
	zsh_requests();
	puts("_millrace()\n{\n\tlocal state line\n\tlocal -a commands=(");
	for (const struct cli_command *c = cli_commands(); c->name; c++) {
		printf("\t\t'%s:", c->name);
		zsh_text(c->summary);
		puts("'");
	}
	puts("\t)\n\t_arguments -C '-c[the configuration]:file:_files' '--help[print help]' '--version[print the version]' \\\n"
	     "\t\t'1: :->command' '*:: :->rest'\n"
	     "\tcase $state in\n"
	     "\tcommand) _describe command commands ;;\n"
	     "\trest)\n"
	     "\t\tcase $words[1] in");
	for (const struct cli_command *c = cli_commands(); c->name; c++)
		zsh_command(c);
	puts("\t\tesac\n\t\t;;\n\tesac\n}\n\n_millrace \"$@\"");
}

/* ---- fish ---- */

static void fish_text(const char *text)
{
	putchar('\'');
	for (; *text; text++) {
		if (*text == '\'' || *text == '\\')
			putchar('\\');
		putchar(*text);
	}
	putchar('\'');
}

static void fish_option(const char *command, const struct cli_option *o)
{
	bool is_long = strncmp(o->name, "--", 2) == 0;

	printf("complete -c millrace -n '__fish_seen_subcommand_from %s' -%c %s", command, is_long ? 'l' : 's',
			o->name + (is_long ? 2 : 1));
	if (o->value) {
		fputs(" -x -a '", stdout);
		put_words(o->value);
		putchar('\'');
	}
	fputs(" -d ", stdout);
	fish_text(o->help);
	putchar('\n');
}

static void fish_command(const struct cli_command *c)
{
	printf("complete -c millrace -n __fish_use_subcommand -a %s -d ", c->name);
	fish_text(c->summary);
	putchar('\n');
	for (const struct cli_option *o = c->options; o && o->name; o++)
		fish_option(c->name, o);
	if (takes_file(c->words))
		printf("complete -c millrace -n '__fish_seen_subcommand_from %s' -F\n", c->name);
	if (c->max_words == 0)
		return;
	printf("complete -c millrace -n '__fish_seen_subcommand_from %s' -a '", c->name);
	put_command_words(c);
	puts("'");
}

static void print_fish(void)
{
	puts("# Completion of millrace for fish; printed by `millrace manual --completion fish`.\n"
	     "complete -c millrace -f\n"
	     "complete -c millrace -s c -r -F -d 'the configuration'\n"
	     "complete -c millrace -l help -d 'print help'\n"
	     "complete -c millrace -n __fish_use_subcommand -l version -d 'print the version'");
	for (const struct cli_command *c = cli_commands(); c->name; c++)
		fish_command(c);
	for (const struct engine_request_doc *doc = engine_request_docs(); doc->name; doc++)
		for (const struct engine_request_arg_doc *a = doc->args; a->name; a++) {
			printf("complete -c millrace -n '__fish_seen_subcommand_from do; and __fish_seen_subcommand_from %s' -a '%s=' -d ",
					doc->name, a->name);
			fish_text(a->help);
			putchar('\n');
		}
}

int cli_print_completion(const char *shell, struct err *err)
{
	static const struct {
		const char *name;
		void (*print)(void);
	} shells[] = {
		{ "bash", print_bash },
		{ "zsh", print_zsh },
		{ "fish", print_fish },
	};

	for (size_t i = 0; i < sizeof(shells) / sizeof(*shells); i++)
		if (strcmp(shells[i].name, shell) == 0) {
			shells[i].print();
			return 0;
		}
	return err_set(err, ERR_CONFIG, 0, "--completion: expected bash, zsh or fish, found '%.40s'", shell);
}
