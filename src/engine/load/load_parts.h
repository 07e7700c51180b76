/*
 * load_parts.h - between the files of the load half.
 *
 *   read thread    log_reader_poll() -> records     (the supervisor's own thread; the reader belongs to it)
 *   script thread  format_decode(), script_run() -> changes
 *   sink threads   gather, collapse, load; each takes the topic that is due first, and nobody else has it meanwhile
 *
 * The rule that everything here serves: a range of offsets is loaded under a label made from the range, and the range is
 * stored beside the consumer offset before the load is sent. After a crash the same range goes out under the same label.
 */
#ifndef ENGINE_LOAD_PARTS_H
#define ENGINE_LOAD_PARTS_H

#include <stdatomic.h>

#include "core/clock.h"
#include "core/name_map.h"
#include "engine/engine_parts.h"
#include "engine/load/load_done.h"
#include "engine/load/place/load_place.h"

struct load;

struct load_part;
struct load_worker;
struct load_sched;

/* load_due.c: who wants a turn at some time, the earliest first */
struct due_at {
	void *who;    /* whose turn it is */
	int64_t us;   /* monotonic */
	size_t place; /* in the heap, plus one; 0: it waits for no time */
};
struct due {
	struct due_at **heap;
	size_t count, cap;
};
void due_set(struct due *d, struct due_at *m, int64_t us); /* negative: it wants none */
void *due_first(const struct due *d);			   /* NULL: nobody */
int64_t due_first_us(const struct due *d);		   /* -1: nobody */

/* load_pace.c: how often a table is loaded; all zero: as often as it is set */
struct pace {
	int64_t slow_ms, since_us;
};						       /* 0: it is not slowed; monotonic: when that was last changed */
int64_t pace_ms(const struct pace *p, int64_t set_ms); /* between two of its loads */
void pace_refused(struct pace *p, int64_t set_ms, int64_t now_us); /* the target has too many versions of it */
bool pace_loaded(struct pace *p, int64_t set_ms, int64_t now_us);  /* true: the pace has changed */

/* A table of the target that several topics are loaded into (source.column): each load is a version of it, whosever rows it has. */
struct load_shared {
	_Atomic int64_t next_us; /* monotonic: nobody has the time from here on */
};
/* The first time not before from_us that nobody has; it is the caller's, and the interval after it nobody's. @thread any */
int64_t shared_slot(struct load_shared *t, int64_t from_us, int64_t interval_ms);

/* What the scheduler (load_sched.c) keeps of a topic. Under its lock. */
struct topic_turn {
	struct load_item *inbox, **inbox_end; /* in order; of no turn yet */
	struct due_at due;		      /* when its next turn is; none while it has one */
	struct load_topic *next, *next_look;  /* in the lists of all that had an item, and of those that want a look */
	bool known, has_look;		      /* it is in them */
	bool running;			      /* a sink thread has it */
	bool forget;			      /* that thread forgets its partitions at the end of the turn */
	bool again, retry; /* each of its partitions is looked at again; also those that wait after a failure */
};

/* A topic of which this process reads partitions. Made by the read thread, which alone looks for it by name; it lives as
 * long as the session. "Sink thread" is the one whose turn it is: it has the topic and its partitions alone. */
