/* capture_parts.h - between the files of the capture half; capture.c says how it works. */
#ifndef ENGINE_CAPTURE_PARTS_H
#define ENGINE_CAPTURE_PARTS_H

#include "engine/engine_parts.h"

/* A batch on its way, with the record that stores its position. Parcels go round: the log thread gives them back. */
struct parcel {
	struct batch *batch;
	struct record position;
	int64_t read_us, formatted_us; /* wall: when the source and the format stage had done with it */
	char *lists;	 /* news of which tables are captured, to be written with the position; NULL: none */
	unsigned plans;	 /* of the source's, how many the position holds */
	uint64_t number; /* from 1 on, over all sessions; 0: the format thread's own */
};

struct resume { /* a stopped table that a person wants to go on */
	struct resume *next;
	char *table;
};

struct capture {
	struct half half; /* first: a half is its capture */
	struct shared *sh;

	bool looked; /* that the position is of our server; the source thread's own */
	/* the session; set up and torn down by the source thread */
	struct log_writer *writer;
	struct format_encoder *encoder;
	struct queue *to_format, *to_log, *spare;
	unsigned said;			/* how much of what the source said was logged */
	bool given;			/* the session has given something to the log; the source thread's own */
	atomic_bool proved;		/* and the log has taken something */
	int told;			/* what the last event said that the source does; the source thread's own */
	int64_t snapshot_us;		/* when its snapshot began */
	int64_t defining_us;		/* when it was last said how many definitions were read */
	struct source *source;		/* under half.lock when set or read by others */
	const struct mysql_conf *mysql; /* under half.lock: as the last reload left it */
	struct capture_limits
			*limits; /* under half.lock: those that a person has set, newest first; threads may use all */
	const struct mysql_conf *settled; /* whose tables the log has taken up: what the next source begins with */
	struct err failure;		  /* of the format or log thread, under half.lock; the first one stays */
	bool failed;			  /* under half.lock */
	struct stopped_tables *stopped;	  /* log thread, once the session runs */
	char *lists; /* as the log has them, or is about to; NULL: it has none. The source thread's own */
	const struct mysql_conf *lists_of; /* whose they are */
	struct resume *resumes;		   /* under half.lock: stopped tables that a person wants to go on */
	struct kept_order *orders;	   /* under half.lock: capture_orders.c */
	char *fills;			   /* under half.lock: source_fills() of the last session */
	struct withheld *withheld;	   /* log thread, or no session: capture_topics.c */
	bool short_letters;		   /* dead letters with their values are too large for their topic */
	const struct settings
			*sections_of; /* whose [table NAME] were looked up last, and when; the source thread's own */
	int64_t sections_us;
	struct source_difference *differences; /* as last raised as problems; the source thread's own */
	size_t ndifferences;
	unsigned differs;
	bool differences_known; /* of this session's source */
	atomic_bool hurry;	/* somebody waits for a position without rows */
	struct position logged; /* under half.lock: what the log holds, for status */
	char *counted;		/* under half.lock: the plan of it that was counted last; NULL: none */
	unsigned counted_tables;
	uint64_t pushed; /* parcels that the source has given; its thread's, read under half.lock */
	uint64_t turns;	 /* under half.lock: of the source; what one has read is pushed at its end */
	/* under half.lock: how far the log is */
	uint64_t noted;	     /* the last parcel of which everything is in it */
	int64_t complete_us; /* all that was committed up to then is in it; 0 unknown */
	int64_t idle_us;     /* the same, once the parcel idle_after is: the source had nothing more then; 0: none */
	uint64_t idle_after;
};

int capture_look_first(struct capture *c, struct err *err); /* capture_first.c; -1: the log is of another server */
void capture_note(struct capture *c,
		const struct parcel *p);   /* capture_reach.c: all of it and before it is in the log. Log thread */
void capture_note_idle(struct capture *c); /* the source has read all that there is. Its thread */
struct parcel *parcel_get(struct capture *c);
void parcel_put(struct capture *c, struct parcel *p);	     /* back for another round */
void parcel_free(struct parcel *p);			     /* NULL allowed */
void parcels_drop(struct queue *q);			     /* and the queue, which is closed */
void capture_fail(struct capture *c, const struct err *err); /* the first failure ends the session */
void *capture_log_thread(void *capture);		     /* capture_publish.c */

