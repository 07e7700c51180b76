/*
 * mysql_stream_parts.h - what the files of the stream share: its state, and the handlers that stand in its table. Who
 * does what: mysql_stream.c the way of an event, mysql_stream_txn.c transactions and the position, mysql_stream_rows.c
 * rows, mysql_stream_query.c statements, mysql_stream_xa.c XA transactions. Nobody else includes it.
 */
#ifndef SOURCE_MYSQL_STREAM_PARTS_H
#define SOURCE_MYSQL_STREAM_PARTS_H

#include "core/buf.h"
#include "source/stream/mysql_order.h"
#include "source/stream/mysql_resume.h"
#include "source/stream/mysql_stream.h"
#include "source/stream/mysql_xa.h"

struct txn {
	bool begun;	  /* BEGIN was seen (or what stands for it) */
	struct gtid gtid; /* gno 0: none */
	int64_t commit_us;
	bool commit_exact;
	uint64_t event, row; /* done; row: of a compressed transaction only */
	uint64_t changes;    /* given out, now or before */
	uint64_t begin_pos;
	int64_t thread;
	uint32_t server_id;
	bool left_out;	   /* by gtid.source.includes or .excludes */
	const char *query; /* include.query: owned */
};

struct mysql_stream {
	struct stream_setup setup;
	struct gtid_set gtids;
	char *gtids_text; /* of gtids; NULL: to be printed again */
	struct stream_tables tables;
	struct mysql_order order;
	struct txn txn;
	struct mysql_xa xa;		 /* prepared, neither committed nor rolled back */
	struct mysql_resume resume;	 /* how much of the first transaction is in the log already */
	const char *file;		 /* interned */
	uint64_t pos;			 /* end of the last event outside a transaction */
	uint32_t ts_sec, server_id;	 /* of the last event */
	const struct change_txn *shared; /* of txn, in the current batch's arena; NULL: not yet made */
	uint64_t batch;			 /* serial, so that a schema is held once per batch */
	struct payload *payload;
	struct buf payload_bytes;
	bool in_payload;
	struct stream_place payload_at;
	uint32_t payload_server_id;
	struct stream_counts counts;
	char said[400]; /* "" or what a person should know */
	int64_t newest_commit_us;
};

typedef int event_handler(struct mysql_stream *, struct batch *, const struct event *, const struct stream_place *,
		struct err *);
event_handler stream_handle; /* by the table, whatever XA keeps; the type is a known one */

/* mysql_stream_txn.c */
event_handler stream_on_gtid, stream_on_commit;
void stream_txn_reset(struct mysql_stream *st);
void stream_txn_open(struct mysql_stream *st, const struct event *e, const struct stream_place *at, int64_t thread);
int stream_txn_begin(struct mysql_stream *st, const struct event *e, const struct stream_place *at, int64_t thread,
		struct err *err);
void stream_txn_end(struct mysql_stream *st, const struct stream_place *at);
int stream_txn_resume(struct mysql_stream *st, const struct stream_place *at, bool compressed, struct err *err);
int stream_event_done(struct mysql_stream *st);	  /* 0 */
bool stream_skips(const struct mysql_stream *st); /* what this event says is in the log already */
bool stream_is_given(struct mysql_stream *st);	  /* the next change is */
struct change *stream_add_change(struct mysql_stream *st, struct batch *b, enum change_op op,
		const struct stream_place *at);
const char *stream_gtids_text(struct mysql_stream *st); /* what was given out whole */

/* mysql_stream_rows.c */
event_handler stream_on_table_map, stream_on_rows, stream_on_rows_query;

/* mysql_stream_query.c */
event_handler stream_on_query;
bool query_is(const struct event_query *q, const char *word); /* the statement begins with it */
int stream_on_begin(struct mysql_stream *st, struct batch *b, const struct event *e, const struct stream_place *at,
		const struct event_query *q, struct err *err);

/* mysql_stream_xa.c */
event_handler stream_on_xa_prepare, stream_xa_keep;
int stream_on_xa_start(struct mysql_stream *st, struct batch *b, const struct event *e, const struct stream_place *at,
		const struct event_query *q, struct err *err);
struct xa_txn *stream_xa_ended(struct mysql_stream *st, const struct event_query *q);
int stream_on_xa_end(struct mysql_stream *st, struct batch *b, const struct event_query *q, struct xa_txn *t,
		const struct stream_place *at, struct err *err);
void stream_tell_xa_rollback(struct mysql_stream *st, const struct event_query *q, const struct stream_place *at);

#endif
