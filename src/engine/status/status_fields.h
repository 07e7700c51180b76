/*
 * status_fields.h - every field of `status --json` with what it is: one table a struct, by which the document is written, read by an attached
 * console, and described on the page docs/status.md. A new field is a row. Private to this folder.
 */
#ifndef ENGINE_STATUS_FIELDS_H
#define ENGINE_STATUS_FIELDS_H

#include <stddef.h>

enum field_type {
	F_TEXT,
	F_NAME,
	F_STATE,
	F_LEVEL,
	F_SEVERITY,
	F_CHANGE,
	F_BOOL,
	F_U64,
	F_I64,
	F_I32,
	F_UINT,
	F_DOUBLE
};

struct status_field {
	const char *key;
	enum field_type type;
	size_t offset, size; /* size: of texts */
	const char *help;    /* for a person; times and unknown values are said once, on the page */
};

/* Each ends with key NULL. */
extern const struct status_field status_top_fields[], status_capture_fields[], status_snapshot_fields[],
		status_fill_fields[], status_reading_fields[], status_load_fields[], status_stage_fields[],
		status_table_fields[], status_script_fields[], status_script_drop_fields[], status_partition_fields[],
		status_routine_fields[], status_session_fields[], status_problem_fields[], status_bottleneck_fields[],
		status_event_fields[], status_change_fields[];

#endif
