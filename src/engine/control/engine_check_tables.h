/*
 * engine_check_tables.h - the questions that tables and columns raise before they are captured, with counts, what will be done
 * and the setting that changes it. Sorted: the table with the worst finding first.
 */
#ifndef ENGINE_ENGINE_CHECK_TABLES_H
#define ENGINE_ENGINE_CHECK_TABLES_H

#include "engine/engine.h"
#include "engine/settings/settings.h"

struct tables_finding {
	enum report_level level, worst; /* worst: of the table */
	const struct table_check *check;
	const struct check_finding *at;
	const char *what;     /* "neither 0 nor 1" */
	const char *decision; /* what will be done with such values */
	const char *setting;  /* what changes that; NULL: nothing does */
};

struct tables_report {
	struct table_check **checks; /* every table that was looked at */
	size_t nchecks;
	struct tables_finding *items;
	size_t count;
};

/* out: empty before. -1: MySQL cannot be reached. Tables that could not be counted are in the report all the same. */
int tables_report_make(const struct settings *s, enum engine_role role, struct schema *const *schemas, size_t nschemas,
		const struct source_limits *limits, struct tables_report *out, struct err *err);
void tables_report_done(struct tables_report *r);
size_t tables_report_count(const struct tables_report *r, enum report_level level);

#endif
