/* cli_check.c - the preflight, for people and for machines. */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "engine/engine_inspect.h"

static void print_text(const struct report *r)
{
	static const char *const marks[] = { [REPORT_OK] = "ok      ", [REPORT_NOTE] = "note    ", [REPORT_WARNING] = "warning ", [REPORT_PROBLEM] = "PROBLEM " };

	for (size_t i = 0; i < r->count; i++) {
		const struct report_item *item = &r->items[i];

		fputs(marks[item->level], stdout);
		cli_put_safe(stdout, item->subject, strlen(item->subject));
		fputs(": ", stdout);
		cli_put_safe(stdout, item->found, strlen(item->found));
		putchar('\n');
		if (item->remedy) {
			fputs("          -> ", stdout);
			cli_put_safe(stdout, item->remedy, strlen(item->remedy));
			putchar('\n');
		}
	}
	printf("\n%zu problem%s, %zu warning%s\n", report_count(r, REPORT_PROBLEM),
			report_count(r, REPORT_PROBLEM) == 1 ? "" : "s",
	       report_count(r, REPORT_WARNING), report_count(r, REPORT_WARNING) == 1 ? "" : "s");
}

static void print_json(const struct report *r)
{
	json_t *items = json_array(), *o;

	for (size_t i = 0; i < r->count; i++) {
		o = json_object();
		json_object_set_new(o, "level", json_string(report_level_name(r->items[i].level)));
		json_object_set_new(o, "subject", json_string(r->items[i].subject));
		json_object_set_new(o, "found", json_string(r->items[i].found));
		json_object_set_new(o, "remedy", r->items[i].remedy ? json_string(r->items[i].remedy) : json_null());
		json_array_append_new(items, o);
	}
	o = json_pack("{sb,so}", "ready", report_count(r, REPORT_PROBLEM) == 0, "items", items);
	json_dumpf(o, stdout, JSON_COMPACT);
	putchar('\n');
	json_decref(o);
}

int cli_check(struct cli *cli)
{
	const struct settings *s;
	enum engine_role role;
	struct report report;
	struct err err;
	int rc;

	err_clear(&err);
	s = cli_settings(cli, &err);
	if (s == NULL || cli_role(cli, &role, &err))
		return cli_fail(&err);
	report_init(&report);
	rc = inspect_check(s, role, &report, &err);
	if (cli_option(cli, "--json"))
		print_json(&report);
	else
		print_text(&report);
	rc = rc && (err.kind == ERR_UNREACHABLE || err.kind == ERR_RETRY) ? EXIT_UNREACHABLE
	   : report_count(&report, REPORT_PROBLEM) ? EXIT_PROBLEMS : EXIT_DONE;
	report_done(&report);
	return rc;
}
