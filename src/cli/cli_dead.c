/* cli_dead.c - millrace dead: letters are listed, shown, tried again, edited, discarded. */
#include "cli/cli.h"

#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "core/clock.h"
#include "core/num/num.h"
#include "engine/dead/dead_list.h"

/* ---- for people ---- */

static void put(const char *s, size_t width)
{
	size_t n = s ? strlen(s) : 0;

	cli_put_safe(stdout, s ? s : "", n);
	printf("%*s", n < width ? (int)(width - n) : 0, "");
}

static void put_member(const json_t *o, const char *name, size_t width)
{
	const json_t *v = json_object_get(o, name);
	char *text = v && !json_is_string(v) ? json_dumps(v, JSON_COMPACT | JSON_ENCODE_ANY) : NULL;

	put(text ? text : json_string_value(v), width);
	free(text);
}

static void put_time(const json_t *o, const char *name)
{
	char at[48];

	at[num_iso_datetime(at, json_integer_value(json_object_get(o, name)) * 1000, 0, ' ')] = '\0';
	printf("%s  ", at);
}

static int print_letter(void *arg, const char *line, size_t len)
{
	json_t *o = json_loadb(line, len, 0, NULL);

	(void)arg;
	if (json_object_get(o, "at_ms")) {
		put_member(o, "id", 8);
		put_time(o, "at_ms");
		put_member(o, "table", 24);
		fputs("  ", stdout);
		put_member(o, "key", 14);
		fputs("  ", stdout);
		put_member(o, "reason", 0);
		puts(json_is_true(json_object_get(o, "open")) ? "" : "  (closed)");
	}
	json_decref(o);
	return 0;
}

static int print_group(void *arg, const char *line, size_t len)
{
	json_t *o = json_loadb(line, len, 0, NULL);

	(void)arg;
	put_member(o, "count", 8);
	put_time(o, "last_ms");
	put_member(o, "table", 24);
	fputs("  ", stdout);
	put_member(o, "reason", 0);
	putchar('\n');
	json_decref(o);
	return 0;
}

static int print_whole(void *arg, const char *line, size_t len)
{
	json_t *o = json_loadb(line, len, 0, NULL), *v;
	const char *name;

	(void)arg;
	json_object_foreach(o, name, v)
	{
		if (strcmp(name, "at_ms") == 0) {
			printf("at         ");
			put_time(o, name);
		} else {
			printf("%-10s ", name);
			put_member(o, name, 0);
		}
		putchar('\n');
	}
	json_decref(o);
	return 0;
}

/* A line for each letter that is read again, and one for all. */
static int print_outcome(void *arg, const char *line, size_t len)
{
	json_t *o = json_loadb(line, len, 0, NULL);
	bool dry = json_is_true(json_object_get(o, "dry_run"));

	if (json_object_get(o, "letters")) {
		printf("%s", dry ? "to be " : "");
		put_member(o, "result", 0);
		printf(": %lld letters", (long long)json_integer_value(json_object_get(o, "letters")));
		if (json_integer_value(json_object_get(o, "failed")))
			printf(", %lld stay open", (long long)json_integer_value(json_object_get(o, "failed")));
		putchar('\n');
	} else if (json_object_get(o, "at_ms")) {
		print_letter(arg, line, len);
	} else if (json_object_get(o, "id")) {
		put_member(o, "id", 8);
		put_member(o, "table", 24);
		fputs("  ", stdout);
		put_member(o, "key", 14);
		fputs("  ", stdout);
		put_member(o, "result", 0);
		fputs(json_object_get(o, "why") ? ": " : "", stdout);
		put_member(o, "why", 0);
		putchar('\n');
	}
	json_decref(o);
	return 0;
}

/* ---- the request ---- */

