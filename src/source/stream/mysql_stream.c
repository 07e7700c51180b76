/*
 * mysql_stream.c - see mysql_stream.h. The way of an event: a table of handlers by type, most of them in the files that
 * mysql_stream_parts.h names.
 */
#include "source/stream/mysql_stream_parts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/intern.h"
#include "core/xalloc.h"

enum { PAYLOAD_MAX = 1 << 30 };

/* Every failure names its place; those that have more to say about it have done so. */
static int fail_at(const struct stream_place *at, struct err *err)
{
	if (strncmp(err->msg, "binlog ", strlen("binlog ")) == 0)
		return -1;
	return err_wrap(err, "binlog %s, position %llu", at->file, (unsigned long long)at->pos);
}

static int on_incident(struct mysql_stream *st, struct batch *b, const struct event *e, const struct stream_place *at,
		struct err *err)
{
	struct event_incident i;

	if (event_incident_parse(e, &i, err) < 0)
		return -1;
	return err_set(err, ERR_FATAL, i.code,
			"binlog %s, position %llu: the server says that events were lost (%.*s): take a new snapshot",
			at->file, (unsigned long long)at->pos, (int)(i.message_len < 200 ? i.message_len : 200),
			i.message);
}

/* All that was committed before this file: streams by file and position go over to GTIDs here. */
static int on_previous_gtids(struct mysql_stream *st, struct batch *b, const struct event *e,
		const struct stream_place *at, struct err *err)
{
	if (!st->setup.adopt || st->setup.gtids)
		return 0;
	gtid_set_clear(&st->gtids);
	if (event_previous_gtids_parse(e, &st->gtids, err) < 0)
		return err_wrap(err, "binlog %s, position %llu", at->file, (unsigned long long)at->pos);
	free(st->gtids_text);
	st->gtids_text = NULL;
	st->setup.gtids = true;
	return 0;
}

static int on_idle(struct mysql_stream *st, struct batch *b, const struct event *e, const struct stream_place *at,
		struct err *err)
{
	return 0;
}

/* The bytes are kept, because the batch that they came with may be gone before the last of their rows. */
static int on_payload(struct mysql_stream *st, struct batch *b, const struct event *e, const struct stream_place *at,
		struct err *err)
{
	struct event mine = *e;

	if (stream_txn_resume(st, at, true, err) < 0)
		return -1;
	if (stream_skips(st))
		return stream_event_done(st);
	buf_reset(&st->payload_bytes);
	buf_put(&st->payload_bytes, e->body, e->len);
	if (st->payload_bytes.failed)
		return err_set(err, ERR_FATAL, 0, "binlog %s, position %llu: a compressed transaction of %zu bytes",
				at->file, (unsigned long long)at->pos, e->len);
	mine.body = (const uint8_t *)st->payload_bytes.data;
	if (st->payload == NULL)
		st->payload = payload_new(PAYLOAD_MAX);
	if (payload_open(st->payload, &mine, err) < 0)
		return err_wrap(err, "binlog %s, position %llu", at->file, (unsigned long long)at->pos);
	st->in_payload = true;
	st->payload_at = *at;
	st->payload_at.file = st->file;
	st->payload_server_id = e->header.server_id;
	return 0;
}

static event_handler *const handlers[] = {
	[EVENT_QUERY] = stream_on_query,
	[EVENT_STOP] = on_idle,
	[EVENT_ROTATE] = on_idle,
	[EVENT_INTVAR] = on_idle,
	[EVENT_RAND] = on_idle,
	[EVENT_USER_VAR] = on_idle,
	[EVENT_FORMAT_DESCRIPTION] = on_idle,
	[EVENT_XID] = stream_on_commit,
	[EVENT_TABLE_MAP] = stream_on_table_map,
	[EVENT_WRITE_ROWS_V1] = stream_on_rows,
	[EVENT_UPDATE_ROWS_V1] = stream_on_rows,
	[EVENT_DELETE_ROWS_V1] = stream_on_rows,
	[EVENT_INCIDENT] = on_incident,
	[EVENT_HEARTBEAT] = on_idle,
	[EVENT_IGNORABLE] = on_idle,
	[EVENT_ROWS_QUERY] = stream_on_rows_query,
	[EVENT_WRITE_ROWS] = stream_on_rows,
	[EVENT_UPDATE_ROWS] = stream_on_rows,
	[EVENT_DELETE_ROWS] = stream_on_rows,
	[EVENT_GTID] = stream_on_gtid,
	[EVENT_ANONYMOUS_GTID] = stream_on_gtid,
	[EVENT_PREVIOUS_GTIDS] = on_previous_gtids,
	[EVENT_TRANSACTION_CONTEXT] = on_idle,
	[EVENT_VIEW_CHANGE] = on_idle,
	[EVENT_XA_PREPARE] = stream_on_xa_prepare,
	[EVENT_PARTIAL_UPDATE_ROWS] = stream_on_rows,
	[EVENT_TRANSACTION_PAYLOAD] = on_payload,
	[EVENT_HEARTBEAT_V2] = on_idle,
	[EVENT_GTID_TAGGED] = stream_on_gtid,
};

int stream_handle(struct mysql_stream *st, struct batch *b, const struct event *e, const struct stream_place *at,
		struct err *err)
{
	return handlers[e->header.type](st, b, e, at, err);
}

static bool is_kept_event(unsigned type)
{
	return type == EVENT_TABLE_MAP || type == EVENT_ROWS_QUERY || event_is_rows(type);
}

