/*
 * position.h - where capture resumes, in the terms of Debezium's offset (debezium: offsets topic). Written to the log
 * in the same transaction as the rows that it covers.
 *
 * With GTIDs: `gtids` is what is complete before the current transaction; `event` and `row` say how much of the
 * current transaction is already in the log: `event` events since (and counting) its BEGIN, `row` rows of the next
 * one. file and pos point at the BEGIN of the current transaction, or at the end of the last event outside one.
 *
 * file, pos, event and row mean something in the binlog of one server only: another one that has the same transactions
 * writes them with other events. There, `gtid` and `changes` lead on inside a transaction.
 */
#ifndef ROW_POSITION_H
#define ROW_POSITION_H

#include <stdbool.h>
#include <stdint.h>

struct position {
	char *gtids;	/* owned; NULL: the server has no GTIDs */
	char file[256]; /* "" : no position yet */
	uint64_t pos;
	uint64_t event;
	uint64_t row;
	int64_t ts_sec; /* of the last event; 0 unknown */
	uint32_t server_id;
	char server_uuid[40];	/* whose binlog file is meant; "" unknown (Debezium does not store it) */
	char gtid[96];		/* of the transaction that event and row lie in; "": outside, or it has none */
	uint64_t changes;	/* of that transaction, already in the log */
	bool snapshot;		/* the initial snapshot is running: rows so far are not enough to resume from */
	bool snapshot_blocking; /* "BLOCKING" rather than "INITIAL" */
	/* How far snapshots have come: text that only the source understands; owned, NULL: none. Stored beside
	 * Debezium's members, which Debezium leaves alone. */
	char *progress;
};

void position_init(struct position *p);
void position_done(struct position *p);
void position_copy(struct position *to, const struct position *from); /* to must be initialised */
bool position_is_set(const struct position *p);

#endif
