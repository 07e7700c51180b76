/*
 * mysql_fill_parts.h - what the files of mysql_fill share: its state, and the few calls between mysql_fill.c (the plan,
 * the steps, what goes wrong), mysql_fill_read.c (a chunk comes in) and mysql_fill_give.c (it goes out); mysql_fill_status.c tells. Nobody else
 * includes it.
 *
 * A state a step of a chunk:
 *
 *   REST   nothing is held; takes up the next chunk
 *   TOLD   what comes before a table's rows is ready: its schema, a TRUNCATE
 *   FENCE  waits until the engine shows S, then opens the view
 *   ENDS   the key at which the chunk ends is asked for (with a condition, which may leave out most rows)
 *   READ   rows come in
 *   MEET   waits until the stream has passed B
 *   GIVE   held rows go out
 *   PASS   rows of a table without key go out as they come
 */
#ifndef SOURCE_MYSQL_FILL_PARTS_H
#define SOURCE_MYSQL_FILL_PARTS_H

#include "core/buf.h"
#include "source/incremental/mysql_fill.h"
#include "source/incremental/mysql_fill_keys.h"
#include "source/incremental/mysql_fill_view.h"
#include "source/snapshot/mysql_chunk.h"

enum { FILL_CHUNK_BYTES = 8 << 20, FILL_READ_WAIT_MS = 5, FILL_NEWS = 64 }; /* held rows: one more may be above it */

enum fill_state { REST, TOLD, FENCE, ENDS, READ, MEET, GIVE, PASS };

struct mysql_fill {
	struct fill_setup setup;
	struct fill_plan plan;
	char *progress; /* of plan; NULL: to be printed anew */
	enum fill_state state;
	struct fill_view view;
	struct chunk_table table; /* of plan.items[0] */
	bool table_open;
	const char *db, *name;	      /* its interned names */
	char *create;		      /* TOLD: SHOW CREATE TABLE */
	char *reading;		      /* which table, condition and bound the chunk is of */
	char *since;		      /* S; NULL: no GTIDs */
	bool touched;		      /* an event behind S was of the table */
	bool stale;		      /* the chunk is of no use any more */
	struct fill_keys keys;	      /* that events behind S have touched */
	uint64_t limit, asked;	      /* rows of a chunk: at the most (0: as configured); of this one */
	const struct change_txn *txn; /* of the rows in the batch that is being filled */
	char *upto;		      /* ENDS has found: where the chunk ends; NULL: the table's end */
	struct arena arena;	      /* packets on their way into `held` */
	struct buf held, bound;	      /* rows, each behind its length; the key of the last one */
	size_t held_at;
	uint64_t nheld;
	bool last;	 /* no row is behind the chunk */
	uint64_t passed; /* PASS: rows given out */
	bool cleared;	 /* PASS: the TRUNCATE in front of them is given out */
	unsigned tries, failures;
	uint32_t chunks; /* of this table, in this process */
	struct fill_end ended;
	enum { END_UNKNOWN, END_AHEAD, END_MET } end; /* the binlog's end when something went wrong: view.fence */
	bool end_asked;	   /* of the binlog, for a table whose schema is to be asked for: view.fence */
	unsigned locks;	   /* that were not granted, in a row */
	unsigned shows_ms; /* FENCE: the last pause between two looks */
	int64_t moved_us;  /* when it last came any further */
	int64_t next_us;
	int64_t started_us; /* of this table, in this process */
	uint64_t started_rows;
	char error[256];
	char *news[FILL_NEWS];
	size_t nnews;
};

static inline struct fill_table *fill_current(struct mysql_fill *f)
{
	return f->plan.count > 0 ? &f->plan.items[0] : NULL;
}

/* mysql_fill.c */
void fill_plan_moved(struct mysql_fill *f); /* its text is to be printed anew */
char *fill_reading_of(const struct fill_table *t);
void fill_drop_chunk(struct mysql_fill *f);			    /* nothing is held any more */
void fill_forget_table(struct mysql_fill *f);			    /* nor is anything known of the table */
void fill_next_table(struct mysql_fill *f, bool whole);		    /* whole: all rows of this one are given out */
enum fill_step fill_give_up(struct mysql_fill *f, const char *why); /* this table is not read any further */
enum fill_step fill_trouble(struct mysql_fill *f, const struct err *err); /* again later, anew, or never */
void fill_pause_ms(struct mysql_fill *f, int64_t ms);

/* mysql_fill_read.c: a step of each state in which rows come in */
enum fill_step fill_at_rest(struct mysql_fill *f, const struct fill_place *at);
enum fill_step fill_at_fence(struct mysql_fill *f, const struct fill_place *at);
enum fill_step fill_at_ends(struct mysql_fill *f, const struct fill_place *at);
enum fill_step fill_at_read(struct mysql_fill *f, const struct fill_place *at);
enum fill_step fill_at_meeting(struct mysql_fill *f, const struct fill_place *at);

#endif
