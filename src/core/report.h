/*
 * report.h - what a preflight found: a list of lines, each with its remedy. Every room adds its own lines; cli/check
 * prints them. A finding is a row of its file's table, so that docs/problems.md has it; only what is in order and an error,
 * whose text says what to do, need none. Owner: the caller; all texts are copied.
 */
#ifndef CORE_REPORT_H
#define CORE_REPORT_H

#include <stddef.h>

#include "core/err.h"

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
/* What a check may find, as a row of its file's table: docs/problems.md prints these tables. */
struct report_kind {
	enum report_level level;
	const char *subject, *found, *remedy; /* found: for the page, without what was found this time */
};
void report_tell(struct report *r, const struct report_kind *kind, const char *found_fmt, ...)
		__attribute__((format(printf, 3, 4)));
/* One whose subject is known only now: "table db.t" for the page's "table". */
void report_tell_of(struct report *r, const struct report_kind *kind, const char *subject, const char *found_fmt, ...)
		__attribute__((format(printf, 4, 5)));
void report_ok(struct report *r, const char *subject, const char *found_fmt, ...) __attribute__((format(printf, 3, 4)));
void report_error(struct report *r, const char *subject,
		const struct err *err); /* a problem; its text has the remedy */
/* For tables whose rows have another shape; remedy, from the row, may be NULL. */
void report_add(struct report *r, enum report_level level, const char *subject, const char *remedy,
		const char *found_fmt, ...) __attribute__((format(printf, 5, 6)));
void report_kinds(struct report *r, const struct report_kind *kinds, size_t count); /* a line for each, for the page */
size_t report_count(const struct report *r, enum report_level level);
const char *report_level_name(enum report_level level);

#endif
