/*
 * cli_lua_test.c - `lua test`: the cases of orders.lua are in orders.cases beside it: JSON lines, the table first (docs/lua.md). Told for a person, as
 * lines of JSON, or as JUnit's XML; and which lines no case comes to. Without a file, those of every script that the configuration names. Needs
 * no running process.
 */
#include <stdlib.h>
#include <string.h>

#include "cli/cli_lua.h"
#include "core/text.h"
#include "core/xalloc.h"
#include "script/script.h"

struct tested {
	const char *path;   /* of the cases */
	const char *script; /* of the script */
	unsigned passed, failed;
	json_t *cases; /* for programs: of all; NULL: not wanted */
};

static void put(const char *text)
{
	cli_put_safe(stdout, text, strlen(text));
}

static void told_case(void *arg, int line, const struct script_case *c)
{
	struct tested *t = arg;
	char name[sizeof(c->name) * 4], text[sizeof(c->text) * 4];

	*(c->passed ? &t->passed : &t->failed) += 1;
	text_escape(name, sizeof(name), c->name, strlen(c->name));
	text_escape(text, sizeof(text), c->text, strlen(c->text));
	if (t->cases) {
		json_array_append_new(t->cases,
				json_pack("{s:s,s:i,s:s,s:b,s:s}", "kind", "case", "line", line, "name", name, "passed",
						c->passed, "text", text));
		return;
	}
	if (c->passed)
		return;
	printf("%s:%d: %s%s%s\n", t->path, line, name, *name ? ": " : "", text);
}

/* ---- for programs ---- */

static void put_xml(const char *text)
{
	for (; *text; text++)
		switch (*text) {
		case '&': fputs("&amp;", stdout); break;
		case '<': fputs("&lt;", stdout); break;
		case '>': fputs("&gt;", stdout); break;
		case '"': fputs("&quot;", stdout); break;
		default: putchar(*text);
		}
}

static void print_junit(const struct tested *t)
{
	const json_t *c;
	size_t i;

	printf("<testsuite name=\"");
	put_xml(t->script);
	printf("\" tests=\"%u\" failures=\"%u\">\n", t->passed + t->failed, t->failed);
	json_array_foreach(t->cases, i, c)
	{
		const char *name = cli_lua_text(c, "name");
		long long line = json_integer_value(json_object_get(c, "line"));

		fputs("  <testcase classname=\"", stdout);
		put_xml(t->script);
		fputs("\" name=\"", stdout);
		put_xml(name);
		printf(*name ? "\"" : "line %lld\"", line);
		if (json_is_true(json_object_get(c, "passed"))) {
			puts("/>");
			continue;
		}
		fputs("><failure message=\"", stdout);
		put_xml(t->path);
		printf(":%lld: ", line);
		put_xml(cli_lua_text(c, "text"));
		puts("\"/></testcase>");
	}
	puts("</testsuite>");
}

static void print_json(json_t *o)
{
	char *line = json_dumps(o, JSON_COMPACT);

	puts(line ? line : "{}");
	free(line);
}

static void print_json_lines(const struct tested *t)
{
	json_t *c,
			*sum = json_pack("{s:s,s:s,s:i,s:i}", "kind", "summary", "script", t->script, "passed",
					(int)t->passed, "failed", (int)t->failed);
	size_t i;

	json_array_foreach(t->cases, i, c) print_json(c);
	print_json(sum);
	json_decref(sum);
}

/* ---- lines ---- */

static void print_coverage(const struct script *s, bool json)
{
	unsigned lines = 0, run = 0;
	struct script_line l;

	for (size_t i = 0; script_line_at(s, i, &l); i++) {
		lines++;
		run += l.runs > 0;
		if (json)
			printf("{\"kind\":\"line\",\"line\":%d,\"runs\":%llu}\n", l.line, (unsigned long long)l.runs);
		else if (l.runs == 0) {
			printf("%s:%d: no case comes here: ", l.script, l.line);
			cli_put_safe(stdout, l.text + strspn(l.text, " \t"), l.len - strspn(l.text, " \t"));
			putchar('\n');
		}
	}
	if (!json)
		printf("%u of %u lines of its functions were run\n", run, lines);
}

static int test_one(struct cli *cli, const char *path, struct err *err)
{
	bool json = cli_option(cli, "--json") != NULL, junit = cli_option(cli, "--junit") != NULL,
	     coverage = cli_option(cli, "--coverage") != NULL && !junit;
	struct script *s = cli_lua_open(cli, path, err);
	char *cases = script_case_path(path);
	struct tested t = { .path = cases, .script = path, .cases = json || junit ? json_array() : NULL };
	int rc;

	if (coverage && s)
		script_lines_count(s);
	rc = s ? script_case_file(s, cases, told_case, &t, err) : -1;
	if (rc == 0 && junit)
		print_junit(&t);
	else if (rc == 0 && json)
		print_json_lines(&t);
	if (rc == 0 && coverage)
		print_coverage(s, json);
	if (rc == 0 && t.cases == NULL) {
		put(path);
		printf(": %u passed, %u failed\n", t.passed, t.failed);
	}
	json_decref(t.cases);
	free(cases);
	script_close(s);
	return rc ? cli_fail(err) : t.failed ? EXIT_PROBLEMS : EXIT_DONE;
}

static bool named_before(const struct settings *s, size_t table, size_t script)
{
	const char *path = s->tables[table].transform.items[script];

	for (size_t i = 0; i <= table; i++)
		for (size_t k = 0; k < (i < table ? s->tables[i].transform.count : script); k++)
			if (strcmp(s->tables[i].transform.items[k], path) == 0)
				return true;
	return false;
}

/* A file that cannot be tested does not keep the others from it: the worst of all is the exit code. */
static int test_all(struct cli *cli, struct err *err)
{
	const struct settings *s = cli_settings(cli, err);
	int worst = EXIT_DONE;
	size_t count = 0;

	if (s == NULL)
		return cli_fail(err);
	for (size_t i = 0; i < s->ntables; i++)
		for (size_t k = 0; k < s->tables[i].transform.count; k++) {
			char *path;
			int code;

			if (named_before(s, i, k))
				continue;
			path = table_script_path(s, s->tables[i].transform.items[k]);
			err_clear(err);
			code = test_one(cli, path, err);
			worst = code > worst ? code : worst;
			free(path);
			count++;
		}
	if (count)
		return worst;
	err_set(err, ERR_CONFIG, 0, "lua test: expected a FILE, or a transform in a [table] section of %s, found none",
			s->path);
	return cli_fail(err);
}

int cli_lua_test(struct cli *cli, const char *path, struct err *err)
{
	bool junit = cli_option(cli, "--junit") != NULL;
	int code;

	if (junit)
		puts("<?xml version=\"1.0\" encoding=\"UTF-8\"?>");
	if (path)
		return test_one(cli, path, err);
	if (junit)
		puts("<testsuites>");
	code = test_all(cli, err);
	if (junit)
		puts("</testsuites>");
	return code;
}
