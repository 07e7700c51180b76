/*
 * change.h - one change of one row, as the source decoded it or as the log gave it back.
 *
 * before and after are arrays of schema->ncolumns values in the batch's arena, or NULL. Which are set:
 *   READ, CREATE: after. UPDATE: both (before may be NULL when a flat message brought it). DELETE: before. TRUNCATE, DDL, ALTER: none.
 */
#ifndef ROW_CHANGE_H
#define ROW_CHANGE_H

#include "row/schema.h"
#include "row/value.h"

enum change_op {
	CHANGE_READ = 'r',
	CHANGE_CREATE = 'c',
	CHANGE_UPDATE = 'u',
	CHANGE_DELETE = 'd',
	CHANGE_TRUNCATE = 't',
	CHANGE_UPSERT = 's', /* load half: a flat message tells rows from deletes, not inserts from updates */
	CHANGE_DDL = 'D',    /* capture half: a schema change; ddl is set */
	CHANGE_ALTER = 'a',  /* what the target's table has to become between two rows; alter is set */
	CHANGE_BEGIN = 'B',
	CHANGE_END = 'E' /* capture half, on demand: a transaction of the source; only txn and pos are set */
};

enum snapshot_mark { /* Debezium's source.snapshot; SNAPSHOT_NO prints as "false" */
	SNAPSHOT_NO,
	SNAPSHOT_TRUE,
	SNAPSHOT_FIRST,
	SNAPSHOT_FIRST_IN_TABLE,
	SNAPSHOT_LAST_IN_TABLE,
	SNAPSHOT_LAST,
	SNAPSHOT_INCREMENTAL
};

struct change_txn {	    /* what the changes of one transaction share; in the batch's arena */
	const char *gtid;   /* "uuid:n" or "uuid:tag:n"; NULL without GTIDs and in the initial snapshot */
	const char *id;	    /* load half: what its messages call it, with provide.transaction.metadata; or NULL */
	int64_t commit_us;  /* original commit time, us since the epoch; the snapshot's read time */
	bool commit_exact;  /* microseconds are real (GTID event), not a header's second */
	uint32_t server_id; /* 0 in snapshots */
	int64_t thread;	    /* -1: null */
	const char *file;   /* binlog file, interned */
	const char *query;  /* include.query; of the current statement: a new change_txn per statement then; or NULL */
};

struct ddl_move { /* of a column; from and to: renamed; from only: dropped; to only: added */
	const char *from, *to;
	bool blank; /* added: what MySQL put into the rows that are there is not known here */
};

struct ddl_alter { /* CHANGE_ALTER: the change's schema is that of the table after it, or before a drop */
	bool drop; /* the table is gone; or its key is another, and its rows come again */
	const struct ddl_move
			*moves; /* all at the same time: no `to` is the name of an old column, unless it is dropped */
	unsigned nmoves;
};

struct ddl_touch { /* a table of which a statement changes rows or names of columns, and no row event tells it */
	const char *db, *table;	       /* arena */
	uint32_t effects;	       /* as the source's table of rules numbers them */
	struct schema *before, *after; /* referenced by the batch; NULL: not known, or no such table */
	struct ddl_alter alter;
};

struct ddl_table { /* one table that a DDL touched */
	char type; /* 'C'reate 'A'lter 'D'rop; 'T'runcate, which changes no schema; 'I'ndexes alone, not the key:
				 * for the schema history, nobody else is told */
	const char *db, *table;	    /* arena */
	const char *previous_table; /* rename: the old name, else NULL; with previous_db */
	const char *previous_db;
	struct schema *schema; /* after the change, referenced by the batch; NULL for DROP */
};

struct ddl_change {
	const char *db;	      /* default database of the statement; "" if none */
	const char *ddl;      /* the text, as Debezium would show it */
	const char *tables;   /* source.table: names joined by ','; NULL: null */
	const char *database; /* made, altered or dropped by the statement; NULL: none */
	uint16_t collation;   /* its default after that; 0: dropped */
	struct ddl_table *table;
	unsigned ntables;
	struct ddl_touch *touched; /* by the whole statement; of its last part where it is told in several */
	unsigned ntouched;
	bool captured;	  /* touches a captured table */
	bool captured_db; /* or at least a captured database */
	/* Where the schema history says that it is: 0 is the place of the change. */
	uint64_t history_pos; /* behind the statement; of the transaction's BEGIN when rows follow in it */
	uint64_t history_event;
	const char *history_gtids; /* what was complete before it; NULL: the batch's */
};

struct change {
	enum change_op op;
	enum snapshot_mark snapshot;
	struct schema *schema; /* referenced by the batch (batch_hold_schema), not by the change */
	struct value *before, *after;
	const struct change_txn *txn;
	uint64_t pos;	 /* start of the rows event */
	uint32_t row;	 /* index within the event */
	uint32_t record; /* load half: index of the record that it came from */
	bool routed;	 /* load half: a script has sent it to another table than its message's */
	const struct ddl_change *ddl;
	const struct ddl_alter *alter;
	const char *dead;    /* not NULL: cannot be loaded, why (arena); the engine makes it a dead letter */
	const char *dead_at; /* which stage said so: "format", "script orders.lua", "sink" */
};

#endif
