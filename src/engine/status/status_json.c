/*
 * status_json.c - the status as JSON and back. One table a struct serves both directions, so what `status --json`
 * prints and what an attached console reads cannot drift apart.
 */
#include "engine/status/status.h"

#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/intern.h"
#include "core/xalloc.h"

enum field_type { F_TEXT, F_NAME, F_STATE, F_LEVEL, F_SEVERITY, F_BOOL, F_U64, F_I64, F_I32, F_UINT, F_DOUBLE };

struct field {
	const char *key;
	enum field_type type;
	size_t offset, size; /* size: of texts */
};

#define TEXT(strukt, key, member) \
	{ \
		key, F_TEXT, offsetof(struct strukt, member), sizeof(((struct strukt *)0)->member) \
	}
#define FIELD(strukt, type, key, member) \
	{ \
		key, type, offsetof(struct strukt, member), 0 \
	}
#define TROUBLE(strukt) \
	TEXT(strukt, "error", trouble.error), TEXT(strukt, "error_kind", trouble.kind), \
			FIELD(strukt, F_UINT, "tries", trouble.tries), \
			FIELD(strukt, F_I64, "retry_ms", trouble.retry_ms)
#define END \
	{ \
		NULL, 0, 0, 0 \
	}

static const struct field top_fields[] = {
	TEXT(status, "name", name),
	TEXT(status, "version", version),
	TEXT(status, "role", role),
	FIELD(status, F_STATE, "state", state),
	FIELD(status, F_I32, "pid", pid),
	FIELD(status, F_I64, "now_us", wall_us),
	FIELD(status, F_I64, "uptime_s", uptime_s),
	FIELD(status, F_BOOL, "draining", draining),
	TEXT(status, "log", log_kind),
	FIELD(status, F_I64, "dead_open", dead_open),
	FIELD(status, F_I64, "complete_us", complete_us),
	TEXT(status, "complete_gtid", complete_gtid),
	END,
};
static const struct field capture_fields[] = {
	FIELD(status_capture, F_BOOL, "enabled", enabled),
	FIELD(status_capture, F_STATE, "state", state),
	TEXT(status_capture, "server", server),
	TEXT(status_capture, "gtid", gtid),
	TEXT(status_capture, "file", file),
	FIELD(status_capture, F_U64, "pos", pos),
	TEXT(status_capture, "server_gtid", server_gtid),
	TEXT(status_capture, "server_file", server_file),
	FIELD(status_capture, F_U64, "server_pos", server_pos),
	FIELD(status_capture, F_I64, "lag_ms", lag_ms),
	FIELD(status_capture, F_I64, "behind_bytes", behind_bytes),
	TEXT(status_capture, "read_file", read_file),
	FIELD(status_capture, F_U64, "read_pos", read_pos),
	TEXT(status_capture, "oldest_file", oldest_file),
	FIELD(status_capture, F_I64, "kept_bytes", kept_bytes),
	FIELD(status_capture, F_I64, "keeps_ms", keeps_ms),
	FIELD(status_capture, F_U64, "reconnects", reconnects),
	TEXT(status_capture, "why", why),
	TROUBLE(status_capture),
	END,
};
static const struct field snapshot_fields[] = {
	FIELD(status_snapshot, F_BOOL, "running", running),
	FIELD(status_snapshot, F_UINT, "tables_done", tables_done),
	FIELD(status_snapshot, F_UINT, "tables_total", tables_total),
	FIELD(status_snapshot, F_U64, "rows_done", rows_done),
	FIELD(status_snapshot, F_U64, "rows_total", rows_total),
	FIELD(status_snapshot, F_I64, "left_ms", left_ms),
	TEXT(status_snapshot, "table", table),
	FIELD(status_snapshot, F_U64, "chunks", chunks),
	FIELD(status_snapshot, F_DOUBLE, "rows_per_s", rows_per_s),
	FIELD(status_snapshot, F_I64, "keeps_ms", keeps_ms),
	END,
};
static const struct field fill_fields[] = {
	FIELD(status_fill, F_UINT, "tables", tables),
	FIELD(status_fill, F_UINT, "orders", orders),
	FIELD(status_fill, F_UINT, "tables_done", tables_done),
	FIELD(status_fill, F_U64, "all_rows", all_rows),
	FIELD(status_fill, F_U64, "all_total", all_total),
	FIELD(status_fill, F_I64, "all_left_ms", all_left_ms),
	FIELD(status_fill, F_BOOL, "paused", paused),
	TEXT(status_fill, "table", table),
	FIELD(status_fill, F_U64, "rows", rows),
	FIELD(status_fill, F_U64, "total", total),
	FIELD(status_fill, F_DOUBLE, "rows_per_s", rows_per_s),
	FIELD(status_fill, F_I64, "left_ms", left_ms),
	TEXT(status_fill, "throttled", throttled),
	TEXT(status_fill, "waits", waits),
	TEXT(status_fill, "error", error),
	END,
};
static const struct field reading_fields[] = {
	TEXT(status_reading, "table", name),
	FIELD(status_reading, F_NAME, "state", state),
	FIELD(status_reading, F_U64, "rows", rows),
	FIELD(status_reading, F_U64, "total", total),
	FIELD(status_reading, F_U64, "chunks", chunks),
	FIELD(status_reading, F_DOUBLE, "rows_per_s", rows_per_s),
	FIELD(status_reading, F_I64, "left_ms", left_ms),
	END,
};
static const struct field load_fields[] = {
	FIELD(status_load, F_BOOL, "enabled", enabled),
	FIELD(status_load, F_STATE, "state", state),
	TEXT(status_load, "target", target),
	FIELD(status_load, F_I64, "lag_rows", lag_rows),
	FIELD(status_load, F_I64, "lag_ms", lag_ms),
	FIELD(status_load, F_U64, "loads", loads),
	TROUBLE(status_load),
	END,
};
static const struct field stage_fields[] = {
	FIELD(status_stage, F_NAME, "name", name),
	FIELD(status_stage, F_BOOL, "load_half", load_half),
	FIELD(status_stage, F_STATE, "state", state),
	FIELD(status_stage, F_U64, "in", in),
	FIELD(status_stage, F_U64, "out", out),
	FIELD(status_stage, F_U64, "bytes", bytes),
	FIELD(status_stage, F_DOUBLE, "rows_per_s", rows_per_s),
	FIELD(status_stage, F_DOUBLE, "bytes_per_s", bytes_per_s),
	FIELD(status_stage, F_I64, "p50_us", p50_us),
	FIELD(status_stage, F_I64, "p99_us", p99_us),
	FIELD(status_stage, F_DOUBLE, "queue_fill", queue_fill),
	FIELD(status_stage, F_DOUBLE, "busy", busy),
	FIELD(status_stage, F_DOUBLE, "wait_in", wait_in),
	FIELD(status_stage, F_DOUBLE, "wait_out", wait_out),
	END,
};
static const struct field table_fields[] = {
	TEXT(status_table, "table", name),
	FIELD(status_table, F_STATE, "state", state),
	FIELD(status_table, F_I64, "complete_us", complete_us),
	FIELD(status_table, F_U64, "captured", captured),
	FIELD(status_table, F_U64, "loaded", loaded),
	FIELD(status_table, F_U64, "duplicates", duplicates),
	FIELD(status_table, F_U64, "dropped", dropped),
	FIELD(status_table, F_U64, "dead", dead),
	FIELD(status_table, F_I64, "dead_open", dead_open),
	FIELD(status_table, F_I64, "lag_rows", lag_rows),
	FIELD(status_table, F_I64, "lag_ms", lag_ms),
	FIELD(status_table, F_I64, "slowed_ms", slowed_ms),
	FIELD(status_table, F_I64, "capture_p99_us", capture_p99_us),
	FIELD(status_table, F_I64, "load_p99_us", load_p99_us),
	FIELD(status_table, F_I64, "verified_us", verified_us),
	FIELD(status_table, F_I64, "differences", differences),
	TEXT(status_table, "script", script),
	TEXT(status_table, "drops", drops),
	TEXT(status_table, "counts", counts),
	FIELD(status_table, F_U64, "script_rows", script_rows),
	FIELD(status_table, F_U64, "script_ns", script_ns),
	TEXT(status_table, "error", error),
	END,
};
static const struct field script_fields[] = {
	FIELD(status_script, F_NAME, "table", table),
	FIELD(status_script, F_NAME, "section", section),
	FIELD(status_script, F_NAME, "script", script),
	TEXT(status_script, "version", version),
	FIELD(status_script, F_UINT, "place", place),
	FIELD(status_script, F_BOOL, "guarded", guarded),
	FIELD(status_script, F_U64, "rows", rows),
	FIELD(status_script, F_U64, "out", out),
	FIELD(status_script, F_U64, "dropped", dropped),
	FIELD(status_script, F_U64, "dead", dead),
	FIELD(status_script, F_U64, "ns", ns),
	FIELD(status_script, F_DOUBLE, "rows_per_s", rows_per_s),
	FIELD(status_script, F_I64, "p50_ns", p50_ns),
	FIELD(status_script, F_I64, "p99_ns", p99_ns),
	FIELD(status_script, F_I64, "instructions", instructions),
	FIELD(status_script, F_I64, "bytes", bytes),
	FIELD(status_script, F_I64, "memory", memory),
	FIELD(status_script, F_I64, "failed_us", failed_us),
	FIELD(status_script, F_I32, "failed_line", failed_line),
	TEXT(status_script, "failed_key", failed_key),
	TEXT(status_script, "failed", failed),
	TEXT(status_script, "failed_version", failed_version),
	END,
};
static const struct field script_drop_fields[] = {
	TEXT(status_script_drop, "reason", reason),
	FIELD(status_script_drop, F_U64, "rows", rows),
	END,
};
static const struct field partition_fields[] = {
	TEXT(status_partition, "topic", topic),
	FIELD(status_partition, F_I32, "partition", id),
	FIELD(status_partition, F_I64, "low", low),
	FIELD(status_partition, F_I64, "high", high),
	FIELD(status_partition, F_I64, "committed", committed),
	FIELD(status_partition, F_I64, "lag", lag),
	FIELD(status_partition, F_DOUBLE, "lag_per_s", lag_per_s),
	END,
};
static const struct field routine_fields[] = {
	TEXT(status_routine, "job", name),
	TEXT(status_routine, "target", target),
	TEXT(status_routine, "table", table),
	TEXT(status_routine, "topic", topic),
	TEXT(status_routine, "state", state),
	TEXT(status_routine, "reason", reason),
	FIELD(status_routine, F_NAME, "remedy", remedy),
	FIELD(status_routine, F_I64, "code", code),
	FIELD(status_routine, F_I64, "lag", lag),
	FIELD(status_routine, F_U64, "loaded", loaded),
	FIELD(status_routine, F_U64, "errors", errors),
	END,
};
static const struct field problem_fields[] = {
	FIELD(status_problem, F_SEVERITY, "severity", severity),
	FIELD(status_problem, F_NAME, "code", code),
	FIELD(status_problem, F_NAME, "kind", kind),
	TEXT(status_problem, "subject", subject),
	TEXT(status_problem, "text", text),
	FIELD(status_problem, F_NAME, "means", means),
	FIELD(status_problem, F_NAME, "remedy", remedy),
	TEXT(status_problem, "command", command),
	TEXT(status_problem, "request", request),
	FIELD(status_problem, F_I64, "since_us", since_us),
	FIELD(status_problem, F_BOOL, "fails", fails),
	TEXT(status_problem, "acknowledged_by", by),
	END,
};
static const struct field bottleneck_fields[] = {
	TEXT(status_bottleneck, "stage", stage),
	TEXT(status_bottleneck, "why", why),
	END,
};
static const struct field event_fields[] = {
	FIELD(log_entry, F_U64, "seq", seq),
	FIELD(log_entry, F_I64, "at_us", wall_us),
	FIELD(log_entry, F_LEVEL, "level", level),
	TEXT(log_entry, "part", part),
	TEXT(log_entry, "msg", msg),
	END,
};

