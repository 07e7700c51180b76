/*
 * mysql_stream_txn.c - see mysql_stream.h. Transactions: where one begins and ends, how much of it is in the log
 * already, and the position behind what was given out. What the changes of one have in common is made once per batch.
 */
#include "source/stream/mysql_stream_parts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/xalloc.h"

enum { GTIDS_MAX = 16 << 20 };

void stream_txn_reset(struct mysql_stream *st)
{
	free((char *)st->txn.query);
	st->txn = (struct txn){ .thread = -1 };
	st->shared = NULL;
}

void stream_txn_end(struct mysql_stream *st, const struct stream_place *at)
{
	if (st->setup.gtids && st->txn.gtid.gno > 0 && !st->txn.left_out) {
		gtid_set_add(&st->gtids, &st->txn.gtid);
		free(st->gtids_text);
		st->gtids_text = NULL;
	}
	if (st->txn.commit_us)
		st->newest_commit_us = st->txn.commit_us;
	mysql_resume_end(&st->resume);
	st->pos = at->end;
	st->in_payload = false;
	stream_txn_reset(st);
}

/* An event of a transaction is done. Those of a compressed one are not counted: it is one event. */
int stream_event_done(struct mysql_stream *st)
{
	if (!st->in_payload)
		st->txn.event++;
	return 0;
}

/* The first transaction may be one of which the log holds a part. */
int stream_txn_resume(struct mysql_stream *st, const struct stream_place *at, bool compressed, struct err *err)
{
	if (mysql_resume_begin(&st->resume, &st->txn.gtid, at->file, at->pos, compressed, &st->txn.changes, err) < 0)
		return -1;
	if (st->txn.gtid.gno == 0 && st->resume.state == RESUME_INSIDE)
		st->txn.gtid = st->resume.gtid; /* by file and position it begins behind its GTID */
	return 0;
}

void stream_txn_open(struct mysql_stream *st, const struct event *e, const struct stream_place *at, int64_t thread)
{
	st->txn.begun = true;
	st->txn.begin_pos = at->pos;
	st->txn.thread = thread;
	st->txn.server_id = e->header.server_id;
	if (st->txn.commit_us == 0)
		st->txn.commit_us = (int64_t)e->header.timestamp_s * 1000000;
}

int stream_txn_begin(struct mysql_stream *st, const struct event *e, const struct stream_place *at, int64_t thread,
		struct err *err)
{
	stream_txn_open(st, e, at, thread);
	return st->in_payload ? 0 : stream_txn_resume(st, at, false, err);
}

/* Is what this event says in the log already? */
bool stream_skips(const struct mysql_stream *st)
{
	return mysql_resume_skips_event(&st->resume, st->txn.event);
}

/* The next change of the transaction: is it in the log already? */
bool stream_is_given(struct mysql_stream *st)
{
	return mysql_resume_skips_change(&st->resume, st->txn.changes++);
}

static const struct change_txn *shared_txn(struct mysql_stream *st, struct batch *b)
{
	struct change_txn *t;
	char gtid[GTID_TEXT_MAX];

	if (st->shared)
		return st->shared;
	t = arena_alloc(&b->arena, sizeof(*t));
	*t = (struct change_txn){
		.commit_us = st->txn.commit_us,
		.commit_exact = st->txn.commit_exact,
		.server_id = st->txn.server_id,
		.thread = st->txn.thread,
		.file = st->file,
	};
	if (st->txn.gtid.gno > 0)
		t->gtid = arena_dup(&b->arena, gtid, gtid_print(&st->txn.gtid, gtid));
	if (st->txn.query)
		t->query = arena_dup(&b->arena, st->txn.query, strlen(st->txn.query));
	st->shared = t;
	return t;
}

struct change *stream_add_change(struct mysql_stream *st, struct batch *b, enum change_op op,
		const struct stream_place *at)
{
	struct change *c = batch_add_change(b);

	c->op = op;
	c->snapshot = SNAPSHOT_NO;
	c->txn = shared_txn(st, b);
	c->pos = at->pos;
	return c;
}

