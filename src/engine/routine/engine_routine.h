/*
 * engine_routine.h - Routine Load for a table of this configuration: whether a job would load its topic right, and the
 * statement that makes it. Asks MySQL for the table, and Kafka for what has been loaded; makes nothing.
 */
#ifndef ENGINE_ENGINE_ROUTINE_H
#define ENGINE_ENGINE_ROUTINE_H

#include "core/buf.h"
#include "core/report.h"
#include "engine/settings/settings.h"
#include "sink/routine/routine.h"

struct routine_wish {
	const char *table; /* db.table */
	const char *job;   /* its name; NULL: load_TABLE */
	unsigned version;  /* of StarRocks; 0: not known */
	bool show_secrets;
	bool handed_over; /* its own loader has stopped at these offsets */
	const struct routine_offset *offsets;
	size_t noffsets;
};
/* A line in problems for each thing that a job could not do right, with what to set. 0: sql is good; 1: there are problems;
 * -1: err, the table is not to be had. */
int engine_routine_statement(const struct settings *s, const struct routine_wish *wish, struct buf *sql,
		struct report *problems, struct err *err);
/* The same for a table that is known. schemas: all captured ones, of which none may share its topic. */
int engine_routine_plan(const struct settings *s, const struct schema *schema, struct schema *const *schemas,
		size_t nschemas, const struct routine_wish *wish, struct buf *sql, struct report *problems,
		struct err *err);
/* Makes the target table where it is not there, then the job. A table that millrace's own load half has loaded from is
 * refused. */
int engine_routine_create(const struct settings *s, const struct routine_wish *wish, struct buf *sql,
		struct report *problems, struct err *err);
/* The table as the server has it now, one of *schemas, which are all captured ones; NULL: err. The caller frees them in both cases. */
const struct schema *engine_routine_schema(const struct settings *s, const char *table, struct schema ***schemas,
		size_t *n, struct err *err);
void engine_routine_schemas_free(struct schema **schemas, size_t n);
/* A line for each reason for which a topic is not given to a job. */
void engine_routine_remedies(struct report *r);
/* The one job of this name: NAME, db.NAME, or db.table where that has one job. */
const struct routine_job *engine_routine_find(const struct routine_jobs *jobs, const char *name, struct err *err);

#endif
