/*
 * binlog_replay.h - a binlog file as packets through the same way as those of the network: binlog_packet(), then the
 * stream. What comes out is kept as one hash a change, so that runs over damaged bytes can be compared with the first.
 */
#ifndef TESTS_BINLOG_REPLAY_H
#define TESTS_BINLOG_REPLAY_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/xalloc.h"
#include "source/decode/mysql_bytes.h"
#include "source/server/mysql_binlog.h"
#include "source/stream/mysql_stream.h"

enum { REPLAY_MAGIC = 4, REPLAY_PACKETS = 4096, REPLAY_CHANGES = 8192, REPLAY_NOTES = 64 };

struct packet {
	uint8_t *p; /* 00, then the event */
	size_t len;
};

struct packets {
	struct packet items[REPLAY_PACKETS];
	size_t count;
};

struct replay {
	uint64_t hash[REPLAY_CHANGES]; /* in order */
	size_t changes;
	bool failed;
	char error[512];   /* of the stream */
	char stopped[512]; /* of the first table that was stopped; "" none */
	uint64_t pos;	   /* end of the last event that was read */
};

static void put_le32(uint8_t *p, uint64_t v)
{
	for (unsigned i = 0; i < 4; i++)
		p[i] = (uint8_t)(v >> 8 * i);
}

/* checksum false: the file as a server with binlog_checksum = NONE would have written it. */
__attribute__((unused)) static int packets_read(struct packets *out, const char *path, bool checksum)
{
	static uint8_t data[1 << 20];
	FILE *f = fopen(path, "rb");
	size_t len = f ? fread(data, 1, sizeof(data), f) : 0, at = REPLAY_MAGIC, pos = REPLAY_MAGIC;

	if (f)
		fclose(f);
	out->count = 0;
	while (at + EVENT_HEADER_LEN <= len && out->count < REPLAY_PACKETS) {
		size_t size = (size_t)bytes_le(data + at + 9, 4), kept = size;
		bool format = data[at + 4] == EVENT_FORMAT_DESCRIPTION;
		uint8_t *p = xmalloc(size + 1);

		p[0] = 0;
		memcpy(p + 1, data + at, size);
		if (!checksum && format)
			p[size - EVENT_CHECKSUM_LEN] = 0;
		else if (!checksum)
			kept = size - EVENT_CHECKSUM_LEN;
		if (!checksum) {
			put_le32(p + 1 + 9, kept);
			put_le32(p + 1 + 13, pos + kept);
		}
		if (!checksum && format)
			memset(p + 1 + size - EVENT_CHECKSUM_LEN, 0, EVENT_CHECKSUM_LEN);
		out->items[out->count++] = (struct packet){ p, kept + 1 };
		at += size;
		pos += kept;
	}
	return out->count > 0 ? 0 : -1;
}

__attribute__((unused)) static void packets_free(struct packets *list)
{
	for (size_t i = 0; i < list->count; i++)
		free(list->items[i].p);
	list->count = 0;
}

static uint64_t hash_bytes(uint64_t h, const void *p, size_t len)
{
	const uint8_t *at = p;

	for (size_t i = 0; i < len; i++)
		h = (h ^ at[i]) * 1099511628211u;
	return h;
}

static uint64_t hash_row(uint64_t h, const struct schema *s, const struct value *row)
{
	if (row == NULL)
		return h * 31;
	for (unsigned i = 0; i < s->ncolumns; i++)
		h = (h ^ value_hash(&row[i], i)) * 1099511628211u + row[i].kind;
	return h;
}

static uint64_t hash_change(const struct change *c)
{
	uint64_t h = 1469598103934665603u;

	h = hash_bytes(h, &c->op, sizeof(c->op));
	if (c->ddl)
		return hash_bytes(h, c->ddl->ddl, strlen(c->ddl->ddl));
	h = hash_bytes(h, c->schema->db, strlen(c->schema->db));
	h = hash_bytes(h, c->schema->table, strlen(c->schema->table));
	if (c->txn->gtid)
		h = hash_bytes(h, c->txn->gtid, strlen(c->txn->gtid));
	h = hash_bytes(h, &c->pos, sizeof(c->pos));
	return hash_row(hash_row(h, c->schema, c->before), c->schema, c->after);
}

static void note_stopped(const char *db, const char *table, const char *error, void *arg)
{
	struct replay *r = arg;

	(void)db;
	(void)table;
	if (error && !r->stopped[0])
		snprintf(r->stopped, sizeof(r->stopped), "%s", error);
}

static int replay_event(struct replay *r, struct binlog *b, struct mysql_stream *st, struct batch *batch,
		const struct packet *packet, struct err *err)
{
	struct stream_place at;
	struct event e;

	if (binlog_packet(b, packet->p, packet->len, &e, err) < 0)
		return -1;
	at = (struct stream_place){ .file = b->file, .pos = binlog_event_pos(b, &e), .end = b->pos };
	r->pos = b->pos;
	if (mysql_stream_event(st, batch, &e, &at, err) < 0)
		return -1;
	while (mysql_stream_has_more(st))
		if (mysql_stream_more(st, batch, err) < 0)
			return -1;
	return 0;
}

static void replay_binlog_init(struct binlog *b, bool checksum)
{
	*b = (struct binlog){ .pos = REPLAY_MAGIC };
	snprintf(b->conn.server, sizeof(b->conn.server), "test:3306");
	snprintf(b->file, sizeof(b->file), "binlog.000042");
	event_format_init(&b->format);
	b->format.checksum = checksum;
}

/* at: a packet to be replaced by `other`; none: at >= count. */
__attribute__((unused)) static void replay_run(struct replay *r, const struct packets *list, bool checksum, size_t at,
		const struct packet *other)
{
	static const struct mysql_conf conf;
	struct position from;
	struct err err = { 0 };
	struct mysql_filter *filter = mysql_filter_new(&conf, &err);
	struct mysql_undo *undo = xcalloc(1, sizeof(*undo));
	struct stream_setup setup = {
		.conf = &conf,
		.filter = filter,
		.catalog = catalog_new(255, false),
		.undo = undo,
		.server_version = 90700,
		.server_uuid = "",
	};
	struct batch *batch = batch_new();
	struct mysql_stream *st;
	struct binlog b;

	memset(r, 0, sizeof(*r));
	position_init(&from);
	from.pos = REPLAY_MAGIC;
	snprintf(from.file, sizeof(from.file), "binlog.000042");
	replay_binlog_init(&b, checksum);
	st = mysql_stream_new(&setup, &from, &err);
	mysql_stream_begin(st, batch);
	for (size_t i = 0; i < list->count && !r->failed; i++)
		r->failed = replay_event(r, &b, st, batch, i == at ? other : &list->items[i], &err) < 0;
	if (r->failed)
		snprintf(r->error, sizeof(r->error), "%s", err.msg);
	mysql_stream_news(st, note_stopped, r);
	for (size_t i = 0; i < batch->nchanges && r->changes < REPLAY_CHANGES; i++)
		r->hash[r->changes++] = hash_change(&batch->changes[i]);
	mysql_stream_end(st, batch);
	mysql_stream_free(st);
	batch_free(batch);
	mysql_undo_done(undo);
	free(undo);
	catalog_free(setup.catalog);
	mysql_filter_free(filter);
	position_done(&from);
}

#endif
