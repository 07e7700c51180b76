/*
 * problem_page.h - one problem, whole, as lines of JSON in the order in which a person reads: what, means, left, do, timeline, before, check.
 * Each has "part" and, where it applies, at_us, ms, state, what, text, remedy, command, request. The checks come last, as they are made.
 */
#ifndef ENGINE_PROBLEM_PAGE_H
#define ENGINE_PROBLEM_PAGE_H

#include "engine/engine_parts.h"

/* code: as status tells it. subject NULL: the only one of that code. */
int problem_page(struct engine *e, const char *code, const char *subject, engine_emit *emit, void *arg,
		struct err *err);

#endif
