/*
 * mysql_snapshot_parts.h - what the files of the snapshot share: its state, and the few calls between
 * mysql_snapshot_begin.c (the moment, and what the tables are), mysql_snapshot_ddl.c (telling what they are) and
 * mysql_snapshot.c (rows, batches, progress). Nobody else includes it.
 */
#ifndef SOURCE_MYSQL_SNAPSHOT_PARTS_H
#define SOURCE_MYSQL_SNAPSHOT_PARTS_H

#include "source/snapshot/mysql_lanes.h"
#include "source/snapshot/mysql_moment.h"
#include "source/snapshot/mysql_retention.h"
#include "source/snapshot/mysql_show.h"
#include "source/snapshot/mysql_snapshot.h"

enum snapshot_phase { PHASE_CAPTURED, PHASE_OTHERS, PHASE_DDL, PHASE_ROWS }; /* the first two: definitions are read */

struct mysql_snapshot {
	struct snapshot_setup setup;
	struct mysql_conn conn;	    /* asks; reads too when it is the only one */
	struct mysql_conn *readers; /* the lanes' */
	unsigned nreaders;
	struct mysql_conn helper; /* reads definitions too when there are many; else closed */
	struct snapshot_reader reader;
	struct mysql_show *show; /* definitions on their way */
	struct moment moment;
	struct position position;
	struct snapshot_list list;
	size_t present; /* of the list: those that the server has */
	struct lanes *lanes;
	enum snapshot_phase phase;
	struct snapshot_list others;  /* not captured: only their definitions are told */
	struct snapshot_table **tell; /* all of both, by name */
	size_t ntell, told;	      /* definitions: drops, then creates of all tables */
	const char *told_db;	      /* of the last create */
	size_t at;		      /* table being read */
	size_t last_filled;	      /* index of the last table that has rows; SIZE_MAX: none */
	uint64_t rows_read, rows_total;
	int64_t started_us;
	struct retention retention;
	int64_t sampled_us; /* rows/s: when it was last taken, at how many rows */
	uint64_t sampled_rows;
	double rows_per_s;
	struct buf ahead; /* a row packet that was read before its batch */
	bool has_ahead;
	const uint8_t *given; /* packet of the table's newest row in the batch; NULL: none in this batch */
	size_t given_len;
	struct buf bound; /* of the table's newest row that was given out; empty: none */
	char charset[128], collation[128];
};

/* mysql_snapshot_begin.c */
/* As far as the deadline allows, and no further than the next phase; until PHASE_DDL. */
int snapshot_begin_step(struct mysql_snapshot *s, int64_t deadline_us, struct err *err);

/* mysql_snapshot_ddl.c */
struct change_txn *snapshot_add_txn(const struct mysql_snapshot *s, struct batch *b, int64_t time_us);
struct change *snapshot_add_change(const struct mysql_snapshot *s, struct batch *b, const struct change_txn *txn,
		enum change_op op);
int snapshot_add_schemas(struct mysql_snapshot *s, struct batch *b, struct err *err); /* 1: more to come; 0; -1 */

#endif
