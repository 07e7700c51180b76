/*
 * http_metrics.c - /metrics in Prometheus' text format. One table has every name with its type, labels and help: what is served and
 * docs/metrics.md are printed from it. What is not known has no sample: it is never 0. A time is in seconds.
 */
#include "http/http_metrics.h"

#include <inttypes.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "core/process.h"

enum figure { FIG_U64, FIG_I64, FIG_UINT, FIG_DOUBLE, FIG_BOOL }; /* I64: negative is not known */
enum scope { OF_PROCESS, OF_CAPTURE, OF_LOAD, OF_STAGE, OF_TABLE, OF_SCRIPT, OF_SPECIAL };

struct metrics_answer {
	struct http_call *call;
	struct status *s;
	struct buf *out;
	size_t tables; /* that have figures */
	struct http_histograms histograms;
};

struct metric {
	const char *name, *type, *labels, *help;
	enum scope scope;
	enum figure figure;
	size_t offset;
	double scale;							   /* 0: as it is */
	void (*print)(struct metrics_answer *m, const struct metric *row); /* OF_SPECIAL */
};

/* ---- text ---- */

static void put_value(struct buf *b, const struct metric *row, const void *strukt)
{
	const char *at = (const char *)strukt + row->offset;
	double scale = row->scale ? row->scale : 1;

	switch (row->figure) {
	case FIG_U64: buf_printf(b, " %" PRIu64 "\n", *(const uint64_t *)at); break;
	case FIG_I64: buf_printf(b, " %.15g\n", (double)*(const int64_t *)at * scale); break;
	case FIG_UINT: buf_printf(b, " %u\n", *(const unsigned *)at); break;
	case FIG_DOUBLE: buf_printf(b, " %.9g\n", *(const double *)at * scale); break;
	case FIG_BOOL: buf_printf(b, " %d\n", *(const bool *)at); break;
	}
}

static bool is_known(const struct metric *row, const void *strukt)
{
	return row->figure != FIG_I64 || *(const int64_t *)((const char *)strukt + row->offset) >= 0;
}

/* label NULL: the metric has none */
static void put_sample(struct metrics_answer *m, const struct metric *row, const char *label, const char *value,
		const void *strukt)
{
	if (!is_known(row, strukt))
		return;
	buf_puts(m->out, row->name);
	if (label) {
		http_metrics_pair(m->out, "{", label, value);
		buf_putc(m->out, '}');
	}
	put_value(m->out, row, strukt);
}

/* place: of a script that is not the first of its table, which may have the same name twice. */
static void put_script_labels(struct metrics_answer *m, const struct status_script *one)
{
	http_metrics_pair(m->out, "{", "script", one->script);
	http_metrics_pair(m->out, ",", "table", one->table);
	if (one->place)
		buf_printf(m->out, ",place=\"%u\"", one->place);
}

static void put_script_sample(struct metrics_answer *m, const struct metric *row, const struct status_script *one)
{
	if (!is_known(row, one))
		return;
	buf_puts(m->out, row->name);
	put_script_labels(m, one);
	buf_putc(m->out, '}');
	put_value(m->out, row, one);
}

/* Scripts are in the order of tables. */
static bool has_figures(const struct metrics_answer *m, const struct status_script *one)
{
	return m->tables && strcmp(one->table, m->s->tables[m->tables - 1].name) <= 0;
}

/* ---- those that are more than a field ---- */

static void print_info(struct metrics_answer *m, const struct metric *row)
{
	buf_puts(m->out, row->name);
	http_metrics_pair(m->out, "{", "name", m->s->name);
	http_metrics_pair(m->out, ",", "version", m->s->version);
	http_metrics_pair(m->out, ",", "role", m->s->role);
	http_metrics_pair(m->out, ",", "log", m->s->log_kind);
	buf_puts(m->out, "} 1\n");
}

static void print_states(struct metrics_answer *m, const struct metric *row)
{
	const struct {
		const char *name;
		bool enabled;
		enum half_state state;
	} halves[] = {
		{ "capture", m->s->capture.enabled, m->s->capture.state },
		{ "load", m->s->load.enabled, m->s->load.state },
	};

	for (size_t i = 0; i < 2; i++)
		for (enum half_state k = HALF_STOPPED; halves[i].enabled && k <= HALF_FAILED; k++)
			buf_printf(m->out, "%s{half=\"%s\",state=\"%s\"} %d\n", row->name, halves[i].name,
					half_state_name(k), halves[i].state == k);
}