static json_t *text_json(const char *s)
{
	json_t *j = json_string(s);

	return j ? j : json_string("(not UTF-8)");
}

static json_t *field_json(const struct field *f, const void *strukt)
{
	const char *at = (const char *)strukt + f->offset;

	switch (f->type) {
	case F_TEXT: return text_json(at);
	case F_NAME: return text_json(*(const char *const *)at);
	case F_STATE: return json_string(half_state_name(*(const enum half_state *)at));
	case F_LEVEL: return json_string(log_level_name(*(const enum log_level *)at));
	case F_SEVERITY: return json_string(problem_severity_name(*(const enum problem_severity *)at));
	case F_BOOL: return json_boolean(*(const bool *)at);
	case F_U64: return json_integer((json_int_t) * (const uint64_t *)at);
	case F_I64: return json_integer(*(const int64_t *)at);
	case F_I32: return json_integer(*(const int32_t *)at);
	case F_UINT: return json_integer(*(const unsigned *)at);
	case F_DOUBLE: return isnan(*(const double *)at) ? json_null() : json_real(*(const double *)at);
	}
	return json_null();
}

static json_t *object_json(const struct field *fields, const void *strukt)
{
	json_t *o = json_object();

	for (const struct field *f = fields; f->key; f++)
		json_object_set_new(o, f->key, field_json(f, strukt));
	return o;
}

