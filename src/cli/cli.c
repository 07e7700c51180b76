/*
 * cli.c - arguments to a command. The table is the whole of it: names, options and words are rows, help is printed from
 * them, and a word that is not there is answered with the nearest one.
 */
#include "cli/cli.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "config.h"
#include "core/conf/conf.h"
#include "core/xalloc.h"

#define RECORD_OPTION \
	{ \
		"--record", "FILE", "a new file, with what the screen shows as an asciicast: asciinema play FILE" \
	}
static const struct cli_option role_options[] = {
	{ "--role", "all|capture|load", "which halves run in this process (all)" }, RECORD_OPTION, { NULL, NULL, NULL }
};
static const struct cli_option run_options[] = {
	{ "--role", "all|capture|load", "which halves run in this process (all)" },
	{ "--log-format", "text|json", "form of the lines on stderr" },
	{ NULL, NULL, NULL },
};
static const struct cli_option bundle_options[] = { { "--json", NULL, "print a JSON document for each file" },
	{ NULL, NULL, NULL } };
static const struct cli_option json_options[] = { { "--json", NULL, "print one JSON document" }, { NULL, NULL, NULL } };
static const struct cli_option check_options[] = {
	{ "--json", NULL, "print one JSON document" },
	{ "--all", NULL, "every column with its mapping, not only those with a question" },
	{ "--full", NULL, "count all rows of all tables, however long it takes" },
	{ "--role", "all|capture|load", "which halves are looked at (all)" },
	{ NULL, NULL, NULL },
};
static const struct cli_option tap_options[] = {
	{ "-n", "COUNT", "stop after so many rows" },
	{ "--unmasked", NULL, "rows as they are, also where messages or the table's script mask" },
	{ NULL, NULL, NULL },
};
static const struct cli_option messages_options[] = {
	{ "--seek", "o:N|-N|@TIME|begin|end", "where to begin (-10; begin when something is searched for)" },
	{ "--partition", "P", "only this one" }, { "--filter", "EXPR", "only what this Lua expression is true for" },
	{ "--grep", "TEXT", "only with this text in key or payload" },
	{ "--regex", "RE", "only what this extended regular expression matches" },
	{ "--latest", NULL, "only the newest message of each key, which the others choose from" },
	{ "--limit", "N", "stop after so many" }, { "--follow", NULL, "and what comes from now on" },
	{ "--json", NULL, "a JSON document for each, keys and values as they stand in the log" },
	{ "--csv", NULL, "the same as CSV" }, { "--unmasked", NULL, "also where the table's script masks" },
	{ NULL, NULL, NULL }
};
static const struct cli_option trace_options[] = {
	{ "--from", "o:N|-N|@TIME|begin", "how far back (begin: all that the log has)" },
	{ "--json", NULL, "a JSON document for each message of the row, and one for the verdict" },
	{ "--unmasked", NULL, "also where the table's script masks" },
	{ NULL, NULL, NULL },
};
static const struct cli_option lua_options[] = {
	{ "--table", "DB.TABLE",
			"check, new: with the columns of this table; run: its messages; versions and what follows: of its section" },
	{ "--from", "OFFSET|TIME", "run: begin, an offset, a time in UTC, or how long ago (90m); the newest messages" },
	{ "-n", "COUNT", "run: messages at the most (10000); repl: rows (3)" },
	{ "--against", "FILE|running", "run: compare with another script, a version, or with what runs" },
	{ "--unmasked", NULL, "run, repl: values also where a script masks" },
	{ "--seconds", "N", "profile without FILE: for so long (30)" },
	{ "--coverage", NULL, "test: and the lines that no case comes to" },
	{ "--junit", NULL, "test: the outcome as JUnit's XML" },
	{ "--dry-run", NULL, "apply, rollback: only say what would change" },
	{ "--force", NULL, "apply: also when it drops or fails more rows than script.guard allows" },
	{ "--json", NULL, "all but check and new: one line of JSON for each fact" }, { NULL, NULL, NULL }
};
static const struct cli_option dead_options[] = {
	{ "--reason", "TEXT", "only with this text in the reason" },
	{ "--since", "TIME", "only from then on: a time in UTC (2026-01-31 23:59:00) or how long ago (90m)" },
	{ "--before", "TIME", "only until then" },
	{ "--all", NULL, "retry, discard: every open letter" },
	{ "--dry-run", NULL, "retry, discard: say which, and change nothing" },
	{ "--closed", NULL, "list: also those that were retried or discarded" },
	{ "-n", "COUNT", "list: so many (100)" },
	{ "--row", "FILE",
			"edit: a JSON object of the columns that get other values, as they stand in the message; - is standard input" },
	{ "--unmasked", NULL, "list, show, edit: also where the table's script masks" },
	{ "--json", NULL, "a line of JSON for each" },
	{ NULL, NULL, NULL },
};
static const struct cli_option snapshot_options[] = {
	{ "--where", "SQL", "only the rows that fulfil this condition" },
	{ "--truncate", NULL, "empty the target first: rows that are gone from MySQL go there too" },
	{ "--wait", NULL, "stay until the tables are read, and show how far they are" },
	{ "--max-rows", "N", "rows per second that all of them read at the most, until the next reload; 0: no limit" },
	{ "--max-load", "VARIABLE=N,..", "wait while a status variable of the server is above; \"\": none" },
	{ "--max-lag", "TIME", "wait while a replica of snapshot.throttle.replicas lags more" },
	{ "--list", NULL, "print what is being read and what waits" },
	{ "--stop", NULL, "end the snapshot of TABLE, or of all" },
	{ "--pause", NULL, "hold all of them after the chunk that is being read" },
	{ "--resume", NULL, "go on" },
	{ NULL, NULL, NULL },
};
static const struct cli_option resume_options[] = {
	{ "--pass", NULL, "a stopped table: leave out its rows up to the next TRUNCATE" }, { NULL, NULL, NULL }
};
static const struct cli_option do_options[] = {
	{ "--yes", NULL, "do it, though it removes data" },
	{ NULL, NULL, NULL },
};
static const struct cli_option dump_options[] = {
	{ "--size", "WxH", "columns and lines (120, and as many lines as the list needs)" },
	{ "--at", "TIME",
			"as it was then, within the last day: local time (2026-01-31 23:59, 23:59), or how long ago: 90m" },
	{ "--filter", "TEXT", "only rows of the view's list that contain it, a leading ! turns it round" },
	{ "--save", "FILE",
			"write the list of events to a new file: JSON lines when its name ends in .jsonl, else text" },
	{ "--json", NULL, "the view's list as one JSON document: texts as they are shown" }, { NULL, NULL, NULL }
};
static const struct cli_option history_options[] = {
	{ "--from", "TIME", "UTC (2026-01-31 23:59, 23:59), or how long ago: 90m (1h)" },
	{ "--to", "TIME", "the same (now)" }, { "--step", "SECONDS", "of a value (such that there are at most 360)" },
	{ "--json", NULL, "one JSON document" }, { NULL, NULL, NULL }
};
static const struct cli_option attach_options[] = {
	{ "--read-only", NULL, "refuse everything that changes something" },
	{ "--name", "NAME", "of this session, for others who look who is attached, and in the events that it causes" },
	RECORD_OPTION,
	{ NULL, NULL, NULL },
};
static const struct cli_option replay_options[] = {
	{ "--from", "begin|OFFSET|TIME",
			"where to begin (begin); TIME: UTC (2026-01-31 23:59:00), or how long ago (90m)" },
	{ NULL, NULL, NULL }
};
static const struct cli_option ddl_options[] = {
	{ "--alter", NULL, "what the tables that are there need, to take all values of the source" },
	{ "--apply", NULL, "the same, carried out with --yes, each statement to its end" },
	{ "--yes", NULL, "do it" },
	{ NULL, NULL, NULL },
};
static const struct cli_option routine_options[] = {
	{ "--dry-run", NULL, "print the statement, without secrets, and do nothing" },
	{ "--name", "JOB", "create: the job's name (load_TABLE)" },
	{ "--to", "routine|stream", "handover: who loads the table then (routine)" },
	{ "--all", NULL, "list, show: stopped and cancelled jobs, too" }, { "--json", NULL, "print one JSON document" },
	{ NULL, NULL, NULL }
};
static const struct cli_option verify_options[] = {
	{ "--continuous", NULL,
			"compare all tables in turn, for ever, in the running process; `status` says when each was compared last" },
	{ "--stop", NULL, "end that" },
	{ "--repair", NULL,
			"read rows that are missing or have other values again, beside the stream, and delete those that MySQL does not have" },
	{ "--truncate", NULL,
			"with --repair: a table with rows that only the target has is emptied there and read again" },
	{ "--limit", "COUNT", "leave a table after so many differences (1000); 0: find all" },
	{ "--json", NULL, "a line of JSON for each difference, with its two rows, and for each table" },
	{ NULL, NULL, NULL }
};
static const struct cli_option manual_options[] = {
	{ "--settings", NULL, "the page of the configuration file" },
	{ "--problems", NULL, "the page of problems and what to do about each (Markdown)" },
	{ "--metrics", NULL, "the page of what /metrics serves (Markdown)" },
	{ "--status", NULL, "the page of the fields of status --json (Markdown)" },
	{ "--completion", "bash|zsh|fish", "completion of commands, options and requests for a shell" },
	{ NULL, NULL, NULL },
};

