/*
 * cli_lua_run.c - `lua run FILE --table T`: a script over messages that are in the log, by the running process, or where none runs by this
 * one. The answer is lines of JSON (script_trial.h), printed here for a person.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli_lua.h"
#include "core/xalloc.h"
#include "engine/control/script_trial.h"
#include "engine/scripts/script_store.h"

const char *cli_lua_text(const json_t *o, const char *name)
{
	const char *text = json_string_value(json_object_get(o, name));

	return text ? text : "";
}

static long long number_of(const json_t *o, const char *name)
{
	return json_integer_value(json_object_get(o, name));
}

static void put(const char *text)
{
	cli_put_safe(stdout, text, strlen(text));
}

/* {"id":"1"} as id=1 */
static void put_key(const json_t *key)
{
	const char *name;
	json_t *value;

	json_object_foreach((json_t *)key, name, value)
	{
		putchar(' ');
		put(name);
		putchar('=');
		put(json_is_null(value) ? "NULL" : json_string_value(value));
	}
}

/* "status paid -> test, cents -> 125" */
static void put_columns(const json_t *before, const json_t *after)
{
	const char *name, *between = "  ";
	json_t *value;

	json_object_foreach((json_t *)after, name, value)
	{
		const json_t *was = json_object_get(before, name);

		fputs(between, stdout);
		put(name);
		putchar(' ');
		if (was) {
			put(json_is_null(was) ? "NULL" : json_string_value(was));
			fputs(" ", stdout);
		}
		fputs("-> ", stdout);
		put(json_is_null(value) ? "NULL" : json_string_value(value));
		between = ", ";
	}
}

static void print_row(struct lua_answer *a, const json_t *o)
{
	bool changed = strcmp(cli_lua_text(o, "kind"), "changed") == 0;

	if (a->shown++ == 0)
		puts(changed ? "rows that are changed, the first ones:"
			     : "rows that become something else, the first ones:");
	printf("  %lld:%lld", number_of(o, "partition"), number_of(o, "offset"));
	put_key(json_object_get(o, "key"));
	if (!changed)
		printf("  %s, was %s", cli_lua_text(o, "is"), cli_lua_text(o, "was"));
	else if (number_of(o, "rows") > 1)
		printf("  becomes %lld rows; the last:", number_of(o, "rows"));
	put_columns(json_object_get(o, "before"), json_object_get(o, "after"));
	putchar('\n');
}

static void print_reason(struct lua_answer *a, const json_t *o)
{
	bool drop = strcmp(cli_lua_text(o, "kind"), "drop") == 0;
	const json_t *key;
	size_t i;

	if (!a->reasons)
		puts("reasons:");
	a->reasons = true;
	printf("  %-8s %9lld  ",
			drop								? "dropped"
					: strcmp(cli_lua_text(o, "kind"), "count") == 0 ? "counted"
											: "dead",
			number_of(o, "rows"));
	if (drop) {
		put(cli_lua_text(o, "script"));
		fputs(": ", stdout);
		put(*cli_lua_text(o, "reason") ? cli_lua_text(o, "reason") : "return nil");
	} else {
		put(cli_lua_text(o, "reason"));
	}
	json_array_foreach(json_object_get(o, "keys"), i, key)
	{
		fputs(i ? " " : "  keys ", stdout);
		put(json_string_value(key));
	}
	putchar('\n');
}

static void print_summary(const json_t *o)
{
	static const struct {
		const char *name, *means;
	} outcomes[] = {
		{ "passed", "as they came" },
		{ "changed", "" },
		{ "dropped", "not loaded" },
		{ "deleted", "dropped updates, and rows of flat messages: they leave the target" },
		{ "dead", "dead letters" },
	};
	long long ms = number_of(o, "ms"), rows = number_of(o, "rows");

	put(cli_lua_text(o, "table"));
	printf(": %lld messages of ", number_of(o, "messages"));
	put(cli_lua_text(o, "topic"));
	printf(", %lld rows\n", rows);
	for (size_t i = 0; i < sizeof(outcomes) / sizeof(*outcomes); i++)
		printf("  %-8s %9lld  %s\n", outcomes[i].name, number_of(o, outcomes[i].name), outcomes[i].means);
	if (json_object_get(o, "different"))
		printf("  %-8s %9lld  from the other script\n", "differ", number_of(o, "different"));
	printf("  a row: p50 %lld ns, p99 %lld ns; all in %lld.%03lld s, %lld rows/s\n", number_of(o, "p50_ns"),
			number_of(o, "p99_ns"), ms / 1000, ms % 1000, rows * 1000 / (ms ? ms : 1));
}

int cli_lua_line(void *arg, const char *line, size_t len)
{
	struct lua_answer *a = arg;
	json_t *o = len ? json_loadb(line, len, 0, NULL) : NULL;
	const char *kind = cli_lua_text(o, "kind");

	if (strcmp(kind, "summary") == 0) {
		a->dead = number_of(o, "dead");
		a->different = number_of(o, "different");
	}
	if (a->profile && !a->json) {
		if (strcmp(kind, "line") == 0)
			json_array_append(a->lines, o);
	} else if (a->json && len) {
		fwrite(line, 1, len, stdout);
		putchar('\n');
	} else if (strcmp(kind, "summary") == 0) {
		print_summary(o);
	} else if (strcmp(kind, "changed") == 0 || strcmp(kind, "different") == 0) {
		print_row(a, o);
	} else if (strcmp(kind, "finding") == 0) {
		put(cli_lua_text(o, "script"));
		printf(":%lld: %s: ", number_of(o, "line"),
				json_is_true(json_object_get(o, "error")) ? "error" : "warning");
		put(cli_lua_text(o, "text"));
		putchar('\n');
	} else if (len) {
		print_reason(a, o);
	}
	json_decref(o);
	return ferror(stdout);
}