static json_t *array_json(const struct field *fields, const void *items, size_t count, size_t size)
{
	json_t *a = json_array();

	for (size_t i = 0; i < count; i++)
		json_array_append_new(a, object_json(fields, (const char *)items + i * size));
	return a;
}

static json_t *trend_json(const struct status_trend *t)
{
	json_t *values = json_array();

	for (int i = 0; i < TREND_POINTS; i++)
		json_array_append_new(values, isnan(t->values[i]) ? json_null() : json_real((double)t->values[i]));
	return json_pack("{ss,si,so}", "series", t->name, "step_s", t->step_s, "values", values);
}

static json_t *trends_json(const struct status *s)
{
	json_t *a = json_array();

	for (size_t i = 0; i < s->ntrends; i++)
		json_array_append_new(a, trend_json(&s->trends[i]));
	return a;
}

static json_t *scripts_json(const struct status *s)
{
	json_t *a = array_json(script_fields, s->scripts, s->nscripts, sizeof(*s->scripts));

	for (size_t i = 0; i < s->nscripts; i++)
		json_object_set_new(json_array_get(a, i), "drops",
				array_json(script_drop_fields, s->scripts[i].drops, s->scripts[i].ndrops,
						sizeof(*s->scripts[i].drops)));
	return a;
}

