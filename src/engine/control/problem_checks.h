/*
 * problem_checks.h - looks now at the systems that a problem is about: name, connection, login, settings, the table, its partitions. The
 * checks are those of `millrace check`, of one subject.
 */
#ifndef ENGINE_PROBLEM_CHECKS_H
#define ENGINE_PROBLEM_CHECKS_H

#include "core/report.h"
#include "engine/engine_parts.h"

/* remedy may be NULL; ms < 0: not measured. Nonzero: nobody listens any more. */
typedef int problem_found(void *arg, enum report_level level, const char *subject, int64_t ms, const char *found,
		const char *remedy);
/* s: the status that p is of. Ends early where nobody listens. Each check has a time limit of its own. */
void problem_checks(struct engine *e, const struct status *s, const struct status_problem *p, problem_found *found,
		void *arg);

#endif
