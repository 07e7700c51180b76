/*
 * status_json.c - the status as JSON and back, by the tables of status_fields.h: what `status --json` prints and what an
 * attached console reads cannot drift apart.
 */
#include "engine/status/status.h"

#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/intern.h"
#include "core/xalloc.h"
#include "engine/status/status_fields.h"

static json_t *text_json(const char *s)
{
	json_t *j = json_string(s);

	return j ? j : json_string("(not UTF-8)");
}

static json_t *field_json(const struct status_field *f, const void *strukt)
{
	const char *at = (const char *)strukt + f->offset;

	switch (f->type) {
	case F_TEXT: return text_json(at);
	case F_NAME: return text_json(*(const char *const *)at);
	case F_STATE: return json_string(half_state_name(*(const enum half_state *)at));
	case F_LEVEL: return json_string(log_level_name(*(const enum log_level *)at));
	case F_SEVERITY: return json_string(problem_severity_name(*(const enum problem_severity *)at));
	case F_CHANGE: return json_string(change_kind_name(*(const enum change_kind *)at));
	case F_BOOL: return json_boolean(*(const bool *)at);
	case F_U64: return json_integer((json_int_t) * (const uint64_t *)at);
	case F_I64: return json_integer(*(const int64_t *)at);
	case F_I32: return json_integer(*(const int32_t *)at);
	case F_UINT: return json_integer(*(const unsigned *)at);
	case F_DOUBLE: return isnan(*(const double *)at) ? json_null() : json_real(*(const double *)at);
	}
	return json_null();
}

static json_t *object_json(const struct status_field *fields, const void *strukt)
{
	json_t *o = json_object();

	for (const struct status_field *f = fields; f->key; f++)
		json_object_set_new(o, f->key, field_json(f, strukt));
	return o;
}

static json_t *array_json(const struct status_field *fields, const void *items, size_t count, size_t size)
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
	json_t *a = array_json(status_script_fields, s->scripts, s->nscripts, sizeof(*s->scripts));

	for (size_t i = 0; i < s->nscripts; i++)
		json_object_set_new(json_array_get(a, i), "drops",
				array_json(status_script_drop_fields, s->scripts[i].drops, s->scripts[i].ndrops,
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
	json_t *o = object_json(status_top_fields, s);
	json_t *capture = object_json(status_capture_fields, &s->capture);

	json_object_set_new(capture, "snapshot", object_json(status_snapshot_fields, &s->capture.snapshot));
	json_object_set_new(capture, "fill", object_json(status_fill_fields, &s->capture.fill));
	json_object_set_new(capture, "reading",
			array_json(status_reading_fields, s->readings, s->nreadings, sizeof(*s->readings)));
	json_object_set_new(o, "problems",
			array_json(status_problem_fields, s->problems, s->nproblems, sizeof(*s->problems)));
	json_object_set_new(o, "capture", capture);
	json_object_set_new(o, "load", object_json(status_load_fields, &s->load));
	json_object_set_new(o, "stages", array_json(status_stage_fields, s->stages, s->nstages, sizeof(*s->stages)));
	json_object_set_new(o, "tables", array_json(status_table_fields, s->tables, s->ntables, sizeof(*s->tables)));
	json_object_set_new(o, "scripts", scripts_json(s));
	json_object_set_new(o, "partitions",
			array_json(status_partition_fields, s->partitions, s->npartitions, sizeof(*s->partitions)));
	json_object_set_new(o, "routine_loads",
			array_json(status_routine_fields, s->routines, s->nroutines, sizeof(*s->routines)));
	json_object_set_new(o, "sessions",
			array_json(status_session_fields, s->sessions, s->nsessions, sizeof(*s->sessions)));
	json_object_set_new(o, "trends", trends_json(s));
	json_object_set_new(o, "bottleneck", object_json(status_bottleneck_fields, &s->bottleneck));
	json_object_set_new(o, "errors", errors_json(s));
	json_object_set_new(o, "events", array_json(status_event_fields, s->events, s->nevents, sizeof(*s->events)));
	json_object_set_new(o, "changes",
			array_json(status_change_fields, s->changes, s->nchanges, sizeof(*s->changes)));
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

static void field_read(const struct status_field *f, void *strukt, const json_t *v)
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
	case F_CHANGE:
		if (!change_kind_parse(json_string_value(v), (enum change_kind *)at))
			*(enum change_kind *)at = CHANGED_ACTION;
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

static void object_read(const struct status_field *fields, void *strukt, const json_t *o)
{
	for (const struct status_field *f = fields; f->key; f++)
		field_read(f, strukt, json_object_get(o, f->key));
}

static void *array_read(const struct status_field *fields, const json_t *a, size_t size, size_t *count)
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
	s->scripts = array_read(status_script_fields, a, sizeof(*s->scripts), &s->nscripts);
	for (size_t i = 0; i < s->nscripts; i++)
		s->scripts[i].drops = array_read(status_script_drop_fields,
				json_object_get(json_array_get(a, i), "drops"), sizeof(*s->scripts[i].drops),
				&s->scripts[i].ndrops);
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
	object_read(status_top_fields, s, o);
	object_read(status_capture_fields, &s->capture, capture);
	object_read(status_snapshot_fields, &s->capture.snapshot, json_object_get(capture, "snapshot"));
	object_read(status_fill_fields, &s->capture.fill, json_object_get(capture, "fill"));
	object_read(status_load_fields, &s->load, json_object_get(o, "load"));
	object_read(status_bottleneck_fields, &s->bottleneck, json_object_get(o, "bottleneck"));
	s->readings = array_read(status_reading_fields, json_object_get(capture, "reading"), sizeof(*s->readings),
			&s->nreadings);
	s->problems = array_read(status_problem_fields, json_object_get(o, "problems"), sizeof(*s->problems),
			&s->nproblems);
	trends_read(s, json_object_get(o, "trends"));
	s->stages = array_read(status_stage_fields, json_object_get(o, "stages"), sizeof(*s->stages), &s->nstages);
	s->tables = array_read(status_table_fields, json_object_get(o, "tables"), sizeof(*s->tables), &s->ntables);
	scripts_read(s, json_object_get(o, "scripts"));
	s->partitions = array_read(status_partition_fields, json_object_get(o, "partitions"), sizeof(*s->partitions),
			&s->npartitions);
	s->routines = array_read(status_routine_fields, json_object_get(o, "routine_loads"), sizeof(*s->routines),
			&s->nroutines);
	s->sessions = array_read(status_session_fields, json_object_get(o, "sessions"), sizeof(*s->sessions),
			&s->nsessions);
	s->events = array_read(status_event_fields, json_object_get(o, "events"), sizeof(*s->events), &s->nevents);
	s->changes = array_read(status_change_fields, json_object_get(o, "changes"), sizeof(*s->changes), &s->nchanges);
	json_decref(o);
	return 0;
}
