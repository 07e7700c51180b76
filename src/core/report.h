/*
 * report.h - what a preflight found: a list of lines, each with its remedy. Every room adds its own lines; cli/check
 * prints them. Owner: the caller; all texts are copied.
 */
#ifndef CORE_REPORT_H
#define CORE_REPORT_H

#include <stddef.h>

enum report_level { REPORT_OK, REPORT_NOTE, REPORT_WARNING, REPORT_PROBLEM };

struct report_item {
	enum report_level level;
	char *subject; /* "mysql binlog_format", "table testdb.orders" */
	char *found;   /* what is */
	char *remedy;  /* what to do; NULL when nothing is */
};

struct report {
	struct report_item *items;
	size_t count, cap;
};

void report_init(struct report *r);
void report_done(struct report *r);
void report_add(struct report *r, enum report_level level, const char *subject, const char *remedy,
		const char *found_fmt, ...) __attribute__((format(printf, 5, 6))); /* remedy may be NULL */
/* What a check may find, as a row of its file's table: docs/problems.md prints these tables. */
struct report_kind {
	enum report_level level;
	const char *subject, *found, *remedy; /* found: for the page, without what was found this time */
};
void report_tell(struct report *r, const struct report_kind *kind, const char *found_fmt, ...)
		__attribute__((format(printf, 3, 4)));
void report_kinds(struct report *r, const struct report_kind *kinds, size_t count); /* a line for each, for the page */
size_t report_count(const struct report *r, enum report_level level);
const char *report_level_name(enum report_level level);

#endif