static void print_healthy(struct metrics_answer *m, const struct metric *row)
{
	buf_printf(m->out, "%s %d\n", row->name, status_failing(m->s) == 0);
}

/* By code: how many subjects have it. */
static void print_problems(struct metrics_answer *m, const struct metric *row)
{
	const struct status_problem *p = m->s->problems;

	for (size_t i = 0; i < m->s->nproblems; i++) {
		unsigned count = 0;
		bool told = false;

		for (size_t k = 0; k < m->s->nproblems; k++) {
			bool same = strcmp(p[k].code, p[i].code) == 0;

			told |= same && k < i;
			count += same;
		}
		if (!told)
			buf_printf(m->out, "%s{code=\"%s\",severity=\"%s\",fails=\"%s\"} %u\n", row->name, p[i].code,
					problem_severity_name(p[i].severity), p[i].fails ? "true" : "false", count);
	}
}

static void print_table_states(struct metrics_answer *m, const struct metric *row)
{
	for (size_t i = 0; i < m->tables; i++) {
		buf_puts(m->out, row->name);
		http_metrics_pair(m->out, "{", "table", m->s->tables[i].name);
		http_metrics_pair(m->out, ",", "state", half_state_name(m->s->tables[i].state));
		buf_puts(m->out, "} 1\n");
	}
}

static void print_script_drops(struct metrics_answer *m, const struct metric *row)
{
	for (size_t i = 0; i < m->s->nscripts && has_figures(m, &m->s->scripts[i]); i++)
		for (size_t k = 0; k < m->s->scripts[i].ndrops; k++) {
			const struct status_script_drop *drop = &m->s->scripts[i].drops[k];

			buf_puts(m->out, row->name);
			put_script_labels(m, &m->s->scripts[i]);
			http_metrics_pair(m->out, ",", "reason", drop->reason[0] ? drop->reason : "return nil");
			buf_printf(m->out, "} %" PRIu64 "\n", drop->rows);
		}
}

static void put_quantile(struct metrics_answer *m, const struct metric *row, const struct status_script *one,
		const char *of, int64_t ns)
{
	if (ns < 0)
		return;
	buf_puts(m->out, row->name);
	put_script_labels(m, one);
	buf_printf(m->out, ",quantile=\"%s\"} %.9g\n", of, (double)ns / 1e9);
}

static void print_script_seconds(struct metrics_answer *m, const struct metric *row)
{
	for (size_t i = 0; i < m->s->nscripts && has_figures(m, &m->s->scripts[i]); i++) {
		const struct status_script *one = &m->s->scripts[i];

		put_quantile(m, row, one, "0.5", one->p50_ns);
		put_quantile(m, row, one, "0.99", one->p99_ns);
		buf_printf(m->out, "%s_sum", row->name);
		put_script_labels(m, one);
		buf_printf(m->out, "} %.9g\n%s_count", (double)one->ns / 1e9, row->name);
		put_script_labels(m, one);
		buf_printf(m->out, "} %" PRIu64 "\n", one->rows);
	}
}

static void print_tables_without(struct metrics_answer *m, const struct metric *row)
{
	buf_printf(m->out, "%s %zu\n", row->name, m->s->ntables - m->tables);
}

static void print_cpu(struct metrics_answer *m, const struct metric *row)
{
	int64_t us = process_cpu_us();

	if (us >= 0)
		buf_printf(m->out, "%s %.6f\n", row->name, (double)us / 1e6);
}

static void print_memory(struct metrics_answer *m, const struct metric *row)
{
	int64_t bytes = process_memory_bytes();

	if (bytes >= 0)
		buf_printf(m->out, "%s %lld\n", row->name, (long long)bytes);
}

static void print_gathered(struct metrics_answer *m, const struct buf *samples)
{
	if (samples->len)
		buf_put(m->out, samples->data, samples->len);
}

static void print_stage_latency(struct metrics_answer *m, const struct metric *row)
{
	print_gathered(m, &m->histograms.stage);
}

static void print_capture_latency(struct metrics_answer *m, const struct metric *row)
{
	print_gathered(m, &m->histograms.capture);
}