static int cli_help(struct cli *cli);

static const struct cli_command commands[] = {
	{ "console", "", "run the pipeline and open the console on it (the same as no command)",
			"The console runs in the same process; leaving it stops the pipeline, or leaves it running without a screen. Where a process already runs on the\n"
			"state directory, it offers to attach to that.",
			role_options, 0, 0, cli_console },
	{ "run", "", "run the pipeline without a screen",
			"One line per event on stderr. SIGTERM finishes what is in flight and stops; "
			"SIGHUP reads the configuration and the scripts again: tables that it adds are read while the others flow; what needs a "
			"restart is told by name.",
			run_options, 0, 0, cli_run },
	{ "attach", "[SOCKET]", "open the console on a running process",
			"Without SOCKET: the process of this configuration.", attach_options, 0, 1, cli_attach },
	{ "check", "", "look at everything that the pipeline needs, and say what to do about it",
			"Settings, grants and systems first, then the questions that tables and columns raise, with the rows that raise them.\n"
			"A large table is counted at both ends of its key (\"sampled\"); 5 s for a table, 60 s for all, unless --full.\n"
			"Exit 0: ready. 1: problems, each with its remedy. 3: a system does not answer.",
			check_options, 0, 0, cli_check },
	{ "status", "", "what is wrong, and what a running process is doing",
			"Exit 0: nothing is wrong that needs a person. 1: it is; the problems come first, each with what it means and what to do.\n"
			"While a snapshot runs: its tables, those that are being read and the next ones (--json: all, in capture.reading). While a half tries "
			"again: the last error, how many tries failed, and when the next one is due.",
			json_options, 0, 0, cli_status },
	{ "pause", "capture|load|TABLE", "hold a half, or the load of one table", NULL, NULL, 1, 1, cli_pause },
	{ "resume", "capture|load|TABLE", "go on",
			"With --pass a table that is stopped leaves out the rows before the TRUNCATE of a snapshot that was ordered in another process;\n"
			"`millrace snapshot TABLE --truncate` in the same process needs no resume.",
			resume_options, 1, 1, cli_pause },
	{ "acknowledge", "CODE [SUBJECT]", "say that a problem is known",
			"It stays in the list until it is over, with your name. CODE and SUBJECT: as `status` prints them.",
			NULL, 1, 2, cli_acknowledge },
	{ "problem", "CODE[/SUBJECT]", "one problem, whole: what to do, how long there is, what is checked",
			"The page that the console opens on a problem: what it means, the time that is left, the command that ends it, what was before it,\n"
			"and the checks of `millrace check` on what it is about, made now. CODE and SUBJECT: as `status` prints them.",
			json_options, 1, 1, cli_problem },
	{ "bundle", "", "what a colleague needs who was not there, as files in state.dir",
			"Of a running process: status, settings without secrets, topics, groups, loads, reasons of dead letters, latency, the figures of the\n"
			"last day, the status of an hour ago, versions of scripts, the end of the log. Rows of tables are not in it, and what scripts mask is masked.\n"
			"A line for each file, and last the folder, which nobody else may read.",
			bundle_options, 0, 0, cli_bundle },
	{ "snapshot", "[TABLE[,TABLE...]]", "read tables again while the stream goes on",
			"TABLE: db.table, or a regular expression on it. Rows are read in chunks and put into the stream where they belong: nothing is locked, "
			"no older row follows a newer one. A restart goes on at the chunk.",
			snapshot_options, 0, 1, cli_snapshot },
	{ "replay", "TABLE", "load the messages of a table again",
			"Every partition of its topic goes back; labels of before do not count. Rows show older values until it has come to the end of the\n"
			"log; then each is what its last message says. A table without a key is not for this: read it again by `millrace snapshot --truncate`.",
			replay_options, 1, 1, cli_replay },
	{ "verify", "[TABLE[,TABLE...]]", "compare MySQL with the target while both change",
			"Rows pass the same messages and scripts as the load's. Those that differ are looked at again when the load has passed the place at\n"
			"which MySQL was read: what is on its way is no difference. Each one that stays is printed by key, with both rows. docs/verify.md\n"
			"Exit 0: equal. 1: different. 2: a table could not be compared; its line says why. 3: the process does not answer.",
			verify_options, 0, 1, cli_verify },
	{ "tap", "STAGE [TABLE]", "watch rows as they pass a stage: source, format, log, read, script, sink",
			"One line of JSON per row. The pipeline does not wait for the reader: what it is too slow for is left out.",
			tap_options, 1, 2, cli_tap },
	{ "topics", "[TOPIC]", "topics, partitions, offsets, groups, lag", NULL, json_options, 0, 1, cli_topics },
	{ "messages", "TOPIC|TABLE", "read and search what is in the log",
			"--seek: o:N begins at an offset, -N with the newest N messages of each partition, @TIME at a time (UTC: 2026-01-31 23:59, 23:59, or how\n"
			"long ago: 90m), end with what comes from now on. Partitions are read one after the other.\n"
			"TOPIC: also the table that it is of; several with a comma between, or patterns: 'shop.*', at most 64 topics.\n"
			"--filter: op (c, u, d, r, s), before, after, row (after, or before of a delete), key, db, table, event, as in docs/lua.md:\n"
			"op == \"u\" and after.customer_id == 1085. Messages for which it fails are counted. With Kafka only committed messages are read, and in\n"
			"no consumer group.",
			messages_options, 1, 1, cli_messages },
	{ "trace", "TABLE KEY", "what became of one row",
			"KEY: 4711, id=4711, or \"a=1 b=2\". Every change of the row that the log still has: commit, place in the log, what the script makes of it now and\n"
			"in which line, loaded or waiting or dead and why; and a verdict in words.",
			trace_options, 2, 2, cli_trace },
	{ "dead", "list [TABLE] | groups | show ID | edit ID | retry|discard [ID|TABLE..]",
			"rows that could not be loaded, and why",
			"retry: the row is read again from MySQL beside the stream and goes through the present script; the letter is closed when the load\n"
			"has passed it. If the row is refused again, there is a new letter. edit: its row, in your editor (VISUAL, EDITOR) or from --row FILE, is loaded with\n"
			"other values, and the letter is closed; only while MySQL's row is still the letter's. discard: the letter is closed, and nothing else is done.\n"
			"Exit 1 or 2: letters stay open; each says why.",
			dead_options, 1, CLI_MAX_WORDS, cli_dead },
	{ "do", "[ACTION [NAME=VALUE...]]", "carry out any action of the console",
			"Without ACTION: all of them, with what they take and whether they change something.",
			do_options, 0, CLI_MAX_WORDS, cli_do },
	{ "dump", "[VIEW [SOCKET]]", "print a view of the console, of a running process",
			"Without VIEW: their names; messages of a topic: messages/TOPIC. Without SOCKET: the process of this "
			"configuration. Needs no terminal.",
			dump_options, 0, 2, cli_dump },
	{ "history", "[SERIES [TABLE]]", "a figure over time, of a running process",
			"Without SERIES: their names. Rates are means, all else is the worst within a step. Kept: a second's figures for an hour, ten seconds'\n"
			"for a day; of tables ten seconds' for an hour, of the 2,000 that moved.",
			history_options, 0, 2, cli_history },
	{ "ddl", "[TABLE]", "the target tables that would be created, and why each type",
			"Of all captured tables without TABLE. It is SQL that can be given to the target as it is; reasons are comments.\n"
			"--alter: of tables that are there, the ALTER TABLE that they need, also where table.create = false.\n"
			"--apply: these statements, carried out with --yes: loads into a table wait until its change has ended.\n"
			"Exit 1: a table cannot be a target, or could not be changed; a comment says why.",
			ddl_options, 0, 1, cli_ddl },
	{ "routine", "list|show|create|pause|resume|stop|alter|handover|convert [JOB|TABLE|FILE [KEY=VALUE...]]",
			"Routine Load: jobs by which StarRocks reads topics by itself",
			"list [DATABASE], show JOB: all jobs that the user may see, of any maker, with state, lag and reason.\n"
			"create TABLE: the job that loads the table's topic as it is written by this configuration, and the table where it is missing.\n"
			"What a job could not load right is refused by name, with what to set. docs/routine-load.md\n"
			"handover TABLE: the running process stops loading the table, and a job goes on at exactly the offsets that are loaded; --to stream takes it\n"
			"back where the job has come to. A step that a crash has interrupted is tried again by itself.\n"
			"JOB: NAME, db.NAME, or db.table where that has one job. alter: a paused job's properties; kafka_* and property.* are Kafka's.\n"
			"convert FILE: the text of CREATE ROUTINE LOAD as a millrace.conf on standard output, for loading the topic by millrace; - is standard input.\n"
			"Exit 0: done. 1: create: the table is not for Routine Load; convert: some of it could not be carried over, its comments begin with ; ! 2: StarRocks refuses, or no such job. 3: it does not answer.",
			routine_options, 1, CLI_MAX_WORDS, cli_routine },
	{ "convert", "CONNECTOR.json",
			"a Debezium connector's configuration, or Routine Load jobs, as a millrace.conf, on standard output",
			"CONNECTOR.json is what Kafka Connect's REST interface takes or gives: {\"name\":..,\"config\":{..}} or the config alone; - is\n"
			"standard input. The text of CREATE ROUTINE LOAD is translated as `millrace routine convert` does. Every option becomes a line, or a comment with the reason. Secrets are not copied.\n"
			"Exit 0: all of it. 1: some options could not be carried over; their comments begin with ; !",
			NULL, 1, 1, cli_convert },
	{ "lua", "check|new|run FILE, test [FILE], profile [FILE], repl, versions, diff A B, apply, rollback [VERSION]",
			"a script before it meets rows of production, and the versions that have",
			"check: undefined names, unknown columns, ways without a return, comparisons that do not do what they look like, each with its line.\n"
			"Columns are those of --table as the server has it, or of the file of cases. Exit 1: an error was found.\n"
			"test: runs the cases beside the script (FILE.cases for FILE.lua: JSON lines, the table first); without FILE, of every script\n"
			"that the configuration names. Exit 1: a case has failed.\n"
			"--coverage tells which lines no case comes to, --json and --junit the outcome for programs.\n"
			"new: writes FILE and its cases, a start with the columns of --table.\n"
			"run: what would become of the messages of --table that are in the log: passed, changed, dropped, deleted, dead, with reasons, keys and\n"
			"nanoseconds per row. Nothing is changed. Exit 1: rows would be dead, or the script of --against does otherwise.\n"
			"profile: how often each line of FILE (or of running) is run over the messages of --table, and its share of the time;\n"
			"without FILE what the running process measures at its work, of one row in 512 of all tables of the section, for --seconds.\n"
			"repl: each line of standard input is an expression of row and event, evaluated over the newest rows of --table (-n, at most 10); nothing is changed.\n"
			"versions: those that have run, newest first. diff: two of them line by line; running and files (with --table) are names, too. Exit 1: they differ.\n"
			"apply: the files as they are now run instead, once check, cases and a run beside the version at work over the last 1,000 rows are through.\n"
			"rollback: VERSION, or the one before, runs again; a restart and a reload keep it until the files are changed.",
			lua_options, 1, 3, cli_lua },
	{ "manual", "", "print the manual page", NULL, manual_options, 0, 0, cli_manual },
	{ "help", "[COMMAND]", "print help", NULL, NULL, 0, 1, cli_help }, { NULL, NULL, NULL, NULL, NULL, 0, 0, NULL }
};

