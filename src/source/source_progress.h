/*
 * source_progress.h - the tables of a snapshot, one by one, for whoever looks: the initial one, or one beside the
 * stream. There may be ten thousand tables, and a step brings the news once a batch. So the tables are in the order in
 * which they are read, and a step touches only those that have moved: those that are done stand before `at`.
 *
 * Who steps is the only writer; the caller holds the source's lock. The last snapshot's tables stay until the next one.
 */
#ifndef SOURCE_SOURCE_PROGRESS_H
#define SOURCE_SOURCE_PROGRESS_H

#include <stdint.h>

#include "source/incremental/mysql_fill.h"
#include "source/snapshot/mysql_snapshot.h"
#include "source/source.h"

struct source_progress {
	struct source_reading *items;
	size_t count, cap;
	size_t at;	/* the first one that is not over */
	const void *of; /* the initial snapshot; NULL: none, or it is over */
	bool known;	/* the plan, as of: */
	unsigned edits, ends;
};

void source_progress_done(struct source_progress *p);
void source_progress_clear(struct source_progress *p);
/* While an initial snapshot runs this one, else the other: what is left of an interrupted one follows what it has done. */
void source_progress_snapshot(struct source_progress *p, struct mysql_snapshot *s);
/* now: as mysql_fill_status() has just told it. */
void source_progress_fill(struct source_progress *p, struct mysql_fill *f, const struct source_fill_status *now);

#endif
