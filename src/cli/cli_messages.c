/*
 * cli_messages.c - `millrace messages` and `millrace trace`: lines to standard output, how far it is to standard error. Without a running process the log is
 * read from here.
 */
#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"
#include "core/num/num.h"
#include "engine/control/engine_inspect.h"
#include "engine/messages/latest.h"

struct messages_printing {
	enum message_form form;
	bool told;     /* a line of progress stands on the terminal */
	bool terminal; /* standard error is one */
	bool trace;    /* progress has fewer figures */
};

static int64_t number(const json_t *o, const char *name)
{
	return json_integer_value(json_object_get(o, name));
}

static const char *text(const json_t *o, const char *name)
{
	const char *s = json_string_value(json_object_get(o, name));

	return s ? s : "";
}

/* "412310 of 1204551 offsets, 212 MiB in 1.9 s, 37 found" */
static void print_progress(struct messages_printing *p, const json_t *o)
{
	bool ended = json_is_true(json_object_get(o, "ended"));
	int64_t us = number(o, "us"), bytes = number(o, "bytes"), errors = number(o, "errors");
	char took[40];

	if (!ended && !p->terminal)
		return;
	cli_micros(took, sizeof(took), us);
	if (p->terminal)
		fputs("\r\033[K", stderr);
	fprintf(stderr, "%" PRId64 " messages read", number(o, "scanned"));
	if (!ended && number(o, "total") > 0)
		fprintf(stderr, " (%" PRId64 "%%)", number(o, "done") * 100 / number(o, "total"));
	if (p->trace)
		fprintf(stderr, ": %" PRId64 " found", number(o, "found"));
	else
		fprintf(stderr, ", %.1f MB, in %s: %" PRId64 " found", (double)bytes / 1e6, took, number(o, "matched"));
	if (errors) {
		fprintf(stderr, ", %" PRId64 " for which the filter failed, the first with: ", errors);
		cli_put_safe(stderr, text(o, "error"), strlen(text(o, "error")));
	}
	if (number(o, "left"))
		fprintf(stderr, ", without %" PRId64 " of more keys than are remembered of a partition (%d)",
				number(o, "left"), LATEST_KEYS);
	if (ended)
		fputc('\n', stderr);
	p->told = !ended;
}

static void print_padded(const char *s, int width)
{
	cli_put_safe(stdout, s, strlen(s));
	for (int n = (int)strlen(s); n < width; n++)
		putchar(' ');
	putchar(' ');
}

static void print_list(const json_t *o)
{
	char time[40];

	time[num_iso_datetime(time, number(o, "ms") * 1000, 3, ' ')] = '\0';
	printf("%4" PRId64 " %12" PRId64 " %s  %s ", number(o, "partition"), number(o, "offset"), time, text(o, "op"));
	print_padded(text(o, "table")[0] ? text(o, "table") : text(o, "topic"), 24);
	print_padded(text(o, "key"), 16);
	cli_put_safe(stdout, text(o, "what"), strlen(text(o, "what")));
	putchar('\n');
}

static int print_answer(void *arg, const char *line, size_t len)
{
	static const char progress[] = "{\"progress\":";
	struct messages_printing *p = arg;
	json_t *o = NULL;

	if (len == 0)
		return fflush(stdout) == EOF;
	if (len > sizeof(progress) && memcmp(line, progress, sizeof(progress) - 1) == 0) {
		o = json_loadb(line, len, 0, NULL);
		if (fflush(stdout) == EOF)
			return 1;
		print_progress(p, json_object_get(o, "progress"));
		json_decref(o);
		return 0;
	}
	if (p->told)
		fputs("\r\033[K", stderr);
	p->told = false;
	if (p->form == MESSAGE_CSV)
		cli_put_safe(stdout, line, len);
	else if (p->form == MESSAGE_JSON)
		cli_put_json(line, len);
	else
		print_list(o = json_loadb(line, len, 0, NULL));
	json_decref(o);
	if (p->form != MESSAGE_LIST)
		putchar('\n');
	return ferror(stdout);
}

