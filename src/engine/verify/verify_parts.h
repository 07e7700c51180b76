/*
 * verify_parts.h - between the files of verify: verify.c (who asked, which tables, what is known of each), verify_loop.c
 * (all of them in turn), verify_table.c (one
 * table, chunk by chunk), verify_pipe.c (rows as the load makes them), verify_settle.c (rows that differ are looked at again),
 * verify_fence.c (the load has passed a place), verify_print.c (what is told), verify_compare.h (rows against rows).
 *
 * Rows that differ at first sight are no difference: they may be on their way. They become suspects, and are looked at again,
 * by key, when the load has passed the place of the binlog at which MySQL was read. One that has the same two rows LOOKS times
 * in a row, at both sides, is a difference; one that changes at every look is told as such.
 *
 * Threads: a run belongs to the one who asked for it. It has connections of its own, and touches no row of the pipeline.
 */
#ifndef ENGINE_VERIFY_PARTS_H
#define ENGINE_VERIFY_PARTS_H

#include "engine/base/row_mask.h"
#include "engine/engine_parts.h"
#include "engine/verify/verify_compare.h"

enum {
	VERIFY_CHUNK_ROWS = 4096,
	VERIFY_CHUNK_BYTES = 8 << 20,
	VERIFY_KEYS = 200, /* that one statement names */
	VERIFY_SUSPECTS = 1000,
	VERIFY_SUSPECT_BYTES = 32 << 20, /* then they are looked at before the next chunk */
	VERIFY_LOOKS = 3,
	VERIFY_LOOKS_MAX = 20
};

enum verify_slot {
	VERIFY_ASKED,
	VERIFY_LOOP,
	VERIFY_LETTERS,
	VERIFY_SLOTS
}; /* by a request, in turn for ever, for dead letters */

struct verify_job { /* of whoever asked */
	struct engine *e;
	engine_emit *emit; /* NULL: nobody reads */
	void *arg;
	enum verify_slot slot;
	uint64_t limit; /* differences of one table, then it is left */
	bool repair;
	bool truncate;	 /* a table with rows that only the target has is emptied there and read again */
	int rate;	 /* percent of the time that it may be busy; 100: all */
	int64_t mark_us; /* monotonic: busy since */
	int64_t asked_us,
			told_us; /* when the reader was last asked whether it is still there, and told how far this is */
	bool gone;
	struct row_mask mask;
};
bool verify_gone(struct verify_job *job);	       /* nobody wants it any more */
void verify_pace(struct verify_job *job);	       /* sleeps as its rate says */
void verify_sleep(struct verify_job *job, int64_t us); /* ends early when it is gone; counts as no work */

/* The one verifier of a process. */
struct verifier {
	struct engine *e;
	atomic_bool stopping;
	atomic_bool on; /* all tables are compared in turn */
	pthread_mutex_t lock;
	pthread_cond_t changed; /* something under lock */
	/* under lock */
	struct {
		bool running;
		struct verify_table *table; /* what it has open, to be cancelled; NULL: nothing */
	} slots[VERIFY_SLOTS];
	char who[VERIFY_SLOTS][96]; /* whose the run is */
};
/* There is one of a slot at a time. */
int verify_begin(struct verifier *v, enum verify_slot slot, const char *what, const char *who, struct err *err);
void verify_end(struct verifier *v, enum verify_slot slot);
void verify_run(struct verify_job *job, const char *table); /* compares it, tells and notes what comes of it */
int verify_loop_switch(struct verifier *v, bool on, const char *who, struct err *err); /* verify_loop.c */

struct verify_table;
void verify_cancel(struct verifier *v); /* under lock: what waits for a server ends soon */
void verify_watch(struct verify_job *job,
		struct verify_table *t); /* what it has open can be cancelled now; NULL: nothing can */

struct verify_counts {
	uint64_t rows;		       /* of MySQL */
	uint64_t found;		       /* of the target */
	uint64_t looked;	       /* rows that were looked at again */
	uint64_t different, unsettled; /* the latter changed at every look */
	uint64_t extra, repaired;      /* rows that only the target has; rows that were different and are equal now */
	bool more;		       /* the limit was reached: there may be more */
	char first[200];	       /* the first difference, for the problem */
};

struct verify_pipe;
struct verify_table { /* one table being compared */
	struct verify_job *job;
	const char *name; /* db.table */
	struct source_reader *source;
	struct sink *sink;
	struct sink_reader *reader;
	struct verify_pipe *pipe;
	struct batch *in; /* rows of the source */
	struct verify_set expected, suspects;
	struct sink_cell *key; /* room for one */
	struct verify_counts counts;
	bool masked;		     /* its script masks: the target's own values are not shown */
	struct verify_set gone;	     /* for a repair: keys of rows that only the target has */
	struct verify_set differing; /* for a repair: keys of rows that are missing or have other columns */
	bool repaired;		     /* what is looked at now was repaired, and is told already */
};

/* verify_pipe.c */
struct verify_pipe *verify_pipe_new(const struct engine *e, struct schema *schema, struct err *err);
void verify_pipe_free(struct verify_pipe *p);				 /* NULL allowed */
const char *verify_pipe_topic(const struct verify_pipe *p);		 /* interned */
bool verify_pipe_masks(const struct verify_pipe *p, const char *column); /* messages show another value of it */
/* Rows of the source as a load makes them, into the set: by key, in their order. */
int verify_pipe_run(struct verify_pipe *p, struct batch *in, const struct source_chunk *chunk,
		struct sink_reader *reader, struct verify_set *out, struct err *err);

/* verify_fence.c */
int verify_fence_ready(struct verify_job *job, const char *table, struct err *err); /* -1: it can never be passed now */
int verify_fence_wait(struct verify_table *t, const struct position *want, struct err *err);

/* verify_settle.c: none is suspected afterwards */
void verify_suspect(struct verify_table *t, const struct sink_cell *key,
		const char *bound); /* bound NULL: made from the key */
/* The key of a row of the target, as MySQL takes it; the caller frees. NULL: MySQL cannot have it. */
char *verify_bound(struct verify_table *t, const struct sink_cell *key);
int verify_settle(struct verify_table *t, struct err *err);

/* verify_repair.c: what differs is read again beside the stream, and looked at again */
int verify_repair(struct verify_table *t, struct err *err);
int verify_repair_whole(struct verify_table *t,
		struct err *err); /* the target's table is emptied, and all is read again: compare it again */

/* verify_table.c: 0: compared, counts say how; -1: it cannot be */
int verify_table_run(struct verify_job *job, const char *name, struct verify_counts *counts, struct err *err);

/* verify_print.c */
struct verify_difference {
	enum verify_what what;
	const struct sink_cell *key;
	const struct verify_row *expected; /* NULL: MySQL has no such row */
	const struct sink_cell *found;	   /* NULL: the target has none */
};
void verify_tell_difference(struct verify_table *t, const struct verify_difference *d);
void verify_tell_progress(struct verify_table *t, const char *doing); /* now and then */
struct verify_outcome {
	const char *table;
	const char *result; /* equal, different, not compared */
	const char *why;    /* NULL: nothing to add */
	const struct verify_counts *counts;
	int64_t ms;
};
void verify_tell_outcome(struct verify_job *job, const struct verify_outcome *o);

#endif