struct load_topic {
	const char *name; /* interned */
	struct topic_turn turn;
	struct due due;		     /* sink thread: of its partitions those that want a turn */
	struct load_part *rows_came; /* sink thread: its partitions that rows have come of, in no order */
	struct load_part *looks;     /* sink thread: those whose target is looked at when nothing else is to do */
	int64_t set_ms;		     /* sink thread: load.interval of its section; 0: the target's */
	const void *section_of; /* sink thread: the settings whose section of the table `section` is; NULL: not looked for */
	const struct table_settings *section; /* sink thread; NULL: it has none */
	bool mode_known, appends;	      /* sink thread: target.mode of the table */
	struct pace pace;		      /* sink thread */
	bool owner_known, owner_told; /* sink thread: the target table is nobody else's, and says so (load_owner.c) */
	int64_t last_load_us;	      /* sink thread, monotonic: of any of its partitions */
	_Atomic size_t bytes;	      /* message bytes between the reader and the target */
	_Atomic size_t stuck;	      /* of these: of partitions that cannot go on */
	_Atomic bool over;	      /* it has its share of the buffer: the others go on without it */
	_Atomic(struct table_meter *) meter; /* set by the script thread when it knows the table; NULL until then */
	_Atomic unsigned at_truncate;	     /* partitions that wait for the others at a TRUNCATE */
	_Atomic bool held;		     /* set by the script thread: enough of it waits there */
	unsigned troubled;		     /* sink thread: partitions whose last turn failed */
	struct load_part **parts; /* read thread; by partition, NULL: not ours. Others: while their generation lasts */
	size_t nparts, owned;	  /* the same */
	bool leaving;		  /* read thread: nothing more of it is read, until what was is loaded */
	const char *clash;	  /* read thread; as parts: another table that has the same target; NULL: none */
	struct load_shared *shared;  /* the same; its target, if others may have it, too; else NULL */
	struct table_script *script; /* script thread, as what follows */
	struct topic_wait *wait;     /* NULL: it gets on */
	bool bare;		     /* its messages have no schema */
};

/* A batch as read, and what decoding and the script made of it. Freed when its last piece is loaded. */
struct load_item {
	struct load *load;
	unsigned refs;		/* sink thread only, once it has it */
	uint64_t generation;	/* of the assignment it was read under */
	int64_t polled_us;	/* monotonic: when the log gave it */
	struct load_part *part; /* valid while that generation is the present one; NULL: forget_all */
	struct batch *in, *out; /* out may be in itself, when there is no script */
	struct table_meter *meter;
	int64_t read_us, scripted_us; /* wall: when the read and the script stage had done with it */
	bool forget_all;	      /* no rows: drop what is held of older generations and report */
	bool look;		      /* no rows: the target of this partition may be looked at */
	struct script_pause *pause;   /* script thread: rows of it are still to go through the script; NULL: none */
	uint64_t pause_of;	      /* the number of that script */
	uint64_t dropped;	      /* script thread: rows so far; counted when it is through */
	bool slow;		      /* script thread: it took so long that it was told */
	bool keeps;		      /* its script keeps something (state.set()) */
	uint64_t kept[2];	      /* if so: the sum of it before its rows, and after them (script_state_sum()) */
	struct load_topic *of;	      /* whose bytes it counts to; NULL: none */
	struct load_item *next;	      /* in the topic's inbox */
};
struct load_item *load_item_new(struct load *l);
void load_item_free(struct load_item *item);

/* A run of changes of one item, and the offsets that it covers. */
struct piece {
	struct load_item *item;
	size_t first, count;
	int64_t from, to;
	size_t bytes;
	bool truncate;
};

/* One partition of one topic, from its committed offset on. The read thread makes it, and frees it when all threads have
 * forgotten its generation; between the two it belongs to the sink thread, but for what is marked. */