/* As another process finds it. */
static char *whole_path(const char *name, struct err *err)
{
	bool version = strlen(name) == SCRIPT_VERSION_ROOM - 1 && strspn(name, "0123456789abcdef") == strlen(name);
	char *path = version || strcmp(name, "running") == 0 ? xstrdup(name) : realpath(name, NULL);

	if (path == NULL)
		err_set(err, ERR_CONFIG, errno, "%s: expected a readable script, found: %s", name, strerror(errno));
	return path;
}

static int ask(struct cli *cli, const struct trial_wish *w, struct lua_answer *a, struct err *err)
{
	const struct {
		const char *name, *value;
	} given[] = {
		{ "table", w->table },
		{ "script", w->script },
		{ "against", w->against },
		{ "from", w->from },
		{ "n", cli_option(cli, "-n") },
		{ "profile", w->profile ? "yes" : NULL },
		{ "unmasked", w->unmasked ? "yes" : NULL },
	};
	struct engine_request r = { .command = "script-trial", .session = cli_session() };
	struct cli_call call;
	struct log *log;
	int rc;

	for (size_t i = 0; i < sizeof(given) / sizeof(*given); i++)
		engine_request_give(&r, given[i].name, given[i].value);
	if (engine_request_check(engine_request_doc(engine_request_docs(), r.command), &r, err))
		return -1;
	if (cli_call(cli, &call, err) == 0) {
		rc = call.link.request(call.link.self, &r, cli_lua_line, a, err);
		cli_hang_up(&call);
		return rc;
	}
	if (err->kind != ERR_UNREACHABLE || (log = cli_own_log(cli, err)) == NULL)
		return -1;
	cli->settings->scripts = script_store_open(cli->settings->state_dir, false);
	rc = script_trial(log, cli->settings, w, cli_lua_line, a, err);
	script_store_close(cli->settings->scripts);
	cli->settings->scripts = NULL;
	log_close(log);
	return rc;
}

/* Each line of the script behind its share of the time. */
static void print_profile(const struct lua_answer *a)
{
	const json_t *l;
	long long ns = 0;
	size_t i;

	json_array_foreach(a->lines, i, l) ns += number_of(l, "ns");
	printf("%6s %10s %8s  %s\n", "TIME", "RUNS", "NS EACH", "LINE");
	json_array_foreach(a->lines, i, l)
	{
		long long runs = number_of(l, "runs");

		printf("%5.1f%% %10lld %8lld  ", ns ? (double)number_of(l, "ns") * 100 / (double)ns : 0, runs,
				runs ? number_of(l, "ns") / runs : 0);
		put(cli_lua_text(l, "script"));
		printf(":%lld  ", number_of(l, "line"));
		put(cli_lua_text(l, "text") + strspn(cli_lua_text(l, "text"), " \t"));
		putchar('\n');
	}
}

static int run(struct cli *cli, const char *path, bool profile, struct err *err)
{
	const char *against = cli_option(cli, "--against"), *count = cli_option(cli, "-n");
	struct lua_answer a = { .json = cli_option(cli, "--json") != NULL, .profile = profile, .lines = json_array() };
	struct trial_wish w = {
		.table = cli_option(cli, "--table"),
		.from = cli_option(cli, "--from"),
		.count = count ? strtoll(count, NULL, 10) : 10000,
		.profile = profile,
		.unmasked = cli_option(cli, "--unmasked") != NULL,
	};
	char *script = whole_path(path, err), *other = against && script ? whole_path(against, err) : NULL;
	int rc = -1;

	w.script = script;
	w.against = other;
	if (w.table == NULL)
		err_set(err, ERR_CONFIG, 0, "lua run, profile: expected --table DB.TABLE, found none");
	else if (w.count <= 0)
		err_set(err, ERR_CONFIG, 0, "lua run: -n: expected a number of messages, found '%.40s'", count);
	else if (script && (other || against == NULL))
		rc = ask(cli, &w, &a, err);
	if (rc == 0 && profile && !a.json)
		print_profile(&a);
	json_decref(a.lines);
	free(script);
	free(other);
	return rc ? cli_fail(err) : !profile && (a.dead || a.different) ? EXIT_PROBLEMS : EXIT_DONE;
}

/* What the running process measures at its work. */
static int profile_live(struct cli *cli, struct err *err)
{
	const char *table = cli_option(cli, "--table"), *seconds = cli_option(cli, "--seconds");
	struct engine_request r = { .command = "script-profile", .session = cli_session() };
	struct lua_answer a = { .json = cli_option(cli, "--json") != NULL, .profile = true, .lines = json_array() };
	int rc = -1;

	engine_request_give(&r, "table", table);
	engine_request_give(&r, "seconds", seconds);
	if (table == NULL)
		err_set(err, ERR_CONFIG, 0, "lua profile: expected --table DB.TABLE, found none");
	else
		rc = cli_ask_to(cli, &r, cli_lua_line, &a, err);
	if (rc == 0 && !a.json)
		print_profile(&a);
	json_decref(a.lines);
	return rc ? cli_fail(err) : EXIT_DONE;
}

int cli_lua_profile(struct cli *cli, const char *path, struct err *err)
{
	return path ? run(cli, path, true, err) : profile_live(cli, err);
}

int cli_lua_run(struct cli *cli, const char *path, struct err *err)
{
	return run(cli, path, false, err);
}
