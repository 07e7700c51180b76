/* report.c - collects what a preflight found. */
#include "core/report.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/xalloc.h"

#define REPORT_MAX_FOUND 1024

static const char *const level_names[] = {
	[REPORT_OK] = "ok",
	[REPORT_NOTE] = "note",
	[REPORT_WARNING] = "warning",
	[REPORT_PROBLEM] = "problem",
};

void report_init(struct report *r)
{
	*r = (struct report){ 0 };
}

void report_done(struct report *r)
{
	for (size_t i = 0; i < r->count; i++) {
		free(r->items[i].subject);
		free(r->items[i].found);
		free(r->items[i].remedy);
	}
	free(r->items);
	report_init(r);
}

static void add(struct report *r, enum report_level level, const char *subject, const char *remedy,
		const char *found_fmt, va_list ap)
{
	char found[REPORT_MAX_FOUND];

	vsnprintf(found, sizeof(found), found_fmt, ap);
	xgrow(r->items, r->count, r->cap, 32);
	r->items[r->count++] = (struct report_item){
		.level = level,
		.subject = xstrdup(subject),
		.found = xstrdup(found),
		.remedy = xstrdup(remedy),
	};
}

void report_add(struct report *r, enum report_level level, const char *subject, const char *remedy,
		const char *found_fmt, ...)
{
	va_list ap;

	va_start(ap, found_fmt);
	add(r, level, subject, remedy, found_fmt, ap);
	va_end(ap);
}

void report_tell(struct report *r, const struct report_kind *kind, const char *found_fmt, ...)
{
	va_list ap;

	va_start(ap, found_fmt);
	add(r, kind->level, kind->subject, kind->remedy, found_fmt, ap);
	va_end(ap);
}

void report_tell_of(struct report *r, const struct report_kind *kind, const char *subject, const char *found_fmt, ...)
{
	va_list ap;

	va_start(ap, found_fmt);
	add(r, kind->level, subject, kind->remedy, found_fmt, ap);
	va_end(ap);
}

void report_ok(struct report *r, const char *subject, const char *found_fmt, ...)
{
	va_list ap;

	va_start(ap, found_fmt);
	add(r, REPORT_OK, subject, NULL, found_fmt, ap);
	va_end(ap);
}

void report_error(struct report *r, const char *subject, const struct err *err)
{
	report_add(r, REPORT_PROBLEM, subject, NULL, "%s", err->msg);
}

void report_kinds(struct report *r, const struct report_kind *kinds, size_t count)
{
	for (size_t i = 0; i < count; i++)
		report_add(r, kinds[i].level, kinds[i].subject, kinds[i].remedy, "%s", kinds[i].found);
}

size_t report_count(const struct report *r, enum report_level level)
{
	size_t n = 0;

	for (size_t i = 0; i < r->count; i++)
		n += r->items[i].level == level;
	return n;
}

const char *report_level_name(enum report_level level)
{
	return (size_t)level < sizeof(level_names) / sizeof(level_names[0]) ? level_names[level] : "unknown";
}
