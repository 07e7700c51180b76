/* cli_history.c - a figure over time, from a running process: a line for each value, or the JSON document. */
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "core/num/num.h"
#include "engine/status/series.h"
#include "engine/status/table_series.h"

static int list(void)
{
	for (int i = 0; i < SERIES_COUNT; i++)
		printf("%-16s %s\n", series_name((enum series_id)i), series_unit((enum series_id)i));
	for (int i = 0; i < STAGE_COUNT; i++)
		printf("%s.latency%*s rows by time since the commit (--json)\n", stage_names[i],
				8 - (int)strlen(stage_names[i]), "");
	for (int i = 0; i < TABLE_SERIES_COUNT; i++)
		printf("%-9sTABLE  %s\n", table_series_name((enum table_series_id)i),
				table_series_unit((enum table_series_id)i));
	return EXIT_DONE;
}

/* "2026-01-31 23:59:50  12.5": UTC, and - for what is not known. */
static int print_values(void *arg, const char *line, size_t len)
{
	json_t *doc = json_loadb(line, len, 0, NULL), *values = json_object_get(doc, "values");
	int64_t step_s = json_integer_value(json_object_get(doc, "step_s"));
	int64_t at_s = json_integer_value(json_object_get(doc, "until_s")) - step_s * (int64_t)json_array_size(values);
	char when[40];

	(void)arg;
	for (size_t i = 0; i < json_array_size(values); i++, at_s += step_s) {
		const json_t *v = json_array_get(values, i);

		when[num_iso_datetime(when, at_s * 1000000, 0, ' ')] = '\0';
		if (json_is_number(v))
			printf("%s  %.6g\n", when, json_number_value(v));
		else
			printf("%s  -\n", when);
	}
	json_decref(doc);
	return 0;
}

int cli_history(struct cli *cli)
{
	static const char *const given[][2] = { { "--from", "from" }, { "--to", "to" }, { "--step", "step" } };
	struct engine_request r = { .command = "history", .args = { { "series", cli->words[0] } }, .nargs = 1 };
	bool json = cli_option(cli, "--json") != NULL;
	struct err err;

	err_clear(&err);
	if (cli->nwords == 0)
		return list();
	if (!json && (strcmp(cli->words[0], "all") == 0 || strstr(cli->words[0], ".latency")))
		return err_set(&err, ERR_CONFIG, 0, "history: %s: expected --json with it", cli->words[0]),
		       cli_fail(&err);
	engine_request_give(&r, "table", cli->nwords > 1 ? cli->words[1] : NULL);
	for (size_t i = 0; i < sizeof(given) / sizeof(*given); i++)
		engine_request_give(&r, given[i][1], cli_option(cli, given[i][0]));
	return cli_ask(cli, &r, json ? cli_print_line : print_values, &err) ? cli_fail(&err) : EXIT_DONE;
}
