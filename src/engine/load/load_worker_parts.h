/*
 * load_worker_parts.h - between the files of a sink thread: load_worker.c (the turn of a topic), load_send.c (a range
 * becomes one load), load_truncate.c (what all partitions have to reach first). Everything here belongs to that thread, the
 * topic and its partitions while it has the turn.
 */
#ifndef ENGINE_LOAD_WORKER_PARTS_H
#define ENGINE_LOAD_WORKER_PARTS_H

#include "engine/load/load_parts.h"

struct rows_of {		     /* one table, in the range */
	const struct schema *schema; /* of its last row */
	bool routed;		     /* it is not the topic's own */
	size_t first, count;
};

struct load_worker {
	struct load *l;
	int index;
	pthread_t thread;
	struct sink *sink;
	unsigned looked_again; /* load.look_again as it was seen last */
	bool called;	       /* in this turn the target was asked for something */
	bool denied;	       /* in this turn the target has refused our user */
	struct dead_writer *dead;
	struct collapse *collapse;

	/* the range being loaded */
	struct change *rows;	   /* copies, in order: collapse wants them in one run */
	struct load_item **origin; /* of each row */
	size_t nrows, cap_rows;
	struct collapsed *keep;
	size_t cap_keep;
	struct rows_of *tables; /* that the rows go to */
	size_t ntables;
};

struct range { /* what gather() found */
	int64_t from, to;
	size_t messages; /* records with rows that can be loaded */
	size_t dead;	 /* changes that cannot */
	size_t npieces;
	bool routed;  /* some of its rows go to other tables */
	int64_t mark; /* its last message, -1 none, and the fingerprint */
	uint64_t print;
};

/* load_part.c */
void topic_forget(struct load *l, struct load_topic *t); /* its partitions: nobody has its turn, or the caller */
/* Told once, until it is another trouble or over; the partition comes again after its pause. */
void part_trouble(struct load_worker *w, struct load_part *p, enum half_state state, const struct err *err);
void part_fine(struct load_worker *w, struct load_part *p);
/* Its turn comes when its state says, which has changed. */
void part_schedule(struct load_worker *w, struct load_part *p);
/* Stores what is loaded, and the range that comes next (intent; -1 none). -1: of part_commit(), it is in trouble now. */
int part_save(struct load_worker *w, struct load_part *p, int64_t intent, struct err *err);
int part_commit(struct load_worker *w, struct load_part *p, int64_t intent);
void part_store(struct load_worker *w, struct load_part *p);
enum half_state trouble_state(enum err_kind kind);
/* The reader leaves a partition alone that waits, and never the others. */
void part_waits(struct load *l, struct load_part *p, bool waits);

/* load_interval.c */
/* The topic's own table's, as it is set now; found once for each reload. NULL: it has none. */
const struct table_settings *topic_section(struct load *l, struct load_topic *t);
void topic_interval_read(struct load *l, struct load_topic *t); /* as it is set now */
int64_t topic_interval_ms(const struct load_worker *w,
		const struct load_topic *t); /* between two loads of a partition; slowed: of any */
/* When the next load of a partition of a shared target may begin: not before from_us. It keeps the time until it loads. With half of
 * load.buffer.bytes in use, none is waited for. */
int64_t part_slot(const struct load_worker *w, struct load_part *p, int64_t from_us);
/* The target has too many versions of its table: it is loaded less often, and has its next turn then. */
void part_too_fast(struct load_worker *w, struct load_part *p);
void part_pace(struct load_worker *w, struct load_part *p); /* a load has come to a good end */

/* load_dead.c: what becomes of rows that cannot be loaded */
bool part_skips(const struct load_worker *w, const struct load_part *p); /* they are left out */
bool part_stops(const struct load_worker *w, const struct load_part *p); /* the table waits behind them */
bool part_has_too_many(const struct load_worker *w, const struct load_part *p,
		struct err *err); /* dead letters: it stops */

/* The change as it was read: before the script, by whose record it is found. NULL: the record held none. */
const struct change *change_as_read(const struct load_item *item, const struct change *c);
/* Letters of what scripts have refused, and with `refused` of the whole range; they are durable before the offset moves past their rows. */
int part_write_dead(struct load_worker *w, struct load_part *p, const struct range *range, const struct err *refused,
		struct err *err);
/* Letters of rows that the target could not take: they were left out of the load, and named. */
int part_write_bad(struct load_worker *w, struct load_part *p, const char *label, const struct sink_result *result,
		struct err *err);

/* load_send.c: one load. Whatever fails was told, and the partition has its next turn after its pause. */
void part_load(struct load_worker *w, struct load_part *p, struct range *range);

/* load_tables.c: w->tables; where rows are routed, those of each table are put one behind the other */
void rows_by_table(struct load_worker *w, bool routed);
bool part_appends(const struct load_worker *w, const struct load_part *p); /* target.mode of the topic's own table */
bool rows_append(const struct load_worker *w, const struct load_part *p,
		const struct rows_of *t); /* they are only added */
/* -1: there are several, and one of them only adds rows: what it has could not be loaded again in parts. */
int rows_of_several(const struct load_worker *w, const struct load_part *p, struct err *err);

/* load_target.c */
void part_gap(struct load_worker *w, struct load_part *p, enum place_gap gap,
		const char *detail); /* told, and stored */
/* Before the first load: what differs is told and stored, and the partition goes on. -1: the target does not answer. */
int part_look(struct load_worker *w, struct load_part *p, const struct schema *schema, struct err *err);
void topic_look(struct load_worker *w,
		struct load_topic *t); /* the first of topic.looks, which nothing is loaded into */
enum sink_had topic_had(const struct load_part *p, const struct schema *schema);   /* what loads have left there */
void part_lost(struct load_worker *w, struct load_part *p, const struct err *err); /* that is gone: told */
void part_found(struct load_worker *w, struct load_part *p); /* it is there again, or needed no more */

/* load_owner.c: before anything is changed at the target; -1: the table is another pipeline's, or the target does not answer */
int topic_owner(struct load_worker *w, struct load_topic *t, const struct schema *schema, struct err *err);
void topic_own(struct load_worker *w, struct load_topic *t, const struct schema *schema); /* it is there now */

/* load_pass.c */
bool part_passes(struct load_worker *w, struct load_part *p); /* true: it is passing, and no row of it is next */

/* load_gate.c */
int part_gated(struct load_worker *w, struct load_part *p, bool *gated, struct err *err);

/* load_truncate.c */
void part_truncate(struct load_worker *w, struct load_part *p);

/* load_truncate_at.c */
const struct record *truncate_record(const struct load_part *p, size_t piece);
int64_t truncate_id(const struct load_part *p, size_t piece); /* of a piece that is a TRUNCATE */
bool part_at_truncate(const struct load_part *p);
/* 1: the log has this TRUNCATE in the partition too, 0: not; -1: err. */
int part_has_truncate(struct load_worker *w, struct load_part *p, int64_t id, struct err *err);

#endif
