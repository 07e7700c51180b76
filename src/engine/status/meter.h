/*
 * meter.h - the numbers of the stages and tables. A stage's meter is written by its own thread alone and read by
 * anyone; nothing here takes a lock per row, and a meter costs a few stores per batch.
 *
 * A table's meter is found by its interned name, once per batch, through a small table that only grows; its latency
 * histograms are made when its first row comes, so a thousand idle tables cost little.
 */
#ifndef ENGINE_METER_H
#define ENGINE_METER_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "core/histogram.h"
#include "core/queue.h"
#include "engine/status/script_meter.h"
#include "engine/status/status.h"
#include "row/batch.h"

enum stage_id { STAGE_SOURCE, STAGE_FORMAT, STAGE_LOG, STAGE_READ, STAGE_SCRIPT, STAGE_SINK, STAGE_COUNT };
extern const char *const stage_names[STAGE_COUNT];

/* Histograms over the last minute: a copy is kept every ten seconds, by the reader. */
#define WINDOW_SLOTS 6
struct window {
	struct histogram_copy slot[WINDOW_SLOTS]; /* owned by the housekeeper */
	unsigned next;
};

struct stage_meter {
	/* written by the stage's thread */
	struct counter in, out, bytes, busy_us, wait_in_us, wait_out_us;
	struct histogram latency; /* commit at the source to the end of this stage */
	_Atomic int state;	  /* enum half_state */
	pthread_mutex_t queue_lock;
	struct queue *queue;	     /* under queue_lock: in front of it, for its fill; NULL while the half is down */
	unsigned threads, running;   /* under queue_lock: of a stage of several threads; 0: it is a single one's */
	const _Atomic size_t *level; /* under queue_lock, of the same: what waits in front of it, and how much may */
	size_t limit;
	int64_t pool_us;	 /* under queue_lock: busy_us and wait_in_us are counted up to here */
	_Atomic int64_t mark_us; /* when the present phase began */
	_Atomic int past;	 /* enum phase: the one before it */

	/* owned by the housekeeper, under the engine's status lock */
	uint64_t last_out, last_bytes, last_busy, last_wait_in, last_wait_out;
	double rows_per_s, bytes_per_s, busy, wait_in, wait_out, fill;
	unsigned quiet_ticks;
	struct window window;
};

void meter_init(struct stage_meter *m);
void meter_queue(struct stage_meter *m, struct queue *q); /* NULL before the queue is freed: then nobody looks at it */

/* A stage of several threads, each of which may run: their shares are those of all together. 0 threads: it is down. */
void meter_pool(struct stage_meter *m, unsigned threads, const _Atomic size_t *level, size_t limit);
void meter_pool_running(struct stage_meter *m,
		unsigned running); /* so many run from now on. @thread any, as the next */
void meter_pool_done(struct stage_meter *m, uint64_t rows, uint64_t bytes);

/* The thread says what it has been doing since the last call. */
enum phase { PHASE_BUSY, PHASE_WAIT_IN, PHASE_WAIT_OUT };
void meter_phase(struct stage_meter *m, enum phase past);
void meter_waited(struct stage_meter *m,
		int64_t until_us); /* waited for rows until then (a batch's born_us), busy since */
void meter_done(struct stage_meter *m, uint64_t in, uint64_t out, uint64_t bytes);
void meter_tick(struct stage_meter *m, double seconds, bool minute_slot); /* housekeeper */
void meter_percentiles(const struct stage_meter *m, int64_t *p50_us, int64_t *p99_us);

/* What capture has written to the log, by what was done: rows, and the transactions that they are of. Written by the publish thread alone. */
enum captured_kind {
	CAPTURED_INSERTS,
	CAPTURED_UPDATES,
	CAPTURED_DELETES,
	CAPTURED_SNAPSHOT,
	CAPTURED_TRANSACTIONS,
	CAPTURED_KINDS
};
struct captured_meter {
	struct counter kinds[CAPTURED_KINDS];
};