static void print_load_latency(struct metrics_answer *m, const struct metric *row)
{
	print_gathered(m, &m->histograms.load);
}

/* ---- the table ---- */

#define FIELD(strukt, member) offsetof(struct strukt, member)
#define SPECIAL(print) OF_SPECIAL, FIG_U64, 0, 0, print
#define MS 0.001

static const struct metric metrics[] = {
	{ "millrace_info", "gauge", "name, version, role, log", "Always 1; what this process is.",
			SPECIAL(print_info) },
	{ "millrace_uptime_seconds", "gauge", "", "Since the start.", OF_PROCESS, FIG_I64, FIELD(status, uptime_s), 0,
			NULL },
	{ "millrace_state", "gauge", "half, state", "1 for the state that the half is in, 0 for the others.",
			SPECIAL(print_states) },
	{ "millrace_healthy", "gauge", "",
			"0 while a problem needs a person, as /health and the exit code of status tell it.",
			SPECIAL(print_healthy) },
	{ "millrace_problems", "gauge", "code, severity, fails",
			"Problems of this code; a code that nothing has is not there. docs/problems.md says what each means.",
			SPECIAL(print_problems) },
	{ "process_cpu_seconds_total", "counter", "", "User and system time.", SPECIAL(print_cpu) },
	{ "process_resident_memory_bytes", "gauge", "", "Memory in use.", SPECIAL(print_memory) },

	{ "millrace_capture_lag_seconds", "gauge", "", "Age of the newest commit that was read; 0: caught up.",
			OF_CAPTURE, FIG_I64, FIELD(status_capture, lag_ms), MS, NULL },
	{ "millrace_capture_behind_bytes", "gauge", "", "Binlog that the server has and that was not read yet.",
			OF_CAPTURE, FIG_I64, FIELD(status_capture, behind_bytes), 0, NULL },
	{ "millrace_capture_reconnects_total", "counter", "", "Connections to the server that had to be made again.",
			OF_CAPTURE, FIG_U64, FIELD(status_capture, reconnects), 0, NULL },
	{ "millrace_snapshot_running", "gauge", "", "1 while the initial snapshot runs.", OF_CAPTURE, FIG_BOOL,
			FIELD(status_capture, snapshot.running), 0, NULL },
	{ "millrace_snapshot_tables", "gauge", "", "Tables of the initial snapshot.", OF_CAPTURE, FIG_UINT,
			FIELD(status_capture, snapshot.tables_total), 0, NULL },
	{ "millrace_snapshot_tables_done", "gauge", "", "Those of them that are read.", OF_CAPTURE, FIG_UINT,
			FIELD(status_capture, snapshot.tables_done), 0, NULL },
	{ "millrace_snapshot_rows_done", "gauge", "", "Rows of the initial snapshot that are read.", OF_CAPTURE,
			FIG_U64, FIELD(status_capture, snapshot.rows_done), 0, NULL },
	{ "millrace_snapshot_left_seconds", "gauge", "", "How long it will take still.", OF_CAPTURE, FIG_I64,
			FIELD(status_capture, snapshot.left_ms), MS, NULL },
	{ "millrace_incremental_tables", "gauge", "",
			"Tables that are read, or wait to be read, while the stream goes on.", OF_CAPTURE, FIG_UINT,
			FIELD(status_capture, fill.tables), 0, NULL },
	{ "millrace_incremental_left_seconds", "gauge", "", "How long they will take still.", OF_CAPTURE, FIG_I64,
			FIELD(status_capture, fill.all_left_ms), MS, NULL },

	{ "millrace_load_lag_rows", "gauge", "", "Messages in the log that are not loaded.", OF_LOAD, FIG_I64,
			FIELD(status_load, lag_rows), 0, NULL },
	{ "millrace_load_lag_seconds", "gauge", "", "How long the table that lags most is behind.", OF_LOAD, FIG_I64,
			FIELD(status_load, lag_ms), MS, NULL },
	{ "millrace_loads_total", "counter", "", "Loads into the target.", OF_LOAD, FIG_U64, FIELD(status_load, loads),
			0, NULL },

	{ "millrace_stage_rows_in_total", "counter", "stage", "Rows that came in.", OF_STAGE, FIG_U64,
			FIELD(status_stage, in), 0, NULL },
	{ "millrace_stage_rows_out_total", "counter", "stage", "Rows that went out.", OF_STAGE, FIG_U64,
			FIELD(status_stage, out), 0, NULL },
	{ "millrace_stage_bytes_total", "counter", "stage", "Bytes that went out.", OF_STAGE, FIG_U64,
			FIELD(status_stage, bytes), 0, NULL },
	{ "millrace_stage_queue_ratio", "gauge", "stage", "How full the queue before it is, 0 to 1.", OF_STAGE,
			FIG_DOUBLE, FIELD(status_stage, queue_fill), 0, NULL },
	{ "millrace_stage_busy_ratio", "gauge", "stage", "Share of the last seconds in which it worked.", OF_STAGE,
			FIG_DOUBLE, FIELD(status_stage, busy), 0, NULL },
	{ "millrace_stage_wait_in_ratio", "gauge", "stage", "Share in which it waited for rows.", OF_STAGE, FIG_DOUBLE,
			FIELD(status_stage, wait_in), 0, NULL },
	{ "millrace_stage_wait_out_ratio", "gauge", "stage", "Share in which it waited for the next stage.", OF_STAGE,
			FIG_DOUBLE, FIELD(status_stage, wait_out), 0, NULL },
	{ HTTP_STAGE_LATENCY, "histogram", "stage", "From the commit at the source to the end of the stage.",
			SPECIAL(print_stage_latency) },

	{ "millrace_table_captured_rows_total", "counter", "table", "Rows in the log.", OF_TABLE, FIG_U64,
			FIELD(status_table, captured), 0, NULL },
	{ "millrace_table_loaded_rows_total", "counter", "table", "Rows in the target.", OF_TABLE, FIG_U64,
			FIELD(status_table, loaded), 0, NULL },
	{ "millrace_table_filtered_rows_total", "counter", "table", "Rows that the script left out.", OF_TABLE, FIG_U64,
			FIELD(status_table, dropped), 0, NULL },
	{ "millrace_table_dead_rows_total", "counter", "table", "Rows that became dead letters.", OF_TABLE, FIG_U64,
			FIELD(status_table, dead), 0, NULL },
	{ "millrace_table_dead_letters_open", "gauge", "table", "Dead letters that nobody has closed.", OF_TABLE,
			FIG_I64, FIELD(status_table, dead_open), 0, NULL },
	{ "millrace_table_duplicate_rows_total", "counter", "table",
			"Rows that the target had already, by the label of their load.", OF_TABLE, FIG_U64,
			FIELD(status_table, duplicates), 0, NULL },
	{ "millrace_table_lag_rows", "gauge", "table", "Messages that are not loaded.", OF_TABLE, FIG_I64,
			FIELD(status_table, lag_rows), 0, NULL },
	{ "millrace_table_lag_seconds", "gauge", "table", "Age of the newest row at the target, while some wait.",
			OF_TABLE, FIG_I64, FIELD(status_table, lag_ms), MS, NULL },
	{ "millrace_table_state", "gauge", "table, state", "Always 1; the state that the table is in.",
			SPECIAL(print_table_states) },
	{ HTTP_CAPTURE_LATENCY, "histogram", "table", "From the commit at the source to the log.",
			SPECIAL(print_capture_latency) },
	{ HTTP_LOAD_LATENCY, "histogram", "table", "From the commit at the source to the target.",
			SPECIAL(print_load_latency) },
	{ "millrace_script_row_seconds", "summary", "script, table, quantile",
			"What a row takes in a script; quantiles are of the last rows that were sampled.",
			SPECIAL(print_script_seconds) },
	{ "millrace_script_dropped_rows_total", "counter", "script, table, reason", "Rows that it left out.",
			SPECIAL(print_script_drops) },
	{ "millrace_script_failed_rows_total", "counter", "script, table", "Rows that failed in it.", OF_SCRIPT,
			FIG_U64, FIELD(status_script, dead), 0, NULL },
	{ "millrace_script_lookups_total", "counter", "script, table", "Keys that lookup was asked for.", OF_SCRIPT,
			FIG_U64, FIELD(status_script, lookups), 0, NULL },
	{ "millrace_script_lookups_known_total", "counter", "script, table",
			"Keys that were answered without asking MySQL.", OF_SCRIPT, FIG_U64,
			FIELD(status_script, lookups_known), 0, NULL },
	{ "millrace_script_lookups_none_total", "counter", "script, table", "Keys without a row.", OF_SCRIPT, FIG_U64,
			FIELD(status_script, lookups_none), 0, NULL },
	{ "millrace_script_row_instructions", "gauge", "script, table", "Lua instructions a row, mean of samples.",
			OF_SCRIPT, FIG_I64, FIELD(status_script, instructions), 0, NULL },
	{ "millrace_script_row_bytes", "gauge", "script, table",
			"Memory that a row asks for and puts out, mean of samples.", OF_SCRIPT, FIG_I64,
			FIELD(status_script, bytes), 0, NULL },
	{ "millrace_script_memory_bytes", "gauge", "script, table", "What the script's state holds.", OF_SCRIPT,
			FIG_I64, FIELD(status_script, memory), 0, NULL },
	{ "millrace_tables_without_metrics", "gauge", "", "Tables beyond [http] metrics.tables.",
			SPECIAL(print_tables_without) },
};

