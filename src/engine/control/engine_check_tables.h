/*
 * engine_check_tables.h - the questions that tables and columns raise before they are captured, with counts, what will be done
 * and the setting that changes it. Sorted: the table with the worst finding first.
 */
#ifndef ENGINE_ENGINE_CHECK_TABLES_H
#define ENGINE_ENGINE_CHECK_TABLES_H

#include "engine/engine.h"
#include "engine/settings/settings.h"

struct doctor_finding {
	enum report_level level, worst; /* worst: of the table */
	const struct exam *exam;
	const struct exam_finding *at;
	const char *what;     /* "neither 0 nor 1" */
	const char *decision; /* what will be done with such values */
	const char *setting;  /* what changes that; NULL: nothing does */
};

struct doctor_report {
	struct exam **exams; /* every table that was looked at */
	size_t nexams;
	struct doctor_finding *items;
	size_t count;
};

/* out: empty before. -1: MySQL cannot be reached. Tables that could not be counted are in the report all the same. */
int doctor_examine(const struct settings *s, enum engine_role role, struct schema *const *schemas, size_t nschemas,
		const struct source_limits *limits, struct doctor_report *out, struct err *err);
void doctor_report_done(struct doctor_report *r);
size_t doctor_report_count(const struct doctor_report *r, enum report_level level);

#endif