static int dispatch(struct mysql_stream *st, struct batch *b, const struct event *e, const struct stream_place *at,
		struct err *err)
{
	unsigned type = e->header.type;

	if (!st->tables.format.checksum && mysql_order_next(&st->order, e, &st->tables.format, err) < 0)
		return -1;
	if (st->xa.open && is_kept_event(type))
		return stream_xa_keep(st, b, e, at, err);
	if (type < sizeof(handlers) / sizeof(*handlers) && handlers[type])
		return stream_handle(st, b, e, at, err);
	if (e->header.flags & EVENT_F_IGNORABLE)
		return 0;
	return err_set(err, ERR_FATAL, (int)type,
			"binlog %s, position %llu: event type %u is not known to this version: going on could lose changes",
			at->file, (unsigned long long)at->pos, type);
}

int mysql_stream_event(struct mysql_stream *st, struct batch *b, const struct event *e, const struct stream_place *at,
		struct err *err)
{
	st->counts.events++;
	if (st->file == NULL || strcmp(st->file, at->file) != 0)
		st->file = intern(at->file);
	if (e->header.type == EVENT_FORMAT_DESCRIPTION) {
		stream_tables_clear_ids(&st->tables);
		if (event_format_parse(e, &st->tables.format, err) < 0)
			return fail_at(at, err);
	}
	if (e->header.timestamp_s) {
		st->ts_sec = e->header.timestamp_s;
		st->server_id = e->header.server_id;
	}
	if (dispatch(st, b, e, at, err) < 0)
		return fail_at(at, err);
	if (!mysql_stream_in_txn(st))
		st->pos = at->end;
	return 0;
}

int mysql_stream_more(struct mysql_stream *st, struct batch *b, struct err *err)
{
	struct event inner;
	const void *raw;
	size_t len;
	int r = payload_next(st->payload, &inner, &raw, &len, err);

	if (r < 0)
		return err_wrap(err, "binlog %s, position %llu", st->payload_at.file,
				(unsigned long long)st->payload_at.pos);
	if (r == 0) {
		st->in_payload = false;
		return 0;
	}
	inner.body = (const uint8_t *)arena_dup(&b->arena, raw, len) + (inner.body - (const uint8_t *)raw);
	inner.header.server_id = st->payload_server_id;
	return dispatch(st, b, &inner, &st->payload_at, err) < 0 ? fail_at(&st->payload_at, err) : 0;
}

bool mysql_stream_has_more(const struct mysql_stream *st)
{
	return st->in_payload;
}

struct mysql_stream *mysql_stream_new(const struct stream_setup *setup, const struct position *from, struct err *err)
{
	struct mysql_stream *st = xcalloc(1, sizeof(*st));

	st->setup = *setup;
	gtid_set_init(&st->gtids);
	stream_tables_init(&st->tables, setup->filter, setup->catalog);
	st->tables.ask = setup->ask;
	st->tables.ask_arg = setup->ask_arg;
	buf_init(&st->payload_bytes, PAYLOAD_MAX);
	stream_txn_reset(st);
	st->file = intern(from->file);
	st->pos = from->pos;
	st->ts_sec = (uint32_t)from->ts_sec;
	if (mysql_resume_init(&st->resume, from, setup->server_uuid, err) < 0 ||
			(setup->gtids && from->gtids && gtid_set_parse(&st->gtids, from->gtids, err) < 0)) {
		mysql_stream_free(st);
		err->kind = ERR_FATAL;
		err_wrap(err, "the stored position");
		return NULL;
	}
	return st;
}

void mysql_stream_free(struct mysql_stream *st)
{
	if (st == NULL)
		return;
	free((char *)st->txn.query);
	free(st->gtids_text);
	gtid_set_done(&st->gtids);
	mysql_xa_done(&st->xa);
	mysql_resume_done(&st->resume);
	stream_tables_done(&st->tables);
	payload_free(st->payload);
	buf_done(&st->payload_bytes);
	free(st);
}

bool mysql_stream_is_over(const struct mysql_stream *st)
{
	return st->resume.by_changes && st->resume.state == RESUME_OVER;
}

const struct gtid_set *mysql_stream_gtids(const struct mysql_stream *st)
{
	return st->setup.gtids ? &st->gtids : NULL;
}

bool mysql_stream_said(struct mysql_stream *st, char *out, size_t size)
{
	if (st->said[0] == '\0')
		return false;
	snprintf(out, size, "%s", st->said);
	st->said[0] = '\0';
	return true;
}

struct stream_counts mysql_stream_counts(const struct mysql_stream *st)
{
	return st->counts;
}

int64_t mysql_stream_commit_us(const struct mysql_stream *st)
{
	return st->newest_commit_us;
}

void mysql_stream_stop_table(struct mysql_stream *st, const char *db_table, const char *why)
{
	const char *dot = strchr(db_table, '.');

	if (dot)
		stream_table_stop(&st->tables,
				stream_tables_by_name(&st->tables, db_table, (size_t)(dot - db_table), dot + 1,
						strlen(dot + 1)),
				why);
}

void mysql_stream_news(struct mysql_stream *st,
		void (*fn)(const char *db, const char *table, const char *error, void *arg), void *arg)
{
	for (size_t i = 0; i < st->tables.nnews; i++)
		fn(st->tables.news[i]->db, st->tables.news[i]->name, st->tables.news[i]->error, arg);
	st->tables.nnews = 0;
}