struct table_meter {
	const char *name;		      /* interned db.table */
	struct counter captured, unwritten;   /* publish thread; unwritten: dead letters of capture */
	struct counter loaded, dropped, dead; /* the sink thread that has the table; dropped: script thread */
	struct counter skipped;		      /* the same: rows that dead.policy leaves out */
	_Atomic int64_t closed;	   /* of dead, letters that are closed, less those that were open before the start */
	_Atomic int64_t allowed;   /* open letters when a person let it go on last */
	_Atomic bool follows;	   /* schema.change: a person has let it follow its source, until it has */
	struct counter duplicates; /* the same: rows that the target had already, by their label */
	_Atomic(struct histogram *) capture, load; /* made at the first row */
	_Atomic int state;			   /* enum half_state, of the load */
	_Atomic int trouble;		/* enum err_kind of the load's last failure; ERR_NONE while it works */
	_Atomic unsigned tries;		/* that failed in a row */
	_Atomic int64_t retry_at_us;	/* monotonic: the next one */
	_Atomic int64_t last_loaded_ms; /* timestamp of the newest row loaded */
	_Atomic int64_t loading_us;	/* monotonic: when the load that is under way began; 0: none is */
	_Atomic int64_t retention_ms,
			retention_us; /* of its topic, -1 for ever; monotonic: when it was asked, 0 never */
	_Atomic int64_t interval_ms;  /* between two loads, while the target has too many versions; 0: as it is set */
	_Atomic int paused;	      /* by a person */
	_Atomic int pass; /* a snapshot with TRUNCATE was ordered: where its load is stopped, rows before it are left out */
	_Atomic int waiting; /* the script thread cannot read or transform its rows: state and error are its */
	_Atomic int stopped; /* by capture: error says why, until a person lets it go on */
	_Atomic int64_t verified_us,
			differences; /* wall: when the last comparison with MySQL began; what it found; 0 and -1: none yet */
	_Atomic int64_t lag_rows, lag_ms; /* of the load, by the housekeeper; -1 unknown */
	_Atomic unsigned listed; /* the look at the lists of captured tables in which it was found last; 0: in none */
	struct counter script_rows,
			script_ns;   /* script thread: rows that went through the table's script, and what that took */
	script_meters scripts;	     /* of its section, in what is or was in force */
	_Atomic int64_t complete_us; /* wall: everything of it up to this commit is at the target; 0 unknown */
	/* of complete.h's samples; the housekeeper's */
	uint64_t complete_from; /* the first one that counts for it; UINT64_MAX: none yet */
	uint64_t being_read,
			reached;   /* the next one when it was seen being read last; the newest that it has reached */
	int64_t behind;		   /* the housekeeper's: lag_rows while it is being added up */
	char error[512];	   /* under tables lock, as what follows */
	const char *loader;	   /* NULL: millrace */
	char job[TABLE_NAME_ROOM]; /* db.job of Routine Load that has it; "" none */
	char script[16], drops[300],
			counts[300]; /* the version of its script, "" without; dropped rows by reason, and counter(), as text */
};

struct table_meters;
struct table_meters *table_meters_new(void);
void table_meters_free(struct table_meters *t);
struct table_meter *table_meter_get(struct table_meters *t, const char *name);	/* made when new. @thread any */
struct table_meter *table_meter_find(struct table_meters *t, const char *name); /* NULL: none */
/* For script_refuse_to(), arg: the meters. Only what has rows of its own has one: what is captured here, and what is loaded from a topic. */
bool table_meters_have(void *arg, const char *db, const char *table);
/* A look at the lists of captured tables: each that is found, then the end of it. What was found once, has no longer been found, and never had a row
 * is a table that is gone: nobody is told of it. loads: this process does, so what still lies in the log is loaded first, such as the DROP. */
void table_meters_found(struct table_meters *t, const char *name);
void table_meters_looked(struct table_meters *t);
bool table_meter_is_gone(struct table_meters *t, struct table_meter *m, bool loads);
size_t table_meters_count(struct table_meters *t);
struct table_meter *table_meter_at(struct table_meters *t, size_t i);
void table_meter_script(struct table_meters *t, struct table_meter *m, const char *version, const char *drops,
		const char *counts);
struct status_table;
void table_meter_script_get(struct table_meters *t, struct table_meter *m, struct status_table *out);
/* Who loads it: loader as status_table has it, static; job "": none. */
void table_meter_loader(struct table_meters *t, struct table_meter *m, const char *loader, const char *job);
bool table_meter_has_job(struct table_meters *t, struct table_meter *m); /* a Routine Load job loads it, not millrace */
void table_meter_loader_get(struct table_meters *t, struct table_meter *m, struct status_table *out);
void table_meter_error(struct table_meters *t, struct table_meter *m, const char *text); /* NULL clears */
void table_meter_error_get(struct table_meters *t, struct table_meter *m, char *out, size_t size);
int64_t table_meter_letters(struct table_meter *m); /* dead letters that are open, as far as they are counted */
void table_latency(_Atomic(struct histogram *) *h, int64_t us, uint64_t n); /* the one writer */

#endif
