/*
 * mysql_stream_xa.c - see mysql_stream.h. XA transactions: the events of one are kept from XA START to its COMMIT
 * (mysql_xa.h), and go through the handlers then, as the transaction and from the place that they had.
 */
#include "source/stream/mysql_stream_parts.h"

#include <stdio.h>
#include <stdlib.h>

int stream_on_xa_start(struct mysql_stream *st, struct batch *b, const struct event *e, const struct stream_place *at,
		const struct event_query *q, struct err *err)
{
	if (!st->setup.gtids || st->txn.gtid.gno == 0 || st->in_payload ||
			mysql_resume_awaits(&st->resume, &st->txn.gtid))
		return stream_on_begin(st, b, e, at, q, err);
	stream_txn_open(st, e, at, -1);
	mysql_xa_start(&st->xa, q->sql, q->sql_len, &st->txn.gtid, &st->txn, sizeof(st->txn));
	return stream_event_done(st);
}

/* What was kept goes through the handlers now, as the transaction that it was, from the place where it stood. */
static int give_kept(struct mysql_stream *st, struct batch *b, const struct xa_txn *t, struct err *err)
{
	struct txn mine = st->txn;
	const char *file = st->file;
	int rc = 0;

	st->txn = *(const struct txn *)t->txn;
	st->txn.event = mine.event;
	st->txn.changes = mine.changes;
	st->shared = NULL;
	for (size_t i = 0; i < t->nevents && rc == 0; i++) {
		const struct xa_event *k = &t->events[i];
		struct event e = k->event;

		e.body = arena_dup(&b->arena, t->bytes.data + k->at, e.len);
		st->file = k->file;
		rc = stream_handle(st, b, &e, &(struct stream_place){ k->file, k->pos, k->end }, err);
	}
	mine.changes = st->txn.changes;
	free((char *)st->txn.query);
	st->txn = mine;
	st->file = file;
	st->shared = NULL;
	return rc;
}

/* Too much to keep: it is given out at once, as a server without GTIDs has it. */
static int give_up_keeping(struct mysql_stream *st, struct batch *b, struct err *err)
{
	struct xa_txn *t = st->xa.open;
	int rc = give_kept(st, b, t, err);

	mysql_xa_forget(&st->xa, t);
	return rc;
}

int stream_xa_keep(struct mysql_stream *st, struct batch *b, const struct event *e, const struct stream_place *at,
		struct err *err)
{
	if (mysql_xa_keep(&st->xa, e, st->file, at->pos, at->end))
		return stream_event_done(st);
	return give_up_keeping(st, b, err) < 0 ? -1 : stream_handle(st, b, e, at, err);
}

/* The first byte says that it is committed in the same step. */
int stream_on_xa_prepare(struct mysql_stream *st, struct batch *b, const struct event *e, const struct stream_place *at,
		struct err *err)
{
	if (st->xa.open && e->len > 0 && e->body[0] && give_up_keeping(st, b, err) < 0)
		return -1;
	st->xa.open = NULL;
	return stream_on_commit(st, b, e, at, err);
}

int stream_on_xa_end(struct mysql_stream *st, struct batch *b, const struct event_query *q, struct xa_txn *t,
		const struct stream_place *at, struct err *err)
{
	if (query_is(q, "XA COMMIT") && give_kept(st, b, t, err) < 0)
		return -1;
	mysql_xa_forget(&st->xa, t);
	stream_txn_end(st, at);
	return 0;
}

struct xa_txn *stream_xa_ended(struct mysql_stream *st, const struct event_query *q)
{
	if (!query_is(q, "XA COMMIT") && !query_is(q, "XA ROLLBACK"))
		return NULL;
	return mysql_xa_find(&st->xa, q->sql, q->sql_len);
}

/* Only prepared ones stand in the binlog, and this one was not kept. */
void stream_tell_xa_rollback(struct mysql_stream *st, const struct event_query *q, const struct stream_place *at)
{
	snprintf(st->said, sizeof(st->said),
			"binlog %s, position %llu: a prepared transaction was rolled back (%.*s) "
			"after its rows had been published: `millrace snapshot` its tables",
			at->file, (unsigned long long)at->pos, (int)(q->sql_len < 100 ? q->sql_len : 100), q->sql);
}