struct buried {
	size_t count;
	int64_t said_us;
}; /* not yet told in the log; when it was last */
void capture_bury(struct capture *c, struct batch *b, struct buried *buried); /* capture_dead.c */

struct capture_signals;
struct capture_signals *capture_signals_start(struct capture *c); /* capture_signal.c; NULL: no signal topic */
void capture_signals_end(struct capture_signals *s);		  /* once the queues are closed; NULL allowed */
void capture_sections(struct capture *c);			  /* capture_sections.c. @thread the source's */
void capture_readings(struct capture *c, struct status *out);	  /* capture_reading.c. @thread any */
void capture_limits_free(struct capture *c);			  /* capture_snapshot.c */
void capture_password_again(struct capture *c);			  /* the same; before a try after a refusal */

void differences_look(struct capture *c); /* capture_different.c */

/* ---- which tables are captured, remembered in the log (capture_lists.c) ---- */
void lists_read(char **lists, const struct settings *s, const struct record *r); /* a record of the offsets topic */
char *
lists_news(struct capture *c); /* with the batch that the source has just given out; the caller frees; NULL: none */
int lists_publish(struct capture *c, const char *lists, struct err *err); /* into the open transaction; log thread */

/* ---- orders that no position in the log holds yet (capture_orders.c) ---- */
int orders_take(struct capture *c, struct source_plan *plan,
		struct err *err); /* 0: plan is taken over. Under half.lock */
void orders_again(struct capture *c,
		const char *table);		/* a table that was stopped has to be read again; under half.lock */
void orders_give(struct capture *c);		/* to a source that was just opened; under half.lock */
unsigned capture_plan_tables(const char *text); /* how many stand in a plan of snapshots; NULL: none */
size_t orders_waiting(struct capture *c);	/* under half.lock */
/* The nth stopped table that a position with so many plans reads again; the caller frees; NULL: there are no more. Log thread */
char *orders_read_again(struct capture *c, unsigned plans, unsigned nth);
void orders_done(struct capture *c, unsigned plans); /* it is in the log */
void orders_free(struct capture *c);

/* ---- topics, and what the log does not take (capture_topics.c) ---- */
struct topics;
struct topics *topics_new(struct capture *c);
void topics_free(struct topics *t);
/* Before an append: topics are made, records of stopped tables are taken out. -1: a failure that is not of one table. */
int topics_admit(struct topics *t, struct batch *b, struct err *err);
/* The log has refused a record of this batch: its table is stopped. false: it is none of these records. err: as refused. */
bool topics_refused(struct topics *t, const struct log_refusal *why, const struct batch *b, const struct err *err);
bool topics_leave_out(const struct topics *t, const struct schema *s);	      /* rows of this table */
void withheld_stopped(struct capture *c, const char *table, const char *why); /* stopped in an earlier session */
void withheld_again(struct capture *c); /* a new source learns of those that the log does not know as stopped yet */
void withheld_forget(struct capture *c, const char *table); /* NULL: all */

/* ---- tables that are stopped, remembered in the log (capture_stopped.c) ---- */
struct stopped_tables;
struct stopped_tables *stopped_new(void);
void stopped_free(struct stopped_tables *t);
void stopped_read(struct stopped_tables *t, const struct settings *s,
		const struct record *r);			 /* a record of the offsets topic */
void stopped_apply(struct stopped_tables *t, struct capture *c); /* to a source that was just opened */
int stopped_publish(struct stopped_tables *t, struct capture *c,
		struct err *err); /* new ones into the open transaction; log thread */
int stopped_read_again(struct capture *c, unsigned plans,
		struct err *err); /* tombstones with a position that reads the tables again; log thread */
/* A stop is taken back: until stopped_read_again() the log remembers that the table has to be read again. Log thread */
void capture_resumed(struct capture *c); /* the first of c->resumes is in the log */
void resumes_free(struct capture *c);
int stopped_resume(struct capture *c, const char *table, struct err *err);

#endif
