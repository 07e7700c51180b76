/* status_page.c - docs/status.md, from the tables of status_fields.h. */
#include <stdio.h>

#include "engine/status/status.h"
#include "engine/status/status_fields.h"

static const struct {
	const char *path, *what;
	const struct status_field *fields;
} parts[] = {
	{ "The document", "One object.", status_top_fields },
	{ "`problems[]`", "What is wrong now, the worst first.", status_problem_fields },
	{ "`capture`", "The half from MySQL to the log.", status_capture_fields },
	{ "`capture.snapshot`", "The initial snapshot.", status_snapshot_fields },
	{ "`capture.fill`", "Incremental snapshots: tables that are read while the stream goes on.",
			status_fill_fields },
	{ "`capture.reading[]`", "The tables of the snapshot that runs, in the order in which they are read.",
			status_reading_fields },
	{ "`load`", "The half from the log to the target.", status_load_fields },
	{ "`stages[]`", "In the order in which a row passes them.", status_stage_fields },
	{ "`tables[]`", "All captured and loaded tables. captured = loaded + duplicates + dropped + dead + what waits.",
			status_table_fields },
	{ "`scripts[]`", "Each script of a chain, for each table.", status_script_fields },
	{ "`scripts[].drops[]`", "The rows that it dropped.", status_script_drop_fields },
	{ "`partitions[]`", "Of the topics that are loaded.", status_partition_fields },
	{ "`routine_loads[]`", "Routine Load jobs of the cluster, also those that others made.",
			status_routine_fields },
	{ "`sessions[]`", "The consoles that are open on this process.", status_session_fields },
	{ "`bottleneck`", "What limits the pipeline now.", status_bottleneck_fields },
	{ "`events[]`", "The last 200, the newest last.", status_event_fields },
	{ "`changes[]`",
			"What may be the cause of whatever came after it: the last 16 of each kind, the newest last. They are kept over a restart.",
			status_change_fields },
};

static const char *const type_names[] = {
	[F_TEXT] = "text",
	[F_NAME] = "text",
	[F_STATE] = "state",
	[F_LEVEL] = "text",
	[F_SEVERITY] = "text",
	[F_CHANGE] = "text",
	[F_BOOL] = "true, false",
	[F_U64] = "integer",
	[F_I64] = "integer",
	[F_I32] = "integer",
	[F_UINT] = "integer",
	[F_DOUBLE] = "number",
};

static void states(FILE *out)
{
	for (enum half_state i = HALF_STOPPED; i <= HALF_FAILED; i++)
		fprintf(out, "%s`%s`", i ? ", " : "", half_state_name(i));
}

void status_print_page(FILE *out)
{
	fputs("# The fields of status --json\n\n<!-- Printed by `millrace manual --status` from the program's own tables; tests/manual.sh compares. -->\n\n"
	      "`millrace status --json`, `GET /status` and an attached console have the same document. A name that ends in `_us` is a time in\n"
	      "microseconds, since 1970 where it is a moment; `_ms`, `_ns` and `_s` likewise. A figure that is not known is -1 or null, never 0 and\n"
	      "never the one of before. Texts may hold anything that a name in MySQL may hold. A later version may have more fields.\n\n"
	      "States of halves, stages and tables: ",
			out);
	states(out);
	fputs(".\n\n`trends[]` has the series that screens draw (`series`, `step_s`, `values`, oldest first); `errors[]` repeats the errors of halves and\n"
	      "tables (`where`, `error`).\n\n"
	      "In the text of `millrace status`, IN, OUT, ROWS/S, P50, P99, QUEUE and BUSY of a stage are `in`, `out`, `rows_per_s`, `p50_us`, `p99_us`,\n"
	      "`queue_fill` and `busy`; CAPTURED, LOADED, DROPPED, DEAD, OPEN, LAG ROWS and VERIFIED of a table are `captured`, `loaded`, `dropped`,\n"
	      "`dead`, `dead_open`, `lag_rows`, and `differences` with `verified_us`.\n",
			out);
	for (size_t i = 0; i < sizeof(parts) / sizeof(*parts); i++) {
		fprintf(out, "\n## %s\n\n%s\n\n| field | type | what |\n| --- | --- | --- |\n", parts[i].path,
				parts[i].what);
		for (const struct status_field *f = parts[i].fields; f->key; f++)
			fprintf(out, "| `%s` | %s | %s |\n", f->key, type_names[f->type], f->help);
	}
}