const struct cli_command *cli_commands(void)
{
	return commands;
}

/* ---- help ---- */

static void print_options(const struct cli_option *o)
{
	for (; o && o->name; o++)
		printf("  %s%s%-*s %s\n", o->name, o->value ? " " : "", 24 - (int)strlen(o->name),
				o->value ? o->value : "", o->help);
}

static void help_all(void)
{
	puts("millrace - changes of MySQL through Kafka and Lua into StarRocks, with a console\n\n"
	     "usage: millrace [-c FILE] [COMMAND] [options]\n");
	for (const struct cli_command *c = commands; c->name; c++)
		printf("  %-8s %-20s %s\n", c->name, c->words, c->summary);
	puts("\n  -c FILE    the configuration; ./millrace.conf, then " SYSCONFDIR "/millrace/millrace.conf\n"
	     "  --help     this; `millrace COMMAND --help` tells more\n"
	     "  --version\n\n"
	     "exit codes: 0 done, 1 problems found, 2 wrong usage or configuration, 3 a system that cannot be reached");
}

static void help_command(const struct cli_command *c)
{
	printf("usage: millrace [-c FILE] %s%s%s%s\n\n%s\n", c->name, c->options ? " [options]" : "",
			*c->words ? " " : "", c->words, c->summary);
	if (c->about)
		printf("%s\n", c->about);
	if (c->options)
		putchar('\n');
	print_options(c->options);
}

