/*
 * mysql_stream.h - binlog events to changes: transactions, table maps, rows, DDL, and the position after each. What is
 * hard: a batch may end anywhere inside a transaction, and whoever comes back with its position must get the rest and
 * nothing twice. No socket: events in, changes out.
 *
 * Position inside a transaction: `gtids`, `file` and `pos` are those of its beginning, `event` counts its events from
 * BEGIN on that are done, `row` the rows of the next one. Batches end between events, so `row` is 0 but in a compressed
 * transaction, which is one event: there `row` counts rows over the whole of it. On return the first transaction is
 * skipped up to that point; on another server by the number of its changes (mysql_resume.h).
 *
 * A table that cannot be decoded is stopped: its rows are passed over from then on, mysql_stream_news() says why,
 * others flow. With GTIDs, an XA transaction that is prepared is kept until its COMMIT (mysql_xa.h).
 */
#ifndef SOURCE_MYSQL_STREAM_H
#define SOURCE_MYSQL_STREAM_H

#include <stdbool.h>
#include <stdint.h>

#include "row/batch.h"
#include "source/catalog/mysql_catalog.h"
#include "source/catalog/mysql_filter.h"
#include "source/catalog/mysql_undo.h"
#include "source/decode/mysql_event.h"
#include "source/decode/mysql_gtid.h"
#include "source/server/mysql_conf.h"
#include "source/server/mysql_foreign.h"
#include "source/stream/mysql_stream_table.h"

struct mysql_stream;

struct stream_setup {
	const struct mysql_conf *conf;
	const struct mysql_filter *filter;
	struct catalog *catalog;
	struct mysql_undo *undo;
	unsigned server_version;
	stream_ask_fn *ask; /* how the server defines a table; NULL: it cannot be asked */
	void *ask_arg;
	bool gtids; /* positions are GTID sets */
	bool adopt; /* positions become GTID sets at the next file */
	struct foreign_keys *
			foreign; /* what events may have changed without telling it is marked there; NULL: nobody asks */
	const char *server_uuid; /* of the server that the events come from; lent for the stream's life */
};

struct stream_place { /* where an event is */
	const char *file;
	uint64_t pos, end;
};

struct stream_counts {
	uint64_t events, rows;
};

struct mysql_stream *mysql_stream_new(const struct stream_setup *setup, const struct position *from, struct err *err);
void mysql_stream_free(struct mysql_stream *st); /* NULL allowed */

/* Around each batch: begin, events, end. While mysql_stream_has_more(), mysql_stream_more() comes before the next
 * event. */
void mysql_stream_begin(struct mysql_stream *st, struct batch *b);
int mysql_stream_event(struct mysql_stream *st, struct batch *b, const struct event *e, const struct stream_place *at,
		struct err *err);
bool mysql_stream_has_more(const struct mysql_stream *st);			  /* inside a compressed transaction */
int mysql_stream_more(struct mysql_stream *st, struct batch *b, struct err *err); /* its next event */
void mysql_stream_end(struct mysql_stream *st, struct batch *b); /* position, txn_open, newest_commit_us */

/* The transaction that another server had begun is complete: its server has to be asked anew, for all that follows. */
bool mysql_stream_is_over(const struct mysql_stream *st);
const struct gtid_set *mysql_stream_gtids(const struct mysql_stream *st); /* complete transactions; NULL: no GTIDs */
bool mysql_stream_in_txn(const struct mysql_stream *st);
bool mysql_stream_said(struct mysql_stream *st, char *out, size_t size); /* once: what a person should know */
struct stream_counts mysql_stream_counts(const struct mysql_stream *st);
int64_t mysql_stream_commit_us(const struct mysql_stream *st); /* of the last transaction; 0 none */
void mysql_stream_stop_table(struct mysql_stream *st, const char *db_table, const char *why);
/* Calls fn for each table that was met or stopped since the last call; the texts are borrowed. */
void mysql_stream_news(struct mysql_stream *st,
		void (*fn)(const char *db, const char *table, const char *error, void *arg), void *arg);

#endif