/* The errors of design.md's document: what is wrong now, gathered from where it is kept. */
static json_t *errors_json(const struct status *s)
{
	json_t *a = json_array();

	if (s->capture.trouble.error[0])
		json_array_append_new(a,
				json_pack("{ss,so}", "where", "capture", "error", text_json(s->capture.trouble.error)));
	if (s->load.trouble.error[0])
		json_array_append_new(a,
				json_pack("{ss,so}", "where", "load", "error", text_json(s->load.trouble.error)));
	for (size_t i = 0; i < s->ntables; i++)
		if (s->tables[i].error[0])
			json_array_append_new(a,
					json_pack("{so,so}", "where", text_json(s->tables[i].name), "error",
							text_json(s->tables[i].error)));
	return a;
}

static int buf_dump(const char *text, size_t len, void *arg)
{
	buf_put(arg, text, len);
	return 0;
}

void status_to_json(const struct status *s, struct buf *out)
{
	json_t *o = object_json(top_fields, s);
	json_t *capture = object_json(capture_fields, &s->capture);

	json_object_set_new(capture, "snapshot", object_json(snapshot_fields, &s->capture.snapshot));
	json_object_set_new(capture, "fill", object_json(fill_fields, &s->capture.fill));
	json_object_set_new(capture, "reading",
			array_json(reading_fields, s->readings, s->nreadings, sizeof(*s->readings)));
	json_object_set_new(o, "problems", array_json(problem_fields, s->problems, s->nproblems, sizeof(*s->problems)));
	json_object_set_new(o, "capture", capture);
	json_object_set_new(o, "load", object_json(load_fields, &s->load));
	json_object_set_new(o, "stages", array_json(stage_fields, s->stages, s->nstages, sizeof(*s->stages)));
	json_object_set_new(o, "tables", array_json(table_fields, s->tables, s->ntables, sizeof(*s->tables)));
	json_object_set_new(o, "scripts", scripts_json(s));
	json_object_set_new(o, "partitions",
			array_json(partition_fields, s->partitions, s->npartitions, sizeof(*s->partitions)));
	json_object_set_new(o, "routine_loads",
			array_json(routine_fields, s->routines, s->nroutines, sizeof(*s->routines)));
	json_object_set_new(o, "trends", trends_json(s));
	json_object_set_new(o, "bottleneck", object_json(bottleneck_fields, &s->bottleneck));
	json_object_set_new(o, "errors", errors_json(s));
	json_object_set_new(o, "events", array_json(event_fields, s->events, s->nevents, sizeof(*s->events)));
	json_dump_callback(o, buf_dump, out, JSON_COMPACT | JSON_REAL_PRECISION(6));
	json_decref(o);
}