static const struct cli_command *find_command(const char *name, struct err *err)
{
	const char *names[sizeof(commands) / sizeof(*commands)], *near;
	size_t n = 0;

	for (const struct cli_command *c = commands; c->name; c++) {
		if (strcmp(c->name, name) == 0)
			return c;
		names[n++] = c->name;
	}
	near = conf_nearest(name, names, n);
	err_set(err, ERR_CONFIG, 0, "command '%.40s' is unknown%s%s; `millrace --help` lists them", name,
			near ? "; nearest: " : "", near ? near : "");
	return NULL;
}

static int cli_help(struct cli *cli)
{
	const struct cli_command *c;
	struct err err;

	err_clear(&err);
	if (cli->nwords == 0) {
		help_all();
		return EXIT_DONE;
	}
	c = find_command(cli->words[0], &err);
	if (c == NULL)
		return cli_fail(&err);
	help_command(c);
	return EXIT_DONE;
}

/* ---- arguments ---- */

/* --name VALUE, --name=VALUE, -n VALUE. Returns how many arguments were taken; 0: err. */
static int take_option(struct cli *cli, int argc, char **argv, int i, struct err *err)
{
	const struct cli_option *o = cli->command->options;
	const char *names[CLI_MAX_OPTIONS], *near;
	size_t len = strcspn(argv[i], "="), n = 0;

	for (; o && o->name; o++, n++) {
		names[n] = o->name;
		if (strlen(o->name) != len || strncmp(o->name, argv[i], len) != 0)
			continue;
		if (o->value == NULL && argv[i][len] == '=')
			return err_set(err, ERR_CONFIG, 0, "%s: takes no value", o->name), 0;
		if (o->value && argv[i][len] == '\0' && i + 1 == argc)
			return err_set(err, ERR_CONFIG, 0, "%s: expected %s after it, found nothing", o->name,
					       o->value),
			       0;
		cli->options[n] = o->value == NULL ? "" : argv[i][len] == '=' ? argv[i] + len + 1 : argv[i + 1];
		return o->value && argv[i][len] == '\0' ? 2 : 1;
	}
	near = conf_nearest(argv[i], names, n);
	err_set(err, ERR_CONFIG, 0, "%s: option '%.40s' is unknown%s%s; `millrace %s --help` lists them",
			cli->command->name, argv[i], near ? "; nearest: " : "", near ? near : "", cli->command->name);
	return 0;
}