enum { NMETRICS = sizeof(metrics) / sizeof(*metrics) };

/* ---- all of it ---- */

static void print_rows(struct metrics_answer *m, const struct metric *row)
{
	struct status *s = m->s;

	switch (row->scope) {
	case OF_PROCESS: put_sample(m, row, NULL, NULL, s); break;
	case OF_CAPTURE: put_sample(m, row, NULL, NULL, &s->capture); break;
	case OF_LOAD: put_sample(m, row, NULL, NULL, &s->load); break;
	case OF_STAGE:
		for (size_t i = 0; i < s->nstages; i++)
			put_sample(m, row, "stage", s->stages[i].name, &s->stages[i]);
		break;
	case OF_TABLE:
		for (size_t i = 0; i < m->tables; i++)
			put_sample(m, row, "table", s->tables[i].name, &s->tables[i]);
		break;
	case OF_SCRIPT:
		for (size_t i = 0; i < s->nscripts && has_figures(m, &s->scripts[i]); i++)
			put_script_sample(m, row, &s->scripts[i]);
		break;
	case OF_SPECIAL: row->print(m, row); break;
	}
}

static bool is_here(const struct metrics_answer *m, const struct metric *row)
{
	return row->scope == OF_CAPTURE ? m->s->capture.enabled : row->scope == OF_LOAD ? m->s->load.enabled : true;
}