struct load_part {
	struct load_topic *of;
	const char *topic; /* of->name */
	int32_t partition;
	bool paused;		 /* read thread: the log gives out none of it */
	bool lent;		 /* read thread, before anybody else has it: somebody else loads it (loader.h) */
	int64_t verify;		 /* read thread: the mark whose message has to come; -1 none, or it has */
	int64_t read_from;	 /* read thread: what comes before it is only looked at */
	_Atomic bool waits;	 /* at a TRUNCATE, for other partitions; set by the sink thread, as the next one */
	_Atomic bool held;	 /* it cannot go on and has enough rows waiting */
	_Atomic bool wants_more; /* a range that was begun needs the rows that follow: it is read, however full it is */
	int64_t next;		 /* everything before it is loaded */
	int64_t committed;	 /* everything before it is stored as loaded */
	_Atomic int64_t state_cut; /* the same, or where what scripts keep was known last: what is before is not asked for again */
	struct script_state_as { /* script thread: what the place said of it when the partition came */
		int64_t at;	 /* -1: nothing, or it was held against it */
		uint64_t sum;
	} state_as;
	struct script_state *state; /* script thread: what its scripts keep; NULL: not opened */
	int64_t state_next;	    /* script thread: the offset that it is as of; -1: it is read again */
	struct place place;	    /* as it is stored with the offset */
	bool begun;		    /* its next range may have been sent to the target before */
	bool gate;		    /* it is new, its topic is not: waits for the others (load_gate.c) */
	bool added;		    /* the same, also when it waits no more */
	int64_t *ahead; /* how far each of the others has to come, by partition; NULL: no message of its own yet */
	unsigned nahead;
	int64_t asked_id; /* the last TRUNCATE of the others that it was searched for, and whether it has it */
	bool asked_has;
	bool looked;		     /* the target was asked what it has (load_target.c) */
	struct load_part *next_look; /* in the topic's list of those that it will be */
	struct piece *pieces;	     /* waiting, in offset order */
	size_t npieces, cap_pieces;
	size_t bytes, rows;
	int64_t arrived;		   /* offset behind the last piece */
	int64_t last_load_us, retry_at_us; /* monotonic */
	int64_t slot_us;		   /* monotonic: its turn at a shared target; 0: it has none */
	struct due_at due;		   /* in the topic's heap: when its next turn is; none: it waits for rows */
	bool troubled;			   /* its last turn failed */
	bool failed;			   /* so that only a person can end it */
	bool lost;			   /* what it had loaded into is gone, and a problem says so */
	bool stops;			   /* dead.policy = stop: nothing behind a refused message goes with it */
	bool passing;			   /* its rows are left out up to the next TRUNCATE (load_pass.c) */
	bool unstored;			   /* nothing waits, and what is loaded is not stored with its offset */
	bool has_rows_come;		   /* in the topic's list */
	struct load_part *next_came;
	size_t stuck; /* bytes of it that load.stuck counts */
	size_t limit; /* records in a range while a bad row is being looked for; 0: no limit */
	struct backoff backoff;
	struct table_meter *meter;
};

struct load {
	struct half half; /* first: a half is its load */
	struct shared *sh;
	/* the session */
	struct log_reader *reader;
	struct queue *to_script;
	struct load_sched *sched;
	struct load_worker **workers;
	size_t nworkers;
	struct load_history *history;
	_Atomic uint64_t generation;  /* rises when partitions come or go; older items are dropped */
	_Atomic int unforgotten;      /* threads that still hold older generations */
	_Atomic uint64_t reload;      /* rises when scripts have to be compiled again */
	_Atomic uint64_t reload_done; /* as much of it the script thread has done */
	_Atomic uint64_t loads;
	_Atomic uint64_t turns;	     /* of sink threads; one that rises means that they get on */
	_Atomic size_t buffered;     /* message bytes between the reader and the targets */
	_Atomic size_t stuck;	     /* of these: of partitions that cannot go on; they take no room from the others */
	_Atomic bool pauses_changed; /* the reader has to look which partitions it may read */
	_Atomic unsigned resumed;    /* rises when a person resumes a table: what waits for a retry retries now */
	_Atomic unsigned look_again; /* rises when somebody has changed tables of the target */
	struct queue *spare;	     /* batches to use again */
	_Atomic bool drained;	     /* no more is read: load what is there at once */
	struct err failure;	     /* under half.lock */
	bool failed;		     /* under half.lock */
	struct load_order *order; /* under half.lock: what somebody wants of the read thread, the asker's; NULL: none */
	bool ordering;		  /* under half.lock: the read thread is at it */
	_Atomic bool order_given;
	struct lent_table *lent; /* under half.lock: tables of which a partition is lent */
	size_t nlent;
	bool lent_known;     /* under half.lock: partitions were assigned since the start */
	bool password_read;  /* under half.lock: a thread reads the password's file */
	int64_t password_us; /* under half.lock, monotonic: not before then again */
	/* read thread */
	struct name_map topics; /* struct load_topic by name */
	struct name_map shared; /* struct load_shared by the target's name; as long as the session */
	struct load_part **owned;
	size_t nowned, cap_owned;
	struct log_assigned_list assigned;
	size_t unverified;	    /* partitions whose mark has to come */
	struct load_topic *leaving; /* the one that is; NULL: none */
	struct name_map replaced;   /* topics whose log is found to be another; any value */
	bool paused_all, full;
	char target[256];	 /* under half.lock */
	struct loads_done *done; /* @thread any */
	struct load_profile *profile;
};

