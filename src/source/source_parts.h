/*
 * source_parts.h - what the files of the source share: its state, and the few calls between source.c (steps, open and
 * close), source_start.c (connect and decide where to begin) and source_status.c (what other threads see and ask).
 * Nobody else includes it.
 */
#ifndef SOURCE_SOURCE_PARTS_H
#define SOURCE_SOURCE_PARTS_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/name_map.h"
#include "source/catalog/mysql_undo.h"
#include "source/incremental/mysql_fill.h"
#include "source/incremental/mysql_fill_order.h"
#include "source/server/mysql_binlog.h"
#include "source/server/mysql_side.h"
#include "source/server/mysql_throttle.h"
#include "source/snapshot/mysql_snapshot.h"
#include "source/source.h"
#include "source/source_progress.h"
#include "source/source_pulse.h"
#include "source/stream/mysql_stream.h"

enum source_phase { START, SNAPSHOT, STREAM, ENDED };

struct stopped {
	char *name, *why;
};

struct source_plan { /* source_plan.c */
	struct fill_order order;
	struct fill_plan tables; /* of a start */
	bool later;		 /* they are not known yet */
	atomic_uint users;
};

struct source_asked {		  /* by another thread, in the order in which it came */
	struct source_plan *plan; /* an order that was looked at already; or */
	char *signal;		  /* a message of the signal topic, or NULL: only the mark */
	char *mark;
};

struct source {
	/* owned by the thread that steps */
	unsigned plans_done, plans_given; /* carried out; as of the last position that was given out */
	const struct mysql_conf *conf;
	char *name;
	uint32_t server_id;
	char server_uuid[40]; /* of the server that the stream comes from */
	struct mysql_filter *filter;
	struct catalog *catalog; /* NULL until the first connection */
	struct schema **history; /* for the catalog, until then */
	size_t nhistory;
	struct source_database {
		const char *name;
		unsigned collation;
	} * databases; /* likewise */
	size_t ndatabases;
	struct mysql_undo undo;
	struct position position; /* of the last batch that was given out */
	enum source_phase phase;
	bool again;  /* a snapshot before this one may have put rows into the log */
	bool clears; /* somebody has: the first snapshot clears the tables */
	unsigned host;
	struct mysql_snapshot *snapshot;
	struct binlog binlog;
	struct binlog_damage damage;
	struct mysql_stream *stream;
	struct mysql_side side;
	struct mysql_fill *fill;   /* snapshots beside the stream */
	struct throttle *throttle; /* of it, and of the initial snapshot */
	struct foreign_keys foreign;
	bool foreign_stale;			   /* statements since the last look may have made some */
	int64_t foreign_begun_us, foreign_next_us; /* tables that they touch: being read since; not to be read before */
	int64_t foreign_touched_us;		   /* the last time */
	int64_t foreign_wanted_us;		   /* reading is put off since; 0: it is not */
	bool fill_due;			    /* its plan has changed without a row: the next position has to go out */
	const struct mysql_conf *settled;   /* see source_settled(); NULL: none yet */
	struct mysql_filter *filter_before; /* of a configuration that was exchanged: what is new is to be read */
	struct source_pulse pulse;
	struct err late; /* happened behind changes that had to go out first */
	int64_t position_sent_us;
	uint64_t events_before, rows_before, bytes_before; /* of earlier connections */
	struct stopped *stopped;
	size_t nstopped;

	/* shared, under lock */
	pthread_mutex_t lock;
	struct source_status status;
	struct source_progress progress;
	struct source_table *tables;
	size_t ntables, cap_tables;
	struct name_map table_places; /* by name: index in tables, plus one */
	struct stopped *asked;	      /* by source_stop_table() */
	size_t nasked;
	unsigned stops;
	struct source_asked *orders;
	size_t norders;
	unsigned plans_taken;
	const struct mysql_conf *fresh; /* by source_reload() */
	char *fills;			/* the plan as text */
	struct source_difference *differences;
	size_t ndifferences;
	unsigned differs;
};

/* source_start.c: connects to the host of last time or the next that can go on, and begins a snapshot or the stream. */
int source_start(struct source *s, struct err *err);

/* source_resume.c: an initial snapshot that was interrupted goes on beside the stream. */
bool source_can_resume(const struct source *s);
int source_resume(struct source *s, struct mysql_conn *c, struct err *err); /* plans what is left of it */

/* source_new_tables.c */
int source_new_tables(struct source *s, struct mysql_conn *c,
		struct err *err); /* those that the filter of before did not have */

/* source.c */
void source_hang_up(struct source *s);

/* source_fill.c: snapshots beside the stream, as the steps need them */
int source_take_orders(struct source *s, struct err *err); /* what other threads have left; a new configuration */
int source_fill_begin(struct source *s, struct mysql_conn *c, struct err *err); /* the stream begins */
enum fill_step source_fill_step(struct source *s);
int source_fill_patience(const struct source *s, enum fill_step work, int timeout_ms);
void source_fill_rows(struct source *s, struct batch *b, size_t max_rows, size_t max_bytes);
bool source_fill_met(const struct source *s); /* a chunk belongs here */
int source_fill_note(struct source *s, const struct batch *b, struct err *err);
void source_fill_mark(struct source *s, struct batch *b); /* the plan into the batch's position */
void source_fill_rewind(struct source *s);
void source_fill_status(struct source *s); /* under the lock */
void source_fill_done(struct source *s);

/* source_foreign.c */
void source_foreign_note(struct source *s, const struct batch *b); /* what the stream has just met */
int source_foreign_step(struct source *s, struct err *err);

/* source_repair.c */
void source_repair_note(struct source *s,
		const struct batch *b); /* statements in the batch that change rows without telling them */
/* What the log has of a table is not all: read again, or told, as ddl.repair says. */
void source_repair_table(struct source *s, const char *db, const char *table, const char *why);
void source_repair_status(struct source *s); /* under the lock, when the plan has changed */
void source_repair_done(struct source *s);

/* source_status.c */
void source_update_status(struct source *s, bool reading); /* reading: the step brought changes */
void source_take_asked(struct source *s);		   /* what source_stop_table() left for the thread that steps */
void source_say(struct source *s, const char *what);	   /* to a person; capture goes on */
/* After ERR_FENCED: adds to it who reads in our place. Asks the server, for at most a few seconds. */
void source_name_successor(const struct source *s, struct err *why);
void source_say_anew(struct source *s, const struct err *why); /* what makes a new snapshot necessary */
void source_status_done(struct source *s);
void source_copy_cut(char *out, size_t size, const char *text); /* "..." at the end of what does not fit */

#endif