static void print_all(struct metrics_answer *m)
{
	m->call->answer->type = "text/plain; version=0.0.4; charset=utf-8";
	for (const struct metric *row = metrics; row < metrics + NMETRICS; row++) {
		if (!is_here(m, row))
			continue;
		buf_printf(m->out, "# HELP %s %s\n# TYPE %s %s\n", row->name, row->help, row->name, row->type);
		print_rows(m, row);
	}
	m->out->failed |= m->histograms.stage.failed || m->histograms.capture.failed || m->histograms.load.failed;
}

void http_metrics(struct http_call *c)
{
	struct status s;
	struct metrics_answer m = { .call = c, .s = &s, .out = &c->answer->body };
	size_t bound = (size_t)c->site->conf->tables;

	if (http_status(c, &s) && http_histograms_read(c, &m.histograms) == 0) {
		m.tables = s.ntables < bound ? s.ntables : bound;
		print_all(&m);
	}
	status_done(&s);
	http_histograms_done(&m.histograms);
}

void http_print_metrics_page(FILE *out)
{
	fputs("# Metrics\n\n<!-- Printed by `millrace manual --metrics` from the program's own table; tests/manual.sh compares. -->\n\n"
	      "What `/metrics` serves where `[http] listen` is set ([http.md](http.md)), in Prometheus' text format. A figure that is not known\n"
	      "has no sample; it is never 0. Histograms count since the start; their sums are made from buckets of 6 % and are that exact.\n\n"
	      "| name | type | labels | what |\n| --- | --- | --- | --- |\n",
			out);
	for (const struct metric *row = metrics; row < metrics + NMETRICS; row++)
		fprintf(out, "| `%s` | %s | %s | %s |\n", row->name, row->type, row->labels, row->help);
}