/* Option by option; the request's names are the options'. */
static void add_options(const struct cli *cli, struct engine_request *r)
{
	static const char *const names[] = { "seek", "partition", "filter", "grep", "regex", "limit", "latest",
		"follow", "from", "unmasked" };

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		char option[32];
		const char *value;

		snprintf(option, sizeof(option), "--%s", names[i]);
		value = cli_option(cli, option);
		if (value && *value == '\0' && strcmp(names[i], "grep") != 0)
			value = "yes";
		engine_request_give(r, names[i], value);
	}
}

/* Waiting in an embedded log would keep its lock, so that millrace could not start; and nothing comes while it does not run. */
static int refuse_waiting(const struct cli *cli, const struct settings *s, struct err *err)
{
	const char *seek = cli_option(cli, "--seek");

	if (s->log.bootstrap_servers ||
			(cli_option(cli, "--follow") == NULL && (seek == NULL || strcmp(seek, "end") != 0)))
		return 0;
	return err_set(err, ERR_CONFIG, 0,
			"no millrace runs on %s, so nothing comes into its embedded log: start millrace, or ask without "
			"--follow and --seek end",
			s->state_dir);
}

/* Nobody answers: the log is still there to be read. */
static int ask_log(struct cli *cli, struct engine_request *r, struct messages_printing *p, struct err *err)
{
	const struct settings *s = cli_settings(cli, err);
	struct trace_wish wish = { .stopped = NULL };
	struct log *log;
	int rc;

	log = s && refuse_waiting(cli, s, err) == 0 ? cli_own_log(cli, err) : NULL;
	if (log == NULL)
		return -1;
	rc = engine_request_check(engine_request_doc(engine_request_docs(), r->command), r, err);
	if (rc == 0)
		rc = strcmp(r->command, "trace") == 0 ? inspect_trace(log, s, r, &wish, print_answer, p, err)
						      : inspect_messages(log, s, r, print_answer, p, err);
	log_close(log);
	return rc;
}

static int ask(struct cli *cli, struct engine_request *r, struct messages_printing *p)
{
	struct err err;
	int rc;

	err_clear(&err);
	rc = cli_ask_to(cli, r, print_answer, p, &err);
	if (rc && err.kind == ERR_UNREACHABLE)
		rc = ask_log(cli, r, p, &err);
	if (p->told)
		fputc('\n', stderr);
	return rc ? cli_fail(&err) : EXIT_DONE;
}

int cli_trace(struct cli *cli)
{
	struct messages_printing p = {
		.form = cli_option(cli, "--json") ? MESSAGE_JSON : MESSAGE_CSV,
		.terminal = isatty(STDERR_FILENO),
		.trace = true,
	};
	struct engine_request r = { .command = "trace",
		.nargs = 4,
		.args = { { "table", cli->words[0] }, { "key", cli->words[1] },
				{ "form", cli_option(cli, "--json") ? "json" : "text" }, { "progress", "yes" }, }, };

	add_options(cli, &r);
	return ask(cli, &r, &p);
}

int cli_messages(struct cli *cli)
{
	static const char *const forms[] = { [MESSAGE_JSON] = "json", [MESSAGE_CSV] = "csv", [MESSAGE_LIST] = "list" };
	struct messages_printing p = {
		.form = cli_option(cli, "--csv")	    ? MESSAGE_CSV
				: cli_option(cli, "--json") ? MESSAGE_JSON
							    : MESSAGE_LIST,
		.terminal = isatty(STDERR_FILENO),
	};
	struct engine_request r = {
		.command = "messages",
		.nargs = 3,
		.args = { { "topic", cli->words[0] }, { "form", forms[p.form] }, { "progress", "yes" } },
	};

	add_options(cli, &r);
	if (p.form == MESSAGE_CSV)
		puts(message_csv_header);
	return ask(cli, &r, &p);
}