struct batch *load_batch_get(struct load *l);
void load_batch_put(struct load *l, struct batch *b);  /* NULL allowed */
void load_fail(struct load *l, const struct err *err); /* ends the session. @thread any */
bool load_failed(struct load *l);
void load_table_name(const struct load *l, const char *topic, char *out,
		size_t size); /* "prefix.db.table" -> "db.table" */
void load_tell_gap(struct load *l, const char *table);
struct table_meter *load_topic_meter(const struct load *l, struct load_topic *t); /* its table's; made when new */
size_t load_stuck_share(const struct load *l); /* what partitions that cannot go on may hold, all together */

/* load_read.c, the read thread: until the end of the session. -1: err */
int load_read_loop(struct load *l, struct err *err);
int load_push(struct load *l,
		struct load_item *item); /* to the script thread; 1: the session ends, the item is freed */
/* load_password.c: the target has refused it; there may be another one. Waits for a file or a command. @thread any */
void load_password_again(struct load *l);
/* Something changed that decides which partitions are read. @thread any */
void load_pauses_changed(struct load *l);
void load_topic_more(struct load *l, struct load_topic *t, size_t bytes); /* they have come. @thread read */

/* load_assign.c, the read thread: the partitions are others now, or one of them is not what it was. 0; 1: the session
 * ends; -1: err */
int load_assign(struct load *l, struct err *err);
struct load_topic *load_topic_get(struct load *l, const char *name); /* interned */
void load_assign_done(struct load *l);				     /* when all other threads have ended */

/*
 * load_order.c - what somebody wants of the read thread: load_replay.c, load_lend.c. Given by the asker's thread, which
 * waits; carried out by the read thread between two batches, one at a time.
 */
typedef struct log_partition order_look(void *look, const char *topic, int32_t partition); /* the log's ends */
struct load_order {
	const char *what; /* "replay" */
	int wait_ms;	  /* for the answer */
	/* read thread, under half.lock: may it be carried out now? NULL: at once. It is asked before each batch. */
	bool (*ready)(struct load *l, struct load_order *o);
	/* read thread, while all partitions are taken up anew: may change l->assigned, which they begin with. NULL: run */
	int (*apply)(struct load *l, struct load_order *o, order_look *at, void *look, struct err *err);
	/* read thread: what needs no partition to be taken up anew */
	int (*run)(struct load *l, struct load_order *o, struct err *err);
	bool later; /* set by apply: nothing has changed, it is asked again when it is ready */
	bool done;
	struct err err;
};
int load_order_give(struct load *l, struct load_order *o, struct err *err); /* 0: it was carried out. @thread any */
struct load_order *load_order_take(struct load *l); /* read thread: the one that is ready; NULL: none */
void load_order_done(struct load *l, const struct err *err);
bool load_is_of(const struct load *l, const char *topic, const char *table); /* the topic is this table's */
/* A TRUNCATE is carried out when all partitions have come to it: an order is for all of them, or none. */
int load_has_all(struct load *l, const char *what, const char *topic, struct err *err);
/* The same of as many as somebody else has counted. @thread any */
int load_all_here(struct shared *sh, const char *what, const char *topic, size_t owned, struct err *err);

