/* verify_run.c - one table is compared, and what came out of it is told: in status, as a problem, in the log, to the asker. */
#include "core/clock.h"
#include "core/logline.h"
#include "engine/verify/verify_parts.h"

static const char *result_of(int rc, const struct verify_counts *c)
{
	return c->different > 0 ? "different" : rc || c->unsettled ? "not compared" : "equal";
}

/* What a run has found is known until the next one of the table. */
static void note(struct verify_job *job, const char *table, int64_t began_us, int rc, const struct verify_counts *c)
{
	struct table_meter *m = table_meter_find(job->e->shared.tables, table);

	if (rc || (c->unsettled > 0 && c->different == 0))
		return;
	if (m) { /* else no row of it was ever captured or loaded here */
		atomic_store(&m->differences, (int64_t)c->different);
		atomic_store(&m->verified_us, began_us);
	}
	if (c->different == 0)
		problem_clear(job->e->shared.problems, PROBLEM_ROWS_DIFFERENT, table);
	else
		problem_raise(job->e->shared.problems, PROBLEM_ROWS_DIFFERENT, table,
				"%llu%s rows differ from MySQL; the first %s", (unsigned long long)c->different,
				c->more ? " or more" : "", c->first);
}

/* The loop says what is news only. */
static void tell(struct verify_job *job, const struct verify_outcome *o, int64_t before)
{
	const struct verify_counts *c = o->counts;

	if (job->slot == VERIFY_LOOP &&
			(o->why || (int64_t)c->different == before || (c->different == 0 && before < 0)))
		return;
	logline(c->different ? LOG_WARNING : LOG_NOTICE, "verify", "%s is %s: %llu rows, %llu differences%s%s%s%s",
			o->table, o->result, (unsigned long long)c->rows, (unsigned long long)c->different,
			c->first[0] ? "; first " : "", c->first, o->why ? ": " : "", o->why ? o->why : "");
}

void verify_run(struct verify_job *job, const char *table)
{
	struct table_meter *m = table_meter_find(job->e->shared.tables, table);
	int64_t began_us = clock_wall_us(), begun_us = clock_mono_us(), before = m ? atomic_load(&m->differences) : -1;
	struct verify_counts counts = { 0 };
	struct verify_outcome o = { .table = table, .counts = &counts };
	struct err err;
	int rc;

	err_clear(&err);
	rc = verify_table_run(job, table, &counts, &err);
	if (rc == 0 && job->repair && counts.extra > 0)
		err_set(&err, ERR_DATA, 0,
				"%llu rows that MySQL does not have, or that the script leaves out, are still at the target; `millrace verify %s --repair --truncate` empties it and reads the table again",
				(unsigned long long)counts.extra, table);
	if (rc == 0 && counts.unsettled > 0)
		err_set(&err, ERR_RETRY, 0, "%llu rows changed each time they were looked at",
				(unsigned long long)counts.unsettled);
	o.result = result_of(rc, &counts);
	o.why = err.kind == ERR_NONE ? NULL : err.msg;
	o.ms = (clock_mono_us() - begun_us) / 1000;
	note(job, table, began_us, rc, &counts);
	verify_tell_outcome(job, &o);
	tell(job, &o, before);
}