int stream_on_gtid(struct mysql_stream *st, struct batch *b, const struct event *e, const struct stream_place *at,
		struct err *err)
{
	struct event_gtid g;

	if (event_gtid_parse(e, &g, err) < 0)
		return -1;
	stream_txn_reset(st);
	if (g.gtid.gno == 0)
		st->setup.gtids = false; /* gtid_mode is no longer ON: a set would not tell of this one */
	st->txn.gtid = g.gtid;
	st->txn.left_out = st->setup.conf->gtid_filter_dml && g.gtid.gno > 0 &&
			!mysql_filter_gtid_source(st->setup.filter, &g.gtid.source);
	st->txn.server_id = e->header.server_id;
	st->txn.commit_exact = g.original_commit_us != 0;
	st->txn.commit_us = g.original_commit_us ? (int64_t)g.original_commit_us
						 : (int64_t)e->header.timestamp_s * 1000000;
	st->txn.begin_pos = at->end;
	return 0;
}

int stream_on_commit(struct mysql_stream *st, struct batch *b, const struct event *e, const struct stream_place *at,
		struct err *err)
{
	if (st->setup.conf->transaction_marks) {
		if (!st->txn.commit_exact) {
			st->txn.commit_us = (int64_t)e->header.timestamp_s * 1000000;
			st->shared = NULL;
		}
		stream_add_change(st, b, CHANGE_END, at);
	}
	stream_txn_end(st, at);
	return 0;
}

bool mysql_stream_in_txn(const struct mysql_stream *st)
{
	return st->txn.begun || st->in_payload || st->txn.gtid.gno > 0;
}

const char *stream_gtids_text(struct mysql_stream *st)
{
	struct gtid_set given;
	struct buf b;

	if (st->gtids_text == NULL) {
		buf_init(&b, GTIDS_MAX);
		gtid_set_init(&given);
		gtid_set_copy(&given, &st->gtids);
		mysql_xa_leave_out(&st->xa, &given);
		gtid_set_print(&given, &b);
		gtid_set_done(&given);
		st->gtids_text = b.data ? buf_take(&b) : xstrdup("");
	}
	return st->gtids_text;
}

void mysql_stream_begin(struct mysql_stream *st, struct batch *b)
{
	st->batch++;
	st->shared = NULL;
}

void mysql_stream_end(struct mysql_stream *st, struct batch *b)
{
	bool inside = (st->txn.begun || st->in_payload) && st->xa.open == NULL;
	struct position *p = &b->position;

	b->txn_open = inside;
	if (b->nchanges > 0)
		b->newest_commit_us = b->changes[b->nchanges - 1].txn->commit_us;
	if (mysql_resume_holds(&st->resume, st->txn.event, st->txn.row, st->txn.changes)) {
		position_copy(p, &st->resume.from);
		return;
	}
	b->complete_us = inside ? 0 : st->newest_commit_us;
	free(p->gtids);
	p->gtids = st->setup.gtids ? xstrdup(stream_gtids_text(st)) : NULL;
	snprintf(p->file, sizeof(p->file), "%s", st->file ? st->file : "");
	p->pos = !inside ? st->pos : st->in_payload ? st->payload_at.pos : st->txn.begin_pos;
	p->event = inside ? st->txn.event : 0;
	p->row = inside ? st->txn.row : 0;
	p->changes = inside ? st->txn.changes : 0;
	p->gtid[0] = '\0';
	if (inside && st->txn.gtid.gno > 0)
		gtid_print(&st->txn.gtid, p->gtid);
	snprintf(p->server_uuid, sizeof(p->server_uuid), "%s", st->setup.server_uuid);
	p->ts_sec = st->ts_sec;
	p->server_id = st->server_id;
	p->snapshot = false;
}
