/* cli_ask.c - the commands that are one request to a running process, or, where the log can be read without one, to
 * the log. */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "engine/control/engine_inspect.h"

int cli_ask(struct cli *cli, struct engine_request *r, engine_emit *emit, struct err *err)
{
	return cli_ask_to(cli, r, emit, NULL, err);
}

int cli_ask_to(struct cli *cli, struct engine_request *r, engine_emit *emit, void *arg, struct err *err)
{
	struct cli_call call;
	int rc;

	if (cli_call(cli, &call, err))
		return -1;
	r->session = cli_session();
	rc = call.link.request(call.link.self, r, emit, arg, err);
	cli_hang_up(&call);
	return rc;
}

/* Nobody answers: the log is still there to be read. */
struct log *cli_own_log(struct cli *cli, struct err *err)
{
	const struct settings *s = cli_settings(cli, err);

	err_clear(err);
	return s ? log_open(&s->log, err) : NULL;
}

int cli_pause(struct cli *cli)
{
	struct engine_request r = { .command = cli->command->name, .args = { { "what", cli->words[0] } }, .nargs = 1 };
	struct err err;

	err_clear(&err);
	engine_request_give(&r, "pass", cli_given(cli, "--pass"));
	return cli_ask(cli, &r, cli_print_line, &err) ? cli_fail(&err) : EXIT_DONE;
}

int cli_acknowledge(struct cli *cli)
{
	struct engine_request r = { .command = "acknowledge", .args = { { "problem", cli->words[0] } }, .nargs = 1 };
	struct err err;

	err_clear(&err);
	engine_request_give(&r, "subject", cli->nwords > 1 ? cli->words[1] : NULL);
	return cli_ask(cli, &r, cli_print_line, &err) ? cli_fail(&err) : EXIT_DONE;
}

/* "status.json  18403", and last the folder. */
static int print_file(void *arg, const char *line, size_t len)
{
	json_t *o = json_loadb(line, len, 0, NULL);
	const char *name = json_string_value(json_object_get(o, "name")),
		   *folder = json_string_value(json_object_get(o, "folder")),
		   *error = json_string_value(json_object_get(o, "error"));

	(void)arg;
	if (name) {
		printf("%-20s %10lld%s%s", name, (long long)json_integer_value(json_object_get(o, "bytes")),
				json_is_true(json_object_get(o, "cut")) ? "  cut" : "", error && *error ? "  " : "");
		cli_put_safe(stdout, error ? error : "", error ? strlen(error) : 0);
		putchar('\n');
	} else if (folder) {
		cli_put_safe(stdout, folder, strlen(folder));
		putchar('\n');
	}
	json_decref(o);
	return 0;
}

int cli_bundle(struct cli *cli)
{
	struct engine_request r = { .command = "bundle" };
	struct err err;

	err_clear(&err);
	return cli_ask(cli, &r, cli_option(cli, "--json") ? cli_print_line : print_file, &err) ? cli_fail(&err)
											       : EXIT_DONE;
}

int cli_replay(struct cli *cli)
{
	struct engine_request r = { .command = "replay", .args = { { "table", cli->words[0] } }, .nargs = 1 };
	struct err err;

	err_clear(&err);
	engine_request_give(&r, "from", cli_option(cli, "--from"));
	return cli_ask(cli, &r, cli_print_line, &err) ? cli_fail(&err) : EXIT_DONE;
}

int cli_tap(struct cli *cli)
{
	struct engine_request r = { .command = "tap", .args = { { "stage", cli->words[0] } }, .nargs = 1 };
	struct err err;

	err_clear(&err);
	engine_request_give(&r, "table", cli->nwords > 1 ? cli->words[1] : NULL);
	engine_request_give(&r, "n", cli_option(cli, "-n"));
	engine_request_give(&r, "unmasked", cli_given(cli, "--unmasked"));
	return cli_ask(cli, &r, cli_print_line, &err) ? cli_fail(&err) : EXIT_DONE;
}

/* ---- topics ---- */

static int print_topic(void *arg, const char *line, size_t len)
{
	json_t *o = json_loadb(line, len, 0, NULL), *g;
	const char *topic = json_string_value(json_object_get(o, "topic"));
	size_t i;

	(void)arg;
	if (topic == NULL)
		return 0;
	cli_put_safe(stdout, topic, strlen(topic));
	printf("%*s %9lld %12lld %12lld", 40 > (int)strlen(topic) ? 40 - (int)strlen(topic) : 0, "",
			(long long)json_integer_value(json_object_get(o, "partition")),
			(long long)json_integer_value(json_object_get(o, "low")),
			(long long)json_integer_value(json_object_get(o, "high")));
	json_array_foreach(json_object_get(o, "groups"), i, g)
	{
		const char *name = json_string_value(json_object_get(g, "group"));

		fputs("  ", stdout);
		cli_put_safe(stdout, name ? name : "", name ? strlen(name) : 0);
		printf(" at %lld, lag %lld", (long long)json_integer_value(json_object_get(g, "offset")),
				(long long)json_integer_value(json_object_get(g, "lag")));
	}
	putchar('\n');
	json_decref(o);
	return 0;
}

int cli_topics(struct cli *cli)
{
	const char *topic = cli->nwords ? cli->words[0] : NULL;
	struct engine_request r = { .command = "topics", .args = { { "topic", topic } }, .nargs = topic ? 1 : 0 };
	bool as_json = cli_option(cli, "--json") != NULL;
	engine_emit *emit = as_json ? cli_print_line : print_topic;
	struct log *log = NULL;
	struct err err;
	int rc;

	err_clear(&err);
	if (!as_json)
		printf("%-40s %9s %12s %12s  %s\n", "TOPIC", "PARTITION", "LOW", "HIGH", "GROUPS");
	rc = cli_ask(cli, &r, emit, &err);
	if (rc && err.kind == ERR_UNREACHABLE && (log = cli_own_log(cli, &err)) != NULL) {
		rc = inspect_topics(log, topic, emit, NULL, &err);
		log_close(log);
	}
	return rc ? cli_fail(&err) : EXIT_DONE;
}
