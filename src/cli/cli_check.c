/* cli_check.c - the preflight, for people and for machines. */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/cli_check_tables.h"
#include "cli/cli_progress.h"
#include "engine/control/engine_inspect.h"

enum { TABLE_MS = 5000, ALL_MS = 60000, FULL_MS = 24 * 3600 * 1000, SAMPLE_ROWS = 200000 };

static void print_text(const struct report *r)
{
	static const char *const marks[] = {
		[REPORT_OK] = "ok      ",
		[REPORT_NOTE] = "note    ",
		[REPORT_WARNING] = "warning ",
		[REPORT_PROBLEM] = "PROBLEM ",
	};

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
}

static size_t count_of(const struct report *r, const struct tables_report *d, enum report_level level)
{
	return report_count(r, level) + tables_report_count(d, level);
}

static void print_sum(const struct report *r, const struct tables_report *d)
{
	size_t problems = count_of(r, d, REPORT_PROBLEM), warnings = count_of(r, d, REPORT_WARNING);

	printf("\n%zu problem%s, %zu warning%s\n", problems, problems == 1 ? "" : "s", warnings,
			warnings == 1 ? "" : "s");
}

static void print_json(const struct report *r, const struct tables_report *d, bool all)
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
	o = json_pack("{sb,so}", "ready", count_of(r, d, REPORT_PROBLEM) == 0, "items", items);
	cli_check_tables_json(d, all, o);
	json_dumpf(o, stdout, JSON_COMPACT | JSON_ENSURE_ASCII);
	putchar('\n');
	json_decref(o);
}

static int look(struct cli *cli, const struct settings *s, enum engine_role role, struct report *report,
		struct tables_report *tables, struct err *err)
{
	bool full = cli_option(cli, "--full") != NULL;
	struct source_limits limits = {
		.table_ms = full ? FULL_MS : TABLE_MS,
		.all_ms = full ? FULL_MS : ALL_MS,
		.sample_rows = full ? 0 : SAMPLE_ROWS,
		.progress = cli_progress_say,
	};
	struct cli_progress *progress = cli_progress_start("counting rows");
	int rc;

	limits.arg = progress;
	rc = inspect_check(s, role, &limits, report, tables, err);
	cli_progress_end(progress);
	return rc;
}

int cli_check(struct cli *cli)
{
	bool all = cli_option(cli, "--all") != NULL;
	struct tables_report tables = { 0 };
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
	rc = look(cli, s, role, &report, &tables, &err);
	if (cli_option(cli, "--json")) {
		print_json(&report, &tables, all);
	} else {
		print_text(&report);
		cli_check_tables_text(&tables, all);
		print_sum(&report, &tables);
	}
	rc = rc && (err.kind == ERR_UNREACHABLE || err.kind == ERR_RETRY) ? EXIT_UNREACHABLE
			: count_of(&report, &tables, REPORT_PROBLEM)	  ? EXIT_PROBLEMS
									  : EXIT_DONE;
	tables_report_done(&tables);
	report_done(&report);
	return rc;
}