static const struct action {
	const char *word, *command;
	engine_emit *print;
	int min, max; /* words behind it */
	bool reads;
} actions[] = {
	{ "list", "dead", print_letter, 0, 1, true },
	{ "groups", "dead-groups", print_group, 0, 0, true },
	{ "show", "dead-show", print_whole, 1, 1, true },
	{ "retry", "dead-retry", print_outcome, 0, CLI_MAX_WORDS, false },
	{ "edit", "dead-edit", print_outcome, 1, 1, false },
	{ "discard", "dead-discard", print_outcome, 0, CLI_MAX_WORDS, false },
};

static const struct option {
	const char *option, *arg;
	const char *of; /* first letters of the actions that take it */
} options[] = {
	{ "--reason", "reason", "lrd" },
	{ "--since", "since", "lrd" },
	{ "--before", "before", "lrd" },
	{ "--all", "all", "rd" },
	{ "--dry-run", "dry_run", "rd" },
	{ "--closed", "closed", "l" },
	{ "-n", "n", "l" },
	{ "--unmasked", "unmasked", "lse" },
	{ "--row", "row", "e" },
};

static int add_options(struct cli *cli, struct engine_request *r, const struct action *a, struct err *err)
{
	for (size_t i = 0; i < sizeof(options) / sizeof(*options); i++) {
		const char *value = cli_option(cli, options[i].option);

		if (value == NULL)
			continue;
		if (strchr(options[i].of, a->word[0]) == NULL)
			return err_set(err, ERR_CONFIG, 0, "millrace dead %s takes no %s", a->word, options[i].option);
		if (a->word[0] == 'e') /* of cli_dead_row() */
			continue;
		engine_request_give(r, options[i].arg, value[0] ? value : "yes");
	}
	return 0;
}

static bool is_id(const char *word)
{
	return word[strspn(word, "0123456789,")] == '\0';
}

/* IDs, or one table. */
static int add_words(struct cli *cli, struct engine_request *r, char *ids, size_t size, struct err *err)
{
	size_t n = 0;

	for (int i = 1; i < cli->nwords; i++) {
		const char *word = cli->words[i];

		if (is_id(word) && n + strlen(word) + 2 < size)
			n += (size_t)snprintf(ids + n, size - n, "%s%s", n ? "," : "", word);
		else if (cli->nwords == 2)
			engine_request_give(r, "table", word);
		else
			return err_set(err, ERR_CONFIG, 0, "millrace dead: expected IDs or one table, found '%.100s'",
					word);
	}
	if (n)
		engine_request_give(r, "id", ids);
	return 0;
}

static int ask(struct cli *cli, const struct action *a, struct err *err)
{
	engine_emit *print = cli_option(cli, "--json") ? cli_print_line : a->print;
	struct engine_request r = { .command = a->command };
	char ids[4096] = "";
	bool edits = strcmp(a->word, "edit") == 0;
	char *row = NULL;
	struct log *log;
	int rc;

	if (add_words(cli, &r, ids, sizeof(ids), err) || add_options(cli, &r, a, err))
		return -1;
	if (edits && (row = cli_dead_row(cli, cli->words[1], err)) == NULL)
		return -1;
	if (edits)
		engine_request_give(&r, "row", row);
	rc = cli_ask(cli, &r, print, err);
	if (rc && a->reads && err->kind == ERR_UNREACHABLE && (log = cli_own_log(cli, err)) != NULL) {
		rc = dead_tell(log, cli->settings, NULL, &r, print, NULL, err);
		log_close(log);
	}
	free(row);
	return rc;
}

int cli_dead(struct cli *cli)
{
	const struct action *a = actions;
	struct err err;
	int rc;

	err_clear(&err);
	while (a < actions + sizeof(actions) / sizeof(*actions) && strcmp(a->word, cli->words[0]) != 0)
		a++;
	if (a == actions + sizeof(actions) / sizeof(*actions) || cli->nwords - 1 < a->min || cli->nwords - 1 > a->max)
		rc = err_set(&err, ERR_CONFIG, 0, "usage: millrace dead %s", cli->command->words);
	else
		rc = ask(cli, a, &err);
	return rc ? cli_fail(&err) : EXIT_DONE;
}
