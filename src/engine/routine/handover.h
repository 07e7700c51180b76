/*
 * handover.h - one hand-over of a table between millrace's own loader and a Routine Load job of StarRocks, step by step
 * (loader.h). Each step is stored before the next begins, so whoever finds one begun, after a crash or another failure, calls the
 * same function again. Blocks for seconds; one at a time in a process (handover.c has the lock).
 */
#ifndef ENGINE_CONTROL_HANDOVER_H
#define ENGINE_CONTROL_HANDOVER_H

#include "engine/base/loader.h"
#include "engine/engine_parts.h"
#include "sink/routine/routine.h"

enum { HANDOVER_JOB_ROOM = 65 };

struct handing {
	struct engine *e;
	const struct settings *s; /* as they are now */
	const char *table;	  /* db.table */
	struct lent_table lent;	  /* what is lent of it; no part: nothing */
	struct sink_names target;
	engine_emit *emit; /* NULL: log lines only */
	void *arg;
};
int handing_init(struct handing *g, struct engine *e, const char *table, struct err *err); /* -1: not known yet */
void handing_done(struct handing *g);
/* What the parts are together; a step that was begun wins. */
enum loader handing_loader(const struct lent_table *t);
/* load_TABLE_NUMBER; "" where no part has a number. */
void handing_job(const struct handing *g, char out[HANDOVER_JOB_ROOM]);

/* handover_old.c. ERR_CONFIG: the target is another pipeline's, as millrace's own loader asks before it changes anything there. */
int handover_refuse_owner(struct handing *g, struct err *err);
/* Rows that the target has from before this log, when a job is to load its first row: they are taken away, as before
 * millrace's own first load, where the topic begins with an initial snapshot. */
enum handover_old { HANDOVER_OLD_NONE, HANDOVER_EMPTIED, HANDOVER_OLD_STAYS };
int handover_old_rows(struct handing *g, enum handover_old *out, struct err *err);

/* ERR_CONFIG: refused, with the reason, and nothing has changed unless a step was begun before. */
int handover_to_routine(struct handing *g, bool dry, struct err *err);
int handover_to_stream(struct handing *g, bool dry, struct err *err);
/* The job has it: the offsets follow its progress. ended: it has none any more, in words; "" it has. */
int handover_follow(struct handing *g, const struct routine_jobs *jobs, char *ended, size_t size, struct err *err);

#endif