static enum half_state state_parse(const char *name)
{
	for (enum half_state i = HALF_STOPPED; i <= HALF_FAILED; i++)
		if (name && strcmp(half_state_name(i), name) == 0)
			return i;
	return HALF_STOPPED;
}

static enum problem_severity severity_parse(const char *name)
{
	for (enum problem_severity i = PROBLEM_NOTE; i <= PROBLEM_ERROR; i++)
		if (name && strcmp(problem_severity_name(i), name) == 0)
			return i;
	return PROBLEM_ERROR;
}

static void text_read(char *at, size_t size, const char *text)
{
	if (text == NULL)
		text = "";
	strncpy(at, text, size - 1);
	at[size - 1] = '\0';
}

static void field_read(const struct field *f, void *strukt, const json_t *v)
{
	char *at = (char *)strukt + f->offset;

	switch (f->type) {
	case F_TEXT: text_read(at, f->size, json_string_value(v)); break;
	case F_NAME: *(const char **)at = intern(json_is_string(v) ? json_string_value(v) : ""); break;
	case F_STATE: *(enum half_state *)at = state_parse(json_string_value(v)); break;
	case F_LEVEL:
		if (!json_is_string(v) || !log_level_parse(json_string_value(v), (enum log_level *)at))
			*(enum log_level *)at = LOG_INFO;
		break;
	case F_SEVERITY: *(enum problem_severity *)at = severity_parse(json_string_value(v)); break;
	case F_BOOL: *(bool *)at = json_is_true(v); break;
	case F_U64: *(uint64_t *)at = (uint64_t)json_integer_value(v); break;
	case F_I64: *(int64_t *)at = json_integer_value(v); break;
	case F_I32: *(int32_t *)at = (int32_t)json_integer_value(v); break;
	case F_UINT: *(unsigned *)at = (unsigned)json_integer_value(v); break;
	case F_DOUBLE: *(double *)at = json_is_number(v) ? json_number_value(v) : NAN; break;
	}
}