static int take_rest(struct cli *cli, int argc, char **argv, int i, struct err *err)
{
	bool options = true;

	while (i < argc) {
		int taken = 1;

		if (options && strcmp(argv[i], "--") == 0)
			options = false;
		else if (options && argv[i][0] == '-' && argv[i][1] != '\0') {
			taken = take_option(cli, argc, argv, i, err);
			if (taken == 0)
				return -1;
		} else if (cli->nwords < CLI_MAX_WORDS) {
			cli->words[cli->nwords++] = argv[i];
		}
		i += taken;
	}
	if (cli->nwords < cli->command->min_words || cli->nwords > cli->command->max_words)
		return err_set(err, ERR_CONFIG, 0, "usage: millrace %s %s", cli->command->name, cli->command->words);
	return 0;
}

static bool wants_help(int argc, char **argv, int i)
{
	for (; i < argc; i++)
		if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0)
			return true;
	return false;
}

int cli_main(int argc, char **argv)
{
	struct cli cli = { .command = &commands[0] };
	struct err err;
	int i = 1, rc;

	json_set_alloc_funcs(xmalloc, free); /* no memory must never look like JSON that is damaged */
	err_clear(&err);
	while (i < argc && strcmp(argv[i], "-c") == 0) {
		if (i + 1 == argc)
			return err_set(&err, ERR_CONFIG, 0, "-c: expected a file after it, found nothing"),
			       cli_fail(&err);
		cli.conf_path = argv[i + 1];
		i += 2;
	}
	if (i < argc && strcmp(argv[i], "--version") == 0) {
		cli_print_version();
		return EXIT_DONE;
	}
	if (i < argc && argv[i][0] != '-') {
		cli.command = find_command(argv[i], &err);
		if (cli.command == NULL)
			return cli_fail(&err);
		i++;
		if (wants_help(argc, argv, i)) {
			help_command(cli.command);
			return EXIT_DONE;
		}
	} else if (wants_help(argc, argv, i)) {
		help_all();
		return EXIT_DONE;
	}
	rc = take_rest(&cli, argc, argv, i, &err) ? cli_fail(&err) : cli.command->run(&cli);
	if (cli.abandoned) { /* no clearing up below the feet of a thread; the log is whole at any instant */
		fflush(NULL);
		_exit(rc);
	}
	settings_free(cli.settings);
	return rc;
}
