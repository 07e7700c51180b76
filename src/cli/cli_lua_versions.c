/*
 * cli_lua_versions.c - `lua versions | diff | apply | rollback`: which versions of scripts have run, and which one runs from now on. The first two
 * look into the state directory where no process runs.
 */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cli/cli_lua.h"
#include "engine/scripts/script_told.h"

struct wish {
	struct engine_request r;
	struct lua_answer answer;
	bool any; /* something was told */
};

static void begin(struct cli *cli, struct wish *w, const char *request)
{
	*w = (struct wish){ .r = { .command = request }, .answer = { .json = cli_option(cli, "--json") != NULL } };
	engine_request_give(&w->r, "table", cli_option(cli, "--table"));
}

static void put(const char *text)
{
	cli_put_safe(stdout, text, strlen(text));
}

/* Where no process answers: the settings, with what the state directory has. NULL: err */
static struct settings *stored(struct cli *cli, struct err *err)
{
	const struct settings *s;

	if (err->kind != ERR_UNREACHABLE)
		return NULL;
	err_clear(err);
	s = cli_settings(cli, err);
	if (s && s->scripts == NULL)
		cli->settings->scripts = script_store_open(s->state_dir, false);
	return s ? cli->settings : NULL;
}

static void close_stored(struct settings *s)
{
	script_store_close(s->scripts);
	s->scripts = NULL;
}

/* ---- versions ---- */

static int print_version(void *arg, const char *line, size_t len)
{
	struct wish *w = arg;
	json_t *o = len ? json_loadb(line, len, 0, NULL) : NULL;
	time_t at = (time_t)(json_integer_value(json_object_get(o, "at")) / 1000000);
	char when[32] = "";
	struct tm tm;

	if (w->answer.json && len) {
		json_decref(o);
		return cli_print_line(NULL, line, len);
	}
	if (o == NULL)
		return 0;
	if (!w->any)
		printf("%-12s  %-19s  %-9s  %-4s  %-24s  %s\n", "VERSION", "SINCE (UTC)", "BY", "", "SECTION", "WHO");
	w->any = true;
	if (gmtime_r(&at, &tm))
		strftime(when, sizeof(when), "%Y-%m-%d %H:%M:%S", &tm);
	printf("%-12s  %-19s  %-9s  %-4s  ", cli_lua_text(o, "version"), when, cli_lua_text(o, "how"),
			json_is_true(json_object_get(o, "runs")) ? "runs" : "");
	put(cli_lua_text(o, "section"));
	printf("%*s  ", (int)strlen(cli_lua_text(o, "section")) < 24 ? 24 - (int)strlen(cli_lua_text(o, "section")) : 0,
			"");
	put(cli_lua_text(o, "who"));
	if (*cli_lua_text(o, "instead"))
		printf(", instead of %s", cli_lua_text(o, "instead"));
	putchar('\n');
	json_decref(o);
	return 0;
}

int cli_lua_versions(struct cli *cli, const char *word, struct err *err)
{
	struct settings *s;
	struct wish w;
	int rc;

	(void)word;
	begin(cli, &w, "script-versions");
	rc = cli_ask_to(cli, &w.r, print_version, &w, err);
	if (rc && (s = stored(cli, err)) != NULL) {
		rc = script_told_versions(s, cli_option(cli, "--table"), print_version, &w, err);
		close_stored(s);
	}
	return rc ? cli_fail(err) : EXIT_DONE;
}

/* ---- diff ---- */

static int print_difference(void *arg, const char *line, size_t len)
{
	struct wish *w = arg;
	json_t *o = len ? json_loadb(line, len, 0, NULL) : NULL;
	const char *mark = cli_lua_text(o, "mark");

	if (len)
		w->any = true;
	if (w->answer.json && len) {
		json_decref(o);
		return cli_print_line(NULL, line, len);
	}
	if (*mark == '@')
		put(cli_lua_text(o, "file"));
	else if (*mark)
		printf("%s ", mark);
	if (*mark == '@')
		printf(":%s\n", cli_lua_text(o, "text"));
	else if (*mark) {
		put(cli_lua_text(o, "text"));
		putchar('\n');
	}
	json_decref(o);
	return 0;
}

int cli_lua_diff(struct cli *cli, const char *word, struct err *err)
{
	const char *other = cli->words[2];
	struct settings *s;
	struct wish w;
	int rc;

	begin(cli, &w, "script-diff");
	engine_request_give(&w.r, "a", word);
	engine_request_give(&w.r, "b", other);
	rc = cli_ask_to(cli, &w.r, print_difference, &w, err);
	if (rc && (s = stored(cli, err)) != NULL) {
		rc = script_told_diff(s, cli_option(cli, "--table"), word, other, print_difference, &w, err);
		close_stored(s);
	}
	return rc ? cli_fail(err) : w.any ? EXIT_PROBLEMS : EXIT_DONE;
}

/* ---- apply, rollback ---- */

static int print_outcome(void *arg, const char *line, size_t len)
{
	struct wish *w = arg;
	json_t *o = len ? json_loadb(line, len, 0, NULL) : NULL;
	const char *kind = cli_lua_text(o, "kind");
	bool ours = strcmp(kind, "applied") == 0 || strcmp(kind, "same") == 0 || strcmp(kind, "tried") == 0;

	if (len == 0)
		return 0;
	w->any |= ours;
	if (ours && !w->answer.json) {
		fputs("[table ", stdout);
		put(cli_lua_text(o, "section"));
		printf("]: version %s ", cli_lua_text(o, "version"));
		if (*kind == 's')
			fputs("runs already", stdout);
		else {
			printf(*kind == 'a' ? "runs now instead of %s; " : "is not applied, %s runs; ",
					cli_lua_text(o, "was"));
			put(cli_lua_text(o, "effect"));
		}
		putchar('\n');
		json_decref(o);
		return 0;
	}
	json_decref(o);
	return cli_lua_line(&w->answer, line, len);
}

static int take(struct cli *cli, struct wish *w, struct err *err)
{
	engine_request_give(&w->r, "dry", cli_option(cli, "--dry-run") ? "yes" : NULL);
	if (cli_ask_to(cli, &w->r, print_outcome, w, err))
		return cli_fail(err);
	if (!w->any && !w->answer.json)
		puts("no script runs yet; each is used from the first row of its table on");
	return EXIT_DONE;
}

int cli_lua_apply(struct cli *cli, const char *word, struct err *err)
{
	struct wish w;

	(void)word;
	begin(cli, &w, "script-apply");
	engine_request_give(&w.r, "force", cli_option(cli, "--force") ? "yes" : NULL);
	return take(cli, &w, err);
}

int cli_lua_rollback(struct cli *cli, const char *word, struct err *err)
{
	struct wish w;

	begin(cli, &w, "script-rollback");
	engine_request_give(&w.r, "version", word);
	if (cli_option(cli, "--table"))
		return take(cli, &w, err);
	err_set(err, ERR_CONFIG, 0, "lua rollback: expected --table DB.TABLE, found none");
	return cli_fail(err);
}