static void object_read(const struct field *fields, void *strukt, const json_t *o)
{
	for (const struct field *f = fields; f->key; f++)
		field_read(f, strukt, json_object_get(o, f->key));
}

static void *array_read(const struct field *fields, const json_t *a, size_t size, size_t *count)
{
	size_t n = json_array_size(a);
	char *items = xcalloc(n ? n : 1, size);

	for (size_t i = 0; i < n; i++)
		object_read(fields, items + i * size, json_array_get(a, i));
	*count = n;
	return items;
}

static void trends_read(struct status *s, const json_t *a)
{
	s->ntrends = json_array_size(a);
	s->trends = xcalloc(s->ntrends ? s->ntrends : 1, sizeof(*s->trends));
	for (size_t i = 0; i < s->ntrends; i++) {
		const json_t *t = json_array_get(a, i), *values = json_object_get(t, "values");
		const char *name = json_string_value(json_object_get(t, "series"));

		s->trends[i].name = intern(name ? name : "");
		s->trends[i].step_s = (int)json_integer_value(json_object_get(t, "step_s"));
		for (size_t k = 0; k < TREND_POINTS; k++) {
			const json_t *v = json_array_get(values, k);

			s->trends[i].values[k] = json_is_number(v) ? (float)json_number_value(v) : NAN;
		}
	}
}

static void scripts_read(struct status *s, const json_t *a)
{
	s->scripts = array_read(script_fields, a, sizeof(*s->scripts), &s->nscripts);
	for (size_t i = 0; i < s->nscripts; i++)
		s->scripts[i].drops = array_read(script_drop_fields, json_object_get(json_array_get(a, i), "drops"),
				sizeof(*s->scripts[i].drops), &s->scripts[i].ndrops);
}

int status_from_json(struct status *s, const char *text, size_t len, struct err *err)
{
	json_error_t problem;
	json_t *o = json_loadb(text, len, 0, &problem), *capture;

	if (o == NULL)
		return err_set(err, ERR_DATA, 0, "status: expected one JSON document, found: %s at byte %d",
				problem.text, problem.position);
	status_done(s);
	capture = json_object_get(o, "capture");
	object_read(top_fields, s, o);
	object_read(capture_fields, &s->capture, capture);
	object_read(snapshot_fields, &s->capture.snapshot, json_object_get(capture, "snapshot"));
	object_read(fill_fields, &s->capture.fill, json_object_get(capture, "fill"));
	object_read(load_fields, &s->load, json_object_get(o, "load"));
	object_read(bottleneck_fields, &s->bottleneck, json_object_get(o, "bottleneck"));
	s->readings = array_read(reading_fields, json_object_get(capture, "reading"), sizeof(*s->readings),
			&s->nreadings);
	s->problems = array_read(problem_fields, json_object_get(o, "problems"), sizeof(*s->problems), &s->nproblems);
	trends_read(s, json_object_get(o, "trends"));
	s->stages = array_read(stage_fields, json_object_get(o, "stages"), sizeof(*s->stages), &s->nstages);
	s->tables = array_read(table_fields, json_object_get(o, "tables"), sizeof(*s->tables), &s->ntables);
	scripts_read(s, json_object_get(o, "scripts"));
	s->partitions = array_read(partition_fields, json_object_get(o, "partitions"), sizeof(*s->partitions),
			&s->npartitions);
	s->routines = array_read(routine_fields, json_object_get(o, "routine_loads"), sizeof(*s->routines),
			&s->nroutines);
	s->events = array_read(event_fields, json_object_get(o, "events"), sizeof(*s->events), &s->nevents);
	json_decref(o);
	return 0;
}