/* load_lend.c, the read thread: what of this process is lent, for whoever asks */
void load_lent_note(struct load *l);

/* load_verify.c, the read thread: holds the mark's message against what is stored. again:
 * it is another log, call load_assign(). */
int load_verify(struct load *l, struct batch *b, bool *again, struct err *err);
/* @thread any: this is missing at the target until the table is read again; detail "": none. */
void gap_tell(struct load *l, const char *topic, int32_t partition, enum place_gap gap, const char *detail);
void gaps_clear(struct load *l, const char *topic);
void *load_script_thread(void *load); /* load_script.c */

/* load_worker.c */
struct load_worker *load_worker_start(struct load *l, int index, struct err *err);
void load_worker_join(struct load_worker *w);	/* waits for its end; the scheduler is closed by then */
void load_worker_free(struct load_worker *w);	/* it has ended */
void load_worker_cancel(struct load_worker *w); /* the call to the target that runs fails soon. @thread any */

/* load_history.c. @thread script, but for its own */
struct load_history *load_history_open(struct load *l, struct err *err); /* begins to read */
void load_history_close(struct load_history *h);
uint64_t load_history_ask(struct load_history *h); /* for a read that begins after now; its number */
int64_t load_history_complete(
		struct load_history *h); /* monotonic: the history was read to its end at this time; 0 never */
/* Makes known to d what was read. true: read `number` is done; err: of the last read; missing: the log has no history. */
bool load_history_take(struct load_history *h, struct format_decoder *d, uint64_t number, bool *missing,
		struct err *err);

/* load_sched.c: which topic's turn is next */
struct load_sched *load_sched_new(struct load *l);
void load_sched_free(struct load_sched *s); /* all threads have ended */
void load_sched_push(struct load_sched *s,
		struct load_item *item); /* to its topic; never waits. Takes it. @thread script */
void load_sched_forget(
		struct load_sched *s); /* all partitions are forgotten; load.unforgotten counts down. @thread script */
void load_sched_close(struct load_sched *s);		 /* nothing more is pushed. @thread any, as what follows */
void load_sched_again(struct load_sched *s, bool retry); /* something happened that no partition's own state tells */
void load_sched_abort(struct load_sched *s);		 /* no more turns */
struct sched_turn {
	struct load_topic *topic;
	struct load_item *inbox; /* what has come for it, in order; the taker's */
	bool again, retry;	 /* look at all its partitions; and at those that wait after a failure too */
};
/* Waits for the next turn; false: there will be none. rest(who): it waits for long, what it holds can be given back.
 * @thread sink, as what follows */
typedef void load_sched_rest(void *who);
bool load_sched_take(struct load_sched *s, load_sched_rest *rest, void *who, struct sched_turn *out);
/* The turn is over; called: the target was asked for something in it. */
void load_sched_give(struct load_sched *s, struct load_topic *t, bool called);
void load_sched_target(struct load_sched *s, bool down); /* it was asked, and is there or not */

/* load_range.c: pure; which pieces make the next load, its label */
size_t part_due_pieces(const struct load_part *p, const struct sink_conf *conf, int64_t *to);
struct piece part_piece(const struct load_part *p, size_t i, int64_t to); /* the i-th, no further than `to` */
void part_add(struct load_part *p, const struct piece *piece);
void part_drop_before(struct load_part *p, int64_t offset); /* pieces or parts of pieces below offset */
/* epoch 0: the form that the version before used. */
void range_label(char *out, size_t size, const char *name, const struct schema *schema, int32_t partition,
		int64_t epoch, int64_t from, int64_t to);

#endif
